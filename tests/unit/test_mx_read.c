/* Texts as matrices: equal ones have one normal form, different ones do not, and what is undefined
   somewhere is not taken for granted there. */
#include "calculus_helpers.h"

static void test_sums_and_products(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1, k >= 1; forall A : real[n, m], B : real[n, m], C : real[m, k];"
         "claim (A + B)*C == B*C + A*C; claim A - A == zeros(n, m); claim (A*C)' == C'*A';"
         "claim 2*A/2 == A; claim A + A == 2*A; claim -(A - B) == B - A; claim 0.25*A*4 == A;"
         "claim eye(n)*A*eye(m) == A; claim A*zeros(m, k) == zeros(n, k);"
         "claim sum(A + B) == sum(A) + sum(B); claim sum(A) == ones(1, n)*A*ones(m, 1);"
         "claim A + 0*sum(C)*A == A;");
    DIFFER("dim n >= 1; forall A : real[n, n], B : real[n, n];"
           "claim A*B == B*A; claim A' == A; claim A.*B == A*B; claim A == 2*A;");
}

static void test_numbers(void **state) {
    (void)state;
    SAME("dim n >= 1, d >= 1; forall x : real[n], y : real[n], c : nonzero, p : positive;"
         "claim x'*y == y'*x; claim (x'*y)*c/c == y'*x; claim c^2*c^3 == c^5; claim c^(-1)*c == 1;"
         "claim 0.1 + 0.2 == 0.3; claim 1.5e1 == 15; claim 2e-1 == 1/5; claim n/d*d == n;"
         "claim sqrt(4) == 2; claim sqrt(1/9) == 1/3; claim exp(0) == 1; claim log(1) == 0;"
         "claim abs(p) == p; claim abs(-p) == p; claim relu(p) == p; claim relu(-p) == 0;"
         "claim sign(p) == 1; claim sign(-p*c*c) == -1; claim sigmoid(0) == 1/2;"
         "claim max(n, n + 1) == n + 1; claim min(n, n, d) == min(d, n);"
         "claim sum(n, d, 1) == 1 + d + n; claim sqrt(n)^2 == n; claim n/sqrt(n) == sqrt(n);"
         "claim sqrt(n)*ones(n, n)/n == ones(n, n)/sqrt(n); claim sqrt(n + d)^3 == (n + d)*sqrt(n "
         "+ d);"
         "claim (1 + sqrt(n))^2 == 1 + n + 2*sqrt(n); claim (1 + sqrt(p))/(1 + sqrt(p)) == 1;"
         "claim sqrt(sqrt(n))^4 == n;");
    DIFFER("dim n >= 1, d >= 1; forall c : real, x : real[n];"
           "claim abs(c) == c; claim sqrt(c^2) == c; claim relu(c) == c; claim sign(c) == 1;"
           "claim sqrt(n*d) == sqrt(n)*sqrt(d); claim sqrt(c)^2 == -c; claim min(n, d) == n; claim "
           "x'*x == 1; claim sqrt(n) == n; claim exp(c) == 1 + c;");
}

static void test_variables_of_sets(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1; forall Q : orthogonal[n], P : permutation[n], S : symmetric[n],"
         "D : diagonal[n], E : diagonal[n], A : stochastic[n, m], B : attention[n, 1],"
         "R : permutation[1];"
         "claim Q'*Q == eye(n); claim Q*Q' == eye(n); claim inv(Q) == Q'; claim inv(P) == P';"
         "claim S' == S; claim D*E == E*D; claim D' == D; claim A*ones(m, 1) == ones(n, 1);"
         "claim P*ones(n, 1) == ones(n, 1); claim ones(1, n)*P == ones(1, n);"
         "claim B == ones(n, 1); claim R == 1;");
    DIFFER("dim n >= 1; forall Q : orthogonal[n], A : stochastic[n, n], S : symmetric[n],"
           "T : symmetric[n], o : orthogonal[1];"
           "claim ones(1, n)*A == ones(1, n); claim Q' == Q; claim (S*T)' == S*T;"
           "claim Q*ones(n, 1) == ones(n, 1); claim o == 1;");
}

