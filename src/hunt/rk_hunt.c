/* The hunt: known counterexamples first, then block after block of trials. */
#include "rk_hunt.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include "base/rk_clock.h"
#include "base/rk_guard.h"
#include "base/rk_line.h"
#include "base/rk_mem.h"
#include "base/rk_pool.h"
#include "rk_keep.h"
#include "rk_kinds.h"
#include "rk_order.h"
#include "rk_team.h"
#include "rk_worker.h"

static const uint64_t default_trials = 1200, default_stretch = 4, unlimited = UINT64_MAX / 8;
/* Blocks a worker that the others may run ahead of the slowest. */
enum { WINDOW = 64 };
/* Seconds between two looks at what goes on. */
static const double patience = 0.05;

typedef struct hunt {
    const rk_checked *checked;
    const rk_hunt_options *options;
    rk_hunt_report *report;
    const int64_t *only;
    bool led; /* the caller's thread has: it may be asked again when others start late */
    rk_schedule schedule;
    rk_line line;
    rk_keep keep;
    rk_kinds kinds;              /* of the findings taken */
    rk_hunt_options theirs, own; /* for the workers; for the caller's thread, which also watches */
    atomic_bool halt;            /* progress said stop */
    double start, looked;
    pthread_mutex_t lock; /* of `now`, which all workers write */
    rk_hunt_progress now;
} hunt;

void rk_finding_clear(rk_finding *f) {
    if (!f->program)
        return;
    rk_assignment_clear(&f->value);
    rk_forms_clear(&f->forms);
    rk_program_free(f->program);
    rk_free(f->dims);
    rk_free(f->how);
    *f = (rk_finding){0};
}

void rk_hunt_report_clear(rk_hunt_report *r, const rk_checked *checked) {
    (void)checked;
    rk_finding_clear(&r->finding);
    for (size_t i = 0; i < r->nmore; i++)
        rk_finding_clear(&r->more[i]);
    rk_free(r->more);
    rk_tally_clear(&r->tally);
    *r = (rk_hunt_report){0};
}

rk_hunt_options rk_hunt_within(const rk_hunt_options *o, uint64_t trials) {
    rk_hunt_options within = *o;
    within.trials = trials;
    within.shrink = false;
    within.jobs = 0;
    within.shards = 0;
    within.findings = 0;
    within.store = NULL;
    within.team = NULL;
    within.kinds = NULL;
    within.progress = NULL;
    within.nknown = 0;
    return within;
}

/* --- how much there is to do ------------------------------------------------------- */

static uint64_t budget(const hunt *h) {
    if (h->schedule.plan.closed)
        return h->schedule.plan.enumerations;
    uint64_t trials = h->options->trials ? h->options->trials : default_trials;
    return trials < unlimited ? trials : unlimited;
}

/* Without a budget of its own a hunt for violations goes on while too few instances held. */
static bool stretches(const hunt *h) {
    return h->checked->mode == RK_MODE_UNIVERSAL && !h->schedule.plan.closed &&
           h->options->trials == 0 && h->options->samples > 0;
}

static uint64_t most_trials(const hunt *h) {
    return stretches(h) ? default_stretch * budget(h) : budget(h);
}

static uint64_t shards(const hunt *h) {
    return h->options->shards ? h->options->shards : 1;
}

/* The n-th block of this shard. */
static uint64_t block_number(const hunt *h, uint64_t n) {
    return h->options->shard + n * shards(h);
}

static uint64_t count_blocks(const hunt *h) {
    uint64_t all = (most_trials(h) + RK_BLOCK_TRIALS - 1) / RK_BLOCK_TRIALS;
    return all > h->options->shard ? (all - h->options->shard - 1) / shards(h) + 1 : 0;
}

/* What is kept is a function of the block's number alone, not of the budget. */
static uint64_t block_end(const hunt *h, uint64_t block) {
    uint64_t end = (block + 1) * RK_BLOCK_TRIALS;
    bool whole = h->options->store && !h->schedule.plan.closed;
    return whole || end < most_trials(h) ? end : most_trials(h);
}

static bool wants_one(const hunt *h) {
    return h->options->findings <= 1;
}

/* The finding is not shrunk with its block, but last. */
static bool shrinks_last(const hunt *h) {
    return wants_one(h) && !h->options->store;
}

/* --- taking what was brought in, in order ------------------------------------------- */

static bool same_finding(const rk_finding *a, const rk_finding *b, size_t ndims) {
    for (size_t i = 0; i < ndims; i++)
        if (a->dims[i] != b->dims[i])
            return false;
    return a->claim == b->claim && rk_order_compare(&a->value, &b->value) == 0;
}

static bool is_new(const hunt *h, const rk_finding *f) {
    const rk_hunt_report *r = h->report;
    bool seen = r->found && same_finding(f, &r->finding, h->checked->ndims);
    for (size_t i = 0; i < r->nmore && !seen; i++)
        seen = same_finding(f, &r->more[i], h->checked->ndims);
    return !seen;
}

