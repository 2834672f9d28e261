/* Matrices over Q and over prime fields: everything rk_matrix.h promises. */
#include "domain_helpers.h"

static rk_domain *Q;

static int setup(void **state) {
    (void)state;
    Q = rk_domain_rational();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rk_domain_free(Q);
    return 0;
}

static void structure_keeps_places(void **state) {
    (void)state;
    rk_matrix a = matrix_of(Q, "1 2 3; 4 5 6"), b = matrix_of(Q, "7; 8"), r, s;
    rk_matrix_transpose(&r, &a);
    assert_prints(&r, "[1, 4; 2, 5; 3, 6]");
    rk_matrix_slice(&r, &a, 1, 1, 1, 2);
    assert_prints(&r, "[5, 6]");
    const rk_matrix *across[] = {&a, &b};
    rk_matrix_hcat(&r, across, 2);
    assert_prints(&r, "[1, 2, 3, 7; 4, 5, 6, 8]");
    const rk_matrix *down[] = {&a, &a};
    rk_matrix_vcat(&r, down, 2);
    assert_prints(&r, "[1, 2, 3; 4, 5, 6; 1, 2, 3; 4, 5, 6]");
    rk_matrix_diag_make(&r, &b);
    rk_matrix_diag_take(&s, &r);
    assert_prints(&r, "[7, 0; 0, 8]");
    assert_prints(&s, "[7; 8]");
    rk_matrix_diag_take(&s, &a);
    assert_prints(&s, "[1; 5]");
    rk_matrix_vec(&r, &a);
    assert_prints(&r, "[1; 4; 2; 5; 3; 6]");
    rk_matrix_copy(&r, &a);
    assert_prints(&r, "[1, 2, 3; 4, 5, 6]");
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
}

