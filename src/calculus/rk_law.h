/* The laws of ranks that proofs are made of, in one table: id, name, the law as text, the side
   condition, the reason in one sentence, and the law in LaTeX. An instance is a linear relation
   between ranks and dimensions, with the matrices of the instance in the order of the law. */
#ifndef RK_LAW_H
#define RK_LAW_H

#include <stddef.h>

/*    id, name, law, condition, reason, latex */
#define RK_LAWS(X)                                                                                 \
    X(SIZE, "size", "0 <= rank(A) <= rows(A), cols(A)", "",                                        \
      "a rank is at most the number of rows and of columns",                                       \
      "0 \\le \\operatorname{rank} A \\le \\min(n, m)")                                            \
    X(PRODUCT, "product", "rank(A*B) <= rank(A), rank(B)", "",                                     \
      "the columns of A*B are in the column space of A, its rows in the row space of B",           \
      "\\operatorname{rank}(AB) \\le \\min(\\operatorname{rank} A, \\operatorname{rank} B)")       \
    /* what is given */                                                                            \
    X(HYPOTHESIS, "hypothesis", "", "", "it is assumed", "")                                       \
    X(CASE, "case", "", "", "it is the case that is looked at", "")                                \
    X(INDUCTION, "induction", "", "", "it is the induction hypothesis", "")                        \
    X(EXTREMUM, "extremum", "min(a, b) <= a, b <= max(a, b)", "",                                  \
      "a minimum is at most, a maximum at least each of its arguments", "\\min(a, b) \\le a")      \
    /* for almost every value of a generic V */                                                    \
    X(MAXIMAL, "maximal-rank", "rank(C + A*V*B) == min(rank([A, C]), rank([B; C]))",               \
      "V generic among all matrices of its shape, A, B, C free of V",                              \
      "the rank of C + A*V*B never exceeds that minimum and reaches it for almost every V",        \
      "\\operatorname{rank}(C + AVB) = \\min(\\operatorname{rank}[A, C], "                         \
      "\\operatorname{rank}[B; C])")                                                               \
    X(SPECIAL, "specialisation", "rank(E) >= rank(E with V := c)",                                 \
      "V generic, E built of + - * / inv exp, c satisfies the equations of V's set",               \
      "a minor that is not zero at one point of a connected domain is not zero almost everywhere", \
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
