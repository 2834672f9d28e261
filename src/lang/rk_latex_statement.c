/* A theorem as one statement: dimensions, variables, definitions, hypotheses, claims. What the
   text gives in another order means the same; `forall` stands before `generic`, because the
   exceptional set may depend on the variables of the former. */
#include "rk_latex.h"

#include <stdlib.h>
#include <string.h>

typedef struct statement {
    rk_buf *out;
    bool begun;      /* a line stands already */
    bool hypotheses; /* an assume was printed */
    bool claims;     /* a claim was printed */
} statement;

static void new_line(statement *s) {
    rk_buf_puts(s->out, s->begun ? " \\\\\n" : "");
    s->begun = true;
}

static void separate(statement *s, size_t i) {
    rk_buf_puts(s->out, i > 0 ? ",\\ \\allowbreak " : "");
}

/* --- dimensions --------------------------------------------------------------------------- */

/* Dots only where they leave something out. */
static void put_range(statement *s, const char *low, const char *high) {
    long long first = strtoll(low, NULL, 10), last = strtoll(high, NULL, 10);
    rk_buf_printf(s->out, " \\in \\{%s", low);
    if (last - first > 2)
        rk_buf_puts(s->out, ",\\dots");
    else if (last - first == 2)
        rk_buf_printf(s->out, ",%lld", first + 1);
    if (last != first)
        rk_buf_printf(s->out, ",%s", high);
    rk_buf_puts(s->out, "\\}");
}

static void put_dim(statement *s, const rk_dimdecl *d) {
    rk_latex_name(s->out, d->name);
    switch (d->kind) {
    case RK_DIM_FROM:
        rk_buf_printf(s->out, " \\ge %s", d->values[0]->text);
        break;
    case RK_DIM_RANGE:
        put_range(s, d->values[0]->text, d->values[1]->text);
        break;
    case RK_DIM_LIST:
        for (size_t i = 0; i < d->nvalues; i++)
            rk_buf_printf(s->out, "%s%s", i == 0 ? " \\in \\{" : ", ", d->values[i]->text);
        rk_buf_puts(s->out, "\\}");
        break;
    case RK_DIM_EQUAL:
        rk_buf_puts(s->out, " = ");
        rk_latex_node(s->out, d->expr);
    }
}

static void put_dims(statement *s, const rk_clause *c) {
    bool ranges = false;
    for (size_t i = 0; i < c->ndims; i++)
        ranges |= c->dims[i].kind != RK_DIM_EQUAL;
    new_line(s);
    rk_buf_puts(s->out, ranges ? "\\forall\\, " : "");
    for (size_t i = 0; i < c->ndims; i++) {
        separate(s, i);
        put_dim(s, &c->dims[i]);
    }
}

/* --- sets --------------------------------------------------------------------------------- */

typedef enum place {
    POWER,     /* base^{n \times d}, base alone for scalars */
    SUBSCRIPT, /* base_{n}tail */
    ARGUMENT   /* base(n) */
} place;

static const struct {
    const char *name, *base, *tail;
    place place;
} sets[] = {
    {"real", "\\mathbb{R}", "", POWER},
    {"positive", "\\mathbb{R}_{>0}", "", POWER},
    {"nonnegative", "\\mathbb{R}_{\\ge 0}", "", POWER},
    {"nonzero", "\\mathbb{R}_{\\ne 0}", "", POWER},
    {"integer", "\\mathbb{Z}", "", POWER},
    {"stochastic", "\\operatorname{Stoch}", "", SUBSCRIPT},
    {"attention", "\\operatorname{Attn}", "", SUBSCRIPT},
    {"symmetric", "\\operatorname{Sym}", "(\\mathbb{R})", SUBSCRIPT},
    {"psd", "\\operatorname{PSD}", "(\\mathbb{R})", SUBSCRIPT},
    {"diagonal", "\\operatorname{Diag}", "(\\mathbb{R})", SUBSCRIPT},
    {"invertible", "\\operatorname{GL}", "(\\mathbb{R})", SUBSCRIPT},
    {"orthogonal", "\\operatorname{O}", "", ARGUMENT},
    {"permutation", "\\operatorname{Perm}", "", SUBSCRIPT},
    {"unit_rows", "\\operatorname{UnitRows}", "", SUBSCRIPT},
    {"haar", "\\operatorname{Haar}\\,\\operatorname{O}", "", ARGUMENT},
};

