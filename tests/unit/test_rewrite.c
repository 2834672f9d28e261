/* Matrix equations: what follows from assumed ones by normal forms, and what must not. */
#include "calculus_helpers.h"

#define SQUARE2 "dim n >= 1; forall A : real[n, n], B : real[n, n]; "
#define SQUARE3 "dim n >= 1; forall A : real[n, n], B : real[n, n], C : real[n, n]; "

static void test_idempotents(void **state) {
    (void)state;
    SAME(SQUARE2 "assume A*A == A; claim A^5 == A; claim (eye(n) - A)^2 == eye(n) - A;"
                 "claim A*(eye(n) - A) == zeros(n, n); claim (2*A - eye(n))^2 == eye(n);"
                 "claim A'*A' == A'; claim A*B*A*A*B == A*B*A*B;");
    SAME(SQUARE2 "assume A*A == A; assume B*B == B; assume A*B == zeros(n, n);"
                 "assume B*A == zeros(n, n); claim (A + B)^2 == A + B;");
    SAME(SQUARE2 "assume A*A == A; assume B*B == B; assume A*B == B*A; claim (A*B)^2 == A*B;");
    DIFFER(SQUARE2 "assume A*A == A; claim A == eye(n); claim A*B == B*A; claim A' == A;");
    DIFFER(SQUARE2
           "assume A*A == A; assume B*B == B; claim (A*B)^2 == A*B; claim (A + B)^2 == A + B;");
    DIFFER(SQUARE2 "assume A*A == A; claim A*B*A == A*B; claim A'*A == A;");
}

static void test_nilpotents(void **state) {
    (void)state;
    SAME(SQUARE2 "assume A*A == zeros(n, n); claim (eye(n) + A)*(eye(n) - A) == eye(n);"
                 "claim A^7 == zeros(n, n);");
    SAME("dim n >= 1; forall A : real[n, n], G : invertible[n]; assume A*A == zeros(n, n);"
         "claim (inv(G)*A*G)^2 == zeros(n, n);");
    SAME(SQUARE2 "assume A*A == zeros(n, n);"
                 "claim inv(eye(n) - A) == eye(n) + A;");
    SAME(SQUARE2 "assume A^3 == zeros(n, n); claim inv(eye(n) - A) == eye(n) + A + A^2;");
    DIFFER(SQUARE2
           "assume A*A == zeros(n, n); claim A == zeros(n, n); claim A*B*A == zeros(n, n);");
}

static void test_commuting(void **state) {
    (void)state;
    SAME(SQUARE3 "assume A*B == B*A; claim (A + B)^2 == A^2 + 2*A*B + B^2;"
                 "claim (A*B)^3 == A^3*B^3; claim A^2*B == B*A^2; claim B'*A' == A'*B';");
    SAME(SQUARE3 "assume A*B == B*A; assume A*C == C*A; claim A*(B*C - C*B) == (B*C - C*B)*A;");
    SAME("dim n >= 1; forall A : real[n, n], G : invertible[n]; assume A*G == G*A;"
         "claim A*inv(G) == inv(G)*A;");
    SAME(SQUARE2 "assume A*B == B*A; claim inv(B)*A == A*inv(B);");
    DIFFER(SQUARE3 "claim (A + B)^2 == A^2 + 2*A*B + B^2; claim (A*B)^2 == A^2*B^2;");
    DIFFER(SQUARE3 "assume A*B == B*A; claim A*C == C*A; claim B*C == C*B; claim A*B' == B'*A;");
}

static void test_products_that_vanish(void **state) {
    (void)state;
    SAME(SQUARE3 "assume A*B == zeros(n, n); claim (B*A)^2 == zeros(n, n);"
                 "claim C*A*B*C == zeros(n, n); claim B'*A' == zeros(n, n);");
    SAME("dim n >= 1, m >= 1; forall A : invertible[n], B : real[n, m]; assume A*B == zeros(n, m);"
         "claim B == zeros(n, m);");
    DIFFER(SQUARE3 "assume A*B == zeros(n, n); claim B*A == zeros(n, n); claim A == zeros(n, n);"
                   "claim A*C*B == zeros(n, n); claim A*B' == zeros(n, n);");
}

static void test_generalised_inverses(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1; forall A : real[n, m], G : real[m, n]; assume A*G*A == A;"
         "claim (A*G)^2 == A*G; claim (G*A)^2 == G*A; claim A*(G*A*G)*A == A;"
         "claim (eye(n) - A*G)*A == zeros(n, m); claim A'*G'*A' == A';");
    DIFFER("dim n >= 1, m >= 1; forall A : real[n, m], G : real[m, n]; assume A*G*A == A;"
           "claim G*A*G == G; claim A*G == eye(n); claim A*G == (A*G)';");
}

