/* Scalars of the calculus: equal values are one object, and signs are never claimed wrongly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/rk_rng.h"
#include "calculus/rk_scalar.h"

typedef struct bench {
    rk_arena *arena;
    rk_sizes *sizes;
    rk_scalars *s;
    unsigned n, d, h;
} bench;

static int set_up(void **state) {
    static bench b;
    b.arena = rk_arena_new();
    b.sizes = rk_sizes_new();
    b.n = rk_size_symbol(b.sizes, "n", NULL);
    b.d = rk_size_symbol(b.sizes, "d", NULL);
    b.h = rk_size_symbol(b.sizes, "h", NULL);
    b.s = rk_scalars_new(b.sizes, b.arena);
    rk_sc_bound(b.s, b.n, 1);
    rk_sc_bound(b.s, b.d, 2);
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

static rk_sc quantity(bench *b, rk_quantity q) {
    return rk_sc_quantity(b->s, &q);
}

/* Any pointer serves as a matrix where no hook looks at it. */
static rk_sc rank_of(bench *b, const void *matrix) {
    return quantity(b, (rk_quantity){.kind = RK_Q_RANK, .mx = {matrix}, .nmx = 1});
}

static rk_sc fresh(bench *b, bool positive) {
    return quantity(b, (rk_quantity){.kind = RK_Q_FRESH, .positive = positive});
}

static void equal_values_are_one_object(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc n = rk_sc_sym(s, b->n), d = rk_sc_sym(s, b->d), one = num(b, 1);
    rk_sc sum = rk_sc_add(s, n, d), difference = rk_sc_sub(s, n, d);
    rk_sc product = rk_sc_mul(s, sum, difference);
    assert_ptr_equal(product, rk_sc_sub(s, rk_sc_mul(s, n, n), rk_sc_mul(s, d, d)));
    assert_ptr_equal(rk_sc_div(s, product, sum), difference);
    assert_ptr_equal(rk_sc_sub(s, n, n), num(b, 0));
    assert_ptr_equal(rk_sc_div(s, n, n), one);
    assert_ptr_equal(rk_sc_add(s, num(b, INT64_MAX), one),
                     rk_sc_sub(s, num(b, INT64_MAX), num(b, -1)));
    assert_ptr_not_equal(n, d);
    int x, y;
    assert_ptr_equal(rank_of(b, &x), rank_of(b, &x));
    assert_ptr_not_equal(rank_of(b, &x), rank_of(b, &y));
    assert_ptr_not_equal(fresh(b, false), fresh(b, false));
}

static void definitions_of_dimensions_are_put_in(void **state) {
    bench *b = *state;
    const rk_size *product = rk_size_binary(b->sizes, RK_S_MUL, rk_size_sym(b->sizes, b->h),
                                            rk_size_sym(b->sizes, b->n));
    unsigned e = rk_size_symbol(b->sizes, "e", product);
    assert_ptr_equal(rk_sc_sym(b->s, e),
                     rk_sc_mul(b->s, rk_sc_sym(b->s, b->n), rk_sc_sym(b->s, b->h)));
}

static void powers_have_one_form(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc n = rk_sc_sym(s, b->n), d = rk_sc_sym(s, b->d), next = rk_sc_add(s, n, num(b, 1));
    rk_sc two_n = rk_sc_pow(s, num(b, 2), n);
    assert_ptr_equal(rk_sc_pow(s, num(b, 2), next), rk_sc_mul(s, num(b, 2), two_n));
    assert_ptr_equal(rk_sc_pow(s, num(b, 4), n), rk_sc_mul(s, two_n, two_n));
    assert_ptr_equal(rk_sc_pow(s, num(b, 6), n), rk_sc_mul(s, rk_sc_pow(s, num(b, 3), n), two_n));
    assert_ptr_equal(rk_sc_pow(s, d, next), rk_sc_mul(s, d, rk_sc_pow(s, d, n)));
    const rk_size *size =
        rk_size_binary(b->sizes, RK_S_POW, rk_size_const(b->sizes, 2),
                       rk_size_binary(b->sizes, RK_S_ADD, rk_size_sym(b->sizes, b->n),
                                      rk_size_const(b->sizes, 1)));
    assert_ptr_equal(rk_sc_size(s, size), rk_sc_pow(s, num(b, 2), next));
    assert_ptr_equal(rk_sc_put(s, two_n, b->n, num(b, 5)), num(b, 32));
    assert_ptr_equal(rk_sc_put(s, two_n, b->n, next), rk_sc_mul(s, num(b, 2), two_n));
    /* h may be 0, and 0^(e + 1) == 0^e * 0 needs no inverse of it */
    rk_sc h = rk_sc_sym(s, b->h);
    rk_sc h_n = rk_sc_pow(s, h, n), less = rk_sc_sub(s, n, num(b, 1));
    assert_ptr_not_equal(rk_sc_pow(s, h, less), rk_sc_div(s, h_n, h));
    assert_true(rk_sc_at_least(s, two_n, 2));
    assert_true(rk_sc_is_integer(s, two_n));
    assert_false(rk_sc_is_integer(s, rk_sc_pow(s, num(b, 2), rk_sc_sub(s, n, d))));
}

