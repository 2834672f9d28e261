/* Generators of formal functions, the equations they satisfy, and restarts. */
#include "function_inside.h"

/* --- what an element holds ---------------------------------------------------------------- */

static bool poly_holds(const rk_domain *d, const fmpz_mpoly_t p, slong k) {
    return fmpz_mpoly_degree_si(p, k, rk_ring(d)) > 0;
}

static bool holds(const rk_domain *d, const void *x, slong k) {
    const fmpz_mpoly_q_struct *q = x;
    return poly_holds(d, &q->num, k) || poly_holds(d, &q->den, k);
}

bool rk_function_is_reducible(const rk_domain *d, const void *x) {
    const rk_functions *f = rk_functions_of(d);
    for (slong k = 0; k < f->nused; k++)
        if (f->generator[k].degree > 0 && holds(d, x, k))
            return true;
    return false;
}

/* --- reduction ---------------------------------------------------------------------------- */

/* sum of coefficient_k * x^k over the terms becomes sum of coefficient_k * x^(k mod e) * a^(k/e) *
   b^(top - k/e), where x^e = a/b: what stood there, times b^top. */
static void rewrite(const rk_domain *d, fmpz_mpoly_t p, slong k, slong *top) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(d);
    const rk_generator *g = &rk_functions_of(d)->generator[k];
    slong e = (slong)g->degree;
    fmpz_mpoly_univar_t u;
    fmpz_mpoly_t sum, term, power;
    fmpz_mpoly_univar_init(u, ring);
    fmpz_mpoly_init(sum, ring);
    fmpz_mpoly_init(term, ring);
    fmpz_mpoly_init(power, ring);
    fmpz_mpoly_to_univar(u, p, k, ring);
    *top = fmpz_mpoly_degree_si(p, k, ring) / e;
    for (slong i = 0; i < fmpz_mpoly_univar_length(u, ring); i++) {
        slong n = fmpz_mpoly_univar_get_term_exp_si(u, i, ring);
        fmpz_mpoly_univar_get_term_coeff(term, u, i, ring);
        fmpz_mpoly_pow_ui(power, fmpz_mpoly_q_numref(g->power), (ulong)(n / e), ring);
        fmpz_mpoly_mul(term, term, power, ring);
        fmpz_mpoly_pow_ui(power, fmpz_mpoly_q_denref(g->power), (ulong)(*top - n / e), ring);
        fmpz_mpoly_mul(term, term, power, ring);
        fmpz_mpoly_gen(power, k, ring);
        fmpz_mpoly_pow_ui(power, power, (ulong)(n % e), ring);
        fmpz_mpoly_mul(term, term, power, ring);
        fmpz_mpoly_add(sum, sum, term, ring);
    }
    fmpz_mpoly_swap(p, sum, ring);
    fmpz_mpoly_univar_clear(u, ring);
    fmpz_mpoly_clear(sum, ring);
    fmpz_mpoly_clear(term, ring);
    fmpz_mpoly_clear(power, ring);
}

/* x := x * b^n, b the denominator of the k-th equation. */
static void multiply_by_denominator(const rk_domain *d, fmpz_mpoly_t x, slong k, slong n) {
    fmpz_mpoly_t power;
    fmpz_mpoly_init(power, rk_ring(d));
    fmpz_mpoly_pow_ui(power, fmpz_mpoly_q_denref(rk_functions_of(d)->generator[k].power), (ulong)n,
                      rk_ring(d));
    fmpz_mpoly_mul(x, x, power, rk_ring(d));
    fmpz_mpoly_clear(power, rk_ring(d));
}

/* Numerator and denominator of degree below that of the equation of variable k. */
static bool lower_degree(const rk_domain *d, fmpz_mpoly_q_struct *x, slong k) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(d);
    slong e = (slong)rk_functions_of(d)->generator[k].degree, top = 0, bottom = 0;
    bool num = fmpz_mpoly_degree_si(&x->num, k, ring) >= e;
    bool den = fmpz_mpoly_degree_si(&x->den, k, ring) >= e;
    if (num)
        rewrite(d, &x->num, k, &top);
    if (den)
        rewrite(d, &x->den, k, &bottom);
    if (num || den) {
        multiply_by_denominator(d, &x->den, k, top);
        multiply_by_denominator(d, &x->num, k, bottom);
    }
    return num || den;
}

/* A factor s in the denominator is not 0 where the element means something: times s/s. Other
   denominators are left alone, since what would make them rational may vanish. */
