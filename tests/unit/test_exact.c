/* From numbers to closed forms, from doubles to exact points: what is named is what it was made
   from, structure is kept, and nothing is named that has no short form. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_rng.h"
#include "eval/rk_expression.h"
#include "hunt/rk_exact.h"
#include "hunt/rk_number.h"
#include "hunt/rk_roots.h"
#include "lang/rk_check_text.h"

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

/* The value of a form, by the ordinary front end, to `bits` binary places. */
static void value_of(arb_t r, const char *text, slong bits) {
    rk_forms forms = {0};
    rk_assignment a = {.nslots = 1};
    fmpq_mat_t m;
    fmpq_mat_init(m, 1, 1);
    a.value = m;
    assert_true(rk_point_read_entry(&a, &forms, 0, 0, 0, text));
    arb_set_fmpq(r, fmpq_mat_entry(m, 0, 0), 256);
    arb_add_error_2exp_si(r, -bits);
    fmpq_mat_clear(m);
    rk_forms_clear(&forms);
}

static void numbers_get_their_names(void **state) {
    (void)state;
    static const char *const forms[] = {"0",
                                        "-3/7",
                                        "1234567/891011",
                                        "sqrt(2)",
                                        "-sqrt(2)/3",
                                        "(1 + sqrt(5))/2",
                                        "(3 - 2*sqrt(7))/5",
                                        "log(2)",
                                        "-log(3)/2",
                                        "(-1 + log(3))/2",
                                        "log(10/3)",
                                        "2*log(3/2)",
                                        "exp(3)",
                                        "exp(1/2)",
                                        "sqrt(log(2))",
                                        "log((1 + sqrt(5))/2)",
                                        "exp(sqrt(2))",
                                        "-exp(2)",
                                        "sqrt(5 + 2*sqrt(6))",
                                        "exp(log(2)/3)",
                                        "log(11)",
                                        "1/(1 + log(2))"};
    rk_buf text;
    arb_t x;
    arb_init(x);
    rk_buf_init(&text);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        rk_buf_reset(&text);
        value_of(x, forms[i], 94);
        if (!rk_number_recognise(&text, x))
            rk_buf_puts(&text, "nothing");
        /* sqrt(5 + 2*sqrt(6)) = sqrt(2) + sqrt(3) and the like have several names */
        arb_t again;
        arb_init(again);
        if (strcmp(text.text, forms[i]) != 0) {
            print_message("# %s is %s\n", forms[i], text.text);
            assert_string_not_equal(text.text, "nothing");
            value_of(again, text.text, 90);
            assert_true(arb_overlaps(again, x));
        }
        arb_clear(again);
    }
    rk_buf_clear(&text);
    arb_clear(x);
}

/* Random reals have no short form. */
static void chance_is_not_named(void **state) {
    (void)state;
    rk_rng rng = rk_rng_trial(seed(), (const unsigned char[32]){0}, 1);
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed());
    rk_buf text;
    arb_t x;
    fmpz_t digits;
    arb_init(x);
    fmpz_init(digits);
    rk_buf_init(&text);
    for (int i = 0; i < 60; i++) {
        fmpz_zero(digits);
        for (int k = 0; k < 3; k++) {
            fmpz_mul_2exp(digits, digits, 32);
            fmpz_add_ui(digits, digits, (ulong)(rk_rng_u64(&rng) >> 32));
        }
        arb_set_fmpz(x, digits);
        arb_mul_2exp_si(x, x, -92);
        arb_add_error_2exp_si(x, -92);
        assert_false(rk_number_recognise(&text, x));
    }
    rk_buf_clear(&text);
    arb_clear(x);
    fmpz_clear(digits);
}

