#include <stdlib.h>
#include <string.h>
#include "base/rk_mem.h"
#include "rk_canon.h"

enum { SCRATCH = 3 };

struct rk_canons {
    fmpz_mpoly_ctx_struct *context[RK_CANON_ATOMS + 1]; /* by number of variables, NULL unmade */
    fmpz_mpoly_q_struct *scratch[RK_CANON_ATOMS + 1];   /* likewise */
    rk_canon **form;
    size_t nforms, cap_forms;
    rk_atom *atom;
    size_t natoms, cap_atoms;
    unsigned *slot; /* atoms by hash, open addressing: 0 free, else the atom + 1 */
    size_t nslots;
    unsigned nfresh;
};

rk_canons *rk_canons_new(void) {
    return rk_calloc(1, sizeof(rk_canons));
}

static fmpz_mpoly_ctx_struct *context_of(rk_canons *cs, unsigned natoms) {
    unsigned n = natoms ? natoms : 1;
    if (!cs->context[n]) {
        cs->context[n] = rk_malloc(sizeof *cs->context[n]);
        fmpz_mpoly_ctx_init(cs->context[n], (slong)n, ORD_DEGLEX);
    }
    return cs->context[n];
}

fmpz_mpoly_ctx_struct *rk_canon_context(rk_canons *cs, const rk_canon *a) {
    return context_of(cs, a->natoms);
}

static void form_free(rk_canons *cs, rk_canon *a) {
    fmpz_mpoly_q_clear(a->value, rk_canon_context(cs, a));
    rk_free(a->atom);
    rk_free(a);
}

size_t rk_canons_mark(const rk_canons *cs) {
    return cs->nforms;
}

void rk_canons_release(rk_canons *cs, size_t mark, const rk_canon *keep) {
    size_t n = mark;
    for (size_t i = mark; i < cs->nforms; i++)
        if (cs->form[i] == keep)
            cs->form[n++] = cs->form[i];
        else
            form_free(cs, cs->form[i]);
    cs->nforms = n;
}

void rk_canons_free(rk_canons *cs) {
    if (!cs)
        return;
    rk_canons_release(cs, 0, NULL);
    for (size_t n = 0; n <= RK_CANON_ATOMS; n++)
        if (cs->context[n]) {
            for (int i = 0; cs->scratch[n] && i < SCRATCH; i++)
                fmpz_mpoly_q_clear(cs->scratch[n] + i, cs->context[n]);
            rk_free(cs->scratch[n]);
            fmpz_mpoly_ctx_clear(cs->context[n]);
            rk_free(cs->context[n]);
        }
    rk_free(cs->form);
    rk_free(cs->atom);
    rk_free(cs->slot);
    rk_free(cs);
}

/* A new form with value 0 in these atoms. */
static rk_canon *form_new(rk_canons *cs, const unsigned *atom, unsigned natoms) {
    rk_canon *c = rk_calloc(1, sizeof *c);
    c->natoms = natoms;
    c->atom = rk_calloc(natoms ? natoms : 1, sizeof *c->atom);
    if (natoms)
        memcpy(c->atom, atom, natoms * sizeof *atom);
    fmpz_mpoly_q_init(c->value, context_of(cs, natoms));
    rk_grow(&cs->form, &cs->cap_forms, cs->nforms + 1, sizeof *cs->form);
    cs->form[cs->nforms++] = c;
    return c;
}

const rk_canon *rk_canon_int(rk_canons *cs, int64_t value) {
    rk_canon *c = form_new(cs, NULL, 0);
    fmpz_mpoly_q_set_si(c->value, (slong)value, rk_canon_context(cs, c));
    return c;
}

const rk_canon *rk_canon_rational(rk_canons *cs, const fmpq_t value) {
    rk_canon *c = form_new(cs, NULL, 0);
    fmpz_mpoly_q_set_fmpq(c->value, value, rk_canon_context(cs, c));
    return c;
}