static bool clear_root(const rk_domain *d, fmpz_mpoly_q_struct *x, slong k) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(d);
    fmpz_mpoly_t s, rest;
    if (rk_functions_of(d)->generator[k].degree != 2 || !poly_holds(d, &x->den, k))
        return false;
    fmpz_mpoly_init(s, ring);
    fmpz_mpoly_init(rest, ring);
    fmpz_mpoly_gen(s, k, ring);
    bool factor = fmpz_mpoly_divides(rest, &x->den, s, ring);
    if (factor) {
        fmpz_mpoly_mul(&x->den, &x->den, s, ring);
        fmpz_mpoly_mul(&x->num, &x->num, s, ring);
        (void)lower_degree(d, x, k);
    }
    fmpz_mpoly_clear(s, ring);
    fmpz_mpoly_clear(rest, ring);
    return factor;
}

static bool too_long(const rk_domain *d, const fmpz_mpoly_q_struct *x) {
    rk_functions *f = rk_functions_of(d);
    f->exceeded = f->exceeded || x->num.length > f->max_terms || x->den.length > f->max_terms;
    return f->exceeded;
}

/* Exponents must fit a word with room to add them up; short ones are packed, so this is quick. */
static bool is_steep(const rk_domain *d, const fmpz_mpoly_struct *p) {
    enum { DEGREE_BITS = 20 };
    return p->bits > DEGREE_BITS &&
           (!fmpz_mpoly_total_degree_fits_si(p, rk_ring(d)) ||
            fmpz_mpoly_total_degree_si(p, rk_ring(d)) >= (slong)1 << DEGREE_BITS);
}

enum { MAX_REDUCED_DEGREE = 24 };

/* Higher powers of a variable with an equation are not worth writing out. */
static bool too_high(const rk_domain *d, const fmpz_mpoly_q_struct *x, slong k) {
    rk_functions *f = rk_functions_of(d);
    slong n = fmpz_mpoly_degree_si(&x->num, k, f->ring);
    slong m = fmpz_mpoly_degree_si(&x->den, k, f->ring);
    f->exceeded = f->exceeded || n > MAX_REDUCED_DEGREE || m > MAX_REDUCED_DEGREE;
    return f->exceeded;
}

/* By an equation that was assumed since, the denominator is 0 everywhere. */
static bool without_meaning(const rk_domain *d, const fmpz_mpoly_q_struct *x) {
    rk_functions *f = rk_functions_of(d);
    f->exceeded = f->exceeded || x->den.length == 0;
    return f->exceeded;
}

/* Equations are acyclic, so this ends: each pass frees the element of powers of a variable, and
   brings in variables behind it in the order of the equations only. */
void rk_function_reduce(const rk_domain *d, void *x) {
    rk_functions *f = rk_functions_of(d);
    const fmpz_mpoly_q_struct *q = x;
    bool changed = f->formal;
    f->exceeded = f->exceeded || is_steep(d, &q->num) || is_steep(d, &q->den);
    while (changed && !f->exceeded) {
        changed = false;
        for (slong k = f->nused - 1; k >= 0 && !f->exceeded; k--) {
            if (f->generator[k].degree == 0 || !holds(d, x, k) || too_high(d, x, k))
                continue;
            bool here = lower_degree(d, x, k);
            here = clear_root(d, x, k) || here;
            if (here && !too_long(d, x) && !without_meaning(d, x))
                fmpz_mpoly_q_canonicalise(x, f->ring);
            changed = changed || here;
        }
    }
    if (f->exceeded)
        fmpz_mpoly_q_set_si(x, 0, f->ring);
}

bool rk_function_reduce_poly(const rk_domain *d, fmpz_mpoly_t p) {
    const rk_functions *f = rk_functions_of(d);
    fmpz_mpoly_q_t x;
    fmpz_mpoly_q_init(x, f->ring);
    fmpz_mpoly_swap(fmpz_mpoly_q_numref(x), p, f->ring);
    fmpz_mpoly_one(fmpz_mpoly_q_denref(x), f->ring);
    rk_function_reduce(d, x);
    bool ok = !f->exceeded && fmpz_mpoly_is_one(fmpz_mpoly_q_denref(x), f->ring);
    fmpz_mpoly_swap(fmpz_mpoly_q_numref(x), p, f->ring);
    fmpz_mpoly_q_clear(x, f->ring);
    return ok;
}

const fmpz_mpoly_ctx_struct *rk_function_ring(const rk_domain *d) {
    return rk_ring(d);
}

slong rk_function_variables(const rk_domain *d) {
    return rk_functions_of(d)->nused;
}

/* --- generators --------------------------------------------------------------------------- */

slong rk_function_find_generator(const rk_domain *d, rk_generator_kind kind, const void *what) {
    const rk_functions *f = rk_functions_of(d);
    for (slong k = f->ninputs; k < f->nused; k++)
        if (f->generator[k].kind == kind && fmpz_mpoly_q_equal(f->generator[k].what, what, f->ring))
            return k;
    return -1;
}

