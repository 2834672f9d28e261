/* Loops and folds, and the symbols of their indices. */
#include "rk_mx_read_inside.h"

#include <string.h>

/* Loops of fewer members are written out while they stay light. */
enum { MOST_UNROLLED = 8, MOST_WEIGHT = 96 };

/* --- the symbols ---------------------------------------------------------------------------- */

static bool is_loop(const rk_term *t) {
    return t->op == RK_T_FOLD || (t->op >= RK_T_LOOP_SUM && t->op <= RK_T_LOOP_MIN) ||
           t->op == RK_T_LOOP_ALL || t->op == RK_T_LOOP_ANY;
}

/* Loops nested in t, itself included. */
static unsigned height_of(rk_reader *r, const rk_term *t) {
    if (r->height[t->id] == 0) {
        unsigned most = 0;
        for (size_t i = 0; i < t->nkids; i++) {
            unsigned h = height_of(r, t->kid[i]);
            most = h > most ? h : most;
        }
        r->height[t->id] = 1 + most + is_loop(t);
    }
    return r->height[t->id] - 1;
}

static bool name_taken(const rk_reader *r, const char *name) {
    rk_sizes *sizes = r->checked->sizes;
    for (size_t i = 0; i < r->nbound; i++)
        if (strcmp(rk_size_symbol_name(sizes, r->bound[i].sym), name) == 0)
            return true;
    return false;
}

/* The name in the text, with as many primes as it takes. */
static unsigned new_symbol(rk_reader *r, const char *name) {
    while (name_taken(r, name))
        name = rk_arena_printf(r->arena, "%s'", name);
    return rk_size_symbol(r->checked->sizes, name, NULL);
}

static unsigned bound_symbol(rk_reader *r, const rk_term *t, rk_sc low, rk_sc high) {
    unsigned height = height_of(r, t);
    for (size_t i = 0; i < r->nbound; i++)
        if (r->bound[i].height == height && r->bound[i].low == low && r->bound[i].high == high)
            return r->bound[i].sym;
    unsigned sym = new_symbol(r, rk_size_symbol_name(r->checked->sizes, t->sym));
    int64_t least;
    if (rk_sc_is_int(r->scalars, low, &least))
        rk_sc_bound(r->scalars, sym, least);
    else if (rk_sc_at_least(r->scalars, low, 1))
        rk_sc_bound(r->scalars, sym, 1);
    rk_grow(&r->bound, &r->cap_bound, r->nbound + 1, sizeof *r->bound);
    r->bound[r->nbound++] = (rk_read_bound){height, low, high, sym};
    return sym;
}

bool rk_read_inside(rk_reader *r, rk_sc at, rk_sc extent) {
    rk_sc low = at, high = at;
    for (size_t i = 0; i < r->nbound; i++)
        if (rk_sc_sym(r->scalars, r->bound[i].sym) == at) {
            low = r->bound[i].low;
            high = r->bound[i].high;
        }
    return rk_sc_at_least(r->scalars, low, 1) &&
           rk_sc_at_least(r->scalars, rk_sc_sub(r->scalars, extent, high), 0);
}

/* --- opening and closing -------------------------------------------------------------------- */

typedef rk_read_range loop;

rk_read_range rk_read_open_range(rk_reader *r, const rk_term *t) {
    loop l = {.low = rk_read_size(r, t->ival[0]), .high = rk_read_size(r, t->ival[1])};
    rk_sc span = rk_sc_sub(r->scalars, l.high, l.low);
    l.runs = rk_sc_at_least(r->scalars, span, 0);
    if (!rk_sc_is_int(r->scalars, span, &l.count))
        l.count = -1;
    else
        l.count = l.count < 0 ? 0 : l.count + 1;
    l.sym = bound_symbol(r, t, l.low, l.high);
    rk_grow(&r->open, &r->cap_open, r->nopen + 1, sizeof *r->open);
    r->open[r->nopen++] = (rk_read_open){t->sym, l.sym};
    /* elsewhere than in sums and folds an empty range is undefined */
    l.entered = !l.runs && (t->op == RK_T_LOOP_SUM || t->op == RK_T_FOLD);
    if (l.entered)
        rk_read_enter(r);
    return l;
}

void rk_read_close_range(rk_reader *r, const rk_read_range *l) {
    if (l->entered)
        rk_read_leave(r);
    r->nopen--;
}

static rk_sc member(rk_reader *r, const loop *l, int64_t i) {
    return rk_sc_add(r->scalars, l->low, rk_sc_int(r->scalars, i));
}

/* --- loops of numbers ----------------------------------------------------------------------- */

