/* Draws of random matrices in doubles, from one stream of the counter-based generator.

   Gaussian entries are mean + sd*z with z by the method of Box and Muller on 53-bit uniforms, which
   reaches |z| = 8.5. Uniform entries lie in [a, b] whatever rounding does. Where doubles are too
   coarse for the distribution, the radius says how far the draw may be from the one meant. A Haar
   matrix is the orthogonal factor of a Gaussian matrix, with the signs that make the triangular
   factor's diagonal positive (Mezzadri, "How to generate random matrices from the classical compact
   groups", 2007); the draw is then a true orthogonal matrix near the one written, not farther in
   any entry than the radius says. */
#ifndef RK_DISTRIBUTION_H
#define RK_DISTRIBUTION_H

#include <stdint.h>
#include "base/rk_rng.h"
#include "lang/rk_sets.h"

typedef struct rk_distribution {
    rk_set set;      /* GAUSSIAN, UNIFORM, HAAR */
    double param[2]; /* mean and standard deviation >= 0; ends a <= b of the interval */
    int64_t rows, cols;
} rk_distribution;

/* Writes rows*cols entries, row-major; returns the radius. Haar: rows == cols. */
double rk_distribution_draw(const rk_distribution *d, rk_rng *rng, double *entry);

#endif
