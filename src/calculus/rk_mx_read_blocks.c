/* Entries, rows, columns, block matrices, diagonals and vec. */
#include "rk_mx_read_inside.h"

/* A block matrix with more blocks is equal to one with the same blocks only. */
enum { MOST_BLOCKS = 64 };

/* --- entries -------------------------------------------------------------------------------- */

static const rk_mx *unit_row(rk_reader *r, rk_sc size, rk_sc at) {
    return rk_mx_transpose(r->s, rk_mx_unit(r->s, size, at));
}

static bool defined(rk_reader *r, rk_sc at, rk_sc extent) {
    return rk_read_sure(r) || rk_read_inside(r, at, extent);
}

const rk_mx *rk_read_unit(rk_reader *r, const rk_term *t) {
    rk_sc rows = rk_read_size(r, t->rows), at = rk_read_size(r, t->ival[0]);
    if (rk_sc_is_one(rows))
        return rk_mx_eye(r->s, rows);
    if (defined(r, at, rows))
        return rk_mx_unit(r->s, rows, at);
    rk_sc one = rk_sc_int(r->scalars, 1);
    return rk_read_function(
        r, &(rk_leaf){
               .kind = RK_L_FUNCTION, .op = RK_T_UNIT, .rows = rows, .cols = one, .index = {at}});
}

static const rk_mx *outside(rk_reader *r, const rk_term *t, const rk_mx *a, rk_sc i, rk_sc j) {
    return rk_read_function(r, &(rk_leaf){.kind = RK_L_FUNCTION,
                                          .op = t->op,
                                          .rows = rk_read_size(r, t->rows),
                                          .cols = rk_read_size(r, t->cols),
                                          .arg = {a},
                                          .index = {i, j}});
}

static const rk_mx *take_row(rk_reader *r, const rk_mx *a, rk_sc at) {
    return rk_sc_is_one(a->rows) ? a : rk_mx_mul(r->s, unit_row(r, a->rows, at), a);
}

static const rk_mx *take_col(rk_reader *r, const rk_mx *a, rk_sc at) {
    return rk_sc_is_one(a->cols) ? a : rk_mx_mul(r->s, a, rk_mx_unit(r->s, a->cols, at));
}

const rk_mx *rk_read_entry(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    rk_sc i = rk_read_size(r, t->ival[0]), j = rk_read_size(r, t->ival[1]);
    if (!defined(r, i, a->rows) || !defined(r, j, a->cols))
        return outside(r, t, a, i, j);
    return take_col(r, take_row(r, a, i), j);
}

const rk_mx *rk_read_row(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    rk_sc at = rk_read_size(r, t->ival[0]);
    return defined(r, at, a->rows) ? take_row(r, a, at) : outside(r, t, a, at, NULL);
}

const rk_mx *rk_read_col(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    rk_sc at = rk_read_size(r, t->ival[0]);
    return defined(r, at, a->cols) ? take_col(r, a, at) : outside(r, t, a, at, NULL);
}

/* --- block matrices ------------------------------------------------------------------------- */

static size_t blocks_in(const rk_term *t) {
    if (t->op != RK_T_HCAT && t->op != RK_T_VCAT)
        return 1;
    size_t n = 0;
    for (size_t i = 0; i < t->nkids && n <= MOST_BLOCKS; i++)
        n += blocks_in(t->kid[i]);
    return n;
}

/* Kids from..to-1 side by side (or below one another) as a tree of functions. */
static const rk_mx *joined(rk_reader *r, const rk_term *t, size_t from, size_t to) {
    if (to - from == 1)
        return rk_read_matrix(r, t->kid[from]);
    size_t middle = from + (to - from) / 2;
    const rk_mx *a = joined(r, t, from, middle), *b = joined(r, t, middle, to);
    bool beside = t->op == RK_T_HCAT;
    rk_leaf leaf = {.kind = RK_L_FUNCTION, .op = t->op, .arg = {a, b}};
    leaf.rows = beside ? a->rows : rk_sc_add(r->scalars, a->rows, b->rows);
    leaf.cols = beside ? rk_sc_add(r->scalars, a->cols, b->cols) : a->cols;
    return rk_read_function(r, &leaf);
}

