/* Bounds of ranks from shapes and declared sets, valid at every assignment. */
#include "vf_facts.h"
#include "vf_linear.h"

enum { MOST_NUMBERS = 4096 }; /* of a matrix written out, whose rank is computed */

static const vf_shape *kid(vf_facts *f, const vf_term *t, size_t k) {
    return vf_shape_of(f, t->kid[k]);
}

static long least(long a, long b) {
    return a < b ? a : b;
}

static long most(long a, long b) {
    return a > b ? a : b;
}

/* Any rank. */
static vf_shape plain(size_t rows, size_t cols) {
    ENSURE("a size of at least 1", rows >= 1 && cols >= 1);
    const uint64_t entries = UINT64_C(1) << (sizeof(size_t) > 4 ? 40 : 30);
    if (rows > entries || cols > entries / rows)
        vf_limit("entries of a matrix");
    return (vf_shape){.rows = rows, .cols = cols, .high = (long)(rows < cols ? rows : cols)};
}

static vf_shape full(size_t n) {
    vf_shape s = plain(n, n);
    s.low = s.high;
    return s;
}

static size_t extent(vf_facts *f, const vf_term *t) {
    long n = vf_facts_integer(f, t);
    ENSURE("a size of at least 1", n >= 1);
    return (size_t)n;
}

/* --- leaves ------------------------------------------------------------------------------- */

static vf_shape variable(vf_facts *f, const vf_term *t) {
    const vf_variable *v = &f->theorem->var[t->var];
    vf_shape s = plain(extent(f, v->rows), extent(f, v->cols));
    switch (v->set) {
    case VF_INVERTIBLE:
    case VF_ORTHOGONAL:
    case VF_PERMUTATION:
        s.low = s.high;
        s.kept = v->set == VF_PERMUTATION;
        break;
    case VF_POSITIVE:
    case VF_NONZERO:
    case VF_ATTENTION:
    case VF_STOCHASTIC:
        s.kept = v->set == VF_ATTENTION || v->set == VF_STOCHASTIC;
        s.nonzero = v->set != VF_STOCHASTIC;
        s.positive = v->set == VF_POSITIVE || v->set == VF_ATTENTION;
        s.low = 1;
        break;
    case VF_UNIT_ROWS:
        s.low = 1;
        break;
    default:
        break;
    }
    return s;
}

static vf_shape constant(size_t rows, size_t cols, bool zero) {
    vf_shape s = plain(rows, cols);
    s.low = s.high = !zero;
    s.nonzero = s.positive = !zero;
    s.to_zero = zero;
    s.kept = !zero && cols == 1;
    return s;
}

static vf_shape scalar(bool nonzero) {
    vf_shape s = plain(1, 1);
    s.low = nonzero;
    s.nonzero = nonzero;
    return s;
}

static vf_shape number(mpq_srcptr q) {
    vf_shape s = constant(1, 1, mpq_sgn(q) == 0);
    s.positive = mpq_sgn(q) > 0;
    s.kept = mpq_cmp_ui(q, 1, 1) == 0;
    return s;
}

/* --- arithmetic --------------------------------------------------------------------------- */

static vf_shape sum(vf_shape a, vf_shape b, bool minus) {
    vf_shape s = plain(a.rows, a.cols);
    ENSURE("matrices of one shape", a.rows == b.rows && a.cols == b.cols);
    s.high = least(s.high, a.high + b.high);
    s.low = most(0, most(a.low - b.high, b.low - a.high));
    s.positive = !minus && a.positive && b.positive;
    s.to_zero = (a.to_zero && b.to_zero) || (minus && a.kept && b.kept);
    s.kept = (a.kept && b.to_zero) || (!minus && a.to_zero && b.kept);
    return s;
}

static vf_shape scaled(vf_shape a, vf_shape by) {
    a.low = by.nonzero ? a.low : 0;
    a.high = by.high == 0 ? 0 : a.high;
    a.nonzero = a.nonzero && by.nonzero;
    a.positive = a.positive && by.positive;
    a.kept = a.kept && by.kept;
    return a;
}

/* By what is defined, so not 0. */
static vf_shape divided(vf_shape a, vf_shape by) {
    by.nonzero = true;
    by.high = 1;
    return scaled(a, by);
}

static vf_shape product(vf_shape a, vf_shape b) {
    if (a.cols != b.rows) {
        bool left = a.rows == 1 && a.cols == 1;
        ENSURE("sizes of a product", left || (b.rows == 1 && b.cols == 1));
        return left ? scaled(b, a) : scaled(a, b);
    }
    vf_shape s = plain(a.rows, b.cols);
    s.high = least(a.high, b.high);
    s.low = most(0, a.low + b.low - (long)a.cols);
    s.nonzero = a.cols == 1 && a.nonzero && b.nonzero;
    s.positive = a.positive && b.positive;
    s.to_zero = b.to_zero;
    s.kept = a.kept && b.kept;
    return s;
}