/* Takes the finding over when it is not there yet. */
static void add_finding(hunt *h, rk_finding *f) {
    rk_hunt_report *r = h->report;
    if (!is_new(h, f))
        return;
    if (r->found) {
        r->more = rk_realloc(r->more, (r->nmore + 1) * sizeof *r->more);
        r->more[r->nmore++] = *f;
    } else {
        r->found = true;
        r->finding = *f;
    }
    *f = (rk_finding){0};
}

static bool has_enough(const hunt *h) {
    const rk_hunt_report *r = h->report;
    return r->found && r->nmore + 1 >= (wants_one(h) ? 1 : h->options->findings);
}

static void show_taken(hunt *h) {
    const rk_hunt_report *r = h->report;
    pthread_mutex_lock(&h->lock);
    h->now.best = r->tally.best;
    h->now.findings = r->found ? 1 + r->nmore : 0;
    pthread_mutex_unlock(&h->lock);
}

static bool take_haul(void *self, uint64_t n, void *item) {
    hunt *h = self;
    rk_haul *haul = item;
    rk_tally *tally = &h->report->tally;
    if (!rk_keep_store(&h->keep, h->checked, block_number(h, n), haul)) {
        rk_haul_free(haul);
        return false;
    }
    rk_tally_add(tally, &haul->tally, h->checked);
    for (size_t i = 0; i < haul->n; i++)
        if (!haul->small)
            add_finding(h, &haul->finding[i]);
        else if (rk_kinds_add(&h->kinds, h->checked, &haul->finding[i]))
            add_finding(h, &haul->small[i]);
    rk_haul_free(haul);
    show_taken(h);
    bool filled = block_end(h, block_number(h, n)) >= budget(h);
    bool wanting = stretches(h) && tally->held < h->options->samples;
    return !has_enough(h) && (!filled || wanting);
}

static void drop_haul(void *self, void *item) {
    (void)self;
    rk_haul_free(item);
}

/* --- the workers ------------------------------------------------------------------- */

static bool is_alive(void *self) {
    hunt *h = self;
    return !atomic_load_explicit(&h->halt, memory_order_relaxed);
}

/* The caller's thread tells how it goes. */
static bool watch(void *self) {
    hunt *h = self;
    double now = rk_clock();
    if (h->options->progress && now - h->looked >= patience) {
        h->looked = now;
        pthread_mutex_lock(&h->lock);
        rk_hunt_progress p = h->now;
        pthread_mutex_unlock(&h->lock);
        p.rate = now > h->start ? (double)p.trials / (now - h->start) : 0;
        if (!h->options->progress(h->options->self, &p))
            atomic_store(&h->halt, true);
    }
    return is_alive(h) && (!h->options->alive || h->options->alive(h->options->alive_self));
}

static void show_done(hunt *h, uint64_t last, const rk_haul *haul) {
    rk_step step;
    rk_schedule_step(&h->schedule, last, &step);
    const rk_cell *cell = step.way ? NULL : rk_plan_cell(&h->schedule.plan, step.first);
    size_t program = cell ? cell->program : step.program;
    pthread_mutex_lock(&h->lock);
    h->now.trials += haul->tally.trials;
    h->now.dims = h->schedule.plan.program[program]->dims;
    pthread_mutex_unlock(&h->lock);
}

static void do_block(hunt *h, rk_worker *w, uint64_t n) {
    uint64_t block = block_number(h, n), end = block_end(h, block);
    rk_haul *haul = rk_keep_fetch(&h->keep, w, block);
    if (!haul)
        haul = rk_worker_block(w, block * RK_BLOCK_TRIALS, end, wants_one(h));
    show_done(h, end - 1, haul);
    rk_line_put(&h->line, n, haul);
}

/* Seconds that helpers are given to bring in what they have, and between looks for messages. */
static const double grace = 3, nap = 0.0005;

static void begin_lead(hunt *h, rk_team_lead *lead) {
    char *digest = rk_team_digest(h->checked);
    double deadline = h->options->deadline, left = deadline - rk_clock();
    rk_team_job job = {.digest = digest,
                       .theorem = h->checked->theorem->name,
                       .only = h->only,
                       .ndims = h->checked->ndims,
                       .trials = block_end(h, (most_trials(h) - 1) / RK_BLOCK_TRIALS),
                       .left = deadline <= 0  ? 0
                               : left > 0.001 ? left
                                              : 0.001,
                       .one = wants_one(h),
                       .kept = h->options->store != NULL};
    rk_team_begin(lead, &job);
    rk_free(digest);
}

/* The caller's thread, when other processes help, does no blocks itself. */
static void lead(hunt *h, rk_worker *w) {
    rk_team_lead lead = {.team = h->options->team,
                         .line = &h->line,
                         .keep = &h->keep,
                         .first = h->options->shard,
                         .step = shards(h),
                         .worker = w};
    double closed = 0;
    h->led = true;
    begin_lead(h, &lead);
    while (!rk_line_done(&h->line) && !(closed > 0 && rk_clock() > closed + grace)) {
        bool moved = rk_team_round(&lead);
        if (closed == 0 && rk_judge_out_of_time(&w->judge)) {
            rk_line_close(&h->line);
            rk_team_halt(&lead);
            closed = rk_clock();
        }
        (void)watch(h);
        if (!moved)
            rk_line_nap(nap);
    }
    rk_line_break(&h->line); /* what others still had in hand will not come */
    rk_team_end(&lead);
}

