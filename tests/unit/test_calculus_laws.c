/* No law is idle and no condition is: without a law some theorem stays unproved, and where the
   condition of a rule is not met the neighbour of a provable theorem is not proved. */
#include "calculus_laws.h"
#include "eval_helpers.h"

#include "base/rk_clock.h"
#include "calculus/rk_sequent.h"

enum { ALL_LAWS = -1 };

static bool uses(const rk_derivation *d, int law) {
    for (size_t i = 0; i < d->nfacts; i++)
        if ((int)d->fact[i]->law == law)
            return true;
    for (size_t i = 0; i < d->nkids; i++)
        if (uses(d->kid[i], law))
            return true;
    return false;
}

/* Steps of the proof, and one more; 0: none. *used: does it use the law? */
static size_t steps(const char *clauses, int without, int law, bool *used) {
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_printf(&text, "%s%s", law_dims, clauses);
    text_theorem t = theorem_of(text.text);
    rk_calculus_options options = {.deadline = rk_clock() + 20};
    if (without != ALL_LAWS)
        options.limits.disabled[without] = 1;
    rk_calculus *c = rk_calculus_prove(t.checked, &options);
    size_t n = rk_calculus_proved(c) ? 1 + rk_derivation_steps(rk_calculus_derivation(c)) : 0;
    *used = n > 0 && uses(rk_calculus_derivation(c), law);
    rk_calculus_free(c);
    theorem_free(&t);
    rk_buf_clear(&text);
    return n;
}

static bool proves(const char *clauses, int without) {
    bool used;
    return steps(clauses, without, ALL_LAWS, &used) > 0;
}

/* --- laws ---------------------------------------------------------------------------------------
 */

static void each_law_is_needed(void **state) {
    (void)state;
    unsigned missing = 0;
    /* What is given needs no theorem. */
    bool covered[RK_LAW_COUNT] = {
        [RK_LAW_HYPOTHESIS] = true, [RK_LAW_CASE] = true, [RK_LAW_INDUCTION] = true};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        const char *name = rk_law_get(needed[i].law)->name;
        covered[needed[i].law] = true;
        if (!proves(needed[i].theorem, ALL_LAWS)) {
            print_message("# %s: not proved with all laws: %s\n", name, needed[i].theorem);
            missing++;
        } else if (proves(needed[i].theorem, (int)needed[i].law)) {
            print_message("# %s: proved without it: %s\n", name, needed[i].theorem);
            missing++;
        }
    }
    for (size_t i = 0; i < sizeof handy / sizeof *handy; i++) {
        bool used, still;
        int law = (int)handy[i].law;
        size_t with = steps(handy[i].theorem, ALL_LAWS, law, &used);
        size_t without = steps(handy[i].theorem, law, law, &still);
        covered[law] = true;
        if (!used || still || (without != 0 && without < with)) {
            print_message("# %s: %zu steps with it, %zu without\n", rk_law_get(handy[i].law)->name,
                          with, without);
            missing++;
        }
    }
    for (int l = 0; l < RK_LAW_COUNT; l++)
        if (!covered[l]) {
            print_message("# no theorem here needs %s\n", rk_law_get((rk_law)l)->name);
            missing++;
        }
    assert_int_equal(missing, 0);
}

/* --- conditions ---------------------------------------------------------------------------------
 */

