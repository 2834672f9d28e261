/* From doubles to many digits. At a point seen in doubles some differences of the theorem's
   comparisons nearly vanish: equations, of which as many independent ones as there are are taken to
   hold, each solved for one coordinate by Newton's method in balls. The other coordinates become
   simple rationals first, so that what is solved for is a number of their making and may have a
   closed form. */
#ifndef RK_POLISH_H
#define RK_POLISH_H

#include "eval/rk_run.h"

/* out (n balls, initialised): the coordinates (rk_params.h) of the point near theta; those that are
   not solved for are the simplest rationals within 2^-fineness. False: nothing nearly vanishes
   there, or Newton's method did not get to the bottom. */
bool rk_polish(arb_struct *out, const rk_program *program, const double *theta, slong n,
               int fineness);

/* The matrices that coordinates stand for, as inputs of a run over the domain of theta (n entries).
   False: they stand for none. */
bool rk_polish_inputs(rk_run *run, const void *theta, slong n);

#endif
