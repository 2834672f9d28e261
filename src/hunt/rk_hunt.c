/* The hunt: known counterexamples first, then trial after trial of the plan. */
#include "rk_hunt.h"
#include <string.h>
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_enumerate.h"
#include "rk_judge.h"
#include "rk_margin.h"
#include "rk_plan.h"
#include "rk_replay.h"
#include "rk_trial.h"

static const uint64_t default_trials = 1200, default_stretch = 4, tick = 64;
enum { PERIOD = 8, BLOCK = 8 };

typedef struct hunt {
    const rk_checked *checked;
    const rk_hunt_options *options;
    rk_hunt_report *report;
    rk_plan plan;
    rk_judge judge;
    rk_assignment *value; /* scratch, one for each program of the plan */
    bool *climbs;         /* programs with a margin to climb */
    bool *varies;         /* programs with comparisons of numbers that vary */
    bool *solves;         /* programs with matrices to make singular */
    bool *equations;      /* programs with equations to solve */
    int64_t *irrational;  /* entries of their instructions that leave the rationals */
    double start;
} hunt;

/* What trial k found: the program's index, the claim and the recipe. */
typedef struct hit {
    size_t program;
    unsigned claim;
    const char *how;
} hit;

void rk_finding_clear(rk_finding *f) {
    if (!f->program)
        return;
    rk_assignment_clear(&f->value);
    rk_program_free(f->program);
    rk_free(f->dims);
    *f = (rk_finding){0};
}

void rk_hunt_report_clear(rk_hunt_report *r, const rk_checked *checked) {
    (void)checked;
    rk_finding_clear(&r->finding);
    rk_free(r->dims_low);
    rk_free(r->dims_high);
    *r = (rk_hunt_report){0};
}

/* --- one trial ------------------------------------------------------------------- */

static bool leaves_rationals(const rk_instr *in) {
    switch (in->code) {
    case RK_P_FN:
        return in->fn != RK_FN_ABS && in->fn != RK_FN_SIGN && in->fn != RK_FN_RELU;
    case RK_P_SOFTMAX:
    case RK_P_ENTROPY:
    case RK_P_SINGULAR_VALUE:
    case RK_P_EIGEN_MODULUS:
        return true;
    default:
        return false;
    }
}

static int64_t irrational_entries(const rk_program *program) {
    int64_t n = 0;
    for (size_t i = 0; i < program->ninstr; i++)
        if (leaves_rationals(&program->instr[i]))
            n += program->instr[i].rows * program->instr[i].cols;
    return n;
}

/* Exact fields of many irrational numbers are slow: the more there are, the fewer trials leave the
   rationals at all, and the fewer of those do so where doubles see nothing. */
static rk_effort effort(const hunt *h, size_t program, uint64_t round) {
    int64_t n = h->irrational[program];
    uint64_t thorough = n <= 4 ? 2 : n <= 9 ? 16 : 32, screened = n <= 4 ? 1 : n <= 9 ? 2 : 4;
    if (n <= 25 && round % thorough == 0)
        return RK_EFFORT_THOROUGH;
    return round % screened == 0 ? RK_EFFORT_SCREENED : RK_EFFORT_RATIONAL;
}

static bool try_one(hunt *h, uint64_t j, uint64_t round, hit *out) {
    const rk_cell *cell = rk_plan_cell(&h->plan, j);
    const rk_program *program = h->plan.program[cell->program];
    rk_assignment *value = &h->value[cell->program];
    out->program = cell->program;
    h->judge.most = h->plan.closed ? RK_EFFORT_THOROUGH : effort(h, cell->program, round);
    return rk_enumerate_sorted(program, cell->alphabet, j - cell->first) == cell->sorted &&
           rk_enumerate_at(program, cell->alphabet, j - cell->first, value) &&
           rk_judge_try(&h->judge, program, value, RK_EFFORT_THOROUGH, &out->claim);
}

