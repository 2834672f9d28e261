/* Smallest counterexamples, against brute force: for the claims of tests/verdicts/minimal.thm no
   smaller assignment over a small alphabet, at these dimensions or at those before them, is a
   counterexample. Shrinking twice changes nothing; a deadline leaves a counterexample; simple
   assignments come in the written order; the largest violation is a violation. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_clock.h"
#include "base/rk_mem.h"
#include "hunt/rk_element.h"
#include "hunt/rk_judge.h"
#include "hunt/rk_ladder.h"
#include "hunt/rk_largest.h"
#include "hunt/rk_order.h"
#include "hunt/rk_plan.h"
#include "lang/rk_check_text.h"

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

typedef struct claims {
    rk_diags *diags;
    rk_unit *unit;
    rk_module *module;
} claims;

static int read_claims(void **state) {
    static claims c;
    char path[4096];
    const char *top = getenv("abs_top_srcdir");
    snprintf(path, sizeof path, "%s/tests/verdicts/minimal.thm", top ? top : ".");
    c.diags = rk_diags_new();
    c.unit = rk_unit_read(path, NULL, c.diags);
    if (!c.unit)
        return -1;
    c.module = rk_module_check(c.unit, NULL, c.diags);
    *state = &c;
    return rk_diags_errors(c.diags) ? -1 : 0;
}

static int drop_claims(void **state) {
    claims *c = *state;
    if (!c)
        return 0;
    rk_module_free(c->module);
    rk_unit_free(c->unit);
    rk_diags_free(c->diags);
    return 0;
}

static bool find(const rk_checked *c, bool shrink, rk_hunt_report *r) {
    rk_hunt_options o = {.seed = seed(), .trials = 20000, .shrink = shrink};
    rk_hunt(c, NULL, &o, r);
    return r->found;
}

/* --- brute force ------------------------------------------------------------------- */

/* Letters of a set, the simplest first. */
static size_t letters(rk_set set, fmpq *out) {
    static const struct {
        slong p;
        ulong q;
    } entry[] = {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {1, 2}, {-2, 1}, {-1, 2}},
      weight[] = {{0, 1}, {1, 1}, {1, 2}, {1, 3}, {2, 3}};
    bool weights = set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION;
    size_t n = weights ? 5 : 7;
    for (size_t i = 0; i < n; i++)
        fmpq_set_si(out + i, weights ? weight[i].p : entry[i].p,
                    weights ? weight[i].q : entry[i].q);
    return n;
}

typedef struct brute {
    rk_judge judge;
    const rk_program *program;
    const rk_assignment *below; /* NULL: all */
    rk_assignment a;
    slong cells;
    size_t alphabet; /* letters in use */
    fmpq *letter[64];
    uint64_t looked;
    bool found;
} brute;

enum { MOST_ASSIGNMENTS = 7000 };

static void look(brute *b) {
    unsigned claim;
    if (b->below && rk_order_compare(&b->a, b->below) >= 0)
        return;
    b->looked++;
    b->found = b->found || rk_judge_try(&b->judge, b->program, &b->a, RK_EFFORT_THOROUGH, &claim);
}

/* Every value of the entries from number k of slot s on. */
static void every(brute *b, size_t s, slong k) {
    if (s == b->program->nslots) {
        look(b);
        return;
    }
    fmpq_mat_struct *m = &b->a.value[s];
    if (k == m->r * m->c) {
        every(b, s + 1, 0);
        return;
    }
    fmpq *letter = b->letter[s];
    for (size_t i = 0; i < b->alphabet && !b->found; i++) {
        bool weights = b->program->slots[s].set == RK_SET_STOCHASTIC ||
                       b->program->slots[s].set == RK_SET_ATTENTION;
        if (weights && i >= 5)
            break;
        fmpq_set(fmpq_mat_entry(m, k / m->c, k % m->c), letter + i);
        every(b, s, k + 1);
    }
}

static size_t alphabet_for(slong cells) {
    static const size_t sizes[] = {7, 5, 3, 2};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double count = 1;
        for (slong k = 0; k < cells; k++)
            count *= (double)sizes[i];
        if (count <= MOST_ASSIGNMENTS)
            return sizes[i];
    }
    return 0;
}

