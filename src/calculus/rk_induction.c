/* Folds over a symbolic number of layers. The invariant is the goal itself, with the fold replaced
   by an arbitrary matrix of its shape; where the number of layers is a dimension, it stands for the
   number of layers so far wherever it occurs. */
#include "base/rk_mem.h"
#include "rk_sequent.h"
#include "rk_walk.h"

enum { MOST_FOLDS = 4, MOST_GIVEN = 8 };

/* Folds of one range, each with the matrix that stands for its running value. */
typedef struct layers {
    rk_context *x;
    const rk_leaf *fold[MOST_FOLDS];
    const rk_mx *running[MOST_FOLDS];
    const rk_leaf *fresh[MOST_FOLDS]; /* what the running values are made of; NULL without folds */
    size_t n;
    bool shapes;  /* the number of layers is no size of a matrix */
    bool counted; /* the number of layers is generalised too */
    unsigned dim; /* counted: that dimension */
    rk_sc done;   /* layers so far: index of the last one */
} layers;

static void see_fold(void *self, const rk_leaf *leaf, rk_place place) {
    layers *l = self;
    (void)place;
    if (leaf->kind != RK_L_FOLD || l->n == MOST_FOLDS)
        return;
    if (l->n > 0 &&
        (leaf->index[0] != l->fold[0]->index[0] || leaf->index[1] != l->fold[0]->index[1]))
        return;
    for (size_t i = 0; i < l->n; i++)
        if (l->fold[i] == leaf)
            return;
    l->fold[l->n++] = leaf;
}

typedef struct loops {
    rk_mxs *store;
    const rk_leaf *fold;
    bool inside; /* the fold depends on the index of a loop around it */
} loops;

static void see_loop(void *self, const rk_leaf *leaf, rk_place place) {
    loops *l = self;
    (void)place;
    bool binds = leaf->kind == RK_L_SUM || leaf->kind == RK_L_HCAT || leaf->kind == RK_L_VCAT ||
                 leaf->kind == RK_L_PROD || leaf->kind == RK_L_FOLD;
    l->inside |= binds && leaf != l->fold && rk_leaf_mentions(l->store, l->fold, leaf->sym);
}

static void walk_goal(rk_context *x, rk_sc goal, const rk_mx *left, const rk_mx *right,
                      rk_visit *visit, void *self) {
    if (goal != NULL) {
        rk_walk_scalar(x->store, goal, RK_PLACE_WORD, visit, self);
        return;
    }
    rk_walk_matrix(x->store, left, RK_PLACE_WORD, visit, self);
    rk_walk_matrix(x->store, right, RK_PLACE_WORD, visit, self);
}

/* --- definedness ---------------------------------------------------------------------------- */

/* Induction passes through values at which the text need not be defined: it is barred where a
   partial operation stands over a fold, or over what is counted. Inside the fold every layer is
   defined. */
enum { SEEN = 1, FOLDS = 2, COUNTS = 4 };

typedef struct partials {
    const layers *l;
    unsigned char *seen; /* by the ids of terms */
    unsigned found;      /* what partial operations stand over */
} partials;

static bool is_partial(rk_op op) {
    return op == RK_T_INV || op == RK_T_DIV || op == RK_T_EDIV || op == RK_T_LOG ||
           op == RK_T_SQRT || op == RK_T_LAYERNORM || op == RK_T_RMSNORM || op == RK_T_BATCHNORM ||
           op == RK_T_POWER || op == RK_T_ENTRY || op == RK_T_ROW || op == RK_T_COL ||
           op == RK_T_SIGMA || op == RK_T_EIGABS || op == RK_T_ENTROPY || op == RK_T_STABLE_RANK ||
           op == RK_T_SOFTMAX;
}

/* The first argument that an operation may be undefined for. */
static size_t first_asked(rk_op op) {
    return op == RK_T_DIV || op == RK_T_EDIV || op == RK_T_SOFTMAX ? 1 : 0;
}

