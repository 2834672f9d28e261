/* Numbers as bit vectors in a formula: two's complement, wide enough for the range that interval
   arithmetic gives, over a common denominator; so nothing overflows, and a model of the formula is
   an exact solution. A number that would be too wide is `wide`: whatever is made of it is, too.
   Residues mod 2 are numbers of one bit with denominator 0; what meets them becomes one. They
   have no order. */
#ifndef RK_BITS_H
#define RK_BITS_H

#include "rk_cnf.h"

#define RK_BITS_MOST 40

typedef struct rk_bits {
    bool wide;
    int width;
    int64_t low, high; /* of the numerator */
    int64_t bottom;    /* denominator, positive; 0: a residue mod 2 */
    int bit[RK_BITS_MOST];
} rk_bits;

rk_bits rk_bits_constant(int64_t top, int64_t bottom);
/* An unknown with low <= numerator <= high; any residue if bottom is 0. */
rk_bits rk_bits_unknown(rk_cnf *f, int64_t low, int64_t high, int64_t bottom);

rk_bits rk_bits_add(rk_cnf *f, const rk_bits *a, const rk_bits *b);
rk_bits rk_bits_sub(rk_cnf *f, const rk_bits *a, const rk_bits *b);
rk_bits rk_bits_mul(rk_cnf *f, const rk_bits *a, const rk_bits *b);
rk_bits rk_bits_select(rk_cnf *f, int literal, const rk_bits *a, const rk_bits *b);

/* Literals; 0 when an argument is wide. */
int rk_bits_equal(rk_cnf *f, const rk_bits *a, const rk_bits *b);
int rk_bits_negative(const rk_bits *a);
int rk_bits_less(rk_cnf *f, const rk_bits *a, const rk_bits *b);

/* The numerator in a model. */
int64_t rk_bits_value(rk_solving *s, const rk_bits *a);

#endif