static void roots_are_isolated(const char *poly, const char *wanted) {
    fmpz_poly_t f;
    rk_root_list l = {0};
    rk_buf text;
    fmpz_poly_init(f);
    rk_buf_init(&text);
    assert_int_equal(fmpz_poly_set_str(f, poly), 0);
    rk_root_list_add_poly(&l, f);
    rk_root_list_sort(&l);
    for (size_t i = 0; i < l.n; i++) {
        rk_buf_puts(&text, i ? " | " : "");
        if (l.root[i].exact) {
            char *r = fmpq_get_str(NULL, 10, &l.root[i].near);
            rk_buf_puts(&text, r);
            flint_free(r);
        } else {
            rk_buf_puts(&text, l.root[i].text ? l.root[i].text : "?");
        }
    }
    assert_string_equal(text.text, wanted);
    rk_buf_clear(&text);
    fmpz_poly_clear(f);
    rk_root_list_clear(&l);
}

static void polynomials_are_solved(void **state) {
    (void)state;
    roots_are_isolated("3  -2 0 1", "-sqrt(2) | sqrt(2)");
    roots_are_isolated("3  2 0 1", "");
    roots_are_isolated("4  0 -2 0 1", "-sqrt(2) | 0 | sqrt(2)");
    roots_are_isolated("4  1 -3 0 1", "? | ? | ?");
    roots_are_isolated("4  -2 0 0 1", "exp(log(2)/3)");
    roots_are_isolated("4  2 0 0 1", "-exp(log(2)/3)");
    roots_are_isolated("4  -3 3 -3 1", "1 + exp(log(2)/3)");
    roots_are_isolated("5  4 0 -4 0 1", "-sqrt(2) | sqrt(2)"); /* a double root stands once */
    roots_are_isolated("3  -1 -1 1", "(1 - sqrt(5))/2 | (1 + sqrt(5))/2");
    roots_are_isolated("2  -3 2", "3/2");
    roots_are_isolated("1  5", "");
    roots_are_isolated("0", "");
}

/* --- points --------------------------------------------------------------------------------- */

static void structure_is_kept(void **state) {
    (void)state;
    static const double x[] = {0.333333331, -0.333333331, 1e-9, 0.7071067, 0.2928933, 2.0000000001};
    enum { N = 6 };
    fmpq_mat_t r;
    fmpq *out = _fmpq_vec_init(N);
    rk_exact_relations(r, x, N, 22);
    assert_true(r->r >= 3);
    rk_exact_snap(out, x, N, r, 8);
    fmpq_t sum;
    fmpq_init(sum);
    fmpq_add(sum, out, out + 1);
    assert_true(fmpq_is_zero(sum)); /* opposite */
    assert_true(fmpq_is_zero(out + 2));
    fmpq_add(sum, out + 3, out + 4);
    assert_true(fmpq_is_one(sum)); /* x3 + x4 = 1, though neither is simple */
    fmpq_clear(sum);
    _fmpq_vec_clear(out, N);
    fmpq_mat_clear(r);
}

static void one_denominator_is_found(void **state) {
    (void)state;
    static const double x[] = {3 / 17.0, -5 / 17.0, 40 / 17.0};
    fmpq *out = _fmpq_vec_init(3);
    rk_exact_common(out, x, 3, 8);
    for (slong i = 0; i < 3; i++)
        assert_int_equal(fmpz_get_si(fmpq_denref(out + i)), 17);
    assert_int_equal(fmpz_get_si(fmpq_numref(out + 2)), 40);
    _fmpq_vec_clear(out, 3);
}

