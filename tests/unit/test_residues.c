/* The loops over residues, of every vector unit that runs here, against integers: at the largest
   residues, at sizes beside those of tiles and blocks, inside larger matrices. */
#include "domain_helpers.h"
#include "linalg/rk_modular.h"

static const ulong primes[] = {2, 3, 5, 97, 65537, 8388593, 33554393, 67108859};

static ulong draw_prime(rk_rng *rng) {
    return primes[rk_rng_below(rng, sizeof primes / sizeof *primes)];
}

/* Balanced residues, in a third of the calls the largest ones only. */
static double *residues(rk_rng *rng, slong count, ulong p) {
    double *x = rk_malloc(((size_t)count + 1) * sizeof *x), most = (double)(p / 2);
    bool extreme = rk_rng_below(rng, 3) == 0;
    for (slong i = 0; i < count; i++) {
        double t = (double)rk_rng_below(rng, p);
        x[i] = extreme ? (rk_rng_below(rng, 8) ? most : -most) : t > most ? t - (double)p : t;
    }
    return x;
}

static slong residue(double x, ulong p) {
    slong r = (slong)x % (slong)p;
    return r < 0 ? r + (slong)p : r;
}

static void assert_balanced(double x, ulong p) {
    assert_true(fabs(x) <= (double)(p / 2 + 2));
}

static double *copy_of(const double *x, slong count) {
    double *r = rk_malloc(((size_t)count + 1) * sizeof *r);
    memcpy(r, x, (size_t)count * sizeof *r);
    return r;
}

static slong draw_size(rk_rng *rng) {
    const slong sides[] = {1, 7, 12, 16, 17, 48, 64, 65, 97, 191, 193, 200};
    return sides[rk_rng_below(rng, sizeof sides / sizeof *sides)];
}

static void one_product(const rk_residues *on, rk_rng *rng) {
    ulong p = draw_prime(rng);
    rk_modulus q = rk_modulus_of(p);
    slong m = draw_size(rng), n = draw_size(rng), k = draw_size(rng);
    slong ldc = n + 3, lda = k + 1, ldb = n;
    double *c = residues(rng, m * ldc, p), *a = residues(rng, m * lda, p),
           *b = residues(rng, k * ldb, p), *before = copy_of(c, m * ldc);
    double *scratch = rk_malloc(rk_residues_scratch(n, k) * sizeof *scratch);
    on->take(c, ldc, a, lda, b, ldb, m, n, k, &q, scratch);
    for (slong i = 0; i < m; i++)
        for (slong j = 0; j < ldc; j++) {
            slong sum = (slong)before[i * ldc + j];
            for (slong t = 0; t < k && j < n; t++)
                sum = (sum - (slong)a[i * lda + t] * (slong)b[t * ldb + j]) % (slong)p;
            assert_int_equal(residue(c[i * ldc + j], p), residue((double)sum, p));
            assert_balanced(c[i * ldc + j], p);
        }
    rk_free(c);
    rk_free(a);
    rk_free(b);
    rk_free(before);
    rk_free(scratch);
}

static void products_are_exact(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "products_are_exact");
    for (size_t z = 0; rk_residues_at(z) != NULL; z++)
        for (int t = 0; t < (test_long() ? 600 : 30); t++)
            one_product(rk_residues_at(z), &rng);
}

/* l * (what solve made of b) is b. */
static void one_solution(const rk_residues *on, rk_rng *rng) {
    ulong p = draw_prime(rng);
    rk_modulus q = rk_modulus_of(p);
    slong r = rk_rng_between(rng, 1, RK_RESIDUES_BASE), n = draw_size(rng), ldb = n + 2;
    double *l = residues(rng, r * r, p), *b = residues(rng, r * ldb, p), *x = copy_of(b, r * ldb);
    on->solve(l, r, x, ldb, r, n, &q);
    for (slong i = 0; i < r; i++)
        for (slong j = 0; j < n; j++) {
            slong sum = (slong)x[i * ldb + j];
            for (slong t = 0; t < i; t++)
                sum = (sum + (slong)l[i * r + t] * (slong)x[t * ldb + j]) % (slong)p;
            assert_int_equal(residue((double)sum, p), residue(b[i * ldb + j], p));
            assert_balanced(x[i * ldb + j], p);
        }
    rk_free(l);
    rk_free(b);
    rk_free(x);
}

