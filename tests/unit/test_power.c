/* Powers of e, and closed forms: the same random computations there, in Calcium and in balls
   agree; zeros in disguise are found to be zero and nothing else is; numbers whose independence is
   not known are left alone. */
#include "domain_helpers.h"

#include "eval/rk_step.h"
#include "eval_helpers.h"

enum { BITS = 200 };

static rk_domain *C, *B;

static int setup(void **state) {
    (void)state;
    C = rk_domain_calcium();
    B = rk_domain_ball(BITS);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rk_domain_free(C);
    rk_domain_free(B);
    return 0;
}

/* --- one computation in three domains ------------------------------------------------------- */

/* Which exponentials and logarithms a trial is about. */
typedef enum theme { WITH_E, WITH_E_AND_ROOT, WITH_EXP_OF_ROOT, WITH_LOG, WITH_ALL } theme;

typedef struct number { /* 1 by 1; known: every domain computed it */
    rk_matrix power, calcium, ball;
    bool known;
} number;

typedef struct trial {
    rk_domain *powers; /* or closed forms, WITH_ALL */
    rk_rng random;
    theme theme;
} trial;

static void number_init(const trial *t, number *x) {
    rk_matrix_init(&x->power, t->powers, 1, 1);
    rk_matrix_init(&x->calcium, C, 1, 1);
    rk_matrix_init(&x->ball, B, 1, 1);
    x->known = true;
}

static void number_clear(number *x) {
    rk_matrix_clear(&x->power);
    rk_matrix_clear(&x->calcium);
    rk_matrix_clear(&x->ball);
}

static void set_rational(number *x, slong p, ulong q) {
    fmpq_t c;
    fmpq_init(c);
    fmpq_set_si(c, p, q);
    rk_matrix *in[] = {&x->power, &x->calcium, &x->ball};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(in[i]->domain->set_fmpq(in[i]->domain, in[i]->entry, c), RK_EV_OK);
    fmpq_clear(c);
}

/* x := f(x); what is undefined for one domain is not defined for another. */
static void apply(number *x, rk_fn f) {
    rk_matrix *in[] = {&x->power, &x->calcium, &x->ball};
    rk_ev ev[3];
    for (size_t i = 0; i < 3; i++)
        ev[i] = in[i]->domain->fn(in[i]->domain, f, in[i]->entry, in[i]->entry);
    for (size_t i = 1; i < 3; i++)
        assert_false((ev[0] == RK_EV_UNDEFINED && ev[i] == RK_EV_OK) ||
                     (ev[i] == RK_EV_UNDEFINED && ev[0] == RK_EV_OK));
    x->known = x->known && ev[0] == RK_EV_OK && ev[1] == RK_EV_OK && ev[2] == RK_EV_OK;
}

static rk_ev operate(const rk_domain *d, int op, void *r, const void *x, const void *y) {
    switch (op) {
    case 0:
        d->add(d, r, x, y);
        return RK_EV_OK;
    case 1:
        d->sub(d, r, x, y);
        return RK_EV_OK;
    case 2:
        d->mul(d, r, x, y);
        return RK_EV_OK;
    default:
        return d->div(d, r, x, y);
    }
}

enum { ADD, SUB, MUL, DIV };

/* r := x op y; r may be one of them. */
static void combine(number *r, int op, const number *x, const number *y) {
    rk_ev power = operate(r->power.domain, op, r->power.entry, x->power.entry, y->power.entry);
    rk_ev calcium = operate(C, op, r->calcium.entry, x->calcium.entry, y->calcium.entry);
    rk_ev ball = operate(B, op, r->ball.entry, x->ball.entry, y->ball.entry);
    bool known = x->known && y->known;
    if (known && power == RK_EV_UNDEFINED)
        assert_true(calcium != RK_EV_OK && ball != RK_EV_OK);
    r->known = known && power == RK_EV_OK && calcium == RK_EV_OK && ball == RK_EV_OK;
}

/* --- random numbers ------------------------------------------------------------------------- */

static void draw_rational(trial *t, number *x) {
    set_rational(x, rk_rng_between(&t->random, -4, 4), (ulong)rk_rng_between(&t->random, 1, 3));
}

static void times_root(trial *t, number *x, slong m) {
    number root;
    number_init(t, &root);
    set_rational(&root, m, 1);
    apply(&root, RK_FN_SQRT);
    combine(x, MUL, x, &root);
    number_clear(&root);
}

