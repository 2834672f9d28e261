/* Finite fields in which square roots exist: images of values with roots. */
#ifndef RK_EXTENSION_H
#define RK_EXTENSION_H

#include "rk_domain.h"

enum { RK_EXTENSION_LEVELS = 4 };

/* The field of p^(2^levels) elements, p a prime that is 1 mod 4; NULL otherwise, or with more than
   RK_EXTENSION_LEVELS levels. Entries are 2^levels residues; the image of a number of the prime
   field is itself followed by zeros. A square root of an element of the l-th subfield lies in the
   next one at least; a root outside the field is ESCAPE, as is a division by 0. Roots are the same
   for the same element, and otherwise chosen at will: not consistent with each other. */
rk_domain *rk_domain_extension(ulong p, unsigned levels);

/* The least level whose subfield holds x. */
unsigned rk_extension_level(const rk_domain *extension, const void *x);
/* The norm, to the prime field, of an element of the subfield of p^(2^level) elements. */
ulong rk_extension_norm(const rk_domain *extension, const void *x, unsigned level);

#endif
