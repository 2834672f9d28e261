/* Matrices over symbolic dimensions in a normal form of the free algebra: a sum of words with
   scalar coefficients, or a grid of blocks whose cells are such sums. A word is a product of
   letters; a letter is a leaf, perhaps transposed, perhaps inverted. Interned in a rk_mxs: matrices
   with the same normal form are the same object, whatever the order in which they were written.

   Always done: products and sums expanded, like words collected, transposes pushed to the letters,
   1 by 1 factors moved into the coefficient, G*inv(G) cancelled, identities and zeros dropped,
   grids multiplied and added where the partitions agree, A*1 = 1 for row-stochastic A, Q'*Q = I,
   symmetric letters lose their transpose, diagonal letters put in order, what does not depend on an
   index taken out of its loop, sums over ranges joined and telescoped, powers merged, and the rules
   of the rk_rewrite that is attached (the equations that are assumed). Every step is an equality
   wherever both sides are defined; what the text as written needs for being defined is asked
   elsewhere. */
#ifndef RK_MX_H
#define RK_MX_H

#include "rk_scalar.h"

typedef struct rk_mxs rk_mxs;
typedef struct rk_rewrite rk_rewrite;

typedef enum rk_leaf_kind {
    RK_L_VAR,   /* var, index[0] = member or NULL */
    RK_L_DATA,  /* var = index of the datum */
    RK_L_FRESH, /* a matrix about which only its props are known; var counts them */
    RK_L_ONES,  /* column of ones: ones(n,m) is the word ones(n,1)*ones(m,1)' */
    RK_L_UNIT,  /* column, 1 at index[0] */
    RK_L_CAUSAL,
    RK_L_DIAG,   /* diagonal matrix of the column arg[0] */
    RK_L_SCALES, /* positive diagonal matrix of a normalisation: 1/sqrt(mean of squares of the rows
                    of arg[0], plus index[0]); the LayerNorm of X has arg[0] = center(X) */
    RK_L_INV,    /* inverse of arg[0], which is no single letter */
    RK_L_POWER,  /* arg[0] to the symbolic exponent index[0] >= 0 */
    RK_L_KRON,   /* arg[0], arg[1] */
    RK_L_BLOCKS, /* a grid inside a word or inside a cell: arg[0] */
    RK_L_SUM,    /* sum of arg[0] for sym = index[0]..index[1] */
    RK_L_HCAT,   /* side by side */
    RK_L_VCAT,
    RK_L_PROD,
    RK_L_FOLD,    /* arg[0] start, arg[1] body in which the leaf ACC with this sym stands */
    RK_L_ACC,     /* running value of the fold with index sym */
    RK_L_SOFTMAX, /* arg[0] logits without row shifts [, arg[1] mask] */
    RK_L_FUNCTION /* any other function: op, arg[], index[]; equal arguments give equal leaves */
} rk_leaf_kind;

/* What is known of a leaf at every assignment at which it is defined. */
enum {
    RK_PROP_SQUARE_INVERTIBLE = 1 << 0, /* square and invertible */
    RK_PROP_ORTHOGONAL = 1 << 1,
    RK_PROP_PERMUTATION = 1 << 2, /* also orthogonal, row-stochastic both ways */
    RK_PROP_SYMMETRIC = 1 << 3,
    RK_PROP_PSD = 1 << 4,
    RK_PROP_DIAGONAL = 1 << 5,
    RK_PROP_ROWS_SUM_TO_ONE = 1 << 6,
    RK_PROP_NOT_ZERO = 1 << 7, /* rank at least 1 */
    RK_PROP_POSITIVE = 1 << 8, /* every entry */
    RK_PROP_NO_ZERO_ENTRY = 1 << 9,
    RK_PROP_NONNEGATIVE = 1 << 10 /* every entry */
};

