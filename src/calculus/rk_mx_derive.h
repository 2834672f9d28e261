/* The derivative of a text by listed variables, as a sum of left*dV*right. The text is
   differentiated, never its normal form: an equation that holds at a point says nothing of
   derivatives. Left and right are matrices at the point and may use every equation. */
#ifndef RK_MX_DERIVE_H
#define RK_MX_DERIVE_H

#include "rk_mx_read_inside.h"

enum { RK_DERIVE_TERMS = 24 };

typedef struct rk_drange { /* a loop around a term of the derivative */
    unsigned sym;
    rk_sc low, high;
} rk_drange;

/* left*dV*right, or left*dV'*right, summed over the ranges. */
typedef struct rk_dterm {
    unsigned var;
    rk_sc member; /* NULL: no family */
    const rk_mx *left, *right;
    bool flipped;
    rk_drange range[2];
    size_t nranges;
} rk_dterm;

typedef struct rk_dsum {
    rk_dterm term[RK_DERIVE_TERMS];
    size_t n;
} rk_dsum;

typedef struct rk_differ {
    rk_reader *r;
    const unsigned *vars;
    size_t nvars;
    unsigned char *moves; /* by id of a term: 1 no, 2 yes, 0 not known yet */
    bool failed;
} rk_differ;

/* Does the text mention a listed variable? */
bool rk_derive_moves(rk_differ *d, const rk_term *t);
/* Adds the derivative of t to *out; d->failed where it is no such sum: polynomials and inverses,
   blocks, places and sums over ranges have one. */
void rk_derive(rk_differ *d, const rk_term *t, rk_dsum *out);
void rk_derive_put_all(rk_differ *d, rk_dsum *sum, const rk_dsum *from); /* none that is 0 */
void rk_derive_times_right(rk_differ *d, rk_dsum *sum, const rk_mx *b);
const rk_mx *rk_derive_matrix(rk_differ *d, const rk_term *t); /* its value */
const rk_mx *rk_derive_projector(rk_differ *d, rk_sc n);       /* the centring one, n by n */

#endif