static bool is_square_set(const char *name) {
    static const char *const square[] = {"symmetric",  "psd",        "diagonal",
                                         "invertible", "orthogonal", "permutation"};
    for (size_t i = 0; i < sizeof square / sizeof *square; i++)
        if (strcmp(square[i], name) == 0)
            return true;
    return false;
}

/* A square set may be written with its size twice. */
static size_t sizes_shown(const rk_vardecl *v) {
    bool twice = v->nsizes == 2 && rk_node_equal(v->size[0], v->size[1]);
    return twice && is_square_set(v->set) ? 1 : v->nsizes;
}

static void put_placed(statement *s, const rk_vardecl *v, place where, const char *tail) {
    static const char *const open[] = {"^{", "_{", "("}, *const close[] = {"}", "}", ")"};
    if (v->nsizes == 0)
        return;
    rk_buf_puts(s->out, open[where]);
    rk_latex_sizes(s->out, v->size, sizes_shown(v));
    rk_buf_printf(s->out, "%s%s", close[where], tail);
}

static bool is_one(const rk_node *n) {
    return n->kind == RK_N_NUMBER && strcmp(n->text, "1") == 0;
}

/* N(mean, sd^2) or U(a, b), with the shape of independent entries as an exponent. */
static void put_distribution(statement *s, const rk_vardecl *v) {
    bool gaussian = strcmp(v->set, "gaussian") == 0;
    rk_buf_puts(s->out, gaussian ? "\\mathcal{N}(" : "\\mathcal{U}(");
    for (size_t i = 0; i < v->nparams; i++) {
        bool squared = gaussian && i == 1 && !is_one(v->params[i]);
        rk_buf_puts(s->out, i > 0 ? ", " : "");
        if (squared)
            rk_latex_factor(s->out, v->params[i]);
        else
            rk_latex_node(s->out, v->params[i]);
        rk_buf_puts(s->out, squared ? "^{2}" : "");
    }
    rk_buf_putc(s->out, ')');
    put_placed(s, v, POWER, "");
}

static void put_set(statement *s, const rk_vardecl *v) {
    if (v->nparams > 0) {
        put_distribution(s, v);
        return;
    }
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(sets[i].name, v->set) == 0) {
            rk_buf_puts(s->out, sets[i].base);
            put_placed(s, v, sets[i].place, sets[i].tail);
            return;
        }
    rk_buf_puts(s->out, "\\operatorname{");
    rk_latex_text(s->out, v->set);
    rk_buf_putc(s->out, '}');
    put_placed(s, v, SUBSCRIPT, "");
}

/* --- variables ---------------------------------------------------------------------------- */

/* name_{index}, where index is text for the last member of a family */
static void put_member(statement *s, const char *name, const char *index) {
    rk_buf sub;
    rk_buf_init(&sub);
    rk_latex_name_parts(s->out, &sub, name);
    rk_buf_printf(s->out, "_{%s%s%s}", sub.text, sub.len > 0 ? "," : "", index);
    rk_buf_clear(&sub);
}

static void put_family(statement *s, const rk_vardecl *v) {
    rk_buf last;
    rk_buf_init(&last);
    rk_latex_sizes(&last, &v->family, 1);
    put_member(s, v->name, "1");
    rk_buf_puts(s->out, ", \\dots, ");
    put_member(s, v->name, last.text);
    rk_buf_clear(&last);
}

static void put_variable(statement *s, const rk_vardecl *v, bool random) {
    if (v->family != NULL)
        put_family(s, v);
    else
        rk_latex_name(s->out, v->name);
    rk_buf_puts(s->out, random ? " \\sim " : " \\in ");
    put_set(s, v);
}

static void put_variables(statement *s, const rk_clause *c) {
    static const char *const heads[] = {"\\forall\\, ", "\\text{for almost every } ",
                                        "\\exists\\, ", "\\text{independent } "};
    new_line(s);
    rk_buf_puts(s->out, heads[c->quant]);
    for (size_t i = 0; i < c->nvars; i++) {
        separate(s, i);
        put_variable(s, &c->vars[i], c->quant == RK_RANDOM);
    }
}

