/* The loops of rk_residues.h in plain C over dgemm. */
#include "rk_residues.h"
#include <cblas.h> /* after FLINT, which uses the name I that it defines */

static inline double reduced(double x, const rk_modulus *q) {
    const double magic = 6755399441055744.0;
    double quotient = (x * q->inverse + magic) - magic;
    return x - quotient * q->p;
}

static void reduce(double *x, slong count, const rk_modulus *q) {
    for (slong i = 0; i < count; i++)
        x[i] = reduced(x[i], q);
}

static void take(double *c, slong ldc, const double *a, slong lda, const double *b, slong ldb,
                 slong m, slong n, slong k, const rk_modulus *q, double *scratch) {
    (void)scratch;
    if (m == 0 || n == 0)
        return;
    for (slong at = 0; at < k; at += q->chunk) {
        slong now = k - at < q->chunk ? k - at : q->chunk;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)now, -1, a + at,
                    (int)lda, b + at * ldb, (int)ldb, 1, c, (int)ldc);
        for (slong i = 0; i < m; i++)
            reduce(c + i * ldc, n, q);
    }
}

static void take_column(double *y, const double *x, double t, slong count) {
    for (slong i = 0; i < count; i++)
        y[i] -= x[i] * t;
}

static void scale(double *x, double t, slong count, const rk_modulus *q) {
    for (slong i = 0; i < count; i++)
        x[i] = reduced(x[i] * t, q);
}

static void solve(const double *l, slong ldl, double *b, slong ldb, slong r, slong n,
                  const rk_modulus *q) {
    for (slong i = 1; i < r; i++) {
        double *row = b + i * ldb;
        for (slong t = 0; t < i; t++) {
            take_column(row, b + t * ldb, l[i * ldl + t], n);
            if (t + 1 == i || (t + 1) % q->chunk == 0)
                reduce(row, n, q);
        }
    }
}

static void combine(double *out, slong count, const double *coefficient, const double *plane,
                    slong stride, slong k, const rk_modulus *q) {
    for (slong i = 0; i < count; i++)
        out[i] = 0;
    for (slong t = 0; t < k; t++) {
        take_column(out, plane + t * stride, -coefficient[t], count);
        if (t % 3 == 2 || t + 1 == k)
            reduce(out, count, q);
    }
}

const rk_residues rk_residues_plain = {"dgemm", reduce, take, take_column, scale, solve, combine};
