/* The engine's reader of claims: lexer, parser, names, types, sizes, and what it says of errors.
   What it has read is printed, as text and as LaTeX; the text must be read again. */
#include "fuzz.h"

#include <string.h>

#include "base/rk_guard.h"
#include "lang/rk_check_text.h"
#include "lang/rk_parse.h"
#include "lang/rk_print.h"

typedef struct text {
    const char *bytes;
    size_t len;
} text;

/* Printed text is printed the same again. */
static void print(const rk_unit *unit) {
    rk_diags *diags = rk_diags_new();
    rk_buf first, second;
    rk_buf_init(&first);
    rk_buf_init(&second);
    rk_print_file(&first, unit->main);
    rk_unit *again = rk_unit_parse("claims.thm", first.text, first.len, NULL, diags);
    if (again == NULL || rk_diags_errors(diags) > 0)
        fuzz_found("what was printed is not read");
    rk_print_file(&second, again->main);
    if (first.len != second.len || memcmp(first.text, second.text, first.len) != 0)
        fuzz_found("what was printed is printed in another way");
    rk_unit_free(again);
    rk_diags_free(diags);
    rk_buf_clear(&first);
    rk_buf_clear(&second);
}

static void print_latex(const rk_module *module) {
    rk_buf out;
    rk_buf_init(&out);
    for (size_t i = 0; i < module->ntheorems; i++) {
        rk_latex_statement(&out, module->theorems[i].theorem);
        rk_latex_sentences(&out, module->theorems[i].theorem);
    }
    rk_buf_clear(&out);
}

/* Frees them, too. */
static void print_diags(rk_diags *diags) {
    rk_buf out;
    rk_buf_init(&out);
    rk_diags_print(diags, &out, true);
    rk_buf_clear(&out);
    rk_diags_free(diags);
}

static void read_claims(const text *t) {
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_parse("claims.thm", t->bytes, t->len, NULL, diags);
    if (unit == NULL)
        fuzz_found("no unit");
    if (rk_diags_errors(diags) == 0)
        print(unit);
    rk_module *module = rk_module_check(unit, NULL, diags);
    print_latex(module);
    rk_module_free(module);
    print_diags(diags);
    rk_unit_free(unit);
}

static void read_expression(const text *t) {
    rk_diags *diags = rk_diags_new();
    rk_arena *arena = rk_arena_new();
    rk_node *node = rk_expr_parse(arena, "expression", t->bytes, t->len, diags);
    rk_lone *lone = node != NULL ? rk_expr_check(arena, node, diags) : NULL;
    if (lone != NULL)
        rk_lone_free(lone);
    print_diags(diags);
    rk_arena_free(arena);
}

static rk_status work(void *self) {
    read_claims(self);
    read_expression(self);
    return RK_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    text t = {(const char *)bytes, len};
    rk_guard_run(work, &t, NULL);
    return 0;
}
