#include "rk_product.h"
#include <stdbool.h>
#include <cblas.h>
#include "base/rk_mem.h"
#include "rk_modular.h"

enum { HALF_BITS = 16 }; /* of residues mod p < 2^32 */
/* So many products of sums of two halves, each below 2^34, stay below 2^53. */
enum { MOST_INNER = 1 << 19 };
/* Below this many products FLINT's own are as quick. */
#define FEWEST_PRODUCTS 100000.0

/* Two m by n matrices of doubles, low halves and high halves. */
typedef struct halves {
    double *low, *high;
} halves;

static halves new_halves(slong size) {
    halves h = {rk_malloc((size_t)size * sizeof(double)), rk_malloc((size_t)size * sizeof(double))};
    return h;
}

static void free_halves(halves h) {
    rk_free(h.low);
    rk_free(h.high);
}

static halves cut(const ulong *x, slong size) {
    halves h = new_halves(size);
    for (slong i = 0; i < size; i++) {
        h.low[i] = (double)(x[i] & ((1 << HALF_BITS) - 1));
        h.high[i] = (double)(x[i] >> HALF_BITS);
    }
    return h;
}

static void multiply(double *c, const double *a, const double *b, slong m, slong k, slong n) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1, a, (int)k, b,
                (int)n, 0, c, (int)n);
}

/* low := low + high */
static void add_halves(halves h, slong size) {
    for (slong i = 0; i < size; i++)
        h.low[i] += h.high[i];
}

/* c := high * 2^32 + (sums - high - low) * 2^16 + low mod p, where sums is the product of the
   sums of halves (Karatsuba and Ofman 1962). */
static void combine(ulong *c, halves outer, const double *sums, slong size, nmod_t mod) {
    for (slong i = 0; i < size; i++) {
        ulong t = n_mod2_preinv((ulong)outer.high[i], mod.n, mod.ninv);
        t = (t << HALF_BITS) + (ulong)(sums[i] - outer.high[i] - outer.low[i]);
        t = n_mod2_preinv(t, mod.n, mod.ninv);
        t = (t << HALF_BITS) + (ulong)outer.low[i];
        c[i] = n_mod2_preinv(t, mod.n, mod.ninv);
    }
}

static void by_halves(ulong *c, const ulong *a, const ulong *b, slong m, slong k, slong n,
                      nmod_t mod) {
    halves x = cut(a, m * k), y = cut(b, k * n), outer = new_halves(m * n);
    double *sums = rk_malloc((size_t)(m * n) * sizeof *sums);
    multiply(outer.low, x.low, y.low, m, k, n);
    multiply(outer.high, x.high, y.high, m, k, n);
    add_halves(x, m * k);
    add_halves(y, k * n);
    multiply(sums, x.low, y.low, m, k, n);
    combine(c, outer, sums, m * n, mod);
    free_halves(x);
    free_halves(y);
    free_halves(outer);
    rk_free(sums);
}

static double *to_doubles(const ulong *x, slong size) {
    double *r = rk_malloc((size_t)size * sizeof *r);
    for (slong i = 0; i < size; i++)
        r[i] = (double)x[i];
    return r;
}

static void by_one_product(ulong *c, const ulong *a, const ulong *b, slong m, slong k, slong n,
                           ulong p) {
    double *x = to_doubles(a, m * k), *y = to_doubles(b, k * n);
    double *z = rk_malloc((size_t)(m * n) * sizeof *z);
    rk_modular_mul(z, x, y, m, k, n, p);
    for (slong i = 0; i < m * n; i++)
        c[i] = z[i] < 0 ? (ulong)(z[i] + (double)p) : (ulong)z[i];
    rk_free(x);
    rk_free(y);
    rk_free(z);
}

static void to_nmod_mat(nmod_mat_t r, const ulong *x, slong m, slong n, nmod_t mod) {
    nmod_mat_init(r, m, n, mod.n);
    for (slong i = 0; i < m; i++)
        for (slong j = 0; j < n; j++)
            nmod_mat_entry(r, i, j) = x[i * n + j];
}

static void by_flint(ulong *c, const ulong *a, const ulong *b, slong m, slong k, slong n,
                     nmod_t mod) {
    nmod_mat_t x, y, z;
    to_nmod_mat(x, a, m, k, mod);
    to_nmod_mat(y, b, k, n, mod);
    nmod_mat_init(z, m, n, mod.n);
    nmod_mat_mul(z, x, y);
    for (slong i = 0; i < m; i++)
        for (slong j = 0; j < n; j++)
            c[i * n + j] = nmod_mat_entry(z, i, j);
    nmod_mat_clear(x);
    nmod_mat_clear(y);
    nmod_mat_clear(z);
}

void rk_product_mod(ulong *c, const ulong *a, const ulong *b, slong m, slong k, slong n,
                    nmod_t mod) {
    bool small = (double)m * (double)k * (double)n < FEWEST_PRODUCTS;
    bool halves_fit = mod.n <= UWORD(1) << 2 * HALF_BITS && k <= MOST_INNER;
    if (!small && mod.n < RK_MODULAR_LIMIT)
        by_one_product(c, a, b, m, k, n, mod.n);
    else if (!small && halves_fit)
        by_halves(c, a, b, m, k, n, mod);
    else
        by_flint(c, a, b, m, k, n, mod);
}
