/* Claims that hold at every point by their form. The certificate first says how generators are made
   of one another and which facts follow from which; then each comparison of the claim is read off
   from what is known of the signs of the difference of its sides. Every step is an identity between
   polynomials, which is multiplied out, or one of the short arguments written at the functions
   below. What was learned from the text of one claim is forgotten before the next. */
#include "vf_cert.h"
#include "vf_facts.h"
#include "vf_symbolic.h"

#include <string.h>

enum { MOST_NAMES = 400, MOST_NESTED = 200, NOT_NEGATIVE = VF_NULL | VF_PLUS };

typedef struct argument {
    vf_theorem *theorem;
    vf_cert *cert;
    vf_symbolic *s;
    vf_name *name; /* given by `let` */
    size_t nnames, depth;
    bool absurd; /* what is known leaves a number no sign: there is no such point */
} argument;

/* ---- what a certificate writes ---- */

static const vf_term *read(argument *a, const char *text) {
    return vf_read_term(a->theorem, a->name, a->nnames, text, NULL);
}

static vf_ratio value_of(argument *a, const vf_term *t) {
    a->s->strict = true;
    const vf_form *f = vf_symbolic_of(a->s, t);
    a->s->strict = false;
    ENSURE("a scalar", f->rows == 1 && f->cols == 1);
    return f->entry[0];
}

static vf_ratio ratio(argument *a, const char *text) {
    return value_of(a, read(a, text));
}

/* The fields of a record, at least `least` of them. */
static const char **fields(argument *a, const char *keyword, size_t least, size_t *n) {
    const char *rest = vf_take(a->cert, keyword);
    *n = vf_count_fields(rest);
    ENSURE("a record has all its fields", *n >= least);
    const char **field = vf_alloc(*n * sizeof *field);
    vf_fields(rest, field, *n);
    return field;
}

/* ---- knowledge that is put aside ---- */

typedef struct mark {
    vf_atom *atom;
    vf_fact *fact;
    vf_fraction *fraction;
    size_t natoms, nfacts, nfractions, nnames;
    unsigned long scope;
} mark;

static void *copy(const void *from, size_t n, size_t size) {
    void *to = NULL; /* made as vf_grow makes it */
    for (size_t k = 0; k < n; k++) {
        to = vf_grow(to, k, size);
        memcpy((char *)to + k * size, (const char *)from + k * size, size);
    }
    return to;
}

static mark remember(argument *a) {
    vf_symbolic *s = a->s;
    mark m = {s->atom,   s->fact,       s->fraction, s->natoms,
              s->nfacts, s->nfractions, a->nnames,   s->scope};
    s->atom = copy(s->atom, s->natoms, sizeof *s->atom);
    s->fact = copy(s->fact, s->nfacts, sizeof *s->fact);
    s->fraction = copy(s->fraction, s->nfractions, sizeof *s->fraction);
    s->scope = ++s->scopes; /* nothing evaluated from here on outlives the mark */
    return m;
}

static void forget(argument *a, mark m) {
    vf_symbolic *s = a->s;
    s->atom = m.atom;
    s->fact = m.fact;
    s->natoms = m.natoms;
    s->nfacts = m.nfacts;
    s->fraction = m.fraction;
    s->nfractions = m.nfractions;
    s->scope = m.scope;
    a->nnames = m.nnames;
}

/* ---- generators made of one another ---- */

/* The atom that a text stands for. */
static unsigned atom_of(argument *a, const char *text) {
    vf_ratio x = ratio(a, text);
    for (unsigned k = 0; k < a->s->natoms; k++)
        if (vf_ratio_equal(x, vf_ratio_of(vf_poly_atom(k))))
            return k;
    vf_refuse("an entry of a variable, or a function of something");
}

/* All generators of this kind and argument become the value. */
static void replace_all(argument *a, vf_kind kind, vf_ratio what, vf_ratio value) {
    for (unsigned k = 0; k < a->s->natoms; k++)
        if (a->s->atom[k].kind == kind && vf_same(a->s, a->s->atom[k].what, what) &&
            !vf_ratio_equal(value, vf_ratio_of(vf_poly_atom(k))))
            vf_rule(a->s, k, 1, value);
}

/* let NAME | EXPR */
static void take_let(argument *a) {
    size_t n;
    const char **field = fields(a, "let", 2, &n);
    ENSURE("let NAME | EXPR", n == 2 && a->nnames < MOST_NAMES);
    a->name[a->nnames].term = read(a, field[1]);
    (void)value_of(a, a->name[a->nnames].term);
    a->name[a->nnames++].name = field[0];
}

