#include "rk_json.h"

#include <stdbool.h>
#include <string.h>

#include "base/rk_guard.h"
#include "base/rk_utf8.h"

static const char no_memory[] = "out of memory while writing JSON";

json_t *rk_json_need(json_t *value) {
    if (!value)
        rk_guard_raise(no_memory);
    return value;
}

void rk_json_put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, rk_json_need(value)) != 0)
        rk_guard_raise(no_memory);
}

void rk_json_add(json_t *array, json_t *value) {
    if (json_array_append_new(array, rk_json_need(value)) != 0)
        rk_guard_raise(no_memory);
}

static bool is_utf8(const char *s) {
    unsigned long code;
    for (size_t left = strlen(s), n; left > 0; s += n, left -= n)
        if ((n = rk_utf8_decode(s, left, &code)) == 0)
            return false;
    return true;
}

static json_t *text_replaced(const char *s) {
    rk_buf clean;
    rk_buf_init(&clean);
    for (; *s; s++) {
        if ((unsigned char)*s < 0x80)
            rk_buf_putc(&clean, *s);
        else
            rk_buf_puts(&clean, "\xef\xbf\xbd");
    }
    json_t *value = json_string(clean.text);
    rk_buf_clear(&clean);
    return value;
}

json_t *rk_json_text(const char *s) {
    if (!s)
        return json_null();
    return rk_json_need(is_utf8(s) ? json_string(s) : text_replaced(s));
}

json_t *rk_json_count(uint64_t n) {
    return rk_json_need(json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n));
}

static int put_piece(const char *text, size_t len, void *out) {
    rk_buf_write(out, text, len);
    return 0;
}

/* Piece by piece: json_dumps leaves out the pieces for which it finds no memory. */
void rk_json_dump(rk_buf *out, json_t *root) {
    int status = json_dump_callback(root, put_piece, out, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    json_decref(root);
    if (status != 0)
        rk_guard_raise(no_memory);
    rk_buf_putc(out, '\n');
}
