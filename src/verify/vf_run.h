/* Terms evaluated at one point in one of two arithmetics: residues modulo m, or intervals with
   MPFR ends. Both respect + - * / inv and what is made of them; intervals also exp, the functions
   made of exp, erf, and square roots.

   Square roots have two branches. An analytic function that is continued along some path from one
   part of its domain to another comes back with each of its roots, as they stand in the text,
   times 1 or -1. So terms are evaluated once for each choice of signs; what shows for every choice
   shows for each branch. Roots of what mentions no variable are positive. */
#ifndef VF_RUN_H
#define VF_RUN_H

#include "vf_facts.h"
#include "vf_interval.h"
#include "vf_number.h"

typedef uint64_t vf_cell; /* a residue; or the place of an interval in the pool */

typedef struct vf_cells { /* row by row */
    size_t rows, cols;
    vf_cell *at;
} vf_cells;

typedef struct vf_run {
    vf_facts *facts;           /* bound indices, shapes */
    const vf_cells **variable; /* by variable: its members */
    const vf_cells **running;  /* of folds, by symbol */
    unsigned long scope, scopes;
    vf_table memo;
    uint64_t modulus; /* 0: intervals */
    mpfr_prec_t precision;
    size_t slopes; /* of intervals: derivatives that each carries along */
    vf_interval *pool;
    size_t used, made, kept; /* kept: those of the point */
    bool failed;             /* something is not certainly defined */
    bool positive;           /* all roots are: of real points, and no choice of signs */
    unsigned long choice;    /* of signs: bit by bit */
    size_t roots;            /* met so far */
} vf_run;

enum { VF_MOST_ROOTS = 12 };

/* A run without variables. */
vf_run *vf_run_residues(vf_facts *f, uint64_t modulus);
vf_run *vf_run_intervals(vf_facts *f, mpfr_prec_t precision);
vf_cells *vf_cells_new(size_t rows, size_t cols);
vf_cell vf_run_rational(vf_run *r, mpq_srcptr q);
vf_cell vf_run_number(vf_run *r, const vf_number *x); /* an interval around it */
vf_cell vf_run_sub(vf_run *r, vf_cell a, vf_cell b);
/* An entry of the point gets a derivative; what has none stands still. */
void vf_run_move(vf_run *r, vf_cell c, size_t direction, const vf_number *by);

/* Is the term certainly defined? */
bool vf_run_is_defined(vf_run *r, const vf_term *t);
/* A lower bound of the rank of a term, for one choice of signs. False: none is certain. */
bool vf_run_rank(vf_run *r, const vf_term *matrix, unsigned long choice, long *low);
/* The same of the rank of the Jacobian of a term along the directions, of which there are some. */
bool vf_run_jrank(vf_run *r, const vf_term *text, unsigned long choice, long *low);
/* Do two terms certainly differ, for one choice of signs? */
bool vf_run_differ(vf_run *r, const vf_term *a, const vf_term *b, unsigned long choice);
/* Was the choice that came last the last of all? They go from 0 on. */
bool vf_run_is_last(const vf_run *r);

#endif
