/* Trees as claim text. */
#include "rk_print.h"

#include <string.h>

/* From weak to strong, as the grammar's ladder; each production may stand where a weaker one is
   asked for. */
typedef enum level {
    L_VALUE,
    L_IMP,
    L_DISJ,
    L_CONJ,
    L_NEG,
    L_COMPARE,
    L_ADD,
    L_TERM,
    L_UNARY,
    L_POWER,
    L_PRIMARY
} level;

/* Operators between two kids: their own level, and the least that stands on each side bare. */
static const struct {
    const char *sign;
    level own, left, right;
} infix[] = {
    [RK_N_IFF] = {" <=> ", L_VALUE, L_IMP, L_IMP},
    [RK_N_IMPLIES] = {" => ", L_IMP, L_DISJ, L_IMP},
    [RK_N_OR] = {" or ", L_DISJ, L_DISJ, L_CONJ},
    [RK_N_AND] = {" and ", L_CONJ, L_CONJ, L_NEG},
    [RK_N_ADD] = {" + ", L_ADD, L_ADD, L_TERM},
    [RK_N_SUB] = {" - ", L_ADD, L_ADD, L_TERM},
    [RK_N_MUL] = {"*", L_TERM, L_TERM, L_UNARY},
    [RK_N_DIV] = {"/", L_TERM, L_TERM, L_UNARY},
    [RK_N_EMUL] = {" .* ", L_TERM, L_TERM, L_UNARY},
    [RK_N_EDIV] = {" ./ ", L_TERM, L_TERM, L_UNARY},
};

static bool is_infix(rk_node_kind kind) {
    return kind < sizeof infix / sizeof *infix && infix[kind].sign != NULL;
}

static level level_of(const rk_node *n) {
    if (is_infix(n->kind))
        return infix[n->kind].own;
    switch (n->kind) {
    case RK_N_NOT:
        return L_NEG;
    case RK_N_COMPARE:
        return L_COMPARE;
    case RK_N_NEG:
        return L_UNARY;
    case RK_N_TRANSPOSE:
    case RK_N_POWER:
    case RK_N_MEMBER:
    case RK_N_ENTRY:
        return L_POWER;
    default:
        return L_PRIMARY;
    }
}

static void print_bare(rk_buf *out, const rk_node *n);

static void print_parenthesised(rk_buf *out, const rk_node *n) {
    rk_buf_putc(out, '(');
    print_bare(out, n);
    rk_buf_putc(out, ')');
}

static void print_at(rk_buf *out, const rk_node *n, level least) {
    if (level_of(n) < least)
        print_parenthesised(out, n);
    else
        print_bare(out, n);
}

static void print_list(rk_buf *out, rk_node *const *kids, size_t n, const char *separator) {
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            rk_buf_puts(out, separator);
        print_bare(out, kids[i]);
    }
}

static void print_infix(rk_buf *out, const rk_node *n) {
    print_at(out, n->kid[0], infix[n->kind].left);
    rk_buf_puts(out, infix[n->kind].sign);
    print_at(out, n->kid[1], infix[n->kind].right);
}

