/* A growing text buffer, always ended by a NUL. The owner frees it with rk_buf_clear. */
#ifndef RK_BUF_H
#define RK_BUF_H

#include <stdarg.h>
#include <stddef.h>

typedef struct rk_buf {
    char *text; /* never NULL after rk_buf_init */
    size_t len, cap;
} rk_buf;

void rk_buf_init(rk_buf *b);
void rk_buf_clear(rk_buf *b);
void rk_buf_reset(rk_buf *b);
void rk_buf_cut(rk_buf *b, size_t len); /* what stands behind the first len bytes */
void rk_buf_putc(rk_buf *b, char c);
void rk_buf_puts(rk_buf *b, const char *s);
void rk_buf_write(rk_buf *b, const char *s, size_t n);
void rk_buf_printf(rk_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void rk_buf_vprintf(rk_buf *b, const char *format, va_list args);
char *rk_buf_take(rk_buf *b); /* the text, to be freed with rk_free; b is cleared */

#endif
