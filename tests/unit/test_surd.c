/* Square roots of rationals: the axioms of a field, printing, linear algebra; and zero tests that
   the domain, Calcium and balls must agree on. */
#include "domain_helpers.h"
#include "eval/rk_expression.h"

enum { BITS = 256, KINDS = 3 };

static rk_domain *S, *C, *B, *Q;

static int setup(void **state) {
    (void)state;
    S = rk_domain_surd();
    C = rk_domain_calcium();
    B = rk_domain_ball(BITS);
    Q = rk_domain_rational();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rk_domain_free(S);
    rk_domain_free(C);
    rk_domain_free(B);
    rk_domain_free(Q);
    return 0;
}

/* --- one number in three domains ------------------------------------------------------------ */

typedef struct number {
    rk_matrix in[KINDS]; /* S, B, C */
} number;

static int kinds_in_use = KINDS; /* the others of a number are not computed */

static const rk_domain *kind(int k) {
    return k == 0 ? S : k == 1 ? B : C;
}

static number number_new(slong p, ulong q) {
    number x;
    fmpq_t value;
    fmpq_init(value);
    fmpq_set_si(value, p, q);
    for (int k = 0; k < KINDS; k++) {
        rk_matrix_init(&x.in[k], kind(k), 1, 1);
        kind(k)->set_fmpq(kind(k), x.in[k].entry, value);
    }
    fmpq_clear(value);
    return x;
}

static void number_clear(number *x) {
    for (int k = 0; k < KINDS; k++)
        rk_matrix_clear(&x->in[k]);
}

/* x := x op y */
static void number_apply(number *x, char op, const number *y) {
    for (int k = 0; k < kinds_in_use; k++) {
        const rk_domain *d = kind(k);
        void *r = x->in[k].entry, *by = y->in[k].entry;
        if (op == '/')
            assert_int_equal(d->div(d, r, r, by), RK_EV_OK);
        else
            (op == '+' ? d->add : op == '-' ? d->sub : d->mul)(d, r, r, by);
    }
}

static number number_copy(const number *x) {
    number r = number_new(0, 1);
    number_apply(&r, '+', x);
    return r;
}

/* a op b, which are used up */
static number join(number a, char op, number b) {
    number_apply(&a, op, &b);
    number_clear(&b);
    return a;
}

static number root_of(number x) {
    for (int k = 0; k < kinds_in_use; k++)
        assert_int_equal(kind(k)->fn(kind(k), RK_FN_SQRT, x.in[k].entry, x.in[k].entry), RK_EV_OK);
    return x;
}

static number square_of(number x) {
    number y = number_copy(&x);
    return join(x, '*', y);
}

static number sqrt_ratio(slong p, ulong q) {
    return root_of(number_new(p, q));
}

/* --- zeros in disguise ---------------------------------------------------------------------- */

static slong below(rk_rng *rng, slong n) {
    return rk_rng_between(rng, 1, n);
}

/* sqrt(a)*sqrt(b) - sqrt(a*b) */
static number zero_of_product(rk_rng *rng) {
    slong a = below(rng, 1000), b = below(rng, 1000);
    ulong c = (ulong)below(rng, 30), d = (ulong)below(rng, 30);
    number product = join(sqrt_ratio(a, c), '*', sqrt_ratio(b, d));
    return join(product, '-', sqrt_ratio(a * b, c * d));
}

/* sqrt(a*c^2) - c*sqrt(a) */
static number zero_of_square_factor(rk_rng *rng) {
    slong a = below(rng, 5000), c = below(rng, 1000);
    return join(sqrt_ratio(a * c * c, 7), '-', join(number_new(c, 1), '*', sqrt_ratio(a, 7)));
}

/* sqrt(a + b + 2*sqrt(a*b)) - sqrt(a) - sqrt(b) */
static number zero_of_nested(rk_rng *rng) {
    slong a = below(rng, 50), b = below(rng, 50);
    number sum = join(number_new(a + b, 1), '+', join(number_new(2, 1), '*', sqrt_ratio(a * b, 1)));
    number left = join(root_of(sum), '-', sqrt_ratio(a, 1));
    return join(left, '-', sqrt_ratio(b, 1));
}

