/* The boundary where failures that cannot be returned as values stop: allocation failure, also in
   C++ libraries, and aborts inside GMP or FLINT. Each public entry point of the library runs its
   work through rk_guard_run; a raise unwinds to it and sets the rounding of doubles and the
   exponents of MPFR as they were. The state is one pointer a thread. */
#ifndef RK_GUARD_H
#define RK_GUARD_H

#include "rk_status.h"

typedef rk_status rk_guarded(void *arg);

/* Runs body(arg). Returns its status, or RK_ENVIRONMENT when something inside raised; then
 *message (if not NULL) is a static text. Guards nest. */
rk_status rk_guard_run(rk_guarded *body, void *arg, const char **message);

/* Unwinds to the innermost guard. Without a guard the process aborts. */
_Noreturn void rk_guard_raise(const char *static_message);

/* Gives back what FLINT keeps for this thread, such as tables of Bernoulli numbers; not after a
   raise, which may have left them half made. */
void rk_guard_leave_thread(void);

/* Installs the abort hook of FLINT and the allocators of GMP, FLINT and Jansson; called by
 * rk_guard_run, idempotent. */
void rk_guard_install(void);

#endif
