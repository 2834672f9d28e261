/* Draws have their distributions, bounds their levels, and threads change nothing. */
#include "eval_helpers.h"

#include <math.h>

#include "base/rk_guard.h"
#include "base/rk_pool.h"
#include "stats/rk_confidence.h"
#include "stats/rk_range.h"
#include "stats/rk_statistics.h"

static rk_rng stream(uint64_t trial) {
    static const unsigned char digest[32] = {7};
    const char *text = getenv("RK_TEST_SEED");
    return rk_rng_trial(text ? strtoull(text, NULL, 10) : 1, digest, trial);
}

/* --- distributions -------------------------------------------------------------------------- */

static int ascending(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double standard_normal(double x) {
    return erfc(-x / sqrt(2)) / 2;
}

static double uniform_2_5(double x) {
    return (x - 2) / 3;
}

/* sqrt(n) times the distance of Kolmogorov and Smirnov; above 2.2 with probability 1e-4. */
static double kolmogorov(double *x, size_t n, double (*law)(double)) {
    double most = 0;
    qsort(x, n, sizeof *x, ascending);
    for (size_t i = 0; i < n; i++) {
        double f = law(x[i]);
        most = fmax(most, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
    }
    return sqrt((double)n) * most;
}

enum { MANY = 20000 };

static void entries_have_their_laws(void **state) {
    static double x[MANY];
    rk_distribution gaussian = {RK_SET_GAUSSIAN, {0, 1}, 100, MANY / 100};
    rk_distribution uniform = {RK_SET_UNIFORM, {2, 5}, 100, MANY / 100};
    (void)state;
    for (uint64_t t = 0; t < 5; t++) {
        rk_rng rng = stream(t);
        assert_true(rk_distribution_draw(&gaussian, &rng, x) == 0);
        assert_true(kolmogorov(x, MANY, standard_normal) < 2.2);
        assert_true(rk_distribution_draw(&uniform, &rng, x) == 0);
        assert_true(kolmogorov(x, MANY, uniform_2_5) < 2.2);
        assert_true(x[0] >= 2 && x[MANY - 1] <= 5);
    }
}

/* Pairs of neighbours fall evenly into 10 by 10 boxes: chi-square with 99 degrees of freedom, above
   161 with probability 1e-4. */
static void neighbours_are_independent(void **state) {
    static double x[MANY];
    double count[100] = {0}, chi = 0;
    rk_distribution gaussian = {RK_SET_GAUSSIAN, {0, 1}, 1, MANY};
    rk_rng rng = stream(11);
    (void)state;
    rk_distribution_draw(&gaussian, &rng, x);
    for (size_t i = 0; i + 1 < MANY; i += 2)
        count[10 * (int)(10 * standard_normal(x[i])) + (int)(10 * standard_normal(x[i + 1]))]++;
    for (size_t i = 0; i < 100; i++)
        chi += (count[i] - MANY / 200) * (count[i] - MANY / 200) / (MANY / 200);
    assert_true(chi < 161);
}

/* Arcsine law of the first entry of a 2 by 2 orthogonal matrix, uniform one of 3 by 3. */
static double haar_2(double x) {
    return 0.5 + asin(x) / 3.14159265358979323846;
}

static double haar_3(double x) {
    return (x + 1) / 2;
}

static double off_identity(const double *q, size_t n) {
    double most = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double dot = -(i == j);
            for (size_t k = 0; k < n; k++)
                dot += q[i * n + k] * q[j * n + k];
            most = fmax(most, fabs(dot));
        }
    return most;
}

static void haar_matrices_are_uniform(void **state) {
    static double x[2][MANY / 4];
    double q[900];
    size_t reflections = 0;
    (void)state;
    for (size_t t = 0; t < MANY / 4; t++) {
        for (int64_t n = 2; n <= 3; n++) {
            rk_distribution haar = {RK_SET_HAAR, {0, 0}, n, n};
            rk_rng rng = stream(100 + t);
            double radius = rk_distribution_draw(&haar, &rng, q);
            assert_true(off_identity(q, (size_t)n) <= radius);
            x[n - 2][t] = q[t % (size_t)(n * n)]; /* any entry */
            reflections += n == 2 && q[0] * q[3] - q[1] * q[2] < 0;
        }
    }
    assert_true(kolmogorov(x[0], MANY / 4, haar_2) < 2.2);
    assert_true(kolmogorov(x[1], MANY / 4, haar_3) < 2.2);
    assert_true(fabs((double)reflections - MANY / 8) < 4 * sqrt(MANY / 16));
    rk_distribution large = {RK_SET_HAAR, {0, 0}, 30, 30};
    rk_rng rng = stream(5);
    double radius = rk_distribution_draw(&large, &rng, q);
    assert_true(off_identity(q, 30) <= radius || off_identity(q, 30) <= 16 * 30 * 2.3e-16);
}

/* --- bounds --------------------------------------------------------------------------------- */

/* r := P(at least k successes of n) at p, a plain sum. */
static void exact_tail(fmpq_t r, ulong k, ulong n, const fmpq_t p) {
    fmpq_t q, a, b;
    fmpz_t c;
    fmpq_init(q);
    fmpq_init(a);
    fmpq_init(b);
    fmpz_init(c);
    fmpq_sub_si(q, p, 1);
    fmpq_neg(q, q);
    fmpq_zero(r);
    for (ulong i = k; i <= n; i++) {
        fmpq_pow_si(a, p, (slong)i);
        fmpq_pow_si(b, q, (slong)(n - i));
        fmpq_mul(a, a, b);
        fmpz_bin_uiui(c, n, i);
        fmpq_mul_fmpz(a, a, c);
        fmpq_add(r, r, a);
    }
    fmpq_clear(q);
    fmpq_clear(a);
    fmpq_clear(b);
    fmpz_clear(c);
}

static void binomial_bounds_are_those_of_exact_sums(void **state) {
    fmpq_t p, tail, want;
    arb_t p0, level;
    (void)state;
    fmpq_init(p);
    fmpq_init(tail);
    fmpq_init(want);
    arb_init(p0);
    arb_init(level);
    fmpq_set_si(want, 1, 97);
    arb_set_fmpq(level, want, 128);
    for (ulong n = 1; n <= 12; n++)
        for (ulong k = 0; k <= n; k++)
            for (slong i = 1; i < 20; i++) {
                fmpq_set_si(p, i, 20);
                arb_set_fmpq(p0, p, 128);
                exact_tail(tail, k, n, p);
                rk_tern said = rk_binomial_at_least(k, n, p0, false, level);
                assert_int_equal(said.v, fmpq_cmp(tail, want) <= 0 ? 1 : -1);
                said = rk_binomial_at_most(n - k, n, p0, false, level);
                fmpq_set_si(p, 20 - i, 20);
                exact_tail(tail, k, n, p);
                assert_int_equal(said.v, fmpq_cmp(tail, want) <= 0 ? 1 : -1);
            }
    fmpq_clear(p);
    fmpq_clear(tail);
    fmpq_clear(want);
    arb_clear(p0);
    arb_clear(level);
}

/* The ends: nothing is below 0, nothing above 1, and neither end is ever reached by draws. */
static void certainty_is_never_supported(void **state) {
    arb_t one, level;
    double low, high;
    (void)state;
    arb_init(one);
    arb_init(level);
    arb_set_d(level, 0.001);
    arb_one(one);
    assert_true(rk_tern_false(rk_binomial_at_least(1000000, 1000000, one, false, level)));
    assert_true(rk_tern_true(rk_binomial_at_most(999, 1000, one, true, level)));
    assert_true(rk_tern_false(rk_binomial_at_most(1000, 1000, one, true, level)));
    arb_zero(one);
    assert_true(rk_tern_false(rk_binomial_at_most(0, 1000000, one, false, level)));
    assert_true(rk_tern_false(rk_binomial_at_least(0, 1000, one, true, level)));
    rk_binomial_bounds(&low, &high, 1000, 1000, level);
    assert_true(high == 1 && fabs(low - pow(0.001, 1e-3)) < 1e-8 && low <= pow(0.001, 1e-3));
    rk_binomial_bounds(&low, &high, 0, 1000, level);
    assert_true(low == 0 && fabs(high - (1 - pow(0.001, 1e-3))) < 1e-8);
    rk_binomial_bounds(&low, &high, 137, 20000, level);
    assert_true(low < 137 / 20000. && high > 137 / 20000. && high - low < 0.004);
    arb_clear(one);
    arb_clear(level);
}

/* --- whole theorems ------------------------------------------------------------------------- */

enum { TESTS = 8 };

static size_t run(const char *text, uint64_t seed, uint64_t draws, double level, unsigned threads,
                  rk_test_result results[TESTS]) {
    text_theorem t = theorem_of(text);
    rk_arena *arena = rk_arena_new();
    int64_t dims[4] = {3, 3, 3, 3};
    size_t n;
    const rk_test *tests = rk_statistic_tests(t.checked, arena, &n);
    rk_statistics_options o = {.seed = seed, .draws = draws, .level = level, .threads = threads};
    assert_true(n > 0 && n <= TESTS);
    assert_true(rk_dims_complete(t.checked, dims));
    assert_int_equal(rk_statistics_run(t.checked, dims, tests, n, &o, results), RK_BUILD_OK);
    rk_arena_free(arena);
    theorem_free(&t);
    return n;
}

/* Claims that are false by a hair: at level 0.1 at most one seed in ten may support one. */
static void false_claims_are_supported_no_more_often_than_the_level(void **state) {
    static const char *const texts[] = {
        "random x : gaussian(0, 1); claim prob(x > 0) >= 0.501; claim prob(x > 0) <= 0.499;",
        "random x : uniform(0, 1); claim prob(x < 1/10) > 0.1001; claim prob(x < 1/10) < 0.0999;",
        "random x : uniform(0, 1); claim mean(x) >= 0.501; claim mean(x) <= 0.499;",
        "random x : uniform(0, 1); claim var(x) >= 0.0834; claim var(x) <= 0.0832;",
        ("random x : uniform(0, 1), y : uniform(0, 1); claim mean(max(x, y)) >= 0.667;"
         "claim mean(max(x, y)) <= 0.666; claim prob(x*y <= 1/4) >= 0.5967;"),
    };
    uint64_t seeds = getenv("RK_TEST_LONG") ? 2000 : 200;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint64_t wrong[TESTS] = {0};
        for (uint64_t seed = 1; seed <= seeds; seed++) {
            rk_test_result r[TESTS];
            size_t n = run(texts[i], seed, 60, 0.1, 1, r);
            for (size_t k = 0; k < n; k++)
                wrong[k] += r[k].status == RK_TEST_SUPPORTED;
        }
        for (size_t k = 0; k < TESTS; k++) /* 4 standard deviations above the level */
            assert_true((double)wrong[k] <= 0.1 * (double)seeds + 4 * sqrt(0.09 * (double)seeds));
    }
}

