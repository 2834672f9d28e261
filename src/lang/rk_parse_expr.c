/* Expressions: one function a production of the grammar, which stands over it. Truth values and
   values share one ladder; which is meant where is the checker's question. */
#include "rk_parser.h"

#include <string.h>
#include "base/rk_limits.h"

#define MAKE(p, kind, begin, op, ...)                                                              \
    rk_parser_make(p, kind, begin, op, (rk_node *[]){__VA_ARGS__},                                 \
                   sizeof((rk_node *[]){__VA_ARGS__}) / sizeof(rk_node *))

static rk_node *parse_imp(rk_parser *p);
static rk_node *parse_neg(rk_parser *p);
static rk_node *parse_unary(rk_parser *p);

static size_t here(const rk_parser *p) {
    return p->tok.span.begin;
}

/* Every recursion of the parser passes through here. */
static rk_node *deeper(rk_parser *p, rk_node *(*production)(rk_parser *)) {
    if (++p->depth > RK_LIMIT_NESTING)
        rk_parser_fail(p, "limit-nesting", p->tok.span,
                       "expressions are nested more than %d levels deep", RK_LIMIT_NESTING);
    rk_node *n = production(p);
    p->depth--;
    return n;
}

/* The operator at the current token, `left` before it and what `operand` reads behind it. */
static rk_node *binary(rk_parser *p, rk_node_kind kind, size_t begin, rk_node *left,
                       rk_node *(*operand)(rk_parser *)) {
    rk_span op = p->tok.span;
    rk_parser_next(p);
    rk_node *right = operand(p);
    return MAKE(p, kind, begin, op, left, right);
}

/* --- lists -------------------------------------------------------------------------------- */

typedef struct nodes {
    rk_node **items;
    size_t n;
} nodes;

static void append(rk_parser *p, nodes *list, rk_node *n) {
    *(rk_node **)rk_parser_push(p, &list->items, &list->n, sizeof n) = n;
}

/* value { "," value } */
static void parse_values(rk_parser *p, nodes *list) {
    do
        append(p, list, rk_parse_value(p));
    while (rk_parser_accept(p, RK_TOK_COMMA));
}

/* --- primary ------------------------------------------------------------------------------ */

/* row = expr { "," expr } */
static rk_node *parse_row(rk_parser *p, size_t *blocks) {
    size_t begin = here(p);
    rk_span at = p->tok.span;
    nodes list = {0};
    do {
        if (++*blocks > RK_LIMIT_MATRIX_ENTRIES)
            rk_parser_fail(p, "limit-matrix-entries", p->tok.span,
                           "more than %d blocks in a written matrix", RK_LIMIT_MATRIX_ENTRIES);
        append(p, &list, rk_parse_value(p));
    } while (rk_parser_accept(p, RK_TOK_COMMA));
    return rk_parser_make(p, RK_N_ROW, begin, at, list.items, list.n);
}

/* "[" row { ";" row } "]" */
static rk_node *parse_block(rk_parser *p) {
    size_t begin = here(p), blocks = 0;
    rk_span op = p->tok.span;
    bool outer = p->in_block;
    nodes rows = {0};
    rk_parser_next(p);
    p->in_block = true;
    do
        append(p, &rows, parse_row(p, &blocks));
    while (rk_parser_accept(p, RK_TOK_SEMICOLON));
    rk_parser_want(p, RK_TOK_RBRACKET, "`,`, `;` or `]`");
    p->in_block = outer;
    return rk_parser_make(p, RK_N_BLOCK, begin, op, rows.items, rows.n);
}

/* "(" value ")" */
static rk_node *parse_parenthesis(rk_parser *p) {
    bool outer = p->in_block;
    rk_parser_next(p);
    p->in_block = false;
    rk_node *n = rk_parse_value(p);
    rk_parser_want(p, RK_TOK_RPAREN, "`)`");
    p->in_block = outer;
    return n;
}