/* What one thread does; the caller's (number 0) stays until all is done. */
typedef struct hand {
    hunt *hunt;
    unsigned number;
} hand;

static rk_status do_blocks(void *arg) {
    hand *own = arg;
    hunt *h = own->hunt;
    rk_worker w;
    uint64_t n;
    rk_line_answer answer;
    rk_worker_init(&w, &h->schedule, own->number == 0 ? &h->own : &h->theirs);
    if (own->number == 0 && h->options->team && !h->led)
        lead(h, &w);
    while ((answer = rk_line_next(&h->line, patience, &n)) != RK_LINE_OVER) {
        if (answer == RK_LINE_GIVEN)
            do_block(h, &w, n);
        if (rk_judge_out_of_time(&w.judge))
            rk_line_close(&h->line);
    }
    while (own->number == 0 && !rk_line_idle(&h->line, patience))
        (void)rk_judge_out_of_time(&w.judge);
    rk_worker_clear(&w);
    return RK_OK;
}

static void lend_hand(void *self, size_t index, unsigned worker) {
    hunt *h = self;
    hand own = {.hunt = h, .number = worker};
    const char *message = NULL;
    (void)index;
    if (rk_guard_run(do_blocks, &own, &message) != RK_OK) {
        rk_line_break(&h->line);
        rk_guard_raise(message);
    }
}

/* --- the whole --------------------------------------------------------------------- */

static void hunt_known(hunt *h) {
    rk_worker w;
    rk_hit hit;
    rk_finding f;
    rk_worker_init(&w, &h->schedule, &h->own);
    for (size_t i = 0; i < h->options->nknown && !has_enough(h); i++)
        if (rk_worker_replay(&w, h->options->known[i], &hit)) {
            rk_worker_finding(&w, &hit, 0, &f);
            if (h->options->shrink && !shrinks_last(h))
                rk_shrink(h->checked, &f, &h->own);
            add_finding(h, &f);
            rk_finding_clear(&f);
        }
    rk_worker_clear(&w);
}

static void hunt_blocks(hunt *h) {
    unsigned jobs = h->options->jobs, size = h->options->team ? h->options->team->size : 0;
    if (size > 0)
        jobs = (jobs > 0 ? jobs : 1) + 1; /* one talks to the others */
    h->line.take = take_haul;
    h->line.drop = drop_haul;
    h->line.self = h;
    rk_line_init(&h->line, count_blocks(h), WINDOW * (uint64_t)(jobs + size + 1));
    if (jobs == 0)
        lend_hand(h, 0, 0);
    else
        rk_pool_run(jobs, jobs, lend_hand, h);
    rk_line_clear(&h->line);
}

static void begin(hunt *h, const int64_t *only_dims) {
    h->theirs = h->own = *h->options;
    h->theirs.alive = is_alive;
    h->own.alive = watch;
    h->theirs.alive_self = h->own.alive_self = h;
    h->theirs.progress = h->own.progress = NULL;
    h->theirs.kept = h->own.kept = h->options->store != NULL;
    h->theirs.kinds = h->own.kinds = h->options->store ? NULL : &h->kinds;
    rk_kinds_init(&h->kinds);
    h->start = rk_clock();
    h->now.best = (double)-INFINITY;
    atomic_init(&h->halt, false);
    pthread_mutex_init(&h->lock, NULL);
    rk_keep_init(&h->keep, h->options->store);
    rk_judge judge;
    rk_judge_init(&judge, h->checked, h->options, NULL);
    rk_schedule_init(&h->schedule, &judge, only_dims, h->options->max_dim);
    rk_judge_clear(&judge);
}

static void end(hunt *h) {
    rk_schedule_clear(&h->schedule);
    pthread_mutex_destroy(&h->lock);
    rk_keep_clear(&h->keep);
    rk_kinds_clear(&h->kinds);
}

void rk_hunt(const rk_checked *checked, const int64_t *only_dims, const rk_hunt_options *o,
             rk_hunt_report *out) {
    *out = (rk_hunt_report){0};
    rk_tally_init(&out->tally, checked);
    if (checked->mode == RK_MODE_RANDOM)
        return;
    hunt h = {.checked = checked, .options = o, .report = out, .only = only_dims};
    begin(&h, only_dims);
    const rk_plan *plan = &h.schedule.plan;
    if (plan->too_large && plan->nprograms == 0)
        out->tally.why = RK_EV_LIMIT;
    if (plan->nprograms > 0)
        hunt_known(&h);
    if (plan->nprograms > 0 && !has_enough(&h))
        hunt_blocks(&h);
    (void)rk_keep_flush(&h.keep);
    if (out->found && o->shrink && shrinks_last(&h))
        rk_shrink(checked, &out->finding, &h.own);
    end(&h);
}
