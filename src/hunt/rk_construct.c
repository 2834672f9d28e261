/* Trials whose slots are made to satisfy the equational hypotheses by construction: direct sums of
   small solutions in random bases; what other equations remain is solved for. */
#include "base/rk_mem.h"
#include "rk_equations.h"
#include "rk_summands.h"
#include "rk_trial.h"

enum { DRAWS = 4 };

typedef struct construction {
    rk_natural natural;
    rk_catalogue *catalogue; /* of each component */
} construction;

static void drop_construction(void *thing) {
    construction *c = thing;
    for (size_t k = 0; k < c->natural.ncomponents; k++)
        rk_catalogue_clear(&c->catalogue[k]);
    rk_free(c->catalogue);
    rk_natural_clear(&c->natural);
    rk_free(c);
}

/* A stream that no trial has: the catalogue is the same for all of them. */
static void *make_construction(rk_judge *judge, const rk_program *program) {
    construction *c = rk_calloc(1, sizeof *c);
    const rk_equations *e = &rk_solver_of(judge, program)->equations;
    rk_natural_init(&c->natural, program, e->compare, e->count);
    c->catalogue = rk_calloc(c->natural.ncomponents + 1, sizeof *c->catalogue);
    rk_rng rng = rk_rng_trial(judge->options->seed, judge->checked->statement, UINT64_MAX);
    for (size_t k = 0; k < c->natural.ncomponents; k++)
        rk_catalogue_init(&c->catalogue[k], &c->natural, &c->natural.component[k], &rng);
    if (c->natural.ncomponents > 0)
        return c;
    drop_construction(c);
    return NULL;
}

bool rk_trial_construct(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                        unsigned *claim) {
    static const rk_keeping kind = {make_construction, drop_construction};
    const construction *c = rk_judge_keep(judge, program, &kind);
    const rk_solver *solver = rk_solver_of(judge, program);
    for (int k = 0; c && k < DRAWS; k++) {
        rk_sample(program, rk_sample_mixed(), rng, out);
        bool ok = true;
        for (size_t i = 0; i < c->natural.ncomponents && ok; i++)
            ok = rk_catalogue_draw(&c->catalogue[i], rng, out);
        if (ok && rk_solver_finish(solver, rng, out) &&
            rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim))
            return true;
    }
    return false;
}
