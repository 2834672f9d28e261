/* Functions and definitions. */
#include <string.h>
#include "rk_checker.h"

/* --- definitions --------------------------------------------------------------------------- */

const rk_def *rk_def_of_call(const rk_checker *ck, const rk_node *node) {
    const rk_known_def *known = rk_def_find(ck, node->name);
    return known ? known->def : NULL;
}

/* Binds a parameter in `frame`; the argument belongs to the current frame. */
static bool bind_argument(rk_checker *ck, rk_frame *frame, size_t i, const rk_node *arg) {
    rk_binding *alias = NULL;
    rk_term *term = NULL;
    rk_frame *home = ck->frame;
    if (arg->kind == RK_N_NAME)
        alias = rk_lookup(ck, arg->name, arg->span);
    else
        term = rk_check_any(ck, arg);
    ck->frame = frame;
    rk_binding *b = rk_bind(ck, RK_BIND_PARAM, frame->def->params[i], frame->def->param_spans[i]);
    ck->frame = home;
    b->alias = alias;
    b->term = term;
    b->argument = arg;
    b->home = home;
    b->bad = !alias && !term;
    return !b->bad;
}

/* The text of the def is wrong, and that was said; its arguments are looked at all the same. */
static bool bad_def(rk_checker *ck, const rk_node *call) {
    for (size_t i = 0; i < call->nkids; i++) {
        const rk_node *arg = call->kid[i];
        if (arg->kind == RK_N_NAME)
            rk_lookup(ck, arg->name, arg->span);
        else
            rk_check_any(ck, arg);
    }
    return false;
}

bool rk_enter_def(rk_checker *ck, const rk_node *call, rk_frame *frame) {
    rk_known_def *known = rk_def_find(ck, call->name);
    const rk_def *def = known->def;
    if (call->nkids != def->nparams) {
        if (rk_complain(ck, "argument-count", call->span, "`%s` takes %zu argument%s, not %zu",
                        def->name, def->nparams, def->nparams == 1 ? "" : "s", call->nkids))
            rk_diag_note(ck->report.diags, def->name_span, "defined here");
        return false;
    }
    *frame = (rk_frame){.def = def, .use = call->span, .caller = ck->frame};
    rk_digest_def(&ck->digest, def);
    if (known->bad)
        return bad_def(ck, call);
    bool good = true;
    for (size_t i = 0; i < call->nkids; i++)
        good &= bind_argument(ck, frame, i, call->kid[i]);
    ck->frame = frame;
    if (!good)
        rk_leave_def(ck, frame);
    return good;
}

void rk_leave_def(rk_checker *ck, rk_frame *frame) {
    rk_frame_clear(frame);
    ck->frame = frame->caller;
}

static rk_term *check_def(rk_checker *ck, const rk_node *node, const rk_def *def) {
    rk_frame frame;
    if (!rk_enter_def(ck, node, &frame))
        return NULL;
    rk_term *t = rk_check_any(ck, def->body);
    rk_leave_def(ck, &frame);
    return t;
}

/* --- arguments of functions ---------------------------------------------------------------- */

typedef struct call {
    const rk_node *node;
    const rk_function *f;
    rk_term **kid; /* arguments that are terms */
    size_t nkids;
    const rk_size *ival[2];
    size_t nivals;
} call;

static const char *name_of(rk_checker *ck, const call *c) {
    return rk_arena_printf(ck->scratch, "`%s`", c->f->name);
}

/* gamma and beta: columns as long as a row of the first argument. */
static bool want_column(rk_checker *ck, const call *c, const rk_term *t, rk_span span) {
    const rk_term *x = c->kid[0];
    if (!x || (rk_is_one(ck, t->cols) && rk_size_equal(ck->sizes, t->rows, x->cols)))
        return true;
    rk_complain(ck, "shape-mismatch", span, "%s needs a column of %s entries here, this is %s",
                name_of(ck, c), rk_size_text(ck, x->cols), rk_shape_text(ck, t));
    return false;
}

