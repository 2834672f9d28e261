/* Moduli of eigenvalues for a batch, lane after lane by LAPACK. */
#include "batch_inside.h"

#include <math.h>
#include <string.h>
#include <lapacke.h>

/* Workspace of dgeev with both kinds of vectors. */
static size_t work_size(size_t n) {
    return 8 * n;
}

size_t rk_batch_eigen_scratch(size_t n) {
    return 3 * n * n + 3 * n + work_size(n);
}

typedef struct eigen {
    lapack_int n;
    double *a, *left, *right; /* n by n, column by column */
    double *re, *im, *slope, *work;
} eigen;

static eigen layout(const rk_lanes_job *job) {
    size_t n = job->n;
    eigen e = {.n = (lapack_int)n, .a = job->scratch};
    e.left = e.a + n * n;
    e.right = e.left + n * n;
    e.re = e.right + n * n;
    e.im = e.re + n;
    e.slope = e.im + n;
    e.work = e.slope + n;
    return e;
}

static bool decompose(eigen *e, const rk_lanes_job *job, size_t t, bool vectors) {
    size_t n = job->n;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n; c++) {
            double x = job->a[i * n + c][t];
            if (!isfinite(x))
                return false;
            e->a[c * n + i] = x;
        }
    char want = vectors ? 'V' : 'N';
    return LAPACKE_dgeev_work(LAPACK_COL_MAJOR, want, want, e->n, e->a, e->n, e->re, e->im, e->left,
                              e->n, e->right, e->n, e->work, (lapack_int)work_size(n)) == 0;
}

/* Parts of sum conj(u_i) w_i; imaginary parts stand in the next column, or are 0. */
static void inner(double out[2], const double *u, const double *ui, const double *w,
                  const double *wi, size_t n) {
    out[0] = out[1] = 0;
    for (size_t i = 0; i < n; i++) {
        double x = ui ? ui[i] : 0, y = wi ? wi[i] : 0;
        out[0] += u[i] * w[i] + x * y;
        out[1] += u[i] * y - x * w[i];
    }
}

/* dlambda = u^H dA v / u^H v; d|lambda| = Re(conj(lambda) dlambda)/|lambda|. */
static double modulus_slope(const eigen *e, const rk_lanes_job *job, size_t k, size_t t) {
    size_t n = job->n;
    bool pair = e->im[k] != 0;
    size_t first = pair && e->im[k] < 0 ? k - 1 : k;
    const double *u = e->left + first * n, *v = e->right + first * n;
    double *w = e->a, *wi = e->a + n; /* dA v; a is spent, and n >= 2 if pair */
    for (size_t i = 0; i < n; i++) {
        double x = 0, y = 0;
        for (size_t c = 0; c < n; c++) {
            x += job->da[i * n + c][t] * v[c];
            y += pair ? job->da[i * n + c][t] * v[n + c] : 0;
        }
        w[i] = x;
        if (pair)
            wi[i] = y;
    }
    double up[2], down[2], re = e->re[k], im = fabs(e->im[k]);
    inner(up, u, pair ? u + n : NULL, w, pair ? wi : NULL, n);
    inner(down, u, pair ? u + n : NULL, v, pair ? v + n : NULL, n);
    double size = down[0] * down[0] + down[1] * down[1], modulus = hypot(re, im);
    if (size == 0 || modulus == 0)
        return 0;
    double x = (up[0] * down[0] + up[1] * down[1]) / size;
    double y = (up[1] * down[0] - up[0] * down[1]) / size;
    return (re * x + im * y) / modulus;
}

static void sort_pairs(double *x, double *slope, size_t n) {
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && x[k] > x[k - 1]; k--) {
            double a = x[k], b = slope[k];
            x[k] = x[k - 1];
            slope[k] = slope[k - 1];
            x[k - 1] = a;
            slope[k - 1] = b;
        }
}

void rk_batch_eigen(const rk_lanes_job *job, bool dual) {
    eigen e = layout(job);
    size_t n = job->n;
    for (size_t t = 0; t < job->width; t++) {
        bool ok = decompose(&e, job, t, dual);
        for (size_t k = 0; k < n; k++)
            e.slope[k] = dual && ok ? modulus_slope(&e, job, k, t) : 0;
        for (size_t k = 0; k < n; k++)
            e.re[k] = ok ? hypot(e.re[k], e.im[k]) : (double)NAN;
        sort_pairs(e.re, e.slope, n);
        for (size_t k = 0; k < n; k++) {
            job->r[k][t] = e.re[k];
            if (dual)
                job->dr[k][t] = e.slope[k];
        }
    }
}
