/* Dimensions far from the smallest: what is claimed of all dimensions may fail past a threshold
   alone. Tried are the next few, a progression, and the neighbours of the whole numbers that the
   theorem mentions, of their square roots and quotients. The caller owns the list. */
#ifndef RK_FAR_H
#define RK_FAR_H

#include "eval/rk_dims.h"

/* Allowed choices in which some open dimension, or several alike, are above max_dim and all others
   as small as can be; what the text suggests first, then the progression, each once. checked->ndims
   values each, *count choices. */
int64_t *rk_far_dims(const rk_checked *checked, int64_t max_dim, size_t *count);

#endif
