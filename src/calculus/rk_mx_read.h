/* Checked terms to matrices and scalars of the calculus. Composite functions are written out
   (layernorm as row scales times projection plus bias, affrank by the ones column, nullity by the
   columns); what the calculus has no law for becomes a leaf or quantity of its own, so that equal
   texts stay equal. Reading also notes what the text needs in order to be defined. */
#ifndef RK_MX_READ_H
#define RK_MX_READ_H

#include "rk_mx.h"

typedef struct rk_reader rk_reader;

/* A way in which the text writes a matrix: whole == left*right (or left + right). */
typedef struct rk_written {
    bool sum;
    const rk_mx *whole, *left, *right;
} rk_written;

typedef struct rk_norm { /* norm 1 is norm inf of the transpose */
    rk_norm_kind kind;
    const rk_mx *mx;
} rk_norm;

typedef struct rk_measure { /* sigma, eigabs or stable_rank as it stands in the text */
    rk_op op;
    const rk_mx *mx;
    rk_sc place; /* k, counted from the largest; NULL for stable_rank */
    rk_sc value;
} rk_measure;

/* `checked` outlives the reader. Variables become leaves with the props of their sets. */
rk_reader *rk_reader_new(rk_mxs *s, const rk_checked *checked);
void rk_reader_free(rk_reader *r);
/* The least values of the dimensions, for the scalars. */
void rk_reader_bound_dimensions(rk_reader *r);

/* Never NULL. A term is read once for each store and set of rules. */
const rk_mx *rk_read_matrix(rk_reader *r, const rk_term *term);
rk_sc rk_read_scalar(rk_reader *r, const rk_term *term);
const rk_leaf *rk_read_variable(rk_reader *r, unsigned var, rk_sc member); /* member NULL: single */
/* Forget what was read (after rules were attached). */
void rk_reader_restart(rk_reader *r);
/* Reads every matrix of a claim or hypothesis, but for those behind `all` and `any`, until the
   inverses in it bring no new rules any more: what is read next is in one normal form. */
void rk_reader_prepare(rk_reader *r, const rk_term *term);

/* Notes of the terms read so far, outside loops that may be empty: products and sums as written,
   square matrices that have an inverse in the text, norms and what is measured in singular values
   and eigenvalues. Scalars that divide are noted in the
   rk_scalars (rk_sc_assume_nonzero). */
size_t rk_reader_nwritten(const rk_reader *r);
const rk_written *rk_reader_written(const rk_reader *r, size_t i);
size_t rk_reader_ninverted(const rk_reader *r);
const rk_mx *rk_reader_inverted(const rk_reader *r, size_t i);
size_t rk_reader_nnorms(const rk_reader *r);
const rk_norm *rk_reader_norm_read(const rk_reader *r, size_t i);

rk_sc rk_reader_trace(rk_reader *r, const rk_mx *a);
/* c with a == c*b; NULL: none is seen */
rk_sc rk_reader_factor(rk_reader *r, const rk_mx *a, const rk_mx *b);
rk_sc rk_reader_det(rk_reader *r, const rk_mx *a);
rk_sc rk_reader_extreme(rk_reader *r, rk_op op, const rk_mx *a); /* max or min of all entries */
const rk_mx *rk_reader_abs(rk_reader *r, const rk_mx *a);        /* entry by entry */
size_t rk_reader_nmeasures(const rk_reader *r);
const rk_measure *rk_reader_measure(const rk_reader *r, size_t i);

/* The norm as a scalar: a factor has left it, and where it is known it is that number. */
rk_sc rk_reader_norm(rk_reader *r, rk_norm_kind kind, const rk_mx *a);

#endif
