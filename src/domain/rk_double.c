/* Doubles: quick and approximate; nothing said here is a proof. Two numbers are told apart when
   they differ by more than TOLERANCE times the larger of their moduli and 1; closer numbers that
   are not the same double are unknown. Rank by elimination with complete pivoting, where a pivot
   counts when it exceeds TOLERANCE times the largest entry. */
#include "domain_inside.h"
#include "rk_pivots.h"
#include <math.h>
#include <cblas.h>
#include <lapacke.h> /* after FLINT, which uses the name I that it defines */

#define TOLERANCE RK_PIVOT_TOLERANCE

static double value(const void *x) {
    return *(const double *)x;
}

static rk_ev put(void *r, double x) {
    *(double *)r = x;
    return isfinite(x) ? RK_EV_OK : RK_EV_PRECISION;
}

static void f_init(const rk_domain *d, void *x) {
    (void)d;
    *(double *)x = 0;
}

static void f_clear(const rk_domain *d, void *x) {
    (void)d, (void)x;
}

static void f_set(const rk_domain *d, void *r, const void *x) {
    (void)d;
    *(double *)r = value(x);
}

static rk_ev f_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    arf_t f;
    (void)d;
    arf_init(f);
    arf_set_fmpq(f, x, 64, ARF_RND_NEAR);
    rk_ev ev = put(r, arf_get_d(f, ARF_RND_NEAR));
    arf_clear(f);
    return ev;
}

static rk_ev f_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    arf_t f;
    (void)d;
    if (!isfinite(value(x)))
        return RK_EV_ESCAPE;
    arf_init(f);
    arf_set_d(f, value(x));
    arf_get_fmpq(r, f);
    arf_clear(f);
    return RK_EV_OK;
}

static void f_add(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    *(double *)r = value(x) + value(y);
}

static void f_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    *(double *)r = value(x) - value(y);
}

static void f_neg(const rk_domain *d, void *r, const void *x) {
    (void)d;
    *(double *)r = -value(x);
}

static void f_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    *(double *)r = value(x) * value(y);
}

static rk_ev f_div(const rk_domain *d, void *r, const void *x, const void *y) {
    (void)d;
    return value(y) == 0 ? RK_EV_UNDEFINED : put(r, value(x) / value(y));
}

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

/* A slightly negative radicand may be a zero that was rounded. */
static rk_ev f_sqrt(void *r, double x) {
    if (x < 0)
        return x < -TOLERANCE ? RK_EV_UNDEFINED : RK_EV_PRECISION;
    return put(r, sqrt(x));
}

static rk_ev f_fn(const rk_domain *d, rk_fn f, void *r, const void *at) {
    double x = value(at);
    (void)d;
    switch (f) {
    case RK_FN_SQRT:
        return f_sqrt(r, x);
    case RK_FN_LOG:
        return x <= 0 ? RK_EV_UNDEFINED : put(r, log(x));
    case RK_FN_EXP:
        return put(r, exp(x));
    case RK_FN_TANH:
        return put(r, tanh(x));
    case RK_FN_SIGMOID:
        return put(r, sigmoid(x));
    case RK_FN_SILU:
        return put(r, x * sigmoid(x));
    case RK_FN_GELU:
        return put(r, x * erfc(-x / sqrt(2)) / 2);
    case RK_FN_GELU_SLOPE:
        return put(r, erfc(-x / sqrt(2)) / 2 + x * exp(-x * x / 2) / sqrt(8 * atan(1)));
    case RK_FN_ABS:
        return put(r, fabs(x));
    case RK_FN_SIGN:
        return put(r, (x > 0) - (x < 0));
    case RK_FN_RELU:
        return put(r, x > 0 ? x : isnan(x) ? x : 0);
    }
    return RK_EV_CONSTRUCT;
}

