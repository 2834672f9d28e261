#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lang/rk_parse.h"
#include "lang/rk_print.h"
#include "lang_trees.h"

typedef struct setting {
    const char *text, *latex;
} setting;

static void check_settings(const setting *cases, size_t n) {
    for (size_t i = 0; i < n; i++) {
        rk_arena *arena = rk_arena_new();
        rk_diags *diags = rk_diags_new();
        rk_buf out;
        rk_buf_init(&out);
        const rk_node *node =
            rk_expr_parse(arena, "expression", cases[i].text, strlen(cases[i].text), diags);
        assert_non_null(node);
        rk_latex_node(&out, node);
        if (strcmp(out.text, cases[i].latex) != 0)
            fail_msg("`%s` is set as %s, not %s", cases[i].text, out.text, cases[i].latex);
        rk_buf_clear(&out);
        rk_diags_free(diags);
        rk_arena_free(arena);
    }
}

#define CHECK_SETTINGS(...)                                                                        \
    do {                                                                                           \
        static const setting settings[] = {__VA_ARGS__};                                           \
        check_settings(settings, sizeof settings / sizeof *settings);                              \
    } while (0)

static void names_are_set_as_the_field_writes_them(void **state) {
    (void)state;
    CHECK_SETTINGS({"X", "X"}, {"gamma", "\\gamma"}, {"Sigma", "\\Sigma"}, {"dk", "d_{k}"},
                   {"WQ", "W_{Q}"}, {"W_Q", "W_{Q}"}, {"x1", "x_{1}"}, {"x_12", "x_{12}"},
                   {"lambda_max", "\\lambda_{\\mathrm{max}}"}, {"S_alpha_1", "S_{\\alpha,1}"},
                   {"scores", "\\mathit{scores}"}, {"a1b2", "\\mathit{a1b2}"},
                   {"eps", "\\varepsilon"}, {"W[h]", "W_{h}"}, {"W_Q[h]", "W_{Q,h}"},
                   {"W1[h + 1]", "W_{1,h + 1}"}, {"x_", "x_{\\_}"});
}

static void products_and_sums_keep_the_tree(void **state) {
    (void)state;
    CHECK_SETTINGS({"A*X*W", "A\\, X\\, W"}, {"A*(X*W)", "A\\, (X\\, W)"},
                   {"(A + B)*C", "(A + B)\\, C"}, {"2*3", "2 \\cdot 3"},
                   {"n*2^k", "n \\cdot 2^{k}"}, {"a - (b - c)", "a - (b - c)"},
                   {"a - b - c", "a - b - c"}, {"a + -b", "a + (-b)"}, {"-a*b", "-a\\, b"},
                   {"-(a + b)", "-(a + b)"}, {"a*-b", "a\\, (-b)"},
                   {"A .* B*C", "(A \\odot B)\\, C"}, {"A ./ B", "A \\oslash B"},
                   {"kron(A, B)*C", "(A \\otimes B)\\, C"}, {"a/b", "\\frac{a}{b}"},
                   {"x^(a/2)", "x^{a/2}"}, {"(a/b)^2", "\\left(\\frac{a}{b}\\right)^{2}"},
                   {"1e-3*x", "(1 \\cdot 10^{-3})\\, x"}, {"2.5E+7", "2.5 \\cdot 10^{7}"});
}

static void no_symbol_gets_two_exponents_or_two_indices(void **state) {
    (void)state;
    CHECK_SETTINGS({"A'", "A^{\\top}"}, {"A''", "(A^{\\top})^{\\top}"}, {"A'^2", "(A^{\\top})^{2}"},
                   {"A^2'", "(A^{2})^{\\top}"}, {"inv(A)", "A^{-1}"}, {"inv(A)'", "A^{-\\top}"},
                   {"inv(A')", "(A^{\\top})^{-1}"}, {"inv(A)^2", "(A^{-1})^{2}"},
                   {"X[1, 2]", "X_{1,2}"}, {"X[:, j]^2", "X_{:,j}^{2}"},
                   {"X'[i, j]", "(X^{\\top})_{i,j}"}, {"x1[1, 1]", "(x_{1})_{1,1}"},
                   {"W[h][1, 2]", "(W_{h})_{1,2}"}, {"W[h]'", "W_{h}^{\\top}"},
                   {"eye(n)[1, 1]", "(I_{n})_{1,1}"}, {"(-x)^2", "(-x)^{2}"}, {"-x^2", "-x^{2}"});
}

