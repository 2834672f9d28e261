/* Exponents that contain exponentials, and constants. Were some integer combination of the
   exponents below other exponentials a constant c other than 0, then exp(c) would be in play, and
   exponents might differ by constants such as that, of which nothing is known: whether exp(1) and
   exp(exp(1)) are algebraically independent is open. Let all these exponents be 0 when certain
   variables are set to 0 (logits X*W*X' at W = 0), in a homomorphism of the ring that they generate
   to the p-adic numbers: then c is 0. It exists when modulo p all denominators and all radicands
   are units. The equations of the sets concerned allow 0, whatever their inequalities say; the map
   is one of rings, not of points. */
#ifndef RK_WITNESS_VANISH_H
#define RK_WITNESS_VANISH_H

#include "rk_witness_tower.h"

/* Are the exponents of the exponentials on all floors but the first so? Moves the tower to the
   point that shows it, made from the one given. */
bool rk_exponents_vanish(rk_tower *t, const rk_assignment *point);

#endif
