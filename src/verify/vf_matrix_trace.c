/* Traces and determinants. */
#include "vf_matrix_inside.h"

enum { MOST_TURNS = 6 };

static vf_ratio trace(vf_mxs *s, const vf_mx *a, int turns);

static vf_ratio trace_of_sum(vf_mxs *s, const vf_letter *w, size_t n, size_t at, vf_ratio rows,
                             int turns) {
    const vf_leaf *sum = w[at].leaf;
    unsigned sym = vf_new_index(s);
    const vf_mx *body = vf_rename(s, sum->arg[0], sum->sym, sym);
    body = w[at].transposed ? vf_mx_transpose(s, body) : body;
    const vf_mx *whole = vf_mx_mul(s, vf_letters(s, rows, w, at), body);
    whole = vf_mx_mul(s, whole, vf_letters(s, body->cols, w + at + 1, n - at - 1));
    return vf_partial_number(s, sym, trace(s, whole, turns - 1), sum->place[0]);
}

static bool has_square_parts(vf_mxs *s, const vf_leaf *a) {
    return vf_mx_equal_numbers(s, a->arg[0]->rows, a->arg[0]->cols) &&
           vf_mx_equal_numbers(s, a->arg[1]->rows, a->arg[1]->cols);
}

static vf_ratio trace_of_letter(vf_mxs *s, const vf_leaf *a) {
    vf_ratio one = vf_ratio_int(1);
    if (a->kind == VF_L_DIAG)
        return vf_mx_value(s, vf_mx_mul(s, vf_mx_ones(s, one, a->rows), a->arg[0]));
    bool parts = a->kind == VF_L_KRON && has_square_parts(s, a);
    return parts ? vf_n_mul(s, vf_trace(s, a->arg[0]), vf_trace(s, a->arg[1])) : (vf_ratio){0};
}

/* c with a == c*b; num NULL: none is seen */
static vf_ratio quotient(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    if (a->nwords == 0 || a->nwords != b->nwords || !vf_mx_is_nonzero(s, b->word[0].coef))
        return (vf_ratio){0};
    if (vf_mx_equal(s, a, b))
        return vf_ratio_int(1);
    vf_ratio c = vf_n_div(s, a->word[0].coef, b->word[0].coef);
    return vf_mx_equal(s, a, vf_mx_scale(s, c, b)) ? c : (vf_ratio){0};
}

/* a == c*b for some c that is not 1: what both have in common is 0. */
static bool are_apart(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    vf_ratio c = quotient(s, a, b);
    return c.num && vf_mx_is_nonzero(s, vf_n_sub(s, c, vf_ratio_int(1)));
}

/* trace(A*B) = trace(B*A): the word and its transpose, turned at each place; the first one in the
   order of letters. */
static vf_ratio trace_of_turns(vf_mxs *s, const vf_mx *a, const vf_word *w, int turns) {
    const vf_mx *least = a, *across = vf_mx_transpose(s, a);
    if (are_apart(s, across, a))
        return vf_ratio_int(0);
    if (across->nwords == 1 && vf_word_before(&across->word[0], &least->word[0]))
        least = across;
    for (size_t k = 1; k < w->n; k++) {
        const vf_mx *left =
            vf_letters(s, vf_letter_cols(w->letter[k - 1]), w->letter + k, w->n - k);
        const vf_mx *turned = vf_mx_mul(s, left, vf_letters(s, a->rows, w->letter, k));
        if (turned->nwords != 1 || turned->word[0].n < w->n)
            return trace(s, turned, turns - 1);
        if (vf_word_before(&turned->word[0], &least->word[0]))
            least = turned;
        const vf_mx *back = vf_mx_transpose(s, turned);
        if (are_apart(s, turned, a) || are_apart(s, back, a))
            return vf_ratio_int(0);
        if (back->nwords == 1 && vf_word_before(&back->word[0], &least->word[0]))
            least = back;
    }
    return vf_quantity_of(s, (vf_quantity){.kind = VF_Q_TRACE, .arg = {least}});
}

