#include "rk_mx_inside.h"

/* --- products ------------------------------------------------------------------------------ */

/* The column and the row of an outer product u*v'; false: the word is none. A column is one by the
   row of the number 1, and the other way round. */
static bool outer_product(rk_mxs *s, const rk_mx *a, const rk_mx **u, const rk_mx **v) {
    const rk_word *w = a->word;
    for (size_t i = 0; i <= w->length; i++) {
        rk_sc size = i ? rk_letter_cols(w->letter[i - 1]) : a->rows;
        if (!rk_sc_is_one(size))
            continue;
        rk_mx_split(s, a, i, u, v);
        *v = (*v)->transpose;
        return true;
    }
    return false;
}

static const rk_mx *entrywise_leaf(rk_mxs *s, rk_op op, const rk_mx *a, const rk_mx *b) {
    bool swapped = op == RK_T_EMUL && rk_mx_compare(s, a, b) > 0;
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = op, .rows = a->rows, .cols = a->cols};
    leaf.arg[0] = swapped ? b : a;
    leaf.arg[1] = swapped ? a : b;
    return rk_mx_of_leaf(s, rk_mx_leaf(s, &leaf));
}

static const rk_mx *between(rk_mxs *s, const rk_mx *u, const rk_mx *a, const rk_mx *v) {
    return rk_mx_mul(s, rk_mx_mul(s, rk_mx_diag(s, u), a), rk_mx_diag(s, v));
}

static const rk_mx *word_alone(rk_mxs *s, const rk_mx *a, size_t i) {
    rk_word w = {s->one, a->word[i].letter, a->word[i].length};
    return rk_mx_of_word(s, a->rows, a->cols, &w);
}

static const rk_mx *emul_words(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    const rk_mx *u, *v;
    if (outer_product(s, b, &u, &v))
        return between(s, u, a, v);
    return outer_product(s, a, &u, &v) ? between(s, u, b, v) : entrywise_leaf(s, RK_T_EMUL, a, b);
}

static bool same_grid(const rk_mx *a, const rk_mx *b) {
    if (!a->cell || a->grid_rows != b->grid_rows || a->grid_cols != b->grid_cols)
        return false;
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        if (a->cell[i]->rows != b->cell[i]->rows || a->cell[i]->cols != b->cell[i]->cols)
            return false;
    return true;
}

typedef const rk_mx *entrywise(rk_mxs *s, const rk_mx *a, const rk_mx *b);

static const rk_mx *cellwise(rk_mxs *s, entrywise *f, const rk_mx *a, const rk_mx *b) {
    size_t n = a->grid_rows * a->grid_cols;
    const rk_mx **cell = rk_arena_alloc(s->arena, n * sizeof *cell);
    for (size_t i = 0; i < n; i++)
        cell[i] = f(s, a->cell[i], b->cell[i]);
    return rk_mx_grid(s, a->grid_rows, a->grid_cols, cell);
}

const rk_mx *rk_mx_emul(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    a = rk_mx_settle(s, a);
    b = rk_mx_settle(s, b);
    if (same_grid(a, b))
        return cellwise(s, rk_mx_emul, a, b);
    if (a->cell || b->cell || a->nwords * b->nwords > RK_MX_WORDS)
        return entrywise_leaf(s, RK_T_EMUL, a, b);
    const rk_mx *sum = rk_mx_zero(s, a->rows, a->cols);
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < b->nwords; k++) {
            const rk_mx *part = emul_words(s, word_alone(s, a, i), word_alone(s, b, k));
            rk_sc c = rk_sc_mul(s->scalars, a->word[i].coef, b->word[k].coef);
            sum = rk_mx_add(s, sum, rk_mx_scale(s, c, part));
        }
    return sum;
}

/* --- quotients ----------------------------------------------------------------------------- */

static const rk_mx *ediv_words(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    rk_mx_sum sum;
    rk_mx_sum_init(&sum, a->rows, a->cols);
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_mx *part = entrywise_leaf(s, RK_T_EDIV, word_alone(s, a, i), b);
        rk_mx_sum_put_times(s, &sum, a->word[i].coef, part);
    }
    return rk_mx_sum_done(s, &sum);
}

/* No entry of b is 0 where the quotient is defined, so diag(u) and diag(v) are invertible for
   b = u*v'. */
const rk_mx *rk_mx_ediv(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    const rk_mx *u, *v;
    a = rk_mx_settle(s, a);
    b = rk_mx_settle(s, b);
    if (same_grid(a, b))
        return cellwise(s, rk_mx_ediv, a, b);
    if (b->nwords == 1 && outer_product(s, b, &u, &v)) {
        const rk_mx *left = rk_mx_inv(s, rk_mx_diag(s, u)), *right = rk_mx_inv(s, rk_mx_diag(s, v));
        return rk_mx_mul(s, rk_mx_mul(s, left, a), right);
    }
    return a->cell ? entrywise_leaf(s, RK_T_EDIV, a, b) : ediv_words(s, a, b);
}
