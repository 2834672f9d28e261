/* Names and frames of the printer: names of the theorem, names made for things that have none
   there, delimiters, heads of functions and loops. */
#include "rk_print_inside.h"

#include <stdio.h>
#include <string.h>
#include "lang/rk_latex.h"

rk_mx_printer *rk_mx_printer_new(rk_mxs *s, const rk_checked *checked, bool latex) {
    rk_mx_printer *p = rk_calloc(1, sizeof *p);
    p->store = s;
    p->scalars = rk_mxs_scalars(s);
    p->checked = checked;
    p->latex = latex;
    return p;
}

void rk_mx_printer_spell(rk_mx_printer *p) {
    p->spell = true;
}

bool rk_mx_printer_failed(const rk_mx_printer *p) {
    return p->failed;
}

void rk_mx_printer_free(rk_mx_printer *p) {
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->nmade; i++) {
        rk_free(p->made[i].name);
        rk_free(p->made[i].legend);
    }
    rk_free(p->made);
    rk_free(p->given);
    rk_free(p);
}

void rk_mx_printer_name(rk_mx_printer *p, const rk_mx *a, const char *name) {
    rk_grow(&p->given, &p->given_cap, p->ngiven + 1, sizeof *p->given);
    p->given[p->ngiven++] = (rk_given_name){.a = a, .name = name};
}

void rk_mx_printer_member(rk_mx_printer *p, const rk_mx *a, const char *name, unsigned sym,
                          rk_sc low, rk_sc high) {
    rk_mx_printer_name(p, a, name);
    rk_given_name *given = &p->given[p->ngiven - 1];
    given->sym = sym;
    given->low = low;
    given->high = high;
}

bool rk_mx_name_used(rk_mx_printer *p, const rk_mx *a) {
    for (size_t i = 0; i < p->ngiven; i++)
        if (p->given[i].a == a && p->given[i].used) {
            p->given[i].used = false;
            return true;
        }
    return false;
}

const char *rk_mx_legend(rk_mx_printer *p, size_t i) {
    for (size_t k = 0; k < p->nmade; k++)
        if (p->made[k].legend != NULL && i-- == 0)
            return p->made[k].legend;
    return NULL;
}

/* --- names of the theorem ----------------------------------------------------------------- */

static void latex_name(rk_mx_printer *p, const char *name, rk_sc index) {
    rk_buf sub;
    rk_buf_init(&sub);
    rk_latex_name_parts(p->out, &sub, name);
    if (sub.len > 0 || index != NULL)
        rk_buf_printf(p->out, "_{%s%s", sub.text, sub.len > 0 && index != NULL ? "," : "");
    if (index != NULL)
        rk_print_sc(p, index, RK_IN_SUM);
    rk_buf_puts(p->out, sub.len > 0 || index != NULL ? "}" : "");
    rk_buf_clear(&sub);
}

void rk_print_name(rk_mx_printer *p, const char *name, rk_sc index) {
    bool outer = p->script;
    p->script = true;
    if (p->latex) {
        latex_name(p, name, index);
    } else {
        rk_buf_puts(p->out, name);
        if (index != NULL) {
            rk_buf_putc(p->out, '[');
            rk_print_sc(p, index, RK_IN_SUM);
            rk_buf_putc(p->out, ']');
        }
    }
    p->script = outer;
}

/* --- names that are made ------------------------------------------------------------------ */

