/* With a' within ra of a and b' within rb of b, |a'b' - ab| <= |a| rb + ra (|b| + rb), and the
   computed c is within gamma |a||b| + k eta of ab (rk_gemm.h). So

     radius = |a| (rb + gamma |b|) + ra (|b| + rb) + k eta

   (Rump, "Fast and parallel interval arithmetic", BIT 39, 1999, section 3, with the rounding mode
   left alone). Both products are of numbers that are not negative and serve as bounds only: they
   are taken in floats, at twice the speed, with factors rounded up. To keep them within the range
   of floats, rows of the left and columns of the right factor are divided by powers of 2. */
#include "rk_enclose.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/rk_mem.h"
#include "rk_gemm.h"

#define UNIT 0x1p-53
#define UNIT_SINGLE 0x1p-24
#define LEAST 0x1p-1074
#define LEAST_SINGLE 0x1p-149

/* --- exact products ----------------------------------------------------------------------------*/

/* Entries are multiples of 2^grid, at most 2^top in modulus. */
typedef struct span {
    int grid, top;
} span;

static void widen(span *s, double x) {
    int exponent;
    double fraction = frexp(x, &exponent);
    int64_t bits = (int64_t)ldexp(fraction, 53);
    int grid = exponent - 53 + __builtin_ctzll((uint64_t)bits);
    s->grid = grid < s->grid ? grid : s->grid;
    s->top = exponent > s->top ? exponent : s->top;
}

/* The span of x, given up as soon as it is beyond `most` bits. */
static span span_of(const double *x, size_t size, int most) {
    span s = {4096, -4096};
    for (size_t i = 0; i < size && s.top - s.grid <= most; i++)
        if (x[i] != 0 && isfinite(x[i]))
            widen(&s, x[i]);
    return s;
}

/* Are all sums of products of the entries multiples of one power of 2 that is a double, and at most
   2^53 times it? */
static bool fits(const double *a, size_t na, const double *b, size_t nb, size_t k) {
    int length, left = 53;
    frexp((double)k, &length);
    left -= length;
    enum { FIRST = 64 }; /* tells of most matrices that they do not */
    for (int all = 0; all < 2; all++) {
        span x = span_of(a, all || na < FIRST ? na : FIRST, left);
        span y = span_of(b, all || nb < FIRST ? nb : FIRST, left);
        if (x.top > -4096 && y.top > -4096 &&
            (x.top - x.grid + y.top - y.grid > left || x.grid + y.grid < -1074))
            return false;
    }
    return true;
}

/* --- bounds in floats --------------------------------------------------------------------------*/

/* What is at least scale * x, and 0 for 0: the two roundings are made up for by the factor, and
   numbers below the normal ones by FLOOR. */
#define FLOOR 0x1p-100F

static inline float up(double x, double scale) {
    return x == 0 ? 0 : (float)(x * (scale * (1 + 0x1p-21))) + FLOOR;
}

/* The exponent e of 2^e by which numbers up to `most` are divided: the quotients are below 4, and
   both 2^e and 2^-e are doubles. */
static int exponent_for(double most) {
    int e = most > 0 && isfinite(most) ? ilogb(most) : 0;
    return e < -1000 ? -1000 : e;
}

static rk_cover bounds_new(size_t size, size_t lines) {
    rk_cover r = {rk_malloc((size + 1) * sizeof *r.entry), rk_calloc(lines + 1, sizeof *r.scale)};
    return r;
}

void rk_cover_free(rk_cover *b) {
    rk_free(b->entry);
    rk_free(b->scale);
}

/* scale[i] := 2^e for maxima of lines; inverse[i] := 2^-e */
static void invert_scales(double *inverse, double *scale, size_t lines) {
    for (size_t i = 0; i < lines; i++) {
        int e = exponent_for(scale[i]);
        scale[i] = ldexp(1, e);
        inverse[i] = ldexp(1, -e);
    }
}

/* f |x| + g r is what is bounded, but for a few roundings; r may be NULL. */
typedef struct combination {
    const double *x, *r;
    double f, g;
} combination;

static inline double combine(combination c, size_t i) {
    double y = c.f * fabs(c.x[i]);
    if (y < 0x1p-1000 && c.f > 0 && c.x[i] != 0)
        y += LEAST; /* a larger y would round it away */
    return c.r == NULL ? y : y + c.g * c.r[i];
}

