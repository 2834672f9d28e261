#include "rk_guard.h"
#include "rk_flint.h"
#include "rk_mem.h"

#include <fenv.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>

/* What somebody may have set for a while when a failure is raised: the rounding of doubles (FLINT,
   when it reduces lattices), the exponents of MPFR (MPFR itself). */
typedef struct modes {
    int rounding;
    mpfr_exp_t emin, emax;
} modes;

typedef struct guard {
    struct guard *outer;
    jmp_buf place;
    const char *message;
    modes before;
} guard;

static modes modes_now(void) {
    return (modes){fegetround(), mpfr_get_emin(), mpfr_get_emax()};
}

static void set_modes(const modes *m) {
    fesetround(m->rounding);
    mpfr_set_emin(m->emin);
    mpfr_set_emax(m->emax);
}

static _Thread_local guard *innermost;
static _Thread_local bool raised; /* in this thread, ever */

_Noreturn void rk_guard_raise(const char *static_message) {
    guard *g = innermost;
    if (g == NULL)
        abort();
    g->message = static_message;
    raised = true;
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

/* Of the C++ library, which CLP and CaDiCaL bring along: std::set_new_handler and
   std::__throw_bad_alloc. */
typedef void new_handler(void);
extern new_handler *set_new_handler(new_handler *) __asm__("_ZSt15set_new_handlerPFvvE")
    __attribute__((weak));
extern void throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv") __attribute__((weak));

/* Nobody in C++ would catch what is thrown there: it would end the process. Outside of guards the
   caller's program may. */
static void on_new_failed(void) {
    if (innermost != NULL)
        rk_guard_raise("out of memory");
    throw_bad_alloc();
}

/* Jansson returns NULL, but what reads a text says then that the text is wrong. */
static void *on_json_malloc(size_t size) {
    return innermost != NULL ? rk_malloc(size) : malloc(size);
}

/* GMP aborts and FLINT prints when memory runs out, unless their allocators never return then.
   Ours are malloc and free underneath, so that what was allocated before stays valid. */
static void install(void) {
    flint_set_abort(on_flint_abort);
    if (set_new_handler != NULL && throw_bad_alloc != NULL)
        set_new_handler(on_new_failed);
    __flint_set_memory_functions(rk_malloc, rk_calloc, rk_realloc, rk_free);
    json_set_alloc_funcs(on_json_malloc, rk_free);
    mp_set_memory_functions(rk_malloc, on_gmp_realloc, on_gmp_free);
}

void rk_guard_install(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
}

void rk_guard_leave_thread(void) {
    if (!raised)
        flint_cleanup();
}

rk_status rk_guard_run(rk_guarded *body, void *arg, const char **message) {
    guard g = {.outer = innermost, .message = NULL, .before = modes_now()};
    rk_guard_install();
    if (setjmp(g.place) != 0) {
        set_modes(&g.before);
        if (message != NULL)
            *message = g.message;
        return RK_ENVIRONMENT;
    }
    innermost = &g;
    rk_status status = body(arg);
    innermost = g.outer;
    return status;
}
