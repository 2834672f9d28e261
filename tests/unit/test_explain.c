/* Matrices and relations printed as claim text that reads back as the same, and as LaTeX; and a
   derivation made by hand, told as a proof. */
#include "calculus_helpers.h"

#include "calculus/rk_calculus.h"
#include "calculus/rk_mx_print.h"
#include "report/rk_telling.h"

static char *printed(desk *d, const rk_mx *a, bool latex) {
    rk_mx_printer *p = rk_mx_printer_new(d->store, d->checked, latex);
    rk_buf out;
    rk_buf_init(&out);
    rk_mx_print(p, &out, a);
    rk_mx_printer_free(p);
    return rk_buf_take(&out);
}

#define DECLARED                                                                                   \
    "dim n >= 1, m >= 1, d >= 2, H >= 1, k >= 1;"                                                  \
    "forall X : real[n, d], A : real[n, n], B : real[n, n], W : real[d, d], g : nonzero[d],"       \
    "b : real[d], G : invertible[n], M : real[n, m], V[H] : real[d, d], P[H] : attention[n, n],"   \
    "W_Q : real[d, k], x1 : real[n];"

static desk desk_for(const char *expression) {
    char text[2048];
    snprintf(text, sizeof text, DECLARED "claim %s == %s;", expression, expression);
    return desk_of(text);
}

static const rk_mx *left_of(desk *d) {
    return rk_read_matrix(d->reader, d->checked->claims[0]->kid[0]);
}

static const struct {
    const char *claim, *text, *latex; /* text NULL: as the claim is written */
} samples[] = {
    {"X + A*X*W", NULL, "X + A\\,X\\,W"},
    {"eye(n) - A*B", NULL, "I_{n} - A\\,B"},
    {"-A", NULL, "-A"},
    {"A - 2*B", NULL, "A - 2\\,B"},
    {"A*A*A'", "A^2*A'", "A^{2}\\,A^{\\top}"},
    {"A/n", NULL, "\\frac{1}{n}\\,A"},
    {"(n - 1)*A", NULL, "(n - 1)\\,A"},
    {"inv(G)*M", NULL, "G^{-1}\\,M"},
    {"inv(G)'*M", "inv(G)'*M", "G^{-\\top}\\,M"},
    {"inv(eye(n) + A*A')", NULL, "(I_{n} + A\\,A^{\\top})^{-1}"},
    {"[A, B; zeros(n, n), G]", NULL, "\\begin{bmatrix} A & B \\\\ 0 & G \\end{bmatrix}"},
    {"kron(A, B)", NULL, "(A \\otimes B)"},
    {"ones(n, m)", NULL, "\\mathbf{1}_{n}\\,\\mathbf{1}_{m}^{\\top}"},
    {"ones(n, 1)*b'", NULL, "\\mathbf{1}_{n}\\,b^{\\top}"},
    {"diag(g)*W", NULL, "\\operatorname{diag}(g)\\,W"},
    {"center(X)", NULL, "X\\,\\Pi_{d}"},
    {"center_tokens(X)", NULL, "\\Pi_{n}\\,X"},
    {"center(X)*diag(g)", NULL, "X\\,\\Pi_{d}\\,\\operatorname{diag}(g)"},
    {"center_tokens(center(X))", NULL, "\\Pi_{n}\\,X\\,\\Pi_{d}"},
    {"softmax(X*W*X')*X", NULL, "\\operatorname{softmax}(X\\,W\\,X^{\\top})\\,X"},
    {"softmax(A, causal(n))", NULL, "\\operatorname{softmax}(A; \\operatorname{causal}(n))"},
    {"relu(X)*W", NULL, "\\operatorname{ReLU}(X)\\,W"},
    {"sum(h = 1..H, P[h]*X*V[h])", NULL, "\\sum_{h=1}^{H} P_{h}\\,X\\,V_{h}"},
    {"vcat(h = 1..H, V[h])", NULL, "\\begin{bmatrix} V_{1} \\\\ \\vdots \\\\ V_{H} \\end{bmatrix}"},
    {"X*W_Q", NULL, "X\\,W_{Q}"},
    {"x1*x1'", NULL, "x_{1}\\,x_{1}^{\\top}"},
    {"unit(n, 1)*b'", NULL, "e_{1}\\,b^{\\top}"},
};

static void matrices_are_printed_as_a_person_writes_them(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        desk d = desk_for(samples[i].claim);
        char *text = printed(&d, left_of(&d), false), *latex = printed(&d, left_of(&d), true);
        assert_string_equal(text, samples[i].text ? samples[i].text : samples[i].claim);
        assert_string_equal(latex, samples[i].latex);
        rk_free(text);
        rk_free(latex);
        desk_free(&d);
    }
}

