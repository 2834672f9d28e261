#include "rk_worker.h"
#include "base/rk_mem.h"
#include "rk_enumerate.h"
#include "rk_kinds.h"
#include "rk_replay.h"

void rk_worker_init(rk_worker *w, const rk_schedule *schedule, const rk_hunt_options *options) {
    const rk_plan *plan = &schedule->plan;
    *w = (rk_worker){.schedule = schedule};
    rk_judge_init(&w->judge, schedule->checked, options, NULL);
    w->value = rk_calloc(plan->nprograms + 1, sizeof *w->value);
    for (size_t p = 0; p < plan->nprograms; p++)
        rk_assignment_init(&w->value[p], plan->program[p]);
}

void rk_worker_clear(rk_worker *w) {
    for (size_t p = 0; p < w->schedule->plan.nprograms; p++)
        rk_assignment_clear(&w->value[p]);
    rk_free(w->value);
    rk_judge_clear(&w->judge);
}

static bool try_enumerated(rk_worker *w, uint64_t j, rk_hit *out) {
    const rk_plan *plan = &w->schedule->plan;
    const rk_cell *cell = rk_plan_cell(plan, j);
    const rk_program *program = plan->program[cell->program];
    rk_assignment *value = &w->value[cell->program];
    out->program = cell->program;
    w->judge.most = rk_schedule_effort(w->schedule, cell->program, j);
    return rk_enumerate_sorted(program, cell->alphabet, j - cell->first) == cell->sorted &&
           rk_enumerate_at(program, cell->alphabet, j - cell->first, value) &&
           rk_judge_try(&w->judge, program, value, RK_EFFORT_THOROUGH, &out->claim);
}

static bool enumerate(rk_worker *w, const rk_step *step, rk_hit *out) {
    const rk_plan *plan = &w->schedule->plan;
    out->how = plan->closed ? "all dimensions in turn" : "enumeration";
    for (uint64_t j = step->first; j < step->last && j < plan->enumerations; j++)
        if (try_enumerated(w, j, out))
            return true;
    return false;
}

bool rk_worker_trial(rk_worker *w, uint64_t k, rk_hit *out) {
    rk_step step;
    rk_schedule_step(w->schedule, k, &step);
    if (!step.way)
        return enumerate(w, &step, out);
    rk_judge *judge = &w->judge;
    rk_rng rng = rk_rng_trial(judge->options->seed, judge->checked->statement, k);
    out->program = step.program;
    judge->most = step.effort;
    judge->how = step.way->name;
    bool found = step.way->run(judge, w->schedule->plan.program[step.program], &rng,
                               &w->value[step.program], &out->claim);
    out->how = judge->how;
    return found;
}

bool rk_worker_replay(rk_worker *w, const rk_checked *known, rk_hit *out) {
    const rk_plan *plan = &w->schedule->plan;
    out->how = "known counterexample";
    for (out->program = 0; out->program < plan->nprograms; out->program++)
        if (rk_replay(&w->judge, known, plan->program[out->program], &w->value[out->program],
                      &out->claim))
            return true;
    return false;
}

/* --- blocks ------------------------------------------------------------------------ */

void rk_worker_finding(const rk_worker *w, const rk_hit *hit, uint64_t k, rk_finding *out) {
    const rk_checked *checked = w->schedule->checked;
    const int64_t *dims = w->schedule->plan.program[hit->program]->dims;
    bool too_large = false;
    *out = (rk_finding){.claim = hit->claim, .trial = k, .how = rk_strdup(hit->how)};
    out->program = rk_plan_build(checked, dims, &too_large); /* as the plan did */
    out->dims = rk_calloc(checked->ndims + 1, sizeof *out->dims);
    for (size_t i = 0; i < checked->ndims; i++)
        out->dims[i] = dims[i];
    rk_assignment_init(&out->value, out->program);
    rk_assignment_set(&out->value, &w->value[hit->program]);
    rk_forms_set(&out->forms, &w->judge.forms);
}

/* A finding of the kind of an earlier one shrinks to the same, mostly. */
static bool is_known(const rk_worker *w, rk_kinds *here, const rk_hit *hit) {
    const rk_checked *checked = w->schedule->checked;
    rk_kinds *before = w->judge.options->kinds;
    rk_finding f;
    rk_worker_finding(w, hit, 0, &f);
    bool known = !rk_kinds_add(here, checked, &f) || (before && rk_kinds_has(before, checked, &f));
    rk_finding_clear(&f);
    return known;
}

static void keep(rk_worker *w, rk_haul *haul, rk_kinds *kinds, const rk_hit *hit, uint64_t k,
                 bool one) {
    const rk_hunt_options *o = w->judge.options;
    bool shrinks = (!one || o->kept) && o->shrink;
    if (shrinks && is_known(w, kinds, hit))
        return;
    size_t room = haul->capacity;
    rk_grow(&haul->finding, &haul->capacity, haul->n + 1, sizeof *haul->finding);
    rk_worker_finding(w, hit, k, &haul->finding[haul->n]);
    if (shrinks) {
        rk_grow(&haul->small, &room, haul->n + 1, sizeof *haul->small);
        rk_worker_finding(w, hit, k, &haul->small[haul->n]);
        rk_shrink(w->schedule->checked, &haul->small[haul->n], w->judge.options);
    }
    haul->n++;
}

rk_haul *rk_worker_block(rk_worker *w, uint64_t first, uint64_t last, bool one) {
    rk_haul *haul = rk_calloc(1, sizeof *haul);
    rk_hit hit;
    rk_kinds kinds;
    rk_kinds_init(&kinds);
    rk_tally_init(&haul->tally, w->schedule->checked);
    w->judge.tally = &haul->tally;
    for (uint64_t k = first; k < last && !(one && haul->n > 0); k++) {
        if (rk_judge_out_of_time(&w->judge))
            break;
        haul->tally.trials++;
        if (rk_worker_trial(w, k, &hit))
            keep(w, haul, &kinds, &hit, k, one);
    }
    haul->cut = rk_judge_out_of_time(&w->judge); /* the last trial may have been, too */
    w->judge.tally = NULL;
    rk_kinds_clear(&kinds);
    return haul;
}

void rk_haul_free(rk_haul *haul) {
    for (size_t i = 0; i < haul->n; i++) {
        rk_finding_clear(&haul->finding[i]);
        if (haul->small)
            rk_finding_clear(&haul->small[i]);
    }
    rk_free(haul->finding);
    rk_free(haul->small);
    rk_tally_clear(&haul->tally);
    rk_free(haul);
}
