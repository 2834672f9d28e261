/* Sums next to other blocks: modulo the column space of the other blocks the rank is subadditive,
   for two terms and for the members of a range. */
#include "rk_inst_inside.h"

enum { MOST_COLUMNS = 6, MOST_WORDS = 4, MOST_DEPTH = 2 };

/* The grid with block `at` of its one row replaced; `by` NULL: left out. */
static const rk_mx *with(rk_instances *g, const rk_mx *grid, size_t at, const rk_mx *by) {
    const rk_mx *cell[MOST_COLUMNS];
    size_t n = 0;
    for (size_t j = 0; j < grid->grid_cols; j++) {
        const rk_mx *c = j == at ? by : grid->cell[j];
        if (c)
            cell[n++] = c;
    }
    return rk_mx_grid(rk_instances_store(g), 1, n, cell);
}

/* [A + B, C] */
static void two(rk_instances *g, const rk_site *node, const rk_mx *grid, size_t at,
                const rk_mx *a) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *sc = rk_inst_scalars(g);
    const rk_mx *b = rk_mx_sub(s, grid->cell[at], a), *c = with(g, grid, at, NULL);
    const rk_mx *ac = with(g, grid, at, a), *bc = with(g, grid, at, b);
    rk_inst_at_most(g, node, RK_LAW_MODULO, rk_sc_add(sc, node->rank, rk_mx_rank(s, c)),
                    rk_sc_add(sc, rk_mx_rank(s, ac), rk_mx_rank(s, bc)), 3, RK_INST_LIST(a, b, c));
    rk_inst_want(g, node, ac);
    rk_inst_want(g, node, bc);
    rk_inst_want(g, node, c);
}

/* The position of the only sum over a range among the letters of the word, or its length. */
static size_t sum_letter(const rk_word *w) {
    size_t at = w->length;
    for (size_t i = 0; i < w->length; i++)
        if (w->letter[i].leaf->kind == RK_L_SUM && !w->letter[i].inverted) {
            if (at < w->length)
                return w->length;
            at = i;
        }
    return at;
}

/* [L*sum(h, E[h])*R, C] */
static void range(rk_instances *g, const rk_site *node, const rk_mx *grid, size_t at) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *sc = rk_inst_scalars(g);
    const rk_mx *cell = grid->cell[at];
    const rk_word *w = &cell->word[0];
    size_t i = sum_letter(w);
    if (i == w->length)
        return;
    const rk_leaf *leaf = w->letter[i].leaf;
    const rk_scope *scope = rk_inst_scope(g, node, leaf->sym, leaf->index[0], leaf->index[1]);
    const rk_mx *c = with(g, grid, at, NULL);
    if (!scope || rk_mx_mentions_sym(s, c, leaf->sym))
        return;
    const rk_mx *body = leaf->arg[0];
    if (w->letter[i].transposed)
        body = rk_mx_transpose(s, body);
    const rk_mx *left = rk_inst_of_letters(g, cell->rows, w->letter, i);
    const rk_mx *right = rk_inst_of_letters(g, cell->cols, w->letter + i + 1, w->length - i - 1);
    const rk_mx *member = rk_mx_scale(s, w->coef, rk_mx_mul(s, left, rk_mx_mul(s, body, right)));
    const rk_mx *joined = with(g, grid, at, member);
    rk_sc apart = rk_mx_rank(s, c);
    rk_sc total = rk_inst_total(g, scope, rk_sc_sub(sc, rk_mx_rank(s, joined), apart));
    rk_inst_note(g, &(rk_note){.sym = scope->sym, .low = scope->low, .high = scope->high});
    rk_inst_at_most(g, node, RK_LAW_FAMILY_MODULO, rk_sc_sub(sc, node->rank, apart), total, 2,
                    RK_INST_LIST(member, c));
    rk_site inner = rk_inst_inner(node, scope);
    rk_inst_want(g, &inner, joined);
    rk_inst_want(g, node, c);
}

static void block_row(rk_instances *g, const rk_site *node, const rk_mx *grid) {
    if (grid->grid_rows != 1 || grid->grid_cols > MOST_COLUMNS || grid->grid_cols < 2)
        return;
    for (size_t j = 0; j < grid->grid_cols; j++) {
        const rk_mx *cell = grid->cell[j];
        if (cell->nwords == 1)
            range(g, node, grid, j);
        else if (cell->nwords <= MOST_WORDS)
            for (size_t i = 0; i < (cell->nwords == 2 ? 1 : cell->nwords); i++)
                two(g, node, grid, j,
                    rk_mx_of_words(rk_instances_store(g), cell->rows, cell->cols, &cell->word[i],
                                   1));
    }
}

void rk_inst_modulo(rk_instances *g, const rk_site *node) {
    if (!rk_mx_is_grid(node->mx) || node->depth > MOST_DEPTH)
        return;
    block_row(g, node, node->mx);
    block_row(g, node, node->mx->transpose);
}