/* Roots, logarithms, exponentials of these, one of them nested. */
static void draw_mixed_leaf(trial *t, number *x) {
    static const rk_fn f[] = {RK_FN_SQRT, RK_FN_LOG, RK_FN_EXP, RK_FN_TANH};
    static const slong at[] = {2, 3, 4, 6, 8, 12};
    rk_fn first = f[rk_rng_below(&t->random, 4)];
    if (first == RK_FN_EXP || first == RK_FN_TANH)
        set_rational(x, rk_rng_between(&t->random, -2, 2), 1);
    else
        set_rational(x, at[rk_rng_below(&t->random, 6)], (ulong)rk_rng_between(&t->random, 1, 2));
    apply(x, first);
    if (rk_rng_below(&t->random, 4) == 0)
        apply(x, RK_FN_EXP);
}

static void draw_leaf(trial *t, number *x) {
    if (t->theme == WITH_ALL && rk_rng_below(&t->random, 3) > 0) {
        draw_mixed_leaf(t, x);
        return;
    }
    int64_t kind = rk_rng_between(&t->random, 0, 3);
    draw_rational(t, x);
    if (t->theme == WITH_E_AND_ROOT && kind == 1) {
        times_root(t, x, 8);
    } else if (t->theme == WITH_EXP_OF_ROOT && kind > 0) {
        times_root(t, x, 12);
        if (kind > 1)
            apply(x, RK_FN_EXP);
    } else if (t->theme == WITH_LOG && kind > 0) {
        static const slong power_of_b[] = {4, 8, 2, 16};
        bool below = rk_rng_below(&t->random, 2) != 0;
        slong b = power_of_b[rk_rng_below(&t->random, 4)];
        set_rational(x, below ? 1 : b, below ? (ulong)b : 1);
        apply(x, RK_FN_LOG);
        if (kind == 3)
            apply(x, RK_FN_EXP);
    } else if (t->theme <= WITH_E_AND_ROOT && kind > 1) {
        static const rk_fn f[] = {RK_FN_EXP, RK_FN_EXP, RK_FN_TANH, RK_FN_SIGMOID, RK_FN_SILU};
        apply(x, f[rk_rng_below(&t->random, 5)]);
    }
}

/* A random expression with so many operations. */
static void draw(trial *t, number *x, int operations) {
    draw_leaf(t, x);
    for (int i = 0; i < operations; i++) {
        number y;
        number_init(t, &y);
        draw_leaf(t, &y);
        combine(x, (int)rk_rng_below(&t->random, 4), x, &y);
        number_clear(&y);
    }
}

/* x := 0, written in a way that takes some algebra to see. */
static void draw_zero(trial *t, number *x) {
    number a, b, c, u;
    number *all[] = {&a, &b, &c, &u};
    for (size_t i = 0; i < 4; i++)
        number_init(t, all[i]);
    draw(t, &a, 2);
    draw(t, &b, 2);
    draw(t, &c, 1);
    switch (rk_rng_below(&t->random, 4)) {
    case 0: /* (a + b)*c - a*c - b*c */
        combine(x, ADD, &a, &b);
        combine(x, MUL, x, &c);
        combine(&u, MUL, &a, &c);
        combine(x, SUB, x, &u);
        combine(&u, MUL, &b, &c);
        break;
    case 1: /* (a/b)*(b/c) - a/c */
        combine(x, DIV, &a, &b);
        combine(&u, DIV, &b, &c);
        combine(x, MUL, x, &u);
        combine(&u, DIV, &a, &c);
        break;
    case 2: /* (a^2 - b^2)/(a - b) - (a + b) */
        combine(x, MUL, &a, &a);
        combine(&u, MUL, &b, &b);
        combine(x, SUB, x, &u);
        combine(&u, SUB, &a, &b);
        combine(x, DIV, x, &u);
        combine(&u, ADD, &a, &b);
        break;
    default: /* 1/a + 1/b - (a + b)/(a*b) */
        combine(x, ADD, &a, &b);
        combine(&u, MUL, &a, &b);
        combine(x, DIV, x, &u);
        set_rational(&u, 1, 1);
        combine(&c, DIV, &u, &a);
        combine(x, SUB, x, &c);
        combine(&u, DIV, &u, &b);
        break;
    }
    combine(x, SUB, x, &u);
    for (size_t i = 0; i < 4; i++)
        number_clear(all[i]);
}

