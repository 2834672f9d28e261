/* A hunt says the same whatever the number of threads; its shards together are the whole; it goes
   on for as many findings as are wanted; and it stops when told to, with what was found. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_line.h"
#include "base/rk_mem.h"
#include "base/rk_pool.h"
#include "hunt/rk_hunt.h"
#include "hunt/rk_order.h"
#include "hunt/rk_plan.h"
#include "lang/rk_check_text.h"

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

typedef struct text {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
    const rk_checked *checked;
} text;

static void read_clauses(text *t, const char *clauses) {
    rk_buf b;
    rk_buf_init(&b);
    rk_buf_printf(&b, "theorem planted { %s }\n", clauses);
    t->diags = rk_diags_new();
    t->unit = rk_unit_parse("test.thm", b.text, b.len, NULL, t->diags);
    t->module = rk_module_check(t->unit, NULL, t->diags);
    assert_int_equal(rk_diags_errors(t->diags), 0);
    t->checked = &t->module->theorems[0];
    rk_buf_clear(&b);
}

static void drop_text(text *t) {
    rk_module_free(t->module);
    rk_unit_free(t->unit);
    rk_diags_free(t->diags);
}

static const char *const claims[] = {
    "dim n >= 1, d >= 2; forall X : real[n, d], g : nonzero[d], b : real[d];\
     claim affrank(layernorm(X, g, b)) == affrank(X);",
    "dim n >= 1; forall A : real[n, n], B : real[n, n]; claim A*B == B*A;",
    "dim n >= 1; forall A : real[n, n]; claim rank(A*A) == rank(A);",
    "dim n >= 1; forall A : real[n, n], B : real[n, n]; claim rank(A*B) <= rank(A);",
    "dim n in 1..3; forall x : positive; claim x + 1/x >= n - 1;",
    "dim n in 2..3; exists A : real[n, n]; claim A*A == -eye(n);",
    "dim n >= 3; forall A : symmetric[n]; assume trace(A) == 0; claim det(A) <= 20;",
};
enum { CLAIMS = sizeof claims / sizeof claims[0] };

/* --- the plan ------------------------------------------------------------------------ */

static void visits_are_counted(void **state) {
    (void)state;
    for (size_t n = 1; n < 20; n++) {
        rk_plan plan = {.nprograms = n, .near = n - n / 3};
        uint64_t seen[20] = {0}, visit;
        for (uint64_t j = 0; j < 2000; j++) {
            size_t p = rk_plan_visit(&plan, j, &visit);
            assert_true(p < n);
            assert_int_equal(visit, seen[p]);
            seen[p]++;
        }
    }
}

/* --- the line ------------------------------------------------------------------------ */

typedef struct numbers {
    rk_line line;
    uint64_t next, enough;
    _Atomic uint64_t made, gone;
} numbers;

static bool take_number(void *self, uint64_t n, void *item) {
    numbers *all = self;
    assert_int_equal(n, all->next);
    assert_int_equal(*(uint64_t *)item, n);
    all->next++;
    atomic_fetch_add(&all->gone, 1);
    rk_free(item);
    return n + 1 < all->enough;
}

static void drop_number(void *self, void *item) {
    numbers *all = self;
    atomic_fetch_add(&all->gone, 1);
    rk_free(item);
}

static void put_numbers(void *self, size_t index, unsigned worker) {
    numbers *all = self;
    uint64_t n;
    rk_line_answer answer;
    (void)index;
    (void)worker;
    while ((answer = rk_line_next(&all->line, 0.001, &n)) != RK_LINE_OVER)
        if (answer == RK_LINE_GIVEN) {
            uint64_t *item = rk_malloc(sizeof *item);
            *item = n;
            atomic_fetch_add(&all->made, 1);
            rk_line_put(&all->line, n, item);
        }
}

static void results_are_taken_in_order(void **state) {
    (void)state;
    for (uint64_t enough = 1; enough < 1000; enough = 3 * enough + 1) {
        numbers all = {.line = {.take = take_number, .drop = drop_number}, .enough = enough};
        all.line.self = &all;
        rk_line_init(&all.line, 700, 5);
        rk_pool_run(4, 4, put_numbers, &all);
        assert_true(rk_line_idle(&all.line, 0));
        rk_line_clear(&all.line);
        assert_int_equal(all.next, enough < 700 ? enough : 700);
        assert_int_equal(all.made, all.gone);
    }
}

