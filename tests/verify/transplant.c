/* transplant VERIFY RANKLE CLAIMS CERTIFICATE N MUTANT: the claim changes, the certificate stays.
   One token of the theorem is changed, until N changed ones can be read or 50 N were tried; the
   certificate gets the digest of what came out, and the checker is asked. What it accepts is
   settled again by the engine, from nothing. Prints "READ REFUSED RIGHT OPEN WRONG", where
     READ  changed theorems can be read,
     RIGHT ones are accepted, and the engine comes to the same verdict,
     OPEN  ones are accepted, and the engine does not settle them; these are shown,
     WRONG ones are accepted, and the engine comes to the contrary; these are shown.
   The changed claims are written to MUTANT, which stands where imports are found, and goes in the
   end. RK_TEST_SEED: the draws. */
#include "base/rk_io.h"
#include "cert/rk_coq.h"
#include "lang/rk_check_text.h"
#include "mutants.h"

typedef struct transplant {
    const char *verify, *rankle, *path;
    rk_buf certificate; /* path of the changed one */
    rk_buf results;     /* path of what the engine says */
    tokens claims;
    const char *text;  /* the certificate, */
    rk_cert_text read; /* read */
    rk_arena *arena;
} transplant;

static const rk_checked *theorem_named(const rk_module *module, const char *name) {
    for (size_t i = 0; module != NULL && i < module->ntheorems; i++)
        if (strcmp(module->theorems[i].theorem->name, name) == 0)
            return &module->theorems[i];
    return NULL;
}

/* The certificate with the digest of the changed theorem; false where that cannot be read. */
static bool write_certificate(const transplant *t) {
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(t->path, NULL, diags);
    rk_module *module = unit == NULL ? NULL : rk_module_check(unit, NULL, diags);
    const rk_checked *checked = theorem_named(module, t->read.theorem);
    const char *digest = strstr(t->text, "\ndigest ") + strlen("\ndigest "), *why;
    if (checked != NULL) {
        rk_buf out;
        rk_buf_init(&out);
        rk_buf_write(&out, t->text, (size_t)(digest - t->text));
        for (size_t i = 0; i < 32; i++)
            rk_buf_printf(&out, "%02x", checked->digest[i]);
        rk_buf_puts(&out, digest + 64);
        if (rk_write_file(t->certificate.text, out.text, out.len, &why) != RK_OK)
            exit(99);
        rk_buf_clear(&out);
    }
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
    return checked != NULL;
}

typedef enum outcome { REFUSED, RIGHT, OPEN, WRONG, UNREAD, OUTCOMES } outcome;

/* The verdict of the engine, whatever the theorem expects. */
static outcome settle(const transplant *t) {
    char *said;
    size_t len;
    const char *why;
    ends_with((const char *const[]){t->rankle, "check", t->path, "--only", t->read.theorem,
                                    "--time-limit", "10", "--json", t->results.text, NULL});
    if (rk_read_file(t->results.text, 1 << 24, &said, &len, &why) != RK_OK)
        return OPEN;
    bool proved = strstr(said, "\"verdict\": \"proved\"") != NULL,
         refuted = strstr(said, "\"verdict\": \"refuted\"") != NULL;
    rk_free(said);
    if (proved == refuted)
        return OPEN;
    return proved == t->read.proved ? RIGHT : WRONG;
}

static outcome look(const transplant *t, const rk_buf *mutant) {
    const char *why;
    if (rk_write_file(t->path, mutant->text, mutant->len, &why) != RK_OK)
        exit(99);
    if (!write_certificate(t))
        return UNREAD;
    const char *const check[] = {t->verify, t->path, t->certificate.text, NULL};
    return ends_with(check) == 0 ? settle(t) : REFUSED;
}

static void show(const rk_buf *mutant, token of, const char *what) {
    printf("# %s: %.*s\n", what, (int)strcspn(mutant->text + of.begin, "\n"),
           mutant->text + of.begin);
}

static void run(const transplant *t, unsigned long n, rk_rng *rng) {
    unsigned long count[OUTCOMES] = {0}, read = 0;
    rk_buf mutant;
    rk_buf_init(&mutant);
    for (unsigned long k = 0; k < 50 * n && read < n; k++) {
        size_t at = mutate(&t->claims, rng, &mutant);
        if (mutant.len == t->claims.len && memcmp(mutant.text, t->claims.text, mutant.len) == 0)
            continue;
        outcome o = look(t, &mutant);
        count[o]++;
        read += o != UNREAD;
        if (o == OPEN || o == WRONG)
            show(&mutant, line_of(mutant.text, at), o == OPEN ? "open" : "wrong");
    }
    printf("%lu", read);
    for (int o = 0; o < UNREAD; o++)
        printf(" %lu", count[o]);
    printf("\n");
    rk_buf_clear(&mutant);
    unlink(t->path);
    unlink(t->certificate.text);
    unlink(t->results.text);
}

/* The tokens of the theorem, behind its name. */
static rk_rng mark(transplant *t, const char *claims) {
    const char *seed = getenv("RK_TEST_SEED");
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(claims, NULL, diags);
    rk_module *module = unit == NULL ? NULL : rk_module_check(unit, NULL, diags);
    const rk_checked *checked = theorem_named(module, t->read.theorem);
    if (checked == NULL)
        exit(99);
    split(&t->claims, checked->theorem->name_span.end, checked->theorem->span.end);
    rk_rng rng = rk_rng_trial(seed == NULL ? 1 : strtoull(seed, NULL, 10), checked->digest, 0);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
    return rng;
}

int main(int argc, char **argv) {
    if (argc != 7)
        return 99;
    const char *why;
    char *claims, *certificate;
    size_t len;
    transplant t = {.verify = argv[1], .rankle = argv[2], .path = argv[6], .arena = rk_arena_new()};
    if (rk_read_file(argv[3], 1 << 24, &claims, &t.claims.len, &why) != RK_OK ||
        rk_read_file(argv[4], 1 << 24, &certificate, &len, &why) != RK_OK ||
        !rk_cert_parse(certificate, len, t.arena, &t.read, &why))
        return 99;
    t.claims.text = claims;
    t.text = certificate;
    rk_buf_init(&t.certificate);
    rk_buf_printf(&t.certificate, "%s.cert", t.path);
    rk_buf_init(&t.results);
    rk_buf_printf(&t.results, "%s.json", t.path);
    rk_rng rng = mark(&t, argv[3]);
    run(&t, strtoul(argv[5], NULL, 10), &rng);
    rk_buf_clear(&t.certificate);
    rk_buf_clear(&t.results);
    rk_free(t.claims.token);
    rk_free(claims);
    rk_free(certificate);
    rk_arena_free(t.arena);
    return 0;
}