const rk_canon *rk_canon_gen(rk_canons *cs, unsigned atom) {
    rk_canon *c = form_new(cs, &atom, 1);
    fmpz_mpoly_q_gen(c->value, 0, rk_canon_context(cs, c));
    return c;
}

/* --- atoms --------------------------------------------------------------------------------- */

const rk_atom *rk_canon_atom_get(const rk_canons *cs, unsigned id) {
    return &cs->atom[id];
}

static bool atom_equal(rk_canons *cs, const rk_atom *a, const rk_atom *b) {
    if (a->kind != b->kind || a->index != b->index)
        return false;
    if (a->kind == RK_A_OPAQUE)
        return a->tree == b->tree;
    for (int i = 0; i < 3; i++)
        if (a->part[i] && !rk_canon_equal(cs, a->part[i], b->part[i]))
            return false;
    return true;
}

static void atom_measure(rk_canons *cs, rk_atom *a) {
    a->bound = a->kind == RK_A_BOUND ? a->index : 0;
    a->depth = 0;
    for (int i = 0; i < 3; i++)
        for (unsigned j = 0; a->part[i] && j < a->part[i]->natoms; j++) {
            const rk_atom *inner = &cs->atom[a->part[i]->atom[j]];
            a->bound = inner->bound > a->bound ? inner->bound : a->bound;
            a->depth = inner->depth + 1 > a->depth ? inner->depth + 1 : a->depth;
        }
}

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/* By what atom_equal looks at. Only for finding: nothing is ever listed in this order. */
static uint64_t atom_hash(const rk_atom *a) {
    uint64_t hash = mix((uint64_t)a->kind, a->index);
    if (a->kind == RK_A_OPAQUE)
        return mix(hash, (uintptr_t)a->tree);
    for (int i = 0; i < 3; i++)
        for (unsigned j = 0; a->part[i] && j < a->part[i]->natoms; j++)
            hash = mix(hash, a->part[i]->atom[j]);
    return hash;
}

/* Where the atom stands, or the free place where it belongs. */
static unsigned *atom_slot(rk_canons *cs, const rk_atom *atom) {
    size_t i = atom_hash(atom) & (cs->nslots - 1);
    while (cs->slot[i] && !atom_equal(cs, &cs->atom[cs->slot[i] - 1], atom))
        i = (i + 1) & (cs->nslots - 1);
    return &cs->slot[i];
}

static void atoms_grow(rk_canons *cs) {
    if (2 * (cs->natoms + 1) <= cs->nslots)
        return;
    rk_free(cs->slot);
    cs->nslots = cs->nslots ? 2 * cs->nslots : 64;
    cs->slot = rk_calloc(cs->nslots, sizeof *cs->slot);
    for (size_t i = 0; i < cs->natoms; i++)
        *atom_slot(cs, &cs->atom[i]) = (unsigned)i + 1;
}

unsigned rk_canon_atom(rk_canons *cs, const rk_atom *atom) {
    atoms_grow(cs);
    unsigned *slot = atom_slot(cs, atom);
    if (*slot)
        return *slot - 1;
    rk_grow(&cs->atom, &cs->cap_atoms, cs->natoms + 1, sizeof *cs->atom);
    cs->atom[cs->natoms] = *atom;
    atom_measure(cs, &cs->atom[cs->natoms]);
    *slot = (unsigned)++cs->natoms;
    return *slot - 1;
}

unsigned rk_canon_fresh(rk_canons *cs, const void *tree) {
    return rk_canon_atom(cs, &(rk_atom){.kind = RK_A_OPAQUE, .index = ++cs->nfresh, .tree = tree});
}

static bool atom_mentions(const rk_canons *cs, unsigned id, unsigned atom) {
    if (id == atom)
        return true;
    for (int i = 0; i < 3; i++)
        if (cs->atom[id].part[i] && rk_canon_mentions(cs, cs->atom[id].part[i], atom))
            return true;
    return false;
}

bool rk_canon_mentions(const rk_canons *cs, const rk_canon *a, unsigned atom) {
    for (unsigned i = 0; i < a->natoms; i++)
        if (atom_mentions(cs, a->atom[i], atom))
            return true;
    return false;
}

