#include "rk_facts.h"
#include "base/rk_mem.h"
#include "domain/rk_domain.h"

#include <string.h>

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

void rk_facts_init(rk_facts *b, const rk_program *program) {
    size_t n = program->ninstr;
    b->program = program;
    rk_ones_init(&b->ones, program);
    rk_rows_init(&b->rows, program);
    b->low = rk_calloc(n, sizeof *b->low);
    b->high = rk_calloc(n, sizeof *b->high);
    b->fact_low = rk_malloc(n * sizeof *b->fact_low);
    b->fact_high = rk_malloc(n * sizeof *b->fact_high);
    b->positive = rk_calloc(n, sizeof *b->positive);
    b->value = rk_calloc(n, sizeof *b->value);
    b->truth = rk_calloc(n, sizeof *b->truth);
    b->fact_truth = rk_calloc(n, sizeof *b->fact_truth);
    for (size_t i = 0; i < n; i++) {
        b->fact_low[i] = b->fact_high[i] = -1;
        fmpq_init(&b->value[i].low);
        fmpq_init(&b->value[i].high);
    }
}

void rk_facts_clear(rk_facts *b) {
    for (size_t i = 0; i < b->program->ninstr; i++) {
        fmpq_clear(&b->value[i].low);
        fmpq_clear(&b->value[i].high);
    }
    rk_ones_clear(&b->ones);
    rk_rows_clear(&b->rows);
    rk_free(b->low);
    rk_free(b->high);
    rk_free(b->fact_low);
    rk_free(b->fact_high);
    rk_free(b->positive);
    rk_free(b->value);
    rk_free(b->truth);
    rk_free(b->fact_truth);
}

void rk_depends(const rk_program *program, bool (*of)(const rk_slot *slot), unsigned char *marks) {
    for (size_t i = 0; i < program->ninstr; i++) {
        const rk_instr *in = &program->instr[i];
        marks[i] = in->code == RK_P_INPUT && of(&program->slots[in->slot]);
        for (size_t k = 0; k < in->nargs; k++)
            marks[i] |= marks[in->arg[k]];
    }
}

/* --- ranks -------------------------------------------------------------------------------- */

typedef struct pair {
    int64_t low, high;
} pair;

static pair bounds_of(const rk_facts *b, unsigned i) {
    return (pair){b->low[i], b->high[i]};
}

static pair nonzero_if(bool low, bool high) {
    return (pair){low, high};
}

/* Membership gives a rank from below: full for the invertible sets, one where a row or an entry
   cannot vanish. */
static pair set_bounds(const rk_slot *s, int64_t full) {
    switch (s->set) {
    case RK_SET_INVERTIBLE:
    case RK_SET_ORTHOGONAL:
    case RK_SET_PERMUTATION:
        return (pair){full, full};
    case RK_SET_POSITIVE:
    case RK_SET_NONZERO:
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
    case RK_SET_UNIT_ROWS:
        return (pair){least(1, full), full};
    default:
        return (pair){0, full};
    }
}

static bool positive_fn(const rk_instr *in, bool argument) {
    switch (in->fn) {
    case RK_FN_EXP:
    case RK_FN_SIGMOID:
        return true;
    case RK_FN_SQRT:
    case RK_FN_ABS:
    case RK_FN_RELU:
        return argument;
    default:
        return false;
    }
}

