#include "rk_strategy.h"
#include "base/rk_clock.h"
#include "base/rk_guard.h"
#include "base/rk_pool.h"
#include "calculus/rk_record.h"
#include "hunt/rk_beside.h"
#include "hunt/rk_largest.h"
#include "prove/rk_prove_records.h"
#include "check_inside.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPEN_CHOICES = 40,      /* dimension choices at which open theorems are tried by the provers */
    FINITE_CHOICES = 4096,  /* and at which finite ones are proved one by one */
    HUNTED_ENTRIES = 20000, /* free entries beyond which exact instances are not tried */
    HUNTED_MATRIX = 200000, /* nor with a matrix of more entries than so */
    CHOICES_FIRST = 16,     /* choices beyond which all dimensions at once come first */
    INTERIOR_BITS = 8
};

/* --- budget ------------------------------------------------------------------------------- */

static double remaining(const job *j) {
    return j->deadline - rk_clock();
}

static rk_prove_options prove_options(const job *j) {
    return (rk_prove_options){.seed = j->options->seed,
                              .precision_cap = j->options->precision_cap,
                              .deadline = j->deadline,
                              .sides = j->sides,
                              .records = j->records};
}

static bool has_variable(const rk_checked *c, rk_quant quant) {
    for (size_t i = 0; i < c->nvars; i++)
        if (c->vars[i].quant == quant)
            return true;
    return false;
}

static int64_t free_entries(const rk_program *p) {
    int64_t n = 0;
    for (size_t s = 0; s < p->nslots; s++)
        if (!p->slots[s].defined)
            n += p->slots[s].rows * p->slots[s].cols;
    return n;
}

static bool is_hunted(const rk_program *p) {
    for (size_t i = 0; i < p->ninstr; i++)
        if (p->instr[i].rows * p->instr[i].cols > HUNTED_MATRIX)
            return false;
    return free_entries(p) <= HUNTED_ENTRIES;
}

/* --- provers at one choice of dimensions -------------------------------------------------- */

static void prove_by_parts(job *j, const rk_program *p, rk_prove_options *o, double until,
                           rk_proof *proof) {
    rk_prove_closed(p, o, proof);
    o->deadline = until;
    if (proof->status != RK_PROOF_NONE || proof->late)
        return;
    rk_prove_cases(p, o, proof);
    if (proof->status == RK_PROOF_NONE)
        rk_prove_bounds(p, o, proof);
    if (proof->status == RK_PROOF_NONE && j->generic)
        rk_prove_witness(p, o, proof, j->diags);
    if (proof->status == RK_PROOF_NONE)
        rk_prove_symbolic(p, o, proof, j->diags);
}

rk_proof_status rk_job_prove_at(job *j, const rk_program *p, double until, rk_proof *proof) {
    rk_prove_options o = prove_options(j);
    o.deadline =
        j->choices > 1 ? until : j->deadline; /* no instances are drawn of one that is closed */
    prove_by_parts(j, p, &o, until, proof);
    if (proof->late)
        return RK_PROOF_NONE;
    /* Its proofs serve together or not at all: at every choice of finitely many. */
    bool whole = j->finite && j->proved_choices + 1 == j->visited_choices;
    if (proof->status == RK_PROOF_NONE && whole)
        rk_prove_identity(p, &o, proof);
    return proof->status;
}

static void keep_dims(job *j, const int64_t *dims) {
    if (j->point_dims == NULL)
        j->point_dims = rk_arena_alloc(j->arena, (j->checked->ndims + 1) * sizeof(int64_t));
    memcpy(j->point_dims, dims, j->checked->ndims * sizeof(int64_t));
}

/* Large points are written for a certificate alone. */
static bool is_written(const job *j, const rk_program *p) {
    return j->records != NULL || free_entries(p) <= RK_SHOWN_ENTRIES;
}

static void keep_point(job *j, const int64_t *dims, rk_program *p, const rk_assignment *a) {
    keep_dims(j, dims);
    if (a != NULL && is_written(j, p))
        rk_result_point(j, p, dims, a);
}

static void take_proof(job *j, const int64_t *dims, rk_program *p, const rk_proof *proof) {
    if (proof->status == RK_PROOF_TRUE) {
        j->proved_choices++;
        j->witnessed |= proof->witnessed;
        j->method = j->sides == NULL
                        ? proof->method
                        : rk_arena_printf(j->arena, "%s and rank calculus", proof->method);
        if (j->checked->mode == RK_MODE_EXISTS && proof->example != NULL) {
            keep_point(j, dims, p, proof->example);
            rk_job_records_point(j);
        }
    } else if (proof->status == RK_PROOF_FALSE) {
        j->refuted = true;
        j->method = proof->method;
        keep_point(j, dims, p, proof->example);
        if (j->result->has_counterexample && !j->generic) {
            rk_job_records_point(j);
            rk_job_records_fails(j);
        }
    } else {
        rk_job_unknown(j, proof->why, proof->where);
    }
    if (proof->modulus != 0 && proof->status != RK_PROOF_NONE)
        j->result->witness =
            rk_arena_printf(j->arena, "an exact point of the sets reduced mod p = %lu, seed %llu",
                            proof->modulus, (unsigned long long)j->options->seed);
}

