/* Enclosures of products against exact ones: the products of every choice of matrices within the
   radii lie within what rk_enclose_product says. */
#include "domain_helpers.h"

#include <fenv.h>
#include <float.h>

#include "linalg/rk_enclose.h"
#include "linalg/rk_gemm.h"

typedef struct operand {
    size_t rows, cols;
    double *m, *r; /* r NULL: a point */
} operand;

typedef double maker(rk_rng *rng, size_t i, size_t j);

static double uniform(rk_rng *rng) {
    return 2 * rk_rng_unit(rng) - 1;
}

static double plain(rk_rng *rng, size_t i, size_t j) {
    (void)i, (void)j;
    return uniform(rng);
}

/* Every other column the negative of the one before, nearly: what is left is rounding. */
static double cancelling(rk_rng *rng, size_t i, size_t j) {
    double x = 1 + 0.001 * (double)(i + j / 2);
    return j % 2 == 0 ? x : -x * (1 + 0x1p-50 * (double)rk_rng_below(rng, 3));
}

static double graded(rk_rng *rng, size_t i, size_t j) {
    (void)i, (void)j;
    return ldexp(uniform(rng), (int)rk_rng_below(rng, 600) - 300);
}

static double extreme(rk_rng *rng, size_t i, size_t j) {
    (void)i, (void)j;
    return ldexp(uniform(rng), (int)rk_rng_below(rng, 2060) - 1074);
}

static double tiny(rk_rng *rng, size_t i, size_t j) {
    (void)i, (void)j;
    return ldexp(uniform(rng), -1060 + (int)rk_rng_below(rng, 40));
}

static double huge(rk_rng *rng, size_t i, size_t j) {
    (void)i, (void)j;
    return ldexp(uniform(rng), 520 - (int)rk_rng_below(rng, 20));
}

static double sparse(rk_rng *rng, size_t i, size_t j) {
    return rk_rng_below(rng, 4) == 0 && i % 3 != 1 && j % 5 != 2 ? uniform(rng) : 0;
}

/* In one factor rows of very different size, in the other columns that undo it. */
static double tall_rows(rk_rng *rng, size_t i, size_t j) {
    (void)j;
    return ldexp(uniform(rng), i % 2 == 0 ? 900 : -900);
}

/* Along the inner side one factor falls as the other rises: whole rows span 2^400. */
static double falling(rk_rng *rng, size_t i, size_t j) {
    return ldexp(uniform(rng), -(int)(400 * ((i + 7 * j) % 11) / 10));
}

static double dyadic(rk_rng *rng, size_t i, size_t j) {
    (void)i, (void)j;
    return (double)((int)rk_rng_below(rng, 4001) - 2000) * 0x1p-7;
}

static double no_number(rk_rng *rng, size_t i, size_t j) {
    if (rk_rng_below(rng, 40) == 0)
        return rk_rng_below(rng, 2) == 0 ? NAN : INFINITY;
    return plain(rng, i, j);
}

static maker *const makers[] = {plain,  cancelling, graded,  extreme, tiny,     huge,
                                sparse, tall_rows,  falling, dyadic,  no_number};
enum { MAKERS = sizeof makers / sizeof *makers };

static operand operand_new(rk_rng *rng, size_t rows, size_t cols, maker *make, unsigned radii) {
    operand a = {rows, cols, rk_malloc((rows * cols + 1) * sizeof(double)), NULL};
    for (size_t i = 0; i < rows * cols; i++)
        a.m[i] = make(rng, i / cols, i % cols);
    if (radii > 0)
        a.r = rk_calloc(rows * cols + 1, sizeof(double));
    for (size_t i = 0; i < rows * cols && radii > 0; i++)
        if (rk_rng_below(rng, 4) > 0)
            a.r[i] = radii == 1 ? fabs(a.m[i]) * 0x1p-48 : fabs(makers[radii - 2](rng, i, 1));
    return a;
}

static void operand_clear(operand *a) {
    rk_free(a->m);
    rk_free(a->r);
}

/* r := the entry of a at i, at its end to the left (-1), in the middle or to the right. */
static void end_of(arf_t r, const operand *a, size_t i, int side) {
    arf_t radius;
    arf_init(radius);
    arf_set_d(r, a->m[i]);
    arf_set_d(radius, a->r == NULL ? 0 : side * a->r[i]);
    arf_add(r, r, radius, ARF_PREC_EXACT, ARF_RND_DOWN);
    arf_clear(radius);
}

