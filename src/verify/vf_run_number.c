#include "vf_run_number.h"

enum { POOL = 1 << 22, MOST_KNOWN = 4096, MOST_MOVING_ROOTS = 6 };

static bool is_residue(const vf_run *r) {
    return r->modulus != 0;
}

/* --- residues -------------------------------------------------------------------------------- */

/* The real part in the lower half. */
static uint64_t real(vf_cell a) {
    return a & 0xffffffffU;
}

static uint64_t imaginary(vf_cell a) {
    return a >> 32;
}

static vf_cell complex_of(uint64_t re, uint64_t im) {
    return re | im << 32;
}

static uint64_t reduced(uint64_t x, uint64_t m) {
    return x >= m ? x - m : x;
}

static vf_cell residue_sum(vf_cell a, vf_cell b, uint64_t m) {
    return complex_of(reduced(real(a) + real(b), m), reduced(imaginary(a) + imaginary(b), m));
}

static vf_cell residue_difference(vf_cell a, vf_cell b, uint64_t m) {
    return complex_of(reduced(real(a) + m - real(b), m),
                      reduced(imaginary(a) + m - imaginary(b), m));
}

static vf_cell residue_product(vf_cell a, vf_cell b, uint64_t m) {
    if (imaginary(a | b) == 0)
        return a * b % m;
    uint64_t minus = imaginary(a) * imaginary(b) % m;
    return complex_of((real(a) * real(b) + m - minus) % m,
                      (real(a) * imaginary(b) + imaginary(a) * real(b)) % m);
}

/* 1/a modulo m. ENSURE: a is a unit. */
static uint64_t unit_inverse(uint64_t a, uint64_t m) {
    mpz_t x, y;
    mpz_init_set_ui(x, a);
    mpz_init_set_ui(y, m);
    ENSURE("a divisor is no unit for this modulus", mpz_invert(x, x, y) != 0);
    uint64_t u = mpz_get_ui(x);
    mpz_clear(x);
    mpz_clear(y);
    return u;
}

/* (a - b*i)/(a^2 + b^2) */
static vf_cell residue_inverse(vf_cell a, uint64_t m) {
    vf_cell conjugate = complex_of(real(a), reduced(m - imaginary(a), m));
    uint64_t norm = real(residue_product(a, conjugate, m));
    return residue_product(conjugate, unit_inverse(norm, m), m);
}

/* Of a real one. */
static uint64_t residue_power(uint64_t a, uint64_t k, uint64_t m) {
    uint64_t x = 1 % m;
    for (; k > 0; k /= 2) {
        x = k % 2 ? x * a % m : x;
        a = a * a % m;
    }
    return x;
}

bool vf_is_root_of_one(uint64_t a, uint64_t k, uint64_t m) {
    return residue_power(a, k, m) == 1 % m;
}

/* --- intervals and fractions ----------------------------------------------------------------- */

static vf_interval *interval(const vf_run *r, vf_cell c) {
    return &r->pool[c];
}

static mpq_ptr fraction(const vf_run *r, vf_cell c) {
    return r->fraction[c];
}

static void make_number(vf_run *r) {
    if (r->fractions) {
        r->fraction = vf_grow(r->fraction, r->made, sizeof *r->fraction);
        mpq_init(r->fraction[r->made++]);
    } else {
        r->pool = vf_grow(r->pool, r->made, sizeof *r->pool);
        vf_interval_init(&r->pool[r->made++], r->precision);
    }
}

/* A place of the pool, and places for the derivatives behind it. */
static vf_cell fresh(vf_run *r) {
    vf_cell c = r->used;
    if (r->slopes >= POOL - r->used)
        vf_limit("numbers in one evaluation");
    r->used += 1 + r->slopes;
    while (r->made < r->used)
        make_number(r);
    return c;
}

