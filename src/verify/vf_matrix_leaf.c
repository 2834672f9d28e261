/* Inverses, diagonal matrices, powers, Kronecker products and functions of entries. */
#include "vf_matrix_inside.h"

/* ---- functions of which nothing else is known ---- */

static const vf_mx *number(vf_mxs *s, vf_ratio a) {
    return vf_mx_scalar(s, a);
}

static const vf_mx *function_with(vf_mxs *s, vf_leaf leaf) {
    leaf.kind = VF_L_FUNCTION;
    if (!vf_n_is_one(leaf.rows) || !vf_n_is_one(leaf.cols))
        return vf_mx_of_leaf(s, leaf);
    return number(s, vf_quantity_of(s, (vf_quantity){.kind = VF_Q_FUNCTION,
                                                     .op = leaf.op,
                                                     .arg = {leaf.arg[0], leaf.arg[1]},
                                                     .number = {leaf.place[0], leaf.place[1]}}));
}

const vf_mx *vf_mx_function(vf_mxs *s, vf_op op, vf_ratio rows, vf_ratio cols, const vf_mx *a,
                            const vf_mx *b, vf_ratio p, vf_ratio q) {
    return function_with(
        s, (vf_leaf){.op = op, .rows = rows, .cols = cols, .arg = {a, b}, .place = {p, q}});
}

/* ---- inverses ---- */

static bool same_size(vf_mxs *s, vf_ratio a, vf_ratio b) {
    return vf_mx_equal_numbers(s, a, b);
}

/* A factor is taken out of the letter: that of the greatest word is 1 where it is not 0. */
static const vf_mx *inverse_leaf(vf_mxs *s, const vf_mx *a) {
    vf_ratio c = a->nwords ? a->word[vf_greatest_word(a)].coef : vf_ratio_int(1);
    if (!vf_mx_is_nonzero(s, c))
        c = vf_ratio_int(1);
    vf_ratio each = vf_n_div(s, vf_ratio_int(1), c);
    vf_leaf leaf = {.kind = VF_L_INV, .rows = a->rows, .cols = a->cols};
    leaf.arg[0] = vf_mx_scale(s, each, a);
    return vf_mx_scale(s, each, vf_mx_of_leaf(s, leaf));
}

static const vf_mx *letter_inverse(vf_mxs *s, vf_letter a) {
    const vf_leaf *leaf = a.leaf;
    const vf_mx *m = NULL;
    if (leaf->kind == VF_L_INV)
        m = leaf->arg[0];
    else if (leaf->kind == VF_L_KRON && same_size(s, leaf->arg[0]->rows, leaf->arg[0]->cols))
        m = vf_mx_kron(s, vf_mx_inv(s, leaf->arg[0]), vf_mx_inv(s, leaf->arg[1]));
    if (m)
        return a.transposed ? vf_mx_transpose(s, m) : m;
    a.inverted = !a.inverted;
    return vf_mx_of_letter(s, a);
}

/* The end of the first square part of the letters from `from` on. */
static size_t square_part(vf_mxs *s, const vf_word *w, size_t from, vf_ratio n) {
    size_t to = from + 1;
    while (to < w->n && !same_size(s, vf_letter_cols(w->letter[to - 1]), n))
        to++;
    return to;
}

/* A product is cut where the inner size is the size of the whole. */
static const vf_mx *word_inverse(vf_mxs *s, vf_ratio n, const vf_word *w) {
    const vf_mx *inverse = vf_mx_eye(s, n);
    for (size_t from = 0, to; from < w->n; from = to) {
        to = square_part(s, w, from, n);
        const vf_mx *part = to == from + 1
                                ? letter_inverse(s, w->letter[from])
                                : inverse_leaf(s, vf_letters(s, n, w->letter + from, to - from));
        inverse = vf_mx_mul(s, part, inverse);
    }
    return vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), w->coef), inverse);
}

/* Does every word begin with the same square letter? */
static bool common_factor(vf_mxs *s, const vf_mx *a) {
    for (size_t i = 0; i < a->nwords; i++)
        if (a->word[i].n == 0 || !vf_same_letter(a->word[i].letter[0], a->word[0].letter[0]) ||
            !same_size(s, vf_letter_cols(a->word[i].letter[0]), a->rows))
            return false;
    return true;
}

/* a without the first letter of each word */
static const vf_mx *without_first(vf_mxs *s, const vf_mx *a) {
    vf_sum sum = vf_sum_start(s, vf_letter_cols(a->word[0].letter[0]), a->cols);
    for (size_t i = 0; i < a->nwords; i++)
        vf_sum_put(&sum, a->word[i].coef, a->word[i].letter + 1, a->word[i].n - 1);
    return vf_sum_done(&sum);
}

