#include "check_inside.h"
#include "base/rk_clock.h"
#include "lang/rk_print.h"

#include <string.h>

const char *rk_reason_name(rk_reason r) {
    static const char *const names[] = {NULL, "precision", "budget", "construct", "no-instance"};
    return names[r];
}

/* --- undecided ---------------------------------------------------------------------------- */

static rk_reason reason_of(rk_ev why) {
    switch (why) {
    case RK_EV_PRECISION:
        return RK_REASON_PRECISION;
    case RK_EV_CONSTRUCT:
        return RK_REASON_CONSTRUCT;
    default:
        return RK_REASON_BUDGET;
    }
}

static const char *place(job *j, rk_span where) {
    if (where.source == NULL)
        return "";
    size_t line, column, n = where.end - where.begin;
    rk_source_position(where.source, where.begin, &line, &column);
    return rk_arena_printf(j->arena, " '%.*s' at %s:%zu:%zu", (int)(n < 60 ? n : 60),
                           where.source->text + where.begin, where.source->name, line, column);
}

static const char *advice(job *j, rk_reason reason) {
    switch (reason) {
    case RK_REASON_CONSTRUCT:
        return rk_arena_printf(j->arena, "no method decides%s exactly",
                               j->where.source == NULL ? " this" : place(j, j->where));
    case RK_REASON_PRECISION:
        return rk_arena_printf(j->arena,
                               "not told apart at the precision cap of %ld bits%s; raise "
                               "--precision-cap",
                               j->options->precision_cap > 0 ? j->options->precision_cap : 1024,
                               place(j, j->where));
    case RK_REASON_NO_INSTANCE:
        return "no assignment tried satisfies the hypotheses with everything defined";
    default:
        if (j->hunting)
            return j->point_dims ? "one example was found; check decides what that settles"
                                 : "nothing was found; raise --trials or --time-limit";
        return j->huge || j->too_large
                   ? "exact instances at these dimensions are too large; try smaller ones"
                   : "the budget was spent; raise --time-limit or --samples";
    }
}

/* Examples at some of the dimensions settle nothing, and are not shown as if they did. */
static void forget_point(rk_result *r) {
    r->has_counterexample = false;
    r->npoint_dims = r->nvalues = 0;
    r->sides = r->snippet = NULL;
}

static void undecided(job *j) {
    rk_result *r = j->result;
    r->verdict = RK_UNDECIDED;
    forget_point(r);
    if (j->null_violations > 0) {
        r->reason = RK_REASON_CONSTRUCT;
        r->advice = "fails at random exact points, but not shown to fail on a set of positive "
                    "measure";
        return;
    } else if (j->huge || j->too_large) {
        r->reason = RK_REASON_BUDGET;
    } else if (j->unknown > 0 || j->why == RK_EV_CONSTRUCT) {
        r->reason = reason_of(j->why);
    } else if (j->checked->mode != RK_MODE_EXISTS && !j->witnessed &&
               j->undefined + j->excluded > 0) {
        r->reason = RK_REASON_NO_INSTANCE;
    } else {
        r->reason = RK_REASON_BUDGET;
    }
    r->advice = advice(j, r->reason);
}

/* --- scope -------------------------------------------------------------------------------- */

