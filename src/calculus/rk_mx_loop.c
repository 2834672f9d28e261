#include "rk_mx_inside.h"

/* SUM, HCAT, VCAT and PROD over a symbolic range. A SUM is linear, and what does not depend on the
   index leaves it on both sides; an HCAT lets common factors out to the left, a VCAT is the
   transpose of an HCAT. */

/* --- the names of indices ------------------------------------------------------------------- */

/* Two loops that differ only in the name of their index are one: each range has its symbols, the
   first one that the body does not use otherwise is taken. Symbols keep the low end they were
   bounded by, so one that is known to be at least 2 serves no range from 1 on. */

static bool is_bound(rk_mxs *s, unsigned sym, const rk_mx *body, rk_sc number) {
    return body ? rk_mx_binds(s, body, sym) : rk_sc_binds(s, number, sym);
}

static bool is_used(rk_mxs *s, unsigned sym, const rk_mx *body, rk_sc number) {
    bool free = body ? rk_mx_mentions_sym(s, body, sym) : rk_sc_mentions(s->scalars, number, sym);
    return free || is_bound(s, sym, body, number);
}

static bool is_within(rk_mxs *s, unsigned sym, rk_sc low) {
    int64_t least = rk_sc_low(s->scalars, rk_sc_sym(s->scalars, sym)->atom[0]);
    return least == INT64_MIN || rk_sc_at_least(s->scalars, low, least);
}

static unsigned new_index(rk_mxs *s, unsigned like, rk_sc low) {
    rk_sizes *sizes = rk_scalars_sizes(s->scalars);
    const char *name = rk_arena_printf(s->arena, "%s'", rk_size_symbol_name(sizes, like));
    unsigned sym = rk_size_symbol(sizes, name, NULL);
    int64_t least;
    if (rk_sc_is_int(s->scalars, low, &least))
        rk_sc_bound(s->scalars, sym, least);
    else if (rk_sc_at_least(s->scalars, low, 1))
        rk_sc_bound(s->scalars, sym, 1);
    return sym;
}

unsigned rk_mx_index_of(rk_mxs *s, rk_sc low, rk_sc high, unsigned sym, const rk_mx *body,
                        rk_sc number) {
    for (size_t i = 0; i < s->nindices; i++) {
        const rk_mx_index *x = &s->index[i];
        if (x->low == low && x->high == high &&
            !(x->sym == sym ? is_bound(s, sym, body, number) : is_used(s, x->sym, body, number)))
            return x->sym;
    }
    if (!is_within(s, sym, low) || is_bound(s, sym, body, number))
        sym = new_index(s, sym, low);
    rk_grow(&s->index, &s->cap_indices, s->nindices + 1, sizeof *s->index);
    s->index[s->nindices++] = (rk_mx_index){low, high, sym};
    return sym;
}

/* The body with the symbol that loops over its range have. */
static const rk_mx *renamed(rk_mxs *s, unsigned from, unsigned to, const rk_mx *body) {
    return from == to ? body : rk_mx_put_sym(s, body, from, rk_sc_sym(s->scalars, to));
}

/* --- ranges --------------------------------------------------------------------------------- */

typedef struct range {
    rk_mxs *s;
    unsigned sym;
    rk_sc low, high, count;
} range;

static range range_new(rk_mxs *s, unsigned sym, rk_sc low, rk_sc high) {
    rk_sc count = rk_sc_add(s->scalars, rk_sc_sub(s->scalars, high, low), s->one);
    return (range){s, sym, low, high, count};
}

/* Sum of c over the range; what has no closed form is a quantity. */
static rk_sc sum_scalar(const range *r, rk_sc c) {
    rk_scalars *sc = r->s->scalars;
    if (!rk_sc_mentions(sc, c, r->sym) && rk_sc_at_least(sc, r->count, 0))
        return rk_sc_mul(sc, r->count, c);
    rk_sc *arg = rk_arena_alloc(r->s->arena, 3 * sizeof *arg);
    arg[0] = c;
    arg[1] = r->low;
    arg[2] = r->high;
    rk_quantity q = {.kind = RK_Q_SUM, .arg = arg, .nargs = 3, .sym = r->sym};
    return rk_sc_quantity(sc, &q);
}

