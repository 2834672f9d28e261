#include "rk_rank.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/rk_mem.h"
#include "base/rk_tern.h"
#include "rk_lift.h"
#include "rk_modular.h"

/* Below this size FLINT's elimination is as quick as one that calls BLAS. */
enum { SMALL = 24 };

static void read_residues(const void *self, slong i, double *row) {
    const nmod_mat_struct *a = self;
    for (slong j = 0; j < a->c; j++)
        row[j] = (double)nmod_mat_entry(a, i, j);
}

static slong rank_by_blas(const nmod_mat_t a, slong *pivot_rows, slong *pivot_cols) {
    return rk_modular_rank(read_residues, a, nmod_mat_nrows(a), nmod_mat_ncols(a), a->mod.n,
                           pivot_rows, pivot_cols);
}

slong rk_rank_mod(const nmod_mat_t a) {
    if (a->mod.n >= RK_MODULAR_LIMIT || nmod_mat_nrows(a) < SMALL || nmod_mat_ncols(a) < SMALL)
        return nmod_mat_rank(a);
    return rank_by_blas(a, NULL, NULL);
}

/* Pivot columns of an echelon form: the first non-zero entry of each row of U. */
static void read_pivots(slong *pivot_cols, const nmod_mat_t lu, slong rank) {
    for (slong i = 0, j = 0; i < rank; i++, j++) {
        while (nmod_mat_entry(lu, i, j) == 0)
            j++;
        pivot_cols[i] = j;
    }
}

slong rk_rank_profile_mod(const nmod_mat_t a, slong *pivot_rows, slong *pivot_cols) {
    if (a->mod.n < RK_MODULAR_LIMIT)
        return rank_by_blas(a, pivot_rows, pivot_cols);
    nmod_mat_t lu;
    slong *permutation = rk_malloc(((size_t)nmod_mat_nrows(a) + 1) * sizeof *permutation);
    nmod_mat_init_set(lu, a);
    slong rank = nmod_mat_lu(permutation, lu, 0);
    read_pivots(pivot_cols, lu, rank);
    for (slong i = 0; i < rank; i++)
        pivot_rows[i] = permutation[i];
    nmod_mat_clear(lu);
    rk_free(permutation);
    return rank;
}

/* Primes below 2^23, descending, for one lower bound after the other. */
static ulong prime_before(ulong p) {
    do
        p--;
    while (!n_is_prime(p));
    return p;
}

enum { FIRST_BOUND = 1 << 23 };

/* Does FLINT's fraction-free elimination need less than a proof by lifting, for this rank? It
   computes minors, the last of r times the bits of an entry: measured, the two are even at about
   10,000 of them of one word, and 2000 larger ones. */
static bool is_small(const fmpz_mat_t a, slong r) {
    slong m = fmpz_mat_nrows(a), n = fmpz_mat_ncols(a), bits = FLINT_ABS(fmpz_mat_max_bits(a));
    double minors = (double)r * ((double)m - (double)r / 2) * ((double)n - (double)r / 2);
    return minors <= (r * bits <= 2 * FLINT_BITS ? 10000 : 2000);
}

/* A representative below 2^51 in modulus. */
static double representative(const fmpz *x, ulong p) {
    if (!COEFF_IS_MPZ(*x) && fabs((double)*x) < 0x1p51)
        return (double)*x;
    return (double)fmpz_fdiv_ui(x, p);
}

typedef struct integers {
    const fmpz_mat_struct *a;
    ulong p;
} integers;

static void read_integers(const void *self, slong i, double *row) {
    const integers *z = self;
    for (slong j = 0; j < z->a->c; j++)
        row[j] = representative(fmpz_mat_entry(z->a, i, j), z->p);
}

static slong profile(const fmpz_mat_t a, ulong p, slong *rows, slong *cols) {
    integers z = {a, p};
    return rk_modular_rank(read_integers, &z, fmpz_mat_nrows(a), fmpz_mat_ncols(a), p, rows, cols);
}

/* Is the order of the minor the rank? True with *rank set to another one: that one is. */
static rk_tern prove_bound(const fmpz_mat_t a, const rk_minor *minor, double deadline,
                           slong *rank) {
    if (minor->r == FLINT_MIN(fmpz_mat_nrows(a), fmpz_mat_ncols(a)))
        return RK_TRUE;
    if (!is_small(a, minor->r))
        return rk_lift_rank_at_most(a, minor, deadline);
    *rank = fmpz_mat_rank(a);
    return RK_TRUE;
}

/* A rank below the true one mod p (p divides every larger minor) is met by the next prime; only
   finitely many are bad. */
