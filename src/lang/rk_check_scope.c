/* Names and reports. */
#include <search.h>
#include <string.h>
#include "base/rk_guard.h"
#include "rk_checker.h"

int rk_compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* --- reports ------------------------------------------------------------------------------- */

enum { NOTES = 3 }; /* uses of defs told, innermost first; the one in the theorem always is */

static void note_uses(rk_checker *ck) {
    int n = 0;
    for (const rk_frame *f = ck->frame; f && f->def; f = f->caller, n++)
        if (n < NOTES || !f->caller || !f->caller->def)
            rk_diag_note(ck->report.diags, f->use, "in the definition of `%s`, used here",
                         f->def->name);
}

bool rk_complain(rk_checker *ck, const char *name, rk_span span, const char *format, ...) {
    va_list args;
    va_start(args, format);
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_vprintf(&text, format, args);
    va_end(args);
    bool told = rk_report(&ck->report, name, span, "%s", text.text);
    rk_buf_clear(&text);
    if (told)
        note_uses(ck);
    return told;
}

void rk_hint(rk_checker *ck, const char *format, ...) {
    va_list args;
    va_start(args, format);
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_vprintf(&text, format, args);
    va_end(args);
    rk_diag_hint(ck->report.diags, "%s", text.text);
    rk_buf_clear(&text);
}

/* --- declaring ----------------------------------------------------------------------------- */

rk_binding *rk_binding_peek(const rk_frame *frame, const char *name) {
    rk_binding key = {.name = name};
    rk_binding *const *found = tfind(&key, &frame->names, rk_compare_names);
    return found ? *found : NULL;
}

/* A name declared twice is bound only once; the second binding is returned unbound, so that the
   caller can fill it in all the same. */
rk_binding *rk_bind(rk_checker *ck, rk_bind_kind kind, const char *name, rk_span span) {
    rk_binding *b = rk_arena_alloc(ck->scratch, sizeof *b);
    *b = (rk_binding){.name = name, .kind = kind, .span = span, .home = ck->frame};
    rk_binding *before = rk_binding_peek(ck->frame, name);
    if (*name == '\0') /* the parser has complained */
        return b;
    if (before) {
        if (rk_complain(ck, "duplicate-name", span, "`%s` is declared already", name))
            rk_diag_note(ck->report.diags, before->span, "first declared here");
        return b;
    }
    if (!tsearch(b, &ck->frame->names, rk_compare_names))
        rk_guard_raise("out of memory");
    b->next = ck->frame->last;
    ck->frame->last = b;
    return b;
}

/* Bindings end in the order opposite to that in which they began. */
void rk_unbind(rk_checker *ck, rk_binding *b) {
    if (ck->frame->last != b)
        return;
    tdelete(b, &ck->frame->names, rk_compare_names);
    ck->frame->last = b->next;
}

void rk_frame_clear(rk_frame *frame) {
    for (rk_binding *b = frame->last; b; b = b->next)
        tdelete(b, &frame->names, rk_compare_names);
    frame->last = NULL;
}

rk_known_def *rk_def_find(const rk_checker *ck, const char *name) {
    rk_known_def key = {.name = name};
    rk_known_def *const *found = tfind(&key, &ck->defs, rk_compare_names);
    return found ? *found : NULL;
}

/* --- looking up ---------------------------------------------------------------------------- */

static bool declares(const rk_clause *c, const char *name, rk_span *where) {
    for (size_t i = 0; c->kind == RK_C_DIM && i < c->ndims; i++)
        if (strcmp(c->dims[i].name, name) == 0) {
            *where = c->dims[i].span;
            return true;
        }
    for (size_t i = 0; c->kind == RK_C_VARS && i < c->nvars; i++)
        if (strcmp(c->vars[i].name, name) == 0) {
            *where = c->vars[i].span;
            return true;
        }
    *where = c->name_span;
    return (c->kind == RK_C_LET || c->kind == RK_C_DATA) && strcmp(c->name, name) == 0;
}

static bool declared_later(const rk_checker *ck, const char *name, rk_span *where) {
    for (size_t i = 0; ck->theorem && !ck->frame->def && i < ck->theorem->nclauses; i++)
        if (declares(&ck->theorem->clauses[i], name, where))
            return true;
    return false;
}

static void hint_name(rk_checker *ck, const char *name) {
    const char *best = NULL;
    size_t distance = SIZE_MAX;
    for (const rk_binding *b = ck->frame->last; b; b = b->next)
        rk_nearest(name, b->name, &best, &distance);
    if (rk_function_name(name) || rk_def_find(ck, name))
        rk_hint(ck, "`%s` is a function: %s(...)", name, name);
    else if (best)
        rk_hint(ck, "did you mean `%s`?", best);
    else if (ck->frame->def)
        rk_hint(ck, "the text of a def knows its parameters, its own indices and other defs");
}

static void unknown_name(rk_checker *ck, const char *name, rk_span span) {
    rk_span later;
    if (declared_later(ck, name, &later)) {
        if (rk_complain(ck, "used-before-declared", span, "`%s` is declared only later", name))
            rk_diag_note(ck->report.diags, later, "declared here");
        return;
    }
    bool hidden = ck->theorem && ck->theorem->broken && !ck->frame->def;
    if (!hidden && rk_complain(ck, "unknown-name", span, "nothing is called `%s`", name))
        hint_name(ck, name);
}

static void note_let_use(rk_checker *ck, const rk_binding *b) {
    rk_grow(&ck->let_uses, &ck->cap_let_uses, ck->nlet_uses + 1, sizeof *ck->let_uses);
    ck->let_uses[ck->nlet_uses++] = (rk_let_use){ck->let, b->let};
}

rk_binding *rk_lookup(rk_checker *ck, const char *name, rk_span span) {
    rk_binding *b = rk_binding_peek(ck->frame, name);
    if (!b && *name != '\0')
        unknown_name(ck, name, span);
    while (b && b->alias)
        b = b->alias;
    if (b && b->kind == RK_BIND_LET)
        note_let_use(ck, b);
    return b && !b->bad ? b : NULL;
}

void rk_hint_function(rk_checker *ck, const char *name) {
    const char *best = NULL;
    size_t distance = SIZE_MAX;
    rk_nearest_function(name, &best, &distance);
    for (size_t i = 0; ck->unit && i < ck->unit->nfiles; i++)
        for (size_t j = 0; j < ck->unit->files[i]->nitems; j++)
            if (ck->unit->files[i]->items[j].kind == RK_I_DEF)
                rk_nearest(name, ck->unit->files[i]->items[j].def->name, &best, &distance);
    const char *synonym = rk_function_synonym(name);
    if (synonym)
        rk_hint(ck, "written %s here", synonym);
    else if (rk_binding_peek(ck->frame, name))
        rk_hint(ck, "`%s` is no function; a product is written with `*`, an index as %s[...]", name,
                name);
    else if (best)
        rk_hint(ck, "did you mean `%s`?", best);
}
