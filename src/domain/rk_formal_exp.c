/* Exponentials over a basis of exponents, and the functions made of them. */
#include "function_inside.h"

/* --- values at fixed points mod p --------------------------------------------------------- */

#define SPAN_PRIME ((ulong)0x1fffffffffffffff) /* 2^61 - 1 */

/* The coordinate of point i for variable k: any fixed numbers will do, since what they suggest is
   checked exactly. */
static ulong coordinate(slong i, slong k) {
    uint64_t z = ((uint64_t)(i + 1) << 32 | (uint64_t)(k + 1)) * 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return (ulong)(z ^ z >> 31) % SPAN_PRIME;
}

static ulong poly_at(const rk_domain *d, const fmpz_mpoly_t p, slong i) {
    const rk_functions *f = rk_functions_of(d);
    ulong *exponent = rk_malloc((size_t)(f->nvars + 1) * sizeof *exponent), sum = 0;
    fmpz_t c;
    fmpz_init(c);
    for (slong t = 0; t < p->length; t++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, t, f->ring);
        fmpz_mpoly_get_term_exp_ui(exponent, p, t, f->ring);
        ulong term = fmpz_fdiv_ui(c, SPAN_PRIME);
        for (slong k = 0; k < f->nused; k++)
            if (exponent[k] > 0)
                term = n_mulmod2(term, n_powmod2(coordinate(i, k), (slong)exponent[k], SPAN_PRIME),
                                 SPAN_PRIME);
        sum = n_addmod(sum, term, SPAN_PRIME);
    }
    fmpz_clear(c);
    rk_free(exponent);
    return sum;
}

/* NULL where a denominator vanishes at a point. */
static ulong *image_of(const rk_domain *d, const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    ulong *image = rk_malloc(RK_SPAN_POINTS * sizeof *image);
    for (slong i = 0; i < RK_SPAN_POINTS; i++) {
        ulong den = poly_at(d, &q->den, i);
        if (den == 0) {
            rk_free(image);
            return NULL;
        }
        image[i] = n_mulmod2(poly_at(d, &q->num, i), n_invmod(den, SPAN_PRIME), SPAN_PRIME);
    }
    return image;
}

/* --- the basis ---------------------------------------------------------------------------- */

bool rk_function_add_exponent(const rk_domain *d, const void *what, const void *value,
                              bool of_log) {
    rk_functions *f = rk_functions_of(d);
    if (f->nexponents == RK_MAX_EXPONENTS)
        return false;
    ulong *image = image_of(d, what);
    if (image == NULL)
        return false;
    rk_exponent *e = &f->exponent[f->nexponents++];
    fmpz_mpoly_q_init(e->what, f->ring);
    fmpz_mpoly_q_init(e->value, f->ring);
    fmpz_mpoly_q_set(e->what, what, f->ring);
    fmpz_mpoly_q_set(e->value, value, f->ring);
    e->of_log = of_log;
    e->image = image;
    return true;
}

/* Solves sum c_k * exponent_k = x at the points mod p; the c_k as rationals. */
static bool guess_combination(const rk_domain *d, fmpq *c, const void *x) {
    const rk_functions *f = rk_functions_of(d);
    slong n = f->nexponents;
    ulong *image = image_of(d, x);
    if (image == NULL || n == 0) {
        rk_free(image);
        return false;
    }
    nmod_mat_t m;
    nmod_mat_init(m, RK_SPAN_POINTS, n + 1, SPAN_PRIME);
    for (slong i = 0; i < RK_SPAN_POINTS; i++) {
        for (slong k = 0; k < n; k++)
            nmod_mat_entry(m, i, k) = f->exponent[k].image[i];
        nmod_mat_entry(m, i, n) = image[i];
    }
    slong rank = nmod_mat_rref(m);
    bool ok = rank == n;
    fmpz_t a, p;
    fmpz_init(a);
    fmpz_init_set_ui(p, SPAN_PRIME);
    for (slong k = 0; k < n && ok; k++) {
        ok = nmod_mat_entry(m, k, k) == 1;
        fmpz_set_ui(a, nmod_mat_entry(m, k, n));
        ok = ok && fmpq_reconstruct_fmpz(c + k, a, p);
    }
    fmpz_clear(a);
    fmpz_clear(p);
    nmod_mat_clear(m);
    rk_free(image);
    return ok;
}

