#include "rk_inequality.h"
#include "base/rk_clock.h"
#include "base/rk_mem.h"

enum { NEG = RK_MAY_NEGATIVE, ZERO = RK_MAY_ZERO, POS = RK_MAY_POSITIVE };
enum { MAX_FACTORED = 150, MAX_DEPTH = 3, MAX_DISCRIMINANT = 200, MAX_SQUARED = 2500 };
enum { LONGEST_SQUARED = 6 };

/* --- what is given ------------------------------------------------------------------------ */

void rk_inequalities_give(rk_inequalities *s, const fmpz_mpoly_t g, bool strict) {
    size_t cap = (size_t)s->cap;
    rk_grow(&s->given, &cap, (size_t)s->ngiven + 1, sizeof *s->given);
    s->cap = (slong)cap;
    rk_given *x = &s->given[s->ngiven++];
    fmpz_mpoly_init(x->g, s->ring);
    fmpz_mpoly_set(x->g, g, s->ring);
    x->strict = strict;
}

unsigned rk_inequality_signs(bool strict) {
    return strict ? POS : ZERO | POS;
}

size_t rk_inequality_mark(const rk_inequalities *s) {
    return s->steps == NULL ? 0 : s->steps->text.len;
}

bool rk_inequality_keep(rk_inequalities *s, size_t mark, bool ok) {
    if (!ok && s->steps != NULL)
        rk_buf_cut(&s->steps->text, mark);
    return ok;
}

/* x >= 0 or x <= 0, strictly or not, from a set of signs. */
static void give_signs(rk_inequalities *s, const fmpz_mpoly_t x, unsigned signs) {
    fmpz_mpoly_t negative;
    if (!(signs & NEG))
        rk_inequalities_give(s, x, !(signs & ZERO));
    if (signs & POS)
        return;
    fmpz_mpoly_init(negative, s->ring);
    fmpz_mpoly_neg(negative, x, s->ring);
    rk_inequalities_give(s, negative, !(signs & ZERO));
    fmpz_mpoly_clear(negative, s->ring);
}

/* A tangent times its denominator. */
static void write_bound(rk_inequalities *s, const fmpz_mpoly_t g, const fmpz_mpoly_t den) {
    bool negative = !(rk_function_signs_of_poly(s->domain, den) & POS);
    rk_steps_sign(s->steps, den, negative ? NEG : POS);
    rk_steps_fact(s->steps, g, ZERO | POS);
    rk_buf_puts(&s->steps->text, negative ? "sum -(" : "sum (");
    rk_steps_put(s->steps, den);
    rk_buf_puts(&s->steps->text, negative ? ") | -(" : ") | (");
    rk_steps_put(s->steps, g);
    rk_buf_puts(&s->steps->text, ")*(");
    rk_steps_put(s->steps, den);
    rk_buf_puts(&s->steps->text, ")\n");
}

/* p >= q/r for q/r whose denominator has one sign. */
static void give_bound(rk_inequalities *s, const fmpz_mpoly_t p, const fmpz_mpoly_q_struct *x) {
    unsigned den = rk_function_signs_of_poly(s->domain, &x->den);
    fmpz_mpoly_t g;
    if ((den & NEG) && (den & POS))
        return;
    fmpz_mpoly_init(g, s->ring);
    fmpz_mpoly_mul(g, p, &x->den, s->ring);
    fmpz_mpoly_sub(g, g, &x->num, s->ring);
    if (den & NEG)
        fmpz_mpoly_neg(g, g, s->ring);
    if (rk_function_reduce_poly(s->domain, g)) {
        rk_inequalities_give(s, g, false);
        if (s->steps != NULL && !fmpz_mpoly_is_fmpz(&x->den, s->ring))
            write_bound(s, g, &x->den);
    }
    fmpz_mpoly_clear(g, s->ring);
}

