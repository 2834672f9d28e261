/* Does an inequality follow from facts? Facts and goal are polynomials in ranks and dimensions;
   each monomial is an unknown of a linear program. CLP finds a basis, FLINT solves it exactly, and
   the sum is checked term by term: sum of multiplier*fact + slack = goal, with multipliers >= 0
   for inequalities and any sign for equations (Farkas' lemma). A fact may be multiplied by what
   is >= 0 (n, n - 1, a rank; an equation by anything) where products such as n*rank(W) stand. */
#ifndef RK_FARKAS_H
#define RK_FARKAS_H

#include "rk_instances.h"

typedef struct rk_multiplier {
    unsigned fact;
    rk_sc factor; /* >= 0, unless the fact is an equation; often a number, or such as n or n - 1 */
} rk_multiplier;

typedef struct rk_sum {
    rk_multiplier *item; /* in the order of the facts; in the arena */
    size_t nitems;
    rk_sc slack; /* what remains: shown to be >= 0 by rk_sc_at_least; 0 in an equation */
} rk_sum;

/* goal >= 0. True only with an exact, checked sum. */
bool rk_farkas(rk_scalars *s, const rk_fact *const *facts, size_t nfacts, rk_sc goal,
               rk_arena *arena, rk_sum *sum);
/* Do the facts contradict one another (-1 >= 0 follows)? */
bool rk_farkas_contradiction(rk_scalars *s, const rk_fact *const *facts, size_t nfacts,
                             rk_arena *arena, rk_sum *sum);

#endif
