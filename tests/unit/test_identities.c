/* Formal functions against doubles on random expressions, and identities at given dimensions: what
   is proved, and what must stay open. */
#include "prove_helpers.h"

#include "base/rk_rng.h"
#include "domain/rk_function.h"

/* --- random expressions ------------------------------------------------------------------- */

enum { INPUTS = 3, STEPS = 9, POINTS = 60, TRIALS = 150, NODES = INPUTS + STEPS };

typedef struct step {
    int op;
    int a, b;
} step;

typedef struct trial {
    step steps[STEPS];
    double value[POINTS][NODES]; /* by the text; a point at which a step is undefined is dropped */
    bool alive[POINTS];
} trial;

static double apply(int op, double a, double b) {
    switch (op) {
    case 0:
        return a + b;
    case 1:
        return a - b;
    case 2:
        return a * b;
    case 3:
        return a / b;
    case 4:
        return sqrt(a);
    case 5:
        return fabs(a);
    case 6:
        return exp(a);
    case 7:
        return a > 0 ? log(a) : NAN;
    case 8:
        return (a + fabs(a)) / 2;
    case 9:
        return tanh(a);
    default:
        return a * a;
    }
}

static void draw_trial(trial *t, rk_rng *rng) {
    for (int k = 0; k < STEPS; k++)
        t->steps[k] =
            (step){(int)rk_rng_below(rng, 11), (int)rk_rng_below(rng, (uint64_t)(INPUTS + k)),
                   (int)rk_rng_below(rng, (uint64_t)(INPUTS + k))};
    for (int p = 0; p < POINTS; p++) {
        t->alive[p] = true;
        for (int k = 0; k < INPUTS; k++)
            t->value[p][k] = rk_rng_normal(rng) + (p % 3 == 0 ? 2 : 0);
        for (int k = 0; k < STEPS; k++) {
            const step *s = &t->steps[k];
            double x = apply(s->op, t->value[p][s->a], t->value[p][s->b]);
            t->value[p][INPUTS + k] = x;
            t->alive[p] = t->alive[p] && isfinite(x) && fabs(x) < 1e5;
        }
    }
}

static rk_ev run_step(const rk_domain *d, int op, void *r, const void *a, const void *b) {
    static const rk_fn fn[] = {[4] = RK_FN_SQRT, [5] = RK_FN_ABS,  [6] = RK_FN_EXP,
                               [7] = RK_FN_LOG,  [8] = RK_FN_RELU, [9] = RK_FN_TANH};
    switch (op) {
    case 0:
        d->add(d, r, a, b);
        return RK_EV_OK;
    case 1:
        d->sub(d, r, a, b);
        return RK_EV_OK;
    case 2:
        d->mul(d, r, a, b);
        return RK_EV_OK;
    case 3:
        return d->div(d, r, a, b);
    case 10:
        d->mul(d, r, a, a);
        return RK_EV_OK;
    default:
        return d->fn(d, fn[op], r, a);
    }
}

static bool run_trial(const rk_domain *d, const trial *t, rk_matrix *nodes) {
    for (int k = 0; k < INPUTS; k++)
        rk_function_variable(d, rk_matrix_entry(nodes, k, 0), k);
    for (int k = 0; k < STEPS; k++) {
        const step *s = &t->steps[k];
        if (run_step(d, s->op, rk_matrix_entry(nodes, INPUTS + k, 0),
                     rk_matrix_entry(nodes, s->a, 0),
                     rk_matrix_entry(nodes, s->b, 0)) != RK_EV_OK ||
            rk_function_exceeded(d))
            return false;
    }
    return true;
}

static double element_at(const rk_domain *d, const fmpz_mpoly_q_struct *x, const double *value) {
    return rk_function_poly_at(d, &x->num, value) / rk_function_poly_at(d, &x->den, value);
}

static unsigned sign_bit(double x) {
    return x > 0 ? RK_MAY_POSITIVE : x < 0 ? RK_MAY_NEGATIVE : RK_MAY_ZERO;
}

