/* One claim over formal functions (domain/rk_function.h), in which every truth value speaks of all
   points at once: those at which the hypotheses hold and everything in them and in this claim, as
   written, is defined. Signs that sets, hypotheses and definedness give are learned on the way, and
   what was computed before is then computed anew. Each claim has its own run, because it is the
   claim's own text that must be defined. */
#ifndef RK_FORMAL_H
#define RK_FORMAL_H

#include "rk_local.h"
#include "rk_steps.h"
#include "rk_symbols.h"

typedef struct rk_formal {
    rk_domain *domain; /* NULL when closed */
    rk_run run;        /* truth[claim]: true, or false, at all points; else unknown */
    unsigned whole;    /* the claim */
    unsigned claim;    /* what is to be shown: the claim, or behind `=>` its right side, the points
                          being those at which the left side holds */
    const rk_local *local;      /* near a point only, with the values there; or NULL */
    const rk_assignment *point; /* of the program of `local` */
    rk_steps *steps;            /* to be written; or NULL */
} rk_formal;

/* False, and closed, when the claim has operations that are not served, or limits were reached. */
bool rk_formal_open(rk_formal *f, const rk_program *p, unsigned claim, double deadline,
                    rk_steps *steps);
/* The same for the points of some neighbourhood of an exact point: those at which arguments of
   roots, moduli and their kin have the signs that they have at the point, and at which what stands
   still (rk_local_stands_still) has the value of the point. */
bool rk_formal_open_near(rk_formal *f, const rk_program *p, unsigned claim, const rk_local *local,
                         const rk_assignment *point, double deadline);
/* Can a claim or hypothesis be computed? */
bool rk_formal_serves(const rk_program *p, unsigned truth);
void rk_formal_close(rk_formal *f);

#endif
