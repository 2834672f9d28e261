/* The monotonic clock, in seconds from an arbitrary start: for deadlines and durations. */
#ifndef RK_CLOCK_H
#define RK_CLOCK_H

#include <time.h>

static inline double rk_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