static unsigned scan(partials *p, const rk_term *t) {
    rk_scalars *s = p->l->x->scalars;
    if (p->seen[t->id] != 0)
        return p->seen[t->id];
    unsigned flags = SEEN, asked = 0;
    for (size_t i = 0; i < t->nkids; i++) {
        unsigned kid = scan(p, t->kid[i]);
        flags |= kid;
        asked |= i >= first_asked(t->op) ? kid : 0;
    }
    if (t->op == RK_T_FOLD)
        flags |= FOLDS;
    for (size_t i = 0; p->l->counted && i < 2; i++)
        if (t->ival[i] != NULL && rk_sc_mentions(s, rk_sc_size(s, t->ival[i]), p->l->dim))
            flags |= COUNTS;
    bool power =
        t->op == RK_T_POWER && rk_sc_at_least(s, rk_sc_size(s, t->ival[0]), 0); /* no inverse */
    if (is_partial(t->op) && !power)
        p->found |= asked | (t->nkids > first_asked(t->op) ? flags & COUNTS : 0);
    p->seen[t->id] = (unsigned char)flags;
    return flags;
}

static bool is_always_defined(const layers *l) {
    const rk_checked *c = l->x->calculus->checked;
    partials p = {.l = l, .seen = rk_arena_alloc(l->x->calculus->arena, c->nterms + 1)};
    for (size_t i = 0; i < c->nassumes; i++)
        scan(&p, c->assumes[i]);
    if (l->x->calculus->claim != NULL)
        scan(&p, l->x->calculus->claim);
    return (p.found & (FOLDS | COUNTS)) == 0;
}

/* One running value stands for the fold wherever it occurs, so it must be one matrix. */
static bool is_one_matrix(layers *l, rk_sc goal, const rk_mx *left, const rk_mx *right) {
    loops see = {.store = l->x->store};
    for (size_t i = 0; i < l->n; i++) {
        see.fold = l->fold[i];
        walk_goal(l->x, goal, left, right, see_loop, &see);
    }
    return !see.inside;
}

static void see_shape(void *self, const rk_leaf *leaf, rk_place place) {
    layers *l = self;
    (void)place;
    l->shapes &= !rk_sc_mentions(l->x->scalars, leaf->rows, l->dim) &&
                 !rk_sc_mentions(l->x->scalars, leaf->cols, l->dim);
}

/* A fold inside another is left for later: the running value of the outer one comes first. */
static void drop_inner(layers *l) {
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        bool inner = false;
        for (size_t j = 0; j < l->n; j++)
            for (size_t k = 0; k < 2; k++)
                inner |= j != i && rk_mx_mentions_leaf(l->x->store, l->fold[j]->arg[k], l->fold[i]);
        if (!inner)
            l->fold[kept++] = l->fold[i];
    }
    l->n = kept;
}

/* --- substitution --------------------------------------------------------------------------- */

typedef enum moment { START, RUNNING, STEP } moment;

static const rk_mx *value_at(layers *l, size_t i, moment m) {
    const rk_leaf *f = l->fold[i];
    rk_mxs *s = l->x->store;
    rk_scalars *sc = l->x->scalars;
    if (m == START)
        return f->arg[0];
    if (m == RUNNING)
        return l->running[i];
    rk_leaf acc = {.kind = RK_L_ACC, .sym = f->sym, .rows = f->rows, .cols = f->cols};
    rk_sc layer = rk_sc_add(sc, l->done, rk_sc_int(sc, 1));
    return rk_mx_put_leaf(s, rk_mx_put_sym(s, f->arg[1], f->sym, layer), rk_mx_leaf(s, &acc),
                          l->running[i]);
}

/* The number of layers that have been gone through at this moment. */
static rk_sc count_at(layers *l, moment m) {
    rk_scalars *s = l->x->scalars;
    if (m == START)
        return rk_sc_sub(s, l->fold[0]->index[0], rk_sc_int(s, 1));
    return m == RUNNING ? l->done : rk_sc_add(s, l->done, rk_sc_int(s, 1));
}

/* Leaves exchanged for matrices. */
typedef struct exchange {
    layers *l;
    const rk_leaf *from[MOST_FOLDS];
    const rk_mx *to[MOST_FOLDS];
} exchange;

static const rk_mx *exchanged(const exchange *e, const rk_mx *a) {
    for (size_t i = 0; i < e->l->n; i++)
        a = rk_mx_put_leaf(e->l->x->store, a, e->from[i], e->to[i]);
    return a;
}

