/* Short integral bases, for certificates that people and Coq are to read. A basis is saturated when
   every integral vector of the space it spans is an integral combination of it: the kernel of an
   integral matrix is read off the unimodular matrix that brings its transpose to Hermite's normal
   form. LLL (Lenstra, Lenstra and Lovasz, Math. Ann. 1982) makes it short. */
#ifndef RK_KERNEL_H
#define RK_KERNEL_H

#include <stdbool.h>
#include "base/rk_flint.h"

/* The rows of basis, initialised here and owned by the caller, are a basis of the integral x with
   a*x = 0. False, and nothing is initialised, when a is beyond what this is meant for. */
bool rk_kernel_init_set(fmpz_mat_t basis, const fmpz_mat_t a);

/* The same of the integral vectors of the row space. */
bool rk_row_space_init_set(fmpz_mat_t basis, const fmpz_mat_t a);

#endif
