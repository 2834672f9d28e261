#include "rk_field.h"

static void swap_rows(rk_matrix *a, slong i, slong k, void *t) {
    const rk_domain *d = a->domain;
    for (slong j = 0; j < a->cols && i != k; j++) {
        d->set(d, t, rk_at(a, i, j));
        d->set(d, rk_at(a, i, j), rk_at(a, k, j));
        d->set(d, rk_at(a, k, j), t);
    }
}

/* The first row from `from` on whose entry in the column is not 0: -1 if there is none. */
static slong find_pivot(const rk_matrix *a, slong from, slong col, rk_ev *ev) {
    for (slong i = from; i < a->rows; i++) {
        rk_tern zero = a->domain->is_zero(a->domain, rk_at(a, i, col));
        if (!rk_tern_known(zero))
            *ev = RK_EV_ESCAPE;
        if (!rk_tern_true(zero))
            return i;
    }
    return -1;
}

/* row(i) -= a(i,k)/a(k,k) * row(k); t has room for two entries. */
static rk_ev clear_entry(rk_matrix *a, slong i, slong k, rk_matrix *t) {
    const rk_domain *d = a->domain;
    if (rk_tern_true(d->is_zero(d, rk_at(a, i, k))))
        return RK_EV_OK;
    rk_ev ev = d->div(d, rk_at(t, 0, 0), rk_at(a, i, k), rk_at(a, k, k));
    for (slong j = k; j < a->cols && ev == RK_EV_OK; j++) {
        d->mul(d, rk_at(t, 1, 0), rk_at(t, 0, 0), rk_at(a, k, j));
        d->sub(d, rk_at(a, i, j), rk_at(a, i, j), rk_at(t, 1, 0));
    }
    return ev;
}

/* Triangular form of the leading square block, diagonal with `above`; UNDEFINED when singular. */
static rk_ev eliminate(rk_matrix *a, bool above, bool *odd) {
    rk_ev ev = RK_EV_OK;
    rk_matrix t;
    rk_matrix_init(&t, a->domain, 2, 1);
    *odd = false;
    for (slong k = 0; k < a->rows && ev == RK_EV_OK; k++) {
        slong pivot = find_pivot(a, k, k, &ev);
        if (pivot < 0)
            ev = RK_EV_UNDEFINED;
        if (ev != RK_EV_OK)
            break;
        *odd ^= pivot != k;
        swap_rows(a, k, pivot, t.entry);
        for (slong i = above ? 0 : k + 1; i < a->rows && ev == RK_EV_OK; i++)
            if (i != k)
                ev = clear_entry(a, i, k, &t);
    }
    rk_matrix_clear(&t);
    return ev;
}

static rk_ev set_integer(const rk_domain *d, void *r, slong n) {
    fmpq_t x;
    fmpq_init(x);
    fmpq_set_si(x, n, 1);
    rk_ev ev = d->set_fmpq(d, r, x);
    fmpq_clear(x);
    return ev;
}

rk_ev rk_field_det(void *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix work;
    bool odd;
    rk_matrix_copy(&work, a);
    rk_ev ev = eliminate(&work, false, &odd);
    if (ev == RK_EV_UNDEFINED) {
        ev = set_integer(d, r, 0);
    } else if (ev == RK_EV_OK) {
        ev = set_integer(d, r, odd ? -1 : 1);
        for (slong i = 0; i < a->rows; i++)
            d->mul(d, r, r, rk_at(&work, i, i));
    }
    rk_matrix_clear(&work);
    return ev;
}

rk_ev rk_field_inv(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    slong n = a->rows;
    rk_ev ev = RK_EV_OK;
    rk_matrix one, work;
    bool odd;
    rk_matrix_init(&one, d, n, n);
    for (slong i = 0; i < n; i++)
        ev = rk_ev_worst(ev, set_integer(d, rk_at(&one, i, i), 1));
    rk_matrix_hcat(&work, (const rk_matrix *[]){a, &one}, 2);
    if (ev == RK_EV_OK)
        ev = eliminate(&work, true, &odd);
    for (slong i = 0; i < n && ev == RK_EV_OK; i++)
        for (slong j = 0; j < n && ev == RK_EV_OK; j++)
            ev = d->div(d, rk_at(r, i, j), rk_at(&work, i, n + j), rk_at(&work, i, i));
    rk_matrix_clear(&one);
    rk_matrix_clear(&work);
    return ev;
}

/* --- ranks ---------------------------------------------------------------------------------- */

static void swap_cols(rk_matrix *a, slong j, slong k, void *t) {
    const rk_domain *d = a->domain;
    for (slong i = 0; i < a->rows && j != k; i++) {
        d->set(d, t, rk_at(a, i, j));
        d->set(d, rk_at(a, i, j), rk_at(a, i, k));
        d->set(d, rk_at(a, i, k), t);
    }
}

/* An entry of the block from (k, k) on that is certainly not zero; otherwise *zero says whether
   all certainly are. */
static bool find_any(const rk_matrix *a, slong k, slong *row, slong *col, bool *zero) {
    *zero = true;
    for (slong j = k; j < a->cols; j++) {
        for (slong i = k; i < a->rows; i++) {
            rk_tern is_zero = a->domain->is_zero(a->domain, rk_at(a, i, j));
            *zero = *zero && rk_tern_true(is_zero);
            *row = i;
            *col = j;
            if (rk_tern_false(is_zero))
                return true;
        }
    }
    return false;
}

static rk_ev eliminate_block(rk_matrix *a, slong *rank, rk_matrix *t) {
    slong full = FLINT_MIN(a->rows, a->cols), row = 0, col = 0;
    bool zero = true;
    for (*rank = 0; *rank < full; ++*rank) {
        slong k = *rank;
        if (!find_any(a, k, &row, &col, &zero))
            return zero ? RK_EV_OK : RK_EV_PRECISION;
        swap_rows(a, k, row, t->entry);
        swap_cols(a, k, col, t->entry);
        for (slong i = k + 1; i < a->rows; i++) {
            rk_ev ev = clear_entry(a, i, k, t);
            if (ev != RK_EV_OK)
                return ev;
        }
    }
    return RK_EV_OK;
}

rk_ev rk_field_rank(slong *low, slong *high, const rk_matrix *a) {
    rk_matrix work, t;
    rk_matrix_copy(&work, a);
    rk_matrix_init(&t, a->domain, 2, 1);
    rk_ev ev = eliminate_block(&work, low, &t);
    *high = ev == RK_EV_OK ? *low : FLINT_MIN(a->rows, a->cols);
    rk_matrix_clear(&work);
    rk_matrix_clear(&t);
    return ev;
}
