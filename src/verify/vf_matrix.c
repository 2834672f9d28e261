/* The store, and sums and products of words. */
#include "vf_matrix_inside.h"

#include <string.h>

void vf_step(vf_mxs *s) {
    if (++s->steps > VF_MOST_STEPS)
        vf_limit("the steps of symbolic matrices");
}

/* ---- leaves ---- */

static bool same_number(vf_mxs *s, vf_ratio a, vf_ratio b) {
    if (!a.num || !b.num)
        return !a.num && !b.num;
    return vf_mx_equal_numbers(s, a, b);
}

static bool same_argument(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    if (!a || !b)
        return !a && !b;
    return vf_mx_equal(s, a, b);
}

/* Loops are equal whatever the names of their index and running value are. */
static const vf_mx *renamed(vf_mxs *s, const vf_mx *body, const vf_leaf *from, const vf_leaf *to) {
    body = vf_rename(s, body, from->sym, to->sym);
    if (to->kind == VF_L_FOLD)
        body =
            vf_mx_put_fresh(s, body, from->sym2, vf_mx_fresh(s, to->sym2, body->rows, body->cols));
    return body;
}

static bool same_arguments(vf_mxs *s, const vf_leaf *a, const vf_leaf *b) {
    switch (a->kind) {
    case VF_L_SUM:
    case VF_L_PROD:
        return same_argument(s, a->arg[0], renamed(s, b->arg[0], b, a));
    case VF_L_FOLD:
        return same_argument(s, a->arg[0], b->arg[0]) &&
               same_argument(s, a->arg[1], renamed(s, b->arg[1], b, a));
    default:
        return same_argument(s, a->arg[0], b->arg[0]) && same_argument(s, a->arg[1], b->arg[1]);
    }
}

static bool same_leaf(vf_mxs *s, const vf_leaf *a, const vf_leaf *b) {
    bool loop = a->kind == VF_L_SUM || a->kind == VF_L_PROD || a->kind == VF_L_FOLD;
    return a->kind == b->kind && a->op == b->op && a->var == b->var && (loop || a->sym == b->sym) &&
           vf_mx_equal_numbers(s, a->rows, b->rows) && vf_mx_equal_numbers(s, a->cols, b->cols) &&
           same_number(s, a->place[0], b->place[0]) && same_number(s, a->place[1], b->place[1]) &&
           same_arguments(s, a, b);
}

const vf_leaf *vf_leaf_of(vf_mxs *s, vf_leaf key) {
    for (size_t i = 0; i < s->nleaves; i++)
        if (same_leaf(s, s->leaf[i], &key))
            return s->leaf[i];
    vf_leaf *leaf = vf_alloc(sizeof *leaf);
    *leaf = key;
    leaf->id = (unsigned)s->nleaves;
    s->leaf = vf_grow(s->leaf, s->nleaves, sizeof(vf_leaf *));
    s->leaf[s->nleaves++] = leaf;
    return leaf;
}

const vf_mx *vf_mx_of_leaf(vf_mxs *s, vf_leaf key) {
    return vf_mx_of_letter(s, (vf_letter){.leaf = vf_leaf_of(s, key)});
}

const vf_mx *vf_mx_fresh(vf_mxs *s, unsigned sym, vf_ratio rows, vf_ratio cols) {
    return vf_mx_of_leaf(s, (vf_leaf){.kind = VF_L_FRESH, .sym = sym, .rows = rows, .cols = cols});
}

/* ---- sums of words ---- */

vf_sum vf_sum_start(vf_mxs *s, vf_ratio rows, vf_ratio cols) {
    return (vf_sum){.s = s, .rows = rows, .cols = cols};
}

bool vf_same_word(const vf_word *a, const vf_word *b) {
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!vf_same_letter(a->letter[i], b->letter[i]))
            return false;
    return true;
}

