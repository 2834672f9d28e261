/* The store of one sequent: equations among the hypotheses become rules, everything is read modulo
   them, the other hypotheses become facts. */
#include "rk_sequent.h"
#include "scalar_inside.h"

#include <string.h>

#include "base/rk_mem.h"

/* --- what kind of hypothesis ---------------------------------------------------------------- */

bool rk_term_is_number(const rk_context *x, const rk_term *t) {
    rk_sizes *sizes = x->calculus->checked->sizes;
    int64_t rows, cols;
    return rk_size_is_const(sizes, t->rows, &rows) && rk_size_is_const(sizes, t->cols, &cols) &&
           rows == 1 && cols == 1;
}

static bool is_matrix_compare(const rk_context *x, const rk_literal *l, rk_cmp cmp) {
    return l->term->op == RK_T_COMPARE && l->term->cmp == cmp &&
           !rk_term_is_number(x, l->term->kid[0]);
}

/* A == B between matrices: holds when not negated. */
static bool is_matrix_equation(const rk_context *x, const rk_literal *l) {
    return (!l->negated && is_matrix_compare(x, l, RK_EQ)) ||
           (l->negated && is_matrix_compare(x, l, RK_NE));
}

static bool is_number_equation(const rk_context *x, const rk_literal *l) {
    return l->term->op == RK_T_COMPARE && l->term->cmp == (l->negated ? RK_NE : RK_EQ) &&
           rk_term_is_number(x, l->term->kid[0]) && rk_term_is_number(x, l->term->kid[1]);
}

static bool is_matrix_difference(const rk_context *x, const rk_literal *l) {
    return (l->negated && is_matrix_compare(x, l, RK_EQ)) ||
           (!l->negated && is_matrix_compare(x, l, RK_NE));
}

/* --- rules ---------------------------------------------------------------------------------- */

static void add_rule(rk_context *x, const rk_mx *a, const rk_mx *b, unsigned origin) {
    const rk_mx *d = rk_mx_sub(x->store, a, b);
    if (!rk_mx_is_grid(d)) {
        rk_rewrite_add(x->rewrite, a, b, origin);
        return;
    }
    for (size_t i = 0; i < d->grid_rows * d->grid_cols; i++)
        rk_rewrite_add_cell(x->rewrite, d->cell[i],
                            rk_mx_zero(x->store, d->cell[i]->rows, d->cell[i]->cols), origin,
                            (unsigned)(i / d->grid_cols), (unsigned)(i % d->grid_cols));
}

/* The rows of a variable A lie in the row space of B: A = K*B for some K. */
static void span_rule(rk_context *x, const rk_literal *l, unsigned origin) {
    bool rows = l->term->op == RK_T_IN_ROWSPAN;
    const rk_mx *a = rk_read_matrix(x->reader, l->term->kid[0]);
    const rk_mx *b = rk_read_matrix(x->reader, l->term->kid[1]);
    const rk_letter *letter = rk_mx_letter(a);
    if (l->negated || letter == NULL || letter->leaf->kind != RK_L_VAR ||
        rk_mx_mentions_leaf(x->store, b, letter->leaf))
        return;
    rk_sc n = rows ? a->rows : b->cols, m = rows ? b->rows : a->cols;
    const rk_mx *k = rk_mx_of_leaf(x->store, rk_mx_fresh_leaf(x->store, n, m, 0));
    add_rule(x, a, rows ? rk_mx_mul(x->store, k, b) : rk_mx_mul(x->store, b, k), origin);
}

static rk_cmp comparison_of(const rk_literal *l) {
    return l->negated ? rk_cmp_negation(l->term->cmp) : l->term->cmp;
}

static bool compares_numbers(const rk_context *x, const rk_term *t) {
    return t->op == RK_T_COMPARE && rk_term_is_number(x, t->kid[0]) &&
           rk_term_is_number(x, t->kid[1]);
}

static rk_sc raw_difference(rk_context *x, rk_cmp cmp, rk_sc a, rk_sc b) {
    bool turned = cmp == RK_GE || cmp == RK_GT;
    return turned ? rk_sc_sub(x->scalars, a, b) : rk_sc_sub(x->scalars, b, a);
}

