/* The generator: nodes in a queue by depth, each handed to every rule; facts interned by value. */
#include "rk_inst_inside.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_MATRICES = 250, DEFAULT_FACTS = 2500 };

typedef struct written {
    bool sum;
    const rk_mx *whole, *left, *right;
} written;

struct rk_instances {
    rk_mxs *store;
    rk_scalars *scalars;
    rk_arena *arena;
    rk_instances_options options;
    rk_site **node;
    size_t nnodes, node_cap;
    const rk_fact **fact;
    size_t nfacts, fact_cap;
    unsigned *slot; /* hash table of facts by value: index + 1 */
    size_t nslots;
    const rk_scope **scope;
    size_t nscopes, scope_cap;
    written *written;
    size_t nwritten, written_cap, seen_written;
    const rk_mx **invertible;
    size_t ninvertible, invertible_cap;
    const rk_note *note; /* of the next fact */
};

/* The first one is all there is to matrices of known rank. */
static rk_inst_rule *const rules[] = {
    rk_inst_leaf,      rk_inst_word,         rk_inst_words,  rk_inst_gram,
    rk_inst_family,    rk_inst_modulo,       rk_inst_ranges, rk_inst_spanned,
    rk_inst_lattice,   rk_inst_intersection, rk_inst_absorb, rk_inst_division,
    rk_inst_two_terms, rk_inst_bezout,       rk_inst_kron,   rk_inst_schur};

rk_instances *rk_instances_new(rk_mxs *s, const rk_instances_options *options) {
    rk_instances *g = rk_calloc(1, sizeof *g);
    g->store = s;
    g->scalars = rk_mxs_scalars(s);
    g->arena = rk_arena_new();
    if (options)
        g->options = *options;
    if (g->options.max_matrices == 0)
        g->options.max_matrices = DEFAULT_MATRICES;
    if (g->options.max_facts == 0)
        g->options.max_facts = DEFAULT_FACTS;
    for (g->nslots = 64; g->nslots < 2 * g->options.max_facts; g->nslots *= 2)
        ;
    g->slot = rk_calloc(g->nslots, sizeof *g->slot);
    return g;
}

void rk_instances_free(rk_instances *g) {
    if (!g)
        return;
    rk_free(g->node);
    rk_free(g->fact);
    rk_free(g->slot);
    rk_free(g->scope);
    rk_free(g->written);
    rk_free(g->invertible);
    rk_arena_free(g->arena);
    rk_free(g);
}

rk_mxs *rk_instances_store(rk_instances *g) {
    return g->store;
}

rk_scalars *rk_inst_scalars(rk_instances *g) {
    return g->scalars;
}

rk_arena *rk_inst_arena(rk_instances *g) {
    return g->arena;
}

bool rk_inst_on(const rk_instances *g, rk_law law) {
    return !g->options.disabled[law];
}

bool rk_inst_full(const rk_instances *g) {
    return g->nfacts >= g->options.max_facts;
}

size_t rk_inst_nodes(const rk_instances *g) {
    return g->nnodes;
}

const rk_site *rk_inst_node(const rk_instances *g, size_t i) {
    return g->node[i];
}

/* --- scopes ------------------------------------------------------------------------------- */

const rk_scope *rk_inst_scope(rk_instances *g, const rk_site *from, unsigned sym, rk_sc low,
                              rk_sc high) {
    const rk_scope *outer = from ? from->scope : NULL;
    for (const rk_scope *o = outer; o; o = o->outer)
        if (o->sym == sym)
            return NULL;
    for (size_t i = 0; i < g->nscopes; i++) {
        const rk_scope *s = g->scope[i];
        if (s->outer == outer && s->sym == sym && s->low == low && s->high == high)
            return s;
    }
    rk_sc count = rk_sc_add(g->scalars, rk_sc_sub(g->scalars, high, low), rk_sc_int(g->scalars, 1));
    if (!rk_sc_at_least(g->scalars, count, 0) || !rk_sc_is_integer(g->scalars, count))
        return NULL;
    rk_scope *s = rk_arena_alloc(g->arena, sizeof *s);
    *s = (rk_scope){outer, sym, low, high, count, rk_sc_at_least(g->scalars, count, 1)};
    rk_grow(&g->scope, &g->scope_cap, g->nscopes + 1, sizeof *g->scope);
    g->scope[g->nscopes++] = s;
    return s;
}

/* What does not depend on the index belongs outside, if there is a member at all. */
static const rk_scope *home(rk_instances *g, const rk_scope *scope, const rk_mx *a) {
    while (scope && scope->inhabited && !rk_mx_mentions_sym(g->store, a, scope->sym))
        scope = scope->outer;
    return scope;
}

/* --- nodes -------------------------------------------------------------------------------- */

