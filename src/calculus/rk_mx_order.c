#include "rk_mx_inside.h"

/* Orders by content alone: neither addresses nor the order in which things were made count. */

#define TRY(comparison)                                                                            \
    do {                                                                                           \
        int c_ = (comparison);                                                                     \
        if (c_)                                                                                    \
            return c_;                                                                             \
    } while (0)

static int by_number(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

static int by_scalar(const rk_mxs *s, rk_sc a, rk_sc b) {
    if (a == b)
        return 0;
    return a && b ? rk_sc_compare(s->scalars, a, b) : by_number(a != NULL, b != NULL);
}

static int by_matrix(const rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    if (a == b)
        return 0;
    return a && b ? rk_mx_compare(s, a, b) : by_number(a != NULL, b != NULL);
}

int rk_leaf_compare(const rk_mxs *s, const rk_leaf *a, const rk_leaf *b) {
    if (a == b)
        return 0;
    TRY(by_number(a->kind, b->kind));
    TRY(by_number(a->op, b->op));
    TRY(by_number(a->var, b->var));
    TRY(by_number(a->sym, b->sym));
    for (int i = 0; i < 2; i++)
        TRY(by_scalar(s, a->index[i], b->index[i]));
    for (int i = 0; i < 3; i++)
        TRY(by_matrix(s, a->arg[i], b->arg[i]));
    TRY(by_scalar(s, a->rows, b->rows));
    TRY(by_scalar(s, a->cols, b->cols));
    return by_number(a->props, b->props);
}

int rk_letter_compare(const rk_mxs *s, rk_letter a, rk_letter b) {
    TRY(rk_leaf_compare(s, a.leaf, b.leaf));
    TRY(by_number(a.transposed, b.transposed));
    return by_number(a.inverted, b.inverted);
}

int rk_word_compare(const rk_mxs *s, const rk_word *a, const rk_word *b) {
    TRY(by_number(a->length, b->length));
    for (size_t i = 0; i < a->length; i++)
        if (!rk_same_letter(a->letter[i], b->letter[i]))
            return rk_letter_compare(s, a->letter[i], b->letter[i]);
    return 0;
}

static int by_words(const rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    TRY(by_number(a->nwords, b->nwords));
    for (size_t i = 0; i < a->nwords; i++)
        TRY(rk_word_compare(s, &a->word[i], &b->word[i]));
    for (size_t i = 0; i < a->nwords; i++)
        TRY(by_scalar(s, a->word[i].coef, b->word[i].coef));
    return 0;
}

static int by_cells(const rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    TRY(by_number(a->grid_rows, b->grid_rows));
    TRY(by_number(a->grid_cols, b->grid_cols));
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        TRY(by_matrix(s, a->cell[i], b->cell[i]));
    return 0;
}

int rk_mx_compare(const rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    if (a == b)
        return 0;
    TRY(by_number(a->weight, b->weight));
    TRY(by_cells(s, a, b));
    TRY(by_words(s, a, b));
    TRY(by_scalar(s, a->rows, b->rows));
    return by_scalar(s, a->cols, b->cols);
}
