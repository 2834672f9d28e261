/* Doubles with slopes: every operation and every map of coordinates agrees with central
   differences of the same operation in doubles. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "domain/rk_jet.h"
#include "domain/rk_matrix.h"
#include "hunt/rk_params.h"

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

static rk_rng stream(void) {
    unsigned char digest[32] = {7};
    return rk_rng_trial(seed(), digest, 0);
}

/* A map from n numbers to a matrix over any domain. */
typedef rk_ev map(rk_matrix *r, const rk_matrix *x, const void *how);

/* wide, narrow: the difference quotients of two steps. Where they disagree the steps are too long
   for the function there, and nothing is compared. */
static void near(double slope, double wide, double narrow, const char *what, slong entry, slong k) {
    double scale = 1 + fabs(narrow);
    if (fabs(wide - narrow) > 1e-6 * scale || fabs(slope - narrow) <= 1e-5 * scale)
        return;
    print_error("%s: entry %d by coordinate %d: slope %.12g, differences %.12g, seed %lu\n", what,
                (int)entry, (int)k, slope, narrow, (unsigned long)seed());
    fail();
}

/* sum := sum + factor * f(x) with x[k] moved by step. */
static void add_moved(double *sum, double factor, map *f, const void *how, double *x, slong rows,
                      slong cols, slong k, double step) {
    rk_domain *d = rk_domain_double();
    rk_matrix at, r;
    rk_matrix_init(&at, d, rows, cols);
    for (slong i = 0; i < rows * cols; i++)
        ((double *)at.entry)[i] = x[i] + (i == k ? step : 0);
    assert_int_equal(f(&r, &at, how), RK_EV_OK);
    for (slong e = 0; e < r.rows * r.cols; e++)
        sum[e] += factor * ((double *)r.entry)[e];
    rk_matrix_clear(&at);
    rk_matrix_clear(&r);
    rk_domain_free(d);
}

static void quotient(double *out, slong entries, map *f, const void *how, double *x, slong rows,
                     slong cols, slong k, double step) {
    for (slong e = 0; e < entries; e++)
        out[e] = 0;
    add_moved(out, 0.5 / step, f, how, x, rows, cols, k, step);
    add_moved(out, -0.5 / step, f, how, x, rows, cols, k, -step);
}

static void compare(const char *what, map *f, const void *how, double *x, slong rows, slong cols) {
    slong n = rows * cols;
    double wide[16], narrow[16];
    rk_domain *jets = rk_domain_jet(n);
    rk_matrix at, image;
    rk_matrix_init(&at, jets, rows, cols);
    for (slong i = 0; i < n; i++) {
        ((double *)at.entry)[i * (n + 1)] = x[i];
        ((double *)at.entry)[i * (n + 1) + i + 1] = 1;
    }
    assert_int_equal(f(&image, &at, how), RK_EV_OK);
    slong entries = image.rows * image.cols;
    for (slong k = 0; k < n; k++) {
        quotient(wide, entries, f, how, x, rows, cols, k, 2e-6);
        quotient(narrow, entries, f, how, x, rows, cols, k, 1e-6);
        for (slong e = 0; e < entries; e++)
            near(((double *)image.entry)[e * (n + 1) + k + 1], wide[e], narrow[e], what, e, k);
    }
    rk_matrix_clear(&at);
    rk_matrix_clear(&image);
    rk_domain_free(jets);
}

static rk_ev apply_fn(rk_matrix *r, const rk_matrix *x, const void *how) {
    return rk_matrix_fn(r, *(const rk_fn *)how, x);
}

static void functions(void **state) {
    (void)state;
    rk_rng rng = stream();
    for (rk_fn f = RK_FN_SQRT; f <= RK_FN_GELU_SLOPE; f++)
        for (int k = 0; k < 20; k++) {
            double x = 0.1 + 2 * rk_rng_unit(&rng);
            if (f != RK_FN_SQRT && f != RK_FN_LOG && k % 2)
                x = -x;
            char what[32];
            snprintf(what, sizeof what, "function %d", (int)f);
            compare(what, apply_fn, &f, &x, 1, 1);
        }
}

