/* Rational functions in finitely many indeterminates over Q (fmpz_mpoly_q), and elements with
   formal generators besides (rk_formal.c). Without generators zero tests are exact, so ranks are
   ranks over the function field. Fractions can grow without bound: when a numerator or denominator
   would pass the limit of terms or of degrees, the value becomes 0, the domain remembers, and the
   caller throws everything away. */
#include "function_inside.h"

static rk_functions *context(const rk_domain *d) {
    return rk_functions_of(d);
}

static const fmpz_mpoly_ctx_struct *ring(const rk_domain *d) {
    return rk_ring(d);
}

static slong terms(const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    slong n = q->num.length, m = q->den.length;
    return n > m ? n : m;
}

bool rk_function_affordable(const rk_domain *d, void *r, slong n) {
    if (!context(d)->exceeded && n <= context(d)->max_terms)
        return true;
    context(d)->exceeded = true;
    fmpz_mpoly_q_set_si(r, 0, ring(d));
    return false;
}

/* May x and y be combined? Products and sums have at most the product of the lengths. */
static bool affordable(const rk_domain *d, void *r, const void *x, const void *y) {
    return rk_function_affordable(d, r, terms(x) * terms(y));
}

static void f_init(const rk_domain *d, void *x) {
    fmpz_mpoly_q_init(x, ring(d));
}

static void f_clear(const rk_domain *d, void *x) {
    fmpz_mpoly_q_clear(x, ring(d));
}

static void f_set(const rk_domain *d, void *r, const void *x) {
    fmpz_mpoly_q_set(r, x, ring(d));
}

static rk_ev f_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    fmpz_mpoly_q_set_fmpq(r, x, ring(d));
    return RK_EV_OK;
}

static rk_ev f_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    if (!fmpz_mpoly_is_fmpz(&q->num, ring(d)) || !fmpz_mpoly_is_fmpz(&q->den, ring(d)))
        return RK_EV_ESCAPE;
    fmpz_mpoly_get_fmpz(fmpq_numref(r), &q->num, ring(d));
    fmpz_mpoly_get_fmpz(fmpq_denref(r), &q->den, ring(d));
    fmpq_canonicalise(r);
    return RK_EV_OK;
}

static void f_add(const rk_domain *d, void *r, const void *x, const void *y) {
    if (!affordable(d, r, x, y))
        return;
    fmpz_mpoly_q_add(r, x, y, ring(d));
    rk_function_reduce(d, r);
}

static void f_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    if (!affordable(d, r, x, y))
        return;
    fmpz_mpoly_q_sub(r, x, y, ring(d));
    rk_function_reduce(d, r);
}

static void f_neg(const rk_domain *d, void *r, const void *x) {
    fmpz_mpoly_q_neg(r, x, ring(d));
}

static void f_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    if (!affordable(d, r, x, y))
        return;
    fmpz_mpoly_q_mul(r, x, y, ring(d));
    rk_function_reduce(d, r);
}

static bool is_zero(const void *x) {
    return rk_function_is_zero(x);
}

void rk_function_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    f_mul(d, r, x, y);
}

/* y in its normal form may be 0 by an equation assumed since it was computed. */
rk_ev rk_function_divide(const rk_domain *d, void *r, const void *x, const void *y) {
    if (context(d)->exceeded)
        return RK_EV_LIMIT;
    fmpz_mpoly_q_t by;
    fmpz_mpoly_q_init(by, ring(d));
    fmpz_mpoly_q_set(by, y, ring(d));
    rk_function_reduce(d, by);
    bool zero = is_zero(by), ok = !zero && affordable(d, r, x, by);
    if (ok) {
        fmpz_mpoly_q_div(r, x, by, ring(d));
        rk_function_reduce(d, r);
    }
    fmpz_mpoly_q_clear(by, ring(d));
    if (context(d)->exceeded)
        return RK_EV_LIMIT;
    return zero ? RK_EV_UNDEFINED : RK_EV_OK;
}

/* A division of the text: where it is defined, y is not 0. */
static rk_ev f_div(const rk_domain *d, void *r, const void *x, const void *y) {
    if (context(d)->formal && !is_zero(y))
        rk_signs_learn(d, y, RK_MAY_ANY & ~RK_MAY_ZERO);
    return rk_function_divide(d, r, x, y);
}