/* A word in normal form. */
static void collect(vf_sum *sum, vf_word w) {
    for (size_t i = 0; i < sum->n; i++) {
        if (!vf_same_word(&sum->word[i], &w))
            continue;
        sum->word[i].coef = vf_n_add(sum->s, sum->word[i].coef, w.coef);
        if (vf_ratio_is_zero(sum->word[i].coef))
            sum->word[i] = sum->word[--sum->n];
        return;
    }
    sum->word = vf_grow(sum->word, sum->n, sizeof *sum->word);
    sum->word[sum->n++] = w;
}

static bool is_diagonal(vf_letter a) {
    return a.leaf->props & VF_P_DIAGONAL;
}

/* Diagonal letters side by side commute; they stand in ascending order. */
static void sort_diagonals(vf_letter *letter, size_t n) {
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && is_diagonal(letter[k - 1]) && is_diagonal(letter[k]) &&
                           letter[k - 1].leaf->id > letter[k].leaf->id;
             k--) {
            vf_letter x = letter[k];
            letter[k] = letter[k - 1];
            letter[k - 1] = x;
        }
}

static vf_letter *joined(const vf_letter *a, size_t n, const vf_letter *b, size_t m,
                         const vf_letter *c, size_t k) {
    if (n + m + k > VF_MOST_LETTERS)
        vf_limit("the letters of a word");
    vf_letter *w = vf_alloc((n + m + k + 1) * sizeof *w);
    if (n)
        memcpy(w, a, n * sizeof *w);
    if (m)
        memcpy(w + n, b, m * sizeof *w);
    if (k)
        memcpy(w + n + m, c, k * sizeof *w);
    return w;
}

/* The word with `middle` for letters from..to-1. */
static void put_replaced(vf_sum *sum, vf_ratio coef, const vf_letter *w, size_t n, size_t from,
                         size_t to, const vf_mx *middle) {
    for (size_t i = 0; i < middle->nwords; i++) {
        const vf_word *m = &middle->word[i];
        vf_letter *all = joined(w, from, m->letter, m->n, w + to, n - to);
        vf_sum_put(sum, vf_n_mul(sum->s, coef, m->coef), all, from + m->n + n - to);
    }
}

/* What stands between two boundaries of size 1 is a number. True if there was one. */
static bool take_number(vf_sum *sum, vf_ratio coef, const vf_letter *w, size_t n) {
    size_t start = n + 1;
    for (size_t i = 0; i <= n; i++) {
        vf_ratio size = i == 0 ? sum->rows : vf_letter_cols(w[i - 1]);
        if (!vf_n_is_one(size))
            continue;
        if (start < i) {
            vf_ratio value = vf_word_value(sum->s, w + start, i - start);
            vf_letter *rest = joined(w, start, w + i, n - i, NULL, 0);
            vf_sum_put(sum, vf_n_mul(sum->s, coef, value), rest, n - (i - start));
            return true;
        }
        start = i;
    }
    return false;
}

static void put_word(vf_sum *sum, vf_ratio coef, const vf_letter *letter, size_t n) {
    vf_letter *w = joined(letter, n, NULL, 0, NULL, 0);
    for (size_t i = 0; i < n; i++)
        w[i] = vf_canon(sum->s, w[i]);
    sort_diagonals(w, n);
    for (size_t i = 0, count; i < n; i++) {
        const vf_mx *other = vf_replace(sum->s, w, n, i, &count);
        if (other) {
            put_replaced(sum, coef, w, n, i, i + count, other);
            return;
        }
    }
    if (!take_number(sum, coef, w, n))
        collect(sum, (vf_word){coef, w, n});
}

/* Rules that rewrite one another for ever end at a limit. */
void vf_sum_put(vf_sum *sum, vf_ratio coef, const vf_letter *letter, size_t n) {
    vf_step(sum->s);
    if (vf_ratio_is_zero(coef))
        return;
    if (++sum->s->depth > VF_MOST_NESTED)
        vf_limit("rules inside one another");
    put_word(sum, coef, letter, n);
    sum->s->depth--;
}

