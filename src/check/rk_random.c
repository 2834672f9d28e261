/* Random theorems: which dimensions are drawn at, and the verdict that the bounds allow.
   `supported` needs every bound at every allowed choice of dimensions; `unsupported` one bound on
   the other side. The level is shared evenly by all tests at all choices, which are fixed
   beforehand. */
#include "check_inside.h"

#include <math.h>
#include <string.h>

#include "stats/rk_statistics.h"

/* With what probability any verdict of a theorem may be wrong. */
#define LEVEL 0.001
#define LEVEL_TEXT "0.999"

enum {
    FINITE_DRAWN = 64, /* choices of dimensions beyond which finite theorems are not drawn whole */
    OPEN_DRAWN = 12    /* and at how many open ones are looked at */
};
static const double WORK = 2e8; /* operations, at all choices together */

typedef struct drawing {
    job *job;
    const rk_test *tests;
    size_t ntests;
    int64_t **dims;
    size_t ndims;
    bool whole; /* these are all choices that are allowed */
    rk_test_result *result;
    rk_buf story;
    size_t said, worst_dims;
    const rk_test *worst; /* what kept the theorem from being supported, and where */
    rk_test_result worst_result;
} drawing;

/* --- choices of dimensions -------------------------------------------------------------------- */

static bool is_allowed_choice(const job *j, const int64_t *dims) {
    rk_program *p = NULL;
    rk_build_status built = rk_program_build(j->checked, dims, NULL, &p);
    rk_program_free(p);
    return built != RK_BUILD_NOT_ALLOWED;
}