/* Values of the normal forms, and their signs, where everything is defined. */
static int compare_trial(const rk_domain *d, const trial *t, const rk_matrix *nodes) {
    double *value = rk_calloc((size_t)rk_function_variables(d) + 1, sizeof *value);
    int compared = 0;
    for (int p = 0; p < POINTS; p++) {
        if (!t->alive[p])
            continue;
        memcpy(value, t->value[p], INPUTS * sizeof *value);
        rk_function_fill(d, value);
        for (int k = INPUTS; k < NODES; k++) {
            const fmpz_mpoly_q_struct *x = rk_matrix_entry(nodes, k, 0);
            double want = t->value[p][k], have = element_at(d, x, value);
            if (!isfinite(have) || fabs(want) < 1e-3)
                continue;
            if (fabs(want - have) > 1e-3 * fabs(want))
                fail_msg("node %d at point %d: %g by the text, %g by the normal form", k, p, want,
                         have);
            if (!(rk_function_signs(d, x) & sign_bit(want)))
                fail_msg("node %d at point %d: %g has a sign that was excluded", k, p, want);
            compared++;
        }
    }
    rk_free(value);
    return compared;
}

static void normal_forms_have_the_values_of_the_text(void **state) {
    (void)state;
    const char *text = getenv("RK_TEST_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    static const unsigned char digest[32] = {0};
    int compared = 0;
    print_message("# seed %llu\n", (unsigned long long)seed);
    trial *t = rk_malloc(sizeof *t);
    for (uint64_t k = 0; k < TRIALS; k++) {
        rk_rng rng = rk_rng_trial(seed, digest, k);
        draw_trial(t, &rng);
        rk_domain *d = rk_domain_formal(INPUTS, 40, 400);
        rk_matrix nodes;
        rk_matrix_init(&nodes, d, NODES, 1);
        for (int again = 0; again < 4; again++) {
            rk_function_restart(d);
            if (run_trial(d, t, &nodes))
                compared += compare_trial(d, t, &nodes);
            if (!rk_function_wants_restart(d))
                break;
        }
        rk_matrix_clear(&nodes);
        rk_domain_free(d);
    }
    rk_free(t);
    print_message("# %d values compared\n", compared);
    assert_true(compared > 1000);
}

/* --- claims ------------------------------------------------------------------------------- */

static void identities_are_proved(void **state) {
    (void)state;
    expect_formal("forall x : real; claim sqrt(x^2) == abs(x);", "identity");
    expect_formal("forall x : positive, y : real; claim sqrt(x^2*y) == x*sqrt(y);", "identity");
    expect_formal("forall x : real, y : real; claim log(x*y) == log(x) + log(y);", "identity");
    expect_formal("forall x : real; claim exp(x/3)^3 == exp(x);", "identity");
    expect_formal("forall x : real; claim exp(x + 1/2)*exp(1/2) == exp(1)*exp(x);", "identity");
    expect_formal("dim n = 3; forall S : real[n, n]; claim softmax(S, causal(n))*ones(n, 1) == "
                  "ones(n, 1);",
                  "identity");
    expect_formal("dim n = 2, d = 3; forall X : real[n, d], a : positive; claim layernorm(a*X, "
                  "ones(d, 1), zeros(d, 1)) == layernorm(X, ones(d, 1), zeros(d, 1));",
                  "identity");
    expect_formal("forall x : real; assume x^2 == 1; claim x^3 == x;", "identity");
    expect_formal("forall A : real[2, 2]; let B = A + exp(A[1, 1])*eye(2); claim B*inv(B) == "
                  "eye(2);",
                  "identity");
}

static void branches_and_signs_are_not_guessed(void **state) {
    (void)state;
    expect_formal("forall x : real; claim sqrt(x^2) == x;", NULL);
    expect_formal("forall x : real, y : real; claim sqrt(x^2*y) == x*sqrt(y);", NULL);
    expect_formal("forall x : nonzero; claim exp(log(x^2)/2) == x;", NULL);
    expect_formal("forall x : real; claim log(x) == 2*log(sqrt(x)); claim sqrt(x^2) == x;", NULL);
    expect_formal("forall x : real; claim sign(x)^2 == 1;", NULL);
    expect_formal("forall x : real; claim x > -1 => sqrt(x^2) == x;", NULL);
    expect_formal("forall X : unit_rows[1, 2]; claim X[1, 2] == sqrt(1 - X[1, 1]^2);", NULL);
    expect_formal("forall x : nonzero; claim rank([sqrt(x^2) - x, 0; 0, 1]) == 2;", NULL);
    expect_formal("forall x : real; claim not (sqrt(x^2) == x);", NULL);
    expect_formal("forall x : real, y : real; claim x != y;", NULL);
    expect_formal("forall x : real; assume x == 1; claim 1/(x - 1) == 1;", NULL);
    expect_formal("forall x : real; assume x^2 == x; claim x == 1;", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_forms_have_the_values_of_the_text),
        cmocka_unit_test(identities_are_proved),
        cmocka_unit_test(branches_and_signs_are_not_guessed),
    };
    return cmocka_run_group_tests_name("identities", tests, NULL, NULL);
}
