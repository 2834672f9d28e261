/* What the files of the Jacobian share. */
#ifndef RK_JACOBIAN_INSIDE_H
#define RK_JACOBIAN_INSIDE_H

#include "rk_jacobian.h"

/* The derivative of one instruction along all directions of one slot. Directions that are all
   matrices Y of a shape (or linear in such Y) stay factored as long as they can: L*Y*R costs
   nothing to multiply, and its Jacobian is the Kronecker product of L and R'. */
typedef enum rk_block_kind { RK_BLOCK_NONE, RK_BLOCK_FACTORED, RK_BLOCK_DENSE } rk_block_kind;

typedef struct rk_jblock {
    rk_block_kind kind;
    unsigned left, right; /* FACTORED: instructions, RK_NO_INSTR for the identity */
    bool flipped;         /* FACTORED: L*Y'*R */
    unsigned dense;       /* DENSE: rows (i, j) row by row, one column a direction */
} rk_jblock;

typedef struct rk_jet { /* the derivatives of a closure by one slot */
    rk_emitter *e;
    int64_t yrows, ycols; /* shape of Y */
    int64_t directions;
    rk_jblock *block; /* by instruction */
    int64_t *cap;     /* by instruction: its Jacobian has at most this rank; 0 where it has none */
} rk_jet;

/* --- directions ----------------------------------------------------------------------------- */

/* The block of the slot itself, given the instruction that is its value; sets the shape of Y and
   the number of directions. */
rk_jblock rk_jet_seed(rk_jet *t, const rk_slot *slot, unsigned input);
/* The dimension of the tangent space. */
int64_t rk_tangent_dimension(const rk_slot *slot);

/* --- blocks --------------------------------------------------------------------------------- */

rk_jblock rk_jblock_of(unsigned dense);
unsigned rk_jet_dense(rk_jet *t, const rk_jblock *b, int64_t rows, int64_t cols);

/* The parts of a matrix as a column, row by row. */
unsigned rk_emit_entries(rk_emitter *e, unsigned a);
/* Each row of J repeated: one for each column of a matrix with as many rows. */
unsigned rk_emit_repeat(rk_emitter *e, unsigned j, int64_t times);
/* A*dX, dX*B and dX' for a dense J of dX, rows by cols. */
unsigned rk_emit_times_left(rk_emitter *e, unsigned a, unsigned j, int64_t rows, int64_t cols);
unsigned rk_emit_times_right(rk_emitter *e, unsigned j, unsigned b, int64_t rows, int64_t cols);
unsigned rk_emit_exchange(rk_emitter *e, unsigned j, int64_t rows, int64_t cols);
/* The sums of the rows of dX, for a dense J of dX. */
unsigned rk_emit_sum_cols(rk_emitter *e, unsigned j, int64_t rows, int64_t cols);

/* --- rules ---------------------------------------------------------------------------------- */

/* The derivative of a function of entries, a largest entry, a norm or an entropy: the dense J of
   its argument given. `made` is the instruction, `in` a copy of it. */
unsigned rk_slope_fn(rk_jet *t, unsigned made, const rk_instr *in, unsigned j);
unsigned rk_slope_extreme(rk_jet *t, const rk_instr *in, unsigned j);
unsigned rk_slope_norm1(rk_jet *t, const rk_instr *in, unsigned j);
unsigned rk_slope_entropy(rk_jet *t, const rk_instr *in, unsigned j);
unsigned rk_slope_softmax(rk_jet *t, unsigned made, const rk_instr *in, unsigned j);
unsigned rk_slope_det(rk_jet *t, const rk_instr *in, unsigned j);

#endif
