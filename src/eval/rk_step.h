/* One instruction over a domain, its arguments known. Internal to eval. */
#ifndef RK_STEP_H
#define RK_STEP_H

#include "rk_run.h"

bool rk_over_rationals(const rk_domain *d);

/* Is the operation defined wherever its arguments are? */
bool rk_step_total(const rk_instr *p);

/* The value of an instruction that is no truth value; *r is initialised in any case. */
rk_ev rk_step_value(const rk_run *run, const rk_instr *p, rk_matrix *r);

/* The truth value of an instruction whose arguments are defined; UNKNOWN with *why. */
rk_tern rk_step_truth(const rk_run *run, const rk_instr *p, rk_ev *why);

/* Bounds from those of the arguments, or NULL. */
rk_bounds *rk_step_bounds(const rk_run *run, const rk_instr *p);
rk_bounds *rk_bounds_new(slong low, slong high);
rk_bounds *rk_bounds_copy(const rk_bounds *b); /* NULL for NULL */
void rk_bounds_free(rk_bounds *b);

/* Bounds of the rank of a matrix that rests on roots which divide rows, without those roots: so
   ranks of normalised tokens need none (rk_peephole.c). *ev is OK when low == high. True where it
   applies; the matrix is then defined. */
bool rk_step_scaled_rank(const rk_run *run, const rk_instr *rank, rk_ev *ev, slong *low,
                         slong *high);

/* An upper bound of the rank of instruction i, where it is defined, from how it is made of what is
   known over Q. */
slong rk_step_rank_bound(const rk_run *run, unsigned i);

/* Bounds of the rank of L + P*R for attention P at rational logits (or rational multiples of one
   root or logarithm), which is defined there, without P's denominators. False where it does not
   apply. */
bool rk_step_attention_rank(const rk_run *run, const rk_instr *rank, slong *low, slong *high);

#endif
