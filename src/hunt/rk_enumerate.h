/* All assignments with coordinates (rk_params.h) in a tiny alphabet, numbered. Alphabets grow:
   {0, 1}, {-1, 0, 1}, {-2 .. 2}; sets without 0 or without signs use as many of their own small
   numbers. Where generic variables stand beside others (rk_beside.h) the others alone are counted
   through. */
#ifndef RK_ENUMERATE_H
#define RK_ENUMERATE_H

#include "eval/rk_run.h"

#define RK_ALPHABETS 3

/* How many assignments there are, saturated at UINT64_MAX. */
uint64_t rk_enumerate_count(const rk_program *program, unsigned alphabet);

/* Assignment number `index` (below the count). False: these coordinates give no member, or a
   smaller alphabet has them too. */
bool rk_enumerate_at(const rk_program *program, unsigned alphabet, uint64_t index,
                     rk_assignment *out);

/* Many claims do not see the order of tokens: are the rows of the tallest slot in order? True also
   when no slot has two rows of free entries. */
bool rk_enumerate_sorted(const rk_program *program, unsigned alphabet, uint64_t index);
/* Number of orders of those rows: 1 when there is no such slot. */
uint64_t rk_enumerate_orders(const rk_program *program);

#endif
