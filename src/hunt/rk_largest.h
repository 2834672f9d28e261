/* Where a claim that compares by < and its kin fails most: the largest relative violation
   (rk_margin.h) found at the dimensions of a finding, among simple assignments and by steps from
   the best of them. Doubles choose; like every finding it is decided exactly. */
#ifndef RK_LARGEST_H
#define RK_LARGEST_H

#include "rk_hunt.h"

/* False: no such comparison, or nothing larger than at the finding was found. Else *out is a
   finding of its own (rk_finding_clear) with the same dimensions, and *violation how much it
   violates, relative to the size of the sides: (x - y)/(1 + max(|x|, |y|)) for x <= y. */
bool rk_largest_find(const rk_checked *checked, const rk_finding *f, const rk_hunt_options *o,
                     rk_finding *out, double *violation);

#endif