static bool at_range(const rk_parser *p) {
    return p->tok.kind == RK_TOK_NAME && p->tok.word == RK_W_NONE && p->ahead.kind == RK_TOK_ASSIGN;
}

/* range = NAME "=" iexpr ".." iexpr */
static const char *parse_range(rk_parser *p, rk_node *bounds[2]) {
    const char *index = rk_parser_name(p, "a range such as `i = 1..n`");
    rk_parser_want(p, RK_TOK_ASSIGN, "`=` of a range such as `i = 1..n`");
    bounds[0] = rk_parse_value(p);
    rk_parser_want(p, RK_TOK_DOTS, "`..` of a range such as `i = 1..n`");
    bounds[1] = rk_parse_value(p);
    return index;
}

/* ("sum" | "prod" | ...) "(" range "," value ")" */
static rk_node *parse_loop(rk_parser *p, rk_token head) {
    rk_node *bounds[2];
    const char *index = parse_range(p, bounds);
    rk_parser_want(p, RK_TOK_COMMA, "`,` and what the loop runs over");
    rk_node *body = rk_parse_value(p);
    rk_parser_want(p, RK_TOK_RPAREN, "`)`");
    rk_node *n = MAKE(p, RK_N_LOOP, head.span.begin, head.span, bounds[0], bounds[1], body);
    n->name = index;
    n->name2 = rk_parser_text(p, head);
    return n;
}

/* "fold" "(" range "," NAME "=" expr "," expr ")" */
static rk_node *parse_fold(rk_parser *p, rk_token head) {
    rk_node *bounds[2];
    const char *index = parse_range(p, bounds);
    rk_parser_want(p, RK_TOK_COMMA, "`,` and the start of the fold");
    const char *name = rk_parser_name(p, "the start of the fold, `Z = X`");
    rk_parser_want(p, RK_TOK_ASSIGN, "`=` and the start of the fold");
    rk_node *start = rk_parse_value(p);
    rk_parser_want(p, RK_TOK_COMMA, "`,` and the step of the fold");
    rk_node *step = rk_parse_value(p);
    rk_parser_want(p, RK_TOK_RPAREN, "`)`");
    rk_node *n = MAKE(p, RK_N_FOLD, head.span.begin, head.span, bounds[0], bounds[1], start, step);
    n->name = index;
    n->name2 = name;
    return n;
}

/* FUNCTION "(" [ value { "," value } ] ")" */
static rk_node *parse_call(rk_parser *p, rk_token head) {
    nodes args = {0};
    if (p->tok.kind != RK_TOK_RPAREN)
        parse_values(p, &args);
    rk_parser_want(p, RK_TOK_RPAREN, "`,` or `)`");
    rk_node *n = rk_parser_make(p, RK_N_CALL, head.span.begin, head.span, args.items, args.n);
    n->name = rk_parser_text(p, head);
    return n;
}

/* NAME as a tree */
static rk_node *parse_name_node(rk_parser *p, const char *what) {
    rk_token tok = p->tok;
    const char *name = rk_parser_name(p, what);
    rk_node *n = rk_parser_make(p, RK_N_NAME, tok.span.begin, tok.span, NULL, 0);
    n->name = name;
    return n;
}

/* "jrank" "(" expr ";" NAME { "," NAME } ")" */
static rk_node *parse_jrank(rk_parser *p, rk_token head) {
    nodes kids = {0};
    append(p, &kids, rk_parse_value(p));
    rk_parser_want(p, RK_TOK_SEMICOLON, "`;` and the variables, as in `jrank(E; X, W)`");
    do
        append(p, &kids, parse_name_node(p, "the name of a variable"));
    while (rk_parser_accept(p, RK_TOK_COMMA));
    rk_parser_want(p, RK_TOK_RPAREN, "`,` or `)`");
    return rk_parser_make(p, RK_N_JRANK, head.span.begin, head.span, kids.items, kids.n);
}