static const rk_mx *extreme(rk_reader *r, const rk_term *t, const loop *l, rk_sc body) {
    if (!rk_sc_mentions(r->scalars, body, l->sym))
        return rk_mx_scalar(r->s, body);
    rk_sc arg[MOST_UNROLLED] = {body, l->low, l->high};
    rk_quantity q = {.kind = RK_Q_OF_TERM, .op = t->op, .arg = arg, .nargs = 3, .sym = l->sym};
    q.integer = rk_sc_is_integer(r->scalars, body);
    if (l->count > 0 && l->count <= MOST_UNROLLED) {
        q = (rk_quantity){.kind = t->op == RK_T_LOOP_MAX ? RK_Q_MAX : RK_Q_MIN, .arg = arg};
        for (int64_t i = 0; i < l->count; i++)
            arg[q.nargs++] = rk_sc_put(r->scalars, body, l->sym, member(r, l, i));
    }
    return rk_read_quantity(r, &q);
}

const rk_mx *rk_read_range_sum(rk_reader *r, const rk_read_range *l, rk_sc body) {
    if (l->count >= 0 && l->count <= MOST_UNROLLED) {
        rk_sc sum = rk_sc_int(r->scalars, 0);
        for (int64_t i = 0; i < l->count; i++)
            sum = rk_sc_add(r->scalars, sum, rk_sc_put(r->scalars, body, l->sym, member(r, l, i)));
        return rk_mx_scalar(r->s, sum);
    }
    rk_sc arg[3] = {body, l->low, l->high};
    rk_quantity q = {.kind = RK_Q_SUM, .arg = arg, .nargs = 3, .sym = l->sym};
    q.integer = rk_sc_is_integer(r->scalars, body);
    q.nonneg = rk_sc_at_least(r->scalars, body, 0);
    q.positive = l->runs && rk_sc_is_positive(r->scalars, body);
    q.nonzero = q.positive;
    return rk_read_quantity(r, &q);
}

/* --- loops of matrices ---------------------------------------------------------------------- */

static rk_leaf_kind kind_of(rk_op op) {
    switch (op) {
    case RK_T_LOOP_SUM:
        return RK_L_SUM;
    case RK_T_LOOP_HCAT:
        return RK_L_HCAT;
    case RK_T_LOOP_VCAT:
        return RK_L_VCAT;
    default:
        return RK_L_PROD;
    }
}

static const rk_mx *join(rk_reader *r, const rk_term *t, const rk_mx *a, const rk_mx *b) {
    if (t->op == RK_T_LOOP_SUM)
        return rk_mx_add(r->s, a, b);
    return rk_mx_mul(r->s, a, b);
}

static bool is_cat(const rk_term *t) {
    return t->op == RK_T_LOOP_HCAT || t->op == RK_T_LOOP_VCAT;
}

/* Written out; NULL where it would grow too large. */
static const rk_mx *unrolled(rk_reader *r, const rk_term *t, const loop *l, const rk_mx *body) {
    if (l->count < 1 || l->count > MOST_UNROLLED ||
        (size_t)l->count * (body->weight + 1) > MOST_WEIGHT)
        return NULL;
    const rk_mx *cell[MOST_UNROLLED];
    size_t n = (size_t)l->count;
    for (size_t i = 0; i < n; i++)
        cell[i] = rk_mx_put_sym(r->s, body, l->sym, member(r, l, (int64_t)i));
    if (n == 1)
        return cell[0];
    if (is_cat(t))
        return t->op == RK_T_LOOP_HCAT ? rk_mx_grid(r->s, 1, n, cell)
                                       : rk_mx_grid(r->s, n, 1, cell);
    const rk_mx *whole = cell[0];
    for (size_t i = 1; i < n && whole->weight <= MOST_WEIGHT; i++)
        whole = join(r, t, whole, cell[i]);
    return whole->weight <= MOST_WEIGHT ? whole : NULL;
}

/* A loop that is empty wherever the text is defined is met only where nothing is defined. */
static const rk_mx *nowhere(rk_reader *r, const rk_term *t, const loop *l, const rk_mx *body) {
    return rk_read_function(r, &(rk_leaf){.kind = RK_L_FUNCTION,
                                          .op = t->op,
                                          .rows = rk_read_size(r, t->rows),
                                          .cols = rk_read_size(r, t->cols),
                                          .arg = {body},
                                          .index = {l->low, l->high}});
}

static const rk_mx *loop_of_matrices(rk_reader *r, const rk_term *t, const loop *l,
                                     const rk_mx *body) {
    if (l->count == 0)
        return t->op == RK_T_LOOP_SUM ? rk_mx_zero(r->s, body->rows, body->cols)
                                      : nowhere(r, t, l, body);
    const rk_mx *whole = unrolled(r, t, l, body);
    return whole ? whole : rk_mx_loop(r->s, kind_of(t->op), l->sym, l->low, l->high, body);
}