static void test_left_and_right_inverses(void **state) {
    (void)state;
    SAME(SQUARE2 "assume A*B == eye(n); claim B*A == eye(n); claim inv(A) == B; claim inv(B) == A;"
                 "claim A'*B' == eye(n);");
    SAME(SQUARE3 "assume A*B*C == eye(n); claim C*A*B == eye(n); claim B*C*A == eye(n);");
    SAME(SQUARE2 "assume 2*A*B == 3*eye(n); claim B*A == 1.5*eye(n);");
    SAME("dim n >= 1, m >= 1; forall A : real[n, m], B : real[m, n]; assume A*B == eye(n);"
         "claim (B*A)^2 == B*A;");
    DIFFER("dim n >= 1, m >= 1; forall A : real[n, m], B : real[m, n]; assume A*B == eye(n);"
           "claim B*A == eye(m);");
    DIFFER(SQUARE2 "assume A*B == zeros(n, n); claim B*A == zeros(n, n);");
    DIFFER("dim n >= 1; forall A : real[n, n], B : real[n, n], c : real; assume A*B == c*eye(n);"
           "claim B*A == c*eye(n);");
}

static void test_variables_are_eliminated(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1, k >= 1; forall X : real[n, m], Y : real[n, k], K : real[k, m];"
         "assume X == Y*K; claim X'*X == K'*Y'*Y*K; claim relu(X) == relu(Y*K);"
         "claim softmax(X) == softmax(Y*K);");
    SAME(SQUARE3 "assume A == B*C; assume B == C + C'; claim A == C^2 + C'*C;");
    SAME(SQUARE3 "assume A == B; assume B == C; claim A == C; claim A' == C';");
    SAME(SQUARE3 "assume A + B == C; claim A == C - B; claim (C - A)*C == B*C;");
    DIFFER(SQUARE3 "assume A == B*C; claim A == C*B; claim B == C;");
}

static void test_symmetry(void **state) {
    (void)state;
    SAME(SQUARE2 "assume A' == A; claim (A*B)' == B'*A; claim (B'*A*B)' == B'*A*B;"
                 "claim inv(A)' == inv(A); claim exp(A)' == exp(A); claim (A*A)' == A*A;");
    SAME(SQUARE2 "assume A' == -A; claim (A*A)' == A*A; claim (B'*A*B)' == -(B'*A*B);"
                 "claim (A^3)' == -A^3;");
    SAME(SQUARE2 "assume A'*A == eye(n); claim A*A' == eye(n); claim inv(A) == A';");
    DIFFER(SQUARE2 "assume A' == A; claim (A*B)' == A*B; claim B' == B;");
}

static void test_rows_that_sum_to_one(void **state) {
    (void)state;
    SAME("dim n >= 1; forall A : real[n, n], P : stochastic[n, n];"
         "assume A*ones(n, 1) == ones(n, 1); claim A*P*A*ones(n, 1) == ones(n, 1);"
         "claim ones(1, n)*A' == ones(1, n); claim A*ones(n, n)*A' == ones(n, n);");
    SAME("dim n >= 1; forall A : real[n, n], P : stochastic[n, n], B : real[n, n];"
         "assume A*P == B; claim A*ones(n, 1) == B*ones(n, 1);");
    DIFFER("dim n >= 1; forall A : real[n, n]; assume A*ones(n, 1) == ones(n, 1);"
           "claim ones(1, n)*A == ones(1, n); claim A'*ones(n, 1) == ones(n, 1);");
}

static void test_woodbury(void **state) {
    (void)state;
    SAME("dim n >= 1, k >= 1; forall A : invertible[n], U : real[n, k], V : real[k, n];"
         "claim inv(A + U*V) == inv(A) - inv(A)*U*inv(eye(k) + V*inv(A)*U)*V*inv(A);");
    SAME("dim n >= 1, k >= 1; forall A : invertible[n], C : invertible[k], U : real[n, k],"
         "V : real[k, n];"
         "claim inv(A + U*C*V) == inv(A) - inv(A)*U*inv(inv(C) + V*inv(A)*U)*V*inv(A);");
    SAME("dim n >= 1; forall A : invertible[n], u : real[n], v : real[n];"
         "claim inv(A + u*v') == inv(A) - inv(A)*u*v'*inv(A)/(1 + v'*inv(A)*u);");
    DIFFER("dim n >= 1, k >= 1; forall A : invertible[n], C : invertible[k], U : real[n, k],"
           "V : real[k, n];"
           "claim inv(A + U*C*V) == inv(A) - inv(A)*U*inv(C + V*inv(A)*U)*V*inv(A);"
           "claim inv(A + U*C*V) == inv(A) + inv(A)*U*inv(inv(C) + V*inv(A)*U)*V*inv(A);");
}