/* For a number that does not move. */
static vf_cell still(vf_run *r) {
    vf_cell c = fresh(r);
    for (size_t k = 1; k <= r->slopes; k++) {
        mpfr_set_zero(interval(r, c + k)->lo, 1);
        mpfr_set_zero(interval(r, c + k)->hi, 1);
    }
    return c;
}

/* The derivatives of c, a function of a, are those of a times `by`. */
static void chain(vf_run *r, vf_cell c, vf_cell a, const vf_interval *by) {
    for (size_t k = 1; k <= r->slopes; k++)
        vf_interval_mul(interval(r, c + k), interval(r, a + k), by);
}

static vf_interval new_interval(const vf_run *r) {
    vf_interval x;
    vf_interval_init(&x, r->precision);
    return x;
}

/* And of another argument. */
static void add_chain(vf_run *r, vf_cell c, vf_cell a, const vf_interval *by) {
    vf_interval part = new_interval(r);
    for (size_t k = 1; k <= r->slopes; k++) {
        vf_interval_mul(&part, interval(r, a + k), by);
        vf_interval_add(interval(r, c + k), interval(r, c + k), &part);
    }
    vf_interval_clear(&part);
}

vf_cell vf_run_rational(vf_run *r, mpq_srcptr q) {
    if (is_residue(r)) {
        uint64_t num = mpz_fdiv_ui(mpq_numref(q), r->modulus);
        uint64_t den = mpz_fdiv_ui(mpq_denref(q), r->modulus);
        return num * unit_inverse(den, r->modulus) % r->modulus;
    }
    vf_cell c = still(r);
    if (r->fractions)
        mpq_set(fraction(r, c), q);
    else
        vf_interval_set_q(interval(r, c), q);
    return c;
}

vf_cell vf_run_number(vf_run *r, const vf_number *x) {
    vf_cell c = still(r);
    vf_num_enclose(x, 1, interval(r, c));
    return c;
}

void vf_run_move(vf_run *r, vf_cell c, size_t direction, const vf_number *by) {
    vf_num_enclose(by, 1, interval(r, c + 1 + direction));
}

vf_cell vf_run_integer(vf_run *r, long value) {
    if (is_residue(r) && value >= 0)
        return (uint64_t)value % r->modulus;
    mpq_t q;
    mpq_init(q);
    mpq_set_si(q, value, 1);
    vf_cell c = vf_run_rational(r, q);
    mpq_clear(q);
    return c;
}

/* --- arithmetic ------------------------------------------------------------------------------ */

/* A sum or a difference in the three arithmetics. */
typedef struct vf_linear_op {
    vf_cell (*residue)(vf_cell a, vf_cell b, uint64_t m);
    void (*fraction)(mpq_ptr c, mpq_srcptr a, mpq_srcptr b);
    void (*interval)(vf_interval *c, const vf_interval *a, const vf_interval *b);
} vf_linear_op;

static const vf_linear_op sum_of = {residue_sum, mpq_add, vf_interval_add};
static const vf_linear_op difference_of = {residue_difference, mpq_sub, vf_interval_sub};

/* At the place c, which may be that of a; not of residues. */
static void combine_at(vf_run *r, const vf_linear_op *op, vf_cell c, vf_cell a, vf_cell b) {
    if (r->fractions)
        op->fraction(fraction(r, c), fraction(r, a), fraction(r, b));
    for (size_t k = 0; k <= r->slopes && !r->fractions; k++)
        op->interval(interval(r, c + k), interval(r, a + k), interval(r, b + k));
}

static vf_cell combine(vf_run *r, const vf_linear_op *op, vf_cell a, vf_cell b) {
    if (is_residue(r))
        return op->residue(a, b, r->modulus);
    vf_cell c = fresh(r);
    combine_at(r, op, c, a, b);
    return c;
}

/* The same in place of a. */
static void change(vf_run *r, const vf_linear_op *op, vf_cell *a, vf_cell b) {
    if (is_residue(r))
        *a = op->residue(*a, b, r->modulus);
    else
        combine_at(r, op, *a, *a, b);
}