static rk_ev f_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    if (context(d)->formal)
        return rk_function_apply(d, f, r, x);
    fmpz_mpoly_q_set_si(r, 0, ring(d));
    return RK_EV_CONSTRUCT;
}

/* --- what holds at all points ------------------------------------------------------------- */

static rk_tern f_is_zero(const rk_domain *d, const void *x) {
    if (context(d)->exceeded)
        return RK_UNKNOWN;
    unsigned signs = rk_function_signs(d, x);
    return signs == RK_MAY_ZERO ? RK_TRUE : signs & RK_MAY_ZERO ? RK_UNKNOWN : RK_FALSE;
}

static rk_ev f_sign(const rk_domain *d, int *sign, const void *x) {
    unsigned signs = rk_function_signs(d, x);
    *sign = (signs == RK_MAY_POSITIVE) - (signs == RK_MAY_NEGATIVE);
    bool one = signs == RK_MAY_POSITIVE || signs == RK_MAY_NEGATIVE || signs == RK_MAY_ZERO;
    return one && !context(d)->exceeded ? RK_EV_OK : RK_EV_CONSTRUCT;
}

static void f_compare(const rk_domain *d, int *low, int *high, const void *x, const void *y) {
    fmpz_mpoly_q_t t;
    fmpz_mpoly_q_init(t, ring(d));
    f_sub(d, t, x, y);
    unsigned signs = context(d)->exceeded ? RK_MAY_ANY : rk_function_signs(d, t);
    *low = signs & RK_MAY_NEGATIVE ? -1 : signs & RK_MAY_ZERO ? 0 : 1;
    *high = signs & RK_MAY_POSITIVE ? 1 : signs & RK_MAY_ZERO ? 0 : -1;
    fmpz_mpoly_q_clear(t, ring(d));
}

/* max(x, y) = (x + y + |x - y|)/2. */
static void f_extreme(const rk_domain *d, void *r, const void *x, const void *y, bool maximum) {
    fmpz_mpoly_q_t sum, distance;
    fmpz_mpoly_q_init(sum, ring(d));
    fmpz_mpoly_q_init(distance, ring(d));
    f_add(d, sum, x, y);
    f_sub(d, distance, x, y);
    if (rk_function_abs(d, distance, distance) != RK_EV_OK)
        context(d)->exceeded = true;
    if (maximum)
        f_add(d, r, sum, distance);
    else
        f_sub(d, r, sum, distance);
    fmpz_mpoly_q_set_si(sum, 2, ring(d));
    (void)rk_function_divide(d, r, r, sum);
    fmpz_mpoly_q_clear(sum, ring(d));
    fmpz_mpoly_q_clear(distance, ring(d));
}

static void f_print(const rk_domain *d, rk_buf *out, const void *x) {
    (void)d;
    rk_buf_printf(out, "a rational function of %ld terms", (long)terms(x));
}

/* --- elimination -------------------------------------------------------------------------- */

static void swap_rows(rk_matrix *a, slong i, slong k) {
    for (slong j = 0; j < a->cols && i != k; j++)
        fmpz_mpoly_q_swap((fmpz_mpoly_q_struct *)rk_at(a, i, j),
                          (fmpz_mpoly_q_struct *)rk_at(a, k, j), ring(a->domain));
}

/* The row from `from` on whose entry in the column is not 0 and shortest; -1 if all are 0. */
static slong shortest_pivot(const rk_matrix *a, slong from, slong col) {
    slong best = -1;
    for (slong i = from; i < a->rows; i++) {
        const char *x = rk_at(a, i, col);
        if (!is_zero(x) && (best < 0 || terms(x) < terms(rk_at(a, best, col))))
            best = i;
    }
    return best;
}

/* row(i) -= a(i,col)/a(pivot,col) * row(pivot), from the column on. */
static rk_ev clear_row(rk_matrix *a, slong i, slong pivot, slong col) {
    const rk_domain *d = a->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 2, 1);
    char *factor = rk_at(&t, 0, 0), *product = rk_at(&t, 1, 0);
    rk_ev ev = rk_function_divide(d, factor, rk_at(a, i, col), rk_at(a, pivot, col));
    for (slong j = col; j < a->cols && ev == RK_EV_OK; j++) {
        f_mul(d, product, factor, rk_at(a, pivot, j));
        f_sub(d, rk_at(a, i, j), rk_at(a, i, j), product);
    }
    rk_matrix_clear(&t);
    return ev;
}