/* A block of enumerated assignments. */
static bool try_enumerated(hunt *h, uint64_t block, hit *out) {
    out->how = "enumeration";
    for (uint64_t j = BLOCK * block; j < BLOCK * (block + 1) && j < h->plan.enumerations; j++)
        if (try_one(h, j, j, out))
            return true;
    return false;
}

static bool is_generic(const rk_checked *checked) {
    for (size_t v = 0; v < checked->nvars; v++)
        if (checked->vars[v].quant == RK_GENERIC)
            return true;
    return false;
}

static bool try_sampled(hunt *h, rk_rng *rng, hit *out) {
    const rk_program *program = h->plan.program[out->program];
    rk_assignment *value = &h->value[out->program];
    bool inside = (rk_rng_below(rng, 4) == 0) != is_generic(h->checked);
    if (inside) {
        out->how = "random rationals";
        rk_sample_interior(program, rng, value);
    } else {
        unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
        out->how = rk_sample_style_name(style);
        if (!rk_sample(program, style, rng, value))
            out->how = "small integers";
    }
    return rk_judge_try(&h->judge, program, value, RK_EFFORT_THOROUGH, &out->claim);
}

/* Nothing to draw: trial k is the k-th choice of dimensions. */
static bool try_closed(hunt *h, uint64_t k, hit *out) {
    out->how = "all dimensions in turn";
    return try_one(h, k, 0, out);
}

/* Trial k is a function of the seed, the theorem and k: of each PERIOD trials two enumerate, one
   looks at small fields, one or two climb or solve, and the rest sample. */
static bool run_trial(hunt *h, uint64_t k, hit *out) {
    rk_rng rng = rk_rng_trial(h->options->seed, h->checked->digest, k);
    uint64_t phase = k % PERIOD, round = k / PERIOD, block = 2 * round + (phase == 4);
    if ((phase == 0 || phase == 4) && block < h->plan.enumerations / BLOCK + 1)
        return try_enumerated(h, block, out);
    out->program = rk_plan_visit(&h->plan, phase % 2 ? k / 2 : round);
    const rk_program *program = h->plan.program[out->program];
    rk_assignment *value = &h->value[out->program];
    h->judge.most = effort(h, out->program, round);
    bool universal = h->checked->mode == RK_MODE_UNIVERSAL;
    if (phase == 2 && universal) {
        out->how = "small field";
        return rk_trial_field(&h->judge, program, &rng, value, &out->claim);
    }
    if (phase == 6 && universal && h->climbs[out->program]) {
        out->how = "doubles made exact";
        return rk_trial_climb(&h->judge, program, &rng, value, &out->claim);
    }
    if (phase == 5 && universal && h->varies[out->program] && round % 2 == 0) {
        out->how = "critical values";
        return rk_trial_critical(&h->judge, program, &rng, value, &out->claim);
    }
    bool solve =
        h->equations[out->program] ? phase != 7 : h->solves[out->program] && phase % 3 == 0;
    if (solve) {
        out->how = "solved equations";
        return rk_trial_solve(&h->judge, program, &rng, value, &out->claim);
    }
    return try_sampled(h, &rng, out);
}

/* --- the whole ------------------------------------------------------------------- */

static bool keep_going(hunt *h, uint64_t k) {
    const rk_hunt_options *o = h->options;
    uint64_t budget = o->trials ? o->trials : default_trials;
    if (h->plan.closed)
        budget = h->plan.enumerations;
    bool universal = h->checked->mode == RK_MODE_UNIVERSAL && !h->plan.closed;
    bool wanting = universal && o->trials == 0 && o->samples > h->report->held;
    if (k >= (wanting ? default_stretch * budget : budget) || rk_judge_out_of_time(&h->judge))
        return false;
    if (!o->progress || k % tick)
        return true;
    double passed = rk_clock() - h->start;
    size_t p = rk_plan_visit(&h->plan, k);
    return o->progress(o->self, k, passed > 0 ? (double)k / passed : 0, h->plan.program[p]->dims);
}

