/* The command line: every option of the table is read, wrong calls are refused, exit codes have
   their order, directories are walked in order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/rk_exit.h"
#include "cli/rk_files.h"
#include "cli/rk_help.h"
#include "cli/rk_options.h"

static bool parse(rk_command command, rk_arguments *out, char *complaint, const char *a,
                  const char *b, const char *c) {
    char word[3][128], *argv[5] = {"command"};
    const char *given[] = {a, b, c};
    int argc = 1;
    for (int i = 0; i < 3 && given[i]; i++)
        argv[argc++] = strcpy(word[i], given[i]);
    argv[argc] = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    bool ok = rk_arguments_parse(command, argc, argv, out, stream);
    fclose(stream);
    snprintf(complaint, 256, "%s", text);
    free(text);
    return ok;
}

static bool differs(const rk_option *o, const rk_arguments *a, const rk_arguments *b) {
    const char *x = (const char *)a + o->offset, *y = (const char *)b + o->offset;
    size_t size = o->kind == RK_OPTION_FLAG ? sizeof(bool) : 8;
    return memcmp(x, y, size) != 0;
}

static void every_option_sets_its_field_and_no_other(void **state) {
    (void)state;
    for (int c = 0; c < RK_COMMANDS; c++) {
        for (size_t i = 0; i < rk_option_count(); i++) {
            const rk_option *o = rk_option_at(i);
            char name[64], shorthand[3] = {'-', (char)o->shorthand, '\0'}, complaint[256];
            rk_arguments plain, given;
            snprintf(name, sizeof name, "--%s", o->name);
            assert_true(parse((rk_command)c, &plain, complaint, NULL, NULL, NULL));
            const char *value = o->value ? "57" : NULL;
            bool ok = parse((rk_command)c, &given, complaint, name, value, NULL);
            assert_int_equal(ok, rk_option_fits(o, (rk_command)c));
            for (size_t k = 0; ok && k < rk_option_count(); k++)
                assert_int_equal(differs(rk_option_at(k), &plain, &given), k == i);
            if (ok && o->shorthand) {
                assert_true(parse((rk_command)c, &given, complaint, shorthand, value, NULL));
                assert_true(differs(o, &plain, &given));
            }
        }
    }
}

static void wrong_calls_are_refused_with_a_reason(void **state) {
    (void)state;
    static const struct {
        rk_command command;
        const char *a, *b, *says;
    } cases[] = {
        {RK_COMMAND_CHECK, "--seed", "x", "--seed wants a whole number"},
        {RK_COMMAND_CHECK, "--seed", "-1", "--seed wants a whole number"},
        {RK_COMMAND_CHECK, "--seed", "1x", "--seed wants a whole number"},
        {RK_COMMAND_CHECK, "--seed", "", "--seed wants a whole number"},
        {RK_COMMAND_CHECK, "--seed", "9223372036854775808", "--seed wants a whole number"},
        {RK_COMMAND_CHECK, "--seed", NULL, "'--seed' wants a value"},
        {RK_COMMAND_CHECK, "--max-dim", "0", "--max-dim wants a whole number from 1"},
        {RK_COMMAND_CHECK, "--time-limit", "0", "--time-limit wants a number from 0.001"},
        {RK_COMMAND_CHECK, "--time-limit", "nan", "--time-limit wants"},
        {RK_COMMAND_CHECK, "--time-limit", "inf", "--time-limit wants"},
        {RK_COMMAND_CHECK, "--precision-cap", "31", "--precision-cap wants"},
        {RK_COMMAND_CHECK, "--trials", "5", "'--trials'"},
        {RK_COMMAND_CHECK, "--quiet=yes", NULL, "'--quiet=yes'"},
        {RK_COMMAND_CHECK, "-z", NULL, "no option '-z'"},
        {RK_COMMAND_CHECK, "--s", "5", "'--s'"},
        {RK_COMMAND_EVAL, "-2", NULL, "put -- before"},
        {RK_COMMAND_TABLE, "-o", NULL, "'-o' wants a value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rk_arguments a;
        char complaint[256];
        assert_false(parse(cases[i].command, &a, complaint, cases[i].a, cases[i].b, NULL));
        if (!strstr(complaint, cases[i].says) || strncmp(complaint, "rankle: ", 8) != 0)
            fail_msg("%s %s: %s", cases[i].a, cases[i].b ? cases[i].b : "", complaint);
    }
}

static void values_and_operands_arrive_whole(void **state) {
    (void)state;
    rk_arguments a;
    char complaint[256];
    assert_true(parse(RK_COMMAND_CHECK, &a, complaint, "x.thm", "--seed=0", "--time-limit=0.25"));
    assert_int_equal(a.seed, 0);
    assert_true(a.time_limit == 0.25);
    assert_int_equal(a.noperands, 1);
    assert_true(parse(RK_COMMAND_CHECK, &a, complaint, "-Ia", "-I", "b"));
    assert_int_equal(a.library.n, 2);
    assert_int_equal(a.seed, -1);
    assert_true(parse(RK_COMMAND_EVAL, &a, complaint, "--", "-2", NULL));
    assert_int_equal(a.noperands, 1);
    assert_true(parse(RK_COMMAND_EVAL, &a, complaint, "-", NULL, NULL));
    assert_int_equal(a.noperands, 1);
}

static void the_graver_exit_code_counts(void **state) {
    (void)state;
    static const int order[] = {0, 21, 20, 10, 1, 2, 130, 3};
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k < 8; k++)
            assert_int_equal(rk_exit_graver(order[i], order[k]), order[i > k ? i : k]);
    assert_int_equal(rk_exit_graver(10, 99), 99);
}

static void help_names_every_option_and_an_example(void **state) {
    (void)state;
    for (int c = 0; c < RK_COMMANDS; c++) {
        char *text = NULL, term[64];
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);
        rk_help_command(stream, (rk_command)c);
        fclose(stream);
        for (size_t i = 0; i < rk_option_count(); i++) {
            rk_help_option(rk_option_at(i), term, sizeof term);
            assert_int_equal(strstr(text, term) != NULL,
                             rk_option_fits(rk_option_at(i), (rk_command)c));
        }
        assert_non_null(strstr(text, rk_command_texts((rk_command)c)->examples->command));
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
            if (strlen(line) > 79 && !strstr(line, "rankle "))
                fail_msg("too wide: %s", line);
        free(text);
    }
}

static void directories_are_walked_in_order(void **state) {
    (void)state;
    char top[] = "/tmp/rankle-files.XXXXXX";
    static const char *const made[] = {"b.thm",      "a.thm",     "sub/c.thm", "sub/.hidden.thm",
                                       ".git/d.thm", "notes.txt", ".thm",      "z.thm"};
    static const char *const found[] = {"a.thm", "b.thm", "loop.thm", "sub/c.thm", "z.thm"};
    assert_non_null(mkdtemp(top));
    assert_int_equal(chdir(top), 0);
    assert_int_equal(mkdir("sub", 0700) | mkdir(".git", 0700) | mkdir("empty", 0700), 0);
    for (size_t i = 0; i < 8; i++)
        fclose(fopen(made[i], "w"));
    assert_int_equal(symlink("loop.thm", "loop.thm") | symlink("..", "sub/up"), 0);
    rk_paths p = {0};
    char slash[64];
    snprintf(slash, sizeof slash, "%s//", top);
    assert_int_equal(rk_paths_collect(&p, slash), RK_COLLECTED);
    assert_int_equal(p.n, 5);
    for (size_t i = 0; i < p.n; i++)
        assert_string_equal(p.path[i] + strlen(top) + 1, found[i]);
    assert_int_equal(rk_paths_collect(&p, "empty"), RK_COLLECTED_NONE);
    assert_int_equal(rk_paths_collect(&p, "missing.thm"), RK_COLLECTED);
    assert_string_equal(p.path[5], "missing.thm");
    assert_null(p.path[6]);
    rk_paths_clear(&p);
    assert_int_equal(chdir("/"), 0);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", top);
    assert_int_equal(system(command), 0);
}

static void the_library_path_has_its_order(void **state) {
    (void)state;
    static const char *const given[] = {"mine"};
    static const char *const want[] = {"mine", "one", "two", RANKLE_THEOREM_DIR};
    rk_paths p = {0};
    setenv("RANKLE_PATH", ":one::two:", 1);
    assert_true(rk_paths_library(&p, given, 1));
    assert_int_equal(p.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(p.path[i], want[i]);
    rk_paths_clear(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_sets_its_field_and_no_other),
        cmocka_unit_test(wrong_calls_are_refused_with_a_reason),
        cmocka_unit_test(values_and_operands_arrive_whole),
        cmocka_unit_test(the_graver_exit_code_counts),
        cmocka_unit_test(help_names_every_option_and_an_example),
        cmocka_unit_test(directories_are_walked_in_order),
        cmocka_unit_test(the_library_path_has_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
