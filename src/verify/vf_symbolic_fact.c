/* What is known at every point: rules that replace powers of atoms, and signs. */
#include "vf_facts.h"
#include "vf_symbolic.h"

enum { MOST_REPLACEMENTS = 4000 };

/* ---- rules ---- */

/* p times den^even, where every atom^e in it has become num/den. */
static const vf_poly *replace(const vf_poly *p, unsigned atom, unsigned e, vf_ratio by) {
    unsigned degree = vf_poly_degree(p, atom), top = degree / e;
    unsigned even = vf_poly_is_rational(by.den, NULL) ? top : top + top % 2;
    const vf_poly *sum = vf_poly_zero();
    for (unsigned k = 0; k <= degree; k++) {
        const vf_poly *part = vf_poly_part(p, atom, k);
        if (vf_poly_is_zero(part))
            continue;
        part = vf_poly_mul(part, vf_poly_pow(vf_poly_atom(atom), k % e));
        part = vf_poly_mul(part, vf_poly_pow(by.num, k / e));
        sum = vf_poly_add(sum, vf_poly_mul(part, vf_poly_pow(by.den, even - k / e)));
    }
    return sum;
}

const vf_poly *vf_normal(vf_symbolic *s, const vf_poly *p) {
    unsigned count = 0;
    for (size_t a = s->natoms; a-- > 0;) {
        const vf_atom *x = &s->atom[a];
        if (x->degree == 0 || vf_poly_degree(p, (unsigned)a) < x->degree)
            continue;
        p = replace(p, (unsigned)a, x->degree, x->power);
        if (++count > MOST_REPLACEMENTS)
            vf_limit("replacements by rules");
        a = s->natoms; /* begin again with the last */
    }
    return p;
}

bool vf_same(vf_symbolic *s, vf_ratio x, vf_ratio y) {
    return vf_poly_is_zero(vf_normal(s, vf_ratio_sub(x, y).num));
}

/* ---- sets of signs; an empty one says that there is no such point ---- */

static unsigned opposite(unsigned a) {
    return (a & VF_NULL) | (a & VF_MINUS ? VF_PLUS : 0) | (a & VF_PLUS ? VF_MINUS : 0);
}

unsigned vf_signs_mul(unsigned a, unsigned b) {
    if (a == 0 || b == 0)
        return 0;
    return ((a | b) & VF_NULL) | (a & VF_PLUS ? b & ~(unsigned)VF_NULL : 0) |
           (a & VF_MINUS ? opposite(b) & ~(unsigned)VF_NULL : 0);
}

unsigned vf_signs_add(unsigned a, unsigned b) {
    if (a == 0 || b == 0)
        return 0;
    if (a == VF_NULL || b == VF_NULL)
        return a == VF_NULL ? b : a;
    if (((a | b) & VF_MINUS) && ((a | b) & VF_PLUS))
        return VF_ANY;
    return (a & b & VF_NULL) | ((a | b) & (VF_MINUS | VF_PLUS));
}

unsigned vf_signs_said(vf_op op) {
    switch (op) {
    case VF_EQ:
        return VF_NULL;
    case VF_NE:
        return VF_MINUS | VF_PLUS;
    case VF_LT:
        return VF_MINUS;
    case VF_LE:
        return VF_MINUS | VF_NULL;
    case VF_GT:
        return VF_PLUS;
    case VF_GE:
        return VF_NULL | VF_PLUS;
    default:
        return 0;
    }
}

/* ---- facts ---- */

/* p divided by its leading coefficient; *negative: that was negative. */
static const vf_poly *monic(const vf_poly *p, bool *negative) {
    mpq_t c;
    mpq_init(c);
    mpq_inv(c, vf_poly_coefficient(p, 0));
    *negative = mpq_sgn(c) < 0;
    p = vf_poly_mul(vf_poly_rational(c), p);
    mpq_clear(c);
    return p;
}

/* By the facts that say just this of p. */
static unsigned from_facts(const vf_symbolic *s, const vf_poly *p) {
    unsigned signs = VF_ANY;
    bool negative;
    if (vf_poly_is_zero(p))
        return VF_NULL;
    p = monic(p, &negative);
    for (size_t k = 0; k < s->nfacts; k++)
        if (vf_poly_equal(p, s->fact[k].p))
            signs &= s->fact[k].signs;
    return negative ? opposite(signs) : signs;
}

static unsigned of_atom(const vf_symbolic *s, unsigned atom) {
    unsigned signs = VF_ANY;
    for (size_t k = 0; k < s->nfacts; k++) {
        const vf_poly *p = s->fact[k].p;
        unsigned long power;
        if (vf_poly_terms(p) == 1 && vf_poly_factors(p, 0) == 1 &&
            vf_poly_factor(p, 0, 0, &power) == atom && power == 1)
            signs &= s->fact[k].signs;
    }
    return signs;
}

/* Of a coefficient times powers of atoms. */
static unsigned of_term(const vf_symbolic *s, const vf_poly *p, size_t term) {
    unsigned signs = mpq_sgn(vf_poly_coefficient(p, term)) > 0 ? VF_PLUS : VF_MINUS;
    for (size_t f = 0; f < vf_poly_factors(p, term); f++) {
        unsigned long power;
        unsigned one = of_atom(s, vf_poly_factor(p, term, f, &power));
        if (power % 2 == 0)
            one = (one & VF_NULL) | (one & (VF_MINUS | VF_PLUS) ? VF_PLUS : 0);
        signs = vf_signs_mul(signs, one);
    }
    return signs;
}

