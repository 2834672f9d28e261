/* The safetensors format: eight bytes of header length (little endian), a JSON object from tensor
   names to dtype, shape and data_offsets, then the tensors, which must fill the rest of the file
   without gap or overlap. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/rk_limits.h"
#include "base/rk_mem.h"
#include "rk_tensor.h"

static const struct {
    const char *name;
    rk_dtype dtype;
} safetensors_dtypes[] = {
    {"BOOL", {RK_DTYPE_BOOL, 1, false}},   {"U8", {RK_DTYPE_UNSIGNED, 1, false}},
    {"I8", {RK_DTYPE_SIGNED, 1, false}},   {"U16", {RK_DTYPE_UNSIGNED, 2, false}},
    {"I16", {RK_DTYPE_SIGNED, 2, false}},  {"U32", {RK_DTYPE_UNSIGNED, 4, false}},
    {"I32", {RK_DTYPE_SIGNED, 4, false}},  {"U64", {RK_DTYPE_UNSIGNED, 8, false}},
    {"I64", {RK_DTYPE_SIGNED, 8, false}},  {"F16", {RK_DTYPE_FLOAT, 2, false}},
    {"BF16", {RK_DTYPE_BFLOAT, 2, false}}, {"F32", {RK_DTYPE_FLOAT, 4, false}},
    {"F64", {RK_DTYPE_FLOAT, 8, false}},
};

typedef struct safetensors_range {
    size_t begin, end; /* from the start of the data */
} safetensors_range;

static bool safetensors_dtype(const char *name, rk_dtype *out) {
    for (size_t i = 0; i < sizeof safetensors_dtypes / sizeof safetensors_dtypes[0]; i++) {
        if (strcmp(name, safetensors_dtypes[i].name) == 0) {
            *out = safetensors_dtypes[i].dtype;
            return true;
        }
    }
    return false;
}

static bool safetensors_size(const json_t *value, size_t *out) {
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (size_t)json_integer_value(value);
    return true;
}

static bool safetensors_shape(const json_t *shape, rk_tensor *out) {
    if (!json_is_array(shape) || json_array_size(shape) > RK_TENSOR_RANK_MAX)
        return false;
    out->ndims = json_array_size(shape);
    for (size_t i = 0; i < out->ndims; i++)
        if (!safetensors_size(json_array_get(shape, i), &out->dim[i]))
            return false;
    return true;
}

static bool safetensors_offsets(const json_t *offsets, size_t len, safetensors_range *out) {
    return json_array_size(offsets) == 2 &&
           safetensors_size(json_array_get(offsets, 0), &out->begin) &&
           safetensors_size(json_array_get(offsets, 1), &out->end) && out->begin <= out->end &&
           out->end <= len;
}

/* One entry of the header. An element type that is not read is no damage: *readable says. */
static bool safetensors_entry(const char *name, const json_t *entry, size_t len,
                              const rk_data_site *site, rk_tensor *out, safetensors_range *range,
                              bool *readable) {
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    size_t bytes;
    *out = (rk_tensor){.name = name};
    if (!dtype || !safetensors_shape(json_object_get(entry, "shape"), out))
        return rk_data_fail(site, "data-format", "tensor '%s': dtype or shape is damaged", name);
    if (!safetensors_offsets(json_object_get(entry, "data_offsets"), len, range))
        return rk_data_fail(site, "data-format", "tensor '%s' lies outside the file", name);
    *readable = safetensors_dtype(dtype, &out->dtype);
    out->len = range->end - range->begin;
    if (*readable && (!rk_tensor_bytes(out, &bytes) || bytes != out->len))
        return rk_data_fail(site, "data-format",
                            "tensor '%s': shape and dtype do not give its %zu bytes", name,
                            out->len);
    return true;
}

