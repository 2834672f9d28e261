/* Sizes: rational functions of the symbols of a theorem. */
#include <limits.h>

#include "vf_reader.h"

bool vf_same_size(vf_ratio a, vf_ratio b) {
    return (a.num == b.num && a.den == b.den) || vf_ratio_equal(a, b);
}

bool vf_is_one(vf_ratio a) {
    return vf_poly_equal(a.num, a.den);
}

bool vf_size_constant(vf_ratio a, long *value) {
    mpq_t num, den;
    mpq_inits(num, den, NULL);
    bool is = vf_poly_is_rational(a.num, num) && vf_poly_is_rational(a.den, den);
    if (is)
        mpq_div(num, num, den);
    is = is && mpz_cmp_ui(mpq_denref(num), 1) == 0 && mpz_fits_slong_p(mpq_numref(num));
    if (is)
        *value = mpz_get_si(mpq_numref(num));
    mpq_clears(num, den, NULL);
    return is;
}

/* --- limits ------------------------------------------------------------------------------- */

static void check_poly(const vf_poly *p) {
    if (vf_poly_terms(p) > VF_MAX_SIZE_TERMS)
        vf_limit("terms of a size");
    for (size_t i = 0; i < vf_poly_terms(p); i++) {
        mpq_srcptr c = vf_poly_coefficient(p, i);
        if (mpz_sizeinbase(mpq_numref(c), 2) > VF_MAX_SIZE_BITS ||
            mpz_sizeinbase(mpq_denref(c), 2) > VF_MAX_SIZE_BITS)
            vf_limit("digits of a size");
    }
}

static vf_ratio checked(vf_ratio a) {
    check_poly(a.num);
    check_poly(a.den);
    return a;
}

/* --- powers ------------------------------------------------------------------------------- */

static vf_ratio whole_power(vf_ratio base, long k) {
    vf_ratio result = vf_ratio_int(1);
    if (k < -VF_MAX_SIZE_TERMS || k > VF_MAX_SIZE_TERMS)
        vf_limit("exponent in a size");
    for (long i = 0; i < (k < 0 ? -k : k); i++)
        result = checked(vf_ratio_mul(result, base));
    return k < 0 ? vf_ratio_div(vf_ratio_int(1), result) : result;
}

/* The symbol that stands for base^exponent; sizes have no other that are no dimension or index. */
static unsigned symbol_of_power(vf_theorem *t, vf_ratio base, vf_ratio exponent) {
    for (unsigned i = 0; i < t->nsyms; i++)
        if (t->sym[i].power && vf_same_size(t->sym[i].base, base) &&
            vf_same_size(t->sym[i].exponent, exponent))
            return i;
    unsigned sym = vf_new_symbol(t, "", LONG_MIN);
    t->sym[sym].power = true;
    t->sym[sym].base = base;
    t->sym[sym].exponent = exponent;
    return sym;
}

static vf_ratio power(vf_theorem *t, vf_ratio base, vf_ratio exponent) {
    long k;
    if (vf_size_constant(exponent, &k))
        return whole_power(base, k);
    if (vf_is_one(base))
        return base;
    return vf_ratio_of(vf_poly_atom(symbol_of_power(t, base, exponent)));
}

/* --- integer expressions ------------------------------------------------------------------ */

static vf_ratio of_pair(vf_theorem *t, vf_op op, vf_ratio a, vf_ratio b) {
    switch (op) {
    case VF_ADD:
        return vf_ratio_add(a, b);
    case VF_SUB:
        return vf_ratio_sub(a, b);
    case VF_MUL:
        return vf_ratio_mul(a, b);
    case VF_DIV:
        return vf_ratio_div(a, b);
    default:
        return power(t, a, b);
    }
}

static vf_ratio compute(vf_theorem *t, const vf_term *i) {
    switch (i->op) {
    case VF_NUMBER:
        return vf_ratio_of(vf_poly_rational(i->number));
    case VF_SYM:
        return t->sym[i->sym].size;
    case VF_ROWS:
        return i->kid[0]->rows;
    case VF_COLS:
        return i->kid[0]->cols;
    case VF_NEG:
        return vf_ratio_sub(vf_ratio_int(0), vf_size_of(t, i->kid[0]));
    default:
        return checked(of_pair(t, i->op, vf_size_of(t, i->kid[0]), vf_size_of(t, i->kid[1])));
    }
}

/* A def's argument may stand in many places: its size is worked out once. */
vf_ratio vf_size_of(vf_theorem *t, const vf_term *i) {
    ENSURE("no integer expression", i->integer);
    if (i->size.num == NULL)
        ((vf_term *)(uintptr_t)i)->size = compute(t, i);
    return i->size;
}

/* --- putting in --------------------------------------------------------------------------- */

