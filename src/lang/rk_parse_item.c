/* Imports, papers, definitions, theorems and their clauses: one function a production of the
   grammar, which stands over it. After an error reading goes on with the next clause or item. */
#include "rk_parser.h"

#include <string.h>
#include "base/rk_limits.h"

#define PUSH(p, array, n) rk_parser_push(p, &(array), &(n), sizeof *(array))

static rk_span since(const rk_parser *p, rk_span begin) {
    if (p->before.span.end > begin.end)
        begin.end = p->before.span.end;
    return begin;
}

static rk_word_class class_here(const rk_parser *p) {
    return p->tok.kind == RK_TOK_NAME ? rk_word_class_of(p->tok.word) : RK_WORD_NONE;
}

/* --- recovery ----------------------------------------------------------------------------- */

/* Whether a `;` at the current token can be the last of a clause: in brackets it separates rows. */
static bool ends_clause(const rk_parser *p) {
    rk_word_class class =
        p->ahead.kind == RK_TOK_NAME ? rk_word_class_of(p->ahead.word) : RK_WORD_NONE;
    return p->brackets == 0 || class == RK_WORD_CLAUSE || class == RK_WORD_ITEM ||
           p->ahead.kind == RK_TOK_END || p->ahead.kind == RK_TOK_RBRACE;
}

/* Skips to the end of a clause: behind `;`, or before `}` or a word that opens another one.
   Braces that the clause opened itself are not the end of the theorem. */
static void skip_clause(rk_parser *p) {
    rk_parser_calm(p);
    for (;; rk_parser_next(p)) {
        bool closes = p->tok.kind == RK_TOK_RBRACE && p->braces == 0;
        if (p->tok.kind == RK_TOK_END || closes || rk_parser_at_opening(p))
            return;
        if (p->tok.kind == RK_TOK_SEMICOLON && ends_clause(p)) {
            rk_parser_next(p);
            return;
        }
    }
}

/* A field may be named by any word, so only `;` and `}` end one. */
static void skip_field(rk_parser *p) {
    rk_parser_calm(p);
    while (p->tok.kind != RK_TOK_END && p->tok.kind != RK_TOK_RBRACE &&
           !rk_parser_accept(p, RK_TOK_SEMICOLON))
        rk_parser_next(p);
}

static void skip_to_item(rk_parser *p) {
    rk_parser_calm(p);
    while (p->tok.kind != RK_TOK_END && class_here(p) != RK_WORD_ITEM)
        rk_parser_next(p);
}

/* In the head of an item: goes on behind its `{` if that can be found before something else
   begins. */
static bool find_body(rk_parser *p) {
    if (!p->panic)
        return true;
    rk_parser_calm(p);
    while (p->tok.kind != RK_TOK_END && p->tok.kind != RK_TOK_RBRACE &&
           p->tok.kind != RK_TOK_SEMICOLON && class_here(p) != RK_WORD_ITEM &&
           class_here(p) != RK_WORD_CLAUSE) {
        if (rk_parser_accept(p, RK_TOK_LBRACE))
            return true;
        rk_parser_next(p);
    }
    bool clause = class_here(p) == RK_WORD_CLAUSE;
    if (!clause && class_here(p) != RK_WORD_ITEM)
        rk_parser_next(p);
    return clause;
}

/* --- clauses ------------------------------------------------------------------------------ */

static void add_int(rk_parser *p, rk_dimdecl *d, const char *what) {
    *(const rk_node **)PUSH(p, d->values, d->nvalues) = rk_parser_int(p, what);
}

/* "{" INT { "," INT } "}" */
static void parse_int_list(rk_parser *p, rk_dimdecl *d) {
    d->kind = RK_DIM_LIST;
    do
        add_int(p, d, "an integer");
    while (rk_parser_accept(p, RK_TOK_COMMA));
    rk_parser_want(p, RK_TOK_RBRACE, "`,` or `}`");
}

/* "in" INT ".." INT | "in" "{" INT { "," INT } "}" */
static void parse_dim_in(rk_parser *p, rk_dimdecl *d) {
    if (rk_parser_accept(p, RK_TOK_LBRACE)) {
        parse_int_list(p, d);
        return;
    }
    d->kind = RK_DIM_RANGE;
    add_int(p, d, "`1..4` or `{1, 2, 4}`");
    rk_parser_want(p, RK_TOK_DOTS, "`..` of a range");
    add_int(p, d, "the end of the range, an integer");
}

