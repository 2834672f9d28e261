/* Programs from claims, and what an exact decision says of them at a point. */
#include "eval_helpers.h"

#include "base/rk_rng.h"
#include "eval/rk_chain.h"
#include "eval/rk_expression.h"

/* --- values of every operation -------------------------------------------------------------- */

static void claims_hold(const char *const *claims, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char text[600];
        snprintf(text, sizeof text, "claim %s;", claims[i]);
        assert_closed(text, "holds");
    }
}

#define HOLD(...)                                                                                  \
    do {                                                                                           \
        static const char *const list[] = {__VA_ARGS__};                                           \
        claims_hold(list, sizeof list / sizeof *list);                                             \
    } while (0)

static void numbers_are_exact(void **state) {
    (void)state;
    HOLD("0.1 + 0.2 == 0.3", "1.5e-2 == 15/1000", "2e3 == 2000", "1.25E+2 == 125", "-3^2 == -9",
         "2^10 == 1024", "(1/2)^(-3) == 8", "7 - 2*3 == 1", "12/4/3 == 1",
         "0.000000000000000000001 > 0", "10^30 + 1 != 10^30");
}

static void algebra_is_that_of_matrices(void **state) {
    (void)state;
    HOLD("[1, 2; 3, 4]*[0, 1; 1, 0] == [2, 1; 4, 3]", "2*[1, 2] == [2, 4]", "[2, 4]/2 == [1, 2]",
         "[1, 2].*[3, 4] == [3, 8]", "[3, 8]./[3, 4] == [1, 2]", "[1, 2; 3, 4]' == [1, 3; 2, 4]",
         "[1, 1; 0, 1]^3 == [1, 3; 0, 1]", "[1, 1; 0, 1]^(-2) == [1, -2; 0, 1]",
         "[0, 0; 0, 0]^0 == eye(2)", "inv([2, 0; 0, 4]) == [1/2, 0; 0, 1/4]",
         "kron([1, 2], [1; 1]) == [1, 2; 1, 2]", "vec([1, 2; 3, 4]) == [1; 3; 2; 4]",
         "diag([1; 2]) == [1, 0; 0, 2]", "diag([1, 2; 3, 4]) == [1; 4]", "unit(3, 2) == [0; 1; 0]",
         "causal(2) == [1, 0; 1, 1]", "[1, 2; 3, 4][2, 1] == 3", "[1, 2; 3, 4][1, :] == [1, 2]",
         "[1, 2; 3, 4][:, 2] == [2; 4]",
         "[eye(2), ones(2, 1); zeros(1, 3)] == [1, 0, 1; 0, 1, 1; 0, 0, 0]",
         "det([1, 2; 3, 4]) == -2", "trace([1, 2; 3, 4]) == 5", "rows(ones(2, 3)) == 2");
}

static void ranks_and_spans(void **state) {
    (void)state;
    HOLD("rank([1, 2; 2, 4]) == 1", "nullity([1, 2, 3; 2, 4, 6]) == 2",
         "affrank([1, 0; 0, 1]) == 1", "affrank([1, 1; 1, 1]) == 0",
         "affrank([0, 0; 1, 1; 2, 2]) == 1", "in_rowspan([2, 2], [1, 1; 0, 0])",
         "not in_rowspan([1, 0], [1, 1; 0, 0])", "in_colspan([1; 1], [2; 2])",
         "rank(zeros(2, 2)) == 0", "rank([1, 2; 2, 4]) < 2", "max(rank(eye(2)), 1) == 2");
}

static void loops_unroll(void **state) {
    (void)state;
    HOLD("sum(i = 1..4, i) == 10", "prod(i = 1..4, i) == 24", "max(i = 1..3, 2 - i) == 1",
         "min(i = 1..3, i*i) == 1", "hcat(i = 1..3, [i; 1]) == [1, 2, 3; 1, 1, 1]",
         "vcat(i = 1..2, [i, i]) == [1, 1; 2, 2]", "all(i = 1..3, i <= 3)",
         "not any(i = 1..3, i == 4)", "fold(l = 1..3, z = 1, 2*z + l) == 19",
         "sum(i = 1..3, sum(j = 1..i, i*j)) == 1 + 2*3 + 3*6",
         "prod(i = 1..2, [1, i; 0, 1]) == [1, 3; 0, 1]",
         "fold(l = 1..2, z = [1; 0], fold(m = 1..l, w = z, w + l*z)) == [10; 0]");
}

static void empty_loops(void **state) {
    (void)state;
    HOLD("sum(i = 1..0, [i, i]) == zeros(1, 2)", "all(i = 1..0, 1 == 2)",
         "not any(i = 1..0, 1 == 1)", "fold(l = 2..1, z = 7, z + 1) == 7",
         "sum(i = 1..0, 1/0) == 0 or 1 == 1");
    static const char *const undefined[] = {"prod(i = 1..H - 1, i) == 1",
                                            "max(i = 1..H - 1, i) == 1 or 1 == 1"};
    for (size_t i = 0; i < 2; i++) {
        char text[100];
        snprintf(text, sizeof text, "dim H in 1..2; claim %s;", undefined[i]);
        for (int64_t h = 1; h <= 2; h++) {
            point p = point_at(text, &h);
            assert_string_equal(point_status(&p), h == 1 ? "undefined" : "holds");
            point_free(&p);
        }
    }
}

