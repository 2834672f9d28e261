/* Visiting the leaves of matrices and scalars, at any depth. What is shared is walked once in each
   place: a leaf is visited at least once, and how often says nothing. */
#ifndef RK_WALK_H
#define RK_WALK_H

#include "rk_mx.h"

/* Where a leaf stands: in a word of the matrix itself, inside a leaf whose value
   depends analytically on it (exp and the functions built of + - * / exp, softmax without mask),
   or inside anything else (inverses, square roots, kinks, coefficients). */
typedef enum rk_place { RK_PLACE_WORD, RK_PLACE_ANALYTIC, RK_PLACE_OTHER } rk_place;

typedef void rk_visit(void *self, const rk_leaf *leaf, rk_place place);

void rk_walk_matrix(rk_mxs *s, const rk_mx *a, rk_place place, rk_visit *visit, void *self);
void rk_walk_scalar(rk_mxs *s, rk_sc a, rk_place place, rk_visit *visit, void *self);

#endif
