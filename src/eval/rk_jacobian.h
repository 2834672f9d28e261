/* Counting degrees of freedom: the Jacobian of a matrix by listed variables, as instructions of
   the same program, so that every domain computes it and every prover sees it. Forward mode: one
   block of columns for each slot, carried from instruction to instruction by the rules of
   differentiation of the text as written. A part that does not depend on a slot has no block.

   The directions of a slot are a basis of the tangent space of its set, at every point of it,
   boundary points included: all matrices (real, positive, nonnegative, nonzero, invertible), rows
   that sum to 0 (stochastic, attention), symmetric ones (symmetric, psd), diagonal ones, Q times a
   skew one (orthogonal), rows orthogonal to the rows of the point (unit_rows; spanned, one
   direction a row too many), none (integer, permutation).

   Where a rule does not apply the Jacobian is undefined: sqrt at 0; abs, relu, a largest or
   smallest entry where their arguments move across a kink; sign at 0. RK_P_CONSTRUCT stands for
   what has no rule: ranks, singular values and eigenvalue moduli of what moves. */
#ifndef RK_JACOBIAN_H
#define RK_JACOBIAN_H

#include "rk_emit.h"

/* Row (i, j) of the Jacobian, row by row of the matrix `root`, holds the derivative of entry
   (i, j); columns are the directions of the slots of the variables, in order. RK_NO_INSTR: it has
   no column, or is identically 0. */
unsigned rk_emit_jacobian(rk_emitter *e, unsigned root, const unsigned *vars, size_t nvars);

/* Its rank, defined only where root and the Jacobian are. */
unsigned rk_emit_jacobian_rank(rk_emitter *e, unsigned root, const unsigned *vars, size_t nvars);

#endif