static const struct {
    const char *condition, *holds, *fails;
} pairs[] = {
    {"the factor is invertible",
     "forall A : invertible[n], B : real[n, m]; claim rank(A*B) == rank(B);",
     "forall A : real[n, n], B : real[n, m]; claim rank(A*B) == rank(B);"},
    {"the text has the inverse",
     "forall A : real[n, n], B : real[n, m]; claim rank(inv(A)*B) == rank(A*B);",
     "forall A : real[n, n], B : real[n, m]; claim rank(A*A*B) == rank(A*B);"},
    {"a product of the right size is invertible",
     "forall A : real[n, m], B : real[m, n]; claim rank(inv(A*B)) == n;",
     "forall A : real[n, m], B : real[m, n]; claim rank(inv(A*B)) == m;"},
    {"Gram: the transpose stands on the left",
     "forall A : real[n, n], B : real[n, m]; claim rank(A'*A*B) == rank(A*B);",
     "forall A : real[n, n], B : real[n, m]; claim rank(A*A'*B) == rank(A*B);"},
    {"Gram: at top level only",
     "forall A : real[n, n], B : real[m, n]; claim rank([A'*A; B]) == rank([A; B]);",
     "forall A : real[n, n], B : real[n, m]; claim rank([A'*A, B]) == rank([A, B]);"},
    {"Gram: a sum, no difference",
     "forall A : real[n, m], B : real[k, m]; claim rank(A'*A + B'*B) == rank([A; B]);",
     "forall A : real[n, m], B : real[k, m]; claim rank(A'*A - B'*B) == rank([A; B]);"},
    {"the middle is semidefinite",
     "forall A : real[n, m], M : psd[n]; claim rank(A'*M*A) == rank(M*A);",
     "forall A : real[n, m], M : symmetric[n]; claim rank(A'*M*A) == rank(M*A);"},
    {"an invertible middle is not enough",
     "forall A : real[n, m], M : psd[n]; assume rank(M*A) == rank(A); claim rank(A'*M*A) == "
     "rank(A);",
     "forall A : real[n, m], M : invertible[n]; assume rank(M*A) == rank(A); claim rank(A'*M*A) == "
     "rank(A);"},
    {"both terms are semidefinite",
     "forall A : psd[n], B : psd[n]; claim rank(A + B) == rank([A, B]);",
     "forall A : psd[n], B : symmetric[n]; claim rank(A + B) == rank([A, B]);"},
    {"the polynomials have no common factor",
     "forall A : real[n, n]; claim rank(A - A*A) == rank(A) + rank(eye(n) - A) - n;",
     "forall A : real[n, n]; claim rank(A*A) == rank(A) + rank(A) - n;"},
    {"an idempotent",
     "forall A : real[n, n]; assume A*A == A; claim rank(A) + rank(eye(n) - A) == n;",
     "forall A : real[n, n]; assume A*A*A == A; claim rank(A) + rank(eye(n) - A) == n;"},
    {"a nilpotent of order two",
     "forall A : real[n, n]; assume A*A == zeros(n, n); claim 2*rank(A) <= n;",
     "forall A : real[n, n]; assume A*A*A == zeros(n, n); claim 2*rank(A) <= n;"},
    {"the inner size",
     "forall A : real[n, k], B : real[k, m]; claim rank(A*B) >= rank(A) + rank(B) - k;",
     "forall A : real[n, k], B : real[k, m]; claim rank(A*B) >= rank(A) + rank(B) - n;"},
    {"a scaling is no product",
     "forall x : real[k, 1], y : real[k, 1], A : real[1, m]; claim rank(x*A) >= rank(x) + rank(A) "
     "- 1;",
     "forall x : real[k, 1], y : real[k, 1], A : real[n, m]; claim rank((x'*y)*A) >= rank(x'*y) + "
     "rank(A) - 1;"},
    {"an entrywise product is no product",
     "forall A : real[n, m], u : real[n]; claim rank(diag(u)*A) <= rank(A);",
     "forall A : real[n, m], B : real[n, m]; claim rank(A .* B) <= rank(A);"},
    {"the scalar is not 0", "forall c : nonzero, A : real[n, m]; claim rank(c*A) == rank(A);",
     "forall c : real, A : real[n, m]; claim rank(c*A) == rank(A);"},
    {"the dimension is not 0", "forall A : real[n, m]; claim rank((d - 1)*A) == rank(A);",
     "forall A : real[n, m]; claim rank((n - 1)*A) == rank(A);"},
    {"a divisor is not 0", "forall A : real[n, m], c : real; claim rank(A/c) == rank(A);",
     "forall A : real[n, m], c : real; claim rank(A*c) == rank(A);"},
    {"the gain is not 0",
     "forall g : nonzero[m], A : real[n, m]; claim rank(A*diag(g)) == rank(A);",
     "forall g : nonnegative[m], A : real[n, m]; claim rank(A*diag(g)) == rank(A);"},
    {"a set without the zero matrix", "forall A : stochastic[n, m]; claim rank(A) >= 1;",
     "forall A : nonnegative[n, m]; claim rank(A) >= 1;"},
    {"a column without zeros", "forall p : nonzero[n]; claim rank(p) == 1;",
     "forall p : nonnegative[n]; claim rank(p) == 1;"},
    {"rows that sum to 1",
     "forall A : stochastic[n, n], X : real[n, m]; claim affrank(A*X) <= affrank(X);",
     "forall A : nonnegative[n, n], X : real[n, m]; claim affrank(A*X) <= affrank(X);"},
    {"rows, not columns", "forall A : stochastic[n, n]; claim A*ones(n, 1) == ones(n, 1);",
     "forall A : stochastic[n, n]; claim ones(1, n)*A == ones(1, n);"},
    {"a bias is the same for all tokens",
     "forall X : real[n, m], b : real[m]; claim affrank(X + ones(n, 1)*b') == affrank(X);",
     "forall X : real[n, m], b : real[n]; claim affrank(X + b*ones(1, m)) == affrank(X);"},
    {"the columns of both sides are orthonormal",
     "forall Q : orthogonal[n], A : real[n, m]; claim Q'*Q*A == A;",
     "forall Q : invertible[n], A : real[n, m]; claim Q'*Q*A == A;"},
    {"a block below the diagonal is 0",
     "forall A : real[n, n], B : real[n, m], D : real[m, m]; claim rank([A, B; zeros(m, n), D]) >= "
     "rank(A) + rank(D);",
     "forall A : real[n, n], B : real[n, m], C : real[m, n], D : real[m, m]; claim rank([A, B; C, "
     "D]) >= rank(A) + rank(D);"},
    {"triangular with an invertible block",
     "forall A : invertible[n], B : real[n, m], D : real[m, m]; claim rank([A, B; zeros(m, n), D]) "
     "== n + rank(D);",
     "forall A : real[n, n], B : real[n, m], D : real[m, m]; claim rank([A, B; zeros(m, n), D]) == "
     "rank(A) + rank(D);"},
    {"the pivot is invertible",
     "forall A : invertible[n], B : real[n, m], C : real[m, n], D : real[m, m]; claim rank([A, B; "
     "C, D]) == n + rank(D - C*inv(A)*B);",
     "forall A : real[n, n], B : real[n, m], C : real[m, n], D : real[m, m]; assume A*A*A == A; "
     "claim rank([A, B; C, D]) == rank(A) + rank(D - C*A*B);"},
    {"the order in the complement",
     "forall A : invertible[n], B : real[n, n], C : real[n, n]; claim rank([A, B; C, zeros(n, n)]) "
     "== n + rank(C*inv(A)*B);",
     "forall A : invertible[n], B : real[n, n], C : real[n, n]; claim rank([A, B; C, zeros(n, n)]) "
     "== n + rank(B*inv(A)*C);"},
    {"the sign in the complement",
     "forall B : real[n, m], C : real[m, n], D : real[m, m]; claim rank([eye(n), B; C, D]) == n + "
     "rank(D - C*B);",
     "forall B : real[n, m], C : real[m, n], D : real[m, m]; claim rank([eye(n), B; C, D]) == n + "
     "rank(D + C*B);"},
    {"whole block columns",
     "forall A : real[n, m], B : real[n, k], C : real[n, m], D : real[n, k], K : real[k, m]; claim "
     "rank([A + B*K, B; C + D*K, D]) == rank([A, B; C, D]);",
     "forall A : real[n, m], B : real[n, k], C : real[n, m], D : real[n, k], K : real[k, m]; claim "
     "rank([A + B*K, B; C, D]) == rank([A, B; C, D]);"},
    {"block columns take factors on the right",
     "forall A : real[n, m], B : real[n, m], K : real[m, m]; claim rank([A + B*K, B]) == rank([A, "
     "B]);",
     "forall A : real[n, m], B : real[n, m], K : real[n, n]; claim rank([A + K*B, B]) == rank([A, "
     "B]);"},
    {"a block is multiplied by an invertible matrix",
     "forall A : real[n, m], B : real[n, k], G : invertible[m]; claim rank([A*G, B]) == rank([A, "
     "B]);",
     "forall A : real[n, m], B : real[n, k], G : real[m, m]; claim rank([A*G, B]) == rank([A, "
     "B]);"},
    {"a common factor of a row is invertible",
     "forall A : real[n, m], B : real[n, k], G : invertible[n]; claim rank([G*A, G*B]) == rank([A, "
     "B]);",
     "forall A : real[n, m], B : real[n, k], G : invertible[n]; claim rank([G*A, B]) == rank([A, "
     "B]);"},
    {"copies in two dimensions", "forall A : real[n, n]; claim rank([A, A; A, A]) == rank(A);",
     "forall A : real[n, n]; claim rank([A, A; A, A]) == 2*rank(A);"},
    {"in the span of both",
     "forall A : real[n, m], B : real[n, k], S : real[n, d]; assume in_colspan(S, A); assume "
     "in_colspan(S, B); claim rank(S) + rank([A, B]) <= rank(A) + rank(B);",
     "forall A : real[n, m], B : real[n, k], S : real[n, d]; assume in_colspan(S, A); claim "
     "rank(S) + rank([A, B]) <= rank(A) + rank(B);"},
    {"submodular, not the other way",
     "forall A : real[n, m], B : real[n, m], C : real[n, m]; claim rank([A, B, C]) + rank(B) <= "
     "rank([A, B]) + rank([B, C]);",
     "forall A : real[n, m], B : real[n, m], C : real[n, m]; claim rank([A, B, C]) + rank(B) >= "
     "rank([A, B]) + rank([B, C]);"},
    {"corners, not the other way",
     "forall A : real[n, n], B : real[n, n], C : real[n, n], D : real[n, n]; claim rank([A, B; C, "
     "D]) + rank(A) >= rank([A, B]) + rank([A; C]);",
     "forall A : real[n, n], B : real[n, n], C : real[n, n], D : real[n, n]; claim rank([A, B; C, "
     "D]) + rank(A) <= rank([A, B]) + rank([A; C]);"},
    {"Kronecker: ranks multiply",
     "forall A : real[n, n], B : real[m, m]; claim rank(kron(A, B)) == rank(A)*rank(B);",
     "forall A : real[n, n], B : real[m, m]; claim rank(kron(A, B)) == rank(A) + rank(B);"},
    {"Kronecker: the order of factors",
     "forall A : real[n, n], B : real[n, n], C : real[n, n], D : real[n, n]; claim kron(A, "
     "B)*kron(C, D) == kron(A*C, B*D);",
     "forall A : real[n, n], B : real[n, n], C : real[n, n], D : real[n, n]; claim kron(A, "
     "B)*kron(C, D) == kron(A*C, D*B);"},
    {"a sum of H members",
     "forall W[H] : real[n, m], X : real[k, n]; claim rank(sum(h = 1..H, X*W[h])) <= rank(X);",
     "forall W[H] : real[n, m], X : real[n, n]; claim rank(sum(h = 1..H, W[h])) <= rank(W[1]);"},
    {"the number of members",
     "forall W[H] : real[n, m], A[H] : real[n, n], X : real[n, n]; claim rank(sum(h = 1..H, "
     "A[h]*X*W[h])) <= H*rank(X);",
     "forall W[H] : real[n, m], A[H] : real[n, n], X : real[n, n]; claim rank(sum(h = 1..H, "
     "A[h]*X*W[h])) <= (H - 1)*rank(X);"},
    {"a member of the range",
     "forall W[H] : real[n, m]; claim rank(W[1]) <= rank(hcat(h = 1..H, W[h]));",
     "forall W[H] : real[n, m]; claim rank(W[1]) <= rank(hcat(h = 2..H, W[h]));"},
    {"members keep their index",
     "forall W[H] : real[n, m]; claim rank(hcat(h = 1..H, W[h])) <= sum(h = 1..H, rank(W[h]));",
     "forall W[H] : real[n, m]; claim rank(hcat(h = 1..H, W[h])) <= H*rank(W[1]);"},
    {"factors leave hcat on the left",
     "forall X : real[n, m], V[H] : real[m, m]; claim rank(hcat(h = 1..H, X*V[h])) <= rank(X);",
     "forall X : real[n, m], V[H] : real[m, m]; claim rank(vcat(h = 1..H, X*V[h])) <= rank(X);"},
    {"the scales are those of one argument",
     "forall X : real[n, m], g : nonzero[m]; claim rank(rmsnorm(X, g)) == rank(X);",
     "forall X : real[n, m], Y : real[n, m], g : nonzero[m]; claim rank(rmsnorm(X, g) - rmsnorm(Y, "
     "g)) == rank(X - Y);"},
    {"the scales belong to one epsilon",
     "forall X : real[n, d], g : nonzero[d]; claim rank(rmsnorm(X, g, 1)) == rank(rmsnorm(X, g, "
     "2));",
     "forall X : real[n, d], g : nonzero[d]; claim rmsnorm(X, g, 1) == rmsnorm(X, g, 2);"},
    {"a normalisation centres first",
     "forall X : real[n, d], g : nonzero[d]; claim rank(layernorm(X, g, zeros(d, 1))) == "
     "rank(center(X));",
     "forall X : real[n, d], g : nonzero[d]; claim rank(layernorm(X, g, zeros(d, 1))) == rank(X);"},
    {"a bias moves the rank by one",
     "forall X : real[n, d], g : nonzero[d], b : real[d]; claim affrank(layernorm(X, g, b)) <= "
     "affrank(center(X)) + 1;",
     "forall X : real[n, d], g : nonzero[d], b : real[d]; claim affrank(layernorm(X, g, b)) <= "
     "affrank(center(X));"},
    {"shifts of rows",
     "forall S : real[n, m], c : real[n]; claim softmax(S + c*ones(1, m)) == softmax(S);",
     "forall S : real[n, m], c : real[m]; claim softmax(S + ones(n, 1)*c') == softmax(S);"},
    {"a permutation moves out of softmax",
     "forall P : permutation[n], S : real[n, n]; claim softmax(P*S*P') == P*softmax(S)*P';",
     "forall P : orthogonal[n], S : real[n, n]; claim softmax(P*S*P') == P*softmax(S)*P';"},
    {"the mask moves too",
     "forall P : permutation[n], S : real[n, n]; claim softmax(P*S*P', P*causal(n)*P') == "
     "P*softmax(S, causal(n))*P';",
     "forall P : permutation[n], S : real[n, n]; claim softmax(P*S*P', causal(n)) == P*softmax(S, "
     "causal(n))*P';"},
    {"a causal mask",
     "forall S : real[n, n], X : real[n, m]; claim rank(softmax(S, causal(n))*X) == rank(X);",
     "forall S : real[n, n], X : real[n, m]; claim rank(softmax(S, ones(n, n))*X) == rank(X);"},
    {"generic, not for all",
     "forall X : real[n, m], A : attention[n, n]; generic W : real[m, m]; claim rank(X + A*X*W) >= "
     "rank(X);",
     "forall X : real[n, m], A : attention[n, n], W : real[m, m]; claim rank(X + A*X*W) >= "
     "rank(X);"},
    {"nothing is drawn for the others",
     "forall A : real[n, m]; generic X : real[m, m]; claim rank(A*X) == rank(A);",
     "forall A : real[n, m]; generic X : real[m, m]; claim rank(A*X) == min(n, m);"},
    {"the specialised value lies in the set", "generic A : attention[n, n]; claim rank(A) == n;",
     "generic A : attention[n, n]; claim rank(eye(n) - A) == n;"},
    {"one component is not the other", "generic G : real[n, n]; claim rank(eye(n) + G) == n;",
     "generic Q : orthogonal[n]; claim rank(eye(n) + Q) == n;"},
    {"smooth all along", "generic X : real[n, n]; claim rank(X) == n;",
     "generic X : real[n, n]; claim rank(relu(X)) == n;"},
    {"the variable stands once", "generic X : real[n, n]; claim rank(X + eye(n)) == n;",
     "generic X : real[n, n]; claim rank(X - X') == n;"},
    {"what surrounds it is free of it",
     "forall A : real[n, n]; generic V : real[n, n]; claim rank(A*V*A) == rank(A);",
     "generic V : real[n, n]; claim rank(V - V*eye(n)) == n;"},
    {"each layer takes any argument",
     "forall A[H] : real[n, n], X : real[n, m]; claim rank(fold(l = 1..H, Z = X, A[l]*Z)) <= "
     "rank(X);",
     "forall A[H] : real[n, n], B[H] : real[n, m], X : real[n, m]; claim rank(fold(l = 1..H, Z = "
     "X, A[l]*Z + B[l])) <= rank(X);"},
    {"each layer has matrices of its own",
     "forall S[H] : real[n, n], X : real[n, m]; claim rank(fold(l = 1..H, Z = X, softmax(S[l], "
     "causal(n))*Z)) == rank(X);",
     "forall A[H] : attention[n, n], X : real[n, m]; claim rank(fold(l = 1..H, Z = X, A[l]*Z)) == "
     "rank(X);"},
    {"no layer at all",
     "forall A[H] : real[n, n], X : real[n, n]; claim rank(fold(l = 1..H, Z = X, A[l]*Z)) <= "
     "rank(X);",
     "forall A[H] : real[n, n], X : real[n, n]; claim rank(fold(l = 2..H, Z = X, A[l]*Z)) <= "
     "rank(A[H]);"},
    {"an antecedent stays in its claim",
     "forall A : real[n, n], B : real[n, m]; claim rank(A) == n => rank(A*B) == rank(B);",
     "forall A : real[n, n], B : real[n, m]; claim rank(A) == n => rank(A*B) == rank(B); claim "
     "rank(A*B) == rank(B);"},
    {"ranks are whole numbers",
     "forall A : real[n, m], B : real[n, m]; claim not (rank(A) < rank(B)) => rank(B) <= rank(A);",
     "forall A : real[n, m], B : real[n, m]; claim not (A < B) => B <= A;"},
    {"the larger of two",
     "forall A : real[n, m], B : real[n, m]; claim rank([A, B]) >= max(rank(A), rank(B));",
     "forall A : real[n, m], B : real[n, m]; claim rank(A + B) >= min(rank(A), rank(B));"},
    {"spans by stacking",
     "forall A : real[n, m], B : real[n, m]; claim in_rowspan(A, B) <=> rank([A; B]) == rank(B);",
     "forall A : real[n, m], B : real[n, m]; claim in_rowspan(A, B) <=> rank([A, B]) == rank(B);"},
    {"inverses turn the order round",
     "forall A : real[n, n], B : real[n, n], C : invertible[n], D : invertible[n]; claim inv(C*D) "
     "== inv(D)*inv(C);",
     "forall A : real[n, n], B : real[n, n], C : invertible[n], D : invertible[n]; claim inv(C*D) "
     "== inv(C)*inv(D);"},
};

static void each_condition_is_asked(void **state) {
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!proves(pairs[i].holds, ALL_LAWS)) {
            print_message("# %s: not proved: %s\n", pairs[i].condition, pairs[i].holds);
            wrong++;
        }
        if (proves(pairs[i].fails, ALL_LAWS)) {
            print_message("# %s: PROVED, BUT FALSE: %s\n", pairs[i].condition, pairs[i].fails);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_law_is_needed),
        cmocka_unit_test(each_condition_is_asked),
    };
    return cmocka_run_group_tests_name("calculus_laws", tests, NULL, NULL);
}
