/* Inside the writer of records: rk_record.c writes the tree, record_facts.c facts and sums,
   record_laws.c the arguments of laws, record_steps.c
   facts that are several records, record_rules.c the equations that matrices are rewritten
   by, record_lemmas.c what sums over ranges are. */
#ifndef RECORD_INSIDE_H
#define RECORD_INSIDE_H

#include "base/rk_mem.h"
#include "rk_mx_print.h"
#include "rk_record.h"
#include "rk_sequent.h"

/* A relation that holds on the branch at hand: of a case, an index, an induction. */
typedef struct rk_recorded {
    const rk_term *range; /* first..: of a free index; else: */
    bool upper;           /* range: of the two the second */
    rk_sc value;
    rk_sc as; /* the engine knows it without a positive factor; or NULL */
} rk_recorded;

enum { RK_RECORD_GIVEN = 64 };

typedef struct rk_recorder {
    const rk_calculus *calculus;
    rk_buf *out;
    const char *why; /* what could not be written; NULL so far */
    rk_mxs *store;   /* of the sequent at hand */
    rk_scalars *scalars;
    rk_mx_printer *printer;
    rk_sc scale; /* the goal is so many times what the sum is about; NULL: 1 */
    rk_recorded given[RK_RECORD_GIVEN];
    size_t ngiven;
} rk_recorder;

void rk_record_fail(rk_recorder *r, const char *why); /* the first reason is kept */
void rk_record_bar(rk_recorder *r);                   /* " | " */
void rk_record_mx(rk_recorder *r, const rk_mx *a);
void rk_record_sc(rk_recorder *r, rk_sc a);
void rk_record_relation(rk_recorder *r, rk_sc value, bool equation);
void rk_record_end(rk_recorder *r); /* of the line */
void rk_record_give(rk_recorder *r, rk_recorded given);
/* The number of hypothesis `origin` of the node, from 1; 0: it is the range of an index. */
size_t rk_record_hypothesis(const rk_derivation *d, unsigned origin);
/* k with a - k*b a number; NULL. */
rk_sc rk_record_ratio(rk_recorder *r, rk_sc a, rk_sc b);

/* The facts of a sum or contradiction and how they add up. */
void rk_record_sum(rk_recorder *r, const rk_derivation *d);
/* An instance of a law without its relation. */
void rk_record_instance(rk_recorder *r, const rk_fact *f);
/* An elimination as several facts, the first of which gets number n + 1; how many. */
size_t rk_record_elimination(rk_recorder *r, const rk_fact *f, size_t n);
/* One of the laws that record_steps.c has as several facts, of which the first gets number n + 1;
   the number of the last. */
size_t rk_record_steps(rk_recorder *r, const rk_fact *f, size_t n);
/* The rules of the store, each after those it follows from. */
void rk_record_rules(rk_recorder *r, const rk_derivation *d);
/* Lemmas on sums of the store that telescope, and the rules that they are. */
void rk_record_lemmas(rk_recorder *r, const rk_derivation *d);
/* What each `jrank` that was read in the store is the rank of. */
void rk_record_jacobians(rk_recorder *r);

#endif
