/* The goal under conditions, by NLopt (Johnson, "The NLopt nonlinear-optimization package"): its
   local methods that draw no random numbers, bounded by the number of looks and by nothing else,
   so that a climb is a function of its start. MMA is not among them: its dual problem goes on
   without looks, for seconds where there are dozens of inequalities. */
#include <math.h>
#include <nlopt.h>
#include <string.h>
#include "base/rk_mem.h"
#include "rk_system.h"

/* How a method takes conditions. */
typedef enum taking { CONSTRAINTS, PENALTY } taking;

static const struct method {
    nlopt_algorithm algorithm;
    taking taking;
    bool slopes;
    unsigned share; /* of all climbs */
} methods[] = {
    {NLOPT_LD_SLSQP, CONSTRAINTS, true, 8},   {NLOPT_LD_LBFGS, PENALTY, true, 6},
    {NLOPT_LN_COBYLA, CONSTRAINTS, false, 2}, {NLOPT_LN_BOBYQA, PENALTY, false, 1},
    {NLOPT_LN_NELDERMEAD, PENALTY, false, 2}, {NLOPT_LN_SBPLX, PENALTY, false, 1},
};

unsigned rk_system_method(rk_rng *rng) {
    unsigned n = sizeof methods / sizeof *methods, all = 0, k = 0;
    for (unsigned i = 0; i < n; i++)
        all += methods[i].share;
    uint64_t lot = rk_rng_below(rng, all);
    for (; lot >= methods[k].share; k++)
        lot -= methods[k].share;
    return k;
}

bool rk_system_method_slopes(unsigned method) {
    return methods[method].slopes;
}

/* Farther out nothing is sought. */
static const double farthest = 1e6, weight = 30, unknown = -1e3;

typedef struct climb {
    rk_system *s;
    const struct method *method;
    nlopt_opt opt;
    slong limit; /* looks */
    double best; /* goal at `place`, where the conditions hold */
    double *place;
} climb;

/* Looks; remembers the best place that fits; stops NLopt at the limit. */
static bool look(climb *c, const double *x) {
    rk_system *s = c->s;
    if (s->looks >= c->limit) {
        nlopt_force_stop(c->opt);
        return false;
    }
    bool known = rk_system_look(s, x);
    if (known && s->goal > c->best && rk_system_misfit(s) < RK_SYSTEM_TOLERANCE) {
        c->best = s->goal;
        memcpy(c->place, x, (size_t)s->unknowns * sizeof *x);
    }
    return known;
}

/* Adds -weight * size^2 of one condition and its slope. */
static double punish(double size, const double *slope, double *gradient, slong n) {
    for (slong k = 0; gradient && k < n; k++)
        gradient[k] -= 2 * weight * size * slope[k];
    return -weight * size * size;
}

static double penalty(const climb *c, double *gradient) {
    const rk_system *s = c->s;
    slong n = s->unknowns;
    double sum = 0;
    for (slong i = 0; c->method->taking == PENALTY && i < s->equations; i++)
        sum += punish(s->equation[i], s->equation_slope + i * n, gradient, n);
    for (slong i = 0; c->method->taking == PENALTY && i < s->inequalities; i++)
        if (s->inequality[i] > 0)
            sum += punish(s->inequality[i], s->inequality_slope + i * n, gradient, n);
    return sum;
}

static double goal(unsigned n, const double *x, double *gradient, void *data) {
    climb *c = data;
    if (gradient)
        memset(gradient, 0, n * sizeof *gradient);
    if (!look(c, x))
        return unknown;
    if (gradient)
        memcpy(gradient, c->s->goal_slope, n * sizeof *gradient);
    double value = c->s->goal + penalty(c, gradient);
    return isfinite(value) ? fmax(value, unknown) : unknown;
}

static void put(unsigned m, double *result, unsigned n, double *gradient, bool known,
                const double *value, const double *slope) {
    for (unsigned i = 0; i < m; i++)
        result[i] = known ? value[i] : -unknown;
    if (gradient && known)
        memcpy(gradient, slope, (size_t)m * n * sizeof *gradient);
    else if (gradient)
        memset(gradient, 0, (size_t)m * n * sizeof *gradient);
}

static void equations(unsigned m, double *result, unsigned n, const double *x, double *gradient,
                      void *data) {
    climb *c = data;
    bool known = look(c, x);
    put(m, result, n, gradient, known, c->s->equation, c->s->equation_slope);
}

static void inequalities(unsigned m, double *result, unsigned n, const double *x, double *gradient,
                         void *data) {
    climb *c = data;
    bool known = look(c, x);
    put(m, result, n, gradient, known, c->s->inequality, c->s->inequality_slope);
}

static bool set_up(climb *c, double enough) {
    rk_system *s = c->s;
    double *tolerance = rk_malloc((size_t)(s->equations + s->inequalities + 1) * sizeof *tolerance);
    for (slong i = 0; i < s->equations + s->inequalities; i++)
        tolerance[i] = 1e-9;
    bool ok = nlopt_set_max_objective(c->opt, goal, c) > 0 &&
              nlopt_set_lower_bounds1(c->opt, -farthest) > 0 &&
              nlopt_set_upper_bounds1(c->opt, farthest) > 0 &&
              nlopt_set_ftol_abs(c->opt, 1e-14) > 0 && nlopt_set_stopval(c->opt, enough) > 0 &&
              nlopt_set_initial_step1(c->opt, 0.5) > 0 &&
              nlopt_set_maxeval(c->opt, (int)(c->limit - s->looks)) > 0;
    if (ok && c->method->taking == CONSTRAINTS && s->equations > 0)
        ok = nlopt_add_equality_mconstraint(c->opt, (unsigned)s->equations, equations, c,
                                            tolerance) > 0;
    if (ok && c->method->taking == CONSTRAINTS && s->inequalities > 0)
        ok = nlopt_add_inequality_mconstraint(c->opt, (unsigned)s->inequalities, inequalities, c,
                                              tolerance) > 0;
    rk_free(tolerance);
    return ok;
}

/* The method, or where there are more conditions than its subproblems can take, the first of its
   kind that takes them as a penalty. */
static const struct method *affordable(const rk_system *s, unsigned method) {
    const slong most = 64;
    unsigned k = method;
    if (s->equations + s->inequalities <= most || methods[k].taking == PENALTY)
        return &methods[k];
    for (k = 0; methods[k].taking != PENALTY || methods[k].slopes != methods[method].slopes; k++)
        ;
    return &methods[k];
}

double rk_system_climb(rk_system *s, unsigned method, int looks, double enough) {
    climb c = {
        .s = s, .method = affordable(s, method), .limit = s->looks + looks, .best = -INFINITY};
    slong n = s->unknowns;
    double value, *x = rk_calloc((size_t)n + 1, sizeof *x);
    c.place = rk_calloc((size_t)n + 1, sizeof *c.place);
    for (slong k = 0; k < n; k++)
        x[k] = fmax(-farthest, fmin(farthest, s->place[k]));
    memcpy(c.place, x, (size_t)n * sizeof *x);
    c.opt = nlopt_create(c.method->algorithm, (unsigned)n);
    if (c.opt && set_up(&c, enough))
        nlopt_optimize(c.opt, x, &value);
    nlopt_destroy(c.opt);
    rk_system_look(s, c.place);
    rk_free(x);
    rk_free(c.place);
    return c.best;
}
