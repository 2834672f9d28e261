/* The Jacobian of a program against central differences, for every operation of the language; the
   tangent spaces of the sets; kinks. Points are random: RK_TEST_SEED repeats a run. */
#include "eval_helpers.h"

#include "base/rk_rng.h"
#include "eval/rk_jacobian.h"

enum { PRECISION = 640, STEP_BITS = 120, AGREEMENT_BITS = 150, POINTS = 3 };

static rk_rng rng;

/* --- growing a finished program ------------------------------------------------------------- */

/* An emitter that appends to a program: nothing is shared with what is there already. */
static void resume(rk_emitter *e, rk_program *program) {
    memset(e, 0, sizeof *e);
    e->program = program;
    e->arena = program->memory;
    e->cap = program->ninstr;
    e->max_instr = 1000000;
    e->max_entries = (int64_t)1 << 24;
    e->table_size = (size_t)1 << 16;
    e->table = rk_malloc(e->table_size * sizeof *e->table);
    memset(e->table, 0xff, e->table_size * sizeof *e->table);
}

typedef struct subject {
    text_theorem theorem;
    rk_program *program;
    unsigned value, jacobian; /* instructions of E and of its Jacobian by all variables */
    unsigned *tangent;        /* by slot: its own Jacobian, RK_NO_INSTR where it cannot move */
} subject;

static unsigned *all_variables(const rk_checked *checked) {
    unsigned *vars = rk_calloc(checked->nvars + 1, sizeof *vars);
    for (unsigned i = 0; i < checked->nvars; i++)
        vars[i] = i;
    return vars;
}

static unsigned tangent_of(rk_emitter *e, unsigned slot) {
    rk_slot s = e->program->slots[slot];
    rk_instr p = {.code = RK_P_INPUT, .rows = s.rows, .cols = s.cols, .slot = slot};
    return rk_emit_jacobian(e, rk_emit(e, &p, NULL, 0), &s.var, 1);
}

/* Families would need their other members: the subjects have none. */
static subject subject_of(const char *vars, const char *expression) {
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_printf(&text, "forall %s; claim rank(%s) >= 0;", vars, expression);
    subject s = {.theorem = theorem_of(text.text)};
    rk_buf_clear(&text);
    assert_int_equal(build(&s.theorem, NULL, NULL, &s.program), RK_BUILD_OK);
    const rk_instr *claim = &s.program->instr[s.program->claims[0]];
    s.value = s.program->instr[claim->arg[0]].arg[0];
    rk_emitter e;
    resume(&e, s.program);
    unsigned *by = all_variables(s.theorem.checked);
    s.jacobian = rk_emit_jacobian(&e, s.value, by, s.theorem.checked->nvars);
    s.tangent = rk_calloc(s.program->nslots + 1, sizeof *s.tangent);
    for (unsigned i = 0; i < s.program->nslots; i++)
        s.tangent[i] = tangent_of(&e, i);
    assert_int_equal(e.status, RK_BUILD_OK);
    rk_free(by);
    rk_emitter_clear(&e);
    return s;
}

static void subject_free(subject *s) {
    rk_free(s->tangent);
    rk_program_free(s->program);
    theorem_free(&s->theorem);
}

/* --- points and differences ----------------------------------------------------------------- */

static void draw(const rk_program *program, rk_assignment *a) {
    for (size_t s = 0; s < program->nslots; s++) {
        bool positive = program->slots[s].set == RK_SET_POSITIVE;
        fmpq_mat_struct *m = &a->value[s];
        for (slong i = 0; i < fmpq_mat_nrows(m); i++)
            for (slong j = 0; j < fmpq_mat_ncols(m); j++) {
                slong top = 1 + (slong)rk_rng_below(&rng, (uint64_t)1 << 40);
                fmpq_set_si(fmpq_mat_entry(m, i, j), positive || top % 2 ? top : -top,
                            (ulong)1 << 39);
            }
    }
}

