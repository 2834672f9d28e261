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
    b.sizes = rk_sizes_new();
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
    SAME(mul(b, dg, h), mul(b, dh, g));
    SAME(mul(b, mul(b, dg, h)->transpose, x), mul3(b, g->transpose, dh, x));
    const rk_mx *u = column(b, 'u', N, 0), *du = rk_mx_diag(b->s, u);
    SAME(mul3(b, dg, du, h), mul3(b, dh, dg, u));
    const rk_mx *row = mul(b, g->transpose, x);
    SAME(mul3(b, du, mul(b, scales, h), row), mul3(b, scales, mul(b, dh, u), row));
    DIFFERENT(mul(b, dg, x), mul(b, dh, x));
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

/* --- grids --------------------------------------------------------------------------------- */

static void grids_multiply_and_add_block_by_block(void **state) {
    bench *b = *state;
    const rk_mx *p = var(b, 'P', N, M, 0), *q = var(b, 'Q', N, D, 0), *x = var(b, 'X', K, N, 0);
    const rk_mx *r = var(b, 'R', M, K, 0), *t = var(b, 'T', D, K, 0), *y = var(b, 'Y', N, K, 0);
    SAME(mul(b, row2(b, p, q), col2(b, r, t)), add(b, mul(b, q, t), mul(b, p, r)));
    SAME(mul(b, x, row2(b, p, q)), row2(b, mul(b, x, p), mul(b, x, q)));
    SAME(mul(b, col2(b, r, t), x), col2(b, mul(b, r, x), mul(b, t, x)));
    SAME(row2(b, p, q)->transpose, col2(b, p->transpose, q->transpose));
    SAME(row2(b, row2(b, p, q), y), row2(b, p, row2(b, q, y)));
    SAME(add(b, row2(b, p, q), row2(b, p, q)), times(b, 2, row2(b, p, q)));
    SAME(row2(b, zero(b, N, M), zero(b, N, D)),
         rk_mx_zero(b->s, b->size[N], rk_sc_add(b->sc, b->size[M], b->size[D])));
    DIFFERENT(row2(b, p, q), row2(b, q, p));
    DIFFERENT(row2(b, p, mul(b, p, r)), row2(b, p, zero(b, N, K)));
}

static void a_single_factor_stays_beside_a_grid(void **state) {
    bench *b = *state;
    const rk_mx *p = var(b, 'P', N, M, 0), *q = var(b, 'Q', N, D, 0), *x = var(b, 'X', K, N, 0);
    rk_sc width = rk_sc_add(b->sc, b->size[M], b->size[D]);
    const rk_mx *z = member(b, 'Z', width, b->size[K], 0, NULL);
    const rk_mx *g = member(b, 'G', b->size[K], b->size[K], 0, NULL);
    const rk_mx *pq = row2(b, p, q);
    SAME(mul(b, mul(b, x, pq), z), mul(b, x, mul(b, pq, z)));
    SAME(mul(b, mul(b, z->transpose, pq->transpose), x->transpose),
         mul(b, x, mul(b, pq, z))->transpose);
    SAME(mul(b, mul(b, mul(b, g, x), pq), z), mul(b, g, mul(b, mul(b, x, pq), z)));
    const rk_mx *w = member(b, 'W', b->size[K], width, 0, NULL);
    const rk_mx *xpq = mul(b, x, pq);
    SAME(add(b, add(b, xpq, w), xpq), add(b, times(b, 2, xpq), w));
    SAME(sub(b, add(b, xpq, w), w), xpq);
    SAME(sub(b, add(b, w, xpq), xpq), w);
}

static void what_is_regular_splits_like_a_grid(void **state) {
    bench *b = *state;
    rk_sc both = rk_sc_add(b->sc, b->size[N], b->size[M]);
    const rk_mx *eye_both = rk_mx_eye(b->s, both), *ones_both = rk_mx_ones(b->s, both, b->one);
    const rk_mx *p = var(b, 'P', N, N, 0), *q = var(b, 'Q', N, M, 0), *r = var(b, 'R', M, N, 0);
    const rk_mx *t = var(b, 'T', M, M, 0), *g = grid4(b, p, q, r, t);
    SAME(grid4(b, eye(b, N), zero(b, N, M), zero(b, M, N), eye(b, M)), eye_both);
    SAME(col2(b, ones(b, N), ones(b, M)), ones_both);
    SAME(add(b, g, eye_both), grid4(b, add(b, p, eye(b, N)), q, r, add(b, t, eye(b, M))));
    SAME(sub(b, add(b, g, eye_both), g), eye_both);
    SAME(mul(b, g, ones_both), col2(b, add(b, mul(b, p, ones(b, N)), mul(b, q, ones(b, M))),
                                    add(b, mul(b, r, ones(b, N)), mul(b, t, ones(b, M)))));
    DIFFERENT(grid4(b, eye(b, N), q, zero(b, M, N), eye(b, M)), eye_both);
    const rk_mx *one = rk_mx_eye(b->s, b->one), *none = rk_mx_zero(b->s, b->one, b->one);
    SAME(grid4(b, one, none, none, one), rk_mx_eye(b->s, rk_sc_int(b->sc, 2)));
    SAME(row2(b, one, one), rk_mx_ones(b->s, b->one, rk_sc_int(b->sc, 2)));
}

