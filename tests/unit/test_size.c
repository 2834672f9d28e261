#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/rk_rng.h"
#include "lang/rk_size.h"

typedef struct fixture {
    rk_sizes *s;
    const rk_size *n, *m, *k;
} fixture;

static int set_up(void **state) {
    fixture *f = rk_calloc(1, sizeof *f);
    f->s = rk_sizes_new();
    f->n = rk_size_sym(f->s, rk_size_symbol(f->s, "n", NULL));
    f->m = rk_size_sym(f->s, rk_size_symbol(f->s, "m", NULL));
    f->k = rk_size_sym(f->s, rk_size_symbol(f->s, "k", NULL));
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    rk_sizes_free(f->s);
    rk_free(f);
    return 0;
}

static const rk_size *num(fixture *f, int64_t v) {
    return rk_size_const(f->s, v);
}

static const rk_size *op(fixture *f, rk_size_op o, const rk_size *a, const rk_size *b) {
    return rk_size_binary(f->s, o, a, b);
}

static const rk_size *add(fixture *f, const rk_size *a, const rk_size *b) {
    return op(f, RK_S_ADD, a, b);
}

static const rk_size *mul(fixture *f, const rk_size *a, const rk_size *b) {
    return op(f, RK_S_MUL, a, b);
}

static void assert_prints(fixture *f, const rk_size *a, const char *expected) {
    rk_buf b;
    rk_buf_init(&b);
    rk_size_print(&b, f->s, a);
    assert_string_equal(b.text, expected);
    rk_buf_clear(&b);
}

static void equal_as_rational_functions(void **state) {
    fixture *f = *state;
    const rk_size *square = op(f, RK_S_POW, add(f, f->n, f->m), num(f, 2));
    const rk_size *expanded = add(f, add(f, mul(f, f->n, f->n), mul(f, f->m, f->m)),
                                  mul(f, num(f, 2), mul(f, f->m, f->n)));
    assert_true(rk_size_equal(f->s, square, expanded));
    const rk_size *half = op(f, RK_S_DIV, f->n, num(f, 2));
    assert_true(rk_size_equal(f->s, add(f, half, half), f->n));
    assert_true(rk_size_equal(f->s, op(f, RK_S_DIV, mul(f, f->n, f->m), f->m), f->n));
    assert_false(rk_size_equal(f->s, f->n, f->m));
    assert_false(rk_size_equal(f->s, f->n, num(f, 1)));
    assert_true(rk_size_equal(f->s, op(f, RK_S_SUB, f->n, f->n), num(f, 0)));
}

static void definitions_are_put_in(void **state) {
    fixture *f = *state;
    const rk_size *d = rk_size_sym(f->s, rk_size_symbol(f->s, "d", mul(f, f->n, f->m)));
    const rk_size *e = rk_size_sym(f->s, rk_size_symbol(f->s, "e", add(f, d, num(f, 1))));
    assert_true(rk_size_equal(f->s, d, mul(f, f->m, f->n)));
    assert_true(rk_size_equal(f->s, e, add(f, mul(f, f->m, f->n), num(f, 1))));
    const rk_size *one = rk_size_sym(f->s, rk_size_symbol(f->s, "one", num(f, 1)));
    int64_t v;
    assert_true(rk_size_is_const(f->s, one, &v));
    assert_int_equal(v, 1);
}

static void powers_with_symbols_are_opaque_but_canonical(void **state) {
    fixture *f = *state;
    const rk_size *a = op(f, RK_S_POW, num(f, 2), add(f, f->n, f->m));
    const rk_size *b = op(f, RK_S_POW, add(f, num(f, 1), num(f, 1)), add(f, f->m, f->n));
    assert_true(rk_size_equal(f->s, a, b));
    assert_false(rk_size_equal(f->s, a, op(f, RK_S_POW, num(f, 2), f->n)));
    assert_true(rk_size_equal(f->s, op(f, RK_S_SUB, a, b), num(f, 0)));
    assert_true(rk_size_equal(f->s, op(f, RK_S_POW, num(f, 1), f->n), num(f, 1)));
}

