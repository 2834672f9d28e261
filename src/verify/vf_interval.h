/* Closed intervals with MPFR ends, rounded outwards: what is computed from numbers in the intervals
   lies in the result. The ends may be infinite; nothing is ever NaN. */
#ifndef VF_INTERVAL_H
#define VF_INTERVAL_H

#include <mpfr.h>

#include "vf.h"

typedef struct vf_interval {
    mpfr_t lo, hi;
} vf_interval;

void vf_interval_init(vf_interval *r, mpfr_prec_t precision); /* all real numbers */
void vf_interval_clear(vf_interval *r);
void vf_interval_all(vf_interval *r);
void vf_interval_set(vf_interval *r, const vf_interval *a);
void vf_interval_set_q(vf_interval *r, mpq_srcptr q);
void vf_interval_add(vf_interval *r, const vf_interval *a, const vf_interval *b); /* r may be a */
void vf_interval_sub(vf_interval *r, const vf_interval *a, const vf_interval *b);
void vf_interval_mul(vf_interval *r, const vf_interval *a, const vf_interval *b);
void vf_interval_inverse(vf_interval *r, const vf_interval *a); /* all, if a contains 0 */
void vf_interval_sqrt(vf_interval *r, const vf_interval *a);    /* of what is not negative in a */
void vf_interval_exp(vf_interval *r, const vf_interval *a);
void vf_interval_log(vf_interval *r, const vf_interval *a); /* of what is positive in a */
void vf_interval_erf(vf_interval *r, const vf_interval *a);
void vf_interval_pi(vf_interval *r);
int vf_interval_sign(const vf_interval *a); /* -1, 1; 0: it contains 0 */

#endif
