#include <string.h>
#include "base/rk_mem.h"
#include "scalar_inside.h"

/* --- interning ----------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/* Only for finding: nothing is ever listed in this order. */
static uint64_t hash_quantity(const rk_quantity *q) {
    uint64_t hash = mix(mix((uint64_t)q->kind, (uint64_t)q->op), q->sym);
    for (size_t i = 0; i < q->nmx; i++)
        hash = mix(hash, (uintptr_t)q->mx[i]);
    for (size_t i = 0; i < q->nargs; i++)
        hash = mix(hash, q->arg[i]->id);
    return hash;
}

static bool same(const rk_quantity *a, const rk_quantity *b) {
    if (a->kind != b->kind || a->op != b->op || a->sym != b->sym || a->nmx != b->nmx ||
        a->nargs != b->nargs || a->kind == RK_Q_FRESH)
        return false;
    for (size_t i = 0; i < a->nmx; i++)
        if (a->mx[i] != b->mx[i])
            return false;
    for (size_t i = 0; i < a->nargs; i++)
        if (a->arg[i] != b->arg[i])
            return false;
    return true;
}

static unsigned *quantity_slot(rk_scalars *s, const rk_quantity *q) {
    size_t i = hash_quantity(q) & (s->quantity_slots - 1);
    while (s->quantity_slot[i] && !same(s->quantity[s->quantity_slot[i] - 1], q))
        i = (i + 1) & (s->quantity_slots - 1);
    return &s->quantity_slot[i];
}

static void quantities_grow(rk_scalars *s) {
    if (2 * (s->nquantities + 1) <= s->quantity_slots)
        return;
    rk_free(s->quantity_slot);
    s->quantity_slots = s->quantity_slots ? 2 * s->quantity_slots : 128;
    s->quantity_slot = rk_calloc(s->quantity_slots, sizeof *s->quantity_slot);
    for (size_t k = 0; k < s->nquantities; k++) {
        size_t i = hash_quantity(s->quantity[k]) & (s->quantity_slots - 1);
        while (s->quantity_slot[i])
            i = (i + 1) & (s->quantity_slots - 1);
        s->quantity_slot[i] = (unsigned)k + 1;
    }
}

static rk_quantity *quantity_new(rk_scalars *s, const rk_quantity *key) {
    rk_quantity *q = rk_arena_alloc(s->arena, sizeof *q);
    *q = *key;
    rk_sc *arg = rk_arena_alloc(s->arena, (q->nargs ? q->nargs : 1) * sizeof *arg);
    for (size_t i = 0; i < q->nargs; i++)
        arg[i] = key->arg[i];
    q->arg = arg;
    q->root_of = NULL;
    q->id = (unsigned)s->nquantities;
    q->atom = rk_canon_fresh(s->canons, q);
    rk_grow(&s->quantity, &s->cap_quantities, s->nquantities + 1, sizeof *s->quantity);
    s->quantity[s->nquantities++] = q;
    rk_sc_room_for_atom(s, q->atom);
    s->atom[q->atom].quantity = q;
    return q;
}

/* What the kind alone says. */
static void learn_kind(rk_quantity *q) {
    if (q->kind == RK_Q_RANK)
        q->nonneg = q->integer = true;
    if (q->kind != RK_Q_OF_TERM)
        return;
    q->positive |= q->op == RK_T_EXP;
    q->nonneg |= q->op == RK_T_SQRT || q->op == RK_T_ABS;
}

static void learn(rk_scalars *s, rk_quantity *q, const rk_quantity *key) {
    rk_quantity was = *q;
    q->positive |= key->positive;
    q->nonneg |= key->nonneg || q->positive;
    q->nonzero |= key->nonzero || q->positive;
    q->integer |= key->integer;
    if (q->positive != was.positive || q->nonneg != was.nonneg || q->nonzero != was.nonzero ||
        q->integer != was.integer)
        s->epoch++;
}

static rk_sc intern(rk_scalars *s, const rk_quantity *key) {
    quantities_grow(s);
    unsigned *slot = quantity_slot(s, key);
    rk_quantity *q = *slot ? s->quantity[*slot - 1] : NULL;
    if (!q) {
        q = quantity_new(s, key);
        *slot = q->id + 1;
        learn_kind(q);
    }
    learn(s, q, key);
    return rk_sc_atom(s, q->atom);
}

/* Not taken from the key: what is put in for a part of a root leaves another matrix. */
void rk_sc_know_root(rk_scalars *s, const rk_quantity *root, const rk_mx *of) {
    rk_quantity *q = s->quantity[root->id];
    q->root_of = q->root_of != NULL ? q->root_of : of;
}

