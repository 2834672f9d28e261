#include <string.h>

#include <nettle/sha2.h>
#include <sys/stat.h>

#include "base/rk_io.h"
#include "base/rk_limits.h"
#include "base/rk_mem.h"
#include "rk_tensor.h"

/* The file read last is kept: a theorem often loads several tensors of one file. */
typedef struct store_file {
    char *path;
    char *text;
    size_t len;
    unsigned char sha[SHA256_DIGEST_SIZE];
} store_file;

struct rk_data_store {
    rk_dyadic **matrix;
    size_t n, cap;
    store_file file;
};

static void store_forget(store_file *f) {
    rk_free(f->path);
    rk_free(f->text);
    *f = (store_file){0};
}

static void store_digest(store_file *f) {
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    sha256_update(&ctx, f->len, (const uint8_t *)f->text);
    sha256_digest(&ctx, sizeof f->sha, f->sha);
}

static bool store_read(store_file *f, const rk_data_site *site) {
    if (f->path && strcmp(f->path, site->path) == 0)
        return true;
    store_forget(f);
    const char *why = NULL;
    struct stat st;
    if (stat(site->path, &st) == 0 && st.st_size > RK_LIMIT_DATA_BYTES)
        return rk_data_fail(site, "limit-data-bytes", "%lld bytes; the limit is %d",
                            (long long)st.st_size, RK_LIMIT_DATA_BYTES);
    if (rk_read_file(site->path, RK_LIMIT_DATA_BYTES, &f->text, &f->len, &why) != RK_OK) {
        f->text = NULL;
        return rk_data_fail(site, "data-read", "%s", why);
    }
    f->path = rk_strdup(site->path);
    store_digest(f);
    return true;
}

static bool store_ends(const char *s, const char *end) {
    size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

static bool store_decode(const store_file *f, const char *tensor, const rk_data_site *site,
                         rk_dyadic *out) {
    const unsigned char *bytes = (const unsigned char *)f->text;
    rk_tensor t;
    void *holder = NULL;
    bool ok;
    if (store_ends(f->path, ".safetensors"))
        ok = rk_safetensors_read(bytes, f->len, tensor, site, &t, &holder);
    else if (!store_ends(f->path, ".npy"))
        ok = rk_data_fail(site, "data-format", "only .npy and .safetensors files are read");
    else if (tensor)
        ok = rk_data_fail(site, "data-tensor", "an npy file holds one tensor without a name");
    else
        ok = rk_npy_read(bytes, f->len, site, &t);
    ok = ok && rk_tensor_decode(&t, site, out);
    rk_safetensors_release(holder);
    return ok;
}

static bool store_load(void *self, const char *path, const char *tensor, rk_span span,
                       rk_diags *diags, size_t *rows, size_t *cols, void **matrix,
                       unsigned char sha[32]) {
    rk_data_store *store = self;
    rk_data_site site = {path, span, diags};
    rk_dyadic decoded;
    if (!store_read(&store->file, &site) || !store_decode(&store->file, tensor, &site, &decoded))
        return false;
    rk_dyadic *kept = rk_malloc(sizeof *kept);
    *kept = decoded;
    rk_grow(&store->matrix, &store->cap, store->n + 1, sizeof *store->matrix);
    store->matrix[store->n++] = kept;
    *rows = kept->rows;
    *cols = kept->cols;
    *matrix = kept;
    memcpy(sha, store->file.sha, sizeof store->file.sha);
    return true;
}

rk_data_store *rk_data_store_new(void) {
    return rk_calloc(1, sizeof(rk_data_store));
}

void rk_data_store_free(rk_data_store *store) {
    if (!store)
        return;
    for (size_t i = 0; i < store->n; i++) {
        rk_free(store->matrix[i]->entry);
        rk_free(store->matrix[i]);
    }
    rk_free(store->matrix);
    store_forget(&store->file);
    rk_free(store);
}

rk_loader rk_data_store_loader(rk_data_store *store) {
    return (rk_loader){store_load, store};
}