/* Is every entry above 0, by the declared set, by definition or as its arguments are? */
static bool is_positive(const rk_facts *b, const rk_instr *in) {
    bool all = in->nargs > 0;
    for (size_t k = 0; k < in->nargs; k++)
        all = all && b->positive[in->arg[k]];
    switch (in->code) {
    case RK_P_RATIONAL:
        return fmpq_sgn(in->number) > 0;
    case RK_P_ONES:
        return true;
    case RK_P_INPUT: {
        rk_set s = b->program->slots[in->slot].set;
        return s == RK_SET_POSITIVE || s == RK_SET_ATTENTION;
    }
    case RK_P_SOFTMAX:
        return in->nargs == 1;
    case RK_P_FN:
        return positive_fn(in, all);
    case RK_P_KEEP:
        return b->positive[in->arg[0]];
    case RK_P_ADD:
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_DIV:
    case RK_P_EMUL:
    case RK_P_EDIV:
    case RK_P_TRANSPOSE:
    case RK_P_SLICE:
    case RK_P_HCAT:
    case RK_P_VCAT:
    case RK_P_VEC:
    case RK_P_KRON:
    case RK_P_ROW_SUMS:
    case RK_P_ROW_SCALE:
    case RK_P_ROW_DIVIDE:
        return all;
    default:
        return false;
    }
}

/* Entries that can never vanish. */
static bool entries_nonzero(const rk_facts *b, unsigned i) {
    const rk_instr *in = &b->program->instr[i];
    if (in->code == RK_P_RATIONAL)
        return !fmpq_is_zero(in->number);
    return b->positive[i] ||
           (in->code == RK_P_INPUT && b->program->slots[in->slot].set == RK_SET_NONZERO);
}

static pair fn_bounds(const rk_instr *in, pair a, int64_t full) {
    switch (in->fn) {
    case RK_FN_EXP:
    case RK_FN_SIGMOID:
        return (pair){least(1, full), full};
    case RK_FN_SQRT: /* these vanish exactly where their argument does */
    case RK_FN_ABS:
    case RK_FN_SIGN:
    case RK_FN_TANH:
    case RK_FN_SILU:
    case RK_FN_GELU:
        return (pair){least(a.low, 1), a.high == 0 ? 0 : full};
    case RK_FN_RELU:
        return (pair){0, a.high == 0 ? 0 : full};
    default:
        return (pair){0, full};
    }
}

static pair sum_bounds(pair a, pair b) {
    return (pair){most(a.low - b.high, b.low - a.high), a.high + b.high};
}

static pair concat_bounds(const rk_facts *b, const rk_instr *in) {
    pair r = {0, 0};
    for (size_t k = 0; k < in->nargs; k++) {
        r.low = most(r.low, b->low[in->arg[k]]);
        r.high += b->high[in->arg[k]];
    }
    return r;
}

/* A number as it is written out: -3/4. False: it is none. */
static bool written(fmpq_t r, const rk_program *p, unsigned i) {
    const rk_instr *in = &p->instr[i];
    if (in->code == RK_P_RATIONAL) {
        fmpq_set(r, in->number);
        return true;
    }
    if ((in->code != RK_P_NEG && in->code != RK_P_DIV) || !written(r, p, in->arg[0]))
        return false;
    if (in->code == RK_P_NEG) {
        fmpq_neg(r, r);
        return true;
    }
    fmpq_t by;
    fmpq_init(by);
    bool known = written(by, p, in->arg[1]) && !fmpq_is_zero(by);
    if (known)
        fmpq_div(r, r, by);
    fmpq_clear(by);
    return known;
}

/* Writes the entries of a matrix of numbers to r from (row, col) on. False: it is none. */
static bool put_numbers(fmpq_mat_t r, int64_t row, int64_t col, const rk_program *p, unsigned i) {
    const rk_instr *in = &p->instr[i];
    if (in->code != RK_P_HCAT && in->code != RK_P_VCAT)
        return written(fmpq_mat_entry(r, row, col), p, i);
    for (size_t k = 0; k < in->nargs; k++) {
        if (!put_numbers(r, row, col, p, in->arg[k]))
            return false;
        row += in->code == RK_P_VCAT ? p->instr[in->arg[k]].rows : 0;
        col += in->code == RK_P_HCAT ? p->instr[in->arg[k]].cols : 0;
    }
    return true;
}

