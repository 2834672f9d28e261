#include "rk_power.h"

/* A polynomial may have so many bits in all its coefficients. */
enum { MOST_BITS = 1 << 16 };
/* Exponents are counted within a word, far from its end. */
#define MOST_SHIFT ((slong)1 << 40)

/* --- normal form ---------------------------------------------------------------------------- */

bool rk_power_is_zero(const power *x) {
    return fmpz_poly_is_zero(&x->p) && fmpz_poly_is_zero(&x->q);
}

static void set_zero(power *x) {
    fmpz_poly_zero(&x->p);
    fmpz_poly_zero(&x->q);
    fmpz_poly_one(&x->d);
    x->shift = 0;
    x->n = 1;
}

void rk_power_lose(power *x) {
    set_zero(x);
    x->lost = true;
}

static bool too_large(const fmpz_poly_struct *f) {
    slong bits = fmpz_poly_max_bits(f);
    slong length = fmpz_poly_length(f);
    return length > RK_POWER_TERMS || length * (bits < 0 ? -bits : bits) > MOST_BITS;
}

/* The number of factors x in f; that of the zero polynomial is beyond all others. */
static slong low_zeros(const fmpz_poly_struct *f) {
    slong k = 0;
    if (fmpz_poly_is_zero(f))
        return WORD_MAX;
    while (fmpz_is_zero(f->coeffs + k))
        k++;
    return k;
}

static void take_out_x(power *x) {
    slong top = FLINT_MIN(low_zeros(&x->p), low_zeros(&x->q)), bottom = low_zeros(&x->d);
    fmpz_poly_shift_right(&x->p, &x->p, top);
    fmpz_poly_shift_right(&x->q, &x->q, top);
    fmpz_poly_shift_right(&x->d, &x->d, bottom);
    x->shift += top - bottom;
}

static void divide_content(fmpz_poly_struct *f, const fmpz_t c) {
    if (!fmpz_poly_is_zero(f))
        fmpz_poly_scalar_divexact_fmpz(f, f, c);
}

/* The contents of p and q have nothing in common with that of d afterwards, whose leading
   coefficient becomes positive. */
static void cancel_integers(power *x) {
    fmpz_t g, c;
    fmpz_init(c);
    fmpz_init(g);
    fmpz_poly_content(g, &x->d);
    if (!fmpz_is_one(g)) {
        fmpz_poly_content(c, &x->p);
        fmpz_gcd(g, g, c);
        fmpz_poly_content(c, &x->q);
        fmpz_gcd(g, g, c);
    }
    if (fmpz_sgn(fmpz_poly_lead(&x->d)) < 0)
        fmpz_neg(g, g);
    if (!fmpz_is_one(g)) {
        divide_content(&x->p, g);
        divide_content(&x->q, g);
        divide_content(&x->d, g);
    }
    fmpz_clear(g);
    fmpz_clear(c);
}

static void cancel_polynomials(power *x) {
    fmpz_poly_t g;
    fmpz_poly_init(g);
    fmpz_poly_gcd(g, &x->p, &x->d);
    if (!fmpz_poly_is_zero(&x->q) && !fmpz_poly_is_one(g))
        fmpz_poly_gcd(g, g, &x->q);
    if (fmpz_sgn(fmpz_poly_lead(&x->d)) < 0)
        fmpz_poly_neg(g, g);
    if (!fmpz_poly_is_one(g)) {
        fmpz_poly_div(&x->p, &x->p, g);
        fmpz_poly_div(&x->q, &x->q, g);
        fmpz_poly_div(&x->d, &x->d, g);
    }
    fmpz_poly_clear(g);
}

/* A monomial keeps the smallest n that holds it. */
static void reduce_exponent(power *x) {
    if (x->n == 1 || x->p.length > 1 || x->q.length > 1 || x->d.length > 1)
        return;
    slong g = (slong)n_gcd((ulong)x->n, (ulong)(x->shift < 0 ? -x->shift : x->shift));
    x->n /= g;
    x->shift /= g;
}

