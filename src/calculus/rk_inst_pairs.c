/* Pairs of nodes whose product or sum is simpler than they are: zero, invertible, or a matrix that
   is looked at already. That is where equations that are assumed come in: A*(I - A) = 0. */
#include "rk_inst_inside.h"

enum { MOST_NODES = 24, MOST_DEPTH = 2, MOST_PAIR_WORDS = 6, MOST_CELLS = 4 };

bool rk_inst_simple(rk_instances *g, const rk_site *node, const rk_mx *a) {
    return rk_mx_is_zero(a) || rk_inst_find(g, node, a) ||
           (a->rows == a->cols && rk_inst_invertible(g, a));
}

static void product(rk_instances *g, const rk_site *node, const rk_mx *a, const rk_mx *b) {
    if (a->cols != b->rows)
        return;
    const rk_mx *whole = rk_mx_mul(rk_instances_store(g), a, b);
    if (rk_inst_simple(g, node, whole))
        rk_inst_product(g, node, whole, a, b);
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
        if (other != node)
            sum(g, node, a, b);
    }
}
