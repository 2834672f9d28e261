/* Inside the generator: grids of blocks as plain values, and their elimination. A grid of at most
   RK_BLOCK_MAX block rows and columns; no cell is itself a grid. Everything done here keeps the
   rank at every assignment: whole block rows and columns are exchanged, multiplied by invertible
   matrices, added to one another after multiplication by any matrix, and dropped where they are
   zero. Never is only a part of a block row or column changed. */
#ifndef RK_BLOCK_H
#define RK_BLOCK_H

#include "rk_inst_inside.h"

enum { RK_BLOCK_MAX = 6, RK_BLOCK_LETTERS = 12 };

/* One thing that was done to a grid; on block columns, or (of_rows) on block rows. */
typedef struct rk_block_step {
    enum {
        RK_BLOCK_ADD,      /* block column k times factor is added to block column j */
        RK_BLOCK_MULTIPLY, /* block column j times the invertible factor */
        RK_BLOCK_EXCHANGE, /* j and k */
        RK_BLOCK_KEEP      /* only those with a bit in `kept` are left, the others being zero */
    } kind;
    bool of_rows;
    size_t j, k;
    unsigned kept;
    const rk_mx *factor;
} rk_block_step;

enum { RK_BLOCK_STEPS = 160 };

/* Steps as they are taken: a grid knows how many of them led to it. For certificates. */
typedef struct rk_block_log {
    rk_block_step step[RK_BLOCK_STEPS];
    bool full;   /* some were lost */
    bool closed; /* nothing is written any more */
} rk_block_log;

typedef struct rk_block {
    rk_block_log *log; /* NULL: nothing is written down */
    size_t logged;
    bool turned; /* transposed since the log began: its columns are rows there */
    size_t rows, cols;
    rk_sc height[RK_BLOCK_MAX], width[RK_BLOCK_MAX];
    const rk_mx *cell[RK_BLOCK_MAX][RK_BLOCK_MAX];
} rk_block;

void rk_block_write_down(rk_block *b, rk_block_step step);
/* False if it has too many block rows or columns. What is no grid is a grid of one cell. */
bool rk_block_of(rk_block *b, const rk_mx *a);
/* NULL for a grid without rows or columns, the rank of which is 0. */
const rk_mx *rk_block_matrix(rk_mxs *s, const rk_block *b);
rk_sc rk_block_rank(rk_mxs *s, const rk_block *b);
/* The block rows and columns whose bits are set. */
void rk_block_part(rk_block *part, const rk_block *b, unsigned rows, unsigned cols);
void rk_block_transpose(rk_mxs *s, rk_block *out, const rk_block *b);
bool rk_block_same(const rk_block *a, const rk_block *b);
/* How far the grid is from being told apart: cells that are not zero, then letters. */
unsigned rk_block_score(const rk_block *b);
/* Parts that share no block row or column with one another: after exchanges, the blocks of a block
   diagonal grid. Block rows and columns that are zero belong to none. */
size_t rk_block_components(const rk_block *b, rk_block part[RK_BLOCK_MAX]);

bool rk_block_is_prefix(const rk_word *u, const rk_word *w);
/* No grid, and none inside a word: then no part of a word is a grid. */
bool rk_block_is_plain(const rk_mx *a);
/* The product of the letters from..to-1, of which there is at least one. */
const rk_mx *rk_block_letters(rk_mxs *s, const rk_word *w, size_t from, size_t to);

/* Numbers x, y with target + x*p + y*q == 0, all of the same shape. */
bool rk_block_combine(rk_mxs *s, const rk_mx *target, const rk_mx *p, const rk_mx *q, rk_sc *x,
                      rk_sc *y);
/* Letters of what stands in the sequent, and their transposes; none is inverted. */
size_t rk_block_sequent_letters(rk_instances *g, const rk_site *node,
                                rk_letter letter[RK_BLOCK_LETTERS]);

