/* From the instructions of a program to the steps of a batch. What only moves entries (transposes,
   slices, blocks) moves the indices of planes and costs nothing when run. */
#include "batch_inside.h"

#include <string.h>

#include "base/rk_mem.h"
#include "data/rk_data.h"
#include "domain/rk_domain.h"

typedef struct compiler {
    rk_batch *b;
    const rk_instr *in;
    unsigned at;
    unsigned flag; /* of the arguments, then of the instruction */
    size_t rows, cols, count;
} compiler;

static const rk_instr *arg(const compiler *c, size_t k) {
    return &c->b->program->instr[c->in->arg[k]];
}

static rk_batch_value *value(const compiler *c, size_t k) {
    return &c->b->value[c->in->arg[k]];
}

static unsigned *planes(const compiler *c, size_t k) {
    return value(c, k)->entry;
}

static size_t entries(const rk_instr *in) {
    return in->truth ? 1 : (size_t)(in->rows * in->cols);
}

static unsigned *fresh(rk_batch *b, size_t n) {
    unsigned *r = rk_plan_planes(b, n);
    for (size_t i = 0; i < n; i++)
        r[i] = rk_plan_plane(b);
    return r;
}

static unsigned *copy(rk_batch *b, const unsigned *a, size_t n) {
    unsigned *r = rk_plan_planes(b, n);
    memcpy(r, a, n * sizeof *r);
    return r;
}

/* --- flags -------------------------------------------------------------------------------------*/

static void add_flag(compiler *c, unsigned flag) {
    rk_batch *b = c->b;
    if (flag == RK_NO_PLANE || flag == c->flag || rk_plan_is(b, flag, 0))
        return;
    if (c->flag == RK_NO_PLANE) {
        c->flag = flag;
        return;
    }
    unsigned *both = rk_plan_planes(b, 2), *r = fresh(b, 1);
    both[0] = c->flag;
    both[1] = flag;
    rk_plan_add(b, RK_L_FLAG_SET, r, 1, both, 2, NULL, 0);
    c->flag = r[0];
}

static bool is_bad(const rk_batch *b, rk_lanes_op op, double x) {
    switch (op) {
    case RK_L_FLAG_ZERO:
        return x == 0;
    case RK_L_FLAG_NONPOSITIVE:
        return x <= 0;
    case RK_L_FLAG_BELOW:
        return x < -b->lanes->noise;
    default:
        return x < 0;
    }
}

/* Undefined where some of the planes is bad in the sense of op. */
static void add_check(compiler *c, rk_lanes_op op, const unsigned *a, size_t n) {
    rk_batch *b = c->b;
    unsigned *rest = rk_plan_planes(b, n);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const rk_plane *p = &b->plane[a[i]];
        if (p->is_constant && is_bad(b, op, p->constant))
            add_flag(c, rk_plan_constant(b, 1));
        if (!p->is_constant && (count == 0 || rest[count - 1] != a[i]))
            rest[count++] = a[i];
    }
    if (count == 0)
        return;
    unsigned *r = fresh(b, 1);
    rk_plan_add(b, op, r, 1, rest, count, NULL, 0);
    add_flag(c, r[0]);
}

/* --- leaves ------------------------------------------------------------------------------------*/

static unsigned *filled(rk_batch *b, size_t n, double x) {
    unsigned *r = rk_plan_planes(b, n);
    for (size_t i = 0; i < n; i++)
        r[i] = rk_plan_constant(b, x);
    return r;
}

static double rational(const fmpq_t x) {
    arf_t f;
    arf_init(f);
    arf_set_fmpq(f, x, 64, ARF_RND_NEAR);
    double d = arf_get_d(f, ARF_RND_NEAR);
    arf_clear(f);
    return d;
}

static double data_entry(const compiler *c, size_t at) {
    const rk_dyadic *m = c->b->program->checked->data[c->in->slot].matrix;
    return m->entry[at];
}

