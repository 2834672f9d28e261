#include "rk_mx_inside.h"

/* Substitution rebuilds a matrix by the same operations it was made with, so that the result is in
   normal form again. One walk serves symbols and leaves. */

typedef struct putting {
    rk_mxs *s;
    unsigned sym; /* `value` goes in for the symbol, or `by` for the leaf */
    rk_sc value;
    const rk_leaf *leaf;
    const rk_mx *by;
} putting;

static const rk_mx *put_mx(putting *p, const rk_mx *a);
static bool mentions_mx(const putting *p, const rk_mx *a);

static rk_mx_memo memo_of(const putting *p, bool question, const rk_mx *a) {
    rk_mx_memo m = {.key = {a, p->leaf ? (const void *)p->leaf : (const void *)p->value}};
    if (question) {
        m.op = p->leaf ? RK_MEMO_MENTIONS_LEAF : RK_MEMO_MENTIONS_SYM;
        m.key[1] = p->leaf;
        m.extra = p->leaf ? 0 : p->sym;
    } else {
        m.op = p->leaf ? RK_MEMO_LEAF : RK_MEMO_SYM;
        m.extra = p->leaf ? (uintptr_t)p->by : p->sym;
    }
    return m;
}

static bool binds(const rk_leaf *a) {
    return a->kind == RK_L_SUM || a->kind == RK_L_HCAT || a->kind == RK_L_VCAT ||
           a->kind == RK_L_PROD || a->kind == RK_L_FOLD;
}

/* Which arguments of the leaf see its own symbol. */
static bool is_bound_part(const rk_leaf *a, int i) {
    return binds(a) && (a->kind == RK_L_FOLD ? i == 1 : i == 0);
}

/* --- questions ----------------------------------------------------------------------------- */

/* Does a quantity inside the scalar mention the leaf? rk_sc_map visits them all. */
typedef struct search {
    const putting *p;
    bool found;
} search;

static rk_sc look(void *self, const rk_quantity *q) {
    search *f = self;
    for (size_t i = 0; i < q->nmx && !f->found; i++)
        f->found = mentions_mx(f->p, q->mx[i]);
    return NULL;
}

static bool mentions_scalar(const putting *p, rk_sc a) {
    if (!a)
        return false;
    if (!p->leaf)
        return rk_sc_mentions(p->s->scalars, a, p->sym);
    search f = {p, false};
    rk_sc_map(p->s->scalars, a, look, &f);
    return f.found;
}

static bool mentions_leaf(const putting *p, const rk_leaf *a) {
    if (a == p->leaf)
        return true;
    if (!p->leaf && a->kind == RK_L_ACC && a->sym == p->sym)
        return true;
    if (mentions_scalar(p, a->rows) || mentions_scalar(p, a->cols) ||
        mentions_scalar(p, a->index[0]) || mentions_scalar(p, a->index[1]))
        return true;
    for (int i = 0; i < 3; i++)
        if (a->arg[i] && !(!p->leaf && a->sym == p->sym && is_bound_part(a, i)) &&
            mentions_mx(p, a->arg[i]))
            return true;
    return false;
}

static bool mentions_content(const putting *p, const rk_mx *a) {
    if (mentions_scalar(p, a->rows) || mentions_scalar(p, a->cols))
        return true;
    for (size_t i = 0; i < a->nwords; i++) {
        if (mentions_scalar(p, a->word[i].coef))
            return true;
        for (size_t k = 0; k < a->word[i].length; k++)
            if (mentions_leaf(p, a->word[i].letter[k].leaf))
                return true;
    }
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        if (mentions_mx(p, a->cell[i]))
            return true;
    return false;
}

static bool mentions_mx(const putting *p, const rk_mx *a) {
    rk_mx_memo m = memo_of(p, true, a);
    if (!rk_mx_recall(p->s, &m)) {
        m.result = mentions_content(p, a) ? a : NULL;
        rk_mx_remember(p->s, &m);
    }
    return m.result != NULL;
}

/* The store is only read; its memory of answers grows. */
static rk_mxs *writable(const rk_mxs *s) {
    return (rk_mxs *)(uintptr_t)s;
}

bool rk_leaf_mentions(const rk_mxs *s, const rk_leaf *leaf, unsigned sym) {
    putting p = {.s = writable(s), .sym = sym};
    return mentions_leaf(&p, leaf);
}

bool rk_mx_mentions_sym(const rk_mxs *s, const rk_mx *a, unsigned sym) {
    putting p = {.s = writable(s), .sym = sym};
    return mentions_mx(&p, a);
}

bool rk_mx_mentions_leaf(const rk_mxs *s, const rk_mx *a, const rk_leaf *leaf) {
    putting p = {.s = writable(s), .leaf = leaf};
    return mentions_mx(&p, a);
}

/* --- bound symbols -------------------------------------------------------------------------- */

typedef struct binding {
    rk_mxs *s;
    unsigned sym;
    bool found;
} binding;

