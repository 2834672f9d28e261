/* Reports: lines whose columns stand under one another, sums that are computed, JSON by its
   schema. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "json_schema.h"
#include "report/rk_report.h"

static const char *const identity[] = {"1", "0", "0", "-1"};
static const char *const ones[] = {"1", "1"};
static const char *const wide[] = {"1/2", "-10", "sqrt(2)", "3"};

static rk_named_value values[] = {{"X", 2, 2, (const char **)identity},
                                  {"gamma", 2, 1, (const char **)ones}};
static rk_dim_scope open_dims[] = {{"n", 1, -1}, {"d", 1, -1}};
static rk_dim_scope point_dims[] = {{"n", 2, 2}, {"d", 2, 2}};

static rk_result refuted(void) {
    return (rk_result){.theorem = "literal",
                       .file = "a.thm",
                       .title = "LayerNorm \"preserves\" affine rank",
                       .paper = "c2026",
                       .paper_title = "Rank & Co",
                       .source = "abstract",
                       .statement = "theorem literal { claim 1 == 2; }",
                       .verdict = RK_REFUTED,
                       .expected = RK_REFUTED,
                       .as_expected = true,
                       .method = "enumeration",
                       .scope = open_dims,
                       .nscope = 2,
                       .has_counterexample = true,
                       .point_dims = point_dims,
                       .npoint_dims = 2,
                       .values = values,
                       .nvalues = 2,
                       .sides = "left 0, right 1",
                       .snippet = "theorem t { claim not (1 == 2); }\n",
                       .trials = 7,
                       .time_ms = 3.2,
                       .seed = 1};
}

static rk_result proved(void) {
    return (rk_result){.theorem = "corrected_statement",
                       .file = "a.thm",
                       .statement = "theorem corrected_statement { claim 1 == 1; }",
                       .corrects = "literal",
                       .verdict = RK_PROVED,
                       .expected = RK_VERDICT_NONE,
                       .as_expected = true,
                       .method = "shape bounds",
                       .scope = open_dims,
                       .nscope = 2,
                       .time_ms = 1234,
                       .seed = 1};
}

static rk_result undecided(void) {
    static const char *caveats[] = {"hypotheses not witnessed"};
    rk_result r = proved();
    r.theorem = "open";
    r.verdict = RK_UNDECIDED;
    r.reason = RK_REASON_PRECISION;
    r.advice = "raise --precision-cap";
    r.as_expected = false;
    r.caveats = caveats;
    r.ncaveats = 1;
    r.passed_over = 12;
    r.precision = 1024;
    return r;
}

static void expect_line(const rk_result *r, rk_text_style style, const char *want) {
    rk_buf out;
    rk_buf_init(&out);
    rk_report_line(&out, r, &style);
    assert_string_equal(out.text, want);
    rk_buf_clear(&out);
}

static void a_line_names_verdict_point_and_time(void **state) {
    (void)state;
    rk_result a = refuted(), b = proved(), c = undecided();
    rk_text_style style = {.verbosity = 1, .name_width = 20};
    expect_line(&a, style,
                "  refuted   literal               as expected  n=2 d=2  X = [1, 0; 0, -1]  "
                "gamma = [1; 1]  left 0, right 1   3 ms\n");
    expect_line(&b, style,
                "  proved    corrected_statement   all n, d     shape bounds   1.23 s\n");
    expect_line(&c, style,
                "  undecided open                  all n, d     precision  raise --precision-cap  "
                "caveat: hypotheses not witnessed  12 passed over   1.23 s\n");
}

static void an_unexpected_verdict_says_what_was_expected(void **state) {
    (void)state;
    rk_result r = proved();
    rk_text_style style = {.verbosity = 1};
    r.expected = RK_REFUTED;
    r.as_expected = false;
    expect_line(&r, style,
                "  proved    corrected_statement  refuted expected  all n, d  shape bounds"
                "   1.23 s\n");
    style.colour = true;
    r.expected = RK_PROVED;
    r.as_expected = true;
    expect_line(&r, style,
                "  \033[32mproved\033[0m    corrected_statement  all n, d     shape bounds   "
                "\033[2m1.23 s\033[0m\n");
}

static void scopes_are_written_as_the_language_has_them(void **state) {
    (void)state;
    rk_dim_scope mixed[] = {{"n", 2, -1}, {"d", 1, 6}, {"H", 12, 12}};
    rk_dim_scope equal[] = {{"n", 1, 6}, {"d", 1, 6}, {"H", 2, 2}, {"k", 2, 2}};
    rk_result r = proved();
    rk_text_style style = {.verbosity = 1};
    r.scope = equal;
    r.nscope = 4;
    expect_line(&r, style,
                "  proved    corrected_statement  n, d in 1..6, H=2, k=2  shape bounds   1.23 s\n");
    r.scope = mixed;
    r.nscope = 3;
    expect_line(
        &r, style,
        "  proved    corrected_statement  n >= 2, d in 1..6, H=12  shape bounds   1.23 s\n");
    style.utf8 = true;
    expect_line(&r, style,
                "  proved    corrected_statement  n \u2265 2, d in 1..6, H=12  shape bounds   "
                "1.23 s\n");
}

static void lines_wrap_at_the_width_and_lose_nothing(void **state) {
    (void)state;
    rk_result r = refuted();
    for (int width = 40; width < 130; width++) {
        rk_text_style style = {.verbosity = 1, .width = width, .name_width = 8};
        rk_buf out;
        rk_buf_init(&out);
        rk_report_line(&out, &r, &style);
        char *words = strdup(out.text), *save = NULL, joined[512] = "";
        for (char *line = strtok_r(out.text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
            assert_true(strlen(line) <= (size_t)width || !strchr(line + 16, ' '));
        for (char *w = strtok_r(words, " \n", &save); w; w = strtok_r(NULL, " \n", &save))
            strcat(strcat(joined, w), " ");
        assert_string_equal(joined, "refuted literal as expected n=2 d=2 X = [1, 0; 0, -1] "
                                    "gamma = [1; 1] left 0, right 1 3 ms ");
        free(words);
        rk_buf_clear(&out);
    }
}

static void expect_contains(const rk_result *r, rk_text_style style, const char *part) {
    rk_buf out;
    rk_buf_init(&out);
    rk_report_line(&out, r, &style);
    if (!strstr(out.text, part))
        fail_msg("no '%s' in:\n%s", part, out.text);
    rk_buf_clear(&out);
}

static void verbose_lines_align_the_columns_of_a_matrix(void **state) {
    (void)state;
    rk_named_value v = {"W[2]", 2, 2, (const char **)wide};
    rk_result r = refuted();
    r.values = &v;
    r.nvalues = 1;
    rk_text_style style = {.verbosity = 2};
    expect_contains(&r, style,
                    "              W[2] = [    1/2, -10;\n"
                    "                      sqrt(2),   3]\n");
    style.utf8 = true;
    expect_contains(&r, style,
                    "              W[2] = \u23a1    1/2, -10\u23a4\n"
                    "                     \u23a3sqrt(2),   3\u23a6\n");
    expect_contains(&r, style, "    method    enumeration\n");
    expect_contains(&r, style,
                    "    instances 0 held, 0 passed over, 0 unknown, 0 unconfirmed, 7 trials\n");
}

static void a_large_matrix_is_named_by_its_shape(void **state) {
    (void)state;
    enum { N = 100 };
    const char *entry[N];
    for (size_t i = 0; i < N; i++)
        entry[i] = "0";
    rk_named_value v = {"X", 10, 10, entry};
    rk_result r = refuted();
    r.values = &v;
    r.nvalues = 1;
    expect_contains(&r, (rk_text_style){.verbosity = 1}, "X: 10 by 10");
}

static void the_summary_counts_every_theorem_once(void **state) {
    (void)state;
    rk_result all[] = {refuted(), proved(), undecided(), refuted(), proved()};
    all[3].expected = RK_VERDICT_NONE;
    all[3].as_expected = false;
    all[4].verdict = RK_VERIFIED;
    const rk_result *r[] = {&all[0], &all[1], &all[2], &all[3], &all[4]};
    rk_text_style style = {.verbosity = 1};
    rk_buf out;
    rk_buf_init(&out);
    rk_report_summary(&out, r, 5, 0.314, &style);
    assert_string_equal(out.text, "1 proved, 1 refuted as expected, 1 verified, 1 undecided, "
                                  "1 unexpected   0.31 s\n");
    rk_buf_reset(&out);
    all[1].caveats = all[2].caveats;
    all[1].ncaveats = 1;
    rk_report_summary(&out, r, 2, 0, &style);
    assert_non_null(strstr(out.text, "1 proved (1 with a caveat), 1 refuted as expected"));
    rk_buf_reset(&out);
    style.width = 80;
    rk_report_summary(&out, r, 0, 0, &style);
    assert_int_equal(strlen(out.text), 81);
    assert_non_null(strstr(out.text, "0 proved, 0 refuted as expected, 0 undecided, 0 unexpected"));
    rk_buf_clear(&out);
}

static json_t *schema(void) {
    char path[1024];
    const char *top = getenv("abs_top_srcdir");
    snprintf(path, sizeof path, "%s/docs/rankle-results-1.schema.json", top ? top : ".");
    json_error_t error;
    json_t *s = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!s)
        fail_msg("%s: %s", path, error.text);
    return s;
}

static json_t *results_json(const rk_result *const *r, size_t n) {
    rk_buf out;
    rk_buf_init(&out);
    rk_report_json(&out, r, n, 42);
    json_error_t error;
    json_t *root = json_loads(out.text, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("%s", error.text);
    rk_buf_clear(&out);
    return root;
}

static void json_follows_its_schema(void **state) {
    (void)state;
    rk_result all[] = {refuted(), proved(), undecided()};
    const rk_result *r[] = {&all[0], &all[1], &all[2]};
    json_t *s = schema(), *root = results_json(r, 3);
    char why[256] = "";
    if (!json_schema_valid(s, root, why, sizeof why))
        fail_msg("%s", why);
    json_t *first = json_array_get(json_object_get(root, "results"), 0), *x = NULL;
    const char *entry = NULL;
    assert_int_equal(json_unpack(first, "{s:{s:{s:o}}}", "counterexample", "values", "X", &x), 0);
    assert_int_equal(json_unpack(x, "[[ss][ss]]", &entry, &entry, &entry, &entry), 0);
    assert_string_equal(entry, "-1");
    assert_true(json_is_null(json_object_get(first, "example")));
    json_decref(root);
    json_decref(s);
}

/* Each rule of the schema that a writer could break is seen to bite. */
static void the_schema_refuses_damaged_results(void **state) {
    (void)state;
    rk_result a = refuted();
    const rk_result *r[] = {&a};
    json_t *s = schema();
    static const char *const damages[][2] = {
        {"verdict", "\"maybe\""},
        {"verdict", "null"},
        {"reason", "\"\""},
        {"as_expected", "1"},
        {"instances", "-1"},
        {"instances", "1.5"},
        {"passed_over", "null"},
        {"theorem", "null"},
        {"precision", "0"},
        {"scope", "{\"n\": 3}"},
        {"caveats", "\"none\""},
        {"time_ms", "\"3\""},
        {"paper", "{}"},
        {"counterexample", "{}"},
        {"statement", "null"},
        {"counterexample",
         "{\"dims\": {}, \"values\": {\"X\": [[1]]}, \"sides\": null, \"snippet\": null}"},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        json_t *root = results_json(r, 1);
        json_t *first = json_array_get(json_object_get(root, "results"), 0);
        char why[256];
        json_object_set_new(first, damages[i][0], json_loads(damages[i][1], JSON_DECODE_ANY, NULL));
        if (json_schema_valid(s, root, why, sizeof why))
            fail_msg("%s = %s was let through", damages[i][0], damages[i][1]);
        json_object_del(first, damages[i][0]);
        assert_false(json_schema_valid(s, root, why, sizeof why));
        json_decref(root);
    }
    json_decref(s);
}

