/* damage VERIFY CLAIMS CERTIFICATE N SCRATCH: N copies of a certificate, each with one token
   changed, are given to the checker. Prints "MUTANTS REFUSED SAME OTHER WRONG", where
     SAME   copies are accepted and say what the certificate says (a number written otherwise, a
            step that nothing needs),
     OTHER  copies are accepted and are another right counterexample, as the engine finds by itself,
     WRONG  copies are accepted and must not be: another verdict, theorem or digest, or a point at
            which the engine does not find the claim violated (or true, for an example).
   Each WRONG one is kept in SCRATCH. RK_TEST_SEED: the draws. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rk_io.h"
#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "cert/rk_cert_point.h"
#include "lang/rk_check_text.h"

typedef struct token {
    size_t begin, end;
} token;

typedef struct damage {
    const char *verify, *claims, *scratch;
    char *text;
    size_t len;
    token *token;
    size_t ntokens;
    const rk_checked *checked;
    rk_rng rng;
} damage;

/* --- tokens ------------------------------------------------------------------------------- */

static size_t token_end(const char *text, size_t at) {
    size_t end = at + 1;
    if (isalpha((unsigned char)text[at]) || text[at] == '_')
        while (isalnum((unsigned char)text[end]) || text[end] == '_')
            end++;
    else if (isdigit((unsigned char)text[at]))
        while (isdigit((unsigned char)text[end]))
            end++;
    else if (strchr("<>=!", text[at]) != NULL && text[end] == '=')
        end++;
    return end;
}

static void split(damage *d) {
    size_t cap = 0;
    for (size_t at = 0; at < d->len;) {
        if (isspace((unsigned char)d->text[at])) {
            at++;
            continue;
        }
        if (d->text[at] == '#' && (at == 0 || d->text[at - 1] == '\n')) {
            at += strcspn(d->text + at, "\n");
            continue;
        }
        rk_grow(&d->token, &cap, d->ntokens + 1, sizeof *d->token);
        d->token[d->ntokens] = (token){at, token_end(d->text, at)};
        at = d->token[d->ntokens++].end;
    }
}

/* --- one change --------------------------------------------------------------------------- */

static void put_changed(damage *d, rk_buf *out, token t) {
    static const char *const sign[] = {"+", "-", "*", "/", "<=", ">=", "==", "!=", "<", ">", ","};
    const char *at = d->text + t.begin;
    token other = d->token[rk_rng_below(&d->rng, d->ntokens)];
    size_t len = t.end - t.begin;
    switch (rk_rng_below(&d->rng, 5)) {
    case 0: /* gone */
        return;
    case 1: /* twice */
        rk_buf_printf(out, "%.*s %.*s", (int)len, at, (int)len, at);
        return;
    case 2: /* another one of the file */
        rk_buf_printf(out, "%.*s", (int)(other.end - other.begin), d->text + other.begin);
        return;
    case 3: /* another number, name or sign */
        if (isdigit((unsigned char)*at) && len < 16)
            rk_buf_printf(out, "%lld", strtoll(at, NULL, 10) + rk_rng_between(&d->rng, -2, 3));
        else if (isalpha((unsigned char)*at))
            rk_buf_printf(out, "%.*s%c", (int)len, at, (int)('a' + rk_rng_below(&d->rng, 26)));
        else
            rk_buf_puts(out, sign[rk_rng_below(&d->rng, sizeof sign / sizeof *sign)]);
        return;
    default: /* with the other sign */
        rk_buf_printf(out, "-%.*s", (int)len, at);
    }
}

static size_t mutate(damage *d, rk_buf *out) {
    size_t which = rk_rng_below(&d->rng, d->ntokens);
    token t = d->token[which];
    rk_buf_reset(out);
    rk_buf_write(out, d->text, t.begin);
    put_changed(d, out, t);
    rk_buf_puts(out, d->text + t.end);
    return t.begin;
}

/* --- what became of it ---------------------------------------------------------------------- */

static bool is_accepted(const damage *d, const char *path) {
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
            _exit(99);
        execl(d->verify, d->verify, d->claims, path, (char *)NULL);
        _exit(99);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) > 3) {
        printf("# the checker did not end as it should: %s\n", path);
        exit(1);
    }
    return WEXITSTATUS(status) == 0;
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

typedef enum outcome { REFUSED, SAME, OTHER, WRONG } outcome;

static outcome look(const damage *d, const rk_buf *mutant, size_t at, const char *path,
                    rk_arena *arena) {
    const char *why;
    rk_cert_text was, now;
    if (rk_write_file(path, mutant->text, mutant->len, &why) != RK_OK)
        exit(99);
    if (!is_accepted(d, path))
        return REFUSED;
    if (!rk_cert_parse(d->text, d->len, arena, &was, &why) ||
        !rk_cert_parse(mutant->text, mutant->len, arena, &now, &why))
        return WRONG;
    if (at < frame_end(d->text) &&
        (was.proved != now.proved || strcmp(was.digest, now.digest) != 0 ||
         strcmp(was.theorem, now.theorem) != 0))
        return WRONG;
    if (!has_points_alone(&now))
        return SAME;
    return points_hold(d, &now) ? OTHER : WRONG;
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
    unsigned long count[4] = {0};
    rk_buf mutant, path;
    rk_buf_init(&mutant);
    rk_buf_init(&path);
    for (unsigned long k = 0; k < n; k++) {
        size_t at = mutate(d, &mutant);
        rk_buf_reset(&path);
        rk_buf_printf(&path, "%s/mutant-%lu", d->scratch, k);
        outcome o = mutant.len == d->len && memcmp(mutant.text, d->text, d->len) == 0
                        ? SAME
                        : look(d, &mutant, at, path.text, arena);
        count[o]++;
        if (o != WRONG)
            unlink(path.text);
    }
    printf("%lu %lu %lu %lu %lu\n", n, count[REFUSED], count[SAME], count[OTHER], count[WRONG]);
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
    damage d = {.verify = argv[1], .claims = argv[2], .scratch = argv[5]};
    rk_unit *unit = rk_unit_read(d.claims, NULL, diags);
    rk_module *module = unit == NULL ? NULL : rk_module_check(unit, NULL, diags);
    if (module == NULL || rk_read_file(argv[3], 1 << 24, &d.text, &d.len, &why) != RK_OK ||
        !rk_cert_parse(d.text, d.len, arena, &cert, &why))
        return 99;
    d.checked = theorem_of(module, &cert);
    d.rng = rk_rng_trial(seed == NULL ? 1 : strtoull(seed, NULL, 10), d.checked->digest, 0);
    split(&d);
    run(&d, strtoul(argv[4], NULL, 10), arena);
    rk_free(d.token);
    rk_free(d.text);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
    rk_arena_free(arena);
    return 0;
}
