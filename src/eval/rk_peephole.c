/* Ranks of normalised matrices without their square roots.

   A matrix is seen through as D^-1 * (A + s*b'), where D is diagonal with the positive entries
   s = sqrt(w), and A, w, b are known although the roots are not. A layer normalisation is of this
   shape with its bias b, and so are its products with a known matrix on the right, sums with the
   same w, blocks beside each other (a column of ones is D^-1 * s), and blocks below each other
   with the same b. Positive factors of the rows never change a rank:

     rank(D^-1 * (A + s*b')) = rank(A)                                       if b = 0;
     if b_p != 0, subtracting multiples of column p from the others leaves rank([M, c + s]) with
     M the columns A_j - (b_j/b_p)*A_p, j != p, and c = A_p/b_p.

   The last is rank(M), or one more when c + s is not in the column space of M. */
#include <stddef.h>

#include "base/rk_mem.h"
#include "rk_step.h"

/* Instructions that are looked at for one rank. */
enum { MOST_STEPS = 200 };

typedef struct scaled {
    rk_matrix a, w, b; /* n by m, n by 1, 1 by m */
} scaled;

typedef struct view {
    const rk_run *run;
    int steps;
} view;

static const rk_instr *instr_at(const rk_run *run, unsigned i) {
    return &run->program->instr[i];
}

static void scaled_clear(scaled *s) {
    rk_matrix_clear(&s->a);
    rk_matrix_clear(&s->w);
    rk_matrix_clear(&s->b);
}

static bool all_positive(const rk_matrix *a) {
    int sign;
    for (slong i = 0; i < a->rows * a->cols; i++)
        if (a->domain->sign(a->domain, &sign, rk_matrix_entry(a, 0, i)) != RK_EV_OK || sign <= 0)
            return false;
    return true;
}

static bool is_zero_matrix(const rk_matrix *a) {
    for (slong i = 0; i < a->rows * a->cols; i++)
        if (!rk_tern_true(a->domain->is_zero(a->domain, rk_matrix_entry(a, 0, i))))
            return false;
    return true;
}

static bool same_matrix(const rk_matrix *a, const rk_matrix *b) {
    rk_ev why;
    return a->rows == b->rows && a->cols == b->cols &&
           rk_tern_true(rk_matrix_compare(RK_REL_EQ, a, b, &why));
}

/* *a becomes its successor, which is used up. */
static void replace(rk_matrix *a, rk_matrix by) {
    rk_matrix_clear(a);
    *a = by;
}

/* The value of instruction i in the domain of the run. What an earlier run settled is not done
   again below what this one takes over. */
static bool value_of(const rk_run *run, unsigned i, rk_matrix *r) {
    fmpq_mat_t q;
    const rk_run *e = run;
    if (run->done[i] && run->ev[i] == RK_EV_OK) {
        rk_matrix_copy(r, &run->value[i]);
        return true;
    }
    do
        e = e->earlier;
    while (e != NULL && !(rk_run_settles(e, i) && e->ev[i] == RK_EV_OK));
    if (e == NULL)
        return false;
    fmpq_mat_init(q, e->value[i].rows, e->value[i].cols);
    rk_ev ev = rk_matrix_get_fmpq_mat(q, &e->value[i]);
    ev = rk_ev_worst(ev, rk_matrix_set_fmpq_mat(r, run->domain, q));
    fmpq_mat_clear(q);
    if (ev != RK_EV_OK)
        rk_matrix_clear(r);
    return ev == RK_EV_OK;
}

/* The same, or its transpose. */
static bool known(const view *v, unsigned i, bool transposed, rk_matrix *r) {
    rk_matrix t;
    if (instr_at(v->run, i)->truth || !value_of(v->run, i, r))
        return false;
    if (!transposed)
        return true;
    rk_matrix_transpose(&t, r);
    replace(r, t);
    return true;
}

/* --- the shapes ----------------------------------------------------------------------------- */

static bool look(view *v, unsigned i, bool transposed, scaled *s);

