/* Differential test: random well-typed claims at random rational points. Each instruction of the
   program is computed over Q, Calcium, balls and doubles, and the results must agree: rationals
   exactly, balls by containment, doubles within a bound. RK_TEST_SEED repeats a run,
   RK_TEST_LONG makes it long. */
#include "eval_helpers.h"

#include <math.h>

#include "random_claims.h"

/* --- agreement ------------------------------------------------------------------------------ */

typedef struct outcome {
    unsigned long cases, values, truths, roots, undefined, exact_only, doubles;
} outcome;

typedef struct trial {
    const rk_program *program;
    rk_run q, c, b, d;
    const char *text;
    unsigned long number;
} trial;

static void print_value(rk_buf *out, const rk_run *run, unsigned i) {
    rk_buf_printf(out, "%%%u in %s: ", i, run->domain->name);
    if (run->ev[i] == RK_EV_OK && !run->program->instr[i].truth)
        rk_matrix_print(out, &run->value[i]);
    else
        rk_buf_printf(out, "outcome %d, truth %d", (int)run->ev[i], run->truth[i].v);
    rk_buf_putc(out, '\n');
}

static void report_failure(const trial *t, unsigned i, const char *what) {
    const rk_run *runs[] = {&t->q, &t->c, &t->b, &t->d};
    const rk_instr *p = &t->program->instr[i];
    rk_buf b;
    rk_buf_init(&b);
    rk_program_print(&b, t->program);
    for (size_t k = 0; k < 4; k++) {
        for (size_t a = 0; a < p->nargs; a++)
            print_value(&b, runs[k], p->arg[a]);
        print_value(&b, runs[k], i);
    }
    fprintf(stderr, "case %lu: %s at %%%u\n%s%s", t->number, what, i, t->text, b.text);
    rk_buf_clear(&b);
    fail_msg("case %lu: %s", t->number, what);
}

#define AGREE(t, i, condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            report_failure(t, i, #condition);                                                      \
    } while (0)

static bool equal_to_rational(const rk_matrix *m, slong k, const fmpq_t x) {
    rk_matrix t;
    rk_matrix_init(&t, m->domain, 1, 1);
    m->domain->set_fmpq(m->domain, t.entry, x);
    m->domain->sub(m->domain, t.entry, t.entry, rk_matrix_entry(m, 0, k));
    bool zero = rk_tern_true(m->domain->is_zero(m->domain, t.entry));
    rk_matrix_clear(&t);
    return zero;
}

static void rational_agrees(trial *t, unsigned i) {
    const rk_matrix *q = &t->q.value[i], *c = &t->c.value[i], *b = &t->b.value[i];
    for (slong k = 0; k < q->rows * q->cols; k++) {
        const fmpq *x = rk_matrix_entry(q, 0, k);
        if (t->c.ev[i] == RK_EV_OK)
            AGREE(t, i, equal_to_rational(c, k, x));
        if (t->b.ev[i] == RK_EV_OK)
            AGREE(t, i, arb_contains_fmpq(rk_matrix_entry(b, 0, k), x));
    }
}

static void exact_within_ball(trial *t, unsigned i) {
    const rk_matrix *c = &t->c.value[i], *b = &t->b.value[i];
    acb_t z;
    acb_init(z);
    for (slong k = 0; k < c->rows * c->cols; k++) {
        ca_get_acb(z, rk_matrix_entry(c, 0, k), 128, c->domain->context);
        AGREE(t, i, arb_overlaps(acb_realref(z), rk_matrix_entry(b, 0, k)));
        AGREE(t, i, arb_contains_zero(acb_imagref(z)));
    }
    acb_clear(z);
}

/* Every instruction before i was within reach of doubles: narrow balls, nothing huge, nothing
   nearly zero, and no function that jumps. */
static bool tame(const trial *t, unsigned i) {
    for (unsigned k = 0; k <= i; k++) {
        const rk_instr *p = &t->program->instr[k];
        if (p->truth || !t->b.done[k])
            continue;
        if (p->code == RK_P_RANK || (p->code == RK_P_FN && p->fn == RK_FN_SIGN))
            return false;
        if (t->b.ev[k] != RK_EV_OK || t->d.ev[k] != RK_EV_OK)
            return false;
        for (slong e = 0; e < p->rows * p->cols; e++) {
            arb_ptr ball = rk_matrix_entry(&t->b.value[k], 0, e);
            double x = fabs(arf_get_d(arb_midref(ball), ARF_RND_NEAR));
            if (mag_cmp_2exp_si(arb_radref(ball), -40) > 0)
                return false;
            if (x > 1e6 || (x < 1e-4 && x > 0))
                return false;
        }
    }
    return true;
}

/* Tame programs are short and their numbers lie between 1e-4 and 1e6, so that an error of 2^-52
   grows by less than 1e8 in every way these programs can make it grow but one: a root of what
   cancels to nothing, where half of the digits go. */
