/* Outcome of an operation that can fail. Errors are values: the library never prints or exits. */
#ifndef RK_STATUS_H
#define RK_STATUS_H

typedef enum rk_status {
    RK_OK = 0,
    RK_BAD_INPUT,   /* the text or data is wrong; diagnostics say where */
    RK_BAD_USAGE,   /* the call or the command line is wrong */
    RK_ENVIRONMENT, /* memory, disk, a write, an internal error */
    RK_LIMIT        /* a limit on the work was reached */
} rk_status;

#endif
