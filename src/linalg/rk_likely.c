#include "rk_likely.h"
#include "rk_rank.h"

enum { PRIME_BITS = 61, PRIMES = 54 }; /* more than 2^PRIMES primes have PRIME_BITS bits */

/* Each of them is as likely as any other: what is drawn is thrown away until it is prime. */
static ulong random_prime(rk_rng *rng) {
    ulong p;
    do
        p = rk_rng_u64(rng) >> (64 - PRIME_BITS) | UWORD(1) << (PRIME_BITS - 1) | 1;
    while (!n_is_prime(p));
    return p;
}

slong rk_likely_by(const fmpz_mat_t a, const ulong prime[2]) {
    slong full = FLINT_MIN(fmpz_mat_nrows(a), fmpz_mat_ncols(a)), best = 0;
    nmod_mat_t x;
    for (int k = 0; k < 2 && best < full; k++) {
        nmod_mat_init(x, fmpz_mat_nrows(a), fmpz_mat_ncols(a), prime[k]);
        fmpz_mat_get_nmod_mat(x, a);
        slong rank = rk_rank_mod(x);
        best = FLINT_MAX(best, rank);
        nmod_mat_clear(x);
    }
    return best;
}

/* The product of the squared norms of all rows that are not 0 is below 2 to this power. */
static slong norm_bits(const fmpz_mat_t a) {
    slong bits = 0;
    fmpz_t square;
    fmpz_init(square);
    for (slong i = 0; i < fmpz_mat_nrows(a); i++) {
        fmpz_zero(square);
        for (slong j = 0; j < fmpz_mat_ncols(a); j++)
            fmpz_addmul(square, fmpz_mat_entry(a, i, j), fmpz_mat_entry(a, i, j));
        bits += (slong)fmpz_bits(square);
    }
    fmpz_clear(square);
    return bits;
}

slong rk_likely_bad_primes(const fmpz_mat_t a) {
    fmpz_mat_t t;
    fmpz_mat_init(t, fmpz_mat_ncols(a), fmpz_mat_nrows(a));
    fmpz_mat_transpose(t, a);
    slong by_rows = norm_bits(a), by_columns = norm_bits(t);
    fmpz_mat_clear(t);
    return FLINT_MIN(by_rows, by_columns) / (2 * (PRIME_BITS - 1));
}

rk_likely rk_likely_fmpz(const fmpz_mat_t a, rk_rng *rng) {
    ulong prime[2] = {random_prime(rng), random_prime(rng)};
    slong bad = rk_likely_bad_primes(a);
    slong bits = bad > 1 ? (slong)FLINT_BIT_COUNT((ulong)bad - 1) : 0; /* bad <= 2^bits */
    return (rk_likely){rk_likely_by(a, prime), 2 * (bits - PRIMES)};
}

rk_likely rk_likely_fmpq(const fmpq_mat_t a, rk_rng *rng) {
    fmpz_mat_t z;
    fmpz_mat_init(z, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    fmpq_mat_get_fmpz_mat_rowwise(z, NULL, a);
    rk_likely r = rk_likely_fmpz(z, rng);
    fmpz_mat_clear(z);
    return r;
}

rk_likely rk_likely_doubles(slong rows, slong cols, const double *entry, rk_rng *rng) {
    fmpz_mat_t z;
    fmpz_mat_init(z, rows, cols);
    rk_rank_integral_rows(z, entry);
    rk_likely r = rk_likely_fmpz(z, rng);
    fmpz_mat_clear(z);
    return r;
}
