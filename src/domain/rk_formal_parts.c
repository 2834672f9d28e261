/* Elements as products: roots, moduli and logarithms are taken factor by factor, as far as signs
   allow it. */
#include "function_inside.h"

enum { NEG = RK_MAY_NEGATIVE, ZERO = RK_MAY_ZERO, POS = RK_MAY_POSITIVE };
enum { MAX_FACTORED_TERMS = 150, MAX_FACTORED_BITS = 64 };

/* --- factors ------------------------------------------------------------------------------ */

static rk_part *add_part(rk_parts *r, const rk_domain *d, slong exponent) {
    size_t size = (size_t)(r->n + 1) * sizeof *r->part;
    r->part = rk_realloc(r->part, size);
    rk_part *p = &r->part[r->n++];
    fmpz_mpoly_q_init(p->base, rk_ring(d));
    p->exponent = exponent;
    p->signs = POS;
    return p;
}

static void add_number(rk_parts *r, const rk_domain *d, const fmpz_t base, slong exponent) {
    if (!fmpz_is_one(base))
        fmpz_mpoly_q_set_fmpz(add_part(r, d, exponent)->base, base, rk_ring(d));
}

/* Prime numbers, or the number itself when it is long: FLINT 2.9 would take the quadratic sieve,
   which keeps what it knows in one file of a fixed name, for all threads and processes. */
static void add_constant(rk_parts *r, const rk_domain *d, const fmpz_t c, slong exponent) {
    fmpz_factor_t f;
    fmpz_t size;
    fmpz_init(size);
    fmpz_abs(size, c);
    r->sign *= fmpz_sgn(c);
    if (fmpz_bits(size) > MAX_FACTORED_BITS) {
        add_number(r, d, size, exponent);
    } else {
        fmpz_factor_init(f);
        fmpz_factor(f, size);
        for (slong k = 0; k < f->num; k++)
            add_number(r, d, f->p + k, exponent * (slong)f->exp[k]);
        fmpz_factor_clear(f);
    }
    fmpz_clear(size);
}

/* What stands in a denominator is not 0. */
static void add_poly(rk_parts *r, const rk_domain *d, const fmpz_mpoly_t base, slong exponent) {
    rk_part *p = add_part(r, d, exponent);
    unsigned s = rk_signs_of_poly(d, base);
    fmpz_mpoly_set(fmpz_mpoly_q_numref(p->base), base, rk_ring(d));
    fmpz_mpoly_one(fmpz_mpoly_q_denref(p->base), rk_ring(d));
    if (!(s & POS)) {
        fmpz_mpoly_q_neg(p->base, p->base, rk_ring(d));
        r->sign *= exponent % 2 == 0 ? 1 : -1;
        s = (s & ZERO) | POS;
    }
    p->signs = exponent < 0 ? s & ~(unsigned)ZERO : s;
}

static bool add_factors(rk_parts *r, const rk_domain *d, const fmpz_mpoly_t p, int direction) {
    fmpz_mpoly_factor_t f;
    fmpz_mpoly_t base;
    fmpz_t c;
    if (p->length > MAX_FACTORED_TERMS)
        return false;
    fmpz_init(c);
    fmpz_mpoly_init(base, rk_ring(d));
    fmpz_mpoly_factor_init(f, rk_ring(d));
    bool ok = fmpz_mpoly_factor(f, p, rk_ring(d)) != 0;
    if (ok) {
        fmpz_mpoly_factor_get_constant_fmpz(c, f, rk_ring(d));
        add_constant(r, d, c, direction);
    }
    for (slong k = 0; ok && k < fmpz_mpoly_factor_length(f, rk_ring(d)); k++) {
        fmpz_mpoly_factor_get_base(base, f, k, rk_ring(d));
        add_poly(r, d, base, direction * fmpz_mpoly_factor_get_exp_si(f, k, rk_ring(d)));
    }
    fmpz_mpoly_factor_clear(f, rk_ring(d));
    fmpz_mpoly_clear(base, rk_ring(d));
    fmpz_clear(c);
    return ok;
}

bool rk_parts_of(rk_parts *r, const rk_domain *d, const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    *r = (rk_parts){.sign = 1};
    if (add_factors(r, d, &q->num, 1) && add_factors(r, d, &q->den, -1))
        return true;
    rk_parts_clear(r, d);
    return false;
}

void rk_parts_clear(rk_parts *r, const rk_domain *d) {
    for (slong k = 0; k < r->n; k++)
        fmpz_mpoly_q_clear(r->part[k].base, rk_ring(d));
    rk_free(r->part);
    *r = (rk_parts){.sign = 1};
}

