/* Sums, products, quotients and functions of matrices over any domain. */
#include "domain_inside.h"

typedef void binary(const rk_domain *, void *, const void *, const void *);

static void entrywise(rk_matrix *r, const rk_matrix *a, const rk_matrix *b, binary *op) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            op(d, rk_at(r, i, j), rk_at(a, i, j), rk_at(b, i, j));
}

void rk_matrix_add(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    entrywise(r, a, b, a->domain->add);
}

void rk_matrix_sub(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    entrywise(r, a, b, a->domain->sub);
}

void rk_matrix_emul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    entrywise(r, a, b, a->domain->mul);
}

void rk_matrix_neg(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            d->neg(d, rk_at(r, i, j), rk_at(a, i, j));
}

void rk_matrix_scale(rk_matrix *r, const rk_matrix *scalar, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            d->mul(d, rk_at(r, i, j), scalar->entry, rk_at(a, i, j));
}

rk_ev rk_matrix_div(rk_matrix *r, const rk_matrix *a, const rk_matrix *scalar) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            ev = rk_ev_worst(ev, d->div(d, rk_at(r, i, j), rk_at(a, i, j), scalar->entry));
    return ev;
}

rk_ev rk_matrix_ediv(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            ev = rk_ev_worst(ev, d->div(d, rk_at(r, i, j), rk_at(a, i, j), rk_at(b, i, j)));
    return ev;
}

rk_ev rk_matrix_fn(rk_matrix *r, rk_fn f, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            ev = rk_ev_worst(ev, d->fn(d, f, rk_at(r, i, j), rk_at(a, i, j)));
    return ev;
}

static void multiply(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    const rk_domain *d = a->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    for (slong i = 0; i < a->rows; i++) {
        for (slong j = 0; j < b->cols; j++) {
            void *sum = rk_at(r, i, j);
            for (slong k = 0; k < a->cols; k++) {
                d->mul(d, t.entry, rk_at(a, i, k), rk_at(b, k, j));
                d->add(d, sum, sum, t.entry);
            }
        }
    }
    rk_matrix_clear(&t);
}

/* Up to this many products, copying into a library's own matrix type costs more than it saves. */
enum { SMALL_PRODUCT = 64 };

void rk_matrix_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->rows, b->cols);
    bool small = (double)a->rows * (double)a->cols * (double)b->cols <= SMALL_PRODUCT;
    if (d->matrix_mul != NULL && (d->whole_products || !small))
        d->matrix_mul(r, a, b);
    else
        multiply(r, a, b);
}

void rk_matrix_kron(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->rows * b->rows, a->cols * b->cols);
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols; j++)
            d->mul(d, rk_at(r, i, j), rk_at(a, i / b->rows, j / b->cols),
                   rk_at(b, i % b->rows, j % b->cols));
}

void rk_matrix_row_sums(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->rows, 1);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            d->add(d, rk_at(r, i, 0), rk_at(r, i, 0), rk_at(a, i, j));
}

void rk_matrix_row_scale(rk_matrix *r, const rk_matrix *v, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            d->mul(d, rk_at(r, i, j), rk_at(v, i, 0), rk_at(a, i, j));
}

rk_ev rk_matrix_row_divide(rk_matrix *r, const rk_matrix *a, const rk_matrix *v) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            ev = rk_ev_worst(ev, d->div(d, rk_at(r, i, j), rk_at(a, i, j), rk_at(v, i, 0)));
    return ev;
}

void rk_matrix_sum_entries(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, 1, 1);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            d->add(d, r->entry, r->entry, rk_at(a, i, j));
}

void rk_matrix_trace(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, 1, 1);
    for (slong i = 0; i < a->rows; i++)
        d->add(d, r->entry, r->entry, rk_at(a, i, i));
}
