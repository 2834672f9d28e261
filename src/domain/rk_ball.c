/* Balls: entries of Arb. A ball holds the value of the entry; nothing is said that does not hold
   for every point of it. The whole-matrix methods are in rk_ball_linear.c. */
#include <math.h>

#include "rk_ball.h"

static void b_init(const rk_domain *d, void *x) {
    (void)d;
    arb_init(x);
}

static void b_clear(const rk_domain *d, void *x) {
    (void)d;
    arb_clear(x);
}

static void b_set(const rk_domain *d, void *r, const void *x) {
    (void)d;
    arb_set(r, x);
}

static rk_ev finite(const void *x) {
    return arb_is_finite(x) ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_ev b_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    arb_set_fmpq(r, x, d->precision);
    return finite(r);
}

/* A point is a dyadic rational; beyond these exponents it would not fit anywhere. */
static rk_ev b_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    (void)d;
    if (!arb_is_exact(x) || !arb_is_finite(x) ||
        arf_cmpabs_2exp_si(arb_midref((const arb_struct *)x), 1 << 20) > 0 ||
        (!arb_is_zero(x) && arf_cmpabs_2exp_si(arb_midref((const arb_struct *)x), -(1 << 20)) < 0))
        return RK_EV_ESCAPE;
    arf_get_fmpq(r, arb_midref((const arb_struct *)x));
    return RK_EV_OK;
}

static void b_add(const rk_domain *d, void *r, const void *x, const void *y) {
    arb_add(r, x, y, d->precision);
}

static void b_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    arb_sub(r, x, y, d->precision);
}

static void b_neg(const rk_domain *d, void *r, const void *x) {
    (void)d;
    arb_neg(r, x);
}

static void b_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    arb_mul(r, x, y, d->precision);
}

static rk_ev b_div(const rk_domain *d, void *r, const void *x, const void *y) {
    if (arb_is_zero(y))
        return RK_EV_UNDEFINED;
    if (arb_contains_zero(y))
        return RK_EV_PRECISION;
    arb_div(r, x, y, d->precision);
    return finite(r);
}

static rk_tern b_is_zero(const rk_domain *d, const void *x) {
    (void)d;
    if (arb_is_zero(x))
        return RK_TRUE;
    return arb_contains_zero(x) ? RK_UNKNOWN : RK_FALSE;
}

static rk_ev b_sign(const rk_domain *d, int *sign, const void *x) {
    (void)d;
    *sign = arb_is_positive(x) - arb_is_negative(x);
    return *sign != 0 || arb_is_zero(x) ? RK_EV_OK : RK_EV_PRECISION;
}

static void b_compare(const rk_domain *d, int *low, int *high, const void *x, const void *y) {
    (void)d;
    *low = arb_gt(x, y) ? 1 : arb_ge(x, y) ? 0 : -1;
    *high = arb_lt(x, y) ? -1 : arb_le(x, y) ? 0 : 1;
}

static void b_extreme(const rk_domain *d, void *r, const void *x, const void *y, bool maximum) {
    if (maximum)
        arb_max(r, x, y, d->precision);
    else
        arb_min(r, x, y, d->precision);
}

static rk_ev ball_sqrt(arb_struct *r, const arb_struct *x, slong prec) {
    if (arb_is_negative(x))
        return RK_EV_UNDEFINED;
    if (!arb_is_nonnegative(x))
        return RK_EV_PRECISION;
    arb_sqrtpos(r, x, prec);
    return finite(r);
}

static rk_ev ball_log(arb_struct *r, const arb_struct *x, slong prec) {
    if (arb_is_nonpositive(x))
        return RK_EV_UNDEFINED;
    if (!arb_is_positive(x))
        return RK_EV_PRECISION;
    arb_log(r, x, prec);
    return finite(r);
}

/* 1 / (1 + exp(-x)): x is met once, so that the enclosure is as narrow as that of exp. */
static void ball_sigmoid(arb_struct *r, const arb_struct *x, slong prec) {
    arb_t t;
    arb_init(t);
    arb_neg(t, x);
    arb_exp(t, t, prec);
    arb_add_ui(t, t, 1, prec);
    arb_inv(r, t, prec);
    arb_clear(t);
}

static void ball_silu(arb_struct *r, const arb_struct *x, slong prec) {
    arb_t t;
    arb_init(t);
    ball_sigmoid(t, x, prec);
    arb_mul(r, x, t, prec);
    arb_clear(t);
}

/* erfc(-x / sqrt(2)) / 2, which is (1 + erf(x / sqrt(2))) / 2 without cancellation. */
static void ball_normal(arb_struct *r, const arb_struct *x, slong prec) {
    arb_t t;
    arb_init(t);
    arb_sqrt_ui(t, 2, prec);
    arb_div(t, x, t, prec);
    arb_neg(t, t);
    arb_hypgeom_erfc(t, t, prec);
    arb_mul_2exp_si(r, t, -1);
    arb_clear(t);
}

static void ball_gelu(arb_struct *r, const arb_struct *x, slong prec) {
    arb_t t;
    arb_init(t);
    ball_normal(t, x, prec);
    arb_mul(r, t, x, prec);
    arb_clear(t);
}