/* Signs are known before anything is read, since normal forms depend on them. */
static void take_sign(rk_context *x, const rk_literal *l) {
    rk_cmp cmp = comparison_of(l);
    if (cmp == RK_EQ)
        return;
    rk_sc left = rk_read_scalar(x->reader, l->term->kid[0]);
    rk_sc right = rk_read_scalar(x->reader, l->term->kid[1]);
    rk_sc difference = raw_difference(x, cmp, left, right);
    if (cmp == RK_NE)
        rk_sc_assume_nonzero(x->scalars, difference);
    else
        rk_sc_assume_nonnegative(x->scalars, difference, cmp == RK_LT || cmp == RK_GT);
}

/* Twice: an assumption may be read otherwise when the signs that others say are known. */
static void take_signs(rk_context *x, const rk_hypothesis *hypotheses) {
    for (int round = 0; round < 2; round++) {
        for (const rk_hypothesis *h = hypotheses; h != NULL; h = h->next)
            if (h->literal.term != NULL && compares_numbers(x, h->literal.term))
                take_sign(x, &h->literal);
        rk_reader_restart(x->reader);
    }
}

bool rk_context_compares(rk_context *x, unsigned sym) {
    for (const rk_hypothesis *h = x->hypotheses; h != NULL; h = h->next) {
        const rk_term *t = h->literal.term;
        if (t != NULL && compares_numbers(x, t) && comparison_of(&h->literal) != RK_EQ &&
            (rk_sc_mentions(x->scalars, rk_read_scalar(x->reader, t->kid[0]), sym) ||
             rk_sc_mentions(x->scalars, rk_read_scalar(x->reader, t->kid[1]), sym)))
            return true;
    }
    return false;
}

static void take_rules(rk_context *x, const rk_hypothesis *h) {
    unsigned origin = 0;
    for (; h != NULL; h = h->next, origin++)
        if (h->literal.term != NULL &&
            (h->literal.term->op == RK_T_IN_ROWSPAN || h->literal.term->op == RK_T_IN_COLSPAN))
            span_rule(x, &h->literal, origin);
        else if (h->literal.term != NULL &&
                 (is_matrix_equation(x, &h->literal) || is_number_equation(x, &h->literal)))
            add_rule(x, rk_read_matrix(x->reader, h->literal.term->kid[0]),
                     rk_read_matrix(x->reader, h->literal.term->kid[1]), origin);
    rk_rewrite_complete(x->rewrite);
    rk_mxs_attach(x->store, x->rewrite);
    rk_reader_restart(x->reader);
}

/* --- facts ---------------------------------------------------------------------------------- */

static unsigned add_fact(rk_context *x, rk_sc value, bool equation, unsigned origin) {
    rk_fact f = {.law = RK_LAW_HYPOTHESIS, .value = value, .equation = equation, .origin = origin};
    rk_instances_want_scalar(x->instances, value);
    return rk_instances_add(x->instances, &f);
}

static void note(rk_assumption *a, rk_sc value, bool equation) {
    a->value = value;
    a->equation = equation;
}

/* What a comparison of numbers says, as value >= 0 or value == 0; NULL: nothing linear. A strict
   one between numbers that need not be integers says as much as one that is not. */
static rk_sc comparison(rk_context *x, rk_cmp cmp, rk_sc a, rk_sc b, bool *equation) {
    rk_scalars *s = x->scalars;
    bool strict = cmp == RK_LT || cmp == RK_GT;
    *equation = cmp == RK_EQ;
    if (cmp == RK_NE)
        return NULL;
    rk_sc value = raw_difference(x, cmp, a, b);
    if (*equation)
        return value;
    rk_sc rounded = rk_sc_rounded(s, rk_without_positive(x, value), strict);
    return rounded != NULL ? rounded : value;
}

/* rank(kron(A, B)) as rank(A)*rank(B): then a common factor can be seen. */
typedef struct factoring {
    rk_context *x;
    unsigned uses[4]; /* facts that were used; the first is the hypothesis */
    size_t n;
} factoring;

