/* The reader: what was read, variables, sums, products, powers and inverses. */
#include "rk_mx_read_inside.h"
#include "rk_rewrite.h"

#include <string.h>

/* --- the reader ----------------------------------------------------------------------------- */

enum { MOST_WRITTEN = 400 };

static rk_read_scope *scope_new(const rk_reader *r, rk_read_scope *outer) {
    rk_read_scope *scope = rk_arena_alloc(r->arena, sizeof *scope);
    scope->outer = outer;
    scope->read = rk_arena_alloc(r->arena, (r->checked->nterms + 1) * sizeof *scope->read);
    return scope;
}

void rk_read_enter(rk_reader *r) {
    r->scope = scope_new(r, r->scope);
}

void rk_read_leave(rk_reader *r) {
    r->scope = r->scope->outer;
}

bool rk_read_sure(const rk_reader *r) {
    return r->scope->outer == NULL;
}

static bool mentions_op(const rk_term *t, rk_op op, bool *seen) {
    if (t->op == op || seen[t->id])
        return t->op == op;
    seen[t->id] = true;
    for (size_t i = 0; i < t->nkids; i++)
        if (mentions_op(t->kid[i], op, seen))
            return true;
    return false;
}

bool rk_read_has(const rk_reader *r, const rk_term *t, rk_op op) {
    bool *seen = rk_calloc(r->checked->nterms + 1, sizeof *seen);
    bool has = mentions_op(t, op, seen);
    rk_free(seen);
    return has;
}

static bool text_has(const rk_checked *checked, rk_op op) {
    bool *seen = rk_calloc(checked->nterms + 1, sizeof *seen), has = false;
    for (size_t i = 0; i < checked->nclaims && !has; i++)
        has = mentions_op(checked->claims[i], op, seen);
    for (size_t i = 0; i < checked->nassumes && !has; i++)
        has = mentions_op(checked->assumes[i], op, seen);
    rk_free(seen);
    return has;
}

static rk_sc norm_for_store(void *self, rk_norm_kind kind, const rk_mx *a) {
    return rk_reader_norm(self, kind, a);
}

rk_reader *rk_reader_new(rk_mxs *s, const rk_checked *checked) {
    rk_reader *r = rk_calloc(1, sizeof *r);
    r->s = s;
    r->scalars = rk_mxs_scalars(s);
    r->checked = checked;
    r->arena = rk_arena_new();
    r->height = rk_arena_alloc(r->arena, (checked->nterms + 1) * sizeof *r->height);
    r->scope = scope_new(r, NULL);
    r->has_det = text_has(checked, RK_T_DET);
    rk_mxs_norms(s, norm_for_store, r);
    return r;
}

void rk_reader_bound_dimensions(rk_reader *r) {
    const rk_checked *c = r->checked;
    for (size_t i = 0; i < c->ndims; i++)
        if (c->dims[i].kind == RK_DIM_FROM || c->dims[i].kind == RK_DIM_RANGE)
            rk_sc_bound(r->scalars, c->dims[i].sym, c->dims[i].low);
        else if (c->dims[i].kind == RK_DIM_LIST && c->dims[i].nvalues > 0)
            rk_sc_bound(r->scalars, c->dims[i].sym, c->dims[i].values[0]);
        else
            rk_sc_bound(r->scalars, c->dims[i].sym, 1);
}

void rk_reader_free(rk_reader *r) {
    if (r == NULL)
        return;
    rk_mxs_norms(r->s, NULL, NULL);
    rk_arena_free(r->arena);
    rk_free(r->open);
    rk_free(r->bound);
    rk_free(r->opaque);
    rk_free(r->written);
    rk_free(r->inverted);
    rk_free(r->norm);
    rk_free(r->measure);
    rk_free(r);
}

void rk_reader_restart(rk_reader *r) {
    memset(r->scope->read, 0, (r->checked->nterms + 1) * sizeof *r->scope->read);
    r->nwritten = r->ninverted = r->nnorms = r->nmeasures = 0;
}

/* Not what `all` or `any` stands before: in an empty range nothing of it needs to be defined. */
static void read_all(rk_reader *r, const rk_term *t) {
    if (t->rows != NULL)
        rk_read_matrix(r, t);
    if (t->rows != NULL || t->op == RK_T_LOOP_ALL || t->op == RK_T_LOOP_ANY)
        return;
    for (size_t i = 0; i < t->nkids; i++)
        read_all(r, t->kid[i]);
}

