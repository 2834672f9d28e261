/* Enclosures of products of dense matrices known entry by entry within radii, in doubles. The
   bounds rest on the order of summation of rk_gemm.h and hold in every rounding mode, on any number
   of threads and without a BLAS. Products of points whose bits all fit come out exact. */
#ifndef RK_ENCLOSE_H
#define RK_ENCLOSE_H

#include <stddef.h>

/* Every product of an m by k matrix within ra of a and a k by n matrix within rb of b lies within
   `radius` of c, entry by entry; all are row-major. ra, rb: NULL for points; radii are not
   negative. Where nothing is known (an entry or a radius is no finite number, or the product
   overflows or comes near to it) c is 0 and the radius infinite. */
void rk_enclose_product(double *c, double *radius, const double *a, const double *ra,
                        const double *b, const double *rb, size_t m, size_t k, size_t n);

/* A matrix of numbers that are not negative, bounded from above for products in floats: at most
   entry * scale of its row (column). Where these span too much for floats, wide is there and
   counts, else it is NULL. */
typedef struct rk_cover {
    float *entry;
    double *wide;
    double *scale;
} rk_cover;

rk_cover rk_cover_rows(const double *x, size_t rows, size_t cols);
rk_cover rk_cover_columns(const double *x, size_t rows, size_t cols);
void rk_cover_free(rk_cover *b);
/* radius += at least the product of a, by rows, and b, by columns; what is not finite stays so, and
   what is 0 too. The additions themselves are rounded. */
void rk_cover_add_product(double *radius, const rk_cover *a, const rk_cover *b, size_t m, size_t k,
                          size_t n);

#endif
