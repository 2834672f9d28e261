/* Instances of the laws of traces, determinants and inner products in the goal and the hypotheses:
   the trace of what is its own square, of products of semidefinite matrices, determinants of
   products, and which of them are 0. (Horn and Johnson, Matrix Analysis, 0.3, 1.1, 7.5.) */
#include "rk_inst_inside.h"
#include "rk_sequent.h"
#include "scalar_inside.h"

enum { MOST_DETS = 8, MOST_LETTERS = 8, MOST_COLUMNS = 4, MOST_RULES = 24 };

typedef struct traces {
    rk_context *x;
    const rk_mx *det[MOST_DETS]; /* of which a determinant stands in the goal or a hypothesis */
    size_t ndets;
    const rk_mx *column[MOST_COLUMNS]; /* variables in rules */
    size_t ncolumns;
} traces;

static void state_fact(traces *w, rk_fact f, size_t n, const rk_mx *const *mx) {
    const rk_mx **kept = rk_arena_alloc(w->x->calculus->arena, n * sizeof *kept);
    for (size_t i = 0; i < n; i++)
        kept[i] = mx[i];
    f.matrix = kept;
    f.nmatrices = n;
    if (!w->x->calculus->options.limits.disabled[f.law] && !rk_sc_is_zero(f.value))
        rk_instances_add(w->x->instances, &f);
}

/* value >= 0, or == 0, about a and (or NULL) b */
static void state(traces *w, rk_law law, rk_sc value, bool equation, const rk_mx *a,
                  const rk_mx *b) {
    rk_fact f = {.law = law, .value = value, .equation = equation};
    state_fact(w, f, b ? 2 : 1, (const rk_mx *[]){a, b});
}

static rk_sc trace_of(const traces *w, const rk_mx *a) {
    return rk_reader_trace(w->x->reader, a);
}

/* --- traces --------------------------------------------------------------------------------- */

/* trace(A*B) == trace(B*A), which rules may show to be something else. */
static void turn(traces *w, const rk_mx *a, const rk_mx *b) {
    rk_mxs *s = w->x->store;
    if (a->rows != b->cols || a->cols != b->rows)
        return;
    rk_sc ahead = trace_of(w, rk_mx_mul(s, a, b)), back = trace_of(w, rk_mx_mul(s, b, a));
    state(w, RK_LAW_TRACE_TURN, rk_sc_sub(w->x->scalars, ahead, back), true, a, b);
}

/* By rules x'*A*x may be 0 where it is the trace of A*x*x'. */
static void turns(traces *w, const rk_quantity *q) {
    const rk_mx *a = q->mx[0];
    if (a->nwords != 1 || a->word[0].length > MOST_LETTERS)
        return;
    for (size_t k = 1; k < a->word[0].length; k++) {
        const rk_mx *left, *right;
        rk_mx_split(w->x->store, a, k, &left, &right);
        turn(w, left, right);
    }
}

/* A*A == c*A: the trace is c times the rank. */
static void idempotent(traces *w, const rk_mx *a) {
    rk_context *x = w->x;
    rk_sc c = rk_reader_factor(x->reader, rk_mx_mul(x->store, a, a), a);
    if (a->rows != a->cols || c == NULL)
        return;
    rk_sc rank = rk_sc_mul(x->scalars, c, rk_mx_rank(x->store, a));
    rk_instances_want(x->instances, a);
    state(w, RK_LAW_TRACE_IDEMPOTENT, rk_sc_sub(x->scalars, trace_of(w, a), rank), true, a,
          rk_mx_scalar(x->store, c));
}

/* A^k == 0: the trace is 0. */
static void nilpotent(traces *w, const rk_mx *a) {
    enum { HIGHEST = 4 };
    const rk_mx *power = a;
    if (rk_mx_is_grid(a) || a->rows != a->cols || rk_rewrite_size(w->x->rewrite) == 0)
        return;
    for (int k = 2; k <= HIGHEST; k++) {
        power = rk_mx_mul(w->x->store, power, a);
        if (!rk_mx_is_zero(power))
            continue;
        rk_sc exponent = rk_sc_int(w->x->scalars, k);
        state(w, RK_LAW_TRACE_NILPOTENT, trace_of(w, a), true, a,
              rk_mx_scalar(w->x->store, exponent));
        return;
    }
}

/* trace(A)^2 <= rank(A)*trace(A'*A), n*trace(A'*A) */
static void square(traces *w, const rk_quantity *q) {
    rk_context *x = w->x;
    rk_scalars *s = x->scalars;
    const rk_mx *a = q->mx[0];
    rk_sc v = rk_sc_quantity(s, q), one = rk_sc_mul(s, v, v);
    rk_sc squares = trace_of(w, rk_mx_mul(x->store, rk_mx_transpose(x->store, a), a));
    rk_sc size[] = {rk_mx_rank(x->store, a), a->rows};
    rk_instances_want(x->instances, a);
    for (int i = 0; i < 2; i++)
        state(w, RK_LAW_TRACE_SQUARE, rk_sc_sub(s, rk_sc_mul(s, size[i], squares), one), false, a,
              NULL);
}

