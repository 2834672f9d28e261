/* Products of dense matrices of doubles and of floats whose order of summation is known, so that
   their a priori error is smaller than that of a product in any order, and which need neither a
   BLAS that knows the processor nor a rounding mode. Vectorised for AVX-512 and AVX2, plain C
   elsewhere; one thread; the caller owns every array. */
#ifndef RK_GEMM_H
#define RK_GEMM_H

#include <stddef.h>

/* c := a * b; a is m by k, b is k by n, row-major, consecutive rows lda, ldb, ldc entries apart; c
   overlaps neither. */
void rk_gemm(double *c, size_t ldc, const double *a, size_t lda, const double *b, size_t ldb,
             size_t m, size_t k, size_t n);
void rk_gemm_single(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb,
                    size_t m, size_t k, size_t n);

/* The same product, and beside it its trace, of the leading dimension of c, or NULL: with u the
   unit roundoff and eta the least positive number, an entry that nothing overflows in differs from
   the true one by at most

       u (sum of charge(p) |a||b| + trace) (1 + 8 u) + 2 k eta

   over its k terms. Products are summed in blocks, and a term is charged with the roundings that it
   passes within its block. What is above are additions of numbers that are computed: an addition
   that gives z loses at most u |z|. Of two in a row, z and then z' = z + t with t the sum of a
   block, only the second is traced, twice: |z| <= (1 + u) |z'| + |t|, and the terms of t are
   charged with one more. */
void rk_gemm_traced(double *c, double *trace, size_t ldc, const double *a, size_t lda,
                    const double *b, size_t ldb, size_t m, size_t k, size_t n);
double rk_gemm_charge(size_t p, size_t k); /* the p-th of k terms, p from 0 */

/* How many roundings a term of a sum of k products passes at most in all. Rounding to nearest, with
   r this number and r u < 1, an entry of the product differs from the true one by at most
   gamma_r (|A| |B|) + k eta, gamma_r = r u / (1 - r u), eta the least positive number (Higham,
   "Accuracy and Stability of Numerical Algorithms", 2nd edition, lemma 3.1 and section 3.1; r in
   place of k because summation is blocked, section 4.2). Sums of integers whose moduli add up to
   at most 1/u are exact. */
double rk_gemm_roundings(size_t k);

/* The kernels that run here, quickest last, for tests: the i-th serves from now on (SIZE_MAX: the
   quickest); its name, or NULL where there is none. */
const char *rk_gemm_use(size_t i);

#endif