/* Of a matrix written out in numbers the rank is told. */
static pair blocks_bounds(const rk_facts *b, unsigned i) {
    enum { MOST_NUMBERS = 4096 };
    const rk_instr *in = &b->program->instr[i];
    pair r = concat_bounds(b, in);
    if (in->rows > MOST_NUMBERS / in->cols)
        return r;
    fmpq_mat_t a;
    fmpq_mat_init(a, in->rows, in->cols);
    if (put_numbers(a, 0, 0, b->program, i))
        r.low = r.high = fmpq_mat_rref(a, a);
    fmpq_mat_clear(a);
    return r;
}

static pair slice_bounds(const rk_program *p, const rk_instr *in, pair a) {
    const rk_instr *whole = &p->instr[in->arg[0]];
    int64_t removed = (whole->rows - in->rows) + (whole->cols - in->cols);
    return (pair){a.low - removed, a.high};
}

static pair softmax_bounds(const rk_program *p, const rk_instr *in, int64_t full) {
    bool causal = in->nargs > 1 && p->instr[in->arg[1]].code == RK_P_CAUSAL;
    return (pair){causal ? full : 1, full}; /* triangular with a positive diagonal */
}

static pair scaled_bounds(const rk_facts *b, unsigned scalar, pair a) {
    if (b->high[scalar] == 0)
        return (pair){0, 0};
    return (pair){b->low[scalar] > 0 ? a.low : 0, a.high};
}

static pair product_bounds(const rk_program *p, const rk_instr *in, pair a, pair b) {
    int64_t inner = p->instr[in->arg[0]].cols;
    return (pair){a.low + b.low - inner, least(a.high, b.high)};
}

static pair leaf_bounds(const rk_program *p, const rk_instr *in, int64_t full) {
    switch (in->code) {
    case RK_P_RATIONAL:
        return nonzero_if(!fmpq_is_zero(in->number), !fmpq_is_zero(in->number));
    case RK_P_INPUT:
        return set_bounds(&p->slots[in->slot], full);
    case RK_P_EYE:
    case RK_P_CAUSAL:
        return (pair){full, full};
    case RK_P_ONES:
    case RK_P_UNIT:
        return (pair){1, 1};
    case RK_P_ZEROS:
        return (pair){0, 0};
    default:
        return (pair){0, full};
    }
}

static pair entry_bounds(const rk_instr *in, pair a, int64_t inner) {
    switch (in->code) {
    case RK_P_DET:
        return nonzero_if(a.low == inner, a.high == inner);
    case RK_P_SINGULAR_VALUE:
        return nonzero_if(a.low >= in->k, a.high >= in->k);
    case RK_P_NORM1:
        return nonzero_if(a.low > 0, a.high > 0);
    default:
        return (pair){0, 1};
    }
}

static pair matrix_bounds(const rk_facts *b, unsigned i, int64_t full) {
    const rk_program *p = b->program;
    const rk_instr *in = &p->instr[i];
    pair a = in->nargs > 0 ? bounds_of(b, in->arg[0]) : (pair){0, 0};
    pair c = in->nargs > 1 ? bounds_of(b, in->arg[1]) : (pair){0, 0};
    switch (in->code) {
    case RK_P_ADD:
        return sum_bounds(a, c);
    case RK_P_SUB:
        return in->arg[0] == in->arg[1] ? (pair){0, 0} : sum_bounds(a, c);
    case RK_P_NEG:
    case RK_P_KEEP:
    case RK_P_TRANSPOSE:
    case RK_P_DIV:        /* what it is divided by is defined and so not 0 */
    case RK_P_ROW_DIVIDE: /* likewise, row by row */
        return a;
    case RK_P_MUL:
        return product_bounds(p, in, a, c);
    case RK_P_SCALE:
        return scaled_bounds(b, in->arg[0], c);
    case RK_P_EMUL:
        return (pair){full == 1 && in->rows == in->cols ? a.low * c.low : 0, a.high * c.high};
    case RK_P_SLICE:
        return slice_bounds(p, in, a);
    case RK_P_HCAT:
    case RK_P_VCAT:
        return blocks_bounds(b, i);
    case RK_P_DIAG_MAKE:
        return (pair){entries_nonzero(b, in->arg[0]) ? full : a.low, a.high == 0 ? 0 : full};
    case RK_P_VEC:
        return (pair){least(a.low, 1), least(a.high, 1)};
    case RK_P_KRON:
        return (pair){a.low * c.low, a.high * c.high};
    case RK_P_ROW_SCALE:
        return (pair){entries_nonzero(b, in->arg[0]) ? c.low : 0, a.high == 0 ? 0 : c.high};
    case RK_P_RANK:
        return nonzero_if(a.low > 0, a.high > 0);
    case RK_P_INV:
        return (pair){full, full};
    case RK_P_SOFTMAX:
        return softmax_bounds(p, in, full);
    case RK_P_FN:
        return fn_bounds(in, a, full);
    case RK_P_DET:
    case RK_P_SINGULAR_VALUE:
    case RK_P_NORM1:
        return entry_bounds(in, a, p->instr[in->arg[0]].rows);
    default:
        return leaf_bounds(p, in, full);
    }
}

