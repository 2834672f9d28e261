#include "rk_line.h"

#include <string.h>

static const char *const line_colours[] = {"\033[0m", "\033[32m", "\033[1;31m", "\033[33m",
                                           "\033[2m"};

int rk_text_columns(const char *s) {
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static void line_blanks(rk_line *line, int n) {
    for (int i = 0; i < n; i++)
        rk_buf_putc(line->out, ' ');
    if (n > 0)
        line->column += n;
}

static void line_text(rk_line *line, const char *text, size_t len) {
    rk_buf_write(line->out, text, len);
    for (size_t i = 0; i < len; i++)
        line->column += ((unsigned char)text[i] & 0xc0) != 0x80;
    line->fresh = false;
}

rk_line rk_line_start(rk_buf *out, const rk_text_style *style, int indent) {
    return (rk_line){.out = out, .width = style->width, .indent = indent, .fresh = true};
}

void rk_line_newline(rk_line *line) {
    rk_buf_putc(line->out, '\n');
    line->column = 0;
    line_blanks(line, line->indent);
    line->fresh = true;
}

static bool line_fits(const rk_line *line, int columns) {
    return line->width <= 0 || line->column + columns <= line->width;
}

static int line_word(const char *text, size_t *len) {
    *len = strcspn(text, " ");
    int columns = 0;
    for (size_t i = 0; i < *len; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

static void line_words(rk_line *line, const char *text) {
    while (*text) {
        size_t len;
        int columns = line_word(text, &len);
        if (!line->fresh && !line_fits(line, 1 + columns))
            rk_line_newline(line);
        else if (!line->fresh)
            line_blanks(line, 1);
        line_text(line, text, len);
        text += len + strspn(text + len, " ");
    }
}

void rk_line_field(rk_line *line, const char *text) {
    int columns = rk_text_columns(text);
    if (!line->fresh && !line_fits(line, 2 + columns))
        rk_line_newline(line);
    else if (!line->fresh)
        line_blanks(line, 2);
    if (line_fits(line, columns)) {
        line_text(line, text, strlen(text));
        return;
    }
    line->fresh = true; /* the two blanks stand already */
    line_words(line, text);
}

void rk_line_paint(rk_line *line, const rk_text_style *style, rk_colour colour) {
    if (style->colour)
        rk_buf_puts(line->out, line_colours[colour]);
}

void rk_line_padded(rk_line *line, const rk_text_style *style, rk_colour colour, const char *text,
                    int width) {
    if (colour != RK_COLOUR_NONE)
        rk_line_paint(line, style, colour);
    line_text(line, text, strlen(text));
    if (colour != RK_COLOUR_NONE)
        rk_line_paint(line, style, RK_COLOUR_NONE);
    line_blanks(line, width - rk_text_columns(text));
}

void rk_line_finish(rk_line *line, const rk_text_style *style, const char *text) {
    int columns = rk_text_columns(text);
    if (!line_fits(line, 3 + columns)) {
        rk_buf_putc(line->out, '\n');
        line->column = 0;
    }
    line_blanks(line, line->width > 0 ? line->width - columns - line->column : 3);
    rk_line_padded(line, style, RK_COLOUR_FAINT, text, 0);
    rk_buf_putc(line->out, '\n');
}

void rk_text_duration(rk_buf *out, double ms) {
    if (ms < 999.5)
        rk_buf_printf(out, "%.0f ms", ms);
    else
        rk_buf_printf(out, "%.2f s", ms / 1000);
}

static bool scope_whole(const rk_dim_scope *scope, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (scope[i].low > 1 || scope[i].high != -1)
            return false;
    return n > 0;
}

static void scope_range(rk_buf *out, const rk_dim_scope *s, bool utf8) {
    if (s->high == -1)
        rk_buf_printf(out, " %s %lld", utf8 ? "\u2265" : ">=", (long long)s->low);
    else if (s->low == s->high)
        rk_buf_printf(out, "=%lld", (long long)s->low);
    else
        rk_buf_printf(out, " in %lld..%lld", (long long)s->low, (long long)s->high);
}

static bool scope_same(const rk_dim_scope *a, const rk_dim_scope *b) {
    return a->low == b->low && a->high == b->high && a->low != a->high;
}

/* Dimensions of one range stand together: "n, d in 1..6". */
void rk_text_scope(rk_buf *out, const rk_dim_scope *scope, size_t n, bool utf8) {
    bool whole = scope_whole(scope, n);
    if (whole)
        rk_buf_puts(out, "all ");
    for (size_t i = 0; i < n; i++) {
        rk_buf_printf(out, "%s%s", i > 0 ? ", " : "", scope[i].name);
        if (!whole && (i + 1 == n || !scope_same(&scope[i], &scope[i + 1])))
            scope_range(out, &scope[i], utf8);
    }
}

void rk_text_point(rk_buf *out, const rk_dim_scope *dims, size_t n) {
    for (size_t i = 0; i < n; i++)
        rk_buf_printf(out, "%s%s=%lld", i > 0 ? " " : "", dims[i].name, (long long)dims[i].low);
}

void rk_text_matrix(rk_buf *out, const rk_named_value *v) {
    if (v->rows == 1 && v->cols == 1) {
        rk_buf_puts(out, v->entry[0]);
        return;
    }
    rk_buf_putc(out, '[');
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        if (i > 0)
            rk_buf_puts(out, i % v->cols == 0 ? "; " : ", ");
        rk_buf_puts(out, v->entry[i]);
    }
    rk_buf_putc(out, ']');
}