static void test_families_and_loops(void **state) {
    (void)state;
    SAME("dim n >= 1, H >= 1; forall A : real[n, n], W[H] : real[n, n], V[H] : real[n, n];"
         "claim sum(h = 1..H, A*W[h]) == A*sum(k = 1..H, W[k]);"
         "claim sum(h = 1..H, W[h] + V[h]) == sum(h = 1..H, W[h]) + sum(h = 1..H, V[h]);"
         "claim sum(h = 1..H, A) == H*A; claim sum(h = 1..H, h) == H*(H + 1)/2;"
         "claim sum(h = 1..H, sum(k = 1..H, W[h]*V[k])) =="
         "      sum(p = 1..H, sum(q = 1..H, W[p]*V[q]));"
         "claim sum(h = 1..1, W[h]) == W[1]; claim sum(h = 1..H, W[h])' == sum(h = 1..H, W[h]');"
         "claim hcat(h = 1..H, A*W[h]) == A*hcat(h = 1..H, W[h]);"
         "claim vcat(h = 1..H, W[h]*A) == vcat(h = 1..H, W[h])*A;"
         "claim hcat(h = 1..H, W[h])' == vcat(h = 1..H, W[h]');"
         "claim hcat(h = 1..H, V[h])*vcat(h = 1..H, W[h]) == sum(h = 1..H, V[h]*W[h]);"
         "claim sum(h = 1..H, rank(W[h]) + 1) == H + sum(k = 1..H, rank(W[k]));"
         "claim max(h = 1..H, n) == n; claim prod(h = 1..H, eye(n)) == eye(n);");
    SAME("dim n >= 1; forall W[3] : real[n, n];"
         "claim sum(h = 1..3, W[h]) == W[1] + W[2] + W[3];"
         "claim hcat(h = 1..3, W[h]) == [W[1], W[2], W[3]];"
         "claim prod(h = 1..3, W[h]) == W[1]*W[2]*W[3];"
         "claim max(h = 1..3, rank(W[h])) == max(rank(W[1]), rank(W[2]), rank(W[3]));"
         "claim sum(h = 1..0, W[1]) == zeros(n, n);");
    DIFFER("dim n >= 1, H >= 2; forall W[H] : real[n, n], V[H] : real[n, n];"
           "claim sum(h = 1..H, W[h]) == sum(h = 2..H, W[h]);"
           "claim sum(h = 1..H, W[h]*V[h]) == sum(h = 1..H, W[h])*sum(h = 1..H, V[h]);"
           "claim W[1] == W[2]; claim prod(h = 1..H, W[h]) == W[1]*W[2];"
           "claim sum(h = 3..H, rank(V[1])) == (H - 2)*rank(V[1]) + 1;");
}

static void test_sums_that_may_be_empty(void **state) {
    (void)state;
    /* H may be 1 or 2: sum(h = 4..H, 1) is 0 there and H - 3 is not. */
    DIFFER("dim n >= 1, H >= 1; forall A : real[n, n]; claim sum(h = 4..H, A) == (H - 3)*A;"
           "claim sum(h = 4..H, 1) == H - 3;");
    SAME("dim n >= 1, H >= 1; forall A : real[n, n]; claim sum(h = 2..H, A) == (H - 1)*A;"
         "claim sum(h = 2..H, 1) == H - 1;");
    /* B need not be invertible where the loop is empty. */
    desk d = desk_of("dim n >= 1, H >= 1; forall B : real[n, n], W[H] : real[n, n], c : real;"
                     "claim rank(sum(h = 2..H, inv(B)*W[h]/c)) == rank(inv(W[1]));");
    desk_same(&d, 0);
    assert_int_equal(rk_reader_ninverted(d.reader), 1);
    const rk_term *c = NULL, *t = d.checked->claims[0]->kid[0]->kid[0]->kid[0];
    assert_int_equal(t->op, RK_T_DIV);
    c = t->kid[1];
    assert_false(rk_sc_is_nonzero(d.scalars, rk_read_scalar(d.reader, c)));
    desk_free(&d);
    DIFFER("dim n >= 1, H >= 1; forall B : real[n, n], W[H] : real[n, n];"
           "claim B*sum(h = 2..H, inv(B)*W[h]) == sum(h = 2..H, W[h]);");
    SAME("dim n >= 1, H >= 1; forall B : real[n, n], W[H] : real[n, n];"
         "claim B*sum(h = 1..H, inv(B)*W[h]) == sum(h = 1..H, W[h]);");
}