/* root V | W: W >= 0 and W^2 = V, so W is the root of V. */
static void take_root(argument *a) {
    size_t n;
    const char **field = fields(a, "root", 2, &n);
    ENSURE("root V | W", n == 2);
    vf_ratio v = ratio(a, field[0]), w = ratio(a, field[1]);
    ENSURE("the square of the value is what the root is taken of",
           vf_same(a->s, vf_ratio_mul(w, w), v));
    ENSURE("the value of a root is not negative", !(vf_ratio_signs(a->s, w) & VF_MINUS));
    replace_all(a, VF_OF_ROOT, v, w);
}

/* Is x the value of a generator of this kind? Then what it is a function of. */
static bool is_generator(argument *a, vf_ratio x, vf_kind kind, vf_ratio *what) {
    for (unsigned k = 0; k < a->s->natoms; k++)
        if (a->s->atom[k].kind == kind && vf_same(a->s, x, vf_ratio_of(vf_poly_atom(k)))) {
            *what = a->s->atom[k].what;
            return true;
        }
    return false;
}

/* A function of a text, as the language writes it. */
static vf_ratio call(argument *a, const char *name, const char *text) {
    char *whole = vf_alloc(strlen(name) + strlen(text) + 3);
    strcpy(whole, name);
    strcat(strcat(strcat(whole, "("), text), ")");
    return ratio(a, whole);
}

static vf_ratio integer_power(vf_ratio x, long k) {
    if (k < -1000 || k > 1000)
        vf_limit("the exponent of a power");
    vf_ratio r = vf_ratio_int(1);
    for (long i = k < 0 ? -k : k; i > 0; i--)
        r = k < 0 ? vf_ratio_div(r, x) : vf_ratio_mul(r, x);
    return r;
}

/* exp V | k | T | ...: V = sum of k*T, so exp(V) is the product of exp(T)^k. */
static void take_exp(argument *a) {
    size_t n;
    const char **field = fields(a, "exp", 1, &n);
    vf_ratio sum = vf_ratio_int(0), value = vf_ratio_int(1), factor;
    ENSURE("exp V | k | T | ...", n % 2 == 1);
    for (size_t i = 1; i < n; i += 2) {
        long k = vf_read_long(field[i]);
        vf_ratio t = ratio(a, field[i + 1]);
        sum = vf_ratio_add(sum, vf_ratio_mul(vf_ratio_int(k), t));
        if (!is_generator(a, t, VF_OF_LOG, &factor))
            factor = call(a, "exp", field[i + 1]);
        value = vf_ratio_mul(value, integer_power(factor, k));
    }
    vf_ratio v = ratio(a, field[0]);
    ENSURE("an exponent is the sum of the others", vf_same(a->s, v, sum));
    replace_all(a, VF_OF_EXP, v, value);
}

/* log V | m | k | T | ...: V^m = product of T^k, all T positive, so m*log(V) is the sum of
   k*log(T); V is positive since log(V) stands in the text, or there is nothing to replace. */
static void take_log(argument *a) {
    size_t n;
    const char **field = fields(a, "log", 2, &n);
    long m = n > 1 ? vf_read_long(field[1]) : 0;
    vf_ratio product = vf_ratio_int(1), value = vf_ratio_int(0), summand;
    ENSURE("log V | m | k | T | ..., m at least 1", n % 2 == 0 && m >= 1);
    for (size_t i = 2; i < n; i += 2) {
        long k = vf_read_long(field[i]);
        vf_ratio t = ratio(a, field[i + 1]);
        ENSURE("a logarithm is taken of what is positive", vf_ratio_signs(a->s, t) == VF_PLUS);
        product = vf_ratio_mul(product, integer_power(t, k));
        if (!is_generator(a, t, VF_OF_EXP, &summand))
            summand = call(a, "log", field[i + 1]);
        value = vf_ratio_add(value, vf_ratio_mul(vf_ratio_int(k), summand));
    }
    vf_ratio v = ratio(a, field[0]);
    ENSURE("a power is the product of the others", vf_same(a->s, integer_power(v, m), product));
    replace_all(a, VF_OF_LOG, v, vf_ratio_div(value, vf_ratio_int(m)));
}

