/* From a place found in doubles to an exact finding. What was met only nearly - equations, null
   vectors - is solved for exactly in one slot or entry once the coordinates are snapped to simple
   rationals, nearer and nearer; what needs no solving, or is not linear, is left to rk_exact.h.
   Every candidate goes through rk_judge_try. */
#ifndef RK_LANDING_H
#define RK_LANDING_H

#include "rk_judge.h"
#include "rk_system.h"

/* s: at the place. False when no candidate was confirmed; then, if doubles showed a violation
   there, it is counted as unconfirmed. */
bool rk_landing(rk_judge *judge, const rk_system *s, rk_rng *rng, rk_assignment *out,
                unsigned *claim);

#endif
