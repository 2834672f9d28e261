/* Products of balls on the kernels of linalg/rk_gemm.h: midpoints are cut into slices of so few
   bits that sums of products of two slices are exact in doubles (Ozaki, Ogita, Oishi and Rump,
   "Error-free transformations of matrix multiplication by using fast routines of matrix
   multiplication", Numerical Algorithms 59, 2012; in fixed point here), radii are multiplied as
   bounds. A factor met again and again, the weights of a model, is converted once. */
#ifndef RK_SLICES_H
#define RK_SLICES_H

#include "domain_inside.h"

typedef struct rk_slices rk_slices;

/* Converts a row-major matrix of balls, as the left factor (by rows) or the right one (by columns):
   midpoints to `bits` bits below the largest of the line, or fewer where that holds them exactly.
   What is cut off is added to the radii. NULL where this is no good way to hold them: an entry is
   not finite, or a line spans too many powers of 2. Freed by rk_slices_free. */
rk_slices *rk_slices_left(const arb_struct *entry, slong rows, slong cols, slong bits);
rk_slices *rk_slices_right(const arb_struct *entry, slong rows, slong cols, slong bits);
/* The same right factor from finite doubles, quicker; NULL also where they do not fit in `bits`
   bits exactly, or are not normal. */
rk_slices *rk_slices_right_doubles(const double *entry, slong rows, slong cols, slong bits);
void rk_slices_free(rk_slices *s);

bool rk_slices_exact(const rk_slices *s);   /* nothing was cut off: good for any precision */
size_t rk_slices_bytes(const rk_slices *s); /* about what it holds */

bool rk_slices_points(const rk_slices *a, const rk_slices *b); /* neither has a radius */
/* How many products of slices rk_slices_mul makes. */
slong rk_slices_pairs(const rk_slices *a, const rk_slices *b, slong prec);
/* c := balls that contain every product of matrices in a and b, rounded to prec bits; c is
   row-major and initialised. */
void rk_slices_mul(arb_struct *c, const rk_slices *a, const rk_slices *b, slong prec);

#endif