static unsigned version(const rk_reader *r) {
    const rk_rewrite *rules = rk_mxs_rules(r->s);
    return rules ? rk_rewrite_version(rules) : 0;
}

void rk_reader_prepare(rk_reader *r, const rk_term *term) {
    enum { MOST_ROUNDS = 3 };
    for (int round = 0; round < MOST_ROUNDS; round++) {
        unsigned before = version(r);
        read_all(r, term);
        if (version(r) == before)
            return;
        rk_mxs_attach(r->s, rk_mxs_rules(r->s));
        rk_reader_restart(r);
    }
}

/* --- notes ---------------------------------------------------------------------------------- */

size_t rk_reader_nwritten(const rk_reader *r) {
    return r->nwritten;
}

const rk_written *rk_reader_written(const rk_reader *r, size_t i) {
    return &r->written[i];
}

size_t rk_reader_ninverted(const rk_reader *r) {
    return r->ninverted;
}

const rk_mx *rk_reader_inverted(const rk_reader *r, size_t i) {
    return r->inverted[i];
}

static void note_written(rk_reader *r, bool sum, const rk_mx *whole, const rk_mx *left,
                         const rk_mx *right) {
    if (!rk_read_sure(r) || r->nwritten == MOST_WRITTEN || rk_read_is_number(whole) ||
        rk_mx_is_zero(left) || rk_mx_is_zero(right))
        return;
    for (size_t i = 0; i < r->nwritten; i++) {
        const rk_written *w = &r->written[i];
        if (w->sum == sum && w->whole == whole && w->left == left && w->right == right)
            return;
    }
    rk_grow(&r->written, &r->cap_written, r->nwritten + 1, sizeof *r->written);
    r->written[r->nwritten++] = (rk_written){sum, whole, left, right};
}

static void note_inverted(rk_reader *r, const rk_mx *a) {
    for (size_t i = 0; i < r->ninverted; i++)
        if (r->inverted[i] == a)
            return;
    rk_grow(&r->inverted, &r->cap_inverted, r->ninverted + 1, sizeof *r->inverted);
    r->inverted[r->ninverted++] = a;
    if (r->has_det)
        rk_sc_assume_nonzero(r->scalars, rk_reader_det(r, a));
}

/* --- scalars -------------------------------------------------------------------------------- */

rk_sc rk_read_size(rk_reader *r, const rk_size *size) {
    rk_sc a = rk_sc_size(r->scalars, size);
    for (size_t i = 0; i < r->nopen; i++)
        if (rk_size_mentions(size, r->open[i].own))
            a = rk_sc_put(r->scalars, a, r->open[i].own, rk_sc_sym(r->scalars, r->open[i].sym));
    return a;
}

bool rk_read_is_number(const rk_mx *a) {
    return rk_sc_is_one(a->rows) && rk_sc_is_one(a->cols);
}

const rk_mx *rk_read_ones(rk_reader *r, rk_sc rows) {
    return rk_mx_ones(r->s, rows, rk_sc_int(r->scalars, 1));
}

rk_sc rk_read_value(rk_reader *r, const rk_term *t) {
    return rk_mx_value(r->s, rk_read_matrix(r, t));
}

rk_sc rk_read_scalar(rk_reader *r, const rk_term *term) {
    return rk_read_value(r, term);
}

const rk_mx *rk_read_quantity(rk_reader *r, const rk_quantity *q) {
    return rk_mx_scalar(r->s, rk_sc_quantity(r->scalars, q));
}

/* Norms and moduli are never negative, the entropy of a distribution, extremes of such entries. */
static bool never_negative(rk_reader *r, const rk_leaf *leaf) {
    if (leaf->op == RK_T_ENTROPY)
        return rk_mx_is_stochastic(leaf->arg[0]);
    if (leaf->op == RK_T_MAX_ENTRIES || leaf->op == RK_T_MIN_ENTRIES)
        return rk_mx_is_nonnegative(r->s, leaf->arg[0]);
    return leaf->op >= RK_T_NORM_1 && leaf->op <= RK_T_STABLE_RANK;
}

