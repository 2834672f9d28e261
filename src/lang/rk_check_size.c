/* Integer expressions: sizes, positions, exponents, bounds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/rk_limits.h"
#include "rk_checker.h"

static const rk_size *read_size(rk_checker *ck, const rk_node *node);

bool rk_check_int(rk_checker *ck, const rk_node *node, int64_t *value) {
    if (*node->text == '\0') /* the parser has complained */
        return false;
    errno = 0;
    long long v = strtoll(node->text, NULL, 10);
    *value = v;
    if (errno != ERANGE)
        return true;
    rk_complain(ck, "integer-too-large", node->span, "an integer here is at most %lld",
                (long long)INT64_MAX);
    return false;
}

unsigned rk_new_symbol(rk_checker *ck, const char *name, const rk_size *definition, int64_t low) {
    unsigned sym = rk_size_symbol(ck->sizes, name, definition);
    rk_grow(&ck->low, &ck->cap_low, sym + 1, sizeof *ck->low);
    ck->low[sym] = low;
    return sym;
}

bool rk_sizes_fit(rk_checker *ck, rk_span span) {
    if (!rk_sizes_overflowed(ck->sizes))
        return true;
    if (!ck->stopped)
        rk_complain(ck, "limit-size-terms", span,
                    "a size here is too large to be multiplied out: more than %d terms, or "
                    "symbols or digits in proportion",
                    RK_LIMIT_SIZE_TERMS);
    ck->stopped = true;
    return false;
}

/* --- reading ------------------------------------------------------------------------------- */

static const rk_size *no_integer(rk_checker *ck, const rk_node *node, const char *what) {
    if (rk_complain(ck, "not-an-integer", node->span, "%s is no integer expression", what))
        rk_hint(ck, "integers here are made of numbers, dimensions, indices, rows(E), cols(E) with "
                    "+ - * / ^");
    return NULL;
}

static const rk_size *read_number(rk_checker *ck, const rk_node *node) {
    int64_t value;
    if (node->text[strspn(node->text, "0123456789")])
        return no_integer(ck, node, node->text);
    return rk_check_int(ck, node, &value) ? rk_size_const(ck->sizes, value) : NULL;
}

/* The expression a parameter stands for, read with the names of the place of the call. */
static const rk_size *read_argument(rk_checker *ck, const rk_binding *b) {
    rk_frame *inside = ck->frame;
    ck->frame = b->home;
    const rk_size *size = read_size(ck, b->argument);
    ck->frame = inside;
    return size;
}

static const rk_size *read_name(rk_checker *ck, const rk_node *node) {
    rk_binding *b = rk_lookup(ck, node->name, node->span);
    if (!b)
        return NULL;
    if (b->kind == RK_BIND_PARAM)
        return read_argument(ck, b);
    if (b->size)
        return b->size;
    static const char *const what[] = {[RK_BIND_VAR] = "a variable",
                                       [RK_BIND_FAMILY] = "a family",
                                       [RK_BIND_DATA] = "loaded data",
                                       [RK_BIND_LET] = "a `let`",
                                       [RK_BIND_ACC] = "the value of a fold"};
    return no_integer(ck, node, what[b->kind]);
}

static const rk_size *read_extent_of(rk_checker *ck, const rk_node *node, bool rows) {
    rk_term *t = rk_check_value(ck, node);
    if (!t)
        return NULL;
    if (ck->traits[t->id] & RK_TRAIT_PARTIAL) {
        rk_grow(&ck->partial, &ck->cap_partial, ck->npartial + 1, sizeof *ck->partial);
        ck->partial[ck->npartial++] = t;
    }
    return rk_size_normal(ck->sizes, rows ? t->rows : t->cols);
}

static const rk_size *read_def(rk_checker *ck, const rk_node *node, const rk_def *def) {
    rk_frame frame;
    if (!rk_enter_def(ck, node, &frame))
        return NULL;
    const rk_size *size = read_size(ck, def->body);
    rk_leave_def(ck, &frame);
    return size;
}

static const rk_size *read_call(rk_checker *ck, const rk_node *node) {
    bool rows = strcmp(node->name, "rows") == 0, cols = strcmp(node->name, "cols") == 0;
    if ((rows || cols) && node->nkids == 1)
        return read_extent_of(ck, node->kid[0], rows);
    const rk_def *def = rk_def_of_call(ck, node);
    if (def)
        return read_def(ck, node, def);
    if (!rk_check_any(ck, node)) /* an unknown function, or wrong in itself */
        return NULL;
    return no_integer(ck, node, "the value of a function");
}

