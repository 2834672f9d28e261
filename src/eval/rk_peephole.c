/* Ranks that need not be computed as written. Multiplying row i of a matrix by s_i, with no s_i
   zero, keeps its rank; subtracting multiples of a column from the others does too. With s_i the
   roots that divide the rows of a normalisation, rank(D^-1 A) is rank(A), and the affine rank,
   rank([D^-1 A + 1*b', 1]), is rank([A, s]): one column of roots beside a rational matrix. */
#include "rk_step.h"

#include "base/rk_mem.h"

static const rk_instr *instr_at(const rk_run *run, unsigned i) {
    return &run->program->instr[i];
}

static bool all_positive(const rk_matrix *a) {
    int sign;
    for (slong i = 0; i < a->rows * a->cols; i++)
        if (a->domain->sign(a->domain, &sign, rk_matrix_entry(a, 0, i)) != RK_EV_OK || sign <= 0)
            return false;
    return true;
}

/* The radicands of a column of roots, all certainly positive; NULL otherwise. */
static const rk_matrix *positive_radicands(const rk_run *run, unsigned v) {
    const rk_instr *p = instr_at(run, v);
    if (p->code != RK_P_FN || p->fn != RK_FN_SQRT || run->ev[p->arg[0]] != RK_EV_OK)
        return NULL;
    const rk_matrix *w = &run->value[p->arg[0]];
    return all_positive(w) ? w : NULL;
}

/* D^-1 A + bias, seen through: A known, D the roots of `radicand`. */
typedef struct scaled {
    const rk_matrix *a, *radicand;
    unsigned bias; /* instruction, or none */
    bool has_bias;
} scaled;

static bool is_scaled(const rk_run *run, unsigned i, scaled *s) {
    const rk_instr *p = instr_at(run, i);
    s->has_bias = p->code == RK_P_ADD;
    if (s->has_bias) {
        s->bias = p->arg[1];
        p = instr_at(run, p->arg[0]);
    }
    if (p->code != RK_P_ROW_DIVIDE || run->ev[p->arg[0]] != RK_EV_OK)
        return false;
    s->a = &run->value[p->arg[0]];
    s->radicand = positive_radicands(run, p->arg[1]);
    return s->radicand != NULL && (!s->has_bias || run->ev[s->bias] == RK_EV_OK);
}

static bool is_zero_matrix(const rk_matrix *a) {
    for (slong i = 0; i < a->rows * a->cols; i++)
        if (!rk_tern_true(a->domain->is_zero(a->domain, rk_matrix_entry(a, 0, i))))
            return false;
    return true;
}

static bool rank_of(const rk_matrix *a, slong *value) {
    slong high;
    return rk_matrix_rank(value, &high, a) == RK_EV_OK && *value == high;
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
   is a sum of sqrt(u_g) * e_g with rational e_g, one for each class g. Writes e_g for the class of
   row `first`, and marks its rows. */
static void class_column(rk_matrix *e, const rk_matrix *w, slong first, bool *taken) {
    fmpq_t ratio;
    fmpq_init(ratio);
    rk_matrix_init(e, w->domain, w->rows, 1);
    for (slong i = first; i < w->rows; i++) {
        if (taken[i] ||
            !rational_ratio(ratio, rk_matrix_entry(w, i, 0), rk_matrix_entry(w, first, 0)))
            continue;
        fmpq_set(rk_matrix_entry(e, i, 0), ratio);
        taken[i] = true;
    }
    fmpq_clear(ratio);
}

/* [A, e_1, ..., e_k]: s lies in the column space of A over the reals exactly when every e_g does
   over Q. */
static void beside_classes(rk_matrix *r, const rk_matrix *a, const rk_matrix *w) {
    rk_matrix *e = rk_calloc((size_t)w->rows + 1, sizeof *e);
    const rk_matrix **part = rk_calloc((size_t)w->rows + 1, sizeof *part);
    bool *taken = rk_calloc((size_t)w->rows, sizeof *taken);
    size_t n = 0;
    part[n++] = a;
    for (slong i = 0; i < w->rows; i++) {
        if (taken[i])
            continue;
        class_column(&e[n], w, i, taken);
        part[n] = &e[n];
        n++;
    }
    rk_matrix_hcat(r, part, n);
    for (size_t i = 1; i < n; i++)
        rk_matrix_clear(&e[i]);
    rk_free(e);
    rk_free(part);
    rk_free(taken);
}

static bool rank_beside_roots(const rk_matrix *a, const rk_matrix *w, slong *value) {
    rk_matrix wide;
    slong with;
    beside_classes(&wide, a, w);
    bool ok = rank_of(a, value) && rank_of(&wide, &with);
    rk_matrix_clear(&wide);
    if (ok)
        *value += with > *value;
    return ok;
}

/* --- the two shapes ------------------------------------------------------------------------- */

static bool is_ones_column(const rk_instr *p) {
    return p->code == RK_P_ONES && p->cols == 1;
}

/* Is the bias 1*b', with the same column of ones? */
static bool bias_is_along(const rk_run *run, const scaled *s, unsigned ones) {
    const rk_instr *p = instr_at(run, s->bias);
    return !s->has_bias || (p->code == RK_P_MUL && p->arg[0] == ones);
}

/* rank([D^-1 A + 1*b', 1]) */
static bool affine_rank(const rk_run *run, const rk_instr *cat, slong *value) {
    scaled s;
    if (cat->nargs != 2 || !is_ones_column(instr_at(run, cat->arg[1])) ||
        !rk_over_rationals(run->domain) || !is_scaled(run, cat->arg[0], &s) ||
        !bias_is_along(run, &s, cat->arg[1]))
        return false;
    return rank_beside_roots(s.a, s.radicand, value);
}

bool rk_step_scaled_rank(const rk_run *run, const rk_instr *rank, slong *value) {
    const rk_instr *p = instr_at(run, rank->arg[0]);
    scaled s;
    if (!run->domain->exact || !run->domain->ordered)
        return false;
    if (p->code == RK_P_HCAT)
        return affine_rank(run, p, value);
    if (!is_scaled(run, rank->arg[0], &s))
        return false;
    if (s.has_bias && !is_zero_matrix(&run->value[s.bias]))
        return false;
    return rank_of(s.a, value);
}
