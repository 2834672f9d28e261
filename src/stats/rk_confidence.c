#include "rk_confidence.h"

#include <math.h>

enum { BITS = 128, BETA_BITS = 256 };

/* --- proportions ------------------------------------------------------------------------------ */

/* tail := P(at least k successes of n) at p: the regularised incomplete beta function I_p(k,
   n-k+1). 1 <= k <= n, 0 < p < 1. */
static void upper_tail(arb_t tail, uint64_t k, uint64_t n, const arb_t p) {
    arb_t a, b;
    arb_init(a);
    arb_init(b);
    arb_set_ui(a, k);
    arb_set_ui(b, n - k + 1);
    arb_hypgeom_beta_lower(tail, a, b, p, 1, BETA_BITS);
    arb_clear(a);
    arb_clear(b);
}

static rk_tern tail_is_small(uint64_t k, uint64_t n, const arb_t p0, bool strict,
                             const arb_t level) {
    arb_t tail;
    arb_init(tail);
    upper_tail(tail, k, n, p0);
    bool small = strict ? arb_lt(tail, level) : arb_le(tail, level);
    bool large = strict ? arb_ge(tail, level) : arb_gt(tail, level);
    arb_clear(tail);
    return small ? RK_TRUE : large ? RK_FALSE : RK_UNKNOWN;
}

rk_tern rk_binomial_at_least(uint64_t k, uint64_t n, const arb_t p0, bool strict,
                             const arb_t level) {
    arb_t one;
    arb_init(one);
    arb_one(one);
    rk_tern said = RK_UNKNOWN;
    if (arb_is_zero(p0))
        said = rk_tern_of(!strict || k > 0);
    else if (arb_is_negative(p0))
        said = RK_TRUE;
    else if (arb_ge(p0, one) || (k == 0 && arb_is_positive(p0)))
        said = RK_FALSE;
    else if (k > 0 && arb_is_positive(p0) && arb_lt(p0, one))
        said = tail_is_small(k, n, p0, strict, level);
    arb_clear(one);
    return said;
}

rk_tern rk_binomial_at_most(uint64_t k, uint64_t n, const arb_t p0, bool strict,
                            const arb_t level) {
    arb_t q0;
    arb_init(q0);
    arb_sub_ui(q0, p0, 1, BITS);
    arb_neg(q0, q0);
    rk_tern said = rk_binomial_at_least(n - k, n, q0, strict, level); /* the failures */
    arb_clear(q0);
    return said;
}

/* About the logarithm of the tail, for k > n*p: the terms fall from the first one on. */
static double log_tail(double k, double n, double p) {
    double first = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p);
    double term = 1, sum = 0, odds = p / (1 - p);
    if (k < n)
        first += (n - k) * log1p(-p);
    for (double i = k; i <= n && term > 1e-17 * sum; i++) {
        sum += term;
        term *= (n - i) / (i + 1) * odds;
    }
    return first + log(sum);
}

/* Where the tail is about the level: in doubles, for a guess. */
static double guess_lower(double k, double n, double level) {
    double low = 0, high = k / n;
    for (int i = 0; i < 48; i++) {
        double p = (low + high) / 2;
        if (p > 0 && log_tail(k, n, p) <= log(level))
            low = p;
        else
            high = p;
    }
    return low;
}

static bool may_say(uint64_t k, uint64_t n, double p0, const arb_t level) {
    arb_t p;
    arb_init(p);
    arb_set_d(p, p0);
    bool said = rk_tern_true(rk_binomial_at_least(k, n, p, false, level));
    arb_clear(p);
    return said;
}

/* A number below the lower bound, near it: the guess less what may be said of it. */
static double lower_bound(uint64_t k, uint64_t n, const arb_t level) {
    double guess, slack = 1e-10;
    if (k == 0)
        return 0;
    guess = guess_lower((double)k, (double)n, arf_get_d(arb_midref(level), ARF_RND_DOWN));
    for (; slack < 1; slack *= 10)
        if (may_say(k, n, guess * (1 - slack), level))
            return guess * (1 - slack);
    return 0;
}

void rk_binomial_bounds(double *low, double *high, uint64_t k, uint64_t n, const arb_t level) {
    *low = lower_bound(k, n, level);
    *high = fmin(1, nextafter(1 - lower_bound(n - k, n, level), 2));
}

/* --- means and variances ---------------------------------------------------------------------- */

void rk_moments_init(rk_moments *m, const double *x, size_t n) {
    arb_t square, d;
    arb_init(square);
    arb_init(d);
    m->n = n;
    arb_init(m->mean);
    arb_init(m->variance);
    for (size_t i = 0; i < n; i++) {
        arb_set_d(d, x[i]);
        arb_add(m->mean, m->mean, d, BITS);
    }
    if (n > 0)
        arb_div_ui(m->mean, m->mean, n, BITS);
    for (size_t i = 0; i < n; i++) {
        arb_set_d(d, x[i]);
        arb_sub(d, d, m->mean, BITS);
        arb_sqr(square, d, BITS);
        arb_add(m->variance, m->variance, square, BITS);
    }
    if (n > 1)
        arb_div_ui(m->variance, m->variance, n - 1, BITS);
    arb_clear(square);
    arb_clear(d);
}

void rk_moments_clear(rk_moments *m) {
    arb_clear(m->mean);
    arb_clear(m->variance);
}

/* r := log(c / level) */
static void log_over(arb_t r, ulong c, const arb_t level) {
    arb_inv(r, level, BITS);
    arb_mul_ui(r, r, c, BITS);
    arb_log(r, r, BITS);
}

/* width * sqrt(log(2/level) / (2n)) */
static void hoeffding(arb_t slack, const rk_moments *m, const arb_t width, const arb_t level) {
    log_over(slack, 2, level);
    arb_div_ui(slack, slack, 2 * m->n, BITS);
    arb_sqrt(slack, slack, BITS);
    arb_mul(slack, slack, width, BITS);
}

/* sqrt(2 V log(4/level) / n) + 7 width log(4/level) / (3 (n - 1)) */
static void maurer_pontil(arb_t slack, const rk_moments *m, const arb_t width, const arb_t level) {
    arb_t l, t;
    arb_init(l);
    arb_init(t);
    log_over(l, 4, level);
    arb_mul(slack, m->variance, l, BITS);
    arb_mul_2exp_si(slack, slack, 1);
    arb_div_ui(slack, slack, m->n, BITS);
    arb_nonnegative_part(slack, slack);
    arb_sqrt(slack, slack, BITS);
    arb_mul(t, width, l, BITS);
    arb_mul_ui(t, t, 7, BITS);
    arb_div_ui(t, t, 3 * (m->n - 1), BITS);
    arb_add(slack, slack, t, BITS);
    arb_clear(l);
    arb_clear(t);
}

void rk_mean_slack(arb_t slack, const rk_moments *m, const arb_t width, const arb_t level) {
    arb_t other;
    arb_init(other);
    hoeffding(slack, m, width, level);
    if (m->n > 1) {
        maurer_pontil(other, m, width, level);
        arb_min(slack, slack, other, BITS);
    }
    arb_clear(other);
}
