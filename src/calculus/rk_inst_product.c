/* Products: what follows from one way to write a matrix as a product, and where a word can be
   cut. Inner sizes are those of the matrix product; factors that are 1 by 1 are scalars in the
   normal form and never stand here as matrices. */
#include "rk_inst_inside.h"

enum { CUTS_IN_THREE = 6 }; /* longest word that is cut in three everywhere */

static void bounds(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *left,
                   const rk_mx *right) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_mxs *s = rk_instances_store(g);
    rk_sc w = rk_mx_rank(s, whole), a = rk_mx_rank(s, left), b = rk_mx_rank(s, right);
    const rk_mx *const pair[] = {left, right};
    rk_inst_at_most(g, from, RK_LAW_PRODUCT, w, a, 2, pair);
    rk_inst_at_most(g, from, RK_LAW_PRODUCT, w, b, 2, pair);
    rk_sc least = rk_sc_sub(sc, rk_sc_add(sc, a, b), left->cols);
    rk_inst_at_most(g, from, RK_LAW_SYLVESTER, least, w, 2, pair);
}

/* With an invertible factor the two other laws say nothing more. */
static bool dropped(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *left,
                    const rk_mx *right) {
    rk_mxs *s = rk_instances_store(g);
    rk_sc w = rk_mx_rank(s, whole);
    if (!rk_inst_on(g, RK_LAW_FACTOR))
        return false;
    if (rk_inst_invertible(g, left)) {
        rk_inst_equal(g, from, RK_LAW_FACTOR, w, rk_mx_rank(s, right), 2,
                      RK_INST_LIST(left, right));
        rk_inst_want(g, from, right);
        return true;
    }
    if (rk_inst_invertible(g, right)) {
        rk_inst_equal(g, from, RK_LAW_FACTOR, w, rk_mx_rank(s, left), 2, RK_INST_LIST(right, left));
        rk_inst_want(g, from, left);
        return true;
    }
    return false;
}

void rk_inst_product(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *left,
                     const rk_mx *right) {
    if (left->cols != right->rows || rk_mx_is_eye(left) || rk_mx_is_eye(right) ||
        dropped(g, from, whole, left, right))
        return;
    bounds(g, from, whole, left, right);
    rk_inst_want(g, from, left);
    rk_inst_want(g, from, right);
}

void rk_inst_triple(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *left,
                    const rk_mx *middle, const rk_mx *right) {
    if (!rk_inst_on(g, RK_LAW_FROBENIUS))
        return;
    rk_scalars *sc = rk_inst_scalars(g);
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *lm = rk_mx_mul(s, left, middle), *mr = rk_mx_mul(s, middle, right);
    rk_sc least =
        rk_sc_sub(sc, rk_sc_add(sc, rk_mx_rank(s, lm), rk_mx_rank(s, mr)), rk_mx_rank(s, middle));
    rk_inst_at_most(g, from, RK_LAW_FROBENIUS, least, rk_mx_rank(s, whole), 3,
                    RK_INST_LIST(left, middle, right));
    rk_inst_want(g, from, lm);
    rk_inst_want(g, from, mr);
    rk_inst_want(g, from, middle);
}

static void cut_in_three(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *as,
                         const rk_mx *left, size_t i) {
    const rk_letter *letter = as->word->letter;
    for (size_t j = i + 1; j < as->word->length; j++) {
        const rk_mx *middle = rk_inst_of_letters(g, as->rows, letter + i, j - i);
        const rk_mx *right = rk_inst_of_letters(g, as->rows, letter + j, as->word->length - j);
        rk_inst_triple(g, from, whole, left, middle, right);
    }
}

void rk_inst_cuts(rk_instances *g, const rk_site *from, const rk_mx *whole, const rk_mx *as) {
    const rk_letter *letter = as->word->letter;
    size_t n = as->word->length;
    for (size_t i = 1; i < n; i++) {
        const rk_mx *left = rk_mx_scale(rk_instances_store(g), as->word->coef,
                                        rk_inst_of_letters(g, as->rows, letter, i));
        const rk_mx *right = rk_inst_of_letters(g, as->rows, letter + i, n - i);
        rk_inst_product(g, from, whole, left, right);
        if (n <= CUTS_IN_THREE)
            cut_in_three(g, from, whole, as, left, i);
    }
}

/* c*A where c may be 0 at some assignments (or its rank would have lost c). */
static void scaled(rk_instances *g, const rk_site *node) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *a = node->mx;
    if (rk_sc_is_one(a->word->coef))
        return;
    const rk_mx *rest = rk_inst_of_letters(g, a->rows, a->word->letter, a->word->length);
    const rk_mx *factor = rk_mx_scale(s, a->word->coef, rk_mx_eye(s, a->rows));
    rk_inst_at_most(g, node, RK_LAW_PRODUCT, node->rank, rk_mx_rank(s, rest), 2,
                    RK_INST_LIST(factor, rest));
    rk_inst_want(g, node, rest);
}

void rk_inst_word(rk_instances *g, const rk_site *node) {
    const rk_mx *a = node->mx;
    if (a->nwords != 1)
        return;
    scaled(g, node);
    rk_inst_cuts(g, node, a, a);
}
