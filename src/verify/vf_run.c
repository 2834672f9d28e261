#include "vf_run.h"

#include "vf_fractions.h"

enum { POOL = 1 << 22, MOST_EXPONENT = 1000 };

/* --- cells -------------------------------------------------------------------------------- */

static vf_interval *interval(const vf_run *r, vf_cell c) {
    return &r->pool[c];
}

/* A place of the pool, and places for the derivatives behind it. */
static vf_cell fresh(vf_run *r) {
    vf_cell c = r->used;
    if (r->slopes >= POOL - r->used)
        vf_limit("numbers in one evaluation");
    r->used += 1 + r->slopes;
    while (r->made < r->used) {
        r->pool = vf_grow(r->pool, r->made, sizeof *r->pool);
        vf_interval_init(&r->pool[r->made++], r->precision);
    }
    return c;
}

/* For a number that does not move. */
static vf_cell still(vf_run *r) {
    vf_cell c = fresh(r);
    for (size_t k = 1; k <= r->slopes; k++) {
        mpfr_set_zero(interval(r, c + k)->lo, 1);
        mpfr_set_zero(interval(r, c + k)->hi, 1);
    }
    return c;
}

/* The derivatives of c, a function of a, are those of a times `by`. */
static void chain(vf_run *r, vf_cell c, vf_cell a, const vf_interval *by) {
    for (size_t k = 1; k <= r->slopes; k++)
        vf_interval_mul(interval(r, c + k), interval(r, a + k), by);
}

static vf_interval new_interval(const vf_run *r) {
    vf_interval x;
    vf_interval_init(&x, r->precision);
    return x;
}

/* And of another argument. */
static void add_chain(vf_run *r, vf_cell c, vf_cell a, const vf_interval *by) {
    vf_interval part = new_interval(r);
    for (size_t k = 1; k <= r->slopes; k++) {
        vf_interval_mul(&part, interval(r, a + k), by);
        vf_interval_add(interval(r, c + k), interval(r, c + k), &part);
    }
    vf_interval_clear(&part);
}

/* 1/a modulo m. ENSURE: a is a unit. */
static uint64_t unit_inverse(uint64_t a, uint64_t m) {
    mpz_t x, y;
    mpz_init_set_ui(x, a);
    mpz_init_set_ui(y, m);
    ENSURE("a divisor is no unit for this modulus", mpz_invert(x, x, y) != 0);
    uint64_t u = mpz_get_ui(x);
    mpz_clear(x);
    mpz_clear(y);
    return u;
}

vf_cell vf_run_rational(vf_run *r, mpq_srcptr q) {
    if (r->modulus) {
        uint64_t num = mpz_fdiv_ui(mpq_numref(q), r->modulus);
        uint64_t den = mpz_fdiv_ui(mpq_denref(q), r->modulus);
        return num * unit_inverse(den, r->modulus) % r->modulus;
    }
    vf_cell c = still(r);
    vf_interval_set_q(interval(r, c), q);
    return c;
}

vf_cell vf_run_number(vf_run *r, const vf_number *x) {
    vf_cell c = still(r);
    vf_num_enclose(x, 1, interval(r, c));
    return c;
}

void vf_run_move(vf_run *r, vf_cell c, size_t direction, const vf_number *by) {
    vf_num_enclose(by, 1, interval(r, c + 1 + direction));
}

static vf_cell integer(vf_run *r, long value) {
    mpq_t q;
    mpq_init(q);
    mpq_set_si(q, value, 1);
    vf_cell c = vf_run_rational(r, q);
    mpq_clear(q);
    return c;
}

static vf_cell add(vf_run *r, vf_cell a, vf_cell b) {
    if (r->modulus)
        return (a + b) % r->modulus;
    vf_cell c = fresh(r);
    for (size_t k = 0; k <= r->slopes; k++)
        vf_interval_add(interval(r, c + k), interval(r, a + k), interval(r, b + k));
    return c;
}

