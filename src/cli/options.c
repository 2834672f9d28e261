#include "rk_options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RK_OPTION_ROW(field, short, name, kind, value, commands, least, most, help)                \
    {#field, short,                                                                                \
     name,   RK_OPTION_##kind,                                                                     \
     value,  commands,                                                                             \
     least,  most,                                                                                 \
     help,   offsetof(rk_arguments, field)},
static const rk_option option_table[] = {RK_OPTIONS(RK_OPTION_ROW)};
#undef RK_OPTION_ROW

enum { OPTIONS = sizeof option_table / sizeof option_table[0], FIRST_LONG = 256 };

size_t rk_option_count(void) {
    return OPTIONS;
}

const rk_option *rk_option_at(size_t i) {
    return &option_table[i];
}

bool rk_option_fits(const rk_option *option, rk_command command) {
    return option->commands & 1u << command;
}

/* What getopt_long needs, for one command. Each long option has its own code. */
typedef struct getopt_tables {
    char shorts[2 + 2 * OPTIONS + 1];
    struct option longs[OPTIONS + 1];
} getopt_tables;

static void getopt_fill(getopt_tables *g, rk_command command) {
    char *s = g->shorts;
    struct option *l = g->longs;
    *s++ = ':';
    for (int i = 0; i < OPTIONS; i++) {
        const rk_option *o = &option_table[i];
        if (!rk_option_fits(o, command))
            continue;
        int has_value = o->kind == RK_OPTION_FLAG ? no_argument : required_argument;
        *l++ = (struct option){o->name, has_value, NULL, FIRST_LONG + i};
        if (o->shorthand)
            *s++ = (char)o->shorthand;
        if (o->shorthand && has_value)
            *s++ = ':';
    }
    *s = '\0';
    *l = (struct option){0};
}

static const rk_option *option_by_code(int code) {
    for (int i = 0; i < OPTIONS; i++)
        if (code == FIRST_LONG + i || (code != 0 && code == option_table[i].shorthand))
            return &option_table[i];
    return NULL;
}

static bool option_wants(const rk_option *o, const char *value, FILE *complaint) {
    if (o->kind == RK_OPTION_COUNT)
        fprintf(complaint, "rankle: --%s wants a whole number from %.0f to %.4g, not '%s'\n",
                o->name, o->least, o->most, value);
    else
        fprintf(complaint, "rankle: --%s wants a number from %g to %g, not '%s'\n", o->name,
                o->least, o->most, value);
    return false;
}

static bool option_count(const rk_option *o, const char *value, int64_t *out, FILE *complaint) {
    char *end;
    errno = 0;
    long long n = strtoll(value, &end, 10);
    bool digits = value[0] >= '0' && value[0] <= '9';
    if (errno || !digits || *end || (double)n < o->least || (double)n > o->most)
        return option_wants(o, value, complaint);
    *out = n;
    return true;
}

static bool option_real(const rk_option *o, const char *value, double *out, FILE *complaint) {
    char *end;
    double x = strtod(value, &end);
    if (end == value || *end || !isfinite(x) || x < o->least || x > o->most)
        return option_wants(o, value, complaint);
    *out = x;
    return true;
}

static bool option_append(const rk_option *o, rk_type_LIST *list, const char *value,
                          FILE *complaint) {
    if (list->n == RK_LIST_MOST) {
        fprintf(complaint, "rankle: --%s is given more than %d times\n", o->name, RK_LIST_MOST);
        return false;
    }
    list->text[list->n++] = value;
    return true;
}

static bool option_set(const rk_option *o, const char *value, rk_arguments *out, FILE *complaint) {
    void *field = (char *)out + o->offset;
    switch (o->kind) {
    case RK_OPTION_FLAG:
        *(rk_type_FLAG *)field = true;
        return true;
    case RK_OPTION_COUNT:
        return option_count(o, value, field, complaint);
    case RK_OPTION_REAL:
        return option_real(o, value, field, complaint);
    case RK_OPTION_TEXT:
        *(rk_type_TEXT *)field = value;
        return true;
    case RK_OPTION_LIST:
        return option_append(o, field, value, complaint);
    }
    return false;
}

static void arguments_default(rk_arguments *a, rk_command command) {
    *a = (rk_arguments){.command = command};
    for (int i = 0; i < OPTIONS; i++)
        if (option_table[i].kind == RK_OPTION_COUNT && option_table[i].least <= 0)
            *(rk_type_COUNT *)((char *)a + option_table[i].offset) = -1;
}

static bool option_unknown(int code, char **argv, rk_command command, FILE *complaint) {
    if (code == ':')
        fprintf(complaint, "rankle: '%s' wants a value\n", argv[optind - 1]);
    else if (optopt && optopt < FIRST_LONG)
        fprintf(complaint, "rankle: '%s' has no option '-%c'%s\n", rk_command_texts(command)->name,
                optopt,
                command == RK_COMMAND_EVAL
                    ? "; put -- before an expression that starts with a minus"
                    : "");
    else
        fprintf(complaint, "rankle: '%s': not an option of '%s', or not used rightly\n",
                argv[optind - 1], rk_command_texts(command)->name);
    return false;
}

bool rk_arguments_parse(rk_command command, int argc, char **argv, rk_arguments *out,
                        FILE *complaint) {
    getopt_tables g;
    int code;
    getopt_fill(&g, command);
    arguments_default(out, command);
    optind = 0; /* starts anew, also when called twice */
    opterr = 0;
    while ((code = getopt_long(argc, argv, g.shorts, g.longs, NULL)) != -1) {
        const rk_option *o = option_by_code(code);
        if (!o)
            return option_unknown(code, argv, command, complaint);
        if (!option_set(o, optarg, out, complaint))
            return false;
    }
    out->operand = argv + optind;
    out->noperands = argc - optind;
    return true;
}
