#include "rk_statistics.h"

#include <math.h>
#include <string.h>

#include "domain/rk_matrix.h"
#include "eval/rk_run.h"
#include "rk_confidence.h"
#include "rk_range.h"
#include "rk_sampling.h"

enum { BITS = 128 };

/* --- the tests of a theorem ------------------------------------------------------------------- */

static bool is_statistic(const rk_term *t, rk_statistic *which) {
    *which = t->op == RK_T_PROB   ? RK_STAT_PROB
             : t->op == RK_T_MEAN ? RK_STAT_MEAN
                                  : RK_STAT_VARIANCE;
    return t->op == RK_T_PROB || t->op == RK_T_MEAN || t->op == RK_T_VARIANCE;
}

static rk_cmp mirrored(rk_cmp cmp) {
    switch (cmp) {
    case RK_LT:
        return RK_GT;
    case RK_LE:
        return RK_GE;
    case RK_GT:
        return RK_LT;
    case RK_GE:
        return RK_LE;
    default:
        return cmp;
    }
}

static void add_tests(const rk_term *t, rk_test *tests, size_t *n) {
    for (size_t i = 0; t->op == RK_T_AND && i < t->nkids; i++)
        add_tests(t->kid[i], tests, n);
    if (t->op != RK_T_COMPARE)
        return;
    rk_test *test = &tests[(*n)++];
    bool left = is_statistic(t->kid[0], &test->statistic);
    if (!left)
        is_statistic(t->kid[1], &test->statistic);
    test->inside = t->kid[!left]->kid[0];
    test->number = t->kid[left];
    test->cmp = left ? t->cmp : mirrored(t->cmp);
    test->span = t->span;
}

const rk_test *rk_statistic_tests(const rk_checked *checked, rk_arena *arena, size_t *n) {
    rk_test *tests = rk_arena_alloc(arena, (checked->nterms + 1) * sizeof *tests);
    *n = 0;
    for (size_t i = 0; i < checked->nclaims; i++)
        add_tests(checked->claims[i], tests, n);
    return tests;
}

/* --- at given dimensions ---------------------------------------------------------------------- */

typedef struct statistics {
    const rk_checked *checked;
    const rk_statistics_options *options;
    const rk_test *tests;
    size_t n;
    rk_program *program;
    unsigned *inside, *number, *param; /* instructions; two parameters a variable */
    rk_distribution *inputs;           /* one a slot */
    rk_range *ranges;
    rk_domain *balls;
    rk_run run; /* of what has no variables */
    arb_t level;
} statistics;

static rk_build_status build(statistics *s, const int64_t *dims) {
    size_t nvars = s->checked->nvars, n = 0, total = 2 * s->n + 2 * nvars;
    const rk_term **terms = rk_calloc(total + 1, sizeof *terms);
    unsigned *roots = rk_calloc(total + 1, sizeof *roots);
    s->param = rk_calloc(2 * nvars + 1, sizeof *s->param);
    for (size_t i = 0; i < s->n; i++) {
        terms[n++] = s->tests[i].inside;
        terms[n++] = s->tests[i].number;
    }
    for (size_t i = 0; i < 2 * nvars; i++)
        if (s->checked->vars[i / 2].param[i % 2] != NULL)
            terms[n++] = s->checked->vars[i / 2].param[i % 2];
    rk_build_status built = rk_program_build_terms(s->checked, dims, terms, n, roots, &s->program);
    n = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->inside[i] = roots[n++];
        s->number[i] = roots[n++];
    }
    for (size_t i = 0; i < 2 * nvars; i++)
        if (s->checked->vars[i / 2].param[i % 2] != NULL)
            s->param[i] = roots[n++];
    rk_free(terms);
    rk_free(roots);
    return built;
}

/* The value of a number without variables; false when it is not known, or undefined. */
static bool number_at(statistics *s, unsigned instr, arb_t x) {
    if (rk_run_compute(&s->run, instr) != RK_EV_OK)
        return false;
    arb_set(x, s->run.value[instr].entry);
    return arb_is_finite(x);
}