static const rk_mx *function_number(rk_reader *r, const rk_leaf *leaf) {
    rk_quantity q = {.kind = RK_Q_OF_TERM, .op = leaf->op};
    rk_sc arg[5];
    for (int i = 0; i < 3 && leaf->arg[i]; i++)
        if (rk_read_is_number(leaf->arg[i]) || q.nmx == 2)
            arg[q.nargs++] = rk_mx_value(r->s, leaf->arg[i]);
        else
            q.mx[q.nmx++] = leaf->arg[i];
    for (int i = 0; i < 2 && leaf->index[i]; i++)
        arg[q.nargs++] = leaf->index[i];
    q.arg = arg;
    bool extreme = leaf->op == RK_T_MAX_ENTRIES || leaf->op == RK_T_MIN_ENTRIES;
    bool positive = extreme && rk_mx_is_positive_product(r->s, leaf->arg[0]);
    q.nonneg = never_negative(r, leaf);
    q.positive = q.nonzero = leaf->op == RK_T_STABLE_RANK || (positive && q.nonneg);
    return rk_read_quantity(r, &q);
}

const rk_mx *rk_read_function(rk_reader *r, const rk_leaf *leaf) {
    if (rk_sc_is_one(leaf->rows) && rk_sc_is_one(leaf->cols))
        return function_number(r, leaf);
    return rk_mx_of_leaf(r->s, rk_mx_leaf(r->s, leaf));
}

/* --- variables ------------------------------------------------------------------------------ */

static unsigned props_of_set(rk_set set) {
    enum { REGULAR = RK_PROP_SQUARE_INVERTIBLE | RK_PROP_NOT_ZERO };
    switch (set) {
    case RK_SET_POSITIVE:
        return RK_PROP_POSITIVE | RK_PROP_NOT_ZERO;
    case RK_SET_NONZERO:
        return RK_PROP_NO_ZERO_ENTRY | RK_PROP_NOT_ZERO;
    case RK_SET_UNIT_ROWS:
        return RK_PROP_NOT_ZERO;
    case RK_SET_NONNEGATIVE:
        return RK_PROP_NONNEGATIVE;
    case RK_SET_STOCHASTIC:
        return RK_PROP_ROWS_SUM_TO_ONE | RK_PROP_NONNEGATIVE | RK_PROP_NOT_ZERO;
    case RK_SET_ATTENTION:
        return RK_PROP_ROWS_SUM_TO_ONE | RK_PROP_POSITIVE | RK_PROP_NOT_ZERO;
    case RK_SET_SYMMETRIC:
        return RK_PROP_SYMMETRIC;
    case RK_SET_PSD:
        return RK_PROP_SYMMETRIC | RK_PROP_PSD;
    case RK_SET_DIAGONAL:
        return RK_PROP_SYMMETRIC | RK_PROP_DIAGONAL;
    case RK_SET_INVERTIBLE:
        return REGULAR;
    case RK_SET_ORTHOGONAL:
        return REGULAR | RK_PROP_ORTHOGONAL;
    case RK_SET_PERMUTATION:
        return REGULAR | RK_PROP_ORTHOGONAL | RK_PROP_PERMUTATION | RK_PROP_ROWS_SUM_TO_ONE;
    default:
        return 0;
    }
}

const rk_leaf *rk_read_variable(rk_reader *r, unsigned var, rk_sc member) {
    const rk_var *v = &r->checked->vars[var];
    rk_leaf leaf = {.kind = RK_L_VAR, .var = var, .index = {member, NULL}};
    leaf.rows = rk_sc_size(r->scalars, v->rows);
    leaf.cols = rk_sc_size(r->scalars, v->cols);
    leaf.props = props_of_set(v->set);
    return rk_mx_leaf(r->s, &leaf);
}

/* A 1 by 1 variable is a quantity whose sign its set may tell; unless a rule makes more of it. */
static const rk_mx *scalar_variable(rk_reader *r, const rk_mx *a, rk_set set) {
    const rk_quantity *known = rk_sc_whole_quantity(r->scalars, rk_mx_value(r->s, a));
    if (known == NULL || known->kind != RK_Q_ENTRY)
        return a;
    rk_quantity q = *known;
    q.positive |= set == RK_SET_POSITIVE;
    q.nonneg |= q.positive || set == RK_SET_NONNEGATIVE || set == RK_SET_PSD;
    q.nonzero |= q.positive || set == RK_SET_NONZERO || set == RK_SET_INVERTIBLE ||
                 set == RK_SET_ORTHOGONAL || set == RK_SET_UNIT_ROWS;
    q.integer |= set == RK_SET_INTEGER;
    return rk_read_quantity(r, &q);
}

