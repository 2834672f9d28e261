/* Single draws. */
#include "rk_trial.h"

static bool is_generic(const rk_checked *checked) {
    for (size_t v = 0; v < checked->nvars; v++)
        if (checked->vars[v].quant == RK_GENERIC)
            return true;
    return false;
}

/* Generic theorems are violated in the interior, the others most often at the edges. */
bool rk_trial_sample(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                     unsigned *claim) {
    if ((rk_rng_below(rng, 4) == 0) != is_generic(judge->checked)) {
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
