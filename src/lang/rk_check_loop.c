/* Loops, folds, members of families, entries and block matrices. */
#include <string.h>
#include "rk_checker.h"

/* --- loops --------------------------------------------------------------------------------- */

static int64_t lower_bound(rk_checker *ck, const rk_size *low) {
    int64_t value;
    if (rk_size_is_const(ck->sizes, low, &value))
        return value;
    return rk_always(ck, low, 1) ? 1 : INT64_MIN;
}

/* Reads the range and makes the index known. */
static rk_binding *open_loop(rk_checker *ck, const rk_node *node) {
    const rk_size *low = rk_check_size(ck, node->kid[0]);
    const rk_size *high = rk_check_size(ck, node->kid[1]);
    rk_span place = node->op;
    rk_binding *b = rk_bind(ck, RK_BIND_INDEX, node->name, place);
    b->bad = !low || !high;
    low = low ? low : rk_one(ck);
    high = high ? high : rk_one(ck);
    unsigned sym = rk_new_symbol(ck, node->name, NULL, lower_bound(ck, low));
    b->size = rk_size_sym(ck->sizes, sym);
    bool runs = rk_always(ck, rk_size_binary(ck->sizes, RK_S_SUB, high, low), 0);
    rk_grow(&ck->loops, &ck->cap_loops, ck->nloops + 1, sizeof *ck->loops);
    ck->loops[ck->nloops++] = (rk_loop_index){sym, low, high, runs, (unsigned)ck->nbodies};
    rk_grow(&ck->bodies, &ck->cap_bodies, ck->nbodies + 1, sizeof(rk_term *));
    ck->bodies[ck->nbodies++] = NULL;
    return b;
}

static void close_loop(rk_checker *ck, rk_binding *index) {
    ck->nloops--;
    rk_unbind(ck, index);
}

typedef struct loop_word {
    const char *name;
    rk_op op;
} loop_word;

static rk_op op_of_loop(const char *name) {
    static const loop_word words[] = {{"sum", RK_T_LOOP_SUM},   {"prod", RK_T_LOOP_PROD},
                                      {"hcat", RK_T_LOOP_HCAT}, {"vcat", RK_T_LOOP_VCAT},
                                      {"max", RK_T_LOOP_MAX},   {"min", RK_T_LOOP_MIN},
                                      {"all", RK_T_LOOP_ALL}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, name) == 0)
            return words[i].op;
    return RK_T_LOOP_ANY;
}

static bool fixed_size(rk_checker *ck, const rk_size *a, unsigned sym, const rk_node *node,
                       const char *which) {
    if (!rk_size_mentions(a, sym))
        return true;
    rk_complain(ck, "size-varies", node->kid[2]->span, "the %s of this, %s, vary with the index",
                which, rk_size_text(ck, a));
    return false;
}

/* Do the blocks of the loop fit together? */
static bool body_fits(rk_checker *ck, const rk_node *node, rk_op op, const rk_term *body,
                      unsigned sym) {
    if (op == RK_T_LOOP_MAX || op == RK_T_LOOP_MIN)
        return rk_want_scalar(ck, body, node->kid[2]->span,
                              op == RK_T_LOOP_MAX ? "`max` over a range" : "`min` over a range");
    bool rows = op == RK_T_LOOP_VCAT || fixed_size(ck, body->rows, sym, node, "rows");
    bool cols = op == RK_T_LOOP_HCAT || fixed_size(ck, body->cols, sym, node, "columns");
    return rows && cols &&
           (op != RK_T_LOOP_PROD || rk_want_square(ck, body, node->kid[2]->span, "`prod`"));
}

static bool range_empty(rk_checker *ck, const rk_loop_index *loop) {
    return rk_always(ck, rk_size_binary(ck->sizes, RK_S_SUB, loop->low, loop->high), 1);
}

static rk_term *make_loop(rk_checker *ck, const rk_node *node, rk_op op, rk_term *body,
                          const rk_loop_index *loop) {
    const rk_size *rows = body->rows, *cols = body->cols;
    if (op == RK_T_LOOP_HCAT)
        cols = rk_size_loopsum(ck->sizes, loop->sym, loop->low, loop->high, cols);
    if (op == RK_T_LOOP_VCAT)
        rows = rk_size_loopsum(ck->sizes, loop->sym, loop->low, loop->high, rows);
    rk_term *t = rk_make1(ck, op, node->span, rows, cols, body);
    t->sym = loop->sym;
    t->ival[0] = loop->low;
    t->ival[1] = loop->high;
    ck->bodies[loop->id] = body;
    if (loop->runs)
        ck->traits[t->id] |= RK_TRAIT_RUNS;
    return t;
}