/* Rows that sum to one and have one entry, and the one permutation of one thing. */
static bool is_ones(const rk_leaf *leaf) {
    return (leaf->props & RK_PROP_ROWS_SUM_TO_ONE) && rk_sc_is_one(leaf->cols);
}

static const rk_mx *read_var(rk_reader *r, const rk_term *t) {
    rk_sc member = t->ival[0] ? rk_read_size(r, t->ival[0]) : NULL;
    const rk_leaf *leaf = rk_read_variable(r, t->var, member);
    if (is_ones(leaf))
        return rk_mx_ones(r->s, leaf->rows, leaf->cols);
    const rk_mx *a = rk_mx_of_leaf(r->s, leaf);
    return rk_read_is_number(a) ? scalar_variable(r, a, r->checked->vars[t->var].set) : a;
}

static const rk_mx *read_data(rk_reader *r, const rk_term *t) {
    rk_leaf leaf = {.kind = RK_L_DATA, .var = t->data};
    leaf.rows = rk_sc_size(r->scalars, t->rows);
    leaf.cols = rk_sc_size(r->scalars, t->cols);
    return rk_mx_of_leaf(r->s, rk_mx_leaf(r->s, &leaf));
}

static const rk_mx *read_int(rk_reader *r, const rk_term *t) {
    return rk_mx_scalar(r->s, rk_read_size(r, t->ival[0]));
}

static const rk_mx *read_eye(rk_reader *r, const rk_term *t) {
    return rk_mx_eye(r->s, rk_read_size(r, t->rows));
}

static const rk_mx *read_all_ones(rk_reader *r, const rk_term *t) {
    return rk_mx_ones(r->s, rk_read_size(r, t->rows), rk_read_size(r, t->cols));
}

static const rk_mx *read_zeros(rk_reader *r, const rk_term *t) {
    return rk_mx_zero(r->s, rk_read_size(r, t->rows), rk_read_size(r, t->cols));
}

static const rk_mx *read_causal(rk_reader *r, const rk_term *t) {
    rk_sc n = rk_read_size(r, t->rows);
    if (rk_sc_is_one(n))
        return rk_mx_eye(r->s, n);
    rk_leaf leaf = {.kind = RK_L_CAUSAL, .rows = n, .cols = n};
    leaf.props = RK_PROP_SQUARE_INVERTIBLE | RK_PROP_NOT_ZERO;
    return rk_mx_of_leaf(r->s, rk_mx_leaf(r->s, &leaf));
}

/* --- algebra -------------------------------------------------------------------------------- */

const rk_mx *rk_read_total(rk_reader *r, const rk_mx *a, const rk_mx *b) {
    const rk_mx *whole = rk_mx_add(r->s, a, b);
    note_written(r, true, whole, a, b);
    return whole;
}

const rk_mx *rk_read_product(rk_reader *r, const rk_mx *a, const rk_mx *b) {
    const rk_mx *whole = rk_mx_mul(r->s, a, b);
    note_written(r, false, whole, a, b);
    return whole;
}

static const rk_mx *read_add(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    return rk_read_total(r, a, rk_read_matrix(r, t->kid[1]));
}

static const rk_mx *negative(rk_reader *r, const rk_mx *a) {
    return rk_mx_scale(r->s, rk_sc_int(r->scalars, -1), a);
}

static const rk_mx *read_sub(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]), *b = rk_read_matrix(r, t->kid[1]);
    const rk_mx *whole = rk_mx_sub(r->s, a, b);
    if (rk_read_sure(r) && !rk_read_is_number(whole))
        note_written(r, true, whole, a, negative(r, b));
    return whole;
}

static const rk_mx *read_neg(rk_reader *r, const rk_term *t) {
    return negative(r, rk_read_matrix(r, t->kid[0]));
}

static const rk_mx *read_mul(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]), *b = rk_read_matrix(r, t->kid[1]);
    const rk_mx *whole = rk_read_unvec(r, rk_mx_mul(r->s, a, b));
    note_written(r, false, whole, a, b);
    return whole;
}

static const rk_mx *read_scale(rk_reader *r, const rk_term *t) {
    return rk_mx_scale(r->s, rk_read_value(r, t->kid[0]), rk_read_matrix(r, t->kid[1]));
}