/* 0 <= v <= trace(A)*trace(B), norm(A, 2)*trace(B) for v = trace(A*B) */
static void below_products(traces *w, rk_sc v, const rk_mx *a, const rk_mx *b) {
    rk_scalars *s = w->x->scalars;
    rk_sc of_b = trace_of(w, b);
    rk_sc bound[] = {trace_of(w, a), rk_reader_norm(w->x->reader, RK_NORM_TWO, a)};
    state(w, RK_LAW_TRACE_SEMIDEFINITE, v, false, a, b);
    for (int i = 0; i < 2; i++)
        state(w, RK_LAW_TRACE_SEMIDEFINITE, rk_sc_sub(s, rk_sc_mul(s, bound[i], of_b), v), false, a,
              b);
}

/* The same for semidefinite A and B, wherever the ring of letters can
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
            below_products(w, v, left, right);
            below_products(w, v, right, left);
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
            square[i] =
                trace_of(w, rk_mx_mul(x->store, rk_mx_transpose(x->store, part[i]), part[i]));
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

/* det(I + A) >= 1 + trace(A), det(A + B) >= det(A) + det(B) for semidefinite A and B, one of them a
   term of the sum. */
static void sum_of_semidefinite(traces *w, const rk_mx *sum) {
    rk_context *x = w->x;
    rk_scalars *s = x->scalars;
    if (rk_mx_is_grid(sum) || sum->nwords < 2)
        return;
    rk_sc det = rk_reader_det(x->reader, sum), one = rk_sc_int(s, 1);
    for (size_t i = 0; i < sum->nwords; i++) {
        const rk_mx *a = rk_mx_of_words(x->store, sum->rows, sum->cols, &sum->word[i], 1);
        const rk_mx *b = rk_mx_sub(x->store, sum, a);
        if (!rk_mx_is_psd(x->store, a) || !rk_mx_is_psd(x->store, b))
            continue;
        rk_sc parts = rk_sc_add(s, rk_reader_det(x->reader, a), rk_reader_det(x->reader, b));
        state(w, RK_LAW_DET_SUM, rk_sc_sub(s, det, parts), false, a, b);
        rk_sc bound = rk_sc_add(s, one, trace_of(w, b));
        if (a == rk_mx_eye(x->store, sum->rows))
            state(w, RK_LAW_DET_TRACE, rk_sc_sub(s, det, bound), false, b, NULL);
    }
}

/* Sums and products of those in the goal, powers up to the third, and products as the text has
   them. */
