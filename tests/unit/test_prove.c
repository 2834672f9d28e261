/* Provers on small theorems: what each may say, and the false claims that would fool it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/rk_mem.h"
#include "lang/rk_check_text.h"
#include "prove/rk_facts.h"
#include "prove/rk_interior.h"
#include "prove/rk_local.h"
#include "prove/rk_prove.h"

typedef struct bench {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    rk_program *program;
    rk_proof proof;
} bench;

static const rk_prove_options options = {.seed = 1, .precision_cap = 256};

/* The clauses of one theorem whose dimensions are all fixed by them. */
static void set_up(bench *b, const char *clauses) {
    char text[2048];
    snprintf(text, sizeof text, "theorem t { %s }", clauses);
    b->diags = rk_diags_new();
    b->unit = rk_unit_parse("t.thm", text, strlen(text), NULL, b->diags);
    b->module = rk_module_check(b->unit, NULL, b->diags);
    if (rk_diags_errors(b->diags) > 0 || b->module->ntheorems != 1) {
        rk_buf out;
        rk_buf_init(&out);
        rk_diags_print(b->diags, &out, false);
        fail_msg("%s", out.text);
    }
    const rk_checked *c = &b->module->theorems[0];
    int64_t dims[8];
    rk_dims_iter *it = rk_dims_iter_new(c, 6);
    assert_true(rk_dims_next(it, dims));
    rk_dims_iter_free(it);
    bool generic = strstr(clauses, "generic") != NULL;
    rk_build_options o = {.keep_equations = generic};
    assert_int_equal(rk_program_build(c, dims, &o, &b->program), RK_BUILD_OK);
    rk_proof_init(&b->proof);
}

static void tear_down(bench *b) {
    rk_proof_clear(&b->proof);
    rk_program_free(b->program);
    rk_module_free(b->module);
    rk_unit_free(b->unit);
    rk_diags_free(b->diags);
}

static void expect_witness(const char *clauses, rk_proof_status expected) {
    bench b;
    set_up(&b, clauses);
    rk_prove_witness(b.program, &options, &b.proof, b.diags);
    if (b.proof.status != expected)
        fail_msg("%s: status %d, not %d", clauses, b.proof.status, expected);
    tear_down(&b);
}

static void expect_bounds(const char *clauses, rk_proof_status expected) {
    bench b;
    set_up(&b, clauses);
    rk_prove_bounds(b.program, &options, &b.proof);
    if (b.proof.status != expected)
        fail_msg("%s: status %d, not %d", clauses, b.proof.status, expected);
    tear_down(&b);
}

static void expect_closed(const char *clauses, rk_proof_status expected, bool witnessed) {
    bench b;
    set_up(&b, clauses);
    rk_prove_closed(b.program, &options, &b.proof);
    if (b.proof.status == RK_PROOF_NONE)
        rk_prove_cases(b.program, &options, &b.proof);
    if (b.proof.status != expected || b.proof.witnessed != witnessed)
        fail_msg("%s: status %d, not %d; witnessed %d", clauses, b.proof.status, expected,
                 b.proof.witnessed);
    tear_down(&b);
}

/* Is some random interior point found around which the claim fails everywhere? */
static void expect_open(const char *clauses, bool expected) {
    bench b;
    set_up(&b, clauses);
    rk_assignment a;
    rk_assignment_init(&a, b.program);
    unsigned char digest[32] = {0};
    bool found = false;
    for (uint64_t k = 0; k < 60 && !found; k++) {
        rk_rng rng = rk_rng_trial(1, digest, k);
        rk_interior_draw(b.program, &rng, 4, k, &a);
        found = rk_prove_open_violation(b.program, &a, &options);
    }
    rk_assignment_clear(&a);
    if (found != expected)
        fail_msg("%s: found %d, not %d", clauses, found, expected);
    tear_down(&b);
}

static void a_witness_proves_lower_bounds(void **state) {
    (void)state;
    expect_witness("generic X : real[3, 3]; claim rank(X) == 3;", RK_PROOF_TRUE);
    expect_witness("generic X : real[3, 2], W : real[2, 3]; claim rank(X*W) == 2;", RK_PROOF_TRUE);
    expect_witness("generic X : real[3, 3]; claim det(X) != 0;", RK_PROOF_TRUE);
    expect_witness("generic X : real[2, 2], Y : real[2, 2]; claim X*Y != Y*X;", RK_PROOF_TRUE);
    expect_witness("generic X : real[2, 2], A : attention[2, 2]; claim rank(X + A*X) == 2;",
                   RK_PROOF_TRUE);
    expect_witness("generic X : invertible[3]; claim rank(inv(X) - X') == 3;", RK_PROOF_TRUE);
    expect_witness("generic U : unit_rows[3, 2]; claim rank(U) == 2;", RK_PROOF_TRUE);
}

