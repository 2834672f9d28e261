/* The texts of defs by themselves: a def that is never used is checked too, as far as that goes
   without knowing its arguments. */
#include <string.h>
#include "rk_checker.h"

typedef struct local { /* a parameter, index or fold of the def */
    const char *name;
    rk_span span;
    const struct local *outer;
} local;

typedef struct walk {
    rk_checker *ck;
    rk_known_def *known;
} walk;

static void walk_node(walk *w, const rk_node *node, const local *names);

static bool complain(walk *w, const char *name, rk_span span, const char *what, const char *which) {
    w->known->bad = true;
    return rk_complain(w->ck, name, span, what, which);
}

static const local *find(const local *names, const char *name) {
    while (names && strcmp(names->name, name) != 0)
        names = names->outer;
    return names;
}

static void check_fresh(walk *w, const local *names, const local *added) {
    const local *before = find(names, added->name);
    if (before &&
        complain(w, "duplicate-name", added->span, "`%s` is declared already", added->name))
        rk_diag_note(w->ck->report.diags, before->span, "first declared here");
}

static void walk_name(walk *w, const rk_node *node, const local *names) {
    if (find(names, node->name) ||
        !complain(w, "unknown-name", node->span, "nothing is called `%s`", node->name))
        return;
    const char *best = NULL;
    size_t distance = SIZE_MAX;
    for (; names; names = names->outer)
        rk_nearest(node->name, names->name, &best, &distance);
    if (best)
        rk_hint(w->ck, "did you mean `%s`?", best);
    else
        rk_hint(w->ck, "the text of a def knows its parameters, its own indices and other defs");
}

static void walk_call(walk *w, const rk_node *node) {
    rk_checker *ck = w->ck;
    rk_known_def *called = rk_def_find(ck, node->name);
    if (called) {
        rk_grow(&ck->calls, &ck->cap_calls, ck->ncalls + 1, sizeof *ck->calls);
        ck->calls[ck->ncalls++] = called;
        return;
    }
    if (rk_function_name(node->name))
        return;
    if (ck->broken)
        w->known->bad = true;
    else if (complain(w, "unknown-function", node->op, "there is no function `%s`", node->name))
        rk_hint_function(ck, node->name);
}

static void walk_loop(walk *w, const rk_node *node, const local *names) {
    local index = {node->name, node->op, names};
    walk_node(w, node->kid[0], names);
    walk_node(w, node->kid[1], names);
    check_fresh(w, names, &index);
    if (node->kind == RK_N_LOOP) {
        walk_node(w, node->kid[2], &index);
        return;
    }
    local acc = {node->name2, node->kid[2]->span, &index};
    walk_node(w, node->kid[2], names);
    check_fresh(w, &index, &acc);
    walk_node(w, node->kid[3], &acc);
}

static void walk_node(walk *w, const rk_node *node, const local *names) {
    if (node->kind == RK_N_LOOP || node->kind == RK_N_FOLD) {
        walk_loop(w, node, names);
        return;
    }
    if (node->kind == RK_N_NAME)
        walk_name(w, node, names);
    if (node->kind == RK_N_CALL)
        walk_call(w, node);
    for (size_t i = 0; i < node->nkids; i++)
        walk_node(w, node->kid[i], names);
}

static void walk_def(rk_checker *ck, rk_known_def *known) {
    const rk_def *def = known->def;
    walk w = {ck, known};
    local *params = rk_arena_alloc(ck->scratch, (def->nparams + 1) * sizeof *params);
    const local *names = NULL;
    for (size_t i = 0; i < def->nparams; i++) {
        params[i] = (local){def->params[i], def->param_spans[i], names};
        check_fresh(&w, names, &params[i]);
        names = &params[i];
    }
    known->calls = ck->ncalls;
    walk_node(&w, def->body, names);
    known->ncalls = ck->ncalls - known->calls;
}

/* --- recursion ----------------------------------------------------------------------------- */

typedef struct step {
    rk_known_def *known;
    size_t next; /* of its calls */
} step;

typedef struct path {
    step *steps;
    size_t n, cap;
} path;

static void enter(path *p, rk_known_def *known) {
    rk_grow(&p->steps, &p->cap, p->n + 1, sizeof *p->steps);
    p->steps[p->n++] = (step){known, 0};
    known->state = 1;
}

static void report_cycle(rk_checker *ck, const path *p, const rk_known_def *again) {
    size_t from = p->n;
    while (p->steps[from - 1].known != again)
        from--;
    bool told = rk_complain(ck, "recursive-definition", again->def->name_span,
                            "the definition of `%s` uses itself", again->name);
    for (size_t i = from - 1; i < p->n; i++) {
        p->steps[i].known->bad = true;
        if (told && i >= from && i < from + 4)
            rk_diag_note(ck->report.diags, p->steps[i].known->def->name_span, "through `%s`",
                         p->steps[i].known->name);
    }
}

/* Depth first, with a path of our own: chains of defs may be long. */
static void search_cycles(rk_checker *ck, path *p, rk_known_def *start) {
    enter(p, start);
    while (p->n) {
        step *top = &p->steps[p->n - 1];
        if (top->next == top->known->ncalls) {
            top->known->state = 2;
            p->n--;
            continue;
        }
        rk_known_def *called = ck->calls[top->known->calls + top->next++];
        if (called->state == 0)
            enter(p, called);
        else if (called->state == 1)
            report_cycle(ck, p, called);
    }
}

typedef void def_action(rk_checker *ck, path *p, rk_known_def *known);

static void act_walk(rk_checker *ck, path *p, rk_known_def *known) {
    (void)p;
    walk_def(ck, known);
}

static void act_search(rk_checker *ck, path *p, rk_known_def *known) {
    if (known->state == 0)
        search_cycles(ck, p, known);
}

/* In reading order, and only what the table knows under its name: a second def of one name does
   not count. */
static void each_def(rk_checker *ck, path *p, def_action *action) {
    for (size_t i = 0; i < ck->unit->nfiles; i++)
        for (size_t j = 0; j < ck->unit->files[i]->nitems; j++) {
            const rk_item *item = &ck->unit->files[i]->items[j];
            rk_known_def *known = item->kind == RK_I_DEF ? rk_def_find(ck, item->def->name) : NULL;
            if (known && known->def == item->def)
                action(ck, p, known);
        }
}

void rk_check_defs(rk_checker *ck) {
    path p = {0};
    each_def(ck, &p, act_walk);
    each_def(ck, &p, act_search);
    rk_free(p.steps);
}
