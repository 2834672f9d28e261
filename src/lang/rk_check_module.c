/* The items of a unit, and what surrounds the check of one theorem. */
#include <search.h>
#include <string.h>
#include "base/rk_guard.h"
#include "rk_checker.h"

/* --- tables of names ----------------------------------------------------------------------- */

const rk_named *rk_named_find(void *const *table, const char *name) {
    rk_named key = {.name = name};
    rk_named *const *found = tfind(&key, table, rk_compare_names);
    return found ? *found : NULL;
}

/* Adds a named thing; what has its name already stays, and the second is an error. */
static void declare(rk_checker *ck, void **table, const char *name, rk_span span, const void *item,
                    const char *what, const char *error) {
    const rk_named *before = rk_named_find(table, name);
    if (*name == '\0') /* the parser has complained */
        return;
    if (before) {
        if (rk_complain(ck, error, span, "a second %s is called `%s`", what, name))
            rk_diag_note(ck->report.diags, before->span, "the first one is here");
        return;
    }
    rk_named *n = rk_arena_alloc(ck->arena, sizeof *n);
    *n = (rk_named){name, span, item};
    if (!tsearch(n, table, rk_compare_names))
        rk_guard_raise("out of memory");
}

static void declare_def(rk_checker *ck, const rk_def *def) {
    rk_known_def *before = rk_def_find(ck, def->name);
    if (rk_function_name(def->name)) {
        rk_complain(ck, "definition-of-function", def->name_span,
                    "`%s` is a function of the language", def->name);
        return;
    }
    if (before) {
        if (rk_complain(ck, "duplicate-definition", def->name_span, "`%s` is defined already",
                        def->name))
            rk_diag_note(ck->report.diags, before->def->name_span, "first defined here");
        return;
    }
    rk_known_def *known = rk_arena_alloc(ck->arena, sizeof *known);
    *known = (rk_known_def){.name = def->name, .def = def};
    if (!tsearch(known, &ck->defs, rk_compare_names))
        rk_guard_raise("out of memory");
}

static void check_fields(rk_checker *ck, const rk_paper *paper) {
    void *fields = NULL;
    for (size_t i = 0; i < paper->nfields; i++)
        declare(ck, &fields, paper->fields[i].name, paper->fields[i].span, &paper->fields[i],
                "field of this paper", "duplicate-field");
    for (size_t i = 0; i < paper->nfields; i++)
        tdelete(&paper->fields[i].name, &fields, rk_compare_names);
}

static void declare_item(rk_checker *ck, const rk_item *item) {
    switch (item->kind) {
    case RK_I_PAPER:
        declare(ck, &ck->papers, item->paper->name, item->paper->name_span, item->paper, "paper",
                "duplicate-paper");
        check_fields(ck, item->paper);
        break;
    case RK_I_DEF:
        declare_def(ck, item->def);
        break;
    case RK_I_THEOREM:
        if (item->theorem->broken && rk_named_find(&ck->theorems, item->theorem->name))
            break;
        declare(ck, &ck->theorems, item->theorem->name, item->theorem->name_span, item->theorem,
                "theorem", "duplicate-theorem");
        break;
    case RK_I_IMPORT:
        break;
    }
}

static void declare_items(rk_checker *ck) {
    for (size_t i = 0; i < ck->unit->nfiles; i++) {
        ck->broken |= ck->unit->files[i]->broken;
        for (size_t j = 0; j < ck->unit->files[i]->nitems; j++)
            declare_item(ck, &ck->unit->files[i]->items[j]);
    }
}

/* --- one theorem --------------------------------------------------------------------------- */