static bool is_combination(const rk_domain *d, const fmpq *c, const void *x) {
    const rk_functions *f = rk_functions_of(d);
    fmpz_mpoly_q_t rest, term;
    fmpz_mpoly_q_init(rest, f->ring);
    fmpz_mpoly_q_init(term, f->ring);
    fmpz_mpoly_q_set(rest, x, f->ring);
    for (slong k = 0; k < f->nexponents; k++) {
        fmpz_mpoly_q_mul_fmpq(term, f->exponent[k].what, c + k, f->ring);
        d->sub(d, rest, rest, term);
    }
    bool zero = rk_function_is_zero(rest) && !f->exceeded;
    fmpz_mpoly_q_clear(rest, f->ring);
    fmpz_mpoly_q_clear(term, f->ring);
    return zero;
}

/* Powers that are written out, and such powers of one generator among numbers. */
enum { MAX_EXPONENT = 24, MAX_MONOMIAL = 512 };

static bool is_monomial(const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    return q->num.length == 1 && q->den.length == 1;
}

/* exp(c*exponent_k), a power of the generator; with a finer generator after a restart when c times
   the divisor is no integer. Of a logarithm only the root can be taken. */
static rk_ev multiply_power(const rk_domain *d, void *r, slong k, const fmpq_t c) {
    rk_functions *f = rk_functions_of(d);
    const rk_exponent *e = &f->exponent[k];
    slong most = f->numbers != NULL && is_monomial(e->value) ? MAX_MONOMIAL : MAX_EXPONENT;
    fmpz_mpoly_q_t base;
    fmpq_t power;
    rk_ev ev = RK_EV_LIMIT;
    fmpq_init(power);
    fmpz_mpoly_q_init(base, f->ring);
    fmpz_mpoly_q_set(base, e->value, f->ring);
    bool root = e->of_log && fmpz_equal_si(fmpq_denref(c), 2);
    fmpq_mul_si(power, c, root ? 2 : e->of_log ? 1 : (slong)f->divisor[k]);
    if (root && rk_function_sqrt(d, base, base) != RK_EV_OK)
        f->exceeded = true;
    if (!fmpz_is_one(fmpq_denref(power))) {
        ulong more = fmpz_get_ui(fmpq_denref(power)) * f->divisor[k];
        f->restart = f->restart || (!e->of_log && more <= RK_MAX_DIVISOR);
        f->divisor[k] = more <= RK_MAX_DIVISOR && !e->of_log ? more : f->divisor[k];
    } else if (fmpz_cmp_si(fmpq_numref(power), most) <= 0 &&
               fmpz_cmp_si(fmpq_numref(power), -most) >= 0) {
        ev = rk_function_power(d, base, base, fmpz_get_si(fmpq_numref(power)));
        rk_function_mul(d, r, r, base);
    }
    fmpz_mpoly_q_clear(base, f->ring);
    fmpq_clear(power);
    return ev;
}

static rk_ev combine(const rk_domain *d, void *r, const fmpq *c) {
    const rk_functions *f = rk_functions_of(d);
    rk_ev ev = RK_EV_OK;
    fmpz_mpoly_q_set_si(r, 1, f->ring);
    for (slong k = 0; k < f->nexponents && ev == RK_EV_OK; k++)
        if (!fmpq_is_zero(c + k))
            ev = multiply_power(d, r, k, c + k);
    return ev;
}