static double leaf_entry(const compiler *c, size_t i, size_t j) {
    switch (c->in->code) {
    case RK_P_RATIONAL:
        return rational(c->in->number);
    case RK_P_DATA:
        return data_entry(c, i * c->cols + j);
    case RK_P_EYE:
        return i == j;
    case RK_P_ONES:
        return 1;
    case RK_P_UNIT:
        return (int64_t)i == c->in->k - 1;
    case RK_P_CAUSAL:
        return j <= i;
    default:
        return 0;
    }
}

static unsigned *leaf(compiler *c) {
    unsigned *r = rk_plan_planes(c->b, c->count);
    if (c->in->code == RK_P_UNDEFINED)
        add_flag(c, rk_plan_constant(c->b, 1));
    for (size_t i = 0; i < c->rows; i++)
        for (size_t j = 0; j < c->cols; j++)
            r[i * c->cols + j] = rk_plan_constant(c->b, leaf_entry(c, i, j));
    return r;
}

/* --- what moves entries ------------------------------------------------------------------------*/

/* The entry of the argument that becomes entry (i, j). */
static size_t source(const compiler *c, size_t i, size_t j) {
    const rk_instr *in = c->in, *a = arg(c, 0);
    size_t cols = (size_t)a->cols, at = i * c->cols + j;
    switch (in->code) {
    case RK_P_TRANSPOSE:
        return j * cols + i;
    case RK_P_SLICE:
        return ((size_t)in->k + i) * cols + (size_t)in->l + j;
    case RK_P_DIAG_TAKE:
        return i * cols + i;
    case RK_P_VEC:
        return at % (size_t)a->rows * cols + at / (size_t)a->rows;
    case RK_P_RESHAPE: {
        size_t k = (size_t)in->k, l = (size_t)in->l, rest = c->count / (k * l);
        size_t x = at / (k * rest), y = at / rest % k, z = at % rest;
        return (y * l + x) * rest + z;
    }
    default:
        return at;
    }
}

static unsigned *moved(compiler *c) {
    unsigned *r = rk_plan_planes(c->b, c->count);
    for (size_t i = 0; i < c->rows; i++)
        for (size_t j = 0; j < c->cols; j++)
            r[i * c->cols + j] = planes(c, 0)[source(c, i, j)];
    return r;
}

static unsigned *joined(compiler *c) {
    unsigned *r = rk_plan_planes(c->b, c->count);
    size_t row = 0, col = 0;
    for (size_t k = 0; k < c->in->nargs; k++) {
        size_t m = (size_t)arg(c, k)->rows, n = (size_t)arg(c, k)->cols;
        for (size_t i = 0; i < m; i++)
            memcpy(r + (row + i) * c->cols + col, planes(c, k) + i * n, n * sizeof *r);
        row += c->in->code == RK_P_VCAT ? m : 0;
        col += c->in->code == RK_P_HCAT ? n : 0;
    }
    return r;
}

static unsigned *diagonal(compiler *c) {
    unsigned *r = filled(c->b, c->count, 0);
    for (size_t i = 0; i < c->rows; i++)
        r[i * c->cols + i] = planes(c, 0)[i];
    return r;
}

/* --- entrywise ---------------------------------------------------------------------------------*/

static unsigned *binary(compiler *c, rk_lanes_op op, const unsigned *x, const unsigned *y) {
    unsigned *r = rk_plan_planes(c->b, c->count);
    rk_plan_binary(c->b, op, c->count, r, x, y);
    return r;
}

/* Entry (i, j) of the result takes entry (i*di + j*dj) of the argument. */
static unsigned *spread(const compiler *c, size_t k, size_t di, size_t dj) {
    unsigned *r = rk_plan_planes(c->b, c->count);
    for (size_t i = 0; i < c->rows; i++)
        for (size_t j = 0; j < c->cols; j++)
            r[i * c->cols + j] = planes(c, k)[i * di + j * dj];
    return r;
}

static unsigned *quotient(compiler *c, const unsigned *below) {
    add_check(c, RK_L_FLAG_ZERO, below, c->count);
    return binary(c, RK_L_DIV, planes(c, 0), below);
}

