#include "vf_run.h"

#include "vf_fractions.h"
#include "vf_run_number.h"

enum { LARGEST_MATRIX = 1 << 22, MOST_EXPONENT = 1000 };

/* --- functions ---------------------------------------------------------------------------- */

static vf_cell divide(vf_run *r, vf_cell a, vf_cell b) {
    return vf_cell_multiply(r, a, vf_cell_inverse(r, b));
}

static vf_cell negative(vf_run *r, vf_cell a) {
    return vf_run_sub(r, vf_run_integer(r, 0), a);
}

static vf_cell half(vf_run *r, vf_cell a) {
    return divide(r, a, vf_run_integer(r, 2));
}

/* 1/(1 + exp(-x)); here and below e is the argument as an exponent. */
static vf_cell sigmoid(vf_run *r, vf_cell e) {
    vf_cell one = vf_run_integer(r, 1);
    vf_cell below = vf_cell_add(r, one, vf_cell_exponential(r, negative(r->above, e)));
    return divide(r, one, below);
}

/* 2*sigmoid(2*x) - 1 */
static vf_cell hyperbolic_tangent(vf_run *r, vf_cell e) {
    vf_cell s = sigmoid(r, vf_cell_add(r->above, e, e));
    return vf_run_sub(r, vf_cell_add(r, s, s), vf_run_integer(r, 1));
}

/* x*(1 + erf(x/sqrt(2)))/2 */
static vf_cell gelu(vf_run *r, vf_cell a) {
    ENSURE("a function that residues do not have", r->modulus == 0 && !r->fractions);
    vf_cell c = divide(r, a, vf_cell_root(r, vf_run_integer(r, 2), NULL, true));
    vf_cell e = vf_cell_erf(r, c);
    return half(r, vf_cell_multiply(r, a, vf_cell_add(r, vf_run_integer(r, 1), e)));
}

static vf_cell function(vf_run *r, vf_op op, vf_cell a, vf_cell e) {
    switch (op) {
    case VF_EXP:
        return vf_cell_exponential(r, e);
    case VF_SIGMOID:
        return sigmoid(r, e);
    case VF_TANH:
        return hyperbolic_tangent(r, e);
    case VF_SILU:
        return vf_cell_multiply(r, a, sigmoid(r, e));
    case VF_GELU:
        return gelu(r, a);
    default:
        vf_refuse("a function that is not analytic");
    }
}

/* --- matrices ------------------------------------------------------------------------------ */

vf_cells *vf_cells_new(size_t rows, size_t cols) {
    ENSURE("a size of at least 1", rows >= 1 && cols >= 1);
    if (rows > LARGEST_MATRIX / cols)
        vf_limit("entries of a matrix");
    vf_cells *c = vf_alloc(sizeof *c);
    *c = (vf_cells){rows, cols, vf_alloc(rows * cols * sizeof *c->at)};
    return c;
}

static vf_cell *at(const vf_cells *a, size_t i, size_t j) {
    return &a->at[i * a->cols + j];
}

static size_t count(const vf_cells *a) {
    return a->rows * a->cols;
}

static vf_cells *filled(vf_run *r, size_t rows, size_t cols, long value) {
    vf_cells *c = vf_cells_new(rows, cols);
    vf_cell x = vf_run_integer(r, value);
    for (size_t k = 0; k < count(c); k++)
        c->at[k] = x;
    return c;
}

static vf_cells *scalar(vf_cell x) {
    vf_cells *c = vf_cells_new(1, 1);
    c->at[0] = x;
    return c;
}

static vf_cells *eye(vf_run *r, size_t n) {
    vf_cells *c = filled(r, n, n, 0);
    vf_cell one = vf_run_integer(r, 1);
    for (size_t i = 0; i < n; i++)
        *at(c, i, i) = one;
    return c;
}

typedef vf_cell binary(vf_run *r, vf_cell a, vf_cell b);