/* E where slot s has moved by h times direction k; h = 0: at the point. */
static void value_at(rk_matrix *r, const subject *s, const rk_domain *d, const rk_assignment *a,
                     size_t slot, const rk_matrix *directions, slong k, const fmpq_t h) {
    rk_run run;
    rk_run_init(&run, s->program, d);
    assert_int_equal(rk_run_set_inputs(&run, a), RK_EV_OK);
    rk_matrix moved;
    rk_matrix_copy(&moved, &run.input[slot]);
    arb_t step;
    arb_init(step);
    arb_set_fmpq(step, h, PRECISION);
    for (slong i = 0; i < moved.rows * moved.cols; i++)
        arb_addmul(rk_matrix_entry(&moved, 0, i), rk_matrix_entry(directions, i, k), step,
                   PRECISION);
    rk_run_set_input(&run, (unsigned)slot, &moved);
    assert_int_equal(rk_run_compute(&run, s->value), RK_EV_OK);
    rk_matrix_copy(r, &run.value[s->value]);
    arb_clear(step);
    rk_matrix_clear(&moved);
    rk_run_clear(&run);
}

static void assert_close(const arb_struct *x, const arb_struct *y, const char *what) {
    arb_t gap;
    mag_t bound;
    arb_init(gap);
    mag_init(bound);
    arb_sub(gap, x, y, PRECISION);
    arb_get_mag(bound, gap);
    if (mag_cmp_2exp_si(bound, -AGREEMENT_BITS) > 0) {
        arb_printd(x, 15), arb_printd(y, 15);
        fail_msg("%s: the difference quotient is another", what);
    }
    mag_clear(bound);
    arb_clear(gap);
}

/* Column `at` of the Jacobian against (E(X + h*D) - E(X - h*D)) / (2*h). */
static void check_column(const subject *s, const rk_domain *d, const rk_assignment *a, size_t slot,
                         const rk_matrix *directions, slong k, const rk_matrix *jacobian, slong at,
                         const char *what) {
    rk_matrix plus, minus;
    fmpq_t h;
    fmpq_init(h);
    fmpq_set_si(h, 1, 1);
    fmpq_div_2exp(h, h, STEP_BITS);
    value_at(&plus, s, d, a, slot, directions, k, h);
    fmpq_neg(h, h);
    value_at(&minus, s, d, a, slot, directions, k, h);
    for (slong i = 0; i < plus.rows * plus.cols; i++) {
        arb_t quotient, zero;
        arb_init(quotient);
        arb_init(zero);
        arb_sub(quotient, rk_matrix_entry(&plus, 0, i), rk_matrix_entry(&minus, 0, i), PRECISION);
        arb_mul_2exp_si(quotient, quotient, STEP_BITS - 1);
        assert_close(quotient, jacobian ? rk_matrix_entry(jacobian, i, at) : zero, what);
        arb_clear(quotient);
        arb_clear(zero);
    }
    fmpq_clear(h);
    rk_matrix_clear(&plus);
    rk_matrix_clear(&minus);
}

static bool depends_on(const rk_program *p, unsigned root, size_t slot) {
    unsigned char *marks = rk_malloc(p->ninstr);
    rk_program_closure(p, root, marks);
    bool found = false;
    for (size_t i = 0; i < p->ninstr; i++)
        found = found || (marks[i] && p->instr[i].code == RK_P_INPUT && p->instr[i].slot == slot);
    rk_free(marks);
    return found;
}

static void check_at(const subject *s, const rk_domain *d, const rk_assignment *a,
                     const char *what) {
    rk_run run;
    rk_run_init(&run, s->program, d);
    assert_int_equal(rk_run_set_inputs(&run, a), RK_EV_OK);
    const rk_matrix *jacobian = NULL;
    if (s->jacobian != RK_NO_INSTR) {
        if (rk_run_compute(&run, s->jacobian) != RK_EV_OK)
            fail_msg("%s: no Jacobian", what);
        jacobian = &run.value[s->jacobian];
    }
    slong at = 0;
    for (size_t slot = 0; slot < s->program->nslots; slot++) {
        if (s->tangent[slot] == RK_NO_INSTR)
            continue;
        assert_int_equal(rk_run_compute(&run, s->tangent[slot]), RK_EV_OK);
        const rk_matrix *directions = &run.value[s->tangent[slot]];
        bool has = jacobian != NULL && depends_on(s->program, s->value, slot);
        for (slong k = 0; k < directions->cols; k++)
            check_column(s, d, a, slot, directions, k, has ? jacobian : NULL, at + k, what);
        at += has ? directions->cols : 0;
    }
    if (jacobian != NULL && at != jacobian->cols)
        fail_msg("%s: %ld columns, not %ld", what, (long)jacobian->cols, (long)at);
    rk_run_clear(&run);
}

