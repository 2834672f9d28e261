/* The laws of ranks that proofs are made of, in one table: id, name, the law as text, the side
   condition, the reason in one sentence, and the law in LaTeX. An instance is a linear relation
   between ranks and dimensions, with the matrices of the instance in the order of the law. */
#ifndef RK_LAW_H
#define RK_LAW_H

#include <stddef.h>

/*    id, name, law, condition, reason, latex */
#define RK_LAWS(X)                                                                                 \
    /* what a rank can be */                                                                       \
    X(SIZE, "size", "0 <= rank(A) <= rows(A), cols(A)", "",                                        \
      "a rank is at most the number of rows and of columns",                                       \
      "0 \\le \\operatorname{rank} A \\le \\min(n, m)")                                            \
    X(INVERTIBLE, "invertible", "rank(A) == n", "A is n by n and invertible",                      \
      "an invertible matrix has full rank", "\\operatorname{rank} A = n")                          \
    X(NONZERO, "nonzero", "rank(A) >= 1", "A has an entry that is not 0",                          \
      "only the zero matrix has rank 0", "\\operatorname{rank} A \\ge 1")                          \
    X(RANK_ONE, "column", "rank(a) == 1", "a is a column that is not 0",                           \
      "a column that is not zero spans a line", "\\operatorname{rank} a = 1")                      \
    /* products */                                                                                 \
    X(PRODUCT, "product", "rank(A*B) <= rank(A), rank(B)", "",                                     \
      "the columns of A*B are in the column space of A, its rows in the row space of B",           \
      "\\operatorname{rank}(AB) \\le \\min(\\operatorname{rank} A, "                               \
      "\\operatorname{rank} B)")                                                                   \
    X(FACTOR, "invertible-factor", "rank(A*B) == rank(B), rank(B*A) == rank(B)",                   \
      "A is invertible", "multiplying by an invertible matrix does not change the rank",           \
      "\\operatorname{rank}(AB) = \\operatorname{rank} B")                                         \
    X(SYLVESTER, "sylvester", "rank(A*B) >= rank(A) + rank(B) - cols(A)", "",                      \
      "the kernel of A takes at most cols(A) - rank(A) from the column space of B",                \
      "\\operatorname{rank}(AB) \\ge \\operatorname{rank} A + \\operatorname{rank} B - "           \
      "n")                                                                                         \
    X(FROBENIUS, "frobenius", "rank(A*B*C) >= rank(A*B) + rank(B*C) - rank(B)", "",                \
      "A takes no more from the column space of B*C than it takes from that of B",                 \
      "\\operatorname{rank}(ABC) \\ge \\operatorname{rank}(AB) + "                                 \
      "\\operatorname{rank}(BC) - \\operatorname{rank} B")                                         \
    X(COPRIME, "coprime", "rank(p(A)*q(A)) == rank(p(A)) + rank(q(A)) - n",                        \
      "A is n by n, the polynomials p and q have no common factor",                                \
      "the kernel of p(A)*q(A) is the direct sum of the kernels of p(A) and q(A)",                 \
      "\\operatorname{rank}(p(A)q(A)) = \\operatorname{rank} p(A) + "                              \
      "\\operatorname{rank} q(A) - n")                                                             \
    X(GRAM, "gram", "rank(A'*A*B) == rank(A*B)", "the entries are real",                           \
      "A'*A*v = 0 implies v'*A'*A*v = 0, which is the squared length of A*v",                      \
      "\\operatorname{rank}(A^{\\top} A B) = \\operatorname{rank}(A B)")                           \
    X(SEMIDEFINITE, "semidefinite", "rank(A'*M*A*B) == rank(M*A*B)", "M is positive semidefinite", \
      "with M = N'*N, v'*A'*M*A*v is the squared length of N*A*v, and N'*N*w = 0 "                 \
      "exactly when N*w = 0",                                                                      \
      "\\operatorname{rank}(A^{\\top} M A B) = \\operatorname{rank}(M A B)")                       \
    /* sums */                                                                                     \
    X(SUM, "sum", "rank(A + B) <= rank(A) + rank(B)", "",                                          \
      "the column space of A + B is in the sum of those of A and B",                               \
      "\\operatorname{rank}(A + B) \\le \\operatorname{rank} A + \\operatorname{rank} B")          \
    X(GRAM_SUM, "semidefinite-sum", "rank((A'*A + B'*B)*C) == rank([A; B]*C)",                     \
      "the entries are real",                                                                      \
      "a sum of positive semidefinite matrices takes v to 0 only if each of them does",            \
      "\\operatorname{rank}\\bigl((A^{\\top} A + B^{\\top} B)C\\bigr) = "                          \
      "\\operatorname{rank}\\left(\\begin{bmatrix} A \\\\ B \\end{bmatrix}C\\right)")              \
    X(MODULO, "sum-modulo", "rank([A + B, C]) + rank(C) <= rank([A, C]) + rank([B, C])", "",       \
      "modulo the column space of C the rank is subadditive",                                      \
      "\\operatorname{rank}[A + B, C] + \\operatorname{rank} C \\le "                              \
      "\\operatorname{rank}[A, C] + \\operatorname{rank}[B, C]")                                   \
    X(KRON, "kronecker", "rank(kron(A, B)) == rank(A)*rank(B)", "",                                \
      "the nonzero singular values of kron(A, B) are the products of those of A and B",            \
      "\\operatorname{rank}(A \\otimes B) = \\operatorname{rank} A \\cdot "                        \
      "\\operatorname{rank} B")                                                                    \
    X(KRON_PAIR, "kronecker-pair",                                                                 \
      "rank([kron(A, B), kron(C, D)]) == rank(A)*rank(B) + rank(C)*rank(D) - (rank(A) + rank(C) "  \
      "- "                                                                                         \
      "rank([A, C]))*(rank(B) + rank(D) - rank([B, D]))",                                          \
      "",                                                                                          \
      "the column space of kron(A, B) is the tensor product of those of A and B, and two such "    \
      "products meet in the tensor product of intersections",                                      \
      "\\operatorname{rank}[A \\otimes B, C \\otimes D] = \\operatorname{rank} A \\cdot "          \
      "\\operatorname{rank} B + \\operatorname{rank} C \\cdot \\operatorname{rank} D - "           \
      "\\dim(\\operatorname{im} A \\cap \\operatorname{im} C) \\cdot \\dim(\\operatorname{im} B "  \
      "\\cap \\operatorname{im} D)")                                                               \
    X(KRON_CHAIN, "kronecker-chain",                                                               \
      "rank([kron(A, B), kron(C, D), ...]) == rank(A)*rank(B) + (rank(C) - rank(A))*rank(D) + "    \
      "...",                                                                                       \
      "the column space of A is in that of C and so on, that of D in that of B and so on",         \
      "in a basis that follows the column spaces of A, C, ... each new direction meets the "       \
      "largest of B, D, ... at its own place",                                                     \
      "\\operatorname{rank}[A_1 \\otimes B_1, \\dots, A_k \\otimes B_k] = \\textstyle\\sum_i "     \
      "(\\operatorname{rank} A_i - \\operatorname{rank} A_{i-1}) \\operatorname{rank} B_i")        \
    X(GAPS, "gaps",                                                                                \
      "(n - rank(A))*(m - rank(B)) >= 0, (n - rank(A))*rank(B) >= 0, (n - rank(A))*x >= 0",        \
      "n is the number of rows or of columns of A, m of B; x >= 0 is assumed",                     \
      "neither factor is negative",                                                                \
      "(n - \\operatorname{rank} A)(m - \\operatorname{rank} B) \\ge 0")                           \
    /* families */                                                                                 \
    X(FAMILY, "family", "sum of a law over the members of a range",                                \
      "the range is not of negative length", "the law holds for every member",                     \
      "\\textstyle\\sum_h \\operatorname{rank} E_h \\le \\sum_h \\operatorname{rank} "             \
      "F_h")                                                                                       \
    X(FAMILY_SUM, "sum-of-members", "rank(sum(h, E[h])) <= sum(h, rank(E[h]))", "",                \
      "the rank is subadditive",                                                                   \
      "\\operatorname{rank}\\bigl(\\textstyle\\sum_h E_h\\bigr) \\le \\sum_h "                     \
      "\\operatorname{rank} E_h")                                                                  \
    X(FAMILY_JOIN, "join-of-members", "rank(hcat(h, E[h])) <= sum(h, rank(E[h]))", "",             \
      "the column space is the sum of those of the members",                                       \
      "\\operatorname{rank}[E_1, \\dots, E_H] \\le \\textstyle\\sum_h "                            \
      "\\operatorname{rank} E_h")                                                                  \
    X(FAMILY_PRODUCT, "product-of-members", "rank(prod(h, E[h])) >= n - sum(h, n - rank(E[h]))",   \
      "the members are n by n", "each factor takes at most its nullity from the rank",             \
      "\\operatorname{rank}\\textstyle\\prod_h E_h \\ge n - \\sum_h (n - \\operatorname{rank} "    \
      "E_h)")                                                                                      \
    X(FAMILY_PART, "member", "rank(E[i]) <= rank(hcat(h, E[h]))", "i lies in the range",           \
      "a part has at most the rank of the whole",                                                  \
      "\\operatorname{rank} E_i \\le \\operatorname{rank}[E_1, \\dots, E_H]")                      \
    X(RANGE, "range",                                                                              \
      "sum(h = a..b + 1, E[h]) == sum(h = a..b, E[h]) + E[b + 1], and so for blocks side by side", \
      "a <= b + 1", "the last or the first member is named on its own",                            \
      "\\textstyle\\sum_{h=a}^{b+1} E_h = \\sum_{h=a}^{b} E_h + E_{b+1}")                          \
    X(SPANNED, "spanned", "rank([A, B]) == rank(A)", "B == A*K for some K",                        \
      "the columns of A*K are in the column space of A",                                           \
      "\\operatorname{rank}[A, AK] = \\operatorname{rank} A")                                      \
    X(FAMILY_MODULO, "family-modulo",                                                              \
      "rank([sum(h, E[h]), B]) - rank(B) <= sum(h, rank([E[h], B]) - rank(B))",                    \
      "B does not depend on h", "modulo the column space of B the rank is subadditive",            \
      "\\operatorname{rank}\\bigl[\\textstyle\\sum_h E_h, B\\bigr] - "                             \
      "\\operatorname{rank} B \\le \\sum_h (\\operatorname{rank}[E_h, B] - "                       \
      "\\operatorname{rank} B)")                                                                   \
    /* blocks */                                                                                   \
    X(PART, "part", "rank(A) <= rank([A, B])", "",                                                 \
      "block rows and columns that are added take nothing away",                                   \
      "\\operatorname{rank} A \\le \\operatorname{rank}[A, B]")                                    \
    X(BLOCKS, "blocks", "rank([A, B]) <= rank(A) + rank(B)", "",                                   \
      "the column space of [A, B] is the sum of those of A and B",                                 \
      "\\operatorname{rank}[A, B] \\le \\operatorname{rank} A + \\operatorname{rank} B")           \
    X(SUBMODULAR, "submodular", "rank([A, B, C]) + rank(B) <= rank([A, B]) + rank([B, C])", "",    \
      "modulo the column space of B the rank of [A, C] is at most that of A plus that of C",       \
      "\\operatorname{rank}[A, B, C] + \\operatorname{rank} B \\le "                               \
      "\\operatorname{rank}[A, B] + \\operatorname{rank}[B, C]")                                   \
    X(CORNER, "corner", "rank([A, B]) + rank([A; C]) <= rank([A, B; C, D]) + rank(A)", "",         \
      "what the columns of B add to those of A they also add below",                               \
      "\\operatorname{rank}[A, B] + \\operatorname{rank}\\begin{bmatrix} A \\\\ C "                \
      "\\end{bmatrix} \\le \\operatorname{rank}\\begin{bmatrix} A & B \\\\ C & D "                 \
      "\\end{bmatrix} + \\operatorname{rank} A")                                                   \
    X(TRIANGULAR, "triangular", "rank([A, B; 0, D]) >= rank(A) + rank(D)", "",                     \
      "independent columns of A, and columns of [B; D] that are independent in D, are "            \
      "independent together",                                                                      \
      "\\operatorname{rank}\\begin{bmatrix} A & B \\\\ 0 & D \\end{bmatrix} \\ge "                 \
      "\\operatorname{rank} A + \\operatorname{rank} D")                                           \
    X(BLOCK_FACTOR, "block-factor", "rank(X) - (cols(F) - rank(F)) <= rank(Y) <= rank(X)",         \
      "a block row (or block column) of Y is F times (times F) that of X, the rest is the same",   \
      "Y is X times a block diagonal matrix of F and identities",                                  \
      "\\operatorname{rank}\\begin{bmatrix} X_1 \\\\ X_2 \\end{bmatrix} - (n - "                   \
      "\\operatorname{rank} F) \\le \\operatorname{rank}\\begin{bmatrix} F X_1 \\\\ X_2 "          \
      "\\end{bmatrix} \\le \\operatorname{rank}\\begin{bmatrix} X_1 \\\\ X_2 \\end{bmatrix}")      \
    X(PART_FACTOR, "part-factor", "rank(F*[A, B]) + rank(A) <= rank([A, B]) + rank(F*A)", "",      \
      "F takes no less from the column space of [A, B] than from that of A",                       \
      "\\operatorname{rank}(F [A, B]) + \\operatorname{rank} A \\le "                              \
      "\\operatorname{rank}[A, B] + \\operatorname{rank}(F A)")                                    \
    X(BLOCK_SUM, "sum-in-blocks", "rank(A*U + B*V) <= rank([A, B])", "",                           \
      "the columns of A*U + B*V are in the column space of [A, B]",                                \
      "\\operatorname{rank}(AU + BV) \\le \\operatorname{rank}[A, B]")                             \
    X(SUM_BELOW, "sum-from-below",                                                                 \
      "rank([A, B]) + rank([A; B]) <= rank(A + B) + rank(A) + rank(B)", "",                        \
      "Frobenius' inequality for A + B = [I, I]*[A, 0; 0, B]*[I; I]",                              \
      "\\operatorname{rank}[A, B] + \\operatorname{rank}\\begin{bmatrix} A \\\\ B "                \
      "\\end{bmatrix} \\le \\operatorname{rank}(A + B) + \\operatorname{rank} A + "                \
      "\\operatorname{rank} B")                                                                    \
    X(INTERSECTION, "intersection", "rank(M) + rank([A, B]) <= rank(A) + rank(B)",                 \
      "M == A*U and M == B*V", "the column space of M is in the intersection of those of A and B", \
      "\\operatorname{rank} M + \\operatorname{rank}[A, B] \\le \\operatorname{rank} A + "         \
      "\\operatorname{rank} B")                                                                    \
    X(ELIMINATION, "elimination",                                                                  \
      "rank([A + B*K, B]) == rank([A, B]), rank([A*G, B]) == "                                     \
      "rank([A, B]), rank([A, 0; 0, B]) == rank(A) + rank(B)",                                     \
      "whole block rows and columns are added, exchanged or multiplied by an invertible G",        \
      "block operations are multiplications by invertible matrices, and the rank of a block "      \
      "diagonal matrix is the sum of the ranks of its blocks",                                     \
      "\\operatorname{rank}[A + BK, B] = \\operatorname{rank}[A, B]")                              \
    X(SCHUR, "schur-complement",                                                                   \
      "rank([I, R; -Q, P]) == n + rank(P + Q*R), "                                                 \
      "rank([A, 0, A; 0, B, B; A, B, 0]) == rank(A) + rank(B) + rank(A + B)",                      \
      "the identity is n by n",                                                                    \
      "block operations take the matrix on one side of the equation to that on the other",         \
      "\\operatorname{rank}\\begin{bmatrix} I & R \\\\ -Q & P \\end{bmatrix} = n + "               \
      "\\operatorname{rank}(P + QR)")                                                              \
    X(BEZOUT, "bezout", "rank(U*V) == rank(U) + rank(V) - n",                                      \
      "X*U + V*Y is the n by n identity for some X and Y",                                         \
      "v in the kernel of U is V*Y*v, so the kernel of U lies in the column space of V",           \
      "\\operatorname{rank}(UV) = \\operatorname{rank} U + \\operatorname{rank} V - n")            \
    X(AVERAGES, "averages", "rank(I - A) == n - 1",                                                \
      "A is n by n, A*1 == 1, no entry is negative, some column has positive entries alone",       \
      "a largest entry of v == A*v is an average of entries with the one of that column among "    \
      "them, and so is a smallest: all are that one",                                              \
      "\\operatorname{rank}(I - A) = n - 1")                                                       \
    /* norms */                                                                                    \
    X(NORM_SUM, "norm-of-sum", "norm(A + B) <= norm(A) + norm(B)", "norm 1, 2, inf or fro",        \
      "the triangle inequality", "\\lVert A + B\\rVert \\le \\lVert A\\rVert + \\lVert B\\rVert")  \
    X(NORM_PRODUCT, "norm-of-product",                                                             \
      "norm(A*B) <= norm(A)*norm(B), norm(A*B, fro) <= norm(A, 2)*norm(B, fro), norm(A, "          \
      "fro)*norm(B, 2)",                                                                           \
      "norm 1, 2 or inf in the first",                                                             \
      "norms 1, 2 and inf are largest factors by which a vector grows, and norm(A*B, fro)^2 is "   \
      "the sum of the squared lengths of A times the columns of B",                                \
      "\\lVert AB\\rVert_F \\le \\lVert A\\rVert_2\\,\\lVert B\\rVert_F")                          \
    X(NORM_PART, "norm-of-part", "norm(A), norm(B) <= norm([A, B]) <= norm(A) + norm(B)",          \
      "norm 1, 2, inf or fro", "a block is a part of the whole, and [A, B] = [A, 0] + [0, B]",     \
      "\\lVert A\\rVert \\le \\lVert [A, B]\\rVert \\le \\lVert A\\rVert + \\lVert B\\rVert")      \
    X(NORM_PROJECTOR, "norm-of-projector", "norm(P, 2) <= 1", "P == P' and P*P == P",              \
      "an orthogonal projector has no singular values but 0 and 1", "\\lVert P\\rVert_2 \\le 1")   \
    X(NORM_COMPARE, "norms-compared",                                                              \
      "norm(A, 2) <= norm(A, fro), norm(A, fro)^2 <= rank(A)*norm(A, 2)^2, norm(A, 2)^2 <= "       \
      "norm(A, 1)*norm(A, inf), norm(A, inf)^2 <= cols(A)*norm(A, 2)^2, norm(A, 2)^2 <= "          \
      "rows(A)*norm(A, inf)^2",                                                                    \
      "", "norm(A, fro)^2 is the sum of the squared singular values, norm(A, 2) the largest",      \
      "\\lVert A\\rVert_2 \\le \\lVert A\\rVert_F \\le \\sqrt{\\operatorname{rank} "               \
      "A}\\,\\lVert A\\rVert_2")                                                                   \
    X(CAUCHY_SCHWARZ, "cauchy-schwarz",                                                            \
      "|x'*y| <= norm(x, fro)*norm(y, fro), |trace(A*B)| <= norm(A, fro)*norm(B, fro), "           \
      "trace(A*B)^2 <= trace(A'*A)*trace(B'*B)",                                                   \
      "", "an inner product is at most the product of the lengths",                                \
      "|\\operatorname{tr}(AB)| \\le \\lVert A\\rVert_F\\,\\lVert B\\rVert_F")                     \
    X(SPECTRUM, "spectrum",                                                                        \
      "sigma(A, k) <= norm(A, 2), eigabs(A, k) <= norm(A); where A*1 == 1, eigabs(A, 1) >= 1 and " \
      "cols(A)*norm(A, 2)^2 >= rows(A)",                                                           \
      "k is a place in the spectrum; norm 1, 2, inf or fro",                                       \
      "A*v = c*v with v != 0 makes v longer by the factor |c|",                                    \
      "|\\lambda_k(A)| \\le \\lVert A\\rVert")                                                     \
    X(STABLE_RANK, "stable-rank",                                                                  \
      "1 <= stable_rank(A) <= rank(A), stable_rank(A)*norm(A, 2)^2 == norm(A, fro)^2",             \
      "A is not 0", "norm(A, fro)^2 is the sum of the squares of rank(A) singular values",         \
      "1 \\le \\lVert A\\rVert_F^2/\\lVert A\\rVert_2^2 \\le \\operatorname{rank} A")              \
    X(NORM_DYAD, "norm-of-dyad", "norm(x*y') == norm(x)*norm(y')",                                 \
      "x and y are columns; norm 1, 2, inf or fro", "each row of x*y' is a multiple of y'",        \
      "\\lVert xy^{\\top}\\rVert = \\lVert x\\rVert\\,\\lVert y^{\\top}\\rVert")                   \
    /* traces and determinants */                                                                  \
    X(TRACE_TURN, "trace-of-turn", "trace(A*B) == trace(B*A)", "",                                 \
      "both are the sum of all A[i,j]*B[j,i]", "\\operatorname{tr}(AB) = \\operatorname{tr}(BA)")  \
    X(TRACE_SQUARE, "square-of-trace", "trace(A)^2 <= rank(A)*trace(A'*A) <= n*trace(A'*A)",       \
      "A is n by n",                                                                               \
      "with the orthogonal projector P on the column space of A, trace(A) = trace(P*A)",           \
      "(\\operatorname{tr} A)^2 \\le \\operatorname{rank} A \\, \\lVert A\\rVert_F^2")             \
    X(EQUATION, "multiplied", "x'*A*y == x'*B*y", "A == B is assumed",                             \
      "both sides are multiplied by the same columns",                                             \
      "A = B \\implies x^{\\top} A y = "                                                           \
      "x^{\\top} B y")                                                                             \
    X(ASSOCIATIVE, "associativity", "x'*((A*B)*C)*y == x'*(A*(B*C))*y", "",                        \
      "products are associative: what is assumed of A*B and of B*C meets", "(AB)C = A(BC)")        \
    X(TRACE_IDEMPOTENT, "trace-of-idempotent", "trace(P) == c*rank(P)", "P*P == c*P",              \
      "with P = U*V through the rank, V*U = c*I of that size, the trace of U*V is that of V*U",    \
      "\\operatorname{tr} P = c \\operatorname{rank} P")                                           \
    X(TRACE_NILPOTENT, "trace-of-nilpotent", "trace(A) == 0", "A^k == 0",                          \
      "all eigenvalues of A are 0", "A^k = 0 \\implies \\operatorname{tr} A = 0")                  \
    X(TRACE_NORM, "trace-and-norm",                                                                \
      "|trace(A)| <= rank(A)*norm(A, 2); norm(A, 2) <= trace(A) for a semidefinite A",             \
      "A is n by n", "the trace is the sum of at most rank(A) numbers u'*A*v of unit vectors",     \
      "|\\operatorname{tr} A| \\le \\operatorname{rank} A \\, \\lVert A\\rVert_2")                 \
    X(NORM_IDEMPOTENT, "norm-of-idempotent", "norm(P) >= 1", "P*P == P, P is not 0",               \
      "norm(P) <= norm(P)^2", "\\lVert P\\rVert \\ge 1")                                           \
    X(TRACE_SEMIDEFINITE, "trace-of-semidefinite",                                                 \
      "0 <= trace(A*B) <= norm(A, 2)*trace(B) <= trace(A)*trace(B)",                               \
      "A and B are positive semidefinite",                                                         \
      "with B = N'*N, trace(A*B) is that of N*A*N', which is semidefinite, and A <= trace(A)*I",   \
      "0 \\le \\operatorname{tr}(AB) \\le \\operatorname{tr} A \\, \\operatorname{tr} B")          \
    X(DET_PRODUCT, "determinant-of-product", "det(A*B) == det(A)*det(B)", "A and B are n by n",    \
      "the determinant is multiplicative", "\\det(AB) = \\det A \\, \\det B")                      \
    X(DET_SUM, "determinant-of-sum", "det(A) + det(B) <= det(A + B)",                              \
      "A and B are positive semidefinite",                                                         \
      "with an invertible A = N*N' it is det(I + C) >= 1 + det(C) for C = inv(N)*B*inv(N)'",       \
      "\\det(A + B) \\ge \\det A + \\det B")                                                       \
    X(DET_TRACE, "determinant-and-trace", "1 + trace(A) <= det(I + A)",                            \
      "A is positive semidefinite",                                                                \
      "the product of all 1 + a for eigenvalues a >= 0 is at least 1 plus their sum",              \
      "\\det(I + A) \\ge 1 + \\operatorname{tr} A")                                                \
    X(SINGULAR, "singular", "rank(A) <= n - 1", "A is n by n, det(A) == 0 is assumed",             \
      "a matrix of full rank has a determinant that is not 0",                                     \
      "\\det A = 0 \\implies \\operatorname{rank} A < n")                                          \
    X(VANISHING, "vanishing", "rank(A) == 0",                                                      \
      "norm(A) <= 0, trace(A'*A) <= 0, or trace(A) <= 0 for a semidefinite A, is assumed",         \
      "each of them is >= 0, and 0 only for the zero matrix",                                      \
      "\\lVert A\\rVert = 0 \\implies A = 0")                                                      \
    X(LARGEST_AVERAGE, "largest-of-averages", "max(A*X) <= max(X), min(X) <= min(A*X)",            \
      "A*1 == 1, no entry of A is negative",                                                       \
      "an average lies between the smallest and the largest of what it is taken of",               \
      "\\max AX \\le \\max X")                                                                     \
    X(LARGEST_SUM, "largest-of-sum",                                                               \
      "max(A + B) <= max(A) + max(B), min(A) + min(B) <= min(A + B)", "",                          \
      "each entry of A + B is one of A plus one of B", "\\max (A + B) \\le \\max A + \\max B")     \
    X(LARGEST_MULTIPLE, "largest-of-multiple", "max(c*A) == c*max(A), min(c*A) == c*min(A)",       \
      "c >= 0", "multiplying by c >= 0 keeps the order", "\\max cA = c \\max A")                   \
    X(LARGEST_OPPOSITE, "largest-of-opposite", "max(-A) == -min(A), min(-A) == -max(A)", "",       \
      "multiplying by -1 turns the order around", "\\max(-A) = -\\min A")                          \
    X(LARGEST_SMALLEST, "largest-and-smallest", "min(A) <= max(A)", "", "both are entries of A",   \
      "\\min A \\le \\max A")                                                                      \
    X(LARGEST_NORM, "largest-and-norm", "max(A) <= norm(A), -min(A) <= norm(A)",                   \
      "norm 1, 2, inf or fro", "no entry of A is larger than the norm of its column, or row",      \
      "\\max A \\le \\lVert A\\rVert")                                                             \
    X(LARGEST_MODULUS, "largest-modulus",                                                          \
      "max(abs(A)) <= norm(A); norm(A, inf) <= cols(A)*max(abs(A)), "                              \
      "norm(A, 1) <= rows(A)*max(abs(A)), norm(A, fro)^2 <= rows(A)*cols(A)*max(abs(A))^2",        \
      "norm 1, 2, inf or fro", "sums of as many moduli, or squares, as stand there",               \
      "\\max |A| \\le \\lVert A\\rVert")                                                           \
    X(LARGEST_MODULUS_SUM, "largest-modulus-of-sum",                                               \
      "max(abs(A + B)) <= max(abs(A)) + max(abs(B))", "", "the modulus of a sum of two entries",   \
      "\\max |A + B| \\le \\max |A| + \\max |B|")                                                  \
    X(LARGEST_MODULUS_AVERAGE, "largest-modulus-of-averages", "max(abs(A*X)) <= max(abs(X))",      \
      "A*1 == 1, no entry of A is negative",                                                       \
      "the modulus of an average is at most that of the moduli", "\\max |AX| \\le \\max |X|")      \
    X(LARGEST_AVERAGING, "largest-of-averaging", "cols(A)*min(A) <= 1 <= cols(A)*max(A)",          \
      "A*1 == 1", "the entries of a row have the mean 1/cols(A)",                                  \
      "\\min A \\le \\tfrac1m \\le \\max A")                                                       \
    X(LARGEST_TOTAL, "largest-and-sum",                                                            \
      "rows(A)*cols(A)*min(A) <= sum(A) <= rows(A)*cols(A)*max(A)", "",                            \
      "the mean of all entries lies between the smallest and the largest",                         \
      "\\min A \\le \\operatorname{mean} A \\le \\max A")                                          \
    /* what is given */                                                                            \
    X(HYPOTHESIS, "hypothesis", "", "", "it is assumed", "")                                       \
    X(CANCEL, "cancel", "c*x == c*y, or c*x <= c*y: the same without c", "c > 0",                  \
      "a positive factor can be cancelled", "cx \\le cy \\implies x \\le y")                       \
    X(CASE, "case", "", "", "it is the case that is looked at", "")                                \
    X(INDUCTION, "induction", "", "", "it is the induction hypothesis", "")                        \
    X(EXTREMUM, "extremum", "min(a, b) <= a, b <= max(a, b)", "",                                  \
      "a minimum is at most, a maximum at least each of its arguments", "\\min(a, b) \\le a")      \
    /* for almost every value of a generic V */                                                    \
    X(MAXIMAL, "maximal-rank", "rank(C + A*V*B) == min(rank([A, C]), rank([B; C]))",               \
      "V generic among all matrices of its shape, A, B, C free of V",                              \
      "the rank of C + A*V*B never exceeds that minimum and reaches it for almost "                \
      "every V",                                                                                   \
      "\\operatorname{rank}(C + AVB) = \\min(\\operatorname{rank}[A, C], "                         \
      "\\operatorname{rank}[B; C])")                                                               \
    X(PENCIL, "pencil", "rank(A + t*B) >= rank(A), rank(B)", "t a generic number",                 \
      "a minor of A or of B that is not zero makes that minor of A + t*B a polynomial in t that "  \
      "is "                                                                                        \
      "not zero",                                                                                  \
      "\\operatorname{rank}(A + tB) \\ge \\max(\\operatorname{rank} A, \\operatorname{rank} B)")   \
    X(SPECIAL, "specialisation", "rank(E) >= rank(E with V := c)",                                 \
      "V generic, E built of + - * / inv exp, c satisfies the equations of V's set",               \
      "a minor that is not zero at one point of a connected domain is not zero almost "            \
      "everywhere",                                                                                \
      "\\operatorname{rank} E(V) \\ge \\operatorname{rank} E(c)")

typedef enum rk_law {
#define RK_LAW_ENUM(id, name, law, condition, reason, latex) RK_LAW_##id,
    RK_LAWS(RK_LAW_ENUM)
#undef RK_LAW_ENUM
        RK_LAW_COUNT
} rk_law;

typedef struct rk_law_text {
    const char *name, *law, *condition, *reason, *latex;
} rk_law_text;

const rk_law_text *rk_law_get(rk_law law);
int rk_law_find(const char *name); /* -1: none */

#endif