rk_term *rk_check_loop(rk_checker *ck, const rk_node *node) {
    rk_op op = op_of_loop(node->name2);
    bool truth = op == RK_T_LOOP_ALL || op == RK_T_LOOP_ANY;
    rk_binding *index = open_loop(ck, node);
    rk_term *body = truth ? rk_check_truth(ck, node->kid[2]) : rk_check_value(ck, node->kid[2]);
    rk_loop_index loop = ck->loops[ck->nloops - 1];
    close_loop(ck, index);
    if (!body || index->bad || (!truth && !body_fits(ck, node, op, body, loop.sym)))
        return NULL;
    if (!truth && op != RK_T_LOOP_SUM && range_empty(ck, &loop)) {
        rk_complain(ck, "empty-loop", node->span,
                    "`%s` over an empty range, %s..%s, is undefined at all dimensions", node->name2,
                    rk_size_text(ck, loop.low), rk_size_text(ck, loop.high));
        return NULL;
    }
    return make_loop(ck, node, op, body, &loop);
}

/* --- folds --------------------------------------------------------------------------------- */

static rk_term *check_step(rk_checker *ck, const rk_node *node, const rk_term *start,
                           rk_binding *acc) {
    acc->bad = !start;
    if (start) {
        acc->term = rk_make(ck, RK_T_ACC, node->kid[2]->span, start->rows, start->cols, NULL, 0);
        acc->term->sym = ck->loops[ck->nloops - 1].sym;
    }
    return rk_check_value(ck, node->kid[3]);
}

static rk_term *make_fold(rk_checker *ck, const rk_node *node, rk_term *start, rk_term *step,
                          const rk_loop_index *loop) {
    if (!rk_same_shape(ck, start, step)) {
        if (rk_complain(ck, "fold-shape", node->kid[3]->span, "a step of the fold makes %s from %s",
                        rk_shape_text(ck, step), rk_shape_text(ck, start)))
            rk_diag_note(ck->report.diags, node->kid[2]->span, "the start is %s",
                         rk_shape_text(ck, start));
        return NULL;
    }
    rk_term *t = rk_make2(ck, RK_T_FOLD, node->span, start->rows, start->cols, start, step);
    t->sym = loop->sym;
    t->ival[0] = loop->low;
    t->ival[1] = loop->high;
    ck->bodies[loop->id] = step;
    if (loop->runs)
        ck->traits[t->id] |= RK_TRAIT_RUNS;
    return t;
}

rk_term *rk_check_fold(rk_checker *ck, const rk_node *node) {
    rk_term *start = rk_check_value(ck, node->kid[2]);
    rk_binding *index = open_loop(ck, node);
    rk_binding *acc = rk_bind(ck, RK_BIND_ACC, node->name2, node->kid[2]->span);
    rk_term *step = check_step(ck, node, start, acc);
    rk_loop_index loop = ck->loops[ck->nloops - 1];
    rk_unbind(ck, acc);
    close_loop(ck, index);
    return start && step && !index->bad ? make_fold(ck, node, start, step, &loop) : NULL;
}

/* --- members of families ------------------------------------------------------------------- */

static rk_term *not_a_family(rk_checker *ck, const rk_node *node) {
    rk_term *t = rk_check_value(ck, node->kid[0]);
    if (!t || !rk_complain(ck, "single-index", node->op,
                           "one position belongs to a family, this is a matrix, %s",
                           rk_shape_text(ck, t)))
        return NULL;
    if (rk_is_one(ck, t->cols))
        rk_hint(ck, "an entry of a column is written v[i,1]");
    else if (rk_is_one(ck, t->rows))
        rk_hint(ck, "an entry of a row is written v[1,j]");
    else
        rk_hint(ck, "an entry is written A[i,j], a row A[i,:], a column A[:,j]");
    return NULL;
}

rk_term *rk_check_member(rk_checker *ck, const rk_node *node) {
    const rk_node *base = node->kid[0];
    rk_binding *b = NULL;
    if (base->kind == RK_N_NAME && !(b = rk_lookup(ck, base->name, base->span)))
        return NULL;
    if (!b || b->kind != RK_BIND_FAMILY)
        return not_a_family(ck, node);
    const rk_size *at = rk_check_size(ck, node->kid[1]);
    const rk_var *var = &ck->out->vars[b->var];
    if (!at || !rk_check_position(ck, at, var->family, node->kid[1]->span, "the index"))
        return NULL;
    rk_term *t = rk_make(ck, RK_T_VAR, node->span, var->rows, var->cols, NULL, 0);
    t->var = b->var;
    t->ival[0] = at;
    return rk_finish(ck, t);
}