static bool rank_by_primes(slong *low, slong *high, const fmpz_mat_t a, double deadline) {
    slong full = FLINT_MIN(fmpz_mat_nrows(a), fmpz_mat_ncols(a)), best = 0;
    slong *rows = rk_malloc(((size_t)full + 1) * sizeof *rows);
    slong *cols = rk_malloc(((size_t)full + 1) * sizeof *cols);
    rk_tern proved = RK_FALSE;
    ulong p = FIRST_BOUND;
    while (rk_tern_false(proved)) {
        p = prime_before(p);
        slong r = profile(a, p, rows, cols);
        if (r < best) /* a known lower bound is larger: not worth a proof */
            continue;
        best = r;
        proved = prove_bound(a, &(rk_minor){r, rows, cols, p}, deadline, &best);
    }
    rk_free(rows);
    rk_free(cols);
    *low = best;
    *high = rk_tern_true(proved) ? best : full;
    return *low == *high;
}

static bool rank_until(slong *low, slong *high, const fmpz_mat_t a, double deadline) {
    if (!is_small(a, FLINT_MIN(fmpz_mat_nrows(a), fmpz_mat_ncols(a))))
        return rank_by_primes(low, high, a, deadline);
    *low = *high = fmpz_mat_rank(a);
    return true;
}

slong rk_rank_fmpz(const fmpz_mat_t a) {
    slong low, high;
    rank_until(&low, &high, a, 0);
    return low;
}

bool rk_rank_fmpq_until(slong *low, slong *high, const fmpq_mat_t a, double deadline) {
    fmpz_mat_t z;
    fmpz_mat_init(z, fmpq_mat_nrows(a), fmpq_mat_ncols(a));
    fmpq_mat_get_fmpz_mat_rowwise(z, NULL, a);
    bool known = rank_until(low, high, z, deadline);
    fmpz_mat_clear(z);
    return known;
}

slong rk_rank_fmpq(const fmpq_mat_t a) {
    slong low, high;
    rk_rank_fmpq_until(&low, &high, a, 0);
    return low;
}

/* Powers of 2 mod p from 2^LEAST to 2^MOST, enough for every finite double. */
enum { LEAST_EXPONENT = -1074, MOST_EXPONENT = 1024, MANTISSA = 53 };

static ulong *powers_of_two(ulong p) {
    slong count = MOST_EXPONENT - LEAST_EXPONENT + MANTISSA + 1;
    ulong *power = rk_malloc((size_t)count * sizeof *power);
    power[0] = n_powmod2(2, LEAST_EXPONENT - MANTISSA, p);
    for (slong i = 1; i < count; i++)
        power[i] = power[i - 1] * 2 % p;
    return power;
}

/* x = mantissa * 2^exponent with an integer mantissa. */
static int64_t split(double x, int *exponent) {
    double fraction = frexp(x, exponent);
    *exponent -= MANTISSA;
    return (int64_t)ldexp(fraction, MANTISSA);
}

typedef struct doubles {
    const double *entry;
    slong cols, p;
    ulong *power; /* of two */
} doubles;

static void read_doubles(const void *self, slong i, double *row) {
    const doubles *d = self;
    for (slong j = 0; j < d->cols; j++) {
        int exponent;
        int64_t mantissa = split(d->entry[i * d->cols + j], &exponent) % d->p;
        ulong scale = d->power[exponent - LEAST_EXPONENT + MANTISSA];
        row[j] = (double)(mantissa * (int64_t)scale % d->p);
    }
}

/* Rank mod p of a matrix of doubles, which are p-integral for every odd p. */
static slong rank_of_residues(slong rows, slong cols, const double *entry, ulong p) {
    doubles d = {entry, cols, (slong)p, powers_of_two(p)};
    slong r = rk_modular_rank(read_doubles, &d, rows, cols, p, NULL, NULL);
    rk_free(d.power);
    return r;
}

void rk_rank_integral_rows(fmpz_mat_t z, const double *entry) {
    slong cols = fmpz_mat_ncols(z);
    for (slong i = 0; i < fmpz_mat_nrows(z); i++) {
        int least = MOST_EXPONENT, exponent;
        for (slong j = 0; j < cols; j++) {
            split(entry[i * cols + j], &exponent);
            if (entry[i * cols + j] != 0 && exponent < least)
                least = exponent;
        }
        for (slong j = 0; j < cols; j++) {
            int64_t mantissa = split(entry[i * cols + j], &exponent);
            fmpz *to = fmpz_mat_entry(z, i, j);
            fmpz_set_si(to, mantissa);
            if (mantissa != 0)
                fmpz_mul_2exp(to, to, (ulong)(exponent - least));
        }
    }
}

slong rk_rank_doubles(slong rows, slong cols, const double *entry) {
    slong full = FLINT_MIN(rows, cols);
    if (rank_of_residues(rows, cols, entry, prime_before(FIRST_BOUND)) == full)
        return full;
    fmpz_mat_t z;
    fmpz_mat_init(z, rows, cols);
    rk_rank_integral_rows(z, entry);
    slong r = rk_rank_fmpz(z);
    fmpz_mat_clear(z);
    return r;
}