static const rk_mx *read_div(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]), *b = rk_read_matrix(r, t->kid[1]);
    rk_sc v = rk_mx_value(r->s, b);
    if (rk_sc_is_zero(v))
        return rk_read_function(r, &(rk_leaf){.kind = RK_L_FUNCTION,
                                              .op = RK_T_DIV,
                                              .rows = a->rows,
                                              .cols = a->cols,
                                              .arg = {a, b}});
    if (rk_read_sure(r))
        rk_sc_assume_nonzero(r->scalars, v);
    return rk_mx_scale(r->s, rk_sc_div(r->scalars, rk_sc_int(r->scalars, 1), v), a);
}

static const rk_mx *read_transpose(rk_reader *r, const rk_term *t) {
    return rk_mx_transpose(r->s, rk_read_matrix(r, t->kid[0]));
}

static const rk_mx *read_emul(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]), *b = rk_read_matrix(r, t->kid[1]);
    if (rk_read_is_number(a))
        return rk_mx_scale(r->s, rk_mx_value(r->s, a), b);
    return rk_mx_emul(r->s, a, b);
}

static const rk_mx *read_ediv(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]), *b = rk_read_matrix(r, t->kid[1]);
    if (rk_read_is_number(a))
        return read_div(r, t);
    if (rk_read_sure(r) && !rk_mx_is_zero(b))
        return rk_mx_ediv(r->s, a, b);
    return rk_read_function(r, &(rk_leaf){.kind = RK_L_FUNCTION,
                                          .op = RK_T_EDIV,
                                          .rows = a->rows,
                                          .cols = a->cols,
                                          .arg = {a, b}});
}

/* The inverse of a number or matrix that the text inverts. Inside a loop that may be empty `a` may
   be singular; nothing is known of the inverse there. */
const rk_mx *rk_read_inverse(rk_reader *r, const rk_mx *a) {
    bool sure = rk_read_sure(r), zero = rk_mx_is_zero(a);
    if (rk_read_is_number(a) && !zero) {
        rk_sc v = rk_mx_value(r->s, a);
        if (sure)
            rk_sc_assume_nonzero(r->scalars, v);
        return rk_mx_scalar(r->s, rk_sc_div(r->scalars, rk_sc_int(r->scalars, 1), v));
    }
    if (zero || (!sure && !rk_mx_is_invertible(r->s, a)))
        return rk_read_function(r, &(rk_leaf){.kind = RK_L_FUNCTION,
                                              .op = RK_T_INV,
                                              .rows = a->rows,
                                              .cols = a->cols,
                                              .arg = {a}});
    if (sure)
        note_inverted(r, a);
    return rk_mx_inv(r->s, a);
}

static const rk_mx *read_inv(rk_reader *r, const rk_term *t) {
    return rk_read_inverse(r, rk_read_matrix(r, t->kid[0]));
}

static const rk_mx *power(rk_reader *r, const rk_mx *a, rk_sc exponent) {
    if (rk_read_is_number(a) && !rk_mx_is_zero(a))
        return rk_mx_scalar(r->s, rk_sc_pow(r->scalars, rk_mx_value(r->s, a), exponent));
    return rk_mx_power(r->s, a, exponent);
}

static const rk_mx *read_power(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    rk_sc k = rk_read_size(r, t->ival[0]);
    rk_sc minus = rk_sc_sub(r->scalars, rk_sc_int(r->scalars, 0), k);
    bool nonzero = rk_read_is_number(a) && rk_sc_is_nonzero(r->scalars, rk_mx_value(r->s, a));
    if (nonzero || rk_sc_at_least(r->scalars, k, 0))
        return power(r, a, k);
    if (rk_sc_at_least(r->scalars, minus, 1))
        return power(r, rk_read_inverse(r, a), minus);
    return rk_read_function(r, &(rk_leaf){.kind = RK_L_FUNCTION,
                                          .op = RK_T_POWER,
                                          .rows = a->rows,
                                          .cols = a->cols,
                                          .arg = {a},
                                          .index = {k}});
}

static const rk_mx *read_kron(rk_reader *r, const rk_term *t) {
    return rk_mx_kron(r->s, rk_read_matrix(r, t->kid[0]), rk_read_matrix(r, t->kid[1]));
}

static const rk_mx *read_diag_make(rk_reader *r, const rk_term *t) {
    return rk_mx_diag(r->s, rk_read_matrix(r, t->kid[0]));
}

/* --- dispatch ------------------------------------------------------------------------------- */

