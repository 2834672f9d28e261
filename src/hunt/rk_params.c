#include "rk_params.h"
#include "rk_element.h"

static slong triangle(slong n) {
    return n * (n - 1) / 2;
}

slong rk_params_count(const rk_slot *slot) {
    slong n = (slong)slot->rows, m = (slong)slot->cols;
    switch (slot->set) {
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
        return triangle(n) + n;
    case RK_SET_DIAGONAL:
    case RK_SET_PERMUTATION:
        return n;
    case RK_SET_ORTHOGONAL:
        return triangle(n) + 2 * n;
    default:
        return n * m;
    }
}

slong rk_params_radix(const rk_slot *slot, slong i) {
    slong n = (slong)slot->rows, m = (slong)slot->cols;
    switch (slot->set) {
    case RK_SET_PERMUTATION:
        return n - i;
    case RK_SET_ORTHOGONAL:
        if (i < triangle(n))
            return 0;
        return i < triangle(n) + n ? 2 : n - (i - triangle(n) - n);
    case RK_SET_UNIT_ROWS: /* the last coordinate of a row: which pole, with its sign */
        return i % m == m - 1 ? 2 * m : 0;
    default:
        return 0;
    }
}

bool rk_normalise_rows(fmpq_mat_t a) {
    fmpq_t sum;
    fmpq_init(sum);
    bool ok = true;
    for (slong i = 0; i < a->r && ok; i++) {
        fmpq_zero(sum);
        for (slong j = 0; j < a->c; j++)
            fmpq_add(sum, sum, fmpq_mat_entry(a, i, j));
        ok = !fmpq_is_zero(sum);
        for (slong j = 0; j < a->c && ok; j++)
            fmpq_div(fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, i, j), sum);
    }
    fmpq_clear(sum);
    return ok;
}

void rk_reflect(fmpq *x, const fmpq *p, const fmpq *v, slong d) {
    fmpq_t along, square;
    fmpq_init(along);
    fmpq_init(square);
    _fmpq_vec_dot(along, p, v, d);
    _fmpq_vec_dot(square, v, v, d);
    if (!fmpq_is_zero(square))
        fmpq_div(along, along, square);
    fmpq_add(along, along, along);
    for (slong j = 0; j < d; j++) {
        fmpq_set(x + j, p + j);
        fmpq_submul(x + j, along, v + j);
    }
    fmpq_clear(along);
    fmpq_clear(square);
}

void rk_cayley(fmpq_mat_t out, const fmpq_mat_t skew) {
    fmpq_mat_t plus, minus;
    fmpq_mat_init(plus, skew->r, skew->c);
    fmpq_mat_init(minus, skew->r, skew->c);
    fmpq_mat_one(plus);
    fmpq_mat_sub(minus, plus, skew);
    fmpq_mat_add(plus, plus, skew);
    fmpq_mat_inv(plus, plus); /* I + S is invertible: S has imaginary eigenvalues */
    fmpq_mat_mul(out, minus, plus);
    fmpq_mat_clear(plus);
    fmpq_mat_clear(minus);
}

static void set_entries(const fmpq *theta, fmpq_mat_t out, bool unsigned_) {
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++) {
            fmpq *x = fmpq_mat_entry(out, i, j);
            if (unsigned_)
                fmpq_abs(x, theta + i * out->c + j);
            else
                fmpq_set(x, theta + i * out->c + j);
        }
}

static void set_floors(const fmpq *theta, fmpq_mat_t out) {
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++) {
            const fmpq *t = theta + i * out->c + j;
            fmpq *x = fmpq_mat_entry(out, i, j);
            fmpz_fdiv_q(fmpq_numref(x), fmpq_numref(t), fmpq_denref(t));
            fmpz_one(fmpq_denref(x));
        }
}

static void set_symmetric(const fmpq *theta, fmpq_mat_t out) {
    for (slong i = 0; i < out->r; i++)
        for (slong j = i; j < out->c; j++) {
            fmpq_set(fmpq_mat_entry(out, i, j), theta++);
            fmpq_set(fmpq_mat_entry(out, j, i), fmpq_mat_entry(out, i, j));
        }
}

