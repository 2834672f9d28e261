#include "jacobian_inside.h"

/* --- blocks --------------------------------------------------------------------------------- */

static const rk_jblock none = {.kind = RK_BLOCK_NONE};

rk_jblock rk_jblock_of(unsigned dense) {
    return (rk_jblock){.kind = RK_BLOCK_DENSE, .dense = dense};
}

static unsigned transpose(rk_emitter *e, unsigned a) {
    const rk_instr *in = rk_emit_at(e, a);
    return in->code == RK_P_TRANSPOSE ? in->arg[0] : rk_emit1(e, RK_P_TRANSPOSE, a);
}

unsigned rk_emit_entries(rk_emitter *e, unsigned a) {
    return rk_emit_reshape(e, a, 1, 1, rk_emit_at(e, a)->rows * rk_emit_at(e, a)->cols, 1);
}

unsigned rk_emit_repeat(rk_emitter *e, unsigned j, int64_t times) {
    return times == 1 ? j : rk_emit2(e, RK_P_KRON, j, rk_emit_ones(e, times, 1));
}

static int64_t directions_of(const rk_emitter *e, unsigned j) {
    return rk_emit_at(e, j)->cols;
}

unsigned rk_emit_times_left(rk_emitter *e, unsigned a, unsigned j, int64_t rows, int64_t cols) {
    int64_t n = directions_of(e, j), made = rk_emit_at(e, a)->rows;
    unsigned wide = rk_emit_reshape(e, j, 1, 1, rows, cols * n);
    return rk_emit_reshape(e, rk_emit2(e, RK_P_MUL, a, wide), 1, 1, made * cols, n);
}

/* With the columns of dX in front, B' multiplies all directions at once. */
unsigned rk_emit_times_right(rk_emitter *e, unsigned j, unsigned b, int64_t rows, int64_t cols) {
    int64_t n = directions_of(e, j), made = rk_emit_at(e, b)->cols;
    unsigned wide = rk_emit_reshape(e, j, rows, cols, cols, rows * n);
    unsigned product = rk_emit2(e, RK_P_MUL, transpose(e, b), wide);
    return rk_emit_reshape(e, product, made, rows, rows * made, n);
}

unsigned rk_emit_exchange(rk_emitter *e, unsigned j, int64_t rows, int64_t cols) {
    return rk_emit_reshape(e, j, rows, cols, rows * cols, directions_of(e, j));
}

unsigned rk_emit_sum_cols(rk_emitter *e, unsigned j, int64_t rows, int64_t cols) {
    return cols == 1 ? j : rk_emit_times_right(e, j, rk_emit_ones(e, cols, 1), rows, cols);
}

static unsigned identity(rk_emitter *e, int64_t n) {
    return rk_emit_leaf(e, RK_P_EYE, n, n);
}

/* L or R, where nothing stands for the identity. */
static unsigned factor(rk_emitter *e, unsigned f, int64_t size) {
    return f == RK_NO_INSTR ? identity(e, size) : f;
}

unsigned rk_jet_dense(rk_jet *t, const rk_jblock *b, int64_t rows, int64_t cols) {
    rk_emitter *e = t->e;
    if (b->kind == RK_BLOCK_DENSE)
        return b->dense;
    if (b->kind == RK_BLOCK_NONE)
        return rk_emit_leaf(e, RK_P_ZEROS, rows * cols, t->directions);
    unsigned j = identity(e, t->directions);
    if (b->left != RK_NO_INSTR || b->right != RK_NO_INSTR)
        j = rk_emit2(e, RK_P_KRON, factor(e, b->left, rows),
                     transpose(e, factor(e, b->right, cols)));
    if (!b->flipped)
        return j;
    /* the columns are those of Y': exchanged, they are those of Y */
    unsigned turned =
        rk_emit_reshape(e, transpose(e, j), t->ycols, t->yrows, t->directions, rows * cols);
    return transpose(e, turned);
}

/* --- linear rules --------------------------------------------------------------------------- */

