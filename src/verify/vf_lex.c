#include "vf_lex.h"

#include <limits.h>
#include <string.h>

/* --- bytes -------------------------------------------------------------------------------- */

/* The length of the UTF-8 sequence at s; ENSURE: it is one, in its shortest form. */
static size_t decode(const unsigned char *s, size_t left, unsigned long *code) {
    static const unsigned long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    ENSURE("bytes that are no UTF-8", (s[0] < 0x80 || s[0] >= 0xC2) && s[0] <= 0xF4 && n <= left);
    *code = n == 1 ? s[0] : s[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        ENSURE("bytes that are no UTF-8", (s[i] & 0xC0) == 0x80);
        *code = *code << 6 | (s[i] & 0x3Fu);
    }
    ENSURE("bytes that are no UTF-8",
           *code >= smallest[n] && *code <= 0x10FFFF && (*code < 0xD800 || *code > 0xDFFF));
    return n;
}

/* Characters that begin a line for some programs only, or change the direction of text. */
static bool hides(unsigned long c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

void vf_check_bytes(const char *file, vf_bytes text) {
    const unsigned char *s = (const unsigned char *)text.text;
    size_t line = 1;
    for (size_t i = 0; i < text.len;) {
        unsigned long c;
        vf_at(file, line);
        i += decode(s + i, text.len - i, &c);
        line += c == '\n';
        bool end_of_line = c == '\n' || (c == '\r' && i < text.len && s[i] == '\n');
        ENSURE("a control character, or one that changes the direction of text",
               c == '\t' || end_of_line || !hides(c));
    }
}

/* --- characters --------------------------------------------------------------------------- */

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool name_part(char c) {
    return letter(c) || digit(c) || c == '_';
}

static char peek(const vf_lexer *x, size_t ahead) {
    return ahead < (size_t)(x->end - x->at) ? x->at[ahead] : '\0';
}

/* Tells vf_at the line of the current token. */
static void tell_place(vf_lexer *x) {
    if (x->file == NULL)
        return;
    for (; x->counted < x->token.text; x->counted++)
        x->line += *x->counted == '\n';
    vf_at(x->file, x->line);
}

static void skip_blanks(vf_lexer *x) {
    for (; x->at < x->end; x->at++) {
        if (*x->at == '#' && x->comments)
            while (x->at < x->end && *x->at != '\n')
                x->at++;
        char c = peek(x, 0);
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
    }
}

/* --- tokens ------------------------------------------------------------------------------- */

static void skip_digits(vf_lexer *x) {
    while (digit(peek(x, 0)))
        x->at++;
}

/* INT [ "." INT ] [ ( "e" | "E" ) [ "+" | "-" ] INT ], with no letter directly after it */
static vf_token_kind lex_number(vf_lexer *x) {
    vf_token_kind kind = VF_TOKEN_INT;
    skip_digits(x);
    if (peek(x, 0) == '.' && digit(peek(x, 1))) {
        kind = VF_TOKEN_DECIMAL;
        x->at++;
        skip_digits(x);
    }
    size_t sign = peek(x, 1) == '+' || peek(x, 1) == '-';
    if ((peek(x, 0) == 'e' || peek(x, 0) == 'E') && digit(peek(x, 1 + sign))) {
        kind = VF_TOKEN_DECIMAL;
        x->at += 1 + sign;
        skip_digits(x);
    }
    char next = peek(x, 0), then = peek(x, 1);
    bool point = next == '.' && then != '.' && then != '*' && then != '/';
    ENSURE("something directly after a number", !letter(next) && next != '_' && !point);
    return kind;
}

static vf_token_kind lex_string(vf_lexer *x) {
    for (x->at++; peek(x, 0) != '"'; x->at++) {
        ENSURE("a string does not end on its line", x->at < x->end && *x->at != '\n');
        if (*x->at != '\\')
            continue;
        x->at++;
        ENSURE("a backslash in a string stands before \" or \\ only",
               peek(x, 0) == '"' || peek(x, 0) == '\\');
    }
    x->at++;
    return VF_TOKEN_STRING;
}

static vf_token_kind lex_sign(vf_lexer *x) {
    static const char *const signs[] = {
        "<=>", "<=", "<", ">=", ">", "==", "=>", "=", "!=", "..", ".*", "./", "+", "-",
        "*",   "/",  "^", "'",  "(", ")",  "[",  "]", "{",  "}",  ",",  ";",  ":"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);
        if (n <= (size_t)(x->end - x->at) && memcmp(x->at, signs[i], n) == 0) {
            x->at += n;
            return VF_TOKEN_SIGN;
        }
    }
    x->at++;
    return VF_TOKEN_OTHER;
}

static vf_token_kind lex_name(vf_lexer *x) {
    const char *begin = x->at;
    while (name_part(peek(x, 0)))
        x->at++;
    if (x->at - begin > VF_MAX_NAME)
        vf_limit("bytes in a name");
    return VF_TOKEN_NAME;
}

