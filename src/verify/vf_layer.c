/* Softmax, normalisations, norms, singular values, and the rank of a Jacobian. */
#include "vf_machine.h"

/* --- softmax --------------------------------------------------------------------------------- */

/* Which entries of a row the mask keeps: entries 0 and 1, at least one 1. */
static bool kept(vf_machine *m, const vf_value *mask, size_t row, bool *keep, size_t n) {
    size_t count = 0;
    for (size_t j = 0; j < n; j++) {
        const vf_entry *e = mask != NULL ? *vf_value_at(mask, row, j) : vf_entry_int(1);
        int zero = vf_num_sign(e->value);
        int unit = vf_num_sign(vf_num_sub(e->value, vf_num_int(1)));
        m->stopped = m->stopped || e->n > 0 || zero == VF_NO_SIGN || unit == VF_NO_SIGN;
        m->doubt.undefined = m->doubt.undefined || (!m->stopped && zero != 0 && unit != 0);
        keep[j] = unit == 0;
        count += keep[j];
    }
    m->doubt.undefined = m->doubt.undefined || (!m->stopped && count == 0);
    return !m->stopped && !m->doubt.undefined;
}

/* exp(x[j] - x[first]) over the sum of these */
static const vf_value *softmax(vf_machine *m, const vf_value *a, const vf_value *mask) {
    vf_value *made = vf_value_new(a->rows, a->cols);
    bool *keep = vf_alloc(a->cols * sizeof *keep);
    for (size_t i = 0; i < a->rows; i++) {
        const vf_entry *first = NULL, *sum = vf_entry_int(0);
        if (!kept(m, mask, i, keep, a->cols))
            return NULL;
        for (size_t j = 0; j < a->cols; j++) {
            const vf_entry *x = *vf_value_at(a, i, j);
            first = keep[j] && first == NULL ? x : first;
            *vf_value_at(made, i, j) =
                keep[j] ? vf_entry_function(&m->doubt, VF_EXP, vf_entry_sub(x, first))
                        : vf_entry_int(0);
            sum = vf_entry_add(sum, *vf_value_at(made, i, j));
        }
        for (size_t j = 0; j < a->cols; j++)
            *vf_value_at(made, i, j) = vf_entry_div(&m->doubt, *vf_value_at(made, i, j), sum);
    }
    return made;
}

/* --- normalisations -------------------------------------------------------------------------- */

static const vf_entry *mean(const vf_entry *const *x, size_t n) {
    const vf_entry *sum = x[0];
    for (size_t j = 1; j < n; j++)
        sum = vf_entry_add(sum, x[j]);
    return vf_entry_mul(vf_entry_of(vf_num_inverse(vf_num_int((long)n))), sum);
}

static void center(const vf_entry **x, size_t n) {
    const vf_entry *c = mean(x, n);
    for (size_t j = 0; j < n; j++)
        x[j] = vf_entry_sub(x[j], c);
}

/* x/sqrt(mean of the squares + eps) */
static void normalise(vf_machine *m, const vf_entry **x, size_t n, const vf_value *eps) {
    const vf_entry **square = vf_alloc(n * sizeof *square);
    for (size_t j = 0; j < n; j++)
        square[j] = vf_entry_mul(x[j], x[j]);
    const vf_entry *v = mean(square, n);
    if (eps != NULL)
        v = vf_entry_add(v, eps->entry[0]);
    const vf_entry *root = vf_entry_function(&m->doubt, VF_SQRT, v);
    for (size_t j = 0; j < n; j++)
        x[j] = vf_entry_div(&m->doubt, x[j], root);
}

static vf_value *copy(const vf_value *a, bool transposed) {
    vf_value *made = transposed ? vf_value_new(a->cols, a->rows) : vf_value_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            *vf_value_at(made, transposed ? j : i, transposed ? i : j) = *vf_value_at(a, i, j);
    return made;
}

/* Row by row: centred or not, normalised or not, times gamma, plus beta. */
typedef struct layer {
    bool by_columns, centred, normalised;
    const vf_value *gamma, *beta, *eps;
} layer;