/* The size of the members together; a loop that is not a sum has members wherever it is defined. */
static rk_sc total_size(const range *r, rk_sc size) {
    bool equal = !rk_sc_mentions(r->s->scalars, size, r->sym);
    return equal ? rk_sc_mul(r->s->scalars, r->count, size) : sum_scalar(r, size);
}

static const rk_mx *loop_letter(const range *r, rk_leaf_kind kind, const rk_mx *body, rk_sc rows,
                                rk_sc cols) {
    unsigned sym = rk_mx_index_of(r->s, r->low, r->high, r->sym, body, NULL);
    rk_leaf leaf = {.kind = kind,
                    .rows = rows,
                    .cols = cols,
                    .sym = sym,
                    .arg = {renamed(r->s, r->sym, sym, body)},
                    .index = {r->low, r->high}};
    return rk_mx_of_leaf(r->s, rk_mx_leaf(r->s, &leaf));
}

/* --- sums ---------------------------------------------------------------------------------- */

static bool is_free(const range *r, rk_letter a) {
    return !rk_leaf_mentions(r->s, a.leaf, r->sym);
}

/* c*P*core*S with P and S free of the index. */
static const rk_mx *sum_word(const range *r, const rk_mx *body, const rk_word *w) {
    rk_mxs *s = r->s;
    size_t from = 0, to = w->length;
    while (from < to && is_free(r, w->letter[from]))
        from++;
    while (to > from && is_free(r, w->letter[to - 1]))
        to--;
    bool constant = !rk_sc_mentions(s->scalars, w->coef, r->sym);
    if (from == to) {
        rk_word all = {sum_scalar(r, w->coef), w->letter, w->length};
        return rk_mx_of_words(s, body->rows, body->cols, &all, 1);
    }
    rk_sc top = from ? rk_letter_cols(w->letter[from - 1]) : body->rows;
    rk_sc end = rk_letter_cols(w->letter[to - 1]);
    rk_word before = {s->one, w->letter, from}, after = {s->one, w->letter + to, w->length - to};
    rk_word middle = {constant ? s->one : w->coef, w->letter + from, to - from};
    const rk_mx *core = rk_mx_of_words(s, top, end, &middle, 1);
    const rk_mx *sum = loop_letter(r, RK_L_SUM, core, top, end);
    sum = rk_mx_mul(s, rk_mx_of_words(s, body->rows, top, &before, 1), sum);
    sum = rk_mx_mul(s, sum, rk_mx_of_words(s, end, body->cols, &after, 1));
    return constant ? rk_mx_scale(s, w->coef, sum) : sum;
}

/* A sum over blocks is done block by block. */
static const rk_mx *loop_sum(const range *r, const rk_mx *body) {
    rk_mxs *s = r->s;
    if (rk_mx_is_grid(body)) {
        size_t n = body->grid_rows * body->grid_cols;
        const rk_mx **cell = rk_arena_alloc(s->arena, n * sizeof *cell);
        for (size_t i = 0; i < n; i++)
            cell[i] = loop_sum(r, body->cell[i]);
        return rk_mx_grid(s, body->grid_rows, body->grid_cols, cell);
    }
    const rk_mx *sum = rk_mx_zero(s, body->rows, body->cols);
    for (size_t i = 0; i < body->nwords; i++)
        sum = rk_mx_add(s, sum, sum_word(r, body, &body->word[i]));
    return sum;
}

/* --- side by side -------------------------------------------------------------------------- */

/* How many letters without the index all words of the body begin with. */
static size_t free_prefix(const range *r, const rk_mx *body) {
    if (body->nwords == 0)
        return 0;
    for (size_t k = 0;; k++)
        for (size_t i = 0; i < body->nwords; i++)
            if (body->word[i].length <= k || !is_free(r, body->word[i].letter[k]) ||
                !rk_same_letter(body->word[i].letter[k], body->word[0].letter[k]))
                return k;
}

static const rk_mx *without_prefix(rk_mxs *s, const rk_mx *a, rk_sc rows, size_t k) {
    rk_word *word = rk_arena_alloc(s->arena, a->nwords * sizeof *word);
    for (size_t i = 0; i < a->nwords; i++)
        word[i] = (rk_word){a->word[i].coef, a->word[i].letter + k, a->word[i].length - k};
    return rk_mx_of_words(s, rows, a->cols, word, a->nwords);
}

