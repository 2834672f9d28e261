#include "rk_walk.h"

typedef struct walk {
    rk_mxs *s;
    uint64_t number;
    rk_visit *visit;
    void *self;
} walk;

static void walk_scalar(const walk *w, rk_sc a, rk_place place);
static void walk_matrix(const walk *w, const rk_mx *a, rk_place place);

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
        return true;
    default:
        return l->kind == RK_L_FUNCTION &&
               (l->op == RK_T_MUL || l->op == RK_T_EMUL || l->op == RK_T_VEC ||
                l->op == RK_T_DIAG_TAKE || l->op == RK_T_ENTRY);
    }
}

typedef struct running { /* the value of a fold that runs through its body */
    unsigned sym;
    bool rough;
} running;

static void see_running(void *self, const rk_leaf *leaf, rk_place place) {
    running *r = self;
    r->rough |= leaf->kind == RK_L_ACC && leaf->sym == r->sym && place == RK_PLACE_OTHER;
}

/* What stands in the start or in the body of a fold goes through the body again and again. */
static bool is_smooth(const walk *w, const rk_leaf *l) {
    if (l->kind != RK_L_FOLD)
        return is_entire(l) || is_polynomial(l);
    running r = {.sym = l->sym};
    rk_walk_matrix(w->s, l->arg[1], RK_PLACE_WORD, see_running, &r);
    return !r.rough;
}

static void walk_leaf(const walk *w, const rk_letter *letter, rk_place place) {
    const rk_leaf *l = letter->leaf;
    if (letter->inverted)
        place = RK_PLACE_OTHER;
    w->visit(w->self, l, place);
    bool smooth = place != RK_PLACE_OTHER && is_smooth(w, l);
    for (size_t i = 0; i < 3; i++)
        if (l->arg[i] != NULL)
            walk_matrix(w, l->arg[i], smooth ? RK_PLACE_ANALYTIC : RK_PLACE_OTHER);
    for (size_t i = 0; i < 2; i++)
        if (l->index[i] != NULL)
            walk_scalar(w, l->index[i], RK_PLACE_OTHER);
}

static void walk_matrix(const walk *w, const rk_mx *a, rk_place place) {
    if (rk_mxs_walked(w->s, w->number, a->id, false, place))
        return;
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        walk_matrix(w, a->cell[i], place);
    for (size_t i = 0; i < a->nwords; i++) {
        walk_scalar(w, a->word[i].coef, RK_PLACE_OTHER);
        for (size_t k = 0; k < a->word[i].length; k++)
            walk_leaf(w, &a->word[i].letter[k], place);
    }
}

static void walk_scalar(const walk *w, rk_sc a, rk_place place) {
    const rk_scalars *scalars = rk_mxs_scalars(w->s);
    for (unsigned i = 0; i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(scalars, a->atom[i]);
        if (q == NULL || rk_mxs_walked(w->s, w->number, a->atom[i], true, place))
            continue;
        for (size_t k = 0; k < q->nmx; k++)
            walk_matrix(w, q->mx[k], place);
        for (size_t k = 0; k < q->nargs; k++)
            walk_scalar(w, q->arg[k], place);
    }
}

void rk_walk_matrix(rk_mxs *s, const rk_mx *a, rk_place place, rk_visit *visit, void *self) {
    const walk w = {s, rk_mxs_new_walk(s), visit, self};
    walk_matrix(&w, a, place);
}

void rk_walk_scalar(rk_mxs *s, rk_sc a, rk_place place, rk_visit *visit, void *self) {
    const walk w = {s, rk_mxs_new_walk(s), visit, self};
    walk_scalar(&w, a, place);
}
