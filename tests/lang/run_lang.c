/* Claim texts in, diagnostics out: each NAME.thm in tests/lang is read, and everything that is
   printed about it must be the text of NAME.err. Files that only serve as imports stand in
   folders below. With RK_TEST_REWRITE=1 the expected texts are written anew, to be read by a
   person before they are believed. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rk_io.h"
#include "data/rk_data.h"
#include "lang/rk_check_text.h"

enum { LARGEST = 1 << 24 };

static int is_case(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".thm") == 0;
}

/* What a person sees when the file is read and checked. */
static void diagnose(const char *path, rk_buf *out) {
    static const char *const library[] = {"library", NULL};
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(path, library, diags);
    rk_data_store *store = rk_data_store_new();
    rk_loader loader = rk_data_store_loader(store);
    rk_module *module = unit != NULL ? rk_module_check(unit, &loader, diags) : NULL;
    rk_diags_print(diags, out, false);
    rk_diags_free(diags);
    rk_module_free(module);
    rk_data_store_free(store);
    rk_unit_free(unit);
}

static void comment(const char *title, const char *text) {
    printf("# %s\n", title);
    for (const char *end; *text != '\0'; text = *end == '\0' ? end : end + 1) {
        end = text + strcspn(text, "\n");
        printf("#   %.*s\n", (int)(end - text), text);
    }
}

static bool run_case(const char *path, bool rewrite) {
    char expected_path[512], *expected = NULL;
    const char *why;
    size_t len = 0;
    rk_buf got;
    snprintf(expected_path, sizeof expected_path, "%.*s.err", (int)(strlen(path) - 4), path);
    rk_buf_init(&got);
    diagnose(path, &got);
    if (rewrite && rk_write_file(expected_path, got.text, got.len, &why) != RK_OK)
        printf("# %s: %s\n", expected_path, why);
    bool there = rk_read_file(expected_path, LARGEST, &expected, &len, &why) == RK_OK;
    bool same = there && len == got.len && memcmp(expected, got.text, len) == 0;
    if (!same) {
        comment("expected", there ? expected : why);
        comment("got", got.text);
    }
    rk_free(expected);
    rk_buf_clear(&got);
    return same;
}

int main(void) {
    const char *top = getenv("abs_top_srcdir");
    char folder[4096];
    struct dirent **cases;
    snprintf(folder, sizeof folder, "%s/tests/lang", top != NULL ? top : ".");
    int n = chdir(folder) == 0 ? scandir(".", &cases, is_case, alphasort) : -1;
    if (n < 0) {
        printf("Bail out! cannot read %s\n", folder);
        return 99;
    }
    int failed = 0;
    printf("1..%d\n", n);
    for (int i = 0; i < n; i++) {
        bool ok = run_case(cases[i]->d_name, getenv("RK_TEST_REWRITE") != NULL);
        printf("%s %d - %s\n", ok ? "ok" : "not ok", i + 1, cases[i]->d_name);
        failed += !ok;
        free(cases[i]);
    }
    free(cases);
    return failed > 0;
}