/* x + q >= 0 since x is not negative and x^2 = q^2. */
static void write_modulus(rk_inequalities *s, const fmpz_mpoly_t x, const fmpz_mpoly_t q,
                          const char *sign) {
    if (s->steps == NULL)
        return;
    rk_buf_puts(&s->steps->text, "fact >= | ");
    rk_steps_put(s->steps, x);
    rk_buf_printf(&s->steps->text, " %s (", sign);
    rk_steps_put(s->steps, q);
    rk_buf_puts(&s->steps->text, ")\ncompare ");
    rk_steps_put(s->steps, x);
    rk_buf_printf(&s->steps->text, " | %s(", *sign == '-' ? "-" : "");
    rk_steps_put(s->steps, q);
    rk_buf_puts(&s->steps->text, ")\n");
}

/* |q| >= q, |q| >= -q. */
static void give_modulus(rk_inequalities *s, const fmpz_mpoly_t x, const fmpz_mpoly_q_struct *v) {
    fmpz_mpoly_t q, g;
    fmpz_mpoly_init(q, s->ring);
    fmpz_mpoly_init(g, s->ring);
    if (fmpz_mpoly_is_one(&v->den, s->ring) && v->num.length <= MAX_FACTORED &&
        fmpz_mpoly_sqrt(q, &v->num, s->ring)) {
        write_modulus(s, x, q, "+");
        write_modulus(s, x, q, "-");
        fmpz_mpoly_add(g, x, q, s->ring);
        rk_inequalities_give(s, g, false);
        fmpz_mpoly_sub(g, x, q, s->ring);
        rk_inequalities_give(s, g, false);
    }
    fmpz_mpoly_clear(q, s->ring);
    fmpz_mpoly_clear(g, s->ring);
}

/* exp(f) >= 1 + f; log(v) <= v - 1: the tangents at 0 and at 1. */
static void give_tangent(rk_inequalities *s, slong k, const fmpz_mpoly_t x) {
    const fmpz_mpoly_q_struct *exponent = rk_function_exponent(s->domain, k);
    const fmpz_mpoly_q_struct *argument = rk_function_argument_of_log(s->domain, k);
    fmpz_mpoly_q_t bound;
    fmpz_mpoly_t p;
    if (s->steps != NULL && (exponent != NULL || argument != NULL))
        rk_buf_printf(&s->steps->text, "tangent %s\n", s->steps->name[k]);
    fmpz_mpoly_q_init(bound, s->ring);
    fmpz_mpoly_init(p, s->ring);
    if (exponent != NULL) {
        fmpz_mpoly_add_si(p, x, -1, s->ring);
        give_bound(s, p, exponent);
    } else if (argument != NULL) {
        fmpz_mpoly_q_neg(bound, argument, s->ring);
        fmpz_mpoly_add_si(p, x, 1, s->ring);
        fmpz_mpoly_neg(p, p, s->ring);
        give_bound(s, p, bound); /* -log(v) - 1 >= -v */
    }
    fmpz_mpoly_q_clear(bound, s->ring);
    fmpz_mpoly_clear(p, s->ring);
}

/* A polynomial that stands for a variable has its signs; for a square, it is not negative. */
static void give_equation(rk_inequalities *s, slong k) {
    ulong degree;
    const fmpz_mpoly_q_struct *e = rk_function_equation(s->domain, k, &degree);
    if (e == NULL || !fmpz_mpoly_is_one(&e->den, s->ring))
        return;
    unsigned signs = degree == 1 ? rk_function_signs_of_variable(s->domain, k) : ZERO | POS;
    if ((signs & NEG) && (signs & POS))
        return;
    give_signs(s, &e->num, signs);
    if (s->steps == NULL)
        return;
    rk_steps_fact(s->steps, &e->num, signs);
    rk_buf_printf(&s->steps->text, degree == 1 ? "sum 1 | %s\n" : "sum 1 | (%s)^2\n",
                  s->steps->name[k]);
}

