/* Searches in doubles made exact: false claims whose violations are needles to random draws are
   found within a bounded number of trials whatever the seed, true ones never; the same trial gives
   the same finding; margins say how near a truth is to flipping. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_mem.h"
#include "hunt/rk_hunt.h"
#include "hunt/rk_margin.h"
#include "hunt/rk_trial.h"
#include "lang/rk_check_text.h"

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

/* A theorem of given sizes, ready for trials. */
typedef struct bench {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    const rk_checked *checked;
    rk_program *program;
    rk_hunt_options options;
    rk_tally tally;
    rk_judge judge;
    rk_assignment value;
} bench;

static void open_bench(bench *b, const char *clauses) {
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_printf(&text, "theorem planted { %s }\n", clauses);
    *b = (bench){.diags = rk_diags_new()};
    b->unit = rk_unit_parse("test.thm", text.text, text.len, NULL, b->diags);
    b->module = rk_module_check(b->unit, NULL, b->diags);
    if (rk_diags_errors(b->diags))
        fail_msg("%s", text.text);
    rk_buf_clear(&text);
    b->checked = &b->module->theorems[0];
    const int64_t none[1] = {0};
    const rk_build_options build = {0};
    assert_int_equal(rk_program_build(b->checked, none, &build, &b->program), RK_BUILD_OK);
    b->options = (rk_hunt_options){.seed = seed()};
    rk_tally_init(&b->tally, b->checked);
    rk_judge_init(&b->judge, b->checked, &b->options, &b->tally);
    rk_assignment_init(&b->value, b->program);
}

static void close_bench(bench *b) {
    rk_judge_clear(&b->judge);
    rk_tally_clear(&b->tally);
    rk_assignment_clear(&b->value);
    rk_program_free(b->program);
    rk_module_free(b->module);
    rk_unit_free(b->unit);
    rk_diags_free(b->diags);
}

typedef bool trial(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                   unsigned *claim);

/* The first of `most` trials that finds something, or -1. */
static int first(bench *b, trial *look, uint64_t stream, int most) {
    unsigned char digest[32] = {3};
    unsigned claim;
    for (int k = 0; k < most; k++) {
        rk_rng rng = rk_rng_trial(stream, digest, (uint64_t)k);
        if (look(&b->judge, b->program, &rng, &b->value, &claim))
            return k;
    }
    return -1;
}

/* --- false claims -------------------------------------------------------------- */

static const char *const needles[] = {
    "forall x : real, y : real; claim (x - 1.7234)^2 + (y + 2.3127)^2 >= 0.000001;",
    "forall x : real, y : real; claim (x - 7/3)^2 + (y + 11/7)^2 >= 1/1000000;",
    "forall x : real[3];"
    "claim (x[1,1] - 17/3)^2 + (x[2,1] + 0.3127)^2 + (x[3,1] - 0.77)^2 >= 0.000001;",
    "forall x : real, y : real; claim exp(x) + exp(-x) + (y - x - 1)^2 >= 2.000001;",
    "forall A : real[3,3], B : real[3,3]; assume A[1,1] >= 1; assume B[1,2] >= 1;"
    "claim sigma(A*B, 1) <= 0.999*sigma(A, 1)*sigma(B, 1);",
    "forall x : real[4]; assume x[1,1] >= 1;"
    "claim 1.001*x[1,1]^2 + 2*x[2,1]^2 + 2*x[3,1]^2 + x[4,1]^2 - 2*x[1,1]*x[2,1]"
    "  - 2*x[2,1]*x[3,1] - 2*x[3,1]*x[4,1] > 0.0011*x[1,1]^2;",
    "forall A : symmetric[3], S : psd[3]; assume S == A; assume A[1,1] == 1; assume A[2,2] == 1;"
    "assume A[3,3] == 1; assume A[1,2] <= -0.45; assume A[2,3] <= -0.45; assume A[1,3] <= -0.45;"
    "claim det(A) >= 0.001;",
    "forall x : real, y : real; claim x^2 + y^2 + 5/4 > x + 2*y;",
    "forall P : attention[3,3]; claim trace(P*P) >= 0.02;",
    "forall x : real, y : real, z : real; assume x^2 + y^2 + z^2 <= 3; assume x <= 0.99;"
    "claim x + y + z <= 2.9998;",
    "forall p : attention[1,4]; claim sum(entropy(p)) <= 1.38629;",
    "forall Q : orthogonal[3]; assume Q[1,1] >= 1/3; claim Q[1,1] + Q[2,2] + Q[3,3] <= 2.999;",
    "forall X : real[3,2]; assume X[1,1] >= X[1,2] + 1; claim norm(softmax(X), fro)^2 >= 1.60678;",
};

