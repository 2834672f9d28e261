/* The matrix store: matrices with the same normal form are one object, whatever the order in which
   they were written, and matrices that differ somewhere stay apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "calculus/rk_mx.h"

enum { N, M, D, K, H, SIZES };
enum { INDEX = SIZES, SYMBOLS };

typedef struct bench {
    rk_arena *arena;
    rk_sizes *sizes;
    rk_scalars *sc;
    rk_mxs *s;
    unsigned sym[SYMBOLS];
    rk_sc size[SIZES], one;
} bench;

static int set_up(void **state) {
    static const char *const name[] = {"n", "m", "d", "k", "H", "h"};
    static bench b;
    b.arena = rk_arena_new();
    b.sizes = rk_sizes_new(b.arena);
    for (int i = 0; i < SYMBOLS; i++)
        b.sym[i] = rk_size_symbol(b.sizes, name[i], NULL);
    b.sc = rk_scalars_new(b.sizes, b.arena);
    for (int i = 0; i < SYMBOLS; i++)
        rk_sc_bound(b.sc, b.sym[i], 1);
    for (int i = 0; i < SIZES; i++)
        b.size[i] = rk_sc_sym(b.sc, b.sym[i]);
    b.s = rk_mxs_new(b.sc, b.arena);
    b.one = rk_sc_int(b.sc, 1);
    *state = &b;
    return 0;
}

static int tear_down(void **state) {
    bench *b = *state;
    rk_mxs_free(b->s);
    rk_scalars_free(b->sc);
    rk_sizes_free(b->sizes);
    rk_arena_free(b->arena);
    return 0;
}

/* --- short names --------------------------------------------------------------------------- */

/* The variable with this letter; of a family if there is an index. */
static const rk_mx *member(bench *b, char name, rk_sc rows, rk_sc cols, unsigned props,
                           rk_sc index) {
    rk_leaf leaf = {.kind = RK_L_VAR,
                    .var = (unsigned)name,
                    .rows = rows,
                    .cols = cols,
                    .props = props,
                    .index = {index}};
    return rk_mx_of_leaf(b->s, rk_mx_leaf(b->s, &leaf));
}

static const rk_mx *var(bench *b, char name, int rows, int cols, unsigned props) {
    return member(b, name, b->size[rows], b->size[cols], props, NULL);
}

static const rk_mx *column(bench *b, char name, int rows, unsigned props) {
    return member(b, name, b->size[rows], b->one, props, NULL);
}

static const rk_mx *mul(bench *b, const rk_mx *x, const rk_mx *y) {
    return rk_mx_mul(b->s, x, y);
}

static const rk_mx *mul3(bench *b, const rk_mx *x, const rk_mx *y, const rk_mx *z) {
    return mul(b, mul(b, x, y), z);
}

static const rk_mx *add(bench *b, const rk_mx *x, const rk_mx *y) {
    return rk_mx_add(b->s, x, y);
}

static const rk_mx *sub(bench *b, const rk_mx *x, const rk_mx *y) {
    return rk_mx_sub(b->s, x, y);
}

static const rk_mx *inv(bench *b, const rk_mx *x) {
    return rk_mx_inv(b->s, x);
}

static const rk_mx *times(bench *b, int64_t c, const rk_mx *x) {
    return rk_mx_scale(b->s, rk_sc_int(b->sc, c), x);
}

static const rk_mx *eye(bench *b, int n) {
    return rk_mx_eye(b->s, b->size[n]);
}

static const rk_mx *ones(bench *b, int n) {
    return rk_mx_ones(b->s, b->size[n], b->one);
}

static const rk_mx *row2(bench *b, const rk_mx *x, const rk_mx *y) {
    const rk_mx *cell[] = {x, y};
    return rk_mx_grid(b->s, 1, 2, cell);
}

static const rk_mx *col2(bench *b, const rk_mx *x, const rk_mx *y) {
    const rk_mx *cell[] = {x, y};
    return rk_mx_grid(b->s, 2, 1, cell);
}

static const rk_mx *grid4(bench *b, const rk_mx *p, const rk_mx *q, const rk_mx *r,
                          const rk_mx *t) {
    const rk_mx *cell[] = {p, q, r, t};
    return rk_mx_grid(b->s, 2, 2, cell);
}