static void a_file_name_that_is_no_utf8_is_still_json(void **state) {
    (void)state;
    rk_result a = proved();
    a.file = "caf\xe9.thm";
    const rk_result *r[] = {&a};
    json_t *root = results_json(r, 1);
    const char *file = NULL;
    assert_int_equal(json_unpack(root, "{s:[{s:s}]}", "results", "file", &file), 0);
    assert_string_equal(file, "caf\xef\xbf\xbd.thm");
    json_decref(root);
}

/* What is said of a statement points into it, and can still be printed. */
static void a_statement_that_is_no_claim_text_is_shown(void **state) {
    (void)state;
    rk_result a = proved();
    a.statement = "theorem corrected_statement { claim 1 == == 1; }";
    const rk_result *r[] = {&a};
    json_t *root = results_json(r, 1);
    char *text = json_dumps(root, 0);
    rk_diags *diags = rk_diags_new();
    rk_buf out;
    rk_buf_init(&out);
    assert_int_equal(rk_report_table(&out, text, strlen(text), RK_TABLE_CSV, diags), RK_BAD_INPUT);
    rk_diags_print(diags, &out, false);
    assert_non_null(strstr(out.text, "claim 1 == == 1"));
    rk_buf_clear(&out);
    rk_diags_free(diags);
    free(text);
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_names_verdict_point_and_time),
        cmocka_unit_test(an_unexpected_verdict_says_what_was_expected),
        cmocka_unit_test(scopes_are_written_as_the_language_has_them),
        cmocka_unit_test(lines_wrap_at_the_width_and_lose_nothing),
        cmocka_unit_test(verbose_lines_align_the_columns_of_a_matrix),
        cmocka_unit_test(a_large_matrix_is_named_by_its_shape),
        cmocka_unit_test(the_summary_counts_every_theorem_once),
        cmocka_unit_test(json_follows_its_schema),
        cmocka_unit_test(the_schema_refuses_damaged_results),
        cmocka_unit_test(a_file_name_that_is_no_utf8_is_still_json),
        cmocka_unit_test(a_statement_that_is_no_claim_text_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
