#include "rk_params.h"
#include "rk_element.h"

static slong triangle(slong n) {
    return n * (n - 1) / 2;
}

slong rk_params_count(const rk_slot *slot) {
    slong n = (slong)slot->rows, m = (slong)slot->cols;
    switch (slot->set) {
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
        return triangle(n) + n;
    case RK_SET_DIAGONAL:
    case RK_SET_PERMUTATION:
        return n;
    case RK_SET_ORTHOGONAL:
        return triangle(n) + 2 * n;
    default:
        return n * m;
    }
}

slong rk_params_radix(const rk_slot *slot, slong i) {
    slong n = (slong)slot->rows, m = (slong)slot->cols;
    switch (slot->set) {
    case RK_SET_PERMUTATION:
        return n - i;
    case RK_SET_ORTHOGONAL:
        if (i < triangle(n))
            return 0;
        return i < triangle(n) + n ? 2 : n - (i - triangle(n) - n);
    case RK_SET_UNIT_ROWS: /* the last coordinate of a row: which pole, with its sign */
        return i % m == m - 1 ? 2 * m : 0;
    default:
        return 0;
    }
}

/* --- building blocks ----------------------------------------------------------- */

/* One small number in a domain; the caller clears it. */
static rk_ev number(rk_matrix *r, const rk_domain *d, slong value) {
    fmpq_t x;
    fmpq_init(x);
    fmpq_set_si(x, value, 1);
    rk_matrix_init(r, d, 1, 1);
    rk_ev ev = d->set_fmpq(d, r->entry, x);
    fmpq_clear(x);
    return ev;
}

static rk_ev identity(rk_matrix *r, const rk_domain *d, slong n) {
    rk_matrix one;
    rk_ev ev = number(&one, d, 1);
    rk_matrix_init(r, d, n, n);
    for (slong i = 0; i < n; i++)
        d->set(d, rk_matrix_entry(r, i, i), one.entry);
    rk_matrix_clear(&one);
    return ev;
}

/* a := b, which is given up. */
static void replace(rk_matrix *a, rk_matrix *b) {
    rk_matrix_clear(a);
    *a = *b;
}

static rk_ev normalise_rows(rk_matrix *a) {
    rk_matrix sums, divided;
    rk_matrix_row_sums(&sums, a);
    rk_ev ev = rk_matrix_row_divide(&divided, a, &sums);
    rk_matrix_clear(&sums);
    replace(a, &divided);
    return ev;
}

/* The row x := p - 2 (p.v)/(v.v) v; x = p when v = 0. */
static void reflect(rk_matrix *x, const rk_matrix *p, const rk_matrix *v) {
    const rk_domain *d = p->domain;
    rk_matrix column, along, square, back;
    rk_matrix_transpose(&column, v);
    rk_matrix_mul(&along, p, &column);
    rk_matrix_mul(&square, v, &column);
    d->add(d, along.entry, along.entry, along.entry);
    if (!rk_tern_true(d->is_zero(d, square.entry)))
        d->div(d, along.entry, along.entry, square.entry);
    rk_matrix_scale(&back, &along, v);
    rk_matrix_sub(x, p, &back);
    rk_matrix_clear(&column);
    rk_matrix_clear(&along);
    rk_matrix_clear(&square);
    rk_matrix_clear(&back);
}

/* I + S is invertible: S has imaginary eigenvalues. */
static rk_ev cayley(rk_matrix *out, const rk_matrix *skew) {
    rk_matrix one, plus, minus, inverse;
    rk_ev ev = identity(&one, skew->domain, skew->rows);
    rk_matrix_sub(&minus, &one, skew);
    rk_matrix_add(&plus, &one, skew);
    ev = rk_ev_worst(ev, rk_matrix_inv(&inverse, &plus));
    rk_matrix_mul(out, &minus, &inverse);
    rk_matrix_clear(&one);
    rk_matrix_clear(&plus);
    rk_matrix_clear(&minus);
    rk_matrix_clear(&inverse);
    return ev;
}