static const char *const degenerate[] = {
    "forall A : positive[3,3], X : positive[3,3]; claim rank(eye(3) - A*X) == 3;",
    "forall A : positive[3,3], X : positive[3,3]; claim rank(eye(3) - A*X) >= 2;",
    "forall X : positive[3,3], W : symmetric[3]; assume W[1,1] >= 1; assume W[2,2] >= 2;"
    "claim rank(X*W*X') == rank(X);",
    "forall A : positive[3,3], B : positive[3,3]; assume rank(A) == 2; assume rank(B) == 2;"
    "claim rank(A + B) >= 2;",
    "forall A : attention[4,4], B : attention[4,4]; assume rank(A) == 4; assume rank(B) == 4;"
    "claim rank(A*B - B*A) >= 2;",
    "forall A : attention[3,3]; assume A[1,1] <= 2/5; assume A[2,2] >= 3/10; claim rank(A) >= 2;",
    "forall Q : orthogonal[3], A : positive[3,3]; assume A[1,2] >= 2*A[1,1]; claim rank(A - Q) >= "
    "2;",
    "forall A : attention[3,3], X : positive[3,2], W : real[2,2];"
    "assume rank(X) == 2; claim rank(X + A*X*W) >= 1;",
    "forall A : real[4,2], B : real[2,4]; assume A[1,1] == 3; assume B[1,1] == 5; assume rank(A) "
    "== 2;"
    "assume rank(B) == 2; claim rank(B*A) >= 1;",
};

static void all_are_found(const char *const *claims, size_t n, trial *look, int most) {
    int missed = 0;
    for (size_t i = 0; i < n; i++) {
        bench b;
        open_bench(&b, claims[i]);
        for (uint64_t stream = seed(); stream < seed() + 3; stream++) {
            if (first(&b, look, stream, most) >= 0)
                continue;
            print_error("seed %llu: not found in %d trials: %s\n", (unsigned long long)stream, most,
                        claims[i]);
            missed++;
        }
        close_bench(&b);
    }
    assert_int_equal(missed, 0);
}

static void needles_are_found_by_climbing(void **state) {
    (void)state;
    all_are_found(needles, sizeof needles / sizeof *needles, rk_trial_climb, 40);
}

static void degeneracies_are_found(void **state) {
    (void)state;
    all_are_found(degenerate, sizeof degenerate / sizeof *degenerate, rk_trial_degenerate, 200);
}

static void a_trial_is_a_function_of_its_stream(void **state) {
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bench a, b;
        open_bench(&a, degenerate[i]);
        open_bench(&b, degenerate[i]);
        first(&b, rk_trial_climb, seed() + 9, 5); /* whatever was done before */
        assert_int_equal(first(&a, rk_trial_degenerate, seed(), 60),
                         first(&b, rk_trial_degenerate, seed(), 60));
        for (size_t s = 0; s < a.program->nslots; s++)
            assert_true(fmpq_mat_equal(&a.value.value[s], &b.value.value[s]));
        close_bench(&a);
        close_bench(&b);
    }
}

/* --- true claims --------------------------------------------------------------- */

/* Most hold with equality somewhere, which is where search ends up. */
static const char *const truths[] = {
    "forall x : real, y : real; claim (x - 1.7234)^2 + (y + 2.3127)^2 >= 0;",
    "forall x : real, y : real; claim (x - 1.7234)^2 + (y + 2.3127)^2 + 1e-30 > 0;",
    "forall x : positive, y : positive; claim (x + y)/2 >= sqrt(x*y);",
    "forall A : real[3,3], B : real[3,3]; claim sigma(A*B, 1) <= sigma(A, 1)*sigma(B, 1);",
    "forall u : real[3], v : real[3]; claim (u'*v)^2 <= (u'*u)*(v'*v);",
    "forall x : real; claim exp(x) >= 1 + x;",
    "forall A : psd[3]; claim det(A) >= 0;",
    "forall A : psd[3]; claim A[1,1]*A[2,2] >= A[1,2]^2;",
    "forall p : attention[1,4]; claim sum(entropy(p)) <= log(4);",
    "forall A : real[3,3]; claim rank(A'*A) == rank(A);",
    "forall A : real[3,3], B : real[3,3]; claim rank(A + B) <= rank(A) + rank(B);",
    "forall A : real[3,3], B : real[3,3]; claim rank(A) + rank(B) <= rank(A*B) + 3;",
    "forall A : stochastic[3,3], X : real[3,2]; claim rank(2*X + A*X) == rank(X);",
    "forall A : real[3,3]; assume A*A == A; claim rank(A) == trace(A);",
    "forall A : attention[3,3]; claim rank(eye(3) - A) <= 2;",
    "forall A : real[2,2]; claim rank([A, 1e-12*eye(2)]) == 2;",
    "forall x : real; claim rank([x, 1; 1 + 1e-13, x]) >= 1;",
};

