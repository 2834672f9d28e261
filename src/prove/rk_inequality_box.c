/* Strict inequalities on a bounded box, by cutting it into pieces on which enclosures decide: the
   smaller of the value over the piece and of the mean-value form. A piece on which something given
   is certainly false holds no point. Where the polynomial vanishes, cutting never ends: pass. */
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_inequality.h"

enum { MAX_VARIABLES = 4, MAX_PIECES = 4000, MAX_TERMS = 120, BITS = 64, MAX_GIVEN = 24 };

typedef struct box {
    rk_inequalities *s;
    slong variable[MAX_VARIABLES], nvars;
    const fmpz_mpoly_struct *goal;
    fmpz_mpoly_t slope[MAX_VARIABLES];
    const rk_given *given[MAX_GIVEN];
    slong ngiven;
    ulong *exponent;
    slong pieces;
} box;

typedef arf_struct corner[2 * MAX_VARIABLES]; /* lower and upper ends */

/* --- bounds ------------------------------------------------------------------------------- */

/* a*x + b with integers, and x alone. */
static bool is_linear(const rk_inequalities *s, const fmpz_mpoly_t g, slong k, fmpz_t a, fmpz_t b) {
    if (fmpz_mpoly_total_degree_si(g, s->ring) != 1 || fmpz_mpoly_degree_si(g, k, s->ring) != 1 ||
        g->length > 2)
        return false;
    fmpz_zero(b);
    for (slong i = 0; i < g->length; i++) {
        bool constant = fmpz_mpoly_get_term_var_exp_si(g, i, k, s->ring) == 0;
        fmpz_mpoly_get_term_coeff_fmpz(constant ? b : a, g, i, s->ring);
        fmpz_mpoly_t m;
        fmpz_mpoly_init(m, s->ring);
        fmpz_mpoly_get_term_monomial(m, g, i, s->ring);
        bool other = constant && !fmpz_mpoly_is_one(m, s->ring);
        fmpz_mpoly_clear(m, s->ring);
        if (other)
            return false;
    }
    return true;
}

/* The bounds of one variable that something given states outright, rounded outwards. */
static bool bounds_of(const rk_inequalities *s, slong k, arf_t low, arf_t high) {
    fmpz_t a, b;
    arb_t end;
    arf_t x;
    fmpz_init(a);
    fmpz_init(b);
    arb_init(end);
    arf_init(x);
    arf_neg_inf(low);
    arf_pos_inf(high);
    for (slong i = 0; i < s->ngiven; i++) {
        if (!is_linear(s, s->given[i].g, k, a, b))
            continue;
        fmpz_neg(b, b);
        arb_fmpz_div_fmpz(end, b, a, BITS);
        if (fmpz_sgn(a) > 0) {
            arb_get_lbound_arf(x, end, BITS);
            arf_max(low, low, x);
        } else {
            arb_get_ubound_arf(x, end, BITS);
            arf_min(high, high, x);
        }
    }
    bool ok = arf_is_finite(low) && arf_is_finite(high) && arf_cmp(low, high) <= 0;
    fmpz_clear(a);
    fmpz_clear(b);
    arb_clear(end);
    arf_clear(x);
    return ok;
}

/* --- enclosures --------------------------------------------------------------------------- */

static void evaluate(const box *x, arb_t r, const fmpz_mpoly_t p, const arb_struct *at) {
    arb_t term, power;
    fmpz_t c;
    fmpz_init(c);
    arb_init(term);
    arb_init(power);
    arb_zero(r);
    for (slong i = 0; i < p->length; i++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, x->s->ring);
        fmpz_mpoly_get_term_exp_ui(x->exponent, p, i, x->s->ring);
        arb_set_fmpz(term, c);
        for (slong k = 0; k < x->nvars; k++) {
            arb_pow_ui(power, at + k, x->exponent[x->variable[k]], BITS);
            arb_mul(term, term, power, BITS);
        }
        arb_add(r, r, term, BITS);
    }
    arb_clear(term);
    arb_clear(power);
    fmpz_clear(c);
}

/* f(c) + sum of slope over the piece * (piece - c). */
static void mean_value(const box *x, arb_t r, const arb_struct *at, arb_struct *centre) {
    arb_t slope;
    arb_init(slope);
    for (slong k = 0; k < x->nvars; k++)
        arb_get_mid_arb(centre + k, at + k);
    evaluate(x, r, x->goal, centre);
    for (slong k = 0; k < x->nvars; k++) {
        evaluate(x, slope, x->slope[k], at);
        arb_sub(centre + k, at + k, centre + k, BITS);
        arb_addmul(r, slope, centre + k, BITS);
    }
    arb_clear(slope);
}

/* Does the piece need no further cutting? */
static bool is_settled(const box *x, const arb_struct *at, arb_struct *centre) {
    arb_t value;
    arb_init(value);
    evaluate(x, value, x->goal, at);
    bool ok = arb_is_positive(value);
    if (!ok) {
        mean_value(x, value, at, centre);
        ok = arb_is_positive(value);
    }
    for (slong k = 0; k < x->ngiven && !ok; k++) {
        evaluate(x, value, x->given[k]->g, at);
        ok = arb_is_negative(value);
    }
    arb_clear(value);
    return ok;
}

