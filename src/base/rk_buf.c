#include "rk_buf.h"
#include "rk_guard.h"
#include "rk_mem.h"

#include <stdio.h>
#include <string.h>

void rk_buf_init(rk_buf *b) {
    b->text = NULL;
    b->len = b->cap = 0;
    rk_grow(&b->text, &b->cap, 1, 1);
    b->text[0] = '\0';
}

void rk_buf_clear(rk_buf *b) {
    rk_free(b->text);
    b->text = NULL;
    b->len = b->cap = 0;
}

void rk_buf_reset(rk_buf *b) {
    rk_buf_cut(b, 0);
}

void rk_buf_cut(rk_buf *b, size_t len) {
    b->len = len;
    b->text[len] = '\0';
}

void rk_buf_write(rk_buf *b, const char *s, size_t n) {
    rk_grow(&b->text, &b->cap, b->len + n + 1, 1);
    if (n > 0)
        memcpy(b->text + b->len, s, n);
    b->len += n;
    b->text[b->len] = '\0';
}

void rk_buf_putc(rk_buf *b, char c) {
    rk_buf_write(b, &c, 1);
}

void rk_buf_puts(rk_buf *b, const char *s) {
    rk_buf_write(b, s, strlen(s));
}

void rk_buf_vprintf(rk_buf *b, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0)
        rk_guard_raise("formatting failed");
    rk_grow(&b->text, &b->cap, b->len + (size_t)n + 1, 1);
    vsnprintf(b->text + b->len, (size_t)n + 1, format, again);
    va_end(again);
    b->len += (size_t)n;
}

void rk_buf_printf(rk_buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    rk_buf_vprintf(b, format, args);
    va_end(args);
}

char *rk_buf_take(rk_buf *b) {
    char *text = b->text;
    *b = (rk_buf){.text = NULL};
    return text;
}