/* --- entries, rows, columns ---------------------------------------------------------------- */

static bool position(rk_checker *ck, const rk_node *node, const rk_size *extent, const char *what,
                     const rk_size **at) {
    *at = node->kind == RK_N_COLON ? NULL : rk_check_size(ck, node);
    return node->kind == RK_N_COLON ||
           (*at && extent && rk_check_position(ck, *at, extent, node->span, what));
}

rk_term *rk_check_entry(rk_checker *ck, const rk_node *node) {
    rk_term *a = rk_check_value(ck, node->kid[0]);
    const rk_size *i, *j, *one = rk_one(ck);
    bool good = position(ck, node->kid[1], a ? a->rows : NULL, "row", &i);
    good &= position(ck, node->kid[2], a ? a->cols : NULL, "column", &j);
    if (!a || !good)
        return NULL;
    if (!i && !j)
        return a;
    rk_op op = i && j ? RK_T_ENTRY : i ? RK_T_ROW : RK_T_COL;
    rk_term *t = rk_make1(ck, op, node->span, i ? one : a->rows, j ? one : a->cols, a);
    t->ival[0] = i ? i : j;
    t->ival[1] = i && j ? j : NULL;
    return t;
}

/* --- block matrices ------------------------------------------------------------------------ */

/* Numbers are added up apart, so that a row of a thousand entries makes no thousand sizes. */
static const rk_size *total(rk_checker *ck, rk_term *const *kids, size_t n, bool rows) {
    const rk_size *sum = NULL;
    int64_t count = 0, k;
    for (size_t i = 0; i < n; i++) {
        const rk_size *a = rows ? kids[i]->rows : kids[i]->cols;
        if (a->op == RK_S_CONST && !__builtin_add_overflow(count, a->value, &k))
            count = k;
        else
            sum = sum ? rk_size_binary(ck->sizes, RK_S_ADD, sum, a) : a;
    }
    const rk_size *rest = rk_size_const(ck->sizes, count);
    if (sum && count)
        sum = rk_size_binary(ck->sizes, RK_S_ADD, sum, rest);
    return rk_size_normal(ck->sizes, sum ? sum : rest);
}

static bool fits_beside(rk_checker *ck, const rk_node *node, rk_term *const *kids, size_t i) {
    bool below = node->kind == RK_N_BLOCK;
    const rk_size *a = below ? kids[0]->cols : kids[0]->rows;
    const rk_size *b = below ? kids[i]->cols : kids[i]->rows;
    if (rk_size_equal(ck->sizes, a, b))
        return true;
    if (rk_complain(ck, "shape-mismatch", node->kid[i]->span, "%s %s %s",
                    rk_shape_text(ck, kids[i]), below ? "below" : "beside",
                    rk_shape_text(ck, kids[0])))
        rk_diag_note(ck->report.diags, node->kid[0]->span, "this has %s %s", rk_size_text(ck, a),
                     below ? "columns" : "rows");
    return false;
}

/* A row of blocks, or rows below one another; one alone is what it is. */
static rk_term *join(rk_checker *ck, const rk_node *node, rk_term **kids) {
    bool below = node->kind == RK_N_BLOCK, good = true;
    size_t n = node->nkids;
    for (size_t i = 0; i < n; i++)
        if (!kids[i])
            return NULL;
    for (size_t i = 1; good && i < n; i++)
        good = fits_beside(ck, node, kids, i);
    if (!good || n == 1)
        return good ? kids[0] : NULL;
    const rk_size *sum = total(ck, kids, n, below);
    return rk_make(ck, below ? RK_T_VCAT : RK_T_HCAT, node->span, below ? sum : kids[0]->rows,
                   below ? kids[0]->cols : sum, kids, n);
}

rk_term *rk_check_block(rk_checker *ck, const rk_node *node) {
    bool rows = node->kind == RK_N_BLOCK;
    rk_term **kids = rk_arena_alloc(ck->scratch, (node->nkids + 1) * sizeof *kids);
    for (size_t i = 0; i < node->nkids; i++)
        kids[i] = rows ? rk_check_block(ck, node->kid[i]) : rk_check_value(ck, node->kid[i]);
    return join(ck, node, kids);
}
