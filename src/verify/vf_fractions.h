/* Ranks and equations over the field of rational functions in the free entries of the variables.
   Each entry of a matrix, as written, is a fraction whose denominators are things divided by, so
   not 0 where the matrix is defined: there minors that vanish identically vanish, and equal
   fractions are equal. Hence upper bounds of ranks and equations hold at every assignment; lower
   bounds and `!=` for almost every one, and only of what mentions no `forall` variable. */
#ifndef VF_FRACTIONS_H
#define VF_FRACTIONS_H

#include "vf_facts.h"

/* Adds what fractions show. Terms that are not rational functions are left alone. */
void vf_fractions_use(vf_facts *f);
/* The same of fractions of entries and of values of roots, exp, log and erf, as if these were
   further indeterminates, but for the squares of roots. near: of what almost all points near this
   one have in common (vf_symbolic_near); or NULL. */
void vf_functions_use(vf_facts *f, const vf_point *near);
void vf_fractions_rank(vf_facts *f, const vf_term *matrix, long *low, long *high);
void vf_fractions_jrank(vf_facts *f, const vf_term *t, long *low, long *high);
vf_tern vf_fractions_compare(vf_facts *f, const vf_term *t);
/* Is something in it defined nowhere, or, if it mentions generic variables alone, almost nowhere:
   the root of what is negative? */
bool vf_fractions_nowhere(vf_facts *f, const vf_term *truth);

/* Is every part of the term one of those that `allowed` lets pass? */
typedef bool vf_allowed(const vf_theorem *t, const vf_term *part);
bool vf_built_of(const vf_theorem *t, const vf_term *term, vf_allowed *allowed);
bool vf_is_generic(const vf_theorem *t, const vf_term *part);  /* no `forall` variable */
bool vf_is_rational(const vf_theorem *t, const vf_term *part); /* + - * / inv and what is made so */

#endif