/* "1" | "2" | "inf" | "fro" */
static const char *parse_norm_kind(rk_parser *p) {
    static const char *const kinds[] = {"1", "2", "inf", "fro"};
    const char *text = rk_parser_text(p, p->tok);
    for (size_t i = 0; i < 4 && !p->panic; i++)
        if (strcmp(text, kinds[i]) == 0) {
            rk_parser_next(p);
            return text;
        }
    rk_parser_unexpected(p, "`1`, `2`, `inf` or `fro`");
    return "2";
}

/* "norm" "(" expr "," ( "1" | "2" | "inf" | "fro" ) ")" */
static rk_node *parse_norm(rk_parser *p, rk_token head) {
    rk_node *arg = rk_parse_value(p);
    rk_parser_want(p, RK_TOK_COMMA, "`,` and which norm, as in `norm(A, fro)`");
    const char *kind = parse_norm_kind(p);
    rk_parser_want(p, RK_TOK_RPAREN, "`)`");
    rk_node *n = MAKE(p, RK_N_NORM, head.span.begin, head.span, arg);
    n->name = kind;
    return n;
}

/* `hcat(A, B)` and the like: the word needs a range. */
static void no_range(rk_parser *p, rk_token head) {
    const char *hint = "entries that vary are written `prod(i = 1..n, x[i,1])`";
    if (head.word == RK_W_HCAT)
        hint = "blocks side by side are written [A, B]";
    if (head.word == RK_W_VCAT)
        hint = "blocks below one another are written [A; B]";
    if (head.word == RK_W_ALL || head.word == RK_W_ANY)
        hint = "comparisons of matrices already hold for every entry: A >= 0";
    if (rk_parser_fail(p, "missing-range", rk_span_join(head.span, p->tok.span),
                       "`%s` needs a range such as `i = 1..n`", rk_parser_text(p, head)))
        rk_diag_hint(p->reporter->diags, "%s", hint);
}

/* What stands behind the opening parenthesis of a word that loops. */
static rk_node *parse_loop_word(rk_parser *p, rk_token head) {
    bool also_function = head.word == RK_W_SUM || head.word == RK_W_MAX || head.word == RK_W_MIN;
    if (head.word == RK_W_FOLD)
        return parse_fold(p, head);
    if (also_function && !at_range(p))
        return parse_call(p, head);
    bool value_follows = p->ahead.kind == RK_TOK_COMMA || p->ahead.kind == RK_TOK_RPAREN;
    if (value_follows && p->tok.kind != RK_TOK_ERROR)
        no_range(p, head);
    return parse_loop(p, head);
}

static bool token_is(const rk_parser *p, rk_token tok, const char *word) {
    size_t n = tok.span.end - tok.span.begin;
    return strlen(word) == n && memcmp(p->lexer.source->text + tok.span.begin, word, n) == 0;
}

/* A name or loop word and its arguments in parentheses. */
static rk_node *parse_application(rk_parser *p) {
    rk_token head = p->tok;
    bool outer = p->in_block;
    rk_node *n;
    rk_parser_next(p);
    rk_parser_next(p);
    p->in_block = false;
    if (head.word != RK_W_NONE)
        n = parse_loop_word(p, head);
    else if (token_is(p, head, "jrank"))
        n = parse_jrank(p, head);
    else if (token_is(p, head, "norm"))
        n = parse_norm(p, head);
    else
        n = parse_call(p, head);
    p->in_block = outer;
    return n;
}

static rk_node *parse_number(rk_parser *p) {
    rk_token tok = p->tok;
    rk_parser_next(p);
    rk_node *n = rk_parser_make(p, RK_N_NUMBER, tok.span.begin, tok.span, NULL, 0);
    n->text = rk_parser_text(p, tok);
    return n;
}

/* Nothing that starts a value. A node is returned for the callers; the clause is dropped. */
static rk_node *no_value(rk_parser *p) {
    rk_span at = p->tok.span;
    if (p->tok.kind == RK_TOK_NAME && p->tok.word != RK_W_NONE && !rk_parser_at_opening(p))
        rk_parser_fail(p, "reserved-word", at, "`%s` is a word of the language, not a value",
                       rk_parser_text(p, p->tok));
    rk_parser_unexpected(p, "a value");
    rk_node *n = rk_parser_make(p, RK_N_NAME, at.begin, at, NULL, 0);
    n->name = "";
    return n;
}

