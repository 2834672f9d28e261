#include "rk_rank.h"

/* A prime of 61 bits: products of residues fit FLINT's lazy reductions. */
#define FIRST_PRIME (UWORD(1) << 61)

slong rk_rank_mod(const nmod_mat_t a) {
    return nmod_mat_rank(a);
}

static slong rank_mod_prime(const fmpz_mat_t a, ulong p) {
    nmod_mat_t m;
    nmod_mat_init(m, fmpz_mat_nrows(a), fmpz_mat_ncols(a), p);
    fmpz_mat_get_nmod_mat(m, a);
    slong r = rk_rank_mod(m);
    nmod_mat_clear(m);
    return r;
}

slong rk_rank_fmpz(const fmpz_mat_t a) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a);
    slong full = m < n ? m : n;
    if (full == 0 || rank_mod_prime(a, n_nextprime(FIRST_PRIME, 1)) == full)
        return full;
    return fmpz_mat_rank(a);
}

slong rk_rank_fmpq(const fmpq_mat_t a) {
    fmpz_mat_t z;
    fmpz_mat_init(z, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    fmpq_mat_get_fmpz_mat_rowwise(z, NULL, a);
    slong r = rk_rank_fmpz(z);
    fmpz_mat_clear(z);
    return r;
}