void vf_sum_put_mx(vf_sum *sum, vf_ratio coef, const vf_mx *a) {
    for (size_t i = 0; i < a->nwords; i++)
        vf_sum_put(sum, vf_n_mul(sum->s, coef, a->word[i].coef), a->word[i].letter, a->word[i].n);
}

const vf_mx *vf_sum_done(const vf_sum *sum) {
    vf_mx *a = vf_alloc(sizeof *a);
    *a = (vf_mx){sum->rows, sum->cols, sum->word, sum->n};
    return a;
}

/* ---- parts ---- */

const vf_mx *vf_letters(vf_mxs *s, vf_ratio n, const vf_letter *letter, size_t count) {
    vf_ratio cols = count ? vf_letter_cols(letter[count - 1]) : n;
    vf_sum sum = vf_sum_start(s, n, cols);
    vf_sum_put(&sum, vf_ratio_int(1), letter, count);
    return vf_sum_done(&sum);
}

const vf_mx *vf_mx_of_letter(vf_mxs *s, vf_letter letter) {
    return vf_letters(s, vf_letter_rows(letter), &letter, 1);
}

const vf_mx *vf_mx_of_word(vf_mxs *s, const vf_mx *a, size_t word) {
    vf_sum sum = vf_sum_start(s, a->rows, a->cols);
    collect(&sum, a->word[word]);
    return vf_sum_done(&sum);
}

size_t vf_weight(const vf_mx *a) {
    size_t weight = 0;
    for (size_t i = 0; i < a->nwords; i++)
        weight += a->word[i].n;
    return weight;
}

/* ---- operations ---- */

const vf_mx *vf_mx_zero(vf_mxs *s, vf_ratio rows, vf_ratio cols) {
    vf_sum sum = vf_sum_start(s, rows, cols);
    return vf_sum_done(&sum);
}

const vf_mx *vf_mx_eye(vf_mxs *s, vf_ratio n) {
    return vf_letters(s, n, NULL, 0);
}

const vf_mx *vf_mx_scalar(vf_mxs *s, vf_ratio value) {
    return vf_mx_scale(s, value, vf_mx_eye(s, vf_ratio_int(1)));
}

vf_ratio vf_mx_value(vf_mxs *s, const vf_mx *a) {
    (void)s;
    ENSURE("a number is no 1 by 1 matrix", vf_n_is_one(a->rows) && vf_n_is_one(a->cols));
    return a->nwords ? a->word[0].coef : vf_ratio_int(0);
}

static const vf_mx *ones_column(vf_mxs *s, vf_ratio n) {
    if (vf_n_is_one(n))
        return vf_mx_eye(s, n);
    return vf_mx_of_leaf(s, (vf_leaf){.kind = VF_L_ONES,
                                      .rows = n,
                                      .cols = vf_ratio_int(1),
                                      .props = VF_P_NO_ZERO | VF_P_SOME_NONZERO | VF_P_NONNEGATIVE |
                                               VF_P_ROWS_ONE | VF_P_INTEGER});
}

const vf_mx *vf_mx_ones(vf_mxs *s, vf_ratio rows, vf_ratio cols) {
    return vf_mx_mul(s, ones_column(s, rows), vf_mx_transpose(s, ones_column(s, cols)));
}

static const vf_mx *combined(vf_mxs *s, const vf_mx *a, const vf_mx *b, long sign) {
    ENSURE("a sum of matrices of different shapes",
           vf_mx_equal_numbers(s, a->rows, b->rows) && vf_mx_equal_numbers(s, a->cols, b->cols));
    vf_sum sum = vf_sum_start(s, a->rows, a->cols);
    vf_sum_put_mx(&sum, vf_ratio_int(1), a);
    vf_sum_put_mx(&sum, vf_ratio_int(sign), b);
    return vf_sum_done(&sum);
}

const vf_mx *vf_mx_add(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    return combined(s, a, b, 1);
}

const vf_mx *vf_mx_sub(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    return combined(s, a, b, -1);
}

