/* Factors that a block absorbs: X*A == A by the assumed equations, for an idempotent or a
   generalised inverse. Then I - X takes A to zero, and the block row of A multiplied by I - X may
   be written below as a further block row: [A, B] has the rank of [A, B; 0, B - X*B]. */
#include "rk_block.h"

enum { MOST_CELLS = 4, MOST_ROOTS = 5, DEEPEST = 1 };

typedef struct absorbing {
    rk_instances *g;
    rk_mxs *s;
    const rk_site *node;
    rk_letter letter[RK_BLOCK_LETTERS];
    size_t nletters, roots;
    rk_block root[MOST_ROOTS];
} absorbing;

/* --- one factor --------------------------------------------------------------------------- */

/* Block row i multiplied by I - X is put below the grid b, which is the node's or its transpose. */
static void with_row(absorbing *x, const rk_block *b, size_t i, const rk_mx *factor) {
    rk_block_origin origin = {.node = x->node, .law = RK_LAW_ELIMINATION, .dearest = RK_BLOCK_FLAT};
    rk_block *root = &origin.root;
    origin.before[origin.nbefore++] = *b;
    size_t absorbed = 0, left = 0;
    *root = *b;
    root->height[root->rows] = b->height[i];
    for (size_t j = 0; j < b->cols; j++) {
        const rk_mx *cell = b->cell[i][j], *product = rk_mx_mul(x->s, factor, cell);
        if (rk_mx_is_grid(product))
            return;
        root->cell[root->rows][j] = rk_mx_sub(x->s, cell, product);
        if (!rk_mx_is_zero(root->cell[root->rows][j]))
            left++;
        else if (!rk_mx_is_zero(cell))
            absorbed++;
    }
    root->rows++;
    if (absorbed == 0 || left == 0 || x->roots == MOST_ROOTS)
        return;
    for (size_t r = 0; r < x->roots; r++)
        if (rk_block_same(&x->root[r], root))
            return;
    x->root[x->roots++] = *root;
    rk_block_state_eliminations(x->g, &origin);
}

static void factors_of_row(absorbing *x, const rk_block *b, size_t i) {
    for (size_t p = 0; p < x->nletters; p++) {
        rk_letter first = x->letter[p];
        if (rk_letter_rows(first) != b->height[i])
            continue;
        const rk_mx *a = rk_mx_of_letter(x->s, first);
        if (rk_letter_cols(first) == b->height[i])
            with_row(x, b, i, a);
        for (size_t q = 0; q < x->nletters; q++)
            if (rk_letter_rows(x->letter[q]) == a->cols &&
                rk_letter_cols(x->letter[q]) == b->height[i])
                with_row(x, b, i, rk_mx_mul(x->s, a, rk_mx_of_letter(x->s, x->letter[q])));
    }
    for (size_t j = 0; j < b->cols; j++) { /* a sum that is idempotent, as I - P */
        const rk_mx *cell = b->cell[i][j];
        if (cell->nwords > 1 && cell->rows == cell->cols && rk_mx_mul(x->s, cell, cell) == cell)
            with_row(x, b, i, cell);
    }
}

void rk_inst_absorb(rk_instances *g, const rk_site *node) {
    absorbing x = {.g = g, .s = rk_instances_store(g), .node = node};
    rk_block b;
    if (node->depth > DEEPEST || !rk_mx_is_grid(node->mx) || !rk_block_of(&b, node->mx) ||
        b.rows * b.cols > MOST_CELLS || !rk_inst_on(g, RK_LAW_ELIMINATION))
        return;
    x.nletters = rk_block_sequent_letters(g, node, x.letter);
    for (int times = 0; times < 2; times++) {
        for (size_t i = 0; i < b.rows && b.rows < RK_BLOCK_MAX; i++)
            factors_of_row(&x, &b, i);
        rk_block_transpose(x.s, &b, &b);
    }
}
