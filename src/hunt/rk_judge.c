#include "rk_judge.h"
#include <math.h>
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_margin.h"
#include "rk_element.h"
#include "rk_typical.h"

typedef struct rk_kept {
    const rk_program *program;
    const rk_keeping *kind;
    void *thing;
} rk_kept;

static void drop(rk_kept *kept) {
    if (kept->thing)
        kept->kind->drop(kept->thing);
}

void rk_judge_init(rk_judge *judge, const rk_checked *checked, const rk_hunt_options *options,
                   rk_tally *tally) {
    *judge = (rk_judge){.checked = checked,
                        .options = options,
                        .tally = tally,
                        .most = RK_EFFORT_THOROUGH,
                        .doubles = rk_domain_double(),
                        .rationals = rk_domain_rational()};
}

void rk_judge_clear(rk_judge *judge) {
    rk_forms_clear(&judge->forms);
    rk_domain_free(judge->doubles);
    rk_domain_free(judge->rationals);
    for (size_t i = 0; i < judge->nkept; i++)
        drop(&judge->kept[i]);
    rk_free(judge->kept);
}

/* --- what is kept ------------------------------------------------------------------ */

void *rk_judge_keep(rk_judge *judge, const rk_program *program, const rk_keeping *kind) {
    for (size_t i = 0; i < judge->nkept; i++)
        if (judge->kept[i].program == program && judge->kept[i].kind == kind)
            return judge->kept[i].thing;
    rk_kept made = {.program = program, .kind = kind, .thing = kind->make(judge, program)};
    rk_grow(&judge->kept, &judge->kept_capacity, judge->nkept + 1, sizeof *judge->kept);
    judge->kept[judge->nkept++] = made;
    return made.thing;
}

void rk_judge_forget(rk_judge *judge, const rk_program *program) {
    size_t left = 0;
    for (size_t i = 0; i < judge->nkept; i++)
        if (judge->kept[i].program == program)
            drop(&judge->kept[i]);
        else
            judge->kept[left++] = judge->kept[i];
    judge->nkept = left;
}

/* --- one candidate ----------------------------------------------------------------- */

bool rk_judge_out_of_time(rk_judge *judge) {
    const rk_hunt_options *o = judge->options;
    if (!judge->stopped && o->deadline > 0)
        judge->stopped = rk_clock() > o->deadline;
    if (!judge->stopped && o->alive)
        judge->stopped = !o->alive(o->alive_self);
    return judge->stopped;
}

double rk_judge_margin(const rk_judge *judge, const rk_program *program, const rk_assignment *a) {
    rk_run run;
    rk_run_init(&run, program, judge->doubles);
    double margin =
        rk_run_set_inputs(&run, a) == RK_EV_OK ? rk_margin_violation(&run) : (double)NAN;
    rk_run_clear(&run);
    return margin;
}

bool rk_judge_worth(const rk_judge *judge, const rk_program *program, const rk_assignment *a) {
    double margin = rk_judge_margin(judge, program, a);
    if (judge->checked->mode == RK_MODE_EXISTS)
        return margin != -INFINITY && !(margin > RK_MARGIN_NOISE);
    return isnan(margin) || margin > 0;
}

static void widen(rk_tally *r, const rk_program *program) {
    for (size_t i = 0; i < program->checked->ndims; i++) {
        int64_t value = program->dims[i];
        if (r->held == 1 || value < r->dims_low[i])
            r->dims_low[i] = value;
        if (r->held == 1 || value > r->dims_high[i])
            r->dims_high[i] = value;
    }
}

static void count(rk_tally *r, const rk_program *program, const rk_instance *in) {
    switch (in->overall) {
    case RK_INSTANCE_HOLDS:
        r->held++;
        if (r->dims_low && r->dims_high)
            widen(r, program);
        break;
    case RK_INSTANCE_EXCLUDED:
        r->excluded++;
        break;
    case RK_INSTANCE_UNDEFINED:
        r->undefined++;
        break;
    case RK_INSTANCE_UNKNOWN:
        r->unknown++;
        r->why = in->why;
        r->where = in->where;
        break;
    case RK_INSTANCE_VIOLATED:
        break;
    }
}

/* All claims hold, and each has an instance here. */
static bool is_example(const rk_program *program, const rk_instance *in) {
    if (in->overall != RK_INSTANCE_HOLDS)
        return false;
    for (size_t c = 0; c < program->nclaims; c++)
        if (in->claim[c] != RK_INSTANCE_HOLDS)
            return false;
    return true;
}

static bool is_finding(rk_judge *judge, const rk_program *program, const rk_assignment *a,
                       const rk_instance *in, unsigned *claim) {
    *claim = 0;
    if (judge->checked->mode == RK_MODE_EXISTS)
        return is_example(program, in);
    if (in->overall != RK_INSTANCE_VIOLATED)
        return false;
    while (*claim < program->nclaims && in->claim[*claim] != RK_INSTANCE_VIOLATED)
        ++*claim;
    if (judge->typical && !rk_typical(program, a))
        return false;
    if (!judge->options->accept || judge->options->accept(judge->options->accept_self, program, a))
        return true;
    if (judge->tally)
        judge->tally->rejected++;
    return false;
}

/* False when the instance was left unsettled because doubles saw nothing in it. */
static bool decide(rk_judge *judge, const rk_program *program, const rk_assignment *a,
                   rk_effort effort, rk_instance *in) {
    rk_decide_options o = {.precision_cap = judge->options->precision_cap,
                           .deadline = judge->options->deadline,
                           .rational_only = true};
    rk_decide(program, a, &o, in);
    if (in->overall != RK_INSTANCE_UNKNOWN)
        return true;
    if (effort == RK_EFFORT_RATIONAL ||
        (effort == RK_EFFORT_SCREENED && !rk_judge_worth(judge, program, a)))
        return false;
    rk_instance_clear(in);
    o.rational_only = false;
    rk_decide(program, a, &o, in);
    return true;
}

bool rk_judge_try(rk_judge *judge, const rk_program *program, const rk_assignment *a,
                  rk_effort effort, unsigned *claim) {
    if (!rk_assignment_in_sets(program, a))
        return false;
    if (judge->tally)
        judge->tally->assignments++;
    rk_instance in;
    bool settled = decide(judge, program, a, effort < judge->most ? effort : judge->most, &in);
    if (judge->tally && settled)
        count(judge->tally, program, &in);
    bool found = is_finding(judge, program, a, &in, claim);
    rk_instance_clear(&in);
    if (found)
        rk_forms_clear(&judge->forms);
    return found;
}

bool rk_judge_try_forms(rk_judge *judge, const rk_program *program, const rk_assignment *a,
                        const rk_forms *forms, unsigned *claim) {
    rk_assignment rest;
    if (forms->n == 0)
        return rk_judge_try(judge, program, a, RK_EFFORT_THOROUGH, claim);
    if (judge->options->accept != NULL)
        return false;
    rk_program *at = rk_forms_program(program, a, forms, NULL, &rest);
    if (at == NULL)
        return false;
    rk_effort most = judge->most;
    judge->most = RK_EFFORT_THOROUGH;
    bool found = rk_judge_try(judge, at, &rest, RK_EFFORT_SCREENED, claim);
    judge->most = most;
    if (found)
        rk_forms_set(&judge->forms, forms);
    rk_assignment_clear(&rest);
    rk_judge_forget(judge, at);
    rk_program_free(at);
    return found;
}
