/* Derivatives of what is no polynomial: functions of entries, extremes, norms, entropy, softmax,
   determinants. J is the dense Jacobian of the argument throughout.

   At a kink (an argument of abs or relu that is 0, two largest entries) the function is
   differentiable after all when nothing moves across the kink to first order: the row of J is 0,
   or the rows of all largest entries are equal. */
#include "jacobian_inside.h"

static unsigned sign_of(rk_emitter *e, unsigned a) {
    return rk_emit_fn(e, RK_FN_SIGN, a);
}

static unsigned ones_like(rk_emitter *e, unsigned a) {
    return rk_emit_ones(e, rk_emit_at(e, a)->rows, rk_emit_at(e, a)->cols);
}

static unsigned one_minus(rk_emitter *e, unsigned a) {
    return rk_emit2(e, RK_P_SUB, ones_like(e, a), a);
}

static unsigned one_plus(rk_emitter *e, unsigned a) {
    return rk_emit2(e, RK_P_ADD, ones_like(e, a), a);
}

static unsigned half(rk_emitter *e, unsigned a) {
    return rk_emit2(e, RK_P_SCALE, rk_emit_reciprocal(e, 2), a);
}

/* 1 where the sign is 0, else 0. */
static unsigned is_zero(rk_emitter *e, unsigned sign) {
    return one_minus(e, rk_emit2(e, RK_P_EMUL, sign, sign));
}

/* The sum of moduli of each row: 0 exactly where the row is. */
static unsigned row_weight(rk_emitter *e, unsigned j) {
    return rk_emit1(e, RK_P_ROW_SUMS, rk_emit_fn(e, RK_FN_ABS, j));
}

/* a, but defined only where the number `excess`, which is never negative, is 0. */
static unsigned where_zero(rk_emitter *e, unsigned a, unsigned excess) {
    unsigned zero = one_minus(e, sign_of(e, excess));
    return rk_emit2(e, RK_P_KEEP, a, rk_emit2(e, RK_P_DIV, rk_emit_si(e, 1), zero));
}

/* a, but defined only where no row of J moves at a place marked 1. */
static unsigned where_still(rk_emitter *e, unsigned a, unsigned marked, unsigned j) {
    unsigned moving = rk_emit2(e, RK_P_EMUL, marked, row_weight(e, j));
    return where_zero(e, a, rk_emit1(e, RK_P_SUM_ENTRIES, moving));
}

/* --- functions of entries ------------------------------------------------------------------- */

/* x is a column of the arguments, y of the values. */
static unsigned kinked(rk_emitter *e, rk_fn f, unsigned x, unsigned j) {
    unsigned sign = sign_of(e, x);
    unsigned slope = f == RK_FN_ABS ? sign : half(e, one_plus(e, sign));
    return where_still(e, rk_emit2(e, RK_P_ROW_SCALE, slope, j), is_zero(e, sign), j);
}

/* sigmoid(x) * (1 + x * (1 - sigmoid(x))) */
static unsigned silu_slope(rk_emitter *e, unsigned x) {
    unsigned s = rk_emit_fn(e, RK_FN_SIGMOID, x);
    unsigned rest = rk_emit2(e, RK_P_EMUL, x, one_minus(e, s));
    return rk_emit2(e, RK_P_EMUL, s, one_plus(e, rest));
}

/* sigmoid(x) * sigmoid(-x): the factors show that it is never 0. */
static unsigned sigmoid_slope(rk_emitter *e, unsigned x) {
    unsigned minus = rk_emit_fn(e, RK_FN_SIGMOID, rk_emit1(e, RK_P_NEG, x));
    return rk_emit2(e, RK_P_EMUL, rk_emit_fn(e, RK_FN_SIGMOID, x), minus);
}

static unsigned times(rk_emitter *e, int64_t number, unsigned a) {
    return rk_emit2(e, RK_P_SCALE, rk_emit_si(e, number), a);
}

static unsigned smooth_slope(rk_emitter *e, rk_fn f, unsigned x, unsigned y) {
    switch (f) {
    case RK_FN_EXP:
        return y;
    case RK_FN_TANH: /* tanh(x) = 2*sigmoid(2*x) - 1 */
        return times(e, 4, sigmoid_slope(e, times(e, 2, x)));
    case RK_FN_SIGMOID:
        return sigmoid_slope(e, x);
    case RK_FN_SILU:
        return silu_slope(e, x);
    default:
        return rk_emit_fn(e, RK_FN_GELU_SLOPE, x);
    }
}

