/* Ranks: of planted matrices, of entries that a prime divides, of ranks that drop mod p, of wide
   dyadic ranges; and upper bounds that must not be believed. */
#include "domain_helpers.h"
#include "base/rk_clock.h"
#include "linalg/rk_lift.h"
#include "linalg/rk_likely.h"
#include "linalg/rk_modular.h"
#include "linalg/rk_poly_rank.h"
#include "linalg/rk_product.h"
#include "linalg/rk_rank.h"
#include "linalg/rk_schur.h"

/* The largest prime below 2^23, which the first lower bound is taken mod. */
#define FIRST UWORD(8388593)

static void random_fmpz(fmpz_mat_t a, rk_rng *rng, int64_t most) {
    for (slong i = 0; i < fmpz_mat_nrows(a); i++)
        for (slong j = 0; j < fmpz_mat_ncols(a); j++)
            fmpz_set_si(fmpz_mat_entry(a, i, j), rk_rng_between(rng, -most, most));
}

/* a := a random m by n matrix that is a product through r, so of rank at most r. */
static void planted(fmpz_mat_t a, rk_rng *rng, slong r, int64_t most) {
    fmpz_mat_t x, y;
    fmpz_mat_init(x, fmpz_mat_nrows(a), r);
    fmpz_mat_init(y, r, fmpz_mat_ncols(a));
    random_fmpz(x, rng, most);
    random_fmpz(y, rng, most);
    fmpz_mat_mul(a, x, y);
    fmpz_mat_clear(x);
    fmpz_mat_clear(y);
}

static void random_mod(nmod_mat_t a, rk_rng *rng, slong r) {
    nmod_mat_t x, y;
    nmod_mat_init(x, nmod_mat_nrows(a), r, a->mod.n);
    nmod_mat_init(y, r, nmod_mat_ncols(a), a->mod.n);
    for (slong i = 0; i < nmod_mat_nrows(a); i++)
        for (slong j = 0; j < r; j++)
            nmod_mat_entry(x, i, j) = rk_rng_below(rng, a->mod.n);
    for (slong i = 0; i < r; i++)
        for (slong j = 0; j < nmod_mat_ncols(a); j++)
            nmod_mat_entry(y, i, j) = rk_rng_below(rng, a->mod.n);
    nmod_mat_mul(a, x, y);
    nmod_mat_clear(x);
    nmod_mat_clear(y);
}

/* The profile's minor is regular and as large as the rank. */
static void assert_profile(const nmod_mat_t a) {
    slong full = FLINT_MIN(nmod_mat_nrows(a), nmod_mat_ncols(a)), rank = nmod_mat_rank(a);
    slong *rows = rk_calloc((size_t)full + 1, sizeof *rows);
    slong *cols = rk_calloc((size_t)full + 1, sizeof *cols);
    assert_int_equal(rk_rank_mod(a), rank);
    assert_int_equal(rk_rank_profile_mod(a, rows, cols), rank);
    nmod_mat_t minor;
    nmod_mat_init(minor, rank, rank, a->mod.n);
    for (slong i = 0; i < rank; i++)
        for (slong j = 0; j < rank; j++)
            nmod_mat_entry(minor, i, j) = nmod_mat_entry(a, rows[i], cols[j]);
    assert_int_equal(nmod_mat_rank(minor), rank);
    nmod_mat_clear(minor);
    rk_free(rows);
    rk_free(cols);
}

static void modular_ranks_are_flints(void **state) {
    (void)state;
    const ulong primes[] = {2,     3,        5,        97,         65537,
                            FIRST, 33554393, 67108859, 2147483647, UWORD(2305843009213693951)};
    rk_rng rng = test_rng(3, "modular_ranks_are_flints");
    for (long t = 0; t < (test_long() ? 4000 : 400); t++) {
        ulong p = primes[rk_rng_below(&rng, sizeof primes / sizeof *primes)];
        slong m = rk_rng_between(&rng, 1, 90), n = rk_rng_between(&rng, 1, 90);
        nmod_mat_t a;
        nmod_mat_init(a, m, n, p);
        random_mod(a, &rng, rk_rng_between(&rng, 0, 100));
        for (slong k = rk_rng_between(&rng, 0, 3); k > 0; k--) { /* some empty columns */
            slong j = rk_rng_between(&rng, 0, n - 1);
            for (slong i = 0; i < m; i++)
                nmod_mat_entry(a, i, j) = 0;
        }
        assert_profile(a);
        nmod_mat_clear(a);
    }
}

