/* Generic variables beside others. Such a claim fails at a value of the others, a structured one
   most often, for most values of the generic ones. A draw that gives both kinds a structure shows
   nothing where the generic values are degenerate, so here these are drawn dense while the others
   run through their structures. */
#ifndef RK_BESIDE_H
#define RK_BESIDE_H

#include "base/rk_rng.h"
#include "eval/rk_run.h"

/* Are generic slots and others drawn? */
bool rk_beside_mixed(const rk_program *program);

/* Is the slot a generic one of a program that has others, too? */
bool rk_beside_dense(const rk_program *program, size_t slot);

/* Draws these slots anew, dense; the others stay as they are. */
void rk_beside_draw(const rk_program *program, rk_rng *rng, rk_assignment *a);

/* What is degenerate in generic values shows elsewhere, and so does what happens where these are
   huge or tiny: some draws keep theirs. */
void rk_beside_vary(const rk_program *program, rk_rng *rng, rk_assignment *a);

/* The slots that are not generic drawn in one of the styles (rk_sample), the others as they are. */
void rk_beside_structure(const rk_program *program, unsigned style, rk_rng *rng, rk_assignment *a);

#endif