/* Atoms are shared by all scalars over the same sizes, what is interned is not. */
static void powers_are_known_to_every_store(void **state) {
    bench *b = *state;
    rk_sc_pow(b->s, num(b, 2), rk_sc_sym(b->s, b->n));
    rk_scalars *other = rk_scalars_new(b->sizes, b->arena);
    for (int64_t i = 0; i < 20; i++)
        rk_sc_sub(other, rk_sc_int(other, -7 - i), rk_sc_sym(other, b->h));
    rk_sc n = rk_sc_sym(other, b->n), power = rk_sc_pow(other, rk_sc_int(other, 2), n);
    assert_false(rk_sc_is_integer(other, power));
    assert_true(rk_sc_is_positive(other, power));
    rk_sc_bound(other, b->n, 3);
    assert_true(rk_sc_is_integer(other, power));
    assert_true(rk_sc_at_least(other, power, 8));
    assert_ptr_equal(rk_sc_put(other, power, b->n, rk_sc_int(other, 4)), rk_sc_int(other, 16));
    assert_ptr_equal(
        rk_sc_size(other, rk_size_binary(b->sizes, RK_S_POW, rk_size_const(b->sizes, 2),
                                         rk_size_sym(b->sizes, b->n))),
        power);
    rk_scalars_free(other);
}

static void signs_are_known_where_they_hold_everywhere(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc n = rk_sc_sym(s, b->n), d = rk_sc_sym(s, b->d), one = num(b, 1);
    rk_sc c = fresh(b, false), p = fresh(b, true);
    int matrix;
    assert_false(rk_sc_is_nonzero(s, rk_sc_sub(s, n, one)));
    assert_false(rk_sc_is_nonzero(s, rk_sc_sub(s, n, d)));
    assert_false(rk_sc_is_nonzero(s, c));
    assert_false(rk_sc_is_nonzero(s, rank_of(b, &matrix)));
    assert_false(rk_sc_is_integer(s, c));
    assert_true(rk_sc_is_nonzero(s, rk_sc_sub(s, d, one)));
    assert_true(rk_sc_is_nonzero(s, rk_sc_sub(s, one, d)));
    assert_true(rk_sc_at_least(s, rk_sc_mul(s, n, d), 2));
    assert_false(rk_sc_at_least(s, rk_sc_mul(s, n, d), 3));
    assert_true(rk_sc_at_least(s, rk_sc_mul(s, c, c), 0));
    assert_true(rk_sc_at_least(s, rank_of(b, &matrix), 0));
    assert_false(rk_sc_at_least(s, rank_of(b, &matrix), 1));
    assert_true(rk_sc_is_positive(s, p));
    assert_true(rk_sc_is_positive(s, rk_sc_div(s, p, d)));
    assert_false(rk_sc_at_least(s, p, 1));
    rk_sc square = rk_sc_mul(s, rk_sc_sub(s, n, d), rk_sc_sub(s, n, d));
    assert_true(rk_sc_at_least(s, square, 0));
    assert_false(rk_sc_is_positive(s, square));
    rk_sc root =
        quantity(b, (rk_quantity){.kind = RK_Q_OF_TERM, .op = RK_T_SQRT, .arg = &d, .nargs = 1});
    assert_true(rk_sc_is_positive(s, root));
}