/* Generators of what is the same now are the same: the later ones become the first. */
static void join_generators(vf_symbolic *s) {
    for (unsigned l = 0; l < s->natoms; l++)
        for (unsigned k = 0; k < l && s->atom[l].kind != VF_OF_ENTRY; k++)
            if (s->atom[k].kind == s->atom[l].kind && s->atom[k].degree != 1 &&
                s->atom[l].degree != 1 && vf_same(s, s->atom[k].what, s->atom[l].what))
                vf_rule(s, l, 1, vf_ratio_of(vf_poly_atom(k)));
}

/* put X | V, square X | V: it is known that X - V, or X^2 - V, is 0. */
static void take_equation(argument *a, const char *keyword, unsigned degree) {
    size_t n;
    const char **field = fields(a, keyword, 2, &n);
    ENSURE("put X | V", n == 2);
    unsigned atom = atom_of(a, field[0]);
    vf_ratio v = ratio(a, field[1]), x = vf_ratio_of(vf_poly_pow(vf_poly_atom(atom), degree));
    ENSURE("what is put is not known to be equal",
           vf_ratio_signs(a->s, vf_ratio_sub(x, v)) == VF_NULL);
    vf_rule(a->s, atom, degree, v);
    join_generators(a->s);
}

/* tangent X: exp(v) >= 1 + v, and log(v) <= v - 1. */
static void take_tangent(argument *a) {
    size_t n;
    const char **field = fields(a, "tangent", 1, &n);
    unsigned atom = atom_of(a, field[0]);
    vf_kind kind = a->s->atom[atom].kind;
    ENSURE("an exponential or a logarithm", n == 1 && (kind == VF_OF_EXP || kind == VF_OF_LOG));
    vf_ratio v = a->s->atom[atom].what, x = vf_ratio_of(vf_poly_atom(atom));
    vf_ratio gap = kind == VF_OF_EXP ? vf_ratio_sub(x, v) : vf_ratio_sub(v, x);
    gap = vf_ratio_sub(gap, vf_ratio_int(1));
    vf_learn(a->s, gap, NOT_NEGATIVE);
}

/* ---- facts ---- */

/* Is t a power with a positive integer as exponent? */
static bool is_power(const vf_term *t) {
    return t->op == VF_POWER && t->kid[1]->op == VF_NUMBER && mpq_sgn(t->kid[1]->number) > 0 &&
           mpz_cmp_ui(mpq_denref(t->kid[1]->number), 1) == 0;
}

static unsigned square_signs(unsigned signs) {
    return (signs & VF_NULL) | (signs & (VF_MINUS | VF_PLUS) ? VF_PLUS : 0);
}

/* The signs of a term as it is written: factor by factor, even powers as squares. Where p is a
   factor, its sign is among `of_p`. */
static unsigned written_signs(argument *a, const vf_term *t, vf_ratio p, unsigned of_p) {
    unsigned signs = VF_ANY;
    vf_ratio value = value_of(a, t);
    if (t->op == VF_MUL)
        signs = vf_signs_mul(written_signs(a, t->kid[0], p, of_p),
                             written_signs(a, t->kid[1], p, of_p));
    else if (is_power(t))
        signs = written_signs(a, t->kid[0], p, of_p);
    if (is_power(t) && mpz_even_p(mpq_numref(t->kid[1]->number)))
        signs = square_signs(signs);
    if (of_p != VF_ANY && vf_same(a->s, value, p))
        signs &= of_p;
    return signs & vf_ratio_signs(a->s, value);
}

typedef struct vf_sum_of { /* P*M is the sum of term[1..n), and M is term[0] */
    const vf_term **term;
    size_t n;
    vf_ratio p;
    bool null; /* where M is 0, P is */
} vf_sum_of;

/* Even powers of atoms with a positive coefficient: *atom is the one of a power of one, or NONE. */
static bool is_even_term(const vf_poly *p, size_t term, unsigned *atom) {
    size_t n = vf_poly_factors(p, term);
    bool even = mpq_sgn(vf_poly_coefficient(p, term)) > 0;
    for (size_t f = 0; f < n; f++) {
        unsigned long power;
        unsigned one = vf_poly_factor(p, term, f, &power);
        even = even && power % 2 == 0;
        *atom = n == 1 ? one : *atom;
    }
    return even;
}

