/* Let the atoms of entries have random residues modulo a prime p, at which every divisor is a unit.
   A minor of the Jacobian that is not 0 modulo p there is not 0, and as a fraction not 0 at almost
   every point. A root has two values at each point, and which of them is the positive one of a real
   point cannot be told modulo p. So all choices of the signs of roots are gone through, and for
   each some minor must not be 0. Were all minors 0 at the points of some open set, then so would be
   each combination of them, and the product of its values at all choices of signs, which is a
   fraction of the atoms of entries alone, would be 0 identically; but for some combination no value
   is 0 modulo p at the random point. */
#include "vf_residues.h"

#include <string.h>

#include "vf_linear.h"

enum { P = VF_RESIDUE_PRIME, MOST_SIGNS = 6, ATTEMPTS = 60, MOST_SLOPES = 1 << 16 };

typedef struct residues {
    const vf_symbolic *s;
    size_t n;                 /* derivatives of each */
    uint64_t *value, *slope;  /* of the atoms; slope: n of each */
    uint64_t *below, *matrix; /* room: for n derivatives, for the Jacobian */
    bool failed;              /* a divisor 0, a root that is none */
} residues;

static uint64_t times(uint64_t a, uint64_t b) {
    return a * b % P;
}

static uint64_t power(uint64_t a, uint64_t k) {
    uint64_t r = 1;
    for (; k > 0; k /= 2) {
        r = k % 2 ? times(r, a) : r;
        a = times(a, a);
    }
    return r;
}

static uint64_t inverse(residues *r, uint64_t a) {
    r->failed = r->failed || a == 0;
    return power(a, P - 2);
}

static uint64_t coefficient(residues *r, mpq_srcptr c) {
    uint64_t num = mpz_fdiv_ui(mpq_numref(c), P), den = mpz_fdiv_ui(mpq_denref(c), P);
    return times(num, inverse(r, den));
}

/* The product of a term's powers without factor `but`. */
static uint64_t rest_of_term(const residues *r, const vf_poly *p, size_t term, size_t but) {
    uint64_t x = 1;
    for (size_t f = 0; f < vf_poly_factors(p, term); f++) {
        unsigned long k;
        unsigned atom = vf_poly_factor(p, term, f, &k);
        x = f == but ? x : times(x, power(r->value[atom], k));
    }
    return x;
}

/* The value; its derivatives are added to slope[0..n). */
static uint64_t of_poly(residues *r, const vf_poly *p, uint64_t *slope) {
    uint64_t sum = 0;
    for (size_t t = 0; t < vf_poly_terms(p); t++) {
        uint64_t c = coefficient(r, vf_poly_coefficient(p, t));
        size_t factors = vf_poly_factors(p, t);
        sum = (sum + times(c, rest_of_term(r, p, t, factors))) % P;
        for (size_t f = 0; f < factors; f++) {
            unsigned long k;
            unsigned atom = vf_poly_factor(p, t, f, &k);
            uint64_t by = times(times(c, k % P), power(r->value[atom], k - 1));
            by = times(by, rest_of_term(r, p, t, f));
            for (size_t j = 0; j < r->n; j++)
                slope[j] = (slope[j] + times(by, r->slope[atom * r->n + j])) % P;
        }
    }
    return sum;
}

/* Of a quotient u/v: (u' - u/v*v')/v. */
static uint64_t of_ratio(residues *r, vf_ratio x, uint64_t *slope) {
    if (r->n > 0)
        memset(r->below, 0, r->n * sizeof *r->below);
    uint64_t num = of_poly(r, x.num, slope), unit = inverse(r, of_poly(r, x.den, r->below));
    uint64_t value = times(num, unit);
    for (size_t j = 0; j < r->n; j++)
        slope[j] = times(slope[j] + P - times(value, r->below[j]), unit);
    return value;
}

/* P is 3 modulo 4: a square a has the root a^((P + 1)/4). */
static void set_root(residues *r, unsigned atom, bool negative) {
    uint64_t *slope = r->slope + atom * r->n;
    uint64_t a = of_ratio(r, r->s->atom[atom].what, slope);
    uint64_t root = power(a, ((uint64_t)P + 1) / 4);
    r->failed = r->failed || times(root, root) != a;
    root = negative ? (P - root) % P : root;
    uint64_t unit = inverse(r, times(2, root));
    for (size_t j = 0; j < r->n; j++)
        slope[j] = times(slope[j], unit);
    r->value[atom] = root;
}