/* 1/(sqrt(a) + sqrt(b)) - (sqrt(a) - sqrt(b))/(a - b), a > b */
static number zero_of_fraction(rk_rng *rng) {
    slong b = below(rng, 100), a = b + below(rng, 100);
    number sum = join(sqrt_ratio(a, 1), '+', sqrt_ratio(b, 1));
    number difference = join(sqrt_ratio(a, 1), '-', sqrt_ratio(b, 1));
    number right = join(difference, '/', number_new(a - b, 1));
    return join(join(number_new(1, 1), '/', sum), '-', right);
}

/* (p + q*sqrt(a))^2 + (p - q*sqrt(a))^2 - 2*p^2 - 2*q^2*a */
static number zero_of_conjugates(rk_rng *rng) {
    slong p = rk_rng_between(rng, -20, 20), q = rk_rng_between(rng, -20, 20), a = below(rng, 99);
    number x = join(number_new(q, 1), '*', sqrt_ratio(a, 1));
    number plus = square_of(join(number_new(p, 1), '+', number_copy(&x)));
    number minus = square_of(join(number_new(p, 1), '-', x));
    return join(join(plus, '+', minus), '-', number_new(2 * p * p + 2 * q * q * a, 1));
}

/* A sum of up to three multiples of roots */
static number random_sum(rk_rng *rng) {
    number x = number_new(rk_rng_between(rng, -5, 5), (ulong)below(rng, 4));
    for (slong i = below(rng, 3); i > 0; i--) {
        number root = sqrt_ratio(below(rng, 15), (ulong)below(rng, 3));
        x = join(x, '+', join(number_new(rk_rng_between(rng, -4, 4), 1), '*', root));
    }
    return x;
}

/* (x + y)*(x - y) - x^2 + y^2 */
static number zero_of_squares(rk_rng *rng) {
    number x = random_sum(rng), y = random_sum(rng);
    number sum = join(number_copy(&x), '+', number_copy(&y));
    number difference = join(number_copy(&x), '-', number_copy(&y));
    number squares = join(square_of(x), '-', square_of(y));
    return join(join(sum, '*', difference), '-', squares);
}

typedef number disguise(rk_rng *);

static disguise *const disguises[] = {
    zero_of_product,  zero_of_square_factor, zero_of_nested,
    zero_of_fraction, zero_of_conjugates,    zero_of_squares,
};
enum { DISGUISES = sizeof disguises / sizeof *disguises };

/* Something that is not 0, and often close to it: sqrt(n) + sqrt(n + 2) - 2*sqrt(n + 1) is about
   -n^(-3/2)/4, and no root of an integer that is no square is rational. */
static number close_to_zero(rk_rng *rng) {
    slong n = below(rng, 100000);
    switch (rk_rng_below(rng, 3)) {
    case 0:
        return join(join(sqrt_ratio(n, 1), '+', sqrt_ratio(n + 2, 1)), '-',
                    join(number_new(2, 1), '*', sqrt_ratio(n + 1, 1)));
    case 1:
        return number_new(below(rng, 5), 1000000007);
    default:
        return join(sqrt_ratio(n * n + 1, 1), '-', number_new(n, 1));
    }
}

/* The domains agree that x is zero, or that it is not. */
static void assert_agree(const number *x, bool zero) {
    int signs[2] = {0, 0};
    for (int k = 0; k < 2; k++) {
        const rk_domain *d = k == 0 ? S : C;
        assert_int_equal(d->is_zero(d, x->in[2 * k].entry).v, rk_tern_of(zero).v);
        assert_int_equal(d->sign(d, &signs[k], x->in[2 * k].entry), RK_EV_OK);
    }
    const arb_struct *ball = x->in[1].entry;
    assert_int_equal(arb_contains_zero(ball) != 0, zero);
    assert_int_equal(signs[0], signs[1]);
    assert_int_equal(signs[0], arb_is_positive(ball) ? 1 : arb_is_negative(ball) ? -1 : 0);
}

static void one_zero_test(rk_rng *rng, bool zero) {
    number x = disguises[rk_rng_below(rng, DISGUISES)](rng);
    if (!zero)
        x = join(x, '+', close_to_zero(rng));
    if (rk_rng_below(rng, 3) == 0)
        x = join(x, '*', sqrt_ratio(below(rng, 20), 1));
    assert_agree(&x, zero);
    number_clear(&x);
}