static const rk_mx *grid_of_kids(rk_reader *r, const rk_term *t, bool beside) {
    const rk_mx **cell = rk_arena_alloc(r->arena, t->nkids * sizeof *cell);
    for (size_t i = 0; i < t->nkids; i++)
        cell[i] = rk_read_matrix(r, t->kid[i]);
    if (t->nkids == 1)
        return cell[0];
    return rk_mx_grid(r->s, beside ? 1 : t->nkids, beside ? t->nkids : 1, cell);
}

const rk_mx *rk_read_hcat(rk_reader *r, const rk_term *t) {
    return blocks_in(t) > MOST_BLOCKS ? joined(r, t, 0, t->nkids) : grid_of_kids(r, t, true);
}

/* The blocks of rows whose columns have the same sizes; NULL where they do not fit. */
static const rk_mx **block_rows(rk_reader *r, const rk_term *t, size_t *ncols) {
    *ncols = t->kid[0]->op == RK_T_HCAT ? t->kid[0]->nkids : 1;
    for (size_t i = 0; i < t->nkids; i++)
        if ((t->kid[i]->op == RK_T_HCAT ? t->kid[i]->nkids : 1) != *ncols)
            return NULL;
    if (*ncols == 1)
        return NULL;
    const rk_mx **cell = rk_arena_alloc(r->arena, t->nkids * *ncols * sizeof *cell);
    for (size_t i = 0; i < t->nkids * *ncols; i++) {
        cell[i] = rk_read_matrix(r, t->kid[i / *ncols]->kid[i % *ncols]);
        if (cell[i]->cols != cell[i % *ncols]->cols)
            return NULL;
    }
    return cell;
}

const rk_mx *rk_read_vcat(rk_reader *r, const rk_term *t) {
    if (blocks_in(t) > MOST_BLOCKS)
        return joined(r, t, 0, t->nkids);
    size_t ncols;
    const rk_mx **cell = block_rows(r, t, &ncols);
    return cell ? rk_mx_grid(r->s, t->nkids, ncols, cell) : grid_of_kids(r, t, false);
}

/* --- single words --------------------------------------------------------------------------- */

const rk_mx *rk_read_letters(rk_reader *r, const rk_word *w, size_t from, size_t to, rk_sc n) {
    if (from == to)
        return rk_mx_eye(r->s, n);
    const rk_mx *a = rk_mx_of_letter(r->s, w->letter[from]);
    for (size_t i = from + 1; i < to; i++)
        a = rk_mx_mul(r->s, a, rk_mx_of_letter(r->s, w->letter[i]));
    return a;
}

/* A linear function, word by word. */
typedef const rk_mx *word_fn(rk_reader *r, const rk_word *w, const rk_mx *a);

static const rk_mx *linear(rk_reader *r, const rk_mx *a, word_fn *of, rk_sc rows, rk_sc cols) {
    const rk_mx *sum = rk_mx_zero(r->s, rows, cols);
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_mx *image = of(r, &a->word[i], a);
        sum = rk_mx_add(r->s, sum, rk_mx_scale(r->s, a->word[i].coef, image));
    }
    return sum;
}

/* --- the diagonal --------------------------------------------------------------------------- */

static const rk_mx *opaque_diagonal(rk_reader *r, const rk_mx *a, rk_sc rows) {
    const rk_mx *t = rk_mx_transpose(r->s, a);
    return rk_read_function(r, &(rk_leaf){.kind = RK_L_FUNCTION,
                                          .op = RK_T_DIAG_TAKE,
                                          .rows = rows,
                                          .cols = rk_sc_int(r->scalars, 1),
                                          .arg = {rk_mx_compare(r->s, a, t) <= 0 ? a : t}});
}

static const rk_mx *word_diagonal(rk_reader *r, const rk_word *w, const rk_mx *a) {
    if (w->length == 0)
        return rk_mx_ones(r->s, a->rows, rk_sc_int(r->scalars, 1));
    if (w->length == 1 && w->letter[0].leaf->kind == RK_L_DIAG && !w->letter[0].inverted)
        return w->letter[0].leaf->arg[0];
    return opaque_diagonal(r, rk_read_letters(r, w, 0, w->length, a->rows), a->rows);
}

const rk_mx *rk_read_diag_take(rk_reader *r, const rk_term *t) {
    const rk_mx *a = rk_read_matrix(r, t->kid[0]);
    rk_sc rows = rk_read_size(r, t->rows);
    if (rk_mx_is_grid(a) || a->rows != a->cols)
        return opaque_diagonal(r, a, rows);
    return linear(r, a, word_diagonal, rows, rk_sc_int(r->scalars, 1));
}

