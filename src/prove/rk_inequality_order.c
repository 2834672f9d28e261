/* Successive difference substitution. A form in nonnegative variables is nonnegative if it is so
   for each order of their sizes; where x_1 <= x_2 <= ..., write x_1 = t_1, x_2 = t_1 + t_2, ...
   with t >= 0. When all coefficients have become nonnegative, that order is done; else the same is
   tried on the new form. Variables of either sign are taken in both, powers x^g that alone occur
   become one variable, and a polynomial that is no form gets one more variable that stands for 1.
 */
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "rk_inequality.h"

enum { MOST = 4, MAX_TERMS = 200, MAX_LENGTH = 1500, MAX_STEPS = 3000 };

typedef struct orders {
    rk_inequalities *s;
    fmpz_mpoly_ctx_t ring; /* of the new variables; the last one is 1 */
    slong variable[MOST], nvars;
    ulong power[MOST]; /* x^power is the new variable */
    bool both[MOST];   /* of either sign */
    int steps;
} orders;

static ulong common_power(const orders *o, const fmpz_mpoly_t p, slong k) {
    ulong g = 0;
    for (slong i = 0; i < p->length; i++)
        g = n_gcd(g, fmpz_mpoly_get_term_var_exp_ui(p, i, k, o->s->ring));
    return g;
}

static bool choose(orders *o, const fmpz_mpoly_t p) {
    for (slong k = 0; k < o->s->nvars; k++) {
        if (fmpz_mpoly_degree_si(p, k, o->s->ring) <= 0)
            continue;
        if (o->nvars + 1 == MOST)
            return false;
        ulong g = common_power(o, p, k);
        unsigned signs = rk_function_signs_of_variable(o->s->domain, k);
        o->variable[o->nvars] = k;
        o->power[o->nvars] = g;
        o->both[o->nvars++] = g % 2 != 0 && (signs & RK_MAY_NEGATIVE);
    }
    return o->nvars > 0;
}

/* The polynomial in the new variables, x_k negated where the bit of `flips` says so. */
static void translate(const orders *o, fmpz_mpoly_t r, const fmpz_mpoly_t p, unsigned flips) {
    slong most = 0;
    ulong e[MOST];
    fmpz_t c;
    fmpz_init(c);
    for (int pass = 0; pass < 2; pass++) {
        for (slong i = 0; i < p->length; i++) {
            slong degree = 0;
            fmpz_mpoly_get_term_coeff_fmpz(c, p, i, o->s->ring);
            for (slong k = 0; k < o->nvars; k++) {
                e[k] =
                    fmpz_mpoly_get_term_var_exp_ui(p, i, o->variable[k], o->s->ring) / o->power[k];
                degree += (slong)e[k];
                if (flips >> k & 1 && e[k] % 2 != 0)
                    fmpz_neg(c, c);
            }
            if (pass == 0)
                most = degree > most ? degree : most;
            e[o->nvars] = (ulong)(most - degree);
            if (pass == 1)
                fmpz_mpoly_set_coeff_fmpz_ui(r, c, e, o->ring);
        }
    }
    fmpz_clear(c);
}

static bool no_negative(const orders *o, const fmpz_mpoly_t p) {
    fmpz_t c;
    bool ok = true;
    fmpz_init(c);
    for (slong i = 0; i < p->length && ok; i++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, o->ring);
        ok = fmpz_sgn(c) >= 0;
    }
    fmpz_clear(c);
    return ok;
}

/* At a unit vector only one pure power is not 0: is one of them negative? */
static bool negative_corner(const orders *o, const fmpz_mpoly_t p) {
    slong degree = fmpz_mpoly_total_degree_si(p, o->ring);
    fmpz_t c;
    bool found = false;
    fmpz_init(c);
    for (slong k = 0; k <= o->nvars && !found; k++) {
        ulong e[MOST] = {0};
        e[k] = (ulong)degree;
        fmpz_mpoly_get_coeff_fmpz_ui(c, p, e, o->ring);
        found = fmpz_sgn(c) < 0;
    }
    fmpz_clear(c);
    return found;
}

/* The next permutation in lexicographic order; false behind the last. */
static bool next_order(slong *order, slong n) {
    slong i = n - 2, j = n - 1;
    while (i >= 0 && order[i] > order[i + 1])
        i--;
    if (i < 0)
        return false;
    while (order[j] < order[i])
        j--;
    slong t = order[i];
    order[i] = order[j];
    order[j] = t;
    for (slong a = i + 1, b = n - 1; a < b; a++, b--) {
        t = order[a];
        order[a] = order[b];
        order[b] = t;
    }
    return true;
}

