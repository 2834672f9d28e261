#include "rk_needle.h"
#include <math.h>
#include "base/rk_mem.h"
#include "rk_number.h"

enum {
    FINEST = 8,  /* the grid starts at 2^-8 */
    DENSE = 6,   /* four points to each power of two up to 2^6 */
    WIDEST = 40, /* then every second one up to 2^40 */
    GRID = 2 * (4 * (FINEST + DENSE) + (WIDEST - DENSE) / 2 + 1) + 1,
    HALVINGS = 60,
    BITS = 640,  /* of the balls */
    NUDGE = 200, /* difference quotients over 2^-NUDGE */
    STEPS = 6,   /* of Newton's method */
    KNOWN = 150, /* binary places that a place must be known to */
    ATTEMPTS = 5 /* places looked at closely along one line: this is what takes time */
};
static const double noise = 1e-11; /* below this a difference of doubles has no sign */

typedef struct search {
    const rk_track *line;
    const rk_height *height; /* the one in hand */
    rk_domain *doubles, *balls;
    rk_run *coarse, *fine; /* over doubles, and over balls */
    double grid[GRID];
    int attempts;
} search;

/* --- values --------------------------------------------------------------------------------- */

static double look(search *s, double t) {
    double value = NAN;
    if (rk_track_inputs(s->coarse, s->line, &t) != RK_EV_OK ||
        rk_height_value(s->coarse, s->height, &value) != RK_EV_OK)
        return NAN;
    return value;
}

static bool look_closely(search *s, const arb_t t, arb_t value) {
    return rk_track_inputs(s->fine, s->line, t) == RK_EV_OK &&
           rk_height_value(s->fine, s->height, value) == RK_EV_OK && arb_is_finite(value);
}

static void fill_grid(double *grid) {
    size_t n = 0;
    double positive[GRID];
    for (int k = -FINEST; k < DENSE; k++)
        for (int q = 0; q < 4; q++)
            positive[n++] = ldexp(1 + q / 4.0, k);
    for (int k = DENSE; k <= WIDEST; k += 2)
        positive[n++] = ldexp(1, k);
    for (size_t i = 0; i < n; i++) {
        grid[i] = -positive[n - 1 - i];
        grid[n + 1 + i] = positive[i];
    }
    grid[n] = 0;
}

/* --- from doubles to many digits ------------------------------------------------------------ */

/* Values at t - h, t, t + h. */
static bool around(search *s, const arb_t t, arb_struct *value) {
    arb_t h, at;
    arb_init(h);
    arb_init(at);
    arb_one(h);
    arb_mul_2exp_si(h, h, -NUDGE);
    arb_sub(at, t, h, BITS);
    bool ok = look_closely(s, at, value) && look_closely(s, t, value + 1);
    arb_add(at, t, h, BITS);
    ok = ok && look_closely(s, at, value + 2);
    arb_clear(h);
    arb_clear(at);
    return ok;
}

/* step := f/f' (of f itself, or of f' when `turning`), by differences. */
static bool newton_step(search *s, arb_t step, const arb_t t, bool turning) {
    arb_struct *v = _arb_vec_init(5);
    bool ok = around(s, t, v);
    if (ok) {
        arb_sub(v + 3, v + 2, v, BITS); /* 2 h f' */
        arb_mul_2exp_si(v + 3, v + 3, NUDGE - 1);
        if (turning) {
            arb_add(v + 4, v + 2, v, BITS); /* h^2 f'' */
            arb_submul_ui(v + 4, v + 1, 2, BITS);
            arb_mul_2exp_si(v + 4, v + 4, 2 * NUDGE);
            arb_div(step, v + 3, v + 4, BITS);
        } else {
            arb_div(step, v + 1, v + 3, BITS);
        }
        ok = arb_is_finite(step);
    }
    _arb_vec_clear(v, 5);
    return ok;
}

/* t: the place to many digits, with what the last step moved it as radius. */
static bool polish(search *s, arb_t t, bool turning) {
    arb_t step;
    bool ok = true;
    arb_init(step);
    for (int k = 0; k < STEPS && ok; k++) {
        arb_get_mid_arb(t, t);
        ok = newton_step(s, step, t, turning);
        arb_get_mid_arb(step, step);
        arb_sub(t, t, step, BITS);
        arb_get_mid_arb(t, t);
        if (arf_cmpabs_2exp_si(arb_midref(step), -KNOWN - 10) < 0)
            break;
    }
    ok = ok && arf_cmpabs_2exp_si(arb_midref(step), -KNOWN) < 0;
    arb_add_error_2exp_si(t, -KNOWN);
    arb_clear(step);
    return ok;
}

/* Where a height turns without reaching zero there is no closed form to look for. */
static bool vanishes(search *s, const arb_t t) {
    arb_t middle, value;
    arb_init(middle);
    arb_init(value);
    arb_get_mid_arb(middle, t);
    bool zero =
        look_closely(s, middle, value) && arf_cmpabs_2exp_si(arb_midref(value), -KNOWN / 2) < 0;
    arb_clear(middle);
    arb_clear(value);
    return zero;
}