static void bound_rank(rk_facts *b, unsigned i) {
    const rk_instr *in = &b->program->instr[i];
    int64_t full = least(in->rows, in->cols);
    pair r = matrix_bounds(b, i, full);
    b->positive[i] = is_positive(b, in);
    if (b->positive[i])
        r.low = most(r.low, 1);
    if (rk_is_centred(b->program, i)) /* a product with a projector of rank cols - 1 */
        r.low = most(r.low, b->low[in->arg[0]] - 1);
    if (rk_ones_kills(&b->ones.right[i]))
        r.high = least(r.high, in->cols - 1);
    if (rk_ones_kills(&b->ones.left[i]))
        r.high = least(r.high, in->rows - 1);
    r.high = least(r.high, rk_rows_different(&b->rows, b->program, i));
    b->low[i] = most(most(r.low, 0), b->fact_low[i]);
    b->high[i] = least(r.high, full);
    if (b->fact_high[i] >= 0)
        b->high[i] = least(b->high[i], b->fact_high[i]);
}

/* --- scalars ------------------------------------------------------------------------------ */

static void stretch(rk_range *r, const fmpq_t x) {
    if (fmpq_cmp(x, &r->low) < 0)
        fmpq_set(&r->low, x);
    if (fmpq_cmp(x, &r->high) > 0)
        fmpq_set(&r->high, x);
}

static void range_point(rk_range *r, const fmpq_t x) {
    fmpq_set(&r->low, x);
    fmpq_set(&r->high, x);
    r->known = true;
}

static void range_copy(rk_range *r, const rk_range *x) {
    fmpq_set(&r->low, &x->low);
    fmpq_set(&r->high, &x->high);
    r->known = x->known;
}

/* The hull of the operation at the four corners. */
static void widen(rk_range *r, const rk_range *x, const rk_range *y,
                  void (*op)(fmpq_t, const fmpq_t, const fmpq_t)) {
    fmpq_t corner;
    fmpq_init(corner);
    op(corner, &x->low, &y->low);
    range_point(r, corner);
    op(corner, &x->low, &y->high);
    stretch(r, corner);
    op(corner, &x->high, &y->low);
    stretch(r, corner);
    op(corner, &x->high, &y->high);
    stretch(r, corner);
    fmpq_clear(corner);
}

/* Folds the 1 by 1 blocks of a row, column or matrix written out of scalars. */
typedef enum fold_kind { FOLD_SUM, FOLD_MAX, FOLD_MIN } fold_kind;

