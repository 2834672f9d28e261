/* How far a truth value is from flipping, from a run over a domain that decides nothing exactly:
   doubles, or a small prime field. Used to choose what is worth an exact decision, and as the
   height that local search climbs. Never a reason for a verdict. */
#ifndef RK_MARGIN_H
#define RK_MARGIN_H

#include "eval/rk_run.h"

/* Below this a double says nothing about which side of an equality it is on. */
#define RK_MARGIN_NOISE 1e-9

/* > 0: `root` (a truth instruction) looks false, by that much relative to the size of the sides;
   < 0: it looks true; NAN: this domain cannot tell; -INFINITY: something is undefined. Scalars
   made of ranks and constants are counted in integers, also over a prime field. */
double rk_margin(rk_run *run, unsigned root);

/* The largest margin over all claims, when no hypothesis looks false; -INFINITY when one does.
   A hypothesis that cannot be told is taken to hold. */
double rk_margin_violation(rk_run *run);

/* Does some claim compare numbers that vary continuously by < and its kin (so that climbing makes
   sense)? And by any comparison at all? */
bool rk_margin_climbs(const rk_program *program);
bool rk_margin_varies(const rk_program *program);

#endif
