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

static bool is_listed(const vf_term *jrank, size_t before, unsigned var) {
    for (size_t k = 1; k < before; k++)
        if (jrank->kid[k]->var == var)
            return true;
    return false;
}

static int64_t moves(flow *w, const vf_term *t);

static int64_t sum_of_kids(flow *w, const vf_term *t, size_t from) {
    int64_t sum = 0;
    for (size_t k = from; k < t->nkids; k++)
        sum += moves(w, t->kid[k]);
    return sum;
}

static int64_t sum_of_rounds(flow *w, const vf_term *t) {
    long from = vf_facts_integer(w->f, t->kid[0]), to = vf_facts_integer(w->f, t->kid[1]);
    int64_t sum = 0;
    vf_facts_rounds(from, to);
    for (long i = from; i <= to && sum < many; i++) {
        vf_bound before = vf_facts_bind(w->f, t->sym, i);
        sum += moves(w, t->kid[2]);
        vf_facts_unbind(w->f, t->sym, before);
    }
    return sum;
}

/* How much of each row does not move freely: its sum; its length; its mean. */
static int64_t lost_in_row(flow *w, const vf_term *t) {
    if (t->op == VF_CENTER)
        return 1;
    if (t->op != VF_SOFTMAX && t->op != VF_RMSNORM && t->op != VF_LAYERNORM)
        return 0;
    if (sum_of_kids(w, t, 1) > 0)
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

static int64_t parts_move(flow *w, const vf_term *t) {
    switch (t->op) {
    case VF_VAR:
        return is_listed(w->jrank, w->jrank->nkids, t->var) ? directions(w->f, t) : 0;
    case VF_ROWS:
    case VF_COLS:
        return 0;
    case VF_ACC:
    case VF_FOLD:
        return many;
    case VF_LOOP_SUM:
    case VF_LOOP_PROD:
    case VF_LOOP_HCAT:
    case VF_LOOP_VCAT:
    case VF_LOOP_MAX:
    case VF_LOOP_MIN:
        return sum_of_rounds(w, t);
    default:
        return sum_of_kids(w, t, 0);
    }
}

static int64_t moves(flow *w, const vf_term *t) {
    const int64_t *known = *vf_table_place(&w->memo, t, w->f->scope);
    if (known != NULL)
        return *known;
    int64_t sum = parts_move(w, t), most = sum > 0 && t->op != VF_ACC ? free_entries(w, t) : sum;
    int64_t *kept = vf_alloc(sizeof *kept);
    *kept = sum < most ? sum : most;
    *vf_table_place(&w->memo, t, w->f->scope) = kept;
    return *kept;
}

/* All members of a variable. */
static int64_t all_directions(vf_facts *f, const vf_term *variable) {
    const vf_term *members = f->theorem->var[variable->var].members;
    int64_t each = directions(f, variable), n = members ? vf_facts_integer(f, members) : 1;
    return n < many / (each + 1) ? n * each : many;
}

long vf_most_moves(vf_facts *f, const vf_term *jrank) {
    flow w = {.f = f, .jrank = jrank};
    int64_t all = 0, most = moves(&w, jrank->kid[0]);
    const vf_shape *s = vf_shape_of(f, jrank->kid[0]);
    for (size_t k = 1; k < jrank->nkids && all < many; k++)
        if (!is_listed(jrank, k, jrank->kid[k]->var))
            all += all_directions(f, jrank->kid[k]);
    most = most < (int64_t)(s->rows * s->cols) ? most : (int64_t)(s->rows * s->cols);
    return (long)(all < most ? all : most);
}
