/* The same random computations in every domain: Q and Calcium give the same numbers, a prime
   field their residues, balls and intervals contain them, doubles come close; and no domain finds
   undefined what another one computes. */
#include "domain_helpers.h"

enum { BITS = 160 };

static rk_domain *Q, *C, *B, *D, *I, *P;

static int setup(void **state) {
    (void)state;
    Q = rk_domain_rational();
    C = rk_domain_calcium();
    B = rk_domain_ball(BITS);
    D = rk_domain_double();
    I = rk_domain_interval();
    P = rk_domain_prime(UWORD(2305843009213693951));
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rk_domain_free(Q);
    rk_domain_free(C);
    rk_domain_free(B);
    rk_domain_free(D);
    rk_domain_free(I);
    rk_domain_free(P);
    return 0;
}

/* An operation on two n by n matrices. */
typedef rk_ev operation(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);

static rk_ev op_add(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix_add(r, a, b);
    return RK_EV_OK;
}

static rk_ev op_sub(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix_sub(r, a, b);
    return RK_EV_OK;
}

static rk_ev op_mul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix_mul(r, a, b);
    return RK_EV_OK;
}

static rk_ev op_emul(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix_emul(r, a, b);
    return RK_EV_OK;
}

static rk_ev op_kron(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix_kron(r, a, b);
    return RK_EV_OK;
}

static rk_ev op_power(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_power(r, a, 3);
}

static rk_ev op_inverse_power(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_power(r, a, -2);
}

static rk_ev op_det(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_det(r, a);
}

static rk_ev op_trace(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    rk_matrix_trace(r, a);
    return RK_EV_OK;
}

static rk_ev op_row_sums(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix s;
    rk_matrix_row_sums(&s, a);
    rk_matrix_row_scale(r, &s, b);
    rk_matrix_clear(&s);
    return RK_EV_OK;
}

static rk_ev op_row_divide(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix s;
    rk_matrix_row_sums(&s, b);
    rk_ev ev = rk_matrix_row_divide(r, a, &s);
    rk_matrix_clear(&s);
    return ev;
}

static rk_ev op_sum_scale(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    rk_matrix s;
    rk_matrix_sum_entries(&s, a);
    rk_matrix_scale(r, &s, b);
    rk_matrix_clear(&s);
    return RK_EV_OK;
}

static rk_ev op_max(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_extreme_entry(r, a, true);
}

static rk_ev op_min(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_extreme_entry(r, a, false);
}

static rk_ev op_norm1(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_norm1(r, a);
}

static rk_ev op_softmax(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_softmax(r, a, NULL);
}

static rk_ev op_entropy(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_entropy(r, a);
}

static rk_ev op_sigma(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_singular_value(r, a, 1);
}

static rk_ev op_eigabs(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_eigen_modulus(r, a, 1);
}

