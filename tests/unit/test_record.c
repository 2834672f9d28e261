/* Records of proofs for all dimensions: what stands in them. That they are right is the checker's
   to say (tests/verify). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "calculus/rk_record.h"
#include "lang/rk_check_text.h"

/* Proves the theorem of these clauses and writes it; every text (NULL ends them) stands in the
   records. */
static void expect(const char *clauses, const char *const *texts) {
    rk_diags *diags = rk_diags_new();
    rk_arena *arena = rk_arena_new();
    char *text = rk_arena_printf(arena, "theorem t {\n%s\n}\n", clauses);
    rk_unit *unit = rk_unit_parse("test", text, strlen(text), NULL, diags);
    rk_module *module = rk_module_check(unit, NULL, diags);
    assert_int_equal(module->ntheorems, 1);
    const rk_calculus_options options = {.deadline = rk_clock() + 60};
    rk_calculus *c = rk_calculus_prove(&module->theorems[0], &options);
    const char *why = NULL;
    rk_buf out;
    rk_buf_init(&out);
    if (!rk_calculus_proved(c) || !rk_calculus_record(c, &out, &why))
        fail_msg("%s: %s", clauses, why == NULL ? "not proved" : why);
    for (size_t i = 0; texts[i] != NULL; i++)
        if (strstr(out.text, texts[i]) == NULL)
            fail_msg("%s\nhas no\n%s\nin\n%s", clauses, texts[i], out.text);
    rk_buf_clear(&out);
    rk_calculus_free(c);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
    rk_arena_free(arena);
}

#define EXPECT(clauses, ...) expect(clauses, (const char *const[]){__VA_ARGS__, NULL})

static void facts_name_their_matrices(void **state) {
    (void)state;
    EXPECT("dim n >= 1; forall A : real[n, n], B : real[n, n]; claim rank(A*B) <= rank(A);",
           "calculus\nclaim 1\n", "fact product | A | B | rank(A*B) <= rank(A)\n", "sum | 1 | 1\n");
    EXPECT("dim n >= 1; forall A : real[n, n], B : real[n, n]; claim rank(A) <= rank(A + B) + "
           "rank(B);",
           "fact sum | A + B | -B | ");
}

static void the_logic_of_the_claim(void **state) {
    (void)state;
    EXPECT("dim n >= 1; forall A : real[n, n], B : real[n, n];"
           "claim rank(A*B) <= min(rank(A), rank(B)) and rank(A) <= n;",
           "all\n");
    EXPECT("dim n >= 1; forall A : real[n, n]; assume rank(A) == 1 or rank(A) == 2;"
           "claim rank(A) <= 2;",
           "cases\n", "fact hypothesis | 1 | ");
    EXPECT("dim H >= 1, n >= 1; forall W[H] : real[n, n]; claim all(h = 1..H, rank(W[h]) <= n);",
           "range h\n", "fact size | W[h] | rank(W[h]) <= n\n");
}

static void inductions(void **state) {
    (void)state;
    EXPECT("dim n >= 1, L >= 1; forall X : real[n, n], W[L] : real[n, n];"
           "claim rank(fold(l = 1..L, Z = X, Z*W[l])) <= rank(X);",
           "induction layer1 | 1 | L | rank(fresh1) <= rank(X) | fresh1 | X | "
           "fresh1*W[layer1]\n",
           "fact given | 3 | rank(fresh1) <= rank(X)\n");
}