static rk_sc exchanged_quantity(void *self, const rk_quantity *q) {
    const exchange *e = self;
    rk_context *x = e->l->x;
    if (q->nmx == 0)
        return NULL;
    if (q->kind == RK_Q_RANK)
        return rk_mx_rank(x->store, exchanged(e, q->mx[0]));
    if (q->kind == RK_Q_TRACE)
        return rk_reader_trace(x->reader, exchanged(e, q->mx[0]));
    if (q->kind == RK_Q_OF_TERM && (q->op == RK_T_NORM_2 || q->op == RK_T_NORM_INF))
        return rk_reader_norm(x->reader, q->op == RK_T_NORM_2 ? RK_NORM_TWO : RK_NORM_INF,
                              exchanged(e, q->mx[0]));
    rk_quantity changed = *q;
    rk_sc *arg = rk_arena_alloc(x->calculus->arena, (q->nargs + 1) * sizeof *arg);
    for (size_t i = 0; i < q->nmx; i++)
        changed.mx[i] = exchanged(e, q->mx[i]);
    for (size_t i = 0; i < q->nargs; i++)
        arg[i] = rk_sc_map(x->scalars, q->arg[i], exchanged_quantity, self);
    changed.arg = arg;
    return rk_sc_quantity(x->scalars, &changed);
}

/* In two steps, folds to fresh leaves and these to the values: the count is put in between and
   must not reach into the values. */
static void exchanges(layers *l, moment m, exchange *out, exchange *in) {
    *out = *in = (exchange){.l = l};
    for (size_t i = 0; i < l->n; i++) {
        const rk_leaf *f = l->fold[i];
        in->from[i] = rk_mx_fresh_leaf(l->x->store, f->rows, f->cols, 0);
        in->to[i] = value_at(l, i, m);
        out->from[i] = f;
        out->to[i] = rk_mx_of_leaf(l->x->store, in->from[i]);
    }
}

static const rk_mx *matrix_at(layers *l, const rk_mx *a, moment m) {
    exchange out, in;
    exchanges(l, m, &out, &in);
    a = exchanged(&out, a);
    if (l->counted)
        a = rk_mx_put_sym(l->x->store, a, l->dim, count_at(l, m));
    return exchanged(&in, a);
}

static rk_sc scalar_at(layers *l, rk_sc a, moment m) {
    rk_scalars *s = l->x->scalars;
    exchange out, in;
    exchanges(l, m, &out, &in);
    a = rk_sc_map(s, a, exchanged_quantity, &out);
    if (l->counted)
        a = rk_sc_put(s, a, l->dim, count_at(l, m));
    return rk_sc_map(s, a, exchanged_quantity, &in);
}

/* --- the step ------------------------------------------------------------------------------- */

static const rk_fact *given(layers *l, rk_law law, rk_sc value, bool equation) {
    rk_fact *f = rk_arena_alloc(l->x->calculus->arena, sizeof *f);
    *f = (rk_fact){.law = law, .value = value, .equation = equation};
    return f;
}

static rk_invariant *invariant_of(layers *l) {
    rk_arena *arena = l->x->calculus->arena;
    rk_invariant *i = rk_arena_alloc(arena, sizeof *i);
    const rk_leaf **fold = rk_arena_alloc(arena, MOST_FOLDS * sizeof *fold);
    const rk_mx **running = rk_arena_alloc(arena, MOST_FOLDS * sizeof *running);
    const rk_leaf **fresh = rk_arena_alloc(arena, MOST_FOLDS * sizeof *fresh);
    *i = (rk_invariant){.fold = fold, .running = running, .fresh = fresh, .nfolds = l->n};
    for (size_t k = 0; k < l->n; k++) {
        fold[k] = l->fold[k];
        running[k] = l->running[k];
        fresh[k] = l->fresh[k];
    }
    if (l->n > 0) {
        i->low = l->fold[0]->index[0];
        i->high = l->fold[0]->index[1];
    }
    return i;
}

static const rk_invariant *number_invariant(layers *l, rk_sc value, bool equation, rk_sc least) {
    rk_invariant *i = invariant_of(l);
    i->value = value;
    i->equation = equation;
    i->low = least != NULL ? least : i->low;
    return i;
}

static const rk_invariant *matrix_invariant(layers *l, const rk_mx *left, const rk_mx *right,
                                            rk_sc least) {
    rk_invariant *i = invariant_of(l);
    i->left = left;
    i->right = right;
    i->low = least != NULL ? least : i->low;
    return i;
}