/* --- arithmetic ---------------------------------------------------------------------------- */

/* The polynomial p for another context: variable v becomes map[v], or does not occur (-1). The map
   keeps the order of the variables, and with it that of the terms. */
static void move(fmpz_mpoly_t out, const fmpz_mpoly_t p, const slong *map, unsigned natoms,
                 fmpz_mpoly_ctx_struct *from, fmpz_mpoly_ctx_struct *to) {
    ulong old[RK_CANON_ATOMS + 1], exponent[RK_CANON_ATOMS + 1];
    memset(exponent, 0, (size_t)fmpz_mpoly_ctx_nvars(to) * sizeof *exponent);
    fmpz_mpoly_zero(out, to);
    for (slong i = 0; i < p->length; i++) {
        if (!fmpz_mpoly_term_exp_fits_ui(p, i, from)) {
            fmpz_mpoly_compose_fmpz_mpoly_gen(out, p, map, from, to);
            return;
        }
        fmpz_mpoly_get_term_exp_ui(old, p, i, from);
        for (unsigned v = 0; v < natoms; v++)
            if (map[v] >= 0)
                exponent[map[v]] = old[v];
        fmpz_mpoly_push_term_fmpz_ui(out, p->coeffs + i, exponent, to);
    }
}

static void move_quotient(fmpz_mpoly_q_t out, const fmpz_mpoly_q_t q, const slong *map,
                          unsigned natoms, fmpz_mpoly_ctx_struct *from, fmpz_mpoly_ctx_struct *to) {
    move(fmpz_mpoly_q_numref(out), fmpz_mpoly_q_numref(q), map, natoms, from, to);
    move(fmpz_mpoly_q_denref(out), fmpz_mpoly_q_denref(q), map, natoms, from, to);
}

/* The value of `a` rewritten for a context that has the atoms given (a superset). */
static void lift(rk_canons *cs, fmpz_mpoly_q_t out, const rk_canon *a, const unsigned *atom,
                 unsigned natoms) {
    slong map[RK_CANON_ATOMS];
    for (unsigned i = 0, j = 0; i < a->natoms; i++) {
        while (atom[j] != a->atom[i])
            j++;
        map[i] = (slong)j;
    }
    move_quotient(out, a->value, map, a->natoms, rk_canon_context(cs, a), context_of(cs, natoms));
}

static bool too_large(const fmpz_mpoly_t p) {
    slong bits = fmpz_mpoly_max_bits(p);
    return p->length > RK_CANON_TERMS || (bits < 0 ? -bits : bits) > RK_CANON_BITS;
}

/* The form of a value (which is lost) in these atoms, without those that cancelled; NULL when it is
   too large. */
static const rk_canon *settle(rk_canons *cs, fmpz_mpoly_q_t value, const unsigned *atom,
                              unsigned natoms) {
    if (too_large(fmpz_mpoly_q_numref(value)) || too_large(fmpz_mpoly_q_denref(value)))
        return NULL;
    int in_num[RK_CANON_ATOMS], in_den[RK_CANON_ATOMS];
    fmpz_mpoly_ctx_struct *from = context_of(cs, natoms);
    fmpz_mpoly_used_vars(in_num, fmpz_mpoly_q_numref(value), from);
    fmpz_mpoly_used_vars(in_den, fmpz_mpoly_q_denref(value), from);
    unsigned kept[RK_CANON_ATOMS], n = 0;
    slong map[RK_CANON_ATOMS];
    for (unsigned i = 0; i < natoms; i++) {
        bool used = in_num[i] || in_den[i];
        map[i] = used ? (slong)n : -1;
        if (used)
            kept[n++] = atom[i];
    }
    rk_canon *c = form_new(cs, kept, n);
    if (n == natoms)
        fmpz_mpoly_q_swap(c->value, value, from);
    else
        move_quotient(c->value, value, map, natoms, from, rk_canon_context(cs, c));
    return c;
}

