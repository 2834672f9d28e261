/* The written total order in which counterexamples are small, at equal dimensions: fewer nonzero
   entries, fewer distinct values (counted in each matrix), smaller denominators, smaller magnitude,
   nonnegative before negative; then entry by entry in the order 1, 2, ..., 1/2, ..., -1, ..., 0. */
#ifndef RK_ORDER_H
#define RK_ORDER_H

#include "eval/rk_run.h"

/* < 0: a is smaller; 0 only if they are equal. Both of one program. */
int rk_order_compare(const rk_assignment *a, const rk_assignment *b);

#endif
