/* Known counterexamples, read back from their snippets: theorems whose variables are given by
   `assume NAME == matrix`. */
#ifndef RK_REPLAY_H
#define RK_REPLAY_H

#include "eval/rk_run.h"

/* Fills `out` (of `program`) with the values that `known` gives to variables of the same names.
   False when the dimensions or shapes differ, a value is missing, or one is not rational. */
bool rk_replay_values(const rk_checked *known, const rk_program *program, rk_assignment *out);

#endif
