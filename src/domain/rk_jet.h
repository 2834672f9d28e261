/* Doubles with their first derivatives in n directions at once: forward-mode differentiation of
   anything that runs over a domain. An entry is n + 1 doubles, the value and its slopes. Values
   are those of rk_domain_double, and prove as little. Where a value is defined and its slope is
   not (a kink, a root at 0, an eigenvalue that meets another), the slope is that of one side, or
   0. Slopes of eigenvalues and singular values come from the vectors (Magnus, "On differentiating
   eigenvalues and eigenvectors", Econometric Theory 1, 1985). */
#ifndef RK_JET_H
#define RK_JET_H

#include "rk_domain.h"

rk_domain *rk_domain_jet(slong directions);

#endif
