#include "rk_lower.h"

#include "base/rk_limits.h"
#include "rk_jacobian.h"

/* Exponents beyond this are refused: the numbers would not fit anywhere. */
#define MAX_EXPONENT 1000000

/* --- numbers -------------------------------------------------------------------------------- */

/* Splits "12.5e-3" into the integer of its digits and the power of ten; false when too long. */
static bool read_decimal(fmpz_t digits, int64_t *exponent, const char *text) {
    rk_buf b;
    rk_buf_init(&b);
    *exponent = 0;
    bool fraction = false;
    for (; *text && *text != 'e' && *text != 'E'; text++) {
        if (*text == '.') {
            fraction = true;
            continue;
        }
        rk_buf_putc(&b, *text);
        *exponent -= fraction;
    }
    bool ok = fmpz_set_str(digits, b.text, 10) == 0;
    rk_buf_clear(&b);
    if (*text) {
        int64_t sign = text[1] == '-' ? -1 : 1, value = 0;
        for (text += text[1] == '-' || text[1] == '+' ? 2 : 1; ok && *text; text++) {
            value = 10 * value + (*text - '0');
            ok = value <= RK_LIMIT_DIGITS;
        }
        *exponent += sign * value;
    }
    return ok;
}

static unsigned lower_number(const rk_lowering *l) {
    fmpq_t q;
    fmpz_t ten;
    fmpq_init(q);
    fmpz_init_set_ui(ten, 10);
    int64_t exponent;
    unsigned made = 0;
    if (read_decimal(fmpq_numref(q), &exponent, l->term->text)) {
        fmpz_pow_ui(ten, ten, (ulong)(exponent < 0 ? -exponent : exponent));
        if (exponent < 0)
            fmpq_div_fmpz(q, q, ten);
        else
            fmpq_mul_fmpz(q, q, ten);
        made = rk_emit_fmpq(l->emitter, q);
    } else {
        rk_emit_fail(l->emitter, RK_BUILD_TOO_LARGE);
    }
    fmpz_clear(ten);
    fmpq_clear(q);
    return made;
}

static unsigned lower_int(const rk_lowering *l) {
    return rk_emit_si(l->emitter, l->ival[0]);
}

/* --- leaves and structure ------------------------------------------------------------------- */

static unsigned undefined(const rk_lowering *l) {
    return rk_emit_opaque(l->emitter, RK_P_UNDEFINED, l->rows, l->cols, NULL, 0);
}

static unsigned construct(const rk_lowering *l) {
    return rk_emit_opaque(l->emitter, RK_P_CONSTRUCT, l->rows, l->cols, NULL, 0);
}

static unsigned lower_eye(const rk_lowering *l) {
    return rk_emit_leaf(l->emitter, RK_P_EYE, l->rows, l->cols);
}

static unsigned lower_ones(const rk_lowering *l) {
    return rk_emit_ones(l->emitter, l->rows, l->cols);
}

static unsigned lower_zeros(const rk_lowering *l) {
    return rk_emit_leaf(l->emitter, RK_P_ZEROS, l->rows, l->cols);
}

static unsigned lower_causal(const rk_lowering *l) {
    return rk_emit_leaf(l->emitter, RK_P_CAUSAL, l->rows, l->cols);
}

static bool in_range(int64_t i, int64_t high) {
    return i >= 1 && i <= high;
}

static unsigned lower_unit(const rk_lowering *l) {
    if (!in_range(l->ival[0], l->rows))
        return undefined(l);
    rk_instr p = {.code = RK_P_UNIT, .rows = l->rows, .cols = 1, .k = l->ival[0]};
    return rk_emit(l->emitter, &p, NULL, 0);
}

static unsigned lower_data(const rk_lowering *l) {
    rk_instr p = {.code = RK_P_DATA, .rows = l->rows, .cols = l->cols, .slot = l->term->data};
    return rk_emit(l->emitter, &p, NULL, 0);
}

static unsigned lower_entry(const rk_lowering *l) {
    const rk_instr *a = rk_emit_at(l->emitter, l->kid[0]);
    if (!in_range(l->ival[0], a->rows) || !in_range(l->ival[1], a->cols))
        return undefined(l);
    return rk_emit_slice(l->emitter, l->kid[0], l->ival[0] - 1, l->ival[1] - 1, 1, 1);
}

static unsigned lower_row(const rk_lowering *l) {
    const rk_instr *a = rk_emit_at(l->emitter, l->kid[0]);
    if (!in_range(l->ival[0], a->rows))
        return undefined(l);
    return rk_emit_slice(l->emitter, l->kid[0], l->ival[0] - 1, 0, 1, a->cols);
}

