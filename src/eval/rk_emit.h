/* Growing a program: each function appends one instruction, or returns the equal one that is
   there already, and computes its shape. Internal to eval. The first failure sticks in
   `status`; from then on indices mean nothing and nothing is appended. */
#ifndef RK_EMIT_H
#define RK_EMIT_H

#include "base/rk_mem.h"
#include "domain/rk_domain.h"
#include "rk_program.h"

#define RK_NO_INSTR ((unsigned)-1)

typedef struct rk_emitter {
    rk_program *program;
    rk_arena *arena; /* owned by program->memory */
    size_t cap;
    unsigned *table; /* open addressing: indices of instructions, RK_NO_INSTR free */
    size_t table_size;
    size_t max_instr, work;       /* arguments and loop rounds count as work */
    int64_t max_entries, entries; /* of one matrix; of all so far */
    rk_build_status status;
    rk_span span; /* of the term in hand */
} rk_emitter;

void rk_emitter_init(rk_emitter *e, const rk_checked *checked, const rk_build_options *options);
void rk_emitter_clear(rk_emitter *e); /* the program stays */

void rk_emit_fail(rk_emitter *e, rk_build_status status);
bool rk_emit_work(rk_emitter *e, size_t amount); /* false when the limit was reached */
const rk_instr *rk_emit_at(const rk_emitter *e, unsigned instr);

/* An instruction as described by `proto` (its arg and nargs are ignored). */
unsigned rk_emit(rk_emitter *e, const rk_instr *proto, const unsigned *arg, size_t nargs);

/* Leaves. */
unsigned rk_emit_fmpq(rk_emitter *e, const fmpq_t number);
unsigned rk_emit_si(rk_emitter *e, int64_t number);
unsigned rk_emit_reciprocal(rk_emitter *e, int64_t number); /* 1/number, number >= 1 */
unsigned rk_emit_leaf(rk_emitter *e, rk_code code, int64_t rows, int64_t cols);
unsigned rk_emit_ones(rk_emitter *e, int64_t rows, int64_t cols);
/* Never shared: two of them need not be the same value. rows 0: a truth value. */
unsigned rk_emit_opaque(rk_emitter *e, rk_code code, int64_t rows, int64_t cols,
                        const unsigned *arg, size_t nargs);

/* One and two arguments, any code whose shape follows from them. */
unsigned rk_emit1(rk_emitter *e, rk_code code, unsigned a);
unsigned rk_emit2(rk_emitter *e, rk_code code, unsigned a, unsigned b);
unsigned rk_emit_cat(rk_emitter *e, rk_code code, const unsigned *arg, size_t n);
unsigned rk_emit_fn(rk_emitter *e, rk_fn fn, unsigned a);
unsigned rk_emit_slice(rk_emitter *e, unsigned a, int64_t row, int64_t col, int64_t rows,
                       int64_t cols);
/* Read row by row as a box of k by l by the rest, k and l exchanged, written rows by cols. */
unsigned rk_emit_reshape(rk_emitter *e, unsigned a, int64_t k, int64_t l, int64_t rows,
                         int64_t cols);
/* SINGULAR_VALUE, EIGEN_MODULUS */
unsigned rk_emit_indexed(rk_emitter *e, rk_code code, unsigned a, int64_t k);

/* Truth values. */
unsigned rk_emit_compare(rk_emitter *e, rk_cmp cmp, unsigned a, unsigned b);
unsigned rk_emit_truth(rk_emitter *e, rk_code code, const unsigned *arg, size_t n);

#endif
