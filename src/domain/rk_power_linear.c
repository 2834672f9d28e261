/* Ranks, determinants and inverses over K(T). Multiplying row i by a power of x and a common
   denominator, no one zero, gives a matrix P + Q*sqrt(m) of polynomials in x = T^(1/n). Its rank
   over K(T) is half the rank over Q(T) of the matrix [P, m*Q; Q, P] of its action on pairs. */
#include "linalg/rk_poly_rank.h"
#include "rk_field.h"
#include "rk_power.h"

/* Rows cleared of denominators: row i of the matrix is the factor x^shift_i / d_i times row i of
   P + Q*sqrt(m). */
typedef struct cleared {
    rk_matrix work; /* a copy, every entry in terms of the same x */
    fmpz_poly_struct *d;
    slong *shift;
    bool root; /* sqrt(m) occurs */
} cleared;

static power *entry(const rk_matrix *a, slong i, slong j) {
    return (power *)rk_at(a, i, j);
}

/* The n with which x = T^(1/n) serves all entries: a multiple of n; 0: some entry is lost, or n
   gets too large. */
static slong common_n(const rk_matrix *a, slong n) {
    for (slong k = 0; k < a->rows * a->cols && n > 0; k++)
        n = entry(a, 0, k)->lost ? 0 : rk_power_common(n, entry(a, 0, k)->n);
    return n;
}

static bool refine_all(rk_matrix *a, slong n) {
    bool ok = true;
    for (slong k = 0; k < a->rows * a->cols; k++) {
        rk_power_refine(entry(a, 0, k), n / entry(a, 0, k)->n);
        ok = ok && !entry(a, 0, k)->lost;
    }
    return ok;
}

/* What row i has to be multiplied by. */
static void find_factor(cleared *c, slong i) {
    bool any = false;
    fmpz_poly_one(&c->d[i]);
    for (slong j = 0; j < c->work.cols; j++) {
        const power *x = entry(&c->work, i, j);
        if (rk_power_is_zero(x))
            continue;
        c->root = c->root || !fmpz_poly_is_zero(&x->q);
        c->shift[i] = any ? FLINT_MIN(c->shift[i], x->shift) : x->shift;
        any = true;
        if (!fmpz_poly_is_one(&x->d) && !fmpz_poly_equal(&x->d, &c->d[i]))
            fmpz_poly_lcm(&c->d[i], &c->d[i], &x->d);
    }
}

/* Clears the rows of `a`, which c takes, in terms of T^(1/n). */
static bool clear_rows(cleared *c, rk_matrix a, slong n) {
    c->work = a;
    c->d = rk_calloc((size_t)a.rows + 1, sizeof *c->d);
    c->shift = rk_calloc((size_t)a.rows + 1, sizeof *c->shift);
    c->root = false;
    for (slong i = 0; i < a.rows; i++)
        fmpz_poly_init(&c->d[i]);
    if (n == 0 || !refine_all(&c->work, n))
        return false;
    for (slong i = 0; i < a.rows; i++)
        find_factor(c, i);
    return true;
}

static bool clear_copy(cleared *c, const rk_matrix *a) {
    rk_matrix copy;
    rk_matrix_copy(&copy, a);
    return clear_rows(c, copy, common_n(a, 1));
}

static void forget(cleared *c) {
    for (slong i = 0; i < c->work.rows; i++)
        fmpz_poly_clear(&c->d[i]);
    rk_free(c->d);
    rk_free(c->shift);
    rk_matrix_clear(&c->work);
}

/* f := part * (d_i / d) * x^(shift - shift_i) for a part, p or q, of entry (i, j). */
static bool cleared_part(fmpz_poly_struct *f, const cleared *c, slong i, slong j, bool root) {
    const power *x = entry(&c->work, i, j);
    const fmpz_poly_struct *part = root ? &x->q : &x->p;
    slong by = x->shift - c->shift[i];
    if (fmpz_poly_is_zero(part)) {
        fmpz_poly_zero(f);
        return true;
    }
    if (by > RK_POWER_TERMS)
        return false;
    if (fmpz_poly_equal(&x->d, &c->d[i])) {
        fmpz_poly_set(f, part);
    } else {
        fmpz_poly_div(f, &c->d[i], &x->d);
        fmpz_poly_mul(f, f, part);
    }
    fmpz_poly_shift_left(f, f, by);
    return f->length <= RK_POWER_TERMS;
}