const rk_quantity *rk_sc_atom_quantity(const rk_scalars *s, unsigned atom) {
    return atom < s->natoms ? s->atom[atom].quantity : NULL;
}

const rk_quantity *rk_sc_whole_quantity(const rk_scalars *s, rk_sc a) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    const fmpz_mpoly_struct *p = rk_sc_num(a);
    bool whole = a->natoms == 1 && p->length == 1 && fmpz_is_one(p->coeffs) &&
                 fmpz_mpoly_total_degree_si(p, ctx) == 1 && rk_sc_is_polynomial(s, a);
    return whole ? rk_sc_atom_quantity(s, a->atom[0]) : NULL;
}

/* --- minimum and maximum ------------------------------------------------------------------- */

typedef struct members { /* of a minimum or maximum, sorted, none twice */
    rk_sc *item;
    size_t n, cap;
} members;

static void insert(rk_scalars *s, members *m, rk_sc a) {
    size_t at = 0;
    while (at < m->n && rk_sc_compare(s, m->item[at], a) < 0)
        at++;
    if (at < m->n && m->item[at] == a)
        return;
    rk_grow(&m->item, &m->cap, m->n + 1, sizeof(rk_sc));
    memmove(m->item + at + 1, m->item + at, (m->n - at) * sizeof(rk_sc));
    m->item[at] = a;
    m->n++;
}

static void collect(rk_scalars *s, members *m, rk_quantity_kind kind, rk_sc a) {
    const rk_quantity *q = rk_sc_whole_quantity(s, a);
    if (!q || q->kind != kind) {
        insert(s, m, a);
        return;
    }
    for (size_t i = 0; i < q->nargs; i++)
        insert(s, m, q->arg[i]);
}

/* Does x never decide when y is there too? */
static bool idle(rk_scalars *s, rk_quantity_kind kind, rk_sc x, rk_sc y) {
    return kind == RK_Q_MIN ? rk_sc_at_least(s, rk_sc_sub(s, x, y), 0)
                            : rk_sc_at_least(s, rk_sc_sub(s, y, x), 0);
}

static void drop_idle(rk_scalars *s, members *m, rk_quantity_kind kind) {
    for (size_t i = 0; i < m->n;) {
        bool drop = false;
        for (size_t j = 0; j < m->n && !drop; j++)
            drop = j != i && idle(s, kind, m->item[i], m->item[j]);
        if (drop)
            memmove(m->item + i, m->item + i + 1, (--m->n - i) * sizeof(rk_sc));
        else
            i++;
    }
}

static rk_sc extremum(rk_scalars *s, const rk_quantity *q) {
    members m = {0};
    for (size_t i = 0; i < q->nargs; i++)
        collect(s, &m, q->kind, q->arg[i]);
    drop_idle(s, &m, q->kind);
    rk_quantity key = *q;
    key.arg = m.item;
    key.nargs = m.n;
    rk_sc result = m.n == 1 ? m.item[0] : intern(s, &key);
    rk_free(m.item);
    return result;
}

/* --- sums ---------------------------------------------------------------------------------- */

/* The sum in closed form; NULL where there is none, or where the range might be less than empty. */
static rk_sc closed_sum(rk_scalars *s, const rk_quantity *q) {
    rk_sc body = q->arg[0], low = q->arg[1], high = q->arg[2];
    if (!rk_sc_at_least(s, rk_sc_sub(s, high, low), -1))
        return NULL;
    rk_sc sym = rk_sc_sym(s, q->sym);
    for (unsigned i = 0; i < body->natoms; i++)
        if (body->atom[i] != sym->atom[0] &&
            rk_sc_mentions(s, rk_sc_atom(s, body->atom[i]), q->sym))
            return NULL;
    size_t mark = rk_canons_mark(s->canons);
    return rk_sc_intern(s, mark, rk_canon_faulhaber(s->canons, sym->atom[0], low, high, body));
}

/* Sums that differ in the name of their index only are one quantity. */
static rk_sc named_sum(rk_scalars *s, const rk_quantity *q) {
    rk_quantity key = *q;
    if (s->hooks.index)
        key.sym = s->hooks.index(s->hooks.self, q->arg[1], q->arg[2], q->sym, q->arg[0]);
    if (key.sym == q->sym)
        return intern(s, q);
    rk_sc body = rk_sc_put(s, q->arg[0], q->sym, rk_sc_sym(s, key.sym));
    key.arg = (rk_sc[]){body, q->arg[1], q->arg[2]};
    return intern(s, &key);
}

