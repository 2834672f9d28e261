#include "rk_encode.h"

#include <string.h>

#include "base/rk_mem.h"

enum { MOST_LITERALS = 200000, MOST_ENTRIES = 6000, MOST_INVERSE = 4 };

typedef struct encoder {
    const rk_program *program;
    rk_cnf *f;
    rk_arena *arena;
    rk_alphabet alphabet;
    rk_encoding *out;
    rk_grid *value; /* of each instruction */
    int *truth;     /* of each truth instruction */
} encoder;

static bool is_expressed(const rk_grid *a) {
    return a->entry != NULL;
}

static rk_grid new_grid(encoder *e, int64_t rows, int64_t cols) {
    size_t n = (size_t)(rows * cols);
    return (rk_grid){rows, cols, rk_arena_alloc(e->arena, (n + 1) * sizeof(rk_bits))};
}

static rk_bits *entry(const rk_grid *a, int64_t i, int64_t j) {
    return &a->entry[i * a->cols + j];
}

/* --- slots ----------------------------------------------------------------------------- */

static rk_bits unknown(encoder *e, rk_set set, bool number) {
    rk_alphabet k = e->alphabet;
    if (number && k.low < 0) { /* numbers that multiply matrices may be larger */
        k.low *= 2;
        k.high *= 2;
    }
    if (set == RK_SET_PERMUTATION || set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION ||
        set == RK_SET_NONNEGATIVE || set == RK_SET_POSITIVE)
        k.low = set == RK_SET_POSITIVE || set == RK_SET_ATTENTION;
    if (set == RK_SET_PERMUTATION)
        k = (rk_alphabet){0, 1, 1};
    return rk_bits_unknown(e->f, k.low, k.high, k.bottom);
}

static bool fits(const encoder *e, const rk_slot *slot) {
    if (slot->set == RK_SET_INTEGER)
        return e->alphabet.bottom <= 1;
    if (slot->set == RK_SET_ATTENTION && slot->cols > 1 && e->alphabet.bottom > 0)
        return e->alphabet.bottom >= slot->cols;
    return true;
}

static rk_grid encode_slot(encoder *e, const rk_slot *slot) {
    rk_grid a = new_grid(e, slot->rows, slot->cols);
    bool mirrored = slot->set == RK_SET_SYMMETRIC || slot->set == RK_SET_PSD;
    for (int64_t i = 0; i < a.rows; i++)
        for (int64_t j = 0; j < a.cols; j++) {
            if (slot->set == RK_SET_DIAGONAL && i != j)
                *entry(&a, i, j) = rk_bits_constant(0, 1);
            else if (mirrored && j < i)
                *entry(&a, i, j) = *entry(&a, j, i);
            else
                *entry(&a, i, j) = unknown(e, slot->set, a.rows * a.cols == 1);
        }
    return a;
}

static rk_grid product(encoder *e, const rk_grid *a, const rk_grid *b) {
    rk_grid r = new_grid(e, a->rows, b->cols);
    for (int64_t i = 0; i < r.rows; i++)
        for (int64_t j = 0; j < r.cols; j++) {
            rk_bits sum = rk_bits_constant(0, 1);
            for (int64_t k = 0; k < a->cols && !e->f->full; k++) {
                rk_bits term = rk_bits_mul(e->f, entry(a, i, k), entry(b, k, j));
                sum = rk_bits_add(e->f, &sum, &term);
            }
            *entry(&r, i, j) = sum;
        }
    return r;
}

static rk_grid transpose(encoder *e, const rk_grid *a) {
    rk_grid r = new_grid(e, a->cols, a->rows);
    for (int64_t i = 0; i < r.rows; i++)
        for (int64_t j = 0; j < r.cols; j++)
            *entry(&r, i, j) = *entry(a, j, i);
    return r;
}

static rk_grid identity(encoder *e, int64_t rows, int64_t cols) {
    rk_grid r = new_grid(e, rows, cols);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++)
            *entry(&r, i, j) = rk_bits_constant(i == j, 1);
    return r;
}

static void require(encoder *e, int literal) {
    if (literal)
        rk_cnf_require(e->f, literal);
}

static int all_equal(encoder *e, const rk_grid *a, const rk_grid *b) {
    int all = RK_TRUE_LITERAL;
    for (int64_t i = 0; i < a->rows * a->cols && all; i++) {
        int same = rk_bits_equal(e->f, &a->entry[i], &b->entry[i]);
        all = same ? rk_cnf_and(e->f, all, same) : 0;
    }
    return all;
}

