/* The hunt: planted false claims are found and shrink to pinned counterexamples, true claims are
   never refuted, findings do not depend on the budget, shrinking twice changes nothing, and a
   counterexample written as claim text is read back and holds. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_mem.h"
#include "hunt/rk_element.h"
#include "hunt/rk_hunt.h"
#include "hunt/rk_order.h"
#include "lang/rk_check_text.h"

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

typedef struct text {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
} text;

static void read_text(text *t, const char *source) {
    t->diags = rk_diags_new();
    t->unit = rk_unit_parse("test.thm", source, strlen(source), NULL, t->diags);
    t->module = rk_module_check(t->unit, NULL, t->diags);
    if (rk_diags_errors(t->diags)) {
        rk_buf b;
        rk_buf_init(&b);
        rk_diags_print(t->diags, &b, false);
        print_error("%s\n%s", source, b.text);
        rk_buf_clear(&b);
        fail();
    }
    assert_int_equal(t->module->ntheorems, 1);
}

static void drop_text(text *t) {
    rk_module_free(t->module);
    rk_unit_free(t->unit);
    rk_diags_free(t->diags);
}

static void read_clauses(text *t, const char *clauses) {
    rk_buf b;
    rk_buf_init(&b);
    rk_buf_printf(&b, "theorem planted { %s }\n", clauses);
    read_text(t, b.text);
    rk_buf_clear(&b);
}

/* "n=2 X=[1, 0; 0, -1]" */
static void describe(rk_buf *out, const rk_checked *c, const rk_finding *f) {
    rk_buf_reset(out);
    for (size_t i = 0; i < c->ndims; i++)
        rk_buf_printf(out, "%s%s=%d", out->len ? " " : "", c->dims[i].name, (int)f->dims[i]);
    for (size_t s = 0; s < f->program->nslots; s++) {
        const rk_slot *slot = &f->program->slots[s];
        if (slot->defined)
            continue;
        rk_buf_printf(out, "%s%s", out->len ? " " : "", c->vars[slot->var].name);
        if (slot->member)
            rk_buf_printf(out, "[%d]", (int)slot->member);
        const fmpq_mat_struct *m = &f->value.value[s];
        for (slong i = 0; i < m->r; i++)
            for (slong j = 0; j < m->c; j++) {
                char *x = fmpq_get_str(NULL, 10, fmpq_mat_entry(m, i, j));
                rk_buf_printf(out, "%s%s", j ? ", " : i ? "; " : "=[", x);
                flint_free(x);
            }
        rk_buf_puts(out, "]");
    }
}

