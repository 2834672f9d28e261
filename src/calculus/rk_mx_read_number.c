/* Numbers: literals, ranks, traces, determinants, sums of entries, largest and smallest ones, and
   measures about which the calculus knows next to nothing. */
#include "rk_mx_read_inside.h"

#include <stdlib.h>
#include <string.h>

/* --- literals ------------------------------------------------------------------------------- */

enum { MOST_EXPONENT = 1000 };

/* The digits of the text without its point, and the power of ten that goes with them. */
static bool read_decimal(fmpz_t digits, long *exponent, const char *text) {
    char *plain = rk_malloc(strlen(text) + 1);
    size_t n = 0;
    const char *p = text;
    *exponent = 0;
    for (bool point = false; *p != '\0' && *p != 'e' && *p != 'E'; p++) {
        point |= *p == '.';
        *exponent -= point && *p != '.';
        if (*p != '.')
            plain[n++] = *p;
    }
    plain[n] = '\0';
    if (*p != '\0')
        *exponent += strtol(p + 1, NULL, 10);
    bool good = fmpz_set_str(digits, plain, 10) == 0 && labs(*exponent) <= MOST_EXPONENT;
    rk_free(plain);
    return good;
}

const rk_mx *rk_read_decimal(rk_reader *r, const rk_term *t) {
    fmpq_t q;
    fmpz_t ten;
    fmpq_init(q);
    fmpz_init_set_ui(ten, 10);
    long exponent;
    bool good = read_decimal(fmpq_numref(q), &exponent, t->text);
    if (good) {
        fmpz_pow_ui(ten, ten, (ulong)labs(exponent));
        if (exponent < 0)
            fmpq_div_fmpz(q, q, ten);
        else
            fmpq_mul_fmpz(q, q, ten);
    }
    const rk_mx *a = good ? rk_mx_scalar(r->s, rk_sc_rational(r->scalars, q)) : rk_read_text(r, t);
    fmpz_clear(ten);
    fmpq_clear(q);
    return a;
}

/* --- ranks ---------------------------------------------------------------------------------- */

static const rk_mx *number(rk_reader *r, rk_sc a) {
    return rk_mx_scalar(r->s, a);
}

const rk_mx *rk_read_rank(rk_reader *r, const rk_term *t) {
    return number(r, rk_mx_rank(r->s, rk_read_matrix(r, t->kid[0])));
}

const rk_mx *rk_read_nullity(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    return number(r, rk_sc_sub(r->scalars, a->cols, rk_mx_rank(r->s, a)));
}

const rk_mx *rk_read_affrank(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    rk_sc one = rk_sc_int(r->scalars, 1);
    const rk_mx *cell[2] = {a, rk_mx_ones(r->s, a->rows, one)};
    return number(r, rk_sc_sub(r->scalars, rk_mx_rank(r->s, rk_mx_grid(r->s, 1, 2, cell)), one));
}

/* --- traces --------------------------------------------------------------------------------- */

enum { MOST_LETTERS = 12, MOST_TURNS = 8 };

static rk_sc trace(rk_reader *r, const rk_mx *a, unsigned turns);

static rk_sc opaque_number(rk_reader *r, rk_quantity_kind kind, const rk_mx *a, bool nonzero) {
    const rk_mx *t = rk_mx_transpose(r->s, a);
    rk_quantity q = {.kind = kind, .mx = {rk_mx_compare(r->s, a, t) <= 0 ? a : t}, .nmx = 1};
    q.nonzero = nonzero;
    q.nonneg = rk_mx_is_psd(r->s, a);
    return rk_sc_quantity(r->scalars, &q);
}

static rk_sc trace_of_grid(rk_reader *r, const rk_mx *a) {
    rk_sc sum = rk_sc_int(r->scalars, 0);
    for (size_t i = 0; i < a->grid_rows; i++) {
        const rk_mx *cell = a->grid_cols == a->grid_rows ? a->cell[i * a->grid_cols + i] : NULL;
        if (cell == NULL || cell->rows != cell->cols)
            return opaque_number(r, RK_Q_TRACE, a, false);
        sum = rk_sc_add(r->scalars, sum, trace(r, cell, MOST_TURNS));
    }
    return sum;
}