static void triangles_of_blocks_are_inverted(void **state) {
    bench *b = *state;
    const rk_mx *g = var(b, 'G', N, N, 0), *h = var(b, 'H', M, M, 0), *x = var(b, 'X', N, M, 0);
    const rk_mx *y = var(b, 'Y', M, N, 0), *upper = grid4(b, g, x, zero(b, M, N), h);
    rk_sc both = rk_sc_add(b->sc, b->size[N], b->size[M]);
    SAME(mul(b, upper, inv(b, upper)), rk_mx_eye(b->s, both));
    SAME(mul(b, inv(b, upper->transpose), upper->transpose), rk_mx_eye(b->s, both));
    const rk_mx *full = grid4(b, g, x, y, h);
    SAME(mul(b, full, inv(b, full)), rk_mx_eye(b->s, both));
    SAME(mul(b, inv(b, full), full), rk_mx_eye(b->s, both));
    SAME(inv(b, full)->transpose, inv(b, full->transpose));
    assert_false(rk_mx_is_invertible(b->s, full));
    assert_false(rk_mx_is_invertible(b->s, upper));
    assert_true(rk_mx_is_invertible(b->s, grid4(b, eye(b, N), x, zero(b, M, N), eye(b, M))));
    assert_false(rk_mx_is_invertible(b->s, grid4(b, eye(b, N), x, y, eye(b, M))));
}

/* --- loops --------------------------------------------------------------------------------- */

static const rk_mx *loop(bench *b, rk_leaf_kind kind, const rk_mx *body) {
    return rk_mx_loop(b->s, kind, b->sym[INDEX], b->one, b->size[H], body);
}

static const rk_mx *indexed(bench *b, char name, int rows, int cols) {
    return member(b, name, b->size[rows], b->size[cols], 0, rk_sc_sym(b->sc, b->sym[INDEX]));
}

static void loops_are_linear(void **state) {
    bench *b = *state;
    const rk_mx *a = indexed(b, 'A', N, N), *w = indexed(b, 'W', M, D), *x = var(b, 'X', N, M, 0);
    const rk_mx *c = indexed(b, 'C', N, N), *p = var(b, 'P', K, N, 0), *q = var(b, 'Q', N, M, 0);
    SAME(loop(b, RK_L_SUM, add(b, a, c)), add(b, loop(b, RK_L_SUM, c), loop(b, RK_L_SUM, a)));
    SAME(loop(b, RK_L_SUM, mul3(b, p, a, x)), mul3(b, p, loop(b, RK_L_SUM, a), x));
    SAME(loop(b, RK_L_SUM, x), rk_mx_scale(b->s, b->size[H], x));
    SAME(loop(b, RK_L_SUM, add(b, x, mul(b, a, x))),
         add(b, mul(b, loop(b, RK_L_SUM, a), x), rk_mx_scale(b->s, b->size[H], x)));
    SAME(loop(b, RK_L_SUM, a)->transpose, loop(b, RK_L_SUM, a->transpose));
    const rk_mx *heads = mul3(b, a, x, w);
    SAME(mul(b, loop(b, RK_L_HCAT, mul(b, a, x)), loop(b, RK_L_VCAT, w)), loop(b, RK_L_SUM, heads));
    SAME(loop(b, RK_L_HCAT, mul(b, p, a)), mul(b, p, loop(b, RK_L_HCAT, a)));
    SAME(loop(b, RK_L_VCAT, mul(b, a, q)), mul(b, loop(b, RK_L_VCAT, a), q));
    SAME(loop(b, RK_L_HCAT, a)->transpose, loop(b, RK_L_VCAT, a->transpose));
    SAME(loop(b, RK_L_HCAT, a)->cols, rk_sc_mul(b->sc, b->size[H], b->size[N]));
    DIFFERENT(loop(b, RK_L_SUM, mul(b, a, c)), mul(b, loop(b, RK_L_SUM, a), loop(b, RK_L_SUM, c)));
    DIFFERENT(loop(b, RK_L_SUM, a), rk_mx_scale(b->s, b->size[H], a));
    const rk_mx *body = indexed(b, 'B', N, M);
    rk_sc three = rk_sc_int(b->sc, 3);
    SAME(rk_mx_loop(b->s, RK_L_SUM, b->sym[INDEX], three, three, body),
         member(b, 'B', b->size[N], b->size[M], 0, three));
    /* The sum may be empty: the count is not taken for it. */
    rk_sc low = rk_sc_int(b->sc, 5);
    DIFFERENT(rk_mx_loop(b->s, RK_L_SUM, b->sym[INDEX], low, b->size[H], x),
              rk_mx_scale(b->s, rk_sc_sub(b->sc, b->size[H], rk_sc_int(b->sc, 4)), x));
}

static const rk_mx *from_to(bench *b, const rk_mx *body, rk_sc low, rk_sc high) {
    return rk_mx_loop(b->s, RK_L_SUM, b->sym[INDEX], low, high, body);
}

