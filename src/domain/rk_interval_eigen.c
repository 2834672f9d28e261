/* Moduli of the eigenvalues of any square matrix over intervals.

   LAPACK gives V of nearly eigenvectors, nearly eigenvalues D and W, nearly the inverse of V. With
   E = W V - 1 and F = W A V - D, inv(V) A V = inv(1 + E) (D + F), which differs from D by at most
   |F| + |E| |D + F| / (1 - |E|), row by row in the row sum norm. Gershgorin's discs around D with
   these radii hold the eigenvalues, each connected component as many as it has discs, so that a
   cluster is known as a cluster. Nothing is asked of LAPACK but that E is small. */
#include "rk_interval.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <lapacke.h> /* after FLINT, which uses the name I that it defines */

/* Complex matrices n by n, column-major, real and imaginary parts in turn. */
typedef struct eigen {
    slong n;
    double *a, *v, *w, *x, *y; /* A, V, W, and two products */
    double *value;             /* n complex numbers */
    double *row[4];            /* row sums of A, of its radii, of W; radii of the discs */
} eigen;

static void eigen_init(eigen *s, slong n) {
    size_t size = 2 * (size_t)n * (size_t)n;
    s->n = n;
    s->a = rk_calloc(5 * size + 6 * (size_t)n, sizeof *s->a);
    s->v = s->a + size;
    s->w = s->v + size;
    s->x = s->w + size;
    s->y = s->x + size;
    s->value = s->y + size;
    for (int k = 0; k < 4; k++)
        s->row[k] = s->value + (2 + k) * n;
}

static bool read(eigen *s, const rk_matrix *a) {
    bool finite = true;
    for (slong i = 0; i < s->n; i++)
        for (slong j = 0; j < s->n; j++) {
            const rk_near *x = rk_near_at(a, i, j);
            s->a[2 * (j * s->n + i)] = x->m;
            s->row[0][i] += fabs(x->m);
            s->row[1][i] += x->r;
            finite = finite && isfinite(x->r);
        }
    return finite;
}

/* Pairs of conjugate eigenvalues come as the real and the imaginary part of one vector. */
static void put_vectors(eigen *s, const double *real, const double *im) {
    slong n = s->n;
    for (slong j = 0; j < n; j++) {
        bool pair = im[j] != 0 && j + 1 < n;
        for (slong i = 0; i < n; i++) {
            s->v[2 * (j * n + i)] = real[j * n + i];
            if (!pair)
                continue;
            s->v[2 * (j * n + i) + 1] = real[(j + 1) * n + i];
            s->v[2 * ((j + 1) * n + i)] = real[j * n + i];
            s->v[2 * ((j + 1) * n + i) + 1] = -real[(j + 1) * n + i];
        }
        j += pair;
    }
}

static bool find_vectors(eigen *s) {
    lapack_int n = (lapack_int)s->n;
    size_t size = (size_t)(s->n * s->n);
    double *work = rk_malloc((2 * size + 2 * (size_t)s->n) * sizeof *work);
    double *vectors = work + size, *re = vectors + size, *im = re + s->n;
    for (size_t i = 0; i < size; i++)
        work[i] = s->a[2 * i];
    bool found =
        LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'V', n, work, n, re, im, NULL, n, vectors, n) == 0;
    for (slong i = 0; i < s->n && found; i++) {
        s->value[2 * i] = re[i];
        s->value[2 * i + 1] = im[i];
    }
    if (found)
        put_vectors(s, vectors, im);
    rk_free(work);
    return found;
}

static bool invert_vectors(eigen *s) {
    lapack_int n = (lapack_int)s->n, *pivots = rk_malloc((size_t)n * sizeof *pivots);
    memcpy(s->w, s->v, 2 * (size_t)(s->n * s->n) * sizeof *s->w);
    lapack_complex_double *w = (lapack_complex_double *)(void *)s->w;
    bool found = LAPACKE_zgetrf(LAPACK_COL_MAJOR, n, n, w, n, pivots) == 0 &&
                 LAPACKE_zgetri(LAPACK_COL_MAJOR, n, w, n, pivots) == 0;
    rk_free(pivots);
    return found;
}

static void multiply(double *r, const double *x, const double *y, slong n) {
    static const double one[2] = {1, 0}, zero[2] = {0, 0};
    int k = (int)n;
    cblas_zgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, k, k, k, one, x, k, y, k, zero, r, k);
}

/* Moduli of the real and of the imaginary parts in row i, summed up. */
static double row_sum(const double *x, slong n, slong i) {
    double sum = 0;
    for (slong j = 0; j < n; j++)
        sum += fabs(x[2 * (j * n + i)]) + fabs(x[2 * (j * n + i) + 1]);
    return sum * (1 + 4 * (double)n * RK_UNIT);
}

static double most_of(const double *row, slong n) {
    double most = 0;
    for (slong i = 0; i < n; i++)
        most = isnan(row[i]) ? INFINITY : fmax(most, row[i]);
    return most;
}

static double norm_of(const double *x, slong n) {
    double most = 0;
    for (slong i = 0; i < n; i++) {
        double sum = row_sum(x, n, i);
        most = isnan(sum) ? INFINITY : fmax(most, sum);
    }
    return most;
}

