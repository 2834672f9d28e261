/* Data files, .npy and .safetensors, in the engine and in the checker. What both read must be the
   same matrix. An input: a byte (even: npy), then the file. */
#include "fuzz.h"

#include <gmp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/rk_guard.h"
#include "base/rk_mem.h"
#include "data/rk_tensor.h"
#include "src/verify/vf_reader.h"

typedef struct input {
    const uint8_t *bytes;
    size_t len;
    bool npy;
    const char *path;
    bool engine;
    rk_dyadic read; /* by the engine */
} input;

static rk_status read_in_engine(void *self) {
    input *in = self;
    rk_tensor t;
    void *holder = NULL;
    rk_diags *diags = rk_diags_new();
    rk_data_site site = {in->path, {0}, diags};
    in->engine = in->npy ? rk_npy_read(in->bytes, in->len, &site, &t)
                         : rk_safetensors_read(in->bytes, in->len, NULL, &site, &t, &holder);
    in->engine = in->engine && rk_tensor_decode(&t, &site, &in->read);
    rk_safetensors_release(holder);
    if (!in->engine && rk_diags_errors(diags) == 0)
        fuzz_found("nothing is said why");
    rk_diags_free(diags);
    return RK_OK;
}

static void read_in_checker(void *self) {
    const input *in = self;
    unsigned char digest[32];
    vf_datum d = {.path = in->path};
    vf_read_matrix(&d, digest);
    if (!in->engine)
        return;
    if (d.rows != in->read.rows || d.cols != in->read.cols)
        fuzz_found("two shapes");
    mpq_t value;
    mpq_init(value);
    for (size_t i = 0; i < d.rows * d.cols; i++) {
        mpq_set_d(value, in->read.entry[i]);
        if (!mpq_equal(value, d.entry[i]))
            fuzz_found("two values");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    if (len == 0)
        return -1;
    input in = {.bytes = bytes + 1, .len = len - 1, .npy = bytes[0] % 2 == 0};
    in.path = fuzz_file(in.npy ? "data.npy" : "data.safetensors", in.bytes, in.len);
    rk_guard_run(read_in_engine, &in, NULL);
    fuzz_checker(read_in_checker, &in);
    if (in.engine)
        rk_free(in.read.entry);
    return 0;
}
