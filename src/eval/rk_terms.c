#include "rk_terms.h"

#include <string.h>

/* --- walking -------------------------------------------------------------------------------- */

static bool first_time(rk_term_stack *s, const rk_term *t) {
    if (t->id >= s->nseen) {
        size_t old = s->nseen;
        rk_grow(&s->seen, &s->nseen, (size_t)t->id + 1, 1);
        memset(s->seen + old, 0, s->nseen - old);
    }
    bool first = s->seen[t->id] == 0;
    s->seen[t->id] = 1;
    return first;
}

void rk_term_stack_push(rk_term_stack *s, const rk_term *term) {
    if (!first_time(s, term))
        return;
    rk_grow(&s->item, &s->cap, s->count + 1, sizeof *s->item);
    s->item[s->count++] = term;
}

const rk_term *rk_term_stack_pop(rk_term_stack *s) {
    return s->count > 0 ? s->item[--s->count] : NULL;
}

void rk_term_stack_clear(rk_term_stack *s) {
    rk_free(s->item);
    rk_free(s->seen);
    memset(s, 0, sizeof *s);
}

bool rk_term_is_loop(const rk_term *term) {
    switch (term->op) {
    case RK_T_LOOP_SUM:
    case RK_T_LOOP_PROD:
    case RK_T_LOOP_HCAT:
    case RK_T_LOOP_VCAT:
    case RK_T_LOOP_MAX:
    case RK_T_LOOP_MIN:
    case RK_T_LOOP_ALL:
    case RK_T_LOOP_ANY:
    case RK_T_FOLD:
        return true;
    default:
        return false;
    }
}

size_t rk_term_outer_kids(const rk_term *term) {
    return rk_term_is_loop(term) ? term->nkids - 1 : term->nkids;
}

const rk_term *rk_term_body(const rk_term *loop) {
    return loop->kid[loop->nkids - 1];
}

/* --- sets of indices ------------------------------------------------------------------------ */

static bool set_has(const rk_symset *s, unsigned sym) {
    for (size_t i = 0; i < s->n; i++)
        if (s->sym[i] == sym)
            return true;
    return false;
}

static bool set_covers(const rk_symset *a, const rk_symset *b) {
    for (size_t i = 0; i < b->n; i++)
        if (!set_has(a, b->sym[i]))
            return false;
    return true;
}

static rk_symset set_union(rk_arena *arena, rk_symset a, rk_symset b) {
    if (set_covers(&a, &b))
        return a;
    if (set_covers(&b, &a))
        return b;
    unsigned *sym = rk_arena_alloc(arena, (a.n + b.n) * sizeof *sym);
    size_t n = a.n;
    memcpy(sym, a.sym, a.n * sizeof *sym);
    for (size_t i = 0; i < b.n; i++)
        if (!set_has(&a, b.sym[i]))
            sym[n++] = b.sym[i];
    return (rk_symset){n, sym};
}

static rk_symset set_without(rk_arena *arena, rk_symset a, unsigned sym) {
    if (!set_has(&a, sym))
        return a;
    unsigned *rest = rk_arena_alloc(arena, a.n * sizeof *rest);
    size_t n = 0;
    for (size_t i = 0; i < a.n; i++)
        if (a.sym[i] != sym)
            rest[n++] = a.sym[i];
    return (rk_symset){n, rest};
}

static rk_symset set_single(rk_arena *arena, unsigned sym) {
    unsigned *one = rk_arena_alloc(arena, sizeof *one);
    *one = sym;
    return (rk_symset){1, one};
}

/* --- indices in sizes ----------------------------------------------------------------------- */

/* Sizes share parts, so their trees may be far larger than they are: each is walked as a graph,
   and those found free of loop indices are remembered across walks. */
typedef struct size_mark {
    const rk_size *size;
    unsigned walk; /* the walk that met it; CLEAN: free of loop indices */
} size_mark;

#define CLEAN ((unsigned)-1)

typedef struct size_walk {
    rk_terms *terms;
    const bool *is_dim;  /* by symbol */
    const rk_size **met; /* in this walk */
    size_t nmet, cap_met;
    size_mark *mark; /* open addressing */
    size_t nmarks, mark_size;
    unsigned walk;
} size_walk;

static size_mark *mark_place(const size_walk *w, const rk_size *s) {
    size_t i = (((uintptr_t)s >> 4) * (size_t)0x9e3779b97f4a7c15u) >> 20;
    for (i &= w->mark_size - 1; w->mark[i].size && w->mark[i].size != s;)
        i = (i + 1) & (w->mark_size - 1);
    return &w->mark[i];
}

static void grow_marks(size_walk *w) {
    size_mark *old = w->mark;
    size_t n = w->mark_size;
    w->mark_size = n ? 2 * n : 256;
    w->mark = rk_calloc(w->mark_size, sizeof *w->mark);
    for (size_t i = 0; i < n; i++)
        if (old[i].size)
            *mark_place(w, old[i].size) = old[i];
    rk_free(old);
}