static unsigned lower_col(const rk_lowering *l) {
    const rk_instr *a = rk_emit_at(l->emitter, l->kid[0]);
    if (!in_range(l->ival[0], a->cols))
        return undefined(l);
    return rk_emit_slice(l->emitter, l->kid[0], 0, l->ival[0] - 1, a->rows, 1);
}

static unsigned lower_hcat(const rk_lowering *l) {
    return rk_emit_cat(l->emitter, RK_P_HCAT, l->kid, l->term->nkids);
}

static unsigned lower_vcat(const rk_lowering *l) {
    return rk_emit_cat(l->emitter, RK_P_VCAT, l->kid, l->term->nkids);
}

/* --- powers --------------------------------------------------------------------------------- */

/* a^k for k >= 1 by repeated squaring. */
static unsigned positive_power(rk_emitter *e, unsigned a, int64_t k) {
    unsigned result = RK_NO_INSTR;
    for (unsigned square = a;; square = rk_emit2(e, RK_P_MUL, square, square)) {
        if (k & 1)
            result = result == RK_NO_INSTR ? square : rk_emit2(e, RK_P_MUL, result, square);
        if ((k >>= 1) == 0)
            return result;
    }
}

static unsigned lower_power(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    int64_t k = l->ival[0];
    if (k > MAX_EXPONENT || k < -MAX_EXPONENT) {
        rk_emit_fail(e, RK_BUILD_TOO_LARGE);
        return 0;
    }
    if (k == 0)
        return rk_emit2(e, RK_P_KEEP, lower_eye(l), l->kid[0]);
    unsigned base = k < 0 ? rk_emit1(e, RK_P_INV, l->kid[0]) : l->kid[0];
    return positive_power(e, base, k < 0 ? -k : k);
}

/* --- ranks ---------------------------------------------------------------------------------- */

static unsigned lower_nullity(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    int64_t cols = rk_emit_at(e, l->kid[0])->cols;
    unsigned rank = rk_emit1(e, RK_P_RANK, l->kid[0]);
    return rk_emit2(e, RK_P_SUB, rk_emit_si(e, cols), rank);
}

/* The dimension of the affine hull of the rows of X is rank([X, 1]) - 1. */
static unsigned lower_affrank(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    unsigned ones = rk_emit_ones(e, rk_emit_at(e, l->kid[0])->rows, 1);
    unsigned wide = rk_emit_cat(e, RK_P_HCAT, (unsigned[]){l->kid[0], ones}, 2);
    unsigned rank = rk_emit1(e, RK_P_RANK, wide);
    return rk_emit2(e, RK_P_SUB, rank, rk_emit_si(e, 1));
}

static unsigned span_inclusion(const rk_lowering *l, rk_code cat) {
    rk_emitter *e = l->emitter;
    unsigned both = rk_emit_cat(e, cat, l->kid, 2);
    unsigned rank_both = rk_emit1(e, RK_P_RANK, both);
    return rk_emit_compare(e, RK_EQ, rank_both, rk_emit1(e, RK_P_RANK, l->kid[1]));
}

static unsigned lower_in_rowspan(const rk_lowering *l) {
    return span_inclusion(l, RK_P_VCAT);
}

static unsigned lower_in_colspan(const rk_lowering *l) {
    return span_inclusion(l, RK_P_HCAT);
}

static unsigned lower_jrank(const rk_lowering *l) {
    return rk_emit_jacobian_rank(l->emitter, l->kid[0], l->term->vars, l->term->nvars);
}

/* --- normalisation -------------------------------------------------------------------------- */

static unsigned squares(rk_emitter *e, unsigned a) {
    return rk_emit2(e, RK_P_EMUL, a, a);
}

/* The mean of each row, as a column. */
static unsigned row_means(rk_emitter *e, unsigned a) {
    int64_t cols = rk_emit_at(e, a)->cols;
    unsigned sums = rk_emit1(e, RK_P_ROW_SUMS, a);
    return rk_emit2(e, RK_P_SCALE, rk_emit_reciprocal(e, cols), sums);
}

static unsigned center_rows(rk_emitter *e, unsigned a) {
    int64_t cols = rk_emit_at(e, a)->cols;
    unsigned spread = rk_emit2(e, RK_P_MUL, row_means(e, a), rk_emit_ones(e, 1, cols));
    return rk_emit2(e, RK_P_SUB, a, spread);
}

