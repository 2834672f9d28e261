#include <string.h>
#include "base/rk_mem.h"
#include "scalar_inside.h"

/* --- which symbols stand in a scalar --------------------------------------------------------- */

static bool quantity_mentions(const rk_scalars *s, const rk_quantity *q, unsigned sym) {
    for (size_t i = 0; i < q->nmx; i++)
        if (s->hooks.mentions && s->hooks.mentions(s->hooks.self, q->mx[i], sym))
            return true;
    bool bound = q->kind == RK_Q_SUM && q->sym == sym; /* then the body is of the sum's own */
    for (size_t i = bound ? 1 : 0; i < q->nargs; i++)
        if (rk_sc_mentions(s, q->arg[i], sym))
            return true;
    return false;
}

static bool atom_mentions(const rk_scalars *s, unsigned id, unsigned sym) {
    const rk_quantity *q = rk_sc_atom_quantity(s, id);
    if (q)
        return quantity_mentions(s, q, sym);
    const rk_atom *atom = rk_canon_atom_get(s->canons, id);
    if (atom->kind == RK_A_SYM || atom->kind == RK_A_OPAQUE) /* of sizes: it may be there */
        return atom->kind == RK_A_OPAQUE || atom->index == sym;
    for (int i = 0; i < 3; i++)
        if (atom->part[i] && rk_sc_mentions(s, atom->part[i], sym))
            return true;
    return false;
}

bool rk_sc_mentions(const rk_scalars *s, rk_sc a, unsigned sym) {
    for (unsigned i = 0; i < a->natoms; i++)
        if (atom_mentions(s, a->atom[i], sym))
            return true;
    return false;
}

/* --- mapping ------------------------------------------------------------------------------- */

typedef struct mapping { /* by a substitution, or by an image of quantities */
    unsigned sym;
    rk_sc by; /* NULL: by image */
    rk_sc_image *image;
    void *self;
} mapping;

static rk_sc map_scalar(rk_scalars *s, const mapping *m, rk_sc a);

static rk_sc map_canon(rk_scalars *s, const mapping *m, const rk_canon *form) {
    return map_scalar(s, m, rk_sc_canon(s, form));
}

/* A sum of sizes without a closed form: bound by a level, so nothing is captured. */
static rk_sc map_loopsum(rk_scalars *s, const mapping *m, unsigned id) {
    rk_atom atom = *rk_canon_atom_get(s->canons, id);
    bool same = true;
    for (int i = 0; i < 3; i++) {
        rk_sc part = map_canon(s, m, atom.part[i]);
        same &= part == rk_sc_canon(s, atom.part[i]);
        atom.part[i] = part;
    }
    atom.tree = NULL;
    return rk_sc_atom(s, same ? id : rk_canon_atom(s->canons, &atom));
}

/* The bound index of a sum under another name where `by` has the same one. */
static rk_quantity renamed(rk_scalars *s, const mapping *m, const rk_quantity *q, rk_sc *arg) {
    rk_quantity r = *q;
    for (size_t i = 0; i < q->nargs; i++)
        arg[i] = q->arg[i];
    r.arg = arg;
    if (q->kind == RK_Q_SUM && (!m->by || rk_sc_mentions(s, m->by, q->sym))) {
        r.sym = rk_size_symbol(s->sizes, rk_size_symbol_name(s->sizes, q->sym), NULL);
        rk_sc_room_for_symbol(s, r.sym);
        rk_sc_room_for_symbol(s, q->sym);
        rk_sc_bound(s, r.sym, s->low[q->sym]);
        arg[0] = rk_sc_put(s, arg[0], q->sym, rk_sc_sym(s, r.sym));
    }
    return r;
}

/* What is known of the old place alone: that a quantity is not 0, and signs that it has by its
   parts (rk_scalar_sign.c finds them again). A sign that holds wherever it is defined holds after
   the substitution, too. */
static void forget_place(rk_quantity *q) {
    bool by_parts = q->kind == RK_Q_SUM || (q->kind == RK_Q_OF_TERM && q->op == RK_T_SQRT);
    q->nonzero = false;
    q->positive &= !by_parts;
    q->nonneg &= q->kind != RK_Q_SUM;
}