static vf_token lex_token(vf_lexer *x) {
    skip_blanks(x);
    vf_token t = {.text = x->at};
    char c = peek(x, 0);
    if (x->at == x->end)
        t.kind = VF_TOKEN_END;
    else if (letter(c))
        t.kind = lex_name(x);
    else if (digit(c))
        t.kind = lex_number(x);
    else
        t.kind = c == '"' ? lex_string(x) : lex_sign(x);
    t.len = (size_t)(x->at - t.text);
    return t;
}

void vf_lex(vf_lexer *x, const char *file, const char *text, size_t len) {
    *x = (vf_lexer){.file = file, .start = text, .at = text, .end = text + len, .line = 1};
    x->counted = text;
    x->comments = file != NULL;
    if (file != NULL && len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        x->at += 3;
    x->token.text = x->at;
    tell_place(x);
    x->token = lex_token(x);
    x->ahead = lex_token(x);
    tell_place(x);
}

void vf_advance(vf_lexer *x) {
    x->token = x->ahead;
    tell_place(x);
    x->ahead = lex_token(x);
}

/* --- what the parser expects -------------------------------------------------------------- */

bool vf_token_is(vf_token t, const char *text) {
    return (t.kind == VF_TOKEN_SIGN || t.kind == VF_TOKEN_NAME) && strlen(text) == t.len &&
           memcmp(t.text, text, t.len) == 0;
}

bool vf_is(const vf_lexer *x, const char *text) {
    return vf_token_is(x->token, text);
}

bool vf_accept(vf_lexer *x, const char *text) {
    if (!vf_is(x, text))
        return false;
    vf_advance(x);
    return true;
}

static const char *joined(const char *a, const char *b, const char *c) {
    char *all = vf_alloc(strlen(a) + strlen(b) + strlen(c) + 1);
    return strcat(strcat(strcpy(all, a), b), c);
}

void vf_want(vf_lexer *x, const char *text) {
    if (!vf_accept(x, text))
        vf_refuse(joined("`", text, "` was expected"));
}

bool vf_reserved(vf_token t) {
    static const char *const words[] = {
        "import", "paper",   "def",    "theorem", "source", "corrects", "note",   "dim",
        "forall", "generic", "exists", "random",  "data",   "let",      "assume", "claim",
        "expect", "sum",     "prod",   "hcat",    "vcat",   "max",      "min",    "all",
        "any",    "fold",    "in",     "or",      "and",    "not",      "load"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (vf_token_is(t, words[i]))
            return true;
    return false;
}

const char *vf_want_any_name(vf_lexer *x) {
    ENSURE("a name was expected", x->token.kind == VF_TOKEN_NAME);
    const char *name = vf_strndup(x->token.text, x->token.len);
    vf_advance(x);
    return name;
}

const char *vf_want_name(vf_lexer *x) {
    ENSURE("a word of the language is no name", !vf_reserved(x->token));
    return vf_want_any_name(x);
}

const char *vf_want_string(vf_lexer *x) {
    ENSURE("a string was expected", x->token.kind == VF_TOKEN_STRING);
    char *out = vf_strndup(x->token.text, x->token.len);
    size_t n = 0;
    for (size_t i = 1; i + 1 < x->token.len; i++) {
        i += x->token.text[i] == '\\';
        out[n++] = x->token.text[i];
    }
    out[n] = '\0';
    vf_advance(x);
    return out;
}

long vf_want_long(vf_lexer *x) {
    ENSURE("an integer was expected", x->token.kind == VF_TOKEN_INT);
    long value = 0;
    for (size_t i = 0; i < x->token.len; i++) {
        long d = x->token.text[i] - '0';
        ENSURE("an integer that is too large", value <= (LONG_MAX - d) / 10);
        value = 10 * value + d;
    }
    vf_advance(x);
    return value;
}

/* --- numbers ------------------------------------------------------------------------------ */

/* The digits of a number as one integer, and by which power of ten that is to be multiplied. */
static long read_digits(mpz_t digits, vf_token t) {
    char *all = vf_alloc(t.len + 1);
    size_t n = 0, i = 0;
    long exponent = 0, shift = 0;
    bool point = false, negative = false;
    for (; i < t.len && t.text[i] != 'e' && t.text[i] != 'E'; i++) {
        point |= t.text[i] == '.';
        shift += point && t.text[i] != '.';
        if (t.text[i] != '.')
            all[n++] = t.text[i];
    }
    for (; i < t.len; i++) {
        negative |= t.text[i] == '-';
        if (digit(t.text[i]) && exponent <= VF_MAX_DIGITS)
            exponent = 10 * exponent + (t.text[i] - '0');
    }
    if (n + (size_t)exponent > VF_MAX_DIGITS)
        vf_limit("digits of a number");
    mpz_set_str(digits, all, 10);
    return (negative ? -exponent : exponent) - shift;
}

void vf_number_value(mpq_t value, vf_token t) {
    mpz_t power;
    mpz_init(power);
    mpq_init(value);
    long e = read_digits(mpq_numref(value), t);
    mpz_ui_pow_ui(power, 10, (unsigned long)(e < 0 ? -e : e));
    if (e < 0)
        mpz_set(mpq_denref(value), power);
    else
        mpz_mul(mpq_numref(value), mpq_numref(value), power);
    mpq_canonicalize(value);
    mpz_clear(power);
}