const vf_mx *vf_mx_scale(vf_mxs *s, vf_ratio c, const vf_mx *a) {
    vf_sum sum = vf_sum_start(s, a->rows, a->cols);
    vf_sum_put_mx(&sum, c, a);
    return vf_sum_done(&sum);
}

const vf_mx *vf_mx_mul(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    ENSURE("a product of matrices that do not fit", vf_mx_equal_numbers(s, a->cols, b->rows));
    vf_sum sum = vf_sum_start(s, a->rows, b->cols);
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < b->nwords; k++) {
            const vf_word *x = &a->word[i], *y = &b->word[k];
            vf_letter *w = joined(x->letter, x->n, y->letter, y->n, NULL, 0);
            vf_sum_put(&sum, vf_n_mul(s, x->coef, y->coef), w, x->n + y->n);
        }
    return vf_sum_done(&sum);
}

const vf_mx *vf_mx_transpose(vf_mxs *s, const vf_mx *a) {
    vf_sum sum = vf_sum_start(s, a->cols, a->rows);
    for (size_t i = 0; i < a->nwords; i++) {
        const vf_word *x = &a->word[i];
        vf_letter *w = vf_alloc((x->n + 1) * sizeof *w);
        for (size_t k = 0; k < x->n; k++) {
            w[k] = x->letter[x->n - 1 - k];
            w[k].transposed = !w[k].transposed;
        }
        vf_sum_put(&sum, x->coef, w, x->n);
    }
    return vf_sum_done(&sum);
}

/* ---- blocks ---- */

/* A position that is not known to be inside makes a matrix of which nothing is known. */
const vf_mx *vf_injection(vf_mxs *s, vf_ratio rows, vf_ratio offset, vf_ratio cols) {
    vf_ratio below = vf_n_sub(s, vf_n_sub(s, rows, offset), cols);
    if (vf_ratio_is_zero(offset) && vf_ratio_is_zero(below))
        return vf_mx_eye(s, rows);
    vf_leaf leaf = {.kind = VF_L_INJECTION, .rows = rows, .cols = cols, .place = {offset}};
    leaf.props = VF_P_SOME_NONZERO | VF_P_NONNEGATIVE | VF_P_INTEGER;
    if (vf_mx_at_least(s, offset, 0) && vf_mx_at_least(s, below, 0) && vf_mx_at_least(s, cols, 1))
        return vf_mx_of_leaf(s, leaf);
    return vf_mx_function(s, VF_UNIT, rows, cols, NULL, NULL, offset, (vf_ratio){0});
}

const vf_mx *vf_mx_grid(vf_mxs *s, size_t grid_rows, size_t grid_cols, const vf_mx *const *cell) {
    vf_ratio rows = vf_ratio_int(0), cols = vf_ratio_int(0), top = rows;
    for (size_t i = 0; i < grid_rows; i++)
        rows = vf_n_add(s, rows, cell[i * grid_cols]->rows);
    for (size_t j = 0; j < grid_cols; j++)
        cols = vf_n_add(s, cols, cell[j]->cols);
    vf_sum sum = vf_sum_start(s, rows, cols);
    for (size_t i = 0; i < grid_rows; i++) {
        const vf_mx *down = vf_injection(s, rows, top, cell[i * grid_cols]->rows);
        vf_ratio left = vf_ratio_int(0);
        for (size_t j = 0; j < grid_cols; j++) {
            const vf_mx *a = cell[i * grid_cols + j];
            ENSURE("blocks that do not fit", vf_mx_equal_numbers(s, a->rows, down->cols) &&
                                                 vf_mx_equal_numbers(s, a->cols, cell[j]->cols));
            const vf_mx *beside = vf_mx_transpose(s, vf_injection(s, cols, left, a->cols));
            vf_sum_put_mx(&sum, vf_ratio_int(1), vf_mx_mul(s, vf_mx_mul(s, down, a), beside));
            left = vf_n_add(s, left, a->cols);
        }
        top = vf_n_add(s, top, down->cols);
    }
    return vf_sum_done(&sum);
}