typedef struct rule { /* one instruction and its derivative in the making */
    rk_jet *t;
    unsigned made;
    rk_instr in;           /* a copy: emitting moves the array */
    rk_instr arg[2];       /* likewise, of the first two arguments */
    const rk_jblock *d[2]; /* their derivatives */
} rule;

static unsigned dense_arg(const rule *r, size_t k) {
    return rk_jet_dense(r->t, r->d[k], r->arg[k].rows, r->arg[k].cols);
}

static bool moves(const rule *r, size_t k) {
    return r->in.nargs > k && r->d[k]->kind != RK_BLOCK_NONE;
}

static rk_jblock add(const rule *r, rk_code code, rk_jblock a, rk_jblock b) {
    rk_emitter *e = r->t->e;
    if (b.kind == RK_BLOCK_NONE)
        return a;
    unsigned second = rk_jet_dense(r->t, &b, r->in.rows, r->in.cols);
    if (a.kind == RK_BLOCK_NONE)
        return code == RK_P_ADD ? b : rk_jblock_of(rk_emit1(e, RK_P_NEG, second));
    unsigned first = rk_jet_dense(r->t, &a, r->in.rows, r->in.cols);
    return rk_jblock_of(rk_emit2(e, code, first, second));
}

static rk_jblock rule_sum(const rule *r) {
    return add(r, r->in.code, *r->d[0], *r->d[1]);
}

static rk_jblock rule_neg(const rule *r) {
    return rk_jblock_of(rk_emit1(r->t->e, RK_P_NEG, dense_arg(r, 0)));
}

static rk_jblock rule_same(const rule *r) {
    return *r->d[0];
}

/* A*dX, dX rows by cols. */
static rk_jblock left(rk_jet *t, unsigned a, rk_jblock d, int64_t rows, int64_t cols) {
    if (d.kind == RK_BLOCK_NONE)
        return none;
    if (d.kind == RK_BLOCK_DENSE)
        return rk_jblock_of(rk_emit_times_left(t->e, a, d.dense, rows, cols));
    d.left = d.left == RK_NO_INSTR ? a : rk_emit2(t->e, RK_P_MUL, a, d.left);
    return d;
}

/* dX*B */
static rk_jblock right(rk_jet *t, rk_jblock d, unsigned b, int64_t rows, int64_t cols) {
    if (d.kind == RK_BLOCK_NONE)
        return none;
    if (d.kind == RK_BLOCK_DENSE)
        return rk_jblock_of(rk_emit_times_right(t->e, d.dense, b, rows, cols));
    d.right = d.right == RK_NO_INSTR ? b : rk_emit2(t->e, RK_P_MUL, d.right, b);
    return d;
}

static rk_jblock rule_mul(const rule *r) {
    rk_jblock a = right(r->t, *r->d[0], r->in.arg[1], r->arg[0].rows, r->arg[0].cols);
    rk_jblock b = left(r->t, r->in.arg[0], *r->d[1], r->arg[1].rows, r->arg[1].cols);
    return add(r, RK_P_ADD, a, b);
}

static rk_jblock rule_transpose(const rule *r) {
    rk_emitter *e = r->t->e;
    rk_jblock d = *r->d[0];
    if (d.kind == RK_BLOCK_DENSE)
        return rk_jblock_of(rk_emit_exchange(e, d.dense, r->arg[0].rows, r->arg[0].cols));
    unsigned old = d.left;
    d.left = d.right == RK_NO_INSTR ? RK_NO_INSTR : transpose(e, d.right);
    d.right = old == RK_NO_INSTR ? RK_NO_INSTR : transpose(e, old);
    d.flipped = !d.flipped;
    return d;
}

