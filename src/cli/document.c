/* A program of the build: writes the man pages, the shell completions and, for the tests, plain
   lists of options and examples, all from the tables that the command itself uses.
     document man COMMAND|rankle    document bash|zsh|fish    document options|examples|exits  */
#include <stdlib.h>
#include <string.h>

#include "rankle.h"
#include "rk_help.h"

/* --- man pages ------------------------------------------------------------------ */

/* Text of a paragraph: no line starts with a control character, minus signs stay minus signs. */
static void man_text(const char *text) {
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '`')
            fputs("\\(oq", stdout);
        else if (*text == '\'')
            fputs("\\(cq", stdout);
        else
            putchar(*text);
    }
}

/* Text to be typed: quotes stay as they are. */
static void man_code(const char *text) {
    for (; *text; text++) {
        if (*text == '\'')
            fputs("\\(aq", stdout);
        else if (*text == '`')
            fputs("\\(ga", stdout);
        else
            man_text((const char[]){*text, '\0'});
    }
}

static void man_line(const char *text) {
    man_text(text);
    putchar('\n');
}

static void man_head(const char *name, const char *summary) {
    printf(".TH %s 1 \"\" \"rankle %s\" \"User Commands\"\n.SH NAME\n", name, RANKLE_VERSION);
    man_text(name);
    fputs(" \\- ", stdout);
    man_line(summary);
}

static void man_option(const rk_option *o) {
    fputs(".TP\n", stdout);
    if (o->shorthand)
        printf("\\fB\\-%c\\fR, ", o->shorthand);
    fputs("\\fB\\-\\-", stdout);
    man_text(o->name);
    printf("\\fR%s\\fI%s\\fR\n", o->value ? " " : "", o->value ? o->value : "");
    man_line(o->help);
}

static void man_examples(const rk_command_text *c) {
    fputs(".SH EXAMPLES\n", stdout);
    for (const rk_example *e = c->examples; e->command; e++) {
        fputs(".TP\n.B ", stdout);
        man_code(e->command);
        putchar('\n');
        man_text(e->what);
        if (e->prints) {
            fputs("; prints\n.B ", stdout);
            man_code(e->prints);
        }
        putchar('\n');
    }
}

static void man_environment(rk_command command) {
    fputs(".SH ENVIRONMENT\n", stdout);
    if (RK_SETTLES & 1u << command)
        fputs(".TP\n.B RANKLE_PATH\nDirectories, separated by colons, in which imports are looked "
              "for before the installed library.\n",
              stdout);
    fputs(".TP\n.B NO_COLOR\nWhen set and not empty, nothing is coloured; otherwise only what goes "
          "to a terminal is.\n",
          stdout);
}

static void man_command(rk_command command) {
    const rk_command_text *c = rk_command_texts(command);
    char name[64];
    snprintf(name, sizeof name, "rankle-%s", c->name);
    man_head(name, c->summary);
    printf(".SH SYNOPSIS\n.B rankle %s\n[\\fIOPTION\\fR ...] ", c->name);
    man_line(c->operands);
    fputs(".SH DESCRIPTION\n", stdout);
    for (const char *const *p = c->paragraphs; *p; p++) {
        fputs(p == c->paragraphs ? "" : ".PP\n", stdout);
        man_line(*p);
    }
    fputs(".SH OPTIONS\n", stdout);
    for (size_t i = 0; i < rk_option_count(); i++)
        if (rk_option_fits(rk_option_at(i), command))
            man_option(rk_option_at(i));
    fputs(".SH EXIT STATUS\n", stdout);
    for (const char *const *e = c->exits; *e; e += 2) {
        printf(".TP\n.B %s\n", e[0]);
        man_line(e[1]);
    }
    man_examples(c);
    man_environment(command);
    fputs(".SH SEE ALSO\n.BR rankle (1)\n", stdout);
}

