/* The clock of the rank benches: of the wall, or with RK_BENCH_CLOCK=cpu of the processor's time of
   this process, for machines on which others work. */
#ifndef SECONDS_H
#define SECONDS_H

#include <stdlib.h>
#include <time.h>

static inline double seconds(void) {
    struct timespec t;
    clock_gettime(getenv("RK_BENCH_CLOCK") ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
