#include "rk_graded.h"
#include <math.h>
#include <string.h>
#include "base/rk_mem.h"
#include "domain/rk_pivots.h"

static const rk_instr *at(const rk_run *run, unsigned i) {
    return &run->program->instr[i];
}

static bool is_double(const rk_domain *d) {
    return !d->exact && d->plain && d->size == sizeof(double);
}

static double within(double x) {
    return fmin(1, fmax(0, x));
}

static bool grade_rank(const rk_matrix *a, rk_graded *out) {
    slong n = a->rows * a->cols;
    double *x = rk_malloc((size_t)(n + 1) * sizeof *x), kept, dropped;
    bool finite = true;
    memcpy(x, a->entry, (size_t)n * sizeof *x);
    for (slong i = 0; i < n; i++)
        finite = finite && isfinite(x[i]);
    if (finite) {
        out->ranks = true;
        out->value = (double)rk_pivots(x, a->rows, a->cols, &kept, &dropped);
        out->down = out->value > 0 ? within(1 - log(kept) / log(RK_PIVOT_TOLERANCE)) : 1;
        out->up = within(1 - dropped / RK_PIVOT_TOLERANCE);
    }
    rk_free(x);
    return finite;
}

static bool rank_value(rk_run *run, unsigned i, rk_graded *out) {
    slong low = 0, high = 0;
    unsigned arg = at(run, i)->arg[0];
    if (rk_run_compute(run, arg) != RK_EV_OK)
        return false;
    if (is_double(run->domain))
        return grade_rank(&run->value[arg], out);
    if (rk_matrix_rank(&low, &high, &run->value[arg]) != RK_EV_OK || low != high)
        return false;
    *out = (rk_graded){(double)low, 1, 1, true};
    return true;
}

static rk_graded negative(rk_graded x) {
    return (rk_graded){-x.value, x.up, x.down, x.ranks};
}

/* c*x: a number has no grades of its own. */
static rk_graded times(double c, rk_graded x) {
    rk_graded r = c < 0 ? negative(x) : x;
    r.value = c * x.value;
    return r;
}

static rk_graded sum(rk_graded x, rk_graded y) {
    return (rk_graded){x.value + y.value, fmin(x.down, y.down), fmin(x.up, y.up),
                       x.ranks || y.ranks};
}

/* The larger of the two: it falls when all that attain it do, and rises when one does. */
static rk_graded larger(rk_graded x, rk_graded y) {
    rk_graded r = x.value > y.value ? x : y;
    r.ranks = x.ranks || y.ranks;
    if (x.value == y.value) {
        r.down = fmax(x.down, y.down);
        r.up = fmin(x.up, y.up);
    }
    return r;
}

static rk_graded product(rk_graded x, rk_graded y) {
    rk_graded left = times(y.value, x), right = times(x.value, y);
    return (rk_graded){x.value * y.value, fmin(left.down, right.down), fmin(left.up, right.up),
                       x.ranks || y.ranks};
}

static bool binary(rk_run *run, unsigned i, rk_graded *out) {
    rk_graded x, y;
    const rk_instr *in = at(run, i);
    if (in->nargs != 2 || !rk_graded_value(run, in->arg[0], &x) ||
        !rk_graded_value(run, in->arg[1], &y))
        return false;
    switch (in->code) {
    case RK_P_ADD:
        *out = sum(x, y);
        break;
    case RK_P_SUB:
        *out = sum(x, negative(y));
        break;
    case RK_P_DIV:
    case RK_P_EDIV:
        *out = times(1 / y.value, x);
        break;
    default:
        *out = product(x, y);
        break;
    }
    return isfinite(out->value);
}

/* The extreme of scalars set side by side. */
static bool extreme(rk_run *run, unsigned i, rk_graded *out) {
    const rk_instr *in = at(run, i), *list = at(run, in->arg[0]);
    int sign = in->code == RK_P_MAX_ENTRIES ? 1 : -1;
    rk_graded x;
    if (list->code != RK_P_HCAT && list->code != RK_P_VCAT)
        return rk_graded_value(run, in->arg[0], out);
    for (size_t k = 0; k < list->nargs; k++) {
        if (!rk_graded_value(run, list->arg[k], &x))
            return false;
        x = times(sign, x);
        *out = k == 0 ? x : larger(*out, x);
    }
    *out = times(sign, *out);
    return list->nargs > 0;
}

bool rk_graded_value(rk_run *run, unsigned i, rk_graded *out) {
    const rk_instr *in = at(run, i);
    if (in->rows != 1 || in->cols != 1)
        return false;
    switch (in->code) {
    case RK_P_RATIONAL:
        *out = (rk_graded){fmpq_get_d(in->number), 1, 1, false};
        return true;
    case RK_P_RANK:
        return rank_value(run, i, out);
    case RK_P_NEG:
        if (!rk_graded_value(run, in->arg[0], out))
            return false;
        *out = negative(*out);
        return true;
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_EMUL:
    case RK_P_DIV:
    case RK_P_EDIV:
        return binary(run, i, out);
    case RK_P_MAX_ENTRIES:
    case RK_P_MIN_ENTRIES:
        return extreme(run, i, out);
    default:
        return false;
    }
}

/* Steps from `gap` until it is at most 0 (at least 0 for sign -1), the last one graded. */
static double steps(const rk_graded *gap, int sign, bool strictly) {
    double left = sign * gap->value, last = sign > 0 ? gap->down : gap->up;
    return left - !strictly + last;
}

double rk_graded_margin(rk_cmp cmp, const rk_graded *x, const rk_graded *y) {
    const double least = 1e-6; /* a count is a count: never in the dead zone of numbers */
    rk_graded gap = sum(*x, negative(*y));
    double scale = 1 + fmax(fabs(x->value), fabs(y->value)), d = gap.value, m = 0;
    int side = d > 0 ? 1 : -1;
    switch (cmp) {
    case RK_EQ:
        m = d == 0 ? -fmin(gap.down, gap.up) : fmax(least, steps(&gap, side, false));
        break;
    case RK_NE:
        m = d == 0 ? fmax(least, fmin(gap.down, gap.up)) : -fmax(least, steps(&gap, side, false));
        break;
    case RK_LE:
        m = d > 0 ? fmax(least, steps(&gap, 1, false)) : -fmax(least, steps(&gap, -1, true));
        break;
    case RK_LT:
        m = d >= 0 ? fmax(least, steps(&gap, 1, true)) : -fmax(least, steps(&gap, -1, false));
        break;
    case RK_GE:
        m = d < 0 ? fmax(least, steps(&gap, -1, false)) : -fmax(least, steps(&gap, 1, true));
        break;
    case RK_GT:
        m = d <= 0 ? fmax(least, steps(&gap, -1, true)) : -fmax(least, steps(&gap, 1, false));
        break;
    }
    return (m == 0 ? -least : m) / scale;
}
