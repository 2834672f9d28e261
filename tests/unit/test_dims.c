/* Choices of dimensions: which are allowed, and in which order they come. */
#include "eval_helpers.h"

static void assert_choices(const char *clauses, int64_t max_dim, size_t most, const char *want) {
    text_theorem t = theorem_of(clauses);
    rk_dims_iter *it = rk_dims_iter_new(t.checked, max_dim);
    int64_t dims[8];
    rk_buf b;
    rk_buf_init(&b);
    for (size_t n = 0; n < most && rk_dims_next(it, dims); n++) {
        for (size_t i = 0; i < t.checked->ndims; i++)
            rk_buf_printf(&b, i ? ",%lld" : "%lld", (long long)dims[i]);
        rk_buf_putc(&b, ' ');
        assert_true(rk_dims_allowed(t.checked, dims));
    }
    assert_string_equal(b.text, want);
    rk_buf_clear(&b);
    rk_dims_iter_free(it);
    theorem_free(&t);
}

#define ANY " claim 1 == 1;"

static void smallest_first(void **state) {
    (void)state;
    assert_choices("dim n >= 1, d >= 1;" ANY, 3, 100, "1,1 1,2 2,1 1,3 2,2 3,1 2,3 3,2 3,3 ");
    assert_choices("dim n >= 5, d in 1..2;" ANY, 3, 100, "5,1 5,2 ");
    assert_choices("dim n in {1, 100}, d in {2, 3};" ANY, 0, 100, "1,2 1,3 100,2 100,3 ");
    assert_choices("dim n in {7, 2, 2};" ANY, 3, 100, "2 7 ");
    assert_choices(ANY, 0, 100, " ");
}

static void equal_dimensions_follow(void **state) {
    (void)state;
    assert_choices("dim H in 1..2, dk in 1..2, d = H*dk;" ANY, 0, 100, "1,1,1 1,2,2 2,1,2 2,2,4 ");
    assert_choices("dim d in 1..6, k = d/2;" ANY, 0, 100, "2,1 4,2 6,3 ");
    assert_choices("dim d in 1..4, k = d - 2;" ANY, 0, 100, "3,1 4,2 ");
    assert_choices("dim n = 512;" ANY, 0, 100, "512 ");
}

static void sizes_of_the_theorem_count(void **state) {
    (void)state;
    assert_choices("dim n in 1..4; forall X : real[n - 1, 2]; claim X == X;", 0, 100, "2 3 4 ");
    assert_choices("dim n in 1..6; claim ones(n/3, 1) >= 0;", 0, 100, "3 6 ");
}

static void huge_ranges_are_lazy(void **state) {
    (void)state;
    assert_choices("dim n in 1..1000000000, d in 1..1000000000, k in 1..1000000000;" ANY, 0, 4,
                   "1,1,1 1,1,2 1,2,1 2,1,1 ");
    assert_choices("dim n >= 1;" ANY, 1000000000000, 3, "1 2 3 ");
}

static void finite_or_not(void **state) {
    (void)state;
    uint64_t count;
    text_theorem t = theorem_of("dim n in 1..3, d in {1, 5}, m = n + d;" ANY);
    assert_true(rk_dims_finite(t.checked, &count));
    assert_int_equal(count, 6);
    theorem_free(&t);
    t = theorem_of("dim n >= 1;" ANY);
    assert_false(rk_dims_finite(t.checked, &count));
    assert_null(rk_dims_iter_new(t.checked, 0));
    theorem_free(&t);
    t = theorem_of("dim a in 1..9000000000000000000, b in 1..9000000000000000000;" ANY);
    assert_true(rk_dims_finite(t.checked, &count));
    assert_true(count == UINT64_MAX);
    theorem_free(&t);
}

static void disallowed_values_are_known(void **state) {
    (void)state;
    text_theorem t = theorem_of("dim n in 2..4, d in {1, 3}, m = n*d;" ANY);
    assert_true(rk_dims_allowed(t.checked, (int64_t[]){2, 3, 6}));
    assert_false(rk_dims_allowed(t.checked, (int64_t[]){2, 3, 5}));
    assert_false(rk_dims_allowed(t.checked, (int64_t[]){1, 3, 3}));
    assert_false(rk_dims_allowed(t.checked, (int64_t[]){2, 2, 4}));
    assert_false(rk_dims_allowed(t.checked, (int64_t[]){5, 1, 5}));
    theorem_free(&t);
}

static void giving_up_is_told(void **state) {
    (void)state;
    text_theorem t = theorem_of("dim n in 1..1000000000, k = n/999999937;" ANY);
    rk_dims_iter *it = rk_dims_iter_new(t.checked, 0);
    int64_t dims[2];
    assert_false(rk_dims_next(it, dims));
    assert_true(rk_dims_gave_up(it));
    rk_dims_iter_free(it);
    theorem_free(&t);
    t = theorem_of("dim n in 1..3, k = n/2;" ANY);
    it = rk_dims_iter_new(t.checked, 0);
    assert_true(rk_dims_next(it, dims));
    assert_false(rk_dims_next(it, dims));
    assert_false(rk_dims_gave_up(it));
    rk_dims_iter_free(it);
    theorem_free(&t);
}

static rk_build_status status_at(const char *clauses, int64_t n) {
    text_theorem t = theorem_of(clauses);
    rk_program *p;
    rk_build_status status = build(&t, (int64_t[]){n, 0, 0}, NULL, &p);
    rk_program_free(p);
    theorem_free(&t);
    return status;
}

/* Otherwise a theorem could hold "at all dimensions" because some were never looked at. */
static void too_large_is_not_passed_over(void **state) {
    (void)state;
    int64_t n = 10000000000;
    assert_int_equal(status_at("dim n in {2, 10000000000}, m = n*n;" ANY, n), RK_BUILD_TOO_LARGE);
    assert_int_equal(status_at("dim n in {2, 10000000000}, m = n*n, k = m/2;" ANY, n),
                     RK_BUILD_TOO_LARGE);
    assert_int_equal(
        status_at("dim n in {2, 10000000000}; forall X : real[n*n, 1]; claim X == X;", n),
        RK_BUILD_TOO_LARGE);
    /* 2^63 columns wrap around to a negative number */
    assert_int_equal(
        status_at("dim n in {2, 9223372036854775807}; claim ones(2, n + 1) >= 0;", INT64_MAX),
        RK_BUILD_TOO_LARGE);
    assert_choices("dim n in {2, 10000000000}; claim ones(n*n*n, 1) >= 0;", 0, 9, "2 10000000000 ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smallest_first),
        cmocka_unit_test(equal_dimensions_follow),
        cmocka_unit_test(sizes_of_the_theorem_count),
        cmocka_unit_test(huge_ranges_are_lazy),
        cmocka_unit_test(finite_or_not),
        cmocka_unit_test(disallowed_values_are_known),
        cmocka_unit_test(giving_up_is_told),
        cmocka_unit_test(too_large_is_not_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
