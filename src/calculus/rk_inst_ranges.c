/* Families with the same members over ranges that are equal or differ by a member or two: the
   longer one is the shorter one and the members between, as a sum or as further blocks. */
#include "rk_inst_inside.h"

enum { MOST_FAMILIES = 12, MOST_APART = 2, DEEPEST = 2 };

typedef struct families {
    const rk_leaf *leaf[MOST_FAMILIES];
    size_t n;
} families;

static void collect_words(families *f, const rk_mx *a) {
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < a->word[i].length; k++) {
            const rk_leaf *leaf = a->word[i].letter[k].leaf;
            bool family =
                leaf->kind == RK_L_SUM || leaf->kind == RK_L_HCAT || leaf->kind == RK_L_VCAT;
            size_t j = 0;
            while (j < f->n && f->leaf[j] != leaf)
                j++;
            if (family && j == f->n && f->n < MOST_FAMILIES)
                f->leaf[f->n++] = leaf;
        }
}

static void collect(families *f, const rk_mx *a) {
    collect_words(f, a);
    for (size_t i = 0; i < a->grid_rows * a->grid_cols; i++)
        collect_words(f, a->cell[i]);
}

/* The same members, whatever the index is called. */
static bool alike(rk_instances *g, const rk_leaf *a, const rk_leaf *b) {
    if (a->kind != b->kind)
        return false;
    if (a->arg[0] == b->arg[0] && a->sym == b->sym)
        return true;
    rk_sc sym = rk_sc_sym(rk_inst_scalars(g), b->sym);
    return rk_mx_put_sym(rk_instances_store(g), a->arg[0], a->sym, sym) == b->arg[0];
}

/* How many more members a has than b: 1..MOST_APART, or 0 for anything else. */
static int apart(rk_instances *g, rk_sc more, rk_sc less) {
    int64_t k;
    return rk_sc_is_int(rk_inst_scalars(g), rk_sc_sub(rk_inst_scalars(g), more, less), &k) &&
                   k >= 1 && k <= MOST_APART
               ? (int)k
               : 0;
}

typedef struct pieces { /* the shorter family, and the members before or after it */
    const rk_mx *cell[MOST_APART + 1];
    size_t n;
    bool after;
} pieces;

static pieces pieces_of(rk_instances *g, const rk_leaf *whole, const rk_leaf *part, int k,
                        bool after) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *sc = rk_inst_scalars(g);
    pieces p = {.n = (size_t)k + 1, .after = after};
    for (int i = 0; i < k; i++) {
        rk_sc first = after ? rk_sc_add(sc, part->index[1], rk_sc_int(sc, 1)) : whole->index[0];
        rk_sc at = rk_sc_add(sc, first, rk_sc_int(sc, i));
        p.cell[after ? i + 1 : i] = rk_mx_put_sym(s, whole->arg[0], whole->sym, at);
    }
    p.cell[after ? 0 : k] = rk_mx_of_leaf(s, part);
    return p;
}

static const rk_mx *total(rk_instances *g, const pieces *p, size_t from, size_t to) {
    const rk_mx *sum = p->cell[from];
    for (size_t i = from + 1; i < to; i++)
        sum = rk_mx_add(rk_instances_store(g), sum, p->cell[i]);
    return sum;
}

static const rk_mx *joined(rk_instances *g, rk_leaf_kind kind, const pieces *p) {
    rk_mxs *s = rk_instances_store(g);
    if (kind == RK_L_SUM)
        return total(g, p, 0, p->n);
    return rk_mx_grid(s, kind == RK_L_HCAT ? 1 : p->n, kind == RK_L_HCAT ? p->n : 1, p->cell);
}

/* The longer family in terms of the shorter one, if its range is not of negative length; none: 0
   pieces. */
static pieces taken_apart(rk_instances *g, const rk_leaf *whole, const rk_leaf *part) {
    rk_scalars *sc = rk_inst_scalars(g);
    if (whole == part || !alike(g, whole, part) ||
        !rk_sc_at_least(sc, rk_sc_sub(sc, part->index[1], part->index[0]), -1))
        return (pieces){.n = 0};
    if (part->index[0] == whole->index[0] && part->index[1] == whole->index[1]) /* other names */
        return rk_leaf_compare(rk_instances_store(g), whole, part) > 0
                   ? pieces_of(g, whole, part, 0, true)
                   : (pieces){.n = 0};
    int before = apart(g, part->index[0], whole->index[0]);
    int after = apart(g, whole->index[1], part->index[1]);
    if (after && part->index[0] == whole->index[0])
        return pieces_of(g, whole, part, after, true);
    if (before && part->index[1] == whole->index[1])
        return pieces_of(g, whole, part, before, false);
    return (pieces){.n = 0};
}

static void rewritten(rk_instances *g, const rk_site *node, const rk_leaf *whole, const pieces *p) {
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *other = rk_mx_put_leaf(s, node->mx, whole, joined(g, whole->kind, p));
    rk_inst_equal(g, node, RK_LAW_RANGE, node->rank, rk_mx_rank(s, other), 2,
                  RK_INST_LIST(node->mx, other));
    rk_inst_want(g, node, other);
    if (whole->kind != RK_L_SUM || p->n < 2 || node->mx != rk_mx_of_leaf(s, whole))
        return;
    size_t at = p->after ? 1 : p->n - 1;
    rk_inst_sum(g, node, node->mx, total(g, p, 0, at), total(g, p, at, p->n));
}

void rk_inst_ranges(rk_instances *g, const rk_site *node) {
    families here = {.n = 0}, all = {.n = 0};
    if (node->depth > DEEPEST || !rk_inst_on(g, RK_LAW_RANGE))
        return;
    collect(&here, node->mx);
    for (size_t i = 0; here.n > 0 && i < rk_inst_nodes(g); i++)
        if (rk_inst_node(g, i)->scope == node->scope)
            collect(&all, rk_inst_node(g, i)->mx);
    for (size_t i = 0; i < here.n; i++)
        for (size_t j = 0; j < all.n; j++) {
            pieces p = taken_apart(g, here.leaf[i], all.leaf[j]);
            if (p.n > 0)
                rewritten(g, node, here.leaf[i], &p);
        }
}