/* Fields start anew now and then: each trial leaves its roots behind. */
static void zero_tests_agree(void **state) {
    (void)state;
    rk_rng rng = test_rng(5, "zero_tests_agree");
    for (long t = 0; t < (test_long() ? 10000 : 3000); t++) {
        if (t % 4 == 0) {
            teardown(state);
            setup(state);
        }
        one_zero_test(&rng, t % 2 == 0);
    }
}

/* --- roots of sums of roots ----------------------------------------------------------------- */

/* A positive number of Q(sqrt(a), sqrt(b)): a random one squared, or made larger than 0. */
static number positive_sum(rk_rng *rng) {
    number x = random_sum(rng);
    if (rk_rng_below(rng, 4) == 0) {
        x = join(square_of(x), '*', sqrt_ratio(below(rng, 3), 1));
        return join(x, '+', number_new(rk_rng_below(rng, 2) == 0, 1));
    }
    return join(x, '+', number_new(60, 1));
}

/* sqrt(x)*sqrt(y) - sqrt(x*y) */
static number zero_of_nested_product(rk_rng *rng) {
    number x = positive_sum(rng), y = positive_sum(rng);
    number both = root_of(join(number_copy(&x), '*', number_copy(&y)));
    return join(join(root_of(x), '*', root_of(y)), '-', both);
}

/* sqrt(x*y^2*c) - sqrt(c)*sqrt(x)*y, y positive */
static number zero_of_nested_square(rk_rng *rng) {
    number x = positive_sum(rng), y = positive_sum(rng);
    slong c = below(rng, 12);
    number inside = join(number_copy(&x), '*', square_of(number_copy(&y)));
    number left = root_of(join(inside, '*', number_new(c, 1)));
    return join(left, '-', join(join(root_of(x), '*', y), '*', sqrt_ratio(c, 1)));
}

/* (p + sqrt(x))*(p - sqrt(x)) - p^2 + x, divided by 1 + sqrt(x) and multiplied again */
static number zero_of_nested_norm(rk_rng *rng) {
    number x = positive_sum(rng), p = random_sum(rng);
    number root = root_of(number_copy(&x));
    number plus = join(number_copy(&p), '+', number_copy(&root));
    number minus = join(number_copy(&p), '-', number_copy(&root));
    number above = join(number_new(1, 1), '+', root);
    number norm = join(join(join(plus, '/', number_copy(&above)), '*', above), '*', minus);
    return join(norm, '-', join(square_of(p), '-', x));
}

static disguise *const nested[] = {zero_of_nested_product, zero_of_nested_square,
                                   zero_of_nested_norm};

static void one_nested_test(rk_rng *rng, bool zero, long *decided) {
    number x = nested[rk_rng_below(rng, 3)](rng);
    int sign;
    if (!zero)
        x = join(x, '+', close_to_zero(rng));
    const arb_struct *ball = x.in[1].entry;
    rk_ev ev = S->sign(S, &sign, x.in[0].entry);
    assert_true(ev == RK_EV_OK || ev == RK_EV_LIMIT);
    if (ev == RK_EV_OK) {
        assert_int_equal(sign == 0, zero);
        assert_int_equal(arb_contains_zero(ball) != 0, zero);
        assert_true(zero || sign == (arb_is_positive(ball) ? 1 : -1));
        ++*decided;
    }
    number_clear(&x);
}

/* The domain against balls; Calcium is not asked for these. */
static void nested_zero_tests_agree(void **state) {
    rk_rng rng = test_rng(10, "nested_zero_tests_agree");
    long trials = test_long() ? 5000 : 400, decided = 0;
    kinds_in_use = 2;
    for (long t = 0; t < trials; t++) {
        teardown(state);
        setup(state);
        one_nested_test(&rng, t % 2 == 0, &decided);
    }
    kinds_in_use = KINDS;
    print_message("# decided: %ld of %ld\n", decided, trials);
    assert_true(10 * decided > 9 * trials);
}

/* --- a field -------------------------------------------------------------------------------- */

static rk_matrix random_surd(rk_rng *rng) {
    number x = random_sum(rng);
    rk_matrix r;
    rk_matrix_copy(&r, &x.in[0]);
    number_clear(&x);
    return r;
}

static void assert_equal(const rk_matrix *a, const rk_matrix *b) {
    rk_ev why;
    assert_true(rk_tern_true(rk_matrix_compare(RK_REL_EQ, a, b, &why)));
}

