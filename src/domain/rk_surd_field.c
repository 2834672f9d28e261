/* Which square roots are new. No number is factored: square classes are told apart by quadratic
   characters.

   For an odd prime p that divides none of g_1, ..., g_k, the Legendre symbol mod p is a
   homomorphism on the group they generate, and is 1 on squares. Write chi_p(g) in F_2 for its
   exponent. If the k vectors (chi_p(g_i))_p over a list of primes are linearly independent over
   F_2, then the g_i are independent modulo squares: a product that is a square has the vector 0.
   This is kept true of the generators, so they never need another proof.

   For a new v, coprime to the primes: if v * g_S is a square, then the vector of v is the sum of
   those of g_i, i in S, and S is the only such set. So one linear system yields the one candidate
   S, and whether v * g_S is a square is looked at. If there is no candidate, v is independent, and
   its vector says so. If the candidate fails, v is independent too; v * g_S being no square, half
   of all primes have chi_p(v * g_S) = 1 (a consequence of quadratic reciprocity and Dirichlet's
   theorem), and primes are added until one of them shows it. */
#include <string.h>

#include "rk_surd.h"

enum {
    SPARE = 16,          /* characters beyond the generators, so that few candidates fail */
    FIRST_PRIME = 65536, /* few radicands are divisible by primes from here on */
    SMALL_FACTORS = 47   /* squares of primes up to this are taken out of radicands */
};

void rk_surd_field_init(rk_surd_field *f) {
    memset(f, 0, sizeof *f);
    f->last_prime = FIRST_PRIME;
}

void rk_surd_field_clear(rk_surd_field *f) {
    rk_surd_field_forget(f, 0);
    for (slong k = 0; k < f->nnested; k++) {
        rk_surd_clear(&f->nested[k]);
        rk_surd_clear(&f->inverse[k]);
    }
}

void rk_surd_field_forget(rk_surd_field *f, slong n) {
    while (f->n > n)
        fmpz_clear(&f->generator[--f->n]);
}

void rk_surd_field_product(const rk_surd_field *f, fmpz_t r, uint64_t mask) {
    fmpz_one(r);
    for (slong i = 0; mask != 0; i++, mask >>= 1)
        if (mask & 1)
            fmpz_mul(r, r, &f->generator[i]);
}

/* Takes squares of small primes out of v, their roots into c. */
static void strip(fmpz_t c, fmpz_t v) {
    for (ulong p = 2; p <= SMALL_FACTORS; p = n_nextprime(p, 1))
        while (fmpz_divisible_si(v, (slong)(p * p))) {
            fmpz_divexact_ui(v, v, p * p);
            fmpz_mul_ui(c, c, p);
        }
}

void rk_surd_field_radicand(const rk_surd_field *f, fmpz_t c, fmpz_t v, uint64_t mask) {
    fmpz_t common, rest;
    fmpz_init(common);
    fmpz_init(rest);
    fmpz_one(c);
    fmpz_one(v);
    for (slong i = 0; mask != 0; i++, mask >>= 1) {
        if (!(mask & 1))
            continue;
        fmpz_gcd(common, v, &f->generator[i]);
        fmpz_mul(c, c, common);
        fmpz_divexact(v, v, common);
        fmpz_divexact(rest, &f->generator[i], common);
        fmpz_mul(v, v, rest);
    }
    strip(c, v);
    fmpz_clear(common);
    fmpz_clear(rest);
}

/* --- characters ----------------------------------------------------------------------------- */

static bool divides(ulong p, const fmpz_t v) {
    return fmpz_fdiv_ui(v, p) == 0;
}

/* v is not divisible by p. */
static uint64_t character(const fmpz_t v, ulong p) {
    return n_jacobi_unsigned(fmpz_fdiv_ui(v, p), p) < 0;
}

/* A prime that divides neither v nor a generator becomes the j-th. */
static void renew(rk_surd_field *f, slong j, const fmpz_t v) {
    bool good = false;
    while (!good) {
        f->last_prime = n_nextprime(f->last_prime, 1);
        good = !divides(f->last_prime, v);
        for (slong i = 0; i < f->n && good; i++)
            good = !divides(f->last_prime, &f->generator[i]);
    }
    f->prime[j] = f->last_prime;
    for (slong i = 0; i < f->n; i++) {
        f->character[i] &= ~((uint64_t)1 << j);
        f->character[i] |= character(&f->generator[i], f->prime[j]) << j;
    }
}

/* At least SPARE primes more than generators, all prime to v; returns the characters of v. */
static uint64_t characters(rk_surd_field *f, const fmpz_t v) {
    uint64_t all = 0;
    for (slong j = 0; j < f->nprimes; j++)
        if (divides(f->prime[j], v))
            renew(f, j, v);
    while (f->nprimes < f->n + SPARE && f->nprimes < RK_SURD_CHARACTERS)
        renew(f, f->nprimes++, v);
    for (slong j = 0; j < f->nprimes; j++)
        all |= character(v, f->prime[j]) << j;
    return all;
}

