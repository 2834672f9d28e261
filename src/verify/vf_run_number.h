/* The numbers of a run: residues modulo m, perhaps with a root i of -1 beside them, which is a ring
   whatever m is; intervals, with derivatives behind them; fractions. */
#ifndef VF_RUN_NUMBER_H
#define VF_RUN_NUMBER_H

#include "vf_run.h"

vf_cell vf_cell_add(vf_run *r, vf_cell a, vf_cell b);
vf_cell vf_cell_multiply(vf_run *r, vf_cell a, vf_cell b);
/* ENSURE for residues, and fractions: there is one. An interval that is not away from 0 fails. */
vf_cell vf_cell_inverse(vf_run *r, vf_cell a);
vf_cell vf_cell_copy(vf_run *r, vf_cell a); /* one that may be changed */
bool vf_cell_is_apart(const vf_run *r, vf_cell a);
/* Of two that are certainly not 0, for the choice of pivots; false for residues. */
bool vf_cell_is_larger(const vf_run *r, vf_cell a, vf_cell b);

/* a[0]*b[0] + a[step_a]*b[step_b] + ..., n products */
vf_cell vf_cells_dot(vf_run *r, const vf_cell *a, size_t step_a, const vf_cell *b, size_t step_b,
                     size_t n);
vf_cell vf_cells_sum(vf_run *r, const vf_cell *a, size_t n);
/* a[j] - factor*b[j] in place of a[j] */
void vf_cells_subtract(vf_run *r, vf_cell *a, vf_cell factor, const vf_cell *b, size_t n);

/* 1 or 0, exactly; an interval must be one of these points. ENSURE: it is one of both. */
bool vf_cell_is_one(const vf_run *r, vf_cell a);

/* The root of what must be positive; `exact`: the same in fractions, for residues. Constant: it is
   the same number everywhere. Otherwise it comes with the sign that is chosen. */
vf_cell vf_cell_root(vf_run *r, vf_cell a, mpq_srcptr exact, bool constant);
/* ENSURE: the roots that were taken of residues are independent, see vf_run.h. */
void vf_ensure_independent(const vf_run *r);
/* e is a number of r->above. */
vf_cell vf_cell_exponential(vf_run *r, vf_cell e);
vf_cell vf_cell_erf(vf_run *r, vf_cell a); /* of an interval */

#endif
