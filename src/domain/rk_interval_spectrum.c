/* Eigenvalues of symmetric matrices and singular values over intervals.

   LAPACK gives V nearly orthogonal and D with V'GV nearly D. Then V'V = I + E, and by Ostrowski's
   theorem the k-th eigenvalue of V'GV is that of G times a number within |E| of 1; by Weyl's it is
   d_k up to |V'GV - D|. Both norms are bounded by Frobenius norms of what is computed, and the
   rounding of a product A B by gamma |A| |B| in that norm. No more is asked of LAPACK. */
#include "rk_interval.h"

#include <cblas.h>
#include <math.h>
#include <lapacke.h> /* after FLINT, which uses the name I that it defines */

typedef struct spectrum {
    slong n;
    double *g;      /* symmetric, row-major */
    double *v;      /* eigenvectors as rows */
    double *value;  /* ascending */
    double *work;   /* n by n */
    double *square; /* n by n */
} spectrum;

static void spectrum_init(spectrum *s, slong n) {
    size_t size = (size_t)n * (size_t)n;
    s->n = n;
    s->g = rk_malloc((4 * size + (size_t)n) * sizeof *s->g);
    s->v = s->g + size;
    s->work = s->v + size;
    s->square = s->work + size;
    s->value = s->square + size;
}

static void spectrum_clear(spectrum *s) {
    rk_free(s->g);
}

static double gamma_of(slong k) {
    return (double)(k + 4) * RK_UNIT * (1 + 1e-6);
}

/* Not less than the Frobenius norm. */
static double frobenius(const double *x, slong count) {
    double sum = 0;
    for (slong i = 0; i < count; i++)
        sum += x[i] * x[i];
    return sqrt(sum * (1 + gamma_of(count)) + (double)count * 1e-300) * (1 + 0x1p-50);
}

static void gemm(double *c, const double *a, const double *b, slong n, bool transposed) {
    int k = (int)n;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, k, k, k, 1, a,
                k, b, k, 0, c, k);
}

static bool solve(spectrum *s) {
    lapack_int n = (lapack_int)s->n;
    for (slong i = 0; i < s->n * s->n; i++) {
        if (!isfinite(s->g[i]))
            return false;
        s->v[i] = s->g[i];
    }
    /* columns of the column-major result are rows of ours */
    return LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', n, s->v, n, s->value) == 0;
}

/* Takes d (1 when NULL) from the diagonal; returns the Frobenius norm of what is left. */
static double off_diagonal(double *x, slong n, const double *d) {
    for (slong i = 0; i < n; i++)
        x[i * n + i] -= d != NULL ? d[i] : 1;
    double most = 0;
    for (slong i = 0; i < n; i++)
        most = fmax(most, fabs(x[i * n + i]) + 2 * fabs(d != NULL ? d[i] : 1));
    return frobenius(x, n * n) + (double)n * RK_UNIT * 2 * most;
}

/* [*low, *high] holds the k-th largest eigenvalue of every symmetric matrix within `error`
   (Frobenius) of s->g. */
static bool enclose(spectrum *s, slong k, double error, double *low, double *high) {
    slong n = s->n;
    double gamma = gamma_of(n);
    if (!isfinite(error) || !solve(s))
        return false;
    double v = frobenius(s->v, n * n), g = frobenius(s->g, n * n);
    gemm(s->work, s->v, s->v, n, true);
    double e = off_diagonal(s->work, n, NULL) + gamma * v * v;
    gemm(s->square, s->v, s->g, n, false);
    double w = frobenius(s->square, n * n);
    gemm(s->work, s->square, s->v, n, true);
    double f = off_diagonal(s->work, n, s->value) + gamma * w * v + gamma * v * g * sqrt(1 + e);
    if (!(e < 0.5) || !isfinite(f))
        return false;
    f = f * (1 + 0x1p-40);
    e = e * (1 + 0x1p-40);
    double a = s->value[n - k] - f, b = s->value[n - k] + f;
    *low = (a > 0 ? a / (1 + e) : a / (1 - e)) - error;
    *high = (b > 0 ? b / (1 - e) : b / (1 + e)) + error;
    double rounding = 8 * RK_UNIT * (fabs(*low) + fabs(*high)) + 1e-300;
    *low -= rounding;
    *high += rounding;
    return isfinite(*low) && isfinite(*high);
}

static rk_ev put(void *r, bool known, double low, double high) {
    *(rk_near *)r = known ? rk_near_between(low, high) : (rk_near){0, INFINITY};
    return known ? RK_EV_OK : RK_EV_PRECISION;
}

/* Midpoints of the upper triangle, mirrored; the norm of what the radii leave open. */
static double read_symmetric(spectrum *s, const rk_matrix *a) {
    slong n = a->rows;
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < n; j++) {
            const rk_near *x = rk_near_at(a, FLINT_MIN(i, j), FLINT_MAX(i, j));
            s->g[i * n + j] = x->m;
            s->work[i * n + j] = x->r;
        }
    return frobenius(s->work, n * n);
}

rk_ev rk_interval_psd_eigenvalue(void *r, const rk_matrix *a, slong k) {
    spectrum s;
    double low = 0, high = 0;
    spectrum_init(&s, a->rows);
    double error = read_symmetric(&s, a);
    bool known = enclose(&s, k, error, &low, &high);
    spectrum_clear(&s);
    return put(r, known, fmax(0, low), fmax(0, high));
}

/* Midpoints of a, row-major, and the norms of midpoints and radii. */
static double *take_apart(const rk_matrix *a, double *norm, double *open) {
    slong n = a->rows * a->cols;
    double *m = rk_malloc((size_t)(2 * n + 1) * sizeof *m);
    for (slong i = 0; i < n; i++) {
        m[i] = rk_near_at(a, 0, i)->m;
        m[n + i] = rk_near_at(a, 0, i)->r;
    }
    *norm = frobenius(m, n);
    *open = frobenius(m + n, n);
    return m;
}

/* s->g := A A' or A'A, the smaller one, mirrored from its upper triangle. */
static void gram(spectrum *s, const double *m, const rk_matrix *a) {
    bool wide = a->rows <= a->cols;
    int n = (int)s->n, k = (int)(wide ? a->cols : a->rows);
    cblas_dsyrk(CblasRowMajor, CblasUpper, wide ? CblasNoTrans : CblasTrans, n, k, 1, m,
                (int)a->cols, 0, s->g, n);
    for (slong i = 0; i < s->n; i++)
        for (slong j = 0; j < i; j++)
            s->g[i * s->n + j] = s->g[j * s->n + i];
}

/* No singular value moves by more than the norm of what is added to a matrix. */
rk_ev rk_interval_singular_value(void *r, const rk_matrix *a, slong k) {
    spectrum s;
    double low = 0, high = 0, norm, open;
    double *m = take_apart(a, &norm, &open);
    spectrum_init(&s, FLINT_MIN(a->rows, a->cols));
    gram(&s, m, a);
    double error = gamma_of(FLINT_MAX(a->rows, a->cols)) * norm * norm + 1e-290;
    bool known = isfinite(open) && enclose(&s, k, error, &low, &high);
    spectrum_clear(&s);
    rk_free(m);
    low = sqrt(fmax(0, low)) * (1 - 0x1p-50) - open;
    high = sqrt(fmax(0, high)) * (1 + 0x1p-50) + open;
    return put(r, known, fmax(0, low), high);
}
