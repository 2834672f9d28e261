#include "rk_modular.h"
#include <math.h>
#include <stdbool.h>
#include <cblas.h>
#include "base/rk_mem.h"

/* Columns eliminated one by one, and rows of a triangle solved one by one. */
enum { BASE = 8 };

typedef struct elimination {
    double *a; /* m by n, row-major; pivot columns turn into columns of L */
    slong m, n;
    ulong modulus;
    double p, inverse;
    slong chunk;        /* products that can be summed without reduction */
    slong *rows, *cols; /* rows as permuted; pivot columns, rank of them so far */
    slong rank;
    double *panel; /* BASE columns of m entries */
} elimination;

/* x - p * (the integer nearest to x / p): adding and taking away 1.5 * 2^52 rounds. The quotient
   is below 2^51 in modulus, and its error so small that multiples of p give exactly 0. */
static inline double reduce(double x, double p, double inverse) {
    const double magic = 6755399441055744.0;
    double quotient = (x * inverse + magic) - magic;
    return x - quotient * p;
}

static void reduce_block(const elimination *e, double *x, slong rows, slong cols) {
    const double p = e->p, inverse = e->inverse;
    for (slong i = 0; i < rows; i++) {
        double *row = x + i * e->n;
        for (slong j = 0; j < cols; j++)
            row[j] = reduce(row[j], p, inverse);
    }
}

static double *place(const elimination *e, slong i, slong j) {
    return e->a + i * e->n + j;
}

/* c -= x * y mod p; c is m by n, the inner size k; all inside e->a. */
static void subtract_product(const elimination *e, double *c, const double *x, const double *y,
                             slong m, slong n, slong k) {
    if (m == 0 || n == 0)
        return;
    for (slong at = 0; at < k; at += e->chunk) {
        slong now = FLINT_MIN(e->chunk, k - at);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)now, -1, x + at,
                    (int)e->n, y + at * e->n, (int)e->n, 1, c, (int)e->n);
        reduce_block(e, c, m, n);
    }
}

/* b := L^-1 b for the unit lower triangle of r rows at l; b has n columns. */
static void solve_lower(const elimination *e, const double *l, double *b, slong r, slong n) {
    if (r > BASE) {
        slong half = r / 2;
        solve_lower(e, l, b, half, n);
        subtract_product(e, b + half * e->n, l + half * e->n, b, r - half, n, half);
        solve_lower(e, l + half * e->n + half, b + half * e->n, r - half, n);
        return;
    }
    for (slong i = 1; i < r; i++) {
        double *row = b + i * e->n;
        for (slong t = 0; t < i; t++) {
            const double factor = l[i * e->n + t], *other = b + t * e->n;
            for (slong j = 0; j < n; j++)
                row[j] -= factor * other[j];
        }
        reduce_block(e, row, 1, n);
    }
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
    ulong residue = x < 0 ? e->modulus - (ulong)-x : (ulong)x;
    double inverse = (double)n_invmod(residue, e->modulus);
    return reduce(inverse, e->p, e->inverse);
}

/* Turns column x of the panel into multipliers below the pivot in row r, and takes their multiples
   from the columns to the right. */
static void eliminate_column(elimination *e, slong c, slong width, slong r) {
    double *x = e->panel + c * e->m, inverse = balanced_inverse(e, x[r]);
    const double p = e->p, pinv = e->inverse;
    for (slong i = r + 1; i < e->m; i++)
        x[i] = reduce(x[i] * inverse, p, pinv);
    for (slong j = c + 1; j < width; j++) {
        double *y = e->panel + j * e->m, top = y[r];
        for (slong i = r + 1; i < e->m; i++)
            y[i] = reduce(y[i] - x[i] * top, p, pinv);
    }
}

/* The first row from r on with a non-zero entry in column c of the panel, brought to row r. */
static bool bring_pivot(elimination *e, slong c, slong width, slong r) {
    const double *x = e->panel + c * e->m;
    slong i = r;
    while (i < e->m && x[i] == 0)
        i++;
    if (i == e->m)
        return false;
    if (i == r)
        return true;
    for (slong j = 0; j < width; j++) {
        double *y = e->panel + j * e->m, t = y[i];
        y[i] = y[r];
        y[r] = t;
    }
    swap_rows(e, i, r);
    return true;
}