static void sums_over_ranges_join(void **state) {
    bench *b = *state;
    rk_sc high = b->size[H], next = rk_sc_add(b->sc, high, b->one), two = rk_sc_int(b->sc, 2);
    rk_sc zero_index = rk_sc_int(b->sc, 0), k = b->size[K];
    const rk_mx *a = indexed(b, 'A', N, M), *x = var(b, 'X', M, D, 0), *p = var(b, 'P', K, N, 0);
    const rk_mx *body = times(b, 3, mul3(b, p, a, x));
    unsigned h = b->sym[INDEX];
    const rk_mx *last = rk_mx_put_sym(b->s, body, h, next);
    const rk_mx *whole = from_to(b, body, b->one, next);
    SAME(add(b, from_to(b, body, b->one, high), last), whole);
    SAME(sub(b, whole, last), from_to(b, body, b->one, high));
    SAME(add(b, from_to(b, body, two, next), rk_mx_put_sym(b->s, body, h, b->one)), whole);
    SAME(add(b, from_to(b, body, rk_sc_add(b->sc, k, b->one), rk_sc_add(b->sc, k, high)),
             from_to(b, body, b->one, k)),
         from_to(b, body, b->one, rk_sc_add(b->sc, k, high)));
    DIFFERENT(add(b, from_to(b, body, b->one, high), times(b, 2, last)), whole);
    DIFFERENT(add(b, from_to(b, body, b->one, high), rk_mx_put_sym(b->s, body, h, high)), whole);
    /* From 5 to H there may be no member to be taken away, nor a range that 4 could join. */
    const rk_mx *late = from_to(b, body, rk_sc_int(b->sc, 6), high);
    const rk_mx *fifth = rk_mx_put_sym(b->s, body, h, rk_sc_int(b->sc, 5));
    DIFFERENT(add(b, late, fifth), from_to(b, body, rk_sc_int(b->sc, 5), high));
    const rk_mx *g = var(b, 'G', N, N, 0);
    rk_sc index = rk_sc_sym(b->sc, h);
    const rk_mx *power = rk_mx_power(b->s, g, rk_sc_sub(b->sc, index, b->one));
    SAME(mul(b, sub(b, eye(b, N), g), from_to(b, power, b->one, high)),
         sub(b, eye(b, N), rk_mx_power(b->s, g, high)));
    DIFFERENT(mul(b, sub(b, eye(b, N), g), from_to(b, power, two, high)),
              sub(b, eye(b, N), rk_mx_power(b->s, g, high)));
    assert_true(rk_mx_is_zero(from_to(b, body, b->one, zero_index)));
}

static void names_of_indices_do_not_matter(void **state) {
    bench *b = *state;
    unsigned i = rk_size_symbol(b->sizes, "i", NULL), j = rk_size_symbol(b->sizes, "j", NULL);
    rk_sc_bound(b->sc, i, 1);
    rk_sc_bound(b->sc, j, 2);
    const rk_mx *a = indexed(b, 'A', N, M), *w = indexed(b, 'W', N, M)->transpose;
    rk_sc index = rk_sc_sym(b->sc, i), high = b->size[H];
    const rk_mx *ai = member(b, 'A', b->size[N], b->size[M], 0, index);
    const rk_mx *wi = member(b, 'W', b->size[N], b->size[M], 0, index)->transpose;
    const rk_mx *sum = loop(b, RK_L_SUM, a);
    SAME(rk_mx_loop(b->s, RK_L_SUM, i, b->one, high, ai), sum);
    /* sum(h, sum(i, A[i])*W[h]*A[h]): each index may have any name. */
    SAME(loop(b, RK_L_SUM, mul(b, a, mul3(b, w, sum, w))),
         rk_mx_loop(b->s, RK_L_SUM, i, b->one, high, mul(b, ai, mul3(b, wi, sum, wi))));
    SAME(mul(b, loop(b, RK_L_HCAT, a), rk_mx_loop(b->s, RK_L_VCAT, i, b->one, high, wi)),
         loop(b, RK_L_SUM, mul(b, a, w)));
    /* j is at least 2, so that unit(n,1)'*unit(n,j) is 0 for it; in a range from 1 it is not. */
    const rk_mx *aj = rk_mx_put_sym(b->s, a, b->sym[INDEX], rk_sc_sym(b->sc, j));
    rk_sc two = rk_sc_int(b->sc, 2);
    const rk_mx *late = rk_mx_loop(b->s, RK_L_SUM, j, two, high, aj);
    const rk_mx *first = rk_mx_put_sym(b->s, aj, j, b->one);
    const rk_mx *joined = add(
        b, rk_mx_loop(b->s, RK_L_SUM, j, rk_sc_int(b->sc, 2), rk_sc_add(b->sc, high, b->one), aj),
        first);
    const rk_leaf *leaf = rk_mx_letter(joined)->leaf;
    assert_int_not_equal(leaf->sym, j);
    assert_ptr_equal(leaf->index[0], b->one);
    DIFFERENT(late, sum);
    rk_quantity q = {.kind = RK_Q_SUM, .nargs = 3, .sym = b->sym[INDEX]};
    rk_sc arg[] = {rk_mx_rank(b->s, a), b->one, high};
    q.arg = arg;
    rk_sc ranks = rk_sc_quantity(b->sc, &q);
    arg[0] = rk_mx_rank(b->s, ai);
    q.sym = i;
    assert_ptr_equal(rk_sc_quantity(b->sc, &q), ranks);
}

