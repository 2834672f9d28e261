#include "rk_schedule.h"
#include "base/rk_mem.h"

/* Trials between two enumerations, and trials for which the effort stays the same. */
enum { STRIDE = 4, ROUND = 8 };

/* --- effort ----------------------------------------------------------------------- */

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
rk_effort rk_schedule_effort(const rk_schedule *s, size_t program, uint64_t j) {
    int64_t n = s->irrational[program];
    uint64_t thorough = n <= 4 ? 2 : n <= 9 ? 16 : 32, screened = n <= 4 ? 1 : n <= 9 ? 2 : 4;
    if (s->plan.closed || (n <= 25 && j % thorough == 0))
        return RK_EFFORT_THOROUGH;
    return j % screened == 0 ? RK_EFFORT_SCREENED : RK_EFFORT_RATIONAL;
}

/* --- turns ------------------------------------------------------------------------ */

/* Each way comes as often as its weight says and as evenly as can be: at every turn all gain their
   weight, and the one that has most pays the sum. */
static void take_turns(rk_turns *turns, const rk_judge *judge, const rk_program *program,
                       bool far) {
    size_t ways = rk_way_count();
    int *weight = rk_calloc(ways, sizeof *weight), *credit = rk_calloc(ways, sizeof *credit);
    int sum = 0;
    for (size_t w = 0; w < ways; w++) {
        const rk_way *way = rk_way_at(w);
        bool wanted = (!far || rk_way_goes_far(way)) && way->applies(judge, program);
        weight[w] = wanted ? way->weight : 0;
        sum += weight[w];
    }
    turns->way = rk_calloc((size_t)sum + 1, 1);
    for (turns->n = 0; turns->n < (size_t)sum; turns->n++) {
        size_t best = 0;
        for (size_t w = 0; w < ways; w++) {
            credit[w] += weight[w];
            if (credit[w] > credit[best])
                best = w;
        }
        credit[best] -= sum;
        turns->way[turns->n] = (unsigned char)best;
    }
    rk_free(weight);
    rk_free(credit);
}

void rk_schedule_init(rk_schedule *s, const rk_judge *judge, const int64_t *only_dims,
                      int64_t max_dim) {
    *s = (rk_schedule){.checked = judge->checked};
    rk_plan_init(&s->plan, judge->checked, only_dims, max_dim);
    s->turns = rk_calloc(s->plan.nprograms + 1, sizeof *s->turns);
    s->irrational = rk_calloc(s->plan.nprograms + 1, sizeof *s->irrational);
    for (size_t p = 0; p < s->plan.nprograms; p++) {
        take_turns(&s->turns[p], judge, s->plan.program[p], p >= s->plan.near);
        s->irrational[p] = irrational_entries(s->plan.program[p]);
    }
}

void rk_schedule_clear(rk_schedule *s) {
    for (size_t p = 0; p < s->plan.nprograms; p++)
        rk_free(s->turns[p].way);
    rk_free(s->turns);
    rk_free(s->irrational);
    rk_plan_clear(&s->plan);
}

/* --- steps ------------------------------------------------------------------------ */

/* Nothing to draw: trial k is the k-th choice of dimensions. */
static void step_closed(uint64_t k, rk_step *out) {
    *out = (rk_step){.first = k, .last = k + 1};
}

static uint64_t enumerating_trials(const rk_schedule *s) {
    return s->plan.enumerations / RK_SCHEDULE_RUN + 1;
}

void rk_schedule_step(const rk_schedule *s, uint64_t k, rk_step *out) {
    uint64_t run = k / STRIDE, runs = enumerating_trials(s), before = run + (k % STRIDE != 0);
    if (s->plan.closed) {
        step_closed(k, out);
    } else if (k % STRIDE == 0 && run < runs) {
        uint64_t first = run * RK_SCHEDULE_RUN;
        *out = (rk_step){.first = first, .last = first + RK_SCHEDULE_RUN};
    } else {
        uint64_t visit = 0;
        *out = (rk_step){0};
        out->program = rk_plan_visit(&s->plan, k - (before < runs ? before : runs), &visit);
        const rk_turns *turns = &s->turns[out->program];
        out->way = rk_way_at(turns->way[visit % turns->n]);
        out->effort = rk_schedule_effort(s, out->program, k / ROUND);
    }
}
