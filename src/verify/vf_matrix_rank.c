/* Blocks of matrices, what is zero, and ranks. */
#include "vf_matrix_inside.h"

/* ---- the blocks with which words begin ---- */

/* Each block of a range begins where the one before it ends: so they fill the whole from the first
   block to the last one, and nothing lies outside of it. */
static bool is_gapless(vf_mxs *s, const vf_block *b) {
    unsigned sym = b->sym;
    vf_ratio next =
        vf_mx_put_number(s, b->member_offset, sym, vf_n_add(s, vf_n_atom(sym), vf_ratio_int(1)));
    return vf_mx_equal_numbers(s, vf_n_sub(s, next, b->member_offset), b->member_size);
}

/* The first block of the members of a sum, and the range of all of them. */
static bool blocks_of_sum(vf_mxs *s, vf_letter a, vf_block *b) {
    if (a.leaf->kind != VF_L_SUM || a.inverted)
        return false;
    const vf_mx *body = a.transposed ? vf_mx_transpose(s, a.leaf->arg[0]) : a.leaf->arg[0];
    if (body->nwords != 1 || body->word[0].n == 0 ||
        !vf_is_kind(body->word[0].letter[0], VF_L_INJECTION, false))
        return false;
    const vf_leaf *e = body->word[0].letter[0].leaf;
    vf_ratio last = vf_mx_put_number(s, e->place[0], a.leaf->sym, a.leaf->place[0]);
    b->offset = vf_mx_put_number(s, e->place[0], a.leaf->sym, vf_ratio_int(1));
    b->size = vf_n_sub(s, vf_n_add(s, last, e->cols), b->offset);
    b->many = !vf_mx_number_mentions(s, e->cols, a.leaf->sym);
    b->sym = a.leaf->sym;
    b->high = a.leaf->place[0];
    b->member_offset = e->place[0];
    b->member_size = e->cols;
    return b->many && is_gapless(s, b) && vf_mx_at_least(s, b->high, 0);
}

static bool block_of_letter(vf_mxs *s, vf_letter a, vf_block *b) {
    *b = (vf_block){0};
    if (!vf_is_kind(a, VF_L_INJECTION, false))
        return blocks_of_sum(s, a, b);
    b->offset = a.leaf->place[0];
    b->size = a.leaf->cols;
    return true;
}

static bool same_block(vf_mxs *s, const vf_block *a, const vf_block *b) {
    return vf_mx_equal_numbers(s, a->offset, b->offset) && vf_mx_equal_numbers(s, a->size, b->size);
}

/* The blocks with which the words of a begin, each once; *others: words that begin with none. */
static vf_block *leading_blocks(vf_mxs *s, const vf_mx *a, size_t *n, size_t *others) {
    vf_block *list = NULL, b;
    *n = *others = 0;
    for (size_t i = 0; i < a->nwords; i++) {
        if (a->word[i].n == 0 || !block_of_letter(s, a->word[i].letter[0], &b)) {
            ++*others;
            continue;
        }
        size_t k = 0;
        while (k < *n && !same_block(s, &list[k], &b))
            k++;
        if (k < *n) {
            list[k] = list[k].many ? list[k] : b;
            continue;
        }
        list = vf_grow(list, *n, sizeof *list);
        list[(*n)++] = b;
    }
    return list;
}

static const vf_mx *rows_of(vf_mxs *s, const vf_mx *a, vf_ratio offset, vf_ratio size) {
    const vf_mx *e = vf_injection(s, a->rows, offset, size);
    return vf_mx_mul(s, vf_mx_transpose(s, e), a);
}

/* ---- zero ---- */

static bool is_zero(vf_mxs *s, const vf_mx *a, int depth);

/* Places in ascending order, each once; false: the order of two is not known. */
static bool insert_place(vf_mxs *s, vf_ratio *list, size_t *n, vf_ratio at) {
    size_t k = *n;
    for (size_t i = 0; i < *n; i++) {
        vf_ratio ahead = vf_n_sub(s, list[i], at);
        if (vf_ratio_is_zero(ahead))
            return true;
        if (vf_mx_at_least(s, ahead, 0) && k == *n)
            k = i;
        else if (!vf_mx_at_least(s, ahead, 0) &&
                 !vf_mx_at_least(s, vf_n_sub(s, vf_ratio_int(0), ahead), 0))
            return false;
    }
    for (size_t i = *n; i > k; i--)
        list[i] = list[i - 1];
    list[k] = at;
    (*n)++;
    return true;
}

