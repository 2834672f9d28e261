/* Functions of numbers of K(T), and their signs. */
#include "rk_power.h"

#include <math.h>

/* Bits of exponents, and of rationals that log and powers of b still work on. */
enum { EXPONENT_BITS = 30, MOST_BITS = 1 << 12 };

/* --- signs ---------------------------------------------------------------------------------- */

static void generator(const rk_domain *d, arb_t x, slong n, slong bits) {
    const power_context *c = rk_power_context(d);
    arb_one(x);
    if (c->kind == POWER_LOG) {
        arb_set_fmpq(x, c->b, bits);
        arb_log(x, x, bits);
        return;
    }
    if (c->kind == POWER_ROOT)
        arb_sqrt_fmpz(x, c->m, bits);
    arb_div_si(x, x, n, bits);
    arb_exp(x, x, bits);
}

void rk_power_enclose(const rk_domain *d, arb_t value, const power *x, slong bits) {
    arb_t t, part;
    fmpz_t shift;
    arb_init(t);
    arb_init(part);
    fmpz_init_set_si(shift, x->shift);
    generator(d, t, x->n, bits);
    arb_fmpz_poly_evaluate_arb(part, &x->q, t, bits);
    arb_sqrt_fmpz(value, rk_power_context(d)->m, bits);
    arb_mul(value, value, part, bits);
    arb_fmpz_poly_evaluate_arb(part, &x->p, t, bits);
    arb_add(value, value, part, bits);
    arb_fmpz_poly_evaluate_arb(part, &x->d, t, bits);
    arb_div(value, value, part, bits);
    arb_pow_fmpz(t, t, shift, bits);
    arb_mul(value, value, t, bits);
    arb_clear(t);
    arb_clear(part);
    fmpz_clear(shift);
}

/* The sign of all coefficients, when none is of the other; T is positive. */
static int common_sign(const fmpz_poly_struct *f) {
    int sign = 0;
    for (slong i = 0; i < f->length; i++) {
        int s = fmpz_sgn(f->coeffs + i);
        if (s * sign < 0)
            return 0;
        sign = s != 0 ? s : sign;
    }
    return sign;
}

/* Bits at which the sign of a number that is not 0 is looked for last. */
enum { FIRST_BITS = 64, LAST_BITS = 1 << 14 };

