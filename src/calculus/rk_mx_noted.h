/* What a store found that its rules do not say, for the writer of certificates: inverses of grids
   of blocks. */
#ifndef RK_MX_NOTED_H
#define RK_MX_NOTED_H

#include "rk_mx.h"

typedef struct rk_mx_inverted { /* inv(grid) was taken to be this */
    const rk_mx *grid, *inverse;
} rk_mx_inverted;

enum { RK_MX_INVERTED = 8 }; /* further ones are not noted */

size_t rk_mx_inverted_count(const rk_mxs *s);
rk_mx_inverted rk_mx_inverted_get(const rk_mxs *s, size_t i);

#endif