static const vf_mx *inverse(vf_mxs *s, const vf_mx *a) {
    if (vf_n_is_one(a->rows))
        return number(s, vf_n_div(s, vf_ratio_int(1), vf_mx_value(s, a)));
    if (a->nwords == 1 && vf_mx_is_nonzero(s, a->word[0].coef))
        return word_inverse(s, a->rows, a->word);
    if (a->nwords > 1 && common_factor(s, a))
        return vf_mx_mul(s, inverse(s, without_first(s, a)),
                         letter_inverse(s, a->word[0].letter[0]));
    const vf_mx *t = vf_mx_transpose(s, a);
    if (t->nwords > 1 && common_factor(s, t))
        return vf_mx_transpose(s, inverse(s, t));
    return inverse_leaf(s, a);
}

const vf_mx *vf_mx_inverse(vf_mxs *s, const vf_mx *a) {
    if (vf_n_is_one(a->rows) || vf_mx_is_invertible(s, a))
        return inverse(s, a);
    return vf_mx_function(s, VF_INV, a->rows, a->cols, a, NULL, (vf_ratio){0}, (vf_ratio){0});
}

const vf_mx *vf_mx_inv(vf_mxs *s, const vf_mx *a) {
    ENSURE("an inverse of a matrix that is not known to be invertible", vf_mx_is_invertible(s, a));
    return inverse(s, a);
}

static void push_invertible(vf_mxs *s, const vf_mx *a) {
    s->invertible = vf_grow(s->invertible, s->ninvertible, sizeof(const vf_mx *));
    s->invertible[s->ninvertible++] = a;
    vf_changed(s);
}

static void know_kept_by(vf_mxs *s, const vf_mx *a) {
    const vf_mx *ones = vf_mx_ones(s, a->cols, vf_ratio_int(1)), *kept = vf_mx_mul(s, a, ones);
    if (kept->nwords == 1 && vf_mx_equal(s, kept, vf_mx_scale(s, kept->word[0].coef, ones)))
        vf_mx_know_nonzero(s, kept->word[0].coef);
}

void vf_mx_know_kept(vf_mxs *s, const vf_mx *a) {
    know_kept_by(s, a);
    know_kept_by(s, vf_mx_transpose(s, a));
}

/* The square factors of an invertible product are invertible, too. */
void vf_mx_know_invertible(vf_mxs *s, const vf_mx *a) {
    ENSURE("an invertible matrix is square", same_size(s, a->rows, a->cols));
    push_invertible(s, a);
    vf_mx_know_kept(s, a);
    if (a->nwords != 1 || vf_n_is_one(a->rows))
        return;
    vf_mx_know_nonzero(s, a->word[0].coef);
    for (size_t from = 0, to; from < a->word[0].n; from = to) {
        to = square_part(s, &a->word[0], from, a->rows);
        push_invertible(s, vf_letters(s, a->rows, a->word[0].letter + from, to - from));
    }
}

/* ---- diagonal matrices ---- */

/* diag(P*S*R) for a sum S is the sum of what is inside. */
static const vf_mx *diag_of_sum(vf_mxs *s, vf_ratio n, const vf_letter *w, size_t count,
                                size_t at) {
    const vf_leaf *sum = w[at].leaf;
    unsigned sym = vf_new_index(s);
    const vf_mx *body = vf_rename(s, sum->arg[0], sum->sym, sym);
    body = w[at].transposed ? vf_mx_transpose(s, body) : body;
    const vf_mx *column = vf_mx_mul(s, vf_letters(s, n, w, at), body);
    column = vf_mx_mul(s, column, vf_letters(s, body->cols, w + at + 1, count - at - 1));
    return vf_partial_sum(s, sym, vf_mx_diag(s, column), sum->place[0]);
}

