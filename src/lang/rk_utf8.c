/* What the bytes of a claim file may be, whatever they mean. */
#include "rk_lex.h"

#include <string.h>

static bool continues(unsigned char c) {
    return (c & 0xC0) == 0x80;
}

/* Length of the sequence that a first byte announces, and the bits of the code point in it. */
static size_t announced(unsigned char c, unsigned long *bits) {
    if (c < 0x80) {
        *bits = c;
        return 1;
    }
    if (c >= 0xC2 && c <= 0xDF) {
        *bits = c & 0x1Fu;
        return 2;
    }
    if (c >= 0xE0 && c <= 0xEF) {
        *bits = c & 0x0Fu;
        return 3;
    }
    *bits = c & 0x07u;
    return c >= 0xF0 && c <= 0xF4 ? 4 : 0;
}

size_t rk_utf8_decode(const char *text, size_t len, unsigned long *code) {
    static const unsigned long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (len == 0)
        return 0;
    size_t n = announced((unsigned char)text[0], code);
    if (n == 0 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!continues(c))
            return 0;
        *code = *code << 6 | (c & 0x3Fu);
    }
    bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return *code < smallest[n] || *code > 0x10FFFF || surrogate ? 0 : n;
}

typedef enum fault { FAULT_NONE, FAULT_NUL, FAULT_UTF8, FAULT_CONTROL, FAULT_REORDER } fault;

/* Overriding and isolating marks make a line look different from what it says. */
static bool reorders(unsigned long code) {
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/* The fault of the character at pos, and its length. A carriage return is allowed before a
   newline; alone it would let a comment swallow what some editors show as the next line. */
static fault fault_at(const rk_source *s, size_t pos, size_t *n) {
    unsigned long code = 0;
    *n = rk_utf8_decode(s->text + pos, s->len - pos, &code);
    if (*n == 0) {
        *n = 1;
        return FAULT_UTF8;
    }
    if (code == 0)
        return FAULT_NUL;
    if (code == '\t' || code == '\n' || (code == '\r' && s->text[pos + 1] == '\n'))
        return FAULT_NONE;
    if (code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029)
        return FAULT_CONTROL;
    return reorders(code) ? FAULT_REORDER : FAULT_NONE;
}

static void report_fault(rk_reporter *r, fault f, rk_span span) {
    static const char *const names[] = {"", "nul-byte", "invalid-utf8", "control-character",
                                        "control-character"};
    static const char *const texts[] = {
        "", "a claim file holds no NUL bytes", "this is not UTF-8",
        "control characters other than tab and the end of a line are not allowed",
        "characters that change the direction of text are not allowed"};
    rk_report(r, names[f], span, "%s", texts[f]);
}

/* Each run of the same fault is reported once. */
static void check_bytes(const rk_source *s, size_t pos, rk_reporter *r) {
    while (pos < s->len && !r->full) {
        size_t begin = pos, n;
        fault f = fault_at(s, pos, &n);
        pos += n;
        if (f == FAULT_NONE)
            continue;
        while (pos < s->len && fault_at(s, pos, &n) == f)
            pos += n;
        report_fault(r, f, (rk_span){s, begin, pos});
    }
}

void rk_lexer_start(rk_lexer *lexer, const rk_source *source, rk_reporter *reporter) {
    bool mark = source->len >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0;
    *lexer = (rk_lexer){source, mark ? 3 : 0, reporter};
    check_bytes(source, lexer->pos, reporter);
}
