/* Operators and names: trees to terms. */
#include <string.h>
#include "base/rk_limits.h"
#include "rk_checker.h"

bool rk_deeper(rk_checker *ck, const rk_node *node) {
    if (ck->stopped)
        return false;
    if (ck->depth >= RK_LIMIT_EXPANSION_DEPTH) {
        rk_complain(ck, "limit-expansion-depth", node->span,
                    "more than %d operators stand above one another after expansion",
                    RK_LIMIT_EXPANSION_DEPTH);
        ck->stopped = true;
        return false;
    }
    ck->depth++;
    return true;
}

/* --- leaves -------------------------------------------------------------------------------- */

static rk_term *check_number(rk_checker *ck, const rk_node *node) {
    rk_term *t = rk_make(ck, RK_T_NUMBER, node->span, rk_one(ck), rk_one(ck), NULL, 0);
    t->text = node->text;
    return t;
}

static rk_term *check_name(rk_checker *ck, const rk_node *node) {
    rk_binding *b = rk_lookup(ck, node->name, node->span);
    if (!b)
        return NULL;
    if (b->kind == RK_BIND_FAMILY) {
        if (rk_complain(ck, "family-without-index", node->span,
                        "`%s` is a family and stands with its index", node->name))
            rk_hint(ck, "write %s[h]; only a def takes a family whole", node->name);
        return NULL;
    }
    return b->size ? rk_make_int(ck, node->span, b->size) : b->term;
}

/* --- arithmetic ---------------------------------------------------------------------------- */

static rk_term *mismatch(rk_checker *ck, const rk_node *node, const char *op, const rk_term *a,
                         const rk_term *b) {
    if (!rk_complain(ck, "shape-mismatch", node->op, "`%s` of %s and %s", op, rk_shape_text(ck, a),
                     rk_shape_text(ck, b)))
        return NULL;
    bool entrywise = node->kind == RK_N_ADD || node->kind == RK_N_SUB;
    const rk_term *matrix = rk_is_scalar(ck, a) ? b : a;
    if (entrywise && (rk_is_scalar(ck, a) || rk_is_scalar(ck, b)))
        rk_hint(ck, "a number for every entry is written c*ones(%s, %s)",
                rk_size_text(ck, matrix->rows), rk_size_text(ck, matrix->cols));
    return NULL;
}

static rk_term *check_same(rk_checker *ck, const rk_node *node, rk_op op) {
    rk_term *a = rk_check_value(ck, node->kid[0]), *b = rk_check_value(ck, node->kid[1]);
    if (!a || !b)
        return NULL;
    if (!rk_same_shape(ck, a, b))
        return mismatch(ck, node, rk_op_name(op), a, b);
    return rk_make2(ck, op, node->span, a->rows, a->cols, a, b);
}

static rk_term *no_product(rk_checker *ck, const rk_node *node, const rk_term *a,
                           const rk_term *b) {
    if (rk_complain(ck, "shape-mismatch", node->op,
                    "`*` of %s and %s: the inner sizes %s and %s differ", rk_shape_text(ck, a),
                    rk_shape_text(ck, b), rk_size_text(ck, a->cols), rk_size_text(ck, b->rows)) &&
        rk_same_shape(ck, a, b))
        rk_hint(ck, "the product of entries is `.*`");
    return NULL;
}

static rk_term *check_mul(rk_checker *ck, const rk_node *node) {
    rk_term *a = rk_check_value(ck, node->kid[0]), *b = rk_check_value(ck, node->kid[1]);
    if (!a || !b)
        return NULL;
    if (rk_size_equal(ck->sizes, a->cols, b->rows))
        return rk_make2(ck, RK_T_MUL, node->span, a->rows, b->cols, a, b);
    if (rk_is_scalar(ck, a))
        return rk_make2(ck, RK_T_SCALE, node->span, b->rows, b->cols, a, b);
    if (rk_is_scalar(ck, b))
        return rk_make2(ck, RK_T_SCALE, node->span, a->rows, a->cols, b, a);
    return no_product(ck, node, a, b);
}

