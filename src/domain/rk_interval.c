#include "rk_interval.h"

#include <math.h>

/* Below it the error of a product may itself be lost. */
#define SMALL 1e-270
#define TINY 1e-300

double rk_radius_up(double r) {
    return r == 0 ? 0 : r * (1 + 0x1p-48) + TINY;
}

static rk_near nothing(void) {
    return (rk_near){0, INFINITY};
}

static rk_near near_of(double m, double r) {
    return isfinite(m) && r < INFINITY ? (rk_near){m, rk_radius_up(r)} : nothing();
}

double rk_near_low(rk_near x) {
    return x.r == 0 ? x.m : nextafter(x.m - x.r, -INFINITY);
}

double rk_near_high(rk_near x) {
    return x.r == 0 ? x.m : nextafter(x.m + x.r, INFINITY);
}

rk_near rk_near_between(double low, double high) {
    double m = low / 2 + high / 2;
    return near_of(m, fmax(high - m, m - low));
}

/* The error of a sum, exactly (Knuth's two-sum). */
rk_near rk_near_add(rk_near x, rk_near y) {
    double m = x.m + y.m, t = m - x.m;
    double error = (x.m - (m - t)) + (y.m - t);
    return near_of(m, x.r + y.r + fabs(error));
}

static rk_near negative(rk_near x) {
    return (rk_near){-x.m, x.r};
}

rk_near rk_near_mul(rk_near x, rk_near y) {
    double m = x.m * y.m;
    if ((x.m == 0 && x.r == 0) || (y.m == 0 && y.r == 0))
        return (rk_near){0, 0};
    double error = fabs(fma(x.m, y.m, -m));
    double r = fabs(x.m) * y.r + x.r * (fabs(y.m) + y.r) + error;
    if (fabs(m) < SMALL || (r < SMALL && x.r + y.r > 0))
        r += TINY;
    return near_of(m, r);
}

rk_ev rk_near_div(rk_near *r, rk_near x, rk_near y) {
    double least = (fabs(y.m) - y.r) * (1 - 0x1p-50);
    *r = nothing();
    if (y.m == 0 && y.r == 0)
        return RK_EV_UNDEFINED;
    if (!(least > SMALL))
        return RK_EV_PRECISION;
    double m = x.m / y.m, error = fabs(fma(-m, y.m, x.m));
    double most = (x.r + fabs(m) * y.r * (1 + 0x1p-50) + error) / least;
    if (x.m != 0 && (fabs(m) < SMALL || fabs(x.m) < SMALL))
        most += TINY / fmin(1, least);
    *r = near_of(m, most);
    return isfinite(r->r) ? RK_EV_OK : RK_EV_PRECISION;
}

/* --- functions -------------------------------------------------------------------------------- */

/* What the C library may be wrong by, relative to the value. */
#define LIBRARY (32 * RK_UNIT)

