#include "rk_parser.h"

#include <string.h>
#include "base/rk_limits.h"

/* Kinds beyond the lexer's: what matches nothing. */
#define MATCHES_NOTHING ((rk_token_kind)-1)

void rk_parser_start(rk_parser *p, rk_arena *arena, const rk_source *source, rk_reporter *r) {
    memset(p, 0, sizeof *p);
    p->arena = arena;
    p->reporter = r;
    rk_lexer_start(&p->lexer, source, r);
    p->before.span.source = source;
    p->tok = rk_lexer_next(&p->lexer);
    p->ahead = rk_lexer_next(&p->lexer);
}

/* --- tokens ------------------------------------------------------------------------------- */

/* Closing ones without their partner do not count. */
static void count_open(size_t *open, rk_token_kind kind, rk_token_kind opens,
                       rk_token_kind closes) {
    if (kind == opens)
        ++*open;
    else if (kind == closes && *open > 0)
        --*open;
}

void rk_parser_next(rk_parser *p) {
    if (p->panic)
        return;
    count_open(&p->braces, p->tok.kind, RK_TOK_LBRACE, RK_TOK_RBRACE);
    count_open(&p->brackets, p->tok.kind, RK_TOK_LBRACKET, RK_TOK_RBRACKET);
    p->wrong |= p->tok.bad;
    p->before = p->tok;
    p->tok = p->ahead;
    p->ahead = rk_lexer_next(&p->lexer);
}

bool rk_parser_at_word(const rk_parser *p, rk_word word) {
    return p->tok.kind == RK_TOK_NAME && p->tok.word == word;
}

static bool newline_between(rk_token a, rk_token b) {
    const char *text = a.span.source->text;
    return memchr(text + a.span.end, '\n', b.span.begin - a.span.end) != NULL;
}

/* Whether the token consumed last can be the last of a value. */
static bool value_ended(const rk_parser *p) {
    switch (p->before.kind) {
    case RK_TOK_NAME:
        return p->before.word == RK_W_NONE;
    case RK_TOK_INT:
    case RK_TOK_NUMBER:
    case RK_TOK_RPAREN:
    case RK_TOK_RBRACKET:
    case RK_TOK_QUOTE:
        return true;
    default:
        return false;
    }
}

static bool nothing_open(const rk_parser *p) {
    rk_token_kind kind = p->before.kind;
    return kind == RK_TOK_END || kind == RK_TOK_SEMICOLON || kind == RK_TOK_LBRACE ||
           kind == RK_TOK_RBRACE;
}

bool rk_parser_at_opening(const rk_parser *p) {
    rk_word_class class = p->tok.kind == RK_TOK_NAME ? rk_word_class_of(p->tok.word) : RK_WORD_NONE;
    if (class != RK_WORD_CLAUSE && class != RK_WORD_ITEM)
        return false;
    return nothing_open(p) || value_ended(p) || newline_between(p->before, p->tok);
}

bool rk_parser_accept(rk_parser *p, rk_token_kind kind) {
    if (p->tok.kind != kind)
        return false;
    rk_parser_next(p);
    return true;
}

bool rk_parser_accept_word(rk_parser *p, rk_word word) {
    if (!rk_parser_at_word(p, word))
        return false;
    rk_parser_next(p);
    return true;
}

void rk_parser_want(rk_parser *p, rk_token_kind kind, const char *what) {
    if (!rk_parser_accept(p, kind))
        rk_parser_unexpected(p, what);
}

const char *rk_parser_text(rk_parser *p, rk_token token) {
    return rk_arena_strndup(p->arena, token.span.source->text + token.span.begin,
                            token.span.end - token.span.begin);
}

/* A reserved word in the place of a name on the same line is meant as the name; on a new line
   it opens the next clause and the name is missing. */
static const char *reserved_name(rk_parser *p, const char *what) {
    if (newline_between(p->before, p->tok)) {
        rk_parser_unexpected(p, what);
        return "";
    }
    const char *text = rk_parser_text(p, p->tok);
    p->wrong = true;
    rk_report(p->reporter, "reserved-word", p->tok.span,
              "`%s` is a word of the language, not a name", text);
    rk_parser_next(p);
    return text;
}

