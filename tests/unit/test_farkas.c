/* Sums of facts: consequences get an exact sum that adds up, nothing else gets any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/rk_rng.h"
#include "calculus/rk_farkas.h"

enum { UNKNOWNS = 400, FACTS = 1200 };

typedef struct bench {
    rk_arena *arena;
    rk_sizes *sizes;
    rk_scalars *s;
    rk_sc n, d, rank[UNKNOWNS];
    rk_fact fact[FACTS];
    const rk_fact *list[FACTS];
    size_t nfacts;
    rk_sum sum;
} bench;

static int set_up(void **state) {
    static bench b;
    static char matrix[UNKNOWNS]; /* any pointer serves as a matrix here */
    b.arena = rk_arena_new();
    b.sizes = rk_sizes_new();
    b.s = rk_scalars_new(b.sizes, b.arena);
    unsigned n = rk_size_symbol(b.sizes, "n", NULL), d = rk_size_symbol(b.sizes, "d", NULL);
    rk_sc_bound(b.s, n, 1);
    rk_sc_bound(b.s, d, 2);
    b.n = rk_sc_sym(b.s, n);
    b.d = rk_sc_sym(b.s, d);
    for (size_t i = 0; i < UNKNOWNS; i++) {
        rk_quantity q = {
            .kind = RK_Q_RANK, .mx = {(const rk_mx *)(const void *)&matrix[i]}, .nmx = 1};
        b.rank[i] = rk_sc_quantity(b.s, &q);
    }
    b.nfacts = 0;
    *state = &b;
    return 0;
}

static int tear_down(void **state) {
    bench *b = *state;
    rk_scalars_free(b->s);
    rk_sizes_free(b->sizes);
    rk_arena_free(b->arena);
    return 0;
}

static rk_sc num(bench *b, int64_t value) {
    return rk_sc_int(b->s, value);
}

static rk_sc less(bench *b, rk_sc x, rk_sc y) {
    return rk_sc_sub(b->s, y, x);
}

static void add(bench *b, rk_sc value, bool equation) {
    b->fact[b->nfacts] = (rk_fact){.value = value, .equation = equation};
    b->list[b->nfacts] = &b->fact[b->nfacts];
    b->nfacts++;
}

/* The sum is what it says it is: signs, and the goal to the last term. */
static void check_sum(bench *b, rk_sc goal) {
    rk_sc total = b->sum.slack;
    assert_true(rk_sc_at_least(b->s, b->sum.slack, 0));
    for (size_t i = 0; i < b->sum.nitems; i++) {
        const rk_multiplier *m = &b->sum.item[i];
        assert_true(i == 0 || m->fact > m[-1].fact);
        assert_true(b->fact[m->fact].equation || rk_sc_at_least(b->s, m->factor, 0));
        total = rk_sc_add(b->s, total, rk_sc_mul(b->s, m->factor, b->fact[m->fact].value));
    }
    assert_ptr_equal(total, goal);
}

static bool follows(bench *b, rk_sc goal) {
    bool yes = rk_farkas(b->s, b->list, b->nfacts, goal, b->arena, &b->sum);
    if (yes)
        check_sum(b, goal);
    return yes;
}

static void chains_are_added_up(void **state) {
    bench *b = *state;
    add(b, less(b, b->rank[0], b->rank[1]), false);
    add(b, less(b, b->rank[1], b->d), false);
    add(b, less(b, b->rank[2], b->n), false);
    assert_true(follows(b, less(b, b->rank[0], b->d)));
    assert_int_equal(b->sum.nitems, 2);
    assert_ptr_equal(b->sum.slack, num(b, 0));
    assert_false(follows(b, less(b, b->rank[0], b->n)));
    assert_false(follows(b, less(b, b->rank[1], b->rank[0])));
    assert_false(follows(b, less(b, b->rank[3], b->d)));
    assert_true(follows(b, rk_sc_add(b->s, b->rank[3], num(b, 0))));
    assert_true(follows(b, rk_sc_sub(b->s, b->d, num(b, 2))));
    assert_false(follows(b, rk_sc_sub(b->s, b->d, num(b, 3))));
}