/* Division of many entries by the same n numbers, as a product with their inverses: rows by
   theirs (di = 1), or all by one (di = 0). */
static unsigned *quotient_by(compiler *c, const unsigned *divisors, size_t n, size_t di) {
    rk_batch *b = c->b;
    unsigned *ones = filled(b, n, 1), *inverse = rk_plan_planes(b, n);
    unsigned *below = rk_plan_planes(b, c->count);
    if (c->count == n)
        return quotient(c, divisors);
    add_check(c, RK_L_FLAG_ZERO, divisors, n);
    rk_plan_binary(b, RK_L_DIV, n, inverse, ones, divisors);
    for (size_t i = 0; i < n; i++)
        b->plane[inverse[i]].nonzero = true;
    for (size_t i = 0; i < c->rows; i++)
        for (size_t j = 0; j < c->cols; j++)
            below[i * c->cols + j] = inverse[i * di];
    return binary(c, RK_L_MUL, planes(c, 0), below);
}

static unsigned *unary(compiler *c, rk_lanes_op op, unsigned *a) {
    unsigned *r = fresh(c->b, c->count);
    rk_plan_add(c->b, op, r, c->count, a, c->count, NULL, 0);
    return r;
}

static unsigned *function(compiler *c) {
    static const rk_lanes_op op[] = {[RK_FN_SQRT] = RK_L_SQRT,
                                     [RK_FN_EXP] = RK_L_EXP,
                                     [RK_FN_LOG] = RK_L_LOG,
                                     [RK_FN_TANH] = RK_L_TANH,
                                     [RK_FN_SIGMOID] = RK_L_SIGMOID,
                                     [RK_FN_SILU] = RK_L_SILU,
                                     [RK_FN_GELU] = RK_L_GELU,
                                     [RK_FN_ABS] = RK_L_ABS,
                                     [RK_FN_SIGN] = RK_L_SIGN,
                                     [RK_FN_RELU] = RK_L_RELU,
                                     [RK_FN_GELU_SLOPE] = RK_L_GELU_SLOPE};
    unsigned *a = planes(c, 0);
    if (c->in->fn == RK_FN_SQRT)
        add_check(c, RK_L_FLAG_BELOW, a, c->count);
    if (c->in->fn == RK_FN_LOG)
        add_check(c, RK_L_FLAG_NONPOSITIVE, a, c->count);
    return unary(c, op[c->in->fn], a);
}

static unsigned *kron(compiler *c) {
    size_t m = (size_t)arg(c, 1)->rows, n = (size_t)arg(c, 1)->cols, cols = (size_t)arg(c, 0)->cols;
    unsigned *x = rk_plan_planes(c->b, c->count), *y = rk_plan_planes(c->b, c->count);
    for (size_t i = 0; i < c->rows; i++)
        for (size_t j = 0; j < c->cols; j++) {
            x[i * c->cols + j] = planes(c, 0)[i / m * cols + j / n];
            y[i * c->cols + j] = planes(c, 1)[i % m * n + j % n];
        }
    return binary(c, RK_L_MUL, x, y);
}

/* --- products and sums -------------------------------------------------------------------------*/

static bool has_constants(const rk_batch *b, const unsigned *a, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (b->plane[a[i]].is_constant)
            return true;
    return false;
}

static unsigned *sparse_product(compiler *c, size_t k) {
    unsigned *r = rk_plan_planes(c->b, c->count), *column = rk_plan_planes(c->b, k);
    const unsigned *x = planes(c, 0), *y = planes(c, 1);
    for (size_t i = 0; i < c->rows; i++) {
        size_t same = 0; /* an earlier row with the same entries */
        while (memcmp(x + same * k, x + i * k, k * sizeof *x) != 0)
            same++;
        for (size_t j = 0; j < c->cols; j++) {
            for (size_t l = 0; l < k; l++)
                column[l] = y[l * c->cols + j];
            r[i * c->cols + j] =
                same < i ? r[same * c->cols + j] : rk_plan_dot(c->b, x + i * k, column, k);
        }
    }
    return r;
}

