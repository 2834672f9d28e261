#include "vf_number.h"

#include <stdlib.h>

/* Largest number of terms that a product is multiplied out for, largest exponent of exp(k*log(q)),
   primes that are looked for under roots and logarithms. */
enum {
    MOST_PRODUCTS = 1 << 22,
    FEW_POWERS = 8,
    MOST_POWER = 10000,
    MOST_PRIME = 1 << 12,
    MOST_DEPTH = 100
};

/* Products of numbers and of intervals, the latter by 64 bits, in all: some seconds. */
enum { MOST_WORK = 1 << 25 };
static unsigned long work;

static void count_work(unsigned long more) {
    work += more;
    if (work > MOST_WORK)
        vf_limit("work on numbers");
}

typedef enum kind { ROOT, RECIPROCAL, EXP, LOG, ERF, PI, ENCLOSED } kind;

typedef struct atom {
    kind kind;
    const vf_number *of; /* lies below: its atoms have smaller numbers */
    vf_encloser *encloser;
    const void *what;
    vf_interval at[VF_LEVELS];
    bool known[VF_LEVELS];
} atom;

typedef struct factor {
    unsigned atom, power;
} factor;

typedef struct product { /* atoms ascending; roots to the first power, one exponential at most */
    unsigned id;
    size_t n;
    factor factor[];
} product;

typedef struct term {
    mpq_t c; /* not 0 */
    const product *p;
} term;

struct vf_number { /* products ascending by id */
    size_t n;
    term term[];
};

static atom **atoms;
static size_t natoms;
static product **products; /* by id; products[0] is the empty one */
static size_t nproducts;
static unsigned *product_table, *atom_table; /* hash tables of id + 1 */
static size_t product_room, atom_room;

/* --- products and atoms, each kept once ------------------------------------------------------ */

static size_t mix(size_t h, size_t x) {
    return (h ^ x) * 1099511628211u + (h >> 7);
}

static size_t hash_factors(const factor *f, size_t n) {
    size_t h = n + 1;
    for (size_t i = 0; i < n; i++)
        h = mix(mix(h, f[i].atom), f[i].power);
    return h;
}

static size_t hash_number(const vf_number *a) {
    size_t h = 17;
    for (size_t i = 0; a != NULL && i < a->n; i++) {
        h = mix(h, a->term[i].p->id);
        h = mix(mix(h, mpz_get_ui(mpq_numref(a->term[i].c))), mpz_get_ui(mpq_denref(a->term[i].c)));
    }
    return h;
}

static void insert(unsigned *table, size_t room, size_t hash, unsigned id) {
    size_t at = hash % room;
    while (table[at] != 0)
        at = (at + 1) % room;
    table[at] = id + 1;
}

/* Half of the room stays free. */
static bool make_room(unsigned **table, size_t *room, size_t n) {
    if (2 * (n + 1) < *room)
        return false;
    *room = *room ? 2 * *room : 1024;
    *table = vf_alloc(*room * sizeof **table);
    return true;
}

static bool same_factors(const product *p, const factor *f, size_t n) {
    bool same = p->n == n;
    for (size_t i = 0; same && i < n; i++)
        same = p->factor[i].atom == f[i].atom && p->factor[i].power == f[i].power;
    return same;
}

static const product *product_of(const factor *f, size_t n) {
    if (make_room(&product_table, &product_room, nproducts))
        for (size_t i = 0; i < nproducts; i++)
            insert(product_table, product_room, hash_factors(products[i]->factor, products[i]->n),
                   (unsigned)i);
    size_t hash = hash_factors(f, n);
    for (size_t at = hash % product_room; product_table[at] != 0; at = (at + 1) % product_room)
        if (same_factors(products[product_table[at] - 1], f, n))
            return products[product_table[at] - 1];
    product *made = vf_alloc(sizeof *made + n * sizeof *f);
    made->id = (unsigned)nproducts;
    made->n = n;
    for (size_t i = 0; i < n; i++)
        made->factor[i] = f[i];
    products = vf_grow(products, nproducts, sizeof *products);
    insert(product_table, product_room, hash, made->id);
    return products[nproducts++] = made;
}

static const product *one(void) {
    return product_of(NULL, 0);
}

static const product *atom_product(unsigned a) {
    return product_of(&(factor){a, 1}, 1);
}

static unsigned new_atom(kind k, const vf_number *of) {
    atom *made = vf_alloc(sizeof *made);
    made->kind = k;
    made->of = of;
    atoms = vf_grow(atoms, natoms, sizeof *atoms);
    atoms[natoms] = made;
    return (unsigned)natoms++;
}

static size_t hash_atom(kind k, const vf_number *of) {
    return mix(hash_number(of), (size_t)k);
}

