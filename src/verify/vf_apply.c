/* The operations of the language on values. */
#include "vf_machine.h"

static bool is_scalar(const vf_value *a) {
    return a->rows == 1 && a->cols == 1;
}

static const vf_value *zip(const vf_value *a, const vf_value *b,
                           const vf_entry *(*f)(const vf_entry *, const vf_entry *)) {
    vf_value *made = vf_value_new(a->rows, a->cols);
    ENSURE("equal shapes", a->rows == b->rows && a->cols == b->cols);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        made->entry[k] = f(a->entry[k], b->entry[k]);
    return made;
}

const vf_value *vf_value_add(const vf_value *a, const vf_value *b) {
    return zip(a, b, vf_entry_add);
}

static const vf_value *transpose(const vf_value *a) {
    vf_value *made = vf_value_new(a->cols, a->rows);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            *vf_value_at(made, j, i) = *vf_value_at(a, i, j);
    return made;
}

static const vf_value *scale(const vf_value *s, const vf_value *a) {
    vf_value *made = vf_value_new(a->rows, a->cols);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        made->entry[k] = vf_entry_mul(s->entry[0], a->entry[k]);
    return made;
}

/* Where the sizes fit, scaling by a 1 by 1 side is the matrix product, too. */
const vf_value *vf_value_mul(const vf_value *a, const vf_value *b) {
    if (a->cols != b->rows) {
        ENSURE("a product fits", is_scalar(a) || is_scalar(b));
        return is_scalar(a) ? scale(a, b) : scale(b, a);
    }
    vf_value *made = vf_value_new(a->rows, b->cols);
    const vf_value *t = transpose(b);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            *vf_value_at(made, i, j) =
                vf_entry_dot(vf_value_at(a, i, 0), vf_value_at(t, j, 0), a->cols);
    return made;
}

/* Entries divided by those of b, or all by one number. */
static const vf_value *divide(vf_machine *m, const vf_value *a, const vf_value *b) {
    vf_value *made = vf_value_new(a->rows, a->cols);
    ENSURE("a quotient fits", is_scalar(b) || (a->rows == b->rows && a->cols == b->cols));
    for (size_t k = 0; k < a->rows * a->cols; k++)
        made->entry[k] = vf_entry_div(&m->doubt, a->entry[k], b->entry[is_scalar(b) ? 0 : k]);
    return made;
}

static const vf_value *map(vf_machine *m, vf_op f, const vf_value *a) {
    vf_value *made = vf_value_new(a->rows, a->cols);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        made->entry[k] = vf_entry_function(&m->doubt, f, a->entry[k]);
    return made;
}

static const vf_value *negate(const vf_value *a) {
    return scale(vf_value_scalar(vf_entry_int(-1)), a);
}

