/* Products of balls by slices against exact ones: every product of matrices in the factors lies in
   what comes out. */
#include "domain_helpers.h"

#include "domain/rk_ball.h"
#include "domain/rk_slices.h"

/* What entries look like. */
typedef struct style {
    slong bits, spread; /* of midpoints: how long, over how many powers of 2 */
    slong radius;       /* about 2^-radius of the midpoint; 0: points */
    unsigned zeros;     /* one in so many midpoints is 0; 0: none */
    slong shift;        /* lines are scaled by up to 2^shift */
} style;

static style random_style(rk_rng *rng) {
    return (style){.bits = 1 + (slong)rk_rng_below(rng, 200),
                   .spread = (slong)rk_rng_below(rng, 40),
                   .radius = rk_rng_below(rng, 2) ? 0 : 1 + (slong)rk_rng_below(rng, 150),
                   .zeros = (unsigned)rk_rng_below(rng, 4),
                   .shift = rk_rng_below(rng, 3) == 0 ? 5000 : 3};
}

static void random_ball(rk_rng *rng, arb_struct *x, const style *s, slong shift) {
    fmpz_t z;
    fmpz_init(z);
    for (slong i = 0; i < s->bits; i += 30) {
        fmpz_mul_2exp(z, z, 30);
        fmpz_add_ui(z, z, rk_rng_below(rng, 1 << 30));
    }
    if (s->zeros > 0 && rk_rng_below(rng, s->zeros) == 0)
        fmpz_zero(z);
    if (rk_rng_below(rng, 2))
        fmpz_neg(z, z);
    arb_set_fmpz(x, z);
    arb_mul_2exp_si(x, x, shift - s->bits - (slong)rk_rng_below(rng, (uint64_t)s->spread + 1));
    if (s->radius > 0 && rk_rng_below(rng, 4) > 0)
        mag_set_ui_2exp_si(arb_radref(x), 1 + rk_rng_below(rng, 1000), shift - s->radius - 10);
    fmpz_clear(z);
}

static rk_matrix random_matrix(rk_rng *rng, const rk_domain *d, slong rows, slong cols,
                               bool by_rows) {
    rk_matrix a;
    style s = random_style(rng);
    slong *shift = rk_malloc((size_t)(rows + cols) * sizeof *shift);
    for (slong i = 0; i < rows + cols; i++)
        shift[i] = rk_rng_between(rng, -s.shift, s.shift);
    rk_matrix_init(&a, d, rows, cols);
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < cols; j++)
            random_ball(rng, rk_matrix_entry(&a, i, j), &s, shift[by_rows ? i : rows + j]);
    rk_free(shift);
    return a;
}

/* r := an end of x */
static void end_of(arf_t r, const arb_struct *x, bool right) {
    arf_set_mag(r, arb_radref(x));
    if (right)
        arf_add(r, arb_midref(x), r, ARF_PREC_EXACT, ARF_RND_DOWN);
    else
        arf_sub(r, arb_midref(x), r, ARF_PREC_EXACT, ARF_RND_DOWN);
}

static void product_range(arf_t low, arf_t high, const arb_struct *a, const arb_struct *b) {
    arf_t x, y;
    arf_init(x);
    arf_init(y);
    for (int corner = 0; corner < 4; corner++) {
        end_of(x, a, corner & 1);
        end_of(y, b, corner & 2);
        arf_mul(x, x, y, ARF_PREC_EXACT, ARF_RND_DOWN);
        if (corner == 0 || arf_cmp(x, low) < 0)
            arf_set(low, x);
        if (corner == 0 || arf_cmp(x, high) > 0)
            arf_set(high, x);
    }
    arf_clear(x);
    arf_clear(y);
}

static bool contained(const arb_struct *c, const rk_matrix *a, const rk_matrix *b, slong i,
                      slong j) {
    arf_t low, high, least, most;
    arf_init(low);
    arf_init(high);
    arf_init(least);
    arf_init(most);
    for (slong k = 0; k < a->cols; k++) {
        product_range(low, high, rk_matrix_entry(a, i, k), rk_matrix_entry(b, k, j));
        arf_add(least, least, low, ARF_PREC_EXACT, ARF_RND_DOWN);
        arf_add(most, most, high, ARF_PREC_EXACT, ARF_RND_DOWN);
    }
    bool inside = arb_contains_arf(c, least) && arb_contains_arf(c, most);
    arf_clear(low);
    arf_clear(high);
    arf_clear(least);
    arf_clear(most);
    return inside;
}

static void check_all(const rk_matrix *c, const rk_matrix *a, const rk_matrix *b) {
    for (slong i = 0; i < c->rows; i++)
        for (slong j = 0; j < c->cols; j++)
            assert_true(contained(rk_matrix_entry(c, i, j), a, b, i, j));
}

