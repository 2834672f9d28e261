/* Instances of the laws over the matrices of one sequent and what they are made of. The generator
   holds matrices (those of the goal and hypotheses first, then parts, within a bound) and facts.
   A fact `value >= 0` or `value == 0` holds at every assignment of the sequent at which everything
   is defined. */
#ifndef RK_INSTANCES_H
#define RK_INSTANCES_H

#include "rk_law.h"
#include "rk_mx.h"

/* What a fact was made from, where the matrices of its law do not tell: for certificates. */
typedef struct rk_note {
    /* block rows and columns of a grid, by bits */
    const struct rk_block *block;
    unsigned rows, row, cols, col, other;
    const rk_mx *mx[4];
    /* a family over a range, or one member of it */
    const rk_leaf *family;
    unsigned sym;
    rk_sc low, high, at;
    const struct rk_block_way *way; /* of an elimination */
    /* of a norm which one: "1", "2", "inf", "fro"; of a spectrum which of its laws */
    const char *kind;
    size_t letter; /* 1..: of each letter, this one the Frobenius one of several; 0: of the whole */
    /* Kronecker products, a chain: what the factors are multiplied by for the next ones */
    const rk_mx *const *left, *const *right;
} rk_note;

typedef struct rk_fact rk_fact;
struct rk_fact {
    rk_law law;
    rk_sc value; /* a polynomial in ranks, dimensions and other quantities */
    bool equation;
    const rk_mx *const *matrix; /* of the instance, in the order of the law's text */
    size_t nmatrices;
    const unsigned *uses; /* facts it rests on */
    size_t nuses;
    unsigned origin; /* HYPOTHESIS: which one */
    const rk_fact
        *member; /* FAMILY: the fact about one member that is summed for sym = low..high */
    unsigned sym;
    rk_sc low, high;
    /* For certificates. */
    rk_sc raw;   /* HYPOTHESIS: as the text has it, before rounding; CANCEL: with the factor */
    bool strict; /* raw > 0 */
    rk_sc bare;  /* HYPOTHESIS: raw without its positive factors; or NULL */
    rk_sc at;    /* HYPOTHESIS: the index that was put in; EXTREMUM: the extremum; else NULL */
    const rk_note *note; /* or NULL */
};

typedef struct rk_instances rk_instances;

typedef struct rk_instances_options {
    size_t max_matrices, max_facts; /* 0: defaults */
    unsigned char disabled[96];     /* by law: 1 switches it off (tests) */
} rk_instances_options;

rk_instances *rk_instances_new(rk_mxs *s, const rk_instances_options *options);
void rk_instances_free(rk_instances *g);
rk_mxs *rk_instances_store(rk_instances *g);

/* Puts a matrix, or every matrix whose rank stands in a scalar, among those to be looked at. */
void rk_instances_want(rk_instances *g, const rk_mx *a);
void rk_instances_want_scalar(rk_instances *g, rk_sc a);
/* A way to write `whole` that its normal form may not show. */
void rk_instances_product(rk_instances *g, const rk_mx *whole, const rk_mx *left,
                          const rk_mx *right);
void rk_instances_sum(rk_instances *g, const rk_mx *whole, const rk_mx *left, const rk_mx *right);
/* a is known to be square and invertible here (the text has its inverse, or a hypothesis). */
void rk_instances_invertible(rk_instances *g, const rk_mx *a);
unsigned rk_instances_add(rk_instances *g, const rk_fact *fact); /* copied; the same fact once */
/* A fact that holds for each sym = low..high, summed over that range. */
void rk_instances_add_family(rk_instances *g, const rk_fact *member, unsigned sym, rk_sc low,
                             rk_sc high);

/* Generates until nothing new comes or a bound is reached. */
void rk_instances_saturate(rk_instances *g);
/* The same for matrices up to this depth only (0: those that were asked for; their parts are one
   deeper). True if that is all there is. */
bool rk_instances_saturate_near(rk_instances *g, unsigned depth);
size_t rk_instances_count(const rk_instances *g);
const rk_fact *rk_instances_get(const rk_instances *g, size_t i);
size_t rk_instances_matrices(const rk_instances *g);

#endif
