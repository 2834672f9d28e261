/* Points in doubles, to see quickly that an inequality does not hold: nothing is proved by them. */
#include <math.h>
#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "rk_inequality.h"

enum { POINTS = 120 };

/* Small integers, then numbers of several sizes; of the signs that are known. */
static double draw(const rk_inequalities *s, rk_rng *rng, slong k, int point) {
    unsigned signs = rk_function_signs_of_variable(s->domain, k);
    double x = point % 2 == 0 ? (double)rk_rng_between(rng, -2, 2)
                              : rk_rng_normal(rng) * exp2((double)(point % 11) - 5);
    if (!(signs & RK_MAY_NEGATIVE))
        x = fabs(x);
    else if (!(signs & RK_MAY_POSITIVE))
        x = -fabs(x);
    return x;
}

/* Everything given is clearly true there. */
static bool is_point(const rk_inequalities *s, const double *value) {
    for (slong k = 0; k < s->nvars; k++)
        if (!isfinite(value[k]))
            return false;
    for (slong k = 0; k < s->ngiven; k++)
        if (rk_function_poly_at(s->domain, s->given[k].g, value) < (s->given[k].strict ? 1e-9 : 0))
            return false;
    return true;
}

bool rk_inequality_is_hopeless(rk_inequalities *s, const fmpz_mpoly_t p) {
    static const unsigned char digest[32] = {0};
    rk_rng rng = rk_rng_trial(0, digest, 0x696e657175616cULL);
    double *value = rk_calloc((size_t)s->nvars + 1, sizeof *value);
    bool violated = false;
    for (int point = 0; point < POINTS && !violated; point++) {
        double size = 0;
        for (slong k = 0; k < s->nvars; k++)
            value[k] = draw(s, &rng, k, point);
        rk_function_fill(s->domain, value);
        for (slong k = 0; k < s->nvars; k++)
            size = fmax(size, fabs(value[k]));
        double least = -1e-7 * fmax(1, pow(size, (double)fmpz_mpoly_total_degree_si(p, s->ring)));
        violated = is_point(s, value) && rk_function_poly_at(s->domain, p, value) < least;
    }
    rk_free(value);
    return violated;
}