static bool clause_has(const rk_clause *c, const char *name) {
    for (size_t i = 0; i < c->ndims; i++)
        if (strcmp(c->dims[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < c->nvars; i++)
        if (strcmp(c->vars[i].name, name) == 0)
            return true;
    return (c->kind == RK_C_LET || c->kind == RK_C_DATA) && strcmp(c->name, name) == 0;
}

static bool declared(const rk_checked *checked, const char *name) {
    const rk_theorem *t = checked->theorem;
    for (size_t i = 0; t != NULL && i < t->nclauses; i++)
        if (clause_has(&t->clauses[i], name))
            return true;
    return false;
}

static bool has_namesake(const rk_checked *checked, unsigned sym) {
    const char *name = rk_size_symbol_name(checked->sizes, sym);
    for (unsigned i = 0; i < sym; i++)
        if (strcmp(rk_size_symbol_name(checked->sizes, i), name) == 0)
            return true;
    return false;
}

void rk_mx_symbol_text(const rk_checked *checked, unsigned sym, char text[RK_SYMBOL_TEXT]) {
    const char *plain = rk_size_symbol_name(checked->sizes, sym);
    size_t letters = strcspn(plain, "'");
    int len = letters > 40 ? 40 : (int)letters;
    bool made = plain[letters] == '\'' || has_namesake(checked, sym);
    snprintf(text, RK_SYMBOL_TEXT, "%s", plain);
    if (made)
        snprintf(text, RK_SYMBOL_TEXT, "%.*s_%u", len, plain, sym);
    for (unsigned k = 1; made && declared(checked, text); k++)
        snprintf(text, RK_SYMBOL_TEXT, "%.*s_%u_%u", len, plain, sym, k);
}

static rk_alias *alias_of(rk_mx_printer *p, unsigned sym) {
    for (size_t i = 0; i < RK_ALIASES; i++)
        if (p->alias[i].name != NULL && p->alias[i].sym == sym)
            return &p->alias[i];
    return NULL;
}

static void put_alias(rk_mx_printer *p, const rk_alias *a) {
    if (a->less == 0)
        rk_buf_puts(p->out, a->name);
    else
        rk_buf_printf(p->out, "(%s - %d)", a->name, a->less);
}

const char *rk_mx_print_own_name(rk_mx_printer *p, unsigned sym) {
    rk_alias *a = alias_of(p, sym);
    const char *name = a != NULL ? a->name : NULL;
    if (a != NULL)
        a->name = NULL;
    return name;
}

void rk_print_sym(rk_mx_printer *p, unsigned sym) {
    char text[RK_SYMBOL_TEXT];
    if (!p->spell) {
        rk_print_name(p, rk_size_symbol_name(p->checked->sizes, sym), NULL);
    } else if (alias_of(p, sym) != NULL) {
        put_alias(p, alias_of(p, sym));
    } else {
        rk_mx_symbol_text(p->checked, sym, text);
        rk_buf_puts(p->out, text);
    }
}

void rk_mx_print_symbol_as(rk_mx_printer *p, unsigned sym, const char *name, int less) {
    rk_mx_print_own_name(p, sym);
    for (size_t i = 0; name != NULL; i++) {
        if (i == RK_ALIASES) {
            p->failed = true;
            return;
        }
        if (p->alias[i].name == NULL) {
            p->alias[i] = (rk_alias){sym, name, less};
            return;
        }
    }
}

static bool name_taken(const rk_mx_printer *p, const char *name) {
    if (declared(p->checked, name))
        return true;
    for (unsigned i = 0; i < rk_sizes_symbols(p->checked->sizes); i++)
        if (strcmp(rk_size_symbol_name(p->checked->sizes, i), name) == 0)
            return true;
    for (size_t i = 0; i < p->nmade; i++)
        if (p->made[i].name != NULL && strcmp(p->made[i].name, name) == 0)
            return true;
    return false;
}

static rk_made_name *find_made(const rk_mx_printer *p, const void *thing) {
    for (size_t i = 0; i < p->nmade; i++)
        if (p->made[i].thing == thing)
            return &p->made[i];
    return NULL;
}

static rk_made_name *add_made(rk_mx_printer *p, const void *thing, const char *name) {
    rk_grow(&p->made, &p->made_cap, p->nmade + 1, sizeof *p->made);
    p->made[p->nmade] = (rk_made_name){thing, name ? rk_strdup(name) : NULL, NULL};
    return &p->made[p->nmade++];
}

/* One of the letters that is free, else the first with a number. */
static const char *make_name(rk_mx_printer *p, const void *thing, const char *letters) {
    char name[32] = {letters[0]};
    for (size_t i = 0; name_taken(p, name) && letters[i] != '\0'; i++)
        name[0] = letters[i];
    for (unsigned k = 1; name_taken(p, name); k++)
        snprintf(name, sizeof name, "%c%u", letters[0], k);
    return add_made(p, thing, name)->name;
}

/* Text about the last name that was made. */
static void set_legend(rk_mx_printer *p, const void *thing, rk_buf *text) {
    find_made(p, thing)->legend = rk_buf_take(text);
}

/* The matrix or its negative: their rows have the same lengths. */
static const rk_mx *positive(rk_mx_printer *p, const rk_mx *a) {
    if (a->nwords == 0 || !rk_print_fraction(p, a->word[0].coef).negative)
        return a;
    return rk_mx_scale(p->store, rk_sc_int(p->scalars, -1), a);
}

/* The row scales of a normalisation: which rows, which eps. */
static void scales_legend(rk_mx_printer *p, const rk_leaf *l, const char *name) {
    rk_buf text, *outer = p->out;
    rk_buf_init(&text);
    p->out = &text;
    bool eps = l->index[0] != NULL && !rk_sc_is_zero(l->index[0]);
    rk_buf_puts(&text, p->latex ? "$" : "");
    rk_print_name(p, name, NULL);
    rk_buf_puts(&text, p->latex
                           ? "$ is the diagonal matrix of the positive numbers $1/\\sqrt{\\lVert "
                             "z\\rVert_{2}^{2}/"
                           : " = diagonal, positive: 1/sqrt(sum(z.*z)/");
    rk_print_sc(p, l->arg[0]->cols, RK_AS_BASE);
    rk_buf_puts(&text, eps ? " + " : "");
    if (eps)
        rk_print_sc(p, l->index[0], RK_IN_PRODUCT);
    rk_buf_puts(&text, p->latex ? "}$, where $z$ runs over the rows of $" : ") for the rows z of ");
    rk_print_mx(p, positive(p, l->arg[0]), RK_IN_SUM);
    rk_buf_puts(&text, p->latex ? "$" : "");
    p->out = outer;
    set_legend(p, l, &text);
}

const char *rk_print_scales_name(rk_mx_printer *p, const rk_leaf *scales) {
    const rk_made_name *known = find_made(p, scales);
    if (known != NULL)
        return known->name;
    const char *name = make_name(p, scales, "DEFS");
    scales_legend(p, scales, name);
    return name;
}

static const char *make_numbered(rk_mx_printer *p, const void *thing, const char *stem) {
    char name[32];
    unsigned k = 1;
    do
        snprintf(name, sizeof name, "%s%u", stem, k++);
    while (name_taken(p, name));
    return add_made(p, thing, name)->name;
}

const char *rk_print_fresh_name(rk_mx_printer *p, const rk_leaf *fresh) {
    const rk_made_name *known = find_made(p, fresh);
    if (known != NULL)
        return known->name;
    return p->spell ? make_numbered(p, fresh, "fresh") : make_name(p, fresh, "ZYTUVM");
}

const char *rk_mx_index_name(rk_mx_printer *p, unsigned sym) {
    const void *key = (const void *)((uintptr_t)sym + 1);
    const rk_made_name *known = find_made(p, key);
    return known != NULL ? known->name : make_numbered(p, key, "layer");
}

const char *rk_mx_fresh_name(rk_mx_printer *p, const rk_leaf *fresh) {
    return rk_print_fresh_name(p, fresh);
}

const char *rk_print_quantity_name(rk_mx_printer *p, const rk_quantity *q) {
    p->failed = true;
    const rk_made_name *known = find_made(p, q);
    return known != NULL ? known->name : make_name(p, q, "qcst");
}

void rk_print_projection(rk_mx_printer *p, rk_sc size) {
    rk_buf text, *outer = p->out;
    if (find_made(p, size) != NULL)
        return;
    add_made(p, size, NULL);
    rk_buf_init(&text);
    p->out = &text;
    rk_buf_puts(&text, "$\\Pi_{");
    rk_print_sc(p, size, RK_IN_SUM);
    rk_buf_puts(&text, "} = I_{");
    rk_print_sc(p, size, RK_IN_SUM);
    rk_buf_puts(&text, "} - \\frac{1}{");
    rk_print_sc(p, size, RK_IN_SUM);
    rk_buf_puts(&text, "}\\mathbf{1}_{");
    rk_print_sc(p, size, RK_IN_SUM);
    rk_buf_puts(&text, "}\\mathbf{1}_{");
    rk_print_sc(p, size, RK_IN_SUM);
    rk_buf_puts(&text, "}^{\\top}$");
    p->out = outer;
    set_legend(p, size, &text);
}

/* --- folds -------------------------------------------------------------------------------- */

static const rk_node *find_fold(const rk_node *n, const char *index) {
    if (n == NULL)
        return NULL;
    if (n->kind == RK_N_FOLD && strcmp(n->name, index) == 0)
        return n;
    for (size_t i = 0; i < n->nkids; i++) {
        const rk_node *found = find_fold(n->kid[i], index);
        if (found != NULL)
            return found;
    }
    return NULL;
}

const char *rk_print_running_name(rk_mx_printer *p, unsigned sym) {
    const char *index = rk_size_symbol_name(p->checked->sizes, sym);
    const rk_theorem *t = p->checked->theorem;
    for (size_t i = 0; t != NULL && i < t->nclauses; i++) {
        const rk_node *fold = find_fold(t->clauses[i].expr, index);
        if (fold != NULL)
            return fold->name2;
    }
    return "Z";
}

/* --- frames ------------------------------------------------------------------------------- */

void rk_print_begin(rk_mx_printer *p, rk_buf *inside, rk_buf **outer) {
    rk_buf_init(inside);
    *outer = p->out;
    p->out = inside;
}

/* Does it stand higher than a line? */
static bool tall(const char *latex) {
    static const char *const high[] = {"\\frac", "\\begin", "\\sum", "\\prod", "\\left"};
    for (size_t i = 0; i < sizeof high / sizeof *high; i++)
        if (strstr(latex, high[i]) != NULL)
            return true;
    return false;
}

void rk_print_end(rk_mx_printer *p, rk_buf *inside, rk_buf *outer, const char *open,
                  const char *close) {
    bool grows = p->latex && tall(inside->text);
    p->out = outer;
    rk_buf_printf(outer, "%s%s%s%s%s", grows ? "\\left" : "", open, inside->text,
                  grows ? "\\right" : "", close);
    rk_buf_clear(inside);
}

void rk_print_head(rk_mx_printer *p, const char *function) {
    const char *first;
    if (p->latex)
        rk_latex_function(p->out, function, &first);
    else
        rk_buf_puts(p->out, function);
}

const char *rk_print_loop(rk_mx_printer *p, const char *name, unsigned sym, rk_sc low, rk_sc high) {
    bool outer = p->script;
    p->script = true;
    rk_buf_printf(p->out, p->latex ? "\\%s_{" : "%s(", name);
    const char *other = rk_mx_print_own_name(p, sym);
    rk_print_sym(p, sym);
    rk_mx_print_symbol_as(p, sym, other, 0);
    rk_buf_puts(p->out, p->latex ? "=" : " = ");
    rk_print_sc(p, low, RK_IN_SUM);
    rk_buf_puts(p->out, p->latex ? "}^{" : "..");
    rk_print_sc(p, high, RK_IN_SUM);
    rk_buf_puts(p->out, p->latex ? "} " : ", ");
    p->script = outer;
    return rk_mx_print_own_name(p, sym);
}
