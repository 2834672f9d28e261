/* Grids of blocks: the classical identities follow from the instances, and near misses do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "calculus/rk_farkas.h"
#include "calculus/rk_rewrite.h"

enum { HYPOTHESES = 4 };

typedef struct bench {
    rk_arena *arena;
    rk_sizes *sizes;
    rk_scalars *sc;
    rk_mxs *s;
    rk_rewrite *rules;
    rk_sc n, m, k, one;
    rk_sc given[HYPOTHESES]; /* each is 0 */
    size_t ngiven;
    const rk_mx *invertible;
    const rk_mx *product[3]; /* written as a product: whole, left, right */
    rk_law disabled;         /* RK_LAW_COUNT: none */
} bench;

static rk_sc dimension(bench *b, const char *name) {
    unsigned sym = rk_size_symbol(b->sizes, name, NULL);
    rk_sc_bound(b->sc, sym, 1);
    return rk_sc_sym(b->sc, sym);
}

static int set_up(void **state) {
    bench *b = rk_calloc(1, sizeof *b);
    b->arena = rk_arena_new();
    b->sizes = rk_sizes_new();
    b->sc = rk_scalars_new(b->sizes, b->arena);
    b->s = rk_mxs_new(b->sc, b->arena);
    b->n = dimension(b, "n");
    b->m = dimension(b, "m");
    b->k = dimension(b, "k");
    b->one = rk_sc_int(b->sc, 1);
    b->disabled = RK_LAW_COUNT;
    *state = b;
    return 0;
}

static int tear_down(void **state) {
    bench *b = *state;
    rk_rewrite_free(b->rules);
    rk_mxs_free(b->s);
    rk_scalars_free(b->sc);
    rk_sizes_free(b->sizes);
    rk_arena_free(b->arena);
    rk_free(b);
    return 0;
}

/* --- building ----------------------------------------------------------------------------- */

static const rk_mx *any(bench *b, rk_sc rows, rk_sc cols) {
    return rk_mx_of_leaf(b->s, rk_mx_fresh_leaf(b->s, rows, cols, 0));
}

static const rk_mx *invertible(bench *b, rk_sc n) {
    return rk_mx_of_leaf(b->s, rk_mx_fresh_leaf(b->s, n, n, RK_PROP_SQUARE_INVERTIBLE));
}

static const rk_mx *mul(bench *b, const rk_mx *x, const rk_mx *y) {
    return rk_mx_mul(b->s, x, y);
}

static const rk_mx *add(bench *b, const rk_mx *x, const rk_mx *y) {
    return rk_mx_add(b->s, x, y);
}

static const rk_mx *sub(bench *b, const rk_mx *x, const rk_mx *y) {
    return rk_mx_sub(b->s, x, y);
}

static const rk_mx *eye(bench *b, rk_sc n) {
    return rk_mx_eye(b->s, n);
}

static const rk_mx *row(bench *b, const rk_mx *x, const rk_mx *y) {
    return rk_mx_grid(b->s, 1, 2, (const rk_mx *[]){x, y});
}

static const rk_mx *row3(bench *b, const rk_mx *x, const rk_mx *y, const rk_mx *z) {
    return rk_mx_grid(b->s, 1, 3, (const rk_mx *[]){x, y, z});
}

static const rk_mx *column(bench *b, const rk_mx *x, const rk_mx *y) {
    return rk_mx_grid(b->s, 2, 1, (const rk_mx *[]){x, y});
}

static const rk_mx *square(bench *b, const rk_mx *x, const rk_mx *y, const rk_mx *z,
                           const rk_mx *w) {
    return rk_mx_grid(b->s, 2, 2, (const rk_mx *[]){x, y, z, w});
}

static const rk_mx *zero(bench *b, rk_sc rows, rk_sc cols) {
    return rk_mx_zero(b->s, rows, cols);
}

static rk_sc rank(bench *b, const rk_mx *a) {
    return rk_mx_rank(b->s, a);
}

static rk_sc plus(bench *b, rk_sc x, rk_sc y) {
    return rk_sc_add(b->sc, x, y);
}

static rk_sc minus(bench *b, rk_sc x, rk_sc y) {
    return rk_sc_sub(b->sc, x, y);
}

