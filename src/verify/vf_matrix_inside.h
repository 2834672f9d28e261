/* What the files of vf_matrix share. vf_matrix.c: the store, sums and products; vf_matrix_word.c:
   rules for letters that stand side by side; vf_matrix_loop.c: sums, products and folds over
   ranges; vf_matrix_leaf.c: inverses, diagonals, powers, functions; vf_matrix_number.c: quantities
   and what is known of signs; vf_matrix_put.c: substitution; vf_matrix_rank.c: ranks;
   vf_matrix_read.c: text; vf_matrix_known.c: questions. */
#ifndef VF_MATRIX_INSIDE_H
#define VF_MATRIX_INSIDE_H

#include "vf_matrix.h"

enum {
    VF_FIRST_INDEX = 1 << 25, /* atoms of bound indices */
    VF_SETTLED = 16,          /* of them: indices of sums of numbers, by what stands inside */
    VF_MOST_STEPS = 4000000,  /* letters visited in one store */
    VF_MOST_NESTED = 400,
    VF_MOST_LETTERS = 64,  /* of a word while it is brought to its normal form */
    VF_MOST_UNROLLED = 64, /* members of a range named one by one */
    VF_MOST_MULTIPLIED = 8 /* exponent up to which powers are multiplied out */
};

typedef enum vf_leaf_kind {
    VF_L_VAR,       /* var; place[0]: the member */
    VF_L_DATUM,     /* var */
    VF_L_FRESH,     /* sym */
    VF_L_ONES,      /* a column */
    VF_L_INJECTION, /* place[0]: rows above the identity */
    VF_L_CAUSAL,
    VF_L_DIAG,     /* arg[0]: a column */
    VF_L_SCALES,   /* positive diagonal: 1/sqrt(mean of squares of the rows of arg[0] + place[0]) */
    VF_L_INV,      /* of arg[0] */
    VF_L_POWER,    /* arg[0] to the place[0] >= 0 */
    VF_L_KRON,     /* arg[0], arg[1] */
    VF_L_SUM,      /* of arg[0] over sym = 1..place[0]; for place[0] < 0 minus that over what is
                      between: the sum up to x + 1 is that up to x plus one member, always */
    VF_L_PROD,     /* of arg[0] over sym = 1..place[0] >= 0 */
    VF_L_FOLD,     /* arg[0]: start, arg[1]: body with index sym and running value FRESH sym2;
                      place[0] >= 0 steps */
    VF_L_FUNCTION, /* of op: equal for equal arguments */
} vf_leaf_kind;

enum { /* what is known of a leaf at every assignment */
       VF_P_INVERTIBLE = 1,
       VF_P_ORTHOGONAL = 2,
       VF_P_PERMUTATION = 4,
       VF_P_SYMMETRIC = 8,
       VF_P_PSD = 16,
       VF_P_DIAGONAL = 32,
       VF_P_ROWS_ONE = 64,      /* A*1 == 1 */
       VF_P_SOME_NONZERO = 128, /* some entry is not 0 */
       VF_P_NO_ZERO = 256,      /* no entry is 0 */
       VF_P_NONNEGATIVE = 512,  /* every entry */
       VF_P_INTEGER = 1024,
       VF_P_LOWER = 2048 /* lower triangular, every entry of the diagonal positive */
};

struct vf_leaf {
    vf_leaf_kind kind;
    unsigned id, props;
    vf_ratio rows, cols;
    vf_op op;
    unsigned var, sym, sym2;
    const vf_mx *arg[2];   /* NULL: none */
    vf_ratio place[2];     /* num NULL: none */
    const vf_leaf *mirror; /* what the transposed leaf is, in the knowledge of this version */
    size_t mirror_version;
};

typedef enum vf_quantity_kind {
    VF_Q_RANK,    /* of arg[0] */
    VF_Q_ENTRY,   /* the one entry of arg[0], a bare word */
    VF_Q_TRACE,   /* of arg[0] */
    VF_Q_DET,     /* of arg[0] */
    VF_Q_SUM,     /* of number[0] over sym = 1..number[1], as VF_L_SUM */
    VF_Q_EXTREME, /* op VF_LOOP_MAX or MIN: of number[0] over sym = number[1]..number[2] */
    VF_Q_POWER,   /* number[0] to the number[1], a monomial */
    VF_Q_FUNCTION /* of op: equal for equal arguments */
} vf_quantity_kind;

