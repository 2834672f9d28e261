/* Elimination over any domain where equality is decided and nothing but a division by zero fails:
   determinants and inverses by fractions, for entries that no library's matrices hold. Shapes as
   in the table of rk_domain.h. Internal to domain. */
#ifndef RK_FIELD_H
#define RK_FIELD_H

#include "domain_inside.h"

rk_ev rk_field_det(void *r, const rk_matrix *a);
rk_ev rk_field_inv(rk_matrix *r, const rk_matrix *a); /* UNDEFINED: singular */

#endif