static const struct planted {
    const char *clauses, *smallest;
} planted[] = {
    {"dim n >= 1, d >= 2; forall X : real[n, d], gamma : nonzero[d], beta : real[d];"
     "claim affrank(layernorm(X, gamma, beta)) == affrank(X);",
     "n=2 d=2 X=[1, 0; 0, -1] gamma=[1; 1] beta=[0; 0]"},
    {"dim n >= 1, d >= 1; forall X : real[n, d]; claim rank(center(X)) == rank(X);",
     "n=1 d=1 X=[1]"},
    {"dim n >= 1, d >= 1; forall X : real[n, d], A : attention[n, n], W : real[d, d];"
     "claim rank(X + A*X*W) == rank(X);",
     "n=1 d=1 X=[1] A=[1] W=[-1]"},
    {"dim n >= 1; forall A : real[n, n], B : real[n, n]; claim det(A + B) == det(A) + det(B);",
     "n=2 A=[1, 0; 0, 0] B=[0, 0; 0, 1]"},
    {"dim n >= 1; forall A : real[n, n], B : real[n, n]; claim A*B == B*A;",
     "n=2 A=[1, 0; 0, 0] B=[0, 1; 0, 0]"},
    {"dim n >= 1; forall A : real[n, n]; claim trace(A*A) >= 0;", "n=2 A=[0, 1; -1, 0]"},
    {"dim n >= 1; forall A : symmetric[n]; claim det(A) >= 0;", "n=1 A=[-1]"},
    {"dim n >= 1, H >= 2, dk >= 1, d = H*dk; forall WO : invertible[d];"
     "claim nullity(kron(eye(n), WO')) == n*(H - 1)*dk;",
     "n=1 H=2 dk=1 d=2 WO=[1, 0; 0, 1]"},
    {"dim n >= 1; forall A : real[n, n], B : real[n, n];"
     "claim rank(A .* B) <= rank(A) or rank(A .* B) <= rank(B);",
     NULL},
    {"dim n >= 1, d >= 1; forall X : real[n, d], A : attention[n, n], V : real[d, d];"
     "claim in_rowspan(A*X*V, X);",
     "n=1 d=2 X=[1, 0] A=[1] V=[0, 1; 0, 0]"},
    {"dim n >= 1, m >= 1; forall S : real[n, m], t : positive; claim softmax(t*S) == softmax(S);",
     "n=1 m=2 S=[1, 0] t=[2]"},
    {"forall x : real; claim x^2 >= x;", "x=[1/2]"},
    {"dim n >= 1; forall A : real[n, n]; assume A*A == A; claim A == eye(n) or A == zeros(n, n);",
     "n=2 A=[1, 0; 0, 0]"},
    {"dim n >= 1; forall A : stochastic[n, n]; claim det(A) != 0;", "n=2 A=[1, 0; 1, 0]"},
    {"dim n >= 1; forall Q : orthogonal[n]; claim det(Q) == 1;", "n=1 Q=[-1]"},
    {"dim n >= 1; forall P : permutation[n]; claim P*P == eye(n);",
     "n=3 P=[0, 1, 0; 0, 0, 1; 1, 0, 0]"},
    {"dim n >= 1; forall A : psd[n]; claim rank(A) == n;", "n=1 A=[0]"},
    {"dim n >= 1, d >= 1; forall X : unit_rows[n, d]; claim X*X' == eye(n);", "n=2 d=1 X=[1; 1]"},
    {"forall k : integer; claim 2*k != 6;", "k=[3]"},
    {"forall x : real; claim x^2 != 289;", "x=[17]"},
    {"forall x : nonnegative; claim x > 0;", "x=[0]"},
    {"forall x : real; claim x < 1000000;", "x=[1000000]"},
    {"forall x : real; claim sqrt(x^2) == x;", "x=[-1]"},
    {"forall x : real, y : real; claim (x - 1.7)^2 + (y + 2.3)^2 >= 0.01;", NULL},
    {"dim n >= 1, d >= 1; forall X : real[n, d], A : attention[n, n], W : real[d, d];"
     "assume W*W == zeros(d, d); claim rank(X) <= rank(X + A*X*W);",
     NULL},
    {"dim n >= 1; forall A : real[n, n], X : real[n, n]; assume A*X == zeros(n, n);"
     "claim A == zeros(n, n) or X == zeros(n, n);",
     "n=2 A=[1, 0; 0, 0] X=[0, 0; 1, 0]"},
    {"dim n >= 1, H >= 1; forall W[H] : real[n, n];"
     "claim rank(sum(h = 1..H, W[h])) >= max(h = 1..H, rank(W[h]));",
     "n=1 H=2 W[1]=[1] W[2]=[-1]"},
    {"forall x : real; claim x != 1234567/891011;", "x=[1234567/891011]"},
    {"forall x : real; claim x <= 10 or x >= 10.001;", "x=[10011/1001]"},
    {"forall x : real; claim (x - 1)*(x - 1.01) >= 0;", "x=[102/101]"},
    {"dim n >= 1, m >= 1; forall A : real[n, m], B : real[n, m];"
     "claim norm1inf(A + B) <= norm1inf(A) + norm1inf(B);",
     "n=1 m=2 A=[1, 1] B=[1, 0]"},
    {"forall x : real; assume x^3 - 2*x^2 - 5*x + 6 == 0; claim x <= 2;", "x=[3]"},
};
enum { PLANTED = sizeof planted / sizeof planted[0] };

static rk_hunt_report hunt(const rk_checked *c, uint64_t trials) {
    rk_hunt_options o = {.seed = seed(), .trials = trials, .shrink = true};
    rk_hunt_report r;
    rk_hunt(c, NULL, &o, &r);
    return r;
}

static void planted_claims_fall_to_the_smallest(void **state) {
    (void)state;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed());
    int wrong = 0;
    rk_buf found;
    rk_buf_init(&found);
    for (size_t i = 0; i < PLANTED; i++) {
        text t;
        read_clauses(&t, planted[i].clauses);
        const rk_checked *c = &t.module->theorems[0];
        rk_hunt_report r = hunt(c, 0);
        if (r.found)
            describe(&found, c, &r.finding);
        if (!r.found || (planted[i].smallest && strcmp(found.text, planted[i].smallest) != 0)) {
            print_error("%s\n  found:  %s\n  wanted: %s\n", planted[i].clauses,
                        r.found ? found.text : "nothing",
                        planted[i].smallest ? planted[i].smallest : "anything");
            wrong++;
        }
        rk_hunt_report_clear(&r, c);
        drop_text(&t);
    }
    rk_buf_clear(&found);
    assert_int_equal(wrong, 0);
}

