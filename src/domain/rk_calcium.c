/* Calcium: real numbers made from rationals by field operations, sqrt, exp, log and erf. A
   comparison is proved, by algebra or by an enclosure, or it is unknown (PRECISION). Only real
   branches: roots and logarithms are taken where the argument is proved to be in their domain.

   The work on one entry is bounded: enclosures up to PRECISION_LIMIT bits, algebraic numbers up to
   DEGREE_LIMIT, operations whose operands have few pairs of terms, and the fewer the more
   generators they have (2^PRODUCT_BITS pairs without any, and degree PRODUCT_DEGREE; functions of
   2^FUNCTION_BITS terms, logarithms, whose relations are dear, of 2^LOG_BITS, they and roots of
   degree FACTORED_DEGREE). Beyond them the value becomes Calcium's "unknown", of which nothing is
   ever said. */
#include "rk_calcium.h"
#include <math.h>

enum {
    PRECISION_LIMIT = 1024,
    DEGREE_LIMIT = 40,
    SMOOTH_LIMIT = 15, /* bits of factors taken out of roots, found by trial division alone */
    PRODUCT_BITS = 17,
    FUNCTION_BITS = 10,
    LOG_BITS = 5,
    FACTORED_DEGREE = 32,
    PRODUCT_DEGREE = 256
};

ca_ctx_struct *rk_calcium_context(const rk_domain *d) {
    return d->context;
}

/* What became of an operation whose result must be a number. */
static rk_ev number(const void *x) {
    return CA_IS_SPECIAL((const ca_struct *)x) ? RK_EV_PRECISION : RK_EV_OK;
}

static void c_init(const rk_domain *d, void *x) {
    ca_init(x, rk_calcium_context(d));
}

static void c_clear(const rk_domain *d, void *x) {
    ca_clear(x, rk_calcium_context(d));
}

static void c_set(const rk_domain *d, void *r, const void *x) {
    ca_set(r, x, rk_calcium_context(d));
}

static rk_ev c_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    ca_set_fmpq(r, x, rk_calcium_context(d));
    return RK_EV_OK;
}

static rk_ev c_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    return ca_get_fmpq(r, x, rk_calcium_context(d)) ? RK_EV_OK : RK_EV_ESCAPE;
}

double rk_calcium_terms(const rk_domain *d, const ca_struct *x) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    if (CA_IS_SPECIAL(x) || CA_IS_QQ(x, ctx))
        return 1;
    const ca_field_struct *field = CA_FIELD(x, ctx);
    if (CA_FIELD_IS_NF(field))
        return (double)qqbar_degree(CA_FIELD_NF_QQBAR(field));
    return (double)fmpz_mpoly_q_numref(CA_MPOLY_Q(x))->length +
           (double)fmpz_mpoly_q_denref(CA_MPOLY_Q(x))->length;
}

/* Bits by which the generators of x's field lower the limit on terms: the work of an operation
   about doubles with each function (exp, log, ...) and with two algebraic numbers. */
static double burden(const ca_struct *x, ca_ctx_struct *ctx) {
    double bits = 0;
    if (CA_IS_SPECIAL(x) || CA_IS_QQ(x, ctx))
        return 0;
    const ca_field_struct *field = CA_FIELD(x, ctx);
    for (slong i = 0; i < CA_FIELD_LENGTH(field); i++)
        bits += CA_EXT_IS_QQBAR(CA_FIELD_EXT_ELEM(field, i)) ? 0.5 : 1;
    return bits;
}

/* The degree of x as a fraction of polynomials in its generators. */
static slong degree(const rk_domain *d, const ca_struct *x) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    if (CA_IS_SPECIAL(x) || !CA_FIELD_IS_GENERIC(CA_FIELD(x, ctx)))
        return 0;
    const fmpz_mpoly_ctx_struct *ring = CA_FIELD_MCTX(CA_FIELD(x, ctx), ctx);
    const fmpz_mpoly_struct *num = fmpz_mpoly_q_numref(CA_MPOLY_Q(x));
    const fmpz_mpoly_struct *den = fmpz_mpoly_q_denref(CA_MPOLY_Q(x));
    if (!fmpz_mpoly_total_degree_fits_si(num, ring) || !fmpz_mpoly_total_degree_fits_si(den, ring))
        return WORD_MAX;
    slong top = fmpz_mpoly_total_degree_si(num, ring);
    slong bottom = fmpz_mpoly_total_degree_si(den, ring);
    return top > bottom ? top : bottom;
}

typedef void ca_operation(ca_struct *, const ca_struct *, const ca_struct *, ca_ctx_struct *);

