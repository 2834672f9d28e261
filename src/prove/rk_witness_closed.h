/* What is the same number at every assignment of a program: square roots of rationals, such as
   sqrt(dk), and masks. A product of square roots of rationals is rational as soon as the product
   of the rationals is a square, so each root is written over a basis of integers of which no
   product is a square: the square roots of the basis may then be chosen freely in any field, and
   the others follow (Besicovitch, "On the linear independence of fractional powers of integers",
   J. London Math. Soc. 1940). */
#ifndef RK_WITNESS_CLOSED_H
#define RK_WITNESS_CLOSED_H

#include "eval/rk_run.h"

enum { RK_CLOSED_BASIS = 6 };

typedef struct rk_closed {
    const rk_program *program;
    unsigned char *moving; /* depends on some slot */
    rk_domain *rational;
    rk_run run; /* over Q, without inputs */
    size_t n;
    fmpz basis[RK_CLOSED_BASIS]; /* no product of some of them is a square */
} rk_closed;

void rk_closed_init(rk_closed *c, const rk_program *program);
void rk_closed_clear(rk_closed *c);

/* Is the instruction, a square root, one of rationals that are not negative? If so, its roots join
   the basis; false when there are too many. */
bool rk_closed_take_root(rk_closed *c, unsigned instr);

/* An entry of such an instruction: factor times the roots of the basis whose bits are set. */
void rk_closed_root(rk_closed *c, unsigned instr, slong row, slong col, fmpq_t factor,
                    unsigned *roots);

/* A matrix of numbers 0 and 1 with a 1 in each row? Its entries are then in run.value. */
bool rk_closed_is_mask(rk_closed *c, unsigned instr);

#endif
