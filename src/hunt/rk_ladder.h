/* Simple assignments of a program in the written order (rk_order.h), smallest first: all tuples of
   members of shelves (rk_shelf.h) with the least number of nonzero entries, with one more, and so
   on, while the other slots stay as they are. The alphabet is the largest whose tuples fit into the
   budget: all of them where there are few enough, and a quarter of it for each step; else those of
   each step into half of what is left; the ladder ends where not even the smallest one fits. What
   it hands out depends on the program, the free slots, the budget and that number alone, so the
   first finding on it hardly depends on what was known before. */
#ifndef RK_LADDER_H
#define RK_LADDER_H

#include "eval/rk_run.h"

typedef struct rk_ladder rk_ladder;

/* free_slot: one for each slot, NULL: all (but those that are defined). below: only assignments
   with no more nonzero entries are wanted; NULL: all. */
rk_ladder *rk_ladder_new(const rk_program *program, const bool *free_slot, uint64_t budget,
                         const rk_assignment *below);
void rk_ladder_free(rk_ladder *ladder);

/* The next assignments, at most `most`, all with equally many nonzero entries: their number, 0 when
   none is left. They are gone with the next call. */
size_t rk_ladder_block(rk_ladder *ladder, size_t most);

/* The free slots of assignment i of the block; the others are not touched. */
void rk_ladder_get(const rk_ladder *ladder, size_t i, rk_assignment *out);
/* The same in doubles, as rk_batch.h wants lane i: entry k of slot s, row by row, goes to
   input[s][k*width + i], unless that is NULL. */
void rk_ladder_lane(const rk_ladder *ladder, size_t i, double *const *input, size_t width);

#endif