static void divisors_are_not_zero(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc c = fresh(b, false), e = fresh(b, false), n = rk_sc_sym(s, b->n);
    rk_sc less = rk_sc_sub(s, n, num(b, 1));
    assert_false(rk_sc_is_nonzero(s, less));
    rk_sc_assume_nonzero(s, rk_sc_mul(s, rk_sc_mul(s, c, less), num(b, 2)));
    assert_true(rk_sc_is_nonzero(s, c));
    assert_true(rk_sc_is_nonzero(s, rk_sc_div(s, rk_sc_mul(s, c, c), n)));
    assert_true(rk_sc_is_nonzero(s, rk_sc_sub(s, num(b, 0), c)));
    assert_true(rk_sc_is_nonzero(s, less));
    assert_true(rk_sc_is_positive(s, less));
    assert_true(rk_sc_at_least(s, less, 1));
    assert_false(rk_sc_is_nonzero(s, rk_sc_mul(s, c, e)));
    assert_false(rk_sc_is_nonzero(s, rk_sc_add(s, c, num(b, 1))));
}

static void assumptions_say_signs(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc c = fresh(b, false), e = fresh(b, false), one = num(b, 1), two = num(b, 2);
    rk_sc half = rk_sc_div(s, one, two), beyond = rk_sc_sub(s, c, half);
    rk_sc_assume_nonnegative(s, beyond, true);                /* c > 1/2 */
    rk_sc_assume_nonnegative(s, rk_sc_sub(s, e, two), false); /* e >= 2 */
    assert_true(rk_sc_is_positive(s, beyond));
    assert_true(rk_sc_is_positive(s, c));
    assert_true(rk_sc_is_positive(s, rk_sc_sub(s, rk_sc_mul(s, two, c), one)));
    assert_false(rk_sc_at_least(s, rk_sc_sub(s, c, one), 0));
    assert_false(rk_sc_is_nonzero(s, rk_sc_sub(s, e, two)));
    assert_true(rk_sc_at_least(s, rk_sc_sub(s, e, two), 0));
    rk_sc product = rk_sc_mul(s, c, e);
    assert_true(rk_sc_is_positive(s, rk_sc_sub(s, product, one)));
    assert_false(rk_sc_at_least(s, rk_sc_sub(s, product, num(b, 2)), 0));
    assert_false(rk_sc_at_least(s, rk_sc_sub(s, c, e), 0));
}

/* The root's sign is that of what is below it, which stands beside the root in an assumption. */
static void assumptions_about_themselves_end(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc c = fresh(b, false);
    rk_sc root =
        quantity(b, (rk_quantity){.kind = RK_Q_OF_TERM, .op = RK_T_SQRT, .arg = &c, .nargs = 1});
    rk_sc_assume_nonnegative(s, rk_sc_sub(s, rk_sc_mul(s, root, c), rk_sc_mul(s, c, c)), true);
    rk_sc_assume_nonnegative(s, rk_sc_sub(s, rk_sc_mul(s, root, num(b, 2)), c), false);
    assert_false(rk_sc_is_positive(s, rk_sc_sub(s, c, num(b, 1))));
    assert_false(rk_sc_is_positive(s, rk_sc_sub(s, root, num(b, 1))));
}

static void bounds_narrow_and_widen(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc less = rk_sc_sub(s, rk_sc_sym(s, b->n), num(b, 1));
    rk_sc two[2] = {rk_sc_sym(s, b->h), rk_sc_sym(s, b->n)};
    rk_sc minimum = quantity(b, (rk_quantity){.kind = RK_Q_MIN, .arg = two, .nargs = 2});
    assert_false(rk_sc_is_positive(s, less));
    assert_false(rk_sc_at_least(s, minimum, 1));
    rk_sc_bound(s, b->n, 2);
    rk_sc_bound(s, b->h, 3);
    assert_true(rk_sc_is_positive(s, less));
    assert_true(rk_sc_at_least(s, minimum, 1));
    rk_sc_bound(s, b->n, 1);
    rk_sc_bound(s, b->h, INT64_MIN);
    assert_false(rk_sc_is_positive(s, less));
    assert_false(rk_sc_at_least(s, minimum, 1));
}

