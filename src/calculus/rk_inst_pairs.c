/* Pairs of nodes whose product or sum is simpler than they are: zero, invertible, or a matrix that
   is looked at already. That is where equations that are assumed come in: A*(I - A) = 0. */
#include "rk_inst_inside.h"

enum { MOST_NODES = 24, MOST_DEPTH = 2, MOST_PAIR_WORDS = 6, MOST_CELLS = 4 };

bool rk_inst_simple(rk_instances *g, const rk_site *node, const rk_mx *a) {
    return rk_mx_is_zero(a) || rk_inst_find(g, node, a) ||
           (a->rows == a->cols && rk_inst_invertible(g, a));
}

/* a*[B, C] with a*B == 0: Frobenius for a, [B, C] and [I; 0]. */
static void killed(rk_instances *g, const rk_site *node, const rk_mx *a, const rk_mx *row) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *cell[MOST_CELLS];
    size_t n = row->grid_cols;
    for (size_t j = 0; j < n; j++) {
        const rk_mx *b = row->cell[j];
        if (!rk_mx_is_zero(rk_mx_mul(s, a, b)))
            continue;
        for (size_t i = 0; i < n; i++)
            cell[i] = i == j ? rk_mx_eye(s, b->cols) : rk_mx_zero(s, row->cell[i]->cols, b->cols);
        rk_inst_triple(g, node, rk_mx_zero(s, a->rows, b->cols), a, row, rk_mx_grid(s, n, 1, cell));
    }
}

static void product(rk_instances *g, const rk_site *node, const rk_mx *a, const rk_mx *b) {
    if (a->cols != b->rows)
        return;
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *whole = rk_mx_mul(s, a, b);
    if (!rk_inst_simple(g, node, whole))
        return;
    rk_inst_product(g, node, whole, a, b);
    if (a->nwords > 0 && b->nwords > 0)
        rk_inst_coprime(g, node, whole, a, b);
    if (rk_mx_is_grid(b) && b->grid_rows == 1)
        killed(g, node, a, b);
    if (rk_mx_is_grid(a) && a->grid_cols == 1)
        killed(g, node, rk_mx_transpose(s, b), rk_mx_transpose(s, a));
}

/* The first letters of w if the others are those of u. */
static size_t before(const rk_word *w, const rk_word *u) {
    size_t n = w->length > u->length ? w->length - u->length : 0;
    for (size_t i = 0; n > 0 && i < u->length; i++)
        if (!rk_inst_same_letter(&w->letter[n + i], &u->letter[i]))
            return 0;
    return n;
}

/* a - t*L*b, where L and a word of b make a word of a: A*B - I is A*(B - I) + (A - I). */
static void telescope(rk_instances *g, const rk_site *node, const rk_mx *a, const rk_mx *b) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *sc = rk_inst_scalars(g);
    if (a->nwords < 2 || b->nwords < 2 || a->cols != b->cols)
        return;
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t j = 0; j < b->nwords; j++) {
            size_t n = before(&a->word[i], &b->word[j]);
            if (n == 0 || !rk_sc_is_nonzero(sc, b->word[j].coef))
                continue;
            const rk_mx *left = rk_mx_scale(s, rk_sc_div(sc, a->word[i].coef, b->word[j].coef),
                                            rk_inst_of_letters(g, a->rows, a->word[i].letter, n));
            if (left->cols != b->rows)
                continue;
            const rk_mx *part = rk_mx_mul(s, left, b), *rest = rk_mx_sub(s, a, part);
            if (rest->nwords > a->nwords || !rk_inst_simple(g, node, rest))
                continue;
            rk_inst_sum(g, node, a, part, rest);
            rk_inst_product(g, node, part, left, b);
        }
}

/* a - t*b for each t at which a word falls out. */
static void sum(rk_instances *g, const rk_site *node, const rk_mx *a, const rk_mx *b) {
    rk_mxs *s = rk_instances_store(g);
    if (a->rows != b->rows || a->cols != b->cols)
        return;
    rk_sc ratio[RK_INST_RATIOS];
    size_t n = rk_inst_ratios(g, a, b, ratio);
    for (size_t i = 0; i < n; i++) {
        const rk_mx *part = rk_mx_scale(s, ratio[i], b), *whole = rk_mx_sub(s, a, part);
        if (rk_inst_simple(g, node, whole))
            rk_inst_sum(g, node, a, part, whole);
    }
}

/* Rows that sum to one, or to nothing: a*1 where a stochastic letter meets the 1. */
static void with_ones(rk_instances *g, const rk_site *node, const rk_mx *a) {
    rk_mxs *s = rk_instances_store(g);
    bool meets = false;
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_word *w = &a->word[i];
        if (w->length == 0)
            continue;
        rk_letter last = w->letter[w->length - 1];
        meets |= (last.leaf->props & RK_PROP_PERMUTATION) ||
                 (!last.transposed && (last.leaf->props & RK_PROP_ROWS_SUM_TO_ONE));
    }
    if (meets)
        product(g, node, a, rk_mx_ones(s, a->cols, rk_sc_int(rk_inst_scalars(g), 1)));
}

static bool fits(const rk_mx *a) {
    return rk_mx_is_grid(a) ? a->grid_rows * a->grid_cols <= MOST_CELLS
                            : a->nwords <= MOST_PAIR_WORDS;
}

void rk_inst_pairs(rk_instances *g, const rk_site *node) {
    const rk_mx *a = node->mx, *at = a->transpose;
    if ((node->depth > MOST_DEPTH && a->weight > 1) || !fits(a))
        return;
    with_ones(g, node, a);
    if (at != a)
        with_ones(g, node, at);
    size_t seen = 0;
    for (size_t i = 0; i < rk_inst_nodes(g) && seen < MOST_NODES; i++) {
        const rk_site *other = rk_inst_node(g, i);
        const rk_mx *b = other->mx, *bt = b->transpose;
        if (!other->paired || other->scope != node->scope || !fits(b) ||
            (rk_mx_is_grid(a) && rk_mx_is_grid(b)))
            continue;
        seen++;
        product(g, node, a, b);
        product(g, node, b, a);
        if (at != a || bt != b) {
            product(g, node, a, bt);
            product(g, node, at, b);
            sum(g, node, a, bt);
        }
        if (other == node)
            continue;
        sum(g, node, a, b);
        telescope(g, node, a, b);
        telescope(g, node, b, a);
        telescope(g, node, at, bt);
        telescope(g, node, bt, at);
    }
}
