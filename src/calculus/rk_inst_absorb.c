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
    origin.auxiliary = RK_BLOCK_ABSORBED;
    origin.factor = factor;
    origin.row = i;
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

/* c with product == c*cell, c not 0 and not 1; NULL. */
static rk_sc ratio_of(absorbing *x, const rk_mx *product, const rk_mx *cell) {
    rk_scalars *scalars = rk_mxs_scalars(x->s);
    if (product->nwords == 0 || product->nwords != cell->nwords ||
        !rk_sc_is_nonzero(scalars, cell->word[0].coef))
        return NULL;
    rk_sc c = rk_sc_div(scalars, product->word[0].coef, cell->word[0].coef);
    if (rk_sc_is_one(c) || !rk_sc_is_nonzero(scalars, c) || rk_mx_scale(x->s, c, cell) != product)
        return NULL;
    return c;
}

/* Does the letter p stand in a word after another letter, or before q? */
static bool in_word(const rk_mx *a, const rk_letter *p, const rk_letter *q) {
    for (size_t w = 0; w < a->nwords; w++)
        for (size_t i = 0; i < a->word[w].length; i++) {
            const rk_word *word = &a->word[w];
            if (!rk_inst_same_letter(&word->letter[i], p))
                continue;
            if (i > 0 || (i + 1 < word->length && rk_inst_same_letter(&word->letter[i + 1], q)))
                return true;
        }
    return false;
}

/* Means are what such factors are good for: X*1, 1*1'. Does the sequent speak of them? */
static bool is_used(const absorbing *x, const rk_letter *p, const rk_letter *q) {
    for (size_t i = 0; i < rk_inst_nodes(x->g); i++) {
        const rk_site *node = rk_inst_node(x->g, i);
        if (node->depth > 0)
            continue;
        if (in_word(node->mx, p, q) || in_word(node->mx->transpose, p, q))
            return true;
        for (size_t k = 0; k < node->mx->grid_rows * node->mx->grid_cols; k++)
            if (in_word(node->mx->cell[k], p, q) || in_word(node->mx->cell[k]->transpose, p, q))
                return true;
    }
    return false;
}

/* The multiple of X that a cell absorbs: for 1*1' and the cell 1, divided by n. */
static void with_multiples(absorbing *x, const rk_block *b, size_t i, const rk_mx *factor) {
    rk_scalars *scalars = rk_mxs_scalars(x->s);
    for (size_t j = 0; j < b->cols; j++) {
        rk_sc c = ratio_of(x, rk_mx_mul(x->s, factor, b->cell[i][j]), b->cell[i][j]);
        if (c)
            with_row(x, b, i,
                     rk_mx_scale(x->s, rk_sc_div(scalars, rk_sc_int(scalars, 1), c), factor));
    }
}

static void factors_of_row(absorbing *x, const rk_block *b, size_t i) {
    for (size_t p = 0; p < x->nletters; p++) {
        rk_letter first = x->letter[p];
        if (rk_letter_rows(first) != b->height[i])
            continue;
        const rk_mx *a = rk_mx_of_letter(x->s, first);
        if (rk_letter_cols(first) == b->height[i])
            with_row(x, b, i, a);
        for (size_t q = 0; q < x->nletters; q++) {
            if (rk_letter_rows(x->letter[q]) != a->cols ||
                rk_letter_cols(x->letter[q]) != b->height[i])
                continue;
            const rk_mx *pair = rk_mx_mul(x->s, a, rk_mx_of_letter(x->s, x->letter[q]));
            with_row(x, b, i, pair);
            if (is_used(x, &first, &x->letter[q]))
                with_multiples(x, b, i, pair);
        }
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
