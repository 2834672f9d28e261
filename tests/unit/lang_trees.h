/* Random trees and files over every kind of node, for the tests of the language room. Names,
   numbers and strings come from small tables, so that the same ones meet often. */
#ifndef LANG_TREES_H
#define LANG_TREES_H

#include <stdlib.h>
#include <time.h>

#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "lang/rk_ast.h"

typedef struct grower {
    rk_arena *arena;
    rk_rng rng;
} grower;

static inline uint64_t below(grower *g, uint64_t n) {
    return rk_rng_below(&g->rng, n);
}

#define PICK(g, table) (table)[below(g, sizeof(table) / sizeof *(table))]

static const char *const some_names[] = {"A", "B", "W_Q", "x1", "gamma", "inf", "fro", "norm2"};
static const char *const some_numbers[] = {"0", "1", "12", "0.5", "1e-3", "2.50E+7", "007"};
static const char *const some_functions[] = {"rank", "sum", "max", "min", "softmax", "mine", "f"};
static const char *const some_loops[] = {"sum", "prod", "hcat", "vcat", "max", "min", "all", "any"};
static const char *const some_norms[] = {"1", "2", "inf", "fro"};
static const char *const some_strings[] = {"", "plain", "a \"b\" \\ c", "# no comment", "\xC3\xA9"};

static inline rk_node *grow(grower *g, unsigned height);

static inline rk_node *new_node(grower *g, rk_node_kind kind, size_t nkids) {
    rk_node *n = rk_arena_alloc(g->arena, sizeof *n);
    n->kind = kind;
    n->nkids = nkids;
    n->kid = rk_arena_alloc(g->arena, (nkids + 1) * sizeof *n->kid);
    return n;
}

static inline rk_node *grow_kids(grower *g, rk_node *n, size_t from, unsigned height) {
    for (size_t i = from; i < n->nkids; i++)
        n->kid[i] = grow(g, height);
    return n;
}

static inline rk_node *grow_name(grower *g) {
    rk_node *n = new_node(g, RK_N_NAME, 0);
    n->name = PICK(g, some_names);
    return n;
}

static inline rk_node *grow_leaf(grower *g) {
    if (below(g, 2) == 0)
        return grow_name(g);
    rk_node *n = new_node(g, RK_N_NUMBER, 0);
    n->text = PICK(g, some_numbers);
    return n;
}

static inline rk_node *grow_index(grower *g, unsigned height) {
    return below(g, 4) == 0 ? new_node(g, RK_N_COLON, 0) : grow(g, height);
}

static inline rk_node *grow_block(grower *g, unsigned height) {
    rk_node *n = new_node(g, RK_N_BLOCK, 1 + below(g, 3));
    for (size_t i = 0; i < n->nkids; i++)
        n->kid[i] = grow_kids(g, new_node(g, RK_N_ROW, 1 + below(g, 3)), 0, height);
    return n;
}

static inline rk_node *grow_compare(grower *g, unsigned height) {
    static const rk_cmp rising[] = {RK_EQ, RK_LT, RK_LE}, falling[] = {RK_EQ, RK_GT, RK_GE};
    rk_node *n = grow_kids(g, new_node(g, RK_N_COMPARE, 2 + below(g, 3)), 0, height);
    rk_cmp *cmp = rk_arena_alloc(g->arena, n->nkids * sizeof *cmp);
    bool up = below(g, 2) == 0;
    for (size_t i = 0; i + 1 < n->nkids; i++)
        cmp[i] = up ? PICK(g, rising) : PICK(g, falling);
    if (n->nkids == 2 && below(g, 3) == 0)
        cmp[0] = RK_NE;
    n->cmp = cmp;
    return n;
}