vf_cell vf_run_sub(vf_run *r, vf_cell a, vf_cell b) {
    if (r->modulus)
        return (a + r->modulus - b) % r->modulus;
    vf_cell c = fresh(r);
    for (size_t k = 0; k <= r->slopes; k++)
        vf_interval_sub(interval(r, c + k), interval(r, a + k), interval(r, b + k));
    return c;
}

static vf_cell multiply(vf_run *r, vf_cell a, vf_cell b) {
    if (r->modulus)
        return a * b % r->modulus;
    vf_cell c = fresh(r);
    vf_interval_mul(interval(r, c), interval(r, a), interval(r, b));
    chain(r, c, a, interval(r, b));
    add_chain(r, c, b, interval(r, a));
    return c;
}

/* Certainly not 0? */
static bool is_apart(const vf_run *r, vf_cell a) {
    return r->modulus ? a != 0 : vf_interval_sign(interval(r, a)) != 0;
}

static vf_cell inverse_of(vf_run *r, vf_cell a) {
    if (r->modulus)
        return unit_inverse(a, r->modulus);
    r->failed = r->failed || !is_apart(r, a);
    vf_cell c = fresh(r);
    vf_interval_inverse(interval(r, c), interval(r, a));
    vf_interval by = new_interval(r);
    vf_interval_mul(&by, interval(r, c), interval(r, c));
    mpfr_swap(by.lo, by.hi);
    mpfr_neg(by.lo, by.lo, MPFR_RNDD);
    mpfr_neg(by.hi, by.hi, MPFR_RNDU);
    chain(r, c, a, &by);
    vf_interval_clear(&by);
    return c;
}

static vf_cell divide(vf_run *r, vf_cell a, vf_cell b) {
    return multiply(r, a, inverse_of(r, b));
}

/* --- functions ---------------------------------------------------------------------------- */

/* The root of what must be positive, with the sign that is chosen unless it is constant. */
static vf_cell root(vf_run *r, vf_cell a, bool constant) {
    vf_cell c = fresh(r);
    r->failed = r->failed || vf_interval_sign(interval(r, a)) <= 0;
    vf_interval_sqrt(interval(r, c), interval(r, a));
    vf_interval by = new_interval(r);
    vf_interval_add(&by, interval(r, c), interval(r, c));
    vf_interval_inverse(&by, &by);
    chain(r, c, a, &by);
    vf_interval_clear(&by);
    if (constant || r->positive)
        return c;
    if (r->roots == VF_MOST_ROOTS)
        vf_limit("square roots");
    bool minus = r->choice >> r->roots++ & 1;
    return minus ? vf_run_sub(r, integer(r, 0), c) : c;
}

static vf_cell exponential(vf_run *r, vf_cell a) {
    vf_cell c = fresh(r);
    vf_interval_exp(interval(r, c), interval(r, a));
    chain(r, c, a, interval(r, c));
    return c;
}

static vf_cell negative(vf_run *r, vf_cell a) {
    return vf_run_sub(r, integer(r, 0), a);
}

static vf_cell half(vf_run *r, vf_cell a) {
    return divide(r, a, integer(r, 2));
}

/* 1/(1 + exp(-x)) */
static vf_cell sigmoid(vf_run *r, vf_cell a) {
    vf_cell one = integer(r, 1);
    return divide(r, one, add(r, one, exponential(r, negative(r, a))));
}

/* 2*sigmoid(2*x) - 1 */
static vf_cell hyperbolic_tangent(vf_run *r, vf_cell a) {
    vf_cell s = sigmoid(r, add(r, a, a));
    return vf_run_sub(r, add(r, s, s), integer(r, 1));
}

/* Its derivative is 2*exp(-x^2)/sqrt(pi). */
static vf_cell error_function(vf_run *r, vf_cell a) {
    vf_cell c = fresh(r), square = negative(r, multiply(r, a, a));
    vf_interval by = new_interval(r), bell = new_interval(r);
    vf_interval_erf(interval(r, c), interval(r, a));
    vf_interval_pi(&by);
    vf_interval_sqrt(&by, &by);
    vf_interval_inverse(&by, &by);
    vf_interval_exp(&bell, interval(r, square));
    vf_interval_add(&bell, &bell, &bell);
    vf_interval_mul(&by, &by, &bell);
    chain(r, c, a, &by);
    vf_interval_clear(&by);
    vf_interval_clear(&bell);
    return c;
}