static void normalisations(void **state) {
    (void)state;
    HOLD("center([1, 3; 0, 0]) == [-1, 1; 0, 0]", "center_tokens([1, 3; 3, 5]) == [-1, -1; 1, 1]",
         "layernorm([1, 3], [1; 1], [0; 0]) == [-1, 1]",
         "layernorm([1, 3], [2; 1], [5; 7]) == [3, 8]",
         "layernorm([1, 3], [1; 1], [0; 0], 3) == [-1/2, 1/2]",
         "rmsnorm([3, 4], [1; 1]) == sqrt(2)*[3/5, 4/5]", "rmsnorm([1, 1], [2; 3]) == [2, 3]",
         "rmsnorm([1, 1], [2; 3], 3) == [1, 3/2]", "batchnorm([1; 3]) == [-1; 1]",
         "batchnorm([1, 2; 3, 2], 3) == [-1/2, 0; 1/2, 0]",
         "affrank(layernorm([1, 2, 4; 0, 1, 5; 3, 3, 1], [1; 2; 3], [4; 5; 6])) == 2",
         "rank(layernorm(eye(3), ones(3, 1), zeros(3, 1))) == 2");
    assert_closed("claim rank(layernorm(ones(1, 2), ones(2, 1), ones(2, 1))) == 1;", "undefined");
}

static void entries_norms_and_functions(void **state) {
    (void)state;
    HOLD("sum([1, 2; 3, 4]) == 10", "max([1, 2; 3, 4]) == 4", "min([1, -2; 3, 4]) == -2",
         "sum(1, 2, 3) == 6", "min(3, 2) == 2", "norm([1, -2; 3, 4], 1) == 6",
         "norm([1, -2; 3, 4], inf) == 7", "norm([3, 0; 0, 4], fro) == 5", "norm([3, 4], 2) == 5",
         "norm([3, 0; 0, 2], 2) == 3", "sigma([3, 0; 0, 2], 2) == 2", "sigma([1, 1; 1, 1], 2) == 0",
         "eigabs([2, 1; 0, -3], 1) == 3", "eigabs([-2], 1) == 2",
         "norm1inf([1, 1; 0, 0]) == sqrt(2)", "stable_rank([3, 4]) == 1",
         "stable_rank(eye(2)) == 2", "relu([-1, 2]) == [0, 2]", "abs([-1, 2]) == [1, 2]",
         "sign([-3, 0, 2]) == [-1, 0, 1]", "exp(0) == 1", "log(1) == 0", "sqrt(9/4) == 3/2",
         "tanh(0) == 0", "sigmoid(0) == 1/2", "silu(0) == 0", "gelu(0) == 0",
         "softmax([0, 0]) == [1/2, 1/2]", "softmax([5, 1; 2, 2], causal(2)) == [1, 0; 1/2, 1/2]",
         "softmax([0, log(3)]) == [1/4, 3/4]", "entropy([1, 0]) == 0",
         "entropy([1/2, 1/2]) == log(2)", "exp(1)*exp(-1) == 1", "gelu(1) < 1", "tanh(1) < 1");
}

/* --- definedness ---------------------------------------------------------------------------- */

static void undefined_parts_are_no_instance(void **state) {
    (void)state;
    static const char *const claims[] = {
        "1/0 == 1/0",
        "1 == 1 or 1/0 == 1",
        "1 == 2 and 1/0 == 1",
        "1 == 2 => 1/0 == 1",
        "not (1/0 == 1) or 1 == 1",
        "0*log(0) == 0",
        "inv([1, 2; 2, 4]) == eye(2) or 1 == 1",
        "inv([1, 2; 2, 4])^0 == eye(2)",
        "[1, 2; 2, 4]^(-1) == eye(2) or 1 == 1",
        "log(-1) == log(-1)",
        "sqrt(-1) == sqrt(-1)",
        "rows(inv(zeros(2, 2))) == 2",
        "[1, 2]./[0, 1] == [1, 2] or 1 == 1",
        "softmax([1, 2], [0, 0]) == [0, 0] or 1 == 1",
        "softmax([1, 2], [1, 2]) == [0, 0] or 1 == 1",
        "entropy([-1, 2]) == 0 or 1 == 1",
        "stable_rank(zeros(2, 2)) == 0 or 1 == 1",
        "all(i = 1..2, 1/(i - 1) == 1) or 1 == 1",
        "0*inv([1, 2; 2, 4]) == zeros(2, 2)",
        "rank(0*[1/0, 1]) == 0",
    };
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        char text[200];
        snprintf(text, sizeof text, "claim %s;", claims[i]);
        assert_closed(text, "undefined");
    }
}

static void quotients_stay_as_written(void **state) {
    (void)state;
    point p = point_at("forall x : real; claim x/x == 1;", NULL);
    assert_string_equal(point_status(&p), "undefined");
    point_set(&p, "x", 0, "3");
    assert_string_equal(point_status(&p), "holds");
    point_free(&p);
}

static void each_claim_has_its_own_definedness(void **state) {
    (void)state;
    assert_closed("claim 1/0 == 1; claim 2 == 2;", "holds");
    assert_closed("claim 1/0 == 1; claim 2 == 3;", "violated");
    assert_closed("assume 1/0 == 1 or 1 == 1; claim 2 == 3;", "undefined");
    assert_closed("assume 1 == 2; claim 2 == 3;", "excluded");
}

static void unused_lets_do_not_count(void **state) {
    (void)state;
    assert_closed("let bad = 1/0; claim 1 == 1;", "holds");
    assert_closed("let bad = 1/0; claim bad == bad;", "undefined");
}

/* --- truth ---------------------------------------------------------------------------------- */