#define FUNCTION(name, f)                                                                          \
    static rk_ev name(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {                      \
        (void)b;                                                                                   \
        return rk_matrix_fn(r, f, a);                                                              \
    }
FUNCTION(op_sqrt, RK_FN_SQRT)
FUNCTION(op_exp, RK_FN_EXP)
FUNCTION(op_log, RK_FN_LOG)
FUNCTION(op_tanh, RK_FN_TANH)
FUNCTION(op_sigmoid, RK_FN_SIGMOID)
FUNCTION(op_silu, RK_FN_SILU)
FUNCTION(op_gelu, RK_FN_GELU)
FUNCTION(op_abs, RK_FN_ABS)
FUNCTION(op_sign, RK_FN_SIGN)
FUNCTION(op_relu, RK_FN_RELU)

static operation *const operations[] = {
    op_add,       op_sub,  op_mul,   op_emul,     rk_matrix_ediv, op_kron,
    op_power,     op_det,  op_trace, op_row_sums, op_row_divide,  op_inverse_power,
    op_sum_scale, op_max,  op_min,   op_norm1,    op_softmax,     op_entropy,
    op_sigma,     op_sqrt, op_exp,   op_log,      op_tanh,        op_sigmoid,
    op_silu,      op_gelu, op_abs,   op_sign,     op_relu,        op_eigabs,
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

/* The entry as an enclosure; NaN when it has none. */
static void enclose(arb_t r, const rk_matrix *a, slong i, slong j) {
    const void *x = rk_matrix_entry(a, i, j);
    if (a->domain == B) {
        arb_set(r, x);
        return;
    }
    acb_t z;
    acb_init(z);
    ca_get_acb(z, x, 2 * BITS, C->context);
    assert_true(arb_contains_si(acb_imagref(z), 0));
    arb_set(r, acb_realref(z));
    acb_clear(z);
}

static void q_equals_calcium(const rk_matrix *q, const rk_matrix *c) {
    fmpq_t x, y;
    fmpq_init(x);
    fmpq_init(y);
    for (slong i = 0; i < q->rows; i++)
        for (slong j = 0; j < q->cols; j++) {
            assert_int_equal(Q->get_fmpq(Q, x, rk_matrix_entry(q, i, j)), RK_EV_OK);
            assert_int_equal(C->get_fmpq(C, y, rk_matrix_entry(c, i, j)), RK_EV_OK);
            assert_true(fmpq_equal(x, y));
        }
    fmpq_clear(x);
    fmpq_clear(y);
}

static void residues_agree(const rk_matrix *q, const rk_matrix *p) {
    ulong want;
    for (slong i = 0; i < q->rows; i++)
        for (slong j = 0; j < q->cols; j++) {
            if (P->set_fmpq(P, &want, rk_matrix_entry(q, i, j)) == RK_EV_OK)
                assert_true(want == *(ulong *)rk_matrix_entry(p, i, j));
        }
}

static void balls_contain(const rk_matrix *b, const rk_matrix *c) {
    arb_t x, y;
    arb_init(x);
    arb_init(y);
    for (slong i = 0; i < b->rows; i++)
        for (slong j = 0; j < b->cols; j++) {
            enclose(x, b, i, j);
            enclose(y, c, i, j);
            assert_true(arb_overlaps(x, y));
            assert_true(mag_cmp_2exp_si(arb_radref(y), -BITS) < 0);
        }
    arb_clear(x);
    arb_clear(y);
}

/* Within 1e-6 of the ball, relative to the larger of 1 and the value. */
static void doubles_come_close(const rk_matrix *d, const rk_matrix *b) {
    for (slong i = 0; i < b->rows; i++)
        for (slong j = 0; j < b->cols; j++) {
            double x = *(double *)rk_matrix_entry(d, i, j);
            const arb_struct *ball = rk_matrix_entry(b, i, j);
            double y = arf_get_d(arb_midref(ball), ARF_RND_NEAR);
            if (mag_cmp_2exp_si(arb_radref(ball), -30) < 0)
                assert_true(fabs(x - y) <= 1e-6 * fmax(1, fabs(y)));
        }
}

/* Balls and intervals that hold the same number meet. */
static void intervals_contain(const rk_matrix *x, const rk_matrix *b) {
    arf_t low, high;
    double a, c;
    arf_init(low);
    arf_init(high);
    for (slong i = 0; i < b->rows * b->cols; i++) {
        arb_get_interval_arf(low, high, rk_matrix_entry(b, 0, i), BITS);
        if (!I->ends(I, &a, &c, rk_matrix_entry(x, 0, i)))
            continue;
        assert_true(arf_cmp_d(high, a) >= 0 && arf_cmp_d(low, c) <= 0);
    }
    arf_clear(low);
    arf_clear(high);
}

/* Half of the entries are small integers, so that zeros and equal rows are common. */
static void random_matrix(fmpq_mat_t a, rk_rng *rng) {
    bool integral = rk_rng_below(rng, 2) == 0;
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++)
            fmpq_set_si(fmpq_mat_entry(a, i, j), rk_rng_between(rng, -3, 4),
                        integral ? 1 : rk_rng_below(rng, 5) + 1);
}

typedef struct outcome {
    rk_matrix value;
    rk_ev ev;
} outcome;

static outcome run(const rk_domain *d, operation *op, const fmpq_mat_t x, const fmpq_mat_t y) {
    outcome o;
    rk_matrix a, b;
    assert_int_equal(rk_matrix_set_fmpq_mat(&a, d, x), RK_EV_OK);
    assert_int_equal(rk_matrix_set_fmpq_mat(&b, d, y), RK_EV_OK);
    o.ev = op(&o.value, &a, &b);
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
    return o;
}

static void outcomes_fit(const outcome *q, const outcome *c, const outcome *b) {
    if (q->ev == RK_EV_UNDEFINED) {
        assert_int_equal(c->ev, RK_EV_UNDEFINED);
        assert_true(b->ev == RK_EV_UNDEFINED || b->ev == RK_EV_PRECISION);
    }
    if (c->ev == RK_EV_UNDEFINED)
        assert_int_not_equal(b->ev, RK_EV_OK);
    if (b->ev == RK_EV_UNDEFINED)
        assert_int_not_equal(c->ev, RK_EV_OK);
    if (q->ev == RK_EV_OK)
        assert_int_equal(c->ev, RK_EV_OK);
}

static void one_trial(rk_rng *rng) {
    operation *op = operations[rk_rng_below(rng, OPERATIONS)];
    slong n = op == op_eigabs ? rk_rng_between(rng, 1, 3) : rk_rng_between(rng, 1, 4);
    fmpq_mat_t x, y;
    fmpq_mat_init(x, n, n);
    fmpq_mat_init(y, n, n);
    random_matrix(x, rng);
    random_matrix(y, rng);
    outcome q = run(Q, op, x, y), c = run(C, op, x, y), b = run(B, op, x, y);
    outcome d = run(D, op, x, y), p = run(P, op, x, y), i = run(I, op, x, y);
    outcomes_fit(&q, &c, &b);
    if (q.ev == RK_EV_OK)
        q_equals_calcium(&q.value, &c.value);
    if (q.ev == RK_EV_OK && p.ev == RK_EV_OK && op != op_sqrt)
        residues_agree(&q.value, &p.value);
    if (c.ev == RK_EV_OK && b.ev == RK_EV_OK)
        balls_contain(&b.value, &c.value);
    if (b.ev == RK_EV_OK && d.ev == RK_EV_OK)
        doubles_come_close(&d.value, &b.value);
    if (b.ev == RK_EV_OK && i.ev == RK_EV_OK)
        intervals_contain(&i.value, &b.value);
    assert_true(i.ev != RK_EV_UNDEFINED || c.ev == RK_EV_UNDEFINED || b.ev == RK_EV_UNDEFINED);
    rk_matrix_clear(&i.value);
    rk_matrix_clear(&q.value);
    rk_matrix_clear(&c.value);
    rk_matrix_clear(&b.value);
    rk_matrix_clear(&d.value);
    rk_matrix_clear(&p.value);
    fmpq_mat_clear(x);
    fmpq_mat_clear(y);
}

static void operations_agree(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "operations_agree");
    for (long t = 0; t < (test_long() ? 60000 : 3000); t++)
        one_trial(&rng);
}