static void require_row_sums(encoder *e, const rk_grid *a) {
    rk_bits one = rk_bits_constant(1, 1);
    for (int64_t i = 0; i < a->rows; i++) {
        rk_bits sum = rk_bits_constant(0, 1);
        for (int64_t j = 0; j < a->cols; j++)
            sum = rk_bits_add(e->f, &sum, entry(a, i, j));
        require(e, rk_bits_equal(e->f, &sum, &one));
    }
}

static void require_unit_rows(encoder *e, const rk_grid *a) {
    rk_bits one = rk_bits_constant(1, 1);
    for (int64_t i = 0; i < a->rows; i++) {
        rk_bits sum = rk_bits_constant(0, 1);
        for (int64_t j = 0; j < a->cols; j++) {
            rk_bits square = rk_bits_mul(e->f, entry(a, i, j), entry(a, i, j));
            sum = rk_bits_add(e->f, &sum, &square);
        }
        require(e, rk_bits_equal(e->f, &sum, &one));
    }
}

static void require_orthogonal(encoder *e, const rk_grid *a) {
    rk_grid t = transpose(e, a), gram = product(e, &t, a), eye = identity(e, a->cols, a->cols);
    require(e, all_equal(e, &gram, &eye));
}

static void require_nonzero(encoder *e, const rk_bits *x) {
    rk_bits zero = rk_bits_constant(0, 1);
    int none = rk_bits_equal(e->f, x, &zero);
    require(e, -none);
}

static void require_set(encoder *e, rk_set set, const rk_grid *a) {
    rk_grid t;
    rk_bits det;
    switch (set) {
    case RK_SET_NONZERO:
        for (int64_t i = 0; i < a->rows * a->cols; i++)
            require_nonzero(e, &a->entry[i]);
        break;
    case RK_SET_PERMUTATION:
        t = transpose(e, a);
        require_row_sums(e, &t);
        require_row_sums(e, a);
        break;
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
        require_row_sums(e, a);
        break;
    case RK_SET_UNIT_ROWS:
        require_unit_rows(e, a);
        break;
    case RK_SET_ORTHOGONAL:
        require_orthogonal(e, a);
        break;
    case RK_SET_PSD:
        require(e, rk_grid_is_psd(e->f, a));
        break;
    case RK_SET_INVERTIBLE:
        det = rk_grid_determinant(e->f, a);
        require_nonzero(e, &det);
        break;
    default:
        break;
    }
}

static bool encode_slots(encoder *e) {
    const rk_program *p = e->program;
    e->out->slot = rk_arena_alloc(e->arena, (p->nslots + 1) * sizeof *e->out->slot);
    int first = e->f->variables + 1;
    for (size_t s = 0; s < p->nslots; s++) {
        if (p->slots[s].defined)
            continue;
        if (!fits(e, &p->slots[s]))
            return false;
        e->out->slot[s] = encode_slot(e, &p->slots[s]).entry;
    }
    int last = e->f->variables;
    e->out->input = rk_arena_alloc(e->arena, (size_t)(last - first + 2) * sizeof *e->out->input);
    for (int v = first; v <= last; v++)
        e->out->input[e->out->ninputs++] = v;
    for (size_t s = 0; s < p->nslots; s++)
        if (e->out->slot[s])
            require_set(e, p->slots[s].set,
                        &(rk_grid){p->slots[s].rows, p->slots[s].cols, e->out->slot[s]});
    return true;
}

/* --- matrices ---------------------------------------------------------------------------- */

static rk_bits number_of(const fmpq *x) {
    if (!fmpz_fits_si(fmpq_numref(x)) || !fmpz_fits_si(fmpq_denref(x)) ||
        fmpz_bits(fmpq_numref(x)) > 40 || fmpz_bits(fmpq_denref(x)) > 20)
        return (rk_bits){.wide = true, .bottom = 1};
    return rk_bits_constant(fmpz_get_si(fmpq_numref(x)), fmpz_get_si(fmpq_denref(x)));
}

