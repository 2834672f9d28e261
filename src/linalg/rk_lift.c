#include "rk_lift.h"
#include "base/rk_mem.h"

/* The matrix with the minor m = a(rows, cols) in its corner: b to the right, c below, d opposite;
   and the lifting of x with m*x = b. */
typedef struct lifting {
    fmpz_mat_t m, b, c, d;
    nmod_mat_t inverse; /* of m mod p */
    ulong p;
    fmpz_mat_t x, residual; /* m*x + modulus*residual = b */
    fmpz_t modulus, bound;  /* p^digits; numerators and denominators that decide */
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

/* The first prime from 2^60 on mod which m is regular. */
static void invert_minor(lifting *l, slong r) {
    nmod_mat_t m;
    l->p = UWORD(1) << 60;
    bool regular = false;
    while (!regular) {
        l->p = n_nextprime(l->p, 1);
        nmod_mat_init(l->inverse, r, r, l->p);
        nmod_mat_init(m, r, r, l->p);
        fmpz_mat_get_nmod_mat(m, l->m);
        regular = nmod_mat_inv(l->inverse, m);
        nmod_mat_clear(m);
        if (!regular)
            nmod_mat_clear(l->inverse);
    }
}

/* By Cramer's rule numerators and denominators are minors of [m b]: Hadamard's bound, the product
   of the rows' norms, holds for all of them. */
static void cramer_bound(lifting *l) {
    fmpz_t square, sum;
    fmpz_init(square);
    fmpz_init(sum);
    fmpz_one(l->bound);
    for (slong i = 0; i < fmpz_mat_nrows(l->m); i++) {
        fmpz_zero(sum);
        for (slong j = 0; j < fmpz_mat_ncols(l->m); j++)
            fmpz_addmul(sum, fmpz_mat_entry(l->m, i, j), fmpz_mat_entry(l->m, i, j));
        for (slong j = 0; j < fmpz_mat_ncols(l->b); j++)
            fmpz_addmul(sum, fmpz_mat_entry(l->b, i, j), fmpz_mat_entry(l->b, i, j));
        fmpz_sqrt(square, sum);
        fmpz_add_ui(square, square, 1);
        fmpz_mul(l->bound, l->bound, square);
    }
    fmpz_clear(square);
    fmpz_clear(sum);
}

static void start(lifting *l, const fmpz_mat_t a, slong r, const slong *rows, const slong *cols) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a);
    slong *low = others(rows, r, m), *right = others(cols, r, n);
    select_block(l->m, a, rows, r, cols, r);
    select_block(l->b, a, rows, r, right, n - r);
    select_block(l->c, a, low, m - r, cols, r);
    select_block(l->d, a, low, m - r, right, n - r);
    rk_free(low);
    rk_free(right);
    fmpz_mat_init(l->x, r, n - r);
    fmpz_mat_init_set(l->residual, l->b);
    fmpz_init_set_ui(l->modulus, 1);
    fmpz_init(l->bound);
    invert_minor(l, r);
    cramer_bound(l);
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
    fmpz_clear(l->bound);
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

/* Digits until the solution, which exists because m is regular, is below every limit used in
   reading it: numerators, denominators and their products with Cramer's bound on both. */
static slong enough_digits(const lifting *l) {
    return 2 + (slong)((2 * fmpz_bits(l->bound) + 2) / (FLINT_BIT_COUNT(l->p) - 1));
}

/* The second side is given up after so many digits. */
enum { EARLY_DIGITS = 6 };

/* Lifts until something is known: at first columns by columns of the minor and rows by rows in
   turn, since one of the two may have very small coefficients (repeated rows are sums of rows with
   coefficients 0 and 1, but their columns depend on each other in no simple way); then the first
   side only, the cheaper one. */
static finding lift(lifting side[2]) {
    finding f = OPEN;
    slong last = enough_digits(&side[0]);
    for (slong digits = 1, check = 2; f == OPEN; digits++) {
        bool now = digits >= check || digits >= last;
        for (slong s = 0; s < (digits <= EARLY_DIGITS ? 2 : 1) && f == OPEN; s++) {
            add_digit(&side[s]);
            if (now)
                f = try_proof(&side[s]);
        }
        check = now ? digits + digits / 2 + 1 : check;
    }
    return f;
}

bool rk_lift_rank_at_most(const fmpz_mat_t a, slong r, const slong *rows, const slong *cols) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a);
    lifting side[2];
    fmpz_mat_t t;
    if (r == 0)
        return fmpz_mat_is_zero(a);
    if (r == m || r == n)
        return true;
    slong across = n > m; /* the side with fewer combinations first */
    fmpz_mat_init(t, n, m);
    fmpz_mat_transpose(t, a);
    start(&side[across], a, r, rows, cols);
    start(&side[1 - across], t, r, cols, rows);
    fmpz_mat_clear(t);
    finding f = lift(side);
    finish(&side[0]);
    finish(&side[1]);
    return f == PROVED;
}