/* Zero block rows and columns dropped, invertible factors and scalars divided out, sorted. */
void rk_block_tidy(rk_instances *g, rk_block *b);

/* --- elimination --------------------------------------------------------------------------- */

typedef struct rk_elimination_state {
    rk_block block;
    unsigned parent; /* index of the state it came from; of itself: the root */
    unsigned score;
    bool expanded;
} rk_elimination_state;

typedef struct rk_elimination {
    rk_instances *g;
    rk_mxs *s;
    rk_elimination_state *state;
    size_t nstates, max_states;
    size_t trials;                      /* how many more steps may be tried */
    rk_letter letter[RK_BLOCK_LETTERS]; /* of the sequent: tried between a pivot and its target */
    size_t nletters;
    /* One step is taken again to see how: */
    const rk_block *target; /* the grid it led to; NULL: no */
    rk_block_log *log;
    bool reached;
    size_t steps; /* of the log */
} rk_elimination;

/* How the target was reached from a grid in one step of elimination, tidying included. */
bool rk_eliminate_again(rk_elimination *e, const rk_block *from, const rk_block *target,
                        rk_block_log *log, size_t *steps);

/* All grids that were reached from the root within the limits, the root first. */
void rk_eliminate(rk_elimination *e, const rk_block *root);
void rk_elimination_clear(rk_elimination *e);

/* --- facts from elimination ---------------------------------------------------------------- */

enum {
    RK_BLOCK_CHAIN = 3,
    RK_BLOCK_FLAT = 12, /* two new block rows or columns */
    RK_BLOCK_ANY = 18   /* also one grid of two by two */
};

/* The grid `root` that is eliminated, and what its rank is for the node: that of the node itself,
   or through grids of the same rank the first of which is block diagonal with the node's matrix
   among its blocks. */
typedef enum rk_block_auxiliary { /* how before[] and the root come from one another */
                                  RK_BLOCK_ITSELF,     /* nbefore is 0 */
                                  RK_BLOCK_COMPLEMENT, /* [I, 0; 0, P + Q*R] and [I, R; -Q, P] */
                                  RK_BLOCK_IDEMPOTENT, /* sums of idempotents, rk_inst_schur.c: c, d
                                                        */
                                  RK_BLOCK_BORDERED,   /* [B, 0; 0, A + B] and [B, B; B, -A] */
                                  RK_BLOCK_ABSORBED /* a block row, multiplied by I - factor, is put
                                                       below */
} rk_block_auxiliary;

typedef struct rk_block_origin {
    const rk_site *node;
    rk_law law;
    rk_block_auxiliary auxiliary;
    const rk_mx *factor; /* ABSORBED, of block row `row` */
    size_t row;
    rk_sc c, d;
    rk_block root;
    rk_block before[RK_BLOCK_CHAIN];
    size_t nbefore;   /* 0: the root is the node's own grid */
    unsigned dearest; /* what new ranks may cost: see RK_BLOCK_FLAT */
} rk_block_origin;

/* The way of an elimination that was stated: the origin, and the grids from the root (tidied) on.
 */
typedef struct rk_block_way {
    rk_instances *g;
    rk_block_origin origin;
    rk_letter letter[RK_BLOCK_LETTERS];
    size_t nletters;
    const rk_block *grid;
    size_t ngrids;
} rk_block_way;

/* Eliminates the root and states what comes of it as equations: in terms of ranks that are looked
   at already, and the simplest besides. The matrices of such a fact are grids each of which has the
   rank of the next; the sides of the equation are the sums of the ranks of the blocks of the first
   and of the last (the first as a whole if it is the node's own grid). */
bool rk_block_state_eliminations(rk_instances *g, const rk_block_origin *origin);
/* The grid as a block row, transposed if need be; false if it has more than one of each. */
bool rk_block_row_of(rk_mxs *s, rk_block *row, const rk_mx *a);

#endif
