#include "rk_slices.h"

#include <math.h>
#include <string.h>
#include "linalg/rk_enclose.h"
#include "linalg/rk_gemm.h"

enum { MOST_SLICES = 200, MOST_LEVELS = 2 * MOST_SLICES };
/* Exponents beyond these are left to others. */
#define FAR_OFF (WORD(1) << 40)

/* In units of 2^exponent of its line an entry is sum_p digit_p 2^(-(p+1) width), each digit below
   2^width in modulus, but for the radius. */
struct rk_slices {
    slong rows, cols, count, width;
    bool by_rows, exact;
    slong *exponent;
    float *digit;     /* slice after slice */
    rk_cover modulus; /* of the entry's midpoint and radius together */
    rk_cover radius;
    bool point; /* all radii are 0 */
};

/* Digits of w bits, sums of k products of two at most k 2^2w <= 2^53. Floats hold them. */
static slong width_for(slong k) {
    slong length = (slong)FLINT_BIT_COUNT((ulong)k), w = (53 - length) / 2;
    return w < 24 ? w : 24;
}

static slong lines_of(const rk_slices *s) {
    return s->by_rows ? s->rows : s->cols;
}

/* The line of the entry at (i, j). */
static slong line_of(const rk_slices *s, slong i, slong j) {
    return s->by_rows ? i : j;
}

/* --- conversion --------------------------------------------------------------------------------*/

static bool near_enough(const arb_struct *x) {
    const fmpz *e = &ARF_EXP(arb_midref(x)), *r = &MAG_EXP(arb_radref(x));
    return arb_is_finite(x) && !COEFF_IS_MPZ(*e) && !COEFF_IS_MPZ(*r) && FLINT_ABS(*e) < FAR_OFF &&
           FLINT_ABS(*r) < FAR_OFF;
}

/* The exponents of the lines: every midpoint is below 2^exponent in modulus, and so is every radius
   of a line of zeros. False when a line spans more than `most` bits or an entry is far off. */
static bool find_exponents(rk_slices *s, const arb_struct *entry, slong most) {
    slong lines = lines_of(s);
    slong *least = rk_malloc((size_t)(lines + 1) * sizeof *least);
    bool good = true;
    for (slong i = 0; i < lines; i++) {
        least[i] = FAR_OFF;
        s->exponent[i] = -FAR_OFF;
    }
    for (slong i = 0; i < s->rows && good; i++)
        for (slong j = 0; j < s->cols && good; j++, entry++) {
            slong line = line_of(s, i, j), e = ARF_EXP(arb_midref(entry));
            good = near_enough(entry);
            if (!good || arf_is_zero(arb_midref(entry)))
                continue;
            s->exponent[line] = FLINT_MAX(s->exponent[line], e);
            least[line] = FLINT_MIN(least[line], e);
            good = s->exponent[line] - least[line] <= most;
        }
    rk_free(least);
    return good;
}

/* Lines without a midpoint other than 0 take the exponent of their largest radius. */
static void give_exponents_to_zeros(rk_slices *s, const arb_struct *entry) {
    slong lines = lines_of(s);
    bool *zero = rk_calloc((size_t)lines + 1, sizeof *zero);
    for (slong i = 0; i < lines; i++)
        zero[i] = s->exponent[i] == -FAR_OFF;
    for (slong i = 0; i < s->rows; i++)
        for (slong j = 0; j < s->cols; j++, entry++) {
            slong line = line_of(s, i, j), e = MAG_EXP(arb_radref(entry));
            if (zero[line] && !mag_is_zero(arb_radref(entry)))
                s->exponent[line] = FLINT_MAX(s->exponent[line], e);
        }
    for (slong i = 0; i < lines; i++)
        if (s->exponent[i] == -FAR_OFF)
            s->exponent[i] = 0;
    rk_free(zero);
}

/* Bits first .. first + w - 1 below the leading one of a mantissa, which is bit 0; 0 beyond it. */
static ulong bits_at(mp_srcptr man, mp_size_t limbs, slong first, slong w) {
    if (first < 0) {
        w += first;
        first = 0;
    }
    slong limb = limbs - 1 - first / FLINT_BITS, offset = first % FLINT_BITS;
    if (w <= 0 || limb < 0)
        return 0;
    ulong x = man[limb] << offset;
    if (offset > 0 && limb > 0)
        x |= man[limb - 1] >> (FLINT_BITS - offset);
    return x >> (FLINT_BITS - w);
}

