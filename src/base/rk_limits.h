/* The limits on the text, in one table: name, value, what it bounds. Reaching one is an error
   with the name `limit-<name>`. Limits on the work (time, instances, precision) are options. */
#ifndef RK_LIMITS_H
#define RK_LIMITS_H

#define RK_LIMITS(X)                                                                               \
    X(FILE_BYTES, "file-bytes", 8388608, "bytes in a claim file")                                  \
    X(FILES, "files", 256, "files read through imports")                                           \
    X(NESTING, "nesting", 200, "levels of nested expressions")                                     \
    X(HEIGHT, "height", 1000, "operators above one another, as in a long sum")                     \
    X(DIGITS, "digits", 10000, "digits of a number, its exponent written out")                     \
    X(NAME_BYTES, "name-bytes", 128, "bytes in a name")                                            \
    X(MATRIX_ENTRIES, "matrix-entries", 1048576, "blocks in a written matrix")                     \
    X(EXPANSION, "expansion", 1000000, "terms after definitions are expanded")                     \
    X(EXPANSION_DEPTH, "expansion-depth", 2000, "operators above one another after expansion")     \
    X(SIZE_TERMS, "size-terms", 1024, "terms of a size when it is multiplied out")                 \
    X(ERRORS, "errors", 100, "errors reported for a file")                                         \
    X(DATA_BYTES, "data-bytes", 1073741824, "bytes in a weight file")                              \
    X(DATA_HEADER, "data-header", 100000000, "bytes in the header of a safetensors file")          \
    X(DATA_ENTRIES, "data-entries", 16777216, "entries of a loaded tensor")

enum {
#define RK_LIMIT_ENUM(id, name, value, what) RK_LIMIT_##id = (value),
    RK_LIMITS(RK_LIMIT_ENUM)
#undef RK_LIMIT_ENUM
};

#endif