/* --- the hunt ------------------------------------------------------------------------ */

static void assert_same_finding(const rk_checked *c, const rk_finding *a, const rk_finding *b) {
    assert_int_equal(a->trial, b->trial);
    assert_int_equal(a->claim, b->claim);
    assert_string_equal(a->how, b->how);
    assert_memory_equal(a->dims, b->dims, c->ndims * sizeof *a->dims);
    assert_int_equal(rk_order_compare(&a->value, &b->value), 0);
}

static void assert_same_tally(const rk_checked *c, const rk_tally *a, const rk_tally *b) {
#define ASSERT_SAME(name) assert_int_equal(a->name, b->name);
    RK_BLOCK_COUNTERS(ASSERT_SAME)
#undef ASSERT_SAME
    assert_true(a->best == b->best);
    assert_int_equal(a->why, b->why);
    assert_memory_equal(a->dims_low, b->dims_low, c->ndims * sizeof *a->dims_low);
    assert_memory_equal(a->dims_high, b->dims_high, c->ndims * sizeof *a->dims_high);
}

static void assert_same_report(const rk_checked *c, const rk_hunt_report *a,
                               const rk_hunt_report *b) {
    assert_int_equal(a->found, b->found);
    assert_int_equal(a->nmore, b->nmore);
    if (a->found)
        assert_same_finding(c, &a->finding, &b->finding);
    for (size_t i = 0; i < a->nmore; i++)
        assert_same_finding(c, &a->more[i], &b->more[i]);
    assert_same_tally(c, &a->tally, &b->tally);
}

static void compare_jobs(rk_hunt_options o) {
    static const unsigned jobs[] = {1, 2, 3, 7};
    for (size_t i = 0; i < CLAIMS; i++) {
        text t;
        read_clauses(&t, claims[i]);
        rk_hunt_report alone, many;
        o.jobs = 0;
        rk_hunt(t.checked, NULL, &o, &alone);
        for (size_t j = 0; j < sizeof jobs / sizeof jobs[0]; j++) {
            o.jobs = jobs[j];
            rk_hunt(t.checked, NULL, &o, &many);
            assert_same_report(t.checked, &alone, &many);
            rk_hunt_report_clear(&many, t.checked);
        }
        rk_hunt_report_clear(&alone, t.checked);
        drop_text(&t);
    }
}

static void threads_change_nothing(void **state) {
    (void)state;
    compare_jobs((rk_hunt_options){.seed = seed(), .trials = 500, .shrink = true});
}

static void threads_change_no_stop_rule(void **state) {
    (void)state;
    compare_jobs((rk_hunt_options){.seed = seed(), .samples = 100});
}

static void threads_change_no_list_of_findings(void **state) {
    (void)state;
    compare_jobs((rk_hunt_options){.seed = seed(), .trials = 100, .findings = 4});
}

static void findings_go_on_and_are_different(void **state) {
    (void)state;
    text t;
    read_clauses(&t, claims[1]);
    rk_hunt_report r;
    rk_hunt_options o = {.seed = seed(), .trials = 200, .jobs = 2, .findings = UINT64_MAX};
    rk_hunt(t.checked, NULL, &o, &r);
    assert_true(r.found && r.nmore > 0);
    assert_int_equal(r.tally.trials, 200);
    for (size_t i = 0; i < r.nmore; i++) {
        const rk_finding *before = i > 0 ? &r.more[i - 1] : &r.finding;
        assert_true(before->trial < r.more[i].trial);
        for (size_t j = 0; j < i; j++)
            assert_true(r.more[i].dims[0] != r.more[j].dims[0] ||
                        rk_order_compare(&r.more[i].value, &r.more[j].value) != 0);
    }
    rk_hunt_report_clear(&r, t.checked);
    drop_text(&t);
}