static const rk_mx *zero(bench *b, int n, int m) {
    return rk_mx_zero(b->s, b->size[n], b->size[m]);
}

#define SAME(x, y) assert_ptr_equal(x, y)
#define DIFFERENT(x, y) assert_ptr_not_equal(x, y)

/* --- words --------------------------------------------------------------------------------- */

static void sums_and_products_are_written_out(void **state) {
    bench *b = *state;
    const rk_mx *x = var(b, 'A', N, N, 0), *y = var(b, 'B', N, N, 0), *z = var(b, 'C', N, M, 0);
    SAME(mul(b, add(b, x, y), z), add(b, mul(b, y, z), mul(b, x, z)));
    SAME(mul(b, add(b, x, y), add(b, x, y)),
         add(b, add(b, mul(b, x, x), mul(b, y, y)), add(b, mul(b, y, x), mul(b, x, y))));
    DIFFERENT(mul(b, x, y), mul(b, y, x));
    assert_true(rk_mx_is_zero(sub(b, add(b, x, y), add(b, y, x))));
    SAME(add(b, x, x), times(b, 2, x));
    SAME(mul(b, eye(b, N), z), z);
    assert_true(rk_mx_is_zero(mul(b, zero(b, M, N), z)));
}

static void transposes_stand_at_the_letters(void **state) {
    bench *b = *state;
    const rk_mx *x = var(b, 'A', N, M, 0), *y = var(b, 'B', M, N, 0);
    const rk_mx *s = var(b, 'S', N, N, RK_PROP_SYMMETRIC);
    SAME(mul(b, x, y)->transpose, mul(b, y->transpose, x->transpose));
    DIFFERENT(mul(b, x, y)->transpose, mul(b, x->transpose, y->transpose));
    SAME(x->transpose->transpose, x);
    SAME(s->transpose, s);
    SAME(mul3(b, x->transpose, s, x)->transpose, mul3(b, x->transpose, s, x));
    DIFFERENT(x->transpose, x);
}

static void inverses_cancel(void **state) {
    bench *b = *state;
    const rk_mx *g = var(b, 'G', N, N, 0), *h = var(b, 'H', N, N, 0);
    const rk_mx *x = var(b, 'X', N, M, 0), *y = var(b, 'Y', M, N, 0);
    SAME(mul(b, g, inv(b, g)), eye(b, N));
    SAME(mul3(b, inv(b, g), g, x), x);
    SAME(inv(b, mul(b, g, h)), mul(b, inv(b, h), inv(b, g)));
    SAME(inv(b, g)->transpose, inv(b, g->transpose));
    SAME(inv(b, inv(b, g)), g);
    SAME(inv(b, times(b, 2, g)),
         rk_mx_scale(b->s, rk_sc_div(b->sc, b->one, rk_sc_int(b->sc, 2)), inv(b, g)));
    DIFFERENT(mul(b, g, inv(b, h)), eye(b, N));
    DIFFERENT(mul(b, g->transpose, inv(b, g)), eye(b, N));
    const rk_mx *w = mul(b, x, y);
    SAME(mul(b, w, inv(b, w)), eye(b, N));
    SAME(mul(b, inv(b, w), w), eye(b, N));
    SAME(inv(b, mul(b, g, w)), mul(b, inv(b, w), inv(b, g)));
    const rk_mx *p = add(b, g, h);
    SAME(mul(b, p, inv(b, p)), eye(b, N));
    SAME(mul(b, inv(b, p), times(b, 3, p)), times(b, 3, eye(b, N)));
    SAME(inv(b, mul(b, g, p)), mul(b, inv(b, p), inv(b, g)));
    SAME(inv(b, p)->transpose, inv(b, p->transpose));
    SAME(inv(b, inv(b, p)), p);
    DIFFERENT(inv(b, p), add(b, inv(b, g), inv(b, h)));
}

static void orthogonal_matrices_cancel_with_their_transpose(void **state) {
    bench *b = *state;
    const rk_mx *q = var(b, 'Q', N, N, RK_PROP_ORTHOGONAL), *g = var(b, 'G', N, N, 0);
    const rk_mx *p = var(b, 'P', N, N, RK_PROP_PERMUTATION);
    SAME(mul(b, q, q->transpose), eye(b, N));
    SAME(mul(b, q->transpose, q), eye(b, N));
    SAME(inv(b, q), q->transpose);
    SAME(mul(b, p, ones(b, N)), ones(b, N));
    SAME(mul(b, ones(b, N)->transpose, p), ones(b, N)->transpose);
    SAME(mul(b, p->transpose, ones(b, N)), ones(b, N));
    DIFFERENT(mul(b, q, q), eye(b, N));
    DIFFERENT(mul(b, g, g->transpose), eye(b, N));
    DIFFERENT(mul(b, q, ones(b, N)), ones(b, N));
}

