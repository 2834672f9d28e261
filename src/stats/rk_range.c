#include "rk_range.h"

#include <math.h>

#include "domain/rk_domain.h"

/* Ten thousand roundings. */
#define SLACK 1e-12

static const rk_range everything = {-INFINITY, INFINITY, false};

static rk_range between(double low, double high) {
    if (isnan(low) || isnan(high))
        return everything;
    low -= isinf(low) ? 0 : fabs(low) * SLACK + 1e-300;
    high += isinf(high) ? 0 : fabs(high) * SLACK + 1e-300;
    return (rk_range){low, high, false};
}

static rk_range exactly(double low, double high) {
    return (rk_range){low, high, false};
}

static double size_of(rk_range a) {
    return fmax(fabs(a.low), fabs(a.high));
}

/* 0 * inf counts 0: an entry is a number, however large. */
static double times(double x, double y) {
    return x == 0 || y == 0 ? 0 : x * y;
}

static rk_range within(rk_range a, double low, double high) {
    a.low = fmax(a.low, low);
    a.high = fmin(a.high, high);
    return a;
}

/* Sums and products of what is not negative are not, though their rounded ends might be. */
static rk_range with_sign(rk_range r, bool nonnegative) {
    return nonnegative ? within(r, 0, INFINITY) : r;
}

static rk_range product(rk_range a, rk_range b) {
    double w[4] = {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low),
                   times(a.high, b.high)};
    rk_range r =
        between(fmin(fmin(w[0], w[1]), fmin(w[2], w[3])), fmax(fmax(w[0], w[1]), fmax(w[2], w[3])));
    return with_sign(r, a.low >= 0 && b.low >= 0);
}

static rk_range square(rk_range a) {
    double least = a.low > 0 ? a.low : a.high < 0 ? -a.high : 0, most = size_of(a);
    return with_sign(between(times(least, least), times(most, most)), true);
}

static rk_range quotient(rk_range a, rk_range b) {
    if (b.low <= 0 && b.high >= 0)
        return a.low >= 0 && b.low >= 0    ? exactly(0, INFINITY)
               : a.low == 0 && a.high == 0 ? a
                                           : everything;
    return product(a, between(1 / b.high, 1 / b.low));
}

static rk_range sum(rk_range a, rk_range b) {
    return with_sign(between(a.low + b.low, a.high + b.high), a.low >= 0 && b.low >= 0);
}

static rk_range multiple(rk_range a, double n) {
    return with_sign(between(times(a.low, n), times(a.high, n)), a.low >= 0);
}

static rk_range both(rk_range a, rk_range b) {
    return (rk_range){fmin(a.low, b.low), fmax(a.high, b.high), a.stochastic && b.stochastic};
}

/* --- entrywise functions ---------------------------------------------------------------------- */

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

static rk_range range_fn(rk_fn f, rk_range a) {
    switch (f) {
    case RK_FN_SQRT:
        return with_sign(between(sqrt(fmax(0, a.low)), sqrt(fmax(0, a.high))), true);
    case RK_FN_EXP:
        return with_sign(between(exp(a.low), exp(a.high)), true);
    case RK_FN_LOG:
        return a.high > 0 ? between(a.low > 0 ? log(a.low) : -INFINITY, log(a.high)) : everything;
    case RK_FN_TANH:
        return within(between(tanh(a.low), tanh(a.high)), -1, 1);
    case RK_FN_SIGMOID:
        return within(between(sigmoid(a.low), sigmoid(a.high)), 0, 1);
    case RK_FN_SILU: /* its least value is -0.2784... */
        return between(a.low >= 0 ? 0 : -0.27847, fmax(0, a.high));
    case RK_FN_GELU: /* -0.1699... */
        return between(a.low >= 0 ? 0 : -0.16998, fmax(0, a.high));
    case RK_FN_GELU_SLOPE: /* between -0.1290 and 1.1290 */
        return exactly(-0.13, 1.13);
    case RK_FN_ABS:
        return exactly(a.low > 0 ? a.low : a.high < 0 ? -a.high : 0, size_of(a));
    case RK_FN_SIGN:
        return exactly(a.low > 0 ? 1 : a.low == 0 ? 0 : -1, a.high < 0 ? -1 : a.high == 0 ? 0 : 1);
    case RK_FN_RELU:
        return exactly(fmax(0, a.low), fmax(0, a.high));
    }
    return everything;
}

