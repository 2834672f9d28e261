#include <math.h>
#include "rk_margin.h"
#include "rk_trial.h"

enum { STEPS = 60, FINEST = 8 };

static void draw_point(const rk_program *program, rk_rng *rng, rk_point *point) {
    slong spread = rk_rng_between(rng, 1, 48);
    for (slong i = 0; i < point->count; i++) {
        slong radix = rk_point_radix(program, i);
        if (radix > 0)
            fmpq_set_si(point->theta + i, rk_rng_between(rng, 0, radix - 1), 1);
        else
            fmpq_set_si(point->theta + i, rk_rng_between(rng, -spread, spread), 16);
    }
}

/* One coordinate moves by a power of two, becomes 0, or becomes equal to another; or all double. */
static void step(const rk_program *program, rk_rng *rng, rk_point *point) {
    slong i = (slong)rk_rng_below(rng, (uint64_t)point->count);
    slong radix = rk_point_radix(program, i);
    fmpq *x = point->theta + i;
    uint64_t kind = rk_rng_below(rng, 12);
    if (radix > 0) {
        fmpq_set_si(x, rk_rng_between(rng, 0, radix - 1), 1);
    } else if (kind == 0) {
        fmpq_zero(x);
    } else if (kind == 1) {
        slong j = (slong)rk_rng_below(rng, (uint64_t)point->count);
        if (rk_point_radix(program, j) == 0)
            fmpq_set(x, point->theta + j);
    } else if (kind == 2) {
        for (slong j = 0; j < point->count; j++)
            if (rk_point_radix(program, j) == 0)
                fmpq_mul_2exp(point->theta + j, point->theta + j, 1);
    } else {
        fmpq_t size;
        fmpq_init(size);
        fmpq_set_si(size, rk_rng_below(rng, 2) ? 4 : -4, 1);
        fmpq_div_2exp(size, size, (flint_bitcnt_t)rk_rng_below(rng, FINEST));
        fmpq_add(x, x, size);
        fmpq_clear(size);
    }
}

static double height(rk_judge *judge, const rk_program *program, const rk_point *point,
                     rk_assignment *a) {
    if (!rk_point_apply(program, point, a))
        return -INFINITY;
    double margin = rk_judge_margin(judge, program, a);
    return isnan(margin) ? -INFINITY : margin;
}

/* Climbs until the margin is clearly positive, or for STEPS steps. */
static double climb(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_point *best,
                    rk_assignment *a) {
    rk_point next;
    rk_point_init(&next, program);
    double top = height(judge, program, best, a);
    for (int k = 0; k < STEPS && top < 1e-6; k++) {
        rk_point_set(&next, best);
        step(program, rng, &next);
        double margin = height(judge, program, &next, a);
        if (margin >= top) {
            top = margin;
            rk_point_set(best, &next);
        }
    }
    rk_point_clear(&next);
    return top;
}

static void snap(const rk_program *program, rk_point *point, int fineness) {
    fmpq_t low, high, radius;
    fmpq_init(low);
    fmpq_init(high);
    fmpq_init(radius);
    fmpq_set_ui(radius, 1, 2);
    fmpq_div_2exp(radius, radius, (flint_bitcnt_t)fineness);
    for (slong i = 0; i < point->count; i++) {
        if (rk_point_radix(program, i) > 0)
            continue;
        fmpq_sub(low, point->theta + i, radius);
        fmpq_add(high, point->theta + i, radius);
        fmpq_simplest_between(point->theta + i, low, high);
    }
    fmpq_clear(low);
    fmpq_clear(high);
    fmpq_clear(radius);
}

static bool confirm(rk_judge *judge, const rk_program *program, const rk_point *point,
                    rk_assignment *out, unsigned *claim) {
    rk_point near;
    rk_point_init(&near, program);
    bool found = false;
    for (int fineness = 0; fineness < FINEST && !found; fineness++) {
        rk_point_set(&near, point);
        snap(program, &near, fineness);
        found = rk_point_apply(program, &near, out) &&
                rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
    }
    rk_point_clear(&near);
    return found || (rk_point_apply(program, point, out) &&
                     rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim));
}

bool rk_trial_climb(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim) {
    rk_point best;
    rk_point_init(&best, program);
    bool found = false;
    if (best.count > 0) {
        draw_point(program, rng, &best);
        double top = climb(judge, program, rng, &best, out);
        found = top > 0 && confirm(judge, program, &best, out, claim);
        if (top > RK_MARGIN_NOISE && !found && judge->tally) /* less is rounding, no hit */
            judge->tally->unconfirmed++;
    }
    rk_point_clear(&best);
    return found;
}