/* Eliminates up to BASE columns from column c on, rows from the rank on. The multipliers move to
   the first of these columns. */
static slong eliminate_panel(elimination *e, slong c, slong width) {
    slong start = e->rank, found = 0;
    for (slong j = 0; j < width; j++)
        for (slong i = start; i < e->m; i++)
            e->panel[j * e->m + i] = *place(e, i, c + j);
    for (slong j = 0; j < width && e->rank < e->m; j++) {
        if (!bring_pivot(e, j, width, e->rank))
            continue;
        eliminate_column(e, j, width, e->rank);
        for (slong i = e->rank; i < e->m; i++)
            e->panel[found * e->m + i] = e->panel[j * e->m + i];
        e->cols[e->rank++] = c + j;
        found++;
    }
    for (slong j = 0; j < found; j++)
        for (slong i = start + j + 1; i < e->m; i++)
            *place(e, i, c + j) = e->panel[j * e->m + i];
    return found;
}

/* Eliminates the columns c..c+width-1 of the rows from the rank on; returns the pivots found,
   whose columns of L then stand from column c on. */
static slong eliminate(elimination *e, slong c, slong width) {
    slong start = e->rank, half = width / 2, right = c + half;
    if (start == e->m)
        return 0;
    if (width <= BASE)
        return eliminate_panel(e, c, width);
    slong left = eliminate(e, c, half), below = e->rank;
    solve_lower(e, place(e, start, c), place(e, start, right), left, width - half);
    if (below < e->m)
        subtract_product(e, place(e, below, right), place(e, below, c), place(e, start, right),
                         e->m - below, width - half, left);
    slong more = eliminate(e, right, width - half);
    for (slong i = below; i < e->m && left < half; i++)
        for (slong j = 0; j < more; j++)
            *place(e, i, c + left + j) = *place(e, i, right + j);
    return left + more;
}

/* How many products of balanced residues, on top of one residue, stay so far below 2^53 that the
   multiple of p nearest to their sum is exact, too. */
static slong chunk_of(ulong p) {
    double half = (double)(p / 2 + 1);
    return (slong)fmin(1 << 20, (0x1p53 - 4 * half) / (half * half));
}

void rk_modular_mul(double *c, double *a, double *b, slong m, slong k, slong n, ulong p) {
    elimination left = {.n = k, .p = (double)p, .inverse = 1 / (double)p};
    elimination right = {.n = n, .p = (double)p, .inverse = 1 / (double)p, .chunk = chunk_of(p)};
    reduce_block(&left, a, m, k);
    reduce_block(&right, b, k, n);
    for (slong i = 0; i < m * n; i++)
        c[i] = 0;
    for (slong at = 0; at < k; at += right.chunk) {
        slong now = FLINT_MIN(right.chunk, k - at);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)now, 1, a + at,
                    (int)k, b + at * n, (int)n, 1, c, (int)n);
        reduce_block(&right, c, m, n);
    }
}

slong rk_modular_rank(double *entry, slong m, slong n, ulong p, slong *pivot_rows,
                      slong *pivot_cols) {
    elimination e = {.a = entry,
                     .m = m,
                     .n = n,
                     .modulus = p,
                     .p = (double)p,
                     .inverse = 1 / (double)p,
                     .chunk = chunk_of(p),
                     .rows = rk_malloc(((size_t)m + 1) * sizeof(slong)),
                     .cols = rk_malloc(((size_t)m + 1) * sizeof(slong)),
                     .panel = rk_malloc(((size_t)m + 1) * BASE * sizeof(double))};
    for (slong i = 0; i < m; i++)
        e.rows[i] = i;
    reduce_block(&e, entry, m, n);
    eliminate(&e, 0, n);
    for (slong i = 0; i < e.rank && pivot_rows != NULL; i++)
        pivot_rows[i] = e.rows[i];
    for (slong i = 0; i < e.rank && pivot_cols != NULL; i++)
        pivot_cols[i] = e.cols[i];
    rk_free(e.rows);
    rk_free(e.cols);
    rk_free(e.panel);
    return e.rank;
}