static void a_witness_refutes_what_its_lower_bound_excludes(void **state) {
    (void)state;
    expect_witness("generic X : real[3, 3]; claim rank(X) <= 2;", RK_PROOF_FALSE);
    expect_witness("generic X : real[2, 2], Y : real[2, 2]; claim X*Y == Y*X;", RK_PROOF_FALSE);
    expect_witness("generic X : real[2, 3]; claim rank(X) == 3;", RK_PROOF_FALSE);
}

/* Equal at the witness proves nothing; a rank below the shape's bound is no upper bound. */
static void a_witness_proves_no_upper_bound(void **state) {
    (void)state;
    expect_witness("generic X : real[2, 2]; claim X + X == 2*X;", RK_PROOF_NONE);
    expect_witness("generic A : stochastic[3, 3]; claim rank(eye(3) - A) == 2;", RK_PROOF_TRUE);
    expect_witness("generic A : stochastic[3, 3]; claim rank(eye(3) - A*A') == 2;", RK_PROOF_FALSE);
    expect_witness("generic A : stochastic[3, 3]; claim rank(eye(3) - A) >= 2;", RK_PROOF_TRUE);
    expect_witness("generic A : stochastic[3, 3]; claim rank(eye(3) - A) == 3;", RK_PROOF_FALSE);
    expect_witness("generic x : real; claim 18446744073709551557*x - x*18446744073709551557 == 0;",
                   RK_PROOF_NONE);
}

static void whatever_is_not_rational_is_barred(void **state) {
    (void)state;
    expect_witness("generic X : real[2, 2]; claim rank(relu(X)) == 2;", RK_PROOF_NONE);
    expect_witness("generic x : real; claim sqrt(x^2) == x;", RK_PROOF_NONE);
    expect_witness("generic x : real; claim abs(x) != x;", RK_PROOF_NONE);
    expect_witness("generic X : real[2, 2]; claim rank(rank(X)*X - 2*X) == 2;", RK_PROOF_NONE);
    expect_witness("generic X : real[2, 2]; claim rank(layernorm(X, ones(2,1), zeros(2,1))) == 1;",
                   RK_PROOF_NONE);
}

static void forall_variables_bar_the_witness(void **state) {
    (void)state;
    expect_witness("forall A : real[2, 2]; generic X : real[2, 2]; claim rank(A*X) == 2;",
                   RK_PROOF_NONE);
    expect_witness("forall A : real[2, 2]; generic X : real[2, 2]; claim rank(X) == 2;",
                   RK_PROOF_TRUE);
    expect_witness("forall A : real[2, 2]; generic X : real[2, 2]; claim A*X != 0*X;",
                   RK_PROOF_NONE);
}

static void both_components_of_the_orthogonal_group_must_agree(void **state) {
    (void)state;
    expect_witness("generic Q : orthogonal[2]; claim rank(eye(2) + Q) == 2;", RK_PROOF_NONE);
    expect_witness("generic Q : orthogonal[3]; claim rank(eye(3) + Q) == 3;", RK_PROOF_NONE);
    expect_witness("generic Q : orthogonal[3]; claim det(Q) != 1;", RK_PROOF_NONE);
    expect_witness("generic Q : orthogonal[3]; claim det(Q) == 1;", RK_PROOF_NONE);
    expect_witness("generic Q : orthogonal[3], X : real[3, 3]; claim rank(Q + X) == 3;",
                   RK_PROOF_TRUE);
    expect_witness("generic U : unit_rows[2, 1]; claim rank(U + ones(2, 1)) == 1;", RK_PROOF_NONE);
}

static void equations_and_null_domains_under_generic(void **state) {
    (void)state;
    expect_witness("generic X : real[2, 2], Y : real[2, 2]; assume X*Y == Y*X; claim rank(X) == 1;",
                   RK_PROOF_ERROR);
    expect_witness("generic A : stochastic[2, 2]; assume A*ones(2,1) == ones(2,1); "
                   "claim rank(A) == 2;",
                   RK_PROOF_TRUE);
    expect_witness("generic x : real; claim 1/(x - x) == 2;", RK_PROOF_NONE);
    expect_witness("generic X : real[2, 2]; claim rank(inv(X*0)) == 1;", RK_PROOF_NONE);
}