bool vf_size_mentions(const vf_theorem *t, vf_ratio a, unsigned sym) {
    for (unsigned i = 0; i < t->nsyms; i++) {
        if (!vf_poly_mentions(a.num, i) && !vf_poly_mentions(a.den, i))
            continue;
        const vf_symbol *s = &t->sym[i];
        if (i == sym || (s->power && (vf_size_mentions(t, s->base, sym) ||
                                      vf_size_mentions(t, s->exponent, sym))))
            return true;
    }
    return false;
}

/* Powers that change step aside for new symbols first, so that none is taken for what another one
   has become. */
vf_ratio vf_size_put(vf_theorem *t, vf_ratio a, unsigned sym, vf_ratio by) {
    size_t before = t->nsyms;
    vf_ratio result = a, *becomes = vf_alloc((before + 1) * sizeof *becomes);
    unsigned *aside = vf_alloc((before + 1) * sizeof *aside);
    for (unsigned i = 0; i < before; i++) {
        if (!t->sym[i].power || !vf_size_mentions(t, a, i) ||
            !vf_size_mentions(t, vf_ratio_of(vf_poly_atom(i)), sym))
            continue;
        aside[i] = vf_new_symbol(t, "", LONG_MIN);
        becomes[i] = power(t, vf_size_put(t, t->sym[i].base, sym, by),
                           vf_size_put(t, t->sym[i].exponent, sym, by));
        result = vf_ratio_put(result, i, vf_ratio_of(vf_poly_atom(aside[i])));
    }
    result = vf_ratio_put(result, sym, by);
    for (unsigned i = 0; i < before; i++)
        if (aside[i] != 0)
            result = vf_ratio_put(result, aside[i], becomes[i]);
    return checked(result);
}

/* --- bounds ------------------------------------------------------------------------------- */

static bool no_negative_coefficient(const vf_poly *p) {
    for (size_t i = 0; i < vf_poly_terms(p); i++)
        if (mpq_sgn(vf_poly_coefficient(p, i)) < 0)
            return false;
    return true;
}

/* a - least has the sign of num*den: written in the excess of each symbol over its least value,
   that has no negative coefficient. */
bool vf_size_at_least(const vf_theorem *t, vf_ratio a, long least) {
    vf_ratio over = vf_ratio_sub(a, vf_ratio_int(least));
    const vf_poly *p = vf_poly_mul(over.num, over.den);
    for (unsigned i = 0; i < t->nsyms; i++) {
        if (!vf_poly_mentions(p, i))
            continue;
        if (t->sym[i].low == LONG_MIN)
            return false;
        p = vf_poly_put(p, i, vf_poly_add(vf_poly_atom(i), vf_poly_int(t->sym[i].low)));
    }
    return no_negative_coefficient(p);
}

/* --- sums --------------------------------------------------------------------------------- */

/* 1^k + ... + x^k by (k + 1) S_k = (x + 1)^(k + 1) - 1 - sum of binomial(k + 1, j) S_j, j < k. */
static vf_ratio power_sum(vf_ratio x, long k) {
    vf_ratio sum =
        vf_ratio_sub(whole_power(vf_ratio_add(x, vf_ratio_int(1)), k + 1), vf_ratio_int(1));
    long binomial = 1;
    for (long j = 0; j < k; j++) {
        sum = vf_ratio_sub(sum, vf_ratio_mul(vf_ratio_int(binomial), power_sum(x, j)));
        binomial = binomial * (k + 1 - j) / (j + 1);
    }
    return checked(vf_ratio_div(sum, vf_ratio_int(k + 1)));
}

/* One term of a polynomial without the power of sym in it, which *k is set to. */
static const vf_poly *without(const vf_poly *p, size_t term, unsigned sym, long *k) {
    const vf_poly *rest = vf_poly_rational(vf_poly_coefficient(p, term));
    *k = 0;
    for (size_t f = 0; f < vf_poly_factors(p, term); f++) {
        unsigned long e;
        unsigned atom = vf_poly_factor(p, term, f, &e);
        if (atom != sym)
            rest = vf_poly_mul(rest, vf_poly_pow(vf_poly_atom(atom), e));
        else if (e > 6)
            vf_limit("degree of a width that varies with an index");
        else
            *k = (long)e;
    }
    return rest;
}

vf_ratio vf_size_sum(const vf_theorem *t, unsigned sym, vf_ratio low, vf_ratio high,
                     vf_ratio width) {
    vf_ratio below = vf_ratio_sub(low, vf_ratio_int(1)), sum = vf_ratio_int(0);
    for (size_t i = 0; i < vf_poly_terms(width.num); i++) {
        long k;
        vf_ratio rest = vf_ratio_of(without(width.num, i, sym, &k));
        if (vf_size_mentions(t, vf_ratio_div(rest, vf_ratio_of(width.den)), sym))
            vf_limit("a width that varies with an index and is no polynomial in it");
        vf_ratio powers = vf_ratio_sub(power_sum(high, k), power_sum(below, k));
        sum = vf_ratio_add(sum, vf_ratio_mul(rest, powers));
    }
    return checked(vf_ratio_div(sum, vf_ratio_of(width.den)));
}