/* Inner sizes beyond one chunk of exact products, at the largest primes served. */
static void large_modular_ranks(void **state) {
    (void)state;
    const ulong primes[] = {FIRST, 33554393, 67108859};
    rk_rng rng = test_rng(4, "large_modular_ranks");
    for (size_t k = 0; k < sizeof primes / sizeof *primes; k++) {
        nmod_mat_t a;
        nmod_mat_init(a, 300, 420, primes[k]);
        random_mod(a, &rng, 420);
        assert_int_equal(rk_rank_mod(a), 300);
        random_mod(a, &rng, 211);
        assert_profile(a);
        nmod_mat_t t;
        nmod_mat_init(t, 420, 300, primes[k]);
        nmod_mat_transpose(t, a);
        assert_profile(t);
        nmod_mat_clear(t);
        nmod_mat_clear(a);
    }
}

static void products_are_flints(void **state) {
    (void)state;
    const ulong primes[] = {2, FIRST, 2147483647, UWORD(4294967291), UWORD(2305843009213693951)};
    rk_rng rng = test_rng(10, "products_are_flints");
    for (long t = 0; t < (test_long() ? 400 : 40); t++) {
        ulong p = primes[rk_rng_below(&rng, sizeof primes / sizeof *primes)];
        slong m = rk_rng_between(&rng, 1, 70), k = rk_rng_between(&rng, 1, 300),
              n = rk_rng_between(&rng, 1, 70);
        bool largest = rk_rng_below(&rng, 4) == 0; /* every residue p - 1: the largest sums */
        nmod_mat_t a, b, c;
        nmod_mat_init(a, m, k, p);
        nmod_mat_init(b, k, n, p);
        nmod_mat_init(c, m, n, p);
        ulong *x = rk_malloc((size_t)(m * k) * sizeof *x),
              *y = rk_malloc((size_t)(k * n) * sizeof *y);
        ulong *z = rk_malloc((size_t)(m * n) * sizeof *z);
        for (slong i = 0; i < m * k; i++)
            nmod_mat_entry(a, i / k, i % k) = x[i] = largest ? p - 1 : rk_rng_below(&rng, p);
        for (slong i = 0; i < k * n; i++)
            nmod_mat_entry(b, i / n, i % n) = y[i] = largest ? p - 1 : rk_rng_below(&rng, p);
        nmod_mat_mul(c, a, b);
        rk_product_mod(z, x, y, m, k, n, a->mod);
        for (slong i = 0; i < m * n; i++)
            assert_true(z[i] == nmod_mat_entry(c, i / n, i % n));
        nmod_mat_clear(a);
        nmod_mat_clear(b);
        nmod_mat_clear(c);
        rk_free(x);
        rk_free(y);
        rk_free(z);
    }
}

static void empty_and_zero_matrices(void **state) {
    (void)state;
    nmod_mat_t a;
    fmpz_mat_t z;
    nmod_mat_init(a, 0, 5, 7);
    assert_int_equal(rk_rank_mod(a), 0);
    nmod_mat_clear(a);
    nmod_mat_init(a, 30, 40, 7);
    assert_profile(a);
    nmod_mat_clear(a);
    fmpz_mat_init(z, 0, 3);
    assert_int_equal(rk_rank_fmpz(z), 0);
    fmpz_mat_clear(z);
    fmpz_mat_init(z, 40, 70);
    assert_int_equal(rk_rank_fmpz(z), 0);
    fmpz_mat_clear(z);
    fmpz_mat_init(z, 1, 100);
    fmpz_set_ui(fmpz_mat_entry(z, 0, 77), FIRST);
    assert_int_equal(rk_rank_fmpz(z), 1);
    fmpz_mat_clear(z);
}

static void planted_ranks_are_found(void **state) {
    (void)state;
    rk_rng rng = test_rng(5, "planted_ranks_are_found");
    for (long t = 0; t < (test_long() ? 1000 : 120); t++) {
        slong m = rk_rng_between(&rng, 1, 30), n = rk_rng_between(&rng, 1, 80);
        slong r = rk_rng_between(&rng, 0, 30);
        int64_t most = rk_rng_below(&rng, 2) ? 2 : 1000000000;
        fmpz_mat_t a;
        fmpz_mat_init(a, m, n);
        planted(a, &rng, r, most);
        assert_int_equal(rk_rank_fmpz(a), fmpz_mat_rank(a));
        fmpz_mat_clear(a);
    }
}

