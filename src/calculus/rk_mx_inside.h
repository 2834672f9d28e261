/* What the files of the matrix store share: its tables, and the steps below the public operations.
   Nothing outside src/calculus/rk_mx*.c includes this. */
#ifndef RK_MX_INSIDE_H
#define RK_MX_INSIDE_H

#include "base/rk_mem.h"
#include "rk_mx_noted.h"
#include "rk_rewrite.h"

enum {
    RK_MX_WORDS = 64,    /* most words of a product that is multiplied out */
    RK_MX_WEIGHT = 1024, /* most letters in all */
    RK_MX_DEPTH = 400,   /* products inside products */
    RK_MX_UNROLL = 4,    /* loops with so few members are written out */
    RK_MX_POWER = 8      /* so are powers */
};

/* Results of operations by operands. */
typedef enum rk_mx_memo_op {
    RK_MEMO_NONE,
    RK_MEMO_MUL,
    RK_MEMO_SYM,
    RK_MEMO_LEAF,
    RK_MEMO_MENTIONS_SYM,
    RK_MEMO_MENTIONS_LEAF,
    RK_MEMO_BINDS
} rk_mx_memo_op;

typedef struct rk_mx_memo {
    rk_mx_memo_op op;
    const void *key[2];
    uintptr_t extra;
    const rk_mx *result; /* any matrix for "yes", NULL for "no" in questions */
} rk_mx_memo;

typedef struct rk_mx_leaf_entry {
    rk_leaf leaf;   /* first: a rk_leaf is the start of its entry */
    unsigned given; /* props as they came; leaf.props has what follows from the parts too */
} rk_mx_leaf_entry;

/* The symbols by which loops over a range are known, in the order in which they came up. */
typedef struct rk_mx_index {
    rk_sc low, high;
    unsigned sym;
} rk_mx_index;

struct rk_mxs {
    rk_scalars *scalars;
    rk_arena *arena;
    const rk_rewrite *rules;
    rk_mx_leaf_entry **leaf;
    size_t nleaves, cap_leaves, nleaf_slots;
    rk_mx **mx;
    uint64_t *hash; /* of the matrices */
    size_t nmx, cap_mx, cap_hashes, nmx_slots;
    unsigned *leaf_slot, *mx_slot; /* open addressing: 0 free, else the index + 1 */
    rk_mx_memo *memo;
    size_t nmemos, nmemo_slots;
    rk_mx_index *index;
    size_t nindices, cap_indices;
    rk_jacobian *jacobian;
    size_t njacobians, cap_jacobians;
    uint64_t walk;     /* the last one */
    uint64_t *mark[2]; /* of matrices, of atoms: the walk that was there last, and its places */
    size_t cap_marks[2];
    unsigned depth;   /* of products inside products */
    unsigned mirrors; /* of mirrors by rules inside others */
    unsigned nfresh;
    unsigned epoch; /* grows when rules are attached */
    rk_mx_inverted inverted[RK_MX_INVERTED];
    size_t ninverted;
    rk_mx_telescoped telescoped[RK_MX_TELESCOPED];
    size_t ntelescoped;
    rk_sc zero, one;
    rk_mx_norm *norm; /* NULL: nobody knows */
    void *norm_self;
};

/* --- tables ------------------------------------------------------------------------------- */
static inline uint64_t rk_mx_mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}
bool rk_mx_recall(rk_mxs *s, rk_mx_memo *memo); /* fills in the result */
void rk_mx_remember(rk_mxs *s, const rk_mx_memo *memo);

/* words sorted and collected, letters canonical; copied */
const rk_mx *rk_mx_intern(rk_mxs *s, rk_sc rows, rk_sc cols, const rk_word *word, size_t n);
/* cells without grids among them, not all zero; copied */
const rk_mx *rk_mx_intern_grid(rk_mxs *s, size_t grid_rows, size_t grid_cols,
                               const rk_mx *const *cell);

/* --- letters and words -------------------------------------------------------------------- */
static inline bool rk_same_letter(rk_letter a, rk_letter b) {
    return a.leaf == b.leaf && a.transposed == b.transposed && a.inverted == b.inverted;
}
static inline bool rk_is_ones(rk_letter a, bool row) {
    return a.leaf->kind == RK_L_ONES && a.transposed == row;
}
bool rk_letters_cancel(rk_letter a, rk_letter b); /* a*b is the identity */
bool rk_same_letters(const rk_letter *a, const rk_letter *b, size_t n);
/* The letter as it stands in words: what is symmetric loses its transpose, and so on. */
rk_letter rk_letter_canon(rk_mxs *s, rk_letter letter);
rk_letter rk_letter_transpose(rk_mxs *s, rk_letter letter);
rk_word rk_word_transpose(rk_mxs *s, const rk_word *word);

/* Words and grids on their way to a matrix. */
typedef struct rk_mx_sum {
    rk_sc rows, cols;
    rk_word *word;
    size_t n, cap;
    const rk_mx **grid;
    size_t ngrids, cap_grids;
} rk_mx_sum;

void rk_mx_sum_init(rk_mx_sum *sum, rk_sc rows, rk_sc cols);
void rk_mx_sum_put(rk_mxs *s, rk_mx_sum *sum, rk_word word); /* a word in normal form */
void rk_mx_sum_put_times(rk_mxs *s, rk_mx_sum *sum, rk_sc c, const rk_mx *a);
/* normalises coef * letters first */
void rk_mx_sum_put_letters(rk_mxs *s, rk_mx_sum *sum, rk_sc coef, const rk_letter *letter,
                           size_t n);
