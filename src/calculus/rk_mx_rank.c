#include <string.h>
#include "rk_mx_inside.h"

/* Keys of ranks: of all matrices that plainly have the same rank one is chosen. In a grid the order
   of block rows and columns does not matter, and zero and repeated ones add nothing. */

enum { SORTED_ROWS = 4 }; /* grids with up to so many block rows are brought to one order */

typedef struct table {
    const rk_mx **cell;
    size_t n, m;
} table;

static int compare_cols(const rk_mxs *s, const table *t, size_t a, size_t b) {
    for (size_t i = 0; i < t->n; i++) {
        int c = rk_mx_compare(s, t->cell[i * t->m + a], t->cell[i * t->m + b]);
        if (c)
            return c;
    }
    return 0;
}

static table turned(rk_mxs *s, const table *t) {
    table u = {rk_arena_alloc(s->arena, t->n * t->m * sizeof *u.cell), t->m, t->n};
    for (size_t i = 0; i < t->n; i++)
        for (size_t j = 0; j < t->m; j++)
            u.cell[j * t->n + i] = t->cell[i * t->m + j];
    return u;
}

static void swap_cols(table *t, size_t a, size_t b) {
    for (size_t i = 0; i < t->n; i++) {
        const rk_mx *x = t->cell[i * t->m + a];
        t->cell[i * t->m + a] = t->cell[i * t->m + b];
        t->cell[i * t->m + b] = x;
    }
}

static void sort_cols(const rk_mxs *s, table *t) {
    for (size_t j = 1; j < t->m; j++)
        for (size_t k = j; k > 0 && compare_cols(s, t, k - 1, k) > 0; k--)
            swap_cols(t, k - 1, k);
}

static void drop_col(table *t, size_t j) {
    size_t kept = 0;
    for (size_t i = 0; i < t->n * t->m; i++)
        if (i % t->m != j)
            t->cell[kept++] = t->cell[i];
    t->m--;
}

static bool col_is_zero(const table *t, size_t j) {
    for (size_t i = 0; i < t->n; i++)
        if (!rk_mx_is_zero(t->cell[i * t->m + j]))
            return false;
    return true;
}

static bool drop_idle_cols(const rk_mxs *s, table *t) {
    bool any = false;
    for (size_t j = 0; j < t->m && t->m > 1;) {
        bool idle = col_is_zero(t, j);
        for (size_t k = 0; k < j && !idle; k++)
            idle = compare_cols(s, t, k, j) == 0;
        if (idle)
            drop_col(t, j);
        else
            j++;
        any |= idle;
    }
    return any;
}

static int compare_tables(const rk_mxs *s, const table *a, const table *b) {
    for (size_t i = 0; i < a->n * a->m; i++) {
        int c = rk_mx_compare(s, a->cell[i], b->cell[i]);
        if (c)
            return c;
    }
    return 0;
}

/* Tries every order of the rows from `from` on, columns sorted; keeps the smallest in *best. */
static void try_rows(rk_mxs *s, const table *t, size_t from, table *best) {
    if (from == t->n) {
        table u = {rk_arena_alloc(s->arena, t->n * t->m * sizeof *u.cell), t->n, t->m};
        memcpy(u.cell, t->cell, t->n * t->m * sizeof *u.cell);
        sort_cols(s, &u);
        if (!best->cell || compare_tables(s, &u, best) < 0)
            *best = u;
        return;
    }
    for (size_t i = from; i < t->n; i++) {
        table u = turned(s, t);
        swap_cols(&u, from, i);
        u = turned(s, &u);
        try_rows(s, &u, from + 1, best);
    }
}

static table ordered(rk_mxs *s, table t) {
    if (t.n > t.m) {
        table u = turned(s, &t);
        u = ordered(s, u);
        return turned(s, &u);
    }
    if (t.n > SORTED_ROWS) {
        for (int round = 0; round < 3; round++) {
            sort_cols(s, &t);
            t = turned(s, &t);
            sort_cols(s, &t);
            t = turned(s, &t);
        }
        return t;
    }
    table best = {0};
    try_rows(s, &t, 0, &best);
    return best;
}

static const rk_mx *grid_key(rk_mxs *s, const rk_mx *a) {
    table t = {rk_arena_alloc(s->arena, a->grid_rows * a->grid_cols * sizeof *t.cell), a->grid_rows,
               a->grid_cols};
    memcpy(t.cell, a->cell, t.n * t.m * sizeof *t.cell);
    bool any;
    do {
        any = drop_idle_cols(s, &t);
        table u = turned(s, &t);
        any |= drop_idle_cols(s, &u);
        t = turned(s, &u);
    } while (any);
    t = ordered(s, t);
    return rk_mx_grid(s, t.n, t.m, t.cell);
}

static const rk_mx *plain_letter(rk_mxs *s, rk_letter x) {
    if (x.leaf->kind != RK_L_BLOCKS || x.inverted)
        return rk_mx_of_letter(s, x);
    return x.transposed ? x.leaf->arg[0]->transpose : x.leaf->arg[0];
}

/* A grid that stands as a letter in a word, as it does in the body of a loop, multiplied out. */
static const rk_mx *unwrapped(rk_mxs *s, const rk_mx *a) {
    bool blocks = false;
    for (size_t i = 0; a->nwords == 1 && i < a->word->length; i++)
        blocks |= a->word->letter[i].leaf->kind == RK_L_BLOCKS && !a->word->letter[i].inverted;
    if (!blocks || !rk_sc_is_nonzero(s->scalars, a->word->coef))
        return a;
    const rk_mx *product = plain_letter(s, a->word->letter[0]);
    for (size_t i = 1; i < a->word->length; i++)
        product = rk_mx_mul(s, product, plain_letter(s, a->word->letter[i]));
    return product;
}

/* Nonzero multiples, transposes and the order of blocks forgotten. */
static const rk_mx *rank_key(rk_mxs *s, const rk_mx *a) {
    rk_sc c;
    a = unwrapped(s, rk_mx_settle(s, a));
    const rk_mx *key[2] = {a, a->transpose};
    for (int i = 0; i < 2; i++) {
        key[i] = rk_mx_monic(s, key[i], &c);
        if (rk_mx_is_grid(key[i]))
            key[i] = rk_mx_monic(s, grid_key(s, key[i]), &c);
    }
    return rk_mx_compare(s, key[0], key[1]) <= 0 ? key[0] : key[1];
}

rk_sc rk_mx_rank(rk_mxs *s, const rk_mx *a) {
    const rk_mx *key = rank_key(s, a);
    if (rk_mx_is_zero(key))
        return s->zero;
    if (rk_mx_is_eye(key))
        return key->rows;
    rk_quantity q = {.kind = RK_Q_RANK, .mx = {key}, .nmx = 1, .nonneg = true, .integer = true};
    return rk_sc_quantity(s->scalars, &q);
}