/* --- agreement ------------------------------------------------------------------------------ */

static void assert_enclosed(const trial *t, const number *x) {
    arb_t value;
    arb_init(value);
    if (t->theme == WITH_ALL)
        rk_closed_ball(t->powers, value, x->power.entry);
    else
        rk_power_ball(t->powers, value, x->power.entry, BITS);
    assert_true(arb_overlaps(value, x->ball.entry));
    arb_clear(value);
}

/* Zero tests and signs agree; a zero is known to be one. */
static void assert_agree(const trial *t, const number *x, bool zero) {
    const rk_domain *d = t->powers;
    rk_tern mine = d->is_zero(d, x->power.entry), theirs = C->is_zero(C, x->calcium.entry);
    int sign, other;
    assert_true(rk_tern_known(mine));
    if (rk_tern_known(theirs))
        assert_int_equal(mine.v, theirs.v);
    if (zero)
        assert_true(rk_tern_true(mine));
    if (rk_tern_true(mine))
        assert_true(arb_contains_zero(x->ball.entry));
    assert_enclosed(t, x);
    assert_int_equal(d->sign(d, &sign, x->power.entry), RK_EV_OK);
    if (C->sign(C, &other, x->calcium.entry) == RK_EV_OK)
        assert_int_equal(sign, other);
}

static int run_trial(rk_rng *rng, theme about) {
    trial t = {.powers = about == WITH_ALL ? rk_domain_closed((slong)rk_rng_below(rng, 3))
                                           : rk_domain_power(),
               .theme = about};
    number x;
    bool zero = rk_rng_below(rng, 2) != 0;
    t.random = *rng;
    number_init(&t, &x);
    if (zero)
        draw_zero(&t, &x);
    else
        draw(&t, &x, about == WITH_ALL ? 2 : 4);
    if (x.known)
        assert_agree(&t, &x, zero);
    int seen = x.known;
    number_clear(&x);
    *rng = t.random;
    rk_domain_free(t.powers);
    return seen;
}

static void zero_tests_agree_with_calcium(void **state) {
    (void)state;
    rk_rng rng = test_rng(1, "zero tests");
    int trials = test_long() ? 20000 : 4000, seen = 0;
    for (int k = 0; k < trials; k++)
        seen += run_trial(&rng, (theme)(k % 4));
    print_message("# %d numbers known in every domain\n", seen);
    assert_true(seen > trials / 2);
}

static void closed_forms_agree_with_calcium(void **state) {
    (void)state;
    rk_rng rng = test_rng(5, "closed forms");
    int trials = test_long() ? 3000 : 400, seen = 0;
    for (int k = 0; k < trials; k++)
        seen += run_trial(&rng, WITH_ALL);
    print_message("# %d numbers known in every domain\n", seen);
    assert_true(seen > trials / 3);
}

/* --- roots and spectra ---------------------------------------------------------------------- */

/* sqrt(x^2) is abs(x), also where the root takes the place of the square. */
static void roots_of_squares(void **state) {
    (void)state;
    rk_rng rng = test_rng(6, "roots of squares");
    int trials = test_long() ? 20000 : 2000, seen = 0;
    for (int k = 0; k < trials; k++) {
        trial t = {.powers = rk_domain_power(), .random = rng, .theme = (theme)(k % 4)};
        number x, y;
        number_init(&t, &x);
        number_init(&t, &y);
        draw(&t, &x, 1);
        combine(&y, MUL, &x, &x);
        apply(&y, RK_FN_SQRT);
        apply(&x, RK_FN_ABS);
        combine(&y, SUB, &y, &x);
        if (y.known)
            assert_agree(&t, &y, true);
        seen += y.known;
        number_clear(&x);
        number_clear(&y);
        rng = t.random;
        rk_domain_free(t.powers);
    }
    print_message("# %d roots known in every domain\n", seen);
    assert_true(seen > trials / 3);
}

