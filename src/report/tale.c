#include "rk_tale.h"

#include <stdarg.h>
#include <string.h>

#include "base/rk_diag.h"
#include "lang/rk_parse.h"
#include "lang/rk_print.h"

enum {
    TALE_WIDTH = 79,
    TALE_DISPLAY = 4,
    TALE_INLINE = 90, /* characters of LaTeX in a sentence, */
    TALE_LINE = 260   /* and in a displayed line; longer formulas are broken where TeX can */
};

void rk_tale_init(rk_tale *t, rk_buf *out, rk_arena *arena, bool latex) {
    *t = (rk_tale){.out = out, .arena = arena, .latex = latex, .width = TALE_WIDTH};
    rk_buf_init(&t->paragraph);
}

void rk_tale_clear(rk_tale *t) {
    rk_buf_clear(&t->paragraph);
}

void rk_tale_say(rk_tale *t, const char *format, ...) {
    va_list args;
    if (t->paragraph.len > 0)
        rk_buf_putc(&t->paragraph, ' ');
    va_start(args, format);
    rk_buf_vprintf(&t->paragraph, format, args);
    va_end(args);
}

void rk_tale_join(rk_tale *t, const char *text) {
    rk_buf_puts(&t->paragraph, text);
}

/* --- lines -------------------------------------------------------------------------------- */

static void put_indent(rk_tale *t, int columns) {
    rk_buf_printf(t->out, "%*s", columns, "");
}

static size_t columns_of(const char *s, size_t len) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)s[i] & 0xc0) != 0x80;
    return n;
}

/* Words broken before the width, each line after `indent` blanks. */
static void put_wrapped(rk_tale *t, const char *text, int indent) {
    size_t at = 0, width = (size_t)(t->width - indent);
    bool fresh = true;
    while (*text != '\0') {
        size_t len = strcspn(text, " "), columns = columns_of(text, len);
        if (!fresh && at + 1 + columns > width) {
            rk_buf_putc(t->out, '\n');
            fresh = true;
            at = 0;
        }
        if (fresh)
            put_indent(t, indent);
        else
            rk_buf_putc(t->out, ' ');
        rk_buf_write(t->out, text, len);
        at += columns + !fresh;
        fresh = false;
        text += len;
        text += strspn(text, " ");
    }
    rk_buf_putc(t->out, '\n');
}

void rk_tale_break(rk_tale *t) {
    if (t->paragraph.len > 0)
        put_wrapped(t, t->paragraph.text, t->latex ? 0 : t->indent);
    rk_buf_reset(&t->paragraph);
}

void rk_tale_end(rk_tale *t) {
    rk_tale_break(t);
    size_t n = t->out->len;
    if (n > 0 && (n == 1 || t->out->text[n - 2] != '\n'))
        rk_buf_putc(t->out, '\n');
}

void rk_tale_heading(rk_tale *t, const char *text) {
    rk_tale_end(t);
    rk_tale_say(t, t->latex ? "\\emph{%s}" : "%s", text);
    if (!t->latex)
        rk_tale_break(t);
}

/* --- formulas ----------------------------------------------------------------------------- */

const char *rk_tale_math(rk_tale *t, const char *math) {
    return t->latex ? rk_arena_printf(t->arena, "$%s$", math) : math;
}

const char *rk_tale_text(rk_tale *t, const char *text) {
    rk_buf escaped;
    if (!t->latex)
        return text;
    rk_buf_init(&escaped);
    rk_latex_text(&escaped, text);
    const char *kept = rk_arena_strdup(t->arena, escaped.text);
    rk_buf_clear(&escaped);
    return kept;
}

const char *rk_tale_formula(rk_tale *t, const char *claim) {
    if (!t->latex)
        return claim;
    rk_diags *diags = rk_diags_new();
    rk_node *node = rk_expr_parse(t->arena, "formula", claim, strlen(claim), diags);
    rk_buf latex;
    rk_buf_init(&latex);
    if (node != NULL && rk_diags_errors(diags) == 0)
        rk_latex_node(&latex, node);
    else
        rk_buf_printf(&latex, "\\text{%s}", rk_tale_text(t, claim));
    rk_diags_free(diags);
    const char *kept = rk_arena_strdup(t->arena, latex.text);
    rk_buf_clear(&latex);
    return kept;
}

static void latex_display(rk_tale *t, unsigned number, const char *math, const char *tail) {
    rk_tale_break(t);
    if (strlen(math) > TALE_LINE) {
        rk_buf_printf(t->out, "\\begin{quote}\\raggedright\n$%s$%s", math, tail);
        if (number > 0)
            rk_buf_printf(t->out, "\\hfill(%u)", number);
        rk_buf_puts(t->out, "\n\\end{quote}\n");
        return;
    }
    rk_buf_printf(t->out, "\\begin{equation*}\n%s%s", math, tail);
    if (number > 0)
        rk_buf_printf(t->out, " \\tag{%u}", number);
    rk_buf_puts(t->out, "\n\\end{equation*}\n");
}

void rk_tale_display(rk_tale *t, unsigned number, const char *math, const char *tail) {
    if (t->latex) {
        latex_display(t, number, math, tail);
        return;
    }
    rk_tale_break(t);
    put_indent(t, t->indent);
    if (number > 0)
        rk_buf_printf(t->out, "(%u) ", number);
    else
        put_indent(t, TALE_DISPLAY);
    rk_buf_printf(t->out, "%s\n", math);
}

void rk_tale_say_formula(rk_tale *t, const char *sentence, const char *math) {
    const char *at = strstr(sentence, "%s");
    if (!t->latex || strlen(math) < TALE_INLINE) {
        rk_tale_say(t, "%.*s%s%s", (int)(at - sentence), sentence, rk_tale_math(t, math), at + 2);
        return;
    }
    rk_tale_say(t, "%.*s", (int)(at - sentence), sentence);
    size_t n = strcspn(at + 2, " ");
    rk_tale_display(t, 0, math, rk_arena_strndup(t->arena, at + 2, n));
    at += 2 + n;
    if (*at != '\0')
        rk_tale_say(t, "%s", at + strspn(at, " "));
}

void rk_tale_remark(rk_tale *t, const char *text) {
    if (!t->latex)
        put_wrapped(t, text, t->indent + 2 * TALE_DISPLAY);
}
