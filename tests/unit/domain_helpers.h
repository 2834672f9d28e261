/* Matrices written as text, for the tests of the domain room. */
#ifndef DOMAIN_HELPERS_H
#define DOMAIN_HELPERS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "domain/rk_matrix.h"

/* "1 -2/3; 0 4" over d; fails the test when an entry cannot be held. */
static inline rk_matrix matrix_of(const rk_domain *d, const char *text) {
    rk_matrix r;
    slong rows = 1, cols = 0, seen = 0;
    char *copy = rk_strdup(text), *rest = NULL;
    for (const char *c = text; *c; c++)
        rows += *c == ';';
    for (char *s = copy; *s; s++)
        if (*s == ';')
            *s = ' ';
    char *count = rk_strdup(copy), *unused = NULL;
    for (char *t = strtok_r(count, " ", &unused); t; t = strtok_r(NULL, " ", &unused))
        cols++;
    cols /= rows;
    rk_matrix_init(&r, d, rows, cols);
    fmpq_t x;
    fmpq_init(x);
    for (char *t = strtok_r(copy, " ", &rest); t; t = strtok_r(NULL, " ", &rest), seen++) {
        assert_int_equal(fmpq_set_str(x, t, 10), 0);
        assert_int_equal(d->set_fmpq(d, rk_matrix_entry(&r, seen / cols, seen % cols), x),
                         RK_EV_OK);
    }
    fmpq_clear(x);
    rk_free(copy);
    rk_free(count);
    return r;
}

/* The printed matrix is `text`; clears it. */
static inline void assert_prints(rk_matrix *a, const char *text) {
    rk_buf out;
    rk_buf_init(&out);
    rk_matrix_print(&out, a);
    assert_string_equal(out.text, text);
    rk_buf_clear(&out);
    rk_matrix_clear(a);
}

/* value, or the outcome, of a function at one rational */
static inline void assert_fn(const rk_domain *d, rk_fn f, const char *at, const char *value,
                             rk_ev ev) {
    rk_matrix a = matrix_of(d, at), r;
    assert_int_equal(rk_matrix_fn(&r, f, &a), ev);
    if (ev == RK_EV_OK)
        assert_prints(&r, value);
    else
        rk_matrix_clear(&r);
    rk_matrix_clear(&a);
}

static inline void assert_softmax(const rk_domain *d, const char *logits, const char *mask,
                                  const char *value, rk_ev ev) {
    rk_matrix a = matrix_of(d, logits), m, r;
    if (mask != NULL)
        m = matrix_of(d, mask);
    assert_int_equal(rk_matrix_softmax(&r, &a, mask ? &m : NULL), ev);
    if (ev == RK_EV_OK)
        assert_prints(&r, value);
    else
        rk_matrix_clear(&r);
    if (mask != NULL)
        rk_matrix_clear(&m);
    rk_matrix_clear(&a);
}

static inline void assert_compare(const rk_domain *d, const char *x, rk_relation rel, const char *y,
                                  rk_tern want, rk_ev reason) {
    rk_ev why;
    rk_matrix a = matrix_of(d, x), b = matrix_of(d, y);
    assert_int_equal(rk_matrix_compare(rel, &a, &b, &why).v, want.v);
    assert_int_equal(why, reason);
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
}

static inline void assert_rank(const rk_domain *d, const char *text, slong rank) {
    slong low, high;
    rk_matrix a = matrix_of(d, text);
    assert_int_equal(rk_matrix_rank(&low, &high, &a), RK_EV_OK);
    assert_int_equal(low, rank);
    assert_int_equal(high, rank);
    rk_matrix_clear(&a);
}

static inline void assert_psd(const rk_domain *d, const char *text, rk_tern want) {
    rk_matrix a = matrix_of(d, text);
    assert_int_equal(rk_matrix_is_psd(&a).v, want.v);
    rk_matrix_clear(&a);
}

static inline void assert_spectrum(const rk_domain *d, bool singular, const char *text, slong k,
                                   const char *value, rk_ev ev) {
    rk_matrix a = matrix_of(d, text), r;
    rk_ev got = singular ? rk_matrix_singular_value(&r, &a, k) : rk_matrix_eigen_modulus(&r, &a, k);
    assert_int_equal(got, ev);
    if (ev == RK_EV_OK)
        assert_prints(&r, value);
    else
        rk_matrix_clear(&r);
    rk_matrix_clear(&a);
}

/* A seed from RK_TEST_SEED, else the given one; printed, so that a failure can be repeated. */
static inline rk_rng test_rng(uint64_t usual, const char *name) {
    const char *text = getenv("RK_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : usual;
    unsigned char digest[32] = {0};
    print_message("# %s: RK_TEST_SEED=%llu\n", name, (unsigned long long)seed);
    return rk_rng_trial(seed, digest, 0);
}

static inline bool test_long(void) {
    return getenv("RK_TEST_LONG") != NULL;
}

#endif