vf_cell vf_cell_add(vf_run *r, vf_cell a, vf_cell b) {
    return combine(r, &sum_of, a, b);
}

vf_cell vf_run_sub(vf_run *r, vf_cell a, vf_cell b) {
    return combine(r, &difference_of, a, b);
}

vf_cell vf_cell_multiply(vf_run *r, vf_cell a, vf_cell b) {
    if (is_residue(r))
        return residue_product(a, b, r->modulus);
    vf_cell c = fresh(r);
    if (r->fractions) {
        mpq_mul(fraction(r, c), fraction(r, a), fraction(r, b));
        return c;
    }
    vf_interval_mul(interval(r, c), interval(r, a), interval(r, b));
    chain(r, c, a, interval(r, b));
    add_chain(r, c, b, interval(r, a));
    return c;
}

bool vf_cell_is_apart(const vf_run *r, vf_cell a) {
    if (is_residue(r))
        return a != 0;
    return r->fractions ? mpq_sgn(fraction(r, a)) != 0 : vf_interval_sign(interval(r, a)) != 0;
}

static vf_cell interval_inverse(vf_run *r, vf_cell a) {
    vf_cell c = fresh(r);
    r->failed = r->failed || !vf_cell_is_apart(r, a);
    vf_interval_inverse(interval(r, c), interval(r, a));
    vf_interval by = new_interval(r);
    vf_interval_mul(&by, interval(r, c), interval(r, c));
    mpfr_swap(by.lo, by.hi);
    mpfr_neg(by.lo, by.lo, MPFR_RNDD);
    mpfr_neg(by.hi, by.hi, MPFR_RNDU);
    chain(r, c, a, &by);
    vf_interval_clear(&by);
    return c;
}

vf_cell vf_cell_inverse(vf_run *r, vf_cell a) {
    if (is_residue(r))
        return residue_inverse(a, r->modulus);
    if (!r->fractions)
        return interval_inverse(r, a);
    ENSURE("a divisor is 0", vf_cell_is_apart(r, a));
    vf_cell c = fresh(r);
    mpq_inv(fraction(r, c), fraction(r, a));
    return c;
}

vf_cell vf_cell_copy(vf_run *r, vf_cell a) {
    if (is_residue(r))
        return a;
    vf_cell c = fresh(r);
    if (r->fractions)
        mpq_set(fraction(r, c), fraction(r, a));
    for (size_t k = 0; k <= r->slopes && !r->fractions; k++)
        vf_interval_set(interval(r, c + k), interval(r, a + k));
    return c;
}

bool vf_cell_is_larger(const vf_run *r, vf_cell a, vf_cell b) {
    if (is_residue(r))
        return false;
    if (r->fractions)
        return mpq_cmp(fraction(r, a), fraction(r, b)) > 0;
    const vf_interval *x = interval(r, a), *y = interval(r, b);
    mpfr_srcptr p = mpfr_sgn(x->lo) > 0 ? x->lo : x->hi, q = mpfr_sgn(y->lo) > 0 ? y->lo : y->hi;
    return mpfr_cmpabs(p, q) > 0;
}

bool vf_cell_is_one(const vf_run *r, vf_cell a) {
    if (r->fractions) {
        bool one = mpq_cmp_ui(fraction(r, a), 1, 1) == 0;
        ENSURE("a mask of zeros and ones", one || !vf_cell_is_apart(r, a));
        return one;
    }
    const vf_interval *x = interval(r, a);
    bool zero = mpfr_zero_p(x->lo) && mpfr_zero_p(x->hi);
    ENSURE("a mask of zeros and ones",
           zero || (mpfr_cmp_ui(x->lo, 1) == 0 && mpfr_cmp_ui(x->hi, 1) == 0));
    return !zero;
}

/* --- rows ------------------------------------------------------------------------------------ */

