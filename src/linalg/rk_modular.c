#include "rk_modular.h"
#include <stdbool.h>
#include <string.h>
#include "base/rk_mem.h"
#include "base/rk_pool.h"
#include "rk_residues.h"

/* Columns eliminated one by one. */
enum { PANEL = RK_RESIDUES_BASE };
/* Threads share an update of so many products or more; each takes columns, so many at least. */
#define SHARED_PRODUCTS 4e6
#define SHARED_ENTRIES 1e5 /* and the reading of so many */
enum { FEWEST_COLUMNS = 64, MOST_THREADS = 16 };

typedef struct elimination {
    double *a; /* m by n, row-major; pivot columns turn into columns of L */
    slong m, n, ld;
    ulong modulus;
    rk_modulus q;
    const rk_residues *on;
    slong *rows, *cols; /* rows as permuted; pivot columns, rank of them so far */
    slong rank;
    double *panel; /* PANEL columns, `high` apart */
    slong high;
    unsigned threads;
    double *scratch; /* `each` for a thread */
    size_t each;
} elimination;

static double *place(const elimination *e, slong i, slong j) {
    return e->a + i * e->ld + j;
}

/* b := L^-1 b for the unit lower triangle of r rows at l; b has n columns. */
static void solve_lower(const elimination *e, const double *l, double *b, slong r, slong n,
                        double *scratch) {
    if (r <= RK_RESIDUES_BASE) {
        e->on->solve(l, e->ld, b, e->ld, r, n, &e->q);
        return;
    }
    slong half = (r / 2 + RK_RESIDUES_BASE - 1) / RK_RESIDUES_BASE * RK_RESIDUES_BASE;
    solve_lower(e, l, b, half, n, scratch);
    e->on->take(b + half * e->ld, e->ld, l + half * e->ld, e->ld, b, e->ld, r - half, n, half,
                &e->q, scratch);
    solve_lower(e, l + half * e->ld + half, b + half * e->ld, r - half, n, scratch);
}

/* What the `found` pivots at (start, c) mean for the columns from `right` on. */
typedef struct update {
    const elimination *e;
    slong start, c, found, right, width, part; /* `part` columns for each task */
} update;

static void update_part(void *self, size_t index, unsigned worker) {
    const update *u = self;
    const elimination *e = u->e;
    slong from = (slong)index * u->part, below = u->start + u->found, j = u->right + from;
    slong width = FLINT_MIN(u->part, u->width - from);
    double *scratch = e->scratch + worker * e->each;
    solve_lower(e, place(e, u->start, u->c), place(e, u->start, j), u->found, width, scratch);
    if (below < e->m)
        e->on->take(place(e, below, j), e->ld, place(e, below, u->c), e->ld, place(e, u->start, j),
                    e->ld, e->m - below, width, u->found, &e->q, scratch);
}

static void update_columns(update *u) {
    const elimination *e = u->e;
    double products = (double)(e->m - u->start) * (double)u->width * (double)u->found;
    slong threads = products < SHARED_PRODUCTS ? 1 : (slong)e->threads;
    if (u->found == 0 || u->width == 0)
        return;
    u->part = FLINT_MAX((u->width + threads - 1) / threads, FEWEST_COLUMNS);
    u->part = (u->part + 15) / 16 * 16;
    if (u->part >= u->width)
        update_part(u, 0, 0);
    else
        rk_pool_run((unsigned)threads, (size_t)((u->width + u->part - 1) / u->part), update_part,
                    u);
}

static void swap_rows(elimination *e, slong i, slong k) {
    double *x = place(e, i, 0), *y = place(e, k, 0);
    for (slong j = 0; j < e->n; j++) {
        double t = x[j];
        x[j] = y[j];
        y[j] = t;
    }
    slong t = e->rows[i];
    e->rows[i] = e->rows[k];
    e->rows[k] = t;
}

