/* Exact values over Q of what the rank calculus works with: its matrices and scalars, and the terms
   of the theorem they were read from, at one assignment ("point") of small dimensions and rational
   matrices in the declared sets.

   What has no rational value gets a stand-in that obeys what the laws use and nothing more: softmax
   is positive, has rows of sum 1, does not see row shifts and commutes with permutations; the row
   scales of a normalisation with eps are a positive function of the mean square of the row,
   homogeneous as the true ones (without eps they are the true ones, or unknown); entrywise
   functions have their true value at 0 and their true sign. A theorem that is proved holds with the
   stand-ins, too. */
#ifndef MX_EXACT_H
#define MX_EXACT_H

#include "base/rk_flint.h"
#include "base/rk_rng.h"
#include "calculus/rk_mx.h"
#include "hunt/rk_draw.h"

typedef enum mx_ev {
    MX_OK,
    MX_UNDEFINED, /* inverse of a singular matrix, a member that does not exist, ... */
    MX_UNKNOWN    /* nothing rational stands for it, or too large */
} mx_ev;

typedef struct mx_point mx_point;

/* dims: one for each of checked->dims. Variables are drawn when they are first needed. */
mx_point *mx_point_new(const rk_checked *checked, const int64_t *dims, uint64_t seed);
void mx_point_free(mx_point *p);
rk_rng *mx_point_rng(mx_point *p);
void mx_point_set_sym(mx_point *p, unsigned sym, int64_t value);
bool mx_point_sym(const mx_point *p, unsigned sym, int64_t *value);
bool mx_point_size(const mx_point *p, const rk_size *size, int64_t *value);
/* Every member of this variable is drawn in this pattern. */
void mx_point_prefer(mx_point *p, unsigned var, rk_pattern pattern);
/* member 0: a single variable. Initialised to the shape; the caller may change the entries. */
fmpq_mat_struct *mx_point_variable(mx_point *p, unsigned var, int64_t member);
/* New values for the generic variables, the others stay. */
void mx_point_redraw_generic(mx_point *p);
/* Fresh matrices and numbers belong to a store: forget those of the last one. */
void mx_point_forget_fresh(mx_point *p);
/* The value of fresh matrix number `var`; copied. */
void mx_point_set_fresh(mx_point *p, unsigned var, const fmpq_mat_t value);
void mx_point_print(mx_point *p); /* as TAP comments */

/* --- terms ---------------------------------------------------------------------------------- */

/* *out is initialised in any case. */
mx_ev mx_term(mx_point *p, const rk_term *t, fmpq_mat_t out);
mx_ev mx_term_truth(mx_point *p, const rk_term *t, bool *truth);

/* --- matrices and scalars of a store --------------------------------------------------------- */

typedef struct mx_values mx_values; /* of one store at one point; keeps what it has computed */

mx_values *mx_values_new(mx_point *p, rk_mxs *store);
void mx_values_free(mx_values *v);
mx_ev mx_matrix(mx_values *v, const rk_mx *a, fmpq_mat_t out); /* initialised in any case */
mx_ev mx_scalar(mx_values *v, rk_sc a, fmpq_t out);
/* Were roots or spectra among the scalars so far, which are right to about 128 bits only? */
bool mx_values_rounded(const mx_values *v);

#endif