/* The values of a dimension made from others: all of them where the choices are finitely many. */
static void computed_range(const job *j, size_t i, rk_dim_scope *s) {
    s->low = 1;
    s->high = -1;
    if (!j->finite)
        return;
    int64_t *dims = rk_calloc(j->checked->ndims + 1, sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(j->checked, 0);
    while (rk_dims_next(it, dims)) {
        s->low = s->high == -1 || dims[i] < s->low ? dims[i] : s->low;
        s->high = dims[i] > s->high ? dims[i] : s->high;
    }
    rk_dims_iter_free(it);
    rk_free(dims);
}

static rk_dim_scope declared(const job *j, size_t i) {
    const rk_dim *d = &j->checked->dims[i];
    rk_dim_scope s = {d->name, d->low, d->high};
    if (d->kind == RK_DIM_FROM)
        s.high = -1;
    if (d->kind == RK_DIM_LIST) {
        s.low = d->values[0];
        s.high = d->values[d->nvalues - 1];
    }
    if (d->kind == RK_DIM_EQUAL)
        computed_range(j, i, &s);
    return s;
}

static void set_scope(job *j) {
    rk_result *r = j->result;
    r->nscope = j->checked->ndims;
    r->scope = rk_arena_alloc(j->arena, (r->nscope + 1) * sizeof *r->scope);
    for (size_t i = 0; i < r->nscope; i++) {
        r->scope[i] = declared(j, i);
        if (r->verdict == RK_VERIFIED && j->any_dims)
            r->scope[i] = (rk_dim_scope){j->checked->dims[i].name, j->low[i], j->high[i]};
        if ((r->verdict == RK_REFUTED || r->verdict == RK_UNSUPPORTED) && j->point_dims != NULL)
            r->scope[i] =
                (rk_dim_scope){j->checked->dims[i].name, j->point_dims[i], j->point_dims[i]};
    }
}

/* --- the verdict -------------------------------------------------------------------------- */

static void add_caveat(job *j, const char *text) {
    rk_result *r = j->result;
    const char **more = rk_arena_alloc(j->arena, (r->ncaveats + 1) * sizeof *more);
    if (r->ncaveats > 0)
        for (size_t i = 0; i < r->ncaveats; i++)
            more[i] = r->caveats[i];
    more[r->ncaveats++] = text;
    r->caveats = more;
}

static bool exists_everywhere(const job *j) {
    return j->checked->mode == RK_MODE_EXISTS && j->visited_choices > 0 &&
           j->proved_choices >= j->visited_choices;
}

/* Every choice of dimensions was proved or holds for likely ranks. */
static bool is_likely(const job *j) {
    return j->likely_choices > 0 && j->finite && j->complete &&
           j->proved_choices + j->likely_choices == j->visited_choices;
}

static void supported_by_primes(job *j) {
    rk_result *r = j->result;
    size_t n = j->doubts.ranks;
    r->verdict = RK_SUPPORTED;
    r->method = rk_arena_printf(j->arena,
                                "%s modulo two random primes of 61 bits, too small with "
                                "probability at most 2^%ld",
                                n == 1 ? "a rank" : "ranks", rk_doubts_bits(&j->doubts));
    r->level =
        rk_arena_printf(j->arena, "1 - 2^%ld for %zu rank%s whose proof was not done in time",
                        rk_doubts_bits(&j->doubts), n, n == 1 ? "" : "s");
    r->advice = "a proof may be done with more --time-limit";
}

static void decide_verdict(job *j, bool proved) {
    rk_result *r = j->result;
    r->method = j->method != NULL ? j->method : "";
    if (j->refuted) {
        r->verdict = RK_REFUTED;
    } else if (proved) {
        r->verdict = RK_PROVED;
        if (!j->witnessed)
            add_caveat(j, "hypotheses not witnessed");
    } else if (j->checked->mode == RK_MODE_RANDOM) {
        r->verdict = j->said;
        r->reason = j->reason;
        r->advice = j->advice;
    } else if (is_likely(j)) {
        supported_by_primes(j);
    } else if (j->checked->mode == RK_MODE_EXISTS ? exists_everywhere(j)
                                                  : j->held > 0 && j->null_violations == 0) {
        r->verdict = RK_VERIFIED;
        r->method = j->generic ? "exact points of the interior" : "exact instances";
        if (j->checked->mode == RK_MODE_EXISTS) {
            r->method = "an example at each choice of dimensions tried";
            j->held = j->proved_choices;
        }
    } else {
        undecided(j);
    }
}

static void meet_expectation(job *j) {
    rk_result *r = j->result;
    r->expected = j->checked->expect;
    switch (r->expected) {
    case RK_VERDICT_NONE:
        r->as_expected = r->verdict == RK_PROVED && r->ncaveats == 0;
        break;
    case RK_VERIFIED:
        r->as_expected = r->verdict == RK_VERIFIED || r->verdict == RK_PROVED;
        break;
    default:
        r->as_expected = r->verdict == r->expected;
        break;
    }
}

static const char *paper_title(const rk_paper *paper) {
    for (size_t i = 0; paper != NULL && i < paper->nfields; i++)
        if (strcmp(paper->fields[i].name, "title") == 0)
            return paper->fields[i].string;
    return NULL;
}

static void describe_theorem(job *j) {
    rk_result *r = j->result;
    const rk_checked *c = j->checked;
    rk_buf b;
    rk_buf_init(&b);
    rk_print_theorem(&b, c->theorem);
    r->statement = rk_arena_strdup(j->arena, b.text);
    rk_buf_clear(&b);
    r->theorem = c->theorem->name;
    r->title = c->theorem->title;
    r->file = c->file->path;
    r->paper = c->paper != NULL ? c->paper->name : NULL;
    r->paper_title = paper_title(c->paper);
    r->source = c->source;
    r->corrects = c->corrects;
    rk_silent_hypotheses(c, j->arena, r);
}

static const char *how_drawn(const job *j) {
    if (j->held == 0)
        return NULL;
    if (j->generic)
        return "random rational points of the interior of the sets";
    return "small integers, structured samplers, small fields lifted, doubles made exact";
}

void rk_job_verdict(job *j, bool proved) {
    rk_result *r = j->result;
    if (proved && j->checked->mode == RK_MODE_EXISTS)
        j->witnessed = true;
    decide_verdict(j, proved);
    if (r->verdict == RK_REFUTED && r->npoint_dims == 0 && j->point_dims != NULL)
        rk_result_dims(j, j->point_dims); /* the point itself is not known, or too large to show */
    describe_theorem(j);
    set_scope(j);
    meet_expectation(j);
    r->instances = j->held;
    r->passed_over = j->undefined;
    r->unknown_instances = j->unknown;
    r->unconfirmed = j->unconfirmed;
    r->trials = j->trials;
    r->assignments = j->assignments;
    if (j->checked->mode != RK_MODE_RANDOM)
        r->drawn = how_drawn(j);
    r->seed = j->options->seed;
    r->time_ms = 1e3 * (rk_clock() - j->start);
}

/* --- the exit code ------------------------------------------------------------------------ */

static int code_of(const rk_result *r) {
    if (r->as_expected)
        return 0;
    if (r->verdict == RK_REFUTED || (r->verdict == RK_PROVED && r->expected == RK_REFUTED))
        return 10;
    if (r->expected != RK_VERDICT_NONE)
        return 20;
    return r->verdict == RK_UNDECIDED || r->verdict == RK_UNSUPPORTED ? 20 : 21;
}

int rk_exit_code(int code, const rk_result *result) {
    int next = code_of(result);
    return next != 0 && (code == 0 || next < code) ? next : code;
}
