/* Numbers in closed form: rational functions of square roots, exponentials, logarithms and values
   of erf, nested as deep as they come (rk_function.h without indeterminates). A number that is
   formally zero is zero; one is told to be non-zero by an enclosure, never by its form, since
   nothing is known of the independence of e and log(2), or of e^e. So zero and not zero are both
   certain, and what is neither is PRECISION. */
#include "function_inside.h"
#include "rk_closed.h"
#include "rk_field.h"

/* Room for generators, terms of a number, levels of enclosures. */
enum { GENERATORS = 32, MOST_TERMS = 2000, LEVELS = 5 };

/* Enclosures of the generators at RK_CLOSED_BITS << level. */
typedef struct enclosures {
    arb_ptr value[LEVELS];
    slong known[LEVELS];
} enclosures;

static enclosures *enclosures_of(const rk_domain *d) {
    return rk_functions_of(d)->numbers;
}

/* --- enclosures ----------------------------------------------------------------------------- */

static void enclose_poly(const rk_domain *d, arb_t r, const fmpz_mpoly_t p, int level) {
    const rk_functions *f = rk_functions_of(d);
    slong bits = RK_CLOSED_BITS << level;
    ulong *exponent = rk_malloc((size_t)(f->nvars + 1) * sizeof *exponent);
    arb_t term, power;
    fmpz_t c;
    fmpz_init(c);
    arb_init(term);
    arb_init(power);
    arb_zero(r);
    for (slong i = 0; i < p->length; i++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, f->ring);
        fmpz_mpoly_get_term_exp_ui(exponent, p, i, f->ring);
        arb_set_round_fmpz(term, c, bits);
        for (slong k = 0; k < f->nused; k++) {
            if (exponent[k] == 0)
                continue;
            arb_pow_ui(power, enclosures_of(d)->value[level] + k, exponent[k], bits);
            arb_mul(term, term, power, bits);
        }
        arb_add(r, r, term, bits);
    }
    rk_free(exponent);
    fmpz_clear(c);
    arb_clear(term);
    arb_clear(power);
}

static void enclose(const rk_domain *d, arb_t r, const fmpz_mpoly_q_struct *x, int level) {
    arb_t den;
    arb_init(den);
    enclose_poly(d, r, fmpz_mpoly_q_numref(x), level);
    enclose_poly(d, den, fmpz_mpoly_q_denref(x), level);
    arb_div(r, r, den, RK_CLOSED_BITS << level);
    arb_clear(den);
}

static void enclose_generator(const rk_domain *d, slong k, int level) {
    const rk_generator *g = &rk_functions_of(d)->generator[k];
    arb_ptr r = enclosures_of(d)->value[level] + k;
    slong bits = RK_CLOSED_BITS << level;
    arb_t root;
    enclose(d, r, g->what, level);
    switch (g->kind) {
    case RK_GEN_ROOT:
        arb_sqrtpos(r, r, bits);
        break;
    case RK_GEN_EXP:
        arb_exp(r, r, bits);
        break;
    case RK_GEN_LOG:
        arb_log(r, r, bits);
        break;
    case RK_GEN_ERF:
        arb_init(root);
        arb_sqrt_ui(root, 2, bits);
        arb_div(r, r, root, bits);
        arb_hypgeom_erf(r, r, bits);
        arb_clear(root);
        break;
    case RK_GEN_INPUT:
        arb_indeterminate(r);
        break;
    }
}

static void enclose_generators(const rk_domain *d, int level) {
    enclosures *e = enclosures_of(d);
    while (e->known[level] < rk_functions_of(d)->nused)
        enclose_generator(d, e->known[level]++, level);
}

