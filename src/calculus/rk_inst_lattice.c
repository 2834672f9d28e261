/* Grids of blocks and their parts: the rank as a function of which block rows and columns are
   taken. It grows with them, it is submodular in the columns and in the rows, and supermodular
   across. Stated for steps of one block row or column, of which all other instances are sums. */
#include "rk_block.h"

enum {
    FULL_ROW = 5,  /* block columns of which all subsets are taken */
    FULL_GRID = 6, /* cells of a grid of which all subgrids are taken */
    DEEPEST = 1,
    DEEPEST_UNION = 0,
    UNION = 4, /* blocks of two block rows in one */
    FACTORS = 5
};

typedef struct parts {
    rk_instances *g;
    rk_mxs *s;
    rk_scalars *scalars;
    const rk_site *node;
    rk_block b;
    const rk_block *kept; /* b, for notes; NULL: not kept yet */
} parts;

/* The next fact is about block rows `rows` and `row`, block columns `cols`, `col` and `other`. */
static void note(parts *p, unsigned rows, unsigned row, unsigned cols, unsigned col,
                 unsigned other) {
    if (p->kept == NULL || !rk_block_same(p->kept, &p->b)) {
        rk_block *copy = rk_arena_alloc(rk_inst_arena(p->g), sizeof *copy);
        *copy = p->b;
        p->kept = copy;
    }
    rk_inst_note(
        p->g,
        &(rk_note){
            .block = p->kept, .rows = rows, .row = row, .cols = cols, .col = col, .other = other});
}

/* --- one part ----------------------------------------------------------------------------- */

/* The part without zero block rows and columns, NULL if nothing is left. */
static const rk_mx *part_of(const parts *p, unsigned rows, unsigned cols) {
    unsigned some_rows = 0, some_cols = 0;
    for (size_t i = 0; i < p->b.rows; i++)
        for (size_t j = 0; j < p->b.cols; j++)
            if (rows >> i & 1 && cols >> j & 1 && !rk_mx_is_zero(p->b.cell[i][j])) {
                some_rows |= 1u << i;
                some_cols |= 1u << j;
            }
    if (!some_rows)
        return NULL;
    rk_block part;
    rk_block_part(&part, &p->b, some_rows, some_cols);
    return rk_block_matrix(p->s, &part);
}

static rk_sc rank_of(const parts *p, const rk_mx *a) {
    return a ? rk_mx_rank(p->s, a) : rk_sc_int(p->scalars, 0);
}

/* small[0] + small[1] <= large[0] + large[1]; what is NULL has rank 0. */
static void state(parts *p, rk_law law, const rk_mx *small0, const rk_mx *small1,
                  const rk_mx *large0, const rk_mx *large1) {
    const rk_mx *all[4] = {small0, small1, large0, large1}, *matrix[4];
    size_t n = 0;
    for (size_t i = 0; i < 4; i++)
        if (all[i])
            matrix[n++] = all[i];
    rk_sc small = rk_sc_add(p->scalars, rank_of(p, small0), rank_of(p, small1));
    rk_sc large = rk_sc_add(p->scalars, rank_of(p, large0), rank_of(p, large1));
    if (small == large || !rk_inst_on(p->g, law)) {
        rk_inst_note(p->g, NULL);
        return;
    }
    rk_inst_at_most(p->g, p->node, law, small, large, n, matrix);
    for (size_t i = 0; i < n; i++)
        rk_inst_want(p->g, p->node, matrix[i]);
}

/* --- block rows --------------------------------------------------------------------------- */

/* Block columns i and j beside those of `base`, in the given block rows. */
static void submodular(parts *p, unsigned rows, unsigned base, unsigned i, unsigned j) {
    const rk_mx *both = part_of(p, rows, base | i | j), *none = part_of(p, rows, base);
    const rk_mx *left = part_of(p, rows, base | i), *right = part_of(p, rows, base | j);
    note(p, rows, 0, base, i, j);
    state(p, none ? RK_LAW_SUBMODULAR : RK_LAW_BLOCKS, both, none, left, right);
}

static void all_submodular(parts *p, unsigned rows) {
    unsigned all = (1u << p->b.cols) - 1;
    for (unsigned i = 1; i <= all; i <<= 1)
        for (unsigned j = i << 1; j <= all; j <<= 1)
            for (unsigned base = 0; base <= all; base++)
                if (!(base & (i | j)))
                    submodular(p, rows, base, i, j);
}