/* From here on x == y: matrices made earlier are not changed. */
static void equation(bench *b, const rk_mx *x, const rk_mx *y) {
    if (!b->rules)
        b->rules = rk_rewrite_new(b->s);
    rk_rewrite_add(b->rules, x, y, 0);
    rk_rewrite_complete(b->rules);
    rk_mxs_attach(b->s, b->rules);
}

static void idempotent(bench *b, const rk_mx *p) {
    equation(b, mul(b, p, p), p);
}

static void given(bench *b, rk_sc x, rk_sc y) {
    b->given[b->ngiven++] = minus(b, x, y);
}

/* --- proving ------------------------------------------------------------------------------ */

static bool at_most(bench *b, rk_sc small, rk_sc large) {
    rk_instances_options options = {0};
    if (b->disabled != RK_LAW_COUNT)
        options.disabled[b->disabled] = 1;
    rk_instances *g = rk_instances_new(b->s, &options);
    for (size_t i = 0; i < b->ngiven; i++) {
        rk_fact fact = {.law = RK_LAW_HYPOTHESIS,
                        .value = b->given[i],
                        .equation = true,
                        .origin = (unsigned)i};
        rk_instances_add(g, &fact);
        rk_instances_want_scalar(g, b->given[i]);
    }
    if (b->invertible)
        rk_instances_invertible(g, b->invertible);
    if (b->product[0])
        rk_instances_product(g, b->product[0], b->product[1], b->product[2]);
    rk_sc goal = minus(b, large, small);
    rk_instances_want_scalar(g, goal);
    rk_instances_saturate(g);
    size_t n = rk_instances_count(g);
    const rk_fact **facts = rk_malloc((n + 1) * sizeof *facts);
    for (size_t i = 0; i < n; i++)
        facts[i] = rk_instances_get(g, i);
    rk_sum sum = {0};
    bool found = rk_farkas(b->sc, facts, n, goal, b->arena, &sum);
    rk_free(facts);
    rk_instances_free(g);
    return found;
}

static void check_at_most(bench *b, rk_sc small, rk_sc large) {
    assert_true(at_most(b, small, large));
}

static void check_equal(bench *b, rk_sc x, rk_sc y) {
    assert_true(at_most(b, x, y));
    assert_true(at_most(b, y, x));
}

static void check_open_at(bench *b, rk_sc small, rk_sc large, int line) {
    if (at_most(b, small, large))
        fail_msg("line %d: proved", line);
}

#define check_open(b, small, large) check_open_at(b, small, large, __LINE__)

/* --- block rows --------------------------------------------------------------------------- */

static void block_rows_are_submodular(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->n, b->k), *z = any(b, b->n, b->n);
    rk_sc xyz = rank(b, row3(b, x, y, z)), xy = rank(b, row(b, x, y)), yz = rank(b, row(b, y, z));
    check_at_most(b, plus(b, xyz, rank(b, y)), plus(b, xy, yz));
    check_open(b, plus(b, xy, yz), plus(b, xyz, rank(b, y)));
    check_at_most(b, xy, plus(b, rank(b, x), rank(b, y)));
    check_at_most(b, rank(b, x), xyz);
    check_open(b, xyz, xy);
}

static void block_rows_are_no_block_columns(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->n, b->m);
    rk_sc wide = rank(b, row(b, x, y)), tall = rank(b, column(b, x, y));
    check_open(b, wide, tall);
    check_open(b, tall, wide);
    check_at_most(b, rank(b, add(b, x, y)), wide);
    check_at_most(b, rank(b, sub(b, x, y)), tall);
}

static void spans_are_transitive(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->k, b->m), *z = any(b, b->m, b->m);
    given(b, rank(b, column(b, x, y)), rank(b, y));
    given(b, rank(b, column(b, y, z)), rank(b, z));
    check_at_most(b, rank(b, column(b, x, z)), rank(b, z));
    check_open(b, rank(b, column(b, z, x)), rank(b, x));
}

