#include "vf_linear.h"

/* Determinants of numbers that are not rational are expanded row by row over all sets of columns.
 */
enum { MOST_EXPANDED = 10, MOST_TERMS = 100000 };

vf_grid vf_grid_new(size_t rows, size_t cols) {
    vf_grid r = {rows, cols, vf_alloc((rows * cols + 1) * sizeof *r.x)};
    for (size_t i = 0; i < rows * cols; i++)
        r.x[i] = vf_num_zero();
    return r;
}

vf_grid vf_grid_transpose(const vf_grid *a) {
    vf_grid r = vf_grid_new(a->cols, a->rows);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            r.x[j * a->rows + i] = a->x[i * a->cols + j];
    return r;
}

vf_grid vf_grid_mul(const vf_grid *a, const vf_grid *b) {
    vf_grid r = vf_grid_new(a->rows, b->cols), t = vf_grid_transpose(b);
    for (size_t i = 0; i < r.rows; i++)
        for (size_t j = 0; j < r.cols; j++)
            r.x[i * r.cols + j] = vf_num_dot(a->x + i * a->cols, t.x + j * t.cols, a->cols);
    return r;
}

bool vf_grid_is_rational(const vf_grid *a) {
    bool rational = true;
    for (size_t i = 0; rational && i < a->rows * a->cols; i++)
        rational = vf_num_is_rational(a->x[i], NULL);
    return rational;
}

/* --- rational matrices: elimination without fractions ---------------------------------------- */

typedef struct integers {
    size_t rows, cols;
    mpz_t *x;
} integers;

/* Each row times its common denominator, which *scale collects. */
static integers make_integers(const vf_grid *a, mpq_t scale) {
    integers r = {a->rows, a->cols, vf_alloc((a->rows * a->cols + 1) * sizeof *r.x)};
    mpq_t q;
    mpz_t den;
    mpq_init(q);
    mpz_init(den);
    mpq_set_ui(scale, 1, 1);
    for (size_t i = 0; i < a->rows; i++) {
        mpz_set_ui(den, 1);
        for (size_t j = 0; j < a->cols; j++) {
            vf_num_is_rational(a->x[i * a->cols + j], q);
            mpz_lcm(den, den, mpq_denref(q));
        }
        for (size_t j = 0; j < a->cols; j++) {
            mpz_ptr x = r.x[i * a->cols + j];
            vf_num_is_rational(a->x[i * a->cols + j], q);
            mpz_init(x);
            mpz_divexact(x, den, mpq_denref(q));
            mpz_mul(x, x, mpq_numref(q));
        }
        mpz_mul(mpq_numref(scale), mpq_numref(scale), den);
    }
    mpq_clear(q);
    mpz_clear(den);
    return r;
}

static mpz_ptr at(const integers *a, size_t i, size_t j) {
    return a->x[i * a->cols + j];
}

static bool find_pivot(const integers *a, size_t r, size_t col, size_t *row) {
    for (*row = r; *row < a->rows; ++*row)
        if (mpz_sgn(at(a, *row, col)) != 0)
            return true;
    return false;
}

/* Bareiss: below the pivot each entry becomes a minor of the matrix, so the division by the pivot
   before is exact. Returns the rank; *sign: of the exchanges; *last: the last pivot. */
static size_t bareiss(integers *a, int *sign, mpz_t last) {
    size_t r = 0, row;
    *sign = 1;
    mpz_set_ui(last, 1);
    for (size_t col = 0; col < a->cols && r < a->rows; col++) {
        if (!find_pivot(a, r, col, &row))
            continue;
        for (size_t j = 0; row != r && j < a->cols; j++)
            mpz_swap(at(a, r, j), at(a, row, j));
        *sign = row != r ? -*sign : *sign;
        for (size_t i = r + 1; i < a->rows; i++)
            for (size_t j = a->cols; j-- > col;) {
                mpz_ptr x = at(a, i, j);
                mpz_mul(x, x, at(a, r, col));
                mpz_submul(x, at(a, i, col), at(a, r, j));
                mpz_divexact(x, x, last);
            }
        mpz_set(last, at(a, r, col));
        r++;
    }
    return r;
}

enum { PRIME = VF_RESIDUE_PRIME };

/* The first row from r on whose entry in the column is not 0, brought to row r. */
static bool bring_residue(uint64_t *x, size_t rows, size_t cols, size_t r, size_t col) {
    size_t row = r;
    while (row < rows && x[row * cols + col] == 0)
        row++;
    for (size_t j = 0; row < rows && row != r && j < cols; j++) {
        uint64_t t = x[r * cols + j];
        x[r * cols + j] = x[row * cols + j];
        x[row * cols + j] = t;
    }
    return row < rows;
}

