/* What is known of every rank, and of the ranks of the sets that variables range over. */
#include "rk_inst_inside.h"

static void size(rk_instances *g, const rk_site *node) {
    rk_scalars *sc = rk_inst_scalars(g);
    const rk_mx *a = node->mx;
    rk_inst_state(g, node, RK_LAW_SIZE, node->rank, false, 1, &a);
    if (!rk_sc_at_least(sc, rk_sc_sub(sc, a->rows, a->cols), 1))
        rk_inst_at_most(g, node, RK_LAW_SIZE, node->rank, a->rows, 1, &a);
    if (a->cols != a->rows && !rk_sc_at_least(sc, rk_sc_sub(sc, a->cols, a->rows), 0))
        rk_inst_at_most(g, node, RK_LAW_SIZE, node->rank, a->cols, 1, &a);
}

static bool one_column(const rk_leaf *leaf) {
    return leaf->kind == RK_L_ONES || leaf->kind == RK_L_UNIT;
}

static void kron(rk_instances *g, const rk_site *node, const rk_leaf *leaf) {
    rk_mxs *s = rk_instances_store(g);
    rk_sc product =
        rk_sc_mul(rk_inst_scalars(g), rk_mx_rank(s, leaf->arg[0]), rk_mx_rank(s, leaf->arg[1]));
    rk_inst_equal(g, node, RK_LAW_KRON, node->rank, product, 2,
                  RK_INST_LIST(leaf->arg[0], leaf->arg[1]));
    rk_inst_want(g, node, leaf->arg[0]);
    rk_inst_want(g, node, leaf->arg[1]);
}

static void power_as_three(rk_instances *g, const rk_site *node, const rk_mx *base,
                           const rk_mx *rest) {
    rk_inst_triple(g, node, node->mx, base, rest, base);
    rk_inst_triple(g, node, node->mx, rest, base, base);
}

/* rank(A^(k + 1)) <= rank(A^k) and the like, down to an exponent that may be 0. */
static void power(rk_instances *g, const rk_site *node, const rk_leaf *leaf) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *base = leaf->arg[0];
    rk_sc one = rk_sc_int(sc, 1), less = rk_sc_sub(sc, leaf->index[0], one);
    if (!rk_sc_at_least(sc, less, 0))
        return;
    const rk_mx *rest = rk_mx_power(s, base, less);
    rk_inst_product(g, node, node->mx, base, rest);
    rk_sc lesser = rk_sc_sub(sc, less, one);
    if (rk_sc_at_least(sc, lesser, 0))
        power_as_three(g, node, base, rk_mx_power(s, base, lesser));
}

static void letter(rk_instances *g, const rk_site *node, const rk_leaf *leaf) {
    rk_scalars *sc = rk_inst_scalars(g);
    const unsigned nonzero = RK_PROP_NOT_ZERO | RK_PROP_POSITIVE | RK_PROP_ROWS_SUM_TO_ONE;
    /* An empty range makes columns of no rows. */
    bool there = rk_sc_at_least(sc, leaf->rows, 1) && rk_sc_at_least(sc, leaf->cols, 1);
    if (one_column(leaf) && there)
        rk_inst_equal(g, node, RK_LAW_RANK_ONE, node->rank, rk_sc_int(sc, 1), 1, &node->mx);
    else if ((leaf->props & nonzero) && there)
        rk_inst_at_most(g, node, RK_LAW_NONZERO, rk_sc_int(sc, 1), node->rank, 1, &node->mx);
    if (leaf->kind == RK_L_KRON)
        kron(g, node, leaf);
    if (leaf->kind == RK_L_POWER)
        power(g, node, leaf);
}

/* I - A for averages A: what it sends to 0 has all entries equal. */
static void averages(rk_instances *g, const rk_site *node) {
    rk_scalars *sc = rk_inst_scalars(g);
    const rk_mx *a = rk_mx_averages(rk_instances_store(g), node->mx);
    if (a == NULL)
        a = rk_mx_averages(rk_instances_store(g), node->mx->transpose);
    if (a != NULL && rk_inst_on(g, RK_LAW_AVERAGES))
        rk_inst_equal(g, node, RK_LAW_AVERAGES, node->rank,
                      rk_sc_sub(sc, a->rows, rk_sc_int(sc, 1)), 1, &a);
}

void rk_inst_leaf(rk_instances *g, const rk_site *node) {
    const rk_mx *a = node->mx;
    if (a->rows == a->cols && rk_inst_invertible(g, a) && rk_inst_on(g, RK_LAW_INVERTIBLE)) {
        rk_inst_equal(g, node, RK_LAW_INVERTIBLE, node->rank, a->rows, 1, &a);
        return;
    }
    size(g, node);
    const rk_letter *single = rk_mx_letter(a);
    if (single && rk_sc_is_one(a->word->coef))
        letter(g, node, single->leaf);
    if (!single && rk_mx_is_positive_product(rk_instances_store(g), a))
        rk_inst_at_most(g, node, RK_LAW_NONZERO, rk_sc_int(rk_inst_scalars(g), 1), node->rank, 1,
                        &a);
    averages(g, node);
}
