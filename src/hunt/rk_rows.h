/* Moves of shrinking inside sets that tie the entries of a row to each other: weights that sum to
   one, and rows of norm one. Rows become simple members of the set, and then simpler ones nearby;
   equal rows move together or one by one. */
#ifndef RK_ROWS_H
#define RK_ROWS_H

#include "rk_moves.h"

/* One round over all slots. True when something got smaller. */
bool rk_rows_round(rk_shrinker *s);

#endif