static void record(hunt *h, const hit *found, uint64_t k) {
    rk_finding *f = &h->report->finding;
    size_t n = h->checked->ndims;
    f->program = h->plan.program[found->program];
    f->dims = rk_calloc(n + 1, sizeof *f->dims);
    for (size_t i = 0; i < n; i++)
        f->dims[i] = f->program->dims[i];
    rk_assignment_init(&f->value, f->program);
    rk_assignment_set(&f->value, &h->value[found->program]);
    f->claim = found->claim;
    f->trial = k;
    f->how = found->how;
    h->plan.program[found->program] = NULL; /* the finding owns it now */
    h->report->found = true;
}

static bool replay(hunt *h, hit *found) {
    for (size_t i = 0; i < h->options->nknown; i++)
        for (size_t p = 0; p < h->plan.nprograms; p++) {
            found->program = p;
            found->how = "known counterexample";
            if (rk_replay_values(h->options->known[i], h->plan.program[p], &h->value[p]) &&
                rk_judge_try(&h->judge, h->plan.program[p], &h->value[p], RK_EFFORT_THOROUGH,
                             &found->claim))
                return true;
        }
    return false;
}

static void hunt_all(hunt *h) {
    hit found = {0};
    if (replay(h, &found)) {
        record(h, &found, 0);
        return;
    }
    for (uint64_t k = 0; keep_going(h, k); k++) {
        h->report->trials++;
        if (h->plan.closed ? try_closed(h, k, &found) : run_trial(h, k, &found)) {
            record(h, &found, k);
            return;
        }
    }
}

static void hunt_begin(hunt *h, const int64_t *only_dims) {
    rk_plan_init(&h->plan, h->checked, only_dims, h->options->max_dim);
    rk_judge_init(&h->judge, h->checked, h->options, h->report);
    h->value = rk_calloc(h->plan.nprograms + 1, sizeof *h->value);
    h->climbs = rk_calloc(h->plan.nprograms + 1, sizeof *h->climbs);
    h->equations = rk_calloc(h->plan.nprograms + 1, sizeof *h->equations);
    h->varies = rk_calloc(h->plan.nprograms + 1, sizeof *h->varies);
    h->solves = rk_calloc(h->plan.nprograms + 1, sizeof *h->solves);
    h->irrational = rk_calloc(h->plan.nprograms + 1, sizeof *h->irrational);
    for (size_t p = 0; p < h->plan.nprograms; p++) {
        rk_assignment_init(&h->value[p], h->plan.program[p]);
        h->climbs[p] = rk_margin_climbs(h->plan.program[p]);
        h->varies[p] = rk_margin_varies(h->plan.program[p]);
        h->solves[p] = rk_trial_matrices(h->plan.program[p]) > 0;
        h->equations[p] = rk_trial_has_equations(&h->judge, h->plan.program[p]);
        h->irrational[p] = irrational_entries(h->plan.program[p]);
    }
    h->start = rk_clock();
}

static void hunt_end(hunt *h) {
    for (size_t p = 0; p < h->plan.nprograms; p++)
        rk_assignment_clear(&h->value[p]);
    rk_free(h->value);
    rk_free(h->climbs);
    rk_free(h->equations);
    rk_free(h->varies);
    rk_free(h->solves);
    rk_free(h->irrational);
    rk_judge_clear(&h->judge);
    rk_plan_clear(&h->plan);
}

void rk_hunt(const rk_checked *checked, const int64_t *only_dims, const rk_hunt_options *o,
             rk_hunt_report *out) {
    *out = (rk_hunt_report){.why = RK_EV_OK};
    out->dims_low = rk_calloc(checked->ndims + 1, sizeof *out->dims_low);
    out->dims_high = rk_calloc(checked->ndims + 1, sizeof *out->dims_high);
    if (checked->mode == RK_MODE_RANDOM)
        return;
    hunt h = {.checked = checked, .options = o, .report = out};
    hunt_begin(&h, only_dims);
    if (h.plan.too_large && h.plan.nprograms == 0)
        out->why = RK_EV_LIMIT;
    if (h.plan.nprograms > 0)
        hunt_all(&h);
    hunt_end(&h);
    if (out->found && o->shrink)
        rk_shrink(checked, &out->finding, o);
}