/* The diagonal holds the primes that are tried first: the rank drops mod each of them. */
static void ranks_that_drop_mod_p(void **state) {
    (void)state;
    rk_rng rng = test_rng(6, "ranks_that_drop_mod_p");
    fmpz_mat_t a, left, right;
    fmpz_mat_init(a, 40, 50);
    fmpz_mat_init(left, 40, 40);
    fmpz_mat_init(right, 50, 50);
    for (slong i = 0; i < 40; i++)
        fmpz_set_ui(fmpz_mat_entry(left, i, i), 1);
    for (slong i = 0; i < 50; i++)
        fmpz_set_ui(fmpz_mat_entry(right, i, i), 1);
    for (slong i = 0; i < 40; i++) /* unimodular */
        for (slong j = 0; j < i; j++)
            fmpz_set_si(fmpz_mat_entry(left, i, j), rk_rng_between(&rng, -2, 2));
    for (slong i = 0; i < 50; i++)
        for (slong j = 0; j < i; j++)
            fmpz_set_si(fmpz_mat_entry(right, i, j), rk_rng_between(&rng, -2, 2));
    ulong p = UWORD(1) << 23;
    for (slong i = 0; i < 33; i++) {
        fmpz_set_ui(fmpz_mat_entry(a, i, i), 1);
        for (int k = 0; k < 4 && i % 4 == 0; k++) { /* divisible by the first four primes */
            do
                p--;
            while (!n_is_prime(p));
            fmpz_mul_ui(fmpz_mat_entry(a, i, i), fmpz_mat_entry(a, i, i), p);
        }
        if (i % 4 == 3)
            p = UWORD(1) << 23;
    }
    fmpz_mat_mul(a, left, a);
    fmpz_mat_mul(a, a, right);
    assert_int_equal(rk_rank_fmpz(a), 33);
    fmpz_mat_scalar_mul_ui(a, a, FIRST); /* zero mod the first prime */
    assert_int_equal(rk_rank_fmpz(a), 33);
    fmpz_mat_clear(a);
    fmpz_mat_clear(left);
    fmpz_mat_clear(right);
}

static void assert_lift(rk_tern said, bool truth) {
    assert_true(truth ? rk_tern_true(said) : rk_tern_false(said));
}

/* A claimed bound below the rank is refused, one at the rank proved. */
static void lifted_bounds_are_checked(void **state) {
    (void)state;
    rk_rng rng = test_rng(7, "lifted_bounds_are_checked");
    for (long t = 0; t < (test_long() ? 2000 : 200); t++) {
        slong m = rk_rng_between(&rng, 1, 12), n = rk_rng_between(&rng, 1, 12), rank;
        slong rows[12], cols[12];
        fmpz_mat_t a, minor;
        nmod_mat_t residues;
        fmpz_mat_init(a, m, n);
        planted(a, &rng, rk_rng_between(&rng, 0, 8), 50);
        rank = fmpz_mat_rank(a);
        nmod_mat_init(residues, m, n, FIRST);
        fmpz_mat_get_nmod_mat(residues, a);
        slong r = rk_rank_profile_mod(residues, rows, cols);
        rk_minor found = {r, rows, cols, FIRST}, smaller = {r - 1, rows, cols, FIRST};
        assert_lift(rk_lift_rank_at_most(a, &found, 0), r == rank);
        fmpz_mat_init(minor, r, r);
        if (r > 1) { /* a leading minor that is regular too, one smaller */
            nmod_mat_t corner;
            nmod_mat_init(corner, r - 1, r - 1, FIRST);
            for (slong i = 0; i < r - 1; i++)
                for (slong j = 0; j < r - 1; j++)
                    nmod_mat_entry(corner, i, j) = nmod_mat_entry(residues, rows[i], cols[j]);
            if (nmod_mat_rank(corner) == r - 1)
                assert_lift(rk_lift_rank_at_most(a, &smaller, 0), false);
            nmod_mat_clear(corner);
        }
        fmpz_mat_clear(minor);
        nmod_mat_clear(residues);
        fmpz_mat_clear(a);
    }
}

/* Every engine against FLINT's elimination: the whole, the lifting and the complement alone, from
   the minor that the first prime shows, which may be too small, and the likely rank. */