static void a_refutation_needs_its_hypotheses(void **state) {
    (void)state;
    expect_witness("generic x : real; assume x^2 < 0; claim x == 1;", RK_PROOF_NONE);
    bench b;
    set_up(&b, "generic X : real[2, 2]; assume det(X) > 0; claim rank(X) == 2;");
    rk_prove_witness(b.program, &options, &b.proof, b.diags);
    assert_int_equal(b.proof.status, RK_PROOF_TRUE);
    assert_false(b.proof.witnessed); /* nobody has seen det(X) > 0 yet */
    tear_down(&b);
}

static void shapes_bound_ranks_everywhere(void **state) {
    (void)state;
    expect_bounds("forall A : real[3, 2], B : real[2, 3]; claim rank(A*B) <= 2;", RK_PROOF_TRUE);
    expect_bounds("forall A : real[3, 2], B : real[2, 3]; claim rank(A*B) <= 1;", RK_PROOF_NONE);
    expect_bounds("forall A : real[3, 2], B : real[2, 3]; claim rank(A*B) == 2;", RK_PROOF_NONE);
    expect_bounds("forall A : invertible[3], B : real[3, 2]; claim rank(A) + rank(B) >= 3;",
                  RK_PROOF_TRUE);
    expect_bounds("forall A : invertible[3], P : permutation[3]; claim rank(A*P) == 3;",
                  RK_PROOF_TRUE);
    expect_bounds("forall S : real[3, 3]; claim rank(softmax(S, causal(3))) == 3;", RK_PROOF_TRUE);
    expect_bounds("forall S : real[3, 3]; claim rank(softmax(S)) == 3;", RK_PROOF_NONE);
    expect_bounds("forall g : nonzero[3]; claim rank(diag(g)) == 3;", RK_PROOF_TRUE);
    expect_bounds("forall g : real[3]; claim rank(diag(g)) == 3;", RK_PROOF_NONE);
    expect_bounds("forall c : real, A : invertible[2]; claim rank(c*A) == 2;", RK_PROOF_NONE);
    expect_bounds("forall c : nonzero, A : invertible[2]; claim rank(c*A) == 2;", RK_PROOF_TRUE);
    expect_bounds("forall X : real[4, 2]; claim affrank(X) <= 2;", RK_PROOF_TRUE);
    expect_bounds("forall X : real[4, 2]; claim affrank(X) <= 1;", RK_PROOF_NONE);
    expect_bounds("forall A : invertible[2], B : invertible[2]; claim rank(A .* B) == 2;",
                  RK_PROOF_NONE);
    expect_bounds("forall A : invertible[2], B : invertible[2]; claim rank(A + B) >= 1;",
                  RK_PROOF_NONE);
    expect_bounds("forall X : real[2, 2]; claim max(rank(X), 3) == 3 and min(rank(X), 5) <= 2;",
                  RK_PROOF_TRUE);
}