static void shrinking_again_changes_nothing(void **state) {
    (void)state;
    rk_buf before, after;
    rk_buf_init(&before);
    rk_buf_init(&after);
    for (size_t i = 0; i < PLANTED; i++) {
        text t;
        read_clauses(&t, planted[i].clauses);
        const rk_checked *c = &t.module->theorems[0];
        rk_hunt_report r = hunt(c, 0);
        rk_hunt_options o = {.seed = seed()};
        if (r.found) {
            describe(&before, c, &r.finding);
            rk_shrink(c, &r.finding, &o);
            describe(&after, c, &r.finding);
            assert_string_equal(before.text, after.text);
        }
        rk_hunt_report_clear(&r, c);
        drop_text(&t);
    }
    rk_buf_clear(&before);
    rk_buf_clear(&after);
}

/* Every counterexample, written out, parses, checks, and holds as stated. */
static void snippets_are_read_back_and_hold(void **state) {
    (void)state;
    rk_buf snippet;
    rk_buf_init(&snippet);
    for (size_t i = 0; i < PLANTED; i++) {
        text t, again;
        read_clauses(&t, planted[i].clauses);
        const rk_checked *c = &t.module->theorems[0];
        rk_hunt_report r = hunt(c, 0);
        if (r.found) {
            rk_buf_reset(&snippet);
            rk_finding_snippet(&snippet, c, &r.finding);
            read_text(&again, snippet.text);
            rk_hunt_report example = hunt(&again.module->theorems[0], 100);
            if (!example.found)
                fail_msg("%s", snippet.text);
            rk_hunt_report_clear(&example, &again.module->theorems[0]);
            drop_text(&again);
        }
        rk_hunt_report_clear(&r, c);
        drop_text(&t);
    }
    rk_buf_clear(&snippet);
}

/* Definitions, lets, families, variables given by equations, a title in quotes: the snippet keeps
   what the claim needs. */
static void snippets_keep_their_context(void **state) {
    (void)state;
    text t, again;
    rk_buf snippet;
    rk_buf_init(&snippet);
    read_text(&t, "def twice(M, k) = M[k] + M[k];\n"
                  "theorem with_context \"a \\\"title\\\"\" {\n"
                  "  dim n >= 1, m = n + 1;\n"
                  "  forall A[2] : real[n, m], v : positive[m], B : real[n, m];\n"
                  "  let S = twice(A, 1) + A[2];\n"
                  "  assume B == S;\n  assume v < 5;\n"
                  "  claim n >= 1;\n  claim B*v == zeros(n, 1);\n}\n");
    const rk_checked *c = &t.module->theorems[0];
    rk_hunt_report r = hunt(c, 0);
    assert_true(r.found);
    rk_finding_snippet(&snippet, c, &r.finding);
    assert_non_null(strstr(snippet.text, "def twice"));
    assert_non_null(strstr(snippet.text, "assume  A[1] == [1, 0];"));
    assert_non_null(strstr(snippet.text, "assume  v == [1; 1];"));
    assert_null(strstr(snippet.text, "assume  B == ["));
    assert_null(strstr(snippet.text, "claim   not (n >= 1)"));
    read_text(&again, snippet.text);
    rk_hunt_report example = hunt(&again.module->theorems[0], 10);
    assert_true(example.found);
    rk_hunt_report_clear(&example, &again.module->theorems[0]);
    rk_hunt_report_clear(&r, c);
    drop_text(&again);
    drop_text(&t);
    rk_buf_clear(&snippet);
}

static const char *const true_claims[] = {
    "dim n >= 1, m >= 1; forall A : real[n, m]; claim rank(A'*A) == rank(A);",
    "dim n >= 1; forall A : real[n, n], B : real[n, n]; claim det(A*B) == det(A)*det(B);",
    "dim n >= 1, d >= 2; forall X : real[n, d], gamma : nonzero[d];"
    "claim rank(layernorm(X, gamma, zeros(d, 1))) == rank(center(X));",
    "dim n >= 1, d >= 1; forall X : real[n, d], A : stochastic[n, n], w : real;"
    "assume abs(w) < 1; claim rank(X + w*A*X) == rank(X);",
    "dim n >= 1; forall Q : orthogonal[n]; claim abs(det(Q)) == 1;",
    "dim n >= 1; forall A : attention[n, n]; claim A*ones(n, 1) == ones(n, 1);",
    "dim n >= 1; forall A : psd[n]; claim det(A) >= 0;",
    "dim n >= 1; forall A : real[n, n]; assume A*A == A; claim rank(A) == trace(A);",
    "dim n >= 1, m >= 1; forall A : real[n, m], B : real[n, m];"
    "claim norm(A + B, fro) <= norm(A, fro) + norm(B, fro);",
    "forall x : positive, y : positive; claim (x + y)/2 >= sqrt(x*y);",
    "dim n >= 1, d >= 2; forall X : real[n, d], gamma : nonzero[d], beta : real[d];"
    "let Y = layernorm(X, gamma, beta); claim affrank(X) <= affrank(Y) + 2;"
    "claim affrank(Y) <= affrank(X) + 1;",
    "dim n >= 1; forall P : permutation[n]; claim P*P' == eye(n);",
    "dim n >= 1, m >= 1; forall p : attention[n, m]; claim entropy(p) >= 0;",
};