static void assert_all_engines(const fmpz_mat_t a, rk_rng *primes) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a), full = FLINT_MIN(m, n);
    slong rank = fmpz_mat_rank(a);
    slong *rows = rk_calloc((size_t)full + 1, sizeof *rows);
    slong *cols = rk_calloc((size_t)full + 1, sizeof *cols);
    nmod_mat_t residues;
    nmod_mat_init(residues, m, n, FIRST);
    fmpz_mat_get_nmod_mat(residues, a);
    slong r = rk_rank_profile_mod(residues, rows, cols);
    rk_minor minor = {r, rows, cols, FIRST};
    assert_true(r <= rank);
    assert_int_equal(rk_rank_fmpz(a), rank);
    assert_int_equal(rk_likely_fmpz(a, primes).rank, rank);
    assert_lift(rk_lift_rank_at_most(a, &minor, 0), r == rank);
    if (r > 0 && r < full)
        assert_lift(rk_schur_is_zero(a, r, rows, cols, 0), r == rank);
    nmod_mat_clear(residues);
    rk_free(rows);
    rk_free(cols);
}

/* Rows and columns times what the engines divide by: powers of two, primes that are tried. */
static void spoil(fmpz_mat_t a, rk_rng *rng) {
    const ulong factor[] = {2, FIRST, 8388587, 16777213, 16777199, UWORD(1) << 60};
    for (slong k = rk_rng_between(rng, 0, 6); k > 0; k--) {
        ulong f = factor[rk_rng_below(rng, sizeof factor / sizeof *factor)];
        slong i = rk_rng_between(rng, 0, fmpz_mat_nrows(a) - 1),
              j = rk_rng_between(rng, 0, fmpz_mat_ncols(a) - 1);
        bool row = rk_rng_below(rng, 2);
        for (slong t = 0; t < (row ? fmpz_mat_ncols(a) : fmpz_mat_nrows(a)); t++) {
            fmpz *x = row ? fmpz_mat_entry(a, i, t) : fmpz_mat_entry(a, t, j);
            fmpz_mul_ui(x, x, f);
        }
    }
    for (slong k = rk_rng_between(rng, -2, 2); k > 0; k--) { /* seen by no prime that divides it */
        fmpz *x = fmpz_mat_entry(a, rk_rng_between(rng, 0, fmpz_mat_nrows(a) - 1),
                                 rk_rng_between(rng, 0, fmpz_mat_ncols(a) - 1));
        fmpz_add_ui(x, x, factor[1 + rk_rng_below(rng, 4)]);
    }
}

static void all_engines_agree_on_spoiled_matrices(void **state) {
    (void)state;
    rk_rng rng = test_rng(20, "all_engines_agree"), primes = test_rng(21, "likely primes");
    for (long t = 0; t < (test_long() ? 20000 : 2000); t++) {
        slong most = t % 100 == 99 ? 60 : 12;
        fmpz_mat_t a;
        fmpz_mat_init(a, rk_rng_between(&rng, 1, most), rk_rng_between(&rng, 1, most));
        planted(a, &rng, rk_rng_between(&rng, 0, most), t % 3 ? 2 : 1000000);
        spoil(a, &rng);
        assert_all_engines(a, &primes);
        fmpz_mat_clear(a);
    }
}

/* The first prime below a power of two, and those below it, as the lifting takes them. */
static void primes_below(fmpz_t product, ulong p, slong count) {
    fmpz_one(product);
    for (; count > 0; count--) {
        do
            p--;
        while (!n_is_prime(p));
        fmpz_mul_ui(product, product, p);
    }
}

/* A minor beside which all is dependent, but for one entry that is a multiple of every prime the
   lifting takes first: it finds nothing for many digits, and must not stop there. */
static void late_differences_are_found(void **state) {
    (void)state;
    rk_rng rng = test_rng(11, "late_differences_are_found");
    for (slong t = 0; t < (test_long() ? 200 : 30); t++) {
        slong r = rk_rng_between(&rng, 1, 20), m = r + rk_rng_between(&rng, 1, 12),
              n = r + rk_rng_between(&rng, 1, 12), rows[20], cols[20];
        fmpz_mat_t a;
        fmpz_t product;
        nmod_mat_t residues;
        fmpz_init(product);
        fmpz_mat_init(a, m, n);
        nmod_mat_init(residues, m, n, FIRST);
        planted(a, &rng, r, 1000);
        fmpz_mat_get_nmod_mat(residues, a);
        if (rk_rank_profile_mod(residues, rows, cols) == r) {
            assert_lift(rk_schur_is_zero(a, r, rows, cols, 0), true);
            slong i = 0, j = 0; /* a row and a column beside the minor */
            for (slong k = 0; k < r; k++)
                if (rows[k] == i)
                    i++, k = -1;
            for (slong k = 0; k < r; k++)
                if (cols[k] == j)
                    j++, k = -1;
            primes_below(product, UWORD(1) << 24, rk_rng_between(&rng, 1, 80));
            fmpz_add(fmpz_mat_entry(a, i, j), fmpz_mat_entry(a, i, j), product);
            assert_lift(rk_schur_is_zero(a, r, rows, cols, 0), false);
            assert_int_equal(rk_rank_fmpz(a), r + 1);
        }
        nmod_mat_clear(residues);
        fmpz_mat_clear(a);
        fmpz_clear(product);
    }
}

