#include "rk_lex.h"

#include <string.h>
#include "base/rk_limits.h"
#include "base/rk_utf8.h"

bool rk_report(rk_reporter *r, const char *name, rk_span span, const char *format, ...) {
    if (r->full)
        return false;
    if (r->errors++ == RK_LIMIT_ERRORS) {
        r->full = true;
        rk_diag_add(r->diags, RK_ERROR, "limit-errors", span,
                    "more than %d errors, the rest of the file is not read", RK_LIMIT_ERRORS);
        return false;
    }
    va_list args;
    va_start(args, format);
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_vprintf(&text, format, args);
    va_end(args);
    rk_diag_add(r->diags, RK_ERROR, name, span, "%s", text.text);
    rk_buf_clear(&text);
    return true;
}

static const struct {
    const char *text;
    rk_word_class class;
} words[] = {{"", RK_WORD_NONE},
#define RK_WORD_ROW(id, text, class) {text, RK_WORD_##class},
             RK_WORDS(RK_WORD_ROW)
#undef RK_WORD_ROW
};

static bool spells(const char *word, const char *text, size_t len) {
    return strlen(word) == len && memcmp(word, text, len) == 0;
}

rk_word rk_word_find(const char *text, size_t len) {
    for (size_t w = 1; w < sizeof words / sizeof *words; w++)
        if (spells(words[w].text, text, len))
            return (rk_word)w;
    return RK_W_NONE;
}

rk_word_class rk_word_class_of(rk_word word) {
    return words[word].class;
}

/* --- characters --------------------------------------------------------------------------- */

/* The ASCII of the grammar, whatever the locale says. */
static bool digit(char c) {
    return c >= '0' && c <= '9';
}

static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool name_part(char c) {
    return letter(c) || digit(c) || c == '_';
}

/* Past the end every byte reads as NUL, which starts nothing. */
static char peek(const rk_lexer *lx, size_t ahead) {
    size_t at = lx->pos + ahead;
    return at < lx->source->len ? lx->source->text[at] : '\0';
}

static rk_span span_of(const rk_lexer *lx, size_t begin) {
    return (rk_span){lx->source, begin, lx->pos};
}

/* --- numbers ------------------------------------------------------------------------------ */

static void skip_digits(rk_lexer *lx) {
    while (digit(peek(lx, 0)))
        lx->pos++;
}

/* Digits of the number when its exponent is written out, more than the limit if it overflows. */
static size_t written_out(const char *text, size_t len) {
    size_t digits = 0, exponent = 0, i = 0;
    for (; i < len && text[i] != 'e' && text[i] != 'E'; i++)
        digits += digit(text[i]);
    for (; i < len; i++)
        if (digit(text[i]) && exponent <= RK_LIMIT_DIGITS)
            exponent = 10 * exponent + (size_t)(text[i] - '0');
    return digits + exponent;
}

static void check_digits(const rk_lexer *lx, size_t begin) {
    if (written_out(lx->source->text + begin, lx->pos - begin) > RK_LIMIT_DIGITS)
        rk_report(lx->reporter, "limit-digits", span_of(lx, begin),
                  "the number has more than %d digits when it is written out", RK_LIMIT_DIGITS);
}

/* What stands directly after a number and makes it none; 0 if nothing does. */
static char spoils_number(const rk_lexer *lx) {
    char c = peek(lx, 0), after = peek(lx, 1);
    if (letter(c) || c == '_')
        return c;
    bool operator_follows = after == '.' || after == '*' || after == '/';
    return c == '.' && !operator_follows ? c : '\0';
}

