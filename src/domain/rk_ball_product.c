/* Products of matrices of balls: through slices of doubles where that is quicker, by Arb elsewhere.
   Arb takes dot products as soon as one side is short, at several times the price of its blocks of
   integers. The factor on the right, when it is a matrix of doubles, is often the same one again,
   weights of a model: the domain keeps what was converted last. */
#include <math.h>
#include <string.h>
#include "rk_ball.h"
#include "rk_slices.h"

/* --- converted factors -------------------------------------------------------------------------*/

enum { KEPT = 32, WORTH_KEEPING = 1024 };
#define KEPT_BYTES ((size_t)1 << 28)

/* What was converted, and the doubles that it was: whatever asks for it is compared with them. */
typedef struct converted {
    slong rows, cols, bits;
    double *entry;
    rk_slices *slices;
} converted;

typedef struct cache {
    converted kept[KEPT];
    unsigned next;
    size_t bytes;
} cache;

static size_t bytes_of(const converted *c) {
    return c->slices == NULL
               ? 0
               : rk_slices_bytes(c->slices) + (size_t)(c->rows * c->cols) * sizeof *c->entry;
}

static void drop(cache *all, converted *c) {
    all->bytes -= bytes_of(c);
    rk_free(c->entry);
    rk_slices_free(c->slices);
    *c = (converted){0};
}

void *rk_ball_cache_new(void) {
    return rk_calloc(1, sizeof(cache));
}

void rk_ball_cache_free(rk_domain *d) {
    cache *all = d->context;
    for (unsigned i = 0; i < KEPT; i++)
        drop(all, &all->kept[i]);
    rk_free(all);
}

/* The double that x is; false when it is none. */
static inline bool get_double(double *r, const arb_struct *x) {
    const arf_struct *m = arb_midref(x);
    const slong far = 900, e = ARF_EXP(m);
    const mp_size_t size = ARF_XSIZE(m);
    const uint64_t d = ARF_NOPTR_D(m)[0];
    if (!arb_is_exact(x))
        return false;
    if (FLINT_BITS == 64 && size >> 1 == 1 && (d & 0x7ff) == 0 && e > -far &&
        e < far) { /* one limb; the sign is bit 0 */
        uint64_t bits = (uint64_t)size << 63 | (uint64_t)(e + 1022) << 52 | (d << 1) >> 12;
        memcpy(r, &bits, sizeof bits);
        return true;
    }
    *r = arf_get_d(m, ARF_RND_DOWN);
    return arf_equal_d(m, *r);
}

/* The entries as doubles; NULL when they are none, or no numbers. */
static double *doubles_of(const rk_matrix *b) {
    size_t size = (size_t)(b->rows * b->cols);
    const arb_struct *x = b->entry;
    double *entry = rk_malloc((size + 1) * sizeof *entry);
    for (size_t i = 0; i < size; i++)
        if (!get_double(&entry[i], x + i) || !isfinite(entry[i])) {
            rk_free(entry);
            return NULL;
        }
    return entry;
}

static converted *find_kept(cache *all, const rk_matrix *b, const double *entry, slong bits) {
    size_t bytes = (size_t)(b->rows * b->cols) * sizeof *entry;
    for (converted *c = all->kept; c < all->kept + KEPT; c++)
        if (c->slices != NULL && c->rows == b->rows && c->cols == b->cols &&
            memcmp(c->entry, entry, bytes) == 0 && (rk_slices_exact(c->slices) || c->bits >= bits))
            return c;
    return NULL;
}

/* Takes entry and slices over; false when they stay the caller's. */
static bool keep(cache *all, converted c) {
    if (c.rows * c.cols < WORTH_KEEPING || bytes_of(&c) > KEPT_BYTES)
        return false;
    do
        drop(all, &all->kept[all->next++ % KEPT]);
    while (all->bytes + bytes_of(&c) > KEPT_BYTES);
    all->kept[(all->next - 1) % KEPT] = c;
    all->bytes += bytes_of(&c);
    return true;
}

/* b, which is these doubles, converted for products with `bits` bits; *kept: it is the domain's. */
static rk_slices *convert_doubles(const rk_matrix *b, double *entry, slong bits, bool *kept) {
    cache *all = b->domain->context;
    converted *known = find_kept(all, b, entry, bits);
    *kept = known != NULL;
    if (*kept) {
        rk_free(entry);
        return known->slices;
    }
    rk_slices *s = rk_slices_right_doubles(entry, b->rows, b->cols, bits);
    if (s == NULL)
        s = rk_slices_right(b->entry, b->rows, b->cols, bits);
    *kept = s != NULL && keep(all, (converted){b->rows, b->cols, bits, entry, s});
    if (!*kept)
        rk_free(entry);
    return s;
}

static rk_slices *convert_right(const rk_matrix *b, slong bits, bool *kept) {
    double *entry = doubles_of(b);
    *kept = false;
    return entry != NULL ? convert_doubles(b, entry, bits, kept)
                         : rk_slices_right(b->entry, b->rows, b->cols, bits);
}

/* --- which way ---------------------------------------------------------------------------------*/

enum {
    FEWEST = 1 << 14, /* products of entries; and the least inner dimension, for slices to pay */
    LEAST_INNER = 8,
    MOST_BITS = 2000,
    BY_DOTS = 60, /* Arb takes dot products when a side is not longer */
    PAIRS = 16    /* products of slices that take as long as Arb's of long sides, of points; twice
                     as many for balls */
};

static bool short_side(const rk_matrix *a, const rk_matrix *b) {
    return FLINT_MIN(FLINT_MIN(a->rows, a->cols), b->cols) <= BY_DOTS;
}

static bool by_slices(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    slong prec = a->domain->precision, bits = prec + 16;
    double size = (double)a->rows * (double)a->cols * (double)b->cols;
    if (size < FEWEST || a->cols < LEAST_INNER || prec > MOST_BITS)
        return false;
    bool kept, quick = short_side(a, b);
    rk_slices *x = rk_slices_left(a->entry, a->rows, a->cols, bits);
    rk_slices *y = x == NULL ? NULL : convert_right(b, bits, &kept);
    bool done = y != NULL && (quick || rk_slices_pairs(x, y, prec) <=
                                           (rk_slices_points(x, y) ? PAIRS : 2 * PAIRS));
    if (done)
        rk_slices_mul(r->entry, x, y, prec);
    rk_slices_free(x);
    if (y != NULL && !kept)
        rk_slices_free(y);
    return done;
}

void rk_ball_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    if (!by_slices(r, a, b))
        rk_ball_mul_arb(r, a, b);
}