const rk_mx *rk_read_loop(rk_reader *r, const rk_term *t) {
    loop l = rk_read_open_range(r, t);
    const rk_mx *body = rk_read_matrix(r, t->kid[0]);
    rk_read_close_range(r, &l);
    if (t->op == RK_T_LOOP_MAX || t->op == RK_T_LOOP_MIN)
        return extreme(r, t, &l, rk_mx_value(r->s, body));
    if (t->op == RK_T_LOOP_SUM && rk_read_is_number(body))
        return rk_read_range_sum(r, &l, rk_mx_value(r->s, body));
    return loop_of_matrices(r, t, &l, body);
}

/* --- texts ---------------------------------------------------------------------------------- */

static bool same_text(const rk_term *a, const rk_term *b) {
    if (a == b)
        return true;
    if (a->op != b->op || a->nkids != b->nkids || a->var != b->var || a->data != b->data ||
        a->sym != b->sym || a->nvars != b->nvars || a->rows != b->rows || a->cols != b->cols ||
        a->ival[0] != b->ival[0] || a->ival[1] != b->ival[1] ||
        (a->text != NULL) != (b->text != NULL))
        return false;
    if ((a->text && strcmp(a->text, b->text) != 0) ||
        (a->nvars && memcmp(a->vars, b->vars, a->nvars * sizeof *a->vars) != 0))
        return false;
    for (size_t i = 0; i < a->nkids; i++)
        if (!same_text(a->kid[i], b->kid[i]))
            return false;
    return true;
}

static size_t number_of_text(rk_reader *r, const rk_term *t) {
    size_t i = 0;
    while (i < r->nopaque && !same_text(r->opaque[i], t))
        i++;
    if (i == r->nopaque) {
        rk_grow(&r->opaque, &r->cap_opaque, i + 1, sizeof *r->opaque);
        r->opaque[r->nopaque++] = t;
    }
    return i;
}

size_t rk_read_key(rk_reader *r, const rk_term *t, const rk_sc **key) {
    rk_sc *k = rk_arena_alloc(r->arena, (r->nopen + 1) * sizeof(rk_sc));
    k[0] = rk_sc_int(r->scalars, (int64_t)number_of_text(r, t));
    for (size_t i = 0; i < r->nopen; i++)
        k[i + 1] = rk_sc_sym(r->scalars, r->open[i].sym);
    *key = k;
    return r->nopen + 1;
}

const rk_mx *rk_read_text(rk_reader *r, const rk_term *t) {
    const rk_sc *key;
    size_t n = rk_read_key(r, t, &key);
    const rk_mx **cell = rk_arena_alloc(r->arena, (n + 1) * sizeof *cell);
    for (size_t i = 0; i < n; i++)
        cell[i] = rk_mx_scalar(r->s, key[i]);
    cell[n] = rk_mx_scalar(r->s, rk_sc_int(r->scalars, 0));
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = t->op};
    leaf.arg[0] = rk_mx_grid(r->s, 1, n + 1, cell);
    leaf.rows = t->rows ? rk_read_size(r, t->rows) : rk_sc_int(r->scalars, 1);
    leaf.cols = t->cols ? rk_read_size(r, t->cols) : rk_sc_int(r->scalars, 1);
    return rk_read_function(r, &leaf);
}

/* --- folds ---------------------------------------------------------------------------------- */

static rk_leaf acc_leaf(unsigned sym, rk_sc rows, rk_sc cols) {
    return (rk_leaf){.kind = RK_L_ACC, .sym = sym, .rows = rows, .cols = cols};
}

const rk_mx *rk_read_acc(rk_reader *r, const rk_term *t) {
    unsigned sym = t->sym;
    for (size_t i = 0; i < r->nopen; i++)
        if (r->open[i].own == t->sym)
            sym = r->open[i].sym;
    rk_leaf leaf = acc_leaf(sym, rk_read_size(r, t->rows), rk_read_size(r, t->cols));
    return rk_mx_of_leaf(r->s, rk_mx_leaf(r->s, &leaf));
}

static const rk_mx *step(rk_reader *r, const loop *l, const rk_leaf *acc, const rk_mx *body,
                         const rk_mx *value, int64_t i) {
    body = rk_mx_put_sym(r->s, body, l->sym, member(r, l, i));
    return rk_mx_put_leaf(r->s, body, acc, value);
}