static void f_compare(const rk_domain *d, int *low, int *high, const void *at, const void *to) {
    double x = value(at), y = value(to), scale = fmax(1, fmax(fabs(x), fabs(y)));
    (void)d;
    *low = -1;
    *high = 1;
    if (!isfinite(x) || !isfinite(y))
        return;
    if (x == y)
        *low = *high = 0;
    else if (fabs(x - y) > TOLERANCE * scale)
        *low = *high = x > y ? 1 : -1;
}

static rk_ev f_sign(const rk_domain *d, int *sign, const void *x) {
    const double zero = 0;
    int low;
    f_compare(d, &low, sign, x, &zero);
    return low == *sign ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_tern f_is_zero(const rk_domain *d, const void *x) {
    int sign;
    if (f_sign(d, &sign, x) != RK_EV_OK)
        return RK_UNKNOWN;
    return rk_tern_of(sign == 0);
}

static void f_extreme(const rk_domain *d, void *r, const void *x, const void *y, bool maximum) {
    (void)d;
    *(double *)r = (value(x) > value(y)) == maximum ? value(x) : value(y);
}

static void f_print(const rk_domain *d, rk_buf *out, const void *x) {
    (void)d;
    rk_buf_printf(out, "%.17g", value(x));
}

static double *copy_entries(const rk_matrix *a) {
    size_t n = (size_t)(a->rows * a->cols);
    double *x = rk_malloc((n + 1) * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = ((const double *)a->entry)[i];
    return x;
}

static void f_matrix_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)a->rows, (int)b->cols, (int)a->cols,
                1, a->entry, (int)a->cols, b->entry, (int)b->cols, 0, r->entry, (int)r->cols);
}

static rk_ev f_matrix_inv(rk_matrix *r, const rk_matrix *a) {
    lapack_int n = (lapack_int)a->rows, *pivots = rk_malloc((size_t)n * sizeof *pivots);
    double *x = copy_entries(a), rcond = 0;
    double norm = LAPACKE_dlange(LAPACK_ROW_MAJOR, '1', n, n, x, n);
    lapack_int info = LAPACKE_dgetrf(LAPACK_ROW_MAJOR, n, n, x, n, pivots);
    rk_ev ev = info > 0 ? RK_EV_UNDEFINED : info < 0 ? RK_EV_PRECISION : RK_EV_OK;
    if (ev == RK_EV_OK)
        info = LAPACKE_dgecon(LAPACK_ROW_MAJOR, '1', n, x, n, norm, &rcond);
    if (ev == RK_EV_OK && (info != 0 || rcond < TOLERANCE))
        ev = RK_EV_PRECISION;
    if (ev == RK_EV_OK && LAPACKE_dgetri(LAPACK_ROW_MAJOR, n, x, n, pivots) != 0)
        ev = RK_EV_PRECISION;
    for (slong i = 0; i < a->rows * a->cols; i++)
        ((double *)r->entry)[i] = x[i];
    rk_free(x);
    rk_free(pivots);
    return ev;
}

static rk_ev f_matrix_det(void *r, const rk_matrix *a) {
    lapack_int n = (lapack_int)a->rows, *pivots = rk_malloc((size_t)n * sizeof *pivots);
    double *x = copy_entries(a), det = 1;
    lapack_int info = LAPACKE_dgetrf(LAPACK_ROW_MAJOR, n, n, x, n, pivots);
    for (slong i = 0; i < n; i++)
        det *= pivots[i] == i + 1 ? x[i * n + i] : -x[i * n + i];
    rk_free(x);
    rk_free(pivots);
    return info < 0 ? RK_EV_PRECISION : put(r, det);
}

/* The place of the largest modulus in the block from (k, k) on. */
static double largest(slong *row, slong *col, const double *x, slong m, slong n, slong k) {
    double best = 0;
    for (slong i = k; i < m; i++) {
        for (slong j = k; j < n; j++) {
            if (fabs(x[i * n + j]) > best) {
                best = fabs(x[i * n + j]);
                *row = i;
                *col = j;
            }
        }
    }
    return best;
}