static uint64_t random_residue(uint64_t *state) {
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (*state >> 33) % P;
}

/* Atoms ascend: what a root is taken of mentions those before it. */
static void set_atoms(residues *r, const unsigned *by, uint64_t seed, unsigned long signs) {
    size_t roots = 0;
    for (unsigned a = 0; a < r->s->natoms; a++) {
        for (size_t j = 0; j < r->n; j++)
            r->slope[a * r->n + j] = r->s->atom[a].kind == VF_OF_ENTRY && by[j] == a;
        if (r->s->atom[a].kind == VF_OF_ENTRY)
            r->value[a] = random_residue(&seed);
        else
            set_root(r, a, signs >> roots++ & 1);
    }
}

static long rank_with(residues *r, const vf_form *value, const unsigned *by, uint64_t seed,
                      unsigned long signs) {
    size_t entries = value->rows * value->cols;
    memset(r->matrix, 0, entries * r->n * sizeof *r->matrix);
    set_atoms(r, by, seed, signs);
    for (size_t i = 0; i < entries && !r->failed; i++)
        of_ratio(r, value->entry[i], r->matrix + i * r->n);
    return r->failed ? 0 : (long)vf_residue_rank(r->matrix, entries, r->n);
}

/* The least rank of all choices of signs. */
static long rank_at(residues *r, const vf_form *value, const unsigned *by, uint64_t seed,
                    size_t roots) {
    long least = (long)r->n;
    r->failed = false;
    for (unsigned long signs = 0; signs < 1UL << roots && !r->failed; signs++) {
        long rank = rank_with(r, value, by, seed, signs);
        least = rank < least ? rank : least;
    }
    return r->failed ? 0 : least;
}

long vf_residues_jacobian(const vf_symbolic *s, const vf_form *value, const unsigned *by,
                          size_t n) {
    size_t roots = 0, entries = value->rows * value->cols;
    residues r = {.s = s, .n = n};
    for (unsigned a = 0; a < s->natoms; a++) {
        if (s->atom[a].kind != VF_OF_ENTRY && s->atom[a].kind != VF_OF_ROOT)
            return 0;
        roots += s->atom[a].kind == VF_OF_ROOT;
    }
    if (roots > MOST_SIGNS || n == 0 || s->natoms + entries > MOST_SLOPES / n)
        return 0;
    r.value = vf_alloc((s->natoms + 1) * sizeof *r.value);
    r.slope = vf_alloc((s->natoms * n + 1) * sizeof *r.slope);
    r.below = vf_alloc((n + 1) * sizeof *r.below);
    r.matrix = vf_alloc((entries * n + 1) * sizeof *r.matrix);
    for (uint64_t seed = 1; seed <= ATTEMPTS; seed++) {
        long rank = rank_at(&r, value, by, seed, roots);
        if (!r.failed)
            return rank;
    }
    return 0;
}

static bool mentions_functions(const vf_symbolic *s, vf_ratio x) {
    for (unsigned a = 0; a < s->natoms; a++)
        if (s->atom[a].kind != VF_OF_ENTRY &&
            (vf_poly_mentions(x.num, a) || vf_poly_mentions(x.den, a)))
            return true;
    return false;
}

long vf_residues_rank(const vf_symbolic *s, const vf_form *matrix) {
    size_t entries = matrix->rows * matrix->cols;
    residues r = {.s = s, .value = vf_alloc((s->natoms + 1) * sizeof *r.value)};
    r.matrix = vf_alloc((entries + 1) * sizeof *r.matrix);
    for (size_t k = 0; k < entries; k++)
        if (mentions_functions(s, matrix->entry[k]))
            return 0;
    for (uint64_t seed = 1; seed <= ATTEMPTS; seed++) {
        uint64_t state = seed;
        for (unsigned a = 0; a < s->natoms; a++)
            r.value[a] = random_residue(&state);
        r.failed = false;
        for (size_t k = 0; k < entries; k++)
            r.matrix[k] = of_ratio(&r, matrix->entry[k], NULL);
        if (!r.failed)
            return (long)vf_residue_rank(r.matrix, matrix->rows, matrix->cols);
    }
    return 0;
}
