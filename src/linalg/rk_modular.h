/* Elimination, products and inverses over F_p for primes below 2^26 at the speed of dgemm, on the
   loops of rk_residues.h. Elimination is recursive by columns (Toledo, "Locality of reference in LU
   decomposition", SIAM J. Matrix Anal. 1997), made rank-revealing: columns without a pivot are
   passed over. Of a wide matrix the columns beyond the first square are touched only when that is
   singular; a tall one is transposed. */
#ifndef RK_MODULAR_H
#define RK_MODULAR_H

#include <stdbool.h>
#include "base/rk_flint.h"
#include "rk_residues.h"

/* Primes below this bound are served. */
#define RK_MODULAR_LIMIT RK_RESIDUES_LIMIT

/* Row i of a matrix: residues, any representatives of modulus below 2^51. */
typedef void rk_modular_row(const void *self, slong i, double *row);

/* Rank of the m by n matrix, whose rows are asked for once each, by several threads at a time. The
   r pivot rows and columns go to the arrays (room for min(m, n), or NULL); the minor they make is
   regular, and so are its leading minors. Large updates are shared by as many threads as BLAS would
   take (rk_pool_blas_threads). */
slong rk_modular_rank(rk_modular_row *read, const void *self, slong m, slong n, ulong p,
                      slong *pivot_rows, slong *pivot_cols);

/* c := a * b mod p, balanced residues; a is m by k, b is k by n, row-major residues as above, which
   are replaced by balanced ones. */
void rk_modular_mul(double *c, double *a, double *b, slong m, slong k, slong n, ulong p);

/* The r by r matrix a, row-major residues as above, becomes its inverse mod p, balanced. False, and
   a is lost, when a leading minor is singular. */
bool rk_modular_inverse(double *a, slong r, ulong p);

#endif
