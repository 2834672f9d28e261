/* Inside `explain`: a proof of the calculus being told. Each sequent has its own store, and so its
   own printer; matrices that the theorem names by a `let` keep that name. Everything made for the
   telling lives in the arena of the tale. */
#ifndef RK_TELLING_H
#define RK_TELLING_H

#include "calculus/rk_calculus.h"
#include "calculus/rk_mx_print.h"
#include "calculus/rk_mx_read.h"
#include "rk_tale.h"

typedef struct rk_let_name { /* a matrix that the theorem defines */
    const char *name;
    const rk_term *term;
    const rk_mx *mx; /* in the store of the voice */
} rk_let_name;

typedef struct rk_voice { /* how things of one store are printed */
    rk_mxs *store;
    rk_mx_printer *printer;
    rk_reader *reader;
    rk_let_name *let;
    size_t nlets;
} rk_voice;

typedef struct rk_told_fact {
    rk_mxs *store;
    const char *text;
    unsigned number;
} rk_told_fact;

typedef struct rk_told_assumption {
    const rk_term *term;
    bool negated;
    const rk_mxs *store;
    rk_sc value;
} rk_told_assumption;

typedef struct rk_telling {
    rk_tale *tale;
    const rk_checked *checked;
    rk_voice *voice;
    size_t nvoices, voices_cap;
    rk_scalars *plain_scalars; /* of a store without rules, made when it is wanted */
    rk_mxs *plain;
    rk_told_fact *fact; /* with a number, and still in force */
    size_t nfacts, facts_cap;
    rk_told_assumption *assumption; /* in force */
    size_t nassumptions, assumptions_cap;
    const char **legend; /* told already */
    size_t nlegends, legends_cap;
    const char *announced; /* the goal that the reader was told of last */
    size_t announcement;   /* length of the paragraph when that was said */
    unsigned depth;        /* of parts in parts */
    const char *closing;   /* "the first claim": what the part in hand shows; NULL */
} rk_telling;

void rk_telling_init(rk_telling *t, rk_tale *tale, const rk_checked *checked);
void rk_telling_clear(rk_telling *t);

/* A store without rules, in which a product is multiplied out and nothing else. */
rk_mxs *rk_telling_plain_store(rk_telling *t);

/* Printed by the voice of the store, as the tale wants formulas (without dollars). */
const char *rk_telling_matrix(rk_telling *t, rk_mxs *store, const rk_mx *a, rk_print_place place);
const char *rk_telling_written_out(rk_telling *t, rk_mxs *store, const rk_mx *a);
const char *rk_telling_scalar(rk_telling *t, rk_mxs *store, rk_sc a);
const char *rk_telling_relation(rk_telling *t, rk_mxs *store, rk_sc value, bool equation);
const rk_mx *rk_telling_upright(rk_telling *t, rk_mxs *store, const rk_mx *a);
/* The text of a term as the theorem has it, its comparison turned round if negated; NULL where it
   comes from a def or cannot be negated in words. */
const char *rk_telling_term(rk_telling *t, const rk_term *term, bool negated);
/* Do the names that were made for things of two stores mean the same? */
bool rk_telling_agree(rk_telling *t, rk_mxs *a, rk_mxs *b);
/* Do two formulas look the same but for blanks? */
bool rk_same_formula(const char *a, const char *b);
/* Says what the names of the voice mean that were used since the last time and are not known yet;
   the sentences go into the paragraph in hand. */
void rk_telling_legends(rk_telling *t, rk_mxs *store);
void rk_telling_legends_of(rk_telling *t); /* of all stores */

/* --- one fact ----------------------------------------------------------------------------- */
/* "sum: the column space of X + A*X*W is in the sum of those of X and A*X*W" */
const char *rk_fact_reason(rk_telling *t, rk_mxs *store, const rk_fact *fact);
/* "Since $A$ is invertible," */
const char *rk_fact_lead(rk_telling *t, rk_mxs *store, const rk_fact *fact);

void rk_tell_derivation(rk_telling *t, const rk_derivation *root);

#endif