/* Printing, reading what was printed and printing again gives the same text. */
static void what_is_printed_reads_back(void **state) {
    static const char *const more[] = {"X*(W + W*W)*X'",
                                       "(A + B)*(A - B)",
                                       "A*center(X)*W - X",
                                       "2*A/n - B/(n*d)",
                                       "(X + ones(n, 1)*b')*W",
                                       "inv(inv(G) + A)*M",
                                       "(A*B)^3",
                                       "sum(h = 1..H, h*P[h]*X)",
                                       "hcat(h = 1..H, P[h]*X*V[h]')",
                                       "[X, ones(n, 1)]",
                                       "kron(A + B, W)",
                                       "rank(A)*X + det(A)*X",
                                       "trace(A)*eye(n)",
                                       "A .* B",
                                       "tanh(X*W)/sqrt(d)"};
    (void)state;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        desk d = desk_for(more[i]);
        char *text = printed(&d, left_of(&d), false);
        desk again = desk_for(text);
        char *twice = printed(&again, left_of(&again), false);
        assert_string_equal(text, twice);
        rk_free(text);
        rk_free(twice);
        desk_free(&again);
        desk_free(&d);
    }
}

static void row_scales_get_a_name_and_a_legend(void **state) {
    (void)state;
    desk d = desk_for("layernorm(X, g, b)");
    rk_mx_printer *p = rk_mx_printer_new(d.store, d.checked, false);
    rk_buf out;
    rk_buf_init(&out);
    rk_mx_print(p, &out, left_of(&d));
    assert_string_equal(out.text, "D*center(X)*diag(g) + ones(n, 1)*b'");
    assert_string_equal(rk_mx_legend(p, 0),
                        "D = diagonal, positive: 1/sqrt(sum(z.*z)/d) for the rows z of center(X)");
    assert_null(rk_mx_legend(p, 1));
    rk_buf_clear(&out);
    rk_mx_printer_free(p);
    desk_free(&d);
}

/* --- relations ---------------------------------------------------------------------------- */

static void relation_is(desk *d, rk_sc value, bool equation, const char *wanted) {
    rk_mx_printer *p = rk_mx_printer_new(d->store, d->checked, false);
    rk_buf out;
    rk_buf_init(&out);
    rk_relation_print(p, &out, value, equation);
    assert_string_equal(out.text, wanted);
    rk_buf_clear(&out);
    rk_mx_printer_free(p);
}

static rk_sc value_of(desk *d, const char *expression, desk *fresh) {
    (void)d;
    *fresh = desk_for(expression);
    return rk_read_scalar(fresh->reader, fresh->checked->claims[0]->kid[0]);
}

