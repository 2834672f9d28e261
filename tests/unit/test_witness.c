/* Witnesses with exponentials and roots, on random relations: what is equal is never told apart,
   and what differs is. */
#include "eval_helpers.h"

#include "base/rk_rng.h"
#include "prove/rk_prove.h"

static uint64_t seed_of(const char *name) {
    const char *given = getenv("RK_TEST_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 1;
    print_message("# %s: RK_TEST_SEED=%llu\n", name, (unsigned long long)seed);
    return seed;
}

static rk_proof_status status_of(const char *clauses, uint64_t seed, bool *witnessed) {
    text_theorem t = theorem_of(clauses);
    rk_program *program;
    rk_proof proof;
    rk_prove_options o = {.seed = seed, .precision_cap = 128};
    rk_proof_init(&proof);
    assert_int_equal(build(&t, (int64_t[8]){0}, NULL, &program), RK_BUILD_OK);
    rk_prove_witness(program, &o, &proof, t.diags);
    rk_proof_status status = proof.status;
    if (witnessed != NULL)
        *witnessed = proof.witnessed;
    rk_proof_clear(&proof);
    rk_program_free(program);
    theorem_free(&t);
    return status;
}

static void expect(const char *clauses, rk_proof_status expected) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
        rk_proof_status status = status_of(clauses, seed, NULL);
        if (status != expected)
            fail_msg("%s: status %d, not %d, with seed %d", clauses, status, expected, (int)seed);
    }
}

/* --- random relations ----------------------------------------------------------------------- */

#define VARIABLES "generic x : positive, y : positive, z : positive; "

/* Inner exponents vanish at x = y = z = 0, so that exponentials may be nested. */
static const char *const exponents[] = {
    "x",
    "y",
    "x*y",
    "x^2 - 3*y",
    "x/(1 + y^2)",
    "(x + y)*z",
    "exp(x)*y",
    "z/2",
    "tanh(x*y)",
    "x*sqrt(2)",
    "sqrt(8)*x",
    "sigmoid(y)*z",
    "x*exp(y + z)",
    "exp(x)*exp(-z)*y",
    "silu(x*y)*z",
    "x*exp(x*exp(y))",
};
static const char *const radicands[] = {
    "x", "y + 1", "x + y", "x*y + z", "x^2 + y^2", "z^2 + 2", "x + exp(y)", "exp(x)*z + 1",
};

typedef struct relation {
    rk_buf together, apart; /* exp(sum c*f) or sqrt(product of w), and the factors */
} relation;

static void add_exponent(relation *r, const char *f, int64_t c, bool first) {
    rk_buf_printf(&r->together, "%s(%lld)*(%s)", first ? "" : " + ", (long long)c, f);
    rk_buf_printf(&r->apart, "%sexp(%s)^(%lld)", first ? "" : "*", f, (long long)c);
}

static relation draw_exponents(rk_rng *rng) {
    relation r;
    rk_buf_init(&r.together);
    rk_buf_init(&r.apart);
    unsigned n = 1 + (unsigned)rk_rng_below(rng, 3);
    for (unsigned k = 0; k < n; k++) {
        uint64_t f = rk_rng_below(rng, sizeof exponents / sizeof *exponents);
        int64_t c = rk_rng_between(rng, 1, 4) * (rk_rng_below(rng, 2) ? 1 : -1);
        add_exponent(&r, exponents[f], c, k == 0);
    }
    return r;
}

static relation draw_radicands(rk_rng *rng) {
    relation r;
    rk_buf_init(&r.together);
    rk_buf_init(&r.apart);
    unsigned n = 1 + (unsigned)rk_rng_below(rng, 3);
    for (unsigned k = 0; k < n; k++) {
        const char *w = radicands[rk_rng_below(rng, sizeof radicands / sizeof *radicands)];
        int64_t c = rk_rng_between(rng, 1, 5);
        rk_buf_printf(&r.together, "%s%lld*(%s)", k == 0 ? "" : "*", (long long)c, w);
        rk_buf_printf(&r.apart, "%ssqrt(%lld)*sqrt(%s)", k == 0 ? "" : "*", (long long)c, w);
    }
    return r;
}