/* Bits of x from 2^exponent down to its last one. */
static slong length_below(const arf_struct *x, slong exponent) {
    return arf_is_zero(x) ? 0 : exponent - (slong)ARF_EXP(x) + arf_bits(x);
}

static slong slices_needed(const rk_slices *s, const arb_struct *entry) {
    slong most = 1;
    for (slong i = 0; i < s->rows; i++)
        for (slong j = 0; j < s->cols; j++, entry++)
            most = FLINT_MAX(most, length_below(arb_midref(entry), s->exponent[line_of(s, i, j)]));
    return (most + s->width - 1) / s->width;
}

/* The i-th entry, in a line of that exponent. */
static void put_digits(rk_slices *s, slong i, slong exponent, const arf_struct *x) {
    size_t size = (size_t)(s->rows * s->cols);
    mp_srcptr man;
    mp_size_t limbs;
    if (arf_is_zero(x)) {
        for (slong p = 0; p < s->count; p++)
            s->digit[(size_t)p * size + (size_t)i] = 0;
        return;
    }
    ARF_GET_MPN_READONLY(man, limbs, x);
    slong skipped = exponent - (slong)ARF_EXP(x);
    for (slong p = 0; p < s->count; p++) {
        float d = (float)bits_at(man, limbs, p * s->width - skipped, s->width);
        s->digit[(size_t)p * size + (size_t)i] = ARF_SGNBIT(x) ? -d : d;
    }
}

/* At least m 2^-exponent; never too small for doubles, infinite where too large. */
static double scaled(const mag_struct *m, slong exponent) {
    if (mag_is_zero(m))
        return 0;
    slong e = (slong)MAG_EXP(m) - exponent;
    return ldexp((double)MAG_MAN(m), e < -900 ? -900 : e > 2000 ? 2000 : (int)e - MAG_BITS);
}

/* At least |x| 2^-exponent. */
static double scaled_modulus(const arf_struct *x, slong exponent) {
    mag_t m;
    mag_init(m);
    arf_get_mag(m, x);
    double r = scaled(m, exponent);
    mag_clear(m);
    return r;
}

/* The line of the entry after the i-th, which is in this one. */
static slong next_line(const rk_slices *s, size_t i, slong line) {
    if (s->by_rows)
        return (slong)(i + 1) == (line + 1) * s->cols ? line + 1 : line;
    return line + 1 == s->cols ? 0 : line + 1;
}

/* Radii with what is cut off, and moduli. */
static void put_bounds(rk_slices *s, const arb_struct *entry) {
    size_t size = (size_t)(s->rows * s->cols);
    double *radius = rk_malloc((2 * size + 1) * sizeof *radius), *modulus = radius + size;
    double last = ldexp(1, (int)FLINT_MAX(-900, -s->count * s->width));
    s->point = s->exact = true;
    slong line = 0;
    for (size_t i = 0; i < size; i++) {
        const arf_struct *x = arb_midref(entry + i);
        slong e = s->exponent[line];
        line = next_line(s, i, line);
        bool cut = length_below(x, e) > s->count * s->width;
        radius[i] = (scaled(arb_radref(entry + i), e) + (cut ? last : 0)) * (1 + 0x1p-40);
        modulus[i] = (scaled_modulus(x, e) + radius[i]) * (1 + 0x1p-40);
        s->point = s->point && radius[i] == 0;
        s->exact = s->exact && !cut;
    }
    rk_cover (*make)(const double *, size_t, size_t) =
        s->by_rows ? rk_cover_rows : rk_cover_columns;
    s->modulus = make(modulus, (size_t)s->rows, (size_t)s->cols);
    if (!s->point)
        s->radius = make(radius, (size_t)s->rows, (size_t)s->cols);
    rk_free(radius);
}

