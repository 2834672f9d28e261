#include "config.h"

#include "rk_cnf.h"

#include <stdlib.h>

#include "base/rk_mem.h"

#ifdef HAVE_CADICAL
#include <ccadical.h>
#endif

void rk_cnf_init(rk_cnf *f, size_t most) {
    *f = (rk_cnf){.variables = 1, .most = most};
    rk_cnf_require(f, RK_TRUE_LITERAL);
}

void rk_cnf_clear(rk_cnf *f) {
    rk_free(f->literal);
    *f = (rk_cnf){0};
}

int rk_cnf_variable(rk_cnf *f) {
    return ++f->variables;
}

void rk_cnf_clause(rk_cnf *f, const int *literal, size_t n) {
    f->full = f->full || f->n + n + 1 > f->most;
    if (f->full)
        return;
    rk_grow(&f->literal, &f->capacity, f->n + n + 1, sizeof *f->literal);
    for (size_t k = 0; k < n; k++)
        f->literal[f->n++] = literal[k];
    f->literal[f->n++] = 0;
}

void rk_cnf_require(rk_cnf *f, int literal) {
    if (literal != RK_TRUE_LITERAL || f->n == 0)
        rk_cnf_clause(f, &literal, 1);
}

static void clause3(rk_cnf *f, int a, int b, int c) {
    rk_cnf_clause(f, (int[]){a, b, c}, 3);
}

static void clause2(rk_cnf *f, int a, int b) {
    rk_cnf_clause(f, (int[]){a, b}, 2);
}

int rk_cnf_and(rk_cnf *f, int a, int b) {
    if (a == -RK_TRUE_LITERAL || b == -RK_TRUE_LITERAL || a == -b)
        return -RK_TRUE_LITERAL;
    if (a == RK_TRUE_LITERAL || a == b)
        return b;
    if (b == RK_TRUE_LITERAL)
        return a;
    int r = rk_cnf_variable(f);
    clause2(f, -r, a);
    clause2(f, -r, b);
    clause3(f, r, -a, -b);
    return r;
}

int rk_cnf_or(rk_cnf *f, int a, int b) {
    return -rk_cnf_and(f, -a, -b);
}

int rk_cnf_xor(rk_cnf *f, int a, int b) {
    if (abs(a) == RK_TRUE_LITERAL)
        return a > 0 ? -b : b;
    if (abs(b) == RK_TRUE_LITERAL)
        return b > 0 ? -a : a;
    if (abs(a) == abs(b))
        return a == b ? -RK_TRUE_LITERAL : RK_TRUE_LITERAL;
    int r = rk_cnf_variable(f);
    clause3(f, -r, a, b);
    clause3(f, -r, -a, -b);
    clause3(f, r, -a, b);
    clause3(f, r, a, -b);
    return r;
}

int rk_cnf_majority(rk_cnf *f, int a, int b, int c) {
    if (abs(a) == RK_TRUE_LITERAL)
        return a > 0 ? rk_cnf_or(f, b, c) : rk_cnf_and(f, b, c);
    if (abs(b) == RK_TRUE_LITERAL)
        return b > 0 ? rk_cnf_or(f, a, c) : rk_cnf_and(f, a, c);
    if (abs(c) == RK_TRUE_LITERAL)
        return c > 0 ? rk_cnf_or(f, a, b) : rk_cnf_and(f, a, b);
    if (a == b || a == c)
        return a;
    if (b == c)
        return b;
    int r = rk_cnf_variable(f);
    clause3(f, -r, a, b);
    clause3(f, -r, a, c);
    clause3(f, -r, b, c);
    clause3(f, r, -a, -b);
    clause3(f, r, -a, -c);
    clause3(f, r, -b, -c);
    return r;
}

/* --- searching -------------------------------------------------------------------------- */

#ifdef HAVE_CADICAL

/* Flipped variables go to the solver negated: it tries every variable true first. */
struct rk_solving {
    CCaDiCaL *solver;
    rk_sat_options options;
};

bool rk_sat_available(void) {
    return true;
}

static int turned(const rk_solving *s, int literal) {
    return literal && s->options.flip && s->options.flip[abs(literal)] ? -literal : literal;
}

static int stop(void *state) {
    const rk_solving *s = state;
    return s->options.stop && s->options.stop(s->options.self);
}

rk_solving *rk_solving_new(const rk_cnf *f, const rk_sat_options *options) {
    rk_solving *s = rk_malloc(sizeof *s);
    *s = (rk_solving){ccadical_init(), *options};
    ccadical_set_option(s->solver, "quiet", 1);
    ccadical_set_terminate(s->solver, s, stop);
    for (size_t k = 0; k < f->n; k++)
        ccadical_add(s->solver, turned(s, f->literal[k]));
    return s;
}

void rk_solving_free(rk_solving *s) {
    if (s)
        ccadical_release(s->solver);
    rk_free(s);
}

void rk_solving_clause(rk_solving *s, const int *literal, size_t n) {
    for (size_t k = 0; k < n; k++)
        ccadical_add(s->solver, turned(s, literal[k]));
    ccadical_add(s->solver, 0);
}

rk_sat rk_solving_run(rk_solving *s, const int *assumed, size_t n) {
    for (size_t k = 0; k < n; k++)
        ccadical_assume(s->solver, turned(s, assumed[k]));
    ccadical_limit(s->solver, "conflicts", s->options.conflicts);
    int status = ccadical_solve(s->solver);
    return status == 10 ? RK_SAT_MODEL : status == 20 ? RK_SAT_NONE : RK_SAT_UNKNOWN;
}

bool rk_solving_value(rk_solving *s, int literal) {
    int asked = turned(s, literal);
    int value = ccadical_val(s->solver, asked < 0 ? -asked : asked);
    return (value > 0) == (asked > 0);
}

#else

bool rk_sat_available(void) {
    return false;
}

rk_solving *rk_solving_new(const rk_cnf *f, const rk_sat_options *options) {
    (void)f;
    (void)options;
    return NULL;
}

void rk_solving_free(rk_solving *s) {
    (void)s;
}

void rk_solving_clause(rk_solving *s, const int *literal, size_t n) {
    (void)s;
    (void)literal;
    (void)n;
}

rk_sat rk_solving_run(rk_solving *s, const int *assumed, size_t n) {
    (void)s;
    (void)assumed;
    (void)n;
    return RK_SAT_UNKNOWN;
}

bool rk_solving_value(rk_solving *s, int literal) {
    (void)s;
    (void)literal;
    return false;
}

#endif
