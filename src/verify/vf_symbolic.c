#include "vf_symbolic.h"

#include "vf_machine.h"

#include <limits.h>
#include <string.h>

enum { MOST_ENTRIES = 1 << 16, MOST_ATOMS = 4000, MOST_MINORS = 10 };

/* ---- matrices ---- */

static vf_form *form_new(size_t rows, size_t cols) {
    if (rows == 0 || cols == 0 || rows > MOST_ENTRIES / cols)
        vf_limit("entries of a matrix of fractions");
    vf_form *f = vf_alloc(sizeof *f);
    f->rows = rows;
    f->cols = cols;
    f->entry = vf_alloc(rows * cols * sizeof *f->entry);
    for (size_t k = 0; k < rows * cols; k++)
        f->entry[k] = vf_ratio_int(0);
    return f;
}

static vf_ratio *at(const vf_form *a, size_t i, size_t j) {
    return &a->entry[i * a->cols + j];
}

static vf_form *scalar(vf_ratio x) {
    vf_form *f = form_new(1, 1);
    f->entry[0] = x;
    return f;
}

static vf_ratio only(const vf_form *a) {
    ENSURE("a scalar is expected", a->rows == 1 && a->cols == 1);
    return a->entry[0];
}

static size_t count(const vf_form *a) {
    return a->rows * a->cols;
}

typedef vf_ratio (*binary)(vf_symbolic *, vf_ratio, vf_ratio);
typedef vf_ratio (*unary)(vf_symbolic *, vf_ratio);

static vf_form *each(vf_symbolic *s, unary f, const vf_form *a) {
    vf_form *r = form_new(a->rows, a->cols);
    for (size_t k = 0; k < count(a); k++)
        r->entry[k] = f(s, a->entry[k]);
    return r;
}

static vf_form *both(vf_symbolic *s, binary f, const vf_form *a, const vf_form *b) {
    ENSURE("matrices of one shape", a->rows == b->rows && a->cols == b->cols);
    vf_form *r = form_new(a->rows, a->cols);
    for (size_t k = 0; k < count(a); k++)
        r->entry[k] = f(s, a->entry[k], b->entry[k]);
    return r;
}

static vf_form *with_scalar(vf_symbolic *s, binary f, const vf_form *a, vf_ratio x) {
    vf_form *r = form_new(a->rows, a->cols);
    for (size_t k = 0; k < count(a); k++)
        r->entry[k] = f(s, a->entry[k], x);
    return r;
}

static vf_form *transpose(const vf_form *a) {
    vf_form *r = form_new(a->cols, a->rows);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            *at(r, j, i) = *at(a, i, j);
    return r;
}

static vf_form *product(const vf_form *a, const vf_form *b) {
    ENSURE("inner sizes of a product agree", a->cols == b->rows);
    vf_form *r = form_new(a->rows, b->cols);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < b->cols; j++)
            for (size_t k = 0; k < a->cols; k++)
                *at(r, i, j) = vf_ratio_add(*at(r, i, j), vf_ratio_mul(*at(a, i, k), *at(b, k, j)));
    return r;
}