/* *low, *high := the least and the largest product of two entries within their radii. */
static void product_range(arf_t low, arf_t high, const operand *a, size_t i, const operand *b,
                          size_t j) {
    arf_t x, y;
    arf_init(x);
    arf_init(y);
    for (int corner = 0; corner < 4; corner++) {
        end_of(x, a, i, corner & 1 ? 1 : -1);
        end_of(y, b, j, corner & 2 ? 1 : -1);
        arf_mul(x, x, y, ARF_PREC_EXACT, ARF_RND_DOWN);
        if (corner == 0 || arf_cmp(x, low) < 0)
            arf_set(low, x);
        if (corner == 0 || arf_cmp(x, high) > 0)
            arf_set(high, x);
    }
    arf_clear(x);
    arf_clear(y);
}

/* Entry (i, j) of the product, over all choices, lies within r of c. */
static bool contained(double c, double r, const operand *a, const operand *b, size_t i, size_t j) {
    arf_t low, high, least, most, end;
    if (isinf(r))
        return c == 0;
    arf_init(low);
    arf_init(high);
    arf_init(least);
    arf_init(most);
    arf_init(end);
    for (size_t k = 0; k < a->cols; k++) {
        product_range(low, high, a, i * a->cols + k, b, k * b->cols + j);
        arf_add(least, least, low, ARF_PREC_EXACT, ARF_RND_DOWN);
        arf_add(most, most, high, ARF_PREC_EXACT, ARF_RND_DOWN);
    }
    arf_set_d(end, c);
    arf_sub(least, least, end, ARF_PREC_EXACT, ARF_RND_DOWN);
    arf_sub(most, most, end, ARF_PREC_EXACT, ARF_RND_DOWN);
    arf_set_d(end, r);
    bool inside = arf_cmpabs(least, end) <= 0 && arf_cmpabs(most, end) <= 0;
    arf_clear(low);
    arf_clear(high);
    arf_clear(least);
    arf_clear(most);
    arf_clear(end);
    return inside;
}

static bool all_finite(const operand *a) {
    for (size_t i = 0; i < a->rows * a->cols; i++)
        if (!isfinite(a->m[i]) || (a->r != NULL && !isfinite(a->r[i])))
            return false;
    return true;
}

static const int roundings[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

static void check_product(const operand *a, const operand *b, int rounding, bool exact) {
    size_t m = a->rows, n = b->cols;
    double *c = rk_malloc((2 * m * n + 1) * sizeof *c), *r = c + m * n;
    fesetround(rounding);
    rk_enclose_product(c, r, a->m, a->r, b->m, b->r, m, a->cols, n);
    fesetround(FE_TONEAREST);
    bool finite = all_finite(a) && all_finite(b);
    size_t unknown = 0;
    for (size_t i = 0; i < m * n; i++) {
        unknown += isinf(r[i]) != 0;
        assert_true(r[i] >= 0 && isfinite(c[i]));
        if (exact)
            assert_true(r[i] == 0);
        if (finite)
            assert_true(contained(c[i], r[i], a, b, i / n, i % n));
    }
    if (!finite)
        assert_true(unknown > 0 || a->cols == 0);
    rk_free(c);
}

static void check_shape(rk_rng *rng, size_t m, size_t k, size_t n) {
    maker *x = makers[rk_rng_below(rng, MAKERS)], *y = makers[rk_rng_below(rng, MAKERS)];
    unsigned radii = rk_rng_below(rng, 2) == 0 ? 0 : (unsigned)rk_rng_below(rng, MAKERS + 1);
    unsigned more = rk_rng_below(rng, 2) == 0 ? 0 : (unsigned)rk_rng_below(rng, MAKERS + 1);
    operand a = operand_new(rng, m, k, x, radii), b = operand_new(rng, k, n, y, more);
    check_product(&a, &b, roundings[rk_rng_below(rng, 4)],
                  x == dyadic && y == dyadic && radii == 0 && more == 0);
    operand_clear(&a);
    operand_clear(&b);
}

static void test_small_products(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "small products");
    for (int t = 0; t < (test_long() ? 4000 : 400); t++) {
        rk_gemm_use(rk_rng_below(&rng, 2) == 0 ? SIZE_MAX : rk_rng_below(&rng, 3));
        check_shape(&rng, 1 + rk_rng_below(&rng, 9), rk_rng_below(&rng, 40),
                    1 + rk_rng_below(&rng, 9));
    }
    rk_gemm_use(SIZE_MAX);
}

