/* The npy format, versions 1 to 3: magic, version, header length, a Python dictionary with the
   keys descr, fortran_order and shape, then the raw array. Source: numpy.lib.format. */
#include <string.h>

#include "rk_tensor.h"

typedef struct npy_cursor {
    const char *at, *end;
} npy_cursor;

static void npy_blanks(npy_cursor *c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t'))
        c->at++;
}

static bool npy_take(npy_cursor *c, const char *word) {
    npy_blanks(c);
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* A quoted string without escapes, cut to the size of text. */
static bool npy_string(npy_cursor *c, char *text, size_t size) {
    npy_blanks(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    const char *close = memchr(c->at + 1, *c->at, (size_t)(c->end - c->at - 1));
    if (!close || (size_t)(close - c->at) > size)
        return false;
    size_t n = (size_t)(close - c->at) - 1;
    memcpy(text, c->at + 1, n);
    text[n] = '\0';
    c->at = close + 1;
    return true;
}

static bool npy_size(npy_cursor *c, size_t *value) {
    npy_blanks(c);
    const char *start = c->at;
    *value = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (*value > (SIZE_MAX - 9) / 10)
            return false;
        *value = *value * 10 + (size_t)(*c->at - '0');
    }
    return c->at > start;
}

static bool npy_shape(npy_cursor *c, rk_tensor *out) {
    if (!npy_take(c, "("))
        return false;
    out->ndims = 0;
    while (!npy_take(c, ")")) {
        if (out->ndims == RK_TENSOR_RANK_MAX || !npy_size(c, &out->dim[out->ndims++]))
            return false;
        if (!npy_take(c, ",")) /* a tuple of one needs its comma, the last of several does not */
            return out->ndims > 1 && npy_take(c, ")");
    }
    return true;
}

/* "<f8": byte order, kind, bytes. */
static bool npy_dtype(const char *descr, rk_dtype *out) {
    static const struct {
        char kind;
        const char *sizes;
        rk_dtype_kind meaning;
    } kinds[] = {{'b', "1", RK_DTYPE_BOOL},
                 {'i', "1248", RK_DTYPE_SIGNED},
                 {'u', "1248", RK_DTYPE_UNSIGNED},
                 {'f', "248", RK_DTYPE_FLOAT}};
    if (strlen(descr) != 3 || !strchr("<>|", descr[0]))
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (descr[1] != kinds[i].kind || !strchr(kinds[i].sizes, descr[2]))
            continue;
        *out = (rk_dtype){kinds[i].meaning, (size_t)(descr[2] - '0'), descr[0] == '>'};
        return descr[0] != '|' || out->bytes == 1;
    }
    return false;
}

static bool npy_descr(npy_cursor *c, const rk_data_site *site, rk_tensor *out) {
    char descr[32];
    if (!npy_string(c, descr, sizeof descr))
        return rk_data_fail(site, "data-type", "the entries are records, not numbers");
    return npy_dtype(descr, &out->dtype) ||
           rk_data_fail(site, "data-type", "entries of type '%s' are not read", descr);
}

static bool npy_order(npy_cursor *c, rk_tensor *out) {
    out->column_major = npy_take(c, "True");
    return out->column_major || npy_take(c, "False");
}

static bool npy_value(npy_cursor *c, const char *key, const rk_data_site *site, rk_tensor *out,
                      unsigned *seen) {
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    for (unsigned k = 0; k < 3; k++) {
        if (strcmp(key, keys[k]) != 0)
            continue;
        if (*seen & 1u << k)
            return rk_data_fail(site, "data-format", "the header says '%s' twice", key);
        *seen |= 1u << k;
        if (k == 0)
            return npy_descr(c, site, out);
        return (k == 1 ? npy_order(c, out) : npy_shape(c, out)) ||
               rk_data_fail(site, "data-format", "the header's '%s' is damaged", key);
    }
    return rk_data_fail(site, "data-format", "the header has the unknown key '%s'", key);
}

static bool npy_header(npy_cursor c, const rk_data_site *site, rk_tensor *out) {
    unsigned seen = 0;
    bool more = npy_take(&c, "{");
    if (!more)
        return rk_data_fail(site, "data-format", "the header is no dictionary");
    while (!npy_take(&c, "}")) {
        char key[32];
        if (!more || !npy_string(&c, key, sizeof key) || !npy_take(&c, ":"))
            return rk_data_fail(site, "data-format", "the header is damaged");
        if (!npy_value(&c, key, site, out, &seen))
            return false;
        more = npy_take(&c, ",");
    }
    npy_blanks(&c);
    if (c.at != c.end)
        return rk_data_fail(site, "data-format", "text after the header's dictionary");
    return seen == 7 || rk_data_fail(site, "data-format",
                                     "the header lacks one of descr, fortran_order and shape");
}

static bool npy_extent(const unsigned char *file, size_t len, const rk_data_site *site,
                       size_t *start, size_t *end) {
    if (len < 10 || memcmp(file, "\x93NUMPY", 6) != 0)
        return rk_data_fail(site, "data-format", "not an npy file");
    if (file[6] < 1 || file[6] > 3 || file[7] != 0)
        return rk_data_fail(site, "data-format", "npy version %d.%d is not read", file[6], file[7]);
    size_t width = file[6] == 1 ? 2 : 4;
    *start = 8 + width;
    if (len < *start)
        return rk_data_fail(site, "data-format", "cut off in the header");
    size_t size = 0;
    for (size_t i = width; i-- > 0;)
        size = size << 8 | file[8 + i];
    if (size > len - *start)
        return rk_data_fail(site, "data-format", "cut off in the header");
    *end = *start + size;
    return true;
}

bool rk_npy_read(const unsigned char *file, size_t len, const rk_data_site *site, rk_tensor *out) {
    size_t start = 0, end = 0, bytes = 0;
    *out = (rk_tensor){0};
    if (!npy_extent(file, len, site, &start, &end))
        return false;
    const char *text = (const char *)file;
    if (!npy_header((npy_cursor){text + start, text + end}, site, out))
        return false;
    if (!rk_tensor_bytes(out, &bytes) || bytes > len - end)
        return rk_data_fail(site, "data-format",
                            "cut off: the header promises more entries than the file holds");
    if (bytes < len - end)
        return rk_data_fail(site, "data-format", "%zu bytes after the last entry",
                            len - end - bytes);
    out->data = file + end;
    out->len = bytes;
    return true;
}
