/* Coordinates on the declared sets: a member of a set as the image of a vector of rationals, so
   that enumeration, residues of small fields and local search all move inside the set. The maps
   are rational, hence exact points stay exact: rows divided by their sums, L*D*L' for psd, Cayley
   (I - S)*inv(I + S) times a signed permutation for orthogonal (all of both components), the
   stereographic projection for unit rows. The caller owns the vectors. */
#ifndef RK_PARAMS_H
#define RK_PARAMS_H

#include "domain/rk_matrix.h"
#include "eval/rk_program.h"

/* Number of coordinates of a slot (not defined by an assume). */
slong rk_params_count(const rk_slot *slot);

/* 0: coordinate i is any rational; otherwise it is one of 0 .. radix-1. */
slong rk_params_radix(const rk_slot *slot, slong i);

/* The member with coordinates theta, into `out` (initialised, slot->rows by slot->cols). Signs
   are dropped where the set wants none. False when theta has no image: a zero row for
   `stochastic`, a zero for `positive` or `nonzero`, a singular matrix for `invertible`. */
bool rk_params_apply(const rk_slot *slot, const fmpq *theta, fmpq_mat_t out);

/* The same formulas over any ordered domain, such as doubles with slopes: theta is a column of that
   domain, *out is initialised here and owned by the caller. UNDEFINED where theta has no image by
   a division; nothing else of membership is looked at. Over domains that are not exact the
   coordinates of `integer` vary continuously. */
rk_ev rk_params_map(const rk_slot *slot, const rk_matrix *theta, rk_matrix *out);

/* Building blocks, also used by the samplers. */
void rk_cayley(fmpq_mat_t out, const fmpq_mat_t skew); /* skew' == -skew */
/* Divides each row by its sum; false if a sum is 0. */
bool rk_normalise_rows(fmpq_mat_t a);
/* x := p - 2 (p.v)/(v.v) v, the mirror image: same norm, rational. x = p when v = 0. */
void rk_reflect(fmpq *x, const fmpq *p, const fmpq *v, slong d);

#endif