static void rows_that_sum_to_one_fix_the_ones(void **state) {
    bench *b = *state;
    const rk_mx *a = var(b, 'A', N, M, RK_PROP_ROWS_SUM_TO_ONE);
    const rk_mx *g = var(b, 'G', N, N, RK_PROP_ROWS_SUM_TO_ONE);
    SAME(mul(b, a, ones(b, M)), ones(b, N));
    SAME(mul(b, ones(b, M)->transpose, a->transpose), ones(b, N)->transpose);
    SAME(mul(b, inv(b, g), ones(b, N)), ones(b, N));
    DIFFERENT(mul(b, ones(b, N)->transpose, a), ones(b, M)->transpose);
    DIFFERENT(mul(b, g->transpose, ones(b, N)), ones(b, N));
}

static void numbers_move_into_the_coefficient(void **state) {
    bench *b = *state;
    const rk_mx *x = column(b, 'x', N, 0), *y = column(b, 'y', N, 0), *z = column(b, 'z', M, 0);
    const rk_mx *xy = mul(b, x->transpose, y);
    SAME(xy, mul(b, y->transpose, x));
    SAME(mul3(b, z, x->transpose, y), rk_mx_scale(b->s, rk_mx_value(b->s, xy), z));
    SAME(mul(b, xy, z->transpose), mul3(b, y->transpose, x, z->transpose));
    DIFFERENT(mul(b, x, y->transpose), mul(b, y, x->transpose));
    SAME(rk_mx_value(b->s, mul(b, ones(b, N)->transpose, ones(b, N))), b->size[N]);
    assert_true(rk_sc_at_least(b->sc, rk_mx_value(b->s, mul(b, x->transpose, x)), 0));
    assert_false(rk_sc_at_least(b->sc, rk_mx_value(b->s, xy), 0));
    assert_false(rk_sc_is_nonzero(b->sc, rk_mx_value(b->s, mul(b, x->transpose, x))));
    const rk_mx *p = column(b, 'p', N, RK_PROP_POSITIVE);
    assert_true(rk_sc_is_positive(b->sc, rk_mx_value(b->s, mul(b, p->transpose, p))));
    /* A size is 1 only if it is the constant 1. */
    const rk_mx *u = var(b, 'U', N, M, 0), *v = var(b, 'V', M, N, 0);
    assert_int_equal(mul(b, u, v)->word->length, 2);
}

static void units_pick_entries(void **state) {
    bench *b = *state;
    rk_sc two = rk_sc_int(b->sc, 2);
    const rk_mx *e = rk_mx_unit(b->s, b->size[N], b->one), *f = rk_mx_unit(b->s, b->size[N], two);
    const rk_mx *g = rk_mx_unit(b->s, b->size[N], b->size[D]);
    assert_true(rk_mx_is_eye(mul(b, e->transpose, e)));
    assert_true(rk_mx_is_zero(mul(b, e->transpose, f)));
    assert_false(rk_mx_is_zero(mul(b, e->transpose, g)));
    assert_false(rk_mx_is_eye(mul(b, e->transpose, g)));
    assert_true(rk_mx_is_eye(mul(b, e->transpose, ones(b, N))));
    const rk_mx *v = column(b, 'v', N, 0);
    SAME(mul(b, e->transpose, rk_mx_diag(b->s, v)), mul3(b, e->transpose, v, e->transpose));
}