/* --- instances of generic theorems -------------------------------------------------------- */

/* Is a claim false wherever it is defined, and does it speak of something around this point? */
static bool violated_everywhere(job *j, const int64_t *dims, rk_program *p,
                                const rk_prove_options *o, const rk_assignment *a) {
    rk_job_find_never(j);
    const char *proof = rk_job_never(j, p, a, o);
    if (proof == NULL)
        return false;
    j->refuted = true;
    j->method = "rank calculus and an open set";
    keep_point(j, dims, p, a);
    rk_job_records_never(j, dims, p, o, a, proof);
    return true;
}

/* What holds at a random point of the interior holds, with luck, almost everywhere. A violation
   counts only when a whole neighbourhood violates, and a proof is not vacuous only when hypotheses
   hold on one. */
static void interior_instance(job *j, const int64_t *dims, rk_program *p, const rk_assignment *a) {
    rk_decide_options d = {.precision_cap = j->options->precision_cap};
    rk_prove_options o = prove_options(j);
    rk_instance x;
    rk_decide(p, a, &d, &x);
    rk_job_instance(j, dims, &x);
    if (x.overall == RK_INSTANCE_HOLDS && !j->witnessed)
        j->witnessed = rk_prove_open_instance(p, a, &o);
    if (x.overall == RK_INSTANCE_VIOLATED && rk_prove_open_violation(p, a, &o)) {
        j->refuted = true;
        j->method = "open set of violations";
        keep_point(j, dims, p, a);
        rk_job_records_open(j, dims, p, &o, a);
    } else if (x.overall == RK_INSTANCE_VIOLATED && !violated_everywhere(j, dims, p, &o, a)) {
        j->null_violations++;
    }
    rk_instance_clear(&x);
}

/* Beside generic variables others are drawn with structure at every second point. */
static void interior_instances(job *j, const int64_t *dims, rk_program *p, unsigned wanted) {
    rk_rng rng = rk_rng_trial(j->options->seed, j->checked->statement,
                              0x696e7465726e616cULL + j->visited_choices);
    rk_assignment a;
    rk_assignment_init(&a, p);
    for (unsigned k = 0; k < wanted && !j->refuted && remaining(j) > 0; k++) {
        rk_interior_draw(p, &rng, INTERIOR_BITS, rk_rng_u64(&rng), &a);
        if (k % 2 == 1 && rk_beside_mixed(p))
            rk_beside_structure(p, (unsigned)rk_rng_below(&rng, rk_sample_styles()), &rng, &a);
        interior_instance(j, dims, p, &a);
    }
    rk_assignment_clear(&a);
}

/* Hypotheses about what is not generic hold in some style, as like as not. */
static void structured_instances(job *j, const int64_t *dims, rk_program *p) {
    rk_rng rng = rk_rng_trial(j->options->seed, j->checked->statement, 0x7374796c6573ULL);
    rk_assignment a;
    rk_assignment_init(&a, p);
    for (unsigned k = 0; k < rk_sample_styles() && !j->refuted && !j->witnessed; k++) {
        rk_interior_draw(p, &rng, INTERIOR_BITS, rk_rng_u64(&rng), &a);
        rk_beside_structure(p, k, &rng, &a);
        interior_instance(j, dims, p, &a);
    }
    rk_assignment_clear(&a);
}

/* --- ranks that are likely ---------------------------------------------------------------- */

/* At a choice of dimensions at which the proof of a rank was late; nothing is evaluated there again
   that would have to wait for it. */
static void look_whether_likely(job *j, const rk_program *p) {
    rk_prove_options o = prove_options(j);
    if (!j->late)
        j->doubts.rng =
            rk_rng_trial(j->options->seed, j->checked->statement, 0x7072696d6573ULL /* primes */);
    j->late = true;
    o.deadline = rk_clock();
    if (j->checked->mode == RK_MODE_UNIVERSAL && rk_closed_is_likely(p, &o, &j->doubts))
        j->likely_choices++;
}

/* --- one choice of dimensions ------------------------------------------------------------- */