/* Echelon form of the first `cols` columns; *rank of them, *odd number of row exchanges. With
   `reduced` rows above the pivot are cleared, too. */
static rk_ev echelon(rk_matrix *a, slong cols, bool reduced, slong *rank, bool *odd) {
    rk_ev ev = RK_EV_OK;
    *rank = 0;
    *odd = false;
    for (slong col = 0; col < cols && *rank < a->rows && ev == RK_EV_OK; col++) {
        slong pivot = shortest_pivot(a, *rank, col);
        if (pivot < 0)
            continue;
        *odd ^= pivot != *rank;
        swap_rows(a, pivot, *rank);
        for (slong i = reduced ? 0 : *rank + 1; i < a->rows && ev == RK_EV_OK; i++)
            if (i != *rank && !is_zero(rk_at(a, i, col)))
                ev = clear_row(a, i, *rank, col);
        ++*rank;
    }
    return context(a->domain)->exceeded ? RK_EV_LIMIT : ev;
}

/* Beside roots a pivot may vanish on a branch (s - x with s^2 = x^2), and fractions have no one
   normal form. */
static bool any_reducible(const rk_matrix *a) {
    for (slong k = 0; k < a->rows * a->cols; k++)
        if (rk_function_is_reducible(a->domain, rk_at(a, 0, k)))
            return true;
    return false;
}

/* Minors that vanish formally vanish at every point, so the rank over the field is an upper bound;
   with formal generators, or at all points at once, it is no lower one. */
static rk_ev f_rank(slong *low, slong *high, const rk_matrix *a) {
    rk_matrix work;
    bool odd, formal = context(a->domain)->formal;
    rk_matrix_copy(&work, a);
    rk_ev ev = any_reducible(a) ? RK_EV_CONSTRUCT : echelon(&work, a->cols, false, low, &odd);
    rk_matrix_clear(&work);
    *high = ev == RK_EV_OK ? *low : a->rows < a->cols ? a->rows : a->cols;
    if (ev != RK_EV_OK || formal)
        *low = 0;
    return ev == RK_EV_OK && formal ? RK_EV_PRECISION : ev;
}

/* (num'*den - num*den')/den^2 */
rk_ev rk_function_derivative(const rk_domain *d, void *r, const void *x, slong k) {
    const fmpz_mpoly_q_struct *q = x;
    fmpz_mpoly_q_struct *made = r;
    fmpz_mpoly_q_t num, den;
    fmpz_mpoly_q_init(num, ring(d));
    fmpz_mpoly_q_init(den, ring(d));
    fmpz_mpoly_derivative(&num->num, &q->num, k, ring(d));
    fmpz_mpoly_derivative(&den->num, &q->den, k, ring(d));
    f_mul(d, den, den, x);
    f_sub(d, num, num, den);
    fmpz_mpoly_q_set_si(den, 1, ring(d));
    fmpz_mpoly_set(&den->num, &q->den, ring(d));
    rk_ev ev = rk_function_divide(d, made, num, den);
    fmpz_mpoly_q_clear(num, ring(d));
    fmpz_mpoly_q_clear(den, ring(d));
    return ev;
}

/* The column of the first entry of row i that is not 0. */
static slong leading(const rk_matrix *a, slong i) {
    slong j = 0;
    while (j < a->cols && is_zero(rk_at(a, i, j)))
        j++;
    return j;
}

/* Column k of r times what makes polynomials of its entries. */
static void clear_column(rk_matrix *r, slong k) {
    const rk_domain *d = r->domain;
    fmpz_mpoly_q_t den;
    fmpz_mpoly_q_init(den, ring(d));
    for (slong i = 0; i < r->rows; i++) {
        const fmpz_mpoly_q_struct *x = (void *)rk_at(r, i, k);
        fmpz_mpoly_q_set_si(den, 1, ring(d));
        fmpz_mpoly_set(&den->num, &x->den, ring(d));
        for (slong j = 0; j < r->rows && !fmpz_mpoly_q_is_one(den, ring(d)); j++)
            f_mul(d, rk_at(r, j, k), rk_at(r, j, k), den);
    }
    fmpz_mpoly_q_clear(den, ring(d));
}

