/* Products of matrices of balls: through slices of doubles where that is quicker, by Arb elsewhere.
   Arb takes dot products as soon as one side is short, at several times the price of its blocks of
   integers. The factor on the right, when it is a matrix of doubles, is often the same one again,
   weights of a model: the domain keeps what was converted last. */
#include <math.h>
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

/* x is the point y; numbers of 53 bits well within the range of doubles are converted exactly. */
static bool is_double(const arb_struct *x, double y) {
    const arf_struct *m = arb_midref(x);
    if (!arb_is_exact(x))
        return false;
    if (fabs(y) > 0x1p-900 && fabs(y) < 0x1p900 && arf_bits(m) <= 53)
        return arf_get_d(m, ARF_RND_DOWN) == y;
    return arf_equal_d(m, y);
}

static bool same(const converted *c, const rk_matrix *b) {
    if (c->slices == NULL || c->rows != b->rows || c->cols != b->cols)
        return false;
    for (slong i = 0; i < b->rows * b->cols; i++)
        if (!is_double((const arb_struct *)rk_at(b, 0, i), c->entry[i]))
            return false;
    return true;
}

/* The entries as doubles; NULL when they are none. */
static double *doubles_of(const rk_matrix *b) {
    size_t size = (size_t)(b->rows * b->cols);
    double *entry = rk_malloc(size * sizeof *entry);
    for (size_t i = 0; i < size; i++) {
        const arb_struct *x = (const arb_struct *)rk_at(b, 0, (slong)i);
        entry[i] = arf_get_d(arb_midref(x), ARF_RND_DOWN);
        if (!is_double(x, entry[i])) {
            rk_free(entry);
            return NULL;
        }
    }
    return entry;
}

/* Takes the slices over; false when they stay the caller's. */
static bool keep(cache *all, const rk_matrix *b, rk_slices *slices, slong bits) {
    double *entry = b->rows * b->cols < WORTH_KEEPING ? NULL : doubles_of(b);
    if (entry == NULL)
        return false;
    converted c = {b->rows, b->cols, bits, entry, slices};
    if (bytes_of(&c) > KEPT_BYTES) {
        rk_free(entry);
        return false;
    }
    do
        drop(all, &all->kept[all->next++ % KEPT]);
    while (all->bytes + bytes_of(&c) > KEPT_BYTES);
    all->kept[(all->next - 1) % KEPT] = c;
    all->bytes += bytes_of(&c);
    return true;
}

/* b converted for products with `bits` bits; *kept: it is the domain's. */
static rk_slices *convert_right(const rk_matrix *b, slong bits, bool *kept) {
    cache *all = b->domain->context;
    for (unsigned i = 0; i < KEPT; i++)
        if (same(&all->kept[i], b) &&
            (rk_slices_exact(all->kept[i].slices) || all->kept[i].bits >= bits)) {
            *kept = true;
            return all->kept[i].slices;
        }
    rk_slices *s = rk_slices_right(b->entry, b->rows, b->cols, bits);
    *kept = s != NULL && keep(all, b, s, bits);
    return s;
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