/* --- cutting ------------------------------------------------------------------------------ */

/* The side whose width times the size of the slope is largest. */
static slong side_to_cut(const box *x, const arb_struct *at) {
    slong best = 0;
    arb_t slope;
    double most = -1;
    arb_init(slope);
    for (slong k = 0; k < x->nvars; k++) {
        evaluate(x, slope, x->slope[k], at);
        arf_t m;
        arf_init(m);
        arb_get_abs_ubound_arf(m, slope, BITS);
        double width = mag_get_d(arb_radref(at + k));
        double effect = (1e-9 + arf_get_d(m, ARF_RND_UP)) * width;
        if (effect > most) {
            most = effect;
            best = k;
        }
        arf_clear(m);
    }
    arb_clear(slope);
    return best;
}

static bool cut(box *x, const arf_struct *ends, int depth);

static bool cut_at(box *x, const arf_struct *ends, slong side, int depth) {
    corner part;
    bool ok = true;
    arf_t middle;
    arf_init(middle);
    arf_add(middle, ends + 2 * side, ends + 2 * side + 1, BITS, ARF_RND_DOWN);
    arf_mul_2exp_si(middle, middle, -1);
    for (slong half = 0; half < 2 && ok; half++) {
        for (slong k = 0; k < 2 * x->nvars; k++) {
            arf_init(part + k);
            arf_set(part + k, ends + k);
        }
        arf_set(part + 2 * side + (half == 0 ? 1 : 0), middle);
        ok = cut(x, part, depth + 1);
        for (slong k = 0; k < 2 * x->nvars; k++)
            arf_clear(part + k);
    }
    arf_clear(middle);
    return ok;
}

static bool cut(box *x, const arf_struct *ends, int depth) {
    arb_struct at[MAX_VARIABLES], centre[MAX_VARIABLES];
    if (++x->pieces > MAX_PIECES || depth > 60 || rk_clock() > x->s->deadline)
        return false;
    for (slong k = 0; k < x->nvars; k++) {
        arb_init(at + k);
        arb_init(centre + k);
        arb_set_interval_arf(at + k, ends + 2 * k, ends + 2 * k + 1, BITS);
    }
    bool ok = is_settled(x, at, centre);
    slong side = ok ? 0 : side_to_cut(x, at);
    for (slong k = 0; k < x->nvars; k++) {
        arb_clear(at + k);
        arb_clear(centre + k);
    }
    return ok || cut_at(x, ends, side, depth);
}

/* --- the problem -------------------------------------------------------------------------- */

static bool within(const box *x, const fmpz_mpoly_t p) {
    slong inside = 0, all = 0;
    for (slong k = 0; k < x->s->nvars; k++)
        all += fmpz_mpoly_degree_si(p, k, x->s->ring) > 0;
    for (slong k = 0; k < x->nvars; k++)
        inside += fmpz_mpoly_degree_si(p, x->variable[k], x->s->ring) > 0;
    return all == inside;
}

static void prepare(box *x) {
    const rk_inequalities *s = x->s;
    x->exponent = rk_malloc((size_t)(fmpz_mpoly_ctx_nvars(s->ring) + 1) * sizeof *x->exponent);
    for (slong k = 0; k < x->nvars; k++) {
        fmpz_mpoly_init(x->slope[k], s->ring);
        fmpz_mpoly_derivative(x->slope[k], x->goal, x->variable[k], s->ring);
    }
    for (slong k = 0; k < s->ngiven && x->ngiven < MAX_GIVEN; k++)
        if (within(x, s->given[k].g) && s->given[k].g->length <= MAX_TERMS)
            x->given[x->ngiven++] = &s->given[k];
}

bool rk_inequality_box(rk_inequalities *s, const fmpz_mpoly_t p) {
    box x = {.s = s, .goal = p};
    corner ends;
    unsigned char *marks = rk_calloc((size_t)s->nvars + 1, 1);
    bool ok = rk_inequality_variables(s, p, marks) <= MAX_VARIABLES && p->length <= MAX_TERMS;
    for (slong k = 0; k < s->nvars && ok; k++) {
        if (!marks[k])
            continue;
        arf_init(ends + 2 * x.nvars);
        arf_init(ends + 2 * x.nvars + 1);
        ok = bounds_of(s, k, ends + 2 * x.nvars, ends + 2 * x.nvars + 1);
        x.variable[x.nvars++] = k;
    }
    if (ok) {
        prepare(&x);
        ok = cut(&x, ends, 0);
        for (slong k = 0; k < x.nvars; k++)
            fmpz_mpoly_clear(x.slope[k], s->ring);
        rk_free(x.exponent);
    }
    for (slong k = 0; k < 2 * x.nvars; k++)
        arf_clear(ends + k);
    rk_free(marks);
    return ok;
}