static void bad_dim(rk_parser *p) {
    const char *hint = NULL;
    if (p->tok.kind == RK_TOK_GT)
        hint = "the smallest value is written `n >= 2`";
    if (p->tok.kind == RK_TOK_LE || p->tok.kind == RK_TOK_LT)
        hint = "dimensions up to a bound are written `n in 1..8`";
    if (p->tok.kind == RK_TOK_EQ)
        hint = "a dimension is set with `=`";
    if (hint == NULL)
        rk_parser_unexpected(p, "`>=`, `in` or `=` behind a dimension");
    else if (rk_parser_fail(p, "unexpected-token", p->tok.span,
                            "expected `>=`, `in` or `=` behind a dimension"))
        rk_diag_hint(p->reporter->diags, "%s", hint);
}

/* dimdecl = NAME ">=" INT | NAME "in" ... | NAME "=" iexpr */
static void parse_dimdecl(rk_parser *p, rk_dimdecl *d) {
    d->span = p->tok.span;
    d->name = rk_parser_name(p, "the name of a dimension");
    if (rk_parser_accept(p, RK_TOK_GE)) {
        d->kind = RK_DIM_FROM;
        add_int(p, d, "an integer");
    } else if (rk_parser_accept_word(p, RK_W_IN)) {
        parse_dim_in(p, d);
    } else if (rk_parser_accept(p, RK_TOK_ASSIGN)) {
        d->kind = RK_DIM_EQUAL;
        d->expr = rk_parse_value(p);
    } else {
        bad_dim(p);
    }
}

/* "dim" dimdecl { "," dimdecl } */
static void parse_dim(rk_parser *p, rk_clause *c) {
    c->kind = RK_C_DIM;
    do
        parse_dimdecl(p, PUSH(p, c->dims, c->ndims));
    while (rk_parser_accept(p, RK_TOK_COMMA));
}

/* "[" iexpr [ "," iexpr ] "]" behind a set */
static void parse_sizes(rk_parser *p, rk_vardecl *v) {
    do
        v->size[v->nsizes++] = rk_parse_value(p);
    while (v->nsizes < 2 && rk_parser_accept(p, RK_TOK_COMMA));
    rk_parser_want(p, RK_TOK_RBRACKET, v->nsizes == 2 ? "`]`" : "`,` or `]`");
}

/* "(" expr { "," expr } ")" behind a distribution */
static void parse_params(rk_parser *p, rk_vardecl *v) {
    do
        *(rk_node **)PUSH(p, v->params, v->nparams) = rk_parse_value(p);
    while (rk_parser_accept(p, RK_TOK_COMMA));
    rk_parser_want(p, RK_TOK_RPAREN, "`,` or `)`");
}

static void want_colon(rk_parser *p) {
    bool in = rk_parser_at_word(p, RK_W_IN);
    if (in && rk_parser_fail(p, "unexpected-token", p->tok.span,
                             "expected `:` and a set behind a variable, found `in`"))
        rk_diag_hint(p->reporter->diags, "write `X : real[n, d]`");
    rk_parser_want(p, RK_TOK_COLON, "`:` and a set behind a variable");
}

/* vardecl = NAME [ "[" iexpr "]" ] ":" SET [ "[" ... "]" ] [ "(" ... ")" ] */
static void parse_vardecl(rk_parser *p, rk_vardecl *v) {
    v->span = p->tok.span;
    v->name = rk_parser_name(p, "the name of a variable");
    if (rk_parser_accept(p, RK_TOK_LBRACKET)) {
        v->family = rk_parse_value(p);
        rk_parser_want(p, RK_TOK_RBRACKET, "`]`");
    }
    want_colon(p);
    v->set_span = p->tok.span;
    v->set = rk_parser_name(p, "a set");
    if (rk_parser_accept(p, RK_TOK_LBRACKET))
        parse_sizes(p, v);
    if (rk_parser_accept(p, RK_TOK_LPAREN))
        parse_params(p, v);
}

/* ( "forall" | "generic" | "exists" | "random" ) vardecl { "," vardecl } */
static void parse_vars(rk_parser *p, rk_clause *c, rk_quant quant) {
    c->kind = RK_C_VARS;
    c->quant = quant;
    do
        parse_vardecl(p, PUSH(p, c->vars, c->nvars));
    while (rk_parser_accept(p, RK_TOK_COMMA));
}