static const rk_mx *core_hcat(const range *r, const rk_mx *core, rk_sc cols) {
    return loop_letter(r, RK_L_HCAT, rk_mx_as_letters(r->s, core), core->rows, cols);
}

static const rk_mx *loop_hcat(const range *r, const rk_mx *body) {
    rk_mxs *s = r->s;
    rk_sc cols = total_size(r, body->cols), c;
    if (rk_mx_is_zero(body))
        return rk_mx_zero(s, body->rows, cols);
    if (!rk_mx_mentions_sym(s, body, r->sym))
        return rk_mx_kron(s, rk_mx_ones(s, s->one, r->count), body);
    body = rk_mx_as_letters(s, body);
    size_t k = free_prefix(r, body);
    const rk_mx *prefix = rk_mx_of_letters(s, body->rows, body->word[0].letter, k);
    const rk_mx *core = without_prefix(s, body, prefix->cols, k);
    const rk_mx *monic = rk_mx_monic(s, core, &c);
    bool constant = !rk_sc_mentions(s->scalars, c, r->sym);
    const rk_mx *cat = core_hcat(r, constant ? monic : core, cols);
    return rk_mx_mul(s, prefix, constant ? rk_mx_scale(s, c, cat) : cat);
}

/* --- products ------------------------------------------------------------------------------ */

static const rk_mx *loop_prod(const range *r, const rk_mx *body) {
    rk_mxs *s = r->s;
    if (!rk_mx_mentions_sym(s, body, r->sym) && rk_sc_at_least(s->scalars, r->count, 0))
        return rk_mx_power(s, body, r->count);
    return loop_letter(r, RK_L_PROD, rk_mx_as_letters(s, body), body->rows, body->cols);
}

/* --- loops --------------------------------------------------------------------------------- */

static const rk_mx *join(rk_mxs *s, rk_leaf_kind kind, const rk_mx *const *part, size_t n) {
    if (kind == RK_L_HCAT)
        return rk_mx_grid(s, 1, n, part);
    if (kind == RK_L_VCAT)
        return rk_mx_grid(s, n, 1, part);
    const rk_mx *result = part[0];
    for (size_t i = 1; i < n; i++)
        result = kind == RK_L_SUM ? rk_mx_add(s, result, part[i]) : rk_mx_mul(s, result, part[i]);
    return result;
}

static const rk_mx *unrolled(const range *r, rk_leaf_kind kind, const rk_mx *body, size_t n) {
    const rk_mx *part[RK_MX_UNROLL];
    for (size_t i = 0; i < n; i++) {
        rk_sc at = rk_sc_add(r->s->scalars, r->low, rk_sc_int(r->s->scalars, (int64_t)i));
        part[i] = rk_mx_put_sym(r->s, body, r->sym, at);
    }
    return join(r->s, kind, part, n);
}

/* The last factors of a product apart: to n + 1 it is that to n, times one more. */
static const rk_mx *peeled(const range *r, const rk_mx *body) {
    rk_mxs *s = r->s;
    rk_scalars *sc = s->scalars;
    int64_t c = rk_sc_excess(sc, r->high);
    if (c == 0 || !rk_sc_at_least(sc, r->count, c + 1))
        return NULL;
    rk_sc high = rk_sc_sub(sc, r->high, rk_sc_int(sc, c));
    const rk_mx *whole = rk_mx_loop(s, RK_L_PROD, r->sym, r->low, high, body);
    for (int64_t i = 1; i <= c; i++) {
        rk_sc at = rk_sc_add(sc, high, rk_sc_int(sc, i));
        whole = rk_mx_mul(s, whole, rk_mx_put_sym(s, body, r->sym, at));
    }
    return whole;
}

