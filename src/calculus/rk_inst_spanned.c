/* Blocks that the block next to them spans in ways their normal form does not show: a member of a
   family next to all of it, a sum next to the row of its left factors, a product that the text has.
 */
#include "rk_inst_inside.h"

enum { MOST_BLOCKS = 6 };

/* Is the sum b = sum(h, L[h]*R[h]) spanned by a = hcat(h, L[h])? */
static bool sum_of(rk_instances *g, const rk_mx *a, const rk_mx *b) {
    rk_mxs *s = rk_instances_store(g);
    const rk_leaf *sum = rk_mx_as_loop(s, b);
    if (!sum || sum->kind != RK_L_SUM)
        return false;
    const rk_mx *body = sum->arg[0];
    for (size_t i = 1; body->nwords == 1 && i <= body->word->length; i++) {
        const rk_mx *left = rk_inst_of_letters(g, body->rows, body->word->letter, i);
        if (rk_mx_loop(s, RK_L_HCAT, sum->sym, sum->index[0], sum->index[1], left) == a)
            return true;
    }
    return rk_mx_loop(s, RK_L_HCAT, sum->sym, sum->index[0], sum->index[1], body) == a;
}

static bool member_of(rk_instances *g, const rk_mx *a, const rk_mx *b) {
    const rk_leaf *row = rk_mx_as_loop(rk_instances_store(g), a);
    return row && row->kind == RK_L_HCAT && rk_inst_is_member(g, row, b);
}

/* Are the columns of b known to be in the column space of a? */
static bool spans(rk_instances *g, const rk_mx *a, const rk_mx *b) {
    return !rk_mx_is_grid(a) && !rk_mx_is_grid(b) &&
           (sum_of(g, a, b) || member_of(g, a, b) || rk_inst_written_product(g, b, a));
}

static void block_row(rk_instances *g, const rk_site *node, const rk_mx *grid) {
    const rk_mx *rest[MOST_BLOCKS];
    size_t n = grid->grid_cols;
    if (grid->grid_rows != 1 || n > MOST_BLOCKS)
        return;
    rk_mxs *s = rk_instances_store(g);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++) {
            if (j == k || !spans(g, grid->cell[k], grid->cell[j]))
                continue;
            for (size_t i = 0; i < n - 1; i++)
                rest[i] = grid->cell[i < j ? i : i + 1];
            const rk_mx *less = rk_mx_grid(s, 1, n - 1, rest);
            rk_inst_equal(g, node, RK_LAW_SPANNED, node->rank, rk_mx_rank(s, less), 2,
                          RK_INST_LIST(grid->cell[k], grid->cell[j]));
            rk_inst_want(g, node, less);
            break;
        }
}

void rk_inst_spanned(rk_instances *g, const rk_site *node) {
    if (!rk_mx_is_grid(node->mx) || !rk_inst_on(g, RK_LAW_SPANNED))
        return;
    block_row(g, node, node->mx);
    block_row(g, node, node->mx->transpose);
}