void rk_inequalities_init(rk_inequalities *s, const rk_domain *d, double deadline,
                          rk_steps *steps) {
    *s = (rk_inequalities){.domain = d,
                           .ring = rk_function_ring(d),
                           .deadline = deadline,
                           .npoints = -1,
                           .steps = steps};
    s->nvars = rk_function_variables(d);
    fmpz_mpoly_t x;
    fmpz_mpoly_init(x, s->ring);
    for (slong k = 0; k < s->nvars; k++) {
        fmpz_mpoly_gen(x, k, s->ring);
        give_signs(s, x, rk_function_signs_of_variable(d, k));
        if (rk_function_radicand(d, k) != NULL)
            give_modulus(s, x, rk_function_radicand(d, k));
        give_tangent(s, k, x);
        give_equation(s, k);
    }
    fmpz_mpoly_clear(x, s->ring);
    unsigned signs;
    const fmpz_mpoly_struct *known;
    for (slong k = 0; (known = rk_function_known(d, k, &signs)) != NULL; k++)
        give_signs(s, known, signs);
}

void rk_inequalities_clear(rk_inequalities *s) {
    for (slong k = 0; k < s->ngiven; k++)
        fmpz_mpoly_clear(s->given[k].g, s->ring);
    rk_free(s->given);
    rk_free(s->point);
    *s = (rk_inequalities){.domain = NULL};
}

slong rk_inequality_variables(const rk_inequalities *s, const fmpz_mpoly_t p,
                              unsigned char *marks) {
    slong n = 0;
    for (slong k = 0; k < s->nvars; k++) {
        marks[k] = fmpz_mpoly_degree_si(p, k, s->ring) > 0;
        n += marks[k];
    }
    return n;
}

/* --- goals -------------------------------------------------------------------------------- */

static bool prove(rk_inequalities *s, const fmpz_mpoly_t p, bool strict, int depth);

static bool by_signs(const rk_inequalities *s, const fmpz_mpoly_t p, bool strict) {
    unsigned signs =
        fmpz_mpoly_is_zero(p, s->ring) ? ZERO : rk_function_signs_of_poly(s->domain, p);
    bool ok = !(signs & NEG) && !(strict && (signs & ZERO));
    if (ok && s->steps != NULL)
        rk_steps_sign(s->steps, p, rk_inequality_signs(strict));
    return ok;
}

static bool say(rk_inequalities *s, bool proved, rk_means means) {
    if (proved && means > s->means)
        s->means = means;
    return proved;
}

static void write_quadratic(rk_inequalities *s, const fmpz_mpoly_t p, slong k, bool strict,
                            fmpz_mpoly_t *part) {
    if (s->steps == NULL)
        return;
    rk_steps_fact(s->steps, p, rk_inequality_signs(strict));
    rk_buf_printf(&s->steps->text, "quadratic %s", s->steps->name[k]);
    for (int i = 2; i >= 0; i--) {
        rk_buf_puts(&s->steps->text, " | ");
        rk_steps_put(s->steps, part[i]);
    }
    rk_buf_putc(&s->steps->text, '\n');
}

/* p = a*x^2 + b*x + c >= 0 for every x when a, c and 4*a*c - b^2 are nonnegative; > 0 when a or c
   is positive besides, and the discriminant strictly negative. */
static bool by_discriminant(rk_inequalities *s, const fmpz_mpoly_t p, slong k, bool strict,
                            int depth) {
    fmpz_mpoly_t part[3], d, square;
    fmpz_mpoly_univar_t u;
    fmpz_mpoly_univar_init(u, s->ring);
    fmpz_mpoly_to_univar(u, p, k, s->ring);
    for (int i = 0; i < 3; i++)
        fmpz_mpoly_init(part[i], s->ring);
    fmpz_mpoly_init(d, s->ring);
    fmpz_mpoly_init(square, s->ring);
    for (slong i = 0; i < fmpz_mpoly_univar_length(u, s->ring); i++)
        fmpz_mpoly_univar_get_term_coeff(part[fmpz_mpoly_univar_get_term_exp_si(u, i, s->ring)], u,
                                         i, s->ring);
    bool ok = part[0]->length * part[2]->length <= MAX_DISCRIMINANT &&
              part[1]->length * part[1]->length <= MAX_DISCRIMINANT;
    if (ok) {
        fmpz_mpoly_mul(d, part[0], part[2], s->ring);
        fmpz_mpoly_scalar_mul_si(d, d, 4, s->ring);
        fmpz_mpoly_mul(square, part[1], part[1], s->ring);
        fmpz_mpoly_sub(d, d, square, s->ring);
        ok = rk_function_reduce_poly(s->domain, d) && prove(s, part[2], strict, depth + 1) &&
             prove(s, part[0], strict, depth + 1) && prove(s, d, strict, depth + 1);
    }
    if (ok)
        write_quadratic(s, p, k, strict, part);
    for (int i = 0; i < 3; i++)
        fmpz_mpoly_clear(part[i], s->ring);
    fmpz_mpoly_clear(d, s->ring);
    fmpz_mpoly_clear(square, s->ring);
    fmpz_mpoly_univar_clear(u, s->ring);
    return ok;
}

