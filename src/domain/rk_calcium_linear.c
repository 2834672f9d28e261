#include "linalg/rk_rank.h"
#include "rk_ball.h"
#include "rk_calcium.h"

/* Exact elimination with entries outside Q grows quickly (eight rows with two independent
   exponentials take seconds): beyond this many rows and columns only enclosures are tried. */
enum { ELIMINATION_LIMIT = 12 };
/* Bits at which entries are enclosed for the lower bound of a rank. */
enum { ENCLOSURE_BITS = 256 };

static const ca_struct *at(const rk_matrix *a, slong i, slong j) {
    return (const ca_struct *)rk_at(a, i, j);
}

static void to_ca_mat(ca_mat_t r, const rk_matrix *a) {
    ca_ctx_struct *ctx = rk_calcium_context(a->domain);
    ca_mat_init(r, a->rows, a->cols, ctx);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            ca_set(ca_mat_entry(r, i, j), at(a, i, j), ctx);
}

static void from_ca_mat(rk_matrix *r, ca_mat_t a) {
    for (slong i = 0; i < r->rows; i++)
        for (slong j = 0; j < r->cols; j++)
            ca_swap((ca_struct *)rk_at(r, i, j), ca_mat_entry(a, i, j),
                    rk_calcium_context(r->domain));
}

static bool numbers(const rk_matrix *a) {
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            if (CA_IS_SPECIAL(at(a, i, j)))
                return false;
    return true;
}

/* The entries as rationals, if all are known to be. */
static bool rational(fmpq_mat_t r, const ca_mat_t a, ca_ctx_struct *ctx) {
    for (slong i = 0; i < ca_mat_nrows(a); i++)
        for (slong j = 0; j < ca_mat_ncols(a); j++)
            if (!ca_get_fmpq(fmpq_mat_entry(r, i, j), ca_mat_entry(a, i, j), ctx))
                return false;
    return true;
}

static bool is_rational(const rk_matrix *a) {
    fmpq_t x;
    bool all = true;
    fmpq_init(x);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols && all; j++)
            all = ca_get_fmpq(x, at(a, i, j), rk_calcium_context(a->domain));
    fmpq_clear(x);
    return all;
}

static bool too_large(const rk_matrix *a) {
    return FLINT_MIN(a->rows, a->cols) > ELIMINATION_LIMIT && !is_rational(a);
}

void rk_calcium_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    ca_ctx_struct *ctx = rk_calcium_context(a->domain);
    ca_mat_t x, y, z;
    to_ca_mat(x, a);
    to_ca_mat(y, b);
    ca_mat_init(z, a->rows, b->cols, ctx);
    ca_mat_mul(z, x, y, ctx);
    from_ca_mat(r, z);
    ca_mat_clear(x, ctx);
    ca_mat_clear(y, ctx);
    ca_mat_clear(z, ctx);
}

rk_ev rk_calcium_inv(rk_matrix *r, const rk_matrix *a) {
    ca_ctx_struct *ctx = rk_calcium_context(a->domain);
    ca_mat_t x, y;
    if (!numbers(a))
        return RK_EV_PRECISION;
    if (too_large(a))
        return RK_EV_LIMIT;
    to_ca_mat(x, a);
    ca_mat_init(y, a->rows, a->cols, ctx);
    truth_t regular = ca_mat_inv(y, x, ctx);
    if (regular == T_TRUE)
        from_ca_mat(r, y);
    ca_mat_clear(x, ctx);
    ca_mat_clear(y, ctx);
    if (regular == T_TRUE)
        return numbers(r) ? RK_EV_OK : RK_EV_PRECISION;
    return regular == T_FALSE ? RK_EV_UNDEFINED : RK_EV_PRECISION;
}

rk_ev rk_calcium_det(void *r, const rk_matrix *a) {
    ca_ctx_struct *ctx = rk_calcium_context(a->domain);
    ca_mat_t x;
    if (!numbers(a))
        return RK_EV_PRECISION;
    if (too_large(a))
        return RK_EV_LIMIT;
    to_ca_mat(x, a);
    ca_mat_det(r, x, ctx);
    ca_mat_clear(x, ctx);
    return CA_IS_SPECIAL((ca_struct *)r) ? RK_EV_PRECISION : RK_EV_OK;
}

/* Divides each row by its first entry that is proved non-zero: the rank stays, and rows that are
   multiples of rational ones (those of a normalisation) become rational. */
static void normalise_rows(ca_mat_t a, ca_ctx_struct *ctx) {
    ca_t pivot;
    ca_init(pivot, ctx);
    for (slong i = 0; i < ca_mat_nrows(a); i++) {
        slong j = 0;
        while (j < ca_mat_ncols(a) && ca_check_is_zero(ca_mat_entry(a, i, j), ctx) != T_FALSE)
            j++;
        if (j == ca_mat_ncols(a))
            continue;
        ca_set(pivot, ca_mat_entry(a, i, j), ctx);
        for (j = 0; j < ca_mat_ncols(a); j++)
            ca_div(ca_mat_entry(a, i, j), ca_mat_entry(a, i, j), pivot, ctx);
    }
    ca_clear(pivot, ctx);
}

