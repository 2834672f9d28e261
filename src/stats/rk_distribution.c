#include "rk_distribution.h"

#include <float.h>
#include <math.h>

#include "base/rk_mem.h"

/* Two independent standard Gaussian numbers. */
static void normal_pair(rk_rng *rng, double z[2]) {
    double radius = sqrt(-2 * log(1 - rk_rng_unit(rng)));
    double angle = 6.283185307179586 * rk_rng_unit(rng);
    z[0] = radius * cos(angle);
    z[1] = radius * sin(angle);
}

static void draw_gaussian(rk_rng *rng, double mean, double sd, double *entry, size_t n) {
    double z[2];
    for (size_t i = 0; i < n; i++) {
        if (i % 2 == 0)
            normal_pair(rng, z);
        entry[i] = mean + sd * z[i % 2];
    }
}

static void draw_uniform(rk_rng *rng, double a, double b, double *entry, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double u = rk_rng_unit(rng);
        entry[i] = fmin(b, fmax(a, a * (1 - u) + b * u));
    }
}

static double dot(const double *x, const double *y, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* Takes from row x its part along row y of length 1. */
static void project(double *x, const double *y, size_t n) {
    double c = dot(x, y, n);
    for (size_t i = 0; i < n; i++)
        x[i] -= c * y[i];
}

/* Makes row i orthogonal to those before it and of length 1. Gram and Schmidt's method leaves the
   sign of the triangular factor positive by itself; done twice it is orthogonal to rounding. False
   when the row was next to dependent. */
static bool orthogonalise(double *q, size_t i, size_t n) {
    double *row = q + i * n, before = sqrt(dot(row, row, n));
    for (int pass = 0; pass < 2; pass++)
        for (size_t j = 0; j < i; j++)
            project(row, q + j * n, n);
    double length = sqrt(dot(row, row, n));
    if (!(length > 1e-8 * before))
        return false;
    for (size_t k = 0; k < n; k++)
        row[k] /= length;
    return true;
}

/* The rows of a Gaussian matrix made orthonormal: a Haar matrix, as its transpose is. */
static double draw_haar(rk_rng *rng, double *entry, size_t n) {
    for (size_t i = 0; i < n; i++)
        do
            draw_gaussian(rng, 0, 1, entry + i * n, n);
        while (!orthogonalise(entry, i, n));
    return 16 * (double)n * DBL_EPSILON;
}

/* Doubles are dense where the spread is: what is lost there is no more than the distance of 53-bit
   numbers from real ones. Where they are not, around a mean that is large beside the deviation, the
   draw is known up to the rounding only. */
static double coarseness(double centre, double spread) {
    return centre * 0x1p-36 <= spread ? 0 : (centre + 9 * spread) * 0x1p-50;
}

double rk_distribution_draw(const rk_distribution *d, rk_rng *rng, double *entry) {
    size_t n = (size_t)(d->rows * d->cols);
    if (d->set == RK_SET_HAAR)
        return draw_haar(rng, entry, (size_t)d->rows);
    double a = d->param[0], b = d->param[1];
    if (d->set == RK_SET_UNIFORM) {
        draw_uniform(rng, a, b, entry, n);
        return coarseness(fmax(fabs(a), fabs(b)), b - a);
    }
    draw_gaussian(rng, a, b, entry, n);
    return coarseness(fabs(a), b);
}