/* A symmetric matrix of two by two, with entries that may be equal. */
static void draw_symmetric(trial *t, rk_matrix *power, rk_matrix *ball, bool *known) {
    number x[3];
    for (int i = 0; i < 3; i++) {
        number_init(t, &x[i]);
        draw_leaf(t, &x[i]);
    }
    bool equal = rk_rng_below(&t->random, 2) != 0;
    *known = x[0].known && x[1].known && x[2].known;
    for (int i = 0; i < 4; i++) {
        const number *from = &x[i == 3 ? (equal ? 0 : 2) : i == 0 ? 0 : 1];
        power->domain->set(power->domain, rk_matrix_entry(power, i / 2, i % 2), from->power.entry);
        B->set(B, rk_matrix_entry(ball, i / 2, i % 2), from->ball.entry);
    }
    for (int i = 0; i < 3; i++)
        number_clear(&x[i]);
}

static bool spectrum_agrees(trial *t, const rk_matrix *power, const rk_matrix *ball, slong k,
                            bool eigen) {
    rk_matrix p, b;
    rk_ev ev = (eigen ? rk_matrix_eigen_modulus : rk_matrix_singular_value)(&p, power, k);
    rk_ev other = (eigen ? rk_matrix_eigen_modulus : rk_matrix_singular_value)(&b, ball, k);
    bool both = ev == RK_EV_OK && other == RK_EV_OK;
    if (both) {
        arb_t value;
        arb_init(value);
        rk_power_ball(t->powers, value, p.entry, BITS);
        assert_true(arb_overlaps(value, b.entry));
        arb_clear(value);
    }
    rk_matrix_clear(&p);
    rk_matrix_clear(&b);
    return both;
}

static void spectra_agree_with_balls(void **state) {
    (void)state;
    rk_rng rng = test_rng(7, "spectra");
    int trials = test_long() ? 5000 : 500, seen = 0;
    for (int k = 0; k < trials; k++) {
        trial t = {.powers = rk_domain_power(), .random = rng, .theme = (theme)(k % 4)};
        rk_matrix power, ball;
        bool known;
        rk_matrix_init(&power, t.powers, 2, 2);
        rk_matrix_init(&ball, B, 2, 2);
        draw_symmetric(&t, &power, &ball, &known);
        for (slong i = 0; i < 4 && known; i++)
            seen += spectrum_agrees(&t, &power, &ball, 1 + i / 2, i % 2 != 0);
        rk_matrix_clear(&power);
        rk_matrix_clear(&ball);
        rng = t.random;
        rk_domain_free(t.powers);
    }
    print_message("# %d values of spectra known in both\n", seen);
    assert_true(seen > trials / 2);
}

/* --- matrices ------------------------------------------------------------------------------- */

/* exp of small integers, rows repeated, summed and scaled by chance. */
static void draw_matrix(rk_rng *rng, rk_matrix *r, const rk_domain *d, slong rows, slong cols,
                        int64_t most) {
    fmpq_mat_t logits;
    rk_matrix a;
    slong kept = rk_rng_between(rng, 1, rows);
    fmpq_mat_init(logits, rows, cols);
    for (slong i = 0; i < rows; i++)
        for (slong j = 0; j < cols; j++)
            fmpq_set_si(fmpq_mat_entry(logits, i, j), rk_rng_between(rng, -most, most),
                        (ulong)rk_rng_between(rng, 1, 2));
    rk_matrix_set_fmpq_mat(&a, d, logits);
    assert_int_equal(rk_matrix_fn(r, RK_FN_EXP, &a), RK_EV_OK);
    for (slong i = kept; i < rows; i++)
        for (slong j = 0; j < cols; j++) /* a multiple of the first, plus the one before */
            d->add(d, rk_matrix_entry(r, i, j), rk_matrix_entry(r, i - 1, j),
                   rk_matrix_entry(r, 0, j));
    rk_matrix_clear(&a);
    fmpq_mat_clear(logits);
}

static void ranks_agree_with_calcium(void **state) {
    (void)state;
    rk_rng rng = test_rng(2, "ranks");
    int trials = test_long() ? 1000 : 150;
    for (int k = 0; k < trials; k++) {
        rk_domain *d = rk_domain_power();
        rk_matrix a, b;
        slong rows = rk_rng_between(&rng, 1, 4), cols = rk_rng_between(&rng, 1, 4);
        slong low[2], high[2];
        rk_rng again = rng;
        draw_matrix(&rng, &a, d, rows, cols, 2);
        draw_matrix(&again, &b, C, rows, cols, 2);
        assert_int_equal(rk_matrix_rank(&low[0], &high[0], &a), RK_EV_OK);
        assert_int_equal(low[0], high[0]);
        if (rk_matrix_rank(&low[1], &high[1], &b) == RK_EV_OK)
            assert_int_equal(low[0], low[1]);
        assert_in_range(low[0], low[1], high[1]);
        rk_matrix_clear(&a);
        rk_matrix_clear(&b);
        rk_domain_free(d);
    }
}