static void meet_size(size_walk *w, const rk_size *s) {
    if (s == NULL)
        return;
    if (2 * (w->nmarks + 1) > w->mark_size)
        grow_marks(w);
    size_mark *m = mark_place(w, s);
    if (m->size && (m->walk == CLEAN || m->walk == w->walk))
        return;
    w->nmarks += m->size == NULL;
    *m = (size_mark){s, w->walk};
    rk_grow(&w->met, &w->cap_met, w->nmet + 1, sizeof *w->met);
    w->met[w->nmet++] = s;
}

static rk_symset size_symbols(size_walk *w, const rk_size *root) {
    rk_symset found = {0, NULL};
    w->walk++;
    w->nmet = 0;
    meet_size(w, root);
    for (size_t i = 0; i < w->nmet; i++) {
        const rk_size *s = w->met[i];
        if (s->op == RK_S_SYM && !w->is_dim[s->sym] && !set_has(&found, s->sym))
            found = set_union(w->terms->arena, found, set_single(w->terms->arena, s->sym));
        for (size_t k = 0; k < 3; k++)
            meet_size(w, s->kid[k]);
    }
    for (size_t i = 0; found.n == 0 && i < w->nmet; i++)
        mark_place(w, w->met[i])->walk = CLEAN;
    return found;
}

/* --- dependence of terms -------------------------------------------------------------------- */

static rk_symset own_symbols(size_walk *w, const rk_term *t) {
    rk_arena *arena = w->terms->arena;
    rk_symset all = size_symbols(w, t->rows);
    all = set_union(arena, all, size_symbols(w, t->cols));
    all = set_union(arena, all, size_symbols(w, t->ival[0]));
    all = set_union(arena, all, size_symbols(w, t->ival[1]));
    return t->op == RK_T_ACC ? set_union(arena, all, set_single(arena, t->sym)) : all;
}

static void find_dependence(size_walk *w, const rk_term *t) {
    rk_terms *terms = w->terms;
    rk_symset all = own_symbols(w, t);
    for (size_t k = 0; k < t->nkids; k++) {
        rk_symset part = terms->depends[t->kid[k]->id];
        if (rk_term_is_loop(t) && k == t->nkids - 1)
            part = set_without(terms->arena, part, t->sym);
        all = set_union(terms->arena, all, part);
    }
    terms->depends[t->id] = all;
    terms->too_large = terms->too_large || all.n > RK_MAX_LOOP_DEPTH;
}

static bool any_loop(const rk_terms *t) {
    for (size_t i = 0; i < t->nids; i++)
        if (t->term[i] && rk_term_is_loop(t->term[i]))
            return true;
    return false;
}

static void find_all_dependence(rk_terms *t) {
    bool *is_dim = rk_calloc(t->checked->nsymbols + 1, sizeof *is_dim);
    for (size_t i = 0; i < t->checked->ndims; i++)
        is_dim[t->checked->dims[i].sym] = true;
    size_walk w = {.terms = t, .is_dim = is_dim};
    for (size_t i = 0; i < t->nids && !t->too_large; i++)
        if (t->term[i])
            find_dependence(&w, t->term[i]);
    rk_free(w.met);
    rk_free(w.mark);
    rk_free(is_dim);
}

static void reach(rk_terms *t, const rk_term *term) {
    if (term->id >= t->nids) {
        size_t old = t->nids;
        rk_grow(&t->term, &t->nids, (size_t)term->id + 1, sizeof *t->term);
        memset(t->term + old, 0, (t->nids - old) * sizeof *t->term);
    }
    t->term[term->id] = term;
}

void rk_terms_init(rk_terms *t, rk_arena *arena, const rk_checked *checked,
                   const rk_term *const *roots, size_t nroots) {
    memset(t, 0, sizeof *t);
    t->arena = arena;
    t->checked = checked;
    rk_term_stack stack = {0};
    for (size_t i = 0; i < nroots; i++)
        rk_term_stack_push(&stack, roots[i]);
    for (const rk_term *x; (x = rk_term_stack_pop(&stack)) != NULL;) {
        reach(t, x);
        for (size_t k = 0; k < x->nkids; k++)
            rk_term_stack_push(&stack, x->kid[k]);
    }
    rk_term_stack_clear(&stack);
    t->depends = rk_calloc(t->nids + 1, sizeof *t->depends);
    if (any_loop(t))
        find_all_dependence(t);
}

void rk_terms_clear(rk_terms *t) {
    rk_free(t->term);
    rk_free(t->depends);
}

bool rk_terms_depends(const rk_terms *t, const rk_term *term, unsigned sym) {
    return set_has(&t->depends[term->id], sym);
}
