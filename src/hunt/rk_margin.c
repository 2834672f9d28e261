#include "rk_margin.h"
#include <math.h>
#include "base/rk_mem.h"
#include "rk_aim.h"
#include "rk_graded.h"
#include <lapacke.h> /* after FLINT, which uses the name I that it defines */

static const rk_instr *at(const rk_run *run, unsigned i) {
    return &run->program->instr[i];
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
    rk_graded x, y;
    if (rk_graded_value(run, in->arg[0], &x) && rk_graded_value(run, in->arg[1], &y))
        return x.ranks || y.ranks ? rk_graded_margin(in->cmp, &x, &y)
                                  : scalar_margin(in->cmp, x.value, y.value);
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

/* Minus the least eigenvalue of the symmetric part, or the largest difference between entries
   across the diagonal where that is more, by the size of the largest entry. */
static double definite_margin(const rk_matrix *a) {
    lapack_int n = (lapack_int)a->rows;
    if (a->rows != a->cols)
        return 1;
    double *x = rk_malloc((size_t)(n * n + n) * sizeof *x), *lambda = x + n * n;
    double skew = 0, size = 1;
    bool finite = true;
    for (slong i = 0; i < n; i++)
        for (slong j = 0; j < n; j++) {
            double p = entry_of(a, i, j), q = entry_of(a, j, i);
            finite = finite && isfinite(p);
            x[i * n + j] = (p + q) / 2;
            skew = fmax(skew, fabs(p - q));
            size = fmax(size, fabs(p));
        }
    bool ok = finite && LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'U', n, x, n, lambda) == 0;
    double margin = ok ? fmax(skew, -lambda[0]) / size - RK_MARGIN_NOISE : NAN;
    rk_free(x);
    return margin;
}

/* The largest distance of an entry from an integer. */
static double integer_margin(const rk_matrix *a) {
    double worst = 0;
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < a->cols; j++) {
            double x = entry_of(a, i, j);
            if (!isfinite(x))
                return NAN;
            worst = fmax(worst, fabs(x - nearbyint(x)));
        }
    return worst - RK_MARGIN_NOISE;
}

static double leaf_margin(rk_run *run, unsigned i) {
    const rk_instr *in = at(run, i);
    if (rk_run_compute(run, i) == RK_EV_UNDEFINED)
        return -INFINITY;
    bool value = !run->domain->exact && in->nargs == 1 && run->ev[in->arg[0]] == RK_EV_OK;
    if (value && in->code == RK_P_IS_PSD)
        return definite_margin(&run->value[in->arg[0]]);
    if (value && in->code == RK_P_IS_INTEGER)
        return integer_margin(&run->value[in->arg[0]]);
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

/* Some comparison below a root with a side that is no count; equalities if asked. */
static bool compares(const rk_program *program, const unsigned *root, size_t n, bool equalities) {
    unsigned char *needed = rk_calloc(program->ninstr + 1, 1);
    bool found = false;
    for (size_t k = 0; k < n; k++)
        rk_program_closure(program, root[k], needed);
    for (unsigned i = 0; i < program->ninstr && !found; i++) {
        const rk_instr *in = &program->instr[i];
        found = needed[i] && in->code == RK_P_COMPARE && (equalities || in->cmp != RK_EQ) &&
                !(rk_aim_is_count(program, in->arg[0]) && rk_aim_is_count(program, in->arg[1]));
    }
    rk_free(needed);
    return found;
}

bool rk_margin_climbs(const rk_program *program) {
    return compares(program, program->claims, program->nclaims, false) ||
           (rk_margin_varies(program) &&
            compares(program, program->hypotheses, program->nhypotheses, true));
}

bool rk_margin_varies(const rk_program *program) {
    return compares(program, program->claims, program->nclaims, true);
}