/* r->known is set by the caller, when the whole fold came through. */
static void fold_one(rk_range *r, const rk_range *x, fold_kind kind, bool first) {
    if (first) {
        range_copy(r, x);
    } else if (kind == FOLD_SUM) {
        fmpq_add(&r->low, &r->low, &x->low);
        fmpq_add(&r->high, &r->high, &x->high);
    } else {
        int sign = kind == FOLD_MAX ? 1 : -1;
        if (sign * fmpq_cmp(&x->low, &r->low) > 0)
            fmpq_set(&r->low, &x->low);
        if (sign * fmpq_cmp(&x->high, &r->high) > 0)
            fmpq_set(&r->high, &x->high);
    }
}

static bool fold_entries(const rk_facts *b, rk_range *r, unsigned i, fold_kind kind, bool *first) {
    const rk_instr *in = &b->program->instr[i];
    if (in->rows == 1 && in->cols == 1) {
        if (!b->value[i].known)
            return false;
        fold_one(r, &b->value[i], kind, *first);
        *first = false;
        return true;
    }
    if (in->code != RK_P_HCAT && in->code != RK_P_VCAT)
        return false;
    for (size_t k = 0; k < in->nargs; k++)
        if (!fold_entries(b, r, in->arg[k], kind, first))
            return false;
    return true;
}

static void range_quotient(rk_range *r, const rk_range *x, const rk_range *y) {
    bool away = fmpq_sgn(&y->low) * fmpq_sgn(&y->high) > 0;
    if (x->known && y->known && away)
        widen(r, x, y, fmpq_div);
}

static void range_rank(rk_facts *b, rk_range *r, unsigned arg) {
    fmpq_set_si(&r->low, b->low[arg], 1);
    fmpq_set_si(&r->high, b->high[arg], 1);
    r->known = true;
}

static void range_binary(rk_facts *b, rk_range *r, const rk_instr *in) {
    const rk_range *x = &b->value[in->arg[0]], *y = &b->value[in->arg[1]];
    if (!x->known || !y->known)
        return;
    if (in->code == RK_P_ADD)
        widen(r, x, y, fmpq_add);
    else if (in->code == RK_P_SUB)
        widen(r, x, y, fmpq_sub);
    else
        widen(r, x, y, fmpq_mul);
}

static void bound_value(rk_facts *b, unsigned i) {
    const rk_instr *in = &b->program->instr[i];
    rk_range *r = &b->value[i];
    bool first = true;
    r->known = false;
    switch (in->code) {
    case RK_P_RATIONAL:
        range_point(r, in->number);
        break;
    case RK_P_RANK:
        range_rank(b, r, in->arg[0]);
        break;
    case RK_P_KEEP:
        range_copy(r, &b->value[in->arg[0]]);
        break;
    case RK_P_NEG:
        if (b->value[in->arg[0]].known) {
            fmpq_neg(&r->low, &b->value[in->arg[0]].high);
            fmpq_neg(&r->high, &b->value[in->arg[0]].low);
            r->known = true;
        }
        break;
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_EMUL:
        range_binary(b, r, in);
        break;
    case RK_P_DIV:
    case RK_P_EDIV:
        range_quotient(r, &b->value[in->arg[0]], &b->value[in->arg[1]]);
        break;
    case RK_P_SUM_ENTRIES:
        r->known = fold_entries(b, r, in->arg[0], FOLD_SUM, &first);
        break;
    case RK_P_MAX_ENTRIES:
        r->known = fold_entries(b, r, in->arg[0], FOLD_MAX, &first);
        break;
    case RK_P_MIN_ENTRIES:
        r->known = fold_entries(b, r, in->arg[0], FOLD_MIN, &first);
        break;
    default:
        break;
    }
}

/* --- truth -------------------------------------------------------------------------------- */

static rk_tern less(const rk_range *x, const rk_range *y, bool strict) {
    int hl = fmpq_cmp(&x->high, &y->low), lh = fmpq_cmp(&x->low, &y->high);
    if (hl < 0 || (hl == 0 && !strict))
        return RK_TRUE;
    if (lh > 0 || (lh == 0 && strict))
        return RK_FALSE;
    return RK_UNKNOWN;
}

