/* Products and inverses over F_p. */
#include <stdbool.h>
#include <string.h>
#include "base/rk_mem.h"
#include "rk_modular.h"
#include "rk_residues.h"

typedef struct ring {
    const rk_residues *on;
    rk_modulus q;
    ulong p;
    double *scratch;
} ring;

static ring ring_of(ulong p, slong n, slong k) {
    return (ring){rk_residues_best(), rk_modulus_of(p), p,
                  rk_malloc(rk_residues_scratch(n, k) * sizeof(double))};
}

/* c := -a * b */
static void negative_product(const ring *f, double *c, slong ldc, const double *a, slong lda,
                             const double *b, slong ldb, slong m, slong n, slong k) {
    for (slong i = 0; i < m; i++)
        memset(c + i * ldc, 0, (size_t)n * sizeof *c);
    f->on->take(c, ldc, a, lda, b, ldb, m, n, k, &f->q, f->scratch);
}

static void negate(double *x, slong count) {
    for (slong i = 0; i < count; i++)
        x[i] = -x[i];
}

void rk_modular_mul(double *c, double *a, double *b, slong m, slong k, slong n, ulong p) {
    ring f = ring_of(p, n, k);
    f.on->reduce(a, m * k, &f.q);
    f.on->reduce(b, k * n, &f.q);
    negative_product(&f, c, n, a, k, b, n, m, n, k);
    negate(c, m * n);
    rk_free(f.scratch);
}

/* x is not 0 */
static double inverse_of(const ring *f, double x) {
    double p = f->q.p, positive = x < 0 ? x + p : x;
    ulong residue = (ulong)(positive < 0 ? positive + p : positive) % f->p;
    double inverse = (double)n_invmod(residue, f->p);
    return inverse > p / 2 ? inverse - p : inverse;
}

/* Gauss and Jordan's, in place; false when a pivot is 0. */
static bool invert_few(const ring *f, double *a, slong r, slong ld) {
    for (slong k = 0; k < r; k++) {
        double *row = a + k * ld;
        if (row[k] == 0)
            return false;
        double pivot = inverse_of(f, row[k]);
        row[k] = 1;
        f->on->scale(row, pivot, r, &f->q);
        for (slong i = 0; i < r; i++) {
            double *other = a + i * ld, factor = other[k];
            if (i == k)
                continue;
            other[k] = 0;
            f->on->take_column(other, row, factor, r);
            f->on->reduce(other, r, &f->q);
        }
    }
    return true;
}

/* With t = a11^-1 a12, u = a21 a11^-1 and s = a22 - a21 t, the inverse is
   [a11^-1 + t s^-1 u, -t s^-1; -s^-1 u, s^-1]. False when a leading minor is singular. */
static bool invert(const ring *f, double *a, slong r, slong ld) {
    if (r <= RK_RESIDUES_BASE)
        return invert_few(f, a, r, ld);
    slong h = r / 2, g = r - h;
    double *a12 = a + h, *a21 = a + h * ld, *a22 = a21 + h;
    if (!invert(f, a, h, ld))
        return false;
    double *t = rk_malloc((size_t)(h * g) * sizeof *t), *u = rk_malloc((size_t)(h * g) * sizeof *u);
    negative_product(f, t, g, a, ld, a12, ld, h, g, h);
    negate(t, h * g);
    negative_product(f, u, h, a21, ld, a, ld, g, h, h);
    negate(u, h * g);
    f->on->take(a22, ld, a21, ld, t, g, g, g, h, &f->q, f->scratch);
    bool regular = invert(f, a22, g, ld);
    if (regular) {
        negative_product(f, a12, ld, t, g, a22, ld, h, g, g);
        negative_product(f, a21, ld, a22, ld, u, h, g, h, g);
        f->on->take(a, ld, a12, ld, u, h, h, h, g, &f->q, f->scratch);
    }
    rk_free(t);
    rk_free(u);
    return regular;
}

bool rk_modular_inverse(double *a, slong r, ulong p) {
    ring f = ring_of(p, r, r);
    f.on->reduce(a, r * r, &f.q);
    bool regular = invert(&f, a, r, r);
    rk_free(f.scratch);
    return regular;
}
