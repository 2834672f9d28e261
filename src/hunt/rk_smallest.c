#include "rk_smallest.h"
#include "rk_ladder.h"
#include "rk_order.h"

/* Violations that `accept` turns down, and hits of doubles that are none, cost an exact decision:
   so many of them are enough. */
static const uint64_t max_decisions = 4000;
enum { BLOCK = 256 };

typedef struct search {
    rk_judge *judge;
    const rk_program *program;
    const rk_assignment *below;
    rk_assignment *out;
    unsigned *claim;
    uint64_t decisions;
    bool over; /* what comes is not smaller, or there was too much to decide */
} search;

/* The first finding among the n assignments in hand. */
static bool look(search *s, const rk_ladder *ladder, size_t n) {
    for (size_t i = 0; i < n && !s->over; i++) {
        rk_ladder_get(ladder, i, s->out);
        s->over = (s->below && rk_order_compare(s->out, s->below) >= 0) ||
                  s->decisions == max_decisions || rk_judge_out_of_time(s->judge);
        if (s->over || !rk_judge_worth(s->judge, s->program, s->out))
            continue;
        s->decisions++;
        if (rk_judge_try(s->judge, s->program, s->out, RK_EFFORT_SCREENED, s->claim))
            return true;
    }
    return false;
}

bool rk_smallest_find(rk_judge *judge, const rk_program *program, const bool *free_slot,
                      uint64_t budget, const rk_assignment *below, rk_assignment *out,
                      unsigned *claim) {
    search s = {judge, program, below, out, claim, 0, false};
    if (below)
        rk_assignment_set(out, below);
    rk_ladder *ladder = rk_ladder_new(program, free_slot, budget);
    bool found = false;
    for (size_t n; !found && !s.over && (n = rk_ladder_block(ladder, BLOCK)) > 0;)
        found = look(&s, ladder, n);
    rk_ladder_free(ladder);
    return found;
}