typedef struct rk_leaf {
    rk_leaf_kind kind;
    unsigned id;
    rk_sc rows, cols;
    unsigned props;
    rk_op op;
    unsigned var, sym;
    const rk_mx *arg[3];
    rk_sc index[2];
} rk_leaf;

typedef struct rk_letter {
    const rk_leaf *leaf;
    bool transposed, inverted; /* inverted: the inverse of the (transposed) leaf */
} rk_letter;

typedef struct rk_word {
    rk_sc coef;
    const rk_letter *letter;
    size_t length; /* 0: the identity, square (or the number 1) */
} rk_word;

struct rk_mx {
    unsigned id;
    rk_sc rows, cols;
    const rk_word *word; /* sorted by rk_word_compare; none: zero */
    size_t nwords;
    const rk_mx *const *cell; /* a grid of grid_rows by grid_cols, row by row; nwords is 0 */
    size_t grid_rows, grid_cols;
    const rk_mx *transpose;
    unsigned weight; /* letters in all, for limits and for "simpler" */
    unsigned epoch;  /* how often rules had been attached when the transpose was made */
};

/* A 1 by 1 word is a number, kept in coefficients as a quantity RK_Q_ENTRY. Only the matrix inside
   such a quantity is the bare word itself; arithmetic on it goes on with its value. */

typedef enum rk_norm_kind { RK_NORM_INF, RK_NORM_TWO, RK_NORM_FRO } rk_norm_kind;

/* The norm of a as a scalar. */
typedef rk_sc rk_mx_norm(void *self, rk_norm_kind kind, const rk_mx *a);

rk_mxs *rk_mxs_new(rk_scalars *scalars, rk_arena *arena);
void rk_mxs_free(rk_mxs *s);
rk_scalars *rk_mxs_scalars(rk_mxs *s);
/* Who knows norms of matrices, until told otherwise: the reader whose normal forms they are; NULL:
   nobody. */
void rk_mxs_norms(rk_mxs *s, rk_mx_norm *norm, void *self);
/* Rules apply to matrices made from now on; NULL: none. Not owned. */
void rk_mxs_attach(rk_mxs *s, const rk_rewrite *rules);
const rk_rewrite *rk_mxs_rules(const rk_mxs *s); /* those attached, or NULL */

/* What a `jrank` of the text was read as: the rank of the matrix, or (low not NULL) the sum of its
   ranks over sym = low..high. With `outer`, an unknown matrix, it is the rank of outer*matrix, over
   the range side by side, beside `known`. Noted for certificates; the last note on a text counts.
 */
typedef struct rk_jacobian {
    const struct rk_term *text;
    const rk_mx *matrix;
    unsigned sym;
    rk_sc low, high;
    bool shape;                 /* the matrix stands for one of which the shape alone is known */
    const rk_mx *outer, *place; /* place: the value through which the text sees the variables */
    const rk_mx *known;         /* NULL: it sees all of them so */
} rk_jacobian;
void rk_mxs_note_jacobian(rk_mxs *s, const rk_jacobian *j);
const rk_jacobian *rk_mxs_jacobian(const rk_mxs *s, size_t i); /* NULL at the end */

/* Walks over matrices and scalars (rk_walk.h) have numbers. Was the matrix with this id, or the
   quantity that is this atom, met in this place by the walk before? It is from now on. A walk that
   starts while another is under way may make that one forget. */
uint64_t rk_mxs_new_walk(rk_mxs *s);
bool rk_mxs_walked(rk_mxs *s, uint64_t walk, unsigned id, bool atom, unsigned place);

