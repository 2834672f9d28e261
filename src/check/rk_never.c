/* A claim that never holds: its negation, as a theorem for all values, has a proof. Such a claim
   has no example, and a generic theorem with it fails wherever it speaks of something. */
#include "check_inside.h"
#include "base/rk_clock.h"
#include "calculus/rk_record.h"

#include <string.h>

enum { CHOICES = 8 }; /* of dimensions at which an example is excluded by the provers there */

/* --- the negation --------------------------------------------------------------------------- */

static bool is_number(const rk_checked *c, const rk_term *t) {
    int64_t rows, cols;
    return rk_size_is_const(c->sizes, t->rows, &rows) &&
           rk_size_is_const(c->sizes, t->cols, &cols) && rows == 1 && cols == 1;
}

/* Of numbers, and of matrices as a whole, the contrary comparison. */
static rk_term *contrary(const rk_checked *c, rk_arena *arena, const rk_term *claim) {
    static const rk_cmp turned[] = {[RK_EQ] = RK_NE, [RK_NE] = RK_EQ, [RK_LT] = RK_GE,
                                    [RK_LE] = RK_GT, [RK_GT] = RK_LE, [RK_GE] = RK_LT};
    bool whole = claim->op == RK_T_COMPARE && (claim->cmp == RK_EQ || claim->cmp == RK_NE);
    if (claim->op != RK_T_COMPARE ||
        (!whole && !(is_number(c, claim->kid[0]) && is_number(c, claim->kid[1]))))
        return NULL;
    rk_term *t = rk_arena_alloc(arena, sizeof *t);
    *t = *claim;
    t->id = (unsigned)c->nterms;
    t->cmp = turned[claim->cmp];
    return t;
}

static rk_term *negated(const rk_checked *c, rk_arena *arena, rk_term *claim) {
    rk_term *t = contrary(c, arena, claim);
    if (t != NULL)
        return t;
    t = rk_arena_alloc(arena, sizeof *t);
    rk_term **kid = rk_arena_alloc(arena, sizeof *kid);
    *kid = claim;
    *t = (rk_term){
        .op = RK_T_NOT, .id = (unsigned)c->nterms, .span = claim->span, .kid = kid, .nkids = 1};
    return t;
}

/* Where there is to be one example of all claims, the others are hypotheses. */
static void take_others(rk_checked *never, const rk_checked *c, size_t k, rk_arena *arena) {
    rk_term **all = rk_arena_alloc(arena, (c->nassumes + c->nclaims + 1) * sizeof(rk_term *));
    size_t n = c->nassumes;
    for (size_t i = 0; i < n; i++)
        all[i] = c->assumes[i];
    for (size_t i = 0; i < c->nclaims; i++)
        if (i != k)
            all[n++] = c->claims[i];
    never->assumes = all;
    never->nassumes = n;
}

static void take_all_values(rk_checked *never, const rk_checked *c, rk_arena *arena) {
    never->vars = rk_arena_alloc(arena, (c->nvars + 1) * sizeof *never->vars);
    for (size_t v = 0; v < c->nvars; v++) {
        never->vars[v] = c->vars[v];
        never->vars[v].quant = RK_FORALL;
    }
}

static const rk_checked *never(const rk_checked *c, size_t k, rk_arena *arena) {
    rk_checked *n = rk_arena_alloc(arena, sizeof *n);
    *n = *c;
    n->claims = rk_arena_alloc(arena, sizeof *n->claims);
    n->claims[0] = negated(c, arena, c->claims[k]);
    n->nclaims = 1;
    n->nterms = c->nterms + 1;
    n->mode = RK_MODE_UNIVERSAL;
    if (c->mode == RK_MODE_EXISTS) {
        take_others(n, c, k, arena);
        take_all_values(n, c, arena);
    }
    return n;
}

static double until(const job *j, double share) {
    double now = rk_clock();
    return now + (j->deadline - now) * share;
}

static void put_never(rk_buf *records, size_t k) {
    if (records != NULL)
        rk_buf_printf(records, "never %zu\n", k + 1);
}

/* --- for all dimensions --------------------------------------------------------------------- */