static rk_sc kron_factors(void *self, const rk_quantity *q) {
    factoring *k = self;
    rk_context *x = k->x;
    const rk_letter *l = q->kind == RK_Q_RANK ? rk_mx_letter(q->mx[0]) : NULL;
    if (l == NULL || l->leaf->kind != RK_L_KRON || k->n == 4)
        return NULL;
    rk_sc a = rk_mx_rank(x->store, l->leaf->arg[0]), b = rk_mx_rank(x->store, l->leaf->arg[1]);
    rk_sc product = rk_sc_mul(x->scalars, a, b);
    rk_fact f = {.law = RK_LAW_KRON,
                 .value = rk_sc_sub(x->scalars, rk_mx_rank(x->store, q->mx[0]), product),
                 .equation = true,
                 .matrix = l->leaf->arg,
                 .nmatrices = 2};
    k->uses[k->n++] = rk_instances_add(x->instances, &f);
    return product;
}

/* A hypothesis (fact `given`) without its positive factors. */
static void add_cancelled(rk_context *x, rk_sc value, bool equation, unsigned given) {
    factoring k = {x, {given}, 1};
    const unsigned char *off = x->calculus->options.limits.disabled;
    rk_sc plain = off[RK_LAW_KRON] ? value : rk_sc_map(x->scalars, value, kron_factors, &k);
    rk_fact f = {.law = RK_LAW_CANCEL,
                 .value = rk_without_positive(x, plain),
                 .equation = equation,
                 .raw = value,
                 .uses = k.uses,
                 .nuses = k.n};
    if (f.value == plain || off[RK_LAW_CANCEL])
        return;
    rk_instances_add(x->instances, &f);
    rk_instances_want_scalar(x->instances, f.value);
}

/* det(A) == 0 */
static void take_singular(rk_context *x, const rk_mx *a, unsigned origin) {
    rk_fact f = {.law = RK_LAW_SINGULAR, .nmatrices = 1, .origin = origin};
    const rk_mx **mx = rk_arena_alloc(x->calculus->arena, sizeof *mx);
    *mx = a;
    f.matrix = mx;
    f.value = rk_singular_gap(x, a);
    if (x->calculus->options.limits.disabled[RK_LAW_SINGULAR])
        return;
    rk_instances_add(x->instances, &f);
    rk_instances_want(x->instances, a);
}

/* T <= 0 for a T that is 0 only where M is (fact `given`): M is 0. */
static void add_vanishing(rk_context *x, rk_sc value, bool equation, unsigned given) {
    rk_sc minus = rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), value);
    const rk_mx *m = rk_measured(x, minus);
    m = m == NULL && equation ? rk_measured(x, value) : m;
    if (m == NULL || x->calculus->options.limits.disabled[RK_LAW_VANISHING])
        return;
    rk_fact f = {.law = RK_LAW_VANISHING, .raw = value, .uses = &given, .nuses = 1, .nmatrices = 1};
    const rk_mx **mx = rk_arena_alloc(x->calculus->arena, sizeof *mx);
    *mx = m;
    f.matrix = mx;
    f.value = rk_sc_sub(x->scalars, rk_sc_int(x->scalars, 0), rk_mx_rank(x->store, m));
    rk_instances_add(x->instances, &f);
    rk_instances_want(x->instances, m);
}

static void take_numbers(rk_context *x, const rk_literal *l, unsigned origin, rk_assumption *a) {
    const rk_term *t = l->term;
    rk_cmp cmp = comparison_of(l);
    rk_sc left = rk_read_scalar(x->reader, t->kid[0]), right = rk_read_scalar(x->reader, t->kid[1]);
    rk_sc difference = rk_sc_sub(x->scalars, left, right);
    bool equation;
    if (cmp == RK_NE)
        a->unequal = difference;
    bool unequal = cmp == RK_NE || cmp == RK_GT || cmp == RK_LT;
    if (unequal && t->kid[0]->op == RK_T_DET && rk_sc_is_zero(right))
        rk_instances_invertible(x->instances, rk_read_matrix(x->reader, t->kid[0]->kid[0]));
    rk_sc value = comparison(x, cmp, left, right, &equation);
    if (value == NULL)
        return;
    note(a, value, equation);
    if (equation && t->kid[0]->op == RK_T_DET && rk_sc_is_zero(right))
        take_singular(x, rk_read_matrix(x->reader, t->kid[0]->kid[0]), origin);
    rk_fact f = {.law = RK_LAW_HYPOTHESIS, .value = value, .equation = equation, .origin = origin};
    f.raw = raw_difference(x, cmp, left, right);
    f.strict = cmp == RK_LT || cmp == RK_GT;
    f.bare = rk_without_positive(x, f.raw);
    rk_instances_want_scalar(x->instances, value);
    unsigned given = rk_instances_add(x->instances, &f);
    add_cancelled(x, value, equation, given);
    add_vanishing(x, value, equation, given);
}

