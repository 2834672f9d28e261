/* Moves of shrinking that change several slots at once, because claims and hypotheses tie them to
   each other: symmetries (the order and the signs of the indices of one dimension, the order of the
   members of families), and factors. */
#ifndef RK_JOINT_H
#define RK_JOINT_H

#include "rk_moves.h"

/* One round of all of them. True when something got smaller. */
bool rk_joint_round(rk_shrinker *s);

#endif
