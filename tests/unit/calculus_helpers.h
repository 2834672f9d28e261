/* Theorems from text to matrices of the calculus, for the tests of src/calculus. */
#ifndef CALCULUS_HELPERS_H
#define CALCULUS_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/rk_mem.h"
#include "calculus/rk_mx_read.h"
#include "calculus/rk_rewrite.h"
#include "lang/rk_check_text.h"

typedef struct desk { /* a theorem read into a store of its own */
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    const rk_checked *checked;
    rk_arena *arena;
    rk_scalars *scalars;
    rk_mxs *store;
    rk_rewrite *rules;
    rk_reader *reader;
} desk;

static inline void desk_equations(desk *d) {
    for (size_t i = 0; i < d->checked->nassumes; i++) {
        const rk_term *t = d->checked->assumes[i];
        if (t->op == RK_T_COMPARE && t->cmp == RK_EQ)
            rk_rewrite_add(d->rules, rk_read_matrix(d->reader, t->kid[0]),
                           rk_read_matrix(d->reader, t->kid[1]), (unsigned)i);
    }
    rk_rewrite_complete(d->rules);
    rk_mxs_attach(d->store, d->rules);
    rk_reader_restart(d->reader);
}

/* The clauses of one theorem; its equations become rules. */
static inline desk desk_of(const char *clauses) {
    desk d = {.diags = rk_diags_new(), .arena = rk_arena_new()};
    char *text = rk_arena_printf(d.arena, "theorem t {\n%s\n}\n", clauses);
    d.unit = rk_unit_parse("test", text, strlen(text), NULL, d.diags);
    d.module = rk_module_check(d.unit, NULL, d.diags);
    if (d.module->ntheorems != 1) {
        rk_buf b;
        rk_buf_init(&b);
        rk_diags_print(d.diags, &b, false);
        fail_msg("%s\n%s", text, b.text);
    }
    d.checked = &d.module->theorems[0];
    d.scalars = rk_scalars_new(d.checked->sizes, d.arena);
    for (size_t i = 0; i < d.checked->ndims; i++)
        rk_sc_bound(d.scalars, d.checked->dims[i].sym,
                    d.checked->dims[i].kind == RK_DIM_FROM ? d.checked->dims[i].low : 1);
    d.store = rk_mxs_new(d.scalars, d.arena);
    d.rules = rk_rewrite_new(d.store);
    d.reader = rk_reader_new(d.store, d.checked);
    desk_equations(&d);
    return d;
}

static inline void desk_free(desk *d) {
    rk_reader_free(d->reader);
    rk_mxs_attach(d->store, NULL);
    rk_rewrite_free(d->rules);
    rk_mxs_free(d->store);
    rk_scalars_free(d->scalars);
    rk_module_free(d->module);
    rk_unit_free(d->unit);
    rk_diags_free(d->diags);
    rk_arena_free(d->arena);
}

/* Are the sides of claim i the same matrix, once all inverses in them have been seen? */
static inline bool desk_same(desk *d, size_t i) {
    const rk_term *t = d->checked->claims[i];
    rk_reader_prepare(d->reader, t);
    return rk_read_matrix(d->reader, t->kid[0]) == rk_read_matrix(d->reader, t->kid[1]);
}

static inline void expect_sides(const char *clauses, bool same) {
    desk d = desk_of(clauses);
    for (size_t i = 0; i < d.checked->nclaims; i++)
        if (desk_same(&d, i) != same)
            fail_msg("claim %zu of\n%s\nhas %s sides", i + 1, clauses,
                     same ? "different" : "equal");
    desk_free(&d);
}

#define SAME(clauses) expect_sides(clauses, true)
#define DIFFER(clauses) expect_sides(clauses, false)

#endif
