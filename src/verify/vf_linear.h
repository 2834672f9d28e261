/* Linear algebra on matrices of exact numbers, row by row. */
#ifndef VF_LINEAR_H
#define VF_LINEAR_H

#include "vf_number.h"

typedef struct vf_grid {
    size_t rows, cols;
    const vf_number **x;
} vf_grid;

vf_grid vf_grid_new(size_t rows, size_t cols); /* of zeros */
vf_grid vf_grid_transpose(const vf_grid *a);
vf_grid vf_grid_mul(const vf_grid *a, const vf_grid *b);
bool vf_grid_is_rational(const vf_grid *a);

/* The rank of a matrix of residues modulo this prime, which is overwritten. */
enum { VF_RESIDUE_PRIME = 2147483647 }; /* 2^31 - 1: products of two residues are below 2^62 */
size_t vf_residue_rank(uint64_t *x, size_t rows, size_t cols);

/* low <= rank <= high; equal where it could be told. */
void vf_rank_of(const vf_grid *a, long *low, long *high);
/* NULL: out of reach. */
const vf_number *vf_det_of(const vf_grid *a);
/* The matrix of cofactors, transposed: a*adj(a) = det(a)*1. False: out of reach. */
bool vf_adjugate_of(const vf_grid *a, vf_grid *r);
/* 1: done, 0: a is singular, VF_NO_SIGN: it could not be told. */
int vf_inverse_of(const vf_grid *a, vf_grid *r);

/* The k-th largest eigenvalue, from 1, of a symmetric matrix. */
const vf_number *vf_eigenvalue(const vf_grid *a, size_t k);
/* Is a symmetric matrix positive semidefinite? 1, 0, VF_NO_SIGN */
int vf_semidefinite(const vf_grid *a);
/* The k-th largest modulus of an eigenvalue of a square matrix. */
const vf_number *vf_eigen_modulus(const vf_grid *a, size_t k);

/* The entries by size, the largest first. False: two could not be compared. */
bool vf_sort_numbers(const vf_number **x, size_t n);

#endif