static void families(void **state) {
    (void)state;
    EXPECT("dim H >= 1, n >= 1; forall X : real[n, n], W[H] : real[n, n];"
           "claim rank(sum(h = 1..H, X*W[h]*X)) <= rank(X);",
           "fact product | X");
    EXPECT("dim H >= 1, n >= 1, m >= 1; forall A[H] : real[n, m];"
           "claim rank(sum(h = 1..H, A[h]'*A[h])) >= rank(vcat(h = 1..H, A[h]));",
           "fact gram | vcat(h");
    EXPECT("dim H >= 1, n >= 1, m >= 1; forall W[H] : real[n, m];"
           "claim in_rowspan(W[H], vcat(h = 1..H, W[h]));",
           "fact equivalent | ", "kron(unit(H, H), eye(n))");
    EXPECT("dim H >= 1, n >= 1; forall A[H + 1] : real[n, n];"
           "claim rank(sum(h = 1..H + 1, A[h])) <= rank(sum(h = 1..H, A[h])) + rank(A[H + 1]);",
           "fact sum | sum(h_");
}

/* What is one law of the engine and several of the checker. */
static void several_records(void **state) {
    (void)state;
    EXPECT("dim n >= 1; forall A : real[n, n], B : real[n, n], C : real[n, n];"
           "claim norm(2*A*B*C, inf) <= 2*norm(A, inf)*norm(B, inf)*norm(C, inf);",
           "fact norm-of-product | ");
    EXPECT("dim H >= 1, n >= 1; forall A[H] : real[n, n], B[H] : real[n, n];"
           "claim norm(sum(h = 1..H, A[h]*B[h]), inf) <= sum(h = 1..H, norm(A[h], "
           "inf)*norm(B[h], inf));",
           "fact norm-of-members | ", "member h", "family ", "fact derived | 1 | ");
    EXPECT("dim n >= 1; forall A : stochastic[n, n]; claim norm(A, 2) >= 1;",
           "fact fixed-ones | A | ", "fact derived | norm(A, 2) + 1 | ");
    EXPECT("dim n >= 1, m >= 1, k >= 1; forall A : real[n, m], B : real[m, k];"
           "claim rank([kron(A*B, eye(k)), kron(A, B'), kron(eye(n), B'*B)]) <= "
           "rank(A*B)*k + rank(A)*rank(B) - rank(A*B)*rank(B) + n*rank(B) - rank(A)*rank(B);",
           "fact kronecker | ", "fact kronecker-chain | ");
}

/* Each step of an elimination with the factors that show it. */
static void eliminations(void **state) {
    (void)state;
    EXPECT("dim n >= 1; forall A : real[n, n], B : real[n, n], K : real[n, n]; claim rank([A + "
           "B*K, B]) == rank([A, B]);",
           "fact equivalent | ", "fact derived | 1 | ");
    EXPECT("dim n >= 1; forall P : real[n, n], Q : real[n, n]; assume P*P == P; assume Q*Q == Q;"
           "assume P*Q == zeros(n, n); claim rank(P + Q) == rank(P) + rank(Q);",
           "fact equivalent | "); /* from a grid that was transposed */
}

/* Every rule as a sum of multiples of what is assumed and of earlier rules: those that come from
   overlaps, too, and what turns with square factors. */
static void rules_follow_from_what_is_assumed(void **state) {
    (void)state;
    EXPECT("dim n >= 1; forall P : real[n, n]; assume P*P == P;"
           "claim rank(P) + rank(eye(n) - P) == n;",
           "rule P*P | P | h 1 | eye(n) | eye(n)\n");
    EXPECT("dim n >= 1; forall A : real[n, n], B : real[n, n]; assume A*B == eye(n); claim B*A == "
           "eye(n);",
           "\ninvertible A | ", "identity\n");
    EXPECT("dim n >= 1, m >= 1; forall A : real[n, m], B : real[m, n];"
           "assume A*B*A == A; assume B*A*B == B; claim rank(A*B) == rank(A);",
           "rule A*B*A | A | h 1 | eye(n) | eye(m)\n", "rule B*A*B | B | h 2 | ");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(facts_name_their_matrices),
                                       cmocka_unit_test(the_logic_of_the_claim),
                                       cmocka_unit_test(inductions),
                                       cmocka_unit_test(families),
                                       cmocka_unit_test(several_records),
                                       cmocka_unit_test(eliminations),
                                       cmocka_unit_test(rules_follow_from_what_is_assumed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