static void corners(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->n, b->k), *z = any(b, b->k, b->m);
    const rk_mx *w = any(b, b->k, b->k), *none = zero(b, b->k, b->m);
    rk_sc whole = rank(b, square(b, x, y, z, w));
    rk_sc sides = plus(b, rank(b, row(b, x, y)), rank(b, column(b, x, z)));
    check_at_most(b, sides, plus(b, whole, rank(b, x)));
    check_open(b, plus(b, whole, rank(b, x)), sides);
    rk_sc triangular = rank(b, square(b, x, y, none, w));
    check_at_most(b, plus(b, rank(b, x), rank(b, w)), triangular);
    check_open(b, triangular, plus(b, rank(b, x), rank(b, w)));
}

/* --- elimination -------------------------------------------------------------------------- */

static void whole_block_columns_are_eliminated(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->n, b->k), *u = any(b, b->k, b->m);
    rk_sc xy = rank(b, row(b, x, y));
    check_equal(b, rank(b, row(b, add(b, x, mul(b, y, u)), y)), xy);
    check_equal(b, rank(b, row(b, mul(b, y, u), y)), rank(b, y));
    check_open(b, rank(b, row(b, mul(b, x, any(b, b->m, b->m)), x)),
               rank(b, mul(b, x, any(b, b->m, b->m))));
    const rk_mx *g = invertible(b, b->m);
    check_equal(b, rank(b, row(b, mul(b, x, g), y)), xy);
    const rk_mx *d = invertible(b, b->n);
    check_equal(b, rank(b, row(b, mul(b, d, x), mul(b, d, y))), xy);
    check_open(b, rank(b, row(b, mul(b, d, x), y)), xy);
    const rk_mx *inverse = rk_mx_inv(b->s, d);
    check_equal(b, rank(b, row(b, mul(b, d, x), y)), rank(b, row(b, x, mul(b, inverse, y))));
}

/* In one block row only it would prove rank([A, A; A, A]) == 2*n. */
static void a_block_row_alone_is_not_eliminated(void **state) {
    bench *b = *state;
    const rk_mx *a = any(b, b->n, b->n);
    rk_sc four = rank(b, square(b, a, a, a, a));
    check_equal(b, four, rank(b, a));
    const rk_mx *c = any(b, b->n, b->n);
    rk_sc mixed = rank(b, square(b, a, a, a, c));
    check_equal(b, mixed, plus(b, rank(b, a), rank(b, sub(b, c, a))));
    check_open(b, mixed, plus(b, rank(b, a), rank(b, c)));
    check_open(b, plus(b, rank(b, a), rank(b, c)), mixed);
}

static void schur_complements(void **state) {
    bench *b = *state;
    const rk_mx *p = invertible(b, b->n), *singular = any(b, b->n, b->n), *y = any(b, b->n, b->k);
    const rk_mx *z = any(b, b->m, b->n), *w = any(b, b->m, b->k);
    const rk_mx *complement = sub(b, w, mul(b, z, mul(b, rk_mx_inv(b->s, p), y)));
    check_equal(b, rank(b, square(b, p, y, z, w)), plus(b, b->n, rank(b, complement)));
    check_equal(b, rank(b, square(b, p, y, zero(b, b->m, b->n), w)), plus(b, b->n, rank(b, w)));
    check_open(b, rank(b, square(b, singular, y, zero(b, b->m, b->n), w)),
               plus(b, rank(b, singular), rank(b, w)));
    check_open(b, plus(b, b->n, rank(b, w)), rank(b, square(b, singular, y, z, w)));
}

static void products_by_diagonal_grids(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->n, b->k), *w = any(b, b->m, b->m);
    rk_sc xy = rank(b, row(b, x, y)), xwy = rank(b, row(b, mul(b, x, w), y));
    check_at_most(b, xwy, xy);
    check_at_most(b, minus(b, plus(b, xy, rank(b, w)), b->m), xwy);
    check_open(b, xy, xwy);
}