static void diagonal_matrices_commute(void **state) {
    bench *b = *state;
    const rk_mx *g = column(b, 'g', N, 0), *h = column(b, 'h', N, RK_PROP_NO_ZERO_ENTRY);
    const rk_mx *x = var(b, 'X', N, M, 0);
    const rk_mx *dg = rk_mx_diag(b->s, g), *dh = rk_mx_diag(b->s, h);
    const rk_mx *scales = rk_mx_scales(b->s, x, rk_sc_int(b->sc, 0));
    SAME(mul(b, dg, dh), mul(b, dh, dg));
    SAME(mul3(b, scales, dg, x), mul3(b, dg, scales, x));
    SAME(mul(b, dg, ones(b, N)), g);
    SAME(mul(b, inv(b, dh), h), ones(b, N));
    SAME(rk_mx_diag(b->s, ones(b, N)), eye(b, N));
    SAME(rk_mx_diag(b->s, add(b, g, h)), add(b, dh, dg));
    SAME(rk_mx_diag(b->s, mul(b, dg, h)), mul(b, dh, dg));
    SAME(inv(b, scales)->transpose, inv(b, scales));
    assert_true(rk_mx_is_invertible(b->s, dh));
    assert_true(rk_mx_is_invertible(b->s, scales));
    assert_false(rk_mx_is_invertible(b->s, dg));
    assert_false(rk_mx_is_psd(b->s, dh));
    assert_true(rk_mx_is_psd(b->s, scales));
    DIFFERENT(mul(b, dg, x), x);
}

/* --- the order of writing ------------------------------------------------------------------ */

typedef struct pool {
    const rk_mx *square[6];
    rk_rng rng;
} pool;

static const rk_mx *random_tree(bench *b, pool *p, int depth) {
    if (depth == 0)
        return p->square[rk_rng_below(&p->rng, 6)];
    const rk_mx *x = random_tree(b, p, depth - 1), *y = random_tree(b, p, depth - 1);
    switch (rk_rng_below(&p->rng, 5)) {
    case 0:
        return mul(b, x, y);
    case 1:
        return add(b, x, y);
    case 2:
        return sub(b, x, y)->transpose;
    case 3:
        return add(b, x, inv(b, p->square[0]));
    default:
        return mul(b, x->transpose, p->square[1]);
    }
}

static uint64_t seed_of_run(void) {
    const char *text = getenv("RK_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : 20261122;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static void the_order_of_writing_does_not_matter(void **state) {
    bench *b = *state;
    unsigned char digest[32] = {0};
    uint64_t seed = seed_of_run();
    for (uint64_t trial = 0; trial < 60; trial++) {
        pool p = {.rng = rk_rng_trial(seed, digest, trial)};
        for (int i = 0; i < 6; i++)
            p.square[i] = var(b, (char)('A' + i), N, N, i == 3 ? RK_PROP_SYMMETRIC : 0);
        const rk_mx *x = random_tree(b, &p, 2), *y = random_tree(b, &p, 2);
        const rk_mx *z = random_tree(b, &p, 2);
        SAME(add(b, add(b, x, y), z), add(b, z, add(b, y, x)));
        SAME(mul(b, mul(b, x, y), z), mul(b, x, mul(b, y, z)));
        SAME(mul(b, x, add(b, y, z)), add(b, mul(b, x, z), mul(b, x, y)));
        SAME(mul(b, x, y)->transpose, mul(b, y->transpose, x->transpose));
        /* Products that are too large are not written out: smaller cells from here on. */
        x = random_tree(b, &p, 1);
        y = random_tree(b, &p, 1);
        z = random_tree(b, &p, 1);
        const rk_mx *g = grid4(b, x, y, y, z), *h = grid4(b, z, x, y, x);
        SAME(add(b, g, h), add(b, h, g));
        SAME(mul3(b, g, h, g), mul(b, g, mul(b, h, g)));
        SAME(mul(b, g, h)->transpose, mul(b, h->transpose, g->transpose));
        SAME(grid4(b, x, y, y, z), col2(b, row2(b, x, y), row2(b, y, z)));
        SAME(grid4(b, x, y, y, z), row2(b, col2(b, x, y), col2(b, y, z)));
        assert_true(
            rk_mx_is_zero(sub(b, mul(b, g, add(b, h, g)), add(b, mul(b, g, g), mul(b, g, h)))));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(sums_and_products_are_written_out),
        TEST(transposes_stand_at_the_letters),
        TEST(inverses_cancel),
        TEST(orthogonal_matrices_cancel_with_their_transpose),
        TEST(rows_that_sum_to_one_fix_the_ones),
        TEST(numbers_move_into_the_coefficient),
        TEST(units_pick_entries),
        TEST(diagonal_matrices_commute),
        TEST(the_order_of_writing_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