/* What is meant by a number that `spoiler` ends. */
static void hint_number(rk_diags *diags, const char *number, size_t len, char spoiler) {
    int shown = (int)(len < 40 ? len : 40);
    bool fraction = memchr(number, '.', len) != NULL;
    if (spoiler == '_')
        rk_diag_hint(diags, "digits stand without separators");
    else if (spoiler == '.' && !fraction)
        rk_diag_hint(diags, "write %.*s.0, or %.*s", shown, number, shown, number);
    else if (spoiler == 'e' || spoiler == 'E')
        rk_diag_hint(diags, "an exponent is digits with a sign or without: 1e-3");
    else if (spoiler != '.')
        rk_diag_hint(diags, "a product is written with `*`: %.*s*%c", shown, number, spoiler);
}

static void bad_number(rk_lexer *lx, size_t begin) {
    size_t len = lx->pos - begin;
    const char *number = lx->source->text + begin;
    char spoiler = peek(lx, 0);
    while (name_part(peek(lx, 0)) || (peek(lx, 0) == '.' && peek(lx, 1) != '.'))
        lx->pos++;
    rk_span span = span_of(lx, begin);
    bool no_fraction = spoiler == '.' && memchr(number, '.', len) == NULL;
    bool said = no_fraction ? rk_report(lx->reporter, "bad-number", span,
                                        "digits must follow the point of a number")
                            : rk_report(lx->reporter, "bad-number", span,
                                        "`%c` directly after a number", spoiler);
    if (said)
        hint_number(lx->reporter->diags, number, len, spoiler);
}

/* NUMBER = INT [ "." INT ] [ ( "e" | "E" ) [ "+" | "-" ] INT ], no letter directly after it */
static rk_token lex_number(rk_lexer *lx) {
    size_t begin = lx->pos;
    rk_token_kind kind = RK_TOK_INT;
    skip_digits(lx);
    if (peek(lx, 0) == '.' && digit(peek(lx, 1))) {
        kind = RK_TOK_NUMBER;
        lx->pos++;
        skip_digits(lx);
    }
    size_t sign = peek(lx, 1) == '+' || peek(lx, 1) == '-';
    if ((peek(lx, 0) == 'e' || peek(lx, 0) == 'E') && digit(peek(lx, 1 + sign))) {
        kind = RK_TOK_NUMBER;
        lx->pos += 1 + sign;
        skip_digits(lx);
    }
    if (spoils_number(lx))
        bad_number(lx, begin);
    else
        check_digits(lx, begin);
    return (rk_token){kind, RK_W_NONE, span_of(lx, begin), false};
}

/* `.5`: reported, and read as the number that is meant. */
static rk_token lex_bare_fraction(rk_lexer *lx) {
    size_t begin = lx->pos++;
    while (name_part(peek(lx, 0)))
        lx->pos++;
    rk_span span = span_of(lx, begin);
    if (rk_report(lx->reporter, "bad-number", span, "digits must precede the point of a number"))
        rk_diag_hint(lx->reporter->diags, "write 0%.*s",
                     (int)(lx->pos - begin < 40 ? lx->pos - begin : 40), lx->source->text + begin);
    return (rk_token){RK_TOK_NUMBER, RK_W_NONE, span, false};
}

/* --- names, strings, operators ------------------------------------------------------------ */

static rk_token lex_name(rk_lexer *lx) {
    size_t begin = lx->pos;
    while (name_part(peek(lx, 0)))
        lx->pos++;
    rk_span span = span_of(lx, begin);
    if (lx->pos - begin > RK_LIMIT_NAME_BYTES)
        rk_report(lx->reporter, "limit-name-bytes", span, "the name is longer than %d bytes",
                  RK_LIMIT_NAME_BYTES);
    return (rk_token){RK_TOK_NAME, rk_word_find(lx->source->text + begin, lx->pos - begin), span,
                      false};
}

/* A backslash and what it escapes; nothing else than `"` and `\` can be escaped. */
static void lex_escape(rk_lexer *lx) {
    size_t begin = lx->pos++;
    if (peek(lx, 0) == '"' || peek(lx, 0) == '\\') {
        lx->pos++;
        return;
    }
    if (rk_report(lx->reporter, "bad-escape", span_of(lx, begin),
                  "a backslash in a string stands before `\"` or `\\` only"))
        rk_diag_hint(lx->reporter->diags, "a backslash itself is written `\\\\`");
}