/* "source" NAME [ STRING ] */
static void parse_source(rk_parser *p, rk_clause *c) {
    c->kind = RK_C_SOURCE;
    c->name_span = p->tok.span;
    c->name = rk_parser_any_name(p, "the name of a paper");
    if (p->tok.kind == RK_TOK_STRING)
        c->string = rk_parser_string(p, "a string");
}

/* "corrects" NAME */
static void parse_corrects(rk_parser *p, rk_clause *c) {
    c->kind = RK_C_CORRECTS;
    c->name_span = p->tok.span;
    c->name = rk_parser_any_name(p, "the name of a theorem");
}

/* "note" STRING */
static void parse_note(rk_parser *p, rk_clause *c) {
    c->kind = RK_C_NOTE;
    c->string = rk_parser_string(p, "a string");
}

/* "data" NAME "=" "load" "(" STRING [ "," STRING ] ")" */
static void parse_data(rk_parser *p, rk_clause *c) {
    c->kind = RK_C_DATA;
    c->name_span = p->tok.span;
    c->name = rk_parser_name(p, "the name of a matrix");
    rk_parser_want(p, RK_TOK_ASSIGN, "`=`");
    if (!rk_parser_accept_word(p, RK_W_LOAD))
        rk_parser_unexpected(p, "`load(\"file\")`");
    rk_parser_want(p, RK_TOK_LPAREN, "`(\"file\")`");
    c->string = rk_parser_string(p, "a file, as a string");
    if (rk_parser_accept(p, RK_TOK_COMMA))
        c->string2 = rk_parser_string(p, "the name of a tensor, as a string");
    rk_parser_want(p, RK_TOK_RPAREN, c->string2 != NULL ? "`)`" : "`,` or `)`");
}

/* "let" NAME "=" expr */
static void parse_let(rk_parser *p, rk_clause *c) {
    c->kind = RK_C_LET;
    c->name_span = p->tok.span;
    c->name = rk_parser_name(p, "a name");
    rk_parser_want(p, RK_TOK_ASSIGN, "`=`");
    c->expr = rk_parse_value(p);
}

/* "assume" bool | "claim" bool */
static void parse_statement(rk_parser *p, rk_clause *c, rk_clause_kind kind) {
    c->kind = kind;
    if (p->tok.kind == RK_TOK_COLON &&
        rk_parser_fail(p, "unexpected-token", p->tok.span, "expected a value, found `:`"))
        rk_diag_hint(p->reporter->diags, "no colon stands behind `claim` and `assume`");
    c->expr = rk_parse_value(p);
}

/* "expect" VERDICT */
static void parse_expect(rk_parser *p, rk_clause *c) {
    c->kind = RK_C_EXPECT;
    c->name_span = p->tok.span;
    c->name = rk_parser_name(p, "a verdict");
}

/* clause = "source" ... | "corrects" ... | ..., without its ";" */
static void parse_clause_body(rk_parser *p, rk_clause *c, rk_word word) {
    switch (word) {
    case RK_W_SOURCE:
        parse_source(p, c);
        break;
    case RK_W_CORRECTS:
        parse_corrects(p, c);
        break;
    case RK_W_NOTE:
        parse_note(p, c);
        break;
    case RK_W_DIM:
        parse_dim(p, c);
        break;
    case RK_W_DATA:
        parse_data(p, c);
        break;
    case RK_W_LET:
        parse_let(p, c);
        break;
    case RK_W_ASSUME:
        parse_statement(p, c, RK_C_ASSUME);
        break;
    case RK_W_CLAIM:
        parse_statement(p, c, RK_C_CLAIM);
        break;
    case RK_W_EXPECT:
        parse_expect(p, c);
        break;
    default: /* the quantifiers, in the order of rk_quant */
        parse_vars(p, c, (rk_quant)(word - RK_W_FORALL));
    }
}

_Static_assert(RK_W_RANDOM - RK_W_FORALL == (int)RK_RANDOM, "words and quantifiers in one order");

/* One clause with its ";"; false if it was wrong and skipped. */
static bool parse_clause(rk_parser *p, rk_clause *c) {
    rk_span begin = p->tok.span;
    rk_word word = p->tok.word;
    p->braces = p->brackets = 0;
    p->wrong = false;
    rk_parser_next(p);
    parse_clause_body(p, c, word);
    rk_parser_want(p, RK_TOK_SEMICOLON, "`;`");
    c->span = since(p, begin);
    if (p->panic)
        skip_clause(p);
    return !p->wrong;
}