static void print_compare(rk_buf *out, const rk_node *n) {
    static const char *const ops[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
    for (size_t i = 0; i < n->nkids; i++) {
        if (i > 0)
            rk_buf_puts(out, ops[n->cmp[i - 1]]);
        print_at(out, n->kid[i], L_ADD);
    }
}

static bool has_power(const rk_node *n) {
    while (level_of(n) == L_POWER) {
        if (n->kind == RK_N_POWER)
            return true;
        n = n->kid[0];
    }
    return false;
}

static bool all_digits(const char *text) {
    return text[strspn(text, "0123456789")] == '\0';
}

/* A second `^` is an error, so a base that has one stands in parentheses. */
static void print_power(rk_buf *out, const rk_node *n) {
    const rk_node *base = n->kid[0], *exponent = n->kid[1];
    print_at(out, base, has_power(base) ? L_PRIMARY : L_POWER);
    rk_buf_putc(out, '^');
    bool bare = exponent->kind == RK_N_NAME ||
                (exponent->kind == RK_N_NUMBER && all_digits(exponent->text));
    if (bare)
        print_bare(out, exponent);
    else
        print_parenthesised(out, exponent);
}

static void print_indexing(rk_buf *out, const rk_node *n) {
    print_at(out, n->kid[0], L_POWER);
    rk_buf_putc(out, '[');
    print_list(out, n->kid + 1, n->nkids - 1, ", ");
    rk_buf_putc(out, ']');
}

static void print_range(rk_buf *out, const rk_node *n) {
    rk_buf_printf(out, "%s = ", n->name);
    print_list(out, n->kid, 2, "..");
    rk_buf_puts(out, ", ");
}

static void print_application(rk_buf *out, const rk_node *n) {
    static const char *const heads[] = {
        [RK_N_NORM] = "norm", [RK_N_JRANK] = "jrank", [RK_N_FOLD] = "fold"};
    const char *head = n->kind == RK_N_CALL   ? n->name
                       : n->kind == RK_N_LOOP ? n->name2
                                              : heads[n->kind];
    rk_buf_printf(out, "%s(", head);
    if (n->kind == RK_N_LOOP || n->kind == RK_N_FOLD)
        print_range(out, n);
    switch (n->kind) {
    case RK_N_NORM:
        print_bare(out, n->kid[0]);
        rk_buf_printf(out, ", %s", n->name);
        break;
    case RK_N_JRANK:
        print_bare(out, n->kid[0]);
        rk_buf_puts(out, "; ");
        print_list(out, n->kid + 1, n->nkids - 1, ", ");
        break;
    case RK_N_LOOP:
        print_bare(out, n->kid[2]);
        break;
    case RK_N_FOLD:
        rk_buf_printf(out, "%s = ", n->name2);
        print_list(out, n->kid + 2, 2, ", ");
        break;
    default:
        print_list(out, n->kid, n->nkids, ", ");
    }
    rk_buf_putc(out, ')');
}

static void print_leaf_or_group(rk_buf *out, const rk_node *n) {
    switch (n->kind) {
    case RK_N_NUMBER:
        rk_buf_puts(out, n->text);
        break;
    case RK_N_NAME:
        rk_buf_puts(out, n->name);
        break;
    case RK_N_COLON:
        rk_buf_putc(out, ':');
        break;
    case RK_N_BLOCK:
        rk_buf_putc(out, '[');
        print_list(out, n->kid, n->nkids, "; ");
        rk_buf_putc(out, ']');
        break;
    case RK_N_ROW:
        print_list(out, n->kid, n->nkids, ", ");
        break;
    default:
        print_application(out, n);
    }
}

static void print_prefix(rk_buf *out, const char *op, const rk_node *kid, level least) {
    rk_buf_puts(out, op);
    print_at(out, kid, least);
}

static void print_bare(rk_buf *out, const rk_node *n) {
    if (is_infix(n->kind)) {
        print_infix(out, n);
        return;
    }
    switch (n->kind) {
    case RK_N_NOT:
        print_prefix(out, "not ", n->kid[0], L_NEG);
        break;
    case RK_N_COMPARE:
        print_compare(out, n);
        break;
    case RK_N_NEG:
        print_prefix(out, "-", n->kid[0], L_UNARY);
        break;
    case RK_N_TRANSPOSE:
        print_at(out, n->kid[0], L_POWER);
        rk_buf_putc(out, '\'');
        break;
    case RK_N_POWER:
        print_power(out, n);
        break;
    case RK_N_MEMBER:
    case RK_N_ENTRY:
        print_indexing(out, n);
        break;
    default:
        print_leaf_or_group(out, n);
    }
}

void rk_print_node(rk_buf *out, const rk_node *node) {
    print_bare(out, node);
}

void rk_print_string(rk_buf *out, const char *s) {
    rk_buf_putc(out, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            rk_buf_putc(out, '\\');
        rk_buf_putc(out, *s);
    }
    rk_buf_putc(out, '"');
}

/* --- clauses ------------------------------------------------------------------------------ */

static void print_dimdecl(rk_buf *out, const rk_dimdecl *d) {
    rk_buf_puts(out, d->name);
    switch (d->kind) {
    case RK_DIM_FROM:
        rk_buf_printf(out, " >= %s", d->values[0]->text);
        break;
    case RK_DIM_RANGE:
        rk_buf_printf(out, " in %s..%s", d->values[0]->text, d->values[1]->text);
        break;
    case RK_DIM_LIST:
        for (size_t i = 0; i < d->nvalues; i++)
            rk_buf_printf(out, "%s%s", i == 0 ? " in {" : ", ", d->values[i]->text);
        rk_buf_putc(out, '}');
        break;
    case RK_DIM_EQUAL:
        rk_buf_puts(out, " = ");
        print_bare(out, d->expr);
    }
}

static void print_bracketed(rk_buf *out, char open, rk_node *const *kids, size_t n, char close) {
    if (n == 0)
        return;
    rk_buf_putc(out, open);
    print_list(out, kids, n, ", ");
    rk_buf_putc(out, close);
}

static void print_vardecl(rk_buf *out, const rk_vardecl *v) {
    rk_buf_puts(out, v->name);
    print_bracketed(out, '[', &v->family, v->family != NULL, ']');
    rk_buf_printf(out, " : %s", v->set);
    print_bracketed(out, '[', v->size, v->nsizes, ']');
    print_bracketed(out, '(', v->params, v->nparams, ')');
}

static const char *clause_word(const rk_clause *c) {
    static const char *const words[] = {"source", "corrects", "note",   "dim",   "",
                                        "data",   "let",      "assume", "claim", "expect"};
    static const char *const quantifiers[] = {"forall", "generic", "exists", "random"};
    return c->kind == RK_C_VARS ? quantifiers[c->quant] : words[c->kind];
}

static void print_optional_string(rk_buf *out, const char *before, const char *s) {
    if (s == NULL)
        return;
    rk_buf_puts(out, before);
    rk_print_string(out, s);
}

static void print_data(rk_buf *out, const rk_clause *c) {
    rk_buf_printf(out, "%s = load(", c->name);
    rk_print_string(out, c->string);
    print_optional_string(out, ", ", c->string2);
    rk_buf_putc(out, ')');
}

static void print_clause_body(rk_buf *out, const rk_clause *c) {
    switch (c->kind) {
    case RK_C_SOURCE:
        rk_buf_puts(out, c->name);
        print_optional_string(out, " ", c->string);
        break;
    case RK_C_CORRECTS:
    case RK_C_EXPECT:
        rk_buf_puts(out, c->name);
        break;
    case RK_C_NOTE:
        rk_print_string(out, c->string);
        break;
    case RK_C_DIM:
        for (size_t i = 0; i < c->ndims; i++) {
            rk_buf_puts(out, i > 0 ? ", " : "");
            print_dimdecl(out, &c->dims[i]);
        }
        break;
    case RK_C_VARS:
        for (size_t i = 0; i < c->nvars; i++) {
            rk_buf_puts(out, i > 0 ? ", " : "");
            print_vardecl(out, &c->vars[i]);
        }
        break;
    case RK_C_DATA:
        print_data(out, c);
        break;
    case RK_C_LET:
        rk_buf_printf(out, "%s = ", c->name);
        print_bare(out, c->expr);
        break;
    case RK_C_ASSUME:
    case RK_C_CLAIM:
        print_bare(out, c->expr);
    }
}

static void print_clause(rk_buf *out, const rk_clause *c) {
    rk_buf_printf(out, "  %-7s ", clause_word(c));
    print_clause_body(out, c);
    rk_buf_puts(out, ";\n");
}

void rk_print_theorem(rk_buf *out, const rk_theorem *t) {
    rk_buf_printf(out, "theorem %s", t->name);
    print_optional_string(out, " ", t->title);
    rk_buf_puts(out, " {\n");
    for (size_t i = 0; i < t->nclauses; i++)
        print_clause(out, &t->clauses[i]);
    rk_buf_puts(out, "}\n");
}

static bool says_what_is_claimed(rk_clause_kind kind) {
    return kind != RK_C_SOURCE && kind != RK_C_CORRECTS && kind != RK_C_NOTE && kind != RK_C_EXPECT;
}

void rk_print_statement(rk_buf *out, const rk_theorem *t) {
    for (size_t i = 0; i < t->nclauses; i++)
        if (says_what_is_claimed(t->clauses[i].kind))
            print_clause(out, &t->clauses[i]);
}

/* --- files -------------------------------------------------------------------------------- */

static void print_paper(rk_buf *out, const rk_paper *p) {
    rk_buf_printf(out, "paper %s {\n", p->name);
    for (size_t i = 0; i < p->nfields; i++) {
        const rk_field *f = &p->fields[i];
        rk_buf_printf(out, "  %s ", f->name);
        if (f->is_int)
            rk_buf_puts(out, f->string);
        else
            rk_print_string(out, f->string);
        rk_buf_puts(out, ";\n");
    }
    rk_buf_puts(out, "}\n");
}

void rk_print_def(rk_buf *out, const rk_def *d) {
    rk_buf_printf(out, "def %s(", d->name);
    for (size_t i = 0; i < d->nparams; i++)
        rk_buf_printf(out, "%s%s", i > 0 ? ", " : "", d->params[i]);
    rk_buf_puts(out, ") = ");
    print_bare(out, d->body);
    rk_buf_puts(out, ";\n");
}

static void print_item(rk_buf *out, const rk_item *item) {
    switch (item->kind) {
    case RK_I_IMPORT:
        print_optional_string(out, "import ", item->import);
        rk_buf_puts(out, ";\n");
        break;
    case RK_I_PAPER:
        print_paper(out, item->paper);
        break;
    case RK_I_DEF:
        rk_print_def(out, item->def);
        break;
    case RK_I_THEOREM:
        rk_print_theorem(out, item->theorem);
    }
}

void rk_print_file(rk_buf *out, const rk_file *file) {
    for (size_t i = 0; i < file->nitems; i++) {
        bool tall = file->items[i].kind == RK_I_PAPER || file->items[i].kind == RK_I_THEOREM;
        if (i > 0 && (tall || file->items[i].kind != file->items[i - 1].kind))
            rk_buf_putc(out, '\n');
        print_item(out, &file->items[i]);
    }
}
