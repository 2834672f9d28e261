/* Upper bounds of ranks over Q, proved. Rows and columns of a minor that is regular mod a prime
   are regular over Q, so the rank is r exactly when the other columns are combinations of the
   minor's. Where the coefficients are small they are lifted p-adically (Dixon, "Exact solution of
   linear equations using p-adic expansions", Numer. Math. 1982), read back as rationals with one
   denominator, and checked by multiplication over Z; where a sample of them is not, rk_schur.h
   decides without reading them. */
#ifndef RK_LIFT_H
#define RK_LIFT_H

#include "base/rk_flint.h"
#include "base/rk_tern.h"

/* Rows and columns of an r by r minor, in an order in which all leading minors are regular mod p,
   as rk_modular_rank finds them; p below RK_MODULAR_LIMIT. The caller owns the arrays. */
typedef struct rk_minor {
    slong r;
    const slong *rows, *cols;
    ulong p;
} rk_minor;

/* Whether rank(a) <= r. True and false are proved; unknown: not by the deadline, on the monotonic
   clock (0: none). */
rk_tern rk_lift_rank_at_most(const fmpz_mat_t a, const rk_minor *minor, double deadline);

#endif
