/* The smallest simple finding of a program: the first one on its ladder (rk_ladder.h), screened in
   doubles, decided exactly. It depends on the program alone, whatever the hunt found before. */
#ifndef RK_SMALLEST_H
#define RK_SMALLEST_H

#include "rk_judge.h"

/* Looks at assignments smaller than `below` (NULL: at all) until a budget of work is used up, or
   1/share of it. Slots that are not free (free_slot, NULL: all are) stay as in `below`. `out` is
   initialised; it holds the finding when the answer is true. */
bool rk_smallest_find(rk_judge *judge, const rk_program *program, const bool *free_slot,
                      unsigned share, const rk_assignment *below, rk_assignment *out,
                      unsigned *claim);

#endif