static void order_is_entrywise(void **state) {
    (void)state;
    assert_closed("claim [1, 2] < [2, 3];", "holds");
    assert_closed("claim [1, 3] < [2, 3];", "violated");
    assert_closed("claim not ([1, 3] < [2, 3]);", "holds");
    assert_closed("claim [1, 3] >= [2, 3];", "violated");
    assert_closed("claim [1, 3] > 0;", "holds");
    assert_closed("claim 2 > [1, 3];", "violated");
    assert_closed("claim [1, 2] != [1, 3];", "holds");
    assert_closed("claim 1 < 2 <= 2 < 3;", "holds");
    assert_closed("claim 1 < 2 <= 1 < 3;", "violated");
}

static void connectives(void **state) {
    (void)state;
    HOLD("1 == 1 <=> 2 == 2", "1 == 2 <=> 2 == 3", "1 == 2 => 3 == 4", "not (1 == 1 => 1 == 2)");
    assert_closed("claim (1 == 1 <=> 1 == 2);", "violated");
}

static void equalities_of_roots_and_exponentials(void **state) {
    (void)state;
    HOLD("sqrt(2)*sqrt(3) == sqrt(6)", "sqrt(2) + sqrt(3) != sqrt(5)", "exp(1)*exp(2) == exp(3)",
         "log(6) == log(2) + log(3)", "exp(log(5)) == 5", "rank([sqrt(2), 2; 1, sqrt(2)]) == 1",
         "rank([exp(1), 1; exp(2), exp(1)]) == 1", "softmax([1, 2])*ones(2, 1) == 1",
         "1/(1 + sqrt(2)) == sqrt(2) - 1");
    assert_closed("claim sqrt(2) <= 1.41421356237309504880168872420969807856967;", "violated");
    assert_closed("claim exp(1) > 2.71828182845904523536;", "holds");
}

static void unknown_says_why(void **state) {
    (void)state;
    point p = point_at("forall X : real[2, 2]; claim jrank(rank(X)*X; X) == 4 or 1 == 1;", NULL);
    rk_instance out;
    rk_decide(p.program, &p.value, NULL, &out);
    assert_int_equal(out.overall, RK_INSTANCE_UNKNOWN);
    assert_int_equal(out.why, RK_EV_CONSTRUCT);
    assert_non_null(out.where.source);
    assert_memory_equal(out.where.source->text + out.where.begin, "jrank", 5);
    rk_instance_clear(&out);
    point_free(&p);
}

static bool no_exact_stage(const void *who, unsigned stage) {
    (void)who, (void)stage;
    return false;
}

/* How many domains of balls it takes to know the claim; *last: the precision of the last. */
static int passes_of_balls(const char *clauses, slong *last) {
    point p = point_at(clauses, NULL);
    rk_chain c;
    rk_chain_walk walk = {.precision_cap = 4096};
    unsigned root = p.program->claims[0];
    int passes = 0;
    rk_chain_init(&c, p.program, &p.value);
    while (!rk_tern_known(rk_chain_run(&c)->truth[root]) &&
           rk_chain_next(&c, &walk, no_exact_stage, NULL)) {
        rk_run_compute(rk_chain_run(&c), root);
        *last = rk_chain_run(&c)->domain->precision;
        passes++;
    }
    rk_chain_clear(&c);
    point_free(&p);
    return passes;
}

/* A step of the map costs two bits. What cancels is no sign of bits lost. */
static void balls_that_would_tell_nothing_are_passed_over(void **state) {
    (void)state;
    slong last;
    const char *map = "claim fold(l = 1..%d, z = exp(-1), 4*z*(1 - z)) < 97/100;";
    char text[100];
    for (int steps = 1; steps < 500; steps += 40) {
        snprintf(text, sizeof text, map, steps);
        int passes = passes_of_balls(text, &last);
        print_message("# %d steps: %d passes, %ld bits\n", steps, passes, (long)last);
        assert_in_range(passes, 1, 3);
        assert_true(last > 2 * steps && last <= FLINT_MAX(64, 8 * steps));
    }
    assert_int_equal(passes_of_balls("claim exp(1) - exp(1 + 1/2^90) < 0;", &last), 2);
    assert_int_equal(last, 128);
    assert_int_equal(passes_of_balls("claim exp(1) - exp(1 + 1/2^200) < 0;", &last), 3);
    assert_int_equal(last, 256);
}

static void a_deadline_ends_in_limit(void **state) {
    (void)state;
    point p = point_at("forall X : real[2, 2]; claim rank(X) <= 2;", NULL);
    rk_decide_options late = {.deadline = 1e-9};
    rk_instance out;
    rk_decide(p.program, &p.value, &late, &out);
    assert_int_equal(out.overall, RK_INSTANCE_UNKNOWN);
    assert_int_equal(out.why, RK_EV_LIMIT);
    rk_instance_clear(&out);
    point_free(&p);
}

static void or_needs_one_side_only_when_both_are_defined(void **state) {
    (void)state;
    /* equality of these is beyond every domain, but both sides are defined */
    assert_closed("claim sigma([1, 2, 3; 4, 5, 6; 7, 8, 10], 2)^2 == exp(exp(1)) or 1 == 1;",
                  "holds");
}

/* --- hypotheses ----------------------------------------------------------------------------- */

static void an_assume_can_define(void **state) {
    (void)state;
    point p = point_at("forall W : real[2, 2], A : invertible[2]; assume W == -inv(A);"
                       "claim A*W == -eye(2);",
                       NULL);
    assert_true(p.program->slots[0].defined);
    assert_false(p.program->slots[1].defined);
    point_set(&p, "A", 0, "1 2; 3 4");
    assert_string_equal(point_status(&p), "holds");
    point_set(&p, "A", 0, "1 2; 2 4");
    assert_string_equal(point_status(&p), "undefined");
    point_free(&p);
}

