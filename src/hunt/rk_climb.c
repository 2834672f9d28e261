/* Climbing in doubles: one way to fail is chosen, its conditions are met by least squares, its goal
   is made large, and what looks like a violation is made rational, the simplest first. */
#include <math.h>
#include "base/rk_mem.h"
#include "rk_margin.h"
#include "rk_system.h"
#include "rk_trial.h"

enum { MOST_SMOOTH = 24, MOST_ROUGH = 10, STARTS = 3, TRIES = 4 };
static const double work = 2e7, enough = 0.05;

static int least(double x, int low, int high) {
    return x < low ? low : x > high ? high : (int)x;
}

/* Candidates for the exact check, coarse ones first; those that doubles see nothing in are left out
   as long as doubles tell. */
static bool confirm(rk_judge *judge, const rk_terrain *t, rk_assignment *out, unsigned *claim) {
    static const int fineness[] = {0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 28, 36};
    rk_point near;
    rk_point_init(&near, t->program);
    bool found = false, hit = false;
    int tries = 0, n = (int)(sizeof fineness / sizeof *fineness);
    for (int k = 0; k <= n && tries < TRIES && !found; k++) {
        if (k < n)
            rk_terrain_snap(t, fineness[k], &near);
        else
            rk_terrain_exact(t, &near);
        if (!rk_point_apply(t->program, &near, out))
            continue;
        double margin = rk_judge_margin(judge, t->program, out);
        if (margin <= 0)
            continue;
        hit = hit || margin > RK_MARGIN_NOISE; /* less is rounding, no hit */
        tries++;
        found = rk_judge_try(judge, t->program, out, RK_EFFORT_SCREENED, claim);
    }
    if (hit && !found && judge->tally)
        judge->tally->unconfirmed++;
    rk_point_clear(&near);
    return found;
}

/* One climb from a random start. */
static double ascend(rk_terrain *t, const rk_aim *aim, unsigned method, int looks) {
    rk_system s;
    double top = -INFINITY;
    rk_system_init(&s, t, aim);
    rk_system_begin(&s);
    if (rk_system_look(&s, s.place)) {
        bool conditions = s.equations + s.inequalities > 0;
        bool fits = !conditions || !t->slopes || rk_system_solve(&s, looks / 4) < 1;
        if (fits)
            top = rk_system_climb(&s, method, looks, enough);
    }
    rk_system_clear(&s);
    return top;
}

bool rk_trial_climb(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim) {
    unsigned method = rk_system_method(rng);
    bool slopes = rk_system_method_slopes(method), found = false;
    rk_terrain t;
    rk_terrain_init(&t, program, rng, slopes ? MOST_SMOOTH : MOST_ROUGH, slopes);
    int looks = least(work / (t.work * STARTS), 30, slopes ? 120 : 400);
    for (int k = 0; k < STARTS && !found && t.nactive > 0; k++) {
        rk_aim aim;
        rk_aim_choose(&aim, program, judge->checked->mode == RK_MODE_EXISTS, rng);
        if (aim.goal != RK_GOAL_NONE && ascend(&t, &aim, method, looks) > 0)
            found = confirm(judge, &t, out, claim);
        rk_aim_clear(&aim);
        rk_terrain_draw(&t, rng);
    }
    rk_terrain_clear(&t);
    return found;
}