/* All violations shrink to one. */
static void findings_that_shrink_to_the_same_are_told_once(void **state) {
    (void)state;
    text t;
    read_clauses(&t, "dim n in 1..2; forall x : real, y : real; claim x*y != n;");
    rk_hunt_report r;
    rk_hunt_options o = {
        .seed = seed(), .trials = 200, .shrink = true, .jobs = 2, .findings = UINT64_MAX};
    rk_hunt(t.checked, NULL, &o, &r);
    assert_true(r.found);
    assert_int_equal(r.nmore, 0);
    rk_hunt_report_clear(&r, t.checked);
    drop_text(&t);
}

/* --- shards -------------------------------------------------------------------------- */

static void shards_are_the_whole(void **state) {
    (void)state;
    for (size_t i = 0; i < CLAIMS; i++) {
        text t;
        read_clauses(&t, claims[i]);
        rk_hunt_report whole, part;
        rk_hunt_options o = {.seed = seed(), .trials = 330, .findings = UINT64_MAX};
        rk_hunt(t.checked, NULL, &o, &whole);
        rk_tally sum;
        rk_tally_init(&sum, t.checked);
        uint64_t first = UINT64_MAX;
        o.shards = 3;
        for (o.shard = 0; o.shard < 3; o.shard++) {
            rk_hunt(t.checked, NULL, &o, &part);
            rk_tally_add(&sum, &part.tally, t.checked);
            if (part.found && part.finding.trial < first)
                first = part.finding.trial;
            rk_hunt_report_clear(&part, t.checked);
        }
        sum.why = whole.tally.why; /* of the last one unknown, wherever that is */
        assert_same_tally(t.checked, &whole.tally, &sum);
        assert_int_equal(whole.found, first != UINT64_MAX);
        if (whole.found)
            assert_int_equal(whole.finding.trial, first);
        rk_tally_clear(&sum);
        rk_hunt_report_clear(&whole, t.checked);
        drop_text(&t);
    }
}

/* --- interrupts ---------------------------------------------------------------------- */

static bool stop_at_once(void *self, const rk_hunt_progress *now) {
    (void)now;
    ++*(int *)self;
    return false;
}

static bool stop_after_a_finding(void *self, const rk_hunt_progress *now) {
    (void)self;
    return now->findings == 0;
}

static void an_interrupt_ends_the_hunt(void **state) {
    (void)state;
    for (unsigned jobs = 0; jobs < 4; jobs++) {
        text t;
        read_clauses(&t, claims[3]);
        int asked = 0;
        rk_hunt_report r;
        rk_hunt_options o = {.seed = seed(),
                             .trials = 100000000,
                             .jobs = jobs,
                             .progress = stop_at_once,
                             .self = &asked};
        rk_hunt(t.checked, NULL, &o, &r);
        assert_int_equal(asked, 1);
        assert_false(r.found);
        assert_true(r.tally.trials < 100000000);
        rk_hunt_report_clear(&r, t.checked);
        drop_text(&t);
    }
}

static void an_interrupt_keeps_what_was_found(void **state) {
    (void)state;
    text t;
    read_clauses(&t, claims[1]);
    rk_hunt_report r;
    rk_hunt_options o = {.seed = seed(),
                         .trials = 100000000,
                         .jobs = 2,
                         .findings = UINT64_MAX,
                         .progress = stop_after_a_finding};
    rk_hunt(t.checked, NULL, &o, &r);
    assert_true(r.found);
    rk_hunt_report_clear(&r, t.checked);
    drop_text(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visits_are_counted),
        cmocka_unit_test(results_are_taken_in_order),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(threads_change_no_stop_rule),
        cmocka_unit_test(threads_change_no_list_of_findings),
        cmocka_unit_test(findings_go_on_and_are_different),
        cmocka_unit_test(findings_that_shrink_to_the_same_are_told_once),
        cmocka_unit_test(shards_are_the_whole),
        cmocka_unit_test(an_interrupt_ends_the_hunt),
        cmocka_unit_test(an_interrupt_keeps_what_was_found),
    };
    printf("# RK_TEST_SEED=%llu\n", (unsigned long long)seed());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