static inline rk_node *grow_application(grower *g, rk_node_kind kind, unsigned height) {
    rk_node *n;
    switch (kind) {
    case RK_N_CALL:
        n = grow_kids(g, new_node(g, kind, below(g, 4)), 0, height);
        n->name = PICK(g, some_functions);
        return n;
    case RK_N_NORM:
        n = grow_kids(g, new_node(g, kind, 1), 0, height);
        n->name = PICK(g, some_norms);
        return n;
    case RK_N_JRANK:
        n = new_node(g, kind, 2 + below(g, 2));
        n->kid[0] = grow(g, height);
        for (size_t i = 1; i < n->nkids; i++)
            n->kid[i] = grow_name(g);
        return n;
    case RK_N_LOOP:
        n = grow_kids(g, new_node(g, kind, 3), 0, height);
        n->name = "i";
        n->name2 = PICK(g, some_loops);
        return n;
    default:
        n = grow_kids(g, new_node(g, RK_N_FOLD, 4), 0, height);
        n->name = "l";
        n->name2 = "Z";
        return n;
    }
}

static inline rk_node *grow_indexing(grower *g, rk_node_kind kind, unsigned height) {
    rk_node *n = new_node(g, kind, kind == RK_N_MEMBER ? 2 : 3);
    n->kid[0] = grow(g, height);
    for (size_t i = 1; i < n->nkids; i++)
        n->kid[i] = grow_index(g, height);
    return n;
}

/* Any kind but ROW and COLON, which stand in their parents only. */
static inline rk_node *grow(grower *g, unsigned height) {
    rk_node_kind kind = (rk_node_kind)below(g, RK_N_IFF + 1);
    if (height <= 1 || kind <= RK_N_NAME || kind == RK_N_ROW || kind == RK_N_COLON)
        return grow_leaf(g);
    height--;
    switch (kind) {
    case RK_N_BLOCK:
        return grow_block(g, height);
    case RK_N_COMPARE:
        return grow_compare(g, height);
    case RK_N_MEMBER:
    case RK_N_ENTRY:
        return grow_indexing(g, kind, height);
    case RK_N_TRANSPOSE:
    case RK_N_NEG:
    case RK_N_NOT:
        return grow_kids(g, new_node(g, kind, 1), 0, height);
    default:
        return kind <= RK_N_FOLD ? grow_application(g, kind, height)
                                 : grow_kids(g, new_node(g, kind, 2), 0, height);
    }
}

static inline uint64_t test_seed(void) {
    const char *given = getenv("RK_TEST_SEED");
    return given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
}

static inline const char *maybe_string(grower *g) {
    return below(g, 2) == 0 ? NULL : PICK(g, some_strings);
}

static inline rk_node *grow_int(grower *g) {
    static const char *const ints[] = {"1", "2", "30"};
    rk_node *n = new_node(g, RK_N_NUMBER, 0);
    n->text = PICK(g, ints);
    return n;
}

static inline void grow_dims(grower *g, rk_clause *c) {
    c->ndims = 1 + below(g, 3);
    c->dims = rk_arena_alloc(g->arena, c->ndims * sizeof *c->dims);
    for (size_t i = 0; i < c->ndims; i++) {
        rk_dimdecl *d = &c->dims[i];
        d->name = PICK(g, some_names);
        d->kind = (rk_dim_kind)below(g, RK_DIM_EQUAL + 1);
        if (d->kind == RK_DIM_EQUAL) {
            d->expr = grow(g, 3);
            continue;
        }
        static const size_t counts[] = {1, 2};
        d->nvalues = d->kind == RK_DIM_LIST ? 1 + below(g, 4) : counts[d->kind];
        d->values = rk_arena_alloc(g->arena, d->nvalues * sizeof *d->values);
        for (size_t k = 0; k < d->nvalues; k++)
            d->values[k] = grow_int(g);
    }
}