static double balanced_inverse(const elimination *e, double x) {
    double p = e->q.p, positive = x < 0 ? x + p : x;
    ulong residue = (ulong)(positive < 0 ? positive + p : positive);
    double inverse = (double)n_invmod(residue % e->modulus, e->modulus);
    return inverse > p / 2 ? inverse - p : inverse;
}

/* Takes from column y of the panel the multiples of the `found` columns of L before it, and reduces
   it from its first row on. */
static void update_column(const elimination *e, double *y, slong found, slong rows) {
    slong sum = 0;
    for (slong k = 0; k < found; k++) {
        if (sum++ == e->q.chunk) {
            e->on->reduce(y + k, rows - k, &e->q);
            sum = 1;
        } else {
            e->on->reduce(y + k, 1, &e->q);
        }
        e->on->take_column(y + k + 1, e->panel + k * e->high + k + 1, y[k], rows - k - 1);
    }
    e->on->reduce(y + found, rows - found, &e->q);
}

/* The first row of column j of the panel from row r on that is not 0, brought to row r; rows of the
   panel begin with row `start` of the matrix. */
static bool bring_pivot(elimination *e, slong j, slong width, slong start, slong r) {
    const double *x = e->panel + j * e->high;
    slong i = r, rows = e->m - start;
    while (i < rows && x[i] == 0)
        i++;
    if (i == rows)
        return false;
    if (i == r)
        return true;
    for (slong k = 0; k < width; k++) {
        double *y = e->panel + k * e->high, t = y[i];
        y[i] = y[r];
        y[r] = t;
    }
    swap_rows(e, start + i, start + r);
    return true;
}

static void read_panel(const elimination *e, slong start, slong c, slong width) {
    for (slong i = 0; i < e->m - start; i++) {
        const double *row = place(e, start + i, c);
        for (slong j = 0; j < width; j++)
            e->panel[j * e->high + i] = row[j];
    }
}

static void write_multipliers(const elimination *e, slong start, slong c, slong found) {
    for (slong i = 1; i < e->m - start; i++) {
        double *row = place(e, start + i, c);
        for (slong j = 0; j < found && j < i; j++)
            row[j] = e->panel[j * e->high + i];
    }
}

/* Eliminates up to PANEL columns from column c on, rows from the rank on. The multipliers move to
   the first of these columns. */
static slong eliminate_panel(elimination *e, slong c, slong width) {
    slong start = e->rank, found = 0, rows = e->m - start;
    read_panel(e, start, c, width);
    for (slong j = 0; j < width && e->rank < e->m; j++) {
        double *y = e->panel + j * e->high, *x = e->panel + found * e->high;
        update_column(e, y, found, rows);
        if (!bring_pivot(e, j, width, start, found))
            continue;
        e->on->scale(y + found + 1, balanced_inverse(e, y[found]), rows - found - 1, &e->q);
        if (x != y)
            memcpy(x + found, y + found, (size_t)(rows - found) * sizeof *x);
        e->cols[e->rank++] = c + j;
        found++;
    }
    write_multipliers(e, start, c, found);
    return found;
}

/* The columns to eliminate first: at most as many as there are rows left, since with full rank the
   others are not needed, else half. */
static slong first_columns(const elimination *e, slong width) {
    slong most = e->m - e->rank;
    slong half = most < width ? most : width / 2;
    return FLINT_MIN((half + PANEL - 1) / PANEL * PANEL, width);
}

/* Eliminates the columns c..c+width-1 of the rows from the rank on; returns the pivots found,
   whose columns of L then stand from column c on. */
static slong eliminate(elimination *e, slong c, slong width) {
    if (e->rank == e->m)
        return 0;
    if (width <= PANEL)
        return eliminate_panel(e, c, width);
    slong first = first_columns(e, width), start = e->rank;
    if (first == width)
        first = width / 2;
    slong left = eliminate(e, c, first), below = e->rank;
    if (below == e->m)
        return left;
    update u = {e, start, c, left, c + first, width - first, 0};
    update_columns(&u);
    slong more = eliminate(e, c + first, width - first);
    for (slong i = below; i < e->m && left < first; i++)
        memmove(place(e, i, c + left), place(e, i, c + first), (size_t)more * sizeof(double));
    return left + more;
}