/* sqrt(mean of the squares of each row + eps); eps is RK_NO_INSTR where it is left out. */
static unsigned row_scale_of(rk_emitter *e, unsigned a, unsigned eps) {
    unsigned v = row_means(e, squares(e, a));
    if (eps != RK_NO_INSTR) {
        unsigned ones = rk_emit_ones(e, rk_emit_at(e, a)->rows, 1);
        v = rk_emit2(e, RK_P_ADD, v, rk_emit2(e, RK_P_SCALE, eps, ones));
    }
    return rk_emit_fn(e, RK_FN_SQRT, v);
}

static unsigned transpose(rk_emitter *e, unsigned a) {
    return rk_emit1(e, RK_P_TRANSPOSE, a);
}

/* Column j of A times g_j. */
static unsigned scale_columns(rk_emitter *e, unsigned a, unsigned g) {
    return transpose(e, rk_emit2(e, RK_P_ROW_SCALE, g, transpose(e, a)));
}

static unsigned optional_kid(const rk_lowering *l, size_t k) {
    return l->term->nkids > k ? l->kid[k] : RK_NO_INSTR;
}

/* Rows are divided last, so that a rank can look below the division (rk_peephole.c). */
static unsigned lower_layernorm(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    unsigned c = center_rows(e, l->kid[0]);
    unsigned s = row_scale_of(e, c, optional_kid(l, 3));
    unsigned y = rk_emit2(e, RK_P_ROW_DIVIDE, scale_columns(e, c, l->kid[1]), s);
    unsigned bias = rk_emit2(e, RK_P_MUL, rk_emit_ones(e, l->rows, 1), transpose(e, l->kid[2]));
    return rk_emit2(e, RK_P_ADD, y, bias);
}

static unsigned lower_rmsnorm(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    unsigned s = row_scale_of(e, l->kid[0], optional_kid(l, 2));
    return rk_emit2(e, RK_P_ROW_DIVIDE, scale_columns(e, l->kid[0], l->kid[1]), s);
}

static unsigned lower_batchnorm(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    unsigned c = center_rows(e, transpose(e, l->kid[0]));
    unsigned s = row_scale_of(e, c, optional_kid(l, 1));
    return transpose(e, rk_emit2(e, RK_P_ROW_DIVIDE, c, s));
}

static unsigned lower_center(const rk_lowering *l) {
    return center_rows(l->emitter, l->kid[0]);
}

static unsigned lower_center_tokens(const rk_lowering *l) {
    return transpose(l->emitter, center_rows(l->emitter, transpose(l->emitter, l->kid[0])));
}

/* --- entries and norms ---------------------------------------------------------------------- */

static unsigned lower_sum_of(const rk_lowering *l) {
    unsigned sum = l->kid[0];
    for (size_t i = 1; i < l->term->nkids; i++)
        sum = rk_emit2(l->emitter, RK_P_ADD, sum, l->kid[i]);
    return sum;
}

static unsigned extreme_of(const rk_lowering *l, rk_code code) {
    if (l->term->nkids == 1)
        return l->kid[0];
    unsigned row = rk_emit_cat(l->emitter, RK_P_HCAT, l->kid, l->term->nkids);
    return rk_emit1(l->emitter, code, row);
}

static unsigned lower_max_of(const rk_lowering *l) {
    return extreme_of(l, RK_P_MAX_ENTRIES);
}

static unsigned lower_min_of(const rk_lowering *l) {
    return extreme_of(l, RK_P_MIN_ENTRIES);
}

static unsigned square_sum(rk_emitter *e, unsigned a) {
    return rk_emit1(e, RK_P_SUM_ENTRIES, squares(e, a));
}

static unsigned frobenius(rk_emitter *e, unsigned a) {
    return rk_emit_fn(e, RK_FN_SQRT, square_sum(e, a));
}

static bool is_vector(const rk_emitter *e, unsigned a) {
    return rk_emit_at(e, a)->rows == 1 || rk_emit_at(e, a)->cols == 1;
}

/* The largest singular value; of a vector it is the Euclidean length, which is no harder than a
   square root. */
static unsigned spectral_norm(rk_emitter *e, unsigned a) {
    return is_vector(e, a) ? frobenius(e, a) : rk_emit_indexed(e, RK_P_SINGULAR_VALUE, a, 1);
}

static unsigned lower_norm_1(const rk_lowering *l) {
    return rk_emit1(l->emitter, RK_P_NORM1, l->kid[0]);
}

static unsigned lower_norm_2(const rk_lowering *l) {
    return spectral_norm(l->emitter, l->kid[0]);
}

