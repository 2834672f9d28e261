#include "json_schema.h"

#include <stdio.h>
#include <string.h>

typedef struct validation {
    const json_t *root;
    char path[512], *why;
    size_t size;
} validation;

static bool valid(validation *v, const json_t *schema, const json_t *value);

static bool refuse(validation *v, const char *rule, const char *what) {
    snprintf(v->why, v->size, "%s: %s %s", *v->path ? v->path : "/", rule, what);
    return false;
}

/* Validates a part of the value, with its name on the path. */
static bool valid_part(validation *v, const json_t *schema, const json_t *part, const char *name) {
    size_t len = strlen(v->path);
    snprintf(v->path + len, sizeof v->path - len, "/%s", name);
    bool ok = valid(v, schema, part);
    if (ok)
        v->path[len] = '\0';
    return ok;
}

static bool has_type(const json_t *value, const char *type) {
    return (strcmp(type, "object") == 0 && json_is_object(value)) ||
           (strcmp(type, "array") == 0 && json_is_array(value)) ||
           (strcmp(type, "string") == 0 && json_is_string(value)) ||
           (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
           (strcmp(type, "number") == 0 && json_is_number(value)) ||
           (strcmp(type, "boolean") == 0 && json_is_boolean(value)) ||
           (strcmp(type, "null") == 0 && json_is_null(value));
}

static bool rule_type(validation *v, const json_t *rule, const json_t *value) {
    if (json_is_string(rule) && has_type(value, json_string_value(rule)))
        return true;
    for (size_t i = 0; i < json_array_size(rule); i++)
        if (has_type(value, json_string_value(json_array_get(rule, i))))
            return true;
    return refuse(v, "type", "does not fit");
}

static bool rule_enum(validation *v, const json_t *rule, const json_t *value) {
    for (size_t i = 0; i < json_array_size(rule); i++)
        if (json_equal(json_array_get(rule, i), value))
            return true;
    return refuse(v, "enum", "does not list the value");
}

static bool rule_required(validation *v, const json_t *rule, const json_t *value) {
    for (size_t i = 0; json_is_object(value) && i < json_array_size(rule); i++) {
        const char *name = json_string_value(json_array_get(rule, i));
        if (!json_object_get(value, name))
            return refuse(v, "required", name);
    }
    return true;
}

static bool rule_properties(validation *v, const json_t *schema, const json_t *value) {
    const json_t *known = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    for (void *it = json_object_iter((json_t *)value); it;
         it = json_object_iter_next((json_t *)value, it)) {
        const char *name = json_object_iter_key(it);
        const json_t *rule = json_object_get(known, name);
        if (!rule)
            rule = others;
        if (json_is_false(rule))
            return refuse(v, "additionalProperties forbids", name);
        if (json_is_object(rule) && !valid_part(v, rule, json_object_iter_value(it), name))
            return false;
    }
    return true;
}

static bool rule_items(validation *v, const json_t *rule, const json_t *value) {
    for (size_t i = 0; i < json_array_size(value); i++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        if (!valid_part(v, rule, json_array_get(value, i), name))
            return false;
    }
    return true;
}

static bool rule_ref(validation *v, const json_t *rule, const json_t *value) {
    const char *name = json_string_value(rule);
    const char *prefix = "#/$defs/";
    if (!name || strncmp(name, prefix, strlen(prefix)) != 0)
        return refuse(v, "$ref", "is not into #/$defs");
    const json_t *target =
        json_object_get(json_object_get(v->root, "$defs"), name + strlen(prefix));
    return target ? valid(v, target, value) : refuse(v, "$ref", name);
}

static bool rule_holds(validation *v, const json_t *schema, const char *key, const json_t *rule,
                       const json_t *value) {
    static const char *const notes[] = {"$schema", "title", "description", "$defs"};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (strcmp(key, notes[i]) == 0)
            return true;
    if (strcmp(key, "type") == 0)
        return rule_type(v, rule, value);
    if (strcmp(key, "const") == 0)
        return json_equal(rule, value) || refuse(v, "const", "differs");
    if (strcmp(key, "enum") == 0)
        return rule_enum(v, rule, value);
    if (strcmp(key, "required") == 0)
        return rule_required(v, rule, value);
    if (strcmp(key, "properties") == 0 || strcmp(key, "additionalProperties") == 0)
        return rule_properties(v, schema, value);
    if (strcmp(key, "items") == 0)
        return rule_items(v, rule, value);
    if (strcmp(key, "minItems") == 0)
        return !json_is_array(value) ||
               json_array_size(value) >= (size_t)json_integer_value(rule) ||
               refuse(v, "minItems", "is not reached");
    if (strcmp(key, "minimum") == 0)
        return !json_is_number(value) || json_number_value(value) >= json_number_value(rule) ||
               refuse(v, "minimum", "is not reached");
    if (strcmp(key, "$ref") == 0)
        return rule_ref(v, rule, value);
    return refuse(v, "unknown keyword", key);
}

static bool valid(validation *v, const json_t *schema, const json_t *value) {
    for (void *it = json_object_iter((json_t *)schema); it;
         it = json_object_iter_next((json_t *)schema, it))
        if (!rule_holds(v, schema, json_object_iter_key(it), json_object_iter_value(it), value))
            return false;
    return true;
}

bool json_schema_valid(const json_t *schema, const json_t *value, char *why, size_t size) {
    validation v = {.root = schema, .why = why, .size = size};
    return valid(&v, schema, value);
}