/* Is there a counterexample at these dimensions, smaller than `below`? *looked: assignments. */
static bool smaller_exists(const rk_checked *c, const rk_program *program,
                           const rk_assignment *below, uint64_t *looked) {
    static const rk_hunt_options options = {.seed = 1};
    brute b = {.program = program, .below = below};
    rk_judge_init(&b.judge, c, &options, NULL);
    rk_assignment_init(&b.a, program);
    assert_true(program->nslots <= 64);
    for (size_t s = 0; s < program->nslots; s++) {
        b.cells += b.a.value[s].r * b.a.value[s].c;
        b.letter[s] = _fmpq_vec_init(7);
        letters(program->slots[s].set, b.letter[s]);
    }
    b.alphabet = alphabet_for(b.cells);
    if (b.alphabet > 0)
        every(&b, 0, 0);
    for (size_t s = 0; s < program->nslots; s++)
        _fmpq_vec_clear(b.letter[s], 7);
    rk_assignment_clear(&b.a);
    rk_judge_clear(&b.judge);
    *looked += b.looked;
    return b.found;
}

/* At all dimensions before those of the finding, and at its own. */
static bool is_smallest(const rk_checked *c, const rk_finding *f, uint64_t *looked) {
    int64_t *dims = rk_calloc(c->ndims + 1, sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(c, 4);
    bool smaller = false, there = false;
    while (!smaller && !there && rk_dims_next(it, dims)) {
        there = memcmp(dims, f->dims, c->ndims * sizeof *dims) == 0;
        bool too_large = false;
        rk_program *program = there ? NULL : rk_plan_build(c, dims, &too_large);
        if (program)
            smaller = smaller_exists(c, program, NULL, looked);
        rk_program_free(program);
    }
    rk_dims_iter_free(it);
    rk_free(dims);
    return !smaller && !smaller_exists(c, f->program, &f->value, looked);
}

static void brute_force_finds_nothing_smaller(void **state) {
    const claims *all = *state;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed());
    uint64_t looked = 0;
    for (size_t i = 0; i < all->module->ntheorems; i++) {
        const rk_checked *c = &all->module->theorems[i];
        rk_hunt_report r;
        if (!find(c, true, &r))
            fail_msg("not refuted: %s", c->theorem->name);
        if (!is_smallest(c, &r.finding, &looked))
            fail_msg("not the smallest: %s", c->theorem->name);
        rk_hunt_report_clear(&r, c);
    }
    print_message("# %llu smaller assignments, none a counterexample\n",
                  (unsigned long long)looked);
    assert_true(looked > 10000);
}

/* --- the rest ---------------------------------------------------------------------- */

static void assert_same_finding(const rk_checked *c, const rk_finding *f, const int64_t *dims,
                                const rk_assignment *value) {
    if (memcmp(f->dims, dims, c->ndims * sizeof *dims) != 0 ||
        !rk_assignment_equal(&f->value, value))
        fail_msg("shrinking again changes %s", c->theorem->name);
}

static void shrinking_again_changes_nothing(void **state) {
    const claims *all = *state;
    rk_hunt_options o = {.seed = seed() + 1};
    for (size_t i = 0; i < all->module->ntheorems; i++) {
        const rk_checked *c = &all->module->theorems[i];
        rk_hunt_report r;
        assert_true(find(c, true, &r));
        int64_t *dims = rk_calloc(c->ndims + 1, sizeof *dims);
        rk_assignment value;
        memcpy(dims, r.finding.dims, c->ndims * sizeof *dims);
        rk_assignment_init(&value, r.finding.program);
        rk_assignment_set(&value, &r.finding.value);
        rk_shrink(c, &r.finding, &o);
        assert_same_finding(c, &r.finding, dims, &value);
        rk_assignment_clear(&value);
        rk_free(dims);
        rk_hunt_report_clear(&r, c);
    }
}

