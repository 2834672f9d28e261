/* Blocks that the block next to them spans in ways their normal form does not show: a member of a
   family next to all of it, a sum next to the row of its left factors, a product that the text has.
 */
#include "rk_inst_inside.h"

enum { MOST_BLOCKS = 6 };

/* The sum b = sum(h, L[h]*R[h]) is a = hcat(h, L[h]) times vcat(h, R[h]): that; NULL. */
static const rk_mx *sum_of(rk_instances *g, const rk_mx *a, const rk_mx *b) {
    rk_mxs *s = rk_instances_store(g);
    const rk_leaf *sum = rk_mx_as_loop(s, b);
    if (!sum || sum->kind != RK_L_SUM)
        return NULL;
    const rk_mx *body = sum->arg[0];
    for (size_t i = 1; body->nwords == 1 && i <= body->word->length; i++) {
        const rk_mx *left = rk_inst_of_letters(g, body->rows, body->word->letter, i);
        if (rk_mx_loop(s, RK_L_HCAT, sum->sym, sum->index[0], sum->index[1], left) != a)
            continue;
        const rk_mx *right = rk_inst_stripped(g, body, left->cols, body->cols, i, 0);
        return rk_mx_loop(s, RK_L_VCAT, sum->sym, sum->index[0], sum->index[1], right);
    }
    if (rk_mx_loop(s, RK_L_HCAT, sum->sym, sum->index[0], sum->index[1], body) != a)
        return NULL;
    return rk_mx_loop(s, RK_L_VCAT, sum->sym, sum->index[0], sum->index[1],
                      rk_mx_eye(s, body->cols));
}

/* b == a*K by families or the text: about K; false: nothing is known of it. */
static bool spans(rk_instances *g, const rk_mx *a, const rk_mx *b, rk_note *note) {
    *note = (rk_note){.kind = NULL};
    if (rk_mx_is_grid(a) || rk_mx_is_grid(b))
        return false;
    note->mx[0] = sum_of(g, a, b);
    if (note->mx[0] == NULL)
        note->mx[0] = rk_inst_written_product(g, b, a);
    if (note->mx[0] != NULL)
        return true;
    const rk_leaf *row = rk_mx_as_loop(rk_instances_store(g), a);
    note->at = row && row->kind == RK_L_HCAT ? rk_inst_member(g, row, b) : NULL;
    note->family = row;
    return note->at != NULL;
}

static void block_row(rk_instances *g, const rk_site *node, const rk_mx *grid) {
    const rk_mx *rest[MOST_BLOCKS];
    rk_note note;
    size_t n = grid->grid_cols;
    if (grid->grid_rows != 1 || n > MOST_BLOCKS)
        return;
    rk_mxs *s = rk_instances_store(g);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++) {
            if (j == k || !spans(g, grid->cell[k], grid->cell[j], &note))
                continue;
            for (size_t i = 0; i < n - 1; i++)
                rest[i] = grid->cell[i < j ? i : i + 1];
            const rk_mx *less = rk_mx_grid(s, 1, n - 1, rest);
            note.mx[1] = grid;
            note.col = (unsigned)j;
            note.other = (unsigned)k;
            rk_inst_note(g, &note);
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
