#include "rk_mx_inside.h"

/* Square matrices that are invertible or positive semidefinite because of what they are sums of. */

static bool is_at_least_zero(rk_mxs *s, rk_sc c) {
    return rk_sc_at_least(s->scalars, c, 0);
}

/* --- positive semidefinite ------------------------------------------------------------------- */

static bool is_square_form(rk_mxs *s, const rk_word *w) {
    return rk_word_is_square_form(s, w->letter, w->length);
}

/* The letters of c*u*1*1'*u' without the ones in the middle; false: w is not of this form. */
static bool without_ones(rk_mxs *s, const rk_word *w, rk_word *rest, rk_sc *count) {
    size_t half = w->length / 2;
    if (w->length < 2 || w->length % 2 || !is_square_form(s, w) ||
        !rk_is_ones(w->letter[half - 1], false) || !rk_is_ones(w->letter[half], true))
        return false;
    rk_letter *letter = rk_arena_alloc(s->arena, w->length * sizeof *letter);
    size_t n = 0;
    for (size_t i = 0; i < w->length; i++)
        if (i != half - 1 && i != half)
            letter[n++] = w->letter[i];
    *rest = (rk_word){w->coef, letter, n};
    *count = w->letter[half].leaf->rows;
    return true;
}

/* 1*1' is at most n times the identity, so that c*u*u' makes up for -e*u*1*1'*u' if c >= e*n. */
static bool is_made_up_for(rk_mxs *s, const rk_mx *a, const rk_word *w) {
    rk_word rest;
    rk_sc count;
    if (!without_ones(s, w, &rest, &count))
        return false;
    for (size_t i = 0; i < a->nwords; i++) {
        if (rk_word_compare(s, &a->word[i], &rest) != 0)
            continue;
        rk_sc need = rk_sc_mul(s->scalars, w->coef, count);
        return is_at_least_zero(s, rk_sc_add(s->scalars, a->word[i].coef, need));
    }
    return false;
}

static bool grid_is_psd(rk_mxs *s, const rk_mx *a) {
    size_t n = a->grid_rows;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < a->grid_cols; j++)
            if (i == j ? !rk_mx_is_psd(s, a->cell[i * n + j]) : !rk_mx_is_zero(a->cell[i * n + j]))
                return false;
    return n == a->grid_cols;
}

bool rk_mx_is_psd(rk_mxs *s, const rk_mx *a) {
    if (a->rows != a->cols)
        return false;
    if (rk_mx_is_grid(a))
        return grid_is_psd(s, a);
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_word *w = &a->word[i];
        bool kept = is_at_least_zero(s, w->coef) ? is_square_form(s, w) : is_made_up_for(s, a, w);
        if (!kept)
            return false;
    }
    return true;
}

/* --- triangular ------------------------------------------------------------------------------ */

/* What is known of the diagonal of a triangular matrix. */
typedef enum diagonal { NOT_TRIANGULAR, DIAGONAL_NONNEGATIVE, DIAGONAL_POSITIVE } diagonal;

static diagonal triangle(rk_mxs *s, const rk_mx *a, bool lower);

static diagonal least(diagonal a, diagonal b) {
    return a < b ? a : b;
}

static diagonal of_diagonal(unsigned props) {
    if (!(props & RK_PROP_DIAGONAL) || !(props & RK_PROP_PSD))
        return NOT_TRIANGULAR;
    return props & RK_PROP_SQUARE_INVERTIBLE ? DIAGONAL_POSITIVE : DIAGONAL_NONNEGATIVE;
}

static diagonal triangle_of_sum(rk_mxs *s, const rk_leaf *a, bool lower) {
    rk_sc span = rk_sc_sub(s->scalars, a->index[1], a->index[0]);
    diagonal body = triangle(s, a->arg[0], lower);
    return is_at_least_zero(s, span) ? body : least(body, DIAGONAL_NONNEGATIVE);
}

