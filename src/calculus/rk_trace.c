/* Instances of the laws of traces, determinants and inner products in the goal and the hypotheses:
   the trace of what is its own square, of products of semidefinite matrices, determinants of
   products, and which of them are 0. (Horn and Johnson, Matrix Analysis, 0.3, 1.1, 7.5.) */
#include "rk_inst_inside.h"
#include "rk_sequent.h"
#include "scalar_inside.h"

enum { MOST_DETS = 8, MOST_LETTERS = 8 };

typedef struct traces {
    rk_context *x;
    const rk_mx *det[MOST_DETS]; /* of which a determinant stands in the goal or a hypothesis */
    size_t ndets;
} traces;

/* value >= 0, or == 0, about a and (or NULL) b */
static void state(traces *w, rk_law law, rk_sc value, bool equation, const rk_mx *a,
                  const rk_mx *b) {
    const rk_mx *mx[2] = {a, b};
    rk_fact f = {.law = law, .value = value, .equation = equation, .nmatrices = b ? 2 : 1};
    const rk_mx **kept = rk_arena_alloc(w->x->calculus->arena, sizeof mx);
    kept[0] = a;
    kept[1] = b;
    f.matrix = kept;
    if (!w->x->calculus->options.limits.disabled[law] && !rk_sc_is_zero(value))
        rk_instances_add(w->x->instances, &f);
}

/* --- traces --------------------------------------------------------------------------------- */

/* By rules the trace of a word may be seen to be 0 when it is turned: x'*A*x is that of A*x*x'. */
static void turns(traces *w, const rk_quantity *q) {
    rk_context *x = w->x;
    const rk_mx *a = q->mx[0];
    rk_sc v = rk_sc_quantity(x->scalars, q);
    if (a->nwords != 1 || a->word[0].length > MOST_LETTERS || rk_rewrite_size(x->rewrite) == 0)
        return;
    for (size_t k = 1; k < a->word[0].length; k++) {
        const rk_mx *left, *right;
        rk_mx_split(x->store, a, k, &left, &right);
        rk_sc turned = rk_reader_trace(x->reader, rk_mx_mul(x->store, right, left));
        state(w, RK_LAW_TRACE_TURN, rk_sc_sub(x->scalars, v, turned), true, left, right);
    }
}

/* A*A == A: the trace is the rank. */
static void idempotent(traces *w, const rk_quantity *q) {
    rk_context *x = w->x;
    const rk_mx *a = q->mx[0];
    if (rk_mx_mul(x->store, a, a) != a)
        return;
    rk_sc rank = rk_mx_rank(x->store, a);
    rk_instances_want(x->instances, a);
    state(w, RK_LAW_TRACE_IDEMPOTENT, rk_sc_sub(x->scalars, rk_sc_quantity(x->scalars, q), rank),
          true, a, NULL);
}

/* 0 <= trace(A*B) <= trace(A)*trace(B) for semidefinite A and B, wherever the ring of letters can
   be cut in two such parts. */
static void semidefinite(traces *w, const rk_quantity *q) {
    rk_context *x = w->x;
    const rk_mx *a = q->mx[0];
    if (a->nwords != 1 || a->word[0].length > MOST_LETTERS || !rk_sc_is_one(a->word[0].coef))
        return;
    size_t n = a->word[0].length;
    rk_sc v = rk_sc_quantity(x->scalars, q);
    for (size_t turn = 0; turn < n; turn++) {
        rk_letter ring[MOST_LETTERS];
        for (size_t i = 0; i < n; i++)
            ring[i] = a->word[0].letter[(turn + i) % n];
        for (size_t k = 1; 2 * k <= n; k++) {
            rk_sc rows = rk_letter_rows(ring[0]);
            const rk_mx *left = rk_inst_of_letters(x->instances, rows, ring, k);
            const rk_mx *right = rk_inst_of_letters(x->instances, left->cols, ring + k, n - k);
            if (left->rows != left->cols || !rk_mx_is_psd(x->store, left) ||
                !rk_mx_is_psd(x->store, right))
                continue;
            rk_sc bound = rk_sc_mul(x->scalars, rk_reader_trace(x->reader, left),
                                    rk_reader_trace(x->reader, right));
            state(w, RK_LAW_TRACE_SEMIDEFINITE, v, false, left, right);
            state(w, RK_LAW_TRACE_SEMIDEFINITE, rk_sc_sub(x->scalars, bound, v), false, left,
                  right);
        }
    }
}