/* With rows in reduced echelon form each column without a pivot gives a vector. */
static rk_ev kernel_of(rk_matrix *r, const rk_matrix *a, slong rank) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    for (slong j = 0, pivots = 0, k = 0; j < a->cols; j++) {
        if (pivots < rank && leading(a, pivots) == j) {
            pivots++;
            continue;
        }
        fmpz_mpoly_q_set_si((fmpz_mpoly_q_struct *)rk_at(r, j, k), 1, ring(d));
        for (slong i = 0; i < pivots && ev == RK_EV_OK; i++) {
            void *x = rk_at(r, leading(a, i), k);
            ev = rk_function_divide(d, x, rk_at(a, i, j), rk_at(a, i, leading(a, i)));
            f_neg(d, x, x);
        }
        clear_column(r, k++);
    }
    return context(d)->exceeded ? RK_EV_LIMIT : ev;
}

rk_ev rk_function_kernel(rk_matrix *r, const rk_matrix *a) {
    rk_matrix work;
    slong rank;
    bool odd;
    rk_matrix_copy(&work, a);
    rk_ev ev = echelon(&work, a->cols, true, &rank, &odd);
    rk_matrix_init(r, a->domain, a->cols, ev == RK_EV_OK ? a->cols - rank : 0);
    if (ev == RK_EV_OK)
        ev = kernel_of(r, &work, rank);
    rk_matrix_clear(&work);
    return ev;
}

/* Leverrier's recursion, which divides by 2, ..., n alone: *determinant, and the adjugate. */
static void leverrier(rk_matrix *adjugate, void *determinant, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    slong n = a->rows;
    rk_matrix m, product, trace;
    rk_matrix_init(&m, d, n, n);
    for (slong k = 1; k <= n; k++) { /* m := a*m + c*I, the last m is the adjugate up to sign */
        if (k > 1) {
            rk_matrix_mul(&product, a, &m);
            rk_matrix_clear(&m);
            m = product;
        }
        for (slong i = 0; i < n; i++) {
            fmpz_mpoly_q_struct *x = (void *)rk_at(&m, i, i);
            if (k == 1)
                fmpz_mpoly_q_set_si(x, 1, ring(d));
            else
                f_add(d, x, x, determinant);
        }
        rk_matrix_mul(&product, a, &m);
        rk_matrix_trace(&trace, &product);
        fmpz_mpoly_q_set(determinant, trace.entry, ring(d));
        fmpz_mpoly_q_neg(determinant, determinant, ring(d));
        fmpz_t by;
        fmpz_init_set_si(by, k);
        fmpz_mpoly_q_div_fmpz(determinant, determinant, by, ring(d));
        fmpz_clear(by);
        rk_matrix_clear(&product);
        rk_matrix_clear(&trace);
    }
    if (n % 2 == 1)
        fmpz_mpoly_q_neg(determinant, determinant, ring(d));
    *adjugate = m;
    if (n % 2 == 0) {
        rk_matrix_neg(adjugate, &m);
        rk_matrix_clear(&m);
    }
}

static rk_ev det_by_leverrier(void *r, const rk_matrix *a) {
    rk_matrix adjugate;
    leverrier(&adjugate, r, a);
    rk_matrix_clear(&adjugate);
    return context(a->domain)->exceeded ? RK_EV_LIMIT : RK_EV_OK;
}

static rk_ev inv_by_leverrier(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix adjugate, determinant;
    rk_ev ev = RK_EV_OK;
    rk_matrix_init(&determinant, d, 1, 1);
    leverrier(&adjugate, determinant.entry, a);
    for (slong k = 0; k < a->rows * a->cols; k++)
        ev = rk_ev_worst(
            ev, rk_function_divide(d, rk_at(r, 0, k), rk_at(&adjugate, 0, k), determinant.entry));
    rk_matrix_clear(&adjugate);
    rk_matrix_clear(&determinant);
    return context(d)->exceeded ? RK_EV_LIMIT : ev;
}

static rk_ev f_det(void *r, const rk_matrix *a) {
    if (any_reducible(a))
        return det_by_leverrier(r, a);
    const rk_domain *d = a->domain;
    rk_matrix work;
    slong rank;
    bool odd;
    rk_matrix_copy(&work, a);
    rk_ev ev = echelon(&work, a->cols, false, &rank, &odd);
    fmpz_mpoly_q_set_si(r, rank < a->rows ? 0 : odd ? -1 : 1, ring(d));
    for (slong i = 0; i < a->rows && ev == RK_EV_OK; i++)
        f_mul(d, r, r, rk_at(&work, i, i));
    rk_matrix_clear(&work);
    return context(d)->exceeded ? RK_EV_LIMIT : ev;
}