/* Sizes of several tiles, entries of one digit to thousands of bits. */
static void large_planted_ranks(void **state) {
    (void)state;
    rk_rng rng = test_rng(12, "large_planted_ranks");
    for (slong t = 0; t < (test_long() ? 60 : 8); t++) {
        slong m = rk_rng_between(&rng, 30, 120), n = rk_rng_between(&rng, 30, 120);
        slong r = rk_rng_between(&rng, 1, FLINT_MIN(m, n) - 1);
        fmpz_mat_t a;
        fmpz_mat_init(a, m, n);
        planted(a, &rng, r, t % 2 ? 1 : 1000000000000);
        for (slong i = 0; i < m && t % 4 == 3; i++) /* rows and columns of all sizes */
            for (slong j = 0; j < n; j++)
                fmpz_mul_2exp(fmpz_mat_entry(a, i, j), fmpz_mat_entry(a, i, j),
                              (ulong)(i * 37 % 301 + j * 53 % 407));
        assert_int_equal(rk_rank_fmpz(a), fmpz_mat_rank(a));
        fmpz_mat_clear(a);
    }
}

/* The product of random matrices of polynomials through r, of degree at most d each; one of their
   rows may be a multiple of a polynomial that vanishes at the point tried first. */
static void random_polynomials(fmpz_poly_mat_t a, rk_rng *rng, slong r, slong d) {
    fmpz_poly_mat_t x, y;
    fmpz_poly_mat_init(x, a->r, r);
    fmpz_poly_mat_init(y, r, a->c);
    fmpz_poly_mat_t *both[2] = {&x, &y};
    for (int k = 0; k < 2; k++)
        for (slong i = 0; i < (*both[k])->r; i++)
            for (slong j = 0; j < (*both[k])->c; j++)
                for (slong e = rk_rng_between(rng, 0, d); e >= 0; e--)
                    fmpz_poly_set_coeff_si(fmpz_poly_mat_entry(*both[k], i, j), e,
                                           rk_rng_between(rng, -3, 3));
    fmpz_poly_t factor;
    fmpz_poly_init(factor);
    fmpz_poly_set_coeff_si(factor, 1, 1);
    fmpz_poly_set_coeff_si(factor, 0, rk_rng_below(rng, 2) ? -24036583 : 0);
    for (slong j = 0; j < a->c && r > 0; j++)
        fmpz_poly_mul(fmpz_poly_mat_entry(y, 0, j), fmpz_poly_mat_entry(y, 0, j), factor);
    fmpz_poly_mat_mul(a, x, y);
    fmpz_poly_clear(factor);
    fmpz_poly_mat_clear(x);
    fmpz_poly_mat_clear(y);
}

static void ranks_of_polynomials_are_flints(void **state) {
    (void)state;
    rk_rng rng = test_rng(13, "ranks_of_polynomials_are_flints");
    for (slong t = 0; t < (test_long() ? 2000 : 200); t++) {
        slong m = rk_rng_between(&rng, 0, 9), n = rk_rng_between(&rng, 1, 9);
        fmpz_poly_mat_t a;
        fmpz_poly_mat_init(a, m, n);
        random_polynomials(a, &rng, rk_rng_between(&rng, 0, 8), rk_rng_between(&rng, 0, 4));
        if (t % 7 == 0) /* zero mod both primes of the lower bound */
            for (slong i = 0; i < m; i++)
                for (slong j = 0; j < n; j++) {
                    fmpz_poly_scalar_mul_ui(fmpz_poly_mat_entry(a, i, j),
                                            fmpz_poly_mat_entry(a, i, j), 67108859);
                    fmpz_poly_scalar_mul_ui(fmpz_poly_mat_entry(a, i, j),
                                            fmpz_poly_mat_entry(a, i, j), 67108837);
                }
        assert_int_equal(rk_poly_rank(a), fmpz_poly_mat_rank(a));
        fmpz_poly_mat_clear(a);
    }
}