static void test_folds(void **state) {
    (void)state;
    SAME("dim n >= 1, d >= 1, L >= 1; forall X : real[n, d], A[3] : real[n, n], B[L] : real[n, n];"
         "claim fold(l = 1..3, Z = X, A[l]*Z) == A[3]*A[2]*A[1]*X;"
         "claim fold(l = 1..0, Z = X, A[1]*Z) == X; claim fold(l = 1..L, Z = X, Z) == X;"
         "claim fold(l = 1..L, Z = X, B[l]*Z) == fold(k = 1..L, Y = X, B[k]*Y);"
         "claim fold(l = 1..L, Z = X, B[l]*X) == B[L]*X;"
         "claim fold(l = 1..2, s = 1, s + l) == 4; claim fold(l = 1..L, s = 0, s + l) == L*(L + "
         "1)/2;"
         "claim fold(l = 1..L, Z = X, Z + B[l]*X) == X + sum(l = 1..L, B[l])*X;"
         "claim fold(l = 1..L, Z = X, A[1]*Z) == A[1]^L*X;"
         "claim fold(l = 2..L, Z = X, A[1]*Z) == A[1]^(L - 1)*X;");
    DIFFER(
        "dim n >= 1, d >= 1, L >= 1; forall X : real[n, d], B[L] : real[n, n];"
        "claim fold(l = 2..L, Z = X, B[l]*X) == B[L]*X;"
        "claim fold(l = 1..L, Z = X, B[l]*Z) == X; claim fold(l = 3..L, Z = X, Z + X) == (L - 1)*X;"
        "claim fold(l = 3..L, Z = X, B[1]*Z) == B[1]^(L - 2)*X;"
        "claim fold(l = 1..L, Z = X, Z + B[1]*Z) == X + L*B[1]*X;"
        "claim fold(l = 1..L, Z = B[1], B[2]*Z') == B[2]^L*B[1];"
        "claim fold(l = 1..L, Z = X, B[l]*Z) == fold(l = 1..L, Z = X, B[1]*Z);");
}

static void test_entries_and_blocks(void **state) {
    (void)state;
    SAME(
        "dim n >= 2, m >= 1, k >= 1; forall A : real[n, m], B : real[n, k], C : real[k, m],"
        "D : real[k, k], X : real[m, n], x : real[n];"
        "claim A[1, :]' == A'[:, 1]; claim A[2, 1] == A'[1, 2]; claim (A*X)[1, :] == A[1, :]*X;"
        "claim eye(n)[:, 2] == unit(n, 2); claim unit(n, 1)'*unit(n, 2) == 0; claim x[2, 1] == "
        "x'[1, 2];"
        "claim [A, B]' == [A'; B']; claim [A, B; C, D]' == [A', C'; B', D'];"
        "claim [A, B]*[X; zeros(k, n)] == A*X; claim [A; C] + [A; C] == 2*[A; C];"
        "claim [A, B; C, D]*[eye(m), zeros(m, k); zeros(k, m), eye(k)] == [A, B; C, D];"
        "claim [[A, B]; [C, D]] == [A, B; C, D]; claim diag(ones(n, 1)) == eye(n);"
        "claim diag(diag(x)) == x; claim diag(x)*ones(n, 1) == x; claim diag(eye(n)) == ones(n, 1);"
        "claim diag(A*X + 2*X'*A') == diag(A*X) + 2*diag(A*X);");
    DIFFER("dim n >= 2, m >= 1, k >= 1; forall A : real[n, m], B : real[n, k], x : real[n];"
           "claim A[1, :] == A[2, :]; claim [A, A] == [A, 2*A]; claim diag(x) == x*x';"
           "claim [x, ones(n, 1)] == [ones(n, 1), x];");
}

