/* Products, inverses, determinants and ranks over intervals. */
#include "rk_interval.h"

#include <math.h>
#include <lapacke.h> /* after FLINT, which uses the name I that it defines */
#include "linalg/rk_enclose.h"

/* --- products --------------------------------------------------------------------------------- */

/* Below this many multiplications entries are computed one by one, with exact errors. */
enum { FEW = 512 };

static void multiply_few(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < b->cols; j++) {
            rk_near sum = {0, 0};
            for (slong k = 0; k < a->cols; k++)
                sum = rk_near_add(sum, rk_near_mul(*rk_near_at(a, i, k), *rk_near_at(b, k, j)));
            *(rk_near *)(void *)rk_at(r, i, j) = sum;
        }
}

/* The midpoints of a; *radius gets the radii, or NULL when all are 0. Both are one allocation. */
static double *take_apart(double **radius, const rk_matrix *a) {
    size_t n = (size_t)(a->rows * a->cols);
    double *m = rk_malloc((2 * n + 1) * sizeof *m);
    bool exact = true;
    for (size_t i = 0; i < n; i++) {
        rk_near x = *rk_near_at(a, 0, (slong)i);
        m[i] = x.m;
        m[n + i] = x.r;
        exact = exact && x.r == 0;
    }
    *radius = exact ? NULL : m + n;
    return m;
}

void rk_interval_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    slong m = a->rows, k = a->cols, n = b->cols;
    if (m * k * n <= FEW) {
        multiply_few(r, a, b);
        return;
    }
    double *ra, *rb, *x = take_apart(&ra, a), *y = take_apart(&rb, b);
    double *c = rk_malloc((size_t)(2 * m * n) * sizeof *c), *radius = c + m * n;
    rk_enclose_product(c, radius, x, ra, y, rb, (size_t)m, (size_t)k, (size_t)n);
    for (slong i = 0; i < m * n; i++)
        *(rk_near *)(void *)rk_at(r, 0, i) = (rk_near){c[i], radius[i]};
    rk_free(x);
    rk_free(y);
    rk_free(c);
}

/* --- inverses --------------------------------------------------------------------------------- */

/* r := an approximate inverse, with radii 0; false when there is none. */
static bool approximate_inverse(rk_matrix *r, const rk_matrix *a) {
    lapack_int n = (lapack_int)a->rows, *pivots = rk_malloc((size_t)n * sizeof *pivots);
    double *radius, *x = take_apart(&radius, a);
    bool found = LAPACKE_dgetrf(LAPACK_ROW_MAJOR, n, n, x, n, pivots) == 0 &&
                 LAPACKE_dgetri(LAPACK_ROW_MAJOR, n, x, n, pivots) == 0;
    for (slong i = 0; i < a->rows * a->cols; i++) {
        found = found && isfinite(x[i]);
        *(rk_near *)(void *)rk_at(r, 0, i) = (rk_near){x[i], 0};
    }
    rk_free(x);
    rk_free(pivots);
    return found;
}

static double magnitude(rk_near x) {
    return (fabs(x.m) + x.r) * (1 + 0x1p-50);
}

/* e := I - x*y; returns the largest sum of moduli of a row. */
static double residual(rk_matrix *e, const rk_matrix *x, const rk_matrix *y) {
    double most = 0;
    rk_matrix_mul(e, x, y);
    for (slong i = 0; i < e->rows; i++) {
        double sum = 0;
        for (slong j = 0; j < e->cols; j++) {
            rk_near *t = (rk_near *)(void *)rk_at(e, i, j);
            *t = rk_near_add((rk_near){i == j, 0}, (rk_near){-t->m, t->r});
            sum += magnitude(*t);
        }
        most = fmax(most, sum * (1 + (double)e->cols * RK_UNIT));
        if (isnan(sum))
            return INFINITY;
    }
    return most;
}

/* With E = I - R A and |E| < 1 in the row sum norm, inv(A) = (I + F) R, where row i of F sums up to
   at most that of E divided by 1 - |E|. */
static void put_radii(rk_matrix *r, const rk_matrix *e, double norm) {
    double *row = rk_calloc((size_t)r->rows, sizeof *row);
    for (slong i = 0; i < r->rows; i++)
        for (slong k = 0; k < e->cols; k++)
            row[i] += magnitude(*rk_near_at(e, i, k));
    for (slong j = 0; j < r->cols; j++) {
        double most = 0, grown = (1 + (double)e->cols * 0x1p-50) / (1 - norm);
        for (slong k = 0; k < r->rows; k++)
            most = fmax(most, fabs(rk_near_at(r, k, j)->m));
        for (slong i = 0; i < r->rows; i++)
            ((rk_near *)(void *)rk_at(r, i, j))->r = rk_radius_up(row[i] * most * grown + 1e-300);
    }
    rk_free(row);
}

rk_ev rk_interval_inv(rk_matrix *r, const rk_matrix *a) {
    rk_matrix e;
    if (!approximate_inverse(r, a))
        return RK_EV_PRECISION;
    double norm = residual(&e, r, a);
    if (norm < 0.5)
        put_radii(r, &e, norm);
    rk_matrix_clear(&e);
    return norm < 0.5 ? RK_EV_OK : RK_EV_PRECISION;
}

