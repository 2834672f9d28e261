/* Kronecker products side by side. The column space of kron(A, B) is the tensor product of those of
   A and B, and subspaces that are tensor products meet in the tensor product of intersections. */
#include <string.h>

#include "rk_inst_inside.h"

enum { MOST_PRODUCTS = 8 };

typedef struct products { /* kron(a[i], b[i]), side by side */
    const rk_mx *a[MOST_PRODUCTS], *b[MOST_PRODUCTS];
    const rk_mx *left[MOST_PRODUCTS], *right[MOST_PRODUCTS]; /* of a chain, see in_chain */
    size_t n;
} products;

/* A nonzero multiple of one Kronecker product. */
static bool factors_of(rk_instances *g, const rk_mx *cell, const rk_mx **a, const rk_mx **b) {
    if (cell->nwords != 1 || cell->word->length != 1 ||
        !rk_sc_is_nonzero(rk_inst_scalars(g), cell->word->coef))
        return false;
    rk_letter x = cell->word->letter[0];
    if (x.leaf->kind != RK_L_KRON || x.inverted || x.transposed)
        return false;
    *a = x.leaf->arg[0];
    *b = x.leaf->arg[1];
    return true;
}

static bool row_of_products(rk_instances *g, const rk_mx *row, products *p) {
    p->n = row->grid_cols;
    if (!rk_mx_is_grid(row) || row->grid_rows != 1 || p->n > MOST_PRODUCTS)
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (!factors_of(g, row->cell[i], &p->a[i], &p->b[i]))
            return false;
    for (size_t i = 1; i < p->n; i++)
        if (p->a[i]->rows != p->a[0]->rows || p->b[i]->rows != p->b[0]->rows)
            return false;
    return true;
}

/* --- two ---------------------------------------------------------------------------------- */

static rk_sc rank_of(rk_instances *g, const rk_site *node, const rk_mx *a) {
    rk_inst_want(g, node, a);
    return rk_mx_rank(rk_instances_store(g), a);
}

/* c with a == c*b; NULL. */
static rk_sc multiple(rk_instances *g, const rk_mx *a, const rk_mx *b) {
    rk_mxs *s = rk_instances_store(g);
    rk_sc ratio[RK_INST_RATIOS];
    size_t n = a == b ? 0 : rk_inst_ratios(g, a, b, ratio);
    for (size_t i = 0; i < n; i++)
        if (a == rk_mx_scale(s, ratio[i], b))
            return ratio[i];
    return a == b ? rk_sc_int(rk_inst_scalars(g), 1) : NULL;
}

/* K with whole == part*K, a multiple of the letters that all its words end in, from some letter on;
   NULL. */
static const rk_mx *ends_after(rk_instances *g, const rk_mx *whole, const rk_mx *part) {
    size_t shared = whole->nwords > 0 ? rk_inst_shared(whole, true) : 0;
    for (size_t n = 1; n <= shared; n++) {
        const rk_word *w = &whole->word[0];
        if (rk_letter_rows(w->letter[w->length - n]) != part->cols)
            continue;
        const rk_mx *rest = rk_inst_stripped(g, whole, whole->rows, part->cols, 0, n);
        rk_sc c = multiple(g, rest, part);
        if (c != NULL)
            return rk_mx_scale(rk_instances_store(g), c,
                               rk_inst_of_letters(g, part->cols, w->letter + w->length - n, n));
    }
    return NULL;
}

/* K with a == b*K, so that the column space of a is in that of b; NULL: none is seen. */
static const rk_mx *within(rk_instances *g, const rk_mx *a, const rk_mx *b) {
    rk_mxs *s = rk_instances_store(g);
    bool square = b->rows == b->cols;
    if (a == b)
        return rk_mx_eye(s, a->cols);
    if (square && rk_mx_mul(s, b, a) == a)
        return a;
    if (square && rk_inst_invertible(g, b))
        return rk_mx_mul(s, rk_mx_inv(s, b), a);
    return ends_after(g, a, b);
}

/* The dimension of the intersection of two column spaces; *k: within that of b, or of a. */
static rk_sc meet(rk_instances *g, const rk_site *node, const rk_mx *a, const rk_mx *b,
                  const rk_mx *k[2]) {
    rk_scalars *sc = rk_inst_scalars(g);
    k[0] = within(g, a, b);
    k[1] = k[0] != NULL ? NULL : within(g, b, a);
    if (k[0] != NULL)
        return rank_of(g, node, a);
    if (k[1] != NULL)
        return rank_of(g, node, b);
    const rk_mx *both = rk_mx_grid(rk_instances_store(g), 1, 2, RK_INST_LIST(a, b));
    rk_sc sum = rk_sc_add(sc, rank_of(g, node, a), rank_of(g, node, b));
    return rk_sc_sub(sc, sum, rank_of(g, node, both));
}

static void pair(rk_instances *g, const rk_site *node, const products *p) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_sc first = rk_sc_mul(sc, rank_of(g, node, p->a[0]), rank_of(g, node, p->b[0]));
    rk_sc second = rk_sc_mul(sc, rank_of(g, node, p->a[1]), rank_of(g, node, p->b[1]));
    rk_note note = {.kind = NULL};
    rk_sc common = rk_sc_mul(sc, meet(g, node, p->a[0], p->a[1], &note.mx[0]),
                             meet(g, node, p->b[0], p->b[1], &note.mx[2]));
    rk_inst_note(g, &note);
    rk_inst_equal(g, node, RK_LAW_KRON_PAIR, node->rank,
                  rk_sc_sub(sc, rk_sc_add(sc, first, second), common), 4,
                  RK_INST_LIST(p->a[0], p->b[0], p->a[1], p->b[1]));
}

