/* The midpoint. Let u be the unit roundoff of the rounding mode in hand, eta the least positive
   number; an operation z = fl(x op y) that does not overflow is off by at most u |x op y| and by at
   most u |z|, and by eta more where it multiplies (no addition loses anything below the normal
   numbers). Sums are taken in blocks of a few products, and the sums of blocks are added up by
   levels (gemm_inside.h). In a block, a term passes w roundings, those that come after it, so that
   the sum of the block is off by at most sum ((1 + u)^w - 1) |a||b| + 2 k eta over its terms. What
   is done with the sums of blocks is additions of numbers that are computed, and each loses at most
   u |z|. Sums being linear, all losses together are

     |c - ab| <= u (sum w |a||b| + sum |z|) (1 + 8 u) + 2 k eta,

   whatever the order of the levels (running error bounds: Higham, "Accuracy and Stability of
   Numerical Algorithms", 2nd edition, sections 3.3 and 4.2). The sum of moduli, which grows like k,
   is charged with the few roundings of a block alone; partial sums grow like the root of k where
   signs vary. rk_gemm.h tells how few of the |z| are enough, and by how much w grows for that. The
   trace itself is a sum of less than k numbers that are not negative: it is too small by a factor
   of at least 1 - 2 k u.

   Radii. With a' within ra of a and b' within rb of b, |a'b' - ab| <= |a| rb + ra (|b| + rb):

     radius = u (|a| (w |b| + rb / u) + trace) + ra (|b| + rb) + 2 k eta

   (Rump, "Fast and parallel interval arithmetic", BIT 39, 1999, section 3, with the rounding mode
   left alone). Both products are of numbers that are not negative and serve as bounds only: they
   are taken in floats, at twice the speed, with factors rounded up. To keep them within the range
   of floats, rows of the left and columns of the right factor are divided by powers of 2; where a
   line spans so much that floats do not hold it then, doubles are taken.

   Overflow gives what is not finite, or with another rounding mode than to nearest the largest
   number; then sum |a||b| is beyond 2^1022, and a radius beyond 2^960 counts as infinite. */
#include "rk_enclose.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/rk_mem.h"
#include "rk_gemm.h"

#define LEAST 0x1p-1074

/* 2^-53 when numbers are rounded to nearest, else 2^-52; asked of the arithmetic itself. */
static double unit_roundoff(void) {
    volatile double one = 1, little = 0x1p-60, more = one + little, less = one - little;
    return more == 1 && less == 1 ? 0x1p-53 : 0x1p-52;
}

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

/* The moduli weight |x| + ratio r of a matrix; weights are those of its rows. r, weight: or NULL.
 */
typedef struct source {
    const double *x, *r, *weight;
    double ratio;
    size_t rows, cols;
    bool by_rows;
} source;

/* A scaled number that is not 0 is at least FLOOR or, in doubles, FLOOR_WIDE; so their products are
   normal numbers, and the two or three roundings of a number are made up for by a factor. */
#define FLOOR 0x1p-60
#define FLOOR_WIDE 0x1p-500
#define UP (1 + 0x1p-21)

static inline double larger(double x, double y) {
    return y > x ? y : x; /* x where y is not a number */
}

/* The exponent e of 2^e by which numbers up to `most` are divided: the quotients are below 4, and
   2^e and 2^-e are doubles with room for the ratio. */
static int exponent_for(double most) {
    int e = most > 0 && isfinite(most) ? ilogb(most) : 0;
    return e < -960 ? -960 : e;
}

/* scale[i] := 2^e for maxima of lines; inverse[i] := 2^-e */
static void invert_scales(double *inverse, double *scale, size_t lines) {
    for (size_t i = 0; i < lines; i++) {
        int e = exponent_for(scale[i]);
        scale[i] = ldexp(1, e);
        inverse[i] = ldexp(1, -e);
    }
}

/* Part of a row, as many entries as make compilers take vectors; zeros beyond its end. */
enum { RUN = 16 };

typedef struct run {
    double x[RUN], r[RUN], scale[RUN];
} run;

static inline void load_run(double *to, const double *from, size_t n) {
    if (n < RUN)
        memset(to, 0, RUN * sizeof *to);
    if (n < RUN)
        memcpy(to, from, n * sizeof *to);
    else
        memcpy(to, from, RUN * sizeof *to);
}

/* n entries of row i from the j-th on, and what belongs to their lines in `scale`. */
static inline void get_run(run *t, const source *s, const double *scale, size_t i, size_t j,
                           size_t n) {
    load_run(t->x, s->x + i * s->cols + j, n);
    if (s->r != NULL)
        load_run(t->r, s->r + i * s->cols + j, n);
    if (!s->by_rows)
        load_run(t->scale, scale + j, n);
    for (int k = 0; k < RUN && s->by_rows; k++)
        t->scale[k] = scale[i];
}