static void monotone(parts *p, unsigned rows) {
    unsigned all = (1u << p->b.cols) - 1;
    for (unsigned i = 1; i <= all; i <<= 1) {
        note(p, rows, 0, all & ~i, i, 0);
        state(p, RK_LAW_PART, part_of(p, rows, all & ~i), NULL, part_of(p, rows, all), NULL);
    }
}

/* A long block row: each block, and each part somebody asked about, against the others. */
static void long_row(parts *p) {
    unsigned all = (1u << p->b.cols) - 1;
    monotone(p, 1);
    for (unsigned i = 1; i < all; i++) {
        const rk_site *asked = rk_inst_find(p->g, p->node, part_of(p, 1, i));
        if ((i & (i - 1)) != 0 && (!asked || asked->depth > 0))
            continue;
        note(p, 1, 0, 0, i, all & ~i);
        state(p, RK_LAW_BLOCKS, part_of(p, 1, all), NULL, part_of(p, 1, i),
              part_of(p, 1, all & ~i));
    }
}

static void block_row(parts *p) {
    if (p->b.cols > FULL_ROW) {
        long_row(p);
        return;
    }
    monotone(p, 1);
    all_submodular(p, 1);
}

/* --- grids -------------------------------------------------------------------------------- */

/* rank([A, B]) + rank([A; C]) <= rank([A, B; C, D]) + rank(A), where one block row and one block
   column are added to A. */
static void corner(parts *p, unsigned rows, unsigned cols, unsigned row, unsigned col) {
    const rk_mx *whole = part_of(p, rows | row, cols | col), *a = part_of(p, rows, cols);
    const rk_mx *wide = part_of(p, rows, cols | col), *tall = part_of(p, rows | row, cols);
    note(p, rows, row, cols, col, 0);
    if (!rows || !cols)
        state(p, RK_LAW_PART, rows ? wide : tall, NULL, whole, NULL);
    else
        state(p, a ? RK_LAW_CORNER : RK_LAW_TRIANGULAR, wide, tall, whole, a);
}

static void all_corners(parts *p) {
    unsigned rows = (1u << p->b.rows) - 1, cols = (1u << p->b.cols) - 1;
    for (unsigned row = 1; row <= rows; row <<= 1)
        for (unsigned col = 1; col <= cols; col <<= 1)
            for (unsigned i = 0; i <= rows; i++)
                for (unsigned j = 0; j <= cols; j++)
                    if (!(i & row) && !(j & col) && (i || j))
                        corner(p, i, j, row, col);
}

/* [A, B; 0, D] for every way to find it by exchanges of block rows and columns. */
static void all_triangular(parts *p) {
    unsigned rows = (1u << p->b.rows) - 1, cols = (1u << p->b.cols) - 1;
    const rk_mx *whole = part_of(p, rows, cols);
    for (unsigned i = 1; i < rows; i++)
        for (unsigned j = 1; j < cols; j++)
            if (!part_of(p, i, j)) {
                note(p, i, rows & ~i, j, cols & ~j, 0);
                state(p, RK_LAW_TRIANGULAR, part_of(p, rows & ~i, j), part_of(p, i, cols & ~j),
                      whole, NULL);
            }
}

static void large_grid(parts *p) {
    unsigned rows = (1u << p->b.rows) - 1, cols = (1u << p->b.cols) - 1;
    monotone(p, rows);
    for (unsigned i = 1; i <= cols; i <<= 1) {
        note(p, rows, 0, 0, i, cols & ~i);
        state(p, RK_LAW_BLOCKS, part_of(p, rows, cols), NULL, part_of(p, rows, i),
              part_of(p, rows, cols & ~i));
    }
}

static void turn(parts *p) {
    rk_block_transpose(p->s, &p->b, &p->b);
}

static void grid(parts *p) {
    for (int times = 0; times < 2; times++, turn(p)) {
        if (p->b.rows * p->b.cols > FULL_GRID)
            large_grid(p);
        else
            for (unsigned rows = 1; rows < 1u << p->b.rows; rows++)
                all_submodular(p, rows);
    }
    if (p->b.rows * p->b.cols > FULL_GRID)
        all_triangular(p);
    else
        all_corners(p);
}

/* --- factors ------------------------------------------------------------------------------ */

/* cell == factor*quotient? A zero cell has the quotient 0. A quotient that is a number is of no
   use. */
