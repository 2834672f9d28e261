/* Exact points in the interior of the declared sets, drawn at random: witnesses and instances of
   generic claims are taken there. Entries are rationals with denominators that are powers of two
   wherever the set allows it. */
#ifndef RK_INTERIOR_H
#define RK_INTERIOR_H

#include "base/rk_rng.h"
#include "eval/rk_run.h"

/* Draws every slot that is not defined. Bit s of `components` chooses the component (determinant
   1 or -1) of the s-th slot whose set is `orthogonal`. Entries have about `bits` bits. */
void rk_interior_draw(const rk_program *program, rk_rng *rng, unsigned bits, uint64_t components,
                      rk_assignment *out);

/* Number of slots with two components. */
unsigned rk_interior_components(const rk_program *program);

#endif