/* trace(A*B)^2 <= trace(A'*A)*trace(B'*B) for the value x'*y of a word, or the trace of one. */
static void inner_product(traces *w, const rk_quantity *q) {
    rk_context *x = w->x;
    const rk_mx *a = q->mx[0];
    rk_sc v = rk_sc_quantity(x->scalars, q);
    if (a->nwords != 1 || a->word[0].length > MOST_LETTERS || !rk_sc_is_one(a->word[0].coef))
        return;
    for (size_t k = 1; k < a->word[0].length; k++) {
        const rk_mx *part[2];
        rk_mx_split(x->store, a, k, &part[0], &part[1]);
        rk_sc square[2];
        for (int i = 0; i < 2; i++)
            square[i] = rk_reader_trace(
                x->reader, rk_mx_mul(x->store, rk_mx_transpose(x->store, part[i]), part[i]));
        rk_sc bound = rk_sc_mul(x->scalars, square[0], square[1]);
        state(w, RK_LAW_CAUCHY_SCHWARZ, rk_sc_sub(x->scalars, bound, rk_sc_mul(x->scalars, v, v)),
              false, part[0], part[1]);
    }
}

/* --- determinants --------------------------------------------------------------------------- */

static void take_det(traces *w, const rk_mx *a) {
    for (size_t i = 0; i < w->ndets; i++)
        if (w->det[i] == a)
            return;
    if (w->ndets < MOST_DETS)
        w->det[w->ndets++] = a;
}

/* det(A*B) == det(A)*det(B) */
static void product(traces *w, const rk_mx *a, const rk_mx *b) {
    rk_context *x = w->x;
    if (a->rows != a->cols || b->rows != b->cols || a->cols != b->rows)
        return;
    rk_sc whole = rk_reader_det(x->reader, rk_mx_mul(x->store, a, b));
    rk_sc parts = rk_sc_mul(x->scalars, rk_reader_det(x->reader, a), rk_reader_det(x->reader, b));
    state(w, RK_LAW_DET_PRODUCT, rk_sc_sub(x->scalars, whole, parts), true, a, b);
}

/* Products of those in the goal, powers up to the third, and products as the text has them. */
static void products(traces *w) {
    rk_mxs *s = w->x->store;
    for (size_t i = 0; i < w->ndets; i++) {
        const rk_mx *a = w->det[i];
        product(w, a, rk_mx_mul(s, a, a));
        for (size_t k = 0; k < w->ndets; k++) {
            const rk_mx *b = w->det[k];
            product(w, a, b);
            product(w, a, rk_mx_transpose(s, b));
            product(w, rk_mx_transpose(s, a), b);
        }
    }
    const rk_reader *r = w->x->reader;
    for (size_t i = 0; w->ndets > 0 && i < rk_reader_nwritten(r); i++)
        if (!rk_reader_written(r, i)->sum)
            product(w, rk_reader_written(r, i)->left, rk_reader_written(r, i)->right);
}

/* --- all ------------------------------------------------------------------------------------ */

static bool is_squared(const rk_context *x, rk_sc a, unsigned i) {
    fmpz_mpoly_ctx_struct *ctx = rk_canon_context(rk_scalars_canons(x->scalars), a);
    return fmpz_mpoly_degree_si(rk_sc_num(a), i, ctx) > 1;
}

static void take(traces *w, rk_sc a) {
    for (unsigned i = 0; a != NULL && i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(w->x->scalars, a->atom[i]);
        if (q == NULL)
            continue;
        if (q->kind == RK_Q_ENTRY)
            turns(w, q);
        if (q->kind == RK_Q_TRACE) {
            idempotent(w, q);
            semidefinite(w, q);
        }
        if ((q->kind == RK_Q_TRACE || q->kind == RK_Q_ENTRY) && is_squared(w->x, a, i))
            inner_product(w, q);
        if (q->kind == RK_Q_DET)
            take_det(w, q->mx[0]);
    }
}

void rk_trace_facts(rk_context *x, rk_sc goal) {
    traces w = {.x = x};
    take(&w, goal);
    for (size_t i = 0; i < x->nassumptions; i++)
        take(&w, x->assumption[i].value);
    products(&w);
}