static void check(const char *vars, const char *expression) {
    subject s = subject_of(vars, expression);
    rk_domain *d = rk_domain_ball(PRECISION);
    rk_assignment a;
    rk_assignment_init(&a, s.program);
    for (unsigned k = 0; k < POINTS; k++) {
        draw(s.program, &a);
        check_at(&s, d, &a, expression);
    }
    rk_assignment_clear(&a);
    rk_domain_free(d);
    subject_free(&s);
}

#define X23 "X : real[2, 3]"
#define X22 "X : real[2, 2]"
#define X23Y32 "X : real[2, 3], Y : real[3, 2]"
#define P23 "X : positive[2, 3]"

static void products_and_sums(void **state) {
    (void)state;
    check(X23Y32, "X*Y");
    check(X23Y32, "X*Y*X - 2*X");
    check(X23Y32, "-X + Y'");
    check(X23Y32, "X' - Y");
    check(X23Y32, "X'*Y'*X'");
    check(X23Y32, "(X*Y)'*X*[1, 2; 3, 4; 5, 6]");
    check(X22, "X^3 + 5*X - X'*X");
    check(X22, "X^(-2)");
    check(X22, "X^0 + X");
    check(X22, "inv(X)*X'");
    check(X23Y32, "trace(X*Y)*X");
    check(X23Y32, "X / trace(X*Y)");
    check(X23Y32, "sum(X)*Y + Y");
    check(X23Y32, "X .* Y' .* X");
    check(X23Y32, "X ./ Y'");
    check(X23, "X - X ./ X");
    check(X23, "det(X*X')*X");
    check("X : real[3, 3]", "det(X)");
    check("X : real[1, 1]", "det(X) + X[1,1]");
}

static void places_and_shapes(void **state) {
    (void)state;
    check(X23Y32, "X[:,2]*Y[2,:]");
    check(X23, "X[2,3]*X[1,:]");
    check(X23Y32, "[X, Y'; Y', X[:,1], [7; 8]*X[1,2], X[:,2]]");
    check(X23Y32, "[X*Y, X; Y, [1, 2, 3; X]]");
    check(X23, "vec(X*X')");
    check(X23, "vec(X)*X[1,1]");
    check(X23Y32, "kron(X, Y)");
    check(X23Y32, "kron(Y*Y', X[1,:])");
    check(X23, "kron([1; 2], X)*X[1,2]");
    check(X23, "diag(X[:,2])*X");
    check(X23, "diag(X*X')");
    check(X23, "diag(X)*X[1,1]");
    check(X23Y32, "diag(Y*X[:,1])");
    check(X23, "hcat(h = 1..3, X[:,h]*X[1,h])");
    check(X23, "sum(h = 1..3, X[:,h]*X[1,h])");
    check(X22, "fold(l = 1..3, Z = X, X*Z + X)");
}

static void functions_of_entries(void **state) {
    static const char *const names[] = {"exp",  "tanh", "sigmoid", "silu",
                                        "gelu", "relu", "abs",     "sign"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        rk_buf text;
        rk_buf_init(&text);
        rk_buf_printf(&text, "%s(X*Y)*X", names[i]);
        check(X23Y32, text.text);
        rk_buf_clear(&text);
    }
    check(P23, "log(X) .* sqrt(X)");
    check(P23, "entropy(X)*X[1,:]");
    check(P23, "entropy([X, zeros(2, 2)])");
}

static void transformer_parts(void **state) {
    (void)state;
    check(X23Y32, "softmax(X*Y)*X");
    check(X22, "softmax(X, causal(2))*X");
    check(X23, "softmax(X*X'/sqrt(3))*X");
    check("X : real[2, 3], g : real[3], b : real[3]", "layernorm(X, g, b)");
    check("X : real[2, 3], g : real[3], b : real[3], e : positive", "layernorm(X, g, b, e)");
    check("X : real[2, 3], g : real[3]", "rmsnorm(X*X'*X, g)");
    check("X : real[3, 2]", "batchnorm(X)*[1, 2; 3, 4]");
    check(X23, "center(X) + 2*center_tokens(X)");
}

