#include "rk_element.h"

static bool all_entries(const fmpq_mat_t a, bool (*holds)(const fmpq_t x)) {
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            if (!holds(fmpq_mat_entry(a, i, j)))
                return false;
    return true;
}

static bool is_positive(const fmpq_t x) {
    return fmpq_sgn(x) > 0;
}

static bool is_nonnegative(const fmpq_t x) {
    return fmpq_sgn(x) >= 0;
}

static bool is_nonzero(const fmpq_t x) {
    return !fmpq_is_zero(x);
}

static bool is_integer(const fmpq_t x) {
    return fmpz_is_one(fmpq_denref(x));
}

static bool is_bit(const fmpq_t x) {
    return fmpq_is_zero(x) || fmpq_is_one(x);
}

static bool rows_sum_to_one(const fmpq_mat_t a) {
    fmpq_t sum;
    fmpq_init(sum);
    bool ok = true;
    for (slong i = 0; i < a->r && ok; i++) {
        fmpq_zero(sum);
        for (slong j = 0; j < a->c; j++)
            fmpq_add(sum, sum, fmpq_mat_entry(a, i, j));
        ok = fmpq_is_one(sum);
    }
    fmpq_clear(sum);
    return ok;
}

static bool rows_have_norm_one(const fmpq_mat_t a) {
    fmpq_t sum;
    fmpq_init(sum);
    bool ok = true;
    for (slong i = 0; i < a->r && ok; i++) {
        fmpq_zero(sum);
        for (slong j = 0; j < a->c; j++)
            fmpq_addmul(sum, fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, i, j));
        ok = fmpq_is_one(sum);
    }
    fmpq_clear(sum);
    return ok;
}

static bool is_symmetric(const fmpq_mat_t a) {
    if (a->r != a->c)
        return false;
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < i; j++)
            if (!fmpq_equal(fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, j, i)))
                return false;
    return true;
}

static bool is_diagonal(const fmpq_mat_t a) {
    if (a->r != a->c)
        return false;
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            if (i != j && !fmpq_is_zero(fmpq_mat_entry(a, i, j)))
                return false;
    return true;
}

static bool is_orthogonal(const fmpq_mat_t a) {
    if (a->r != a->c)
        return false;
    fmpq_mat_t t;
    fmpq_mat_init(t, a->r, a->c);
    fmpq_mat_transpose(t, a);
    fmpq_mat_mul(t, t, a);
    bool ok = fmpq_mat_is_one(t);
    fmpq_mat_clear(t);
    return ok;
}

static bool is_permutation(const fmpq_mat_t a) {
    return all_entries(a, is_bit) && is_orthogonal(a);
}

bool rk_is_invertible(const fmpq_mat_t a) {
    if (a->r != a->c)
        return false;
    fmpq_t det;
    fmpq_init(det);
    fmpq_mat_det(det, a);
    bool ok = !fmpq_is_zero(det);
    fmpq_clear(det);
    return ok;
}

/* One step of the elimination: pivot k is not negative; a zero pivot needs a zero column. */
static bool psd_step(fmpq_mat_t w, slong k) {
    const fmpq *pivot = fmpq_mat_entry(w, k, k);
    if (fmpq_sgn(pivot) < 0)
        return false;
    for (slong i = k + 1; i < w->r; i++)
        if (fmpq_is_zero(pivot) && !fmpq_is_zero(fmpq_mat_entry(w, i, k)))
            return false;
    if (fmpq_is_zero(pivot))
        return true;
    fmpq_t factor;
    fmpq_init(factor);
    for (slong i = k + 1; i < w->r; i++) {
        fmpq_div(factor, fmpq_mat_entry(w, i, k), pivot);
        for (slong j = k; j < w->c; j++)
            fmpq_submul(fmpq_mat_entry(w, i, j), factor, fmpq_mat_entry(w, k, j));
    }
    fmpq_clear(factor);
    return true;
}

bool rk_is_psd(const fmpq_mat_t a) {
    if (!is_symmetric(a))
        return false;
    fmpq_mat_t w;
    fmpq_mat_init_set(w, a);
    bool ok = true;
    for (slong k = 0; k < w->r && ok; k++)
        ok = psd_step(w, k);
    fmpq_mat_clear(w);
    return ok;
}

bool rk_set_contains(rk_set set, const fmpq_mat_t a) {
    switch (set) {
    case RK_SET_REAL:
        return true;
    case RK_SET_POSITIVE:
        return all_entries(a, is_positive);
    case RK_SET_NONNEGATIVE:
        return all_entries(a, is_nonnegative);
    case RK_SET_NONZERO:
        return all_entries(a, is_nonzero);
    case RK_SET_INTEGER:
        return all_entries(a, is_integer);
    case RK_SET_STOCHASTIC:
        return all_entries(a, is_nonnegative) && rows_sum_to_one(a);
    case RK_SET_ATTENTION:
        return all_entries(a, is_positive) && rows_sum_to_one(a);
    case RK_SET_SYMMETRIC:
        return is_symmetric(a);
    case RK_SET_PSD:
        return rk_is_psd(a);
    case RK_SET_DIAGONAL:
        return is_diagonal(a);
    case RK_SET_INVERTIBLE:
        return rk_is_invertible(a);
    case RK_SET_ORTHOGONAL:
        return is_orthogonal(a);
    case RK_SET_PERMUTATION:
        return is_permutation(a);
    case RK_SET_UNIT_ROWS:
        return rows_have_norm_one(a);
    case RK_SET_GAUSSIAN:
    case RK_SET_UNIFORM:
    case RK_SET_HAAR:
    case RK_SET_COUNT:
        break;
    }
    return false;
}

bool rk_assignment_in_sets(const rk_program *program, const rk_assignment *a) {
    for (size_t s = 0; s < program->nslots; s++) {
        const rk_slot *slot = &program->slots[s];
        if (slot->defined)
            continue;
        if (a->value[s].r != slot->rows || a->value[s].c != slot->cols ||
            !rk_set_contains(slot->set, &a->value[s]))
            return false;
    }
    return true;
}

bool rk_assignment_equal(const rk_assignment *a, const rk_assignment *b) {
    if (a->nslots != b->nslots)
        return false;
    for (size_t s = 0; s < a->nslots; s++)
        if (!fmpq_mat_equal(&a->value[s], &b->value[s]))
            return false;
    return true;
}