void rk_power_normalise(power *x) {
    if (x->lost)
        return;
    if (rk_power_is_zero(x)) {
        set_zero(x);
        return;
    }
    take_out_x(x);
    if (x->d.length == 1 || (x->p.length <= 1 && x->q.length <= 1))
        cancel_integers(x); /* d(0) is not 0: no polynomial divides d and a number */
    else
        cancel_polynomials(x);
    reduce_exponent(x);
    if (too_large(&x->p) || too_large(&x->q) || too_large(&x->d) || x->shift > MOST_SHIFT ||
        x->shift < -MOST_SHIFT)
        rk_power_lose(x);
}

void rk_power_set_monomial(power *r, const fmpq_t c, slong k, slong n) {
    r->lost = false;
    fmpz_poly_set_fmpz(&r->p, fmpq_numref(c));
    fmpz_poly_zero(&r->q);
    fmpz_poly_set_fmpz(&r->d, fmpq_denref(c));
    r->shift = k;
    r->n = n;
    rk_power_normalise(r);
}

/* --- the same root of T --------------------------------------------------------------------- */

void rk_power_refine(power *x, slong times) {
    if (times == 1 || x->lost)
        return;
    slong longest = FLINT_MAX(x->p.length, FLINT_MAX(x->q.length, x->d.length));
    if (times > MOST_SHIFT / x->n || longest * times > RK_POWER_TERMS ||
        (x->shift < 0 ? -x->shift : x->shift) > MOST_SHIFT / times) {
        rk_power_lose(x);
        return;
    }
    fmpz_poly_inflate(&x->p, &x->p, (ulong)times);
    fmpz_poly_inflate(&x->q, &x->q, (ulong)times);
    fmpz_poly_inflate(&x->d, &x->d, (ulong)times);
    x->shift *= times;
    x->n *= times;
}

slong rk_power_common(slong n, slong k) {
    slong more = k / (slong)n_gcd((ulong)n, (ulong)k);
    return more > MOST_SHIFT / n ? 0 : n * more;
}

/* Brings x and y to the same n; false, and x is lost, when they get too large. */
static bool align(power *x, power *y) {
    slong n = rk_power_common(x->n, y->n);
    if (n > 0) {
        rk_power_refine(x, n / x->n);
        rk_power_refine(y, n / y->n);
    }
    if (n > 0 && !x->lost && !y->lost)
        return true;
    rk_power_lose(x);
    return false;
}

/* --- entries -------------------------------------------------------------------------------- */

static void p_init(const rk_domain *d, void *x) {
    power *a = x;
    (void)d;
    fmpz_poly_init(&a->p);
    fmpz_poly_init(&a->q);
    fmpz_poly_init(&a->d);
    a->lost = false;
    set_zero(a);
}

static void p_clear(const rk_domain *d, void *x) {
    power *a = x;
    (void)d;
    fmpz_poly_clear(&a->p);
    fmpz_poly_clear(&a->q);
    fmpz_poly_clear(&a->d);
}

static void p_set(const rk_domain *d, void *r, const void *x) {
    power *a = r;
    const power *b = x;
    (void)d;
    fmpz_poly_set(&a->p, &b->p);
    fmpz_poly_set(&a->q, &b->q);
    fmpz_poly_set(&a->d, &b->d);
    a->shift = b->shift;
    a->n = b->n;
    a->lost = b->lost;
}

static void swap(power *x, power *y) {
    power t = *x;
    *x = *y;
    *y = t;
}

static rk_ev p_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    power *a = r;
    (void)d;
    a->lost = false;
    if (fmpq_is_zero(x))
        set_zero(a);
    else
        rk_power_set_monomial(a, x, 0, 1);
    return a->lost ? RK_EV_LIMIT : RK_EV_OK;
}