static void loops_take_back_what_they_let_out(void **state) {
    bench *b = *state;
    const rk_mx *a = indexed(b, 'A', N, N), *x = var(b, 'X', N, M, 0), *p = var(b, 'P', K, N, 0);
    const rk_mx *pax = mul3(b, p, a, x), *pa = mul(b, p, a);
    SAME(rk_mx_as_loop(b->s, loop(b, RK_L_SUM, pax))->arg[0], pax);
    SAME(rk_mx_as_loop(b->s, loop(b, RK_L_SUM, times(b, 2, pax))->transpose)->arg[0],
         times(b, 2, pax->transpose));
    SAME(rk_mx_as_loop(b->s, loop(b, RK_L_HCAT, pa))->arg[0], pa);
    SAME(rk_mx_as_loop(b->s, loop(b, RK_L_VCAT, pa->transpose))->arg[0], pa->transpose);
    assert_null(rk_mx_as_loop(b->s, pax));
    const rk_mx *row = loop(b, RK_L_HCAT, a);
    const rk_mx *z = member(b, 'Z', row->cols, b->size[D], 0, NULL);
    assert_null(rk_mx_as_loop(b->s, mul(b, row, z)));
    /* A[h]*sum(h, A[h]): the two h are not the same. */
    assert_null(rk_mx_as_loop(b->s, mul(b, a, loop(b, RK_L_SUM, a))));
}

static void loops_take_up_what_stands_beside_them(void **state) {
    bench *b = *state;
    const rk_mx *a = indexed(b, 'A', N, N), *x = var(b, 'X', N, M, 0);
    rk_sc next = rk_sc_add(b->sc, b->size[H], b->one), index = rk_sc_sym(b->sc, b->sym[INDEX]);
    const rk_mx *last = rk_mx_put_sym(b->s, a, b->sym[INDEX], next);
    const rk_mx *prod = loop(b, RK_L_PROD, a);
    const rk_mx *longer = rk_mx_loop(b->s, RK_L_PROD, b->sym[INDEX], b->one, next, a);
    SAME(mul3(b, prod, last, x), mul(b, longer, x));
    SAME(mul(b, last->transpose, prod->transpose), longer->transpose);
    DIFFERENT(mul(b, last, prod), longer);
    DIFFERENT(mul(b, prod, last->transpose), longer);
    const rk_mx *s = member(b, 'S', b->size[N], b->size[N], RK_PROP_ROWS_SUM_TO_ONE, index);
    const rk_mx *sum = loop(b, RK_L_SUM, s);
    SAME(mul(b, sum, ones(b, N)), rk_mx_scale(b->s, b->size[H], ones(b, N)));
    SAME(mul(b, ones(b, N)->transpose, sum->transpose),
         rk_mx_scale(b->s, b->size[H], ones(b, N)->transpose));
    DIFFERENT(mul(b, ones(b, N)->transpose, sum),
              rk_mx_scale(b->s, b->size[H], ones(b, N)->transpose));
    SAME(mul(b, loop(b, RK_L_PROD, s), ones(b, N)), ones(b, N));
}

static void symbols_are_put_in_without_capture(void **state) {
    bench *b = *state;
    const rk_mx *a = indexed(b, 'A', N, M), *x = var(b, 'X', N, M, 0);
    rk_sc two = rk_sc_int(b->sc, 2);
    unsigned h = b->sym[INDEX];
    SAME(rk_mx_put_sym(b->s, add(b, a, x), h, two),
         add(b, x, member(b, 'A', b->size[N], b->size[M], 0, two)));
    SAME(rk_mx_put_sym(b->s, loop(b, RK_L_SUM, a), h, two), loop(b, RK_L_SUM, a));
    assert_false(rk_mx_mentions_sym(b->s, loop(b, RK_L_SUM, a), h));
    assert_true(rk_mx_mentions_sym(b->s, loop(b, RK_L_SUM, a), b->sym[H]));
    SAME(rk_mx_put_sym(b->s, loop(b, RK_L_SUM, a), b->sym[H], b->one),
         member(b, 'A', b->size[N], b->size[M], 0, b->one));
    /* A[k,h] summed over h, with h put in for k: the h that goes in is another one. */
    rk_leaf leaf = {.kind = RK_L_VAR, .var = 'F', .rows = b->size[N], .cols = b->size[M]};
    leaf.index[0] = rk_sc_add(b->sc, b->size[K], rk_sc_sym(b->sc, h));
    const rk_mx *f = loop(b, RK_L_SUM, rk_mx_of_leaf(b->s, rk_mx_leaf(b->s, &leaf)));
    leaf.index[0] = rk_sc_mul(b->sc, two, rk_sc_sym(b->sc, h));
    const rk_mx *captured = loop(b, RK_L_SUM, rk_mx_of_leaf(b->s, rk_mx_leaf(b->s, &leaf)));
    DIFFERENT(rk_mx_put_sym(b->s, f, b->sym[K], rk_sc_sym(b->sc, h)), captured);
}

static void leaves_are_replaced_at_any_depth(void **state) {
    bench *b = *state;
    const rk_mx *x = var(b, 'X', N, M, 0), *y = var(b, 'Y', N, M, 0), *w = var(b, 'W', M, N, 0);
    const rk_leaf *leaf = rk_mx_letter(x)->leaf;
    const rk_mx *by = add(b, y, y);
    const rk_mx *gram = mul(b, x->transpose, x);
    SAME(rk_mx_put_leaf(b->s, gram, leaf, by), times(b, 4, mul(b, y->transpose, y)));
    const rk_mx *deep = rk_mx_softmax(b->s, mul(b, x, w), NULL);
    SAME(rk_mx_put_leaf(b->s, mul(b, deep, x), leaf, y),
         mul(b, rk_mx_softmax(b->s, mul(b, y, w), NULL), y));
    SAME(rk_mx_put_leaf(b->s, inv(b, add(b, eye(b, N), mul(b, x, w))), leaf, zero(b, N, M)),
         eye(b, N));
    const rk_mx *scaled = rk_mx_scale(b->s, rk_mx_rank(b->s, x), w);
    assert_true(rk_mx_mentions_leaf(b->s, scaled, leaf));
    assert_true(rk_mx_is_zero(rk_mx_put_leaf(b->s, scaled, leaf, zero(b, N, M))));
    assert_false(rk_mx_mentions_leaf(b->s, w, leaf));
}

