/* Questions about matrices: sufficient conditions, by construction or by what is known. */
#include "vf_matrix_inside.h"

static bool square(vf_mxs *s, const vf_mx *a) {
    return vf_mx_equal_numbers(s, a->rows, a->cols);
}

static bool is_single(const vf_mx *a, vf_letter *letter) {
    bool is = a->nwords == 1 && a->word[0].n == 1;
    if (is)
        *letter = a->word[0].letter[0];
    return is;
}

/* ---- equality ---- */

bool vf_mx_equal(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    if (a == b)
        return true;
    return vf_mx_equal_numbers(s, a->rows, b->rows) && vf_mx_equal_numbers(s, a->cols, b->cols) &&
           vf_mx_is_zero(s, vf_mx_sub(s, a, b));
}

bool vf_mx_is_eye(vf_mxs *s, const vf_mx *a) {
    return square(s, a) && vf_mx_equal(s, a, vf_mx_eye(s, a->rows));
}

bool vf_mx_is_symmetric(vf_mxs *s, const vf_mx *a) {
    return square(s, a) && vf_mx_equal(s, a, vf_mx_transpose(s, a));
}

bool vf_mx_fixes_ones(vf_mxs *s, const vf_mx *a) {
    vf_ratio one = vf_ratio_int(1);
    return vf_mx_equal(s, vf_mx_mul(s, a, vf_mx_ones(s, a->cols, one)),
                       vf_mx_ones(s, a->rows, one));
}

/* ---- invertible ---- */

/* The body of a loop for an index in its range. */
static bool body_is_invertible(vf_mxs *s, const vf_leaf *a) {
    unsigned sym = vf_new_index(s);
    vf_mark mark = vf_mx_mark(s);
    vf_within(s, sym, vf_ratio_int(1), a->place[0]);
    bool is = vf_mx_is_invertible(s, vf_rename(s, a->arg[0], a->sym, sym));
    vf_mx_forget(s, mark);
    return is;
}

static bool has_no_zero(vf_mxs *s, const vf_mx *column) {
    vf_letter x;
    return is_single(column, &x) && !x.inverted && (x.leaf->props & VF_P_NO_ZERO) &&
           vf_mx_is_nonzero(s, column->word[0].coef);
}

static bool is_known_invertible(vf_mxs *s, const vf_mx *a);

bool vf_leaf_is_invertible(vf_mxs *s, const vf_leaf *a) {
    if (a->props & VF_P_INVERTIBLE)
        return true;
    if (!vf_mx_equal_numbers(s, a->rows, a->cols))
        return false;
    switch (a->kind) {
    case VF_L_INV:
    case VF_L_POWER:
        return vf_mx_is_invertible(s, a->arg[0]);
    case VF_L_KRON:
        return vf_mx_is_invertible(s, a->arg[0]) && vf_mx_is_invertible(s, a->arg[1]);
    case VF_L_DIAG:
        return has_no_zero(s, a->arg[0]) || is_known_invertible(s, vf_mx_of_leaf(s, *a));
    case VF_L_PROD:
        return body_is_invertible(s, a);
    default:
        return is_known_invertible(s, vf_mx_of_leaf(s, *a));
    }
}

static bool word_is_invertible(vf_mxs *s, const vf_word *w) {
    if (!vf_mx_is_nonzero(s, w->coef))
        return false;
    for (size_t i = 0; i < w->n; i++)
        if (!vf_leaf_is_invertible(s, w->letter[i].leaf))
            return false;
    return true;
}

/* The coefficients of a word that both have, where neither is 0; false: none is known. */
static bool coefficients(vf_mxs *s, const vf_mx *a, const vf_mx *b, vf_ratio *x, vf_ratio *y) {
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < b->nwords; k++) {
            *x = a->word[i].coef;
            *y = b->word[k].coef;
            if (vf_same_word(&a->word[i], &b->word[k]) && vf_mx_is_nonzero(s, *x) &&
                vf_mx_is_nonzero(s, *y))
                return true;
        }
    return false;
}

/* a == c*b for a number c that is not 0 */
static bool is_multiple(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    vf_ratio x, y;
    if (a->nwords == 0 || a->nwords != b->nwords)
        return a->nwords == b->nwords;
    return coefficients(s, a, b, &x, &y) &&
           vf_mx_equal(s, vf_mx_scale(s, y, a), vf_mx_scale(s, x, b));
}

static bool is_known_invertible(vf_mxs *s, const vf_mx *a) {
    for (size_t i = 0; i < s->ninvertible; i++) {
        const vf_mx *b = s->invertible[i];
        if (vf_mx_equal_numbers(s, a->rows, b->rows) &&
            (is_multiple(s, a, b) || is_multiple(s, vf_mx_transpose(s, a), b)))
            return true;
    }
    return false;
}

