/* Violations of generic claims: which count as more than a null set. Points are given, the claim is
   violated there; a claim that holds almost everywhere may never be given up for one of them. */
#include "eval_helpers.h"

#include "prove/rk_spread.h"

/* The violation at the point, whose variables' values are given in the order of their declaration,
   counts: `expected`. */
static void expect(bool expected, const char *clauses, const char *const *values) {
    text_theorem t = theorem_of(clauses);
    int64_t dims[8];
    rk_program *program = NULL;
    rk_assignment a;
    rk_prove_options o = {.seed = 1, .precision_cap = 256};
    rk_dims_iter *it = rk_dims_iter_new(t.checked, 6);
    assert_true(rk_dims_next(it, dims));
    rk_dims_iter_free(it);
    assert_int_equal(rk_program_build(t.checked, dims, NULL, &program), RK_BUILD_OK);
    rk_assignment_init(&a, program);
    for (size_t s = 0, k = 0; s < program->nslots; s++)
        for (slong i = 0; i < a.value[s].r * a.value[s].c; i++)
            assert_int_equal(
                fmpq_set_str(fmpq_mat_entry(&a.value[s], i / a.value[s].c, i % a.value[s].c),
                             values[k++], 10),
                0);
    rk_instance x;
    rk_decide(program, &a, NULL, &x);
    if (x.overall != RK_INSTANCE_VIOLATED)
        fail_msg("%s: not violated at the point", clauses);
    rk_instance_clear(&x);
    rk_spread *spread = rk_spread_new();
    for (int again = 0; again < 2; again++) /* what is kept says the same */
        if (rk_spread_violation(spread, program, &a, &o) != expected)
            fail_msg("%s: not %d", clauses, expected);
    rk_spread_free(spread);
    rk_assignment_clear(&a);
    rk_program_free(program);
    theorem_free(&t);
}

#define AT(...) ((const char *const[]){__VA_ARGS__})

static void violations_on_a_neighbourhood_count(void **state) {
    (void)state;
    expect(true, "generic x : real; claim x > 0;", AT("-1"));
    expect(true, "generic X : real[2, 2]; claim rank(relu(X)) == 2;", AT("-1", "-1", "-1", "-2"));
    expect(true, "forall a : real; generic x : real; claim a*x != 0;", AT("0", "1"));
}

static void a_full_rank_stays_what_it_is(void **state) {
    (void)state;
    expect(true, "generic X : real[2, 2]; claim rank([rank(X), 1; 2, 1]) == 2;",
           AT("1", "2", "3", "4"));
    expect(false, "generic X : real[2, 2]; claim rank([rank(X), 1; 1, 1]) == 2;",
           AT("1", "2", "2", "4"));
}

static void claims_false_by_their_form_count(void **state) {
    (void)state;
    expect(true, "generic x : real; claim exp(x)*exp(-x) != 1;", AT("1"));
    expect(true, "generic A : real[3, 3]; claim rank(A - A') == 3;",
           AT("1", "2", "3", "4", "5", "6", "7", "8", "9"));
    expect(true, "generic A : stochastic[2, 2]; claim A*ones(2, 1) != ones(2, 1);",
           AT("1/2", "1/2", "1/3", "2/3"));
    expect(true, "generic x : real, y : real; claim tanh(x + y)*0 != 0*x;", AT("1", "2"));
}

static void claims_false_by_their_form_near_the_point_count(void **state) {
    (void)state;
    expect(true, "generic x : real; claim relu(x) != x;", AT("1"));
    expect(true, "generic x : real; claim relu(x) != 0*x;", AT("-1"));
    expect(true, "generic x : real; claim sqrt(x^2) != -x;", AT("-2"));
    expect(true, "generic x : real; claim exp(log(x^2)/2) != x;", AT("2"));
    expect(true, "generic x : real, y : real; claim max(x, y) != x;", AT("2", "1"));
    expect(true, "generic Q : orthogonal[2]; claim det(Q) != 1;", AT("1", "0", "0", "1"));
    expect(true, "generic Q : orthogonal[2]; claim rank(eye(2) + Q) == 2;",
           AT("1", "0", "0", "-1"));
    expect(true, "generic Q : orthogonal[3]; claim det(Q) != -1;",
           AT("-1", "0", "0", "0", "-1", "0", "0", "0", "-1"));
    expect(true, "forall A : attention[2, 2]; generic t : real; claim det(A + t*ones(2, 2)) != 0;",
           AT("1/2", "1/2", "1/2", "1/2", "1"));
}

