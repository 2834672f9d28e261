/* Membership of a matrix in a declared set, as hypotheses. Internal to eval. */
#ifndef RK_MEMBER_H
#define RK_MEMBER_H

#include "rk_emit.h"

#define RK_MEMBER_MAX 4 /* truth values at most for one set */

/* Writes the conditions that place instruction a in the set; returns their number. Distributions
   have none. */
size_t rk_emit_membership(rk_emitter *e, rk_set set, unsigned a, unsigned truth[RK_MEMBER_MAX]);

#endif