/* rank([A; B]) == rank(B), or at least one more. */
static void take_span(rk_context *x, const rk_literal *l, unsigned origin, rk_assumption *a) {
    rk_sc gap = rk_span_gap(x, l->term);
    rk_sc value = l->negated ? rk_sc_sub(x->scalars, gap, rk_sc_int(x->scalars, 1)) : gap;
    note(a, value, !l->negated);
    add_fact(x, value, !l->negated, origin);
}

static void take_matrices(rk_context *x, const rk_literal *l, unsigned origin, rk_assumption *a) {
    a->left = rk_read_matrix(x->reader, l->term->kid[0]);
    a->right = rk_read_matrix(x->reader, l->term->kid[1]);
    const rk_mx *d = rk_mx_sub(x->store, a->left, a->right);
    rk_sc rank = rk_mx_rank(x->store, d);
    bool equal = is_matrix_equation(x, l);
    if (equal && rk_sc_is_zero(rank))
        return;
    note(a, equal ? rank : rk_sc_sub(x->scalars, rank, rk_sc_int(x->scalars, 1)), equal);
    add_fact(x, a->value, equal, origin);
}

static void take_range(rk_context *x, const rk_term *loop, unsigned origin) {
    rk_scalars *s = x->scalars;
    rk_sc sym = rk_sc_sym(s, loop->sym);
    int64_t low;
    rk_sc first = rk_sc_size(s, loop->ival[0]), last = rk_sc_size(s, loop->ival[1]);
    if (rk_sc_is_int(s, first, &low))
        rk_sc_bound(s, loop->sym, low);
    add_fact(x, rk_sc_sub(s, sym, first), false, origin);
    add_fact(x, rk_sc_sub(s, last, sym), false, origin);
}

/* --- families ------------------------------------------------------------------------------- */

/* The comparisons of numbers that a truth value is a conjunction of. */
static size_t conjuncts(const rk_context *x, const rk_term *t, const rk_term **out, size_t n,
                        size_t most) {
    if (t->op == RK_T_AND)
        for (size_t i = 0; i < t->nkids; i++)
            n = conjuncts(x, t->kid[i], out, n, most);
    else if (n < most && compares_numbers(x, t))
        out[n++] = t;
    return n;
}

enum { MOST_CONJUNCTS = 8 };

static const rk_fact *instance_of(rk_context *x, const rk_term *t, unsigned sym, rk_sc index,
                                  unsigned origin) {
    rk_scalars *s = x->scalars;
    rk_sc a = rk_sc_put(s, rk_read_scalar(x->reader, t->kid[0]), sym, index);
    rk_sc b = rk_sc_put(s, rk_read_scalar(x->reader, t->kid[1]), sym, index);
    rk_fact *f = rk_arena_alloc(x->calculus->arena, sizeof *f);
    *f = (rk_fact){.law = RK_LAW_HYPOTHESIS, .origin = origin, .at = index};
    f->raw = raw_difference(x, t->cmp, a, b);
    f->strict = t->cmp == RK_LT || t->cmp == RK_GT;
    f->bare = rk_without_positive(x, f->raw);
    f->value = comparison(x, t->cmp, a, b, &f->equation);
    return f->value == NULL ? NULL : f;
}

size_t rk_context_instances(rk_context *x, rk_sc low, rk_sc high, rk_sc index, const rk_fact **out,
                            size_t most) {
    size_t n = 0;
    unsigned origin = 0;
    for (const rk_hypothesis *h = x->hypotheses; h != NULL; h = h->next, origin++) {
        const rk_term *loop = h->literal.term, *part[MOST_CONJUNCTS];
        if (loop == NULL || h->literal.negated || loop->op != RK_T_LOOP_ALL ||
            rk_sc_size(x->scalars, loop->ival[0]) != low ||
            rk_sc_size(x->scalars, loop->ival[1]) != high)
            continue;
        size_t parts = conjuncts(x, loop->kid[0], part, 0, MOST_CONJUNCTS);
        for (size_t i = 0; i < parts && n < most; i++)
            if ((out[n] = instance_of(x, part[i], loop->sym, index, origin)) != NULL)
                n++;
    }
    return n;
}