const rk_mx *rk_mx_loop(rk_mxs *s, rk_leaf_kind kind, unsigned sym, rk_sc low, rk_sc high,
                        const rk_mx *body) {
    range r = range_new(s, sym, low, high);
    int64_t count;
    body = rk_mx_settle(s, body);
    if (rk_sc_is_int(s->scalars, r.count, &count)) {
        if (count >= 1 && count <= RK_MX_UNROLL)
            return unrolled(&r, kind, body, (size_t)count);
        if (count < 1 && kind == RK_L_SUM)
            return rk_mx_zero(s, body->rows, body->cols);
    }
    const rk_mx *apart = kind == RK_L_PROD ? peeled(&r, body) : NULL;
    if (apart)
        return apart;
    switch (kind) {
    case RK_L_SUM:
        return loop_sum(&r, body);
    case RK_L_HCAT:
        return loop_hcat(&r, body);
    case RK_L_VCAT:
        return loop_hcat(&r, body->transpose)->transpose;
    default:
        return loop_prod(&r, body);
    }
}

/* --- a loop with all around it inside ------------------------------------------------------- */

/* Only a sum takes in factors on both sides; a row of blocks does on the left, a column on the
   right, a product nowhere. */
static bool takes_in(rk_leaf_kind kind, size_t before, size_t after) {
    switch (kind) {
    case RK_L_SUM:
        return true;
    case RK_L_HCAT:
        return after == 0;
    case RK_L_VCAT:
        return before == 0;
    default:
        return kind == RK_L_PROD && before + after == 0;
    }
}

static bool mentions_beside(const rk_mxs *s, const rk_word *w, size_t at, unsigned sym) {
    for (size_t i = 0; i < w->length; i++)
        if (i != at && rk_leaf_mentions(s, w->letter[i].leaf, sym))
            return true;
    return rk_sc_mentions(s->scalars, w->coef, sym);
}

static const rk_leaf *loop_around(rk_mxs *s, const rk_mx *a, size_t at) {
    const rk_word *w = a->word;
    rk_letter x = w->letter[at];
    rk_leaf loop = *x.leaf;
    if (x.inverted || !takes_in(loop.kind, at, w->length - at - 1) ||
        mentions_beside(s, w, at, loop.sym) ||
        (loop.kind == RK_L_PROD && (x.transposed || !rk_sc_is_one(w->coef))))
        return NULL;
    const rk_mx *body = x.transposed ? loop.arg[0]->transpose : loop.arg[0];
    rk_sc rows = loop.kind == RK_L_VCAT ? body->rows : a->rows;
    rk_sc cols = loop.kind == RK_L_HCAT ? body->cols : a->cols;
    rk_word before = {w->coef, w->letter, at};
    rk_word after = {s->one, w->letter + at + 1, w->length - at - 1};
    body = rk_mx_mul(s, rk_mx_of_words(s, rows, body->rows, &before, 1), body);
    loop.arg[0] = rk_mx_mul(s, body, rk_mx_of_words(s, body->cols, cols, &after, 1));
    loop.rows = a->rows;
    loop.cols = a->cols;
    unsigned sym = rk_mx_index_of(s, loop.index[0], loop.index[1], loop.sym, loop.arg[0], NULL);
    loop.arg[0] = renamed(s, loop.sym, sym, loop.arg[0]);
    loop.sym = sym;
    return rk_mx_leaf(s, &loop);
}

const rk_leaf *rk_mx_as_loop(rk_mxs *s, const rk_mx *a) {
    if (a->nwords != 1)
        return NULL;
    for (size_t i = 0; i < a->word->length; i++) {
        const rk_leaf *loop = loop_around(s, a, i);
        if (loop)
            return loop;
    }
    return NULL;
}

/* --- loops side by side -------------------------------------------------------------------- */

/* Row of ones for kron, of as many entries as the loop has members. */
static const rk_mx *repeated(rk_mxs *s, const rk_leaf *kron, const rk_leaf *loop, bool row) {
    const rk_mx *ones = row ? kron->arg[0] : kron->arg[0]->transpose;
    rk_sc span = rk_sc_sub(s->scalars, loop->index[1], loop->index[0]);
    rk_sc count = rk_sc_add(s->scalars, span, s->one);
    return ones == rk_mx_ones(s, s->one, count) ? kron->arg[1] : NULL;
}

/* The member of a row (column) of parts: of a loop, of the same part again and again, or the 1 of a
   row of ones. */