static const vf_value *apply(vf_machine *m, const layer *l, const vf_value *a) {
    vf_value *made = copy(a, l->by_columns);
    for (size_t i = 0; i < made->rows; i++) {
        const vf_entry **x = vf_value_at(made, i, 0);
        if (l->centred)
            center(x, made->cols);
        if (l->normalised)
            normalise(m, x, made->cols, l->eps);
        for (size_t j = 0; j < made->cols; j++) {
            if (l->gamma != NULL)
                x[j] = vf_entry_mul(x[j], l->gamma->entry[j]);
            if (l->beta != NULL)
                x[j] = vf_entry_add(x[j], l->beta->entry[j]);
        }
    }
    return l->by_columns ? copy(made, true) : made;
}

const vf_value *vf_apply_layer(vf_machine *m, vf_op op, const vf_value *const *kid, size_t n) {
    layer l = {.by_columns = op == VF_BATCHNORM || op == VF_CENTER_TOKENS,
               .centred = op != VF_RMSNORM,
               .normalised = op != VF_CENTER && op != VF_CENTER_TOKENS};
    if (op == VF_SOFTMAX)
        return softmax(m, kid[0], n > 1 ? kid[1] : NULL);
    l.gamma = op == VF_LAYERNORM || op == VF_RMSNORM ? kid[1] : NULL;
    l.beta = op == VF_LAYERNORM ? kid[2] : NULL;
    size_t fixed = op == VF_LAYERNORM ? 3 : op == VF_RMSNORM ? 2 : 1;
    l.eps = l.normalised && n > fixed ? kid[fixed] : NULL;
    return apply(m, &l, kid[0]);
}

/* --- norms ----------------------------------------------------------------------------------- */

static const vf_entry *sum_of_squares(const vf_value *a) {
    return vf_entry_dot(a->entry, a->entry, a->rows * a->cols);
}

static const vf_entry *column_sum(vf_doubt *doubt, const vf_value *a, size_t j) {
    const vf_entry *sum = vf_entry_int(0);
    for (size_t i = 0; i < a->rows; i++)
        sum = vf_entry_add(sum, vf_entry_function(doubt, VF_ABS, *vf_value_at(a, i, j)));
    return sum;
}

/* The largest column sum of moduli. Kinks of moduli count only in the columns that are largest. */
static const vf_entry *norm_one(vf_machine *m, const vf_value *a) {
    const vf_entry **sum = vf_alloc(a->cols * sizeof *sum),
                   **large = vf_alloc(a->cols * sizeof *sum);
    vf_grid g = vf_value_grid(a);
    vf_value *still = vf_value_new(a->rows, a->cols);
    size_t n = 0;
    for (size_t k = 0; k < a->rows * a->cols; k++)
        still->entry[k] = vf_entry_of(g.x[k]);
    for (size_t j = 0; j < a->cols; j++)
        sum[j] = column_sum(&m->doubt, still, j);
    const vf_entry *most = vf_entry_extreme(&m->doubt, sum, a->cols, true);
    if (!vf_value_moves(a))
        return most;
    for (size_t j = 0; j < a->cols; j++) {
        int sign = vf_num_sign(vf_num_sub(sum[j]->value, most->value));
        m->doubt.unsure = m->doubt.unsure || sign == VF_NO_SIGN;
        if (sign == 0)
            large[n++] = column_sum(&m->doubt, a, j);
    }
    return n > 0 ? vf_entry_extreme(&m->doubt, large, n, true) : most;
}

static bool is_vector(const vf_value *a) {
    return a->rows == 1 || a->cols == 1;
}

/* The k-th largest eigenvalue of A'A or AA', whichever is smaller: 0 for k beyond the rank. */
static const vf_number *squared_sigma(const vf_value *a, size_t k, bool *positive) {
    vf_grid g = vf_value_grid(a), t = vf_grid_transpose(&g);
    long low, high;
    vf_rank_of(&g, &low, &high);
    *positive = (long)k <= low;
    if ((long)k > high)
        return vf_num_zero();
    vf_grid gram = a->rows < a->cols ? vf_grid_mul(&g, &t) : vf_grid_mul(&t, &g);
    return *positive ? vf_eigenvalue(&gram, k) : vf_num_unknown();
}