/* --- theorems ----------------------------------------------------------------------------- */

static void no_clause(rk_parser *p) {
    rk_parser_unexpected(p, "a clause (dim, forall, let, assume, claim, ...) or `}`");
    rk_parser_calm(p);
    if (p->tok.kind != RK_TOK_SEMICOLON)
        rk_parser_next(p);
    p->braces = p->brackets = 0;
    skip_clause(p);
}

static void close_body(rk_parser *p, rk_span opened) {
    bool closed = p->tok.kind == RK_TOK_RBRACE;
    if (!closed && rk_parser_fail(p, "unclosed-brace", opened, "`{` without its `}`"))
        rk_diag_note(p->reporter->diags, p->tok.span, "the body should have ended before this");
    rk_parser_calm(p);
    if (closed)
        rk_parser_next(p);
}

/* { clause } "}" */
static void parse_clauses(rk_parser *p, rk_theorem *t, rk_span opened) {
    while (p->tok.kind != RK_TOK_RBRACE && p->tok.kind != RK_TOK_END &&
           class_here(p) != RK_WORD_ITEM) {
        if (class_here(p) != RK_WORD_CLAUSE) {
            no_clause(p);
            t->broken = true;
            continue;
        }
        rk_clause c = {0};
        if (parse_clause(p, &c))
            *(rk_clause *)PUSH(p, t->clauses, t->nclauses) = c;
        else
            t->broken = true;
    }
    p->wrong = false;
    close_body(p, opened);
    t->broken |= p->wrong;
}

/* theorem = "theorem" NAME [ STRING ] "{" { clause } "}" */
static void parse_theorem(rk_parser *p, rk_item *item) {
    rk_theorem *t = item->theorem = rk_arena_alloc(p->arena, sizeof *t);
    rk_span begin = p->tok.span;
    rk_parser_next(p);
    t->name_span = p->tok.span;
    t->name = rk_parser_any_name(p, "the name of the theorem");
    if (p->tok.kind == RK_TOK_STRING)
        t->title = rk_parser_string(p, "a title");
    rk_parser_want(p, RK_TOK_LBRACE, "`{`");
    t->broken = p->wrong;
    if (find_body(p))
        parse_clauses(p, t, p->before.span);
    t->span = since(p, begin);
}

/* --- papers, definitions, imports --------------------------------------------------------- */

/* FIELD ( STRING | INT ) ";" */
static void parse_field(rk_parser *p, rk_paper *paper) {
    rk_field f = {0};
    f.span = p->tok.span;
    f.name = rk_parser_any_name(p, "a field such as `title \"...\";` or `}`");
    f.is_int = p->tok.kind == RK_TOK_INT;
    if (f.is_int) {
        f.string = rk_parser_text(p, p->tok);
        rk_parser_next(p);
    } else {
        f.string = rk_parser_string(p, "a string or an integer");
    }
    rk_parser_want(p, RK_TOK_SEMICOLON, "`;`");
    f.span = since(p, f.span);
    if (p->panic)
        skip_field(p);
    else
        *(rk_field *)PUSH(p, paper->fields, paper->nfields) = f;
}

/* A field's name stands before a string or an integer, so this is the next item. */
static bool at_next_item(const rk_parser *p) {
    return class_here(p) == RK_WORD_ITEM && p->ahead.kind == RK_TOK_NAME;
}

/* paper = "paper" NAME "{" { FIELD ( STRING | INT ) ";" } "}" */
static void parse_paper(rk_parser *p, rk_item *item) {
    rk_paper *paper = item->paper = rk_arena_alloc(p->arena, sizeof *paper);
    rk_parser_next(p);
    paper->name_span = p->tok.span;
    paper->name = rk_parser_any_name(p, "the name of the paper");
    rk_parser_want(p, RK_TOK_LBRACE, "`{`");
    if (!find_body(p))
        return;
    rk_span opened = p->before.span;
    while (p->tok.kind != RK_TOK_RBRACE && p->tok.kind != RK_TOK_END && !at_next_item(p))
        parse_field(p, paper);
    close_body(p, opened);
}

/* NAME { "," NAME } */
static void parse_def_params(rk_parser *p, rk_def *def) {
    size_t n = 0;
    do {
        *(rk_span *)PUSH(p, def->param_spans, n) = p->tok.span;
        *(const char **)PUSH(p, def->params, def->nparams) =
            rk_parser_name(p, "the name of a parameter");
    } while (rk_parser_accept(p, RK_TOK_COMMA));
}