static rk_site *find_node(rk_instances *g, const rk_scope *scope, const rk_mx *key) {
    for (size_t i = 0; i < g->nnodes; i++)
        if (g->node[i]->mx == key && g->node[i]->scope == scope)
            return g->node[i];
    return NULL;
}

static void want_key(rk_instances *g, const rk_scope *scope, const rk_quantity *q, unsigned depth) {
    const rk_mx *key = q->mx[0];
    scope = home(g, scope, key);
    rk_site *old = find_node(g, scope, key);
    if (old) {
        if (depth < old->depth)
            old->depth = depth;
        return;
    }
    if (g->nnodes >= g->options.max_matrices)
        return;
    rk_site *node = rk_arena_alloc(g->arena, sizeof *node);
    node->mx = key;
    node->rank = rk_sc_quantity(g->scalars, q);
    node->depth = depth;
    node->id = (unsigned)g->nnodes;
    node->scope = scope;
    rk_grow(&g->node, &g->node_cap, g->nnodes + 1, sizeof *g->node);
    g->node[g->nnodes++] = node;
}

/* Every rank in a scalar, also inside other quantities. */
static void want_scalar(rk_instances *g, const rk_scope *scope, rk_sc a, unsigned depth) {
    for (unsigned i = 0; i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(g->scalars, a->atom[i]);
        if (!q)
            continue;
        if (q->kind == RK_Q_RANK) {
            want_key(g, scope, q, depth);
        } else if (q->kind == RK_Q_SUM) {
            rk_site from = {.scope = scope};
            const rk_scope *inner = rk_inst_scope(g, &from, q->sym, q->arg[1], q->arg[2]);
            if (inner)
                want_scalar(g, inner, q->arg[0], depth);
        } else {
            for (size_t k = 0; k < q->nargs; k++)
                want_scalar(g, scope, q->arg[k], depth);
        }
    }
}

void rk_instances_want_scalar(rk_instances *g, rk_sc a) {
    want_scalar(g, NULL, a, 0);
}

void rk_instances_want(rk_instances *g, const rk_mx *a) {
    want_scalar(g, NULL, rk_mx_rank(g->store, a), 0);
}

void rk_inst_want(rk_instances *g, const rk_site *from, const rk_mx *part) {
    want_scalar(g, from->scope, rk_mx_rank(g->store, part), from->depth + 1);
}

rk_site rk_inst_inner(const rk_site *from, const rk_scope *scope) {
    return (rk_site){.depth = from->depth, .scope = scope};
}

const rk_site *rk_inst_find(rk_instances *g, const rk_site *from, const rk_mx *a) {
    rk_sc rank = rk_mx_rank(g->store, a);
    const rk_scope *scope = home(g, from->scope, a);
    for (size_t i = 0; i < g->nnodes; i++)
        if (g->node[i]->rank == rank && g->node[i]->scope == scope)
            return g->node[i];
    return NULL;
}

size_t rk_instances_matrices(const rk_instances *g) {
    return g->nnodes;
}

/* --- facts -------------------------------------------------------------------------------- */

static size_t slot_of(const rk_instances *g, const rk_fact *fact) {
    uint64_t h = ((uintptr_t)fact->value >> 4) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(h >> 32) & (g->nslots - 1);
    while (g->slot[i]) {
        const rk_fact *old = g->fact[g->slot[i] - 1];
        if (old->value == fact->value && old->equation == fact->equation)
            break;
        i = (i + 1) & (g->nslots - 1);
    }
    return i;
}

static void *copied(rk_instances *g, const void *items, size_t count, size_t size) {
    if (count == 0)
        return NULL;
    void *copy = rk_arena_alloc(g->arena, count * size);
    memcpy(copy, items, count * size);
    return copy;
}

static void rehash(rk_instances *g) {
    g->nslots *= 2;
    rk_free(g->slot);
    g->slot = rk_calloc(g->nslots, sizeof *g->slot);
    for (size_t i = 0; i < g->nfacts; i++)
        g->slot[slot_of(g, g->fact[i])] = (unsigned)i + 1;
}

unsigned rk_instances_add(rk_instances *g, const rk_fact *fact) {
    if (2 * g->nfacts >= g->nslots)
        rehash(g);
    size_t at = slot_of(g, fact);
    if (g->slot[at])
        return g->slot[at] - 1;
    rk_fact *copy = copied(g, fact, 1, sizeof *fact);
    copy->matrix = copied(g, fact->matrix, fact->nmatrices, sizeof *fact->matrix);
    copy->uses = copied(g, fact->uses, fact->nuses, sizeof *fact->uses);
    rk_grow(&g->fact, &g->fact_cap, g->nfacts + 1, sizeof *g->fact);
    g->fact[g->nfacts] = copy;
    g->slot[at] = (unsigned)g->nfacts + 1;
    return (unsigned)g->nfacts++;
}