static rk_bits constant_entry(const rk_instr *in, int64_t i, int64_t j) {
    switch (in->code) {
    case RK_P_RATIONAL:
        return number_of(in->number);
    case RK_P_EYE:
        return rk_bits_constant(i == j, 1);
    case RK_P_ONES:
        return rk_bits_constant(1, 1);
    case RK_P_UNIT:
        return rk_bits_constant(i == in->k - 1, 1);
    case RK_P_CAUSAL:
        return rk_bits_constant(j <= i, 1);
    default:
        return rk_bits_constant(0, 1);
    }
}

/* 1/x of a known number that is not 0. */
static rk_bits reciprocal(const rk_bits *x) {
    if (x->wide || x->low != x->high || x->low == 0 || x->low > INT64_C(1) << 20 ||
        x->low < -(INT64_C(1) << 20))
        return (rk_bits){.wide = true, .bottom = 1};
    return x->low > 0 ? rk_bits_constant(x->bottom, x->low) : rk_bits_constant(-x->bottom, -x->low);
}

static rk_bits entrywise(encoder *e, const rk_instr *in, const rk_bits *x) {
    rk_bits zero = rk_bits_constant(0, 1), wide = {.wide = true, .bottom = 1};
    int negative = rk_bits_negative(x);
    if (negative == 0)
        return wide;
    rk_bits minus = rk_bits_sub(e->f, &zero, x);
    if (in->fn == RK_FN_ABS)
        return rk_bits_select(e->f, negative, &minus, x);
    if (in->fn == RK_FN_RELU)
        return rk_bits_select(e->f, negative, &zero, x);
    if (in->fn != RK_FN_SIGN)
        return wide;
    rk_bits down = rk_bits_constant(-1, 1), up = rk_bits_constant(1, 1);
    rk_bits rest = rk_bits_select(e->f, rk_bits_negative(&minus), &up, &zero);
    return rk_bits_select(e->f, negative, &down, &rest);
}

static rk_bits combine(encoder *e, const rk_instr *in, const rk_bits *x, const rk_bits *y) {
    rk_bits by;
    switch (in->code) {
    case RK_P_ADD:
        return rk_bits_add(e->f, x, y);
    case RK_P_SUB:
        return rk_bits_sub(e->f, x, y);
    case RK_P_EMUL:
    case RK_P_SCALE:
    case RK_P_ROW_SCALE:
    case RK_P_KRON:
        return rk_bits_mul(e->f, x, y);
    case RK_P_DIV:
    case RK_P_EDIV:
        by = reciprocal(y);
        return rk_bits_mul(e->f, x, &by);
    default:
        return (rk_bits){.wide = true, .bottom = 1};
    }
}

/* Operations of two numbers each: which entries of the arguments meet at (i, j). */
static rk_bits pairwise(encoder *e, const rk_instr *in, const rk_grid *a, const rk_grid *b,
                        int64_t i, int64_t j) {
    switch (in->code) {
    case RK_P_SCALE:
        return combine(e, in, &a->entry[0], entry(b, i, j));
    case RK_P_DIV:
        return combine(e, in, entry(a, i, j), &b->entry[0]);
    case RK_P_ROW_SCALE:
        return combine(e, in, entry(a, i, 0), entry(b, i, j));
    case RK_P_KRON:
        return combine(e, in, entry(a, i / b->rows, j / b->cols),
                       entry(b, i % b->rows, j % b->cols));
    default:
        return combine(e, in, entry(a, i, j), entry(b, i, j));
    }
}

static const rk_bits *moved(const rk_instr *in, const rk_grid *a, int64_t i, int64_t j) {
    int64_t flat = i * in->cols + j, rest;
    switch (in->code) {
    case RK_P_TRANSPOSE:
        return entry(a, j, i);
    case RK_P_SLICE:
        return entry(a, i + in->k, j + in->l);
    case RK_P_DIAG_TAKE:
        return entry(a, i, i);
    case RK_P_VEC:
        return entry(a, i % a->rows, i / a->rows);
    case RK_P_RESHAPE:
        rest = a->rows * a->cols / (in->k * in->l);
        return &a->entry[((flat / rest) % in->k * in->l + flat / rest / in->k) * rest +
                         flat % rest];
    default:
        return entry(a, i, j);
    }
}

