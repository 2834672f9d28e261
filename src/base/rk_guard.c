#include "rk_guard.h"
#include "rk_flint.h"
#include "rk_mem.h"

#include <pthread.h>
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

static void *on_gmp_realloc(void *p, size_t old, size_t size) {
    (void)old;
    return rk_realloc(p, size);
}

static void on_gmp_free(void *p, size_t size) {
    (void)size;
    rk_free(p);
}

/* GMP aborts and FLINT prints when memory runs out, unless their allocators never return then.
   Ours are malloc and free underneath, so that what was allocated before stays valid. */
static void install(void) {
    flint_set_abort(on_flint_abort);
    __flint_set_memory_functions(rk_malloc, rk_calloc, rk_realloc, rk_free);
    mp_set_memory_functions(rk_malloc, on_gmp_realloc, on_gmp_free);
}

void rk_guard_install(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
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