/* The nearest double; of an end of an interval, the double on the inner side. */
static double parameter(const arb_t x, arf_rnd_t rounding) {
    arf_t end;
    arf_init(end);
    if (rounding == ARF_RND_CEIL)
        arb_get_ubound_arf(end, x, BITS);
    else if (rounding == ARF_RND_FLOOR)
        arb_get_lbound_arf(end, x, BITS);
    else
        arf_set(end, arb_midref(x));
    double d = arf_get_d(end, rounding);
    arf_clear(end);
    return d;
}

static bool read_parameters(statistics *s, size_t v, rk_distribution *d) {
    arb_t a, b;
    if (d->set == RK_SET_HAAR)
        return true;
    arb_init(a);
    arb_init(b);
    bool good = number_at(s, s->param[2 * v], a) && number_at(s, s->param[2 * v + 1], b);
    bool uniform = d->set == RK_SET_UNIFORM;
    d->param[0] = parameter(a, uniform ? ARF_RND_CEIL : ARF_RND_NEAR);
    d->param[1] = parameter(b, uniform ? ARF_RND_FLOOR : ARF_RND_NEAR);
    good = good && isfinite(d->param[0]) && isfinite(d->param[1]) &&
           (d->param[0] != 0 || arb_is_zero(a)) && (d->param[1] != 0 || arb_is_zero(b)) &&
           (uniform ? arb_le(a, b) && d->param[0] <= d->param[1] : arb_is_nonnegative(b));
    arb_clear(a);
    arb_clear(b);
    return good;
}

static bool read_inputs(statistics *s) {
    bool good = true;
    for (size_t i = 0; i < s->program->nslots; i++) {
        const rk_slot *slot = &s->program->slots[i];
        s->inputs[i] = (rk_distribution){.set = slot->set, .rows = slot->rows, .cols = slot->cols};
        good = read_parameters(s, slot->var, &s->inputs[i]) && good;
    }
    return good;
}

/* --- the number of draws ---------------------------------------------------------------------- */

#define WORK 2e8
enum { LEAST_DRAWS = 30, MOST_DRAWS = 10000, MOST_SAMPLES = 1 << 24 };

static uint64_t draws_for(double cost, double work) {
    double n = (work > 0 ? work : WORK) / cost;
    return n < LEAST_DRAWS ? LEAST_DRAWS : n > MOST_DRAWS ? MOST_DRAWS : (uint64_t)n;
}

/* --- one test --------------------------------------------------------------------------------- */

typedef enum direction {
    BELOW,
    ABOVE
} direction; /* of the statistic: at most, at least the number */

/* Can it be said, with these draws, that the statistic lies on this side of the number? */
typedef rk_tern sayer(void *self, direction side, bool strict);

static rk_test_status judge(rk_cmp cmp, sayer *say, void *self) {
    bool supported = false, unsupported = false;
    switch (cmp) {
    case RK_GE:
    case RK_GT:
        supported = rk_tern_true(say(self, ABOVE, cmp == RK_GT));
        unsupported = rk_tern_true(say(self, BELOW, cmp == RK_GE));
        break;
    case RK_LE:
    case RK_LT:
        supported = rk_tern_true(say(self, BELOW, cmp == RK_LT));
        unsupported = rk_tern_true(say(self, ABOVE, cmp == RK_LE));
        break;
    default: /* an equality cannot be supported, nor its negation be shown wrong */
        supported = rk_tern_true(say(self, ABOVE, true)) || rk_tern_true(say(self, BELOW, true));
        if (cmp == RK_EQ) {
            unsupported = supported;
            supported = false;
        }
    }
    return supported ? RK_TEST_SUPPORTED : unsupported ? RK_TEST_UNSUPPORTED : RK_TEST_CLOSE;
}

typedef struct proportion {
    uint64_t sure, open, n; /* sure <= successes <= sure + open */
    arb_srcptr number, level;
} proportion;

static rk_tern say_proportion(void *self, direction side, bool strict) {
    proportion *p = self;
    if (side == ABOVE)
        return rk_binomial_at_least(p->sure, p->n, p->number, strict, p->level);
    return rk_binomial_at_most(p->sure + p->open, p->n, p->number, strict, p->level);
}

static void count_samples(rk_test_result *r, const rk_sample *samples, size_t stride,
                          uint64_t *sure) {
    *sure = 0;
    for (uint64_t k = 0; k < r->draws; k++) {
        rk_outcome o = samples[k * stride].outcome;
        r->passed += o == RK_DRAW_PASSED;
        r->open += o == RK_DRAW_OPEN;
        *sure += o == RK_DRAW_TRUE;
    }
    r->counted = r->draws - r->passed;
}

