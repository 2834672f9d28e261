/* The version that the library reports, and that the three exact libraries we link are there. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "config.h"
#include "rankle.h"
#include "base/rk_flint.h"

static void version_is_the_packages(void **state) {
    (void)state;
    assert_string_equal(rankle_version(), PACKAGE_VERSION);
    assert_string_equal(RANKLE_VERSION, PACKAGE_VERSION);
}

/* One call into each of FLINT, Arb and Calcium: they must agree that 2 * sqrt(2)^2 is 4. */
static void exact_libraries_are_linked(void **state) {
    (void)state;
    fmpq_t four;
    fmpq_init(four);
    fmpq_set_si(four, 4, 1);

    arb_t ball;
    arb_init(ball);
    arb_sqrt_ui(ball, 2, 128);
    arb_mul(ball, ball, ball, 128);
    arb_mul_2exp_si(ball, ball, 1);
    assert_true(arb_contains_fmpq(ball, four));

    ca_ctx_t ctx;
    ca_t x;
    ca_ctx_init(ctx);
    ca_init(x, ctx);
    ca_sqrt_ui(x, 2, ctx);
    ca_mul(x, x, x, ctx);
    ca_mul_ui(x, x, 2, ctx);
    assert_int_equal(ca_check_is_integer(x, ctx), T_TRUE);
    fmpq_t back;
    fmpq_init(back);
    assert_true(ca_get_fmpq(back, x, ctx));
    assert_true(fmpq_equal(back, four));

    fmpq_clear(back);
    ca_clear(x, ctx);
    ca_ctx_clear(ctx);
    arb_clear(ball);
    fmpq_clear(four);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_the_packages),
        cmocka_unit_test(exact_libraries_are_linked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