/* r := x op y, or unknown where that might take too long. */
static void bounded(const rk_domain *d, ca_operation *op, ca_struct *r, const ca_struct *x,
                    const ca_struct *y) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    double pairs = rk_calcium_terms(d, x) * rk_calcium_terms(d, y);
    bool high = pairs > 4 && FLINT_MAX(degree(d, x), degree(d, y)) > PRODUCT_DEGREE;
    if (high || pairs > ldexp(1, PRODUCT_BITS - (int)fmax(burden(x, ctx), burden(y, ctx))))
        ca_unknown(r, ctx);
    else
        op(r, x, y, ctx);
}

/* Whether the functions of x are within reach: each adds a generator and its relations, roots and
   logarithms factor their argument. */
static bool affordable(const rk_domain *d, rk_fn f, const ca_struct *x) {
    if ((f == RK_FN_LOG || f == RK_FN_SQRT) && degree(d, x) > FACTORED_DEGREE)
        return false;
    int bits = f == RK_FN_LOG ? LOG_BITS : FUNCTION_BITS;
    double limit = ldexp(1, bits - (int)burden(x, rk_calcium_context(d)));
    return rk_calcium_terms(d, x) <= limit;
}

static void c_add(const rk_domain *d, void *r, const void *x, const void *y) {
    bounded(d, ca_add, r, x, y);
}

static void c_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    bounded(d, ca_sub, r, x, y);
}

static void c_neg(const rk_domain *d, void *r, const void *x) {
    ca_neg(r, x, rk_calcium_context(d));
}

static void c_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    bounded(d, ca_mul, r, x, y);
}

static rk_tern c_is_zero(const rk_domain *d, const void *x) {
    switch (ca_check_is_zero(x, rk_calcium_context(d))) {
    case T_TRUE:
        return RK_TRUE;
    case T_FALSE: /* of a number: infinities and undefined are not zero either */
        return number(x) == RK_EV_OK ? RK_FALSE : RK_UNKNOWN;
    default:
        return RK_UNKNOWN;
    }
}

static rk_ev c_div(const rk_domain *d, void *r, const void *x, const void *y) {
    rk_tern zero = c_is_zero(d, y);
    if (rk_tern_true(zero))
        return RK_EV_UNDEFINED;
    if (!rk_tern_known(zero))
        return RK_EV_PRECISION;
    bounded(d, ca_div, r, x, y);
    return number(r);
}

static rk_ev c_sign(const rk_domain *d, int *sign, const void *x) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    ca_t zero;
    if (number(x) != RK_EV_OK)
        return RK_EV_PRECISION;
    ca_init(zero, ctx);
    bool positive = ca_check_gt(x, zero, ctx) == T_TRUE;
    bool negative = !positive && ca_check_lt(x, zero, ctx) == T_TRUE;
    bool known = positive || negative || ca_check_is_zero(x, ctx) == T_TRUE;
    *sign = positive - negative;
    ca_clear(zero, ctx);
    return known ? RK_EV_OK : RK_EV_PRECISION;
}

/* 1 / (1 + exp(-x)) */
static rk_ev real_sigmoid(const rk_domain *d, ca_struct *r, const ca_struct *x) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    ca_neg(r, x, ctx);
    rk_calcium_exp(r, r, ctx);
    ca_add_ui(r, r, 1, ctx);
    ca_inv(r, r, ctx);
    return number(r);
}

/* 2*sigmoid(2*x) - 1 */
static rk_ev real_tanh(const rk_domain *d, ca_struct *r, const ca_struct *x) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    ca_mul_ui(r, x, 2, ctx);
    real_sigmoid(d, r, r);
    ca_mul_ui(r, r, 2, ctx);
    ca_sub_ui(r, r, 1, ctx);
    return number(r);
}

/* (1 + erf(x / sqrt(2))) / 2 */
static rk_ev normal_distribution(const rk_domain *d, ca_struct *r, const ca_struct *x) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    ca_t root;
    ca_init(root, ctx);
    ca_sqrt_ui(root, 2, ctx);
    ca_div(r, x, root, ctx);
    ca_erf(r, r, ctx);
    ca_add_ui(r, r, 1, ctx);
    ca_div_ui(r, r, 2, ctx);
    ca_clear(root, ctx);
    return number(r);
}

typedef rk_ev weight(const rk_domain *, ca_struct *, const ca_struct *);

/* x times a function of x; r may be x. */
static rk_ev weighted(const rk_domain *d, ca_struct *r, const ca_struct *x, weight *f) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    ca_t t;
    ca_init(t, ctx);
    f(d, t, x);
    ca_mul(r, x, t, ctx);
    ca_clear(t, ctx);
    return number(r);
}