static rk_jblock rule_slice(const rule *r) {
    rk_emitter *e = r->t->e;
    const rk_instr *a = &r->arg[0], *in = &r->in;
    rk_jblock d = *r->d[0];
    if (d.kind == RK_BLOCK_FACTORED) {
        unsigned l = factor(e, d.left, a->rows), c = factor(e, d.right, a->cols);
        if (in->rows < a->rows)
            d.left = rk_emit_slice(e, l, in->k, 0, in->rows, rk_emit_at(e, l)->cols);
        if (in->cols < a->cols)
            d.right = rk_emit_slice(e, c, 0, in->l, rk_emit_at(e, c)->rows, in->cols);
        return d;
    }
    int64_t n = r->t->directions;
    unsigned wide = rk_emit_reshape(e, d.dense, 1, 1, a->rows, a->cols * n);
    unsigned part = rk_emit_slice(e, wide, in->k, in->l * n, in->rows, in->cols * n);
    return rk_jblock_of(rk_emit_reshape(e, part, 1, 1, in->rows * in->cols, n));
}

/* Blocks side by side are joined row by row. */
static rk_jblock rule_cat(const rule *r) {
    rk_jet *t = r->t;
    rk_emitter *e = t->e;
    int64_t n = t->directions;
    unsigned *part = rk_malloc(r->in.nargs * sizeof *part);
    for (size_t k = 0; k < r->in.nargs; k++) {
        int64_t rows = rk_emit_at(e, r->in.arg[k])->rows, cols = rk_emit_at(e, r->in.arg[k])->cols;
        part[k] = rk_jet_dense(t, &t->block[r->in.arg[k]], rows, cols);
        if (r->in.code == RK_P_HCAT)
            part[k] = rk_emit_reshape(e, part[k], 1, 1, rows, cols * n);
    }
    unsigned all = rk_emit_cat(e, r->in.code, part, r->in.nargs);
    rk_free(part);
    return rk_jblock_of(rk_emit_reshape(e, all, 1, 1, r->in.rows * r->in.cols, n));
}

/* Row i of a column goes to row i*(n + 1): n zero rows follow each. */
static rk_jblock rule_diag_make(const rule *r) {
    rk_emitter *e = r->t->e;
    int64_t rows = r->in.rows, n = r->t->directions;
    unsigned gap = rk_emit_leaf(e, RK_P_ZEROS, rows, rows * n);
    unsigned spread = rk_emit_cat(e, RK_P_HCAT, (unsigned[]){dense_arg(r, 0), gap}, 2);
    unsigned tall = rk_emit_reshape(e, spread, 1, 1, rows * (rows + 1), n);
    return rk_jblock_of(rk_emit_slice(e, tall, 0, 0, rows * rows, n));
}

/* Rows i*(cols + 1): the first of each cols + 1, the rows cut or filled up to a whole number. */
static rk_jblock rule_diag_take(const rule *r) {
    rk_emitter *e = r->t->e;
    int64_t n = r->t->directions, have = r->arg[0].rows * r->arg[0].cols;
    int64_t step = r->arg[0].cols + 1, want = r->in.rows * step;
    unsigned j = dense_arg(r, 0);
    if (want > have)
        j = rk_emit_cat(e, RK_P_VCAT, (unsigned[]){j, rk_emit_leaf(e, RK_P_ZEROS, want - have, n)},
                        2);
    else if (want < have)
        j = rk_emit_slice(e, j, 0, 0, want, n);
    unsigned wide = rk_emit_reshape(e, j, 1, 1, r->in.rows, step * n);
    return rk_jblock_of(rk_emit_slice(e, wide, 0, 0, r->in.rows, n));
}

static rk_jblock rule_vec(const rule *r) {
    return rk_jblock_of(rk_emit_exchange(r->t->e, dense_arg(r, 0), r->arg[0].rows, r->arg[0].cols));
}

/* The same exchange as the instruction's, with the directions behind. */
static rk_jblock rule_reshape(const rule *r) {
    unsigned j = rk_emit_reshape(r->t->e, dense_arg(r, 0), r->in.k, r->in.l,
                                 r->in.rows * r->in.cols, r->t->directions);
    return rk_jblock_of(j);
}