static unsigned norm_inf(rk_emitter *e, unsigned a) {
    return rk_emit1(e, RK_P_NORM1, transpose(e, a));
}

static unsigned lower_norm_inf(const rk_lowering *l) {
    return norm_inf(l->emitter, l->kid[0]);
}

static unsigned lower_norm_fro(const rk_lowering *l) {
    return frobenius(l->emitter, l->kid[0]);
}

static unsigned lower_norm_1inf(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    unsigned one = rk_emit1(e, RK_P_NORM1, l->kid[0]);
    return rk_emit_fn(e, RK_FN_SQRT, rk_emit2(e, RK_P_MUL, one, norm_inf(e, l->kid[0])));
}

static unsigned lower_sigma(const rk_lowering *l) {
    const rk_instr *a = rk_emit_at(l->emitter, l->kid[0]);
    if (!in_range(l->ival[0], a->rows < a->cols ? a->rows : a->cols))
        return undefined(l);
    if (l->ival[0] == 1)
        return spectral_norm(l->emitter, l->kid[0]);
    return rk_emit_indexed(l->emitter, RK_P_SINGULAR_VALUE, l->kid[0], l->ival[0]);
}

static unsigned lower_eigabs(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    if (!in_range(l->ival[0], rk_emit_at(e, l->kid[0])->rows))
        return undefined(l);
    if (rk_emit_at(e, l->kid[0])->rows == 1)
        return rk_emit_fn(e, RK_FN_ABS, l->kid[0]);
    return rk_emit_indexed(e, RK_P_EIGEN_MODULUS, l->kid[0], l->ival[0]);
}

/* norm(A,fro)^2 / norm(A,2)^2; the squares of the roots of sums of squares are those sums, and
   both texts are defined at the same A: those other than 0. */
static unsigned lower_stable_rank(const rk_lowering *l) {
    rk_emitter *e = l->emitter;
    unsigned fro2 = square_sum(e, l->kid[0]);
    if (is_vector(e, l->kid[0]))
        return rk_emit2(e, RK_P_DIV, fro2, fro2);
    unsigned top = spectral_norm(e, l->kid[0]);
    return rk_emit2(e, RK_P_DIV, fro2, rk_emit2(e, RK_P_MUL, top, top));
}

unsigned rk_lower_nonzero_everywhere(rk_emitter *e, unsigned a) {
    return rk_emit_compare(e, RK_GT, rk_emit_fn(e, RK_FN_ABS, a), rk_emit_si(e, 0));
}

/* --- truth values --------------------------------------------------------------------------- */

static unsigned lower_compare(const rk_lowering *l) {
    return rk_emit_compare(l->emitter, l->term->cmp, l->kid[0], l->kid[1]);
}

static unsigned lower_connective(const rk_lowering *l) {
    static const rk_code code[] = {
        [RK_T_NOT - RK_T_NOT] = RK_P_NOT, [RK_T_AND - RK_T_NOT] = RK_P_AND,
        [RK_T_OR - RK_T_NOT] = RK_P_OR,   [RK_T_IMPLIES - RK_T_NOT] = RK_P_IMPLIES,
        [RK_T_IFF - RK_T_NOT] = RK_P_IFF,
    };
    return rk_emit_truth(l->emitter, code[l->term->op - RK_T_NOT], l->kid, l->term->nkids);
}

/* --- the table ------------------------------------------------------------------------------ */

typedef unsigned lower_fn(const rk_lowering *l);