static void visit(job *j, const int64_t *dims, double until) {
    rk_program *p = NULL;
    rk_build_status built = rk_program_build(j->checked, dims, NULL, &p);
    if (built == RK_BUILD_NOT_ALLOWED)
        return;
    j->visited_choices++;
    if (built == RK_BUILD_TOO_LARGE) {
        j->too_large = true;
        return;
    }
    rk_proof proof;
    rk_proof_init(&proof);
    size_t before = j->records ? j->records->len : 0, mark = rk_job_records_at(j, dims);
    if (rk_job_prove_at(j, p, until, &proof) == RK_PROOF_ERROR)
        j->text_error = true;
    else
        take_proof(j, dims, p, &proof);
    if (proof.late)
        look_whether_likely(j, p);
    if (j->records != NULL && proof.status == RK_PROOF_NONE)
        rk_buf_cut(j->records, before);
    bool recorded = j->records == NULL || proof.status == RK_PROOF_NONE || j->records->len > mark;
    if (proof.status == RK_PROOF_FALSE)
        rk_job_records_only_last(j, before);
    j->unrecorded |= !recorded;
    bool small = is_hunted(p);
    j->huge |= !small;
    if (proof.status == RK_PROOF_TRUE && proof.witnessed)
        rk_job_dims(j, dims);
    bool settled = proof.status != RK_PROOF_NONE && (proof.witnessed || j->refuted);
    if (j->generic && small && !j->text_error && (!settled || !j->finite) && j->sides == NULL)
        interior_instances(j, dims, p, j->finite ? 20 : 3);
    rk_proof_clear(&proof);
    rk_program_free(p);
}

static bool interrupted(const job *j) {
    return j->options->interrupted != NULL && j->options->interrupted(j->options->self) != 0;
}

static void visit_all(job *j) {
    const rk_checked *c = j->checked;
    int64_t *dims = rk_calloc(c->ndims + 1, sizeof *dims);
    uint64_t cap = j->finite ? FINITE_CHOICES : OPEN_CHOICES;
    rk_dims_iter *it = rk_dims_iter_new(c, j->finite ? 0 : j->max_dim);
    double slice = rk_clock() + remaining(j) / (j->finite ? 2 : 4);
    j->complete = true;
    while (rk_dims_next(it, dims)) {
        if (j->refuted || j->text_error)
            break;
        if (j->visited_choices >= cap || rk_clock() > slice || interrupted(j)) {
            j->complete = false;
            break;
        }
        visit(j, dims, slice);
    }
    j->complete = j->complete && !rk_dims_gave_up(it);
    rk_dims_iter_free(it);
    rk_free(dims);
}

/* --- the hunt ----------------------------------------------------------------------------- */

static void tell_progress(const job *j, const rk_hunt_progress *now) {
    rk_buf dims;
    rk_buf_init(&dims);
    for (size_t i = 0; i < j->checked->ndims && now->dims != NULL; i++)
        rk_buf_printf(&dims, "%s%s=%lld", i > 0 ? " " : "", j->checked->dims[i].name,
                      (long long)now->dims[i]);
    rankle_progress told = {.theorem = j->checked->theorem->name,
                            .trials = now->trials,
                            .rate = now->rate,
                            .dims = dims.len > 0 ? dims.text : "",
                            .best = now->best,
                            .left = remaining(j),
                            .findings = now->findings};
    j->options->progress(j->options->self, &told);
    rk_buf_clear(&dims);
}

static bool forward_progress(void *self, const rk_hunt_progress *now) {
    job *j = self;
    if (j->options->progress != NULL)
        tell_progress(j, now);
    return !interrupted(j);
}

/* Beside other theorems a hunt gets what the session gives it; alone it takes all cores. */
static unsigned hunt_jobs(const job *j) {
    unsigned jobs = j->options->jobs == 0 && j->hunting ? rk_pool_cores() : j->options->jobs;
    return jobs > 1 ? jobs : 0;
}

static bool accept_spread(void *self, const rk_program *p, const rk_assignment *a) {
    job *j = self;
    rk_prove_options o = prove_options(j);
    return !j->generic || rk_spread_violation(j->spread, p, a, &o) ||
           rk_job_never(j, p, a, &o) != NULL;
}

/* trials 0: until an instance held */
static rk_hunt_options hunt_options(job *j, uint64_t trials) {
    return (rk_hunt_options){.seed = j->options->seed,
                             .trials = trials,
                             .samples = 1,
                             .deadline = j->deadline,
                             .max_dim = j->options->max_dim,
                             .precision_cap = j->options->precision_cap,
                             .shrink = true,
                             .jobs = hunt_jobs(j),
                             .shard = j->options->shard,
                             .shards = j->options->shards,
                             .findings = j->options->findings,
                             .team = j->hunting ? j->options->team : NULL,
                             .known = &j->known,
                             .nknown = j->known != NULL,
                             .progress = forward_progress,
                             .self = j,
                             .accept = j->generic ? accept_spread : NULL,
                             .accept_self = j};
}

static void take_finding(job *j, rk_finding *f) {
    j->method = rk_arena_strdup(j->arena, f->how);
    rk_buf snippet;
    rk_buf_init(&snippet);
    rk_finding_snippet(&snippet, j->checked, f);
    j->result->snippet = rk_arena_strdup(j->arena, snippet.text);
    rk_buf_clear(&snippet);
    j->claim = f->claim;
    keep_dims(j, f->dims);
    if (is_written(j, f->program))
        rk_result_point_forms(j, f->program, f->dims, &f->value, &f->forms);
}