static rk_sc look_for_binding(void *self, const rk_quantity *q) {
    binding *b = self;
    bool loop = q->kind == RK_Q_SUM || (q->kind == RK_Q_OF_TERM && q->nargs == 3);
    b->found |= loop && q->sym == b->sym;
    for (size_t i = 0; i < q->nmx && !b->found; i++)
        b->found = rk_mx_binds(b->s, q->mx[i], b->sym);
    return NULL;
}

bool rk_sc_binds(rk_mxs *s, rk_sc a, unsigned sym) {
    binding b = {s, sym, false};
    if (a)
        rk_sc_map(s->scalars, a, look_for_binding, &b);
    return b.found;
}

static bool leaf_binds(rk_mxs *s, const rk_leaf *a, unsigned sym) {
    if (binds(a) && a->sym == sym)
        return true;
    for (int i = 0; i < 3; i++)
        if (a->arg[i] && rk_mx_binds(s, a->arg[i], sym))
            return true;
    return rk_sc_binds(s, a->index[0], sym) || rk_sc_binds(s, a->index[1], sym);
}

static bool content_binds(rk_mxs *s, const rk_mx *a, unsigned sym) {
    for (size_t i = 0; i < a->nwords; i++) {
        if (rk_sc_binds(s, a->word[i].coef, sym))
            return true;
        for (size_t k = 0; k < a->word[i].length; k++)
            if (leaf_binds(s, a->word[i].letter[k].leaf, sym))
                return true;
    }
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        if (rk_mx_binds(s, a->cell[i], sym))
            return true;
    return false;
}

bool rk_mx_binds(rk_mxs *s, const rk_mx *a, unsigned sym) {
    rk_mx_memo m = {.op = RK_MEMO_BINDS, .key = {a}, .extra = sym};
    if (!rk_mx_recall(s, &m)) {
        m.result = content_binds(s, a, sym) ? a : NULL;
        rk_mx_remember(s, &m);
    }
    return m.result != NULL;
}

/* --- scalars ------------------------------------------------------------------------------- */

static rk_sc image(void *self, const rk_quantity *q) {
    putting *p = self;
    if (q->nmx == 0)
        return NULL;
    rk_quantity r = *q;
    bool changed = false;
    for (size_t i = 0; i < q->nmx; i++) {
        r.mx[i] = put_mx(p, q->mx[i]);
        changed |= r.mx[i] != q->mx[i];
    }
    if (!changed)
        return NULL;
    if (q->kind == RK_Q_RANK)
        return rk_mx_rank(p->s, r.mx[0]);
    if (q->kind == RK_Q_ENTRY)
        return rk_mx_value(p->s, r.mx[0]);
    rk_sc *arg = q->nargs ? rk_arena_alloc(p->s->arena, q->nargs * sizeof *arg) : NULL;
    for (size_t i = 0; i < q->nargs; i++)
        arg[i] = rk_sc_map(p->s->scalars, q->arg[i], image, p);
    r.arg = arg;
    return rk_sc_quantity(p->s->scalars, &r);
}

static rk_sc put_scalar(putting *p, rk_sc a) {
    if (!a)
        return NULL;
    return p->leaf ? rk_sc_map(p->s->scalars, a, image, p)
                   : rk_sc_put(p->s->scalars, a, p->sym, p->value);
}

/* --- leaves -------------------------------------------------------------------------------- */

/* Would a symbol or leaf inside what is put in be bound by this loop? */
static bool would_capture(const putting *p, const rk_leaf *a) {
    if (!binds(a))
        return false;
    return p->leaf ? rk_mx_mentions_sym(p->s, p->by, a->sym)
                   : rk_sc_mentions(p->s->scalars, p->value, a->sym);
}

/* A loop keeps what its own symbol stands for. */
static const rk_mx *put_part(putting *p, const rk_leaf *a, int i) {
    bool shadowed = !p->leaf && a->sym == p->sym && is_bound_part(a, i);
    return !a->arg[i] || shadowed ? a->arg[i] : put_mx(p, a->arg[i]);
}

static const rk_mx *rebuild_function(putting *p, const rk_leaf *leaf) {
    switch (leaf->op) {
    case RK_T_MUL:
        return rk_mx_mul(p->s, leaf->arg[0], leaf->arg[1]);
    case RK_T_EMUL:
        return rk_mx_emul(p->s, leaf->arg[0], leaf->arg[1]);
    case RK_T_EDIV:
        return rk_mx_ediv(p->s, leaf->arg[0], leaf->arg[1]);
    case RK_T_POWER:
        return rk_mx_power(p->s, leaf->arg[0], leaf->index[0]);
    default:
        return rk_mx_of_leaf(p->s, rk_mx_leaf(p->s, leaf));
    }
}

