/* damage VERIFY CLAIMS CERTIFICATE N SCRATCH: N copies of a certificate, each with one token
   changed, are given to the checker. Prints "MUTANTS REFUSED UNUSED STEP POINT WRONG", where
     UNUSED copies are accepted, and also without the record that was changed,
     STEP   copies are accepted, and the record says another true thing that serves as well, or the
            same thing otherwise; these are listed in SCRATCH/steps, before and after,
     POINT  copies are accepted and are another right counterexample, as the engine finds by itself,
     WRONG  copies are accepted and must not be: another verdict, theorem or digest, or a point at
            which the engine does not find the claim violated (or true, for an example).
   Each WRONG one is kept in SCRATCH. RK_TEST_SEED: the draws. */
#include "base/rk_io.h"
#include "cert/rk_cert_point.h"
#include "lang/rk_check_text.h"
#include "mutants.h"

typedef struct damage {
    const char *verify, *claims, *scratch;
    tokens of;
    const rk_checked *checked;
    rk_rng rng;
} damage;

/* --- what became of it ---------------------------------------------------------------------- */

static bool is_accepted(const damage *d, const char *path) {
    return ends_with((const char *const[]){d->verify, d->claims, path, NULL}) == 0;
}

/* Does the engine find what the points of the certificate say? */
static bool points_hold(const damage *d, const rk_cert_text *c) {
    for (size_t next = 0; next < c->nrecords;) {
        rk_cert_point p;
        const char *why;
        rk_instance x;
        if (!rk_cert_point_read(d->checked, c, &next, &p, &why))
            return false;
        rk_decide(p.program, &p.value, &(rk_decide_options){0}, &x);
        bool good = p.fails > 0 ? x.claim[p.fails - 1] == RK_INSTANCE_VIOLATED
                                : x.overall == RK_INSTANCE_HOLDS;
        rk_instance_clear(&x);
        rk_cert_point_clear(&p);
        if (!good)
            return false;
    }
    return true;
}

static bool has_points_alone(const rk_cert_text *c) {
    for (size_t i = 0; i < c->nrecords; i++)
        if (strncmp(c->record[i], "at", 2) != 0 && strncmp(c->record[i], "set ", 4) != 0 &&
            strncmp(c->record[i], "fails ", 6) != 0)
            return false;
    return c->nrecords > 0;
}

static size_t frame_end(const char *text) {
    const char *verdict = strstr(text, "\nverdict ");
    return verdict == NULL ? 0 : (size_t)(strchr(verdict + 1, '\n') - text);
}

/* Is the certificate accepted without the record at byte `at`, which lies behind the frame? */
static bool is_unused(const damage *d, const rk_cert_text *was, size_t at, const char *path) {
    token line = line_of(d->of.text, at);
    const char *last = strstr(d->of.text, "\nend "), *why;
    size_t end = (size_t)(last - d->of.text) + 1;
    if (line.begin >= end)
        return false;
    rk_buf less;
    rk_buf_init(&less);
    rk_buf_write(&less, d->of.text, line.begin);
    rk_buf_write(&less, d->of.text + line.end + 1, end - line.end - 1);
    rk_buf_printf(&less, "end %zu\n", was->nrecords - 1);
    bool yes = rk_write_file(path, less.text, less.len, &why) == RK_OK && is_accepted(d, path);
    rk_buf_clear(&less);
    return yes;
}

static void list_step(const damage *d, const rk_buf *mutant, size_t at) {
    token was = line_of(d->of.text, at), now = line_of(mutant->text, was.begin);
    rk_buf path;
    rk_buf_init(&path);
    rk_buf_printf(&path, "%s/steps", d->scratch);
    FILE *steps = fopen(path.text, "a");
    if (steps == NULL)
        exit(99);
    fprintf(steps, "%.*s  =>  %.*s\n", (int)(was.end - was.begin), d->of.text + was.begin,
            (int)(now.end - now.begin), mutant->text + now.begin);
    fclose(steps);
    rk_buf_clear(&path);
}

typedef enum outcome { REFUSED, UNUSED, STEP, POINT, WRONG, OUTCOMES } outcome;

static outcome look(const damage *d, const rk_buf *mutant, size_t at, const char *path,
                    rk_arena *arena) {
    const char *why;
    rk_cert_text was, now;
    if (rk_write_file(path, mutant->text, mutant->len, &why) != RK_OK)
        exit(99);
    if (!is_accepted(d, path))
        return REFUSED;
    if (!rk_cert_parse(d->of.text, d->of.len, arena, &was, &why) ||
        !rk_cert_parse(mutant->text, mutant->len, arena, &now, &why))
        return WRONG;
    if (was.proved != now.proved || strcmp(was.digest, now.digest) != 0 ||
        strcmp(was.theorem, now.theorem) != 0)
        return WRONG;
    if (has_points_alone(&now))
        return points_hold(d, &now) ? POINT : WRONG;
    if (at > frame_end(d->of.text) && is_unused(d, &was, at, path))
        return UNUSED;
    list_step(d, mutant, at);
    return STEP;
}

/* --- the whole ---------------------------------------------------------------------------- */

static const rk_checked *theorem_of(const rk_module *module, const rk_cert_text *c) {
    for (size_t i = 0; i < module->ntheorems; i++)
        if (rk_cert_fits(c, &module->theorems[i]))
            return &module->theorems[i];
    fprintf(stderr, "damage: the certificate belongs to none of the theorems\n");
    exit(99);
}

static void run(damage *d, unsigned long n, rk_arena *arena) {
    unsigned long count[OUTCOMES] = {0}, done = 0;
    rk_buf mutant, path;
    rk_buf_init(&mutant);
    rk_buf_init(&path);
    for (unsigned long k = 0; done < n; k++) {
        size_t at = mutate(&d->of, &d->rng, &mutant);
        if (mutant.len == d->of.len && memcmp(mutant.text, d->of.text, d->of.len) == 0)
            continue;
        rk_buf_reset(&path);
        rk_buf_printf(&path, "%s/mutant-%lu", d->scratch, k);
        outcome o = look(d, &mutant, at, path.text, arena);
        count[o]++;
        done++;
        if (o != WRONG)
            unlink(path.text);
    }
    printf("%lu", n);
    for (int o = 0; o < OUTCOMES; o++)
        printf(" %lu", count[o]);
    printf("\n");
    rk_buf_clear(&path);
    rk_buf_clear(&mutant);
}

int main(int argc, char **argv) {
    if (argc != 6)
        return 99;
    const char *why, *seed = getenv("RK_TEST_SEED");
    rk_arena *arena = rk_arena_new();
    rk_diags *diags = rk_diags_new();
    rk_cert_text cert;
    char *text;
    damage d = {.verify = argv[1], .claims = argv[2], .scratch = argv[5]};
    rk_unit *unit = rk_unit_read(d.claims, NULL, diags);
    rk_module *module = unit == NULL ? NULL : rk_module_check(unit, NULL, diags);
    if (module == NULL || rk_read_file(argv[3], 1 << 24, &text, &d.of.len, &why) != RK_OK ||
        !rk_cert_parse(text, d.of.len, arena, &cert, &why))
        return 99;
    d.of.text = text;
    d.checked = theorem_of(module, &cert);
    d.rng = rk_rng_trial(seed == NULL ? 1 : strtoull(seed, NULL, 10), d.checked->digest, 0);
    split(&d.of, 0, d.of.len);
    run(&d, strtoul(argv[4], NULL, 10), arena);
    rk_free(d.of.token);
    rk_free(text);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
    rk_arena_free(arena);
    return 0;
}
