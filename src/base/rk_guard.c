#include "rk_guard.h"
#include "rk_flint.h"

#include <setjmp.h>
#include <stdlib.h>

typedef struct guard {
    struct guard *outer;
    jmp_buf place;
    const char *message;
} guard;

static _Thread_local guard *innermost;

_Noreturn void rk_guard_raise(const char *static_message) {
    guard *g = innermost;
    if (g == NULL)
        abort();
    g->message = static_message;
    innermost = g->outer;
    longjmp(g->place, 1);
}

/* The attribute, unlike _Noreturn, is part of the function's type, which FLINT asks for. */
__attribute__((noreturn)) static void on_flint_abort(void) {
    rk_guard_raise("an arithmetic library stopped (out of memory, or an internal error)");
}

void rk_guard_install(void) {
    flint_set_abort(on_flint_abort);
}

rk_status rk_guard_run(rk_guarded *body, void *arg, const char **message) {
    guard g = {.outer = innermost, .message = NULL};
    rk_guard_install();
    if (setjmp(g.place) != 0) {
        if (message != NULL)
            *message = g.message;
        return RK_ENVIRONMENT;
    }
    innermost = &g;
    rk_status status = body(arg);
    innermost = g.outer;
    return status;
}