/* Elimination without division: each row below times the pivot, which is a unit. */
static void take_residue(uint64_t *x, const uint64_t *pivot, size_t col, size_t cols) {
    uint64_t by = PRIME - x[col], unit = pivot[col];
    for (size_t j = col; j < cols && by != PRIME; j++)
        x[j] = (x[j] * unit % PRIME + pivot[j] * by % PRIME) % PRIME;
}

size_t vf_residue_rank(uint64_t *x, size_t rows, size_t cols) {
    size_t r = 0;
    for (size_t col = 0; col < cols && r < rows; col++) {
        if (!bring_residue(x, rows, cols, r, col))
            continue;
        for (size_t i = r + 1; i < rows; i++)
            take_residue(x + i * cols, x + r * cols, col, cols);
        r++;
    }
    return r;
}

/* At most the rank: a minor that is not 0 mod a prime is not 0. */
static size_t rank_mod_prime(const integers *a) {
    uint64_t *x = vf_alloc((a->rows * a->cols + 1) * sizeof *x);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        x[k] = mpz_fdiv_ui(a->x[k], PRIME);
    return vf_residue_rank(x, a->rows, a->cols);
}

static size_t rational_rank(const vf_grid *a) {
    int sign;
    mpz_t last;
    mpq_t scale;
    mpz_init(last);
    mpq_init(scale);
    integers x = make_integers(a, scale);
    size_t most = x.rows < x.cols ? x.rows : x.cols;
    return rank_mod_prime(&x) == most ? most : bareiss(&x, &sign, last);
}

static const vf_number *rational_det(const vf_grid *a) {
    int sign;
    mpz_t last;
    mpq_t scale, det;
    mpz_init(last);
    mpq_init(scale);
    mpq_init(det);
    integers x = make_integers(a, scale);
    if (bareiss(&x, &sign, last) < a->rows)
        return vf_num_zero();
    mpq_set_z(det, last);
    mpq_div(det, det, scale);
    if (sign < 0)
        mpq_neg(det, det);
    return vf_num_rational(det);
}

/* --- determinants ---------------------------------------------------------------------------- */

/* The minor of the first rows and the columns in `set`, from those of one row less. */
static const vf_number *expand(const vf_grid *a, const vf_number **minor, size_t set, size_t row) {
    const vf_number *x[MOST_EXPANDED], *y[MOST_EXPANDED];
    size_t n = 0, behind = 0, terms = 0;
    for (size_t j = a->cols; j-- > 0;) {
        if (!(set >> j & 1))
            continue;
        const vf_number *e = a->x[row * a->cols + j], *m = minor[set & ~((size_t)1 << j)];
        if (m == NULL)
            return NULL;
        x[n] = behind++ % 2 ? vf_num_neg(e) : e;
        terms += vf_num_terms(e) * vf_num_terms(m);
        y[n++] = m;
    }
    return terms > MOST_TERMS ? NULL : vf_num_dot(x, y, n);
}

static size_t bits(size_t set) {
    size_t n = 0;
    for (; set != 0; set &= set - 1)
        n++;
    return n;
}

const vf_number *vf_det_of(const vf_grid *a) {
    if (vf_grid_is_rational(a))
        return rational_det(a);
    if (a->rows > MOST_EXPANDED)
        return NULL;
    size_t all = ((size_t)1 << a->cols) - 1;
    const vf_number **minor = vf_alloc((all + 1) * sizeof *minor);
    minor[0] = vf_num_int(1);
    for (size_t set = 1; set <= all; set++)
        minor[set] = expand(a, minor, set, bits(set) - 1);
    return minor[all];
}

static vf_grid without(const vf_grid *a, size_t row, size_t col) {
    vf_grid r = vf_grid_new(a->rows - 1, a->cols - 1);
    size_t n = 0;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            if (i != row && j != col)
                r.x[n++] = a->x[i * a->cols + j];
    return r;
}

bool vf_adjugate_of(const vf_grid *a, vf_grid *r) {
    *r = vf_grid_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++) {
            vf_grid rest = without(a, j, i);
            const vf_number *det = vf_det_of(&rest);
            if (det == NULL)
                return false;
            r->x[i * a->cols + j] = (i + j) % 2 ? vf_num_neg(det) : det;
        }
    return true;
}

