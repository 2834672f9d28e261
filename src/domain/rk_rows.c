/* Softmax and entropy of rows. */
#include "domain_inside.h"

/* Whether x is the rational number c. */
static rk_tern is_number(const rk_domain *d, const void *x, slong c) {
    rk_matrix t;
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_si(q, c, 1);
    rk_matrix_init(&t, d, 1, 1);
    rk_tern answer = RK_UNKNOWN;
    if (d->set_fmpq(d, t.entry, q) == RK_EV_OK) {
        d->sub(d, t.entry, x, t.entry);
        answer = d->is_zero(d, t.entry);
    }
    rk_matrix_clear(&t);
    fmpq_clear(q);
    return answer;
}

/* A row of a softmax: where its logits stand, which of them the mask keeps, where the result
   goes. */
typedef struct softmax_row {
    const rk_domain *d;
    const rk_matrix *logits;
    rk_matrix *result;
    slong row, cols;
    bool *kept;
    slong nkept;
} softmax_row;

static rk_ev read_mask_entry(const rk_domain *d, bool *kept, const void *x) {
    rk_tern zero = is_number(d, x, 0), one = is_number(d, x, 1);
    *kept = rk_tern_true(one);
    if (rk_tern_true(zero) || rk_tern_true(one))
        return RK_EV_OK;
    return rk_tern_false(zero) && rk_tern_false(one) ? RK_EV_UNDEFINED : RK_EV_PRECISION;
}

static rk_ev read_mask(softmax_row *s, const rk_matrix *mask) {
    rk_ev ev = RK_EV_OK;
    s->nkept = 0;
    for (slong j = 0; j < s->cols; j++) {
        s->kept[j] = true;
        if (mask != NULL)
            ev = rk_ev_worst(ev, read_mask_entry(s->d, &s->kept[j], rk_at(mask, s->row, j)));
        s->nkept += s->kept[j];
    }
    return ev == RK_EV_OK && s->nkept == 0 ? RK_EV_UNDEFINED : ev;
}

/* The logit that is taken from all others before exp: the first one kept, or in inexact domains
   the largest, which keeps exp within bounds. Any choice gives the same softmax. */
static slong reference(const softmax_row *s) {
    const rk_domain *d = s->d;
    slong best = -1;
    for (slong j = 0; j < s->cols; j++) {
        int low = 0, high;
        if (!s->kept[j])
            continue;
        if (best >= 0 && d->compare != NULL)
            d->compare(d, &low, &high, rk_at(s->logits, s->row, j), rk_at(s->logits, s->row, best));
        if (best < 0 || low > 0)
            best = j;
    }
    return best;
}

/* Shifts the kept logits into the result; true when every shifted logit is certainly zero. */
static bool shift(const softmax_row *s) {
    const rk_domain *d = s->d;
    slong first = reference(s);
    bool equal = true;
    for (slong j = 0; j < s->cols; j++) {
        void *x = rk_at(s->result, s->row, j);
        if (!s->kept[j] || j == first)
            continue;
        d->sub(d, x, rk_at(s->logits, s->row, j), rk_at(s->logits, s->row, first));
        equal = equal && rk_tern_true(d->is_zero(d, x));
    }
    return equal;
}

static rk_ev uniform(const softmax_row *s) {
    const rk_domain *d = s->d;
    rk_ev ev = RK_EV_OK;
    fmpq_t share;
    fmpq_init(share);
    fmpq_set_si(share, 1, (ulong)s->nkept);
    for (slong j = 0; j < s->cols; j++)
        if (s->kept[j])
            ev = rk_ev_worst(ev, d->set_fmpq(d, rk_at(s->result, s->row, j), share));
    fmpq_clear(share);
    return ev;
}

static rk_ev exponentials(const softmax_row *s) {
    const rk_domain *d = s->d;
    rk_ev ev = RK_EV_OK;
    rk_matrix sum;
    rk_matrix_init(&sum, d, 1, 1);
    for (slong j = 0; j < s->cols; j++) {
        void *x = rk_at(s->result, s->row, j);
        if (!s->kept[j])
            continue;
        ev = rk_ev_worst(ev, d->fn(d, RK_FN_EXP, x, x));
        d->add(d, sum.entry, sum.entry, x);
    }
    for (slong j = 0; j < s->cols && ev == RK_EV_OK; j++) {
        void *x = rk_at(s->result, s->row, j);
        if (s->kept[j])
            ev = rk_ev_worst(ev, d->div(d, x, x, sum.entry));
    }
    rk_matrix_clear(&sum);
    return ev;
}

rk_ev rk_matrix_softmax(rk_matrix *r, const rk_matrix *logits, const rk_matrix *mask) {
    softmax_row s = {.d = logits->domain, .logits = logits, .result = r, .cols = logits->cols};
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, logits->domain, logits->rows, logits->cols);
    s.kept = rk_calloc((size_t)s.cols, sizeof *s.kept);
    for (s.row = 0; s.row < logits->rows; s.row++) {
        rk_ev row = read_mask(&s, mask);
        if (row == RK_EV_OK)
            row = shift(&s) ? uniform(&s) : exponentials(&s);
        ev = rk_ev_worst(ev, row);
    }
    rk_free(s.kept);
    return ev;
}

/* Takes p*log(p) from *r; 0*log(0) counts 0. */
static rk_ev subtract_p_log_p(const rk_domain *d, void *r, const void *p) {
    if (rk_tern_true(d->is_zero(d, p)))
        return RK_EV_OK;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    rk_ev ev = d->fn(d, RK_FN_LOG, t.entry, p);
    if (ev == RK_EV_OK) {
        d->mul(d, t.entry, t.entry, p);
        d->sub(d, r, r, t.entry);
    }
    rk_matrix_clear(&t);
    return ev;
}

rk_ev rk_matrix_entropy(rk_matrix *r, const rk_matrix *p) {
    const rk_domain *d = p->domain;
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(r, d, p->rows, 1);
    for (slong i = 0; i < p->rows; i++)
        for (slong j = 0; j < p->cols; j++)
            ev = rk_ev_worst(ev, subtract_p_log_p(d, rk_at(r, i, 0), rk_at(p, i, j)));
    return ev;
}