static bool by_some_discriminant(rk_inequalities *s, const fmpz_mpoly_t p, bool strict, int depth) {
    size_t mark = rk_inequality_mark(s);
    for (slong k = 0; k < s->nvars && depth < MAX_DEPTH; k++)
        if (fmpz_mpoly_degree_si(p, k, s->ring) == 2 &&
            rk_inequality_keep(s, mark, by_discriminant(s, p, k, strict, depth)))
            return true;
    return false;
}

/* "(a)*s" */
static void put_times_root(rk_inequalities *s, const fmpz_mpoly_t a, slong k) {
    rk_buf_putc(&s->steps->text, '(');
    rk_steps_put(s->steps, a);
    rk_buf_printf(&s->steps->text, ")*%s", s->steps->name[k]);
}

/* p = a*s + b, the larger part first. A product a*s is not negative since a is not. */
static void write_root(rk_inequalities *s, const fmpz_mpoly_t p, slong k, bool strict, bool first) {
    rk_buf *text = &s->steps->text;
    fmpz_mpoly_t a, b;
    fmpz_mpoly_init(a, s->ring);
    fmpz_mpoly_init(b, s->ring);
    fmpz_mpoly_derivative(a, p, k, s->ring);
    fmpz_mpoly_gen(b, k, s->ring);
    fmpz_mpoly_mul(b, b, a, s->ring);
    fmpz_mpoly_sub(b, p, b, s->ring);
    if (!fmpz_mpoly_is_one(&rk_function_radicand(s->domain, k)->den, s->ring))
        s->steps->failed = true; /* the difference of squares is not the polynomial shown */
    for (int part = 0; !first && part < 2; part++) {
        rk_buf_puts(text, part == 0 ? "fact >= | " : "sum 1 | ");
        put_times_root(s, a, k);
        rk_buf_putc(text, '\n');
    }
    rk_steps_fact(s->steps, p, rk_inequality_signs(strict));
    rk_buf_puts(text, "compare ");
    for (int part = 0; part < 2; part++) {
        if ((part == 0) == first)
            rk_steps_put(s->steps, b);
        else
            put_times_root(s, a, k);
        rk_buf_puts(text, part == 0 ? " | " : "\n");
    }
    fmpz_mpoly_clear(a, s->ring);
    fmpz_mpoly_clear(b, s->ring);
}

/* a*s + b >= 0 for the root s of v = n/m with m > 0: when b >= 0 and b^2 >= a^2*v, or when a >= 0
   and a^2*v >= b^2; > 0 when the second inequality is strict. One root less each time, so this
   ends. */