/* Positive semidefinite words and a multiple of the identity that is positive. */
static bool is_definite(vf_mxs *s, const vf_mx *a) {
    for (size_t i = 0; i < a->nwords; i++)
        if (a->word[i].n == 0) {
            vf_ratio c = a->word[i].coef;
            const vf_mx *rest = vf_mx_sub(s, a, vf_mx_scale(s, c, vf_mx_eye(s, a->rows)));
            return vf_n_positive(s, c) && vf_mx_is_psd(s, rest);
        }
    return false;
}

/* [A, B; 0, D] with invertible A and D, and mirrored: the first block row (column) is zero beside
   the first block. */
static bool is_triangle(vf_mxs *s, const vf_mx *a) {
    for (size_t i = 0; i < a->nwords; i++) {
        if (a->word[i].n == 0 || !vf_is_kind(a->word[i].letter[0], VF_L_INJECTION, false))
            continue;
        const vf_leaf *e = a->word[i].letter[0].leaf;
        if (!vf_ratio_is_zero(e->place[0]))
            continue;
        const vf_mx *first = vf_mx_of_leaf(s, *e);
        const vf_mx *second = vf_injection(s, e->rows, e->cols, vf_n_sub(s, e->rows, e->cols));
        if (second->nwords != 1)
            return false;
        const vf_mx *up[2] = {vf_mx_transpose(s, first), vf_mx_transpose(s, second)};
        const vf_mx *right = vf_mx_mul(s, vf_mx_mul(s, up[0], a), second);
        const vf_mx *below = vf_mx_mul(s, vf_mx_mul(s, up[1], a), first);
        return (vf_mx_is_zero(s, right) || vf_mx_is_zero(s, below)) &&
               vf_mx_is_invertible(s, vf_mx_mul(s, vf_mx_mul(s, up[0], a), first)) &&
               vf_mx_is_invertible(s, vf_mx_mul(s, vf_mx_mul(s, up[1], a), second));
    }
    return false;
}

/* Words of letters that are triangular with a positive diagonal, all of one kind: added up with
   coefficients that are not negative, one of them positive. (Diagonal letters are of both kinds,
   and inverses stay of theirs.) */
static bool is_positive_triangle(vf_mxs *s, const vf_mx *a, bool transposed) {
    bool some = false;
    for (size_t i = 0; i < a->nwords; i++) {
        if (!vf_mx_at_least(s, a->word[i].coef, 0))
            return false;
        some = some || vf_n_positive(s, a->word[i].coef);
        for (size_t k = 0; k < a->word[i].n; k++) {
            vf_letter x = a->word[i].letter[k];
            bool side = x.transposed == transposed || (x.leaf->props & VF_P_DIAGONAL);
            if (!side || !(x.leaf->props & VF_P_LOWER))
                return false;
        }
    }
    return some;
}

/* ---- c*I and what is smaller ---- */

/* A product of matrices whose rows are averages; the last one (`all`) with positive weights. */
static bool is_average(const vf_word *w, bool all) {
    enum { AVERAGE = VF_P_ROWS_ONE | VF_P_NONNEGATIVE };
    for (size_t i = 0; i < w->n; i++) {
        vf_letter x = w->letter[i];
        bool turned = (x.inverted || x.transposed) && !(x.leaf->props & VF_P_PERMUTATION);
        if (turned || (x.leaf->props & AVERAGE) != AVERAGE)
            return false;
    }
    return !all || (w->n > 0 && (w->letter[w->n - 1].leaf->props & VF_P_NO_ZERO));
}

bool vf_mx_is_stochastic(const vf_mx *a) {
    return a->nwords == 1 && vf_n_is_one(a->word[0].coef) && is_average(&a->word[0], false);
}

/* The product of the norms of the letters. */
static vf_ratio word_norm(vf_mxs *s, vf_op norm, const vf_word *w) {
    vf_ratio bound = vf_ratio_int(1);
    for (size_t i = 0; i < w->n; i++) {
        const vf_word one = {.letter = &w->letter[i], .n = 1};
        bool is_one = norm == VF_NORM_TWO && (w->letter[i].leaf->props & VF_P_ORTHOGONAL);
        if (!is_one && !(norm == VF_NORM_INF && is_average(&one, false)))
            bound = vf_n_mul(s, bound, vf_norm(s, norm, vf_mx_of_letter(s, w->letter[i])));
    }
    return bound;
}

enum { MOST_WEIGHTS = 8 };

typedef struct weights { /* of c*I + c1*W1 + ...: ci times a norm of Wi */
    vf_ratio weight[MOST_WEIGHTS];
    size_t n;
    bool helped; /* some W of the sign of c is an average with positive weights, in rows */
} weights;