static vf_shape entrywise_product(vf_shape a, vf_shape b) {
    vf_shape s = plain(a.rows, a.cols);
    s.high = a.high > 0 && b.high > s.high / a.high ? s.high : a.high * b.high;
    s.nonzero = a.nonzero && b.nonzero;
    s.positive = a.positive && b.positive;
    return s;
}

static vf_shape entrywise_quotient(vf_shape a, vf_shape b) {
    vf_shape s = plain(a.rows, a.cols);
    s.positive = a.positive && b.positive;
    return s;
}

static vf_shape power(vf_shape a, long k) {
    vf_shape s = full(a.rows);
    s.kept = a.kept || k == 0;
    if (k > 0 && a.low < s.low) {
        s.low = a.high == 0 || k > 1 ? 0 : a.low;
        s.high = a.high;
        s.to_zero = a.to_zero;
        s.nonzero = k == 1 && a.nonzero;
    }
    s.positive = k > 0 && a.positive;
    return s;
}

static vf_shape transposed(vf_shape a) {
    vf_shape s = plain(a.cols, a.rows);
    s.low = a.low;
    s.high = a.high;
    s.nonzero = a.nonzero;
    s.positive = a.positive;
    return s;
}

static vf_shape beside(vf_shape a, vf_shape b, bool below) {
    ENSURE("blocks fit", below ? a.cols == b.cols : a.rows == b.rows);
    vf_shape s = below ? plain(a.rows + b.rows, a.cols) : plain(a.rows, a.cols + b.cols);
    s.low = most(a.low, b.low);
    s.high = least(s.high, a.high + b.high);
    s.nonzero = a.nonzero && b.nonzero;
    s.positive = a.positive && b.positive;
    s.to_zero = a.to_zero && b.to_zero;
    s.kept = below && a.kept && b.kept;
    return s;
}

static vf_shape part(const vf_term *t, vf_shape a) {
    size_t rows = t->kid[1]->op == VF_COLON ? a.rows : 1;
    size_t cols = t->kid[2]->op == VF_COLON ? a.cols : 1;
    vf_shape s = plain(rows, cols);
    s.low = most(0, a.low - (long)(a.rows - rows) - (long)(a.cols - cols));
    s.high = least(s.high, a.high);
    s.nonzero = a.nonzero;
    s.positive = a.positive;
    s.to_zero = a.to_zero && cols == a.cols;
    s.kept = a.kept && cols == a.cols;
    return s;
}

static vf_shape kron(vf_shape a, vf_shape b) {
    vf_shape s = plain(a.rows * b.rows, a.cols * b.cols);
    s.low = a.low * b.low;
    s.high = a.high * b.high;
    s.nonzero = a.nonzero && b.nonzero;
    s.positive = a.positive && b.positive;
    s.kept = a.kept && b.kept;
    return s;
}

/* What is a column is told by the text, whatever the dimensions. */
static vf_shape diagonal(const vf_term *t, vf_shape a) {
    if (!vf_ratio_equal(t->kid[0]->cols, vf_ratio_int(1)))
        return plain((size_t)least((long)a.rows, (long)a.cols), 1);
    vf_shape s = plain(a.rows, a.rows);
    s.low = a.nonzero ? s.high : a.low;
    s.high = a.high == 0 ? 0 : s.high;
    return s;
}

/* --- functions ---------------------------------------------------------------------------- */

static vf_shape centred(vf_shape a, bool rows) {
    vf_shape s = plain(a.rows, a.cols);
    s.low = most(0, a.low - 1);
    s.high = least(a.high, (long)(rows ? a.cols : a.rows) - 1);
    s.to_zero = rows || a.to_zero || a.kept;
    return s;
}

/* center_tokens(X)*D, D invertible */
static vf_shape batchnorm(vf_shape a) {
    vf_shape s = centred(a, false);
    s.to_zero = false;
    return s;
}

/* D*center(X)*diag(g) + 1*b', D invertible. */
static vf_shape layernorm(vf_facts *f, const vf_term *t) {
    vf_shape a = *kid(f, t, 0), s = plain(a.rows, a.cols);
    bool bias = kid(f, t, 2)->high > 0;
    s.high = least(s.high, least(a.high, (long)a.cols - 1) + bias);
    return s;
}

/* D*X*diag(g) */
static vf_shape rmsnorm(vf_facts *f, const vf_term *t) {
    vf_shape a = *kid(f, t, 0);
    a.low = kid(f, t, 1)->nonzero ? a.low : 0;
    a.nonzero = a.positive = a.to_zero = a.kept = false;
    return a;
}