static unsigned *matrix_product(compiler *c) {
    rk_batch *b = c->b;
    size_t k = (size_t)arg(c, 0)->cols;
    if (k == 1 || has_constants(b, planes(c, 0), c->rows * k) ||
        has_constants(b, planes(c, 1), k * c->cols))
        return sparse_product(c, k);
    unsigned *r = fresh(b, c->count);
    rk_batch_step *s = rk_plan_add(b, RK_L_PRODUCT, r, c->count, planes(c, 0), c->rows * k,
                                   planes(c, 1), k * c->cols);
    s->m = c->rows;
    s->k = k;
    s->n = c->cols;
    return r;
}

static unsigned *one(rk_batch *b, unsigned p) {
    unsigned *r = rk_plan_planes(b, 1);
    r[0] = p;
    return r;
}

static unsigned *row_sums(compiler *c) {
    size_t n = (size_t)arg(c, 0)->cols;
    unsigned *r = rk_plan_planes(c->b, c->count);
    for (size_t i = 0; i < c->rows; i++)
        r[i] = rk_plan_sum(c->b, planes(c, 0) + i * n, n);
    return r;
}

static unsigned *trace(compiler *c) {
    size_t n = (size_t)arg(c, 0)->rows;
    unsigned *d = rk_plan_planes(c->b, n);
    for (size_t i = 0; i < n; i++)
        d[i] = planes(c, 0)[i * n + i];
    return one(c->b, rk_plan_sum(c->b, d, n));
}

static unsigned extreme(rk_batch *b, rk_lanes_op op, unsigned *a, size_t n) {
    if (n == 1)
        return a[0];
    unsigned *r = fresh(b, 1);
    rk_plan_add(b, op, r, 1, a, n, NULL, 0);
    return r[0];
}

static unsigned *extreme_entry(compiler *c, rk_lanes_op op) {
    return one(c->b, extreme(c->b, op, planes(c, 0), entries(arg(c, 0))));
}

/* The largest column sum of moduli. */
static unsigned *norm_one(compiler *c) {
    rk_batch *b = c->b;
    size_t m = (size_t)arg(c, 0)->rows, n = (size_t)arg(c, 0)->cols;
    unsigned *moduli = fresh(b, m * n), *sums = rk_plan_planes(b, n);
    rk_plan_add(b, RK_L_ABS, moduli, m * n, planes(c, 0), m * n, NULL, 0);
    for (size_t j = 0; j < n; j++) {
        unsigned *column = rk_plan_planes(b, m);
        for (size_t i = 0; i < m; i++)
            column[i] = moduli[i * n + j];
        sums[j] = rk_plan_sum(b, column, m);
    }
    return one(b, extreme(b, RK_L_MAX, sums, n));
}

static unsigned *entropy(compiler *c) {
    rk_batch *b = c->b;
    size_t n = (size_t)arg(c, 0)->cols, all = c->rows * n;
    unsigned *terms = fresh(b, all), *r = rk_plan_planes(b, c->rows);
    add_check(c, RK_L_FLAG_NEGATIVE, planes(c, 0), all);
    rk_plan_add(b, RK_L_SURPRISE, terms, all, planes(c, 0), all, NULL, 0);
    for (size_t i = 0; i < c->rows; i++)
        r[i] = rk_plan_sum(b, terms + i * n, n);
    return r;
}

/* --- linear algebra ----------------------------------------------------------------------------*/

static unsigned *transposed(rk_batch *b, const unsigned *a, size_t m, size_t n) {
    unsigned *r = rk_plan_planes(b, m * n);
    for (size_t i = 0; i < m * n; i++)
        r[i] = a[i % m * n + i / m];
    return r;
}

static rk_batch_step *on_matrix(compiler *c, rk_lanes_op op, unsigned *r, size_t nr, unsigned *a,
                                size_t m, size_t n) {
    rk_batch_step *s = rk_plan_add(c->b, op, r, nr, a, m * n, NULL, 0);
    s->m = m;
    s->n = n;
    if (n > RK_LANES_COLUMNS)
        c->b->refused = true;
    return s;
}

