/* Terms and their shapes. */
#include <string.h>
#include "base/rk_limits.h"
#include "rk_checker.h"

/* --- making -------------------------------------------------------------------------------- */

/* Is the member there at all dimensions? A number, or the index of a loop inside the range. */
static bool inside_family(rk_checker *ck, const rk_term *t) {
    const rk_size *at = t->ival[0], *last = at, *first = at;
    for (size_t i = 0; i < ck->nloops; i++)
        if (at->op == RK_S_SYM && at->sym == ck->loops[i].sym) {
            first = ck->loops[i].low;
            last = ck->loops[i].high;
        }
    const rk_size *room = rk_size_binary(ck->sizes, RK_S_SUB, ck->out->vars[t->var].family, last);
    return rk_always(ck, first, 1) && rk_always(ck, room, 0);
}

/* Operations that may be undefined although their arguments are not. */
static bool may_fail(rk_checker *ck, const rk_term *t) {
    int64_t k;
    switch (t->op) {
    case RK_T_VAR:
        return t->ival[0] && !inside_family(ck, t);
    case RK_T_POWER:
        return !rk_size_is_const(ck->sizes, t->ival[0], &k) || k < 0;
    case RK_T_SOFTMAX:
        return t->nkids > 1;
    case RK_T_UNIT:
    case RK_T_DIV:
    case RK_T_EDIV:
    case RK_T_ENTRY:
    case RK_T_ROW:
    case RK_T_COL:
    case RK_T_LOOP_PROD:
    case RK_T_LOOP_HCAT:
    case RK_T_LOOP_VCAT:
    case RK_T_LOOP_MAX:
    case RK_T_LOOP_MIN:
    case RK_T_INV:
    case RK_T_JRANK:
    case RK_T_LAYERNORM:
    case RK_T_RMSNORM:
    case RK_T_BATCHNORM:
    case RK_T_LOG:
    case RK_T_SQRT:
    case RK_T_SIGMA:
    case RK_T_EIGABS:
    case RK_T_STABLE_RANK:
    case RK_T_ENTROPY:
        return true;
    default:
        return false;
    }
}

static void too_many(rk_checker *ck, rk_span span) {
    if (!ck->stopped)
        rk_complain(ck, "limit-expansion", span,
                    "more than %d terms after definitions are expanded", RK_LIMIT_EXPANSION);
    ck->stopped = true;
}

static unsigned char own_traits(rk_op op) {
    if (op == RK_T_VAR)
        return RK_TRAIT_VARIABLE;
    return op == RK_T_PROB || op == RK_T_MEAN || op == RK_T_VARIANCE ? RK_TRAIT_STATISTIC : 0;
}

static void add_term(rk_checker *ck, rk_term *t) {
    if (ck->nterms >= RK_LIMIT_EXPANSION)
        too_many(ck, t->span);
    rk_grow(&ck->terms, &ck->cap_terms, ck->nterms + 1, sizeof(rk_term *));
    rk_grow(&ck->traits, &ck->cap_traits, ck->nterms + 1, 1);
    t->id = (unsigned)ck->nterms;
    unsigned char traits = own_traits(t->op);
    for (size_t i = 0; i < t->nkids; i++)
        traits |= ck->traits[t->kid[i]->id] & RK_TRAIT_INHERITED;
    ck->traits[ck->nterms] = traits;
    ck->terms[ck->nterms++] = t;
}

/* Position and exponents are known only after a term is made: rk_finish looks at it again. */
rk_term *rk_finish(rk_checker *ck, rk_term *t) {
    if (may_fail(ck, t))
        ck->traits[t->id] |= RK_TRAIT_PARTIAL;
    return t;
}

rk_term *rk_make(rk_checker *ck, rk_op op, rk_span span, const rk_size *rows, const rk_size *cols,
                 rk_term *const *kids, size_t nkids) {
    rk_term *t = rk_arena_alloc(ck->arena, sizeof *t);
    t->op = op;
    t->span = span;
    t->rows = rows;
    t->cols = cols;
    t->nkids = nkids;
    t->kid = nkids ? rk_arena_alloc(ck->arena, nkids * sizeof *kids) : NULL;
    if (nkids)
        memcpy(t->kid, kids, nkids * sizeof *kids);
    add_term(ck, t);
    if (op != RK_T_VAR && op != RK_T_POWER)
        rk_finish(ck, t);
    return t;
}

rk_term *rk_make1(rk_checker *ck, rk_op op, rk_span span, const rk_size *rows, const rk_size *cols,
                  rk_term *kid) {
    return rk_make(ck, op, span, rows, cols, &kid, 1);
}

rk_term *rk_make2(rk_checker *ck, rk_op op, rk_span span, const rk_size *rows, const rk_size *cols,
                  rk_term *a, rk_term *b) {
    return rk_make(ck, op, span, rows, cols, (rk_term *[]){a, b}, 2);
}

rk_term *rk_make_truth(rk_checker *ck, rk_op op, rk_span span, rk_term *const *kids, size_t nkids) {
    return rk_make(ck, op, span, NULL, NULL, kids, nkids);
}

const rk_size *rk_one(rk_checker *ck) {
    return rk_size_const(ck->sizes, 1);
}

rk_term *rk_make_int(rk_checker *ck, rk_span span, const rk_size *size) {
    rk_term *t = rk_make(ck, RK_T_INT, span, rk_one(ck), rk_one(ck), NULL, 0);
    t->ival[0] = size;
    return t;
}

/* --- shapes -------------------------------------------------------------------------------- */

bool rk_is_one(rk_checker *ck, const rk_size *a) {
    int64_t value;
    return rk_size_is_const(ck->sizes, a, &value) && value == 1;
}

bool rk_is_scalar(rk_checker *ck, const rk_term *t) {
    return rk_is_one(ck, t->rows) && rk_is_one(ck, t->cols);
}

bool rk_is_square(rk_checker *ck, const rk_term *t) {
    return rk_size_equal(ck->sizes, t->rows, t->cols);
}

bool rk_same_shape(rk_checker *ck, const rk_term *a, const rk_term *b) {
    return rk_size_equal(ck->sizes, a->rows, b->rows) && rk_size_equal(ck->sizes, a->cols, b->cols);
}

const char *rk_size_text(rk_checker *ck, const rk_size *a) {
    rk_buf b;
    rk_buf_init(&b);
    rk_size_print(&b, ck->sizes, a);
    const char *text = rk_arena_strdup(ck->scratch, b.text);
    rk_buf_clear(&b);
    return text;
}

const char *rk_shape_text(rk_checker *ck, const rk_term *t) {
    return rk_arena_printf(ck->scratch, "%s by %s", rk_size_text(ck, t->rows),
                           rk_size_text(ck, t->cols));
}

bool rk_want_square(rk_checker *ck, const rk_term *t, rk_span span, const char *what) {
    if (rk_is_square(ck, t))
        return true;
    rk_complain(ck, "not-square", span, "%s needs a square matrix, this is %s", what,
                rk_shape_text(ck, t));
    return false;
}

bool rk_want_scalar(rk_checker *ck, const rk_term *t, rk_span span, const char *what) {
    if (rk_is_scalar(ck, t))
        return true;
    rk_complain(ck, "not-a-scalar", span, "%s needs a scalar, this is %s", what,
                rk_shape_text(ck, t));
    return false;
}
