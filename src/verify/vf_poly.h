/* Polynomials with rational coefficients in atoms 0, 1, 2, ..., immutable, in one canonical form:
   terms sorted, no zero coefficients. What an atom means is the caller's affair: a dimension, the
   rank of a matrix, an entry, a square root. Fractions of them are kept as written (no gcd) and
   compared by multiplying across. */
#ifndef VF_POLY_H
#define VF_POLY_H

#include "vf.h"

typedef struct vf_poly vf_poly;

const vf_poly *vf_poly_zero(void);
const vf_poly *vf_poly_int(long value);
const vf_poly *vf_poly_rational(mpq_srcptr value);
const vf_poly *vf_poly_atom(unsigned atom);
const vf_poly *vf_poly_add(const vf_poly *a, const vf_poly *b);
const vf_poly *vf_poly_sub(const vf_poly *a, const vf_poly *b);
const vf_poly *vf_poly_mul(const vf_poly *a, const vf_poly *b);
const vf_poly *vf_poly_pow(const vf_poly *a, unsigned long k);

bool vf_poly_is_zero(const vf_poly *a);
bool vf_poly_equal(const vf_poly *a, const vf_poly *b);
int vf_poly_compare(const vf_poly *a, const vf_poly *b); /* a total order */
bool vf_poly_is_rational(const vf_poly *a, mpq_t value); /* no atoms; value may be NULL */
size_t vf_poly_terms(const vf_poly *a);
mpq_srcptr vf_poly_coefficient(const vf_poly *a, size_t term);
/* The powers in a term: factor f is atom^power, atoms ascending, powers >= 1. */
size_t vf_poly_factors(const vf_poly *a, size_t term);
unsigned vf_poly_factor(const vf_poly *a, size_t term, size_t f, unsigned long *power);
bool vf_poly_mentions(const vf_poly *a, unsigned atom);
unsigned vf_poly_degree(const vf_poly *a, unsigned atom);
const vf_poly *vf_poly_part(const vf_poly *a, unsigned atom,
                            unsigned k); /* what atom^k stands with */
/* The polynomial q with q*b == a; NULL: there is none. b is not zero. */
const vf_poly *vf_poly_quotient(const vf_poly *a, const vf_poly *b);
const vf_poly *vf_poly_derivative(const vf_poly *a, unsigned atom);
const vf_poly *vf_poly_put(const vf_poly *a, unsigned atom, const vf_poly *by);

typedef struct vf_ratio {
    const vf_poly *num, *den; /* den is not the zero polynomial */
} vf_ratio;

vf_ratio vf_ratio_of(const vf_poly *a);
vf_ratio vf_ratio_int(long value);
vf_ratio vf_ratio_add(vf_ratio a, vf_ratio b);
vf_ratio vf_ratio_sub(vf_ratio a, vf_ratio b);
vf_ratio vf_ratio_mul(vf_ratio a, vf_ratio b);
vf_ratio vf_ratio_div(vf_ratio a, vf_ratio b); /* ENSURE: b is not zero */
bool vf_ratio_equal(vf_ratio a, vf_ratio b);
bool vf_ratio_is_zero(vf_ratio a);
vf_ratio vf_ratio_put(vf_ratio a, unsigned atom, vf_ratio by);

#endif