static rk_ev apply_inv(rk_matrix *r, const rk_matrix *x, const void *how) {
    (void)how;
    return rk_matrix_inv(r, x);
}

static rk_ev apply_det(rk_matrix *r, const rk_matrix *x, const void *how) {
    (void)how;
    return rk_matrix_det(r, x);
}

static rk_ev apply_square(rk_matrix *r, const rk_matrix *x, const void *how) {
    (void)how;
    rk_matrix_mul(r, x, x);
    return RK_EV_OK;
}

static rk_ev apply_softmax(rk_matrix *r, const rk_matrix *x, const void *how) {
    (void)how;
    return rk_matrix_softmax(r, x, NULL);
}

static rk_ev apply_singular(rk_matrix *r, const rk_matrix *x, const void *how) {
    return rk_matrix_singular_value(r, x, *(const slong *)how);
}

static rk_ev apply_modulus(rk_matrix *r, const rk_matrix *x, const void *how) {
    return rk_matrix_eigen_modulus(r, x, *(const slong *)how);
}

static void draw(rk_rng *rng, double *x, slong n) {
    for (slong i = 0; i < n; i++)
        x[i] = rk_rng_normal(rng);
}

static void matrices(void **state) {
    (void)state;
    rk_rng rng = stream();
    double x[16];
    for (int round = 0; round < 20; round++)
        for (slong n = 1; n <= 4; n++) {
            draw(&rng, x, n * n);
            compare("square", apply_square, NULL, x, n, n);
            compare("inverse", apply_inv, NULL, x, n, n);
            compare("determinant", apply_det, NULL, x, n, n);
            compare("softmax", apply_softmax, NULL, x, n, n);
            for (slong k = 1; k <= n; k++) {
                compare("singular value", apply_singular, &k, x, n, n);
                compare("eigenvalue modulus", apply_modulus, &k, x, n, n);
            }
        }
}

/* A singular matrix: the slopes of the determinant are cofactors. */
static void singular_determinant(void **state) {
    (void)state;
    double x[9] = {1, 2, 3, 4, 5, 6, 5, 7, 9};
    compare("determinant", apply_det, NULL, x, 3, 3);
}

/* x: the coordinates that vary continuously; the others are 0. */
static rk_ev apply_params(rk_matrix *r, const rk_matrix *x, const void *how) {
    const rk_slot *slot = how;
    const rk_domain *d = x->domain;
    rk_matrix theta;
    slong from = 0;
    rk_matrix_init(&theta, d, rk_params_count(slot), 1);
    for (slong i = 0; i < theta.rows; i++)
        if (rk_params_radix(slot, i) == 0)
            d->set(d, rk_matrix_entry(&theta, i, 0), rk_matrix_entry(x, from++, 0));
    rk_ev ev = rk_params_map(slot, &theta, r);
    rk_matrix_clear(&theta);
    return ev;
}

static void coordinates(void **state) {
    (void)state;
    static const rk_set sets[] = {RK_SET_REAL,       RK_SET_POSITIVE,  RK_SET_STOCHASTIC,
                                  RK_SET_SYMMETRIC,  RK_SET_PSD,       RK_SET_DIAGONAL,
                                  RK_SET_ORTHOGONAL, RK_SET_UNIT_ROWS, RK_SET_INTEGER};
    rk_rng rng = stream();
    double x[32];
    for (int round = 0; round < 10; round++)
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            rk_slot slot = {.set = sets[s], .rows = 3, .cols = 3};
            slong n = 0;
            for (slong i = 0; i < rk_params_count(&slot); i++)
                n += rk_params_radix(&slot, i) == 0;
            draw(&rng, x, n);
            compare("coordinates", apply_params, &slot, x, n, 1);
        }
}

int main(void) {
    print_message("seed %lu\n", (unsigned long)seed());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions),
        cmocka_unit_test(matrices),
        cmocka_unit_test(singular_determinant),
        cmocka_unit_test(coordinates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
