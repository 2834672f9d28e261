/* Matrices over any domain: structure, entrywise operations, products, linear algebra. Every
   function computes *r from its arguments; r is initialised by the function and owned by the
   caller (rk_matrix_clear), also when the outcome is not RK_EV_OK. Shapes must fit: the program
   checked them. The functions return the worst outcome met (UNDEFINED outranks the others only
   when it is certain). */
#ifndef RK_MATRIX_H
#define RK_MATRIX_H

#include "rk_domain.h"

void rk_matrix_init(rk_matrix *r, const rk_domain *d, slong rows, slong cols); /* zeros */
void rk_matrix_clear(rk_matrix *r);
void rk_matrix_copy(rk_matrix *r, const rk_matrix *a);
void *rk_matrix_entry(const rk_matrix *a, slong i, slong j); /* from 0 */

rk_ev rk_matrix_set_fmpq_mat(rk_matrix *r, const rk_domain *d, const fmpq_mat_t a);
rk_ev rk_matrix_get_fmpq_mat(fmpq_mat_t r, const rk_matrix *a); /* r initialised, same shape */
rk_ev rk_matrix_set_doubles(rk_matrix *r, const rk_domain *d, slong rows, slong cols,
                            const double *entry); /* exact: dyadic rationals */
/* Fills r, which is initialised, with what lies within `radius` of the doubles; ESCAPE where the
   domain is exact and the radius is not 0. */
rk_ev rk_matrix_put_near(rk_matrix *r, const double *entry, double radius);
/* Doubles on both sides of a 1 by 1 matrix; false when none are known. */
bool rk_matrix_ends(const rk_matrix *a, double *low, double *high);

void rk_matrix_add(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
void rk_matrix_sub(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
void rk_matrix_neg(rk_matrix *r, const rk_matrix *a);
void rk_matrix_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
void rk_matrix_scale(rk_matrix *r, const rk_matrix *scalar, const rk_matrix *a);
rk_ev rk_matrix_div(rk_matrix *r, const rk_matrix *a, const rk_matrix *scalar);
void rk_matrix_emul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
rk_ev rk_matrix_ediv(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
rk_ev rk_matrix_power(rk_matrix *r, const rk_matrix *a, int64_t exponent);
rk_ev rk_matrix_fn(rk_matrix *r, rk_fn f, const rk_matrix *a);

void rk_matrix_transpose(rk_matrix *r, const rk_matrix *a);
void rk_matrix_slice(rk_matrix *r, const rk_matrix *a, slong row, slong col, slong rows,
                     slong cols);
void rk_matrix_hcat(rk_matrix *r, const rk_matrix *const *parts, size_t n);
void rk_matrix_vcat(rk_matrix *r, const rk_matrix *const *parts, size_t n);
void rk_matrix_diag_make(rk_matrix *r, const rk_matrix *column);
void rk_matrix_diag_take(rk_matrix *r, const rk_matrix *a);
void rk_matrix_vec(rk_matrix *r, const rk_matrix *a);
/* The entries read row by row as a box of k by l by the rest, its first two axes exchanged, written
   row by row into rows by cols. k = l = 1: another shape, nothing else. */
void rk_matrix_rearrange(rk_matrix *r, const rk_matrix *a, slong k, slong l, slong rows,
                         slong cols);
void rk_matrix_kron(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);

void rk_matrix_row_sums(rk_matrix *r, const rk_matrix *a); /* rows by 1 */
void rk_matrix_row_scale(rk_matrix *r, const rk_matrix *v,
                         const rk_matrix *a); /* row i times v_i */
rk_ev rk_matrix_row_divide(rk_matrix *r, const rk_matrix *a, const rk_matrix *v); /* by v_i */
void rk_matrix_sum_entries(rk_matrix *r, const rk_matrix *a);
rk_ev rk_matrix_extreme_entry(rk_matrix *r, const rk_matrix *a, bool maximum);
rk_ev rk_matrix_norm1(rk_matrix *r, const rk_matrix *a); /* largest column sum of moduli */
/* By rows; mask may be NULL; a mask entry other than 0 or 1, or a row without a 1, is
   UNDEFINED. Rows whose unmasked logits are equal come out rational in every domain. */
rk_ev rk_matrix_softmax(rk_matrix *r, const rk_matrix *logits, const rk_matrix *mask);
rk_ev rk_matrix_entropy(rk_matrix *r, const rk_matrix *p);                 /* rows by 1 */
rk_ev rk_matrix_singular_value(rk_matrix *r, const rk_matrix *a, slong k); /* or CONSTRUCT */
rk_ev rk_matrix_eigen_modulus(rk_matrix *r, const rk_matrix *a, slong k);  /* or CONSTRUCT */

rk_ev rk_matrix_rank(slong *low, slong *high, const rk_matrix *a); /* bounds, low == high if OK */
rk_ev rk_matrix_det(rk_matrix *r, const rk_matrix *a);
rk_ev rk_matrix_inv(rk_matrix *r, const rk_matrix *a);
void rk_matrix_trace(rk_matrix *r, const rk_matrix *a);
/* Positive semidefinite (and symmetric): unknown when it cannot be told here. */
rk_tern rk_matrix_is_psd(const rk_matrix *a);

/* Comparison of matrices of one shape, or with one side 1 by 1 for < and its kin. `==` and `!=`
   as a whole, the others for every entry. When unknown, *why says PRECISION or CONSTRUCT. */
typedef enum rk_relation {
    RK_REL_EQ,
    RK_REL_NE,
    RK_REL_LT,
    RK_REL_LE,
    RK_REL_GT,
    RK_REL_GE
} rk_relation;
rk_tern rk_matrix_compare(rk_relation rel, const rk_matrix *a, const rk_matrix *b, rk_ev *why);

void rk_matrix_print(rk_buf *out, const rk_matrix *a); /* "[1, 0; 0, -1]" */

#endif