static void norms_and_extremes(void **state) {
    (void)state;
    check(X23, "norm(X, 1)");
    check(X23, "norm(X, inf)*X");
    check(X23, "norm(X, fro)*X");
    check(X23, "norm1inf(X)");
    check(X23, "norm(X[1,:], 2) + sigma(X[1,:], 1)");
    check(X23, "stable_rank(X[1,:])*X");
    check(X23, "max(X)*X");
    check(X23, "min(X) + max(X[1,1], X[2,2], X[1,3])");
    check(X22, "max(i = 1..2, X[i,1])");
}

static void every_set(void **state) {
    static const char *const sets[] = {
        "positive[2, 3]",   "nonnegative[2, 3]", "nonzero[2, 3]",    "invertible[3]",
        "stochastic[2, 3]", "attention[2, 3]",   "symmetric[3]",     "psd[3]",
        "diagonal[3]",      "orthogonal[3]",     "orthogonal[2]",    "unit_rows[2, 3]",
        "integer[2, 3]",    "permutation[3]",    "stochastic[2, 1]", "unit_rows[2, 2]",
        "symmetric[1]",     "orthogonal[1]"};
    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        rk_buf vars;
        rk_buf_init(&vars);
        rk_buf_printf(&vars, "X : %s, c : real", sets[i]);
        check(vars.text, "c*X*X'*X");
        check(vars.text, "X*X[1,:]'");
        rk_buf_clear(&vars);
    }
}

/* --- ranks at a point ----------------------------------------------------------------------- */

static void assert_at(const char *clauses, const char *x, const char *want) {
    point p = point_at(clauses, NULL);
    point_set(&p, "X", 0, x);
    if (strcmp(point_status(&p), want) != 0)
        fail_msg("%s at %s is %s, not %s", clauses, x, point_status(&p), want);
    point_free(&p);
}