static void take_more(job *j, const rk_hunt_report *r) {
    rk_result *result = j->result;
    result->more = rk_arena_alloc(j->arena, (r->nmore + 1) * sizeof *result->more);
    for (size_t i = 0; i < r->nmore; i++) {
        rk_buf snippet;
        rk_buf_init(&snippet);
        rk_finding_snippet_numbered(&snippet, j->checked, &r->more[i], i + 2);
        result->more[result->nmore++] = rk_arena_strdup(j->arena, snippet.text);
        rk_buf_clear(&snippet);
    }
}

/* "n = 2, X = [1, 0; 0, 1]" */
static void put_point(rk_buf *out, const rk_checked *c, const rk_finding *f) {
    for (size_t i = 0; i < c->ndims; i++)
        rk_buf_printf(out, "%s%s = %lld", out->len ? ", " : "", c->dims[i].name,
                      (long long)f->dims[i]);
    for (size_t s = 0; s < f->program->nslots; s++) {
        const rk_slot *slot = &f->program->slots[s];
        if (slot->defined)
            continue;
        rk_buf_printf(out, "%s%s", out->len ? ", " : "", c->vars[slot->var].name);
        if (slot->member > 0)
            rk_buf_printf(out, "[%lld]", (long long)slot->member);
        rk_buf_puts(out, " = ");
        rk_point_print_slot(out, &f->value, &f->forms, s);
    }
}

/* The smallest counterexample to an inequality may be a narrow one: where does it fail most? */
static void take_largest(job *j, const rk_finding *f) {
    rk_hunt_options o = hunt_options(j, 1);
    rk_result *r = j->result;
    rk_finding most;
    if (!rk_largest_find(j->checked, f, &o, &most, &r->largest_violation))
        return;
    rk_buf text;
    rk_buf_init(&text);
    rk_finding_snippet(&text, j->checked, &most);
    r->largest_snippet = rk_arena_strdup(j->arena, text.text);
    rk_buf_reset(&text);
    put_point(&text, j->checked, &most);
    r->largest = rk_arena_printf(j->arena, "by %.3g at %s", r->largest_violation, text.text);
    rk_buf_clear(&text);
    rk_finding_clear(&most);
}

/* What refutes a generic theorem is more than a point. */
static void record_finding(job *j, const rk_finding *f) {
    if (j->generic) {
        rk_prove_options o = prove_options(j);
        const char *proof = rk_job_never(j, f->program, &f->value, &o);
        if (proof != NULL)
            rk_job_records_never(j, f->dims, f->program, &o, &f->value, proof);
        else
            rk_job_records_open(j, f->dims, f->program, &o, &f->value);
        return;
    }
    rk_job_records_restart(j);
    rk_job_records_at(j, f->dims);
    rk_job_records_point(j);
    rk_job_records_fails(j);
}

static void hunt_violation(job *j, uint64_t trials) {
    rk_hunt_options o = hunt_options(j, trials);
    rk_hunt_report r;
    if (!rk_job_keep(j, NULL, &o))
        return;
    j->spread = rk_spread_new();
    rk_hunt(j->checked, NULL, &o, &r);
    rk_job_hunted(j, &r);
    if (rk_job_kept(j, &o) && r.found) {
        j->refuted = true;
        take_finding(j, &r.finding);
        record_finding(j, &r.finding);
        take_more(j, &r);
        take_largest(j, &r.finding); /* judges, too */
    }
    rk_spread_free(j->spread);
    rk_hunt_report_clear(&r, j->checked);
}

static bool is_allowed(const job *j, const int64_t *dims) {
    rk_program *p = NULL;
    rk_build_status built = rk_program_build(j->checked, dims, NULL, &p);
    rk_program_free(p);
    return built != RK_BUILD_NOT_ALLOWED;
}

/* Without a budget of trials no choice of dimensions takes the time of those to come. */
static double example_deadline(const job *j, uint64_t trials) {
    uint64_t choices = j->finite && j->choices < OPEN_CHOICES ? j->choices : OPEN_CHOICES;
    uint64_t left = choices > j->visited_choices ? choices - j->visited_choices : 1;
    return trials < UINT64_MAX ? j->deadline : rk_clock() + remaining(j) / (double)left;
}

static void hunt_example(job *j, const int64_t *dims, uint64_t trials) {
    rk_hunt_options o = hunt_options(j, trials);
    o.deadline = example_deadline(j, trials);
    rk_hunt_report r;
    if (!rk_job_keep(j, dims, &o))
        return;
    rk_hunt(j->checked, dims, &o, &r);
    rk_job_hunted(j, &r);
    j->visited_choices++;
    if (rk_job_kept(j, &o) && r.found) {
        j->proved_choices++;
        j->witnessed = true;
        rk_job_dims(j, dims);
        take_finding(j, &r.finding);
        rk_job_records_at(j, dims);
        rk_job_records_point(j);
    }
    rk_hunt_report_clear(&r, j->checked);
}

