/* The library as a program uses it: sessions, results, tables, and calls that are wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rankle.h"

static char folder[] = "/tmp/rankle-session.XXXXXX";
static char path[256];

static const char *file(const char *name, const char *text) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    return path;
}

static const char three[] = "theorem one { claim 1 + 1 == 2; }\n"
                            "theorem two { claim 1 + 1 == 3; expect refuted; }\n"
                            "theorem three { corrects two; claim 3 - 1 == 2; expect proved; }\n";

static void results_come_in_order_with_their_texts(void **state) {
    (void)state;
    static const char *const names[] = {"one", "two", "three"};
    static const char *const verdicts[] = {"proved", "refuted", "proved"};
    rankle_session *s = rankle_session_new();
    assert_int_equal(rankle_check_file(s, file("three.thm", three), NULL), RANKLE_OK);
    assert_int_equal(rankle_result_count(s), 3);
    for (size_t i = 0; i < 3; i++) {
        const rankle_result *r = rankle_result_at(s, i);
        assert_string_equal(rankle_result_theorem(r), names[i]);
        assert_string_equal(rankle_result_verdict(r), verdicts[i]);
        assert_string_equal(rankle_result_file(r), path);
        assert_true(rankle_result_as_expected(r));
        assert_non_null(strstr(rankle_result_line(r), verdicts[i]));
        assert_null(strchr(rankle_result_line(r), '\n'));
    }
    assert_null(rankle_result_at(s, 3));
    assert_null(rankle_result_expected(rankle_result_at(s, 0)));
    assert_string_equal(rankle_result_expected(rankle_result_at(s, 1)), "refuted");
    assert_int_equal(rankle_exit_code(s), 0);
    assert_int_equal(rankle_error_count(s), 0);
    assert_null(rankle_failure(s));
    rankle_style style = {.verbosity = 1};
    assert_non_null(strstr(rankle_summary_text(s, 0.5, &style), "2 proved, 1 refuted as expected"));
    rankle_session_free(s);
}

typedef struct watch {
    char order[64];
    int stop_after, seen;
} watch;

static void watch_settled(void *self, const rankle_result *r) {
    watch *w = self;
    strcat(strcat(w->order, rankle_result_theorem(r)), " ");
    w->seen++;
}

static int watch_interrupted(void *self) {
    const watch *w = self;
    return w->seen >= w->stop_after;
}

static void a_pattern_chooses_and_an_interrupt_keeps_what_is_settled(void **state) {
    (void)state;
    watch w = {.stop_after = 99};
    rankle_options o = {.seed = 1, .jobs = 1, .only = "t*", .settled = watch_settled, .self = &w};
    rankle_session *s = rankle_session_new();
    assert_int_equal(rankle_check_file(s, file("three.thm", three), &o), RANKLE_OK);
    assert_string_equal(w.order, "two three ");
    w = (watch){.stop_after = 2};
    o.only = NULL;
    o.interrupted = watch_interrupted;
    assert_int_equal(rankle_check_file(s, path, &o), RANKLE_INTERRUPTED);
    assert_string_equal(w.order, "one two ");
    assert_int_equal(rankle_result_count(s), 4);
    rankle_session_free(s);
}

static void errors_of_one_theorem_leave_the_others(void **state) {
    (void)state;
    rankle_session *s = rankle_session_new();
    const char *text = "theorem bad { claim rank(X) == 1; }\ntheorem good { claim 1 == 1; }\n";
    assert_int_equal(rankle_check_file(s, file("bad.thm", text), NULL), RANKLE_INPUT);
    assert_int_equal(rankle_result_count(s), 1);
    assert_int_equal(rankle_error_count(s), 1);
    assert_non_null(strstr(rankle_diagnostics(s, 0), "bad.thm:1:26: error"));
    rankle_session_free(s);
}

/* After a syntax error it is not sure what the file says: `expect` could have lost its claim. */
static void a_syntax_error_leaves_nothing_of_the_file_settled(void **state) {
    (void)state;
    static const char *const texts[] = {
        "theorem a { claim 1 == 1; }\ntheorem b { claim 1 == ; }\n",
        "theorem a { claim 1 == 1; }\ntheorem b { note \"\377\"; claim 1 == 2; }\n",
        "theorem a { claim 1 == 1; \ntheorem b { claim 1 == 2; }\n"};
    for (size_t i = 0; i < 3; i++) {
        rankle_session *s = rankle_session_new();
        assert_int_equal(rankle_check_file(s, file("syntax.thm", texts[i]), NULL), RANKLE_INPUT);
        assert_int_equal(rankle_result_count(s), 0);
        assert_true(rankle_error_count(s) > 0);
        rankle_session_free(s);
    }
}

