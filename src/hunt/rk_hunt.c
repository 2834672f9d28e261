/* The hunt: known counterexamples first, then trial after trial of the schedule. */
#include "rk_hunt.h"
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_worker.h"

static const uint64_t default_trials = 1200, default_stretch = 4, tick = 64;

typedef struct hunt {
    const rk_checked *checked;
    const rk_hunt_options *options;
    rk_hunt_report *report;
    rk_schedule schedule;
    rk_worker worker;
    double start;
} hunt;

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
    rk_tally_clear(&r->tally);
    *r = (rk_hunt_report){0};
}

static bool keep_going(hunt *h, uint64_t k) {
    const rk_hunt_options *o = h->options;
    const rk_plan *plan = &h->schedule.plan;
    uint64_t budget = o->trials ? o->trials : default_trials;
    if (plan->closed)
        budget = plan->enumerations;
    bool universal = h->checked->mode == RK_MODE_UNIVERSAL && !plan->closed;
    bool wanting = universal && o->trials == 0 && o->samples > h->report->tally.held;
    if (k >= (wanting ? default_stretch * budget : budget) ||
        rk_judge_out_of_time(&h->worker.judge))
        return false;
    if (!o->progress || k % tick)
        return true;
    double passed = rk_clock() - h->start;
    uint64_t visit;
    size_t p = rk_plan_visit(plan, k, &visit);
    return o->progress(o->self, k, passed > 0 ? (double)k / passed : 0, plan->program[p]->dims);
}

static void record(hunt *h, const rk_hit *found, uint64_t k) {
    rk_finding *f = &h->report->finding;
    size_t n = h->checked->ndims;
    f->program = h->schedule.plan.program[found->program];
    f->dims = rk_calloc(n + 1, sizeof *f->dims);
    for (size_t i = 0; i < n; i++)
        f->dims[i] = f->program->dims[i];
    rk_assignment_init(&f->value, f->program);
    rk_assignment_set(&f->value, &h->worker.value[found->program]);
    f->claim = found->claim;
    f->trial = k;
    f->how = found->how;
    h->schedule.plan.program[found->program] = NULL; /* the finding owns it now */
    h->report->found = true;
}

static void hunt_all(hunt *h) {
    rk_hit found;
    for (size_t i = 0; i < h->options->nknown; i++)
        if (rk_worker_replay(&h->worker, h->options->known[i], &found)) {
            record(h, &found, 0);
            return;
        }
    for (uint64_t k = 0; keep_going(h, k); k++) {
        h->report->tally.trials++;
        if (rk_worker_trial(&h->worker, k, &found)) {
            record(h, &found, k);
            return;
        }
    }
}

static void hunt_begin(hunt *h, const int64_t *only_dims) {
    rk_judge judge;
    rk_judge_init(&judge, h->checked, h->options, NULL);
    rk_schedule_init(&h->schedule, &judge, only_dims, h->options->max_dim);
    rk_judge_clear(&judge);
    rk_worker_init(&h->worker, &h->schedule, h->options, &h->report->tally);
    h->start = rk_clock();
}

void rk_hunt(const rk_checked *checked, const int64_t *only_dims, const rk_hunt_options *o,
             rk_hunt_report *out) {
    *out = (rk_hunt_report){0};
    rk_tally_init(&out->tally, checked);
    if (checked->mode == RK_MODE_RANDOM)
        return;
    hunt h = {.checked = checked, .options = o, .report = out};
    hunt_begin(&h, only_dims);
    const rk_plan *plan = &h.schedule.plan;
    if (plan->too_large && plan->nprograms == 0)
        out->tally.why = RK_EV_LIMIT;
    if (plan->nprograms > 0)
        hunt_all(&h);
    rk_worker_clear(&h.worker);
    rk_schedule_clear(&h.schedule);
    if (out->found && o->shrink)
        rk_shrink(checked, &out->finding, o);
}