static void truths_are_never_refuted(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        bench b;
        open_bench(&b, truths[i]);
        for (uint64_t stream = seed(); stream < seed() + 2; stream++)
            if (first(&b, rk_trial_climb, stream, 8) >= 0 ||
                first(&b, rk_trial_degenerate, stream, 8) >= 0)
                fail_msg("refuted: %s", truths[i]);
        close_bench(&b);
    }
}

/* --- margins ------------------------------------------------------------------- */

static void put(bench *b, double x) {
    arf_t f;
    arf_init(f);
    arf_set_d(f, x);
    arf_get_fmpq(fmpq_mat_entry(&b->value.value[0], 0, 0), f);
    arf_clear(f);
}

static double margin_at(const char *claim, double x) {
    bench b;
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_printf(&text, "forall x : real; claim %s;", claim);
    open_bench(&b, text.text);
    put(&b, x);
    double margin = rk_judge_margin(&b.judge, b.program, &b.value);
    rk_buf_clear(&text);
    close_bench(&b);
    return margin;
}

/* Of the hypotheses: membership of what is given by an equation. */
static double hypothesis_at(const char *clauses, double x) {
    bench b;
    rk_run run;
    open_bench(&b, clauses);
    put(&b, x);
    rk_run_init(&run, b.program, b.judge.doubles);
    assert_int_equal(rk_run_set_inputs(&run, &b.value), RK_EV_OK);
    double margin = -INFINITY;
    for (size_t h = 0; h < b.program->nhypotheses; h++)
        if (b.program->instr[b.program->hypotheses[h]].code != RK_P_COMPARE)
            margin = fmax(margin, rk_margin(&run, b.program->hypotheses[h]));
    rk_run_clear(&run);
    close_bench(&b);
    return margin;
}

/* Along x the claim comes nearer to failing: its margin rises, and changes sign where it fails. */
static void rises(const char *claim, const double *x, size_t n) {
    double last = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double m = margin_at(claim, x[i]);
        if (!(m > last))
            fail_msg("%s: %.17g at %g after %.17g", claim, m, x[i], last);
        last = m;
    }
    assert_true(last > 0);
}

static void margins_rise_towards_violations(void **state) {
    (void)state;
    const double up[] = {1, 0.5, 0.25, 0.01, 0.0001, 0};
    const double past[] = {1, 0.5, 0.25, 0.01, 0.0001, -0.5, -2};
    rises("rank([1, 0; 0, x]) == 2", up, 6);
    rises("rank([1, 0; 0, x]) >= 2", up, 6);
    rises("rank([1, 0; 0, x]) > 1", up, 6);
    rises("rank([1, 0; 0, x]) != 1", up, 6);
    rises("rank([1, 0; 0, x]) + rank([x, 0; 0, 1]) >= 4", up, 6);
    rises("not (rank([1, 0; 0, x]) <= 1)", up, 6);
    rises("max(rank([1, 0; 0, x]), 1) == 2", up, 6);
    rises("x >= 0", past, 7);
    rises("x > 0 and x >= -5", past, 7);
    rises("x >= 0 or x >= 1", past, 7);
    rises("x <= 5 => x >= 0", past, 7);
    rises("x >= 0 <=> x >= -5", past, 7);
    rises("[x, 1; 2, 3] >= zeros(2, 2)", past, 7);
    rises("x == 0", (const double[]){0, 0.0001, 0.5, 2}, 4);
    rises("x != 0", (const double[]){2, 0.5, 0.0001, 0}, 4);
}

static void memberships_have_margins(void **state) {
    (void)state;
    const char *definite = "forall x : real, S : psd[2]; assume S == [1, 0; 0, x]; claim x >= 0;";
    assert_true(hypothesis_at(definite, 0.5) < 0);
    assert_float_equal(hypothesis_at(definite, -0.5), 0.5, 1e-6);
    assert_float_equal(hypothesis_at(definite, -4), 1, 1e-6);
    const char *skew = "forall x : real, S : psd[2]; assume S == [1, x; 0, 1]; claim x >= 0;";
    assert_float_equal(hypothesis_at(skew, 0.25), 0.25, 1e-6);
    const char *integral = "forall x : real, k : integer; assume k == 2*x; claim x >= 0;";
    assert_float_equal(hypothesis_at(integral, 0.5), 0, 1e-6);
    assert_float_equal(hypothesis_at(integral, 0.625), 0.25, 1e-6);
}

int main(void) {
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needles_are_found_by_climbing),
        cmocka_unit_test(degeneracies_are_found),
        cmocka_unit_test(a_trial_is_a_function_of_its_stream),
        cmocka_unit_test(truths_are_never_refuted),
        cmocka_unit_test(margins_rise_towards_violations),
        cmocka_unit_test(memberships_have_margins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
