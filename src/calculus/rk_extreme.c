/* Instances of the laws of largest and smallest entries, about the matrices of which the goal and
   the hypotheses take them, and about what these are made of: averages, sums, multiples. */
#include "rk_inst_inside.h"
#include "rk_sequent.h"

enum { MOST = 24, MOST_WORDS = 4 };

typedef struct extremes { /* max or min of each: those that come from the text first */
    rk_context *x;
    struct {
        rk_op op;
        const rk_mx *mx;
    } item[MOST];
    size_t n;
} extremes;

static void want(extremes *w, rk_op op, const rk_mx *a) {
    for (size_t i = 0; i < w->n; i++)
        if (w->item[i].op == op && w->item[i].mx == a)
            return;
    if (w->n == MOST || rk_mx_is_grid(a) || (rk_sc_is_one(a->rows) && rk_sc_is_one(a->cols)))
        return;
    w->item[w->n].op = op;
    w->item[w->n++].mx = a;
}

static rk_sc value(const extremes *w, rk_op op, const rk_mx *a) {
    return rk_reader_extreme(w->x->reader, op, a);
}

/* bound - of >= 0 for the largest entries, of - bound >= 0 for the smallest; or == 0 */
static void state(extremes *w, rk_law law, rk_op op, rk_sc of, rk_sc bound, bool equation,
                  const rk_mx *a, const rk_mx *b) {
    rk_context *x = w->x;
    bool largest = op == RK_T_MAX_ENTRIES;
    const rk_mx **mx = rk_arena_alloc(x->calculus->arena, 2 * sizeof *mx);
    mx[0] = a;
    mx[1] = b;
    rk_fact f = {.law = law, .equation = equation, .matrix = mx, .nmatrices = 2};
    f.value = rk_sc_sub(x->scalars, largest ? bound : of, largest ? of : bound);
    if (!x->calculus->options.limits.disabled[law] && !rk_sc_is_zero(f.value))
        rk_instances_add(x->instances, &f);
}

/* a == A*X where the rows of A are averages */
static void averages(extremes *w, rk_op op, const rk_mx *a) {
    rk_instances *g = w->x->instances;
    size_t most = a->nwords == 0 ? 0 : rk_inst_shared(a, false);
    if (a->nwords == 1)
        most = a->word[0].length - (a->word[0].length > 0);
    for (size_t k = most; k > 0; k--) {
        const rk_mx *left = rk_inst_of_letters(g, a->rows, a->word[0].letter, k);
        if (left->nwords != 1 || !rk_mx_is_stochastic(left))
            continue;
        const rk_mx *right = rk_inst_stripped(g, a, left->cols, a->cols, k, 0);
        want(w, op, right);
        state(w, RK_LAW_LARGEST_AVERAGE, op, value(w, op, a), value(w, op, right), false, left,
              right);
    }
}

static void sums(extremes *w, rk_op op, const rk_mx *a) {
    if (a->nwords < 2 || a->nwords > MOST_WORDS)
        return;
    rk_mxs *s = w->x->store;
    for (size_t i = 0; i < a->nwords; i++) {
        const rk_mx *word = rk_mx_of_words(s, a->rows, a->cols, &a->word[i], 1);
        const rk_mx *rest = rk_mx_sub(s, a, word);
        want(w, op, word);
        want(w, op, rest);
        rk_sc both = rk_sc_add(w->x->scalars, value(w, op, word), value(w, op, rest));
        state(w, RK_LAW_LARGEST_SUM, op, value(w, op, a), both, false, word, rest);
    }
}

static void multiples(extremes *w, rk_op op, const rk_mx *a) {
    rk_scalars *sc = w->x->scalars;
    if (a->nwords == 0 || rk_sc_is_one(a->word[0].coef) || !rk_sc_is_positive(sc, a->word[0].coef))
        return;
    rk_sc c = a->word[0].coef;
    const rk_mx *one = rk_mx_scale(w->x->store, rk_sc_div(sc, rk_sc_int(sc, 1), c), a);
    want(w, op, one);
    state(w, RK_LAW_LARGEST_MULTIPLE, op, value(w, op, a), rk_sc_mul(sc, c, value(w, op, one)),
          true, rk_mx_scalar(w->x->store, c), one);
}

static void take(extremes *w, rk_sc a) {
    for (unsigned i = 0; a != NULL && i < a->natoms; i++) {
        const rk_quantity *q = rk_sc_atom_quantity(w->x->scalars, a->atom[i]);
        bool extreme = q != NULL && q->kind == RK_Q_OF_TERM && q->nmx == 1 && q->nargs == 0 &&
                       (q->op == RK_T_MAX_ENTRIES || q->op == RK_T_MIN_ENTRIES);
        if (extreme)
            want(w, q->op, q->mx[0]);
    }
}

void rk_extreme_facts(rk_context *x, rk_sc goal) {
    extremes w = {.x = x};
    take(&w, goal);
    for (size_t i = 0; i < x->nassumptions; i++)
        take(&w, x->assumption[i].value);
    for (size_t i = 0; i < w.n; i++) {
        averages(&w, w.item[i].op, w.item[i].mx);
        sums(&w, w.item[i].op, w.item[i].mx);
        multiples(&w, w.item[i].op, w.item[i].mx);
    }
}