static vf_ratio trace_of_word(vf_mxs *s, const vf_mx *a, int turns) {
    const vf_word *w = &a->word[0];
    if (w->n == 0)
        return a->rows;
    for (size_t i = 0; i < w->n; i++)
        if (w->letter[i].leaf->kind == VF_L_SUM && !w->letter[i].inverted && turns > 0)
            return trace_of_sum(s, w->letter, w->n, i, a->rows, turns);
    vf_ratio known =
        w->n == 1 && !w->letter[0].inverted ? trace_of_letter(s, w->letter[0].leaf) : (vf_ratio){0};
    if (known.num || turns == 0)
        return known.num ? known : vf_quantity_of(s, (vf_quantity){.kind = VF_Q_TRACE, .arg = {a}});
    return trace_of_turns(s, a, w, turns);
}

/* ---- rows that are scaled ---- */

/* D*U*D as a ring of letters: where the two D, scales of rows without eps, follow one another. n:
   nowhere. */
static size_t scaled_twice(vf_mxs *s, const vf_word *w) {
    for (size_t k = 0; w->n > 2 && k < w->n; k++) {
        const vf_leaf *d = w->letter[k].leaf;
        if (d->kind == VF_L_SCALES && !w->letter[k].inverted && vf_ratio_is_zero(d->place[0]) &&
            vf_same_letter(w->letter[k], w->letter[(k + 1) % w->n]) &&
            vf_mx_is_scaled(s, d->arg[0], d->place[0]))
            return k;
    }
    return w->n;
}

/* What stands between D and D. */
static const vf_mx *between(vf_mxs *s, const vf_word *w, size_t k) {
    vf_letter *letter = vf_alloc(w->n * sizeof *letter);
    for (size_t i = 0; i + 2 < w->n; i++)
        letter[i] = w->letter[(k + 2 + i) % w->n];
    return vf_mx_scale(s, w->coef, vf_letters(s, w->letter[k].leaf->rows, letter, w->n - 2));
}

/* trace(D*Z*Z'*D) is cols(Z) for each row, where D are the scales of the rows of Z: takes such
   words out of the sum and returns the rest; NULL: there are none. */
static const vf_mx *without_scaled(vf_mxs *s, const vf_mx *a, vf_ratio *sum) {
    const vf_leaf *d = NULL;
    vf_sum rest = vf_sum_start(s, a->rows, a->cols);
    const vf_mx *inner = NULL;
    for (size_t i = 0; i < a->nwords; i++) {
        const vf_word *w = &a->word[i];
        size_t k = scaled_twice(s, w);
        if (k < w->n && (d == NULL || w->letter[k].leaf == d)) {
            d = w->letter[k].leaf;
            inner = inner ? vf_mx_add(s, inner, between(s, w, k)) : between(s, w, k);
        } else {
            vf_sum_put(&rest, w->coef, w->letter, w->n);
        }
    }
    if (d == NULL)
        return NULL;
    const vf_mx *z = d->arg[0];
    vf_ratio c = quotient(s, inner, vf_mx_mul(s, z, vf_mx_transpose(s, z)));
    if (!c.num)
        return NULL;
    *sum = vf_n_add(s, *sum, vf_n_mul(s, c, vf_n_mul(s, z->rows, z->cols)));
    return vf_sum_done(&rest);
}

static vf_ratio trace(vf_mxs *s, const vf_mx *a, int turns) {
    vf_ratio sum = vf_ratio_int(0);
    if (vf_n_is_one(a->rows))
        return vf_mx_value(s, a);
    const vf_mx *rest = without_scaled(s, a, &sum);
    a = rest ? rest : a;
    for (size_t i = 0; i < a->nwords; i++) {
        const vf_mx *w = vf_letters(s, a->rows, a->word[i].letter, a->word[i].n);
        sum = vf_n_add(s, sum, vf_n_mul(s, a->word[i].coef, trace_of_word(s, w, turns)));
    }
    return sum;
}

vf_ratio vf_trace(vf_mxs *s, const vf_mx *a) {
    ENSURE("a trace of a matrix that is not square", vf_mx_equal_numbers(s, a->rows, a->cols));
    return trace(s, a, MOST_TURNS);
}

/* trace(A*B) = trace(B*A): the way in which scales of rows meet at the ends of words. */
vf_ratio vf_trace_of_product(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    bool inside = a->nwords > 0 && b->nwords > 0 && a->word[0].n > 0 && b->word[0].n > 0 &&
                  vf_is_kind(a->word[0].letter[a->word[0].n - 1], VF_L_SCALES, false) &&
                  vf_is_kind(b->word[0].letter[0], VF_L_SCALES, false);
    return vf_trace(s, inside ? vf_mx_mul(s, b, a) : vf_mx_mul(s, a, b));
}