/* --- functions ----------------------------------------------------------------------------- */

static void softmax_sees_no_row_shift_and_moves_with_permutations(void **state) {
    bench *b = *state;
    const rk_mx *x = var(b, 'X', N, N, 0), *p = var(b, 'P', N, N, RK_PROP_PERMUTATION);
    const rk_mx *c = column(b, 'c', N, 0), *mask = var(b, 'M', N, N, 0);
    const rk_mx *plain = rk_mx_softmax(b->s, x, NULL), *masked = rk_mx_softmax(b->s, x, mask);
    const rk_mx *shift = mul(b, c, ones(b, N)->transpose);
    const rk_mx *pxp = mul3(b, p, x, p->transpose), *pmp = mul3(b, p, mask, p->transpose);
    SAME(rk_mx_softmax(b->s, add(b, x, shift), NULL), plain);
    SAME(rk_mx_softmax(b->s, add(b, x, shift), mask), masked);
    DIFFERENT(rk_mx_softmax(b->s, add(b, x, shift->transpose), NULL), plain);
    DIFFERENT(rk_mx_softmax(b->s, times(b, 2, x), NULL), plain);
    SAME(rk_mx_softmax(b->s, pxp, NULL), mul3(b, p, plain, p->transpose));
    SAME(rk_mx_softmax(b->s, pxp, pmp), mul3(b, p, masked, p->transpose));
    DIFFERENT(rk_mx_softmax(b->s, pxp, mask), mul3(b, p, masked, p->transpose));
    SAME(mul(b, plain, ones(b, N)), ones(b, N));
    rk_sc each = rk_sc_div(b->sc, b->one, b->size[M]);
    SAME(rk_mx_softmax(b->s, zero(b, N, M), NULL),
         rk_mx_scale(b->s, each, rk_mx_ones(b->s, b->size[N], b->size[M])));
    rk_leaf leaf = {.kind = RK_L_CAUSAL, .rows = b->size[N], .cols = b->size[N]};
    const rk_mx *causal = rk_mx_of_leaf(b->s, rk_mx_leaf(b->s, &leaf));
    assert_true(rk_mx_is_invertible(b->s, rk_mx_softmax(b->s, x, causal)));
    assert_false(rk_mx_is_invertible(b->s, rk_mx_softmax(b->s, x, causal->transpose)));
    assert_false(rk_mx_is_invertible(b->s, plain));
    assert_false(rk_mx_is_invertible(b->s, masked));
}

static void normalisations_follow_permutations_and_rotations(void **state) {
    bench *b = *state;
    rk_sc eps = rk_sc_int(b->sc, 0);
    const rk_mx *x = var(b, 'X', N, M, 0), *p = var(b, 'P', N, N, RK_PROP_PERMUTATION);
    const rk_mx *q = var(b, 'Q', M, M, RK_PROP_ORTHOGONAL);
    const rk_mx *r = var(b, 'R', M, M, RK_PROP_PERMUTATION);
    const rk_mx *scales = rk_mx_scales(b->s, x, eps);
    SAME(rk_mx_scales(b->s, mul(b, p, x), eps), mul3(b, p, scales, p->transpose));
    SAME(rk_mx_scales(b->s, mul(b, x, q), eps), scales);
    SAME(rk_mx_scales(b->s, times(b, -1, x), eps), scales);
    DIFFERENT(rk_mx_scales(b->s, times(b, 2, x), rk_sc_int(b->sc, 1)),
              rk_mx_scales(b->s, x, rk_sc_int(b->sc, 1)));
    const rk_mx *centred = rk_mx_center(b->s, mul(b, x, r));
    SAME(centred, mul(b, rk_mx_center(b->s, x), r));
    SAME(rk_mx_scales(b->s, centred, eps), rk_mx_scales(b->s, rk_mx_center(b->s, x), eps));
    DIFFERENT(rk_mx_scales(b->s, rk_mx_center(b->s, mul(b, x, q)), eps),
              rk_mx_scales(b->s, rk_mx_center(b->s, x), eps));
    assert_true(rk_mx_is_zero(mul(b, centred, ones(b, M))));
    SAME(rk_mx_center(b->s, rk_mx_center(b->s, x)), rk_mx_center(b->s, x));
    assert_true(rk_mx_is_zero(mul(b, ones(b, N)->transpose, rk_mx_center_tokens(b->s, x))));
}

