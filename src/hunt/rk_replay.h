/* Known counterexamples, read back from their snippets: theorems whose variables are given by
   `assume NAME == matrix`. */
#ifndef RK_REPLAY_H
#define RK_REPLAY_H

#include "rk_judge.h"

/* Is what `known` gives to variables of the same names a finding at `program`? Fills `out` (of
   `program`); entries that are not rational are read from the text of the known theorem. False also
   when the dimensions or shapes differ, or a value is missing. */
bool rk_replay(rk_judge *judge, const rk_checked *known, const rk_program *program,
               rk_assignment *out, unsigned *claim);

#endif
