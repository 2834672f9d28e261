/* Tree to checked theorems: names, types, symbolic shapes, sets, functions, quantifiers.
   Reports every error of the unit and goes on with the next theorem. */
#ifndef RK_CHECK_TEXT_H
#define RK_CHECK_TEXT_H

#include "rk_term.h"

typedef struct rk_module {
    rk_arena *arena;
    const rk_unit *unit;  /* not owned; must outlive the module */
    rk_checked *theorems; /* those of unit->main that have no error, in order */
    size_t ntheorems;
} rk_module;

/* Reads the file of a `data` clause (path already resolved, tensor may be NULL). On success
   fills rows, cols and matrix (owned by the loader's maker) and returns true; otherwise reports
   at `span`. Also feeds the bytes of the file into the digest through sha (a 32-byte SHA-256). */
typedef struct rk_loader {
    bool (*load)(void *self, const char *path, const char *tensor, rk_span span, rk_diags *diags,
                 size_t *rows, size_t *cols, void **matrix, unsigned char sha[32]);
    void *self;
} rk_loader;

/* Data files are read while checking, because their shapes are needed; loader NULL makes a
   `data` clause an error. Never NULL; ask rk_diags_errors. */
rk_module *rk_module_check(const rk_unit *unit, const rk_loader *loader, rk_diags *diags);
void rk_module_free(rk_module *module);

/* Checks one closed expression (no theorem, no variables) into a term; `truth` tells whether it
   is a truth value. NULL after an error. The rk_checked made for it has the expression as its
   only claim when it is a truth value, else as lone->value. */
typedef struct rk_lone {
    rk_checked checked; /* no dims, no vars */
    rk_term *value;
    bool truth;
} rk_lone;
rk_lone *rk_expr_check(rk_arena *arena, const rk_node *node, rk_diags *diags);
void rk_lone_free(rk_lone *lone);

#endif
