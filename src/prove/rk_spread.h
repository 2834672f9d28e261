/* Does a violation of a generic claim spread? One point of a null set refutes nothing. A violation
   counts where strict inequalities carry it to a whole neighbourhood (rk_local.h), and where the
   claim is false by its form, everywhere or near the point: two sides that are the same function
   there, a rank that no value reaches. What the form says everywhere is looked for once and kept.
   One object serves several threads. */
#ifndef RK_SPREAD_H
#define RK_SPREAD_H

#include "rk_prove.h"

typedef struct rk_spread rk_spread;

rk_spread *rk_spread_new(void);
void rk_spread_free(rk_spread *s);

/* point: an exact violation of the program's claims. The options' deadline ends the search. */
bool rk_spread_violation(rk_spread *s, const rk_program *program, const rk_assignment *point,
                         const rk_prove_options *o);

#endif