/* STRING = '"' ... '"' on one line, with \" and \\ */
static rk_token lex_string(rk_lexer *lx) {
    size_t begin = lx->pos++;
    while (lx->pos < lx->source->len && peek(lx, 0) != '"' && peek(lx, 0) != '\n') {
        if (peek(lx, 0) == '\\')
            lex_escape(lx);
        else
            lx->pos++;
    }
    if (peek(lx, 0) == '"') {
        lx->pos++;
        return (rk_token){RK_TOK_STRING, RK_W_NONE, span_of(lx, begin), false};
    }
    rk_span span = span_of(lx, begin);
    if (lx->source->text[lx->pos - 1] == '\r')
        span.end--;
    rk_report(lx->reporter, "unterminated-string", span, "the string does not end on its line");
    return (rk_token){RK_TOK_ERROR, RK_W_NONE, span, false};
}

/* Signs that other systems or people use, longest first, and what to write here. */
static const struct {
    const char *sign, *hint;
} foreign[] = {
    {"&&", "conjunction is written `and`"},
    {"&", "conjunction is written `and`"},
    {"||", "disjunction is written `or`"},
    {"|", "disjunction is written `or`"},
    {"!", "negation is written `not`"},
    {"~=", "inequality is written `!=`"},
    {"~", "negation is written `not`"},
    {".^", "there is no entrywise power; write `A .* A`"},
    {".'", "the transpose is written `A'`"},
    {"%", "a comment starts with `#`"},
    {"\\", "a solution of A*X == B is written `inv(A)*B`"},
    {"@", "the matrix product is written `*`"},
    {"\xE2\x89\xA4", "write `<=`"},                  /* U+2264 */
    {"\xE2\x89\xA5", "write `>=`"},                  /* U+2265 */
    {"\xE2\x89\xA0", "write `!=`"},                  /* U+2260 */
    {"\xE2\x88\x92", "write `-`"},                   /* U+2212 */
    {"\xE2\x80\x93", "write `-`"},                   /* U+2013 */
    {"\xC3\x97", "write `*`"},                       /* U+00D7 */
    {"\xC2\xB7", "write `*`"},                       /* U+00B7 */
    {"\xE2\x8A\x97", "write `kron(A, B)`"},          /* U+2297 */
    {"\xE2\x8A\x99", "write `.*`"},                  /* U+2299 */
    {"\xE2\x87\x92", "write `=>`"},                  /* U+21D2 */
    {"\xE2\x87\x94", "write `<=>`"},                 /* U+21D4 */
    {"\xE2\x88\x80", "write `forall`"},              /* U+2200 */
    {"\xE2\x88\x83", "write `exists`"},              /* U+2203 */
    {"\xE2\x88\x88", "write `X : real[n, d]`"},      /* U+2208 */
    {"\xE2\x88\xA7", "write `and`"},                 /* U+2227 */
    {"\xE2\x88\xA8", "write `or`"},                  /* U+2228 */
    {"\xC2\xAC", "write `not`"},                     /* U+00AC */
    {"\xE2\x80\x9C", "strings stand in `\"`"},       /* U+201C */
    {"\xE2\x80\x9D", "strings stand in `\"`"},       /* U+201D */
    {"\xE2\x80\x99", "the transpose is written `'`"} /* U+2019 */
};

static const char *foreign_sign(rk_lexer *lx) {
    const char *here = lx->source->text + lx->pos;
    size_t left = lx->source->len - lx->pos;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        size_t n = strlen(foreign[i].sign);
        if (n <= left && memcmp(here, foreign[i].sign, n) == 0) {
            lx->pos += n;
            return foreign[i].hint;
        }
    }
    unsigned long code;
    lx->pos += rk_utf8_decode(here, left, &code);
    return NULL;
}