static bool by_root(rk_inequalities *s, const fmpz_mpoly_t p, slong k, bool strict, int depth) {
    const fmpz_mpoly_q_struct *v = rk_function_radicand(s->domain, k);
    fmpz_mpoly_t a, b, d, t;
    fmpz_mpoly_init(a, s->ring);
    fmpz_mpoly_init(b, s->ring);
    fmpz_mpoly_init(d, s->ring);
    fmpz_mpoly_init(t, s->ring);
    fmpz_mpoly_derivative(a, p, k, s->ring);
    fmpz_mpoly_gen(t, k, s->ring);
    fmpz_mpoly_mul(t, t, a, s->ring);
    fmpz_mpoly_sub(b, p, t, s->ring);
    bool ok = b->length * b->length <= MAX_SQUARED && a->length * a->length <= MAX_SQUARED &&
              a->length * v->num.length <= MAX_SQUARED;
    bool first = ok && prove(s, b, false, depth + 1);
    ok = ok && (first || prove(s, a, false, depth + 1));
    if (ok) { /* d := b^2*m - a^2*n, or its negative */
        fmpz_mpoly_mul(d, b, b, s->ring);
        fmpz_mpoly_mul(d, d, &v->den, s->ring);
        fmpz_mpoly_mul(t, a, a, s->ring);
        fmpz_mpoly_mul(t, t, &v->num, s->ring);
        fmpz_mpoly_sub(d, d, t, s->ring);
        if (!first)
            fmpz_mpoly_neg(d, d, s->ring);
        ok = rk_function_reduce_poly(s->domain, d) && prove(s, d, strict, depth);
    }
    if (ok && s->steps != NULL)
        write_root(s, p, k, strict, first);
    fmpz_mpoly_clear(a, s->ring);
    fmpz_mpoly_clear(b, s->ring);
    fmpz_mpoly_clear(d, s->ring);
    fmpz_mpoly_clear(t, s->ring);
    return ok;
}

static bool by_some_root(rk_inequalities *s, const fmpz_mpoly_t p, bool strict, int depth) {
    size_t mark = rk_inequality_mark(s);
    for (slong k = s->nvars - 1; k >= 0; k--) {
        const fmpz_mpoly_q_struct *v = rk_function_radicand(s->domain, k);
        if (v == NULL || fmpz_mpoly_degree_si(p, k, s->ring) != 1 ||
            rk_function_signs_of_poly(s->domain, &v->den) != POS)
            continue;
        if (rk_inequality_keep(s, mark, by_root(s, p, k, strict, depth)))
            return true;
    }
    return false;
}

static bool by_other_means(rk_inequalities *s, const fmpz_mpoly_t p, bool strict, int depth) {
    if (rk_inequality_is_hopeless(s, p))
        return false;
    if (by_some_root(s, p, strict, depth) ||
        say(s, by_some_discriminant(s, p, strict, depth), RK_BY_SQUARES))
        return true;
    if (depth > 0)
        return false;
    return say(s, rk_inequality_order(s, p, strict), RK_BY_COEFFICIENTS) ||
           say(s, rk_inequality_sum(s, p, strict), RK_BY_SQUARES) ||
           say(s, strict && s->steps == NULL && rk_inequality_box(s, p), RK_BY_BOXES);
}

/* A polynomial that is no product. Isolated roots tell fastest, but their steps are the longest. */
static bool prove_somehow(rk_inequalities *s, const fmpz_mpoly_t p, bool strict, int depth) {
    bool last = s->steps != NULL;
    if (rk_clock() > s->deadline)
        return false;
    if (say(s, by_signs(s, p, strict), RK_BY_SIGNS) ||
        say(s, !last && rk_inequality_line(s, p, strict), RK_BY_ROOTS))
        return true;
    size_t mark = rk_inequality_mark(s);
    if (rk_inequality_keep(s, mark, by_other_means(s, p, strict, depth)))
        return true;
    return say(s, last && rk_inequality_line(s, p, strict), RK_BY_ROOTS);
}

static bool prove_core(rk_inequalities *s, const fmpz_mpoly_t p, bool strict, int depth) {
    size_t mark = rk_inequality_mark(s);
    return rk_inequality_keep(s, mark, prove_somehow(s, p, strict, depth));
}

/* p is never 0. */
static bool is_nowhere_zero(rk_inequalities *s, const fmpz_mpoly_t p, int depth) {
    unsigned signs = rk_function_signs_of_poly(s->domain, p);
    if (!(signs & ZERO)) {
        if (s->steps != NULL)
            rk_steps_sign(s->steps, p, signs);
        return true;
    }
    fmpz_mpoly_t negative;
    fmpz_mpoly_init(negative, s->ring);
    fmpz_mpoly_neg(negative, p, s->ring);
    bool ok = prove_core(s, p, true, depth) || prove_core(s, negative, true, depth);
    fmpz_mpoly_clear(negative, s->ring);
    return ok;
}

/* The factors of odd power whose sign is open, multiplied, with the sign of the others; false: a
   factor may vanish where a strict inequality is wanted. */
