/* Sums, products and rows of blocks over a range h = low..high. What holds for the body at every h
   is stated in the scope of the range and summed there. */
#include "rk_inst_inside.h"

static rk_law bound_of(rk_leaf_kind kind) {
    return kind == RK_L_SUM ? RK_LAW_FAMILY_SUM : RK_LAW_FAMILY_JOIN;
}

/* The next fact is about the family, or about its member at this index. */
static void note(rk_instances *g, const rk_leaf *family, rk_sc at) {
    rk_inst_note(g, &(rk_note){.family = family, .at = at});
}

/* A product has members wherever it is defined: the first and the last bound its rank, too. */
static void ends_of_product(rk_instances *g, const rk_site *node, const rk_leaf *leaf) {
    rk_mxs *s = rk_instances_store(g);
    for (int i = 0; i < 2; i++) {
        const rk_mx *member = rk_mx_put_sym(s, leaf->arg[0], leaf->sym, leaf->index[i]);
        note(g, leaf, leaf->index[i]);
        rk_inst_at_most(g, node, RK_LAW_PRODUCT, node->rank, rk_mx_rank(s, member), 1, &member);
    }
}

/* Sylvester for a product of square members, of which there is one at least. */
static void all_factors(rk_instances *g, const rk_site *node, const rk_leaf *leaf,
                        const rk_scope *scope) {
    const rk_mx *body = leaf->arg[0];
    rk_scalars *sc = rk_inst_scalars(g);
    if (!scope->inhabited || body->rows != body->cols || rk_sc_mentions(sc, body->rows, scope->sym))
        return;
    rk_sc lost = rk_sc_sub(sc, body->rows, rk_mx_rank(rk_instances_store(g), body));
    note(g, leaf, NULL);
    rk_inst_at_most(g, node, RK_LAW_FAMILY_PRODUCT,
                    rk_sc_sub(sc, body->rows, rk_inst_total(g, scope, lost)), node->rank, 1, &body);
}

/* What each member is to the whole. */
static void members(rk_instances *g, const rk_site *node, const rk_leaf *leaf,
                    const rk_scope *scope) {
    const rk_mx *body = leaf->arg[0];
    rk_site inner = rk_inst_inner(node, scope);
    rk_sc rank = rk_mx_rank(rk_instances_store(g), body);
    rk_inst_want(g, &inner, body);
    if (leaf->kind == RK_L_PROD) {
        note(g, leaf, rk_sc_sym(rk_inst_scalars(g), leaf->sym));
        rk_inst_at_most(g, &inner, RK_LAW_PRODUCT, node->rank, rank, 1, &body);
        ends_of_product(g, node, leaf);
        all_factors(g, node, leaf, scope);
        return;
    }
    note(g, leaf, NULL);
    rk_inst_at_most(g, node, bound_of(leaf->kind), node->rank, rk_inst_total(g, scope, rank), 1,
                    &body);
    if (leaf->kind == RK_L_SUM)
        return;
    note(g, leaf, rk_sc_sym(rk_inst_scalars(g), leaf->sym));
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

/* sum(h, c*A[h]'*A[h]) has the kernel of the A[h] one above the other. */
static void sum_of_squares(rk_instances *g, const rk_site *node, const rk_leaf *leaf) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *root = rk_inst_root(g, leaf->arg[0]);
    if (!root)
        return;
    const rk_mx *stack = rk_mx_loop(s, RK_L_VCAT, leaf->sym, leaf->index[0], leaf->index[1], root);
    note(g, leaf, NULL);
    rk_inst_equal(g, node, RK_LAW_GRAM_SUM, node->rank, rk_mx_rank(s, stack), 2,
                  RK_INST_LIST(root, rk_mx_eye(s, root->cols)));
    rk_inst_want(g, node, stack);
}

/* --- members ------------------------------------------------------------------------------ */

