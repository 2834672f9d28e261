/* Calcium's whole-matrix methods and closed forms. Shapes and ownership as in the table of
   rk_domain.h. */
#ifndef RK_CALCIUM_H
#define RK_CALCIUM_H

#include "domain_inside.h"

ca_ctx_struct *rk_calcium_context(const rk_domain *d);

/* Terms of x as a fraction of polynomials in its generators; a number of a field counts its
   degree, a rational 1. */
double rk_calcium_terms(const rk_domain *d, const ca_struct *x);

/* exp of a number that is a sum of terms (p/q)*m, m a monomial in the generators of its field: the
   product of the p-th powers of exp(m/q). So the exponentials of many logits are polynomials in
   few generators, and their identities need no search. r may be x. */
void rk_calcium_exp(ca_struct *r, const ca_struct *x, ca_ctx_struct *ctx);

rk_ev rk_calcium_inv(rk_matrix *r, const rk_matrix *a);
rk_ev rk_calcium_det(void *r, const rk_matrix *a);
rk_ev rk_calcium_rank(slong *low, slong *high, const rk_matrix *a);
rk_ev rk_calcium_psd_eigenvalue(void *r, const rk_matrix *a, slong k);
rk_ev rk_calcium_eigen_modulus(void *r, const rk_matrix *a, slong k);

/* The number as the claim language writes it, with sqrt, exp, log and powers; where that cannot
   be said, digits after a `~`. */
void rk_calcium_print(const rk_domain *d, rk_buf *out, const void *x);

#endif
