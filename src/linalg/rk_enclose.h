/* Enclosures of products of dense matrices known entry by entry within radii, in doubles. The
   bounds are a priori ones of the order of summation of rk_gemm.h: nothing depends on a rounding
   mode, on threads or on what a BLAS does. Products of points whose bits all fit come out exact. */
#ifndef RK_ENCLOSE_H
#define RK_ENCLOSE_H

#include <stddef.h>

/* Every product of an m by k matrix within ra of a and a k by n matrix within rb of b lies within
   `radius` of c, entry by entry; all are row-major. ra, rb: NULL for points; radii are not
   negative. Where nothing is known (an entry or a radius is no finite number, or the product
   overflows) c is 0 and the radius infinite. */
void rk_enclose_product(double *c, double *radius, const double *a, const double *ra,
                        const double *b, const double *rb, size_t m, size_t k, size_t n);

#endif
