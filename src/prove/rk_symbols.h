/* Free entries of the slots as indeterminates of a domain of rational functions. */
#ifndef RK_SYMBOLS_H
#define RK_SYMBOLS_H

#include "eval/rk_run.h"
#include "domain/rk_function.h"

/* Sets that are the image of a coordinate space under an affine map, or dense in one. */
bool rk_symbols_affine(const rk_slot *slot);
/* Those and rows of length 1, whose last entry is a root of a polynomial in the others. */
bool rk_symbols_usable(const rk_slot *slot);

/* Is the entry an indeterminate of its own in the generic member of its set? In the order of rows,
   and of entries in a row, these are the indeterminates. */
bool rk_symbols_free(const rk_slot *slot, int64_t i, int64_t j);

/* Indeterminates that the usable slots need; more than `most` if they are more. */
slong rk_symbols_count(const rk_program *p, bool (*usable)(const rk_slot *slot), slong most);

/* Sets the inputs of the run to generic members of the usable slots. */
void rk_symbols_set(rk_run *run, bool (*usable)(const rk_slot *slot));

/* In a domain from rk_domain_formal: what membership in the sets says of signs, and the length of
   unit rows. To be repeated after a restart, before the inputs are used. */
void rk_symbols_assume(const rk_run *run);

#endif