vf_cell vf_cells_dot(vf_run *r, const vf_cell *a, size_t step_a, const vf_cell *b, size_t step_b,
                     size_t n) {
    vf_cell sum = vf_run_integer(r, 0);
    size_t used = r->used;
    for (size_t k = 0; k < n; k++) {
        vf_cell product = vf_cell_multiply(r, a[k * step_a], b[k * step_b]);
        change(r, &sum_of, &sum, product);
        r->used = used; /* the product is not needed any more */
    }
    return sum;
}

vf_cell vf_cells_sum(vf_run *r, const vf_cell *a, size_t n) {
    vf_cell sum = vf_run_integer(r, 0);
    for (size_t k = 0; k < n; k++)
        change(r, &sum_of, &sum, a[k]);
    return sum;
}

void vf_cells_subtract(vf_run *r, vf_cell *a, vf_cell factor, const vf_cell *b, size_t n) {
    size_t used = r->used;
    for (size_t j = 0; j < n; j++) {
        vf_cell product = vf_cell_multiply(r, factor, b[j]);
        change(r, &difference_of, &a[j], product);
        r->used = used;
    }
}

/* --- roots and exponentials ------------------------------------------------------------------ */

struct vf_known_root {
    mpq_t of;
    vf_cell root;
    bool constant;
};

/* Where m is a prime that leaves 3 over 4, a or -a has the root a^((m + 1)/4). */
static vf_cell residue_root(vf_cell a, uint64_t m) {
    ENSURE("the residue of a fraction is real", imaginary(a) == 0);
    uint64_t x = residue_power(a, (m + 1) / 4, m);
    vf_cell root = x * x % m == a ? x : complex_of(0, x);
    ENSURE("a root that is not found for this modulus", residue_product(root, root, m) == a);
    return root;
}

/* sqrt(a) = sqrt(a/b)*sqrt(b), if a/b is a square: *factor is its root. */
static bool is_square_multiple(mpq_srcptr a, mpq_srcptr b, mpq_t factor) {
    mpq_div(factor, a, b);
    bool square = mpz_perfect_square_p(mpq_numref(factor)) != 0 &&
                  mpz_perfect_square_p(mpq_denref(factor)) != 0;
    if (square) {
        mpz_sqrt(mpq_numref(factor), mpq_numref(factor));
        mpz_sqrt(mpq_denref(factor), mpq_denref(factor));
    }
    return square;
}

/* A multiple of a root of a constant that is known, or of 1. */
static bool find_constant(vf_run *r, mpq_srcptr exact, vf_cell *root) {
    mpq_t factor, one;
    mpq_init(factor);
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    bool found = is_square_multiple(exact, one, factor);
    *root = vf_run_integer(r, 1);
    for (size_t k = 0; k < r->nknown && !found; k++) {
        const struct vf_known_root *known = &r->known[k];
        found = known->constant && is_square_multiple(exact, known->of, factor);
        *root = known->root;
    }
    if (found)
        *root = vf_cell_multiply(r, *root, vf_run_rational(r, factor));
    mpq_clear(factor);
    mpq_clear(one);
    return found;
}

static vf_cell take_root(vf_run *r, vf_cell a, mpq_srcptr exact, bool constant) {
    vf_cell root;
    ENSURE("a radicand that is not positive", mpq_sgn(exact) > 0);
    if (constant && find_constant(r, exact, &root))
        return root;
    if (r->nknown == MOST_KNOWN)
        vf_limit("square roots");
    r->known = vf_grow(r->known, r->nknown, sizeof *r->known);
    struct vf_known_root *new = &r->known[r->nknown++];
    mpq_init(new->of);
    mpq_set(new->of, exact);
    new->constant = constant;
    new->root = residue_root(a, r->modulus);
    return new->root;
}

static vf_cell interval_root(vf_run *r, vf_cell a) {
    vf_cell c = fresh(r);
    r->failed = r->failed || vf_interval_sign(interval(r, a)) <= 0;
    vf_interval_sqrt(interval(r, c), interval(r, a));
    vf_interval by = new_interval(r);
    vf_interval_add(&by, interval(r, c), interval(r, c));
    vf_interval_inverse(&by, &by);
    chain(r, c, a, &by);
    vf_interval_clear(&by);
    return c;
}

