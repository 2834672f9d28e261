/* Matrices as containers: making, copying, cutting, joining, printing. */
#include <math.h>

#include "base/rk_guard.h"
#include "domain_inside.h"

void rk_matrix_init(rk_matrix *r, const rk_domain *d, slong rows, slong cols) {
    if (rows > 0 && cols > WORD_MAX / rows)
        rk_guard_raise("matrix too large");
    r->domain = d;
    r->rows = rows;
    r->cols = cols;
    r->entry = rk_calloc((size_t)(rows * cols), d->size);
    for (slong i = 0; i < rows && !d->plain; i++)
        for (slong j = 0; j < cols; j++)
            d->init(d, rk_at(r, i, j));
}

void rk_matrix_clear(rk_matrix *r) {
    for (slong i = 0; i < r->rows && !r->domain->plain; i++)
        for (slong j = 0; j < r->cols; j++)
            r->domain->clear(r->domain, rk_at(r, i, j));
    rk_free(r->entry);
    r->entry = NULL;
    r->rows = r->cols = 0;
}

void *rk_matrix_entry(const rk_matrix *a, slong i, slong j) {
    return rk_at(a, i, j);
}

/* Copies a into r with its corner at (row, col). */
static void paste(rk_matrix *r, slong row, slong col, const rk_matrix *a) {
    const rk_domain *d = r->domain;
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            d->set(d, rk_at(r, row + i, col + j), rk_at(a, i, j));
}

void rk_matrix_copy(rk_matrix *r, const rk_matrix *a) {
    rk_matrix_init(r, a->domain, a->rows, a->cols);
    paste(r, 0, 0, a);
}

rk_ev rk_matrix_set_fmpq_mat(rk_matrix *r, const rk_domain *d, const fmpq_mat_t a) {
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, d, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols; j++)
            ev = rk_ev_worst(ev, d->set_fmpq(d, rk_at(r, i, j), fmpq_mat_entry(a, i, j)));
    return ev;
}

rk_ev rk_matrix_get_fmpq_mat(fmpq_mat_t r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            ev = rk_ev_worst(ev, d->get_fmpq(d, fmpq_mat_entry(r, i, j), rk_at(a, i, j)));
    return ev;
}

static rk_ev put_exactly(const rk_domain *d, void *r, double x) {
    fmpq_t q;
    arf_t f;
    if (!isfinite(x))
        return RK_EV_UNDEFINED;
    if (d->set_near != NULL)
        return d->set_near(d, r, x, 0);
    fmpq_init(q);
    arf_init(f);
    arf_set_d(f, x);
    arf_get_fmpq(q, f);
    rk_ev ev = d->set_fmpq(d, r, q);
    arf_clear(f);
    fmpq_clear(q);
    return ev;
}

rk_ev rk_matrix_set_doubles(rk_matrix *r, const rk_domain *d, slong rows, slong cols,
                            const double *entry) {
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, d, rows, cols);
    for (slong i = 0; i < rows * cols; i++)
        ev = rk_ev_worst(ev, put_exactly(d, rk_at(r, 0, i), entry[i]));
    return ev;
}

rk_ev rk_matrix_put_near(rk_matrix *r, const double *entry, double radius) {
    const rk_domain *d = r->domain;
    rk_ev ev = RK_EV_OK;
    if (radius != 0 && d->set_near == NULL)
        return RK_EV_ESCAPE;
    for (slong i = 0; i < r->rows * r->cols; i++)
        ev = rk_ev_worst(ev, d->set_near != NULL ? d->set_near(d, rk_at(r, 0, i), entry[i], radius)
                                                 : put_exactly(d, rk_at(r, 0, i), entry[i]));
    return ev;
}

static bool rational_ends(const rk_matrix *a, double *low, double *high) {
    arb_t ball;
    fmpq_t q;
    fmpq_init(q);
    arb_init(ball);
    bool known = a->domain->get_fmpq(a->domain, q, a->entry) == RK_EV_OK;
    arb_set_fmpq(ball, q, 64);
    rk_ball_ends(ball, low, high);
    arb_clear(ball);
    fmpq_clear(q);
    return known && isfinite(*low) && isfinite(*high);
}

bool rk_matrix_ends(const rk_matrix *a, double *low, double *high) {
    const rk_domain *d = a->domain;
    return d->ends != NULL ? d->ends(d, low, high, a->entry) : rational_ends(a, low, high);
}

void rk_matrix_transpose(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->cols, a->rows);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            d->set(d, rk_at(r, j, i), rk_at(a, i, j));
}

void rk_matrix_slice(rk_matrix *r, const rk_matrix *a, slong row, slong col, slong rows,
                     slong cols) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, rows, cols);
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < cols; j++)
            d->set(d, rk_at(r, i, j), rk_at(a, row + i, col + j));
}

void rk_matrix_hcat(rk_matrix *r, const rk_matrix *const *parts, size_t n) {
    slong cols = 0;
    for (size_t k = 0; k < n; k++)
        cols += parts[k]->cols;
    rk_matrix_init(r, parts[0]->domain, parts[0]->rows, cols);
    slong at = 0;
    for (size_t k = 0; k < n; k++) {
        paste(r, 0, at, parts[k]);
        at += parts[k]->cols;
    }
}

void rk_matrix_vcat(rk_matrix *r, const rk_matrix *const *parts, size_t n) {
    slong rows = 0;
    for (size_t k = 0; k < n; k++)
        rows += parts[k]->rows;
    rk_matrix_init(r, parts[0]->domain, rows, parts[0]->cols);
    slong at = 0;
    for (size_t k = 0; k < n; k++) {
        paste(r, at, 0, parts[k]);
        at += parts[k]->rows;
    }
}

void rk_matrix_diag_make(rk_matrix *r, const rk_matrix *column) {
    const rk_domain *d = column->domain;
    rk_matrix_init(r, d, column->rows, column->rows);
    for (slong i = 0; i < column->rows; i++)
        d->set(d, rk_at(r, i, i), rk_at(column, i, 0));
}

void rk_matrix_diag_take(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    slong n = a->rows < a->cols ? a->rows : a->cols;
    rk_matrix_init(r, d, n, 1);
    for (slong i = 0; i < n; i++)
        d->set(d, rk_at(r, i, 0), rk_at(a, i, i));
}

void rk_matrix_vec(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix_init(r, d, a->rows * a->cols, 1);
    for (slong j = 0; j < a->cols; j++)
        for (slong i = 0; i < a->rows; i++)
            d->set(d, rk_at(r, j * a->rows + i, 0), rk_at(a, i, j));
}

void rk_matrix_rearrange(rk_matrix *r, const rk_matrix *a, slong k, slong l, slong rows,
                         slong cols) {
    const rk_domain *d = a->domain;
    slong rest = a->rows * a->cols / (k * l);
    rk_matrix_init(r, d, rows, cols);
    for (slong i = 0; i < k; i++)
        for (slong j = 0; j < l; j++)
            for (slong m = 0; m < rest; m++)
                d->set(d, rk_at(r, 0, (j * k + i) * rest + m), rk_at(a, 0, (i * l + j) * rest + m));
}

void rk_matrix_print(rk_buf *out, const rk_matrix *a) {
    rk_buf_putc(out, '[');
    for (slong i = 0; i < a->rows; i++) {
        for (slong j = 0; j < a->cols; j++) {
            if (i + j > 0)
                rk_buf_puts(out, j > 0 ? ", " : "; ");
            a->domain->print(a->domain, out, rk_at(a, i, j));
        }
    }
    rk_buf_putc(out, ']');
}
