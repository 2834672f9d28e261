/* Balls, Calcium and doubles, one by one: what each may say and what it must leave open. */
#include "domain_helpers.h"

#include "domain/rk_extension.h"

static rk_domain *B, *C, *D;

static int setup(void **state) {
    (void)state;
    B = rk_domain_ball(64);
    C = rk_domain_calcium();
    D = rk_domain_double();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rk_domain_free(B);
    rk_domain_free(C);
    rk_domain_free(D);
    return 0;
}

/* Widens the entry (i, j) of a matrix of balls by 2^exponent. */
static void widen(rk_matrix *a, slong i, slong j, slong exponent) {
    mag_t r;
    mag_init(r);
    mag_set_ui_2exp_si(r, 1, exponent);
    arb_add_error_mag(rk_matrix_entry(a, i, j), r);
    mag_clear(r);
}

static rk_ev ball_fn(rk_fn f, const char *at, slong exponent, rk_matrix *r) {
    rk_matrix a = matrix_of(B, at);
    widen(&a, 0, 0, exponent);
    rk_ev ev = rk_matrix_fn(r, f, &a);
    rk_matrix_clear(&a);
    return ev;
}

static void assert_ball_fn(rk_fn f, const char *at, slong exponent, rk_ev want) {
    rk_matrix r;
    assert_int_equal(ball_fn(f, at, exponent, &r), want);
    rk_matrix_clear(&r);
}

static void precisions_are_checked(void **state) {
    (void)state;
    assert_null(rk_domain_ball(0));
    assert_null(rk_domain_ball(-5));
    assert_null(rk_domain_ball((slong)1 << 40));
}

static void a_ball_is_zero_only_as_a_point(void **state) {
    (void)state;
    rk_matrix a = matrix_of(B, "0 0");
    widen(&a, 0, 1, -50);
    assert_true(rk_tern_true(B->is_zero(B, rk_matrix_entry(&a, 0, 0))));
    assert_false(rk_tern_known(B->is_zero(B, rk_matrix_entry(&a, 0, 1))));
    slong low, high;
    assert_int_equal(rk_matrix_rank(&low, &high, &a), RK_EV_PRECISION);
    assert_int_equal(low, 0);
    assert_int_equal(high, 1);
    rk_matrix_clear(&a);
}

static void ball_functions_leave_open_what_is_open(void **state) {
    (void)state;
    assert_ball_fn(RK_FN_SQRT, "0", -40, RK_EV_PRECISION);
    assert_ball_fn(RK_FN_SQRT, "1", -40, RK_EV_OK);
    assert_ball_fn(RK_FN_SQRT, "-1", -40, RK_EV_UNDEFINED);
    assert_ball_fn(RK_FN_LOG, "0", -40, RK_EV_PRECISION);
    assert_ball_fn(RK_FN_LOG, "-1", -40, RK_EV_UNDEFINED);
    assert_ball_fn(RK_FN_LOG, "2", -40, RK_EV_OK);
    assert_ball_fn(RK_FN_SIGN, "0", -40, RK_EV_PRECISION);
    assert_ball_fn(RK_FN_SIGN, "-2", -40, RK_EV_OK);
    assert_ball_fn(RK_FN_EXP, "1000000000000000000000000000000000000000", -40, RK_EV_PRECISION);
    assert_fn(B, RK_FN_SQRT, "0", "[0]", RK_EV_OK);
    assert_fn(B, RK_FN_SQRT, "-1", NULL, RK_EV_UNDEFINED);
    assert_fn(B, RK_FN_LOG, "0", NULL, RK_EV_UNDEFINED);
    assert_fn(B, RK_FN_SIGN, "0 -3 5", "[0, -1.0000000000000000000, 1.0000000000000000000]",
              RK_EV_OK);
}