void rk_checker_open(rk_checker *ck, rk_checked *out, rk_frame *frame) {
    *out = (rk_checked){.expect = RK_VERDICT_NONE};
    *frame = (rk_frame){0};
    out->sizes = ck->sizes = rk_sizes_new();
    ck->scratch = rk_arena_new();
    ck->out = out;
    ck->frame = frame;
    ck->depth = 0;
    ck->stopped = ck->spoilt = ck->allow_random = false;
    ck->nterms = ck->nloops = ck->niexprs = ck->nlet_uses = ck->npartial = 0;
    ck->nguards = ck->nbodies = 0;
    ck->nlets = 0;
    ck->let = RK_NO_LET;
    ck->cap_dims = ck->cap_vars = ck->cap_data = ck->cap_assumes = ck->cap_claims = 0;
}

static void mark(rk_term *const *roots, size_t n, bool *reached) {
    for (size_t i = 0; i < n; i++)
        if (roots[i])
            reached[roots[i]->id] = true;
}

/* Kids have lower numbers than parents, so one pass from above finds what is reached. */
static void number_reached(rk_checker *ck, rk_term *extra) {
    rk_checked *out = ck->out;
    bool *reached = rk_calloc(ck->nterms + 1, sizeof *reached);
    mark(&extra, 1, reached);
    mark(out->claims, out->nclaims, reached);
    mark(out->assumes, out->nassumes, reached);
    for (size_t i = 0; i < out->nvars; i++)
        mark(out->vars[i].param, 2, reached);
    for (size_t i = ck->nterms; i-- > 0;)
        if (reached[i])
            mark(ck->terms[i]->kid, ck->terms[i]->nkids, reached);
    for (size_t i = 0; i < ck->nterms; i++)
        if (reached[i])
            ck->terms[i]->id = (unsigned)out->nterms++;
    rk_free(reached);
}

/* Lets used by what is no let, or by used lets; uses are told in the order of the text. */
bool *rk_used_lets(const rk_checker *ck) {
    bool *used = rk_calloc(ck->nlets + 1, sizeof *used);
    for (size_t i = ck->nlet_uses; i-- > 0;) {
        const rk_let_use *u = &ck->let_uses[i];
        if (u->user == RK_NO_LET || used[u->user])
            used[u->used] = true;
    }
    return used;
}

static void keep_iexprs(rk_checker *ck) {
    rk_checked *out = ck->out;
    bool *used = rk_used_lets(ck);
    bool *extent = rk_arena_alloc(ck->arena, ck->niexprs + 1);
    out->iexprs = rk_arena_alloc(ck->arena, (ck->niexprs + 1) * sizeof(rk_size *));
    for (size_t i = 0; i < ck->niexprs; i++) {
        const rk_iexpr_entry *e = &ck->iexprs[i];
        if (e->let != RK_NO_LET && !used[e->let])
            continue;
        extent[out->niexprs] = e->extent;
        out->iexprs[out->niexprs++] = e->size;
    }
    out->extent = extent;
    rk_free(used);
}

/* Moves a table to the arena, or drops it. */
static void *settle(rk_checker *ck, void *table, size_t bytes, bool keep) {
    void *copy = keep ? rk_arena_alloc(ck->arena, bytes + 1) : NULL;
    if (keep && bytes)
        memcpy(copy, table, bytes);
    rk_free(table);
    return copy;
}

void rk_checker_close(rk_checker *ck, bool keep, rk_term **extra) {
    rk_checked *out = ck->out;
    if (keep) {
        rk_drop_needless(ck, extra);
        number_reached(ck, *extra);
        keep_iexprs(ck);
        out->nsymbols = rk_sizes_symbols(ck->sizes);
    } else {
        rk_sizes_free(ck->sizes);
        out->sizes = NULL;
    }
    out->dims = settle(ck, out->dims, out->ndims * sizeof *out->dims, keep);
    out->vars = settle(ck, out->vars, out->nvars * sizeof *out->vars, keep);
    out->data = settle(ck, out->data, out->ndata * sizeof *out->data, keep);
    out->assumes = settle(ck, out->assumes, out->nassumes * sizeof *out->assumes, keep);
    out->claims = settle(ck, out->claims, out->nclaims * sizeof *out->claims, keep);
    rk_frame_clear(ck->frame);
    rk_arena_free(ck->scratch);
    ck->frame = NULL;
}