static void a_deadline_leaves_a_counterexample(void **state) {
    const claims *all = *state;
    for (size_t i = 0; i < all->module->ntheorems; i += 7) {
        const rk_checked *c = &all->module->theorems[i];
        rk_hunt_report r;
        assert_true(find(c, false, &r));
        rk_hunt_options o = {.seed = seed(), .deadline = rk_clock() + 0.002}, whole = {.seed = 1};
        rk_shrink(c, &r.finding, &o);
        unsigned claim;
        rk_judge judge;
        rk_judge_init(&judge, c, &whole, NULL);
        assert_true(
            rk_judge_try(&judge, r.finding.program, &r.finding.value, RK_EFFORT_THOROUGH, &claim));
        rk_judge_clear(&judge);
        rk_hunt_report_clear(&r, c);
    }
}

static const rk_checked *named(const claims *all, const char *name) {
    for (size_t i = 0; i < all->module->ntheorems; i++)
        if (strcmp(all->module->theorems[i].theorem->name, name) == 0)
            return &all->module->theorems[i];
    fail_msg("no theorem %s", name);
    return NULL;
}

static void the_largest_violation_is_one(void **state) {
    const rk_checked *c = named(*state, "cross_terms");
    rk_hunt_options o = {.seed = seed()};
    rk_hunt_report r;
    rk_finding most;
    double violation;
    assert_true(find(c, true, &r)); /* at (1, 1): 2/5, and everywhere below 1/2 */
    assert_true(rk_largest_find(c, &r.finding, &o, &most, &violation));
    assert_true(violation > 0.45 && violation < 0.5);
    rk_judge judge;
    unsigned claim;
    rk_judge_init(&judge, c, &o, NULL);
    assert_true(rk_judge_try(&judge, most.program, &most.value, RK_EFFORT_THOROUGH, &claim));
    rk_judge_clear(&judge);
    rk_finding_clear(&most);
    rk_hunt_report_clear(&r, c);
}

static void ranks_have_no_largest_violation(void **state) {
    const rk_checked *c = named(*state, "square_keeps_rank");
    rk_hunt_options o = {.seed = seed()};
    rk_hunt_report r;
    rk_finding most;
    double violation;
    assert_true(find(c, true, &r));
    assert_false(rk_largest_find(c, &r.finding, &o, &most, &violation));
    rk_hunt_report_clear(&r, c);
}

/* Each is larger than the one before, and lies in its sets. How many there are. */
static size_t climb(const rk_program *program) {
    rk_ladder *ladder = rk_ladder_new(program, NULL, 3000, NULL);
    rk_assignment a, last;
    rk_assignment_init(&a, program);
    rk_assignment_init(&last, program);
    size_t n, all = 0;
    while ((n = rk_ladder_block(ladder, 100)) > 0)
        for (size_t i = 0; i < n; i++, all++) {
            rk_ladder_get(ladder, i, &a);
            assert_true(rk_assignment_in_sets(program, &a));
            assert_true(all == 0 || rk_order_compare(&last, &a) < 0);
            rk_assignment_set(&last, &a);
        }
    rk_assignment_clear(&a);
    rk_assignment_clear(&last);
    rk_ladder_free(ladder);
    return all;
}

static void simple_assignments_come_in_order(void **state) {
    const claims *all = *state;
    size_t seen = 0;
    for (size_t i = 0; i < all->module->ntheorems; i++) {
        const rk_checked *c = &all->module->theorems[i];
        int64_t *dims = rk_calloc(c->ndims + 1, sizeof *dims);
        rk_dims_iter *it = rk_dims_iter_new(c, 3);
        for (int k = 0; k < 5 && rk_dims_next(it, dims); k++) {
            bool too_large = false;
            rk_program *program = rk_plan_build(c, dims, &too_large);
            if (program)
                seen += climb(program);
            rk_program_free(program);
        }
        rk_dims_iter_free(it);
        rk_free(dims);
    }
    assert_true(seen > 10000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brute_force_finds_nothing_smaller),
        cmocka_unit_test(shrinking_again_changes_nothing),
        cmocka_unit_test(a_deadline_leaves_a_counterexample),
        cmocka_unit_test(the_largest_violation_is_one),
        cmocka_unit_test(ranks_have_no_largest_violation),
        cmocka_unit_test(simple_assignments_come_in_order),
    };
    return cmocka_run_group_tests(tests, read_claims, drop_claims);
}