static rk_ev done(rk_near *r) {
    return isfinite(r->r) ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_ev near_sqrt(rk_near *r, rk_near x) {
    if (rk_near_high(x) < 0)
        return RK_EV_UNDEFINED;
    double low = rk_near_low(x);
    if (low < 0 || !isfinite(x.r))
        return RK_EV_PRECISION;
    double s = sqrt(x.m);
    double error = x.m == 0 ? 0 : (x.r + fabs(fma(s, s, -x.m))) / s;
    if (x.r > 0 || (x.m != 0 && x.m < SMALL))
        error += TINY;
    *r = near_of(s, error);
    return RK_EV_OK;
}

static rk_ev near_log(rk_near *r, rk_near x) {
    if (rk_near_high(x) <= 0)
        return RK_EV_UNDEFINED;
    if (!(rk_near_low(x) > 0))
        return RK_EV_PRECISION;
    if (x.m == 1 && x.r == 0) {
        *r = (rk_near){0, 0};
        return RK_EV_OK;
    }
    double m = log(x.m), spread = -log1p(-(x.r / x.m) * (1 + LIBRARY));
    *r = near_of(m, spread * (1 + LIBRARY) + fabs(m) * LIBRARY);
    return done(r);
}

static rk_ev near_exp(rk_near *r, rk_near x) {
    double m = exp(x.m);
    if (x.m == 0 && x.r == 0)
        *r = (rk_near){1, 0};
    else
        *r = near_of(m, m * (1 + LIBRARY) * expm1(x.r) * (1 + LIBRARY) + m * LIBRARY + TINY);
    return done(r);
}

/* f(x.m) with an error of the library, spread by the largest slope that f has around x. */
static rk_ev near_smooth(rk_near *r, rk_near x, double value, double slope) {
    *r = near_of(value, x.r * slope + fabs(value) * LIBRARY + (x.m == 0 ? 0 : TINY));
    return done(r);
}

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

static rk_ev near_tanh(rk_near *r, rk_near x) {
    double t = tanh(fmax(0, fabs(x.m) - x.r));
    return near_smooth(r, x, tanh(x.m), fmin(1, fmax(0, 1 - t * t) + 8 * RK_UNIT));
}

/* The slopes of x sigmoid(x) and x Phi(x) stay below 1.0999 and 1.1290; where exp(-x) overflows,
   the value is below any power of x. */
static rk_ev near_silu(rk_near *r, rk_near x) {
    return near_smooth(r, x, x.m * sigmoid(x.m), 1.1);
}

static rk_ev near_gelu(rk_near *r, rk_near x) {
    double t = -x.m / sqrt(2), value = x.m * erfc(t) / 2;
    rk_ev ev = near_smooth(r, x, value, 1.13);
    if (ev == RK_EV_OK && t > 1) /* erfc(t) changes relatively by 2 t^2 times the rounding of t */
        *r = near_of(r->m, r->r + fabs(value) * (2 * t * t + 2) * 8 * RK_UNIT);
    return ev;
}

/* Phi(x) + x phi(x), whose slope stays below 0.8. */
static rk_ev near_gelu_slope(rk_near *r, rk_near x) {
    double a = erfc(-x.m / sqrt(2)) / 2, b = x.m * exp(-x.m * x.m / 2) * 0.3989422804014327;
    rk_ev ev = near_smooth(r, x, a + b, 0.8);
    if (ev == RK_EV_OK)
        *r = near_of(r->m, r->r + (a + fabs(b)) * (2 * x.m * x.m + 3) * LIBRARY + TINY);
    return ev;
}

static rk_ev near_sign(rk_near *r, rk_near x) {
    bool zero = x.m == 0 && x.r == 0;
    if (!zero && !(fabs(x.m) > x.r))
        return RK_EV_PRECISION;
    *r = (rk_near){(x.m > 0) - (x.m < 0), 0};
    return RK_EV_OK;
}

static rk_ev near_abs(rk_near *r, rk_near x) {
    if (fabs(x.m) >= x.r)
        *r = (rk_near){fabs(x.m), x.r};
    else
        *r = rk_near_between(0, fmax(-rk_near_low(x), rk_near_high(x)));
    return done(r);
}

static rk_ev near_relu(rk_near *r, rk_near x) {
    if (x.m >= x.r)
        *r = x;
    else if (x.m <= -x.r)
        *r = (rk_near){0, 0};
    else
        *r = rk_near_between(0, rk_near_high(x));
    return done(r);
}

static rk_ev near_fn(rk_fn f, rk_near *r, rk_near x) {
    switch (f) {
    case RK_FN_SQRT:
        return near_sqrt(r, x);
    case RK_FN_EXP:
        return near_exp(r, x);
    case RK_FN_LOG:
        return near_log(r, x);
    case RK_FN_TANH:
        return near_tanh(r, x);
    case RK_FN_SIGMOID:
        return near_smooth(r, x, sigmoid(x.m), 0.25);
    case RK_FN_SILU:
        return near_silu(r, x);
    case RK_FN_GELU:
        return near_gelu(r, x);
    case RK_FN_GELU_SLOPE:
        return near_gelu_slope(r, x);
    case RK_FN_ABS:
        return near_abs(r, x);
    case RK_FN_SIGN:
        return near_sign(r, x);
    case RK_FN_RELU:
        return near_relu(r, x);
    }
    return RK_EV_CONSTRUCT;
}

/* --- the domain ------------------------------------------------------------------------------- */

static rk_near get(const void *x) {
    return *(const rk_near *)x;
}

static void n_init(const rk_domain *d, void *x) {
    (void)d;
    *(rk_near *)x = (rk_near){0, 0};
}

static void n_clear(const rk_domain *d, void *x) {
    (void)d, (void)x;
}

static void n_set(const rk_domain *d, void *r, const void *x) {
    (void)d;
    *(rk_near *)r = get(x);
}

static rk_ev n_set_near(const rk_domain *d, void *r, double x, double radius) {
    (void)d;
    *(rk_near *)r = isfinite(x) ? (rk_near){x, radius} : nothing();
    return done(r);
}

static rk_ev n_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    arb_t ball;
    arf_t low, high;
    (void)d;
    arb_init(ball);
    arf_init(low);
    arf_init(high);
    arb_set_fmpq(ball, x, 64);
    arb_get_interval_arf(low, high, ball, 64);
    double a = arf_get_d(low, ARF_RND_FLOOR), b = arf_get_d(high, ARF_RND_CEIL);
    *(rk_near *)r = a == b ? (rk_near){a, 0} : rk_near_between(a, b);
    arb_clear(ball);
    arf_clear(low);
    arf_clear(high);
    return done(r);
}