static rk_jblock rule_row_sums(const rule *r) {
    unsigned ones = rk_emit_ones(r->t->e, r->arg[0].cols, 1);
    return right(r->t, *r->d[0], ones, r->arg[0].rows, r->arg[0].cols);
}

static rk_jblock rule_sum_entries(const rule *r) {
    rk_jblock sums = rule_row_sums(r);
    return left(r->t, rk_emit_ones(r->t->e, 1, r->arg[0].rows), sums, r->arg[0].rows, 1);
}

static rk_jblock rule_trace(const rule *r) {
    rule taken = *r;
    taken.in.rows = r->arg[0].rows;
    unsigned diagonal = rule_diag_take(&taken).dense;
    unsigned ones = rk_emit_ones(r->t->e, 1, r->arg[0].rows);
    return rk_jblock_of(rk_emit2(r->t->e, RK_P_MUL, ones, diagonal));
}

/* --- products of two things that may move --------------------------------------------------- */

/* vec of the fixed matrix a, times the row of derivatives of a number. */
static rk_jblock along(const rule *r, unsigned a, size_t number) {
    unsigned row = dense_arg(r, number);
    return rk_jblock_of(rk_emit2(r->t->e, RK_P_MUL, rk_emit_entries(r->t->e, a), row));
}

static rk_jblock scaled(const rule *r, rk_code code, unsigned number, rk_jblock d) {
    rk_emitter *e = r->t->e;
    if (d.kind == RK_BLOCK_NONE)
        return none;
    unsigned j = rk_jet_dense(r->t, &d, r->in.rows, r->in.cols);
    return rk_jblock_of(code == RK_P_SCALE ? rk_emit2(e, RK_P_SCALE, number, j)
                                           : rk_emit2(e, code, j, number));
}

static rk_jblock rule_scale(const rule *r) {
    rk_jblock a = moves(r, 0) ? along(r, r->in.arg[1], 0) : none;
    return add(r, RK_P_ADD, a, scaled(r, RK_P_SCALE, r->in.arg[0], *r->d[1]));
}

/* d(A/s) = (dA - (A/s) ds) / s */
static rk_jblock rule_div(const rule *r) {
    rk_jblock s = moves(r, 1) ? along(r, r->made, 1) : none;
    return scaled(r, RK_P_DIV, r->in.arg[1], add(r, RK_P_SUB, *r->d[0], s));
}

/* The rows of J times the entries of a column. */
static rk_jblock weighted(const rule *r, unsigned column, unsigned j) {
    return rk_jblock_of(rk_emit2(r->t->e, RK_P_ROW_SCALE, column, j));
}

static rk_jblock rule_emul(const rule *r) {
    rk_emitter *e = r->t->e;
    rk_jblock a = none, b = none;
    if (moves(r, 0))
        a = weighted(r, rk_emit_entries(e, r->in.arg[1]), dense_arg(r, 0));
    if (moves(r, 1))
        b = weighted(r, rk_emit_entries(e, r->in.arg[0]), dense_arg(r, 1));
    return add(r, RK_P_ADD, a, b);
}

static rk_jblock divided(const rule *r, rk_jblock numerator, unsigned column) {
    unsigned j = rk_jet_dense(r->t, &numerator, r->in.rows, r->in.cols);
    return rk_jblock_of(rk_emit2(r->t->e, RK_P_ROW_DIVIDE, j, column));
}

/* d(A./B) = (dA - (A./B) .* dB) ./ B */
static rk_jblock rule_ediv(const rule *r) {
    rk_emitter *e = r->t->e;
    rk_jblock b = none;
    if (moves(r, 1))
        b = weighted(r, rk_emit_entries(e, r->made), dense_arg(r, 1));
    return divided(r, add(r, RK_P_SUB, *r->d[0], b), rk_emit_entries(e, r->in.arg[1]));
}