bool rk_normalise_rows(fmpq_mat_t a) {
    rk_domain *d = rk_domain_rational();
    rk_matrix m;
    rk_matrix_set_fmpq_mat(&m, d, a);
    bool ok = normalise_rows(&m) == RK_EV_OK;
    if (ok)
        rk_matrix_get_fmpq_mat(a, &m);
    rk_matrix_clear(&m);
    rk_domain_free(d);
    return ok;
}

static void row_of(rk_matrix *r, const rk_domain *d, const fmpq *x, slong n) {
    rk_matrix_init(r, d, 1, n);
    for (slong j = 0; j < n; j++)
        d->set_fmpq(d, rk_matrix_entry(r, 0, j), x + j);
}

void rk_reflect(fmpq *x, const fmpq *p, const fmpq *v, slong n) {
    rk_domain *d = rk_domain_rational();
    rk_matrix pole, mirror, image;
    row_of(&pole, d, p, n);
    row_of(&mirror, d, v, n);
    reflect(&image, &pole, &mirror);
    for (slong j = 0; j < n; j++)
        d->get_fmpq(d, x + j, rk_matrix_entry(&image, 0, j));
    rk_matrix_clear(&pole);
    rk_matrix_clear(&mirror);
    rk_matrix_clear(&image);
    rk_domain_free(d);
}

void rk_cayley(fmpq_mat_t out, const fmpq_mat_t skew) {
    rk_domain *d = rk_domain_rational();
    rk_matrix s, image;
    rk_matrix_set_fmpq_mat(&s, d, skew);
    cayley(&image, &s);
    rk_matrix_get_fmpq_mat(out, &image);
    rk_matrix_clear(&s);
    rk_matrix_clear(&image);
    rk_domain_free(d);
}

/* --- the maps ------------------------------------------------------------------ */

/* Coordinates as the maps read them: a column. */
static void *coordinate(const rk_matrix *theta, slong k) {
    return rk_matrix_entry(theta, k, 0);
}

/* Of what is no digit: some digit, so that no map leaves its matrix. */
static slong digit(const rk_matrix *theta, slong k, slong radix) {
    fmpq_t x;
    fmpq_init(x);
    slong value = 0;
    if (theta->domain->get_fmpq(theta->domain, x, coordinate(theta, k)) == RK_EV_OK)
        value = (slong)fmpz_fdiv_ui(fmpq_numref(x), (ulong)radix);
    fmpq_clear(x);
    return value;
}

static rk_ev map_entries(const rk_matrix *theta, rk_matrix *out, bool unsigned_) {
    const rk_domain *d = theta->domain;
    rk_ev ev = RK_EV_OK;
    for (slong i = 0; i < out->rows; i++)
        for (slong j = 0; j < out->cols; j++) {
            const void *t = coordinate(theta, i * out->cols + j);
            void *x = rk_matrix_entry(out, i, j);
            if (unsigned_)
                ev = rk_ev_worst(ev, d->fn(d, RK_FN_ABS, x, t));
            else
                d->set(d, x, t);
        }
    return ev;
}

/* The largest integers below; where the domain is not exact, the coordinates themselves, which
   vary continuously. */
static rk_ev map_integer(const rk_matrix *theta, rk_matrix *out) {
    const rk_domain *d = theta->domain;
    map_entries(theta, out, false);
    fmpq_t x;
    fmpq_init(x);
    rk_ev ev = RK_EV_OK;
    for (slong k = 0; d->exact && k < theta->rows; k++) {
        void *entry = rk_matrix_entry(out, k / out->cols, k % out->cols);
        ev = rk_ev_worst(ev, d->get_fmpq(d, x, entry));
        fmpz_fdiv_q(fmpq_numref(x), fmpq_numref(x), fmpq_denref(x));
        fmpz_one(fmpq_denref(x));
        ev = rk_ev_worst(ev, d->set_fmpq(d, entry, x));
    }
    fmpq_clear(x);
    return ev;
}