/* --- leaves ------------------------------------------------------------------------------- */
const rk_leaf *rk_mx_leaf(rk_mxs *s, const rk_leaf *leaf); /* interned by all fields but id */
const rk_mx *rk_mx_of_leaf(rk_mxs *s, const rk_leaf *leaf);
const rk_leaf *rk_mx_fresh_leaf(rk_mxs *s, rk_sc rows, rk_sc cols, unsigned props);
const rk_mx *rk_mx_of_letter(rk_mxs *s, rk_letter letter);
bool rk_leaf_mentions(const rk_mxs *s, const rk_leaf *leaf, unsigned sym);
rk_sc rk_letter_rows(rk_letter letter);
rk_sc rk_letter_cols(rk_letter letter);
/* Total orders by content; words: shorter first, then letter by letter, coefficients left out. */
int rk_leaf_compare(const rk_mxs *s, const rk_leaf *a, const rk_leaf *b);
int rk_letter_compare(const rk_mxs *s, rk_letter a, rk_letter b);
int rk_word_compare(const rk_mxs *s, const rk_word *a, const rk_word *b);

/* --- matrices ----------------------------------------------------------------------------- */
const rk_mx *rk_mx_zero(rk_mxs *s, rk_sc rows, rk_sc cols);
const rk_mx *rk_mx_eye(rk_mxs *s, rk_sc n);
const rk_mx *rk_mx_ones(rk_mxs *s, rk_sc rows, rk_sc cols);
const rk_mx *rk_mx_unit(rk_mxs *s, rk_sc rows, rk_sc position);
const rk_mx *rk_mx_scalar(rk_mxs *s, rk_sc value); /* 1 by 1 */
/* The sum of words of this shape, in any order and not yet normal. */
const rk_mx *rk_mx_of_words(rk_mxs *s, rk_sc rows, rk_sc cols, const rk_word *word, size_t n);
/* The value of a 1 by 1 matrix as a scalar. */
rk_sc rk_mx_value(rk_mxs *s, const rk_mx *a);
const rk_mx *rk_mx_add(rk_mxs *s, const rk_mx *a, const rk_mx *b);
const rk_mx *rk_mx_sub(rk_mxs *s, const rk_mx *a, const rk_mx *b);
const rk_mx *rk_mx_scale(rk_mxs *s, rk_sc c, const rk_mx *a);
const rk_mx *rk_mx_mul(rk_mxs *s, const rk_mx *a, const rk_mx *b);
const rk_mx *rk_mx_transpose(rk_mxs *s, const rk_mx *a);
const rk_mx *rk_mx_power(rk_mxs *s, const rk_mx *a, rk_sc exponent);
/* a is square and is known to be invertible: because the text has inv(a), or by its props. */
const rk_mx *rk_mx_inv(rk_mxs *s, const rk_mx *a);
const rk_mx *rk_mx_kron(rk_mxs *s, const rk_mx *a, const rk_mx *b);
/* The same with sums left in it, for its rank: as one letter, wherever that is no identity. */
const rk_mx *rk_mx_kron_whole(rk_mxs *s, const rk_mx *a, const rk_mx *b);
const rk_mx *rk_mx_diag(rk_mxs *s, const rk_mx *column);
/* Entrywise: A .* (u*v') is diag(u)*A*diag(v), and a quotient is defined only where no entry of b
   is 0; what is no outer product becomes a leaf. */
const rk_mx *rk_mx_emul(rk_mxs *s, const rk_mx *a, const rk_mx *b);
const rk_mx *rk_mx_ediv(rk_mxs *s, const rk_mx *a, const rk_mx *b);
/* the row scales of a normalisation, RK_L_SCALES: row permutations of x move out, an orthogonal
   factor on the right and a sign are dropped, a positive factor comes out if eps is 0 */
const rk_mx *rk_mx_scales(rk_mxs *s, const rk_mx *x, rk_sc eps);
/* cells row by row; nested grids are flattened where the partitions agree */
const rk_mx *rk_mx_grid(rk_mxs *s, size_t grid_rows, size_t grid_cols, const rk_mx *const *cell);
/* SUM, HCAT, VCAT, PROD of body for sym = low..high. What does not depend on sym leaves the loop:
   on both sides of a SUM, to the left of an HCAT, to the right of a VCAT;
   an empty or one-member range is put in. `sym` must be a symbol that is used for no other thing
   inside the body. */