/* Converted with any number of bits, whatever is left out of the product. */
static void test_containment(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "containment");
    slong used = 0;
    int rounds = test_long() ? 2000 : 150;
    rk_domain *d = rk_domain_ball(64);
    for (int t = 0; t < rounds; t++) {
        slong m = 1 + (slong)rk_rng_below(&rng, 7), k = 1 + (slong)rk_rng_below(&rng, 70);
        slong n = 1 + (slong)rk_rng_below(&rng, 7), prec = 2 + (slong)rk_rng_below(&rng, 330);
        slong bits = 1 + (slong)rk_rng_below(&rng, 400);
        rk_matrix a = random_matrix(&rng, d, m, k, true), b = random_matrix(&rng, d, k, n, false);
        rk_matrix c;
        rk_slices *x = rk_slices_left(a.entry, m, k, bits);
        rk_slices *y = rk_slices_right(b.entry, k, n, bits);
        rk_matrix_init(&c, d, m, n);
        if (x != NULL && y != NULL) {
            rk_slices_mul(c.entry, x, y, prec);
            check_all(&c, &a, &b);
            used++;
        }
        rk_slices_free(x);
        rk_slices_free(y);
        rk_matrix_clear(&a);
        rk_matrix_clear(&b);
        rk_matrix_clear(&c);
    }
    print_message("# %ld of %d by slices\n", (long)used, rounds);
    assert_true(used > rounds / 2);
    rk_domain_free(d);
}

/* Points whose product fits the precision come out exact, more slices than one or not. */
static void test_exact(void **state) {
    (void)state;
    rk_domain *d = rk_domain_ball(256);
    rk_matrix a, b, c;
    rk_matrix_init(&a, d, 5, 300);
    rk_matrix_init(&b, d, 300, 4);
    for (slong i = 0; i < 1500; i++) {
        arb_set_si((arb_struct *)a.entry + i, 1234567 * i - 700000000);
        arb_mul_2exp_si((arb_struct *)a.entry + i, (arb_struct *)a.entry + i, i % 9);
    }
    for (slong i = 0; i < 1200; i++)
        arb_set_d((arb_struct *)b.entry + i, (double)(i - 600) * 0x1p-9 / 3);
    rk_slices *x = rk_slices_left(a.entry, 5, 300, 300);
    rk_slices *y = rk_slices_right(b.entry, 300, 4, 300);
    assert_true(rk_slices_exact(x) && rk_slices_exact(y));
    rk_matrix_init(&c, d, 5, 4);
    rk_slices_mul(c.entry, x, y, 256);
    for (slong i = 0; i < 20; i++)
        assert_true(arb_is_exact((arb_struct *)c.entry + i));
    check_all(&c, &a, &b);
    rk_slices_free(x);
    rk_slices_free(y);
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
    rk_matrix_clear(&c);
    rk_domain_free(d);
}

static double random_double(rk_rng *rng, int spread) {
    double x = (2 * rk_rng_unit(rng) - 1) * (rk_rng_below(rng, 8) > 0);
    return ldexp(rk_rng_below(rng, 2) ? x : (float)x,
                 -(int)rk_rng_below(rng, (uint64_t)spread + 1));
}

/* What is converted from doubles is what is converted from the balls that they are, or nothing. */
static void test_doubles(void **state) {
    (void)state;
    rk_rng rng = test_rng(3, "doubles");
    rk_domain *d = rk_domain_ball(128);
    int used = 0;
    for (int t = 0; t < 60; t++) {
        slong k = 1 + (slong)rk_rng_below(&rng, 90), n = 1 + (slong)rk_rng_below(&rng, 9);
        slong bits = 20 + (slong)rk_rng_below(&rng, 300);
        int spread = (int)rk_rng_below(&rng, 80), far = (int)rk_rng_between(&rng, -1030, 900);
        double *x = rk_malloc((size_t)(k * n) * sizeof *x);
        rk_matrix a = random_matrix(&rng, d, 3, k, true), b, c;
        for (slong i = 0; i < k * n; i++)
            x[i] = ldexp(random_double(&rng, spread), t % 3 == 0 ? far : (int)(i % n));
        rk_matrix_set_doubles(&b, d, k, n, x);
        rk_matrix_init(&c, d, 3, n);
        rk_slices *left = rk_slices_left(a.entry, 3, k, bits);
        rk_slices *right = rk_slices_right_doubles(x, k, n, bits);
        rk_slices *other = rk_slices_right(b.entry, k, n, bits);
        assert_true(right == NULL || (rk_slices_exact(right) && rk_slices_exact(other)));
        if (left != NULL && right != NULL) {
            used++;
            assert_true(rk_slices_pairs(left, right, 128) == rk_slices_pairs(left, other, 128));
            rk_slices_mul(c.entry, left, right, 128);
            check_all(&c, &a, &b);
        }
        rk_slices_free(left);
        rk_slices_free(right);
        rk_slices_free(other);
        rk_free(x);
        rk_matrix_clear(&a);
        rk_matrix_clear(&b);
        rk_matrix_clear(&c);
    }
    print_message("# %d of 60 from doubles\n", used);
    assert_true(used > 10);
    rk_domain_free(d);
}

