/* Random well-typed claims about matrices with up to 3 rows and columns, and random rational
   points, for the differential tests. */
#ifndef RANDOM_CLAIMS_H
#define RANDOM_CLAIMS_H

#include "base/rk_rng.h"
#include "eval/rk_run.h"

typedef struct maker {
    rk_rng rng;
    rk_buf out;
    int hard;    /* transcendental functions and roots that may still be used */
    int names;   /* indices so far: nothing shadows */
    bool with_v; /* may V stand where a 2 by 2 matrix is wanted? */
    bool wide;   /* jrank, masks and the like, too */
} maker;

void make_theorem(maker *m);
/* A theorem of so many claims. */
void make_claims(maker *m, int claims);
/* A theorem in which V is given by a rational expression. */
void make_definition(maker *m);

void fill(maker *m, rk_assignment *a);

#endif