/* Takes d (1 when NULL) from the diagonal of x. */
static void less_diagonal(double *x, slong n, const double *d) {
    for (slong i = 0; i < n; i++) {
        x[2 * (i * n + i)] -= d != NULL ? d[2 * i] : 1;
        x[2 * (i * n + i) + 1] -= d != NULL ? d[2 * i + 1] : 0;
    }
}

/* row[3] := the radii of the discs; false when E is not small. */
static bool find_radii(eigen *s) {
    slong n = s->n;
    double gamma = 4 * (double)(n + 4) * RK_UNIT, most = 0, e = 0;
    double vnorm = norm_of(s->v, n), anorm = most_of(s->row[0], n), open = most_of(s->row[1], n);
    double *er = rk_malloc((size_t)n * sizeof *er);
    multiply(s->x, s->w, s->v, n);
    less_diagonal(s->x, n, NULL);
    for (slong i = 0; i < n; i++) {
        s->row[2][i] = row_sum(s->w, n, i);
        er[i] = row_sum(s->x, n, i) + 2 * gamma * (s->row[2][i] * vnorm + 1);
        e = isnan(er[i]) ? INFINITY : fmax(e, er[i]);
    }
    multiply(s->y, s->a, s->v, n);
    multiply(s->x, s->w, s->y, n);
    less_diagonal(s->x, n, s->value);
    double ynorm = norm_of(s->y, n), left = (2 * gamma * anorm + open) * vnorm;
    for (slong i = 0; i < n; i++) {
        double d = fabs(s->value[2 * i]) + fabs(s->value[2 * i + 1]);
        s->row[3][i] = row_sum(s->x, n, i) + s->row[2][i] * (2 * gamma * ynorm + left) +
                       4 * RK_UNIT * d + 1e-290;
        most = fmax(most, d + s->row[3][i]);
    }
    for (slong i = 0; i < n && e < 0.5; i++)
        s->row[3][i] = (s->row[3][i] + er[i] / (1 - e) * most) * (1 + 1e-10);
    rk_free(er);
    return e < 0.5 && isfinite(most) && most_of(s->row[3], n) < INFINITY;
}

/* --- components ------------------------------------------------------------------------------- */

static slong root_of(slong *parent, slong i) {
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

static bool discs_meet(const eigen *s, slong i, slong j) {
    double re = s->value[2 * i] - s->value[2 * j], im = s->value[2 * i + 1] - s->value[2 * j + 1];
    return !(hypot(re, im) * (1 - 1e-14) > (s->row[3][i] + s->row[3][j]) * (1 + 1e-14));
}

/* low[i], high[i]: of the moduli in the component of disc i. */
static void component_ends(const eigen *s, double *low, double *high) {
    slong n = s->n, *parent = rk_malloc((size_t)n * sizeof *parent);
    double *ends = rk_malloc(2 * (size_t)n * sizeof *ends);
    for (slong i = 0; i < n; i++) {
        double modulus = hypot(s->value[2 * i], s->value[2 * i + 1]), r = s->row[3][i];
        parent[i] = i;
        ends[2 * i] = fmax(0, modulus * (1 - 1e-14) - r * (1 + 1e-14));
        ends[2 * i + 1] = modulus * (1 + 1e-14) + r * (1 + 1e-14) + 1e-300;
    }
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < i; j++)
            if (discs_meet(s, i, j))
                parent[root_of(parent, i)] = root_of(parent, j);
    for (slong i = 0; i < n; i++) {
        low[i] = INFINITY;
        high[i] = 0;
    }
    for (slong i = 0; i < n; i++) {
        slong k = root_of(parent, i);
        low[k] = fmin(low[k], ends[2 * i]);
        high[k] = fmax(high[k], ends[2 * i + 1]);
    }
    for (slong i = 0; i < n; i++) {
        ends[2 * i] = low[root_of(parent, i)];
        ends[2 * i + 1] = high[root_of(parent, i)];
    }
    for (slong i = 0; i < n; i++) {
        low[i] = ends[2 * i];
        high[i] = ends[2 * i + 1];
    }
    rk_free(parent);
    rk_free(ends);
}

static int descending(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a < b) - (a > b);
}

rk_ev rk_interval_eigen_modulus(void *r, const rk_matrix *a, slong k) {
    size_t n = (size_t)a->rows;
    double *low = rk_malloc(2 * n * sizeof *low), *high = low + n;
    eigen s;
    eigen_init(&s, a->rows);
    bool found = read(&s, a) && find_vectors(&s) && invert_vectors(&s) && find_radii(&s);
    *(rk_near *)r = (rk_near){0, INFINITY};
    if (found) {
        component_ends(&s, low, high);
        qsort(low, n, sizeof *low, descending);
        qsort(high, n, sizeof *high, descending);
        *(rk_near *)r = rk_near_between(low[k - 1], high[k - 1]);
    }
    rk_free(s.a);
    rk_free(low);
    return found ? RK_EV_OK : RK_EV_PRECISION;
}
