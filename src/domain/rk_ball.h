/* Linear algebra over balls; the results hold for every matrix inside the given one. Shapes and
   ownership as in the table of rk_domain.h. */
#ifndef RK_BALL_H
#define RK_BALL_H

#include "domain_inside.h"

void rk_ball_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
void rk_ball_mul_arb(rk_matrix *r, const rk_matrix *a, const rk_matrix *b); /* always by Arb */
/* What the domain keeps of the factors of products, its context. */
void *rk_ball_cache_new(void);
void rk_ball_cache_free(rk_domain *d);
rk_ev rk_ball_inv(rk_matrix *r, const rk_matrix *a);
rk_ev rk_ball_det(void *r, const rk_matrix *a);

/* r := [0, top], whose lower end is exactly 0. */
void rk_ball_cut(arb_struct *r, const mag_t top);

/* Elimination that divides by certified pivots only. The number of steps is a lower bound; what
   is left when no entry is certainly non-zero adds at most its rows (columns) that are not
   exactly zero. */
rk_ev rk_ball_rank(slong *low, slong *high, const rk_matrix *a);
void rk_ball_rank_arb(slong *low, slong *high, arb_mat_t a, slong prec); /* a is used up */

/* Arb's certified eigenvalue enclosures (acb_mat_eig_multiple), sorted as intervals: the k-th
   largest value lies between the k-th largest lower and the k-th largest upper bound. */
rk_ev rk_ball_singular_value(void *r, const rk_matrix *a, slong k);
rk_ev rk_ball_psd_eigenvalue(void *r, const rk_matrix *a, slong k);
rk_ev rk_ball_eigen_modulus(void *r, const rk_matrix *a, slong k);

#endif
