#include "linalg/rk_rank.h"
#include "rk_ball.h"
#include "rk_calcium.h"

/* Exact elimination with entries outside Q grows quickly: beyond this many rows and columns only
   enclosures are tried. */
enum { ELIMINATION_LIMIT = 12 };
/* Bits at which entries are enclosed for the lower bound of a rank. */
enum { ENCLOSURE_BITS = 256 };

static const ca_struct *at(const rk_matrix *a, slong i, slong j) {
    return (const ca_struct *)rk_at(a, i, j);
}

static bool numbers(const rk_matrix *a) {
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            if (CA_IS_SPECIAL(at(a, i, j)))
                return false;
    return true;
}

/* The entries as rationals, if all are known to be. */
static bool rational(fmpq_mat_t r, const rk_matrix *a) {
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            if (!ca_get_fmpq(fmpq_mat_entry(r, i, j), at(a, i, j), rk_calcium_context(a->domain)))
                return false;
    return true;
}

/* The entry proved non-zero with the fewest terms in the block from (k, k) on, but not beyond
   column `cols`. *zero says whether every entry is proved zero. */
static bool find_pivot(slong *row, slong *col, bool *zero, const rk_matrix *a, slong k,
                       slong cols) {
    const rk_domain *d = a->domain;
    double best = 0;
    *zero = true;
    for (slong j = k; j < cols; j++) {
        for (slong i = k; i < a->rows; i++) {
            double terms = rk_calcium_terms(d, at(a, i, j));
            rk_tern is_zero = d->is_zero(d, at(a, i, j));
            *zero = *zero && rk_tern_true(is_zero);
            if (!rk_tern_false(is_zero) || (best > 0 && terms >= best))
                continue;
            best = terms;
            *row = i;
            *col = j;
        }
    }
    return best > 0;
}

static void swap_rows(rk_matrix *a, slong i, slong k) {
    for (slong j = 0; j < a->cols && i != k; j++)
        ca_swap((ca_struct *)rk_at(a, i, j), (ca_struct *)rk_at(a, k, j),
                rk_calcium_context(a->domain));
}

static void swap_cols(rk_matrix *a, slong j, slong k) {
    for (slong i = 0; i < a->rows && j != k; i++)
        ca_swap((ca_struct *)rk_at(a, i, j), (ca_struct *)rk_at(a, i, k),
                rk_calcium_context(a->domain));
}

/* Row i minus the multiple of row k that clears its entry in column k. */
static rk_ev clear_entry(rk_matrix *a, slong i, slong k) {
    const rk_domain *d = a->domain;
    rk_matrix factor, t;
    if (rk_tern_true(d->is_zero(d, at(a, i, k))))
        return RK_EV_OK;
    rk_matrix_init(&factor, d, 1, 1);
    rk_matrix_init(&t, d, 1, 1);
    rk_ev ev = d->div(d, factor.entry, at(a, i, k), at(a, k, k));
    for (slong j = k; j < a->cols && ev == RK_EV_OK; j++) {
        d->mul(d, t.entry, factor.entry, at(a, k, j));
        d->sub(d, rk_at(a, i, j), at(a, i, j), t.entry);
    }
    rk_matrix_clear(&factor);
    rk_matrix_clear(&t);
    return ev;
}

/* An elimination: how far it got, whether rows and columns were swapped an odd number of times,
   and whether what is left is proved zero. */
typedef struct elimination {
    slong rank;
    bool odd, complete;
} elimination;

/* Eliminates below the pivots of the first `cols` columns, with `above` also above them. Columns
   are swapped only if `cols` are all there are. */