/* What rounding would refute: every side is closer than a double can tell, or exactly equal. */
static const char *const fragile_claims[] = {
    "forall x : real, y : real; claim (x + y)^2 == x^2 + 2*x*y + y^2;",
    "forall x : real; claim x + 1e-30 > x;",
    "forall x : positive; claim sqrt(x)*sqrt(x) == x;",
    "forall x : real; claim (x + 1e20) - 1e20 == x;",
    "dim n in 1..3; forall x : real[n]; claim rank([x, (1 + 1e-25)*x]) <= 1;",
    "dim n in 2..3; let u = ones(n, 1); claim rank([u + 1e-25*unit(n, 1), u]) == 2;",
    "forall x : real, y : real; assume x < y; claim x <= (x + y)/2 and (x + y)/2 < y;",
    "forall x : real; claim x/3 + x/3 + x/3 <= x;",
};

static void refute_none(const char *const *claims, size_t n) {
    for (size_t i = 0; i < n; i++) {
        text t;
        read_clauses(&t, claims[i]);
        rk_hunt_report r = hunt(&t.module->theorems[0], 800);
        if (r.found)
            fail_msg("refuted: %s", claims[i]);
        if (r.tally.held == 0)
            fail_msg("no instance: %s", claims[i]);
        rk_hunt_report_clear(&r, &t.module->theorems[0]);
        drop_text(&t);
    }
}

static void true_claims_are_never_refuted(void **state) {
    (void)state;
    refute_none(true_claims, sizeof true_claims / sizeof true_claims[0]);
}

static void rounding_makes_no_finding(void **state) {
    (void)state;
    refute_none(fragile_claims, sizeof fragile_claims / sizeof fragile_claims[0]);
}

/* Cancellation in doubles makes hits that are none: they are counted, not believed. */
static void float_hits_that_are_none_are_counted(void **state) {
    (void)state;
    text t;
    read_clauses(&t, "dim n in 3..4; forall A : psd[n]; claim det(A) >= 0;");
    const rk_checked *c = &t.module->theorems[0];
    rk_hunt_options o = {.seed = 1, .trials = 4000, .shrink = true};
    rk_hunt_report r;
    rk_hunt(c, NULL, &o, &r);
    assert_false(r.found);
    assert_true(r.tally.unconfirmed > 0);
    rk_hunt_report_clear(&r, c);
    drop_text(&t);
}

/* The trial that finds does not depend on how many are asked for. */
static void findings_do_not_depend_on_the_budget(void **state) {
    (void)state;
    for (size_t i = 0; i < PLANTED; i++) {
        text t;
        read_clauses(&t, planted[i].clauses);
        const rk_checked *c = &t.module->theorems[0];
        rk_hunt_options o = {.seed = seed(), .trials = 4000};
        rk_hunt_report whole, part;
        rk_hunt(c, NULL, &o, &whole);
        if (whole.found) {
            o.trials = whole.finding.trial + 1;
            rk_hunt(c, NULL, &o, &part);
            assert_true(part.found && part.finding.trial == whole.finding.trial);
            assert_true(rk_assignment_equal(&part.finding.value, &whole.finding.value));
            rk_hunt_report_clear(&part, c);
            o.trials = whole.finding.trial;
            if (o.trials > 0) {
                rk_hunt(c, NULL, &o, &part);
                assert_false(part.found);
                rk_hunt_report_clear(&part, c);
            }
        }
        rk_hunt_report_clear(&whole, c);
        drop_text(&t);
    }
}

