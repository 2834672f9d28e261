/* Polynomials: an array of terms, largest monomial first in the lexicographic order in which atom 0
   is the largest. That order is kept by products, so only general products need to sort. Nothing is
   changed after it was made, so terms are shared freely. */
#include "vf_poly.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_PRODUCTS = 1 << 27, /* of terms in one multiplication */
    MOST_POWER = 1 << 30
};

typedef struct factor {
    unsigned atom, power;
} factor;

typedef struct monomial {
    size_t n;
    uint64_t hash;
    factor f[]; /* atoms ascending, powers at least 1 */
} monomial;

typedef struct summand {
    mpq_t c;
    const monomial *m;
} summand;

struct vf_poly {
    size_t n;
    summand *t; /* monomials strictly descending, coefficients not zero */
};

/* ---- monomials ---- */

static monomial *new_monomial(size_t n) {
    monomial *m = vf_alloc(sizeof *m + n * sizeof(factor));
    m->n = n;
    return m;
}

static uint64_t hash_of(const monomial *m) {
    uint64_t h = 1469598103934665603U;
    for (size_t i = 0; i < m->n; i++) {
        h = (h ^ m->f[i].atom) * 1099511628211U;
        h = (h ^ m->f[i].power) * 1099511628211U;
    }
    return h ^ (h >> 29);
}

static int compare_monomials(const monomial *a, const monomial *b) {
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        if (a->f[i].atom != b->f[i].atom)
            return a->f[i].atom < b->f[i].atom ? 1 : -1;
        if (a->f[i].power != b->f[i].power)
            return a->f[i].power > b->f[i].power ? 1 : -1;
    }
    return (a->n > b->n) - (a->n < b->n);
}

/* The product into `to`, which has room for a->n + b->n factors. */
static void multiply_monomials(monomial *to, const monomial *a, const monomial *b) {
    size_t i = 0, j = 0, n = 0;
    while (i < a->n || j < b->n) {
        if (j == b->n || (i < a->n && a->f[i].atom < b->f[j].atom)) {
            to->f[n++] = a->f[i++];
        } else if (i == a->n || b->f[j].atom < a->f[i].atom) {
            to->f[n++] = b->f[j++];
        } else {
            to->f[n].atom = a->f[i].atom;
            to->f[n++].power = a->f[i++].power + b->f[j++].power;
            if (to->f[n - 1].power > MOST_POWER)
                vf_limit("the power of an atom");
        }
    }
    to->n = n;
    to->hash = hash_of(to);
}

/* The power of an atom in a monomial. */
static unsigned power_of(const monomial *m, unsigned atom) {
    for (size_t i = 0; i < m->n; i++)
        if (m->f[i].atom == atom)
            return m->f[i].power;
    return 0;
}

static const monomial *without(const monomial *m, unsigned atom) {
    monomial *r = new_monomial(m->n);
    r->n = 0;
    for (size_t i = 0; i < m->n; i++)
        if (m->f[i].atom != atom)
            r->f[r->n++] = m->f[i];
    r->hash = hash_of(r);
    return r;
}

/* ---- simple polynomials ---- */

static vf_poly *new_poly(size_t room) {
    vf_poly *p = vf_alloc(sizeof *p);
    p->t = vf_alloc((room + 1) * sizeof *p->t);
    return p;
}

static vf_poly *one_term(mpq_srcptr c, unsigned atom, unsigned power) {
    vf_poly *p = new_poly(1);
    monomial *m = new_monomial(power > 0);
    if (power > 0)
        m->f[0] = (factor){atom, power};
    m->hash = hash_of(m);
    mpq_init(p->t[0].c);
    mpq_set(p->t[0].c, c);
    p->t[0].m = m;
    p->n = mpq_sgn(c) != 0;
    return p;
}

const vf_poly *vf_poly_rational(mpq_srcptr value) {
    return one_term(value, 0, 0);
}

/* Small numbers are made once. */
const vf_poly *vf_poly_int(long value) {
    enum { SMALL = 8 };
    static const vf_poly *known[2 * SMALL + 1];
    bool small = value >= -SMALL && value <= SMALL;
    if (small && known[value + SMALL])
        return known[value + SMALL];
    mpq_t q;
    mpq_init(q);
    mpq_set_si(q, value, 1);
    const vf_poly *p = one_term(q, 0, 0);
    mpq_clear(q);
    if (small)
        known[value + SMALL] = p;
    return p;
}

const vf_poly *vf_poly_zero(void) {
    return vf_poly_int(0);
}

const vf_poly *vf_poly_atom(unsigned atom) {
    mpq_t q;
    mpq_init(q);
    mpq_set_si(q, 1, 1);
    const vf_poly *p = one_term(q, atom, 1);
    mpq_clear(q);
    return p;
}