static rk_jblock rule_row_scale(const rule *r) {
    rk_emitter *e = r->t->e;
    rk_jblock v = none, a = *r->d[1];
    if (moves(r, 0)) {
        unsigned spread = rk_emit_repeat(e, dense_arg(r, 0), r->in.cols);
        v = weighted(r, rk_emit_entries(e, r->in.arg[1]), spread);
    }
    if (a.kind == RK_BLOCK_FACTORED)
        a.left = rk_emit2(e, RK_P_ROW_SCALE, r->in.arg[0], factor(e, a.left, r->in.rows));
    else if (a.kind == RK_BLOCK_DENSE)
        a = weighted(r, rk_emit_repeat(e, r->in.arg[0], r->in.cols), a.dense);
    return add(r, RK_P_ADD, v, a);
}

/* Rows divided by v. By v = sqrt(w), with dv/v = dw/(2*w): no root but the divisor, which a rank
   does not see. */
static rk_jblock rule_row_divide(const rule *r) {
    rk_emitter *e = r->t->e;
    rk_instr v = r->arg[1];
    unsigned column = r->in.arg[1], entries;
    rk_jblock b = none;
    if (!moves(r, 1))
        return divided(r, *r->d[0], rk_emit_repeat(e, column, r->in.cols));
    if (v.code == RK_P_FN && v.fn == RK_FN_SQRT) {
        unsigned w = v.arg[0], twice = rk_emit2(e, RK_P_SCALE, rk_emit_si(e, 2), w);
        unsigned j = rk_jet_dense(r->t, &r->t->block[w], v.rows, 1);
        unsigned rate = rk_emit2(e, RK_P_ROW_DIVIDE, j, twice);
        entries = rk_emit_entries(e, r->in.arg[0]);
        b = weighted(r, entries, rk_emit_repeat(e, rate, r->in.cols));
    } else {
        entries = rk_emit_entries(e, r->made);
        b = weighted(r, entries, rk_emit_repeat(e, dense_arg(r, 1), r->in.cols));
    }
    return divided(r, add(r, RK_P_SUB, *r->d[0], b), rk_emit_repeat(e, column, r->in.cols));
}

/* Rows of kron(A, B) are (i1, i2, j1, j2); those of the parts (i1, j1) and (i2, j2). */
static rk_jblock rule_kron(const rule *r) {
    rk_emitter *e = r->t->e;
    const rk_instr *a = &r->arg[0], *b = &r->arg[1];
    int64_t n = r->t->directions, size = b->rows * b->cols;
    rk_jblock sum[2] = {none, none};
    unsigned by[] = {rk_emit_entries(e, r->in.arg[0]), rk_emit_entries(e, r->in.arg[1])};
    for (size_t k = 0; k < 2; k++) {
        if (!moves(r, k))
            continue;
        unsigned j = k == 0 ? rk_emit2(e, RK_P_KRON, dense_arg(r, 0), by[1])
                            : rk_emit2(e, RK_P_KRON, by[0], dense_arg(r, 1));
        int64_t rest = a->cols * size * n;
        unsigned inner = transpose(e, rk_emit_reshape(e, j, 1, 1, a->rows, rest));
        inner = rk_emit_reshape(e, inner, a->cols, b->rows, rest, a->rows);
        sum[k] = rk_jblock_of(rk_emit_reshape(e, transpose(e, inner), 1, 1, a->rows * rest / n, n));
    }
    return add(r, RK_P_ADD, sum[0], sum[1]);
}

/* --- rules that are not linear -------------------------------------------------------------- */

/* d inv(A) = -inv(A) * dA * inv(A) */
static rk_jblock rule_inv(const rule *r) {
    int64_t n = r->in.rows;
    rk_jblock d = right(r->t, left(r->t, r->made, *r->d[0], n, n), r->made, n, n);
    return rk_jblock_of(rk_emit1(r->t->e, RK_P_NEG, rk_jet_dense(r->t, &d, n, n)));
}

static rk_jblock no_rule(const rule *r) {
    unsigned j = rk_emit_opaque(r->t->e, RK_P_CONSTRUCT, r->in.rows * r->in.cols, r->t->directions,
                                &r->made, 1);
    return rk_jblock_of(j);
}