static rk_derivation *induction_node(layers *l, rk_sc goal, const rk_invariant *invariant,
                                     rk_derivation *start, rk_derivation *step) {
    rk_derivation *d = rk_derivation_new(l->x, RK_N_INDUCTION);
    d->invariant = invariant;
    d->goal = goal;
    d->sym = rk_canon_atom_get(rk_scalars_canons(l->x->scalars), l->done->atom[0])->index;
    d->fold = l->fold[0];
    d->fresh = l->fresh[0];
    d->kid = rk_arena_alloc(l->x->calculus->arena, 2 * sizeof *d->kid);
    d->kid[d->nkids++] = start;
    d->kid[d->nkids++] = step;
    return d;
}

/* low - 1 <= done <= high - 1 */
static void range_facts(layers *l, const rk_fact **out) {
    rk_scalars *s = l->x->scalars;
    rk_sc one = rk_sc_int(s, 1), low = rk_sc_sub(s, l->fold[0]->index[0], one);
    rk_sc high = rk_sc_sub(s, l->fold[0]->index[1], one);
    out[0] = given(l, RK_LAW_CASE, rk_sc_sub(s, l->done, low), false);
    out[1] = given(l, RK_LAW_CASE, rk_sc_sub(s, high, l->done), false);
}

static rk_derivation *prove_step(layers *l, rk_sc goal, bool equation) {
    rk_context *x = l->x;
    const rk_fact *extra[3 + MOST_GIVEN];
    range_facts(l, extra);
    rk_sc hypothesis = scalar_at(l, goal, RUNNING);
    extra[2] = given(l, RK_LAW_INDUCTION, hypothesis, equation);
    size_t n = 3 + rk_context_instances(x, l->fold[0]->index[0], l->fold[0]->index[1],
                                        count_at(l, STEP), extra + 3, MOST_GIVEN);
    const rk_leaf *outer_step = x->step, *outer_fold = x->fold;
    rk_sc outer_index = x->step_index, outer_hypothesis = x->step_hypothesis;
    x->step = l->fresh[0];
    x->fold = l->fold[0];
    x->step_index = count_at(l, STEP);
    x->step_hypothesis = hypothesis;
    rk_sc next = scalar_at(l, goal, STEP);
    rk_context_renew(x);
    rk_derivation *d =
        equation ? rk_prove_zero(x, next, extra, n) : rk_prove_nonnegative(x, next, extra, n);
    x->step = outer_step;
    x->fold = outer_fold;
    x->step_index = outer_index;
    x->step_hypothesis = outer_hypothesis;
    return d;
}

static rk_derivation *prove_number(layers *l, rk_sc goal, bool equation) {
    rk_sc first = scalar_at(l, goal, START);
    rk_context_renew(l->x);
    rk_derivation *start =
        equation ? rk_prove_zero(l->x, first, NULL, 0) : rk_prove_nonnegative(l->x, first, NULL, 0);
    rk_derivation *step = start == NULL ? NULL : prove_step(l, goal, equation);
    if (step == NULL)
        return NULL;
    const rk_invariant *i = number_invariant(l, scalar_at(l, goal, RUNNING), equation, NULL);
    return induction_node(l, goal, i, start, step);
}

/* left is the fold itself; the hypothesis is put in for the running value. */
static rk_derivation *prove_matrix(layers *l, size_t i, const rk_mx *right) {
    rk_mxs *s = l->x->store;
    const rk_mx *first = matrix_at(l, right, START), *now = matrix_at(l, right, RUNNING);
    if (rk_mx_mentions_leaf(s, now, l->fold[i]) || rk_mx_mentions_leaf(s, now, l->fresh[i]))
        return NULL;
    if (l->fold[i]->arg[0] != first)
        return NULL;
    const rk_invariant *invariant = matrix_invariant(l, l->running[i], now, NULL);
    l->running[i] = now;
    const rk_mx *stepped = value_at(l, i, STEP), *next = matrix_at(l, right, STEP);
    if (stepped != next)
        return NULL;
    rk_derivation *start = rk_derivation_new(l->x, RK_N_IDENTITY);
    rk_derivation *step = rk_derivation_new(l->x, RK_N_IDENTITY);
    start->left = start->right = first;
    step->left = stepped;
    step->right = next;
    return induction_node(l, NULL, invariant, start, step);
}

/* --- exponents ------------------------------------------------------------------------------ */

/* A power whose exponent is a dimension that is the size of nothing. */
typedef struct exponent {
    layers *l;
    const rk_leaf *power;
} exponent;

