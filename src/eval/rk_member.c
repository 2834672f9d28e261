#include "rk_member.h"

#include "rk_lower.h"

static unsigned row_sums_are_one(rk_emitter *e, unsigned a) {
    unsigned sums = rk_emit1(e, RK_P_ROW_SUMS, a);
    return rk_emit_compare(e, RK_EQ, sums, rk_emit_ones(e, rk_emit_at(e, a)->rows, 1));
}

static unsigned compare_zero(rk_emitter *e, rk_cmp cmp, unsigned a) {
    return rk_emit_compare(e, cmp, a, rk_emit_si(e, 0));
}

static unsigned is_diagonal(rk_emitter *e, unsigned a) {
    unsigned diagonal = rk_emit1(e, RK_P_DIAG_MAKE, rk_emit1(e, RK_P_DIAG_TAKE, a));
    return rk_emit_compare(e, RK_EQ, a, diagonal);
}

static unsigned is_orthogonal(rk_emitter *e, unsigned a) {
    unsigned gram = rk_emit2(e, RK_P_MUL, rk_emit1(e, RK_P_TRANSPOSE, a), a);
    int64_t n = rk_emit_at(e, a)->cols;
    return rk_emit_compare(e, RK_EQ, gram, rk_emit_leaf(e, RK_P_EYE, n, n));
}

/* Entries 0 or 1, one 1 in each row and each column. */
static size_t permutation(rk_emitter *e, unsigned a, unsigned *truth) {
    truth[0] = rk_emit_compare(e, RK_EQ, rk_emit2(e, RK_P_EMUL, a, a), a);
    truth[1] = row_sums_are_one(e, a);
    truth[2] = row_sums_are_one(e, rk_emit1(e, RK_P_TRANSPOSE, a));
    return 3;
}

static size_t one(unsigned *truth, unsigned condition) {
    truth[0] = condition;
    return 1;
}

static size_t rows_sum_to_one(rk_emitter *e, unsigned a, rk_cmp cmp, unsigned *truth) {
    truth[0] = row_sums_are_one(e, a);
    truth[1] = compare_zero(e, cmp, a);
    return 2;
}

size_t rk_emit_membership(rk_emitter *e, rk_set set, unsigned a, unsigned truth[RK_MEMBER_MAX]) {
    switch (set) {
    case RK_SET_POSITIVE:
        return one(truth, compare_zero(e, RK_GT, a));
    case RK_SET_NONNEGATIVE:
        return one(truth, compare_zero(e, RK_GE, a));
    case RK_SET_NONZERO:
        return one(truth, rk_lower_nonzero_everywhere(e, a));
    case RK_SET_INTEGER:
        return one(truth, rk_emit_truth(e, RK_P_IS_INTEGER, &a, 1));
    case RK_SET_STOCHASTIC:
        return rows_sum_to_one(e, a, RK_GE, truth);
    case RK_SET_ATTENTION:
        return rows_sum_to_one(e, a, RK_GT, truth);
    case RK_SET_SYMMETRIC:
        return one(truth, rk_emit_compare(e, RK_EQ, a, rk_emit1(e, RK_P_TRANSPOSE, a)));
    case RK_SET_PSD:
        return one(truth, rk_emit_truth(e, RK_P_IS_PSD, &a, 1));
    case RK_SET_DIAGONAL:
        return one(truth, is_diagonal(e, a));
    case RK_SET_INVERTIBLE:
        return one(truth, compare_zero(e, RK_NE, rk_emit1(e, RK_P_DET, a)));
    case RK_SET_ORTHOGONAL:
        return one(truth, is_orthogonal(e, a));
    case RK_SET_PERMUTATION:
        return permutation(e, a, truth);
    case RK_SET_UNIT_ROWS:
        return one(truth, row_sums_are_one(e, rk_emit2(e, RK_P_EMUL, a, a)));
    default: /* real: every matrix; distributions are no sets */
        return 0;
    }
}
