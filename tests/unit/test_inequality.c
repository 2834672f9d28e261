/* Inequalities: what each method proves, near misses, and random polynomials against points. */
#include "prove_helpers.h"

#include "base/rk_clock.h"
#include "base/rk_rng.h"
#include "prove/rk_inequality.h"

static void each_method_proves(void **state) {
    (void)state;
    expect_formal("forall x : real, y : real; claim x^2 + y^2 >= 2*x*y;", "signs");
    expect_formal("forall x : real; claim x^4 - x^2 + 1/4 >= 0;", "signs");
    expect_formal("forall x : real; claim x^4 - x^2 + 1/3 > 0;", "root isolation");
    expect_formal("forall x : real; assume x^2*(x - 2) >= 0; claim x*(x - 2) >= 0;",
                  "root isolation");
    expect_formal("forall x : real, y : real; claim x^2*y^2*(x^2 + y^2 - 3) + 1 >= 0;",
                  "nonnegative coefficients");
    expect_formal(
        "forall x : nonnegative, y : nonnegative, z : nonnegative; claim x*(x - y)*(x - z) "
        "+ y*(y - x)*(y - z) + z*(z - x)*(z - y) >= 0;",
        "nonnegative coefficients");
    expect_formal("forall a : real[3], b : real[3]; claim (a'*b)^2 <= (a'*a)*(b'*b);",
                  "sum of squares");
    expect_formal("forall x : real, y : real; assume x*y >= 1; claim x^2 + y^2 >= 2;",
                  "sum of squares");
    expect_formal(
        "forall x : real, y : real; assume x >= -1 and x <= 1; assume y >= -1 and y <= 1; "
        "claim x^13*y^2 - x*y^12 < 21/10;",
        "branch and bound");
    expect_formal("forall x : real, y : real; claim abs(x + y) <= abs(x) + abs(y);", "signs");
    expect_formal("forall x : real; claim exp(x) >= 1 + x;", "sum of squares");
}

static void near_misses_stay_open(void **state) {
    (void)state;
    expect_formal("forall x : real, y : real; claim x^2 + y^2 > 2*x*y;", NULL);
    expect_formal("forall x : real; claim x^4 - x^2 + 1/4 > 0;", NULL);
    expect_formal("forall x : real; claim x^4 - x^2 + 249999/1000000 >= 0;", NULL);
    expect_formal("forall x : real; assume x^2*(x - 2) >= 0; claim x >= 2;", NULL);
    expect_formal("forall x : real; assume x >= 1; claim x^2 > x;", NULL);
    expect_formal("forall x : real; claim 1/x + x >= 2;", NULL);
    expect_formal("forall x : real; claim 1/x <= x^2 + 1;", NULL);
    expect_formal("forall x : real, y : real; claim x^2*y^2*(x^2 + y^2 - 3) + 1 >= 1/1000;", NULL);
    expect_formal("forall x : real, y : real; claim x^2*y^2*(x^2 + y^2 - 3) + 1 > 0;", NULL);
    expect_formal("forall x : real; claim x^3 < x + 1 or x^3 > x + 1;", NULL);
    expect_formal("forall x : real, y : real; assume x^2 + y^2 <= 1; claim x + y <= 1414/1000;",
                  NULL);
    expect_formal("forall x : positive; claim log(x) < x - 1;", NULL);
    expect_formal("forall x : nonnegative; claim x > 0 or x <= -1;", NULL);
    expect_formal("forall x : real; claim x*x > 0 or x > 0;", NULL);
}

/* --- random polynomials ------------------------------------------------------------------- */

enum { VARIABLES = 3, TRIALS = 60 };

static void draw_poly(fmpz_mpoly_t p, rk_rng *rng, const fmpz_mpoly_ctx_struct *ring, int terms) {
    fmpz_mpoly_zero(p, ring);
    for (int t = 0; t < terms; t++) {
        ulong e[VARIABLES];
        for (int k = 0; k < VARIABLES; k++)
            e[k] = rk_rng_below(rng, 3);
        fmpz_mpoly_set_coeff_si_ui(p, rk_rng_between(rng, -3, 3), e, ring);
    }
}

/* q1^2 + q2^2 + z*q3^2, and perhaps one more term. */
static void draw_goal(fmpz_mpoly_t p, rk_rng *rng, const fmpz_mpoly_ctx_struct *ring, bool more) {
    fmpz_mpoly_t q, z;
    fmpz_mpoly_init(q, ring);
    fmpz_mpoly_init(z, ring);
    draw_poly(p, rng, ring, more);
    for (int k = 0; k < 3; k++) {
        draw_poly(q, rng, ring, 2);
        fmpz_mpoly_mul(q, q, q, ring);
        fmpz_mpoly_gen(z, 2, ring);
        if (k == 2)
            fmpz_mpoly_mul(q, q, z, ring);
        fmpz_mpoly_add(p, p, q, ring);
    }
    fmpz_mpoly_clear(q, ring);
    fmpz_mpoly_clear(z, ring);
}

/* All integer points of a cube, exactly. */
static void check_points(const rk_domain *d, const fmpz_mpoly_t p, bool strict) {
    for (int x = -3; x <= 3; x++)
        for (int y = -3; y <= 3; y++)
            for (int z = 0; z <= 3; z++) {
                double value[] = {x, y, z};
                double v = rk_function_poly_at(d, p, value);
                if (v < 0 || (strict && v <= 0))
                    fail_msg("proved, but %g at (%d, %d, %d)", v, x, y, z);
            }
}

static void what_is_proved_holds_at_points(void **state) {
    (void)state;
    const char *text = getenv("RK_TEST_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    static const unsigned char digest[32] = {0};
    int proved = 0;
    print_message("# seed %llu\n", (unsigned long long)seed);
    for (uint64_t k = 0; k < TRIALS; k++) {
        rk_rng rng = rk_rng_trial(seed, digest, k);
        rk_domain *d = rk_domain_formal(VARIABLES, 0, 400);
        const fmpz_mpoly_ctx_struct *ring = rk_function_ring(d);
        rk_inequalities s;
        fmpz_mpoly_t p, z;
        fmpz_mpoly_init(p, ring);
        fmpz_mpoly_init(z, ring);
        rk_inequalities_init(&s, d, rk_clock() + 0.3, NULL);
        fmpz_mpoly_gen(z, 2, ring);
        rk_inequalities_give(&s, z, false);
        draw_goal(p, &rng, ring, k % 4 != 0);
        bool strict = k % 3 == 1;
        if (rk_inequality(&s, p, strict)) {
            proved++;
            check_points(d, p, strict);
        }
        fmpz_mpoly_clear(p, ring);
        fmpz_mpoly_clear(z, ring);
        rk_inequalities_clear(&s);
        rk_domain_free(d);
    }
    print_message("# %d of %d proved\n", proved, (int)TRIALS);
    assert_true(proved > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_method_proves),
        cmocka_unit_test(near_misses_stay_open),
        cmocka_unit_test(what_is_proved_holds_at_points),
    };
    return cmocka_run_group_tests_name("inequality", tests, NULL, NULL);
}