static void bounds_hold_what_is_known(void **state) {
    rk_test_result r[TESTS];
    (void)state;
    run("random x : gaussian[2](0, 1), Q : haar[3]; "
        "claim prob(x > 0) >= 0.23; claim prob(x > 0) <= 0.27; claim mean(Q[1,1]^2) >= 0.31;"
        "claim mean(Q[1,1]^2) <= 0.36; claim mean(rank(x)) >= 0.9; claim mean(rank(x)) <= 1;",
        1, 20000, 0.001, 0, r);
    for (size_t k = 0; k < 6; k++)
        assert_int_equal(r[k].status, RK_TEST_SUPPORTED);
    assert_true(r[0].low <= 0.25 && r[0].high >= 0.25);
    assert_true(r[2].low <= 1 / 3. && r[2].high >= 1 / 3.);
}

static void threads_change_nothing(void **state) {
    static const char *const text =
        "dim n = 3; random A : gaussian[n, n](0, 1), Q : haar[n];"
        "claim prob(det(A) > 1) >= 1/3; claim mean(tanh(sum(A))) >= 0; claim var(Q[1,2]) >= 0.1;"
        "claim prob(sigma(A*Q, 2) > 1) >= 0; claim prob(eigabs(A, 1) < 2) >= 0;";
    rk_test_result one[TESTS], more[TESTS];
    (void)state;
    run(text, 5, 500, 0.01, 1, one);
    for (unsigned threads = 2; threads <= 5; threads++) {
        run(text, 5, 500, 0.01, threads, more);
        for (size_t k = 0; k < 5; k++) {
            assert_int_equal(one[k].status, more[k].status);
            assert_true(one[k].estimate == more[k].estimate && one[k].low == more[k].low &&
                        one[k].high == more[k].high);
            assert_int_equal(one[k].open, more[k].open);
        }
    }
}

