/* Upper bounds of ranks over Q, proved. Rows and columns of a minor that is regular mod a prime
   are regular over Q, so the rank is r exactly when the other columns are combinations of the
   minor's; the coefficients are lifted p-adically (Dixon, "Exact solution of linear equations
   using p-adic expansions", Numer. Math. 1982), read back as rationals with one denominator as
   soon as they are small enough, and checked by multiplication over Z. That product is the proof;
   nothing else has to be trusted. */
#ifndef RK_LIFT_H
#define RK_LIFT_H

#include <stdbool.h>
#include "base/rk_flint.h"

/* Whether rank(a) <= r, given rows and columns of an r by r minor that is regular mod some prime.
   True is proved; false means that the rank is larger. */
bool rk_lift_rank_at_most(const fmpz_mat_t a, slong r, const slong *rows, const slong *cols);

#endif
