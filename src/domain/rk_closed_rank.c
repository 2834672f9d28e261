/* Ranks of matrices of closed forms. From below by enclosures. From above: rows are multiplied by
   their denominators and divided by what their entries have in common; rows (columns) that are
   rational combinations of others, coefficient by coefficient, are dropped. Tokens that are equal
   or collinear leave such traces through any number of layers. What is left is eliminated when it
   is small. */
#include "function_inside.h"
#include "linalg/rk_rank.h"
#include "rk_ball.h"
#include "rk_closed.h"
#include "rk_field.h"

/* Enclosures for the lower bound, terms of an entry during elimination, coefficients of a matrix.
 */
enum { LEVEL = 2, MOST_TERMS = 400, MOST_COEFFICIENTS = 20000 };

typedef fmpz_mpoly_struct polynomial;

/* Polynomials, row-major. */
typedef struct table {
    const rk_domain *d;
    slong rows, cols;
    polynomial *entry;
} table;

static polynomial *at(const table *t, slong i, slong j) {
    return t->entry + i * t->cols + j;
}

static void table_init(table *t, const rk_domain *d, slong rows, slong cols) {
    *t = (table){.d = d, .rows = rows, .cols = cols};
    t->entry = rk_calloc((size_t)(rows * cols) + 1, sizeof *t->entry);
    for (slong k = 0; k < rows * cols; k++)
        fmpz_mpoly_init(t->entry + k, rk_ring(d));
}

static void table_clear(table *t) {
    for (slong k = 0; k < t->rows * t->cols; k++)
        fmpz_mpoly_clear(t->entry + k, rk_ring(t->d));
    rk_free(t->entry);
}

/* --- rows without denominators -------------------------------------------------------------- */

/* r := the least common multiple of the row's denominators; false when it gets too long. */
static bool row_denominator(fmpz_mpoly_t r, const rk_matrix *a, slong i) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(a->domain);
    fmpz_mpoly_t g;
    bool ok = true;
    fmpz_mpoly_init(g, ring);
    fmpz_mpoly_one(r, ring);
    for (slong j = 0; j < a->cols && ok; j++) {
        const fmpz_mpoly_q_struct *x = (const fmpz_mpoly_q_struct *)rk_at(a, i, j);
        ok = fmpz_mpoly_gcd(g, r, &x->den, ring) && fmpz_mpoly_divides(g, &x->den, g, ring);
        ok = ok && r->length * g->length <= MOST_TERMS;
        if (ok)
            fmpz_mpoly_mul(r, r, g, ring);
    }
    fmpz_mpoly_clear(g, ring);
    return ok;
}

static bool divide_row(const table *t, slong i) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(t->d);
    fmpz_mpoly_t g;
    bool ok = true;
    fmpz_mpoly_init(g, ring);
    for (slong j = 0; j < t->cols && ok; j++)
        ok = fmpz_mpoly_gcd(g, g, at(t, i, j), ring);
    for (slong j = 0; j < t->cols && ok && !fmpz_mpoly_is_zero(g, ring); j++)
        ok = fmpz_mpoly_divides(at(t, i, j), at(t, i, j), g, ring);
    fmpz_mpoly_clear(g, ring);
    return ok;
}

static bool clear_row(const table *t, const rk_matrix *a, slong i) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(t->d);
    fmpz_mpoly_t lcm, factor;
    fmpz_mpoly_init(lcm, ring);
    fmpz_mpoly_init(factor, ring);
    bool ok = row_denominator(lcm, a, i);
    for (slong j = 0; j < t->cols && ok; j++) {
        const fmpz_mpoly_q_struct *x = (const fmpz_mpoly_q_struct *)rk_at(a, i, j);
        ok = fmpz_mpoly_divides(factor, lcm, &x->den, ring) &&
             factor->length * x->num.length <= MOST_COEFFICIENTS;
        if (ok)
            fmpz_mpoly_mul(at(t, i, j), &x->num, factor, ring);
    }
    fmpz_mpoly_clear(lcm, ring);
    fmpz_mpoly_clear(factor, ring);
    return ok && divide_row(t, i);
}

/* --- rational combinations ------------------------------------------------------------------ */

/* The monomials of one row or column, in a polynomial with all of them. */
static void gather(fmpz_mpoly_t all, const table *t, slong line, bool row) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(t->d);
    ulong *exponent = rk_malloc((size_t)(rk_functions_of(t->d)->nvars + 1) * sizeof *exponent);
    slong n = row ? t->cols : t->rows;
    fmpz_mpoly_zero(all, ring);
    for (slong k = 0; k < n; k++) {
        const polynomial *p = row ? at(t, line, k) : at(t, k, line);
        for (slong i = 0; i < p->length; i++) {
            fmpz_mpoly_get_term_exp_ui(exponent, p, i, ring);
            fmpz_mpoly_push_term_ui_ui(all, 1, exponent, ring);
        }
    }
    fmpz_mpoly_sort_terms(all, ring);
    fmpz_mpoly_combine_like_terms(all, ring);
    rk_free(exponent);
}

/* Column (or row) k of the block: the coefficients of one entry by the monomials gathered. */
static void put_coefficients(fmpz_mat_t m, slong line, slong offset, const fmpz_mpoly_t all,
                             const polynomial *p, const fmpz_mpoly_ctx_struct *ring) {
    fmpz_mpoly_t one;
    fmpz_mpoly_init(one, ring);
    for (slong i = 0; i < all->length; i++) {
        fmpz_mpoly_get_term_monomial(one, all, i, ring);
        fmpz_mpoly_get_coeff_fmpz_monomial(fmpz_mat_entry(m, line, offset + i), p, one, ring);
    }
    fmpz_mpoly_clear(one, ring);
}

