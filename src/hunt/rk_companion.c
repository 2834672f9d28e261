#include "base/rk_mem.h"
#include "rk_roots.h"
#include "rk_summands.h"

/* One arrow, from one space to itself, and no transposes: then the relations are polynomials. */
static bool is_polynomial(const rk_component *c) {
    return c->narrows == 1 && c->nspaces == 1 && !c->arrow[0].scalar &&
           c->space[0].group == RK_GROUP_LINEAR && c->arrow[0].row.dual == c->arrow[0].col.dual;
}

static uint32_t residue_of(slong x) {
    return (uint32_t)(x < 0 ? (slong)RK_NATURAL_PRIME + x : x);
}

/* The relation as a polynomial, from its values at 1 by 1 matrices. */
static bool read_polynomial(const rk_catalogue *c, const rk_natural_relation *rel,
                            fmpq_poly_t out) {
    fmpq *value = _fmpq_vec_init(RK_ROOTS_POINTS);
    int size = 1;
    bool ok = true;
    for (slong k = 0; k < RK_ROOTS_POINTS && ok; k++) {
        rk_small x = {1, 1, {residue_of(rk_roots_point(k))}};
        uint32_t difference;
        ok = rk_natural_difference(c->natural, rel, &size, &x, &difference);
        if (ok)
            rk_small_lift(value + k, difference);
    }
    ok = ok && rk_roots_interpolate(out, value);
    _fmpq_vec_clear(value, RK_ROOTS_POINTS);
    return ok;
}

/* The greatest common divisor of all relations, primitive. */
static bool common_polynomial(const rk_catalogue *c, fmpz_poly_t out) {
    fmpq_poly_t all, one;
    fmpq_poly_init(all);
    fmpq_poly_init(one);
    bool ok = true;
    for (size_t k = 0; k < c->component->nrelations && ok; k++) {
        ok = read_polynomial(c, &c->component->relation[k], one);
        fmpq_poly_gcd(all, all, one);
    }
    fmpq_poly_get_numerator(out, all);
    fmpq_poly_clear(all);
    fmpq_poly_clear(one);
    return ok && fmpz_poly_degree(out) > 0;
}

/* Ones below the diagonal, minus the coefficients of the monic f in the last column. */
static bool companion(rk_small *out, const fmpz_poly_t f) {
    slong n = fmpz_poly_degree(f);
    *out = (rk_small){(int)n, (int)n, {0}};
    fmpz_t x;
    fmpz_init(x);
    bool ok = n <= RK_NATURAL_SIDE && fmpz_is_one(fmpz_poly_lead(f));
    for (slong i = 0; i < n && ok; i++) {
        if (i > 0)
            out->entry[i * n + i - 1] = 1;
        fmpz_poly_get_coeff_fmpz(x, f, i);
        ok = fmpz_bits(x) < 12;
        if (ok)
            out->entry[i * n + n - 1] = residue_of(-fmpz_get_si(x));
    }
    fmpz_clear(x);
    return ok;
}

static void add_powers(rk_catalogue *c, const fmpz_poly_t factor, slong multiplicity) {
    fmpz_poly_t power;
    fmpz_poly_init(power);
    for (slong k = 1; k <= multiplicity; k++) {
        fmpz_poly_pow(power, factor, (ulong)k);
        rk_small value;
        int size = (int)fmpz_poly_degree(power);
        if (companion(&value, power) && size <= c->component->space[0].dimension)
            rk_catalogue_add(c, 0, &size, &value);
    }
    fmpz_poly_clear(power);
}

void rk_catalogue_add_companions(rk_catalogue *c) {
    if (!is_polynomial(c->component))
        return;
    fmpz_poly_t f;
    fmpz_poly_factor_t factors;
    fmpz_poly_init(f);
    fmpz_poly_factor_init(factors);
    if (common_polynomial(c, f)) {
        fmpz_poly_factor(factors, f);
        for (slong k = 0; k < factors->num; k++)
            add_powers(c, factors->p + k, factors->exp[k]);
    }
    fmpz_poly_factor_clear(factors);
    fmpz_poly_clear(f);
}