static void sums_over_an_index(void **state) {
    fixture *f = *state;
    unsigned i = rk_size_symbol(f->s, "i", NULL), j = rk_size_symbol(f->s, "j", NULL);
    const rk_size *x = rk_size_sym(f->s, i), *y = rk_size_sym(f->s, j);
    const rk_size *triangle = rk_size_loopsum(f->s, i, num(f, 1), f->n, x);
    const rk_size *closed = op(f, RK_S_DIV, mul(f, f->n, add(f, f->n, num(f, 1))), num(f, 2));
    assert_true(rk_size_equal(f->s, triangle, closed));
    assert_true(
        rk_size_equal(f->s, rk_size_loopsum(f->s, i, num(f, 1), f->n, f->m), mul(f, f->n, f->m)));
    const rk_size *p = rk_size_loopsum(f->s, i, num(f, 1), f->n, op(f, RK_S_POW, num(f, 2), x));
    const rk_size *q = rk_size_loopsum(f->s, j, num(f, 1), f->n, op(f, RK_S_POW, num(f, 2), y));
    assert_true(rk_size_equal(f->s, p, q));
    assert_false(rk_size_equal(f->s, p, triangle));
    int64_t values[8] = {5, 7, 3}, v;
    assert_int_equal(rk_size_eval(p, values, &v), RK_SIZE_OK);
    assert_int_equal(v, 62);
    assert_int_equal(rk_size_eval(triangle, values, &v), RK_SIZE_OK);
    assert_int_equal(v, 15);
}

static void every_division_must_come_out_even(void **state) {
    fixture *f = *state;
    int64_t values[3] = {3, 4, 0}, v;
    const rk_size *half = op(f, RK_S_DIV, f->n, num(f, 2));
    assert_int_equal(rk_size_eval(half, values, &v), RK_SIZE_NOT_INTEGER);
    assert_int_equal(rk_size_eval(add(f, half, half), values, &v), RK_SIZE_NOT_INTEGER);
    assert_int_equal(rk_size_eval(op(f, RK_S_DIV, f->m, num(f, 2)), values, &v), RK_SIZE_OK);
    assert_int_equal(v, 2);
    assert_int_equal(rk_size_eval(op(f, RK_S_DIV, f->n, f->k), values, &v), RK_SIZE_NOT_INTEGER);
    assert_int_equal(rk_size_eval(op(f, RK_S_POW, f->n, num(f, -1)), values, &v),
                     RK_SIZE_NOT_INTEGER);
    assert_int_equal(rk_size_eval(op(f, RK_S_POW, f->n, num(f, 80)), values, &v),
                     RK_SIZE_TOO_LARGE);
    assert_int_equal(rk_size_eval(op(f, RK_S_POW, f->k, f->k), values, &v), RK_SIZE_OK);
    assert_int_equal(v, 1);
}

static void print_in_normal_form(void **state) {
    fixture *f = *state;
    assert_prints(f, mul(f, f->n, f->m), "n*m");
    assert_prints(f, add(f, f->n, f->n), "2*n");
    assert_prints(f, op(f, RK_S_SUB, f->n, num(f, 1)), "n - 1");
    assert_prints(f, op(f, RK_S_SUB, num(f, 1), f->n), "-n + 1");
    assert_prints(f, op(f, RK_S_DIV, add(f, mul(f, f->n, f->n), f->n), num(f, 2)), "(n^2 + n)/2");
    assert_prints(f, op(f, RK_S_SUB, mul(f, f->n, add(f, f->m, num(f, -2))), f->k),
                  "n*m - 2*n - k");
    assert_prints(f, op(f, RK_S_POW, num(f, 2), add(f, f->n, num(f, 1))), "2^(n + 1)");
    assert_prints(f, num(f, 0), "0");
    unsigned i = rk_size_symbol(f->s, "i", NULL);
    const rk_size *powers = op(f, RK_S_POW, num(f, 2), rk_size_sym(f->s, i));
    assert_prints(f, add(f, rk_size_loopsum(f->s, i, num(f, 1), f->n, powers), f->m),
                  "m + sum(i = 1..n, 2^i)");
}

static void evaluation_of_sums_stops_at_trouble(void **state) {
    fixture *f = *state;
    unsigned i = rk_size_symbol(f->s, "i", NULL);
    const rk_size *x = rk_size_sym(f->s, i);
    int64_t values[4] = {4, 1, 0, 0}, v;
    const rk_size *parts = rk_size_loopsum(f->s, i, num(f, 1), f->n, op(f, RK_S_DIV, f->n, x));
    assert_int_equal(rk_size_eval(parts, values, &v), RK_SIZE_NOT_INTEGER);
    const rk_size *powers = op(f, RK_S_POW, num(f, 2), x);
    const rk_size *sum = rk_size_loopsum(f->s, i, num(f, 1), f->n, powers);
    values[0] = 70;
    assert_int_equal(rk_size_eval(sum, values, &v), RK_SIZE_TOO_LARGE);
    values[0] = 62;
    assert_int_equal(rk_size_eval(sum, values, &v), RK_SIZE_OK);
    assert_true(v == INT64_MAX - 1);
    values[0] = -5;
    assert_int_equal(rk_size_eval(sum, values, &v), RK_SIZE_OK);
    assert_int_equal(v, 0);
}

