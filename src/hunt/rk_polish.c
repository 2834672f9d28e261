#include "rk_polish.h"
#include <math.h>
#include <string.h>
#include "base/rk_mem.h"
#include "rk_params.h"
#include "rk_track.h"
#include "rk_trial.h"

enum {
    EQUATIONS = 24, /* differences that are looked at */
    BITS = 640,
    NUDGE = 200, /* difference quotients over 2^-NUDGE */
    STEPS = 7,
    KNOWN = 150, /* binary places of the result */
    MAX_WORK = 3000
};
static const double nearly_zero = 1e-5, step = 1e-5, flat = 1e-4;

typedef struct polishing {
    const rk_program *program;
    const double *theta;
    slong n;
    rk_run coarse, fine;
    rk_height height[EQUATIONS];
    size_t nheights;
    slong rank;
    size_t row[EQUATIONS]; /* of the pivots: height, and coordinate */
    slong col[EQUATIONS];
} polishing;

/* --- inputs --------------------------------------------------------------------------------- */

bool rk_polish_inputs(rk_run *run, const void *theta, slong n) {
    const rk_domain *d = run->domain;
    const char *next = theta;
    bool ok = true;
    for (size_t s = 0; s < run->program->nslots && ok; s++) {
        const rk_slot *slot = &run->program->slots[s];
        if (slot->defined)
            continue;
        slong count = rk_params_count(slot);
        rk_matrix column, value;
        rk_matrix_init(&column, d, count, 1);
        for (slong k = 0; k < count; k++, next += d->size)
            d->set(d, rk_matrix_entry(&column, k, 0), next);
        n -= count;
        ok = n >= 0 && rk_params_map(slot, &column, &value) == RK_EV_OK;
        if (ok)
            rk_run_set_input(run, (unsigned)s, &value);
        if (n >= 0)
            rk_matrix_clear(&value);
        rk_matrix_clear(&column);
    }
    return ok && n == 0;
}

/* --- in doubles ----------------------------------------------------------------------------- */

/* The heights at theta with coordinate j moved by h (j < 0: none); NAN where they are not known. */
static void look(polishing *s, slong j, double h, double *value) {
    double *x = rk_malloc((size_t)s->n * sizeof *x);
    memcpy(x, s->theta, (size_t)s->n * sizeof *x);
    if (j >= 0)
        x[j] += h;
    bool ok = rk_polish_inputs(&s->coarse, x, s->n);
    for (size_t k = 0; k < s->nheights; k++)
        if (!ok || rk_height_value(&s->coarse, &s->height[k], &value[k]) != RK_EV_OK)
            value[k] = NAN;
    rk_free(x);
}

/* Keeps the differences that nearly vanish. */
static void find_equations(polishing *s) {
    double value[EQUATIONS];
    size_t kept = 0;
    rk_rng rng = rk_rng_trial(0, s->program->checked->statement, 0);
    s->nheights = rk_heights(s->height, EQUATIONS, s->program, &rng);
    look(s, -1, 0, value);
    for (size_t k = 0; k < s->nheights; k++)
        if (s->height[k].kind == RK_HEIGHT_DIFFERENCE && fabs(value[k]) < nearly_zero)
            s->height[kept++] = s->height[k];
    s->nheights = kept;
}

static void slopes(polishing *s, double *jacobian) {
    double above[EQUATIONS], below[EQUATIONS];
    for (slong j = 0; j < s->n; j++) {
        bool fixed = rk_point_radix(s->program, j) > 0; /* a digit: nothing lies between two */
        double h = fixed ? 0 : step * fmax(1, fabs(s->theta[j]));
        look(s, j, h, above);
        look(s, j, -h, below);
        for (size_t k = 0; k < s->nheights; k++) {
            double slope = (above[k] - below[k]) / (2 * h);
            jacobian[(slong)k * s->n + j] = fixed || !isfinite(slope) ? 0 : slope;
        }
    }
}

/* Elimination with complete pivoting: which equation is solved for which coordinate. */
static void choose_pivots(polishing *s, double *a) {
    double largest = 0;
    for (s->rank = 0; s->rank < EQUATIONS; s->rank++) {
        size_t row = 0;
        slong col = -1;
        for (size_t k = 0; k < s->nheights; k++)
            for (slong j = 0; j < s->n; j++)
                if (col < 0 || fabs(a[(slong)k * s->n + j]) > fabs(a[(slong)row * s->n + col])) {
                    row = k;
                    col = j;
                }
        double pivot = col < 0 ? 0 : a[(slong)row * s->n + col];
        largest = fmax(largest, fabs(pivot));
        if (fabs(pivot) <= flat * largest || pivot == 0)
            return;
        s->row[s->rank] = row;
        s->col[s->rank] = col;
        for (size_t k = 0; k < s->nheights; k++) {
            double factor = a[(slong)k * s->n + col] / pivot;
            for (slong j = 0; j < s->n && k != row; j++)
                a[(slong)k * s->n + j] -= factor * a[(slong)row * s->n + j];
        }
        for (slong j = 0; j < s->n; j++)
            a[(slong)row * s->n + j] = 0;
    }
}