static size_t defined_slots(const char *clauses) {
    point p = point_at(clauses, NULL);
    size_t n = 0;
    for (size_t i = 0; i < p.program->nslots; i++)
        n += p.program->slots[i].defined;
    point_free(&p);
    return n;
}

static void definitions_are_never_circular(void **state) {
    (void)state;
    assert_int_equal(defined_slots("forall x : real, y : real; assume x == y + 1; assume y == 2*x;"
                                   "claim x == x;"),
                     1);
    assert_int_equal(defined_slots("forall x : real; assume x == x*x; claim x == x;"), 0);
    assert_int_equal(defined_slots("forall x : real; assume x == 1 or x == 2; claim x == x;"), 0);
    assert_int_equal(
        defined_slots("forall x : real, y : real, z : real; assume x == y + 1 and z == 2*x;"
                      "claim x == x;"),
        2);
    assert_int_equal(defined_slots("forall W[3] : real[2]; assume W[2] == -W[1];"
                                   "claim W[2] == -W[1];"),
                     1);
    assert_int_equal(defined_slots("forall W[3] : real[2]; assume W[2] == sum(h = 1..3, W[h]);"
                                   "claim W[2] == W[2];"),
                     0);
    assert_int_equal(defined_slots("forall x : real, y : real; assume x == y; assume y == x;"
                                   "claim x == y;"),
                     1);
}

static void a_defined_name_must_lie_in_its_set(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"positive", "1", "excluded"},  {"positive", "2", "holds"},
        {"nonnegative", "1", "holds"},  {"nonnegative", "0", "excluded"},
        {"nonzero", "1", "excluded"},   {"nonzero", "2", "holds"},
        {"integer", "1/2", "excluded"}, {"integer", "3", "holds"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "forall x : %s, y : real; assume x == y - 1; claim x + 1 == y;",
                 cases[i][0]);
        point p = point_at(text, NULL);
        point_set(&p, "y", 0, cases[i][1]);
        assert_string_equal(point_status(&p), cases[i][2]);
        point_free(&p);
    }
}

static void surds_and_integers(void **state) {
    (void)state;
    assert_closed("forall x : integer; assume x == sqrt(2)*sqrt(3); claim x*x == 7;", "excluded");
    assert_closed("forall x : integer; assume x == sqrt(2)*sqrt(8); claim x == 4;", "holds");
    assert_closed("forall x : integer; assume x == sqrt(2)*sqrt(8); claim x == 5;", "violated");
}

static void membership_of_square_sets(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"stochastic[2, 2]", "1 0; 1/2 1/2", "holds"},
        {"stochastic[2, 2]", "2 -1; 1/2 1/2", "excluded"},
        {"attention[2, 2]", "1 0; 1/2 1/2", "excluded"},
        {"symmetric[2]", "1 2; 2 1", "holds"},
        {"symmetric[2]", "1 2; 3 1", "excluded"},
        {"psd[2]", "1 1; 1 1", "holds"},
        {"psd[2]", "1 2; 2 1", "excluded"},
        {"psd[2]", "1 1; 0 1", "excluded"},
        {"diagonal[2]", "1 0; 0 0", "holds"},
        {"diagonal[2]", "1 0; 1 0", "excluded"},
        {"invertible[2]", "1 1; 1 1", "excluded"},
        {"invertible[2]", "1 1; 0 1", "holds"},
        {"orthogonal[2]", "3/5 4/5; -4/5 3/5", "holds"},
        {"orthogonal[2]", "1 1; 0 1", "excluded"},
        {"permutation[2]", "0 1; 1 0", "holds"},
        {"permutation[2]", "1 0; 1 0", "excluded"},
        {"permutation[2]", "1/2 1/2; 1/2 1/2", "excluded"},
        {"unit_rows[2, 2]", "3/5 4/5; 0 -1", "holds"},
        {"unit_rows[2, 2]", "1 1; 0 1", "excluded"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "forall X : %s, Y : real[2, 2]; assume Y + 0*Y == X; claim X == Y;", cases[i][0]);
        point p = point_at(text, NULL);
        point_set(&p, "Y", 0, cases[i][1]);
        if (strcmp(point_status(&p), cases[i][2]) != 0)
            fail_msg("%s at %s", cases[i][0], cases[i][1]);
        point_free(&p);
    }
}

static void equations_can_be_kept(void **state) {
    (void)state;
    text_theorem t = theorem_of("forall x : real, y : real; assume x == y; claim x == y;");
    rk_program *p;
    rk_build_options keep = {.keep_equations = true};
    assert_int_equal(rk_program_build(t.checked, NULL, &keep, &p), RK_BUILD_OK);
    assert_false(p->slots[0].defined);
    assert_int_equal(p->nhypotheses, 1);
    rk_program_free(p);
    theorem_free(&t);
}

static void exists_needs_all_claims_at_one_point(void **state) {
    (void)state;
    point p = point_at("exists x : real; claim 1/x == 1; claim x == 0;", NULL);
    assert_string_equal(point_status(&p), "undefined");
    point_free(&p);
    p = point_at("exists x : real; claim x == 0; claim x + 1 == 1;", NULL);
    assert_string_equal(point_status(&p), "holds");
    point_free(&p);
}

/* --- families, indices, dimensions ---------------------------------------------------------- */

static void families_have_a_slot_each(void **state) {
    (void)state;
    point p = point_at("dim H = 3; forall W[H] : real[1, 2];"
                       "claim vcat(h = 1..H, W[h]) == [1, 2; 3, 4; 5, 6];",
                       (int64_t[]){0});
    assert_int_equal(p.program->nslots, 3);
    point_set(&p, "W", 1, "1 2");
    point_set(&p, "W", 2, "3 4");
    point_set(&p, "W", 3, "5 6");
    assert_string_equal(point_status(&p), "holds");
    point_free(&p);
}