static void check_relation(relation r, const char *fn, const char *extra, bool equal,
                           uint64_t seed) {
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_printf(&text, VARIABLES "claim %s(%s) != (%s)%s;", fn, r.together.text, r.apart.text,
                  extra);
    rk_proof_status status = status_of(text.text, seed, NULL);
    if (equal && status != RK_PROOF_NONE)
        fail_msg("%s: status %d for what is equal", text.text, status);
    if (!equal && status != RK_PROOF_TRUE)
        fail_msg("%s: status %d for what differs", text.text, status);
    rk_buf_clear(&text);
    rk_buf_clear(&r.together);
    rk_buf_clear(&r.apart);
}

static void relations_between_exponentials_are_kept(void **state) {
    (void)state;
    static const unsigned char digest[32] = {2};
    uint64_t seed = seed_of("exponentials");
    for (uint64_t k = 0; k < 150; k++) {
        rk_rng rng = rk_rng_trial(seed, digest, k);
        check_relation(draw_exponents(&rng), "exp", "", true, seed + k);
        check_relation(draw_exponents(&rng), "exp", "*exp(x/7)", false, seed + k);
    }
}

static void relations_between_roots_are_kept(void **state) {
    (void)state;
    static const unsigned char digest[32] = {3};
    uint64_t seed = seed_of("roots");
    for (uint64_t k = 0; k < 150; k++) {
        rk_rng rng = rk_rng_trial(seed, digest, k);
        check_relation(draw_radicands(&rng), "sqrt", "", true, seed + k);
    }
}

/* --- what is shown to be independent, and what is not ------------------------------------------
 */

static void independent_roots_are_known_to_be(void **state) {
    (void)state;
    expect("generic x : positive, y : positive; claim sqrt(x) + sqrt(y) != sqrt(x + y);",
           RK_PROOF_TRUE);
    expect("generic x : positive; claim sqrt(x) + sqrt(x + 1) != sqrt(x + 2)*sqrt(2);",
           RK_PROOF_TRUE);
    expect("generic X : real[3, 4]; claim rank(rmsnorm(X, ones(4, 1))) == 3;", RK_PROOF_TRUE);
    expect("generic X : real[2, 3]; claim affrank(layernorm(X, ones(3, 1), zeros(3, 1))) == 1;",
           RK_PROOF_TRUE);
    expect("generic x : positive, y : real; claim sqrt(sqrt(x) + y) != x;", RK_PROOF_TRUE);
    expect("generic x : positive; claim sqrt(x^3) != x;", RK_PROOF_TRUE);
}

static void dependent_roots_are_passed_over(void **state) {
    (void)state;
    expect("generic x : positive; claim sqrt(x) + sqrt(4*x) != 5*x;", RK_PROOF_NONE);
    expect("generic x : real; claim sqrt(x^2) != 5*x;", RK_PROOF_NONE);
    expect("generic x : positive, y : positive; claim sqrt(x)*sqrt(y) != 2*sqrt(x*y);",
           RK_PROOF_NONE);
    expect("generic A : stochastic[1, 3], x : real; claim sqrt(sum(A)) != x;", RK_PROOF_NONE);
    expect("generic U : unit_rows[2, 3]; claim rank(rmsnorm(U, ones(3, 1))) == 2;", RK_PROOF_NONE);
    expect("generic x : real; claim sqrt(1 + sqrt(2))*x != x;", RK_PROOF_NONE);
    expect("generic x : real; claim sqrt(exp(x)) != x;", RK_PROOF_NONE);
    expect("generic X : real[3, 2]; claim affrank(layernorm(X, ones(2, 1), zeros(2, 1))) == 1;",
           RK_PROOF_NONE);
}

static void exponents_with_hidden_constants_are_passed_over(void **state) {
    (void)state;
    expect("generic x : real; claim exp(exp(x) + 1) != x;", RK_PROOF_TRUE);
    expect("generic x : real; claim exp(exp(1)) != x;", RK_PROOF_NONE);
    expect("generic x : real; claim exp(exp(x + 1)) != x;", RK_PROOF_NONE);
    expect("generic x : real; claim exp(exp(x)/exp(x - 1)) != exp(x)*exp(exp(1));", RK_PROOF_NONE);
    expect("generic x : real; claim exp(1)*x != exp(2);", RK_PROOF_TRUE);
}