/* Wide matrices take fewer operations than tall ones. */
static unsigned *rank(compiler *c) {
    rk_batch *b = c->b;
    size_t m = (size_t)arg(c, 0)->rows, n = (size_t)arg(c, 0)->cols;
    unsigned *a = planes(c, 0);
    size_t pivots = rk_plan_reduce(b, &a, &m, &n);
    unsigned *taken = one(b, rk_plan_constant(b, (double)pivots));
    if (m == 0 || n == 0)
        return taken;
    unsigned *r = fresh(b, 1);
    a = m > n ? transposed(b, a, m, n) : a;
    on_matrix(c, RK_L_RANK, r, 1, a, m > n ? n : m, m > n ? m : n);
    return binary(c, RK_L_ADD, r, taken);
}

static unsigned *determinant(compiler *c) {
    unsigned *r = fresh(c->b, 1);
    on_matrix(c, RK_L_DET, r, 1, planes(c, 0), (size_t)arg(c, 0)->rows, (size_t)arg(c, 0)->cols);
    return r;
}

static unsigned *inverse(compiler *c) {
    unsigned *r = fresh(c->b, c->count + 1);
    on_matrix(c, RK_L_INV, r, c->count + 1, planes(c, 0), c->rows, c->cols);
    add_flag(c, r[c->count]);
    return r;
}

static unsigned *softmax(compiler *c) {
    rk_batch *b = c->b;
    bool masked = c->in->nargs > 1;
    unsigned *r = fresh(b, c->count + 1);
    rk_batch_step *s = rk_plan_add(b, RK_L_SOFTMAX, r, c->count + masked, planes(c, 0), c->count,
                                   masked ? planes(c, 1) : NULL, masked ? c->count : 0);
    s->m = c->rows;
    s->n = c->cols;
    if (masked)
        add_flag(c, r[c->count]);
    return r;
}

/* All singular values (moduli of eigenvalues) of the argument, made when first asked for. */
static unsigned spectrum(compiler *c, bool eigen) {
    rk_batch *b = c->b;
    size_t m = (size_t)arg(c, 0)->rows, n = (size_t)arg(c, 0)->cols;
    unsigned *a = planes(c, 0), *known = &value(c, 0)->spectrum[eigen];
    if (*known != RK_NO_PLANE)
        return *known;
    if (m < n)
        a = transposed(b, a, m, n);
    size_t most = m < n ? n : m, least = m < n ? m : n;
    unsigned *r = fresh(b, least);
    rk_batch_step *s = on_matrix(c, RK_L_SINGULAR_VALUES, r, least, a, most, least);
    if (eigen) {
        s->kind = RK_STEP_EIGEN;
        b->refused = b->refused || b->lanes->size != sizeof(double);
    }
    return *known = r[0];
}

static unsigned *spectral(compiler *c) {
    const rk_instr *a = arg(c, 0);
    int64_t k = c->in->k, most = a->rows < a->cols ? a->rows : a->cols;
    if (k < 1 || k > most) {
        add_flag(c, rk_plan_constant(c->b, 1));
        return filled(c->b, 1, 0);
    }
    return one(c->b, spectrum(c, c->in->code == RK_P_EIGEN_MODULUS) + (unsigned)k - 1);
}

/* --- truth values ------------------------------------------------------------------------------*/

static rk_batch_step *truth(compiler *c, rk_lanes_op op, unsigned *r, unsigned *a, size_t na,
                            unsigned *d, size_t nd) {
    r[0] = rk_plan_plane(c->b);
    rk_batch_step *s = rk_plan_add(c->b, op, r, 1, a, na, d, nd);
    s->flag = c->flag;
    c->b->plane[r[0]].keep = true;
    return s;
}