static const vf_mx *diag_of_letters(vf_mxs *s, vf_ratio n, const vf_letter *w, size_t count) {
    if (count == 0 || (count == 1 && vf_is_ones(w[0], false)))
        return vf_mx_eye(s, n);
    for (size_t i = 0; i < count; i++)
        if (w[i].leaf->kind == VF_L_SUM && !w[i].inverted)
            return diag_of_sum(s, n, w, count, i);
    bool diagonal = w[0].leaf->props & VF_P_DIAGONAL && count > 1;
    unsigned of = count == 1 && !w[0].inverted ? w[0].leaf->props : 0;
    unsigned more = of & VF_P_NONNEGATIVE ? VF_P_PSD | VF_P_NONNEGATIVE : 0;
    more |= (of & VF_P_NONNEGATIVE) && (of & VF_P_NO_ZERO) ? VF_P_LOWER : 0;
    bool moves = (w[0].leaf->props & VF_P_PERMUTATION && count > 1) ||
                 vf_is_kind(w[0], VF_L_INJECTION, false);
    if (!diagonal && !moves)
        return vf_mx_of_leaf(s, (vf_leaf){.kind = VF_L_DIAG,
                                          .rows = n,
                                          .cols = n,
                                          .arg = {vf_letters(s, n, w, count)},
                                          .props = VF_P_DIAGONAL | VF_P_SYMMETRIC | more});
    const vf_mx *outer = vf_mx_of_letter(s, w[0]);
    const vf_mx *inner = diag_of_letters(s, outer->cols, w + 1, count - 1);
    const vf_mx *product = vf_mx_mul(s, outer, inner);
    return diagonal ? product : vf_mx_mul(s, product, vf_mx_transpose(s, outer));
}

const vf_mx *vf_mx_diag(vf_mxs *s, const vf_mx *column) {
    const vf_mx *sum = vf_mx_zero(s, column->rows, column->rows);
    for (size_t i = 0; i < column->nwords; i++) {
        const vf_word *w = &column->word[i];
        const vf_mx *part = diag_of_letters(s, column->rows, w->letter, w->n);
        sum = vf_mx_add(s, sum, vf_mx_scale(s, w->coef, part));
    }
    return sum;
}

static const vf_mx *part(vf_mxs *s, const vf_mx *a, size_t from, size_t to);

/* ---- powers ---- */

static const vf_mx *product_of(vf_mxs *s, const vf_mx *a, long k) {
    const vf_mx *product = vf_mx_eye(s, a->rows);
    for (long i = 0; i < k; i++)
        product = vf_mx_mul(s, product, a);
    return product;
}

/* The constant in an exponent that is at least that: k == base + c. */
static vf_ratio without_constant(vf_mxs *s, vf_ratio k, long *c) {
    vf_ratio zero = vf_ratio_int(0), base = k;
    for (unsigned sym = 0; sym < s->theorem->nsyms; sym++)
        if (vf_poly_mentions(base.num, sym))
            base = vf_ratio_of(vf_poly_put(base.num, sym, zero.num));
    bool known = vf_poly_is_rational(k.den, NULL) && vf_n_is_int(base, c) && *c > 0 &&
                 *c <= VF_MOST_MULTIPLIED && vf_mx_at_least(s, vf_n_sub(s, k, base), 0);
    *c = known ? *c : 0;
    return known ? vf_n_sub(s, k, base) : k;
}

/* (G*A*inv(G))^k is G*A^k*inv(G). NULL: a is not of that form. */
static const vf_mx *power_of_similar(vf_mxs *s, const vf_mx *a, vf_ratio k) {
    const vf_word *w = &a->word[0];
    if (a->nwords != 1 || w->n < 3 || !vf_n_is_one(w->coef))
        return NULL;
    const vf_mx *first = part(s, a, 0, 1), *last = part(s, a, w->n - 1, w->n);
    if (!same_size(s, first->rows, first->cols) || !vf_mx_is_eye(s, vf_mx_mul(s, last, first)))
        return NULL;
    const vf_mx *power = vf_mx_power(s, part(s, a, 1, w->n - 1), k);
    return vf_mx_mul(s, vf_mx_mul(s, first, power), last);
}

const vf_mx *vf_mx_power(vf_mxs *s, const vf_mx *a, vf_ratio k) {
    long c;
    ENSURE("a power of a matrix that is not square", same_size(s, a->rows, a->cols));
    if (vf_n_is_int(k, &c) && c >= 0 && (c <= 3 || (c <= VF_MOST_MULTIPLIED && a->nwords <= 1)))
        return product_of(s, a, c);
    if (vf_n_is_one(a->rows))
        return number(s, vf_n_pow(s, vf_mx_value(s, a), k));
    if (!vf_mx_at_least(s, k, 0))
        return vf_mx_function(s, VF_POWER, a->rows, a->cols, a, NULL, k, (vf_ratio){0});
    vf_ratio coef = a->nwords == 1 ? a->word[0].coef : vf_ratio_int(1);
    if (!vf_n_is_one(coef) && vf_mx_is_nonzero(s, coef)) {
        const vf_mx *plain = vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), coef), a);
        return vf_mx_scale(s, vf_n_pow(s, coef, k), vf_mx_power(s, plain, k));
    }
    if (vf_mx_is_eye(s, a) || (vf_mx_at_least(s, k, 1) && vf_mx_equal(s, vf_mx_mul(s, a, a), a)))
        return a;
    const vf_mx *similar = power_of_similar(s, a, k);
    if (similar)
        return similar;
    vf_leaf leaf = {.kind = VF_L_POWER, .rows = a->rows, .cols = a->cols, .arg = {a}};
    leaf.place[0] = without_constant(s, k, &c);
    return vf_mx_mul(s, vf_mx_of_leaf(s, leaf), product_of(s, a, c));
}

