/* One-sided confidence bounds from independent draws, their number fixed beforehand. Everything is
   computed in balls and rounded to the safe side; `level` is the probability with which a bound may
   be wrong, 0 < level < 1. */
#ifndef RK_CONFIDENCE_H
#define RK_CONFIDENCE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/rk_flint.h"
#include "base/rk_tern.h"

/* Exact binomial bounds (Clopper and Pearson 1934) for k successes among n draws: is the lower one
   at least p0 (`strict`: above p0), respectively the upper one at most p0? The lower bound is below
   1 and the upper one above 0 whatever was drawn. Unknown only when p0 is a ball too wide to tell.
 */
rk_tern rk_binomial_at_least(uint64_t k, uint64_t n, const arb_t p0, bool strict,
                             const arb_t level);
rk_tern rk_binomial_at_most(uint64_t k, uint64_t n, const arb_t p0, bool strict, const arb_t level);

/* The bounds themselves, for the report: *low <= the lower and *high >= the upper one, about ten
   digits. */
void rk_binomial_bounds(double *low, double *high, uint64_t k, uint64_t n, const arb_t level);

/* Summary of n >= 1 numbers in [0, width]. */
typedef struct rk_moments {
    uint64_t n;
    arb_t mean, variance; /* sample variance, divisor n - 1; 0 when n < 2 */
} rk_moments;

void rk_moments_init(rk_moments *m, const double *x, size_t n); /* exact up to the ball's radius */
void rk_moments_clear(rk_moments *m);

/* How far the mean of a random number in an interval of this width may lie beyond the sample mean,
   on one side: the smaller of the bounds of Hoeffding and of Maurer and Pontil ("Empirical
   Bernstein bounds and sample variance penalization", COLT 2009, theorem 4), each at half the
   level. */
void rk_mean_slack(arb_t slack, const rk_moments *m, const arb_t width, const arb_t level);

#endif