static const rk_size *read_binary(rk_checker *ck, const rk_node *node, rk_size_op op) {
    const rk_size *a = read_size(ck, node->kid[0]), *b = read_size(ck, node->kid[1]);
    return a && b ? rk_size_binary(ck->sizes, op, a, b) : NULL;
}

static const rk_size *read_neg(rk_checker *ck, const rk_node *node) {
    const rk_size *a = read_size(ck, node->kid[0]);
    return a ? rk_size_neg(ck->sizes, a) : NULL;
}

static const rk_size *read_other(rk_checker *ck, const rk_node *node) {
    return rk_check_any(ck, node) ? no_integer(ck, node, "this") : NULL;
}

static const rk_size *read_kind(rk_checker *ck, const rk_node *node) {
    switch (node->kind) {
    case RK_N_NUMBER:
        return read_number(ck, node);
    case RK_N_NAME:
        return read_name(ck, node);
    case RK_N_CALL:
        return read_call(ck, node);
    case RK_N_ADD:
        return read_binary(ck, node, RK_S_ADD);
    case RK_N_SUB:
        return read_binary(ck, node, RK_S_SUB);
    case RK_N_MUL:
        return read_binary(ck, node, RK_S_MUL);
    case RK_N_DIV:
        return read_binary(ck, node, RK_S_DIV);
    case RK_N_POWER:
        return read_binary(ck, node, RK_S_POW);
    case RK_N_NEG:
        return read_neg(ck, node);
    default:
        return read_other(ck, node);
    }
}

static const rk_size *read_size(rk_checker *ck, const rk_node *node) {
    if (!rk_deeper(ck, node))
        return NULL;
    const rk_size *size = read_kind(ck, node);
    ck->depth--;
    return size;
}

/* --- what is wrong at every choice of dimensions ------------------------------------------- */

static bool mentions_loop(const rk_checker *ck, const rk_size *a) {
    for (size_t i = 0; i < ck->nloops; i++)
        if (rk_size_mentions(a, ck->loops[i].sym))
            return true;
    return false;
}

static bool has_symbol(const rk_size *a) {
    if (a->op == RK_S_SYM || a->op == RK_S_LOOPSUM)
        return true;
    for (int i = 0; i < 3 && a->kid[i]; i++)
        if (has_symbol(a->kid[i]))
            return true;
    return false;
}

static bool check_number(rk_checker *ck, const rk_size *a, rk_span span) {
    int64_t value;
    if (has_symbol(a))
        return true;
    switch (rk_size_eval(a, NULL, &value)) {
    case RK_SIZE_OK:
        return true;
    case RK_SIZE_NOT_INTEGER:
        rk_complain(ck, "not-an-integer", span, "this is no integer");
        return false;
    default:
        rk_complain(ck, "integer-too-large", span, "an integer here is at most %lld",
                    (long long)INT64_MAX);
        return false;
    }
}

const rk_size *rk_check_size(rk_checker *ck, const rk_node *node) {
    const rk_size *size = read_size(ck, node);
    if (!rk_sizes_fit(ck, node->span) || !size || !check_number(ck, size, node->span))
        return NULL;
    if (ck->nloops == 0) {
        rk_grow(&ck->iexprs, &ck->cap_iexprs, ck->niexprs + 1, sizeof *ck->iexprs);
        ck->iexprs[ck->niexprs++] = (rk_iexpr_entry){size, ck->let, false};
    }
    return size;
}

const rk_size *rk_check_extent(rk_checker *ck, const rk_node *node) {
    const rk_size *size = rk_check_size(ck, node);
    if (size && ck->nloops == 0)
        ck->iexprs[ck->niexprs - 1].extent = true;
    if (!size || !rk_always(ck, rk_size_neg(ck->sizes, size), 0))
        return size;
    if (rk_complain(ck, "size-below-one", node->span, "this size is below 1 at all dimensions"))
        rk_hint(ck, "it is %s", rk_size_text(ck, size));
    return NULL;
}

/* --- choices of dimensions ----------------------------------------------------------------- */

/* How many values the dimension takes; 0 without end. */
static uint64_t choices(const rk_dim *d) {
    switch (d->kind) {
    case RK_DIM_FROM:
        return 0;
    case RK_DIM_RANGE:
        return d->high < d->low ? 1 : (uint64_t)d->high - (uint64_t)d->low + 1;
    case RK_DIM_LIST:
        return d->nvalues;
    default:
        return 1;
    }
}