/* Made of ranks and constants: equal numbers are equal doubles, but for rounding. */
static bool is_count(const rk_program *p, unsigned i) {
    const rk_instr *in = &p->instr[i];
    bool count = in->code == RK_P_ADD || in->code == RK_P_SUB || in->code == RK_P_NEG ||
                 in->code == RK_P_MUL || in->code == RK_P_SCALE || in->code == RK_P_DIV ||
                 in->code == RK_P_MAX_ENTRIES || in->code == RK_P_MIN_ENTRIES ||
                 in->code == RK_P_HCAT;
    for (size_t k = 0; k < in->nargs && count; k++)
        count = is_count(p, in->arg[k]);
    return count || in->code == RK_P_RATIONAL || in->code == RK_P_RANK;
}

/* Counts that are equal stand clear of the edge of an inequality, on the side of its truth. */
static void clear_edge(compiler *c, unsigned *x, unsigned *y) {
    const rk_program *p = c->b->program;
    rk_cmp cmp = c->in->cmp;
    if (cmp == RK_EQ || cmp == RK_NE || !is_count(p, c->in->arg[0]) || !is_count(p, c->in->arg[1]))
        return;
    unsigned *moved_ = cmp == RK_GE || cmp == RK_LT ? x : y;
    unsigned *little = one(c->b, rk_plan_constant(c->b, 1000 * c->b->lanes->noise));
    rk_plan_binary(c->b, RK_L_ADD, 1, moved_, moved_, little);
}

static unsigned *compare(compiler *c) {
    static const rk_lanes_op op[] = {[RK_EQ] = RK_L_EQ, [RK_NE] = RK_L_NE, [RK_LT] = RK_L_LT,
                                     [RK_LE] = RK_L_LE, [RK_GT] = RK_L_GT, [RK_GE] = RK_L_GE};
    rk_batch *b = c->b;
    size_t m = entries(arg(c, 0)), n = entries(arg(c, 1)), most = m > n ? m : n;
    unsigned *x = m == most ? copy(b, planes(c, 0), m) : rk_plan_planes(b, most);
    unsigned *y = n == most ? copy(b, planes(c, 1), n) : rk_plan_planes(b, most), *r;
    for (size_t i = 0; i < most; i++) {
        x[i] = planes(c, 0)[m == 1 ? 0 : i];
        y[i] = planes(c, 1)[n == 1 ? 0 : i];
    }
    if (most == 1)
        clear_edge(c, x, y);
    r = rk_plan_planes(b, 1);
    truth(c, op[c->in->cmp], r, x, most, y, most);
    return r;
}

static unsigned *connective(compiler *c, rk_lanes_op op) {
    if (c->in->nargs == 0) /* of nothing: certain */
        return one(c->b, rk_plan_constant(c->b, op == RK_L_OR ? 1 : -1));
    unsigned *a = rk_plan_planes(c->b, c->in->nargs), *r = rk_plan_planes(c->b, 1);
    for (size_t k = 0; k < c->in->nargs; k++)
        a[k] = planes(c, k)[0];
    truth(c, op, r, a, c->in->nargs, NULL, 0);
    return r;
}

static unsigned *truth_of_matrix(compiler *c, rk_lanes_op op) {
    unsigned *r = rk_plan_planes(c->b, 1);
    rk_batch_step *s = truth(c, op, r, planes(c, 0), entries(arg(c, 0)), NULL, 0);
    if (op == RK_L_IS_PSD) {
        s->m = (size_t)arg(c, 0)->rows;
        s->n = (size_t)arg(c, 0)->cols;
    }
    return r;
}

/* --- one instruction ---------------------------------------------------------------------------*/

static unsigned *make_truth(compiler *c) {
    switch (c->in->code) {
    case RK_P_COMPARE:
        return compare(c);
    case RK_P_NOT:
        return connective(c, RK_L_NOT);
    case RK_P_AND:
        return connective(c, RK_L_AND);
    case RK_P_OR:
        return connective(c, RK_L_OR);
    case RK_P_IMPLIES:
        return connective(c, RK_L_IMPLIES);
    case RK_P_IFF:
        return connective(c, RK_L_IFF);
    case RK_P_IS_PSD:
        return truth_of_matrix(c, RK_L_IS_PSD);
    case RK_P_IS_INTEGER:
        return truth_of_matrix(c, RK_L_IS_INTEGER);
    default:
        return NULL;
    }
}

