/* Bases of kernels and row spaces: of the right number, exactly in the space, saturated, short. */
#include "domain_helpers.h"
#include "linalg/rk_kernel.h"

static void random_product(fmpz_mat_t a, rk_rng *rng, slong r, int64_t most) {
    fmpz_mat_t x, y, *both[2] = {&x, &y};
    fmpz_mat_init(x, fmpz_mat_nrows(a), r);
    fmpz_mat_init(y, r, fmpz_mat_ncols(a));
    for (int k = 0; k < 2; k++)
        for (slong i = 0; i < fmpz_mat_nrows(*both[k]); i++)
            for (slong j = 0; j < fmpz_mat_ncols(*both[k]); j++)
                fmpz_set_si(fmpz_mat_entry(*both[k], i, j), rk_rng_between(rng, -most, most));
    fmpz_mat_mul(a, x, y);
    fmpz_mat_clear(x);
    fmpz_mat_clear(y);
}

/* Saturated: independent mod every prime, so that Smith's normal form is that of the identity. */
static void assert_saturated(const fmpz_mat_t basis) {
    fmpz_mat_t s;
    fmpz_mat_init(s, fmpz_mat_nrows(basis), fmpz_mat_ncols(basis));
    fmpz_mat_snf(s, basis);
    for (slong i = 0; i < fmpz_mat_nrows(s); i++)
        assert_true(fmpz_is_one(fmpz_mat_entry(s, i, i)));
    fmpz_mat_clear(s);
}

static void assert_reduced(const fmpz_mat_t basis) {
    if (fmpz_mat_nrows(basis) > 0)
        assert_true(fmpz_mat_is_reduced(basis, 0.98, 0.511));
}

static void assert_kernel(const fmpz_mat_t a) {
    fmpz_mat_t basis, t, product;
    slong n = fmpz_mat_ncols(a), d = n - fmpz_mat_rank(a);
    assert_true(rk_kernel_init_set(basis, a));
    assert_int_equal(fmpz_mat_nrows(basis), d);
    assert_int_equal(fmpz_mat_ncols(basis), n);
    fmpz_mat_init(t, n, d);
    fmpz_mat_init(product, fmpz_mat_nrows(a), d);
    fmpz_mat_transpose(t, basis);
    fmpz_mat_mul(product, a, t);
    assert_true(fmpz_mat_is_zero(product));
    assert_saturated(basis);
    assert_reduced(basis);
    fmpz_mat_clear(t);
    fmpz_mat_clear(product);
    fmpz_mat_clear(basis);
}

static void assert_row_space(const fmpz_mat_t a) {
    fmpz_mat_t basis, both;
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a), r = fmpz_mat_rank(a);
    assert_true(rk_row_space_init_set(basis, a));
    assert_int_equal(fmpz_mat_nrows(basis), r);
    assert_int_equal(fmpz_mat_rank(basis), r);
    fmpz_mat_init(both, m + r, n);
    fmpz_mat_concat_vertical(both, a, basis);
    assert_int_equal(fmpz_mat_rank(both), r);
    assert_saturated(basis);
    assert_reduced(basis);
    fmpz_mat_clear(both);
    fmpz_mat_clear(basis);
}

static void bases_are_saturated_and_reduced(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "bases_are_saturated_and_reduced");
    for (long t = 0; t < (test_long() ? 3000 : 300); t++) {
        slong most = t % 20 ? 9 : 24;
        fmpz_mat_t a;
        fmpz_mat_init(a, rk_rng_between(&rng, 0, most), rk_rng_between(&rng, 0, most));
        random_product(a, &rng, rk_rng_between(&rng, 0, most), t % 2 ? 2 : 1000);
        for (slong i = 0; i < fmpz_mat_nrows(a); i += 2) /* not saturated */
            for (slong j = 0; j < fmpz_mat_ncols(a); j++)
                fmpz_mul_ui(fmpz_mat_entry(a, i, j), fmpz_mat_entry(a, i, j), 30);
        assert_kernel(a);
        assert_row_space(a);
        fmpz_mat_clear(a);
    }
}

/* The kernel of (1, 2, 4, ..., 2^11) by fractions has entries to 2^11; a reduced basis has none
   beyond 2. */
static void bases_are_short(void **state) {
    (void)state;
    enum { N = 12 };
    fmpz_mat_t a, basis;
    fmpz_mat_init(a, 1, N);
    for (slong j = 0; j < N; j++)
        fmpz_set_ui(fmpz_mat_entry(a, 0, j), UWORD(1) << j);
    assert_true(rk_kernel_init_set(basis, a));
    assert_true(FLINT_ABS(fmpz_mat_max_bits(basis)) <= 2);
    fmpz_mat_clear(basis);
    fmpz_mat_clear(a);
}

static void what_is_too_large_is_declined(void **state) {
    (void)state;
    fmpz_mat_t a, basis;
    fmpz_mat_init(a, 2, 49);
    assert_false(rk_kernel_init_set(basis, a));
    assert_false(rk_row_space_init_set(basis, a));
    fmpz_mat_clear(a);
    fmpz_mat_init(a, 2, 3);
    fmpz_set_ui(fmpz_mat_entry(a, 1, 1), 1);
    fmpz_mul_2exp(fmpz_mat_entry(a, 1, 1), fmpz_mat_entry(a, 1, 1), 5000);
    assert_false(rk_kernel_init_set(basis, a));
    fmpz_mat_clear(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bases_are_saturated_and_reduced),
        cmocka_unit_test(bases_are_short),
        cmocka_unit_test(what_is_too_large_is_declined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