/* A range of blocks: zero if the block of a member that may be any is. */
static bool many_are_zero(vf_mxs *s, const vf_mx *a, const vf_block *b, int depth) {
    unsigned sym = vf_new_index(s);
    vf_mark mark = vf_mx_mark(s);
    vf_within(s, sym, vf_ratio_int(1), b->high);
    vf_ratio offset = vf_rename_number(s, b->member_offset, b->sym, sym);
    bool zero = is_zero(s, rows_of(s, a, offset, b->member_size), depth - 1);
    vf_mx_forget(s, mark);
    return zero;
}

static bool rows_are_zero(vf_mxs *s, const vf_mx *a, vf_ratio from, vf_ratio to,
                          const vf_block *list, size_t n, int depth) {
    vf_ratio size = vf_n_sub(s, to, from);
    for (size_t i = 0; i < n; i++)
        if (list[i].many && vf_mx_equal_numbers(s, list[i].offset, from) &&
            vf_mx_equal_numbers(s, list[i].size, size))
            return many_are_zero(s, a, &list[i], depth);
    return is_zero(s, rows_of(s, a, from, size), depth - 1);
}

/* All rows between the places where blocks begin and end. */
static bool parts_are_zero(vf_mxs *s, const vf_mx *a, const vf_block *list, size_t n, int depth) {
    vf_ratio *place = vf_alloc((2 * n + 3) * sizeof *place);
    size_t nplaces = 0;
    bool known = insert_place(s, place, &nplaces, vf_ratio_int(0)) &&
                 insert_place(s, place, &nplaces, a->rows);
    for (size_t i = 0; i < n && known; i++)
        known = insert_place(s, place, &nplaces, list[i].offset) &&
                insert_place(s, place, &nplaces, vf_n_add(s, list[i].offset, list[i].size));
    known =
        known && vf_ratio_is_zero(place[0]) && vf_mx_equal_numbers(s, place[nplaces - 1], a->rows);
    for (size_t i = 0; i + 1 < nplaces && known; i++)
        known = rows_are_zero(s, a, place[i], place[i + 1], list, n, depth);
    return known;
}

static bool is_zero(vf_mxs *s, const vf_mx *a, int depth) {
    if (a->nwords == 0)
        return true;
    if (depth == 0)
        return false;
    size_t n, others;
    vf_block *list = leading_blocks(s, a, &n, &others);
    if (n > 0 && parts_are_zero(s, a, list, n, depth))
        return true;
    const vf_mx *t = vf_mx_transpose(s, a);
    list = leading_blocks(s, t, &n, &others);
    return n > 0 && parts_are_zero(s, t, list, n, depth);
}

/* A matrix is zero if all its blocks are. */
bool vf_mx_is_zero(vf_mxs *s, const vf_mx *a) {
    enum { DEPTH = 4 };
    return is_zero(s, a, DEPTH);
}

/* ---- ranks: tables of blocks ---- */

typedef struct table { /* cells row by row */
    const vf_mx **cell;
    size_t n, m;
} table;

/* Do the blocks not overlap? Then the rows outside them are zero. */
static bool are_apart(vf_mxs *s, const vf_block *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            vf_ratio a = vf_n_sub(s, list[i].offset, vf_n_add(s, list[k].offset, list[k].size));
            vf_ratio b = vf_n_sub(s, list[k].offset, vf_n_add(s, list[i].offset, list[i].size));
            if (!vf_mx_at_least(s, a, 0) && !vf_mx_at_least(s, b, 0))
                return false;
        }
    return true;
}

static table turned(vf_mxs *s, table t) {
    table u = {vf_alloc((t.n * t.m + 1) * sizeof *u.cell), t.m, t.n};
    for (size_t i = 0; i < t.n; i++)
        for (size_t j = 0; j < t.m; j++)
            u.cell[j * t.n + i] = vf_mx_transpose(s, t.cell[i * t.m + j]);
    return u;
}

/* Blocks that do not overlap: do they take all rows together? */
static bool are_all_rows(vf_mxs *s, const vf_mx *a, const vf_block *list, size_t n) {
    vf_ratio sum = vf_ratio_int(0);
    for (size_t i = 0; i < n; i++)
        sum = vf_n_add(s, sum, list[i].size);
    return vf_mx_equal_numbers(s, sum, a->rows);
}

/* Words that begin with a column of ones. */
static size_t spread_over_rows(const vf_mx *a) {
    size_t n = 0;
    for (size_t i = 0; i < a->nwords; i++)
        n += a->word[i].n > 0 && vf_is_ones(a->word[i].letter[0], false);
    return n;
}

/* The block rows outside which a has nothing; NULL: it is not cut. */
static vf_block *cuts(vf_mxs *s, const vf_mx *a, size_t *n) {
    size_t others;
    vf_block *list = leading_blocks(s, a, n, &others);
    if (others == spread_over_rows(a) && *n > 0 && are_apart(s, list, *n) &&
        (others == 0 || are_all_rows(s, a, list, *n)))
        return list;
    *n = 1;
    return NULL;
}