/* M, a sum of even terms with a power of each atom of P, is 0 only where these are; there P is. */
static bool vanishes_with(argument *a, const vf_poly *p, const vf_poly *m) {
    bool ok = true;
    unsigned char *found = vf_alloc(a->s->natoms + 1);
    for (size_t term = 0; term < vf_poly_terms(m); term++) {
        unsigned atom = (unsigned)a->s->natoms;
        ok = is_even_term(m, term, &atom) && ok;
        found[atom] = 1;
    }
    for (size_t term = 0; term < vf_poly_terms(p); term++) {
        ok = ok && vf_poly_factors(p, term) > 0;
        for (size_t f = 0; f < vf_poly_factors(p, term); f++) {
            unsigned long power;
            ok = ok && found[vf_poly_factor(p, term, f, &power)];
        }
    }
    return ok;
}

/* Is P 0 wherever M is, both being polynomials? */
static bool is_null_where(argument *a, vf_ratio p, const vf_term *multiplier) {
    vf_ratio m = value_of(a, multiplier);
    return vf_poly_is_rational(p.den, NULL) && vf_poly_is_rational(m.den, NULL) &&
           vanishes_with(a, p.num, m.num);
}

/* The signs that P may have where it has one of `of_p` as a factor of M and the terms. */
static unsigned signs_of_sum(argument *a, const vf_sum_of *x, unsigned of_p) {
    unsigned total = VF_NULL, signs = 0, m = written_signs(a, x->term[0], x->p, of_p);
    if (x->null) {
        signs = m & VF_NULL & of_p;
        m &= ~(unsigned)VF_NULL;
    }
    for (size_t i = 1; i < x->n; i++)
        total = vf_signs_add(total, written_signs(a, x->term[i], x->p, of_p));
    for (unsigned one = VF_MINUS; one <= VF_PLUS; one *= 2)
        for (unsigned by = VF_MINUS; by <= VF_PLUS; by *= 2)
            if ((m & by) && (vf_signs_mul(one, by) & total))
                signs |= one & of_p;
    return signs;
}

/* sum M | T | ...: P*M is the sum of the T. P may have a sign if P*M and the sum can then have the
   same; P may stand as a factor in M and the T. That is looked at for signs that are not wanted. */
static unsigned take_sum(argument *a, vf_ratio p, unsigned wanted) {
    size_t n;
    const char **field = fields(a, "sum", 1, &n);
    vf_ratio sum = vf_ratio_int(0), m = ratio(a, field[0]);
    vf_sum_of x = {vf_alloc(n * sizeof *x.term), n, p, false};
    for (size_t i = 0; i < n; i++)
        x.term[i] = read(a, field[i]);
    for (size_t i = 1; i < n; i++)
        sum = vf_ratio_add(sum, value_of(a, x.term[i]));
    ENSURE("the terms do not add up", vf_same(a->s, vf_ratio_mul(p, m), sum));
    x.null = is_null_where(a, p, x.term[0]);
    unsigned signs = signs_of_sum(a, &x, VF_ANY);
    for (unsigned one = VF_MINUS; one <= VF_PLUS; one *= 2)
        if ((signs & one & ~wanted) && signs_of_sum(a, &x, one) == 0)
            signs &= ~one;
    return signs;
}

/* compare U | W: P = U + W, U >= 0 and U^2 >= W^2; so U >= |W| >= -W, strictly if U^2 > W^2. */
static unsigned take_compare(argument *a, vf_ratio p) {
    size_t n;
    const char **field = fields(a, "compare", 2, &n);
    ENSURE("compare U | W", n == 2);
    vf_ratio u = ratio(a, field[0]), w = ratio(a, field[1]);
    ENSURE("the two do not add up", vf_same(a->s, p, vf_ratio_add(u, w)));
    vf_ratio gap = vf_ratio_sub(vf_ratio_mul(u, u), vf_ratio_mul(w, w));
    unsigned signs = vf_ratio_signs(a->s, gap);
    ENSURE("the first is not known to be the larger",
           !(vf_ratio_signs(a->s, u) & VF_MINUS) && !(signs & VF_MINUS));
    return signs & VF_NULL ? NOT_NEGATIVE : VF_PLUS;
}

/* quadratic X | A | B | C: P = A*X^2 + B*X + C with A, C >= 0 and B^2 <= 4*A*C, so that
   A*X^2 + C >= 2*sqrt(A*C)*|X| >= |B*X|; with B^2 < 4*A*C both A and C are positive, P too. */
