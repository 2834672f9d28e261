#include "rk_mx_inside.h"

/* --- kron of two words --------------------------------------------------------------------- */

static bool is_ones_column(const rk_mx *a) {
    const rk_letter *x = rk_mx_letter(a);
    return x && rk_is_ones(*x, false);
}

static const rk_letter *unit_column(const rk_mx *a) {
    const rk_letter *x = rk_mx_letter(a);
    return x && x->leaf->kind == RK_L_UNIT && !x->transposed ? x : NULL;
}

/* unit(n,i) by unit(m,j) is 1 at (i - 1)*m + j. */
static const rk_mx *kron_units(rk_mxs *s, const rk_leaf *a, const rk_leaf *b) {
    rk_scalars *sc = s->scalars;
    rk_sc before = rk_sc_mul(sc, rk_sc_sub(sc, a->index[0], s->one), b->rows);
    return rk_mx_unit(s, rk_sc_mul(sc, a->rows, b->rows), rk_sc_add(sc, before, b->index[0]));
}

/* Columns with a simple product; NULL: none. */
static const rk_mx *kron_columns(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    if (is_ones_column(a) && is_ones_column(b))
        return rk_mx_ones(s, rk_sc_mul(s->scalars, a->rows, b->rows), s->one);
    const rk_letter *x = unit_column(a), *y = unit_column(b);
    return x && y ? kron_units(s, x->leaf, y->leaf) : NULL;
}

static const rk_mx *kron_leaf(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    rk_leaf leaf = {.kind = RK_L_KRON, .arg = {a, b}};
    leaf.rows = rk_sc_mul(s->scalars, a->rows, b->rows);
    leaf.cols = rk_sc_mul(s->scalars, a->cols, b->cols);
    return rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

/* The letter after which the word has size 1; 0: none. */
static size_t cut_at_one(const rk_word *w) {
    for (size_t i = 1; i < w->length; i++)
        if (rk_sc_is_one(rk_letter_cols(w->letter[i - 1])))
            return i;
    return 0;
}

static const rk_mx *kron_parts(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    size_t i = a->word->length ? cut_at_one(a->word) : 0;
    size_t k = b->word->length ? cut_at_one(b->word) : 0;
    if (i && k) {
        const rk_mx *u, *v, *x, *y;
        rk_mx_split(s, a, i, &u, &v);
        rk_mx_split(s, b, k, &x, &y);
        return rk_mx_mul(s, rk_mx_kron(s, u, x), rk_mx_kron(s, v, y));
    }
    if (rk_mx_is_eye(a) && rk_mx_is_eye(b))
        return rk_mx_eye(s, rk_sc_mul(s->scalars, a->rows, b->rows));
    const rk_mx *known = kron_columns(s, a, b);
    if (known)
        return known;
    known = kron_columns(s, a->transpose, b->transpose);
    return known ? known->transpose : kron_leaf(s, a, b);
}

static const rk_mx *word_alone(rk_mxs *s, const rk_mx *a, size_t i) {
    rk_word w = {s->one, a->word[i].letter, a->word[i].length};
    return rk_mx_of_word(s, a->rows, a->cols, &w);
}

/* --- kron ---------------------------------------------------------------------------------- */

const rk_mx *rk_mx_kron(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    a = rk_mx_settle(s, a);
    b = rk_mx_settle(s, b);
    if (rk_mx_is_one_by_one(a))
        return rk_mx_scale(s, rk_mx_value(s, a), b);
    if (rk_mx_is_one_by_one(b))
        return rk_mx_scale(s, rk_mx_value(s, b), a);
    const rk_mx *sum = rk_mx_zero(s, rk_sc_mul(s->scalars, a->rows, b->rows),
                                  rk_sc_mul(s->scalars, a->cols, b->cols));
    if (rk_mx_is_grid(a) || rk_mx_is_grid(b) || a->nwords * b->nwords > RK_MX_WORDS)
        return kron_leaf(s, a, b);
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < b->nwords; k++) {
            const rk_mx *part = kron_parts(s, word_alone(s, a, i), word_alone(s, b, k));
            rk_sc c = rk_sc_mul(s->scalars, a->word[i].coef, b->word[k].coef);
            sum = rk_mx_add(s, sum, rk_mx_scale(s, c, part));
        }
    return sum;
}

const rk_mx *rk_mx_kron_whole(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    a = rk_mx_settle(s, a);
    b = rk_mx_settle(s, b);
    bool plain = rk_mx_is_one_by_one(a) || rk_mx_is_one_by_one(b) || rk_mx_is_zero(a) ||
                 rk_mx_is_zero(b) || (a->nwords == 1 && b->nwords == 1);
    return plain ? rk_mx_kron(s, a, b) : kron_leaf(s, a, b);
}

/* ones(n*m) next to kron(A, B) with n and m where A and B begin. */
static const rk_mx *kron_with_ones(rk_mxs *s, const rk_leaf *kron) {
    const rk_mx *a = kron->arg[0], *b = kron->arg[1];
    const rk_mx *u = rk_mx_ones(s, s->one, a->rows), *v = rk_mx_ones(s, s->one, b->rows);
    return rk_mx_kron(s, rk_mx_mul(s, u, a), rk_mx_mul(s, v, b));
}

/* x*kron(row, B) is kron(row, x*B), x*kron(A, row) is kron(x*A, row); not where x is a column. */
static const rk_mx *taken_in(rk_mxs *s, rk_letter x, const rk_leaf *kron) {
    const rk_mx *a = kron->arg[0], *b = kron->arg[1];
    if (rk_sc_is_one(kron->rows) || (!rk_sc_is_one(a->rows) && !rk_sc_is_one(b->rows)))
        return NULL;
    const rk_mx *left = rk_mx_of_letter(s, x);
    return rk_sc_is_one(a->rows) ? rk_mx_kron(s, a, rk_mx_mul(s, left, b))
                                 : rk_mx_kron(s, rk_mx_mul(s, left, a), b);
}

const rk_mx *rk_mx_kron_rule(rk_mxs *s, rk_letter a, rk_letter b) {
    bool x = a.leaf->kind == RK_L_KRON && !a.inverted, y = b.leaf->kind == RK_L_KRON && !b.inverted;
    if (x && y) {
        const rk_mx *u = a.leaf->arg[0], *v = a.leaf->arg[1];
        const rk_mx *p = b.leaf->arg[0], *q = b.leaf->arg[1];
        if (rk_sc_is_one(a.leaf->cols) || u->cols != p->rows || v->cols != q->rows)
            return NULL;
        return rk_mx_kron(s, rk_mx_mul(s, u, p), rk_mx_mul(s, v, q));
    }
    if (y && rk_is_ones(a, true))
        return kron_with_ones(s, b.leaf);
    if (x && rk_is_ones(b, false))
        return kron_with_ones(s, rk_letter_transpose(s, a).leaf)->transpose;
    const rk_mx *inside = y ? taken_in(s, a, b.leaf) : NULL;
    if (inside || !x)
        return inside;
    inside = taken_in(s, rk_letter_transpose(s, b), rk_letter_transpose(s, a).leaf);
    return inside ? inside->transpose : NULL;
}