static void what_kills_the_ones_vector_has_no_full_rank(void **state) {
    (void)state;
    const char *stochastic = "forall A : stochastic[3, 3], B : stochastic[3, 3], X : real[3, 3]; ";
    static const struct {
        const char *claim;
        rk_proof_status status;
    } cases[] = {
        {"rank(eye(3) - A) <= 2", RK_PROOF_TRUE},
        {"rank(eye(3) - A) <= 1", RK_PROOF_NONE},
        {"rank(eye(3) - A*X) <= 2", RK_PROOF_NONE},
        {"rank(2*eye(3) - A) <= 2", RK_PROOF_NONE},
        {"rank(A + B - 2*eye(3)) <= 2", RK_PROOF_TRUE},
        {"rank(X*(A - B)) <= 2", RK_PROOF_TRUE},
        {"rank((A - B)*X) <= 2", RK_PROOF_TRUE}, /* by the factor, not by the vector */
        {"rank((A - B)*X + X) <= 2", RK_PROOF_NONE},
        {"rank(A' - B') <= 2", RK_PROOF_TRUE},
        {"rank(A - B') <= 2", RK_PROOF_NONE},
        {"rank(A .* B - eye(3)) <= 2", RK_PROOF_NONE},
        {"rank(kron(A, B) - eye(9)) <= 8", RK_PROOF_TRUE},
        {"rank(softmax(X) - B) <= 2", RK_PROOF_TRUE},
        {"rank([A, -B]) <= 5", RK_PROOF_TRUE},
        {"rank([A; B] - [B; A]) <= 2", RK_PROOF_TRUE},
        {"rank(inv(A) - eye(3)) <= 2", RK_PROOF_TRUE},
        {"rank(inv(A) - 2*eye(3)) <= 2", RK_PROOF_NONE},
        {"rank(A - ones(3, 3)/3) <= 2", RK_PROOF_NONE}, /* true; a division is not looked into */
        {"rank(center(X)) <= 2", RK_PROOF_TRUE},
        {"rank(center_tokens(X)) <= 2", RK_PROOF_TRUE},
        {"rank(center(X) + center_tokens(X)) <= 2", RK_PROOF_NONE},
        {"rank(layernorm(X, ones(3, 1), zeros(3, 1))) <= 2", RK_PROOF_TRUE},
        {"rank(layernorm(X, ones(3, 1), ones(3, 1))) <= 2", RK_PROOF_NONE},
        {"rank(rmsnorm(X, ones(3, 1))) <= 2", RK_PROOF_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "%s claim %s;", stochastic, cases[i].claim);
        expect_bounds(text, cases[i].status);
    }
    expect_bounds("exists X : real[2, 3]; claim rank(X) == 3;", RK_PROOF_FALSE);
    expect_bounds("exists X : real[2, 3]; claim rank(X) == 2;", RK_PROOF_NONE);
    expect_bounds("exists X : real[2, 3]; assume rank(X) > 2; claim rank(X) == 2;", RK_PROOF_FALSE);
    expect_bounds("exists X : real[2, 3]; claim rank(X) <= 2;", RK_PROOF_NONE);
    expect_bounds("forall X : invertible[3]; claim rank(center(X)) == 2;", RK_PROOF_TRUE);
    expect_bounds("forall P : permutation[3]; claim rank(P - eye(3)) <= 2;", RK_PROOF_TRUE);
}

static void expect_symbolic(const char *clauses, rk_proof_status expected) {
    bench b;
    set_up(&b, clauses);
    rk_prove_symbolic(b.program, &options, &b.proof, b.diags);
    if (b.proof.status != expected)
        fail_msg("%s: status %d, not %d", clauses, b.proof.status, expected);
    tear_down(&b);
}

static void rational_functions_give_ranks_almost_everywhere(void **state) {
    (void)state;
    expect_symbolic("generic X : real[3, 3]; claim rank(X - X') == 2;", RK_PROOF_TRUE);
    expect_symbolic("generic X : real[3, 3]; claim rank(X - X') == 3;", RK_PROOF_FALSE);
    expect_symbolic("generic X : real[4, 4]; claim rank(X - X') == 4;", RK_PROOF_TRUE);
    expect_symbolic("generic S : symmetric[3]; claim rank(S - S') == 0;", RK_PROOF_TRUE);
    expect_symbolic("generic X : real[2, 2]; claim rank(X*X - trace(X)*X + det(X)*eye(2)) == 0;",
                    RK_PROOF_TRUE);
    expect_symbolic("generic X : real[2, 2]; claim rank(X*X - trace(X)*X - det(X)*eye(2)) == 0;",
                    RK_PROOF_FALSE);
    expect_symbolic("forall X : real[3, 3]; claim rank(X - X') <= 2;", RK_PROOF_TRUE);
    expect_symbolic("forall X : real[3, 3]; claim rank(X - X') == 2;", RK_PROOF_NONE);
    expect_symbolic("forall A : real[2, 2]; generic X : real[2, 2]; claim rank(A*X) == 2;",
                    RK_PROOF_NONE);
    expect_symbolic("forall A : real[2, 2]; generic X : real[2, 2]; claim A*X != A;",
                    RK_PROOF_NONE);
}