unsigned rk_slope_fn(rk_jet *t, unsigned made, const rk_instr *in, unsigned j) {
    rk_emitter *e = t->e;
    unsigned x = rk_emit_entries(e, in->arg[0]), y = rk_emit_entries(e, made);
    const rk_instr *shape = rk_emit_at(e, j);
    switch (in->fn) {
    case RK_FN_LOG:
        return rk_emit2(e, RK_P_ROW_DIVIDE, j, x);
    case RK_FN_SQRT: /* defined where the root is not 0 */
        return rk_emit2(e, RK_P_KEEP, rk_emit2(e, RK_P_ROW_DIVIDE, j, times(e, 2, y)),
                        rk_emit2(e, RK_P_EDIV, ones_like(e, y), y));
    case RK_FN_ABS:
    case RK_FN_RELU:
        return kinked(e, (rk_fn)in->fn, x, j);
    case RK_FN_SIGN: /* 0 wherever it is continuous */
        return rk_emit2(e, RK_P_KEEP, rk_emit_leaf(e, RK_P_ZEROS, shape->rows, shape->cols),
                        rk_emit2(e, RK_P_EDIV, ones_like(e, x), x));
    case RK_FN_GELU_SLOPE:
        return rk_emit_opaque(e, RK_P_CONSTRUCT, shape->rows, shape->cols, in->arg, 1);
    default:
        return rk_emit2(e, RK_P_ROW_SCALE, smooth_slope(e, (rk_fn)in->fn, x, y), j);
    }
}

/* --- extremes ------------------------------------------------------------------------------- */

static unsigned extreme_of_two(rk_emitter *e, rk_code code, unsigned a, unsigned b) {
    return rk_emit1(e, code, rk_emit_cat(e, RK_P_HCAT, (unsigned[]){a, b}, 2));
}

/* How far each entry of a column lies beyond all others: positive for the only extreme, 0 for
   several, else negative. The extremes of the entries before and behind meet at each place. */
static unsigned lead(rk_emitter *e, rk_code code, unsigned column) {
    if (e->status != RK_BUILD_OK)
        return 0;
    size_t n = (size_t)rk_emit_at(e, column)->rows;
    unsigned *entry = rk_malloc(n * sizeof *entry), *behind = rk_malloc(n * sizeof *behind);
    for (size_t i = 0; i < n; i++)
        entry[i] = rk_emit_slice(e, column, (int64_t)i, 0, 1, 1);
    behind[n - 1] = entry[n - 1];
    for (size_t i = n - 1; i-- > 0;)
        behind[i] = extreme_of_two(e, code, entry[i], behind[i + 1]);
    unsigned before = entry[0];
    for (size_t i = 0; i < n; i++) {
        unsigned others = i == 0 ? behind[1] : before;
        if (i > 0 && i + 1 < n)
            others = extreme_of_two(e, code, before, behind[i + 1]);
        if (i > 0)
            before = extreme_of_two(e, code, before, entry[i]);
        entry[i] = code == RK_P_MAX_ENTRIES ? rk_emit2(e, RK_P_SUB, entry[i], others)
                                            : rk_emit2(e, RK_P_SUB, others, entry[i]);
    }
    unsigned made = rk_emit_cat(e, RK_P_VCAT, entry, n);
    rk_free(entry);
    rk_free(behind);
    return made;
}

/* The mean of the rows of the extremes, defined where these rows are equal. *extreme gets a column
   with 1 at each of them. */
static unsigned extreme_row(rk_emitter *e, rk_code code, unsigned column, unsigned j,
                            unsigned *extreme) {
    if (rk_emit_at(e, column)->rows == 1) {
        *extreme = rk_emit_ones(e, 1, 1);
        return j;
    }
    unsigned sign = sign_of(e, lead(e, code, column));
    *extreme = sign_of(e, one_plus(e, sign));
    unsigned sum = rk_emit2(e, RK_P_MUL, rk_emit1(e, RK_P_TRANSPOSE, *extreme), j);
    unsigned row = rk_emit2(e, RK_P_DIV, sum, rk_emit1(e, RK_P_SUM_ENTRIES, *extreme));
    unsigned spread = rk_emit_repeat(e, row, rk_emit_at(e, column)->rows);
    return where_still(e, row, is_zero(e, sign), rk_emit2(e, RK_P_SUB, j, spread));
}

unsigned rk_slope_extreme(rk_jet *t, const rk_instr *in, unsigned j) {
    unsigned extreme;
    return extreme_row(t->e, in->code, rk_emit_entries(t->e, in->arg[0]), j, &extreme);
}