/* The sign of a polynomial in the generators as a set: one, or any. */
static unsigned signs_of(const rk_domain *d, const fmpz_mpoly_t p) {
    unsigned signs = RK_MAY_ANY;
    arb_t value;
    if (fmpz_mpoly_is_zero(p, rk_ring(d)))
        return RK_MAY_ZERO;
    arb_init(value);
    for (int level = 0; level < LEVELS && signs == RK_MAY_ANY; level++) {
        enclose_generators(d, level);
        enclose_poly(d, value, p, level);
        signs = arb_is_positive(value)   ? RK_MAY_POSITIVE
                : arb_is_negative(value) ? RK_MAY_NEGATIVE
                                         : RK_MAY_ANY;
    }
    arb_clear(value);
    return signs;
}

void rk_closed_enclose(const rk_domain *d, arb_t value, const void *x, int level) {
    enclose_generators(d, level);
    enclose(d, value, x, level);
}

void rk_closed_ball(const rk_domain *d, arb_t value, const void *x) {
    rk_closed_enclose(d, value, x, LEVELS - 1);
    if (rk_function_exceeded(d))
        arb_indeterminate(value);
}

/* --- entries -------------------------------------------------------------------------------- */

static rk_ev c_outcome(const rk_domain *d, const void *x) {
    (void)x;
    return rk_function_exceeded(d) ? RK_EV_LIMIT : RK_EV_OK;
}

static rk_ev c_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    if (rk_function_exceeded(d) || !fmpz_mpoly_is_fmpz(&q->num, rk_ring(d)) ||
        !fmpz_mpoly_is_fmpz(&q->den, rk_ring(d)))
        return RK_EV_ESCAPE;
    fmpz_mpoly_get_fmpz(fmpq_numref(r), &q->num, rk_ring(d));
    fmpz_mpoly_get_fmpz(fmpq_denref(r), &q->den, rk_ring(d));
    fmpq_canonicalise(r);
    return RK_EV_OK;
}

static rk_ev c_sign(const rk_domain *d, int *sign, const void *x) {
    *sign = 0;
    if (rk_function_exceeded(d))
        return RK_EV_LIMIT;
    unsigned signs = rk_function_signs(d, x);
    *sign = (signs == RK_MAY_POSITIVE) - (signs == RK_MAY_NEGATIVE);
    return *sign != 0 || signs == RK_MAY_ZERO ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_tern c_is_zero(const rk_domain *d, const void *x) {
    int sign;
    return c_sign(d, &sign, x) == RK_EV_OK ? rk_tern_of(sign == 0) : RK_UNKNOWN;
}

/* Denominators are certainly not zero. */
static rk_ev c_div(const rk_domain *d, void *r, const void *x, const void *y) {
    int sign;
    rk_ev ev = c_sign(d, &sign, y);
    if (ev != RK_EV_OK || sign == 0)
        return ev == RK_EV_OK ? RK_EV_UNDEFINED : ev;
    return rk_function_divide(d, r, x, y);
}

/* Terms of an exponent that are taken apart. */
enum { MOST_EXPONENT_TERMS = 8 };

/* exp of a polynomial in the generators: the product of those of its terms, so that sqrt(8) +
   log(6) and sqrt(2)/3 have generators in common. */
static rk_ev exp_of_terms(const rk_domain *d, void *r, const fmpz_mpoly_q_struct *x) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(d);
    fmpz_mpoly_q_t term, factor, product;
    rk_ev ev = RK_EV_OK;
    fmpz_mpoly_q_init(term, ring);
    fmpz_mpoly_q_init(factor, ring);
    fmpz_mpoly_q_init(product, ring);
    fmpz_mpoly_q_set_si(product, 1, ring);
    for (slong i = 0; i < x->num.length && ev == RK_EV_OK; i++) {
        fmpz_mpoly_get_term(fmpz_mpoly_q_numref(term), &x->num, i, ring);
        fmpz_mpoly_set(fmpz_mpoly_q_denref(term), &x->den, ring);
        fmpz_mpoly_q_canonicalise(term, ring);
        ev = rk_function_apply(d, RK_FN_EXP, factor, term);
        rk_function_mul(d, product, product, factor);
    }
    fmpz_mpoly_q_swap(r, product, ring);
    fmpz_mpoly_q_clear(term, ring);
    fmpz_mpoly_q_clear(factor, ring);
    fmpz_mpoly_q_clear(product, ring);
    return rk_function_exceeded(d) ? RK_EV_LIMIT : ev;
}