/* --- what is bounded by its construction ------------------------------------------------------ */

typedef struct ranging {
    const rk_program *program;
    const rk_range *range;
} ranging;

static const rk_instr *at(const ranging *w, unsigned i) {
    return &w->program->instr[i];
}

static bool is(const ranging *w, unsigned i, rk_code code) {
    return at(w, i)->code == code;
}

/* Is s a column (or a matrix of equal columns) of the row sums of a? */
static bool is_row_sums(const ranging *w, unsigned s, unsigned a) {
    if (is(w, s, RK_P_ROW_SUMS))
        return at(w, s)->arg[0] == a;
    return is(w, s, RK_P_MUL) && at(w, s)->arg[0] == a && is(w, at(w, s)->arg[1], RK_P_ONES);
}

static bool is_square_of(const ranging *w, unsigned s, unsigned a) {
    return (is(w, s, RK_P_EMUL) || is(w, s, RK_P_MUL)) && at(w, s)->arg[0] == a &&
           at(w, s)->arg[1] == a;
}

/* v = c * (sums of the squares of the rows of a) [+ something >= 0]; *c is that number. */
static bool is_mean_square(const ranging *w, unsigned v, unsigned a, double *c) {
    if (is(w, v, RK_P_ADD) && w->range[at(w, v)->arg[1]].low >= 0)
        v = at(w, v)->arg[0];
    *c = 1;
    if (is(w, v, RK_P_SCALE)) {
        *c = w->range[at(w, v)->arg[0]].low;
        v = at(w, v)->arg[1];
    }
    return *c > 0 && is(w, v, RK_P_ROW_SUMS) && is(w, at(w, v)->arg[0], RK_P_EMUL) &&
           is_square_of(w, at(w, v)->arg[0], a);
}

/* The matrix below a scaling of columns, whose factors are at most *factor in modulus. */
static unsigned below_scaling(const ranging *w, unsigned a, double *factor) {
    *factor = 1;
    if (!is(w, a, RK_P_TRANSPOSE) || !is(w, at(w, a)->arg[0], RK_P_ROW_SCALE))
        return a;
    const rk_instr *scale = at(w, at(w, a)->arg[0]);
    unsigned inner = scale->arg[1];
    if (is(w, inner, RK_P_TRANSPOSE))
        inner = at(w, inner)->arg[0];
    else
        return a;
    *factor = size_of(w->range[scale->arg[0]]);
    return inner;
}

/* Rows divided by the root of a multiple of their sum of squares: no entry exceeds 1/sqrt(c). */
static bool normalised_rows(const ranging *w, const rk_instr *p, rk_range *r) {
    double c, factor;
    unsigned a = below_scaling(w, p->arg[0], &factor), s = p->arg[1];
    if (!is(w, s, RK_P_FN) || at(w, s)->fn != RK_FN_SQRT ||
        !is_mean_square(w, at(w, s)->arg[0], a, &c))
        return false;
    double most = times(factor, 1 / sqrt(c));
    *r = between(-most, most);
    return true;
}

/* sigma(A, k) / sigma(A, j) with k >= j; norm(A, fro)^2 / norm(A, 2)^2; A / norm(A, fro). */
static bool bounded_ratio(const ranging *w, const rk_instr *p, rk_range *r) {
    unsigned a = p->arg[0], b = p->arg[1];
    const rk_instr *num = at(w, a), *den = at(w, b);
    if (num->code == RK_P_SINGULAR_VALUE && den->code == RK_P_SINGULAR_VALUE &&
        num->arg[0] == den->arg[0] && num->k >= den->k) {
        *r = exactly(0, 1);
        return true;
    }
    if (num->code == RK_P_SUM_ENTRIES && den->code == RK_P_MUL && den->arg[0] == den->arg[1] &&
        is(w, den->arg[0], RK_P_SINGULAR_VALUE)) {
        const rk_instr *top = at(w, den->arg[0]);
        const rk_instr *matrix = at(w, top->arg[0]);
        *r = exactly(1, (double)(matrix->rows < matrix->cols ? matrix->rows : matrix->cols));
        return top->k == 1 && is_square_of(w, num->arg[0], top->arg[0]);
    }
    if (den->code == RK_P_FN && den->fn == RK_FN_SQRT && is(w, den->arg[0], RK_P_SUM_ENTRIES)) {
        *r = exactly(-1, 1);
        return is_square_of(w, at(w, den->arg[0])->arg[0], a);
    }
    return false;
}

