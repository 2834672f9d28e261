#include "rk_smallest.h"
#include <math.h>
#include "base/rk_mem.h"
#include "eval/rk_batch.h"
#include "rk_ladder.h"
#include "rk_margin.h"
#include "rk_order.h"
#include "rk_plan.h"

/* Violations that `accept` turns down, and hits of doubles that are none, cost an exact decision:
   so many of them are enough. */
static const uint64_t max_decisions = 2000;
/* Multiplications in doubles of one search, and the assignments that stay possible whatever they
   cost, and those that are enough. */
static const double max_work = 1e8;
static const uint64_t least_budget = 2000, largest_budget = 300000;
enum { BLOCK = 256 };

typedef struct search {
    rk_judge *judge;
    const rk_program *program;
    rk_ladder *ladder;
    rk_batch *batch; /* NULL: one assignment after the other */
    double **input;  /* of the batch, by slot */
    const rk_assignment *below;
    rk_assignment *out;
    unsigned *claim;
    uint64_t decisions;
    bool over; /* what comes is not smaller, or there was too much to decide */
} search;

/* --- batches ---------------------------------------------------------------------- */

static void *make_batch(rk_judge *judge, const rk_program *program) {
    (void)judge;
    return rk_batch_new(program);
}

static void drop_batch(void *batch) {
    rk_batch_free(batch);
}

static const rk_keeping batches = {make_batch, drop_batch};

/* The slots that are not free, the same in all lanes. */
static void fill_fixed(search *s) {
    size_t width = rk_batch_width(s->batch);
    for (size_t slot = 0; slot < s->program->nslots && s->below; slot++) {
        const fmpq_mat_struct *m = &s->below->value[slot];
        for (slong k = 0; k < m->r * m->c && s->input[slot]; k++) {
            double x = fmpq_get_d(fmpq_mat_entry(m, k / m->c, k % m->c));
            for (size_t t = 0; t < width; t++)
                s->input[slot][(size_t)k * width + t] = x;
        }
    }
}

static void begin(search *s) {
    s->batch = rk_judge_keep(s->judge, s->program, &batches);
    s->input = rk_calloc(s->program->nslots + 1, sizeof *s->input);
    for (size_t slot = 0; slot < s->program->nslots && s->batch; slot++)
        if (rk_batch_reads(s->batch, slot))
            s->input[slot] = rk_batch_input(s->batch, slot);
    if (s->batch)
        fill_fixed(s);
}

/* As rk_judge_worth. */
static bool is_worth(const search *s, double margin) {
    if (s->judge->checked->mode == RK_MODE_EXISTS)
        return margin != -INFINITY && !(margin > RK_MARGIN_NOISE);
    return isnan(margin) || margin > 0;
}

/* --- the search --------------------------------------------------------------------- */

/* Is assignment i of the block, left in s->out, the one? */
static bool decide(search *s, size_t i) {
    rk_ladder_get(s->ladder, i, s->out);
    s->over = (s->below && rk_order_compare(s->out, s->below) >= 0) ||
              s->decisions == max_decisions || rk_judge_out_of_time(s->judge);
    if (s->over || (!s->batch && !rk_judge_worth(s->judge, s->program, s->out)))
        return false;
    s->decisions++;
    return rk_judge_try(s->judge, s->program, s->out, RK_EFFORT_SCREENED, s->claim);
}

/* The first finding among the n assignments of the block. */
static bool look(search *s, size_t n) {
    for (size_t i = 0; i < n && s->batch; i++)
        rk_ladder_lane(s->ladder, i, s->input, rk_batch_width(s->batch));
    if (s->batch)
        rk_batch_run(s->batch);
    const double *margin = s->batch ? rk_batch_violation(s->batch) : NULL;
    for (size_t i = 0; i < n && !s->over; i++)
        if ((!margin || i == 0 || is_worth(s, margin[i])) && decide(s, i))
            return true;
    return false;
}

static uint64_t budget(const search *s, unsigned share) {
    double most = max_work / (1 + rk_plan_work(s->program));
    uint64_t n = most < (double)largest_budget ? (uint64_t)most : largest_budget;
    n = s->batch && n > least_budget ? n : least_budget;
    return n / share;
}

bool rk_smallest_find(rk_judge *judge, const rk_program *program, const bool *free_slot,
                      unsigned share, const rk_assignment *below, rk_assignment *out,
                      unsigned *claim) {
    search s = {.judge = judge, .program = program, .below = below, .out = out, .claim = claim};
    if (rk_judge_out_of_time(judge))
        return false; /* making a ladder takes tenths of a second */
    if (below)
        rk_assignment_set(out, below);
    begin(&s);
    s.ladder = rk_ladder_new(program, free_slot, budget(&s, share), below);
    size_t most = s.batch ? rk_batch_width(s.batch) : BLOCK, n = 0;
    bool found = false;
    while (!found && !s.over && (n = rk_ladder_block(s.ladder, most)) > 0)
        found = look(&s, n);
    rk_ladder_free(s.ladder);
    rk_free(s.input);
    return found;
}
