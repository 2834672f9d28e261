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
      "\\operatorname{rank}(AB) \\le \\min(\\operatorname{rank} A, \\operatorname{rank} B)")

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