static rk_tern equal_ranges(const rk_range *x, const rk_range *y) {
    if (fmpq_cmp(&x->high, &y->low) < 0 || fmpq_cmp(&x->low, &y->high) > 0)
        return RK_FALSE;
    bool points = fmpq_equal(&x->low, &x->high) && fmpq_equal(&y->low, &y->high);
    return points ? RK_TRUE : RK_UNKNOWN;
}

static rk_tern compare_ranges(rk_cmp cmp, const rk_range *x, const rk_range *y) {
    switch (cmp) {
    case RK_EQ:
        return equal_ranges(x, y);
    case RK_NE:
        return rk_tern_not(equal_ranges(x, y));
    case RK_LT:
        return less(x, y, true);
    case RK_LE:
        return less(x, y, false);
    case RK_GT:
        return less(y, x, true);
    default:
        return less(y, x, false);
    }
}

/* The same value on both sides; or two matrices whose ranks cannot be equal. */
static rk_tern compare_objects(const rk_facts *b, const rk_instr *in) {
    unsigned x = in->arg[0], y = in->arg[1];
    if (x == y)
        return rk_tern_of(in->cmp == RK_EQ || in->cmp == RK_LE || in->cmp == RK_GE);
    bool apart = b->low[x] > b->high[y] || b->low[y] > b->high[x];
    if (apart && in->cmp == RK_EQ)
        return RK_FALSE;
    if (apart && in->cmp == RK_NE)
        return RK_TRUE;
    return RK_UNKNOWN;
}

static rk_tern compare_truth(const rk_facts *b, const rk_instr *in) {
    rk_tern t = compare_objects(b, in);
    const rk_range *x = &b->value[in->arg[0]], *y = &b->value[in->arg[1]];
    if (!rk_tern_known(t) && x->known && y->known)
        t = compare_ranges(in->cmp, x, y);
    return t;
}

static void bound_truth(rk_facts *b, unsigned i) {
    const rk_instr *in = &b->program->instr[i];
    rk_tern t = RK_UNKNOWN, x = RK_UNKNOWN, y = RK_UNKNOWN;
    if (in->nargs > 0)
        x = b->truth[in->arg[0]];
    if (in->nargs > 1)
        y = b->truth[in->arg[1]];
    if (in->code == RK_P_COMPARE)
        t = compare_truth(b, in);
    else if (in->code == RK_P_NOT)
        t = rk_tern_not(x);
    else if (in->code == RK_P_IMPLIES)
        t = rk_tern_implies(x, y);
    else if (in->code == RK_P_IFF)
        t = rk_tern_iff(x, y);
    else if (in->code == RK_P_AND || in->code == RK_P_OR) {
        t = rk_tern_of(in->code == RK_P_AND);
        for (size_t k = 0; k < in->nargs; k++)
            t = in->code == RK_P_AND ? rk_tern_and(t, b->truth[in->arg[k]])
                                     : rk_tern_or(t, b->truth[in->arg[k]]);
    }
    b->truth[i] = rk_tern_known(t) ? t : b->fact_truth[i];
}

void rk_facts_propagate(rk_facts *b) {
    for (unsigned i = 0; i < b->program->ninstr; i++) {
        const rk_instr *in = &b->program->instr[i];
        if (in->truth) {
            bound_truth(b, i);
            continue;
        }
        bound_rank(b, i);
        if (in->rows == 1 && in->cols == 1)
            bound_value(b, i);
    }
}

static rk_tern all_of(const rk_facts *b, const unsigned *roots, size_t n) {
    rk_tern t = RK_TRUE;
    for (size_t i = 0; i < n; i++)
        t = rk_tern_and(t, b->truth[roots[i]]);
    return t;
}

rk_tern rk_facts_claims(const rk_facts *b) {
    return all_of(b, b->program->claims, b->program->nclaims);
}

rk_tern rk_facts_hypotheses(const rk_facts *b) {
    return all_of(b, b->program->hypotheses, b->program->nhypotheses);
}
