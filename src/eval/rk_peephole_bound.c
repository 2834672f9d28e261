/* Upper bounds of ranks from the way a matrix is made, at the point in hand: what is known over Q
   has its rank, a product no more than its factors, a sum no more than its terms together. A block
   row whose parts have a left factor in common, [A*B, A*C], has no more than [B, C]; the rows of a
   softmax sum to 1, so a part of ones counts as softmax times ones; rows and columns that are equal
   count once. So equal or collinear tokens, known over Q, bound ranks after any number of layers,
   where enclosures bound them from below. */
#include "rk_lines.h"
#include "rk_step.h"

#include "base/rk_mem.h"
#include "linalg/rk_rank.h"

/* Parts of a block row: an instruction, or ones. */
#define ONES UINT_MAX

enum { MOST_PARTS = 8, DEEPEST = 200 };

typedef struct parts {
    unsigned part[MOST_PARTS];
    size_t n;
    int64_t rows;
} parts;

/* A walk over the instructions: what was found is kept, plus 1. */
typedef struct walk {
    const rk_run *run;
    slong *found;
    rk_lines *lines;
} walk;

static slong bound(const walk *w, unsigned i, int depth);

static const rk_instr *instr_at(const rk_run *run, unsigned i) {
    return &run->program->instr[i];
}

static slong least(slong a, slong b) {
    return a < b ? a : b;
}

static slong rank_of(const rk_matrix *a) {
    slong low, high;
    return rk_matrix_rank(&low, &high, a) == RK_EV_OK ? high : least(a->rows, a->cols);
}

/* --- block rows ----------------------------------------------------------------------------- */

static bool is_ones(const rk_run *run, unsigned i) {
    return i == ONES || instr_at(run, i)->code == RK_P_ONES;
}

/* The left factor and the rest of a product. */
static bool is_product(const rk_run *run, unsigned i) {
    return i != ONES && instr_at(run, i)->code == RK_P_MUL;
}

/* Columns of ones times a row: no more than a part of ones, where there is one. */
static bool is_along_ones(const rk_run *run, unsigned i) {
    return is_ones(run, i) || (is_product(run, i) && is_ones(run, instr_at(run, i)->arg[0]));
}

static bool has_ones(const rk_run *run, const parts *p) {
    for (size_t k = 0; k < p->n; k++)
        if (is_ones(run, p->part[k]))
            return true;
    return false;
}

/* Terms along ones are dropped beside ones: [A + 1*b', 1]. */
static void drop_bias(const rk_run *run, parts *p) {
    for (size_t k = 0; k < p->n && has_ones(run, p); k++) {
        const rk_instr *q = p->part[k] == ONES ? NULL : instr_at(run, p->part[k]);
        if (q == NULL || (q->code != RK_P_ADD && q->code != RK_P_SUB))
            continue;
        if (is_along_ones(run, q->arg[1]))
            p->part[k] = q->arg[0];
        else if (is_along_ones(run, q->arg[0]))
            p->part[k] = q->arg[1];
    }
}

/* Takes the left factor that all parts have in common off; its rows are the new height. */
static bool take_factor(const rk_run *run, const parts *p, parts *rest) {
    unsigned left = ONES;
    *rest = *p;
    for (size_t k = 0; k < p->n; k++) {
        if (is_ones(run, p->part[k])) {
            rest->part[k] = ONES;
            continue;
        }
        if (!is_product(run, p->part[k]))
            return false;
        const rk_instr *q = instr_at(run, p->part[k]);
        if (left != ONES && q->arg[0] != left)
            return false;
        left = q->arg[0];
        rest->part[k] = q->arg[1];
    }
    if (left == ONES || (has_ones(run, p) && instr_at(run, left)->code != RK_P_SOFTMAX))
        return false;
    rest->rows = instr_at(run, left)->cols;
    return true;
}

/* [A*W, B] has no more than [A, B]: the right factor of one part, that is of the form (A*B)*W. */
static bool drop_right(const rk_run *run, const parts *p, parts *rest) {
    *rest = *p;
    for (size_t k = 0; k < p->n; k++) {
        if (!is_product(run, p->part[k]))
            continue;
        unsigned left = instr_at(run, p->part[k])->arg[0];
        if (!is_product(run, left) && instr_at(run, left)->code != RK_P_ADD &&
            instr_at(run, left)->code != RK_P_SUB)
            continue;
        rest->part[k] = left;
        return true;
    }
    return false;
}