/* Comparisons, definiteness and ranks of random matrices: exact answers are the same, and balls
   never contradict them. */
static void one_decision(rk_rng *rng) {
    slong m = rk_rng_between(rng, 1, 4), n = rk_rng_between(rng, 1, 4), low, high, rank;
    rk_relation rel = (rk_relation)rk_rng_below(rng, 6);
    rk_ev why;
    fmpq_mat_t x, y;
    rk_matrix a[4], b[4];
    const rk_domain *domains[4] = {Q, C, B, I};
    fmpq_mat_init(x, m, n);
    fmpq_mat_init(y, m, n);
    random_matrix(x, rng);
    random_matrix(y, rng);
    if (rk_rng_below(rng, 2))
        fmpq_mat_set(y, x);
    fmpq_mat_t reduced;
    fmpq_mat_init(reduced, m, n);
    rank = fmpq_mat_rref(reduced, x);
    fmpq_mat_clear(reduced);
    for (int k = 0; k < 4; k++) {
        rk_matrix_set_fmpq_mat(&a[k], domains[k], x);
        rk_matrix_set_fmpq_mat(&b[k], domains[k], y);
        rk_matrix_rank(&low, &high, &a[k]);
        assert_true(low <= rank && rank <= high);
        assert_true(low == high || k >= 2);
    }
    rk_tern truth = rk_matrix_compare(rel, &a[0], &b[0], &why);
    rk_tern psd = rk_matrix_is_psd(&a[0]);
    assert_true(rk_tern_known(truth) && rk_tern_known(psd));
    assert_int_equal(rk_matrix_compare(rel, &a[1], &b[1], &why).v, truth.v);
    assert_int_equal(rk_matrix_is_psd(&a[1]).v, psd.v);
    for (int k = 2; k < 4; k++) {
        rk_tern ball = rk_matrix_compare(rel, &a[k], &b[k], &why);
        assert_true(!rk_tern_known(ball) || ball.v == truth.v);
        ball = rk_matrix_is_psd(&a[k]);
        assert_true(!rk_tern_known(ball) || ball.v == psd.v);
    }
    for (int k = 0; k < 4; k++) {
        rk_matrix_clear(&a[k]);
        rk_matrix_clear(&b[k]);
    }
    fmpq_mat_clear(x);
    fmpq_mat_clear(y);
}

