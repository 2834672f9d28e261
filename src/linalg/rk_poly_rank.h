/* Ranks over Q(t). The rank at a point, mod a prime, bounds the rank from below; full rank is
   therefore proved by one point. Else the matrix is evaluated at a power of two so large that no
   minor that is not zero vanishes there: the exact rank of that integer matrix is the rank. Where
   that would take too many bits FLINT eliminates without fractions. */
#ifndef RK_POLY_RANK_H
#define RK_POLY_RANK_H

#include "base/rk_flint.h"

/* The rank over F_p of a at t mod p. */
slong rk_poly_rank_at(const fmpz_poly_mat_t a, ulong t, ulong p);
/* The rank over Q(t). */
slong rk_poly_rank(const fmpz_poly_mat_t a);

#endif
