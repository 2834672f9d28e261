/* The ways that meet equational hypotheses, each alone: constructed solutions satisfy them and
   refute what is false, models of formulas are exact, bit vectors compute what integers do, and
   trials depend on nothing but their stream. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/rk_mem.h"
#include "hunt/rk_bits.h"
#include "hunt/rk_encode.h"
#include "hunt/rk_equations.h"
#include "hunt/rk_plan.h"
#include "hunt/rk_trial.h"
#include "lang/rk_check_text.h"

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

/* A theorem at given dimensions with a judge of its own. */
typedef struct scene {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    const rk_checked *checked;
    rk_program *program;
    rk_hunt_options options;
    rk_tally tally;
    rk_judge judge;
    rk_assignment value;
} scene;

static void scene_init(scene *s, const char *clauses) {
    rk_buf b;
    rk_buf_init(&b);
    rk_buf_printf(&b, "theorem planted { %s }\n", clauses);
    *s = (scene){.diags = rk_diags_new()};
    s->unit = rk_unit_parse("test.thm", b.text, b.len, NULL, s->diags);
    s->module = rk_module_check(s->unit, NULL, s->diags);
    rk_buf_clear(&b);
    assert_int_equal(rk_diags_errors(s->diags), 0);
    s->checked = &s->module->theorems[0];
    bool too_large = false;
    int64_t dims[8] = {0};
    rk_dims_iter *it = rk_dims_iter_new(s->checked, 1);
    assert_true(rk_dims_next(it, dims));
    rk_dims_iter_free(it);
    s->program = rk_plan_build(s->checked, dims, &too_large);
    assert_non_null(s->program);
    s->options.seed = seed();
    rk_judge_init(&s->judge, s->checked, &s->options, NULL);
    rk_assignment_init(&s->value, s->program);
}

static void scene_clear(scene *s) {
    rk_judge_clear(&s->judge);
    rk_assignment_clear(&s->value);
    rk_program_free(s->program);
    rk_module_free(s->module);
    rk_unit_free(s->unit);
    rk_diags_free(s->diags);
}

typedef bool way(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                 unsigned *claim);

/* The first trial at which a way finds something, or `most`. */
static uint64_t first_finding(scene *s, way *run, uint64_t most) {
    unsigned claim;
    for (uint64_t k = 0; k < most; k++) {
        rk_rng rng = rk_rng_trial(s->options.seed, s->checked->statement, k);
        if (run(&s->judge, s->program, &rng, &s->value, &claim))
            return k;
    }
    return most;
}

static void assert_refuted(const char *clauses, way *run, uint64_t most) {
    scene s;
    scene_init(&s, clauses);
    if (first_finding(&s, run, most) == most) {
        print_error("not refuted: %s\n", clauses);
        fail();
    }
    scene_clear(&s);
}

/* --- constructions -------------------------------------------------------------------- */