/* |x| of a ball around 0 is not negative, and its root can be taken. */
static void roots_follow_moduli(void **state) {
    (void)state;
    rk_matrix r, s;
    assert_int_equal(ball_fn(RK_FN_ABS, "0", -3, &r), RK_EV_OK);
    assert_true(arb_is_nonnegative(r.entry));
    assert_int_equal(rk_matrix_fn(&s, RK_FN_SQRT, &r), RK_EV_OK);
    rk_matrix_clear(&r);
    rk_matrix_clear(&s);
    assert_int_equal(ball_fn(RK_FN_RELU, "0", -3, &r), RK_EV_OK);
    assert_true(arb_contains_si(r.entry, 0));
    rk_matrix_clear(&r);
}

static void balls_divide_by_what_is_not_zero(void **state) {
    (void)state;
    rk_matrix a = matrix_of(B, "1"), b = matrix_of(B, "0"), r;
    assert_int_equal(rk_matrix_div(&r, &a, &b), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    widen(&b, 0, 0, -60);
    assert_int_equal(rk_matrix_div(&r, &a, &b), RK_EV_PRECISION);
    rk_matrix_clear(&r);
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
}

static rk_tern compare_balls(rk_matrix *a, rk_relation rel, rk_matrix *b) {
    rk_ev why;
    return rk_matrix_compare(rel, a, b, &why);
}

static void overlapping_balls_compare_unknown(void **state) {
    (void)state;
    rk_matrix a = matrix_of(B, "1 5"), b = matrix_of(B, "1 6"), zero = matrix_of(B, "0");
    rk_matrix half = matrix_of(B, "1/2");
    rk_ev why;
    widen(&b, 0, 0, -10);
    assert_false(rk_tern_known(compare_balls(&a, RK_REL_LE, &b)));
    assert_int_equal(rk_matrix_compare(RK_REL_LE, &a, &b, &why).v, 0);
    assert_int_equal(why, RK_EV_PRECISION);
    /* false for one entry is false, whatever the other is */
    assert_true(rk_tern_false(compare_balls(&a, RK_REL_GT, &b)));
    assert_true(rk_tern_false(compare_balls(&a, RK_REL_EQ, &b)));
    assert_true(rk_tern_true(compare_balls(&a, RK_REL_NE, &b)));
    /* [0, 1] is not below 0, though its sign is not known */
    widen(&half, 0, 0, -1);
    assert_true(rk_tern_true(compare_balls(&half, RK_REL_GE, &zero)));
    assert_true(rk_tern_false(compare_balls(&half, RK_REL_LT, &zero)));
    assert_false(rk_tern_known(compare_balls(&half, RK_REL_GT, &zero)));
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
    rk_matrix_clear(&zero);
    rk_matrix_clear(&half);
}

static void ball_linear_algebra_is_certified(void **state) {
    (void)state;
    slong low, high;
    rk_matrix a = matrix_of(B, "1 2; 2 4"), r;
    /* exact arithmetic happens to find the zero */
    assert_rank(B, "1 2; 2 4", 1);
    assert_rank(B, "1 2 3; 4 5 6; 7 8 10", 3);
    assert_rank(B, "0 0; 0 0", 0);
    assert_rank(B, "0 5 0; 0 7 0", 1);
    assert_int_equal(rk_matrix_inv(&r, &a), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    widen(&a, 1, 1, -30);
    assert_int_equal(rk_matrix_rank(&low, &high, &a), RK_EV_PRECISION);
    assert_int_equal(low, 1);
    assert_int_equal(high, 2);
    assert_int_equal(rk_matrix_inv(&r, &a), RK_EV_PRECISION);
    rk_matrix_clear(&r);
    assert_int_equal(rk_matrix_det(&r, &a), RK_EV_OK);
    assert_true(arb_contains_si(r.entry, 0));
    rk_matrix_clear(&r);
    rk_matrix_clear(&a);
    assert_psd(B, "2 1; 1 2", RK_TRUE);
    assert_psd(B, "1 2; 2 1", RK_FALSE);
}

/* d's entry is within 1e-12 of the number */
static void assert_near(rk_matrix *r, double want) {
    arb_t x;
    arb_init(x);
    if (r->domain->precision > 0)
        arb_set(x, r->entry);
    else
        arb_set_d(x, *(double *)r->entry);
    assert_true(fabs(arf_get_d(arb_midref(x), ARF_RND_NEAR) - want) < 1e-12);
    assert_true(mag_cmp_2exp_si(arb_radref(x), -36) < 0);
    arb_clear(x);
    rk_matrix_clear(r);
}

static void assert_spectrum_near(const rk_domain *d, bool singular, const char *text, slong k,
                                 double want) {
    rk_matrix a = matrix_of(d, text), r;
    rk_ev ev = singular ? rk_matrix_singular_value(&r, &a, k) : rk_matrix_eigen_modulus(&r, &a, k);
    assert_int_equal(ev, RK_EV_OK);
    assert_near(&r, want);
    rk_matrix_clear(&a);
}

static void spectra_of_balls_and_doubles(void **state) {
    (void)state;
    const rk_domain *both[] = {B, D};
    for (size_t i = 0; i < 2; i++) {
        assert_spectrum_near(both[i], true, "1 1; 0 1", 1, 1.6180339887498949);
        assert_spectrum_near(both[i], true, "1 1; 0 1", 2, 0.6180339887498949);
        assert_spectrum_near(both[i], true, "2 0 0; 0 2 0; 0 0 1", 2, 2);
        assert_spectrum_near(both[i], true, "3 4", 1, 5);
        assert_spectrum_near(both[i], false, "0 -4; 1 0", 2, 2);
        assert_spectrum_near(both[i], false, "0 1 0; 0 0 1; 6 -11 6", 1, 3);
        assert_spectrum_near(both[i], false, "0 1 0; 0 0 1; 6 -11 6", 3, 1);
    }
    /* a singular value 0 is enclosed, and the enclosure is not negative */
    rk_matrix a = matrix_of(B, "1 2; 2 4"), r;
    assert_int_equal(rk_matrix_singular_value(&r, &a, 2), RK_EV_OK);
    assert_true(arb_contains_si(r.entry, 0));
    rk_matrix_clear(&r);
    rk_matrix_clear(&a);
}

static void functions_of_calcium(void **state) {
    (void)state;
    assert_fn(C, RK_FN_SQRT, "4/9 2 8", "[2/3, sqrt(2), 2*sqrt(2)]", RK_EV_OK);
    assert_fn(C, RK_FN_SQRT, "-1/1000000000000", NULL, RK_EV_UNDEFINED);
    assert_fn(C, RK_FN_EXP, "0 1", "[1, exp(1)]", RK_EV_OK);
    assert_fn(C, RK_FN_LOG, "1 2", "[0, log(2)]", RK_EV_OK);
    assert_fn(C, RK_FN_LOG, "0", NULL, RK_EV_UNDEFINED);
    assert_fn(C, RK_FN_LOG, "-3", NULL, RK_EV_UNDEFINED);
    assert_fn(C, RK_FN_TANH, "0", "[0]", RK_EV_OK);
    assert_fn(C, RK_FN_SIGMOID, "0", "[1/2]", RK_EV_OK);
    assert_fn(C, RK_FN_SILU, "0", "[0]", RK_EV_OK);
    assert_fn(C, RK_FN_GELU, "0", "[0]", RK_EV_OK);
    assert_fn(C, RK_FN_ABS, "-2 0 3", "[2, 0, 3]", RK_EV_OK);
    assert_fn(C, RK_FN_SIGN, "-2 0 3", "[-1, 0, 1]", RK_EV_OK);
    assert_fn(C, RK_FN_RELU, "-2 0 3", "[0, 0, 3]", RK_EV_OK);
}

/* f(g(x)) in Calcium; r is initialised */
static rk_ev twice(rk_matrix *r, rk_fn f, rk_fn g, const char *text) {
    rk_matrix a = matrix_of(C, text), t;
    assert_int_equal(rk_matrix_fn(&t, g, &a), RK_EV_OK);
    rk_ev ev = rk_matrix_fn(r, f, &t);
    rk_matrix_clear(&t);
    rk_matrix_clear(&a);
    return ev;
}

static void calcium_knows_its_identities(void **state) {
    (void)state;
    rk_matrix r, s;
    assert_int_equal(twice(&r, RK_FN_EXP, RK_FN_LOG, "7/3"), RK_EV_OK);
    assert_prints(&r, "[7/3]");
    assert_int_equal(twice(&r, RK_FN_LOG, RK_FN_EXP, "7/3"), RK_EV_OK);
    assert_prints(&r, "[7/3]");
    /* log(log(1/2)) is not defined, log(1/2) being negative */
    assert_int_equal(twice(&r, RK_FN_LOG, RK_FN_LOG, "1/2"), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    rk_matrix a = matrix_of(C, "2 3"), b = matrix_of(C, "6");
    rk_ev why;
    rk_matrix_fn(&r, RK_FN_SQRT, &a);
    rk_matrix_fn(&s, RK_FN_SQRT, &b);
    C->mul(C, r.entry, rk_matrix_entry(&r, 0, 0), rk_matrix_entry(&r, 0, 1));
    rk_matrix product;
    rk_matrix_slice(&product, &r, 0, 0, 1, 1);
    assert_true(rk_tern_true(rk_matrix_compare(RK_REL_EQ, &product, &s, &why)));
    assert_true(rk_tern_false(rk_matrix_compare(RK_REL_LT, &product, &s, &why)));
    assert_true(rk_tern_true(rk_matrix_compare(RK_REL_GE, &product, &s, &why)));
    rk_matrix_clear(&product);
    rk_matrix_clear(&r);
    rk_matrix_clear(&s);
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
}

static void softmax_of_logarithms_is_rational(void **state) {
    (void)state;
    rk_matrix a = matrix_of(C, "2 1; 1/3 1/5"), logits, r;
    assert_int_equal(rk_matrix_fn(&logits, RK_FN_LOG, &a), RK_EV_OK);
    assert_int_equal(rk_matrix_softmax(&r, &logits, NULL), RK_EV_OK);
    fmpq_mat_t q;
    fmpq_mat_init(q, 2, 2);
    assert_int_equal(rk_matrix_get_fmpq_mat(q, &r), RK_EV_OK);
    fmpq_mat_clear(q);
    assert_prints(&r, "[2/3, 1/3; 5/8, 3/8]");
    rk_matrix_clear(&a);
    rk_matrix_clear(&logits);
    assert_softmax(C, "1 2", NULL, "[1/(exp(1) + 1), exp(1)/(exp(1) + 1)]", RK_EV_OK);
    assert_softmax(C, "0 4", NULL, "[1/(exp(4) + 1), exp(4)/(exp(4) + 1)]", RK_EV_OK);
    assert_fn(C, RK_FN_EXP, "5/3 -2", "[exp(5/3), 1/exp(2)]", RK_EV_OK);
    assert_softmax(C, "1 1", NULL, "[1/2, 1/2]", RK_EV_OK);
    assert_softmax(C, "1 2", "0 1", "[0, 1]", RK_EV_OK);
    assert_softmax(C, "1 2", "0 1/2", NULL, RK_EV_UNDEFINED);
}

static void entropy_of_halves_is_log_two(void **state) {
    (void)state;
    rk_matrix p = matrix_of(C, "1/2 1/2 0"), bad = matrix_of(C, "1/2 -1/2 1"), r;
    rk_matrix two = matrix_of(C, "2"), log_two;
    rk_ev why;
    assert_int_equal(rk_matrix_fn(&log_two, RK_FN_LOG, &two), RK_EV_OK);
    assert_int_equal(rk_matrix_entropy(&r, &p), RK_EV_OK);
    assert_true(rk_tern_true(rk_matrix_compare(RK_REL_EQ, &r, &log_two, &why)));
    assert_prints(&r, "[-log(1/2)]");
    rk_matrix_clear(&two);
    rk_matrix_clear(&log_two);
    assert_int_equal(rk_matrix_entropy(&r, &bad), RK_EV_UNDEFINED);
    rk_matrix_clear(&r);
    rk_matrix_clear(&p);
    rk_matrix_clear(&bad);
}

static void calcium_linear_algebra(void **state) {
    (void)state;
    rk_matrix a = matrix_of(C, "2 8; 3 12"), r, s;
    slong low, high;
    assert_int_equal(rk_matrix_fn(&r, RK_FN_SQRT, &a), RK_EV_OK); /* rows s, 2 s */
    assert_int_equal(rk_matrix_rank(&low, &high, &r), RK_EV_OK);
    assert_int_equal(low, 1);
    assert_int_equal(high, 1);
    assert_int_equal(rk_matrix_det(&s, &r), RK_EV_OK);
    assert_prints(&s, "[0]");
    assert_int_equal(rk_matrix_inv(&s, &r), RK_EV_UNDEFINED);
    rk_matrix_clear(&s);
    rk_matrix_clear(&r);
    rk_matrix_clear(&a);
    assert_rank(C, "1 2; 3 4", 2);
    assert_rank(C, "0 0; 0 0", 0);
    assert_psd(C, "2 1; 1 2", RK_TRUE);
    assert_psd(C, "1 2; 2 1", RK_FALSE);
    assert_spectrum(C, true, "1 1; 0 1", 3, NULL, RK_EV_UNDEFINED);
    assert_spectrum(C, true, "2 0; 0 3", 1, "[3]", RK_EV_OK);
    assert_spectrum(C, false, "0 1 0; 0 0 1; 6 -11 6", 2, "[2]", RK_EV_OK);
    assert_spectrum(C, false, "0 1; 1 0", 1, "[1]", RK_EV_OK);
    rk_matrix g = matrix_of(C, "2 1 0; 0 1 0");
    assert_int_equal(rk_matrix_singular_value(&r, &g, 1), RK_EV_OK);
    rk_matrix_mul(&s, &r, &r);
    assert_prints(&s, "[sqrt(5) + 3]");
    rk_matrix_clear(&r);
    rk_matrix_clear(&g);
}

/* Entries with many terms in several exponentials are left unknown, and then nothing is said:
   each of these once ran for minutes. */
static void calcium_gives_up_in_time(void **state) {
    (void)state;
    rk_matrix x = matrix_of(C, "6 2 4; -2 1 -3; 4 3 1; 2 3 -1"), t, s, a, r;
    slong low, high;
    for (int layer = 0; layer < 2; layer++) {
        rk_matrix_transpose(&t, &x);
        rk_matrix_mul(&s, &x, &t);
        rk_ev ev = rk_matrix_softmax(&a, &s, NULL);
        assert_true(ev == RK_EV_OK || ev == RK_EV_PRECISION);
        rk_matrix_mul(&r, &a, &x);
        rk_matrix_clear(&t);
        rk_matrix_clear(&s);
        rk_matrix_clear(&a);
        rk_matrix_clear(&x);
        x = r;
        rk_matrix_rank(&low, &high, &x);
        assert_true(low <= 2 && 2 <= high);
    }
    rk_matrix_clear(&x);
}

/* Attention of tokens over independent roots: dozens of generators, whose relations once took
   minutes to find. */
static void calcium_gives_up_on_many_generators(void **state) {
    (void)state;
    rk_matrix x = matrix_of(C, "1 1/2 -3; 2/3 1 1; -1 2 1/3; 3 1 -1/2; 0 -2 1"), t, s, y, a, w, e;
    rk_matrix v = matrix_of(C, "2; 3; 5; 7; 11"), roots;
    slong low, high;
    assert_int_equal(rk_matrix_fn(&roots, RK_FN_SQRT, &v), RK_EV_OK);
    assert_int_equal(rk_matrix_row_divide(&y, &x, &roots), RK_EV_OK);
    rk_matrix_transpose(&t, &y);
    rk_matrix_mul(&s, &y, &t);
    assert_int_not_equal(rk_matrix_softmax(&a, &s, NULL), RK_EV_UNDEFINED);
    rk_matrix_mul(&w, &a, &y);
    rk_matrix_rank(&low, &high, &w);
    assert_true(low <= 3 && 3 <= high);
    assert_int_not_equal(rk_matrix_entropy(&e, &a), RK_EV_UNDEFINED);
    rk_matrix *all[] = {&x, &t, &s, &y, &a, &w, &e, &v, &roots};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        rk_matrix_clear(all[k]);
}

/* [X, 1] with the rows of X over independent roots, as after a normalisation of tokens on a line.
 */
static void surd_rows_beside_ones(void **state) {
    (void)state;
    rk_matrix x = matrix_of(C, "1 2; 2 4; 3 6; -1 -2"), v = matrix_of(C, "2; 3; 5; 7"), s, y, r;
    rk_matrix ones = matrix_of(C, "1; 1; 1; 1");
    slong low, high;
    assert_int_equal(rk_matrix_fn(&s, RK_FN_SQRT, &v), RK_EV_OK);
    assert_int_equal(rk_matrix_row_divide(&y, &x, &s), RK_EV_OK);
    const rk_matrix *parts[] = {&y, &ones};
    rk_matrix_hcat(&r, parts, 2);
    assert_int_equal(rk_matrix_rank(&low, &high, &r), RK_EV_OK);
    assert_int_equal(low, 2);
    rk_matrix_clear(&x);
    rk_matrix_clear(&v);
    rk_matrix_clear(&s);
    rk_matrix_clear(&y);
    rk_matrix_clear(&r);
    rk_matrix_clear(&ones);
}

/* Full rank of large matrices of balls is looked for in doubles; what has less, or may have, is
   never said to be full. */
static void large_matrices_of_balls(void **state) {
    (void)state;
    rk_domain *d = rk_domain_ball(128);
    rk_rng rng = test_rng(1, "large matrices of balls");
    for (int t = 0; t < 6; t++) {
        slong low, high, lost = t / 2;
        rk_matrix a;
        rk_matrix_init(&a, d, t % 2 ? 33 : 60, t % 2 ? 60 : 33);
        arb_struct *x = a.entry;
        for (slong i = 0; i < 33 * 60; i++)
            arb_set_d(x + i, rk_rng_normal(&rng));
        for (slong i = 0; i < a.rows && lost > 0; i++) /* a column twice, and a row */
            arb_set(rk_matrix_entry(&a, i, 7), rk_matrix_entry(&a, i, 3));
        for (slong j = 0; j < a.cols && lost > 0; j++)
            arb_set(rk_matrix_entry(&a, 9, j), rk_matrix_entry(&a, 2, j));
        for (slong i = 0; i < 33 * 60 && lost == 2; i++)
            arb_add_error_2exp_si(x + i, -40);
        rk_matrix_rank(&low, &high, &a);
        assert_true(lost ? low < 33 : low == 33 && high == 33);
        rk_matrix_clear(&a);
    }
    rk_domain_free(d);
}

static void inverses_and_determinants_with_surds(void **state) {
    (void)state;
    rk_matrix a = matrix_of(C, "2 3; 5 7"), s, inv, p, det;
    rk_ev why;
    rk_matrix one = matrix_of(C, "1 0; 0 1");
    rk_matrix_fn(&s, RK_FN_SQRT, &a);
    assert_int_equal(rk_matrix_inv(&inv, &s), RK_EV_OK);
    rk_matrix_mul(&p, &s, &inv);
    assert_true(rk_tern_true(rk_matrix_compare(RK_REL_EQ, &p, &one, &why)));
    assert_int_equal(rk_matrix_det(&det, &s), RK_EV_OK);
    assert_true(rk_tern_false(C->is_zero(C, det.entry)));
    rk_matrix_clear(&a);
    rk_matrix_clear(&s);
    rk_matrix_clear(&inv);
    rk_matrix_clear(&p);
    rk_matrix_clear(&det);
    rk_matrix_clear(&one);
}

static void doubles_are_quick_and_say_so(void **state) {
    (void)state;
    assert_compare(D, "1/3", RK_REL_EQ, "1/3", RK_TRUE, RK_EV_OK);
    assert_compare(D, "1/3", RK_REL_LT, "1/2", RK_TRUE, RK_EV_OK);
    assert_compare(D, "1", RK_REL_LT, "1000000000001/1000000000000", RK_UNKNOWN, RK_EV_PRECISION);
    assert_compare(D, "1", RK_REL_EQ, "1000000000001/1000000000000", RK_UNKNOWN, RK_EV_PRECISION);
    assert_fn(D, RK_FN_SQRT, "-1", NULL, RK_EV_UNDEFINED);
    assert_fn(D, RK_FN_SQRT, "-1/1000000000000000", NULL, RK_EV_PRECISION);
    assert_fn(D, RK_FN_LOG, "0", NULL, RK_EV_UNDEFINED);
    assert_fn(D, RK_FN_EXP, "1000", NULL, RK_EV_PRECISION);
    assert_fn(D, RK_FN_RELU, "-1 2", "[0, 2]", RK_EV_OK);
    assert_fn(D, RK_FN_SIGN, "-5 0 2", "[-1, 0, 1]", RK_EV_OK);
    assert_rank(D, "1 2 3; 4 5 6; 7 8 9", 2);
    assert_rank(D, "0 0; 0 0", 0);
    assert_rank(D, "1 0; 0 1/1000000000000", 1);
    assert_softmax(D, "7 7", NULL, "[0.5, 0.5]", RK_EV_OK);
    rk_matrix a = matrix_of(D, "1 2; 3 4"), s = matrix_of(D, "1 2; 2 4"), r;
    assert_int_equal(rk_matrix_det(&r, &a), RK_EV_OK);
    assert_near(&r, -2);
    assert_int_equal(rk_matrix_inv(&r, &a), RK_EV_OK);
    assert_near(&r, -2);
    assert_int_not_equal(rk_matrix_inv(&r, &s), RK_EV_OK);
    rk_matrix_clear(&r);
    rk_matrix_clear(&a);
    rk_matrix_clear(&s);
}

/* --- in place --------------------------------------------------------------------------------- */

enum { OPERATIONS = 4 };

static rk_ev operate(const rk_domain *d, int op, void *r, const void *x, const void *y) {
    void (*const plain[])(const rk_domain *, void *, const void *, const void *) = {d->add, d->sub,
                                                                                    d->mul};
    if (op == 3)
        return d->div(d, r, x, y);
    plain[op](d, r, x, y);
    return RK_EV_OK;
}

/* Some number that few operations make of small fractions; those that it has no value for are left
   out. */
static void draw_element(const rk_domain *d, rk_rng *rng, rk_matrix *x) {
    fmpq_t c;
    rk_matrix y;
    fmpq_init(c);
    rk_matrix_init(&y, d, 1, 1);
    for (int i = 0; i < 4; i++) {
        fmpq_set_si(c, rk_rng_between(rng, -4, 6), (ulong)rk_rng_between(rng, 1, 3));
        d->set_fmpq(d, y.entry, c);
        rk_matrix made = matrix_of(d, "0");
        if (rk_rng_below(rng, 2) &&
            d->fn(d, (rk_fn)rk_rng_below(rng, RK_FN_RELU + 1), made.entry, y.entry) == RK_EV_OK)
            d->set(d, y.entry, made.entry);
        if (operate(d, (int)rk_rng_below(rng, OPERATIONS), made.entry, x->entry, y.entry) ==
            RK_EV_OK)
            d->set(d, x->entry, made.entry);
        rk_matrix_clear(&made);
    }
    rk_matrix_clear(&y);
    fmpq_clear(c);
}

static void assert_same(const rk_domain *d, rk_ev ev, rk_matrix *x, rk_ev other, rk_matrix *y) {
    assert_int_equal(ev, other);
    if (ev != RK_EV_OK)
        return;
    d->sub(d, x->entry, x->entry, y->entry);
    if (rk_tern_false(d->is_zero(d, x->entry)))
        fail_msg("in place another value: %s", d->name);
}

/* What a function or an operation says does not depend on where the result goes. */
static void results_may_replace_arguments(void **state) {
    rk_domain *domains[] = {
        rk_domain_rational(), rk_domain_surd(),    rk_domain_prime(10007),
        rk_domain_ball(128),  rk_domain_calcium(), rk_domain_power(),
        rk_domain_closed(0),  rk_domain_closed(2), rk_domain_extension(10009, 2)};
    rk_rng rng = test_rng(8, "in place");
    (void)state;
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        const rk_domain *d = domains[i];
        for (int k = 0; k < (test_long() ? 4000 : 300); k++) {
            rk_matrix x = matrix_of(d, "1"), y = matrix_of(d, "1"), r = matrix_of(d, "0");
            draw_element(d, &rng, &x);
            draw_element(d, &rng, &y);
            if (rk_rng_below(&rng, 2))
                d->mul(d, x.entry, x.entry, x.entry);
            int op = (int)rk_rng_below(&rng, OPERATIONS + RK_FN_RELU + 1);
            bool left = rk_rng_below(&rng, 2) != 0;
            rk_matrix *to = op < OPERATIONS && !left ? &y : &x;
            rk_ev apart = op < OPERATIONS ? operate(d, op, r.entry, x.entry, y.entry)
                                          : d->fn(d, (rk_fn)(op - OPERATIONS), r.entry, x.entry);
            rk_ev here = op < OPERATIONS ? operate(d, op, to->entry, x.entry, y.entry)
                                         : d->fn(d, (rk_fn)(op - OPERATIONS), to->entry, x.entry);
            assert_same(d, apart, &r, here, to);
            rk_matrix_clear(&x);
            rk_matrix_clear(&y);
            rk_matrix_clear(&r);
        }
        rk_domain_free(domains[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precisions_are_checked),
        cmocka_unit_test(results_may_replace_arguments),
        cmocka_unit_test(a_ball_is_zero_only_as_a_point),
        cmocka_unit_test(ball_functions_leave_open_what_is_open),
        cmocka_unit_test(roots_follow_moduli),
        cmocka_unit_test(balls_divide_by_what_is_not_zero),
        cmocka_unit_test(overlapping_balls_compare_unknown),
        cmocka_unit_test(ball_linear_algebra_is_certified),
        cmocka_unit_test(spectra_of_balls_and_doubles),
        cmocka_unit_test(functions_of_calcium),
        cmocka_unit_test(calcium_knows_its_identities),
        cmocka_unit_test(softmax_of_logarithms_is_rational),
        cmocka_unit_test(entropy_of_halves_is_log_two),
        cmocka_unit_test(calcium_linear_algebra),
        cmocka_unit_test(calcium_gives_up_in_time),
        cmocka_unit_test(calcium_gives_up_on_many_generators),
        cmocka_unit_test(surd_rows_beside_ones),
        cmocka_unit_test(large_matrices_of_balls),
        cmocka_unit_test(inverses_and_determinants_with_surds),
        cmocka_unit_test(doubles_are_quick_and_say_so),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
