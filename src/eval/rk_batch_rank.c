/* What the rank of a matrix of planes does not notice, taken away before it is eliminated: factors
   of whole rows and columns that are not 0, multiples of a constant line in the others, lines of
   zeros, lines twice, and pivots that are constants. */
#include "batch_inside.h"

#include <math.h>
#include <string.h>

typedef struct grid {
    rk_batch *b;
    unsigned *a; /* m by n */
    size_t m, n;
} grid;

static unsigned at(const grid *g, size_t i, size_t j) {
    return g->a[i * g->n + j];
}

static void turn(grid *g) {
    unsigned *t = rk_plan_planes(g->b, g->m * g->n);
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++)
            t[j * g->m + i] = at(g, i, j);
    size_t m = g->m;
    g->a = t;
    g->m = g->n;
    g->n = m;
}

/* --- how a plane was made ----------------------------------------------------------------------*/

/* x op y, when p is made so. */
static bool made_by(const rk_batch *b, unsigned p, rk_lanes_op op, unsigned *x, unsigned *y) {
    const rk_plane *plane = &b->plane[p];
    if (plane->made == RK_NO_PLANE || b->step[plane->made].op != op)
        return false;
    *x = b->step[plane->made].a[plane->at];
    *y = b->step[plane->made].b[plane->at];
    return true;
}

/* So many products are looked into for factors: with shared ones, as in a chain of squares, there
   can be exponentially many ways down. */
enum { MOST_PRODUCTS = 256 };

static unsigned search_factor(rk_batch *b, unsigned p, unsigned f, bool dry, unsigned *left) {
    unsigned x, y, *pair = NULL, rest;
    if (p == f)
        return rk_plan_constant(b, 1);
    if (rk_plan_is(b, p, 0))
        return p;
    if (*left == 0 || !made_by(b, p, RK_L_MUL, &x, &y))
        return RK_NO_PLANE;
    --*left;
    if (x == f || y == f)
        return x == f ? y : x;
    for (int side = 0; side < 2; side++) {
        rest = search_factor(b, side ? y : x, f, dry, left);
        if (rest == RK_NO_PLANE)
            continue;
        if (dry)
            return rest;
        pair = rk_plan_planes(b, 3);
        pair[0] = rest;
        pair[1] = side ? x : y;
        rk_plan_binary(b, RK_L_MUL, 1, pair + 2, pair, pair + 1);
        return pair[2];
    }
    return RK_NO_PLANE;
}

/* p without the factor f, RK_NO_PLANE if none was found; only asked whether it has when `dry`. */
static unsigned without_factor(rk_batch *b, unsigned p, unsigned f, bool dry) {
    unsigned left = MOST_PRODUCTS;
    return search_factor(b, p, f, dry, &left);
}

/* p without the summand w. */
static unsigned without_summand(const rk_batch *b, unsigned p, unsigned w) {
    unsigned x, y;
    if (!made_by(b, p, RK_L_ADD, &x, &y) || (x != w && y != w))
        return RK_NO_PLANE;
    return y == w ? x : y;
}

/* --- factors of rows ---------------------------------------------------------------------------*/

enum { MOST_FACTORS = 16 };

/* Factors of p that are known not to be 0. */
static size_t find_factors(const rk_batch *b, unsigned p, unsigned *found, size_t n,
                           unsigned *left) {
    unsigned x, y;
    if (n == MOST_FACTORS || b->plane[p].is_constant)
        return n;
    if (b->plane[p].nonzero)
        found[n++] = p;
    if (*left > 0 && made_by(b, p, RK_L_MUL, &x, &y)) {
        --*left;
        n = find_factors(b, x, found, n, left);
        n = find_factors(b, y, found, n, left);
    }
    return n;
}

static bool row_has(const grid *g, size_t i, unsigned f) {
    for (size_t j = 0; j < g->n; j++)
        if (without_factor(g->b, at(g, i, j), f, true) == RK_NO_PLANE)
            return false;
    return true;
}

static void strip_row(grid *g, size_t i) {
    unsigned found[MOST_FACTORS];
    unsigned left = MOST_PRODUCTS;
    size_t n = 0, j = 0;
    while (j < g->n && g->b->plane[at(g, i, j)].is_constant)
        j++;
    if (j < g->n)
        n = find_factors(g->b, at(g, i, j), found, 0, &left);
    for (size_t k = 0; k < n; k++)
        if (row_has(g, i, found[k]))
            for (j = 0; j < g->n; j++)
                g->a[i * g->n + j] = without_factor(g->b, at(g, i, j), found[k], false);
}

static void strip_rows(grid *g) {
    for (size_t i = 0; i < g->m; i++)
        strip_row(g, i);
}

/* --- summands of columns beside a constant one -------------------------------------------------*/