static rk_jblock rule_fn(const rule *r) {
    return rk_jblock_of(rk_slope_fn(r->t, r->made, &r->in, dense_arg(r, 0)));
}

static rk_jblock rule_extreme(const rule *r) {
    return rk_jblock_of(rk_slope_extreme(r->t, &r->in, dense_arg(r, 0)));
}

static rk_jblock rule_norm1(const rule *r) {
    return rk_jblock_of(rk_slope_norm1(r->t, &r->in, dense_arg(r, 0)));
}

static rk_jblock rule_entropy(const rule *r) {
    return rk_jblock_of(rk_slope_entropy(r->t, &r->in, dense_arg(r, 0)));
}

static rk_jblock rule_det(const rule *r) {
    return rk_jblock_of(rk_slope_det(r->t, &r->in, dense_arg(r, 0)));
}

/* Masks are 0 and 1 and cannot move. */
static rk_jblock rule_softmax(const rule *r) {
    if (moves(r, 1))
        return no_rule(r);
    return rk_jblock_of(rk_slope_softmax(r->t, r->made, &r->in, dense_arg(r, 0)));
}

typedef rk_jblock rule_of(const rule *r);

static rule_of *const rules[] = {
    [RK_P_KEEP] = rule_same,
    [RK_P_ADD] = rule_sum,
    [RK_P_SUB] = rule_sum,
    [RK_P_NEG] = rule_neg,
    [RK_P_MUL] = rule_mul,
    [RK_P_SCALE] = rule_scale,
    [RK_P_DIV] = rule_div,
    [RK_P_EMUL] = rule_emul,
    [RK_P_EDIV] = rule_ediv,
    [RK_P_TRANSPOSE] = rule_transpose,
    [RK_P_SLICE] = rule_slice,
    [RK_P_HCAT] = rule_cat,
    [RK_P_VCAT] = rule_cat,
    [RK_P_DIAG_MAKE] = rule_diag_make,
    [RK_P_DIAG_TAKE] = rule_diag_take,
    [RK_P_VEC] = rule_vec,
    [RK_P_RESHAPE] = rule_reshape,
    [RK_P_KRON] = rule_kron,
    [RK_P_ROW_SUMS] = rule_row_sums,
    [RK_P_ROW_SCALE] = rule_row_scale,
    [RK_P_ROW_DIVIDE] = rule_row_divide,
    [RK_P_SUM_ENTRIES] = rule_sum_entries,
    [RK_P_MAX_ENTRIES] = rule_extreme,
    [RK_P_MIN_ENTRIES] = rule_extreme,
    [RK_P_DET] = rule_det,
    [RK_P_TRACE] = rule_trace,
    [RK_P_INV] = rule_inv,
    [RK_P_SOFTMAX] = rule_softmax,
    [RK_P_FN] = rule_fn,
    [RK_P_NORM1] = rule_norm1,
    [RK_P_ENTROPY] = rule_entropy,
};

/* --- a closure by one slot ------------------------------------------------------------------ */

/* A Jacobian is a product with those of the arguments, so its rank is at most the sum of theirs;
   the rows of a softmax stay in a plane. */
static int64_t cap_of(const rk_jet *t, const rk_instr *in) {
    int64_t sum = 0, own = in->rows * in->cols;
    if (in->code == RK_P_SOFTMAX)
        own = in->rows * (in->cols - 1);
    for (size_t k = 0; k < in->nargs && sum < own; k++) {
        bool first = true;
        for (size_t before = 0; before < k && first; before++)
            first = in->arg[before] != in->arg[k];
        sum += first ? t->cap[in->arg[k]] : 0;
    }
    return sum < own ? sum : own;
}

