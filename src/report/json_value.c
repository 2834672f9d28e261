#include "rk_json.h"

#include <stdlib.h>

#include "base/rk_guard.h"

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
    json_t *value = json_string(s);
    return rk_json_need(value ? value : text_replaced(s));
}

json_t *rk_json_count(uint64_t n) {
    return rk_json_need(json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n));
}

void rk_json_dump(rk_buf *out, json_t *root) {
    char *dump = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    json_decref(root);
    if (!dump)
        rk_guard_raise(no_memory);
    rk_buf_puts(out, dump);
    rk_buf_putc(out, '\n');
    free(dump);
}