/* The leaf, with its new parts, by the operation that makes such leaves. */
static const rk_mx *rebuild(putting *p, const rk_leaf *leaf) {
    rk_mxs *s = p->s;
    switch (leaf->kind) {
    case RK_L_ONES:
        return rk_mx_ones(s, leaf->rows, s->one);
    case RK_L_UNIT:
        return rk_mx_unit(s, leaf->rows, leaf->index[0]);
    case RK_L_DIAG:
        return rk_mx_diag(s, leaf->arg[0]);
    case RK_L_SCALES:
        return rk_mx_scales(s, leaf->arg[0], leaf->index[0]);
    case RK_L_INV:
        return rk_mx_inv(s, leaf->arg[0]);
    case RK_L_POWER:
        return rk_mx_power(s, leaf->arg[0], leaf->index[0]);
    case RK_L_KRON:
        return rk_mx_kron(s, leaf->arg[0], leaf->arg[1]);
    case RK_L_BLOCKS:
        return leaf->arg[0];
    case RK_L_SUM:
    case RK_L_HCAT:
    case RK_L_VCAT:
    case RK_L_PROD:
        return rk_mx_loop(s, leaf->kind, leaf->sym, leaf->index[0], leaf->index[1], leaf->arg[0]);
    case RK_L_SOFTMAX:
        return rk_mx_softmax(s, leaf->arg[0], leaf->arg[1]);
    case RK_L_FUNCTION:
        return rebuild_function(p, leaf);
    default:
        return rk_mx_of_leaf(s, rk_mx_leaf(s, leaf));
    }
}

/* Made by rk_mx_kron_whole: kron alone would have multiplied the sums out. */
static bool is_whole_kron(const rk_leaf *a) {
    return a->kind == RK_L_KRON && (a->arg[0]->nwords > 1 || a->arg[1]->nwords > 1);
}

/* The untransposed, uninverted leaf after the substitution. */
static const rk_mx *put_leaf(putting *p, const rk_leaf *a) {
    if (a == p->leaf)
        return p->by;
    rk_leaf b = *a;
    b.rows = put_scalar(p, a->rows);
    b.cols = put_scalar(p, a->cols);
    if (would_capture(p, a))
        return rk_mx_of_leaf(p->s, rk_mx_fresh_leaf(p->s, b.rows, b.cols, 0));
    for (int i = 0; i < 2; i++)
        b.index[i] = put_scalar(p, a->index[i]);
    for (int i = 0; i < 3; i++)
        b.arg[i] = put_part(p, a, i);
    return is_whole_kron(a) ? rk_mx_kron_whole(p->s, b.arg[0], b.arg[1]) : rebuild(p, &b);
}

static const rk_mx *put_letter(putting *p, rk_letter a) {
    if (!mentions_leaf(p, a.leaf))
        return rk_mx_of_letter(p->s, a);
    const rk_mx *m = put_leaf(p, a.leaf);
    if (a.inverted)
        m = rk_mx_inv(p->s, m);
    return a.transposed ? m->transpose : m;
}

/* --- matrices ------------------------------------------------------------------------------ */

static const rk_mx *put_word(putting *p, rk_sc rows, const rk_word *w) {
    const rk_mx *product = rk_mx_eye(p->s, rows);
    for (size_t i = 0; i < w->length; i++)
        product = rk_mx_mul(p->s, product, put_letter(p, w->letter[i]));
    return rk_mx_scale(p->s, put_scalar(p, w->coef), product);
}

static const rk_mx *put_content(putting *p, const rk_mx *a) {
    rk_mxs *s = p->s;
    if (rk_mx_is_grid(a)) {
        size_t n = a->grid_rows * a->grid_cols;
        const rk_mx **cell = rk_arena_alloc(s->arena, n * sizeof *cell);
        for (size_t i = 0; i < n; i++)
            cell[i] = put_mx(p, a->cell[i]);
        return rk_mx_grid(s, a->grid_rows, a->grid_cols, cell);
    }
    rk_sc rows = put_scalar(p, a->rows), cols = put_scalar(p, a->cols);
    const rk_mx *sum = rk_mx_zero(s, rows, cols);
    for (size_t i = 0; i < a->nwords; i++)
        sum = rk_mx_add(s, sum, put_word(p, rows, &a->word[i]));
    return sum;
}

static const rk_mx *put_mx(putting *p, const rk_mx *a) {
    if (!mentions_mx(p, a))
        return a;
    rk_mx_memo m = memo_of(p, false, a);
    if (!rk_mx_recall(p->s, &m)) {
        m.result = put_content(p, a);
        rk_mx_remember(p->s, &m);
    }
    return m.result;
}

const rk_mx *rk_mx_put_sym(rk_mxs *s, const rk_mx *a, unsigned sym, rk_sc by) {
    putting p = {.s = s, .sym = sym, .value = by};
    return put_mx(&p, a);
}

const rk_mx *rk_mx_put_leaf(rk_mxs *s, const rk_mx *a, const rk_leaf *leaf, const rk_mx *by) {
    putting p = {.s = s, .leaf = leaf, .by = by};
    return put_mx(&p, a);
}
