/* Tangent spaces of the declared sets, as instructions. */
#include "jacobian_inside.h"

static int64_t pairs(int64_t n) {
    return n * (n - 1) / 2;
}

int64_t rk_tangent_dimension(const rk_slot *s) {
    switch (s->set) {
    case RK_SET_INTEGER:
    case RK_SET_PERMUTATION:
        return 0;
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
    case RK_SET_UNIT_ROWS:
        return s->rows * (s->cols - 1);
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
        return s->rows + pairs(s->rows);
    case RK_SET_DIAGONAL:
        return s->rows;
    case RK_SET_ORTHOGONAL:
    case RK_SET_HAAR:
        return pairs(s->rows);
    default:
        return s->rows * s->cols;
    }
}

static rk_jblock all_of(rk_jet *t, int64_t rows, int64_t cols, unsigned right) {
    t->yrows = rows;
    t->ycols = cols;
    t->directions = rows * cols;
    return (rk_jblock){.kind = RK_BLOCK_FACTORED, .left = RK_NO_INSTR, .right = right};
}

/* Rows that sum to 0: the last entry is minus the sum of the others. */
static rk_jblock rows_of_sum_zero(rk_jet *t, const rk_slot *s) {
    int64_t free = s->cols - 1;
    unsigned part[] = {rk_emit_leaf(t->e, RK_P_EYE, free, free),
                       rk_emit1(t->e, RK_P_NEG, rk_emit_ones(t->e, free, 1))};
    return all_of(t, s->rows, free, rk_emit_cat(t->e, RK_P_HCAT, part, 2));
}

/* Columns (l, m) with l <= m (or l < m) of the Jacobian of Y + Y' (or Y - Y'), n by n. */
static rk_jblock of_pairs(rk_jet *t, int64_t n, rk_code sign, int64_t skip) {
    rk_emitter *e = t->e;
    unsigned eye = rk_emit_leaf(e, RK_P_EYE, n * n, n * n);
    unsigned both = rk_emit2(e, sign, eye, rk_emit_exchange(e, eye, n, n));
    unsigned *part = rk_malloc((size_t)n * sizeof *part);
    size_t count = 0;
    for (int64_t i = 0; i + skip < n; i++)
        part[count++] = rk_emit_slice(e, both, 0, i * n + i + skip, n * n, n - i - skip);
    t->directions = skip ? pairs(n) : n + pairs(n);
    rk_jblock made = rk_jblock_of(rk_emit_cat(e, RK_P_HCAT, part, count));
    rk_free(part);
    return made;
}

static rk_jblock diagonals(rk_jet *t, int64_t n) {
    unsigned *part = rk_malloc((size_t)n * sizeof *part);
    for (int64_t i = 0; i < n; i++) {
        rk_instr unit = {.code = RK_P_UNIT, .rows = n * n, .cols = 1, .k = i * (n + 1) + 1};
        part[i] = rk_emit(t->e, &unit, NULL, 0);
    }
    t->directions = n;
    rk_jblock made = rk_jblock_of(rk_emit_cat(t->e, RK_P_HCAT, part, (size_t)n));
    rk_free(part);
    return made;
}

static rk_jblock rotations(rk_jet *t, int64_t n, unsigned q) {
    rk_jblock skew = of_pairs(t, n, RK_P_SUB, 1);
    return rk_jblock_of(rk_emit_times_left(t->e, q, skew.dense, n, n));
}

/* dY minus, row by row, its part along the row of the point, whose length is 1. */
static rk_jblock along_spheres(rk_jet *t, const rk_slot *s, unsigned x) {
    rk_emitter *e = t->e;
    int64_t n = s->rows * s->cols;
    t->directions = n;
    unsigned eye = rk_emit_leaf(e, RK_P_EYE, n, n), entries = rk_emit_entries(e, x);
    unsigned along =
        rk_emit_sum_cols(e, rk_emit2(e, RK_P_ROW_SCALE, entries, eye), s->rows, s->cols);
    unsigned part = rk_emit2(e, RK_P_ROW_SCALE, entries, rk_emit_repeat(e, along, s->cols));
    return rk_jblock_of(rk_emit2(e, RK_P_SUB, eye, part));
}

rk_jblock rk_jet_seed(rk_jet *t, const rk_slot *s, unsigned input) {
    if (rk_tangent_dimension(s) == 0)
        return (rk_jblock){.kind = RK_BLOCK_NONE};
    switch (s->set) {
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
        return rows_of_sum_zero(t, s);
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
        return of_pairs(t, s->rows, RK_P_ADD, 0);
    case RK_SET_DIAGONAL:
        return diagonals(t, s->rows);
    case RK_SET_ORTHOGONAL:
    case RK_SET_HAAR:
        return rotations(t, s->rows, input);
    case RK_SET_UNIT_ROWS:
        return along_spheres(t, s, input);
    default:
        return all_of(t, s->rows, s->cols, RK_NO_INSTR);
    }
}