static void test_push_through(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1; forall A : real[n, m], B : real[m, n];"
         "claim inv(eye(n) + A*B)*A == A*inv(eye(m) + B*A);"
         "claim inv(eye(n) - A*B) == eye(n) + A*inv(eye(m) - B*A)*B;");
    SAME("dim n >= 1, m >= 1; forall A : real[n, m], c : positive;"
         "claim inv(A'*A + c*eye(m))*A' == A'*inv(A*A' + c*eye(n));");
    DIFFER("dim n >= 1; forall A : real[n, n], B : real[n, n];"
           "claim inv(eye(n) + A*B)*A == A*inv(eye(n) + A*B);"
           "claim inv(eye(n) + A*B) == inv(eye(n) + B*A);");
}

static void test_sums_of_inverses(void **state) {
    (void)state;
    SAME("dim n >= 1; forall A : invertible[n], B : invertible[n];"
         "claim inv(A) - inv(B) == inv(A)*(B - A)*inv(B);"
         "claim inv(inv(A) + inv(B)) == A*inv(A + B)*B;"
         "claim A*inv(A + B)*B == B*inv(A + B)*A;"
         "claim inv(A) + inv(B) == inv(A)*(A + B)*inv(B);"
         "claim inv(A*B) == inv(B)*inv(A); claim inv(A') == inv(A)'; claim inv(2*A) == inv(A)/2;");
    SAME("dim n >= 1; forall A : invertible[n], B : invertible[n];"
         "claim A - inv(inv(A) + inv(inv(B) - A)) == A*B*A;");
    DIFFER("dim n >= 1; forall A : invertible[n], B : invertible[n];"
           "claim inv(A + B) == inv(A) + inv(B); claim inv(A*B) == inv(A)*inv(B);"
           "claim inv(inv(A) + inv(B)) == A + B; claim inv(A)*B == B*inv(A);");
}

static void test_resolvents(void **state) {
    (void)state;
    SAME("dim n >= 1; forall A : real[n, n];"
         "claim inv(eye(n) - A)*A == A*inv(eye(n) - A);"
         "claim inv(eye(n) - A) == eye(n) + A*inv(eye(n) - A);");
    SAME("dim n >= 1; forall A : real[n, n], B : real[n, n];"
         "claim inv(eye(n) - A) - inv(eye(n) - B) == inv(eye(n) - A)*(A - B)*inv(eye(n) - B);");
    SAME("dim n >= 1; forall A : real[n, n]; assume A' == -A; let Q = (eye(n) - A)*inv(eye(n) + A);"
         "claim Q'*Q == eye(n);");
    SAME("dim n >= 1, d >= 1; forall X : real[n, d]; let P = X*inv(X'*X)*X';"
         "claim P*P == P; claim P*X == X; claim P' == P; claim (eye(n) - P)*X == zeros(n, d);");
    DIFFER("dim n >= 1, d >= 1; forall X : real[n, d]; let P = X*inv(X'*X)*X'; claim P == eye(n);");
}

static void test_powers(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1, k >= 1; forall A : real[n, m], B : real[m, n], P : invertible[n],"
         "C : real[n, n], Q : orthogonal[n];"
         "claim (A*B)^k*A == A*(B*A)^k; claim B*(A*B)^k*A == (B*A)^(k + 1);"
         "claim (A*B)^k*A*B == (A*B)^(k + 1); claim A*B*(A*B)^k == (A*B)^(k + 1);"
         "claim (inv(P)*C*P)^k == inv(P)*C^k*P; claim (Q*C*Q')^k == Q*C^k*Q';"
         "claim ((A*B)^k)' == (B'*A')^k; claim (A*B)^k*(A*B)^2 == (A*B)^(k + 2);");
    SAME("dim n >= 1, k >= 1; forall A : real[n, n]; assume A*A == A; claim A^k == A;");
    DIFFER("dim n >= 1, k >= 1; forall A : real[n, n], B : real[n, n], P : invertible[n];"
           "claim (A*B)^k == A^k*B^k; claim (A*B)^k*A == A*(A*B)^k; claim (P*A*P)^k == P*A^k*P;"
           "claim (A*B)^k*B == B*(A*B)^k; claim A^k == A^(k + 1);");
}

static void test_block_inverses(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1; forall A : invertible[n], B : real[n, m], C : real[m, n],"
         "D : real[m, m]; let S = inv(D - C*inv(A)*B);"
         "claim inv([A, B; C, D]) =="
         "  [inv(A) + inv(A)*B*S*C*inv(A), -inv(A)*B*S; -S*C*inv(A), S];"
         "claim inv([D, C; B, A]) =="
         "  [S, -S*C*inv(A); -inv(A)*B*S, inv(A) + inv(A)*B*S*C*inv(A)];"
         "claim [A, B; C, D]*inv([A, B; C, D]) == eye(n + m);");
    DIFFER("dim n >= 1, m >= 1; forall A : real[n, n], B : real[n, m], C : real[m, n],"
           "D : invertible[m]; claim inv([A, B; C, D]) == [inv(A), B; C, inv(D)];"
           "claim inv([A, B; C, D]) == [inv(A), -B; -C, inv(D)];");
}