/* ---- Kronecker products ---- */

/* The number of letters before the first inner boundary of size 1; 0: none. */
static size_t cut_at_one(const vf_word *w) {
    for (size_t i = 1; i < w->n; i++)
        if (vf_n_is_one(vf_letter_cols(w->letter[i - 1])))
            return i;
    return 0;
}

static const vf_mx *part(vf_mxs *s, const vf_mx *a, size_t from, size_t to) {
    const vf_word *w = &a->word[0];
    vf_ratio rows = from ? vf_letter_cols(w->letter[from - 1]) : a->rows;
    return vf_letters(s, rows, w->letter + from, to - from);
}

static bool is_ones_column(const vf_mx *a) {
    return a->nwords == 1 && a->word[0].n == 1 && vf_is_ones(a->word[0].letter[0], false);
}

/* kron(1, B): B again and again, below itself. */
static const vf_mx *repeated(vf_mxs *s, vf_ratio times, const vf_mx *b) {
    unsigned sym = vf_new_index(s);
    vf_mark mark = vf_mx_mark(s);
    vf_within(s, sym, vf_ratio_int(1), times);
    vf_ratio offset = vf_n_mul(s, vf_n_sub(s, vf_n_atom(sym), vf_ratio_int(1)), b->rows);
    const vf_mx *e = vf_injection(s, vf_n_mul(s, times, b->rows), offset, b->rows);
    vf_mx_forget(s, mark);
    return vf_partial_sum(s, sym, vf_mx_mul(s, e, b), times);
}

static const vf_mx *kron_leaf(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    vf_leaf leaf = {.kind = VF_L_KRON, .arg = {a, b}};
    leaf.rows = vf_n_mul(s, a->rows, b->rows);
    leaf.cols = vf_n_mul(s, a->cols, b->cols);
    return vf_mx_of_leaf(s, leaf);
}

/* Columns of which the product is simple, and what begins with a block; NULL: none such. */
static const vf_mx *kron_begins(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    if (is_ones_column(a) && is_ones_column(b))
        return vf_mx_ones(s, vf_n_mul(s, a->rows, b->rows), vf_ratio_int(1));
    if (is_ones_column(a))
        return repeated(s, a->rows, b);
    const vf_word *w = &a->word[0];
    if (w->n == 0 || !vf_is_kind(w->letter[0], VF_L_INJECTION, false))
        return NULL;
    const vf_leaf *e = w->letter[0].leaf;
    const vf_mx *down =
        vf_injection(s, vf_n_mul(s, e->rows, b->rows), vf_n_mul(s, e->place[0], b->rows),
                     vf_n_mul(s, e->cols, b->rows));
    return vf_mx_mul(s, down, vf_mx_kron(s, part(s, a, 1, w->n), b));
}

/* Of two words with coefficient 1. */
static const vf_mx *kron_words(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    size_t n = a->word[0].n, m = b->word[0].n, i = cut_at_one(&a->word[0]),
           k = cut_at_one(&b->word[0]);
    if (i && k)
        return vf_mx_mul(s, vf_mx_kron(s, part(s, a, 0, i), part(s, b, 0, k)),
                         vf_mx_kron(s, part(s, a, i, n), part(s, b, k, m)));
    if (n == 0 && m == 0)
        return vf_mx_eye(s, vf_n_mul(s, a->rows, b->rows));
    const vf_mx *known = kron_begins(s, a, b);
    if (known)
        return known;
    known = kron_begins(s, vf_mx_transpose(s, a), vf_mx_transpose(s, b));
    return known ? vf_mx_transpose(s, known) : kron_leaf(s, a, b);
}

static const vf_mx *bare(vf_mxs *s, const vf_mx *a, size_t i) {
    return vf_letters(s, a->rows, a->word[i].letter, a->word[i].n);
}

static bool is_number(const vf_mx *a) {
    return vf_n_is_one(a->rows) && vf_n_is_one(a->cols);
}