/* --- definitions, hypotheses, claims ------------------------------------------------------ */

static void put_text(statement *s, const char *text) {
    rk_buf_puts(s->out, "\\text{");
    rk_latex_text(s->out, text);
    rk_buf_putc(s->out, '}');
}

static void put_data(statement *s, const rk_clause *c) {
    new_line(s);
    rk_latex_name(s->out, c->name);
    rk_buf_puts(s->out, " := ");
    if (c->string2 != NULL) {
        put_text(s, c->string2);
        rk_buf_puts(s->out, "\\text{ of }");
    }
    put_text(s, c->string);
}

static void put_let(statement *s, const rk_clause *c) {
    new_line(s);
    rk_latex_name(s->out, c->name);
    rk_buf_puts(s->out, " := ");
    rk_latex_node(s->out, c->expr);
}

static void put_assume(statement *s, const rk_clause *c) {
    new_line(s);
    rk_buf_puts(s->out, s->hypotheses ? "\\text{and } " : "\\text{if } ");
    rk_latex_node(s->out, c->expr);
    s->hypotheses = true;
}

static void put_claim(statement *s, const rk_clause *c) {
    new_line(s);
    if (s->claims)
        rk_buf_puts(s->out, "\\text{and } ");
    else if (s->hypotheses)
        rk_buf_puts(s->out, "\\text{then } ");
    rk_latex_node(s->out, c->expr);
    s->claims = true;
}

/* --- the order ---------------------------------------------------------------------------- */

typedef enum pass {
    PASS_DIMS,
    PASS_VARIABLES,
    PASS_GENERIC,
    PASS_DEFINITIONS,
    PASS_ASSUMES,
    PASS_CLAIMS,
    PASS_NONE
} pass;

static pass pass_of(const rk_clause *c) {
    switch (c->kind) {
    case RK_C_DIM:
        return PASS_DIMS;
    case RK_C_VARS:
        return c->quant == RK_GENERIC ? PASS_GENERIC : PASS_VARIABLES;
    case RK_C_DATA:
    case RK_C_LET:
        return PASS_DEFINITIONS;
    case RK_C_ASSUME:
        return PASS_ASSUMES;
    case RK_C_CLAIM:
        return PASS_CLAIMS;
    default:
        return PASS_NONE;
    }
}

static void put_clause(statement *s, const rk_clause *c) {
    switch (c->kind) {
    case RK_C_DIM:
        put_dims(s, c);
        break;
    case RK_C_VARS:
        put_variables(s, c);
        break;
    case RK_C_DATA:
        put_data(s, c);
        break;
    case RK_C_LET:
        put_let(s, c);
        break;
    case RK_C_ASSUME:
        put_assume(s, c);
        break;
    default:
        put_claim(s, c);
    }
}

void rk_latex_statement(rk_buf *out, const rk_theorem *theorem) {
    statement s = {.out = out};
    for (pass p = PASS_DIMS; p < PASS_NONE; p = (pass)(p + 1))
        for (size_t i = 0; i < theorem->nclauses; i++)
            if (pass_of(&theorem->clauses[i]) == p)
                put_clause(&s, &theorem->clauses[i]);
}

/* --- in sentences ------------------------------------------------------------------------- */

static size_t count_clauses(const rk_theorem *t, rk_clause_kind kind) {
    size_t n = 0;
    for (size_t i = 0; i < t->nclauses; i++)
        n += t->clauses[i].kind == kind;
    return n;
}

static bool has_quantifier(const rk_theorem *t, rk_quant quant) {
    for (size_t i = 0; i < t->nclauses; i++)
        if (t->clauses[i].kind == RK_C_VARS && t->clauses[i].quant == quant)
            return true;
    return false;
}

static void comma(statement *s, const char *first) {
    rk_buf_puts(s->out, s->begun ? ", " : first);
    s->begun = true;
}

/* Dimensions of one open range stand together: "$n, d \ge 1$". */
static bool same_range(const rk_dimdecl *a, const rk_dimdecl *b) {
    return a->kind == RK_DIM_FROM && b->kind == RK_DIM_FROM &&
           strcmp(a->values[0]->text, b->values[0]->text) == 0;
}

