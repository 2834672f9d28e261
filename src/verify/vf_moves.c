/* Upper bounds of Jacobians from shapes: the derivative of a term is a linear function of those of
   its parts, so its rank is at most the sum of theirs, and at most what the form of the term
   leaves free. */
#include "vf_facts.h"

/* More than any matrix has entries. */
static const int64_t many = INT64_C(1) << 40;

typedef struct flow {
    vf_facts *f;
    const vf_term *jrank;
    vf_table memo;
} flow;

/* Of one variable or member. */
static int64_t directions(vf_facts *f, const vf_term *variable) {
    const vf_shape *s = vf_shape_of(f, variable);
    int64_t n = (int64_t)s->rows, m = (int64_t)s->cols;
    switch (f->theorem->var[variable->var].set) {
    case VF_INTEGER:
    case VF_PERMUTATION:
        return 0;
    case VF_STOCHASTIC:
    case VF_ATTENTION:
    case VF_UNIT_ROWS:
        return n * (m - 1);
    case VF_SYMMETRIC:
    case VF_PSD:
        return n * (n + 1) / 2;
    case VF_ORTHOGONAL:
        return n * (n - 1) / 2;
    case VF_DIAGONAL:
        return n;
    default:
        return n * m;
    }
}

/* All members of a variable. */
static int64_t all_directions(vf_facts *f, const vf_term *variable) {
    const vf_term *members = f->theorem->var[variable->var].members;
    int64_t each = directions(f, variable), n = members ? vf_facts_integer(f, members) : 1;
    return n < many / (each + 1) ? n * each : many;
}

/* What moves a term: at most so many directions, of these variables of the jrank, bit by bit. */
typedef struct motion {
    int64_t most;
    uint64_t by;
} motion;

static motion together(motion a, motion b) {
    return (motion){a.most + b.most < many ? a.most + b.most : many, a.by | b.by};
}

static motion moves(flow *w, const vf_term *t);

static motion of_kids(flow *w, const vf_term *t, size_t from) {
    motion sum = {0, 0};
    for (size_t k = from; k < t->nkids; k++)
        sum = together(sum, moves(w, t->kid[k]));
    return sum;
}

static motion of_rounds(flow *w, const vf_term *t) {
    long from = vf_facts_integer(w->f, t->kid[0]), to = vf_facts_integer(w->f, t->kid[1]);
    motion sum = {0, 0};
    vf_facts_rounds(from, to);
    for (long i = from; i <= to; i++) {
        vf_bound before = vf_facts_bind(w->f, t->sym, i);
        sum = together(sum, moves(w, t->kid[2]));
        vf_facts_unbind(w->f, t->sym, before);
    }
    return sum;
}

static motion of_variable(flow *w, const vf_term *t) {
    for (size_t k = 1; k < w->jrank->nkids; k++)
        if (w->jrank->kid[k]->var == t->var)
            return (motion){directions(w->f, t), UINT64_C(1) << (k < 64 ? k : 0)};
    return (motion){0, 0};
}

/* How much of each row does not move freely: its sum; its length; its mean. */
static int64_t lost_in_row(flow *w, const vf_term *t) {
    if (t->op == VF_CENTER)
        return 1;
    if (t->op != VF_SOFTMAX && t->op != VF_RMSNORM && t->op != VF_LAYERNORM)
        return 0;
    if (of_kids(w, t, 1).by != 0)
        return 0;
    if (t->op == VF_LAYERNORM)
        return t->nkids == 3 ? 2 : 1;
    return t->op == VF_SOFTMAX || t->nkids == 2;
}

static int64_t free_entries(flow *w, const vf_term *t) {
    const vf_shape *s = vf_shape_of(w->f, t);
    int64_t width = (int64_t)s->cols - lost_in_row(w, t);
    return width > 0 ? (int64_t)s->rows * width : 0;
}

/* Bit 0 stands for what has none of its own. */
static int64_t all_of(flow *w, uint64_t by) {
    int64_t sum = by & 1 ? many : 0;
    for (size_t k = 1; k < w->jrank->nkids && k < 64 && sum < many; k++)
        sum += by >> k & 1 ? all_directions(w->f, w->jrank->kid[k]) : 0;
    return sum;
}

static motion of_parts(flow *w, const vf_term *t) {
    if (t->op >= VF_LOOP_SUM && t->op <= VF_LOOP_MIN)
        return of_rounds(w, t);
    switch (t->op) {
    case VF_VAR:
        return of_variable(w, t);
    case VF_ROWS:
    case VF_COLS:
        return (motion){0, 0};
    case VF_ACC:
    case VF_FOLD:
        return (motion){many, w->jrank->nkids > 64 ? UINT64_MAX : UINT64_MAX - 1};
    default:
        return of_kids(w, t, 0);
    }
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static motion moves(flow *w, const vf_term *t) {
    const motion *known = *vf_table_place(&w->memo, t, w->f->scope);
    if (known != NULL)
        return *known;
    motion *kept = vf_alloc(sizeof *kept);
    *kept = of_parts(w, t);
    if (kept->by != 0 && t->op != VF_ACC)
        kept->most = least(least(kept->most, all_of(w, kept->by)), free_entries(w, t));
    *vf_table_place(&w->memo, t, w->f->scope) = kept;
    return *kept;
}

long vf_most_moves(vf_facts *f, const vf_term *jrank) {
    flow w = {.f = f, .jrank = jrank};
    const vf_shape *s = vf_shape_of(f, jrank->kid[0]);
    return (long)least(moves(&w, jrank->kid[0]).most, (int64_t)(s->rows * s->cols));
}