/* A lower bound of the rank from enclosures of the (real) entries. */
static slong enclosed_rank(const ca_mat_t a, ca_ctx_struct *ctx) {
    arb_mat_t x;
    acb_t z;
    slong low, high;
    acb_init(z);
    arb_mat_init(x, ca_mat_nrows(a), ca_mat_ncols(a));
    for (slong i = 0; i < ca_mat_nrows(a); i++) {
        for (slong j = 0; j < ca_mat_ncols(a); j++) {
            ca_get_acb(z, ca_mat_entry(a, i, j), ENCLOSURE_BITS, ctx);
            arb_swap(arb_mat_entry(x, i, j), acb_realref(z));
        }
    }
    rk_ball_rank_arb(&low, &high, x, ENCLOSURE_BITS);
    arb_mat_clear(x);
    acb_clear(z);
    return low;
}

/* Rank of a matrix of numbers: by rationals, by enclosures when it is full, by elimination. */
static rk_ev rank_of(slong *low, slong *high, ca_mat_t a, ca_ctx_struct *ctx) {
    fmpq_mat_t q;
    *high = FLINT_MIN(ca_mat_nrows(a), ca_mat_ncols(a));
    *low = enclosed_rank(a, ctx);
    if (*low == *high)
        return RK_EV_OK;
    normalise_rows(a, ctx);
    fmpq_mat_init(q, ca_mat_nrows(a), ca_mat_ncols(a));
    bool simple = rational(q, a, ctx);
    if (simple)
        *low = *high = rk_rank_fmpq(q);
    fmpq_mat_clear(q);
    if (simple)
        return RK_EV_OK;
    if (*high > ELIMINATION_LIMIT)
        return RK_EV_LIMIT;
    slong rank;
    if (!ca_mat_rank(&rank, a, ctx))
        return RK_EV_PRECISION;
    *low = *high = rank;
    return RK_EV_OK;
}

rk_ev rk_calcium_rank(slong *low, slong *high, const rk_matrix *a) {
    ca_ctx_struct *ctx = rk_calcium_context(a->domain);
    ca_mat_t x;
    *low = 0;
    *high = FLINT_MIN(a->rows, a->cols);
    if (!numbers(a))
        return RK_EV_PRECISION;
    to_ca_mat(x, a);
    rk_ev ev = rank_of(low, high, x, ctx);
    ca_mat_clear(x, ctx);
    return ev;
}

/* All eigenvalues, with multiplicity, down a column of the domain; their moduli if asked. */
static rk_ev eigenvalues(rk_matrix *column, const rk_matrix *a, bool modulus) {
    ca_ctx_struct *ctx = rk_calcium_context(a->domain);
    ca_mat_t x;
    ca_vec_t value;
    slong filled = 0;
    ulong *times = rk_calloc((size_t)a->rows, sizeof *times);
    to_ca_mat(x, a);
    ca_vec_init(value, 0, ctx);
    bool found = ca_mat_eigenvalues(value, times, x, ctx);
    for (slong i = 0; found && i < ca_vec_length(value, ctx); i++) {
        if (modulus)
            ca_abs(ca_vec_entry(value, i), ca_vec_entry(value, i), ctx);
        for (ulong t = 0; t < times[i] && filled < a->rows; t++)
            ca_set((ca_struct *)rk_at(column, filled++, 0), ca_vec_entry(value, i), ctx);
    }
    found = found && filled == a->rows && numbers(column);
    ca_vec_clear(value, ctx);
    ca_mat_clear(x, ctx);
    rk_free(times);
    return found ? RK_EV_OK : RK_EV_CONSTRUCT;
}

static rk_ev kth(void *r, const rk_matrix *a, slong k, bool modulus) {
    rk_matrix column;
    if (!numbers(a))
        return RK_EV_PRECISION;
    if (a->rows > ELIMINATION_LIMIT)
        return RK_EV_LIMIT;
    rk_matrix_init(&column, a->domain, a->rows, 1);
    rk_ev ev = eigenvalues(&column, a, modulus);
    if (ev == RK_EV_OK)
        ev = rk_kth_largest(r, &column, k);
    rk_matrix_clear(&column);
    return ev;
}

rk_ev rk_calcium_psd_eigenvalue(void *r, const rk_matrix *a, slong k) {
    return kth(r, a, k, false);
}

rk_ev rk_calcium_eigen_modulus(void *r, const rk_matrix *a, slong k) {
    return kth(r, a, k, true);
}