const vf_value *vf_apply_spectrum(vf_machine *m, vf_op op, const vf_value *a, size_t k) {
    bool positive;
    if (op == VF_EIGABS && a->rows == 1)
        return vf_value_scalar(vf_entry_function(&m->doubt, VF_ABS, a->entry[0]));
    if (op == VF_SIGMA && is_vector(a))
        return vf_value_scalar(vf_entry_function(&m->doubt, VF_SQRT, sum_of_squares(a)));
    m->doubt.unsure = m->doubt.unsure || vf_value_moves(a);
    vf_grid g = vf_value_grid(a);
    if (op == VF_EIGABS)
        return vf_value_scalar(vf_entry_of(vf_eigen_modulus(&g, k)));
    const vf_number *square = squared_sigma(a, k, &positive);
    return vf_value_scalar(vf_entry_of(positive ? vf_num_sqrt(square) : square));
}

/* norm(A, fro)^2/norm(A, 2)^2 */
static const vf_entry *stable_rank(vf_machine *m, const vf_value *a) {
    const vf_entry *square = sum_of_squares(a);
    bool positive;
    if (is_vector(a))
        return vf_entry_div(&m->doubt, square, square);
    m->doubt.unsure = m->doubt.unsure || vf_value_moves(a);
    const vf_number *top = squared_sigma(a, 1, &positive);
    if (!positive) /* 0, or not known to be positive */
        return vf_entry_div(&m->doubt, square, vf_entry_of(top));
    return vf_entry_of(vf_num_mul(square->value, vf_num_inverse(top)));
}

const vf_value *vf_apply_norm(vf_machine *m, vf_op op, const vf_value *a) {
    switch (op) {
    case VF_NORM_ONE:
        return vf_value_scalar(norm_one(m, a));
    case VF_NORM_INF:
        return vf_value_scalar(norm_one(m, copy(a, true)));
    case VF_NORM_TWO:
        return vf_apply_spectrum(m, VF_SIGMA, a, 1);
    case VF_NORM_FRO:
        return vf_value_scalar(vf_entry_function(&m->doubt, VF_SQRT, sum_of_squares(a)));
    case VF_STABLE_RANK:
        return vf_value_scalar(stable_rank(m, a));
    default: { /* norm1inf */
        const vf_entry *both = vf_entry_mul(norm_one(m, a), norm_one(m, copy(a, true)));
        return vf_value_scalar(vf_entry_function(&m->doubt, VF_SQRT, both));
    }
    }
}

/* --- the rank of a Jacobian ------------------------------------------------------------------ */

typedef struct directions {
    vf_direction *direction;
    size_t n;
    unsigned var;
    size_t member;
    const vf_value *at; /* the point */
} directions;

static vf_grid *add(directions *d) {
    d->direction = vf_grow(d->direction, d->n, sizeof *d->direction);
    vf_direction *made = &d->direction[d->n++];
    *made = (vf_direction){d->var, d->member, vf_grid_new(d->at->rows, d->at->cols)};
    return &made->by;
}

static void set(vf_grid *g, size_t i, size_t j, long value) {
    g->x[i * g->cols + j] = vf_num_int(value);
}

/* Entries one by one; or, row by row, one against the last. */
static void all_entries(directions *d, bool rows_sum_to_zero) {
    size_t cols = d->at->cols - rows_sum_to_zero;
    for (size_t i = 0; i < d->at->rows; i++)
        for (size_t j = 0; j < cols; j++) {
            vf_grid *g = add(d);
            set(g, i, j, 1);
            if (rows_sum_to_zero)
                set(g, i, cols, -1);
        }
}

static void symmetric(directions *d) {
    for (size_t i = 0; i < d->at->rows; i++)
        for (size_t j = i; j < d->at->rows; j++) {
            vf_grid *g = add(d);
            set(g, i, j, 1);
            set(g, j, i, 1);
        }
}

static void diagonal(directions *d) {
    for (size_t i = 0; i < d->at->rows; i++)
        set(add(d), i, i, 1);
}