static bool open_part(rk_inequalities *s, fmpz_mpoly_t core, fmpz_mpoly_factor_t f, bool strict,
                      int depth) {
    fmpz_mpoly_t base;
    fmpz_t c;
    bool ok = true;
    fmpz_init(c);
    fmpz_mpoly_init(base, s->ring);
    fmpz_mpoly_factor_get_constant_fmpz(c, f, s->ring);
    fmpz_mpoly_set_si(core, fmpz_sgn(c), s->ring);
    for (slong k = 0; k < fmpz_mpoly_factor_length(f, s->ring) && ok; k++) {
        fmpz_mpoly_factor_get_base(base, f, k, s->ring);
        bool odd = fmpz_mpoly_factor_get_exp_si(f, k, s->ring) % 2 != 0;
        unsigned signs = rk_function_signs_of_poly(s->domain, base);
        bool one_sided = !(signs & NEG) || !(signs & POS);
        if (odd && !one_sided) {
            fmpz_mpoly_mul(core, core, base, s->ring);
            continue;
        }
        if (odd && (signs & NEG))
            fmpz_mpoly_neg(core, core, s->ring);
        if (odd && s->steps != NULL)
            rk_steps_sign(s->steps, base, signs);
        ok = !strict || is_nowhere_zero(s, base, depth);
    }
    fmpz_mpoly_clear(base, s->ring);
    fmpz_clear(c);
    return ok;
}

/* Each open factor has a sign of its own. */
static bool by_factors(rk_inequalities *s, fmpz_mpoly_factor_t f, bool strict, int depth) {
    fmpz_mpoly_t base;
    fmpz_t c;
    bool ok = true;
    fmpz_init(c);
    fmpz_mpoly_factor_get_constant_fmpz(c, f, s->ring);
    int sign = fmpz_sgn(c);
    fmpz_mpoly_init(base, s->ring);
    for (slong k = 0; k < fmpz_mpoly_factor_length(f, s->ring) && ok; k++) {
        fmpz_mpoly_factor_get_base(base, f, k, s->ring);
        if (fmpz_mpoly_factor_get_exp_si(f, k, s->ring) % 2 == 0)
            continue; /* open_part saw that it does not vanish */
        if (prove_core(s, base, strict, depth))
            continue;
        fmpz_mpoly_neg(base, base, s->ring);
        ok = prove_core(s, base, strict, depth);
        sign = -sign;
    }
    fmpz_mpoly_clear(base, s->ring);
    fmpz_clear(c);
    return ok && sign > 0;
}

/* p is the core, whose sign is evident, times other factors. */
static void write_product(rk_inequalities *s, const fmpz_mpoly_t p, const fmpz_mpoly_t core,
                          bool strict) {
    fmpz_mpoly_t rest;
    if (s->steps == NULL || fmpz_mpoly_equal(p, core, s->ring))
        return;
    fmpz_mpoly_init(rest, s->ring);
    if (!fmpz_mpoly_divides(rest, p, core, s->ring))
        s->steps->failed = true;
    rk_steps_fact(s->steps, p, rk_inequality_signs(strict));
    rk_buf_puts(&s->steps->text, "sum 1 | (");
    rk_steps_put(s->steps, core);
    rk_steps_put_factors(s->steps, rest, ")*", 1);
    rk_buf_putc(&s->steps->text, '\n');
    fmpz_mpoly_clear(rest, s->ring);
}

