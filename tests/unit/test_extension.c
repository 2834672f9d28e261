/* Finite fields with square roots: the laws of a field, roots, norms, and matrices against what
   entries give. */
#include "domain_helpers.h"

#include "domain/rk_extension.h"

static ulong some_prime(rk_rng *rng) {
    ulong p = 0;
    while (!n_is_prime(p))
        p = 4 * (1 + rk_rng_below(rng, UWORD(1) << (2 + rk_rng_below(rng, 28)))) + 1;
    return p;
}

/* A random matrix over the subfield of p^(2^level) elements. */
static void draw(rk_matrix *r, const rk_domain *d, rk_rng *rng, slong rows, slong cols,
                 unsigned level) {
    slong degree = (slong)(d->size / sizeof(ulong)), step = degree >> level;
    rk_matrix_init(r, d, rows, cols);
    for (slong i = 0; i < rows * cols; i++) {
        ulong *x = rk_matrix_entry(r, i / cols, i % cols);
        for (slong k = 0; k < degree; k += step)
            x[k] = rk_rng_below(rng, d->modulus);
    }
}

static bool same(const rk_matrix *a, const rk_matrix *b) {
    rk_ev why;
    return rk_tern_true(rk_matrix_compare(RK_REL_EQ, a, b, &why));
}

static void check_field(const rk_domain *d, rk_rng *rng, unsigned levels) {
    rk_matrix x, y, z, xy, yz, left, right;
    draw(&x, d, rng, 1, 1, levels);
    draw(&y, d, rng, 1, 1, levels);
    draw(&z, d, rng, 1, 1, levels);
    rk_matrix_mul(&xy, &x, &y);
    rk_matrix_mul(&yz, &y, &z);
    rk_matrix_mul(&left, &xy, &z);
    rk_matrix_mul(&right, &x, &yz);
    assert_true(same(&left, &right));
    d->add(d, left.entry, x.entry, z.entry);
    rk_matrix_clear(&right);
    rk_matrix_mul(&right, &left, &y);
    d->add(d, left.entry, xy.entry, yz.entry);
    assert_true(same(&left, &right));
    if (rk_tern_false(d->is_zero(d, y.entry))) {
        assert_int_equal(d->div(d, left.entry, xy.entry, y.entry), RK_EV_OK);
        assert_true(same(&left, &x));
    }
    rk_matrix *all[] = {&x, &y, &z, &xy, &yz, &left, &right};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        rk_matrix_clear(all[k]);
}

static void fields_obey_their_laws(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "field laws");
    for (unsigned k = 0; k < 200; k++) {
        unsigned levels = k % (RK_EXTENSION_LEVELS + 1);
        rk_domain *d = rk_domain_extension(some_prime(&rng), levels);
        check_field(d, &rng, levels);
        rk_domain_free(d);
    }
    assert_null(rk_domain_extension(7, 1));  /* 3 mod 4 */
    assert_null(rk_domain_extension(21, 1)); /* composite */
    assert_null(rk_domain_extension(13, RK_EXTENSION_LEVELS + 1));
}

/* Elements of a subfield have roots one level higher, squares have roots, and no others. */
static void check_roots(const rk_domain *d, rk_rng *rng, unsigned levels) {
    for (unsigned level = 0; level <= levels; level++) {
        rk_matrix x, root, square;
        draw(&x, d, rng, 1, 1, level);
        rk_matrix_init(&root, d, 1, 1);
        rk_matrix_init(&square, d, 1, 1);
        rk_ev ev = d->fn(d, RK_FN_SQRT, root.entry, x.entry);
        assert_true(ev == RK_EV_OK || level == levels);
        d->mul(d, square.entry, root.entry, root.entry);
        assert_true(ev != RK_EV_OK || same(&square, &x));
        d->mul(d, square.entry, x.entry, x.entry);
        assert_int_equal(d->fn(d, RK_FN_SQRT, root.entry, square.entry), RK_EV_OK);
        d->mul(d, x.entry, root.entry, root.entry);
        assert_true(same(&square, &x));
        rk_matrix_clear(&x);
        rk_matrix_clear(&root);
        rk_matrix_clear(&square);
    }
}

static void roots_exist_one_level_higher(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "roots");
    for (unsigned k = 0; k < 300; k++) {
        unsigned levels = k % (RK_EXTENSION_LEVELS + 1);
        rk_domain *d = rk_domain_extension(some_prime(&rng), levels);
        check_roots(d, &rng, levels);
        rk_domain_free(d);
    }
}

/* About half of the elements that are not 0 are squares. */
static void half_of_a_field_are_squares(void **state) {
    (void)state;
    for (unsigned levels = 0; levels <= 2; levels++) {
        rk_domain *d = rk_domain_extension(5, levels);
        ulong x[4] = {0}, root[4], squares = 0, all = 1;
        for (size_t k = 0; k < d->size / sizeof(ulong); k++)
            all *= 5;
        for (ulong n = 1; n < all; n++) {
            for (ulong k = 0, rest = n; k < 4; k++, rest /= 5)
                x[k] = rest % 5;
            squares += d->fn(d, RK_FN_SQRT, root, x) == RK_EV_OK;
        }
        assert_int_equal(squares, (all - 1) / 2);
        rk_domain_free(d);
    }
}