static void kron_with_ones_repeats(void **state) {
    bench *b = *state;
    const rk_mx *a = indexed(b, 'A', N, M), *x = var(b, 'X', N, M, 0), *p = var(b, 'P', K, N, 0);
    const rk_mx *row = rk_mx_ones(b->s, b->one, b->size[H]),
                *rep = rk_mx_kron(b->s, row, eye(b, N));
    SAME(loop(b, RK_L_HCAT, x), rk_mx_kron(b->s, row, x));
    SAME(loop(b, RK_L_VCAT, x), rk_mx_kron(b->s, row->transpose, x));
    SAME(mul(b, p, loop(b, RK_L_HCAT, x)), loop(b, RK_L_HCAT, mul(b, p, x)));
    SAME(mul(b, p, rep), rk_mx_kron(b->s, row, p));
    SAME(mul(b, rep, loop(b, RK_L_VCAT, a)), loop(b, RK_L_SUM, a));
    SAME(mul(b, mul(b, p, rep), loop(b, RK_L_VCAT, a)), mul(b, p, loop(b, RK_L_SUM, a)));
    SAME(mul(b, rep, rep->transpose), rk_mx_scale(b->s, b->size[H], eye(b, N)));
    DIFFERENT(loop(b, RK_L_HCAT, x), rk_mx_kron(b->s, x, row));
    const rk_mx *u = column(b, 'u', N, 0), *v = column(b, 'v', M, 0), *c = column(b, 'c', K, 0);
    const rk_mx *w = rk_mx_kron(b->s, v->transpose, c->transpose);
    SAME(mul(b, u, w)->transpose, mul(b, w->transpose, u->transpose));
    SAME(mul(b, mul(b, u, c->transpose), rk_mx_kron(b->s, v->transpose, eye(b, K))), mul(b, u, w));
}

static void kron_multiplies_part_by_part(void **state) {
    bench *b = *state;
    const rk_mx *a = var(b, 'A', N, M, 0), *c = var(b, 'C', M, N, 0), *d = var(b, 'D', D, K, 0);
    const rk_mx *e = var(b, 'E', K, D, 0), *f = var(b, 'F', K, D, 0);
    const rk_mx *ad = rk_mx_kron(b->s, a, d);
    SAME(mul(b, ad, rk_mx_kron(b->s, c, e)), rk_mx_kron(b->s, mul(b, a, c), mul(b, d, e)));
    SAME(ad->transpose, rk_mx_kron(b->s, a->transpose, d->transpose));
    SAME(rk_mx_kron(b->s, a, add(b, e, f)), add(b, rk_mx_kron(b->s, a, f), rk_mx_kron(b->s, a, e)));
    SAME(rk_mx_kron(b->s, times(b, 2, a), times(b, 3, d)), times(b, 6, ad));
    SAME(rk_mx_kron(b->s, eye(b, N), eye(b, M)),
         rk_mx_eye(b->s, rk_sc_mul(b->sc, b->size[N], b->size[M])));
    DIFFERENT(ad, rk_mx_kron(b->s, d, a));
    const rk_mx *g = var(b, 'G', N, N, 0), *h = var(b, 'H', M, M, 0);
    SAME(inv(b, rk_mx_kron(b->s, g, h)), rk_mx_kron(b->s, inv(b, g), inv(b, h)));
    const rk_mx *s = var(b, 'S', N, M, RK_PROP_ROWS_SUM_TO_ONE);
    const rk_mx *t = var(b, 'T', D, K, RK_PROP_ROWS_SUM_TO_ONE);
    const rk_mx *st = rk_mx_kron(b->s, s, t);
    SAME(mul(b, st, rk_mx_ones(b->s, st->cols, b->one)), rk_mx_ones(b->s, st->rows, b->one));
    const rk_mx *u = column(b, 'u', N, 0), *v = column(b, 'v', M, 0);
    const rk_mx *row = mul(b, rk_mx_kron(b->s, u, v)->transpose, rk_mx_kron(b->s, u, v));
    rk_sc uu = rk_mx_value(b->s, mul(b, u->transpose, u));
    rk_sc vv = rk_mx_value(b->s, mul(b, v->transpose, v));
    assert_ptr_equal(rk_mx_value(b->s, row), rk_sc_mul(b->sc, uu, vv));
}

static void entrywise_by_an_outer_product_is_scaling(void **state) {
    bench *b = *state;
    const rk_mx *a = var(b, 'A', N, M, 0), *c = var(b, 'C', N, M, 0);
    const rk_mx *u = column(b, 'u', N, 0), *v = column(b, 'v', M, 0);
    const rk_mx *du = rk_mx_diag(b->s, u), *dv = rk_mx_diag(b->s, v);
    SAME(rk_mx_emul(b->s, a, mul(b, u, v->transpose)), mul3(b, du, a, dv));
    SAME(rk_mx_emul(b->s, a, mul(b, u, ones(b, M)->transpose)), mul(b, du, a));
    SAME(rk_mx_emul(b->s, a, c), rk_mx_emul(b->s, c, a));
    SAME(rk_mx_emul(b->s, a, c)->transpose, rk_mx_emul(b->s, a->transpose, c->transpose));
    SAME(rk_mx_emul(b->s, times(b, 2, a), c), times(b, 2, rk_mx_emul(b->s, a, c)));
    DIFFERENT(rk_mx_emul(b->s, a, a), mul(b, a, a->transpose));
    const rk_mx *m = var(b, 'M', N, N, RK_PROP_POSITIVE);
    const rk_mx *sums = mul3(b, m, ones(b, N), ones(b, N)->transpose);
    const rk_mx *markov = rk_mx_ediv(b->s, m, sums);
    SAME(mul(b, markov, ones(b, N)), ones(b, N));
    SAME(rk_mx_ediv(b->s, mul3(b, du, a, dv), mul(b, u, v->transpose)), a);
}