static void extrema_drop_what_never_decides(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc n = rk_sc_sym(s, b->n), d = rk_sc_sym(s, b->d);
    rk_sc args[3] = {rk_sc_add(s, n, d), d, n}, other[2] = {n, d};
    rk_sc minimum = quantity(b, (rk_quantity){.kind = RK_Q_MIN, .arg = args, .nargs = 3});
    assert_ptr_equal(minimum,
                     quantity(b, (rk_quantity){.kind = RK_Q_MIN, .arg = other, .nargs = 2}));
    assert_ptr_equal(quantity(b, (rk_quantity){.kind = RK_Q_MAX, .arg = args, .nargs = 3}),
                     args[0]);
    assert_ptr_equal(rk_sc_put(s, minimum, b->d, n), n);
    assert_true(rk_sc_is_integer(s, minimum));
}

static void sums_close_and_keep_their_index(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    unsigned i = rk_size_symbol(b->sizes, "i", NULL);
    rk_sc n = rk_sc_sym(s, b->n), index = rk_sc_sym(s, i);
    rk_sc args[3] = {index, num(b, 1), n};
    rk_sc closed = quantity(b, (rk_quantity){.kind = RK_Q_SUM, .arg = args, .nargs = 3, .sym = i});
    rk_sc expected = rk_sc_div(s, rk_sc_mul(s, n, rk_sc_add(s, n, num(b, 1))), num(b, 2));
    assert_ptr_equal(closed, expected);
    rk_sc inner[2] = {index, rk_sc_sym(s, b->h)};
    args[0] = quantity(b, (rk_quantity){.kind = RK_Q_MIN, .arg = inner, .nargs = 2});
    rk_sc open = quantity(b, (rk_quantity){.kind = RK_Q_SUM, .arg = args, .nargs = 3, .sym = i});
    assert_false(rk_sc_mentions(s, open, i));
    assert_true(rk_sc_mentions(s, open, b->h));
    /* the index of the sum does not capture the one that is put in */
    rk_sc put = rk_sc_put(s, open, b->h, index);
    assert_true(rk_sc_mentions(s, put, i));
    assert_ptr_equal(rk_sc_put(s, open, i, n), open);
}

static void integers_round_inequalities(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc n = rk_sc_sym(s, b->n), d = rk_sc_sym(s, b->d), c = fresh(b, false);
    rk_sc even = rk_sc_mul(s, num(b, 2), rk_sc_add(s, n, d));
    rk_sc odd = rk_sc_sub(s, even, num(b, 125)), third = rk_sc_div(s, odd, num(b, 3));
    rk_sc expected = rk_sc_sub(s, rk_sc_add(s, n, d), num(b, 63));
    assert_ptr_equal(rk_sc_rounded(s, odd, false), expected);
    assert_ptr_equal(rk_sc_rounded(s, odd, true), expected);
    assert_ptr_equal(rk_sc_rounded(s, third, true), expected);
    assert_ptr_equal(rk_sc_rounded(s, rk_sc_div(s, odd, d), true), expected);
    assert_ptr_equal(rk_sc_rounded(s, rk_sc_sub(s, n, d), true),
                     rk_sc_sub(s, rk_sc_sub(s, n, d), num(b, 1)));
    assert_ptr_equal(rk_sc_rounded(s, even, false), even);
    assert_null(rk_sc_rounded(s, rk_sc_add(s, odd, c), true));
    assert_null(rk_sc_rounded(s, rk_sc_div(s, odd, c), true));
    assert_ptr_equal(rk_sc_rounded(s, rk_sc_add(s, odd, c), false), rk_sc_add(s, odd, c));
    assert_true(rk_sc_at_least(s, rk_sc_rounded(s, num(b, 1), true), 0));
    assert_false(rk_sc_at_least(s, rk_sc_rounded(s, num(b, 0), true), 0));
}

static rk_sc build(bench *b, int order) {
    rk_scalars *s = b->s;
    rk_sc x = rk_sc_sym(s, order ? b->n : b->d), y = rk_sc_sym(s, order ? b->d : b->n);
    return rk_sc_mul(s, rk_sc_add(s, x, num(b, 1)), rk_sc_add(s, x, y));
}

