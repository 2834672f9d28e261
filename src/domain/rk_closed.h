/* What the files of closed forms share. Internal to domain. */
#ifndef RK_CLOSED_H
#define RK_CLOSED_H

#include "rk_domain.h"

/* An enclosure of a number that is not lost, with RK_CLOSED_BITS << level bits, level below 5. */
#define RK_CLOSED_BITS ((slong)64)
void rk_closed_enclose(const rk_domain *d, arb_t value, const void *x, int level);

rk_ev rk_closed_rank(slong *low, slong *high, const rk_matrix *a);

/* As the claim language writes it; digits after a `~` where erf occurs. */
void rk_closed_print(const rk_domain *d, rk_buf *out, const void *x);

#endif