/* Working space for values in n variables; what is left in it does not matter. */
static fmpz_mpoly_q_struct *scratch_of(rk_canons *cs, unsigned natoms) {
    unsigned n = natoms ? natoms : 1;
    if (!cs->scratch[n]) {
        cs->scratch[n] = rk_malloc(SCRATCH * sizeof *cs->scratch[n]);
        for (int i = 0; i < SCRATCH; i++)
            fmpz_mpoly_q_init(cs->scratch[n] + i, context_of(cs, n));
    }
    return cs->scratch[n];
}

const rk_canon *rk_canon_poly(rk_canons *cs, const rk_canon *a, const fmpz_mpoly_t p) {
    fmpz_mpoly_q_struct *z = scratch_of(cs, a->natoms);
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(cs, a);
    fmpz_mpoly_set(fmpz_mpoly_q_numref(z), p, ctx);
    fmpz_mpoly_one(fmpz_mpoly_q_denref(z), ctx);
    return settle(cs, z, a->atom, a->natoms);
}

/* Merges the sorted atoms of a and b; false when there are too many. */
static bool merge(const rk_canon *a, const rk_canon *b, unsigned *atom, unsigned *natoms) {
    unsigned i = 0, j = 0, n = 0;
    while (i < a->natoms || j < b->natoms) {
        if (n == RK_CANON_ATOMS)
            return false;
        unsigned x = i < a->natoms ? a->atom[i] : UINT32_MAX;
        unsigned y = j < b->natoms ? b->atom[j] : UINT32_MAX;
        atom[n++] = x < y ? x : y;
        i += x <= y;
        j += y <= x;
    }
    *natoms = n;
    return true;
}

/* Would the cross products of a sum or product have too many terms? Greatest common divisors
   are only taken where a denominator is not constant, and cost more. */
static bool work_too_large(const rk_canon *a, const rk_canon *b) {
    slong n = fmpz_mpoly_q_numref(a->value)->length, m = fmpz_mpoly_q_numref(b->value)->length;
    slong u = fmpz_mpoly_q_denref(a->value)->length, v = fmpz_mpoly_q_denref(b->value)->length;
    slong most = u > 1 || v > 1 ? 2 * RK_CANON_TERMS : 64 * RK_CANON_TERMS;
    return n * m > most || n * v > most || u * m > most || u * v > most;
}

typedef void q_operation(fmpz_mpoly_q_t, const fmpz_mpoly_q_t, const fmpz_mpoly_q_t,
                         const fmpz_mpoly_ctx_t);

static const rk_canon *combine(rk_canons *cs, q_operation *op, const rk_canon *a,
                               const rk_canon *b) {
    unsigned atom[RK_CANON_ATOMS], n;
    if (work_too_large(a, b) || !merge(a, b, atom, &n))
        return NULL;
    fmpz_mpoly_q_struct *x = scratch_of(cs, n), *y = x + 1, *z = x + 2;
    bool lift_a = a->natoms < n, lift_b = b->natoms < n;
    if (lift_a)
        lift(cs, x, a, atom, n);
    if (lift_b)
        lift(cs, y, b, atom, n);
    op(z, lift_a ? x : a->value, lift_b ? y : b->value, context_of(cs, n));
    return settle(cs, z, atom, n);
}

const rk_canon *rk_canon_add(rk_canons *cs, const rk_canon *a, const rk_canon *b) {
    return combine(cs, fmpz_mpoly_q_add, a, b);
}

const rk_canon *rk_canon_sub(rk_canons *cs, const rk_canon *a, const rk_canon *b) {
    return combine(cs, fmpz_mpoly_q_sub, a, b);
}

const rk_canon *rk_canon_mul(rk_canons *cs, const rk_canon *a, const rk_canon *b) {
    return combine(cs, fmpz_mpoly_q_mul, a, b);
}

const rk_canon *rk_canon_div(rk_canons *cs, const rk_canon *a, const rk_canon *b) {
    return combine(cs, fmpz_mpoly_q_div, a, b);
}