size_t rk_instances_count(const rk_instances *g) {
    return g->nfacts;
}

const rk_fact *rk_instances_get(const rk_instances *g, size_t i) {
    return g->fact[i];
}

/* Says nothing: true whatever the ranks are. */
static bool trivial(rk_instances *g, const rk_fact *fact) {
    int64_t value;
    if (!rk_sc_is_int(g->scalars, fact->value, &value))
        return false;
    return fact->equation ? value == 0 : value >= 0;
}

/* The fact about an arbitrary member, summed over the range of each scope around it. */
static bool lifted(rk_instances *g, const rk_scope *scope, rk_fact *fact) {
    for (; scope; scope = scope->outer) {
        if (scope->inhabited && !rk_sc_mentions(g->scalars, fact->value, scope->sym))
            continue;
        if (!rk_inst_on(g, RK_LAW_FAMILY))
            return false;
        rk_sc total = rk_inst_total(g, scope, fact->value);
        rk_fact *member = copied(g, fact, 1, sizeof *fact);
        member->matrix = copied(g, fact->matrix, fact->nmatrices, sizeof *fact->matrix);
        fact->law = RK_LAW_FAMILY;
        fact->note = NULL;
        fact->value = total;
        fact->member = member;
        fact->sym = scope->sym;
        fact->low = scope->low;
        fact->high = scope->high;
    }
    return true;
}

void rk_instances_add_family(rk_instances *g, const rk_fact *member, unsigned sym, rk_sc low,
                             rk_sc high) {
    rk_fact fact = *member;
    const rk_scope *scope = rk_inst_scope(g, NULL, sym, low, high);
    if (scope == NULL || !lifted(g, scope, &fact) || trivial(g, &fact))
        return;
    rk_instances_add(g, &fact);
    rk_instances_want_scalar(g, fact.value);
}

void rk_inst_note(rk_instances *g, const rk_note *note) {
    g->note = note == NULL ? NULL : copied(g, note, 1, sizeof *note);
}

void rk_inst_state(rk_instances *g, const rk_site *from, rk_law law, rk_sc value, bool equation,
                   size_t n, const rk_mx *const *matrix) {
    const rk_note *note = g->note;
    g->note = NULL;
    if (!rk_inst_on(g, law) || rk_inst_full(g))
        return;
    rk_fact fact = {
        .law = law, .value = value, .equation = equation, .matrix = matrix, .nmatrices = n};
    fact.note = note;
    if (!trivial(g, &fact) && lifted(g, from ? from->scope : NULL, &fact) && !trivial(g, &fact))
        rk_instances_add(g, &fact);
}

void rk_inst_at_most(rk_instances *g, const rk_site *from, rk_law law, rk_sc small, rk_sc large,
                     size_t n, const rk_mx *const *matrix) {
    if (rk_inst_on(g, law) && !rk_inst_full(g))
        rk_inst_state(g, from, law, rk_sc_sub(g->scalars, large, small), false, n, matrix);
    g->note = NULL;
}

void rk_inst_equal(rk_instances *g, const rk_site *from, rk_law law, rk_sc left, rk_sc right,
                   size_t n, const rk_mx *const *matrix) {
    if (rk_inst_on(g, law) && !rk_inst_full(g))
        rk_inst_state(g, from, law, rk_sc_sub(g->scalars, left, right), true, n, matrix);
    g->note = NULL;
}

/* --- ways of writing, and what is known --------------------------------------------------- */

static void note_written(rk_instances *g, const written *w) {
    for (size_t i = 0; i < g->nwritten; i++) {
        const written *old = &g->written[i];
        if (old->sum == w->sum && old->whole == w->whole && old->left == w->left &&
            old->right == w->right)
            return;
    }
    rk_grow(&g->written, &g->written_cap, g->nwritten + 1, sizeof *g->written);
    g->written[g->nwritten++] = *w;
}

void rk_instances_product(rk_instances *g, const rk_mx *whole, const rk_mx *left,
                          const rk_mx *right) {
    note_written(g, &(written){false, whole, left, right});
}

void rk_instances_sum(rk_instances *g, const rk_mx *whole, const rk_mx *left, const rk_mx *right) {
    note_written(g, &(written){true, whole, left, right});
}

void rk_instances_invertible(rk_instances *g, const rk_mx *a) {
    for (size_t i = 0; i < g->ninvertible; i++)
        if (g->invertible[i] == a)
            return;
    rk_grow(&g->invertible, &g->invertible_cap, g->ninvertible + 1, sizeof *g->invertible);
    g->invertible[g->ninvertible++] = a;
}

bool rk_inst_invertible(rk_instances *g, const rk_mx *a) {
    if (rk_mx_is_invertible(g->store, a))
        return true;
    if (g->ninvertible == 0 || a->rows != a->cols)
        return false;
    rk_sc rank = rk_mx_rank(g->store, a);
    for (size_t i = 0; i < g->ninvertible; i++)
        if (g->invertible[i]->rows == a->rows && rk_mx_rank(g->store, g->invertible[i]) == rank)
            return true;
    return false;
}

