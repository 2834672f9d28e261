#include "rk_run.h"

#include <string.h>

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_chain.h"

#define DEFAULT_PRECISION_CAP 1024

/* What the domains so far have established about a hypothesis or a claim. */
typedef struct finding {
    unsigned root;
    rk_ev defined; /* OK and UNDEFINED are certain */
    rk_tern truth; /* known only where defined is OK */
    rk_ev why;
    rk_span where;
    const char *domain;
} finding;

typedef struct decision {
    const rk_program *program;
    const rk_decide_options *options;
    rk_chain chain;
    finding *hypothesis, *claim;
    slong precision;
} decision;

static bool is_settled(const finding *f) {
    return f->defined == RK_EV_UNDEFINED || rk_tern_known(f->truth);
}

static finding *findings(const unsigned *roots, size_t n) {
    finding *f = rk_calloc(n + 1, sizeof *f);
    for (size_t i = 0; i < n; i++)
        f[i] = (finding){.root = roots[i], .defined = RK_EV_PRECISION, .truth = RK_UNKNOWN};
    return f;
}

static void look(decision *d, finding *f) {
    if (is_settled(f))
        return;
    rk_run *run = rk_chain_run(&d->chain);
    rk_ev ev = rk_run_compute(run, f->root);
    f->defined = run->defined[f->root];
    f->domain = run->domain->name;
    f->why = ev;
    if (ev == RK_EV_OK)
        f->truth = run->truth[f->root];
    else if (f->defined != RK_EV_UNDEFINED)
        f->where = rk_chain_obstacle(&d->chain, f->root);
    if (is_settled(f) && run->domain->precision > d->precision)
        d->precision = run->domain->precision;
}

/* No instance whatever the claims say? */
static bool is_excluded(const decision *d) {
    for (size_t i = 0; i < d->program->nhypotheses; i++) {
        const finding *f = &d->hypothesis[i];
        if (f->defined == RK_EV_UNDEFINED || rk_tern_false(f->truth))
            return true;
    }
    return false;
}

static bool all_settled(const finding *f, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!is_settled(&f[i]))
            return false;
    return true;
}

/* Runs the domain in hand; true when nothing is left to find out. */
static bool run_stage(decision *d) {
    for (size_t i = 0; i < d->program->nhypotheses && !is_excluded(d); i++)
        look(d, &d->hypothesis[i]);
    if (is_excluded(d))
        return true;
    for (size_t i = 0; i < d->program->nclaims; i++)
        look(d, &d->claim[i]);
    return all_settled(d->hypothesis, d->program->nhypotheses) &&
           all_settled(d->claim, d->program->nclaims);
}

typedef bool root_test(const decision *d, unsigned root, unsigned stage);

static bool stage_helps(const decision *d, unsigned root, unsigned stage) {
    return rk_chain_worth(&d->chain, stage, root);
}

static bool not_hopeless(const decision *d, unsigned root, unsigned stage) {
    (void)stage;
    return !rk_chain_hopeless(d->program, root);
}

static bool open_hypotheses_pass(const decision *d, root_test *test, unsigned stage) {
    for (size_t i = 0; i < d->program->nhypotheses; i++)
        if (!is_settled(&d->hypothesis[i]) && !test(d, d->hypothesis[i].root, stage))
            return false;
    return true;
}

/* Every open hypothesis passes the test, and some open claim does (or all claims are settled). */
static bool worth_trying(const decision *d, root_test *test, unsigned stage) {
    bool any_open = false;
    if (!open_hypotheses_pass(d, test, stage))
        return false;
    for (size_t i = 0; i < d->program->nclaims; i++) {
        if (is_settled(&d->claim[i]))
            continue;
        any_open = true;
        if (test(d, d->claim[i].root, stage))
            return true;
    }
    return !any_open;
}

static bool wanted(const void *who, unsigned stage) {
    return worth_trying(who, stage_helps, stage);
}

/* Is something open for want of a proof of a rank? Then no domain after Q is worth its time. */
static bool is_late(const decision *d) {
    double end = d->options ? d->options->rank_deadline : 0;
    bool open = false;
    for (size_t i = 0; i < d->program->nhypotheses; i++)
        open = open || (!is_settled(&d->hypothesis[i]) && d->hypothesis[i].why == RK_EV_LIMIT);
    for (size_t i = 0; i < d->program->nclaims; i++)
        open = open || (!is_settled(&d->claim[i]) && d->claim[i].why == RK_EV_LIMIT);
    return open && end > 0 && rk_clock() > end;
}