/* Roots, logarithms and moduli factor their argument: beyond this degree that takes seconds. */
enum { MOST_FACTORED_DEGREE = 48 };

static bool too_high(const rk_domain *d, const fmpz_mpoly_t p) {
    return !fmpz_mpoly_total_degree_fits_si(p, rk_ring(d)) ||
           (p->length > 1 && fmpz_mpoly_total_degree_si(p, rk_ring(d)) > MOST_FACTORED_DEGREE);
}

static rk_ev apply(const rk_domain *d, rk_fn f, void *r, const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    bool terms = fmpz_mpoly_is_fmpz(&q->den, rk_ring(d)) && q->num.length <= MOST_EXPONENT_TERMS;
    return f == RK_FN_EXP && terms ? exp_of_terms(d, r, x) : rk_function_apply(d, f, r, x);
}

/* Roots and logarithms are taken of numbers of known sign. */
static rk_ev c_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    int sign;
    rk_ev ev = c_sign(d, &sign, x);
    bool matters =
        f == RK_FN_SQRT || f == RK_FN_LOG || f == RK_FN_ABS || f == RK_FN_SIGN || f == RK_FN_RELU;
    if (rk_function_exceeded(d) || (matters && ev != RK_EV_OK))
        return ev;
    if (matters && (too_high(d, fmpz_mpoly_q_numref((const fmpz_mpoly_q_struct *)x)) ||
                    too_high(d, fmpz_mpoly_q_denref((const fmpz_mpoly_q_struct *)x))))
        return RK_EV_LIMIT;
    if ((f == RK_FN_SQRT && sign < 0) || (f == RK_FN_LOG && sign <= 0))
        return RK_EV_UNDEFINED;
    ev = apply(d, f, r, x);
    if (rk_functions_of(d)->restart)
        rk_functions_of(d)->exceeded = true; /* the divisors are not those of the generators now */
    return ev == RK_EV_CONSTRUCT ? RK_EV_ESCAPE : ev;
}

/* --- the domain ----------------------------------------------------------------------------- */

static void c_free(rk_domain *d) {
    enclosures *e = enclosures_of(d);
    for (int level = 0; level < LEVELS; level++)
        _arb_vec_clear(e->value[level], GENERATORS);
    rk_free(e);
    rk_function_free(d);
}

slong rk_closed_finer(const rk_domain *d) {
    const rk_functions *f = rk_functions_of(d);
    ulong all = 1;
    for (slong k = 0; k < RK_MAX_EXPONENTS; k++)
        all = all / n_gcd(all, f->divisor[k]) * f->divisor[k];
    return f->restart && all <= RK_MAX_DIVISOR ? (slong)all : 0;
}

rk_domain *rk_domain_closed(slong divisor) {
    rk_domain *d = rk_domain_formal(0, GENERATORS, MOST_TERMS);
    rk_functions *f = rk_functions_of(d);
    enclosures *e = rk_calloc(1, sizeof *e);
    for (int level = 0; level < LEVELS; level++)
        e->value[level] = _arb_vec_init(GENERATORS);
    for (slong k = 0; k < RK_MAX_EXPONENTS; k++)
        f->divisor[k] = divisor > 0 ? (ulong)divisor : 1;
    f->numbers = e;
    f->signs_of = signs_of;
    d->name = "closed forms";
    d->compare = NULL;
    d->extreme = NULL;
    d->get_fmpq = c_get_fmpq;
    d->outcome = c_outcome;
    d->sign = c_sign;
    d->is_zero = c_is_zero;
    d->div = c_div;
    d->fn = c_fn;
    d->print = rk_closed_print;
    d->matrix_rank = rk_closed_rank;
    d->matrix_det = rk_field_det;
    d->matrix_inv = rk_field_inv;
    d->free_context = c_free;
    return d;
}