/* Entry by entry; a 1 by 1 side serves all entries. */
static vf_cells *both(vf_run *r, binary *f, const vf_cells *a, const vf_cells *b) {
    bool one = count(a) == 1, other = count(b) == 1;
    ENSURE("matrices of one shape", one || other || (a->rows == b->rows && a->cols == b->cols));
    const vf_cells *large = one ? b : a;
    vf_cells *c = vf_cells_new(large->rows, large->cols);
    for (size_t k = 0; k < count(c); k++)
        c->at[k] = f(r, a->at[one ? 0 : k], b->at[other ? 0 : k]);
    return c;
}

static vf_cells *product(vf_run *r, const vf_cells *a, const vf_cells *b) {
    if (a->cols != b->rows)
        return both(r, vf_cell_multiply, a, b); /* by a number */
    vf_cells *c = vf_cells_new(a->rows, b->cols);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            *at(c, i, j) = vf_cells_dot(r, at(a, i, 0), 1, at(b, 0, j), b->cols, a->cols);
    return c;
}

static vf_cells *transpose(const vf_cells *a) {
    vf_cells *c = vf_cells_new(a->cols, a->rows);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            *at(c, j, i) = *at(a, i, j);
    return c;
}

static vf_cells *kron(vf_run *r, const vf_cells *a, const vf_cells *b) {
    vf_cells *c = vf_cells_new(a->rows * b->rows, a->cols * b->cols);
    for (size_t i = 0; i < c->rows; i++)
        for (size_t j = 0; j < c->cols; j++)
            *at(c, i, j) = vf_cell_multiply(r, *at(a, i / b->rows, j / b->cols),
                                            *at(b, i % b->rows, j % b->cols));
    return c;
}

/* b to the right of a, or below it; a may be NULL. */
static const vf_cells *joined(const vf_cells *a, const vf_cells *b, bool right) {
    if (!a)
        return b;
    ENSURE("blocks fit", right ? a->rows == b->rows : a->cols == b->cols);
    vf_cells *c = vf_cells_new(a->rows + (right ? 0 : b->rows), a->cols + (right ? b->cols : 0));
    for (size_t i = 0; i < c->rows; i++)
        for (size_t j = 0; j < c->cols; j++)
            *at(c, i, j) = i < a->rows && j < a->cols ? *at(a, i, j)
                           : right                    ? *at(b, i, j - a->cols)
                                                      : *at(b, i - a->rows, j);
    return c;
}

static vf_cells *diagonal(vf_run *r, const vf_cells *a, bool make) {
    size_t n = make ? a->rows : a->rows < a->cols ? a->rows : a->cols;
    vf_cells *c = filled(r, n, make ? n : 1, 0);
    for (size_t i = 0; i < n; i++)
        *at(c, i, make ? i : 0) = *at(a, i, make ? 0 : i);
    return c;
}

static vf_cell sum_of(vf_run *r, const vf_cells *a) {
    return vf_cells_sum(r, a->at, count(a));
}

/* --- elimination ---------------------------------------------------------------------------- */

static void exchange(vf_cell *a, vf_cell *b) {
    vf_cell x = *a;
    *a = *b;
    *b = x;
}

/* Brings an entry that is certainly not 0, the largest of them, to the place (k, k), looking at
   columns below `cols`. False: there is none. */
static bool pivot(const vf_run *r, vf_cells *a, size_t k, size_t cols) {
    size_t row = a->rows, col = 0;
    for (size_t j = k; j < cols && (row == a->rows || !r->modulus); j++)
        for (size_t i = k; i < a->rows; i++)
            if (vf_cell_is_apart(r, *at(a, i, j)) &&
                (row == a->rows || vf_cell_is_larger(r, *at(a, i, j), *at(a, row, col)))) {
                row = i;
                col = j;
            }
    if (row == a->rows)
        return false;
    for (size_t j = 0; j < a->cols && row != k; j++)
        exchange(at(a, row, j), at(a, k, j));
    for (size_t i = 0; i < a->rows && col != k; i++)
        exchange(at(a, i, col), at(a, i, k));
    return true;
}