static diagonal triangle_of_leaf(rk_mxs *s, const rk_leaf *a, bool lower) {
    switch (a->kind) {
    case RK_L_CAUSAL:
        return lower ? DIAGONAL_POSITIVE : NOT_TRIANGULAR;
    case RK_L_SOFTMAX:
        return lower && rk_mx_is_causal(a->arg[1]) ? DIAGONAL_POSITIVE : NOT_TRIANGULAR;
    case RK_L_POWER:
    case RK_L_PROD:
        return triangle(s, a->arg[0], lower);
    case RK_L_INV:
        return triangle(s, a->arg[0], lower) == DIAGONAL_POSITIVE ? DIAGONAL_POSITIVE
                                                                  : NOT_TRIANGULAR;
    case RK_L_SUM:
        return triangle_of_sum(s, a, lower);
    case RK_L_KRON:
        return least(triangle(s, a->arg[0], lower), triangle(s, a->arg[1], lower));
    default:
        return of_diagonal(a->props);
    }
}

static diagonal triangle_of_word(rk_mxs *s, const rk_word *w, bool lower) {
    diagonal d = DIAGONAL_POSITIVE;
    for (size_t i = 0; i < w->length && d; i++) {
        rk_letter x = w->letter[i];
        diagonal one = triangle_of_leaf(s, x.leaf, lower != x.transposed);
        d = x.inverted && one != DIAGONAL_POSITIVE ? NOT_TRIANGULAR : least(d, one);
    }
    return d;
}

/* A sum of triangular matrices, none subtracted. */
static diagonal triangle(rk_mxs *s, const rk_mx *a, bool lower) {
    diagonal d = DIAGONAL_NONNEGATIVE;
    if (rk_mx_is_grid(a) || a->rows != a->cols)
        return NOT_TRIANGULAR;
    for (size_t i = 0; i < a->nwords; i++) {
        diagonal one = triangle_of_word(s, &a->word[i], lower);
        if (!one || !is_at_least_zero(s, a->word[i].coef))
            return NOT_TRIANGULAR;
        if (one == DIAGONAL_POSITIVE && rk_sc_is_positive(s->scalars, a->word[i].coef))
            d = DIAGONAL_POSITIVE;
    }
    return d;
}

/* --- outweighed ------------------------------------------------------------------------------ */

/* A product of matrices with entries >= 0 and rows of sum 1 is one. */
static bool is_stochastic(const rk_word *w) {
    enum { BOTH = RK_PROP_ROWS_SUM_TO_ONE | RK_PROP_NONNEGATIVE };
    for (size_t i = 0; i < w->length; i++) {
        rk_letter x = w->letter[i];
        bool fits = (x.leaf->props & BOTH) == BOTH && !x.transposed && !x.inverted;
        if (!fits && !(x.leaf->props & RK_PROP_PERMUTATION))
            return false;
    }
    return true;
}

bool rk_mx_is_stochastic(const rk_mx *a) {
    return !rk_mx_is_grid(a) && a->nwords == 1 && rk_sc_is_one(a->word[0].coef) &&
           is_stochastic(&a->word[0]);
}

/* |c| where the sign is known, else NULL. */
static rk_sc absolute(rk_mxs *s, rk_sc c) {
    rk_sc opposite = rk_sc_sub(s->scalars, s->zero, c);
    return is_at_least_zero(s, c) ? c : is_at_least_zero(s, opposite) ? opposite : NULL;
}

static bool ends_positive(const rk_word *w) {
    rk_letter last = w->letter[w->length - 1];
    return is_stochastic(w) && (last.leaf->props & RK_PROP_POSITIVE) && !last.inverted;
}

/* The norm of a letter where it is a number by the letter's set, or where assumptions may say
   something of it; else NULL. */