static void test_large_products(void **state) {
    (void)state;
    rk_rng rng = test_rng(2, "large products");
    for (int t = 0; t < (test_long() ? 100 : 12); t++) {
        rk_gemm_use(t % 2 == 0 ? SIZE_MAX : rk_rng_below(&rng, 3));
        check_shape(&rng, 1 + rk_rng_below(&rng, 30), 100 + rk_rng_below(&rng, 500),
                    1 + rk_rng_below(&rng, 60));
    }
    rk_gemm_use(SIZE_MAX);
}

/* Sums whose roundings all go one way: every term and every partial sum is rounded by nearly a
   whole unit, on every kernel. */
static void test_systematic_roundings(void **state) {
    (void)state;
    enum { M = 3, K = 600, N = 5 };
    operand a = {M, K, rk_malloc(M * K * sizeof(double)), NULL};
    operand b = {K, N, rk_malloc(K * N * sizeof(double)), NULL};
    for (size_t kernel = 0; rk_gemm_use(kernel) != NULL; kernel++)
        for (int t = 0; t < 16; t++) {
            double sign = t & 4 ? -1 : 1, odd = t & 8 ? 0x1p-1050 : 1;
            for (size_t i = 0; i < M * K; i++)
                a.m[i] = (1 + 0x1p-27 * (double)(1 + i % 3)) * odd;
            for (size_t i = 0; i < K * N; i++)
                b.m[i] = sign * (1 + 0x1p-26 + 0x1p-52 * (double)(1 + i % 5));
            check_product(&a, &b, roundings[t % 4], false);
        }
    rk_gemm_use(SIZE_MAX);
    operand_clear(&a);
    operand_clear(&b);
}

/* The radii of points stay near the few roundings that a term passes in its block. */
static void test_width(void **state) {
    (void)state;
    rk_rng rng = test_rng(5, "width");
    enum { M = 4, K = 512, N = 6 };
    double c[M * N], r[M * N];
    operand a = operand_new(&rng, M, K, plain, 0), b = operand_new(&rng, K, N, plain, 0);
    for (size_t kernel = 0; rk_gemm_use(kernel) != NULL; kernel++) {
        rk_enclose_product(c, r, a.m, NULL, b.m, NULL, M, K, N);
        for (size_t i = 0; i < M * N; i++) {
            double moduli = 0;
            for (size_t k = 0; k < K; k++)
                moduli += fabs(a.m[i / N * K + k] * b.m[k * N + i % N]);
            assert_true(r[i] < 8 * 0x1p-53 * moduli);
        }
    }
    rk_gemm_use(SIZE_MAX);
    operand_clear(&a);
    operand_clear(&b);
}

/* Rows that span more than floats do keep their small terms, and products that are 0 stay so. */
static void test_spans(void **state) {
    (void)state;
    double c[4], r[4], x[] = {1.1, 0x1.3p-400, 0, 0}, y[] = {0x1.7p-400, 0, 1.3, 0};
    rk_enclose_product(c, r, x, NULL, y, NULL, 2, 2, 2);
    assert_true(r[0] > 0 && r[0] < 0x1p-449);
    assert_true(r[1] == 0 && r[2] == 0 && r[3] == 0);
    double ra[] = {0, 0x1p-440, 0, 0};
    rk_enclose_product(c, r, x, ra, y, NULL, 2, 2, 2);
    assert_true(r[0] > 0x1p-440 && r[0] < 0x1p-439);
    assert_true(r[1] == 0 && r[2] == 0 && r[3] == 0);
}