static void test_vec_and_kron(void **state) {
    (void)state;
    SAME(
        "dim n >= 1, m >= 1, p >= 1, q >= 1; forall A : real[n, m], B : real[m, p], C : real[p, q],"
        "D : real[m, p], E : real[p, n], x : real[n];"
        "claim vec(A*B*C) == kron(C', A)*vec(B); claim vec(A*B) == kron(eye(p), A)*vec(B);"
        "claim vec(A*B) == kron(B', eye(n))*vec(A); claim vec(B + 2*D) == vec(B) + 2*vec(D);"
        "claim vec(x) == x; claim vec(x') == x; claim kron(A, C)' == kron(A', C');"
        "claim kron(A, C)*kron(B, eye(q)) == kron(A*B, C);"
        "claim vec([A, A]) == [vec(A); vec(A)];");
    DIFFER("dim n >= 1; forall A : real[n, n], B : real[n, n];"
           "claim vec(A*B) == kron(A, eye(n))*vec(B); claim kron(A, B) == kron(B, A);"
           "claim vec(A') == vec(A);");
}

static void test_traces_and_determinants(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1; forall A : real[n, m], B : real[m, n], C : real[n, n], G : "
         "invertible[n],"
         "x : real[n], y : real[n], M : real[m, m];"
         "claim trace(A*B) == trace(B*A); claim trace(A*B*C) == trace(C*A*B);"
         "claim trace(C') == trace(C); claim trace(C + eye(n)) == n + trace(C);"
         "claim trace(inv(G)*C*G) == trace(C); claim trace(x*y') == y'*x;"
         "claim trace(kron(C, M)) == trace(M)*trace(C); claim trace(A'*B') == trace(B*A);"
         "claim trace(diag(x)) == sum(x); claim trace(C*G - G*C) == 0;"
         "claim trace([C, A; B, M]) == trace(C) + trace(M);"
         "claim det(C*G) == det(G)*det(C); claim det(C') == det(C); claim det(inv(G)) == 1/det(G);"
         "claim det(eye(n)) == 1; claim det(G*C*inv(G)) == det(C); claim det(zeros(n, n)) == 0;"
         "claim det(2*C) == 2^n*det(C); claim det([C, A; zeros(m, n), M]) == det(C)*det(M);"
         "claim det([G, A; B, M]) == det(G)*det(M - B*inv(G)*A); claim det([1, 2; 3, 4]) == -2;"
         "claim det(causal(n)) == 1; claim det(eye(n) + A*B) == det(eye(m) + B*A);"
         "claim det(eye(n) + x*y') == 1 + y'*x;"
         "claim det(G + x*y') == det(G)*(1 + y'*inv(G)*x);"
         "claim det(G + A*B) == det(G)*det(eye(m) + B*inv(G)*A);");
    SAME(
        "dim n >= 1, m >= 1; forall A : real[n, m], B : real[n, m], Q : orthogonal[n], x : real[n];"
        "claim norm(A, fro)^2 == trace(A'*A); claim norm(Q*A, fro) == norm(A, fro);"
        "claim norm(A', fro) == norm(A, fro); claim norm(x, fro)^2 == x'*x;"
        "claim sum(A.*B) == trace(A'*B); claim sum(A.*A) == norm(A, fro)^2;"
        "claim sum(A.*B) == sum(B.*A);");
    DIFFER("dim n >= 1; forall A : real[n, n], B : real[n, n], C : real[n, n], Q : orthogonal[n];"
           "claim trace(A*B*C) == trace(A*C*B); claim trace(A*B) == trace(A)*trace(B);"
           "claim det(eye(n) + A*B) == 1 + trace(A*B); claim norm(A + B, fro) == norm(A, fro);"
           "claim det(A*B + B) == det(B*A - B); claim det(A + B) == det(A) + det(B); claim "
           "det(2*A) == 2*det(A); claim det(Q) == 1;");
}