/* --- vec ------------------------------------------------------------------------------------ */

static const rk_mx *vec(rk_reader *r, const rk_mx *a);

static const rk_mx *opaque_vec(rk_reader *r, const rk_mx *a) {
    return rk_read_function(r, &(rk_leaf){.kind = RK_L_FUNCTION,
                                          .op = RK_T_VEC,
                                          .rows = rk_sc_mul(r->scalars, a->rows, a->cols),
                                          .cols = rk_sc_int(r->scalars, 1),
                                          .arg = {a}});
}

static const rk_mx *word_vec(rk_reader *r, const rk_word *w, const rk_mx *a) {
    return opaque_vec(r, rk_read_letters(r, w, 0, w->length, a->rows));
}

static const rk_mx *grid_vec(rk_reader *r, const rk_mx *a) {
    const rk_mx **cell = rk_arena_alloc(r->arena, a->grid_cols * sizeof *cell);
    for (size_t i = 0; i < a->grid_cols; i++)
        cell[i] = vec(r, a->cell[i]);
    return rk_mx_grid(r->s, a->grid_cols, 1, cell);
}

static const rk_mx *vec(rk_reader *r, const rk_mx *a) {
    if (rk_sc_is_one(a->cols))
        return a;
    if (rk_sc_is_one(a->rows))
        return rk_mx_transpose(r->s, a);
    if (rk_mx_is_grid(a))
        return a->grid_rows == 1 ? grid_vec(r, a) : opaque_vec(r, a);
    rk_sc rows = rk_sc_mul(r->scalars, a->rows, a->cols);
    return linear(r, a, word_vec, rows, rk_sc_int(r->scalars, 1));
}

const rk_mx *rk_read_vec(rk_reader *r, const rk_term *t) {
    return vec(r, rk_read_matrix(r, t->kid[0]));
}

/* kron(P, Q) followed by vec(W) with W of the right shape? */
static bool kron_meets_vec(rk_reader *r, const rk_letter *l) {
    const rk_leaf *k = l[0].leaf, *v = l[1].leaf;
    if (k->kind != RK_L_KRON || l[0].inverted || l[1].transposed || v->kind != RK_L_FUNCTION ||
        v->op != RK_T_VEC)
        return false;
    const rk_mx *p = k->arg[0], *q = k->arg[1], *w = v->arg[0];
    (void)r;
    return w->rows == (l[0].transposed ? q->rows : q->cols) &&
           w->cols == (l[0].transposed ? p->rows : p->cols);
}

static size_t meeting(rk_reader *r, const rk_word *w) {
    for (size_t i = 0; i + 1 < w->length; i++)
        if (kron_meets_vec(r, &w->letter[i]))
            return i;
    return w->length;
}

static const rk_mx *word_unvec(rk_reader *r, const rk_word *w, const rk_mx *a) {
    size_t at = meeting(r, w);
    if (at == w->length)
        return rk_read_letters(r, w, 0, w->length, a->rows);
    const rk_leaf *k = w->letter[at].leaf;
    bool turned = w->letter[at].transposed;
    const rk_mx *p = turned ? k->arg[0] : rk_mx_transpose(r->s, k->arg[0]);
    const rk_mx *q = turned ? rk_mx_transpose(r->s, k->arg[1]) : k->arg[1];
    const rk_mx *inner = w->letter[at + 1].leaf->arg[0];
    const rk_mx *whole = vec(r, rk_mx_mul(r->s, q, rk_mx_mul(r->s, inner, p)));
    if (at > 0)
        whole = rk_mx_mul(r->s, rk_read_letters(r, w, 0, at, NULL), whole);
    if (at + 2 < w->length)
        whole = rk_mx_mul(r->s, whole, rk_read_letters(r, w, at + 2, w->length, NULL));
    return rk_read_unvec(r, whole);
}

const rk_mx *rk_read_unvec(rk_reader *r, const rk_mx *a) {
    bool found = false;
    for (size_t i = 0; i < a->nwords && !found; i++)
        found = meeting(r, &a->word[i]) < a->word[i].length;
    return found ? linear(r, a, word_unvec, a->rows, a->cols) : a;
}
