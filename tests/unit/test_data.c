/* Weight files: every entry type exactly, and damaged files as clean errors. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rk_io.h"
#include "base/rk_rng.h"
#include "data/rk_data.h"

static char folder[] = "/tmp/rankle-data.XXXXXX";
static char path[256];

/* Not by rk_write_file, and not over an older file: both wait for the disk each time. */
static void write_bytes(const char *name, const void *bytes, size_t len) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)remove(path);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void npy(rk_buf *out, int version, const char *header, const void *data, size_t len) {
    size_t n = strlen(header);
    rk_buf_write(out, "\x93NUMPY", 6);
    rk_buf_putc(out, (char)version);
    rk_buf_putc(out, 0);
    for (int i = 0; i < (version == 1 ? 2 : 4); i++)
        rk_buf_putc(out, (char)(n >> (8 * i) & 255));
    rk_buf_puts(out, header);
    rk_buf_write(out, data, len);
}

static void safetensors(rk_buf *out, const char *header, const void *data, size_t len) {
    size_t n = strlen(header);
    for (int i = 0; i < 8; i++)
        rk_buf_putc(out, (char)(n >> (8 * i) & 255));
    rk_buf_puts(out, header);
    rk_buf_write(out, data, len);
}

typedef struct loaded {
    rk_data_store *store;
    rk_diags *diags;
    rk_dyadic *m;
    bool ok;
    char error[64];
    rk_buf text;
} loaded;

static loaded load(const char *tensor) {
    loaded l = {.store = rk_data_store_new(), .diags = rk_diags_new()};
    rk_loader loader = rk_data_store_loader(l.store);
    size_t rows = 0, cols = 0;
    void *matrix = NULL;
    unsigned char sha[32];
    l.ok =
        loader.load(loader.self, path, tensor, (rk_span){0}, l.diags, &rows, &cols, &matrix, sha);
    l.m = matrix;
    assert_int_equal(l.ok, rk_diags_errors(l.diags) == 0);
    if (l.ok)
        assert_true(rows == l.m->rows && cols == l.m->cols);
    rk_buf_init(&l.text);
    rk_diags_print(l.diags, &l.text, false);
    snprintf(l.error, sizeof l.error, "%s", l.ok ? "" : rk_diag_name(l.diags, 0));
    return l;
}

static void unload(loaded *l) {
    rk_buf_clear(&l->text);
    rk_diags_free(l->diags);
    rk_data_store_free(l->store);
}

static void save(const char *name, rk_buf *b) {
    write_bytes(name, b->text, b->len);
    rk_buf_clear(b);
}

static void expect_entries(const char *tensor, size_t rows, size_t cols, const double *want) {
    loaded l = load(tensor);
    if (!l.ok)
        fail_msg("%s", l.text.text);
    assert_int_equal(l.m->rows, rows);
    assert_int_equal(l.m->cols, cols);
    for (size_t i = 0; i < rows * cols; i++)
        assert_true(l.m->entry[i] == want[i]);
    unload(&l);
}

static void expect_error(const char *tensor, const char *name, const char *says) {
    loaded l = load(tensor);
    assert_false(l.ok);
    assert_string_equal(l.error, name);
    if (!strstr(l.text.text, says))
        fail_msg("'%s' is not in: %s", says, l.text.text);
    unload(&l);
}

/* The bits of an entry of `bytes` bytes, in either byte order. */
static void put_bits(rk_buf *b, uint64_t bits, int bytes, bool big) {
    for (int i = 0; i < bytes; i++)
        rk_buf_putc(b, (char)(bits >> (8 * (big ? bytes - 1 - i : i)) & 255));
}

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, 8);
    return bits;
}