static rk_ev p_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    const power *a = x;
    (void)d;
    if (a->lost || !fmpz_poly_is_zero(&a->q) || a->p.length > 1 || a->d.length > 1 || a->shift != 0)
        return RK_EV_ESCAPE;
    fmpz_poly_get_coeff_fmpz(fmpq_numref(r), &a->p, 0);
    fmpz_poly_get_coeff_fmpz(fmpq_denref(r), &a->d, 0);
    return RK_EV_OK;
}

static rk_ev p_outcome(const rk_domain *d, const void *x) {
    (void)d;
    return ((const power *)x)->lost ? RK_EV_ESCAPE : RK_EV_OK;
}

static rk_tern p_is_zero(const rk_domain *d, const void *x) {
    const power *a = x;
    (void)d;
    return a->lost ? RK_UNKNOWN : rk_tern_of(rk_power_is_zero(a));
}

/* --- the four operations -------------------------------------------------------------------- */

static void p_neg(const rk_domain *d, void *r, const void *x) {
    power *a = r;
    p_set(d, r, x);
    fmpz_poly_neg(&a->p, &a->p);
    fmpz_poly_neg(&a->q, &a->q);
}

/* f := f*u + g*v, for numerators; u and v are denominators. */
static void cross(fmpz_poly_struct *f, const fmpz_poly_struct *u, fmpz_poly_struct *g,
                  const fmpz_poly_struct *v) {
    fmpz_poly_mul(f, f, u);
    fmpz_poly_mul(g, g, v);
    fmpz_poly_add(f, f, g);
}

static bool lengthen(power *x, slong by) {
    if (by > RK_POWER_TERMS)
        return false;
    fmpz_poly_shift_left(&x->p, &x->p, by);
    fmpz_poly_shift_left(&x->q, &x->q, by);
    x->shift -= by;
    return true;
}

/* x := x + y, both copies. */
static void add_aligned(power *x, power *y) {
    slong low = FLINT_MIN(x->shift, y->shift);
    if (!lengthen(x, x->shift - low) || !lengthen(y, y->shift - low)) {
        rk_power_lose(x);
        return;
    }
    if (fmpz_poly_equal(&x->d, &y->d)) {
        fmpz_poly_add(&x->p, &x->p, &y->p);
        fmpz_poly_add(&x->q, &x->q, &y->q);
    } else {
        cross(&x->p, &y->d, &y->p, &x->d);
        cross(&x->q, &y->d, &y->q, &x->d);
        fmpz_poly_mul(&x->d, &x->d, &y->d);
    }
    rk_power_normalise(x);
}

void rk_power_add(const rk_domain *d, void *r, const void *x, const void *y) {
    power a, b;
    const power *one = x, *other = y;
    if (!one->lost && !other->lost && (rk_power_is_zero(one) || rk_power_is_zero(other))) {
        p_set(d, r, rk_power_is_zero(one) ? y : x);
        return;
    }
    p_init(d, &a);
    p_init(d, &b);
    p_set(d, &a, x);
    p_set(d, &b, y);
    if (align(&a, &b))
        add_aligned(&a, &b);
    swap(r, &a);
    p_clear(d, &a);
    p_clear(d, &b);
}

void rk_power_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    power minus;
    p_init(d, &minus);
    p_neg(d, &minus, y);
    rk_power_add(d, r, x, &minus);
    p_clear(d, &minus);
}

/* (p + q*s)*(u + v*s) with s^2 = m; p and q are overwritten. */
static void multiply_pairs(const fmpz_t m, fmpz_poly_struct *p, fmpz_poly_struct *q,
                           const fmpz_poly_struct *u, const fmpz_poly_struct *v) {
    fmpz_poly_t t, w;
    if (fmpz_poly_is_zero(q) && fmpz_poly_is_zero(v)) {
        fmpz_poly_mul(p, p, u);
        return;
    }
    fmpz_poly_init(t);
    fmpz_poly_init(w);
    fmpz_poly_mul(t, q, v);
    fmpz_poly_scalar_mul_fmpz(t, t, m);
    fmpz_poly_mul(w, p, v);
    fmpz_poly_mul(p, p, u);
    fmpz_poly_add(p, p, t);
    fmpz_poly_mul(q, q, u);
    fmpz_poly_add(q, q, w);
    fmpz_poly_clear(t);
    fmpz_poly_clear(w);
}