static rk_sc trace_of_sum(rk_reader *r, const rk_leaf *leaf) {
    rk_sc arg[3] = {trace(r, leaf->arg[0], MOST_TURNS), leaf->index[0], leaf->index[1]};
    rk_quantity q = {.kind = RK_Q_SUM, .arg = arg, .nargs = 3, .sym = leaf->sym};
    return rk_sc_quantity(r->scalars, &q);
}

/* NULL where the letter has no law of its own. */
static rk_sc trace_of_letter(rk_reader *r, const rk_letter *l) {
    const rk_leaf *leaf = l->leaf;
    const rk_mx *a = leaf->arg[0], *b = leaf->arg[1];
    if (l->inverted)
        return NULL;
    if (leaf->kind == RK_L_KRON && a->rows == a->cols && b->rows == b->cols)
        return rk_sc_mul(r->scalars, trace(r, a, MOST_TURNS), trace(r, b, MOST_TURNS));
    if (leaf->kind == RK_L_SUM)
        return trace_of_sum(r, leaf);
    if (leaf->kind == RK_L_BLOCKS)
        return trace(r, a, MOST_TURNS);
    if (leaf->kind == RK_L_DIAG)
        return rk_mx_value(r->s,
                           rk_mx_mul(r->s, rk_mx_transpose(r->s, rk_read_ones(r, a->rows)), a));
    return NULL;
}

rk_sc rk_reader_factor(rk_reader *r, const rk_mx *a, const rk_mx *b) {
    if (rk_mx_is_grid(a) || rk_mx_is_grid(b) || a->nwords == 0 || a->nwords != b->nwords ||
        !rk_sc_is_nonzero(r->scalars, b->word[0].coef))
        return NULL;
    rk_sc c = rk_sc_div(r->scalars, a->word[0].coef, b->word[0].coef);
    return rk_mx_scale(r->s, c, b) == a ? c : NULL;
}

/* a == c*b for some c that is not 1: what both have in common is 0. */
static bool are_apart(rk_reader *r, const rk_mx *a, const rk_mx *b) {
    rk_sc c = rk_reader_factor(r, a, b);
    return c != NULL &&
           rk_sc_is_nonzero(r->scalars, rk_sc_sub(r->scalars, c, rk_sc_int(r->scalars, 1)));
}

/* trace(A*B) = trace(B*A): the least of all turns of the word and of its transpose; a turn in
   which letters cancel is shorter. By rules a turn may be a multiple of another. */
static rk_sc trace_of_word(rk_reader *r, const rk_word *w, rk_sc n, unsigned turns) {
    if (w->length == 0)
        return n;
    rk_sc known = w->length == 1 ? trace_of_letter(r, w->letter) : NULL;
    if (known)
        return known;
    const rk_mx *least = NULL;
    for (size_t k = 0; k < w->length; k++) {
        const rk_mx *a = rk_read_letters(r, w, k, w->length, n);
        a = k ? rk_mx_mul(r->s, a, rk_read_letters(r, w, 0, k, n)) : a;
        bool same = a->nwords == 1 && a->word[0].length == w->length;
        if (!same && turns > 0)
            return trace(r, a, turns - 1);
        const rk_mx *t = rk_mx_transpose(r->s, a);
        least = least == NULL ? a : least;
        if (same && (are_apart(r, a, least) || are_apart(r, t, least)))
            return rk_sc_int(r->scalars, 0);
        if (same && rk_mx_compare(r->s, a, least) < 0)
            least = a;
        if (same && rk_mx_compare(r->s, t, least) < 0)
            least = t;
        if (w->length > MOST_LETTERS)
            break;
    }
    return opaque_number(r, RK_Q_TRACE, least, false);
}

/* D*U*D as a ring of letters: where the two D, scales of rows without eps, follow one another.
   w->length: nowhere. */
static size_t scaled_twice(const rk_word *w) {
    for (size_t k = 0; w->length > 2 && k < w->length; k++) {
        const rk_letter *x = &w->letter[k], *y = &w->letter[(k + 1) % w->length];
        if (x->leaf->kind == RK_L_SCALES && rk_sc_is_zero(x->leaf->index[0]) && !x->inverted &&
            y->leaf == x->leaf && !y->inverted)
            return k;
    }
    return w->length;
}

