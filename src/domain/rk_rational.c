/* The rational numbers. */
#include "domain_inside.h"
#include "linalg/rk_rank.h"

static void q_init(const rk_domain *d, void *x) {
    (void)d;
    fmpq_init(x);
}

static void q_clear(const rk_domain *d, void *x) {
    (void)d;
    fmpq_clear(x);
}

static void q_set(const rk_domain *d, void *r, const void *x) {
    (void)d;
    fmpq_set(r, x);
}

static rk_ev q_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    (void)d;
    fmpq_set(r, x);
    return RK_EV_OK;
}

static rk_ev q_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    (void)d;
    fmpq_set(r, x);
    return RK_EV_OK;
}

static void q_add(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    fmpq_add(r, x, y);
}

static void q_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    fmpq_sub(r, x, y);
}

static void q_neg(const rk_domain *d, void *r, const void *x) {
    (void)d;
    fmpq_neg(r, x);
}

static void q_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    fmpq_mul(r, x, y);
}

static rk_ev q_div(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    if (fmpq_is_zero(y))
        return RK_EV_UNDEFINED;
    fmpq_div(r, x, y);
    return RK_EV_OK;
}

/* The root of a rational is rational exactly when numerator and denominator, coprime, are squares.
 */
static rk_ev q_sqrt(fmpq *r, const fmpq *x) {
    if (fmpq_sgn(x) < 0)
        return RK_EV_UNDEFINED;
    if (!fmpz_is_square(fmpq_numref(x)) || !fmpz_is_square(fmpq_denref(x)))
        return RK_EV_ESCAPE;
    fmpz_sqrt(fmpq_numref(r), fmpq_numref(x));
    fmpz_sqrt(fmpq_denref(r), fmpq_denref(x));
    return RK_EV_OK;
}

/* log of a positive rational is rational at 1 only (Hermite-Lindemann). */
static rk_ev q_log(fmpq *r, const fmpq *x) {
    if (fmpq_sgn(x) <= 0)
        return RK_EV_UNDEFINED;
    if (!fmpq_is_one(x))
        return RK_EV_ESCAPE;
    fmpq_zero(r);
    return RK_EV_OK;
}

static rk_ev q_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    (void)d;
    switch (f) {
    case RK_FN_SQRT:
        return q_sqrt(r, x);
    case RK_FN_LOG:
        return q_log(r, x);
    case RK_FN_ABS:
        fmpq_abs(r, x);
        return RK_EV_OK;
    case RK_FN_SIGN:
        fmpq_set_si(r, fmpq_sgn(x), 1);
        return RK_EV_OK;
    case RK_FN_RELU:
        if (fmpq_sgn(x) < 0)
            fmpq_zero(r);
        else
            fmpq_set(r, x);
        return RK_EV_OK;
    default: /* the transcendental ones are rational at 0 only, or are not known to be */
        return fmpq_is_zero(x) ? rk_fn_at_zero(f, r) : RK_EV_ESCAPE;
    }
}

static rk_tern q_is_zero(const rk_domain *d, const void *x) {
    (void)d;
    return rk_tern_of(fmpq_is_zero(x));
}

static rk_ev q_sign(const rk_domain *d, int *sign, const void *x) {
    (void)d;
    *sign = fmpq_sgn(x);
    return RK_EV_OK;
}

static void q_print(const rk_domain *d, rk_buf *out, const void *x) {
    (void)d;
    char *s = fmpq_get_str(NULL, 10, x);
    rk_buf_puts(out, s);
    flint_free(s);
}

static void to_fmpq_mat(fmpq_mat_t r, const rk_matrix *a) {
    fmpq_mat_init(r, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            fmpq_set(fmpq_mat_entry(r, i, j), (const fmpq *)rk_at(a, i, j));
}

static void from_fmpq_mat(rk_matrix *r, fmpq_mat_t a) {
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols; j++)
            fmpq_swap((fmpq *)rk_at(r, i, j), fmpq_mat_entry(a, i, j));
}

/* fmpq_mat_mul multiplies integer matrices with one denominator a row and a column. */
static void q_matrix_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    fmpq_mat_t x, y, z;
    to_fmpq_mat(x, a);
    to_fmpq_mat(y, b);
    fmpq_mat_init(z, a->rows, b->cols);
    fmpq_mat_mul(z, x, y);
    from_fmpq_mat(r, z);
    fmpq_mat_clear(x);
    fmpq_mat_clear(y);
    fmpq_mat_clear(z);
}

static rk_ev q_matrix_inv(rk_matrix *r, const rk_matrix *a) {
    fmpq_mat_t x, y;
    to_fmpq_mat(x, a);
    fmpq_mat_init(y, a->rows, a->cols);
    int regular = fmpq_mat_inv(y, x);
    if (regular)
        from_fmpq_mat(r, y);
    fmpq_mat_clear(x);
    fmpq_mat_clear(y);
    return regular ? RK_EV_OK : RK_EV_UNDEFINED;
}

static rk_ev q_matrix_det(void *r, const rk_matrix *a) {
    fmpq_mat_t x;
    to_fmpq_mat(x, a);
    fmpq_mat_det(r, x);
    fmpq_mat_clear(x);
    return RK_EV_OK;
}

static rk_ev q_matrix_rank(slong *low, slong *high, const rk_matrix *a) {
    fmpq_mat_t x;
    to_fmpq_mat(x, a);
    *low = *high = rk_rank_fmpq(x);
    fmpq_mat_clear(x);
    return RK_EV_OK;
}

rk_domain *rk_domain_rational(void) {
    static const rk_domain table = {
        .name = "rational",
        .size = sizeof(fmpq),
        .exact = true,
        .ordered = true,
        .init = q_init,
        .clear = q_clear,
        .set = q_set,
        .set_fmpq = q_set_fmpq,
        .get_fmpq = q_get_fmpq,
        .add = q_add,
        .sub = q_sub,
        .neg = q_neg,
        .mul = q_mul,
        .div = q_div,
        .fn = q_fn,
        .is_zero = q_is_zero,
        .sign = q_sign,
        .print = q_print,
        .matrix_mul = q_matrix_mul,
        .matrix_inv = q_matrix_inv,
        .matrix_det = q_matrix_det,
        .matrix_rank = q_matrix_rank,
        .psd_eigenvalue = rk_spectrum_escapes,
        .eigen_modulus = rk_spectrum_escapes,
    };
    return rk_domain_new(&table);
}
