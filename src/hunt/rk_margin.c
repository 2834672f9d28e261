#include "rk_margin.h"
#include <math.h>
#include "base/rk_mem.h"

static const rk_instr *at(const rk_run *run, unsigned i) {
    return &run->program->instr[i];
}

static bool rank_value(rk_run *run, unsigned i, double *value) {
    slong low = 0, high = 0;
    unsigned arg = at(run, i)->arg[0];
    if (rk_run_compute(run, arg) != RK_EV_OK ||
        rk_matrix_rank(&low, &high, &run->value[arg]) != RK_EV_OK || low != high)
        return false;
    *value = (double)low;
    return true;
}

static bool count_value(rk_run *run, unsigned i, double *value);

static bool count_binary(rk_run *run, unsigned i, double *value) {
    double x, y;
    const rk_instr *in = at(run, i);
    if (in->nargs != 2 || !count_value(run, in->arg[0], &x) || !count_value(run, in->arg[1], &y))
        return false;
    switch (in->code) {
    case RK_P_ADD:
        *value = x + y;
        break;
    case RK_P_SUB:
        *value = x - y;
        break;
    case RK_P_DIV:
    case RK_P_EDIV:
        *value = x / y;
        break;
    default:
        *value = x * y;
        break;
    }
    return isfinite(*value);
}

/* Scalars built from ranks and numbers alone. */
static bool count_value(rk_run *run, unsigned i, double *value) {
    const rk_instr *in = at(run, i);
    if (in->rows != 1 || in->cols != 1)
        return false;
    switch (in->code) {
    case RK_P_RATIONAL:
        *value = fmpq_get_d(in->number);
        return true;
    case RK_P_RANK:
        return rank_value(run, i, value);
    case RK_P_NEG:
        if (!count_value(run, in->arg[0], value))
            return false;
        *value = -*value;
        return true;
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_EMUL:
    case RK_P_DIV:
    case RK_P_EDIV:
        return count_binary(run, i, value);
    default:
        return false;
    }
}

/* Margin of `x cmp y`: relative difference, with a dead zone for equalities. */
static double scalar_margin(rk_cmp cmp, double x, double y) {
    double scale = 1 + fmax(fabs(x), fabs(y)), gap = (x - y) / scale;
    switch (cmp) {
    case RK_EQ:
        return fabs(gap) - RK_MARGIN_NOISE;
    case RK_NE:
        return RK_MARGIN_NOISE - fabs(gap);
    case RK_LT:
        return gap + RK_MARGIN_NOISE;
    case RK_LE:
        return gap;
    case RK_GT:
        return RK_MARGIN_NOISE - gap;
    case RK_GE:
        return -gap;
    }
    return NAN;
}

static double entry_of(const rk_matrix *a, slong i, slong j) {
    bool single = a->rows == 1 && a->cols == 1;
    return *(const double *)rk_matrix_entry(a, single ? 0 : i, single ? 0 : j);
}

/* The worst entry; `!=` of matrices as a whole holds as soon as one entry differs. */
static double matrix_margin(rk_cmp cmp, const rk_matrix *a, const rk_matrix *b) {
    const rk_matrix *shape = a->rows * a->cols == 1 ? b : a;
    double worst = cmp == RK_NE ? INFINITY : -INFINITY;
    for (slong i = 0; i < shape->rows; i++)
        for (slong j = 0; j < shape->cols; j++) {
            double m = scalar_margin(cmp, entry_of(a, i, j), entry_of(b, i, j));
            if (isnan(m))
                return NAN;
            worst = cmp == RK_NE ? fmin(worst, m) : fmax(worst, m);
        }
    return worst;
}

static double of_truth(rk_tern t) {
    return rk_tern_true(t) ? -1 : rk_tern_false(t) ? 1 : NAN;
}

static double compare_margin(rk_run *run, unsigned i) {
    const rk_instr *in = at(run, i);
    double x, y;
    if (count_value(run, in->arg[0], &x) && count_value(run, in->arg[1], &y))
        return scalar_margin(in->cmp, x, y);
    for (size_t k = 0; k < 2; k++) {
        rk_ev ev = rk_run_compute(run, in->arg[k]);
        if (ev != RK_EV_OK)
            return ev == RK_EV_UNDEFINED ? -INFINITY : NAN;
    }
    if (run->domain->exact) {
        rk_run_compute(run, i);
        return of_truth(run->truth[i]);
    }
    return matrix_margin(in->cmp, &run->value[in->arg[0]], &run->value[in->arg[1]]);
}

