#include <string.h>
#include "rk_mx_inside.h"

/* The sizes of the blocks of a grid. */
typedef struct parts {
    const rk_sc *row, *col;
    size_t nrows, ncols;
} parts;

static parts parts_of(rk_mxs *s, const rk_mx *a) {
    size_t n = rk_mx_is_grid(a) ? a->grid_rows : 1, m = rk_mx_is_grid(a) ? a->grid_cols : 1;
    rk_sc *row = rk_arena_alloc(s->arena, n * sizeof *row);
    rk_sc *col = rk_arena_alloc(s->arena, m * sizeof *col);
    for (size_t i = 0; i < n; i++)
        row[i] = rk_mx_is_grid(a) ? a->cell[i * m]->rows : a->rows;
    for (size_t j = 0; j < m; j++)
        col[j] = rk_mx_is_grid(a) ? a->cell[j]->cols : a->cols;
    return (parts){row, col, n, m};
}

static bool same_parts(const rk_sc *a, size_t n, const rk_sc *b, size_t m) {
    if (n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static const rk_mx **cells_new(rk_mxs *s, size_t n) {
    return rk_arena_alloc(s->arena, n * sizeof(const rk_mx *));
}

/* --- splitting what is no grid ------------------------------------------------------------- */

static bool split_letter_rows(rk_mxs *s, rk_letter a, const parts *p, const rk_mx **part) {
    if (rk_is_ones(a, false)) {
        for (size_t i = 0; i < p->nrows; i++)
            part[i] = rk_mx_ones(s, p->row[i], s->one);
        return true;
    }
    if (a.leaf->kind != RK_L_BLOCKS || a.inverted)
        return false;
    const rk_mx *grid = a.leaf->arg[0];
    parts q = parts_of(s, grid);
    if (!same_parts(q.row, q.nrows, p->row, p->nrows))
        return false;
    for (size_t i = 0; i < p->nrows; i++)
        part[i] = rk_mx_grid(s, 1, grid->grid_cols, grid->cell + i * grid->grid_cols);
    return true;
}

/* One word into the rows given: its first letter splits. The parts are matrices, perhaps grids of
   one row. */
static bool split_word_rows(rk_mxs *s, const rk_mx *a, const parts *p, const rk_mx **part) {
    const rk_word *w = a->word;
    if (p->nrows == 1) {
        part[0] = a;
        return true;
    }
    if (a->nwords != 1 || w->length == 0 || !split_letter_rows(s, w->letter[0], p, part))
        return false;
    rk_word rest = {w->coef, w->letter + 1, w->length - 1};
    const rk_mx *right = rk_mx_of_words(s, rk_letter_cols(w->letter[0]), a->cols, &rest, 1);
    for (size_t i = 0; i < p->nrows; i++)
        part[i] = rk_mx_mul(s, part[i], right);
    return true;
}

static bool split_eye(rk_mxs *s, const rk_mx *a, const parts *p, const rk_mx **cell) {
    if (!same_parts(p->row, p->nrows, p->col, p->ncols))
        return false;
    for (size_t i = 0; i < p->nrows; i++)
        for (size_t j = 0; j < p->ncols; j++)
            cell[i * p->ncols + j] = i == j ? rk_mx_scale(s, a->word->coef, rk_mx_eye(s, p->row[i]))
                                            : rk_mx_zero(s, p->row[i], p->col[j]);
    return true;
}

/* One block row of one word into the columns given. */
static bool split_row(rk_mxs *s, const rk_mx *a, const parts *p, const rk_mx **cell) {
    if (p->ncols == 1) {
        cell[0] = a;
        return !rk_mx_is_grid(a);
    }
    if (rk_mx_is_grid(a)) {
        parts q = parts_of(s, a);
        if (a->grid_rows != 1 || !same_parts(q.col, q.ncols, p->col, p->ncols))
            return false;
        memcpy(cell, a->cell, p->ncols * sizeof *cell);
        return true;
    }
    parts turned = {p->col, p->row, p->ncols, 1};
    for (size_t j = 0; j < p->ncols; j++)
        cell[j] = rk_mx_zero(s, a->cols, p->col[j]);
    if (rk_mx_is_zero(a)) {
        for (size_t j = 0; j < p->ncols; j++)
            cell[j] = rk_mx_zero(s, a->rows, p->col[j]);
        return true;
    }
    if (a->nwords != 1 || a->transpose->nwords != 1 ||
        !split_word_rows(s, a->transpose, &turned, cell))
        return false;
    for (size_t j = 0; j < p->ncols; j++) {
        if (rk_mx_is_grid(cell[j]))
            return false;
        cell[j] = cell[j]->transpose;
    }
    return true;
}

static bool split_word(rk_mxs *s, const rk_mx *a, const parts *p, const rk_mx **cell) {
    if (a->nwords != 1)
        return false;
    if (a->word->length == 0)
        return split_eye(s, a, p, cell);
    const rk_mx **row = cells_new(s, p->nrows);
    if (!split_word_rows(s, a, p, row))
        return false;
    for (size_t i = 0; i < p->nrows; i++)
        if (!split_row(s, row[i], p, cell + i * p->ncols))
            return false;
    return true;
}

static bool split_whole(rk_mxs *s, const rk_mx *a, const parts *p, const rk_mx **cell) {
    for (size_t i = 0; i < p->nrows; i++)
        for (size_t j = 0; j < p->ncols; j++)
            cell[i * p->ncols + j] = rk_mx_zero(s, p->row[i], p->col[j]);
    if (rk_mx_is_grid(a)) {
        parts q = parts_of(s, a);
        if (!same_parts(q.row, q.nrows, p->row, p->nrows) ||
            !same_parts(q.col, q.ncols, p->col, p->ncols))
            return false;
        memcpy(cell, a->cell, q.nrows * q.ncols * sizeof *cell);
        return true;
    }
    const rk_mx **part = cells_new(s, p->nrows * p->ncols);
    for (size_t k = 0; k < a->nwords; k++) {
        if (!split_word(s, rk_mx_of_word(s, a->rows, a->cols, &a->word[k]), p, part))
            return false;
        for (size_t i = 0; i < p->nrows * p->ncols; i++)
            cell[i] = rk_mx_add(s, cell[i], part[i]);
    }
    return true;
}

/* --- grids that are something simpler ------------------------------------------------------ */

/* The word of which w, from the first cell, could be the first part. */
static bool guess(rk_mxs *s, const rk_mx *const *grid, const rk_word *w, const parts *p, rk_sc rows,
                  rk_sc cols, rk_word *whole) {
    const rk_mx *cell = grid[0];
    bool scattered = p->nrows > 1 && p->ncols > 1 && rk_mx_is_zero(grid[1]);
    if (w->length == 0 && (scattered || !rk_mx_is_one_by_one(cell))) {
        *whole = *w;
        return rows == cols;
    }
    rk_letter *letter = rk_arena_alloc(s->arena, (w->length + 2) * sizeof *letter);
    size_t n = 0;
    bool first = w->length && rk_is_ones(w->letter[0], false);
    bool last = w->length && rk_is_ones(w->letter[w->length - 1], true);
    bool split_rows = p->nrows > 1, split_cols = p->ncols > 1;
    if ((split_rows && !first && !rk_sc_is_one(cell->rows)) ||
        (split_cols && !last && !rk_sc_is_one(cell->cols)))
        return false;
    rk_leaf tall = {.kind = RK_L_ONES, .rows = rows, .cols = s->one};
    rk_leaf wide = {.kind = RK_L_ONES, .rows = cols, .cols = s->one};
    if (split_rows)
        letter[n++] = (rk_letter){rk_mx_leaf(s, &tall), false, false};
    size_t from = split_rows && first, to = w->length - (split_cols && last);
    for (size_t i = from; i < to; i++)
        letter[n++] = w->letter[i];
    if (split_cols)
        letter[n++] = (rk_letter){rk_mx_leaf(s, &wide), true, false};
    *whole = (rk_word){w->coef, letter, n};
    return true;
}

/* The matrix without blocks that splits into these cells; NULL: none is known. */
static const rk_mx *merged(rk_mxs *s, const parts *p, const rk_mx *const *cell, rk_sc rows,
                           rk_sc cols) {
    const rk_mx *corner = cell[0];
    rk_word *word = rk_arena_alloc(s->arena, (corner->nwords + 1) * sizeof *word);
    for (size_t i = 0; i < corner->nwords; i++)
        if (!guess(s, cell, &corner->word[i], p, rows, cols, &word[i]))
            return NULL;
    const rk_mx *whole = rk_mx_of_words(s, rows, cols, word, corner->nwords);
    const rk_mx **part = cells_new(s, p->nrows * p->ncols);
    if (rk_mx_is_grid(whole) || !split_whole(s, whole, p, part))
        return NULL;
    return memcmp(part, cell, p->nrows * p->ncols * sizeof *part) == 0 ? whole : NULL;
}

static rk_sc total(rk_mxs *s, const rk_sc *part, size_t n) {
    rk_sc sum = s->zero;
    for (size_t i = 0; i < n; i++)
        sum = rk_sc_add(s->scalars, sum, part[i]);
    return sum;
}

/* A grid whose cells are no grids. */
static const rk_mx *flat_grid(rk_mxs *s, size_t n, size_t m, const rk_mx *const *cell) {
    if (n == 1 && m == 1)
        return rk_mx_settle(s, cell[0]);
    const rk_mx **own = cells_new(s, n * m);
    for (size_t i = 0; i < n * m; i++)
        own[i] = rk_mx_settle(s, cell[i]);
    rk_mx shape = {.cell = own, .grid_rows = n, .grid_cols = m};
    parts p = parts_of(s, &shape);
    const rk_mx *whole = merged(s, &p, own, total(s, p.row, n), total(s, p.col, m));
    return whole ? whole : rk_mx_intern_grid(s, n, m, own);
}

/* --- nested grids -------------------------------------------------------------------------- */

static void note_parts(const rk_sc *part, size_t n, const rk_sc **into, size_t *count,
                       bool *agree) {
    if (n == 1)
        return;
    if (*count > 1 && !same_parts(*into, *count, part, n))
        *agree = false;
    *into = part;
    *count = n;
}

/* What the nested grids ask of each block row and column. False: they disagree. */
static bool refine(rk_mxs *s, size_t n, size_t m, const rk_mx *const *cell, parts *row,
                   parts *col) {
    bool agree = true;
    for (size_t i = 0; i < n * m; i++) {
        parts q = parts_of(s, cell[i]);
        size_t r = i / m, c = i % m;
        if (!row[r].row) {
            row[r].row = q.row;
            row[r].nrows = q.nrows;
        }
        if (!col[c].col) {
            col[c].col = q.col;
            col[c].ncols = q.ncols;
        }
        note_parts(q.row, q.nrows, &row[r].row, &row[r].nrows, &agree);
        note_parts(q.col, q.ncols, &col[c].col, &col[c].ncols, &agree);
    }
    return agree;
}

static const rk_mx *flatten(rk_mxs *s, size_t n, size_t m, const rk_mx *const *cell) {
    parts *row = rk_arena_alloc(s->arena, n * sizeof *row);
    parts *col = rk_arena_alloc(s->arena, m * sizeof *col);
    if (!refine(s, n, m, cell, row, col))
        return NULL;
    size_t rows = 0, cols = 0;
    for (size_t i = 0; i < n; i++)
        rows += row[i].nrows;
    for (size_t j = 0; j < m; j++)
        cols += col[j].ncols;
    const rk_mx **flat = cells_new(s, rows * cols), **part = cells_new(s, rows * cols);
    for (size_t i = 0, top = 0; i < n; top += row[i++].nrows)
        for (size_t j = 0, left = 0; j < m; left += col[j++].ncols) {
            parts p = {row[i].row, col[j].col, row[i].nrows, col[j].ncols};
            if (!split_whole(s, rk_mx_settle(s, cell[i * m + j]), &p, part))
                return NULL;
            for (size_t k = 0; k < p.nrows * p.ncols; k++)
                flat[(top + k / p.ncols) * cols + left + k % p.ncols] = part[k];
        }
    return flat_grid(s, rows, cols, flat);
}

const rk_mx *rk_mx_grid(rk_mxs *s, size_t grid_rows, size_t grid_cols, const rk_mx *const *cell) {
    size_t n = grid_rows * grid_cols;
    bool nested = false;
    for (size_t i = 0; i < n; i++)
        nested |= rk_mx_is_grid(cell[i]);
    if (n == 1)
        return rk_mx_settle(s, cell[0]);
    if (!nested)
        return flat_grid(s, grid_rows, grid_cols, cell);
    const rk_mx *flat = flatten(s, grid_rows, grid_cols, cell);
    if (flat)
        return flat;
    const rk_mx **wrapped = cells_new(s, n);
    for (size_t i = 0; i < n; i++)
        wrapped[i] = rk_mx_as_letters(s, cell[i]);
    return flat_grid(s, grid_rows, grid_cols, wrapped);
}

/* --- grids inside words -------------------------------------------------------------------- */

/* How many letters all words of all cells of a block row begin with. A cell that is a grid itself
   has no words. */
static size_t common_prefix(const rk_mx *row) {
    const rk_word *first = NULL;
    size_t k = 0;
    for (size_t i = 0; i < row->grid_cols; i++)
        if (rk_mx_is_grid(row->cell[i]))
            return 0;
    for (size_t i = 0; i < row->grid_cols; i++)
        for (size_t j = 0; j < row->cell[i]->nwords; j++) {
            const rk_word *w = &row->cell[i]->word[j];
            if (!first) {
                first = w;
                k = w->length;
            }
            k = w->length < k ? w->length : k;
            for (size_t l = 0; l < k; l++)
                if (!rk_same_letter(w->letter[l], first->letter[l]))
                    k = l;
        }
    return k;
}

static const rk_mx *without_prefix(rk_mxs *s, const rk_mx *a, rk_sc rows, size_t k) {
    rk_word *word = rk_arena_alloc(s->arena, (a->nwords + 1) * sizeof *word);
    for (size_t i = 0; i < a->nwords; i++)
        word[i] = (rk_word){a->word[i].coef, a->word[i].letter + k, a->word[i].length - k};
    return rk_mx_of_words(s, rows, a->cols, word, a->nwords);
}

/* letters * grid as one word, not multiplied out. */
static rk_word blocks_word(rk_mxs *s, const rk_letter *prefix, size_t k, const rk_mx *grid) {
    rk_word word = {.length = k + 1};
    rk_leaf leaf = {.kind = RK_L_BLOCKS, .rows = grid->rows, .cols = grid->cols};
    leaf.arg[0] = rk_mx_monic(s, grid, &word.coef);
    rk_letter *letter = rk_arena_alloc(s->arena, word.length * sizeof *letter);
    for (size_t i = 0; i < k; i++)
        letter[i] = prefix[i];
    letter[k] = (rk_letter){rk_mx_leaf(s, &leaf), false, false};
    word.letter = letter;
    return word;
}

static const rk_letter *first_letters(const rk_mx *row) {
    size_t j = 0;
    while (row->cell[j]->nwords == 0)
        j++;
    return row->cell[j]->word[0].letter;
}

static const rk_mx *row_without_prefix(rk_mxs *s, const rk_mx *row, rk_sc inner, size_t k) {
    const rk_mx **cell = cells_new(s, row->grid_cols);
    for (size_t j = 0; j < row->grid_cols; j++)
        cell[j] = without_prefix(s, row->cell[j], inner, k);
    return rk_mx_grid(s, 1, row->grid_cols, cell);
}

/* [P*A, P*B] is P*[A, B]. `turned`: the transpose of that. */
static const rk_mx *row_as_letters(rk_mxs *s, const rk_mx *row, bool turned) {
    size_t k = common_prefix(row);
    const rk_letter *prefix = k ? first_letters(row) : NULL;
    const rk_mx *core = k ? row_without_prefix(s, row, rk_letter_cols(prefix[k - 1]), k) : row;
    if (!rk_mx_is_grid(core)) {
        const rk_mx *whole = rk_mx_mul(s, rk_mx_of_letters(s, row->rows, prefix, k), core);
        return turned ? whole->transpose : whole;
    }
    rk_word word = blocks_word(s, prefix, k, core);
    if (!turned)
        return rk_mx_of_word(s, row->rows, row->cols, &word);
    word = rk_word_transpose(s, &word);
    return rk_mx_of_word(s, row->cols, row->rows, &word);
}

const rk_mx *rk_mx_as_letters(rk_mxs *s, const rk_mx *a) {
    if (!rk_mx_is_grid(a))
        return a;
    if (a->grid_rows == 1)
        return row_as_letters(s, a, false);
    if (a->grid_cols == 1)
        return row_as_letters(s, a->transpose, true);
    rk_word word = blocks_word(s, NULL, 0, a);
    return rk_mx_of_word(s, a->rows, a->cols, &word);
}

/* --- arithmetic ---------------------------------------------------------------------------- */

const rk_mx *rk_mx_grid_scale(rk_mxs *s, rk_sc c, const rk_mx *grid) {
    size_t n = grid->grid_rows * grid->grid_cols;
    const rk_mx **cell = cells_new(s, n);
    for (size_t i = 0; i < n; i++)
        cell[i] = rk_mx_scale(s, c, grid->cell[i]);
    return rk_mx_grid(s, grid->grid_rows, grid->grid_cols, cell);
}

static const rk_mx *cellwise_sum(rk_mxs *s, const rk_mx *grid, const rk_mx *const *part) {
    size_t n = grid->grid_rows * grid->grid_cols;
    const rk_mx **cell = cells_new(s, n);
    for (size_t i = 0; i < n; i++)
        cell[i] = rk_mx_add(s, grid->cell[i], part[i]);
    return rk_mx_grid(s, grid->grid_rows, grid->grid_cols, cell);
}

/* A word that multiplies out to a grid: it begins with a block column or ends with a block row. */
static bool is_grid_word(const rk_word *w) {
    if (w->length == 0)
        return false;
    rk_letter a = w->letter[0], b = w->letter[w->length - 1];
    bool x = a.leaf->kind == RK_L_BLOCKS && !a.inverted;
    bool y = b.leaf->kind == RK_L_BLOCKS && !b.inverted;
    return (x && (w->length == 1 || a.leaf->arg[0]->grid_cols == 1)) ||
           (y && b.leaf->arg[0]->grid_rows == 1);
}

bool rk_mx_sum_has_grids(const rk_mx_sum *sum) {
    for (size_t i = 0; i < sum->n; i++)
        if (is_grid_word(&sum->word[i]))
            return true;
    return sum->ngrids > 0;
}

static const rk_mx *product_at(rk_mxs *s, const rk_mx *a, const rk_mx *b);

static const rk_mx *expand_grid_word(rk_mxs *s, const rk_mx_sum *sum, const rk_word *w) {
    size_t n = w->length;
    const rk_leaf *first = w->letter[0].leaf, *last = w->letter[n - 1].leaf;
    const rk_mx *grid;
    if (n == 1) {
        grid = first->arg[0];
    } else if (first->kind == RK_L_BLOCKS && first->arg[0]->grid_cols == 1) {
        const rk_mx *rest = rk_mx_of_letters(s, first->cols, w->letter + 1, n - 1);
        grid = rk_mx_mul(s, first->arg[0], rest);
    } else {
        const rk_mx *rest = rk_mx_of_letters(s, sum->rows, w->letter, n - 1);
        grid = rk_mx_mul(s, rest, last->arg[0]);
    }
    return rk_mx_scale(s, w->coef, grid);
}

static void put_words(rk_mxs *s, rk_mx_sum *sum, const rk_mx *a) {
    for (size_t i = 0; i < a->nwords; i++)
        rk_mx_sum_put(s, sum, a->word[i]);
}

static void drop_grid(rk_mx_sum *sum, size_t i) {
    sum->ngrids--;
    memmove(&sum->grid[i], &sum->grid[i + 1], (sum->ngrids - i) * sizeof *sum->grid);
}

/* Grid i takes in whatever of the rest splits like it. True if it became words by that. */
static bool absorb(rk_mxs *s, rk_mx_sum *sum, size_t i) {
    const rk_mx *grid = sum->grid[i];
    parts p = parts_of(s, grid);
    const rk_mx **part = cells_new(s, p.nrows * p.ncols);
    for (size_t k = i + 1; k < sum->ngrids && rk_mx_is_grid(grid);)
        if (split_whole(s, sum->grid[k], &p, part)) {
            grid = cellwise_sum(s, grid, part);
            drop_grid(sum, k);
        } else {
            k++;
        }
    size_t n = 0;
    for (size_t k = 0; k < sum->n; k++) {
        const rk_mx *word = rk_mx_of_word(s, sum->rows, sum->cols, &sum->word[k]);
        if (rk_mx_is_grid(grid) && split_whole(s, word, &p, part))
            grid = cellwise_sum(s, grid, part);
        else
            sum->word[n++] = sum->word[k];
    }
    sum->n = n;
    sum->grid[i] = grid;
    if (rk_mx_is_grid(grid))
        return false;
    drop_grid(sum, i);
    put_words(s, sum, grid);
    return true;
}

static void take_out_grids(rk_mxs *s, rk_mx_sum *sum) {
    rk_mx_sum found;
    rk_mx_sum_init(&found, sum->rows, sum->cols);
    for (size_t i = 0; i < sum->n; i++) {
        const rk_word *w = &sum->word[i];
        const rk_mx *grid = is_grid_word(w) ? expand_grid_word(s, sum, w) : NULL;
        if (!grid)
            rk_mx_sum_put(s, &found, *w);
        else if (rk_mx_is_grid(grid))
            rk_mx_sum_put_grid(s, sum, grid);
        else
            put_words(s, &found, grid);
    }
    sum->word = found.word;
    sum->n = found.n;
    sum->cap = found.cap;
}

static void sort_grids(rk_mxs *s, rk_mx_sum *sum) {
    for (size_t i = 1; i < sum->ngrids; i++)
        for (size_t k = i; k > 0 && rk_mx_compare(s, sum->grid[k - 1], sum->grid[k]) > 0; k--) {
            const rk_mx *x = sum->grid[k];
            sum->grid[k] = sum->grid[k - 1];
            sum->grid[k - 1] = x;
        }
}

const rk_mx *rk_mx_sum_grids(rk_mxs *s, rk_mx_sum *sum) {
    take_out_grids(s, sum);
    sort_grids(s, sum);
    for (size_t i = 0; i < sum->ngrids;)
        i = absorb(s, sum, i) ? 0 : i + 1;
    if (sum->ngrids == 1 && sum->n == 0)
        return sum->grid[0];
    for (size_t i = 0; i < sum->ngrids; i++)
        put_words(s, sum, rk_mx_as_letters(s, sum->grid[i]));
    return NULL;
}

/* Cells of a (columns cut at `inner`) times cells of b. */
static const rk_mx *cellwise_product(rk_mxs *s, const rk_mx *const *a, const rk_mx *const *b,
                                     size_t n, size_t k, size_t m) {
    const rk_mx **cell = cells_new(s, n * m);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            const rk_mx *sum = rk_mx_mul(s, a[i * k], b[j]);
            for (size_t l = 1; l < k; l++)
                sum = rk_mx_add(s, sum, rk_mx_mul(s, a[i * k + l], b[l * m + j]));
            cell[i * m + j] = sum;
        }
    return rk_mx_grid(s, n, m, cell);
}

/* The product with the inner partition of b; NULL where a does not split. */
static const rk_mx *product_at(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    parts p = parts_of(s, a), q = parts_of(s, b);
    const rk_mx *const *right = rk_mx_is_grid(b) ? b->cell : &b;
    parts cut = {p.row, q.row, p.nrows, q.nrows};
    const rk_mx **left = cells_new(s, cut.nrows * cut.ncols);
    if (same_parts(p.col, p.ncols, q.row, q.nrows) || !rk_mx_is_grid(a)) {
        if (!split_whole(s, a, &cut, left))
            return NULL;
    } else {
        for (size_t i = 0; i < p.nrows; i++) {
            const rk_mx *row = rk_mx_grid(s, 1, p.ncols, a->cell + i * p.ncols);
            parts one = {&p.row[i], q.row, 1, q.nrows};
            if (!split_whole(s, row, &one, left + i * q.nrows))
                return NULL;
        }
    }
    return cellwise_product(s, left, right, p.nrows, q.nrows, q.ncols);
}

/* A*[B, C] is [A*B, A*C] and [A; B]*C is [A*C; B*C], wherever the other factor is cut. NULL:
   neither factor is of that form. */
static const rk_mx *product_in_line(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    bool wide = rk_mx_is_grid(b) && b->grid_rows == 1;
    if (!wide && !(rk_mx_is_grid(a) && a->grid_cols == 1))
        return NULL;
    size_t n = wide ? b->grid_cols : a->grid_rows;
    const rk_mx **cell = cells_new(s, n);
    for (size_t i = 0; i < n; i++)
        cell[i] = wide ? rk_mx_mul(s, a, b->cell[i]) : rk_mx_mul(s, a->cell[i], b);
    return rk_mx_grid(s, wide ? 1 : n, wide ? n : 1, cell);
}

const rk_mx *rk_mx_grid_mul(rk_mxs *s, const rk_mx *a, const rk_mx *b) {
    const rk_mx *product = product_at(s, a, b);
    if (product)
        return product;
    product = product_at(s, b->transpose, a->transpose);
    if (product)
        return product->transpose;
    product = product_in_line(s, a, b);
    if (product)
        return product;
    return rk_mx_mul(s, rk_mx_as_letters(s, a), rk_mx_as_letters(s, b));
}

/* A letter that is a grid next to one that splits where the grid is cut. */
const rk_mx *rk_mx_blocks_rule(rk_mxs *s, rk_letter a, rk_letter b) {
    bool x = a.leaf->kind == RK_L_BLOCKS && !a.inverted;
    bool y = b.leaf->kind == RK_L_BLOCKS && !b.inverted;
    bool below = y && rk_is_ones(a, true) && b.leaf->arg[0]->grid_rows > 1;
    bool beside = x && rk_is_ones(b, false) && a.leaf->arg[0]->grid_cols > 1;
    if (!(x && y) && !below && !beside)
        return NULL;
    const rk_mx *left = x ? a.leaf->arg[0] : rk_mx_of_letter(s, a);
    const rk_mx *right = y ? b.leaf->arg[0] : rk_mx_of_letter(s, b);
    const rk_mx *product = product_at(s, left, right);
    if (product)
        return product;
    product = product_at(s, right->transpose, left->transpose);
    return product ? product->transpose : NULL;
}

/* --- inverses ------------------------------------------------------------------------------ */

static bool is_lower(const rk_mx *a) {
    for (size_t i = 0; i < a->grid_rows; i++)
        for (size_t j = i + 1; j < a->grid_cols; j++)
            if (!rk_mx_is_zero(a->cell[i * a->grid_cols + j]))
                return false;
    return true;
}

static bool has_square_diagonal(const rk_mx *a) {
    if (a->grid_rows != a->grid_cols)
        return false;
    for (size_t i = 0; i < a->grid_rows; i++)
        if (a->cell[i * a->grid_cols + i]->rows != a->cell[i * a->grid_cols + i]->cols)
            return false;
    return true;
}

/* Forward substitution: cell (i,j) of the inverse of a lower triangle. */
static const rk_mx *lower_inverse(rk_mxs *s, const rk_mx *a) {
    size_t n = a->grid_rows;
    const rk_mx **x = cells_new(s, n * n);
    rk_sc minus = rk_sc_int(s->scalars, -1);
    for (size_t i = 0; i < n; i++) {
        const rk_mx *pivot = rk_mx_inv(s, a->cell[i * n + i]);
        for (size_t j = 0; j < n; j++) {
            x[i * n + j] = i == j ? pivot : rk_mx_zero(s, pivot->rows, a->cell[j * n + j]->cols);
            if (j >= i)
                continue;
            const rk_mx *sum = x[i * n + j];
            for (size_t k = j; k < i; k++)
                sum = rk_mx_add(s, sum, rk_mx_mul(s, a->cell[i * n + k], x[k * n + j]));
            x[i * n + j] = rk_mx_scale(s, minus, rk_mx_mul(s, pivot, sum));
        }
    }
    return rk_mx_grid(s, n, n, x);
}

/* [P, B; C, Q] with an invertible block P (cell p, the other one is cell 3 - p): its Schur
   complement S = Q - C*inv(P)*B is invertible because the whole is. */
static const rk_mx *schur_inverse(rk_mxs *s, const rk_mx *a, size_t p) {
    if (a->grid_rows != 2 || !rk_mx_is_invertible(s, a->cell[p]))
        return NULL;
    rk_sc minus = rk_sc_int(s->scalars, -1);
    const rk_mx *pivot = rk_mx_inv(s, a->cell[p]);
    const rk_mx *before = rk_mx_mul(s, a->cell[2 - p / 3], pivot); /* C*inv(P) */
    const rk_mx *after = rk_mx_mul(s, pivot, a->cell[1 + p / 3]);  /* inv(P)*B */
    const rk_mx *rest = rk_mx_sub(s, a->cell[3 - p], rk_mx_mul(s, before, a->cell[1 + p / 3]));
    const rk_mx *inner = rk_mx_inv(s, rest), *cell[4];
    const rk_mx *right = rk_mx_mul(s, after, inner);
    cell[p] = rk_mx_add(s, pivot, rk_mx_mul(s, right, before));
    cell[1 + p / 3] = rk_mx_scale(s, minus, right);
    cell[2 - p / 3] = rk_mx_scale(s, minus, rk_mx_mul(s, inner, before));
    cell[3 - p] = inner;
    return rk_mx_grid(s, 2, 2, cell);
}

static const rk_mx *grid_inverse(rk_mxs *s, const rk_mx *grid) {
    if (!has_square_diagonal(grid))
        return NULL;
    if (is_lower(grid))
        return lower_inverse(s, grid);
    if (is_lower(grid->transpose))
        return lower_inverse(s, grid->transpose)->transpose;
    const rk_mx *inverse = schur_inverse(s, grid, 0);
    return inverse ? inverse : schur_inverse(s, grid, 3);
}

const rk_mx *rk_mx_grid_inverse(rk_mxs *s, const rk_mx *grid) {
    const rk_mx *inverse = grid_inverse(s, grid);
    bool known = !inverse || s->ninverted == RK_MX_INVERTED;
    for (size_t i = 0; i < s->ninverted && !known; i++)
        known = s->inverted[i].grid == grid;
    if (!known)
        s->inverted[s->ninverted++] = (rk_mx_inverted){grid, inverse};
    return inverse;
}

size_t rk_mx_inverted_count(const rk_mxs *s) {
    return s->ninverted;
}

rk_mx_inverted rk_mx_inverted_get(const rk_mxs *s, size_t i) {
    return s->inverted[i];
}