static rk_ev f_inv(rk_matrix *r, const rk_matrix *a) {
    if (any_reducible(a))
        return inv_by_leverrier(r, a);
    const rk_domain *d = a->domain;
    slong n = a->rows, rank;
    bool odd;
    rk_matrix unit, work;
    rk_matrix_init(&unit, d, n, n);
    for (slong i = 0; i < n; i++)
        fmpz_mpoly_q_set_si((fmpz_mpoly_q_struct *)rk_at(&unit, i, i), 1, ring(d));
    rk_matrix_hcat(&work, (const rk_matrix *[]){a, &unit}, 2);
    rk_ev ev = echelon(&work, n, true, &rank, &odd);
    if (ev == RK_EV_OK && rank < n)
        ev = RK_EV_UNDEFINED;
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < n && ev == RK_EV_OK; j++)
            ev = rk_function_divide(d, rk_at(r, i, j), rk_at(&work, i, n + j), rk_at(&work, i, i));
    rk_matrix_clear(&unit);
    rk_matrix_clear(&work);
    return context(d)->exceeded ? RK_EV_LIMIT : ev;
}

/* --- the domain --------------------------------------------------------------------------- */

void rk_function_free(rk_domain *d) {
    rk_functions *f = context(d);
    rk_function_restart(d);
    for (slong k = 0; k < f->nvars; k++) {
        fmpz_mpoly_q_clear(f->generator[k].what, f->ring);
        fmpz_mpoly_q_clear(f->generator[k].power, f->ring);
    }
    for (slong k = 0; k < f->nknown; k++)
        fmpz_mpoly_clear(f->known[k].what, f->ring);
    fmpz_mpoly_ctx_clear(f->ring);
    rk_free(f->generator);
    rk_free(f);
}

static rk_functions *functions_new(slong variables, slong generators, slong max_terms) {
    rk_functions *f = rk_calloc(1, sizeof *f);
    f->max_terms = max_terms;
    f->ninputs = f->nused = variables;
    f->nvars = variables + generators;
    f->generator = rk_calloc((size_t)f->nvars + 1, sizeof *f->generator);
    fmpz_mpoly_ctx_init(f->ring, f->nvars, ORD_LEX);
    for (slong k = 0; k < f->nvars; k++) {
        fmpz_mpoly_q_init(f->generator[k].what, f->ring);
        fmpz_mpoly_q_init(f->generator[k].power, f->ring);
        f->generator[k].signs = RK_MAY_ANY;
    }
    for (slong k = 0; k < RK_MAX_EXPONENTS; k++)
        f->divisor[k] = 1;
    return f;
}

static const rk_domain function_table = {
    .name = "rational functions",
    .size = sizeof(fmpz_mpoly_q_struct),
    .exact = true,
    .init = f_init,
    .clear = f_clear,
    .set = f_set,
    .set_fmpq = f_set_fmpq,
    .get_fmpq = f_get_fmpq,
    .add = f_add,
    .sub = f_sub,
    .neg = f_neg,
    .mul = f_mul,
    .div = f_div,
    .fn = f_fn,
    .is_zero = f_is_zero,
    .sign = f_sign,
    .print = f_print,
    .matrix_inv = f_inv,
    .matrix_det = f_det,
    .matrix_rank = f_rank,
    .free_context = rk_function_free,
};

rk_domain *rk_domain_functions(slong variables, slong max_terms) {
    rk_domain *d = rk_domain_new(&function_table);
    d->context = functions_new(variables, 0, max_terms);
    return d;
}

rk_domain *rk_domain_formal(slong variables, slong generators, slong max_terms) {
    rk_domain *d = rk_domain_new(&function_table);
    d->name = "formal functions";
    d->ordered = true;
    d->compare = f_compare;
    d->extreme = f_extreme;
    d->context = functions_new(variables, generators, max_terms);
    context(d)->formal = true;
    return d;
}

void rk_function_variable(const rk_domain *d, void *r, slong k) {
    fmpz_mpoly_q_gen(r, k, ring(d));
    rk_function_reduce(d, r);
}

bool rk_function_exceeded(const rk_domain *d) {
    return context(d)->exceeded;
}