static void null_sets_near_the_point_do_not_count(void **state) {
    (void)state;
    expect(false, "generic x : real; claim relu(x) != 2*x;", AT("0"));
    expect(false, "generic x : real, y : real; claim max(x, y) != 2;", AT("2", "1"));
    expect(false, "generic Q : orthogonal[2]; claim rank(eye(2) + Q) == 2 or det(Q) < 0;",
           AT("-1", "0", "0", "-1"));
    expect(false, "forall A : attention[2, 2]; generic t : real; claim det(A + t*eye(2)) != 0;",
           AT("1/2", "1/2", "1/2", "1/2", "-1"));
    expect(false, "forall U : unit_rows[1, 2]; generic x : real; claim x*U[1, 1] != 1;",
           AT("1", "0", "1"));
}

static void members_of_finite_sets_count_each(void **state) {
    (void)state;
    expect(true, "generic Q : orthogonal[1]; claim Q == 1;", AT("-1"));
    expect(true, "generic U : unit_rows[2, 1]; claim rank(U - ones(2, 1)) == 1;", AT("1", "1"));
    expect(true, "generic Q : orthogonal[1]; claim rank(1 - Q) == 1;", AT("1"));
}

/* Each of these holds almost everywhere. */
static void null_sets_do_not_count(void **state) {
    (void)state;
    expect(false, "generic x : real; claim x != 0;", AT("0"));
    expect(false, "generic x : real; claim x^2 > 0;", AT("0"));
    expect(false, "generic x : positive; claim exp(x) != exp(1);", AT("1"));
    expect(false, "generic X : real[2, 2]; claim rank(X) == 2;", AT("1", "2", "2", "4"));
    expect(false, "generic A : attention[2, 2]; claim rank(A) == 2;",
           AT("1/2", "1/2", "1/2", "1/2"));
    expect(false, "generic Q : orthogonal[2]; claim Q[1, 2] != 0;", AT("1", "0", "0", "1"));
    expect(false, "generic U : unit_rows[1, 2]; claim U[1, 1] != U[1, 2]^2 + 1;", AT("1", "0"));
    expect(false, "generic P : psd[2]; claim det(P) > 0;", AT("1", "1", "1", "1"));
    expect(false, "forall a : real; generic x : real; claim x != a;", AT("2", "2"));
    expect(false, "generic x : real, y : real; claim sqrt(x^2) != abs(y);", AT("1", "-1"));
}

/* The claim is no equation of functions, and fails where two of them agree. */
static void mixtures_of_null_sets_do_not_count(void **state) {
    (void)state;
    expect(false, "generic x : real, y : real; claim x*y != y*x or x != y;", AT("1", "1"));
    expect(false, "generic x : real; assume x >= 0; claim x > 0;", AT("0"));
    expect(false, "generic X : real[2, 2], Y : real[2, 2]; claim X*Y != Y*X;",
           AT("1", "0", "0", "1", "2", "0", "0", "3"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(violations_on_a_neighbourhood_count),
        cmocka_unit_test(a_full_rank_stays_what_it_is),
        cmocka_unit_test(claims_false_by_their_form_count),
        cmocka_unit_test(claims_false_by_their_form_near_the_point_count),
        cmocka_unit_test(null_sets_near_the_point_do_not_count),
        cmocka_unit_test(members_of_finite_sets_count_each),
        cmocka_unit_test(null_sets_do_not_count),
        cmocka_unit_test(mixtures_of_null_sets_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