/* def = "def" NAME "(" [ NAME { "," NAME } ] ")" "=" value ";" */
static void parse_def(rk_parser *p, rk_item *item) {
    rk_def *def = item->def = rk_arena_alloc(p->arena, sizeof *def);
    rk_parser_next(p);
    def->name_span = p->tok.span;
    def->name = rk_parser_name(p, "the name of the definition");
    rk_parser_want(p, RK_TOK_LPAREN, "`(`");
    if (p->tok.kind != RK_TOK_RPAREN)
        parse_def_params(p, def);
    rk_parser_want(p, RK_TOK_RPAREN, "`,` or `)`");
    rk_parser_want(p, RK_TOK_ASSIGN, "`=`");
    def->body = rk_parse_value(p);
    rk_parser_want(p, RK_TOK_SEMICOLON, "`;`");
    if (p->panic)
        skip_clause(p);
}

/* import = "import" STRING ";" */
static void parse_import(rk_parser *p, rk_item *item) {
    rk_parser_next(p);
    item->import = rk_parser_string(p, "a file, as a string");
    rk_parser_want(p, RK_TOK_SEMICOLON, "`;`");
    if (p->panic)
        skip_clause(p);
}

/* What stands between items: a clause without its theorem is skipped as a whole. */
static void no_item(rk_parser *p) {
    if (class_here(p) == RK_WORD_CLAUSE)
        rk_parser_fail(p, "unexpected-token", p->tok.span, "`%s` stands outside a theorem",
                       rk_parser_text(p, p->tok));
    rk_parser_unexpected(p, "`import`, `paper`, `def` or `theorem`");
    skip_to_item(p);
}

/* import | paper | def | theorem; false if it was wrong. A theorem stays, marked as broken. */
static bool parse_item(rk_parser *p, rk_item *item) {
    rk_span begin = p->tok.span;
    p->braces = p->brackets = 0;
    p->wrong = false;
    switch (p->tok.word) {
    case RK_W_IMPORT:
        item->kind = RK_I_IMPORT;
        parse_import(p, item);
        break;
    case RK_W_PAPER:
        item->kind = RK_I_PAPER;
        parse_paper(p, item);
        break;
    case RK_W_DEF:
        item->kind = RK_I_DEF;
        parse_def(p, item);
        break;
    default:
        item->kind = RK_I_THEOREM;
        parse_theorem(p, item);
    }
    item->span = since(p, begin);
    return !p->wrong;
}

/* file = { import | paper | def | theorem } */
rk_file *rk_parse_file(rk_arena *arena, const char *name, const char *text, size_t len,
                       rk_diags *diags) {
    rk_file *file = rk_arena_alloc(arena, sizeof *file);
    rk_reporter reporter = {.diags = diags};
    rk_parser parser, *p = &parser;
    file->path = rk_arena_strdup(arena, name);
    file->source = (rk_source){file->path, rk_arena_strndup(arena, text, len), len};
    rk_parser_start(p, arena, &file->source, &reporter);
    while (p->tok.kind != RK_TOK_END) {
        rk_item item = {0};
        if (class_here(p) != RK_WORD_ITEM)
            no_item(p);
        else if (parse_item(p, &item) || item.kind == RK_I_THEOREM)
            *(rk_item *)PUSH(p, file->items, file->nitems) = item;
        rk_parser_calm(p);
    }
    file->broken = reporter.errors > 0;
    return file;
}

rk_node *rk_expr_parse(rk_arena *arena, const char *name, const char *text, size_t len,
                       rk_diags *diags) {
    rk_source *source = rk_arena_alloc(arena, sizeof *source);
    rk_reporter reporter = {.diags = diags};
    rk_parser p;
    if (len > RK_LIMIT_FILE_BYTES) {
        rk_diag_add(diags, RK_ERROR, "limit-file-bytes", (rk_span){0},
                    "%s: more than %d bytes of text", name, RK_LIMIT_FILE_BYTES);
        return NULL;
    }
    *source = (rk_source){rk_arena_strdup(arena, name), rk_arena_strndup(arena, text, len), len};
    rk_parser_start(&p, arena, source, &reporter);
    rk_node *n = rk_parse_value(&p);
    rk_parser_want(&p, RK_TOK_END, "an operator or the end of the expression");
    return reporter.errors > 0 ? NULL : n;
}
