#include <string.h>
#include "rk_mx_inside.h"

/* --- inverses ------------------------------------------------------------------------------ */

/* The inverse of a matrix that is no single letter, as a leaf. */
static const rk_mx *opaque_inverse(rk_mxs *s, const rk_mx *a) {
    rk_leaf leaf = {.kind = RK_L_INV, .rows = a->rows, .cols = a->cols};
    rk_sc c;
    leaf.arg[0] = rk_mx_monic(s, a, &c);
    const rk_mx *inverse = rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
    return rk_mx_scale(s, rk_sc_div(s->scalars, s->one, c), inverse);
}

static const rk_mx *letter_inverse(rk_mxs *s, rk_letter a) {
    const rk_leaf *leaf = a.leaf;
    const rk_mx *result = NULL;
    if (leaf->kind == RK_L_INV && !a.inverted)
        result = leaf->arg[0];
    else if (leaf->kind == RK_L_BLOCKS && !a.inverted)
        result = rk_mx_inv(s, leaf->arg[0]);
    else if (leaf->kind == RK_L_KRON && leaf->arg[0]->rows == leaf->arg[0]->cols && !a.inverted)
        result = rk_mx_kron(s, rk_mx_inv(s, leaf->arg[0]), rk_mx_inv(s, leaf->arg[1]));
    if (result)
        return a.transposed ? result->transpose : result;
    return rk_mx_of_letter(s, (rk_letter){leaf, a.transposed, !a.inverted});
}

/* A product is cut where the inner size is the size of the whole: each part is square there, and
   invertible because the whole is. */
static const rk_mx *word_inverse(rk_mxs *s, rk_sc n, const rk_word *w) {
    const rk_mx *result = rk_mx_eye(s, n);
    for (size_t from = 0, to; from < w->length; from = to) {
        for (to = from + 1; rk_letter_cols(w->letter[to - 1]) != n;)
            to++;
        const rk_mx *part =
            to == from + 1 ? letter_inverse(s, w->letter[from])
                           : opaque_inverse(s, rk_mx_of_letters(s, n, w->letter + from, to - from));
        result = rk_mx_mul(s, part, result);
    }
    return rk_mx_scale(s, rk_sc_div(s->scalars, s->one, w->coef), result);
}

/* How many square letters all words of a sum begin with. */
static size_t common_squares(const rk_mx *a) {
    size_t k = 0;
    for (;; k++) {
        for (size_t i = 0; i < a->nwords; i++)
            if (a->word[i].length <= k ||
                !rk_same_letter(a->word[i].letter[k], a->word[0].letter[k]) ||
                rk_letter_cols(a->word[i].letter[k]) != a->rows)
                return k;
    }
}

/* Every word without its first k letters. */
static const rk_mx *without_prefix(rk_mxs *s, const rk_mx *a, size_t k) {
    rk_word *word = rk_arena_alloc(s->arena, a->nwords * sizeof *word);
    for (size_t i = 0; i < a->nwords; i++)
        word[i] = (rk_word){a->word[i].coef, a->word[i].letter + k, a->word[i].length - k};
    return rk_mx_of_words(s, a->rows, a->cols, word, a->nwords);
}

static const rk_mx *sum_inverse(rk_mxs *s, const rk_mx *a) {
    size_t k = common_squares(a);
    if (k) {
        const rk_mx *first = rk_mx_of_letters(s, a->rows, a->word[0].letter, k);
        return rk_mx_mul(s, rk_mx_inv(s, without_prefix(s, a, k)), rk_mx_inv(s, first));
    }
    k = common_squares(a->transpose);
    if (!k)
        return opaque_inverse(s, a);
    const rk_mx *last = rk_mx_of_letters(s, a->rows, a->transpose->word[0].letter, k)->transpose;
    const rk_mx *rest = without_prefix(s, a->transpose, k)->transpose;
    return rk_mx_mul(s, rk_mx_inv(s, last), rk_mx_inv(s, rest));
}

const rk_mx *rk_mx_inv(rk_mxs *s, const rk_mx *a) {
    a = rk_mx_settle(s, a);
    if (rk_mx_is_grid(a)) {
        const rk_mx *inverse = rk_mx_grid_inverse(s, a);
        return inverse ? inverse : opaque_inverse(s, a);
    }
    if (a->nwords == 0 || a->rows != a->cols)
        return opaque_inverse(s, a);
    return a->nwords == 1 ? word_inverse(s, a->rows, a->word) : sum_inverse(s, a);
}

/* --- diagonal matrices --------------------------------------------------------------------- */

/* diag of a word that is a column: leading diagonal letters come out, so does a permutation on both
   sides. */