static vf_form *part_of(const vf_form *a, size_t row, size_t rows, size_t col, size_t cols) {
    vf_form *r = form_new(rows, cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            *at(r, i, j) = *at(a, row + i, col + j);
    return r;
}

/* b to the right of a, or below it; a may be NULL. */
static const vf_form *join(const vf_form *a, const vf_form *b, bool right) {
    if (!a)
        return b;
    ENSURE("blocks fit", right ? a->rows == b->rows : a->cols == b->cols);
    vf_form *r = form_new(a->rows + (right ? 0 : b->rows), a->cols + (right ? b->cols : 0));
    for (size_t i = 0; i < r->rows; i++)
        for (size_t j = 0; j < r->cols; j++)
            *at(r, i, j) = i < a->rows && j < a->cols ? *at(a, i, j)
                           : right                    ? *at(b, i, j - a->cols)
                                                      : *at(b, i - a->rows, j);
    return r;
}

static vf_form *eye(size_t n) {
    vf_form *r = form_new(n, n);
    for (size_t i = 0; i < n; i++)
        *at(r, i, i) = vf_ratio_int(1);
    return r;
}

static vf_form *filled(size_t rows, size_t cols, long value) {
    vf_form *r = form_new(rows, cols);
    for (size_t k = 0; k < rows * cols; k++)
        r->entry[k] = vf_ratio_int(value);
    return r;
}

static vf_form *kron(const vf_form *a, const vf_form *b) {
    vf_form *r = form_new(a->rows * b->rows, a->cols * b->cols);
    for (size_t i = 0; i < r->rows; i++)
        for (size_t j = 0; j < r->cols; j++)
            *at(r, i, j) =
                vf_ratio_mul(*at(a, i / b->rows, j / b->cols), *at(b, i % b->rows, j % b->cols));
    return r;
}

/* The diagonal matrix of a column, or the diagonal of a matrix as a column. */
static vf_form *diagonal(const vf_form *a, bool make) {
    vf_form *r = form_new(make                ? a->rows
                          : a->rows < a->cols ? a->rows
                                              : a->cols,
                          make ? a->rows : 1);
    for (size_t i = 0; i < r->rows; i++)
        *at(r, i, make ? i : 0) = *at(a, i, make ? 0 : i);
    return r;
}

static vf_ratio sum_of(const vf_form *a) {
    vf_ratio sum = vf_ratio_int(0);
    for (size_t k = 0; k < count(a); k++)
        sum = vf_ratio_add(sum, a->entry[k]);
    return sum;
}

static vf_ratio trace(const vf_form *a) {
    ENSURE("a square matrix", a->rows == a->cols);
    return sum_of(diagonal(a, false));
}

/* ---- atoms ---- */

static unsigned atom_new(vf_symbolic *s, vf_kind kind, vf_ratio what) {
    if (s->natoms == MOST_ATOMS)
        vf_limit("atoms");
    s->atom = vf_grow(s->atom, s->natoms, sizeof *s->atom);
    s->atom[s->natoms] = (vf_atom){.kind = kind, .what = what};
    return (unsigned)s->natoms++;
}

static vf_ratio of_atom(unsigned atom) {
    return vf_ratio_of(vf_poly_atom(atom));
}

/* In the text: at every point x has these signs, since it is defined. In a certificate: ENSURE that
   this is known. */
static void need(vf_symbolic *s, vf_ratio x, unsigned signs) {
    if (s->strict)
        ENSURE("what a certificate writes is not known to be defined",
               (vf_ratio_signs(s, x) & ~signs) == 0);
    else
        vf_learn(s, x, signs);
}

/* A generator of this kind and argument that was made before. */
static bool find_generator(vf_symbolic *s, vf_kind kind, vf_ratio what, unsigned *found) {
    for (unsigned a = 0; a < s->natoms; a++)
        if (s->atom[a].kind == kind && vf_same(s, s->atom[a].what, what)) {
            *found = a;
            return true;
        }
    return false;
}

/* x, or the number that it is by the rules: both parts of x are reduced at once, x.num + t*x.den
   with a new t, and compared. A rule must not lead back to what it comes from, as that of a root
   would if what it is taken of is a number that is written with other roots. */
static vf_ratio as_number(vf_symbolic *s, vf_ratio x) {
    unsigned t = (unsigned)s->natoms;
    const vf_poly *both = vf_poly_add(x.num, vf_poly_mul(vf_poly_atom(t), x.den));
    both = vf_normal(s, both);
    const vf_poly *num = vf_poly_part(both, t, 0), *den = vf_poly_part(both, t, 1);
    if (vf_poly_is_zero(num) || vf_poly_is_zero(den))
        return x;
    mpq_t c;
    mpq_init(c);
    mpq_div(c, vf_poly_coefficient(num, 0), vf_poly_coefficient(den, 0));
    vf_ratio number = vf_ratio_of(vf_poly_rational(c));
    mpq_clear(c);
    return vf_same(s, x, number) ? number : x;
}

/* The generator of this kind and argument, made if there is none. */
static unsigned generator(vf_symbolic *s, vf_kind kind, vf_ratio what) {
    unsigned a;
    ENSURE("a function that is not rational", s->functions);
    if (find_generator(s, kind, what, &a))
        return a;
    a = atom_new(s, kind, what);
    if (kind == VF_OF_ROOT)
        vf_rule(s, a, 2, as_number(s, what));
    if (kind == VF_OF_ROOT || kind == VF_OF_EXP)
        vf_learn(s, of_atom(a), kind == VF_OF_EXP ? VF_PLUS : VF_NULL | VF_PLUS);
    return a;
}

/* ---- functions of numbers ---- */

static vf_ratio divide(vf_symbolic *s, vf_ratio x, vf_ratio y) {
    ENSURE("a division by zero", !vf_ratio_is_zero(y));
    if (!vf_poly_is_rational(y.num, NULL))
        need(s, y, VF_MINUS | VF_PLUS);
    return vf_ratio_div(x, y);
}

static vf_ratio add(vf_symbolic *s, vf_ratio x, vf_ratio y) {
    (void)s;
    return vf_ratio_add(x, y);
}

static vf_ratio subtract(vf_symbolic *s, vf_ratio x, vf_ratio y) {
    (void)s;
    return vf_ratio_sub(x, y);
}

static vf_ratio multiply(vf_symbolic *s, vf_ratio x, vf_ratio y) {
    (void)s;
    return vf_ratio_mul(x, y);
}

static vf_ratio negative(vf_symbolic *s, vf_ratio x) {
    return subtract(s, vf_ratio_int(0), x);
}

/* Is x a number? */
static bool is_number(vf_ratio x, mpq_t value) {
    return vf_poly_is_rational(x.den, NULL) && vf_poly_is_rational(x.num, value);
}

/* The root of a rational square, if x is one. */
static bool rational_root(vf_ratio x, vf_ratio *root) {
    mpq_t q;
    mpq_init(q);
    bool ok = is_number(x, q) && mpz_perfect_square_p(mpq_numref(q)) &&
              mpz_perfect_square_p(mpq_denref(q));
    if (ok) {
        mpz_sqrt(mpq_numref(q), mpq_numref(q));
        mpz_sqrt(mpq_denref(q), mpq_denref(q));
        *root = vf_ratio_of(vf_poly_rational(q));
    }
    mpq_clear(q);
    return ok;
}

static vf_ratio root(vf_symbolic *s, vf_ratio x) {
    vf_ratio r;
    if (rational_root(x, &r))
        return r;
    need(s, x, VF_NULL | VF_PLUS);
    return of_atom(generator(s, VF_OF_ROOT, x));
}

/* The root of the square; or x times its sign. */
static vf_ratio modulus(vf_symbolic *s, vf_ratio x) {
    vf_ratio square = vf_ratio_mul(x, x), r;
    if (rational_root(square, &r))
        return r;
    return s->kinks ? vf_ratio_mul(x, of_atom(generator(s, VF_OF_SIGN, x)))
                    : of_atom(generator(s, VF_OF_ROOT, square));
}

/* exp(0) = 1; and unless a certificate says so, exp(log(y)) = y, exp(-y) = 1/exp(y) */
static vf_ratio exponential(vf_symbolic *s, vf_ratio x) {
    unsigned other;
    if (vf_ratio_is_zero(x))
        return vf_ratio_int(1);
    if (!s->fewer)
        return of_atom(generator(s, VF_OF_EXP, x));
    for (unsigned a = 0; a < s->natoms; a++)
        if (s->atom[a].kind == VF_OF_LOG && vf_same(s, x, of_atom(a)))
            return s->atom[a].what;
    if (find_generator(s, VF_OF_EXP, negative(s, x), &other))
        return vf_ratio_div(vf_ratio_int(1), of_atom(other));
    return of_atom(generator(s, VF_OF_EXP, x));
}

static vf_ratio logarithm(vf_symbolic *s, vf_ratio x) {
    need(s, x, VF_PLUS);
    return vf_ratio_equal(x, vf_ratio_int(1)) ? vf_ratio_int(0)
                                              : of_atom(generator(s, VF_OF_LOG, x));
}

static vf_ratio half(vf_ratio x) {
    return vf_ratio_div(x, vf_ratio_int(2));
}

static vf_ratio relu(vf_symbolic *s, vf_ratio x) {
    return half(vf_ratio_add(x, modulus(s, x)));
}

/* u/(u + 1) with u = exp(x) */
static vf_ratio sigmoid(vf_symbolic *s, vf_ratio x) {
    vf_ratio u = exponential(s, x);
    return vf_ratio_div(u, vf_ratio_add(u, vf_ratio_int(1)));
}

/* 2*sigmoid(2*x) - 1 */
static vf_ratio hyperbolic_tangent(vf_symbolic *s, vf_ratio x) {
    vf_ratio y = sigmoid(s, vf_ratio_add(x, x));
    return vf_ratio_sub(vf_ratio_add(y, y), vf_ratio_int(1));
}

static vf_ratio silu(vf_symbolic *s, vf_ratio x) {
    return vf_ratio_mul(x, sigmoid(s, x));
}

/* erf(x/sqrt(2)), which is odd: by the atom of -x if there is one. */
static vf_ratio error_function(vf_symbolic *s, vf_ratio x) {
    unsigned other;
    if (find_generator(s, VF_OF_ERF, negative(s, x), &other))
        return negative(s, of_atom(other));
    return of_atom(generator(s, VF_OF_ERF, x));
}

/* x*(1 + erf(x/sqrt(2)))/2 */
static vf_ratio gelu(vf_symbolic *s, vf_ratio x) {
    vf_ratio e = error_function(s, x);
    return half(vf_ratio_mul(x, vf_ratio_add(vf_ratio_int(1), e)));
}

/* x/|x|, where x is known not to be 0 */
static vf_ratio sign(vf_symbolic *s, vf_ratio x) {
    if (vf_ratio_is_zero(x))
        return x;
    if (s->kinks && !is_number(x, NULL))
        return of_atom(generator(s, VF_OF_SIGN, x));
    ENSURE("the sign of what may be 0", !(vf_ratio_signs(s, x) & VF_NULL));
    return vf_ratio_div(x, modulus(s, x));
}

/* (x + y + |x - y|)/2 */
static vf_ratio larger(vf_symbolic *s, vf_ratio x, vf_ratio y) {
    return half(vf_ratio_add(vf_ratio_add(x, y), modulus(s, vf_ratio_sub(x, y))));
}

static vf_ratio smaller(vf_symbolic *s, vf_ratio x, vf_ratio y) {
    return half(vf_ratio_sub(vf_ratio_add(x, y), modulus(s, vf_ratio_sub(x, y))));
}

/* One after the other. */
static vf_ratio fold(vf_symbolic *s, binary f, const vf_form *a) {
    vf_ratio r = a->entry[0];
    for (size_t k = 1; k < count(a); k++)
        r = f(s, r, a->entry[k]);
    return r;
}

/* ---- determinants and inverses ---- */

/* Determinants of the first rows of a, by Laplace: minor[set] for the columns in the set. */
static vf_ratio determinant(const vf_form *a) {
    size_t n = a->rows;
    ENSURE("a square matrix", n == a->cols);
    if (n > MOST_MINORS)
        vf_limit("the size of a determinant");
    vf_ratio *minor = vf_alloc((sizeof *minor) << n);
    minor[0] = vf_ratio_int(1);
    for (size_t set = 1; set < (size_t)1 << n; set++) {
        size_t row = (size_t)__builtin_popcountl(set) - 1, place = row;
        minor[set] = vf_ratio_int(0);
        for (size_t j = 0; j < n; j++) {
            if (!(set >> j & 1))
                continue;
            vf_ratio term = vf_ratio_mul(*at(a, row, j), minor[set & ~((size_t)1 << j)]);
            minor[set] =
                place-- % 2 == 0 ? vf_ratio_add(minor[set], term) : vf_ratio_sub(minor[set], term);
        }
    }
    return minor[((size_t)1 << n) - 1];
}

/* Without row i and column j. */
static vf_ratio cofactor(const vf_form *a, size_t i, size_t j) {
    if (a->rows == 1)
        return vf_ratio_int(1);
    vf_form *r = form_new(a->rows - 1, a->cols - 1);
    for (size_t k = 0; k < r->rows; k++)
        for (size_t l = 0; l < r->cols; l++)
            *at(r, k, l) = *at(a, k + (k >= i), l + (l >= j));
    vf_ratio d = determinant(r);
    return (i + j) % 2 == 0 ? d : vf_ratio_sub(vf_ratio_int(0), d);
}

/* With the rows of a brought to common denominators: scale_i*a_ij is a polynomial. */
static vf_form *clear_rows(const vf_form *a, vf_ratio *scale) {
    vf_form *r = form_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++) {
        scale[i] = vf_ratio_int(1);
        for (size_t j = 0; j < a->cols; j++)
            if (!is_number(vf_ratio_mul(*at(a, i, j), scale[i]), NULL) &&
                !vf_poly_is_rational(vf_ratio_mul(*at(a, i, j), scale[i]).den, NULL))
                scale[i] = vf_ratio_mul(scale[i], vf_ratio_of(at(a, i, j)->den));
        for (size_t j = 0; j < a->cols; j++)
            *at(r, i, j) = vf_ratio_mul(*at(a, i, j), scale[i]);
    }
    return r;
}