static unsigned atom_of(kind k, const vf_number *of) {
    if (make_room(&atom_table, &atom_room, natoms))
        for (size_t i = 0; i < natoms; i++)
            insert(atom_table, atom_room, hash_atom(atoms[i]->kind, atoms[i]->of), (unsigned)i);
    size_t hash = hash_atom(k, of);
    for (size_t at = hash % atom_room; atom_table[at] != 0; at = (at + 1) % atom_room) {
        const atom *a = atoms[atom_table[at] - 1];
        if (a->kind == k && a->of != NULL && vf_num_same(a->of, of))
            return atom_table[at] - 1;
    }
    unsigned made = new_atom(k, of);
    insert(atom_table, atom_room, hash, made);
    return made;
}

/* --- sums ------------------------------------------------------------------------------------ */

typedef struct sum {
    term *term;
    size_t n;
} sum;

static void sum_put(sum *s, mpq_srcptr c, const product *p) {
    s->term = vf_grow(s->term, s->n, sizeof *s->term);
    mpq_init(s->term[s->n].c);
    mpq_set(s->term[s->n].c, c);
    s->term[s->n++].p = p;
}

static int by_product(const void *x, const void *y) {
    const term *a = x, *b = y;
    return (a->p->id > b->p->id) - (a->p->id < b->p->id);
}

/* Puts equal terms together. The sum is used up. */
static const vf_number *sum_done(sum *s) {
    size_t n = 0;
    if (s->n > 1)
        qsort(s->term, s->n, sizeof *s->term, by_product);
    for (size_t i = 0; i < s->n; i++) {
        term *t = &s->term[i], *last = n > 0 ? &s->term[n - 1] : NULL;
        if (last != NULL && last->p == t->p) {
            mpq_add(last->c, last->c, t->c);
            mpq_clear(t->c);
            n -= mpq_sgn(last->c) == 0;
        } else if (mpq_sgn(t->c) != 0) {
            s->term[n++] = *t;
        }
    }
    vf_number *made = vf_alloc(sizeof *made + n * sizeof *made->term);
    made->n = n;
    for (size_t i = 0; i < n; i++)
        made->term[i] = s->term[i];
    return made;
}

static const vf_number *single(mpq_srcptr c, const product *p) {
    sum s = {0};
    sum_put(&s, c, p);
    return sum_done(&s);
}

static const vf_number *number_of(const product *p) {
    mpq_t c;
    mpq_init(c);
    mpq_set_ui(c, 1, 1);
    const vf_number *made = single(c, p);
    mpq_clear(c);
    return made;
}

const vf_number *vf_num_rational(mpq_srcptr value) {
    return single(value, one());
}

const vf_number *vf_num_int(long value) {
    mpq_t c;
    mpq_init(c);
    mpq_set_si(c, value, 1);
    const vf_number *made = vf_num_rational(c);
    mpq_clear(c);
    return made;
}

const vf_number *vf_num_zero(void) {
    static const vf_number *zero;
    return zero = zero != NULL ? zero : vf_num_int(0);
}

static void sum_add(sum *s, const vf_number *a, mpq_srcptr by) {
    mpq_t c;
    mpq_init(c);
    for (size_t i = 0; i < a->n; i++) {
        mpq_mul(c, a->term[i].c, by);
        sum_put(s, c, a->term[i].p);
    }
    mpq_clear(c);
}

static const vf_number *times(const vf_number *a, mpq_srcptr by) {
    sum s = {0};
    sum_add(&s, a, by);
    return sum_done(&s);
}

static const vf_number *times_fraction(const vf_number *a, long num, unsigned long den) {
    mpq_t c;
    mpq_init(c);
    mpq_set_si(c, num, den);
    mpq_canonicalize(c);
    const vf_number *made = times(a, c);
    mpq_clear(c);
    return made;
}

/* Two rational numbers, the second times 1 or -1. */
static const vf_number *combine_rational(const vf_number *a, const vf_number *b, long sign) {
    mpq_t c;
    mpq_init(c);
    if (sign < 0)
        mpq_sub(c, a->term[0].c, b->term[0].c);
    else
        mpq_add(c, a->term[0].c, b->term[0].c);
    const vf_number *made = vf_num_rational(c);
    mpq_clear(c);
    return made;
}

static const vf_number *combine(const vf_number *a, const vf_number *b, long sign) {
    mpq_t c;
    sum s = {0};
    if (a->n == 1 && b->n == 1 && a->term[0].p->n == 0 && b->term[0].p->n == 0)
        return combine_rational(a, b, sign);
    mpq_init(c);
    mpq_set_si(c, 1, 1);
    sum_add(&s, a, c);
    mpq_set_si(c, sign, 1);
    sum_add(&s, b, c);
    mpq_clear(c);
    return sum_done(&s);
}

const vf_number *vf_num_add(const vf_number *a, const vf_number *b) {
    return b->n == 0 ? a : a->n == 0 ? b : combine(a, b, 1);
}

const vf_number *vf_num_sub(const vf_number *a, const vf_number *b) {
    return b->n == 0 ? a : combine(a, b, -1);
}

const vf_number *vf_num_neg(const vf_number *a) {
    return times_fraction(a, -1, 1);
}

/* --- products -------------------------------------------------------------------------------- */