static bool few_choices(const rk_checker *ck, size_t most) {
    uint64_t all = 1;
    for (size_t i = 0; i < ck->out->ndims; i++) {
        uint64_t n = choices(&ck->out->dims[i]);
        if (n == 0 || n > most || all * n > most)
            return false;
        all *= n;
    }
    return true;
}

/* The values of one choice; false when one made from others is no integer or below 1. */
static bool fill_in(const rk_checker *ck, const uint64_t *turn, int64_t *values) {
    for (size_t i = 0; i < ck->out->ndims; i++) {
        const rk_dim *d = &ck->out->dims[i];
        int64_t *v = &values[d->sym];
        if (d->kind == RK_DIM_EQUAL && (rk_size_eval(d->expr, values, v) != RK_SIZE_OK || *v < 1))
            return false;
        if (d->kind == RK_DIM_RANGE)
            *v = d->low + (int64_t)turn[i];
        if (d->kind == RK_DIM_LIST)
            *v = d->values[turn[i]];
    }
    return true;
}

static bool advance(const rk_checker *ck, uint64_t *turn) {
    for (size_t i = 0; i < ck->out->ndims; i++) {
        if (++turn[i] < choices(&ck->out->dims[i]))
            return true;
        turn[i] = 0;
    }
    return false;
}

bool rk_each_dims(rk_checker *ck, size_t most, rk_visit_dims *visit, void *arg, bool *finite) {
    *finite = few_choices(ck, most);
    if (!*finite)
        return false;
    uint64_t *turn = rk_calloc(ck->out->ndims + 1, sizeof *turn);
    int64_t *values = rk_calloc(rk_sizes_symbols(ck->sizes) + 1, sizeof *values);
    bool going = true;
    do
        going = !fill_in(ck, turn, values) || visit(ck, values, arg);
    while (going && advance(ck, turn));
    rk_free(turn);
    rk_free(values);
    return going;
}

typedef struct bound_question {
    const rk_size *size;
    int64_t least;
    size_t held;
} bound_question;

static bool visit_bound(rk_checker *ck, const int64_t *values, void *arg) {
    (void)ck;
    bound_question *q = arg;
    int64_t value;
    if (rk_size_eval(q->size, values, &value) != RK_SIZE_OK)
        return true;
    q->held += value >= q->least;
    return value >= q->least;
}

bool rk_always(rk_checker *ck, const rk_size *a, int64_t least) {
    int64_t value;
    if (rk_size_is_const(ck->sizes, a, &value))
        return value >= least;
    if (rk_size_at_least(ck->sizes, a, least, ck->low))
        return true;
    bound_question q = {a, least, 0};
    bool finite;
    return !mentions_loop(ck, a) && rk_each_dims(ck, 256, visit_bound, &q, &finite) && q.held > 0;
}

/* --- positions ----------------------------------------------------------------------------- */

static bool outside(rk_checker *ck, const rk_size *at, const rk_size *extent) {
    return rk_always(ck, rk_size_neg(ck->sizes, at), 0) ||
           rk_always(ck, rk_size_binary(ck->sizes, RK_S_SUB, at, extent), 1);
}

/* In loops that run at all dimensions a position must be inside at the ends of the ranges, too. */
static bool outside_at_end(rk_checker *ck, const rk_size *at, const rk_size *extent, bool high) {
    for (size_t i = ck->nloops; at && i-- > 0;) {
        const rk_loop_index *loop = &ck->loops[i];
        if (!loop->runs)
            return false;
        at = rk_size_put(ck->sizes, at, loop->sym, high ? loop->high : loop->low);
    }
    return at && !mentions_loop(ck, at) && outside(ck, at, extent);
}

bool rk_check_position(rk_checker *ck, const rk_size *at, const rk_size *extent, rk_span span,
                       const char *what) {
    if (!outside(ck, at, extent) && !outside_at_end(ck, at, extent, false) &&
        !outside_at_end(ck, at, extent, true))
        return true;
    if (rk_complain(ck, "index-outside", span, "%s %s is outside 1..%s", what, rk_size_text(ck, at),
                    rk_size_text(ck, extent)) &&
        mentions_loop(ck, at))
        rk_hint(ck, "it leaves the range at an end of the loop");
    return false;
}