static void keep(search *s, rk_root_list *out, double start, bool turning) {
    arb_t t;
    fmpq_t near;
    fmpz_t scaled;
    rk_buf text;
    arb_init(t);
    fmpq_init(near);
    fmpz_init(scaled);
    rk_buf_init(&text);
    arb_set_d(t, start);
    s->attempts++;
    if (polish(s, t, turning)) {
        bool zero = !turning || vanishes(s, t);
        bool named = zero && rk_number_recognise(&text, t);
        arb_mul_2exp_si(t, t, RK_ROOT_BITS);
        arf_get_fmpz(scaled, arb_midref(t), ARF_RND_NEAR);
        fmpq_set_fmpz(near, scaled);
        fmpq_div_2exp(near, near, RK_ROOT_BITS);
        bool exact = named && fmpq_set_str(near, text.text, 10) == 0;
        rk_root_list_add(out, near, exact, named ? text.text : NULL);
    }
    arb_clear(t);
    fmpq_clear(near);
    fmpz_clear(scaled);
    rk_buf_clear(&text);
}

/* --- from the grid to doubles --------------------------------------------------------------- */

static double bisect(search *s, double a, double b, double at_a) {
    for (int k = 0; k < HALVINGS; k++) {
        double middle = a + (b - a) / 2, value = look(s, middle);
        if (middle == a || middle == b || isnan(value))
            break;
        if ((value < 0) == (at_a < 0))
            a = middle;
        else
            b = middle;
    }
    return a + (b - a) / 2;
}

/* A minimum of |f| between a and b. */
static double narrow(search *s, double a, double b) {
    static const double golden = 0.6180339887498949;
    double c = b - golden * (b - a), d = a + golden * (b - a);
    double at_c = fabs(look(s, c)), at_d = fabs(look(s, d));
    for (int k = 0; k < HALVINGS / 2; k++) {
        if (at_c < at_d) {
            b = d;
            d = c;
            at_d = at_c;
            c = b - golden * (b - a);
            at_c = fabs(look(s, c));
        } else {
            a = c;
            c = d;
            at_c = at_d;
            d = a + golden * (b - a);
            at_d = fabs(look(s, d));
        }
    }
    return a + (b - a) / 2;
}

static bool changes(double x, double y) {
    return (x < -noise && y > noise) || (x > noise && y < -noise);
}

static bool dips(double x, double y, double z) {
    return fabs(x) > noise && fabs(z) > noise && (x < 0) == (z < 0) && fabs(y) < fabs(x) &&
           fabs(y) <= fabs(z);
}

/* What is 0 at many places is 0 along the whole line. */
static bool is_flat(const double *value) {
    int zeros = 0;
    for (size_t i = 0; i < GRID; i++)
        zeros += fabs(value[i]) <= noise;
    return zeros > 4;
}

static void search_height(search *s, rk_root_list *out, size_t room, const double *value) {
    if (is_flat(value))
        return;
    for (size_t i = 0; i < GRID && out->n < room && s->attempts < ATTEMPTS; i++) {
        if (fabs(value[i]) <= noise)
            keep(s, out, s->grid[i], false);
        else if (i + 1 < GRID && changes(value[i], value[i + 1]))
            keep(s, out, bisect(s, s->grid[i], s->grid[i + 1], value[i]), false);
        else if (i > 0 && i + 1 < GRID && dips(value[i - 1], value[i], value[i + 1]))
            keep(s, out, narrow(s, s->grid[i - 1], s->grid[i + 1]), true);
    }
}

/* All heights are looked at from one run at each point of the grid. */
static void fill_values(search *s, const rk_height *height, size_t n, double *value) {
    for (size_t i = 0; i < GRID; i++) {
        double t = s->grid[i];
        bool ok = rk_track_inputs(s->coarse, s->line, &t) == RK_EV_OK;
        for (size_t k = 0; k < n; k++) {
            double *v = value + k * GRID + i;
            if (!ok || rk_height_value(s->coarse, &height[k], v) != RK_EV_OK || !isfinite(*v))
                *v = NAN;
        }
    }
}

void rk_needles(rk_root_list *out, size_t room, const rk_track *line, const rk_height *height,
                size_t n) {
    rk_run coarse, fine;
    search s = {.line = line, .coarse = &coarse, .fine = &fine};
    double *value = rk_calloc(n * GRID + 1, sizeof *value);
    s.doubles = rk_domain_double();
    s.balls = rk_domain_ball(BITS);
    rk_run_init(&coarse, line->program, s.doubles);
    rk_run_init(&fine, line->program, s.balls);
    fill_grid(s.grid);
    fill_values(&s, height, n, value);
    for (size_t k = 0; k < n && s.attempts < ATTEMPTS; k++) {
        s.height = &height[k];
        search_height(&s, out, room, value + k * GRID);
    }
    rk_run_clear(&coarse);
    rk_run_clear(&fine);
    rk_domain_free(s.doubles);
    rk_domain_free(s.balls);
    rk_free(value);
}
