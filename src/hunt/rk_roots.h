/* Polynomials through exact values, and their rational roots: how trials solve for one entry. */
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

#endif
