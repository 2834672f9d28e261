/* Data files: npy and safetensors, entries as exact rational numbers. */
#include <string.h>

#include "vf_reader.h"

typedef struct entries { /* an array of numbers in a file */
    const unsigned char *bytes;
    size_t len;
    char kind; /* 'b'ool, 'i', 'u', 'f', or 'h' for the upper half of a 4 byte float */
    size_t width;
    bool big_endian, column_major;
    size_t ndims, dim[2];
} entries;

/* --- numbers ------------------------------------------------------------------------------ */

static uint64_t bits_at(const entries *e, size_t i) {
    uint64_t bits = 0;
    for (size_t k = 0; k < e->width; k++)
        bits = bits << 8 | e->bytes[i * e->width + (e->big_endian ? k : e->width - 1 - k)];
    return bits;
}

/* A long may have 32 bits. */
static void set_bits(mpq_t value, uint64_t bits) {
    mpz_import(mpq_numref(value), 1, 1, sizeof bits, 0, 0, &bits);
    mpz_set_ui(mpq_denref(value), 1);
}

/* sign * (1.fraction) * 2^(exponent - bias); without the 1 at the lowest exponent */
static void set_float(mpq_t value, uint64_t bits, size_t fraction_bits, size_t exponent_bits) {
    uint64_t fraction = bits & ((UINT64_C(1) << fraction_bits) - 1);
    long top = (1L << exponent_bits) - 1, bias = top >> 1;
    long exponent = (long)(bits >> fraction_bits & (uint64_t)top);
    ENSURE("an entry that is infinite or no number", exponent != top);
    if (exponent > 0)
        fraction |= UINT64_C(1) << fraction_bits;
    long shift = (exponent > 0 ? exponent : 1) - bias - (long)fraction_bits;
    set_bits(value, fraction);
    if (shift < 0)
        mpq_div_2exp(value, value, (mp_bitcnt_t)-shift);
    else
        mpq_mul_2exp(value, value, (mp_bitcnt_t)shift);
    if (bits >> (fraction_bits + exponent_bits) & 1)
        mpq_neg(value, value);
}

static void set_integer(mpq_t value, uint64_t bits, size_t width, bool is_signed) {
    bool negative = is_signed && bits >> (8 * width - 1) & 1;
    if (negative)
        bits = (width == 8 ? 0 : UINT64_C(1) << (8 * width)) - bits;
    ENSURE("an integer entry beyond 2^53", bits <= UINT64_C(1) << 53);
    set_bits(value, bits);
    if (negative)
        mpq_neg(value, value);
}

static void set_entry(mpq_t value, const entries *e, size_t i) {
    uint64_t bits = bits_at(e, i);
    mpq_init(value);
    if (e->kind == 'b')
        mpq_set_ui(value, bits != 0, 1);
    else if (e->kind == 'i' || e->kind == 'u')
        set_integer(value, bits, e->width, e->kind == 'i');
    else if (e->kind == 'h')
        set_float(value, bits, 7, 8);
    else if (e->width == 2)
        set_float(value, bits, 10, 5);
    else if (e->width == 4)
        set_float(value, bits, 23, 8);
    else
        set_float(value, bits, 52, 11);
}

/* --- matrices ----------------------------------------------------------------------------- */

/* One dimension is a column. */
static void set_matrix(vf_datum *d, const entries *e) {
    ENSURE("a tensor that is neither a column nor a matrix", e->ndims == 1 || e->ndims == 2);
    d->rows = e->dim[0];
    d->cols = e->ndims == 2 ? e->dim[1] : 1;
    ENSURE("an empty tensor", d->rows > 0 && d->cols > 0);
    if (d->rows > VF_MAX_DATA / d->cols)
        vf_limit("entries of a tensor");
    ENSURE("a tensor whose bytes do not fit its shape", e->len == d->rows * d->cols * e->width);
    d->entry = vf_alloc(d->rows * d->cols * sizeof *d->entry);
    for (size_t i = 0; i < d->rows; i++)
        for (size_t j = 0; j < d->cols; j++)
            set_entry(d->entry[i * d->cols + j], e,
                      e->column_major ? j * d->rows + i : i * d->cols + j);
}

/* --- text of headers ---------------------------------------------------------------------- */

typedef struct cursor {
    const char *at, *end;
} cursor;

static char next(cursor *c) {
    while (c->at < c->end && strchr(" \t\r\n", *c->at) != NULL && *c->at != '\0')
        c->at++;
    return c->at < c->end ? *c->at : '\0';
}