/* A known matrix whose rows are all equal is D^-1 * (0 + s*b') with any s. */
static bool equal_rows(const view *v, unsigned i, bool transposed, const rk_matrix *w, scaled *s) {
    rk_matrix m;
    bool equal = true;
    if (!known(v, i, transposed, &m))
        return false;
    rk_matrix_slice(&s->b, &m, 0, 0, 1, m.cols);
    for (slong k = 1; k < m.rows && equal; k++) {
        rk_matrix row;
        rk_matrix_slice(&row, &m, k, 0, 1, m.cols);
        equal = same_matrix(&row, &s->b);
        rk_matrix_clear(&row);
    }
    rk_matrix_init(&s->a, m.domain, m.rows, m.cols);
    rk_matrix_copy(&s->w, w);
    rk_matrix_clear(&m);
    if (!equal)
        scaled_clear(s);
    return equal;
}

/* Rows divided by roots of known positive numbers. */
static bool divided(view *v, const rk_instr *p, scaled *s) {
    const rk_instr *root = instr_at(v->run, p->arg[1]);
    if (root->code != RK_P_FN || root->fn != RK_FN_SQRT || !known(v, root->arg[0], false, &s->w))
        return false;
    if (!all_positive(&s->w) || !known(v, p->arg[0], false, &s->a)) {
        rk_matrix_clear(&s->w);
        return false;
    }
    rk_matrix_init(&s->b, v->run->domain, 1, s->a.cols);
    return true;
}

/* D^-1 * (A + s*b') * M = D^-1 * (A*M + s*(b'*M)) */
static bool product(view *v, const rk_instr *p, bool transposed, scaled *s) {
    rk_matrix m, r;
    if (!look(v, p->arg[transposed ? 1 : 0], transposed, s))
        return false;
    if (!known(v, p->arg[transposed ? 0 : 1], transposed, &m)) {
        scaled_clear(s);
        return false;
    }
    rk_matrix_mul(&r, &s->a, &m);
    replace(&s->a, r);
    rk_matrix_mul(&r, &s->b, &m);
    replace(&s->b, r);
    rk_matrix_clear(&m);
    return true;
}

/* One of the first shape, and others to go with it: of the same shape, or of equal rows. */
static bool look_at_other(view *v, unsigned i, bool transposed, const scaled *first, scaled *s) {
    if (equal_rows(v, i, transposed, &first->w, s))
        return true;
    if (!look(v, i, transposed, s))
        return false;
    if (same_matrix(&s->w, &first->w))
        return true;
    scaled_clear(s);
    return false;
}

/* The parts of p in the shape D^-1 * (A + s*b') with one D; at least one is not of equal rows. */
static scaled *all_parts(view *v, const rk_instr *p, bool transposed) {
    scaled *part = rk_calloc(p->nargs, sizeof *part);
    unsigned char *seen = rk_calloc(p->nargs, 1);
    size_t lead = 0, n = 0;
    while (lead < p->nargs && !look(v, p->arg[lead], transposed, &part[lead]))
        lead++;
    for (n = 0; n < p->nargs && lead < p->nargs; n++)
        if (n == lead || look_at_other(v, p->arg[n], transposed, &part[lead], &part[n]))
            seen[n] = 1;
    bool all = lead < p->nargs;
    for (size_t i = 0; i < p->nargs; i++)
        all = all && seen[i];
    for (size_t i = 0; i < p->nargs && !all; i++)
        if (seen[i])
            scaled_clear(&part[i]);
    rk_free(seen);
    if (all)
        return part;
    rk_free(part);
    return NULL;
}

static void free_parts(scaled *part, size_t n) {
    for (size_t i = 0; i < n; i++)
        scaled_clear(&part[i]);
    rk_free(part);
}

static bool sum(view *v, const rk_instr *p, bool transposed, scaled *s) {
    scaled *part = all_parts(v, p, transposed);
    if (part == NULL)
        return false;
    void (*op)(rk_matrix *, const rk_matrix *, const rk_matrix *) =
        p->code == RK_P_SUB ? rk_matrix_sub : rk_matrix_add;
    op(&s->a, &part[0].a, &part[1].a);
    op(&s->b, &part[0].b, &part[1].b);
    rk_matrix_copy(&s->w, &part[0].w);
    free_parts(part, p->nargs);
    return true;
}