static void equations_take_either_sign(void **state) {
    bench *b = *state;
    rk_sc sum = rk_sc_add(b->s, b->rank[0], b->rank[1]);
    add(b, less(b, sum, b->n), true);
    add(b, less(b, b->rank[1], num(b, 1)), false);
    assert_true(follows(b, less(b, rk_sc_sub(b->s, b->n, num(b, 1)), b->rank[0])));
    assert_true(follows(b, less(b, b->rank[0], b->n)));
    assert_false(follows(b, less(b, b->n, b->rank[0])));
}

static void bounds_of_dimensions_count(void **state) {
    bench *b = *state;
    add(b, less(b, b->rank[0], num(b, 1)), false);
    assert_true(follows(b, less(b, b->rank[0], b->n)));
    assert_true(follows(b, less(b, rk_sc_add(b->s, b->rank[0], num(b, 1)), b->d)));
    assert_false(follows(b, less(b, rk_sc_add(b->s, b->rank[0], num(b, 1)), b->n)));
}

static void facts_are_multiplied_where_the_goal_has_products(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    add(b, less(b, b->rank[0], b->d), false);
    add(b, less(b, b->rank[1], rk_sc_mul(s, b->n, b->rank[0])), false);
    add(b, less(b, b->rank[2], b->n), false);
    assert_true(follows(b, less(b, b->rank[1], rk_sc_mul(s, b->n, b->d))));
    rk_sc product = rk_sc_mul(s, b->rank[0], b->rank[2]);
    assert_true(follows(b, less(b, product, rk_sc_mul(s, b->n, b->d))));
    assert_true(follows(b, less(b, product, rk_sc_mul(s, b->n, b->rank[0]))));
    assert_false(follows(b, less(b, product, rk_sc_mul(s, b->n, b->rank[2]))));
    assert_false(follows(b, less(b, b->rank[1], b->d)));
    assert_false(follows(b, less(b, rk_sc_mul(s, b->n, b->rank[0]), b->rank[1])));
}

static void unsigned_quantities_multiply_equations_only(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc c = rk_sc_quantity(s, &(rk_quantity){.kind = RK_Q_FRESH});
    add(b, less(b, b->rank[0], b->d), false);
    add(b, less(b, b->rank[1], b->n), true);
    rk_sc below = rk_sc_mul(s, c, less(b, b->rank[0], b->d));
    rk_sc equal = rk_sc_mul(s, c, less(b, b->rank[1], b->n));
    assert_false(follows(b, below));
    assert_true(follows(b, equal));
    assert_true(follows(b, rk_sc_mul(s, c, below)));
    assert_false(follows(b, c));
}

static void quotients_with_known_signs_are_used(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc c = rk_sc_quantity(s, &(rk_quantity){.kind = RK_Q_FRESH});
    add(b, less(b, b->rank[0], rk_sc_div(s, b->d, b->n)), false);
    add(b, less(b, b->rank[1], rk_sc_div(s, b->d, c)), false);
    assert_true(follows(b, less(b, rk_sc_mul(s, b->n, b->rank[0]), b->d)));
    assert_true(follows(b, less(b, b->rank[0], b->d)));
    assert_false(follows(b, less(b, rk_sc_mul(s, c, b->rank[1]), b->d)));
}

static void contradictions_are_found(void **state) {
    bench *b = *state;
    add(b, less(b, rk_sc_add(b->s, b->n, num(b, 1)), b->rank[0]), false);
    assert_false(rk_farkas_contradiction(b->s, b->list, b->nfacts, b->arena, &b->sum));
    add(b, less(b, b->rank[0], b->n), false);
    assert_true(rk_farkas_contradiction(b->s, b->list, b->nfacts, b->arena, &b->sum));
    check_sum(b, num(b, -1));
    assert_false(rk_farkas_contradiction(b->s, b->list, 0, b->arena, &b->sum));
}

/* --- random polytopes ------------------------------------------------------------------------ */

typedef struct polytope {
    rk_rng rng;
    int64_t value[UNKNOWNS]; /* a point in it */
    size_t unknowns;
} polytope;

/* A random form in the unknowns; its value at the point. */
static rk_sc random_form(bench *b, polytope *p, size_t terms, int64_t *value) {
    rk_sc form = num(b, 0);
    *value = 0;
    for (size_t i = 0; i < terms; i++) {
        size_t u = (size_t)rk_rng_below(&p->rng, p->unknowns);
        int64_t c = rk_rng_between(&p->rng, -2, 2);
        form = rk_sc_add(b->s, form, rk_sc_mul(b->s, num(b, c), b->rank[u]));
        *value += c * p->value[u];
    }
    return form;
}

