/* Ranks, the slow and the quick way to know them. A rank mod p is a lower bound of the rank over
   Q of any matrix with p-integral entries that reduces to it; full rank is therefore proved by
   one prime. Upper bounds over Q come from the complement of a minor that is shown to be zero
   (rk_lift.h). Never a dense rational rref on what a prime can settle. */
#ifndef RK_RANK_H
#define RK_RANK_H

#include <stdbool.h>

#include "base/rk_flint.h"

/* Rank over F_p; a is not changed. */
slong rk_rank_mod(const nmod_mat_t a);
/* The same with the pivot columns (room for min(rows, cols)), rows in pivot order. */
slong rk_rank_profile_mod(const nmod_mat_t a, slong *pivot_rows, slong *pivot_cols);

/* Exact ranks. */
slong rk_rank_fmpz(const fmpz_mat_t a);
slong rk_rank_fmpq(const fmpq_mat_t a);
/* Exact rank of a matrix of finite doubles, row-major. */
slong rk_rank_doubles(slong rows, slong cols, const double *entry);

/* Proved bounds of the rank; false when they are apart, as the proof that it is no larger was not
   done by the deadline, on the monotonic clock (0: none). */
bool rk_rank_fmpq_until(slong *low, slong *high, const fmpq_mat_t a, double deadline);

/* The m by n doubles, each row times the power of two that makes it integral: the rank stays. */
void rk_rank_integral_rows(fmpz_mat_t z, const double *entry);

#endif