static lower_fn *const lower_table[RK_T_COUNT] = {
    [RK_T_NUMBER] = lower_number,
    [RK_T_INT] = lower_int,
    [RK_T_DATA] = lower_data,
    [RK_T_EYE] = lower_eye,
    [RK_T_ONES] = lower_ones,
    [RK_T_ZEROS] = lower_zeros,
    [RK_T_UNIT] = lower_unit,
    [RK_T_CAUSAL] = lower_causal,
    [RK_T_POWER] = lower_power,
    [RK_T_ENTRY] = lower_entry,
    [RK_T_ROW] = lower_row,
    [RK_T_COL] = lower_col,
    [RK_T_HCAT] = lower_hcat,
    [RK_T_VCAT] = lower_vcat,
    [RK_T_NULLITY] = lower_nullity,
    [RK_T_AFFRANK] = lower_affrank,
    [RK_T_JRANK] = lower_jrank,
    [RK_T_LAYERNORM] = lower_layernorm,
    [RK_T_RMSNORM] = lower_rmsnorm,
    [RK_T_BATCHNORM] = lower_batchnorm,
    [RK_T_CENTER] = lower_center,
    [RK_T_CENTER_TOKENS] = lower_center_tokens,
    [RK_T_SUM_OF] = lower_sum_of,
    [RK_T_MAX_OF] = lower_max_of,
    [RK_T_MIN_OF] = lower_min_of,
    [RK_T_NORM_1] = lower_norm_1,
    [RK_T_NORM_2] = lower_norm_2,
    [RK_T_NORM_INF] = lower_norm_inf,
    [RK_T_NORM_FRO] = lower_norm_fro,
    [RK_T_NORM_1INF] = lower_norm_1inf,
    [RK_T_SIGMA] = lower_sigma,
    [RK_T_EIGABS] = lower_eigabs,
    [RK_T_STABLE_RANK] = lower_stable_rank,
    [RK_T_MEAN] = construct,
    [RK_T_VARIANCE] = construct,
    [RK_T_PROB] = construct,
    [RK_T_COMPARE] = lower_compare,
    [RK_T_NOT] = lower_connective,
    [RK_T_AND] = lower_connective,
    [RK_T_OR] = lower_connective,
    [RK_T_IMPLIES] = lower_connective,
    [RK_T_IFF] = lower_connective,
    [RK_T_IN_ROWSPAN] = lower_in_rowspan,
    [RK_T_IN_COLSPAN] = lower_in_colspan,
};

/* Terms that are one instruction on their kids: code + 1, so that 0 means none. */
static const unsigned char direct_code[RK_T_COUNT] = {
    [RK_T_ADD] = RK_P_ADD + 1,
    [RK_T_SUB] = RK_P_SUB + 1,
    [RK_T_NEG] = RK_P_NEG + 1,
    [RK_T_MUL] = RK_P_MUL + 1,
    [RK_T_SCALE] = RK_P_SCALE + 1,
    [RK_T_DIV] = RK_P_DIV + 1,
    [RK_T_EMUL] = RK_P_EMUL + 1,
    [RK_T_EDIV] = RK_P_EDIV + 1,
    [RK_T_TRANSPOSE] = RK_P_TRANSPOSE + 1,
    [RK_T_DIAG_MAKE] = RK_P_DIAG_MAKE + 1,
    [RK_T_DIAG_TAKE] = RK_P_DIAG_TAKE + 1,
    [RK_T_VEC] = RK_P_VEC + 1,
    [RK_T_KRON] = RK_P_KRON + 1,
    [RK_T_RANK] = RK_P_RANK + 1,
    [RK_T_DET] = RK_P_DET + 1,
    [RK_T_TRACE] = RK_P_TRACE + 1,
    [RK_T_INV] = RK_P_INV + 1,
    [RK_T_SOFTMAX] = RK_P_SOFTMAX + 1,
    [RK_T_SUM_ENTRIES] = RK_P_SUM_ENTRIES + 1,
    [RK_T_MAX_ENTRIES] = RK_P_MAX_ENTRIES + 1,
    [RK_T_MIN_ENTRIES] = RK_P_MIN_ENTRIES + 1,
    [RK_T_ENTROPY] = RK_P_ENTROPY + 1,
};

/* Entrywise functions: rk_fn + 1. */
static const unsigned char entrywise[RK_T_COUNT] = {
    [RK_T_RELU] = RK_FN_RELU + 1, [RK_T_GELU] = RK_FN_GELU + 1,       [RK_T_SILU] = RK_FN_SILU + 1,
    [RK_T_TANH] = RK_FN_TANH + 1, [RK_T_SIGMOID] = RK_FN_SIGMOID + 1, [RK_T_EXP] = RK_FN_EXP + 1,
    [RK_T_LOG] = RK_FN_LOG + 1,   [RK_T_SQRT] = RK_FN_SQRT + 1,       [RK_T_ABS] = RK_FN_ABS + 1,
    [RK_T_SIGN] = RK_FN_SIGN + 1,
};

unsigned rk_lower(const rk_lowering *l) {
    const rk_term *t = l->term;
    rk_emitter *e = l->emitter;
    if (lower_table[t->op])
        return lower_table[t->op](l);
    if (entrywise[t->op])
        return rk_emit_fn(e, (rk_fn)(entrywise[t->op] - 1), l->kid[0]);
    if (direct_code[t->op] == 0)
        return construct(l);
    rk_code code = (rk_code)(direct_code[t->op] - 1);
    return t->nkids == 1 ? rk_emit1(e, code, l->kid[0]) : rk_emit2(e, code, l->kid[0], l->kid[1]);
}