static vf_shape softmax(vf_facts *f, const vf_term *t) {
    vf_shape s = plain(kid(f, t, 0)->rows, kid(f, t, 0)->cols);
    bool causal = t->nkids > 1 && t->kid[1]->op == VF_CAUSAL;
    s.low = causal ? s.high : 1; /* triangular with a positive diagonal */
    s.positive = t->nkids == 1;
    s.kept = true;
    return s;
}

/* --- loops -------------------------------------------------------------------------------- */

static vf_shape step(vf_op op, vf_shape a, vf_shape b) {
    switch (op) {
    case VF_LOOP_SUM:
        return sum(a, b, false);
    case VF_LOOP_PROD:
        return product(a, b);
    case VF_LOOP_HCAT:
    case VF_LOOP_VCAT:
        return beside(a, b, op == VF_LOOP_VCAT);
    default:
        return scalar(false);
    }
}

/* The shape of an empty sum is that of its body, wherever in the loop. */
static vf_shape empty_sum(vf_facts *f, const vf_term *t, long from) {
    ENSURE("an empty loop is undefined", t->op == VF_LOOP_SUM);
    vf_bound before = vf_facts_bind(f, t->sym, from);
    vf_shape s = *kid(f, t, 2);
    vf_facts_unbind(f, t->sym, before);
    return constant(s.rows, s.cols, true);
}

static vf_shape loop(vf_facts *f, const vf_term *t) {
    long from = vf_facts_integer(f, t->kid[0]), to = vf_facts_integer(f, t->kid[1]);
    vf_shape s = {0};
    if (from > to)
        return empty_sum(f, t, from);
    vf_facts_rounds(from, to);
    for (long i = from; i <= to; i++) {
        vf_bound before = vf_facts_bind(f, t->sym, i);
        s = i == from ? *kid(f, t, 2) : step(t->op, s, *kid(f, t, 2));
        vf_facts_unbind(f, t->sym, before);
    }
    return s;
}

static vf_shape fold(vf_facts *f, const vf_term *t) {
    long from = vf_facts_integer(f, t->kid[0]), to = vf_facts_integer(f, t->kid[1]);
    const vf_shape *s = kid(f, t, 2);
    vf_facts_rounds(from, to);
    for (long i = from; i <= to; i++) {
        vf_bound before = vf_facts_bind(f, t->sym, i);
        f->running[t->sym2] = s;
        s = kid(f, t, 3);
        vf_facts_unbind(f, t->sym, before);
    }
    return *s;
}

/* --- one term ----------------------------------------------------------------------------- */

static vf_shape leaf(vf_facts *f, const vf_term *t) {
    vf_shape s;
    switch (t->op) {
    case VF_NUMBER:
        return number(t->number);
    case VF_SYM:
        s = scalar(f->value[t->sym] != 0);
        s.positive = f->value[t->sym] > 0;
        return s;
    case VF_VAR:
        return variable(f, t);
    case VF_DATUM:
        return plain(f->theorem->datum[t->var].rows, f->theorem->datum[t->var].cols);
    case VF_ACC:
        return *f->running[t->sym2];
    case VF_EYE:
    case VF_CAUSAL:
        s = full(extent(f, t->kid[0]));
        s.kept = t->op == VF_EYE;
        return s;
    case VF_ONES:
    case VF_ZEROS:
        return constant(extent(f, t->kid[0]), extent(f, t->kid[1]), t->op == VF_ZEROS);
    case VF_UNIT:
        s = plain(extent(f, t->kid[0]), 1);
        s.low = 1;
        return s;
    default: /* VF_SUM_OF VF_MAX_OF VF_MIN_OF VF_JRANK: a number of which nothing is known */
        return scalar(false);
    }
}

/* A number as it is written out: -3/4. NULL: it is none. */
static const vf_number *written(const vf_term *t) {
    if (t->op == VF_NUMBER)
        return vf_num_rational(t->number);
    const vf_number *a = t->op == VF_NEG || t->op == VF_DIV ? written(t->kid[0]) : NULL;
    if (a == NULL || t->op == VF_NEG)
        return a == NULL ? NULL : vf_num_neg(a);
    const vf_number *b = written(t->kid[1]);
    return b == NULL || vf_num_sign(b) == 0 ? NULL : vf_num_mul(a, vf_num_inverse(b));
}

