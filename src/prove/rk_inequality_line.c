/* Inequalities in one variable, decided exactly: between two neighbouring real roots of all
   polynomials concerned no sign changes, so one rational point between any two and the roots
   themselves tell everything. The sign at a root of an irreducible factor is 0 where the factor
   divides, and else certified by balls. */
#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "inequality_line.h"

enum { MAX_DEGREE = 24, MOST_BITS = 4096 };

/* --- roots -------------------------------------------------------------------------------- */

static bool is_known(const rk_line *l, const fmpz_poly_t factor) {
    for (slong k = 0; k < l->nroots; k++)
        if (fmpz_poly_equal(l->factor[k], factor))
            return true;
    return false;
}

/* Puts the real root in its place; its factor is new, so it is no root known before. */
static void insert(rk_line *l, const fmpz_poly_t factor, const qqbar_t root) {
    if (l->nroots == RK_LINE_ROOTS) {
        l->too_large = true;
        return;
    }
    slong k = l->nroots++;
    fmpz_poly_init(l->factor[k]);
    fmpz_poly_set(l->factor[k], factor);
    qqbar_init(l->root[k]);
    qqbar_set(l->root[k], root);
    for (; k > 0 && qqbar_cmp_re(l->root[k - 1], l->root[k]) > 0; k--) {
        qqbar_swap(l->root[k - 1], l->root[k]);
        fmpz_poly_swap(l->factor[k - 1], l->factor[k]);
    }
}

static void add_roots_of_factor(rk_line *l, const fmpz_poly_t factor) {
    slong n = fmpz_poly_degree(factor);
    if (n < 1 || is_known(l, factor))
        return;
    qqbar_ptr root = _qqbar_vec_init(n);
    qqbar_roots_fmpz_poly(root, factor, QQBAR_ROOTS_IRREDUCIBLE);
    for (slong k = 0; k < n; k++)
        if (qqbar_is_real(root + k))
            insert(l, factor, root + k);
    _qqbar_vec_clear(root, n);
}

static void add_roots(rk_line *l, const fmpz_poly_t p) {
    fmpz_poly_factor_t f;
    fmpz_poly_factor_init(f);
    fmpz_poly_factor(f, p);
    for (slong k = 0; k < f->num; k++)
        add_roots_of_factor(l, f->p + k);
    fmpz_poly_factor_clear(f);
}

/* --- points ------------------------------------------------------------------------------- */

int rk_line_sign(const fmpz_poly_t p, const fmpq_t x) {
    fmpq_t value;
    fmpq_init(value);
    fmpz_poly_evaluate_fmpq(value, p, x);
    int sign = fmpq_sgn(value);
    fmpq_clear(value);
    return sign;
}

/* Sign of p in a ball; 2 when the ball holds 0. */
static int sign_in_ball(const fmpz_poly_t p, const arb_t x, slong bits) {
    arb_t value;
    arb_init(value);
    for (slong k = fmpz_poly_degree(p); k >= 0; k--) {
        arb_mul(value, value, x, bits);
        arb_add_fmpz(value, value, fmpz_poly_get_coeff_ptr(p, k), bits);
    }
    int sign = arb_is_positive(value) ? 1 : arb_is_negative(value) ? -1 : 2;
    arb_clear(value);
    return sign;
}

int rk_line_sign_at_root(const rk_line *l, slong root, const fmpz_poly_t p) {
    fmpz_poly_t rest;
    arb_t x;
    fmpz_poly_init(rest);
    bool zero = fmpz_poly_divides(rest, p, l->factor[root]);
    fmpz_poly_clear(rest);
    if (zero)
        return 0;
    int sign = 2;
    arb_init(x);
    for (slong bits = 64; sign == 2 && bits <= MOST_BITS; bits *= 2) {
        qqbar_get_arb(x, l->root[root], bits);
        sign = sign_in_ball(p, x, bits);
    }
    arb_clear(x);
    return sign;
}

bool rk_line_suits(int sign, bool strict) {
    return sign == 1 || (sign == 0 && !strict);
}

/* What is given holds there, and the goal does not; true also when that cannot be told. */
static bool fails(const int *sign, const rk_line *l) {
    for (slong k = 1; k < l->npolys; k++)
        if (sign[k] != 2 && !rk_line_suits(sign[k], l->strict[k]))
            return false;
    return !rk_line_suits(sign[0], l->strict[0]);
}

static bool fails_at_rational(const rk_line *l, const fmpq_t x) {
    int sign[RK_LINE_POLYNOMIALS];
    for (slong k = 0; k < l->npolys; k++)
        sign[k] = rk_line_sign(l->poly[k], x);
    return fails(sign, l);
}

static bool fails_at_root(const rk_line *l, slong root) {
    int sign[RK_LINE_POLYNOMIALS];
    for (slong k = 0; k < l->npolys; k++)
        sign[k] = rk_line_sign_at_root(l, root, l->poly[k]);
    return fails(sign, l);
}

/* left := the simplest number of the middle half between the two. */
static void simplest_inside(fmpq_t left, fmpq_t right) {
    fmpq_t quarter;
    fmpq_init(quarter);
    fmpq_sub(quarter, right, left);
    fmpq_div_2exp(quarter, quarter, 2);
    fmpq_add(left, left, quarter);
    fmpq_sub(right, right, quarter);
    fmpq_simplest_between(left, left, right);
    fmpq_clear(quarter);
}