/* L*D*L' with L unit lower triangular and D >= 0: every rational psd matrix, of any rank. */
static void set_psd(const fmpq *theta, fmpq_mat_t out) {
    fmpq_mat_t lower, scaled;
    fmpq_mat_init(lower, out->r, out->c);
    fmpq_mat_init(scaled, out->r, out->c);
    fmpq_t weight;
    fmpq_init(weight);
    const fmpq *diagonal = theta + triangle(out->r);
    for (slong i = 0; i < out->r; i++) {
        for (slong j = 0; j < i; j++)
            fmpq_set(fmpq_mat_entry(lower, i, j), theta++);
        fmpq_one(fmpq_mat_entry(lower, i, i));
        for (slong j = 0; j <= i; j++) {
            fmpq_abs(weight, diagonal + j);
            fmpq_mul(fmpq_mat_entry(scaled, i, j), fmpq_mat_entry(lower, i, j), weight);
        }
    }
    fmpq_mat_transpose(lower, lower);
    fmpq_mat_mul(out, scaled, lower);
    fmpq_clear(weight);
    fmpq_mat_clear(lower);
    fmpq_mat_clear(scaled);
}

static slong digit(const fmpq *t) {
    return fmpz_get_si(fmpq_numref(t));
}

/* Lehmer code: digit i says which of the columns still free row i takes. */
static void set_permutation(const fmpq *code, fmpq_mat_t out) {
    fmpq_mat_zero(out);
    for (slong i = 0; i < out->r; i++) {
        slong skip = digit(code + i);
        for (slong j = 0; j < out->c; j++) {
            bool taken = false;
            for (slong k = 0; k < i && !taken; k++)
                taken = fmpq_is_one(fmpq_mat_entry(out, k, j));
            if (!taken && skip-- == 0) {
                fmpq_one(fmpq_mat_entry(out, i, j));
                break;
            }
        }
    }
}

static void set_orthogonal(const fmpq *theta, fmpq_mat_t out) {
    slong n = out->r;
    const fmpq *sign = theta + triangle(n);
    fmpq_mat_t skew, perm;
    fmpq_mat_init(skew, n, n);
    fmpq_mat_init(perm, n, n);
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < i; j++) {
            fmpq_set(fmpq_mat_entry(skew, i, j), theta);
            fmpq_neg(fmpq_mat_entry(skew, j, i), theta++);
        }
    rk_cayley(out, skew);
    set_permutation(sign + n, perm);
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < n; j++)
            if (digit(sign + i) == 1)
                fmpq_neg(fmpq_mat_entry(perm, i, j), fmpq_mat_entry(perm, i, j));
    fmpq_mat_mul(out, out, perm);
    fmpq_mat_clear(skew);
    fmpq_mat_clear(perm);
}

/* A row is the mirror image of a signed unit vector (the pole) in (t, 1). */
static void set_unit_row(const fmpq *theta, fmpq_mat_t out, slong row) {
    slong d = out->c, pole = digit(theta + d - 1);
    fmpq *p = _fmpq_vec_init(d), *v = _fmpq_vec_init(d);
    fmpq_set_si(p + pole / 2, pole % 2 ? -1 : 1, 1);
    for (slong j = 0, k = 0; j < d; j++)
        if (j == pole / 2)
            fmpq_one(v + j);
        else
            fmpq_set(v + j, theta + k++);
    if (d > 1)
        rk_reflect(fmpq_mat_entry(out, row, 0), p, v, d);
    else
        fmpq_set(fmpq_mat_entry(out, row, 0), p);
    _fmpq_vec_clear(p, d);
    _fmpq_vec_clear(v, d);
}

static void set_diagonal(const fmpq *theta, fmpq_mat_t out) {
    fmpq_mat_zero(out);
    for (slong i = 0; i < out->r; i++)
        fmpq_set(fmpq_mat_entry(out, i, i), theta + i);
}

bool rk_params_apply(const rk_slot *slot, const fmpq *theta, fmpq_mat_t out) {
    switch (slot->set) {
    case RK_SET_SYMMETRIC:
        set_symmetric(theta, out);
        return true;
    case RK_SET_PSD:
        set_psd(theta, out);
        return true;
    case RK_SET_DIAGONAL:
        set_diagonal(theta, out);
        return true;
    case RK_SET_PERMUTATION:
        set_permutation(theta, out);
        return true;
    case RK_SET_ORTHOGONAL:
        set_orthogonal(theta, out);
        return true;
    case RK_SET_UNIT_ROWS:
        for (slong i = 0; i < out->r; i++)
            set_unit_row(theta + i * out->c, out, i);
        return true;
    case RK_SET_INTEGER:
        set_floors(theta, out);
        return true;
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
        set_entries(theta, out, true);
        return rk_normalise_rows(out) && rk_set_contains(slot->set, out);
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
        set_entries(theta, out, true);
        return rk_set_contains(slot->set, out);
    default:
        set_entries(theta, out, false);
        return rk_set_contains(slot->set, out);
    }
}
