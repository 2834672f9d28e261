/* Comparisons of singular values and moduli of eigenvalues of rational matrices with numbers,
   decided exactly where balls cannot: at equality. Internal to eval. */
#ifndef RK_SPECTRAL_H
#define RK_SPECTRAL_H

#include "rk_run.h"

/* *sign of a - b, both 1 by 1 and defined, one of them a + b*x^(p/2) with rational a and b (or b a
   root of one), p in 1, 2, 4 or minus these, and x the modulus of an eigenvalue, respectively the
   square of a singular value, of a matrix known to be rational; the other one without such an x.
   False where this is not what they are. */
bool rk_spectral_compare(const rk_run *run, unsigned a, unsigned b, int *sign);

/* An enclosure, in a domain of balls, of a spectral instruction whose argument is known to be
   rational; false where it is not. */
bool rk_spectral_value(const rk_run *run, const rk_instr *p, rk_matrix *r);

#endif
