/* Terms evaluated at one point in one of three arithmetics: residues modulo m, intervals with MPFR
   ends, or fractions. All respect + - * / inv and what is made of them; intervals also exp, the
   functions made of exp, erf, and square roots; residues the same but erf.

   Square roots have two branches. An analytic function that is continued along some path from one
   part of its domain to another comes back with each of its roots, as they stand in the text,
   times 1 or -1. So terms are evaluated in intervals once for each choice of signs; what shows for
   every choice shows for each branch. Roots of what mentions no variable are positive.

   Residues with roots. The point has integer entries, and a radicand must be a positive fraction
   there: it is computed once more, in fractions (`exact`). No product of some of the radicands may
   be a square; constants that are squares times each other count once. That is so when they can be
   taken away one by one, each with a prime in it to an odd power that divides none of those left.
   Then their roots generate a field L of degree 2^N over Q, of which the products of different
   roots are a basis, so numbers in it whose denominators are units modulo m have residues, with
   any choice of a root for the residue of each radicand. And each choice of signs of the roots is
   an automorphism of L, that takes what is not 0 for one choice to what is not 0 for another: one
   choice tells what there is to be told for all.

   Residues with exponentials. Their exponents must be in L at the point, so algebraic. By the
   theorem of Lindemann and Weierstrass the exponentials of different algebraic numbers are
   linearly independent over these: the values are those of the group ring of the exponents. So it
   is enough to map the additive group of exponents to that of the powers of some b, and that is
   done by residues modulo another number l, in a run of its own (`above`), where b^l = 1. An
   automorphism of L permutes exponentials as well. */
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

typedef struct vf_run vf_run;
struct vf_run {
    vf_facts *facts;           /* bound indices, shapes */
    const vf_cells **variable; /* by variable: its members */
    const vf_cells **running;  /* of folds, by symbol */
    size_t nsyms;              /* for which there is room */
    vf_table memo;
    uint64_t modulus; /* 0: intervals or fractions */
    bool fractions;   /* else intervals */
    vf_run *above;    /* where exponents are taken; NULL: there are no exponentials */
    uint64_t base;    /* of exponentials as residues */
    vf_run *exact;    /* for residues: fractions */
    mpfr_prec_t precision;
    size_t slopes; /* of intervals: derivatives that each carries along */
    vf_interval *pool;
    mpq_t *fraction;
    size_t used, made, kept; /* kept: those of the point */
    bool failed;             /* something is not certainly defined */
    bool positive;           /* all roots are: of real points, and no choice of signs */
    unsigned long choice;    /* of signs: bit by bit */
    size_t roots;            /* met so far, that have a sign */
    const vf_term **written; /* roots that no loop changes */
    size_t nwritten;
    struct vf_known_root *known; /* of residues */
    size_t nknown;
};

enum { VF_MOST_ROOTS = 12 };

/* A run without variables. */
vf_run *vf_run_residues(vf_facts *f, uint64_t modulus);
vf_run *vf_run_intervals(vf_facts *f, mpfr_prec_t precision);
vf_run *vf_run_fractions(vf_facts *f);
vf_cells *vf_cells_new(size_t rows, size_t cols);
vf_cell vf_run_rational(vf_run *r, mpq_srcptr q);
vf_cell vf_run_integer(vf_run *r, long value);
vf_cell vf_run_number(vf_run *r, const vf_number *x); /* an interval around it */
vf_cell vf_run_sub(vf_run *r, vf_cell a, vf_cell b);
/* An entry of the point gets a derivative; what has none stands still. */
void vf_run_move(vf_run *r, vf_cell c, size_t direction, const vf_number *by);
bool vf_is_root_of_one(uint64_t a, uint64_t k, uint64_t modulus); /* a^k == 1 */

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
