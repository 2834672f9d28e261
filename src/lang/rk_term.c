#include "rk_term.h"

#include <string.h>

static const char *const op_names[RK_T_COUNT] = {
    [RK_T_NUMBER] = "number",
    [RK_T_INT] = "integer",
    [RK_T_VAR] = "variable",
    [RK_T_DATA] = "data",
    [RK_T_ACC] = "fold",
    [RK_T_EYE] = "eye",
    [RK_T_ONES] = "ones",
    [RK_T_ZEROS] = "zeros",
    [RK_T_UNIT] = "unit",
    [RK_T_CAUSAL] = "causal",
    [RK_T_ADD] = "+",
    [RK_T_SUB] = "-",
    [RK_T_NEG] = "-",
    [RK_T_MUL] = "*",
    [RK_T_SCALE] = "*",
    [RK_T_DIV] = "/",
    [RK_T_EMUL] = ".*",
    [RK_T_EDIV] = "./",
    [RK_T_TRANSPOSE] = "'",
    [RK_T_POWER] = "^",
    [RK_T_ENTRY] = "[i,j]",
    [RK_T_ROW] = "[i,:]",
    [RK_T_COL] = "[:,j]",
    [RK_T_HCAT] = "[,]",
    [RK_T_VCAT] = "[;]",
    [RK_T_DIAG_MAKE] = "diag",
    [RK_T_DIAG_TAKE] = "diag",
    [RK_T_VEC] = "vec",
    [RK_T_KRON] = "kron",
    [RK_T_LOOP_SUM] = "sum",
    [RK_T_LOOP_PROD] = "prod",
    [RK_T_LOOP_HCAT] = "hcat",
    [RK_T_LOOP_VCAT] = "vcat",
    [RK_T_LOOP_MAX] = "max",
    [RK_T_LOOP_MIN] = "min",
    [RK_T_FOLD] = "fold",
    [RK_T_RANK] = "rank",
    [RK_T_NULLITY] = "nullity",
    [RK_T_AFFRANK] = "affrank",
    [RK_T_DET] = "det",
    [RK_T_TRACE] = "trace",
    [RK_T_INV] = "inv",
    [RK_T_JRANK] = "jrank",
    [RK_T_SOFTMAX] = "softmax",
    [RK_T_LAYERNORM] = "layernorm",
    [RK_T_RMSNORM] = "rmsnorm",
    [RK_T_BATCHNORM] = "batchnorm",
    [RK_T_CENTER] = "center",
    [RK_T_CENTER_TOKENS] = "center_tokens",
    [RK_T_RELU] = "relu",
    [RK_T_GELU] = "gelu",
    [RK_T_SILU] = "silu",
    [RK_T_TANH] = "tanh",
    [RK_T_SIGMOID] = "sigmoid",
    [RK_T_EXP] = "exp",
    [RK_T_LOG] = "log",
    [RK_T_SQRT] = "sqrt",
    [RK_T_ABS] = "abs",
    [RK_T_SIGN] = "sign",
    [RK_T_SUM_ENTRIES] = "sum",
    [RK_T_MAX_ENTRIES] = "max",
    [RK_T_MIN_ENTRIES] = "min",
    [RK_T_SUM_OF] = "sum",
    [RK_T_MAX_OF] = "max",
    [RK_T_MIN_OF] = "min",
    [RK_T_NORM_1] = "norm(, 1)",
    [RK_T_NORM_2] = "norm(, 2)",
    [RK_T_NORM_INF] = "norm(, inf)",
    [RK_T_NORM_FRO] = "norm(, fro)",
    [RK_T_NORM_1INF] = "norm1inf",
    [RK_T_SIGMA] = "sigma",
    [RK_T_EIGABS] = "eigabs",
    [RK_T_STABLE_RANK] = "stable_rank",
    [RK_T_ENTROPY] = "entropy",
    [RK_T_MEAN] = "mean",
    [RK_T_VARIANCE] = "var",
    [RK_T_COMPARE] = "comparison",
    [RK_T_NOT] = "not",
    [RK_T_AND] = "and",
    [RK_T_OR] = "or",
    [RK_T_IMPLIES] = "=>",
    [RK_T_IFF] = "<=>",
    [RK_T_LOOP_ALL] = "all",
    [RK_T_LOOP_ANY] = "any",
    [RK_T_IN_ROWSPAN] = "in_rowspan",
    [RK_T_IN_COLSPAN] = "in_colspan",
    [RK_T_PROB] = "prob",
};

const char *rk_op_name(rk_op op) {
    return op_names[op];
}

static const char *const verdict_names[] = {"proved",    "refuted",     "verified",
                                            "supported", "unsupported", "undecided"};

const char *rk_verdict_name(rk_verdict v) {
    return v == RK_VERDICT_NONE ? "none" : verdict_names[v];
}

bool rk_verdict_find(const char *name, rk_verdict *v) {
    for (int i = 0; i < RK_VERDICT_NONE; i++)
        if (strcmp(verdict_names[i], name) == 0) {
            *v = (rk_verdict)i;
            return true;
        }
    return false;
}

/* --- degrees of freedom --------------------------------------------------------------------- */

enum { MOST_OCCURRENCES = 20000 };

static bool is_loop(rk_op op) {
    return op == RK_T_FOLD || (op >= RK_T_LOOP_SUM && op <= RK_T_LOOP_MIN) || op == RK_T_LOOP_ALL ||
           op == RK_T_LOOP_ANY;
}

/* The `jrank` before which so many others begin. */
static const rk_term *find_jrank(const rk_term *t, size_t *before, size_t *steps) {
    if (is_loop(t->op) || ++*steps > MOST_OCCURRENCES)
        return NULL;
    if (t->op == RK_T_JRANK)
        return (*before)-- == 0 ? t : NULL;
    const rk_term *found = NULL;
    for (size_t i = 0; i < t->nkids && found == NULL; i++)
        found = find_jrank(t->kid[i], before, steps);
    return found;
}

const rk_term *rk_jrank_numbered(const rk_checked *c, size_t number) {
    size_t before = number - 1, steps = 0;
    const rk_term *found = NULL;
    for (size_t i = 0; i < c->nassumes && found == NULL; i++)
        found = find_jrank(c->assumes[i], &before, &steps);
    for (size_t i = 0; i < c->nclaims && found == NULL; i++)
        found = find_jrank(c->claims[i], &before, &steps);
    return found;
}