static uint64_t bits_of_single(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

static void npy_reads_every_type_in_both_byte_orders(void **state) {
    (void)state;
    static const struct {
        const char *type;
        int bytes;
        uint64_t bits[2];
        double want[2];
    } cases[] = {
        {"b1", 1, {1, 0}, {1, 0}},
        {"i1", 1, {0xff, 0x7f}, {-1, 127}},
        {"u1", 1, {0xff, 0x7f}, {255, 127}},
        {"i2", 2, {0x8000, 5}, {-32768, 5}},
        {"u2", 2, {0x8000, 5}, {32768, 5}},
        {"i4", 4, {0xfffffffe, 7}, {-2, 7}},
        {"u4", 4, {0xfffffffe, 7}, {4294967294.0, 7}},
        {"i8", 8, {UINT64_MAX - 2, UINT64_C(1) << 53}, {-3, 9007199254740992.0}},
        {"u8", 8, {12, UINT64_C(1) << 53}, {12, 9007199254740992.0}},
        {"f2", 2, {0x3c00, 0x8001}, {1, -0x1p-24}},
        {"f2", 2, {0x7bff, 0xc200}, {65504, -3}},
        {"f4", 4, {0x3dcccccd, 0x80000001}, {(double)0.1f, -0x1p-149}},
        {"f8", 8, {0x3fb999999999999a, 1}, {0.1, 0x1p-1074}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int big = 0; big < 2; big++) {
            rk_buf data, file;
            char header[128];
            rk_buf_init(&data);
            rk_buf_init(&file);
            put_bits(&data, cases[i].bits[0], cases[i].bytes, big);
            put_bits(&data, cases[i].bits[1], cases[i].bytes, big);
            snprintf(header, sizeof header,
                     "{'descr': '%c%s', 'fortran_order': False, 'shape': (2,), }   \n",
                     cases[i].bytes == 1 ? '|'
                     : big               ? '>'
                                         : '<',
                     cases[i].type);
            npy(&file, 1 + big, header, data.text, data.len);
            save("types.npy", &file);
            expect_entries(NULL, 2, 1, cases[i].want);
            rk_buf_clear(&data);
        }
    }
}

static void npy_reads_rows_and_columns_in_either_order(void **state) {
    (void)state;
    static const double want[] = {1, 2, 3, 4, 5, 6};
    static const int order[2][6] = {{1, 2, 3, 4, 5, 6}, {1, 4, 2, 5, 3, 6}};
    for (int fortran = 0; fortran < 2; fortran++) {
        rk_buf data, file;
        rk_buf_init(&data);
        rk_buf_init(&file);
        for (int i = 0; i < 6; i++)
            put_bits(&data, bits_of(order[fortran][i]), 8, false);
        npy(&file, 2,
            fortran ? "{'shape': (2, 3), 'fortran_order': True, 'descr': \"<f8\"}"
                    : "{'shape':(2,3),'fortran_order':False,'descr':'<f8'}",
            data.text, data.len);
        save("order.npy", &file);
        expect_entries(NULL, 2, 3, want);
        rk_buf_clear(&data);
    }
}

#define HEAD_F8 "{'descr': '<f8', 'fortran_order': False, 'shape': "

static void npy_refuses_what_it_cannot_read(void **state) {
    (void)state;
    static const struct {
        const char *header, *error, *says;
    } cases[] = {
        {HEAD_F8 "(2, 2, 2)}", "data-format", "cut off"},
        {HEAD_F8 "()}", "data-shape", "0 dimensions"},
        {HEAD_F8 "(1, 1, 1)}", "data-shape", "3 dimensions"},
        {HEAD_F8 "(1)}", "data-format", "'shape'"},
        {HEAD_F8 "(,)}", "data-format", "'shape'"},
        {HEAD_F8 "(99999999999999999999, 1)}", "data-format", "'shape'"},
        {HEAD_F8 "(4611686018427387904, 4)}", "data-format", "cut off"},
        {HEAD_F8 "(-1, 1)}", "data-format", "'shape'"},
        {HEAD_F8 "(1,), 'shape': (1,)}", "data-format", "twice"},
        {HEAD_F8 "(1,), 'more': 1}", "data-format", "unknown key 'more'"},
        {HEAD_F8 "(1,)} x", "data-format", "after the header"},
        {HEAD_F8 "(1,)", "data-format", "damaged"},
        {"{'descr': '<f8', 'shape': (1,)}", "data-format", "lacks"},
        {"{'descr': '<f8' 'shape': (1,)}", "data-format", "damaged"},
        {"{'descr': '<f8', 'fortran_order': 1, 'shape': (1,)}", "data-format", "fortran_order"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "data-type", "'<c8'"},
        {"{'descr': '<f1', 'fortran_order': False, 'shape': (8,)}", "data-type", "'<f1'"},
        {"{'descr': '|f8', 'fortran_order': False, 'shape': (1,)}", "data-type", "'|f8'"},
        {"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", "data-type",
         "records"},
        {"[]", "data-format", "no dictionary"},
        {"", "data-format", "no dictionary"},
        {HEAD_F8 "(0, 3)}", "data-format", "8 bytes after"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rk_buf file;
        rk_buf_init(&file);
        npy(&file, 1, cases[i].header, "\0\0\0\0\0\0\xf0\x3f", 8);
        save("bad.npy", &file);
        expect_error(NULL, cases[i].error, cases[i].says);
    }
}

static void npy_refuses_an_empty_matrix(void **state) {
    (void)state;
    rk_buf file;
    rk_buf_init(&file);
    npy(&file, 1, HEAD_F8 "(0, 3)}", "", 0);
    save("empty.npy", &file);
    expect_error(NULL, "data-shape", "empty");
}

static void a_value_that_is_no_real_number_is_named_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *type;
        int bytes;
        uint64_t bits;
        const char *says;
    } cases[] = {
        {"F64", 8, 0x7ff8000000000000, "NaN"},
        {"F64", 8, 0xfff0000000000000, "infinite"},
        {"F32", 4, 0x7f800000, "infinite"},
        {"F32", 4, 0xffc00000, "NaN"},
        {"F16", 2, 0x7c00, "infinite"},
        {"F16", 2, 0xfc01, "NaN"},
        {"BF16", 2, 0xff80, "infinite"},
        {"BF16", 2, 0x7fc0, "NaN"},
        {"I64", 8, (UINT64_C(1) << 53) + 1, "beyond 2^53"},
        {"I64", 8, UINT64_C(1) << 63, "beyond 2^53"},
        {"U64", 8, UINT64_MAX, "beyond 2^53"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rk_buf data, file;
        char header[128];
        rk_buf_init(&data);
        rk_buf_init(&file);
        for (int k = 0; k < 6; k++)
            put_bits(&data, k == 5 ? cases[i].bits : 0, cases[i].bytes, false);
        snprintf(header, sizeof header,
                 "{\"w\": {\"dtype\": \"%s\", \"shape\": [2, 3], \"data_offsets\": [0, %d]}}",
                 cases[i].type, 6 * cases[i].bytes);
        safetensors(&file, header, data.text, data.len);
        save("value.safetensors", &file);
        expect_error("w", "data-value", "'w' at [2, 3]");
        expect_error(NULL, "data-value", cases[i].says);
        rk_buf_clear(&data);
    }
}

static void safetensors_finds_the_tensor_by_name(void **state) {
    (void)state;
    rk_buf data, file;
    rk_buf_init(&data);
    rk_buf_init(&file);
    put_bits(&data, bits_of_single(1.5f), 4, false);
    put_bits(&data, bits_of_single(-2), 4, false);
    put_bits(&data, 0x3fc0, 2, false);
    put_bits(&data, 0xff, 1, false);
    safetensors(&file,
                "{\"__metadata__\": {\"format\": \"pt\"},"
                "\"b\": {\"dtype\": \"BF16\", \"shape\": [1, 1], \"data_offsets\": [8, 10]},"
                "\"a\": {\"dtype\": \"F32\", \"shape\": [1, 2], \"data_offsets\": [0, 8]},"
                "\"odd\": {\"dtype\": \"F8_E4M3\", \"shape\": [1], \"data_offsets\": [10, 11]}}  ",
                data.text, data.len);
    save("named.safetensors", &file);
    expect_entries("a", 1, 2, (const double[]){1.5, -2});
    expect_entries("b", 1, 1, (const double[]){1.5});
    expect_error("odd", "data-type", "'odd'");
    expect_error("c", "data-tensor", "no tensor 'c'");
    expect_error(NULL, "data-tensor", "3 tensors");
    rk_buf_clear(&data);
}

#define ENTRY(name, shape, offsets)                                                                \
    "\"" name "\": {\"dtype\": \"F64\", \"shape\": " shape ", \"data_offsets\": " offsets "}"

static void safetensors_refuses_headers_that_lie(void **state) {
    (void)state;
    static const struct {
        const char *header, *says;
    } cases[] = {
        {"{" ENTRY("a", "[2]", "[0, 8]") "," ENTRY("b", "[1]", "[8, 16]") "}", "'a': shape"},
        {"{" ENTRY("a", "[1]", "[0, 8]") "}", "8 bytes after"},
        {"{" ENTRY("a", "[1]", "[8, 16]") "}", "gap at byte 0"},
        {"{" ENTRY("a", "[2]", "[0, 16]") "," ENTRY("b", "[1]", "[8, 16]") "}", "overlap"},
        {"{" ENTRY("a", "[3]", "[0, 24]") "}", "outside"},
        {"{" ENTRY("a", "[1]", "[8, 0]") "}", "outside"},
        {"{" ENTRY("a", "[1]", "[-8, 0]") "}", "outside"},
        {"{" ENTRY("a", "[1]", "[0]") "}", "outside"},
        {"{" ENTRY("a", "[1]", "{}") "}", "outside"},
        {"{" ENTRY("a", "[-1]", "[0, 8]") "}", "dtype or shape"},
        {"{" ENTRY("a", "[1.5]", "[0, 8]") "}", "dtype or shape"},
        {"{" ENTRY("a", "2", "[0, 16]") "}", "dtype or shape"},
        {"{" ENTRY("a", "[4611686018427387904, 4]", "[0, 16]") "}", "shape and dtype"},
        {"{" ENTRY("a", "[1]", "[0, 8]") "," ENTRY("a", "[1]", "[8, 16]") "}", "no JSON object"},
        {"{\"a\": 1}", "dtype or shape"},
        {"{\"a\": {\"dtype\": 8, \"shape\": [2], \"data_offsets\": [0, 16]}}", "dtype or shape"},
        {"[]", "no JSON object"},
        {"{\"a\":", "no JSON object"},
        {"", "no JSON object"},
        {"{\"\\u0000\": {}}", "no JSON object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rk_buf file;
        rk_buf_init(&file);
        safetensors(&file, cases[i].header, "0123456789abcdef", 16);
        save("lies.safetensors", &file);
        expect_error("a", "data-format", cases[i].says);
    }
}

static void a_header_length_beyond_the_file_is_refused(void **state) {
    (void)state;
    write_bytes("short.safetensors", "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10);
    expect_error("a", "data-format", "cut off");
    write_bytes("short.safetensors", "\0\0\0", 3);
    expect_error("a", "data-format", "cut off");
    write_bytes("short.npy", "\x93NUMPY\x01\0\xff\xff{}", 12);
    expect_error(NULL, "data-format", "cut off");
}

static void missing_and_foreign_files_are_refused(void **state) {
    (void)state;
    snprintf(path, sizeof path, "%s/none.npy", folder);
    expect_error(NULL, "data-read", "none.npy: No such file");
    snprintf(path, sizeof path, "%s", folder);
    expect_error(NULL, "data-read", "directory");
    write_bytes("text.npy", "hello, world", 12);
    expect_error(NULL, "data-format", "not an npy file");
    expect_error("w", "data-tensor", "without a name");
    write_bytes("weights.bin", "hello", 5);
    expect_error(NULL, "data-format", "only .npy and .safetensors");
}

static void the_digest_is_that_of_the_file(void **state) {
    (void)state;
    rk_buf file;
    rk_buf_init(&file);
    npy(&file, 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", "abc", 3);
    save("digest.npy", &file);
    rk_data_store *store = rk_data_store_new();
    rk_loader loader = rk_data_store_loader(store);
    rk_diags *diags = rk_diags_new();
    size_t rows, cols;
    void *m;
    unsigned char sha[32];
    char hex[65], command[512], want[65] = "";
    assert_true(loader.load(loader.self, path, NULL, (rk_span){0}, diags, &rows, &cols, &m, sha));
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", sha[i]);
    snprintf(command, sizeof command, "sha256sum %s", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%64s", want), 1);
    pclose(pipe);
    assert_string_equal(hex, want);
    rk_diags_free(diags);
    rk_data_store_free(store);
}

/* Damages a good file at random places and cuts it at every length: it loads or it is refused,
   with one error, and never anything else (run under the sanitizers). */
static void damage(const char *name, const char *tensor, rk_buf *good) {
    const char *env = getenv("RK_TEST_SEED");
    uint64_t seed = env ? strtoull(env, NULL, 10) : 1;
    unsigned char digest[32] = {0};
    print_message("# %s: seed %llu\n", name, (unsigned long long)seed);
    for (size_t cut = 0; cut < good->len; cut++) {
        write_bytes(name, good->text, cut);
        loaded l = load(tensor);
        assert_false(l.ok);
        unload(&l);
    }
    int rounds = getenv("RK_TEST_LONG") ? 20000 : 400;
    for (int round = 0; round < rounds; round++) {
        rk_rng rng = rk_rng_trial(seed, digest, (uint64_t)round);
        char copy[512];
        memcpy(copy, good->text, good->len);
        for (uint64_t hits = 1 + rk_rng_below(&rng, 3); hits > 0; hits--)
            copy[rk_rng_below(&rng, good->len)] = (char)rk_rng_below(&rng, 256);
        write_bytes(name, copy, good->len);
        loaded l = load(tensor);
        assert_true(l.ok || rk_diags_errors(l.diags) == 1);
        if (l.ok)
            for (size_t i = 0; i < l.m->rows * l.m->cols; i++)
                assert_true(isfinite(l.m->entry[i]));
        unload(&l);
    }
    rk_buf_clear(good);
}

static void damaged_files_end_in_one_error(void **state) {
    (void)state;
    rk_buf file;
    rk_buf_init(&file);
    npy(&file, 1, "{'descr': '<f2', 'fortran_order': True, 'shape': (2, 3), }\n", "abcdefghijkl",
        12);
    damage("damaged.npy", NULL, &file);
    rk_buf_init(&file);
    safetensors(&file, "{" ENTRY("a", "[1]", "[0, 8]") "," ENTRY("b", "[1, 2]", "[8, 24]") "}",
                "0123456789abcdefghijklmn", 24);
    damage("damaged.safetensors", "b", &file);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[512];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(npy_reads_every_type_in_both_byte_orders),
        cmocka_unit_test(npy_reads_rows_and_columns_in_either_order),
        cmocka_unit_test(npy_refuses_what_it_cannot_read),
        cmocka_unit_test(npy_refuses_an_empty_matrix),
        cmocka_unit_test(a_value_that_is_no_real_number_is_named_with_its_place),
        cmocka_unit_test(safetensors_finds_the_tensor_by_name),
        cmocka_unit_test(safetensors_refuses_headers_that_lie),
        cmocka_unit_test(a_header_length_beyond_the_file_is_refused),
        cmocka_unit_test(missing_and_foreign_files_are_refused),
        cmocka_unit_test(the_digest_is_that_of_the_file),
        cmocka_unit_test(damaged_files_end_in_one_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