static void one_triple(rk_rng *rng) {
    rk_matrix x = random_surd(rng), y = random_surd(rng), z = random_surd(rng);
    rk_matrix xy, yx, xz, left, right, sum, back;
    rk_matrix_mul(&xy, &x, &y);
    rk_matrix_mul(&yx, &y, &x);
    assert_equal(&xy, &yx);
    rk_matrix_add(&sum, &y, &z);
    rk_matrix_mul(&left, &x, &sum);
    rk_matrix_mul(&xz, &x, &z);
    rk_matrix_add(&right, &xy, &xz);
    assert_equal(&left, &right);
    rk_ev ev = rk_matrix_div(&back, &xy, &y);
    bool zero = rk_tern_true(S->is_zero(S, y.entry));
    assert_int_equal(ev, zero ? RK_EV_UNDEFINED : RK_EV_OK);
    if (ev == RK_EV_OK)
        assert_equal(&back, &x);
    rk_matrix *all[] = {&x, &y, &z, &xy, &yx, &xz, &left, &right, &sum, &back};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        rk_matrix_clear(all[k]);
}

static void it_is_a_field(void **state) {
    rk_rng rng = test_rng(6, "it_is_a_field");
    for (long t = 0; t < (test_long() ? 5000 : 500); t++) {
        if (t % 4 == 0) {
            teardown(state);
            setup(state);
        }
        one_triple(&rng);
    }
}

/* --- text ----------------------------------------------------------------------------------- */

/* What is printed reads back as the same number: the difference prints as 0. */
static void printed_numbers_read_back(void **state) {
    (void)state;
    rk_rng rng = test_rng(7, "printed_numbers_read_back");
    for (int t = 0; t < 40; t++) {
        rk_matrix x = random_surd(&rng);
        rk_buf text, again;
        rk_diags *diags = rk_diags_new();
        rk_buf_init(&text);
        rk_buf_init(&again);
        S->print(S, &text, x.entry);
        assert_int_equal(rk_evaluate(text.text, text.len, 0, &again, diags), RK_OK);
        assert_string_equal(again.text, text.text);
        rk_diags_free(diags);
        rk_buf_clear(&text);
        rk_buf_clear(&again);
        rk_matrix_clear(&x);
    }
}

static void assert_value(const char *text, const char *want) {
    rk_buf out;
    rk_diags *diags = rk_diags_new();
    rk_buf_init(&out);
    assert_int_equal(rk_evaluate(text, strlen(text), 0, &out, diags), RK_OK);
    assert_string_equal(out.text, want);
    rk_diags_free(diags);
    rk_buf_clear(&out);
}

static void closed_forms(void **state) {
    (void)state;
    assert_value("sqrt(12)", "2*sqrt(3)");
    assert_value("sqrt(1/2)", "sqrt(2)/2");
    assert_value("1/2 + 3*sqrt(5)/7", "1/2 + 3*sqrt(5)/7");
    assert_value("sqrt(2)*sqrt(3) - sqrt(6)", "0");
    assert_value("sqrt(5 + 2*sqrt(6))", "sqrt(3) + sqrt(2)");
    assert_value("1/(1 + sqrt(2))", "-1 + sqrt(2)");
    assert_value("abs(sqrt(2) - 3/2)", "3/2 - sqrt(2)");
    assert_value("relu(1 - sqrt(2))", "0");
    assert_value("sign(sqrt(2) + sqrt(3) - sqrt(10))", "-1");
    assert_value("max([sqrt(2), 3/2; sqrt(2) + 1/10, 0])", "1/10 + sqrt(2)");
    assert_value("exp(sqrt(2)*sqrt(8) - 4)", "1");
    assert_value("det([sqrt(2), 1; 1, sqrt(3)])", "-1 + sqrt(6)");
    assert_value("inv([sqrt(2), 0; 0, 1 + sqrt(3)])", "[sqrt(2)/2, 0; 0, -1/2 + sqrt(3)/2]");
    assert_value("norm([1, 2; 3, 4], fro)", "sqrt(30)");
    assert_value("sqrt(1 + sqrt(2))*sqrt(sqrt(2) - 1)", "1");
    assert_value("sqrt(2 + sqrt(2))*sqrt(2 - sqrt(2))", "sqrt(2)");
    assert_value("1/(1 + sqrt(1 + sqrt(2)))", "-sqrt(2)/2 + sqrt(2)*sqrt(1 + sqrt(2))/2");
    assert_value("sqrt(sqrt(2))*sqrt(sqrt(8))", "2");
    assert_value("rank([sqrt(sqrt(2)), sqrt(2); 1, sqrt(sqrt(2))])", "1");
    assert_value("sigma([1, 2; 3, 4], 1)*sigma([1, 2; 3, 4], 2)", "2");
}