/* --- instructions ----------------------------------------------------------------------------- */

static rk_range range_number(const fmpq_t x) {
    arb_t ball;
    arf_t end;
    arb_init(ball);
    arf_init(end);
    arb_set_fmpq(ball, x, 80);
    arb_get_lbound_arf(end, ball, 80);
    double low = arf_get_d(end, ARF_RND_FLOOR);
    arb_get_ubound_arf(end, ball, 80);
    double high = arf_get_d(end, ARF_RND_CEIL);
    arb_clear(ball);
    arf_clear(end);
    return exactly(low, high);
}

static rk_range range_input(const rk_distribution *d) {
    switch (d->set) {
    case RK_SET_UNIFORM:
        return with_sign(between(d->param[0], d->param[1]), d->param[0] >= 0);
    case RK_SET_HAAR:
        return exactly(-1, 1);
    default:
        return d->param[1] == 0 ? between(d->param[0], d->param[0]) : everything;
    }
}

/* A product sums `inner` products of entries; with stochastic rows on the left it takes averages.
 */
static rk_range range_mul(const ranging *w, const rk_instr *p) {
    rk_range a = w->range[p->arg[0]], b = w->range[p->arg[1]];
    int64_t inner = at(w, p->arg[0])->cols;
    if (a.stochastic)
        return b;
    if (inner == 1 && p->arg[0] == p->arg[1])
        return square(a);
    return multiple(product(a, b), (double)inner);
}

static rk_range range_quotient(const ranging *w, const rk_instr *p) {
    unsigned a = p->arg[0], b = p->arg[1];
    rk_range r;
    if (p->code != RK_P_DIV && w->range[a].low >= 0 && is_row_sums(w, b, a))
        return (rk_range){0, 1, true};
    if (p->code == RK_P_ROW_DIVIDE && normalised_rows(w, p, &r))
        return r;
    if (p->code == RK_P_DIV && bounded_ratio(w, p, &r))
        return r;
    return quotient(w->range[a], w->range[b]);
}

static rk_range range_leaf(const rk_instr *p) {
    switch (p->code) {
    case RK_P_RATIONAL:
        return range_number(p->number);
    case RK_P_EYE:
        return (rk_range){p->rows == 1 ? 1 : 0, 1, true};
    case RK_P_ONES:
        return (rk_range){1, 1, p->cols == 1};
    case RK_P_ZEROS:
        return exactly(0, 0);
    case RK_P_UNIT:
    case RK_P_CAUSAL:
        return exactly(0, 1);
    default:
        return everything;
    }
}

/* Spectra and norms by the largest entry; no norm of stochastic rows is beyond that of one column
   of ones. */
static rk_range range_spectrum(const ranging *w, const rk_instr *p) {
    const rk_instr *a = at(w, p->arg[0]);
    rk_range x = w->range[p->arg[0]];
    double m = (double)a->rows, n = (double)a->cols, most = size_of(x);
    switch (p->code) {
    case RK_P_NORM1:
        if (a->code == RK_P_TRANSPOSE && w->range[a->arg[0]].stochastic)
            return exactly(1, 1);
        return with_sign(between(0, times(m, most)), true);
    case RK_P_SINGULAR_VALUE:
        most = x.stochastic ? sqrt(m) : times(sqrt(m * n), most);
        return with_sign(between(0, most), true);
    case RK_P_EIGEN_MODULUS:
        return x.stochastic ? exactly(0, 1) : with_sign(between(0, times(n, most)), true);
    case RK_P_DET: /* Hadamard */
        most = x.stochastic ? 1 : pow(times(sqrt(n), most), n);
        return between(-most, most);
    case RK_P_ENTROPY: /* each of -p log p is at most 1/e */
        if (x.stochastic)
            return with_sign(between(0, log(n)), true);
        return x.low >= 0 && x.high <= 1 ? with_sign(between(0, n / 2), true) : everything;
    case RK_P_RANK:
        return exactly(0, fmin(m, n));
    default:
        return everything;
    }
}