/* `exists`: an example at each choice of dimensions, counted anew. */
static void hunt_examples(job *j, uint64_t trials) {
    int64_t *dims = rk_calloc(j->checked->ndims + 1, sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(j->checked, j->finite ? 0 : j->max_dim);
    uint64_t cap = j->finite ? FINITE_CHOICES : OPEN_CHOICES;
    j->proved_choices = j->visited_choices = 0;
    j->complete = true;
    rk_job_records_restart(j);
    while (j->complete && rk_dims_next(it, dims)) {
        j->complete =
            j->visited_choices < cap && remaining(j) > 0 && !interrupted(j) && j->kept == RK_OK;
        if (j->complete && is_allowed(j, dims))
            hunt_example(j, dims, trials);
    }
    j->complete = j->complete && !rk_dims_gave_up(it);
    rk_dims_iter_free(it);
    rk_free(dims);
}

static bool proved_everywhere(const job *j) {
    return j->finite && j->complete && j->visited_choices > 0 &&
           j->proved_choices == j->visited_choices;
}

static void hunt(job *j, uint64_t trials) {
    if (j->huge || j->too_large)
        return;
    if (j->checked->mode == RK_MODE_EXISTS)
        hunt_examples(j, trials);
    else
        hunt_violation(j, trials);
}

/* --- the calculus ------------------------------------------------------------------------- */

static void keep_calculus(job *j, rk_calculus *c) {
    if (j->result->keep_calculus)
        j->result->calculus = c;
    else
        rk_calculus_free(c);
}

static const char *calculus_method(job *j, const rk_calculus *c) {
    size_t steps = rk_derivation_steps(rk_calculus_derivation(c));
    return rk_arena_printf(j->arena, "rank calculus, %zu step%s", steps, steps == 1 ? "" : "s");
}

static const char *calculus_effort(job *j, const rk_calculus *c) {
    const rk_calculus_report *r = rk_calculus_tried(c);
    return rk_arena_printf(j->arena, "%zu matri%s, %zu instance%s of laws, %zu linear program%s",
                           r->matrices, r->matrices == 1 ? "x" : "ces", r->instances,
                           r->instances == 1 ? "" : "s", r->programs, r->programs == 1 ? "" : "s");
}

/* What the calculus showed and could not write down: fractions may show it to the checker, too. */
static void propose_fractions(job *j) {
    int64_t *dims = rk_calloc(j->checked->ndims + 1, sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(j->checked, 0);
    rk_prove_options o = prove_options(j);
    rk_job_records_restart(j);
    while (rk_dims_next(it, dims)) {
        rk_program *p = NULL;
        bool built = rk_program_build(j->checked, dims, NULL, &p) == RK_BUILD_OK;
        size_t mark = rk_job_records_at(j, dims);
        if (built)
            rk_record_rational(p, &o);
        j->unrecorded |= j->records->len == mark;
        rk_program_free(p);
    }
    rk_dims_iter_free(it);
    rk_free(dims);
}

/* All dimensions at once. */
static void calculate(job *j) {
    rk_calculus_options o = {.deadline = rk_clock() + remaining(j) / 4};
    rk_calculus *c = rk_calculus_prove(j->checked, &o);
    j->calculated = rk_calculus_proved(c);
    if (j->calculated)
        j->method = calculus_method(j, c);
    if (j->calculated && j->records != NULL) {
        rk_job_records_restart(j);
        j->unrecorded = !rk_calculus_record(c, j->records, NULL);
        if (j->unrecorded && j->finite && j->choices <= CHOICES_FIRST)
            propose_fractions(j);
    }
    j->result->effort = calculus_effort(j, c);
    keep_calculus(j, c);
}

enum { RECORD_SECONDS = 1 };

/* What could not be written down at given dimensions, a witness with thousands of entries, may be
   shown by a few laws. So may Jacobians at every point, whose minors the checker would multiply
   out. The verdict stays that of what was shown there. */
static void prefer_calculus(job *j) {
    bool jacobians = has_variable(j->checked, RK_FORALL) && rk_has_fraction_jacobians(j->checked);
    if (j->records == NULL || !(j->unrecorded || jacobians))
        return;
    double quarter = remaining(j) / 4;
    rk_calculus_options o = {.deadline = rk_clock() +
                                         (quarter < RECORD_SECONDS ? quarter : RECORD_SECONDS)};
    rk_calculus *c = rk_calculus_prove(j->checked, &o);
    rk_buf records;
    rk_buf_init(&records);
    if (rk_calculus_proved(c) && rk_calculus_record(c, &records, NULL)) {
        rk_job_records_restart(j);
        rk_buf_puts(j->records, records.text);
    }
    rk_buf_clear(&records);
    rk_calculus_free(c);
}

static bool holds_on_side(job *j, size_t claim, rk_cmp side, const rk_calculus_options *o) {
    rk_calculus *c = rk_calculus_prove_side(j->checked, claim, side, o);
    bool proved = rk_calculus_proved(c);
    rk_buf text;
    rk_buf_init(&text);
    if (proved && j->records != NULL && rk_calculus_record_side(c, claim, side, &text))
        j->known_side[claim] = rk_arena_strdup(j->arena, text.text);
    rk_buf_clear(&text);
    rk_calculus_free(c);
    return proved;
}

/* One side of an equation may be a law where the other holds almost everywhere at given dimensions:
   an upper bound of a rank by the calculus, the lower one by a witness. */
static bool find_sides(job *j) {
    const rk_checked *c = j->checked;
    unsigned char *sides = rk_arena_alloc(j->arena, c->nclaims + 1);
    rk_calculus_options o = {.deadline = rk_clock() + remaining(j) / 4};
    bool any = false;
    j->known_side = rk_arena_alloc(j->arena, (c->nclaims + 1) * sizeof *j->known_side);
    for (size_t i = 0; i < c->nclaims; i++) {
        j->known_side[i] = NULL;
        bool le = holds_on_side(j, i, RK_LE, &o);
        bool ge = !le && holds_on_side(j, i, RK_GE, &o);
        sides[i] = le ? RK_SIDE_LE : ge ? RK_SIDE_GE : 0;
        any = any || sides[i] != 0;
    }
    j->sides = any ? sides : NULL;
    return any;
}

/* What was used of the sides stands before the choices of dimensions. */
static void record_sides(job *j) {
    rk_buf rest;
    if (j->records == NULL)
        return;
    rk_buf_init(&rest);
    rk_buf_puts(&rest, j->records->text);
    rk_buf_reset(j->records);
    for (size_t i = 0; i < j->checked->nclaims; i++) {
        if (!(j->sides[i] & RK_SIDE_USED))
            continue;
        j->unrecorded |= j->known_side[i] == NULL;
        rk_buf_puts(j->records, j->known_side[i] != NULL ? j->known_side[i] : "");
    }
    rk_buf_puts(j->records, rest.text);
    rk_buf_clear(&rest);
}

/* The provers at given dimensions once more, with what the calculus knows of the claims. */
static void visit_with_sides(job *j) {
    uint64_t visited = j->visited_choices;
    if (!j->finite || !j->generic || j->refuted || !find_sides(j))
        return;
    j->visited_choices = j->proved_choices = 0;
    rk_job_records_restart(j);
    visit_all(j);
    if (proved_everywhere(j)) {
        record_sides(j);
    } else {
        j->visited_choices = visited;
        j->sides = NULL;
    }
}

/* --- claims apart ------------------------------------------------------------------------- */

/* What was shown of claims by themselves, so far. */
typedef struct apart {
    const char *methods; /* NULL: of none */
    bool calculated, unrecorded;
    uint64_t choices; /* of dimensions that were gone through */
    rk_buf records;
} apart;

static bool may_part(const job *j) {
    return j->checked->mode == RK_MODE_UNIVERSAL && j->checked->nclaims > 1;
}

/* The theorem with claim k alone, for provers that draw nothing. */
static job alone(const job *j, size_t k, rk_buf *records) {
    rk_checked *one = rk_arena_alloc(j->arena, sizeof *one);
    rk_result *result = rk_arena_alloc(j->arena, sizeof *result);
    job a = *j;
    *one = *j->checked;
    one->claims = &j->checked->claims[k];
    one->nclaims = 1;
    *result = *j->result;
    result->keep_calculus = false;
    result->calculus = NULL;
    a.checked = one;
    a.result = result;
    a.records = j->records != NULL ? records : NULL;
    a.visited_choices = a.proved_choices = 0;
    a.refuted = a.witnessed = a.unrecorded = a.complete = false;
    a.sides = NULL;
    a.known_side = a.never = NULL;
    a.deadline = rk_clock() + remaining(j) / (double)(2 * j->checked->nclaims);
    return a;
}

static bool prove_alone(job *a) {
    calculate(a);
    if (a->calculated)
        return true;
    rk_job_records_restart(a);
    visit_all(a);
    if (!proved_everywhere(a))
        visit_with_sides(a);
    return !a->refuted && !a->text_error && proved_everywhere(a);
}

static void add_alone(apart *all, size_t k, const job *a, const char *records) {
    if (all->methods == NULL)
        all->methods = rk_arena_printf(a->arena, "claim by claim: %s", a->method);
    else if (strstr(all->methods, a->method) == NULL)
        all->methods = rk_arena_printf(a->arena, "%s; %s", all->methods, a->method);
    all->calculated = all->calculated && a->calculated;
    all->unrecorded = all->unrecorded || a->unrecorded;
    all->choices = a->calculated ? all->choices : a->visited_choices;
    rk_buf_printf(&all->records, "only %zu\n%s", k + 1, records);
}

static void take_apart(job *j, const apart *all) {
    rk_job_records_restart(j);
    j->unrecorded = all->unrecorded;
    j->method = all->methods;
    j->calculated = all->calculated;
    if (!all->calculated) {
        j->complete = true;
        j->visited_choices = j->proved_choices = all->choices;
    }
    if (j->records != NULL)
        rk_buf_puts(j->records, all->records.text);
}

/* A theorem of several claims is proved when each is, by whatever proves it. */
static void prove_apart(job *j) {
    apart all = {.calculated = true};
    bool proved = true;
    rk_buf_init(&all.records);
    for (size_t k = 0; k < j->checked->nclaims && proved; k++) {
        rk_buf records;
        rk_buf_init(&records);
        job a = alone(j, k, &records);
        proved = prove_alone(&a);
        if (proved)
            add_alone(&all, k, &a, records.len > 0 ? records.text : "");
        rk_buf_clear(&records);
    }
    if (proved)
        take_apart(j, &all);
    rk_buf_clear(&all.records);
}

static bool every_claim_holds(const rk_program *p, const rk_instance *x) {
    for (size_t c = 0; c < p->nclaims; c++)
        if (x->claim[c] != RK_INSTANCE_HOLDS)
            return false;
    return true;
}

/* One draw of every style at these dimensions, until the hypotheses hold at one. */
static void draw_instance(job *j, const int64_t *dims, rk_program *p) {
    rk_decide_options d = {.precision_cap = j->options->precision_cap};
    rk_rng rng = rk_rng_trial(j->options->seed, j->checked->statement, 0x696e7374616e6365ULL);
    rk_assignment a;
    rk_assignment_init(&a, p);
    for (unsigned style = 0; style < rk_sample_styles() && !j->witnessed; style++) {
        rk_instance x;
        if (!rk_sample(p, style, &rng, &a))
            continue;
        rk_decide(p, &a, &d, &x);
        rk_job_instance(j, dims, &x);
        j->refuted |= x.overall == RK_INSTANCE_VIOLATED;
        if (every_claim_holds(p, &x))
            rk_job_records_instance(j, p, dims, &a);
        rk_instance_clear(&x);
    }
    rk_assignment_clear(&a);
}

static void find_at_small_dims(job *j) {
    int64_t *dims = rk_calloc(j->checked->ndims + 1, sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(j->checked, j->finite ? 0 : j->max_dim);
    for (unsigned k = 0; k < OPEN_CHOICES && !j->witnessed && rk_dims_next(it, dims); k++) {
        rk_program *p = NULL;
        if (remaining(j) > 0 && rk_program_build(j->checked, dims, NULL, &p) == RK_BUILD_OK &&
            is_hunted(p)) {
            if (!j->generic) {
                draw_instance(j, dims, p);
            } else {
                interior_instances(j, dims, p, 2);
                if (rk_beside_mixed(p))
                    structured_instances(j, dims, p);
            }
        }
        rk_program_free(p);
    }
    rk_dims_iter_free(it);
    rk_free(dims);
}

/* A proof speaks of something only if some instance satisfies the hypotheses. What is evaluated for
   that would also show a proof wrong. */
static void find_instance(job *j) {
    const char *method = j->method;
    find_at_small_dims(j);
    if (!j->generic && !j->witnessed)
        hunt_violation(j, 0); /* equations among the hypotheses are solved there */
    if (j->refuted)
        rk_guard_raise("internal error: a proof and a counterexample disagree");
    j->method = method;
}

static void find_instances(job *j, bool proved, uint64_t samples) {
    bool universal = j->checked->mode != RK_MODE_EXISTS;
    if (proved && universal && !j->witnessed && (j->calculated || !j->generic))
        find_instance(j);
    else if (!proved && (!j->refuted || (universal && j->checked->nvars > 0)))
        hunt(j, 4 * samples); /* a small counterexample says more than a witness */
}

/* Open dimensions are for the calculus, finitely many choices for the methods at given dimensions
   first. These also see an equation among the hypotheses of a generic theorem. */
static bool calculus_first(const job *j) {
    bool equations = j->generic && j->checked->nassumes > 0;
    return j->checked->mode == RK_MODE_UNIVERSAL && (!j->finite || j->choices > CHOICES_FIRST) &&
           !equations;
}

/* --- entry points ------------------------------------------------------------------------- */

static bool some_dimensions(const job *j) {
    int64_t *dims = rk_calloc(j->checked->ndims + 1, sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(j->checked, j->finite ? 0 : j->max_dim);
    bool found = false;
    while (!found && rk_dims_next(it, dims))
        found = is_allowed(j, dims);
    found = found || rk_dims_gave_up(it);
    rk_dims_iter_free(it);
    rk_free(dims);
    return found;
}

static bool no_dimensions(job *j) {
    if (j->visited_choices > 0 || (!j->complete && !j->calculated) || some_dimensions(j))
        return false;
    rk_diag_add(j->diags, RK_ERROR, "no-dimensions", j->checked->theorem->name_span,
                "no choice of dimensions up to %lld is allowed by '%s'", (long long)j->max_dim,
                j->checked->theorem->name);
    return true;
}

/* A snippet that was kept beside the theorem it refuted. */
static const rk_checked *known_counterexample(const rk_module *module, const rk_checked *checked) {
    static const char suffix[] = "_counterexample";
    const char *name = checked->theorem->name;
    size_t n = strlen(name);
    for (size_t i = 0; module != NULL && i < module->ntheorems; i++) {
        const rk_checked *other = &module->theorems[i];
        const char *theirs = other->theorem->name;
        if (other->mode == RK_MODE_EXISTS && strncmp(theirs, name, n) == 0 &&
            strcmp(theirs + n, suffix) == 0)
            return other;
    }
    return NULL;
}

static void job_init(job *j, const rk_checked *checked, const rankle_options *options,
                     rk_arena *arena, rk_result *result, rk_diags *diags) {
    *j = (job){.checked = checked,
               .options = options,
               .arena = arena,
               .result = result,
               .diags = diags,
               .start = rk_clock(),
               .max_dim = options->max_dim > 0 ? options->max_dim : 6,
               .generic = has_variable(checked, RK_GENERIC)};
    double limit = options->time_limit > 0 ? options->time_limit : 5;
    j->deadline = j->start + limit;
    j->finite = rk_dims_finite(checked, &j->choices);
    j->low = rk_arena_alloc(arena, (checked->ndims + 1) * sizeof(int64_t));
    j->high = rk_arena_alloc(arena, (checked->ndims + 1) * sizeof(int64_t));
}

static rk_status settle(job *j) {
    uint64_t samples = j->options->samples > 0 ? j->options->samples : 200;
    bool early = calculus_first(j), proved = false;
    if (early)
        calculate(j);
    if (!j->calculated)
        visit_all(j);
    if (j->text_error || no_dimensions(j))
        return RK_BAD_INPUT;
    proved = proved_everywhere(j);
    if (!early && !proved && !j->refuted && j->checked->mode == RK_MODE_UNIVERSAL)
        calculate(j);
    if (proved && !early && j->checked->mode == RK_MODE_UNIVERSAL)
        prefer_calculus(j);
    if (proved && j->records != NULL && j->unrecorded && may_part(j))
        prove_apart(j);
    if (!proved && !j->calculated)
        visit_with_sides(j);
    bool open = !proved && !j->calculated && !proved_everywhere(j) && !j->refuted && !j->late;
    if (open && may_part(j))
        prove_apart(j);
    if (!proved && !j->refuted && j->checked->mode == RK_MODE_EXISTS)
        rk_job_no_example(j);
    proved = proved || j->calculated || proved_everywhere(j);
    if (proved && j->refuted)
        rk_guard_raise("internal error: a proof and a counterexample disagree");
    if (!j->late)
        find_instances(j, proved, samples);
    return RK_OK;
}

static rk_status settle_random(job *j) {
    rk_job_random(j, j->options->samples);
    return no_dimensions(j) ? RK_BAD_INPUT : RK_OK;
}

rk_status rk_settle(const rk_module *module, const rk_checked *checked,
                    const rankle_options *options, rk_arena *arena, rk_result *result,
                    rk_diags *diags) {
    job j;
    rk_buf records;
    rk_buf_init(&records);
    job_init(&j, checked, options, arena, result, diags);
    j.known = known_counterexample(module, checked);
    j.records = result->keep_records ? &records : NULL;
    rk_status status = checked->mode == RK_MODE_RANDOM ? settle_random(&j) : settle(&j);
    if (status == RK_OK) {
        bool proved = j.calculated || proved_everywhere(&j); /* examples were counted meanwhile */
        rk_job_records_keep(&j, proved);
        rk_job_verdict(&j, proved);
    }
    rk_buf_clear(&records);
    return status;
}

rk_status rk_settle_by_hunt(const rk_module *module, const rk_checked *checked, uint64_t trials,
                            const rankle_options *options, rk_ledger *ledger, rk_arena *arena,
                            rk_result *result, rk_diags *diags) {
    job j;
    job_init(&j, checked, options, arena, result, diags);
    j.known = known_counterexample(module, checked);
    j.hunting = true;
    j.ledger = ledger;
    if (options->time_limit <= 0)
        j.deadline = j.start + 60;
    if (checked->mode == RK_MODE_RANDOM)
        rk_job_random(&j, trials == UINT64_MAX ? 0 : trials);
    else
        hunt(&j, trials);
    rk_job_verdict(&j, false);
    return j.kept;
}

bool rk_settle_help(const rk_checked *checked, const rankle_options *options,
                    const rk_team_job *team_job, rk_arena *arena) {
    job j;
    rk_result unused = {0};
    job_init(&j, checked, options, arena, &unused, NULL);
    j.hunting = true;
    j.deadline = team_job->left > 0 ? j.start + team_job->left : 0;
    rk_hunt_options o = hunt_options(&j, team_job->trials);
    j.spread = rk_spread_new();
    bool same = rk_hunt_help(checked, &o, options->team, team_job);
    rk_spread_free(j.spread);
    return same;
}