static void rational_ranks(void **state) {
    (void)state;
    rk_rng rng = test_rng(8, "rational_ranks");
    for (long t = 0; t < 60; t++) {
        slong m = rk_rng_between(&rng, 1, 20), n = rk_rng_between(&rng, 1, 20);
        fmpz_mat_t a;
        fmpq_mat_t q;
        fmpz_mat_init(a, m, n);
        fmpq_mat_init(q, m, n);
        planted(a, &rng, rk_rng_between(&rng, 1, 12), 9);
        fmpz_t scale;
        fmpz_init(scale);
        for (slong i = 0; i < m; i++) { /* each row over its own denominator */
            fmpz_set_ui(scale, rk_rng_below(&rng, 1000) + 1);
            for (slong j = 0; j < n; j++)
                fmpq_set_fmpz_frac(fmpq_mat_entry(q, i, j), fmpz_mat_entry(a, i, j), scale);
        }
        assert_int_equal(rk_rank_fmpq(q), fmpz_mat_rank(a));
        fmpz_clear(scale);
        fmpz_mat_clear(a);
        fmpq_mat_clear(q);
    }
}

/* Entries from 2^-1000 to 2^1000, rows repeated and halved. */
static void ranks_of_doubles(void **state) {
    (void)state;
    enum { ROWS = 30, COLS = 40 };
    double x[ROWS * COLS];
    rk_rng rng = test_rng(9, "ranks_of_doubles");
    for (int i = 0; i < ROWS * COLS; i++)
        x[i] = ldexp(rk_rng_normal(&rng), (int)rk_rng_between(&rng, -1000, 1000));
    assert_int_equal(rk_rank_doubles(ROWS, COLS, x), ROWS);
    for (int j = 0; j < COLS; j++) {
        x[7 * COLS + j] = 0;
        x[9 * COLS + j] = ldexp(rk_rng_normal(&rng), 3);
        x[11 * COLS + j] = x[9 * COLS + j] / 4;
        x[13 * COLS + j] = -x[9 * COLS + j];
    }
    assert_int_equal(rk_rank_doubles(ROWS, COLS, x), ROWS - 3);
    const double tiny[] = {5e-324, 0, 0, 1.7976931348623157e308};
    assert_int_equal(rk_rank_doubles(2, 2, tiny), 2);
    const double close[] = {1, 1, 1, 1 + 0x1p-52};
    assert_int_equal(rk_rank_doubles(2, 2, close), 2);
    const double tenths[] = {0.1, 0.2, 0.3, 0.6}; /* 0.3 is not 3 * 0.1 in doubles */
    assert_int_equal(rk_rank_doubles(2, 2, tenths), 2 - (0.1 * 0.6 == 0.2 * 0.3 && 0.6 == 2 * 0.3));
    const double zero[] = {0, 0, 0, -0.0};
    assert_int_equal(rk_rank_doubles(2, 2, zero), 0);
    assert_int_equal(rk_rank_doubles(1, 4, zero), 0);
}

/* --- ranks that are likely ------------------------------------------------------------------ */

static void likely_ranks_are_flints(void **state) {
    (void)state;
    rk_rng rng = test_rng(14, "likely_ranks_are_flints"), primes = test_rng(15, "likely primes");
    for (long t = 0; t < (test_long() ? 2000 : 200); t++) {
        slong m = rk_rng_between(&rng, 0, 40), n = rk_rng_between(&rng, 0, 40);
        fmpz_mat_t a;
        fmpq_mat_t q;
        fmpz_mat_init(a, m, n);
        fmpq_mat_init(q, m, n);
        planted(a, &rng, rk_rng_between(&rng, 0, 40), rk_rng_below(&rng, 2) ? 1 : 1000000000);
        for (slong i = 0; i < m; i++) /* rows over denominators, and divisible by a usual prime */
            for (slong j = 0; j < n; j++) {
                fmpz_mul_ui(fmpz_mat_entry(a, i, j), fmpz_mat_entry(a, i, j), i % 3 ? 1 : FIRST);
                fmpq_set_fmpz(fmpq_mat_entry(q, i, j), fmpz_mat_entry(a, i, j));
                fmpq_div_2exp(fmpq_mat_entry(q, i, j), fmpq_mat_entry(q, i, j), (ulong)(i * 31));
            }
        rk_likely whole = rk_likely_fmpz(a, &primes), fraction = rk_likely_fmpq(q, &primes);
        assert_int_equal(whole.rank, fmpz_mat_rank(a));
        assert_int_equal(fraction.rank, whole.rank);
        assert_true(whole.doubts <= -80 && fraction.doubts <= -80);
        fmpq_mat_clear(q);
        fmpz_mat_clear(a);
    }
    double wide[] = {0x1p1000, 0x1p-1000, 3, 0x1p1001, 0x1p-999, 6, 0, 0x1p-1074, 1};
    assert_int_equal(rk_likely_doubles(3, 3, wide, &primes).rank, 2);
    wide[8] = 0x1.8p-73; /* now row 2 is a multiple of 1e-1074, 1 of the others only by chance */
    assert_int_equal(rk_likely_doubles(3, 3, wide, &primes).rank, rk_rank_doubles(3, 3, wide));
}