/* excess - |weight| - ... > 0, a weight of unknown sign taken with both; what helps is added to the
   diagonal in each row, so that 0 is enough. */
static bool is_more(vf_mxs *s, const weights *w, size_t from, vf_ratio excess) {
    if (from == w->n)
        return w->helped ? vf_mx_at_least(s, excess, 0) : vf_n_positive(s, excess);
    vf_ratio x = w->weight[from], less = vf_n_sub(s, excess, x), more = vf_n_add(s, excess, x);
    if (vf_mx_at_least(s, x, 0))
        return is_more(s, w, from + 1, less);
    if (vf_mx_at_least(s, vf_n_sub(s, vf_ratio_int(0), x), 0))
        return is_more(s, w, from + 1, more);
    return is_more(s, w, from + 1, less) && is_more(s, w, from + 1, more);
}

/* The norms of the words, or that of their sum (`together`), are less than |c|: no vector is sent
   to 0. */
static bool is_outweighed_in(vf_mxs *s, vf_op norm, const vf_mx *a, bool together) {
    weights w = {.n = 0};
    vf_ratio c = {0};
    for (size_t i = 0; i < a->nwords; i++)
        if (a->word[i].n == 0)
            c = a->word[i].coef;
    if (!c.num || a->nwords > MOST_WEIGHTS)
        return false;
    for (size_t i = 0; i < a->nwords; i++) {
        vf_word word = a->word[i];
        if (word.n == 0 || together)
            continue;
        w.weight[w.n++] = vf_n_mul(s, word.coef, word_norm(s, norm, &word));
        w.helped |= norm == VF_NORM_INF && is_average(&word, true) &&
                    vf_n_positive(s, vf_n_mul(s, c, word.coef));
    }
    if (together)
        w.weight[w.n++] =
            vf_norm(s, norm, vf_mx_sub(s, a, vf_mx_scale(s, c, vf_mx_eye(s, a->rows))));
    vf_ratio minus = vf_n_sub(s, vf_ratio_int(0), c);
    return vf_n_positive(s, c) ? is_more(s, &w, 0, c)
                               : vf_n_positive(s, minus) && is_more(s, &w, 0, minus);
}

/* Some column of it has positive entries alone: all of them, or under a causal mask that of the
   first key (of the last, if the mask is upper triangular). */
static bool has_positive_column(vf_letter x) {
    const vf_leaf *l = x.leaf;
    bool causal = l->kind == VF_L_FUNCTION && l->op == VF_SOFTMAX && vf_mx_is_causal(l->arg[1]);
    return !x.inverted && !x.transposed && ((l->props & VF_P_NO_ZERO) || causal);
}

bool vf_mx_is_averaging(vf_mxs *s, const vf_mx *a) {
    vf_ratio sum = vf_ratio_int(0);
    bool column = false;
    for (size_t i = 0; i < a->nwords; i++) {
        const vf_word *w = &a->word[i];
        if (!is_average(w, false) || !vf_n_positive(s, w->coef))
            return false;
        column = column || (w->n > 0 && has_positive_column(w->letter[w->n - 1]));
        sum = vf_n_add(s, sum, w->coef);
    }
    return column && square(s, a) && vf_n_is_one(sum);
}

static bool is_outweighed(vf_mxs *s, const vf_mx *a) {
    static const vf_op norm[] = {VF_NORM_INF, VF_NORM_TWO, VF_NORM_FRO};
    for (size_t i = 0; i < 6; i++)
        if (is_outweighed_in(s, norm[i / 2], a, i % 2) ||
            (i < 2 && is_outweighed_in(s, norm[0], vf_mx_transpose(s, a), i % 2)))
            return true;
    return false;
}

bool vf_mx_is_invertible(vf_mxs *s, const vf_mx *a) {
    if (!square(s, a) || a->nwords == 0)
        return false;
    if (vf_n_is_one(a->rows))
        return vf_mx_is_nonzero(s, vf_mx_value(s, a));
    return (a->nwords == 1 && word_is_invertible(s, &a->word[0])) || is_known_invertible(s, a) ||
           is_definite(s, a) || is_triangle(s, a) || is_positive_triangle(s, a, false) ||
           is_positive_triangle(s, a, true) || is_outweighed(s, a);
}

bool vf_mx_is_scaled(vf_mxs *s, const vf_mx *a, vf_ratio eps) {
    if (vf_n_positive(s, eps))
        return true;
    for (size_t i = 0; i < s->nscaled; i++)
        if (vf_mx_equal_numbers(s, s->scaled[i].eps, eps) &&
            vf_mx_equal_numbers(s, a->rows, s->scaled[i].mx->rows) &&
            vf_mx_equal_numbers(s, a->cols, s->scaled[i].mx->cols) &&
            is_multiple(s, a, s->scaled[i].mx))
            return true;
    return false;
}

