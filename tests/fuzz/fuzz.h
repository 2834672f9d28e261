/* What the harnesses share. A harness is one LLVMFuzzerTestOneInput; it is linked with libFuzzer by
   tests/fuzz/run.sh, and with replay.c, which runs it on the files of its corpus, by make check. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A file of this name in a folder of this process, which goes when the process ends; it gets these
   bytes. Its path, which lives until the process ends. */
const char *fuzz_file(const char *name, const void *bytes, size_t len);

/* An input that holds a claim file, a line `%%`, and a certificate. Where the certificate begins
   with `proved` or `refuted`, the harness puts that into a frame. */
typedef struct fuzz_pair {
    const char *claims, *certificate;
    size_t claims_len, certificate_len;
    bool proved, refuted;
} fuzz_pair;

bool fuzz_split(fuzz_pair *p, const uint8_t *bytes, size_t len);
/* The certificate as a text, in a frame if it needs one; it lives until the next call. */
const char *fuzz_framed(const fuzz_pair *p, const char *digest, const char *theorem, size_t *len);

/* What a harness is there to find. */
_Noreturn void fuzz_found(const char *what);

/* Runs `work` in the checker (src/verify) with its state as at the start of a process; what it
   took is given back. 0 when it returned, else the status that the checker would have ended with.
 */
int fuzz_checker(void work(void *self), void *self);

#endif