static rk_ev n_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    arf_t f;
    (void)d;
    if (get(x).r != 0)
        return RK_EV_ESCAPE;
    arf_init(f);
    arf_set_d(f, get(x).m);
    arf_get_fmpq(r, f);
    arf_clear(f);
    return RK_EV_OK;
}

static void n_add(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    *(rk_near *)r = rk_near_add(get(x), get(y));
}

static void n_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    *(rk_near *)r = rk_near_add(get(x), negative(get(y)));
}

static void n_neg(const rk_domain *d, void *r, const void *x) {
    (void)d;
    *(rk_near *)r = negative(get(x));
}

static void n_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    *(rk_near *)r = rk_near_mul(get(x), get(y));
}

static rk_ev n_div(const rk_domain *d, void *r, const void *x, const void *y) {
    rk_near q;
    (void)d;
    rk_ev ev = rk_near_div(&q, get(x), get(y));
    *(rk_near *)r = q;
    return ev;
}

static rk_ev n_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    rk_near value = nothing();
    (void)d;
    rk_ev ev = near_fn(f, &value, get(x));
    *(rk_near *)r = value;
    return ev;
}

static void n_compare(const rk_domain *d, int *low, int *high, const void *at, const void *to) {
    rk_near x = get(at), y = get(to);
    (void)d;
    *low = -1;
    *high = 1;
    if (x.r == 0 && y.r == 0)
        *low = *high = (x.m > y.m) - (x.m < y.m);
    else if (rk_near_low(x) > rk_near_high(y))
        *low = 1;
    else if (rk_near_high(x) < rk_near_low(y))
        *high = -1;
}

static rk_ev n_sign(const rk_domain *d, int *sign, const void *x) {
    const rk_near zero = {0, 0};
    int low;
    n_compare(d, &low, sign, x, &zero);
    return low == *sign ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_tern n_is_zero(const rk_domain *d, const void *x) {
    int sign;
    return n_sign(d, &sign, x) == RK_EV_OK ? rk_tern_of(sign == 0) : RK_UNKNOWN;
}

static void n_extreme(const rk_domain *d, void *r, const void *at, const void *to, bool maximum) {
    rk_near x = get(at), y = get(to);
    int low, high;
    n_compare(d, &low, &high, at, to);
    if (low == high)
        *(rk_near *)r = (low >= 0) == maximum ? x : y;
    else if (maximum)
        *(rk_near *)r = rk_near_between(fmax(rk_near_low(x), rk_near_low(y)),
                                        fmax(rk_near_high(x), rk_near_high(y)));
    else
        *(rk_near *)r = rk_near_between(fmin(rk_near_low(x), rk_near_low(y)),
                                        fmin(rk_near_high(x), rk_near_high(y)));
}

static void n_print(const rk_domain *d, rk_buf *out, const void *x) {
    (void)d;
    rk_buf_printf(out, "%.17g +/- %.3g", get(x).m, get(x).r);
}

static bool n_ends(const rk_domain *d, double *low, double *high, const void *x) {
    (void)d;
    *low = rk_near_low(get(x));
    *high = rk_near_high(get(x));
    return isfinite(*low) && isfinite(*high);
}

rk_domain *rk_domain_interval(void) {
    static const rk_domain table = {
        .name = "interval",
        .size = sizeof(rk_near),
        .exact = false,
        .ordered = true,
        .plain = true,
        .precision = 0,
        .init = n_init,
        .clear = n_clear,
        .set = n_set,
        .set_near = n_set_near,
        .set_fmpq = n_set_fmpq,
        .get_fmpq = n_get_fmpq,
        .add = n_add,
        .sub = n_sub,
        .neg = n_neg,
        .mul = n_mul,
        .div = n_div,
        .fn = n_fn,
        .is_zero = n_is_zero,
        .sign = n_sign,
        .print = n_print,
        .ends = n_ends,
        .compare = n_compare,
        .extreme = n_extreme,
        .matrix_mul = rk_interval_mul,
        .matrix_inv = rk_interval_inv,
        .matrix_det = rk_interval_det,
        .matrix_rank = rk_interval_rank,
        .psd_eigenvalue = rk_interval_psd_eigenvalue,
        .singular_value = rk_interval_singular_value,
        .eigen_modulus = rk_interval_eigen_modulus,
    };
    return rk_domain_new(&table);
}