static void test_proportion(rk_test_result *r, rk_cmp cmp, uint64_t sure, arb_srcptr number,
                            arb_srcptr level) {
    proportion p = {sure, r->open, r->counted, number, level}, without;
    double unused;
    without = p;
    without.open = 0;
    without.n = r->counted - r->open;
    r->status = judge(cmp, say_proportion, &p);
    if (r->status == RK_TEST_CLOSE && r->open > 0 &&
        (without.n == 0 || judge(cmp, say_proportion, &without) != RK_TEST_CLOSE))
        r->status = RK_TEST_OPEN;
    rk_binomial_bounds(&r->low, &unused, sure, r->counted, level);
    rk_binomial_bounds(&unused, &r->high, sure + r->open, r->counted, level);
    r->estimate = ((double)sure + (double)r->open / 2) / (double)r->counted;
}

/* --- means and variances ---------------------------------------------------------------------- */

/* Numbers in [least, most] moved to [0, width]. What is open, or has an end beyond, counts as the
   end that speaks against the bound: `low` for the lower one, `high` for the upper one. These are
   numbers of independent draws too, and on their side of the true ones. */
typedef struct shifted {
    double *low, *high;
    size_t n;
    arb_t width;
} shifted;

static double clamp(double x, double width) {
    return fmin(width, fmax(0, x));
}

static void shifted_init(shifted *s, const rk_test_result *r, const rk_sample *samples,
                         size_t stride) {
    double width = nextafter(r->most - r->least, INFINITY);
    s->n = 0;
    s->low = rk_malloc((size_t)(r->counted + 1) * sizeof *s->low);
    s->high = rk_malloc((size_t)(r->counted + 1) * sizeof *s->high);
    arb_init(s->width);
    arb_set_d(s->width, width);
    for (uint64_t k = 0; k < r->draws; k++) {
        const rk_sample *x = &samples[k * stride];
        bool open = x->outcome == RK_DRAW_OPEN;
        if (x->outcome == RK_DRAW_PASSED)
            continue;
        s->low[s->n] = open ? 0 : clamp(nextafter(x->low - r->least, -INFINITY), width);
        s->high[s->n++] = open ? width : clamp(nextafter(x->high - r->least, INFINITY), width);
    }
}

static void shifted_clear(shifted *s) {
    rk_free(s->low);
    rk_free(s->high);
    arb_clear(s->width);
}

typedef struct enclosed { /* the statistic lies between, each end at the level */
    arb_t low, high, number;
} enclosed;

static void enclosed_init(enclosed *e) {
    arb_init(e->low);
    arb_init(e->high);
    arb_init(e->number);
}

static void enclosed_clear(enclosed *e) {
    arb_clear(e->low);
    arb_clear(e->high);
    arb_clear(e->number);
}

static rk_tern say_enclosed(void *self, direction side, bool strict) {
    enclosed *e = self;
    if (side == ABOVE)
        return rk_tern_of(strict ? arb_gt(e->low, e->number) : arb_ge(e->low, e->number));
    return rk_tern_of(strict ? arb_lt(e->high, e->number) : arb_le(e->high, e->number));
}

/* end := the sample mean of x, in [0, width], less (`upper`: plus) what the level asks for. */
static void mean_end(arb_t end, const double *x, size_t n, const arb_t width, bool upper,
                     const arb_t level) {
    rk_moments m;
    rk_moments_init(&m, x, n);
    rk_mean_slack(end, &m, width, level);
    if (!upper)
        arb_neg(end, end);
    arb_add(end, end, m.mean, BITS);
    rk_moments_clear(&m);
}

/* The mean lies within the bounds of the expression whatever was drawn. */
static void enclose_mean(enclosed *e, const shifted *s, double least, double most,
                         const arb_t level) {
    arb_t t;
    arb_init(t);
    arb_set_d(t, least);
    mean_end(e->low, s->low, s->n, s->width, false, level);
    mean_end(e->high, s->high, s->n, s->width, true, level);
    arb_add(e->low, e->low, t, BITS);
    arb_add(e->high, e->high, t, BITS);
    arb_max(e->low, e->low, t, BITS);
    arb_set_d(t, most);
    arb_min(e->high, e->high, t, BITS);
    arb_clear(t);
}