static inline size_t run_at(const source *s, size_t j) {
    return s->cols - j < RUN ? s->cols - j : RUN;
}

/* Line by line the largest of |x| and r * ratio. */
static void find_scales(double *scale, const source *s) {
    run t = {{0}, {0}, {0}};
    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < s->cols; j += RUN) {
            size_t n = run_at(s, j);
            get_run(&t, s, scale, i, j, n);
            for (int k = 0; k < RUN; k++)
                t.scale[k] = larger(t.scale[k], larger(fabs(t.x[k]), t.r[k] * s->ratio));
            for (size_t k = 0; k < n && s->by_rows; k++)
                scale[i] = larger(scale[i], t.scale[k]);
            if (!s->by_rows)
                memcpy(scale + j, t.scale, n * sizeof *scale);
        }
}

/* y := the scaled moduli; low := at most those that are not 0, each for its place. */
static inline void scale_run(double *y, double *low, const run *t, double weight, double ratio) {
    for (int k = 0; k < RUN; k++) {
        double x = fabs(t->x[k]), r = t->r[k];
        y[k] = (x * t->scale[k] * weight + r * (t->scale[k] * ratio)) * UP;
        double some = x + r > 0 ? y[k] : 1;
        low[k] = some < low[k] ? some : low[k];
    }
}

static double weight_of(const source *s, size_t i) {
    return s->weight == NULL ? 1 : s->weight[i];
}

/* False when the numbers of a line span too much. */
static bool fill(float *entry, const source *s, const double *inverse) {
    run t = {{0}, {0}, {0}};
    double low[RUN];
    bool good = true;
    for (int k = 0; k < RUN; k++)
        low[k] = 1;
    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < s->cols; j += RUN) {
            double y[RUN];
            float z[RUN];
            size_t n = run_at(s, j);
            get_run(&t, s, inverse, i, j, n);
            scale_run(y, low, &t, weight_of(s, i), s->ratio);
            for (int k = 0; k < RUN; k++)
                z[k] = (float)y[k];
            memcpy(entry + i * s->cols + j, z, n * sizeof *z);
        }
    for (int k = 0; k < RUN; k++)
        good = good && low[k] >= FLOOR;
    return good;
}

static void fill_wide(double *entry, const source *s, const double *inverse) {
    run t = {{0}, {0}, {0}};
    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < s->cols; j += RUN) {
            double y[RUN], low[RUN] = {0};
            size_t n = run_at(s, j);
            get_run(&t, s, inverse, i, j, n);
            scale_run(y, low, &t, weight_of(s, i), s->ratio);
            for (size_t k = 0; k < n; k++)
                entry[i * s->cols + j + k] =
                    y[k] < FLOOR_WIDE && (t.x[k] != 0 || t.r[k] > 0) ? FLOOR_WIDE : y[k];
        }
}

/* entry: where floats go, of the size of the matrix. */
static rk_cover cover_in(float *entry, const source *s) {
    size_t lines = s->by_rows ? s->rows : s->cols;
    rk_cover c = {.entry = entry, .scale = rk_calloc(lines + 1, sizeof *c.scale)};
    double *inverse = rk_malloc((lines + 1) * sizeof *inverse);
    find_scales(c.scale, s);
    invert_scales(inverse, c.scale, lines);
    if (!fill(entry, s, inverse)) {
        c.wide = rk_malloc((s->rows * s->cols + 1) * sizeof *c.wide);
        fill_wide(c.wide, s, inverse);
    }
    rk_free(inverse);
    return c;
}

static rk_cover cover_of(const source *s) {
    return cover_in(rk_malloc((s->rows * s->cols + 1) * sizeof(float)), s);
}

rk_cover rk_cover_rows(const double *x, size_t rows, size_t cols) {
    source s = {.x = x, .ratio = 1, .rows = rows, .cols = cols, .by_rows = true};
    return cover_of(&s);
}

rk_cover rk_cover_columns(const double *x, size_t rows, size_t cols) {
    source s = {.x = x, .ratio = 1, .rows = rows, .cols = cols};
    return cover_of(&s);
}

void rk_cover_free(rk_cover *b) {
    rk_free(b->entry);
    rk_free(b->wide);
    rk_free(b->scale);
}

/* c 2^e and more, 2^e the product of the scales; infinite where it would come near to overflow. */
static inline double scaled_up(double c, double grown, double row, double column) {
    double scale = row * column;
    scale = scale < 0x1p1000 ? scale + LEAST : INFINITY;
    return c == 0 ? 0 : c * grown * scale + LEAST;
}

/* What makes up for the roundings of sums of k numbers that are not negative. */
static double growth(size_t k, double unit) {
    double r = rk_gemm_roundings(k) * unit;
    return r < 0.25 ? (1 + 2 * r) * (1 + 0x1p-40) : INFINITY;
}