/* affrank(B*A*X*W*U) <= affrank(X) */
static void stochastic_factors_keep_the_ones_column(void **state) {
    bench *b = *state;
    const rk_leaf *leaf = rk_mx_fresh_leaf(b->s, b->n, b->n, RK_PROP_ROWS_SUM_TO_ONE);
    const rk_leaf *other = rk_mx_fresh_leaf(b->s, b->n, b->n, RK_PROP_ROWS_SUM_TO_ONE);
    const rk_mx *a = rk_mx_of_leaf(b->s, leaf), *c = rk_mx_of_leaf(b->s, other);
    const rk_mx *x = any(b, b->n, b->m), *w = any(b, b->m, b->k), *u = any(b, b->k, b->m);
    const rk_mx *ones = rk_mx_ones(b->s, b->n, b->one), *free = any(b, b->n, b->n);
    const rk_mx *y = mul(b, c, mul(b, a, mul(b, x, mul(b, w, u))));
    rk_sc before = rank(b, row(b, x, ones)), bias = rank(b, row(b, mul(b, free, x), ones));
    check_at_most(b, rank(b, row(b, y, ones)), before);
    check_open(b, bias, before);
    const rk_mx *shifted = add(b, y, mul(b, ones, any(b, b->one, b->m)));
    check_at_most(b, rank(b, row(b, shifted, ones)), before);
}

/* --- auxiliary grids ---------------------------------------------------------------------- */

static void one_minus_a_product(void **state) {
    bench *b = *state;
    const rk_mx *a = any(b, b->n, b->m), *c = any(b, b->m, b->n);
    rk_sc ac = rank(b, sub(b, eye(b, b->n), mul(b, a, c)));
    rk_sc ca = rank(b, sub(b, eye(b, b->m), mul(b, c, a)));
    check_equal(b, minus(b, ac, b->n), minus(b, ca, b->m));
    check_open(b, ac, ca);
    rk_sc aca = rank(b, sub(b, a, mul(b, a, mul(b, c, a))));
    check_equal(b, aca, minus(b, plus(b, rank(b, a), ca), b->m));
    check_open(b, aca, minus(b, plus(b, rank(b, c), ca), b->m));
}

static void wedderburn(void **state) {
    bench *b = *state;
    const rk_mx *a = any(b, b->n, b->m), *x = any(b, b->m, b->one), *y = any(b, b->n, b->one);
    const rk_mx *ax = mul(b, a, x), *ya = mul(b, rk_mx_transpose(b->s, y), a);
    rk_sc c = rk_mx_value(b->s, mul(b, ya, x));
    const rk_mx *free = sub(b, a, rk_mx_scale(b->s, b->one, mul(b, ax, ya)));
    check_open(b, rank(b, free), minus(b, rank(b, a), b->one));
    rk_sc_assume_nonzero(b->sc, c);
    const rk_mx *less = sub(b, a, rk_mx_scale(b->s, rk_sc_div(b->sc, b->one, c), mul(b, ax, ya)));
    check_equal(b, rank(b, less), minus(b, rank(b, a), b->one));
}

static void block_wedderburn(void **state) {
    bench *b = *state;
    const rk_mx *a = any(b, b->n, b->m), *x = any(b, b->m, b->k), *y = any(b, b->k, b->n);
    const rk_mx *middle = mul(b, y, mul(b, a, x));
    b->invertible = middle;
    const rk_mx *inverse = rk_mx_inv(b->s, middle);
    const rk_mx *less = sub(b, a, mul(b, mul(b, a, x), mul(b, inverse, mul(b, y, a))));
    check_equal(b, rank(b, less), minus(b, rank(b, a), b->k));
}

static void idempotents(void **state) {
    bench *b = *state;
    const rk_mx *p = any(b, b->n, b->n), *q = any(b, b->n, b->n), *one = eye(b, b->n);
    idempotent(b, p);
    idempotent(b, q);
    rk_sc wide = rank(b, row(b, p, q)), tall = rank(b, column(b, p, q));
    rk_sc both = plus(b, rank(b, p), rank(b, q)), less = rank(b, sub(b, p, q));
    check_equal(b, less, minus(b, plus(b, wide, tall), both));
    check_open(b, rank(b, add(b, p, q)), minus(b, plus(b, wide, tall), both));
    rk_sc grid = rank(b, square(b, p, q, q, zero(b, b->n, b->n)));
    check_equal(b, rank(b, add(b, p, q)), minus(b, grid, rank(b, q)));
    check_equal(b, wide, plus(b, rank(b, p), rank(b, sub(b, q, mul(b, p, q)))));
    check_equal(b, rank(b, sub(b, one, p)), minus(b, b->n, rank(b, p)));
}