/* primary = NUMBER | NAME | "(" value ")" | "[" ... "]" | NAME "(" ... ")" */
static rk_node *parse_primary(rk_parser *p) {
    switch (p->tok.kind) {
    case RK_TOK_INT:
    case RK_TOK_NUMBER:
        return parse_number(p);
    case RK_TOK_LPAREN:
        return parse_parenthesis(p);
    case RK_TOK_LBRACKET:
        return parse_block(p);
    case RK_TOK_NAME: {
        bool loop = rk_word_class_of(p->tok.word) == RK_WORD_LOOP;
        if (p->ahead.kind == RK_TOK_LPAREN && (loop || p->tok.word == RK_W_NONE))
            return parse_application(p);
        return p->tok.word == RK_W_NONE ? parse_name_node(p, "a value") : no_value(p);
    }
    default:
        return no_value(p);
    }
}

/* --- postfix operators -------------------------------------------------------------------- */

/* exponent = INT | NAME | "(" iexpr ")" */
static rk_node *parse_exponent(rk_parser *p) {
    if (p->tok.kind == RK_TOK_INT)
        return parse_number(p);
    if (p->tok.kind == RK_TOK_LPAREN)
        return parse_parenthesis(p);
    if (p->tok.kind == RK_TOK_NAME && p->tok.word == RK_W_NONE)
        return parse_name_node(p, "an exponent");
    const char *hint = NULL;
    if (p->tok.kind == RK_TOK_MINUS)
        hint = "a negative exponent stands in parentheses: A^(-1)";
    if (p->tok.kind == RK_TOK_NUMBER)
        hint = "exponents are integers; a root is written sqrt(x)";
    if (hint == NULL)
        rk_parser_unexpected(p, "an exponent: an integer, a name or `(...)`");
    else if (rk_parser_fail(p, "bad-exponent", p->tok.span,
                            "an exponent is an integer, a name or `(...)`"))
        rk_diag_hint(p->reporter->diags, "%s", hint);
    return no_value(p);
}

/* index = iexpr | ":" */
static rk_node *parse_index(rk_parser *p) {
    rk_span at = p->tok.span;
    if (rk_parser_accept(p, RK_TOK_COLON))
        return rk_parser_make(p, RK_N_COLON, at.begin, at, NULL, 0);
    return rk_parse_value(p);
}

/* "[" index [ "," index ] "]" */
static rk_node *parse_indexing(rk_parser *p, size_t begin, rk_node *base) {
    rk_span op = p->tok.span;
    bool outer = p->in_block;
    rk_parser_next(p);
    p->in_block = false;
    rk_node *first = parse_index(p), *second = NULL;
    if (rk_parser_accept(p, RK_TOK_COMMA))
        second = parse_index(p);
    rk_parser_want(p, RK_TOK_RBRACKET, second != NULL ? "`]`" : "`,` or `]`");
    p->in_block = outer;
    op.end = p->before.span.end > op.end ? p->before.span.end : op.end;
    return second == NULL ? MAKE(p, RK_N_MEMBER, begin, op, base, first)
                          : MAKE(p, RK_N_ENTRY, begin, op, base, first, second);
}

static rk_node *parse_transpose(rk_parser *p, size_t begin, rk_node *base) {
    rk_span op = p->tok.span;
    rk_parser_next(p);
    return MAKE(p, RK_N_TRANSPOSE, begin, op, base);
}

static void second_power(rk_parser *p) {
    if (rk_parser_fail(p, "chained-power", p->tok.span, "a second `^` on the same value"))
        rk_diag_hint(p->reporter->diags, "say which is meant: (A^b)^c or A^(b*c)");
}