/* The adjugate over the determinant. */
static vf_form *inverse(vf_symbolic *s, const vf_form *a) {
    vf_ratio *scale = vf_alloc(a->rows * sizeof *scale);
    const vf_form *b = clear_rows(a, scale);
    vf_form *r = form_new(a->rows, a->cols);
    vf_ratio d = determinant(b);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            *at(r, i, j) = vf_ratio_mul(divide(s, cofactor(b, j, i), d), scale[j]);
    return r;
}

static const vf_form *power(vf_symbolic *s, const vf_form *a, long k) {
    ENSURE("a square matrix", a->rows == a->cols);
    const vf_form *base = k < 0 ? inverse(s, a) : a, *r = eye(a->rows);
    if (k > 1000 || k < -1000)
        vf_limit("the exponent of a power");
    for (; k != 0; k += k < 0 ? 1 : -1)
        r = product(r, base);
    return r;
}

/* ---- functions of matrices ---- */

static vf_form *row_of(const vf_form *a, size_t i) {
    return part_of(a, i, 1, 0, a->cols);
}

/* Where the mask is 0 the result is, and nothing takes part. The first logit that takes part is
   subtracted from all: exp(x - y) = exp(x)/exp(y). */
static void softmax_row(vf_symbolic *s, vf_form *r, const vf_form *a, const vf_form *mask,
                        size_t i) {
    const vf_ratio *first = NULL;
    vf_ratio sum = vf_ratio_int(0);
    for (size_t j = 0; j < a->cols; j++) {
        bool zero = mask && vf_ratio_is_zero(*at(mask, i, j));
        ENSURE("a mask of zeros and ones",
               !mask || zero || vf_ratio_equal(*at(mask, i, j), vf_ratio_int(1)));
        first = zero || first ? first : at(a, i, j);
        if (!zero)
            *at(r, i, j) = exponential(s, vf_ratio_sub(*at(a, i, j), *first));
        sum = vf_ratio_add(sum, *at(r, i, j));
    }
    ENSURE("a row of a mask without a one", first);
    for (size_t j = 0; j < a->cols; j++)
        *at(r, i, j) = vf_ratio_div(*at(r, i, j), sum);
}

