/* Facts, and how they add up. */
#include "record_inside.h"

#include "rk_law.h"

/* The position from 1 of the assumed fact with this value among those before fact n; 0: none. */
static size_t find_given(const rk_derivation *d, size_t n, rk_sc value) {
    for (size_t i = 0; i < n; i++)
        if (d->fact[i]->value == value)
            return i + 1;
    return 0;
}

static void put_given(rk_recorder *r, const rk_derivation *d, const rk_fact *f) {
    if (f->origin == RK_ORIGIN_DIMENSION) {
        rk_buf_puts(r->out, "fact dimension");
        return;
    }
    rk_buf_printf(r->out, "fact hypothesis | %zu | ", d->nassumptions - f->origin);
    if (f->low != NULL)
        rk_record_sc(r, f->low);
    else
        rk_buf_putc(r->out, '-');
}

/* What it was before the positive factor was cancelled is a fact before it. */
static void put_cancel(rk_recorder *r, const rk_derivation *d, const rk_fact *f, size_t n) {
    size_t given = f->low == NULL ? 0 : find_given(d, n, f->low);
    if (given == 0) {
        rk_record_fail(r, "a factor cancelled in a Kronecker product");
        return;
    }
    rk_buf_printf(r->out, "fact cancel | %zu | ", given);
    rk_record_sc(r, rk_sc_div(r->scalars, f->low, f->value));
}

/* (size of A - rank(A)) times an assumed number that is not negative. */
static bool put_gap(rk_recorder *r, const rk_derivation *d, const rk_fact *f, size_t n) {
    const rk_mx *a = f->matrix[0];
    rk_sc rank = rk_mx_rank(r->store, a);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 2; k++) {
            rk_sc gap = rk_sc_sub(r->scalars, k == 0 ? a->rows : a->cols, rank);
            if (rk_sc_mul(r->scalars, gap, d->fact[i]->value) != f->value)
                continue;
            rk_buf_puts(r->out, "fact gap | ");
            rk_record_mx(r, a);
            rk_buf_printf(r->out, " | %zu", i + 1);
            return true;
        }
    return false;
}

static void put_instance(rk_recorder *r, const rk_fact *f) {
    rk_buf_printf(r->out, "fact %s", rk_law_get(f->law)->name);
    for (size_t i = 0; i < f->nmatrices; i++) {
        rk_record_bar(r);
        rk_record_mx(r, f->matrix[i]);
    }
    if (f->at != NULL) {
        rk_record_bar(r);
        rk_record_sc(r, f->at);
    }
}

static void put_fact(rk_recorder *r, const rk_derivation *d, const rk_fact *f, size_t n);

/* A fact about a member, summed over the range. */
static void put_family(rk_recorder *r, const rk_derivation *d, const rk_fact *f, size_t n) {
    rk_buf_printf(r->out, "member %s | ", rk_mx_symbol_name(r->printer, f->sym));
    rk_record_sc(r, f->low);
    rk_record_bar(r);
    rk_record_sc(r, f->high);
    rk_record_end(r);
    put_fact(r, d, f->member, n);
    rk_buf_puts(r->out, "fact family");
}

/* Fact n of d, from 0. */
static void put_fact(rk_recorder *r, const rk_derivation *d, const rk_fact *f, size_t n) {
    switch (f->law) {
    case RK_LAW_FAMILY:
        put_family(r, d, f, n);
        break;
    case RK_LAW_HYPOTHESIS:
        put_given(r, d, f);
        break;
    case RK_LAW_CASE:
    case RK_LAW_INDUCTION:
        rk_buf_puts(r->out, "fact case");
        break;
    case RK_LAW_CANCEL:
        put_cancel(r, d, f, n);
        break;
    case RK_LAW_GAPS:
        if (f->nuses == 0 || !put_gap(r, d, f, n))
            put_instance(r, f);
        break;
    default:
        put_instance(r, f);
    }
    rk_record_bar(r);
    rk_record_relation(r, f->value, f->equation);
    rk_record_end(r);
}

void rk_record_sum(rk_recorder *r, const rk_derivation *d) {
    for (size_t i = 0; i < d->nfacts; i++)
        put_fact(r, d, d->fact[i], i);
    if (d->kind == RK_N_ABSURD) {
        rk_buf_puts(r->out, "absurd ");
    } else {
        rk_buf_puts(r->out, "sum ");
        rk_record_relation(r, d->goal, false);
        rk_record_bar(r);
    }
    if (d->sum.slack == NULL)
        rk_buf_putc(r->out, '0');
    else
        rk_record_sc(r, d->sum.slack);
    for (size_t i = 0; i < d->sum.nitems; i++) {
        rk_buf_printf(r->out, " | %u times ", d->sum.item[i].fact + 1);
        rk_record_sc(r, d->sum.item[i].factor);
    }
    rk_record_end(r);
}
