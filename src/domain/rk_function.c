/* Rational functions in finitely many indeterminates over Q (fmpz_mpoly_q). Zero tests are exact,
   so ranks are ranks over the function field. Fractions can grow without bound: when a numerator or
   denominator would pass the limit of terms, the value becomes 0, the domain remembers, and the
   caller throws everything away. */
#include "domain_inside.h"

typedef struct functions {
    fmpz_mpoly_ctx_t ring;
    slong max_terms;
    bool exceeded;
} functions;

static functions *context(const rk_domain *d) {
    return d->context;
}

static const fmpz_mpoly_ctx_struct *ring(const rk_domain *d) {
    return context(d)->ring;
}

static slong terms(const void *x) {
    const fmpz_mpoly_q_struct *q = x;
    slong n = q->num.length, m = q->den.length;
    return n > m ? n : m;
}

/* May x and y be combined? Products and sums have at most the product of the lengths. */
static bool affordable(const rk_domain *d, void *r, const void *x, const void *y) {
    if (!context(d)->exceeded && terms(x) * terms(y) <= context(d)->max_terms)
        return true;
    context(d)->exceeded = true;
    fmpz_mpoly_q_set_si(r, 0, ring(d));
    return false;
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
    if (affordable(d, r, x, y))
        fmpz_mpoly_q_add(r, x, y, ring(d));
}

static void f_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    if (affordable(d, r, x, y))
        fmpz_mpoly_q_sub(r, x, y, ring(d));
}

static void f_neg(const rk_domain *d, void *r, const void *x) {
    fmpz_mpoly_q_neg(r, x, ring(d));
}

static void f_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    if (affordable(d, r, x, y))
        fmpz_mpoly_q_mul(r, x, y, ring(d));
}

static bool is_zero(const void *x) {
    return ((const fmpz_mpoly_q_struct *)x)->num.length == 0;
}

static rk_ev f_div(const rk_domain *d, void *r, const void *x, const void *y) {
    if (context(d)->exceeded)
        return RK_EV_LIMIT;
    if (is_zero(y))
        return RK_EV_UNDEFINED;
    if (!affordable(d, r, x, y))
        return RK_EV_LIMIT;
    fmpz_mpoly_q_div(r, x, y, ring(d));
    return RK_EV_OK;
}

static rk_ev f_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    (void)f;
    (void)x;
    fmpz_mpoly_q_set_si(r, 0, ring(d));
    return RK_EV_CONSTRUCT;
}

static rk_tern f_is_zero(const rk_domain *d, const void *x) {
    return context(d)->exceeded ? RK_UNKNOWN : rk_tern_of(is_zero(x));
}

static rk_ev f_sign(const rk_domain *d, int *sign, const void *x) {
    fmpq_t value;
    fmpq_init(value);
    rk_ev ev = f_get_fmpq(d, value, x);
    *sign = fmpq_sgn(value);
    fmpq_clear(value);
    return ev == RK_EV_OK && !context(d)->exceeded ? RK_EV_OK : RK_EV_CONSTRUCT;
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
    rk_ev ev = f_div(d, factor, rk_at(a, i, col), rk_at(a, pivot, col));
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

static rk_ev f_rank(slong *low, slong *high, const rk_matrix *a) {
    rk_matrix work;
    bool odd;
    rk_matrix_copy(&work, a);
    rk_ev ev = echelon(&work, a->cols, false, low, &odd);
    rk_matrix_clear(&work);
    *high = *low;
    if (ev != RK_EV_OK) {
        *low = 0;
        *high = a->rows < a->cols ? a->rows : a->cols;
    }
    return ev;
}

static rk_ev f_det(void *r, const rk_matrix *a) {
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
            ev = f_div(d, rk_at(r, i, j), rk_at(&work, i, n + j), rk_at(&work, i, i));
    rk_matrix_clear(&unit);
    rk_matrix_clear(&work);
    return context(d)->exceeded ? RK_EV_LIMIT : ev;
}

/* --- the domain --------------------------------------------------------------------------- */

static void f_free(rk_domain *d) {
    fmpz_mpoly_ctx_clear(context(d)->ring);
    rk_free(d->context);
}

rk_domain *rk_domain_functions(slong variables, slong max_terms) {
    static const rk_domain table = {
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
        .free_context = f_free,
    };
    functions *f = rk_malloc(sizeof *f);
    fmpz_mpoly_ctx_init(f->ring, variables, ORD_LEX);
    f->max_terms = max_terms;
    f->exceeded = false;
    rk_domain *d = rk_domain_new(&table);
    d->context = f;
    return d;
}

void rk_function_variable(const rk_domain *d, void *r, slong k) {
    fmpz_mpoly_q_gen(r, k, ring(d));
}

bool rk_function_exceeded(const rk_domain *d) {
    return context(d)->exceeded;
}