/* Facts that hold at the point, most with equality: degenerate on purpose. */
static void random_polytope(bench *b, polytope *p, size_t unknowns, size_t facts) {
    p->unknowns = unknowns;
    for (size_t u = 0; u < unknowns; u++)
        p->value[u] = rk_rng_between(&p->rng, 0, 6);
    for (size_t i = 0; i < facts; i++) {
        int64_t value, room = (int64_t)rk_rng_below(&p->rng, 3);
        rk_sc form = random_form(b, p, 4, &value);
        bool equation = rk_rng_below(&p->rng, 8) == 0;
        rk_sc fact = rk_sc_add(b->s, form, num(b, (equation ? 0 : room) - value));
        if (!rk_sc_is_zero(fact))
            add(b, fact, equation);
    }
}

static rk_sc random_consequence(bench *b, polytope *p) {
    rk_sc goal = num(b, (int64_t)rk_rng_below(&p->rng, 2));
    for (int i = 0; i < 6; i++) {
        const rk_fact *f = b->list[rk_rng_below(&p->rng, b->nfacts)];
        int64_t low = f->equation ? -2 : 0;
        rk_sc factor = num(b, rk_rng_between(&p->rng, low, 3));
        factor = rk_sc_div(b->s, factor, num(b, rk_rng_between(&p->rng, 1, 3)));
        goal = rk_sc_add(b->s, goal, rk_sc_mul(b->s, factor, f->value));
    }
    return goal;
}

