/* Products of matrices of residues at the speed of dgemm: one product of balanced residues for the
   primes of rk_modular.h; up to 2^32 residues are cut into halves of 16 bits, whose products are
   summed exactly in doubles. */
#ifndef RK_PRODUCT_H
#define RK_PRODUCT_H

#include "base/rk_flint.h"

/* c := a * b mod p; a is m by k, b is k by n, all row-major residues in 0..p-1, and c none of
   them. Any word-size modulus; FLINT multiplies where halves would not do (p >= 2^32) or not pay.
 */
void rk_product_mod(ulong *c, const ulong *a, const ulong *b, slong m, slong k, slong n,
                    nmod_t mod);

#endif