/* Signs of comparisons of three scalars made in either order of their dimensions. */
static int comparison(bench *b, bool swapped) {
    rk_scalars *s = b->s;
    rk_sc first = swapped ? rk_sc_sym(s, b->d) : rk_sc_sym(s, b->n);
    (void)first;
    rk_sc x = build(b, 1), y = build(b, 0);
    int c = rk_sc_compare(s, x, y);
    assert_int_equal(c, -rk_sc_compare(s, y, x));
    assert_int_not_equal(c, 0);
    return c;
}

static void order_does_not_depend_on_creation(void **state) {
    bench *b = *state;
    int c = comparison(b, false);
    tear_down(state);
    set_up(state);
    assert_int_equal(comparison(b, true), c);
}

static void what_is_too_large_stays_a_function_of_its_parts(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    rk_sc n = rk_sc_sym(s, b->n), sum = num(b, 1);
    for (int i = 0; i < 40; i++)
        sum = rk_sc_add(s, sum, rk_sc_mul(s, fresh(b, false), n));
    rk_sc big = rk_sc_pow(s, sum, num(b, 40));
    assert_ptr_equal(big, rk_sc_pow(s, sum, num(b, 40)));
    assert_true(rk_sc_mentions(s, big, b->n));
    assert_ptr_equal(rk_sc_put(s, big, b->n, num(b, 0)), num(b, 1));
    assert_ptr_not_equal(rk_sc_put(s, big, b->n, num(b, 2)), big);
    rk_sc high = n;
    for (int i = 0; i < 4; i++)
        high = rk_sc_pow(s, high, num(b, 1000000000));
    assert_true(rk_sc_mentions(s, high, b->n));
    assert_ptr_equal(rk_sc_put(s, high, b->n, num(b, 1)), num(b, 1));
}

static void undefined_sizes_keep_their_parts(void **state) {
    bench *b = *state;
    const rk_size *n = rk_size_sym(b->sizes, b->n), *zero = rk_size_const(b->sizes, 0);
    const rk_size *quotient = rk_size_binary(b->sizes, RK_S_DIV, n, zero);
    rk_sc a = rk_sc_size(b->s, quotient);
    assert_true(rk_sc_mentions(b->s, a, b->n));
    assert_ptr_not_equal(rk_sc_put(b->s, a, b->n, num(b, 2)), a);
    assert_false(rk_sc_is_integer(b->s, a));
}

typedef struct random_source {
    rk_rng rng;
    bench *b;
    double value[2];
} random_source;

/* A random scalar in n and d together with its value at one assignment. */
static rk_sc random_scalar(random_source *r, int depth, double *value) {
    rk_scalars *s = r->b->s;
    uint64_t kind = rk_rng_below(&r->rng, depth ? 6 : 2);
    if (kind == 0) {
        int64_t k = rk_rng_between(&r->rng, -3, 3);
        *value = (double)k;
        return rk_sc_int(s, k);
    }
    if (kind == 1) {
        bool first = rk_rng_below(&r->rng, 2);
        *value = r->value[first];
        return rk_sc_sym(s, first ? r->b->d : r->b->n);
    }
    double x, y;
    rk_sc p = random_scalar(r, depth - 1, &x), q = random_scalar(r, depth - 1, &y);
    if (kind == 2 || (kind == 5 && rk_sc_is_zero(q))) {
        *value = x + y;
        return rk_sc_add(s, p, q);
    }
    *value = kind == 3 ? x - y : kind == 4 ? x * y : x / y;
    return kind == 3 ? rk_sc_sub(s, p, q) : kind == 4 ? rk_sc_mul(s, p, q) : rk_sc_div(s, p, q);
}