static rk_sc letter_bound(rk_mxs *s, rk_norm_kind kind, rk_letter x) {
    rk_word w = {s->one, &x, 1};
    if (kind == RK_NORM_TWO && (x.leaf->props & RK_PROP_ORTHOGONAL))
        return s->one;
    if (kind == RK_NORM_INF && is_stochastic(&w))
        return s->one;
    bool may = s->norm && rk_sc_has_assumptions(s->scalars);
    return may ? s->norm(s->norm_self, kind, rk_mx_of_letter(s, x)) : NULL;
}

/* The product of the norms of the letters; NULL where one is not known. */
static rk_sc letters_bound(rk_mxs *s, rk_norm_kind kind, const rk_word *w) {
    rk_sc bound = s->one;
    for (size_t i = 0; bound && i < w->length; i++) {
        rk_sc one = letter_bound(s, kind, w->letter[i]);
        bound = one ? rk_sc_mul(s->scalars, bound, one) : NULL;
    }
    return bound;
}

enum { MOST_WORDS = 8, MOST_SIGNS = 3 };

typedef struct weights {      /* of c*I + c1*W1 + ..., in one norm */
    rk_sc weight[MOST_WORDS]; /* ci times a bound of the norm of Wi */
    size_t n;
    bool helped;
} weights;

/* In rows, equality is enough where some W of the sign of c has averages with positive weights in
   its rows: it adds to the diagonal twice what it would take from it. */
static bool weigh(rk_mxs *s, rk_norm_kind kind, const rk_mx *a, weights *out) {
    *out = (weights){.n = a->nwords - 1};
    for (size_t i = 0; i < out->n; i++) {
        const rk_word *w = &a->word[i + 1];
        rk_sc bound = letters_bound(s, kind, w);
        if (bound == NULL)
            return false;
        out->weight[i] = rk_sc_mul(s->scalars, w->coef, bound);
        rk_sc together = rk_sc_mul(s->scalars, a->word[0].coef, w->coef);
        out->helped |=
            kind == RK_NORM_INF && ends_positive(w) && rk_sc_is_positive(s->scalars, together);
    }
    return true;
}

/* Is excess - |weight| - ... positive? A weight of unknown sign is taken with both. */
static bool is_more(rk_mxs *s, const weights *w, size_t from, rk_sc excess, unsigned unknown) {
    if (from == w->n)
        return w->helped ? is_at_least_zero(s, excess) : rk_sc_is_positive(s->scalars, excess);
    rk_sc weight = absolute(s, w->weight[from]);
    if (weight != NULL)
        return is_more(s, w, from + 1, rk_sc_sub(s->scalars, excess, weight), unknown);
    weight = w->weight[from];
    return unknown < MOST_SIGNS &&
           is_more(s, w, from + 1, rk_sc_sub(s->scalars, excess, weight), unknown + 1) &&
           is_more(s, w, from + 1, rk_sc_add(s->scalars, excess, weight), unknown + 1);
}

/* c*I + c1*W1 + ... with |c| > norm(c1*W1) + ...: no vector is sent to 0. */
static bool words_are_outweighed(rk_mxs *s, rk_norm_kind kind, const rk_mx *a) {
    rk_sc c = absolute(s, a->word[0].coef);
    weights w;
    return c && weigh(s, kind, a, &w) && is_more(s, &w, 0, c, 0);
}

/* The same with the norm of all that stands beside c*I. */
static bool rest_is_outweighed(rk_mxs *s, rk_norm_kind kind, const rk_mx *a) {
    rk_sc c = absolute(s, a->word[0].coef);
    if (c == NULL || s->norm == NULL || !rk_sc_has_assumptions(s->scalars))
        return false;
    const rk_mx *rest = rk_mx_intern(s, a->rows, a->cols, a->word + 1, a->nwords - 1);
    rk_sc norm = s->norm(s->norm_self, kind, rest);
    return rk_sc_is_positive(s->scalars, rk_sc_sub(s->scalars, c, norm));
}