static vf_form *softmax(vf_symbolic *s, const vf_form *a, const vf_form *mask) {
    vf_form *r = form_new(a->rows, a->cols);
    ENSURE("a mask of the same shape", !mask || (mask->rows == a->rows && mask->cols == a->cols));
    for (size_t i = 0; i < a->rows; i++)
        softmax_row(s, r, a, mask, i);
    return r;
}

/* From each row its mean. */
static vf_form *centre(const vf_form *a) {
    vf_form *r = form_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++) {
        vf_ratio mean = vf_ratio_div(sum_of(row_of(a, i)), vf_ratio_int((long)a->cols));
        for (size_t j = 0; j < a->cols; j++)
            *at(r, i, j) = vf_ratio_sub(*at(a, i, j), mean);
    }
    return r;
}

static vf_ratio sum_of_squares(const vf_form *a) {
    vf_ratio sum = vf_ratio_int(0);
    for (size_t k = 0; k < count(a); k++)
        sum = vf_ratio_add(sum, vf_ratio_mul(a->entry[k], a->entry[k]));
    return sum;
}

/* Each row divided by the root of the mean of its squares, plus eps. */
static vf_form *scale_rows(vf_symbolic *s, const vf_form *a, vf_ratio eps) {
    vf_form *r = form_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++) {
        vf_ratio mean = vf_ratio_div(sum_of_squares(row_of(a, i)), vf_ratio_int((long)a->cols));
        vf_ratio size = root(s, vf_ratio_add(mean, eps));
        for (size_t j = 0; j < a->cols; j++)
            *at(r, i, j) = divide(s, *at(a, i, j), size);
    }
    return r;
}

/* a times the diagonal matrix of a column. */
static vf_form *scale_columns(const vf_form *a, const vf_form *by) {
    ENSURE("a gain of one column, an entry for each column", by->cols == 1 && by->rows == a->cols);
    vf_form *r = form_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            *at(r, i, j) = vf_ratio_mul(*at(a, i, j), *at(by, j, 0));
    return r;
}

/* -sum of p*log(p) by rows: log(p) is there where p is positive, which must be known. */
static vf_form *entropy(vf_symbolic *s, const vf_form *a) {
    vf_form *r = form_new(a->rows, 1);
    for (size_t k = 0; k < count(a); k++) {
        ENSURE("the entropy of what may be 0", vf_ratio_signs(s, a->entry[k]) == VF_PLUS);
        vf_ratio term = vf_ratio_mul(a->entry[k], logarithm(s, a->entry[k]));
        r->entry[k / a->cols] = vf_ratio_sub(r->entry[k / a->cols], term);
    }
    return r;
}

/* The largest sum of moduli of a row. */
static vf_ratio norm_inf(vf_symbolic *s, const vf_form *a) {
    const vf_form *m = each(s, modulus, a);
    vf_form *sums = form_new(a->rows, 1);
    for (size_t i = 0; i < a->rows; i++)
        *at(sums, i, 0) = sum_of(row_of(m, i));
    return fold(s, larger, sums);
}