static void lower_bounds(void **state) {
    fixture *f = *state;
    int64_t low[3] = {1, 2, INT64_MIN};
    const rk_size *d = op(f, RK_S_SUB, mul(f, f->n, f->m), f->n);
    assert_true(rk_size_at_least(f->s, d, 1, low));
    assert_false(rk_size_at_least(f->s, d, 2, low));
    assert_false(rk_size_at_least(f->s, op(f, RK_S_SUB, f->n, f->m), 0, low));
    assert_false(rk_size_at_least(f->s, f->k, 0, low));
    assert_true(rk_size_at_least(f->s, num(f, 5), 5, low));
}

static void putting_in_reaches_exponents(void **state) {
    fixture *f = *state;
    unsigned n = f->n->sym;
    const rk_size *a = add(f, op(f, RK_S_POW, num(f, 2), f->n), mul(f, f->n, f->m));
    int64_t v, values[3] = {0, 10, 0};
    const rk_size *b = rk_size_put(f->s, a, n, num(f, 3));
    assert_non_null(b);
    assert_int_equal(rk_size_eval(b, values, &v), RK_SIZE_OK);
    assert_int_equal(v, 38);
}

/* A chain in which each size is made from the one before twice, or grows by one term: nothing
   may blow up, neither time nor depth. */
static void long_chains_stay_small(void **state) {
    fixture *f = *state;
    const rk_size *a = f->n, *b = f->n;
    for (int i = 0; i < 40; i++)
        a = add(f, a, a);
    assert_prints(f, a, "1099511627776*n");
    for (int i = 0; i < 20000; i++)
        b = add(f, b, f->m);
    assert_prints(f, b, "n + 20000*m");
    assert_false(rk_sizes_overflowed(f->s));
}

static void what_cannot_be_multiplied_out_is_said(void **state) {
    fixture *f = *state;
    const rk_size *sum = add(f, add(f, f->n, f->m), add(f, f->k, num(f, 1)));
    const rk_size *big = op(f, RK_S_POW, sum, num(f, 100));
    assert_true(rk_sizes_overflowed(f->s));
    assert_false(rk_sizes_overflowed(f->s));
    assert_true(rk_size_equal(f->s, big, big));
}

static const rk_size *random_size(fixture *f, rk_rng *r, int depth) {
    static const rk_size_op ops[] = {RK_S_ADD, RK_S_SUB, RK_S_MUL, RK_S_ADD, RK_S_MUL, RK_S_DIV};
    const rk_size *leaf[] = {f->n, f->m, f->k, num(f, rk_rng_between(r, -3, 3))};
    if (depth == 0 || rk_rng_below(r, 6) == 0)
        return leaf[rk_rng_below(r, 4)];
    rk_size_op o = ops[rk_rng_below(r, 6)];
    const rk_size *a = random_size(f, r, depth - 1);
    if (o == RK_S_DIV)
        return op(f, o, a, num(f, rk_rng_between(r, 1, 3)));
    return op(f, o, a, random_size(f, r, depth - 1));
}

