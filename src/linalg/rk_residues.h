/* The inner loops over residues mod p in doubles, compiled once for each vector unit and chosen
   when they are first asked for. Residues are balanced about 0: below p/2 + 2 in modulus. Products
   are summed in chunks so short that every partial sum is an integer below 2^53 and so exact,
   whatever the order of summation and whether or not an addition is fused to its product.

   With AVX2 or AVX-512 the products are packed and tiled as in Goto and van de Geijn ("Anatomy of
   high-performance matrix multiplication", ACM TOMS 2008), and the sums are reduced while they
   stand in registers: short chunks, as of p near 2^26, cost no passes through memory. Elsewhere
   dgemm multiplies and a second pass reduces. */
#ifndef RK_RESIDUES_H
#define RK_RESIDUES_H

#include "base/rk_flint.h"

/* Primes below this bound are served. */
#define RK_RESIDUES_LIMIT (UWORD(1) << 26)

typedef struct rk_modulus {
    double p, inverse;
    slong chunk; /* products that can be summed without reduction, on top of two residues */
} rk_modulus;

rk_modulus rk_modulus_of(ulong p);

/* Rows of a triangle that `solve` takes at most. */
enum { RK_RESIDUES_BASE = 16 };

/* All matrices row-major, the distance of rows given. Scratch: rk_residues_scratch doubles. */
typedef struct rk_residues {
    const char *name;
    /* x[i] := the balanced residue of x[i], an integer below 2^53 - p in modulus */
    void (*reduce)(double *x, slong count, const rk_modulus *q);
    /* c := c - a * b mod p; c is m by n, a is m by k, b is k by n, all balanced. No two overlap. */
    void (*take)(double *c, slong ldc, const double *a, slong lda, const double *b, slong ldb,
                 slong m, slong n, slong k, const rk_modulus *q, double *scratch);
    /* y := y - x * t, unreduced */
    void (*take_column)(double *y, const double *x, double t, slong count);
    /* x := x * t mod p */
    void (*scale)(double *x, double t, slong count, const rk_modulus *q);
    /* b := l^-1 b mod p for the unit lower triangle l of r <= RK_RESIDUES_BASE rows, n columns */
    void (*solve)(const double *l, slong ldl, double *b, slong ldb, slong r, slong n,
                  const rk_modulus *q);
    /* out[i] := sum of coefficient[t] * plane[t * stride + i] over t < k, mod p. Coefficients are
       balanced residues, planes below p in modulus of any prime below RK_RESIDUES_LIMIT. */
    void (*combine)(double *out, slong count, const double *coefficient, const double *plane,
                    slong stride, slong k, const rk_modulus *q);
} rk_residues;

/* The best of this processor. */
const rk_residues *rk_residues_best(void);
/* For tests: each that runs here, from 0 on; then NULL. */
const rk_residues *rk_residues_at(size_t i);

/* Doubles that `take` needs for a product of these dimensions at most. */
size_t rk_residues_scratch(slong n, slong k);

#endif