int64_t rk_sc_excess(rk_scalars *s, rk_sc a) {
    enum { MOST = 4 };
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    const fmpz_mpoly_struct *p = rk_sc_num(a);
    slong terms = fmpz_mpoly_length(p, ctx);
    if (terms < 2 || !fmpz_mpoly_is_one(rk_sc_den(a), ctx))
        return 0;
    fmpz_t c;
    fmpz_init(c);
    fmpz_mpoly_get_term_coeff_fmpz(c, p, terms - 1, ctx); /* the constant comes last */
    bool constant = true;
    for (unsigned i = 0; i < a->natoms; i++)
        constant = constant && fmpz_mpoly_get_term_var_exp_ui(p, terms - 1, (slong)i, ctx) == 0;
    int64_t result = constant && fmpz_sgn(c) > 0 && fmpz_cmp_ui(c, MOST) <= 0 ? fmpz_get_si(c) : 0;
    fmpz_clear(c);
    return result;
}

/* The last members apart, so that the sum to n + 1 is the sum to n and one more. */
static rk_sc peeled_sum(rk_scalars *s, const rk_quantity *q) {
    int64_t c = rk_sc_excess(s, q->arg[2]);
    if (c == 0 || !rk_sc_at_least(s, rk_sc_sub(s, q->arg[2], q->arg[1]), c - 1))
        return NULL;
    rk_quantity rest = *q;
    rk_sc high = rk_sc_sub(s, q->arg[2], rk_sc_int(s, c)), body = q->arg[0];
    rest.arg = (rk_sc[]){body, q->arg[1], high};
    rk_sc total = rk_sc_quantity(s, &rest);
    for (int64_t i = 1; i <= c; i++)
        total =
            rk_sc_add(s, total, rk_sc_put(s, body, q->sym, rk_sc_add(s, high, rk_sc_int(s, i))));
    return total;
}

static rk_sc sum_of(rk_scalars *s, const rk_quantity *q, rk_sc body) {
    rk_quantity key = *q;
    rk_sc arg[3] = {body, q->arg[1], q->arg[2]};
    key.arg = arg;
    if (body != q->arg[0]) /* what is known is known of the whole */
        key.positive = key.nonneg = key.nonzero = key.integer = false;
    rk_sc closed = closed_sum(s, &key);
    closed = closed ? closed : peeled_sum(s, &key);
    return closed ? closed : named_sum(s, &key);
}

/* The k-th term of the numerator of the body: what does not depend on the index leaves the sum. */
static rk_sc sum_of_term(rk_scalars *s, const rk_quantity *q, slong k) {
    rk_sc body = q->arg[0], inside = rk_sc_int(s, 1), outside;
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, body);
    fmpz_t c;
    fmpz_init(c);
    fmpz_mpoly_get_term_coeff_fmpz(c, rk_sc_num(body), k, ctx);
    outside = rk_sc_fmpz(s, c);
    fmpz_clear(c);
    for (unsigned i = 0; i < body->natoms; i++) {
        ulong e = fmpz_mpoly_get_term_var_exp_ui(rk_sc_num(body), k, (slong)i, ctx);
        if (e == 0)
            continue;
        rk_sc atom = rk_sc_atom(s, body->atom[i]);
        rk_sc power = rk_sc_pow(s, atom, rk_sc_int(s, (int64_t)e));
        if (rk_sc_mentions(s, atom, q->sym))
            inside = rk_sc_mul(s, inside, power);
        else
            outside = rk_sc_mul(s, outside, power);
    }
    return rk_sc_mul(s, outside, sum_of(s, q, inside));
}

/* Sums are linear, so each is a combination of sums of monomials in what depends on the index. */
static rk_sc sum(rk_scalars *s, const rk_quantity *q) {
    rk_sc body = q->arg[0], denominator = rk_sc_part(s, body, rk_sc_den(body));
    rk_sc closed = closed_sum(s, q);
    if (closed)
        return closed;
    if (rk_sc_mentions(s, denominator, q->sym))
        return named_sum(s, q);
    rk_sc total = rk_sc_int(s, 0);
    for (slong k = 0; k < rk_sc_num(body)->length; k++)
        total = rk_sc_add(s, total, sum_of_term(s, q, k));
    return rk_sc_div(s, total, denominator);
}

rk_sc rk_sc_quantity(rk_scalars *s, const rk_quantity *q) {
    if (q->kind == RK_Q_MIN || q->kind == RK_Q_MAX)
        return extremum(s, q);
    return q->kind == RK_Q_SUM ? sum(s, q) : intern(s, q);
}