/* p^k within the limits? A polynomial of L terms has at most binomial(L + k - 1, k) in its
   k-th power. */
static bool power_fits(const fmpz_mpoly_t p, uint64_t k) {
    slong bits = fmpz_mpoly_max_bits(p);
    double each = (double)(bits < 0 ? -bits : bits) + (p->length > 1 ? 10 : 0);
    if (p->length == 1 && fmpz_is_pm1(p->coeffs))
        each = 0;
    double terms = 1;
    for (slong i = 1; i < p->length && terms <= RK_CANON_TERMS; i++)
        terms *= ((double)k + (double)i) / (double)i;
    return k <= (1u << 30) && (double)k * each <= RK_CANON_BITS && terms <= RK_CANON_TERMS;
}

const rk_canon *rk_canon_pow(rk_canons *cs, const rk_canon *a, int64_t k) {
    uint64_t n = k < 0 ? -(uint64_t)k : (uint64_t)k;
    const fmpz_mpoly_struct *num = fmpz_mpoly_q_numref(a->value);
    const fmpz_mpoly_struct *den = fmpz_mpoly_q_denref(a->value);
    if (!power_fits(num, n) || !power_fits(den, n))
        return NULL;
    fmpz_mpoly_q_struct *z = scratch_of(cs, a->natoms);
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(cs, a);
    if (!fmpz_mpoly_pow_ui(fmpz_mpoly_q_numref(z), num, n, ctx) ||
        !fmpz_mpoly_pow_ui(fmpz_mpoly_q_denref(z), den, n, ctx))
        return NULL;
    const rk_canon *power = settle(cs, z, a->atom, a->natoms);
    return k < 0 && power ? rk_canon_div(cs, rk_canon_int(cs, 1), power) : power;
}

bool rk_canon_equal(rk_canons *cs, const rk_canon *a, const rk_canon *b) {
    return a == b || (a && b && a->natoms == b->natoms &&
                      memcmp(a->atom, b->atom, a->natoms * sizeof *a->atom) == 0 &&
                      fmpz_mpoly_q_equal(a->value, b->value, rk_canon_context(cs, a)));
}

bool rk_canon_is_zero(rk_canons *cs, const rk_canon *a) {
    return fmpz_mpoly_q_is_zero(a->value, rk_canon_context(cs, a));
}

bool rk_canon_is_int(rk_canons *cs, const rk_canon *a, int64_t *value) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(cs, a);
    if (!fmpz_mpoly_q_is_fmpz(a->value, ctx))
        return false;
    fmpz_t n;
    fmpz_init(n);
    fmpz_mpoly_get_fmpz(n, fmpz_mpoly_q_numref(a->value), ctx);
    bool fits = fmpz_fits_si(n);
    *value = fits ? fmpz_get_si(n) : 0;
    fmpz_clear(n);
    return fits;
}

/* --- substitution -------------------------------------------------------------------------- */

/* What an atom becomes when `by` is put in for `atom`. */
static const rk_canon *image(rk_canons *cs, unsigned id, unsigned atom, const rk_canon *by) {
    if (id == atom)
        return by;
    if (!atom_mentions(cs, id, atom))
        return rk_canon_gen(cs, id);
    rk_atom a = cs->atom[id];
    if (a.kind != RK_A_POW)
        return NULL;
    a.part[0] = rk_canon_put(cs, a.part[0], atom, by);
    a.part[1] = rk_canon_put(cs, a.part[1], atom, by);
    int64_t k;
    if (!a.part[0] || !a.part[1] || rk_canon_is_zero(cs, a.part[0]))
        return NULL;
    if (rk_canon_is_int(cs, a.part[1], &k))
        return rk_canon_pow(cs, a.part[0], k);
    return rk_canon_gen(cs, rk_canon_atom(cs, &a));
}