static vf_ratio norm_1inf(vf_symbolic *s, const vf_form *a) {
    return root(s, vf_ratio_mul(norm_inf(s, transpose(a)), norm_inf(s, a)));
}

/* ---- terms ---- */

static const vf_form *kid(vf_symbolic *s, const vf_term *t, size_t k) {
    return vf_symbolic_of(s, t->kid[k]);
}

static size_t extent(vf_symbolic *s, const vf_term *t) {
    long n = vf_symbolic_integer(s, t);
    ENSURE("a size of at least 1", n >= 1);
    return (size_t)n;
}

/* A size of a term: in the atoms of symbols. */
static size_t size_of(const vf_symbolic *s, vf_ratio size) {
    for (unsigned k = 0; k < s->nsyms; k++)
        if (!s->theorem->sym[k].power)
            size = vf_size_put(s->theorem, size, k, vf_ratio_int(s->value[k]));
    mpq_t q;
    mpq_init(q);
    ENSURE("a size is a positive integer", is_number(size, q) &&
                                               mpz_cmp_ui(mpq_denref(q), 1) == 0 &&
                                               mpz_fits_slong_p(mpq_numref(q)) && mpq_sgn(q) > 0);
    return mpz_get_ui(mpq_numref(q));
}

static vf_form *unit(vf_symbolic *s, const vf_term *t) {
    size_t n = extent(s, t->kid[0]), k = extent(s, t->kid[1]);
    ENSURE("a position inside", k <= n);
    vf_form *r = form_new(n, 1);
    *at(r, k - 1, 0) = vf_ratio_int(1);
    return r;
}