static void what_lies_outside_is_undefined(void **state) {
    (void)state;
    static const char *const claims[] = {"W[H]*ones(2, 1) == 0",      "X[H, 1] == 0",
                                         "unit(2, H) == zeros(2, 1)", "sigma(X, H) == 0",
                                         "X[:, H] == zeros(2, 1)",    "X[H, :] == zeros(1, 2)",
                                         "eigabs(X, H) == 0"};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "dim H >= 1; forall W[2] : real[1, 2], X : real[2, 2]; claim %s or 1 == 1;",
                 claims[i]);
        for (int64_t h = 1; h <= 3; h++) {
            point p = point_at(text, &h);
            assert_string_equal(point_status(&p), h <= 2 ? "holds" : "undefined");
            point_free(&p);
        }
    }
}

static bool dims_ok(const char *clauses, int64_t a, int64_t b) {
    text_theorem t = theorem_of(clauses);
    int64_t dims[4] = {a, b};
    bool ok = rk_dims_complete(t.checked, dims);
    rk_program *p = NULL;
    if (ok)
        ok = rk_program_build(t.checked, dims, NULL, &p) == RK_BUILD_OK;
    rk_program_free(p);
    theorem_free(&t);
    return ok;
}

static void odd_choices_are_passed_over(void **state) {
    (void)state;
    assert_true(dims_ok("dim d >= 1; forall X : real[d/2, 1]; claim X == X;", 4, 0));
    assert_false(dims_ok("dim d >= 1; forall X : real[d/2, 1]; claim X == X;", 3, 0));
    assert_false(dims_ok("dim d >= 1; forall X : real[d - 2, 1]; claim X == X;", 2, 0));
    assert_true(dims_ok("dim d >= 1; forall X : real[d - 2, 1]; claim X == X;", 3, 0));
    assert_false(dims_ok("dim d >= 1; claim (d - 1)/2 >= 0 and ones(d - 1, 1) >= 0;", 1, 0));
    assert_true(dims_ok("dim H >= 1, d = 2*H; claim ones(d, 1) >= 0;", 3, 0));
}

static void limits_are_kept(void **state) {
    (void)state;
    rk_program *p;
    text_theorem t =
        theorem_of("dim n >= 1; forall X : real[n, n]; claim sum(i = 1..n, i*X) == X;");
    int64_t n = 100000;
    assert_int_equal(rk_program_build(t.checked, &n, NULL, &p), RK_BUILD_TOO_LARGE);
    assert_null(p);
    n = 50;
    rk_build_options few = {.max_instr = 20};
    assert_int_equal(rk_program_build(t.checked, &n, &few, &p), RK_BUILD_TOO_LARGE);
    theorem_free(&t);
    t = theorem_of("forall X : real[10, 10]; claim sum(i = 1..50, i*X) == X;");
    rk_build_options small = {.max_entries = 200};
    assert_int_equal(rk_program_build(t.checked, NULL, &small, &p), RK_BUILD_TOO_LARGE);
    small.max_entries = 2000;
    assert_int_equal(rk_program_build(t.checked, NULL, &small, &p), RK_BUILD_OK);
    rk_program_free(p);
    theorem_free(&t);
    t = theorem_of("dim n in 1..1000000000; claim sum(i = 1..n, 1) == n;");
    n = 1000000000;
    assert_int_equal(rk_program_build(t.checked, &n, NULL, &p), RK_BUILD_TOO_LARGE);
    theorem_free(&t);
}

static void long_let_chains_do_not_recurse(void **state) {
    (void)state;
    enum { LETS = 20000 };
    rk_buf b;
    rk_buf_init(&b);
    rk_buf_puts(&b, "forall x0 : real; ");
    for (int i = 1; i <= LETS; i++)
        rk_buf_printf(&b, "let x%d = x%d + 1;\n", i, i - 1);
    rk_buf_printf(&b, "claim x%d == x0 + %d;", LETS, LETS);
    point p = point_at(b.text, NULL);
    assert_string_equal(point_status(&p), "holds");
    point_free(&p);
    rk_buf_clear(&b);
}

static void equal_parts_are_shared(void **state) {
    (void)state;
    point p = point_at("forall X : real[2, 2]; claim rank(X*X) + rank(X*X) == 2*rank(X*X);", NULL);
    size_t ranks = 0;
    for (size_t i = 0; i < p.program->ninstr; i++)
        ranks += p.program->instr[i].code == RK_P_RANK;
    assert_int_equal(ranks, 1);
    point_free(&p);
}

static void hoisted_parts_are_lowered_once(void **state) {
    (void)state;
    point p = point_at("forall X : real[2, 2];"
                       "claim sum(i = 1..50, i*inv(X*X)) == 1275*inv(X*X);",
                       NULL);
    size_t inverses = 0;
    for (size_t i = 0; i < p.program->ninstr; i++)
        inverses += p.program->instr[i].code == RK_P_INV;
    assert_int_equal(inverses, 1);
    point_free(&p);
}

static void one_def_inside_itself(void **state) {
    (void)state;
    text_theorem t = theorem_try("def f(x) = sum(i = 1..3, i*x);\n"
                                 "def g(x) = sum(i = 1..2, f(i*x) + i);\n"
                                 "theorem t { claim f(f(1)) == 36; claim g(f(1)) == 36*3 + 3; }");
    rk_program *p;
    rk_assignment a;
    rk_instance out;
    assert_non_null(t.checked);
    assert_int_equal(rk_program_build(t.checked, NULL, NULL, &p), RK_BUILD_OK);
    rk_assignment_init(&a, p);
    rk_decide(p, &a, NULL, &out);
    assert_int_equal(out.claim[0], RK_INSTANCE_HOLDS);
    assert_int_equal(out.claim[1], RK_INSTANCE_HOLDS);
    rk_instance_clear(&out);
    rk_assignment_clear(&a);
    rk_program_free(p);
    theorem_free(&t);
}