static void known_counterexamples_come_first(void **state) {
    (void)state;
    text t, known;
    read_clauses(&t, "dim n >= 1; forall A : real[n, n]; claim det(A) != 1234567;");
    read_text(&known, "theorem seen { dim n = 2; exists A : real[n, n];"
                      "assume A == [1234567, 0; 0, 1]; claim det(A) == 1234567; }");
    const rk_checked *c = &t.module->theorems[0], *list[] = {&known.module->theorems[0]};
    rk_hunt_options o = {.seed = seed(), .trials = 1, .known = list, .nknown = 1};
    rk_hunt_report r;
    rk_hunt(c, NULL, &o, &r);
    assert_true(r.found);
    assert_string_equal(r.finding.how, "known counterexample");
    assert_int_equal(r.finding.dims[0], 2);
    rk_hunt_report_clear(&r, c);
    drop_text(&t);
    drop_text(&known);
}

static void examples_of_existence_are_found(void **state) {
    (void)state;
    static const char *const claims[] = {
        "exists x : real; claim x^2 == 289;",
        "exists x : real; claim x^2 - 3*x + 2 == 0; claim x != 1;",
        "dim n = 2; exists A : real[n, n]; claim A*A == -eye(n);",
        "dim n = 3; exists A : real[n, n]; claim A*A == zeros(n, n); claim A != zeros(n, n);",
        "dim n = 2; exists A : stochastic[n, n]; claim det(A) == -1;",
    };
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        text t;
        read_clauses(&t, claims[i]);
        rk_hunt_report r = hunt(&t.module->theorems[0], 4000);
        if (!r.found)
            fail_msg("%s", claims[i]);
        rk_hunt_report_clear(&r, &t.module->theorems[0]);
        drop_text(&t);
    }
}

static bool refuse(void *self, const rk_program *program, const rk_assignment *a) {
    (void)program, (void)a;
    ++*(int *)self;
    return false;
}

static void a_violation_that_is_not_accepted_is_no_finding(void **state) {
    (void)state;
    text t;
    int asked = 0;
    read_clauses(&t, "forall x : real; claim x == 0;");
    rk_hunt_options o = {
        .seed = seed(), .trials = 50, .shrink = true, .accept = refuse, .accept_self = &asked};
    rk_hunt_report r;
    rk_hunt(&t.module->theorems[0], NULL, &o, &r);
    assert_false(r.found);
    assert_true(asked > 0 && r.tally.rejected == (uint64_t)asked);
    rk_hunt_report_clear(&r, &t.module->theorems[0]);
    drop_text(&t);
}

static void theorems_without_variables_run_through_the_dimensions(void **state) {
    (void)state;
    text t;
    read_clauses(&t, "dim n >= 1; claim n^2 + n + 41 != 41*43;");
    rk_hunt_report r = hunt(&t.module->theorems[0], 0);
    assert_true(r.found);
    assert_int_equal(r.finding.dims[0], 41);
    assert_int_equal(r.tally.held, 40);
    rk_hunt_report_clear(&r, &t.module->theorems[0]);
    drop_text(&t);
}

static void a_given_variable_makes_one_instance(void **state) {
    (void)state;
    text t;
    read_clauses(&t,
                 "dim n = 2; forall A : real[n, n]; assume A == [1, 2; 3, 4]; claim det(A) == -2;");
    rk_hunt_report r = hunt(&t.module->theorems[0], 0);
    assert_false(r.found);
    assert_int_equal(r.tally.held, 1);
    rk_hunt_report_clear(&r, &t.module->theorems[0]);
    drop_text(&t);
}

static void impossible_hypotheses_give_no_instance(void **state) {
    (void)state;
    text t;
    read_clauses(&t, "forall x : real; assume x^2 < 0; claim x == 1;");
    rk_hunt_report r = hunt(&t.module->theorems[0], 400);
    assert_false(r.found);
    assert_int_equal(r.tally.held, 0);
    assert_true(r.tally.excluded > 0);
    rk_hunt_report_clear(&r, &t.module->theorems[0]);
    drop_text(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_claims_fall_to_the_smallest),
        cmocka_unit_test(shrinking_again_changes_nothing),
        cmocka_unit_test(snippets_are_read_back_and_hold),
        cmocka_unit_test(snippets_keep_their_context),
        cmocka_unit_test(true_claims_are_never_refuted),
        cmocka_unit_test(rounding_makes_no_finding),
        cmocka_unit_test(float_hits_that_are_none_are_counted),
        cmocka_unit_test(findings_do_not_depend_on_the_budget),
        cmocka_unit_test(known_counterexamples_come_first),
        cmocka_unit_test(examples_of_existence_are_found),
        cmocka_unit_test(a_violation_that_is_not_accepted_is_no_finding),
        cmocka_unit_test(theorems_without_variables_run_through_the_dimensions),
        cmocka_unit_test(a_given_variable_makes_one_instance),
        cmocka_unit_test(impossible_hypotheses_give_no_instance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