static void test_contradictions(void **state) {
    (void)state;
    static const char *const contradictory[] = {
        SQUARE2 "assume A*B == zeros(n, n); assume A*B == eye(n); claim A == B;",
        "dim n >= 1; forall P : attention[n, n]; assume P == zeros(n, n); claim P == P;",
        "dim n >= 1; forall A : invertible[n]; assume A*A == zeros(n, n); claim A == A;",
    };
    for (size_t i = 0; i < sizeof contradictory / sizeof *contradictory; i++) {
        desk d = desk_of(contradictory[i]);
        assert_true(rk_rewrite_contradicts(d.rules));
        desk_free(&d);
    }
    static const char *const consistent[] = {
        SQUARE2 "assume A*B == zeros(n, n); assume B*A == eye(n) - A; claim A == B;",
        SQUARE2 "assume A*A == A; assume A*B*A == zeros(n, n); claim A == B;",
        "dim n >= 1; forall A : real[n, n], c : real; assume c*A == A; claim A == A;",
        "dim n >= 1; forall c : real; assume c*eye(n) == zeros(n, n); claim c == c;",
    };
    for (size_t i = 0; i < sizeof consistent / sizeof *consistent; i++) {
        desk d = desk_of(consistent[i]);
        assert_false(rk_rewrite_contradicts(d.rules));
        desk_free(&d);
    }
}

static void test_coefficients_that_may_vanish(void **state) {
    (void)state;
    DIFFER("dim n >= 1; forall A : real[n, n], B : real[n, n], c : real; assume c*A == zeros(n, n);"
           "claim A == zeros(n, n);");
    SAME("dim n >= 1; forall A : real[n, n], c : nonzero; assume c*A == zeros(n, n);"
         "claim A == zeros(n, n);");
    DIFFER("dim n >= 1, m >= 1; forall A : real[n, n]; assume (n - m)*A == zeros(n, n);"
           "claim A == zeros(n, n);");
}

static void test_equations_between_numbers(void **state) {
    (void)state;
    SAME("dim n >= 1; forall x : real[n], y : real[n], z : real[n]; assume x'*x == x'*y;"
         "assume y'*z == x'*y; claim y'*z == x'*x; claim (x - y)'*(x - y) == y'*y - x'*x;"
         "claim x*(y'*x)*z' == x*x'*x*z';");
    DIFFER("dim n >= 1; forall x : real[n], y : real[n], z : real[n]; assume x'*x == x'*y;"
           "assume y'*z == x'*y; claim y'*y == x'*x; claim x*x' == x*y'; claim y*z' == x*x';");
    SAME("forall x : real, y : real; assume y == x + 1; claim rank(y) == rank(x + 1);"
         "claim y^2 == x^2 + 2*x + 1;");
    DIFFER(
        "forall x : real, y : positive; assume y == x + 1; claim y == x; claim rank(y) == rank(x);"
        "claim abs(x) == x;");
}

static void test_hostile_rules_come_to_an_end(void **state) {
    (void)state;
    static const char *const texts[] = {
        SQUARE3 "assume A*B*A == B*A*B; assume B*C*B == C*B*C; assume C*A*C == A*C*A;"
                "claim A*B*C*A*B*C*A*B*C == C*B*A*C*B*A*C*B*A;",
        SQUARE3 "assume A*A == B*C + C; assume B*B == A*C - A; assume C*C == A + B + A*B;"
                "claim (A + B + C)^4 == zeros(n, n);",
        SQUARE3 "claim inv(A + inv(B + inv(C + inv(A + B)))) == inv(inv(A + C) + inv(B + C));",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        desk d = desk_of(texts[i]);
        desk_same(&d, 0);
        desk_free(&d);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idempotents),
        cmocka_unit_test(test_nilpotents),
        cmocka_unit_test(test_commuting),
        cmocka_unit_test(test_products_that_vanish),
        cmocka_unit_test(test_generalised_inverses),
        cmocka_unit_test(test_left_and_right_inverses),
        cmocka_unit_test(test_variables_are_eliminated),
        cmocka_unit_test(test_symmetry),
        cmocka_unit_test(test_rows_that_sum_to_one),
        cmocka_unit_test(test_woodbury),
        cmocka_unit_test(test_push_through),
        cmocka_unit_test(test_sums_of_inverses),
        cmocka_unit_test(test_resolvents),
        cmocka_unit_test(test_powers),
        cmocka_unit_test(test_block_inverses),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_coefficients_that_may_vanish),
        cmocka_unit_test(test_equations_between_numbers),
        cmocka_unit_test(test_hostile_rules_come_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