/* Writes the proof to records, unless NULL; *recorded: whether it could. */
static bool by_calculus(job *j, size_t k, double end, rk_buf *records, bool *recorded) {
    rk_calculus_options o = {.deadline = end};
    rk_calculus *c = rk_calculus_prove(never(j->checked, k, j->arena), &o);
    bool proved = rk_calculus_proved(c);
    if (proved) {
        put_never(records, k);
        *recorded = records == NULL || rk_calculus_record(c, records, NULL);
    }
    rk_calculus_free(c);
    return proved;
}

/* --- `exists` ------------------------------------------------------------------------------- */

static bool at_all_dimensions(job *j, size_t k) {
    bool recorded = true;
    rk_job_records_restart(j);
    if (!by_calculus(j, k, until(j, 0.125), j->records, &recorded))
        return false;
    j->refuted = true;
    j->method = "rank calculus";
    j->unrecorded = !recorded;
    return true;
}

/* The provers at one choice of dimensions, told that it is the only one. */
static bool at_dimensions(job *j, size_t k, const int64_t *dims, double end) {
    const rk_checked *n = never(j->checked, k, j->arena);
    rk_program *p = NULL;
    rk_proof proof;
    if (rk_program_build(n, dims, NULL, &p) != RK_BUILD_OK)
        return false;
    job one = *j;
    one.checked = n;
    one.finite = true;
    one.choices = one.visited_choices = 1;
    one.proved_choices = 0;
    one.sides = NULL;
    one.deadline = end;
    rk_job_records_restart(j);
    rk_job_records_at(j, dims);
    put_never(j->records, k);
    size_t mark = j->records != NULL ? j->records->len : 0;
    rk_proof_init(&proof);
    bool found = rk_job_prove_at(&one, p, end, &proof) == RK_PROOF_TRUE;
    if (found) {
        j->refuted = true;
        j->method = rk_arena_strdup(j->arena, proof.method);
        j->unrecorded = j->records != NULL && j->records->len == mark;
        j->point_dims = rk_arena_alloc(j->arena, (n->ndims + 1) * sizeof *dims);
        memcpy(j->point_dims, dims, n->ndims * sizeof *dims);
    }
    rk_proof_clear(&proof);
    rk_program_free(p);
    return found;
}

static bool at_some_dimensions(job *j, size_t k) {
    int64_t *dims = rk_arena_alloc(j->arena, (j->checked->ndims + 1) * sizeof *dims);
    rk_dims_iter *it = rk_dims_iter_new(j->checked, j->finite ? 0 : j->max_dim);
    double end = until(j, 0.125);
    bool found = false;
    for (int i = 0; i < CHOICES && !found && rk_clock() < end && rk_dims_next(it, dims); i++)
        found = at_dimensions(j, k, dims, end);
    rk_dims_iter_free(it);
    return found;
}

void rk_job_no_example(job *j) {
    for (size_t k = j->checked->nclaims; k-- > 0 && !j->refuted;)
        if (!(j->finite && at_some_dimensions(j, k)) && !at_all_dimensions(j, k) && !j->finite)
            at_some_dimensions(j, k);
    if (!j->refuted)
        rk_job_records_restart(j);
}

/* --- generic theorems ------------------------------------------------------------------------ */

void rk_job_find_never(job *j) {
    const rk_checked *c = j->checked;
    if (j->never != NULL)
        return;
    j->never = rk_arena_alloc(j->arena, (c->nclaims + 1) * sizeof *j->never);
    for (size_t k = 0; k < c->nclaims; k++) {
        rk_buf text;
        bool recorded = true;
        rk_buf_init(&text);
        j->never[k] = NULL;
        if (by_calculus(j, k, until(j, 0.125), &text, &recorded))
            j->never[k] = recorded ? rk_arena_strdup(j->arena, text.text) : "";
        rk_buf_clear(&text);
    }
}

const char *rk_job_never(const job *j, const rk_program *p, const rk_assignment *a,
                         const rk_prove_options *o) {
    const char *proof = NULL;
    for (size_t k = 0; j->never != NULL && k < j->checked->nclaims && proof == NULL; k++)
        proof = j->never[k];
    return proof != NULL && rk_prove_open_instance(p, a, o) ? proof : NULL;
}
