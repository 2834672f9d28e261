/* A LaTeX document on stdout: the statements of the claim files named on the command line, each
   line in both forms that tables and papers use, then random expressions. What is not right for
   TeX, such as two exponents on one symbol, makes it stop. */
#include <stdio.h>
#include <string.h>

#include "../unit/lang_trees.h"
#include "lang/rk_parse.h"
#include "lang/rk_print.h"

enum { RANDOM_TREES = 300 };

static void print_theorem(const rk_theorem *theorem) {
    rk_buf text, name;
    rk_buf_init(&text);
    rk_buf_init(&name);
    rk_latex_statement(&text, theorem);
    rk_latex_text(&name, theorem->title != NULL ? theorem->title : theorem->name);
    printf("\\paragraph{%s}\n\\[\\begin{gathered}\n%s\n\\end{gathered}\\]\n", name.text, text.text);
    rk_buf_clear(&name);
    rk_buf_clear(&text);
}

static bool print_file(const char *path) {
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_read(path, NULL, diags);
    bool good = unit != NULL && !unit->main->broken;
    for (size_t i = 0; good && i < unit->main->nitems; i++)
        if (unit->main->items[i].kind == RK_I_THEOREM)
            print_theorem(unit->main->items[i].theorem);
    rk_diags_free(diags);
    rk_unit_free(unit);
    return good;
}

static void print_random(uint64_t seed) {
    unsigned char digest[32] = {4};
    printf("\\section*{Random expressions}\n%% RK_TEST_SEED=%llu\n", (unsigned long long)seed);
    for (size_t k = 0; k < RANDOM_TREES; k++) {
        grower g = {rk_arena_new(), rk_rng_trial(seed, digest, k)};
        rk_buf text;
        rk_buf_init(&text);
        rk_latex_node(&text, grow(&g, 4));
        printf("$%s$\\par\n", text.text);
        rk_buf_clear(&text);
        rk_arena_free(g.arena);
    }
}

int main(int argc, char **argv) {
    printf("\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n"
           "\\usepackage[margin=2cm]{geometry}\n\\begin{document}\n\\small\n");
    for (int i = 1; i < argc; i++)
        if (!print_file(argv[i]))
            return 1;
    print_random(test_seed());
    printf("\\end{document}\n");
    return 0;
}
