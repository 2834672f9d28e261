/* A finding as claim text: the theorem at fixed dimensions, its variables given by equations, and
   the violated claim denied. Clauses keep their order, so that names are declared before use. */
#include "lang/rk_print.h"
#include "rk_hunt.h"

static void put_dims(rk_buf *out, const rk_checked *checked, const rk_finding *f,
                     const rk_clause *clause, size_t *next) {
    rk_buf_puts(out, "  dim     ");
    for (size_t i = 0; i < clause->ndims; i++, ++*next)
        rk_buf_printf(out, "%s%s = %lld", i ? ", " : "", checked->dims[*next].name,
                      (long long)f->dims[*next]);
    rk_buf_puts(out, ";\n");
}

static void put_declaration(rk_buf *out, const rk_vardecl *v) {
    rk_buf_puts(out, v->name);
    if (v->family) {
        rk_buf_putc(out, '[');
        rk_print_node(out, v->family);
        rk_buf_putc(out, ']');
    }
    rk_buf_printf(out, " : %s", v->set);
    for (size_t i = 0; i < v->nsizes; i++) {
        rk_buf_puts(out, i ? ", " : "[");
        rk_print_node(out, v->size[i]);
    }
    rk_buf_puts(out, v->nsizes ? "]" : "");
}

/* `assume X == [...]` for every slot of variable `var` that the theorem leaves free. */
static void put_values(rk_buf *out, const rk_finding *f, unsigned var, const char *name) {
    for (size_t s = 0; s < f->program->nslots; s++) {
        const rk_slot *slot = &f->program->slots[s];
        if (slot->var != var || slot->defined)
            continue;
        rk_buf_printf(out, "  assume  %s", name);
        if (slot->member > 0)
            rk_buf_printf(out, "[%lld]", (long long)slot->member);
        rk_buf_puts(out, " == ");
        rk_point_print_slot(out, &f->value, &f->forms, s);
        rk_buf_puts(out, ";\n");
    }
}

static void put_variables(rk_buf *out, const rk_finding *f, const rk_clause *clause,
                          unsigned *next) {
    rk_buf_puts(out, "  exists  ");
    for (size_t i = 0; i < clause->nvars; i++) {
        rk_buf_puts(out, i ? ", " : "");
        put_declaration(out, &clause->vars[i]);
    }
    rk_buf_puts(out, ";\n");
    for (size_t i = 0; i < clause->nvars; i++)
        put_values(out, f, (*next)++, clause->vars[i].name);
}

static void put_data(rk_buf *out, const rk_clause *clause) {
    rk_buf_printf(out, "  data    %s = load(", clause->name);
    rk_print_string(out, clause->string);
    if (clause->string2) {
        rk_buf_puts(out, ", ");
        rk_print_string(out, clause->string2);
    }
    rk_buf_puts(out, ");\n");
}

static void put_expression(rk_buf *out, const char *before, const rk_node *node,
                           const char *after) {
    rk_buf_puts(out, before);
    rk_print_node(out, node);
    rk_buf_puts(out, after);
}

static void put_claim(rk_buf *out, const rk_checked *checked, const rk_finding *f,
                      const rk_clause *clause, unsigned number) {
    if (checked->mode == RK_MODE_EXISTS)
        put_expression(out, "  claim   ", clause->expr, ";\n");
    else if (number == f->claim)
        put_expression(out, "  claim   not (", clause->expr, ");\n");
}

static void put_clauses(rk_buf *out, const rk_checked *checked, const rk_finding *f) {
    size_t dim = 0;
    unsigned var = 0, claim = 0;
    for (size_t i = 0; i < checked->theorem->nclauses; i++) {
        const rk_clause *clause = &checked->theorem->clauses[i];
        if (clause->kind == RK_C_DIM)
            put_dims(out, checked, f, clause, &dim);
        else if (clause->kind == RK_C_VARS)
            put_variables(out, f, clause, &var);
        else if (clause->kind == RK_C_DATA)
            put_data(out, clause);
        else if (clause->kind == RK_C_ASSUME)
            put_expression(out, "  assume  ", clause->expr, ";\n");
        else if (clause->kind == RK_C_CLAIM)
            put_claim(out, checked, f, clause, claim++);
        else if (clause->kind == RK_C_LET) {
            rk_buf_printf(out, "  let     %s", clause->name);
            put_expression(out, " = ", clause->expr, ";\n");
        }
    }
}

static void put_def(rk_buf *out, const rk_def *def) {
    rk_buf_printf(out, "def %s(", def->name);
    for (size_t i = 0; i < def->nparams; i++)
        rk_buf_printf(out, "%s%s", i ? ", " : "", def->params[i]);
    put_expression(out, ") = ", def->body, ";\n");
}

/* The imports and definitions of the theorem's file: the claim may use them. */
static void put_context(rk_buf *out, const rk_file *file) {
    size_t before = out->len;
    for (size_t i = 0; i < file->nitems; i++) {
        const rk_item *item = &file->items[i];
        if (item->kind == RK_I_IMPORT) {
            rk_buf_puts(out, "import ");
            rk_print_string(out, item->import);
            rk_buf_puts(out, ";\n");
        } else if (item->kind == RK_I_DEF) {
            put_def(out, item->def);
        }
    }
    if (out->len > before)
        rk_buf_putc(out, '\n');
}

void rk_finding_snippet(rk_buf *out, const rk_checked *checked, const rk_finding *f) {
    rk_finding_snippet_numbered(out, checked, f, 1);
}

void rk_finding_snippet_numbered(rk_buf *out, const rk_checked *checked, const rk_finding *f,
                                 size_t number) {
    bool example = checked->mode == RK_MODE_EXISTS;
    const char *name = checked->theorem->name;
    if (number <= 1)
        put_context(out, checked->file);
    rk_buf_printf(out, "theorem %.100s_%s", name, example ? "example" : "counterexample");
    if (number > 1)
        rk_buf_printf(out, "_%zu", number);
    rk_buf_printf(out, " \"%s %s\" {\n", example ? "An example for" : "A counterexample to", name);
    put_clauses(out, checked, f);
    rk_buf_puts(out, "  expect  proved;\n}\n");
}