/* --- elimination ------------------------------------------------------------------------------ */

static rk_near *at(const rk_matrix *a, slong i, slong j) {
    return (rk_near *)(void *)rk_at(a, i, j);
}

/* The entry from (k, k) on that is farthest from 0; false when none is certainly not 0. */
static bool find_pivot(slong *row, slong *col, const rk_matrix *a, slong k) {
    double best = 0;
    for (slong i = k; i < a->rows; i++)
        for (slong j = k; j < a->cols; j++) {
            double least = fabs(at(a, i, j)->m) - at(a, i, j)->r;
            if (least > best) {
                best = least;
                *row = i;
                *col = j;
            }
        }
    return best > 0;
}

static void swap(rk_near *x, rk_near *y) {
    rk_near t = *x;
    *x = *y;
    *y = t;
}

/* Brings the pivot to (k, k); true when the sign of the determinant changes. */
static bool bring(rk_matrix *a, slong k, slong row, slong col) {
    for (slong j = 0; j < a->cols && row != k; j++)
        swap(at(a, k, j), at(a, row, j));
    for (slong i = 0; i < a->rows && col != k; i++)
        swap(at(a, i, k), at(a, i, col));
    return (row != k) != (col != k);
}

static void eliminate(rk_matrix *a, slong k) {
    for (slong i = k + 1; i < a->rows; i++) {
        rk_near factor;
        if (at(a, i, k)->m == 0 && at(a, i, k)->r == 0)
            continue;
        rk_near_div(&factor, *at(a, i, k), *at(a, k, k)); /* infinite radii where it fails */
        factor.m = -factor.m;
        for (slong j = k + 1; j < a->cols; j++)
            *at(a, i, j) = rk_near_add(*at(a, i, j), rk_near_mul(factor, *at(a, k, j)));
        *at(a, i, k) = (rk_near){0, 0};
    }
}

rk_ev rk_interval_det(void *r, const rk_matrix *a) {
    rk_matrix work;
    rk_near det = {1, 0};
    slong k = 0, row = 0, col = 0;
    rk_matrix_copy(&work, a);
    for (; k < a->rows && find_pivot(&row, &col, &work, k); k++) {
        if (bring(&work, k, row, col))
            det.m = -det.m;
        det = rk_near_mul(det, *at(&work, k, k));
        eliminate(&work, k);
    }
    rk_matrix_clear(&work);
    *(rk_near *)r = det;
    return k == a->rows && isfinite(det.r) ? RK_EV_OK : RK_EV_PRECISION;
}

/* Rows from k on that are not exactly zero. */
static slong rows_left(const rk_matrix *a, slong k) {
    slong count = 0;
    for (slong i = k; i < a->rows; i++) {
        bool zero = true;
        for (slong j = k; j < a->cols && zero; j++)
            zero = at(a, i, j)->m == 0 && at(a, i, j)->r == 0;
        count += !zero;
    }
    return count;
}

/* Certified pivots count; entries that may be 0 end the elimination. */
static void rank_by_elimination(slong *low, slong *high, const rk_matrix *a) {
    rk_matrix work;
    slong k = 0, row = 0, col = 0, full = FLINT_MIN(a->rows, a->cols);
    rk_matrix_copy(&work, a);
    for (; k < full && find_pivot(&row, &col, &work, k); k++) {
        bring(&work, k, row, col);
        eliminate(&work, k);
    }
    *low = k;
    *high = FLINT_MIN(full, k + rows_left(&work, k));
    rk_matrix_clear(&work);
}

/* Has a wide matrix full row rank? It has a right inverse then: P = a' inv(a a') nearly is one, and
   a P is invertible when I - a P is smaller than 1. */
static bool full_row_rank(const rk_matrix *a) {
    rk_matrix t, g, inverse, p, e;
    rk_matrix_transpose(&t, a);
    rk_matrix_mul(&g, a, &t);
    rk_matrix_init(&inverse, a->domain, a->rows, a->rows);
    bool full = approximate_inverse(&inverse, &g);
    if (full) {
        rk_matrix_mul(&p, &t, &inverse);
        for (slong i = 0; i < p.rows * p.cols; i++)
            at(&p, 0, i)->r = 0; /* any P will do */
        full = residual(&e, a, &p) < 1;
        rk_matrix_clear(&e);
        rk_matrix_clear(&p);
    }
    rk_matrix_clear(&t);
    rk_matrix_clear(&g);
    rk_matrix_clear(&inverse);
    return full;
}

enum { ELIMINATED = 48 }; /* the smaller side beyond which elimination would not stay certain */

rk_ev rk_interval_rank(slong *low, slong *high, const rk_matrix *a) {
    slong full = FLINT_MIN(a->rows, a->cols);
    rk_matrix t;
    bool is_full = false;
    *low = 0;
    *high = full;
    if (full <= ELIMINATED)
        rank_by_elimination(low, high, a);
    if (*low < full && full > 8) {
        rk_matrix_transpose(&t, a);
        is_full = full_row_rank(a->rows <= a->cols ? a : &t);
        rk_matrix_clear(&t);
    }
    if (is_full)
        *low = *high = full;
    return *low == *high ? RK_EV_OK : RK_EV_PRECISION;
}