/* ---- determinants ---- */

static vf_ratio det_quantity(vf_mxs *s, const vf_mx *a) {
    return vf_quantity_of(s, (vf_quantity){.kind = VF_Q_DET, .arg = {a}});
}

static vf_ratio det_of_leaf(vf_mxs *s, const vf_leaf *a) {
    vf_ratio one = vf_ratio_int(1);
    if (a->kind == VF_L_CAUSAL)
        return one;
    if (a->kind == VF_L_INV && vf_mx_is_invertible(s, a->arg[0]))
        return vf_n_div(s, one, vf_det(s, a->arg[0]));
    if (a->kind == VF_L_POWER)
        return vf_n_pow(s, vf_det(s, a->arg[0]), a->place[0]);
    if (a->kind == VF_L_KRON && has_square_parts(s, a))
        return vf_n_mul(s, vf_n_pow(s, vf_det(s, a->arg[0]), a->arg[1]->rows),
                        vf_n_pow(s, vf_det(s, a->arg[1]), a->arg[0]->rows));
    return det_quantity(s, vf_mx_of_letter(s, (vf_letter){.leaf = a}));
}

/* A product of square letters. */
static bool all_square(vf_mxs *s, const vf_mx *a) {
    for (size_t i = 0; i < a->word[0].n; i++) {
        const vf_leaf *leaf = a->word[0].letter[i].leaf;
        if (!vf_mx_equal_numbers(s, leaf->rows, a->rows) ||
            !vf_mx_equal_numbers(s, leaf->cols, a->rows))
            return false;
    }
    return true;
}

/* A product through fewer columns than it has rows. */
static bool is_narrow(vf_mxs *s, const vf_mx *a) {
    for (size_t i = 0; i < a->word[0].n; i++) {
        vf_ratio more = vf_n_sub(s, a->rows, vf_letter_cols(a->word[0].letter[i]));
        if (vf_mx_at_least(s, more, 1) || vf_n_positive(s, more))
            return true;
    }
    return false;
}

static vf_ratio det_of_word(vf_mxs *s, const vf_mx *a) {
    vf_ratio det = vf_n_pow(s, a->word[0].coef, a->rows);
    for (size_t i = 0; i < a->word[0].n; i++) {
        vf_letter x = a->word[0].letter[i];
        vf_ratio d = det_of_leaf(s, x.leaf);
        det = vf_n_mul(s, det, x.inverted ? vf_n_div(s, vf_ratio_int(1), d) : d);
    }
    return det;
}

/* ---- beside the identity ---- */

/* I + c*w, with a word of several letters; NULL: it is something else. */
static const vf_word *update_of(const vf_mx *a) {
    if (a->nwords != 2 || (a->word[0].n > 0 && a->word[1].n > 0))
        return NULL;
    const vf_word *eye = &a->word[a->word[0].n > 0], *w = &a->word[a->word[0].n == 0];
    return vf_n_is_one(eye->coef) && w->n > 1 ? w : NULL;
}

static bool is_before(const vf_mx *a, const vf_mx *b) {
    return vf_word_before(&a->word[0], &b->word[0]);
}

/* det(I + u*v) = det(I + v*u): of the turns of the word that are words, and their transposes, a
   number, or the first in the order of letters. */
static vf_ratio det_of_update(vf_mxs *s, const vf_mx *a, const vf_word *w) {
    const vf_mx *least = vf_letters(s, a->rows, w->letter, w->n);
    for (size_t k = 0; k < w->n && !vf_n_is_one(least->rows); k++) {
        vf_ratio m = k == 0 ? a->rows : vf_letter_cols(w->letter[k - 1]);
        const vf_mx *turned = vf_letters(s, m, w->letter + k, w->n - k);
        turned = k == 0 ? turned : vf_mx_mul(s, turned, vf_letters(s, a->rows, w->letter, k));
        const vf_mx *back = vf_mx_transpose(s, turned);
        if (vf_n_is_one(m) || (turned->nwords == 1 && is_before(turned, least)))
            least = turned;
        if (!vf_n_is_one(m) && back->nwords == 1 && is_before(back, least))
            least = back;
    }
    const vf_mx *whole = vf_mx_add(s, vf_mx_eye(s, least->rows), vf_mx_scale(s, w->coef, least));
    return vf_n_is_one(least->rows) ? vf_mx_value(s, whole) : det_quantity(s, whole);
}

