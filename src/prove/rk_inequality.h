/* Polynomial inequalities at all points of a claim: those at which what is known of signs holds
   (domain/rk_function.h). Every certificate is checked exactly. A method that fails passes. */
#ifndef RK_INEQUALITY_H
#define RK_INEQUALITY_H

#include "rk_formal.h"

typedef struct rk_given { /* g >= 0 at every point; strict: g > 0 */
    fmpz_mpoly_t g;
    bool strict;
} rk_given;

/* Means that were used; reports name the last in this list. */
typedef enum rk_means {
    RK_BY_IDENTITY,
    RK_BY_SIGNS,        /* terms of one sign, semidefinite quadratic forms */
    RK_BY_COEFFICIENTS, /* nonnegative after changes of variables */
    RK_BY_SQUARES,
    RK_BY_ROOTS, /* isolated */
    RK_BY_BOXES
} rk_means;

typedef struct rk_inequalities {
    const rk_domain *domain;
    const fmpz_mpoly_ctx_struct *ring;
    slong nvars; /* of the ring, in use */
    rk_given *given;
    slong ngiven, cap;
    double deadline;
    double *point; /* values of all variables at points tried in doubles, one behind the other */
    slong npoints; /* -1: not drawn yet */
    rk_means means;
    rk_steps *steps; /* to be written, so that the sign of what is shown becomes evident; or NULL.
                        Then methods without such steps pass. */
} rk_inequalities;

void rk_inequalities_init(rk_inequalities *s, const rk_domain *d, double deadline, rk_steps *steps);
void rk_inequalities_clear(rk_inequalities *s);
/* At every point g >= 0, respectively g > 0. */
void rk_inequalities_give(rk_inequalities *s, const fmpz_mpoly_t g, bool strict);

/* Is p >= 0 (strict: p > 0) at every point? */
bool rk_inequality(rk_inequalities *s, const fmpz_mpoly_t p, bool strict);
/* Is p nowhere 0, by its factors or by equations? */
bool rk_inequality_apart(rk_inequalities *s, const fmpz_mpoly_t p);
/* Is p 0 at every point? */
bool rk_inequality_zero(rk_inequalities *s, const fmpz_mpoly_t p);

/* The methods, each on one polynomial.
   One variable: exact, by isolating real roots; only what is given of that variable alone is used.
 */
bool rk_inequality_line(rk_inequalities *s, const fmpz_mpoly_t p, bool strict);
/* A sum, with nonnegative multipliers, of products of what is given and of squares (Krivine,
   Stengle; Handelman), found by a linear program whose columns are generated, and solved exactly.
   The goal may be multiplied by a positive polynomial (Polya). */
bool rk_inequality_sum(rk_inequalities *s, const fmpz_mpoly_t p, bool strict);
/* Every order of the variables by size, and every orthant, apart: with the differences of
   neighbours as variables all coefficients come out nonnegative, perhaps after some repetitions
   (successive difference substitution, Lu Yang). Uses the signs of variables alone. */
bool rk_inequality_order(rk_inequalities *s, const fmpz_mpoly_t p, bool strict);
/* Few variables in a bounded box: intervals, cut until each is certain; strict ones only. */
bool rk_inequality_box(rk_inequalities *s, const fmpz_mpoly_t p);

/* Sums of multiples of polynomials that are 0 at every point, by a linear system: p times what is 0
   nowhere is one; with a multiple of p, something that is 0 nowhere is one. */
bool rk_inequality_zero_by_equations(rk_inequalities *s, const fmpz_mpoly_t p);
bool rk_inequality_apart_by_equations(rk_inequalities *s, const fmpz_mpoly_t p);

/* Where steps are written: a place in the text, to which a failed attempt goes back. */
size_t rk_inequality_mark(const rk_inequalities *s);
bool rk_inequality_keep(rk_inequalities *s, size_t mark, bool ok);
/* p >= 0, or p > 0, as a set of signs. */
unsigned rk_inequality_signs(bool strict);

/* Do some points tried in doubles speak against it? Then no proof need be looked for. */
bool rk_inequality_is_hopeless(rk_inequalities *s, const fmpz_mpoly_t p);

/* Variables of p: marks nvars bytes; how many there are. */
slong rk_inequality_variables(const rk_inequalities *s, const fmpz_mpoly_t p, unsigned char *marks);

#endif