/* With roots among the entries: the same ranks, determinants and inverses by pairs. */
static void times_roots(rk_matrix *a, slong m) {
    const rk_domain *d = a->domain;
    rk_matrix root;
    fmpq_t x;
    fmpq_init(x);
    fmpq_set_si(x, m, 1);
    rk_matrix_init(&root, d, 1, 1);
    d->set_fmpq(d, root.entry, x);
    assert_int_equal(d->fn(d, RK_FN_SQRT, root.entry, root.entry), RK_EV_OK);
    for (slong i = 0; i < a->rows; i++)
        for (slong j = i; j < a->cols; j++) {
            d->mul(d, rk_matrix_entry(a, i, j), rk_matrix_entry(a, i, j), root.entry);
            if ((i + j) % 2)
                d->add(d, rk_matrix_entry(a, i, j), rk_matrix_entry(a, i, j),
                       rk_matrix_entry(a, 0, 0));
        }
    fmpq_clear(x);
    rk_matrix_clear(&root);
}

static void assert_product_is_one(const rk_matrix *a, const rk_matrix *b) {
    rk_matrix product, one;
    fmpq_mat_t q;
    rk_ev why;
    fmpq_mat_init(q, a->rows, a->cols);
    fmpq_mat_one(q);
    rk_matrix_set_fmpq_mat(&one, a->domain, q);
    rk_matrix_mul(&product, a, b);
    assert_true(rk_tern_true(rk_matrix_compare(RK_REL_EQ, &product, &one, &why)));
    rk_matrix_clear(&product);
    rk_matrix_clear(&one);
    fmpq_mat_clear(q);
}

/* The determinant is 0 exactly when the rank is not full, and else there is an inverse. */
static void inverses_and_determinants_fit_ranks(void **state) {
    (void)state;
    rk_rng rng = test_rng(3, "inverses");
    int trials = test_long() ? 600 : 90;
    for (int k = 0; k < trials; k++) {
        rk_domain *d = rk_domain_power();
        rk_matrix a, det, inverse;
        slong n = rk_rng_between(&rng, 1, 4), low, high;
        draw_matrix(&rng, &a, d, n, n, 2);
        if (k % 3 == 0)
            times_roots(&a, 2);
        assert_int_equal(rk_matrix_rank(&low, &high, &a), RK_EV_OK);
        assert_int_equal(rk_matrix_det(&det, &a), RK_EV_OK);
        assert_int_equal(rk_tern_true(d->is_zero(d, det.entry)), low < n);
        rk_ev ev = rk_matrix_inv(&inverse, &a);
        assert_int_equal(ev, low < n ? RK_EV_UNDEFINED : RK_EV_OK);
        if (ev == RK_EV_OK)
            assert_product_is_one(&a, &inverse);
        rk_matrix_clear(&a);
        rk_matrix_clear(&det);
        rk_matrix_clear(&inverse);
        rk_domain_free(d);
    }
}

/* --- what is known, and what is not --------------------------------------------------------- */

/* f of a rational, then g, in a fresh domain: the outcome of g, and the text of the value. */
static void assert_chain(const char *at, rk_fn f, rk_fn g, rk_ev want, const char *text) {
    rk_domain *d = rk_domain_power();
    rk_matrix a = matrix_of(d, at), once, twice;
    assert_int_equal(rk_matrix_fn(&once, f, &a), RK_EV_OK);
    assert_int_equal(rk_matrix_fn(&twice, g, &once), want);
    if (want == RK_EV_OK)
        assert_prints(&twice, text);
    else
        rk_matrix_clear(&twice);
    rk_matrix_clear(&a);
    rk_matrix_clear(&once);
    rk_domain_free(d);
}