enum { VF_S_POSITIVE = 1, VF_S_NONNEGATIVE = 2, VF_S_NONZERO = 4, VF_S_INTEGER = 8 };

typedef struct vf_quantity {
    vf_quantity_kind kind;
    vf_op op;
    const vf_mx *arg[2]; /* NULL: none */
    vf_ratio number[3];  /* num NULL: none */
    unsigned sym;
    unsigned signs;     /* VF_S_... at every assignment */
    bool sought, found; /* which it has by what is known in a version: */
    unsigned found_signs;
    size_t found_version;
    const vf_ratio *list; /* of VF_MIN_OF and VF_MAX_OF */
    size_t nlist;
    bool
        counted; /* it is being looked at whether it is the least or greatest of integers above 0 */
} vf_quantity;

typedef struct vf_rule { /* letters == image */
    const vf_letter *letter;
    size_t n;
    const vf_mx *image;
} vf_rule;

typedef struct vf_scaled { /* each row of mx has a mean of squares that, plus eps, is positive */
    const vf_mx *mx;
    vf_ratio eps;
} vf_scaled;

typedef struct vf_ranged { /* mx is invertible, or scaled (eps), for each sym = low..high */
    vf_scaled what;        /* eps.num NULL: invertible */
    unsigned sym;
    vf_ratio low, high;
} vf_ranged;

typedef struct vf_jrank { /* as vf_mx_know_jrank has it */
    const vf_term *jrank;
    vf_jacobian is;
} vf_jrank;

typedef struct vf_open { /* a loop that is being read: t->sym stands for this */
    unsigned own, sym;
    vf_ratio low, high;
    bool fold;
    unsigned own_value, value; /* its running value */
} vf_open;

typedef struct vf_memo {
    const vf_term *term;
    const vf_mx *mx;
    size_t version;
} vf_memo;

struct vf_mxs {
    vf_theorem *theorem;
    vf_leaf **leaf;
    size_t nleaves;
    vf_quantity **quantity; /* atom - VF_FIRST_QUANTITY */
    size_t nquantities;
    unsigned nindices;
    vf_ratio *nonnegative, *nonzero; /* what is known */
    size_t nnonnegative, nnonzero;
    const vf_mx **invertible;
    size_t ninvertible;
    vf_scaled *scaled;
    size_t nscaled;
    vf_rule *rule;
    size_t nrules;
    vf_ranged *ranged;
    size_t nranged;
    vf_jrank *jrank;
    size_t njranks;
    size_t version, versions; /* of what is known, and how many there were */
    size_t steps, depth;      /* words brought to their normal form, inside one another */
    /* the reader */
    vf_open *open;
    size_t nopen;
    vf_memo *memo;          /* by hash of the term */
    const vf_term **opaque; /* texts that are equal to the same text only */
    size_t nopaque;
    bool learning; /* what is read is defined */
    size_t unsure; /* open loops that may be empty */
    bool lost;     /* the body of a fold that is being read has a text of which nothing is known */
};

static inline bool vf_same_letter(vf_letter a, vf_letter b) {
    return a.leaf == b.leaf && a.transposed == b.transposed && a.inverted == b.inverted;
}
static inline vf_ratio vf_letter_rows(vf_letter a) {
    return a.transposed ? a.leaf->cols : a.leaf->rows;
}
static inline vf_ratio vf_letter_cols(vf_letter a) {
    return a.transposed ? a.leaf->rows : a.leaf->cols;
}
static inline bool vf_is_ones(vf_letter a, bool row) {
    return a.leaf->kind == VF_L_ONES && a.transposed == row;
}
static inline bool vf_is_kind(vf_letter a, vf_leaf_kind kind, bool transposed) {
    return a.leaf->kind == kind && a.transposed == transposed && !a.inverted;
}