const vf_mx *vf_mx_kron(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    if (is_number(a))
        return vf_mx_scale(s, vf_mx_value(s, a), b);
    if (is_number(b))
        return vf_mx_scale(s, vf_mx_value(s, b), a);
    vf_sum sum = vf_sum_start(s, vf_n_mul(s, a->rows, b->rows), vf_n_mul(s, a->cols, b->cols));
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < b->nwords; k++)
            vf_sum_put_mx(&sum, vf_n_mul(s, a->word[i].coef, b->word[k].coef),
                          kron_words(s, bare(s, a, i), bare(s, b, k)));
    return vf_sum_done(&sum);
}

/* ---- entrywise products ---- */

static const vf_mx *emul_bare(vf_mxs *s, const vf_mx *a, const vf_mx *b);

/* The boundary of size 1 of a word; false: none. A column has it behind, a row before it. */
static bool outer(vf_mxs *s, const vf_mx *a, const vf_mx **u, const vf_mx **v) {
    const vf_word *w = &a->word[0];
    for (size_t i = 0; i <= w->n; i++) {
        if (!vf_n_is_one(i ? vf_letter_cols(w->letter[i - 1]) : a->rows))
            continue;
        *u = part(s, a, 0, i);
        *v = vf_mx_transpose(s, part(s, a, i, w->n));
        return true;
    }
    return false;
}

/* (E*A) .* B is E*(A .* E'*B). NULL: a does not begin with a block. */
static const vf_mx *emul_block(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    const vf_word *w = &a->word[0];
    if (w->n == 0 || !vf_is_kind(w->letter[0], VF_L_INJECTION, false))
        return NULL;
    const vf_mx *down = part(s, a, 0, 1), *rest = part(s, a, 1, w->n);
    return vf_mx_mul(s, down, vf_mx_emul(s, rest, vf_mx_mul(s, vf_mx_transpose(s, down), b)));
}

static const vf_mx *emul_simple(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    const vf_mx *u, *v, *m = emul_block(s, a, b);
    if (m)
        return m;
    m = emul_block(s, vf_mx_transpose(s, a), vf_mx_transpose(s, b));
    if (m)
        return vf_mx_transpose(s, m);
    if (!outer(s, a, &u, &v))
        return NULL;
    return vf_mx_mul(s, vf_mx_mul(s, vf_mx_diag(s, u), b), vf_mx_diag(s, v));
}

static const vf_mx *emul_leaf(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    for (size_t i = 0; i < s->nleaves; i++) {
        const vf_leaf *x = s->leaf[i];
        if (x->kind == VF_L_FUNCTION && x->op == VF_EMUL && vf_mx_equal(s, x->arg[0], b) &&
            vf_mx_equal(s, x->arg[1], a))
            return vf_mx_of_letter(s, (vf_letter){.leaf = x});
    }
    return vf_mx_function(s, VF_EMUL, a->rows, a->cols, a, b, (vf_ratio){0}, (vf_ratio){0});
}

static const vf_mx *emul_bare(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    const vf_mx *m = emul_simple(s, a, b);
    m = m ? m : emul_simple(s, b, a);
    return m ? m : emul_leaf(s, a, b);
}

const vf_mx *vf_mx_emul(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    vf_sum sum = vf_sum_start(s, a->rows, a->cols);
    ENSURE("an entrywise product of different shapes",
           same_size(s, a->rows, b->rows) && same_size(s, a->cols, b->cols));
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < b->nwords; k++)
            vf_sum_put_mx(&sum, vf_n_mul(s, a->word[i].coef, b->word[k].coef),
                          emul_bare(s, bare(s, a, i), bare(s, b, k)));
    return vf_sum_done(&sum);
}

/* ---- what moves entries about ---- */

/* A permutation that begins a word, and without which the matrix has fewer letters; NULL: none. */
static const vf_mx *permutation_before(vf_mxs *s, const vf_mx *begins, const vf_mx *a,
                                       const vf_mx *mask) {
    for (size_t i = 0; i < begins->nwords; i++) {
        const vf_word *w = &begins->word[i];
        if (w->n == 0 || !(w->letter[0].leaf->props & VF_P_PERMUTATION))
            continue;
        const vf_mx *p = vf_mx_of_letter(s, w->letter[0]), *back = vf_mx_transpose(s, p);
        size_t before = vf_weight(a) + (mask ? vf_weight(mask) : 0);
        size_t after =
            vf_weight(vf_mx_mul(s, back, a)) + (mask ? vf_weight(vf_mx_mul(s, back, mask)) : 0);
        if (after < before)
            return p;
    }
    return NULL;
}

