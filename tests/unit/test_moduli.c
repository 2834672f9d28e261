/* Moduli of eigenvalues of rational matrices: exact comparisons and enclosures against matrices of
   known spectrum, and against LAPACK. */
#include "domain_helpers.h"

#include "linalg/rk_moduli.h"

static rk_rng rng;

static void random_invertible(fmpq_mat_t p, fmpq_mat_t inverse) {
    do
        for (slong i = 0; i < fmpq_mat_nrows(p); i++)
            for (slong j = 0; j < fmpq_mat_ncols(p); j++)
                fmpq_set_si(fmpq_mat_entry(p, i, j), rk_rng_between(&rng, -3, 3), 1);
    while (!fmpq_mat_inv(inverse, p));
}

/* a := P J inv(P), J block triangular with blocks a or [0, -a; b, 0] on the diagonal (moduli |a|,
   or sqrt(a b) twice) and ones above it; c[i]: the squared moduli. */
static void known_spectrum(fmpq_mat_t a, fmpq *c) {
    slong n = fmpq_mat_nrows(a);
    fmpq_mat_t p, inverse;
    fmpq_mat_init(p, n, n);
    fmpq_mat_init(inverse, n, n);
    fmpq_mat_zero(a);
    for (slong i = 0; i < n; i++) {
        slong x = rk_rng_between(&rng, -2, 2), d = rk_rng_between(&rng, 1, 3);
        if (i + 1 < n && rk_rng_below(&rng, 3) == 0) {
            slong b = rk_rng_between(&rng, 1, 3);
            x = x == 0 ? 1 : FLINT_ABS(x);
            fmpq_set_si(fmpq_mat_entry(a, i, i + 1), -x, (ulong)d);
            fmpq_set_si(fmpq_mat_entry(a, i + 1, i), b, 1);
            fmpq_set_si(c + i, x * b, (ulong)d);
            fmpq_set(c + i + 1, c + i);
            i++;
        } else {
            fmpq_set_si(fmpq_mat_entry(a, i, i), x, (ulong)d);
            fmpq_mul(c + i, fmpq_mat_entry(a, i, i), fmpq_mat_entry(a, i, i));
        }
        for (slong j = i + 1; j < n; j++)
            fmpq_set_si(fmpq_mat_entry(a, i, j), rk_rng_between(&rng, 0, 1), 1);
    }
    random_invertible(p, inverse);
    fmpq_mat_mul(a, p, a);
    fmpq_mat_mul(a, a, inverse);
    fmpq_mat_clear(p);
    fmpq_mat_clear(inverse);
}

static int descending(const void *x, const void *y) {
    return -fmpq_cmp(x, y);
}

/* The k-th modulus is what it is, above anything smaller and below anything larger by 10^-30. */
static void one_spectrum(slong n) {
    fmpq_mat_t a;
    fmpq *c = _fmpq_vec_init(n);
    fmpq_t near;
    arb_t r, want;
    int sign = 9;
    fmpq_mat_init(a, n, n);
    fmpq_init(near);
    arb_init(r);
    arb_init(want);
    known_spectrum(a, c);
    qsort(c, (size_t)n, sizeof *c, descending);
    rk_moduli *m = rk_moduli_new(a);
    assert_non_null(m);
    for (slong k = 1; k <= n; k++) {
        assert_true(rk_moduli_compare(&sign, m, k, c + k - 1));
        assert_int_equal(sign, 0);
        for (int step = -1; step <= 1; step += 2) {
            fmpq_set_str(near, "1/1000000000000000000000000000000", 10);
            if (step < 0)
                fmpq_neg(near, near);
            fmpq_add(near, near, c + k - 1);
            assert_true(rk_moduli_compare(&sign, m, k, near));
            assert_int_equal(sign, -step);
        }
        assert_true(rk_moduli_enclose(r, m, k, 80));
        arb_sqr(r, r, 160);
        assert_true(arb_contains_fmpq(r, c + k - 1));
        assert_true(arb_rel_accuracy_bits(r) > 60 || mag_cmp_2exp_si(arb_radref(r), -60) < 0);
    }
    rk_moduli_free(m);
    fmpq_mat_clear(a);
    _fmpq_vec_clear(c, n);
    fmpq_clear(near);
    arb_clear(r);
    arb_clear(want);
}

static void known_spectra_are_recovered(void **state) {
    (void)state;
    rng = test_rng(1, "known_spectra_are_recovered");
    for (int t = 0; t < (test_long() ? 2000 : 100); t++)
        one_spectrum(rk_rng_between(&rng, 1, 6));
}

/* Random matrices in four arithmetics: exact, balls of both kinds, LAPACK. */
static void one_comparison(slong n, bool structured) {
    rk_domain *domains[] = {rk_domain_double(), rk_domain_interval(), rk_domain_ball(64),
                            rk_domain_ball(128)};
    fmpq_mat_t q, g;
    arb_t exact;
    double low, high;
    slong k = rk_rng_between(&rng, 1, n);
    fmpq_mat_init(q, n, n);
    fmpq_mat_init(g, n, n);
    arb_init(exact);
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < n; j++)
            fmpq_set_si(fmpq_mat_entry(q, i, j),
                        structured ? (i - j) % 3 == 0 : rk_rng_between(&rng, -9, 9), 4);
    fmpq_mat_transpose(g, q);
    fmpq_mat_mul(g, g, q);
    for (int singular = 0; singular < 2; singular++) {
        rk_moduli *m = rk_moduli_new(singular ? g : q);
        assert_true(rk_moduli_enclose(exact, m, k, 160));
        if (singular)
            arb_sqrt(exact, exact, 160);
        for (size_t d = 0; d < 4; d++) {
            rk_matrix a, r;
            assert_int_equal(rk_matrix_set_fmpq_mat(&a, domains[d], q), RK_EV_OK);
            rk_ev ev =
                singular ? rk_matrix_singular_value(&r, &a, k) : rk_matrix_eigen_modulus(&r, &a, k);
            double want = arf_get_d(arb_midref(exact), ARF_RND_NEAR);
            if (ev == RK_EV_OK && d == 0)
                assert_true(fabs(*(double *)r.entry - want) < 1e-4);
            if (ev == RK_EV_OK && d > 0) {
                assert_true(rk_matrix_ends(&r, &low, &high));
                assert_true(low <= nextafter(want, INFINITY) && high >= nextafter(want, -INFINITY));
            }
            rk_matrix_clear(&a);
            rk_matrix_clear(&r);
        }
        rk_moduli_free(m);
    }
    fmpq_mat_clear(q);
    fmpq_mat_clear(g);
    arb_clear(exact);
    for (size_t d = 0; d < 4; d++)
        rk_domain_free(domains[d]);
}

static void spectra_agree_with_lapack(void **state) {
    (void)state;
    rng = test_rng(2, "spectra_agree_with_lapack");
    for (int t = 0; t < (test_long() ? 500 : 40); t++)
        one_comparison(rk_rng_between(&rng, 1, 9), t % 3 == 0);
}

/* Beyond the reach of exact means the matrix is refused, not worked at for long. */
static void large_matrices_are_refused(void **state) {
    fmpq_mat_t a;
    (void)state;
    fmpq_mat_init(a, 41, 41);
    assert_null(rk_moduli_new(a));
    fmpq_mat_clear(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_spectra_are_recovered),
        cmocka_unit_test(spectra_agree_with_lapack),
        cmocka_unit_test(large_matrices_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