static void decisions_agree(void **state) {
    (void)state;
    rk_rng rng = test_rng(2, "decisions_agree");
    for (long t = 0; t < (test_long() ? 60000 : 2000); t++)
        one_decision(&rng);
}

/* A matrix of doubles with a few digits at most, or near those of another scale. */
static void random_doubles(double *x, slong n, rk_rng *rng) {
    double scale = ldexp(1, (int)rk_rng_between(rng, -30, 30));
    for (slong i = 0; i < n; i++)
        x[i] = scale * (rk_rng_below(rng, 4) ? rk_rng_normal(rng) : 1 + rk_rng_unit(rng) / 1e12);
}

typedef rk_ev larger_operation(rk_matrix *r, const rk_matrix *a, const rk_matrix *b);

static rk_ev larger_inverse(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_inv(r, a);
}

static rk_ev larger_eigabs(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_eigen_modulus(r, a, 3);
}

static rk_ev larger_sigma(rk_matrix *r, const rk_matrix *a, const rk_matrix *b) {
    (void)b;
    return rk_matrix_singular_value(r, a, 2);
}

/* Larger products, inverses and singular values, which go through BLAS and LAPACK. */
static void larger_intervals_contain(void **state) {
    static larger_operation *const ops[] = {op_mul, larger_inverse, larger_sigma,
                                            op_det, op_softmax,     larger_eigabs};
    (void)state;
    rk_rng rng = test_rng(5, "larger_intervals_contain");
    for (int t = 0; t < (test_long() ? 400 : 30); t++) {
        slong n = rk_rng_between(&rng, 9, 14);
        double x[2][14 * 14];
        rk_matrix a[2], b[2], r, want;
        for (int k = 0; k < 2; k++) {
            random_doubles(x[k], n * n, &rng);
            rk_matrix_init(&a[k], I, n, n);
            assert_int_equal(rk_matrix_put_near(&a[k], x[k], 0), RK_EV_OK);
            assert_int_equal(rk_matrix_set_doubles(&b[k], B, n, n, x[k]), RK_EV_OK);
        }
        larger_operation *op = ops[t % 6];
        rk_ev ev = op(&r, &a[0], &a[1]);
        if (op(&want, &b[0], &b[1]) == RK_EV_OK && ev == RK_EV_OK)
            intervals_contain(&r, &want);
        assert_int_not_equal(ev, RK_EV_UNDEFINED);
        rk_matrix *all[] = {&a[0], &a[1], &b[0], &b[1], &r, &want};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++)
            rk_matrix_clear(all[k]);
    }
}