static vf_form *causal(size_t n) {
    vf_form *r = form_new(n, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            *at(r, i, j) = vf_ratio_int(1);
    return r;
}

/* The positions that an index stands for. */
static void positions(vf_symbolic *s, const vf_term *t, size_t all, size_t *from, size_t *n) {
    *from = t->op == VF_COLON ? 0 : extent(s, t) - 1;
    *n = t->op == VF_COLON ? all : 1;
    ENSURE("a position inside", *from + *n <= all);
}

static const vf_form *entry_of(vf_symbolic *s, const vf_term *t) {
    const vf_form *a = kid(s, t, 0);
    size_t row, rows, col, cols;
    positions(s, t->kid[1], a->rows, &row, &rows);
    positions(s, t->kid[2], a->cols, &col, &cols);
    return part_of(a, row, rows, col, cols);
}

/* The columns below one another. */
static vf_form *stacked(const vf_form *a) {
    vf_form *r = form_new(count(a), 1);
    const vf_form *t = transpose(a);
    memcpy(r->entry, t->entry, count(a) * sizeof *r->entry);
    return r;
}

static const vf_form *of_variable(vf_symbolic *s, const vf_term *t) {
    size_t member = t->nkids > 0 ? extent(s, t->kid[0]) : 1, n = 1;
    if (s->theorem->var[t->var].members)
        n = extent(s, s->theorem->var[t->var].members);
    ENSURE("a member of the family", member <= n);
    return s->variable[t->var][member - 1];
}

static vf_form *of_datum(const vf_symbolic *s, const vf_term *t) {
    const vf_datum *d = &s->theorem->datum[t->var];
    vf_form *r = form_new(d->rows, d->cols);
    for (size_t k = 0; k < count(r); k++)
        r->entry[k] = vf_ratio_of(vf_poly_rational(d->entry[k]));
    return r;
}

/* Scalars side by side. */
static const vf_form *list(vf_symbolic *s, const vf_term *t) {
    vf_form *r = form_new(1, t->nkids);
    for (size_t k = 0; k < t->nkids; k++)
        r->entry[k] = only(kid(s, t, k));
    return r;
}

static const vf_form *joined(vf_symbolic *s, const vf_term *t, bool right) {
    const vf_form *r = NULL;
    for (size_t k = 0; k < t->nkids; k++)
        r = join(r, kid(s, t, k), right);
    return r;
}

/* ---- loops ---- */

/* Texts of certificates may bring symbols of their own. */
static void reserve(vf_symbolic *s) {
    size_t n = s->theorem->nsyms;
    long *value = vf_alloc((n + 1) * sizeof *value);
    const vf_form **running = vf_alloc((n + 1) * sizeof *running);
    if (s->nsyms > 0) {
        memcpy(value, s->value, s->nsyms * sizeof *value);
        memcpy(running, s->running, s->nsyms * sizeof *running);
    }
    s->value = value;
    s->running = running;
    s->nsyms = n;
}

void vf_symbolic_take(vf_symbolic *s, const long *value) {
    if (s->nsyms < s->theorem->nsyms)
        reserve(s);
    memcpy(s->value, value, s->nsyms * sizeof *value);
}

vf_binding vf_symbolic_bind(vf_symbolic *s, unsigned sym, long value) {
    ENSURE("an index of the theorem", sym < s->theorem->nsyms);
    if (s->nsyms < s->theorem->nsyms)
        reserve(s);
    vf_binding before = {s->value[sym], s->scope};
    s->value[sym] = value;
    s->scope = ++s->scopes;
    return before;
}

void vf_symbolic_unbind(vf_symbolic *s, unsigned sym, vf_binding before) {
    s->value[sym] = before.value;
    s->scope = before.scope;
}

static const vf_form *step(vf_symbolic *s, vf_op op, const vf_form *sum, const vf_form *next) {
    switch (op) {
    case VF_LOOP_SUM:
        return both(s, add, sum, next);
    case VF_LOOP_PROD:
        return count(sum) == 1    ? with_scalar(s, multiply, next, only(sum))
               : count(next) == 1 ? with_scalar(s, multiply, sum, only(next))
                                  : product(sum, next);
    case VF_LOOP_HCAT:
    case VF_LOOP_VCAT:
        return join(sum, next, op == VF_LOOP_HCAT);
    default:
        return scalar((op == VF_LOOP_MAX ? larger : smaller)(s, only(sum), only(next)));
    }
}

static const vf_form *loop(vf_symbolic *s, const vf_term *t) {
    long from = vf_symbolic_integer(s, t->kid[0]), to = vf_symbolic_integer(s, t->kid[1]);
    const vf_form *sum = NULL;
    for (long k = from; k <= to; k++) {
        vf_binding before = vf_symbolic_bind(s, t->sym, k);
        const vf_form *next = kid(s, t, 2);
        sum = sum ? step(s, t->op, sum, next) : next;
        vf_symbolic_unbind(s, t->sym, before);
    }
    ENSURE("an empty loop is undefined", sum || t->op == VF_LOOP_SUM);
    return sum ? sum : form_new(size_of(s, t->rows), size_of(s, t->cols));
}

static const vf_form *run_fold(vf_symbolic *s, const vf_term *t) {
    long from = vf_symbolic_integer(s, t->kid[0]), to = vf_symbolic_integer(s, t->kid[1]);
    const vf_form *running = kid(s, t, 2);
    for (long k = from; k <= to; k++) {
        vf_binding before = vf_symbolic_bind(s, t->sym, k);
        s->running[t->sym2] = running;
        running = kid(s, t, 3);
        vf_symbolic_unbind(s, t->sym, before);
    }
    return running;
}

/* ---- one term ---- */

static const vf_form *times(vf_symbolic *s, const vf_form *a, const vf_form *b) {
    if (a->cols == b->rows)
        return product(a, b);
    return count(a) == 1 ? with_scalar(s, multiply, b, only(a))
                         : with_scalar(s, multiply, a, only(b));
}

static vf_ratio optional(vf_symbolic *s, const vf_term *t, size_t k) {
    return k < t->nkids ? only(kid(s, t, k)) : vf_ratio_int(0);
}

static const vf_form *layernorm(vf_symbolic *s, const vf_term *t) {
    const vf_form *x = scale_rows(s, centre(kid(s, t, 0)), optional(s, t, 3));
    const vf_form *bias = product(filled(x->rows, 1, 1), transpose(kid(s, t, 2)));
    return both(s, add, scale_columns(x, kid(s, t, 1)), bias);
}

/* The one singular value of a row or column, and the modulus of the one eigenvalue of a number. */
static vf_ratio length(vf_symbolic *s, const vf_term *t, const vf_form *a) {
    bool first = t->nkids == 1 || vf_symbolic_integer(s, t->kid[1]) == 1;
    ENSURE("a spectrum of more than one number",
           first && (a->rows == 1 || a->cols == 1) && (t->op != VF_EIGABS || count(a) == 1));
    return root(s, sum_of_squares(a));
}

static const vf_form *function(vf_symbolic *s, const vf_term *t, const vf_form *a) {
    switch (t->op) {
    case VF_DIAG:
        return diagonal(a, vf_poly_equal(t->kid[0]->cols.num, t->kid[0]->cols.den));
    case VF_VEC:
        return stacked(a);
    case VF_KRON:
        return kron(a, kid(s, t, 1));
    case VF_DET:
        return scalar(determinant(a));
    case VF_TRACE:
        return scalar(trace(a));
    case VF_INV:
        return inverse(s, a);
    case VF_SOFTMAX:
        return softmax(s, a, t->nkids > 1 ? kid(s, t, 1) : NULL);
    case VF_LAYERNORM:
        return layernorm(s, t);
    case VF_RMSNORM:
        return scale_columns(scale_rows(s, a, optional(s, t, 2)), kid(s, t, 1));
    case VF_BATCHNORM:
        return transpose(scale_rows(s, centre(transpose(a)), optional(s, t, 1)));
    case VF_CENTER:
        return centre(a);
    case VF_CENTER_TOKENS:
        return transpose(centre(transpose(a)));
    case VF_SUM_ENTRIES:
        return scalar(sum_of(a));
    case VF_MAX_ENTRIES:
        return scalar(fold(s, larger, a));
    case VF_MIN_ENTRIES:
        return scalar(fold(s, smaller, a));
    case VF_NORM_ONE:
        return scalar(norm_inf(s, transpose(a)));
    case VF_NORM_INF:
        return scalar(norm_inf(s, a));
    case VF_NORM_1INF:
        return scalar(norm_1inf(s, a));
    case VF_NORM_FRO:
        return scalar(root(s, sum_of_squares(a)));
    case VF_NORM_TWO:
    case VF_SIGMA:
    case VF_EIGABS:
        return scalar(length(s, t, a));
    case VF_ENTROPY:
        return entropy(s, a);
    default:
        vf_refuse("an operation that has no fractions");
    }
}

static unary entrywise(vf_op op) {
    switch (op) {
    case VF_RELU:
        return relu;
    case VF_GELU:
        return gelu;
    case VF_SILU:
        return silu;
    case VF_TANH:
        return hyperbolic_tangent;
    case VF_SIGMOID:
        return sigmoid;
    case VF_EXP:
        return exponential;
    case VF_LOG:
        return logarithm;
    case VF_SQRT:
        return root;
    case VF_ABS:
        return modulus;
    case VF_SIGN:
        return sign;
    case VF_NEG:
        return negative;
    default:
        return NULL;
    }
}

static const vf_form *leaf(vf_symbolic *s, const vf_term *t) {
    switch (t->op) {
    case VF_NUMBER:
        return scalar(vf_ratio_of(vf_poly_rational(t->number)));
    case VF_SYM:
        ENSURE("an index that has no value", t->sym < s->nsyms);
        return scalar(vf_ratio_int(s->value[t->sym]));
    case VF_VAR:
        return of_variable(s, t);
    case VF_DATUM:
        return of_datum(s, t);
    case VF_ACC:
        return s->running[t->sym2];
    case VF_ROWS:
        return scalar(vf_ratio_int((long)kid(s, t, 0)->rows));
    case VF_COLS:
        return scalar(vf_ratio_int((long)kid(s, t, 0)->cols));
    case VF_EYE:
        return eye(extent(s, t->kid[0]));
    case VF_ONES:
    case VF_ZEROS:
        return filled(extent(s, t->kid[0]), extent(s, t->kid[1]), t->op == VF_ONES);
    case VF_UNIT:
        return unit(s, t);
    case VF_CAUSAL:
        return causal(extent(s, t->kid[0]));
    case VF_SUM_OF:
        return scalar(sum_of(list(s, t)));
    case VF_MAX_OF:
        return scalar(fold(s, larger, list(s, t)));
    case VF_MIN_OF:
        return scalar(fold(s, smaller, list(s, t)));
    default:
        return NULL;
    }
}

static const vf_form *operation(vf_symbolic *s, const vf_term *t) {
    switch (t->op) {
    case VF_ADD:
        return both(s, add, kid(s, t, 0), kid(s, t, 1));
    case VF_SUB:
        return both(s, subtract, kid(s, t, 0), kid(s, t, 1));
    case VF_EMUL:
        return both(s, multiply, kid(s, t, 0), kid(s, t, 1));
    case VF_EDIV:
        return both(s, divide, kid(s, t, 0), kid(s, t, 1));
    case VF_MUL:
        return times(s, kid(s, t, 0), kid(s, t, 1));
    case VF_DIV:
        return with_scalar(s, divide, kid(s, t, 0), only(kid(s, t, 1)));
    case VF_POWER:
        return power(s, kid(s, t, 0), vf_symbolic_integer(s, t->kid[1]));
    case VF_TRANSPOSE:
        return transpose(kid(s, t, 0));
    case VF_ENTRY:
        return entry_of(s, t);
    case VF_HCAT:
    case VF_VCAT:
        return joined(s, t, t->op == VF_HCAT);
    case VF_LOOP_SUM:
    case VF_LOOP_PROD:
    case VF_LOOP_HCAT:
    case VF_LOOP_VCAT:
    case VF_LOOP_MAX:
    case VF_LOOP_MIN:
        return loop(s, t);
    case VF_FOLD:
        return run_fold(s, t);
    default:
        return NULL;
    }
}

static const vf_form *evaluate(vf_symbolic *s, const vf_term *t) {
    const vf_form *r = leaf(s, t);
    unary f = entrywise(t->op);
    r = r ? r : operation(s, t);
    return r ? r : f ? each(s, f, kid(s, t, 0)) : function(s, t, kid(s, t, 0));
}

/* ---- what was evaluated before ---- */

typedef struct vf_memo { /* valid in the scope in which it was made */
    const vf_term *term;
    unsigned long scope;
    const vf_form *form;
} vf_memo;

static vf_memo *remembered(const vf_symbolic *s, const vf_term *t, unsigned long scope) {
    size_t k = ((uintptr_t)t / sizeof(void *) * 31 + scope) & (s->room - 1);
    while (s->memo[k].term && (s->memo[k].term != t || s->memo[k].scope != scope))
        k = (k + 1) & (s->room - 1);
    return &s->memo[k];
}

static void make_room(vf_symbolic *s) {
    vf_memo *old = s->memo;
    size_t room = s->room;
    s->room = room ? 2 * room : 64;
    s->memo = vf_alloc(s->room * sizeof *s->memo);
    for (size_t k = 0; k < room; k++)
        if (old[k].term)
            *remembered(s, old[k].term, old[k].scope) = old[k];
}

const vf_form *vf_symbolic_of(vf_symbolic *s, const vf_term *t) {
    vf_memo *m = s->room ? remembered(s, t, s->scope) : NULL;
    if (m && m->term)
        return m->form;
    const vf_form *form = evaluate(s, t);
    if (2 * s->nmemo >= s->room)
        make_room(s);
    *remembered(s, t, s->scope) = (vf_memo){t, s->scope, form};
    s->nmemo++;
    return form;
}

long vf_symbolic_integer(vf_symbolic *s, const vf_term *t) {
    mpq_t q;
    mpq_init(q);
    ENSURE("an integer", is_number(only(vf_symbolic_of(s, t)), q) &&
                             mpz_cmp_ui(mpq_denref(q), 1) == 0 && mpz_fits_slong_p(mpq_numref(q)));
    long n = mpz_get_si(mpq_numref(q));
    mpq_clear(q);
    return n;
}

/* ---- variables ---- */

static unsigned signs_of_set(vf_set set) {
    switch (set) {
    case VF_POSITIVE:
    case VF_ATTENTION:
        return VF_PLUS;
    case VF_NONNEGATIVE:
    case VF_STOCHASTIC:
        return VF_NULL | VF_PLUS;
    case VF_NONZERO:
        return VF_MINUS | VF_PLUS;
    default:
        return VF_ANY;
    }
}

/* A member of a set of matrices with as many atoms as it has free entries. */
static vf_form *member(vf_symbolic *s, vf_set set, size_t rows, size_t cols) {
    vf_form *r = form_new(rows, cols);
    bool stochastic = set == VF_STOCHASTIC || set == VF_ATTENTION;
    bool symmetric = set == VF_SYMMETRIC || set == VF_PSD;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            if (symmetric && j < i)
                *at(r, i, j) = *at(r, j, i);
            else if (stochastic && j + 1 == cols)
                *at(r, i, j) = vf_ratio_sub(vf_ratio_int(1), sum_of(row_of(r, i)));
            else if (set != VF_DIAGONAL || i == j)
                *at(r, i, j) = of_atom(atom_new(s, VF_OF_ENTRY, vf_ratio_int(0)));
    return r;
}

/* What else membership says. */
static void learn_member(vf_symbolic *s, vf_set set, const vf_form *a) {
    for (size_t k = 0; k < count(a); k++)
        if (signs_of_set(set) != VF_ANY)
            vf_learn(s, a->entry[k], signs_of_set(set));
    for (size_t i = 0; set == VF_PSD && i < a->rows; i++)
        vf_learn(s, *at(a, i, i), VF_NULL | VF_PLUS);
    for (size_t i = 0; set == VF_UNIT_ROWS && i < a->rows; i++)
        vf_learn(s, vf_ratio_sub(sum_of_squares(row_of(a, i)), vf_ratio_int(1)), VF_NULL);
    if ((set == VF_PSD || set == VF_INVERTIBLE) && a->rows <= 4)
        vf_learn(s, determinant(a), set == VF_PSD ? VF_NULL | VF_PLUS : VF_MINUS | VF_PLUS);
}

/* ---- near a point ---- */

static vf_form *numbers_of(const vf_value *value) {
    vf_form *r = form_new(value->rows, value->cols);
    mpq_t q;
    mpq_init(q);
    for (size_t k = 0; k < count(r); k++) {
        ENSURE("the entries of the centre are rational",
               vf_num_is_rational(value->entry[k]->value, q));
        r->entry[k] = vf_ratio_of(vf_poly_rational(q));
    }
    mpq_clear(q);
    return r;
}

/* Cayley: almost all orthogonal matrices with determinant 1 are (1 - S)*inv(1 + S), S skew; with
   the last row times -1 those with determinant -1. */
static vf_form *rotation(vf_symbolic *s, const vf_value *near) {
    size_t n = near->rows;
    vf_form *minus = eye(n), *plus = eye(n);
    vf_grid g = vf_value_grid(near);
    const vf_number *det = vf_det_of(&g);
    ENSURE("a determinant of 1 or -1", det != NULL && vf_num_sign(det) != VF_NO_SIGN);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            *at(plus, i, j) = *at(minus, j, i) = of_atom(atom_new(s, VF_OF_ENTRY, vf_ratio_int(0)));
            *at(plus, j, i) = *at(minus, i, j) = negative(s, *at(plus, i, j));
        }
    vf_form *r = product(minus, inverse(s, plus));
    for (size_t j = 0; j < n && vf_num_sign(det) < 0; j++)
        *at(r, n - 1, j) = negative(s, *at(r, n - 1, j));
    return r;
}

