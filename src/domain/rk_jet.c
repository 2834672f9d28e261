#include "rk_jet.h"
#include <math.h>
#include <string.h>
#include "domain_inside.h"
#include <lapacke.h> /* after FLINT, which uses the name I that it defines */

typedef struct jets {
    slong n;            /* directions */
    rk_domain *doubles; /* owned: values are computed there */
} jets;

static slong directions(const rk_domain *d) {
    return ((const jets *)d->context)->n;
}

static const rk_domain *doubles(const rk_domain *d) {
    return ((const jets *)d->context)->doubles;
}

/* r := value with `slope` times the slopes of x; r may be x. */
static void chain(const rk_domain *d, void *r, double value, double slope, const void *x) {
    const double *from = x;
    double *to = r;
    slope = isfinite(slope) ? slope : 0;
    for (slong k = 1; k <= directions(d); k++)
        to[k] = slope * from[k];
    to[0] = value;
}

/* --- entries ------------------------------------------------------------------- */

static void j_init(const rk_domain *d, void *x) {
    memset(x, 0, d->size);
}

static void j_clear(const rk_domain *d, void *x) {
    (void)d, (void)x;
}

static void j_set(const rk_domain *d, void *r, const void *x) {
    memmove(r, x, d->size);
}

static rk_ev j_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    memset(r, 0, d->size);
    return doubles(d)->set_fmpq(doubles(d), r, x);
}

static rk_ev j_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    return doubles(d)->get_fmpq(doubles(d), r, x);
}

static void j_add(const rk_domain *d, void *r, const void *x, const void *y) {
    const double *a = x, *b = y;
    double *to = r;
    for (slong k = 0; k <= directions(d); k++)
        to[k] = a[k] + b[k];
}

static void j_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    const double *a = x, *b = y;
    double *to = r;
    for (slong k = 0; k <= directions(d); k++)
        to[k] = a[k] - b[k];
}

static void j_neg(const rk_domain *d, void *r, const void *x) {
    const double *a = x;
    double *to = r;
    for (slong k = 0; k <= directions(d); k++)
        to[k] = -a[k];
}

static void j_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    const double *a = x, *b = y;
    double *to = r, u = a[0], v = b[0];
    for (slong k = 1; k <= directions(d); k++)
        to[k] = u * b[k] + v * a[k];
    to[0] = u * v;
}

static rk_ev j_div(const rk_domain *d, void *r, const void *x, const void *y) {
    const double *a = x, *b = y;
    double *to = r, v = b[0], quotient = 0;
    rk_ev ev = doubles(d)->div(doubles(d), &quotient, x, y);
    if (ev == RK_EV_UNDEFINED)
        return ev;
    for (slong k = 1; k <= directions(d); k++)
        to[k] = (a[k] - quotient * b[k]) / v;
    to[0] = quotient;
    return ev;
}

static double gelu_curvature(double x) {
    return (2 - x * x) * exp(-x * x / 2) / sqrt(8 * atan(1));
}

/* The derivative of f at x, where f has the value y. */
static double slope_of(const rk_domain *values, rk_fn f, double x, double y) {
    double other = 0;
    switch (f) {
    case RK_FN_SQRT:
        return 0.5 / y;
    case RK_FN_EXP:
        return y;
    case RK_FN_LOG:
        return 1 / x;
    case RK_FN_TANH:
        return 1 - y * y;
    case RK_FN_SIGMOID:
        return y * (1 - y);
    case RK_FN_SILU:
        values->fn(values, RK_FN_SIGMOID, &other, &x);
        return other + y * (1 - other);
    case RK_FN_GELU:
        values->fn(values, RK_FN_GELU_SLOPE, &other, &x);
        return other;
    case RK_FN_GELU_SLOPE:
        return gelu_curvature(x);
    case RK_FN_ABS:
        return (x > 0) - (x < 0);
    case RK_FN_SIGN:
        return 0;
    case RK_FN_RELU:
        return x > 0;
    }
    return 0;
}

static rk_ev j_fn(const rk_domain *d, rk_fn f, void *r, const void *at) {
    double x = *(const double *)at, y = 0;
    rk_ev ev = doubles(d)->fn(doubles(d), f, &y, &x);
    chain(d, r, y, ev == RK_EV_OK ? slope_of(doubles(d), f, x, y) : 0, at);
    return ev;
}

