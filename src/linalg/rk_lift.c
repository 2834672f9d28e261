#include "rk_lift.h"
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_modular.h"
#include "rk_schur.h"

/* The matrix with the minor m = a(rows, cols) in its corner: b to the right, c below, d opposite;
   and the lifting of x with m*x = b. */
typedef struct lifting {
    fmpz_mat_t m, b, c, d;
    nmod_mat_t inverse; /* of m mod p */
    ulong p;
    fmpz_mat_t x, residual; /* m*x + modulus*residual = b */
    fmpz_t modulus;         /* p^digits */
} lifting;

/* The indices below n that are not among the r given ones, ascending. */
static slong *others(const slong *taken, slong r, slong n) {
    slong *rest = rk_malloc(((size_t)n + 1) * sizeof *rest), count = 0;
    unsigned char *seen = rk_calloc((size_t)n + 1, 1);
    for (slong i = 0; i < r; i++)
        seen[taken[i]] = 1;
    for (slong i = 0; i < n; i++)
        if (!seen[i])
            rest[count++] = i;
    rk_free(seen);
    return rest;
}

static void select_block(fmpz_mat_t block, const fmpz_mat_t a, const slong *rows, slong m,
                         const slong *cols, slong n) {
    fmpz_mat_init(block, m, n);
    for (slong i = 0; i < m; i++)
        for (slong j = 0; j < n; j++)
            fmpz_set(fmpz_mat_entry(block, i, j), fmpz_mat_entry(a, rows[i], cols[j]));
}

static void invert_minor(lifting *l, slong r) {
    double *x = rk_malloc(((size_t)(r * r) + 1) * sizeof *x);
    for (slong k = 0; k < r * r; k++)
        x[k] = (double)fmpz_fdiv_ui(fmpz_mat_entry(l->m, k / r, k % r), l->p);
    rk_modular_inverse(x, r, l->p);
    nmod_mat_init(l->inverse, r, r, l->p);
    for (slong k = 0; k < r * r; k++)
        nmod_mat_entry(l->inverse, k / r, k % r) =
            x[k] < 0 ? l->p - (ulong)-x[k] : (ulong)x[k] % l->p;
    rk_free(x);
}

/* At most SAMPLE of the count numbers, spread evenly; returns how many. */
enum { SAMPLE = 3 };

static slong thin_out(slong *number, slong count) {
    for (slong i = 0; i < SAMPLE && count > SAMPLE; i++)
        number[i] = number[(2 * i + 1) * count / (2 * SAMPLE)];
    return FLINT_MIN(count, SAMPLE);
}

/* With all columns beside the minor, or a sample of them. */
static void start(lifting *l, const fmpz_mat_t a, const rk_minor *minor, bool sample) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a), r = minor->r;
    slong *low = others(minor->rows, r, m), *right = others(minor->cols, r, n);
    slong beside = sample ? thin_out(right, n - r) : n - r;
    l->p = minor->p;
    select_block(l->m, a, minor->rows, r, minor->cols, r);
    select_block(l->b, a, minor->rows, r, right, beside);
    select_block(l->c, a, low, m - r, minor->cols, r);
    select_block(l->d, a, low, m - r, right, beside);
    rk_free(low);
    rk_free(right);
    fmpz_mat_init(l->x, r, beside);
    fmpz_mat_init_set(l->residual, l->b);
    fmpz_init_set_ui(l->modulus, 1);
    invert_minor(l, r);
}

static void finish(lifting *l) {
    fmpz_mat_clear(l->m);
    fmpz_mat_clear(l->b);
    fmpz_mat_clear(l->c);
    fmpz_mat_clear(l->d);
    fmpz_mat_clear(l->x);
    fmpz_mat_clear(l->residual);
    nmod_mat_clear(l->inverse);
    fmpz_clear(l->modulus);
}

/* One more p-adic digit of x. */
static void add_digit(lifting *l) {
    slong r = fmpz_mat_nrows(l->x), k = fmpz_mat_ncols(l->x);
    nmod_mat_t residue, digit;
    fmpz_mat_t z, product;
    nmod_mat_init(residue, r, k, l->p);
    nmod_mat_init(digit, r, k, l->p);
    fmpz_mat_init(z, r, k);
    fmpz_mat_init(product, r, k);
    fmpz_mat_get_nmod_mat(residue, l->residual);
    nmod_mat_mul(digit, l->inverse, residue);
    fmpz_mat_set_nmod_mat(z, digit);
    fmpz_mat_mul(product, l->m, z);
    fmpz_mat_sub(l->residual, l->residual, product);
    fmpz_mat_scalar_divexact_ui(l->residual, l->residual, l->p);
    fmpz_mat_scalar_addmul_fmpz(l->x, z, l->modulus);
    fmpz_mul_ui(l->modulus, l->modulus, l->p);
    nmod_mat_clear(residue);
    nmod_mat_clear(digit);
    fmpz_mat_clear(z);
    fmpz_mat_clear(product);
}

