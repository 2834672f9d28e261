/* Exact real numbers. A number is a sum of rational multiples of products of atoms; an atom is a
   positive square root, a reciprocal, an exponential, a logarithm, a value of erf, pi, or a number
   known by enclosures alone. Numbers are immutable; equal terms are put together.

   A number is zero when algebra says so: s*s = r for a root, u*D = 1 for a reciprocal, and
   exp(a)*exp(b) = exp(a + b). It is not zero when an enclosure keeps away from zero. Nothing else
   is ever concluded: no independence of roots, no theorem on transcendental numbers. */
#ifndef VF_NUMBER_H
#define VF_NUMBER_H

#include "vf_interval.h"

typedef struct vf_number vf_number;

enum { VF_NO_SIGN = 2, VF_LEVELS = 4 }; /* levels of precision: 64, 256, 1024, 4096 bits */
mpfr_prec_t vf_level_precision(unsigned level);

const vf_number *vf_num_zero(void);
const vf_number *vf_num_int(long value);
const vf_number *vf_num_rational(mpq_srcptr value);
const vf_number *vf_num_add(const vf_number *a, const vf_number *b);
const vf_number *vf_num_sub(const vf_number *a, const vf_number *b);
const vf_number *vf_num_neg(const vf_number *a);
const vf_number *vf_num_mul(const vf_number *a, const vf_number *b);
/* a[0]*b[0] + a[step]*b[bstep] + ...: n products */
const vf_number *vf_num_dot(const vf_number *const *a, const vf_number *const *b, size_t n);

/* The caller has shown a != 0, respectively a > 0. */
const vf_number *vf_num_inverse(const vf_number *a);
const vf_number *vf_num_sqrt(const vf_number *a);
const vf_number *vf_num_log(const vf_number *a);
const vf_number *vf_num_exp(const vf_number *a);
const vf_number *vf_num_erf(const vf_number *a);
const vf_number *vf_num_pi(void);

/* A number of which nothing is known but enclosures. */
typedef void vf_encloser(const void *what, unsigned level, vf_interval *r);
const vf_number *vf_num_enclosed(vf_encloser *encloser, const void *what);
const vf_number *vf_num_between(long low, long high);
const vf_number *vf_num_unknown(void); /* a new one each time */

bool vf_num_is_rational(const vf_number *a, mpq_t value); /* as written; value may be NULL */
bool vf_num_same(const vf_number *a, const vf_number *b); /* as written */
size_t vf_num_terms(const vf_number *a);
int vf_num_sign(const vf_number *a); /* -1, 0, 1, or VF_NO_SIGN */
bool vf_num_zero_by_algebra(const vf_number *a);
void vf_num_enclose(const vf_number *a, unsigned level, vf_interval *r);

/* Multiplies all by powers of the denominators below reciprocals until none is left: by a common
   factor other than 0. False: they would grow too large; nothing is changed then. */
bool vf_num_clear_reciprocals(const vf_number **row, size_t n);

#endif