/* ---- sums ---- */

static void append(vf_poly *p, const summand *t) {
    p->t[p->n++] = *t; /* the limbs of the coefficient are shared */
}

/* a + sign*b, by merging. */
static const vf_poly *merge(const vf_poly *a, const vf_poly *b, int sign) {
    vf_poly *p = new_poly(a->n + b->n);
    size_t i = 0, j = 0;
    while (i < a->n || j < b->n) {
        int c = i == a->n ? -1 : j == b->n ? 1 : compare_monomials(a->t[i].m, b->t[j].m);
        if (c > 0) {
            append(p, &a->t[i++]);
            continue;
        }
        if (c < 0 && sign > 0) {
            append(p, &b->t[j++]);
            continue;
        }
        summand t = {.m = b->t[j].m};
        mpq_init(t.c);
        mpq_set(t.c, b->t[j++].c);
        if (sign < 0)
            mpq_neg(t.c, t.c);
        if (c == 0)
            mpq_add(t.c, t.c, a->t[i++].c);
        if (mpq_sgn(t.c) != 0)
            append(p, &t);
    }
    return p;
}

const vf_poly *vf_poly_add(const vf_poly *a, const vf_poly *b) {
    return b->n == 0 ? a : a->n == 0 ? b : merge(a, b, 1);
}

const vf_poly *vf_poly_sub(const vf_poly *a, const vf_poly *b) {
    return b->n == 0 ? a : merge(a, b, -1);
}

/* ---- products ---- */

/* The terms of a product while they are collected: a hash table with open addressing. */
typedef struct collection {
    summand *t;
    size_t n, room; /* room: a power of two, at least 2n */
} collection;

/* The place of a monomial, or the free place where it belongs. */
static summand *find(const collection *table, const monomial *m) {
    size_t i = m->hash & (table->room - 1);
    while (table->t[i].m && (table->t[i].m->hash != m->hash || compare_monomials(table->t[i].m, m)))
        i = (i + 1) & (table->room - 1);
    return &table->t[i];
}

static void enlarge(collection *table) {
    collection old = *table;
    table->room = old.room ? 2 * old.room : 16;
    table->t = vf_alloc(table->room * sizeof *table->t);
    for (size_t i = 0; i < old.room; i++)
        if (old.t[i].m)
            *find(table, old.t[i].m) = old.t[i];
}

static void add_to(collection *table, const monomial *m, mpq_srcptr c) {
    if (2 * table->n >= table->room)
        enlarge(table);
    summand *t = find(table, m);
    if (!t->m) {
        monomial *own = new_monomial(m->n);
        memcpy(own, m, sizeof *m + m->n * sizeof(factor));
        t->m = own;
        mpq_init(t->c);
        table->n++;
    }
    mpq_add(t->c, t->c, c);
}

static int descending(const void *a, const void *b) {
    return compare_monomials(((const summand *)b)->m, ((const summand *)a)->m);
}

static const vf_poly *collected(const collection *table) {
    vf_poly *p = new_poly(table->n);
    for (size_t i = 0; i < table->room; i++)
        if (table->t[i].m && mpq_sgn(table->t[i].c) != 0)
            append(p, &table->t[i]);
    if (p->n > 1)
        qsort(p->t, p->n, sizeof *p->t, descending);
    return p;
}

static size_t most_factors(const vf_poly *a) {
    size_t most = 0;
    for (size_t i = 0; i < a->n; i++)
        most = a->t[i].m->n > most ? a->t[i].m->n : most;
    return most;
}

/* c*m*b: the order of the terms stays. */
static const vf_poly *times_term(const summand *a, const vf_poly *b) {
    vf_poly *p = new_poly(b->n);
    for (size_t j = 0; j < b->n; j++) {
        summand *t = &p->t[p->n++];
        monomial *m = new_monomial(a->m->n + b->t[j].m->n);
        multiply_monomials(m, a->m, b->t[j].m);
        t->m = m;
        mpq_init(t->c);
        mpq_mul(t->c, a->c, b->t[j].c);
    }
    return p;
}

const vf_poly *vf_poly_mul(const vf_poly *a, const vf_poly *b) {
    if (a->n == 0 || b->n == 0)
        return vf_poly_zero();
    if (a == vf_poly_int(1) || b == vf_poly_int(1))
        return a == vf_poly_int(1) ? b : a;
    if (a->n == 1)
        return times_term(&a->t[0], b);
    if (b->n == 1)
        return times_term(&b->t[0], a);
    if (a->n > MOST_PRODUCTS / b->n)
        vf_limit("the terms of a product");
    collection table = {0};
    monomial *m = new_monomial(most_factors(a) + most_factors(b));
    mpq_t c;
    mpq_init(c);
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++) {
            multiply_monomials(m, a->t[i].m, b->t[j].m);
            mpq_mul(c, a->t[i].c, b->t[j].c);
            add_to(&table, m, c);
        }
    mpq_clear(c);
    return collected(&table);
}

