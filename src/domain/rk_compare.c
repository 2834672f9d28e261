/* Comparisons, extremes, and what is built on them. */
#include "domain_inside.h"

void rk_sign_bounds(const rk_domain *d, int *low, int *high, const void *x, const void *y) {
    if (d->compare != NULL) {
        d->compare(d, low, high, x, y);
        return;
    }
    rk_matrix t;
    int sign = 0;
    rk_matrix_init(&t, d, 1, 1);
    d->sub(d, t.entry, x, y);
    bool known = d->sign(d, &sign, t.entry) == RK_EV_OK;
    *low = known ? sign : -1;
    *high = known ? sign : 1;
    rk_matrix_clear(&t);
}

static rk_tern equal(const rk_domain *d, const void *x, const void *y) {
    if (d->compare != NULL) {
        int low, high;
        d->compare(d, &low, &high, x, y);
        if (low == 0 && high == 0)
            return RK_TRUE;
        return low > 0 || high < 0 ? RK_FALSE : RK_UNKNOWN;
    }
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    d->sub(d, t.entry, x, y);
    rk_tern zero = d->is_zero(d, t.entry);
    rk_matrix_clear(&t);
    return zero;
}

/* x < y (or x <= y) from bounds of the sign of x - y. */
static rk_tern below(int low, int high, bool strict) {
    int most = strict ? -1 : 0;
    if (high <= most)
        return RK_TRUE;
    return low > most ? RK_FALSE : RK_UNKNOWN;
}

static rk_tern compare_entry(rk_relation rel, const rk_domain *d, const void *x, const void *y) {
    int low, high;
    if (rel == RK_REL_EQ || rel == RK_REL_NE)
        return equal(d, x, y);
    if (!d->ordered)
        return RK_UNKNOWN;
    if (rel == RK_REL_GT || rel == RK_REL_GE)
        rk_sign_bounds(d, &low, &high, y, x);
    else
        rk_sign_bounds(d, &low, &high, x, y);
    return below(low, high, rel == RK_REL_LT || rel == RK_REL_GT);
}

static void *spread(const rk_matrix *a, slong i, slong j) {
    return a->rows == 1 && a->cols == 1 ? a->entry : (void *)rk_at(a, i, j);
}

rk_tern rk_matrix_compare(rk_relation rel, const rk_matrix *a, const rk_matrix *b, rk_ev *why) {
    const rk_domain *d = a->domain;
    const rk_matrix *shape = a->rows == 1 && a->cols == 1 ? b : a;
    bool equality = rel == RK_REL_EQ || rel == RK_REL_NE;
    rk_tern all = RK_TRUE;
    for (slong i = 0; i < shape->rows && !rk_tern_false(all); i++)
        for (slong j = 0; j < shape->cols && !rk_tern_false(all); j++)
            all = rk_tern_and(all, compare_entry(rel, d, spread(a, i, j), spread(b, i, j)));
    *why = RK_EV_OK;
    if (!rk_tern_known(all))
        *why = d->ordered || equality ? RK_EV_PRECISION : RK_EV_CONSTRUCT;
    return rel == RK_REL_NE ? rk_tern_not(all) : all;
}

/* *r, an entry, becomes the larger (smaller) of itself and x. */
static rk_ev take_extreme(const rk_domain *d, void *r, const void *x, bool maximum) {
    int low, high;
    if (!d->ordered)
        return RK_EV_CONSTRUCT;
    if (d->extreme != NULL) {
        d->extreme(d, r, r, x, maximum);
        return RK_EV_OK;
    }
    rk_sign_bounds(d, &low, &high, x, r);
    if (low < 0 && high > 0)
        return RK_EV_PRECISION;
    if (maximum ? high > 0 : low < 0)
        d->set(d, r, x);
    return RK_EV_OK;
}

rk_ev rk_matrix_extreme_entry(rk_matrix *r, const rk_matrix *a, bool maximum) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, d, 1, 1);
    d->set(d, r->entry, a->entry);
    for (slong k = 1; k < a->rows * a->cols; k++)
        ev = rk_ev_worst(ev, take_extreme(d, r->entry, rk_at(a, 0, k), maximum));
    return ev;
}

rk_ev rk_matrix_norm1(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix moduli, columns, sums;
    rk_ev ev = rk_matrix_fn(&moduli, RK_FN_ABS, a);
    rk_matrix_transpose(&columns, &moduli);
    rk_matrix_row_sums(&sums, &columns);
    if (ev == RK_EV_OK)
        ev = rk_matrix_extreme_entry(r, &sums, true);
    else
        rk_matrix_init(r, d, 1, 1);
    rk_matrix_clear(&moduli);
    rk_matrix_clear(&columns);
    rk_matrix_clear(&sums);
    return ev;
}
