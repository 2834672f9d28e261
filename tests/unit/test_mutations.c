/* Texts damaged at random: whatever stands in a file, reading and checking it ends with
   diagnostics that can be printed, and a theorem is taken for good only without an error. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rk_io.h"
#include "base/rk_rng.h"
#include "lang/rk_check_text.h"

enum { LONGEST = 20000 };

typedef struct corpus {
    char **text;
    size_t *len, n;
} corpus;

static void read_folder(corpus *c, const char *pattern) {
    const char *top = getenv("abs_top_srcdir"), *why;
    char path[4096];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", top ? top : ".", pattern);
    if (glob(path, 0, NULL, &found) != 0)
        return;
    c->text = rk_realloc(c->text, (c->n + found.gl_pathc) * sizeof *c->text);
    c->len = rk_realloc(c->len, (c->n + found.gl_pathc) * sizeof *c->len);
    for (size_t i = 0; i < found.gl_pathc; i++)
        c->n +=
            rk_read_file(found.gl_pathv[i], LONGEST, &c->text[c->n], &c->len[c->n], &why) == RK_OK;
    globfree(&found);
}

/* A piece of some text, from the start of a word on. */
static void piece(const corpus *c, rk_rng *r, rk_buf *out, size_t most) {
    size_t i = (size_t)rk_rng_below(r, c->n);
    if (c->len[i] == 0)
        return;
    size_t from = (size_t)rk_rng_below(r, c->len[i]);
    while (from > 0 && c->text[i][from - 1] != ' ')
        from--;
    size_t len = 1 + (size_t)rk_rng_below(r, most);
    rk_buf_write(out, c->text[i] + from, len < c->len[i] - from ? len : c->len[i] - from);
}

/* One text with pieces of it left out and pieces of others put in. */
static void mutate(const corpus *c, rk_rng *r, rk_buf *out) {
    size_t i = (size_t)rk_rng_below(r, c->n), at = 0;
    for (int cuts = (int)rk_rng_below(r, 6); cuts > 0 && at < c->len[i]; cuts--) {
        size_t keep = (size_t)rk_rng_below(r, c->len[i] - at + 1);
        rk_buf_write(out, c->text[i] + at, keep);
        piece(c, r, out, 12);
        at += keep + (size_t)rk_rng_below(r, 8);
    }
    if (at < c->len[i])
        rk_buf_write(out, c->text[i] + at, c->len[i] - at);
}

static void read_and_check(const rk_buf *text) {
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_parse("damaged.thm", text->text, text->len, NULL, diags);
    rk_module *module = rk_module_check(unit, NULL, diags);
    rk_buf out;
    rk_buf_init(&out);
    rk_diags_print(diags, &out, false);
    assert_int_equal(rk_diags_count(diags) == 0, out.len == 0);
    for (size_t i = 0; i < module->ntheorems; i++) {
        assert_false(module->theorems[i].theorem->broken);
        assert_true(module->theorems[i].nclaims > 0);
    }
    rk_buf_clear(&out);
    rk_module_free(module);
    rk_unit_free(unit);
    rk_diags_free(diags);
}

static void damaged_texts_end_in_diagnostics(void **state) {
    (void)state;
    const char *given = getenv("RK_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20260601;
    uint64_t rounds = getenv("RK_TEST_LONG") ? 100000 : 5000;
    unsigned char digest[32] = {0};
    corpus c = {0};
    print_message("# seed %llu\n", (unsigned long long)seed);
    read_folder(&c, "theorems/*/*.thm");
    read_folder(&c, "tests/lang/*.thm");
    assert_true(c.n > 20);
    for (uint64_t k = 0; k < rounds; k++) {
        rk_rng r = rk_rng_trial(seed, digest, k);
        rk_buf text;
        rk_buf_init(&text);
        mutate(&c, &r, &text);
        read_and_check(&text);
        rk_buf_clear(&text);
    }
    for (size_t i = 0; i < c.n; i++)
        rk_free(c.text[i]);
    rk_free(c.text);
    rk_free(c.len);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_texts_end_in_diagnostics),
    };
    return cmocka_run_group_tests_name("mutations", tests, NULL, NULL);
}