/* --- in balls ------------------------------------------------------------------------------- */

static bool residual(polishing *s, const arb_struct *x, arb_mat_t r, slong col) {
    if (!rk_polish_inputs(&s->fine, x, s->n))
        return false;
    for (slong i = 0; i < s->rank; i++)
        if (rk_height_value(&s->fine, &s->height[s->row[i]], arb_mat_entry(r, i, col)) !=
                RK_EV_OK ||
            !arb_is_finite(arb_mat_entry(r, i, col)))
            return false;
    return true;
}

/* Column c of the Jacobian, by a difference quotient. */
static bool quotient(polishing *s, arb_struct *x, arb_mat_t jacobian, const arb_mat_t here,
                     slong c) {
    arb_struct *moved = x + s->col[c];
    arb_t h, kept;
    arb_init(h);
    arb_init(kept);
    arb_set(kept, moved);
    arb_one(h);
    arb_mul_2exp_si(h, h, -NUDGE);
    arb_add(moved, moved, h, BITS);
    bool ok = residual(s, x, jacobian, c);
    for (slong i = 0; i < s->rank && ok; i++) {
        arb_struct *e = arb_mat_entry(jacobian, i, c);
        arb_sub(e, e, arb_mat_entry(here, i, 0), BITS);
        arb_mul_2exp_si(e, e, NUDGE);
    }
    arb_set(moved, kept);
    arb_clear(h);
    arb_clear(kept);
    return ok;
}

/* One step of Newton's method; *small: it moved nothing by more than 2^-KNOWN. */
static bool newton(polishing *s, arb_struct *x, bool *small) {
    arb_mat_t here, jacobian, move;
    arb_mat_init(here, s->rank, 1);
    arb_mat_init(jacobian, s->rank, s->rank);
    arb_mat_init(move, s->rank, 1);
    bool ok = residual(s, x, here, 0);
    for (slong c = 0; c < s->rank && ok; c++)
        ok = quotient(s, x, jacobian, here, c);
    arb_mat_get_mid(jacobian, jacobian);
    arb_mat_get_mid(here, here);
    ok = ok && arb_mat_solve(move, jacobian, here, BITS);
    *small = true;
    for (slong c = 0; c < s->rank && ok; c++) {
        arb_struct *v = x + s->col[c];
        *small = *small && arf_cmpabs_2exp_si(arb_midref(arb_mat_entry(move, c, 0)), -KNOWN) < 0;
        arb_sub(v, v, arb_mat_entry(move, c, 0), BITS);
        arb_get_mid_arb(v, v);
    }
    arb_mat_clear(here);
    arb_mat_clear(jacobian);
    arb_mat_clear(move);
    return ok;
}

static void start(const polishing *s, arb_struct *x, int fineness) {
    fmpq_t low, high, radius;
    fmpq_init(low);
    fmpq_init(high);
    fmpq_init(radius);
    fmpq_one(radius);
    fmpq_div_2exp(radius, radius, (flint_bitcnt_t)fineness);
    for (slong j = 0; j < s->n; j++) {
        bool solved = false;
        for (slong c = 0; c < s->rank; c++)
            solved = solved || s->col[c] == j;
        arb_set_d(x + j, s->theta[j]);
        if (solved)
            continue;
        arf_get_fmpq(low, arb_midref(x + j));
        fmpq_add(high, low, radius);
        fmpq_sub(low, low, radius);
        fmpq_simplest_between(low, low, high);
        arb_set_fmpq(x + j, low, 2 * BITS);
    }
    fmpq_clear(low);
    fmpq_clear(high);
    fmpq_clear(radius);
}

static bool polish(polishing *s, arb_struct *x, int fineness) {
    bool ok = true, small = false;
    start(s, x, fineness);
    for (int k = 0; k < STEPS && ok && !small; k++)
        ok = newton(s, x, &small);
    for (slong c = 0; c < s->rank; c++)
        arb_add_error_2exp_si(x + s->col[c], 1 - KNOWN);
    return ok && small;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool affordable(const rk_program *program) {
    int64_t work = 0;
    for (size_t i = 0; i < program->ninstr; i++)
        work += 1 + program->instr[i].rows * program->instr[i].cols;
    return work <= MAX_WORK;
}

bool rk_polish(arb_struct *out, const rk_program *program, const double *theta, slong n,
               int fineness) {
    if (n == 0 || !affordable(program))
        return false;
    rk_domain *doubles = rk_domain_double(), *balls = rk_domain_ball(BITS);
    double *jacobian = rk_calloc((size_t)(EQUATIONS * n), sizeof *jacobian);
    polishing s = {.program = program, .theta = theta, .n = n};
    rk_run_init(&s.coarse, program, doubles);
    rk_run_init(&s.fine, program, balls);
    find_equations(&s);
    slopes(&s, jacobian);
    choose_pivots(&s, jacobian);
    bool ok = s.rank > 0 && polish(&s, out, fineness);
    rk_run_clear(&s.coarse);
    rk_run_clear(&s.fine);
    rk_domain_free(doubles);
    rk_domain_free(balls);
    rk_free(jacobian);
    return ok;
}
