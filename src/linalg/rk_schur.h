/* Upper bounds of ranks over Q, proved without reconstructing a rational. With a regular r by r
   minor M in its corner a matrix [M B; C D] has rank r exactly when S = D - C M^-1 B is 0. The
   entries of det(M) S are minors of the matrix, so Hadamard bounds them; when they are divisible by
   a larger P^s they are 0. The digits to base P of M^-1 B are lifted (Dixon, "Exact solution of
   linear equations using p-adic expansions", Numer. Math. 1982) and thrown away: only what is left
   of B and D goes on. All of it is products of residues: P is a product of primes, and what is
   left is small and known from its residues mod other primes (Chen and Storjohann, "A BLAS based C
   library for exact linear algebra on integer matrices", ISSAC 2005). */
#ifndef RK_SCHUR_H
#define RK_SCHUR_H

#include "base/rk_flint.h"
#include "base/rk_tern.h"

/* Whether rank(a) = r, given rows and columns of an r by r minor all of whose leading minors are
   regular, 0 < r < both sides of a. True is proved; false means that the rank is larger, and is
   proved, too; unknown: not by the deadline, on the monotonic clock (0: none). The columns are
   shared by as many threads as BLAS would take. */
rk_tern rk_schur_is_zero(const fmpz_mat_t a, slong r, const slong *rows, const slong *cols,
                         double deadline);

#endif