static unsigned *make_number(compiler *c) {
    switch (c->in->code) {
    case RK_P_SUM_ENTRIES:
        return one(c->b, rk_plan_sum(c->b, planes(c, 0), entries(arg(c, 0))));
    case RK_P_MAX_ENTRIES:
        return extreme_entry(c, RK_L_MAX);
    case RK_P_MIN_ENTRIES:
        return extreme_entry(c, RK_L_MIN);
    case RK_P_RANK:
        return rank(c);
    case RK_P_DET:
        return determinant(c);
    case RK_P_TRACE:
        return trace(c);
    case RK_P_NORM1:
        return norm_one(c);
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
        return spectral(c);
    default:
        return NULL;
    }
}

static unsigned *make_entrywise(compiler *c) {
    switch (c->in->code) {
    case RK_P_ADD:
        return binary(c, RK_L_ADD, planes(c, 0), planes(c, 1));
    case RK_P_SUB:
        return binary(c, RK_L_SUB, planes(c, 0), planes(c, 1));
    case RK_P_NEG:
        return unary(c, RK_L_NEG, planes(c, 0));
    case RK_P_SCALE:
        return binary(c, RK_L_MUL, spread(c, 0, 0, 0), planes(c, 1));
    case RK_P_DIV:
        return quotient_by(c, planes(c, 1), 1, 0);
    case RK_P_EMUL:
        return binary(c, RK_L_MUL, planes(c, 0), planes(c, 1));
    case RK_P_EDIV:
        return quotient(c, planes(c, 1));
    case RK_P_ROW_SCALE:
        return binary(c, RK_L_MUL, spread(c, 0, 1, 0), planes(c, 1));
    case RK_P_ROW_DIVIDE:
        return quotient_by(c, planes(c, 1), c->rows, 1);
    case RK_P_KRON:
        return kron(c);
    case RK_P_FN:
        return function(c);
    default:
        return NULL;
    }
}

static unsigned *make_matrix(compiler *c) {
    switch (c->in->code) {
    case RK_P_INPUT:
        return c->b->input[c->in->slot];
    case RK_P_KEEP:
        return planes(c, 0);
    case RK_P_TRANSPOSE:
    case RK_P_SLICE:
    case RK_P_DIAG_TAKE:
    case RK_P_VEC:
    case RK_P_RESHAPE:
        return moved(c);
    case RK_P_HCAT:
    case RK_P_VCAT:
        return joined(c);
    case RK_P_DIAG_MAKE:
        return diagonal(c);
    case RK_P_MUL:
        return matrix_product(c);
    case RK_P_ROW_SUMS:
        return row_sums(c);
    case RK_P_INV:
        return inverse(c);
    case RK_P_SOFTMAX:
        return softmax(c);
    case RK_P_ENTROPY:
        return entropy(c);
    default:
        return NULL;
    }
}

/* NULL when there is no method here. */
static unsigned *make(compiler *c) {
    if (c->in->code == RK_P_CONSTRUCT)
        return NULL;
    if (c->in->truth)
        return make_truth(c);
    if (c->in->nargs == 0 && c->in->code != RK_P_INPUT)
        return leaf(c);
    unsigned *r = make_entrywise(c);
    r = r ? r : make_matrix(c);
    return r ? r : make_number(c);
}

static void compile_one(rk_batch *b, unsigned i) {
    const rk_instr *in = &b->program->instr[i];
    compiler c = {.b = b, .in = in, .at = i, .flag = RK_NO_PLANE};
    c.rows = (size_t)in->rows;
    c.cols = (size_t)in->cols;
    c.count = entries(in);
    b->value[i] = (rk_batch_value){.spectrum = {RK_NO_PLANE, RK_NO_PLANE}};
    for (size_t k = 0; k < in->nargs; k++)
        add_flag(&c, value(&c, k)->flag);
    b->value[i].entry = make(&c);
    b->value[i].flag = c.flag;
    if (!b->value[i].entry)
        b->refused = true;
}

