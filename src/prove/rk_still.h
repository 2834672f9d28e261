/* Directions in which the text of a `jrank` does not move, as records of certificates: the upper
   bound of its rank without an elimination. */
#ifndef RK_STILL_H
#define RK_STILL_H

#include "rk_prove.h"

/* `kernel` records for the Jacobians of fractions in hypotheses and claims, where the kernel is
   small enough to be written. */
void rk_record_kernels(const rk_program *program, rk_buf *out);

#endif
