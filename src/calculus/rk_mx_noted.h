/* What a store found that its rules do not say, for the writer of certificates: inverses of grids
   of blocks, and sums over ranges that telescope. */
#ifndef RK_MX_NOTED_H
#define RK_MX_NOTED_H

#include "rk_mx.h"

typedef struct rk_mx_inverted { /* inv(grid) was taken to be this */
    const rk_mx *grid, *inverse;
} rk_mx_inverted;

/* Two words with a sum over one range in each that are f(low) - f(high + 1) together; the loop is
   the sum of f. */
typedef struct rk_mx_telescoped {
    rk_word word[2];
    const rk_leaf *loop;
} rk_mx_telescoped;

enum { RK_MX_INVERTED = 8, RK_MX_TELESCOPED = 8 }; /* further ones are not noted */

size_t rk_mx_inverted_count(const rk_mxs *s);
rk_mx_inverted rk_mx_inverted_get(const rk_mxs *s, size_t i);
size_t rk_mx_telescoped_count(const rk_mxs *s);
const rk_mx_telescoped *rk_mx_telescoped_get(const rk_mxs *s, size_t i);

#endif