/* P, or Q, which is initialised here; false when an entry gets too long. */
static bool take_part(fmpz_poly_mat_t r, const cleared *c, bool root) {
    bool ok = true;
    fmpz_poly_mat_init(r, c->work.rows, c->work.cols);
    for (slong i = 0; i < c->work.rows; i++)
        for (slong j = 0; j < c->work.cols && ok; j++)
            ok = cleared_part(fmpz_poly_mat_entry(r, i, j), c, i, j, root);
    return ok;
}

/* r(row + i, col + j) := c * a(i, j) */
static void put_block(fmpz_poly_mat_t r, slong row, slong col, const fmpz_poly_mat_t a,
                      const fmpz_t c) {
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            fmpz_poly_scalar_mul_fmpz(fmpz_poly_mat_entry(r, row + i, col + j),
                                      fmpz_poly_mat_entry(a, i, j), c);
}

/* P, or with roots [P, m*Q; Q, P]; initialised here; false when an entry gets too long. */
static bool polynomials(fmpz_poly_mat_t r, const cleared *c) {
    fmpz_poly_mat_t p, q;
    fmpz_t one;
    if (!c->root)
        return take_part(r, c, false);
    bool ok = take_part(p, c, false);
    ok = take_part(q, c, true) && ok;
    fmpz_init_set_ui(one, 1);
    fmpz_poly_mat_init(r, 2 * p->r, 2 * p->c);
    put_block(r, 0, 0, p, one);
    put_block(r, 0, p->c, q, rk_power_context(c->work.domain)->m);
    put_block(r, p->r, 0, q, one);
    put_block(r, p->r, p->c, p, one);
    fmpz_clear(one);
    fmpz_poly_mat_clear(p);
    fmpz_poly_mat_clear(q);
    return ok;
}

/* r := (f + g*sqrt(m)) * x^shift / (d*e), d*e not 0; g may be NULL. */
static void set_fraction(power *r, const fmpz_poly_struct *f, const fmpz_poly_struct *g,
                         const fmpz_poly_struct *d, const fmpz_poly_struct *e, slong shift,
                         slong n) {
    fmpz_poly_set(&r->p, f);
    if (g != NULL)
        fmpz_poly_set(&r->q, g);
    else
        fmpz_poly_zero(&r->q);
    fmpz_poly_mul(&r->d, d, e);
    r->shift = shift;
    r->n = n;
    r->lost = false;
    rk_power_normalise(r);
}

/* --- products ------------------------------------------------------------------------------- */

/* (P + Q*sqrt(m)) * (U + V*sqrt(m)), the right one given by its transpose. */
typedef struct product {
    fmpz_poly_mat_t p, q;
} product;

static void times_transpose(fmpz_poly_mat_t r, const fmpz_poly_mat_t a, const fmpz_poly_mat_t b) {
    fmpz_poly_mat_t t;
    fmpz_poly_mat_init(t, b->c, b->r);
    fmpz_poly_mat_transpose(t, b);
    fmpz_poly_mat_mul(r, a, t);
    fmpz_poly_mat_clear(t);
}

static bool multiply_cleared(product *r, const cleared *a, const cleared *b) {
    fmpz_poly_mat_t p, q, u, v, t;
    fmpz_poly_mat_init(r->p, a->work.rows, b->work.rows);
    fmpz_poly_mat_init(r->q, a->work.rows, b->work.rows);
    bool ok = take_part(p, a, false);
    ok = take_part(u, b, false) && ok;
    times_transpose(r->p, p, u);
    if (a->root || b->root) {
        ok = take_part(q, a, true) && ok;
        ok = take_part(v, b, true) && ok;
        fmpz_poly_mat_init(t, a->work.rows, b->work.rows);
        times_transpose(t, q, v);
        fmpz_poly_mat_scalar_mul_fmpz(t, t, rk_power_context(a->work.domain)->m);
        fmpz_poly_mat_add(r->p, r->p, t);
        times_transpose(r->q, p, v);
        times_transpose(t, q, u);
        fmpz_poly_mat_add(r->q, r->q, t);
        fmpz_poly_mat_clear(q);
        fmpz_poly_mat_clear(v);
        fmpz_poly_mat_clear(t);
    }
    fmpz_poly_mat_clear(p);
    fmpz_poly_mat_clear(u);
    return ok;
}

static void set_product(rk_matrix *r, const cleared *a, const cleared *b, slong n) {
    product c;
    bool ok = multiply_cleared(&c, a, b);
    for (slong i = 0; i < r->rows; i++) {
        for (slong j = 0; j < r->cols; j++) {
            if (ok)
                set_fraction(entry(r, i, j), fmpz_poly_mat_entry(c.p, i, j),
                             fmpz_poly_mat_entry(c.q, i, j), &a->d[i], &b->d[j],
                             a->shift[i] + b->shift[j], n);
            else
                rk_power_lose(entry(r, i, j));
        }
    }
    fmpz_poly_mat_clear(c.p);
    fmpz_poly_mat_clear(c.q);
}