static rk_bits folded(encoder *e, const rk_instr *in, const rk_grid *a) {
    rk_bits r = a->entry[0];
    for (int64_t i = 1; i < a->rows * a->cols; i++) {
        const rk_bits *x = &a->entry[i];
        if (in->code == RK_P_TRACE || in->code == RK_P_SUM_ENTRIES) {
            if (in->code == RK_P_SUM_ENTRIES || i % (a->cols + 1) == 0)
                r = rk_bits_add(e->f, &r, x);
            continue;
        }
        int less = rk_bits_less(e->f, &r, x);
        if (less == 0)
            return (rk_bits){.wide = true, .bottom = 1};
        r = rk_bits_select(e->f, in->code == RK_P_MAX_ENTRIES ? less : -less, x, &r);
    }
    return r;
}

static rk_grid row_sums(encoder *e, const rk_grid *a) {
    rk_grid r = new_grid(e, a->rows, 1);
    for (int64_t i = 0; i < a->rows; i++) {
        r.entry[i] = *entry(a, i, 0);
        for (int64_t j = 1; j < a->cols; j++)
            r.entry[i] = rk_bits_add(e->f, &r.entry[i], entry(a, i, j));
    }
    return r;
}

static rk_grid blocks(encoder *e, const rk_instr *in) {
    rk_grid r = new_grid(e, in->rows, in->cols);
    int64_t row = 0, col = 0;
    for (size_t k = 0; k < in->nargs; k++) {
        const rk_grid *a = &e->value[in->arg[k]];
        for (int64_t i = 0; i < a->rows; i++)
            for (int64_t j = 0; j < a->cols; j++)
                *entry(&r, row + i, col + j) = *entry(a, i, j);
        row += in->code == RK_P_VCAT ? a->rows : 0;
        col += in->code == RK_P_HCAT ? a->cols : 0;
    }
    return r;
}

static rk_grid diagonal(encoder *e, const rk_grid *a) {
    rk_grid r = identity(e, a->rows, a->rows);
    for (int64_t i = 0; i < a->rows; i++)
        *entry(&r, i, i) = a->entry[i];
    return r;
}

/* An unknown that is the inverse: small ones alone are found. */
static rk_grid inverse(encoder *e, const rk_grid *a) {
    if (a->rows > MOST_INVERSE)
        return (rk_grid){0};
    rk_grid r = new_grid(e, a->rows, a->cols);
    for (int64_t i = 0; i < r.rows * r.cols; i++)
        r.entry[i] = rk_bits_unknown(e->f, -4, 4, e->alphabet.bottom);
    rk_grid one = product(e, a, &r), eye = identity(e, a->rows, a->cols);
    require(e, all_equal(e, &one, &eye));
    return r;
}

static rk_grid single(encoder *e, rk_bits x) {
    rk_grid r = new_grid(e, 1, 1);
    r.entry[0] = x;
    return r;
}

/* Entry by entry, from the same places of the arguments. */
static rk_grid by_entries(encoder *e, const rk_instr *in) {
    rk_grid r = new_grid(e, in->rows, in->cols);
    const rk_grid *a = in->nargs > 0 ? &e->value[in->arg[0]] : NULL;
    const rk_grid *b = in->nargs > 1 ? &e->value[in->arg[1]] : NULL;
    rk_bits zero = rk_bits_constant(0, 1);
    for (int64_t i = 0; i < r.rows; i++)
        for (int64_t j = 0; j < r.cols && !e->f->full; j++) {
            rk_bits *x = entry(&r, i, j);
            if (!a)
                *x = constant_entry(in, i, j);
            else if (in->code == RK_P_FN)
                *x = entrywise(e, in, entry(a, i, j));
            else if (in->code == RK_P_NEG)
                *x = rk_bits_sub(e->f, &zero, entry(a, i, j));
            else if (b && in->code != RK_P_KEEP)
                *x = pairwise(e, in, a, b, i, j);
            else
                *x = *moved(in, a, i, j);
        }
    return r;
}

static bool args_expressed(const encoder *e, const rk_instr *in) {
    for (size_t k = 0; k < in->nargs; k++)
        if (!is_expressed(&e->value[in->arg[k]]) && !(in->code == RK_P_KEEP && k == 1))
            return false;
    return true;
}

