/* Matrices whose dimensions are symbols, in a normal form of the free algebra: a sum of words, a
   word a coefficient times a product of letters. Calculus proofs are checked with them.

   There are no grids: [A, B; C, D] is E1*A*F1' + E1*B*F2' + E2*C*F1' + E2*D*F2', where E(n, o, s),
   the injection, is the n by s matrix with an identity in rows o + 1 .. o + s; unit(n, j) is
   E(n, j - 1, 1). Blocks over a range are sums over the range. ones(n, m) is ones(n, 1) times
   ones(m, 1)'. Numbers are fractions of polynomials (vf_ratio) in symbols (atom = index in
   vf_theorem.sym) and quantities (atoms from VF_FIRST_QUANTITY on): ranks, 1 by 1 words and so on.

   Every leaf and quantity means one value at every assignment of the theorem's variables, also
   where its text is not defined (inv of a singular matrix is then some matrix). An identification
   that holds only where something is defined is made only where that is known: because it was noted
   (vf_mx_note), or by construction. So a == b says: equal at every assignment at which what was
   noted is defined, for all allowed dimensions. */
#ifndef VF_MATRIX_H
#define VF_MATRIX_H

#include "vf_text.h"

typedef struct vf_mxs vf_mxs;   /* the store: leaves, quantities, what is known */
typedef struct vf_leaf vf_leaf; /* vf_matrix_inside.h */

enum { VF_FIRST_QUANTITY = 1 << 24 };

typedef struct vf_letter {
    const vf_leaf *leaf;
    bool transposed, inverted; /* inverted: of a leaf that is invertible */
} vf_letter;

typedef struct vf_word {
    vf_ratio coef;
    const vf_letter *letter;
    size_t n; /* 0: the identity */
} vf_word;

typedef struct vf_mx {
    vf_ratio rows, cols;
    const vf_word *word; /* in any order, no two alike; none: zero */
    size_t nwords;
} vf_mx;

vf_mxs *vf_mxs_new(vf_theorem *t);

/* --- from text ---------------------------------------------------------------------------- */
const vf_mx *vf_mx_read(vf_mxs *s, const vf_term *value);
vf_ratio vf_mx_number(vf_mxs *s, const vf_term *value); /* of a 1 by 1 term */
/* This value or truth is defined (a claim that is to be shown, a hypothesis): inverses in it exist,
   divisors are not 0, positions are inside. Not what stands in loops that may be empty. */
void vf_mx_note(vf_mxs *s, const vf_term *text);
/* The matrix that a fold's running value or a fresh name VF_ACC with this sym2 stands for: only
   its shape is known. */
const vf_mx *vf_mx_fresh(vf_mxs *s, unsigned sym, vf_ratio rows, vf_ratio cols);
/* sum of body over sym = low..high, which is at least low - 1 */
vf_ratio vf_mx_sum_number(vf_mxs *s, unsigned sym, vf_ratio low, vf_ratio high, vf_ratio body);
const vf_mx *vf_mx_sum(vf_mxs *s, unsigned sym, vf_ratio low, vf_ratio high, const vf_mx *body);

/* --- what is known ------------------------------------------------------------------------ */
/* Knowledge is a stack: back to a mark when a case of a proof ends. */
typedef struct vf_mark {
    size_t version, nonnegative, nonzero, invertible, scaled, ranged, rules, jranks;
} vf_mark;
vf_mark vf_mx_mark(const vf_mxs *s);
void vf_mx_forget(vf_mxs *s, vf_mark mark);
void vf_mx_know_nonnegative(vf_mxs *s, vf_ratio a);
void vf_mx_know_nonzero(vf_mxs *s, vf_ratio a);
void vf_mx_know_invertible(vf_mxs *s, const vf_mx *a); /* square */
/* Of one that is: where A*1 is c*1, c is not 0, as A*1 is not; so with 1'*A. */
void vf_mx_know_kept(vf_mxs *s, const vf_mx *a);
/* `zero` has been shown to be the zero matrix: from now on its word `lead` (any matrix of one word
   with those letters) is replaced by the rest. ENSURE: the word is there, with a coefficient that
   is not 0. */
void vf_mx_know_zero(vf_mxs *s, const vf_mx *zero, const vf_mx *lead);
/* No rule is in force until they are resumed; their number. */
size_t vf_mx_stop_rules(vf_mxs *s);
void vf_mx_resume_rules(vf_mxs *s, size_t n);
/* The rank of the matrix, or the sum of its ranks over the range of the loop. With `outer` that of
   [known, outer*matrix], over a range [known, hcat(h, outer[h]*matrix)]: `outer` has the outer[h]
   side by side. What is not there is NULL. */
typedef struct vf_jacobian {
    const vf_term *matrix, *loop, *outer, *known;
} vf_jacobian;
void vf_mx_know_jrank(vf_mxs *s, const vf_term *jrank, vf_jacobian is);
bool vf_same_text(const vf_term *a, const vf_term *b);

