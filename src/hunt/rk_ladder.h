/* Simple assignments of a program in the written order (rk_order.h), smallest first: all tuples of
   members of shelves (rk_shelf.h) with 0 nonzero entries, with 1, and so on. Each number of nonzero
   entries has the largest alphabet whose tuples fit into what is left of the budget; the ladder
   ends where not even the smallest one fits. What it hands out depends on the program and the
   budget alone, so the first finding on it does not depend on what was known before. */
#ifndef RK_LADDER_H
#define RK_LADDER_H

#include "eval/rk_run.h"

typedef struct rk_ladder rk_ladder;

rk_ladder *rk_ladder_new(const rk_program *program, uint64_t budget);
void rk_ladder_free(rk_ladder *ladder);

/* The next assignment, into `out` (initialised); false when there is none. */
bool rk_ladder_next(rk_ladder *ladder, rk_assignment *out);

#endif