/* x*(1 + erf(x/sqrt(2)))/2 */
static vf_cell gelu(vf_run *r, vf_cell a) {
    vf_cell e = error_function(r, divide(r, a, root(r, integer(r, 2), true)));
    return half(r, multiply(r, a, add(r, integer(r, 1), e)));
}

static vf_cell function(vf_run *r, vf_op op, vf_cell a, bool constant) {
    ENSURE("a function that residues do not have", r->modulus == 0);
    switch (op) {
    case VF_EXP:
        return exponential(r, a);
    case VF_SIGMOID:
        return sigmoid(r, a);
    case VF_TANH:
        return hyperbolic_tangent(r, a);
    case VF_SILU:
        return multiply(r, a, sigmoid(r, a));
    case VF_GELU:
        return gelu(r, a);
    case VF_SQRT:
        return root(r, a, constant);
    default:
        vf_refuse("a function that is not analytic");
    }
}

/* --- matrices ------------------------------------------------------------------------------ */

vf_cells *vf_cells_new(size_t rows, size_t cols) {
    ENSURE("a size of at least 1", rows >= 1 && cols >= 1);
    if (rows > POOL / cols)
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
    vf_cell x = integer(r, value);
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
    vf_cell one = integer(r, 1);
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

static vf_cell dot(vf_run *r, const vf_cell *a, size_t step_a, const vf_cell *b, size_t step_b,
                   size_t n) {
    vf_cell sum = integer(r, 0), product;
    size_t used = r->used;
    for (size_t k = 0; k < n; k++) {
        product = multiply(r, a[k * step_a], b[k * step_b]);
        if (r->modulus) {
            sum = add(r, sum, product);
            continue;
        }
        for (size_t s = 0; s <= r->slopes; s++)
            vf_interval_add(interval(r, sum + s), interval(r, sum + s), interval(r, product + s));
        r->used = used; /* the product is not needed any more */
    }
    return sum;
}

static vf_cells *product(vf_run *r, const vf_cells *a, const vf_cells *b) {
    if (a->cols != b->rows)
        return both(r, multiply, a, b); /* by a number */
    vf_cells *c = vf_cells_new(a->rows, b->cols);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            *at(c, i, j) = dot(r, at(a, i, 0), 1, at(b, 0, j), b->cols, a->cols);
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
            *at(c, i, j) =
                multiply(r, *at(a, i / b->rows, j / b->cols), *at(b, i % b->rows, j % b->cols));
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
    vf_cell sum = integer(r, 0);
    for (size_t k = 0; k < count(a); k++)
        sum = add(r, sum, a->at[k]);
    return sum;
}

static vf_cells *row_of(const vf_cells *a, size_t i) {
    vf_cells *c = vf_cells_new(1, a->cols);
    for (size_t j = 0; j < a->cols; j++)
        c->at[j] = *at(a, i, j);
    return c;
}

/* --- elimination ---------------------------------------------------------------------------- */

static bool is_larger(const vf_run *r, vf_cell a, vf_cell b) {
    if (r->modulus)
        return false;
    const vf_interval *x = interval(r, a), *y = interval(r, b);
    mpfr_srcptr p = mpfr_sgn(x->lo) > 0 ? x->lo : x->hi, q = mpfr_sgn(y->lo) > 0 ? y->lo : y->hi;
    return mpfr_cmpabs(p, q) > 0;
}

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
            if (is_apart(r, *at(a, i, j)) &&
                (row == a->rows || is_larger(r, *at(a, i, j), *at(a, row, col)))) {
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

static void set(vf_run *r, vf_cell a, vf_cell b) {
    for (size_t k = 0; k <= r->slopes; k++)
        vf_interval_set(interval(r, a + k), interval(r, b + k));
}

/* a[i][j] - factor*a[k][j], in place. */
static void subtract_row(vf_run *r, vf_cells *a, size_t i, size_t k, vf_cell factor, size_t from) {
    size_t used = r->used;
    for (size_t j = from; j < a->cols; j++) {
        vf_cell x = vf_run_sub(r, *at(a, i, j), multiply(r, factor, *at(a, k, j)));
        if (r->modulus)
            *at(a, i, j) = x;
        else
            set(r, *at(a, i, j), x);
        r->used = used;
    }
}

/* Cells of its own, so that they may be changed. */
static vf_cells *copy(vf_run *r, const vf_cells *a) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    for (size_t k = 0; k < count(a); k++) {
        c->at[k] = r->modulus ? a->at[k] : fresh(r);
        if (!r->modulus)
            set(r, c->at[k], a->at[k]);
    }
    return c;
}

/* How many pivots there are that are certainly not 0. */
static size_t eliminate(vf_run *r, vf_cells *a) {
    size_t k = 0;
    for (; k < a->rows && k < a->cols && pivot(r, a, k, a->cols); k++) {
        vf_cell inverse = inverse_of(r, *at(a, k, k));
        for (size_t i = k + 1; i < a->rows; i++)
            if (!r->modulus || *at(a, i, k) != 0)
                subtract_row(r, a, i, k, multiply(r, *at(a, i, k), inverse), k);
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
        vf_cell by = inverse_of(r, *at(b, k, k));
        for (size_t i = 0; i < n; i++)
            if (i != k)
                subtract_row(r, b, i, k, multiply(r, *at(b, i, k), by), k);
        for (size_t j = 0; j < 2 * n; j++)
            *at(b, k, j) = multiply(r, *at(b, k, j), by);
    }
    for (size_t k = 0; k < n * n; k++)
        c->at[k] = *at(b, k / n, n + k % n);
    return c;
}

/* Expanded along the first row; without the columns in `gone`. */
static vf_cell expand(vf_run *r, const vf_cells *a, size_t row, size_t gone) {
    vf_cell sum = integer(r, row == a->rows);
    bool plus = true;
    for (size_t j = 0; j < a->cols && row < a->rows; j++) {
        if (gone >> j & 1)
            continue;
        vf_cell x = multiply(r, *at(a, row, j), expand(r, a, row + 1, gone | (size_t)1 << j));
        sum = plus ? add(r, sum, x) : vf_run_sub(r, sum, x);
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

/* --- functions of matrices ------------------------------------------------------------------ */

/* Entries of masks are numbers 0 and 1. */
static bool is_kept(const vf_run *r, vf_cell x) {
    const vf_interval *a = interval(r, x);
    bool zero = mpfr_zero_p(a->lo) && mpfr_zero_p(a->hi);
    ENSURE("a mask of zeros and ones",
           zero || (mpfr_cmp_ui(a->lo, 1) == 0 && mpfr_cmp_ui(a->hi, 1) == 0));
    return !zero;
}

static vf_cells *softmax(vf_run *r, const vf_cells *a, const vf_cells *mask) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    ENSURE("a mask of the same shape", !mask || (mask->rows == a->rows && mask->cols == a->cols));
    for (size_t i = 0; i < a->rows; i++) {
        size_t kept = 0;
        for (size_t j = 0; j < a->cols; j++) {
            bool keep = !mask || is_kept(r, *at(mask, i, j));
            *at(c, i, j) = keep ? function(r, VF_EXP, *at(a, i, j), false) : integer(r, 0);
            kept += keep;
        }
        ENSURE("a row of a mask without a one", kept > 0);
        vf_cell by = inverse_of(r, sum_of(r, row_of(c, i)));
        for (size_t j = 0; j < a->cols; j++)
            *at(c, i, j) = multiply(r, *at(c, i, j), by);
    }
    return c;
}

/* From each row its mean. */
static vf_cells *centred(vf_run *r, const vf_cells *a) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++) {
        vf_cell mean = divide(r, sum_of(r, row_of(a, i)), integer(r, (long)a->cols));
        for (size_t j = 0; j < a->cols; j++)
            *at(c, i, j) = vf_run_sub(r, *at(a, i, j), mean);
    }
    return c;
}