/* a[i][j] - factor*a[k][j], in place. */
static void subtract_row(vf_run *r, vf_cells *a, size_t i, size_t k, vf_cell factor, size_t from) {
    vf_cells_subtract(r, at(a, i, from), factor, at(a, k, from), a->cols - from);
}

/* Cells of its own, so that they may be changed. */
static vf_cells *copy(vf_run *r, const vf_cells *a) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    for (size_t k = 0; k < count(a); k++)
        c->at[k] = vf_cell_copy(r, a->at[k]);
    return c;
}

/* How many pivots there are that are certainly not 0. */
static size_t eliminate(vf_run *r, vf_cells *a) {
    size_t k = 0;
    for (; k < a->rows && k < a->cols && pivot(r, a, k, a->cols); k++) {
        vf_cell inverse = vf_cell_inverse(r, *at(a, k, k));
        for (size_t i = k + 1; i < a->rows; i++)
            if (!r->modulus || *at(a, i, k) != 0)
                subtract_row(r, a, i, k, vf_cell_multiply(r, *at(a, i, k), inverse), k);
    }
    return k;
}

/* The columns of [a, 1] are not exchanged, so only rows are looked through for a pivot. */
static vf_cells *inverse(vf_run *r, const vf_cells *a) {
    size_t n = a->rows;
    ENSURE("a square matrix", n == a->cols);
    vf_cells *b = copy(r, joined(a, eye(r, n), true)), *c = vf_cells_new(n, n);
    for (size_t k = 0; k < n; k++) {
        bool found = pivot(r, b, k, k + 1);
        ENSURE("a matrix that is no unit for this modulus", found || !r->modulus);
        r->failed = r->failed || !found;
        vf_cell by = vf_cell_inverse(r, *at(b, k, k));
        for (size_t i = 0; i < n; i++)
            if (i != k)
                subtract_row(r, b, i, k, vf_cell_multiply(r, *at(b, i, k), by), k);
        for (size_t j = 0; j < 2 * n; j++)
            *at(b, k, j) = vf_cell_multiply(r, *at(b, k, j), by);
    }
    for (size_t k = 0; k < n * n; k++)
        c->at[k] = *at(b, k / n, n + k % n);
    return c;
}

/* Expanded along the first row; without the columns in `gone`. */
static vf_cell expand(vf_run *r, const vf_cells *a, size_t row, size_t gone) {
    vf_cell sum = vf_run_integer(r, row == a->rows);
    bool plus = true;
    for (size_t j = 0; j < a->cols && row < a->rows; j++) {
        if (gone >> j & 1)
            continue;
        vf_cell x =
            vf_cell_multiply(r, *at(a, row, j), expand(r, a, row + 1, gone | (size_t)1 << j));
        sum = plus ? vf_cell_add(r, sum, x) : vf_run_sub(r, sum, x);
        plus = !plus;
    }
    return sum;
}

static vf_cell determinant(vf_run *r, const vf_cells *a) {
    ENSURE("a square matrix", a->rows == a->cols);
    if (a->rows > 6)
        vf_limit("the size of a determinant");
    return expand(r, a, 0, 0);
}

static const vf_cells *power(vf_run *r, const vf_cells *a, long k) {
    if (k > MOST_EXPONENT || k < -MOST_EXPONENT)
        vf_limit("the exponent of a power");
    ENSURE("a square matrix", a->rows == a->cols);
    const vf_cells *base = k < 0 ? inverse(r, a) : a, *c = eye(r, a->rows);
    for (; k != 0; k += k < 0 ? 1 : -1)
        c = product(r, c, base);
    return c;
}

/* --- terms ---------------------------------------------------------------------------------- */

static const vf_cells *value(vf_run *r, const vf_term *t);

static const vf_cells *kid(vf_run *r, const vf_term *t, size_t k) {
    return value(r, t->kid[k]);
}

static size_t extent(vf_run *r, const vf_term *t) {
    long n = vf_facts_integer(r->facts, t);
    ENSURE("a position or size of at least 1", n >= 1);
    return (size_t)n;
}