static rk_range range_parts(const ranging *w, const rk_instr *p) {
    rk_range r = w->range[p->arg[0]];
    for (size_t k = 1; k < p->nargs; k++)
        r = both(r, w->range[p->arg[k]]);
    r.stochastic = r.stochastic && p->code == RK_P_VCAT;
    return r;
}

static rk_range range_sum(const ranging *w, const rk_instr *p) {
    const rk_instr *a = at(w, p->arg[0]);
    rk_range x = w->range[p->arg[0]];
    double rows = (double)a->rows, cols = (double)a->cols;
    if (p->code == RK_P_TRACE)
        return multiple(x, rows);
    if (p->code == RK_P_ROW_SUMS)
        return x.stochastic ? exactly(1, 1) : multiple(x, cols);
    return x.stochastic ? exactly(rows, rows) : multiple(x, rows * cols);
}

static rk_range range_arithmetic(const ranging *w, const rk_instr *p) {
    rk_range a = w->range[p->arg[0]], b = p->nargs > 1 ? w->range[p->arg[1]] : everything;
    switch (p->code) {
    case RK_P_ADD:
        return sum(a, b);
    case RK_P_SUB:
        return p->arg[0] == p->arg[1] ? exactly(0, 0) : between(a.low - b.high, a.high - b.low);
    case RK_P_NEG:
        return exactly(-a.high, -a.low);
    case RK_P_EMUL:
        return p->arg[0] == p->arg[1] ? square(a) : product(a, b);
    case RK_P_KRON: {
        rk_range r = product(a, b);
        r.stochastic = a.stochastic && b.stochastic;
        return r;
    }
    case RK_P_SCALE:
    case RK_P_ROW_SCALE:
        return product(a, b);
    case RK_P_MUL: {
        rk_range r = range_mul(w, p);
        r.stochastic = a.stochastic && b.stochastic;
        return r;
    }
    default:
        return everything;
    }
}

static rk_range range_of(const ranging *w, const rk_instr *p) {
    switch (p->code) {
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_NEG:
    case RK_P_EMUL:
    case RK_P_KRON:
    case RK_P_SCALE:
    case RK_P_ROW_SCALE:
    case RK_P_MUL:
        return range_arithmetic(w, p);
    case RK_P_DIV:
    case RK_P_EDIV:
    case RK_P_ROW_DIVIDE:
        return range_quotient(w, p);
    case RK_P_KEEP:
        return w->range[p->arg[0]];
    case RK_P_SLICE: {
        rk_range r = w->range[p->arg[0]];
        r.stochastic = r.stochastic && p->cols == at(w, p->arg[0])->cols;
        return r;
    }
    case RK_P_TRANSPOSE:
    case RK_P_RESHAPE:
    case RK_P_HCAT:
    case RK_P_VCAT:
    case RK_P_DIAG_TAKE:
    case RK_P_VEC:
    case RK_P_MAX_ENTRIES:
    case RK_P_MIN_ENTRIES:
        return range_parts(w, p);
    case RK_P_DIAG_MAKE:
        return both(w->range[p->arg[0]], exactly(0, 0));
    case RK_P_ROW_SUMS:
    case RK_P_SUM_ENTRIES:
    case RK_P_TRACE:
        return range_sum(w, p);
    case RK_P_SOFTMAX:
        return (rk_range){0, 1, true};
    case RK_P_FN:
        return range_fn((rk_fn)p->fn, w->range[p->arg[0]]);
    case RK_P_NORM1:
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
    case RK_P_DET:
    case RK_P_ENTROPY:
    case RK_P_RANK:
        return range_spectrum(w, p);
    default:
        return p->nargs == 0 ? range_leaf(p) : everything;
    }
}

void rk_ranges(const rk_program *program, const rk_distribution *inputs, rk_range *ranges) {
    ranging w = {program, ranges};
    for (size_t i = 0; i < program->ninstr; i++) {
        const rk_instr *p = &program->instr[i];
        if (p->truth)
            continue;
        ranges[i] = p->code == RK_P_INPUT ? range_input(&inputs[p->slot]) : range_of(&w, p);
    }
}