/* --- sums of words (vf_matrix.c) */
typedef struct vf_sum {
    vf_mxs *s;
    vf_ratio rows, cols;
    vf_word *word;
    size_t n;
} vf_sum;

/* The mask of a softmax is that of the keys up to each token, or its transpose. NULL: no mask. */
bool vf_mx_is_causal(const vf_mx *mask);
vf_sum vf_sum_start(vf_mxs *s, vf_ratio rows, vf_ratio cols);
/* the word brought to its normal form */
void vf_sum_put(vf_sum *sum, vf_ratio coef, const vf_letter *letter, size_t n);
void vf_sum_put_mx(vf_sum *sum, vf_ratio coef, const vf_mx *a);
const vf_mx *vf_sum_done(const vf_sum *sum);
/* letters from..to-1 of a word as a matrix, coefficient 1; n rows where there are none */
const vf_mx *vf_letters(vf_mxs *s, vf_ratio n, const vf_letter *letter, size_t count);
const vf_mx *vf_mx_of_letter(vf_mxs *s, vf_letter letter);
const vf_mx *vf_mx_of_word(vf_mxs *s, const vf_mx *a, size_t word); /* alone */
/* the leaf of this content, made if there is none; rows, cols, id and props of the key unused but
   for kinds that need them given */
const vf_leaf *vf_leaf_of(vf_mxs *s, vf_leaf key);
const vf_mx *vf_mx_of_leaf(vf_mxs *s, vf_leaf key);
bool vf_same_word(const vf_word *a, const vf_word *b); /* the letters */
size_t vf_weight(const vf_mx *a);                      /* letters in all */
const vf_mx *vf_injection(vf_mxs *s, vf_ratio rows, vf_ratio offset, vf_ratio cols);
void vf_step(vf_mxs *s);
void vf_changed(vf_mxs *s); /* what is known is new */

/* --- rules (vf_matrix_word.c) */
vf_letter vf_canon(vf_mxs *s, vf_letter a);
/* What letters i.. of a word can be replaced by; *count of them; NULL: none. */
const vf_mx *vf_replace(vf_mxs *s, const vf_letter *letter, size_t n, size_t i, size_t *count);

bool vf_word_before(const vf_word *a, const vf_word *b);
size_t vf_greatest_word(const vf_mx *a); /* in an order of words that products keep */

/* --- questions (vf_matrix_known.c) */
bool vf_leaf_is_invertible(vf_mxs *s, const vf_leaf *a);
/* Every entry of the product is positive. */
bool vf_is_positive_word(vf_mxs *s, const vf_letter *letter, size_t n);
bool vf_mx_is_scaled(vf_mxs *s, const vf_mx *a, vf_ratio eps);
bool vf_mx_fixes_ones(vf_mxs *s, const vf_mx *a); /* A*1 == 1 */

/* --- leaves (vf_matrix_leaf.c) */
const vf_mx *vf_mx_diag(vf_mxs *s, const vf_mx *column);
const vf_mx *vf_mx_power(vf_mxs *s, const vf_mx *a, vf_ratio k); /* k >= 0 */
const vf_mx *vf_mx_scales(vf_mxs *s, const vf_mx *x, vf_ratio eps);
const vf_mx *vf_mx_take_diagonal(vf_mxs *s, const vf_mx *a, vf_ratio rows);
const vf_mx *vf_mx_vec(vf_mxs *s, const vf_mx *a);
const vf_mx *vf_mx_softmax(vf_mxs *s, const vf_mx *x, const vf_mx *mask);
const vf_mx *vf_mx_inverse(vf_mxs *s, const vf_mx *a); /* opaque where it need not exist */
void vf_mx_know_scaled(vf_mxs *s, const vf_mx *a, vf_ratio eps);
const vf_mx *vf_mx_emul(vf_mxs *s, const vf_mx *a, const vf_mx *b);
const vf_mx *vf_mx_entrywise(vf_mxs *s, vf_op op, const vf_mx *a);
/* a function of which nothing else is known */
const vf_mx *vf_mx_function(vf_mxs *s, vf_op op, vf_ratio rows, vf_ratio cols, const vf_mx *a,
                            const vf_mx *b, vf_ratio p, vf_ratio q);