static const vf_mx *common_permutation(vf_mxs *s, const vf_mx *a, const vf_mx *mask) {
    const vf_mx *p = permutation_before(s, a, a, mask);
    return p || !mask ? p : permutation_before(s, mask, a, mask);
}

/* ---- functions of every entry ---- */

static const vf_mx *ones_row(vf_mxs *s, vf_ratio n) {
    return vf_mx_ones(s, vf_ratio_int(1), n);
}

/* The column b with a == b*1'; NULL: some word does not end in a row of ones. */
static const vf_mx *equal_columns(vf_mxs *s, const vf_mx *a) {
    vf_sum sum = vf_sum_start(s, a->rows, vf_ratio_int(1));
    for (size_t i = 0; i < a->nwords; i++) {
        const vf_word *w = &a->word[i];
        if (w->n == 0 || !vf_is_ones(w->letter[w->n - 1], true))
            return NULL;
        vf_sum_put(&sum, w->coef, w->letter, w->n - 1);
    }
    return vf_sum_done(&sum);
}

static const vf_mx *entrywise_known(vf_mxs *s, vf_op op, const vf_mx *a) {
    if (vf_n_is_one(a->cols) && a->nwords > 0)
        return NULL;
    const vf_mx *b = equal_columns(s, a);
    if (b)
        return vf_mx_mul(s, vf_mx_entrywise(s, op, b), ones_row(s, a->cols));
    return NULL;
}

static const vf_mx *entrywise_moved(vf_mxs *s, vf_op op, const vf_mx *a) {
    const vf_mx *p = common_permutation(s, a, NULL);
    if (!p)
        return NULL;
    return vf_mx_mul(s, p, vf_mx_entrywise(s, op, vf_mx_mul(s, vf_mx_transpose(s, p), a)));
}

vf_ratio vf_modulus_out(vf_mxs *s, const vf_mx **a) {
    const vf_word *w = &(*a)->word[vf_greatest_word(*a)];
    vf_ratio c = w->coef, minus = vf_n_sub(s, vf_ratio_int(0), c);
    if ((*a)->nwords == 1)
        *a = vf_letters(s, (*a)->rows, w->letter, w->n);
    else if (vf_n_positive(s, c) || vf_n_positive(s, minus))
        *a = vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), c), *a);
    else
        return vf_ratio_int(1);
    return vf_n_function(s, VF_ABS, c);
}

/* relu(c*A) = c*relu(A), sign(c*A) = sign(A) for c > 0, abs(c*A) = abs(c)*abs(A) */
static const vf_mx *entrywise_multiple(vf_mxs *s, vf_op op, const vf_mx *a) {
    if ((op != VF_RELU && op != VF_ABS && op != VF_SIGN) || a->nwords == 0)
        return NULL;
    const vf_mx *rest = a;
    vf_ratio c = a->word[vf_greatest_word(a)].coef;
    if (vf_n_is_one(c) || (op != VF_ABS && !vf_n_positive(s, c)))
        return NULL;
    c = vf_modulus_out(s, &rest);
    if (rest == a)
        return NULL;
    const vf_mx *f = vf_mx_entrywise(s, op, rest);
    return op == VF_SIGN ? f : vf_mx_scale(s, c, f);
}

typedef const vf_mx *entrywise_rule(vf_mxs *s, vf_op op, const vf_mx *a);

static const vf_mx *entrywise_both(vf_mxs *s, entrywise_rule *rule, vf_op op, const vf_mx *a) {
    const vf_mx *m = rule(s, op, a);
    if (m)
        return m;
    m = rule(s, op, vf_mx_transpose(s, a));
    return m ? vf_mx_transpose(s, m) : NULL;
}

const vf_mx *vf_mx_entrywise(vf_mxs *s, vf_op op, const vf_mx *a) {
    if (is_number(a))
        return number(s, vf_n_function(s, op, vf_mx_value(s, a)));
    const vf_mx *m = NULL;
    if (a->nwords == 0 && op != VF_LOG)
        return vf_mx_scale(s, vf_n_function(s, op, vf_ratio_int(0)),
                           vf_mx_ones(s, a->rows, a->cols));
    m = a->nwords ? entrywise_both(s, entrywise_known, op, a) : NULL;
    m = m ? m : entrywise_both(s, entrywise_moved, op, a);
    m = m ? m : entrywise_multiple(s, op, a);
    unsigned positive = VF_P_NO_ZERO | VF_P_SOME_NONZERO | VF_P_NONNEGATIVE;
    vf_leaf leaf = {.op = op, .rows = a->rows, .cols = a->cols, .arg = {a}};
    leaf.props = op == VF_EXP || op == VF_SIGMOID ? positive
                 : op == VF_RELU || op == VF_ABS  ? VF_P_NONNEGATIVE
                                                  : 0;
    return m ? m : function_with(s, leaf);
}