/* Rows that are a multiple of 4096 bytes apart would compete for the same lines of the cache. */
static slong padded(slong n) {
    return (n + 7) / 8 * 8 + (n % 64 < 8 || n % 64 > 56 ? 24 : 0);
}

/* The matrix that is given, or its transpose, in balanced residues. */
typedef struct source {
    elimination *e;
    rk_modular_row *read;
    const void *self;
    bool transposed;
    slong rows, cols, part; /* as given; `part` rows for each task */
} source;

static void read_row(const source *s, slong i, double *row) {
    const elimination *e = s->e;
    s->read(s->self, i, row);
    e->on->reduce(row, s->cols, &e->q);
    for (slong j = 0; j < s->cols && s->transposed; j++)
        *place(e, j, i) = row[j];
}

static void read_part(void *self, size_t index, unsigned worker) {
    const source *s = self;
    slong from = (slong)index * s->part, to = FLINT_MIN(from + s->part, s->rows);
    double *row = s->transposed ? rk_malloc((size_t)s->cols * sizeof *row) : NULL;
    (void)worker;
    for (slong i = from; i < to; i++)
        read_row(s, i, row != NULL ? row : place(s->e, i, 0));
    rk_free(row);
}

static void read_rows(source *s) {
    slong threads = (double)s->rows * (double)s->cols < SHARED_ENTRIES ? 1 : s->e->threads;
    s->part = (s->rows + threads - 1) / threads;
    if (threads == 1)
        read_part(s, 0, 0);
    else
        rk_pool_run((unsigned)threads, (size_t)((s->rows + s->part - 1) / s->part), read_part, s);
}

static void start(elimination *e, slong m, slong n, ulong p, unsigned threads) {
    *e = (elimination){.m = m, .n = n, .ld = padded(n), .modulus = p};
    e->q = rk_modulus_of(p);
    e->on = rk_residues_best();
    e->threads = FLINT_MIN(FLINT_MAX(threads, 1), MOST_THREADS);
    e->high = padded(m);
    e->each = rk_residues_scratch(n, m);
    e->a = rk_malloc((size_t)(m * e->ld + 8) * sizeof(double));
    e->rows = rk_malloc(((size_t)m + 1) * sizeof(slong));
    e->cols = rk_malloc(((size_t)m + 1) * sizeof(slong));
    e->panel = rk_malloc((size_t)(PANEL * e->high + 8) * sizeof(double));
    e->scratch = rk_malloc(e->threads * e->each * sizeof(double));
    for (slong i = 0; i < m; i++)
        e->rows[i] = i;
}

static void finish(elimination *e) {
    rk_free(e->a);
    rk_free(e->rows);
    rk_free(e->cols);
    rk_free(e->panel);
    rk_free(e->scratch);
}

slong rk_modular_rank(rk_modular_row *read, const void *self, slong m, slong n, ulong p,
                      slong *pivot_rows, slong *pivot_cols) {
    elimination e;
    bool tall = m > n; /* the rows of the transpose are fewer */
    start(&e, tall ? n : m, tall ? m : n, p, rk_pool_blas_threads());
    source given = {&e, read, self, tall, m, n, 0};
    read_rows(&given);
    eliminate(&e, 0, e.n);
    slong *rows = tall ? pivot_cols : pivot_rows, *cols = tall ? pivot_rows : pivot_cols;
    for (slong i = 0; i < e.rank; i++) {
        if (rows != NULL)
            rows[i] = e.rows[i];
        if (cols != NULL)
            cols[i] = e.cols[i];
    }
    finish(&e);
    return e.rank;
}