static void double_agrees(trial *t, unsigned i, outcome *o) {
    const rk_matrix *b = &t->b.value[i], *d = &t->d.value[i];
    if (!tame(t, i))
        return;
    o->doubles++;
    for (slong k = 0; k < b->rows * b->cols; k++) {
        double x = arf_get_d(arb_midref((arb_ptr)rk_matrix_entry(b, 0, k)), ARF_RND_NEAR);
        double y = *(const double *)rk_matrix_entry(d, 0, k);
        AGREE(t, i, fabs(x - y) <= 1e-4 * (1 + fabs(x)));
    }
}

static void values_agree(trial *t, unsigned i, outcome *o) {
    o->values++;
    if (t->q.ev[i] == RK_EV_OK)
        rational_agrees(t, i);
    else if (t->c.ev[i] == RK_EV_OK)
        o->exact_only++;
    if (t->c.ev[i] == RK_EV_OK && t->b.ev[i] == RK_EV_OK)
        exact_within_ball(t, i);
    if (t->b.ev[i] == RK_EV_OK && t->d.ev[i] == RK_EV_OK)
        double_agrees(t, i, o);
}

/* Of two runs that both know, none says otherwise. */
static bool truth_agrees(const rk_run *x, const rk_run *y, unsigned i) {
    return !rk_tern_known(x->truth[i]) || !rk_tern_known(y->truth[i]) ||
           x->truth[i].v == y->truth[i].v;
}

static bool definedness_agrees(const rk_run *x, const rk_run *y, unsigned i) {
    return !((x->defined[i] == RK_EV_OK && y->defined[i] == RK_EV_UNDEFINED) ||
             (x->defined[i] == RK_EV_UNDEFINED && y->defined[i] == RK_EV_OK));
}

static void instruction_agrees(trial *t, unsigned i, outcome *o) {
    AGREE(t, i, definedness_agrees(&t->q, &t->c, i));
    AGREE(t, i, definedness_agrees(&t->q, &t->b, i));
    AGREE(t, i, definedness_agrees(&t->c, &t->b, i));
    AGREE(t, i, t->q.ev[i] != RK_EV_OK || t->q.defined[i] == RK_EV_OK);
    AGREE(t, i, t->c.ev[i] != RK_EV_OK || t->c.defined[i] == RK_EV_OK);
    if (t->program->instr[i].truth) {
        o->truths++;
        AGREE(t, i, truth_agrees(&t->q, &t->c, i));
        AGREE(t, i, truth_agrees(&t->q, &t->b, i));
        AGREE(t, i, truth_agrees(&t->c, &t->b, i));
    } else {
        values_agree(t, i, o);
    }
}

/* The decision says what the single domains say. */
static void decision_agrees(trial *t, const rk_assignment *a, unsigned root, outcome *o) {
    rk_instance out;
    rk_decide(t->program, a, NULL, &out);
    const rk_run *runs[] = {&t->q, &t->c, &t->b};
    for (size_t k = 0; k < 3; k++) {
        if (runs[k]->defined[root] == RK_EV_UNDEFINED)
            AGREE(t, root, out.overall == RK_INSTANCE_UNDEFINED);
        if (runs[k]->ev[root] == RK_EV_OK)
            AGREE(t, root,
                  out.overall == (rk_tern_true(runs[k]->truth[root]) ? RK_INSTANCE_HOLDS
                                                                     : RK_INSTANCE_VIOLATED));
    }
    o->undefined += out.overall == RK_INSTANCE_UNDEFINED;
    o->roots += out.overall == RK_INSTANCE_HOLDS || out.overall == RK_INSTANCE_VIOLATED;
    rk_instance_clear(&out);
}

static void run_in(rk_run *run, const rk_program *p, const rk_domain *d, const rk_assignment *a) {
    rk_run_init(run, p, d);
    rk_run_set_inputs(run, a);
    rk_run_compute(run, p->claims[0]);
}

static void check_point(trial *t, const rk_assignment *a, rk_domain *const *domain, outcome *o) {
    rk_domain *calcium = rk_domain_calcium(); /* a fresh one: its tables grow with use */
    rk_run *run[] = {&t->q, &t->b, &t->d};
    unsigned root = t->program->claims[0];
    for (size_t k = 0; k < 3; k++)
        run_in(run[k], t->program, domain[k], a);
    run_in(&t->c, t->program, calcium, a);
    for (unsigned i = 0; i <= root; i++)
        if (t->q.done[i])
            instruction_agrees(t, i, o);
    decision_agrees(t, a, root, o);
    for (size_t k = 0; k < 3; k++)
        rk_run_clear(run[k]);
    rk_run_clear(&t->c);
    rk_domain_free(calcium);
    o->cases++;
}

/* --- the test ------------------------------------------------------------------------------- */

static unsigned long number_from(const char *name, unsigned long otherwise) {
    const char *s = getenv(name);
    return s && *s ? strtoul(s, NULL, 10) : otherwise;
}

