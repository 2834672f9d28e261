/* Sums, products and rows of blocks over a range h = low..high. What holds for the body at every h
   is stated in the scope of the range and summed there. */
#include "rk_inst_inside.h"

/* The letter of a family a rank is about, or NULL. */
static const rk_leaf *family(const rk_mx *a) {
    const rk_letter *single = rk_mx_letter(a);
    if (!single || single->inverted || !rk_sc_is_one(a->word->coef))
        return NULL;
    switch (single->leaf->kind) {
    case RK_L_SUM:
    case RK_L_HCAT:
    case RK_L_VCAT:
    case RK_L_PROD:
        return single->leaf;
    default:
        return NULL;
    }
}

static rk_law bound_of(rk_leaf_kind kind) {
    return kind == RK_L_SUM ? RK_LAW_FAMILY_SUM : RK_LAW_FAMILY_JOIN;
}

/* What each member is to the whole. */
static void members(rk_instances *g, const rk_site *node, const rk_leaf *leaf,
                    const rk_scope *scope) {
    const rk_mx *body = leaf->arg[0];
    rk_site inner = rk_inst_inner(node, scope);
    rk_sc rank = rk_mx_rank(rk_instances_store(g), body);
    rk_inst_want(g, &inner, body);
    if (leaf->kind == RK_L_PROD) {
        rk_inst_at_most(g, &inner, RK_LAW_PRODUCT, node->rank, rank, 1, &body);
        return;
    }
    rk_inst_at_most(g, node, bound_of(leaf->kind), node->rank, rk_inst_total(g, scope, rank), 1,
                    &body);
    if (leaf->kind != RK_L_SUM)
        rk_inst_at_most(g, &inner, RK_LAW_FAMILY_PART, rank, node->rank, 2,
                        RK_INST_LIST(body, node->mx));
}

/* sum(h, L[h]*R[h]) is hcat(h, L[h])*vcat(h, R[h]). */
static void sum_as_product(rk_instances *g, const rk_site *node, const rk_leaf *leaf) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *body = leaf->arg[0];
    if (body->nwords != 1)
        return;
    for (size_t i = 1; i < body->word->length; i++) {
        const rk_mx *left, *right;
        rk_mx_split(s, body, i, &left, &right);
        const rk_mx *row =
            rk_mx_loop(s, RK_L_HCAT, leaf->sym, leaf->index[0], leaf->index[1], left);
        const rk_mx *column =
            rk_mx_loop(s, RK_L_VCAT, leaf->sym, leaf->index[0], leaf->index[1], right);
        rk_inst_product(g, node, node->mx, row, column);
    }
}

/* The node of the members low..high of this family, whatever its index is called; NULL. */
static const rk_mx *looked_at(rk_instances *g, const rk_site *node, const rk_leaf *leaf, rk_sc low,
                              rk_sc high) {
    rk_mxs *s = rk_instances_store(g);
    for (size_t i = 0; i < rk_inst_nodes(g); i++) {
        const rk_site *other = rk_inst_node(g, i);
        const rk_mx *a = other->mx;
        const rk_leaf *f = family(a);
        if (!f || other->scope != node->scope)
            continue;
        if (rk_mx_letter(a)->transposed || f->kind != leaf->kind) {
            a = a->transpose;
            f = family(a);
        }
        if (!f || rk_mx_letter(a)->transposed || f->kind != leaf->kind || f->index[0] != low ||
            f->index[1] != high)
            continue;
        rk_sc sym = rk_sc_sym(rk_inst_scalars(g), f->sym);
        if (f->arg[0] == leaf->arg[0] ||
            rk_mx_put_sym(s, leaf->arg[0], leaf->sym, sym) == f->arg[0])
            return a;
    }
    return NULL;
}

/* The first or last member apart from the others, where one of the two is looked at already: as a
   sum, or as two blocks. */
static void one_apart(rk_instances *g, const rk_site *node, const rk_leaf *leaf, bool last) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *sc = rk_inst_scalars(g);
    rk_sc one = rk_sc_int(sc, 1);
    rk_sc low = last ? leaf->index[0] : rk_sc_add(sc, leaf->index[0], one);
    rk_sc high = last ? rk_sc_sub(sc, leaf->index[1], one) : leaf->index[1];
    const rk_mx *member = rk_mx_put_sym(s, leaf->arg[0], leaf->sym, leaf->index[last]);
    const rk_mx *others = looked_at(g, node, leaf, low, high);
    if (leaf->kind != RK_L_SUM)
        rk_inst_at_most(g, node, RK_LAW_FAMILY_PART, rk_mx_rank(s, member), node->rank, 2,
                        RK_INST_LIST(member, node->mx));
    if (!others && !rk_inst_find(g, node, member))
        return;
    if (!others)
        others = rk_mx_loop(s, leaf->kind, leaf->sym, low, high, leaf->arg[0]);
    if (leaf->kind == RK_L_SUM) {
        rk_inst_sum(g, node, node->mx, member, others);
        return;
    }
    bool row = leaf->kind == RK_L_HCAT;
    const rk_mx *whole =
        rk_mx_grid(s, row ? 1 : 2, row ? 2 : 1,
                   last ? RK_INST_LIST(others, member) : RK_INST_LIST(member, others));
    rk_inst_equal(g, node, RK_LAW_RANGE, node->rank, rk_mx_rank(s, whole), 2,
                  RK_INST_LIST(node->mx, whole));
    rk_inst_want(g, node, whole);
}

void rk_inst_family(rk_instances *g, const rk_site *node) {
    const rk_leaf *leaf = rk_mx_as_loop(rk_instances_store(g), node->mx);
    if (!leaf)
        return;
    const rk_scope *scope = rk_inst_scope(g, node, leaf->sym, leaf->index[0], leaf->index[1]);
    if (!scope)
        return;
    members(g, node, leaf, scope);
    if (leaf->kind == RK_L_PROD)
        return;
    if (leaf->kind == RK_L_SUM)
        sum_as_product(g, node, leaf);
    if (scope->inhabited) {
        one_apart(g, node, leaf, false);
        one_apart(g, node, leaf, true);
    }
}

rk_sc rk_inst_total(rk_instances *g, const rk_scope *scope, rk_sc value) {
    rk_quantity q = {.kind = RK_Q_SUM,
                     .arg = (rk_sc const[]){value, scope->low, scope->high},
                     .nargs = 3,
                     .sym = scope->sym};
    return rk_sc_quantity(rk_inst_scalars(g), &q);
}