static const rk_mx *diag_of_letters(rk_mxs *s, rk_sc n, const rk_letter *letter, size_t length) {
    if (length == 0)
        return rk_mx_eye(s, n);
    rk_letter first = letter[0];
    if (length == 1 && rk_is_ones(first, false))
        return rk_mx_eye(s, n);
    if (length == 1 && first.leaf->kind == RK_L_UNIT) {
        const rk_mx *unit = rk_mx_of_letter(s, first);
        return rk_mx_mul(s, unit, unit->transpose);
    }
    bool diagonal = rk_letter_is_diagonal(first);
    if (length > 1 && (diagonal || first.leaf->props & RK_PROP_PERMUTATION)) {
        const rk_mx *outer = rk_mx_of_letter(s, first);
        const rk_mx *inner = diag_of_letters(s, n, letter + 1, length - 1);
        const rk_mx *product = rk_mx_mul(s, outer, inner);
        return diagonal ? product : rk_mx_mul(s, product, outer->transpose);
    }
    rk_leaf leaf = {.kind = RK_L_DIAG, .rows = n, .cols = n};
    leaf.arg[0] = rk_mx_of_letters(s, n, letter, length);
    return rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

static const rk_mx *diag_of_grid(rk_mxs *s, const rk_mx *column) {
    size_t n = column->grid_rows;
    const rk_mx **cell = rk_arena_alloc(s->arena, n * n * sizeof *cell);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            cell[i * n + j] = i == j ? rk_mx_diag(s, column->cell[i])
                                     : rk_mx_zero(s, column->cell[i]->rows, column->cell[j]->rows);
    return rk_mx_grid(s, n, n, cell);
}

const rk_mx *rk_mx_diag(rk_mxs *s, const rk_mx *column) {
    column = rk_mx_settle(s, column);
    if (rk_mx_is_grid(column))
        return diag_of_grid(s, column);
    const rk_mx *sum = rk_mx_zero(s, column->rows, column->rows);
    for (size_t i = 0; i < column->nwords; i++) {
        const rk_word *w = &column->word[i];
        const rk_mx *part = diag_of_letters(s, column->rows, w->letter, w->length);
        sum = rk_mx_add(s, sum, rk_mx_scale(s, w->coef, part));
    }
    return sum;
}

/* --- powers -------------------------------------------------------------------------------- */

static const rk_mx *small_power(rk_mxs *s, const rk_mx *a, int64_t k) {
    const rk_mx *result = rk_mx_eye(s, a->rows);
    for (int64_t i = 0; i < k; i++)
        result = rk_mx_mul(s, result, a);
    return result;
}

/* g*inner*inv(g), of which the power is g*inner^k*inv(g); NULL: no such thing. */
static const rk_mx *power_of_similar(rk_mxs *s, const rk_mx *a, rk_sc exponent) {
    const rk_word *w = a->word;
    if (a->nwords != 1 || w->length < 2 || rk_letter_cols(w->letter[0]) != a->rows ||
        !rk_letters_cancel(w->letter[w->length - 1], w->letter[0]))
        return NULL;
    const rk_mx *inner = rk_mx_of_letters(s, a->rows, w->letter + 1, w->length - 2);
    const rk_mx *power = rk_mx_power(s, rk_mx_scale(s, w->coef, inner), exponent);
    const rk_mx *first = rk_mx_of_letter(s, w->letter[0]);
    return rk_mx_mul(s, rk_mx_mul(s, first, power), rk_mx_of_letter(s, w->letter[w->length - 1]));
}

/* a^k for a k that is at least 0. */
static const rk_mx *power_leaf(rk_mxs *s, const rk_mx *a, rk_sc exponent) {
    bool positive = rk_sc_at_least(s->scalars, exponent, 1);
    if (rk_mx_is_eye(a) || (positive && rk_mx_mul(s, a, a) == a))
        return a;
    if (a->nwords == 1 && a->word->length == 0)
        return rk_mx_scale(s, rk_sc_pow(s->scalars, a->word->coef, exponent),
                           rk_mx_eye(s, a->rows));
    const rk_mx *similar = power_of_similar(s, a, exponent);
    if (similar)
        return similar;
    rk_sc c;
    rk_leaf leaf = {.kind = RK_L_POWER, .rows = a->rows, .cols = a->cols, .index = {exponent}};
    leaf.arg[0] = rk_mx_monic(s, a, &c);
    const rk_letter *letter = rk_mx_letter(leaf.arg[0]);
    bool inverted = letter && letter->inverted;
    if (inverted)
        leaf.arg[0] = rk_mx_of_letter(s, (rk_letter){letter->leaf, letter->transposed, false});
    const rk_mx *power = rk_mx_of_letter(s, (rk_letter){rk_mx_leaf(s, &leaf), false, inverted});
    return rk_sc_is_one(c) ? power : rk_mx_scale(s, rk_sc_pow(s->scalars, c, exponent), power);
}

static const rk_mx *unknown_power(rk_mxs *s, const rk_mx *a, rk_sc exponent) {
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = RK_T_POWER, .rows = a->rows, .cols = a->cols};
    leaf.arg[0] = a;
    leaf.index[0] = exponent;
    return rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

const rk_mx *rk_mx_power(rk_mxs *s, const rk_mx *a, rk_sc exponent) {
    int64_t k;
    a = rk_mx_settle(s, a);
    bool integer = rk_sc_is_int(s->scalars, exponent, &k);
    rk_sc opposite = rk_sc_sub(s->scalars, s->zero, exponent);
    if (integer && k < 0)
        return rk_mx_power(s, rk_mx_inv(s, a), opposite);
    if (integer && k <= RK_MX_POWER && (a->nwords <= 1 || k <= 3))
        return small_power(s, a, k);
    if (rk_sc_at_least(s->scalars, exponent, 0))
        return power_leaf(s, a, exponent);
    if (rk_sc_at_least(s->scalars, opposite, 0))
        return power_leaf(s, rk_mx_inv(s, a), opposite);
    return unknown_power(s, a, exponent);
}

/* What a letter is a power of, and to which exponent. */
static rk_letter power_base(rk_letter a, rk_sc *exponent, rk_sc one) {
    const rk_letter *base = NULL;
    *exponent = one;
    if (a.leaf->kind == RK_L_POWER) {
        base = rk_mx_letter(a.leaf->arg[0]);
        *exponent = a.leaf->index[0];
    }
    if (!base)
        return a;
    return (rk_letter){base->leaf, base->transposed != a.transposed, base->inverted != a.inverted};
}

/* The product that a letter is a power of, with coefficient 1; NULL: none of several letters. */
static const rk_mx *power_word(rk_letter a) {
    if (a.leaf->kind != RK_L_POWER || a.inverted)
        return NULL;
    const rk_mx *base = a.transposed ? a.leaf->arg[0]->transpose : a.leaf->arg[0];
    bool word = base->nwords == 1 && base->word->length > 1 && rk_sc_is_one(base->word->coef);
    return word ? base : NULL;
}

/* (u*v)^k*u is u*(v*u)^k: powers stand as far to the right as they can. */
static const rk_mx *power_moved(rk_mxs *s, rk_letter a, rk_letter b) {
    const rk_mx *base = power_word(a);
    if (!base || !rk_same_letter(base->word->letter[0], b))
        return NULL;
    const rk_word *w = base->word;
    const rk_mx *first = rk_mx_of_letter(s, b);
    const rk_mx *rest = rk_mx_of_letters(s, rk_letter_cols(b), w->letter + 1, w->length - 1);
    return rk_mx_mul(s, first, rk_mx_power(s, rk_mx_mul(s, rest, first), a.leaf->index[0]));
}

const rk_mx *rk_mx_power_after(rk_mxs *s, const rk_letter *letter, size_t i, size_t *count) {
    const rk_mx *base = power_word(letter[i]);
    if (!base || base->word->length > i)
        return NULL;
    *count = base->word->length;
    if (!rk_same_letters(base->word->letter, letter + i - *count, *count))
        return NULL;
    return rk_mx_power(s, base, rk_sc_add(s->scalars, letter[i].leaf->index[0], s->one));
}

bool rk_mx_has_moving_power(const rk_mx *a) {
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < a->word[i].length && a->word[i].length > 1; k++)
            if (power_word(a->word[i].letter[k]))
                return true;
    return false;
}

const rk_mx *rk_mx_power_rule(rk_mxs *s, rk_letter a, rk_letter b) {
    bool x = a.leaf->kind == RK_L_POWER, y = b.leaf->kind == RK_L_POWER;
    if (!x && !y)
        return NULL;
    const rk_mx *moved = power_moved(s, a, b);
    if (moved)
        return moved;
    if (x && y && a.leaf->arg[0] == b.leaf->arg[0] && a.transposed == b.transposed &&
        a.inverted == b.inverted) {
        rk_sc k = rk_sc_add(s->scalars, a.leaf->index[0], b.leaf->index[0]);
        const rk_mx *power = rk_mx_power(s, a.leaf->arg[0], k);
        power = a.inverted ? rk_mx_inv(s, power) : power;
        return a.transposed ? power->transpose : power;
    }
    rk_sc j, k;
    rk_letter u = rk_letter_canon(s, power_base(a, &j, s->one));
    rk_letter v = rk_letter_canon(s, power_base(b, &k, s->one));
    if (!rk_same_letter(u, v))
        return NULL;
    return rk_mx_power(s, rk_mx_of_letter(s, u), rk_sc_add(s->scalars, j, k));
}
