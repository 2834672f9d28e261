/* Zeros of heights along a line that no polynomial gives: exponentials, logarithms, roots, norms.
   Doubles on a grid show where a height changes sign or touches zero; Newton's method in balls
   finds the place to many digits; rk_number.h guesses its closed form. All of it is guessing. */
#ifndef RK_NEEDLE_H
#define RK_NEEDLE_H

#include "rk_track.h"
#include "rk_roots.h"

/* Adds at most `room` places, with their closed forms where they have any. Places where a height
   comes near zero and turns back stand there too, without a form. */
void rk_needles(rk_root_list *out, size_t room, const rk_track *line, const rk_height *height,
                size_t n);

#endif