/* --- matrices ------------------------------------------------------------------------------- */

static void random_matrix(rk_matrix *r, slong rows, slong cols, rk_rng *rng) {
    rk_matrix_init(r, S, rows, cols);
    for (slong k = 0; k < rows * cols; k++) {
        rk_matrix x = random_surd(rng);
        S->set(S, rk_matrix_entry(r, 0, k), x.entry);
        rk_matrix_clear(&x);
    }
}

/* By elimination in the field; -1: the numbers grow too large. */
static slong rank_by_division(const rk_matrix *a) {
    rk_matrix w, t;
    slong rank = 0;
    bool held = true;
    rk_matrix_copy(&w, a);
    rk_matrix_init(&t, S, 1, 1);
    for (slong j = 0; j < w.cols && rank < w.rows; j++) {
        slong i = rank;
        while (i < w.rows && rk_tern_true(S->is_zero(S, rk_matrix_entry(&w, i, j))))
            i++;
        if (i == w.rows)
            continue;
        for (slong l = 0; l < w.cols; l++) {
            S->set(S, t.entry, rk_matrix_entry(&w, i, l));
            S->set(S, rk_matrix_entry(&w, i, l), rk_matrix_entry(&w, rank, l));
            S->set(S, rk_matrix_entry(&w, rank, l), t.entry);
        }
        for (i = rank + 1; i < w.rows; i++) {
            rk_matrix f;
            rk_matrix_init(&f, S, 1, 1);
            rk_ev ev = S->div(S, f.entry, rk_matrix_entry(&w, i, j), rk_matrix_entry(&w, rank, j));
            held = held && ev == RK_EV_OK;
            for (slong l = j; l < w.cols; l++) {
                S->mul(S, t.entry, f.entry, rk_matrix_entry(&w, rank, l));
                S->sub(S, rk_matrix_entry(&w, i, l), rk_matrix_entry(&w, i, l), t.entry);
            }
            rk_matrix_clear(&f);
        }
        rank++;
    }
    rk_matrix_clear(&t);
    rk_matrix_clear(&w);
    return held ? rank : -1;
}

/* A column of roots of sums, for the rows or as a matrix of its own. */
static void random_nested(rk_matrix *r, slong rows, rk_rng *rng) {
    rk_matrix_init(r, S, rows, 1);
    for (slong i = 0; i < rows; i++) {
        number x = root_of(positive_sum(rng));
        S->set(S, rk_matrix_entry(r, i, 0), x.in[0].entry);
        number_clear(&x);
    }
}

/* The rows of a matrix of rank at most 1 times nested roots, and more columns beside it. */
static void one_nested_rank(rk_rng *rng) {
    slong rows = below(rng, 3), cols = below(rng, 3), low, high;
    rk_matrix a, b, v, product, scaled, wide;
    random_matrix(&a, rows, 1, rng);
    random_matrix(&b, 1, cols, rng);
    random_nested(&v, rows, rng);
    rk_matrix_mul(&product, &a, &b);
    rk_matrix_row_scale(&scaled, &v, &product);
    const rk_matrix *parts[] = {&scaled, rk_rng_below(rng, 2) ? &v : &a};
    rk_matrix_hcat(&wide, parts, 2);
    rk_ev ev = rk_matrix_rank(&low, &high, &wide);
    slong rank = rank_by_division(&wide);
    assert_true(ev == RK_EV_OK || ev == RK_EV_PRECISION || ev == RK_EV_LIMIT);
    assert_true(rank < 0 || (low <= rank && rank <= high));
    rk_matrix *all[] = {&a, &b, &v, &product, &scaled, &wide};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        rk_matrix_clear(all[k]);
}