static void man_overview(void) {
    man_head("rankle", "check claims about matrices: proofs, counterexamples, exact instances");
    fputs(".SH SYNOPSIS\n.B rankle\n\\fICOMMAND\\fR [\\fIOPTION\\fR ...] [\\fIARGUMENT\\fR "
          "...]\n.br\n"
          ".B rankle \\-\\-version\n.SH DESCRIPTION\n",
          stdout);
    man_line("Claim files state theorems about matrices the way a paper states them. rankle proves "
             "them, refutes them by an exact counterexample, or says how far it came, and never "
             "says more than it has established. Standard output carries the answer, standard "
             "error everything else.");
    fputs(".SH COMMANDS\n", stdout);
    for (int i = 0; i < RK_COMMANDS; i++) {
        const rk_command_text *c = rk_command_texts((rk_command)i);
        printf(".TP\n.B %s\n", c->name);
        man_line(c->summary);
    }
    fputs(".SH EXAMPLES\n", stdout);
    for (int i = 0; i < RK_COMMAND_HELP; i++) {
        const rk_example *e = rk_command_texts((rk_command)i)->examples;
        fputs(".TP\n.B ", stdout);
        man_code(e->command);
        putchar('\n');
        man_line(e->what);
    }
    printf(".SH FILES\n.TP\n.I %s\nThe installed library of theorems.\n", RANKLE_THEOREM_DIR);
    fputs(".SH SEE ALSO\n", stdout);
    for (int i = 0; i < RK_COMMAND_HELP; i++)
        printf(".BR rankle\\-%s (1)%s\n", rk_command_texts((rk_command)i)->name,
               i + 1 < RK_COMMAND_HELP ? "," : "");
}

static int man(const char *name) {
    rk_command command = rk_command_find(name);
    if (strcmp(name, "rankle") == 0)
        man_overview();
    else if (command != RK_COMMANDS)
        man_command(command);
    else
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}

/* --- completions ------------------------------------------------------------------ */

static void bash_words(rk_command command) {
    for (size_t i = 0; i < rk_option_count(); i++)
        if (rk_option_fits(rk_option_at(i), command))
            printf(" --%s", rk_option_at(i)->name);
}

static void command_names(const char *separator) {
    for (int i = 0; i < RK_COMMANDS; i++)
        printf("%s%s", i > 0 ? separator : "", rk_command_texts((rk_command)i)->name);
}

static void complete_bash(void) {
    fputs("# bash completion for rankle\n_rankle() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options=\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '",
          stdout);
    command_names(" ");
    fputs(" --help --version' -- \"$word\"))\n        return\n    fi\n"
          "    case $before in\n"
          "    --format) COMPREPLY=($(compgen -W 'latex markdown csv' -- \"$word\")); return ;;\n"
          "    esac\n    case ${COMP_WORDS[1]} in\n",
          stdout);
    for (int i = 0; i < RK_COMMANDS; i++) {
        printf("    %s) options='", rk_command_texts((rk_command)i)->name);
        bash_words((rk_command)i);
        fputs("' ;;\n", stdout);
    }
    fputs("    esac\n    case ${COMP_WORDS[1]},$word in\n"
          "    *,-*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
          "    help,*) COMPREPLY=($(compgen -W '",
          stdout);
    command_names(" ");
    fputs("' -- \"$word\")) ;;\n    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n    esac\n}\n"
          "complete -o filenames -F _rankle rankle\n",
          stdout);
}

/* Help text inside single quotes; the first clause is enough. */
static void completion_help(const char *help, const char *escaped) {
    size_t len = strcspn(help, ";:");
    for (size_t i = 0; i < len; i++) {
        if (help[i] == '\'' || help[i] == '`')
            continue;
        printf("%s%c", strchr(escaped, help[i]) ? "\\" : "", help[i]);
    }
}

static void zsh_option(const rk_option *o) {
    fputs("      '", stdout);
    if (o->kind == RK_OPTION_LIST)
        putchar('*');
    printf("--%s[", o->name);
    completion_help(o->help, "[]");
    putchar(']');
    if (strcmp(o->name, "format") == 0)
        fputs(":format:(latex markdown csv)", stdout);
    else if (o->value)
        printf(":%s:%s", o->value,
               strcmp(o->value, "FILE") == 0  ? "_files"
               : strcmp(o->value, "DIR") == 0 ? "_files -/"
                                              : "");
    fputs("' \\\n", stdout);
}