/* Q times a skew matrix */
static void rotations(directions *d) {
    vf_grid q = vf_value_grid(d->at);
    for (size_t i = 0; i < q.rows; i++)
        for (size_t j = i + 1; j < q.rows; j++) {
            vf_grid skew = vf_grid_new(q.rows, q.rows);
            set(&skew, i, j, 1);
            set(&skew, j, i, -1);
            *add(d) = vf_grid_mul(&q, &skew);
        }
}

/* The unit vectors less their part along the row of the point, whose length is 1. */
static void along_spheres(directions *d) {
    for (size_t i = 0; i < d->at->rows && d->at->cols > 1; i++)
        for (size_t j = 0; j < d->at->cols; j++) {
            vf_grid *g = add(d);
            const vf_number *minus = vf_num_neg((*vf_value_at(d->at, i, j))->value);
            set(g, i, j, 1);
            for (size_t k = 0; k < g->cols; k++) {
                const vf_number **x = &g->x[i * g->cols + k];
                *x = vf_num_add(*x, vf_num_mul(minus, (*vf_value_at(d->at, i, k))->value));
            }
        }
}

/* The tangent space of the set at the point. */
static void tangent(directions *d, vf_set s) {
    switch (s) {
    case VF_INTEGER:
    case VF_PERMUTATION:
        return;
    case VF_STOCHASTIC:
    case VF_ATTENTION:
        all_entries(d, true);
        return;
    case VF_SYMMETRIC:
    case VF_PSD:
        symmetric(d);
        return;
    case VF_DIAGONAL:
        diagonal(d);
        return;
    case VF_ORTHOGONAL:
        rotations(d);
        return;
    case VF_UNIT_ROWS:
        along_spheres(d);
        return;
    default:
        all_entries(d, false);
    }
}

static bool add_variable(vf_machine *m, directions *d, unsigned var) {
    const vf_variable *v = &m->theorem->var[var];
    long members = 1;
    if (v->members != NULL && !vf_integer(m->theorem, v->members, m->point, &members))
        return false;
    ENSURE("a variable has no value yet", m->point->var[var] != NULL);
    for (long i = 0; i < members; i++) {
        d->var = var;
        d->member = (size_t)i;
        d->at = &m->point->var[var][i];
        tangent(d, v->set);
    }
    return true;
}

static const vf_value *jacobian_rank(const vf_value *value, size_t n) {
    size_t rows = value->rows * value->cols;
    vf_grid jacobian = vf_grid_new(rows, n);
    long low = 0, high = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < n && value->entry[i]->n > 0; k++)
            jacobian.x[i * n + k] = value->entry[i]->slope[k];
    if (n > 0)
        vf_rank_of(&jacobian, &low, &high);
    return vf_value_scalar(vf_entry_of(vf_num_between(low, high)));
}

bool vf_directions(vf_machine *m, const vf_term *t, const vf_direction **direction, size_t *n) {
    directions d = {0};
    bool *listed = vf_alloc((m->theorem->nvars + 1) * sizeof *listed);
    for (size_t k = 1; k < t->nkids && !m->stopped; k++) {
        ENSURE("jrank counts by variables", t->kid[k]->op == VF_VAR);
        if (!listed[t->kid[k]->var])
            m->stopped = !add_variable(m, &d, t->kid[k]->var);
        listed[t->kid[k]->var] = true;
    }
    *direction = d.direction;
    *n = d.n;
    return !m->stopped;
}

const vf_value *vf_jrank(vf_machine *m, const vf_term *t) {
    vf_machine inner;
    const vf_direction *direction;
    size_t n;
    m->stopped = m->stopped || m->ndirections > 0; /* no derivatives of jrank */
    if (!vf_directions(m, t, &direction, &n))
        return NULL;
    vf_machine_init(&inner, m->theorem, m->point);
    inner.point = m->point;
    inner.direction = direction;
    inner.ndirections = n;
    const vf_value *value = vf_machine_value(&inner, t->kid[0]);
    m->doubt.undefined = m->doubt.undefined || inner.doubt.undefined;
    m->doubt.unsure = m->doubt.unsure || inner.doubt.unsure;
    m->stopped = m->stopped || inner.stopped;
    return value == NULL ? NULL : jacobian_rank(value, n);
}
