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

/* bound - of >= 0 for the largest entries, of - bound >= 0 for the smallest; or == 0; about a and
   (or NULL) b */
static void state(extremes *w, rk_law law, rk_op op, rk_sc of, rk_sc bound, bool equation,
                  const rk_mx *a, const rk_mx *b) {
    rk_context *x = w->x;
    bool largest = op == RK_T_MAX_ENTRIES;
    const rk_mx **mx = rk_arena_alloc(x->calculus->arena, 2 * sizeof *mx);
    mx[0] = a;
    mx[1] = b;
    rk_fact f = {.law = law, .equation = equation, .matrix = mx, .nmatrices = b != NULL ? 2 : 1};
    f.value = rk_sc_sub(x->scalars, largest ? bound : of, largest ? of : bound);
    if (!x->calculus->options.limits.disabled[law] && !rk_sc_is_zero(f.value))
        rk_instances_add(x->instances, &f);
}

/* less <= more, about a */
static void state_order(extremes *w, rk_law law, rk_sc less, rk_sc more, const rk_mx *a) {
    state(w, law, RK_T_MAX_ENTRIES, less, more, false, a, NULL);
}

/* x where a is abs(x); NULL */
static const rk_mx *modulus_of(extremes *w, const rk_mx *a) {
    const rk_letter *l = rk_mx_letter(a);
    if (l == NULL || l->inverted || l->leaf->kind != RK_L_FUNCTION || l->leaf->op != RK_T_ABS)
        return NULL;
    const rk_mx *x = l->leaf->arg[0];
    return l->transposed ? rk_mx_transpose(w->x->store, x) : x;
}

enum { ONE, TWO, INF, FRO, NORMS };

static rk_sc norm(const extremes *w, int kind, const rk_mx *a) {
    static const rk_norm_kind kinds[] = {RK_NORM_INF, RK_NORM_TWO, RK_NORM_INF, RK_NORM_FRO};
    return rk_reader_norm(w->x->reader, kinds[kind],
                          kind == ONE ? rk_mx_transpose(w->x->store, a) : a);
}

/* The largest modulus beside norms: m for a matrix that abs is taken of. */
static void moduli(extremes *w, rk_sc m, const rk_mx *a) {
    rk_scalars *s = w->x->scalars;
    rk_sc one = norm(w, ONE, a), inf = norm(w, INF, a), fro = norm(w, FRO, a);
    rk_sc cells = rk_sc_mul(s, a->rows, a->cols);
    for (int i = 0; i < NORMS; i++)
        state_order(w, RK_LAW_LARGEST_MODULUS, m, norm(w, i, a), a);
    state_order(w, RK_LAW_LARGEST_MODULUS, one, rk_sc_mul(s, a->rows, m), a);
    state_order(w, RK_LAW_LARGEST_MODULUS, inf, rk_sc_mul(s, a->cols, m), a);
    state_order(w, RK_LAW_LARGEST_MODULUS, rk_sc_mul(s, fro, fro),
                rk_sc_mul(s, cells, rk_sc_mul(s, m, m)), a);
}

/* A*1 == 1: a row has the mean 1/cols(A). */
static void averaging(extremes *w, const rk_mx *a) {
    rk_scalars *s = w->x->scalars;
    rk_sc min = value(w, RK_T_MIN_ENTRIES, a), max = value(w, RK_T_MAX_ENTRIES, a);
    rk_sc one = rk_sc_int(s, 1);
    state_order(w, RK_LAW_LARGEST_AVERAGING, rk_sc_mul(s, a->cols, min), one, a);
    state_order(w, RK_LAW_LARGEST_AVERAGING, one, rk_sc_mul(s, a->cols, max), a);
}

/* The mean of all entries. */
static void total(extremes *w, const rk_mx *a) {
    rk_mxs *m = w->x->store;
    rk_scalars *s = w->x->scalars;
    rk_sc one = rk_sc_int(s, 1);
    const rk_mx *left = rk_mx_ones(m, one, a->rows), *right = rk_mx_ones(m, a->cols, one);
    rk_sc sum = rk_mx_value(m, rk_mx_mul(m, left, rk_mx_mul(m, a, right)));
    rk_sc cells = rk_sc_mul(s, a->rows, a->cols);
    rk_sc least = rk_sc_mul(s, cells, value(w, RK_T_MIN_ENTRIES, a));
    state_order(w, RK_LAW_LARGEST_TOTAL, least, sum, a);
    state_order(w, RK_LAW_LARGEST_TOTAL, sum, rk_sc_mul(s, cells, value(w, RK_T_MAX_ENTRIES, a)),
                a);
}

typedef struct parts {
    const rk_mx *a, *b;
} parts;

/* a == A*X where the rows of A are averages of the first k letters; a NULL: they are not */
static parts average_of(extremes *w, const rk_mx *a, size_t k) {
    rk_instances *g = w->x->instances;
    const rk_mx *left = rk_inst_of_letters(g, a->rows, a->word[0].letter, k);
    if (left->nwords != 1 || !rk_mx_is_stochastic(left))
        return (parts){NULL, NULL};
    return (parts){left, rk_inst_stripped(g, a, left->cols, a->cols, k, 0)};
}

static size_t most_letters(const rk_mx *a) {
    if (a->nwords == 1)
        return a->word[0].length - (a->word[0].length > 0);
    return a->nwords == 0 ? 0 : rk_inst_shared(a, false);
}

