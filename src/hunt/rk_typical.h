/* What is shown of a generic claim is to fail as almost all values near it do. A claim may fail at
   many a zero matrix for another reason, and then the point misleads. This decides what is shown,
   never whether something is refuted. */
#ifndef RK_TYPICAL_H
#define RK_TYPICAL_H

#include "eval/rk_run.h"

/* Are the generic values inside their sets, and are their ranks, and all ranks that the program
   asks for, those of values close by? True where nothing is generic. */
bool rk_typical(const rk_program *program, const rk_assignment *a);

/* Draws the generic slots anew, dense. */
void rk_typical_draw(const rk_program *program, rk_rng *rng, rk_assignment *a);

bool rk_has_generic_slot(const rk_program *program);

#endif