/* "Let $n, k \ge 1$, $d \ge 2$. " */
static void say_dims(statement *s, const rk_theorem *t) {
    bool begun = false, joined = false;
    for (size_t i = 0; i < t->nclauses; i++)
        for (size_t k = 0; k < t->clauses[i].ndims; k++) {
            const rk_dimdecl *d = &t->clauses[i].dims[k];
            rk_buf_puts(s->out, joined ? ", " : begun ? ", $" : "Let $");
            joined = k + 1 < t->clauses[i].ndims && same_range(d, d + 1);
            begun = true;
            if (joined)
                rk_latex_name(s->out, d->name);
            else
                put_dim(s, d);
            rk_buf_puts(s->out, joined ? "" : "$");
        }
    rk_buf_puts(s->out, begun ? ". " : "");
}

static void say_variables(statement *s, const rk_theorem *t, rk_quant quant, const char *head,
                          const char *tail) {
    s->begun = false;
    for (size_t i = 0; i < t->nclauses; i++)
        for (size_t k = 0; t->clauses[i].quant == quant && k < t->clauses[i].nvars; k++) {
            comma(s, head);
            rk_buf_putc(s->out, '$');
            put_variable(s, &t->clauses[i].vars[k], quant == RK_RANDOM);
            rk_buf_putc(s->out, '$');
        }
    rk_buf_puts(s->out, s->begun ? tail : "");
}

/* "Put $C := ...$ and $Y := ...$. " */
static void say_definitions(statement *s, const rk_theorem *t) {
    size_t n = count_clauses(t, RK_C_LET) + count_clauses(t, RK_C_DATA), k = 0;
    for (size_t i = 0; i < t->nclauses; i++) {
        const rk_clause *c = &t->clauses[i];
        if (pass_of(c) != PASS_DEFINITIONS)
            continue;
        rk_buf_puts(s->out, k == 0 ? "Put $" : k + 1 == n ? " and $" : ", $");
        s->begun = false;
        if (c->kind == RK_C_LET)
            put_let(s, c);
        else
            put_data(s, c);
        rk_buf_putc(s->out, '$');
        k++;
    }
    rk_buf_puts(s->out, n > 0 ? ". " : "");
}

static void say_assumes(statement *s, const rk_theorem *t) {
    size_t n = count_clauses(t, RK_C_ASSUME), k = 0;
    for (size_t i = 0; i < t->nclauses; i++) {
        if (t->clauses[i].kind != RK_C_ASSUME)
            continue;
        rk_buf_puts(s->out, k == 0 ? "Suppose that $" : k + 1 == n ? " and $" : ", $");
        rk_latex_node(s->out, t->clauses[i].expr);
        rk_buf_putc(s->out, '$');
        k++;
    }
    rk_buf_puts(s->out, n > 0 ? ". " : "");
}

static void say_claims(statement *s, const rk_theorem *t) {
    size_t n = count_clauses(t, RK_C_CLAIM), k = 0;
    for (size_t i = 0; i < t->nclauses; i++) {
        if (t->clauses[i].kind != RK_C_CLAIM)
            continue;
        rk_buf_puts(s->out, k == 0 ? "\n\\[" : "\nand\n\\[");
        rk_latex_node(s->out, t->clauses[i].expr);
        rk_buf_puts(s->out, ++k == n ? ".\\]" : "\\]");
    }
}

void rk_latex_sentences(rk_buf *out, const rk_theorem *theorem) {
    statement s = {.out = out};
    bool generic = has_quantifier(theorem, RK_GENERIC), exists = has_quantifier(theorem, RK_EXISTS);
    say_dims(&s, theorem);
    say_variables(&s, theorem, RK_FORALL, "Let ", ". ");
    say_variables(&s, theorem, RK_GENERIC, "Let ", " be generic. ");
    say_variables(&s, theorem, RK_RANDOM, "Let ", " be independent. ");
    say_variables(&s, theorem, RK_EXISTS, "Consider ", ". ");
    say_definitions(&s, theorem);
    say_assumes(&s, theorem);
    rk_buf_puts(out, exists    ? "For some choice of these,"
                     : generic ? "Then, outside a set of measure zero,"
                               : "Then");
    say_claims(&s, theorem);
    rk_buf_putc(out, '\n');
}