/* --- units --------------------------------------------------------------------------------- */

static void forget_items(rk_checker *ck) {
    for (size_t i = 0; ck->unit && i < ck->unit->nfiles; i++)
        for (size_t j = 0; j < ck->unit->files[i]->nitems; j++) {
            const rk_item *item = &ck->unit->files[i]->items[j];
            if (item->kind == RK_I_DEF)
                tdelete(&item->def->name, &ck->defs, rk_compare_names);
            if (item->kind == RK_I_PAPER)
                tdelete(&item->paper->name, &ck->papers, rk_compare_names);
            if (item->kind == RK_I_THEOREM)
                tdelete(&item->theorem->name, &ck->theorems, rk_compare_names);
        }
}

static void checker_free(rk_checker *ck) {
    forget_items(ck);
    rk_free(ck->calls);
    rk_free(ck->terms);
    rk_free(ck->traits);
    rk_free(ck->loops);
    rk_free(ck->low);
    rk_free(ck->iexprs);
    rk_free(ck->let_uses);
    rk_free(ck->partial);
    rk_free(ck->guards);
    rk_free(ck->bodies);
    rk_digest_clear(&ck->digest);
}

/* Items are declared before any of them is read, in all files, so their order does not matter. */
static void check_items(rk_checker *ck) {
    rk_frame none = {0};
    ck->frame = &none;
    ck->scratch = rk_arena_new();
    declare_items(ck);
    rk_check_defs(ck);
    rk_arena_free(ck->scratch);
    ck->frame = NULL;
}

rk_module *rk_module_check(const rk_unit *unit, const rk_loader *loader, rk_diags *diags) {
    rk_module *m = rk_calloc(1, sizeof *m);
    m->arena = rk_arena_new();
    m->unit = unit;
    rk_checker ck = {.arena = m->arena, .unit = unit, .loader = loader};
    ck.report.diags = diags;
    check_items(&ck);
    rk_digest_files(&ck.digest, unit);
    m->theorems = rk_arena_alloc(m->arena, (unit->main->nitems + 1) * sizeof *m->theorems);
    for (size_t i = 0; i < unit->main->nitems; i++) {
        const rk_item *item = &unit->main->items[i];
        if (item->kind == RK_I_THEOREM &&
            rk_check_theorem(&ck, unit->main, item->theorem, &m->theorems[m->ntheorems]))
            m->ntheorems++;
    }
    checker_free(&ck);
    return m;
}

void rk_module_free(rk_module *module) {
    if (!module)
        return;
    for (size_t i = 0; i < module->ntheorems; i++)
        rk_sizes_free(module->theorems[i].sizes);
    rk_arena_free(module->arena);
    rk_free(module);
}

/* --- lone expressions ---------------------------------------------------------------------- */

rk_lone *rk_expr_check(rk_arena *arena, const rk_node *node, rk_diags *diags) {
    rk_lone *lone = rk_arena_alloc(arena, sizeof *lone);
    rk_checker ck = {.arena = arena};
    rk_frame frame;
    ck.report.diags = diags;
    rk_checker_open(&ck, &lone->checked, &frame);
    rk_term *t = rk_check_any(&ck, node);
    bool good = t && ck.report.errors == 0;
    lone->truth = good && !t->rows;
    lone->value = good && !lone->truth ? t : NULL;
    if (lone->truth) {
        size_t cap = 0;
        rk_grow(&lone->checked.claims, &cap, 1, sizeof(rk_term *));
        lone->checked.claims[lone->checked.nclaims++] = t;
    }
    rk_checker_close(&ck, good, &lone->value);
    checker_free(&ck);
    return good ? lone : NULL;
}

void rk_lone_free(rk_lone *lone) {
    if (lone)
        rk_sizes_free(lone->checked.sizes);
}
