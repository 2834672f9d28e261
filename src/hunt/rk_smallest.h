/* The smallest simple finding of a program: the first one on its ladder (rk_ladder.h), screened in
   doubles, decided exactly. It depends on the program alone, whatever the hunt found before. */
#ifndef RK_SMALLEST_H
#define RK_SMALLEST_H

#include "rk_judge.h"

/* Looks at `budget` assignments at most, those smaller than `below` unless that is NULL. Slots that
   are not free (free_slot, NULL: all are) stay as in `below`. `out` is initialised; it holds the
   finding when the answer is true. */
bool rk_smallest_find(rk_judge *judge, const rk_program *program, const bool *free_slot,
                      uint64_t budget, const rk_assignment *below, rk_assignment *out,
                      unsigned *claim);

#endif