static const rk_mx *fold_steps(rk_reader *r, const loop *l, const rk_leaf *acc, const rk_mx *start,
                               const rk_mx *body) {
    const rk_mx *value = start;
    for (int64_t i = 0; i < l->count && value->weight <= MOST_WEIGHT; i++)
        value = step(r, l, acc, body, value, i);
    return value->weight <= MOST_WEIGHT ? value : NULL;
}

/* Z + B in each step, where B does not depend on Z: the start plus the sum of all B. */
static const rk_mx *fold_of_sums(rk_reader *r, const loop *l, const rk_leaf *acc,
                                 const rk_mx *start, const rk_mx *body) {
    const rk_mx *step = rk_mx_sub(r->s, body, rk_mx_of_leaf(r->s, acc));
    if (rk_mx_mentions_leaf(r->s, step, acc))
        return NULL;
    const rk_mx *sum = rk_read_is_number(step)
                           ? rk_read_range_sum(r, l, rk_mx_value(r->s, step))
                           : rk_mx_loop(r->s, RK_L_SUM, l->sym, l->low, l->high, step);
    return rk_mx_add(r->s, start, sum);
}

/* Where the step A*Z*B has Z; the length of the word where it does not, or the factors change. */
static size_t place_of(const rk_reader *r, const rk_word *w, const rk_leaf *acc, unsigned sym) {
    size_t at = w->length;
    for (size_t i = 0; i < w->length; i++) {
        const rk_letter l = w->letter[i];
        if (l.leaf == acc && at == w->length && !l.transposed && !l.inverted)
            at = i;
        else if (rk_leaf_mentions(r->s, l.leaf, sym) ||
                 rk_mx_mentions_leaf(r->s, rk_mx_of_letter(r->s, l), acc))
            return w->length;
    }
    return at;
}

/* The same A*Z*B in each step: A^k*Z*B^k. */
static const rk_mx *fold_of_powers(rk_reader *r, const loop *l, const rk_leaf *acc,
                                   const rk_mx *start, const rk_mx *body) {
    rk_sc one = rk_sc_int(r->scalars, 1);
    rk_sc k = rk_sc_add(r->scalars, rk_sc_sub(r->scalars, l->high, l->low), one);
    if (body->nwords != 1 || !rk_sc_is_one(body->word[0].coef) || !rk_sc_at_least(r->scalars, k, 0))
        return NULL;
    const rk_word *w = &body->word[0];
    size_t at = place_of(r, w, acc, l->sym);
    if (at == w->length)
        return NULL;
    const rk_mx *left = rk_read_letters(r, w, 0, at, body->rows);
    const rk_mx *right = rk_read_letters(r, w, at + 1, w->length, body->cols);
    const rk_mx *whole = rk_mx_mul(r->s, rk_mx_power(r->s, left, k), start);
    return rk_mx_mul(r->s, whole, rk_mx_power(r->s, right, k));
}

static const rk_mx *fold_of(rk_reader *r, const loop *l, const rk_mx *start, const rk_mx *body) {
    rk_leaf key = acc_leaf(l->sym, start->rows, start->cols);
    const rk_leaf *acc = rk_mx_leaf(r->s, &key);
    if (body == rk_mx_of_leaf(r->s, acc))
        return start;
    if (l->count >= 0 && l->count <= MOST_UNROLLED) {
        const rk_mx *value = fold_steps(r, l, acc, start, body);
        if (value)
            return value;
    }
    if (l->runs && !rk_mx_mentions_leaf(r->s, body, acc))
        return rk_mx_put_sym(r->s, body, l->sym, l->high);
    const rk_mx *closed = fold_of_sums(r, l, acc, start, body);
    closed = closed ? closed : fold_of_powers(r, l, acc, start, body);
    if (closed)
        return closed;
    rk_leaf leaf = {.kind = RK_L_FOLD, .sym = l->sym, .rows = start->rows, .cols = start->cols};
    leaf.arg[0] = start;
    leaf.arg[1] = body;
    leaf.index[0] = l->low;
    leaf.index[1] = l->high;
    return rk_mx_of_leaf(r->s, rk_mx_leaf(r->s, &leaf));
}

const rk_mx *rk_read_fold(rk_reader *r, const rk_term *t) {
    /* a Jacobian inside is no function of the running value alone */
    if (rk_read_has(r, t->kid[1], RK_T_JRANK))
        return rk_read_text(r, t);
    const rk_mx *start = rk_read_matrix(r, t->kid[0]);
    loop l = rk_read_open_range(r, t);
    const rk_mx *body = rk_read_matrix(r, t->kid[1]);
    rk_read_close_range(r, &l);
    return fold_of(r, &l, start, body);
}
