#include "rk_tensor.h"

#include <math.h>
#include <string.h>

#include "base/rk_limits.h"
#include "base/rk_mem.h"

bool rk_data_fail(const rk_data_site *site, const char *name, const char *format, ...) {
    rk_buf text;
    rk_buf_init(&text);
    va_list args;
    va_start(args, format);
    rk_buf_vprintf(&text, format, args);
    va_end(args);
    rk_diag_add(site->diags, RK_ERROR, name, site->span, "%s: %s", site->path, text.text);
    rk_buf_clear(&text);
    return false;
}

bool rk_tensor_bytes(const rk_tensor *t, size_t *bytes) {
    size_t product = t->dtype.bytes;
    for (size_t i = 0; i < t->ndims; i++) {
        if (t->dim[i] != 0 && product > SIZE_MAX / t->dim[i])
            return false;
        product *= t->dim[i];
    }
    *bytes = product;
    return true;
}

static uint64_t tensor_bits(const unsigned char *p, const rk_dtype *type) {
    uint64_t bits = 0;
    for (size_t i = 0; i < type->bytes; i++)
        bits = bits << 8 | p[type->big_endian ? i : type->bytes - 1 - i];
    return bits;
}

static double tensor_half(uint64_t bits) {
    int exponent = (int)(bits >> 10 & 31);
    double mantissa = (double)(bits & 1023);
    double value = exponent == 31  ? (mantissa > 0 ? NAN : INFINITY)
                   : exponent == 0 ? ldexp(mantissa, -24)
                                   : ldexp(mantissa + 1024, exponent - 25);
    return bits >> 15 & 1 ? -value : value;
}

static double tensor_single(uint64_t bits) {
    uint32_t word = (uint32_t)bits;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static double tensor_float(uint64_t bits, const rk_dtype *type) {
    if (type->kind == RK_DTYPE_BFLOAT)
        return tensor_single(bits << 16);
    if (type->bytes == 2)
        return tensor_half(bits);
    if (type->bytes == 4)
        return tensor_single(bits);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* False when the integer does not fit the 53 bits of a double. */
static bool tensor_integer(uint64_t bits, const rk_dtype *type, double *value) {
    const uint64_t largest = UINT64_C(1) << 53;
    unsigned width = (unsigned)(8 * type->bytes);
    bool negative = type->kind == RK_DTYPE_SIGNED && bits >> (width - 1);
    if (negative)
        bits = (width == 64 ? 0 : UINT64_C(1) << width) - bits;
    *value = negative ? -(double)bits : (double)bits;
    return bits <= largest;
}

/* "tensor 'w', row 2, column 3": indices from 1, as in the language. */
static bool tensor_refuse(const rk_tensor *t, const rk_data_site *site, size_t i, size_t j,
                          const char *what) {
    rk_buf place;
    rk_buf_init(&place);
    if (t->name)
        rk_buf_printf(&place, "tensor '%s' at ", t->name);
    if (t->ndims == 2)
        rk_buf_printf(&place, "[%zu, %zu]", i + 1, j + 1);
    else
        rk_buf_printf(&place, "[%zu]", i + 1);
    rk_data_fail(site, "data-value", "%s %s", place.text, what);
    rk_buf_clear(&place);
    return false;
}

static bool tensor_entry(const rk_tensor *t, const rk_data_site *site, size_t i, size_t j,
                         size_t offset, double *value) {
    uint64_t bits = tensor_bits(t->data + offset * t->dtype.bytes, &t->dtype);
    switch (t->dtype.kind) {
    case RK_DTYPE_BOOL:
        *value = bits != 0;
        return true;
    case RK_DTYPE_SIGNED:
    case RK_DTYPE_UNSIGNED:
        return tensor_integer(bits, &t->dtype, value) ||
               tensor_refuse(t, site, i, j, "is an integer beyond 2^53");
    case RK_DTYPE_FLOAT:
    case RK_DTYPE_BFLOAT:
        break;
    }
    *value = tensor_float(bits, &t->dtype);
    if (isnan(*value))
        return tensor_refuse(t, site, i, j, "is not a number (NaN)");
    return isfinite(*value) || tensor_refuse(t, site, i, j, "is infinite");
}

static bool tensor_shape(const rk_tensor *t, const rk_data_site *site, size_t *rows, size_t *cols) {
    if (t->ndims != 1 && t->ndims != 2)
        return rk_data_fail(site, "data-shape",
                            "a tensor with %zu dimensions; one (a column) or two are read",
                            t->ndims);
    *rows = t->dim[0];
    *cols = t->ndims == 2 ? t->dim[1] : 1;
    if (*rows == 0 || *cols == 0)
        return rk_data_fail(site, "data-shape", "an empty tensor: %zu by %zu", *rows, *cols);
    if (*rows > RK_LIMIT_DATA_ENTRIES / *cols)
        return rk_data_fail(site, "limit-data-entries", "%zu by %zu entries; the limit is %d",
                            *rows, *cols, RK_LIMIT_DATA_ENTRIES);
    return true;
}

bool rk_tensor_decode(const rk_tensor *t, const rk_data_site *site, rk_dyadic *out) {
    size_t rows = 0, cols = 0;
    if (!tensor_shape(t, site, &rows, &cols))
        return false;
    double *entry = rk_malloc(rows * cols * sizeof *entry);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++) {
            size_t offset = t->column_major ? j * rows + i : i * cols + j;
            if (!tensor_entry(t, site, i, j, offset, &entry[i * cols + j])) {
                rk_free(entry);
                return false;
            }
        }
    }
    *out = (rk_dyadic){rows, cols, entry};
    return true;
}