static bool has_no_variable(const vf_theorem *t, const vf_term *part) {
    (void)t;
    return part->op != VF_VAR && part->op != VF_ACC;
}

static bool is_constant(const vf_run *r, const vf_term *t) {
    return vf_built_of(r->facts->theorem, t, has_no_variable);
}

static vf_cells *part(const vf_cells *a, size_t row, size_t rows, size_t col, size_t cols) {
    ENSURE("a position inside", row + rows <= a->rows && col + cols <= a->cols);
    vf_cells *c = vf_cells_new(rows, cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            *at(c, i, j) = *at(a, row + i, col + j);
    return c;
}

static vf_cells *entry(vf_run *r, const vf_term *t) {
    const vf_cells *a = kid(r, t, 0);
    bool rows = t->kid[1]->op == VF_COLON, cols = t->kid[2]->op == VF_COLON;
    return part(a, rows ? 0 : extent(r, t->kid[1]) - 1, rows ? a->rows : 1,
                cols ? 0 : extent(r, t->kid[2]) - 1, cols ? a->cols : 1);
}

static const vf_cells *variable(vf_run *r, const vf_term *t) {
    size_t member = t->nkids > 0 ? extent(r, t->kid[0]) : 1, members = 1;
    const vf_variable *v = &r->facts->theorem->var[t->var];
    if (v->members)
        members = extent(r, v->members);
    ENSURE("a member of the family", member <= members);
    return &r->variable[t->var][member - 1];
}

static vf_cells *datum(vf_run *r, const vf_term *t) {
    const vf_datum *d = &r->facts->theorem->datum[t->var];
    vf_cells *c = vf_cells_new(d->rows, d->cols);
    for (size_t k = 0; k < count(c); k++)
        c->at[k] = vf_run_rational(r, d->entry[k]);
    return c;
}

static vf_cells *causal(vf_run *r, size_t n) {
    vf_cells *c = filled(r, n, n, 0);
    vf_cell one = vf_run_integer(r, 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            *at(c, i, j) = one;
    return c;
}

static vf_cells *unit(vf_run *r, size_t n, size_t k) {
    ENSURE("a position inside", k <= n);
    vf_cells *c = filled(r, n, 1, 0);
    *at(c, k - 1, 0) = vf_run_integer(r, 1);
    return c;
}

static const vf_cells *leaf(vf_run *r, const vf_term *t) {
    switch (t->op) {
    case VF_NUMBER:
        return scalar(vf_run_rational(r, t->number));
    case VF_SYM:
    case VF_ROWS:
    case VF_COLS:
        return scalar(vf_run_integer(r, vf_facts_integer(r->facts, t)));
    case VF_VAR:
        return variable(r, t);
    case VF_DATUM:
        return datum(r, t);
    case VF_ACC:
        ENSURE("a function of what a fold carries", r->running[t->sym2] != NULL);
        return r->running[t->sym2];
    case VF_EYE:
        return eye(r, extent(r, t->kid[0]));
    case VF_CAUSAL:
        return causal(r, extent(r, t->kid[0]));
    case VF_ONES:
    case VF_ZEROS:
        return filled(r, extent(r, t->kid[0]), extent(r, t->kid[1]), t->op == VF_ONES);
    case VF_UNIT:
        return unit(r, extent(r, t->kid[0]), extent(r, t->kid[1]));
    case VF_ENTRY:
        return entry(r, t);
    default:
        return NULL;
    }
}

/* --- loops ---------------------------------------------------------------------------------- */

static const vf_cells *step(vf_run *r, vf_op op, const vf_cells *a, const vf_cells *b) {
    if (op == VF_LOOP_SUM)
        return both(r, vf_cell_add, a, b);
    return op == VF_LOOP_PROD ? product(r, a, b) : joined(a, b, op == VF_LOOP_HCAT);
}

static const vf_cells *loop(vf_run *r, const vf_term *t) {
    long from = vf_facts_integer(r->facts, t->kid[0]), to = vf_facts_integer(r->facts, t->kid[1]);
    const vf_cells *c = NULL;
    vf_facts_rounds(from, to);
    for (long k = from; k <= to; k++) {
        vf_bound before = vf_facts_bind(r->facts, t->sym, k);
        const vf_cells *next = kid(r, t, 2);
        c = c ? step(r, t->op, c, next) : next;
        vf_facts_unbind(r->facts, t->sym, before);
    }
    const vf_shape *s = c ? NULL : vf_shape_of(r->facts, t); /* of an empty sum */
    return c ? c : filled(r, s->rows, s->cols, 0);
}

static const vf_cells *fold(vf_run *r, const vf_term *t) {
    long from = vf_facts_integer(r->facts, t->kid[0]), to = vf_facts_integer(r->facts, t->kid[1]);
    ENSURE("an index of the theorem", t->sym2 < r->nsyms);
    const vf_cells *c = kid(r, t, 2), *outside = r->running[t->sym2];
    vf_facts_rounds(from, to);
    for (long k = from; k <= to; k++) {
        vf_bound before = vf_facts_bind(r->facts, t->sym, k);
        r->running[t->sym2] = c;
        c = kid(r, t, 3);
        vf_facts_unbind(r->facts, t->sym, before);
    }
    r->running[t->sym2] = outside;
    return c;
}

/* --- operations ----------------------------------------------------------------------------- */

static const vf_cells *blocks(vf_run *r, const vf_term *t) {
    const vf_cells *c = NULL;
    for (size_t k = 0; k < t->nkids; k++)
        c = joined(c, kid(r, t, k), t->op == VF_HCAT);
    return c;
}

static vf_cells *total(vf_run *r, const vf_term *t) {
    vf_cell sum = vf_run_integer(r, 0);
    for (size_t k = 0; k < t->nkids; k++)
        sum = vf_cell_add(r, sum, kid(r, t, k)->at[0]);
    return scalar(sum);
}

static vf_cells *stacked(const vf_cells *a) {
    vf_cells *c = transpose(a);
    c->rows = count(a);
    c->cols = 1;
    return c;
}

static const vf_cells *arithmetic(vf_run *r, const vf_term *t) {
    switch (t->op) {
    case VF_NEG:
        return both(r, vf_run_sub, scalar(vf_run_integer(r, 0)), kid(r, t, 0));
    case VF_ADD:
        return both(r, vf_cell_add, kid(r, t, 0), kid(r, t, 1));
    case VF_SUB:
        return both(r, vf_run_sub, kid(r, t, 0), kid(r, t, 1));
    case VF_EMUL:
        return both(r, vf_cell_multiply, kid(r, t, 0), kid(r, t, 1));
    case VF_DIV:
    case VF_EDIV:
        return both(r, divide, kid(r, t, 0), kid(r, t, 1));
    case VF_MUL:
        return product(r, kid(r, t, 0), kid(r, t, 1));
    case VF_POWER:
        return power(r, kid(r, t, 0), vf_facts_integer(r->facts, t->kid[1]));
    case VF_INV:
        return inverse(r, kid(r, t, 0));
    case VF_TRANSPOSE:
        return transpose(kid(r, t, 0));
    case VF_KRON:
        return kron(r, kid(r, t, 0), kid(r, t, 1));
    case VF_HCAT:
    case VF_VCAT:
        return blocks(r, t);
    case VF_LOOP_SUM:
    case VF_LOOP_PROD:
    case VF_LOOP_HCAT:
    case VF_LOOP_VCAT:
        return loop(r, t);
    case VF_FOLD:
        return fold(r, t);
    case VF_SUM_OF:
        return total(r, t);
    default:
        return NULL;
    }
}

/* --- functions of matrices ------------------------------------------------------------------ */

/* The argument of exponentials: a where exponents are numbers of the same run. */
static const vf_cells *exponents(vf_run *r, const vf_term *t, const vf_cells *a) {
    ENSURE("an exponential in an exponent or under a root, or without residues of its own",
           r->above != NULL);
    return r->above == r ? a : value(r->above, t);
}

static vf_cells *entrywise(vf_run *r, const vf_term *t, const vf_cells *a) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    const vf_cells *e = exponents(r, t->kid[0], a);
    for (size_t k = 0; k < count(a); k++)
        c->at[k] = function(r, t->op, a->at[k], e->at[k]);
    return c;
}

static const vf_cells *softmax(vf_run *r, const vf_term *t, const vf_cells *a) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    vf_run *numbers = r->exact ? r->exact : r;
    const vf_cells *e = exponents(r, t->kid[0], a), *mask = NULL;
    if (t->nkids > 1) {
        ENSURE("a mask that depends on a variable", is_constant(r, t->kid[1]));
        mask = kid(numbers, t, 1);
        ENSURE("a mask of the same shape", mask->rows == a->rows && mask->cols == a->cols);
    }
    for (size_t i = 0; i < a->rows; i++) {
        size_t kept = 0;
        for (size_t j = 0; j < a->cols; j++) {
            bool keep = !mask || vf_cell_is_one(numbers, *at(mask, i, j));
            *at(c, i, j) = keep ? vf_cell_exponential(r, *at(e, i, j)) : vf_run_integer(r, 0);
            kept += keep;
        }
        ENSURE("a row of a mask without a one", kept > 0);
        vf_cell by = vf_cell_inverse(r, vf_cells_sum(r, at(c, i, 0), a->cols));
        for (size_t j = 0; j < a->cols; j++)
            *at(c, i, j) = vf_cell_multiply(r, *at(c, i, j), by);
    }
    return c;
}

