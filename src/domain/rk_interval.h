/* Numbers known to lie within r of the double m. The radii hold whatever the rounding to nearest
   did: sums and products by their exact errors (Knuth; fused multiply-add), so that integers stay
   exact, functions of the C library with 32 units in the last place granted to it, matrix products
   by the a priori bound of linalg/rk_enclose.h, spectra by the residual of what LAPACK found.
   r is infinite where nothing is known. */
#ifndef RK_INTERVAL_H
#define RK_INTERVAL_H

#include "domain_inside.h"

typedef struct rk_near {
    double m, r;
} rk_near;

static inline const rk_near *rk_near_at(const rk_matrix *a, slong i, slong j) {
    return (const rk_near *)(const void *)rk_at(a, i, j);
}

/* u, the unit roundoff of doubles. */
#define RK_UNIT 0x1p-53

rk_near rk_near_add(rk_near x, rk_near y);
rk_near rk_near_mul(rk_near x, rk_near y);
/* OK, or UNDEFINED (y is 0), or PRECISION */
rk_ev rk_near_div(rk_near *r, rk_near x, rk_near y);
rk_near rk_near_between(double low, double high); /* an interval around [low, high] */
double rk_near_low(rk_near x);                    /* not above, respectively below, the ends */
double rk_near_high(rk_near x);
/* A little more than r, for the rounding of a few sums and products of radii. */
double rk_radius_up(double r);

void rk_interval_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);
rk_ev rk_interval_inv(rk_matrix *r, const rk_matrix *a);
rk_ev rk_interval_det(void *r, const rk_matrix *a);
rk_ev rk_interval_rank(slong *low, slong *high, const rk_matrix *a);
rk_ev rk_interval_psd_eigenvalue(void *r, const rk_matrix *a, slong k);
rk_ev rk_interval_singular_value(void *r, const rk_matrix *a, slong k);
rk_ev rk_interval_eigen_modulus(void *r, const rk_matrix *a, slong k);

#endif