vf_cell vf_cell_root(vf_run *r, vf_cell a, mpq_srcptr exact, bool constant) {
    if (is_residue(r))
        return take_root(r, a, exact, constant);
    vf_cell c = interval_root(r, a);
    if (constant || r->positive)
        return c;
    if (r->slopes > 0 && r->roots == MOST_MOVING_ROOTS) {
        r->failed = true; /* too many signs, but fractions may show it */
        return c;
    }
    if (r->roots == VF_MOST_ROOTS)
        vf_limit("square roots");
    bool minus = r->choice >> r->roots++ & 1;
    return minus ? vf_run_sub(r, vf_run_integer(r, 0), c) : c;
}

/* Is what is left of x, without the primes that divide `rest`, no square? */
static bool has_own_prime(mpz_srcptr x, mpz_srcptr rest) {
    mpz_t own, common;
    mpz_init_set(own, x);
    mpz_init(common);
    for (;;) {
        mpz_gcd(common, own, rest);
        if (mpz_cmp_ui(common, 1) == 0)
            break;
        mpz_divexact(own, own, common);
    }
    bool found = mpz_perfect_square_p(own) == 0;
    mpz_clear(own);
    mpz_clear(common);
    return found;
}

/* Of those left, all that are no part of a product that is a square are taken away, since a prime
   in them to an odd power divides no other: how many are still left. */
static size_t take_independent(mpz_t *left, size_t n) {
    mpz_t all, rest;
    size_t kept = 0;
    mpz_init_set_ui(all, 1);
    mpz_init(rest);
    for (size_t k = 0; k < n; k++)
        mpz_mul(all, all, left[k]);
    for (size_t k = 0; k < n; k++) {
        mpz_divexact(rest, all, left[k]);
        if (!has_own_prime(left[k], rest))
            mpz_swap(left[kept++], left[k]);
    }
    mpz_clear(all);
    mpz_clear(rest);
    return kept;
}

void vf_ensure_independent(const vf_run *r) {
    mpz_t *left = vf_alloc((r->nknown + 1) * sizeof *left);
    size_t n = r->nknown;
    for (size_t k = 0; k < n; k++) {
        mpz_init(left[k]);
        mpz_mul(left[k], mpq_numref(r->known[k].of), mpq_denref(r->known[k].of));
    }
    while (n > 0) {
        size_t kept = take_independent(left, n);
        ENSURE("roots that are not seen to be independent", kept < n);
        n = kept;
    }
}

vf_cell vf_cell_exponential(vf_run *r, vf_cell e) {
    if (is_residue(r)) {
        uint64_t order = r->above->modulus;
        return residue_power(r->base, (real(e) + imaginary(e)) % order, r->modulus);
    }
    vf_cell c = fresh(r);
    vf_interval_exp(interval(r, c), interval(r, e));
    chain(r, c, e, interval(r, c));
    return c;
}

/* Its derivative is 2*exp(-x^2)/sqrt(pi). */
vf_cell vf_cell_erf(vf_run *r, vf_cell a) {
    vf_cell c = fresh(r), square = vf_cell_multiply(r, a, a);
    square = vf_run_sub(r, vf_run_integer(r, 0), square);
    vf_interval by = new_interval(r), bell = new_interval(r);
    vf_interval_erf(interval(r, c), interval(r, a));
    vf_interval_pi(&by);
    vf_interval_sqrt(&by, &by);
    vf_interval_inverse(&by, &by);
    vf_interval_exp(&bell, interval(r, square));
    vf_interval_add(&bell, &bell, &bell);
    vf_interval_mul(&by, &by, &bell);
    chain(r, c, a, &by);
    vf_interval_clear(&by);
    vf_interval_clear(&bell);
    return c;
}