static void see_power(void *self, const rk_leaf *leaf, rk_place place) {
    exponent *e = self;
    rk_scalars *s = e->l->x->scalars;
    (void)place;
    if (e->power == NULL && leaf->kind == RK_L_POWER && leaf->index[0]->natoms == 1) {
        const rk_atom *a = rk_canon_atom_get(rk_scalars_canons(s), leaf->index[0]->atom[0]);
        if (a->kind == RK_A_SYM && leaf->index[0] == rk_sc_sym(s, a->index))
            e->power = leaf;
    }
}

static bool is_in_hypotheses(const layers *l) {
    rk_context *x = l->x;
    for (const rk_hypothesis *h = x->hypotheses; h != NULL; h = h->next)
        if (h->range != NULL)
            return true;
    for (size_t i = 0; i < x->nassumptions; i++) {
        const rk_assumption *a = &x->assumption[i];
        if ((a->value != NULL && rk_sc_mentions(x->scalars, a->value, l->dim)) ||
            (a->left != NULL && rk_mx_mentions_sym(x->store, a->left, l->dim)) ||
            (a->right != NULL && rk_mx_mentions_sym(x->store, a->right, l->dim)) ||
            (a->term != NULL && a->value == NULL && a->left == NULL))
            return true;
    }
    return false;
}

static const rk_dim *open_dimension(const rk_checked *c, unsigned sym) {
    for (size_t i = 0; i < c->ndims; i++)
        if (c->dims[i].sym == sym && c->dims[i].kind == RK_DIM_FROM)
            return &c->dims[i];
    return NULL;
}

/* Induction over the exponent: from its least value on, from k to k + 1. */
static rk_derivation *number_by_exponent(layers *l, rk_sc goal, bool equation, rk_sc least) {
    rk_context *x = l->x;
    rk_scalars *s = x->scalars;
    rk_sc first = rk_sc_put(s, goal, l->dim, least);
    rk_sc next = rk_sc_put(s, goal, l->dim, rk_sc_add(s, l->done, rk_sc_int(s, 1)));
    rk_context_renew(x);
    rk_derivation *start =
        equation ? rk_prove_zero(x, first, NULL, 0) : rk_prove_nonnegative(x, first, NULL, 0);
    if (start == NULL)
        return NULL;
    const rk_fact *hypothesis = given(l, RK_LAW_INDUCTION, goal, equation);
    rk_context_renew(x);
    rk_derivation *step = equation ? rk_prove_zero(x, next, &hypothesis, 1)
                                   : rk_prove_nonnegative(x, next, &hypothesis, 1);
    if (step == NULL)
        return NULL;
    return induction_node(l, goal, number_invariant(l, goal, equation, least), start, step);
}

/* The hypothesis left == right, put in where left is the power itself; or the two sides grow by the
   same. */
static rk_derivation *matrix_by_exponent(layers *l, const rk_leaf *power, const rk_mx *left,
                                         const rk_mx *right, rk_sc least) {
    rk_mxs *s = l->x->store;
    rk_sc more = rk_sc_add(l->x->scalars, l->done, rk_sc_int(l->x->scalars, 1));
    const rk_mx *first = rk_mx_put_sym(s, left, l->dim, least);
    if (first != rk_mx_put_sym(s, right, l->dim, least))
        return NULL;
    const rk_mx *next = rk_mx_put_sym(s, left, l->dim, more);
    const rk_mx *wanted = rk_mx_put_sym(s, right, l->dim, more);
    const rk_letter *letter = rk_mx_letter(left);
    if (letter != NULL && letter->leaf == power && !letter->transposed && !letter->inverted)
        next = rk_mx_mul(s, right, power->arg[0]);
    else
        next = rk_mx_sub(s, next, rk_mx_sub(s, left, right));
    if (next != wanted)
        return NULL;
    rk_derivation *start = rk_derivation_new(l->x, RK_N_IDENTITY);
    rk_derivation *step = rk_derivation_new(l->x, RK_N_IDENTITY);
    start->left = start->right = first;
    step->left = next;
    step->right = wanted;
    return induction_node(l, NULL, matrix_invariant(l, left, right, least), start, step);
}

