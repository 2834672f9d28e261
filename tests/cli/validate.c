/* validate SCHEMA FILE: is the JSON file valid by the schema? For the tests of the command. */
#include <stdio.h>

#include "../unit/json_schema.h"

static json_t *load(const char *path) {
    json_error_t error;
    json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!value)
        fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
    return value;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    json_t *schema = load(argv[1]), *value = load(argv[2]);
    char why[512] = "";
    bool ok = schema && value && json_schema_valid(schema, value, why, sizeof why);
    if (!ok)
        fprintf(stderr, "%s: %s\n", argv[2], why);
    json_decref(schema);
    json_decref(value);
    return ok ? 0 : 1;
}