static void one_rank(rk_rng *rng) {
    slong rows = below(rng, 3), cols = below(rng, 3), inner = below(rng, 2), low, high;
    rk_matrix a, b, product;
    random_matrix(&a, rows, inner, rng);
    random_matrix(&b, inner, cols, rng);
    rk_matrix_mul(&product, &a, &b);
    rk_ev ev = rk_matrix_rank(&low, &high, &product);
    assert_true(ev == RK_EV_OK || ev == RK_EV_PRECISION);
    slong rank = rank_by_division(&product);
    assert_true(rank < 0 || (low <= rank && rank <= high));
    assert_true(ev != RK_EV_OK || low == high);
    rk_matrix_clear(&a);
    rk_matrix_clear(&b);
    rk_matrix_clear(&product);
}

static void ranks_are_those_of_elimination(void **state) {
    rk_rng rng = test_rng(8, "ranks_are_those_of_elimination");
    for (long t = 0; t < (test_long() ? 2000 : 150); t++) {
        teardown(state);
        setup(state);
        one_rank(&rng);
    }
    kinds_in_use = 2;
    for (long t = 0; t < (test_long() ? 1000 : 60); t++) {
        teardown(state);
        setup(state);
        one_nested_rank(&rng);
    }
    kinds_in_use = KINDS;
}

/* det(a*b) = det(a)*det(b); a*inv(a) = 1 */
static void one_inverse(rk_rng *rng) {
    slong n = below(rng, 3);
    rk_matrix a, b, product, inverse, one, x, y, z, xy;
    random_matrix(&a, n, n, rng);
    random_matrix(&b, n, n, rng);
    rk_matrix_mul(&product, &a, &b);
    rk_ev ev = rk_ev_worst(rk_matrix_det(&x, &a), rk_matrix_det(&y, &b));
    assert_int_equal(rk_ev_worst(ev, rk_matrix_det(&z, &product)), RK_EV_OK);
    rk_matrix_mul(&xy, &x, &y);
    assert_equal(&xy, &z);
    ev = rk_matrix_inv(&inverse, &a);
    rk_matrix_mul(&one, &a, &inverse);
    if (rk_tern_true(S->is_zero(S, x.entry)))
        assert_true(ev == RK_EV_UNDEFINED || ev == RK_EV_LIMIT);
    for (slong i = 0; i < n && ev == RK_EV_OK; i++)
        for (slong j = 0; j < n; j++) {
            fmpq_t q;
            fmpq_init(q);
            assert_int_equal(S->get_fmpq(S, q, rk_matrix_entry(&one, i, j)), RK_EV_OK);
            assert_true(fmpq_equal_si(q, i == j));
            fmpq_clear(q);
        }
    rk_matrix *all[] = {&a, &b, &product, &inverse, &one, &x, &y, &z, &xy};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        rk_matrix_clear(all[k]);
}

static void determinants_and_inverses(void **state) {
    rk_rng rng = test_rng(9, "determinants_and_inverses");
    for (long t = 0; t < (test_long() ? 1000 : 60); t++) {
        teardown(state);
        setup(state);
        one_inverse(&rng);
    }
}

/* Beyond the limits nothing is said, and nothing hangs. */
static void limits(void **state) {
    rk_matrix x, sum;
    fmpq_t q;
    bool ended = false;
    rk_ev ev = RK_EV_OK;
    teardown(state);
    setup(state);
    fmpq_init(q);
    rk_matrix_init(&x, S, 1, 1);
    rk_matrix_init(&sum, S, 1, 1);
    for (ulong p = 2; p < 400 && ev == RK_EV_OK; p = n_nextprime(p, 1)) {
        fmpq_set_si(q, (slong)p, 1);
        S->set_fmpq(S, x.entry, q);
        ev = S->fn(S, RK_FN_SQRT, x.entry, x.entry);
        S->add(S, sum.entry, sum.entry, x.entry);
    }
    assert_int_equal(ev, RK_EV_LIMIT);
    for (int k = 0; k < 20 && !ended; k++) {
        S->mul(S, sum.entry, sum.entry, sum.entry);
        ended = S->outcome(S, sum.entry) == RK_EV_LIMIT;
    }
    assert_true(ended);
    assert_false(rk_tern_known(S->is_zero(S, sum.entry)));
    rk_matrix_clear(&x);
    rk_matrix_clear(&sum);
    fmpq_clear(q);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_tests_agree),
        cmocka_unit_test(nested_zero_tests_agree),
        cmocka_unit_test(it_is_a_field),
        cmocka_unit_test(printed_numbers_read_back),
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(ranks_are_those_of_elimination),
        cmocka_unit_test(determinants_and_inverses),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