static void draws_that_are_no_instance_are_passed_over(void **state) {
    rk_test_result r[TESTS];
    (void)state;
    run("random x : uniform(-1, 3), y : uniform(0, 1); assume y > 1/2; claim prob(log(x) < 0) >= "
        "0.3; claim prob(x > 0) >= 0.7; claim prob(y > 1/2) >= 0.99;",
        3, 20000, 0.001, 0, r);
    assert_int_equal(r[0].passed + r[0].counted, 20000);
    assert_true(fabs((double)r[0].counted - 7500) < 400); /* x > 0 and y > 1/2 */
    assert_true(fabs(r[0].estimate - 1 / 3.) < 0.03);
    assert_true(fabs((double)r[1].counted - 10000) < 400);
    assert_int_equal(r[2].status, RK_TEST_SUPPORTED);
    assert_true(r[2].estimate == 1);
}

/* What rounding would decide wrongly is decided rightly or left open. */
static void rounding_decides_nothing(void **state) {
    rk_test_result r[TESTS];
    (void)state;
    run("random x : gaussian(0, 1), A : gaussian[3, 2](0, 1), B : gaussian[2, 3](0, 1),"
        " Q : haar[3]; claim prob((x + 10^20) - 10^20 == x) >= 0.9;"
        "claim prob(rank(A*B) == 3) <= 0.1; claim prob(exp(x)*exp(-x) == 1) <= 0.1;"
        "claim prob(Q'*Q == eye(3)) >= 0.5; claim prob(rank(Q'*Q - eye(3)) == 0) <= 0.5;"
        "claim prob(sqrt(x^2) == abs(x)) <= 0.5;",
        2, 200, 0.001, 0, r);
    assert_int_equal(r[0].status, RK_TEST_SUPPORTED);
    assert_int_equal(r[1].status, RK_TEST_SUPPORTED);
    assert_int_equal(r[5].status, RK_TEST_UNSUPPORTED);
    for (size_t k = 2; k < 5; k++) {
        assert_int_equal(r[k].status, RK_TEST_OPEN);
        assert_true(r[k].open == 200);
    }
}