typedef struct merged { /* the factors of two products together */
    factor *factor;
    size_t n;
    const vf_number *squares;   /* of the roots that met, multiplied; NULL: none */
    const vf_number *exponents; /* of two exponentials that met; NULL: no two */
} merged;

static void merge_one(merged *m, factor f) {
    const atom *a = atoms[f.atom];
    if (a->kind == ROOT && f.power > 1)
        m->squares = m->squares == NULL ? a->of : vf_num_mul(m->squares, a->of);
    else
        m->factor[m->n++] = f;
}

/* Takes the two exponentials out. */
static void merge_exponentials(merged *m) {
    size_t n = 0, found = 0, first = 0;
    for (size_t i = 0; i < m->n; i++)
        found += atoms[m->factor[i].atom]->kind == EXP ? m->factor[i].power : 0;
    for (size_t i = 0; found > 1 && i < m->n; i++) {
        const atom *a = atoms[m->factor[i].atom];
        if (a->kind != EXP) {
            m->factor[n++] = m->factor[i];
            continue;
        }
        for (unsigned k = 0; k < m->factor[i].power; k++, first++)
            m->exponents = first == 0 ? a->of : vf_num_add(m->exponents, a->of);
    }
    m->n = found > 1 ? n : m->n;
}

static merged merge(const product *p, const product *q) {
    merged m = {.factor = vf_alloc((p->n + q->n + 1) * sizeof *m.factor)};
    for (size_t i = 0, j = 0; i < p->n || j < q->n;) {
        factor f = {0};
        if (j == q->n || (i < p->n && p->factor[i].atom < q->factor[j].atom))
            f = p->factor[i++];
        else if (i == p->n || q->factor[j].atom < p->factor[i].atom)
            f = q->factor[j++];
        else
            f = (factor){p->factor[i].atom, p->factor[i].power + q->factor[j].power}, i++, j++;
        merge_one(&m, f);
    }
    merge_exponentials(&m);
    return m;
}

static void sum_add_product(sum *s, const term *x, const term *y) {
    mpq_t c;
    mpq_init(c);
    mpq_mul(c, x->c, y->c);
    if (x->p->n == 0 || y->p->n == 0) {
        sum_put(s, c, x->p->n == 0 ? y->p : x->p);
        mpq_clear(c);
        return;
    }
    merged m = merge(x->p, y->p);
    if (m.squares == NULL && m.exponents == NULL) {
        sum_put(s, c, product_of(m.factor, m.n));
    } else {
        const vf_number *made = number_of(product_of(m.factor, m.n));
        if (m.exponents != NULL)
            made = vf_num_mul(made, vf_num_exp(m.exponents));
        if (m.squares != NULL)
            made = vf_num_mul(made, m.squares);
        sum_add(s, made, c);
    }
    mpq_clear(c);
}

static const vf_number *rational_dot(const vf_number *const *a, const vf_number *const *b,
                                     size_t n) {
    mpq_t sum_of, x;
    mpq_init(sum_of);
    mpq_init(x);
    for (size_t k = 0; k < n; k++) {
        if (a[k]->n == 0 || b[k]->n == 0)
            continue;
        mpq_mul(x, a[k]->term[0].c, b[k]->term[0].c);
        mpq_add(sum_of, sum_of, x);
    }
    const vf_number *made = vf_num_rational(sum_of);
    mpq_clear(sum_of);
    mpq_clear(x);
    return made;
}

const vf_number *vf_num_dot(const vf_number *const *a, const vf_number *const *b, size_t n) {
    sum s = {0};
    bool rational = true;
    for (size_t k = 0; rational && k < n; k++)
        rational = vf_num_is_rational(a[k], NULL) && vf_num_is_rational(b[k], NULL);
    if (rational)
        return rational_dot(a, b, n);
    for (size_t k = 0; k < n; k++) {
        if (a[k]->n > MOST_PRODUCTS / (b[k]->n + 1))
            vf_limit("terms of a number");
        count_work(a[k]->n * b[k]->n);
        for (size_t i = 0; i < a[k]->n; i++)
            for (size_t j = 0; j < b[k]->n; j++)
                sum_add_product(&s, &a[k]->term[i], &b[k]->term[j]);
        if (s.n > MOST_PRODUCTS)
            vf_limit("terms of a number");
    }
    return sum_done(&s);
}

const vf_number *vf_num_mul(const vf_number *a, const vf_number *b) {
    return vf_num_dot(&a, &b, 1);
}

/* --- what is looked up ----------------------------------------------------------------------- */

bool vf_num_is_rational(const vf_number *a, mpq_t value) {
    if (a->n > 1 || (a->n == 1 && a->term[0].p->n > 0))
        return false;
    if (value != NULL && a->n == 0)
        mpq_set_ui(value, 0, 1);
    if (value != NULL && a->n == 1)
        mpq_set(value, a->term[0].c);
    return true;
}

bool vf_num_same(const vf_number *a, const vf_number *b) {
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->term[i].p == b->term[i].p && mpq_equal(a->term[i].c, b->term[i].c);
    return same;
}

