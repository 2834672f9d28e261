/* The checker on a claim and a certificate of it. A frame that is made here has the right digest,
   and is of the last theorem. No text may be accepted as proved and as refuted; with
   RK_FUZZ_ACCEPTED, a folder, what was accepted is put there, one file NAME.thm for each claim, to
   be checked by the engine (tests/fuzz/accepted.sh). */
#include "fuzz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/verify/vf_cert.h"

typedef struct input {
    fuzz_pair pair;
    const char *path, *certificate; /* of files */
    char theorem[256], digest[65];
} input;

/* --- the digest --------------------------------------------------------------------------- */

static void find_digest(void *self) {
    input *in = self;
    const char *const *name;
    size_t n = vf_theorem_names(in->path, &name);
    ENSURE("no theorem", n > 0);
    vf_theorem *t = vf_read_theorem(in->path, NULL, name[n - 1]);
    snprintf(in->theorem, sizeof in->theorem, "%s", t->name);
    vf_put_hex(t->digest, in->digest);
}

/* --- what was accepted -------------------------------------------------------------------- */

static uint64_t hash_of(const fuzz_pair *p) {
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < p->claims_len; i++)
        h = (h ^ (unsigned char)p->claims[i]) * UINT64_C(1099511628211);
    return h;
}

static void put_away(const fuzz_pair *p, uint64_t hash, bool proved) {
    const char *folder = getenv("RK_FUZZ_ACCEPTED");
    char path[4096];
    if (folder == NULL)
        return;
    snprintf(path, sizeof path, "%s/%016llx.%s.thm", folder, (unsigned long long)hash,
             proved ? "proved" : "refuted");
    FILE *f = fopen(path, "w");
    if (f == NULL)
        fuzz_found("what was accepted could not be put away");
    fwrite(p->claims, 1, p->claims_len, f);
    fclose(f);
    memcpy(strrchr(path, '.'), ".txt", 4);
    f = fopen(path, "w");
    if (f == NULL)
        fuzz_found("what was accepted could not be put away");
    fwrite(p->certificate, 1, p->certificate_len, f);
    fclose(f);
}

static void remember(const fuzz_pair *p, bool proved) {
    enum { ROOM = 1 << 16 };
    static uint64_t seen[ROOM];
    static unsigned char verdicts[ROOM];
    uint64_t hash = hash_of(p);
    size_t at = hash % ROOM;
    if (seen[at] != hash)
        verdicts[at] = 0;
    seen[at] = hash;
    if (verdicts[at] == 0)
        put_away(p, hash, proved);
    verdicts[at] |= (unsigned char)(proved ? 1 : 2);
    if (verdicts[at] == 3)
        fuzz_found("one claim was accepted as proved and as refuted");
}

/* --- the harness -------------------------------------------------------------------------- */

static void check(void *self) {
    static const char *const library[] = {NULL};
    const input *in = self;
    vf_check_certificate(in->path, library, in->certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    input in = {.theorem = ""};
    const fuzz_pair *p = &in.pair;
    if (!fuzz_split(&in.pair, bytes, len))
        return -1;
    in.path = fuzz_file("claims.thm", p->claims, p->claims_len);
    if ((p->proved || p->refuted) && fuzz_checker(find_digest, &in) != 0)
        return 0;
    const char *text = fuzz_framed(p, in.digest, in.theorem, &len);
    in.certificate = fuzz_file("certificate", text, len);
    if (fuzz_checker(check, &in) == 0 && (p->proved || p->refuted))
        remember(p, p->proved);
    return 0;
}
