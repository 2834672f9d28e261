/* Points in doubles, to see quickly that an inequality does not hold: nothing is proved by them. */
#include <math.h>
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "rk_inequality.h"

enum { POINTS = 100 };

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

static void draw_points(rk_inequalities *s) {
    static const unsigned char digest[32] = {0};
    rk_rng rng = rk_rng_trial(0, digest, 0x696e657175616cULL);
    s->point = rk_calloc(POINTS * (size_t)(s->nvars + 1), sizeof *s->point);
    s->npoints = 0;
    for (int point = 0; point < POINTS && rk_clock() < s->deadline; point++) {
        double *value = s->point + s->npoints * s->nvars;
        for (slong k = 0; k < s->nvars; k++)
            value[k] = draw(s, &rng, k, point);
        rk_function_fill(s->domain, value);
        s->npoints += is_point(s, value);
    }
}

bool rk_inequality_is_hopeless(rk_inequalities *s, const fmpz_mpoly_t p) {
    bool violated = false;
    double degree = (double)fmpz_mpoly_total_degree_si(p, s->ring);
    if (s->npoints < 0)
        draw_points(s);
    for (slong i = 0; i < s->npoints && !violated; i++) {
        const double *value = s->point + i * s->nvars;
        double size = 1;
        for (slong k = 0; k < s->nvars; k++)
            size = fmax(size, fabs(value[k]));
        violated = rk_function_poly_at(s->domain, p, value) < -1e-7 * pow(size, degree);
    }
    return violated;
}