static rk_jblock differentiate(rk_jet *t, unsigned i) {
    rule r = {.t = t, .made = i, .in = *rk_emit_at(t->e, i), .d = {&none, &none}};
    bool still = true;
    for (size_t k = 0; k < r.in.nargs; k++) {
        const rk_jblock *d = &t->block[r.in.arg[k]];
        still = still && d->kind == RK_BLOCK_NONE;
        if (k < 2) {
            r.arg[k] = *rk_emit_at(t->e, r.in.arg[k]);
            r.d[k] = d;
        }
    }
    if (still || (r.in.code == RK_P_KEEP && !moves(&r, 0)))
        return none;
    size_t count = sizeof rules / sizeof *rules;
    rule_of *of = (size_t)r.in.code < count ? rules[r.in.code] : NULL;
    return of != NULL ? of(&r) : no_rule(&r);
}

typedef struct closure { /* what root is made of */
    rk_emitter *e;
    unsigned root;
    unsigned char *marks;
} closure;

static void visit(rk_jet *t, unsigned i, unsigned slot) {
    rk_instr in = *rk_emit_at(t->e, i);
    rk_slot s = t->e->program->slots[slot];
    if (in.code == RK_P_INPUT && in.slot == slot) {
        t->block[i] = rk_jet_seed(t, &s, i);
        t->cap[i] = rk_tangent_dimension(&s);
        return;
    }
    t->block[i] = differentiate(t, i);
    t->cap[i] = t->block[i].kind == RK_BLOCK_NONE ? 0 : cap_of(t, &in);
}

/* RK_NO_INSTR: root does not depend on the slot, or the slot cannot move. Adds to *cap. */
static unsigned by_slot(const closure *c, unsigned slot, int64_t *cap) {
    rk_jet t = {.e = c->e};
    t.block = rk_calloc((size_t)c->root + 1, sizeof *t.block);
    t.cap = rk_calloc((size_t)c->root + 1, sizeof *t.cap);
    for (unsigned i = 0; i <= c->root && c->e->status == RK_BUILD_OK; i++)
        if (c->marks[i] && !rk_emit_at(c->e, i)->truth)
            visit(&t, i, slot);
    unsigned j = RK_NO_INSTR;
    rk_instr root = *rk_emit_at(c->e, c->root);
    if (t.block[c->root].kind != RK_BLOCK_NONE)
        j = rk_jet_dense(&t, &t.block[c->root], root.rows, root.cols);
    *cap += t.cap[c->root];
    rk_free(t.block);
    rk_free(t.cap);
    return j;
}

static bool is_listed(const unsigned *vars, size_t nvars, unsigned var) {
    for (size_t i = 0; i < nvars; i++)
        if (vars[i] == var)
            return true;
    return false;
}

/* Blocks whose rows are divided by the same column are divided together, so that the division
   stays outermost. */
static unsigned join(rk_emitter *e, unsigned *block, size_t n) {
    const rk_instr *first = rk_emit_at(e, block[0]);
    unsigned divisor = first->code == RK_P_ROW_DIVIDE ? first->arg[1] : RK_NO_INSTR;
    for (size_t i = 0; i < n && divisor != RK_NO_INSTR; i++) {
        const rk_instr *in = rk_emit_at(e, block[i]);
        if (in->code != RK_P_ROW_DIVIDE || in->arg[1] != divisor)
            divisor = RK_NO_INSTR;
    }
    for (size_t i = 0; i < n && divisor != RK_NO_INSTR; i++)
        block[i] = rk_emit_at(e, block[i])->arg[0];
    unsigned all = rk_emit_cat(e, RK_P_HCAT, block, n);
    return divisor == RK_NO_INSTR ? all : rk_emit2(e, RK_P_ROW_DIVIDE, all, divisor);
}