static void triangles_are_solved(void **state) {
    (void)state;
    rk_rng rng = test_rng(2, "triangles_are_solved");
    for (size_t z = 0; rk_residues_at(z) != NULL; z++)
        for (int t = 0; t < (test_long() ? 4000 : 300); t++)
            one_solution(rk_residues_at(z), &rng);
}

static void one_combination(const rk_residues *on, rk_rng *rng) {
    ulong p = draw_prime(rng);
    rk_modulus q = rk_modulus_of(p);
    slong k = rk_rng_between(rng, 1, 40), n = draw_size(rng), stride = n + 5;
    double *plane = residues(rng, k * stride, primes[7]), *c = residues(rng, k, p);
    double *out = residues(rng, n, p);
    on->combine(out, n, c, plane, stride, k, &q);
    for (slong j = 0; j < n; j++) {
        slong sum = 0;
        for (slong t = 0; t < k; t++)
            sum = (sum + (slong)c[t] * (slong)plane[t * stride + j]) % (slong)p;
        assert_int_equal(residue(out[j], p), residue((double)sum, p));
        assert_balanced(out[j], p);
    }
    rk_free(plane);
    rk_free(c);
    rk_free(out);
}

static void combinations_are_exact(void **state) {
    (void)state;
    rk_rng rng = test_rng(3, "combinations_are_exact");
    for (size_t z = 0; rk_residues_at(z) != NULL; z++)
        for (int t = 0; t < (test_long() ? 4000 : 300); t++)
            one_combination(rk_residues_at(z), &rng);
}

/* Integers up to 2^53 - p, multiples of p and their neighbours among them. */
static void reduction_finds_every_multiple(void **state) {
    (void)state;
    rk_rng rng = test_rng(4, "reduction_finds_every_multiple");
    for (size_t z = 0; rk_residues_at(z) != NULL; z++)
        for (int t = 0; t < (test_long() ? 200000 : 20000); t++) {
            ulong p = primes[5 + rk_rng_below(&rng, 3)];
            rk_modulus q = rk_modulus_of(p);
            slong most = (WORD(1) << 53) / (slong)p - 2;
            slong multiple = rk_rng_between(&rng, -most, most) * (slong)p;
            double x[11];
            for (int i = 0; i < 11; i++)
                x[i] = (double)(multiple + i - 5);
            rk_residues_at(z)->reduce(x, 11, &q);
            for (int i = 0; i < 11; i++)
                assert_true(x[i] == i - 5);
        }
}

typedef struct square {
    const double *entry;
    slong n;
} square;

static void row_of(const void *self, slong i, double *row) {
    const square *s = self;
    memcpy(row, s->entry + i * s->n, (size_t)s->n * sizeof *row);
}

/* Minors of which all leading ones are regular, as elimination finds them. */
static void inverses_are_inverse(void **state) {
    (void)state;
    rk_rng rng = test_rng(5, "inverses_are_inverse");
    for (int t = 0; t < (test_long() ? 300 : 30); t++) {
        ulong p = primes[rk_rng_below(&rng, 8)];
        slong n = rk_rng_between(&rng, 1, 120), rows[120], cols[120];
        double *x = residues(&rng, n * n, p);
        square whole = {x, n};
        slong r = rk_modular_rank(row_of, &whole, n, n, p, rows, cols);
        double *a = rk_malloc((size_t)(r * r + 1) * sizeof *a);
        double *one = rk_malloc((size_t)(r * r + 1) * sizeof *one);
        for (slong k = 0; k < r * r; k++)
            a[k] = x[rows[k / r] * n + cols[k % r]];
        double *inverse = copy_of(a, r * r);
        rk_modular_inverse(inverse, r, p);
        rk_modular_mul(one, a, inverse, r, r, r, p);
        for (slong k = 0; k < r * r; k++)
            assert_int_equal(residue(one[k], p), k / r == k % r ? 1 : 0);
        rk_free(x);
        rk_free(a);
        rk_free(one);
        rk_free(inverse);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_exact),     cmocka_unit_test(triangles_are_solved),
        cmocka_unit_test(combinations_are_exact), cmocka_unit_test(reduction_finds_every_multiple),
        cmocka_unit_test(inverses_are_inverse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