static void run_chain(decision *d) {
    rk_chain_walk walk = {.precision_cap = DEFAULT_PRECISION_CAP};
    if (d->options && d->options->precision_cap)
        walk.precision_cap = d->options->precision_cap;
    if (run_stage(d) || (d->options && d->options->rational_only) ||
        !worth_trying(d, not_hopeless, 0) || is_late(d))
        return;
    while (rk_chain_next(&d->chain, &walk, wanted, d))
        if (run_stage(d))
            return;
}

/* --- the outcome ---------------------------------------------------------------------------- */

static rk_instance_status status_of(const decision *d, const finding *claim) {
    bool known = true;
    for (size_t i = 0; i < d->program->nhypotheses; i++) {
        const finding *f = &d->hypothesis[i];
        if (f->defined == RK_EV_UNDEFINED)
            return RK_INSTANCE_UNDEFINED;
        if (rk_tern_false(f->truth))
            return RK_INSTANCE_EXCLUDED;
        known = known && rk_tern_true(f->truth);
    }
    if (claim->defined == RK_EV_UNDEFINED)
        return RK_INSTANCE_UNDEFINED;
    if (!known || !rk_tern_known(claim->truth))
        return RK_INSTANCE_UNKNOWN;
    return rk_tern_true(claim->truth) ? RK_INSTANCE_HOLDS : RK_INSTANCE_VIOLATED;
}

/* Under `exists` one point must show all claims; otherwise a claim that is undefined at the point
   simply has no instance there. */
static rk_instance_status overall(const decision *d, const rk_instance_status *claim) {
    size_t count[5] = {0};
    for (size_t i = 0; i < d->program->nclaims; i++)
        count[claim[i]]++;
    if (count[RK_INSTANCE_VIOLATED])
        return RK_INSTANCE_VIOLATED;
    if (count[RK_INSTANCE_UNKNOWN])
        return RK_INSTANCE_UNKNOWN;
    bool every = d->program->checked->mode == RK_MODE_EXISTS;
    if (count[RK_INSTANCE_HOLDS] && (!every || count[RK_INSTANCE_HOLDS] == d->program->nclaims))
        return RK_INSTANCE_HOLDS;
    return count[RK_INSTANCE_UNDEFINED] ? RK_INSTANCE_UNDEFINED : RK_INSTANCE_EXCLUDED;
}

static const finding *first_open(const decision *d) {
    for (size_t i = 0; i < d->program->nhypotheses; i++)
        if (!is_settled(&d->hypothesis[i]))
            return &d->hypothesis[i];
    for (size_t i = 0; i < d->program->nclaims; i++)
        if (!is_settled(&d->claim[i]))
            return &d->claim[i];
    return NULL;
}

static void last_domain(const decision *d, rk_instance *out) {
    out->domain = d->chain.domain[0]->name;
    for (size_t i = 0; i < d->program->nhypotheses; i++)
        if (d->hypothesis[i].domain && is_settled(&d->hypothesis[i]))
            out->domain = d->hypothesis[i].domain;
    for (size_t i = 0; i < d->program->nclaims; i++)
        if (d->claim[i].domain && is_settled(&d->claim[i]))
            out->domain = d->claim[i].domain;
}

static rk_ev reason(const decision *d, rk_ev why) {
    bool rational_only = d->options && d->options->rational_only;
    return why == RK_EV_ESCAPE && !rational_only ? RK_EV_CONSTRUCT : why;
}

static void report(const decision *d, rk_instance *out) {
    out->claim = rk_calloc(d->program->nclaims + 1, sizeof *out->claim);
    for (size_t i = 0; i < d->program->nclaims; i++)
        out->claim[i] = status_of(d, &d->claim[i]);
    out->overall = overall(d, out->claim);
    out->precision = d->precision;
    last_domain(d, out);
    const finding *open = first_open(d);
    if (open == NULL || out->overall != RK_INSTANCE_UNKNOWN)
        return;
    out->late = is_late(d);
    out->why = reason(d, open->why);
    out->where = open->where;
}

void rk_decide(const rk_program *program, const rk_assignment *a, const rk_decide_options *options,
               rk_instance *out) {
    decision d = {.program = program, .options = options};
    memset(out, 0, sizeof *out);
    rk_chain_init(&d.chain, program, a);
    if (options != NULL) {
        d.chain.run[0].deadline = options->deadline;
        d.chain.run[0].rank_deadline = options->rank_deadline;
        d.chain.run[0].doubts = options->doubts;
    }
    d.hypothesis = findings(program->hypotheses, program->nhypotheses);
    d.claim = findings(program->claims, program->nclaims);
    run_chain(&d);
    report(&d, out);
    rk_free(d.hypothesis);
    rk_free(d.claim);
    rk_chain_clear(&d.chain);
}

void rk_instance_clear(rk_instance *out) {
    rk_free(out->claim);
    out->claim = NULL;
}