/* Each row over the root of the mean of its squares, plus eps. */
static vf_cells *normalised(vf_run *r, const vf_cells *a, vf_cell eps, bool constant) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++) {
        vf_cell squares = dot(r, at(a, i, 0), 1, at(a, i, 0), 1, a->cols);
        vf_cell mean = divide(r, squares, integer(r, (long)a->cols));
        vf_cell by = inverse_of(r, function(r, VF_SQRT, add(r, mean, eps), constant));
        for (size_t j = 0; j < a->cols; j++)
            *at(c, i, j) = multiply(r, *at(a, i, j), by);
    }
    return c;
}

/* a times the diagonal matrix of a column. */
static vf_cells *scaled(vf_run *r, const vf_cells *a, const vf_cells *gain) {
    ENSURE("a gain for each column", gain->cols == 1 && gain->rows == a->cols);
    return product(r, a, diagonal(r, gain, true));
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
    vf_cell one = integer(r, 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            *at(c, i, j) = one;
    return c;
}

static vf_cells *unit(vf_run *r, size_t n, size_t k) {
    ENSURE("a position inside", k <= n);
    vf_cells *c = filled(r, n, 1, 0);
    *at(c, k - 1, 0) = integer(r, 1);
    return c;
}

static const vf_cells *leaf(vf_run *r, const vf_term *t) {
    switch (t->op) {
    case VF_NUMBER:
        return scalar(vf_run_rational(r, t->number));
    case VF_SYM:
    case VF_ROWS:
    case VF_COLS:
        return scalar(integer(r, vf_facts_integer(r->facts, t)));
    case VF_VAR:
        return variable(r, t);
    case VF_DATUM:
        return datum(r, t);
    case VF_ACC:
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

typedef struct bound {
    vf_bound facts;
    unsigned long scope;
} bound;

static bound bind(vf_run *r, unsigned sym, long k) {
    bound b = {vf_facts_bind(r->facts, sym, k), r->scope};
    r->scope = ++r->scopes;
    return b;
}

static void unbind(vf_run *r, unsigned sym, bound b) {
    vf_facts_unbind(r->facts, sym, b.facts);
    r->scope = b.scope;
}

static const vf_cells *step(vf_run *r, vf_op op, const vf_cells *a, const vf_cells *b) {
    if (op == VF_LOOP_SUM)
        return both(r, add, a, b);
    return op == VF_LOOP_PROD ? product(r, a, b) : joined(a, b, op == VF_LOOP_HCAT);
}

static const vf_cells *loop(vf_run *r, const vf_term *t) {
    long from = vf_facts_integer(r->facts, t->kid[0]), to = vf_facts_integer(r->facts, t->kid[1]);
    const vf_cells *c = NULL;
    vf_facts_rounds(from, to);
    for (long k = from; k <= to; k++) {
        bound before = bind(r, t->sym, k);
        const vf_cells *next = kid(r, t, 2);
        c = c ? step(r, t->op, c, next) : next;
        unbind(r, t->sym, before);
    }
    const vf_shape *s = c ? NULL : vf_shape_of(r->facts, t); /* of an empty sum */
    return c ? c : filled(r, s->rows, s->cols, 0);
}

static const vf_cells *fold(vf_run *r, const vf_term *t) {
    long from = vf_facts_integer(r->facts, t->kid[0]), to = vf_facts_integer(r->facts, t->kid[1]);
    const vf_cells *c = kid(r, t, 2);
    vf_facts_rounds(from, to);
    for (long k = from; k <= to; k++) {
        bound before = bind(r, t->sym, k);
        r->running[t->sym2] = c;
        c = kid(r, t, 3);
        unbind(r, t->sym, before);
    }
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
    vf_cell sum = integer(r, 0);
    for (size_t k = 0; k < t->nkids; k++)
        sum = add(r, sum, kid(r, t, k)->at[0]);
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
        return both(r, vf_run_sub, scalar(integer(r, 0)), kid(r, t, 0));
    case VF_ADD:
        return both(r, add, kid(r, t, 0), kid(r, t, 1));
    case VF_SUB:
        return both(r, vf_run_sub, kid(r, t, 0), kid(r, t, 1));
    case VF_EMUL:
        return both(r, multiply, kid(r, t, 0), kid(r, t, 1));
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

static vf_cells *entrywise(vf_run *r, const vf_term *t, const vf_cells *a) {
    vf_cells *c = vf_cells_new(a->rows, a->cols);
    bool constant = is_constant(r, t);
    for (size_t k = 0; k < count(a); k++)
        c->at[k] = function(r, t->op, a->at[k], constant);
    return c;
}

/* gamma, beta and eps of a normalisation stand behind its matrix. */
static const vf_cells *layer(vf_run *r, const vf_term *t, const vf_cells *a) {
    size_t gains = t->op == VF_LAYERNORM ? 2 : t->op == VF_RMSNORM ? 1 : 0;
    vf_cell eps = t->nkids > 1 + gains ? kid(r, t, 1 + gains)->at[0] : integer(r, 0);
    a = t->op == VF_BATCHNORM ? transpose(a) : a;
    a = normalised(r, t->op == VF_RMSNORM ? a : centred(r, a), eps, is_constant(r, t));
    if (t->op == VF_BATCHNORM)
        return transpose(a);
    a = scaled(r, a, kid(r, t, 1));
    if (t->op == VF_RMSNORM)
        return a;
    return both(r, add, a, product(r, filled(r, a->rows, 1, 1), transpose(kid(r, t, 2))));
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
        ENSURE("a mask that depends on a variable", t->nkids == 1 || is_constant(r, t->kid[1]));
        return softmax(r, a, t->nkids > 1 ? kid(r, t, 1) : NULL);
    case VF_LAYERNORM:
    case VF_RMSNORM:
    case VF_BATCHNORM:
        return layer(r, t, a);
    case VF_NORM_FRO:
        return scalar(
            function(r, VF_SQRT, dot(r, a->at, 1, a->at, 1, count(a)), is_constant(r, t)));
    default:
        return entrywise(r, t, a);
    }
}

static const vf_cells *value(vf_run *r, const vf_term *t) {
    const vf_cells *known = *vf_table_place(&r->memo, t, r->scope);
    if (known)
        return known;
    const vf_cells *c = leaf(r, t);
    c = c ? c : arithmetic(r, t);
    c = c ? c : operation(r, t, kid(r, t, 0));
    void *kept = vf_alloc(sizeof(vf_cells));
    *(vf_cells *)kept = *c;
    *vf_table_place(&r->memo, t, r->scope) = kept;
    return kept;
}

/* --- all choices of signs ------------------------------------------------------------------- */

static void restart(vf_run *r, unsigned long choice) {
    r->memo = (vf_table){0};
    r->used = r->kept;
    r->failed = false;
    r->choice = choice;
    r->roots = 0;
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
        if (is_apart(r, difference->at[k]))
            return true;
    return false;
}

bool vf_run_differ(vf_run *r, const vf_term *a, const vf_term *b, unsigned long choice) {
    restart(r, choice);
    const vf_cells *x = value(r, a), *y = value(r, b);
    return apart(r, both(r, vf_run_sub, x, y)) && !r->failed;
}

/* --- new runs -------------------------------------------------------------------------------- */

static vf_run *run_new(vf_facts *f) {
    vf_run *r = vf_alloc(sizeof *r);
    r->facts = f;
    r->variable = vf_alloc((f->theorem->nvars + 1) * sizeof *r->variable);
    r->running = vf_alloc((f->theorem->nsyms + 1) * sizeof *r->running);
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
    return r;
}