/* All members together, where their number is known not to be negative. */
static void take_family(rk_context *x, const rk_term *loop, rk_sc low, rk_sc high) {
    const rk_fact *fact[MOST_CONJUNCTS];
    rk_sc index = rk_sc_sym(x->scalars, loop->sym);
    size_t n = rk_context_instances(x, low, high, index, fact, MOST_CONJUNCTS);
    for (size_t k = 0; k < n; k++)
        rk_instances_add_family(x->instances, fact[k], loop->sym, low, high);
}

/* The first, the last and, of short ranges, every member; and all of them summed. */
static void take_members(rk_context *x, const rk_term *loop) {
    rk_scalars *s = x->scalars;
    rk_sc low = rk_sc_size(s, loop->ival[0]), high = rk_sc_size(s, loop->ival[1]);
    const rk_fact *fact[MOST_CONJUNCTS];
    int64_t length;
    take_family(x, loop, low, high);
    rk_sc more = rk_sc_sub(s, high, low);
    if (!rk_sc_at_least(s, more, 0))
        return;
    if (!rk_sc_is_int(s, more, &length) || length > 8)
        length = 1;
    for (int64_t i = 0; i <= length; i++) {
        bool last = i == length;
        rk_sc index = last ? high : rk_sc_add(s, low, rk_sc_int(s, i));
        size_t n = rk_context_instances(x, low, high, index, fact, MOST_CONJUNCTS);
        for (size_t k = 0; k < n; k++) {
            rk_instances_want_scalar(x->instances, fact[k]->value);
            rk_instances_add(x->instances, fact[k]);
        }
    }
}

static void take_hypothesis(rk_context *x, const rk_hypothesis *h, unsigned origin,
                            rk_assumption *a) {
    const rk_literal *l = &h->literal;
    if (h->range != NULL) {
        take_range(x, h->range, origin);
        return;
    }
    *a = (rk_assumption){.term = l->term, .negated = l->negated};
    if (l->term->op == RK_T_LOOP_ALL && !l->negated)
        take_members(x, l->term);
    else if (l->term->op == RK_T_IN_ROWSPAN || l->term->op == RK_T_IN_COLSPAN)
        take_span(x, l, origin, a);
    else if (compares_numbers(x, l->term))
        take_numbers(x, l, origin, a);
    else if (is_matrix_equation(x, l) || is_matrix_difference(x, l))
        take_matrices(x, l, origin, a);
}

/* --- definedness ---------------------------------------------------------------------------- */

void rk_context_notes(rk_context *x) {
    rk_reader *r = x->reader;
    for (size_t i = 0; i < rk_reader_ninverted(r); i++)
        rk_instances_invertible(x->instances, rk_reader_inverted(r, i));
    for (size_t i = 0; i < rk_reader_nwritten(r); i++) {
        const rk_written *w = rk_reader_written(r, i);
        (w->sum ? rk_instances_sum : rk_instances_product)(x->instances, w->whole, w->left,
                                                           w->right);
    }
}

static bool is_loop(const rk_term *t) {
    return t->op == RK_T_FOLD || (t->op >= RK_T_LOOP_SUM && t->op <= RK_T_LOOP_MIN) ||
           t->op == RK_T_LOOP_ALL || t->op == RK_T_LOOP_ANY;
}

/* Everything in the claim and the hypotheses is defined, also what the goal at hand lacks: inverses
   and divisors outside loops are read for what they tell, terms that are shared once. */
static void read_partial(rk_context *x, const rk_term *t, unsigned char *seen) {
    if (seen[t->id] || is_loop(t))
        return;
    seen[t->id] = 1;
    if (t->op == RK_T_INV || t->op == RK_T_DIV)
        rk_read_matrix(x->reader, t);
    for (size_t i = 0; i < t->nkids; i++)
        read_partial(x, t->kid[i], seen);
}