/* What stands between D and D. */
static const rk_mx *between(rk_reader *r, const rk_word *w, size_t k) {
    rk_sc n = w->letter[k].leaf->rows;
    size_t from = k + 2 < w->length ? k + 2 : k + 2 - w->length;
    const rk_mx *a = rk_read_letters(r, w, from, k < from ? w->length : k, n);
    if (k < from && k > 0)
        a = rk_mx_mul(r->s, a, rk_read_letters(r, w, 0, k, n));
    return rk_mx_scale(r->s, w->coef, a);
}

/* trace(D*Z*Z'*D) is cols(Z) for each row, where D are the scales of the rows of Z: takes such
   words out of the sum and returns the rest; NULL: there are none. */
static const rk_mx *without_scaled(rk_reader *r, const rk_mx *a, rk_sc *sum) {
    const rk_leaf *d = NULL;
    const rk_mx *inner = NULL, *rest = a;
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_word *w = &a->word[i];
        size_t k = scaled_twice(w);
        if (k == w->length || (d != NULL && w->letter[k].leaf != d))
            continue;
        d = w->letter[k].leaf;
        inner = inner ? rk_mx_add(r->s, inner, between(r, w, k)) : between(r, w, k);
        rest = rk_mx_sub(r->s, rest, rk_mx_of_words(r->s, a->rows, a->cols, w, 1));
    }
    if (d == NULL)
        return NULL;
    const rk_mx *z = d->arg[0];
    rk_sc c = rk_reader_factor(r, inner, rk_mx_mul(r->s, z, rk_mx_transpose(r->s, z)));
    if (c == NULL)
        return NULL;
    rk_sc squares = rk_sc_mul(r->scalars, z->rows, z->cols);
    *sum = rk_sc_add(r->scalars, *sum, rk_sc_mul(r->scalars, c, squares));
    return rest;
}

static rk_sc trace(rk_reader *r, const rk_mx *a, unsigned turns) {
    if (rk_read_is_number(a))
        return rk_mx_value(r->s, a);
    if (rk_mx_is_grid(a))
        return trace_of_grid(r, a);
    rk_sc sum = rk_sc_int(r->scalars, 0);
    const rk_mx *rest = without_scaled(r, a, &sum);
    a = rest != NULL ? rest : a;
    for (size_t i = 0; i < a->nwords; i++) {
        rk_sc t = trace_of_word(r, &a->word[i], a->rows, turns);
        sum = rk_sc_add(r->scalars, sum, rk_sc_mul(r->scalars, a->word[i].coef, t));
    }
    return sum;
}

rk_sc rk_reader_trace(rk_reader *r, const rk_mx *a) {
    return trace(r, a, MOST_TURNS);
}

rk_sc rk_reader_extreme(rk_reader *r, rk_op op, const rk_mx *a) {
    rk_sc one = rk_sc_int(r->scalars, 1);
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = op, .rows = one, .cols = one, .arg = {a}};
    return rk_mx_value(r->s, rk_read_function(r, &leaf));
}

static bool is_scales(const rk_letter *l) {
    return l->leaf->kind == RK_L_SCALES;
}

/* trace(A*B) = trace(B*A): the way in which scales of rows meet at the ends of words. */
static rk_sc trace_of_product(rk_reader *r, const rk_mx *a, const rk_mx *b) {
    bool inside = !rk_mx_is_grid(a) && !rk_mx_is_grid(b) && a->nwords > 0 && b->nwords > 0 &&
                  a->word[0].length > 0 && b->word[0].length > 0 &&
                  is_scales(&a->word[0].letter[a->word[0].length - 1]) &&
                  is_scales(&b->word[0].letter[0]);
    return rk_reader_trace(r, inside ? rk_mx_mul(r->s, b, a) : rk_mx_mul(r->s, a, b));
}

const rk_mx *rk_read_trace(rk_reader *r, const rk_term *t) {
    const rk_term *of = t->kid[0];
    return number(r, of->op == RK_T_MUL ? trace_of_product(r, rk_read_matrix(r, of->kid[0]),
                                                           rk_read_matrix(r, of->kid[1]))
                                        : rk_reader_trace(r, rk_read_matrix(r, of)));
}

/* --- determinants --------------------------------------------------------------------------- */

