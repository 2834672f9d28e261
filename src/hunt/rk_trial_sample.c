/* Single draws. */
#include "rk_beside.h"
#include "rk_trial.h"

static bool has_generic(const rk_program *program) {
    for (size_t s = 0; s < program->nslots; s++)
        if (!program->slots[s].defined && program->slots[s].quant == RK_GENERIC)
            return true;
    return false;
}

/* Claims of generic variables alone are violated in the interior, the others most often where what
   is not generic lies at the edges. */
bool rk_trial_sample(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                     unsigned *claim) {
    bool inside = has_generic(program) && !rk_beside_mixed(program);
    if ((rk_rng_below(rng, 4) == 0) != inside) {
        judge->how = "random rationals";
        rk_sample_interior(program, rng, out);
    } else {
        unsigned style = (unsigned)rk_rng_below(rng, rk_sample_styles());
        judge->how = rk_sample_style_name(style);
        if (!rk_sample(program, style, rng, out))
            judge->how = "small integers";
    }
    return rk_judge_try(judge, program, out, RK_EFFORT_THOROUGH, claim);
}
