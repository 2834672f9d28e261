/* The functions of the language in one table: name, what it becomes, what its arguments are and
   the shape of its result. The checker is driven by it, and so are the hints for misspelt names.

   Arguments, one letter each; those behind `?` may be left out; `+` repeats the one before:
     m any matrix          q square matrix       s scalar (1 by 1)
     c column as long as the first argument is wide
     e of the shape of the first argument        i integer expression
     t truth value
   Shapes: SCALAR, SAME as the first argument, TRUTH, SQUARE i by i, SIZES i by j, COLUMN as many
   rows as the first argument; the others are the function's own. */
#ifndef RK_FUNCTIONS_H
#define RK_FUNCTIONS_H

#include "rk_term.h"

#define RK_FUNCTIONS(X)                                                                            \
    X("rows", RK_T_INT, "m", ROWS)                                                                 \
    X("cols", RK_T_INT, "m", COLS)                                                                 \
    X("eye", RK_T_EYE, "i", SQUARE)                                                                \
    X("ones", RK_T_ONES, "ii", SIZES)                                                              \
    X("zeros", RK_T_ZEROS, "ii", SIZES)                                                            \
    X("unit", RK_T_UNIT, "ii", UNIT)                                                               \
    X("causal", RK_T_CAUSAL, "i", SQUARE)                                                          \
    X("diag", RK_T_DIAG_MAKE, "m", DIAG)                                                           \
    X("vec", RK_T_VEC, "m", VEC)                                                                   \
    X("kron", RK_T_KRON, "mm", KRON)                                                               \
    X("rank", RK_T_RANK, "m", SCALAR)                                                              \
    X("nullity", RK_T_NULLITY, "m", SCALAR)                                                        \
    X("affrank", RK_T_AFFRANK, "m", SCALAR)                                                        \
    X("det", RK_T_DET, "q", SCALAR)                                                                \
    X("trace", RK_T_TRACE, "q", SCALAR)                                                            \
    X("inv", RK_T_INV, "q", SAME)                                                                  \
    X("in_rowspan", RK_T_IN_ROWSPAN, "mm", ROWSPAN)                                                \
    X("in_colspan", RK_T_IN_COLSPAN, "mm", COLSPAN)                                                \
    X("softmax", RK_T_SOFTMAX, "m?e", SAME)                                                        \
    X("layernorm", RK_T_LAYERNORM, "mcc?s", SAME)                                                  \
    X("rmsnorm", RK_T_RMSNORM, "mc?s", SAME)                                                       \
    X("batchnorm", RK_T_BATCHNORM, "m?s", SAME)                                                    \
    X("center", RK_T_CENTER, "m", SAME)                                                            \
    X("center_tokens", RK_T_CENTER_TOKENS, "m", SAME)                                              \
    X("relu", RK_T_RELU, "m", SAME)                                                                \
    X("gelu", RK_T_GELU, "m", SAME)                                                                \
    X("silu", RK_T_SILU, "m", SAME)                                                                \
    X("tanh", RK_T_TANH, "m", SAME)                                                                \
    X("sigmoid", RK_T_SIGMOID, "m", SAME)                                                          \
    X("exp", RK_T_EXP, "m", SAME)                                                                  \
    X("log", RK_T_LOG, "m", SAME)                                                                  \
    X("sqrt", RK_T_SQRT, "m", SAME)                                                                \
    X("abs", RK_T_ABS, "m", SAME)                                                                  \
    X("sign", RK_T_SIGN, "m", SAME)                                                                \
    X("sum", RK_T_SUM_ENTRIES, "m", SCALAR)                                                        \
    X("max", RK_T_MAX_ENTRIES, "m", SCALAR)                                                        \
    X("min", RK_T_MIN_ENTRIES, "m", SCALAR)                                                        \
    X("sum", RK_T_SUM_OF, "ss+", SCALAR)                                                           \
    X("max", RK_T_MAX_OF, "ss+", SCALAR)                                                           \
    X("min", RK_T_MIN_OF, "ss+", SCALAR)                                                           \
    X("norm1inf", RK_T_NORM_1INF, "m", SCALAR)                                                     \
    X("sigma", RK_T_SIGMA, "mi", SPECTRUM)                                                         \
    X("eigabs", RK_T_EIGABS, "qi", SPECTRUM)                                                       \
    X("stable_rank", RK_T_STABLE_RANK, "m", SCALAR)                                                \
    X("entropy", RK_T_ENTROPY, "m", COLUMN)                                                        \
    X("prob", RK_T_PROB, "t", SCALAR)                                                              \
    X("mean", RK_T_MEAN, "s", SCALAR)                                                              \
    X("var", RK_T_VARIANCE, "s", SCALAR)

typedef enum rk_shape_rule {
    RK_SHAPE_SCALAR,
    RK_SHAPE_SAME,
    RK_SHAPE_SQUARE,
    RK_SHAPE_SIZES,
    RK_SHAPE_COLUMN,
    RK_SHAPE_ROWS,
    RK_SHAPE_COLS,
    RK_SHAPE_UNIT,
    RK_SHAPE_DIAG,
    RK_SHAPE_VEC,
    RK_SHAPE_KRON,
    RK_SHAPE_SPECTRUM,
    RK_SHAPE_ROWSPAN,
    RK_SHAPE_COLSPAN
} rk_shape_rule;

typedef struct rk_function {
    const char *name;
    rk_op op;
    const char *args;
    rk_shape_rule shape;
} rk_function;

/* The function of this name that takes nargs arguments; failing that, the first of the name;
   NULL if there is none. */
const rk_function *rk_function_find(const char *name, size_t nargs);
bool rk_function_takes(const rk_function *f, size_t nargs);
char rk_function_kind(const rk_function *f, size_t arg); /* letter of argument `arg` from 0 */

/* "2 arguments", "1 or 2 arguments" */
void rk_function_describe(rk_buf *out, const char *name);

/* True for the names of functions and for jrank and norm, which have a grammar of their own. */
bool rk_function_name(const char *name);

/* Keeps in *best the nearer to `wanted` of itself and `candidate`, if not more than a third of the
   letters, and not all, are to be changed; *distance starts as SIZE_MAX. */
void rk_nearest(const char *wanted, const char *candidate, const char **best, size_t *distance);
/* What is written here for a function that other systems have ("det(A)" for determinant), NULL. */
const char *rk_function_synonym(const char *name);
void rk_nearest_function(const char *wanted, const char **best, size_t *distance);

#endif