static rk_sc quotient(rk_reader *r, rk_sc a) {
    return rk_sc_div(r->scalars, rk_sc_int(r->scalars, 1), a);
}

static rk_sc det_of_leaf(rk_reader *r, const rk_leaf *leaf) {
    const rk_mx *a = leaf->arg[0], *b = leaf->arg[1];
    if (leaf->kind == RK_L_CAUSAL)
        return rk_sc_int(r->scalars, 1);
    if (leaf->kind == RK_L_INV)
        return quotient(r, rk_reader_det(r, a));
    if (leaf->kind == RK_L_POWER)
        return rk_sc_pow(r->scalars, rk_reader_det(r, a), leaf->index[0]);
    if (leaf->kind == RK_L_BLOCKS)
        return rk_reader_det(r, a);
    if (leaf->kind == RK_L_KRON && a->rows == a->cols)
        return rk_sc_mul(r->scalars, rk_sc_pow(r->scalars, rk_reader_det(r, a), b->rows),
                         rk_sc_pow(r->scalars, rk_reader_det(r, b), a->rows));
    return opaque_number(r, RK_Q_DET, rk_mx_of_leaf(r->s, leaf),
                         (leaf->props & RK_PROP_SQUARE_INVERTIBLE) != 0);
}

/* A product of square letters; NULL for others, 0 where it is narrow somewhere. */
static rk_sc det_of_word(rk_reader *r, const rk_word *w, rk_sc n) {
    rk_sc det = rk_sc_int(r->scalars, 1);
    for (size_t i = 0; i < w->length; i++) {
        const rk_letter *l = &w->letter[i];
        rk_sc cols = l->transposed ? l->leaf->rows : l->leaf->cols;
        if (rk_sc_at_least(r->scalars, rk_sc_sub(r->scalars, n, cols), 1))
            return rk_sc_int(r->scalars, 0);
        if (cols != n)
            return NULL;
    }
    for (size_t i = 0; i < w->length; i++) {
        rk_sc d = det_of_leaf(r, w->letter[i].leaf);
        det = rk_sc_mul(r->scalars, det, w->letter[i].inverted ? quotient(r, d) : d);
    }
    return det;
}

/* Square blocks on the diagonal and nothing below it, or nothing above it; NULL for others. */
static rk_sc det_of_triangle(rk_reader *r, const rk_mx *a) {
    bool lower = true, upper = true;
    size_t n = a->grid_rows;
    for (size_t i = 0; i < n * n; i++) {
        const rk_mx *cell = a->cell[i];
        if (i / n == i % n && cell->rows != cell->cols)
            return NULL;
        lower &= i / n >= i % n || rk_mx_is_zero(cell);
        upper &= i / n <= i % n || rk_mx_is_zero(cell);
    }
    if (!lower && !upper)
        return NULL;
    rk_sc det = rk_sc_int(r->scalars, 1);
    for (size_t i = 0; i < n; i++)
        det = rk_sc_mul(r->scalars, det, rk_reader_det(r, a->cell[i * n + i]));
    return det;
}

/* det [A, B; C, D] = det(A)*det(D - C*inv(A)*B) for invertible A. */
static rk_sc det_of_four(rk_reader *r, const rk_mx *a, bool first) {
    const rk_mx *p = a->cell[first ? 0 : 3], *q = a->cell[first ? 3 : 0];
    const rk_mx *b = a->cell[first ? 1 : 2], *c = a->cell[first ? 2 : 1];
    if (p->rows != p->cols || !rk_mx_is_invertible(r->s, p))
        return NULL;
    const rk_mx *rest = rk_mx_mul(r->s, c, rk_mx_mul(r->s, rk_mx_inv(r->s, p), b));
    return rk_sc_mul(r->scalars, rk_reader_det(r, p), rk_reader_det(r, rk_mx_sub(r->s, q, rest)));
}