static void wrong_calls_say_why(void **state) {
    (void)state;
    rankle_session *s = rankle_session_new();
    rankle_options o = {.seed = UINT64_MAX};
    const char *text = "unset";
    assert_int_equal(rankle_check_file(s, file("three.thm", three), &o), RANKLE_USAGE);
    assert_non_null(strstr(rankle_failure(s), "seed"));
    assert_int_equal(rankle_hunt_file(s, path, "nobody", 10, NULL), RANKLE_USAGE);
    assert_non_null(strstr(rankle_failure(s), "no theorem"));
    assert_int_equal(rankle_table(s, "{}", 2, "pdf", &text), RANKLE_USAGE);
    assert_null(text);
    assert_int_equal(rankle_table(s, "{}", 2, "csv", &text), RANKLE_INPUT);
    assert_null(text);
    assert_int_equal(rankle_write_file(s, "/dev/full", "text"), RANKLE_ENVIRONMENT);
    assert_non_null(strstr(rankle_failure(s), "/dev/full: "));
    assert_non_null(rankle_diagnostics(s, 0));
    assert_non_null(strstr(rankle_failure(s), "/dev/full: "));
    assert_int_equal(rankle_check_file(s, "/nowhere.thm", NULL), RANKLE_INPUT);
    assert_null(rankle_failure(s));
    rankle_session_free(s);
    rankle_session_free(NULL);
}

static void expressions_are_evaluated_exactly(void **state) {
    (void)state;
    rankle_session *s = rankle_session_new();
    const char *text = NULL;
    assert_int_equal(rankle_evaluate(s, "inv([2, 0; 0, 4])", NULL, &text), RANKLE_OK);
    assert_string_equal(text, "[1/2, 0; 0, 1/4]");
    assert_int_equal(rankle_evaluate(s, "0.1 + 0.2 == 0.3", NULL, &text), RANKLE_OK);
    assert_string_equal(text, "true");
    assert_int_equal(rankle_evaluate(s, "[1, 2] * [3, 4]", NULL, &text), RANKLE_INPUT);
    assert_null(text);
    assert_non_null(strstr(rankle_diagnostics(s, 0), "error["));
    rankle_session_free(s);
}

static void a_hunt_hands_out_a_theorem_that_checks(void **state) {
    (void)state;
    const char *text = "theorem t { dim n >= 1; forall A : real[n, n]; claim det(A) <= 0; }\n";
    rankle_session *s = rankle_session_new(), *again = rankle_session_new();
    assert_int_equal(rankle_hunt_file(s, file("hunt.thm", text), "t", 2000, NULL), RANKLE_OK);
    const char *snippet = rankle_result_snippet(rankle_result_at(s, 0));
    assert_non_null(snippet);
    assert_true(rankle_result_trials(rankle_result_at(s, 0)) <= 2000);
    assert_int_equal(rankle_check_file(again, file("found.thm", snippet), NULL), RANKLE_OK);
    assert_string_equal(rankle_result_verdict(rankle_result_at(again, 0)), "proved");
    rankle_session_free(again);
    rankle_session_free(s);
}

/* A scope is never wider than the dim clauses, also where no instance satisfies the hypotheses. */
static void a_vacuous_proof_keeps_to_its_dimensions(void **state) {
    (void)state;
    const char *text = "theorem t { dim n = 2, m in 2..3, k = n*m; forall A : real[k, k];\n"
                       "assume A*A == -eye(k); assume trace(A) == 5; claim rank(A) <= k; }\n";
    rankle_session *s = rankle_session_new();
    rankle_style style = {.verbosity = 1};
    assert_int_equal(rankle_check_file(s, file("vacuous.thm", text), NULL), RANKLE_OK);
    const rankle_result *r = rankle_result_at(s, 0);
    assert_string_equal(rankle_result_verdict(r), "proved");
    assert_false(rankle_result_as_expected(r));
    assert_non_null(strstr(rankle_result_line(r), "n=2, m in 2..3, k in 4..6"));
    assert_non_null(strstr(rankle_result_line(r), "caveat: hypotheses not witnessed"));
    assert_non_null(strstr(rankle_summary_text(s, 0, &style), "1 proved (1 with a caveat)"));
    assert_int_equal(rankle_exit_code(s), 21);
    rankle_session_free(s);
}

/* --- tables -------------------------------------------------------------------- */

