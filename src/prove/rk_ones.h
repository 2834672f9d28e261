/* What matrices do to the all-ones vector, at every assignment: A*1 = c*1 and 1'*A = c*1'.
   Row-stochastic matrices have c = 1, centred ones c = 0; sums, products, Kronecker products and
   row scalings of c = 0 follow. Where c = 0 the rank is not full: 1 lies in the kernel. */
#ifndef RK_ONES_H
#define RK_ONES_H

#include "eval/rk_program.h"

typedef struct rk_eigen { /* valid where known */
    bool known;
    fmpq value;
} rk_eigen;

typedef struct rk_ones {
    size_t n;
    rk_eigen *right, *left; /* of each instruction */
} rk_ones;

void rk_ones_init(rk_ones *o, const rk_program *program);
void rk_ones_clear(rk_ones *o);
bool rk_ones_kills(const rk_eigen *e); /* known to be 0 */

/* A minus the means of its rows: A times the centring projector of rank cols - 1. */
bool rk_is_centred(const rk_program *program, unsigned i);

#endif