static void parameters_and_supports_are_checked(void **state) {
    rk_test_result r[TESTS];
    (void)state;
    run("random x : gaussian(0, -1); claim prob(x > 0) >= 0;", 1, 50, 0.01, 1, r);
    assert_int_equal(r[0].status, RK_TEST_PARAMETERS);
    run("random x : uniform(1, 0); claim prob(x > 0) >= 0;", 1, 50, 0.01, 1, r);
    assert_int_equal(r[0].status, RK_TEST_PARAMETERS);
    run("random x : gaussian(0, 1); claim mean(x) <= 9; claim mean(exp(x)) <= 9; claim var(x*x) <= "
        "9; claim mean(tanh(x)) <= 9;",
        1, 50, 0.01, 1, r);
    for (size_t k = 0; k < 3; k++)
        assert_int_equal(r[k].status, RK_TEST_UNBOUNDED);
    assert_int_equal(r[3].status, RK_TEST_SUPPORTED);
}

/* What the text bounds, is bounded: the largest and least values drawn lie within. */
static void ranges_hold_all_draws(void **state) {
    static const char *const values[] = {"max(softmax(A))",
                                         "sum(entropy(softmax(A)))",
                                         "stable_rank(A)",
                                         "sigma(A, 2)/sigma(A, 1)",
                                         "max(layernorm(A, ones(3,1), zeros(3,1)))",
                                         "max(rmsnorm(A, 2*ones(3,1), 1))",
                                         "min(batchnorm(A))",
                                         "max(P ./ (P*ones(3,3)))",
                                         "eigabs(softmax(A), 2)",
                                         "sigma(softmax(A), 1)",
                                         "norm(P, 1)",
                                         "det(P)",
                                         "trace(P*P)",
                                         "max(A/norm(A, fro))",
                                         "max(gelu(P - 3*ones(3,3)))",
                                         "min(silu(P - 3*ones(3,3)))",
                                         "P[1,1]^2 - P[1,2]^3",
                                         "exp(-P[1,1])/(1 + P[2,2])",
                                         "max(softmax(A)*P)",
                                         "norm(Q*P, 2)",
                                         "log(P[1,1] + 1)"};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        rk_test_result r[TESTS];
        char text[300];
        snprintf(text, sizeof text,
                 "random A : gaussian[3,3](0, 2), P : uniform[3,3](0, 2), Q : haar[3];"
                 "claim mean(%s) <= 10^9;",
                 values[i]);
        run(text, 1, 100, 0.01, 0, r);
        if (r[0].status != RK_TEST_SUPPORTED)
            fail_msg("%s is not bounded", values[i]);
        snprintf(text, sizeof text,
                 "random A : gaussian[3,3](0, 2), P : uniform[3,3](0, 2), Q : haar[3];"
                 "claim prob(%s >= %.17g and %s <= %.17g) >= 1/2;",
                 values[i], r[0].least, values[i], r[0].most);
        rk_test_result s[TESTS];
        run(text, 2, 400, 0.01, 0, s);
        assert_true(s[0].high == 1);
    }
}