/* Squares of the distances from c of the draws from `first` on, rounded outwards. */
static void squares(double *low, double *high, const shifted *s, size_t first, double c) {
    for (size_t i = first; i < s->n; i++) {
        double a = s->low[i] - c, b = s->high[i] - c;
        double least = a > 0 ? a : b < 0 ? -b : 0, most = fmax(fabs(a), fabs(b));
        low[i - first] = fmax(0, least * least * (1 - 1e-15) - 1e-300);
        high[i - first] = most * most * (1 + 1e-15) + 1e-300;
    }
}

/* t := the square of the largest distance from c that the mean may have. */
static void bias_square(arb_t t, const shifted *s, size_t first, double c, const arb_t level) {
    arb_t low, high;
    arb_init(low);
    arb_init(high);
    arb_set_d(t, c);
    mean_end(low, s->low + first, s->n - first, s->width, false, level);
    mean_end(high, s->high + first, s->n - first, s->width, true, level);
    arb_sub(low, t, low, BITS);
    arb_sub(high, high, t, BITS);
    arb_max(t, low, high, BITS);
    arb_nonnegative_part(t, t);
    arb_sqr(t, t, BITS);
    arb_clear(low);
    arb_clear(high);
}

static double mean_of_first(const shifted *s, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += s->low[i] / 2 + s->high[i] / 2;
    return n > 0 ? sum / (double)n : 0;
}

/* var(x) = E (x - c)^2 - (E x - c)^2 for any c. The first half of the draws chooses c near the
   mean; the second half bounds the mean of the square, a bounded number too, and the distance. */
static void enclose_variance(enclosed *e, const shifted *s, const arb_t level) {
    size_t half = s->n / 2, rest = s->n - half;
    double c = mean_of_first(s, half), *low = rk_malloc((2 * rest + 1) * sizeof *low);
    arb_t width, part, bias;
    arb_init(width);
    arb_init(part);
    arb_init(bias);
    squares(low, low + rest, s, half, c);
    double far = fmax(c, arf_get_d(arb_midref(s->width), ARF_RND_UP) - c);
    arb_set_d(width, far * far * (1 + 1e-14) + 2e-300);
    mean_end(e->high, low + rest, rest, width, true, level);
    arb_mul_2exp_si(part, level, -1);
    mean_end(e->low, low, rest, width, false, part);
    arb_mul_2exp_si(part, part, -1);
    bias_square(bias, s, half, c, part);
    arb_sub(e->low, e->low, bias, BITS);
    arb_nonnegative_part(e->low, e->low);
    arb_clear(width);
    arb_clear(part);
    arb_clear(bias);
    rk_free(low);
}

static double end_of(const arb_t x, bool upper) {
    return parameter(x, upper ? ARF_RND_CEIL : ARF_RND_FLOOR);
}

static double sample_variance(const shifted *s) {
    double mean = mean_of_first(s, s->n), sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += (s->low[i] - mean) * (s->low[i] - mean);
    return s->n > 1 ? sum / (double)(s->n - 1) : 0;
}

static void test_moment(rk_test_result *r, const rk_test *test, const rk_sample *samples,
                        size_t stride, arb_srcptr number, arb_srcptr level) {
    shifted s;
    enclosed e;
    shifted_init(&s, r, samples, stride);
    enclosed_init(&e);
    arb_set(e.number, number);
    if (test->statistic == RK_STAT_MEAN) {
        enclose_mean(&e, &s, r->least, r->most, level);
        r->estimate = r->least + mean_of_first(&s, s.n);
    } else {
        enclose_variance(&e, &s, level);
        r->estimate = sample_variance(&s);
    }
    r->status = judge(test->cmp, say_enclosed, &e);
    if (r->status == RK_TEST_CLOSE && r->open > 0)
        r->status = RK_TEST_OPEN;
    r->low = end_of(e.low, false);
    r->high = end_of(e.high, true);
    shifted_clear(&s);
    enclosed_clear(&e);
}

/* --- all tests -------------------------------------------------------------------------------- */