static void determinants(traces *w) {
    rk_mxs *s = w->x->store;
    for (size_t i = 0; i < w->ndets; i++) {
        const rk_mx *a = w->det[i];
        sum_of_semidefinite(w, a);
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

/* --- equations ------------------------------------------------------------------------------ */

static void take_columns(traces *w, const rk_mx *a) {
    rk_mxs *s = w->x->store;
    for (size_t i = 0; i < a->nwords; i++)
        for (size_t k = 0; k < a->word[i].length && w->ncolumns < MOST_COLUMNS; k++) {
            const rk_leaf *leaf = a->word[i].letter[k].leaf;
            const rk_mx *m = rk_mx_of_leaf(s, leaf);
            bool known = leaf->kind != RK_L_VAR || !rk_sc_is_one(leaf->cols);
            for (size_t c = 0; c < w->ncolumns && !known; c++)
                known = w->column[c] == m;
            if (!known)
                w->column[w->ncolumns++] = m;
        }
}

/* The columns that can stand beside a matrix with so many rows; a single row needs none. */
static size_t beside(const traces *w, rk_sc rows, const rk_mx *out[MOST_COLUMNS]) {
    size_t n = 0;
    if (rk_sc_is_one(rows))
        out[n++] = rk_mx_eye(w->x->store, rows);
    for (size_t i = 0; i < w->ncolumns && !rk_sc_is_one(rows); i++)
        if (w->column[i]->rows == rows)
            out[n++] = w->column[i];
    return n;
}

/* The matrix `zero` is 0, so x'*zero*y is, for all columns x and y. */
static void state_zero(traces *w, rk_fact f, size_t n, const rk_mx *const *mx, const rk_mx *zero) {
    rk_mxs *s = w->x->store;
    const rk_mx *left[MOST_COLUMNS], *right[MOST_COLUMNS], *all[5];
    size_t nleft = beside(w, zero->rows, left), nright = beside(w, zero->cols, right);
    for (size_t i = 0; i < n; i++)
        all[i] = mx[i];
    f.equation = true;
    for (size_t i = 0; i < nleft; i++)
        for (size_t k = 0; k < nright; k++) {
            all[n] = rk_mx_transpose(s, left[i]);
            all[n + 1] = right[k];
            f.value = trace_of(w, rk_mx_mul(s, all[n], rk_mx_mul(s, zero, all[n + 1])));
            state_fact(w, f, n + 2, all);
        }
}

/* What an equation that is no rule, or not a whole one, says of numbers. */
static void equations(traces *w) {
    rk_context *x = w->x;
    for (size_t i = 0; i < x->nassumptions; i++) {
        const rk_assumption *a = &x->assumption[i];
        const rk_mx *zero =
            a->left == NULL || !a->equation ? NULL : rk_mx_sub(x->store, a->left, a->right);
        if (zero == NULL || rk_mx_is_grid(zero))
            continue;
        take_columns(w, zero);
        state_zero(w, (rk_fact){.law = RK_LAW_EQUATION, .origin = (unsigned)i}, 0, NULL, zero);
    }
}

/* (A*B)*C == A*(B*C), where rules for A*B and for B*C make the sides differ. */
static void overlap(traces *w, const rk_mx *first, const rk_mx *second) {
    rk_mxs *s = w->x->store;
    size_t n = first->word[0].length, m = second->word[0].length;
    for (size_t k = 1; k < n && n <= MOST_LETTERS && m <= MOST_LETTERS; k++) {
        const rk_letter *p = first->word[0].letter, *q = second->word[0].letter;
        bool same = n - k < m;
        for (size_t i = 0; same && k + i < n; i++)
            same = rk_inst_same_letter(&p[k + i], &q[i]);
        if (!same)
            continue;
        const rk_mx *part[3] = {rk_inst_of_letters(w->x->instances, first->rows, p, k),
                                rk_inst_of_letters(w->x->instances, rk_letter_rows(q[0]), q, n - k),
                                rk_inst_of_letters(w->x->instances, rk_letter_rows(q[n - k]),
                                                   q + (n - k), m - (n - k))};
        const rk_mx *left = rk_mx_mul(s, rk_mx_mul(s, part[0], part[1]), part[2]);
        const rk_mx *right = rk_mx_mul(s, part[0], rk_mx_mul(s, part[1], part[2]));
        const rk_mx *zero = rk_mx_sub(s, left, right);
        if (!rk_mx_is_grid(zero))
            state_zero(w, (rk_fact){.law = RK_LAW_ASSOCIATIVE}, 3, part, zero);
    }
}

static void overlaps(traces *w) {
    const rk_rewrite *rules = w->x->rewrite;
    const rk_mx *lead[MOST_RULES];
    size_t n = 0;
    for (size_t i = 0; i < rk_rewrite_size(rules) && n < MOST_RULES; i++) {
        rk_rewrite_rule rule = rk_rewrite_get(rules, i);
        if (rk_mx_is_grid(rule.lead) || rule.lead->nwords != 1)
            continue;
        lead[n++] = rule.lead;
        take_columns(w, rule.lead);
        take_columns(w, rk_mx_transpose(w->x->store, rule.lead));
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            overlap(w, lead[i], lead[k]);
}

/* Products as written: A*B turned; x'*A*x >= 0 for a semidefinite A, where A*x is written. */
static void written(traces *w) {
    rk_context *x = w->x;
    for (size_t i = 0; i < rk_reader_nwritten(x->reader); i++) {
        const rk_written *t = rk_reader_written(x->reader, i);
        if (t->sum || rk_mx_is_grid(t->left) || rk_mx_is_grid(t->right))
            continue;
        turn(w, t->left, t->right);
        const rk_mx *square = rk_mx_mul(x->store, t->right, rk_mx_transpose(x->store, t->right));
        if (rk_sc_is_one(t->right->cols) && t->left->cols == t->right->rows &&
            rk_mx_is_psd(x->store, t->left))
            state(w, RK_LAW_TRACE_SEMIDEFINITE, trace_of(w, rk_mx_mul(x->store, t->left, square)),
                  false, t->left, square);
    }
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
        bool squared = is_squared(w->x, a, i);
        if (q->kind == RK_Q_ENTRY && rk_rewrite_size(w->x->rewrite) > 0)
            turns(w, q);
        if (q->kind == RK_Q_TRACE || q->kind == RK_Q_RANK)
            idempotent(w, q->mx[0]);
        if (q->kind == RK_Q_TRACE) {
            nilpotent(w, q->mx[0]);
            semidefinite(w, q);
        }
        if (q->kind == RK_Q_TRACE && squared)
            square(w, q);
        if ((q->kind == RK_Q_TRACE || q->kind == RK_Q_ENTRY) && squared)
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
    determinants(&w);
    if (rk_rewrite_size(x->rewrite) > 0) {
        written(&w);
        overlaps(&w);
    }
    equations(&w);
}