/* What overflows, and what no float could hold, is not lost. */
static void test_ends_of_range(void **state) {
    (void)state;
    double top = DBL_MAX, least = 0x1p-1074, c, r;
    rk_enclose_product(&c, &r, &top, NULL, &top, NULL, 1, 1, 1);
    assert_true(c == 0 && isinf(r));
    rk_enclose_product(&c, &r, &least, NULL, &least, NULL, 1, 1, 1);
    assert_true(r > 0 && c + r >= least);
    rk_enclose_product(&c, &r, &top, NULL, &least, NULL, 1, 1, 1);
    assert_true(c == top * least && r < 0x1p-47);
    double x[] = {top, least}, y[] = {least, top}, radius[] = {0, least};
    rk_enclose_product(&c, &r, x, NULL, y, radius, 1, 2, 1);
    assert_true(r >= 0x1p-104);
    rk_enclose_product(&c, &r, &top, &top, &least, NULL, 1, 1, 1);
    assert_true(r >= top * least && isfinite(r));
    for (int t = 0; t < 4; t++) { /* rounded towards 0, what overflows is the largest number */
        double three[] = {top, top, -top}, ones[] = {1, 1, 1};
        fesetround(roundings[t]);
        rk_enclose_product(&c, &r, three, NULL, ones, NULL, 1, 3, 1);
        fesetround(FE_TONEAREST);
        assert_true(c == 0 && isinf(r));
    }
}

/* Every kernel, every remainder of its tiles: sums of integers are exact. */
static void check_integers(size_t m, size_t k, size_t n) {
    double *a = rk_malloc((m * k + k * n + m * n + 1) * sizeof *a), *b = a + m * k, *c = b + k * n;
    float *s = rk_malloc((m * k + k * n + m * n + 1) * sizeof *s);
    for (size_t i = 0; i < m * k + k * n; i++) {
        a[i] = (double)(i * 7919 % 31) - 15;
        s[i] = (float)a[i];
    }
    rk_gemm(c, n, a, k, b, n, m, k, n);
    rk_gemm_single(s + m * k + k * n, n, s, k, s + m * k, n, m, k, n);
    for (size_t i = 0; i < m * n; i++) {
        double sum = 0;
        for (size_t p = 0; p < k; p++)
            sum += a[i / n * k + p] * b[p * n + i % n];
        assert_true(c[i] == sum && s[m * k + k * n + i] == (float)sum);
    }
    rk_free(a);
    rk_free(s);
}

static void test_kernels(void **state) {
    (void)state;
    rk_rng rng = test_rng(3, "kernels");
    for (size_t kernel = 0; rk_gemm_use(kernel) != NULL; kernel++) {
        print_message("# kernel %s\n", rk_gemm_use(kernel));
        for (int t = 0; t < 40; t++)
            check_integers(1 + rk_rng_below(&rng, 60), rk_rng_below(&rng, 90),
                           1 + rk_rng_below(&rng, 110));
        check_integers(100, 300, 50);
        check_integers(9, 600, 1600);
    }
    rk_gemm_use(SIZE_MAX);
}

/* The intervals of the engine multiply by these products. */
static void test_interval_domain(void **state) {
    (void)state;
    rk_rng rng = test_rng(4, "interval domain");
    rk_domain *d = rk_domain_interval();
    rk_matrix x, y, z;
    operand a = operand_new(&rng, 9, 33, plain, 0), b = operand_new(&rng, 33, 8, plain, 0);
    rk_matrix_set_doubles(&x, d, 9, 33, a.m);
    rk_matrix_set_doubles(&y, d, 33, 8, b.m);
    rk_matrix_mul(&z, &x, &y);
    for (slong i = 0; i < 72; i++) {
        double low, high;
        assert_true(d->ends(d, &low, &high, rk_matrix_entry(&z, i / 8, i % 8)));
        double middle = low + (high - low) / 2;
        assert_true(
            contained(middle, (high - low) * 0.5000001, &a, &b, (size_t)i / 8, (size_t)i % 8));
        assert_true(high - low < 1e-13);
    }
    operand_clear(&a);
    operand_clear(&b);
    rk_matrix_clear(&x);
    rk_matrix_clear(&y);
    rk_matrix_clear(&z);
    rk_domain_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_products),
        cmocka_unit_test(test_large_products),
        cmocka_unit_test(test_systematic_roundings),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_ends_of_range),
        cmocka_unit_test(test_kernels),
        cmocka_unit_test(test_interval_domain),
    };
    return cmocka_run_group_tests_name("enclose", tests, NULL, NULL);
}