static void rational_functions_give_identities(void **state) {
    (void)state;
    expect_symbolic("forall A : real[2, 2], B : real[2, 2]; claim det(A*B) == det(A)*det(B);",
                    RK_PROOF_TRUE);
    expect_symbolic("forall A : real[2, 2], B : real[2, 2]; claim det(A + B) == det(A) + det(B);",
                    RK_PROOF_NONE);
    expect_symbolic("forall A : real[2, 2]; claim A*inv(A) == eye(2);", RK_PROOF_TRUE);
    expect_symbolic("forall A : real[2, 2]; claim inv(inv(A)) == A;", RK_PROOF_TRUE);
    expect_symbolic("forall A : stochastic[2, 2]; claim A*ones(2, 1) == ones(2, 1);",
                    RK_PROOF_TRUE);
    expect_symbolic("forall A : stochastic[2, 2]; claim A'*ones(2, 1) == ones(2, 1);",
                    RK_PROOF_NONE);
    expect_symbolic("forall D : diagonal[2], E : diagonal[2]; claim D*E == E*D;", RK_PROOF_TRUE);
    expect_symbolic("forall x : nonnegative; claim x/x == 1;", RK_PROOF_TRUE);
    expect_symbolic("forall x : real, y : real; claim x + 1 > x and x - y <= x - y + 1/2;",
                    RK_PROOF_TRUE);
    expect_symbolic("forall x : real; claim x^2 + 1 > 0;", RK_PROOF_NONE);
    expect_symbolic("forall x : integer; claim x*(x + 1) == x^2 + x;", RK_PROOF_TRUE);
    expect_symbolic("forall x : real; assume x^2 == 1; claim x^3 == x;", RK_PROOF_NONE);
    expect_symbolic("forall Q : orthogonal[2]; claim Q'*Q == eye(2);", RK_PROOF_NONE);
    expect_symbolic("forall x : real; claim 1/(x - x) == 3;", RK_PROOF_NONE);
    expect_symbolic("forall x : real; claim abs(x) == x;", RK_PROOF_NONE);
    expect_symbolic("exists x : real; claim x + 1 == x;", RK_PROOF_FALSE);
    expect_symbolic("exists x : real; claim x + x == 2*x;", RK_PROOF_NONE);
    expect_symbolic("exists x : real; claim x*x == 2;", RK_PROOF_NONE);
    expect_symbolic("exists X : real[2, 2]; claim rank(X) == 1;", RK_PROOF_NONE);
    expect_symbolic("exists X : real[3, 3]; claim rank(X - X') == 3;", RK_PROOF_FALSE);
    expect_symbolic("exists A : real[2, 2], B : real[2, 2]; claim A*B - B*A == eye(2);",
                    RK_PROOF_NONE);
    expect_symbolic("generic x : real, y : real; assume (x + y)^2 == x^2 + y^2; claim x == 0;",
                    RK_PROOF_ERROR);
    expect_symbolic("forall X : real[20, 20]; claim X + X == 2*X;", RK_PROOF_NONE); /* too large */
    expect_symbolic("forall X : real[5, 5]; claim inv(inv(X)) == X;", RK_PROOF_NONE);
}

static void closed_claims_are_decided(void **state) {
    (void)state;
    expect_closed("claim 0.1 + 0.2 == 0.3;", RK_PROOF_TRUE, true);
    expect_closed("claim rank([1, 2; 2, 4]) == 2;", RK_PROOF_FALSE, true);
    expect_closed("claim sqrt(2)*sqrt(3) == sqrt(6);", RK_PROOF_TRUE, true);
    expect_closed("claim exp(1) < 2.71828;", RK_PROOF_FALSE, true);
    expect_closed("assume 1 == 2; claim 1 == 3;", RK_PROOF_TRUE, false);
    expect_closed("exists x : real; assume x == 1/2; claim x*x == 1/4;", RK_PROOF_TRUE, true);
    expect_closed("exists x : positive; assume x == -1/2; claim x*x == 1/4;", RK_PROOF_FALSE,
                  false);
}

static void finite_sets_are_enumerated(void **state) {
    (void)state;
    expect_closed("forall P : permutation[3]; claim P'*P == eye(3);", RK_PROOF_TRUE, true);
    expect_closed("forall P : permutation[3]; claim P*P == eye(3);", RK_PROOF_FALSE, true);
    expect_closed("exists P : permutation[3]; claim P*P != eye(3);", RK_PROOF_TRUE, true);
    expect_closed("exists P : permutation[3]; claim trace(P) == 2;", RK_PROOF_FALSE, false);
    expect_closed("forall U : unit_rows[2, 1]; claim U .* U == ones(2, 1);", RK_PROOF_TRUE, true);
}

