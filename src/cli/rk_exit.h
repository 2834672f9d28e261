/* Exit codes, and which one counts when several apply. */
#ifndef RK_EXIT_H
#define RK_EXIT_H

enum {
    RK_EXIT_OK = 0,
    RK_EXIT_INPUT = 1,
    RK_EXIT_USAGE = 2,
    RK_EXIT_ENVIRONMENT = 3,
    RK_EXIT_UNEXPECTED = 10, /* refuted, or proved where refuted was expected */
    RK_EXIT_UNDECIDED = 20,
    RK_EXIT_UNPROVED = 21, /* verified, supported or with a caveat, without an expect clause */
    RK_EXIT_INTERRUPTED = 130
};

/* The graver of two codes: 3, 130, 2, 1, 10, 20, 21, 0. */
int rk_exit_graver(int a, int b);

#endif