size_t vf_num_terms(const vf_number *a) {
    return a->n;
}

/* --- functions ------------------------------------------------------------------------------- */

/* The positive rational by which a primitive integral sum was multiplied. */
static void content(mpq_t c, const vf_number *a) {
    mpq_set_ui(c, 0, 1);
    mpz_set_ui(mpq_denref(c), 1);
    for (size_t i = 0; i < a->n; i++) {
        mpz_gcd(mpq_numref(c), mpq_numref(c), mpq_numref(a->term[i].c));
        mpz_lcm(mpq_denref(c), mpq_denref(c), mpq_denref(a->term[i].c));
    }
}

static const vf_number *primitive(const vf_number *a, mpq_t c) {
    mpq_t by;
    mpq_init(by);
    content(c, a);
    mpq_inv(by, c);
    const vf_number *made = times(a, by);
    mpq_clear(by);
    return made;
}

static const vf_number *atom_number(kind k, const vf_number *of) {
    return number_of(atom_product(atom_of(k, of)));
}

/* sqrt(n) = outside*sqrt(2)*sqrt(3)*..., for n > 0: primes are taken out one by one, and what is
   left has a root of its own. */
static const vf_number *root_of_integer(mpz_srcptr n) {
    mpz_t rest, outside;
    mpq_t q;
    mpz_init_set(rest, n);
    mpz_init_set_ui(outside, 1);
    mpq_init(q);
    const vf_number *made = vf_num_int(1);
    for (unsigned long p = 2; p < MOST_PRIME && mpz_cmp_ui(rest, p) >= 0; p++) {
        for (; mpz_divisible_ui_p(rest, p * p); mpz_divexact_ui(rest, rest, p * p))
            mpz_mul_ui(outside, outside, p);
        if (!mpz_divisible_ui_p(rest, p))
            continue;
        mpz_divexact_ui(rest, rest, p);
        made = vf_num_mul(made, atom_number(ROOT, vf_num_int((long)p)));
    }
    if (mpz_perfect_square_p(rest)) {
        mpz_sqrt(rest, rest);
        mpz_mul(outside, outside, rest);
    } else {
        mpq_set_z(q, rest);
        made = vf_num_mul(made, atom_number(ROOT, vf_num_rational(q)));
    }
    mpq_set_z(q, outside);
    return times(made, q);
}

/* sqrt(p/q) = sqrt(p*q)/q */
static const vf_number *root_of_rational(mpq_srcptr q) {
    mpz_t n;
    mpq_t by;
    mpz_init(n);
    mpq_init(by);
    mpz_mul(n, mpq_numref(q), mpq_denref(q));
    mpq_set_z(by, mpq_denref(q));
    mpq_inv(by, by);
    return times(root_of_integer(n), by);
}

static const vf_number *exponent_of(const product *p) {
    for (size_t f = 0; f < p->n; f++)
        if (atoms[p->factor[f].atom]->kind == EXP)
            return atoms[p->factor[f].atom]->of;
    return vf_num_zero();
}

/* The least of the exponents of the terms, so that sums that differ by an exponential alone get one
   form; 0 where they cannot be compared. */
static const vf_number *least_exponent(const vf_number *a) {
    const vf_number *least = exponent_of(a->term[0].p);
    for (size_t i = 1; i < a->n; i++) {
        const vf_number *other = exponent_of(a->term[i].p);
        int sign = other == least ? 0 : vf_num_sign(vf_num_sub(other, least));
        if (sign == VF_NO_SIGN)
            return vf_num_zero();
        least = sign < 0 ? other : least;
    }
    return least;
}

/* a = exp(*exponent)*c*(what is returned), which is primitive */
static const vf_number *simplify(const vf_number *a, const vf_number **exponent, mpq_t c) {
    *exponent = least_exponent(a);
    if ((*exponent)->n > 0)
        a = vf_num_mul(a, vf_num_exp(vf_num_neg(*exponent)));
    return primitive(a, c);
}

const vf_number *vf_num_sqrt(const vf_number *a) {
    const vf_number *exponent;
    mpq_t c;
    mpq_init(c);
    a = simplify(a, &exponent, c);
    const vf_number *outside =
        vf_num_mul(vf_num_exp(times_fraction(exponent, 1, 2)), root_of_rational(c));
    if (vf_num_is_rational(a, c)) /* 1 */
        return outside;
    return vf_num_mul(outside, atom_number(ROOT, a));
}

/* a^k, a > 0 */
static const vf_number *whole_power(const vf_number *a, long k) {
    const vf_number *base = k < 0 ? vf_num_inverse(a) : a, *made = vf_num_int(1);
    for (long i = k < 0 ? -k : k; i > 0; i--)
        made = vf_num_mul(made, base);
    return made;
}