static elimination eliminate(rk_matrix *a, slong cols, bool above) {
    elimination e = {0, false, true};
    slong row = 0, col = 0, full = FLINT_MIN(a->rows, cols);
    for (; e.rank < full; e.rank++) {
        slong k = e.rank, width = cols == a->cols ? cols : k + 1;
        if (!find_pivot(&row, &col, &e.complete, a, k, width))
            return e;
        e.odd ^= (row != k) ^ (col != k);
        swap_rows(a, k, row);
        swap_cols(a, k, col);
        for (slong i = above ? 0 : k + 1; i < a->rows; i++)
            if (i != k && clear_entry(a, i, k) != RK_EV_OK) {
                e.complete = false;
                return e;
            }
    }
    e.complete = true;
    return e;
}

/* Whether elimination is out of reach, and why. */
static rk_ev refuse(const rk_matrix *a) {
    if (!numbers(a))
        return RK_EV_PRECISION;
    return FLINT_MIN(a->rows, a->cols) > ELIMINATION_LIMIT ? RK_EV_LIMIT : RK_EV_OK;
}

/* By rationals where they serve: *done says so. */
static rk_ev rational_det(ca_struct *r, const rk_matrix *a, bool *done) {
    fmpq_mat_t q;
    fmpq_t det;
    fmpq_init(det);
    fmpq_mat_init(q, a->rows, a->cols);
    *done = rational(q, a);
    if (*done) {
        fmpq_mat_det(det, q);
        ca_set_fmpq(r, det, rk_calcium_context(a->domain));
    }
    fmpq_mat_clear(q);
    fmpq_clear(det);
    return RK_EV_OK;
}