static rk_sc det_of_grid(rk_reader *r, const rk_mx *a) {
    rk_sc det = a->grid_rows == a->grid_cols ? det_of_triangle(r, a) : NULL;
    bool four = a->grid_rows == 2 && a->grid_cols == 2;
    det = !det && four ? det_of_four(r, a, true) : det;
    det = !det && four ? det_of_four(r, a, false) : det;
    if (det || !four || !rk_read_is_number(a->cell[0]) || !rk_read_is_number(a->cell[3]))
        return det ? det : opaque_number(r, RK_Q_DET, a, rk_mx_is_invertible(r->s, a));
    rk_sc v[4];
    for (int i = 0; i < 4; i++)
        v[i] = rk_mx_value(r->s, a->cell[i]);
    return rk_sc_sub(r->scalars, rk_sc_mul(r->scalars, v[0], v[3]),
                     rk_sc_mul(r->scalars, v[1], v[2]));
}

/* det(c*I + u*v) = c^(n-m)*det(c*I + v*u) for c that is not 0: of all turns of the word the least,
   and a number where u is a column. */
static rk_sc det_of_update(rk_reader *r, const rk_mx *a) {
    const rk_word *w = &a->word[1];
    rk_sc c = a->word[0].coef, n = a->rows;
    const rk_mx *least = a;
    for (size_t k = 1; k < w->length && !rk_read_is_number(least); k++) {
        rk_sc m = rk_letter_rows(w->letter[k]);
        const rk_mx *turned =
            rk_mx_mul(r->s, rk_read_letters(r, w, k, w->length, m), rk_read_letters(r, w, 0, k, n));
        turned = rk_mx_add(r->s, rk_mx_scale(r->s, c, rk_mx_eye(r->s, m)),
                           rk_mx_scale(r->s, w->coef, turned));
        if (rk_read_is_number(turned) || rk_mx_compare(r->s, turned, least) < 0)
            least = turned;
    }
    rk_sc power = rk_sc_pow(r->scalars, c, rk_sc_sub(r->scalars, n, least->rows));
    rk_sc det = rk_read_is_number(least) ? rk_mx_value(r->s, least)
                                         : opaque_number(r, RK_Q_DET, least, false);
    return rk_sc_mul(r->scalars, power, det);
}

static bool is_update(rk_reader *r, const rk_mx *a) {
    return a->nwords == 2 && a->word[0].length == 0 && a->word[1].length > 1 &&
           rk_sc_is_nonzero(r->scalars, a->word[0].coef);
}

/* det(G + B) = det(G)*det(I + inv(G)*B) for a product G of invertible letters beside one other
   word B; NULL for what is not of this kind. */
static rk_sc det_beside_invertible(rk_reader *r, const rk_mx *a) {
    if (a->nwords != 2 || a->word[0].length == 0)
        return NULL;
    const rk_mx *word[2];
    bool regular[2];
    for (int i = 0; i < 2; i++) {
        word[i] = rk_mx_of_words(r->s, a->rows, a->cols, &a->word[i], 1);
        regular[i] = rk_mx_is_invertible(r->s, word[i]);
    }
    if (regular[0] == regular[1])
        return NULL;
    const rk_mx *g = word[regular[0] ? 0 : 1], *b = word[regular[0] ? 1 : 0];
    const rk_mx *rest = rk_mx_mul(r->s, rk_mx_inv(r->s, g), b);
    rest = rk_mx_add(r->s, rk_mx_eye(r->s, a->rows), rest);
    return is_update(r, rest) ? rk_sc_mul(r->scalars, rk_reader_det(r, g), det_of_update(r, rest))
                              : NULL;
}

rk_sc rk_reader_det(rk_reader *r, const rk_mx *a) {
    if (rk_read_is_number(a))
        return rk_mx_value(r->s, a);
    if (rk_mx_is_zero(a))
        return rk_sc_int(r->scalars, 0);
    if (rk_mx_is_grid(a))
        return det_of_grid(r, a);
    rk_sc c = a->word[0].coef, factor = rk_sc_int(r->scalars, 1);
    if (a->nwords == 1 && !rk_sc_is_one(c)) {
        rk_word w = a->word[0];
        w.coef = rk_sc_int(r->scalars, 1);
        factor = rk_sc_pow(r->scalars, c, a->rows);
        a = rk_mx_of_words(r->s, a->rows, a->cols, &w, 1);
    } else if (!rk_sc_is_one(c) && rk_sc_is_nonzero(r->scalars, c)) {
        factor = rk_sc_pow(r->scalars, c, a->rows);
        a = rk_mx_scale(r->s, quotient(r, c), a);
    }
    rk_sc det = a->nwords == 1 && rk_sc_is_one(a->word[0].coef)
                    ? det_of_word(r, &a->word[0], a->rows)
                    : NULL;
    det = !det && is_update(r, a) ? det_of_update(r, a) : det;
    det = det ? det : det_beside_invertible(r, a);
    det = det ? det : opaque_number(r, RK_Q_DET, a, rk_mx_is_invertible(r->s, a));
    return rk_sc_mul(r->scalars, factor, det);
}