static void cat(rk_matrix *r, const scaled *part, size_t n, bool below, size_t offset) {
    const rk_matrix **m = rk_malloc(n * sizeof *m);
    for (size_t i = 0; i < n; i++)
        m[i] = (const rk_matrix *)((const char *)&part[i] + offset);
    if (below)
        rk_matrix_vcat(r, m, n);
    else
        rk_matrix_hcat(r, m, n);
    rk_free(m);
}

static bool beside(view *v, const rk_instr *p, bool transposed, scaled *s) {
    scaled *part = all_parts(v, p, transposed);
    if (part == NULL)
        return false;
    cat(&s->a, part, p->nargs, false, offsetof(scaled, a));
    cat(&s->b, part, p->nargs, false, offsetof(scaled, b));
    rk_matrix_copy(&s->w, &part[0].w);
    free_parts(part, p->nargs);
    return true;
}

/* A known matrix is D^-1 * A with D = 1. */
static bool unscaled(view *v, unsigned i, bool transposed, scaled *s) {
    fmpq_t one;
    rk_ev ev = RK_EV_OK;
    const rk_domain *d = v->run->domain;
    if (!known(v, i, transposed, &s->a))
        return false;
    fmpq_init(one);
    fmpq_one(one);
    rk_matrix_init(&s->w, d, s->a.rows, 1);
    for (slong k = 0; k < s->a.rows; k++)
        ev = rk_ev_worst(ev, d->set_fmpq(d, rk_matrix_entry(&s->w, k, 0), one));
    rk_matrix_init(&s->b, d, 1, s->a.cols);
    fmpq_clear(one);
    return ev == RK_EV_OK;
}

/* Blocks below each other, each with its own D, but with one b. */
static bool below(view *v, const rk_instr *p, bool transposed, scaled *s) {
    scaled *part = rk_calloc(p->nargs, sizeof *part);
    size_t n = 0;
    bool fit = true;
    while (n < p->nargs && fit) {
        fit = look(v, p->arg[n], transposed, &part[n]) ||
              unscaled(v, p->arg[n], transposed, &part[n]);
        n += fit;
        fit = fit && same_matrix(&part[0].b, &part[n - 1].b);
    }
    if (fit) {
        cat(&s->a, part, n, true, offsetof(scaled, a));
        cat(&s->w, part, n, true, offsetof(scaled, w));
        rk_matrix_copy(&s->b, &part[0].b);
    }
    free_parts(part, n);
    return fit;
}

static bool multiple(view *v, const rk_instr *p, bool transposed, scaled *s) {
    rk_matrix c, r;
    if (!look(v, p->arg[1], transposed, s))
        return false;
    if (!known(v, p->arg[0], false, &c)) {
        scaled_clear(s);
        return false;
    }
    rk_matrix_scale(&r, &c, &s->a);
    replace(&s->a, r);
    rk_matrix_scale(&r, &c, &s->b);
    replace(&s->b, r);
    rk_matrix_clear(&c);
    return true;
}

static bool quotient(view *v, const rk_instr *p, bool transposed, scaled *s) {
    rk_matrix c, a, b;
    if (!look(v, p->arg[0], transposed, s))
        return false;
    if (!known(v, p->arg[1], false, &c)) {
        scaled_clear(s);
        return false;
    }
    rk_ev ev = rk_ev_worst(rk_matrix_div(&a, &s->a, &c), rk_matrix_div(&b, &s->b, &c));
    replace(&s->a, a);
    replace(&s->b, b);
    rk_matrix_clear(&c);
    if (ev != RK_EV_OK)
        scaled_clear(s);
    return ev == RK_EV_OK;
}

static bool negative(view *v, const rk_instr *p, bool transposed, scaled *s) {
    rk_matrix r;
    if (!look(v, p->arg[0], transposed, s))
        return false;
    rk_matrix_neg(&r, &s->a);
    replace(&s->a, r);
    rk_matrix_neg(&r, &s->b);
    replace(&s->b, r);
    return true;
}