slong rk_function_generator(const rk_domain *d, rk_generator_kind kind, const void *what,
                            unsigned signs) {
    rk_functions *f = rk_functions_of(d);
    if (f->exceeded || f->nused == f->nvars) {
        f->exceeded = true;
        return -1;
    }
    slong k = f->nused++;
    rk_generator *g = &f->generator[k];
    g->kind = kind;
    g->signs = signs;
    g->degree = kind == RK_GEN_ROOT ? 2 : 0;
    fmpz_mpoly_q_set(g->what, what, f->ring);
    fmpz_mpoly_q_set(g->power, what, f->ring);
    if (f->watch != NULL)
        f->watch->generator(f->watch->self, k);
    return k;
}

/* --- equations among the hypotheses ------------------------------------------------------- */

/* Does the right side of an equation hold variable k? Then k gets none: they stay acyclic. */
static bool stands_in_equation(const rk_domain *d, slong k) {
    const rk_functions *f = rk_functions_of(d);
    for (slong i = 0; i < f->nused; i++)
        if (f->generator[i].degree > 0 && holds(d, f->generator[i].power, k))
            return true;
    return false;
}

/* p = a*x_k^e + b with a number a and b free of x_k: x_k^e = -b/a. */
static bool solve_for(const rk_domain *d, const fmpz_mpoly_t p, slong k) {
    rk_functions *f = rk_functions_of(d);
    rk_generator *g = &f->generator[k];
    slong e = fmpz_mpoly_degree_si(p, k, f->ring);
    if ((e != 1 && e != 2) || g->degree > 0 || stands_in_equation(d, k))
        return false;
    fmpz_mpoly_univar_t u;
    fmpz_mpoly_univar_init(u, f->ring);
    fmpz_mpoly_to_univar(u, p, k, f->ring);
    slong n = fmpz_mpoly_univar_length(u, f->ring);
    fmpz_mpoly_univar_get_term_coeff(fmpz_mpoly_q_denref(g->power), u, 0, f->ring);
    bool ok = fmpz_mpoly_is_fmpz(fmpz_mpoly_q_denref(g->power), f->ring) &&
              (n == 1 || (n == 2 && fmpz_mpoly_univar_get_term_exp_si(u, 1, f->ring) == 0));
    fmpz_mpoly_zero(fmpz_mpoly_q_numref(g->power), f->ring);
    if (ok && n == 2)
        fmpz_mpoly_univar_get_term_coeff(fmpz_mpoly_q_numref(g->power), u, 1, f->ring);
    fmpz_mpoly_neg(fmpz_mpoly_q_numref(g->power), fmpz_mpoly_q_numref(g->power), f->ring);
    if (ok)
        fmpz_mpoly_q_canonicalise(g->power, f->ring);
    else
        fmpz_mpoly_q_set_si(g->power, 0, f->ring);
    g->degree = ok ? (ulong)e : 0;
    if (ok && f->watch != NULL)
        f->watch->equation(f->watch->self, k);
    fmpz_mpoly_univar_clear(u, f->ring);
    return ok;
}

void rk_function_assume_zero(const rk_domain *d, const void *x) {
    rk_functions *f = rk_functions_of(d);
    const fmpz_mpoly_q_struct *q = x;
    bool solved = false;
    if (f->exceeded || q->num.length == 0 || q->num.length > f->max_terms)
        return;
    bool made = false;
    for (slong k = f->ninputs; k < f->nused && !made; k++)
        made = holds(d, x, k);
    for (slong degree = 1; degree <= 2 && !solved && !made; degree++)
        for (slong k = f->ninputs - 1; k >= 0 && !solved; k--)
            if (fmpz_mpoly_degree_si(&q->num, k, f->ring) == degree)
                solved = solve_for(d, &q->num, k);
    if (!solved)
        rk_signs_learn(d, x, RK_MAY_ZERO);
}

/* --- restarts ----------------------------------------------------------------------------- */

bool rk_function_wants_restart(const rk_domain *d) {
    return rk_functions_of(d)->restart;
}

static void forget_passing_signs(rk_functions *f) {
    slong kept = 0;
    for (slong k = 0; k < f->nknown; k++) {
        if (f->known[k].lasting)
            f->known[kept++] = f->known[k];
        else
            fmpz_mpoly_clear(f->known[k].what, f->ring);
    }
    f->nknown = kept;
}

void rk_function_restart(const rk_domain *d) {
    rk_functions *f = rk_functions_of(d);
    forget_passing_signs(f);
    for (slong k = 0; k < f->nexponents; k++) {
        fmpz_mpoly_q_clear(f->exponent[k].what, f->ring);
        fmpz_mpoly_q_clear(f->exponent[k].value, f->ring);
        rk_free(f->exponent[k].image);
    }
    for (slong k = 0; k < f->ninputs; k++)
        f->generator[k].degree = 0;
    f->nexponents = 0;
    f->nused = f->ninputs;
    f->exceeded = f->restart = false;
}
