#include "rk_exit.h"

#include <stddef.h>

static size_t exit_gravity(int code) {
    static const int order[] = {RK_EXIT_OK,          RK_EXIT_UNPROVED,   RK_EXIT_UNDECIDED,
                                RK_EXIT_UNEXPECTED,  RK_EXIT_INPUT,      RK_EXIT_USAGE,
                                RK_EXIT_INTERRUPTED, RK_EXIT_ENVIRONMENT};
    size_t last = sizeof order / sizeof order[0] - 1;
    for (size_t i = 0; i < last; i++)
        if (order[i] == code)
            return i;
    return last; /* a code nobody knows is an internal error */
}

int rk_exit_graver(int a, int b) {
    return exit_gravity(a) >= exit_gravity(b) ? a : b;
}