rk_ev rk_function_power(const rk_domain *d, void *r, const void *x, slong exponent) {
    fmpz_mpoly_q_t base;
    rk_ev ev = RK_EV_OK;
    fmpz_mpoly_q_init(base, rk_ring(d));
    fmpz_mpoly_q_set(base, x, rk_ring(d));
    fmpz_mpoly_q_set_si(r, 1, rk_ring(d));
    if (exponent < 0)
        ev = rk_function_divide(d, base, r, base);
    for (slong k = exponent < 0 ? -exponent : exponent; k > 0 && ev == RK_EV_OK; k--)
        rk_function_mul(d, r, r, base);
    fmpz_mpoly_q_clear(base, rk_ring(d));
    return rk_functions_of(d)->exceeded ? RK_EV_LIMIT : ev;
}

/* r *= x^exponent. */
static rk_ev multiply_power(const rk_domain *d, void *r, const void *x, slong exponent) {
    fmpz_mpoly_q_t power;
    fmpz_mpoly_q_init(power, rk_ring(d));
    rk_ev ev = rk_function_power(d, power, x, exponent);
    rk_function_mul(d, r, r, power);
    fmpz_mpoly_q_clear(power, rk_ring(d));
    return ev;
}

/* --- moduli ------------------------------------------------------------------------------- */

static slong variable_of(const rk_domain *d, const void *x) {
    const rk_functions *f = rk_functions_of(d);
    for (slong k = 0; k < f->nused; k++)
        if (fmpz_mpoly_q_is_one(x, f->ring) == 0 &&
            fmpz_mpoly_is_one(fmpz_mpoly_q_denref((fmpz_mpoly_q_struct *)x), f->ring) &&
            fmpz_mpoly_is_gen(fmpz_mpoly_q_numref((fmpz_mpoly_q_struct *)x), k, f->ring))
            return k;
    return -1;
}

static void set_variable(const rk_domain *d, void *r, slong k) {
    if (k >= 0)
        fmpz_mpoly_q_gen(r, k, rk_ring(d));
    else
        fmpz_mpoly_q_set_si(r, 0, rk_ring(d));
}

/* r := the generator that is the nonnegative root of `what`, which is nonnegative where defined. */
static void plain_root(const rk_domain *d, void *r, const void *what) {
    slong k = rk_function_find_generator(d, RK_GEN_ROOT, what);
    if (k < 0) {
        unsigned zero = rk_function_signs(d, what) & ZERO;
        k = rk_function_generator(d, RK_GEN_ROOT, what, zero | POS);
    }
    set_variable(d, r, k);
}

/* r *= |base|^exponent: even powers need no modulus. */
static rk_ev multiply_modulus(const rk_domain *d, void *r, const rk_part *p, slong exponent) {
    if (exponent % 2 == 0 || !(p->signs & NEG))
        return multiply_power(d, r, p->base, exponent);
    fmpz_mpoly_q_t t;
    fmpz_mpoly_q_init(t, rk_ring(d));
    const rk_function_watch *watch = rk_functions_of(d)->watch;
    rk_function_mul(d, t, p->base, p->base);
    if (watch != NULL)
        watch->modulus(watch->self, p->base);
    plain_root(d, t, t);
    if (watch != NULL)
        watch->modulus(watch->self, NULL);
    rk_function_mul(d, r, r, t);
    fmpz_mpoly_q_clear(t, rk_ring(d));
    return multiply_power(d, r, p->base, exponent - 1);
}

rk_ev rk_function_abs(const rk_domain *d, void *r, const void *x) {
    rk_parts parts;
    rk_ev ev = RK_EV_OK;
    if (rk_functions_of(d)->exceeded || rk_function_is_zero(x)) {
        fmpz_mpoly_q_set(r, x, rk_ring(d));
        return RK_EV_OK;
    }
    if (!rk_parts_of(&parts, d, x))
        return RK_EV_LIMIT;
    fmpz_mpoly_q_t result;
    fmpz_mpoly_q_init(result, rk_ring(d));
    fmpz_mpoly_q_set_si(result, 1, rk_ring(d));
    for (slong k = 0; k < parts.n; k++)
        ev = rk_ev_worst(ev, multiply_modulus(d, result, &parts.part[k], parts.part[k].exponent));
    ev = rk_function_tell(d, ev, RK_FN_ABS, x, result);
    fmpz_mpoly_q_swap(r, result, rk_ring(d));
    fmpz_mpoly_q_clear(result, rk_ring(d));
    rk_parts_clear(&parts, d);
    return ev;
}

