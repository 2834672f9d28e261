/* What the parts of the reader share. rk_mx_read.c keeps what was read and reads leaves and
   algebra, rk_mx_read_blocks.c entries and blocks, rk_mx_read_loop.c loops and folds,
   rk_mx_read_number.c ranks, traces, determinants and other numbers, rk_mx_read_norm.c norms,
   rk_mx_read_layer.c the parts
   of transformers and entrywise functions.

   The index of a loop is replaced by a symbol chosen by the height of the loop (the loops nested
   in it) and its range, so that loops that differ in the name of the index alone become equal, and
   what is known of the symbol is known of every index in that range. */
#ifndef RK_MX_READ_INSIDE_H
#define RK_MX_READ_INSIDE_H

#include "base/rk_mem.h"
#include "rk_mx_read.h"

/* What was read inside the same loops that may be empty: there nothing needs to be defined. */
typedef struct rk_read_scope rk_read_scope;
struct rk_read_scope {
    rk_read_scope *outer;
    const rk_mx **read; /* by the ids of terms */
};

typedef struct rk_read_bound { /* the symbol for the indices of like loops */
    unsigned height;
    rk_sc low, high;
    unsigned sym;
} rk_read_bound;

typedef struct rk_read_open { /* a loop that is being read */
    unsigned own, sym;
} rk_read_open;

struct rk_reader {
    rk_mxs *s;
    rk_scalars *scalars;
    const rk_checked *checked;
    rk_arena *arena;
    rk_read_scope *scope;
    rk_read_open *open;
    size_t nopen, cap_open;
    rk_read_bound *bound;
    size_t nbound, cap_bound;
    unsigned *height;       /* by the ids of terms, plus one; 0: not known yet */
    const rk_term **opaque; /* terms that are equal to those with the same text only */
    size_t nopaque, cap_opaque;
    rk_written *written;
    size_t nwritten, cap_written;
    const rk_mx **inverted;
    size_t ninverted, cap_inverted;
    rk_norm *norm;
    size_t nnorms, cap_norms;
    rk_measure *measure;
    size_t nmeasures, cap_measures;
    bool has_det;
};

typedef const rk_mx *rk_read_fn(rk_reader *r, const rk_term *t);

/* --- what was read, leaves, algebra (rk_mx_read.c) --- */

rk_sc rk_read_size(rk_reader *r, const rk_size *size);
void rk_read_enter(rk_reader *r); /* a loop that may be empty */
void rk_read_leave(rk_reader *r);
bool rk_read_sure(const rk_reader *r);                            /* what is read must be defined */
bool rk_read_has(const rk_reader *r, const rk_term *t, rk_op op); /* at any depth */
bool rk_read_is_number(const rk_mx *a);                           /* 1 by 1 */
const rk_mx *rk_read_ones(rk_reader *r, rk_sc rows);              /* a column */
rk_sc rk_read_value(rk_reader *r, const rk_term *t);
/* Things equal only when the operation and all arguments are; 1 by 1: a quantity. */
const rk_mx *rk_read_function(rk_reader *r, const rk_leaf *leaf);
const rk_mx *rk_read_quantity(rk_reader *r, const rk_quantity *q);
const rk_mx *rk_read_inverse(rk_reader *r, const rk_mx *a);
/* Product and sum, noted as ways in which the text writes them. */
const rk_mx *rk_read_product(rk_reader *r, const rk_mx *a, const rk_mx *b);
const rk_mx *rk_read_total(rk_reader *r, const rk_mx *a, const rk_mx *b);

/* --- entries and blocks (rk_mx_read_blocks.c) --- */

rk_read_fn rk_read_unit, rk_read_entry, rk_read_row, rk_read_col, rk_read_hcat, rk_read_vcat;
rk_read_fn rk_read_diag_take, rk_read_vec;
/* The product of the letters from..to-1 of a word; the identity of size n where there is none. */
const rk_mx *rk_read_letters(rk_reader *r, const rk_word *w, size_t from, size_t to, rk_sc n);
const rk_mx *rk_read_unvec(rk_reader *r, const rk_mx *a); /* kron(C', A)*vec(B) is vec(A*B*C) */

/* --- loops (rk_mx_read_loop.c) --- */

rk_read_fn rk_read_loop, rk_read_fold, rk_read_acc;

typedef struct rk_read_range { /* of a loop that is being read */
    rk_sc low, high;
    unsigned sym;
    bool runs;     /* at every assignment */
    int64_t count; /* of members where it is known, else -1 */
    bool entered;
} rk_read_range;

/* What is read in between stands in the loop t. */
rk_read_range rk_read_open_range(rk_reader *r, const rk_term *t);
void rk_read_close_range(rk_reader *r, const rk_read_range *l);
/* The sum of a number that may depend on the index. */
const rk_mx *rk_read_range_sum(rk_reader *r, const rk_read_range *l, rk_sc body);
/* Is the position certainly within 1..extent? */
bool rk_read_inside(rk_reader *r, rk_sc at, rk_sc extent);
const rk_mx *rk_read_text(rk_reader *r, const rk_term *t); /* equal to the same text only */
/* A number for each text of a term, and after it the indices of the open loops in it. */
size_t rk_read_key(rk_reader *r, const rk_term *t, const rk_sc **key);

/* --- numbers (rk_mx_read_number.c) --- */

rk_read_fn rk_read_decimal, rk_read_rank, rk_read_nullity, rk_read_affrank, rk_read_trace;
rk_read_fn rk_read_det, rk_read_sum_entries, rk_read_sum_of, rk_read_extreme;
rk_read_fn rk_read_measure;
/* The sum of all A[i,j]*B[i,j]. */
rk_sc rk_read_entries_product(rk_reader *r, const rk_mx *a, const rk_mx *b);

/* --- degrees of freedom (rk_mx_read_jacobian.c) --- */

rk_read_fn rk_read_jrank;

/* --- norms (rk_mx_read_norm.c) --- */

rk_read_fn rk_read_norm, rk_read_spectral;

/* --- layers and entrywise functions (rk_mx_read_layer.c) --- */

rk_read_fn rk_read_softmax, rk_read_layernorm, rk_read_rmsnorm, rk_read_batchnorm;
rk_read_fn rk_read_center, rk_read_center_tokens, rk_read_entrywise;
rk_sc rk_read_function_of(rk_reader *r, rk_op op, rk_sc v); /* of a number */
rk_sc rk_read_modulus(rk_reader *r, rk_sc c);
/* The matrix without the number *c that leaves norms and moduli: the coefficient of a single word,
   and of a sum the rational one of its first word. */
const rk_mx *rk_read_without_factor(rk_reader *r, const rk_mx *a, rk_sc *c);

#endif
