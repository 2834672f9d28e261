#include "rk_walk.h"

/* tanh, sigmoid and silu are quotients of entire functions whose denominators have no real zero. */
static bool is_entire(const rk_leaf *l) {
    if (l->kind == RK_L_SOFTMAX)
        return l->arg[1] == NULL;
    return l->kind == RK_L_FUNCTION &&
           (l->op == RK_T_EXP || l->op == RK_T_TANH || l->op == RK_T_SIGMOID || l->op == RK_T_SILU);
}

/* Polynomial in its parts: what is analytic inside stays so. */
static bool is_polynomial(const rk_leaf *l) {
    switch (l->kind) {
    case RK_L_DIAG:
    case RK_L_POWER:
    case RK_L_KRON:
    case RK_L_BLOCKS:
    case RK_L_SUM:
    case RK_L_HCAT:
    case RK_L_VCAT:
    case RK_L_PROD:
    case RK_L_FOLD:
        return true;
    default:
        return l->kind == RK_L_FUNCTION &&
               (l->op == RK_T_MUL || l->op == RK_T_EMUL || l->op == RK_T_VEC ||
                l->op == RK_T_DIAG_TAKE || l->op == RK_T_ENTRY);
    }
}

static void walk_leaf(rk_mxs *s, const rk_letter *letter, rk_place place, rk_visit *visit,
                      void *self) {
    const rk_leaf *l = letter->leaf;
    if (letter->inverted)
        place = RK_PLACE_OTHER;
    visit(self, l, place);
    bool smooth = place != RK_PLACE_OTHER && (is_entire(l) || is_polynomial(l));
    for (size_t i = 0; i < 3; i++)
        if (l->arg[i] != NULL)
            rk_walk_matrix(s, l->arg[i], smooth ? RK_PLACE_ANALYTIC : RK_PLACE_OTHER, visit, self);
    for (size_t i = 0; i < 2; i++)
        if (l->index[i] != NULL)
            rk_walk_scalar(s, l->index[i], RK_PLACE_OTHER, visit, self);
}

void rk_walk_matrix(rk_mxs *s, const rk_mx *a, rk_place place, rk_visit *visit, void *self) {
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        rk_walk_matrix(s, a->cell[i], place, visit, self);
    for (size_t w = 0; w < a->nwords; w++) {
        rk_walk_scalar(s, a->word[w].coef, RK_PLACE_OTHER, visit, self);
        for (size_t k = 0; k < a->word[w].length; k++)
            walk_leaf(s, &a->word[w].letter[k], place, visit, self);
    }
}

void rk_walk_scalar(rk_mxs *s, rk_sc a, rk_place place, rk_visit *visit, void *self) {
    const rk_scalars *scalars = rk_mxs_scalars(s);
    for (unsigned i = 0; i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(scalars, a->atom[i]);
        for (size_t k = 0; q != NULL && k < q->nmx; k++)
            rk_walk_matrix(s, q->mx[k], place, visit, self);
        for (size_t k = 0; q != NULL && k < q->nargs; k++)
            rk_walk_scalar(s, q->arg[k], place, visit, self);
    }
}