/* The generators' vectors brought to echelon form: their rank, the columns of the pivots, and
   the set whose sum is `target`. */
typedef struct solution {
    slong rank;
    uint64_t pivots, set;
    bool solved;
} solution;

static solution solve(const rk_surd_field *f, uint64_t target) {
    solution s = {0, 0, 0, false};
    uint64_t row[RK_SURD_GENERATORS], sum[RK_SURD_GENERATORS], at[RK_SURD_GENERATORS];
    for (slong i = 0; i < f->n; i++) {
        uint64_t x = f->character[i], set = (uint64_t)1 << i;
        for (slong k = 0; k < s.rank; k++)
            if (x & at[k]) {
                x ^= row[k];
                set ^= sum[k];
            }
        if (x == 0)
            continue;
        row[s.rank] = x;
        sum[s.rank] = set;
        at[s.rank] = x & (~x + 1);
        s.pivots |= at[s.rank++];
    }
    for (slong k = 0; k < s.rank; k++)
        if (target & at[k]) {
            target ^= row[k];
            s.set ^= sum[k];
        }
    s.solved = target == 0;
    return s;
}

/* A new prime in a column that no pivot needs. There is one: SPARE > 0 while columns are added,
   and RK_SURD_GENERATORS < RK_SURD_CHARACTERS. */
static void look_further(rk_surd_field *f, const solution *s, const fmpz_t v) {
    slong j = 0;
    if (f->nprimes < RK_SURD_CHARACTERS) {
        renew(f, f->nprimes++, v);
        return;
    }
    while (s->pivots >> j & 1)
        j++;
    renew(f, j, v);
}

static bool is_square_with(const rk_surd_field *f, fmpz_t root, const fmpz_t v, uint64_t set) {
    rk_surd_field_product(f, root, set);
    fmpz_mul(root, root, v);
    if (!fmpz_is_square(root))
        return false;
    fmpz_sqrt(root, root);
    return true;
}

/* The set S for which v * g_S is a square, with its root; false: there is none. */
static bool find_class(rk_surd_field *f, fmpz_t root, uint64_t *set, const fmpz_t v) {
    for (bool refused = false;;) {
        uint64_t target = characters(f, v);
        solution s = solve(f, target);
        *set = s.set;
        if (s.rank == f->n && !s.solved)
            return false;
        if (s.rank == f->n && !refused && is_square_with(f, root, v, s.set))
            return true;
        refused = refused || s.rank == f->n;
        look_further(f, &s, v);
    }
}

static rk_ev add_generator(rk_surd_field *f, uint64_t *mask, const fmpz_t v) {
    if (f->n == RK_SURD_GENERATORS)
        return RK_EV_LIMIT;
    fmpz_init_set(&f->generator[f->n], v);
    f->character[f->n] = 0;
    for (slong j = 0; j < f->nprimes; j++)
        f->character[f->n] |= character(v, f->prime[j]) << j;
    *mask = (uint64_t)1 << f->n++;
    return RK_EV_OK;
}

/* v without small square factors. */
static rk_ev root_of(rk_surd_field *f, fmpq_t c, uint64_t *mask, const fmpz_t v, bool add) {
    rk_ev ev = RK_EV_ESCAPE;
    fmpz_t root, product;
    fmpz_init(root);
    fmpz_init(product);
    if (!find_class(f, root, mask, v)) {
        fmpq_one(c);
        if (add)
            ev = add_generator(f, mask, v);
    } else { /* sqrt(v) = sqrt(v*g_S) / g_S * sqrt(g_S) */
        rk_surd_field_product(f, product, *mask);
        fmpq_set_fmpz_frac(c, root, product);
        ev = RK_EV_OK;
    }
    fmpz_clear(root);
    fmpz_clear(product);
    return ev;
}

rk_ev rk_surd_field_root(rk_surd_field *f, fmpq_t c, uint64_t *mask, const fmpz_t v, bool add) {
    rk_ev ev = RK_EV_OK;
    fmpz_t rest, factor;
    fmpz_init_set(rest, v);
    fmpz_init(factor);
    fmpz_one(factor);
    *mask = 0;
    fmpq_one(c);
    strip(factor, rest);
    if (fmpz_bits(rest) > RK_SURD_BITS)
        ev = RK_EV_LIMIT;
    else if (fmpz_is_square(rest))
        fmpz_sqrt(fmpq_numref(c), rest);
    else
        ev = root_of(f, c, mask, rest, add);
    fmpq_mul_fmpz(c, c, factor);
    fmpz_clear(rest);
    fmpz_clear(factor);
    return ev;
}