static bool slice(view *v, const rk_instr *p, bool transposed, scaled *s) {
    slong row = transposed ? p->l : p->k, col = transposed ? p->k : p->l;
    slong rows = transposed ? p->cols : p->rows, cols = transposed ? p->rows : p->cols;
    rk_matrix r;
    if (!look(v, p->arg[0], transposed, s))
        return false;
    rk_matrix_slice(&r, &s->a, row, col, rows, cols);
    replace(&s->a, r);
    rk_matrix_slice(&r, &s->w, row, 0, rows, 1);
    replace(&s->w, r);
    rk_matrix_slice(&r, &s->b, 0, col, 1, cols);
    replace(&s->b, r);
    return true;
}

/* Instruction i, or its transpose, as D^-1 * (A + s*b'), where something is divided by roots. */
static bool look(view *v, unsigned i, bool transposed, scaled *s) {
    const rk_instr *p = instr_at(v->run, i);
    if (v->steps++ >= MOST_STEPS)
        return false;
    switch (p->code) {
    case RK_P_TRANSPOSE:
        return look(v, p->arg[0], !transposed, s);
    case RK_P_ROW_DIVIDE:
        return !transposed && divided(v, p, s);
    case RK_P_MUL:
        return product(v, p, transposed, s);
    case RK_P_ADD:
    case RK_P_SUB:
        return sum(v, p, transposed, s);
    case RK_P_HCAT:
        return transposed ? below(v, p, true, s) : beside(v, p, false, s);
    case RK_P_VCAT:
        return transposed ? beside(v, p, true, s) : below(v, p, false, s);
    case RK_P_SCALE:
        return multiple(v, p, transposed, s);
    case RK_P_DIV:
        return quotient(v, p, transposed, s);
    case RK_P_NEG:
        return negative(v, p, transposed, s);
    case RK_P_SLICE:
        return slice(v, p, transposed, s);
    default:
        return false;
    }
}

/* --- one column of roots, over Q ------------------------------------------------------------ */

/* sqrt(x/y) when it is rational. */
static bool rational_ratio(fmpq_t r, const fmpq *x, const fmpq *y) {
    fmpq_div(r, x, y);
    if (!fmpz_is_square(fmpq_numref(r)) || !fmpz_is_square(fmpq_denref(r)))
        return false;
    fmpz_sqrt(fmpq_numref(r), fmpq_numref(r));
    fmpz_sqrt(fmpq_denref(r), fmpq_denref(r));
    return true;
}

/* Roots of rationals from different square classes are linearly independent over Q: the column s
   is a sum of sqrt(u) * e_u with rational e_u, one for each class u. Adds e_u for the class of
   `head` to *e, and marks its rows. */
static void add_class(rk_matrix *e, const rk_matrix *w, const fmpq *head, bool *taken) {
    fmpq_t ratio;
    fmpq_init(ratio);
    for (slong i = 0; i < w->rows; i++) {
        fmpq *entry = rk_matrix_entry(e, i, 0);
        if (taken[i] || !rational_ratio(ratio, rk_matrix_entry(w, i, 0), head))
            continue;
        fmpq_add(entry, entry, ratio);
        taken[i] = true;
    }
    fmpq_clear(ratio);
}

/* [M, c + e_1, e_2, ...], e_1 of the class of 1: c + s lies in the column space of M over the
   reals exactly when each of these columns does over Q. */
static void beside_classes(rk_matrix *r, const rk_matrix *m, const rk_matrix *c,
                           const rk_matrix *w) {
    rk_matrix *e = rk_calloc((size_t)w->rows + 2, sizeof *e);
    const rk_matrix **part = rk_calloc((size_t)w->rows + 2, sizeof *part);
    bool *taken = rk_calloc((size_t)w->rows, sizeof *taken);
    size_t n = 0;
    fmpq_t one;
    fmpq_init(one);
    fmpq_one(one);
    part[n++] = m;
    rk_matrix_copy(&e[n], c);
    add_class(&e[n], w, one, taken);
    part[n] = &e[n];
    n++;
    for (slong i = 0; i < w->rows; i++) {
        if (taken[i])
            continue;
        rk_matrix_init(&e[n], w->domain, w->rows, 1);
        add_class(&e[n], w, rk_matrix_entry(w, i, 0), taken);
        part[n] = &e[n];
        n++;
    }
    rk_matrix_hcat(r, part, n);
    for (size_t i = 1; i < n; i++)
        rk_matrix_clear(&e[i]);
    fmpq_clear(one);
    rk_free(e);
    rk_free(part);
    rk_free(taken);
}