static double leaf_margin(rk_run *run, unsigned i) {
    if (rk_run_compute(run, i) == RK_EV_UNDEFINED)
        return -INFINITY;
    return of_truth(run->truth[i]);
}

static double iff_margin(double x, double y) {
    double size = fmin(fabs(x), fabs(y));
    return (x > 0) == (y > 0) ? -size : size;
}

static double combine(rk_code code, double x, double y) {
    switch (code) {
    case RK_P_AND:
        return fmax(x, y);
    case RK_P_OR:
        return fmin(x, y);
    case RK_P_IMPLIES:
        return fmin(-x, y);
    default:
        return iff_margin(x, y);
    }
}

double rk_margin(rk_run *run, unsigned root) {
    const rk_instr *in = at(run, root);
    if (in->code == RK_P_COMPARE)
        return compare_margin(run, root);
    if (in->code == RK_P_NOT) {
        double x = rk_margin(run, in->arg[0]);
        return x == -INFINITY ? x : -x;
    }
    if (in->nargs == 0 || (in->code != RK_P_AND && in->code != RK_P_OR &&
                           in->code != RK_P_IMPLIES && in->code != RK_P_IFF))
        return leaf_margin(run, root);
    double margin = rk_margin(run, in->arg[0]);
    for (size_t k = 1; k < in->nargs; k++) {
        double next = rk_margin(run, in->arg[k]);
        if (margin == -INFINITY || next == -INFINITY)
            return -INFINITY; /* undefined: no instance, whatever the connective */
        if (isnan(margin) || isnan(next))
            margin = NAN;
        else
            margin = combine(in->code, margin, next);
    }
    return margin;
}

double rk_margin_violation(rk_run *run) {
    const rk_program *p = run->program;
    double best = -INFINITY;
    for (size_t h = 0; h < p->nhypotheses; h++) {
        double m = rk_margin(run, p->hypotheses[h]);
        if (m > RK_MARGIN_NOISE || m == -INFINITY)
            return -INFINITY;
    }
    for (size_t c = 0; c < p->nclaims; c++) {
        double m = rk_margin(run, p->claims[c]);
        if (isnan(m) && best <= 0)
            best = NAN;
        else if (m > best || (isnan(best) && m > 0))
            best = m;
    }
    return best;
}

static bool is_count(const rk_program *p, unsigned i) {
    const rk_instr *in = &p->instr[i];
    if (in->code == RK_P_RATIONAL || in->code == RK_P_RANK)
        return true;
    if (in->rows != 1 || in->cols != 1 || in->nargs == 0 ||
        (in->code != RK_P_ADD && in->code != RK_P_SUB && in->code != RK_P_MUL &&
         in->code != RK_P_SCALE && in->code != RK_P_NEG && in->code != RK_P_DIV))
        return false;
    for (size_t k = 0; k < in->nargs; k++)
        if (!is_count(p, in->arg[k]))
            return false;
    return true;
}

/* Some comparison below a claim, with a side that is no count; equalities if asked. */
static bool compares(const rk_program *program, bool equalities) {
    unsigned char *needed = rk_calloc(program->ninstr + 1, 1);
    bool found = false;
    for (size_t c = 0; c < program->nclaims && !found; c++) {
        rk_program_closure(program, program->claims[c], needed);
        for (unsigned i = 0; i < program->ninstr && !found; i++) {
            const rk_instr *in = &program->instr[i];
            found = needed[i] && in->code == RK_P_COMPARE &&
                    (equalities || (in->cmp != RK_EQ && in->cmp != RK_NE)) &&
                    !(is_count(program, in->arg[0]) && is_count(program, in->arg[1]));
        }
    }
    rk_free(needed);
    return found;
}

bool rk_margin_climbs(const rk_program *program) {
    return compares(program, false);
}

bool rk_margin_varies(const rk_program *program) {
    return compares(program, true);
}