/* ---- positive semidefinite ---- */

/* By its set; the inverse of what is; sums of what is; and the eigenvalues of kron(A, B) are
   products. */
static bool leaf_is_psd(vf_mxs *s, const vf_leaf *a) {
    if (a->kind == VF_L_INV)
        return vf_mx_is_invertible(s, a->arg[0]) && vf_mx_is_psd(s, a->arg[0]);
    if (a->kind == VF_L_SUM) /* to an end below 0 it is minus a sum */
        return vf_mx_at_least(s, a->place[0], 0) && vf_mx_is_psd(s, a->arg[0]);
    bool kron = a->kind == VF_L_KRON;
    return a->props & VF_P_PSD ||
           (kron && vf_mx_is_psd(s, a->arg[0]) && vf_mx_is_psd(s, a->arg[1]));
}

/* B'*B or B'*M*B with a positive semidefinite letter M */
static bool is_square_form(vf_mxs *s, const vf_word *w) {
    for (size_t i = 0; i < w->n / 2; i++) {
        vf_letter back = w->letter[w->n - 1 - i];
        back.transposed = !back.transposed;
        if (!vf_same_letter(w->letter[i], vf_canon(s, back)))
            return false;
    }
    return w->n % 2 == 0 || leaf_is_psd(s, w->letter[w->n / 2].leaf);
}

static bool is_sum_of_squares(vf_mxs *s, const vf_mx *a) {
    for (size_t i = 0; i < a->nwords; i++)
        if (!vf_mx_at_least(s, a->word[i].coef, 0) || !is_square_form(s, &a->word[i]))
            return false;
    return true;
}

bool vf_mx_is_psd(vf_mxs *s, const vf_mx *a) {
    if (!square(s, a))
        return false;
    if (is_sum_of_squares(s, a))
        return true;
    /* a projector: symmetric, and its own square */
    return a->nwords <= 4 && vf_mx_is_symmetric(s, a) && vf_mx_equal(s, vf_mx_mul(s, a, a), a);
}

/* ---- entries ---- */

bool vf_mx_is_nonnegative(vf_mxs *s, const vf_mx *a) {
    for (size_t i = 0; i < a->nwords; i++) {
        if (!vf_mx_at_least(s, a->word[i].coef, 0))
            return false;
        for (size_t k = 0; k < a->word[i].n; k++)
            if (a->word[i].letter[k].inverted ||
                !(a->word[i].letter[k].leaf->props & VF_P_NONNEGATIVE))
                return false;
    }
    return true;
}

/* Invertible letters around at most one that is not zero. */
static bool word_is_nonzero(vf_mxs *s, const vf_word *w) {
    size_t others = 0;
    if (vf_is_positive_word(s, w->letter, w->n))
        return vf_mx_is_nonzero(s, w->coef);
    for (size_t i = 0; i < w->n; i++) {
        if (vf_leaf_is_invertible(s, w->letter[i].leaf))
            continue;
        others++;
        if (w->letter[i].inverted ||
            !(w->letter[i].leaf->props & (VF_P_SOME_NONZERO | VF_P_NO_ZERO)))
            return false;
    }
    return others <= 1 && vf_mx_is_nonzero(s, w->coef);
}

/* u*v' with columns u and v that are not zero */
static bool is_outer_nonzero(vf_mxs *s, const vf_word *w) {
    for (size_t i = 1; i < w->n; i++) {
        if (!vf_n_is_one(vf_letter_cols(w->letter[i - 1])))
            continue;
        vf_word u = {vf_ratio_int(1), w->letter, i};
        vf_word v = {w->coef, w->letter + i, w->n - i};
        return word_is_nonzero(s, &u) && word_is_nonzero(s, &v);
    }
    return false;
}

bool vf_mx_has_nonzero(vf_mxs *s, const vf_mx *a) {
    if (a->nwords == 0) /* so nothing is true where 0 is known not to be 0 */
        return vf_mx_is_nonzero(s, vf_ratio_int(0));
    if (vf_n_is_one(a->rows) && vf_n_is_one(a->cols))
        return vf_mx_is_nonzero(s, vf_mx_value(s, a));
    if (a->nwords == 1 && (word_is_nonzero(s, &a->word[0]) || is_outer_nonzero(s, &a->word[0])))
        return true;
    return vf_mx_is_invertible(s, a) || vf_mx_fixes_ones(s, a) ||
           vf_mx_is_nonzero(s, vf_trace(s, vf_mx_mul(s, a, vf_mx_transpose(s, a))));
}