vf_ratio vf_norm(vf_mxs *s, vf_op op, const vf_mx *a); /* VF_NORM_TWO, _INF or _FRO */

/* --- loops (vf_matrix_loop.c); symbols are bound */
const vf_mx *vf_partial_sum(vf_mxs *s, unsigned sym, const vf_mx *body, vf_ratio high);
vf_ratio vf_partial_number(vf_mxs *s, unsigned sym, vf_ratio body, vf_ratio high);
const vf_mx *vf_mx_prod(vf_mxs *s, unsigned sym, const vf_mx *body, vf_ratio high);
const vf_mx *vf_mx_fold(vf_mxs *s, unsigned sym, unsigned sym2, const vf_mx *start,
                        const vf_mx *body, vf_ratio steps);
/* blocks side by side */
const vf_mx *vf_mx_hcat(vf_mxs *s, unsigned sym, vf_ratio low, vf_ratio high, const vf_mx *body);
const vf_mx *vf_loop_pair(vf_mxs *s, vf_letter a, vf_letter b);

/* --- numbers (vf_matrix_number.c) */
vf_ratio vf_n_pow(vf_mxs *s, vf_ratio a, vf_ratio k); /* a is not 0, or k >= 0 */
vf_ratio vf_n_function(vf_mxs *s, vf_op op, vf_ratio a);
vf_ratio vf_quantity_of(vf_mxs *s, vf_quantity key);
vf_quantity *vf_atom_quantity(const vf_mxs *s, unsigned atom); /* NULL: a symbol */
/* the number that a 1 by 1 product of letters is */
vf_ratio vf_word_value(vf_mxs *s, const vf_letter *letter, size_t n);
/* the modulus of a factor that *a loses: that of a single word, of a sum one whose sign is known */
vf_ratio vf_modulus_out(vf_mxs *s, const vf_mx **a);
vf_ratio vf_trace_of_product(vf_mxs *s, const vf_mx *a, const vf_mx *b);
vf_ratio vf_det(vf_mxs *s, const vf_mx *a);
vf_ratio vf_extreme(vf_mxs *s, vf_op op, const vf_ratio *list, size_t n);
/* VF_LOOP_MAX or MIN over sym = low..high */
vf_ratio vf_extreme_over(vf_mxs *s, vf_op op, unsigned sym, vf_ratio low, vf_ratio high,
                         vf_ratio body);

/* --- blocks and ranks (vf_matrix_rank.c) */
typedef struct vf_block { /* rows offset + 1 .. offset + size; many: a range of such blocks */
    vf_ratio offset, size;
    bool many;
    unsigned sym; /* many: member of the blocks, sym = 1..high */
    vf_ratio high, member_offset, member_size;
} vf_block;
bool vf_same_rank(vf_mxs *s, const vf_mx *a, const vf_mx *b);

/* --- substitution (vf_matrix_put.c) */
typedef struct vf_image { /* of a symbol, or of the fresh matrix sym */
    unsigned sym;
    vf_ratio value;
    const vf_mx *mx; /* NULL: of a symbol */
    bool rename;     /* of a bound index, by one that is not used elsewhere */
    bool binder;     /* has: not the index, but a sum of numbers over it */
} vf_image;
const vf_mx *vf_put(vf_mxs *s, const vf_mx *a, const vf_image *by);
vf_ratio vf_put_number(vf_mxs *s, vf_ratio a, const vf_image *by);
/* body and number with another name for a bound index */
const vf_mx *vf_rename(vf_mxs *s, const vf_mx *body, unsigned from, unsigned to);
vf_ratio vf_rename_number(vf_mxs *s, vf_ratio body, unsigned from, unsigned to);
vf_ratio vf_settle_index(vf_mxs *s, vf_ratio body, unsigned *sym);
bool vf_has(vf_mxs *s, const vf_mx *a, const vf_image *what);
bool vf_leaf_has(vf_mxs *s, const vf_leaf *a, const vf_image *what);
bool vf_number_has(vf_mxs *s, vf_ratio a, const vf_image *what);
bool vf_leaf_mentions(vf_mxs *s, const vf_leaf *a, unsigned sym);

#endif
