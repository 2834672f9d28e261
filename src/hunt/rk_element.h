/* Exact membership in the declared sets, and the small exact tools the hunt shares. A hunted
   assignment counts only if every free slot lies in its set; this is the one place that says so.
   Matrices are the caller's. */
#ifndef RK_ELEMENT_H
#define RK_ELEMENT_H

#include "eval/rk_run.h"

/* Is `a` an element of `set`? Distributions (`gaussian`, `uniform`, `haar`) have no members. */
bool rk_set_contains(rk_set set, const fmpq_mat_t a);

/* Symmetric with no negative eigenvalue, decided by symmetric elimination. */
bool rk_is_psd(const fmpq_mat_t a);

/* Every slot that is not defined by an `assume` lies in its set and has its shape. */
bool rk_assignment_in_sets(const rk_program *program, const rk_assignment *a);

bool rk_assignment_equal(const rk_assignment *a, const rk_assignment *b);

/* det a != 0; false for matrices that are not square. */
bool rk_is_invertible(const fmpq_mat_t a);

#endif