static void no_idempotents(void **state) {
    bench *b = *state;
    const rk_mx *p = any(b, b->n, b->n), *q = any(b, b->n, b->n);
    rk_sc wide = rank(b, row(b, p, q)), tall = rank(b, column(b, p, q));
    rk_sc both = plus(b, rank(b, p), rank(b, q)), less = rank(b, sub(b, p, q));
    check_open(b, less, minus(b, plus(b, wide, tall), both));
    rk_sc parts = plus(b, rank(b, p), rank(b, sub(b, q, mul(b, p, q))));
    check_at_most(b, wide, parts);
    check_open(b, parts, wide);
}

static void generalised_inverses(void **state) {
    bench *b = *state;
    const rk_mx *a = any(b, b->n, b->m), *g = any(b, b->m, b->n), *c = any(b, b->n, b->k);
    equation(b, mul(b, a, mul(b, g, a)), a);
    b->product[0] = b->product[1] = a;
    b->product[2] = mul(b, g, a);
    const rk_mx *rest = sub(b, c, mul(b, a, mul(b, g, c)));
    check_equal(b, rank(b, row(b, a, c)), plus(b, rank(b, a), rank(b, rest)));
    check_at_most(b, rank(b, a), rank(b, g));
    check_open(b, plus(b, rank(b, g), rank(b, rest)), rank(b, row(b, a, c)));
}

static void commuting_matrices_intersect(void **state) {
    bench *b = *state;
    const rk_mx *a = any(b, b->n, b->n), *c = any(b, b->n, b->n);
    rk_sc sum = plus(b, rank(b, a), rank(b, c));
    rk_sc free = plus(b, rank(b, mul(b, a, c)), rank(b, add(b, a, c)));
    check_open(b, free, sum);
    equation(b, mul(b, a, c), mul(b, c, a));
    rk_sc commuting = plus(b, rank(b, mul(b, a, c)), rank(b, add(b, a, c)));
    check_at_most(b, commuting, sum);
    check_open(b, sum, commuting);
}

static void terms_that_share_nothing_add(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->n, b->m);
    rk_sc sum = rank(b, add(b, x, y)), apart = plus(b, rank(b, x), rank(b, y));
    rk_sc blocks = plus(b, rank(b, row(b, x, y)), rank(b, column(b, x, y)));
    check_at_most(b, blocks, plus(b, sum, apart));
    check_open(b, plus(b, sum, apart), blocks);
    given(b, rank(b, row(b, x, y)), apart);
    check_open(b, apart, sum);
    given(b, rank(b, column(b, x, y)), apart);
    check_equal(b, sum, apart);
}

static void orthogonal_blocks_add(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->n, b->k);
    const rk_mx *cross = mul(b, rk_mx_transpose(b->s, x), y);
    check_open(b, plus(b, rank(b, x), rank(b, y)), rank(b, row(b, x, y)));
    equation(b, cross, zero(b, b->m, b->k));
    check_equal(b, rank(b, row(b, x, y)), plus(b, rank(b, x), rank(b, y)));
}

static void what_a_factor_kills(void **state) {
    bench *b = *state;
    const rk_mx *a = any(b, b->n, b->m), *x = any(b, b->m, b->n), *y = any(b, b->m, b->k);
    equation(b, mul(b, a, x), zero(b, b->n, b->n));
    rk_sc kernel = minus(b, b->m, rank(b, a));
    check_open(b, rank(b, row(b, x, y)), kernel);
    equation(b, mul(b, a, y), zero(b, b->n, b->k));
    check_at_most(b, rank(b, row(b, x, y)), kernel);
}

/* rank(X - A*X) <= affrank(X) where A*1 = 1 */
static void centring_by_a_factor(void **state) {
    bench *b = *state;
    const rk_leaf *leaf = rk_mx_fresh_leaf(b->s, b->n, b->n, RK_PROP_ROWS_SUM_TO_ONE);
    const rk_mx *a = rk_mx_of_leaf(b->s, leaf), *x = any(b, b->n, b->m), *f = any(b, b->n, b->n);
    rk_sc affine = minus(b, rank(b, row(b, x, rk_mx_ones(b->s, b->n, b->one))), b->one);
    check_at_most(b, rank(b, sub(b, x, mul(b, a, x))), affine);
    check_open(b, rank(b, sub(b, x, mul(b, f, x))), affine);
}