static bool square(rk_reader *r, const rk_term *t) {
    return rk_read_size(r, t->rows) == rk_read_size(r, t->cols);
}

/* Products of square matrices as written, before they are multiplied out. */
static rk_sc det_of_text(rk_reader *r, const rk_term *t) {
    if (t->op == RK_T_MUL && square(r, t->kid[0]) && square(r, t->kid[1]) &&
        !rk_sc_is_one(rk_read_size(r, t->kid[0]->rows)))
        return rk_sc_mul(r->scalars, det_of_text(r, t->kid[0]), det_of_text(r, t->kid[1]));
    if (t->op == RK_T_TRANSPOSE)
        return det_of_text(r, t->kid[0]);
    return rk_reader_det(r, rk_read_matrix(r, t));
}

const rk_mx *rk_read_det(rk_reader *r, const rk_term *t) {
    return number(r, det_of_text(r, t->kid[0]));
}

/* --- entries -------------------------------------------------------------------------------- */

/* The sum of all A[i,j]*B[i,j] is trace(A'*B). */
rk_sc rk_read_entries_product(rk_reader *r, const rk_mx *a, const rk_mx *b) {
    return trace_of_product(r, rk_mx_transpose(r->s, a), b);
}

const rk_mx *rk_read_sum_entries(rk_reader *r, const rk_term *t) {
    const rk_term *of = t->kid[0];
    if (of->op == RK_T_EMUL)
        return number(r, rk_read_entries_product(r, rk_read_matrix(r, of->kid[0]),
                                                 rk_read_matrix(r, of->kid[1])));
    const rk_mx *a = rk_read_matrix(r, of);
    const rk_mx *left = rk_mx_transpose(r->s, rk_read_ones(r, a->rows));
    return rk_mx_mul(r->s, rk_mx_mul(r->s, left, a), rk_read_ones(r, a->cols));
}

const rk_mx *rk_read_sum_of(rk_reader *r, const rk_term *t) {
    rk_sc sum = rk_sc_int(r->scalars, 0);
    for (size_t i = 0; i < t->nkids; i++)
        sum = rk_sc_add(r->scalars, sum, rk_read_value(r, t->kid[i]));
    return number(r, sum);
}

const rk_mx *rk_read_extreme(rk_reader *r, const rk_term *t) {
    rk_sc *arg = rk_arena_alloc(r->arena, (t->nkids + 1) * sizeof(rk_sc));
    rk_quantity q = {.kind = t->op == RK_T_MAX_OF ? RK_Q_MAX : RK_Q_MIN, .nargs = t->nkids};
    q.integer = true;
    for (size_t i = 0; i < t->nkids; i++) {
        arg[i] = rk_read_value(r, t->kid[i]);
        q.integer &= rk_sc_is_integer(r->scalars, arg[i]);
    }
    q.arg = arg;
    return t->nkids == 1 ? number(r, arg[0]) : rk_read_quantity(r, &q);
}

/* --- measures ------------------------------------------------------------------------------- */

const rk_mx *rk_read_measure(rk_reader *r, const rk_term *t) {
    if (t->nkids > 3 || t->rows == NULL)
        return rk_read_text(r, t);
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = t->op};
    leaf.rows = rk_read_size(r, t->rows);
    leaf.cols = rk_read_size(r, t->cols);
    for (size_t i = 0; i < t->nkids; i++) {
        if (t->kid[i]->rows == NULL)
            return rk_read_text(r, t);
        leaf.arg[i] = rk_read_matrix(r, t->kid[i]);
    }
    for (int i = 0; i < 2 && t->ival[i]; i++)
        leaf.index[i] = rk_read_size(r, t->ival[i]);
    return rk_read_function(r, &leaf);
}