/* The roots of the entries, as they stand in t; exact: the same in fractions, for residues. */
static vf_cells *roots(vf_run *r, const vf_term *t, const vf_cells *a, const vf_cells *exact) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    bool constant = is_constant(r, t);
    for (size_t k = 0; k < count(a); k++)
        c->at[k] =
            vf_cell_root(r, a->at[k], exact ? r->exact->fraction[exact->at[k]] : NULL, constant);
    return c;
}

/* From each row its mean. */
static vf_cells *centred(vf_run *r, const vf_cells *a) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++) {
        vf_cell sum = vf_cells_sum(r, at(a, i, 0), a->cols);
        vf_cell mean = divide(r, sum, vf_run_integer(r, (long)a->cols));
        for (size_t j = 0; j < a->cols; j++)
            *at(c, i, j) = vf_run_sub(r, *at(a, i, j), mean);
    }
    return c;
}

/* a times the diagonal matrix of a column. */
static vf_cells *scaled(vf_run *r, const vf_cells *a, const vf_cells *gain) {
    ENSURE("a gain for each column", gain->cols == 1 && gain->rows == a->cols);
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    for (size_t k = 0; k < count(a); k++)
        c->at[k] = vf_cell_multiply(r, a->at[k], gain->at[k % a->cols]);
    return c;
}