rk_ev rk_power_sign(const rk_domain *d, int *sign, const void *x) {
    const power *a = x;
    arb_t value;
    *sign = 0;
    if (a->lost)
        return RK_EV_ESCAPE;
    if (rk_power_is_zero(a))
        return RK_EV_OK;
    if (fmpz_poly_is_zero(&a->q))
        *sign = common_sign(&a->p) * common_sign(&a->d);
    arb_init(value);
    for (slong bits = FIRST_BITS; *sign == 0 && bits <= LAST_BITS; bits *= 2) {
        rk_power_enclose(d, value, a, bits);
        *sign = arb_is_positive(value) - arb_is_negative(value);
    }
    arb_clear(value);
    return *sign != 0 ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_ev by_sign(const rk_domain *d, rk_fn f, power *r, const power *x) {
    int sign;
    rk_ev ev = rk_power_sign(d, &sign, x);
    if (ev != RK_EV_OK)
        return ev;
    fmpq_t c;
    fmpq_init(c);
    fmpq_set_si(c, f == RK_FN_SIGN ? sign : 0, 1);
    if (f == RK_FN_SIGN || (f == RK_FN_RELU && sign <= 0))
        d->set_fmpq(d, r, c);
    else if (sign < 0)
        d->neg(d, r, x);
    else
        d->set(d, r, x);
    fmpq_clear(c);
    return RK_EV_OK;
}

static rk_ev at_zero(const rk_domain *d, rk_fn f, power *r) {
    fmpq_t value;
    fmpq_init(value);
    rk_ev ev = rk_fn_at_zero(f, value);
    if (ev == RK_EV_OK)
        ev = d->set_fmpq(d, r, value);
    fmpq_clear(value);
    return ev;
}

/* --- what a number is ----------------------------------------------------------------------- */

/* Does x have the form c * T^(k/n), or with a root c*sqrt(m) * T^(k/n)? */
static bool is_monomial(const power *x, bool root) {
    return x->d.length == 1 && (root ? &x->p : &x->q)->length == 0 &&
           (root ? &x->q : &x->p)->length == 1;
}

static void monomial_coefficient(fmpq_t c, const power *x) {
    fmpz_set(fmpq_numref(c), (x->q.length ? &x->q : &x->p)->coeffs);
    fmpz_set(fmpq_denref(c), x->d.coeffs);
    fmpq_canonicalise(c);
}

static rk_ev settle_kind(const rk_domain *d, power_kind kind) {
    power_context *c = rk_power_context(d);
    if (c->kind == POWER_OPEN)
        c->kind = kind;
    return c->kind == kind ? RK_EV_OK : RK_EV_ESCAPE;
}

/* --- roots ---------------------------------------------------------------------------------- */

/* n without the squares of small primes. */
static void take_out_squares(fmpz_t n) {
    static const ulong prime[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    for (size_t i = 0; i < sizeof prime / sizeof *prime; i++)
        while (fmpz_divisible_si(n, (slong)(prime[i] * prime[i])))
            fmpz_divexact_ui(n, n, prime[i] * prime[i]);
}

/* r := c*sqrt(m) */
static void set_root(power *r, const fmpq_t c) {
    rk_power_set_monomial(r, c, 0, 1);
    fmpz_poly_swap(&r->p, &r->q);
}

rk_ev rk_power_root(const rk_domain *d, power *r, const fmpq_t x) {
    power_context *c = rk_power_context(d);
    fmpz_t n;
    fmpq_t ratio;
    rk_ev ev = RK_EV_OK;
    fmpz_init(n);
    fmpq_init(ratio);
    fmpz_mul(n, fmpq_numref(x), fmpq_denref(x));
    bool rational = fmpz_is_square(n);
    if (!rational && fmpz_is_zero(c->m)) {
        fmpz_set(c->m, n);
        take_out_squares(c->m);
    }
    fmpz_set(fmpq_numref(ratio), n);
    fmpz_set(fmpq_denref(ratio), c->m);
    if (rational)
        fmpz_one(fmpq_denref(ratio));
    fmpq_canonicalise(ratio);
    if (!fmpz_is_square(fmpq_numref(ratio)) || !fmpz_is_square(fmpq_denref(ratio))) {
        ev = RK_EV_ESCAPE;
    } else { /* sqrt(x) = sqrt(n) / den(x) */
        fmpz_sqrt(fmpq_numref(ratio), fmpq_numref(ratio));
        fmpz_sqrt(fmpq_denref(ratio), fmpq_denref(ratio));
        fmpq_div_fmpz(ratio, ratio, fmpq_denref(x));
        if (rational)
            rk_power_set_monomial(r, ratio, 0, 1);
        else
            set_root(r, ratio);
    }
    fmpz_clear(n);
    fmpq_clear(ratio);
    return ev;
}

/* f := sqrt of f without its content, which goes to c; false when that is no square. */
static bool primitive_root(fmpz_poly_t f, fmpz_t c) {
    fmpz_poly_content(c, f);
    fmpz_poly_scalar_divexact_fmpz(f, f, c);
    return fmpz_poly_sqrt(f, f) != 0;
}

/* The root of c*T^k*(f/g)^2: sqrt(c)*T^(k/2)*|f/g|. r may be x. */
static rk_ev root_of_square(const rk_domain *d, power *r, const power *x) {
    slong shift = x->shift, n = x->n;
    rk_matrix work;
    fmpq_t c;
    fmpq_init(c);
    rk_matrix_init(&work, d, 2, 1);
    power *root = rk_matrix_entry(&work, 0, 0), *f = rk_matrix_entry(&work, 1, 0);
    d->set(d, f, x);
    bool square = primitive_root(&f->p, fmpq_numref(c)) && primitive_root(&f->d, fmpq_denref(c));
    bool halves = shift % 2 != 0;
    rk_ev ev =
        square && !(halves && rk_power_context(d)->kind == POWER_LOG) ? RK_EV_OK : RK_EV_ESCAPE;
    if (ev == RK_EV_OK) {
        fmpq_canonicalise(c);
        f->shift = 0;
        rk_power_normalise(f);
        ev = rk_power_root(d, root, c);
    }
    if (ev == RK_EV_OK)
        ev = by_sign(d, RK_FN_ABS, f, f);
    if (ev == RK_EV_OK) {
        rk_power_mul(d, r, root, f);
        fmpq_one(c);
        rk_power_set_monomial(f, c, halves ? shift : shift / 2, halves ? 2 * n : n);
        rk_power_mul(d, r, r, f);
    }
    rk_matrix_clear(&work);
    fmpq_clear(c);
    return ev;
}

static rk_ev power_sqrt(const rk_domain *d, power *r, const power *x) {
    int sign;
    rk_ev ev = rk_power_sign(d, &sign, x);
    if (ev != RK_EV_OK)
        return ev;
    if (sign < 0)
        return RK_EV_UNDEFINED;
    if (sign == 0) {
        d->set(d, r, x);
        return RK_EV_OK;
    }
    return x->q.length == 0 ? root_of_square(d, r, x) : RK_EV_ESCAPE;
}

/* --- exponentials --------------------------------------------------------------------------- */

static bool small_fraction(const fmpq_t c) {
    return fmpq_height_bits(c) <= EXPONENT_BITS;
}

/* T^c */
static rk_ev power_of_t(power *r, const fmpq_t c) {
    fmpq_t one;
    if (!small_fraction(c))
        return RK_EV_ESCAPE;
    fmpq_init(one);
    fmpq_one(one);
    rk_power_set_monomial(r, one, fmpz_get_si(fmpq_numref(c)), fmpz_get_si(fmpq_denref(c)));
    fmpq_clear(one);
    return RK_EV_OK;
}

/* b^c: rational for an integer c, and a root for half of one. Otherwise it is an algebraic number
   of higher degree, since b is no power. */
static rk_ev power_of_b(const rk_domain *d, power *r, const fmpq_t c) {
    const power_context *k = rk_power_context(d);
    fmpq_t value;
    rk_ev ev;
    bool half = fmpz_equal_si(fmpq_denref(c), 2);
    double bits = fabs(fmpz_get_d(fmpq_numref(c))) * (double)fmpq_height_bits(k->b);
    if ((!half && !fmpz_is_one(fmpq_denref(c))) || bits > MOST_BITS)
        return RK_EV_ESCAPE;
    fmpq_init(value);
    fmpq_pow_si(value, k->b, fmpz_get_si(fmpq_numref(c)));
    if (half)
        ev = rk_power_root(d, r, value);
    else
        ev = d->set_fmpq(d, r, value);
    fmpq_clear(value);
    return ev;
}

static rk_ev power_exp(const rk_domain *d, power *r, const power *x) {
    bool root = is_monomial(x, true);
    bool log = rk_power_context(d)->kind == POWER_LOG && x->shift == 1 && x->n == 1 && !root;
    if (!log && x->shift != 0)
        return RK_EV_ESCAPE;
    if (!is_monomial(x, root))
        return RK_EV_ESCAPE;
    fmpq_t c;
    fmpq_init(c);
    monomial_coefficient(c, x);
    rk_ev ev = log ? RK_EV_OK : settle_kind(d, root ? POWER_ROOT : POWER_E);
    if (ev == RK_EV_OK)
        ev = log ? power_of_b(d, r, c) : power_of_t(r, c);
    fmpq_clear(c);
    return ev;
}

/* --- logarithms ----------------------------------------------------------------------------- */

/* f = root^k with the largest k; k = 0 for f = 1. */
static slong largest_power(fmpz_t root, const fmpz_t f) {
    slong k = 1;
    fmpz_set(root, f);
    if (fmpz_is_one(f))
        return 0;
    for (int more; (more = fmpz_is_perfect_power(root, root)) > 1;)
        k *= more;
    return k;
}

/* x = b^k, b > 1 no power of another rational; x positive and not 1. */
static slong as_power(fmpq_t b, const fmpq_t x) {
    bool below = fmpz_cmp(fmpq_numref(x), fmpq_denref(x)) < 0;
    fmpz_t top, bottom;
    fmpz_init(top);
    fmpz_init(bottom);
    slong i = largest_power(top, fmpq_numref(x)), j = largest_power(bottom, fmpq_denref(x));
    slong k = (slong)n_gcd((ulong)i, (ulong)j);
    fmpz_pow_ui(top, top, (ulong)(i / k));
    fmpz_pow_ui(bottom, bottom, (ulong)(j / k));
    fmpz_swap(fmpq_numref(b), below ? bottom : top);
    fmpz_swap(fmpq_denref(b), below ? top : bottom);
    fmpz_clear(top);
    fmpz_clear(bottom);
    return below ? -k : k;
}

/* share*log(x) of a positive rational */
static rk_ev log_of_rational(const rk_domain *d, power *r, const fmpq_t x, ulong share) {
    power_context *c = rk_power_context(d);
    fmpq_t b;
    if (fmpq_height_bits(x) > MOST_BITS || settle_kind(d, POWER_LOG) != RK_EV_OK)
        return RK_EV_ESCAPE;
    fmpq_init(b);
    slong k = as_power(b, x);
    if (fmpq_is_zero(c->b))
        fmpq_set(c->b, b);
    rk_ev ev = fmpq_equal(c->b, b) ? RK_EV_OK : RK_EV_ESCAPE;
    if (ev == RK_EV_OK) {
        fmpq_set_si(b, k, share);
        rk_power_set_monomial(r, b, 1, 1);
    }
    fmpq_clear(b);
    return ev;
}

/* log(T^k) */
static rk_ev log_of_power(const rk_domain *d, power *r, slong k, slong n) {
    fmpq_t c;
    fmpq_init(c);
    fmpq_set_si(c, k, (ulong)n);
    if (rk_power_context(d)->kind == POWER_ROOT)
        set_root(r, c);
    else
        rk_power_set_monomial(r, c, 0, 1);
    fmpq_clear(c);
    return RK_EV_OK;
}

static rk_ev power_log(const rk_domain *d, power *r, const power *x) {
    int sign;
    rk_ev ev = rk_power_sign(d, &sign, x);
    if (ev != RK_EV_OK || sign <= 0)
        return ev != RK_EV_OK ? ev : RK_EV_UNDEFINED;
    bool root = is_monomial(x, true);
    if (!is_monomial(x, root))
        return RK_EV_ESCAPE;
    fmpq_t c;
    fmpq_init(c);
    monomial_coefficient(c, x);
    bool one = fmpq_is_one(c) && !root;
    if (root) { /* of (c*sqrt(m))^2 */
        fmpq_mul(c, c, c);
        fmpq_mul_fmpz(c, c, rk_power_context(d)->m);
    }
    if (x->shift == 0 && one)
        ev = at_zero(d, RK_FN_SQRT, r);
    else if (x->shift == 0)
        ev = log_of_rational(d, r, c, root ? 2 : 1);
    else if (one && rk_power_context(d)->kind != POWER_LOG)
        ev = log_of_power(d, r, x->shift, x->n);
    else
        ev = RK_EV_ESCAPE;
    fmpq_clear(c);
    return ev;
}

/* --- the functions -------------------------------------------------------------------------- */

/* e^x / (1 + e^x), or (e^x - 1) / (e^x + 1) */
static rk_ev logistic(const rk_domain *d, power *r, const power *x, bool centred) {
    rk_matrix work;
    fmpq_t one;
    fmpq_init(one);
    fmpq_one(one);
    rk_matrix_init(&work, d, 2, 1);
    power *top = rk_matrix_entry(&work, 0, 0), *bottom = rk_matrix_entry(&work, 1, 0);
    rk_ev ev = power_exp(d, top, x);
    if (ev == RK_EV_OK) {
        d->set_fmpq(d, bottom, one);
        if (centred)
            rk_power_sub(d, r, top, bottom);
        else
            d->set(d, r, top);
        rk_power_add(d, bottom, top, bottom);
        ev = rk_power_div(d, r, r, bottom);
    }
    rk_matrix_clear(&work);
    fmpq_clear(one);
    return ev;
}

static rk_ev power_tanh(const rk_domain *d, power *r, const power *x) {
    rk_matrix twice;
    rk_matrix_init(&twice, d, 1, 1);
    rk_power_add(d, twice.entry, x, x);
    rk_ev ev = logistic(d, r, twice.entry, true);
    rk_matrix_clear(&twice);
    return ev;
}

static rk_ev power_silu(const rk_domain *d, power *r, const power *x) {
    rk_matrix weight;
    rk_matrix_init(&weight, d, 1, 1);
    rk_ev ev = logistic(d, weight.entry, x, false);
    if (ev == RK_EV_OK)
        rk_power_mul(d, r, x, weight.entry);
    rk_matrix_clear(&weight);
    return ev;
}

rk_ev rk_power_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    if (((const power *)x)->lost)
        return RK_EV_ESCAPE;
    if (rk_power_is_zero(x))
        return at_zero(d, f, r);
    switch (f) {
    case RK_FN_SQRT:
        return power_sqrt(d, r, x);
    case RK_FN_EXP:
        return power_exp(d, r, x);
    case RK_FN_LOG:
        return power_log(d, r, x);
    case RK_FN_TANH:
        return power_tanh(d, r, x);
    case RK_FN_SIGMOID:
        return logistic(d, r, x, false);
    case RK_FN_SILU:
        return power_silu(d, r, x);
    case RK_FN_ABS:
    case RK_FN_SIGN:
    case RK_FN_RELU:
        return by_sign(d, f, r, x);
    default: /* gelu needs erf */
        return RK_EV_ESCAPE;
    }
}
