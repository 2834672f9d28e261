/* Polynomials through exact values, and their roots, isolated exactly: how trials solve for one
   entry. */
#ifndef RK_ROOTS_H
#define RK_ROOTS_H

#include "base/rk_flint.h"
#include <stdbool.h>

/* Highest degree that is recognised. */
#define RK_ROOTS_DEGREE 6
/* Values that a polynomial is read from: at 0, 1, ..., RK_ROOTS_DEGREE, and at -1 as a check. */
#define RK_ROOTS_POINTS (RK_ROOTS_DEGREE + 2)

slong rk_roots_point(slong k); /* the k-th of these points */

/* value[k] is the value at point k. False when no polynomial of that degree fits. */
bool rk_roots_interpolate(fmpq_poly_t f, const fmpq *value);

/* The distinct rational roots of f, at most `room` of them (initialised), in increasing order;
   returns their number. None for the zero polynomial. */
slong rk_roots_rational(fmpq *root, slong room, const fmpq_poly_t f);

/* A real root: a rational, or a number near it with the closed form that it is. */
typedef struct rk_root {
    fmpq near;  /* the root itself, or a number that agrees with it to RK_ROOT_BITS places */
    bool exact; /* near is the root */
    char *text; /* as the claim language writes it; NULL when exact, or when no closed form is known
                 */
} rk_root;

enum { RK_ROOT_BITS = 96 };

typedef struct rk_root_list { /* zero bytes: none */
    rk_root *root;
    size_t n, cap;
} rk_root_list;

void rk_root_list_clear(rk_root_list *l);
void rk_root_list_add(rk_root_list *l, const fmpq_t near, bool exact, const char *text);
/* Adds the distinct real roots of f: rationals; roots of quadratic and, after a shift of the
   variable, biquadratic and binomial factors in closed form; others as numbers nearby. Nothing for
   the zero polynomial, or one whose factors are of too high degree. */
void rk_root_list_add_poly(rk_root_list *l, const fmpz_poly_t f);
void rk_root_list_sort(rk_root_list *l); /* increasing; what is near the same number stands once */

#endif