static const vf_value *identity(size_t n) {
    vf_value *made = vf_value_new(n, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            *vf_value_at(made, i, j) = vf_entry_int(i == j);
    return made;
}

static const vf_value *of_grid(const vf_grid *a) {
    vf_value *made = vf_value_new(a->rows, a->cols);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        made->entry[k] = vf_entry_of(a->x[k]);
    return made;
}

/* --- diagonals, columns, Kronecker products -------------------------------------------------- */

/* Of what is a column at all dimensions a diagonal matrix, of all else the diagonal. */
static const vf_value *diag(const vf_term *t, const vf_value *a) {
    bool column = vf_ratio_equal(t->kid[0]->cols, vf_ratio_int(1));
    size_t n = column || a->rows < a->cols ? a->rows : a->cols;
    vf_value *made = vf_value_new(n, column ? n : 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < made->cols; j++)
            *vf_value_at(made, i, j) = !column  ? *vf_value_at(a, i, i)
                                       : i == j ? *vf_value_at(a, i, 0)
                                                : vf_entry_int(0);
    return made;
}

static const vf_value *vec(const vf_value *a) {
    vf_value *made = vf_value_new(a->rows * a->cols, 1);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            made->entry[j * a->rows + i] = *vf_value_at(a, i, j);
    return made;
}

static const vf_value *kron(const vf_value *a, const vf_value *b) {
    vf_value *made = vf_value_new(a->rows * b->rows, a->cols * b->cols);
    for (size_t i = 0; i < made->rows; i++)
        for (size_t j = 0; j < made->cols; j++)
            *vf_value_at(made, i, j) = vf_entry_mul(*vf_value_at(a, i / b->rows, j / b->cols),
                                                    *vf_value_at(b, i % b->rows, j % b->cols));
    return made;
}

/* --- linear algebra -------------------------------------------------------------------------- */

/* A rank of what moves has no derivative rule. */
const vf_value *vf_rank_value(vf_machine *m, const vf_value *a) {
    long low, high;
    vf_grid g = vf_value_grid(a);
    m->doubt.unsure = m->doubt.unsure || vf_value_moves(a);
    vf_rank_of(&g, &low, &high);
    return vf_value_scalar(vf_entry_of(vf_num_between(low, high)));
}

static const vf_value *nullity(vf_machine *m, const vf_value *a) {
    const vf_value *cols = vf_value_scalar(vf_entry_int((long)a->cols));
    return zip(cols, vf_rank_value(m, a), vf_entry_sub);
}

/* rank([A, ones]) - 1 */
static const vf_value *affine_rank(vf_machine *m, const vf_value *a) {
    vf_value *wide = vf_value_new(a->rows, a->cols + 1);
    for (size_t i = 0; i < wide->rows; i++)
        for (size_t j = 0; j < wide->cols; j++)
            *vf_value_at(wide, i, j) = j < a->cols ? *vf_value_at(a, i, j) : vf_entry_int(1);
    return zip(vf_rank_value(m, wide), vf_value_scalar(vf_entry_int(1)), vf_entry_sub);
}

/* Its derivative is the sum of cofactors times derivatives. */
static const vf_value *det(vf_machine *m, const vf_value *a) {
    vf_grid g = vf_value_grid(a), adjugate;
    const vf_number *d = vf_det_of(&g);
    bool moves = vf_value_moves(a);
    if (d == NULL || (moves && !vf_adjugate_of(&g, &adjugate))) {
        m->doubt.unsure = m->doubt.unsure || moves;
        return vf_value_scalar(vf_entry_of(vf_num_unknown()));
    }
    const vf_entry *sum = vf_entry_of(d);
    for (size_t k = 0; moves && k < a->rows * a->cols; k++) {
        const vf_number *by = adjugate.x[k % a->cols * a->cols + k / a->cols];
        sum = vf_entry_chain(d, sum, vf_num_int(1), a->entry[k], by);
    }
    return vf_value_scalar(sum);
}

static const vf_value *trace(const vf_value *a) {
    const vf_entry *sum = vf_entry_int(0);
    for (size_t i = 0; i < a->rows; i++)
        sum = vf_entry_add(sum, *vf_value_at(a, i, i));
    return vf_value_scalar(sum);
}

/* d inv(A) = -inv(A)*dA*inv(A) */
static const vf_value *moving_inverse(const vf_value *a, const vf_grid *inverse, size_t n) {
    vf_value *made = vf_value_new(a->rows, a->cols);
    vf_grid *by = vf_alloc(n * sizeof *by);
    for (size_t d = 0; d < n; d++) {
        vf_grid along = vf_grid_new(a->rows, a->cols);
        for (size_t k = 0; k < a->rows * a->cols; k++)
            along.x[k] = vf_num_neg(a->entry[k]->slope[d]);
        along = vf_grid_mul(inverse, &along);
        by[d] = vf_grid_mul(&along, inverse);
    }
    for (size_t k = 0; k < a->rows * a->cols; k++) {
        vf_entry *e = vf_alloc(sizeof *e);
        *e = (vf_entry){inverse->x[k], n, vf_alloc(n * sizeof *e->slope)};
        for (size_t d = 0; d < n; d++)
            e->slope[d] = by[d].x[k];
        made->entry[k] = e;
    }
    return made;
}

static const vf_value *inverse(vf_machine *m, const vf_value *a) {
    vf_grid g = vf_value_grid(a), r;
    int done = vf_inverse_of(&g, &r);
    m->doubt.undefined = m->doubt.undefined || done == 0;
    m->stopped = m->stopped || done == VF_NO_SIGN;
    if (done != 1)
        return NULL;
    return vf_value_moves(a) ? moving_inverse(a, &r, m->ndirections) : of_grid(&r);
}

enum { MOST_EXPONENT = 1 << 20 };

static const vf_value *power(vf_machine *m, const vf_term *t, const vf_value *a) {
    long k;
    if (!vf_machine_integer(m, t->kid[1], &k))
        return NULL;
    if (k > MOST_EXPONENT || k < -MOST_EXPONENT)
        vf_limit("an exponent");
    if (k < 0 && (a = inverse(m, a)) == NULL)
        return NULL;
    const vf_value *made = NULL;
    for (k = k < 0 ? -k : k; k > 0; k /= 2) {
        if (k % 2)
            made = made == NULL ? a : vf_value_mul(made, a);
        a = k > 1 ? vf_value_mul(a, a) : a;
    }
    return made != NULL ? made : identity(a->rows);
}

/* --- entries --------------------------------------------------------------------------------- */

static const vf_value *sum_entries(const vf_value *a) {
    const vf_entry *sum = vf_entry_int(0);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        sum = vf_entry_add(sum, a->entry[k]);
    return vf_value_scalar(sum);
}

static const vf_value *extreme(vf_machine *m, const vf_value *a, bool largest) {
    return vf_value_scalar(vf_entry_extreme(&m->doubt, a->entry, a->rows * a->cols, largest));
}

static const vf_value *row_of_scalars(const vf_value *const *kid, size_t n) {
    vf_value *made = vf_value_new(1, n);
    for (size_t k = 0; k < n; k++)
        made->entry[k] = kid[k]->entry[0];
    return made;
}

static const vf_value *entropy(vf_machine *m, const vf_value *a) {
    vf_value *made = vf_value_new(a->rows, 1);
    for (size_t i = 0; i < a->rows; i++)
        made->entry[i] = vf_entry_entropy(&m->doubt, vf_value_at(a, i, 0), a->cols);
    return made;
}

static const vf_value *spectrum(vf_machine *m, const vf_term *t, const vf_value *a) {
    long k, most = (long)(a->rows < a->cols ? a->rows : a->cols);
    if (!vf_machine_integer(m, t->kid[1], &k))
        return NULL;
    m->doubt.undefined = m->doubt.undefined || k < 1 || k > most;
    return m->doubt.undefined ? NULL : vf_apply_spectrum(m, t->op, a, (size_t)k);
}

static const vf_value *apply_algebra(vf_machine *m, const vf_term *t, const vf_value *const *kid) {
    switch (t->op) {
    case VF_NEG:
        return negate(kid[0]);
    case VF_ADD:
        return vf_value_add(kid[0], kid[1]);
    case VF_SUB:
        return zip(kid[0], kid[1], vf_entry_sub);
    case VF_MUL:
        return vf_value_mul(kid[0], kid[1]);
    case VF_EMUL:
        return zip(kid[0], kid[1], vf_entry_mul);
    case VF_DIV:
    case VF_EDIV:
        return divide(m, kid[0], kid[1]);
    case VF_TRANSPOSE:
        return transpose(kid[0]);
    case VF_DIAG:
        return diag(t, kid[0]);
    case VF_VEC:
        return vec(kid[0]);
    case VF_KRON:
        return kron(kid[0], kid[1]);
    case VF_POWER:
        return power(m, t, kid[0]);
    default:
        return NULL;
    }
}

static const vf_value *apply_linear(vf_machine *m, const vf_term *t, const vf_value *const *kid) {
    switch (t->op) {
    case VF_RANK:
        return vf_rank_value(m, kid[0]);
    case VF_NULLITY:
        return nullity(m, kid[0]);
    case VF_AFFRANK:
        return affine_rank(m, kid[0]);
    case VF_DET:
        return det(m, kid[0]);
    case VF_TRACE:
        return trace(kid[0]);
    case VF_INV:
        return inverse(m, kid[0]);
    case VF_SIGMA:
    case VF_EIGABS:
        return spectrum(m, t, kid[0]);
    default:
        return NULL;
    }
}

static const vf_value *apply_entries(vf_machine *m, const vf_term *t, const vf_value *const *kid) {
    switch (t->op) {
    case VF_SUM_ENTRIES:
        return sum_entries(kid[0]);
    case VF_SUM_OF:
        return sum_entries(row_of_scalars(kid, t->nkids));
    case VF_MAX_ENTRIES:
    case VF_MIN_ENTRIES:
        return extreme(m, kid[0], t->op == VF_MAX_ENTRIES);
    case VF_MAX_OF:
    case VF_MIN_OF:
        return extreme(m, row_of_scalars(kid, t->nkids), t->op == VF_MAX_OF);
    case VF_ENTROPY:
        return entropy(m, kid[0]);
    default:
        return NULL;
    }
}

const vf_value *vf_apply(vf_machine *m, const vf_term *t, const vf_value *const *kid) {
    const vf_value *made = apply_algebra(m, t, kid);
    made = made != NULL || m->stopped || m->doubt.undefined ? made : apply_linear(m, t, kid);
    made = made != NULL || m->stopped || m->doubt.undefined ? made : apply_entries(m, t, kid);
    if (made != NULL || m->stopped || m->doubt.undefined)
        return made;
    if (vf_is_layer(t->op))
        return vf_apply_layer(m, t->op, kid, t->nkids);
    if (vf_is_entrywise(t->op))
        return map(m, t->op, kid[0]);
    switch (t->op) {
    case VF_NORM_ONE:
    case VF_NORM_TWO:
    case VF_NORM_INF:
    case VF_NORM_FRO:
    case VF_NORM_1INF:
    case VF_STABLE_RANK:
        return vf_apply_norm(m, t->op, kid[0]);
    default:
        vf_refuse("an operation that has no value here");
    }
}

/* --- comparisons ----------------------------------------------------------------------------- */

/* Is a - b negative (strictly), as far as signs and enclosures tell? */
static vf_tern below(const vf_number *a, const vf_number *b, bool strictly) {
    const vf_number *apart = vf_num_sub(a, b);
    int sign = vf_num_sign(apart);
    if (sign != VF_NO_SIGN)
        return sign < 0 || (sign == 0 && !strictly) ? VF_TRUE : VF_FALSE;
    vf_interval x;
    vf_interval_init(&x, vf_level_precision(VF_LEVELS - 1));
    vf_num_enclose(apart, VF_LEVELS - 1, &x);
    bool never_positive = mpfr_sgn(x.hi) <= 0, never_negative = mpfr_sgn(x.lo) >= 0;
    vf_interval_clear(&x);
    if (!strictly && never_positive)
        return VF_TRUE;
    return strictly && never_negative ? VF_FALSE : VF_UNKNOWN;
}

static vf_tern equal(const vf_number *a, const vf_number *b) {
    int sign = vf_num_sign(vf_num_sub(a, b));
    return sign == VF_NO_SIGN ? VF_UNKNOWN : sign == 0 ? VF_TRUE : VF_FALSE;
}

static vf_tern compare_entries(vf_op op, const vf_number *a, const vf_number *b) {
    if (op == VF_EQ || op == VF_NE)
        return equal(a, b);
    bool strictly = op == VF_LT || op == VF_GT;
    return op == VF_LT || op == VF_LE ? below(a, b, strictly) : below(b, a, strictly);
}

/* Holds when it holds for every entry; one side may be one number. */
vf_tern vf_compare(vf_op op, const vf_value *a, const vf_value *b) {
    const vf_value *shape = is_scalar(a) ? b : a;
    vf_tern all = VF_TRUE;
    ENSURE("what is compared fits",
           is_scalar(a) || is_scalar(b) || (a->rows == b->rows && a->cols == b->cols));
    for (size_t k = 0; k < shape->rows * shape->cols && all != VF_FALSE; k++) {
        vf_tern one = compare_entries(op, a->entry[is_scalar(a) ? 0 : k]->value,
                                      b->entry[is_scalar(b) ? 0 : k]->value);
        all = one == VF_TRUE ? all : one;
    }
    return op != VF_NE || all == VF_UNKNOWN ? all : all == VF_TRUE ? VF_FALSE : VF_TRUE;
}