static rk_slices *convert(const arb_struct *entry, slong rows, slong cols, slong bits,
                          bool by_rows) {
    rk_slices *s = rk_calloc(1, sizeof *s);
    *s = (rk_slices){.rows = rows, .cols = cols, .by_rows = by_rows};
    s->width = width_for(by_rows ? cols : rows);
    s->exponent = rk_calloc((size_t)lines_of(s) + 1, sizeof *s->exponent);
    if (!find_exponents(s, entry, FLINT_MAX(bits / 2, 64))) {
        rk_slices_free(s);
        return NULL;
    }
    give_exponents_to_zeros(s, entry);
    slong most = FLINT_MIN((bits + s->width - 1) / s->width, MOST_SLICES);
    s->count = FLINT_MIN(most, slices_needed(s, entry));
    s->digit = rk_malloc((size_t)(s->count * rows * cols + 1) * sizeof *s->digit);
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < cols; j++)
            put_digits(s, i * cols + j, s->exponent[line_of(s, i, j)],
                       arb_midref(entry + i * cols + j));
    put_bounds(s, entry);
    return s;
}

/* --- conversion of doubles ---------------------------------------------------------------------*/

/* What the columns of doubles need: their exponents, and those of their least entries and of their
   last bits. */
typedef struct grid {
    int *top, *least, *last;
} grid;

enum { NOWHERE = 1 << 20, FARTHEST = 900, LONGEST = 1000 }; /* within the range of doubles */

/* The exponent of x, normal and not 0: |x| is below 2^it, and at least half of that. */
static inline int exponent_of(double x, int *last) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int e = (int)(bits >> 52 & 0x7ff) - 1022;
    *last = e - 53 + __builtin_ctzll(bits | UINT64_C(1) << 52);
    return e;
}

/* False when a number is not normal. */
static bool find_grid(grid *g, const double *x, slong rows, slong cols) {
    int least = NOWHERE, most = -NOWHERE;
    for (slong j = 0; j < cols; j++) {
        g->top[j] = -NOWHERE;
        g->least[j] = g->last[j] = NOWHERE;
    }
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < cols; j++, x++) {
            int last, e = exponent_of(*x, &last);
            if (*x == 0)
                continue;
            g->top[j] = FLINT_MAX(g->top[j], e);
            g->least[j] = FLINT_MIN(g->least[j], e);
            g->last[j] = FLINT_MIN(g->last[j], last);
        }
    for (slong j = 0; j < cols; j++) {
        least = FLINT_MIN(least, g->least[j]);
        most = FLINT_MAX(most, g->top[j]);
    }
    return (least == NOWHERE || least >= -FARTHEST) && most <= FARTHEST;
}

/* The exponents of the columns and the number of slices; false when that is not few enough. */
static bool fit_grid(rk_slices *s, const grid *g, slong bits) {
    slong length = 1;
    for (slong j = 0; j < s->cols; j++) {
        bool zero = g->top[j] == -NOWHERE;
        s->exponent[j] = zero ? 0 : g->top[j];
        if (!zero && g->top[j] - g->least[j] > FLINT_MAX(bits / 2, 64))
            return false;
        length = zero ? length : FLINT_MAX(length, (slong)g->top[j] - g->last[j]);
    }
    s->count = (length + s->width - 1) / s->width;
    return length <= FLINT_MIN(bits, LONGEST) && s->count <= MOST_SLICES;
}

/* All digits, and the moduli. Every step is exact. */
static void put_doubles(rk_slices *s, const double *x) {
    size_t size = (size_t)(s->rows * s->cols);
    double *y = rk_malloc((size + 1) * sizeof *y), base = ldexp(1, (int)s->width);
    double *down = rk_malloc((size_t)(s->cols + 1) * sizeof *down);
    for (slong j = 0; j < s->cols; j++)
        down[j] = ldexp(1, -(int)s->exponent[j]);
    for (size_t i = 0; i < size; i += (size_t)s->cols)
        for (size_t j = 0; j < (size_t)s->cols; j++) {
            double rest = y[i + j] = x[i + j] * down[j];
            for (size_t p = 0; p < (size_t)s->count; p++) {
                double digit = (double)(int32_t)(rest * base);
                s->digit[p * size + i + j] = (float)digit;
                rest = rest * base - digit;
            }
        }
    s->modulus = rk_cover_columns(y, (size_t)s->rows, (size_t)s->cols);
    rk_free(y);
    rk_free(down);
}