static const rk_mx *quotient(parts *p, const rk_mx *cell, rk_letter letter, const rk_mx *factor) {
    if (rk_mx_is_zero(cell))
        return rk_mx_zero(p->s, factor->cols, cell->cols);
    const rk_mx *sum = rk_mx_zero(p->s, factor->cols, cell->cols);
    for (size_t w = 0; w < cell->nwords; w++) {
        rk_word word = cell->word[w];
        rk_word head = {word.coef, &letter, 1};
        if (!rk_block_is_prefix(&head, &word)) { /* perhaps factor*cell == cell, as for ones */
            if (factor->rows != factor->cols)
                return NULL;
        } else {
            word.letter++;
            word.length--;
        }
        if (word.length == 0)
            return NULL;
        sum = rk_mx_add(p->s, sum, rk_mx_of_words(p->s, factor->cols, cell->cols, &word, 1));
    }
    return !rk_mx_is_grid(sum) && rk_mx_mul(p->s, factor, sum) == cell ? sum : NULL;
}

/* The block row i of p is the factor times that of b, the rest is the same: the rank is at most
   that of b, and at least that less what the factor can take away. */
static void state_factor(parts *p, const rk_block *b, size_t i, const rk_mx *factor) {
    const rk_mx *whole = rk_block_matrix(p->s, &p->b), *less = rk_block_matrix(p->s, b);
    if (whole == less || !rk_inst_on(p->g, RK_LAW_BLOCK_FACTOR))
        return;
    rk_sc lost = rk_sc_sub(p->scalars, factor->cols, rk_mx_rank(p->s, factor));
    rk_sc small = rk_mx_rank(p->s, whole), large = rk_mx_rank(p->s, less);
    const rk_mx *matrix[] = {whole, less, factor};
    rk_block *divided = rk_arena_alloc(rk_inst_arena(p->g), sizeof *divided);
    *divided = *b;
    rk_note made = {.block = divided, .row = 1u << i, .mx = {factor}};
    rk_inst_note(p->g, &made);
    rk_inst_at_most(p->g, p->node, RK_LAW_BLOCK_FACTOR, small, large, 3, matrix);
    rk_inst_note(p->g, &made);
    rk_inst_at_most(p->g, p->node, RK_LAW_BLOCK_FACTOR, large, rk_sc_add(p->scalars, small, lost),
                    3, matrix);
    rk_inst_want(p->g, p->node, less);
    rk_inst_want(p->g, p->node, factor);
}

static void divide_row(parts *p, size_t i, rk_letter letter) {
    const rk_mx *factor = rk_mx_of_letter(p->s, letter);
    rk_block b = p->b;
    b.height[i] = factor->cols;
    for (size_t j = 0; j < b.cols; j++) {
        b.cell[i][j] = quotient(p, p->b.cell[i][j], letter, factor);
        if (!b.cell[i][j])
            return;
    }
    state_factor(p, &b, i, factor);
}

/* A block row of one block that the text writes as a product, though its words do not show it. */
static void divide_written(parts *p, size_t i) {
    const rk_mx *cell = p->b.cell[i][0], *part[3];
    if (p->b.cols != 1 || cell->nwords < 2)
        return;
    for (size_t k = 0; rk_inst_written(p->g, k, part); k++) {
        bool turned = part[0] != cell;
        const rk_mx *left = turned ? part[2]->transpose : part[1];
        const rk_mx *right = turned ? part[1]->transpose : part[2];
        if ((turned && part[0]->transpose != cell) || left->cols != right->rows ||
            rk_mx_is_grid(right) || rk_mx_mul(p->s, left, right) != cell)
            continue;
        rk_block b = p->b;
        b.height[i] = left->cols;
        b.cell[i][0] = right;
        state_factor(p, &b, i, left);
    }
}

static void divide_rows(parts *p) {
    for (size_t i = 0; i < p->b.rows; i++) {
        divide_written(p, i);
        for (size_t j = 0; j < p->b.cols; j++) {
            const rk_mx *cell = p->b.cell[i][j];
            if (cell->nwords == 0 || cell->word[0].length == 0)
                continue;
            divide_row(p, i, cell->word[0].letter[0]);
        }
    }
}