static const char *const constructed[] = {
    "dim n = 4; forall P : real[n, n]; assume P*P == P; claim P' == P;",
    "dim n = 5; forall P : real[n, n]; assume (P' - P'*P') == zeros(n, n); claim rank(P) <= 1;",
    "dim n = 5; forall N : real[n, n]; assume N^4 == zeros(n, n); claim N^3 == zeros(n, n);",
    "dim n = 4; forall T : real[n, n]; assume T^4 + T^3 + T^2 + T + eye(n) == zeros(n, n);"
    "claim T*T' == eye(n);",
    "dim n = 4; forall V : real[n, n]; assume V*V == eye(n); claim V*V' == eye(n);",
    "dim n = 3; forall V : real[n, n]; assume V*V' == eye(n); claim V == V';",
    "dim n = 3; forall V : real[n, n]; assume V*V' == eye(n); claim abs(V) == V .* V;",
    "dim n = 4; forall A : real[n, n]; assume A*A' == A'*A; claim A == A' or A == -A';",
    "dim n = 4, m = 3; forall A : real[n, m], X : real[m, n];"
    "assume A*X*A == A and X*A*X == X; assume rank(A) == 2; claim (A*X)' == A*X;",
    "dim n = 4, m = 3; forall A : real[n, m], X : real[m, n]; assume A*X*A == A and X*A*X == X;"
    "assume (A*X)' == A*X and (X*A)' == X*A; assume rank(A) == 2; claim X == A';",
    "dim n = 4; forall A : real[n, n], X : real[n, n]; assume A*X*A == A; assume X*A*X == X;"
    "assume A*X == X*A; assume rank(A) == 2; claim X == A;",
    "dim n = 4; forall A : real[n, n], B : real[n, n]; assume A*B == B*A; claim A*B' == B'*A;",
    "dim n = 4; forall A : real[n, n], B : real[n, n]; assume A*B == zeros(n, n);"
    "assume rank(A) == 2; claim B*A == zeros(n, n);",
    "dim n = 3, H = 3; forall P[H] : real[n, n]; assume all(h = 1..H, P[h]*P[h] == P[h]);"
    "assume sum(h = 1..H, P[h]) == eye(n); claim all(h = 1..H, P[h]' == P[h]);",
    "dim n = 4; forall A : real[n, n], z : nonzero[n], c : real; assume A*z == c*z;"
    "claim A'*z == c*z;",
    "dim n = 3; forall A : real[n, n], B : real[n, n], S : invertible[n]; assume A*S == S*B;"
    "assume A*A == A; claim trace(A'*A) == trace(B'*B);",
    "dim n = 4; forall P : symmetric[n], Q : symmetric[n]; assume P*P == P and Q*Q == Q;"
    "claim P*Q == Q*P;",
    "dim n = 4; forall A : stochastic[n, n]; assume A*A == A; claim rank(A) == 1 or A == eye(n);",
    "dim n = 4; forall A : real[n, n], X : real[n, n]; assume A*X + X*A' == zeros(n, n);"
    "claim X == zeros(n, n) or A == zeros(n, n);",
};

/* Equations inside claims that can only fail where they hold. */
static const char *const implied[] = {
    "dim n = 4; forall P : real[n, n]; claim P*P == P => P' == P;",
    "dim n = 4; forall P : real[n, n]; claim P*P != P or P' == P;",
    ("dim n = 4, m = 3; forall A : real[n, m], X : real[m, n];"
     "claim A*X*A == A and rank(A) == 2 => (X*A*X == X => rank(X) == 1);"),
    "dim n = 4; forall N : real[n, n]; claim not (N*N == zeros(n, n) and N != zeros(n, n));",
};

static void test_equations_in_claims(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof implied / sizeof implied[0]; k++)
        assert_refuted(implied[k], rk_trial_construct, 400);
}

static void test_constructions_refute(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof constructed / sizeof constructed[0]; k++)
        assert_refuted(constructed[k], rk_trial_construct, 400);
}

/* What is drawn by construction satisfies the equations: the judge counts hardly any as excluded
   for them. */
static void test_constructions_hold(void **state) {
    (void)state;
    scene s;
    scene_init(&s, "dim n = 4; forall P : real[n, n], Q : real[n, n]; assume P*P == P;"
                   "assume Q*Q == Q; assume P*Q == Q*P; claim (P*Q)*(P*Q) == P*Q;");
    int64_t low[1], high[1];
    s.tally = (rk_tally){.dims_low = low, .dims_high = high};
    s.judge.tally = &s.tally;
    assert_int_equal(first_finding(&s, rk_trial_construct, 50), 50);
    assert_true(s.tally.held >= 100);
    assert_int_equal(s.tally.excluded, 0);
    scene_clear(&s);
}

/* --- solving -------------------------------------------------------------------------- */

static const char *const solved[] = {
    "dim n = 3; forall A : real[n, n], u : real[n, 1]; assume A*ones(n, 1) == ones(n, 1);"
    "claim A'*ones(n, 1) == ones(n, 1);",
    "dim n = 3, m = 2; forall A : real[n, n], B : real[m, m], X : real[n, m], C : real[n, m];"
    "assume A*X + X*B == C; claim rank(C) <= rank(X);",
    "dim n = 3; forall M : real[n, n], c : real; assume det(M + c*eye(n)) == 0;"
    "claim det(M - c*eye(n)) == 0;",
    "dim n = 3; forall A : real[n, n]; assume trace(A) == 5/7 and det(A) == 3; claim A == A';",
    "dim n = 4; forall A : real[n, n], X : real[n, n]; assume A*X*A == A; claim X*A*X == X;",
};

static void test_solving_refutes(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof solved / sizeof solved[0]; k++)
        assert_refuted(solved[k], rk_trial_solve, 600);
}