/* A new exponent x: the generator is exp(x/divisor), and r its power. */
static rk_ev new_exponential(const rk_domain *d, void *r, const void *x) {
    rk_functions *f = rk_functions_of(d);
    if (f->nexponents == RK_MAX_EXPONENTS)
        return RK_EV_LIMIT;
    ulong divisor = f->divisor[f->nexponents];
    fmpz_mpoly_q_t part, value;
    fmpz_t by;
    fmpz_init_set_ui(by, divisor);
    fmpz_mpoly_q_init(part, f->ring);
    fmpz_mpoly_q_init(value, f->ring);
    fmpz_mpoly_q_div_fmpz(part, x, by, f->ring);
    slong k = rk_function_generator(d, RK_GEN_EXP, part, RK_MAY_POSITIVE);
    bool ok = k >= 0;
    if (ok) {
        fmpz_mpoly_q_gen(value, k, f->ring);
        ok = rk_function_add_exponent(d, x, value, false);
    }
    rk_ev ev = ok ? rk_function_power(d, r, value, (slong)divisor) : RK_EV_LIMIT;
    fmpz_mpoly_q_clear(part, f->ring);
    fmpz_mpoly_q_clear(value, f->ring);
    fmpz_clear(by);
    return ev;
}

rk_ev rk_function_exp(const rk_domain *d, void *r, const void *x) {
    rk_functions *f = rk_functions_of(d);
    fmpz_mpoly_q_t result;
    rk_ev ev;
    if (f->exceeded)
        return RK_EV_LIMIT;
    fmpz_mpoly_q_init(result, f->ring);
    fmpq *c = _fmpq_vec_init(RK_MAX_EXPONENTS);
    if (rk_function_is_zero(x)) {
        fmpz_mpoly_q_set_si(result, 1, f->ring);
        ev = RK_EV_OK;
    } else if (guess_combination(d, c, x) && is_combination(d, c, x)) {
        ev = combine(d, result, c);
    } else {
        ev = new_exponential(d, result, x);
    }
    ev = rk_function_tell(d, ev, RK_FN_EXP, x, result);
    fmpz_mpoly_q_swap(r, result, f->ring);
    _fmpq_vec_clear(c, RK_MAX_EXPONENTS);
    fmpz_mpoly_q_clear(result, f->ring);
    return f->exceeded ? RK_EV_LIMIT : ev;
}

/* --- functions made of exponentials ------------------------------------------------------- */

/* r := (u + minus)/(u + 1), u = exp(times*x). */
static rk_ev quotient_of_exp(const rk_domain *d, void *r, const void *x, slong times, slong minus) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(d);
    fmpz_mpoly_q_t u, one, above;
    fmpz_mpoly_q_init(u, ring);
    fmpz_mpoly_q_init(one, ring);
    fmpz_mpoly_q_init(above, ring);
    fmpz_mpoly_q_set_si(one, times, ring);
    rk_function_mul(d, u, x, one);
    rk_ev ev = rk_function_exp(d, u, u);
    fmpz_mpoly_q_set_si(one, minus, ring);
    d->add(d, above, u, one);
    fmpz_mpoly_q_set_si(one, 1, ring);
    d->add(d, u, u, one);
    if (ev == RK_EV_OK)
        ev = rk_function_divide(d, r, above, u);
    fmpz_mpoly_q_clear(u, ring);
    fmpz_mpoly_q_clear(one, ring);
    fmpz_mpoly_q_clear(above, ring);
    return ev;
}

/* r := (x + second)/2. */
static rk_ev half_sum(const rk_domain *d, void *r, const void *x, const void *second) {
    fmpz_mpoly_q_t two, sum;
    fmpz_mpoly_q_init(two, rk_ring(d));
    fmpz_mpoly_q_init(sum, rk_ring(d));
    fmpz_mpoly_q_set_si(two, 2, rk_ring(d));
    d->add(d, sum, x, second);
    rk_ev ev = rk_function_divide(d, r, sum, two);
    fmpz_mpoly_q_clear(two, rk_ring(d));
    fmpz_mpoly_q_clear(sum, rk_ring(d));
    return ev;
}

static rk_ev relu(const rk_domain *d, void *r, const void *x) {
    fmpz_mpoly_q_t modulus;
    fmpz_mpoly_q_init(modulus, rk_ring(d));
    rk_ev ev = rk_function_abs(d, modulus, x);
    if (ev == RK_EV_OK)
        ev = half_sum(d, r, x, modulus);
    fmpz_mpoly_q_clear(modulus, rk_ring(d));
    return ev;
}