static void functions_have_closed_forms(void **state) {
    (void)state;
    assert_chain("-1/2", RK_FN_EXP, RK_FN_LOG, RK_EV_OK, "[-1/2]");
    assert_chain("3", RK_FN_EXP, RK_FN_SQRT, RK_EV_OK, "[exp(3/2)]");
    assert_chain("1/8", RK_FN_LOG, RK_FN_EXP, RK_EV_OK, "[1/8]");
    assert_chain("1/8", RK_FN_LOG, RK_FN_RELU, RK_EV_OK, "[0]");
    assert_chain("1/8", RK_FN_LOG, RK_FN_ABS, RK_EV_OK, "[3*log(2)]");
    assert_chain("18", RK_FN_SQRT, RK_FN_EXP, RK_EV_OK, "[exp(3*sqrt(2))]");
    assert_chain("1/2", RK_FN_SQRT, RK_FN_EXP, RK_EV_OK, "[exp(sqrt(2)/2)]");
    assert_chain("1/2", RK_FN_SQRT, RK_FN_LOG, RK_EV_OK, "[-log(2)/2]");
    assert_chain("1/2", RK_FN_TANH, RK_FN_SIGN, RK_EV_OK, "[1]");
    assert_chain("2", RK_FN_SIGMOID, RK_FN_ABS, RK_EV_OK, "[exp(2)/(1 + exp(2))]");
    assert_chain("4/9", RK_FN_LOG, RK_FN_ABS, RK_EV_OK, "[2*log(3/2)]");
}

/* e^e, log(log(2)), sqrt(1 + sqrt(2)), ... : not here. */
static void what_is_not_known_escapes(void **state) {
    (void)state;
    assert_chain("1", RK_FN_EXP, RK_FN_EXP, RK_EV_ESCAPE, NULL);
    assert_chain("1/2", RK_FN_LOG, RK_FN_LOG, RK_EV_UNDEFINED, NULL);
    assert_chain("3", RK_FN_LOG, RK_FN_LOG, RK_EV_ESCAPE, NULL);
    assert_chain("2", RK_FN_LOG, RK_FN_SQRT, RK_EV_ESCAPE, NULL);
    assert_chain("1", RK_FN_SIGMOID, RK_FN_LOG, RK_EV_ESCAPE, NULL);
    assert_chain("1", RK_FN_TANH, RK_FN_EXP, RK_EV_ESCAPE, NULL);
    assert_chain("1", RK_FN_EXP, RK_FN_GELU, RK_EV_ESCAPE, NULL);
}

/* In one domain: log(2) beside e, log(3) beside log(2), e^sqrt(2) beside e, sqrt(3) beside
   sqrt(2). */
static void one_base_an_instance(void **state) {
    static const struct {
        rk_fn f, g;
        const char *x, *y;
    } pair[] = {{RK_FN_LOG, RK_FN_EXP, "2", "1"},
                {RK_FN_EXP, RK_FN_LOG, "1", "2"},
                {RK_FN_LOG, RK_FN_LOG, "2", "3"},
                {RK_FN_LOG, RK_FN_LOG, "6", "2"},
                {RK_FN_SQRT, RK_FN_SQRT, "2", "3"}};
    (void)state;
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        rk_domain *d = rk_domain_power();
        rk_matrix x = matrix_of(d, pair[i].x), y = matrix_of(d, pair[i].y), r;
        assert_int_equal(rk_matrix_fn(&r, pair[i].f, &x), RK_EV_OK);
        rk_matrix_clear(&r);
        assert_int_equal(rk_matrix_fn(&r, pair[i].g, &y), RK_EV_ESCAPE);
        rk_matrix_clear(&r);
        rk_matrix_clear(&x);
        rk_matrix_clear(&y);
        rk_domain_free(d);
    }
}

/* Large exponents are fine alone; sums that would take a million coefficients are lost, and
   nothing is said of them. */
static void large_exponents_end(void **state) {
    (void)state;
    rk_domain *d = rk_domain_power();
    rk_matrix a = matrix_of(d, "1000000 -1000000"), e, product, sum;
    int sign;
    assert_int_equal(rk_matrix_fn(&e, RK_FN_EXP, &a), RK_EV_OK);
    rk_matrix_init(&product, d, 1, 1);
    rk_matrix_init(&sum, d, 1, 1);
    d->mul(d, product.entry, rk_matrix_entry(&e, 0, 0), rk_matrix_entry(&e, 0, 1));
    d->add(d, sum.entry, rk_matrix_entry(&e, 0, 0), rk_matrix_entry(&e, 0, 1));
    assert_prints(&product, "[1]");
    assert_false(rk_tern_known(d->is_zero(d, sum.entry)));
    assert_int_equal(d->sign(d, &sign, sum.entry), RK_EV_ESCAPE);
    assert_int_equal(d->div(d, sum.entry, sum.entry, sum.entry), RK_EV_ESCAPE);
    rk_matrix_clear(&sum);
    rk_matrix_clear(&a);
    rk_matrix_clear(&e);
    rk_domain_free(d);
}