/* --- bit vectors ------------------------------------------------------------------------ */

/* x and y are given their values by unit clauses; then the model must have the results. */
static void check_bits(int64_t x, int64_t y, int64_t bottom) {
    rk_cnf f;
    rk_cnf_init(&f, 1 << 20);
    rk_bits a = rk_bits_unknown(&f, -9, 9, bottom), b = rk_bits_unknown(&f, -5, 6, 1);
    rk_bits ka = rk_bits_constant(x, bottom), kb = rk_bits_constant(y, 1);
    rk_cnf_require(&f, rk_bits_equal(&f, &a, &ka));
    rk_cnf_require(&f, rk_bits_equal(&f, &b, &kb));
    rk_bits sum = rk_bits_add(&f, &a, &b), difference = rk_bits_sub(&f, &a, &b);
    rk_bits product = rk_bits_mul(&f, &a, &b);
    int less = rk_bits_less(&f, &a, &b), same = rk_bits_equal(&f, &a, &b);
    rk_bits chosen = rk_bits_select(&f, less, &a, &b);
    rk_sat_options options = {.conflicts = 100000};
    rk_solving *s = rk_solving_new(&f, &options);
    assert_int_equal(rk_solving_run(s, NULL, 0), RK_SAT_MODEL);
    assert_int_equal(rk_bits_value(s, &a), x);
    assert_int_equal(rk_bits_value(s, &sum), x + y * bottom);
    assert_int_equal(rk_bits_value(s, &difference), x - y * bottom);
    assert_int_equal(rk_bits_value(s, &product), x * y);
    assert_int_equal(product.bottom, bottom);
    assert_int_equal(rk_solving_value(s, less), x < y * bottom);
    assert_int_equal(rk_solving_value(s, same), x == y * bottom);
    assert_int_equal(rk_bits_value(s, &chosen), x < y * bottom ? x : y * bottom);
    rk_solving_free(s);
    rk_cnf_clear(&f);
}

static void test_bits_are_integers(void **state) {
    (void)state;
    if (!rk_sat_available())
        return;
    for (int64_t x = -9; x <= 9; x += 2)
        for (int64_t y = -5; y <= 6; y++)
            for (int64_t bottom = 1; bottom <= 3; bottom++)
                check_bits(x, y, bottom);
}

/* Values beyond every width are given up, not computed wrong. */
static void test_wide_numbers_are_given_up(void **state) {
    (void)state;
    rk_cnf f;
    rk_cnf_init(&f, 1 << 20);
    rk_bits x = rk_bits_unknown(&f, -1000, 1000, 1);
    for (int k = 0; k < 6; k++)
        x = rk_bits_mul(&f, &x, &x);
    assert_true(x.wide);
    assert_int_equal(rk_bits_less(&f, &x, &x), 0);
    assert_int_equal(rk_bits_equal(&f, &x, &x), 0);
    rk_cnf_clear(&f);
}

/* --- models ----------------------------------------------------------------------------- */

static const char *const modelled[] = {
    "dim n = 4; forall M : real[n, n], N : real[n, n]; assume M*M == zeros(n, n);"
    "assume N*N == zeros(n, n); assume M*N == N*M; claim M*N == zeros(n, n);",
    "dim n = 3; forall A : real[n, n], B : real[n, n], C : real[n, n]; assume A*B == B*A;"
    "assume B*C == C*B; assume B != B[1, 1]*eye(n); claim A*C == C*A;",
    "dim n = 3; forall A : stochastic[n, n], B : stochastic[n, n];"
    "assume A'*ones(n, 1) == ones(n, 1) and B'*ones(n, 1) == ones(n, 1); claim A*B == B*A;",
    "dim n = 3; forall A : real[n, n]; assume rank(A) == 2 and trace(A) == 0 and A*A*A == A;"
    "claim A == A';",
    "dim n = 3; forall A : real[n, n]; assume A' == A*A; claim A == A';",
    "dim n = 2; forall A : attention[n, n]; assume A*A == A; claim A == A';",
    "dim n = 3; forall Q : orthogonal[n], A : real[n, n]; assume Q*A == A*Q and rank(A) == 1;"
    "claim Q*A == A;",
    "dim n = 3; forall A : psd[n], B : psd[n]; assume A*B*A == A; claim A*B == B*A;",
    "dim n = 3; exists A : real[n, n]; assume A*A*A == zeros(n, n); claim A*A != zeros(n, n);",
};

