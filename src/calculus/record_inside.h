/* Inside the writer of records: rk_calculus_record.c writes the tree, record_facts.c facts and
   sums, record_rules.c the equations that matrices are rewritten by. */
#ifndef RECORD_INSIDE_H
#define RECORD_INSIDE_H

#include "rk_calculus_record.h"
#include "rk_mx_print.h"
#include "rk_sequent.h"

typedef struct rk_recorder {
    const rk_calculus *calculus;
    rk_buf *out;
    const char *why; /* what could not be written; NULL so far */
    rk_mxs *store;   /* of the sequent at hand */
    rk_scalars *scalars;
    rk_mx_printer *printer;
} rk_recorder;

void rk_record_fail(rk_recorder *r, const char *why); /* the first reason is kept */
void rk_record_bar(rk_recorder *r);                   /* " | " */
void rk_record_mx(rk_recorder *r, const rk_mx *a);
void rk_record_sc(rk_recorder *r, rk_sc a);
void rk_record_relation(rk_recorder *r, rk_sc value, bool equation);
void rk_record_end(rk_recorder *r); /* of the line */

/* The facts of a sum or contradiction and how they add up. */
void rk_record_sum(rk_recorder *r, const rk_derivation *d);
/* The rules of the store, each after those it follows from. */
void rk_record_rules(rk_recorder *r, const rk_derivation *d);

#endif