/* power = primary { "'" | "^" exponent | "[" index [ "," index ] "]" } */
static rk_node *parse_power(rk_parser *p) {
    size_t begin = here(p);
    rk_node *n = parse_primary(p);
    bool powered = false;
    for (;;) {
        switch (p->tok.kind) {
        case RK_TOK_QUOTE:
            n = parse_transpose(p, begin, n);
            break;
        case RK_TOK_LBRACKET:
            n = parse_indexing(p, begin, n);
            break;
        case RK_TOK_POWER:
            if (powered) {
                second_power(p);
                return n;
            }
            powered = true;
            n = binary(p, RK_N_POWER, begin, n, parse_exponent);
            break;
        default:
            return n;
        }
    }
}

/* --- the ladder --------------------------------------------------------------------------- */

/* unary = "-" unary | power */
static rk_node *parse_unary(rk_parser *p) {
    size_t begin = here(p);
    rk_span op = p->tok.span;
    if (!rk_parser_accept(p, RK_TOK_MINUS))
        return parse_power(p);
    rk_node *n = deeper(p, parse_unary);
    return MAKE(p, RK_N_NEG, begin, op, n);
}

/* term = unary { ( "*" | "/" | ".*" | "./" ) unary } */
static rk_node *parse_term(rk_parser *p) {
    size_t begin = here(p);
    rk_node *n = parse_unary(p);
    for (;;) {
        switch (p->tok.kind) {
        case RK_TOK_MUL:
            n = binary(p, RK_N_MUL, begin, n, parse_unary);
            break;
        case RK_TOK_DIV:
            n = binary(p, RK_N_DIV, begin, n, parse_unary);
            break;
        case RK_TOK_EMUL:
            n = binary(p, RK_N_EMUL, begin, n, parse_unary);
            break;
        case RK_TOK_EDIV:
            n = binary(p, RK_N_EDIV, begin, n, parse_unary);
            break;
        default:
            return n;
        }
    }
}

static bool blank_at(const rk_parser *p, size_t pos) {
    char c = pos < p->lexer.source->len ? p->lexer.source->text[pos] : ' ';
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* `[0 -1]` has one entry here and two in other systems. */
static void warn_of_blank(rk_parser *p) {
    rk_span op = p->tok.span;
    if (!p->in_block || !blank_at(p, op.begin - 1) || blank_at(p, op.end))
        return;
    if (p->reporter->warnings++ >= RK_LIMIT_ERRORS)
        return;
    rk_span span = {op.source, p->before.span.begin, p->ahead.span.end};
    char sign = op.source->text[op.begin];
    rk_diag_add(p->reporter->diags, RK_WARNING, "blank-before-sign", span,
                "blanks do not separate entries: this is one entry, with `%c` between two terms",
                sign);
    rk_diag_hint(p->reporter->diags,
                 "for two entries write `,` before the `%c`, for one a blank behind it", sign);
}

/* add = term { ( "+" | "-" ) term } */
static rk_node *parse_add(rk_parser *p) {
    size_t begin = here(p);
    rk_node *n = parse_term(p);
    while (p->tok.kind == RK_TOK_PLUS || p->tok.kind == RK_TOK_MINUS) {
        warn_of_blank(p);
        n = binary(p, p->tok.kind == RK_TOK_PLUS ? RK_N_ADD : RK_N_SUB, begin, n, parse_term);
    }
    return n;
}

/* CMP = "==" | "!=" | "<" | "<=" | ">" | ">=" */
static bool comparison(rk_token_kind kind, rk_cmp *cmp) {
    static const struct {
        rk_token_kind kind;
        rk_cmp cmp;
    } table[] = {{RK_TOK_EQ, RK_EQ}, {RK_TOK_NE, RK_NE}, {RK_TOK_LT, RK_LT},
                 {RK_TOK_LE, RK_LE}, {RK_TOK_GT, RK_GT}, {RK_TOK_GE, RK_GE}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].kind == kind) {
            *cmp = table[i].cmp;
            return true;
        }
    return false;
}