static void functions_have_their_signs(void **state) {
    (void)state;
    CHECK_SETTINGS(
        {"rank(X)", "\\operatorname{rank}(X)"}, {"eye(n)", "I_{n}"},
        {"ones(n, 1)", "\\mathbf{1}_{n}"}, {"zeros(n, d + 1)", "\\mathbf{0}_{n \\times (d + 1)}"},
        {"unit(n, i)", "e_{i}^{(n)}"}, {"sqrt(x/2)", "\\sqrt{\\frac{x}{2}}"},
        {"norm(A, fro)^2", "\\lVert A \\rVert_{\\mathrm{F}}^{2}"},
        {"norm(A, inf)", "\\lVert A \\rVert_{\\infty}"}, {"sigma(A, 1)", "\\sigma_{1}(A)"},
        {"eigabs(A, 2)", "\\lvert\\lambda_{2}(A)\\rvert"},
        {"layernorm(X, g, b)", "\\operatorname{LayerNorm}(X; g, b)"},
        {"in_rowspan(A, B)", "\\operatorname{rowspan}(A) \\subseteq \\operatorname{rowspan}(B)"},
        {"my_def(X)", "\\operatorname{my\\_def}(X)"},
        {"jrank(E; X, W)",
         "\\operatorname{rank} \\frac{\\partial \\operatorname{vec}(E)}{\\partial (X, W)}"},
        {"rank([X, Y])",
         "\\operatorname{rank}\\left(\\begin{bmatrix} X & Y \\end{bmatrix}\\right)"});
}

static void loops_do_not_take_in_what_follows(void **state) {
    (void)state;
    CHECK_SETTINGS(
        {"sum(h = 1..H, A[h]*X)", "\\sum_{h=1}^{H} A_{h}\\, X"},
        {"sum(h = 1..H, A[h])*X", "\\left(\\sum_{h=1}^{H} A_{h}\\right)\\, X"},
        {"sum(h = 1..H, A[h]) + X", "\\left(\\sum_{h=1}^{H} A_{h}\\right) + X"},
        {"X + sum(h = 1..H, A[h])", "X + \\sum_{h=1}^{H} A_{h}"},
        {"sum(h = 1..H, A[h] + B)", "\\sum_{h=1}^{H} (A_{h} + B)"},
        {"max(i = 1..n, X[i, 1])", "\\max_{1 \\le i \\le n} X_{i,1}"},
        {"all(i = 1..n, X[i, i] > 0)", "\\forall\\, 1 \\le i \\le n\\colon\\; X_{i,i} > 0"},
        {"vcat(h = 1..H, W[h])", "\\begin{bmatrix} W_{1} \\\\ \\vdots \\\\ W_{H} \\end{bmatrix}"},
        {"hcat(h = a..b + 1, h*W[h])",
         "\\begin{bmatrix} a\\, W_{a} & \\cdots & (b + 1)\\, W_{b + 1} \\end{bmatrix}"},
        {"hcat(h = 1..H, hcat(k = 1..h, W[k]))",
         "\\begin{bmatrix} \\begin{bmatrix} W_{1} & \\cdots & W_{1} \\end{bmatrix} & \\cdots & "
         "\\begin{bmatrix} W_{1} & \\cdots & W_{H} \\end{bmatrix} \\end{bmatrix}"},
        {"fold(l = 1..L, Z = X, Z + A[l]*Z)",
         "\\operatorname{fold}_{l=1}^{L}(Z = X;\\; Z \\mapsto Z + A_{l}\\, Z)"});
}

static void truth_values_are_told_apart(void **state) {
    (void)state;
    CHECK_SETTINGS({"a <= b == c", "a \\le b = c"}, {"not a < b", "\\lnot (a < b)"},
                   {"not not p", "\\lnot \\lnot p"},
                   {"p and q and r", "p \\;\\land\\; q \\;\\land\\; r"},
                   {"p and (q and r)", "p \\;\\land\\; (q \\;\\land\\; r)"},
                   {"p or q and r", "p \\;\\lor\\; (q \\;\\land\\; r)"},
                   {"p => q => r", "p \\;\\Rightarrow\\; (q \\;\\Rightarrow\\; r)"},
                   {"p <=> a == b", "p \\;\\Leftrightarrow\\; a = b"});
}