/* det(G + B) = det(G)*det(I + inv(G)*B) for an invertible word G beside one that is not known to
   be so; num NULL: it is something else. */
static vf_ratio det_beside_invertible(vf_mxs *s, const vf_mx *a) {
    const vf_mx *word[2];
    bool regular[2];
    if (a->nwords != 2)
        return (vf_ratio){0};
    for (int i = 0; i < 2; i++) {
        word[i] = vf_letters(s, a->rows, a->word[i].letter, a->word[i].n);
        word[i] = vf_mx_scale(s, a->word[i].coef, word[i]);
        regular[i] = vf_mx_is_invertible(s, word[i]);
    }
    if (regular[0] == regular[1])
        return (vf_ratio){0};
    const vf_mx *g = word[regular[0] ? 0 : 1], *b = word[regular[0] ? 1 : 0];
    const vf_mx *rest = vf_mx_add(s, vf_mx_eye(s, a->rows), vf_mx_mul(s, vf_mx_inv(s, g), b));
    const vf_word *w = update_of(rest);
    return w ? vf_n_mul(s, vf_det(s, g), det_of_update(s, rest, w)) : (vf_ratio){0};
}

/* Of several words: the number before the identity, or before the first one, is taken out. */
static vf_ratio det_of_words(vf_mxs *s, const vf_mx *a) {
    vf_ratio c = a->word[a->word[1].n == 0 ? 1 : 0].coef;
    if (!vf_mx_is_nonzero(s, c))
        return det_quantity(s, a);
    a = vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), c), a);
    const vf_word *w = update_of(a);
    vf_ratio det = w ? det_of_update(s, a, w) : det_beside_invertible(s, a);
    return vf_n_mul(s, vf_n_pow(s, c, a->rows), det.num ? det : det_quantity(s, a));
}

/* Do all words begin and end with a single row and column? */
static bool is_of_numbers(const vf_mx *a) {
    for (size_t i = 0; i < a->nwords; i++) {
        const vf_word *w = &a->word[i];
        if (w->n < 2 || !vf_is_kind(w->letter[0], VF_L_INJECTION, false) ||
            !vf_is_kind(w->letter[w->n - 1], VF_L_INJECTION, true) ||
            !vf_n_is_one(w->letter[0].leaf->cols) || !vf_n_is_one(w->letter[w->n - 1].leaf->cols))
            return false;
    }
    return true;
}

static vf_ratio entry_of(vf_mxs *s, const vf_mx *a, long row, long col) {
    vf_ratio one = vf_ratio_int(1);
    const vf_mx *e = vf_injection(s, a->rows, vf_ratio_int(row), one);
    const vf_mx *f = vf_injection(s, a->cols, vf_ratio_int(col), one);
    return vf_mx_value(s, vf_mx_mul(s, vf_mx_mul(s, vf_mx_transpose(s, e), a), f));
}

static vf_ratio det_of_two(vf_mxs *s, const vf_mx *a) {
    vf_ratio down = vf_n_mul(s, entry_of(s, a, 0, 0), entry_of(s, a, 1, 1));
    return vf_n_sub(s, down, vf_n_mul(s, entry_of(s, a, 0, 1), entry_of(s, a, 1, 0)));
}

vf_ratio vf_det(vf_mxs *s, const vf_mx *a) {
    long n;
    ENSURE("a determinant of a matrix that is not square",
           vf_mx_equal_numbers(s, a->rows, a->cols));
    if (vf_n_is_one(a->rows))
        return vf_mx_value(s, a);
    if (a->nwords == 0)
        return vf_ratio_int(0);
    if (vf_n_is_int(a->rows, &n) && n == 2 && is_of_numbers(a))
        return det_of_two(s, a);
    if (a->nwords > 1)
        return det_of_words(s, a);
    if (is_narrow(s, a))
        return vf_ratio_int(0);
    return all_square(s, a) ? det_of_word(s, a) : det_quantity(s, a);
}