static void barred_functions_are_passed_over(void **state) {
    (void)state;
    expect("generic x : real; claim exp(log(x^2)/2) != x;", RK_PROOF_NONE);
    expect("generic x : real; claim exp(abs(x)) != x;", RK_PROOF_NONE);
    expect("generic X : real[2, 2]; claim rank(relu(X)) == 2;", RK_PROOF_NONE);
    expect("generic x : real; claim gelu(x) != x;", RK_PROOF_NONE);
    expect("generic X : real[2, 2]; claim exp(rank(X)*X[1, 1]) != X[1, 1];", RK_PROOF_NONE);
}

static void masks_keep_what_they_keep(void **state) {
    (void)state;
    expect("generic S : real[3, 3]; claim rank(softmax(S, causal(3)')) == 3;", RK_PROOF_TRUE);
    expect("generic S : real[2, 2]; claim rank(softmax(S, [0, 1; 0, 1])) == 2;", RK_PROOF_NONE);
    expect("generic S : real[3, 3], M : real[3, 3]; claim rank(softmax(S, M)) == 3;",
           RK_PROOF_NONE);
}

/* A proof is without caveat only when radicands are positive somewhere. */
static void expect_witnessed(const char *clauses, bool expected) {
    bool witnessed;
    assert_int_equal(status_of(clauses, 1, &witnessed), RK_PROOF_TRUE);
    if (witnessed != expected)
        fail_msg("%s: witnessed %d", clauses, witnessed);
}

static void empty_domains_are_seen(void **state) {
    (void)state;
    expect_witnessed("generic x : real, y : real; claim sqrt(-(x^2) - y^2 - 1) != x;", false);
    expect_witnessed("generic x : real, y : real; claim sqrt(x^2 + y^2) != x;", true);
    expect_witnessed("generic x : real, y : real; claim sqrt(x - y) != x;", true);
    expect("generic x : real, y : real; claim sqrt(-(x^2) - y^2 - 1) == x;", RK_PROOF_NONE);
    expect("generic x : real, y : real; claim sqrt(x - y) == x;", RK_PROOF_FALSE);
}

static void layers_are_mechanical(void **state) {
    (void)state;
    expect("generic X : real[16, 8], W1 : real[8, 8], V : real[8, 8], W2 : real[8, 8];"
           "let Y = softmax(X*W1*X')*X*V; claim rank(softmax(Y*W2*Y')) == 16;",
           RK_PROOF_TRUE);
    expect("generic X : real[9, 4], W : real[4, 4];"
           "let Z = fold(l = 1..5, Y = X, Y + softmax(Y*W*Y', causal(9))*Y);"
           "claim rank(softmax(Z*Z')) == 9;",
           RK_PROOF_TRUE);
    expect("generic X : real[6, 4], W[2] : real[4, 4], g : real[4], b : real[4];"
           "let Z = fold(l = 1..2, Y = X, Y + softmax(layernorm(Y, g, b)*layernorm(Y, g, b)'/"
           "sqrt(4))*layernorm(Y, g, b)*W[l]); claim rank(softmax(Z*Z')) == 6;",
           RK_PROOF_TRUE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relations_between_exponentials_are_kept),
        cmocka_unit_test(relations_between_roots_are_kept),
        cmocka_unit_test(independent_roots_are_known_to_be),
        cmocka_unit_test(dependent_roots_are_passed_over),
        cmocka_unit_test(exponents_with_hidden_constants_are_passed_over),
        cmocka_unit_test(barred_functions_are_passed_over),
        cmocka_unit_test(masks_keep_what_they_keep),
        cmocka_unit_test(empty_domains_are_seen),
        cmocka_unit_test(layers_are_mechanical),
    };
    return cmocka_run_group_tests_name("witness", tests, NULL, NULL);
}