/* Almost all rows of length 1 are (2*u, u*u' - 1)/(u*u' + 1). */
static vf_form *sphere_rows(vf_symbolic *s, size_t rows, size_t cols) {
    vf_form *r = form_new(rows, cols), *u = form_new(1, cols - 1);
    vf_ratio one = vf_ratio_int(1);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < count(u); j++)
            u->entry[j] = of_atom(atom_new(s, VF_OF_ENTRY, vf_ratio_int(0)));
        vf_ratio square = sum_of_squares(u), size = vf_ratio_add(square, one);
        for (size_t j = 0; j < count(u); j++)
            *at(r, i, j) = vf_ratio_div(vf_ratio_add(u->entry[j], u->entry[j]), size);
        *at(r, i, cols - 1) = vf_ratio_div(vf_ratio_sub(square, one), size);
    }
    return r;
}

/* What fills a piece of the set around the point; only the point itself where it is isolated, or
   the variable is not generic. */
static vf_form *member_near(vf_symbolic *s, const vf_variable *v, const vf_value *near) {
    bool curved = v->set == VF_ORTHOGONAL || v->set == VF_UNIT_ROWS;
    bool finite = v->set == VF_PERMUTATION || v->set == VF_INTEGER || (curved && near->cols == 1);
    if (v->quantifier != VF_GENERIC || finite)
        return numbers_of(near);
    if (!curved)
        return member(s, v->set, near->rows, near->cols);
    return v->set == VF_ORTHOGONAL ? rotation(s, near) : sphere_rows(s, near->rows, near->cols);
}

