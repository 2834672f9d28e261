/* Grids of blocks as values, and what makes two of them look alike. */
#include "rk_block.h"

#include <string.h>

void rk_block_write_down(rk_block *b, rk_block_step step) {
    if (b->log == NULL || b->log->closed)
        return;
    step.of_rows ^= b->turned;
    if (b->turned && step.factor != NULL)
        step.factor = step.factor->transpose;
    if (b->logged == RK_BLOCK_STEPS)
        b->log->full = true;
    else
        b->log->step[b->logged++] = step;
}

bool rk_block_of(rk_block *b, const rk_mx *a) {
    bool grid = rk_mx_is_grid(a);
    size_t rows = grid ? a->grid_rows : 1, cols = grid ? a->grid_cols : 1;
    if (rows > RK_BLOCK_MAX || cols > RK_BLOCK_MAX)
        return false;
    memset(b, 0, sizeof *b);
    b->rows = rows;
    b->cols = cols;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            b->cell[i][j] = grid ? a->cell[i * cols + j] : a;
    for (size_t i = 0; i < rows; i++)
        b->height[i] = b->cell[i][0]->rows;
    for (size_t j = 0; j < cols; j++)
        b->width[j] = b->cell[0][j]->cols;
    return true;
}

const rk_mx *rk_block_matrix(rk_mxs *s, const rk_block *b) {
    if (b->rows == 0 || b->cols == 0)
        return NULL;
    if (b->rows == 1 && b->cols == 1)
        return b->cell[0][0];
    const rk_mx *cell[RK_BLOCK_MAX * RK_BLOCK_MAX];
    for (size_t i = 0; i < b->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            cell[i * b->cols + j] = b->cell[i][j];
    return rk_mx_grid(s, b->rows, b->cols, cell);
}

rk_sc rk_block_rank(rk_mxs *s, const rk_block *b) {
    const rk_mx *a = rk_block_matrix(s, b);
    return a ? rk_mx_rank(s, a) : rk_sc_int(rk_mxs_scalars(s), 0);
}

void rk_block_part(rk_block *part, const rk_block *b, unsigned rows, unsigned cols) {
    rk_block out = {.log = b->log, .logged = b->logged, .turned = b->turned};
    if (rows != (1u << b->rows) - 1)
        rk_block_write_down(&out, (rk_block_step){RK_BLOCK_KEEP, .of_rows = true, .kept = rows});
    if (cols != (1u << b->cols) - 1)
        rk_block_write_down(&out, (rk_block_step){RK_BLOCK_KEEP, .kept = cols});
    for (size_t i = 0; i < b->rows; i++) {
        if (!(rows >> i & 1))
            continue;
        size_t k = 0;
        for (size_t j = 0; j < b->cols; j++)
            if (cols >> j & 1)
                out.cell[out.rows][k++] = b->cell[i][j];
        out.height[out.rows++] = b->height[i];
    }
    for (size_t j = 0; j < b->cols; j++)
        if (cols >> j & 1)
            out.width[out.cols++] = b->width[j];
    *part = out;
}

void rk_block_transpose(rk_mxs *s, rk_block *out, const rk_block *b) {
    rk_block t = {
        .log = b->log, .logged = b->logged, .turned = !b->turned, .rows = b->cols, .cols = b->rows};
    memcpy(t.height, b->width, sizeof t.height);
    memcpy(t.width, b->height, sizeof t.width);
    for (size_t i = 0; i < b->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            t.cell[j][i] = rk_mx_transpose(s, b->cell[i][j]);
    *out = t;
}

bool rk_block_same(const rk_block *a, const rk_block *b) {
    if (a->rows != b->rows || a->cols != b->cols)
        return false;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            if (a->cell[i][j] != b->cell[i][j])
                return false;
    return true;
}

unsigned rk_block_score(const rk_block *b) {
    unsigned score = 0;
    for (size_t i = 0; i < b->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            if (!rk_mx_is_zero(b->cell[i][j]))
                score += 8 + b->cell[i][j]->weight + 6 * (unsigned)(b->cell[i][j]->nwords - 1);
    return score;
}

size_t rk_block_components(const rk_block *b, rk_block part[RK_BLOCK_MAX]) {
    size_t n = 0;
    unsigned left = (1u << b->rows) - 1;
    for (size_t first = 0; first < b->rows; first++) {
        if (!(left >> first & 1))
            continue;
        unsigned rows = 1u << first, cols = 0, old;
        do {
            old = rows;
            for (size_t i = 0; i < b->rows; i++)
                for (size_t j = 0; j < b->cols; j++)
                    if (!rk_mx_is_zero(b->cell[i][j]) && (rows >> i & 1 || cols >> j & 1)) {
                        rows |= 1u << i;
                        cols |= 1u << j;
                    }
        } while (rows != old);
        left &= ~rows;
        if (cols)
            rk_block_part(&part[n++], b, rows, cols);
    }
    return n;
}

/* --- words -------------------------------------------------------------------------------- */

bool rk_block_is_prefix(const rk_word *u, const rk_word *w) {
    if (u->length > w->length)
        return false;
    for (size_t i = 0; i < u->length; i++)
        if (!rk_inst_same_letter(&u->letter[i], &w->letter[i]))
            return false;
    return true;
}

bool rk_block_is_plain(const rk_mx *a) {
    if (rk_mx_is_grid(a))
        return false;
    for (size_t w = 0; w < a->nwords; w++)
        for (size_t i = 0; i < a->word[w].length; i++)
            if (a->word[w].letter[i].leaf->kind == RK_L_BLOCKS)
                return false;
    return true;
}

const rk_mx *rk_block_letters(rk_mxs *s, const rk_word *w, size_t from, size_t to) {
    rk_word part = {rk_sc_int(rk_mxs_scalars(s), 1), w->letter + from, to - from};
    return rk_mx_of_words(s, rk_letter_rows(w->letter[from]), rk_letter_cols(w->letter[to - 1]),
                          &part, 1);
}

/* Coefficient of the word in the sum. */
static rk_sc coefficient(rk_scalars *scalars, const rk_mx *a, const rk_word *word) {
    for (size_t i = 0; i < a->nwords; i++)
        if (a->word[i].length == word->length && rk_block_is_prefix(word, &a->word[i]))
            return a->word[i].coef;
    return rk_sc_int(scalars, 0);
}

/* From the coefficients of two words. */
static bool solve(rk_mxs *s, const rk_mx *target, const rk_mx *p, const rk_mx *q, const rk_word *u,
                  const rk_word *v, rk_sc *x, rk_sc *y) {
    rk_scalars *c = rk_mxs_scalars(s);
    rk_sc pu = coefficient(c, p, u), pv = coefficient(c, p, v);
    rk_sc qu = coefficient(c, q, u), qv = coefficient(c, q, v);
    rk_sc tu = coefficient(c, target, u), tv = coefficient(c, target, v);
    rk_sc det = rk_sc_sub(c, rk_sc_mul(c, pu, qv), rk_sc_mul(c, pv, qu));
    if (!rk_sc_is_nonzero(c, det))
        return false;
    *x = rk_sc_div(c, rk_sc_sub(c, rk_sc_mul(c, qu, tv), rk_sc_mul(c, qv, tu)), det);
    *y = rk_sc_div(c, rk_sc_sub(c, rk_sc_mul(c, pv, tu), rk_sc_mul(c, pu, tv)), det);
    const rk_mx *rest = rk_mx_add(s, target, rk_mx_scale(s, *x, p));
    return rk_mx_is_zero(rk_mx_add(s, rest, rk_mx_scale(s, *y, q)));
}

bool rk_block_combine(rk_mxs *s, const rk_mx *target, const rk_mx *p, const rk_mx *q, rk_sc *x,
                      rk_sc *y) {
    enum { MOST = 8 };
    if (p->nwords > MOST || q->nwords > MOST || p->nwords == 0 || q->nwords == 0)
        return false;
    for (size_t i = 0; i < p->nwords; i++)
        for (size_t k = 0; k < q->nwords; k++)
            if (solve(s, target, p, q, &p->word[i], &q->word[k], x, y))
                return true;
    return false;
}

typedef struct letters {
    rk_letter *letter;
    size_t n;
} letters;

static void add_letter(letters *l, rk_letter letter) {
    for (size_t i = 0; i < l->n; i++)
        if (rk_inst_same_letter(&l->letter[i], &letter))
            return;
    if (l->n < RK_BLOCK_LETTERS && !letter.inverted)
        l->letter[l->n++] = letter;
}

static void add_words(letters *l, const rk_mx *a) {
    for (size_t w = 0; w < a->nwords; w++)
        for (size_t i = 0; i < a->word[w].length; i++)
            add_letter(l, a->word[w].letter[i]);
}

static void add_both(letters *l, const rk_mx *a) {
    add_words(l, a);
    add_words(l, a->transpose);
}

size_t rk_block_sequent_letters(rk_instances *g, const rk_site *node,
                                rk_letter letter[RK_BLOCK_LETTERS]) {
    letters l = {.letter = letter};
    for (size_t i = 0; i < rk_inst_nodes(g); i++) {
        const rk_site *other = rk_inst_node(g, i);
        if (other->depth > 0 || other->scope != node->scope)
            continue;
        add_both(&l, other->mx);
        for (size_t k = 0; k < other->mx->grid_rows * other->mx->grid_cols; k++)
            add_both(&l, other->mx->cell[k]);
    }
    const rk_mx *written[3];
    for (size_t i = 0; rk_inst_written(g, i, written); i++)
        for (size_t k = 0; k < 3; k++)
            add_both(&l, written[k]);
    return l.n;
}

/* --- tidying ------------------------------------------------------------------------------ */

static void drop_zeros(rk_block *b) {
    unsigned rows = 0, cols = 0;
    for (size_t i = 0; i < b->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            if (!rk_mx_is_zero(b->cell[i][j])) {
                rows |= 1u << i;
                cols |= 1u << j;
            }
    if (rows != (1u << b->rows) - 1 || cols != (1u << b->cols) - 1)
        rk_block_part(b, b, rows, cols);
}

/* The letter with which every word of the block column ends. */
static bool last_letter(const rk_block *b, size_t j, rk_letter *last) {
    bool any = false;
    for (size_t i = 0; i < b->rows; i++)
        for (size_t w = 0; w < b->cell[i][j]->nwords; w++) {
            const rk_word *word = &b->cell[i][j]->word[w];
            if (word->length == 0)
                return false;
            rk_letter letter = word->letter[word->length - 1];
            if (any && !rk_inst_same_letter(&letter, last))
                return false;
            *last = letter;
            any = true;
        }
    return any;
}

/* False, and b as it was, if some cell would become a grid. */
static bool multiply_column(rk_mxs *s, rk_block *b, size_t j, const rk_mx *factor) {
    rk_block t = *b;
    for (size_t i = 0; i < b->rows; i++) {
        t.cell[i][j] = rk_mx_mul(s, b->cell[i][j], factor);
        if (rk_mx_is_grid(t.cell[i][j]))
            return false;
    }
    rk_block_write_down(&t, (rk_block_step){RK_BLOCK_MULTIPLY, .j = j, .factor = factor});
    *b = t;
    return true;
}

/* Invertible last letters of block columns are divided out. */
static void divide_columns(rk_instances *g, rk_block *b) {
    rk_mxs *s = rk_instances_store(g);
    for (size_t j = 0; j < b->cols; j++) {
        rk_letter last;
        for (int times = 0; times < 8 && last_letter(b, j, &last); times++) {
            const rk_mx *factor = rk_mx_of_letter(s, last);
            if (!rk_inst_invertible(g, factor))
                break;
            if (!multiply_column(s, b, j, rk_mx_inv(s, factor)))
                break;
        }
    }
}

typedef struct scaling {
    rk_mxs *s;
    rk_block *b;
    unsigned row[RK_BLOCK_MAX], col[RK_BLOCK_MAX]; /* which block rows and columns are tied */
} scaling;

static void write_scales(scaling *z, unsigned tied, rk_sc c, rk_sc inverse) {
    rk_block *b = z->b;
    for (size_t i = 0; b->log != NULL && i < b->rows; i++)
        if (z->row[i] == tied)
            rk_block_write_down(
                b, (rk_block_step){RK_BLOCK_MULTIPLY, .of_rows = true, .j = i,
                                   .factor = rk_mx_scale(z->s, c, rk_mx_eye(z->s, b->height[i]))});
    for (size_t j = 0; b->log != NULL && j < b->cols; j++)
        if (z->col[j] == tied)
            rk_block_write_down(
                b, (rk_block_step){RK_BLOCK_MULTIPLY, .j = j,
                                   .factor =
                                       rk_mx_scale(z->s, inverse, rk_mx_eye(z->s, b->width[j]))});
}

static void scale_cells(scaling *z, unsigned tied, rk_sc c, rk_sc inverse) {
    write_scales(z, tied, c, inverse);
    for (size_t i = 0; i < z->b->rows; i++)
        for (size_t j = 0; j < z->b->cols; j++) {
            bool row = z->row[i] == tied, col = z->col[j] == tied;
            if (row != col)
                z->b->cell[i][j] = rk_mx_scale(z->s, col ? inverse : c, z->b->cell[i][j]);
        }
}

/* Divides the block column of the cell (and what is tied to it already) by the cell's first
   coefficient. */
static void scale_at(scaling *z, size_t i, size_t j) {
    rk_scalars *scalars = rk_mxs_scalars(z->s);
    if (rk_mx_is_grid(z->b->cell[i][j]))
        return;
    rk_sc c = z->b->cell[i][j]->word[0].coef;
    if (!rk_sc_is_nonzero(scalars, c))
        return;
    unsigned from = z->col[j], to = z->row[i];
    if (!rk_sc_is_one(c))
        scale_cells(z, from, c, rk_sc_div(scalars, rk_sc_int(scalars, 1), c));
    for (size_t k = 0; k < RK_BLOCK_MAX; k++) {
        z->row[k] = z->row[k] == from ? to : z->row[k];
        z->col[k] = z->col[k] == from ? to : z->col[k];
    }
}

/* Block rows and columns divided by scalars, so that first coefficients become 1. */
static void divide_scalars(rk_mxs *s, rk_block *b) {
    scaling z = {.s = s, .b = b};
    for (unsigned k = 0; k < RK_BLOCK_MAX; k++) {
        z.row[k] = k;
        z.col[k] = RK_BLOCK_MAX + k;
    }
    for (size_t i = 0; i < b->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            if (!rk_mx_is_zero(b->cell[i][j]) && z.row[i] != z.col[j])
                scale_at(&z, i, j);
}

/* Compares two block columns by their cells in the order of content: independent of the order of
   the block rows. */
static int compare_columns(rk_mxs *s, const rk_block *b, size_t j, size_t k) {
    const rk_mx *left[RK_BLOCK_MAX], *right[RK_BLOCK_MAX];
    for (size_t i = 0; i < b->rows; i++) {
        size_t p = i, q = i;
        for (; p > 0 && rk_mx_compare(s, left[p - 1], b->cell[i][j]) > 0; p--)
            left[p] = left[p - 1];
        left[p] = b->cell[i][j];
        for (; q > 0 && rk_mx_compare(s, right[q - 1], b->cell[i][k]) > 0; q--)
            right[q] = right[q - 1];
        right[q] = b->cell[i][k];
    }
    for (size_t i = 0; i < b->rows; i++)
        if (left[i] != right[i])
            return rk_mx_compare(s, left[i], right[i]);
    for (size_t i = 0; i < b->rows; i++)
        if (b->cell[i][j] != b->cell[i][k])
            return rk_mx_compare(s, b->cell[i][j], b->cell[i][k]);
    return 0;
}

static void exchange_columns(rk_block *b, size_t j, size_t k) {
    rk_block_write_down(b, (rk_block_step){RK_BLOCK_EXCHANGE, .j = j, .k = k});
    rk_sc width = b->width[j];
    b->width[j] = b->width[k];
    b->width[k] = width;
    for (size_t i = 0; i < b->rows; i++) {
        const rk_mx *cell = b->cell[i][j];
        b->cell[i][j] = b->cell[i][k];
        b->cell[i][k] = cell;
    }
}

static void sort_columns(rk_mxs *s, rk_block *b) {
    for (size_t j = 1; j < b->cols; j++)
        for (size_t k = j; k > 0 && compare_columns(s, b, k - 1, k) > 0; k--)
            exchange_columns(b, k - 1, k);
}

void rk_block_tidy(rk_instances *g, rk_block *b) {
    rk_mxs *s = rk_instances_store(g);
    rk_block t;
    drop_zeros(b);
    divide_columns(g, b);
    rk_block_transpose(s, &t, b);
    divide_columns(g, &t);
    for (int times = 0; times < 2; times++) {
        sort_columns(s, &t);
        rk_block_transpose(s, b, &t);
        sort_columns(s, b);
        divide_scalars(s, b);
        if (times == 0)
            rk_block_transpose(s, &t, b);
    }
}
