#include <errno.h>
#include <setjmp.h>
#include <fenv.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/rk_diag.h"
#include "base/rk_flint.h"
#include "base/rk_guard.h"
#include "base/rk_io.h"
#include "base/rk_mem.h"
#include "base/rk_rng.h"
#include "base/rk_tern.h"

/* Known-answer vectors published with the Random123 library (kat_vectors, philox 4x32 10). */
static void philox_gives_its_published_vectors(void **state) {
    (void)state;
    static const uint32_t vectors[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        rk_philox4x32(vectors[i], vectors[i] + 4, out);
        assert_memory_equal(out, vectors[i] + 6, sizeof out);
    }
}

static void a_trial_depends_on_seed_digest_and_number_alone(void **state) {
    (void)state;
    unsigned char digest[32] = {1, 2, 3};
    rk_rng a = rk_rng_trial(7, digest, 42), b = rk_rng_trial(7, digest, 42);
    for (int i = 0; i < 100; i++)
        assert_int_equal(rk_rng_u32(&a), rk_rng_u32(&b));
    uint64_t first = rk_rng_u64(&b);
    rk_rng other_trial = rk_rng_trial(7, digest, 43), other_seed = rk_rng_trial(8, digest, 42);
    digest[31] = 1;
    rk_rng other_digest = rk_rng_trial(7, digest, 42);
    a = rk_rng_trial(7, (unsigned char[32]){1, 2, 3}, 42);
    first = rk_rng_u64(&a);
    assert_true(first != rk_rng_u64(&other_trial));
    assert_true(first != rk_rng_u64(&other_seed));
    assert_true(first != rk_rng_u64(&other_digest));
}

static void bounded_draws_stay_in_bounds_and_reach_them(void **state) {
    (void)state;
    unsigned char digest[32] = {0};
    rk_rng r = rk_rng_trial(1, digest, 0);
    int seen[7] = {0};
    for (int i = 0; i < 2000; i++) {
        int64_t x = rk_rng_between(&r, -3, 3);
        assert_in_range(x + 3, 0, 6);
        seen[x + 3]++;
        double u = rk_rng_unit(&r);
        assert_true(u >= 0 && u < 1);
    }
    for (int i = 0; i < 7; i++)
        assert_true(seen[i] > 200);
    assert_int_equal(rk_rng_between(&r, INT64_MIN, INT64_MIN), INT64_MIN);
}

static void kleene_tables(void **state) {
    (void)state;
    rk_tern t[3] = {RK_FALSE, RK_UNKNOWN, RK_TRUE};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            assert_int_equal(rk_tern_and(t[i], t[j]).v, t[i < j ? i : j].v);
            assert_int_equal(rk_tern_or(t[i], t[j]).v, t[i > j ? i : j].v);
            assert_int_equal(rk_tern_implies(t[i], t[j]).v, t[2 - i > j ? 2 - i : j].v);
            bool known = rk_tern_known(t[i]) && rk_tern_known(t[j]);
            assert_int_equal(rk_tern_iff(t[i], t[j]).v, known ? (i == j ? 1 : -1) : 0);
        }
}

static rk_status fail_deep(void *arg) {
    (void)arg;
    rk_malloc(SIZE_MAX / 2);
    return RK_OK;
}

static rk_status nest(void *arg) {
    const char *message = NULL;
    assert_int_equal(rk_guard_run(fail_deep, NULL, &message), RK_ENVIRONMENT);
    assert_string_equal(message, "out of memory");
    *(int *)arg = 5;
    return RK_LIMIT;
}

static void a_failed_allocation_unwinds_to_the_innermost_guard(void **state) {
    (void)state;
    int reached = 0;
    assert_int_equal(rk_guard_run(nest, &reached, NULL), RK_LIMIT);
    assert_int_equal(reached, 5);
}

static rk_status fail_with_other_modes(void *arg) {
    fesetround(FE_UPWARD);
    mpfr_set_emax(mpfr_get_emax_max());
    return fail_deep(arg);
}

static void a_failure_leaves_no_rounding_behind(void **state) {
    (void)state;
    mpfr_exp_t emax = mpfr_get_emax();
    assert_int_equal(rk_guard_run(fail_with_other_modes, NULL, NULL), RK_ENVIRONMENT);
    assert_int_equal(fegetround(), FE_TONEAREST);
    assert_true(mpfr_get_emax() == emax);
}

static void arenas_give_zeroed_aligned_memory_of_any_size(void **state) {
    (void)state;
    rk_arena *arena = rk_arena_new();
    for (size_t n = 0; n < 5000; n += 13) {
        char *p = rk_arena_alloc(arena, n * 10);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < n * 10; i++)
            assert_int_equal(p[i], 0);
        memset(p, 'x', n * 10);
    }
    assert_string_equal(rk_arena_printf(arena, "%d-%s", 12, "ab"), "12-ab");
    rk_arena_free(arena);
}

static rk_source source_of(const char *text) {
    return (rk_source){"a.thm", text, strlen(text)};
}

static void expect_diag(rk_source *s, size_t begin, size_t end, const char *expected) {
    rk_diags *d = rk_diags_new();
    rk_buf out;
    rk_buf_init(&out);
    rk_diag_add(d, RK_ERROR, "test", (rk_span){s, begin, end}, "wrong %d", 1);
    rk_diags_print(d, &out, false);
    assert_string_equal(out.text, expected);
    assert_int_equal(rk_diags_errors(d), 1);
    rk_buf_clear(&out);
    rk_diags_free(d);
}