static void test_models_refute(void **state) {
    (void)state;
    if (!rk_sat_available())
        return;
    for (size_t k = 0; k < sizeof modelled / sizeof modelled[0]; k++)
        assert_refuted(modelled[k], rk_trial_sat, 120);
}

/* Solutions mod 2 become rational ones. */
static void test_lifting(void **state) {
    (void)state;
    if (!rk_sat_available())
        return;
    scene s;
    scene_init(&s, "dim n = 3; forall P : real[n, n], Q : real[n, n]; assume 3*P*P == 5*P;"
                   "assume P*Q == zeros(n, n); claim P*Q == zeros(n, n) and P == Q*P;");
    const rk_equations *e = &rk_solver_of(&s.judge, s.program)->equations;
    rk_encoding *f = rk_encode(&s.judge, s.program, (rk_alphabet){0, 1, 0});
    assert_non_null(f);
    int lifted = 0;
    for (uint64_t k = 0; k < 40; k++) {
        rk_rng rng = rk_rng_trial(seed(), s.checked->statement, k);
        unsigned char *flip = rk_calloc((size_t)f->cnf.variables + 1, 1);
        for (size_t i = 0; i < f->ninputs; i++)
            flip[f->input[i]] = (unsigned char)rk_rng_below(&rng, 2);
        rk_sat_options options = {.conflicts = 10000, .flip = flip};
        rk_solving *solving = rk_solving_new(&f->cnf, &options);
        if (rk_solving_run(solving, NULL, 0) == RK_SAT_MODEL) {
            rk_encoding_read(f, solving, s.program, &s.value);
            if (rk_equations_lift(e, &rng, &s.value)) {
                assert_true(rk_equations_hold(e, &s.value));
                lifted++;
            }
        }
        rk_solving_free(solving);
        rk_free(flip);
    }
    assert_true(lifted > 0);
    rk_encoding_free(f);
    scene_clear(&s);
}

/* True claims have no model that the judge takes: nor has their formula any. */
static void test_no_models_of_what_holds(void **state) {
    (void)state;
    if (!rk_sat_available())
        return;
    scene s;
    scene_init(&s, "dim n = 2; forall A : real[n, n], B : real[n, n]; assume A*B == eye(n);"
                   "claim B*A == eye(n);");
    assert_int_equal(first_finding(&s, rk_trial_sat, 40), 40);
    rk_encoding *e = rk_encode(&s.judge, s.program, (rk_alphabet){-1, 1, 1});
    assert_non_null(e);
    rk_sat_options options = {.conflicts = 1000000};
    rk_solving *solving = rk_solving_new(&e->cnf, &options);
    assert_int_equal(rk_solving_run(solving, NULL, 0), RK_SAT_NONE);
    rk_solving_free(solving);
    rk_encoding_free(e);
    scene_clear(&s);
}

/* A trial finds the same whatever trials its judge has seen before. */
static void test_trials_are_functions_of_their_stream(void **state) {
    (void)state;
    way *const ways[] = {rk_trial_construct, rk_trial_solve, rk_trial_sat};
    for (size_t w = 0; w < 3; w++) {
        scene one, two;
        unsigned claim;
        scene_init(&one, constructed[0]);
        scene_init(&two, constructed[0]);
        uint64_t k = first_finding(&one, ways[w], 300);
        if (k < 300) {
            rk_rng rng = rk_rng_trial(two.options.seed, two.checked->statement, k);
            assert_true(ways[w](&two.judge, two.program, &rng, &two.value, &claim));
            for (size_t s = 0; s < two.program->nslots; s++)
                assert_true(fmpq_mat_equal(&one.value.value[s], &two.value.value[s]));
        }
        scene_clear(&one);
        scene_clear(&two);
    }
}

int main(void) {
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constructions_refute),
        cmocka_unit_test(test_equations_in_claims),
        cmocka_unit_test(test_constructions_hold),
        cmocka_unit_test(test_solving_refutes),
        cmocka_unit_test(test_bits_are_integers),
        cmocka_unit_test(test_wide_numbers_are_given_up),
        cmocka_unit_test(test_models_refute),
        cmocka_unit_test(test_lifting),
        cmocka_unit_test(test_no_models_of_what_holds),
        cmocka_unit_test(test_trials_are_functions_of_their_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