/* Every minor is divisible by the primes that are drawn: the rank found is too small, and never too
   large. One prime that divides nothing is enough. */
static void unlucky_primes_are_seen_through(void **state) {
    (void)state;
    const ulong bad[2] = {UWORD(1152921504606847009), UWORD(2305843009213693951)};
    const ulong half[2] = {bad[0], UWORD(2305843009213693921)};
    rk_rng rng = test_rng(16, "unlucky_primes_are_seen_through");
    assert_true(n_is_prime(bad[0]) && n_is_prime(bad[1]) && n_is_prime(half[1]));
    for (long t = 0; t < 50; t++) {
        slong m = rk_rng_between(&rng, 1, 30), n = rk_rng_between(&rng, 1, 30), r, rank;
        fmpz_mat_t a, left;
        fmpz_mat_init(a, m, n);
        fmpz_mat_init(left, m, m);
        planted(a, &rng, 12, 9);
        r = rk_rng_between(&rng, 0, m);
        fmpz_mat_one(left); /* rows from r on divisible by both, and mixed with those before */
        for (slong i = r; i < m; i++) {
            fmpz_set_ui(fmpz_mat_entry(left, i, i), bad[0]);
            fmpz_mul_ui(fmpz_mat_entry(left, i, i), fmpz_mat_entry(left, i, i), bad[1]);
            for (slong j = 0; j < r; j++)
                fmpz_set_si(fmpz_mat_entry(left, i, j), rk_rng_between(&rng, -3, 3));
        }
        fmpz_mat_mul(a, left, a);
        rank = fmpz_mat_rank(a);
        assert_true(rk_likely_by(a, bad) <= FLINT_MIN(rank, r));
        assert_int_equal(rk_likely_by(a, half), rank);
        assert_int_equal(rk_rank_fmpz(a), rank);
        /* the bound counts them: both divide minors of order rank, each m - r times or more */
        if (rank > r)
            assert_true(rk_likely_bad_primes(a) >= 2);
        fmpz_mat_clear(left);
        fmpz_mat_clear(a);
    }
}

/* The bound of the number of bad primes against exact determinants, and the number of primes that
   are drawn from against the inequalities in the header. */
static void bounds_of_doubt_are_bounds(void **state) {
    (void)state;
    rk_rng rng = test_rng(17, "bounds_of_doubt_are_bounds"), primes = test_rng(18, "likely primes");
    assert_true(0x1p61 / (61 * log(2)) - 1.25506 * 0x1p60 / (60 * log(2)) > 0x1p54);
    for (long t = 0; t < 200; t++) {
        slong n = rk_rng_between(&rng, 1, 12);
        fmpz_mat_t a;
        fmpz_t det, power;
        fmpz_init(det);
        fmpz_init(power);
        fmpz_mat_init(a, n, n);
        random_fmpz(a, &rng, (int64_t)1 << rk_rng_between(&rng, 1, 60));
        for (slong i = 0; i < n; i++)
            for (slong j = 0; j < n && t % 2; j++) /* as large as Hadamard allows, nearly */
                fmpz_mul_2exp(fmpz_mat_entry(a, i, j), fmpz_mat_entry(a, i, j), i == j ? 200 : 0);
        fmpz_mat_det(det, a);
        slong bad = rk_likely_bad_primes(a);
        fmpz_set_ui(power, 1);
        fmpz_mul_2exp(power, power,
                      (ulong)(60 * (bad + 1))); /* bad + 1 primes have a product above */
        assert_true(fmpz_cmpabs(det, power) < 0);
        rk_likely found = rk_likely_fmpz(a, &primes);
        slong bits = 0; /* 2^bits >= bad */
        while ((WORD(1) << bits) < bad)
            bits++;
        assert_int_equal(found.doubts, 2 * (bits - 54));
        fmpz_mat_clear(a);
        fmpz_clear(det);
        fmpz_clear(power);
    }
}