rk_ev rk_calcium_det(void *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix work;
    bool done;
    rk_ev ev = rational_det(r, a, &done);
    if (done || (ev = refuse(a)) != RK_EV_OK)
        return ev;
    rk_matrix_copy(&work, a);
    elimination e = eliminate(&work, a->cols, false);
    ca_set_si(r, e.rank < a->rows ? 0 : e.odd ? -1 : 1, rk_calcium_context(d));
    for (slong i = 0; i < e.rank && e.rank == a->rows; i++)
        d->mul(d, r, r, at(&work, i, i));
    rk_matrix_clear(&work);
    return e.complete && !CA_IS_SPECIAL((ca_struct *)r) ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_ev rational_inv(rk_matrix *r, const rk_matrix *a, bool *done) {
    rk_ev ev = RK_EV_OK;
    fmpq_mat_t q, inverse;
    fmpq_mat_init(q, a->rows, a->cols);
    fmpq_mat_init(inverse, a->rows, a->cols);
    *done = rational(q, a);
    if (*done && !fmpq_mat_inv(inverse, q))
        ev = RK_EV_UNDEFINED;
    for (slong i = 0; *done && i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++)
            ca_set_fmpq((ca_struct *)rk_at(r, i, j), fmpq_mat_entry(inverse, i, j),
                        rk_calcium_context(a->domain));
    fmpq_mat_clear(q);
    fmpq_mat_clear(inverse);
    return ev;
}

/* [a, 1] with `a` on the left reduced to the identity. */
rk_ev rk_calcium_inv(rk_matrix *r, const rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_matrix one, work;
    bool done;
    rk_ev ev = rational_inv(r, a, &done);
    if (done || (ev = refuse(a)) != RK_EV_OK)
        return ev;
    rk_matrix_init(&one, d, a->rows, a->rows);
    for (slong i = 0; i < a->rows; i++)
        ca_one((ca_struct *)rk_at(&one, i, i), rk_calcium_context(d));
    const rk_matrix *parts[] = {a, &one};
    rk_matrix_hcat(&work, parts, 2);
    elimination e = eliminate(&work, a->cols, true);
    if (!e.complete)
        ev = RK_EV_PRECISION;
    else if (e.rank < a->rows)
        ev = RK_EV_UNDEFINED;
    for (slong i = 0; i < a->rows && ev == RK_EV_OK; i++)
        for (slong j = 0; j < a->rows; j++)
            ev = rk_ev_worst(ev,
                             d->div(d, rk_at(r, i, j), at(&work, i, a->cols + j), at(&work, i, i)));
    rk_matrix_clear(&one);
    rk_matrix_clear(&work);
    return ev;
}

/* Divides each row by its first entry that is proved non-zero: the rank stays, and rows that are
   multiples of rational ones (those of a normalisation) become rational. */
static rk_ev normalise_rows(rk_matrix *a) {
    const rk_domain *d = a->domain;
    rk_ev ev = RK_EV_OK;
    rk_matrix pivot;
    rk_matrix_init(&pivot, d, 1, 1);
    for (slong i = 0; i < a->rows; i++) {
        slong j = 0;
        while (j < a->cols && !rk_tern_false(d->is_zero(d, at(a, i, j))))
            j++;
        if (j == a->cols)
            continue;
        d->set(d, pivot.entry, at(a, i, j));
        for (j = 0; j < a->cols; j++)
            ev = rk_ev_worst(ev, d->div(d, rk_at(a, i, j), at(a, i, j), pivot.entry));
    }
    rk_matrix_clear(&pivot);
    return ev;
}

/* A lower bound of the rank from enclosures of the (real) entries. */
static slong enclosed_rank(const rk_matrix *a) {
    arb_mat_t x;
    acb_t z;
    slong low, high;
    acb_init(z);
    arb_mat_init(x, a->rows, a->cols);
    for (slong i = 0; i < a->rows; i++) {
        for (slong j = 0; j < a->cols; j++) {
            ca_get_acb(z, at(a, i, j), ENCLOSURE_BITS, rk_calcium_context(a->domain));
            arb_swap(arb_mat_entry(x, i, j), acb_realref(z));
        }
    }
    rk_ball_rank_arb(&low, &high, x, ENCLOSURE_BITS);
    arb_mat_clear(x);
    acb_clear(z);
    return low;
}

static bool rational_rank(slong *rank, const rk_matrix *a) {
    fmpq_mat_t q;
    fmpq_mat_init(q, a->rows, a->cols);
    bool simple = rational(q, a);
    if (simple)
        *rank = rk_rank_fmpq(q);
    fmpq_mat_clear(q);
    return simple;
}

/* Rank of a matrix that is used up: by enclosures when it is full, by rationals, by elimination.
   A column of surds beside rational ones comes out of the elimination as sums of surds. */
static rk_ev rank_of(slong *low, slong *high, rk_matrix *a) {
    *low = enclosed_rank(a);
    if (*low == *high)
        return RK_EV_OK;
    rk_ev ev = normalise_rows(a);
    if (ev != RK_EV_OK)
        return ev;
    if (rational_rank(low, a)) {
        *high = *low;
        return RK_EV_OK;
    }
    if ((ev = refuse(a)) != RK_EV_OK)
        return ev;
    elimination e = eliminate(a, a->cols, false);
    *low = FLINT_MAX(*low, e.rank);
    if (!e.complete)
        return RK_EV_PRECISION;
    *low = *high = e.rank;
    return RK_EV_OK;
}

rk_ev rk_calcium_rank(slong *low, slong *high, const rk_matrix *a) {
    rk_matrix work;
    *low = 0;
    *high = FLINT_MIN(a->rows, a->cols);
    if (rational_rank(low, a)) {
        *high = *low;
        return RK_EV_OK;
    }
    *low = 0;
    if (!numbers(a))
        return RK_EV_PRECISION;
    rk_matrix_copy(&work, a);
    rk_ev ev = rank_of(low, high, &work);
    rk_matrix_clear(&work);
    return ev;
}

/* (-b +- sqrt(b^2 - 4ac))/2a */
static void quadratic_roots(ca_struct *root, const fmpz_poly_t f, ca_ctx_struct *ctx) {
    fmpz_t d, t;
    fmpz_init(d);
    fmpz_init(t);
    fmpz_poly_discriminant(d, f);
    ca_set_fmpz(root, d, ctx);
    ca_sqrt(root, root, ctx);
    ca_neg(root + 1, root, ctx);
    fmpz_mul_2exp(t, fmpz_poly_get_coeff_ptr(f, 2), 1);
    for (int i = 0; i < 2; i++) {
        ca_sub_fmpz(root + i, root + i, fmpz_poly_get_coeff_ptr(f, 1), ctx);
        ca_div_fmpz(root + i, root + i, t, ctx);
    }
    fmpz_clear(d);
    fmpz_clear(t);
}

/* All complex roots of an irreducible polynomial. */
static void roots_of(ca_struct *root, const fmpz_poly_t f, ca_ctx_struct *ctx) {
    slong n = fmpz_poly_degree(f);
    if (n == 2) {
        quadratic_roots(root, f, ctx);
        return;
    }
    qqbar_ptr exact = _qqbar_vec_init(n);
    qqbar_roots_fmpz_poly(exact, f, QQBAR_ROOTS_IRREDUCIBLE);
    for (slong i = 0; i < n; i++)
        ca_set_qqbar(root + i, exact + i, ctx);
    _qqbar_vec_clear(exact, n);
}

/* All eigenvalues of a rational matrix, with multiplicity, down a column of the domain; their
   moduli if asked. (ca_mat_eigenvalues of Calcium 0.4 leaks what ca_poly_gcd allocates.) */
static void eigenvalues(rk_matrix *column, const fmpq_mat_t a, bool modulus) {
    ca_ctx_struct *ctx = rk_calcium_context(column->domain);
    fmpq_poly_t p;
    fmpz_poly_t whole;
    fmpz_poly_factor_t parts;
    slong filled = 0;
    fmpq_poly_init(p);
    fmpz_poly_init(whole);
    fmpz_poly_factor_init(parts);
    fmpq_mat_charpoly(p, a);
    fmpq_poly_get_numerator(whole, p);
    fmpz_poly_factor(parts, whole);
    for (slong i = 0; i < parts->num; i++) {
        slong n = fmpz_poly_degree(parts->p + i), first = filled;
        roots_of((ca_struct *)rk_at(column, filled, 0), parts->p + i, ctx);
        for (; filled < first + n; filled++)
            if (modulus)
                ca_abs((ca_struct *)rk_at(column, filled, 0), at(column, filled, 0), ctx);
        for (; filled < first + n * parts->exp[i]; filled++)
            ca_set((ca_struct *)rk_at(column, filled, 0), at(column, filled - n, 0), ctx);
    }
    fmpq_poly_clear(p);
    fmpz_poly_clear(whole);
    fmpz_poly_factor_clear(parts);
}

/* Eigenvalues of rational matrices are algebraic numbers of small degree; with other entries
   their polynomials soon are out of reach, and enclosures serve. */
static rk_ev kth(void *r, const rk_matrix *a, slong k, bool modulus) {
    rk_matrix column;
    fmpq_mat_t q;
    fmpq_mat_init(q, a->rows, a->cols);
    rk_matrix_init(&column, a->domain, a->rows, 1);
    rk_ev ev = !rational(q, a)               ? RK_EV_CONSTRUCT
               : a->rows > ELIMINATION_LIMIT ? RK_EV_LIMIT
                                             : RK_EV_OK;
    if (ev == RK_EV_OK) {
        eigenvalues(&column, q, modulus);
        ev = numbers(&column) ? rk_kth_largest(r, &column, k) : RK_EV_CONSTRUCT;
    }
    rk_matrix_clear(&column);
    fmpq_mat_clear(q);
    return ev;
}

rk_ev rk_calcium_psd_eigenvalue(void *r, const rk_matrix *a, slong k) {
    return kth(r, a, k, false);
}

rk_ev rk_calcium_eigen_modulus(void *r, const rk_matrix *a, slong k) {
    return kth(r, a, k, true);
}