static rk_tern j_is_zero(const rk_domain *d, const void *x) {
    return doubles(d)->is_zero(doubles(d), x);
}

static rk_ev j_sign(const rk_domain *d, int *sign, const void *x) {
    return doubles(d)->sign(doubles(d), sign, x);
}

static void j_compare(const rk_domain *d, int *low, int *high, const void *x, const void *y) {
    doubles(d)->compare(doubles(d), low, high, x, y);
}

static void j_extreme(const rk_domain *d, void *r, const void *x, const void *y, bool maximum) {
    bool first = (*(const double *)x > *(const double *)y) == maximum;
    memmove(r, first ? x : y, d->size);
}

static void j_print(const rk_domain *d, rk_buf *out, const void *x) {
    const double *a = x;
    rk_buf_printf(out, "%.17g", a[0]);
    for (slong k = 1; k <= directions(d); k++)
        rk_buf_printf(out, "%s%.17g", k == 1 ? " slopes " : " ", a[k]);
}

/* --- matrices ------------------------------------------------------------------ */

static const double *jet_at(const rk_matrix *a, slong i, slong j) {
    return (const double *)rk_at(a, i, j);
}

static void values_of(rk_matrix *r, const rk_matrix *a) {
    rk_matrix_init(r, doubles(a->domain), a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            *(double *)rk_at(r, i, j) = *jet_at(a, i, j);
}

/* Slope k of the matrix, as doubles. */
static void slopes_of(rk_matrix *r, const rk_matrix *a, slong k) {
    rk_matrix_init(r, doubles(a->domain), a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            *(double *)rk_at(r, i, j) = jet_at(a, i, j)[k];
}

/* The inverse moves by -inv(A)*dA*inv(A). */
static rk_ev j_matrix_inv(rk_matrix *r, const rk_matrix *a) {
    slong entries = a->rows * a->cols, size = directions(a->domain) + 1;
    rk_matrix x, inverse, moved, left, both;
    values_of(&x, a);
    rk_ev ev = rk_matrix_inv(&inverse, &x);
    double *out = r->entry;
    for (slong k = 1; k < size && ev == RK_EV_OK; k++) {
        slopes_of(&moved, a, k);
        rk_matrix_mul(&left, &inverse, &moved);
        rk_matrix_mul(&both, &left, &inverse);
        for (slong e = 0; e < entries; e++)
            out[e * size + k] = -((const double *)both.entry)[e];
        rk_matrix_clear(&moved);
        rk_matrix_clear(&left);
        rk_matrix_clear(&both);
    }
    for (slong e = 0; e < entries; e++)
        out[e * size] = ((const double *)inverse.entry)[e];
    rk_matrix_clear(&x);
    rk_matrix_clear(&inverse);
    return ev;
}

/* Exchanges rows k, i and columns k, j of a square matrix; the change of sign of the determinant.
 */
static int exchange(rk_matrix *a, slong k, slong i, slong j) {
    const rk_domain *d = a->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong l = 0; l < a->cols && i != k; l++) {
        d->set(d, t.entry, rk_at(a, k, l));
        d->set(d, rk_at(a, k, l), rk_at(a, i, l));
        d->set(d, rk_at(a, i, l), t.entry);
    }
    for (slong l = 0; l < a->rows && j != k; l++) {
        d->set(d, t.entry, rk_at(a, l, k));
        d->set(d, rk_at(a, l, k), rk_at(a, l, j));
        d->set(d, rk_at(a, l, j), t.entry);
    }
    rk_matrix_clear(&t);
    return (i == k) == (j == k) ? 1 : -1;
}

/* The largest entry of the block from (k, k) on comes first. */
static int pivot(rk_matrix *a, slong k) {
    slong row = k, col = k;
    for (slong i = k; i < a->rows; i++)
        for (slong j = k; j < a->cols; j++)
            if (fabs(*jet_at(a, i, j)) > fabs(*jet_at(a, row, col))) {
                row = i;
                col = j;
            }
    return exchange(a, k, row, col);
}

static void eliminate(rk_matrix *a, slong k) {
    const rk_domain *d = a->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 2);
    void *factor = rk_at(&t, 0, 0), *product = rk_at(&t, 0, 1);
    for (slong i = k + 1; i < a->rows; i++) {
        d->div(d, factor, rk_at(a, i, k), rk_at(a, k, k));
        for (slong j = k + 1; j < a->cols; j++) {
            d->mul(d, product, factor, rk_at(a, k, j));
            d->sub(d, rk_at(a, i, j), rk_at(a, i, j), product);
        }
    }
    rk_matrix_clear(&t);
}

