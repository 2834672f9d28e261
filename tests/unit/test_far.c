/* Dimensions far from the smallest: which are tried, in which order, and that they are allowed. */
#include "eval_helpers.h"

#include "hunt/rk_far.h"

/* Is this choice (values in the order of declaration) among those tried beyond max_dim? */
static bool tries(const char *clauses, int64_t max_dim, const int64_t *want) {
    text_theorem t = theorem_of(clauses);
    size_t count, n = t.checked->ndims;
    int64_t *dims = rk_far_dims(t.checked, max_dim, &count);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        assert_true(rk_dims_allowed(t.checked, dims + i * n));
        found = found || memcmp(dims + i * n, want, n * sizeof *want) == 0;
    }
    rk_free(dims);
    theorem_free(&t);
    return found;
}

#define AT(...) ((const int64_t[]){__VA_ARGS__})
#define DRAWN "forall X : real[n, n]; "

static void just_past_the_cap(void **state) {
    (void)state;
    assert_true(tries("dim n >= 1;" DRAWN "claim rank(X) <= 6;", 6, AT(7)));
    assert_true(tries("dim n >= 1;" DRAWN "claim rank(X) <= 6;", 6, AT(16)));
    assert_false(tries("dim n >= 1;" DRAWN "claim rank(X) <= 6;", 6, AT(6)));
}

static void around_numbers_of_the_text(void **state) {
    (void)state;
    for (int64_t n = 76; n <= 78; n++)
        assert_true(tries("dim n >= 1;" DRAWN "claim rank(X) != 77;", 6, AT(n)));
    assert_true(tries("dim n >= 1;" DRAWN "assume n > 100; claim rank(X) < n;", 6, AT(101)));
    assert_true(tries("dim n >= 1; claim n != 1000;", 128, AT(1000)));
    assert_true(tries("dim n >= 1;" DRAWN "claim n^2 != 529;", 6, AT(23)));
    assert_true(tries("dim n >= 1;" DRAWN "claim 12*n != 252;", 6, AT(21)));
    assert_true(tries("dim n >= 1;" DRAWN "claim sum(i = 1..37, X[1, 1]) == X[1, 1];", 6, AT(37)));
}

static void each_open_dimension_alone_and_all_together(void **state) {
    (void)state;
    const char *claim = "dim n >= 1, d >= 2, k in 3..4, m = n + d;" DRAWN "claim rank(X) <= 6;";
    assert_true(tries(claim, 6, AT(7, 2, 3, 9)));
    assert_true(tries(claim, 6, AT(1, 7, 3, 8)));
    assert_true(tries(claim, 6, AT(7, 7, 3, 14)));
}

static void nothing_where_no_dimension_is_open(void **state) {
    (void)state;
    size_t count;
    text_theorem t = theorem_of("dim n in 1..3;" DRAWN "claim rank(X) <= 6;");
    int64_t *dims = rk_far_dims(t.checked, 6, &count);
    assert_int_equal(count, 0);
    rk_free(dims);
    theorem_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(just_past_the_cap),
        cmocka_unit_test(around_numbers_of_the_text),
        cmocka_unit_test(each_open_dimension_alone_and_all_together),
        cmocka_unit_test(nothing_where_no_dimension_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
