#include <math.h>
#include "rk_beside.h"
#include "rk_margin.h"
#include "rk_params.h"
#include "rk_trial.h"

enum { DRAWS = 6, DRAWS_WITH_HYPOTHESES = 24, LIFTS = 8 };

/* A generic residue runs through the whole field, the others through residues mod `small`. */
static void draw_residues(const rk_program *program, slong p, slong small, rk_rng *rng,
                          rk_point *point) {
    slong i = 0;
    for (size_t s = 0; s < program->nslots; s++) {
        const rk_slot *slot = &program->slots[s];
        slong n = slot->defined ? 0 : rk_params_count(slot);
        slong q = rk_beside_dense(program, s) ? p : small;
        for (slong k = 0; k < n; k++, i++) {
            slong radix = rk_params_radix(slot, k);
            slong low = radix > 0 ? 0 : -((q - 1) / 2), high = radix > 0 ? radix - 1 : q / 2;
            fmpq_set_si(point->theta + i, rk_rng_between(rng, low, high), 1);
        }
    }
}

/* The margin of the program mod p: see rk_margin_violation. */
static double margin_mod(const rk_program *program, const rk_domain *field,
                         const rk_assignment *a) {
    rk_run run;
    rk_run_init(&run, program, field);
    double margin = -INFINITY; /* a denominator that is no unit: no candidate */
    if (rk_run_set_inputs(&run, a) == RK_EV_OK)
        margin = rk_margin_violation(&run);
    rk_run_clear(&run);
    return margin;
}

static bool lift(rk_judge *judge, const rk_program *program, slong p, rk_rng *rng,
                 const rk_point *residues, rk_assignment *out, unsigned *claim) {
    rk_point moved;
    rk_point_init(&moved, program);
    bool found = rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
    for (int k = 0; k < LIFTS && !found; k++) {
        rk_point_set(&moved, residues);
        for (slong i = 0; i < moved.count; i++)
            if (rk_point_radix(program, i) == 0)
                fmpq_add_si(moved.theta + i, moved.theta + i, p * rk_rng_between(rng, -1, 1));
        found = rk_point_apply(program, &moved, out) &&
                rk_judge_try(judge, program, out, RK_EFFORT_SCREENED, claim);
    }
    rk_point_clear(&moved);
    return found;
}

static bool hunt_mod(rk_judge *judge, const rk_program *program, slong p, slong small, rk_rng *rng,
                     rk_assignment *out, unsigned *claim) {
    rk_domain *field = rk_domain_prime((ulong)p);
    rk_point residues;
    rk_point_init(&residues, program);
    bool found = false;
    int draws = program->nhypotheses ? DRAWS_WITH_HYPOTHESES : DRAWS;
    for (int k = 0; k < draws && !found; k++) {
        draw_residues(program, p, small, rng, &residues);
        if (!rk_point_apply(program, &residues, out))
            continue;
        double margin = margin_mod(program, field, out);
        if (isnan(margin))
            break; /* this program is not one for a finite field */
        if (margin > 0)
            found = lift(judge, program, small, rng, &residues, out, claim);
    }
    rk_point_clear(&residues);
    rk_domain_free(field);
    return found;
}

/* Beside other variables generic ones need a field in which they hardly ever degenerate; the others
   take few values there, so that they degenerate as often as in a small one. */
bool rk_trial_field(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim) {
    static const slong primes[] = {2, 3, 5, 7};
    slong small = primes[rk_rng_below(rng, 4)], large = 10007;
    bool wide = rk_beside_mixed(program) && rk_rng_below(rng, 4) != 0;
    return hunt_mod(judge, program, wide ? large : small, small, rng, out, claim);
}
