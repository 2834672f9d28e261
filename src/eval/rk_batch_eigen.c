/* Moduli of eigenvalues for a batch, lane after lane by LAPACK. */
#include "batch_inside.h"

#include <math.h>
#include <lapacke.h>

/* Workspace of dgeev without vectors. */
static size_t work_size(size_t n) {
    return 4 * n;
}

size_t rk_batch_eigen_scratch(size_t n) {
    return (n * n + 2 * n + work_size(n)) * sizeof(double);
}

typedef struct eigen {
    lapack_int n;
    double *a, *re, *im, *work; /* a: n by n, column by column */
} eigen;

static bool decompose(eigen *e, const rk_lanes_job *job, size_t t) {
    size_t n = job->n;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n; c++) {
            double x = ((const double *)job->a[i * n + c])[t];
            if (!isfinite(x))
                return false;
            e->a[c * n + i] = x;
        }
    return LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'N', e->n, e->a, e->n, e->re, e->im, NULL,
                              e->n, NULL, e->n, e->work, (lapack_int)work_size(n)) == 0;
}

static void sort(double *x, size_t n) {
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && x[k] > x[k - 1]; k--) {
            double a = x[k];
            x[k] = x[k - 1];
            x[k - 1] = a;
        }
}

void rk_batch_eigen(const rk_lanes_job *job) {
    size_t n = job->n;
    eigen e = {.n = (lapack_int)n, .a = job->scratch};
    e.re = e.a + n * n;
    e.im = e.re + n;
    e.work = e.im + n;
    for (size_t t = 0; t < job->width; t++) {
        bool ok = decompose(&e, job, t);
        for (size_t k = 0; k < n; k++)
            e.re[k] = ok ? hypot(e.re[k], e.im[k]) : (double)NAN;
        sort(e.re, n);
        for (size_t k = 0; k < n; k++)
            ((double *)job->r[k])[t] = e.re[k];
    }
}