const vf_poly *vf_poly_pow(const vf_poly *a, unsigned long k) {
    if (k == 0)
        return vf_poly_int(1);
    const vf_poly *half = vf_poly_pow(a, k / 2);
    const vf_poly *square = k == 1 ? half : vf_poly_mul(half, half);
    return k % 2 ? vf_poly_mul(square, a) : square;
}

/* ---- division without remainder ---- */

/* a/b for monomials; NULL: b does not divide a. */
static const monomial *divide_monomials(const monomial *a, const monomial *b) {
    monomial *r = new_monomial(a->n);
    size_t j = 0, n = 0;
    for (size_t i = 0; i < a->n; i++) {
        factor f = a->f[i];
        if (j < b->n && b->f[j].atom == f.atom) {
            if (b->f[j].power > f.power)
                return NULL;
            f.power -= b->f[j++].power;
        }
        if (f.power > 0)
            r->f[n++] = f;
    }
    r->n = n;
    r->hash = hash_of(r);
    return j == b->n ? r : NULL;
}

/* The leading term of what is left is the product of the leading terms of b and of the quotient. */
const vf_poly *vf_poly_quotient(const vf_poly *a, const vf_poly *b) {
    vf_poly *q = new_poly(0);
    ENSURE("a division by zero", b->n > 0);
    while (a->n > 0) {
        summand t = {.m = divide_monomials(a->t[0].m, b->t[0].m)};
        if (!t.m)
            return NULL;
        mpq_init(t.c);
        mpq_div(t.c, a->t[0].c, b->t[0].c);
        if ((q->n & (q->n - 1)) == 0)
            q->t = vf_grow(q->t, q->n, sizeof *q->t);
        append(q, &t);
        a = merge(a, times_term(&t, b), -1);
    }
    return q;
}

/* ---- what is in a polynomial ---- */

bool vf_poly_is_zero(const vf_poly *a) {
    return a->n == 0;
}

int vf_poly_compare(const vf_poly *a, const vf_poly *b) {
    if (a == b)
        return 0;
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        int c = compare_monomials(a->t[i].m, b->t[i].m);
        if (c == 0)
            c = mpq_cmp(a->t[i].c, b->t[i].c);
        if (c != 0)
            return c;
    }
    return (a->n > b->n) - (a->n < b->n);
}

bool vf_poly_equal(const vf_poly *a, const vf_poly *b) {
    return a->n == b->n && vf_poly_compare(a, b) == 0;
}

bool vf_poly_is_rational(const vf_poly *a, mpq_t value) {
    if (a->n > 1 || (a->n == 1 && a->t[0].m->n > 0))
        return false;
    if (value && a->n == 1)
        mpq_set(value, a->t[0].c);
    else if (value)
        mpq_set_si(value, 0, 1);
    return true;
}

size_t vf_poly_terms(const vf_poly *a) {
    return a->n;
}

mpq_srcptr vf_poly_coefficient(const vf_poly *a, size_t term) {
    return a->t[term].c;
}

size_t vf_poly_factors(const vf_poly *a, size_t term) {
    return a->t[term].m->n;
}

unsigned vf_poly_factor(const vf_poly *a, size_t term, size_t f, unsigned long *power) {
    if (power)
        *power = a->t[term].m->f[f].power;
    return a->t[term].m->f[f].atom;
}

bool vf_poly_mentions(const vf_poly *a, unsigned atom) {
    for (size_t i = 0; i < a->n; i++)
        if (power_of(a->t[i].m, atom) > 0)
            return true;
    return false;
}

/* ---- substitution ---- */

unsigned vf_poly_degree(const vf_poly *a, unsigned atom) {
    unsigned d = 0;
    for (size_t i = 0; i < a->n; i++) {
        unsigned k = power_of(a->t[i].m, atom);
        d = k > d ? k : d;
    }
    return d;
}

/* What stands with atom^k; the order of the terms stays. */
const vf_poly *vf_poly_part(const vf_poly *a, unsigned atom, unsigned k) {
    vf_poly *p = new_poly(a->n);
    for (size_t i = 0; i < a->n; i++)
        if (power_of(a->t[i].m, atom) == k) {
            append(p, &a->t[i]);
            p->t[p->n - 1].m = without(a->t[i].m, atom);
        }
    return p;
}