/* --- the rank ------------------------------------------------------------------------------- */

/* M and c of the head of this file, p the column of a b_p known not to be 0. */
static rk_ev eliminate(rk_matrix *m, rk_matrix *c, const scaled *s, slong p) {
    const rk_domain *d = s->a.domain;
    rk_matrix column, bp, t, left, right;
    rk_matrix_slice(&column, &s->a, 0, p, s->a.rows, 1);
    rk_matrix_slice(&bp, &s->b, 0, p, 1, 1);
    rk_ev ev = rk_matrix_div(c, &column, &bp);
    rk_matrix_mul(&t, c, &s->b);
    rk_matrix_sub(&left, &s->a, &t);
    rk_matrix_slice(m, &left, 0, 0, s->a.rows, p);
    rk_matrix_slice(&right, &left, 0, p + 1, s->a.rows, s->a.cols - p - 1);
    rk_matrix both;
    rk_matrix_hcat(&both, (const rk_matrix *[]){m, &right}, 2);
    replace(m, both);
    for (slong k = 0; k < m->rows * m->cols && d->outcome != NULL; k++)
        ev = rk_ev_worst(ev, d->outcome(d, rk_matrix_entry(m, 0, k)));
    rk_matrix_clear(&column);
    rk_matrix_clear(&bp);
    rk_matrix_clear(&t);
    rk_matrix_clear(&left);
    rk_matrix_clear(&right);
    return ev;
}

/* rank([M, c + s]) */
static rk_ev rank_beside_roots(slong *low, slong *high, const rk_matrix *m, const rk_matrix *c,
                               const rk_matrix *w) {
    rk_matrix wide;
    slong with, same;
    rk_ev ev = RK_EV_OK;
    *low = *high = 0;
    if (m->cols > 0)
        ev = rk_matrix_rank(low, high, m);
    if (ev != RK_EV_OK && ev != RK_EV_PRECISION)
        return ev;
    if (*low == m->rows)
        return RK_EV_OK;
    *high = *high < m->rows ? *high + 1 : *high;
    if (!rk_over_rationals(m->domain))
        return RK_EV_PRECISION;
    beside_classes(&wide, m, c, w);
    ev = rk_matrix_rank(&with, &same, &wide);
    rk_matrix_clear(&wide);
    *low += with > *low;
    *high = *low;
    return ev;
}

static rk_ev rank_of(slong *low, slong *high, const scaled *s) {
    rk_matrix m, c;
    slong p = 0;
    const rk_domain *d = s->a.domain;
    if (is_zero_matrix(&s->b))
        return rk_matrix_rank(low, high, &s->a);
    while (p < s->b.cols && !rk_tern_false(d->is_zero(d, rk_matrix_entry(&s->b, 0, p))))
        p++;
    if (p == s->b.cols)
        return RK_EV_LIMIT;
    rk_ev ev = eliminate(&m, &c, s, p);
    if (ev == RK_EV_OK)
        ev = rank_beside_roots(low, high, &m, &c, &s->w);
    rk_matrix_clear(&m);
    rk_matrix_clear(&c);
    return ev;
}

static rk_ev rank_within_shape(slong *low, slong *high, const scaled *s) {
    rk_ev ev = rank_of(low, high, s);
    if (ev == RK_EV_OK || ev == RK_EV_PRECISION)
        return ev;
    *low = 0;
    *high = s->a.rows < s->a.cols ? s->a.rows : s->a.cols;
    return ev;
}

bool rk_step_scaled_rank(const rk_run *run, const rk_instr *rank, rk_ev *ev, slong *low,
                         slong *high) {
    view v = {.run = run};
    scaled s;
    bool simple = rk_over_rationals(run->domain) && run->ev[rank->arg[0]] == RK_EV_OK;
    if (simple || !run->domain->exact || !run->domain->ordered)
        return false;
    if (!look(&v, rank->arg[0], false, &s)) {
        v.steps = 0;
        if (!look(&v, rank->arg[0], true, &s))
            return false;
    }
    *ev = rank_within_shape(low, high, &s);
    scaled_clear(&s);
    return true;
}