/* With one denominator for each row of a and each column of b, so that a sum of fractions is one
   sum of polynomials. */
void rk_power_matrix_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix left, right;
    cleared x, y;
    rk_matrix_copy(&left, a);
    rk_matrix_transpose(&right, b);
    slong n = common_n(b, common_n(a, 1));
    bool ok = clear_rows(&x, left, n);
    ok = clear_rows(&y, right, n) && ok;
    if (ok)
        set_product(r, &x, &y, n);
    for (slong k = 0; k < r->rows * r->cols && !ok; k++)
        rk_power_lose(entry(r, 0, k));
    forget(&x);
    forget(&y);
}

/* --- ranks ---------------------------------------------------------------------------------- */

rk_ev rk_power_rank(slong *low, slong *high, const rk_matrix *a) {
    cleared c;
    fmpz_poly_mat_t p;
    *low = 0;
    *high = FLINT_MIN(a->rows, a->cols);
    rk_ev ev = clear_copy(&c, a) ? RK_EV_OK : RK_EV_ESCAPE;
    if (ev == RK_EV_OK) {
        if (!polynomials(p, &c)) {
            ev = RK_EV_ESCAPE;
        } else {
            slong pairs = c.root ? 2 : 1;
            *low = *high = rk_poly_rank(p) / pairs;
        }
        fmpz_poly_mat_clear(p);
    }
    forget(&c);
    return ev;
}

/* --- determinants and inverses -------------------------------------------------------------- */

static void det_of(power *r, const cleared *c, const fmpz_poly_mat_t p) {
    fmpz_poly_t det, bottom, one;
    slong shift = 0;
    fmpz_poly_init(one);
    fmpz_poly_one(one);
    fmpz_poly_init(det);
    fmpz_poly_init(bottom);
    fmpz_poly_one(bottom);
    fmpz_poly_mat_det(det, p);
    for (slong i = 0; i < c->work.rows; i++) {
        fmpz_poly_mul(bottom, bottom, &c->d[i]);
        shift += c->shift[i];
    }
    set_fraction(r, det, NULL, bottom, one, shift, common_n(&c->work, 1));
    fmpz_poly_clear(det);
    fmpz_poly_clear(bottom);
    fmpz_poly_clear(one);
}

rk_ev rk_power_det(void *r, const rk_matrix *a) {
    cleared c;
    fmpz_poly_mat_t p;
    rk_ev ev = clear_copy(&c, a) ? RK_EV_OK : RK_EV_ESCAPE;
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
    fmpz_poly_t bottom, one;
    slong n = common_n(&c->work, 1);
    fmpz_poly_init(one);
    fmpz_poly_one(one);
    fmpz_poly_mat_init(inverse, p->r, p->c);
    fmpz_poly_init(bottom);
    rk_ev ev = fmpz_poly_mat_inv(inverse, bottom, p) ? RK_EV_OK : RK_EV_UNDEFINED;
    for (slong i = 0; i < p->r && ev == RK_EV_OK; i++) {
        for (slong j = 0; j < p->c && ev == RK_EV_OK; j++) {
            fmpz_poly_struct *f = fmpz_poly_mat_entry(inverse, i, j);
            fmpz_poly_mul(f, f, &c->d[j]);
            set_fraction(entry(r, i, j), f, NULL, bottom, one, -c->shift[j], n);
            ev = entry(r, i, j)->lost ? RK_EV_ESCAPE : RK_EV_OK;
        }
    }
    fmpz_poly_mat_clear(inverse);
    fmpz_poly_clear(bottom);
    fmpz_poly_clear(one);
    return ev;
}

rk_ev rk_power_inv(rk_matrix *r, const rk_matrix *a) {
    cleared c;
    fmpz_poly_mat_t p;
    rk_ev ev = clear_copy(&c, a) ? RK_EV_OK : RK_EV_ESCAPE;
    if (ev == RK_EV_OK && c.root) {
        ev = rk_field_inv(r, a);
    } else if (ev == RK_EV_OK) {
        ev = polynomials(p, &c) ? inverse_of(r, &c, p) : RK_EV_ESCAPE;
        fmpz_poly_mat_clear(p);
    }
    forget(&c);
    return ev;
}