static uint64_t seed_of_test(void) {
    const char *text = getenv("RK_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 20240613;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static void random_signs_hold_at_random_assignments(void **state) {
    bench *b = *state;
    uint64_t seed = seed_of_test();
    unsigned char digest[32] = {0};
    for (uint64_t trial = 0; trial < 3000; trial++) {
        random_source r = {rk_rng_trial(seed, digest, trial), b, {0, 0}};
        r.value[0] = (double)rk_rng_between(&r.rng, 1, 4);
        r.value[1] = (double)rk_rng_between(&r.rng, 2, 5);
        double value;
        rk_sc a = random_scalar(&r, 4, &value);
        if (!(value > -1e12 && value < 1e12)) /* somewhere a division by 0 */
            continue;
        assert_false(rk_sc_is_positive(b->s, a) && value <= -1e-9);
        assert_false(rk_sc_is_nonzero(b->s, a) && value == 0);
        for (int64_t k = -2; k <= 2; k++)
            assert_false(rk_sc_at_least(b->s, a, k) && value < (double)k - 1e-9);
    }
}

static void random_identities_are_equalities_of_pointers(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    uint64_t seed = seed_of_test();
    unsigned char digest[32] = {1};
    for (uint64_t trial = 0; trial < 500; trial++) {
        random_source r = {rk_rng_trial(seed, digest, trial), b, {2, 3}};
        double unused;
        rk_sc x = random_scalar(&r, 3, &unused), y = random_scalar(&r, 3, &unused);
        rk_sc z = random_scalar(&r, 3, &unused), xz = rk_sc_mul(s, x, z), yz = rk_sc_mul(s, y, z);
        assert_ptr_equal(rk_sc_mul(s, rk_sc_add(s, x, y), z), rk_sc_add(s, xz, yz));
        assert_ptr_equal(rk_sc_add(s, rk_sc_sub(s, x, y), y), x);
        if (!rk_sc_is_zero(z))
            assert_ptr_equal(rk_sc_div(s, xz, z), x);
        /* a total order: antisymmetric and transitive */
        int xy = rk_sc_compare(s, x, y), yz_order = rk_sc_compare(s, y, z);
        assert_int_equal(xy, -rk_sc_compare(s, y, x));
        assert_int_equal(xy == 0, x == y);
        if (xy <= 0 && yz_order <= 0)
            assert_true(rk_sc_compare(s, x, z) <= 0);
    }
}

static void putting_in_agrees_with_evaluation(void **state) {
    bench *b = *state;
    rk_scalars *s = b->s;
    uint64_t seed = seed_of_test();
    unsigned char digest[32] = {2};
    fmpq_t exact;
    fmpq_init(exact);
    for (uint64_t trial = 0; trial < 500; trial++) {
        random_source r = {rk_rng_trial(seed, digest, trial), b, {0, 0}};
        r.value[0] = (double)rk_rng_between(&r.rng, 1, 5);
        r.value[1] = (double)rk_rng_between(&r.rng, 2, 6);
        double value;
        rk_sc a = random_scalar(&r, 4, &value);
        if (!(value > -1e6 && value < 1e6))
            continue;
        rk_sc put = rk_sc_put(s, a, b->n, num(b, (int64_t)r.value[0]));
        put = rk_sc_put(s, put, b->d, num(b, (int64_t)r.value[1]));
        assert_true(rk_sc_is_rational(s, put, exact));
        double gap = fmpq_get_d(exact) - value;
        assert_true(gap < 1e-6 && gap > -1e-6);
    }
    fmpq_clear(exact);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(equal_values_are_one_object),
        TEST(definitions_of_dimensions_are_put_in),
        TEST(powers_have_one_form),
        TEST(powers_are_known_to_every_store),
        TEST(signs_are_known_where_they_hold_everywhere),
        TEST(divisors_are_not_zero),
        TEST(assumptions_say_signs),
        TEST(assumptions_about_themselves_end),
        TEST(bounds_narrow_and_widen),
        TEST(integers_round_inequalities),
        TEST(extrema_drop_what_never_decides),
        TEST(sums_close_and_keep_their_index),
        TEST(order_does_not_depend_on_creation),
        TEST(what_is_too_large_stays_a_function_of_its_parts),
        TEST(undefined_sizes_keep_their_parts),
        TEST(random_signs_hold_at_random_assignments),
        TEST(random_identities_are_equalities_of_pointers),
        TEST(putting_in_agrees_with_evaluation),
    };
    return cmocka_run_group_tests_name("scalar", tests, NULL, NULL);
}