static rk_read_fn *const readers[RK_T_COUNT] = {
    [RK_T_NUMBER] = rk_read_decimal,
    [RK_T_INT] = read_int,
    [RK_T_VAR] = read_var,
    [RK_T_DATA] = read_data,
    [RK_T_ACC] = rk_read_acc,
    [RK_T_EYE] = read_eye,
    [RK_T_ONES] = read_all_ones,
    [RK_T_ZEROS] = read_zeros,
    [RK_T_UNIT] = rk_read_unit,
    [RK_T_CAUSAL] = read_causal,
    [RK_T_ADD] = read_add,
    [RK_T_SUB] = read_sub,
    [RK_T_NEG] = read_neg,
    [RK_T_MUL] = read_mul,
    [RK_T_SCALE] = read_scale,
    [RK_T_DIV] = read_div,
    [RK_T_EMUL] = read_emul,
    [RK_T_EDIV] = read_ediv,
    [RK_T_TRANSPOSE] = read_transpose,
    [RK_T_POWER] = read_power,
    [RK_T_ENTRY] = rk_read_entry,
    [RK_T_ROW] = rk_read_row,
    [RK_T_COL] = rk_read_col,
    [RK_T_HCAT] = rk_read_hcat,
    [RK_T_VCAT] = rk_read_vcat,
    [RK_T_DIAG_MAKE] = read_diag_make,
    [RK_T_DIAG_TAKE] = rk_read_diag_take,
    [RK_T_VEC] = rk_read_vec,
    [RK_T_KRON] = read_kron,
    [RK_T_LOOP_SUM] = rk_read_loop,
    [RK_T_LOOP_PROD] = rk_read_loop,
    [RK_T_LOOP_HCAT] = rk_read_loop,
    [RK_T_LOOP_VCAT] = rk_read_loop,
    [RK_T_LOOP_MAX] = rk_read_loop,
    [RK_T_LOOP_MIN] = rk_read_loop,
    [RK_T_FOLD] = rk_read_fold,
    [RK_T_RANK] = rk_read_rank,
    [RK_T_NULLITY] = rk_read_nullity,
    [RK_T_AFFRANK] = rk_read_affrank,
    [RK_T_DET] = rk_read_det,
    [RK_T_TRACE] = rk_read_trace,
    [RK_T_INV] = read_inv,
    [RK_T_JRANK] = rk_read_jrank,
    [RK_T_SOFTMAX] = rk_read_softmax,
    [RK_T_LAYERNORM] = rk_read_layernorm,
    [RK_T_RMSNORM] = rk_read_rmsnorm,
    [RK_T_BATCHNORM] = rk_read_batchnorm,
    [RK_T_CENTER] = rk_read_center,
    [RK_T_CENTER_TOKENS] = rk_read_center_tokens,
    [RK_T_RELU] = rk_read_entrywise,
    [RK_T_GELU] = rk_read_entrywise,
    [RK_T_SILU] = rk_read_entrywise,
    [RK_T_TANH] = rk_read_entrywise,
    [RK_T_SIGMOID] = rk_read_entrywise,
    [RK_T_EXP] = rk_read_entrywise,
    [RK_T_LOG] = rk_read_entrywise,
    [RK_T_SQRT] = rk_read_entrywise,
    [RK_T_ABS] = rk_read_entrywise,
    [RK_T_SIGN] = rk_read_entrywise,
    [RK_T_SUM_ENTRIES] = rk_read_sum_entries,
    [RK_T_SUM_OF] = rk_read_sum_of,
    [RK_T_NORM_1] = rk_read_norm,
    [RK_T_NORM_2] = rk_read_norm,
    [RK_T_NORM_INF] = rk_read_norm,
    [RK_T_NORM_FRO] = rk_read_norm,
    [RK_T_NORM_1INF] = rk_read_norm,
    [RK_T_SIGMA] = rk_read_spectral,
    [RK_T_EIGABS] = rk_read_spectral,
    [RK_T_STABLE_RANK] = rk_read_spectral,
    [RK_T_MAX_OF] = rk_read_extreme,
    [RK_T_MIN_OF] = rk_read_extreme,
};

const rk_mx *rk_read_matrix(rk_reader *r, const rk_term *term) {
    rk_read_scope *scope = r->scope;
    if (scope->read[term->id] == NULL) {
        rk_read_fn *read = readers[term->op] ? readers[term->op] : rk_read_measure;
        scope->read[term->id] = read(r, term);
    }
    return scope->read[term->id];
}
