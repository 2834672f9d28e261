#include "rk_mx_inside.h"

/* --- simple matrices ----------------------------------------------------------------------- */

const rk_mx *rk_mx_of_word(rk_mxs *s, rk_sc rows, rk_sc cols, const rk_word *word) {
    return rk_mx_intern(s, rows, cols, word, rk_sc_is_zero(word->coef) ? 0 : 1);
}

const rk_mx *rk_mx_of_letters(rk_mxs *s, rk_sc rows, const rk_letter *letter, size_t n) {
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, rows, n ? rk_letter_cols(letter[n - 1]) : rows);
    rk_mx_sum_put_letters(s, &sum, s->one, letter, n);
    return rk_mx_sum_done(s, &sum);
}

const rk_mx *rk_mx_of_words(rk_mxs *s, rk_sc rows, rk_sc cols, const rk_word *word, size_t n) {
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, rows, cols);
    for (size_t i = 0; i < n; i++)
        rk_mx_sum_put_letters(s, &sum, word[i].coef, word[i].letter, word[i].length);
    return rk_mx_sum_done(s, &sum);
}

const rk_mx *rk_mx_zero(rk_mxs *s, rk_sc rows, rk_sc cols) {
    return rk_mx_intern(s, rows, cols, NULL, 0);
}

static const rk_mx *multiple_of_eye(rk_mxs *s, rk_sc n, rk_sc c) {
    rk_word word = {c, NULL, 0};
    return rk_mx_of_word(s, n, n, &word);
}

const rk_mx *rk_mx_eye(rk_mxs *s, rk_sc n) {
    return multiple_of_eye(s, n, s->one);
}

const rk_mx *rk_mx_scalar(rk_mxs *s, rk_sc value) {
    return multiple_of_eye(s, s->one, value);
}

static const rk_mx *ones_column(rk_mxs *s, rk_sc n) {
    rk_leaf leaf = {.kind = RK_L_ONES, .rows = n, .cols = s->one};
    return rk_sc_is_one(n) ? rk_mx_eye(s, n) : rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

const rk_mx *rk_mx_ones(rk_mxs *s, rk_sc rows, rk_sc cols) {
    return rk_mx_mul(s, ones_column(s, rows), ones_column(s, cols)->transpose);
}

const rk_mx *rk_mx_unit(rk_mxs *s, rk_sc rows, rk_sc position) {
    rk_leaf leaf = {.kind = RK_L_UNIT, .rows = rows, .cols = s->one, .index = {position}};
    return rk_sc_is_one(rows) ? rk_mx_eye(s, rows) : rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

rk_sc rk_mx_value(rk_mxs *s, const rk_mx *a) {
    a = rk_mx_settle(s, a);
    return a->nwords ? a->word->coef : s->zero;
}

/* --- arithmetic ---------------------------------------------------------------------------- */

const rk_mx *rk_mx_add(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    a = rk_mx_settle(s, a);
    b = rk_mx_settle(s, b);
    if (rk_mx_is_zero(a))
        return b;
    if (rk_mx_is_zero(b))
        return a;
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, a->rows, a->cols);
    rk_mx_sum_put_times(s, &sum, s->one, a);
    rk_mx_sum_put_times(s, &sum, s->one, b);
    return rk_mx_sum_done(s, &sum);
}

const rk_mx *rk_mx_scale(rk_mxs *s, rk_sc c, const rk_mx *a) {
    if (rk_sc_is_one(c))
        return a;
    if (rk_sc_is_zero(c))
        return rk_mx_zero(s, a->rows, a->cols);
    if (rk_mx_is_grid(a))
        return rk_mx_grid_scale(s, c, a);
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, a->rows, a->cols);
    rk_mx_sum_put_times(s, &sum, c, rk_mx_settle(s, a));
    return rk_mx_sum_done(s, &sum);
}

const rk_mx *rk_mx_sub(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    return rk_mx_add(s, a, rk_mx_scale(s, rk_sc_int(s->scalars, -1), b));
}

const rk_mx *rk_mx_transpose(rk_mxs *s, const rk_mx *a) {
    (void)s;
    return a->transpose;
}

/* A product too large to be written out, or of sizes not known to agree. */
static const rk_mx *opaque_product(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = RK_T_MUL, .rows = a->rows, .cols = b->cols};
    leaf.arg[0] = a;
    leaf.arg[1] = b;
    return rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

static bool too_large(const rk_mx *a, const rk_mx *b) {
    size_t words = a->nwords * b->nwords;
    return words > RK_MX_WORDS ||
           (words > 1 && a->nwords * b->weight + b->nwords * a->weight > RK_MX_WEIGHT) ||
           a->weight + b->weight > RK_MX_WEIGHT;
}

static void put_product(rk_mxs *s, rk_mx_sum *sum, const rk_word *a, const rk_word *b) {
    size_t n = a->length + b->length;
    rk_letter *letter = n ? rk_arena_alloc(s->arena, n * sizeof *letter) : NULL;
    for (size_t i = 0; i < n; i++)
        letter[i] = i < a->length ? a->letter[i] : b->letter[i - a->length];
    rk_sc coef = rk_sc_is_one(a->coef)   ? b->coef
                 : rk_sc_is_one(b->coef) ? a->coef
                                         : rk_sc_mul(s->scalars, a->coef, b->coef);
    rk_mx_sum_put_letters(s, sum, coef, letter, n);
}