static bool prove(rk_inequalities *s, const fmpz_mpoly_t p, bool strict, int depth) {
    size_t mark = rk_inequality_mark(s);
    if (by_signs(s, p, strict))
        return say(s, true, RK_BY_SIGNS);
    if (p->length > MAX_FACTORED || fmpz_mpoly_is_zero(p, s->ring))
        return !fmpz_mpoly_is_zero(p, s->ring) && prove_core(s, p, strict, depth);
    fmpz_mpoly_factor_t f;
    fmpz_mpoly_t core;
    fmpz_mpoly_init(core, s->ring);
    fmpz_mpoly_factor_init(f, s->ring);
    bool ok = fmpz_mpoly_factor(f, p, s->ring) && open_part(s, core, f, strict, depth);
    bool proved = ok && prove_core(s, core, strict, depth);
    if (proved)
        write_product(s, p, core, strict);
    if (ok && !proved && fmpz_mpoly_factor_length(f, s->ring) > 1) {
        proved = by_factors(s, f, strict, depth);
        fmpz_mpoly_one(core, s->ring);
        if (proved)
            write_product(s, p, core, strict);
    }
    (void)rk_inequality_keep(s, mark, proved);
    /* A factor that was left out may be 0 where the others have the wrong sign. */
    if (!proved && depth == 0 && !fmpz_mpoly_equal(core, p, s->ring))
        proved = rk_inequality_keep(s, mark, say(s, rk_inequality_line(s, p, strict), RK_BY_ROOTS));
    fmpz_mpoly_factor_clear(f, s->ring);
    fmpz_mpoly_clear(core, s->ring);
    return proved;
}

bool rk_inequality(rk_inequalities *s, const fmpz_mpoly_t p, bool strict) {
    return prove(s, p, strict, 0);
}

/* The factors are nowhere 0. */
static bool factors_apart(rk_inequalities *s, const fmpz_mpoly_t p) {
    size_t mark = rk_inequality_mark(s);
    fmpz_mpoly_factor_t f;
    fmpz_mpoly_t base;
    fmpz_mpoly_init(base, s->ring);
    fmpz_mpoly_factor_init(f, s->ring);
    bool ok = p->length <= MAX_FACTORED && fmpz_mpoly_factor(f, p, s->ring);
    for (slong k = 0; ok && k < fmpz_mpoly_factor_length(f, s->ring); k++) {
        fmpz_mpoly_factor_get_base(base, f, k, s->ring);
        ok = is_nowhere_zero(s, base, 0);
    }
    fmpz_mpoly_factor_clear(f, s->ring);
    fmpz_mpoly_clear(base, s->ring);
    return rk_inequality_keep(s, mark, ok);
}

bool rk_inequality_apart(rk_inequalities *s, const fmpz_mpoly_t p) {
    return !fmpz_mpoly_is_zero(p, s->ring) &&
           (factors_apart(s, p) || rk_inequality_apart_by_equations(s, p));
}

/* -p^2 >= 0 */
static bool square_is_zero(rk_inequalities *s, const fmpz_mpoly_t p) {
    fmpz_mpoly_t square;
    if (p->length > LONGEST_SQUARED)
        return false;
    fmpz_mpoly_init(square, s->ring);
    fmpz_mpoly_mul(square, p, p, s->ring);
    fmpz_mpoly_neg(square, square, s->ring);
    bool ok = rk_function_reduce_poly(s->domain, square) && prove_core(s, square, false, 0);
    if (ok && s->steps != NULL) {
        rk_steps_fact(s->steps, p, ZERO);
        rk_buf_puts(&s->steps->text, "sum (-1)*(");
        rk_steps_put(s->steps, p);
        rk_buf_puts(&s->steps->text, ") | (");
        rk_steps_put(s->steps, square);
        rk_buf_puts(&s->steps->text, ")\n");
    }
    fmpz_mpoly_clear(square, s->ring);
    return ok;
}

/* Neither above nor below. */
static bool is_between(rk_inequalities *s, const fmpz_mpoly_t p) {
    size_t mark = rk_inequality_mark(s);
    fmpz_mpoly_t negative;
    fmpz_mpoly_init(negative, s->ring);
    fmpz_mpoly_neg(negative, p, s->ring);
    bool ok = rk_inequality(s, p, false) && rk_inequality(s, negative, false);
    fmpz_mpoly_clear(negative, s->ring);
    return rk_inequality_keep(s, mark, ok);
}

bool rk_inequality_zero(rk_inequalities *s, const fmpz_mpoly_t p) {
    if (rk_function_signs_of_poly(s->domain, p) == ZERO) {
        if (s->steps != NULL)
            rk_steps_sign(s->steps, p, ZERO);
        return true;
    }
    if (rk_inequality_zero_by_equations(s, p))
        return true;
    return s->ngiven > 0 && (is_between(s, p) || square_is_zero(s, p));
}
