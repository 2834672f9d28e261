/* Matrices written as text, for the tests of the domain room. */
#ifndef DOMAIN_HELPERS_H
#define DOMAIN_HELPERS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