static void read_all_partial(rk_context *x) {
    const rk_checked *c = x->calculus->checked;
    for (size_t i = 0; i < c->nassumes; i++)
        rk_reader_prepare(x->reader, c->assumes[i]);
    if (x->calculus->claim != NULL)
        rk_reader_prepare(x->reader, x->calculus->claim);
    unsigned char *seen = rk_arena_alloc(x->calculus->arena, c->nterms + 1);
    for (size_t i = 0; i < c->nassumes; i++)
        read_partial(x, c->assumes[i], seen);
    if (x->calculus->claim != NULL)
        read_partial(x, x->calculus->claim, seen);
}

/* A variable of an invertible set that a rule replaces is still invertible. */
static void keep_invertible(rk_context *x) {
    const rk_checked *c = x->calculus->checked;
    for (unsigned v = 0; v < c->nvars; v++) {
        if (c->vars[v].family != NULL)
            continue;
        const rk_leaf *leaf = rk_read_variable(x->reader, v, NULL);
        const rk_mx *m = leaf == NULL ? NULL : rk_mx_of_leaf(x->store, leaf);
        const rk_letter *same = m == NULL ? NULL : rk_mx_letter(m);
        if (m != NULL && (same == NULL || same->leaf != leaf) &&
            (leaf->props & RK_PROP_SQUARE_INVERTIBLE) != 0)
            rk_instances_invertible(x->instances, m);
    }
}

/* --- contexts ------------------------------------------------------------------------------- */

/* The greatest value a dimension can have, where there is one. */
static void add_upper_bounds(rk_context *x) {
    const rk_checked *c = x->calculus->checked;
    rk_scalars *s = x->scalars;
    for (size_t i = 0; i < c->ndims; i++) {
        const rk_dim *d = &c->dims[i];
        if (d->kind != RK_DIM_RANGE && (d->kind != RK_DIM_LIST || d->nvalues == 0))
            continue;
        int64_t high = d->kind == RK_DIM_RANGE ? d->high : d->values[d->nvalues - 1];
        rk_sc value = rk_sc_sub(s, rk_sc_int(s, high), rk_sc_sym(s, d->sym));
        rk_fact f = {.law = RK_LAW_HYPOTHESIS, .value = value, .origin = RK_ORIGIN_DIMENSION};
        rk_instances_add(x->instances, &f);
    }
}

static size_t count(const rk_hypothesis *h) {
    size_t n = 0;
    for (; h != NULL; h = h->next)
        n++;
    return n;
}

void rk_context_renew(rk_context *x) {
    rk_kept *kept = rk_arena_alloc(x->calculus->arena, sizeof *kept);
    x->instances = rk_instances_new(x->store, &x->calculus->options.limits);
    *kept = (rk_kept){x->instances, x->kept};
    x->kept = kept;
    add_upper_bounds(x);
    read_all_partial(x);
    keep_invertible(x);
    unsigned origin = 0;
    for (const rk_hypothesis *h = x->hypotheses; h != NULL; h = h->next, origin++)
        take_hypothesis(x, h, origin, &x->assumption[origin]);
    rk_context_notes(x);
}

rk_context *rk_context_new(rk_calculus *c, const rk_hypothesis *hypotheses) {
    rk_context *x = rk_arena_alloc(c->arena, sizeof *x);
    x->calculus = c;
    x->next = c->contexts;
    c->contexts = x;
    x->scalars = rk_scalars_new(c->checked->sizes, c->arena);
    x->store = rk_mxs_new(x->scalars, c->arena);
    x->reader = rk_reader_new(x->store, c->checked);
    x->rewrite = rk_rewrite_new(x->store);
    rk_reader_bound_dimensions(x->reader);
    take_signs(x, hypotheses);
    take_rules(x, hypotheses);
    x->hypotheses = hypotheses;
    x->nassumptions = count(hypotheses);
    x->assumption = rk_arena_alloc(c->arena, (x->nassumptions + 1) * sizeof *x->assumption);
    rk_context_renew(x);
    return x;
}

void rk_context_free(rk_context *x) {
    for (rk_kept *k = x->kept; k != NULL; k = k->next)
        rk_instances_free(k->instances);
    rk_reader_free(x->reader);
    rk_rewrite_free(x->rewrite);
    rk_mxs_free(x->store);
    rk_scalars_free(x->scalars);
}

