#include <math.h>
#include <stdlib.h>
#include "rk_ball.h"
#include "rk_interval.h"

static void to_arb_mat(arb_mat_t r, const rk_matrix *a) {
    arb_mat_init(r, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            arb_set(arb_mat_entry(r, i, j), (const arb_struct *)rk_at(a, i, j));
}

static void from_arb_mat(rk_matrix *r, arb_mat_t a) {
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols; j++)
            arb_swap((arb_struct *)rk_at(r, i, j), arb_mat_entry(a, i, j));
}

void rk_ball_mul_arb(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    arb_mat_t x, y, z;
    to_arb_mat(x, a);
    to_arb_mat(y, b);
    arb_mat_init(z, a->rows, b->cols);
    arb_mat_mul(z, x, y, a->domain->precision);
    from_arb_mat(r, z);
    arb_mat_clear(x);
    arb_mat_clear(y);
    arb_mat_clear(z);
}

/* The outcome when no inverse was found: certainly singular, or not told. */
static rk_ev why_not_regular(const rk_matrix *a) {
    slong low, high;
    rk_ball_rank(&low, &high, a);
    return high < a->rows ? RK_EV_UNDEFINED : RK_EV_PRECISION;
}

rk_ev rk_ball_inv(rk_matrix *r, const rk_matrix *a) {
    arb_mat_t x, y;
    to_arb_mat(x, a);
    arb_mat_init(y, a->rows, a->cols);
    bool regular = arb_mat_inv(y, x, a->domain->precision) && arb_mat_is_finite(y);
    if (regular)
        from_arb_mat(r, y);
    arb_mat_clear(x);
    arb_mat_clear(y);
    return regular ? RK_EV_OK : why_not_regular(a);
}

rk_ev rk_ball_det(void *r, const rk_matrix *a) {
    arb_mat_t x;
    to_arb_mat(x, a);
    arb_mat_det(r, x, a->domain->precision);
    arb_mat_clear(x);
    return arb_is_finite(r) ? RK_EV_OK : RK_EV_PRECISION;
}

/* The entry of the block from (k, k) on that is farthest from zero; false when none is certainly
   non-zero. */
static bool find_pivot(slong *row, slong *col, const arb_mat_t a, slong k) {
    mag_t best, m;
    mag_init(best);
    mag_init(m);
    for (slong i = k; i < arb_mat_nrows(a); i++) {
        for (slong j = k; j < arb_mat_ncols(a); j++) {
            if (arb_contains_zero(arb_mat_entry(a, i, j)))
                continue;
            arb_get_mag_lower(m, arb_mat_entry(a, i, j));
            if (mag_cmp(m, best) > 0) {
                mag_swap(m, best);
                *row = i;
                *col = j;
            }
        }
    }
    bool found = !mag_is_zero(best);
    mag_clear(best);
    mag_clear(m);
    return found;
}

static void swap_columns(arb_mat_t a, slong j, slong k) {
    for (slong i = 0; i < arb_mat_nrows(a) && j != k; i++)
        arb_swap(arb_mat_entry(a, i, j), arb_mat_entry(a, i, k));
}

static void eliminate(arb_mat_t a, slong k, slong prec) {
    arb_t factor;
    arb_init(factor);
    for (slong i = k + 1; i < arb_mat_nrows(a); i++) {
        if (arb_is_zero(arb_mat_entry(a, i, k)))
            continue;
        arb_div(factor, arb_mat_entry(a, i, k), arb_mat_entry(a, k, k), prec);
        for (slong j = k + 1; j < arb_mat_ncols(a); j++)
            arb_submul(arb_mat_entry(a, i, j), factor, arb_mat_entry(a, k, j), prec);
        arb_zero(arb_mat_entry(a, i, k));
    }
    arb_clear(factor);
}

/* Rows of the block from (k, k) on that are not exactly zero; with `columns`, its columns. */
static slong count_lines(const arb_mat_t a, slong k, bool columns) {
    slong count = 0, outer = columns ? arb_mat_ncols(a) : arb_mat_nrows(a);
    slong inner = columns ? arb_mat_nrows(a) : arb_mat_ncols(a);
    for (slong i = k; i < outer; i++) {
        bool zero = true;
        for (slong j = k; j < inner && zero; j++)
            zero = arb_is_zero(columns ? arb_mat_entry(a, j, i) : arb_mat_entry(a, i, j));
        count += !zero;
    }
    return count;
}

void rk_ball_rank_arb(slong *low, slong *high, arb_mat_t a, slong prec) {
    slong k = 0, row = 0, col = 0;
    slong full = FLINT_MIN(arb_mat_nrows(a), arb_mat_ncols(a));
    for (; k < full && find_pivot(&row, &col, a, k); k++) {
        arb_mat_swap_rows(a, NULL, k, row);
        swap_columns(a, k, col);
        eliminate(a, k, prec);
    }
    *low = k;
    *high = k + FLINT_MIN(count_lines(a, k, false), count_lines(a, k, true));
}

/* Is full rank shown by what doubles know of the entries? Elimination of balls costs as much as a
   thousand products of doubles. */