static void eliminate(double *x, slong m, slong n, slong k, slong row, slong col) {
    for (slong j = 0; j < n; j++) {
        double t = x[k * n + j];
        x[k * n + j] = x[row * n + j];
        x[row * n + j] = t;
    }
    for (slong i = 0; i < m; i++) {
        double t = x[i * n + k];
        x[i * n + k] = x[i * n + col];
        x[i * n + col] = t;
    }
    for (slong i = k + 1; i < m; i++) {
        double factor = x[i * n + k] / x[k * n + k];
        for (slong j = k; j < n; j++)
            x[i * n + j] -= factor * x[k * n + j];
    }
}

slong rk_pivots(double *a, slong m, slong n, double *kept, double *dropped) {
    slong k = 0, row = 0, col = 0, full = FLINT_MIN(m, n);
    double first = largest(&row, &col, a, m, n, 0), pivot = first;
    *kept = 1;
    for (; k < full && pivot > TOLERANCE * first; k++) {
        *kept = pivot / first;
        eliminate(a, m, n, k, row, col);
        pivot = largest(&row, &col, a, m, n, k + 1);
    }
    *dropped = k < full && first > 0 ? pivot / first : 0;
    return k;
}

static rk_ev f_matrix_rank(slong *low, slong *high, const rk_matrix *a) {
    slong m = a->rows, n = a->cols;
    double *x = copy_entries(a), kept, dropped;
    bool finite = true;
    for (slong i = 0; i < m * n; i++)
        finite = finite && isfinite(x[i]);
    *low = finite ? rk_pivots(x, m, n, &kept, &dropped) : 0;
    *high = finite ? *low : FLINT_MIN(m, n);
    rk_free(x);
    return finite ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_ev f_psd_eigenvalue(void *r, const rk_matrix *a, slong k) {
    lapack_int n = (lapack_int)a->rows;
    double *x = copy_entries(a), *values = rk_malloc((size_t)n * sizeof *values);
    lapack_int info = LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'U', n, x, n, values);
    rk_ev ev = info != 0 ? RK_EV_PRECISION : put(r, fmax(0, values[n - k]));
    rk_free(x);
    rk_free(values);
    return ev;
}

static int descending(const void *x, const void *y) {
    return (value(x) < value(y)) - (value(x) > value(y));
}

static rk_ev f_eigen_modulus(void *r, const rk_matrix *a, slong k) {
    lapack_int n = (lapack_int)a->rows;
    double *x = copy_entries(a), *re = rk_malloc((size_t)n * sizeof *re);
    double *im = rk_malloc((size_t)n * sizeof *im);
    lapack_int info = LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'N', n, x, n, re, im, NULL, n, NULL, n);
    for (slong i = 0; i < n; i++)
        re[i] = hypot(re[i], im[i]);
    qsort(re, (size_t)n, sizeof *re, descending);
    rk_ev ev = info != 0 ? RK_EV_PRECISION : put(r, re[k - 1]);
    rk_free(x);
    rk_free(re);
    rk_free(im);
    return ev;
}

rk_domain *rk_domain_double(void) {
    static const rk_domain table = {
        .name = "double",
        .size = sizeof(double),
        .exact = false,
        .ordered = true,
        .plain = true,
        .init = f_init,
        .clear = f_clear,
        .set = f_set,
        .set_fmpq = f_set_fmpq,
        .get_fmpq = f_get_fmpq,
        .add = f_add,
        .sub = f_sub,
        .neg = f_neg,
        .mul = f_mul,
        .div = f_div,
        .fn = f_fn,
        .is_zero = f_is_zero,
        .sign = f_sign,
        .print = f_print,
        .compare = f_compare,
        .extreme = f_extreme,
        .matrix_mul = f_matrix_mul,
        .matrix_inv = f_matrix_inv,
        .matrix_det = f_matrix_det,
        .matrix_rank = f_matrix_rank,
        .psd_eigenvalue = f_psd_eigenvalue,
        .eigen_modulus = f_eigen_modulus,
    };
    return rk_domain_new(&table);
}