/* The normal distribution at x, and x times its density exp(-x^2/2) / sqrt(2*pi). */
static void ball_gelu_slope(arb_struct *r, const arb_struct *x, slong prec) {
    arb_t density, root;
    arb_init(density);
    arb_init(root);
    arb_sqr(density, x, prec);
    arb_neg(density, density);
    arb_mul_2exp_si(density, density, -1);
    arb_exp(density, density, prec);
    arb_const_pi(root, prec);
    arb_mul_2exp_si(root, root, 1);
    arb_sqrt(root, root, prec);
    arb_div(density, density, root, prec);
    arb_mul(density, density, x, prec);
    ball_normal(root, x, prec);
    arb_add(r, root, density, prec);
    arb_clear(density);
    arb_clear(root);
}

static rk_ev ball_sign(arb_struct *r, const arb_struct *x) {
    int sign;
    rk_ev ev = b_sign(NULL, &sign, x);
    if (ev == RK_EV_OK)
        arb_set_si(r, sign);
    return ev;
}

/* Never below zero, unlike arb_abs, so that a root can follow. */
static void ball_abs(arb_struct *r, const arb_struct *x, slong prec) {
    arb_t t;
    arb_init(t);
    if (arb_contains_zero(x)) {
        arb_get_mag(arb_radref(t), x);
        rk_ball_cut(r, arb_radref(t));
    } else {
        arb_set_round(t, x, prec);
        arb_abs(r, t);
    }
    arb_clear(t);
}

static void ball_relu(arb_struct *r, const arb_struct *x, slong prec) {
    arb_t zero;
    arb_init(zero);
    arb_max(r, x, zero, prec);
    arb_clear(zero);
}

static rk_ev b_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    slong prec = d->precision;
    switch (f) {
    case RK_FN_SQRT:
        return ball_sqrt(r, x, prec);
    case RK_FN_LOG:
        return ball_log(r, x, prec);
    case RK_FN_SIGN:
        return ball_sign(r, x);
    case RK_FN_EXP:
        arb_exp(r, x, prec);
        break;
    case RK_FN_TANH:
        arb_tanh(r, x, prec);
        break;
    case RK_FN_SIGMOID:
        ball_sigmoid(r, x, prec);
        break;
    case RK_FN_SILU:
        ball_silu(r, x, prec);
        break;
    case RK_FN_GELU:
        ball_gelu(r, x, prec);
        break;
    case RK_FN_GELU_SLOPE:
        ball_gelu_slope(r, x, prec);
        break;
    case RK_FN_ABS:
        ball_abs(r, x, prec);
        break;
    case RK_FN_RELU:
        ball_relu(r, x, prec);
        break;
    }
    return finite(r);
}

static void b_print(const rk_domain *d, rk_buf *out, const void *x) {
    char *s = arb_get_str(x, 1 + d->precision * 3 / 10, 0);
    rk_buf_puts(out, s);
    flint_free(s);
}

void rk_ball_ends(const arb_t x, double *low, double *high) {
    arf_t a, b;
    arf_init(a);
    arf_init(b);
    arb_get_interval_arf(a, b, x, 64);
    *low = arf_get_d(a, ARF_RND_FLOOR);
    *high = arf_get_d(b, ARF_RND_CEIL);
    arf_clear(a);
    arf_clear(b);
}

static rk_ev b_set_near(const rk_domain *d, void *r, double x, double radius) {
    (void)d;
    arb_set_d(r, x);
    arf_t e;
    arf_init(e);
    arf_set_d(e, radius);
    arb_add_error_arf(r, e);
    arf_clear(e);
    return finite(r);
}

static bool b_ends(const rk_domain *d, double *low, double *high, const void *x) {
    (void)d;
    rk_ball_ends(x, low, high);
    return isfinite(*low) && isfinite(*high);
}

enum { LEAST_PRECISION = 2, MOST_PRECISION = 1 << 24 };

rk_domain *rk_domain_ball(slong precision) {
    static const rk_domain table = {
        .name = "ball",
        .size = sizeof(arb_struct),
        .exact = false,
        .ordered = true,
        .init = b_init,
        .clear = b_clear,
        .set = b_set,
        .set_fmpq = b_set_fmpq,
        .get_fmpq = b_get_fmpq,
        .add = b_add,
        .sub = b_sub,
        .neg = b_neg,
        .mul = b_mul,
        .div = b_div,
        .fn = b_fn,
        .is_zero = b_is_zero,
        .sign = b_sign,
        .print = b_print,
        .set_near = b_set_near,
        .ends = b_ends,
        .compare = b_compare,
        .extreme = b_extreme,
        .matrix_mul = rk_ball_mul,
        .matrix_inv = rk_ball_inv,
        .matrix_det = rk_ball_det,
        .matrix_rank = rk_ball_rank,
        .psd_eigenvalue = rk_ball_psd_eigenvalue,
        .singular_value = rk_ball_singular_value,
        .eigen_modulus = rk_ball_eigen_modulus,
        .free_context = rk_ball_cache_free,
    };
    if (precision < LEAST_PRECISION || precision > MOST_PRECISION)
        return NULL;
    rk_domain *d = rk_domain_new(&table);
    d->precision = precision;
    d->context = rk_ball_cache_new();
    return d;
}