static void choose_dims(drawing *d) {
    job *j = d->job;
    size_t cap = j->finite ? FINITE_DRAWN : OPEN_DRAWN, n = j->checked->ndims + 1;
    int64_t *dims = rk_arena_alloc(j->arena, n * sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(j->checked, j->finite ? 0 : j->max_dim);
    d->dims = rk_arena_alloc(j->arena, cap * sizeof *d->dims);
    d->whole = j->finite;
    while (rk_dims_next(it, dims)) {
        if (!is_allowed_choice(j, dims))
            continue;
        if (d->ndims == cap) {
            d->whole = false;
            break;
        }
        d->dims[d->ndims++] = dims;
        dims = rk_arena_alloc(j->arena, n * sizeof *dims);
    }
    d->whole = d->whole && !rk_dims_gave_up(it);
    rk_dims_iter_free(it);
}

/* --- the story -------------------------------------------------------------------------------- */

/* The text of a claim, on one line and not too long. */
static const char *source_of(const rk_span span, rk_arena *arena) {
    size_t n = span.end - span.begin;
    bool cut = n > 60;
    if (span.source == NULL)
        return "the claim";
    char *text = rk_arena_printf(arena, "%.*s%s", (int)(cut ? 60 : n),
                                 span.source->text + span.begin, cut ? "..." : "");
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\t' || *c == '\r')
            *c = ' ';
    return text;
}

static void put_dims(rk_buf *out, const rk_checked *c, const int64_t *dims) {
    for (size_t i = 0; i < c->ndims; i++)
        rk_buf_printf(out, "%s%s=%lld", i > 0 ? " " : "", c->dims[i].name, (long long)dims[i]);
    if (c->ndims > 0)
        rk_buf_puts(out, ": ");
}

static bool has_bounds(const rk_test_result *r) {
    return r->status == RK_TEST_SUPPORTED || r->status == RK_TEST_UNSUPPORTED ||
           r->status == RK_TEST_CLOSE || r->status == RK_TEST_OPEN;
}

/* Six digits, rounded outwards. */
static double outwards(double x, bool upper) {
    if (fabs(x) < 1e-200 || !isfinite(x))
        return isfinite(x) ? 0 : x;
    double unit = pow(10, floor(log10(fabs(x))) - 5);
    return (upper ? ceil(x / unit) : floor(x / unit)) * unit;
}

static const char *bounds_text(const job *j, const rk_test *t, const rk_test_result *r) {
    static const char *const names[] = {"prob", "mean", "var"};
    return rk_arena_printf(j->arena, "%s %.6g, within %.6g .. %.6g", names[t->statistic],
                           r->estimate, outwards(r->low, false), outwards(r->high, true));
}

static void tell(drawing *d, const int64_t *dims, const rk_test *t, const rk_test_result *r) {
    if (!has_bounds(r))
        return;
    if (d->said++ > 0)
        rk_buf_puts(&d->story, "; ");
    put_dims(&d->story, d->job->checked, dims);
    rk_buf_printf(&d->story, "'%s' by %llu draws: %s", source_of(t->span, d->job->arena),
                  (unsigned long long)r->draws, bounds_text(d->job, t, r));
}

/* --- what kept it ----------------------------------------------------------------------------- */

static bool worse(rk_test_status a, rk_test_status b) {
    if ((a == RK_TEST_UNSUPPORTED) != (b == RK_TEST_UNSUPPORTED))
        return a == RK_TEST_UNSUPPORTED;
    return a > b;
}

static void take(drawing *d, size_t choice, size_t i) {
    const rk_test_result *r = &d->result[i];
    tell(d, d->dims[choice], &d->tests[i], r);
    if (d->worst == NULL || worse(r->status, d->worst_result.status)) {
        d->worst = &d->tests[i];
        d->worst_result = *r;
        d->worst_dims = choice;
    }
}

/* All tests look at the same draws, and at each draw some may be open or passed over. */
static void count_draws(drawing *d) {
    uint64_t passed = 0, open = 0, draws = 0;
    for (size_t i = 0; i < d->ntests; i++) {
        passed = d->result[i].passed > passed ? d->result[i].passed : passed;
        open = d->result[i].open > open ? d->result[i].open : open;
        draws = d->result[i].draws;
    }
    d->job->trials += draws;
    d->job->undefined += passed;
    d->job->unknown += open;
    d->job->held += draws > passed + open ? draws - passed - open : 0;
}

static const char *where(const drawing *d) {
    rk_buf b;
    rk_buf_init(&b);
    put_dims(&b, d->job->checked, d->dims[d->worst_dims]);
    rk_buf_printf(&b, "'%s'", source_of(d->worst->span, d->job->arena));
    const char *text = rk_arena_strdup(d->job->arena, b.text);
    rk_buf_clear(&b);
    return text;
}

static void undecided(job *j, rk_reason reason, const char *advice) {
    j->said = RK_UNDECIDED;
    j->reason = reason;
    j->advice = advice;
}

static void not_supported(drawing *d) {
    job *j = d->job;
    const char *at = where(d);
    switch (d->worst_result.status) {
    case RK_TEST_CLOSE:
        undecided(j, RK_REASON_BUDGET,
                  rk_arena_printf(j->arena, "%s is not settled: %s; more draws with --samples", at,
                                  bounds_text(j, d->worst, &d->worst_result)));
        return;
    case RK_TEST_OPEN:
        undecided(j, RK_REASON_PRECISION,
                  rk_arena_printf(j->arena, "%s: %llu of %llu draws could not be told", at,
                                  (unsigned long long)d->worst_result.open,
                                  (unsigned long long)d->worst_result.draws));
        return;
    case RK_TEST_UNBOUNDED:
        undecided(j, RK_REASON_CONSTRUCT,
                  rk_arena_printf(j->arena,
                                  "%s: no bounds of the expression are known, and draws alone say "
                                  "nothing about the mean of what may have heavy tails; claim "
                                  "prob(...) instead",
                                  at));
        return;
    case RK_TEST_NO_INSTANCE:
        undecided(j, RK_REASON_NO_INSTANCE,
                  rk_arena_printf(j->arena,
                                  "%s: no draw satisfies the hypotheses with everything defined",
                                  at));
        return;
    case RK_TEST_PARAMETERS:
        undecided(j, RK_REASON_CONSTRUCT,
                  rk_arena_printf(j->arena,
                                  "%s: a parameter is undefined, no finite number, a negative "
                                  "deviation, or an empty interval",
                                  at));
        return;
    case RK_TEST_LATE:
        undecided(j, RK_REASON_BUDGET,
                  rk_arena_printf(j->arena,
                                  "%s: %llu draws take longer than --time-limit allows; fewer "
                                  "with --samples",
                                  at, (unsigned long long)d->worst_result.draws));
        return;
    default:
        undecided(j, RK_REASON_BUDGET, rk_arena_printf(j->arena, "%s: too large to be drawn", at));
        return;
    }
}

static void conclude(drawing *d) {
    job *j = d->job;
    if (d->worst == NULL) {
        undecided(j, RK_REASON_NO_INSTANCE, "no choice of dimensions was drawn at");
    } else if (d->worst_result.status == RK_TEST_UNSUPPORTED) {
        j->said = RK_UNSUPPORTED;
        j->point_dims = d->dims[d->worst_dims];
    } else if (d->worst_result.status != RK_TEST_SUPPORTED) {
        not_supported(d);
    } else if (!d->whole) {
        undecided(j, RK_REASON_BUDGET,
                  rk_arena_printf(j->arena,
                                  "all bounds are on the claimed side at %zu choices of "
                                  "dimensions, but these are not all; state fewer",
                                  d->ndims));
    } else {
        j->said = RK_SUPPORTED;
    }
}

static void describe(drawing *d) {
    job *j = d->job;
    size_t bounds = d->ntests * d->ndims;
    if (d->worst != NULL && has_bounds(&d->worst_result))
        j->method = rk_arena_printf(j->arena, "%llu draws, level %s: %s",
                                    (unsigned long long)d->worst_result.draws, LEVEL_TEXT,
                                    bounds_text(j, d->worst, &d->worst_result));
    if (d->said > 0)
        j->result->drawn = rk_arena_strdup(j->arena, d->story.text);
    j->result->level = rk_arena_printf(
        j->arena, "%s for %s, %llu draws", LEVEL_TEXT,
        bounds == 1 ? "one bound" : rk_arena_printf(j->arena, "all %zu bounds together", bounds),
        (unsigned long long)j->trials);
}

static bool interrupted(void *self) {
    const job *j = self;
    return j->options->interrupted != NULL && j->options->interrupted(j->options->self) != 0;
}

void rk_job_random(job *j, uint64_t draws) {
    drawing d = {.job = j};
    rk_buf_init(&d.story);
    d.tests = rk_statistic_tests(j->checked, j->arena, &d.ntests);
    d.result = rk_arena_alloc(j->arena, (d.ntests + 1) * sizeof *d.result);
    choose_dims(&d);
    rk_statistics_options o = {.seed = j->options->seed,
                               .threads = j->options->jobs,
                               .draws = draws,
                               .deadline = j->deadline,
                               .interrupted = interrupted,
                               .self = j,
                               .level = LEVEL / (double)(d.ntests * d.ndims + (d.ndims == 0)),
                               .work = WORK / (double)(d.ndims + (d.ndims == 0))};
    for (size_t k = 0; k < d.ndims; k++) {
        o.stream = k;
        rk_statistics_run(j->checked, d.dims[k], d.tests, d.ntests, &o, d.result);
        j->visited_choices++;
        for (size_t i = 0; i < d.ntests; i++)
            take(&d, k, i);
        count_draws(&d);
    }
    j->complete = d.whole;
    conclude(&d);
    describe(&d);
    rk_buf_clear(&d.story);
}