static void carets_stand_under_the_span(void **state) {
    (void)state;
    rk_source s = source_of("one\n\ttwo three\r\nfour");
    expect_diag(&s, 9, 14, "a.thm:2:6: error[test]: wrong 1\n   two three\n       ^^^^^\n");
    expect_diag(&s, 16, 99, "a.thm:3:1: error[test]: wrong 1\n  four\n  ^^^^\n");
    expect_diag(&s, 20, 20, "a.thm:3:5: error[test]: wrong 1\n  four\n      ^\n");
    rk_source wide = source_of("\xe4\xb8\xad"
                               "ab \xc3\xa9x");
    expect_diag(&wide, 3, 4,
                "a.thm:1:2: error[test]: wrong 1\n  \xe4\xb8\xad"
                "ab \xc3\xa9x\n    ^\n");
    expect_diag(&wide, 8, 9,
                "a.thm:1:6: error[test]: wrong 1\n  \xe4\xb8\xad"
                "ab \xc3\xa9x\n        ^\n");
    rk_source empty = source_of("");
    expect_diag(&empty, 0, 0, "a.thm:1:1: error[test]: wrong 1\n  \n  ^\n");
}

static void diagnostics_come_in_the_order_of_places_with_their_notes(void **state) {
    (void)state;
    rk_source s = source_of("one\ntwo\n");
    rk_diags *d = rk_diags_new();
    rk_buf out;
    rk_buf_init(&out);
    rk_diag_add(d, RK_WARNING, "second", (rk_span){&s, 4, 7}, "later");
    rk_diag_note(d, (rk_span){&s, 0, 3}, "see here");
    rk_diag_hint(d, "try this");
    rk_diag_add(d, RK_ERROR, "first", (rk_span){&s, 0, 3}, "earlier");
    rk_diags_print(d, &out, false);
    assert_string_equal(out.text, "a.thm:1:1: error[first]: earlier\n  one\n  ^^^\n"
                                  "a.thm:2:1: warning[second]: later\n  two\n  ^^^\n"
                                  "a.thm:1:1: note: see here\n  one\n  ^^^\nhint: try this\n");
    rk_buf_clear(&out);
    rk_diags_free(d);
}

static void endless_lines_are_cut_around_the_place(void **state) {
    (void)state;
    char text[5001];
    memset(text, 'x', 5000);
    text[5000] = '\0';
    rk_source s = source_of(text);
    rk_diags *d = rk_diags_new();
    rk_buf out;
    rk_buf_init(&out);
    rk_diag_add(d, RK_ERROR, "test", (rk_span){&s, 2500, 5000}, "long");
    rk_diags_print(d, &out, false);
    assert_true(out.len < 500);
    rk_buf_clear(&out);
    rk_diags_free(d);
}

static char folder[] = "/tmp/rankle-base-XXXXXX";

static void files_are_replaced_whole_or_not_at_all(void **state) {
    (void)state;
    const char *why;
    char path[64], *text;
    size_t len;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/f", folder);
    assert_int_equal(rk_write_file(path, "old", 3, &why), RK_OK);
    assert_int_equal(rk_write_file(path, "new\0x", 5, &why), RK_OK);
    assert_int_equal(rk_read_file(path, 100, &text, &len, &why), RK_OK);
    assert_int_equal(len, 5);
    assert_memory_equal(text, "new\0x", 6);
    rk_free(text);
    assert_int_equal(rk_read_file(path, 4, &text, &len, &why), RK_BAD_INPUT);
    assert_int_equal(rk_read_file(folder, 100, &text, &len, &why), RK_BAD_INPUT);
    assert_string_equal(why, "it is a directory");
    assert_int_equal(rk_read_file("/nonexistent/file", 100, &text, &len, &why), RK_BAD_INPUT);
    assert_int_equal(rk_write_file("/nonexistent/file", "x", 1, &why), RK_ENVIRONMENT);
    assert_int_equal(rk_write_file("/dev/full", "x", 1, &why), RK_ENVIRONMENT);
    assert_int_equal(rk_write_file(folder, "x", 1, &why), RK_ENVIRONMENT);
    unlink(path);
    rmdir(folder); /* fails if a file was left aside */
    struct stat st;
    assert_int_equal(stat(folder, &st), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_its_published_vectors),
        cmocka_unit_test(a_trial_depends_on_seed_digest_and_number_alone),
        cmocka_unit_test(bounded_draws_stay_in_bounds_and_reach_them),
        cmocka_unit_test(kleene_tables),
        cmocka_unit_test(a_failed_allocation_unwinds_to_the_innermost_guard),
        cmocka_unit_test(a_failure_leaves_no_rounding_behind),
        cmocka_unit_test(arenas_give_zeroed_aligned_memory_of_any_size),
        cmocka_unit_test(carets_stand_under_the_span),
        cmocka_unit_test(diagnostics_come_in_the_order_of_places_with_their_notes),
        cmocka_unit_test(endless_lines_are_cut_around_the_place),
        cmocka_unit_test(files_are_replaced_whole_or_not_at_all),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