static rk_term *check_div(rk_checker *ck, const rk_node *node) {
    rk_term *a = rk_check_value(ck, node->kid[0]), *b = rk_check_value(ck, node->kid[1]);
    if (!a || !b)
        return NULL;
    if (rk_is_scalar(ck, b))
        return rk_make2(ck, RK_T_DIV, node->span, a->rows, a->cols, a, b);
    if (rk_complain(ck, "not-a-scalar", node->op, "the right side of `/` is a scalar, this is %s",
                    rk_shape_text(ck, b)))
        rk_hint(ck, rk_same_shape(ck, a, b) ? "the quotient of entries is `./`"
                                            : "a matrix is divided by with inv: A*inv(B)");
    return NULL;
}

static rk_term *check_neg(rk_checker *ck, const rk_node *node) {
    rk_term *a = rk_check_value(ck, node->kid[0]);
    return a ? rk_make1(ck, RK_T_NEG, node->span, a->rows, a->cols, a) : NULL;
}

static rk_term *check_transpose(rk_checker *ck, const rk_node *node) {
    rk_term *a = rk_check_value(ck, node->kid[0]);
    return a ? rk_make1(ck, RK_T_TRANSPOSE, node->span, a->cols, a->rows, a) : NULL;
}

static rk_term *check_power(rk_checker *ck, const rk_node *node) {
    rk_term *a = rk_check_value(ck, node->kid[0]);
    const rk_size *exponent = rk_check_size(ck, node->kid[1]);
    if (!a || !exponent || !rk_want_square(ck, a, node->op, "`^`"))
        return NULL;
    rk_term *t = rk_make1(ck, RK_T_POWER, node->span, a->rows, a->cols, a);
    t->ival[0] = exponent;
    return rk_finish(ck, t);
}

/* --- truth values -------------------------------------------------------------------------- */

static const char *cmp_text(rk_cmp cmp) {
    static const char *const text[] = {"==", "!=", "<", "<=", ">", ">="};
    return text[cmp];
}

static bool comparable(rk_checker *ck, rk_cmp cmp, const rk_term *a, const rk_term *b) {
    bool entrywise = cmp != RK_EQ && cmp != RK_NE;
    return rk_same_shape(ck, a, b) || (entrywise && (rk_is_scalar(ck, a) || rk_is_scalar(ck, b)));
}

static rk_term *incomparable(rk_checker *ck, rk_cmp cmp, rk_span op, const rk_term *a,
                             const rk_term *b) {
    bool scalar = rk_is_scalar(ck, a) || rk_is_scalar(ck, b);
    const rk_term *matrix = rk_is_scalar(ck, a) ? b : a;
    if (rk_complain(ck, "shape-mismatch", op, "`%s` of %s and %s", cmp_text(cmp),
                    rk_shape_text(ck, a), rk_shape_text(ck, b)) &&
        scalar)
        rk_hint(ck, "a matrix of zeros is written zeros(%s, %s)", rk_size_text(ck, matrix->rows),
                rk_size_text(ck, matrix->cols));
    return NULL;
}

/* One comparison of a chain: sides i and i + 1. */
static rk_term *check_pair(rk_checker *ck, const rk_node *node, size_t i, rk_term *const *side) {
    rk_term *a = side[i], *b = side[i + 1];
    rk_span span = rk_span_join(node->kid[i]->span, node->kid[i + 1]->span);
    if (!a || !b)
        return NULL;
    if (!comparable(ck, node->cmp[i], a, b))
        return incomparable(ck, node->cmp[i], node->nkids == 2 ? node->op : span, a, b);
    rk_term *t = rk_make_truth(ck, RK_T_COMPARE, node->nkids == 2 ? node->span : span,
                               (rk_term *[]){a, b}, 2);
    t->cmp = node->cmp[i];
    return t;
}

static rk_term *check_comparison(rk_checker *ck, const rk_node *node) {
    size_t n = node->nkids;
    rk_term **side = rk_arena_alloc(ck->scratch, n * sizeof *side);
    rk_term **pair = rk_arena_alloc(ck->scratch, n * sizeof *pair);
    bool good = true;
    for (size_t i = 0; i < n; i++)
        side[i] = rk_check_value(ck, node->kid[i]);
    for (size_t i = 0; i + 1 < n; i++) {
        pair[i] = check_pair(ck, node, i, side);
        good &= pair[i] != NULL;
    }
    if (!good)
        return NULL;
    return n == 2 ? pair[0] : rk_make_truth(ck, RK_T_AND, node->span, pair, n - 1);
}