/* A chain is all of == < <= or all of == > >=; its errors do not disturb what follows. */
static void check_chain(rk_parser *p, const rk_cmp *cmp, size_t n, rk_span span) {
    bool rising = false, falling = false, unequal = false;
    for (size_t i = 0; i < n; i++) {
        rising |= cmp[i] == RK_LT || cmp[i] == RK_LE;
        falling |= cmp[i] == RK_GT || cmp[i] == RK_GE;
        unequal |= cmp[i] == RK_NE;
    }
    bool wrong = n > 1 && (unequal || (rising && falling));
    if (!wrong || p->panic)
        return;
    p->wrong = true;
    if (rk_report(p->reporter, "mixed-chain", span,
                  unequal ? "`!=` does not chain" : "a chain is all of == < <= or all of == > >="))
        rk_diag_hint(p->reporter->diags, "join two comparisons with `and`");
}

/* add [ CMP add { CMP add } ] */
static rk_node *parse_comparison(rk_parser *p) {
    size_t begin = here(p), ncmp = 0;
    nodes kids = {0};
    rk_cmp *cmps = NULL, cmp;
    rk_span op = p->tok.span;
    append(p, &kids, parse_add(p));
    while (comparison(p->tok.kind, &cmp)) {
        if (ncmp == 0)
            op = p->tok.span;
        *(rk_cmp *)rk_parser_push(p, &cmps, &ncmp, sizeof cmp) = cmp;
        rk_parser_next(p);
        append(p, &kids, parse_add(p));
    }
    if (ncmp == 0)
        return kids.items[0];
    rk_node *n = rk_parser_make(p, RK_N_COMPARE, begin, op, kids.items, kids.n);
    n->cmp = cmps;
    check_chain(p, cmps, ncmp, n->span);
    return n;
}

/* neg = "not" neg | add [ CMP add { CMP add } ] */
static rk_node *parse_neg(rk_parser *p) {
    size_t begin = here(p);
    rk_span op = p->tok.span;
    if (!rk_parser_accept_word(p, RK_W_NOT))
        return parse_comparison(p);
    rk_node *n = deeper(p, parse_neg);
    return MAKE(p, RK_N_NOT, begin, op, n);
}

/* conj = neg { "and" neg } */
static rk_node *parse_conj(rk_parser *p) {
    size_t begin = here(p);
    rk_node *n = parse_neg(p);
    while (rk_parser_at_word(p, RK_W_AND))
        n = binary(p, RK_N_AND, begin, n, parse_neg);
    return n;
}

/* disj = conj { "or" conj } */
static rk_node *parse_disj(rk_parser *p) {
    size_t begin = here(p);
    rk_node *n = parse_conj(p);
    while (rk_parser_at_word(p, RK_W_OR))
        n = binary(p, RK_N_OR, begin, n, parse_conj);
    return n;
}

static rk_node *parse_conclusion(rk_parser *p) {
    return deeper(p, parse_imp);
}

/* imp = disj [ "=>" imp ] */
static rk_node *parse_imp(rk_parser *p) {
    size_t begin = here(p);
    rk_node *n = parse_disj(p);
    if (p->tok.kind == RK_TOK_IMPLIES)
        n = binary(p, RK_N_IMPLIES, begin, n, parse_conclusion);
    return n;
}

/* value = imp [ "<=>" imp ] */
static rk_node *parse_iff(rk_parser *p) {
    size_t begin = here(p);
    rk_node *n = parse_imp(p);
    if (p->tok.kind != RK_TOK_IFF)
        return n;
    n = binary(p, RK_N_IFF, begin, n, parse_imp);
    if (p->tok.kind == RK_TOK_IFF &&
        rk_parser_fail(p, "chained-iff", p->tok.span, "`<=>` does not chain"))
        rk_diag_hint(p->reporter->diags, "write `(p <=> q) and (q <=> r)`, or use parentheses");
    return n;
}

rk_node *rk_parse_value(rk_parser *p) {
    return deeper(p, parse_iff);
}
