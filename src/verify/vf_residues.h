/* Jacobians of fractions at a random point modulo a prime: lower bounds of their rank at almost
   every point, found without multiplying anything out. */
#ifndef VF_RESIDUES_H
#define VF_RESIDUES_H

#include "vf_symbolic.h"

/* At most the rank, at almost every point of the atoms, of the matrix of derivatives of all entries
   by these atoms, all of them free; 0 where nothing is found. */
long vf_residues_jacobian(const vf_symbolic *s, const vf_form *value, const unsigned *by, size_t n);
/* At most the rank of a matrix of fractions of entries alone, at almost every point; 0 where
   nothing is found. */
long vf_residues_rank(const vf_symbolic *s, const vf_form *matrix);

#endif