static rk_sc put_quantity(rk_scalars *s, const mapping *m, const rk_quantity *q) {
    if (!quantity_mentions(s, q, m->sym))
        return rk_sc_atom(s, q->atom);
    rk_sc *arg = rk_malloc((q->nargs ? q->nargs : 1) * sizeof *arg);
    bool bound = q->kind == RK_Q_SUM && q->sym == m->sym;
    rk_quantity r = bound ? *q : renamed(s, m, q, arg);
    for (size_t i = 0; i < q->nargs; i++)
        arg[i] = bound && i == 0 ? q->arg[0] : map_scalar(s, m, bound ? q->arg[i] : arg[i]);
    r.arg = arg;
    forget_place(&r);
    bool changed = false;
    for (size_t i = 0; i < r.nmx; i++) {
        r.mx[i] = s->hooks.put(s->hooks.self, q->mx[i], m->sym, m->by);
        changed |= r.mx[i] != q->mx[i];
    }
    rk_sc result = rk_sc_again(s, &r, changed);
    rk_free(arg);
    return result;
}

static rk_sc map_quantity(rk_scalars *s, const mapping *m, const rk_quantity *q) {
    rk_sc image = m->image(m->self, q);
    if (image)
        return image;
    rk_sc *arg = rk_malloc((q->nargs ? q->nargs : 1) * sizeof *arg);
    rk_quantity r = *q;
    r.arg = arg;
    bool same = true;
    for (size_t i = 0; i < q->nargs; i++) {
        arg[i] = map_scalar(s, m, q->arg[i]);
        same &= arg[i] == q->arg[i];
    }
    rk_sc result = same ? rk_sc_atom(s, q->atom) : rk_sc_again(s, &r, false);
    rk_free(arg);
    return result;
}

static rk_sc map_atom(rk_scalars *s, const mapping *m, unsigned id) {
    const rk_quantity *q = rk_sc_atom_quantity(s, id);
    if (q)
        return m->by ? put_quantity(s, m, q) : map_quantity(s, m, q);
    rk_atom atom = *rk_canon_atom_get(s->canons, id);
    if (atom.kind == RK_A_SYM)
        return m->by && atom.index == m->sym ? m->by : rk_sc_atom(s, id);
    if (atom.kind == RK_A_POW)
        return rk_sc_pow(s, map_scalar(s, m, rk_sc_power_part(s, id, 0)),
                         map_scalar(s, m, rk_sc_power_part(s, id, 1)));
    return atom.kind == RK_A_LOOPSUM ? map_loopsum(s, m, id) : rk_sc_atom(s, id);
}

static rk_sc map_scalar(rk_scalars *s, const mapping *m, rk_sc a) {
    if (a->natoms == 0)
        return a;
    rk_sc image[RK_CANON_ATOMS];
    bool same = true;
    for (unsigned i = 0; i < a->natoms; i++) {
        image[i] = map_atom(s, m, a->atom[i]);
        same &= image[i] == rk_sc_atom(s, a->atom[i]);
    }
    return same ? a : rk_sc_compose(s, a, image);
}

rk_sc rk_sc_put(rk_scalars *s, rk_sc a, unsigned sym, rk_sc by) {
    if (!rk_sc_mentions(s, a, sym))
        return a;
    return map_scalar(s, &(mapping){.sym = sym, .by = by}, a);
}

rk_sc rk_sc_map(rk_scalars *s, rk_sc a, rk_sc_image *image, void *self) {
    return map_scalar(s, &(mapping){.image = image, .self = self}, a);
}

rk_sc rk_sc_put_atom(rk_scalars *s, rk_sc a, unsigned atom, rk_sc by) {
    rk_sc image[RK_CANON_ATOMS];
    bool same = true;
    for (unsigned i = 0; i < a->natoms; i++) {
        image[i] = a->atom[i] == atom ? by : rk_sc_atom(s, a->atom[i]);
        same &= a->atom[i] != atom;
    }
    return same ? a : rk_sc_compose(s, a, image);
}

/* --- order --------------------------------------------------------------------------------- */

static int compare_int(int64_t a, int64_t b) {
    return a < b ? -1 : a > b;
}

static int compare_quantities(const rk_scalars *s, const rk_quantity *a, const rk_quantity *b) {
    int c = compare_int(a->kind, b->kind);
    c = c ? c : compare_int(a->op, b->op);
    c = c ? c : compare_int(a->sym, b->sym);
    c = c ? c : compare_int((int64_t)a->nmx, (int64_t)b->nmx);
    c = c ? c : compare_int((int64_t)a->nargs, (int64_t)b->nargs);
    for (size_t i = 0; !c && i < a->nmx; i++)
        if (a->mx[i] != b->mx[i] && s->hooks.compare)
            c = s->hooks.compare(s->hooks.self, a->mx[i], b->mx[i]);
    for (size_t i = 0; !c && i < a->nargs; i++)
        c = rk_sc_compare(s, a->arg[i], b->arg[i]);
    return c ? c : compare_int(a->id, b->id);
}