static bool full_in_doubles(const rk_matrix *a) {
    slong low = 0, high, full = FLINT_MIN(a->rows, a->cols);
    rk_domain *d = rk_domain_interval();
    rk_matrix x;
    bool finite = true;
    rk_matrix_init(&x, d, a->rows, a->cols);
    for (slong i = 0; i < a->rows * a->cols && finite; i++) {
        double left, right;
        rk_ball_ends((const arb_struct *)rk_at(a, 0, i), &left, &right);
        finite = isfinite(left) && isfinite(right);
        *(rk_near *)(void *)rk_at(&x, 0, i) = rk_near_between(left, right);
    }
    if (finite)
        rk_interval_rank(&low, &high, &x);
    rk_matrix_clear(&x);
    rk_domain_free(d);
    return low == full;
}

enum { LARGE = 32 }; /* the smaller side of matrices that are looked at in doubles first */

rk_ev rk_ball_rank(slong *low, slong *high, const rk_matrix *a) {
    arb_mat_t x;
    if (FLINT_MIN(a->rows, a->cols) >= LARGE && full_in_doubles(a)) {
        *low = *high = FLINT_MIN(a->rows, a->cols);
        return RK_EV_OK;
    }
    to_arb_mat(x, a);
    rk_ball_rank_arb(low, high, x, a->domain->precision);
    arb_mat_clear(x);
    return *low == *high ? RK_EV_OK : RK_EV_PRECISION;
}

static int descending(const void *x, const void *y) {
    return -arf_cmp(x, y);
}

/* r := an interval around the k-th largest of n values given by enclosures. */
static void kth_interval(arb_struct *r, arb_srcptr value, slong n, slong k, slong prec) {
    arf_struct *low = rk_malloc((size_t)n * sizeof *low),
               *high = rk_malloc((size_t)n * sizeof *high);
    for (slong i = 0; i < n; i++) {
        arf_init(low + i);
        arf_init(high + i);
        arb_get_lbound_arf(low + i, value + i, prec);
        arb_get_ubound_arf(high + i, value + i, prec);
    }
    qsort(low, (size_t)n, sizeof *low, descending);
    qsort(high, (size_t)n, sizeof *high, descending);
    arb_set_interval_arf(r, low + k - 1, high + k - 1, prec);
    for (slong i = 0; i < n; i++) {
        arf_clear(low + i);
        arf_clear(high + i);
    }
    rk_free(low);
    rk_free(high);
}

/* Enclosures of all eigenvalues of x, with multiplicity; false when none are certified. */
static bool eigenvalues(acb_ptr value, const acb_mat_t x, slong prec) {
    slong n = acb_mat_nrows(x);
    acb_ptr guess = _acb_vec_init(n);
    acb_mat_t vectors;
    acb_mat_init(vectors, n, n);
    bool found = acb_mat_is_finite(x);
    if (found) {
        acb_mat_approx_eig_qr(guess, NULL, vectors, x, NULL, 0, prec);
        found = acb_mat_eig_multiple(value, x, guess, vectors, prec);
    }
    for (slong i = 0; i < n; i++)
        found = found && acb_is_finite(value + i);
    _acb_vec_clear(guess, n);
    acb_mat_clear(vectors);
    return found;
}

/* x := the exact symmetric matrix of midpoints of the upper triangle of a, with multiples of
   epsilon added down the diagonal to separate equal eigenvalues; *error bounds the norm of its
   difference from every symmetric matrix in a. */
static void separate(acb_mat_t x, mag_t error, const rk_matrix *a, const arf_t epsilon) {
    slong n = a->rows;
    arf_t shift;
    mag_t row;
    arf_init(shift);
    mag_init(row);
    mag_zero(error);
    for (slong i = 0; i < n; i++) {
        arf_mul_si(shift, epsilon, i, ARF_PREC_EXACT, ARF_RND_DOWN);
        arf_get_mag(row, shift);
        for (slong j = 0; j < n; j++) {
            const arb_struct *ball = (const arb_struct *)rk_at(a, FLINT_MIN(i, j), FLINT_MAX(i, j));
            arf_set(arb_midref(acb_realref(acb_mat_entry(x, i, j))), arb_midref(ball));
            mag_add(row, row, arb_radref(ball));
        }
        arf_struct *d = arb_midref(acb_realref(acb_mat_entry(x, i, i)));
        arf_add(d, d, shift, ARF_PREC_EXACT, ARF_RND_DOWN);
        mag_max(error, error, row);
    }
    arf_clear(shift);
    mag_clear(row);
}

/* epsilon := the largest entry of a (1 if that is 0) times 2^-precision. */
static void small_step(arf_t epsilon, const rk_matrix *a) {
    mag_t m, scale;
    mag_init(m);
    mag_init(scale);
    for (slong i = 0; i < a->rows * a->cols; i++) {
        arb_get_mag(m, (const arb_struct *)rk_at(a, 0, i));
        mag_max(scale, scale, m);
    }
    if (mag_is_zero(scale))
        mag_one(scale);
    arf_set_mag(epsilon, scale);
    arf_mul_2exp_si(epsilon, epsilon, -a->domain->precision);
    mag_clear(m);
    mag_clear(scale);
}