static int safetensors_by_begin(const void *a, const void *b) {
    const safetensors_range *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static bool safetensors_tiled(safetensors_range *range, size_t n, size_t len,
                              const rk_data_site *site) {
    size_t at = 0;
    qsort(range, n, sizeof *range, safetensors_by_begin);
    for (size_t i = 0; i < n; i++) {
        if (range[i].begin != at)
            return rk_data_fail(site, "data-format", "tensors overlap or leave a gap at byte %zu",
                                at);
        at = range[i].end;
    }
    return at == len ||
           rk_data_fail(site, "data-format", "%zu bytes after the last tensor", len - at);
}

typedef struct safetensors_wanted {
    const char *name; /* NULL: the only one */
    size_t tensors;   /* seen so far */
    bool found, readable;
    rk_tensor tensor;
    size_t begin;
} safetensors_wanted;

static bool safetensors_walk(json_t *header, size_t len, const rk_data_site *site,
                             safetensors_range *ranges, safetensors_wanted *wanted) {
    const char *name;
    json_t *entry;
    json_object_foreach(header, name, entry) {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        rk_tensor tensor;
        bool readable;
        safetensors_range *range = &ranges[wanted->tensors];
        if (!safetensors_entry(name, entry, len, site, &tensor, range, &readable))
            return false;
        wanted->tensors++;
        if (wanted->name && strcmp(name, wanted->name) != 0)
            continue;
        wanted->found = true;
        wanted->readable = readable;
        wanted->tensor = tensor;
        wanted->begin = range->begin;
    }
    return safetensors_tiled(ranges, wanted->tensors, len, site);
}

static bool safetensors_choose(const safetensors_wanted *wanted, const rk_data_site *site) {
    if (!wanted->name && wanted->tensors != 1)
        return rk_data_fail(site, "data-tensor",
                            "the file holds %zu tensors; name one: load(\"FILE\", \"NAME\")",
                            wanted->tensors);
    if (!wanted->found)
        return rk_data_fail(site, "data-tensor", "there is no tensor '%s'", wanted->name);
    return wanted->readable ||
           rk_data_fail(site, "data-type", "tensor '%s' has an element type that is not read",
                        wanted->tensor.name);
}

static json_t *safetensors_header(const unsigned char *file, size_t len, const rk_data_site *site,
                                  size_t *end) {
    uint64_t size = 0;
    if (len >= 8)
        for (size_t i = 8; i-- > 0;)
            size = size << 8 | file[i];
    if (len < 8 || size > len - 8) {
        rk_data_fail(site, "data-format", "cut off in the header, or no safetensors file");
        return NULL;
    }
    if (size > RK_LIMIT_DATA_HEADER) {
        rk_data_fail(site, "limit-data-header", "a header of %zu bytes; the limit is %d",
                     (size_t)size, RK_LIMIT_DATA_HEADER);
        return NULL;
    }
    *end = 8 + (size_t)size;
    json_error_t error;
    json_t *header =
        json_loadb((const char *)file + 8, (size_t)size, JSON_REJECT_DUPLICATES, &error);
    if (!header || !json_is_object(header)) {
        rk_data_fail(site, "data-format", "the header is no JSON object%s%s", header ? "" : ": ",
                     header ? "" : error.text);
        json_decref(header);
        return NULL;
    }
    return header;
}

bool rk_safetensors_read(const unsigned char *file, size_t len, const char *name,
                         const rk_data_site *site, rk_tensor *out, void **holder) {
    size_t end = 0;
    json_t *header = safetensors_header(file, len, site, &end);
    *holder = header;
    if (!header)
        return false;
    safetensors_range *ranges = rk_calloc(json_object_size(header) + 1, sizeof *ranges);
    safetensors_wanted wanted = {.name = name};
    bool ok = safetensors_walk(header, len - end, site, ranges, &wanted) &&
              safetensors_choose(&wanted, site);
    rk_free(ranges);
    if (!ok)
        return false;
    *out = wanted.tensor;
    out->data = file + end + wanted.begin;
    return true;
}

void rk_safetensors_release(void *holder) {
    json_decref(holder);
}