static void averages(extremes *w, rk_op op, const rk_mx *a) {
    for (size_t k = most_letters(a); k > 0; k--) {
        parts p = average_of(w, a, k);
        if (p.a == NULL)
            continue;
        want(w, op, p.b);
        state(w, RK_LAW_LARGEST_AVERAGE, op, value(w, op, a), value(w, op, p.b), false, p.a, p.b);
    }
}

/* One word and the rest. */
static parts part_of(extremes *w, const rk_mx *a, size_t i) {
    const rk_mx *word = rk_mx_of_words(w->x->store, a->rows, a->cols, &a->word[i], 1);
    return (parts){word, rk_mx_sub(w->x->store, a, word)};
}

static bool is_sum(const rk_mx *a) {
    return a->nwords >= 2 && a->nwords <= MOST_WORDS;
}

static void sums(extremes *w, rk_op op, const rk_mx *a) {
    for (size_t i = 0; is_sum(a) && i < a->nwords; i++) {
        parts p = part_of(w, a, i);
        want(w, op, p.a);
        want(w, op, p.b);
        rk_sc both = rk_sc_add(w->x->scalars, value(w, op, p.a), value(w, op, p.b));
        state(w, RK_LAW_LARGEST_SUM, op, value(w, op, a), both, false, p.a, p.b);
    }
}

/* The largest modulus of a, which is wanted from here on. */
static rk_sc modulus(extremes *w, const rk_mx *a) {
    const rk_mx *of = rk_reader_abs(w->x->reader, a);
    want(w, RK_T_MAX_ENTRIES, of);
    return value(w, RK_T_MAX_ENTRIES, of);
}

/* The largest modulus m of a where a is made of averages or is a sum. */
static void moduli_of_parts(extremes *w, rk_sc m, const rk_mx *a) {
    if (rk_mx_is_grid(a))
        return;
    for (size_t k = most_letters(a); k > 0; k--) {
        parts p = average_of(w, a, k);
        if (p.a != NULL)
            state(w, RK_LAW_LARGEST_MODULUS_AVERAGE, RK_T_MAX_ENTRIES, m, modulus(w, p.b), false,
                  p.a, p.b);
    }
    for (size_t i = 0; is_sum(a) && i < a->nwords; i++) {
        parts p = part_of(w, a, i);
        rk_sc both = rk_sc_add(w->x->scalars, modulus(w, p.a), modulus(w, p.b));
        state(w, RK_LAW_LARGEST_MODULUS_SUM, RK_T_MAX_ENTRIES, m, both, false, p.a, p.b);
    }
}

/* What holds of the smallest and largest entry of a by itself. */
static void bounds(extremes *w, rk_op op, const rk_mx *a) {
    rk_scalars *s = w->x->scalars;
    rk_sc v = value(w, op, a), size = v;
    if (op == RK_T_MIN_ENTRIES)
        size = rk_sc_sub(s, rk_sc_int(s, 0), v);
    state_order(w, RK_LAW_LARGEST_SMALLEST, value(w, RK_T_MIN_ENTRIES, a),
                value(w, RK_T_MAX_ENTRIES, a), a);
    for (int i = 0; i < NORMS; i++)
        state_order(w, RK_LAW_LARGEST_NORM, size, norm(w, i, a), a);
    if (rk_mx_fixes_ones(w->x->store, a))
        averaging(w, a);
    total(w, a);
    const rk_mx *x = modulus_of(w, a);
    if (x != NULL && op == RK_T_MAX_ENTRIES) {
        moduli(w, v, x);
        moduli_of_parts(w, v, x);
    }
}

/* max(c*A) == c*max(A) for c >= 0, max(-A) == -min(A) */
static void multiples(extremes *w, rk_op op, const rk_mx *a) {
    rk_scalars *sc = w->x->scalars;
    rk_sc c = a->nwords == 0 ? rk_sc_int(sc, 1) : a->word[0].coef;
    rk_sc none = rk_sc_int(sc, 0), minus = rk_sc_sub(sc, none, c);
    const rk_mx *one = NULL;
    if (rk_sc_is_one(c))
        return;
    if (rk_sc_is_positive(sc, c))
        one = rk_mx_scale(w->x->store, rk_sc_div(sc, rk_sc_int(sc, 1), c), a);
    else if (a->nwords == 1 && rk_sc_at_least(sc, c, 0))
        one = rk_inst_of_letters(w->x->instances, a->rows, a->word[0].letter, a->word[0].length);
    if (one != NULL) {
        want(w, op, one);
        state(w, RK_LAW_LARGEST_MULTIPLE, op, value(w, op, a), rk_sc_mul(sc, c, value(w, op, one)),
              true, rk_mx_scalar(w->x->store, c), one);
    } else if (rk_sc_is_positive(sc, minus)) {
        rk_op other = op == RK_T_MAX_ENTRIES ? RK_T_MIN_ENTRIES : RK_T_MAX_ENTRIES;
        one = rk_mx_scale(w->x->store, rk_sc_int(sc, -1), a);
        want(w, other, one);
        state(w, RK_LAW_LARGEST_OPPOSITE, op, value(w, op, a),
              rk_sc_sub(sc, none, value(w, other, one)), true, one, NULL);
    }
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
        bounds(&w, w.item[i].op, w.item[i].mx);
        averages(&w, w.item[i].op, w.item[i].mx);
        sums(&w, w.item[i].op, w.item[i].mx);
        multiples(&w, w.item[i].op, w.item[i].mx);
    }
}
