/* Inside the generator of instances: what the rule files (rk_inst_*.c) share. A node is a matrix
   whose rank is wanted; each rule is called once for each node, in the order of their depth, and
   states facts about it and wants the parts these facts are about.

   A node inside a scope is one member of a family: it is free in the index of the scope, and what
   is stated from it must hold for every member of the range. The generator sums such a fact over
   the range before it is used. */
#ifndef RK_INST_INSIDE_H
#define RK_INST_INSIDE_H

#include "rk_instances.h"

typedef struct rk_scope {
    const struct rk_scope *outer; /* NULL: none */
    unsigned sym;
    rk_sc low, high, count; /* count = high - low + 1, which is >= 0 */
    bool inhabited;         /* count >= 1 */
} rk_scope;

typedef struct rk_site {
    const rk_mx *mx; /* as rk_mx_rank keys it: neither zero nor the identity */
    rk_sc rank;
    unsigned id, depth; /* depth 0: stands in the sequent */
    const rk_scope *scope;
    bool done, paired;
    bool replaced; /* a grid whose rank is that of a simpler matrix that is looked at */
} rk_site;

typedef void rk_inst_rule(rk_instances *g, const rk_site *node);

/* --- the generator for rules -------------------------------------------------------------- */
rk_scalars *rk_inst_scalars(rk_instances *g);
rk_arena *rk_inst_arena(rk_instances *g);
bool rk_inst_on(const rk_instances *g, rk_law law);
bool rk_inst_full(const rk_instances *g); /* a bound is reached: nothing more is taken */

/* Looks at `part` one level below `from`. */
void rk_inst_want(rk_instances *g, const rk_site *from, const rk_mx *part);
/* The node of a matrix (or of its transpose) in the scope of `from`, or NULL. */
const rk_site *rk_inst_find(rk_instances *g, const rk_site *from, const rk_mx *a);
size_t rk_inst_nodes(const rk_instances *g);
const rk_site *rk_inst_node(const rk_instances *g, size_t i);
/* The scope for members sym = low..high below that of `from`; NULL if the range may be of negative
   length. A node in it, to want members and state facts from: rk_inst_inner. */
const rk_scope *rk_inst_scope(rk_instances *g, const rk_site *from, unsigned sym, rk_sc low,
                              rk_sc high);
rk_site rk_inst_inner(const rk_site *from, const rk_scope *scope);
/* The sum over the range of the scope. */
rk_sc rk_inst_total(rk_instances *g, const rk_scope *scope, rk_sc value);

/* --- stating facts: nothing happens where the law is switched off ------------------------- */
#define RK_INST_LIST(...)                                                                          \
    (const rk_mx *const[]) {                                                                       \
        __VA_ARGS__                                                                                \
    }

/* Goes with the next fact that is stated. Copied. */
void rk_inst_note(rk_instances *g, const rk_note *note);
/* value >= 0, or == 0 */
void rk_inst_state(rk_instances *g, const rk_site *from, rk_law law, rk_sc value, bool equation,
                   size_t n, const rk_mx *const *matrix);
void rk_inst_at_most(rk_instances *g, const rk_site *from, rk_law law, rk_sc small, rk_sc large,
                     size_t n, const rk_mx *const *matrix);
void rk_inst_equal(rk_instances *g, const rk_site *from, rk_law law, rk_sc left, rk_sc right,
                   size_t n, const rk_mx *const *matrix);

/* --- laws that other rules use ------------------------------------------------------------ */
/* All that follows from whole == left*right, a product of matrices whose inner sizes agree (never
   a scaling by a 1 by 1 matrix), from whole == left*middle*right, from whole == left + right. */
void rk_inst_product(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *left,
                     const rk_mx *right);
void rk_inst_triple(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *left,
                    const rk_mx *middle, const rk_mx *right);
void rk_inst_sum(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *left,
                 const rk_mx *right);
/* What follows where `as`, a sum of words with a common beginning A'*A or A'*M*A, has the rank of
   `from`. */