/* --- the program -------------------------------------------------------------------------------*/

static void make_inputs(rk_batch *b) {
    for (size_t s = 0; s < b->program->nslots; s++) {
        const rk_slot *slot = &b->program->slots[s];
        if (slot->defined)
            continue;
        size_t n = (size_t)(slot->rows * slot->cols);
        b->input[s] = fresh(b, n);
        for (size_t k = 0; k < n; k++) {
            b->plane[b->input[s][k]].keep = true;
            b->plane[b->input[s][k]].nonzero =
                slot->set == RK_SET_NONZERO || slot->set == RK_SET_POSITIVE;
        }
    }
}

static unsigned *margins(const rk_batch *b, const unsigned *roots, size_t n) {
    unsigned *r = rk_plan_planes((rk_batch *)b, n);
    for (size_t i = 0; i < n; i++)
        r[i] = b->value[roots[i]].entry[0];
    return r;
}

/* The margin of `the slot has full rank`. */
static unsigned is_invertible(rk_batch *b, size_t slot) {
    size_t n = (size_t)b->program->slots[slot].rows;
    unsigned *rank_ = fresh(b, 1), *full = one(b, rk_plan_constant(b, (double)n)), *r = fresh(b, 1);
    rk_batch_step *s = rk_plan_add(b, RK_L_RANK, rank_, 1, b->input[slot], n * n, NULL, 0);
    s->m = s->n = n;
    rk_plan_add(b, RK_L_EQ, r, 1, rank_, 1, full, 1);
    return r[0];
}

/* Inputs are taken to lie in their sets, but for the one that is easily missed. */
static unsigned *hypotheses(rk_batch *b, size_t *n) {
    const rk_program *p = b->program;
    unsigned *h = rk_plan_planes(b, p->nhypotheses + p->nslots);
    *n = p->nhypotheses;
    memcpy(h, margins(b, p->hypotheses, p->nhypotheses), *n * sizeof *h);
    for (size_t s = 0; s < p->nslots; s++)
        if (!p->slots[s].defined && p->slots[s].set == RK_SET_INVERTIBLE)
            h[(*n)++] = is_invertible(b, s);
    return h;
}

static void make_violation(rk_batch *b) {
    const rk_program *p = b->program;
    size_t n;
    unsigned *h = hypotheses(b, &n), *c = margins(b, p->claims, p->nclaims);
    unsigned *r = fresh(b, 1);
    rk_batch_step *s = rk_plan_add(b, RK_L_VIOLATION, r, 1, h, n, c, p->nclaims);
    s->m = n;
    s->n = p->nclaims;
    b->plane[r[0]].keep = true;
    b->violation = r[0];
}

/* Entries and products of what is needed: compiling takes about so many steps. */
static double size_of(const rk_program *p, const unsigned char *all) {
    double size = 0;
    for (size_t i = 0; i < p->ninstr; i++) {
        const rk_instr *in = &p->instr[i];
        double count = (double)entries(in);
        if (all[i])
            size += in->code == RK_P_MUL ? count * (double)p->instr[in->arg[0]].cols : count;
    }
    return size;
}

void rk_batch_compile(rk_batch *b, size_t bytes) {
    const rk_program *p = b->program;
    unsigned char *marks = rk_calloc(p->ninstr + 1, 1), *all = rk_calloc(p->ninstr + 1, 1);
    for (size_t k = 0; k < p->nhypotheses + p->nclaims; k++) {
        rk_program_closure(p, k < p->nhypotheses ? p->hypotheses[k] : p->claims[k - p->nhypotheses],
                           marks);
        for (size_t i = 0; i < p->ninstr; i++)
            all[i] |= marks[i];
    }
    b->refused = size_of(p, all) > (double)(bytes / sizeof(double));
    if (!b->refused)
        make_inputs(b);
    for (unsigned i = 0; i < p->ninstr && !b->refused; i++)
        if (all[i])
            compile_one(b, i);
    rk_free(marks);
    rk_free(all);
    if (!b->refused)
        make_violation(b);
}