unsigned vf_signs(vf_symbolic *s, const vf_poly *p) {
    p = vf_normal(s, p);
    unsigned sum = VF_NULL;
    for (size_t term = 0; term < vf_poly_terms(p) && sum != VF_ANY; term++)
        sum = vf_signs_add(sum, of_term(s, p, term));
    return sum & from_facts(s, p);
}

/* By facts on the same fraction, or its negative, in whatever way it was written. */
static unsigned from_fraction(vf_symbolic *s, vf_ratio x, const vf_fraction *fact) {
    if (vf_same(s, x, fact->x))
        return fact->signs;
    return vf_same(s, x, vf_ratio_sub(vf_ratio_int(0), fact->x)) ? opposite(fact->signs) : VF_ANY;
}

unsigned vf_ratio_signs(vf_symbolic *s, vf_ratio x) {
    unsigned signs = vf_signs_mul(vf_signs(s, x.num), vf_signs(s, x.den) & (VF_MINUS | VF_PLUS));
    bool whole = vf_poly_is_rational(x.den, NULL);
    if (!whole)
        signs &= vf_signs(s, vf_poly_mul(x.num, x.den));
    for (size_t k = 0; k < s->nfractions && (signs & (signs - 1)); k++)
        if (!whole || !vf_poly_is_rational(s->fraction[k].x.den, NULL))
            signs &= from_fraction(s, x, &s->fraction[k]);
    return signs;
}

/* Facts are kept in normal form with leading coefficient 1; of 0 nothing need be said. */
static vf_fact fact_of(vf_symbolic *s, const vf_poly *p, unsigned signs) {
    bool negative = false;
    p = vf_normal(s, p);
    if (!vf_poly_is_zero(p))
        p = monic(p, &negative);
    return (vf_fact){p, negative ? opposite(signs) : signs};
}

/* What a root is taken of is not 0 where the root is not. */
static void learn_radicand(vf_symbolic *s, const vf_poly *p) {
    unsigned long power = 0;
    bool one = vf_poly_terms(p) == 1 && vf_poly_factors(p, 0) == 1;
    unsigned atom = one ? vf_poly_factor(p, 0, 0, &power) : 0;
    if (power == 1 && s->atom[atom].kind == VF_OF_ROOT && (of_atom(s, atom) & VF_NULL))
        vf_learn(s, s->atom[atom].what, VF_PLUS);
}

static void add_fact(vf_symbolic *s, const vf_poly *p, unsigned signs) {
    s->fact = vf_grow(s->fact, s->nfacts, sizeof *s->fact);
    s->fact[s->nfacts++] = fact_of(s, p, signs);
}

/* A fraction is 0 where its numerator is; its sign is that of numerator times denominator. */
void vf_learn(vf_symbolic *s, vf_ratio x, unsigned signs) {
    bool whole = vf_poly_is_rational(x.den, NULL);
    bool numerator = signs == VF_NULL || signs == (VF_MINUS | VF_PLUS);
    const vf_poly *p = whole ? x.num : vf_poly_mul(x.num, x.den);
    if (!(signs & VF_NULL))
        learn_radicand(s, p);
    if (!whole && numerator)
        add_fact(s, x.num, signs);
    add_fact(s, p, signs);
    s->fraction = vf_grow(s->fraction, s->nfractions, sizeof *s->fraction);
    s->fraction[s->nfractions++] = (vf_fraction){x, signs};
}

void vf_rule(vf_symbolic *s, unsigned atom, unsigned degree, vf_ratio power) {
    s->atom[atom].degree = degree;
    s->atom[atom].power = power;
    for (size_t k = 0; k < s->nfacts; k++)
        s->fact[k] = fact_of(s, s->fact[k].p, s->fact[k].signs);
}

/* ---- comparisons ---- */

const vf_ratio *vf_symbolic_differences(vf_symbolic *s, const vf_term *t, size_t *n) {
    const vf_form *a = vf_symbolic_of(s, t->kid[0]), *b = vf_symbolic_of(s, t->kid[1]);
    bool one = a->rows * a->cols == 1, other = b->rows * b->cols == 1;
    ENSURE("sides of one shape", one || other || (a->rows == b->rows && a->cols == b->cols));
    *n = one ? b->rows * b->cols : a->rows * a->cols;
    vf_ratio *difference = vf_alloc((*n + 1) * sizeof *difference);
    for (size_t k = 0; k < *n; k++)
        difference[k] = vf_ratio_sub(a->entry[one ? 0 : k], b->entry[other ? 0 : k]);
    return difference;
}

vf_tern vf_symbolic_compare(vf_symbolic *s, const vf_term *t, bool *absurd) {
    unsigned said = vf_signs_said(t->op == VF_NE ? VF_EQ : t->op);
    bool all = true, fails = false;
    size_t n;
    const vf_ratio *difference = vf_symbolic_differences(s, t, &n);
    for (size_t k = 0; k < n; k++) {
        unsigned signs = vf_ratio_signs(s, difference[k]);
        all = all && !(signs & ~said);
        fails = fails || !(signs & said);
        *absurd = *absurd || !signs;
    }
    vf_tern r = all ? VF_TRUE : fails ? VF_FALSE : VF_UNKNOWN;
    return t->op == VF_NE ? vf_not(r) : r;
}