rk_derivation *rk_derivation_new(rk_context *x, rk_step_kind kind) {
    rk_derivation *d = rk_arena_alloc(x->calculus->arena, sizeof *d);
    d->kind = kind;
    d->store = x->store;
    d->assumption = x->assumption;
    d->nassumptions = x->nassumptions;
    return d;
}

/* --- what goals and hypotheses share -------------------------------------------------------- */

/* A column u with the word u'*u, or a matrix; NULL. */
static const rk_mx *half_of_square(rk_context *x, const rk_mx *a) {
    size_t n = a->nwords == 1 && rk_sc_is_one(a->word[0].coef) ? a->word[0].length : 0;
    const rk_mx *left, *right;
    if (n == 0 || n % 2 != 0)
        return NULL;
    rk_mx_split(x->store, a, n / 2, &left, &right);
    return rk_mx_transpose(x->store, right) == left ? right : NULL;
}

const rk_mx *rk_measured(rk_context *x, rk_sc value) {
    const rk_quantity *q = rk_sc_whole_quantity(x->scalars, value);
    if (q == NULL)
        return NULL;
    if (q->kind == RK_Q_TRACE)
        return rk_mx_is_psd(x->store, q->mx[0]) ? q->mx[0] : NULL;
    if (q->kind == RK_Q_ENTRY)
        return half_of_square(x, q->mx[0]);
    bool norm = q->kind == RK_Q_OF_TERM && (q->op == RK_T_NORM_2 || q->op == RK_T_NORM_INF);
    return norm && q->nmx == 1 ? q->mx[0] : q->kind == RK_Q_OF_TERM ? q->root_of : NULL;
}

rk_sc rk_singular_gap(rk_context *x, const rk_mx *a) {
    rk_sc most = rk_sc_sub(x->scalars, a->rows, rk_sc_int(x->scalars, 1));
    return rk_sc_sub(x->scalars, most, rk_mx_rank(x->store, a));
}

rk_sc rk_span_gap(rk_context *x, const rk_term *span) {
    const rk_mx *a = rk_read_matrix(x->reader, span->kid[0]);
    const rk_mx *b = rk_read_matrix(x->reader, span->kid[1]);
    bool rows = span->op == RK_T_IN_ROWSPAN;
    const rk_mx *both = rk_mx_grid(x->store, rows ? 2 : 1, rows ? 1 : 2, (const rk_mx *[]){a, b});
    return rk_sc_sub(x->scalars, rk_mx_rank(x->store, both), rk_mx_rank(x->store, b));
}

rk_sc rk_compared(rk_context *x, rk_cmp cmp, rk_sc a, rk_sc b, bool *equation) {
    rk_sc difference = cmp == RK_GT ? rk_sc_sub(x->scalars, a, b) : rk_sc_sub(x->scalars, b, a);
    bool strict = cmp == RK_LT || cmp == RK_GT;
    if (strict && rk_sc_rounded(x->scalars, rk_without_positive(x, difference), true) == NULL)
        return NULL;
    return comparison(x, cmp, a, b, equation);
}

/* --- positive factors ----------------------------------------------------------------------- */

/* The power of generator i that divides every term of the numerator. */
static ulong least_exponent(rk_scalars *s, rk_sc a, unsigned i) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(rk_scalars_canons(s), a);
    const fmpz_mpoly_struct *p = fmpz_mpoly_q_numref(a->value);
    slong terms = fmpz_mpoly_length(p, ctx);
    ulong least = terms > 0 ? WORD_MAX : 0;
    for (slong t = 0; t < terms; t++) {
        ulong e = (ulong)fmpz_mpoly_get_term_var_exp_ui(p, t, (slong)i, ctx);
        least = e < least ? e : least;
    }
    return least;
}

rk_sc rk_without_positive(rk_context *x, rk_sc value) {
    rk_scalars *s = x->scalars;
    rk_sc result = value;
    for (unsigned i = 0; i < value->natoms; i++) {
        ulong e = least_exponent(s, value, i);
        rk_sc factor = rk_sc_atom(s, value->atom[i]);
        if (e == 0 || !rk_sc_is_nonzero(s, factor))
            continue;
        if (!rk_sc_is_positive(s, factor)) /* but its even powers are */
            e -= e % 2;
        for (; e > 0; e--)
            result = rk_sc_div(s, result, factor);
    }
    return result;
}