/* Is value >= 0 known, or one of the hypotheses? */
static bool is_given(rk_instances *g, rk_sc value) {
    if (rk_sc_at_least(rk_inst_scalars(g), value, 0))
        return true;
    for (size_t i = 0; i < rk_instances_count(g); i++)
        if (rk_instances_get(g, i)->value == value)
            return true;
    return false;
}

/* The index i with a == E[i], read off a variable of the family with one index; NULL. */
static rk_sc member_index(rk_instances *g, const rk_leaf *family, const rk_mx *a) {
    rk_mxs *s = rk_instances_store(g);
    rk_sc sym = rk_sc_sym(rk_inst_scalars(g), family->sym);
    const rk_word *body = family->arg[0]->nwords ? family->arg[0]->word : NULL;
    for (size_t i = 0; body && i < body->length; i++) {
        const rk_leaf *x = body->letter[i].leaf;
        if (x->kind != RK_L_VAR || x->index[0] != sym)
            continue;
        for (size_t k = 0; k < (a->nwords ? a->word->length : 0); k++) {
            const rk_leaf *y = a->word->letter[k].leaf;
            if (y->kind == RK_L_VAR && y->var == x->var && y->index[0] &&
                rk_mx_rank(s, rk_mx_put_sym(s, family->arg[0], family->sym, y->index[0])) ==
                    rk_mx_rank(s, a))
                return y->index[0];
        }
        return NULL;
    }
    return NULL;
}

static void one_member(rk_instances *g, const rk_site *node, const rk_leaf *leaf, rk_sc i) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *member = rk_mx_put_sym(s, leaf->arg[0], leaf->sym, i);
    note(g, leaf, i);
    rk_inst_at_most(g, node, RK_LAW_FAMILY_PART, rk_mx_rank(s, member), node->rank, 2,
                    RK_INST_LIST(member, node->mx));
}

static bool in_range(rk_instances *g, const rk_leaf *leaf, rk_sc i) {
    rk_scalars *sc = rk_inst_scalars(g);
    return is_given(g, rk_sc_sub(sc, i, leaf->index[0])) &&
           is_given(g, rk_sc_sub(sc, leaf->index[1], i));
}

rk_sc rk_inst_member(rk_instances *g, const rk_leaf *family, const rk_mx *a) {
    rk_sc i = member_index(g, family, a);
    bool is = i && in_range(g, family, i) &&
              rk_mx_put_sym(rk_instances_store(g), family->arg[0], family->sym, i) == a;
    return is ? i : NULL;
}

/* The first and last member, and those that are looked at. */
static void some_members(rk_instances *g, const rk_site *node, const rk_leaf *leaf,
                         const rk_scope *scope) {
    if (scope->inhabited) {
        one_member(g, node, leaf, scope->low);
        one_member(g, node, leaf, scope->high);
    }
    for (size_t k = 0; k < rk_inst_nodes(g); k++) {
        const rk_site *other = rk_inst_node(g, k);
        rk_sc i = other->scope == node->scope ? member_index(g, leaf, other->mx) : NULL;
        if (i && in_range(g, leaf, i))
            one_member(g, node, leaf, i);
    }
}

void rk_inst_family(rk_instances *g, const rk_site *node) {
    const rk_leaf *leaf = rk_mx_as_loop(rk_instances_store(g), node->mx);
    if (!leaf)
        return;
    const rk_scope *scope = rk_inst_scope(g, node, leaf->sym, leaf->index[0], leaf->index[1]);
    if (!scope)
        return;
    members(g, node, leaf, scope);
    if (leaf->kind == RK_L_SUM) {
        sum_as_product(g, node, leaf);
        sum_of_squares(g, node, leaf);
    } else if (leaf->kind != RK_L_PROD) {
        some_members(g, node, leaf, scope);
    }
}

rk_sc rk_inst_total(rk_instances *g, const rk_scope *scope, rk_sc value) {
    rk_quantity q = {.kind = RK_Q_SUM,
                     .arg = (rk_sc const[]){value, scope->low, scope->high},
                     .nargs = 3,
                     .sym = scope->sym};
    return rk_sc_quantity(rk_inst_scalars(g), &q);
}