static inline void grow_vars(grower *g, rk_clause *c) {
    c->quant = (rk_quant)below(g, RK_RANDOM + 1);
    c->nvars = 1 + below(g, 3);
    c->vars = rk_arena_alloc(g->arena, c->nvars * sizeof *c->vars);
    for (size_t i = 0; i < c->nvars; i++) {
        rk_vardecl *v = &c->vars[i];
        v->name = PICK(g, some_names);
        v->set = PICK(g, some_names);
        v->family = below(g, 2) == 0 ? NULL : grow(g, 3);
        v->nsizes = below(g, 3);
        for (size_t k = 0; k < v->nsizes; k++)
            v->size[k] = grow(g, 3);
        v->nparams = below(g, 3);
        v->params = rk_arena_alloc(g->arena, 2 * sizeof *v->params);
        for (size_t k = 0; k < v->nparams; k++)
            v->params[k] = grow(g, 3);
    }
}

static inline void grow_clause(grower *g, rk_clause *c) {
    c->kind = (rk_clause_kind)below(g, RK_C_EXPECT + 1);
    if (c->kind == RK_C_DIM)
        grow_dims(g, c);
    if (c->kind == RK_C_VARS)
        grow_vars(g, c);
    if (c->kind == RK_C_LET || c->kind == RK_C_ASSUME || c->kind == RK_C_CLAIM)
        c->expr = grow(g, 4);
    if (c->kind == RK_C_SOURCE)
        c->string = maybe_string(g);
    if (c->kind == RK_C_NOTE || c->kind == RK_C_DATA)
        c->string = PICK(g, some_strings);
    if (c->kind == RK_C_DATA)
        c->string2 = maybe_string(g);
    bool unnamed = c->kind == RK_C_NOTE || c->kind == RK_C_DIM || c->kind == RK_C_VARS ||
                   c->kind == RK_C_ASSUME || c->kind == RK_C_CLAIM;
    c->name = unnamed ? NULL : PICK(g, some_names);
}

static inline void grow_theorem(grower *g, rk_item *item) {
    static const char *const names[] = {"t", "claim", "theorem", "in"};
    rk_theorem *t = item->theorem = rk_arena_alloc(g->arena, sizeof *t);
    t->name = PICK(g, names);
    t->title = maybe_string(g);
    t->nclauses = below(g, 6);
    t->clauses = rk_arena_alloc(g->arena, (t->nclauses + 1) * sizeof *t->clauses);
    for (size_t i = 0; i < t->nclauses; i++)
        grow_clause(g, &t->clauses[i]);
}

static inline void grow_paper(grower *g, rk_item *item) {
    static const char *const fields[] = {"title", "year", "note", "theorem"};
    rk_paper *p = item->paper = rk_arena_alloc(g->arena, sizeof *p);
    p->name = PICK(g, some_names);
    p->nfields = below(g, 4);
    p->fields = rk_arena_alloc(g->arena, (p->nfields + 1) * sizeof *p->fields);
    for (size_t i = 0; i < p->nfields; i++) {
        p->fields[i].name = PICK(g, fields);
        p->fields[i].is_int = below(g, 2) == 0;
        p->fields[i].string = p->fields[i].is_int ? "2026" : PICK(g, some_strings);
    }
}

static inline void grow_def(grower *g, rk_item *item) {
    rk_def *d = item->def = rk_arena_alloc(g->arena, sizeof *d);
    d->name = PICK(g, some_names);
    d->nparams = below(g, 3);
    d->params = rk_arena_alloc(g->arena, (d->nparams + 1) * sizeof *d->params);
    for (size_t i = 0; i < d->nparams; i++)
        d->params[i] = PICK(g, some_names);
    d->body = grow(g, 4);
}

/* No imports: they would have to exist. */
static inline void grow_file(grower *g, rk_file *file) {
    file->nitems = below(g, 5);
    file->items = rk_arena_alloc(g->arena, (file->nitems + 1) * sizeof *file->items);
    for (size_t i = 0; i < file->nitems; i++) {
        rk_item *item = &file->items[i];
        item->kind = (rk_item_kind)(RK_I_PAPER + below(g, 3));
        if (item->kind == RK_I_PAPER)
            grow_paper(g, item);
        else if (item->kind == RK_I_DEF)
            grow_def(g, item);
        else
            grow_theorem(g, item);
    }
}

#endif