static void division_with_remainder(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->n), *y = any(b, b->n, b->n), *one = eye(b, b->n);
    rk_sc shifted = plus(b, rank(b, sub(b, x, one)), rank(b, sub(b, y, one)));
    check_at_most(b, rank(b, sub(b, mul(b, x, y), one)), shifted);
    check_open(b, shifted, rank(b, sub(b, mul(b, x, y), one)));
    rk_sc commutator = rank(b, sub(b, mul(b, x, y), mul(b, y, x)));
    rk_sc shift = rank(b, sub(b, x, one));
    check_at_most(b, commutator, plus(b, shift, shift));
    check_open(b, commutator, shift);
}

/* A block of numbers that may be 0 is no pivot, and a row of one block has one number. */
static void numbers_that_may_vanish(void **state) {
    bench *b = *state;
    const rk_mx *u = any(b, b->n, b->one), *v = any(b, b->n, b->one), *a = any(b, b->n, b->n);
    rk_sc c = rk_mx_value(b->s, mul(b, rk_mx_transpose(b->s, v), u));
    const rk_mx *pivot = rk_mx_scalar(b->s, c), *vt = rk_mx_transpose(b->s, v);
    rk_sc grid = rank(b, square(b, pivot, vt, u, a));
    check_open(b, plus(b, b->one, rank(b, a)), grid);
    check_open(b, grid, plus(b, b->one, rank(b, a)));
    rk_sc scaled = rank(b, row(b, rk_mx_scale(b->s, c, a), u));
    check_open(b, rank(b, row(b, a, u)), scaled);
    check_at_most(b, scaled, rank(b, row(b, a, u)));
}

/* Each law is needed for something. */
static void laws_that_are_switched_off(void **state) {
    bench *b = *state;
    const rk_mx *x = any(b, b->n, b->m), *y = any(b, b->n, b->k), *z = any(b, b->n, b->n);
    const rk_mx *w = any(b, b->k, b->m), *v = any(b, b->k, b->k);
    rk_sc xyz = rank(b, row3(b, x, y, z)), xy = rank(b, row(b, x, y)), yz = rank(b, row(b, y, z));
    b->disabled = RK_LAW_SUBMODULAR;
    check_open(b, plus(b, xyz, rank(b, y)), plus(b, xy, yz));
    b->disabled = RK_LAW_PART;
    check_open(b, rank(b, x), xy);
    b->disabled = RK_LAW_BLOCKS;
    check_open(b, xy, plus(b, rank(b, x), rank(b, y)));
    b->disabled = RK_LAW_CORNER;
    rk_sc sides = plus(b, xy, rank(b, column(b, x, w)));
    check_open(b, sides, plus(b, rank(b, square(b, x, y, w, v)), rank(b, x)));
    b->disabled = RK_LAW_ELIMINATION;
    check_open(b, xy, rank(b, row(b, add(b, x, mul(b, y, w)), y)));
    const rk_mx *p = any(b, b->n, b->n);
    idempotent(b, z);
    idempotent(b, p);
    rk_sc spans = plus(b, rank(b, row(b, z, p)), rank(b, column(b, z, p)));
    rk_sc sum = plus(b, rank(b, sub(b, z, p)), plus(b, rank(b, z), rank(b, p)));
    b->disabled = RK_LAW_SCHUR;
    check_open(b, sum, spans);
    b->disabled = RK_LAW_COUNT;
    check_equal(b, sum, spans);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(block_rows_are_submodular),
        TEST(block_rows_are_no_block_columns),
        TEST(spans_are_transitive),
        TEST(corners),
        TEST(whole_block_columns_are_eliminated),
        TEST(a_block_row_alone_is_not_eliminated),
        TEST(schur_complements),
        TEST(products_by_diagonal_grids),
        TEST(stochastic_factors_keep_the_ones_column),
        TEST(one_minus_a_product),
        TEST(wedderburn),
        TEST(block_wedderburn),
        TEST(idempotents),
        TEST(no_idempotents),
        TEST(generalised_inverses),
        TEST(commuting_matrices_intersect),
        TEST(terms_that_share_nothing_add),
        TEST(orthogonal_blocks_add),
        TEST(what_a_factor_kills),
        TEST(centring_by_a_factor),
        TEST(division_with_remainder),
        TEST(numbers_that_may_vanish),
        TEST(laws_that_are_switched_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