static void test_ranks(void **state) {
    (void)state;
    SAME(
        "dim n >= 1, d >= 1; forall X : real[n, d], G : invertible[n];"
        "claim rank(X') == rank(X); claim rank(-3*X) == rank(X);"
        "claim nullity(X) == d - rank(X); claim affrank(X) == rank([X, ones(n, 1)]) - 1;"
        "claim rank(G*X) + 0 == rank(G*X); claim rank(eye(n)) == n; claim rank(zeros(n, d)) == 0;");
    DIFFER("dim n >= 1, d >= 1; forall X : real[n, d], c : real;"
           "claim rank(c*X) == rank(X); claim rank(X) == d; claim affrank(X) == rank(X);");
}

static void test_layers(void **state) {
    (void)state;
    SAME("dim n >= 1, d >= 2; forall X : real[n, d], g : nonzero[d], b : real[d], P : "
         "permutation[n],"
         "Q : orthogonal[d], s : positive;"
         "claim layernorm(P*X, g, b) == P*layernorm(X, g, b);"
         "claim layernorm(X, g, b, 0) == layernorm(X, g, b);"
         "claim layernorm(s*X, g, b) == layernorm(X, g, b);"
         "claim layernorm(X + s*ones(n, d), g, b, 0.1) == layernorm(X, g, b, 0.1);"
         "claim layernorm(X, g, b) == layernorm(X, g, zeros(d, 1)) + ones(n, 1)*b';"
         "claim layernorm(X, ones(d, 1), zeros(d, 1)) == layernorm(center(X), ones(d, 1), zeros(d, "
         "1));"
         "claim rmsnorm(X*Q, ones(d, 1)) == rmsnorm(X, ones(d, 1))*Q;"
         "claim rmsnorm(2*X, g) == rmsnorm(X, g); claim rmsnorm(-X, g) == -rmsnorm(X, g);"
         "claim layernorm(X, g, b)*zeros(d, 1) == zeros(n, 1);"
         "claim center(center(X)) == center(X); claim center(X)*ones(d, 1) == zeros(n, 1);"
         "claim ones(1, n)*center_tokens(X) == zeros(1, d);"
         "claim batchnorm(X)' == batchnorm(X)';");
    DIFFER("dim n >= 1, d >= 2; forall X : real[n, d], Y : real[n, d], g : nonzero[d], b : real[d],"
           "c : real, Q : orthogonal[d];"
           "claim layernorm(X, g, b) == layernorm(Y, g, b);"
           "claim layernorm(2*X, g, b, 1) == layernorm(X, g, b, 1);"
           "claim layernorm(c*X, g, b) == layernorm(X, g, b);"
           "claim layernorm(X*Q, g, b) == layernorm(X, g, b)*Q; claim rmsnorm(X*Q, g) == "
           "rmsnorm(X, g)*Q;"
           "claim layernorm(X + Y, g, b) == layernorm(X, g, b) + layernorm(Y, g, b);");
}

static void test_softmax(void **state) {
    (void)state;
    SAME("dim n >= 1; forall S : real[n, n], c : real[n], P : permutation[n];"
         "claim softmax(S)*ones(n, 1) == ones(n, 1); claim softmax(S + c*ones(1, n)) == softmax(S);"
         "claim softmax(P*S*P') == P*softmax(S)*P'; claim softmax(zeros(n, n)) == ones(n, n)/n;"
         "claim softmax(S, causal(n))*ones(n, 1) == ones(n, 1);");
    DIFFER("dim n >= 1; forall S : real[n, n], c : real[n], P : permutation[n];"
           "claim softmax(S + ones(n, 1)*c') == softmax(S); claim softmax(S') == softmax(S)';"
           "claim softmax(2*S) == softmax(S); claim softmax(S, causal(n)) == softmax(S);"
           "claim softmax(P*S*P', causal(n)) == P*softmax(S, causal(n))*P';");
}