/* c: room for the product */
static void add_single(double *radius, float *c, const rk_cover *a, const rk_cover *b, size_t m,
                       size_t k, size_t n) {
    double grown = growth(k, unit_roundoff() * 0x1p29);
    rk_gemm_single(c, n, a->entry, k, b->entry, n, m, k, n);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            radius[i * n + j] += scaled_up((double)c[i * n + j], grown, a->scale[i], b->scale[j]);
}

/* The entries as doubles; *own: to be freed. */
static const double *widened(const rk_cover *a, size_t size, double **own) {
    *own = NULL;
    if (a->wide != NULL)
        return a->wide;
    *own = rk_malloc((size + 1) * sizeof **own);
    for (size_t i = 0; i < size; i++)
        (*own)[i] = (double)a->entry[i];
    return *own;
}

static void add_wide(double *radius, const rk_cover *a, const rk_cover *b, size_t m, size_t k,
                     size_t n) {
    double *own[2], *c = rk_malloc((m * n + 1) * sizeof *c);
    const double *x = widened(a, m * k, &own[0]), *y = widened(b, k * n, &own[1]);
    double grown = growth(k, unit_roundoff());
    rk_gemm(c, n, x, k, y, n, m, k, n);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            radius[i * n + j] += scaled_up(c[i * n + j], grown, a->scale[i], b->scale[j]);
    rk_free(own[0]);
    rk_free(own[1]);
    rk_free(c);
}

static void add_covers(double *radius, float *c, const rk_cover *a, const rk_cover *b, size_t m,
                       size_t k, size_t n) {
    if (a->wide != NULL || b->wide != NULL)
        add_wide(radius, a, b, m, k, n);
    else
        add_single(radius, c, a, b, m, k, n);
}

void rk_cover_add_product(double *radius, const rk_cover *a, const rk_cover *b, size_t m, size_t k,
                          size_t n) {
    float *c = rk_malloc((m * n + 1) * sizeof *c);
    add_covers(radius, c, a, b, m, k, n);
    rk_free(c);
}

/* --- products ----------------------------------------------------------------------------------*/

/* All floats are one allocation: allocators hand the pages of several large ones back to the system
   and take them again at every call. */
static void add_product(double *radius, const source *x, const source *y) {
    size_t m = x->rows, k = x->cols, n = y->cols;
    float *room = rk_malloc((m * k + k * n + m * n + 1) * sizeof *room);
    rk_cover a = cover_in(room, x), b = cover_in(room + m * k, y);
    add_covers(radius, room + m * k + k * n, &a, &b, m, k, n);
    a.entry = b.entry = NULL;
    rk_cover_free(&a);
    rk_cover_free(&b);
    rk_free(room);
}

/* What the terms of a sum are charged with. */
static double *charges_of(size_t k) {
    double *w = rk_malloc((k + 1) * sizeof *w);
    for (size_t p = 0; p < k; p++)
        w[p] = rk_gemm_charge(p, k);
    return w;
}

/* radius, the trace, becomes the radius. */
static void find_radius(double *radius, const double *a, const double *ra, const double *b,
                        const double *rb, size_t m, size_t k, size_t n) {
    double u = unit_roundoff(), *weight = charges_of(k), size = (double)k;
    double grown = (1 + 0x1p-40) * (1 + 4 * size * u), lost = (2 * size + 4) * LEAST;
    add_product(radius, &(source){a, NULL, NULL, 1, m, k, true},
                &(source){b, rb, weight, 1 / u, k, n, false});
    for (size_t i = 0; i < m * n; i++)
        radius[i] = radius[i] == 0 ? 0 : radius[i] * (u * grown) + lost;
    if (ra != NULL)
        add_product(radius, &(source){ra, NULL, NULL, 1, m, k, true},
                    &(source){b, rb, NULL, 1, k, n, false});
    for (size_t i = 0; i < m * n && ra != NULL; i++)
        radius[i] = radius[i] == 0 ? 0 : radius[i] * (1 + 0x1p-40) + LEAST;
    rk_free(weight);
}

void rk_enclose_product(double *c, double *radius, const double *a, const double *ra,
                        const double *b, const double *rb, size_t m, size_t k, size_t n) {
    bool exact = ra == NULL && rb == NULL && fits(a, m * k, b, k * n, k);
    rk_gemm_traced(c, exact ? NULL : radius, n, a, k, b, n, m, k, n);
    if (exact)
        memset(radius, 0, m * n * sizeof *radius);
    else
        find_radius(radius, a, ra, b, rb, m, k, n);
    for (size_t i = 0; i < m * n; i++)
        if (!isfinite(c[i]) || !(radius[i] < 0x1p960)) {
            c[i] = 0;
            radius[i] = INFINITY;
        }
}
