/* How far a truth value is from flipping, from a run over a domain that decides nothing exactly:
   doubles, or a small prime field. Used to choose what is worth an exact decision, and as the
   height that local search climbs. Never a reason for a verdict. */
#ifndef RK_MARGIN_H
#define RK_MARGIN_H

#include "eval/rk_run.h"

/* Below this a double says nothing about which side of an equality it is on. */
#define RK_MARGIN_NOISE 1e-9

/* > 0: `root` (a truth instruction) looks false, by that much; < 0: it looks true; NAN: this domain
   cannot tell; -INFINITY: something is undefined. By kind:
     x <= y, x < y      (x - y) / (1 + max(|x|, |y|)), for matrices the largest over the entries
     x == y             the modulus of that, less RK_MARGIN_NOISE
     x != y             RK_MARGIN_NOISE less that modulus, for matrices the least: one entry that
                        differs is enough
     ranks, numbers     steps to where the comparison flips, the last one graded by the pivots
                        (rk_graded.h), by the size of the sides; also over a prime field, where
                        nothing is graded
     is_psd             minus the least eigenvalue, or the asymmetry, by the largest entry
     is_integer         the largest distance from an integer
     not a              minus that of a
     a and b, a or b    the larger, the smaller
     a implies b        that of (not a) or b
     a iff b            the smaller modulus, positive when the signs differ */
double rk_margin(rk_run *run, unsigned root);

/* The largest margin over all claims, when no hypothesis looks false; -INFINITY when one does.
   A hypothesis that cannot be told is taken to hold. */
double rk_margin_violation(rk_run *run);

/* Is there something to climb: does some claim compare numbers that vary continuously by < and its
   kin or by !=, or at all where hypotheses leave little room? And does some claim compare such
   numbers at all? */
bool rk_margin_climbs(const rk_program *program);
bool rk_margin_varies(const rk_program *program);

#endif