void rk_power_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    power a, b;
    p_init(d, &a);
    p_init(d, &b);
    p_set(d, &a, x);
    p_set(d, &b, y);
    if (align(&a, &b)) {
        multiply_pairs(rk_power_context(d)->m, &a.p, &a.q, &b.p, &b.q);
        fmpz_poly_mul(&a.d, &a.d, &b.d);
        a.shift += b.shift;
        rk_power_normalise(&a);
    }
    swap(r, &a);
    p_clear(d, &a);
    p_clear(d, &b);
}

/* x := 1/x for x != 0: (p - q*s)*d / (p^2 - m*q^2). */
static void invert(const rk_domain *d, power *x) {
    power_context *c = rk_power_context(d);
    fmpz_poly_swap(&x->p, &x->d);
    x->shift = -x->shift;
    if (!fmpz_poly_is_zero(&x->q)) {
        fmpz_poly_t norm, t;
        fmpz_poly_init(norm);
        fmpz_poly_init(t);
        fmpz_poly_mul(norm, &x->d, &x->d);
        fmpz_poly_mul(t, &x->q, &x->q);
        fmpz_poly_scalar_submul_fmpz(norm, t, c->m);
        fmpz_poly_mul(&x->q, &x->q, &x->p);
        fmpz_poly_neg(&x->q, &x->q);
        fmpz_poly_mul(&x->p, &x->p, &x->d);
        fmpz_poly_swap(&x->d, norm);
        fmpz_poly_clear(norm);
        fmpz_poly_clear(t);
    }
    rk_power_normalise(x);
}

rk_ev rk_power_div(const rk_domain *d, void *r, const void *x, const void *y) {
    const power *divisor = y;
    power inverse;
    if (divisor->lost)
        return RK_EV_ESCAPE;
    if (rk_power_is_zero(divisor))
        return RK_EV_UNDEFINED;
    p_init(d, &inverse);
    p_set(d, &inverse, y);
    invert(d, &inverse);
    rk_power_mul(d, r, x, &inverse);
    p_clear(d, &inverse);
    return ((power *)r)->lost ? RK_EV_ESCAPE : RK_EV_OK;
}

/* --- the domain ----------------------------------------------------------------------------- */

static void p_free(rk_domain *d) {
    fmpz_clear(rk_power_context(d)->m);
    fmpq_clear(rk_power_context(d)->b);
    rk_free(d->context);
}

rk_domain *rk_domain_power(void) {
    static const rk_domain table = {
        .name = "powers of e",
        .size = sizeof(power),
        .exact = true,
        .ordered = true,
        .init = p_init,
        .clear = p_clear,
        .set = p_set,
        .set_fmpq = p_set_fmpq,
        .get_fmpq = p_get_fmpq,
        .add = rk_power_add,
        .sub = rk_power_sub,
        .neg = p_neg,
        .mul = rk_power_mul,
        .div = rk_power_div,
        .fn = rk_power_fn,
        .is_zero = p_is_zero,
        .sign = rk_power_sign,
        .print = rk_power_print,
        .outcome = p_outcome,
        .matrix_mul = rk_power_matrix_mul,
        .whole_products = true,
        .matrix_inv = rk_power_inv,
        .matrix_det = rk_power_det,
        .matrix_rank = rk_power_rank,
        .free_context = p_free,
    };
    power_context *c = rk_malloc(sizeof *c);
    c->kind = POWER_OPEN;
    fmpz_init(c->m);
    fmpq_init(c->b);
    rk_domain *d = rk_domain_new(&table);
    d->context = c;
    return d;
}

void rk_power_ball(const rk_domain *d, arb_t value, const void *x, slong bits) {
    if (((const power *)x)->lost)
        arb_indeterminate(value);
    else
        rk_power_enclose(d, value, x, bits);
}