static bool want_same(rk_checker *ck, const call *c, const rk_term *t, rk_span span) {
    const rk_term *x = c->kid[0];
    if (!x || rk_same_shape(ck, t, x))
        return true;
    rk_complain(ck, "shape-mismatch", span, "%s needs %s here as in its first argument, this is %s",
                name_of(ck, c), rk_shape_text(ck, x), rk_shape_text(ck, t));
    return false;
}

static bool check_argument_shape(rk_checker *ck, const call *c, char kind, const rk_term *t,
                                 rk_span span) {
    switch (kind) {
    case 'q':
        return rk_want_square(ck, t, span, name_of(ck, c));
    case 's':
        return rk_want_scalar(ck, t, span, name_of(ck, c));
    case 'c':
        return want_column(ck, c, t, span);
    case 'e':
        return want_same(ck, c, t, span);
    default:
        return true;
    }
}

static bool integer_is_extent(const rk_function *f) {
    return f->shape == RK_SHAPE_SQUARE || f->shape == RK_SHAPE_SIZES;
}

static bool is_statistic(const rk_function *f) {
    return f->op == RK_T_PROB || f->op == RK_T_MEAN || f->op == RK_T_VARIANCE;
}

static bool read_argument(rk_checker *ck, call *c, size_t i) {
    const rk_node *arg = c->node->kid[i];
    char kind = rk_function_kind(c->f, i);
    if (kind == 'i') {
        bool extent = integer_is_extent(c->f) || (c->f->shape == RK_SHAPE_UNIT && i == 0);
        const rk_size *size = extent ? rk_check_extent(ck, arg) : rk_check_size(ck, arg);
        c->ival[c->nivals++] = size;
        return size != NULL;
    }
    rk_term *t = kind == 't' ? rk_check_truth(ck, arg) : rk_check_value(ck, arg);
    c->kid[c->nkids++] = t;
    if (t && (ck->traits[t->id] & RK_TRAIT_STATISTIC) && is_statistic(c->f)) {
        rk_check_no_statistic(ck, t, "`prob`, `mean` and `var`");
        return false;
    }
    return t && check_argument_shape(ck, c, kind, t, arg->span);
}

/* --- shapes of results --------------------------------------------------------------------- */

static rk_term *make_call(rk_checker *ck, const call *c, rk_op op, const rk_size *rows,
                          const rk_size *cols) {
    return rk_make(ck, op, c->node->span, rows, cols, c->kid, c->nkids);
}

/* diag: a column becomes a diagonal matrix; of another matrix it is the diagonal. How long that
   is must be plain: the smaller size at all dimensions. */
static rk_term *make_diag(rk_checker *ck, const call *c) {
    const rk_term *a = c->kid[0];
    const rk_size *difference = rk_size_binary(ck->sizes, RK_S_SUB, a->cols, a->rows);
    if (rk_is_one(ck, a->cols))
        return make_call(ck, c, RK_T_DIAG_MAKE, a->rows, a->rows);
    if (rk_always(ck, difference, 0))
        return make_call(ck, c, RK_T_DIAG_TAKE, a->rows, rk_one(ck));
    if (rk_always(ck, rk_size_neg(ck->sizes, difference), 0))
        return make_call(ck, c, RK_T_DIAG_TAKE, a->cols, rk_one(ck));
    rk_complain(ck, "diagonal-length", c->node->span,
                "which of %s and %s is smaller, and so the length of this diagonal, is not known",
                rk_size_text(ck, a->rows), rk_size_text(ck, a->cols));
    return NULL;
}

static const rk_size *times(rk_checker *ck, const rk_size *a, const rk_size *b) {
    return rk_size_normal(ck->sizes, rk_size_binary(ck->sizes, RK_S_MUL, a, b));
}

