#include "rk_digest.h"

#include <stdint.h>
#include <string.h>

static void put_number(struct sha256_ctx *sha, uint64_t n) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(n >> (8 * i));
    sha256_update(sha, sizeof bytes, bytes);
}

static void put_text(struct sha256_ctx *sha, const char *text, size_t len) {
    put_number(sha, len);
    sha256_update(sha, len, (const uint8_t *)text);
}

void rk_digest_files(rk_digest *d, const rk_unit *unit) {
    sha256_init(&d->files);
    put_number(&d->files, unit->nfiles);
    for (size_t i = 0; i < unit->nfiles; i++)
        put_text(&d->files, unit->files[i]->source.text, unit->files[i]->source.len);
}

void rk_digest_start(rk_digest *d) {
    d->sha = d->files;
}

void rk_digest_data(rk_digest *d, const unsigned char sha[32]) {
    sha256_update(&d->sha, 32, sha);
}

void rk_digest_finish(rk_digest *d, const char *name, unsigned char digest[32]) {
    put_text(&d->sha, name, strlen(name));
    sha256_digest(&d->sha, 32, digest);
}