rk_slices *rk_slices_right_doubles(const double *entry, slong rows, slong cols, slong bits) {
    rk_slices *s = rk_calloc(1, sizeof *s);
    *s = (rk_slices){.rows = rows, .cols = cols, .exact = true, .point = true};
    s->width = width_for(rows);
    s->exponent = rk_calloc((size_t)cols + 1, sizeof *s->exponent);
    int *all = rk_malloc(3 * (size_t)cols * sizeof *all + 1);
    grid g = {all, all + cols, all + 2 * cols};
    bool good = find_grid(&g, entry, rows, cols) && fit_grid(s, &g, bits);
    rk_free(all);
    if (!good) {
        rk_slices_free(s);
        return NULL;
    }
    s->digit = rk_malloc((size_t)(s->count * rows * cols + 1) * sizeof *s->digit);
    put_doubles(s, entry);
    return s;
}

rk_slices *rk_slices_left(const arb_struct *entry, slong rows, slong cols, slong bits) {
    return convert(entry, rows, cols, bits, true);
}

rk_slices *rk_slices_right(const arb_struct *entry, slong rows, slong cols, slong bits) {
    return convert(entry, rows, cols, bits, false);
}

void rk_slices_free(rk_slices *s) {
    if (s == NULL)
        return;
    rk_free(s->exponent);
    rk_free(s->digit);
    rk_cover_free(&s->modulus);
    rk_cover_free(&s->radius);
    rk_free(s);
}

bool rk_slices_exact(const rk_slices *s) {
    return s->exact;
}

bool rk_slices_points(const rk_slices *a, const rk_slices *b) {
    return a->point && b->point;
}

size_t rk_slices_bytes(const rk_slices *s) {
    return (size_t)(s->rows * s->cols * (s->count + 2)) * sizeof(float);
}

/* --- products ----------------------------------------------------------------------------------*/

/* One product, COLUMNS columns at a time. */
enum { COLUMNS = 256 };

typedef struct product {
    const rk_slices *a, *b;
    slong m, k, n, levels; /* slices p of a and q of b with p + q < levels are multiplied */
    double *left;          /* all slices of a */
    double *right;         /* a slice of some columns of b */
    double *part;          /* slices of a times it */
    int64_t *sum;          /* level after level */
} product;

static void widen(double *r, const float *x, slong rows, slong width, slong stride) {
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < width; j++)
            r[i * width + j] = (double)x[i * stride + j];
}

/* sums of the columns from `start` on */
static void multiply_slices(product *t, slong start, slong width) {
    slong size = t->m * width;
    memset(t->sum, 0, (size_t)(t->levels * size) * sizeof *t->sum);
    for (slong q = 0; q < t->b->count && q < t->levels; q++) {
        slong taken = FLINT_MIN(t->a->count, t->levels - q);
        widen(t->right, t->b->digit + q * t->k * t->n + start, t->k, width, t->n);
        rk_gemm(t->part, (size_t)width, t->left, (size_t)t->k, t->right, (size_t)width,
                (size_t)(taken * t->m), (size_t)t->k, (size_t)width);
        for (slong i = 0; i < taken * size; i++)
            t->sum[q * size + i] += (int64_t)t->part[i];
    }
}

/* Carries, from the last level up, so that all but the first lie in [0, 2^width). */
static int64_t carry(ulong *digit, const int64_t *sum, slong stride, slong levels, slong width,
                     int sign) {
    int64_t over = 0, base = INT64_C(1) << width;
    for (slong s = levels - 1; s >= 0; s--) {
        int64_t v = sign * sum[s * stride] + over;
        over = v >= 0 ? v / base : -((-v + base - 1) / base);
        digit[s] = (ulong)(v - over * base);
    }
    return over;
}

static void or_at(ulong *limb, ulong x, slong bit) {
    slong i = bit / FLINT_BITS, offset = bit % FLINT_BITS;
    limb[i] |= x << offset;
    if (offset > 0)
        limb[i + 1] |= x >> (FLINT_BITS - offset);
}

/* z := the sum of sum_s 2^((levels-1-s) width) */
static void assemble(fmpz_t z, const int64_t *sum, slong stride, slong levels, slong width) {
    ulong digit[MOST_LEVELS], limb[MOST_LEVELS / 2] = {0};
    slong limbs = (levels * width + 64) / FLINT_BITS + 2;
    int64_t top = carry(digit, sum, stride, levels, width, 1);
    bool negative = top < 0;
    if (negative)
        top = carry(digit, sum, stride, levels, width, -1);
    for (slong s = 0; s < levels; s++)
        or_at(limb, digit[s], (levels - 1 - s) * width);
    or_at(limb, (ulong)top, levels * width);
    fmpz_set_ui_array(z, limb, limbs);
    if (negative)
        fmpz_neg(z, z);
}