static rk_term *check_connective(rk_checker *ck, const rk_node *node, rk_op op) {
    rk_term *kids[2] = {rk_check_truth(ck, node->kid[0]), NULL};
    if (node->nkids > 1)
        kids[1] = rk_check_truth(ck, node->kid[1]);
    if (!kids[0] || (node->nkids > 1 && !kids[1]))
        return NULL;
    return rk_make_truth(ck, op, node->span, kids, node->nkids);
}

/* --- any node ------------------------------------------------------------------------------ */

static rk_term *check_operator(rk_checker *ck, const rk_node *node) {
    switch (node->kind) {
    case RK_N_ADD:
        return check_same(ck, node, RK_T_ADD);
    case RK_N_SUB:
        return check_same(ck, node, RK_T_SUB);
    case RK_N_EMUL:
        return check_same(ck, node, RK_T_EMUL);
    case RK_N_EDIV:
        return check_same(ck, node, RK_T_EDIV);
    case RK_N_MUL:
        return check_mul(ck, node);
    case RK_N_DIV:
        return check_div(ck, node);
    case RK_N_NEG:
        return check_neg(ck, node);
    case RK_N_TRANSPOSE:
        return check_transpose(ck, node);
    default:
        return check_power(ck, node);
    }
}

static rk_term *check_logic(rk_checker *ck, const rk_node *node) {
    switch (node->kind) {
    case RK_N_COMPARE:
        return check_comparison(ck, node);
    case RK_N_NOT:
        return check_connective(ck, node, RK_T_NOT);
    case RK_N_AND:
        return check_connective(ck, node, RK_T_AND);
    case RK_N_OR:
        return check_connective(ck, node, RK_T_OR);
    case RK_N_IMPLIES:
        return check_connective(ck, node, RK_T_IMPLIES);
    default:
        return check_connective(ck, node, RK_T_IFF);
    }
}

static rk_term *check_stray(rk_checker *ck, const rk_node *node) {
    rk_complain(ck, "not-an-integer", node->span, "`:` stands only as one of two positions");
    return NULL;
}

static rk_term *check_kind(rk_checker *ck, const rk_node *node) {
    switch (node->kind) {
    case RK_N_NUMBER:
        return check_number(ck, node);
    case RK_N_NAME:
        return check_name(ck, node);
    case RK_N_CALL:
        return rk_check_call(ck, node);
    case RK_N_NORM:
        return rk_check_norm(ck, node);
    case RK_N_JRANK:
        return rk_check_jrank(ck, node);
    case RK_N_LOOP:
        return rk_check_loop(ck, node);
    case RK_N_FOLD:
        return rk_check_fold(ck, node);
    case RK_N_BLOCK:
    case RK_N_ROW:
        return rk_check_block(ck, node);
    case RK_N_MEMBER:
        return rk_check_member(ck, node);
    case RK_N_ENTRY:
        return rk_check_entry(ck, node);
    case RK_N_COLON:
        return check_stray(ck, node);
    default:
        return node->kind < RK_N_COMPARE ? check_operator(ck, node) : check_logic(ck, node);
    }
}

rk_term *rk_check_any(rk_checker *ck, const rk_node *node) {
    if (!rk_deeper(ck, node))
        return NULL;
    size_t mark = ck->npartial;
    rk_term *t = rk_attach_partial(ck, check_kind(ck, node), mark);
    ck->depth--;
    return rk_sizes_fit(ck, node->span) && !ck->stopped ? t : NULL;
}

rk_term *rk_check_value(rk_checker *ck, const rk_node *node) {
    rk_term *t = rk_check_any(ck, node);
    if (!t || t->rows)
        return t;
    if (rk_complain(ck, "value-expected", node->span,
                    "a value is needed here, this is a truth value"))
        rk_hint(ck, "only connectives, `all`, `any` and `prob` take truth values");
    return NULL;
}

rk_term *rk_check_truth(rk_checker *ck, const rk_node *node) {
    rk_term *t = rk_check_any(ck, node);
    if (!t || !t->rows)
        return t;
    rk_complain(ck, "truth-expected", node->span,
                "a truth value is needed here, this is a value, %s", rk_shape_text(ck, t));
    return NULL;
}