/* q^k for q > 0 */
static const vf_number *power_of_rational(mpq_t q, long k) {
    mpq_t power;
    mpq_init(power);
    if (k < 0)
        mpq_inv(q, q);
    mpz_pow_ui(mpq_numref(power), mpq_numref(q), (unsigned long)(k < 0 ? -k : k));
    mpz_pow_ui(mpq_denref(power), mpq_denref(q), (unsigned long)(k < 0 ? -k : k));
    return vf_num_rational(power);
}

/* Of a term that is a number times a logarithm; NULL for others. */
static const atom *logarithm_in(const term *t) {
    const product *p = t->p;
    bool one = p->n == 1 && p->factor[0].power == 1 && atoms[p->factor[0].atom]->kind == LOG;
    return one ? atoms[p->factor[0].atom] : NULL;
}

/* exp(k*log(a)) is a^(whole part of k), a root more for a rest of 1/2, else exp(rest*log(a)); a is
   positive, since its logarithm is defined. */
static bool power_of_logarithm(const term *t, const vf_number **made, mpq_t rest) {
    const atom *x = logarithm_in(t);
    if (x == NULL)
        return false;
    const vf_number *of = x->of;
    mpq_t q, power;
    mpz_t whole;
    mpq_init(q);
    mpq_init(power);
    mpz_init(whole);
    mpz_fdiv_q(whole, mpq_numref(t->c), mpq_denref(t->c));
    bool rational = vf_num_is_rational(of, q);
    if (mpz_cmpabs_ui(whole, rational ? MOST_POWER : FEW_POWERS) > 0)
        return false;
    mpq_set_z(power, whole);
    mpq_sub(rest, t->c, power);
    if (mpz_cmp_ui(mpq_denref(rest), 2) == 0) {
        *made = vf_num_mul(*made, rational ? root_of_rational(q) : vf_num_sqrt(of));
        mpq_set_ui(rest, 0, 1);
    }
    long k = mpz_get_si(whole);
    *made = vf_num_mul(*made, rational ? power_of_rational(q, k) : whole_power(of, k));
    return true;
}

const vf_number *vf_num_exp(const vf_number *a) {
    const vf_number *outside = vf_num_int(1);
    sum rest = {0};
    mpq_t c;
    mpq_init(c);
    for (size_t i = 0; i < a->n; i++)
        if (power_of_logarithm(&a->term[i], &outside, c))
            sum_put(&rest, c, a->term[i].p);
        else
            sum_put(&rest, a->term[i].c, a->term[i].p);
    mpq_clear(c);
    const vf_number *exponent = sum_done(&rest);
    if (exponent->n == 0)
        return outside;
    return vf_num_mul(outside, atom_number(EXP, exponent));
}

/* Adds by*log(n) for n > 0. */
static void log_of_integer(sum *s, mpz_srcptr n, long by) {
    mpz_t rest;
    mpq_t c;
    mpz_init_set(rest, n);
    mpq_init(c);
    mpq_set_si(c, by, 1);
    for (unsigned long p = 2; p < MOST_PRIME && mpz_cmp_ui(rest, p) >= 0; p++)
        for (; mpz_divisible_ui_p(rest, p); mpz_divexact_ui(rest, rest, p))
            sum_put(s, c, atom_product(atom_of(LOG, vf_num_int((long)p))));
    if (mpz_cmp_ui(rest, 1) == 0)
        return;
    mpq_t q;
    mpq_init(q);
    mpq_set_z(q, rest);
    sum_put(s, c, atom_product(atom_of(LOG, vf_num_rational(q))));
}

/* log of a primitive number: of the square of a root, of what a reciprocal stands for */
static const vf_number *log_of_primitive(const vf_number *a) {
    const product *p = a->term[0].p;
    const atom *x = p->n == 1 && a->n == 1 ? atoms[p->factor[0].atom] : NULL;
    if (x != NULL && x->kind == ROOT)
        return times_fraction(vf_num_log(x->of), 1, 2);
    if (x != NULL && x->kind == RECIPROCAL && vf_num_sign(x->of) > 0 &&
        vf_num_sign(x->of) != VF_NO_SIGN)
        return times_fraction(vf_num_log(x->of), -(long)p->factor[0].power, 1);
    return atom_number(LOG, a);
}

const vf_number *vf_num_log(const vf_number *a) {
    sum s = {0};
    const vf_number *exponent;
    mpq_t c;
    mpq_init(c);
    a = simplify(a, &exponent, c);
    log_of_integer(&s, mpq_numref(c), 1);
    log_of_integer(&s, mpq_denref(c), -1);
    const vf_number *made = vf_num_add(sum_done(&s), exponent);
    return vf_num_is_rational(a, c) ? made : vf_num_add(made, log_of_primitive(a));
}

const vf_number *vf_num_erf(const vf_number *a) {
    if (a->n == 0)
        return a;
    if (mpq_sgn(a->term[0].c) < 0)
        return vf_num_neg(atom_number(ERF, vf_num_neg(a)));
    return atom_number(ERF, a);
}

const vf_number *vf_num_pi(void) {
    return atom_number(PI, vf_num_zero());
}

/* --- reciprocals ----------------------------------------------------------------------------- */