/* What a normalisation divides by the lengths of its rows. */
static const vf_cells *unscaled(vf_run *r, const vf_term *t) {
    const vf_cells *a = kid(r, t, 0);
    a = t->op == VF_BATCHNORM ? transpose(a) : a;
    return t->op == VF_RMSNORM ? a : centred(r, a);
}

/* gamma and beta stand behind the matrix of a normalisation, and then eps. */
static size_t gains(const vf_term *t) {
    return t->op == VF_LAYERNORM ? 2 : t->op == VF_RMSNORM ? 1 : 0;
}

/* For each row the mean of its squares, plus eps; of the Frobenius norm the sum of all squares. */
static const vf_cells *radicands(vf_run *r, const vf_term *t, const vf_cells *a) {
    if (t->op == VF_SQRT)
        return a;
    if (t->op == VF_NORM_FRO)
        return scalar(vf_cells_dot(r, a->at, 1, a->at, 1, count(a)));
    bool small = t->nkids > 1 + gains(t);
    vf_cell eps = small ? kid(r, t, 1 + gains(t))->at[0] : vf_run_integer(r, 0);
    vf_cells *c = vf_cells_new(a->rows, 1);
    for (size_t i = 0; i < a->rows; i++) {
        vf_cell squares = vf_cells_dot(r, at(a, i, 0), 1, at(a, i, 0), 1, a->cols);
        c->at[i] = vf_cell_add(r, divide(r, squares, vf_run_integer(r, (long)a->cols)), eps);
    }
    return c;
}