static table table_of(vf_mxs *s, const vf_mx *a) {
    table t = {0};
    vf_block *row = cuts(s, a, &t.n), *col = cuts(s, vf_mx_transpose(s, a), &t.m);
    t.cell = vf_alloc(t.n * t.m * sizeof *t.cell);
    for (size_t i = 0; i < t.n; i++) {
        const vf_mx *part = row ? rows_of(s, a, row[i].offset, row[i].size) : a;
        const vf_mx *back = vf_mx_transpose(s, part);
        for (size_t j = 0; j < t.m; j++) {
            const vf_mx *cell = col ? rows_of(s, back, col[j].offset, col[j].size) : back;
            t.cell[i * t.m + j] = vf_mx_transpose(s, cell);
        }
    }
    return t;
}

static bool same_rows(vf_mxs *s, const table *t, size_t a, size_t b) {
    for (size_t j = 0; j < t->m; j++)
        if (!vf_mx_equal(s, t->cell[a * t->m + j], t->cell[b * t->m + j]))
            return false;
    return true;
}

static bool row_is_zero(vf_mxs *s, const table *t, size_t i) {
    for (size_t j = 0; j < t->m; j++)
        if (!vf_mx_is_zero(s, t->cell[i * t->m + j]))
            return false;
    return true;
}

/* Block rows that are zero or stand there twice are left out. */
static table without_idle_rows(vf_mxs *s, table t) {
    table u = {vf_alloc((t.n * t.m + 1) * sizeof *u.cell), 0, t.m};
    for (size_t i = 0; i < t.n; i++) {
        bool idle = row_is_zero(s, &t, i);
        for (size_t k = 0; k < i && !idle; k++)
            idle = same_rows(s, &t, i, k);
        for (size_t j = 0; j < t.m && !idle; j++)
            u.cell[u.n * t.m + j] = t.cell[i * t.m + j];
        u.n += !idle;
    }
    return u;
}

static table reduced(vf_mxs *s, const vf_mx *a) {
    table t = table_of(s, a);
    if (t.n == 1 && t.m == 1)
        return t;
    t = without_idle_rows(s, t);
    t = turned(s, without_idle_rows(s, turned(s, t)));
    return t;
}

/* ---- ranks: equal tables ---- */

/* Column b of u is column a of t with its rows in this order? */
static bool same_column(vf_mxs *s, const table *t, size_t a, const table *u, size_t b,
                        const size_t *order) {
    for (size_t i = 0; i < t->n; i++)
        if (!vf_mx_equal(s, t->cell[i * t->m + a], u->cell[order[i] * u->m + b]))
            return false;
    return true;
}

static bool columns_match(vf_mxs *s, const table *t, const table *u, const size_t *order) {
    bool *used = vf_alloc((u->m + 1) * sizeof *used);
    for (size_t a = 0; a < t->m; a++) {
        size_t b = 0;
        while (b < u->m && (used[b] || !same_column(s, t, a, u, b, order)))
            b++;
        if (b == u->m)
            return false;
        used[b] = true;
    }
    return true;
}

/* Some order of the rows makes the tables equal up to the order of their columns. */
static bool rows_match(vf_mxs *s, const table *t, const table *u, size_t *order, size_t n) {
    if (n == t->n)
        return columns_match(s, t, u, order);
    for (size_t k = 0; k < u->n; k++) {
        bool used = false;
        for (size_t i = 0; i < n; i++)
            used = used || order[i] == k;
        order[n] = k;
        if (!used && rows_match(s, t, u, order, n + 1))
            return true;
    }
    return false;
}

static bool tables_match(vf_mxs *s, table t, table u) {
    enum { MOST_ROWS = 4 };
    if (t.n > t.m) {
        t = turned(s, t);
        u = turned(s, u);
    }
    size_t order[MOST_ROWS + 1];
    return t.n == u.n && t.m == u.m && t.n <= MOST_ROWS && rows_match(s, &t, &u, order, 0);
}

static vf_ratio leading(vf_ratio a) {
    return vf_ratio_of(vf_poly_rational(vf_poly_coefficient(a.num, 0)));
}

/* x*leading(y) == y*leading(x), for fractions over the same denominator: neither leading
   coefficient is 0 */
static bool is_rational_multiple(vf_ratio x, vf_ratio y) {
    return vf_poly_equal(x.den, y.den) &&
           vf_ratio_equal(vf_ratio_mul(x, leading(y)), vf_ratio_mul(y, leading(x)));
}

