/* From doubles to exact points. A violation seen in doubles often hangs on some structure: entries
   that are 0, equal, opposite, rows that sum to 1. The structure is read off as integer relations
   (lattice reduction) and kept, while the coordinates that are left free are snapped to rationals
   with growing denominators (continued fractions); then to one common denominator. Equations that
   nearly hold are solved to many digits (rk_polish.h) and the entries that come out get closed
   forms (rk_number.h). Only what the judge confirms counts. */
#ifndef RK_EXACT_H
#define RK_EXACT_H

#include "rk_judge.h"

/* Relations among coordinates x[0] .. x[n-1] known to `places` binary places: row k of *r
   (initialised by the function, n + 1 columns) says r[k][0]*x[0] + ... + r[k][n] = 0. In reduced
   echelon form, small integers before reduction; consistent. */
void rk_exact_relations(fmpq_mat_t r, const double *x, slong n, slong places);

/* The point near x on which the relations hold exactly, its free coordinates the simplest rationals
   within 2^-fineness. */
void rk_exact_snap(fmpq *out, const double *x, slong n, const fmpq_mat_t relations, int fineness);

/* The point near x with one denominator for all coordinates, at most 2^bits: the best simultaneous
   approximation that lattice reduction finds. */
void rk_exact_common(fmpq *out, const double *x, slong n, slong bits);

/* Is a point near the one with coordinates theta[0] .. theta[n-1] (those of rk_point) a finding?
   Candidates in the order above, screened by doubles; *claim as of rk_judge_try, and out, with
   judge->forms, holds the finding. A hit of doubles that is not confirmed is counted as such. */
bool rk_exact_try(rk_judge *judge, const rk_program *program, const double *theta, slong n,
                  rk_assignment *out, unsigned *claim);

#endif