static void complete_zsh(void) {
    fputs("#compdef rankle\n# zsh completion for rankle\n_rankle() {\n  local -a commands\n"
          "  commands=(\n",
          stdout);
    for (int i = 0; i < RK_COMMANDS; i++)
        printf("    '%s:%s'\n", rk_command_texts((rk_command)i)->name,
               rk_command_texts((rk_command)i)->summary);
    fputs("  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
          "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n",
          stdout);
    for (int i = 0; i < RK_COMMANDS; i++) {
        const rk_command_text *c = rk_command_texts((rk_command)i);
        printf("  %s)\n    _arguments \\\n", c->name);
        for (size_t k = 0; k < rk_option_count(); k++)
            if (rk_option_fits(rk_option_at(k), (rk_command)i))
                zsh_option(rk_option_at(k));
        if (c->files)
            printf("      '*:file:_files -g \"%s\"' ;;\n", c->files);
        else
            printf("      '*:%s:' ;;\n", i == RK_COMMAND_HELP ? "command" : "expression");
    }
    fputs("  esac\n}\n_rankle \"$@\"\n", stdout);
}

static void fish_option(const char *command, const rk_option *o) {
    printf("complete -c rankle -n '__fish_seen_subcommand_from %s' -l %s", command, o->name);
    if (o->shorthand)
        printf(" -s %c", o->shorthand);
    if (strcmp(o->name, "format") == 0)
        fputs(" -x -a 'latex markdown csv'", stdout);
    else if (o->value)
        fputs(strcmp(o->value, "FILE") == 0 || strcmp(o->value, "DIR") == 0 ? " -r -F" : " -x",
              stdout);
    fputs(" -d '", stdout);
    completion_help(o->help, "");
    fputs("'\n", stdout);
}

static void complete_fish(void) {
    fputs("# fish completion for rankle\n", stdout);
    for (int i = 0; i < RK_COMMANDS; i++) {
        const rk_command_text *c = rk_command_texts((rk_command)i);
        printf("complete -c rankle -n __fish_use_subcommand -f -a %s -d '%s'\n", c->name,
               c->summary);
        for (size_t k = 0; k < rk_option_count(); k++)
            if (rk_option_fits(rk_option_at(k), (rk_command)i))
                fish_option(c->name, rk_option_at(k));
    }
}

/* --- lists for the tests ------------------------------------------------------------ */

static void list_options(void) {
    for (int i = 0; i < RK_COMMANDS; i++)
        for (size_t k = 0; k < rk_option_count(); k++)
            if (rk_option_fits(rk_option_at(k), (rk_command)i))
                printf("%s %s %s\n", rk_command_texts((rk_command)i)->name, rk_option_at(k)->name,
                       rk_option_at(k)->field);
}

static void list_examples(void) {
    for (int i = 0; i < RK_COMMANDS; i++)
        for (const rk_example *e = rk_command_texts((rk_command)i)->examples; e->command; e++)
            printf("%s\t%d\t%s\t%s\n", rk_command_texts((rk_command)i)->name, e->code, e->command,
                   e->prints ? e->prints : "");
}

static void list_exits(void) {
    for (int i = 0; i < RK_COMMANDS; i++)
        for (const char *const *e = rk_command_texts((rk_command)i)->exits; *e; e += 2)
            printf("%s %s\n", rk_command_texts((rk_command)i)->name, *e);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*write)(void);
    } writers[] = {{"bash", complete_bash},   {"zsh", complete_zsh},       {"fish", complete_fish},
                   {"options", list_options}, {"examples", list_examples}, {"exits", list_exits}};
    if (argc == 3 && strcmp(argv[1], "man") == 0)
        return man(argv[2]);
    for (size_t i = 0; argc == 2 && i < sizeof writers / sizeof writers[0]; i++) {
        if (strcmp(argv[1], writers[i].name) != 0)
            continue;
        writers[i].write();
        return ferror(stdout) || fflush(stdout) != 0;
    }
    return EXIT_FAILURE;
}
