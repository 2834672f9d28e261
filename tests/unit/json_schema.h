/* A validator for the part of JSON Schema (2020-12) that our schemas use: type, const, enum,
   required, properties, additionalProperties, items, minItems, minimum and $ref into #/$defs.
   A keyword it does not know is an error, so that no rule of a schema goes unchecked. */
#ifndef JSON_SCHEMA_H
#define JSON_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* On failure `why` (of the given size) names the place and the rule. */
bool json_schema_valid(const json_t *schema, const json_t *value, char *why, size_t size);

#endif
