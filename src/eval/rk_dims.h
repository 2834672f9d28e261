/* Choices of dimensions. They are visited smallest first: by the sum of the free ones, then in
   dictionary order, so that "the smallest dimensions" means one thing everywhere. */
#ifndef RK_DIMS_H
#define RK_DIMS_H

#include "lang/rk_term.h"

/* True when the dim clauses allow finitely many choices; *count is their number (saturated). */
bool rk_dims_finite(const rk_checked *checked, uint64_t *count);

/* A dimension of kind EQUAL beyond 64 bits: programs at it are TOO_LARGE. */
#define RK_DIM_TOO_LARGE INT64_MAX

/* Fills in the dimensions of kind EQUAL from the others. False when one is no integer, is below
   1, or another iexpr of the theorem fails: the choice is passed over. A choice that is merely
   too large to be built is not passed over. */
bool rk_dims_complete(const rk_checked *checked, int64_t *dims);

typedef struct rk_dims_iter rk_dims_iter;
/* Visits allowed choices with every free dimension at most max(low, max_dim) when it is open
   (`>=`); ranges and lists are visited whole. max_dim 0: no cap, and then only if finite. */
rk_dims_iter *rk_dims_iter_new(const rk_checked *checked, int64_t max_dim);
bool rk_dims_next(rk_dims_iter *it, int64_t *dims); /* dims: checked->ndims values */
/* Did rk_dims_next end because a million choices in a row were passed over? Then not all were
   seen. */
bool rk_dims_gave_up(const rk_dims_iter *it);
void rk_dims_iter_free(rk_dims_iter *it);

/* Is this choice allowed by the dim clauses (values of EQUAL included)? */
bool rk_dims_allowed(const rk_checked *checked, const int64_t *dims);

#endif