static void statement_is(const char *text, const char *latex) {
    rk_diags *diags = rk_diags_new();
    rk_unit *unit = rk_unit_parse("statement", text, strlen(text), NULL, diags);
    assert_int_equal(rk_diags_errors(diags), 0);
    rk_buf out;
    rk_buf_init(&out);
    rk_latex_statement(&out, unit->main->items[0].theorem);
    assert_string_equal(out.text, latex);
    rk_buf_clear(&out);
    rk_diags_free(diags);
    rk_unit_free(unit);
}

static void statements_read_in_the_order_of_their_logic(void **state) {
    (void)state;
    statement_is("theorem t { dim n >= 1, d in 1..4, m = 2*n; generic X : real[n, d];"
                 " forall W[H] : invertible[n, n], c : nonzero[d]; let Y = X*W[1];"
                 " claim rank(Y) == n; assume c != 0; claim n > 0; expect proved; }",
                 "\\forall\\, n \\ge 1,\\ \\allowbreak d \\in \\{1,\\dots,4\\},\\ \\allowbreak "
                 "m = 2\\, n \\\\\n"
                 "\\forall\\, W_{1}, \\dots, W_{H} \\in \\operatorname{GL}_{n}(\\mathbb{R}),\\ "
                 "\\allowbreak c \\in \\mathbb{R}_{\\ne 0}^{d} \\\\\n"
                 "\\text{for almost every } X \\in \\mathbb{R}^{n \\times d} \\\\\n"
                 "Y := X\\, W_{1} \\\\\n"
                 "\\text{if } c \\ne 0 \\\\\n"
                 "\\text{then } \\operatorname{rank}(Y) = n \\\\\n"
                 "\\text{and } n > 0");
    statement_is(
        "theorem t { random X : gaussian[2, 2](0, 3), u : uniform(0, 1), Q : haar[2];"
        " claim prob(u < 1/2) >= 0.4; }",
        "\\text{independent } X \\sim \\mathcal{N}(0, 3^{2})^{2 \\times 2},\\ \\allowbreak "
        "u \\sim \\mathcal{U}(0, 1),\\ \\allowbreak Q \\sim "
        "\\operatorname{Haar}\\,\\operatorname{O}(2) \\\\\n"
        "\\Pr\\left(u < \\frac{1}{2}\\right) \\ge 0.4");
}

static void text_is_escaped(void **state) {
    (void)state;
    rk_buf out;
    rk_buf_init(&out);
    rk_latex_text(&out, "100% of $x_1^2$ & \\more <\"{~#}\">|");
    assert_string_equal(out.text,
                        "100\\% of \\$x\\_1\\textasciicircum{}2\\$ \\& "
                        "\\textbackslash{}more \\textless{}''\\{\\textasciitilde{}\\#\\}''"
                        "\\textgreater{}\\textbar{}");
    rk_buf_clear(&out);
}

/* Whatever the tree: braces and \left ... \right match, and no exponent or index meets another. */
static void check_form(const char *text) {
    int depth = 0, grown = 0;
    for (const char *p = text; *p != '\0'; p++) {
        depth += (*p == '{') - (*p == '}');
        assert_true(depth >= 0);
        if (*p == '\\') {
            grown += strncmp(p, "\\left", 5) == 0 && strncmp(p, "\\lefta", 6) != 0;
            grown -= strncmp(p, "\\right", 6) == 0;
            p++;
        }
        assert_true(grown >= 0);
    }
    assert_int_equal(depth, 0);
    assert_int_equal(grown, 0);
}

static void random_trees_are_well_formed(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed);
    unsigned char digest[32] = {4};
    for (size_t k = 0; k < 3000; k++) {
        grower g = {rk_arena_new(), rk_rng_trial(seed, digest, k)};
        rk_file file = {0};
        rk_buf out;
        rk_buf_init(&out);
        rk_latex_node(&out, grow(&g, 5));
        check_form(out.text);
        grow_file(&g, &file);
        for (size_t i = 0; i < file.nitems; i++)
            if (file.items[i].kind == RK_I_THEOREM)
                rk_latex_statement(&out, file.items[i].theorem);
        rk_buf_clear(&out);
        rk_arena_free(g.arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_set_as_the_field_writes_them),
        cmocka_unit_test(products_and_sums_keep_the_tree),
        cmocka_unit_test(no_symbol_gets_two_exponents_or_two_indices),
        cmocka_unit_test(functions_have_their_signs),
        cmocka_unit_test(loops_do_not_take_in_what_follows),
        cmocka_unit_test(truth_values_are_told_apart),
        cmocka_unit_test(statements_read_in_the_order_of_their_logic),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(random_trees_are_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