static void arithmetic_over_q(void **state) {
    (void)state;
    rk_matrix a = matrix_of(Q, "1 1/2; 0 -2"), b = matrix_of(Q, "2 0; 4 1/3"), r;
    rk_matrix c = matrix_of(Q, "3"), zero = matrix_of(Q, "0"), v = matrix_of(Q, "2; 3");
    rk_matrix_add(&r, &a, &b);
    assert_prints(&r, "[3, 1/2; 4, -5/3]");
    rk_matrix_sub(&r, &a, &b);
    assert_prints(&r, "[-1, 1/2; -4, -7/3]");
    rk_matrix_neg(&r, &a);
    assert_prints(&r, "[-1, -1/2; 0, 2]");
    rk_matrix_mul(&r, &a, &b);
    assert_prints(&r, "[4, 1/6; -8, -2/3]");
    rk_matrix_scale(&r, &c, &a);
    assert_prints(&r, "[3, 3/2; 0, -6]");
    assert_int_equal(rk_matrix_div(&r, &a, &c), RK_EV_OK);
    assert_prints(&r, "[1/3, 1/6; 0, -2/3]");
    assert_int_equal(rk_matrix_div(&r, &a, &zero), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    rk_matrix_emul(&r, &a, &b);
    assert_prints(&r, "[2, 0; 0, -2/3]");
    assert_int_equal(rk_matrix_ediv(&r, &b, &a), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    rk_matrix_kron(&r, &v, &a);
    assert_prints(&r, "[2, 1; 0, -4; 3, 3/2; 0, -6]");
    rk_matrix_row_sums(&r, &b);
    assert_prints(&r, "[2; 13/3]");
    rk_matrix_row_scale(&r, &v, &a);
    assert_prints(&r, "[2, 1; 0, -6]");
    assert_int_equal(rk_matrix_row_divide(&r, &a, &v), RK_EV_OK);
    assert_prints(&r, "[1/2, 1/4; 0, -2/3]");
    rk_matrix_sum_entries(&r, &b);
    assert_prints(&r, "[19/3]");
    rk_matrix_trace(&r, &a);
    assert_prints(&r, "[-1]");
    assert_int_equal(rk_matrix_extreme_entry(&r, &a, true), RK_EV_OK);
    assert_prints(&r, "[1]");
    assert_int_equal(rk_matrix_extreme_entry(&r, &a, false), RK_EV_OK);
    assert_prints(&r, "[-2]");
    assert_int_equal(rk_matrix_norm1(&r, &a), RK_EV_OK);
    assert_prints(&r, "[5/2]");
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
    rk_matrix_clear(&c);
    rk_matrix_clear(&zero);
    rk_matrix_clear(&v);
}

static void powers(void **state) {
    (void)state;
    rk_matrix a = matrix_of(Q, "1 1; 0 1"), n = matrix_of(Q, "0 1; 0 0"), r;
    assert_int_equal(rk_matrix_power(&r, &a, 10), RK_EV_OK);
    assert_prints(&r, "[1, 10; 0, 1]");
    assert_int_equal(rk_matrix_power(&r, &a, -3), RK_EV_OK);
    assert_prints(&r, "[1, -3; 0, 1]");
    assert_int_equal(rk_matrix_power(&r, &n, 0), RK_EV_OK);
    assert_prints(&r, "[1, 0; 0, 1]");
    assert_int_equal(rk_matrix_power(&r, &n, -1), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    assert_int_equal(rk_matrix_power(&r, &a, 100000), RK_EV_OK);
    assert_prints(&r, "[1, 100000; 0, 1]");
    assert_int_equal(rk_matrix_power(&r, &a, INT64_MIN), RK_EV_LIMIT);
    rk_matrix_clear(&r);
    rk_matrix_clear(&a);
    rk_matrix_clear(&n);
}

static void functions_over_q(void **state) {
    (void)state;
    assert_fn(Q, RK_FN_SQRT, "4/9", "[2/3]", RK_EV_OK);
    assert_fn(Q, RK_FN_SQRT, "0", "[0]", RK_EV_OK);
    assert_fn(Q, RK_FN_SQRT, "2", NULL, RK_EV_ESCAPE);
    assert_fn(Q, RK_FN_SQRT, "4/3", NULL, RK_EV_ESCAPE);
    assert_fn(Q, RK_FN_SQRT, "-4", NULL, RK_EV_UNDEFINED);
    assert_fn(Q, RK_FN_EXP, "0", "[1]", RK_EV_OK);
    assert_fn(Q, RK_FN_EXP, "1", NULL, RK_EV_ESCAPE);
    assert_fn(Q, RK_FN_LOG, "1", "[0]", RK_EV_OK);
    assert_fn(Q, RK_FN_LOG, "0", NULL, RK_EV_UNDEFINED);
    assert_fn(Q, RK_FN_LOG, "-1", NULL, RK_EV_UNDEFINED);
    assert_fn(Q, RK_FN_LOG, "2", NULL, RK_EV_ESCAPE);
    assert_fn(Q, RK_FN_TANH, "0", "[0]", RK_EV_OK);
    assert_fn(Q, RK_FN_SIGMOID, "0", "[1/2]", RK_EV_OK);
    assert_fn(Q, RK_FN_SILU, "0", "[0]", RK_EV_OK);
    assert_fn(Q, RK_FN_GELU, "0", "[0]", RK_EV_OK);
    assert_fn(Q, RK_FN_GELU, "1", NULL, RK_EV_ESCAPE);
    assert_fn(Q, RK_FN_ABS, "-2 3", "[2, 3]", RK_EV_OK);
    assert_fn(Q, RK_FN_SIGN, "-2 0 1/7", "[-1, 0, 1]", RK_EV_OK);
    assert_fn(Q, RK_FN_RELU, "-2 0 1/7", "[0, 0, 1/7]", RK_EV_OK);
    /* one undefined entry makes the matrix undefined, whatever the others are */
    assert_fn(Q, RK_FN_SQRT, "2 -1 4", NULL, RK_EV_UNDEFINED);
}

static void softmax_over_q(void **state) {
    (void)state;
    assert_softmax(Q, "5 5; -1 -1", NULL, "[1/2, 1/2; 1/2, 1/2]", RK_EV_OK);
    assert_softmax(Q, "5 6", NULL, NULL, RK_EV_ESCAPE);
    assert_softmax(Q, "5 6; 7 7", "1 0; 1 1", "[1, 0; 1/2, 1/2]", RK_EV_OK);
    assert_softmax(Q, "5 6", "0 0", NULL, RK_EV_UNDEFINED);
    assert_softmax(Q, "5 6", "1 2", NULL, RK_EV_UNDEFINED);
    assert_softmax(Q, "7 7 9 7", "1 1 0 1", "[1/3, 1/3, 0, 1/3]", RK_EV_OK);
}

static void entropy_over_q(void **state) {
    (void)state;
    rk_matrix one = matrix_of(Q, "0 1 0"), half = matrix_of(Q, "1/2 1/2"), r;
    rk_matrix negative = matrix_of(Q, "-1 2");
    assert_int_equal(rk_matrix_entropy(&r, &one), RK_EV_OK);
    assert_prints(&r, "[0]");
    assert_int_equal(rk_matrix_entropy(&r, &half), RK_EV_ESCAPE);
    rk_matrix_clear(&r);
    assert_int_equal(rk_matrix_entropy(&r, &negative), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    rk_matrix_clear(&one);
    rk_matrix_clear(&half);
    rk_matrix_clear(&negative);
}

static void comparisons_over_q(void **state) {
    (void)state;
    const char *a = "1 2; 3 4", *b = "1 3; 4 5";
    assert_compare(Q, a, RK_REL_EQ, a, RK_TRUE, RK_EV_OK);
    assert_compare(Q, a, RK_REL_NE, a, RK_FALSE, RK_EV_OK);
    assert_compare(Q, a, RK_REL_EQ, b, RK_FALSE, RK_EV_OK);
    assert_compare(Q, a, RK_REL_NE, b, RK_TRUE, RK_EV_OK);
    assert_compare(Q, a, RK_REL_LT, b, RK_FALSE, RK_EV_OK);
    assert_compare(Q, a, RK_REL_LE, b, RK_TRUE, RK_EV_OK);
    assert_compare(Q, b, RK_REL_GE, a, RK_TRUE, RK_EV_OK);
    assert_compare(Q, b, RK_REL_GT, a, RK_FALSE, RK_EV_OK);
    /* some entries below, some above: neither A < B nor A >= B */
    assert_compare(Q, "0 2", RK_REL_LT, "1 1", RK_FALSE, RK_EV_OK);
    assert_compare(Q, "0 2", RK_REL_GE, "1 1", RK_FALSE, RK_EV_OK);
    assert_compare(Q, a, RK_REL_GT, "0", RK_TRUE, RK_EV_OK);
    assert_compare(Q, "0", RK_REL_LT, a, RK_TRUE, RK_EV_OK);
    assert_compare(Q, "1", RK_REL_LT, a, RK_FALSE, RK_EV_OK);
}

static void linear_algebra_over_q(void **state) {
    (void)state;
    rk_matrix a = matrix_of(Q, "1 2; 3 4"), s = matrix_of(Q, "1 2; 2 4"), r;
    assert_rank(Q, "1 2; 2 4", 1);
    assert_rank(Q, "1/2 1/3; 3 4", 2);
    assert_rank(Q, "0 0 0; 0 0 0", 0);
    assert_rank(Q, "1 2 3 4", 1);
    assert_rank(Q, "2305843009213693967 0; 0 1", 2);
    assert_rank(Q, "1 1; 1 2305843009213693968; 5 5", 2);
    assert_int_equal(rk_matrix_det(&r, &a), RK_EV_OK);
    assert_prints(&r, "[-2]");
    assert_int_equal(rk_matrix_inv(&r, &a), RK_EV_OK);
    assert_prints(&r, "[-2, 1; 3/2, -1/2]");
    assert_int_equal(rk_matrix_inv(&r, &s), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    rk_matrix_clear(&a);
    rk_matrix_clear(&s);
}

static void definiteness_over_q(void **state) {
    (void)state;
    assert_psd(Q, "2 1; 1 2", RK_TRUE);
    assert_psd(Q, "1 2; 2 1", RK_FALSE);
    assert_psd(Q, "0 1; 1 0", RK_FALSE);
    assert_psd(Q, "0 0; 0 0", RK_TRUE);
    assert_psd(Q, "1 1; 1 1", RK_TRUE);
    assert_psd(Q, "1 2; 0 1", RK_FALSE); /* not symmetric */
    assert_psd(Q, "0 0 0; 0 2 2; 0 2 2", RK_TRUE);
    assert_psd(Q, "0 0 1; 0 2 2; 1 2 2", RK_FALSE);
    assert_psd(Q, "4 2 2; 2 1 1; 2 1 0", RK_FALSE);
}

static void spectra_over_q(void **state) {
    (void)state;
    assert_spectrum(Q, true, "3 4", 1, "[5]", RK_EV_OK);
    assert_spectrum(Q, true, "3 4", 2, NULL, RK_EV_UNDEFINED);
    assert_spectrum(Q, true, "3 0; 0 -4", 1, "[4]", RK_EV_OK);
    assert_spectrum(Q, true, "3 0; 0 -4", 2, "[3]", RK_EV_OK);
    assert_spectrum(Q, true, "1 1; 0 1", 1, NULL, RK_EV_ESCAPE);
    assert_spectrum(Q, true, "1 1 1 1; 1 1 1 1; 1 1 1 1; 1 1 1 1", 1, "[4]", RK_EV_OK);
    assert_spectrum(Q, true, "1 1 1 1; 1 1 1 1; 1 1 1 1; 1 1 1 1", 2, "[0]", RK_EV_OK);
    assert_spectrum(Q, false, "1 5; 0 -2", 1, "[2]", RK_EV_OK);
    assert_spectrum(Q, false, "1 5; 0 -2", 2, "[1]", RK_EV_OK);
    assert_spectrum(Q, false, "0 -4; 1 0", 1, "[2]", RK_EV_OK);
    assert_spectrum(Q, false, "0 -4; 1 0", 2, "[2]", RK_EV_OK);
    assert_spectrum(Q, false, "-5 3; 3 -5", 1, "[8]", RK_EV_OK);
    assert_spectrum(Q, false, "-5 3; 3 -5", 2, "[2]", RK_EV_OK);
    assert_spectrum(Q, false, "1 5; 0 -2", 3, NULL, RK_EV_UNDEFINED);
}

static void doubles_are_read_exactly(void **state) {
    (void)state;
    rk_matrix r;
    const double entry[] = {0.5, -3.0, 0x1p-60, 0.0};
    assert_int_equal(rk_matrix_set_doubles(&r, Q, 2, 2, entry), RK_EV_OK);
    assert_prints(&r, "[1/2, -3; 1/1152921504606846976, 0]");
    const double bad[] = {0.0 / 1.0, 1.0 / 0.0};
    assert_int_equal(rk_matrix_set_doubles(&r, Q, 1, 2, bad), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
}

static void composite_moduli_are_refused(void **state) {
    (void)state;
    assert_null(rk_domain_prime(0));
    assert_null(rk_domain_prime(1));
    assert_null(rk_domain_prime(91));
    assert_null(rk_domain_prime(UWORD(2305843009213693953)));
    rk_domain *two = rk_domain_prime(2);
    assert_non_null(two);
    rk_domain_free(two);
}

static void arithmetic_mod_p(void **state) {
    (void)state;
    rk_domain *F = rk_domain_prime(7);
    rk_matrix a = matrix_of(F, "1 1/2; -1 3"), r;
    rk_matrix_copy(&r, &a);
    assert_prints(&r, "[1, 4; 6, 3]");
    rk_matrix_mul(&r, &a, &a);
    assert_prints(&r, "[4, 2; 3, 5]");
    assert_int_equal(rk_matrix_det(&r, &a), RK_EV_OK);
    assert_prints(&r, "[0]");
    assert_int_equal(rk_matrix_inv(&r, &a), RK_EV_ESCAPE);
    rk_matrix_clear(&r);
    assert_rank(F, "1 1/2; -1 3", 1);
    assert_fn(F, RK_FN_SQRT, "2 4 0 1", "[3, 2, 0, 1]", RK_EV_OK);
    assert_fn(F, RK_FN_SQRT, "3", NULL, RK_EV_ESCAPE);
    assert_fn(F, RK_FN_EXP, "0", "[1]", RK_EV_OK);
    assert_fn(F, RK_FN_EXP, "1", NULL, RK_EV_CONSTRUCT);
    assert_fn(F, RK_FN_ABS, "1", NULL, RK_EV_CONSTRUCT);
    assert_softmax(F, "5 5", NULL, "[4, 4]", RK_EV_OK);
    assert_softmax(F, "5 6", NULL, NULL, RK_EV_CONSTRUCT);
    assert_softmax(F, "1 1 1 1 1 1 1", NULL, NULL, RK_EV_ESCAPE);
    assert_compare(F, "1 8", RK_REL_EQ, "8 1", RK_TRUE, RK_EV_OK);
    assert_compare(F, "1", RK_REL_LT, "2", RK_UNKNOWN, RK_EV_CONSTRUCT);
    assert_psd(F, "1", RK_UNKNOWN);
    fmpq_t seventh;
    fmpq_init(seventh);
    fmpq_set_si(seventh, 1, 7);
    assert_int_equal(F->set_fmpq(F, rk_matrix_entry(&a, 0, 0), seventh), RK_EV_ESCAPE);
    fmpq_clear(seventh);
    rk_matrix zero = matrix_of(F, "7");
    assert_int_equal(rk_matrix_div(&r, &a, &zero), RK_EV_ESCAPE);
    rk_matrix_clear(&r);
    rk_matrix_clear(&zero);
    rk_matrix_clear(&a);
    rk_domain_free(F);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structure_keeps_places),
        cmocka_unit_test(arithmetic_over_q),
        cmocka_unit_test(powers),
        cmocka_unit_test(functions_over_q),
        cmocka_unit_test(softmax_over_q),
        cmocka_unit_test(entropy_over_q),
        cmocka_unit_test(comparisons_over_q),
        cmocka_unit_test(linear_algebra_over_q),
        cmocka_unit_test(definiteness_over_q),
        cmocka_unit_test(spectra_over_q),
        cmocka_unit_test(doubles_are_read_exactly),
        cmocka_unit_test(composite_moduli_are_refused),
        cmocka_unit_test(arithmetic_mod_p),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
