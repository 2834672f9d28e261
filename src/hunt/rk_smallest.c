#include "rk_smallest.h"
#include "rk_ladder.h"
#include "rk_order.h"

/* Violations that `accept` turns down, and hits of doubles that are none, cost an exact decision:
   so many of them are enough. */
static const uint64_t max_decisions = 4000;

bool rk_smallest_find(rk_judge *judge, const rk_program *program, uint64_t budget,
                      const rk_assignment *below, rk_assignment *out, unsigned *claim) {
    rk_ladder *ladder = rk_ladder_new(program, budget);
    uint64_t decisions = 0;
    bool found = false;
    while (!found && decisions < max_decisions && !rk_judge_out_of_time(judge) &&
           rk_ladder_next(ladder, out)) {
        if (below && rk_order_compare(out, below) >= 0)
            break;
        if (!rk_judge_worth(judge, program, out))
            continue;
        decisions++;
        found = rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
    }
    rk_ladder_free(ladder);
    return found;
}
