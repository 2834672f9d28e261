/* What the files of this room share: making domains, and matrices as FLINT's own types. The
   copies of rk_to_* are owned by the caller; rk_from_* write into an initialised matrix of the
   same shape. */
#ifndef RK_DOMAIN_INSIDE_H
#define RK_DOMAIN_INSIDE_H

#include "base/rk_mem.h"
#include "rk_domain.h"
#include "rk_matrix.h"

rk_domain *rk_domain_new(const rk_domain *as); /* a copy of the table */

/* rk_fn of a number known to be zero, where every domain knows the answer: *value gets it and
   the outcome is OK; UNDEFINED for log. */
rk_ev rk_fn_at_zero(rk_fn f, fmpq_t value);

/* *low <= sign(x - y) <= *high in an ordered domain. */
void rk_sign_bounds(const rk_domain *d, int *low, int *high, const void *x, const void *y);
/* Doubles on both sides of a ball. */
void rk_ball_ends(const arb_t x, double *low, double *high);
/* The k-th singular value, 1 <= k <= both sides, by an eigenvalue of a'a or aa'. */
rk_ev rk_gram_singular_value(void *r, const rk_matrix *a, slong k);
/* Eigenvalues beyond the closed forms of rk_matrix.h are algebraic: a richer domain has them. */
rk_ev rk_spectrum_escapes(void *r, const rk_matrix *a, slong k);
/* The k-th largest (k from 1) of the entries of a column, which is used up. */
rk_ev rk_kth_largest(void *r, rk_matrix *column, slong k);

/* rk_matrix_entry, for loops. */
static inline char *rk_at(const rk_matrix *a, slong i, slong j) {
    return (char *)a->entry + (size_t)(i * a->cols + j) * a->domain->size;
}

#endif