/* An inverse of a power of one atom. */
static const vf_number *inverse_of_factor(factor f) {
    const atom *a = atoms[f.atom];
    const vf_number *base = atom_number(RECIPROCAL, number_of(atom_product(f.atom)));
    if (a->kind == EXP)
        base = vf_num_exp(vf_num_neg(a->of));
    if (a->kind == RECIPROCAL)
        base = a->of;
    if (a->kind == ROOT)
        base = vf_num_mul(number_of(atom_product(f.atom)), vf_num_inverse(a->of));
    const vf_number *made = base;
    for (unsigned k = 1; k < f.power; k++)
        made = vf_num_mul(made, base);
    return made;
}

static const vf_number *inverse_of_term(const term *t) {
    mpq_t c;
    mpq_init(c);
    mpq_inv(c, t->c);
    const vf_number *made = vf_num_rational(c);
    for (size_t i = 0; i < t->p->n; i++)
        made = vf_num_mul(made, inverse_of_factor(t->p->factor[i]));
    return made;
}

/* The largest atom of this kind among the products; false: there is none. */
static bool largest(const vf_number *a, kind k, unsigned *found) {
    bool any = false;
    for (size_t i = 0; i < a->n; i++)
        for (size_t f = 0; f < a->term[i].p->n; f++) {
            unsigned x = a->term[i].p->factor[f].atom;
            if (atoms[x]->kind == k && (!any || x > *found)) {
                *found = x;
                any = true;
            }
        }
    return any;
}

static unsigned power_in(const product *p, unsigned x) {
    for (size_t f = 0; f < p->n; f++)
        if (p->factor[f].atom == x)
            return p->factor[f].power;
    return 0;
}

static const product *without(const product *p, unsigned x) {
    factor *left = vf_alloc((p->n + 1) * sizeof *left);
    size_t n = 0;
    for (size_t f = 0; f < p->n; f++)
        if (p->factor[f].atom != x)
            left[n++] = p->factor[f];
    return product_of(left, n);
}

/* What stands at x^power. */
static const vf_number *coefficient(const vf_number *a, unsigned x, unsigned power) {
    sum s = {0};
    for (size_t i = 0; i < a->n; i++)
        if (power_in(a->term[i].p, x) == power)
            sum_put(&s, a->term[i].c, without(a->term[i].p, x));
    return sum_done(&s);
}

/* Roots of rationals only, and few of them? */
static bool plain_roots(const vf_number *a) {
    for (size_t i = 0; i < a->n; i++)
        for (size_t f = 0; f < a->term[i].p->n; f++) {
            const atom *x = atoms[a->term[i].p->factor[f].atom];
            if (x->kind != ROOT || !vf_num_is_rational(x->of, NULL))
                return false;
        }
    return a->n <= 64;
}

const vf_number *vf_num_inverse(const vf_number *a) {
    unsigned s;
    mpq_t c;
    if (a->n == 1)
        return inverse_of_term(&a->term[0]);
    if (plain_roots(a) && largest(a, ROOT, &s)) { /* 1/(p + q*s) = (p - q*s)/(p^2 - q^2*r) */
        const vf_number *p = coefficient(a, s, 0), *q = coefficient(a, s, 1);
        const vf_number *norm =
            vf_num_sub(vf_num_mul(p, p), vf_num_mul(atoms[s]->of, vf_num_mul(q, q)));
        const vf_number *conjugate = vf_num_sub(p, vf_num_mul(q, number_of(atom_product(s))));
        int sign = vf_num_sign(norm);
        if (sign == 1 || sign == -1)
            return vf_num_mul(conjugate, vf_num_inverse(norm));
    }
    mpq_init(c);
    const vf_number *exponent;
    a = simplify(a, &exponent, c);
    if (mpq_sgn(a->term[0].c) < 0) {
        a = vf_num_neg(a);
        mpq_neg(c, c);
    }
    mpq_inv(c, c);
    return vf_num_mul(vf_num_exp(vf_num_neg(exponent)), times(atom_number(RECIPROCAL, a), c));
}

static unsigned highest_power(const vf_number *a, unsigned x) {
    unsigned most = 0;
    for (size_t i = 0; i < a->n; i++) {
        unsigned power = power_in(a->term[i].p, x);
        most = power > most ? power : most;
    }
    return most;
}

enum { MOST_CLEARED = 20000 }; /* terms */

/* a*D^power, where x = 1/D occurs to no higher power. */
static const vf_number *cleared(const vf_number *a, unsigned x, unsigned power) {
    const vf_number *made = coefficient(a, x, power), *factors = vf_num_int(1);
    for (unsigned k = power; k-- > 0 && made != NULL;) {
        factors = vf_num_mul(factors, atoms[x]->of);
        const vf_number *c = coefficient(a, x, k);
        if (c->n * factors->n > MOST_CLEARED)
            return NULL;
        made = vf_num_add(made, vf_num_mul(c, factors));
    }
    return made;
}