/* An equality speaks by either bound, which share its level. */
static void level_of(arb_t level, const statistics *s, const rk_test *test) {
    arb_set(level, s->level);
    if (test->cmp == RK_EQ || test->cmp == RK_NE)
        arb_mul_2exp_si(level, level, -1);
}

static void decide(statistics *s, size_t i, const rk_sample *samples, rk_test_result *r) {
    const rk_test *test = &s->tests[i];
    arb_t number, level;
    uint64_t sure;
    arb_init(number);
    arb_init(level);
    level_of(level, s, test);
    count_samples(r, samples + i, s->n, &sure);
    if (r->counted == 0)
        r->status = RK_TEST_NO_INSTANCE;
    else if (!number_at(s, s->number[i], number))
        r->status = RK_TEST_PARAMETERS;
    else if (test->statistic == RK_STAT_PROB)
        test_proportion(r, test->cmp, sure, number, level);
    else
        test_moment(r, test, samples + i, s->n, number, level);
    arb_clear(number);
    arb_clear(level);
}

static bool bounded(const statistics *s, size_t i, rk_test_result *r) {
    if (s->tests[i].statistic == RK_STAT_PROB)
        return true;
    r->least = s->ranges[s->inside[i]].low;
    r->most = s->ranges[s->inside[i]].high;
    return isfinite(r->least) && isfinite(r->most);
}

static void set_all(statistics *s, rk_test_result *results, rk_test_status status) {
    for (size_t i = 0; i < s->n; i++)
        results[i].status = status;
}

static void sample_and_decide(statistics *s, rk_test_result *results) {
    rk_sampling d = {.program = s->program,
                     .inputs = s->inputs,
                     .root = s->inside,
                     .nroots = s->n,
                     .seed = s->options->seed,
                     .stream = s->options->stream,
                     .threads = s->options->threads,
                     .deadline = s->options->deadline,
                     .interrupted = s->options->interrupted,
                     .self = s->options->self};
    d.draws = s->options->draws > 0 ? s->options->draws
                                    : draws_for(rk_sampling_cost(&d), s->options->work);
    d.draws = d.draws < MOST_SAMPLES / s->n ? d.draws : MOST_SAMPLES / s->n;
    rk_sample *samples = rk_calloc((size_t)d.draws * s->n + 1, sizeof *samples);
    bool whole = rk_sampling_run(&d, samples);
    for (size_t i = 0; i < s->n; i++) {
        results[i].draws = d.draws;
        if (!whole)
            results[i].status = RK_TEST_LATE;
        else if (!bounded(s, i, &results[i]))
            results[i].status = RK_TEST_UNBOUNDED;
        else
            decide(s, i, samples, &results[i]);
    }
    rk_free(samples);
}

static void run_built(statistics *s, rk_test_result *results) {
    size_t nslots = s->program->nslots;
    s->inputs = rk_calloc(nslots + 1, sizeof *s->inputs);
    s->ranges = rk_calloc(s->program->ninstr + 1, sizeof *s->ranges);
    s->balls = rk_domain_ball(BITS);
    rk_run_init(&s->run, s->program, s->balls);
    if (!read_inputs(s)) {
        set_all(s, results, RK_TEST_PARAMETERS);
    } else {
        rk_ranges(s->program, s->inputs, s->ranges);
        sample_and_decide(s, results);
    }
    rk_run_clear(&s->run);
    rk_domain_free(s->balls);
    rk_free(s->inputs);
    rk_free(s->ranges);
}

rk_build_status rk_statistics_run(const rk_checked *checked, const int64_t *dims,
                                  const rk_test *tests, size_t n,
                                  const rk_statistics_options *options, rk_test_result *results) {
    statistics s = {.checked = checked, .options = options, .tests = tests, .n = n};
    memset(results, 0, n * sizeof *results);
    s.inside = rk_calloc(n + 1, sizeof *s.inside);
    s.number = rk_calloc(n + 1, sizeof *s.number);
    arb_init(s.level);
    arb_set_d(s.level, options->level);
    rk_build_status built = build(&s, dims);
    if (built == RK_BUILD_OK)
        run_built(&s, results);
    else
        set_all(&s, results, RK_TEST_LARGE);
    rk_program_free(s.program);
    rk_free(s.inside);
    rk_free(s.number);
    rk_free(s.param);
    arb_clear(s.level);
    return built;
}