/* ---- softmax ---- */

/* Rows may be shifted: words that end in a row of ones are dropped. */
static const vf_mx *without_shifts(vf_mxs *s, const vf_mx *a) {
    vf_sum sum = vf_sum_start(s, a->rows, a->cols);
    for (size_t i = 0; i < a->nwords; i++) {
        const vf_word *w = &a->word[i];
        if (w->n == 0 || !vf_is_ones(w->letter[w->n - 1], true))
            vf_sum_put(&sum, w->coef, w->letter, w->n);
    }
    return vf_sum_done(&sum);
}

bool vf_mx_is_causal(const vf_mx *mask) {
    return mask && mask->nwords == 1 && mask->word[0].n == 1 &&
           mask->word[0].letter[0].leaf->kind == VF_L_CAUSAL && !mask->word[0].letter[0].inverted &&
           vf_n_is_one(mask->word[0].coef);
}

static const vf_mx *softmax_leaf(vf_mxs *s, const vf_mx *x, const vf_mx *mask) {
    vf_ratio each = vf_n_div(s, vf_ratio_int(1), x->cols);
    if (!mask && x->nwords == 0)
        return vf_mx_scale(s, each, vf_mx_ones(s, x->rows, x->cols));
    vf_leaf leaf = {.op = VF_SOFTMAX, .rows = x->rows, .cols = x->cols, .arg = {x, mask}};
    leaf.props = VF_P_ROWS_ONE | VF_P_SOME_NONZERO | VF_P_NONNEGATIVE | (mask ? 0 : VF_P_NO_ZERO);
    if (vf_mx_is_causal(mask)) /* triangular, positive on the diagonal */
        leaf.props |= VF_P_INVERTIBLE | (mask->word[0].letter[0].transposed ? 0 : VF_P_LOWER);
    return function_with(s, leaf);
}

const vf_mx *vf_mx_softmax(vf_mxs *s, const vf_mx *x, const vf_mx *mask) {
    if (vf_n_is_one(x->cols))
        return vf_mx_ones(s, x->rows, x->cols);
    x = without_shifts(s, x);
    if (mask && vf_mx_equal(s, mask, vf_mx_ones(s, mask->rows, mask->cols)))
        mask = NULL;
    const vf_mx *p = common_permutation(s, x, mask);
    if (p) {
        const vf_mx *back = vf_mx_transpose(s, p), *m = mask ? vf_mx_mul(s, back, mask) : NULL;
        return vf_mx_mul(s, p, vf_mx_softmax(s, vf_mx_mul(s, back, x), m));
    }
    p = common_permutation(s, vf_mx_transpose(s, x), mask ? vf_mx_transpose(s, mask) : NULL);
    if (!p)
        return softmax_leaf(s, x, mask);
    const vf_mx *m = mask ? vf_mx_mul(s, mask, p) : NULL;
    return vf_mx_mul(s, vf_mx_softmax(s, vf_mx_mul(s, x, p), m), vf_mx_transpose(s, p));
}

/* ---- scales of rows ---- */

/* An orthogonal factor on the right does not change the lengths of rows. */
static const vf_mx *without_rotation(vf_mxs *s, const vf_mx *x) {
    for (size_t i = 0; i < x->nwords; i++) {
        const vf_word *w = &x->word[i];
        if (w->n == 0 || !(w->letter[w->n - 1].leaf->props & VF_P_ORTHOGONAL))
            continue;
        const vf_mx *q = vf_mx_of_letter(s, w->letter[w->n - 1]);
        const vf_mx *turned = vf_mx_mul(s, x, vf_mx_transpose(s, q));
        if (vf_weight(turned) < vf_weight(x))
            return without_rotation(s, turned);
    }
    return x;
}

/* c > 0 with a == c*b or a == -c*b; num NULL: none is known */
static vf_ratio multiple_of(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    for (size_t i = 0; i < a->nwords && a->nwords == b->nwords; i++)
        if (vf_same_word(&a->word[i], &b->word[0]) && vf_mx_is_nonzero(s, b->word[0].coef)) {
            vf_ratio c = vf_n_div(s, a->word[i].coef, b->word[0].coef);
            vf_ratio minus = vf_n_sub(s, vf_ratio_int(0), c);
            c = vf_n_positive(s, minus) ? minus : c;
            bool same = vf_mx_equal(s, a, vf_mx_scale(s, c, b)) ||
                        vf_mx_equal(s, a, vf_mx_scale(s, vf_n_sub(s, vf_ratio_int(0), c), b));
            return same && vf_n_positive(s, c) ? c : (vf_ratio){0};
        }
    return (vf_ratio){0};
}