/* row i += by * row r */
static void add_row(vf_grid *a, size_t i, size_t r, const vf_number *by) {
    for (size_t j = 0; j < a->cols; j++) {
        const vf_number **x = &a->x[i * a->cols + j];
        *x = vf_num_add(*x, vf_num_mul(by, a->x[r * a->cols + j]));
    }
}

static void swap_rows(vf_grid *a, size_t i, size_t r) {
    for (size_t j = 0; j < a->cols; j++) {
        const vf_number *x = a->x[i * a->cols + j];
        a->x[i * a->cols + j] = a->x[r * a->cols + j];
        a->x[r * a->cols + j] = x;
    }
}

/* Gauss and Jordan on [a, 1], rational. */
static int rational_inverse(const vf_grid *a, vf_grid *r) {
    size_t n = a->rows;
    vf_grid both = vf_grid_new(n, 2 * n);
    *r = vf_grid_new(n, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            both.x[i * 2 * n + j] = a->x[i * n + j];
        both.x[i * 2 * n + n + i] = vf_num_int(1);
    }
    for (size_t c = 0; c < n; c++) {
        size_t row = c;
        while (row < n && vf_num_terms(both.x[row * 2 * n + c]) == 0)
            row++;
        if (row == n)
            return 0;
        swap_rows(&both, row, c);
        const vf_number *by = vf_num_inverse(both.x[c * 2 * n + c]);
        for (size_t j = 0; j < 2 * n; j++)
            both.x[c * 2 * n + j] = vf_num_mul(by, both.x[c * 2 * n + j]);
        for (size_t i = 0; i < n; i++)
            if (i != c && vf_num_terms(both.x[i * 2 * n + c]) > 0)
                add_row(&both, i, c, vf_num_neg(both.x[i * 2 * n + c]));
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            r->x[i * n + j] = both.x[i * 2 * n + n + j];
    return 1;
}

int vf_inverse_of(const vf_grid *a, vf_grid *r) {
    if (vf_grid_is_rational(a))
        return rational_inverse(a, r);
    *r = vf_grid_new(a->rows, a->cols);
    const vf_number *det = vf_det_of(a);
    int sign = det == NULL ? VF_NO_SIGN : vf_num_sign(det);
    if (sign == 0 || sign == VF_NO_SIGN || !vf_adjugate_of(a, r))
        return sign == 0 ? 0 : VF_NO_SIGN;
    const vf_number *by = vf_num_inverse(det);
    for (size_t i = 0; i < a->rows * a->cols; i++)
        r->x[i] = vf_num_mul(by, r->x[i]);
    return 1;
}

/* --- ranks ----------------------------------------------------------------------------------- */

/* A nonzero rational entry is a pivot; its row and column are taken away. */
static bool take_rational_pivot(vf_grid *a) {
    mpq_t q;
    mpq_init(q);
    for (size_t k = 0; k < a->rows * a->cols; k++) {
        if (!vf_num_is_rational(a->x[k], q) || mpq_sgn(q) == 0)
            continue;
        size_t row = k / a->cols, col = k % a->cols;
        mpq_inv(q, q);
        mpq_neg(q, q);
        for (size_t i = 0; i < a->rows; i++)
            if (i != row && vf_num_terms(a->x[i * a->cols + col]) > 0)
                add_row(a, i, row, vf_num_mul(vf_num_rational(q), a->x[i * a->cols + col]));
        *a = without(a, row, col);
        return true;
    }
    return false;
}

typedef struct pivots { /* the entry (row[k], col[k]) was the k-th pivot */
    size_t n, *row, *col;
} pivots;

static bool chosen(const size_t *list, size_t n, size_t i) {
    for (size_t k = 0; k < n; k++)
        if (list[k] == i)
            return true;
    return false;
}

/* The entry that is farthest from 0 for certain, outside the rows and columns chosen. */
static bool best_pivot(const vf_grid *a, vf_interval *x, const pivots *p, size_t *best) {
    mpfr_t size, most;
    mpfr_init2(size, 64);
    mpfr_init2(most, 64);
    mpfr_set_zero(most, 1);
    for (size_t k = 0; k < a->rows * a->cols; k++) {
        int sign = vf_interval_sign(&x[k]);
        if (sign == 0 || chosen(p->row, p->n, k / a->cols) || chosen(p->col, p->n, k % a->cols))
            continue;
        mpfr_abs(size, sign > 0 ? x[k].lo : x[k].hi, MPFR_RNDD);
        if (mpfr_greater_p(size, most)) {
            mpfr_set(most, size, MPFR_RNDD);
            *best = k;
        }
    }
    bool found = mpfr_sgn(most) > 0;
    mpfr_clear(size);
    mpfr_clear(most);
    return found;
}

static void eliminate(const vf_grid *a, vf_interval *x, const pivots *p, size_t k,
                      mpfr_prec_t precision) {
    size_t row = k / a->cols, col = k % a->cols;
    vf_interval inverse, by, part;
    vf_interval_init(&inverse, precision);
    vf_interval_init(&by, precision);
    vf_interval_init(&part, precision);
    vf_interval_inverse(&inverse, &x[k]);
    for (size_t i = 0; i < a->rows; i++) {
        if (i == row || chosen(p->row, p->n, i))
            continue;
        vf_interval_mul(&by, &inverse, &x[i * a->cols + col]);
        for (size_t j = 0; j < a->cols; j++) {
            if (j == col || chosen(p->col, p->n, j))
                continue;
            vf_interval_mul(&part, &by, &x[row * a->cols + j]);
            vf_interval_sub(&x[i * a->cols + j], &x[i * a->cols + j], &part);
        }
    }
    vf_interval_clear(&inverse);
    vf_interval_clear(&by);
    vf_interval_clear(&part);
}

/* Elimination in intervals: its pivots are not 0, so neither is the minor they stand in. */
static pivots nonzero_minor(const vf_grid *a, unsigned level) {
    size_t n = a->rows * a->cols, k = 0;
    vf_interval *x = vf_alloc((n + 1) * sizeof *x);
    pivots p = {0, vf_alloc((a->rows + 1) * sizeof *p.row),
                vf_alloc((a->rows + 1) * sizeof *p.col)};
    for (size_t i = 0; i < n; i++) {
        vf_interval_init(&x[i], vf_level_precision(level));
        vf_num_enclose(a->x[i], level, &x[i]);
    }
    while (best_pivot(a, x, &p, &k)) {
        eliminate(a, x, &p, k, vf_level_precision(level));
        p.row[p.n] = k / a->cols;
        p.col[p.n++] = k % a->cols;
    }
    for (size_t i = 0; i < n; i++)
        vf_interval_clear(&x[i]);
    return p;
}

/* The minor of the pivots with one row and one column more. */
static const vf_number *bordered(const vf_grid *a, const pivots *p, size_t row, size_t col) {
    vf_grid m = vf_grid_new(p->n + 1, p->n + 1);
    for (size_t i = 0; i <= p->n; i++)
        for (size_t j = 0; j <= p->n; j++) {
            size_t from = i < p->n ? p->row[i] : row, to = j < p->n ? p->col[j] : col;
            m.x[i * m.cols + j] = a->x[from * a->cols + to];
        }
    return vf_det_of(&m);
}

/* A minor is not 0 and all that border it are: then its size is the rank. */
static bool borders_vanish(const vf_grid *a, const pivots *p) {
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++) {
            if (chosen(p->row, p->n, i) || chosen(p->col, p->n, j))
                continue;
            const vf_number *minor = bordered(a, p, i, j);
            if (minor == NULL || !vf_num_zero_by_algebra(minor))
                return false;
        }
    return true;
}

/* Rows without what all their entries have in common below. */
static vf_grid prepared(const vf_grid *a) {
    vf_grid r = vf_grid_new(a->rows, a->cols);
    for (size_t i = 0; i < a->rows * a->cols; i++)
        r.x[i] = a->x[i];
    for (size_t i = 0; i < a->rows; i++)
        vf_num_clear_reciprocals(r.x + i * a->cols, a->cols);
    return r;
}

void vf_rank_of(const vf_grid *a, long *low, long *high) {
    if (vf_grid_is_rational(a)) {
        *low = *high = (long)rational_rank(a);
        return;
    }
    vf_grid rest = prepared(a);
    long taken = 0;
    while (take_rational_pivot(&rest))
        taken++;
    *low = taken;
    *high = taken + (long)(rest.rows < rest.cols ? rest.rows : rest.cols);
    for (unsigned level = 0; level < VF_LEVELS && *low < *high; level++) {
        pivots p = nonzero_minor(&rest, level);
        if (taken + (long)p.n > *low)
            *low = taken + (long)p.n;
        if (level > 0 && *low < *high && borders_vanish(&rest, &p))
            *high = *low = taken + (long)p.n;
    }
}