static void make_variable(vf_symbolic *s, unsigned v, const vf_point *near) {
    const vf_variable *x = &s->theorem->var[v];
    size_t members = x->members ? extent(s, x->members) : 1;
    size_t rows = extent(s, x->rows), cols = extent(s, x->cols);
    s->variable[v] = vf_alloc(members * sizeof(vf_form *));
    for (size_t m = 0; m < members; m++)
        s->variable[v][m] =
            near ? member_near(s, x, &near->var[v][m]) : member(s, x->set, rows, cols);
    for (size_t m = 0; m < members; m++)
        learn_member(s, x->set, s->variable[v][m]);
}

vf_symbolic *vf_symbolic_new(vf_theorem *t, const long *value, bool functions) {
    return vf_symbolic_near(t, value, functions, NULL);
}

vf_symbolic *vf_symbolic_near(vf_theorem *t, const long *value, bool functions,
                              const vf_point *near) {
    vf_symbolic *s = vf_alloc(sizeof *s);
    s->theorem = t;
    s->functions = functions;
    reserve(s);
    for (size_t i = 0; i < t->ndims; i++)
        s->value[t->dim[i]] = value[t->dim[i]];
    s->variable = vf_alloc((t->nvars + 1) * sizeof *s->variable);
    for (unsigned v = 0; v < t->nvars; v++)
        make_variable(s, v, near);
    return s;
}