static rk_term *make_kron(rk_checker *ck, const call *c) {
    const rk_term *a = c->kid[0], *b = c->kid[1];
    return make_call(ck, c, RK_T_KRON, times(ck, a->rows, b->rows), times(ck, a->cols, b->cols));
}

static rk_term *make_unit(rk_checker *ck, const call *c) {
    if (!rk_check_position(ck, c->ival[1], c->ival[0], c->node->kid[1]->span, "the position"))
        return NULL;
    rk_term *t = make_call(ck, c, RK_T_UNIT, c->ival[0], rk_one(ck));
    t->ival[0] = c->ival[1];
    return t;
}

/* sigma(A, k) and eigabs(A, k): k beyond the matrix is undefined. */
static rk_term *make_spectrum(rk_checker *ck, const call *c) {
    const rk_term *a = c->kid[0];
    rk_span span = c->node->kid[1]->span;
    if (!rk_check_position(ck, c->ival[0], a->rows, span, "the number") ||
        (!rk_is_square(ck, a) && !rk_check_position(ck, c->ival[0], a->cols, span, "the number")))
        return NULL;
    rk_term *t = make_call(ck, c, c->f->op, rk_one(ck), rk_one(ck));
    t->ival[0] = c->ival[0];
    return t;
}

static rk_term *make_span(rk_checker *ck, const call *c, bool rows) {
    const rk_term *a = c->kid[0], *b = c->kid[1];
    if (rk_size_equal(ck->sizes, rows ? a->cols : a->rows, rows ? b->cols : b->rows))
        return make_call(ck, c, c->f->op, NULL, NULL);
    rk_complain(ck, "shape-mismatch", c->node->span, "%s of %s and %s: %s of different length",
                name_of(ck, c), rk_shape_text(ck, a), rk_shape_text(ck, b),
                rows ? "rows" : "columns");
    return NULL;
}

static rk_term *make_result(rk_checker *ck, const call *c) {
    const rk_term *a = c->nkids ? c->kid[0] : NULL;
    const rk_size *one = rk_one(ck);
    switch (c->f->shape) {
    case RK_SHAPE_SCALAR:
        return make_call(ck, c, c->f->op, one, one);
    case RK_SHAPE_SAME:
        return make_call(ck, c, c->f->op, a->rows, a->cols);
    case RK_SHAPE_SQUARE:
        return make_call(ck, c, c->f->op, c->ival[0], c->ival[0]);
    case RK_SHAPE_SIZES:
        return make_call(ck, c, c->f->op, c->ival[0], c->ival[1]);
    case RK_SHAPE_COLUMN:
        return make_call(ck, c, c->f->op, a->rows, one);
    case RK_SHAPE_VEC:
        return make_call(ck, c, c->f->op, times(ck, a->rows, a->cols), one);
    case RK_SHAPE_DIAG:
        return make_diag(ck, c);
    case RK_SHAPE_KRON:
        return make_kron(ck, c);
    case RK_SHAPE_UNIT:
        return make_unit(ck, c);
    case RK_SHAPE_SPECTRUM:
        return make_spectrum(ck, c);
    default:
        return make_span(ck, c, c->f->shape == RK_SHAPE_ROWSPAN);
    }
}

/* --- calls --------------------------------------------------------------------------------- */

static rk_term *wrong_count(rk_checker *ck, const rk_node *node) {
    rk_buf takes;
    rk_buf_init(&takes);
    rk_function_describe(&takes, node->name);
    if (rk_complain(ck, "argument-count", node->span, "`%s` takes %s, not %zu", node->name,
                    takes.text, node->nkids) &&
        (strcmp(node->name, "ones") == 0 || strcmp(node->name, "zeros") == 0) && node->nkids == 1)
        rk_hint(ck, "a column is written %s(n, 1), a square matrix %s(n, n)", node->name,
                node->name);
    rk_buf_clear(&takes);
    return NULL;
}