static char *replaced(const char *text, const char *old, const char *new) {
    const char *at = strstr(text, old);
    assert_non_null(at);
    char *copy = malloc(strlen(text) + strlen(new) + 1);
    sprintf(copy, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    return copy;
}

static void tables_are_made_from_what_was_checked(void **state) {
    (void)state;
    rankle_session *s = rankle_session_new();
    const char *text = NULL;
    assert_int_equal(rankle_check_file(s, file("three.thm", three), NULL), RANKLE_OK);
    const char *json = rankle_results_json(s);
    assert_int_equal(rankle_table(s, json, strlen(json), "csv", &text), RANKLE_OK);
    assert_non_null(strstr(text, "\r\ntwo,"));
    assert_non_null(strstr(text, ",claim 1 + 1 == 3;,"));
    assert_true(strstr(text, "\r\ntwo,") < strstr(text, "\r\nthree,"));
    assert_int_equal(rankle_table(s, json, strlen(json), "markdown", &text), RANKLE_OK);
    assert_non_null(strstr(text, "| corrected: three | `claim 3 - 1 == 2;` | proved |"));
    assert_int_equal(rankle_table(s, json, strlen(json), "latex", &text), RANKLE_OK);
    assert_null(strstr(text, "\\documentclass"));
    assert_non_null(strstr(text, "\\textit{Corrected.}"));
    rankle_session_free(s);
}

/* Results that correct one another in a circle, or what is not there, are still shown once. */
static void circles_of_corrections_end(void **state) {
    (void)state;
    rankle_session *s = rankle_session_new();
    const char *text = NULL;
    assert_int_equal(rankle_check_file(s, file("three.thm", three), NULL), RANKLE_OK);
    const char *json = rankle_results_json(s);
    char *circle = replaced(json, "\"corrects\": null", "\"corrects\": \"three\"");
    char *whole = replaced(circle, "\"corrects\": null", "\"corrects\": \"nobody\"");
    assert_int_equal(rankle_table(s, whole, strlen(whole), "csv", &text), RANKLE_OK);
    for (const char *const *n = (const char *const[]){"\r\none,", "\r\ntwo,", "\r\nthree,", NULL};
         *n; n++)
        assert_true(strstr(text, *n) && !strstr(strstr(text, *n) + 1, *n));
    free(circle);
    free(whole);
    rankle_session_free(s);
}

static void damaged_results_are_refused(void **state) {
    (void)state;
    static const char *const damages[][2] = {
        {"rankle-results-1", "rankle-results-2"},
        {"\"verdict\": \"proved\"", "\"verdict\": \"true\""},
        {"\"statement\": \"theorem", "\"statement\": \"no theorem"},
        {"claim   1 + 1 == 3;", "claim   1 + ;"},
        {"\"passed_over\": 0", "\"passed_over\": -1"},
        {"\"scope\": {}", "\"scope\": {\"n\": 3}"},
        {"\"caveats\": []", "\"caveats\": [1]"},
        {"\"counterexample\": null", "\"counterexample\": {\"dims\": {}}"},
        {"\"results\": [", "\"results\": [3, "},
        {"{", "["},
    };
    rankle_session *s = rankle_session_new();
    const char *text = NULL;
    assert_int_equal(rankle_check_file(s, file("three.thm", three), NULL), RANKLE_OK);
    const char *json = rankle_results_json(s);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char *bad = replaced(json, damages[i][0], damages[i][1]);
        size_t errors = rankle_error_count(s);
        assert_int_equal(rankle_table(s, bad, strlen(bad), "latex", &text), RANKLE_INPUT);
        assert_null(text);
        assert_true(rankle_error_count(s) > errors);
        free(bad);
    }
    for (size_t cut = 0; cut + 2 < strlen(json); cut += 37)
        assert_int_equal(rankle_table(s, json, cut, "csv", &text), RANKLE_INPUT);
    rankle_session_free(s);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[512];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_in_order_with_their_texts),
        cmocka_unit_test(a_pattern_chooses_and_an_interrupt_keeps_what_is_settled),
        cmocka_unit_test(errors_of_one_theorem_leave_the_others),
        cmocka_unit_test(a_syntax_error_leaves_nothing_of_the_file_settled),
        cmocka_unit_test(wrong_calls_say_why),
        cmocka_unit_test(expressions_are_evaluated_exactly),
        cmocka_unit_test(a_hunt_hands_out_a_theorem_that_checks),
        cmocka_unit_test(a_vacuous_proof_keeps_to_its_dimensions),
        cmocka_unit_test(tables_are_made_from_what_was_checked),
        cmocka_unit_test(circles_of_corrections_end),
        cmocka_unit_test(damaged_results_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
