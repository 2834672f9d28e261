/* One term, its kids already lowered, to instructions. Loops, variables and definitions are the
   business of rk_build.c, which knows the values of the indices. Internal to eval. */
#ifndef RK_LOWER_H
#define RK_LOWER_H

#include "rk_emit.h"

typedef struct rk_lowering {
    rk_emitter *emitter;
    const rk_term *term;
    const unsigned *kid; /* instructions of the kids */
    int64_t rows, cols;  /* of the term at these dimensions; 0 for truth values */
    int64_t ival[2];     /* values of term->ival, 0 where there is none */
} rk_lowering;

unsigned rk_lower(const rk_lowering *l);

/* Parts of composite functions, for others that build on them. */
unsigned rk_lower_nonzero_everywhere(rk_emitter *e, unsigned a); /* truth: no entry is 0 */

#endif
