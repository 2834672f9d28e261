/* Rows (columns) of a matrix that are equal at the point in hand because of the way it is made:
   equal rows of what is known over Q stay equal through products, sums, softmax. Internal to eval.
 */
#ifndef RK_LINES_H
#define RK_LINES_H

#include "rk_run.h"

typedef struct rk_lines {
    const rk_run *run;
    slong **found[2]; /* by instruction: rows, columns; NULL: not looked at */
    size_t n;
} rk_lines;

void rk_lines_init(rk_lines *l, const rk_run *run, unsigned last); /* instructions 0 .. last */
void rk_lines_clear(rk_lines *l);

/* At most so many rows (columns) of instruction i are different. */
slong rk_lines_different(rk_lines *l, unsigned i, bool columns);

/* The rational matrix at instruction i when a run over Q knows it; NULL. */
const rk_matrix *rk_known_over_q(const rk_run *run, unsigned i);

#endif
