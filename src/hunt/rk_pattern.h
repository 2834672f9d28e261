/* Arrangements of entries in a real matrix. Each returns false, with `out` untouched or arbitrary,
   when it does not fit the shape; the draw of rk_draw.h then falls back to plain entries. */
#ifndef RK_PATTERN_H
#define RK_PATTERN_H

#include "rk_draw.h"

bool rk_pattern_fill(fmpq_mat_t out, rk_pattern pattern, const rk_palette *palette, rk_rng *rng);

#endif
