#include "rk_ast.h"

#include <string.h>

static bool same(const char *a, const char *b) {
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_nodes(rk_node *const *a, size_t na, rk_node *const *b, size_t nb) {
    if (na != nb)
        return false;
    for (size_t i = 0; i < na; i++)
        if (!rk_node_equal(a[i], b[i]))
            return false;
    return true;
}

bool rk_node_equal(const rk_node *a, const rk_node *b) {
    if (a == NULL || b == NULL)
        return a == b;
    if (a->kind != b->kind || !same(a->name, b->name) || !same(a->name2, b->name2) ||
        !same(a->text, b->text) || !same_nodes(a->kid, a->nkids, b->kid, b->nkids))
        return false;
    for (size_t i = 0; a->kind == RK_N_COMPARE && i + 1 < a->nkids; i++)
        if (a->cmp[i] != b->cmp[i])
            return false;
    return true;
}

static bool same_dim(const rk_dimdecl *a, const rk_dimdecl *b) {
    if (!same(a->name, b->name) || a->kind != b->kind || a->nvalues != b->nvalues ||
        !rk_node_equal(a->expr, b->expr))
        return false;
    for (size_t i = 0; i < a->nvalues; i++)
        if (!rk_node_equal(a->values[i], b->values[i]))
            return false;
    return true;
}

static bool same_var(const rk_vardecl *a, const rk_vardecl *b) {
    return same(a->name, b->name) && same(a->set, b->set) && rk_node_equal(a->family, b->family) &&
           same_nodes(a->size, a->nsizes, b->size, b->nsizes) &&
           same_nodes(a->params, a->nparams, b->params, b->nparams);
}

static bool same_clause(const rk_clause *a, const rk_clause *b) {
    if (a->kind != b->kind || !same(a->name, b->name) || !same(a->string, b->string) ||
        !same(a->string2, b->string2) || a->ndims != b->ndims || a->nvars != b->nvars ||
        (a->kind == RK_C_VARS && a->quant != b->quant) || !rk_node_equal(a->expr, b->expr))
        return false;
    for (size_t i = 0; i < a->ndims; i++)
        if (!same_dim(&a->dims[i], &b->dims[i]))
            return false;
    for (size_t i = 0; i < a->nvars; i++)
        if (!same_var(&a->vars[i], &b->vars[i]))
            return false;
    return true;
}

static bool same_theorem(const rk_theorem *a, const rk_theorem *b) {
    if (!same(a->name, b->name) || !same(a->title, b->title) || a->nclauses != b->nclauses)
        return false;
    for (size_t i = 0; i < a->nclauses; i++)
        if (!same_clause(&a->clauses[i], &b->clauses[i]))
            return false;
    return true;
}

static bool same_def(const rk_def *a, const rk_def *b) {
    if (!same(a->name, b->name) || a->nparams != b->nparams)
        return false;
    for (size_t i = 0; i < a->nparams; i++)
        if (!same(a->params[i], b->params[i]))
            return false;
    return rk_node_equal(a->body, b->body);
}

static bool same_paper(const rk_paper *a, const rk_paper *b) {
    if (!same(a->name, b->name) || a->nfields != b->nfields)
        return false;
    for (size_t i = 0; i < a->nfields; i++) {
        const rk_field *x = &a->fields[i], *y = &b->fields[i];
        if (!same(x->name, y->name) || !same(x->string, y->string) || x->is_int != y->is_int)
            return false;
    }
    return true;
}

static bool same_item(const rk_item *a, const rk_item *b) {
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case RK_I_IMPORT:
        return same(a->import, b->import);
    case RK_I_PAPER:
        return same_paper(a->paper, b->paper);
    case RK_I_DEF:
        return same_def(a->def, b->def);
    case RK_I_THEOREM:
        return same_theorem(a->theorem, b->theorem);
    }
    return false;
}

bool rk_file_equal(const rk_file *a, const rk_file *b) {
    if (a->nitems != b->nitems)
        return false;
    for (size_t i = 0; i < a->nitems; i++)
        if (!same_item(&a->items[i], &b->items[i]))
            return false;
    return true;
}

rk_cmp rk_cmp_negation(rk_cmp cmp) {
    switch (cmp) {
    case RK_EQ:
        return RK_NE;
    case RK_NE:
        return RK_EQ;
    case RK_LT:
        return RK_GE;
    case RK_LE:
        return RK_GT;
    case RK_GT:
        return RK_LE;
    default:
        return RK_LT;
    }
}
