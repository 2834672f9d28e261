/* Scalars made of ranks and numbers alone, as integers with grades: how near they are to the next
   value. A rank is a step function, and search needs something to climb: the grade of a step down
   is h(p) = 1 + log p / |log tolerance| for the smallest pivot p that counts, 1 when it is as large
   as the largest entry and 0 when it is about to vanish; the grade of a step up is how far the
   largest entry of what elimination left is below the tolerance. A sum steps down as soon as one of
   its ranks does, hence least grades are taken. */
#ifndef RK_GRADED_H
#define RK_GRADED_H

#include "eval/rk_run.h"

typedef struct rk_graded {
    double value;
    double down, up; /* in [0, 1]: to the next lower and the next higher value */
    bool ranks;      /* made of some rank, and not of numbers alone */
} rk_graded;

/* False when instruction i is no such scalar, or a rank is not known here. Over domains other than
   doubles a grade is 1. */
bool rk_graded_value(rk_run *run, unsigned i, rk_graded *out);

/* How far `x cmp y` is from flipping: > 0 when it is false. Steps and grades, by the size of the
   sides. */
double rk_graded_margin(rk_cmp cmp, const rk_graded *x, const rk_graded *y);

#endif