/* A number too large for a word is no size; forms that hold one stay out of substitutions. */
static const rk_canon *evaluate_term(rk_canons *cs, const fmpz_mpoly_t p, slong i, unsigned natoms,
                                     const rk_canon *const *images, fmpz_mpoly_ctx_struct *ctx) {
    if (!COEFF_IS_MPZ(p->coeffs[i]) && fmpz_mpoly_term_exp_fits_si(p, i, ctx)) {
        const rk_canon *t = rk_canon_int(cs, fmpz_get_si(p->coeffs + i));
        for (unsigned v = 0; t && v < natoms; v++) {
            slong e = fmpz_mpoly_get_term_var_exp_si(p, i, (slong)v, ctx);
            const rk_canon *power = e ? rk_canon_pow(cs, images[v], e) : NULL;
            t = !e ? t : power ? rk_canon_mul(cs, t, power) : NULL;
        }
        return t;
    }
    return NULL;
}

static const rk_canon *evaluate(rk_canons *cs, const fmpz_mpoly_t p, unsigned natoms,
                                const rk_canon *const *images, fmpz_mpoly_ctx_struct *ctx) {
    const rk_canon *sum = rk_canon_int(cs, 0);
    for (slong i = 0; sum && i < p->length; i++) {
        const rk_canon *t = evaluate_term(cs, p, i, natoms, images, ctx);
        sum = t ? rk_canon_add(cs, sum, t) : NULL;
    }
    return sum;
}

const rk_canon *rk_canon_put(rk_canons *cs, const rk_canon *a, unsigned atom, const rk_canon *by) {
    if (!rk_canon_mentions(cs, a, atom))
        return a;
    const rk_canon *images[RK_CANON_ATOMS];
    for (unsigned i = 0; i < a->natoms; i++)
        if (!(images[i] = image(cs, a->atom[i], atom, by)))
            return NULL;
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(cs, a);
    const rk_canon *num = evaluate(cs, fmpz_mpoly_q_numref(a->value), a->natoms, images, ctx);
    const rk_canon *den = evaluate(cs, fmpz_mpoly_q_denref(a->value), a->natoms, images, ctx);
    return num && den && !rk_canon_is_zero(cs, den) ? rk_canon_div(cs, num, den) : NULL;
}

/* --- sums ---------------------------------------------------------------------------------- */

/* f(x) by Horner's rule. */
static const rk_canon *apply(rk_canons *cs, const fmpq_poly_t f, const rk_canon *x) {
    const rk_canon *value = rk_canon_int(cs, 0);
    fmpq_t q;
    fmpq_init(q);
    for (slong i = fmpq_poly_degree(f); value && i >= 0; i--) {
        fmpq_poly_get_coeff_fmpq(q, f, i);
        value = rk_canon_mul(cs, value, x);
        value = value ? rk_canon_add(cs, value, rk_canon_rational(cs, q)) : NULL;
    }
    fmpq_clear(q);
    return value;
}

/* Sum of i^k for i = low..high. */
static const rk_canon *power_sum(rk_canons *cs, slong k, const rk_canon *low,
                                 const rk_canon *high) {
    fmpq_poly_t b;
    fmpq_poly_init(b);
    arith_bernoulli_polynomial(b, (ulong)k + 1);
    fmpq_poly_scalar_div_si(b, b, k + 1);
    const rk_canon *past = rk_canon_add(cs, high, rk_canon_int(cs, 1));
    const rk_canon *upper = past ? apply(cs, b, past) : NULL;
    const rk_canon *lower = upper ? apply(cs, b, low) : NULL;
    fmpq_poly_clear(b);
    return lower ? rk_canon_sub(cs, upper, lower) : NULL;
}

/* The coefficient of variable v to the k in the numerator of a, over its denominator. */
static const rk_canon *coefficient(rk_canons *cs, const rk_canon *a, slong v, ulong k) {
    rk_canon *c = form_new(cs, a->atom, a->natoms);
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(cs, a);
    fmpz_mpoly_get_coeff_vars_ui(fmpz_mpoly_q_numref(c->value), fmpz_mpoly_q_numref(a->value), &v,
                                 &k, 1, ctx);
    fmpz_mpoly_one(fmpz_mpoly_q_denref(c->value), ctx);
    rk_canon *den = form_new(cs, a->atom, a->natoms);
    fmpz_mpoly_set(fmpz_mpoly_q_numref(den->value), fmpz_mpoly_q_denref(a->value), ctx);
    fmpz_mpoly_one(fmpz_mpoly_q_denref(den->value), ctx);
    return rk_canon_div(cs, c, den);
}

