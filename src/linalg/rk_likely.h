/* Ranks over Q that are likely and not proved: by two random primes of 61 bits, with a proved bound
   of the probability that they are wrong. For matrices whose proof (rk_lift.h) takes too long;
   nothing that is said to be proved may rest on them.

   The bound. Let r be the true rank and m a minor of order r of the integral matrix that is not 0.
   A prime that does not divide m leaves the rank r, and none makes it larger: the rank found, the
   larger of two, is a lower bound for certain, and is too small only when both primes divide m. By
   Hadamard |m| is at most the product of the Euclidean norms of its rows, hence of those of all
   rows that are not 0 (each norm of integers that are not all 0 is 1 at least); likewise by
   columns. Call the smaller product H. Primes above 2^60 whose product divides m are fewer than
   log2(H) / 60, say at most k. Both primes are drawn evenly and independently from those between
   2^60 and 2^61. Of these there are pi(2^61) - pi(2^60) > 2^61 / log(2^61) - 1.25506 * 2^60 /
   log(2^60) > 2^54 (Rosser and Schoenfeld, "Approximate formulas for some functions of prime
   numbers", Illinois J. Math. 1962, corollary 1 of theorem 2). So both divide m with probability
   at most (k / 2^54)^2. */
#ifndef RK_LIKELY_H
#define RK_LIKELY_H

#include "base/rk_flint.h"
#include "base/rk_rng.h"

typedef struct rk_likely {
    slong rank;   /* never above the true rank */
    slong doubts; /* below it with probability at most 2^doubts */
} rk_likely;

/* The primes are drawn from the stream; the same matrix and stream give the same answer. */
rk_likely rk_likely_fmpz(const fmpz_mat_t a, rk_rng *rng);
rk_likely rk_likely_fmpq(const fmpq_mat_t a, rk_rng *rng);
rk_likely rk_likely_doubles(slong rows, slong cols, const double *entry, rk_rng *rng);

/* For tests: the rank that these primes show, and how many primes above 2^60 can divide a minor
   that is not 0, at most. */
slong rk_likely_by(const fmpz_mat_t a, const ulong prime[2]);
slong rk_likely_bad_primes(const fmpz_mat_t a);

#endif