/* A proof that is cut says what it knows: the rank mod p below, the shape above. */
static void late_proofs_leave_bounds(void **state) {
    (void)state;
    rk_rng rng = test_rng(19, "late_proofs_leave_bounds");
    fmpz_mat_t a;
    fmpq_mat_t q;
    slong low, high;
    fmpz_mat_init(a, 40, 50);
    fmpq_mat_init(q, 40, 50);
    planted(a, &rng, 17, 1000);
    fmpq_mat_set_fmpz_mat(q, a);
    assert_false(rk_rank_fmpq_until(&low, &high, q, rk_clock()));
    assert_int_equal(low, 17);
    assert_int_equal(high, 40);
    assert_true(rk_rank_fmpq_until(&low, &high, q, rk_clock() + 1000));
    assert_int_equal(low, 17);
    assert_int_equal(high, 17);
    random_fmpz(a, &rng, 1000); /* full rank needs no time */
    fmpq_mat_set_fmpz_mat(q, a);
    assert_true(rk_rank_fmpq_until(&low, &high, q, rk_clock()));
    assert_int_equal(low, 40);
    fmpz_mat_clear(a);
    fmpq_mat_clear(q);
}

/* Doubles of all sizes, rows that are sums of others as far as doubles can hold them, against the
   same numbers as fractions. */
static void ranks_of_doubles_are_flints(void **state) {
    (void)state;
    rk_rng rng = test_rng(22, "ranks_of_doubles_are_flints"),
           primes = test_rng(23, "likely primes");
    for (long t = 0; t < (test_long() ? 5000 : 500); t++) {
        slong m = rk_rng_between(&rng, 1, 10), n = rk_rng_between(&rng, 1, 10);
        int64_t range = t % 2 ? 1000 : 3;
        double x[100];
        fmpq_mat_t q;
        arf_t f;
        arf_init(f);
        fmpq_mat_init(q, m, n);
        for (slong i = 0; i < m * n; i++)
            x[i] = ldexp((double)rk_rng_between(&rng, -2, 2),
                         (int)rk_rng_between(&rng, -range, range));
        for (slong i = 2; i < m; i++) /* a row scaled, or the rounded sum of two */
            for (slong j = 0, kind = rk_rng_between(&rng, 0, 2); j < n && kind > 0; j++)
                x[i * n + j] = kind == 1 ? ldexp(x[j], -17) : x[j] + x[n + j];
        for (slong i = 0; i < m * n; i++) {
            arf_set_d(f, x[i]);
            arf_get_fmpq(fmpq_mat_entry(q, i / n, i % n), f);
        }
        slong rank = fmpq_mat_rref(q, q);
        assert_int_equal(rk_rank_doubles(m, n, x), rank);
        assert_int_equal(rk_likely_doubles(m, n, x, &primes).rank, rank);
        fmpq_mat_clear(q);
        arf_clear(f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modular_ranks_are_flints),
        cmocka_unit_test(large_modular_ranks),
        cmocka_unit_test(products_are_flints),
        cmocka_unit_test(empty_and_zero_matrices),
        cmocka_unit_test(planted_ranks_are_found),
        cmocka_unit_test(ranks_that_drop_mod_p),
        cmocka_unit_test(lifted_bounds_are_checked),
        cmocka_unit_test(rational_ranks),
        cmocka_unit_test(ranks_of_polynomials_are_flints),
        cmocka_unit_test(late_differences_are_found),
        cmocka_unit_test(all_engines_agree_on_spoiled_matrices),
        cmocka_unit_test(ranks_of_doubles_are_flints),
        cmocka_unit_test(large_planted_ranks),
        cmocka_unit_test(ranks_of_doubles),
        cmocka_unit_test(likely_ranks_are_flints),
        cmocka_unit_test(unlucky_primes_are_seen_through),
        cmocka_unit_test(bounds_of_doubt_are_bounds),
        cmocka_unit_test(late_proofs_leave_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
