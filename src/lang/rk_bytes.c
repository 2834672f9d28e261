/* What the bytes of a claim file may be, whatever they mean. */
#include "rk_lex.h"

#include <string.h>
#include "base/rk_utf8.h"

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
    switch (f) {
    case FAULT_NONE:
        break;
    case FAULT_NUL:
        rk_report(r, "nul-byte", span, "a claim file holds no NUL bytes");
        break;
    case FAULT_UTF8:
        rk_report(r, "invalid-utf8", span, "this is not UTF-8");
        break;
    case FAULT_CONTROL:
        rk_report(r, "control-character", span,
                  "control characters other than tab and the end of a line are not allowed");
        break;
    case FAULT_REORDER:
        rk_report(r, "control-character", span,
                  "characters that change the direction of text are not allowed");
    }
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