static rk_ev silu(const rk_domain *d, void *r, const void *x) {
    fmpz_mpoly_q_t s;
    fmpz_mpoly_q_init(s, rk_ring(d));
    rk_ev ev = quotient_of_exp(d, s, x, 1, 0);
    rk_function_mul(d, r, x, s);
    fmpz_mpoly_q_clear(s, rk_ring(d));
    return ev;
}

/* x*(1 + erf(x/sqrt(2)))/2; erf is odd. */
static rk_ev gelu(const rk_domain *d, void *r, const void *x) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(d);
    fmpz_mpoly_q_t t;
    fmpz_mpoly_q_init(t, ring);
    fmpz_mpoly_q_neg(t, x, ring);
    slong k = rk_function_find_generator(d, RK_GEN_ERF, x);
    slong l = rk_function_find_generator(d, RK_GEN_ERF, t);
    if (k < 0 && l < 0)
        k = rk_function_generator(d, RK_GEN_ERF, x, RK_MAY_ANY);
    rk_ev ev = k < 0 && l < 0 ? RK_EV_LIMIT : RK_EV_OK;
    if (ev == RK_EV_OK) {
        fmpz_mpoly_q_gen(t, k >= 0 ? k : l, ring);
        if (k < 0)
            fmpz_mpoly_q_neg(t, t, ring);
        rk_function_mul(d, t, t, x);
        ev = half_sum(d, r, x, t);
    }
    fmpz_mpoly_q_clear(t, ring);
    return ev;
}

/* x/|x| where x is not 0. */
static rk_ev sign(const rk_domain *d, void *r, const void *x) {
    unsigned signs = rk_function_signs(d, x);
    rk_ev ev = RK_EV_OK;
    if (signs == RK_MAY_ZERO) {
        fmpz_mpoly_q_set_si(r, 0, rk_ring(d));
    } else if (signs & RK_MAY_ZERO) {
        ev = RK_EV_CONSTRUCT;
    } else {
        fmpz_mpoly_q_t modulus;
        fmpz_mpoly_q_init(modulus, rk_ring(d));
        ev = rk_function_abs(d, modulus, x);
        if (ev == RK_EV_OK)
            ev = rk_function_divide(d, r, x, modulus);
        fmpz_mpoly_q_clear(modulus, rk_ring(d));
    }
    return ev;
}

static rk_ev apply(const rk_domain *d, rk_fn f, void *r, const void *x) {
    switch (f) {
    case RK_FN_SQRT:
        rk_signs_learn(d, x, RK_MAY_ZERO | RK_MAY_POSITIVE);
        return rk_function_sqrt(d, r, x);
    case RK_FN_EXP:
        return rk_function_exp(d, r, x);
    case RK_FN_LOG:
        rk_signs_learn(d, x, RK_MAY_POSITIVE);
        return rk_function_log(d, r, x);
    case RK_FN_TANH:
        return quotient_of_exp(d, r, x, 2, -1);
    case RK_FN_SIGMOID:
        return quotient_of_exp(d, r, x, 1, 0);
    case RK_FN_SILU:
        return silu(d, r, x);
    case RK_FN_GELU:
        return gelu(d, r, x);
    case RK_FN_ABS:
        return rk_function_abs(d, r, x);
    case RK_FN_SIGN:
        return sign(d, r, x);
    case RK_FN_RELU:
        return relu(d, r, x);
    default:
        return RK_EV_CONSTRUCT;
    }
}

rk_ev rk_function_apply(const rk_domain *d, rk_fn f, void *r, const void *x) {
    fmpz_mpoly_q_t result;
    if (rk_functions_of(d)->exceeded)
        return RK_EV_LIMIT;
    fmpz_mpoly_q_init(result, rk_ring(d));
    rk_ev ev = apply(d, f, result, x);
    fmpz_mpoly_q_swap(r, result, rk_ring(d));
    fmpz_mpoly_q_clear(result, rk_ring(d));
    return rk_functions_of(d)->exceeded ? RK_EV_LIMIT : ev;
}