/* --- runs over a prime field ---------------------------------------------------------------- */

/* Ranks are numbers and not residues: 2 is not 0 mod 2, and 1 < 2 means what it says. */
static void ranks_mean_numbers_in_a_prime_field(void **state) {
    (void)state;
    point p = point_at("forall X : real[2, 2]; claim rank(X) == 2; claim rank(X) == 0;"
                       "claim 1 < rank(X) + 1; claim rank(X)*rank(X) >= 4;"
                       "claim min(rank(X), 5) == 2; claim X > 0;",
                       NULL);
    static const signed char want[] = {1, -1, 1, 1, 1, 0};
    rk_domain *f2 = rk_domain_prime(2);
    rk_run run;
    point_set(&p, "X", 0, "1 0; 0 1");
    rk_run_init(&run, p.program, f2);
    rk_run_set_inputs(&run, &p.value);
    for (size_t i = 0; i < p.program->nclaims; i++) {
        rk_run_compute(&run, p.program->claims[i]);
        assert_int_equal(run.truth[p.program->claims[i]].v, want[i]);
    }
    assert_int_equal(run.ev[p.program->claims[5]], RK_EV_CONSTRUCT);
    rk_run_clear(&run);
    rk_domain_free(f2);
    point_free(&p);
}

/* A ball never shows a zero, but bounds of a rank decide what they can. */
static void bounds_of_ranks_decide(void **state) {
    (void)state;
    point p = point_at("forall X : real[2, 2]; claim rank(X/3) <= 2; claim rank(X/3) >= 1;"
                       "claim rank(X/3) == 1; claim rank(X/3) < 2 or rank(X/3) >= 1;",
                       NULL);
    static const signed char want[] = {1, 1, 0, 1};
    rk_domain *ball = rk_domain_ball(64);
    rk_run run;
    point_set(&p, "X", 0, "1 2; 1 2");
    rk_run_init(&run, p.program, ball);
    rk_run_set_inputs(&run, &p.value);
    for (size_t i = 0; i < p.program->nclaims; i++) {
        rk_run_compute(&run, p.program->claims[i]);
        assert_int_equal(run.truth[p.program->claims[i]].v, want[i]);
    }
    rk_run_clear(&run);
    rk_domain_free(ball);
    point_free(&p);
}

/* --- ranks of normalised tokens over Q ------------------------------------------------------ */

static rk_instance_status rational_status(const char *clauses, const char *x) {
    point p = point_at(clauses, NULL);
    rk_decide_options q = {.rational_only = true};
    rk_instance out;
    point_set(&p, "X", 0, x);
    rk_decide(p.program, &p.value, &q, &out);
    rk_instance_status s = out.overall;
    rk_instance_clear(&out);
    point_free(&p);
    return s;
}

#define LN "forall X : real[3, 3]; let Y = layernorm(X, [1; 2; 3], [1; 0; 2]); claim "
#define RMS "forall X : real[3, 2]; let Y = rmsnorm(X, [1; 1]); claim "

static void normalised_ranks_need_no_roots(void **state) {
    (void)state;
    assert_int_equal(rational_status(LN "affrank(Y) == 2;", "1 2 4; 0 1 5; 3 3 1"),
                     RK_INSTANCE_HOLDS);
    /* three collinear rows land on a circle */
    assert_int_equal(rational_status(LN "affrank(Y) == 1;", "1 0 0; 2 0 0; 5 0 0"),
                     RK_INSTANCE_VIOLATED);
    assert_int_equal(rational_status(LN "affrank(Y) == 0;", "1 0 0; 2 0 0; 5 0 0"),
                     RK_INSTANCE_HOLDS);
    /* a constant row divides by 0: nothing may be said of it */
    assert_int_equal(rational_status(LN "affrank(Y) == 1;", "1 1 1; 2 0 0; 5 0 0"),
                     RK_INSTANCE_UNKNOWN);
    assert_int_equal(rational_status("forall X : real[2, 3]; claim"
                                     " rank(layernorm(X, ones(3, 1), zeros(3, 1))) == 1;",
                                     "1 2 4; 3 5 9"),
                     RK_INSTANCE_HOLDS);
    assert_int_equal(rational_status(RMS "rank(Y) == 1;", "1 1; 2 2; 3 3"), RK_INSTANCE_HOLDS);
    /* (1, 1) and (2, 2) have the same image, (1, 2) another: norms from two square classes */
    assert_int_equal(rational_status(RMS "affrank(Y) == 1;", "1 1; 2 2; 1 2"), RK_INSTANCE_HOLDS);
    assert_int_equal(rational_status(RMS "affrank(Y) == 2;", "1 1; 2 -2; 1 2"), RK_INSTANCE_HOLDS);
    assert_int_equal(rational_status(RMS "rank(Y) == 1;", "1 1; 0 0; 1 2"), RK_INSTANCE_UNKNOWN);
}

/* The same ranks with and without the short way, which does not see through a product of
   entries. */