/* --- roots -------------------------------------------------------------------------------- */

static bool may_be_both(const rk_part *p) {
    return (p->signs & NEG) && (p->signs & POS);
}

static slong half_below(slong n) {
    return (n - (n % 2 != 0 ? 1 : 0)) / 2;
}

/* r *= root of a positive base, or of one that is nonnegative: exp(f/2) where it is exp(f). */
static rk_ev multiply_root(const rk_domain *d, void *r, const void *base) {
    const rk_functions *f = rk_functions_of(d);
    slong k = variable_of(d, base);
    fmpz_mpoly_q_t t, two;
    rk_ev ev = RK_EV_OK;
    fmpz_mpoly_q_init(t, f->ring);
    fmpz_mpoly_q_init(two, f->ring);
    if (k >= 0 && f->generator[k].kind == RK_GEN_EXP) {
        fmpz_mpoly_q_set_si(two, 2, f->ring);
        ev = rk_function_divide(d, t, f->generator[k].what, two);
        ev = rk_ev_worst(ev, rk_function_exp(d, t, t));
    } else {
        plain_root(d, t, base);
    }
    rk_function_mul(d, r, r, t);
    fmpz_mpoly_q_clear(t, f->ring);
    fmpz_mpoly_q_clear(two, f->ring);
    return ev;
}

/* root(a^2*b) = |a|*root(b) where a is not 0, or b is not negative, or b is 0 where a is. Takes out
   of one part what may be taken; what is left is multiplied to `inner`. others: the rest of the
   product is known to be nonnegative, whatever this part is. */
static rk_ev take_root(const rk_domain *d, void *r, void *inner, const rk_part *p, bool others) {
    slong e = p->exponent;
    bool odd = e % 2 != 0, free = !(p->signs & ZERO) || others;
    rk_ev ev = RK_EV_OK;
    if (odd) {
        ev = multiply_modulus(d, r, p, half_below(e));
        if (!may_be_both(p) && free)
            return rk_ev_worst(ev, multiply_root(d, r, p->base));
        return rk_ev_worst(ev, multiply_power(d, inner, p->base, 1));
    }
    if (free)
        return multiply_modulus(d, r, p, e / 2);
    ev = multiply_modulus(d, r, p, e / 2 - 1);
    return rk_ev_worst(ev, multiply_power(d, inner, p->base, 2));
}

static rk_ev root_of_parts(const rk_domain *d, void *r, const rk_parts *parts) {
    fmpz_mpoly_q_t inner;
    rk_ev ev = RK_EV_OK;
    bool nonnegative = parts->sign > 0;
    for (slong k = 0; k < parts->n; k++)
        nonnegative =
            nonnegative && (parts->part[k].exponent % 2 == 0 || !may_be_both(&parts->part[k]));
    fmpz_mpoly_q_init(inner, rk_ring(d));
    fmpz_mpoly_q_set_si(r, 1, rk_ring(d));
    fmpz_mpoly_q_set_si(inner, parts->sign, rk_ring(d));
    for (slong k = 0; k < parts->n; k++)
        ev = rk_ev_worst(ev, take_root(d, r, inner, &parts->part[k], nonnegative));
    if (rk_function_signs(d, inner) == NEG)
        ev = rk_ev_worst(ev, RK_EV_UNDEFINED);
    else if (!fmpz_mpoly_q_is_one(inner, rk_ring(d)))
        ev = rk_ev_worst(ev, multiply_root(d, r, inner));
    fmpz_mpoly_q_clear(inner, rk_ring(d));
    return ev;
}

rk_ev rk_function_sqrt(const rk_domain *d, void *r, const void *x) {
    rk_parts parts;
    fmpz_mpoly_q_t result;
    if (rk_functions_of(d)->exceeded || rk_function_is_zero(x)) {
        fmpz_mpoly_q_set_si(r, 0, rk_ring(d));
        return RK_EV_OK;
    }
    if (!rk_parts_of(&parts, d, x))
        return RK_EV_LIMIT;
    fmpz_mpoly_q_init(result, rk_ring(d));
    const rk_function_watch *watch = rk_functions_of(d)->watch;
    if (watch != NULL)
        watch->root(watch->self, x);
    rk_ev ev = root_of_parts(d, result, &parts);
    if (watch != NULL)
        watch->root(watch->self, NULL);
    ev = rk_function_tell(d, ev, RK_FN_SQRT, x, result);
    fmpz_mpoly_q_swap(r, result, rk_ring(d));
    fmpz_mpoly_q_clear(result, rk_ring(d));
    rk_parts_clear(&parts, d);
    return ev;
}

