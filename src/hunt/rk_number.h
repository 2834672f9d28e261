/* What number is it? Closed forms for real numbers that are known by an enclosure: integer
   relations by lattice reduction (LLL, as in Lenstra, Lenstra, Lovasz 1982, and Kannan, Lenstra,
   Lovasz 1988) give rationals, square roots and logarithms; and what becomes one of these under
   exp, log or squaring is named by the inverse. A form that is found agrees with the enclosure and
   is short beside it: a guess to be confirmed exactly, never a fact. */
#ifndef RK_NUMBER_H
#define RK_NUMBER_H

#include <stdbool.h>
#include "base/rk_buf.h"
#include "base/rk_flint.h"

/* Integers c, not all 0 (n of them, initialised), with c[0]*x[0] + ... = 0 as far as the n
   enclosures tell, and so small that chance does not explain them. */
bool rk_number_relation(fmpz *c, const arb_struct *x, slong n);

/* The rational of the smallest denominator in the enclosure, when it is short beside it. */
bool rk_number_rational(fmpq_t r, const arb_t x);

/* Appends a closed form, rational or not, that the language reads; false: none was found, and
   nothing is appended. */
bool rk_number_recognise(rk_buf *out, const arb_t x);

/* The root of c[0] + c[1]*y + c[2]*y^2, of degree 2 and with real roots, that is nearest to x. */
void rk_number_print_root(rk_buf *out, const fmpz *c, const arb_t x);

/* "(1 + sqrt(5))/2": a number (p + q*sqrt(d))/r, d >= 0, r != 0, in its simplest form. */
void rk_number_print_surd(rk_buf *out, const fmpz_t p, const fmpz_t q, const fmpz_t d,
                          const fmpz_t r);

#endif