static void neighbourhoods_refute_generic_claims(void **state) {
    (void)state;
    expect_open("generic X : real[2, 2]; claim rank(relu(X)) == 2;", true);
    expect_open("generic x : real; claim sqrt(x^2) == x;", true);
    expect_open("generic x : real; claim abs(x) != x;", false); /* equality is never seen as open */
    expect_open("generic x : real, y : real; claim x*y >= 0;", true);
    expect_open("generic x : real; claim x^2 >= 0;", false);
    expect_open("generic x : real; claim x^2 > 0;", false);
    expect_open("generic X : real[2, 2]; claim rank(X) == 1;", true);
    expect_open("generic X : real[2, 2]; claim rank(X) == 2;", false);
    expect_open("generic x : real; claim sign(x) == 1;", true);
    expect_open("generic x : real; claim sign(x) != 0;", false);
    expect_open("generic A : attention[2, 2]; claim rank(eye(2) - A) == 2;", true);
    expect_open("generic A : attention[2, 2]; claim rank(eye(2) - A*A') == 2;", false);
    expect_open("forall A : real[1, 1]; generic X : real[1, 1]; claim rank(A*X) == 1;", true);
    expect_open("forall c : integer; generic X : real[2, 2]; claim rank(c*X) == 2;", true);
    expect_open("forall c : nonzero; generic X : real[2, 2]; claim rank(c*X) == 2;", false);
    expect_open("generic x : real; assume x > 100; claim x < 0;", false);
    expect_open("generic x : real; assume x > 3; claim x < 5;", true);
    expect_open("generic X : real[2, 2]; claim rank(rank(X)*X) == 1;", true);
    expect_open("generic X : real[2, 2]; claim det(X) <= 0;", true);
}

/* Repeated tokens and what is made of them row by row; rows that only agree in part count. */
static void equal_rows_bound_ranks(void **state) {
    (void)state;
    expect_bounds("forall x : real[3], y : real[3]; claim rank([x'; y'; x'; y']) <= 2;",
                  RK_PROOF_TRUE);
    expect_bounds("forall X : real[2, 3], W : real[3, 4], M : real[4, 3];"
                  "claim rank(relu([X; X]*W)*M - ones(4, 1)*M[1, :]) <= 2;",
                  RK_PROOF_TRUE);
    expect_bounds("forall X : real[2, 3], W : real[3, 3], g : real[3], b : real[3];"
                  "let Y = [X; X]; claim rank(layernorm(softmax(Y*W*Y')*Y, g, b)) <= 2;",
                  RK_PROOF_TRUE);
    expect_bounds("forall X : real[2, 3], Y : real[4, 3]; claim rank([X; X] + Y) <= 2;",
                  RK_PROOF_NONE);
    expect_bounds("forall x : real[3], y : real[3]; claim rank([x'; x'] + [x'; y']) <= 1;",
                  RK_PROOF_NONE);
    expect_bounds("forall X : real[2, 2]; claim rank([X; X]*[X, X]) <= 1;", RK_PROOF_NONE);
    expect_bounds("forall x : real[2]; claim rank([x, 2*x, x; x', 1]) <= 1;", RK_PROOF_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_witness_proves_lower_bounds),
        cmocka_unit_test(a_witness_refutes_what_its_lower_bound_excludes),
        cmocka_unit_test(a_witness_proves_no_upper_bound),
        cmocka_unit_test(whatever_is_not_rational_is_barred),
        cmocka_unit_test(forall_variables_bar_the_witness),
        cmocka_unit_test(both_components_of_the_orthogonal_group_must_agree),
        cmocka_unit_test(equations_and_null_domains_under_generic),
        cmocka_unit_test(a_refutation_needs_its_hypotheses),
        cmocka_unit_test(shapes_bound_ranks_everywhere),
        cmocka_unit_test(what_kills_the_ones_vector_has_no_full_rank),
        cmocka_unit_test(rational_functions_give_ranks_almost_everywhere),
        cmocka_unit_test(rational_functions_give_identities),
        cmocka_unit_test(closed_claims_are_decided),
        cmocka_unit_test(finite_sets_are_enumerated),
        cmocka_unit_test(neighbourhoods_refute_generic_claims),
        cmocka_unit_test(equal_rows_bound_ranks),
    };
    return cmocka_run_group_tests_name("prove", tests, NULL, NULL);
}