static bool is_outweighed_in(rk_mxs *s, rk_norm_kind kind, const rk_mx *a) {
    return words_are_outweighed(s, kind, a) || rest_is_outweighed(s, kind, a);
}

/* The norms 1 and inf, 2 and Frobenius are at least the modulus of each eigenvalue. */
static bool is_outweighed(rk_mxs *s, const rk_mx *a) {
    if (a->nwords < 2 || a->nwords > MOST_WORDS || a->word[0].length != 0)
        return false;
    return is_outweighed_in(s, RK_NORM_INF, a) ||
           is_outweighed_in(s, RK_NORM_INF, rk_mx_transpose(s, a)) ||
           is_outweighed_in(s, RK_NORM_TWO, a) || is_outweighed_in(s, RK_NORM_FRO, a);
}

/* --- averages -------------------------------------------------------------------------------- */

/* Some column of it has positive entries alone: that of the first key under a causal mask. */
static bool has_positive_column(rk_letter a) {
    bool causal = a.leaf->kind == RK_L_SOFTMAX && rk_mx_is_causal(a.leaf->arg[1]);
    return !a.inverted && !a.transposed && ((a.leaf->props & RK_PROP_POSITIVE) || causal);
}

const rk_mx *rk_mx_averages(rk_mxs *s, const rk_mx *a) {
    bool column = false;
    if (a->rows != a->cols || rk_mx_is_grid(a) || a->nwords < 2 || a->word[0].length != 0)
        return NULL;
    rk_sc minus = rk_sc_sub(s->scalars, s->zero, a->word[0].coef);
    if (!rk_sc_is_nonzero(s->scalars, minus))
        return NULL;
    const rk_mx *rest = rk_mx_intern(s, a->rows, a->cols, a->word + 1, a->nwords - 1);
    const rk_mx *averages = rk_mx_scale(s, rk_sc_div(s->scalars, s->one, minus), rest);
    for (size_t i = 0; i < averages->nwords; i++) {
        const rk_word *w = &averages->word[i];
        if (!is_stochastic(w) || !rk_sc_is_positive(s->scalars, w->coef))
            return NULL;
        column = column || has_positive_column(w->letter[w->length - 1]);
    }
    return column && rk_mx_fixes_ones(s, averages) ? averages : NULL;
}

/* --- invertible ------------------------------------------------------------------------------ */

static bool grid_is_invertible(rk_mxs *s, const rk_mx *a) {
    size_t n = a->grid_rows;
    bool lower = n == a->grid_cols, upper = lower;
    for (size_t i = 0; (lower || upper) && i < n; i++) {
        if (!rk_mx_is_invertible(s, a->cell[i * n + i]))
            return false;
        for (size_t j = 0; j < n; j++) {
            bool zero = rk_mx_is_zero(a->cell[i * n + j]);
            lower &= zero || j <= i;
            upper &= zero || j >= i;
        }
    }
    return lower || upper;
}

/* Semidefinite with a part that is invertible, so that no vector is sent to 0. */
static bool is_definite(rk_mxs *s, const rk_mx *a) {
    bool invertible = false;
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_word *w = &a->word[i];
        if (!is_at_least_zero(s, w->coef) || !is_square_form(s, w))
            return false;
        invertible |= rk_word_is_invertible(w) && rk_sc_is_positive(s->scalars, w->coef);
    }
    return invertible;
}

bool rk_mx_is_invertible(rk_mxs *s, const rk_mx *a) {
    if (a->rows != a->cols || rk_mx_is_zero(a))
        return false;
    if (rk_mx_is_grid(a))
        return grid_is_invertible(s, a);
    if (a->nwords == 1 && rk_word_is_invertible(a->word))
        return rk_sc_is_nonzero(s->scalars, a->word->coef);
    return is_definite(s, a) || is_outweighed(s, a) || triangle(s, a, true) == DIAGONAL_POSITIVE ||
           triangle(s, a, false) == DIAGONAL_POSITIVE;
}