/* The rank of the parts side by side when all are known. */
static slong known_parts(const rk_run *run, const parts *p) {
    const rk_matrix *part[MOST_PARTS];
    rk_matrix ones, all;
    const rk_domain *q = NULL;
    slong rank = (slong)p->rows;
    bool ok = true;
    for (size_t k = 0; k < p->n; k++) {
        part[k] = p->part[k] == ONES ? NULL : rk_known_over_q(run, p->part[k]);
        ok = ok && (part[k] != NULL || p->part[k] == ONES);
        q = part[k] != NULL ? part[k]->domain : q;
    }
    if (!ok || q == NULL)
        return rank;
    fmpq_mat_t column;
    fmpq_mat_init(column, (slong)p->rows, 1);
    for (slong i = 0; i < (slong)p->rows; i++)
        fmpq_one(fmpq_mat_entry(column, i, 0));
    rk_matrix_set_fmpq_mat(&ones, q, column);
    for (size_t k = 0; k < p->n; k++)
        part[k] = part[k] == NULL ? &ones : part[k];
    rk_matrix_hcat(&all, part, p->n);
    rank = rank_of(&all);
    rk_matrix_clear(&ones);
    rk_matrix_clear(&all);
    fmpq_mat_clear(column);
    return rank;
}

static slong bound_parts(const walk *w, const parts *given, int depth) {
    parts p = *given, rest;
    drop_bias(w->run, &p);
    slong most = known_parts(w->run, &p), sum = 0;
    for (size_t k = 0; k < p.n; k++)
        sum += p.part[k] == ONES ? 1 : bound(w, p.part[k], depth + 1);
    most = least(most, sum);
    if (depth < DEEPEST && take_factor(w->run, &p, &rest))
        most = least(most, bound_parts(w, &rest, depth + 1));
    else if (depth < DEEPEST && drop_right(w->run, &p, &rest))
        most = least(most, bound_parts(w, &rest, depth + 1));
    return most;
}

/* --- one instruction ------------------------------------------------------------------------ */

static slong bound_block_row(const walk *w, const rk_instr *p, int depth) {
    parts all = {.n = p->nargs, .rows = p->rows};
    slong sum = 0;
    for (size_t k = 0; k < p->nargs; k++) {
        if (p->nargs <= MOST_PARTS)
            all.part[k] = p->arg[k];
        else
            sum += bound(w, p->arg[k], depth + 1);
    }
    return p->nargs <= MOST_PARTS ? bound_parts(w, &all, depth + 1) : sum;
}

static slong bound_operation(const walk *w, const rk_instr *p, int depth) {
    switch (p->code) {
    case RK_P_MUL:
        return least(bound(w, p->arg[0], depth + 1), bound(w, p->arg[1], depth + 1));
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_VCAT: {
        slong sum = 0;
        for (size_t k = 0; k < p->nargs; k++)
            sum += bound(w, p->arg[k], depth + 1);
        return sum;
    }
    case RK_P_SCALE:
    case RK_P_ROW_SCALE:
        return bound(w, p->arg[1], depth + 1);
    case RK_P_NEG:
    case RK_P_TRANSPOSE:
    case RK_P_DIV:
    case RK_P_ROW_DIVIDE:
    case RK_P_SLICE:
        return bound(w, p->arg[0], depth + 1);
    case RK_P_HCAT:
        return bound_block_row(w, p, depth);
    case RK_P_ONES:
        return 1;
    default:
        return WORD_MAX;
    }
}

static slong bound_unknown(const walk *w, unsigned i, int depth) {
    slong rows = rk_lines_different(w->lines, i, false);
    slong cols = rk_lines_different(w->lines, i, true);
    return least(least(rows, cols), bound_operation(w, instr_at(w->run, i), depth));
}

static slong bound(const walk *w, unsigned i, int depth) {
    const rk_instr *p = instr_at(w->run, i);
    if (w->found[i] == 0 && depth <= DEEPEST) {
        const rk_matrix *a = rk_known_over_q(w->run, i);
        w->found[i] = 1 + (a != NULL ? rank_of(a) : bound_unknown(w, i, depth));
    }
    return w->found[i] > 0 ? w->found[i] - 1 : (slong)(p->rows < p->cols ? p->rows : p->cols);
}

slong rk_step_rank_bound(const rk_run *run, unsigned i) {
    rk_lines lines;
    walk w = {.run = run, .found = rk_calloc((size_t)i + 1, sizeof *w.found), .lines = &lines};
    rk_lines_init(&lines, run, i);
    slong most = bound(&w, i, 0);
    rk_lines_clear(&lines);
    rk_free(w.found);
    return most;
}