/* The rows (columns) as rational vectors, coefficient by coefficient; false when too many. */
static bool coefficients(fmpz_mat_t m, const table *t, bool rows) {
    const fmpz_mpoly_ctx_struct *ring = rk_ring(t->d);
    slong lines = rows ? t->rows : t->cols, across = rows ? t->cols : t->rows, width = 0;
    polynomial *all = rk_calloc((size_t)across + 1, sizeof *all);
    for (slong k = 0; k < across; k++) {
        fmpz_mpoly_init(all + k, ring);
        gather(all + k, t, k, !rows);
        width += all[k].length;
    }
    bool ok = width * lines <= MOST_COEFFICIENTS;
    fmpz_mat_init(m, lines, ok ? width : 0);
    for (slong k = 0, offset = 0; k < across; offset += all[k].length, k++)
        for (slong i = 0; i < lines && ok; i++)
            put_coefficients(m, i, offset, all + k, rows ? at(t, i, k) : at(t, k, i), ring);
    for (slong k = 0; k < across; k++)
        fmpz_mpoly_clear(all + k, ring);
    rk_free(all);
    return ok;
}

/* Lines of a basis of the rational span of all: pivot columns of the transpose, exactly. */
static slong independent_lines(slong *line, const fmpz_mat_t m) {
    fmpz_mat_t t;
    fmpz_t den;
    fmpz_init(den);
    fmpz_mat_init(t, fmpz_mat_ncols(m), fmpz_mat_nrows(m));
    fmpz_mat_transpose(t, m);
    slong rank = fmpz_mat_rref(t, den, t), k = 0;
    for (slong i = 0; i < rank; i++, k++) {
        while (fmpz_is_zero(fmpz_mat_entry(t, i, k)))
            k++;
        line[i] = k;
    }
    fmpz_mat_clear(t);
    fmpz_clear(den);
    return rank;
}

/* Keeps the lines of a basis. */
static void keep_independent(table *t, bool rows) {
    fmpz_mat_t m;
    slong *line = rk_calloc((size_t)(t->rows + t->cols) + 1, sizeof *line);
    if (coefficients(m, t, rows)) {
        slong n = independent_lines(line, m);
        table less;
        table_init(&less, t->d, rows ? n : t->rows, rows ? t->cols : n);
        for (slong i = 0; i < less.rows; i++)
            for (slong j = 0; j < less.cols; j++)
                fmpz_mpoly_swap(at(&less, i, j), at(t, rows ? line[i] : i, rows ? j : line[j]),
                                rk_ring(t->d));
        table_clear(t);
        *t = less;
    }
    fmpz_mat_clear(m);
    rk_free(line);
}

/* --- elimination ---------------------------------------------------------------------------- */

/* What is lost when an elimination exceeds its limit are its own fractions only. */
static rk_ev eliminate(slong *low, slong *high, const table *t) {
    rk_functions *f = rk_functions_of(t->d);
    rk_matrix a;
    slong limit = f->max_terms;
    rk_matrix_init(&a, t->d, t->rows, t->cols);
    for (slong k = 0; k < t->rows * t->cols; k++)
        fmpz_mpoly_set(fmpz_mpoly_q_numref((fmpz_mpoly_q_struct *)rk_at(&a, 0, k)), t->entry + k,
                       f->ring);
    f->max_terms = MOST_TERMS;
    rk_ev ev = rk_field_rank(low, high, &a);
    if (f->exceeded)
        ev = RK_EV_LIMIT;
    if (ev != RK_EV_OK) {
        *low = 0;
        *high = FLINT_MIN(t->rows, t->cols);
    }
    f->exceeded = false;
    f->max_terms = limit;
    rk_matrix_clear(&a);
    return ev;
}

static slong enclosed_rank(const rk_matrix *a) {
    arb_mat_t x;
    slong low, high;
    arb_mat_init(x, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            rk_closed_enclose(a->domain, arb_mat_entry(x, i, j), rk_at(a, i, j), LEVEL);
    rk_ball_rank_arb(&low, &high, x, RK_CLOSED_BITS << LEVEL);
    arb_mat_clear(x);
    return low;
}

/* The bounds from above, in turn until they meet the one from below. */
static rk_ev bound_above(slong *low, slong *high, table *t) {
    slong less, more;
    keep_independent(t, true);
    keep_independent(t, false);
    *high = FLINT_MIN(t->rows, t->cols);
    if (*low == *high)
        return RK_EV_OK;
    rk_ev ev = eliminate(&less, &more, t);
    *low = FLINT_MAX(*low, less);
    *high = FLINT_MIN(*high, more);
    return *low == *high ? RK_EV_OK : ev;
}

rk_ev rk_closed_rank(slong *low, slong *high, const rk_matrix *a) {
    *low = 0;
    *high = FLINT_MIN(a->rows, a->cols);
    if (rk_function_exceeded(a->domain))
        return RK_EV_LIMIT;
    *low = enclosed_rank(a);
    if (*low == *high)
        return RK_EV_OK;
    table t;
    bool cleared = true;
    table_init(&t, a->domain, a->rows, a->cols);
    for (slong i = 0; i < a->rows && cleared; i++)
        cleared = clear_row(&t, a, i);
    rk_ev ev = cleared ? bound_above(low, high, &t) : RK_EV_LIMIT;
    table_clear(&t);
    return ev;
}