bool vf_num_clear_reciprocals(const vf_number **row, size_t n) {
    const vf_number **now = vf_alloc((n + 1) * sizeof *now);
    for (size_t i = 0; i < n; i++)
        now[i] = row[i];
    for (;;) {
        unsigned x = 0, y, power = 0;
        for (size_t i = 0; i < n; i++)
            if (largest(now[i], RECIPROCAL, &y) && (power == 0 || y >= x)) {
                x = y;
                power = 1;
            }
        if (power == 0)
            break;
        for (size_t i = 0; i < n; i++)
            power = highest_power(now[i], x) > power ? highest_power(now[i], x) : power;
        for (size_t i = 0; i < n; i++)
            if ((now[i] = cleared(now[i], x, power)) == NULL)
                return false;
    }
    for (size_t i = 0; i < n; i++)
        row[i] = now[i];
    return true;
}

/* --- enclosures ------------------------------------------------------------------------------ */

mpfr_prec_t vf_level_precision(unsigned level) {
    return (mpfr_prec_t)64 << (2 * level);
}

static void enclose_atom(atom *a, unsigned level) {
    vf_interval x, *r = &a->at[level];
    vf_interval_init(r, vf_level_precision(level));
    vf_interval_init(&x, vf_level_precision(level));
    a->known[level] = true;
    if (a->of != NULL)
        vf_num_enclose(a->of, level, &x);
    switch (a->kind) {
    case ROOT:
        vf_interval_sqrt(r, &x);
        break;
    case RECIPROCAL:
        vf_interval_inverse(r, &x);
        break;
    case EXP:
        vf_interval_exp(r, &x);
        break;
    case LOG:
        vf_interval_log(r, &x);
        break;
    case ERF:
        vf_interval_erf(r, &x);
        break;
    case PI:
        vf_interval_pi(r);
        break;
    case ENCLOSED:
        a->encloser(a->what, level, r);
        break;
    }
    vf_interval_clear(&x);
}

static void multiply_by(vf_interval *r, factor f, unsigned level) {
    atom *a = atoms[f.atom];
    if (!a->known[level])
        enclose_atom(a, level);
    count_work(f.power * ((unsigned long)vf_level_precision(level) / 64));
    for (unsigned k = 0; k < f.power; k++)
        vf_interval_mul(r, r, &a->at[level]);
}

void vf_num_enclose(const vf_number *a, unsigned level, vf_interval *r) {
    vf_interval one_term;
    vf_interval_init(&one_term, vf_level_precision(level));
    mpfr_set_zero(r->lo, 1);
    mpfr_set_zero(r->hi, 1);
    for (size_t i = 0; i < a->n; i++) {
        vf_interval_set_q(&one_term, a->term[i].c);
        for (size_t f = 0; f < a->term[i].p->n; f++)
            multiply_by(&one_term, a->term[i].p->factor[f], level);
        vf_interval_add(r, r, &one_term);
    }
    vf_interval_clear(&one_term);
}

const vf_number *vf_num_enclosed(vf_encloser *encloser, const void *what) {
    unsigned x = new_atom(ENCLOSED, NULL);
    atoms[x]->encloser = encloser;
    atoms[x]->what = what;
    return number_of(atom_product(x));
}

static void enclose_between(const void *what, unsigned level, vf_interval *r) {
    const long *ends = what;
    (void)level;
    mpfr_set_si(r->lo, ends[0], MPFR_RNDD);
    mpfr_set_si(r->hi, ends[1], MPFR_RNDU);
}

const vf_number *vf_num_between(long low, long high) {
    long *ends = vf_alloc(2 * sizeof *ends);
    ends[0] = low;
    ends[1] = high;
    return low == high ? vf_num_int(low) : vf_num_enclosed(enclose_between, ends);
}

static void enclose_nothing(const void *what, unsigned level, vf_interval *r) {
    (void)what;
    (void)level;
    vf_interval_all(r);
}

const vf_number *vf_num_unknown(void) {
    return vf_num_enclosed(enclose_nothing, NULL);
}

/* --- signs ----------------------------------------------------------------------------------- */

static int sign_at(const vf_number *a, unsigned level) {
    vf_interval x;
    vf_interval_init(&x, vf_level_precision(level));
    vf_num_enclose(a, level, &x);
    int sign = vf_interval_sign(&x);
    vf_interval_clear(&x);
    return sign;
}

/* -1 or 1 where an enclosure tells. */
static int sign_by_enclosure(const vf_number *a) {
    int sign = 0;
    for (unsigned level = 0; sign == 0 && level < VF_LEVELS; level++)
        sign = sign_at(a, level);
    return sign;
}

/* p + q*s is 0 where p and q are, or where p^2 = q^2*r with opposite signs of p and q: s is the
   positive root of r. */
static bool root_vanishes(const vf_number *a, unsigned s) {
    const vf_number *p = coefficient(a, s, 0), *q = coefficient(a, s, 1), *r = atoms[s]->of;
    if (vf_num_zero_by_algebra(q))
        return vf_num_zero_by_algebra(p);
    if (p->n * p->n > MOST_CLEARED || q->n * q->n * r->n > MOST_CLEARED)
        return false;
    const vf_number *norm = vf_num_sub(vf_num_mul(p, p), vf_num_mul(r, vf_num_mul(q, q)));
    return vf_num_zero_by_algebra(norm) && sign_by_enclosure(p) * sign_by_enclosure(q) == -1;
}