static rk_ev map_symmetric(const rk_matrix *theta, rk_matrix *out) {
    const rk_domain *d = theta->domain;
    slong k = 0;
    for (slong i = 0; i < out->rows; i++)
        for (slong j = i; j < out->cols; j++) {
            d->set(d, rk_matrix_entry(out, i, j), coordinate(theta, k));
            d->set(d, rk_matrix_entry(out, j, i), coordinate(theta, k++));
        }
    return RK_EV_OK;
}

/* L*D*L' with L unit lower triangular and D >= 0: every rational psd matrix, of any rank. */
static rk_ev map_psd(const rk_matrix *theta, rk_matrix *out) {
    const rk_domain *d = theta->domain;
    slong n = out->rows, k = 0;
    rk_matrix lower, weights, scaled, transposed, product;
    rk_ev ev = identity(&lower, d, n);
    rk_matrix_init(&weights, d, n, 1);
    for (slong i = 0; i < n; i++) {
        for (slong j = 0; j < i; j++)
            d->set(d, rk_matrix_entry(&lower, i, j), coordinate(theta, k++));
        const void *weight = coordinate(theta, triangle(n) + i);
        ev = rk_ev_worst(ev, d->fn(d, RK_FN_ABS, rk_matrix_entry(&weights, i, 0), weight));
    }
    rk_matrix_transpose(&transposed, &lower);
    rk_matrix_row_scale(&scaled, &weights, &transposed);
    rk_matrix_mul(&product, &lower, &scaled);
    replace(out, &product);
    rk_matrix_clear(&lower);
    rk_matrix_clear(&weights);
    rk_matrix_clear(&scaled);
    rk_matrix_clear(&transposed);
    return ev;
}

/* Lehmer code from coordinate `first` on: digit i says which of the columns still free row i
   takes. */
static rk_ev map_permutation(const rk_matrix *theta, slong first, rk_matrix *out) {
    const rk_domain *d = out->domain;
    rk_matrix one;
    rk_ev ev = number(&one, d, 1);
    for (slong i = 0; i < out->rows; i++) {
        slong skip = digit(theta, first + i, out->cols - i);
        for (slong j = 0; j < out->cols; j++) {
            bool taken = false;
            for (slong k = 0; k < i && !taken; k++)
                taken = !rk_tern_true(d->is_zero(d, rk_matrix_entry(out, k, j)));
            if (!taken && skip-- == 0) {
                d->set(d, rk_matrix_entry(out, i, j), one.entry);
                break;
            }
        }
    }
    rk_matrix_clear(&one);
    return ev;
}

static rk_ev map_orthogonal(const rk_matrix *theta, rk_matrix *out) {
    const rk_domain *d = theta->domain;
    slong n = out->rows, k = 0, signs = triangle(n);
    rk_matrix skew, turn, perm, product;
    rk_matrix_init(&skew, d, n, n);
    rk_matrix_init(&perm, d, n, n);
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < i; j++) {
            d->set(d, rk_matrix_entry(&skew, i, j), coordinate(theta, k));
            d->neg(d, rk_matrix_entry(&skew, j, i), coordinate(theta, k++));
        }
    rk_ev ev = rk_ev_worst(cayley(&turn, &skew), map_permutation(theta, signs + n, &perm));
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < n && digit(theta, signs + i, 2) == 1; j++)
            d->neg(d, rk_matrix_entry(&perm, i, j), rk_matrix_entry(&perm, i, j));
    rk_matrix_mul(&product, &turn, &perm);
    replace(out, &product);
    rk_matrix_clear(&skew);
    rk_matrix_clear(&turn);
    rk_matrix_clear(&perm);
    return ev;
}

