/* Integer expressions and which dimensions are allowed. */
#include <limits.h>

#include "vf_machine.h"

enum { MOST_BITS = 1 << 12, MOST_STEPS = 1 << 26 };

static bool integer(const vf_theorem *theorem, const vf_point *point, const vf_term *t, mpz_t r);
static bool power(mpz_t r, mpz_srcptr base, mpz_srcptr exponent);
static bool size_of(const vf_theorem *theorem, const vf_point *point, vf_ratio size, mpz_t r);

/* A symbol of a size is a dimension, an index, or stands for a power. */
static bool symbol_at(const vf_theorem *theorem, const vf_point *point, unsigned sym, mpz_t r) {
    const vf_symbol *s = &theorem->sym[sym];
    mpz_t base, exponent;
    if (!s->power) {
        mpz_set_si(r, point->dim[sym]);
        return true;
    }
    mpz_init(base);
    mpz_init(exponent);
    bool known = size_of(theorem, point, s->base, base) &&
                 size_of(theorem, point, s->exponent, exponent) && power(r, base, exponent);
    mpz_clear(base);
    mpz_clear(exponent);
    return known;
}

/* A size as a rational function of symbols. */
static bool term_at(const vf_theorem *theorem, const vf_point *point, const vf_poly *p, size_t i,
                    mpq_t r) {
    mpz_t x;
    bool known = true;
    mpz_init(x);
    mpq_set(r, vf_poly_coefficient(p, i));
    for (size_t f = 0; known && f < vf_poly_factors(p, i); f++) {
        unsigned long power;
        known = symbol_at(theorem, point, vf_poly_factor(p, i, f, &power), x);
        for (unsigned long k = 0; known && k < power; k++) {
            mpz_mul(mpq_numref(r), mpq_numref(r), x);
            known = mpz_sizeinbase(mpq_numref(r), 2) <= MOST_BITS;
        }
    }
    mpq_canonicalize(r);
    mpz_clear(x);
    return known;
}

static bool poly_at(const vf_theorem *theorem, const vf_point *point, const vf_poly *p, mpq_t r) {
    mpq_t term;
    bool known = true;
    mpq_init(term);
    mpq_set_ui(r, 0, 1);
    for (size_t i = 0; known && i < vf_poly_terms(p); i++) {
        known = term_at(theorem, point, p, i, term);
        mpq_add(r, r, term);
    }
    mpq_clear(term);
    return known;
}

static bool size_of(const vf_theorem *theorem, const vf_point *point, vf_ratio size, mpz_t r) {
    mpq_t num, den;
    mpq_init(num);
    mpq_init(den);
    bool known = poly_at(theorem, point, size.num, num) && poly_at(theorem, point, size.den, den) &&
                 mpq_sgn(den) != 0;
    if (known)
        mpq_div(num, num, den);
    known = known && mpz_cmp_ui(mpq_denref(num), 1) == 0;
    mpz_set(r, mpq_numref(num));
    mpq_clear(num);
    mpq_clear(den);
    return known;
}

bool vf_machine_size(const vf_theorem *theorem, const vf_point *point, vf_ratio size, long *value) {
    mpz_t r;
    mpz_init(r);
    bool fits = size_of(theorem, point, size, r) && mpz_fits_slong_p(r);
    *value = fits ? mpz_get_si(r) : 0;
    mpz_clear(r);
    return fits;
}

static bool power(mpz_t r, mpz_srcptr base, mpz_srcptr exponent) {
    if (mpz_sgn(exponent) < 0 || !mpz_fits_ulong_p(exponent))
        return false;
    unsigned long k = mpz_get_ui(exponent);
    if (mpz_cmpabs_ui(base, 1) > 0 && k > MOST_BITS)
        return false;
    mpz_pow_ui(r, base, mpz_cmpabs_ui(base, 1) > 0 ? k : k == 0 ? 0 : 2 - k % 2);
    return true;
}

static bool of_two(const vf_theorem *theorem, const vf_point *point, const vf_term *t, mpz_t r) {
    mpz_t a, b;
    mpz_init(a);
    mpz_init(b);
    bool done = integer(theorem, point, t->kid[0], a) && integer(theorem, point, t->kid[1], b);
    if (!done)
        return false;
    switch (t->op) {
    case VF_ADD:
        mpz_add(r, a, b);
        break;
    case VF_SUB:
        mpz_sub(r, a, b);
        break;
    case VF_MUL:
        mpz_mul(r, a, b);
        break;
    case VF_DIV:
        done = mpz_sgn(b) != 0 && mpz_divisible_p(a, b);
        if (done)
            mpz_divexact(r, a, b);
        break;
    default:
        done = power(r, a, b);
    }
    return done && mpz_sizeinbase(r, 2) <= MOST_BITS;
}

static bool integer(const vf_theorem *theorem, const vf_point *point, const vf_term *t, mpz_t r) {
    static unsigned long steps;
    if (++steps > MOST_STEPS)
        vf_limit("work on integer expressions");
    switch (t->op) {
    case VF_NUMBER:
        mpz_set(r, mpq_numref(t->number));
        return mpz_cmp_ui(mpq_denref(t->number), 1) == 0;
    case VF_SYM:
        mpz_set_si(r, point->dim[t->sym]);
        return true;
    case VF_ROWS:
        return size_of(theorem, point, t->kid[0]->rows, r);
    case VF_COLS:
        return size_of(theorem, point, t->kid[0]->cols, r);
    case VF_NEG:
        if (!integer(theorem, point, t->kid[0], r))
            return false;
        mpz_neg(r, r);
        return true;
    case VF_ADD:
    case VF_SUB:
    case VF_MUL:
    case VF_DIV:
    case VF_POWER:
        return of_two(theorem, point, t, r);
    default:
        return false;
    }
}

bool vf_integer(const vf_theorem *theorem, const vf_term *term, const vf_point *point,
                long *value) {
    mpz_t r;
    mpz_init(r);
    bool fits = integer(theorem, point, term, r) && mpz_fits_slong_p(r);
    *value = fits ? mpz_get_si(r) : 0;
    mpz_clear(r);
    return fits;
}

static bool is_listed(const vf_symbol *s, long value) {
    for (size_t i = 0; i < s->nvalues; i++)
        if (s->value[i] == value)
            return true;
    return false;
}

static bool dim_allowed(const vf_theorem *theorem, const vf_point *point, unsigned sym) {
    const vf_symbol *s = &theorem->sym[sym];
    long value = point->dim[sym], defined;
    if (s->definition != NULL)
        return vf_integer(theorem, s->definition, point, &defined) && value == defined &&
               value >= 1;
    return value >= 1 && value >= s->low && (!s->finite || is_listed(s, value));
}

bool vf_dims_allowed(const vf_theorem *theorem, const vf_point *point) {
    long value;
    for (size_t i = 0; i < theorem->ndims; i++)
        if (!dim_allowed(theorem, point, theorem->dim[i]))
            return false;
    for (size_t i = 0; i < theorem->nsizes; i++)
        if (!vf_integer(theorem, theorem->size[i], point, &value) ||
            (theorem->extent[i] && value < 1))
            return false;
    return true;
}
