/* Moduli of the eigenvalues of rational matrices, exactly: by the square-free parts of the
   characteristic polynomial and isolating discs for their roots, so that multiple eigenvalues and
   defective matrices are no harder than others. Singular values are the roots of the moduli of
   A'A. */
#ifndef RK_MODULI_H
#define RK_MODULI_H

#include "base/rk_flint.h"
#include "base/rk_tern.h"

typedef struct rk_moduli rk_moduli;

/* NULL when the matrix is beyond what this is meant for (side or digits). */
rk_moduli *rk_moduli_new(const fmpq_mat_t square);
void rk_moduli_free(rk_moduli *m); /* NULL is allowed */

/* Sign of |lambda|_k^2 - c, |lambda|_k the k-th largest modulus with multiplicity, k from 1. A root
   lies on the circle of squared radius c exactly when its mirror image c/conj(z), a root too, lies
   in the same isolating disc. False when the roots were not separated at the highest precision. */
bool rk_moduli_compare(int *sign, const rk_moduli *m, slong k, const fmpq_t c);

/* An enclosure of |lambda|_k of about `precision` bits; false when there is none. */
bool rk_moduli_enclose(arb_t r, const rk_moduli *m, slong k, slong precision);

#endif
