#include "rk_help.h"

#include <string.h>

enum { HELP_WIDTH = 79, HELP_COLUMN = 28 };

/* Words of a text, broken before HELP_WIDTH, from column `at` on, continued at `indent`. */
static void help_wrap(FILE *out, const char *text, int at, int indent) {
    bool fresh = true;
    while (*text) {
        int len = (int)strcspn(text, " ");
        if (!fresh && at + 1 + len > HELP_WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        } else if (!fresh) {
            at += fprintf(out, " ");
        }
        at += fprintf(out, "%.*s", len, text);
        text += len + (int)strspn(text + len, " ");
        fresh = false;
    }
    fputc('\n', out);
}

/* A term and what it means, the meaning in a column of its own. */
static void help_entry(FILE *out, const char *term, const char *meaning) {
    int at = fprintf(out, "  %s", term);
    if (at + 2 > HELP_COLUMN) {
        fputc('\n', out);
        at = 0;
    }
    at += fprintf(out, "%*s", HELP_COLUMN - at, "");
    help_wrap(out, meaning, at, HELP_COLUMN);
}

void rk_help_option(const rk_option *o, char *text, size_t size) {
    char shorthand[8] = "    ";
    if (o->shorthand)
        snprintf(shorthand, sizeof shorthand, "-%c, ", o->shorthand);
    snprintf(text, size, "%s--%s%s%s", shorthand, o->name, o->value ? " " : "",
             o->value ? o->value : "");
}

static void help_options(FILE *out, rk_command command) {
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < rk_option_count(); i++) {
        char term[64];
        if (!rk_option_fits(rk_option_at(i), command))
            continue;
        rk_help_option(rk_option_at(i), term, sizeof term);
        help_entry(out, term, rk_option_at(i)->help);
    }
}

static void help_examples(FILE *out, const rk_command_text *c) {
    fputs("\nExamples:\n", out);
    for (const rk_example *e = c->examples; e->command; e++) {
        fprintf(out, "  %s\n      %s\n", e->command, e->what);
        if (e->prints)
            fprintf(out, "      prints %s\n", e->prints);
    }
}

void rk_help_command(FILE *out, rk_command command) {
    const rk_command_text *c = rk_command_texts(command);
    fprintf(out, "Usage: rankle %s [OPTION ...] %s\n", c->name, c->operands);
    for (const char *const *p = c->paragraphs; *p; p++) {
        fputc('\n', out);
        help_wrap(out, *p, 0, 0);
    }
    help_options(out, command);
    help_examples(out, c);
    fputs("\nExit status:\n", out);
    for (const char *const *e = c->exits; *e; e += 2)
        help_entry(out, e[0], e[1]);
}

void rk_help_overview(FILE *out) {
    fputs("rankle checks claims about matrices: proofs, counterexamples, exact instances.\n\n"
          "Usage: rankle COMMAND [OPTION ...] [ARGUMENT ...]\n\nCommands:\n",
          out);
    for (int i = 0; i < RK_COMMANDS; i++) {
        const rk_command_text *c = rk_command_texts((rk_command)i);
        char term[64];
        snprintf(term, sizeof term, "%s %s", c->name, c->operands);
        help_entry(out, term, c->summary);
    }
    help_entry(out, "--version", "print the version");
    fputs("\nExample:\n  rankle check claims.thm\n      check the theorems of a file\n\n"
          "'rankle COMMAND --help' tells more, and so do the man pages rankle-COMMAND(1).\n",
          out);
}