/* c +/- radius 2^exponent */
static void add_radius(arb_struct *c, double radius, slong exponent) {
    mag_t r;
    mag_init(r);
    if (radius < INFINITY)
        mag_set_d(r, radius);
    else
        mag_inf(r);
    mag_mul_2exp_si(r, r, exponent);
    arb_add_error_mag(c, r);
    mag_clear(r);
}

static void put_column_block(arb_struct *c, const product *t, slong start, slong width,
                             const double *radius, slong prec) {
    slong down = (t->levels + 1) * t->a->width;
    fmpz_t z, e;
    fmpz_init(z);
    fmpz_init(e);
    for (slong i = 0; i < t->m; i++)
        for (slong j = 0; j < width; j++) {
            slong exponent = t->a->exponent[i] + t->b->exponent[start + j];
            arb_struct *entry = c + i * t->n + start + j;
            assemble(z, t->sum + i * width + j, t->m * width, t->levels, t->a->width);
            fmpz_set_si(e, exponent - down);
            arb_set_round_fmpz_2exp(entry, z, e, prec);
            if (!(radius[i * t->n + start + j] == 0)) /* or is no number */
                add_radius(entry, radius[i * t->n + start + j], exponent);
        }
    fmpz_clear(z);
    fmpz_clear(e);
}

/* |a| rad b + rad a |b|, where moduli include the radii, and what is not multiplied: so many pairs
   of slices, each at most k 2^(-levels width). */
static double *find_radius(const product *t) {
    size_t m = (size_t)t->m, k = (size_t)t->k, n = (size_t)t->n;
    double *radius = rk_calloc(m * n + 1, sizeof *radius), pairs = 0;
    for (slong q = 0; q < t->b->count; q++)
        pairs += (double)FLINT_MAX(0, t->a->count + q - t->levels);
    double left_out = pairs * (double)k * ldexp(1, (int)FLINT_MAX(-900, -t->levels * t->a->width));
    if (!t->b->point)
        rk_cover_add_product(radius, &t->a->modulus, &t->b->radius, m, k, n);
    if (!t->a->point)
        rk_cover_add_product(radius, &t->a->radius, &t->b->modulus, m, k, n);
    for (size_t i = 0; i < m * n; i++)
        radius[i] = (radius[i] + left_out) * (1 + 0x1p-40);
    return radius;
}

/* Slices whose products are below 2^-prec of the largest possible one are left out. */
static slong levels_for(const rk_slices *a, const rk_slices *b, slong prec) {
    slong wanted = (prec + 2 * (slong)FLINT_BIT_COUNT((ulong)a->cols) + 8) / a->width + 1;
    return FLINT_MIN(wanted, a->count + b->count - 1);
}

slong rk_slices_pairs(const rk_slices *a, const rk_slices *b, slong prec) {
    slong pairs = 0, levels = levels_for(a, b, prec);
    for (slong q = 0; q < b->count && q < levels; q++)
        pairs += FLINT_MIN(a->count, levels - q);
    return pairs;
}

void rk_slices_mul(arb_struct *c, const rk_slices *a, const rk_slices *b, slong prec) {
    product t = {.a = a, .b = b, .m = a->rows, .k = a->cols, .n = b->cols};
    t.levels = levels_for(a, b, prec);
    slong width = FLINT_MIN(t.n, COLUMNS);
    t.left = rk_malloc((size_t)(a->count * t.m * t.k + 1) * sizeof *t.left);
    t.right = rk_malloc((size_t)(t.k * width + 1) * sizeof *t.right);
    t.part = rk_malloc((size_t)(a->count * t.m * width + 1) * sizeof *t.part);
    t.sum = rk_malloc((size_t)(t.levels * t.m * width + 1) * sizeof *t.sum);
    double *radius = find_radius(&t);
    widen(t.left, a->digit, a->count * t.m, t.k, t.k);
    for (slong start = 0; start < t.n; start += width) {
        slong now = FLINT_MIN(width, t.n - start);
        multiply_slices(&t, start, now);
        put_column_block(c, &t, start, now, radius, prec);
    }
    rk_free(t.left);
    rk_free(t.right);
    rk_free(t.part);
    rk_free(t.sum);
    rk_free(radius);
}