static uint64_t seed_of_test(void) {
    const char *text = getenv("RK_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 20240612;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static void random_consequences_follow_and_others_do_not(void **state) {
    bench *b = *state;
    uint64_t seed = seed_of_test();
    unsigned char digest[32] = {0};
    for (uint64_t trial = 0; trial < 300; trial++) {
        polytope p = {.rng = rk_rng_trial(seed, digest, trial)};
        b->nfacts = 0;
        random_polytope(b, &p, (size_t)rk_rng_between(&p.rng, 2, 30),
                        (size_t)rk_rng_between(&p.rng, 4, 60));
        assert_true(follows(b, random_consequence(b, &p)));
        for (int i = 0; i < 3; i++) { /* -1 at the point */
            int64_t value;
            rk_sc form = random_form(b, &p, 5, &value);
            assert_false(follows(b, rk_sc_add(b->s, form, num(b, -1 - value))));
        }
        assert_false(rk_farkas_contradiction(b->s, b->list, b->nfacts, b->arena, &b->sum));
    }
}

/* --- random polynomials ---------------------------------------------------------------------- */

enum { ATOMS = 8 };

typedef struct world { /* one assignment of a few atoms */
    rk_rng rng;
    rk_sc atom[ATOMS];
    int64_t value[ATOMS];
} world;

/* n >= 1, d >= 2, 2^n, three ranks, a quantity of either sign, a positive one. */
static void random_world(bench *b, world *w) {
    rk_sc fresh = rk_sc_quantity(b->s, &(rk_quantity){.kind = RK_Q_FRESH});
    rk_sc positive = rk_sc_quantity(b->s, &(rk_quantity){.kind = RK_Q_FRESH, .positive = true});
    rk_sc atom[ATOMS] = {b->n,       b->d,       rk_sc_pow(b->s, num(b, 2), b->n),
                         b->rank[0], b->rank[1], b->rank[2],
                         fresh,      positive};
    for (size_t i = 0; i < ATOMS; i++) {
        w->atom[i] = atom[i];
        w->value[i] = rk_rng_between(&w->rng, 0, 3);
    }
    w->value[0] = rk_rng_between(&w->rng, 1, 3);
    w->value[1] = rk_rng_between(&w->rng, 2, 4);
    w->value[2] = 1 << w->value[0];
    w->value[6] = rk_rng_between(&w->rng, -3, 3);
    w->value[7] = rk_rng_between(&w->rng, 1, 3);
}

static rk_sc random_polynomial(bench *b, world *w, int64_t *value) {
    rk_sc sum = num(b, 0);
    *value = 0;
    for (int i = 0; i < 4; i++) {
        size_t u = (size_t)rk_rng_below(&w->rng, ATOMS), v = (size_t)rk_rng_below(&w->rng, ATOMS);
        bool square = rk_rng_below(&w->rng, 2) == 0;
        int64_t c = rk_rng_between(&w->rng, -2, 2);
        rk_sc term = rk_sc_mul(b->s, num(b, c), w->atom[u]);
        sum = rk_sc_add(b->s, sum, square ? rk_sc_mul(b->s, term, w->atom[v]) : term);
        *value += c * w->value[u] * (square ? w->value[v] : 1);
    }
    return sum;
}

static void add_true_polynomial(bench *b, world *w) {
    int64_t value, room = rk_rng_between(&w->rng, 0, 1);
    rk_sc p = random_polynomial(b, w, &value);
    bool equation = rk_rng_below(&w->rng, 6) == 0;
    rk_sc fact = rk_sc_add(b->s, p, num(b, (equation ? 0 : room) - value));
    if (rk_rng_below(&w->rng, 4) == 0) /* d and the positive quantity divide, as they may */
        fact = rk_sc_div(b->s, fact, rk_rng_below(&w->rng, 2) ? b->d : w->atom[7]);
    if (!rk_sc_is_zero(fact))
        add(b, fact, equation);
}

static rk_sc random_product(bench *b, world *w) {
    static const size_t nonneg[] = {0, 1, 2, 3, 4, 5, 7};
    const rk_fact *f = b->list[rk_rng_below(&w->rng, b->nfacts)];
    rk_sc factor = w->atom[nonneg[rk_rng_below(&w->rng, 7)]];
    return rk_sc_mul(b->s, f->value, rk_rng_below(&w->rng, 2) ? factor : num(b, 2));
}

static void what_fails_at_one_assignment_is_never_proved(void **state) {
    bench *b = *state;
    uint64_t seed = seed_of_test();
    unsigned char digest[32] = {2};
    int found = 0, tried = 0;
    for (uint64_t trial = 0; trial < 150; trial++) {
        world w = {.rng = rk_rng_trial(seed, digest, trial)};
        random_world(b, &w);
        b->nfacts = 0;
        int64_t n = rk_rng_between(&w.rng, 2, 12);
        for (int64_t i = 0; i < n; i++)
            add_true_polynomial(b, &w);
        for (int i = 0; i < 4; i++) {
            int64_t value;
            rk_sc goal = random_polynomial(b, &w, &value);
            assert_false(follows(b, rk_sc_sub(b->s, goal, num(b, value + 1))));
        }
        assert_false(rk_farkas_contradiction(b->s, b->list, b->nfacts, b->arena, &b->sum));
        for (int i = 0; i < 2 && b->nfacts; i++, tried++)
            found += follows(b, rk_sc_add(b->s, random_product(b, &w), random_product(b, &w)));
    }
    print_message("# %d of %d products of facts found again\n", found, tried);
    assert_true(2 * found > tried);
}

static void a_thousand_facts_take_milliseconds(void **state) {
    bench *b = *state;
    uint64_t seed = seed_of_test();
    unsigned char digest[32] = {1};
    polytope p = {.rng = rk_rng_trial(seed, digest, 0)};
    random_polytope(b, &p, 300, 1000);
    rk_sc goal[10];
    for (int i = 0; i < 10; i++)
        goal[i] = random_consequence(b, &p);
    clock_t start = clock();
    for (int i = 0; i < 10; i++)
        assert_true(rk_farkas(b->s, b->list, b->nfacts, goal[i], b->arena, &b->sum));
    double each = (double)(clock() - start) / CLOCKS_PER_SEC / 10;
    print_message("# 1000 facts, 300 unknowns: %.2f ms\n", 1e3 * each);
    assert_true(each < 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(chains_are_added_up),
        TEST(equations_take_either_sign),
        TEST(bounds_of_dimensions_count),
        TEST(facts_are_multiplied_where_the_goal_has_products),
        TEST(unsigned_quantities_multiply_equations_only),
        TEST(quotients_with_known_signs_are_used),
        TEST(contradictions_are_found),
        TEST(random_consequences_follow_and_others_do_not),
        TEST(what_fails_at_one_assignment_is_never_proved),
        TEST(a_thousand_facts_take_milliseconds),
    };
    return cmocka_run_group_tests_name("farkas", tests, NULL, NULL);
}
