/* The sets a variable can range over, in one table: name, number of sizes written (minimum and
   maximum), whether it must be square, whether `generic` is allowed, whether it is a
   distribution (with `random` only) and its number of parameters. */
#ifndef RK_SETS_H
#define RK_SETS_H

#include <stdbool.h>

/*    id            name           sizes   square generic random params */
#define RK_SETS(X)                                                                                 \
    X(REAL, "real", 0, 2, 0, 1, 0, 0)                                                              \
    X(POSITIVE, "positive", 0, 2, 0, 1, 0, 0)                                                      \
    X(NONNEGATIVE, "nonnegative", 0, 2, 0, 1, 0, 0)                                                \
    X(NONZERO, "nonzero", 0, 2, 0, 1, 0, 0)                                                        \
    X(INTEGER, "integer", 0, 2, 0, 0, 0, 0)                                                        \
    X(STOCHASTIC, "stochastic", 2, 2, 0, 1, 0, 0)                                                  \
    X(ATTENTION, "attention", 2, 2, 0, 1, 0, 0)                                                    \
    X(SYMMETRIC, "symmetric", 1, 2, 1, 1, 0, 0)                                                    \
    X(PSD, "psd", 1, 2, 1, 1, 0, 0)                                                                \
    X(DIAGONAL, "diagonal", 1, 2, 1, 1, 0, 0)                                                      \
    X(INVERTIBLE, "invertible", 1, 2, 1, 1, 0, 0)                                                  \
    X(ORTHOGONAL, "orthogonal", 1, 2, 1, 1, 0, 0)                                                  \
    X(PERMUTATION, "permutation", 1, 2, 1, 0, 0, 0)                                                \
    X(UNIT_ROWS, "unit_rows", 2, 2, 0, 1, 0, 0)                                                    \
    X(GAUSSIAN, "gaussian", 0, 2, 0, 0, 1, 2)                                                      \
    X(UNIFORM, "uniform", 0, 2, 0, 0, 1, 2)                                                        \
    X(HAAR, "haar", 1, 2, 1, 0, 1, 0)

typedef enum rk_set {
#define RK_SET_ENUM(id, name, lo, hi, square, generic, random, params) RK_SET_##id,
    RK_SETS(RK_SET_ENUM)
#undef RK_SET_ENUM
        RK_SET_COUNT
} rk_set;

typedef struct rk_set_info {
    const char *name;
    int min_sizes, max_sizes;
    bool square, generic, random;
    int params;
} rk_set_info;

const rk_set_info *rk_set_lookup(rk_set set);
bool rk_set_find(const char *name, rk_set *set);

#endif