/* An exponential of a that equals exp(x) and is written otherwise; false: there is none. */
static bool same_exponential(const vf_number *a, unsigned x, unsigned *other) {
    for (size_t i = 0; i < a->n; i++)
        for (size_t f = 0; f < a->term[i].p->n; f++) {
            *other = a->term[i].p->factor[f].atom;
            if (*other < x && atoms[*other]->kind == EXP &&
                vf_num_zero_by_algebra(vf_num_sub(atoms[*other]->of, atoms[x]->of)))
                return true;
        }
    return false;
}

/* Rational multiples of logarithms and what has none: 0 where the product of the powers is 1. */
static bool logarithms_cancel(const vf_number *a) {
    const vf_number *side[2] = {vf_num_int(1), vf_num_int(1)}; /* positive and negative powers */
    sum rest = {0};
    mpz_t common;
    mpq_t c;
    bool few = a->n <= FEW_POWERS;
    mpz_init_set_ui(common, 1);
    mpq_init(c);
    for (size_t i = 0; i < a->n; i++)
        if (logarithm_in(&a->term[i]) != NULL)
            mpz_lcm(common, common, mpq_denref(a->term[i].c));
    for (size_t i = 0; few && i < a->n; i++) {
        const atom *x = logarithm_in(&a->term[i]);
        mpq_set_z(c, common);
        mpq_mul(c, c, a->term[i].c);
        few = x == NULL || mpz_cmpabs_ui(mpq_numref(c), FEW_POWERS) <= 0;
        if (x == NULL)
            sum_put(&rest, c, a->term[i].p);
        else if (few)
            side[mpq_sgn(c) < 0] = vf_num_mul(side[mpq_sgn(c) < 0],
                                              whole_power(x->of, labs(mpz_get_si(mpq_numref(c)))));
    }
    mpz_clear(common);
    mpq_clear(c);
    const vf_number *exponent = sum_done(&rest);
    unsigned log;
    return few && !largest(exponent, LOG, &log) &&
           vf_num_zero_by_algebra(vf_num_sub(vf_num_mul(side[0], vf_num_exp(exponent)), side[1]));
}

/* Zero, if all coefficients of powers of x are. */
static bool all_vanish(const vf_number *a, unsigned x) {
    unsigned power = highest_power(a, x), other;
    if (atoms[x]->kind == EXP && same_exponential(a, x, &other)) {
        const vf_number *by = number_of(atom_product(other));
        const vf_number *rest = vf_num_mul(coefficient(a, x, 1), by);
        return vf_num_zero_by_algebra(vf_num_add(coefficient(a, x, 0), rest));
    }
    for (unsigned k = 0; k <= power; k++)
        if (!vf_num_zero_by_algebra(coefficient(a, x, k)))
            return atoms[x]->kind == LOG && logarithms_cancel(a);
    return true;
}

/* What is eliminated next: reciprocals and roots first, the latest first, since what they stand
   for is made of earlier ones. */
static unsigned next_to_go(const vf_number *a) {
    unsigned algebraic = 0, x = 0;
    bool any = false;
    for (size_t i = 0; i < a->n; i++)
        for (size_t f = 0; f < a->term[i].p->n; f++) {
            unsigned y = a->term[i].p->factor[f].atom;
            bool now = atoms[y]->kind == ROOT || atoms[y]->kind == RECIPROCAL;
            algebraic = now && (!any || y > algebraic) ? y : algebraic;
            any = any || now;
            x = y > x ? y : x;
        }
    return any ? algebraic : x;
}

static bool vanishes(const vf_number *a) {
    unsigned x = next_to_go(a);
    if (atoms[x]->kind == RECIPROCAL) {
        const vf_number *left = cleared(a, x, highest_power(a, x));
        return left != NULL && vf_num_zero_by_algebra(left);
    }
    return atoms[x]->kind == ROOT ? root_vanishes(a, x) : all_vanish(a, x);
}

bool vf_num_zero_by_algebra(const vf_number *a) {
    static unsigned depth;
    if (a->n <= 1 || depth > MOST_DEPTH) /* a term alone is 0 only as an empty sum */
        return a->n == 0;
    depth++;
    bool zero = vanishes(a);
    depth--;
    return zero;
}

int vf_num_sign(const vf_number *a) {
    if (a->n == 0)
        return 0;
    if (vf_num_is_rational(a, NULL))
        return mpq_sgn(a->term[0].c);
    for (unsigned level = 0; level < VF_LEVELS; level++) {
        int sign = sign_at(a, level);
        if (sign != 0)
            return sign;
        if (level == 1 && vf_num_zero_by_algebra(a))
            return 0;
    }
    return VF_NO_SIGN;
}