/* Enclosures of the eigenvalues of a symmetric matrix: those of a nearby one with separated
   eigenvalues, the k-th largest of which differs from ours by at most the norm of the difference
   (Weyl). */
static bool symmetric_eigenvalues(arb_ptr value, const rk_matrix *a) {
    slong n = a->rows;
    acb_ptr z = _acb_vec_init(n);
    acb_mat_t x;
    arf_t epsilon;
    mag_t error;
    acb_mat_init(x, n, n);
    arf_init(epsilon);
    mag_init(error);
    small_step(epsilon, a);
    separate(x, error, a, epsilon);
    bool found = mag_is_finite(error) && eigenvalues(z, x, 2 * a->domain->precision + 64);
    for (slong i = 0; i < n && found; i++) {
        arb_set(value + i, acb_realref(z + i));
        arb_add_error_mag(value + i, error);
    }
    _acb_vec_clear(z, n);
    acb_mat_clear(x);
    arf_clear(epsilon);
    mag_clear(error);
    return found;
}

/* [0, 2m] has m as midpoint and as radius, and both hold it exactly. */
void rk_ball_cut(arb_struct *r, const mag_t top) {
    arb_t half;
    arb_init(half);
    mag_mul_2exp_si(arb_radref(half), top, -1);
    arf_set_mag(arb_midref(half), arb_radref(half));
    arb_swap(r, half);
    arb_clear(half);
}

/* No eigenvalue of a semidefinite matrix lies below zero. */
static void clamp(arb_struct *r) {
    mag_t top;
    if (arb_is_nonnegative(r))
        return;
    mag_init(top);
    arb_get_mag(top, r);
    rk_ball_cut(r, top);
    mag_clear(top);
}

/* Up to QUICK_BITS, and for what is too large for Arb's methods, spectra are taken in doubles with
   error bounds. */
enum { QUICK_BITS = 64, MANY_ROWS = 32 };

typedef rk_ev spectral(void *r, const rk_matrix *a, slong k);

static rk_ev in_doubles(arb_struct *r, spectral *method, const rk_matrix *a, slong k) {
    rk_domain *interval = rk_domain_interval();
    rk_matrix near;
    double low, high;
    rk_near value;
    arb_t end;
    rk_matrix_init(&near, interval, a->rows, a->cols);
    for (slong i = 0; i < a->rows * a->cols; i++) {
        rk_ball_ends((const arb_struct *)rk_at(a, 0, i), &low, &high);
        *(rk_near *)(void *)rk_at(&near, 0, i) =
            low == high ? (rk_near){low, 0} : rk_near_between(low, high);
    }
    rk_ev ev = method(&value, &near, k);
    arb_init(end);
    if (ev == RK_EV_OK) {
        arb_set_d(r, rk_near_low(value));
        arb_set_d(end, rk_near_high(value));
        arb_union(r, r, end, 2 * QUICK_BITS);
    }
    arb_clear(end);
    rk_matrix_clear(&near);
    rk_domain_free(interval);
    return ev;
}

static bool quick(const rk_matrix *a) {
    return a->domain->precision <= QUICK_BITS || FLINT_MIN(a->rows, a->cols) > MANY_ROWS;
}

rk_ev rk_ball_singular_value(void *r, const rk_matrix *a, slong k) {
    rk_ev ev = quick(a) ? in_doubles(r, rk_interval_singular_value, a, k)
                        : rk_gram_singular_value(r, a, k);
    clamp(r);
    return ev;
}

rk_ev rk_ball_psd_eigenvalue(void *r, const rk_matrix *a, slong k) {
    slong n = a->rows;
    arb_ptr value = _arb_vec_init(n);
    bool found = symmetric_eigenvalues(value, a);
    if (found) {
        kth_interval(r, value, n, k, a->domain->precision);
        clamp(r);
    }
    _arb_vec_clear(value, n);
    return found ? RK_EV_OK : RK_EV_PRECISION;
}

static bool eigen_moduli(arb_ptr value, const rk_matrix *a) {
    slong n = a->rows, prec = a->domain->precision;
    acb_ptr z = _acb_vec_init(n);
    acb_mat_t x;
    acb_mat_init(x, n, n);
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < n; j++)
            acb_set_arb(acb_mat_entry(x, i, j), (const arb_struct *)rk_at(a, i, j));
    bool found = eigenvalues(z, x, prec);
    for (slong i = 0; i < n && found; i++)
        acb_abs(value + i, z + i, prec);
    _acb_vec_clear(z, n);
    acb_mat_clear(x);
    return found;
}

rk_ev rk_ball_eigen_modulus(void *r, const rk_matrix *a, slong k) {
    slong n = a->rows;
    if (quick(a))
        return in_doubles(r, rk_interval_eigen_modulus, a, k);
    arb_ptr value = _arb_vec_init(n);
    bool found = eigen_moduli(value, a);
    if (found)
        kth_interval(r, value, n, k, a->domain->precision);
    _arb_vec_clear(value, n);
    return found ? RK_EV_OK : RK_EV_PRECISION;
}
