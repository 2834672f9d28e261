/* Singular values and moduli of eigenvalues: closed forms where a domain can follow them, the
   domain's own method elsewhere. */
#include "domain_inside.h"

rk_ev rk_kth_largest(void *r, rk_matrix *column, slong k) {
    const rk_domain *d = column->domain;
    for (slong i = 0; i < k; i++) {
        for (slong j = i + 1; j < column->rows; j++) {
            int low, high;
            rk_sign_bounds(d, &low, &high, rk_at(column, j, 0), rk_at(column, i, 0));
            if (low < 0 && high > 0)
                return RK_EV_PRECISION;
            if (high <= 0)
                continue;
            d->set(d, r, rk_at(column, i, 0));
            d->set(d, rk_at(column, i, 0), rk_at(column, j, 0));
            d->set(d, rk_at(column, j, 0), r);
        }
    }
    d->set(d, r, rk_at(column, k - 1, 0));
    return RK_EV_OK;
}

static rk_ev sqrt_in_place(const rk_domain *d, void *x) {
    return d->fn(d, RK_FN_SQRT, x, x);
}

/* *s = sqrt(t^2 - 4*det) for a 2 by 2 matrix, with the sign of the radicand; when that is
   negative, *s is sqrt(det) instead, the modulus of both eigenvalues. */
static rk_ev discriminant_root(void *s, int *sign, const void *trace, const void *det,
                               const rk_domain *d) {
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    d->mul(d, s, trace, trace);
    d->add(d, t.entry, det, det);
    d->add(d, t.entry, t.entry, t.entry);
    d->sub(d, s, s, t.entry);
    rk_matrix_clear(&t);
    rk_ev ev = d->sign(d, sign, s);
    if (ev != RK_EV_OK)
        return ev;
    if (*sign < 0)
        d->set(d, s, det);
    return sqrt_in_place(d, s);
}

/* r = |(|trace| + s) / 2| for k = 1, |(|trace| - s) / 2| for k = 2. */
static rk_ev half_sum(const rk_domain *d, void *r, const void *trace, const void *s, slong k) {
    fmpq_t half;
    rk_matrix t;
    fmpq_init(half);
    fmpq_set_si(half, 1, 2);
    rk_matrix_init(&t, d, 1, 1);
    rk_ev ev = rk_ev_worst(d->fn(d, RK_FN_ABS, r, trace), d->set_fmpq(d, t.entry, half));
    if (k == 1)
        d->add(d, r, r, s);
    else
        d->sub(d, r, r, s);
    d->mul(d, r, r, t.entry);
    ev = rk_ev_worst(ev, d->fn(d, RK_FN_ABS, r, r));
    rk_matrix_clear(&t);
    fmpq_clear(half);
    return ev;
}

/* Moduli of the two eigenvalues of a 2 by 2 matrix, the larger for k = 1. */
static rk_ev modulus_of_two(void *r, const rk_matrix *a, slong k) {
    const rk_domain *d = a->domain;
    rk_matrix trace, det, s;
    int sign;
    rk_matrix_trace(&trace, a);
    rk_ev ev = rk_matrix_det(&det, a);
    rk_matrix_init(&s, d, 1, 1);
    if (ev == RK_EV_OK)
        ev = discriminant_root(s.entry, &sign, trace.entry, det.entry, d);
    if (ev == RK_EV_OK && sign < 0)
        d->set(d, r, s.entry);
    else if (ev == RK_EV_OK)
        ev = half_sum(d, r, trace.entry, s.entry, k);
    rk_matrix_clear(&trace);
    rk_matrix_clear(&det);
    rk_matrix_clear(&s);
    return ev;
}

rk_ev rk_spectrum_escapes(void *r, const rk_matrix *a, slong k) {
    (void)r, (void)a, (void)k;
    return RK_EV_ESCAPE;
}

static rk_ev psd_eigenvalue(void *r, const rk_matrix *a, slong k) {
    const rk_domain *d = a->domain;
    if (a->rows == 1) {
        d->set(d, r, a->entry);
        return RK_EV_OK;
    }
    if (d->exact && a->rows == 2)
        return modulus_of_two(r, a, k);
    return d->psd_eigenvalue != NULL ? d->psd_eigenvalue(r, a, k) : RK_EV_CONSTRUCT;
}

/* a'*a or a*a', whichever is smaller; the same non-zero eigenvalues. */
static void gram(rk_matrix *r, const rk_matrix *a) {
    rk_matrix t;
    rk_matrix_transpose(&t, a);
    if (a->cols <= a->rows)
        rk_matrix_mul(r, &t, a);
    else
        rk_matrix_mul(r, a, &t);
    rk_matrix_clear(&t);
}

rk_ev rk_gram_singular_value(void *r, const rk_matrix *a, slong k) {
    rk_matrix g;
    gram(&g, a);
    rk_ev ev = psd_eigenvalue(r, &g, k);
    rk_matrix_clear(&g);
    return ev == RK_EV_OK ? sqrt_in_place(a->domain, r) : ev;
}