static bool settle(orders *o, const fmpz_mpoly_t p, int depth);

/* x of the k-th place in the order := t_1 + ... + t_k. */
static bool settle_order(orders *o, const fmpz_mpoly_t p, const slong *order, int depth) {
    slong n = o->nvars + 1;
    fmpz_mpoly_struct sum[MOST], *image[MOST];
    fmpz_mpoly_t r, t;
    fmpz_mpoly_init(r, o->ring);
    fmpz_mpoly_init(t, o->ring);
    for (slong k = 0; k < n; k++) {
        fmpz_mpoly_init(sum + k, o->ring);
        fmpz_mpoly_gen(t, k, o->ring);
        if (k > 0)
            fmpz_mpoly_add(sum + k, sum + k - 1, t, o->ring);
        else
            fmpz_mpoly_set(sum + k, t, o->ring);
        image[order[k]] = sum + k;
    }
    bool ok = fmpz_mpoly_compose_fmpz_mpoly(r, p, image, o->ring, o->ring) &&
              r->length <= MAX_LENGTH && settle(o, r, depth - 1);
    for (slong k = 0; k < n; k++)
        fmpz_mpoly_clear(sum + k, o->ring);
    fmpz_mpoly_clear(r, o->ring);
    fmpz_mpoly_clear(t, o->ring);
    return ok;
}

static bool settle(orders *o, const fmpz_mpoly_t p, int depth) {
    slong order[MOST];
    if (no_negative(o, p))
        return true;
    if (depth <= 0 || negative_corner(o, p) || ++o->steps > MAX_STEPS ||
        rk_clock() > o->s->deadline)
        return false;
    for (slong k = 0; k <= o->nvars; k++)
        order[k] = k;
    bool ok = true;
    do
        ok = settle_order(o, p, order, depth);
    while (ok && next_order(order, o->nvars + 1));
    return ok;
}

/* A positive number beside terms that are nonnegative makes it strict. */
static bool stays_positive(const fmpz_mpoly_t p, const fmpz_mpoly_ctx_struct *ring,
                           fmpz_mpoly_t q) {
    fmpz_t c;
    ulong *e = rk_calloc((size_t)fmpz_mpoly_ctx_nvars(ring) + 1, sizeof *e);
    fmpz_init(c);
    fmpz_mpoly_get_coeff_fmpz_ui(c, p, e, ring);
    bool ok = fmpz_sgn(c) > 0;
    fmpz_mpoly_scalar_mul_si(q, p, 1000000, ring);
    fmpz_mpoly_sub_fmpz(q, q, c, ring); /* p minus a millionth of its constant term */
    fmpz_clear(c);
    rk_free(e);
    return ok;
}

static bool in_all_orthants(orders *o, const fmpz_mpoly_t p) {
    static const int depth[] = {0, 0, 6, 4, 2};
    bool ok = true;
    for (unsigned flips = 0; flips < 1U << o->nvars && ok; flips++) {
        bool apt = true;
        for (slong k = 0; k < o->nvars; k++)
            apt = apt && (o->both[k] || !(flips >> k & 1));
        if (!apt)
            continue;
        fmpz_mpoly_t q;
        fmpz_mpoly_init(q, o->ring);
        translate(o, q, p, flips);
        ok = settle(o, q, depth[o->nvars + 1]);
        fmpz_mpoly_clear(q, o->ring);
    }
    return ok;
}

bool rk_inequality_order(rk_inequalities *s, const fmpz_mpoly_t p, bool strict) {
    orders o = {.s = s};
    fmpz_mpoly_t q;
    if (p->length > MAX_TERMS || !choose(&o, p))
        return false;
    fmpz_mpoly_ctx_init(o.ring, o.nvars + 1, ORD_LEX);
    fmpz_mpoly_init(q, s->ring);
    fmpz_mpoly_set(q, p, s->ring);
    bool ok = (!strict || stays_positive(p, s->ring, q)) && in_all_orthants(&o, q);
    fmpz_mpoly_clear(q, s->ring);
    fmpz_mpoly_ctx_clear(o.ring);
    return ok;
}