static void short_and_long_way_agree(void **state) {
    (void)state;
    static const char *const points[] = {"1 2 4; 0 1 5; 3 3 1", "1 0 0; 2 0 0; 5 0 0",
                                         "1 0 0; 0 1 0; 0 0 1", "1 0 0; 0 1 0; 1 1 0",
                                         "1 2 3; 2 4 6; 3 1 2", "0 1 3; 1 2 4; 0 0 1"};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        point p = point_at("forall X : real[3, 3]; let Y = layernorm(X, [1; 2; 3], [1; 0; 2]);"
                           "let Z = Y .* ones(3, 3);"
                           "claim rank([Y, ones(3, 1)]) == rank([ones(3, 1), Z]);"
                           "claim rank([Y, -2*Y, Y + ones(3, 1)*[1, 2, 3]]) =="
                           "  rank([Z, -2*Z, Z + ones(3, 1)*[1, 2, 3]]);"
                           "claim rank(Y*[1, 2; 0, 1; 1, 1]) == rank(Z*[1, 2; 0, 1; 1, 1]);"
                           "claim rank([Y; ones(1, 3)*X]) == rank([Z; ones(1, 3)*X]);"
                           "claim affrank(Y) == rank([Z', zeros(3, 1); ones(1, 3), 0]) - 1;",
                           NULL);
        point_set(&p, "X", 0, points[i]);
        assert_string_equal(point_status(&p), "holds");
        point_free(&p);
    }
}

/* Random degenerate tokens: repeated, collinear, zero, with few and many square classes. */
static void draw_tokens(rk_rng *rng, fmpq_mat_t x) {
    for (slong i = 0; i < fmpq_mat_nrows(x); i++) {
        slong like = (slong)rk_rng_below(rng, 2 * (uint64_t)i + 1);
        slong factor = (slong)rk_rng_between(rng, -2, 3), shift = (slong)rk_rng_below(rng, 3);
        for (slong j = 0; j < fmpq_mat_ncols(x); j++) {
            fmpq *e = fmpq_mat_entry(x, i, j);
            fmpq_set_si(e, (slong)rk_rng_between(rng, -3, 3), 1);
            if (like >= i)
                continue;
            fmpq_set(e, fmpq_mat_entry(x, like, j));
            fmpz_mul_si(fmpq_numref(e), fmpq_numref(e), factor);
            fmpz_add_si(fmpq_numref(e), fmpq_numref(e), shift);
        }
    }
}

static void short_way_is_right_at_random_tokens(void **state) {
    (void)state;
    const char *s = getenv("RK_TEST_SEED");
    uint64_t seed = s ? strtoull(s, NULL, 10) : 1;
    static const unsigned char digest[32] = "short way";
    point p = point_at("forall X : real[4, 3]; let Y = layernorm(X, [1; 2; 3], [1; 0; 2]);"
                       "let Z = rmsnorm(X, [1; -2; 1], 1);"
                       "let U = Y .* ones(4, 3);"
                       "let V = Z .* ones(4, 3);"
                       "claim affrank(Y) == rank([ones(4, 1), U]) - 1;"
                       "claim affrank(Z) == rank([ones(4, 1), V]) - 1;"
                       "claim rank(Z) == rank([V, V]);"
                       "claim rank([Z; X; 2*Z]) == rank([V; X; 2*V]);"
                       "claim rank([Y; X]) == rank([U; X]);"
                       "claim rank(Y/3 - ones(4, 1)*[1, 2, 3]/2) =="
                       "  rank(U/3 - ones(4, 1)*[1, 2, 3]/2);"
                       "claim rank([Y; Y*diag([1; 2; 1]) - ones(4, 1)*[0, 0, 0]]) =="
                       "  rank([U; U*diag([1; 2; 1])]);"
                       "claim rank(Z*[1, 0; 2, 1; 0, 3] - ones(4, 1)*[1, 1]) =="
                       "  rank(V*[1, 0; 2, 1; 0, 3] - ones(4, 1)*[1, 1]);",
                       NULL);
    size_t held = 0;
    for (uint64_t k = 0; k < 300; k++) {
        rk_rng rng = rk_rng_trial(seed, digest, k);
        draw_tokens(&rng, &p.value.value[0]);
        const char *status = point_status(&p);
        if (strcmp(status, "holds") != 0)
            fail_msg("seed %llu, case %llu: %s", (unsigned long long)seed, (unsigned long long)k,
                     status);
        held++;
    }
    print_message("seed %llu: %zu points\n", (unsigned long long)seed, held);
    point_free(&p);
}

/* --- text ----------------------------------------------------------------------------------- */

/* `want` is the beginning, or with `whole` all of what is said of the first claim. */
static void assert_text(const char *clauses, const char *want, bool whole) {
    point p = point_at(clauses, NULL);
    rk_buf b;
    rk_buf_init(&b);
    rk_describe_sides(&b, p.program, &p.value, 0);
    if (!whole && b.len > strlen(want))
        b.text[strlen(want)] = '\0';
    assert_string_equal(b.text, want);
    rk_buf_clear(&b);
    point_free(&p);
}

static void assert_sides(const char *clauses, const char *want) {
    assert_text(clauses, want, true);
}

static void assert_sides_begin(const char *clauses, const char *want) {
    assert_text(clauses, want, false);
}

static void sides_of_a_comparison(void **state) {
    (void)state;
    assert_sides("claim rank(eye(2)) == 1;", "left 2, right 1");
    assert_sides("claim 1 == 1 and [1, 2] == [1, 3];", "left [1, 2], right [1, 3]");
    assert_sides("claim 1 == 1 => 2 < 1;", "left 2, right 1");
    assert_sides("claim sqrt(2) == 1;", "left sqrt(2), right 1");
    assert_sides("claim 1/0 == 1;", "left unknown, right 1");
    assert_sides_begin("claim sum(i = 1..60, sqrt(i)) == 17;", "left 313.509143942683 +/- ");
}