static bool take(cursor *c, char sign) {
    bool is = next(c) == sign && c->at < c->end;
    c->at += is;
    return is;
}

static void want(cursor *c, char sign) {
    ENSURE("a damaged header of a data file", take(c, sign));
}

/* A string in quotes without escapes. */
static const char *want_quoted(cursor *c) {
    char quote = next(c);
    ENSURE("a damaged header of a data file", quote == '"' || quote == '\'');
    const char *begin = ++c->at;
    while (c->at < c->end && *c->at != quote)
        ENSURE("an escape in a string of a data file", *c->at++ != '\\');
    want(c, quote);
    return vf_strndup(begin, (size_t)(c->at - 1 - begin));
}

static bool take_word(cursor *c, const char *word) {
    next(c);
    size_t n = strlen(word);
    bool is = (size_t)(c->end - c->at) >= n && memcmp(c->at, word, n) == 0;
    c->at += is ? n : 0;
    return is;
}

static size_t want_size(cursor *c) {
    size_t value = 0;
    char first = next(c);
    ENSURE("a number was expected in the header of a data file", first >= '0' && first <= '9');
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        ENSURE("a size in a data file that is too large", value < (SIZE_MAX - 9) / 10);
        value = 10 * value + (size_t)(*c->at - '0');
    }
    return value;
}

/* Sizes up to `close`, with commas between and perhaps one behind; at least `least` count. */
static size_t want_sizes(cursor *c, char close, size_t size[2]) {
    size_t n = 0;
    while (!take(c, close)) {
        size_t value = want_size(c);
        if (n < 2)
            size[n] = value;
        n++;
        if (!take(c, ',')) {
            want(c, close);
            break;
        }
    }
    return n;
}

static uint64_t little_endian(const char *bytes, size_t n) {
    uint64_t value = 0;
    for (size_t i = n; i-- > 0;)
        value = value << 8 | (unsigned char)bytes[i];
    return value;
}

/* --- npy ---------------------------------------------------------------------------------- */

/* "<f8": byte order, kind, width */
static void set_npy_kind(entries *e, const char *descr) {
    ENSURE("entries of a kind that is not read", strlen(descr) == 3 &&
                                                     strchr("<>|", descr[0]) != NULL &&
                                                     strchr("biuf", descr[1]) != NULL);
    const char *widths = descr[1] == 'b' ? "1" : descr[1] == 'f' ? "248" : "1248";
    ENSURE("entries of a kind that is not read",
           strchr(widths, descr[2]) != NULL && (descr[0] != '|' || descr[2] == '1'));
    e->kind = descr[1];
    e->width = (size_t)(descr[2] - '0');
    e->big_endian = descr[0] == '>';
}

/* A Python dictionary with the keys descr, fortran_order and shape. */
static void read_npy_header(entries *e, cursor c) {
    unsigned seen = 0;
    want(&c, '{');
    while (!take(&c, '}')) {
        const char *key = want_quoted(&c);
        unsigned bit = strcmp(key, "descr") == 0           ? 1
                       : strcmp(key, "fortran_order") == 0 ? 2
                       : strcmp(key, "shape") == 0         ? 4
                                                           : 0;
        ENSURE("an unknown key, or one twice, in an npy file", bit != 0 && (seen & bit) == 0);
        seen |= bit;
        want(&c, ':');
        if (bit == 1) {
            set_npy_kind(e, want_quoted(&c));
        } else if (bit == 2) {
            e->column_major = take_word(&c, "True");
            ENSURE("True or False was expected", e->column_major || take_word(&c, "False"));
        } else {
            want(&c, '(');
            e->ndims = want_sizes(&c, ')', e->dim);
        }
        if (!take(&c, ',')) {
            want(&c, '}');
            break;
        }
    }
    ENSURE("an npy file without descr, fortran_order or shape, or with more",
           seen == 7 && next(&c) == '\0' && c.at == c.end);
}

/* Magic, version, length of the header, header, entries. */
static void read_npy(entries *e, vf_bytes f) {
    ENSURE("no npy file", f.len >= 12 && memcmp(f.text, "\x93NUMPY", 6) == 0 && f.text[7] == 0);
    ENSURE("a version of npy that is not read", f.text[6] >= 1 && f.text[6] <= 3);
    size_t width = f.text[6] == 1 ? 2 : 4, start = 8 + width;
    size_t header = (size_t)little_endian(f.text + 8, width);
    ENSURE("an npy file that is cut off", header <= f.len - start);
    read_npy_header(e, (cursor){f.text + start, f.text + start + header});
    e->bytes = (const unsigned char *)f.text + start + header;
    e->len = f.len - start - header;
}

