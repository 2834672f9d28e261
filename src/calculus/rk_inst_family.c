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
    rk_sc total = rk_inst_total(g, scope, rank);
    if (total)
        rk_inst_at_most(g, node, bound_of(leaf->kind), node->rank, total, 1, &body);
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

/* The first or last member apart from the others: as a sum, or as two blocks. */
static void one_apart(rk_instances *g, const rk_site *node, const rk_leaf *leaf, bool last) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *sc = rk_inst_scalars(g);
    rk_sc one = rk_sc_int(sc, 1), low = leaf->index[0], high = leaf->index[1];
    const rk_mx *member = rk_mx_put_sym(s, leaf->arg[0], leaf->sym, last ? high : low);
    const rk_mx *others = rk_mx_loop(s, leaf->kind, leaf->sym, last ? low : rk_sc_add(sc, low, one),
                                     last ? rk_sc_sub(sc, high, one) : high, leaf->arg[0]);
    const rk_mx *part[2] = {last ? others : member, last ? member : others};
    if (leaf->kind != RK_L_SUM)
        rk_inst_at_most(g, node, RK_LAW_FAMILY_PART, rk_mx_rank(s, member), node->rank, 2,
                        RK_INST_LIST(member, node->mx));
    if (!rk_inst_find(g, node, others) && !rk_inst_find(g, node, member))
        return;
    if (leaf->kind == RK_L_SUM) {
        rk_inst_sum(g, node, node->mx, member, others);
        return;
    }
    bool row = leaf->kind == RK_L_HCAT;
    const rk_mx *whole = rk_mx_grid(s, row ? 1 : 2, row ? 2 : 1, part);
    rk_inst_equal(g, node, RK_LAW_RANGE, node->rank, rk_mx_rank(s, whole), 2,
                  RK_INST_LIST(node->mx, whole));
    rk_inst_want(g, node, whole);
}

void rk_inst_family(rk_instances *g, const rk_site *node) {
    const rk_leaf *leaf = family(node->mx);
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

/* --- totals ------------------------------------------------------------------------------- */

static rk_sc atom_power(rk_instances *g, unsigned atom, ulong exponent) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_sc base = rk_canon_gen(rk_scalars_canons(sc), atom), power = rk_sc_int(sc, 1);
    base = rk_sc_add(sc, base, rk_sc_int(sc, 0)); /* interned */
    for (ulong e = 0; e < exponent; e++)
        power = rk_sc_mul(sc, power, base);
    return power;
}

/* coef * (what is free of the index) * sum of what mentions it */
static rk_sc total_of_term(rk_instances *g, const rk_scope *scope, rk_sc coef, rk_sc free,
                           rk_sc bound) {
    rk_scalars *sc = rk_inst_scalars(g);
    rk_sc outside = rk_sc_mul(sc, coef, free);
    if (rk_sc_is_one(bound))
        return rk_sc_mul(sc, outside, scope->count);
    rk_quantity q = {.kind = RK_Q_SUM,
                     .arg = (rk_sc const[]){bound, scope->low, scope->high},
                     .nargs = 3,
                     .sym = scope->sym,
                     .nonneg = rk_sc_at_least(sc, bound, 0),
                     .integer = rk_sc_is_integer(sc, bound)};
    return rk_sc_mul(sc, outside, rk_sc_quantity(sc, &q));
}

/* The k-th term of the numerator. */
static rk_sc total_of_monomial(rk_instances *g, const rk_scope *scope, rk_sc value, slong k) {
    rk_scalars *sc = rk_inst_scalars(g);
    fmpz_mpoly_ctx_struct *context = rk_canon_context(rk_scalars_canons(sc), value);
    const fmpz_mpoly_struct *p = fmpz_mpoly_q_numref(&value->value[0]);
    fmpq_t c;
    fmpq_init(c);
    fmpz_mpoly_get_term_coeff_fmpz(fmpq_numref(c), p, k, context);
    rk_sc coef = rk_sc_rational(sc, c);
    fmpq_clear(c);
    rk_sc free = rk_sc_int(sc, 1), bound = free;
    for (unsigned i = 0; i < value->natoms; i++) {
        ulong e = fmpz_mpoly_get_term_var_exp_ui(p, k, (slong)i, context);
        if (e == 0)
            continue;
        rk_sc power = atom_power(g, value->atom[i], e);
        if (rk_sc_mentions(sc, power, scope->sym))
            bound = rk_sc_mul(sc, bound, power);
        else
            free = rk_sc_mul(sc, free, power);
    }
    return total_of_term(g, scope, coef, free, bound);
}

rk_sc rk_inst_total(rk_instances *g, const rk_scope *scope, rk_sc value) {
    rk_scalars *sc = rk_inst_scalars(g);
    fmpz_mpoly_ctx_struct *context = rk_canon_context(rk_scalars_canons(sc), value);
    const fmpz_mpoly_struct *p = fmpz_mpoly_q_numref(&value->value[0]);
    const fmpz_mpoly_struct *d = fmpz_mpoly_q_denref(&value->value[0]);
    if (!fmpz_mpoly_is_fmpz(d, context))
        return NULL;
    fmpq_t c;
    fmpq_init(c);
    fmpz_mpoly_get_term_coeff_fmpz(fmpq_numref(c), d, 0, context);
    rk_sc denominator = rk_sc_rational(sc, c), total = rk_sc_int(sc, 0);
    fmpq_clear(c);
    for (slong k = 0; k < fmpz_mpoly_length(p, context); k++)
        total = rk_sc_add(sc, total, total_of_monomial(g, scope, value, k));
    return rk_sc_div(sc, total, denominator);
}