/* Kinks of moduli count only in the columns whose sum is the largest. */
unsigned rk_slope_norm1(rk_jet *t, const rk_instr *in, unsigned j) {
    rk_emitter *e = t->e;
    int64_t rows = rk_emit_at(e, in->arg[0])->rows, cols = rk_emit_at(e, in->arg[0])->cols;
    unsigned moduli = rk_emit1(e, RK_P_TRANSPOSE, rk_emit_fn(e, RK_FN_ABS, in->arg[0]));
    unsigned sums = rk_emit1(e, RK_P_ROW_SUMS, moduli);
    unsigned sign = sign_of(e, rk_emit_entries(e, in->arg[0]));
    unsigned slopes = rk_emit2(e, RK_P_ROW_SCALE, sign, j);
    unsigned columns = rk_emit_sum_cols(e, rk_emit_exchange(e, slopes, rows, cols), cols, rows);
    unsigned extreme;
    unsigned row = extreme_row(e, RK_P_MAX_ENTRIES, sums, columns, &extreme);
    unsigned relevant = rk_emit2(e, RK_P_KRON, rk_emit_ones(e, rows, 1), extreme);
    return where_still(e, row, rk_emit2(e, RK_P_EMUL, relevant, is_zero(e, sign)), j);
}

/* --- entropy and softmax -------------------------------------------------------------------- */

/* Minus log(p) + 1 times dp, summed by rows. A probability 0 that does not move counts nothing. */
unsigned rk_slope_entropy(rk_jet *t, const rk_instr *in, unsigned j) {
    rk_emitter *e = t->e;
    int64_t rows = rk_emit_at(e, in->arg[0])->rows, cols = rk_emit_at(e, in->arg[0])->cols;
    unsigned p = rk_emit_entries(e, in->arg[0]);
    unsigned zero = one_minus(e, sign_of(e, p));
    unsigned moving = sign_of(e, rk_emit2(e, RK_P_EMUL, zero, row_weight(e, j)));
    unsigned shifted = rk_emit2(e, RK_P_ADD, p, rk_emit2(e, RK_P_SUB, zero, moving));
    unsigned slope = rk_emit1(e, RK_P_NEG, one_plus(e, rk_emit_fn(e, RK_FN_LOG, shifted)));
    return rk_emit_sum_cols(e, rk_emit2(e, RK_P_ROW_SCALE, slope, j), rows, cols);
}

/* dy = y .* (ds - the mean of ds under y), row by row of the logits s. */
unsigned rk_slope_softmax(rk_jet *t, unsigned made, const rk_instr *in, unsigned j) {
    rk_emitter *e = t->e;
    unsigned y = rk_emit_entries(e, made);
    unsigned mean = rk_emit_sum_cols(e, rk_emit2(e, RK_P_ROW_SCALE, y, j), in->rows, in->cols);
    unsigned rest = rk_emit2(e, RK_P_SUB, j, rk_emit_repeat(e, mean, in->cols));
    return rk_emit2(e, RK_P_ROW_SCALE, y, rest);
}

/* --- determinants --------------------------------------------------------------------------- */

/* a without row i (or column i of its transpose): what is left of the rows. */
static unsigned without_row(rk_emitter *e, unsigned a, int64_t i) {
    int64_t rows = rk_emit_at(e, a)->rows, cols = rk_emit_at(e, a)->cols;
    unsigned part[2];
    size_t n = 0;
    if (i > 0)
        part[n++] = rk_emit_slice(e, a, 0, 0, i, cols);
    if (i + 1 < rows)
        part[n++] = rk_emit_slice(e, a, i + 1, 0, rows - i - 1, cols);
    return rk_emit_cat(e, RK_P_VCAT, part, n);
}

static unsigned cofactor(rk_emitter *e, unsigned a, int64_t i, int64_t j) {
    unsigned turned = rk_emit1(e, RK_P_TRANSPOSE, without_row(e, a, i));
    unsigned minor = rk_emit1(e, RK_P_DET, without_row(e, turned, j));
    return (i + j) % 2 ? rk_emit1(e, RK_P_NEG, minor) : minor;
}

/* The sum of cofactors times the entries of dA: also where A is singular. */
unsigned rk_slope_det(rk_jet *t, const rk_instr *in, unsigned j) {
    rk_emitter *e = t->e;
    int64_t n = rk_emit_at(e, in->arg[0])->rows;
    if (n == 1)
        return j;
    unsigned *part = rk_malloc((size_t)(n * n) * sizeof *part);
    for (int64_t i = 0; i < n * n && e->status == RK_BUILD_OK; i++)
        part[i] = cofactor(e, in->arg[0], i / n, i % n);
    unsigned made = 0;
    if (e->status == RK_BUILD_OK)
        made = rk_emit2(e, RK_P_MUL, rk_emit_cat(e, RK_P_HCAT, part, (size_t)(n * n)), j);
    rk_free(part);
    return made;
}