static void powers_merge(void **state) {
    bench *b = *state;
    const rk_mx *a = var(b, 'A', N, N, 0), *c = var(b, 'C', N, N, 0);
    rk_sc k = b->size[K], d = b->size[D];
    const rk_mx *ak = rk_mx_power(b->s, a, k);
    SAME(mul(b, ak, a), rk_mx_power(b->s, a, rk_sc_add(b->sc, k, b->one)));
    SAME(mul(b, a, ak), mul(b, ak, a));
    SAME(mul(b, ak, rk_mx_power(b->s, a, d)), rk_mx_power(b->s, a, rk_sc_add(b->sc, k, d)));
    SAME(rk_mx_power(b->s, a, rk_sc_int(b->sc, 2)), mul(b, a, a));
    SAME(rk_mx_power(b->s, a, rk_sc_int(b->sc, -1)), inv(b, a));
    SAME(rk_mx_power(b->s, a, rk_sc_int(b->sc, 0)), eye(b, N));
    SAME(ak->transpose, rk_mx_power(b->s, a->transpose, k));
    SAME(rk_mx_power(b->s, inv(b, a), k), inv(b, ak));
    const rk_mx *p = add(b, a, c);
    SAME(mul(b, rk_mx_power(b->s, p, k), p), mul(b, p, rk_mx_power(b->s, p, k)));
    DIFFERENT(rk_mx_power(b->s, mul(b, a, c), k), mul(b, ak, rk_mx_power(b->s, c, k)));
    rk_sc less = rk_sc_sub(b->sc, k, rk_sc_int(b->sc, 5));
    DIFFERENT(mul(b, rk_mx_power(b->s, a, less), a),
              rk_mx_power(b->s, a, rk_sc_sub(b->sc, k, rk_sc_int(b->sc, 4))));
}

static void powers_of_products_turn(void **state) {
    bench *b = *state;
    const rk_mx *a = var(b, 'A', N, M, 0), *c = var(b, 'C', M, N, 0), *g = var(b, 'G', N, N, 0);
    const rk_mx *x = var(b, 'X', N, N, 0), *ac = mul(b, a, c), *ca = mul(b, c, a);
    rk_sc k = b->size[K], more = rk_sc_add(b->sc, k, b->one);
    const rk_mx *power = rk_mx_power(b->s, ac, k);
    SAME(mul(b, power, a), mul(b, a, rk_mx_power(b->s, ca, k)));
    SAME(mul(b, power, ac), rk_mx_power(b->s, ac, more));
    SAME(mul(b, ac, power), rk_mx_power(b->s, ac, more));
    SAME(mul3(b, a, rk_mx_power(b->s, ca, k), c), rk_mx_power(b->s, ac, more));
    SAME(power->transpose, rk_mx_power(b->s, ac->transpose, k));
    SAME(mul(b, power, a)->transpose, mul(b, a->transpose, power->transpose));
    SAME(mul(b, power, a)->transpose->transpose, mul(b, power, a));
    DIFFERENT(mul(b, power, c->transpose), mul(b, a, rk_mx_power(b->s, ca, k)));
    SAME(rk_mx_power(b->s, mul3(b, inv(b, g), x, g), k),
         mul3(b, inv(b, g), rk_mx_power(b->s, x, k), g));
    DIFFERENT(rk_mx_power(b->s, mul3(b, g, x, g), k), mul3(b, g, rk_mx_power(b->s, x, k), g));
}

/* --- ranks --------------------------------------------------------------------------------- */

static void sums_are_known_to_be_invertible(void **state) {
    bench *b = *state;
    const rk_mx *x = var(b, 'X', N, M, 0), *g = var(b, 'G', N, N, RK_PROP_SQUARE_INVERTIBLE);
    const rk_mx *p = var(b, 'P', N, N, RK_PROP_PSD), *i = eye(b, N),
                *gram = mul(b, x, x->transpose);
    assert_true(rk_mx_is_invertible(b->s, add(b, i, gram)));
    assert_true(rk_mx_is_invertible(b->s, add(b, p, mul(b, g, g->transpose))));
    assert_false(rk_mx_is_invertible(b->s, add(b, p, gram)));
    assert_false(rk_mx_is_invertible(b->s, sub(b, i, gram)));
    assert_false(rk_mx_is_invertible(b->s, add(b, i, g)));
    assert_false(rk_mx_is_invertible(b->s, add(b, p, g)));
    const rk_mx *a = var(b, 'A', N, N, RK_PROP_ROWS_SUM_TO_ONE | RK_PROP_NONNEGATIVE);
    const rk_mx *r = var(b, 'R', N, N, RK_PROP_ROWS_SUM_TO_ONE);
    const rk_mx *twice = times(b, 2, i);
    assert_true(rk_mx_is_invertible(b->s, sub(b, twice, mul(b, a, a))));
    assert_true(rk_mx_is_invertible(b->s, add(b, twice, a->transpose)));
    assert_false(rk_mx_is_invertible(b->s, add(b, i, a)));
    assert_false(rk_mx_is_invertible(b->s, sub(b, twice, times(b, 2, a))));
    assert_false(rk_mx_is_invertible(b->s, sub(b, twice, r)));
    assert_false(rk_mx_is_invertible(b->s, sub(b, twice, mul(b, a, a->transpose))));
    rk_leaf leaf = {.kind = RK_L_CAUSAL, .rows = b->size[N], .cols = b->size[N]};
    const rk_mx *causal = rk_mx_of_leaf(b->s, rk_mx_leaf(b->s, &leaf));
    const rk_mx *masked = rk_mx_softmax(b->s, r, causal);
    const rk_mx *other = rk_mx_softmax(b->s, g, causal);
    assert_true(rk_mx_is_invertible(b->s, add(b, i, times(b, 5, masked))));
    assert_true(rk_mx_is_invertible(b->s, add(b, mul(b, other, masked), inv(b, causal))));
    assert_false(rk_mx_is_invertible(b->s, sub(b, i, masked)));
    assert_true(rk_mx_is_invertible(b->s, add(b, i, times(b, 5, masked->transpose))));
    assert_false(rk_mx_is_invertible(b->s, add(b, masked, masked->transpose)));
    assert_false(rk_mx_is_invertible(b->s, add(b, causal, inv(b, g))));
}