static rk_grid encode_matrix(encoder *e, const rk_instr *in) {
    const rk_grid *a = in->nargs > 0 ? &e->value[in->arg[0]] : NULL;
    if (!args_expressed(e, in))
        return (rk_grid){0};
    switch (in->code) {
    case RK_P_INPUT:
        return (rk_grid){in->rows, in->cols, e->out->slot[in->slot]};
    case RK_P_MUL:
        return product(e, a, &e->value[in->arg[1]]);
    case RK_P_HCAT:
    case RK_P_VCAT:
        return blocks(e, in);
    case RK_P_DIAG_MAKE:
        return diagonal(e, a);
    case RK_P_ROW_SUMS:
        return row_sums(e, a);
    case RK_P_SUM_ENTRIES:
    case RK_P_TRACE:
    case RK_P_MAX_ENTRIES:
    case RK_P_MIN_ENTRIES:
        return single(e, folded(e, in, a));
    case RK_P_RANK:
        return single(e, rk_grid_rank(e->f, a));
    case RK_P_DET:
        return single(e, rk_grid_determinant(e->f, a));
    case RK_P_INV:
        return inverse(e, a);
    case RK_P_RATIONAL:
    case RK_P_EYE:
    case RK_P_ONES:
    case RK_P_ZEROS:
    case RK_P_UNIT:
    case RK_P_CAUSAL:
    case RK_P_KEEP:
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_NEG:
    case RK_P_SCALE:
    case RK_P_DIV:
    case RK_P_EMUL:
    case RK_P_EDIV:
    case RK_P_TRANSPOSE:
    case RK_P_SLICE:
    case RK_P_DIAG_TAKE:
    case RK_P_VEC:
    case RK_P_RESHAPE:
    case RK_P_KRON:
    case RK_P_ROW_SCALE:
    case RK_P_FN:
        return by_entries(e, in);
    default:
        return (rk_grid){0};
    }
}

/* --- truth values -------------------------------------------------------------------------- */

/* One side may be a number for all entries. */
static const rk_bits *side_entry(const rk_grid *a, int64_t i) {
    return &a->entry[a->rows * a->cols == 1 ? 0 : i];
}

static int ordered(encoder *e, const rk_instr *in, const rk_grid *a, const rk_grid *b) {
    bool strict = in->cmp == RK_LT || in->cmp == RK_GT,
         upward = in->cmp == RK_LT || in->cmp == RK_LE;
    int64_t na = a->rows * a->cols, nb = b->rows * b->cols;
    int all = RK_TRUE_LITERAL;
    for (int64_t i = 0; i < (na > nb ? na : nb); i++) {
        const rk_bits *x = side_entry(upward ? a : b, i), *y = side_entry(upward ? b : a, i);
        int holds = strict ? rk_bits_less(e->f, x, y) : -rk_bits_less(e->f, y, x);
        if (holds == 0)
            return 0;
        all = rk_cnf_and(e->f, all, holds);
    }
    return all;
}

static int compare(encoder *e, const rk_instr *in) {
    const rk_grid *a = &e->value[in->arg[0]], *b = &e->value[in->arg[1]];
    if (!is_expressed(a) || !is_expressed(b))
        return 0;
    if (in->cmp != RK_EQ && in->cmp != RK_NE)
        return ordered(e, in, a, b);
    int same = all_equal(e, a, b);
    return in->cmp == RK_EQ ? same : -same;
}

static int is_integer(const rk_grid *a) {
    for (int64_t i = 0; is_expressed(a) && i < a->rows * a->cols; i++)
        if (a->entry[i].wide || a->entry[i].bottom != 1)
            return 0;
    return is_expressed(a) ? RK_TRUE_LITERAL : 0;
}

static int is_psd(encoder *e, const rk_grid *a) {
    if (!is_expressed(a))
        return 0;
    rk_grid t = transpose(e, a);
    int symmetric = all_equal(e, a, &t), definite = rk_grid_is_psd(e->f, a);
    return symmetric && definite ? rk_cnf_and(e->f, symmetric, definite) : 0;
}

static int connect(encoder *e, const rk_instr *in) {
    int r = e->truth[in->arg[0]];
    for (size_t k = 1; k < in->nargs; k++) {
        int next = e->truth[in->arg[k]];
        r = in->code == RK_P_AND       ? rk_cnf_and(e->f, r, next)
            : in->code == RK_P_OR      ? rk_cnf_or(e->f, r, next)
            : in->code == RK_P_IMPLIES ? rk_cnf_or(e->f, -r, next)
                                       : -rk_cnf_xor(e->f, r, next);
    }
    return in->code == RK_P_NOT ? -r : r;
}