static void state_invertible(rk_instances *g) {
    for (size_t i = 0; i < g->ninvertible; i++) {
        const rk_mx *a = g->invertible[i];
        rk_inst_equal(g, NULL, RK_LAW_INVERTIBLE, rk_mx_rank(g->store, a), a->rows, 1, &a);
        want_scalar(g, NULL, rk_mx_rank(g->store, a), 1);
    }
}

const rk_mx *rk_inst_written_product(const rk_instances *g, const rk_mx *whole, const rk_mx *left) {
    for (size_t i = 0; i < g->nwritten; i++)
        if (!g->written[i].sum && g->written[i].whole == whole && g->written[i].left == left)
            return g->written[i].right;
    return NULL;
}

/* What the text shows about the node: it was written as a product or a sum. */
static void as_written(rk_instances *g, const rk_site *node, const written *w) {
    if (rk_mx_rank(g->store, w->whole) != node->rank)
        return;
    if (w->sum)
        rk_inst_sum(g, node, w->whole, w->left, w->right);
    else
        rk_inst_product(g, node, w->whole, w->left, w->right);
}

/* For the nodes that were done before the latest notes came. */
static void newly_written(rk_instances *g) {
    size_t n = g->nnodes;
    for (size_t i = g->seen_written; i < g->nwritten; i++)
        for (size_t k = 0; k < n; k++)
            if (g->node[k]->done)
                as_written(g, g->node[k], &g->written[i]);
    g->seen_written = g->nwritten;
}

bool rk_inst_written(const rk_instances *g, size_t i, const rk_mx *part[3]) {
    if (i >= g->nwritten)
        return false;
    part[0] = g->written[i].whole;
    part[1] = g->written[i].left;
    part[2] = g->written[i].right;
    return true;
}

/* --- the queue ---------------------------------------------------------------------------- */

static bool sooner(const rk_site *a, const rk_site *b) {
    if (a->depth != b->depth)
        return a->depth < b->depth;
    if (a->mx->weight != b->mx->weight)
        return a->mx->weight < b->mx->weight;
    return a->id < b->id;
}

/* Single letters tell their size and little else: they are looked at whatever their depth. */
static bool is_near(const rk_site *node, unsigned depth) {
    return node->depth <= depth || node->mx->weight <= 1;
}

static rk_site *next_node(rk_instances *g, unsigned depth) {
    rk_site *best = NULL;
    for (size_t i = 0; i < g->nnodes; i++) {
        rk_site *node = g->node[i];
        if (!node->done && is_near(node, depth) && (!best || sooner(node, best)))
            best = node;
    }
    return best;
}

/* Its rank is known, and nothing more can be said. */
static bool is_settled(rk_instances *g, const rk_mx *a) {
    const rk_letter *x = rk_mx_letter(a);
    if (x && (x->leaf->kind == RK_L_ONES || x->leaf->kind == RK_L_UNIT))
        return true;
    return rk_inst_on(g, RK_LAW_INVERTIBLE) && rk_inst_invertible(g, a);
}

static void look_at(rk_instances *g, rk_site *node) {
    node->done = true;
    for (size_t i = 0; i < g->nwritten; i++)
        as_written(g, node, &g->written[i]);
    node->replaced = rk_inst_blocks(g, node);
    if (node->replaced && node->depth > 0)
        return;
    size_t n = is_settled(g, node->mx) ? 1 : sizeof rules / sizeof *rules;
    for (size_t i = 0; i < n; i++)
        rules[i](g, node);
}

/* Pairs want both to be known, and what their product or sum may be. */
static bool pair_up(rk_instances *g) {
    bool any = false;
    size_t n = g->nnodes;
    for (size_t i = 0; i < n && !rk_inst_full(g); i++) {
        if (!g->node[i]->done || g->node[i]->paired)
            continue;
        any = g->node[i]->paired = true;
        rk_inst_pairs(g, g->node[i]);
    }
    return any;
}

enum { NEAR = 3 }; /* depth at which pairs come first */

bool rk_instances_saturate_near(rk_instances *g, unsigned depth) {
    state_invertible(g);
    newly_written(g);
    rk_inst_equations(g);
    while (!rk_inst_full(g)) {
        rk_site *node = next_node(g, depth);
        if ((!node || node->depth > NEAR) && pair_up(g))
            continue;
        if (!node)
            break;
        look_at(g, node);
    }
    return rk_inst_full(g) || !next_node(g, UINT_MAX);
}

void rk_instances_saturate(rk_instances *g) {
    rk_instances_saturate_near(g, UINT_MAX);
}