void rk_mx_sum_put_grid(rk_mxs *s, rk_mx_sum *sum, const rk_mx *grid);
const rk_mx *rk_mx_sum_done(rk_mxs *s, rk_mx_sum *sum);

/* Brings a word to its normal form. NULL: `word` (its letters in the arena) is that now; else it is
   the matrix returned. */
const rk_mx *rk_mx_word_normal(rk_mxs *s, rk_sc rows, rk_sc cols, rk_word *word);
/* A word in normal form as a matrix, nothing done to it. */
const rk_mx *rk_mx_of_word(rk_mxs *s, rk_sc rows, rk_sc cols, const rk_word *word);
/* a product of letters as they stand in a word in normal form, coefficient 1 */
const rk_mx *rk_mx_of_letters(rk_mxs *s, rk_sc rows, const rk_letter *letter, size_t n);
/* The number that a 1 by 1 product of letters is. */
rk_sc rk_mx_entry(rk_mxs *s, const rk_letter *letter, size_t n);
/* 1 by 1 with a bare word (inside RK_Q_ENTRY) to a normal matrix; others unchanged. */
const rk_mx *rk_mx_settle(rk_mxs *s, const rk_mx *a);

bool rk_mx_is_one_by_one(const rk_mx *a);

/* --- rules for leaves that stand side by side (letters i and i + 1 of a word) --------------- */
/* The product of two letters as a matrix, where a rule for such leaves says more than the word. */
/* w*w^k for a product w: the power with which to replace letter i and *count letters before it. */
const rk_mx *rk_mx_power_after(rk_mxs *s, const rk_letter *letter, size_t i, size_t *count);
/* Is there a power that other letters may move past, so that mirrored words are not normal? */
bool rk_mx_has_moving_power(const rk_mx *a);
const rk_mx *rk_mx_power_rule(rk_mxs *s, rk_letter a, rk_letter b);
const rk_mx *rk_mx_kron_rule(rk_mxs *s, rk_letter a, rk_letter b);
const rk_mx *rk_mx_loop_rule(rk_mxs *s, rk_letter a, rk_letter b);
const rk_mx *rk_mx_blocks_rule(rk_mxs *s, rk_letter a, rk_letter b);

/* Is the symbol bound by a loop inside? */
bool rk_mx_binds(rk_mxs *s, const rk_mx *a, unsigned sym);
bool rk_sc_binds(rk_mxs *s, rk_sc a, unsigned sym);
/* The symbol for loops over this range of this body (one of the two). */
unsigned rk_mx_index_of(rk_mxs *s, rk_sc low, rk_sc high, unsigned sym, const rk_mx *body,
                        rk_sc number);

/* --- grids -------------------------------------------------------------------------------- */
const rk_mx *rk_mx_grid_mul(rk_mxs *s, const rk_mx *a, const rk_mx *b); /* one is a grid */
/* Adds the grids of a sum, and what splits like them; grids that alone remain are words of one
   BLOCKS letter afterwards, or the only result. NULL: the words of the sum are all there is. */
const rk_mx *rk_mx_sum_grids(rk_mxs *s, rk_mx_sum *sum);
bool rk_mx_sum_has_grids(const rk_mx_sum *sum);
/* Sums over ranges that join with one another or with single members: one step, false if none. */
bool rk_mx_sum_series(rk_mxs *s, rk_mx_sum *sum);
const rk_mx *rk_mx_grid_scale(rk_mxs *s, rk_sc c, const rk_mx *grid);
const rk_mx *rk_mx_grid_inverse(rk_mxs *s, const rk_mx *grid); /* NULL: no triangle of squares */
const rk_mx *rk_mx_as_letters(rk_mxs *s, const rk_mx *a); /* a grid becomes one BLOCKS letter */

/* --- properties --------------------------------------------------------------------------- */
unsigned rk_leaf_derived(rk_mxs *s, const rk_leaf *leaf);
bool rk_word_is_positive(const rk_letter *letter, size_t n);               /* every entry */
bool rk_word_is_square_form(rk_mxs *s, const rk_letter *letter, size_t n); /* u'*u or u'*M*u */
/* The same above 0: u is a column that is not 0 behind invertible letters, M is invertible. */
bool rk_word_is_positive_form(rk_mxs *s, const rk_letter *letter, size_t n);
bool rk_word_is_nonnegative(const rk_letter *letter, size_t n);
bool rk_word_is_invertible(const rk_word *w); /* its letters are */
bool rk_mx_is_causal(const rk_mx *mask);      /* NULL: no mask */
bool rk_letter_is_diagonal(rk_letter a);
bool rk_mx_is_symmetric(const rk_mx *a);
bool rk_mx_is_diagonal(const rk_mx *a);
bool rk_mx_is_orthogonal(rk_mxs *s, const rk_mx *a);

/* coefficient of the first word (of the first cell that is not zero); NULL: zero */
rk_sc rk_mx_leading(const rk_mx *a);
/* divides by the leading coefficient where that is nonzero everywhere; *c is what was taken out */
const rk_mx *rk_mx_monic(rk_mxs *s, const rk_mx *a, rk_sc *c);

#endif