static int compare_other_atoms(const rk_scalars *s, unsigned a, unsigned b) {
    const rk_atom *x = rk_canon_atom_get(s->canons, a), *y = rk_canon_atom_get(s->canons, b);
    int c = compare_int(x->kind, y->kind);
    c = c ? c : compare_int(x->index, y->index);
    for (int i = 0; !c && i < 3; i++)
        if (x->part[i] && y->part[i])
            c = rk_sc_compare(s, x->part[i], y->part[i]);
    return c;
}

static int compare_atoms(const rk_scalars *s, unsigned a, unsigned b) {
    const rk_quantity *p = rk_sc_atom_quantity(s, a), *q = rk_sc_atom_quantity(s, b);
    if (a == b)
        return 0;
    if (p && q)
        return compare_quantities(s, p, q);
    return p || q ? (p ? 1 : -1) : compare_other_atoms(s, a, b);
}

/* The positions of a's atoms in the order of compare_atoms. */
static void sort_atoms(const rk_scalars *s, rk_sc a, slong *order) {
    for (unsigned i = 0; i < a->natoms; i++) {
        unsigned j = i;
        for (; j > 0 && compare_atoms(s, a->atom[order[j - 1]], a->atom[i]) > 0; j--)
            order[j] = order[j - 1];
        order[j] = (slong)i;
    }
}

static bool in_order(const slong *order, unsigned natoms) {
    for (unsigned i = 0; i < natoms; i++)
        if (order[i] != (slong)i)
            return false;
    return true;
}

/* Two polynomials of one context, their variables taken in the given order. */
static int compare_polynomials(const fmpz_mpoly_t p, const fmpz_mpoly_t q, const slong *order,
                               unsigned natoms, fmpz_mpoly_ctx_struct *ctx) {
    if (in_order(order, natoms))
        return compare_int(fmpz_mpoly_cmp(p, q, ctx), 0);
    slong place[RK_CANON_ATOMS] = {0};
    for (unsigned i = 0; i < natoms; i++)
        place[order[i]] = (slong)i;
    fmpz_mpoly_t x, y;
    fmpz_mpoly_init(x, ctx);
    fmpz_mpoly_init(y, ctx);
    fmpz_mpoly_compose_fmpz_mpoly_gen(x, p, place, ctx, ctx);
    fmpz_mpoly_compose_fmpz_mpoly_gen(y, q, place, ctx, ctx);
    int c = fmpz_mpoly_cmp(x, y, ctx);
    fmpz_mpoly_clear(x, ctx);
    fmpz_mpoly_clear(y, ctx);
    return compare_int(c, 0);
}

static int compare_contents(const rk_scalars *s, rk_sc a, rk_sc b) {
    slong order[RK_CANON_ATOMS], other[RK_CANON_ATOMS];
    int c = 0;
    sort_atoms(s, a, order);
    sort_atoms(s, b, other);
    for (unsigned i = 0; !c && i < a->natoms; i++)
        c = compare_atoms(s, a->atom[order[i]], b->atom[other[i]]);
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(s->canons, a);
    c = c ? c : compare_polynomials(rk_sc_num(a), rk_sc_num(b), order, a->natoms, ctx);
    return c ? c : compare_polynomials(rk_sc_den(a), rk_sc_den(b), order, a->natoms, ctx);
}

static int compare_by_memory(rk_scalars *s, rk_sc a, rk_sc b) {
    uint64_t key = rk_sc_memo_key(RK_SC_COMPARE, a, b);
    const rk_sc_memo *memo = rk_sc_memo_find(s, key);
    if (memo->key)
        return memo->order;
    int c = compare_contents(s, a, b);
    rk_sc_memo_put(s, (rk_sc_memo){.key = key, .order = c});
    return c;
}

int rk_sc_compare(const rk_scalars *s, rk_sc a, rk_sc b) {
    if (a == b)
        return 0;
    int c = compare_int(a->natoms, b->natoms);
    c = c ? c : compare_int(rk_sc_num(a)->length, rk_sc_num(b)->length);
    c = c ? c : compare_int(rk_sc_den(a)->length, rk_sc_den(b)->length);
    if (c)
        return c;
    if (a->natoms == 0 || !rk_sc_is_interned(s, a) || !rk_sc_is_interned(s, b))
        return compare_contents(s, a, b);
    return compare_by_memory((rk_scalars *)(uintptr_t)s, a, b);
}