const char *rk_parser_name(rk_parser *p, const char *what) {
    if (p->tok.kind == RK_TOK_NAME && p->tok.word != RK_W_NONE)
        return reserved_name(p, what);
    return rk_parser_any_name(p, what);
}

const char *rk_parser_any_name(rk_parser *p, const char *what) {
    if (p->tok.kind != RK_TOK_NAME) {
        rk_parser_unexpected(p, what);
        return "";
    }
    const char *text = rk_parser_text(p, p->tok);
    rk_parser_next(p);
    return text;
}

rk_node *rk_parser_int(rk_parser *p, const char *what) {
    rk_token tok = p->tok;
    const char *text = "";
    if (tok.kind == RK_TOK_INT) {
        text = rk_parser_text(p, tok);
        rk_parser_next(p);
    } else {
        rk_parser_unexpected(p, what);
    }
    rk_node *n = rk_parser_make(p, RK_N_NUMBER, tok.span.begin, tok.span, NULL, 0);
    n->text = text;
    return n;
}

const char *rk_parser_string(rk_parser *p, const char *what) {
    if (p->tok.kind != RK_TOK_STRING) {
        rk_parser_unexpected(p, what);
        return "";
    }
    const char *text = rk_token_string(p->arena, p->tok);
    rk_parser_next(p);
    return text;
}

/* --- errors ------------------------------------------------------------------------------- */

static void panic(rk_parser *p) {
    p->held = p->tok;
    p->panic = p->wrong = true;
    p->tok.kind = MATCHES_NOTHING;
    p->tok.word = RK_W_NONE;
}

void rk_parser_calm(rk_parser *p) {
    if (p->panic)
        p->tok = p->held;
    p->panic = false;
    p->depth = 0;
    p->in_block = false;
}

bool rk_parser_fail(rk_parser *p, const char *name, rk_span span, const char *format, ...) {
    if (p->panic)
        return false;
    rk_buf text;
    va_list args;
    rk_buf_init(&text);
    va_start(args, format);
    rk_buf_vprintf(&text, format, args);
    va_end(args);
    bool said = rk_report(p->reporter, name, span, "%s", text.text);
    rk_buf_clear(&text);
    panic(p);
    return said;
}

/* What people write from habit, by the token that was found. */
static const char *hint_for(const rk_parser *p, const char *wanted) {
    static const struct {
        const char *word, *hint;
    } habits[] = {
        {"implies", "implication is written `=>`"},
        {"iff", "equivalence is written `<=>`"},
        {"xor", "exclusive or of truth values is written `not (p <=> q)`"},
        {"mod", "there is no remainder; `/` between integers must leave none"},
        {"where", "definitions inside a theorem are written `let X = ...;` before the claim"},
        {"for", "a statement for all indices is written `all(i = 1..n, ...)`"},
        {"in", "a range is written `i = 1..n`"},
        {"then", "implication is written `p => q`"},
    };
    rk_span s = p->tok.span;
    const char *found = s.source->text + s.begin;
    switch (p->tok.kind) {
    case RK_TOK_ASSIGN:
        return value_ended(p) ? "equality is written `==`" : NULL;
    case RK_TOK_EQ:
        return strcmp(wanted, "`=`") == 0 ? "a name is defined with `=`" : NULL;
    case RK_TOK_MUL:
        return p->before.kind == RK_TOK_MUL ? "a power is written `A^2`" : NULL;
    case RK_TOK_DIV:
        return p->before.kind == RK_TOK_DIV ? "a comment starts with `#`" : NULL;
    case RK_TOK_GT:
        return p->before.kind == RK_TOK_LT ? "inequality is written `!=`" : NULL;
    case RK_TOK_QUOTE:
        return strstr(wanted, "string") != NULL ? "strings stand in `\"`" : NULL;
    case RK_TOK_NAME:
        for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
            if (strlen(habits[i].word) == s.end - s.begin &&
                memcmp(habits[i].word, found, s.end - s.begin) == 0)
                return habits[i].hint;
        return NULL;
    default:
        return NULL;
    }
}