/* F with other == F*cell, cell one word, F not the identity; NULL. */
static const rk_mx *left_quotient(parts *p, const rk_mx *other, const rk_mx *cell) {
    size_t length = cell->nwords == 1 ? cell->word[0].length : 0;
    if (length == 0 || other->nwords == 0 || rk_inst_shared(other, true) < length ||
        other->cols != cell->cols || other == cell)
        return NULL;
    const rk_mx *factor = rk_inst_stripped(p->g, other, other->rows, cell->rows, 0, length);
    return !rk_mx_is_grid(factor) && rk_mx_mul(p->s, factor, cell) == other ? factor : NULL;
}

/* rank(F*[A, B]) + rank(A) <= rank([A, B]) + rank(F*A) for each block A, where the product is
   looked at, or no other block of it than number `at` is new. */
static void multiplied(parts *p, const rk_mx *factor, size_t at) {
    parts product = *p;
    bool simple = true;
    product.b.height[0] = factor->rows;
    for (size_t j = 0; j < p->b.cols; j++) {
        product.b.cell[0][j] = rk_mx_mul(p->s, factor, p->b.cell[0][j]);
        const rk_mx *cell = product.b.cell[0][j];
        if (rk_mx_is_grid(cell))
            return;
        simple = simple && (j == at || rk_inst_simple(p->g, p->node, cell));
    }
    unsigned all = (1u << p->b.cols) - 1;
    if (!simple && !rk_inst_find(p->g, p->node, part_of(&product, 1, all)))
        return;
    rk_block *row = rk_arena_alloc(rk_inst_arena(p->g), sizeof *row);
    *row = p->b;
    for (unsigned i = 1; i < all; i <<= 1) {
        rk_inst_note(p->g, &(rk_note){.block = row, .cols = i, .col = all & ~i, .mx = {factor}});
        state(p, RK_LAW_PART_FACTOR, part_of(&product, 1, all), part_of(p, 1, i),
              part_of(p, 1, all), part_of(&product, 1, i));
    }
}

/* Somebody asks about F times a block: what F does to the whole row. */
static void multiples(parts *p) {
    for (size_t i = 0; i < rk_inst_nodes(p->g); i++) {
        const rk_site *other = rk_inst_node(p->g, i);
        if (other->scope != p->node->scope || other->depth > 0)
            continue;
        for (size_t j = 0; j < p->b.cols; j++) {
            const rk_mx *turned[2] = {other->mx, other->mx->transpose};
            for (int k = 0; k < 2; k++) {
                const rk_mx *factor = left_quotient(p, turned[k], p->b.cell[0][j]);
                if (factor)
                    multiplied(p, factor, j);
            }
        }
    }
}

/* --- sums in blocks ----------------------------------------------------------------------- */

/* Every word of the sum begins with a cell of the block row? */
static bool spanned(const parts *p, const rk_mx *sum) {
    for (size_t w = 0; w < sum->nwords; w++) {
        bool found = false;
        for (size_t j = 0; j < p->b.cols && !found; j++) {
            const rk_mx *cell = p->b.cell[0][j];
            found = cell->nwords == 1 && rk_sc_is_nonzero(p->scalars, cell->word[0].coef) &&
                    rk_block_is_prefix(&cell->word[0], &sum->word[w]);
        }
        if (!found)
            return false;
    }
    return sum->nwords > 1;
}

/* The sum is the cell j and multiples of the other cells: it may take the place of that cell. */
static void in_place_of(parts *p, const rk_mx *sum, size_t j) {
    const rk_mx *cell = p->b.cell[0][j];
    if (cell->nwords != 1 || cell->cols != sum->cols)
        return;
    size_t whole = 0;
    for (size_t w = 0; w < sum->nwords; w++)
        if (rk_block_is_prefix(&cell->word[0], &sum->word[w])) {
            if (sum->word[w].length != cell->word[0].length ||
                !rk_sc_is_nonzero(p->scalars, sum->word[w].coef))
                return;
            whole++;
        }
    if (whole != 1)
        return;
    parts other = *p;
    other.b.cell[0][j] = sum;
    unsigned all = (1u << p->b.cols) - 1;
    const rk_mx *before = part_of(p, 1, all), *after = part_of(&other, 1, all);
    rk_inst_equal(p->g, p->node, RK_LAW_ELIMINATION, rank_of(p, before), rank_of(p, after), 2,
                  RK_INST_LIST(before, after));
    block_row(&other);
}

