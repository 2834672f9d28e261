#include "rk_symbols.h"

bool rk_symbols_affine(const rk_slot *s) {
    if (s->defined)
        return false;
    switch (s->set) {
    case RK_SET_REAL:
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
    case RK_SET_NONZERO:
    case RK_SET_INTEGER:
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
    case RK_SET_DIAGONAL:
    case RK_SET_INVERTIBLE:
        return true;
    default:
        return false;
    }
}

bool rk_symbols_usable(const rk_slot *s) {
    return rk_symbols_affine(s) || (!s->defined && s->set == RK_SET_UNIT_ROWS);
}

static bool is_stochastic(const rk_slot *s) {
    return s->set == RK_SET_STOCHASTIC || s->set == RK_SET_ATTENTION;
}

static bool is_symmetric(const rk_slot *s) {
    return s->set == RK_SET_SYMMETRIC || s->set == RK_SET_PSD;
}

bool rk_symbols_free(const rk_slot *s, int64_t i, int64_t j) {
    if (is_stochastic(s))
        return j + 1 < s->cols;
    if (is_symmetric(s))
        return i <= j;
    return s->set != RK_SET_DIAGONAL || i == j;
}

slong rk_symbols_count(const rk_program *p, bool (*usable)(const rk_slot *slot), slong most) {
    slong n = 0;
    for (size_t s = 0; s < p->nslots && n <= most; s++) {
        const rk_slot *slot = &p->slots[s];
        if (!usable(slot))
            continue;
        if (slot->rows * slot->cols > 4 * most)
            return most + 1;
        for (int64_t i = 0; i < slot->rows; i++)
            for (int64_t j = 0; j < slot->cols; j++)
                n += rk_symbols_free(slot, i, j);
    }
    return n;
}

/* --- the generic member of a set ---------------------------------------------------------- */

static void set_number(const rk_domain *d, void *r, slong number) {
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_si(q, number, 1);
    (void)d->set_fmpq(d, r, q);
    fmpq_clear(q);
}

/* The last entry of a row is what the others leave to 1. */
static void complete_row(const rk_matrix *m, slong i) {
    const rk_domain *d = m->domain;
    void *last = rk_matrix_entry(m, i, m->cols - 1);
    set_number(d, last, 1);
    for (slong j = 0; j + 1 < m->cols; j++)
        d->sub(d, last, last, rk_matrix_entry(m, i, j));
}

static void set_generic(rk_run *run, unsigned s, slong *next) {
    const rk_slot *slot = &run->program->slots[s];
    const rk_domain *d = run->domain;
    rk_matrix m;
    rk_matrix_init(&m, d, slot->rows, slot->cols);
    for (slong i = 0; i < m.rows; i++) {
        for (slong j = 0; j < m.cols; j++)
            if (rk_symbols_free(slot, i, j))
                rk_function_variable(d, rk_matrix_entry(&m, i, j), (*next)++);
        if (is_stochastic(slot))
            complete_row(&m, i);
    }
    for (slong i = 0; is_symmetric(slot) && i < m.rows; i++)
        for (slong j = 0; j < i; j++)
            d->set(d, rk_matrix_entry(&m, i, j), rk_matrix_entry(&m, j, i));
    rk_run_set_input(run, s, &m);
    rk_matrix_clear(&m);
}

void rk_symbols_set(rk_run *run, bool (*usable)(const rk_slot *slot)) {
    slong next = 0;
    for (unsigned s = 0; s < run->program->nslots; s++)
        if (usable(&run->program->slots[s]))
            set_generic(run, s, &next);
}

/* --- what membership says ----------------------------------------------------------------- */

static unsigned signs_of_set(const rk_slot *s) {
    switch (s->set) {
    case RK_SET_POSITIVE:
    case RK_SET_ATTENTION:
        return RK_MAY_POSITIVE;
    case RK_SET_NONNEGATIVE:
    case RK_SET_STOCHASTIC:
        return RK_MAY_POSITIVE | RK_MAY_ZERO;
    case RK_SET_NONZERO:
        return RK_MAY_POSITIVE | RK_MAY_NEGATIVE;
    default:
        return RK_MAY_ANY;
    }
}

/* The squares of a row of length 1 sum to 1. */
static void assume_unit_row(const rk_matrix *m, slong i) {
    const rk_domain *d = m->domain;
    rk_matrix t;
    rk_matrix_init(&t, d, 2, 1);
    void *sum = rk_matrix_entry(&t, 0, 0), *square = rk_matrix_entry(&t, 1, 0);
    set_number(d, sum, -1);
    for (slong j = 0; j < m->cols; j++) {
        d->mul(d, square, rk_matrix_entry(m, i, j), rk_matrix_entry(m, i, j));
        d->add(d, sum, sum, square);
    }
    rk_function_assume_zero(d, sum);
    rk_matrix_clear(&t);
}

/* Diagonal entries of a semidefinite matrix are not negative; the determinant of an invertible one
   is not 0. */
static void assume_of_square(const rk_matrix *m, rk_set set) {
    const rk_domain *d = m->domain;
    rk_matrix det;
    for (slong i = 0; set == RK_SET_PSD && i < m->rows; i++)
        rk_function_assume_sign(d, rk_matrix_entry(m, i, i), RK_MAY_POSITIVE | RK_MAY_ZERO);
    if (set != RK_SET_PSD && set != RK_SET_INVERTIBLE)
        return;
    if (rk_matrix_det(&det, m) == RK_EV_OK)
        rk_function_assume_sign(d, det.entry,
                                set == RK_SET_PSD ? RK_MAY_POSITIVE | RK_MAY_ZERO
                                                  : RK_MAY_POSITIVE | RK_MAY_NEGATIVE);
    rk_matrix_clear(&det);
}

enum { MAX_DETERMINANT = 3 };

void rk_symbols_assume(const rk_run *run) {
    const rk_program *p = run->program;
    for (size_t s = 0; s < p->nslots; s++) {
        const rk_slot *slot = &p->slots[s];
        const rk_matrix *m = &run->input[s];
        if (!rk_symbols_usable(slot))
            continue;
        for (slong i = 0; i < m->rows; i++)
            for (slong j = 0; j < m->cols; j++)
                if (signs_of_set(slot) != RK_MAY_ANY)
                    rk_function_assume_sign(run->domain, rk_matrix_entry(m, i, j),
                                            signs_of_set(slot));
        for (slong i = 0; slot->set == RK_SET_UNIT_ROWS && i < m->rows; i++)
            assume_unit_row(m, i);
        if (m->rows <= MAX_DETERMINANT)
            assume_of_square(m, slot->set);
    }
}
