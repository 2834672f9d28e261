/* JSON values under construction. Every function takes over the values given to it and raises
   (rk_guard.h) when memory runs out, so that none of them returns NULL. */
#ifndef RK_JSON_H
#define RK_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "base/rk_buf.h"

json_t *rk_json_need(json_t *value); /* raises for NULL */
void rk_json_put(json_t *object, const char *key, json_t *value);
void rk_json_add(json_t *array, json_t *value);
/* null for NULL. A text that is no UTF-8 (a file's name) has U+FFFD for its odd bytes. */
json_t *rk_json_text(const char *s);
json_t *rk_json_count(uint64_t n);
/* The whole as text, ended by a newline; root is freed. */
void rk_json_dump(rk_buf *out, json_t *root);

#endif