static void check_theorem(maker *m, unsigned long number, rk_domain *const *domain, outcome *o) {
    trial t = {.text = m->out.text, .number = number};
    rk_program *program = NULL;
    rk_assignment a;
    text_theorem theorem = theorem_try(m->out.text);
    if (theorem.checked == NULL) {
        print_diags(theorem.diags);
        fail_msg("case %lu was refused: %s", number, m->out.text);
    }
    assert_int_equal(rk_program_build(theorem.checked, NULL, NULL, &program), RK_BUILD_OK);
    t.program = program;
    rk_assignment_init(&a, program);
    fill(m, &a);
    check_point(&t, &a, domain, o);
    rk_assignment_clear(&a);
    rk_program_free(program);
    theorem_free(&theorem);
}

static void domains_agree(void **state) {
    (void)state;
    unsigned long seed = number_from("RK_TEST_SEED", 1);
    unsigned long from = number_from("RK_TEST_CASE", 0);
    unsigned long cases = getenv("RK_TEST_LONG") ? 20000 : 400;
    rk_domain *domain[] = {rk_domain_rational(), rk_domain_ball(128), rk_domain_double()};
    static const unsigned char digest[32] = "differential";
    outcome o = {0};
    maker m = {0};
    rk_buf_init(&m.out);
    if (from > 0)
        cases = 1;
    for (unsigned long k = from; k < from + cases; k++) {
        m.rng = rk_rng_trial(seed, digest, k);
        make_theorem(&m);
        check_theorem(&m, k, domain, &o);
    }
    print_message("seed %lu: %lu cases, %lu values (%lu beyond Q, %lu compared with doubles), "
                  "%lu truth values, %lu decided, %lu undefined\n",
                  seed, o.cases, o.values, o.exact_only, o.doubles, o.truths, o.roots, o.undefined);
    if (from == 0) {
        assert_true(o.roots > o.cases / 3);
        assert_true(o.exact_only > o.cases / 10);
        assert_true(o.doubles > o.cases / 3);
    }
    rk_buf_clear(&m.out);
    for (size_t k = 0; k < 3; k++)
        rk_domain_free(domain[k]);
}

/* --- definitions ---------------------------------------------------------------------------- */

static rk_instance_status status_of(const rk_program *p, const rk_assignment *a) {
    rk_instance out;
    rk_decide(p, a, NULL, &out);
    rk_instance_status status = out.overall;
    rk_instance_clear(&out);
    return status;
}

/* Gives the last slot, V, its value by the definition; false where that is not defined. */
static bool complete_point(const rk_program *p, const rk_assignment *a, rk_assignment *full) {
    rk_domain *q = rk_domain_rational();
    size_t v = p->nslots - 1;
    rk_run run;
    rk_run_init(&run, p, q);
    rk_run_set_inputs(&run, a);
    bool known = rk_run_compute(&run, p->slots[v].definition) == RK_EV_OK;
    for (size_t i = 0; i < v; i++)
        fmpq_mat_set(&full->value[i], &a->value[i]);
    if (known)
        rk_matrix_get_fmpq_mat(&full->value[v], &run.value[p->slots[v].definition]);
    rk_run_clear(&run);
    rk_domain_free(q);
    return known;
}

/* With V defined and with V drawn as the same value, the answer is the same. */
static bool definition_agrees(maker *m, const rk_checked *checked) {
    rk_program *defined, *kept;
    rk_assignment a, full;
    rk_build_options keep = {.keep_equations = true};
    assert_int_equal(rk_program_build(checked, NULL, NULL, &defined), RK_BUILD_OK);
    assert_int_equal(rk_program_build(checked, NULL, &keep, &kept), RK_BUILD_OK);
    assert_true(defined->slots[defined->nslots - 1].defined);
    rk_assignment_init(&a, defined);
    rk_assignment_init(&full, kept);
    fill(m, &a);
    bool known = complete_point(defined, &a, &full);
    rk_instance_status status = status_of(defined, &a);
    if (known ? status != status_of(kept, &full) : status != RK_INSTANCE_UNDEFINED)
        fail_msg("%s", m->out.text);
    rk_assignment_clear(&a);
    rk_assignment_clear(&full);
    rk_program_free(defined);
    rk_program_free(kept);
    return known;
}

static void definitions_agree(void **state) {
    (void)state;
    unsigned long seed = number_from("RK_TEST_SEED", 1), known = 0;
    unsigned long cases = getenv("RK_TEST_LONG") ? 5000 : 200;
    static const unsigned char digest[32] = "definitions";
    maker m = {0};
    rk_buf_init(&m.out);
    for (unsigned long k = 0; k < cases; k++) {
        m.rng = rk_rng_trial(seed, digest, k);
        make_definition(&m);
        text_theorem t = theorem_try(m.out.text);
        if (t.checked == NULL) {
            print_diags(t.diags);
            fail_msg("%s", m.out.text);
        }
        known += definition_agrees(&m, t.checked);
        theorem_free(&t);
    }
    print_message("seed %lu: %lu definitions, %lu of them with a value\n", seed, cases, known);
    assert_true(known > cases / 2);
    rk_buf_clear(&m.out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_agree),
        cmocka_unit_test(definitions_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