static rk_rng random_stream(uint64_t trial) {
    const char *text = getenv("RK_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 20260601;
    print_message("# seed %llu\n", (unsigned long long)seed);
    unsigned char digest[32] = {0};
    return rk_rng_trial(seed, digest, trial);
}

static void random_values(rk_rng *r, int64_t *values, int64_t low, int64_t high) {
    for (int j = 0; j < 3; j++)
        values[j] = rk_rng_between(r, low, high);
}

/* The canonical form agrees with evaluation: the normal form has the same values wherever the
   tree as written has one, and equal sizes are equal at every point. */
static void random_sizes_agree_with_evaluation(void **state) {
    fixture *f = *state;
    rk_rng r = random_stream(0);
    int defined = 0;
    for (int i = 0; i < 1500; i++) {
        const rk_size *a = random_size(f, &r, 4), *b = random_size(f, &r, 2);
        const rk_size *na = rk_size_normal(f->s, a);
        bool equal = rk_size_equal(f->s, a, b);
        assert_true(rk_size_equal(f->s, a, na));
        for (int t = 0; t < 4; t++) {
            int64_t values[3], va, vb, vn;
            random_values(&r, values, -20, 20);
            if (rk_size_eval(a, values, &va) != RK_SIZE_OK)
                continue;
            defined++;
            assert_int_equal(rk_size_eval(na, values, &vn), RK_SIZE_OK);
            assert_int_equal(va, vn);
            if (equal && rk_size_eval(b, values, &vb) == RK_SIZE_OK)
                assert_int_equal(va, vb);
        }
    }
    assert_true(defined > 1000);
}

/* A sum over an index has the value of the sum taken term by term, whether or not there is a
   closed form. */
static void random_sums_agree_with_adding_up(void **state) {
    fixture *f = *state;
    rk_rng r = random_stream(1);
    int defined = 0;
    for (int i = 0; i < 300; i++) {
        unsigned index = rk_size_symbol(f->s, "i", NULL);
        const rk_size *k = f->k;
        f->k = rk_size_sym(f->s, index); /* bodies may have the index for k */
        const rk_size *body = random_size(f, &r, 3);
        f->k = k;
        const rk_size *sum = rk_size_loopsum(f->s, index, num(f, 1), f->n, body);
        int64_t *values = rk_calloc(index + 1, sizeof *values), total = 0, part, v;
        random_values(&r, values, 0, 9);
        bool good = true;
        for (values[index] = 1; good && values[index] <= values[0]; values[index]++) {
            good = rk_size_eval(body, values, &part) == RK_SIZE_OK;
            total += good ? part : 0;
        }
        if (good) {
            defined++;
            assert_int_equal(rk_size_eval(sum, values, &v), RK_SIZE_OK);
            assert_int_equal(v, total);
        }
        rk_free(values);
    }
    assert_true(defined > 150);
}

/* What is said to be at least so much always is. */
static void random_lower_bounds_hold(void **state) {
    fixture *f = *state;
    rk_rng r = random_stream(2);
    int yes = 0;
    for (int i = 0; i < 1500; i++) {
        const rk_size *a = random_size(f, &r, 4);
        int64_t low[3], values[3], v, least = rk_rng_between(&r, -3, 3);
        random_values(&r, low, -2, 3);
        if (!rk_size_at_least(f->s, a, least, low))
            continue;
        yes++;
        for (int t = 0; t < 10; t++) {
            for (int j = 0; j < 3; j++)
                values[j] = low[j] + rk_rng_between(&r, 0, 6);
            if (rk_size_eval(a, values, &v) == RK_SIZE_OK)
                assert_true(v >= least);
        }
    }
    assert_true(yes > 100);
}

static void random_putting_in_agrees_with_evaluation(void **state) {
    fixture *f = *state;
    rk_rng r = random_stream(3);
    int defined = 0;
    for (int i = 0; i < 800; i++) {
        const rk_size *a = random_size(f, &r, 4), *by = random_size(f, &r, 2);
        const rk_size *put = rk_size_put(f->s, a, f->n->sym, by);
        int64_t values[3], inner, v, w;
        random_values(&r, values, -9, 9);
        if (!put || rk_size_eval(by, values, &inner) != RK_SIZE_OK)
            continue;
        bool there = rk_size_eval(put, values, &w) == RK_SIZE_OK;
        values[f->n->sym] = inner;
        if (rk_size_eval(a, values, &v) != RK_SIZE_OK)
            continue;
        defined++;
        assert_true(there);
        assert_int_equal(v, w);
    }
    assert_true(defined > 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(equal_as_rational_functions),
        T(definitions_are_put_in),
        T(powers_with_symbols_are_opaque_but_canonical),
        T(sums_over_an_index),
        T(every_division_must_come_out_even),
        T(print_in_normal_form),
        T(evaluation_of_sums_stops_at_trouble),
        T(lower_bounds),
        T(putting_in_reaches_exponents),
        T(long_chains_stay_small),
        T(what_cannot_be_multiplied_out_is_said),
        T(random_sizes_agree_with_evaluation),
        T(random_sums_agree_with_adding_up),
        T(random_lower_bounds_hold),
        T(random_putting_in_agrees_with_evaluation),
#undef T
    };
    return cmocka_run_group_tests_name("sizes", tests, NULL, NULL);
}