static void semidefinite_by_construction(void **state) {
    bench *b = *state;
    const rk_mx *x = var(b, 'X', N, M, 0), *p = var(b, 'P', N, N, RK_PROP_PSD);
    const rk_mx *centred = rk_mx_center(b->s, x), *gram = mul(b, centred, centred->transpose);
    assert_true(rk_mx_is_psd(b->s, gram));
    assert_true(rk_mx_is_psd(b->s, add(b, p, gram)));
    assert_true(rk_mx_is_psd(b->s, mul3(b, x->transpose, p, x)));
    assert_false(rk_mx_is_psd(b->s, sub(b, p, gram)));
    const rk_mx *shift = mul3(b, x, ones(b, M), ones(b, M)->transpose);
    const rk_mx *lowered = sub(b, mul(b, x, x->transpose), mul(b, shift, x->transpose));
    assert_false(rk_mx_is_psd(b->s, lowered));
    assert_false(rk_mx_is_psd(b->s, var(b, 'S', N, N, RK_PROP_SYMMETRIC)));
}

static void ranks_have_one_key(void **state) {
    bench *b = *state;
    const rk_mx *x = var(b, 'X', N, M, 0), *y = var(b, 'Y', N, D, 0), *z = var(b, 'Z', K, M, 0);
    const rk_mx *c = column(b, 'c', K, 0);
    rk_sc rank = rk_mx_rank(b->s, x);
    assert_ptr_equal(rk_mx_rank(b->s, x->transpose), rank);
    assert_ptr_equal(rk_mx_rank(b->s, times(b, -2, x)), rank);
    assert_ptr_equal(rk_mx_rank(b->s, row2(b, x, x)), rank);
    assert_ptr_equal(rk_mx_rank(b->s, row2(b, x, zero(b, N, K))), rank);
    assert_ptr_equal(rk_mx_rank(b->s, row2(b, x, y)), rk_mx_rank(b->s, row2(b, y, x)));
    assert_ptr_equal(rk_mx_rank(b->s, col2(b, x, z)), rk_mx_rank(b->s, col2(b, z, x)));
    assert_ptr_equal(rk_mx_rank(b->s, row2(b, x, y)->transpose), rk_mx_rank(b->s, row2(b, x, y)));
    const rk_mx *o = zero(b, K, D);
    assert_ptr_equal(
        rk_mx_rank(b->s, grid4(b, x, y, z, o)),
        rk_mx_rank(b->s, grid4(b, o->transpose, y->transpose, z->transpose, x->transpose)));
    assert_ptr_equal(rk_mx_rank(b->s, eye(b, N)), b->size[N]);
    assert_true(rk_sc_is_zero(rk_mx_rank(b->s, zero(b, N, M))));
    assert_ptr_not_equal(rk_mx_rank(b->s, row2(b, x, y)), rank);
    assert_ptr_not_equal(rk_mx_rank(b->s, grid4(b, x, y, z, o)),
                         rk_mx_rank(b->s, row2(b, row2(b, x, y), x)));
    /* c'*c may be 0. */
    rk_sc square = rk_mx_value(b->s, mul(b, c->transpose, c));
    assert_ptr_not_equal(rk_mx_rank(b->s, rk_mx_scale(b->s, square, x)), rank);
    rk_sc less = rk_sc_sub(b->sc, b->size[N], b->one);
    assert_ptr_not_equal(rk_mx_rank(b->s, rk_mx_scale(b->s, less, x)), rank);
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
        TEST(grids_multiply_and_add_block_by_block),
        TEST(a_single_factor_stays_beside_a_grid),
        TEST(what_is_regular_splits_like_a_grid),
        TEST(triangles_of_blocks_are_inverted),
        TEST(loops_are_linear),
        TEST(sums_over_ranges_join),
        TEST(names_of_indices_do_not_matter),
        TEST(loops_take_back_what_they_let_out),
        TEST(loops_take_up_what_stands_beside_them),
        TEST(symbols_are_put_in_without_capture),
        TEST(leaves_are_replaced_at_any_depth),
        TEST(softmax_sees_no_row_shift_and_moves_with_permutations),
        TEST(normalisations_follow_permutations_and_rotations),
        TEST(kron_with_ones_repeats),
        TEST(kron_multiplies_part_by_part),
        TEST(entrywise_by_an_outer_product_is_scaling),
        TEST(powers_merge),
        TEST(sums_are_known_to_be_invertible),
        TEST(semidefinite_by_construction),
        TEST(powers_of_products_turn),
        TEST(ranks_have_one_key),
        TEST(the_order_of_writing_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