/* The inverse or a power of a sum or grid stands next to it: a == c*arg there. NULL if not so. */
static const rk_mx *meets_sum(rk_mxs *s, const rk_mx *a, rk_letter x) {
    if ((a->nwords < 2 && !a->cell) || x.inverted ||
        (x.leaf->kind != RK_L_INV && x.leaf->kind != RK_L_POWER))
        return NULL;
    const rk_mx *arg = x.transposed ? x.leaf->arg[0]->transpose : x.leaf->arg[0];
    rk_sc lead = rk_mx_leading(arg);
    rk_sc c = lead ? rk_sc_div(s->scalars, rk_mx_leading(a), lead) : NULL;
    if (!lead || arg->nwords != a->nwords || rk_mx_scale(s, c, arg) != a)
        return NULL;
    if (x.leaf->kind == RK_L_INV)
        return rk_mx_scale(s, c, rk_mx_eye(s, a->rows));
    rk_leaf power = *x.leaf;
    power.index[0] = rk_sc_add(s->scalars, power.index[0], s->one);
    rk_letter letter = {rk_mx_leaf(s, &power), x.transposed, false};
    return rk_mx_scale(s, c, rk_mx_of_letter(s, letter));
}

/* a*b where the one is a sum and the other a word that begins (ends) with its inverse or power. */
static const rk_mx *product_with_sum(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    if (b->nwords == 1 && b->word->length) {
        const rk_word *w = b->word;
        const rk_mx *m = meets_sum(s, a, w->letter[0]);
        rk_word rest = {w->coef, w->letter + 1, w->length - 1};
        if (m)
            return rk_mx_mul(s, m, rk_mx_of_words(s, m->cols, b->cols, &rest, 1));
    }
    if (a->nwords == 1 && a->word->length) {
        const rk_word *w = a->word;
        const rk_mx *m = meets_sum(s, b, w->letter[w->length - 1]);
        rk_word rest = {w->coef, w->letter, w->length - 1};
        if (m)
            return rk_mx_mul(s, rk_mx_of_words(s, a->rows, m->rows, &rest, 1), m);
    }
    return NULL;
}

static const rk_mx *expand(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    if (too_large(a, b))
        return opaque_product(s, a, b);
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, a->rows, b->cols);
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < b->nwords; k++)
            put_product(s, &sum, &a->word[i], &b->word[k]);
    return rk_mx_sum_done(s, &sum);
}

const rk_mx *rk_mx_mul(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    if (a->cols != b->rows)
        return opaque_product(s, a, b);
    if (rk_mx_is_zero(a) || rk_mx_is_zero(b))
        return rk_mx_zero(s, a->rows, b->cols);
    if (rk_mx_is_eye(a))
        return rk_mx_settle(s, b);
    if (rk_mx_is_eye(b))
        return rk_mx_settle(s, a);
    rk_mx_memo memo = {.op = RK_MEMO_MUL, .key = {a, b}};
    if (rk_mx_recall(s, &memo))
        return memo.result;
    if (s->depth == RK_MX_DEPTH)
        return opaque_product(s, a, b);
    s->depth++;
    const rk_mx *x = rk_mx_settle(s, a), *y = rk_mx_settle(s, b);
    bool grid = rk_mx_is_grid(x) || rk_mx_is_grid(y);
    memo.result = product_with_sum(s, x, y);
    if (!memo.result)
        memo.result = grid ? rk_mx_grid_mul(s, x, y) : expand(s, x, y);
    s->depth--;
    rk_mx_remember(s, &memo);
    return memo.result;
}

void rk_mx_split(rk_mxs *s, const rk_mx *a, size_t k, const rk_mx **left, const rk_mx **right) {
    const rk_word *w = a->word;
    rk_sc middle = k == 0 ? a->rows : rk_letter_cols(w->letter[k - 1]);
    rk_word first = {w->coef, w->letter, k}, rest = {s->one, w->letter + k, w->length - k};
    *left = rk_mx_of_words(s, a->rows, middle, &first, 1);
    *right = rk_mx_of_words(s, middle, a->cols, &rest, 1);
}

/* --- questions ----------------------------------------------------------------------------- */

bool rk_mx_is_zero(const rk_mx *a) {
    return a->nwords == 0 && !a->cell;
}

bool rk_mx_is_eye(const rk_mx *a) {
    return a->nwords == 1 && a->word->length == 0 && rk_sc_is_one(a->word->coef);
}

bool rk_mx_is_grid(const rk_mx *a) {
    return a->cell != NULL;
}

const rk_letter *rk_mx_letter(const rk_mx *a) {
    bool single = a->nwords == 1 && a->word->length == 1 && rk_sc_is_one(a->word->coef);
    return single ? a->word->letter : NULL;
}

rk_sc rk_mx_leading(const rk_mx *a) {
    if (a->nwords)
        return a->word->coef;
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        if (a->cell[i]->nwords)
            return a->cell[i]->word->coef;
    return NULL;
}

const rk_mx *rk_mx_monic(rk_mxs *s, const rk_mx *a, rk_sc *c) {
    rk_sc lead = rk_mx_leading(a);
    *c = s->one;
    if (!lead || rk_sc_is_one(lead) || !rk_sc_is_nonzero(s->scalars, lead))
        return a;
    *c = lead;
    return rk_mx_scale(s, rk_sc_div(s->scalars, s->one, lead), a);
}