static void programs_print(void **state) {
    (void)state;
    point p =
        point_at("forall W[1] : real[2, 2]; assume W[1] == W[1]'; claim rank(W[1]) <= 1;", NULL);
    rk_buf b;
    rk_buf_init(&b);
    rk_program_print(&b, p.program);
    assert_string_equal(b.text, "%0 = input W[1] : 2 x 2\n"
                                "%1 = transpose %0 : 2 x 2\n"
                                "%2 = compare == %0 %1\n"
                                "%3 = rank %0 : 1 x 1\n"
                                "%4 = rational 1 : 1 x 1\n"
                                "%5 = compare <= %3 %4\n"
                                "assume %2\nclaim %5\n");
    rk_buf_clear(&b);
    point_free(&p);
}

static void assert_value(const char *expression, rk_status status, const char *want) {
    rk_diags *d = rk_diags_new();
    rk_buf b;
    rk_buf_init(&b);
    assert_int_equal(rk_evaluate(expression, strlen(expression), 0, &b, d), status);
    if (strncmp(b.text, want, strlen(want)) != 0)
        fail_msg("%s gives %s, not %s", expression, b.text, want);
    assert_int_equal(rk_diags_errors(d) > 0, status == RK_BAD_INPUT);
    rk_buf_clear(&b);
    rk_diags_free(d);
}

/* Each of these once took minutes, or would have. */
static void growth_is_bounded(void **state) {
    (void)state;
    assert_value("(2^1000000)^1000000 > 0", RK_OK, "true");
    assert_value("2^10000000", RK_LIMIT, "undecided");
    assert_value("sum(i = 1..200, exp(i))", RK_OK, "1.143132218562");
    assert_value("exp(exp(exp(exp(exp(3))))) > 1", RK_LIMIT, "undecided: the precision cap");
    assert_value("rank(kron(eye(900), eye(30)))", RK_LIMIT, "undecided");
    assert_closed("claim inv(softmax([1, 2, 3, 4, 5; 2, 3, 5, 7, 1; 1, 4, 9, 6, 5;"
                  "5, 4, 3, 2, 2; 9, 8, 0, 1, 2])) != eye(5);",
                  "holds");
}

static void expressions_evaluate(void **state) {
    (void)state;
    assert_value("1/2 + 1", RK_OK, "3/2");
    assert_value("eye(2)", RK_OK, "[1, 0; 0, 1]");
    assert_value("[1, 2]' * 3", RK_OK, "[3; 6]");
    assert_value("1 < 2", RK_OK, "true");
    assert_value("sqrt(2)*sqrt(2) == 3", RK_OK, "false");
    assert_value("sqrt(8)", RK_OK, "2*sqrt(2)");
    assert_value("log(2)", RK_OK, "log(2)");
    assert_value("rank(ones(3, 4))", RK_OK, "1");
    assert_value("sigma([1, 2, 3; 4, 5, 6; 7, 8, 10], 1)", RK_OK, "17.412505");
    assert_value("[sqrt(2), 1; 1, 1/2]", RK_OK, "[sqrt(2), 1; 1, 1/2]");
    assert_value("1/0", RK_BAD_INPUT, "");
    assert_value("1 +", RK_BAD_INPUT, "");
    assert_value("[1, 2] + [1, 2, 3]", RK_BAD_INPUT, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(algebra_is_that_of_matrices),
        cmocka_unit_test(ranks_and_spans),
        cmocka_unit_test(loops_unroll),
        cmocka_unit_test(empty_loops),
        cmocka_unit_test(normalisations),
        cmocka_unit_test(entries_norms_and_functions),
        cmocka_unit_test(undefined_parts_are_no_instance),
        cmocka_unit_test(quotients_stay_as_written),
        cmocka_unit_test(each_claim_has_its_own_definedness),
        cmocka_unit_test(unused_lets_do_not_count),
        cmocka_unit_test(order_is_entrywise),
        cmocka_unit_test(connectives),
        cmocka_unit_test(equalities_of_roots_and_exponentials),
        cmocka_unit_test(unknown_says_why),
        cmocka_unit_test(balls_that_would_tell_nothing_are_passed_over),
        cmocka_unit_test(a_deadline_ends_in_limit),
        cmocka_unit_test(or_needs_one_side_only_when_both_are_defined),
        cmocka_unit_test(an_assume_can_define),
        cmocka_unit_test(definitions_are_never_circular),
        cmocka_unit_test(a_defined_name_must_lie_in_its_set),
        cmocka_unit_test(surds_and_integers),
        cmocka_unit_test(membership_of_square_sets),
        cmocka_unit_test(equations_can_be_kept),
        cmocka_unit_test(exists_needs_all_claims_at_one_point),
        cmocka_unit_test(families_have_a_slot_each),
        cmocka_unit_test(what_lies_outside_is_undefined),
        cmocka_unit_test(odd_choices_are_passed_over),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(long_let_chains_do_not_recurse),
        cmocka_unit_test(equal_parts_are_shared),
        cmocka_unit_test(hoisted_parts_are_lowered_once),
        cmocka_unit_test(one_def_inside_itself),
        cmocka_unit_test(ranks_mean_numbers_in_a_prime_field),
        cmocka_unit_test(bounds_of_ranks_decide),
        cmocka_unit_test(normalised_ranks_need_no_roots),
        cmocka_unit_test(short_and_long_way_agree),
        cmocka_unit_test(short_way_is_right_at_random_tokens),
        cmocka_unit_test(sides_of_a_comparison),
        cmocka_unit_test(programs_print),
        cmocka_unit_test(growth_is_bounded),
        cmocka_unit_test(expressions_evaluate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