/* rank(A*U + B*V) <= rank([A, B]) where somebody asked about the sum. */
static void sums_of_columns(parts *p) {
    if (p->b.rows != 1 || p->b.cols < 2)
        return;
    for (size_t i = 0; i < rk_inst_nodes(p->g); i++) {
        const rk_site *other = rk_inst_node(p->g, i);
        if (other->scope != p->node->scope || other->depth > 0)
            continue;
        const rk_mx *turned[2] = {other->mx, other->mx->transpose};
        for (int k = 0; k < 2; k++) {
            if (turned[k]->rows != p->b.height[0] || !spanned(p, turned[k]))
                continue;
            note(p, 1, 0, 0, 0, 0);
            state(p, RK_LAW_BLOCK_SUM, turned[k], NULL, part_of(p, 1, (1u << p->b.cols) - 1), NULL);
            for (size_t j = 0; p->node->depth == 0 && j < p->b.cols; j++)
                in_place_of(p, turned[k], j);
        }
    }
}

/* The same for plus or minus whole blocks, which may be sums themselves. */
static void signed_sums(parts *p) {
    enum { MOST = 4 };
    if (p->b.rows != 1 || p->b.cols < 2 || p->b.cols > MOST || p->node->depth > 0)
        return;
    for (size_t j = 1; j < p->b.cols; j++)
        if (p->b.width[j] != p->b.width[0])
            return;
    for (unsigned signs = 0; signs < 1u << (p->b.cols - 1); signs++) {
        const rk_mx *sum = p->b.cell[0][0];
        for (size_t j = 1; j < p->b.cols; j++)
            sum = signs >> (j - 1) & 1 ? rk_mx_sub(p->s, sum, p->b.cell[0][j])
                                       : rk_mx_add(p->s, sum, p->b.cell[0][j]);
        const rk_site *asked = rk_mx_is_zero(sum) ? NULL : rk_inst_find(p->g, p->node, sum);
        if (asked == NULL || asked->depth > 0)
            continue;
        note(p, 1, 0, 0, 0, 0);
        state(p, RK_LAW_BLOCK_SUM, sum, NULL, part_of(p, 1, (1u << p->b.cols) - 1), NULL);
    }
}

/* rank([A, B]) + rank([A; B]) <= rank(A + B) + rank(A) + rank(B), rank(A + B) <= rank([A, B]) */
static void sum_of_two(rk_instances *g, const rk_site *node, const rk_mx *a, const rk_mx *b) {
    rk_mxs *s = rk_instances_store(g);
    rk_scalars *scalars = rk_inst_scalars(g);
    const rk_mx *wide = rk_mx_grid(s, 1, 2, RK_INST_LIST(a, b));
    const rk_mx *tall = rk_mx_grid(s, 2, 1, RK_INST_LIST(a, b));
    rk_sc beside = rk_mx_rank(s, wide), above = rk_mx_rank(s, tall);
    rk_sc apart = rk_sc_add(scalars, rk_mx_rank(s, a), rk_mx_rank(s, b));
    rk_inst_at_most(g, node, RK_LAW_SUM_BELOW, rk_sc_add(scalars, beside, above),
                    rk_sc_add(scalars, node->rank, apart), 2, RK_INST_LIST(a, b));
    rk_inst_note(g, &(rk_note){.mx = {a, b}});
    rk_inst_at_most(g, node, RK_LAW_BLOCK_SUM, node->rank, beside, 2, RK_INST_LIST(node->mx, wide));
    rk_inst_note(g, &(rk_note){.mx = {rk_mx_transpose(s, a), rk_mx_transpose(s, b)}});
    rk_inst_at_most(g, node, RK_LAW_BLOCK_SUM, node->rank, above, 2, RK_INST_LIST(node->mx, tall));
    rk_inst_want(g, node, wide);
    rk_inst_want(g, node, tall);
}

void rk_inst_two_terms(rk_instances *g, const rk_site *node) {
    const rk_mx *m = node->mx;
    if (node->depth > 0 || m->nwords != 2 || !rk_block_is_plain(m) || m->word[0].length == 0 ||
        m->word[1].length == 0)
        return;
    rk_mxs *s = rk_instances_store(g);
    const rk_mx *a = rk_mx_of_words(s, m->rows, m->cols, &m->word[0], 1);
    sum_of_two(g, node, a, rk_mx_sub(s, m, a));
}

/* --- Gram matrices and what is killed ----------------------------------------------------- */