/* A character that cannot be seen is named by its number, as is a blank that is none here. */
static bool report_foreign(rk_lexer *lx, rk_span span) {
    const char *text = lx->source->text + span.begin;
    int len = (int)(span.end - span.begin);
    unsigned long code = 0;
    rk_utf8_decode(text, (size_t)len, &code);
    if (rk_utf8_columns(code) == 0 || code == 0xA0)
        return rk_report(lx->reporter, "unexpected-character", span,
                         "U+%04lX is no part of the language outside strings and comments", code);
    return rk_report(lx->reporter, "unexpected-character", span,
                     "`%.*s` is no part of the language outside strings and comments", len, text);
}

static rk_token lex_foreign(rk_lexer *lx) {
    size_t begin = lx->pos;
    const char *hint = foreign_sign(lx);
    rk_span span = span_of(lx, begin);
    if (report_foreign(lx, span) && hint != NULL)
        rk_diag_hint(lx->reporter->diags, "%s", hint);
    return (rk_token){RK_TOK_ERROR, RK_W_NONE, span, false};
}

static const struct {
    rk_token_kind kind;
    const char *text;
} operators[] = {
#define RK_OPERATOR_ROW(id, text) {RK_TOK_##id, text},
    RK_OPERATORS(RK_OPERATOR_ROW)
#undef RK_OPERATOR_ROW
};

static rk_token lex_operator(rk_lexer *lx) {
    const char *here = lx->source->text + lx->pos;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t n = strlen(operators[i].text);
        if (n <= lx->source->len - lx->pos && memcmp(here, operators[i].text, n) == 0) {
            size_t begin = lx->pos;
            lx->pos += n;
            return (rk_token){operators[i].kind, RK_W_NONE, span_of(lx, begin), false};
        }
    }
    return lex_foreign(lx);
}

/* Bytes that were reported when the lexer started separate like blanks. */
static bool blank(const rk_lexer *lx) {
    unsigned char c = (unsigned char)peek(lx, 0);
    if (c <= ' ' || c == 0x7f)
        return true;
    unsigned long code;
    return c >= 0x80 &&
           rk_utf8_decode(lx->source->text + lx->pos, lx->source->len - lx->pos, &code) == 0;
}

static void skip_blanks(rk_lexer *lx) {
    while (lx->pos < lx->source->len) {
        if (peek(lx, 0) == '#')
            while (lx->pos < lx->source->len && peek(lx, 0) != '\n')
                lx->pos++;
        else if (blank(lx))
            lx->pos++;
        else
            return;
    }
}

static rk_token lex_token(rk_lexer *lx) {
    char c = peek(lx, 0);
    if (lx->pos >= lx->source->len)
        return (rk_token){RK_TOK_END, RK_W_NONE, span_of(lx, lx->pos), false};
    if (letter(c))
        return lex_name(lx);
    if (digit(c))
        return lex_number(lx);
    if (c == '.' && digit(peek(lx, 1)))
        return lex_bare_fraction(lx);
    return c == '"' ? lex_string(lx) : lex_operator(lx);
}

rk_token rk_lexer_next(rk_lexer *lx) {
    size_t errors = lx->reporter->errors;
    if (lx->reporter->full)
        lx->pos = lx->source->len;
    skip_blanks(lx);
    rk_token tok = lex_token(lx);
    tok.bad = lx->reporter->errors != errors;
    return tok;
}

const char *rk_token_string(rk_arena *arena, rk_token token) {
    const char *text = token.span.source->text;
    char *out = rk_arena_strndup(arena, text + token.span.begin, token.span.end - token.span.begin);
    size_t n = 0;
    for (size_t i = token.span.begin + 1; i + 1 < token.span.end; i++) {
        if (text[i] == '\\' && i + 2 < token.span.end)
            i++;
        out[n++] = text[i];
    }
    out[n] = '\0';
    return out;
}
