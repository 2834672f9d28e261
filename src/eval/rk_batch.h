/* A program compiled for a batch: the same theorem at `width` assignments at once, in doubles, in
   structure-of-arrays form, each operation vectorised across the assignments (the lanes). Used to
   find what is worth an exact decision; like rk_margin.h, and in its sense, it is never a reason
   for a verdict.

   With derivatives every number is a dual number (forward mode): each lane has a value and one
   tangent, so that a gradient in n coordinates is n lanes with the same values and n directions.

   An argument that is undefined makes its users undefined, as in rk_run.h; what doubles cannot
   tell is NAN. A batch owns its memory and belongs to one thread; running it allocates nothing. */
#ifndef RK_BATCH_H
#define RK_BATCH_H

#include "linalg/rk_lanes.h"
#include "rk_program.h"

typedef struct rk_batch rk_batch;

typedef struct rk_batch_options {
    bool derivatives;
    bool pivots;           /* rk_batch_pivots; derivatives have them, too */
    size_t width;          /* lanes wanted, rounded up to a multiple of 8; 0: what fits the cache */
    size_t memory;         /* bytes at most; 0: default 64 MB */
    const rk_lanes *lanes; /* kernels; NULL: the best here. All give the same bits */
} rk_batch_options;

/* Compiles what the hypotheses and claims need. The program must outlive the batch. NULL when an
   instruction has no method in doubles (RK_P_CONSTRUCT), or when 8 lanes pass the memory. */
rk_batch *rk_batch_new(const rk_program *program, bool derivatives);
rk_batch *rk_batch_new_with(const rk_program *program, const rk_batch_options *options);
void rk_batch_free(rk_batch *b); /* NULL is allowed */

size_t rk_batch_width(const rk_batch *b);
/* Operations of one lane in a run, about. */
double rk_batch_work(const rk_batch *b);

/* Where to write the inputs: entry (i, j) of assignment t stands at [(i*cols + j)*width + t]. NULL
   for a slot that is defined by an `assume`, and for tangents without derivatives. Both start as
   zeros and keep what was written from run to run. */
double *rk_batch_input(rk_batch *b, size_t slot);
double *rk_batch_tangent(rk_batch *b, size_t slot);

void rk_batch_run(rk_batch *b);

/* One number for each lane, valid until the next run. As rk_margin_violation: > 0 some claim looks
   false and no hypothesis does; -INFINITY: a hypothesis looks false, or something is undefined, or
   a slot of invertible matrices looks singular (else inputs are taken to lie in their sets); NAN:
   cannot tell. */
const double *rk_batch_violation(const rk_batch *b);
/* The derivative of the margin of the claim that gave the violation (0 where there is none). */
const double *rk_batch_violation_slope(const rk_batch *b);

/* As rk_margin, of a truth instruction that hypotheses or claims need (NULL for others), and its
   derivative in the direction of the tangents (NULL without derivatives). Counts (ranks) do not
   vary: their slope is 0. */
const double *rk_batch_margin(const rk_batch *b, unsigned instr);
const double *rk_batch_slope(const rk_batch *b, unsigned instr);

/* Pivots of complete pivoting behind a RANK instruction that hypotheses or claims need, relative to
   the first: the smallest kept (0 for the zero matrix) and the largest dropped (0 at full rank). A
   small kept pivot is nearly a lower rank. They are those of a matrix of the same rank but for a
   constant: what does not change the rank was taken away when compiling. Slopes are NULL without
   derivatives. False when the rank is a constant, or they were not asked for. */
typedef struct rk_batch_pivot {
    const double *kept, *dropped;
    const double *kept_slope, *dropped_slope;
} rk_batch_pivot;
bool rk_batch_pivots(const rk_batch *b, unsigned instr, rk_batch_pivot *out);

/* Does the batch read this slot? What it does not read need not be written. */
bool rk_batch_reads(const rk_batch *b, size_t slot);

#endif