/* The position of the atom in a; -1 where a is no polynomial in it (it stands in the denominator
   or inside another atom), a->natoms where it does not occur. */
static slong polynomial_in(rk_canons *cs, const rk_canon *a, unsigned atom) {
    slong at = a->natoms;
    for (unsigned i = 0; i < a->natoms; i++) {
        if (a->atom[i] == atom)
            at = i;
        else if (atom_mentions(cs, a->atom[i], atom))
            return -1;
    }
    if (at == (slong)a->natoms)
        return at;
    int used[RK_CANON_ATOMS];
    fmpz_mpoly_used_vars(used, fmpz_mpoly_q_denref(a->value), rk_canon_context(cs, a));
    return used[at] ? -1 : at;
}

const rk_canon *rk_canon_faulhaber(rk_canons *cs, unsigned atom, const rk_canon *low,
                                   const rk_canon *high, const rk_canon *body) {
    slong v = polynomial_in(cs, body, atom);
    if (v < 0)
        return NULL;
    if (v == (slong)body->natoms) {
        const rk_canon *count = power_sum(cs, 0, low, high);
        return count ? rk_canon_mul(cs, count, body) : NULL;
    }
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(cs, body);
    if (!fmpz_mpoly_degrees_fit_si(fmpz_mpoly_q_numref(body->value), ctx))
        return NULL;
    slong degree = fmpz_mpoly_degree_si(fmpz_mpoly_q_numref(body->value), v, ctx);
    const rk_canon *sum = degree > 32 ? NULL : rk_canon_int(cs, 0);
    for (slong k = 0; sum && k <= degree; k++) {
        const rk_canon *c = coefficient(cs, body, v, (ulong)k);
        const rk_canon *powers = c ? power_sum(cs, k, low, high) : NULL;
        const rk_canon *part = powers ? rk_canon_mul(cs, c, powers) : NULL;
        sum = part ? rk_canon_add(cs, sum, part) : NULL;
    }
    return sum;
}

/* --- signs --------------------------------------------------------------------------------- */

static bool all_coefficients(const fmpz_mpoly_t p, int sign) {
    for (slong i = 0; i < p->length; i++)
        if (fmpz_sgn(p->coeffs + i) * sign < 0)
            return false;
    return true;
}

/* `low` plus the variable, or low alone for the padding variable of a constant. */
static const rk_canon *shifted(rk_canons *cs, unsigned atom, int64_t low) {
    return rk_canon_add(cs, rk_canon_gen(cs, atom), rk_canon_int(cs, low));
}

bool rk_canon_nonnegative(rk_canons *cs, const rk_canon *a, const int64_t *low) {
    const rk_canon *images[RK_CANON_ATOMS];
    for (unsigned i = 0; i < a->natoms; i++) {
        if (low[a->atom[i]] == INT64_MIN)
            return false;
        images[i] = shifted(cs, a->atom[i], low[a->atom[i]]);
    }
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(cs, a);
    const rk_canon *num = evaluate(cs, fmpz_mpoly_q_numref(a->value), a->natoms, images, ctx);
    const rk_canon *den = evaluate(cs, fmpz_mpoly_q_denref(a->value), a->natoms, images, ctx);
    if (!num || !den)
        return false;
    const fmpz_mpoly_struct *p = fmpz_mpoly_q_numref(num->value);
    const fmpz_mpoly_struct *q = fmpz_mpoly_q_numref(den->value);
    return (all_coefficients(p, 1) && all_coefficients(q, 1)) ||
           (all_coefficients(p, -1) && all_coefficients(q, -1));
}