/* A rational number between two neighbouring roots, or one behind the last (before the first). */
bool rk_line_between(const rk_line *l, slong left, fmpq_t x) {
    arb_t a, b;
    fmpq_t right;
    bool found = false;
    fmpq_init(right);
    arb_init(a);
    arb_init(b);
    for (slong bits = 64; !found && bits <= MOST_BITS; bits *= 2) {
        if (left >= 0)
            qqbar_get_arb(a, l->root[left], bits);
        if (left + 1 < l->nroots)
            qqbar_get_arb(b, l->root[left + 1], bits);
        if (left < 0)
            arb_sub_ui(a, b, 2, bits);
        if (left + 1 == l->nroots)
            arb_add_ui(b, a, 2, bits);
        found = arb_lt(a, b);
        if (found) {
            arb_get_ubound_arf(arb_midref(a), a, bits);
            arb_get_lbound_arf(arb_midref(b), b, bits);
            arf_get_fmpq(x, arb_midref(a));
            arf_get_fmpq(right, arb_midref(b));
            simplest_inside(x, right);
        }
    }
    arb_clear(a);
    arb_clear(b);
    fmpq_clear(right);
    return found;
}

static bool holds_between(const rk_line *l) {
    fmpq_t x;
    bool ok = true;
    fmpq_init(x);
    if (l->nroots == 0)
        ok = !fails_at_rational(l, x);
    for (slong k = -1; ok && l->nroots > 0 && k < l->nroots; k++)
        ok = rk_line_between(l, k, x) && !fails_at_rational(l, x);
    fmpq_clear(x);
    return ok;
}

static bool holds(const rk_line *l) {
    bool ok = holds_between(l);
    for (slong k = 0; ok && k < l->nroots; k++)
        ok = !fails_at_root(l, k);
    return ok;
}

/* --- the problem -------------------------------------------------------------------------- */

static slong only_variable(const rk_inequalities *s, const fmpz_mpoly_t p) {
    slong found = -1;
    for (slong k = 0; k < s->nvars; k++) {
        if (fmpz_mpoly_degree_si(p, k, s->ring) <= 0)
            continue;
        if (found >= 0)
            return -1;
        found = k;
    }
    return found;
}

static void add_polynomial(rk_line *l, const rk_inequalities *s, const fmpz_mpoly_t p,
                           slong variable, bool strict) {
    if (l->npolys == RK_LINE_POLYNOMIALS ||
        fmpz_mpoly_degree_si(p, variable, s->ring) > MAX_DEGREE) {
        l->too_large = l->too_large || l->npolys == 0;
        return;
    }
    fmpz_poly_struct *q = l->poly[l->npolys];
    l->strict[l->npolys++] = strict;
    fmpz_poly_init(q);
    for (slong k = 0; k < p->length; k++) {
        fmpz_t c;
        fmpz_init(c);
        fmpz_mpoly_get_term_coeff_fmpz(c, p, k, s->ring);
        fmpz_poly_set_coeff_fmpz(q, fmpz_mpoly_get_term_var_exp_si(p, k, variable, s->ring), c);
        fmpz_clear(c);
    }
}

static void add_given(rk_line *l, const rk_inequalities *s, slong k, slong variable) {
    slong before = l->npolys;
    add_polynomial(l, s, s->given[k].g, variable, s->given[k].strict);
    if (l->npolys > before)
        l->given[before] = k;
}

static void line_clear(rk_line *l) {
    for (slong k = 0; k < l->npolys; k++)
        fmpz_poly_clear(l->poly[k]);
    for (slong k = 0; k < l->nroots; k++) {
        fmpz_poly_clear(l->factor[k]);
        qqbar_clear(l->root[k]);
    }
    rk_free(l);
}

/* What is given is made evident, then the goal follows piece by piece. */
static bool write_steps(rk_inequalities *s, const rk_line *l, const fmpz_mpoly_t p,
                        slong variable) {
    for (slong k = 1; k < l->npolys; k++)
        rk_steps_sign(s->steps, s->given[l->given[k]].g, rk_inequality_signs(l->strict[k]));
    rk_steps_fact(s->steps, p, rk_inequality_signs(l->strict[0]));
    return rk_line_write(l, s->steps, s->steps->name[variable], s->deadline);
}

bool rk_inequality_line(rk_inequalities *s, const fmpz_mpoly_t p, bool strict) {
    slong variable = only_variable(s, p);
    if (variable < 0)
        return false;
    rk_line *l = rk_calloc(1, sizeof *l);
    add_polynomial(l, s, p, variable, strict);
    for (slong k = 0; k < s->ngiven && l->npolys > 0; k++)
        if (only_variable(s, s->given[k].g) == variable)
            add_given(l, s, k, variable);
    for (slong k = 0; k < l->npolys && rk_clock() < s->deadline; k++)
        add_roots(l, l->poly[k]);
    bool ok = !l->too_large && rk_clock() < s->deadline && holds(l);
    if (ok && s->steps != NULL)
        ok = write_steps(s, l, p, variable);
    line_clear(l);
    return ok;
}