/* (1 + t)(1 + t) - (1 + 2t), t = 2^-150, at 64 bits: what is left lies in slices left out. */
static void test_cancelled(void **state) {
    (void)state;
    rk_domain *d = rk_domain_ball(64);
    rk_matrix a, b, c;
    rk_matrix_init(&a, d, 1, 2);
    rk_matrix_init(&b, d, 2, 1);
    rk_matrix_init(&c, d, 1, 1);
    arb_t one;
    arb_init(one);
    arb_one(one);
    arb_struct *x = a.entry, *y = b.entry;
    arb_mul_2exp_si(x, one, -150);
    arb_mul_2exp_si(y + 1, one, -149);
    arb_add(x, x, one, 300);
    arb_add(y + 1, y + 1, one, 300);
    arb_set(y, x);
    arb_neg(y + 1, y + 1);
    arb_set(x + 1, one);
    rk_slices *left = rk_slices_left(x, 1, 2, 300), *right = rk_slices_right(y, 2, 1, 300);
    assert_true(rk_slices_exact(left) && rk_slices_exact(right));
    rk_slices_mul(c.entry, left, right, 64);
    check_all(&c, &a, &b);
    assert_false(arb_is_exact(c.entry));
    rk_slices_free(left);
    rk_slices_free(right);
    arb_clear(one);
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
    rk_matrix_clear(&c);
    rk_domain_free(d);
}

static double widest(const rk_matrix *a) {
    double most = 0;
    for (slong i = 0; i < a->rows * a->cols; i++)
        most = fmax(most, mag_get_d(arb_radref((arb_struct *)a->entry + i)));
    return most;
}

/* The domain's products: right, hardly wider than Arb's, the kept factors never mistaken for
   others. */
static void test_domain(void **state) {
    (void)state;
    rk_rng rng = test_rng(2, "domain");
    slong precisions[] = {64, 128, 320};
    for (int t = 0; t < 9; t++) {
        rk_domain *d = rk_domain_ball(precisions[t % 3]);
        rk_matrix a, b, c, e;
        double *w = rk_malloc(64 * 48 * sizeof *w);
        rk_matrix_init(&a, d, 6, 64);
        for (slong i = 0; i < 6 * 64; i++) {
            arb_set_d((arb_struct *)a.entry + i, rk_rng_normal(&rng));
            arb_exp((arb_struct *)a.entry + i, (arb_struct *)a.entry + i, d->precision);
        }
        for (int again = 0; again < 4; again++) {
            for (int i = 0; i < 64 * 48 && again != 1; i++)
                w[i] = again == 2 ? w[i] : (float)rk_rng_normal(&rng);
            w[64 * 48 - 1] += again == 2;
            rk_matrix_set_doubles(&b, d, 64, 48, w);
            rk_matrix_mul(&c, &a, &b);
            check_all(&c, &a, &b);
            rk_matrix_init(&e, d, 6, 48);
            rk_ball_mul_arb(&e, &a, &b);
            assert_true(widest(&c) <= 4 * widest(&e));
            rk_matrix_clear(&b);
            rk_matrix_clear(&c);
            rk_matrix_clear(&e);
        }
        rk_free(w);
        rk_matrix_clear(&a);
        rk_domain_free(d);
    }
}

/* What slices cannot hold well is left to Arb. */
static void test_refused(void **state) {
    (void)state;
    arb_struct x[4];
    for (int i = 0; i < 4; i++) {
        arb_init(x + i);
        arb_set_si(x + i, i + 1);
    }
    arb_mul_2exp_si(x, x, 1000);
    assert_null(rk_slices_left(x, 2, 2, 128));
    rk_slices *s = rk_slices_left(x, 4, 1, 128);
    assert_non_null(s);
    rk_slices_free(s);
    arb_indeterminate(x);
    assert_null(rk_slices_right(x, 2, 2, 128));
    arb_set_si(x, 1);
    arf_mul_2exp_si(arb_midref(x), arb_midref(x), WORD(1) << 50);
    assert_null(rk_slices_right(x, 1, 4, 128));
    for (int i = 0; i < 4; i++)
        arb_clear(x + i);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_containment), cmocka_unit_test(test_exact),
        cmocka_unit_test(test_doubles),     cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_domain),      cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("slices", tests, NULL, NULL);
}