/* --- chains ------------------------------------------------------------------------------- */

static void exchange(products *p, size_t i, size_t k) {
    const rk_mx *a = p->a[i], *b = p->b[i];
    p->a[i] = p->a[k];
    p->b[i] = p->b[k];
    p->a[k] = a;
    p->b[k] = b;
}

/* Brings them into an order in which the a[i] grow and the b[i] shrink: a[i] == a[i + 1]*left[i],
   b[i + 1] == b[i]*right[i]. */
static bool in_chain(rk_instances *g, products *p) {
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = i + 1; k < p->n; k++)
            if (within(g, p->a[i], p->a[k]) == NULL)
                exchange(p, i, k);
    for (size_t i = 0; i + 1 < p->n; i++) {
        p->left[i] = within(g, p->a[i], p->a[i + 1]);
        p->right[i] = within(g, p->b[i + 1], p->b[i]);
        if (p->left[i] == NULL || p->right[i] == NULL)
            return false;
    }
    return true;
}

static const rk_mx *const *kept(rk_instances *g, const rk_mx *const *item) {
    const rk_mx **copy = rk_arena_alloc(rk_inst_arena(g), MOST_PRODUCTS * sizeof *copy);
    memcpy(copy, item, MOST_PRODUCTS * sizeof *copy);
    return copy;
}

static void chain(rk_instances *g, const rk_site *node, products *p) {
    rk_scalars *sc = rk_inst_scalars(g);
    const rk_mx *factor[2 * MOST_PRODUCTS];
    rk_sc sum = rk_sc_int(sc, 0), before = sum;
    if (!in_chain(g, p))
        return;
    for (size_t i = 0; i < p->n; i++) {
        rk_sc a = rank_of(g, node, p->a[i]), b = rank_of(g, node, p->b[i]);
        sum = rk_sc_add(sc, sum, rk_sc_mul(sc, rk_sc_sub(sc, a, before), b));
        before = a;
        factor[2 * i] = p->a[i];
        factor[2 * i + 1] = p->b[i];
    }
    rk_inst_note(g, &(rk_note){.left = kept(g, p->left), .right = kept(g, p->right)});
    rk_inst_equal(g, node, RK_LAW_KRON_CHAIN, node->rank, sum, 2 * p->n, factor);
}

/* --- gaps --------------------------------------------------------------------------------- */

/* (size - rank(a)) * (size - rank(b)). What is to be summed over a range is multiplied out here, by
   rank(b) too: nothing is multiplied inside sums. */
static void gaps(rk_instances *g, const rk_site *node, const rk_mx *a, const rk_mx *b) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_sc sizes[2][2] = {{a->rows, a->cols}, {b->rows, b->cols}};
    rk_sc x = rank_of(g, node, a), y = rank_of(g, node, b);
    for (int i = 0; i < 4; i++) {
        rk_sc p = rk_sc_sub(sc, sizes[0][i / 2], x), q = rk_sc_sub(sc, sizes[1][i % 2], y);
        rk_inst_state(g, node, RK_LAW_GAPS, rk_sc_mul(sc, p, q), false, 2, RK_INST_LIST(a, b));
        if (node->scope != NULL && i % 2 == 0)
            rk_inst_state(g, node, RK_LAW_GAPS, rk_sc_mul(sc, p, y), false, 2, RK_INST_LIST(a, b));
    }
}

/* (size - rank(a)) times what is assumed not to be negative. */
static void gaps_by_hypotheses(rk_instances *g, const rk_site *node, const rk_mx *a) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_sc x = rank_of(g, node, a), sizes[2] = {a->rows, a->cols};
    size_t n = rk_instances_count(g);
    for (unsigned i = 0; i < n && node->scope == NULL && rk_inst_on(g, RK_LAW_GAPS); i++) {
        const rk_fact *given = rk_instances_get(g, i);
        if (given->law != RK_LAW_HYPOTHESIS || given->equation)
            continue;
        for (int k = 0; k < 2; k++) {
            rk_sc gap = rk_sc_sub(sc, sizes[k], x);
            rk_fact f = {.law = RK_LAW_GAPS,
                         .value = rk_sc_mul(sc, gap, given->value),
                         .matrix = &a,
                         .nmatrices = 1,
                         .uses = &i,
                         .nuses = 1};
            rk_instances_add(g, &f);
        }
    }
}

void rk_inst_kron(rk_instances *g, const rk_site *node) {
    const rk_mx *row = node->mx->grid_rows == 1 ? node->mx : node->mx->transpose;
    products p = {.n = 0};
    if (!row_of_products(g, row, &p))
        return;
    if (p.n == 2)
        pair(g, node, &p);
    else
        chain(g, node, &p);
    for (size_t i = 0; i < p.n; i++) {
        gaps_by_hypotheses(g, node, p.a[i]);
        gaps_by_hypotheses(g, node, p.b[i]);
        for (size_t k = 0; k < p.n; k++) {
            gaps(g, node, p.a[i], p.b[k]);
            gaps(g, node, p.b[k], p.a[i]);
        }
    }
}