/* --- logarithms --------------------------------------------------------------------------- */

/* sum += factor*log(x), x a positive element that is not taken apart. */
static rk_ev add_plain_log(const rk_domain *d, void *sum, const void *x, const fmpq_t factor) {
    rk_functions *f = rk_functions_of(d);
    slong k = rk_function_find_generator(d, RK_GEN_LOG, x);
    fmpz_mpoly_q_t t;
    fmpz_mpoly_q_init(t, f->ring);
    if (k < 0) {
        k = rk_function_generator(d, RK_GEN_LOG, x, RK_MAY_ANY);
        set_variable(d, t, k);
        if (k >= 0 && !rk_function_add_exponent(d, t, x, true))
            f->exceeded = true;
    }
    set_variable(d, t, k);
    fmpz_mpoly_q_mul_fmpq(t, t, factor, f->ring);
    d->add(d, sum, sum, t);
    fmpz_mpoly_q_clear(t, f->ring);
    return f->exceeded ? RK_EV_LIMIT : RK_EV_OK;
}

/* sum += times*log(x), where log(exp(f)) = f and log(root of v) = log(v)/2. */
static rk_ev add_log(const rk_domain *d, void *sum, const void *x, slong times) {
    rk_functions *f = rk_functions_of(d);
    slong k = variable_of(d, x);
    rk_generator_kind kind = k >= 0 ? f->generator[k].kind : RK_GEN_INPUT;
    fmpz_mpoly_q_t t;
    fmpq_t factor;
    rk_ev ev = RK_EV_OK;
    fmpq_init(factor);
    fmpz_mpoly_q_init(t, f->ring);
    fmpq_set_si(factor, times, kind == RK_GEN_ROOT ? 2 : 1);
    if (kind == RK_GEN_EXP)
        fmpz_mpoly_q_set(t, f->generator[k].what, f->ring);
    else if (kind == RK_GEN_ROOT)
        ev = rk_function_log(d, t, f->generator[k].what);
    else
        ev = add_plain_log(d, sum, x, factor);
    fmpz_mpoly_q_mul_fmpq(t, t, factor, f->ring);
    d->add(d, sum, sum, t);
    fmpz_mpoly_q_clear(t, f->ring);
    fmpq_clear(factor);
    return ev;
}

/* log(p^e*w): e*log(p) for positive p, (e/2)*log(p^2) where p is not 0. */
static rk_ev take_log(const rk_domain *d, void *sum, void *inner, const rk_part *p) {
    fmpz_mpoly_q_t square;
    if (!may_be_both(p))
        return add_log(d, sum, p->base, p->exponent);
    rk_ev ev = RK_EV_OK;
    fmpz_mpoly_q_init(square, rk_ring(d));
    if (half_below(p->exponent) != 0) {
        rk_function_mul(d, square, p->base, p->base);
        ev = add_log(d, sum, square, half_below(p->exponent));
    }
    if (p->exponent % 2 != 0)
        ev = rk_ev_worst(ev, multiply_power(d, inner, p->base, 1));
    fmpz_mpoly_q_clear(square, rk_ring(d));
    return ev;
}

rk_ev rk_function_log(const rk_domain *d, void *r, const void *x) {
    rk_parts parts;
    fmpz_mpoly_q_t sum, inner;
    rk_ev ev = RK_EV_OK;
    if (rk_function_is_zero(x))
        return rk_functions_of(d)->exceeded ? RK_EV_LIMIT : RK_EV_UNDEFINED;
    if (!rk_parts_of(&parts, d, x))
        return RK_EV_LIMIT;
    fmpz_mpoly_q_init(sum, rk_ring(d));
    fmpz_mpoly_q_init(inner, rk_ring(d));
    fmpz_mpoly_q_set_si(inner, parts.sign, rk_ring(d));
    for (slong k = 0; k < parts.n; k++)
        ev = rk_ev_worst(ev, take_log(d, sum, inner, &parts.part[k]));
    if (!(rk_function_signs(d, inner) & POS))
        ev = rk_ev_worst(ev, RK_EV_UNDEFINED);
    else if (!fmpz_mpoly_q_is_one(inner, rk_ring(d)))
        ev = rk_ev_worst(ev, add_log(d, sum, inner, 1));
    ev = rk_function_tell(d, ev, RK_FN_LOG, x, sum);
    fmpz_mpoly_q_swap(r, sum, rk_ring(d));
    fmpz_mpoly_q_clear(sum, rk_ring(d));
    fmpz_mpoly_q_clear(inner, rk_ring(d));
    rk_parts_clear(&parts, d);
    return ev;
}
