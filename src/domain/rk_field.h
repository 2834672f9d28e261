/* Elimination over any exact domain, by fractions, for entries that no library's matrices hold.
   Pivots are certainly not zero; where that cannot be told, or an operation fails, so does the
   elimination. Shapes as
   in the table of rk_domain.h. Internal to domain. */
#ifndef RK_FIELD_H
#define RK_FIELD_H

#include "domain_inside.h"

/* Bounds; low == high if OK. */
rk_ev rk_field_rank(slong *low, slong *high, const rk_matrix *a);
rk_ev rk_field_det(void *r, const rk_matrix *a);
rk_ev rk_field_inv(rk_matrix *r, const rk_matrix *a); /* UNDEFINED: singular */

#endif