static const rk_mx *member(rk_mxs *s, rk_letter a, const rk_leaf *other, bool row) {
    if (a.inverted)
        return NULL;
    if (a.leaf->kind == (row ? RK_L_HCAT : RK_L_VCAT) && !a.transposed)
        return a.leaf->arg[0];
    if (a.leaf->kind == RK_L_KRON)
        return repeated(s, a.leaf, other, row);
    const rk_mx *body = other->arg[0];
    return rk_is_ones(a, row) && rk_sc_is_one(row ? body->rows : body->cols) ? rk_mx_eye(s, s->one)
                                                                             : NULL;
}

/* sum(A[h])*1 where the ones are taken up by every A[h]; on the left in the mirror. */
static const rk_mx *sum_of_ones(rk_mxs *s, rk_letter a, rk_letter ones) {
    const rk_mx *body = a.transposed ? a.leaf->arg[0]->transpose : a.leaf->arg[0];
    const rk_mx *product = rk_mx_mul(s, body, rk_mx_of_letter(s, ones));
    if (a.inverted || product->weight > body->weight)
        return NULL;
    return rk_mx_loop(s, RK_L_SUM, a.leaf->sym, a.leaf->index[0], a.leaf->index[1], product);
}

static const rk_mx *ones_rule(rk_mxs *s, rk_letter a, rk_letter b) {
    if (a.leaf->kind == RK_L_SUM && rk_is_ones(b, false))
        return sum_of_ones(s, a, b);
    if (b.leaf->kind != RK_L_SUM || !rk_is_ones(a, true))
        return NULL;
    const rk_mx *mirror = sum_of_ones(s, rk_letter_transpose(s, b), rk_letter_transpose(s, a));
    return mirror ? mirror->transpose : NULL;
}

/* prod(A[h]) and the member after its last or before its first. */
static const rk_mx *longer_product(rk_mxs *s, rk_letter a, rk_letter b) {
    bool first = a.leaf->kind == RK_L_PROD;
    rk_letter x = first ? a : b, y = first ? b : a;
    if (x.leaf->kind != RK_L_PROD || x.inverted)
        return NULL;
    bool after = first != x.transposed;
    rk_sc low = x.leaf->index[0], high = x.leaf->index[1];
    rk_sc at = after ? rk_sc_add(s->scalars, high, s->one) : rk_sc_sub(s->scalars, low, s->one);
    if (after && rk_sc_excess(s->scalars, at) != 0) /* such members stand apart */
        return NULL;
    const rk_mx *next = rk_mx_put_sym(s, x.leaf->arg[0], x.leaf->sym, at);
    const rk_mx *letter = rk_mx_of_letter(s, y);
    if ((x.transposed ? next->transpose : next) != letter)
        return NULL;
    const rk_mx *whole =
        rk_mx_loop(s, RK_L_PROD, x.leaf->sym, after ? low : at, after ? at : high, x.leaf->arg[0]);
    return x.transposed ? whole->transpose : whole;
}

/* hcat(A[h])*vcat(B[h]) is the sum of A[h]*B[h]. */
const rk_mx *rk_mx_loop_rule(rk_mxs *s, rk_letter a, rk_letter b) {
    const rk_mx *simple = ones_rule(s, a, b);
    if (!simple)
        simple = longer_product(s, a, b);
    if (simple)
        return simple;
    bool x = a.leaf->kind == RK_L_HCAT, y = b.leaf->kind == RK_L_VCAT;
    if (!x && !y)
        return NULL;
    const rk_leaf *loop = x ? a.leaf : b.leaf;
    const rk_mx *left = member(s, a, b.leaf, true), *right = member(s, b, a.leaf, false);
    if (!left || !right)
        return NULL;
    if (x && y) {
        if (a.leaf->index[0] != b.leaf->index[0] || a.leaf->index[1] != b.leaf->index[1] ||
            (a.leaf->sym != b.leaf->sym && is_used(s, a.leaf->sym, right, NULL)))
            return NULL;
        right = renamed(s, b.leaf->sym, a.leaf->sym, right);
    }
    if (left->cols != right->rows)
        return NULL;
    return rk_mx_loop(s, RK_L_SUM, loop->sym, loop->index[0], loop->index[1],
                      rk_mx_mul(s, left, right));
}