/* A row is the mirror image of a signed unit vector (the pole) in (t, 1). */
static rk_ev map_unit_row(const rk_matrix *theta, rk_matrix *out, slong row) {
    const rk_domain *d = theta->domain;
    slong n = out->cols, first = row * n, pole = digit(theta, first + n - 1, 2 * n);
    rk_matrix p, v, one, x;
    rk_ev ev = number(&one, d, 1);
    rk_matrix_init(&p, d, 1, n);
    rk_matrix_init(&v, d, 1, n);
    for (slong j = 0, k = first; j < n; j++)
        d->set(d, rk_matrix_entry(&v, 0, j), j == pole / 2 ? one.entry : coordinate(theta, k++));
    void *at = rk_matrix_entry(&p, 0, pole / 2);
    d->set(d, at, one.entry);
    if (pole % 2)
        d->neg(d, at, at);
    if (n > 1)
        reflect(&x, &p, &v);
    else
        rk_matrix_copy(&x, &p);
    for (slong j = 0; j < n; j++)
        d->set(d, rk_matrix_entry(out, row, j), rk_matrix_entry(&x, 0, j));
    rk_matrix_clear(&p);
    rk_matrix_clear(&v);
    rk_matrix_clear(&one);
    rk_matrix_clear(&x);
    return ev;
}

static rk_ev map_diagonal(const rk_matrix *theta, rk_matrix *out) {
    const rk_domain *d = theta->domain;
    for (slong i = 0; i < out->rows; i++)
        d->set(d, rk_matrix_entry(out, i, i), coordinate(theta, i));
    return RK_EV_OK;
}

static rk_ev map_unit_rows(const rk_matrix *theta, rk_matrix *out) {
    rk_ev ev = RK_EV_OK;
    for (slong i = 0; i < out->rows; i++)
        ev = rk_ev_worst(ev, map_unit_row(theta, out, i));
    return ev;
}

rk_ev rk_params_map(const rk_slot *slot, const rk_matrix *theta, rk_matrix *out) {
    rk_matrix_init(out, theta->domain, (slong)slot->rows, (slong)slot->cols);
    switch (slot->set) {
    case RK_SET_SYMMETRIC:
        return map_symmetric(theta, out);
    case RK_SET_PSD:
        return map_psd(theta, out);
    case RK_SET_DIAGONAL:
        return map_diagonal(theta, out);
    case RK_SET_PERMUTATION:
        return map_permutation(theta, 0, out);
    case RK_SET_ORTHOGONAL:
        return map_orthogonal(theta, out);
    case RK_SET_UNIT_ROWS:
        return map_unit_rows(theta, out);
    case RK_SET_INTEGER:
        return map_integer(theta, out);
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
        map_entries(theta, out, true);
        return normalise_rows(out);
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
        return map_entries(theta, out, true);
    default:
        return map_entries(theta, out, false);
    }
}

/* Sets in which the image of some coordinates does not lie. */
static bool has_holes(rk_set set) {
    switch (set) {
    case RK_SET_ATTENTION:
    case RK_SET_POSITIVE:
    case RK_SET_NONZERO:
    case RK_SET_INVERTIBLE:
    case RK_SET_GAUSSIAN:
    case RK_SET_UNIFORM:
    case RK_SET_HAAR:
        return true;
    default:
        return false;
    }
}

bool rk_params_apply(const rk_slot *slot, const fmpq *theta, fmpq_mat_t out) {
    rk_domain *d = rk_domain_rational();
    slong n = rk_params_count(slot);
    rk_matrix column, member;
    rk_matrix_init(&column, d, n, 1);
    for (slong k = 0; k < n; k++)
        d->set_fmpq(d, coordinate(&column, k), theta + k);
    bool ok = rk_params_map(slot, &column, &member) == RK_EV_OK;
    if (ok)
        rk_matrix_get_fmpq_mat(out, &member);
    rk_matrix_clear(&column);
    rk_matrix_clear(&member);
    rk_domain_free(d);
    return ok && (!has_holes(slot->set) || rk_set_contains(slot->set, out));
}