/* --- safetensors -------------------------------------------------------------------------- */

static void set_safetensors_kind(entries *e, const char *dtype) {
    static const struct {
        const char *name;
        char kind;
        size_t width;
    } kinds[] = {{"BOOL", 'b', 1}, {"U8", 'u', 1},  {"I8", 'i', 1},   {"U16", 'u', 2},
                 {"I16", 'i', 2},  {"U32", 'u', 4}, {"I32", 'i', 4},  {"U64", 'u', 8},
                 {"I64", 'i', 8},  {"F16", 'f', 2}, {"BF16", 'h', 2}, {"F32", 'f', 4},
                 {"F64", 'f', 8}};
    e->kind = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, dtype) == 0) {
            e->kind = kinds[i].kind;
            e->width = kinds[i].width;
        }
}

/* {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, in any order */
static void read_tensor(cursor *c, entries *e, size_t offset[2]) {
    unsigned seen = 0;
    want(c, '{');
    do {
        const char *key = want_quoted(c);
        want(c, ':');
        if (strcmp(key, "dtype") == 0) {
            seen += 1;
            set_safetensors_kind(e, want_quoted(c));
        } else if (strcmp(key, "shape") == 0) {
            seen += 8;
            want(c, '[');
            e->ndims = want_sizes(c, ']', e->dim);
        } else {
            ENSURE("an unknown key in a safetensors file", strcmp(key, "data_offsets") == 0);
            seen += 64;
            want(c, '[');
            ENSURE("two offsets were expected", want_sizes(c, ']', offset) == 2);
        }
    } while (take(c, ','));
    want(c, '}');
    ENSURE("a tensor without dtype, shape or data_offsets, or with one twice", seen == 73);
}

/* {"format": "pt", ...}: strings that mean nothing here */
static void skip_metadata(cursor *c) {
    want(c, '{');
    while (!take(c, '}')) {
        want_quoted(c);
        want(c, ':');
        want_quoted(c);
        if (!take(c, ',')) {
            want(c, '}');
            break;
        }
    }
}

/* The tensors of the header; the one that is wanted is kept. name NULL: there is only one. */
static void read_safetensors_header(cursor c, const char *name, vf_bytes data, entries *wanted) {
    size_t found = 0;
    want(&c, '{');
    do {
        const char *key = want_quoted(&c);
        want(&c, ':');
        if (strcmp(key, "__metadata__") == 0) {
            skip_metadata(&c);
            continue;
        }
        entries e = {0};
        size_t offset[2];
        read_tensor(&c, &e, offset);
        ENSURE("a tensor outside its file", offset[0] <= offset[1] && offset[1] <= data.len);
        e.bytes = (const unsigned char *)data.text + offset[0];
        e.len = offset[1] - offset[0];
        if (name != NULL && strcmp(name, key) != 0)
            continue;
        *wanted = e;
        found++;
    } while (take(&c, ','));
    want(&c, '}');
    ENSURE("text behind the header of a safetensors file", next(&c) == '\0' && c.at == c.end);
    ENSURE("a safetensors file in which the tensor is not found just once", found == 1);
    ENSURE("entries of a kind that is not read", wanted->kind != '\0');
}

/* Eight bytes with the length of the header, the header in JSON, the tensors. */
static void read_safetensors(entries *e, vf_bytes f, const char *name) {
    ENSURE("no safetensors file", f.len >= 8);
    uint64_t header = little_endian(f.text, 8);
    ENSURE("a safetensors file that is cut off", header <= f.len - 8);
    const char *behind = f.text + 8 + header;
    read_safetensors_header((cursor){f.text + 8, behind}, name,
                            (vf_bytes){behind, f.len - 8 - (size_t)header}, e);
}

/* --- the file ----------------------------------------------------------------------------- */

static bool ends(const char *path, const char *end) {
    size_t n = strlen(path), k = strlen(end);
    return n >= k && strcmp(path + n - k, end) == 0;
}

void vf_read_matrix(vf_datum *d, unsigned char digest[32]) {
    vf_bytes f = vf_read_file(d->path);
    entries e = {0};
    vf_sha256(f.text, f.len, digest);
    if (ends(d->path, ".safetensors")) {
        read_safetensors(&e, f, d->tensor);
    } else {
        ENSURE("only .npy and .safetensors files are read", ends(d->path, ".npy"));
        ENSURE("an npy file holds one tensor without a name", d->tensor == NULL);
        read_npy(&e, f);
    }
    set_matrix(d, &e);
}
