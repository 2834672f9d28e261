/* Ranks, determinants and inverses over K(T). Multiplying row i by a power of x and a common
   denominator, no one zero, gives a matrix P + Q*sqrt(m) of polynomials in x = T^(1/n). Its rank
   over K(T) is half the rank over Q(T) of the matrix [P, m*Q; Q, P] of its action on pairs. Every
   homomorphism of Z[x] into a field of p elements bounds that rank from below. */
#include "linalg/rk_rank.h"
#include "rk_field.h"
#include "rk_power.h"

/* Rows cleared of denominators: row i of the matrix is the factor x^shift_i / d_i times the row
   here. */
typedef struct cleared {
    rk_matrix work; /* a copy, every entry in terms of the same x */
    fmpz_poly_struct *d;
    slong *shift;
    bool root; /* sqrt(m) occurs */
} cleared;

static power *entry(const rk_matrix *a, slong i, slong j) {
    return (power *)rk_at(a, i, j);
}

/* All entries in terms of the same x; false when that takes too many terms. */
static bool align_all(rk_matrix *a) {
    slong size = a->rows * a->cols;
    bool ok = true;
    for (slong k = 1; k < size; k++)
        ok = ok && rk_power_align(entry(a, 0, 0), entry(a, 0, k));
    for (slong k = 1; k < size; k++)
        ok = ok && rk_power_align(entry(a, 0, 0), entry(a, 0, k));
    return ok && (size == 0 || !entry(a, 0, 0)->lost);
}

/* d := the least common multiple of d and f, whose leading coefficients are positive. */
static void lcm_into(fmpz_poly_struct *d, const fmpz_poly_struct *f) {
    if (fmpz_poly_equal(d, f) || fmpz_poly_is_one(f))
        return;
    fmpz_poly_lcm(d, d, f);
}

/* What row i has to be multiplied by. */
static void find_factor(cleared *c, slong i) {
    c->shift[i] = 0;
    bool any = false;
    fmpz_poly_one(&c->d[i]);
    for (slong j = 0; j < c->work.cols; j++) {
        const power *x = entry(&c->work, i, j);
        if (rk_power_is_zero(x))
            continue;
        c->root = c->root || !fmpz_poly_is_zero(&x->q);
        c->shift[i] = any ? FLINT_MIN(c->shift[i], x->shift) : x->shift;
        any = true;
        lcm_into(&c->d[i], &x->d);
    }
}

static rk_ev clear_rows(cleared *c, const rk_matrix *a) {
    rk_matrix_copy(&c->work, a);
    c->d = rk_calloc((size_t)a->rows + 1, sizeof *c->d);
    c->shift = rk_calloc((size_t)a->rows + 1, sizeof *c->shift);
    c->root = false;
    for (slong i = 0; i < a->rows; i++)
        fmpz_poly_init(&c->d[i]);
    if (!align_all(&c->work))
        return RK_EV_ESCAPE;
    for (slong i = 0; i < a->rows; i++)
        find_factor(c, i);
    return RK_EV_OK;
}

static void forget(cleared *c) {
    for (slong i = 0; i < c->work.rows; i++)
        fmpz_poly_clear(&c->d[i]);
    rk_free(c->d);
    rk_free(c->shift);
    rk_matrix_clear(&c->work);
}

/* Longest polynomial that is still eliminated. */
enum { MOST_TERMS = 512 };

/* f := part * (d_i / d) * x^(shift - shift_i) for a part, p or q, of entry (i, j). */
static bool cleared_part(fmpz_poly_struct *f, const cleared *c, slong i, slong j, bool root) {
    const power *x = entry(&c->work, i, j);
    slong by = x->shift - c->shift[i];
    if (fmpz_poly_is_zero(root ? &x->q : &x->p)) {
        fmpz_poly_zero(f);
        return true;
    }
    if (by > MOST_TERMS)
        return false;
    fmpz_poly_div(f, &c->d[i], &x->d);
    fmpz_poly_mul(f, f, root ? &x->q : &x->p);
    fmpz_poly_shift_left(f, f, by);
    return f->length <= MOST_TERMS;
}

/* P, or with roots [P, m*Q; Q, P]; false when an entry gets too long. */
static bool polynomials(fmpz_poly_mat_t r, const cleared *c) {
    slong rows = c->work.rows, cols = c->work.cols;
    const fmpz *m = rk_power_context(c->work.domain)->m;
    bool ok = true;
    fmpz_poly_mat_init(r, c->root ? 2 * rows : rows, c->root ? 2 * cols : cols);
    for (slong i = 0; i < rows; i++) {
        for (slong j = 0; j < cols && ok; j++) {
            ok = cleared_part(fmpz_poly_mat_entry(r, i, j), c, i, j, false);
            if (!ok || !c->root)
                continue;
            fmpz_poly_set(fmpz_poly_mat_entry(r, rows + i, cols + j), fmpz_poly_mat_entry(r, i, j));
            ok = cleared_part(fmpz_poly_mat_entry(r, rows + i, j), c, i, j, true);
            fmpz_poly_scalar_mul_fmpz(fmpz_poly_mat_entry(r, i, cols + j),
                                      fmpz_poly_mat_entry(r, rows + i, j), m);
        }
    }
    return ok;
}

/* --- ranks ---------------------------------------------------------------------------------- */

/* A prime, and units of its field that x goes to. */
#define PRIME UWORD(2305843009213693951)
static const ulong unit[] = {UWORD(1204732160917351373), UWORD(377240935012667819)};

