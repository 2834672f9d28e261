/* Shared by the two files of rk_inequality_line: polynomials in one variable and their real roots.
 */
#ifndef RK_INEQUALITY_LINE_INSIDE_H
#define RK_INEQUALITY_LINE_INSIDE_H

#include "rk_inequality.h"

enum { RK_LINE_POLYNOMIALS = 12, RK_LINE_ROOTS = 64 };

typedef struct rk_line {
    fmpz_poly_t poly[RK_LINE_POLYNOMIALS]; /* the first is the goal, the others are given */
    bool strict[RK_LINE_POLYNOMIALS];
    slong given[RK_LINE_POLYNOMIALS]; /* which they are */
    slong npolys;
    fmpz_poly_t factor[RK_LINE_ROOTS]; /* irreducible, of root k */
    qqbar_t root[RK_LINE_ROOTS];       /* real, ascending */
    slong nroots;
    bool too_large;
} rk_line;

int rk_line_sign(const fmpz_poly_t p, const fmpq_t x);
/* 2: not found out. */
int rk_line_sign_at_root(const rk_line *l, slong root, const fmpz_poly_t p);
/* Is that sign what a polynomial that is not negative, or positive, may have? */
bool rk_line_suits(int sign, bool strict);
/* A rational number between the roots `left` and `left` + 1, or outside of all. */
bool rk_line_between(const rk_line *l, slong left, fmpq_t x);

/* Writes the proof that belongs to a `fact` on the goal, which is known to hold; x: the variable's
   name. False: not done, and the text is to be cut. */
bool rk_line_write(const rk_line *l, rk_steps *steps, const char *x, double deadline);

#endif