static void softmax_is_exact(void **state) {
    (void)state;
    rk_domain *d = rk_domain_power();
    assert_softmax(d, "0 1; 2 2", NULL, "[1/(1 + exp(1)), exp(1)/(1 + exp(1)); 1/2, 1/2]",
                   RK_EV_OK);
    assert_softmax(d, "0 5 1/2; 1 0 0", "1 0 1; 1 0 0",
                   "[1/(1 + exp(1/2)), 0, exp(1/2)/(1 + exp(1/2)); 1, 0, 0]", RK_EV_OK);
    assert_softmax(d, "0 1", "0 0", NULL, RK_EV_UNDEFINED);
    rk_domain_free(d);
}

/* --- instances ------------------------------------------------------------------------------ */

static void instances_hold(void **state) {
    static const char *const claim[] = {
        "exp(1)*exp(-1) == 1",
        "exp(1/2)^2 == exp(1)",
        "exp(exp(1)) != exp(1)",
        "exp(1) != 3*log(2)",
        "exp(log(2) + 1) == 2*exp(1)",
        "log(6) == log(2) + log(3)",
        "log(8)/log(2) == 3",
        "log(1/2) == -log(2)",
        "tanh(1/2) == (exp(1) - 1)/(exp(1) + 1)",
        "softmax([0, 1; 1, 0]) != [1/2, 1/2; 1/2, 1/2]",
        "softmax([log(2), log(6); 0, log(1/3)]) == [1/4, 3/4; 3/4, 1/4]",
        "softmax([0, log(3)/2]) == [1, sqrt(3)]/(1 + sqrt(3))",
        "rank(softmax([0, 1, 2; 1, 2, 3; 2, 1, 4])) == 2",
        "rank(exp([0, 1; 1, 2])) == 1",
        "rank(exp(sqrt(2)*[0, 1; 1, 2])) == 1",
        "det(exp([1, 2; 3, 4])) == 0",
        "det(exp([0, 1; 1, 1/2])) == exp(1/2) - exp(2)",
        "exp(1000000)*exp(-1000000) == 1",
        "exp(1000000) > 1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof claim / sizeof *claim; i++) {
        char clause[160];
        snprintf(clause, sizeof clause, "claim %s;", claim[i]);
        assert_closed(clause, "holds");
    }
    /* e/2 asks for a finer generator, after which nothing older means a thing */
    assert_closed("claim exp(exp(1) + exp(2)) == exp(exp(1))*exp(exp(2)); "
                  "claim exp(exp(1)/2)^2 == exp(exp(1)); "
                  "claim log(exp(exp(1))*exp(1)) == exp(1) + 1; "
                  "claim 1/(1 + exp(exp(1))) == softmax([exp(1), 2*exp(1)])[1, 1];",
                  "holds");
}

/* --- ranks seen through softmax ------------------------------------------------------------- */

static void draw_inputs(rk_rng *rng, point *p) {
    for (size_t i = 0; i < p->program->nslots; i++) {
        fmpq_mat_struct *m = &p->value.value[i];
        for (slong k = 0; k < m->r * m->c; k++)
            fmpq_set_si(m->entries + k, rk_rng_between(rng, -1, 1),
                        (ulong)rk_rng_between(rng, 1, 2));
    }
}

/* What is seen without softmax (on the left) is what elimination finds: a row of zeros hides the
   shape. */
static void ranks_seen_through_softmax(void **state) {
    static const char *const form[] = {
        "softmax(S)",
        "softmax(S, causal(n))*X",
        "exp(S)*X",
        "X - 2*softmax(S)*X*W",
        "[softmax(S)*X, ones(n, 1)]",
        "[softmax(S)*X*W + ones(n, 1)*X[1, :], X]",
        "(softmax(S/sqrt(2))*X)'",
        "softmax(S/(3*sqrt(8)) + sqrt(2)*S)*X + X",
        "softmax(log(3)*X*W*X')*X",
        "softmax(X*(log(1/2)*2)*X', causal(n))*X - X*W",
        "exp(log(4/9)*X*X')",
    };
    (void)state;
    rk_rng rng = test_rng(4, "ranks through softmax");
    int trials = test_long() ? 60 : 8;
    for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
        char text[400];
        snprintf(text, sizeof text,
                 "dim n in 1..9, d in 1..9; forall S : real[n, n], X : real[n, d], W : real[d, d]; "
                 "let A = %s; claim rank(A) == rank([A; zeros(1, cols(A))]);",
                 form[k]);
        for (int64_t n = 1; n <= 4; n++) {
            point p = point_at(text, (int64_t[]){n, 1 + n / 2});
            for (int t = 0; t < trials; t++) {
                draw_inputs(&rng, &p);
                assert_string_equal(point_status(&p), "holds");
            }
            point_free(&p);
        }
    }
}

