#include "rk_digest.h"

#include <stdint.h>
#include <string.h>
#include "base/rk_mem.h"
#include "rk_print.h"

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
    sha256_init(&d->statement);
    d->ndefs = 0;
}

void rk_digest_data(rk_digest *d, const unsigned char sha[32]) {
    sha256_update(&d->sha, 32, sha);
    sha256_update(&d->statement, 32, sha);
}

void rk_digest_def(rk_digest *d, const rk_def *def) {
    for (size_t i = 0; i < d->ndefs; i++)
        if (d->def[i] == def)
            return;
    rk_grow(&d->def, &d->capacity, d->ndefs + 1, sizeof *d->def);
    d->def[d->ndefs++] = def;
}

static void put_statement(rk_digest *d, const rk_theorem *theorem) {
    rk_buf text;
    rk_buf_init(&text);
    rk_print_statement(&text, theorem);
    put_text(&d->statement, text.text, text.len);
    for (size_t i = 0; i < d->ndefs; i++) {
        rk_buf_reset(&text);
        rk_print_def(&text, d->def[i]);
        put_text(&d->statement, text.text, text.len);
    }
    rk_buf_clear(&text);
}

void rk_digest_finish(rk_digest *d, const rk_theorem *theorem, unsigned char digest[32],
                      unsigned char statement[32]) {
    put_text(&d->sha, theorem->name, strlen(theorem->name));
    sha256_digest(&d->sha, 32, digest);
    put_statement(d, theorem);
    sha256_digest(&d->statement, 32, statement);
}

void rk_digest_clear(rk_digest *d) {
    rk_free(d->def);
}