static rk_derivation *by_exponent(rk_context *x, rk_sc goal, bool equation, const rk_mx *left,
                                  const rk_mx *right) {
    layers l = {.x = x, .shapes = true};
    exponent e = {.l = &l};
    walk_goal(x, goal, left, right, see_power, &e);
    if (e.power == NULL || x->calculus->generic)
        return NULL;
    l.done = e.power->index[0];
    l.dim = rk_canon_atom_get(rk_scalars_canons(x->scalars), l.done->atom[0])->index;
    const rk_dim *dim = open_dimension(x->calculus->checked, l.dim);
    walk_goal(x, goal, left, right, see_shape, &l);
    l.counted = true;
    if (dim == NULL || !l.shapes || is_in_hypotheses(&l) || !is_always_defined(&l))
        return NULL;
    rk_sc least = rk_sc_int(x->scalars, dim->low);
    if (goal != NULL)
        return number_by_exponent(&l, goal, equation, least);
    rk_derivation *d = matrix_by_exponent(&l, e.power, left, right, least);
    return d != NULL ? d : matrix_by_exponent(&l, e.power, right, left, least);
}

/* --- entry ---------------------------------------------------------------------------------- */

static bool set_up(layers *l, bool counted) {
    rk_context *x = l->x;
    rk_scalars *s = x->scalars;
    drop_inner(l);
    if (l->n == 0)
        return false;
    const rk_leaf *f = l->fold[0];
    rk_sc one = rk_sc_int(s, 1), length = rk_sc_sub(s, rk_sc_add(s, f->index[1], one), f->index[0]);
    if (!rk_sc_at_least(s, length, 0))
        return false;
    unsigned sym = rk_size_symbol(x->calculus->checked->sizes, "l", NULL);
    int64_t low;
    if (rk_sc_is_int(s, f->index[0], &low))
        rk_sc_bound(s, sym, low - 1);
    l->done = rk_sc_sym(s, sym);
    for (size_t i = 0; i < l->n; i++) {
        l->fresh[i] = rk_mx_fresh_leaf(x->store, l->fold[i]->rows, l->fold[i]->cols, 0);
        l->running[i] = rk_mx_of_leaf(x->store, l->fresh[i]);
    }
    l->counted = counted;
    return true;
}

/* Is the last layer a dimension that is the size of no matrix, and that no hypothesis compares? The
   goal is put at other values of it, but was read with the signs that hold for this one. */
static bool can_count(layers *l, rk_sc goal, const rk_mx *left, const rk_mx *right) {
    rk_context *x = l->x;
    rk_sc high = l->fold[0]->index[1];
    const rk_atom *a =
        high->natoms == 1 ? rk_canon_atom_get(rk_scalars_canons(x->scalars), high->atom[0]) : NULL;
    if (a == NULL || a->kind != RK_A_SYM || high != rk_sc_sym(x->scalars, a->index) ||
        rk_context_compares(x, a->index))
        return false;
    l->dim = a->index;
    l->shapes = true;
    walk_goal(x, goal, left, right, see_shape, l);
    return l->shapes;
}

static rk_derivation *matrices(layers *l, const rk_mx *left, const rk_mx *right) {
    const rk_letter *a = rk_mx_letter(left), *b = rk_mx_letter(right);
    for (size_t i = 0; i < l->n; i++) {
        rk_derivation *d = NULL;
        if (a != NULL && a->leaf == l->fold[i] && !a->transposed && !a->inverted)
            d = prove_matrix(l, i, right);
        else if (b != NULL && b->leaf == l->fold[i] && !b->transposed && !b->inverted)
            d = prove_matrix(l, i, left);
        if (d != NULL)
            return d;
    }
    return NULL;
}

static rk_derivation *attempt(rk_context *x, rk_sc goal, bool equation, const rk_mx *left,
                              const rk_mx *right, bool counted) {
    layers l = {.x = x};
    walk_goal(x, goal, left, right, see_fold, &l);
    l.counted = counted;
    if (counted && l.n > 0 && !can_count(&l, goal, left, right))
        return NULL;
    if (l.n == 0 || !is_always_defined(&l) || !is_one_matrix(&l, goal, left, right) ||
        !set_up(&l, counted))
        return NULL;
    return goal != NULL ? prove_number(&l, goal, equation) : matrices(&l, left, right);
}

rk_derivation *rk_prove_by_induction(rk_context *x, rk_sc goal, bool equation, const rk_mx *left,
                                     const rk_mx *right) {
    if (x->step != NULL)
        return NULL;
    rk_instances *before = x->instances;
    rk_derivation *d = attempt(x, goal, equation, left, right, false);
    d = d != NULL ? d : attempt(x, goal, equation, left, right, true);
    d = d != NULL ? d : by_exponent(x, goal, equation, left, right);
    x->instances = before;
    return d;
}
