#include "rk_sampling.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "base/rk_pool.h"
#include "eval/rk_run.h"

/* --- cost ------------------------------------------------------------------------------------- */

/* One step of a program costs about as much as so many operations on numbers, whatever it does. */
#define STEP_COST 500.0

static double step_cost(const rk_program *program, const rk_instr *p) {
    double entries = (double)p->rows * (double)p->cols;
    if (p->nargs == 0)
        return entries;
    const rk_instr *a = &program->instr[p->arg[0]];
    double m = (double)a->rows, n = (double)a->cols, least = fmin(m, n);
    switch (p->code) {
    case RK_P_MUL:
        return m * n * (double)p->cols / 2;
    case RK_P_RANK:
    case RK_P_DET:
    case RK_P_INV:
        return 4 * m * n * least;
    case RK_P_SINGULAR_VALUE:
        return m * n * least + 4 * least * least * least;
    case RK_P_EIGEN_MODULUS:
        return 25 * n * n * n;
    case RK_P_FN:
    case RK_P_SOFTMAX:
    case RK_P_ENTROPY:
        return 30 * m * n;
    default:
        return 4 * fmax(entries, m * n);
    }
}

static void mark(const rk_program *program, unsigned root, unsigned char *marks) {
    unsigned char *own = rk_calloc(program->ninstr + 1, 1);
    rk_program_closure(program, root, own);
    for (size_t i = 0; i < program->ninstr; i++)
        marks[i] |= own[i];
    rk_free(own);
}

double rk_sampling_cost(const rk_sampling *s) {
    const rk_program *p = s->program;
    unsigned char *marks = rk_calloc(p->ninstr + 1, 1);
    double cost = STEP_COST;
    for (size_t i = 0; i < p->nhypotheses; i++)
        mark(p, p->hypotheses[i], marks);
    for (size_t i = 0; i < s->nroots; i++)
        mark(p, s->root[i], marks);
    for (size_t i = 0; i < p->ninstr; i++)
        cost += marks[i] ? STEP_COST + step_cost(p, &p->instr[i]) : 0;
    for (size_t i = 0; i < p->nslots; i++)
        cost += 30 * (double)p->slots[i].rows * (double)p->slots[i].cols;
    rk_free(marks);
    return cost;
}

/* --- arithmetic ------------------------------------------------------------------------------- */

/* A draw is looked at in quick arithmetic first, and what that leaves open in slower one, where the
   work allows. */
enum { STAGES = 4, QUICK = 0 };

static rk_domain *stage_domain(unsigned stage) {
    switch (stage) {
    case QUICK:
        return rk_domain_interval();
    case 1:
        return rk_domain_rational();
    case 2:
        return rk_domain_ball(128);
    default:
        return rk_domain_ball(1024);
    }
}

/* Slower than doubles by about so much. */
static const double stage_factor[STAGES] = {1, 20, 20, 200};

/* All draws together may take as many operations in slower arithmetic. */
#define SLOW_WORK 2e9

typedef struct scratch { /* of one thread */
    rk_domain *domain[STAGES];
    rk_run run[STAGES];
    bool begun[STAGES];
    double **entry; /* of the draw: one matrix a slot */
    double *radius;
} scratch;

typedef struct sampler {
    const rk_sampling *s;
    rk_sample *samples;
    unsigned char *fixed; /* instructions that are the same for all draws */
    bool allowed[STAGES];
    scratch *worker;
    atomic_bool late;
} sampler;

static void begin_stage(sampler *w, scratch *t, unsigned stage) {
    if (t->begun[stage])
        return;
    t->domain[stage] = stage_domain(stage);
    rk_run_init(&t->run[stage], w->s->program, t->domain[stage]);
    t->run[stage].deadline = w->s->deadline;
    t->begun[stage] = true;
}

static void begin(const sampler *w, scratch *t) {
    const rk_program *p = w->s->program;
    if (t->entry != NULL)
        return;
    t->entry = rk_calloc(p->nslots + 1, sizeof *t->entry);
    t->radius = rk_calloc(p->nslots + 1, sizeof *t->radius);
    for (size_t i = 0; i < p->nslots; i++)
        t->entry[i] =
            rk_malloc((size_t)(p->slots[i].rows * p->slots[i].cols) * sizeof *t->entry[i]);
}

static void end(const sampler *w, scratch *t) {
    for (unsigned stage = 0; stage < STAGES; stage++) {
        if (!t->begun[stage])
            continue;
        rk_run_clear(&t->run[stage]);
        rk_domain_free(t->domain[stage]);
    }
    for (size_t i = 0; t->entry != NULL && i < w->s->program->nslots; i++)
        rk_free(t->entry[i]);
    rk_free(t->entry);
    rk_free(t->radius);
}

static void draw(const rk_sampling *s, scratch *t, uint64_t k) {
    rk_rng rng = rk_rng_trial(s->seed, s->program->checked->statement, (s->stream << 40) + k);
    for (size_t i = 0; i < s->program->nslots; i++)
        t->radius[i] = rk_distribution_draw(&s->inputs[i], &rng, t->entry[i]);
}