static bool random_allowed(rk_checker *ck, const rk_node *node, const rk_function *f) {
    if (!is_statistic(f) || ck->allow_random)
        return true;
    if (rk_complain(ck, "only-random", node->op, "`%s` stands in a theorem with `random` variables",
                    f->name) &&
        f->op == RK_T_MEAN)
        rk_hint(ck, "the mean of entries is sum(A)/(rows(A)*cols(A))");
    return false;
}

/* rows(E) and cols(E) as values. */
static rk_term *check_extent_of(rk_checker *ck, const rk_node *node) {
    const rk_size *size = rk_check_size(ck, node);
    return size ? rk_make_int(ck, node->span, size) : NULL;
}

static rk_term *check_function(rk_checker *ck, const rk_node *node, const rk_function *f) {
    call c = {.node = node, .f = f};
    c.kid = rk_arena_alloc(ck->scratch, (node->nkids + 1) * sizeof *c.kid);
    bool good = random_allowed(ck, node, f);
    for (size_t i = 0; i < node->nkids; i++)
        good &= read_argument(ck, &c, i);
    return good && !ck->stopped ? make_result(ck, &c) : NULL;
}

rk_term *rk_check_call(rk_checker *ck, const rk_node *node) {
    const rk_def *def = rk_def_of_call(ck, node);
    if (def)
        return check_def(ck, node, def);
    const rk_function *f = rk_function_find(node->name, node->nkids);
    if (!f) {
        if (!ck->broken &&
            rk_complain(ck, "unknown-function", node->op, "there is no function `%s`", node->name))
            rk_hint_function(ck, node->name);
        return NULL;
    }
    if (!rk_function_takes(f, node->nkids))
        return wrong_count(ck, node);
    bool extent = f->shape == RK_SHAPE_ROWS || f->shape == RK_SHAPE_COLS;
    return extent ? check_extent_of(ck, node) : check_function(ck, node, f);
}

/* --- functions with a grammar of their own ------------------------------------------------- */

rk_term *rk_check_norm(rk_checker *ck, const rk_node *node) {
    static const char *const names[] = {"1", "2", "inf", "fro"};
    static const rk_op ops[] = {RK_T_NORM_1, RK_T_NORM_2, RK_T_NORM_INF, RK_T_NORM_FRO};
    rk_term *a = rk_check_value(ck, node->kid[0]);
    for (size_t i = 0; a && i < 4; i++)
        if (strcmp(node->name, names[i]) == 0)
            return rk_make1(ck, ops[i], node->span, rk_one(ck), rk_one(ck), a);
    return NULL;
}

static bool add_variable(rk_checker *ck, const rk_node *node, unsigned *vars, size_t *nvars) {
    rk_binding *b = rk_lookup(ck, node->name, node->span);
    if (!b)
        return false;
    if (b->kind != RK_BIND_VAR && b->kind != RK_BIND_FAMILY) {
        rk_complain(ck, "not-a-variable", node->span, "`jrank` counts by variables, `%s` is none",
                    node->name);
        return false;
    }
    for (size_t i = 0; i < *nvars; i++)
        if (vars[i] == b->var)
            return true;
    vars[(*nvars)++] = b->var;
    return true;
}

rk_term *rk_check_jrank(rk_checker *ck, const rk_node *node) {
    unsigned *vars = rk_arena_alloc(ck->arena, node->nkids * sizeof *vars);
    size_t nvars = 0;
    rk_term *e = rk_check_value(ck, node->kid[0]);
    bool good = e != NULL;
    for (size_t i = 1; i < node->nkids; i++)
        good &= add_variable(ck, node->kid[i], vars, &nvars);
    if (!good)
        return NULL;
    rk_term *t = rk_make1(ck, RK_T_JRANK, node->span, rk_one(ck), rk_one(ck), e);
    t->vars = vars;
    t->nvars = nvars;
    return t;
}