/* Writes the entries of a matrix of numbers to g from (row, col) on. False: it is none. */
static bool put_numbers(vf_facts *f, vf_grid *g, size_t row, size_t col, const vf_term *t) {
    if (t->op != VF_HCAT && t->op != VF_VCAT)
        return (g->x[row * g->cols + col] = written(t)) != NULL;
    for (size_t k = 0; k < t->nkids; k++) {
        if (!put_numbers(f, g, row, col, t->kid[k]))
            return false;
        row += t->op == VF_VCAT ? kid(f, t, k)->rows : 0;
        col += t->op == VF_HCAT ? kid(f, t, k)->cols : 0;
    }
    return true;
}

/* Of a matrix written out in numbers the rank is told. */
static vf_shape joined(vf_facts *f, const vf_term *t) {
    vf_shape s = *kid(f, t, 0);
    for (size_t k = 1; k < t->nkids; k++)
        s = beside(s, *kid(f, t, k), t->op == VF_VCAT);
    if (s.rows > MOST_NUMBERS / s.cols)
        return s;
    vf_grid g = vf_grid_new(s.rows, s.cols);
    if (put_numbers(f, &g, 0, 0, t))
        vf_rank_of(&g, &s.low, &s.high);
    return s;
}

static vf_shape entrywise(const vf_term *t, vf_shape a) {
    vf_shape s = plain(a.rows, a.cols);
    bool same = t->op == VF_SQRT || t->op == VF_ABS || t->op == VF_RELU;
    s.positive = t->op == VF_EXP || t->op == VF_SIGMOID || (same && a.positive);
    return s;
}

static vf_shape operation(vf_facts *f, const vf_term *t, vf_shape a) {
    switch (t->op) {
    case VF_ADD:
    case VF_SUB:
        return sum(a, *kid(f, t, 1), t->op == VF_SUB);
    case VF_NEG:
        return scaled(a, scalar(true));
    case VF_MUL:
        return product(a, *kid(f, t, 1));
    case VF_DIV:
        return divided(a, *kid(f, t, 1));
    case VF_EMUL:
        return entrywise_product(a, *kid(f, t, 1));
    case VF_EDIV:
        return entrywise_quotient(a, *kid(f, t, 1));
    case VF_POWER:
        return power(a, vf_facts_integer(f, t->kid[1]));
    case VF_INV:
        return power(a, -1);
    case VF_TRANSPOSE:
        return transposed(a);
    case VF_ENTRY:
        return part(t, a);
    case VF_HCAT:
    case VF_VCAT:
        return joined(f, t);
    case VF_KRON:
        return kron(a, *kid(f, t, 1));
    case VF_DIAG:
        return diagonal(t, a);
    case VF_VEC:
        return plain(a.rows * a.cols, 1);
    case VF_SOFTMAX:
        return softmax(f, t);
    case VF_LAYERNORM:
        return layernorm(f, t);
    case VF_RMSNORM:
        return rmsnorm(f, t);
    case VF_BATCHNORM:
        return batchnorm(a);
    case VF_CENTER_TOKENS:
        return centred(a, false);
    case VF_CENTER:
        return centred(a, true);
    case VF_ENTROPY:
        return plain(a.rows, 1);
    case VF_ROWSCALES:
        return plain(a.rows, a.rows);
    default:
        return vf_is_entrywise(t->op) ? entrywise(t, a) : scalar(false);
    }
}

static bool is_leaf(vf_op op) {
    switch (op) {
    case VF_NUMBER:
    case VF_SYM:
    case VF_VAR:
    case VF_DATUM:
    case VF_ACC:
    case VF_EYE:
    case VF_CAUSAL:
    case VF_ONES:
    case VF_ZEROS:
    case VF_UNIT:
    case VF_SUM_OF:
    case VF_MAX_OF:
    case VF_MIN_OF:
    case VF_JRANK:
        return true;
    default:
        return false;
    }
}

static vf_shape shape(vf_facts *f, const vf_term *t) {
    if (t->op == VF_FOLD)
        return fold(f, t);
    if (t->op >= VF_LOOP_SUM && t->op <= VF_LOOP_MIN)
        return loop(f, t);
    return is_leaf(t->op) ? leaf(f, t) : operation(f, t, *kid(f, t, 0));
}

const vf_shape *vf_shape_of(vf_facts *f, const vf_term *t) {
    const vf_shape *known = *vf_table_place(&f->shapes, t, f->scope);
    if (known)
        return known;
    vf_shape *s = vf_alloc(sizeof *s);
    *s = shape(f, t);
    s->nonzero = s->nonzero || s->positive;
    s->low = s->nonzero ? most(s->low, 1) : s->low;
    if (s->to_zero) /* a vector other than 0 in the kernel */
        s->high = least(s->high, (long)s->cols - 1);
    s->low = least(s->low, s->high); /* where they clash, nothing is defined */
    *vf_table_place(&f->shapes, t, f->scope) = s;
    return s;
}
