/* Degeneracies by search: matrices whose ranks the theorem speaks of are driven to lower rank in
   doubles, together with whatever else has to hold, from random points; where that looks like a
   violation the null vectors are made rational and the degeneracy is solved for exactly. */
#include "base/rk_mem.h"
#include "rk_landing.h"
#include "rk_trial.h"

enum { MOST = 24, STARTS = 6, LOOKS = 40 };
static const double work = 2e7;
/* Sum of squares below which ranks in doubles have dropped, too. */
static const double zero = 1e-22;

/* The arguments of all ranks, each once. */
static size_t list_matrices(const rk_program *program, unsigned *list) {
    size_t n = 0;
    for (size_t i = 0; i < program->ninstr; i++) {
        bool seen = program->instr[i].code != RK_P_RANK;
        for (size_t k = 0; k < n && !seen; k++)
            seen = list[k] == program->instr[i].arg[0];
        if (!seen)
            list[n++] = program->instr[i].arg[0];
    }
    return n;
}

/* One to three of the matrices are to lose rank, mostly one, mostly by 1. */
static bool choose_drops(rk_system *s, const unsigned *list, size_t n, rk_rng *rng) {
    static const int degeneracies[] = {1, 1, 1, 1, 2, 2, 3}, drops[] = {1, 1, 1, 1, 2};
    int count = degeneracies[rk_rng_below(rng, sizeof degeneracies / sizeof *degeneracies)];
    bool some = false;
    for (int k = 0; k < count; k++) {
        unsigned instr = list[rk_rng_below(rng, n)];
        int drop = drops[rk_rng_below(rng, sizeof drops / sizeof *drops)];
        bool left = rk_rng_below(rng, 2), again = false;
        for (size_t i = 0; i < s->nnulls; i++)
            again = again || s->null[i].instr == instr;
        some = (!again && rk_system_drop(s, instr, drop, left)) || some;
    }
    return some;
}

/* From the terrain's point to where the chosen matrices have lost rank. */
static bool descend(rk_system *s, const unsigned *list, size_t n, int looks, rk_rng *rng) {
    double *here = rk_malloc((size_t)(s->terrain->nactive + 1) * sizeof *here);
    rk_terrain_here(s->terrain, here);
    bool ok = rk_terrain_go(s->terrain, here) && choose_drops(s, list, n, rng);
    rk_free(here);
    if (!ok)
        return false;
    rk_system_begin(s);
    return rk_system_solve(s, looks) < zero;
}

/* Does the place look like a finding in doubles? */
static bool looks_right(rk_judge *judge, const rk_system *s, rk_assignment *out) {
    rk_point point;
    rk_point_init(&point, s->aim->program);
    rk_terrain_exact(s->terrain, &point);
    bool ok =
        rk_point_apply(s->aim->program, &point, out) && rk_judge_worth(judge, s->aim->program, out);
    rk_point_clear(&point);
    return ok;
}

bool rk_trial_degenerate(rk_judge *judge, const rk_program *program, rk_rng *rng,
                         rk_assignment *out, unsigned *claim) {
    unsigned *list = rk_malloc((program->ninstr + 1) * sizeof *list);
    size_t n = list_matrices(program, list);
    rk_terrain t;
    rk_terrain_init(&t, program, rng, MOST, true);
    int looks = LOOKS;
    if (t.work * LOOKS * STARTS > work)
        looks = (int)(work / (t.work * STARTS)) + 10;
    bool found = false;
    for (int k = 0; k < STARTS && !found && n > 0 && t.nactive > 0; k++) {
        rk_aim aim;
        rk_system s;
        rk_aim_choose(&aim, program, judge->checked->mode == RK_MODE_EXISTS, rng);
        rk_system_init(&s, &t, &aim);
        if (descend(&s, list, n, looks, rng) && looks_right(judge, &s, out))
            found = rk_landing(judge, &s, rng, out, claim);
        rk_system_clear(&s);
        rk_aim_clear(&aim);
        rk_terrain_draw(&t, rng);
    }
    rk_terrain_clear(&t);
    rk_free(list);
    return found;
}
