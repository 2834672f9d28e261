#include "rk_poly_rank.h"
#include <stdlib.h>
#include "base/rk_mem.h"
#include "rk_modular.h"
#include "rk_rank.h"

/* Values longer than this are slower than elimination without fractions. */
enum { MOST_BITS = 1 << 14 };

/* Primes and points of the lower bound: the points are units of no small order. */
static const struct {
    ulong p, t;
} place[] = {{UWORD(67108859), UWORD(24036583)}, {UWORD(67108837), UWORD(48017219)}};

static ulong value_at(const fmpz_poly_struct *f, ulong t, nmod_t mod) {
    ulong value = 0;
    for (slong k = f->length - 1; k >= 0; k--) {
        value = nmod_mul(value, t, mod);
        value = nmod_add(value, fmpz_fdiv_ui(f->coeffs + k, mod.n), mod);
    }
    return value;
}

slong rk_poly_rank_at(const fmpz_poly_mat_t a, ulong t, ulong p) {
    nmod_mat_t image;
    nmod_mat_init(image, a->r, a->c, p);
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            nmod_mat_entry(image, i, j) = value_at(fmpz_poly_mat_entry(a, i, j), t, image->mod);
    slong rank = rk_rank_mod(image);
    nmod_mat_clear(image);
    return rank;
}

/* The sum of the moduli of the coefficients of row i. */
static void row_norm(fmpz_t norm, const fmpz_poly_mat_t a, slong i) {
    fmpz_t t;
    fmpz_init(t);
    fmpz_zero(norm);
    for (slong j = 0; j < a->c; j++) {
        const fmpz_poly_struct *f = fmpz_poly_mat_entry(a, i, j);
        for (slong k = 0; k < f->length; k++) {
            fmpz_abs(t, f->coeffs + k);
            fmpz_add(norm, norm, t);
        }
    }
    fmpz_clear(t);
}

static int descending(const void *x, const void *y) {
    slong a = *(const slong *)x, b = *(const slong *)y;
    return (a < b) - (a > b);
}

/* B with every coefficient of every minor of order `order` at most below 2^B in modulus: sums of
   moduli of coefficients are submultiplicative, and a minor's is at most the product of its rows'.
 */
static slong minors_bits(const fmpz_poly_mat_t a, slong order) {
    slong *bits = rk_malloc(((size_t)a->r + 1) * sizeof *bits), sum = 0;
    fmpz_t norm;
    fmpz_init(norm);
    for (slong i = 0; i < a->r; i++) {
        row_norm(norm, a, i);
        bits[i] = (slong)fmpz_bits(norm);
    }
    qsort(bits, (size_t)a->r, sizeof *bits, descending);
    for (slong i = 0; i < FLINT_MIN(order, a->r); i++)
        sum += bits[i];
    rk_free(bits);
    fmpz_clear(norm);
    return sum;
}

/* The matrix at t = 2^bits. */
static void at_power_of_two(fmpz_mat_t r, const fmpz_poly_mat_t a, slong bits) {
    fmpz_t point;
    fmpz_init_set_ui(point, 1);
    fmpz_mul_2exp(point, point, (ulong)bits);
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            fmpz_poly_evaluate_fmpz(fmpz_mat_entry(r, i, j), fmpz_poly_mat_entry(a, i, j), point);
    fmpz_clear(point);
}

/* The rank at a point where no minor of order low + 1 vanishes that is not 0, so that the rank is
   `low` if it is there. Such a minor has a leading term of modulus at
   least t^d, and the others add up to at most 2^(bits - 1) (t^d - 1) / (t - 1), which is less. */
static slong rank_at_large_point(const fmpz_poly_mat_t a, slong low) {
    fmpz_mat_t at;
    slong bits = minors_bits(a, low + 1) + 1;
    if (bits * fmpz_poly_mat_max_length(a) > MOST_BITS)
        return fmpz_poly_mat_rank(a);
    fmpz_mat_init(at, a->r, a->c);
    at_power_of_two(at, a, bits);
    slong rank = rk_rank_fmpz(at);
    fmpz_mat_clear(at);
    return FLINT_MAX(rank, low);
}

slong rk_poly_rank(const fmpz_poly_mat_t a) {
    slong full = FLINT_MIN(a->r, a->c), low = 0, rank = -1;
    for (size_t k = 0; k < sizeof place / sizeof *place && low < full; k++)
        low = FLINT_MAX(low, rk_poly_rank_at(a, place[k].t, place[k].p));
    while (low < full && rank != low) {
        rank = low;
        low = rank_at_large_point(a, low);
    }
    return low;
}