/* With [A, B] all that A'*A, A'*B, B'*B say: where blocks are orthogonal, or somebody asked. */
static void gram(parts *p) {
    rk_block square = {.rows = p->b.cols, .cols = p->b.cols};
    bool zero = false;
    for (size_t i = 0; i < p->b.cols; i++) {
        square.height[i] = square.width[i] = p->b.width[i];
        for (size_t j = 0; j < p->b.cols; j++) {
            square.cell[i][j] =
                rk_mx_mul(p->s, rk_mx_transpose(p->s, p->b.cell[0][i]), p->b.cell[0][j]);
            zero = zero || rk_mx_is_zero(square.cell[i][j]);
            if (rk_mx_is_grid(square.cell[i][j]))
                return;
        }
    }
    const rk_mx *whole = rk_block_matrix(p->s, &square), *row = rk_block_matrix(p->s, &p->b);
    if (!zero && !rk_inst_find(p->g, p->node, whole))
        return;
    rk_inst_equal(p->g, p->node, RK_LAW_GRAM, rk_mx_rank(p->s, whole), rk_mx_rank(p->s, row), 2,
                  RK_INST_LIST(row, rk_mx_eye(p->s, row->cols)));
    rk_inst_want(p->g, p->node, whole);
}

/* U*[A, B] == 0 */
static void killed(parts *p, const rk_mx *u) {
    if (u->cols != p->b.height[0] || rk_mx_is_grid(u))
        return;
    for (size_t j = 0; j < p->b.cols; j++)
        if (!rk_mx_is_zero(rk_mx_mul(p->s, u, p->b.cell[0][j])))
            return;
    const rk_mx *row = rk_block_matrix(p->s, &p->b);
    rk_inst_product(p->g, p->node, rk_mx_zero(p->s, u->rows, row->cols), u, row);
}

static void kills(parts *p) {
    for (size_t i = 0; i < rk_inst_nodes(p->g); i++) {
        const rk_site *other = rk_inst_node(p->g, i);
        if (other->scope != p->node->scope || other->depth > 0)
            continue;
        killed(p, other->mx);
        if (other->mx->transpose != other->mx)
            killed(p, other->mx->transpose);
    }
}

/* --- block rows that share blocks --------------------------------------------------------- */

static bool has_cell(const rk_block *row, const rk_mx *cell) {
    for (size_t j = 0; j < row->cols; j++)
        if (row->cell[0][j] == cell)
            return true;
    return false;
}

/* The blocks of both in one block row; false if they share none or have too many. */
static bool unite(rk_block *all, const rk_block *more) {
    if (all->height[0] != more->height[0])
        return false;
    size_t shared = 0;
    for (size_t j = 0; j < more->cols; j++) {
        if (has_cell(all, more->cell[0][j])) {
            shared++;
        } else if (all->cols == UNION) {
            return false;
        } else {
            all->width[all->cols] = more->width[j];
            all->cell[0][all->cols++] = more->cell[0][j];
        }
    }
    return shared > 0 && shared < more->cols;
}

static void unions(parts *p) {
    for (size_t i = 0; i < rk_inst_nodes(p->g); i++) {
        const rk_site *other = rk_inst_node(p->g, i);
        if (other == p->node || !other->done || other->replaced || other->depth > DEEPEST_UNION ||
            other->scope != p->node->scope)
            continue;
        parts both = *p;
        rk_block row;
        if (rk_mx_is_grid(other->mx) && rk_block_row_of(p->s, &row, other->mx) &&
            unite(&both.b, &row)) {
            monotone(&both, 1);
            all_submodular(&both, 1);
        }
    }
}

/* --- the rule ----------------------------------------------------------------------------- */

void rk_inst_lattice(rk_instances *g, const rk_site *node) {
    parts p = {.g = g, .s = rk_instances_store(g), .scalars = rk_inst_scalars(g), .node = node};
    if (!rk_mx_is_grid(node->mx) || node->depth > FACTORS || !rk_block_of(&p.b, node->mx))
        return;
    for (int times = 0; times < 2; times++, turn(&p)) {
        if (node->depth <= 1 || p.b.rows * p.b.cols == 2)
            divide_rows(&p);
        sums_of_columns(&p);
        signed_sums(&p);
    }
    if (node->depth > DEEPEST)
        return;
    if (p.b.rows > 1 && p.b.cols > 1) {
        grid(&p);
        return;
    }
    if (p.b.cols == 1)
        turn(&p);
    block_row(&p);
    gram(&p);
    kills(&p);
    multiples(&p);
    if (node->depth <= DEEPEST_UNION && !node->replaced)
        unions(&p);
}