static unsigned take_quadratic(argument *a, vf_ratio p) {
    size_t n;
    const char **field = fields(a, "quadratic", 4, &n);
    ENSURE("quadratic X | A | B | C", n == 4);
    vf_ratio x = ratio(a, field[0]), q = ratio(a, field[1]), r = ratio(a, field[2]);
    vf_ratio c = ratio(a, field[3]), ac = vf_ratio_mul(vf_ratio_int(4), vf_ratio_mul(q, c));
    vf_ratio sum = vf_ratio_add(vf_ratio_mul(vf_ratio_add(vf_ratio_mul(q, x), r), x), c);
    ENSURE("the terms do not add up", vf_same(a->s, p, sum));
    unsigned signs = vf_ratio_signs(a->s, vf_ratio_sub(ac, vf_ratio_mul(r, r)));
    ENSURE("a quadratic form that is not known to be semidefinite",
           !((signs | vf_ratio_signs(a->s, q) | vf_ratio_signs(a->s, c)) & VF_MINUS));
    return signs & VF_NULL ? NOT_NEGATIVE : VF_PLUS;
}

static void take_steps(argument *a);
static unsigned take_proof(argument *a, vf_ratio p, unsigned wanted);

static unsigned take_side(argument *a, vf_ratio p, vf_ratio e, unsigned side, unsigned wanted) {
    mark m = remember(a);
    vf_learn(a->s, e, side);
    unsigned signs = take_proof(a, p, wanted);
    forget(a, m);
    return signs;
}

/* split E: once where E >= 0, once where E <= 0. */
static unsigned take_split(argument *a, vf_ratio p, unsigned wanted) {
    size_t n;
    const char **field = fields(a, "split", 1, &n);
    vf_ratio e = ratio(a, field[0]);
    ENSURE("split E", n == 1);
    unsigned signs = take_side(a, p, e, VF_NULL | VF_PLUS, wanted);
    return signs | take_side(a, p, e, VF_NULL | VF_MINUS, wanted);
}

/* What P can be: steps, then one record that closes. */
static unsigned take_proof(argument *a, vf_ratio p, unsigned wanted) {
    unsigned signs;
    if (++a->depth > MOST_NESTED)
        vf_limit("nested proofs");
    take_steps(a);
    const char *keyword = vf_next(a->cert);
    if (strcmp(keyword, "split") == 0)
        signs = take_split(a, p, wanted);
    else if (strcmp(keyword, "compare") == 0)
        signs = take_compare(a, p);
    else if (strcmp(keyword, "quadratic") == 0)
        signs = take_quadratic(a, p);
    else
        signs = take_sum(a, p, wanted);
    a->depth--;
    return signs;
}