/* *cap: no rank is larger. */
static unsigned jacobian(rk_emitter *e, unsigned root, const unsigned *vars, size_t nvars,
                         int64_t *cap) {
    *cap = 0;
    if (e->status != RK_BUILD_OK)
        return RK_NO_INSTR;
    closure c = {.e = e, .root = root, .marks = rk_malloc(e->program->ninstr)};
    rk_program_closure(e->program, root, c.marks);
    unsigned *block = rk_malloc((e->program->nslots + 1) * sizeof *block);
    size_t n = 0;
    for (unsigned s = 0; s < e->program->nslots && e->status == RK_BUILD_OK; s++) {
        if (!is_listed(vars, nvars, e->program->slots[s].var) || !rk_emit_work(e, root))
            continue;
        block[n] = by_slot(&c, s, cap);
        n += block[n] != RK_NO_INSTR;
    }
    bool some = n > 0 && e->status == RK_BUILD_OK;
    unsigned all = some ? join(e, block, n) : RK_NO_INSTR;
    rk_free(block);
    rk_free(c.marks);
    return all;
}

unsigned rk_emit_jacobian(rk_emitter *e, unsigned root, const unsigned *vars, size_t nvars) {
    int64_t cap;
    return jacobian(e, root, vars, nvars, &cap);
}

/* --- its rank ------------------------------------------------------------------------------- */

static bool set_is_nonzero(rk_set set) {
    return set == RK_SET_POSITIVE || set == RK_SET_NONZERO || set == RK_SET_ATTENTION;
}

/* No entry is ever 0. */
static bool is_nonzero(const rk_emitter *e, unsigned a) {
    const rk_instr *in = rk_emit_at(e, a);
    switch (in->code) {
    case RK_P_RATIONAL:
        return !fmpq_is_zero(in->number);
    case RK_P_ONES:
        return true;
    case RK_P_INPUT:
        return set_is_nonzero(e->program->slots[in->slot].set);
    case RK_P_FN:
        return in->fn == RK_FN_EXP || in->fn == RK_FN_SIGMOID;
    case RK_P_SOFTMAX:
        return in->nargs == 1;
    case RK_P_RESHAPE:
    case RK_P_TRANSPOSE:
    case RK_P_NEG:
        return is_nonzero(e, in->arg[0]);
    case RK_P_SCALE:
    case RK_P_EMUL:
    case RK_P_KRON:
        return is_nonzero(e, in->arg[0]) && is_nonzero(e, in->arg[1]);
    default:
        return false;
    }
}

/* What has the same rank wherever j is defined: rows scaled by what is never 0 are not scaled.
   All divisors here are divisors of the text, or guarded by a KEEP, which goes to *result. */
static unsigned without_scaling(rk_emitter *e, unsigned j, unsigned *result) {
    for (;;) {
        rk_instr in = *rk_emit_at(e, j);
        bool factor = in.code == RK_P_SCALE || in.code == RK_P_ROW_SCALE;
        if (in.code == RK_P_KEEP)
            *result = rk_emit2(e, RK_P_KEEP, *result, in.arg[1]);
        if (in.code == RK_P_ROW_DIVIDE || in.code == RK_P_DIV || in.code == RK_P_NEG ||
            in.code == RK_P_KEEP)
            j = in.arg[0];
        else if (factor && is_nonzero(e, in.arg[0]))
            j = in.arg[1];
        else
            return j;
    }
}

static unsigned at_most(rk_emitter *e, unsigned rank, int64_t cap) {
    unsigned both[] = {rank, rk_emit_si(e, cap)};
    return rk_emit1(e, RK_P_MIN_ENTRIES, rk_emit_cat(e, RK_P_HCAT, both, 2));
}

unsigned rk_emit_jacobian_rank(rk_emitter *e, unsigned root, const unsigned *vars, size_t nvars) {
    int64_t cap;
    unsigned j = jacobian(e, root, vars, nvars, &cap), kept = root;
    if (j == RK_NO_INSTR || e->status != RK_BUILD_OK)
        return rk_emit2(e, RK_P_KEEP, rk_emit_si(e, 0), root);
    unsigned bare = without_scaling(e, j, &kept);
    unsigned rank = rk_emit1(e, RK_P_RANK, bare);
    if (cap < rk_emit_at(e, bare)->rows && cap < rk_emit_at(e, bare)->cols)
        rank = at_most(e, rank, cap);
    return rk_emit2(e, RK_P_KEEP, rank, kept);
}
