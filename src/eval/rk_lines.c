#include "rk_lines.h"

#include "base/rk_mem.h"
#include "rk_step.h"

enum { ROWS, COLUMNS };

const rk_matrix *rk_known_over_q(const rk_run *run, unsigned i) {
    for (const rk_run *e = run; e != NULL; e = e->earlier)
        if (rk_over_rationals(e->domain) && e->done[i] && e->ev[i] == RK_EV_OK)
            return &e->value[i];
    return NULL;
}

void rk_lines_init(rk_lines *l, const rk_run *run, unsigned last) {
    l->run = run;
    l->n = (size_t)last + 1;
    for (int side = ROWS; side <= COLUMNS; side++)
        l->found[side] = rk_calloc(l->n, sizeof *l->found[side]);
}

void rk_lines_clear(rk_lines *l) {
    for (int side = ROWS; side <= COLUMNS; side++) {
        for (size_t i = 0; i < l->n; i++)
            rk_free(l->found[side][i]);
        rk_free(l->found[side]);
    }
}

static const rk_instr *instr_at(const rk_lines *l, unsigned i) {
    return &l->run->program->instr[i];
}

static slong length_of(const rk_instr *p, int side) {
    return (slong)(side == ROWS ? p->rows : p->cols);
}

/* --- known matrices ------------------------------------------------------------------------- */

static const fmpq *entry(const rk_matrix *a, slong line, slong k, int side) {
    return side == ROWS ? rk_matrix_entry(a, line, k) : rk_matrix_entry(a, k, line);
}

/* Are lines i and h equal, or with `shifted` the same number apart in each entry? */
static bool same_lines(const rk_matrix *a, slong i, slong h, int side, bool shifted) {
    slong n = side == ROWS ? a->cols : a->rows;
    bool same = true;
    fmpq_t shift, t;
    fmpq_init(shift);
    fmpq_init(t);
    if (shifted)
        fmpq_sub(shift, entry(a, i, 0, side), entry(a, h, 0, side));
    for (slong k = 0; k < n && same; k++) {
        fmpq_sub(t, entry(a, i, k, side), entry(a, h, k, side));
        same = fmpq_equal(t, shift);
    }
    fmpq_clear(shift);
    fmpq_clear(t);
    return same;
}

/* class[i]: the first line that is the same as i. */
static void compare_lines(slong *class, const rk_matrix *a, int side, bool shifted) {
    slong n = side == ROWS ? a->rows : a->cols;
    for (slong i = 0; i < n; i++) {
        class[i] = i;
        for (slong h = 0; h < i && class[i] == i; h++)
            if (class[h] == h && same_lines(a, i, h, side, shifted))
                class[i] = h;
    }
}

/* --- instructions --------------------------------------------------------------------------- */

static const slong *classes(rk_lines *l, unsigned i, int side);

/* Lines that are the same in both: class := the first line of which both classes agree. */
static void intersect(slong *class, const slong *other, slong n) {
    slong *both = rk_malloc((size_t)n * sizeof *both);
    for (slong i = 0; i < n; i++) {
        both[i] = i;
        for (slong h = 0; h < i && both[i] == i; h++)
            if (class[h] == class[i] && other[h] == other[i])
                both[i] = h;
    }
    for (slong i = 0; i < n; i++)
        class[i] = both[i];
    rk_free(both);
}

static void intersect_arguments(rk_lines *l, slong *class, const rk_instr *p, int side) {
    slong n = length_of(p, side);
    for (slong i = 0; i < n; i++)
        class[i] = 0;
    for (size_t k = 0; k < p->nargs; k++)
        intersect(class, classes(l, p->arg[k], side), n);
}

static void take_over(slong *class, const slong *from, slong n) {
    for (slong i = 0; i < n; i++)
        class[i] = from[i];
}

/* A softmax by rows does not see a number added to a row. */
static void softmax_lines(rk_lines *l, slong *class, const rk_instr *p, int side) {
    const rk_matrix *logits = rk_known_over_q(l->run, p->arg[0]);
    if (side == COLUMNS || logits == NULL) {
        intersect_arguments(l, class, p, side);
        return;
    }
    compare_lines(class, logits, ROWS, true);
    if (p->nargs > 1)
        intersect(class, classes(l, p->arg[1], ROWS), length_of(p, ROWS));
}

static void all_different(slong *class, slong n) {
    for (slong i = 0; i < n; i++)
        class[i] = i;
}

/* The operations of which line i of the result depends on line i of some arguments alone, in the
   same way for each i. */
static void operation_lines(rk_lines *l, slong *class, const rk_instr *p, int side) {
    slong n = length_of(p, side);
    switch (p->code) {
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_EMUL:
    case RK_P_EDIV:
    case RK_P_NEG:
    case RK_P_FN:
        intersect_arguments(l, class, p, side);
        break;
    case RK_P_SOFTMAX:
        softmax_lines(l, class, p, side);
        break;
    case RK_P_SCALE:
        take_over(class, classes(l, p->arg[1], side), n);
        break;
    case RK_P_DIV:
        take_over(class, classes(l, p->arg[0], side), n);
        break;
    case RK_P_MUL:
        take_over(class, classes(l, p->arg[side == ROWS ? 0 : 1], side), n);
        break;
    case RK_P_TRANSPOSE:
        take_over(class, classes(l, p->arg[0], side == ROWS ? COLUMNS : ROWS), n);
        break;
    case RK_P_HCAT:
        side == ROWS ? intersect_arguments(l, class, p, side) : all_different(class, n);
        break;
    case RK_P_VCAT:
        side == COLUMNS ? intersect_arguments(l, class, p, side) : all_different(class, n);
        break;
    case RK_P_ROW_SCALE:
        take_over(class, classes(l, p->arg[1], side), n);
        if (side == ROWS)
            intersect(class, classes(l, p->arg[0], ROWS), n);
        break;
    case RK_P_ROW_DIVIDE:
        take_over(class, classes(l, p->arg[0], side), n);
        if (side == ROWS)
            intersect(class, classes(l, p->arg[1], ROWS), n);
        break;
    default:
        all_different(class, n);
        break;
    }
}

static const slong *classes(rk_lines *l, unsigned i, int side) {
    if (l->found[side][i] != NULL)
        return l->found[side][i];
    const rk_instr *p = instr_at(l, i);
    const rk_matrix *a = rk_known_over_q(l->run, i);
    slong *class = rk_calloc((size_t)length_of(p, side) + 1, sizeof *class);
    if (a != NULL)
        compare_lines(class, a, side, false);
    else
        operation_lines(l, class, p, side);
    l->found[side][i] = class;
    return class;
}

slong rk_lines_different(rk_lines *l, unsigned i, bool columns) {
    int side = columns ? COLUMNS : ROWS;
    const slong *class = classes(l, i, side);
    slong count = 0;
    for (slong k = 0; k < length_of(instr_at(l, i), side); k++)
        count += class[k] == k;
    return count;
}