void rk_inst_squares(rk_instances *g, const rk_site *from, const rk_mx *as);
/* R with the kernel of a, a one-word square c*A'*A or c*A'*M*A with c > 0; NULL. */
const rk_mx *rk_inst_root(rk_instances *g, const rk_mx *a);
/* What follows where `as`, which has one word, is `whole` (by a rule: it is not in normal form). */
void rk_inst_cuts(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *as);
/* Cuts and squares of the equations that are assumed. */
void rk_inst_equations(rk_instances *g);
/* The index i in the range with a == family[i]; NULL: none is seen. */
rk_sc rk_inst_member(rk_instances *g, const rk_leaf *family, const rk_mx *a);
/* What the text writes left times for whole; NULL. */
const rk_mx *rk_inst_written_product(const rk_instances *g, const rk_mx *whole, const rk_mx *left);
/* zero, invertible, or looked at already */
bool rk_inst_simple(rk_instances *g, const rk_site *node, const rk_mx *a);
/* left and right are polynomials in one matrix, perhaps without a common factor. */
void rk_inst_coprime(rk_instances *g, const rk_site *node, const rk_mx *whole, const rk_mx *left,
                     const rk_mx *right);
/* by construction, or because the text says so (rk_instances_invertible) */
bool rk_inst_invertible(rk_instances *g, const rk_mx *a);

/* Whole, left and right of the way of writing number i; false if there are not so many. */
bool rk_inst_written(const rk_instances *g, size_t i, const rk_mx *part[3]);

/* --- words -------------------------------------------------------------------------------- */
/* The product of n letters; no letters: the identity with so many rows. */
const rk_mx *rk_inst_of_letters(rk_instances *g, rk_sc rows, const rk_letter *letter, size_t n);
bool rk_inst_same_letter(const rk_letter *a, const rk_letter *b);
/* How many letters all words of the sum share, at the front or (back) at the end. */
size_t rk_inst_shared(const rk_mx *a, bool back);
/* The sum without the first `front` and last `back` letters of its words, rows by cols. */
const rk_mx *rk_inst_stripped(rk_instances *g, const rk_mx *a, rk_sc rows, rk_sc cols, size_t front,
                              size_t back);

enum { RK_INST_RATIOS = 4 };
/* The numbers t for which a word falls out of a - t*b; how many. */
size_t rk_inst_ratios(rk_instances *g, const rk_mx *a, const rk_mx *b, rk_sc ratio[RK_INST_RATIOS]);

/* --- the rules ---------------------------------------------------------------------------- */
rk_inst_rule rk_inst_leaf;         /* sizes, ranks of sets and single letters */
rk_inst_rule rk_inst_word;         /* one word: where it can be cut */
rk_inst_rule rk_inst_words;        /* a sum of words: factors taken out, split in two */
rk_inst_rule rk_inst_gram;         /* A'*A and semidefinite matrices */
rk_inst_rule rk_inst_family;       /* sums, products and rows of blocks over a range */
rk_inst_rule rk_inst_modulo;       /* sums next to other blocks */
rk_inst_rule rk_inst_spanned;      /* blocks in the span of another, by families and the text */
rk_inst_rule rk_inst_ranges;       /* families over ranges that differ by a member or two */
rk_inst_rule rk_inst_pairs;        /* with each node, once all near the goal are there */
rk_inst_rule rk_inst_lattice;      /* grids: their parts, their factors */
rk_inst_rule rk_inst_division;     /* a sum as X*U + R with U and R at hand */
rk_inst_rule rk_inst_two_terms;    /* A + B through [A, B] and [A; B] */
rk_inst_rule rk_inst_absorb;       /* grids: blocks that idempotents leave alone */
rk_inst_rule rk_inst_bezout;       /* with each earlier node: X*U + V*Y == I */
rk_inst_rule rk_inst_intersection; /* two factors of one matrix */
rk_inst_rule rk_inst_kron;         /* Kronecker products side by side */
rk_inst_rule rk_inst_schur;        /* sums as Schur complements of auxiliary grids */

/* Grids: elimination. True if a simpler matrix of the same rank is looked at instead. */
bool rk_inst_blocks(rk_instances *g, const rk_site *node);

#endif