static void norms_are_multiplicative(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "norms");
    for (unsigned k = 0; k < 200; k++) {
        ulong p = some_prime(&rng);
        unsigned levels = k % (RK_EXTENSION_LEVELS + 1);
        unsigned level = (unsigned)rk_rng_below(&rng, levels + 1);
        rk_domain *d = rk_domain_extension(p, levels);
        rk_matrix x, y, xy;
        draw(&x, d, &rng, 1, 1, level);
        draw(&y, d, &rng, 1, 1, level);
        rk_matrix_mul(&xy, &x, &y);
        ulong a = rk_extension_norm(d, x.entry, level), b = rk_extension_norm(d, y.entry, level);
        assert_int_equal(n_mulmod2(a, b, p), rk_extension_norm(d, xy.entry, level));
        rk_matrix_clear(&x);
        rk_matrix_clear(&y);
        rk_matrix_clear(&xy);
        rk_domain_free(d);
    }
}

/* A product of matrices, entry by entry. */
static void multiply_entries(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    const rk_domain *d = a->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 1, 1);
    rk_matrix_init(r, d, a->rows, b->cols);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = 0; j < b->cols; j++)
            for (slong k = 0; k < a->cols; k++) {
                d->mul(d, t.entry, rk_matrix_entry(a, i, k), rk_matrix_entry(b, k, j));
                d->add(d, rk_matrix_entry(r, i, j), rk_matrix_entry(r, i, j), t.entry);
            }
    rk_matrix_clear(&t);
}

static void check_product(const rk_domain *d, rk_rng *rng, unsigned levels) {
    slong m = 1 + (slong)rk_rng_below(rng, 8), k = 1 + (slong)rk_rng_below(rng, 5);
    slong n = 1 + (slong)rk_rng_below(rng, 8), low, high;
    rk_matrix a, b, product, expected;
    draw(&a, d, rng, m, k, (unsigned)rk_rng_below(rng, levels + 1));
    draw(&b, d, rng, k, n, (unsigned)rk_rng_below(rng, levels + 1));
    rk_matrix_mul(&product, &a, &b);
    multiply_entries(&expected, &a, &b);
    assert_true(same(&product, &expected));
    assert_int_equal(rk_matrix_rank(&low, &high, &product), RK_EV_OK);
    assert_true(low == high && high <= FLINT_MIN(FLINT_MIN(m, n), k));
    if (d->modulus > 1000000) /* almost surely */
        assert_int_equal(low, FLINT_MIN(FLINT_MIN(m, n), k));
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
    rk_matrix_clear(&product);
    rk_matrix_clear(&expected);
}

static void matrices_agree_with_their_entries(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "matrices");
    for (unsigned k = 0; k < 150; k++) {
        unsigned levels = k % (RK_EXTENSION_LEVELS + 1);
        rk_domain *d = rk_domain_extension(some_prime(&rng), levels);
        check_product(d, &rng, levels);
        rk_domain_free(d);
    }
}

static void inverses_and_determinants(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "inverses");
    for (unsigned k = 0; k < 60; k++) {
        rk_domain *d = rk_domain_extension(some_prime(&rng), k % 4);
        slong n = 1 + (slong)rk_rng_below(&rng, 4), low, high;
        rk_matrix a, inverse, det, product, back;
        draw(&a, d, &rng, n, n, k % 4);
        rk_ev ev = rk_matrix_inv(&inverse, &a);
        assert_int_equal(rk_matrix_det(&det, &a), RK_EV_OK);
        assert_int_equal(rk_matrix_rank(&low, &high, &a), RK_EV_OK);
        assert_true((ev == RK_EV_OK) == (low == n));
        assert_true(rk_tern_false(d->is_zero(d, det.entry)) == (low == n));
        if (ev == RK_EV_OK) {
            rk_matrix_mul(&product, &a, &inverse);
            rk_matrix_mul(&back, &product, &a);
            assert_true(same(&back, &a));
            rk_matrix_clear(&product);
            rk_matrix_clear(&back);
        }
        rk_matrix_clear(&a);
        rk_matrix_clear(&inverse);
        rk_matrix_clear(&det);
        rk_domain_free(d);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_obey_their_laws),
        cmocka_unit_test(roots_exist_one_level_higher),
        cmocka_unit_test(half_of_a_field_are_squares),
        cmocka_unit_test(norms_are_multiplicative),
        cmocka_unit_test(matrices_agree_with_their_entries),
        cmocka_unit_test(inverses_and_determinants),
    };
    return cmocka_run_group_tests_name("extension", tests, NULL, NULL);
}
