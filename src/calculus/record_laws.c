/* The arguments of laws, in the order in which the checker's table has them. */
#include "record_inside.h"

#include "rk_law.h"

static void put_matrices(rk_recorder *r, const char *law, size_t n, const rk_mx *const *a) {
    rk_buf_printf(r->out, "fact %s", law);
    for (size_t i = 0; i < n; i++) {
        rk_record_bar(r);
        rk_record_mx(r, a[i]);
    }
}

/* rank(A + B) <= rank(A) + rank(B), also used as rank(A) <= rank(A + B) + rank(B). */
static void put_sum(rk_recorder *r, const rk_fact *f) {
    const rk_mx *pair[2] = {f->matrix[0], f->matrix[1]};
    rk_sc both =
        rk_sc_add(r->scalars, rk_mx_rank(r->store, pair[0]), rk_mx_rank(r->store, pair[1]));
    const rk_mx *whole = rk_mx_add(r->store, pair[0], pair[1]);
    if (f->value != rk_sc_sub(r->scalars, both, rk_mx_rank(r->store, whole)))
        pair[1] = rk_mx_scale(r->store, rk_sc_int(r->scalars, -1), pair[1]);
    put_matrices(r, "sum", 2, pair);
}

/* The minimum or maximum that stands in the fact with one of its arguments. */
static void put_extremum(rk_recorder *r, const rk_fact *f) {
    rk_buf_puts(r->out, "fact extremum | ");
    rk_record_sc(r, f->at);
}

void rk_record_instance(rk_recorder *r, const rk_fact *f) {
    switch (f->law) {
    case RK_LAW_SUM:
        put_sum(r, f);
        break;
    case RK_LAW_EXTREMUM:
        put_extremum(r, f);
        break;
    default:
        put_matrices(r, rk_law_get(f->law)->name, f->nmatrices, f->matrix);
    }
}
