/* Linear algebra over any domain: powers, rank, determinant, inverse, definiteness. */
#include "domain_inside.h"

rk_ev rk_matrix_rank(slong *low, slong *high, const rk_matrix *a) {
    return a->domain->matrix_rank(low, high, a);
}

rk_ev rk_matrix_det(rk_matrix *r, const rk_matrix *a) {
    rk_matrix_init(r, a->domain, 1, 1);
    return a->domain->matrix_det(r->entry, a);
}

rk_ev rk_matrix_inv(rk_matrix *r, const rk_matrix *a) {
    rk_matrix_init(r, a->domain, a->rows, a->cols);
    return a->domain->matrix_inv(r, a);
}

static rk_ev identity(rk_matrix *r, const rk_domain *d, slong n) {
    rk_ev ev = RK_EV_OK;
    fmpq_t one;
    fmpq_init(one);
    fmpq_one(one);
    rk_matrix_init(r, d, n, n);
    for (slong i = 0; i < n; i++)
        ev = rk_ev_worst(ev, d->set_fmpq(d, rk_at(r, i, i), one));
    fmpq_clear(one);
    return ev;
}

/* r := r * x, or x * x when r is x; r may be given up for its successor. */
static void multiply_into(rk_matrix *r, const rk_matrix *x) {
    rk_matrix product;
    rk_matrix_mul(&product, r, x);
    rk_matrix_clear(r);
    *r = product;
}

/* Bits of the largest entry of a power that is still computed exactly, about; an irrational entry
   counts IRRATIONAL_BITS. */
enum { POWER_BITS = 1 << 22, IRRATIONAL_BITS = 1024 };

/* Bits by which the entries of the powers of a grow from one to the next, about. */
static double growth(const rk_matrix *a) {
    const rk_domain *d = a->domain;
    fmpq_t x;
    double most = 0;
    fmpq_init(x);
    for (slong i = 0; i < a->rows; i++) {
        for (slong j = 0; j < a->cols; j++) {
            bool rational = d->get_fmpq(d, x, rk_at(a, i, j)) == RK_EV_OK;
            double bits = rational ? (double)fmpq_height_bits(x) : IRRATIONAL_BITS;
            most = bits > most ? bits : most;
        }
    }
    fmpq_clear(x);
    return most + (double)FLINT_BIT_COUNT((ulong)a->rows) - 1;
}

rk_ev rk_matrix_power(rk_matrix *r, const rk_matrix *a, int64_t exponent) {
    const rk_domain *d = a->domain;
    uint64_t left = exponent < 0 ? 0 - (uint64_t)exponent : (uint64_t)exponent;
    rk_matrix base;
    rk_ev ev = identity(r, d, a->rows);
    if (d->exact && d->ordered && (double)left * growth(a) > POWER_BITS)
        return rk_ev_worst(ev, RK_EV_LIMIT);
    if (exponent < 0)
        ev = rk_ev_worst(ev, rk_matrix_inv(&base, a));
    else
        rk_matrix_copy(&base, a);
    for (; left > 0 && ev == RK_EV_OK; left >>= 1) {
        if (left & 1)
            multiply_into(r, &base);
        if (left > 1)
            multiply_into(&base, &base);
    }
    rk_matrix_clear(&base);
    return ev;
}

static rk_tern is_symmetric(const rk_matrix *a) {
    rk_matrix t;
    rk_ev why;
    if (a->rows != a->cols)
        return RK_FALSE;
    rk_matrix_transpose(&t, a);
    rk_tern same = rk_matrix_compare(RK_REL_EQ, a, &t, &why);
    rk_matrix_clear(&t);
    return same;
}

/* Symmetric elimination in progress: rows below `done` are dealt with. */
static void swap_index(rk_matrix *a, slong i, slong j) {
    const rk_domain *d = a->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong side = 0; side < 2 && i != j; side++) {
        for (slong k = 0; k < a->rows; k++) {
            void *x = side ? rk_at(a, k, i) : rk_at(a, i, k);
            void *y = side ? rk_at(a, k, j) : rk_at(a, j, k);
            d->set(d, t.entry, x);
            d->set(d, x, y);
            d->set(d, y, t.entry);
        }
    }
    rk_matrix_clear(&t);
}

/* a(i,j) -= a(i,k) a(k,j) / a(k,k) for i, j > k. */
static rk_ev schur_step(rk_matrix *a, slong k) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong i = k + 1; i < a->rows; i++) {
        for (slong j = k + 1; j < a->cols; j++) {
            d->mul(d, t.entry, rk_at(a, i, k), rk_at(a, k, j));
            ev = rk_ev_worst(ev, d->div(d, t.entry, t.entry, rk_at(a, k, k)));
            d->sub(d, rk_at(a, i, j), rk_at(a, i, j), t.entry);
        }
    }
    rk_matrix_clear(&t);
    return ev;
}

/* What the diagonal from k on says: the index of a positive entry (or -1), and whether the rest
   could be semidefinite at all. */
static rk_tern scan_diagonal(const rk_matrix *a, slong k, slong *positive) {
    const rk_domain *d = a->domain;
    rk_tern possible = RK_TRUE;
    *positive = -1;
    for (slong i = k; i < a->rows; i++) {
        int sign = 0;
        if (d->sign(d, &sign, rk_at(a, i, i)) != RK_EV_OK)
            possible = rk_tern_and(possible, RK_UNKNOWN);
        else if (sign < 0)
            possible = RK_FALSE;
        else if (sign > 0 && *positive < 0)
            *positive = i;
    }
    return possible;
}

/* A semidefinite block whose diagonal is zero is zero. */
static rk_tern block_is_zero(const rk_matrix *a, slong k) {
    rk_tern zero = RK_TRUE;
    for (slong i = k; i < a->rows; i++)
        for (slong j = k; j < a->cols; j++)
            zero = rk_tern_and(zero, a->domain->is_zero(a->domain, rk_at(a, i, j)));
    return zero;
}

/* A symmetric matrix is positive semidefinite exactly when elimination with positive diagonal
   pivots ends in a zero block: each Schur complement inherits the property both ways. */
static rk_tern eliminate_psd(rk_matrix *a) {
    for (slong k = 0; k < a->rows; k++) {
        slong pivot;
        rk_tern possible = scan_diagonal(a, k, &pivot);
        if (rk_tern_false(possible))
            return RK_FALSE;
        if (pivot < 0)
            return rk_tern_known(possible) ? block_is_zero(a, k) : RK_UNKNOWN;
        swap_index(a, k, pivot);
        if (schur_step(a, k) != RK_EV_OK)
            return RK_UNKNOWN;
    }
    return RK_TRUE;
}

rk_tern rk_matrix_is_psd(const rk_matrix *a) {
    if (!a->domain->ordered)
        return RK_UNKNOWN;
    rk_tern symmetric = is_symmetric(a);
    if (rk_tern_false(symmetric))
        return RK_FALSE;
    rk_matrix work;
    rk_matrix_copy(&work, a);
    rk_tern psd = eliminate_psd(&work);
    rk_matrix_clear(&work);
    return rk_tern_and(symmetric, psd);
}