/* Functions at corners: zeros, ends of the exponents, where erfc and exp nearly vanish. */
static void functions_at_corners(void **state) {
    static const double corner[] = {
        0,     -0.0,  1,     -1,   0.5,   1e-300, -1e-300,        5e-324,
        1e-17, 27.3,  -27.3, 38.6, -38.6, 700.5,  -708.9,         -745.2,
        709.7, 1e300, 8.3,   -8.3, 1e-8,  -1e-8,  0.999999999999, 1.0000000000000002};
    (void)state;
    for (int f = RK_FN_SQRT; f <= RK_FN_GELU_SLOPE; f++)
        for (size_t k = 0; k < sizeof corner / sizeof *corner; k++) {
            rk_matrix a, b, r, want;
            rk_matrix_init(&a, I, 1, 1);
            rk_matrix_put_near(&a, &corner[k], 0);
            rk_matrix_set_doubles(&b, B, 1, 1, &corner[k]);
            rk_ev ev = rk_matrix_fn(&r, (rk_fn)f, &a), known = rk_matrix_fn(&want, (rk_fn)f, &b);
            if (ev == RK_EV_OK && known == RK_EV_OK)
                intervals_contain(&r, &want);
            assert_true((ev == RK_EV_UNDEFINED) == (known == RK_EV_UNDEFINED));
            rk_matrix *all[] = {&a, &b, &r, &want};
            for (size_t i = 0; i < 4; i++)
                rk_matrix_clear(all[i]);
        }
}

/* x := a random combination of 1, sqrt(2), sqrt(3), sqrt(6) and log(2). */
static void random_exponent(rk_matrix *x, rk_rng *rng) {
    ca_ctx_struct *ctx = C->context;
    ca_t t;
    ca_init(t, ctx);
    rk_matrix_init(x, C, 1, 1);
    for (ulong k = 1; k <= 5; k++) {
        if (rk_rng_below(rng, 3) == 0)
            continue;
        ca_set_ui(t, k == 4 ? 6 : k, ctx);
        if (k == 5) {
            ca_set_ui(t, 2, ctx);
            ca_log(t, t, ctx);
        } else {
            ca_sqrt(t, t, ctx);
        }
        ca_mul_si(t, t, rk_rng_between(rng, -5, 5), ctx);
        ca_div_ui(t, t, rk_rng_below(rng, 3) + 1, ctx);
        ca_add(x->entry, x->entry, t, ctx);
    }
    ca_clear(t, ctx);
}

/* exp(x) lies in the enclosure of exp over that of x; exp(x) * exp(y) is exp(x + y), or at least
   never said to differ. */
static int one_exponential(rk_rng *rng) {
    rk_matrix x, y, s, ex, ey, es, p;
    rk_ev why;
    arb_t at, enclosure;
    random_exponent(&x, rng);
    random_exponent(&y, rng);
    rk_matrix_add(&s, &x, &y);
    assert_int_equal(rk_matrix_fn(&ex, RK_FN_EXP, &x), RK_EV_OK);
    assert_int_equal(rk_matrix_fn(&ey, RK_FN_EXP, &y), RK_EV_OK);
    assert_int_equal(rk_matrix_fn(&es, RK_FN_EXP, &s), RK_EV_OK);
    arb_init(at);
    arb_init(enclosure);
    enclose(at, &x, 0, 0);
    arb_exp(at, at, 2 * BITS);
    enclose(enclosure, &ex, 0, 0);
    assert_true(arb_overlaps(at, enclosure));
    assert_true(arb_rel_accuracy_bits(enclosure) > BITS);
    arb_clear(at);
    arb_clear(enclosure);
    rk_matrix_mul(&p, &ex, &ey);
    rk_tern same = rk_matrix_compare(RK_REL_EQ, &p, &es, &why);
    assert_false(rk_tern_false(same));
    rk_matrix *all[] = {&x, &y, &s, &ex, &ey, &es, &p};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        rk_matrix_clear(all[k]);
    return rk_tern_true(same);
}

static void exponentials_multiply(void **state) {
    (void)state;
    rk_rng rng = test_rng(11, "exponentials_multiply");
    int trials = test_long() ? 2000 : 150, proved = 0;
    for (int t = 0; t < trials; t++)
        proved += one_exponential(&rng);
    print_message("# proved equal: %d of %d\n", proved, trials);
    assert_true(2 * proved > trials);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_agree),         cmocka_unit_test(decisions_agree),
        cmocka_unit_test(larger_intervals_contain), cmocka_unit_test(functions_at_corners),
        cmocka_unit_test(exponentials_multiply),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
