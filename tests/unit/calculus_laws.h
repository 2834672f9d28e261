/* A theorem for each law of the calculus, in whose proof it is used. */
#ifndef CALCULUS_LAWS_H
#define CALCULUS_LAWS_H

#include "calculus/rk_law.h"

static const char law_dims[] = "dim n >= 1, m >= 1, k >= 1, H >= 1, d >= 2;\n";

typedef struct law_theorem {
    rk_law law;
    const char *theorem;
} law_theorem;

/* Without the law it is not proved. */
static const law_theorem needed[] = {
    {RK_LAW_SIZE, "forall A : real[n, m]; claim rank(A) <= m;"},
    {RK_LAW_INVERTIBLE, "forall A : invertible[n]; claim rank(A) == n;"},
    {RK_LAW_NONZERO, "forall A : positive[n, m]; claim rank(A) >= 1;"},
    {RK_LAW_PRODUCT, "forall A : real[n, k], B : real[k, m]; claim rank(A*B) <= rank(A);"},
    {RK_LAW_SYLVESTER,
     "forall A : real[n, k], B : real[k, m]; claim rank(A*B) >= rank(A) + rank(B) - k;"},
    {RK_LAW_FROBENIUS, "forall A : real[n, k], B : real[k, m], C : real[m, d]; claim rank(A*B) + "
                       "rank(B*C) <= rank(A*B*C) + rank(B);"},
    {RK_LAW_COPRIME, "forall A : real[n, n]; claim rank(A - A^3) + 2*n == rank(A) + rank(eye(n) - "
                     "A) + rank(eye(n) + A);"},
    {RK_LAW_GRAM, "forall A : real[n, m], B : real[m, k]; claim rank(A'*A*B) == rank(A*B);"},
    {RK_LAW_SEMIDEFINITE, "forall A : real[n, m], M : psd[n]; claim rank(A'*M*A) == rank(M*A);"},
    {RK_LAW_SUM, "forall A : real[n, m], B : real[n, m], C : real[n, m]; claim rank(A - C) <= "
                 "rank(A - B) + rank(B - C);"},
    {RK_LAW_GRAM_SUM,
     "forall A : real[n, m], B : real[k, m]; claim rank(A'*A + B'*B) == rank([A; B]);"},
    {RK_LAW_MODULO, "forall A : stochastic[n, n], X : real[n, m], W : real[m, m]; claim affrank(X "
                    "+ A*X*W) <= 2*affrank(X);"},
    {RK_LAW_NORM_SUM, "forall A : real[n, m], B : real[n, m]; claim norm(A + B, 2) <= norm(A, 2) + "
                      "norm(B, 2);"},
    {RK_LAW_NORM_PRODUCT, "forall A : real[n, m], B : real[m, k]; claim norm(A*B, inf) <= norm(A, "
                          "inf)*norm(B, inf);"},
    {RK_LAW_NORM_PART,
     "forall A : real[n, m], B : real[n, k]; claim norm(A, inf) <= norm([A, B], inf);"},
    {RK_LAW_NORM_PROJECTOR, "forall X : real[n, d]; claim norm(center(X), 2) <= norm(X, 2);"},
    {RK_LAW_NORM_COMPARE, "forall A : real[n, m]; claim norm(A, 2)^2 <= norm(A, 1)*norm(A, inf);"},
    {RK_LAW_CAUCHY_SCHWARZ,
     "forall x : real[n], y : real[n]; claim x'*y <= norm(x, 2)*norm(y, 2);"},
    {RK_LAW_NORM_DYAD,
     "forall x : real[n], y : real[m]; claim norm(x*y', inf) == norm(x, inf)*norm(y, 1);"},
    {RK_LAW_NORM_IDEMPOTENT, "claim norm(eye(d) - ones(d, d)/d, 2) == 1;"},
    {RK_LAW_TRACE_NORM, "forall A : psd[n]; claim norm(A, 2) <= trace(A);"},
    {RK_LAW_TRACE_TURN,
     "forall A : real[n, n], B : real[n, n]; assume A*B - B*A == A; claim trace(A) == 0;"},
    {RK_LAW_TRACE_SQUARE, "forall A : real[n, n]; claim trace(A)^2 <= rank(A)*trace(A'*A);"},
    {RK_LAW_EQUATION, "forall x : nonzero[n], c : real; assume c*x == zeros(n, 1); claim c == 0;"},
    {RK_LAW_ASSOCIATIVE, "forall A : symmetric[n], x : real[n], y : real[n], a : real, b : real; "
                         "assume A*x == a*x; assume A*y == b*y; claim (a - b)*(x'*y) == 0;"},
    {RK_LAW_TRACE_IDEMPOTENT, "forall A : real[n, n]; assume A*A == A; claim trace(A) == rank(A);"},
    {RK_LAW_TRACE_NILPOTENT,
     "forall A : real[n, n]; assume A^3 == zeros(n, n); claim trace(A) == 0;"},
    {RK_LAW_TRACE_SEMIDEFINITE, "forall A : psd[n], B : psd[n]; claim trace(A*B) >= 0;"},
    {RK_LAW_DET_PRODUCT, "forall Q : orthogonal[n]; claim det(Q)^2 == 1;"},
    {RK_LAW_DET_SUM, "forall A : psd[n], B : psd[n]; claim det(A + B) >= det(A) + det(B);"},
    {RK_LAW_DET_TRACE, "forall A : psd[n]; claim det(eye(n) + A) >= 1 + trace(A);"},
    {RK_LAW_SINGULAR, "forall A : real[n, n]; assume det(A) == 0; claim rank(A) <= n - 1;"},
    {RK_LAW_VANISHING, "forall A : psd[n]; assume trace(A) == 0; claim A == zeros(n, n);"},
    {RK_LAW_SPECTRUM, "forall A : stochastic[n, n]; claim eigabs(A, 1) == 1;"},
    {RK_LAW_LARGEST_OPPOSITE, "forall A : real[n, m]; claim max(-A) == -min(A);"},
    {RK_LAW_LARGEST_SMALLEST, "forall A : real[n, m]; claim min(A) <= max(A);"},
    {RK_LAW_LARGEST_NORM, "forall A : real[n, m]; claim max(A) <= norm(A, 2);"},
    {RK_LAW_LARGEST_MODULUS, "forall A : real[n, m]; claim norm(A, fro)^2 <= n*m*max(abs(A))^2;"},
    {RK_LAW_LARGEST_MODULUS_SUM, "forall A : real[n, m], B : real[n, m]; claim max(abs(A - B)) <= "
                                 "max(abs(A)) + max(abs(B));"},
    {RK_LAW_LARGEST_MODULUS_AVERAGE, "forall A : stochastic[n, n], X : real[n, m]; claim "
                                     "max(abs(A*X)) <= max(abs(X));"},
    {RK_LAW_LARGEST_AVERAGING,
     "forall A : real[n, n]; assume A*ones(n, 1) == ones(n, 1); claim n*max(A) >= 1;"},
    {RK_LAW_LARGEST_TOTAL, "forall A : real[n, m]; claim sum(A) <= n*m*max(A);"},
    {RK_LAW_STABLE_RANK, "forall A : real[n, m]; claim stable_rank(A) <= rank(A);"},
    {RK_LAW_CANCEL,
     "forall W : real[m, d]; assume rank(kron(eye(n), W)) == n; claim rank(W) == 1;"},
    {RK_LAW_PART_FACTOR, "forall F : real[k, n], A : real[n, m], B : real[n, d]; claim "
                         "rank(F*[A, B]) + rank(A) <= rank([A, B]) + rank(F*A);"},
    {RK_LAW_KRON,
     "forall A : real[n, m], B : real[k, d]; claim rank(kron(A, B)) == rank(A)*rank(B);"},
    {RK_LAW_KRON_PAIR, "forall A : real[n, k], B : real[k, m]; claim jrank(A*B; A, B) == n*rank(B) "
                       "+ m*rank(A) - rank(A)*rank(B);"},
    {RK_LAW_KRON_CHAIN, "forall A : real[n, k], B : real[k, m], C : real[m, d]; claim jrank(A*B*C; "
                        "A, B, C) == rank(B*C)*n + (rank(C) - rank(B*C))*rank(A) + (d - "
                        "rank(C))*rank(A*B);"},
    {RK_LAW_GAPS, "forall A : real[n + k, k], B : real[n + k, k]; claim jrank(A*B'; A, B) <= 2*(n "
                  "+ k)*k - k^2;"},
    {RK_LAW_FAMILY, "forall X : real[n, m], A[H] : attention[n, n], V[H] : real[m, m]; claim "
                    "affrank(sum(h = 1..H, A[h]*X*V[h])) <= H*affrank(X);"},
    {RK_LAW_FAMILY_SUM,
     "forall A[H] : real[n, m]; claim rank(sum(h = 1..H, A[h])) <= sum(h = 1..H, rank(A[h]));"},
    {RK_LAW_FAMILY_JOIN,
     "forall A[H] : real[n, m]; claim rank(hcat(h = 1..H, A[h])) <= sum(h = 1..H, rank(A[h]));"},
    {RK_LAW_FAMILY_PRODUCT, "forall A[H] : real[n, n]; claim rank(prod(h = 1..H, A[h])) >= sum(h = "
                            "1..H, rank(A[h])) - (H - 1)*n;"},
    {RK_LAW_FAMILY_PART,
     "forall A[H] : real[n, m]; claim rank(A[1]) <= rank(hcat(h = 1..H, A[h]));"},
    {RK_LAW_RANGE, "forall A[H] : real[n, m]; claim rank(hcat(h = 1..H, A[h])) <= rank(A[1]) + "
                   "rank(hcat(h = 2..H, A[h]));"},
    {RK_LAW_SPANNED, "forall A[H] : attention[n, n], X : real[n, m], V[H] : real[m, m]; claim "
                     "in_rowspan(sum(h = 1..H, A[h]*X*V[h]), vcat(h = 1..H, X*V[h]));"},
    {RK_LAW_FAMILY_MODULO, "forall X : real[n, m], A[H] : attention[n, n], V[H] : real[m, m]; "
                           "claim affrank(sum(h = 1..H, A[h]*X*V[h])) <= H*affrank(X);"},
    {RK_LAW_PART, "forall X : real[n, m]; claim rank(X) <= affrank(X) + 1;"},
    {RK_LAW_BLOCKS, "forall X : real[n, m], Y : real[k, m]; claim affrank([X; Y]) <= affrank(X) + "
                    "affrank(Y) + 1;"},
    {RK_LAW_SUBMODULAR, "forall A : real[n, m], B : real[n, k], C : real[n, d]; claim rank([A, B, "
                        "C]) + rank(B) <= rank([A, B]) + rank([B, C]);"},
    {RK_LAW_CORNER, "forall A : real[n, n], B : real[n, n], C : real[n, n], D : real[n, n]; claim "
                    "rank([A, B; C, D]) + rank(A) >= rank([A, B]) + rank([A; C]);"},
    {RK_LAW_TRIANGULAR, "forall A : real[n, n], B : real[n, m], D : real[m, m]; claim rank([A, B; "
                        "zeros(m, n), D]) >= rank(A) + rank(D);"},
    {RK_LAW_BLOCK_FACTOR, "forall A : stochastic[n, n], X : real[n, m], W : real[m, m]; claim "
                          "affrank(X + A*X*W) <= 2*affrank(X);"},
    {RK_LAW_BLOCK_SUM, "forall A : real[n, n], B : real[n, n]; assume A*B == B*A; claim rank(A - "
                       "B) + rank(A*B) <= rank(A) + rank(B);"},
    {RK_LAW_SUM_BELOW, "forall A : real[n, m], B : real[n, m]; claim rank([A, B]) + rank([A; B]) "
                       "<= rank(A + B) + rank(A) + rank(B);"},
    {RK_LAW_INTERSECTION, "forall A : real[n, n], B : real[n, n]; assume A*B == B*A; claim rank(A "
                          "- B) + rank(A*B) <= rank(A) + rank(B);"},
    {RK_LAW_ELIMINATION, "forall A : real[n, m], B : real[n, m]; claim rank([A, B; B, A]) == "
                         "rank(A + B) + rank(A - B);"},
    {RK_LAW_SCHUR, "forall P : real[n, n], Q : real[n, n]; assume P*P == P; assume Q*Q == Q; claim "
                   "rank(P - Q) + rank(P) + rank(Q) == rank([P, Q]) + rank([P; Q]);"},
    {RK_LAW_BEZOUT, "forall A : real[n, n], s : real, t : real; assume s != t; claim rank((A - "
                    "s*eye(n))*(A - t*eye(n))) + n == rank(A - s*eye(n)) + rank(A - t*eye(n));"},
    {RK_LAW_AVERAGES, "forall A : stochastic[n, n], S : real[n, n]; claim rank(eye(n) - "
                      "A*softmax(S)) == n - 1;"},
    {RK_LAW_LARGEST_AVERAGE, "forall A : stochastic[n, n], X : real[n, m]; claim max(A*X) <= "
                             "max(X);"},
    {RK_LAW_LARGEST_SUM, "forall A : real[n, m], B : real[n, m]; claim min(A) + min(B) <= min(A + "
                         "B);"},
    {RK_LAW_LARGEST_MULTIPLE, "forall A : real[n, m]; claim max(2*A) == 2*max(A);"},
    {RK_LAW_MAXIMAL, "generic U : real[n, k], V : real[k, n]; claim rank(U*V) == min(n, k);"},
    {RK_LAW_PENCIL, "forall A : real[n, n]; generic t : real; claim rank(A + t*eye(n)) == n;"},
    {RK_LAW_SPECIAL, "generic A : attention[n, n]; claim rank(A) == n;"},
};

/* Consequences of others that make proofs shorter, or say what a reader expects: they are used,
   and no proof without them is shorter. */
static const law_theorem handy[] = {
    {RK_LAW_RANK_ONE, "claim rank(ones(n, 1)) == 1;"},
    {RK_LAW_FACTOR, "forall A : invertible[n], B : real[n, m]; claim rank(A*B) == rank(B);"},
    {RK_LAW_EXTREMUM, "forall A : real[n, k], B : real[k, m]; claim "
                      "min(rank(A), rank(B)) <= rank(A);"},
};

#endif