/* The claim fails on x = y*sqrt(2)-like places only: a double near one is made exact. */
static void doubles_become_points(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double theta[2];
    } claims[] = {
        {"theorem t { forall x : real, y : real; claim x != y or x == 0; }", {0.7, 0.7}},
        {"theorem t { forall x : real, y : real; claim x + y != 1; }",
         {0.7071067811865, 0.2928932188135}},
        {"theorem t { forall x : real, y : real; claim x^2 != 2 or y != 0; }",
         {1.4142135623730951, 1e-15}},
        {"theorem t { forall x : real, y : real; claim exp(x) != 3 or y != 1/3; }",
         {1.0986122886681098, 0.33333333333333331}},
    };
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        rk_diags *diags = rk_diags_new();
        rk_unit *unit = rk_unit_parse("t.thm", claims[i].text, strlen(claims[i].text), NULL, diags);
        rk_module *module = rk_module_check(unit, NULL, diags);
        assert_int_equal(module->ntheorems, 1);
        rk_program *program = NULL;
        assert_int_equal(rk_program_build(&module->theorems[0], NULL, NULL, &program), RK_BUILD_OK);
        rk_hunt_options o = {.seed = 1};
        rk_judge judge;
        rk_assignment out;
        unsigned claim;
        rk_judge_init(&judge, &module->theorems[0], &o, NULL);
        rk_assignment_init(&out, program);
        if (!rk_exact_try(&judge, program, claims[i].theta, 2, &out, &claim))
            fail_msg("%s", claims[i].text);
        assert_int_equal(judge.forms.n, i >= 2 ? 1 : 0);
        rk_assignment_clear(&out);
        rk_judge_clear(&judge);
        rk_program_free(program);
        rk_module_free(module);
        rk_unit_free(unit);
        rk_diags_free(diags);
    }
}

/* A point with closed forms lies in the declared sets, or it is none. */
static void forms_lie_in_their_sets(void **state) {
    (void)state;
    static const struct {
        const char *text, *form;
        bool found;
    } points[] = {
        {"theorem t { forall x : real; claim x^2 != 2; }", "sqrt(2)", true},
        {"theorem t { forall x : real; claim x^2 != 2; }", "sqrt(3)", false},
        {"theorem t { forall x : positive; claim x^2 != 2; }", "-sqrt(2)", false},
        {"theorem t { forall x : integer; claim x^2 != 2; }", "sqrt(2)", false},
        {"theorem t { forall x : real; assume x < 0; claim x^2 != 2; }", "sqrt(2)", false},
        {"theorem t { forall x : real; assume x < 0; claim x^2 != 2; }", "-sqrt(2)", true},
        {"theorem t { forall x : real; claim x^2 != 2; }", "log(-1)", false},
        {"theorem t { forall x : real; claim x^2 != 2; }", "[1, 2]", false},
        {"theorem t { forall x : real; claim x^2 != 2; }", "sqrt(", false},
        {"theorem t { forall x : real; claim x^2 != 2; }", "1 == 1", false},
        {"theorem t { generic x : real; claim x^2 != 2; }", "sqrt(2)", true},
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        rk_diags *diags = rk_diags_new();
        rk_unit *unit = rk_unit_parse("t.thm", points[i].text, strlen(points[i].text), NULL, diags);
        rk_module *module = rk_module_check(unit, NULL, diags);
        rk_program *program = NULL;
        assert_int_equal(rk_program_build(&module->theorems[0], NULL, NULL, &program), RK_BUILD_OK);
        rk_hunt_options o = {.seed = 1};
        rk_judge judge;
        rk_assignment a;
        rk_forms forms = {0};
        unsigned claim;
        rk_judge_init(&judge, &module->theorems[0], &o, NULL);
        rk_assignment_init(&a, program);
        rk_forms_put(&forms, 0, 0, 0, points[i].form);
        bool found = rk_judge_try_forms(&judge, program, &a, &forms, &claim);
        if (found != points[i].found)
            fail_msg("%s at %s", points[i].text, points[i].form);
        rk_forms_clear(&forms);
        rk_assignment_clear(&a);
        rk_judge_clear(&judge);
        rk_program_free(program);
        rk_module_free(module);
        rk_unit_free(unit);
        rk_diags_free(diags);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_get_their_names),  cmocka_unit_test(chance_is_not_named),
        cmocka_unit_test(polynomials_are_solved),   cmocka_unit_test(structure_is_kept),
        cmocka_unit_test(one_denominator_is_found), cmocka_unit_test(doubles_become_points),
        cmocka_unit_test(forms_lie_in_their_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