unsigned vf_new_index(vf_mxs *s); /* a new symbol, that of an index */
/* sym lies in low..high, and what was noted of loops over a range that takes this one in is known
   of sym. */
void vf_within(vf_mxs *s, unsigned sym, vf_ratio low, vf_ratio high);

/* Sure at every allowed assignment; sufficient, not necessary. */
bool vf_mx_at_least(vf_mxs *s, vf_ratio a, long least);
bool vf_mx_is_nonzero(vf_mxs *s, vf_ratio a);
bool vf_mx_is_integer(vf_mxs *s, vf_ratio a);
bool vf_n_positive(vf_mxs *s, vf_ratio a);

/* Numbers: arithmetic that also knows square roots. */
vf_ratio vf_n_atom(unsigned atom);
vf_ratio vf_n_add(vf_mxs *s, vf_ratio a, vf_ratio b);
vf_ratio vf_n_sub(vf_mxs *s, vf_ratio a, vf_ratio b);
vf_ratio vf_n_mul(vf_mxs *s, vf_ratio a, vf_ratio b);
vf_ratio vf_n_div(vf_mxs *s, vf_ratio a, vf_ratio b); /* where b may be 0: 1/b is opaque */
bool vf_n_is_int(vf_ratio a, long *value);
static inline bool vf_n_is_one(vf_ratio a) {
    return vf_poly_equal(a.num, a.den);
}

/* --- operations: ENSURE that shapes agree ------------------------------------------------- */
const vf_mx *vf_mx_zero(vf_mxs *s, vf_ratio rows, vf_ratio cols);
const vf_mx *vf_mx_eye(vf_mxs *s, vf_ratio n);
const vf_mx *vf_mx_ones(vf_mxs *s, vf_ratio rows, vf_ratio cols);
const vf_mx *vf_mx_scalar(vf_mxs *s, vf_ratio value); /* 1 by 1 */
vf_ratio vf_mx_value(vf_mxs *s, const vf_mx *a);      /* of a 1 by 1 matrix */
const vf_mx *vf_mx_add(vf_mxs *s, const vf_mx *a, const vf_mx *b);
const vf_mx *vf_mx_sub(vf_mxs *s, const vf_mx *a, const vf_mx *b);
const vf_mx *vf_mx_scale(vf_mxs *s, vf_ratio c, const vf_mx *a);
const vf_mx *vf_mx_mul(vf_mxs *s, const vf_mx *a, const vf_mx *b);
const vf_mx *vf_mx_transpose(vf_mxs *s, const vf_mx *a);
const vf_mx *vf_mx_inv(vf_mxs *s, const vf_mx *a); /* ENSURE: known to be invertible */
const vf_mx *vf_mx_kron(vf_mxs *s, const vf_mx *a, const vf_mx *b);
/* cells row by row, of sizes that fit */
vf_ratio vf_trace(vf_mxs *s, const vf_mx *a);
const vf_mx *vf_mx_grid(vf_mxs *s, size_t grid_rows, size_t grid_cols, const vf_mx *const *cell);
/* rank(a) as a number: transposes, factors that are not 0, the order of block rows and columns, and
   those that are zero or repeated, make no difference */
vf_ratio vf_mx_rank(vf_mxs *s, const vf_mx *a);

/* `by` for a symbol, at any depth, everything brought to its normal form again */
const vf_mx *vf_mx_put(vf_mxs *s, const vf_mx *a, unsigned sym, vf_ratio by);
vf_ratio vf_mx_put_number(vf_mxs *s, vf_ratio a, unsigned sym, vf_ratio by);
/* a matrix for the fresh one of this symbol */
const vf_mx *vf_mx_put_fresh(vf_mxs *s, const vf_mx *a, unsigned sym, const vf_mx *by);
bool vf_mx_mentions(vf_mxs *s, const vf_mx *a, unsigned sym); /* free */
bool vf_mx_number_mentions(vf_mxs *s, vf_ratio a, unsigned sym);

/* --- questions ----------------------------------------------------------------------------- */
bool vf_mx_equal(vf_mxs *s, const vf_mx *a, const vf_mx *b);
bool vf_mx_equal_numbers(vf_mxs *s, vf_ratio a, vf_ratio b);
bool vf_mx_is_zero(vf_mxs *s, const vf_mx *a);
bool vf_mx_is_eye(vf_mxs *s, const vf_mx *a);
/* By construction or because it is known. */
bool vf_mx_is_invertible(vf_mxs *s, const vf_mx *a);
bool vf_mx_is_psd(vf_mxs *s, const vf_mx *a);
bool vf_mx_is_symmetric(vf_mxs *s, const vf_mx *a);
bool vf_mx_is_nonnegative(vf_mxs *s, const vf_mx *a); /* every entry */
bool vf_mx_is_stochastic(const vf_mx *a);             /* one product of averages */
/* Square, A*1 == 1, no entry negative, some column with positive entries alone. */
bool vf_mx_is_averaging(vf_mxs *s, const vf_mx *a);
bool vf_mx_has_nonzero(vf_mxs *s, const vf_mx *a); /* some entry is not 0 */

#endif
