/* Equations between matrices as oriented rules: noncommutative Groebner bases with a bounded
   completion. Leading words by a weighted degree-lexicographic order on letters. A rule is used
   only where its leading coefficient is nonzero at every assignment. Each rule remembers the
   equations it was made from, so that a proof can name them. */
#ifndef RK_REWRITE_H
#define RK_REWRITE_H

#include "rk_mx.h"

rk_rewrite *rk_rewrite_new(rk_mxs *s);
void rk_rewrite_free(rk_rewrite *r);

/* Adds left == right (same shape; no grids: a grid equation is one for each cell). `origin` names
   the equation in proofs. Also its transpose. Left unused if it has no usable leading word. A free
   variable that an equation gives by others is eliminated. */
void rk_rewrite_add(rk_rewrite *r, const rk_mx *left, const rk_mx *right, unsigned origin);
/* Overlaps resolved and rules reduced by one another, up to fixed limits; true if nothing was left
   out. Afterwards attach it to the store. Inverse letters of sums get their defining rules
   P*inv(P) = I = inv(P)*P when they are first seen, also later. */
bool rk_rewrite_complete(rk_rewrite *r);
/* The normal form of one word as a sum; false if it is already normal. Called by the store. */
bool rk_rewrite_word(const rk_rewrite *r, const rk_word *word, rk_sc rows, rk_sc cols,
                     const rk_mx **result);
size_t rk_rewrite_size(const rk_rewrite *r);
/* Grows whenever a rule is added: matrices made before may not be normal any more. */
unsigned rk_rewrite_version(const rk_rewrite *r);
/* Is 0 == 1 among the consequences (a contradiction among the hypotheses)? */
bool rk_rewrite_contradicts(const rk_rewrite *r);

/* How a rule follows: it is a sum of left*E*right, where E == 0 is one of these. */
typedef enum rk_ground {
    RK_FROM_EQUATION, /* left - right of an equation that was added, or its cell of a grid */
    RK_FROM_RULE,     /* lead - image of an earlier rule */
    RK_FROM_INVERSE,  /* X*inv(X) - I */
    RK_FROM_INVERTED, /* inv(X)*X - I */
    RK_FROM_TURN      /* of an equation that says A*B == c*I for square A and B: B*A - c*I */
} rk_ground;

typedef struct rk_cofactor rk_cofactor;
struct rk_cofactor {
    rk_ground ground;
    bool negative, transposed; /* -E; E' */
    unsigned index;            /* EQUATION, TURN: its origin; RULE: its number, retired ones too */
    unsigned row, col;         /* EQUATION: the cell of a grid */
    size_t turn;               /* TURN: the letters of A */
    const rk_mx *of;           /* left - right of the equation; INVERSE, INVERTED: X */
    const rk_mx *left, *right; /* NULL: the identity */
    const rk_cofactor *next;
};

/* Rule i: lead == image; bit o of origins (the last bit stands for all beyond) tells that equation
   o was used. */
typedef struct rk_rewrite_rule {
    const rk_mx *lead, *image;
    uint64_t origins;
} rk_rewrite_rule;
rk_rewrite_rule rk_rewrite_get(const rk_rewrite *r, size_t i);

/* The same for the cell of an equation between grids. */
void rk_rewrite_add_cell(rk_rewrite *r, const rk_mx *left, const rk_mx *right, unsigned origin,
                         unsigned row, unsigned col);

/* How rule i of all that were made, retired ones too, came about. Its letters are those of the
   rule as it stands; lead - image is factor times the sum of `why`, but for what earlier rules
   rewrite. */
typedef struct rk_rewrite_reason {
    const rk_letter *lead;
    size_t length;
    const rk_mx *image; /* when it was made */
    rk_sc rows, cols, factor;
    const rk_cofactor *why; /* NULL: not known */
    bool live;
} rk_rewrite_reason;
size_t rk_rewrite_made(const rk_rewrite *r);
rk_rewrite_reason rk_rewrite_why(const rk_rewrite *r, size_t i);

#endif
