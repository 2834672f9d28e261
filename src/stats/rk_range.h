/* Bounds of random expressions that hold for every draw: interval evaluation of a program over the
   supports of its inputs, one interval for all entries of an instruction, rounded outwards. What
   is bounded by its construction is known too: softmax and rows divided by their sums, entropy of
   such rows, tanh and its kin, ranks, normalised vectors, ratios of singular values. */
#ifndef RK_RANGE_H
#define RK_RANGE_H

#include "eval/rk_program.h"
#include "rk_distribution.h"

typedef struct rk_range {
    double low, high; /* every entry lies in it wherever it is defined; may be infinite */
    bool stochastic;  /* rows sum to 1, entries >= 0 */
} rk_range;

/* ranges: ninstr of them, those of matrices filled in. inputs: one distribution a slot. */
void rk_ranges(const rk_program *program, const rk_distribution *inputs, rk_range *ranges);

#endif