static unsigned relation(const char *text) {
    static const struct {
        const char *text;
        unsigned signs;
    } all[] = {{">=", NOT_NEGATIVE}, {">", VF_PLUS}, {"!=", VF_MINUS | VF_PLUS}, {"==", VF_NULL}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (strcmp(text, all[k].text) == 0)
            return all[k].signs;
    vf_refuse("a relation: >=, >, != or ==");
}

/* fact REL | P, and its proof. */
static void take_fact(argument *a) {
    size_t n;
    const char **field = fields(a, "fact", 2, &n);
    unsigned signs = relation(field[0]);
    vf_ratio p = ratio(a, field[1]);
    ENSURE("fact REL | P", n == 2);
    unsigned shown = take_proof(a, p, signs) & vf_ratio_signs(a->s, p);
    ENSURE("a fact does not follow", (shown & ~signs) == 0);
    vf_learn(a->s, p, signs);
}

static bool take_step(argument *a) {
    const char *keyword = vf_next(a->cert);
    if (strcmp(keyword, "let") == 0)
        take_let(a);
    else if (strcmp(keyword, "root") == 0)
        take_root(a);
    else if (strcmp(keyword, "exp") == 0)
        take_exp(a);
    else if (strcmp(keyword, "log") == 0)
        take_log(a);
    else if (strcmp(keyword, "put") == 0 || strcmp(keyword, "square") == 0)
        take_equation(a, keyword, keyword[0] == 'p' ? 1 : 2);
    else if (strcmp(keyword, "tangent") == 0)
        take_tangent(a);
    else if (strcmp(keyword, "fact") == 0)
        take_fact(a);
    else
        return false;
    return true;
}

static void take_steps(argument *a) {
    while (take_step(a))
        ;
}

/* ---- claims ---- */

/* Comparisons of hypotheses, entry by entry; what is no comparison teaches nothing. */
static void assume(argument *a, const vf_term *t) {
    for (size_t k = 0; t->op == VF_AND && k < t->nkids; k++)
        assume(a, t->kid[k]);
    if (vf_signs_said(t->op) == 0)
        return;
    size_t n;
    const vf_ratio *difference = vf_symbolic_differences(a->s, t, &n);
    for (size_t k = 0; k < n && (t->op != VF_NE || n == 1); k++)
        vf_learn(a->s, difference[k], vf_signs_said(t->op));
}

/* Every value in a truth value, so that what makes it defined is learned. */
static void define(argument *a, const vf_term *t) {
    if (!t->truth) {
        (void)vf_symbolic_of(a->s, t);
        return;
    }
    bool loop = t->op == VF_LOOP_ALL || t->op == VF_LOOP_ANY;
    long from = loop ? vf_symbolic_integer(a->s, t->kid[0]) : 1;
    long to = loop ? vf_symbolic_integer(a->s, t->kid[1]) : 0;
    for (size_t k = 0; !loop && k < t->nkids; k++)
        define(a, t->kid[k]);
    for (long k = from; k <= to; k++) {
        vf_binding before = vf_symbolic_bind(a->s, t->sym, k);
        define(a, t->kid[2]);
        vf_symbolic_unbind(a->s, t->sym, before);
    }
}

static vf_tern truth_of(void *self, const vf_term *t) {
    argument *a = self;
    if (t->op != VF_LOOP_ALL && t->op != VF_LOOP_ANY)
        return vf_signs_said(t->op) ? vf_symbolic_compare(a->s, t, &a->absurd)
                                    : vf_connect(t, truth_of, a);
    long from = vf_symbolic_integer(a->s, t->kid[0]), to = vf_symbolic_integer(a->s, t->kid[1]);
    bool any = t->op == VF_LOOP_ANY; /* not all of the contraries */
    vf_tern all = VF_TRUE;
    for (long k = from; k <= to; k++) {
        vf_binding before = vf_symbolic_bind(a->s, t->sym, k);
        vf_tern next = truth_of(a, t->kid[2]);
        all = vf_both(all, any ? vf_not(next) : next);
        vf_symbolic_unbind(a->s, t->sym, before);
    }
    return any ? vf_not(all) : all;
}

/* without K: hypothesis K is not used. */
static void take_hypotheses(argument *a) {
    bool *unused = vf_alloc(a->theorem->nassumes + 1);
    const char *rest;
    while (vf_take_if(a->cert, "without", &rest)) {
        long k = vf_read_long(rest);
        ENSURE("a hypothesis of the theorem", k >= 1 && (size_t)k <= a->theorem->nassumes);
        unused[k - 1] = true;
    }
    for (size_t k = 0; k < a->theorem->nassumes; k++)
        if (!unused[k])
            define(a, a->theorem->assume[k]);
    for (size_t k = 0; k < a->theorem->nassumes; k++)
        if (!unused[k])
            assume(a, a->theorem->assume[k]);
}

/* claim K | what follows: fresh atoms and facts for each claim. */
static void check_claim(vf_theorem *t, vf_cert *c, const vf_point *at, size_t k) {
    argument a = {.theorem = t, .cert = c, .s = vf_symbolic_new(t, at->dim, true)};
    a.name = vf_alloc(MOST_NAMES * sizeof *a.name);
    ENSURE("the claims in their order", vf_read_long(vf_take(c, "claim")) == (long)k + 1);
    take_hypotheses(&a);
    define(&a, t->claim[k]);
    for (const vf_term *goal = t->claim[k]; goal->op == VF_IMPLIES; goal = goal->kid[1])
        assume(&a, goal->kid[0]);
    take_steps(&a);
    ENSURE("the claim is not known to hold", truth_of(&a, t->claim[k]) == VF_TRUE || a.absurd);
}

void vf_check_identity(vf_theorem *t, vf_cert *c, vf_point *at) {
    for (size_t v = 0; v < t->nvars; v++)
        ENSURE("a theorem on all values of its variables", t->var[v].quantifier != VF_EXISTS);
    vf_take_alone(c, "identity");
    for (size_t k = 0; k < t->nclaims; k++)
        check_claim(t, c, at, k);
}