/* Two values side by side: a missing comma in brackets, a missing `*` or parentheses elsewhere. */
static const char *hint_between(const rk_parser *p, const char *wanted) {
    if (strncmp(wanted, "`;`", 3) != 0 && strncmp(wanted, "`,`", 3) != 0 &&
        strncmp(wanted, "`)`", 3) != 0 && strncmp(wanted, "`]`", 3) != 0)
        return NULL;
    bool starts = p->tok.kind == RK_TOK_NAME || p->tok.kind == RK_TOK_INT ||
                  p->tok.kind == RK_TOK_NUMBER || p->tok.kind == RK_TOK_LPAREN;
    if (!starts || !value_ended(p) || newline_between(p->before, p->tok) ||
        p->tok.word != RK_W_NONE)
        return NULL;
    if (p->in_block)
        return "entries are separated by commas, rows by semicolons: [1, 2; 3, 4]";
    return "a product is written with `*`, an argument in parentheses";
}

static void describe(rk_buf *out, rk_token tok) {
    size_t n = tok.span.end - tok.span.begin;
    const char *text = tok.span.source->text + tok.span.begin;
    if (tok.kind == RK_TOK_END)
        rk_buf_puts(out, "the end of the file");
    else if (tok.kind == RK_TOK_STRING)
        rk_buf_puts(out, "a string");
    else
        rk_buf_printf(out, "`%.*s%s`", (int)(n > 40 ? 40 : n), text, n > 40 ? "..." : "");
}

/* What is missing at the end of a line is shown there, not at the start of the next one. */
static rk_span place_of(const rk_parser *p) {
    if (nothing_open(p) || !newline_between(p->before, p->tok))
        return p->tok.span;
    return (rk_span){p->tok.span.source, p->before.span.end, p->before.span.end};
}

void rk_parser_unexpected(rk_parser *p, const char *wanted) {
    if (p->panic)
        return;
    if (p->tok.kind == RK_TOK_ERROR) {
        panic(p);
        return;
    }
    const char *hint = hint_for(p, wanted);
    if (hint == NULL)
        hint = hint_between(p, wanted);
    rk_buf found;
    rk_buf_init(&found);
    describe(&found, p->tok);
    if (rk_parser_fail(p, "unexpected-token", place_of(p), "expected %s, found %s", wanted,
                       found.text) &&
        hint != NULL)
        rk_diag_hint(p->reporter->diags, "%s", hint);
    rk_buf_clear(&found);
}

/* --- trees -------------------------------------------------------------------------------- */

void *rk_parser_push(rk_parser *p, void *items, size_t *n, size_t size) {
    void *array;
    memcpy(&array, items, sizeof array);
    if ((*n & (*n - 1)) == 0) {
        void *larger = rk_arena_alloc(p->arena, (*n == 0 ? 1 : 2 * *n) * size);
        if (*n > 0)
            memcpy(larger, array, *n * size);
        array = larger;
        memcpy(items, &array, sizeof array);
    }
    return (char *)array + (*n)++ * size;
}

rk_node *rk_parser_make(rk_parser *p, rk_node_kind kind, size_t begin, rk_span op, rk_node **kids,
                        size_t nkids) {
    rk_node *n = rk_arena_alloc(p->arena, sizeof *n);
    n->kind = kind;
    n->op = op;
    size_t end = p->before.span.end;
    n->span = (rk_span){op.source, begin, end > begin ? end : begin};
    n->nkids = nkids;
    n->height = 1;
    if (nkids > 0) {
        n->kid = rk_arena_alloc(p->arena, nkids * sizeof(rk_node *));
        memcpy(n->kid, kids, nkids * sizeof(rk_node *));
    }
    for (size_t i = 0; i < nkids; i++)
        if (kids[i]->height >= n->height)
            n->height = kids[i]->height + 1;
    if (n->height > RK_LIMIT_HEIGHT)
        rk_parser_fail(p, "limit-height", op, "more than %d operators stand above one another",
                       RK_LIMIT_HEIGHT);
    return n;
}