/* --- the pool ------------------------------------------------------------------------------- */

static void mark_task(void *self, size_t index, unsigned worker) {
    (void)worker;
    ((unsigned char *)self)[index]++;
}

static void raise_at_seven(void *self, size_t index, unsigned worker) {
    mark_task(self, index, worker);
    if (index == 7)
        rk_guard_raise("seven");
}

static rk_status run_raising(void *self) {
    rk_pool_run(3, 1000, raise_at_seven, self);
    return RK_OK;
}

static void every_task_runs_once_and_raises_reach_the_caller(void **state) {
    unsigned char done[1000] = {0};
    const char *message = NULL;
    (void)state;
    for (unsigned threads = 0; threads < 6; threads++) {
        memset(done, 0, sizeof done);
        assert_true(rk_pool_run(threads, 1000, mark_task, done) >= 1);
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(done[i], 1);
    }
    assert_int_equal(rk_guard_run(run_raising, done, &message), RK_ENVIRONMENT);
    assert_string_equal(message, "seven");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_have_their_laws),
        cmocka_unit_test(neighbours_are_independent),
        cmocka_unit_test(haar_matrices_are_uniform),
        cmocka_unit_test(binomial_bounds_are_those_of_exact_sums),
        cmocka_unit_test(certainty_is_never_supported),
        cmocka_unit_test(false_claims_are_supported_no_more_often_than_the_level),
        cmocka_unit_test(bounds_hold_what_is_known),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(draws_that_are_no_instance_are_passed_over),
        cmocka_unit_test(rounding_decides_nothing),
        cmocka_unit_test(parameters_and_supports_are_checked),
        cmocka_unit_test(ranges_hold_all_draws),
        cmocka_unit_test(every_task_runs_once_and_raises_reach_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