/* The product of the pivots; the slopes are right, too, where only the last one is 0. */
static rk_ev j_matrix_det(void *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix work;
    int sign = 1;
    rk_matrix_copy(&work, a);
    for (slong k = 0; k < work.rows; k++) {
        sign *= pivot(&work, k);
        if (*jet_at(&work, k, k) != 0)
            eliminate(&work, k);
        if (k == 0)
            d->set(d, r, rk_at(&work, 0, 0));
        else
            d->mul(d, r, r, rk_at(&work, k, k));
    }
    if (sign < 0)
        d->neg(d, r, r);
    rk_matrix_clear(&work);
    return isfinite(*(const double *)r) ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_ev j_matrix_rank(slong *low, slong *high, const rk_matrix *a) {
    rk_matrix x;
    values_of(&x, a);
    rk_ev ev = rk_matrix_rank(low, high, &x);
    rk_matrix_clear(&x);
    return ev;
}

/* Slope k of u'*A*v; strides of the vectors. */
static double form(const rk_matrix *a, slong k, const double *u, slong su, const double *v,
                   slong sv) {
    double sum = 0;
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            sum += u[i * su] * jet_at(a, i, j)[k] * v[j * sv];
    return sum;
}

static rk_ev j_psd_eigenvalue(void *r, const rk_matrix *a, slong k) {
    lapack_int n = (lapack_int)a->rows;
    rk_matrix x;
    values_of(&x, a);
    double *out = r, *values = rk_malloc((size_t)n * sizeof *values), *v = x.entry;
    bool ok = LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', n, v, n, values) == 0;
    out[0] = ok ? fmax(0, values[n - k]) : NAN;
    for (slong t = 1; t <= directions(a->domain); t++)
        out[t] = ok ? form(a, t, v + n - k, n, v + n - k, n) : 0;
    rk_free(values);
    rk_matrix_clear(&x);
    return isfinite(out[0]) ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_ev j_singular_value(void *r, const rk_matrix *a, slong k) {
    lapack_int m = (lapack_int)a->rows, n = (lapack_int)a->cols, least = m < n ? m : n;
    rk_matrix x;
    values_of(&x, a);
    size_t left = (size_t)m * (size_t)least, right = (size_t)least * (size_t)n;
    double *s = rk_malloc((2 * (size_t)least + left + right) * sizeof *s);
    double *u = s + 2 * least, *vt = u + left, *out = r;
    bool ok = LAPACKE_dgesvd(LAPACK_ROW_MAJOR, 'S', 'S', m, n, x.entry, n, s, u, least, vt, n,
                             s + least) == 0;
    out[0] = ok ? s[k - 1] : NAN;
    for (slong t = 1; t <= directions(a->domain); t++)
        out[t] = ok ? form(a, t, u + k - 1, least, vt + (k - 1) * n, 1) : 0;
    rk_free(s);
    rk_matrix_clear(&x);
    return isfinite(out[0]) ? RK_EV_OK : RK_EV_PRECISION;
}

/* Eigenvalues with left and right vectors as LAPACK packs them: a conjugate pair shares columns
   j and j + 1 (real part, imaginary part). */
typedef struct spectrum {
    slong n;
    double *re, *im, *left, *right, *memory;
} spectrum;

static bool decompose(spectrum *e, const rk_matrix *a) {
    lapack_int n = (lapack_int)a->rows;
    size_t square = (size_t)n * (size_t)n;
    rk_matrix x;
    values_of(&x, a);
    e->n = n;
    e->memory = rk_malloc((2 * (size_t)n + 2 * square) * sizeof *e->memory);
    e->re = e->memory;
    e->im = e->re + n;
    e->left = e->im + n;
    e->right = e->left + square;
    bool ok = LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'V', 'V', n, x.entry, n, e->re, e->im, e->left, n,
                            e->right, n) == 0;
    rk_matrix_clear(&x);
    return ok;
}

/* The index of the k-th largest modulus. */
static slong ranked(const spectrum *e, slong k) {
    for (slong i = 0; i < e->n; i++) {
        slong larger = 0;
        double size = hypot(e->re[i], e->im[i]);
        for (slong j = 0; j < e->n; j++) {
            double other = hypot(e->re[j], e->im[j]);
            larger += other > size || (other == size && j < i);
        }
        if (larger == k - 1)
            return i;
    }
    return 0;
}

static double dot(const double *u, const double *v, slong n) {
    double sum = 0;
    for (slong i = 0; i < n; i++)
        sum += u[i * n] * v[i * n];
    return sum;
}

/* The slope of an eigenvalue is (w^H dA v) / (w^H v); that of its modulus the part of it along the
   eigenvalue. */
static double modulus_slope(const spectrum *e, const rk_matrix *a, slong t, slong i) {
    slong n = e->n;
    bool pair = e->im[i] != 0;
    slong j = i > 0 && e->im[i] < 0 ? i - 1 : i; /* the pair's first: positive imaginary part */
    const double *w = e->left + j, *v = e->right + j;
    if (!pair)
        return (e->re[i] < 0 ? -1 : 1) * form(a, t, w, n, v, n) / dot(w, v, n);
    double re = form(a, t, w, n, v, n) + form(a, t, w + 1, n, v + 1, n);
    double im = form(a, t, w, n, v + 1, n) - form(a, t, w + 1, n, v, n);
    double below_re = dot(w, v, n) + dot(w + 1, v + 1, n);
    double below_im = dot(w, v + 1, n) - dot(w + 1, v, n);
    double size = below_re * below_re + below_im * below_im;
    double slope_re = (re * below_re + im * below_im) / size;
    double slope_im = (im * below_re - re * below_im) / size;
    return (e->re[j] * slope_re + e->im[j] * slope_im) / hypot(e->re[j], e->im[j]);
}

static rk_ev j_eigen_modulus(void *r, const rk_matrix *a, slong k) {
    double *out = r;
    spectrum e;
    bool ok = decompose(&e, a);
    slong i = ok ? ranked(&e, k) : 0;
    out[0] = ok ? hypot(e.re[i], e.im[i]) : NAN;
    for (slong t = 1; t <= directions(a->domain); t++) {
        double slope = ok ? modulus_slope(&e, a, t, i) : 0;
        out[t] = isfinite(slope) ? slope : 0;
    }
    rk_free(e.memory);
    return isfinite(out[0]) ? RK_EV_OK : RK_EV_PRECISION;
}

static void j_free(rk_domain *d) {
    rk_domain_free(((jets *)d->context)->doubles);
    rk_free(d->context);
}

rk_domain *rk_domain_jet(slong n) {
    static const rk_domain table = {
        .name = "double with slopes",
        .exact = false,
        .ordered = true,
        .plain = true,
        .init = j_init,
        .clear = j_clear,
        .set = j_set,
        .set_fmpq = j_set_fmpq,
        .get_fmpq = j_get_fmpq,
        .add = j_add,
        .sub = j_sub,
        .neg = j_neg,
        .mul = j_mul,
        .div = j_div,
        .fn = j_fn,
        .is_zero = j_is_zero,
        .sign = j_sign,
        .print = j_print,
        .compare = j_compare,
        .extreme = j_extreme,
        .matrix_inv = j_matrix_inv,
        .matrix_det = j_matrix_det,
        .matrix_rank = j_matrix_rank,
        .psd_eigenvalue = j_psd_eigenvalue,
        .singular_value = j_singular_value,
        .eigen_modulus = j_eigen_modulus,
        .free_context = j_free,
    };
    rk_domain *d = rk_domain_new(&table);
    jets *context = rk_malloc(sizeof *context);
    *context = (jets){.n = n, .doubles = rk_domain_double()};
    d->context = context;
    d->size = ((size_t)n + 1) * sizeof(double);
    return d;
}