/* The normal distribution at x, and x times its density exp(-x^2/2) / sqrt(2*pi). */
static rk_ev gelu_slope(const rk_domain *d, ca_struct *r, const ca_struct *x) {
    ca_ctx_struct *ctx = rk_calcium_context(d);
    ca_t density, root;
    ca_init(density, ctx);
    ca_init(root, ctx);
    ca_mul(density, x, x, ctx);
    ca_div_si(density, density, -2, ctx);
    rk_calcium_exp(density, density, ctx);
    ca_pi(root, ctx);
    ca_mul_ui(root, root, 2, ctx);
    ca_sqrt(root, root, ctx);
    ca_div(density, density, root, ctx);
    ca_mul(density, density, x, ctx);
    normal_distribution(d, root, x);
    ca_add(r, root, density, ctx);
    ca_clear(density, ctx);
    ca_clear(root, ctx);
    return number(r);
}

static rk_ev real_sqrt(const rk_domain *d, ca_struct *r, const ca_struct *x) {
    int sign;
    rk_ev ev = c_sign(d, &sign, x);
    if (ev != RK_EV_OK || sign < 0)
        return ev != RK_EV_OK ? ev : RK_EV_UNDEFINED;
    ca_sqrt(r, x, rk_calcium_context(d));
    return number(r);
}

static rk_ev real_log(const rk_domain *d, ca_struct *r, const ca_struct *x) {
    int sign;
    rk_ev ev = c_sign(d, &sign, x);
    if (ev != RK_EV_OK || sign <= 0)
        return ev != RK_EV_OK ? ev : RK_EV_UNDEFINED;
    ca_log(r, x, rk_calcium_context(d));
    return number(r);
}

/* abs, sign, relu: x times -1, 0 or 1 as its sign says; for sign, 1 times it. */
static rk_ev by_sign(const rk_domain *d, rk_fn f, ca_struct *r, const ca_struct *x) {
    int sign;
    rk_ev ev = c_sign(d, &sign, x);
    if (ev != RK_EV_OK)
        return ev;
    if (f == RK_FN_SIGN)
        ca_set_si(r, sign, rk_calcium_context(d));
    else if (f == RK_FN_RELU)
        ca_mul_si(r, x, sign > 0, rk_calcium_context(d));
    else
        ca_mul_si(r, x, sign, rk_calcium_context(d));
    return RK_EV_OK;
}

static rk_ev c_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    if (number(x) != RK_EV_OK || !affordable(d, f, x))
        return RK_EV_PRECISION;
    switch (f) {
    case RK_FN_SQRT:
        return real_sqrt(d, r, x);
    case RK_FN_LOG:
        return real_log(d, r, x);
    case RK_FN_EXP:
        rk_calcium_exp(r, x, rk_calcium_context(d));
        return number(r);
    case RK_FN_TANH:
        return real_tanh(d, r, x);
    case RK_FN_SIGMOID:
        return real_sigmoid(d, r, x);
    case RK_FN_SILU:
        return weighted(d, r, x, real_sigmoid);
    case RK_FN_GELU:
        return weighted(d, r, x, normal_distribution);
    case RK_FN_GELU_SLOPE:
        return gelu_slope(d, r, x);
    default:
        return by_sign(d, f, r, x);
    }
}

static void c_free(rk_domain *d) {
    ca_ctx_clear(d->context);
    rk_free(d->context);
}

rk_domain *rk_domain_calcium(void) {
    static const rk_domain table = {
        .name = "Calcium",
        .size = sizeof(ca_struct),
        .exact = true,
        .ordered = true,
        .init = c_init,
        .clear = c_clear,
        .set = c_set,
        .set_fmpq = c_set_fmpq,
        .get_fmpq = c_get_fmpq,
        .add = c_add,
        .sub = c_sub,
        .neg = c_neg,
        .mul = c_mul,
        .div = c_div,
        .fn = c_fn,
        .is_zero = c_is_zero,
        .sign = c_sign,
        .print = rk_calcium_print,
        .matrix_inv = rk_calcium_inv,
        .matrix_det = rk_calcium_det,
        .matrix_rank = rk_calcium_rank,
        .psd_eigenvalue = rk_calcium_psd_eigenvalue,
        .eigen_modulus = rk_calcium_eigen_modulus,
        .free_context = c_free,
    };
    rk_domain *d = rk_domain_new(&table);
    ca_ctx_struct *ctx = rk_malloc(sizeof *ctx);
    ca_ctx_init(ctx);
    ca_ctx_set_option(ctx, CA_OPT_PREC_LIMIT, PRECISION_LIMIT);
    ca_ctx_set_option(ctx, CA_OPT_QQBAR_DEG_LIMIT, DEGREE_LIMIT);
    ca_ctx_set_option(ctx, CA_OPT_SMOOTH_LIMIT, SMOOTH_LIMIT);
    d->context = ctx;
    return d;
}
