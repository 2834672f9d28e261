/* Climbing in doubles: one way to fail is chosen, its conditions are met by least squares, its goal
   is made large, and what looks like a violation is made exact. */
#include <math.h>
#include "rk_landing.h"
#include "rk_trial.h"

enum { MOST_SMOOTH = 24, MOST_ROUGH = 10, STARTS = 3, FEWEST = 20 };
static const double work = 2e7, enough = 0.05;
/* Goals nearer to 0 than this are 0 but for rounding. */
static const double noise = 1e-13;

static int between(double x, int low, int high) {
    return x < low ? low : x > high ? high : (int)x;
}

/* From the terrain's point: does it end where the aim is reached? */
static bool ascend(rk_system *s, unsigned method, int looks) {
    bool slopes = s->terrain->slopes, conditions = s->equations + s->inequalities > 0;
    rk_system_begin(s);
    if (!rk_system_look(s, s->place))
        return false;
    if (s->aim->goal == RK_GOAL_NONE)
        return slopes && conditions && rk_system_solve(s, looks) < RK_SYSTEM_TOLERANCE;
    bool near = !conditions || !slopes || rk_system_solve(s, looks / 4) < 1;
    return near && rk_system_climb(s, method, looks, enough) > (s->aim->touching ? -noise : noise);
}

static bool climb(rk_judge *judge, rk_terrain *t, unsigned method, int looks, rk_rng *rng,
                  rk_assignment *out, unsigned *claim) {
    rk_aim aim;
    rk_system s;
    rk_aim_choose(&aim, t->program, judge->checked->mode == RK_MODE_EXISTS, rng);
    rk_system_init(&s, t, &aim);
    bool found = ascend(&s, method, looks) && rk_landing(judge, &s, rng, out, claim);
    rk_system_clear(&s);
    rk_aim_clear(&aim);
    return found;
}

bool rk_trial_climb(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim) {
    unsigned method = rk_system_method(rng);
    bool slopes = rk_system_method_slopes(method), found = false;
    rk_terrain t;
    rk_terrain_init(&t, program, rng, slopes ? MOST_SMOOTH : MOST_ROUGH, slopes);
    int starts = between(work / (t.work * FEWEST), 1, STARTS);
    int looks = between(work / (t.work * starts), FEWEST, slopes ? 120 : 400);
    for (int k = 0; k < starts && !found && t.nactive > 0; k++) {
        found = climb(judge, &t, method, looks, rng, out, claim);
        rk_terrain_draw(&t, rng);
    }
    rk_terrain_clear(&t);
    return found;
}
