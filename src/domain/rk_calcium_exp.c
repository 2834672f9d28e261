#include "rk_calcium.h"

/* Exponents, and terms of an argument, that are taken apart. */
enum { EXPONENT_BITS = 7, MOST_TERMS = 8 };

/* r := r * exp(c * m) with exp(m / denominator) as the generator: m is one monomial. */
static void multiply_by_power(ca_struct *r, const fmpq_t c, const ca_struct *m,
                              ca_ctx_struct *ctx) {
    ca_t t;
    ca_init(t, ctx);
    bool small = fmpz_bits(fmpq_numref(c)) <= EXPONENT_BITS;
    if (small)
        ca_div_fmpz(t, m, fmpq_denref(c), ctx);
    else
        ca_mul_fmpq(t, m, c, ctx);
    ca_exp(t, t, ctx);
    if (small)
        ca_pow_si(t, t, fmpz_get_si(fmpq_numref(c)), ctx);
    ca_mul(r, r, t, ctx);
    ca_clear(t, ctx);
}

/* x in a number field: a polynomial in its generator. */
static bool exp_of_nf(ca_struct *r, const ca_struct *x, ca_ctx_struct *ctx) {
    const ca_field_struct *field = CA_FIELD(x, ctx);
    fmpq_poly_t p;
    fmpq_t c;
    ca_t power, generator;
    fmpq_poly_init(p);
    nf_elem_get_fmpq_poly(p, CA_NF_ELEM(x), CA_FIELD_NF(field));
    bool possible = fmpq_poly_length(p) <= MOST_TERMS;
    if (possible) {
        fmpq_init(c);
        ca_init(power, ctx);
        ca_init(generator, ctx);
        ca_set_qqbar(generator, CA_FIELD_NF_QQBAR(field), ctx);
        ca_one(power, ctx);
        ca_one(r, ctx);
        for (slong i = 0; i < fmpq_poly_length(p); i++) {
            fmpq_poly_get_coeff_fmpq(c, p, i);
            if (!fmpq_is_zero(c))
                multiply_by_power(r, c, power, ctx);
            ca_mul(power, power, generator, ctx);
        }
        ca_clear(power, ctx);
        ca_clear(generator, ctx);
        fmpq_clear(c);
    }
    fmpq_poly_clear(p);
    return possible;
}

/* Term i of the numerator of x, without its coefficient, as a number. */
static void monomial(ca_struct *m, const ca_struct *x, slong i, ca_ctx_struct *ctx) {
    ca_field_struct *field = CA_FIELD(x, ctx);
    const fmpz_mpoly_ctx_struct *polynomials = CA_FIELD_MCTX(field, ctx);
    _ca_make_field_element(m, field, ctx);
    fmpz_mpoly_get_term_monomial(fmpz_mpoly_q_numref(CA_MPOLY_Q(m)),
                                 fmpz_mpoly_q_numref(CA_MPOLY_Q(x)), i, polynomials);
    fmpz_mpoly_one(fmpz_mpoly_q_denref(CA_MPOLY_Q(m)), polynomials);
    ca_condense_field(m, ctx);
}

/* x a polynomial in several generators over one integer. */
static bool exp_of_polynomial(ca_struct *r, const ca_struct *x, ca_ctx_struct *ctx) {
    const fmpz_mpoly_ctx_struct *polynomials = CA_FIELD_MCTX(CA_FIELD(x, ctx), ctx);
    const fmpz_mpoly_struct *top = fmpz_mpoly_q_numref(CA_MPOLY_Q(x));
    const fmpz_mpoly_struct *bottom = fmpz_mpoly_q_denref(CA_MPOLY_Q(x));
    fmpq_t c;
    ca_t m;
    if (!fmpz_mpoly_is_fmpz(bottom, polynomials) || top->length > MOST_TERMS)
        return false;
    fmpq_init(c);
    ca_init(m, ctx);
    ca_one(r, ctx);
    for (slong i = 0; i < top->length; i++) {
        monomial(m, x, i, ctx);
        fmpz_mpoly_get_term_coeff_fmpz(fmpq_numref(c), top, i, polynomials);
        fmpz_mpoly_get_fmpz(fmpq_denref(c), bottom, polynomials);
        fmpq_canonicalise(c);
        multiply_by_power(r, c, m, ctx);
    }
    ca_clear(m, ctx);
    fmpq_clear(c);
    return true;
}

static bool exp_of_rational(ca_struct *r, const ca_struct *x, ca_ctx_struct *ctx) {
    fmpq_t c;
    ca_t one;
    fmpq_init(c);
    bool possible = ca_get_fmpq(c, x, ctx);
    if (possible) {
        ca_init(one, ctx);
        ca_one(one, ctx);
        ca_one(r, ctx);
        multiply_by_power(r, c, one, ctx);
        ca_clear(one, ctx);
    }
    fmpq_clear(c);
    return possible;
}

void rk_calcium_exp(ca_struct *r, const ca_struct *x, ca_ctx_struct *ctx) {
    ca_t value;
    ca_init(value, ctx);
    const ca_field_struct *field = CA_IS_SPECIAL(x) ? ctx->field_qq : CA_FIELD(x, ctx);
    bool done = !CA_IS_SPECIAL(x) && exp_of_rational(value, x, ctx);
    if (!done && CA_FIELD_IS_NF(field))
        done = exp_of_nf(value, x, ctx);
    else if (!done && CA_FIELD_IS_GENERIC(field))
        done = exp_of_polynomial(value, x, ctx);
    if (!done)
        ca_exp(value, x, ctx);
    ca_swap(r, value, ctx);
    ca_clear(value, ctx);
}