/* What the domain cannot hold, a matrix with a radius over Q, stays unknown there. */
static void put_draw(const sampler *w, scratch *t, unsigned stage) {
    const rk_program *p = w->s->program;
    rk_run *run = &t->run[stage];
    rk_run_restart(run, w->fixed);
    for (size_t i = 0; i < p->nslots; i++) {
        rk_matrix *m = &run->input[i];
        if (run->domain->exact && t->radius[i] != 0)
            continue;
        if (m->domain == NULL)
            rk_matrix_init(m, run->domain, p->slots[i].rows, p->slots[i].cols);
        rk_matrix_put_near(m, t->entry[i], t->radius[i]);
    }
}

/* --- one draw --------------------------------------------------------------------------------- */

/* TRUE: it is an instance as far as the hypotheses go. */
static rk_tern hypotheses(const sampler *w, rk_run *run) {
    const rk_program *p = w->s->program;
    rk_tern all = RK_TRUE;
    for (size_t i = 0; i < p->nhypotheses; i++) {
        unsigned h = p->hypotheses[i];
        rk_ev ev = rk_run_compute(run, h);
        if (run->defined[h] == RK_EV_UNDEFINED)
            return RK_FALSE;
        all = rk_tern_and(all, ev == RK_EV_OK ? run->truth[h] : RK_UNKNOWN);
    }
    return all;
}

static rk_sample part(rk_run *run, unsigned root) {
    rk_sample open = {.outcome = RK_DRAW_OPEN};
    rk_ev ev = rk_run_compute(run, root);
    if (run->defined[root] == RK_EV_UNDEFINED)
        return (rk_sample){.outcome = RK_DRAW_PASSED};
    if (ev != RK_EV_OK || run->defined[root] != RK_EV_OK)
        return open;
    if (run->program->instr[root].truth)
        return (rk_sample){.outcome = rk_tern_true(run->truth[root])    ? RK_DRAW_TRUE
                                      : rk_tern_false(run->truth[root]) ? RK_DRAW_FALSE
                                                                        : RK_DRAW_OPEN};
    rk_sample value = {.outcome = RK_DRAW_VALUE};
    return rk_matrix_ends(&run->value[root], &value.low, &value.high) ? value : open;
}

/* What stayed open is looked at; false when nothing is open any more. */
static bool look(const sampler *w, rk_run *run, rk_sample *sample) {
    rk_tern instance = hypotheses(w, run);
    bool open = false;
    for (size_t i = 0; i < w->s->nroots; i++) {
        if (sample[i].outcome != RK_DRAW_OPEN)
            continue;
        if (rk_tern_false(instance))
            sample[i].outcome = RK_DRAW_PASSED;
        else if (rk_tern_true(instance))
            sample[i] = part(run, w->s->root[i]);
        open = open || sample[i].outcome == RK_DRAW_OPEN;
    }
    return open;
}

/* Worker 0 is the caller. */
static bool stopped(const rk_sampling *s, unsigned worker) {
    return (s->deadline > 0 && rk_clock() > s->deadline) ||
           (worker == 0 && s->interrupted != NULL && s->interrupted(s->self));
}

static void one_draw(void *self, size_t k, unsigned worker) {
    sampler *w = self;
    scratch *t = &w->worker[worker];
    rk_sample *sample = w->samples + k * w->s->nroots;
    bool open = true;
    if (!atomic_load(&w->late) && stopped(w->s, worker))
        atomic_store(&w->late, true);
    if (atomic_load(&w->late))
        return;
    begin(w, t);
    draw(w->s, t, k);
    for (size_t i = 0; i < w->s->nroots; i++)
        sample[i] = (rk_sample){.outcome = RK_DRAW_OPEN};
    for (unsigned stage = 0; stage < STAGES && open; stage++) {
        if (!w->allowed[stage])
            continue;
        begin_stage(w, t, stage);
        put_draw(w, t, stage);
        open = look(w, &t->run[stage], sample);
    }
    if (open && w->s->deadline > 0 && rk_clock() > w->s->deadline)
        atomic_store(&w->late, true); /* it may be open for that alone */
}

/* --- all -------------------------------------------------------------------------------------- */

static unsigned char *find_fixed(const rk_program *p) {
    unsigned char *fixed = rk_calloc(p->ninstr + 1, 1);
    for (size_t i = 0; i < p->ninstr; i++) {
        fixed[i] = p->instr[i].code != RK_P_INPUT;
        for (size_t k = 0; k < p->instr[i].nargs; k++)
            fixed[i] = fixed[i] && fixed[p->instr[i].arg[k]];
    }
    return fixed;
}

bool rk_sampling_run(const rk_sampling *s, rk_sample *samples) {
    unsigned threads = s->threads == 0 ? rk_pool_cores() : s->threads;
    sampler w = {.s = s, .samples = samples, .fixed = find_fixed(s->program)};
    double cost = rk_sampling_cost(s) * (double)s->draws;
    for (unsigned stage = 0; stage < STAGES; stage++)
        w.allowed[stage] = stage == QUICK || stage_factor[stage] * cost <= SLOW_WORK;
    w.worker = rk_calloc(threads, sizeof *w.worker);
    rk_pool_run(threads, (size_t)s->draws, one_draw, &w);
    for (unsigned i = 0; i < threads; i++)
        end(&w, &w.worker[i]);
    rk_free(w.worker);
    rk_free(w.fixed);
    return !atomic_load(&w.late);
}