const rk_mx *rk_mx_loop(rk_mxs *s, rk_leaf_kind kind, unsigned sym, rk_sc low, rk_sc high,
                        const rk_mx *body);
/* What a loop lets out put back: for a word P*L*S with L one loop that is a single letter of it,
   the leaf of a loop whose body has P and S inside (and the coefficient), so that `a` is that loop.
   NULL where there is none. */
const rk_leaf *rk_mx_as_loop(rk_mxs *s, const rk_mx *a);
/* softmax by rows; mask NULL: none. Row shifts dropped, permutations moved out. */
const rk_mx *rk_mx_softmax(rk_mxs *s, const rk_mx *logits, const rk_mx *mask);
const rk_mx *rk_mx_center(rk_mxs *s, const rk_mx *x); /* X - X*1*1'/d: written out */
const rk_mx *rk_mx_center_tokens(rk_mxs *s, const rk_mx *x);

/* rank(a) as a scalar: transposes and factors that are nonzero everywhere dropped, the smaller of a
   and a' taken; 0 for a zero matrix, n for the identity of size n. */
rk_sc rk_mx_rank(rk_mxs *s, const rk_mx *a);

/* --- substitution ------------------------------------------------------------------------- */
const rk_mx *rk_mx_put_sym(rk_mxs *s, const rk_mx *a, unsigned sym, rk_sc by);
/* every letter of the leaf replaced by a matrix of its shape, at any depth */
const rk_mx *rk_mx_put_leaf(rk_mxs *s, const rk_mx *a, const rk_leaf *leaf, const rk_mx *by);
bool rk_mx_mentions_sym(const rk_mxs *s, const rk_mx *a, unsigned sym);
bool rk_mx_mentions_leaf(const rk_mxs *s, const rk_mx *a, const rk_leaf *leaf); /* at any depth */

/* --- questions ---------------------------------------------------------------------------- */
bool rk_mx_is_zero(const rk_mx *a);
bool rk_mx_is_eye(const rk_mx *a);
bool rk_mx_is_grid(const rk_mx *a);
/* a single word of one letter; NULL otherwise */
const rk_letter *rk_mx_letter(const rk_mx *a);
/* square and invertible by construction: identity, nonzero multiples and products of invertible
   letters, grids that are triangular with such blocks, kron of such; sums that are positive
   definite, triangular with a positive diagonal, or a multiple of the identity that outweighs
   stochastic matrices */
/* The A in c*I - c*A with A*1 == 1, entries >= 0 and a column of positive ones; else NULL. */
const rk_mx *rk_mx_averages(rk_mxs *s, const rk_mx *a);
bool rk_mx_is_stochastic(const rk_mx *a);             /* one product of averages */
bool rk_mx_fixes_ones(rk_mxs *s, const rk_mx *a);     /* a*1 == 1 */
bool rk_mx_is_nonnegative(rk_mxs *s, const rk_mx *a); /* every entry */
bool rk_mx_is_invertible(rk_mxs *s, const rk_mx *a);
/* A multiple, not 0, of a product of matrices, positive ones among averages and their like, whose
   entries are all positive; there are some. */
bool rk_mx_is_positive_product(rk_mxs *s, const rk_mx *a);
/* symmetric positive semidefinite by construction: psd letters, B'*B, B'*M*B, sums, diag, and
   B'*B less at most the part of it along a row of ones */
bool rk_mx_is_psd(rk_mxs *s, const rk_mx *a);
/* a product of the first k letters of a one-word matrix, and of the rest (coefficient on the left)
 */
void rk_mx_split(rk_mxs *s, const rk_mx *a, size_t k, const rk_mx **left, const rk_mx **right);
int rk_mx_compare(const rk_mxs *s, const rk_mx *a, const rk_mx *b); /* total, by content */

#endif