/* a == c*b for some number c that is not 0 */
static bool is_multiple(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    if (!vf_mx_equal_numbers(s, a->rows, b->rows) || !vf_mx_equal_numbers(s, a->cols, b->cols) ||
        a->nwords == 0)
        return false;
    if (vf_mx_equal(s, a, b))
        return true;
    for (size_t i = 0; i < b->nwords; i++) {
        vf_ratio x = a->word[0].coef, y = b->word[i].coef;
        if (!vf_same_word(&a->word[0], &b->word[i]))
            continue;
        if (is_rational_multiple(x, y))
            return vf_mx_equal(s, vf_mx_scale(s, leading(y), a), vf_mx_scale(s, leading(x), b));
        return vf_mx_is_nonzero(s, x) && vf_mx_is_nonzero(s, y) &&
               vf_mx_equal(s, vf_mx_scale(s, y, a), vf_mx_scale(s, x, b));
    }
    return false;
}

bool vf_same_rank(vf_mxs *s, const vf_mx *a, const vf_mx *b) {
    const vf_mx *back = vf_mx_transpose(s, b);
    if (is_multiple(s, a, b) || is_multiple(s, a, back))
        return true;
    table t = reduced(s, a), u = reduced(s, b);
    if (t.n * t.m == 1 && u.n * u.m == 1)
        return is_multiple(s, t.cell[0], u.cell[0]) ||
               is_multiple(s, t.cell[0], vf_mx_transpose(s, u.cell[0]));
    return tables_match(s, t, u) || tables_match(s, t, turned(s, u));
}

/* ---- ranks ---- */

/* The greatest of the rational numbers before the coefficients, without its sign. */
static vf_ratio greatest_number(const vf_mx *a) {
    mpq_t most, next;
    mpq_inits(most, next, NULL);
    for (size_t i = 0; i < a->nwords; i++) {
        mpq_abs(next, vf_poly_coefficient(a->word[i].coef.num, 0));
        if (mpq_cmp(next, most) > 0)
            mpq_set(most, next);
    }
    vf_ratio number = vf_ratio_of(vf_poly_rational(most));
    mpq_clears(most, next, NULL);
    return number;
}

/* A factor that all blocks share, and the size of the numbers before them, do not count: so that
   blocks in another order are found again. */
static const vf_mx *without_scale(vf_mxs *s, const vf_mx *a) {
    vf_ratio first = a->word[0].coef, c = vf_n_mul(s, first, greatest_number(a));
    c = vf_n_div(s, c, leading(first));
    for (size_t i = 0; i < a->nwords; i++)
        if (!is_rational_multiple(a->word[i].coef, first))
            return a;
    if (vf_n_is_one(c) || !vf_mx_is_nonzero(s, c))
        return a;
    return vf_mx_scale(s, vf_n_div(s, vf_ratio_int(1), c), a);
}

static bool is_multiple_of_eye(vf_mxs *s, const vf_mx *a) {
    if (!vf_mx_equal_numbers(s, a->rows, a->cols))
        return false;
    return is_multiple(s, a, vf_mx_eye(s, a->rows));
}

/* One invertible block in each row and each column, and zeros: the number of all rows; num NULL. */
static vf_ratio rank_of_places(vf_mxs *s, const table *t) {
    vf_ratio rows = vf_ratio_int(0);
    bool *taken = vf_alloc((t->m + 1) * sizeof *taken);
    for (size_t i = 0; i < t->n; i++) {
        size_t some = 0;
        for (size_t k = 0; k < t->m; k++) {
            const vf_mx *cell = t->cell[i * t->m + k];
            if (vf_mx_is_zero(s, cell))
                continue;
            if (taken[k] || !vf_mx_is_invertible(s, cell))
                return (vf_ratio){0};
            taken[k] = true;
            some++;
            rows = vf_n_add(s, rows, cell->rows);
        }
        if (some != 1)
            return (vf_ratio){0};
    }
    return t->n == t->m ? rows : (vf_ratio){0};
}

vf_ratio vf_mx_rank(vf_mxs *s, const vf_mx *a) {
    table t = reduced(s, a);
    if (t.n == 0 || t.m == 0)
        return vf_ratio_int(0);
    const vf_mx *only = t.n == 1 && t.m == 1 ? t.cell[0] : a;
    if (vf_mx_is_zero(s, only))
        return vf_ratio_int(0);
    if (is_multiple_of_eye(s, only))
        return only->rows;
    for (size_t i = 0; i < t.n * t.m && (t.n == 1 || t.m == 1); i++)
        if (vf_mx_is_invertible(s, t.cell[i])) /* all rows, or all columns */
            return t.cell[i]->rows;
    vf_ratio places = t.n > 1 ? rank_of_places(s, &t) : (vf_ratio){0};
    if (places.num)
        return places;
    if (t.n * t.m > 1)
        only = without_scale(s, only);
    vf_quantity q = {.kind = VF_Q_RANK, .arg = {only}, .signs = VF_S_NONNEGATIVE | VF_S_INTEGER};
    return vf_quantity_of(s, q);
}