static inline double larger(double x, double y) {
    return y > x ? y : x; /* x where y is not a number */
}

static rk_cover bound_rows(combination c, size_t rows, size_t cols) {
    rk_cover b = bounds_new(rows * cols, rows);
    double *inverse = rk_malloc((rows + 1) * sizeof *inverse);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            b.scale[i] = larger(b.scale[i], combine(c, i * cols + j));
    invert_scales(inverse, b.scale, rows);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            b.entry[i * cols + j] = up(combine(c, i * cols + j), inverse[i]);
    rk_free(inverse);
    return b;
}

static rk_cover bound_columns(combination c, size_t rows, size_t cols) {
    rk_cover b = bounds_new(rows * cols, cols);
    double *inverse = rk_malloc((cols + 1) * sizeof *inverse);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            b.scale[j] = larger(b.scale[j], combine(c, i * cols + j));
    invert_scales(inverse, b.scale, cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            b.entry[i * cols + j] = up(combine(c, i * cols + j), inverse[j]);
    rk_free(inverse);
    return b;
}

rk_cover rk_cover_rows(const double *x, size_t rows, size_t cols) {
    return bound_rows((combination){x, NULL, 1, 0}, rows, cols);
}

rk_cover rk_cover_columns(const double *x, size_t rows, size_t cols) {
    return bound_columns((combination){x, NULL, 1, 0}, rows, cols);
}

/* Scaled, a sum of floats is too small by a factor of at most 1 - gamma and by k LEAST_SINGLE; the
   factor 1 + 2^-40 is for the roundings here, LEAST for a product below the normal numbers. A sum
   that is no finite float stays so. */
void rk_cover_add_product(double *radius, const rk_cover *a, const rk_cover *b, size_t m, size_t k,
                          size_t n) {
    float *c = rk_malloc((m * n + 1) * sizeof *c);
    double r = rk_gemm_roundings(k) * UNIT_SINGLE;
    double grown = r < 0.25 ? (1 + 2 * r) * (1 + 0x1p-40) : INFINITY;
    double least = (double)k * 2 * LEAST_SINGLE;
    rk_gemm_single(c, n, a->entry, k, b->entry, n, m, k, n);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            radius[i * n + j] +=
                (((double)c[i * n + j] + least) * grown * a->scale[i] + LEAST) * b->scale[j];
    rk_free(c);
}

static void add_product(double *radius, combination x, combination y, size_t m, size_t k,
                        size_t n) {
    rk_cover a = bound_rows(x, m, k), b = bound_columns(y, k, n);
    rk_cover_add_product(radius, &a, &b, m, k, n);
    rk_cover_free(&a);
    rk_cover_free(&b);
}

static void product_radius(double *radius, const double *a, const double *ra, const double *b,
                           const double *rb, size_t m, size_t k, size_t n) {
    double r = rk_gemm_roundings(k) * UNIT, gamma = r / (1 - r) * (1 + 0x1p-40);
    memset(radius, 0, m * n * sizeof *radius);
    add_product(radius, (combination){a, NULL, 1, 0}, (combination){b, rb, gamma, 1}, m, k, n);
    if (ra != NULL)
        add_product(radius, (combination){a, ra, 0, 1}, (combination){b, rb, 1, 1}, m, k, n);
    for (size_t i = 0; i < m * n; i++)
        radius[i] = radius[i] * (1 + 0x1p-40) + 2 * (double)k * LEAST;
}

void rk_enclose_product(double *c, double *radius, const double *a, const double *ra,
                        const double *b, const double *rb, size_t m, size_t k, size_t n) {
    rk_gemm(c, n, a, k, b, n, m, k, n);
    if (ra == NULL && rb == NULL && fits(a, m * k, b, k * n, k))
        memset(radius, 0, m * n * sizeof *radius);
    else
        product_radius(radius, a, ra, b, rb, m, k, n);
    for (size_t i = 0; i < m * n; i++)
        if (!isfinite(c[i]) || !(radius[i] < INFINITY)) {
            c[i] = 0;
            radius[i] = INFINITY;
        }
}
