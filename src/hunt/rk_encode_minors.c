/* Determinants, ranks and definiteness through minors, each expanded along its first row. */
#include "base/rk_mem.h"
#include "rk_encode.h"

enum { MOST_SIDE = 5 };

typedef struct minors {
    rk_cnf *f;
    const rk_grid *a;
    rk_bits *known; /* by rows and columns */
    bool *done;
} minors;

static bool minors_init(minors *m, rk_cnf *f, const rk_grid *a) {
    *m = (minors){.f = f, .a = a};
    if (a->rows > MOST_SIDE || a->cols > MOST_SIDE)
        return false;
    m->known = rk_calloc((size_t)1 << (2 * MOST_SIDE), sizeof *m->known);
    m->done = rk_calloc((size_t)1 << (2 * MOST_SIDE), sizeof *m->done);
    return true;
}

static void minors_clear(minors *m) {
    rk_free(m->known);
    rk_free(m->done);
}

static int lowest(unsigned set) {
    int i = 0;
    while (!((set >> i) & 1))
        i++;
    return i;
}

/* The minor of as many rows as columns. */
static const rk_bits *minor_of(minors *m, unsigned rows, unsigned cols) {
    size_t at = ((size_t)rows << MOST_SIDE) | cols;
    if (m->done[at])
        return &m->known[at];
    rk_bits total = rk_bits_constant(rows == 0, 1);
    int i = rows ? lowest(rows) : 0, sign = 1;
    for (int j = 0; rows && j < m->a->cols && !m->f->full; j++) {
        if (!((cols >> j) & 1))
            continue;
        const rk_bits *rest = minor_of(m, rows & (rows - 1), cols & ~(1U << j));
        rk_bits term = rk_bits_mul(m->f, &m->a->entry[i * m->a->cols + j], rest);
        total = sign > 0 ? rk_bits_add(m->f, &total, &term) : rk_bits_sub(m->f, &total, &term);
        sign = -sign;
    }
    m->known[at] = total;
    m->done[at] = true;
    return &m->known[at];
}

rk_bits rk_grid_determinant(rk_cnf *f, const rk_grid *a) {
    minors m;
    rk_bits r = {.wide = true, .bottom = 1};
    if (!minors_init(&m, f, a))
        return r;
    unsigned all = (1U << a->rows) - 1;
    r = *minor_of(&m, all, all);
    minors_clear(&m);
    return r;
}

static int members(unsigned set) {
    int n = 0;
    for (; set; set &= set - 1)
        n++;
    return n;
}

/* Is some minor of that size not zero? 0: not expressed. */
static int has_minor(minors *m, int size) {
    rk_bits zero = rk_bits_constant(0, 1);
    int any = -RK_TRUE_LITERAL;
    for (unsigned rows = 1; rows < 1U << m->a->rows; rows++)
        for (unsigned cols = 1; cols < 1U << m->a->cols && !m->f->full; cols++) {
            if (members(rows) != size || members(cols) != size)
                continue;
            int none = rk_bits_equal(m->f, minor_of(m, rows, cols), &zero);
            if (none == 0)
                return 0;
            any = rk_cnf_or(m->f, any, -none);
        }
    return any;
}

rk_bits rk_grid_rank(rk_cnf *f, const rk_grid *a) {
    minors m;
    rk_bits wide = {.wide = true, .bottom = 1};
    if (!minors_init(&m, f, a))
        return wide;
    rk_bits rank = rk_bits_constant(0, 1), one = rk_bits_constant(1, 1);
    rk_bits zero = rank;
    int most = (int)(a->rows < a->cols ? a->rows : a->cols);
    for (int size = 1; size <= most && !rank.wide; size++) {
        int more = has_minor(&m, size);
        rk_bits step = more ? rk_bits_select(f, more, &one, &zero) : wide;
        rank = rk_bits_add(f, &rank, &step);
    }
    minors_clear(&m);
    return rank;
}

int rk_grid_is_psd(rk_cnf *f, const rk_grid *a) {
    minors m;
    if (!minors_init(&m, f, a))
        return 0;
    int all = RK_TRUE_LITERAL;
    for (unsigned set = 1; set < 1U << a->rows && all != 0; set++) {
        int negative = rk_bits_negative(minor_of(&m, set, set));
        all = negative ? rk_cnf_and(f, all, -negative) : 0;
    }
    minors_clear(&m);
    return all;
}
