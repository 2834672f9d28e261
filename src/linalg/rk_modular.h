/* Elimination over F_p for primes below 2^25 at the speed of dgemm. Residues are kept balanced
   about 0 in doubles; products are summed in chunks short enough for every partial sum to stay
   below 2^53 and so to be exact, whatever the order of summation. Recursive by columns
   (Toledo, "Locality of reference in LU decomposition", SIAM J. Matrix Anal. 1997), made
   rank-revealing: columns without a pivot are passed over. */
#ifndef RK_MODULAR_H
#define RK_MODULAR_H

#include "base/rk_flint.h"

/* Primes below this bound are served. */
#define RK_MODULAR_LIMIT (UWORD(1) << 25)

/* Rank of the m by n matrix of residues (any representatives of modulus below 2^51, row-major),
   which is used up. The r pivot rows and columns go to the arrays (room for min(m, n), or NULL);
   the minor they make is regular. */
slong rk_modular_rank(double *entry, slong m, slong n, ulong p, slong *pivot_rows,
                      slong *pivot_cols);

/* c := a * b mod p, balanced residues; a is m by k, b is k by n, row-major residues as above, which
   are replaced by balanced ones. */
void rk_modular_mul(double *c, double *a, double *b, slong m, slong k, slong n, ulong p);

#endif