#define AT(expression, x, rank)                                                                    \
    assert_at("forall X : real[1, 2]; claim jrank(" expression "; X) == " #rank ";", x, "holds")
#define UNDEFINED_AT(expression, x)                                                                \
    assert_at("forall X : real[1, 2]; claim jrank(" expression "; X) == 0;", x, "undefined")

static void kinks_are_undefined_where_something_crosses_them(void **state) {
    (void)state;
    AT("relu(X)", "1 -1", 1);
    AT("abs(X)", "1 -1", 2);
    UNDEFINED_AT("relu(X)", "0 -1");
    UNDEFINED_AT("abs(X)", "0 1");
    UNDEFINED_AT("sign(X)", "0 1");
    UNDEFINED_AT("sqrt(X)", "0 1");
    AT("relu([X, zeros(1, 2)])", "1 2", 2);
    AT("relu(X .* X)", "0 1", 1);
    AT("abs(X .* [1, 0])", "1 5", 1);
    UNDEFINED_AT("max(X)", "3 3");
    AT("max(X)", "3 2", 1);
    AT("max([X[1,1], X[1,1]])", "3 0", 1);
    AT("min([X .* X, 0])", "0 1", 0);
    UNDEFINED_AT("min([X, 0])", "0 1");
    UNDEFINED_AT("norm(X, fro)", "0 0");
    AT("norm(X, 1)", "1 0", 1);
    UNDEFINED_AT("norm(X, inf)", "1 0");
    UNDEFINED_AT("norm(X, 1)", "1 -1");
    AT("norm([X; zeros(1, 2)], 1)", "1 2", 1);
    AT("entropy([1, 0])*X", "1 2", 0);
    UNDEFINED_AT("entropy(X)", "1 0");
    AT("max(n = 1..2, n)*X", "0 0", 2);
}

static void smooth_functions_at_corner_points(void **state) {
    (void)state;
    AT("gelu(X)", "0 0", 2);
    AT("silu(X)", "0 0", 2);
    AT("tanh(X)", "0 0", 2);
    AT("exp(X)", "0 0", 2);
    AT("softmax(X)", "0 0", 1);
    AT("X*X'", "0 0", 0);
    AT("det([X; 1, 1])", "0 0", 1);
    AT("X .* X", "0 1", 1);
    AT("inv([1, X[1,1]; 0, 1])", "0 7", 1);
    AT("rank(eye(2))*X", "0 0", 2);
    AT("sigma([1, 2; 3, 4], 2)*X", "0 0", 2);
}

static void an_undefined_text_has_no_rank(void **state) {
    (void)state;
    UNDEFINED_AT("X / X[1,1]", "0 1");
    UNDEFINED_AT("layernorm(X, ones(2, 1), zeros(2, 1))", "1 1");
    UNDEFINED_AT("0*log(X)", "0 1");
    UNDEFINED_AT("log([1, 0]) + X", "1 1");
}

static void ranks_of_what_moves_have_no_rule(void **state) {
    (void)state;
    assert_at("forall X : real[2, 2]; claim jrank(rank(X)*X; X) == 4;", "1 2; 3 4", "unknown");
    assert_at("forall X : real[2, 2]; claim jrank(sigma(X, 2); X) == 1;", "1 2; 3 4", "unknown");
    assert_at("forall X : real[2, 2]; claim jrank(rank(X)*X; X) <= 4;", "1 2; 3 4", "unknown");
}

/* U stands still while V moves, though it is assumed to be V*V. */
static void assumed_equations_do_not_move(void **state) {
    (void)state;
    point p =
        point_at("forall X : real, V : real; assume X == V*V; claim jrank(X*V; V) == 0;", NULL);
    point_set(&p, "X", 0, "0");
    point_set(&p, "V", 0, "0");
    assert_string_equal(point_status(&p), "holds"); /* 3*V^2 is 0 there too */
    point_set(&p, "X", 0, "1");
    point_set(&p, "V", 0, "1");
    assert_string_equal(point_status(&p), "violated");
    point_free(&p);
    p = point_at("forall X : real, V : real; assume X == -V; claim jrank(X + V; V) == 1;", NULL);
    point_set(&p, "X", 0, "-2");
    point_set(&p, "V", 0, "2");
    assert_string_equal(point_status(&p), "holds");
    point_free(&p);
}

static void families_count_whole(void **state) {
    (void)state;
    point p = point_at("forall W[3] : real[2, 2]; claim jrank(sum(h = 1..3, W[h]); W) == 4; "
                       "claim jrank(hcat(h = 1..3, W[h]); W) == 12; claim jrank(W[2]; W) == 4;",
                       NULL);
    assert_string_equal(point_status(&p), "holds");
    point_free(&p);
}

static void jranks_share_what_they_can(void **state) {
    (void)state;
    static const char one[] = "forall X : real[3, 3]; claim jrank(inv(X)*X*X; X) == 9;";
    static const char two[] = "forall X : real[3, 3]; claim jrank(inv(X)*X*X; X) == 9; "
                              "claim jrank(X*inv(X); X) == 0; claim jrank(inv(X)*X*X; X) <= 9;";
    point a = point_at(one, NULL), b = point_at(two, NULL);
    assert_true(b.program->ninstr < a.program->ninstr + 15);
    point_free(&a);
    point_free(&b);
}

int main(void) {
    const char *given = getenv("RK_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20261122;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed);
    const uint8_t nothing[32] = {0};
    rng = rk_rng_trial(seed, nothing, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_and_sums),
        cmocka_unit_test(places_and_shapes),
        cmocka_unit_test(functions_of_entries),
        cmocka_unit_test(transformer_parts),
        cmocka_unit_test(norms_and_extremes),
        cmocka_unit_test(every_set),
        cmocka_unit_test(kinks_are_undefined_where_something_crosses_them),
        cmocka_unit_test(smooth_functions_at_corner_points),
        cmocka_unit_test(an_undefined_text_has_no_rank),
        cmocka_unit_test(ranks_of_what_moves_have_no_rule),
        cmocka_unit_test(assumed_equations_do_not_move),
        cmocka_unit_test(families_count_whole),
        cmocka_unit_test(jranks_share_what_they_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