/* A denominator for all entries of x, if there is one so small that it may be right. */
static bool common_denominator(fmpz_t den, const lifting *l) {
    fmpz_t t, limit;
    fmpq_t q;
    bool good = true;
    fmpz_init(t);
    fmpz_init(limit);
    fmpq_init(q);
    fmpz_one(den);
    fmpz_fdiv_q_2exp(limit, l->modulus, 1);
    fmpz_sqrt(limit, limit);
    for (slong i = 0; i < fmpz_mat_nrows(l->x) && good; i++) {
        for (slong j = 0; j < fmpz_mat_ncols(l->x) && good; j++) {
            fmpz_mul(t, fmpz_mat_entry(l->x, i, j), den);
            fmpz_smod(t, t, l->modulus);
            if (fmpz_cmpabs(t, limit) <= 0)
                continue;
            fmpz_mod(t, t, l->modulus);
            good = fmpq_reconstruct_fmpz(q, t, l->modulus);
            fmpz_mul(den, den, fmpq_denref(q));
            good = good && fmpz_cmp(den, limit) <= 0;
        }
    }
    fmpz_clear(t);
    fmpz_clear(limit);
    fmpq_clear(q);
    return good;
}

/* left * y == den * right over Z. */
static bool check_product(const fmpz_mat_t left, const fmpz_mat_t y, const fmpz_t den,
                          const fmpz_mat_t right) {
    fmpz_mat_t product, scaled;
    fmpz_mat_init(product, fmpz_mat_nrows(right), fmpz_mat_ncols(right));
    fmpz_mat_init(scaled, fmpz_mat_nrows(right), fmpz_mat_ncols(right));
    fmpz_mat_mul(product, left, y);
    fmpz_mat_scalar_mul_fmpz(scaled, right, den);
    bool same = fmpz_mat_equal(product, scaled);
    fmpz_mat_clear(product);
    fmpz_mat_clear(scaled);
    return same;
}

/* What is known of rank(a) <= r. */
typedef enum finding { OPEN, PROVED, REFUTED } finding;

/* Reads x as y / den and multiplies out. m * y == den * b says that y / den is the solution, m
   being regular; then c * y == den * d decides. */
static finding try_proof(const lifting *l) {
    fmpz_t den;
    fmpz_mat_t y;
    finding f = OPEN;
    fmpz_init(den);
    if (common_denominator(den, l)) {
        fmpz_mat_init(y, fmpz_mat_nrows(l->x), fmpz_mat_ncols(l->x));
        fmpz_mat_scalar_mul_fmpz(y, l->x, den);
        fmpz_mat_scalar_smod(y, y, l->modulus);
        if (check_product(l->m, y, den, l->b))
            f = check_product(l->c, y, den, l->d) ? PROVED : REFUTED;
        fmpz_mat_clear(y);
    }
    fmpz_clear(den);
    return f;
}

/* So many digits are worth looking at before the bound of all minors is gone to. */
enum { EARLY_DIGITS = 6 };

/* Digits after which a sample of the columns could be combinations of the minor's with small
   coefficients; 0: after none. */
static slong early_digits(const fmpz_mat_t a, const rk_minor *minor) {
    lifting l;
    slong found = 0;
    start(&l, a, minor, true);
    for (slong digits = 1; digits <= EARLY_DIGITS && found == 0; digits++) {
        add_digit(&l);
        if (digits % 2 == 0 && try_proof(&l) != OPEN)
            found = digits;
    }
    finish(&l);
    return found;
}

static bool is_late(double deadline) {
    return deadline > 0 && rk_clock() > deadline;
}

static finding lift(const fmpz_mat_t a, const rk_minor *minor, slong most, double deadline) {
    lifting l;
    finding f = OPEN;
    start(&l, a, minor, false);
    for (slong digits = 1; digits <= most && f == OPEN && !is_late(deadline); digits++) {
        add_digit(&l);
        f = digits % 2 == 0 ? try_proof(&l) : OPEN;
    }
    finish(&l);
    return f;
}

/* Columns by columns of the minor and rows by rows: one of the two may have very small coefficients
   (repeated rows are sums of rows with coefficients 0 and 1, but their columns depend on each other
   in no simple way). */
static finding prove_early(const fmpz_mat_t a, const rk_minor *minor, double deadline) {
    rk_minor across = {minor->r, minor->cols, minor->rows, minor->p};
    fmpz_mat_t t;
    fmpz_mat_init(t, fmpz_mat_ncols(a), fmpz_mat_nrows(a));
    fmpz_mat_transpose(t, a);
    slong down = early_digits(t, &across);
    finding f = down > 0 ? lift(t, &across, 2 * down, deadline) : OPEN;
    fmpz_mat_clear(t);
    slong right = f == OPEN ? early_digits(a, minor) : 0;
    return right > 0 ? lift(a, minor, 2 * right, deadline) : f;
}

/* Minors of so few bits that their bound is reached before small coefficients have been looked for.
 */
enum { FEW_BITS = 1500 };

rk_tern rk_lift_rank_at_most(const fmpz_mat_t a, const rk_minor *minor, double deadline) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a);
    if (minor->r == 0)
        return rk_tern_of(fmpz_mat_is_zero(a));
    if (minor->r == m || minor->r == n)
        return RK_TRUE;
    bool few = minor->r * FLINT_ABS(fmpz_mat_max_bits(a)) <= FEW_BITS;
    finding f = few ? OPEN : prove_early(a, minor, deadline);
    return f == OPEN ? rk_schur_is_zero(a, minor->r, minor->rows, minor->cols, deadline)
                     : rk_tern_of(f == PROVED);
}