const vf_poly *vf_poly_derivative(const vf_poly *a, unsigned atom) {
    const vf_poly *sum = vf_poly_zero();
    for (unsigned k = vf_poly_degree(a, atom); k > 0; k--) {
        const vf_poly *power = vf_poly_mul(vf_poly_int(k), vf_poly_pow(vf_poly_atom(atom), k - 1));
        sum = vf_poly_add(sum, vf_poly_mul(power, vf_poly_part(a, atom, k)));
    }
    return sum;
}

/* den^d * a(num/den), where d is the degree of a in the atom: by Horner's rule. */
static const vf_poly *put(const vf_poly *a, unsigned atom, const vf_poly *num, const vf_poly *den) {
    unsigned d = vf_poly_degree(a, atom);
    if (d == 0)
        return a;
    const vf_poly *sum = vf_poly_part(a, atom, d);
    const vf_poly *scale = vf_poly_int(1);
    for (unsigned k = d; k-- > 0;) {
        scale = vf_poly_mul(scale, den);
        const vf_poly *here = vf_poly_part(a, atom, k);
        sum = vf_poly_add(vf_poly_mul(sum, num), vf_poly_mul(here, scale));
    }
    return sum;
}

const vf_poly *vf_poly_put(const vf_poly *a, unsigned atom, const vf_poly *by) {
    return put(a, atom, by, vf_poly_int(1));
}

/* ---- fractions ---- */

/* A denominator without atoms is divided out, and so is a numerator that equals it. */
static vf_ratio fraction(const vf_poly *num, const vf_poly *den) {
    vf_ratio r = {num, den};
    if (den == vf_poly_int(1))
        return r;
    mpq_t q;
    mpq_init(q);
    if (vf_poly_equal(num, den) || vf_poly_is_zero(num))
        r = vf_ratio_int(!vf_poly_is_zero(num));
    else if (vf_poly_is_rational(den, q)) {
        mpq_inv(q, q);
        r = (vf_ratio){vf_poly_mul(num, vf_poly_rational(q)), vf_poly_int(1)};
    }
    mpq_clear(q);
    return r;
}

vf_ratio vf_ratio_of(const vf_poly *a) {
    return (vf_ratio){a, vf_poly_int(1)};
}

vf_ratio vf_ratio_int(long value) {
    return vf_ratio_of(vf_poly_int(value));
}

static vf_ratio sum(vf_ratio a, vf_ratio b, int sign) {
    bool same = vf_poly_equal(a.den, b.den);
    const vf_poly *x = same ? a.num : vf_poly_mul(a.num, b.den);
    const vf_poly *y = same ? b.num : vf_poly_mul(b.num, a.den);
    const vf_poly *den = same ? a.den : vf_poly_mul(a.den, b.den);
    return fraction(sign < 0 ? vf_poly_sub(x, y) : vf_poly_add(x, y), den);
}

vf_ratio vf_ratio_add(vf_ratio a, vf_ratio b) {
    return sum(a, b, 1);
}

vf_ratio vf_ratio_sub(vf_ratio a, vf_ratio b) {
    return sum(a, b, -1);
}

vf_ratio vf_ratio_mul(vf_ratio a, vf_ratio b) {
    vf_ratio x = fraction(a.num, b.den), y = fraction(b.num, a.den);
    return fraction(vf_poly_mul(x.num, y.num), vf_poly_mul(x.den, y.den));
}

vf_ratio vf_ratio_div(vf_ratio a, vf_ratio b) {
    ENSURE("a division by zero", !vf_poly_is_zero(b.num));
    return vf_ratio_mul(a, (vf_ratio){b.den, b.num});
}

bool vf_ratio_equal(vf_ratio a, vf_ratio b) {
    if (vf_poly_equal(a.den, b.den))
        return vf_poly_equal(a.num, b.num);
    return vf_poly_is_zero(sum(a, b, -1).num);
}

bool vf_ratio_is_zero(vf_ratio a) {
    return vf_poly_is_zero(a.num);
}

vf_ratio vf_ratio_put(vf_ratio a, unsigned atom, vf_ratio by) {
    unsigned up = vf_poly_degree(a.num, atom), down = vf_poly_degree(a.den, atom);
    const vf_poly *num = put(a.num, atom, by.num, by.den);
    const vf_poly *den = put(a.den, atom, by.num, by.den);
    ENSURE("a substitution that makes a denominator zero", !vf_poly_is_zero(den));
    if (down > up)
        num = vf_poly_mul(num, vf_poly_pow(by.den, down - up));
    else
        den = vf_poly_mul(den, vf_poly_pow(by.den, up - down));
    return fraction(num, den);
}