static void test_entrywise_functions(void **state) {
    (void)state;
    SAME("dim n >= 1, m >= 1; forall A : real[n, m], B : real[n, m], P : permutation[n],"
         "R : permutation[m], x : real[n], c : positive, W[2] : real[n, m];"
         "claim relu(zeros(n, m)) == zeros(n, m); claim exp(zeros(n, m)) == ones(n, m);"
         "claim sigmoid(zeros(n, m)) == ones(n, m)/2; claim relu(A + B) == relu(B + A);"
         "claim relu(P*A*R) == P*relu(A)*R; claim relu(A') == relu(A)';"
         "claim tanh([A, B]) == [tanh(A), tanh(B)]; claim gelu(x*ones(1, m)) == gelu(x)*ones(1, m);"
         "claim relu(c*A) == c*relu(A); claim sign(c*A) == sign(A);"
         "claim exp(2*ones(n, m)) == exp(2)*ones(n, m); claim A.*B == B.*A;"
         "claim A.*ones(n, m) == A; claim A./(2*ones(n, m)) == A/2;"
         "claim A.*(x*ones(1, m)) == diag(x)*A; claim A.*zeros(n, m) == zeros(n, m);");
    DIFFER("dim n >= 1, m >= 1; forall A : real[n, m], B : real[n, m], c : real, G : invertible[n];"
           "claim relu(A + B) == relu(A) + relu(B); claim relu(G*A) == G*relu(A);"
           "claim relu(c*A) == c*relu(A); claim relu(-A) == -relu(A); claim abs(A) == A;"
           "claim exp(A + B) == exp(A).*exp(A); claim tanh(A) == relu(A); claim log(exp(A)) == "
           "relu(A);");
}

static void test_jacobians_know_no_equations(void **state) {
    (void)state;
    /* A*A - A is 0 at the point; its derivative is not. */
    desk d = desk_of("dim n >= 1; forall A : real[n, n]; assume A*A == A;"
                     "claim jrank(A*A - A; A) == jrank(zeros(n, n)*A; A);"
                     "claim jrank(A*A - A; A) == jrank(A*A - A; A);"
                     "claim jrank(A*A; A) == 0;");
    assert_false(desk_same(&d, 0));
    assert_true(desk_same(&d, 1));
    assert_false(desk_same(&d, 2));
    desk_free(&d);
    DIFFER("dim n >= 1, L >= 1; forall A : real[n, n], B : real[n, n];"
           "claim jrank(A*B; A) == jrank(A*B; B);"
           "claim fold(l = 1..2, s = 0, jrank(s*A + l*A; A)) == jrank(2*A; A);");
}

static void test_notes(void **state) {
    (void)state;
    desk d = desk_of("dim n >= 1, H >= 1; forall A : real[n, n], B : real[n, n], c : real,"
                     "W[H] : real[n, n];"
                     "claim rank(A*B + inv(B)/c) == rank(sum(h = 1..H, inv(W[h])));");
    desk_same(&d, 0);
    assert_int_equal(rk_reader_ninverted(d.reader), 2);
    bool product = false, sum = false;
    for (size_t i = 0; i < rk_reader_nwritten(d.reader); i++) {
        const rk_written *w = rk_reader_written(d.reader, i);
        product |= !w->sum && w->whole == rk_mx_mul(d.store, w->left, w->right);
        sum |= w->sum && w->whole == rk_mx_add(d.store, w->left, w->right);
    }
    assert_true(product && sum);
    const rk_term *quotient = d.checked->claims[0]->kid[0]->kid[0]->kid[1];
    assert_int_equal(quotient->op, RK_T_DIV);
    assert_true(rk_sc_is_nonzero(d.scalars, rk_read_scalar(d.reader, quotient->kid[1])));
    desk_free(&d);
}

static void test_large_blocks(void **state) {
    (void)state;
    rk_buf b;
    rk_buf_init(&b);
    rk_buf_printf(&b, "claim [");
    for (int i = 0; i < 900; i++)
        rk_buf_printf(&b, "%s%d", i == 0 ? "" : i % 30 == 0 ? "; " : ", ", i);
    rk_buf_printf(&b, "] == zeros(30, 30);");
    DIFFER(b.text);
    rk_buf_clear(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_and_products),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_variables_of_sets),
        cmocka_unit_test(test_families_and_loops),
        cmocka_unit_test(test_sums_that_may_be_empty),
        cmocka_unit_test(test_folds),
        cmocka_unit_test(test_entries_and_blocks),
        cmocka_unit_test(test_vec_and_kron),
        cmocka_unit_test(test_traces_and_determinants),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_entrywise_functions),
        cmocka_unit_test(test_jacobians_know_no_equations),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_large_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
