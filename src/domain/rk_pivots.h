/* Elimination with complete pivoting in doubles. */
#ifndef RK_PIVOTS_H
#define RK_PIVOTS_H

#include "base/rk_flint.h"

/* A pivot counts when it exceeds this times the largest entry. */
#define RK_PIVOT_TOLERANCE 1e-9

/* Eliminates a (m by n, row by row, used up). Returns the number of pivots that count; *kept is the
   last of them, *dropped the largest entry of what is left, both relative to the largest entry of
   all (*kept 1 when none counts, *dropped 0 when nothing is left). */
slong rk_pivots(double *a, slong m, slong n, double *kept, double *dropped);

#endif
