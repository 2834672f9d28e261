/* A program compiled for a batch: the same theorem at `width` assignments at once, in doubles or
   floats, in structure-of-arrays form, each operation vectorised across the assignments (the
   lanes). Used to find what is worth an exact decision; like rk_margin.h, and in its sense, it is
   never a reason for a verdict. Floats are faster and see less: what looks violated in them is
   looked at again in doubles.

   An argument that is undefined makes its users undefined, as in rk_run.h; what rounding hides is
   NAN. A batch owns its memory and belongs to one thread; running it allocates nothing. */
#ifndef RK_BATCH_H
#define RK_BATCH_H

#include "linalg/rk_lanes.h"
#include "rk_program.h"

typedef struct rk_batch rk_batch;

typedef struct rk_batch_options {
    bool single;   /* floats */
    size_t width;  /* lanes wanted, rounded up to a multiple of 16; 0: what fits the cache */
    size_t memory; /* bytes at most; 0: default 64 MB */
    const rk_lanes *lanes; /* kernels; NULL: the best here. All give the same bits */
} rk_batch_options;

/* Compiles what the hypotheses and claims need. The program must outlive the batch. NULL when an
   instruction has no method (RK_P_CONSTRUCT; eigenvalues in floats), or when 16 lanes pass the
   memory. */
rk_batch *rk_batch_new(const rk_program *program);
rk_batch *rk_batch_new_with(const rk_program *program, const rk_batch_options *options);
void rk_batch_free(rk_batch *b); /* NULL is allowed */

size_t rk_batch_width(const rk_batch *b);
/* Operations of one lane in a run, about. */
double rk_batch_work(const rk_batch *b);

/* Where to write the inputs, doubles or floats: entry (i, j) of assignment t stands at
   [(i*cols + j)*width + t]. NULL for a slot that is defined by an `assume`. They start as zeros and
   keep what was written from run to run. */
void *rk_batch_input(rk_batch *b, size_t slot);

void rk_batch_run(rk_batch *b);

/* One number for each lane, valid until the next run. As rk_margin_violation: > 0 some claim looks
   false and no hypothesis does; -INFINITY: a hypothesis looks false, or something is undefined, or
   a slot of invertible matrices looks singular (else inputs are taken to lie in their sets); NAN:
   cannot tell. */
const double *rk_batch_violation(const rk_batch *b);

/* As rk_margin, of a truth instruction that hypotheses or claims need; NULL for others, and for
   floats. */
const double *rk_batch_margin(const rk_batch *b, unsigned instr);

/* Does the batch read this slot? What it does not read need not be written. */
bool rk_batch_reads(const rk_batch *b, size_t slot);

#endif