static slong rank_at(const fmpz_poly_mat_t a, ulong t) {
    nmod_mat_t image;
    nmod_poly_t f;
    nmod_mat_init(image, a->r, a->c, PRIME);
    nmod_poly_init(f, PRIME);
    for (slong i = 0; i < a->r; i++) {
        for (slong j = 0; j < a->c; j++) {
            fmpz_poly_get_nmod_poly(f, fmpz_poly_mat_entry(a, i, j));
            nmod_mat_entry(image, i, j) = nmod_poly_evaluate_nmod(f, t);
        }
    }
    slong rank = rk_rank_mod(image);
    nmod_poly_clear(f);
    nmod_mat_clear(image);
    return rank;
}

static slong lower_bound(const fmpz_poly_mat_t a, slong full) {
    slong best = 0;
    for (size_t k = 0; k < sizeof unit / sizeof *unit && best < full; k++) {
        slong rank = rank_at(a, unit[k]);
        best = rank > best ? rank : best;
    }
    return best;
}

rk_ev rk_power_rank(slong *low, slong *high, const rk_matrix *a) {
    cleared c;
    fmpz_poly_mat_t p;
    *low = 0;
    *high = FLINT_MIN(a->rows, a->cols);
    rk_ev ev = clear_rows(&c, a);
    if (ev == RK_EV_OK) {
        if (!polynomials(p, &c)) {
            ev = RK_EV_ESCAPE;
        } else {
            slong pairs = c.root ? 2 : 1;
            *low = (lower_bound(p, pairs * *high) + pairs - 1) / pairs;
            if (*low < *high)
                *low = *high = fmpz_poly_mat_rank(p) / pairs;
        }
        fmpz_poly_mat_clear(p);
    }
    forget(&c);
    return ev;
}

/* --- determinants and inverses -------------------------------------------------------------- */

/* r := f * x^shift / g, g not 0 */
static void set_fraction(power *r, const fmpz_poly_struct *f, const fmpz_poly_struct *g,
                         slong shift, slong n) {
    fmpz_poly_set(&r->p, f);
    fmpz_poly_zero(&r->q);
    fmpz_poly_set(&r->d, g);
    r->shift = shift;
    r->n = n;
    r->lost = false;
    rk_power_normalise(r);
}

static slong common_n(const cleared *c) {
    slong n = 1;
    for (slong k = 0; k < c->work.rows * c->work.cols; k++)
        n = FLINT_MAX(n, entry(&c->work, 0, k)->n);
    return n;
}

static void det_of(power *r, const cleared *c, const fmpz_poly_mat_t p) {
    fmpz_poly_t det, bottom;
    slong shift = 0;
    fmpz_poly_init(det);
    fmpz_poly_init(bottom);
    fmpz_poly_one(bottom);
    fmpz_poly_mat_det(det, p);
    for (slong i = 0; i < c->work.rows; i++) {
        fmpz_poly_mul(bottom, bottom, &c->d[i]);
        shift += c->shift[i];
    }
    set_fraction(r, det, bottom, shift, common_n(c));
    fmpz_poly_clear(det);
    fmpz_poly_clear(bottom);
}

rk_ev rk_power_det(void *r, const rk_matrix *a) {
    cleared c;
    fmpz_poly_mat_t p;
    rk_ev ev = clear_rows(&c, a);
    if (ev == RK_EV_OK && c.root) {
        ev = rk_field_det(r, a);
    } else if (ev == RK_EV_OK) {
        if (polynomials(p, &c))
            det_of(r, &c, p);
        else
            ev = RK_EV_ESCAPE;
        fmpz_poly_mat_clear(p);
    }
    forget(&c);
    return ev == RK_EV_OK && ((power *)r)->lost ? RK_EV_ESCAPE : ev;
}

/* Entry (i, j) of the inverse: that of P's times d_j / x^shift_j. */
static rk_ev inverse_of(rk_matrix *r, const cleared *c, const fmpz_poly_mat_t p) {
    fmpz_poly_mat_t inverse;
    fmpz_poly_t bottom;
    slong n = common_n(c);
    fmpz_poly_mat_init(inverse, p->r, p->c);
    fmpz_poly_init(bottom);
    rk_ev ev = fmpz_poly_mat_inv(inverse, bottom, p) ? RK_EV_OK : RK_EV_UNDEFINED;
    for (slong i = 0; i < p->r && ev == RK_EV_OK; i++) {
        for (slong j = 0; j < p->c && ev == RK_EV_OK; j++) {
            fmpz_poly_struct *f = fmpz_poly_mat_entry(inverse, i, j);
            fmpz_poly_mul(f, f, &c->d[j]);
            set_fraction(entry(r, i, j), f, bottom, -c->shift[j], n);
            ev = entry(r, i, j)->lost ? RK_EV_ESCAPE : RK_EV_OK;
        }
    }
    fmpz_poly_mat_clear(inverse);
    fmpz_poly_clear(bottom);
    return ev;
}

rk_ev rk_power_inv(rk_matrix *r, const rk_matrix *a) {
    cleared c;
    fmpz_poly_mat_t p;
    rk_ev ev = clear_rows(&c, a);
    if (ev == RK_EV_OK && c.root) {
        ev = rk_field_inv(r, a);
    } else if (ev == RK_EV_OK) {
        ev = polynomials(p, &c) ? inverse_of(r, &c, p) : RK_EV_ESCAPE;
        fmpz_poly_mat_clear(p);
    }
    forget(&c);
    return ev;
}