/* A function with a root in it, but for what its value is made of besides; *rows: that. */
static vf_cells *lengths(vf_run *r, const vf_term *t, const vf_cells **rows) {
    bool whole = t->op == VF_SQRT || t->op == VF_NORM_FRO;
    const vf_cells *exact = NULL;
    ENSURE("a root under a root", !r->fractions);
    *rows = whole ? kid(r, t, 0) : unscaled(r, t);
    if (r->exact)
        exact = radicands(r->exact, t, whole ? kid(r->exact, t, 0) : unscaled(r->exact, t));
    return roots(r, t, radicands(r, t, *rows), exact);
}

static const vf_cells *layer(vf_run *r, const vf_term *t) {
    const vf_cells *a;
    vf_cells *by = lengths(r, t, &a), *c = vf_cells_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++) {
        vf_cell inverse = vf_cell_inverse(r, by->at[i]);
        for (size_t j = 0; j < a->cols; j++)
            *at(c, i, j) = vf_cell_multiply(r, *at(a, i, j), inverse);
    }
    if (t->op == VF_BATCHNORM)
        return transpose(c);
    c = scaled(r, c, kid(r, t, 1));
    if (t->op == VF_RMSNORM)
        return c;
    return both(r, vf_cell_add, c, product(r, filled(r, c->rows, 1, 1), transpose(kid(r, t, 2))));
}

static const vf_cells *operation(vf_run *r, const vf_term *t, const vf_cells *a) {
    switch (t->op) {
    case VF_DIAG:
        return diagonal(r, a, vf_ratio_equal(t->kid[0]->cols, vf_ratio_int(1)));
    case VF_VEC:
        return stacked(a);
    case VF_DET:
        return scalar(determinant(r, a));
    case VF_TRACE:
        return scalar(sum_of(r, diagonal(r, a, false)));
    case VF_SUM_ENTRIES:
        return scalar(sum_of(r, a));
    case VF_CENTER:
        return centred(r, a);
    case VF_CENTER_TOKENS:
        return transpose(centred(r, transpose(a)));
    case VF_SOFTMAX:
        return softmax(r, t, a);
    case VF_LAYERNORM:
    case VF_RMSNORM:
    case VF_BATCHNORM:
        return layer(r, t);
    case VF_SQRT:
    case VF_NORM_FRO:
        return lengths(r, t, &a);
    default:
        return entrywise(r, t, a);
    }
}

static bool is_outside_of_loops(const vf_theorem *t, const vf_term *part) {
    return part->op != VF_ACC && (part->op != VF_SYM || !t->sym[part->sym].bound);
}

/* Does no loop change this root? */
static bool is_one_root(const vf_run *r, const vf_term *t) {
    bool root = t->op == VF_SQRT || t->op == VF_NORM_FRO || t->op == VF_LAYERNORM ||
                t->op == VF_RMSNORM || t->op == VF_BATCHNORM;
    return root && vf_built_of(r->facts->theorem, t, is_outside_of_loops);
}

/* The first that was written like it. */
static const vf_term *first_written(vf_run *r, const vf_term *t) {
    for (size_t k = 0; k < r->nwritten; k++)
        if (vf_is_same_text(r->written[k], t))
            return r->written[k];
    r->written = vf_grow(r->written, r->nwritten, sizeof(const vf_term *));
    r->written[r->nwritten++] = t;
    return t;
}

/* What was computed is kept. A root that no loop changes is one root in all its rounds, and
   wherever it stands in the text. */