static void relations_have_no_minus_signs(void **state) {
    static const struct {
        const char *value;
        bool equation;
        const char *wanted;
    } relations[] = {
        {"rank(A) - rank(A*B)", false, "rank(A*B) <= rank(A)"},
        {"n - rank(A)", false, "rank(A) <= n"},
        {"rank(A*B) + n - rank(A) - rank(B)", false, "rank(A) + rank(B) <= rank(A*B) + n"},
        {"rank(A) - 1", false, "1 <= rank(A)"},
        {"rank(A)", false, "0 <= rank(A)"},
        {"n*rank(W) - 2*rank(A)", false, "2*rank(A) <= n*rank(W)"},
        {"rank(A) - rank(A*B)", true, "rank(A*B) == rank(A)"},
        {"n - rank(A)", true, "rank(A) == n"},
        {"min(n, d) - n", true, "min(n, d) == n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
        desk d;
        rk_sc value = value_of(NULL, relations[i].value, &d);
        relation_is(&d, value, relations[i].equation, relations[i].wanted);
        desk_free(&d);
    }
}

/* --- a derivation made by hand ------------------------------------------------------------ */

static rk_fact fact_of(desk *d, rk_law law, rk_sc small, rk_sc large, const rk_mx *const *matrix,
                       size_t n) {
    return (rk_fact){
        .law = law, .value = rk_sc_sub(d->scalars, large, small), .matrix = matrix, .nmatrices = n};
}

/* rank(X + A*X*W) <= 2*rank(X), by the sum and two products. */
static void tell_residual(desk *d, bool latex, rk_buf *out) {
    rk_mxs *s = d->store;
    const rk_mx *x = rk_mx_of_leaf(s, rk_read_variable(d->reader, 0, NULL));
    const rk_mx *a = rk_mx_of_leaf(s, rk_read_variable(d->reader, 1, NULL));
    const rk_mx *w = rk_mx_of_leaf(s, rk_read_variable(d->reader, 3, NULL));
    const rk_mx *ax = rk_mx_mul(s, a, x), *axw = rk_mx_mul(s, ax, w), *sum = rk_mx_add(s, x, axw);
    const rk_mx *two[] = {x, axw}, *outer[] = {ax, w}, *inner[] = {a, x};
    rk_sc rx = rk_mx_rank(s, x), rax = rk_mx_rank(s, ax), raxw = rk_mx_rank(s, axw);
    rk_fact facts[] = {
        fact_of(d, RK_LAW_SUM, rk_mx_rank(s, sum), rk_sc_add(d->scalars, rx, raxw), two, 2),
        fact_of(d, RK_LAW_PRODUCT, raxw, rax, outer, 2),
        fact_of(d, RK_LAW_PRODUCT, rax, rx, inner, 2)};
    const rk_fact *used[] = {&facts[0], &facts[1], &facts[2]};
    rk_sc one = rk_sc_int(d->scalars, 1),
          twice = rk_sc_mul(d->scalars, rk_sc_int(d->scalars, 2), rx);
    rk_multiplier item[] = {{0, one}, {1, one}, {2, one}};
    rk_derivation node = {.kind = RK_N_SUM,
                          .store = s,
                          .goal = rk_sc_sub(d->scalars, twice, rk_mx_rank(s, sum)),
                          .fact = used,
                          .nfacts = 3,
                          .sum = {item, 3, rk_sc_int(d->scalars, 0)}};
    rk_derivation *kids[] = {&node};
    rk_derivation root = {.kind = RK_N_ALL, .kid = kids, .nkids = 1};
    rk_tale tale;
    rk_telling telling;
    rk_tale_init(&tale, out, d->arena, latex);
    rk_telling_init(&telling, &tale, d->checked);
    rk_tell_derivation(&telling, &root);
    rk_telling_clear(&telling);
    rk_tale_clear(&tale);
}

static void a_sum_of_facts_is_told_in_numbered_steps(void **state) {
    (void)state;
    desk d = desk_for("X");
    rk_buf out;
    rk_buf_init(&out);
    tell_residual(&d, false, &out);
    assert_string_equal(
        out.text, "We show that rank(X + A*X*W) <= 2*rank(X).\n"
                  "(1) rank(X + A*X*W) <= rank(X) + rank(A*X*W)\n"
                  "        sum: the column space of X + A*X*W is in the sum of those of X and\n"
                  "        A*X*W\n"
                  "(2) rank(A*X*W) <= rank(A*X)\n"
                  "        product: the columns of A*X*W are in the column space of A*X, its rows\n"
                  "        in the row space of W\n"
                  "(3) rank(A*X) <= rank(X)\n"
                  "        product: the columns of A*X are in the column space of A, its rows in\n"
                  "        the row space of X\n"
                  "Adding (1), (2) and (3) gives\n"
                  "    rank(X + A*X*W) <= 2*rank(X)\n\n");
    rk_buf_clear(&out);
    desk_free(&d);
}

static void in_latex_it_is_sentences_and_displayed_formulas(void **state) {
    (void)state;
    desk d = desk_for("X");
    rk_buf out;
    rk_buf_init(&out);
    tell_residual(&d, true, &out);
    assert_non_null(strstr(out.text, "Since the rank is subadditive,\n\\begin{equation*}\n"
                                     "\\operatorname{rank}(X + A\\,X\\,W) \\le "
                                     "\\operatorname{rank}(X) + \\operatorname{rank}(A\\,X\\,W)."
                                     " \\tag{1}\n\\end{equation*}\n"));
    assert_non_null(strstr(out.text, "Since the columns of $A\\,X\\, W$ are in"));
    assert_non_null(strstr(out.text, "Adding (1), (2) and (3) gives\n"));
    assert_null(strstr(out.text, "rank("));
    rk_buf_clear(&out);
    desk_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices_are_printed_as_a_person_writes_them),
        cmocka_unit_test(what_is_printed_reads_back),
        cmocka_unit_test(row_scales_get_a_name_and_a_legend),
        cmocka_unit_test(relations_have_no_minus_signs),
        cmocka_unit_test(a_sum_of_facts_is_told_in_numbered_steps),
        cmocka_unit_test(in_latex_it_is_sentences_and_displayed_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