/* Scales of X known by those of a multiple: without eps those of c*X are 1/c times those of X,
   where no row is 0. (Where one is, its scale is some positive number, the same for X and -X.) */
static const vf_mx *scales_letter(vf_mxs *s, const vf_mx *x, vf_ratio eps) {
    for (size_t i = 0; i < s->nleaves; i++) {
        const vf_leaf *a = s->leaf[i];
        if (a->kind != VF_L_SCALES || !same_size(s, a->rows, x->rows) ||
            !same_size(s, a->arg[0]->cols, x->cols) || !vf_mx_equal_numbers(s, a->place[0], eps))
            continue;
        vf_ratio c = multiple_of(s, x, a->arg[0]);
        if (c.num && (vf_n_is_one(c) || (vf_ratio_is_zero(eps) && vf_mx_is_scaled(s, x, eps))))
            return vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), c),
                               vf_mx_of_letter(s, (vf_letter){.leaf = a}));
    }
    vf_leaf leaf = {.kind = VF_L_SCALES, .rows = x->rows, .cols = x->rows, .arg = {x}};
    leaf.place[0] = eps;
    leaf.props = VF_P_DIAGONAL | VF_P_SYMMETRIC | VF_P_PSD | VF_P_INVERTIBLE | VF_P_SOME_NONZERO |
                 VF_P_NONNEGATIVE | VF_P_LOWER;
    return vf_mx_of_leaf(s, leaf);
}

const vf_mx *vf_mx_scales(vf_mxs *s, const vf_mx *x, vf_ratio eps) {
    x = without_rotation(s, x);
    const vf_mx *p = common_permutation(s, x, NULL);
    if (!p)
        return scales_letter(s, x, eps);
    const vf_mx *back = vf_mx_transpose(s, p);
    const vf_mx *inner = vf_mx_scales(s, vf_mx_mul(s, back, x), eps);
    return vf_mx_mul(s, vf_mx_mul(s, p, inner), back);
}

void vf_mx_know_scaled(vf_mxs *s, const vf_mx *a, vf_ratio eps) {
    s->scaled = vf_grow(s->scaled, s->nscaled, sizeof *s->scaled);
    s->scaled[s->nscaled++] = (vf_scaled){a, eps};
    vf_changed(s);
}

/* ---- diagonals and vec: linear ---- */

static const vf_mx *diagonal_of_word(vf_mxs *s, const vf_mx *a, vf_ratio rows) {
    const vf_word *w = &a->word[0];
    if (w->n == 0)
        return vf_mx_ones(s, rows, vf_ratio_int(1));
    if (w->n == 1 && vf_is_kind(w->letter[0], VF_L_DIAG, false))
        return w->letter[0].leaf->arg[0];
    const vf_mx *t = vf_mx_transpose(s, a);
    for (size_t i = 0; i < s->nleaves; i++) {
        const vf_leaf *x = s->leaf[i];
        if (x->kind == VF_L_FUNCTION && x->op == VF_DIAG && vf_mx_equal(s, x->arg[0], t))
            return vf_mx_of_letter(s, (vf_letter){.leaf = x});
    }
    return vf_mx_function(s, VF_DIAG, rows, vf_ratio_int(1), a, NULL, (vf_ratio){0}, (vf_ratio){0});
}

const vf_mx *vf_mx_take_diagonal(vf_mxs *s, const vf_mx *a, vf_ratio rows) {
    vf_sum sum = vf_sum_start(s, rows, vf_ratio_int(1));
    for (size_t i = 0; i < a->nwords; i++)
        vf_sum_put_mx(&sum, a->word[i].coef, diagonal_of_word(s, bare(s, a, i), rows));
    return vf_sum_done(&sum);
}

const vf_mx *vf_mx_vec(vf_mxs *s, const vf_mx *a) {
    vf_ratio rows = vf_n_mul(s, a->rows, a->cols), one = vf_ratio_int(1), none = {0};
    if (vf_n_is_one(a->cols))
        return a;
    if (vf_n_is_one(a->rows))
        return vf_mx_transpose(s, a);
    vf_sum sum = vf_sum_start(s, rows, one);
    for (size_t i = 0; i < a->nwords; i++)
        vf_sum_put_mx(&sum, a->word[i].coef,
                      vf_mx_function(s, VF_VEC, rows, one, bare(s, a, i), NULL, none, none));
    return vf_sum_done(&sum);
}