static const vf_cells *value(vf_run *r, const vf_term *t) {
    unsigned long scope = r->facts->scope;
    if (is_one_root(r, t)) {
        t = first_written(r, t);
        scope = 0;
    }
    const vf_cells *known = *vf_table_place(&r->memo, t, scope);
    if (known)
        return known;
    const vf_cells *c = leaf(r, t);
    c = c ? c : arithmetic(r, t);
    c = c ? c : operation(r, t, kid(r, t, 0));
    void *kept = vf_alloc(sizeof(vf_cells));
    *(vf_cells *)kept = *c;
    *vf_table_place(&r->memo, t, scope) = kept;
    return kept;
}

/* --- all choices of signs ------------------------------------------------------------------- */

static void restart(vf_run *r, unsigned long choice) {
    r->memo = (vf_table){0};
    r->used = r->kept;
    r->failed = false;
    r->choice = choice;
    r->roots = r->nknown = r->nwritten = 0;
    if (r->above && r->above != r)
        restart(r->above, choice);
    if (r->exact)
        restart(r->exact, choice);
}

bool vf_run_is_last(const vf_run *r) {
    return r->choice + 1 == 1ul << r->roots;
}

bool vf_run_is_defined(vf_run *r, const vf_term *t) {
    restart(r, 0);
    (void)value(r, t);
    return !r->failed;
}

bool vf_run_rank(vf_run *r, const vf_term *matrix, unsigned long choice, long *low) {
    restart(r, choice);
    vf_cells *a = copy(r, value(r, matrix));
    vf_ensure_independent(r);
    bool failed = r->failed;
    *low = (long)eliminate(r, a);
    return !failed;
}

/* A row for each entry of a, a column for each direction. */
static vf_cells *derivatives(const vf_run *r, const vf_cells *a) {
    vf_cells *c = vf_cells_new(count(a), r->slopes);
    for (size_t k = 0; k < count(c); k++)
        c->at[k] = a->at[k / r->slopes] + 1 + k % r->slopes;
    return c;
}

bool vf_run_jrank(vf_run *r, const vf_term *text, unsigned long choice, long *low) {
    restart(r, choice);
    const vf_cells *a = value(r, text);
    size_t slopes = r->slopes;
    a = derivatives(r, a);
    r->slopes = 0;
    *low = (long)eliminate(r, copy(r, a));
    r->slopes = slopes;
    return !r->failed;
}

static bool apart(vf_run *r, const vf_cells *difference) {
    for (size_t k = 0; k < count(difference); k++)
        if (vf_cell_is_apart(r, difference->at[k]))
            return true;
    return false;
}

bool vf_run_differ(vf_run *r, const vf_term *a, const vf_term *b, unsigned long choice) {
    restart(r, choice);
    const vf_cells *x = value(r, a), *y = value(r, b);
    vf_ensure_independent(r);
    return apart(r, both(r, vf_run_sub, x, y)) && !r->failed;
}

/* --- new runs -------------------------------------------------------------------------------- */

static vf_run *run_new(vf_facts *f) {
    vf_run *r = vf_alloc(sizeof *r);
    r->facts = f;
    r->variable = vf_alloc((f->theorem->nvars + 1) * sizeof *r->variable);
    r->nsyms = f->theorem->nsyms;
    r->running = vf_alloc((r->nsyms + 1) * sizeof *r->running);
    return r;
}

vf_run *vf_run_residues(vf_facts *f, uint64_t modulus) {
    vf_run *r = run_new(f);
    ENSURE("a modulus between 2 and 2^31", modulus >= 2 && modulus < (uint64_t)1 << 31);
    r->modulus = modulus;
    return r;
}

vf_run *vf_run_intervals(vf_facts *f, mpfr_prec_t precision) {
    vf_run *r = run_new(f);
    r->precision = precision;
    r->above = r;
    return r;
}

vf_run *vf_run_fractions(vf_facts *f) {
    vf_run *r = run_new(f);
    r->fractions = true;
    return r;
}