static bool is_constant_column(const grid *g, size_t j) {
    const rk_plane *first = &g->b->plane[at(g, 0, j)];
    for (size_t i = 0; i < g->m; i++)
        if (at(g, i, j) != at(g, 0, j))
            return false;
    return first->is_constant && first->constant != 0;
}

static bool strip_column(grid *g, size_t j, unsigned w) {
    for (size_t i = 0; i < g->m; i++)
        if (without_summand(g->b, at(g, i, j), w) == RK_NO_PLANE)
            return false;
    for (size_t i = 0; i < g->m; i++)
        g->a[i * g->n + j] = without_summand(g->b, at(g, i, j), w);
    return true;
}

static void strip_summands(grid *g) {
    size_t j = 0;
    unsigned x, y;
    while (j < g->n && !is_constant_column(g, j))
        j++;
    for (size_t c = 0; j < g->n && c < g->n; c++)
        while (made_by(g->b, at(g, 0, c), RK_L_ADD, &x, &y) &&
               (strip_column(g, c, y) || strip_column(g, c, x)))
            ;
}

/* --- lines that add nothing --------------------------------------------------------------------*/

static bool is_zero_row(const grid *g, size_t i) {
    for (size_t j = 0; j < g->n; j++)
        if (!rk_plan_is(g->b, at(g, i, j), 0))
            return false;
    return true;
}

static bool is_double_row(const grid *g, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (memcmp(g->a + k * g->n, g->a + i * g->n, g->n * sizeof *g->a) == 0)
            return true;
    return false;
}

static void drop_rows(grid *g) {
    size_t kept = 0;
    for (size_t i = 0; i < g->m; i++) {
        if (is_zero_row(g, i) || is_double_row(g, i))
            continue;
        memmove(g->a + kept * g->n, g->a + i * g->n, g->n * sizeof *g->a);
        kept++;
    }
    g->m = kept;
}

/* --- constant pivots ---------------------------------------------------------------------------*/

/* A row to eliminate a column of constants with: one with the largest of them. */
static size_t pivot_row(const grid *g, size_t j) {
    size_t best = g->m;
    double most = 0;
    for (size_t i = 0; i < g->m; i++) {
        const rk_plane *p = &g->b->plane[at(g, i, j)];
        if (!p->is_constant)
            return g->m;
        if (fabs(p->constant) > most) {
            most = fabs(p->constant);
            best = i;
        }
    }
    return best;
}

/* The other rows minus their multiples of row `row`, without column `col`. */
static void eliminate(grid *g, size_t row, size_t col) {
    size_t m = g->m - 1, n = g->n - 1, at_ = 0;
    unsigned *left = rk_plan_planes(g->b, m * n), *right = rk_plan_planes(g->b, m * n);
    unsigned *factor = rk_plan_planes(g->b, m * n), *r = rk_plan_planes(g->b, m * n);
    double pivot = g->b->plane[at(g, row, col)].constant;
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n && i != row; j++) {
            if (j == col)
                continue;
            left[at_] = at(g, i, j);
            right[at_] = at(g, row, j);
            factor[at_++] = rk_plan_constant(g->b, g->b->plane[at(g, i, col)].constant / pivot);
        }
    rk_plan_binary(g->b, RK_L_MUL, m * n, right, right, factor);
    rk_plan_binary(g->b, RK_L_SUB, m * n, r, left, right);
    g->a = r;
    g->m = m;
    g->n = n;
}

static bool take_pivot(grid *g) {
    for (size_t j = 0; j < g->n; j++) {
        size_t i = pivot_row(g, j);
        if (i == g->m)
            continue;
        eliminate(g, i, j);
        return true;
    }
    return false;
}

static bool all_constant(const grid *g) {
    for (size_t p = 0; p < g->m * g->n; p++)
        if (!g->b->plane[g->a[p]].is_constant)
            return false;
    return true;
}

size_t rk_plan_reduce(rk_batch *b, unsigned **a, size_t *m, size_t *n) {
    grid g = {b, rk_plan_planes(b, *m * *n), *m, *n};
    size_t pivots = 0;
    memcpy(g.a, *a, g.m * g.n * sizeof *g.a);
    if (all_constant(&g))
        return 0;
    bool busy = true;
    while (busy && g.m > 0 && g.n > 0) {
        for (int side = 0; side < 2; side++) {
            strip_summands(&g);
            strip_rows(&g);
            drop_rows(&g);
            turn(&g);
        }
        busy = take_pivot(&g);
        if (!busy && g.m > 0 && g.n > 0) {
            turn(&g);
            busy = take_pivot(&g);
        }
        pivots += busy;
    }
    *a = g.a;
    *m = g.m;
    *n = g.n;
    return pivots;
}