/* Bounds from the way matrices are made are never below what enclosures show; tokens that are
   equal, collinear, or not told apart by W make them tight. */
static void assert_bounds(const point *p) {
    rk_domain *q = rk_domain_rational();
    rk_run over_q, over_balls;
    rk_run_init(&over_q, p->program, q);
    rk_run_init(&over_balls, p->program, B);
    rk_run_set_inputs(&over_q, &p->value);
    rk_run_set_inputs(&over_balls, &p->value);
    over_balls.earlier = &over_q;
    rk_run_compute(&over_q, p->program->claims[0]);
    rk_run_compute(&over_balls, p->program->claims[0]);
    for (unsigned i = 0; i < p->program->ninstr; i++) {
        const rk_instr *rank = &p->program->instr[i];
        slong low, high;
        if (rank->code != RK_P_RANK || over_balls.ev[rank->arg[0]] != RK_EV_OK ||
            over_balls.value[rank->arg[0]].domain == NULL)
            continue;
        rk_matrix_rank(&low, &high, &over_balls.value[rank->arg[0]]);
        assert_true(rk_step_rank_bound(&over_balls, rank->arg[0]) >= low);
    }
    rk_run_clear(&over_q);
    rk_run_clear(&over_balls);
    rk_domain_free(q);
}

static void bounds_from_the_way_matrices_are_made(void **state) {
    static const char *const form[] = {
        "softmax(Y*W*Y')*Y",
        "[softmax(Y*W*Y')*Y*W + ones(n, 1)*X[1, :], ones(n, 1)]",
        "[softmax(Y*Y', causal(n))*Y, Y]",
        "Y - tanh(Y*W)",
        "[ones(n, 2), ones(n, 1)*X[n, :] - softmax(Y*W)*W]",
        "[softmax(Y*Y')*Y, softmax(Y*Y')*X, softmax(Y*Y')]",
        "(softmax(Y*W*Y')*(Y + X))'*Y",
        "[exp(Y), Y].*[exp(X), ones(n, d)]",
        "[tanh(Y'); X'*2; ones(1, n)]",
        "layernorm(Y, ones(d, 1), X[1, :]', 1)",
        "kron(Y, X)",
    };
    (void)state;
    rk_rng rng = test_rng(6, "bounds of ranks");
    int trials = test_long() ? 200 : 25;
    for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
        char text[400];
        snprintf(text, sizeof text,
                 "dim n in 1..9, d in 1..9; forall X : real[n, d], W : real[d, d]; "
                 "let Y = softmax(X*W*X')*X; claim rank(%s) == 1;",
                 form[k]);
        for (int64_t n = 2; n <= 4; n++) {
            point p = point_at(text, (int64_t[]){n, 1 + n / 2});
            for (int t = 0; t < trials; t++) {
                draw_inputs(&rng, &p);
                assert_bounds(&p);
            }
            point_free(&p);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_tests_agree_with_calcium),
        cmocka_unit_test(closed_forms_agree_with_calcium),
        cmocka_unit_test(roots_of_squares),
        cmocka_unit_test(spectra_agree_with_balls),
        cmocka_unit_test(ranks_agree_with_calcium),
        cmocka_unit_test(inverses_and_determinants_fit_ranks),
        cmocka_unit_test(functions_have_closed_forms),
        cmocka_unit_test(what_is_not_known_escapes),
        cmocka_unit_test(one_base_an_instance),
        cmocka_unit_test(large_exponents_end),
        cmocka_unit_test(softmax_is_exact),
        cmocka_unit_test(instances_hold),
        cmocka_unit_test(ranks_seen_through_softmax),
        cmocka_unit_test(bounds_from_the_way_matrices_are_made),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