/* *r = sqrt(f + sign*2*|det|) for the sum f of the squares of the entries */
static rk_ev root_of_sum(rk_matrix *r, const rk_matrix *f, const rk_matrix *det, int sign) {
    rk_matrix twice;
    rk_matrix_add(&twice, det, det);
    if (sign > 0)
        rk_matrix_add(r, f, &twice);
    else
        rk_matrix_sub(r, f, &twice);
    rk_matrix_clear(&twice);
    return sqrt_in_place(f->domain, r->entry);
}

/* (s1 + s2)^2 = f + 2*|det| and (s1 - s2)^2 = f - 2*|det|: one root less inside the other than by
   the eigenvalues of the Gram matrix. */
static rk_ev singular_value_of_two(rk_matrix *r, const rk_matrix *a, slong k) {
    const rk_domain *d = a->domain;
    rk_matrix squares, f, det, modulus, sum, difference;
    fmpq_t half;
    fmpq_init(half);
    fmpq_set_si(half, 1, 2);
    rk_matrix_emul(&squares, a, a);
    rk_matrix_sum_entries(&f, &squares);
    rk_ev ev = rk_matrix_det(&det, a);
    ev = rk_ev_worst(ev, rk_matrix_fn(&modulus, RK_FN_ABS, &det));
    ev = rk_ev_worst(ev, root_of_sum(&sum, &f, &modulus, 1));
    ev = rk_ev_worst(ev, root_of_sum(&difference, &f, &modulus, -1));
    (k == 1 ? d->add : d->sub)(d, r->entry, sum.entry, difference.entry);
    ev = rk_ev_worst(ev, d->set_fmpq(d, squares.entry, half));
    d->mul(d, r->entry, r->entry, squares.entry);
    rk_matrix *all[] = {&squares, &f, &det, &modulus, &sum, &difference};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rk_matrix_clear(all[i]);
    fmpq_clear(half);
    return ev;
}

/* The rank settles values beyond it, and of rank 1 the sum of squares. Else the Gram matrix, whose
   entries may be long, is only made when something is done with it. */
static rk_ev exact_singular_value(rk_matrix *r, const rk_matrix *a, slong k) {
    rk_matrix g;
    slong low, high, least = a->rows < a->cols ? a->rows : a->cols;
    if (a->rows == 2 && a->cols == 2)
        return singular_value_of_two(r, a, k);
    bool ranked = rk_matrix_rank(&low, &high, a) == RK_EV_OK;
    if (ranked && k > high)
        return RK_EV_OK;
    if (!(ranked && high == 1) && least > 2 && a->domain->psd_eigenvalue == rk_spectrum_escapes)
        return RK_EV_ESCAPE;
    gram(&g, a);
    rk_ev ev = RK_EV_OK;
    if (ranked && high == 1) {
        rk_matrix_clear(r);
        rk_matrix_trace(r, &g);
    } else {
        ev = psd_eigenvalue(r->entry, &g, k);
    }
    rk_matrix_clear(&g);
    return ev == RK_EV_OK ? sqrt_in_place(a->domain, r->entry) : ev;
}

rk_ev rk_matrix_singular_value(rk_matrix *r, const rk_matrix *a, slong k) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, 1, 1);
    if (!d->ordered)
        return RK_EV_CONSTRUCT;
    if (k < 1 || k > a->rows || k > a->cols)
        return RK_EV_UNDEFINED;
    if (d->singular_value != NULL)
        return d->singular_value(r->entry, a, k);
    return d->exact ? exact_singular_value(r, a, k) : rk_gram_singular_value(r->entry, a, k);
}

static bool is_triangular(const rk_matrix *a, bool upper) {
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < i; j++)
            if (!rk_tern_true(
                    a->domain->is_zero(a->domain, upper ? rk_at(a, i, j) : rk_at(a, j, i))))
                return false;
    return true;
}

static rk_ev modulus_of_triangular(void *r, const rk_matrix *a, slong k) {
    rk_matrix diagonal, moduli;
    rk_matrix_diag_take(&diagonal, a);
    rk_ev ev = rk_matrix_fn(&moduli, RK_FN_ABS, &diagonal);
    if (ev == RK_EV_OK)
        ev = rk_kth_largest(r, &moduli, k);
    rk_matrix_clear(&diagonal);
    rk_matrix_clear(&moduli);
    return ev;
}

rk_ev rk_matrix_eigen_modulus(rk_matrix *r, const rk_matrix *a, slong k) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, 1, 1);
    if (!d->ordered)
        return RK_EV_CONSTRUCT;
    if (k < 1 || k > a->rows)
        return RK_EV_UNDEFINED;
    if (d->exact && (is_triangular(a, true) || is_triangular(a, false)))
        return modulus_of_triangular(r->entry, a, k);
    if (d->exact && a->rows == 2)
        return modulus_of_two(r->entry, a, k);
    return d->eigen_modulus != NULL ? d->eigen_modulus(r->entry, a, k) : RK_EV_CONSTRUCT;
}