/* What is not expressed is a free variable. */
static int encode_truth(encoder *e, const rk_instr *in) {
    int r = 0;
    switch (in->code) {
    case RK_P_COMPARE:
        r = compare(e, in);
        break;
    case RK_P_IS_INTEGER:
        r = is_integer(&e->value[in->arg[0]]);
        break;
    case RK_P_IS_PSD:
        r = is_psd(e, &e->value[in->arg[0]]);
        break;
    case RK_P_NOT:
    case RK_P_AND:
    case RK_P_OR:
    case RK_P_IMPLIES:
    case RK_P_IFF:
        if (in->nargs > 0)
            return connect(e, in);
        return in->code == RK_P_AND ? RK_TRUE_LITERAL : -RK_TRUE_LITERAL;
    default:
        break;
    }
    return r ? r : rk_cnf_variable(e->f);
}

/* --- the whole ------------------------------------------------------------------------------ */

static size_t mark_needed(const rk_program *p, unsigned char *needed) {
    size_t entries = 0;
    for (size_t h = 0; h < p->nhypotheses; h++)
        needed[p->hypotheses[h]] = 1;
    for (size_t c = 0; c < p->nclaims; c++)
        needed[p->claims[c]] = 1;
    for (size_t i = p->ninstr; i-- > 0;) {
        for (size_t k = 0; needed[i] && k < p->instr[i].nargs; k++)
            needed[p->instr[i].arg[k]] = 1;
        entries += needed[i] ? (size_t)(p->instr[i].rows * p->instr[i].cols) + 1 : 0;
    }
    return entries;
}

static void encode_instructions(encoder *e, const unsigned char *needed) {
    const rk_program *p = e->program;
    for (size_t i = 0; i < p->ninstr && !e->f->full; i++)
        if (needed[i] && p->instr[i].truth)
            e->truth[i] = encode_truth(e, &p->instr[i]);
        else if (needed[i])
            e->value[i] = encode_matrix(e, &p->instr[i]);
}

static void require_goal(encoder *e, bool exists) {
    const rk_program *p = e->program;
    int some = -RK_TRUE_LITERAL;
    for (size_t h = 0; h < p->nhypotheses; h++)
        rk_cnf_require(e->f, e->truth[p->hypotheses[h]]);
    for (size_t c = 0; c < p->nclaims; c++)
        if (exists)
            rk_cnf_require(e->f, e->truth[p->claims[c]]);
        else
            some = rk_cnf_or(e->f, some, -e->truth[p->claims[c]]);
    if (!exists)
        rk_cnf_require(e->f, some);
}

rk_encoding *rk_encode(const rk_judge *judge, const rk_program *program, rk_alphabet alphabet) {
    rk_encoding *out = rk_calloc(1, sizeof *out);
    rk_arena *arena = out->memory = rk_arena_new();
    rk_cnf_init(&out->cnf, MOST_LITERALS);
    encoder e = {program, &out->cnf, arena, alphabet, out, NULL, NULL};
    unsigned char *needed = rk_arena_alloc(arena, program->ninstr + 1);
    bool ok = mark_needed(program, needed) <= MOST_ENTRIES && encode_slots(&e);
    if (ok) {
        e.value = rk_arena_alloc(arena, (program->ninstr + 1) * sizeof *e.value);
        e.truth = rk_arena_alloc(arena, (program->ninstr + 1) * sizeof *e.truth);
        encode_instructions(&e, needed);
    }
    if (ok && !out->cnf.full)
        require_goal(&e, judge->checked->mode == RK_MODE_EXISTS);
    if (ok && !out->cnf.full)
        return out;
    rk_encoding_free(out);
    return NULL;
}

void rk_encoding_free(rk_encoding *e) {
    if (!e)
        return;
    rk_cnf_clear(&e->cnf);
    rk_arena_free(e->memory);
    rk_free(e);
}

void rk_encoding_read(const rk_encoding *e, rk_solving *s, const rk_program *program,
                      rk_assignment *out) {
    for (size_t k = 0; k < program->nslots; k++)
        for (slong i = 0; e->slot[k] && i < out->value[k].r * out->value[k].c; i++) {
            const rk_bits *x = &e->slot[k][i];
            fmpq *to = fmpq_mat_entry(&out->value[k], i / out->value[k].c, i % out->value[k].c);
            fmpq_set_si(to, (slong)rk_bits_value(s, x), x->bottom ? (ulong)x->bottom : 1);
        }
}
