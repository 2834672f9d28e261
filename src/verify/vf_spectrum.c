/* Eigenvalues: in closed form where the matrix is diagonal, triangular or 2 by 2; rational ones
   found near an enclosure and then checked; else enclosed by Sylvester's law of inertia. */
#include "vf_linear.h"

enum { MOST_STEPS = 256, GUESS_LEVEL = 1, MOST_GUESS_BITS = 40 };

static const vf_number *entry(const vf_grid *a, size_t i, size_t j) {
    return a->x[i * a->cols + j];
}

static const vf_number *half(const vf_number *a) {
    return vf_num_mul(a, vf_num_inverse(vf_num_int(2)));
}

bool vf_sort_numbers(const vf_number **x, size_t n) {
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0; j--) {
            int sign = vf_num_sign(vf_num_sub(x[j], x[j - 1]));
            if (sign == VF_NO_SIGN)
                return false;
            if (sign <= 0)
                break;
            const vf_number *t = x[j];
            x[j] = x[j - 1];
            x[j - 1] = t;
        }
    return true;
}

/* Zeros below the diagonal, respectively above. */
static bool is_triangular(const vf_grid *a, bool upper) {
    bool zeros = true;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < i; j++)
            zeros = zeros && vf_num_terms(upper ? entry(a, i, j) : entry(a, j, i)) == 0;
    return zeros;
}

/* --- inertia --------------------------------------------------------------------------------- */

/* How many eigenvalues of a, or moduli of them, exceed t; false: it could not be told, as where
   one of them is t. */
typedef bool counter(const vf_grid *a, mpq_srcptr t, unsigned level, size_t *count);

typedef struct spectrum {
    vf_grid a;
    size_t k;
    counter *above;
    bool moduli;
} spectrum;

static vf_interval *shifted(const vf_grid *a, mpq_srcptr t, unsigned level) {
    vf_interval *x = vf_alloc(a->rows * a->cols * sizeof *x), shift;
    vf_interval_init(&shift, vf_level_precision(level));
    vf_interval_set_q(&shift, t);
    for (size_t k = 0; k < a->rows * a->cols; k++) {
        vf_interval_init(&x[k], vf_level_precision(level));
        vf_num_enclose(a->x[k], level, &x[k]);
        if (k / a->cols == k % a->cols)
            vf_interval_sub(&x[k], &x[k], &shift);
    }
    vf_interval_clear(&shift);
    return x;
}

/* The diagonal entry not yet used that is farthest from 0 for certain. */
static bool diagonal_pivot(const vf_interval *x, size_t n, const bool *used, size_t *best) {
    mpfr_t most, size;
    mpfr_init2(most, 64);
    mpfr_init2(size, 64);
    mpfr_set_zero(most, 1);
    for (size_t i = 0; i < n; i++) {
        const vf_interval *d = &x[i * n + i];
        int sign = used[i] ? 0 : vf_interval_sign(d);
        mpfr_abs(size, sign > 0 ? d->lo : d->hi, MPFR_RNDD);
        if (sign != 0 && mpfr_greater_p(size, most)) {
            mpfr_set(most, size, MPFR_RNDD);
            *best = i;
        }
    }
    bool found = mpfr_sgn(most) > 0;
    mpfr_clear(most);
    mpfr_clear(size);
    return found;
}

static void eliminate(vf_interval *x, size_t n, const bool *used, size_t p) {
    mpfr_prec_t precision = mpfr_get_prec(x[0].lo);
    vf_interval inverse, part;
    vf_interval_init(&inverse, precision);
    vf_interval_init(&part, precision);
    vf_interval_inverse(&inverse, &x[p * n + p]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            if (used[i] || used[j] || i == p || j == p)
                continue;
            vf_interval_mul(&part, &x[i * n + p], &inverse);
            vf_interval_mul(&part, &part, &x[p * n + j]);
            vf_interval_sub(&x[i * n + j], &x[i * n + j], &part);
        }
    vf_interval_clear(&inverse);
    vf_interval_clear(&part);
}

/* How many eigenvalues of the symmetric a exceed t: as many as there are positive pivots of
   a - t*1, if none of these is 0. */
static bool count_above(const vf_grid *a, mpq_srcptr t, unsigned level, size_t *count) {
    size_t n = a->rows, p = 0, done = 0;
    vf_interval *x = shifted(a, t, level);
    bool *used = vf_alloc(n * sizeof *used);
    for (*count = 0; done < n && diagonal_pivot(x, n, used, &p); done++) {
        *count += vf_interval_sign(&x[p * n + p]) > 0;
        eliminate(x, n, used, p);
        used[p] = true;
    }
    for (size_t k = 0; k < n * n; k++)
        vf_interval_clear(&x[k]);
    return done == n;
}

/* A power of 2 beyond all eigenvalues: the sum of the moduli of the entries. */
static void bound_of(const vf_grid *a, unsigned level, mpq_t bound) {
    vf_interval x;
    mpfr_t sum, size;
    vf_interval_init(&x, vf_level_precision(level));
    mpfr_init2(sum, 64);
    mpfr_init2(size, 64);
    mpfr_set_ui(sum, 1, MPFR_RNDU);
    for (size_t k = 0; k < a->rows * a->cols; k++) {
        vf_num_enclose(a->x[k], level, &x);
        mpfr_abs(size, x.lo, MPFR_RNDU);
        mpfr_add(sum, sum, size, MPFR_RNDU);
        mpfr_abs(size, x.hi, MPFR_RNDU);
        mpfr_add(sum, sum, size, MPFR_RNDU);
    }
    mpq_set_ui(bound, 0, 1);
    if (mpfr_number_p(sum) && mpfr_get_exp(sum) < 1 << 20) {
        mpq_set_ui(bound, 1, 1);
        mpq_mul_2exp(bound, bound, (mp_bitcnt_t)(mpfr_get_exp(sum) > 0 ? mpfr_get_exp(sum) : 1));
    }
    vf_interval_clear(&x);
    mpfr_clear(sum);
    mpfr_clear(size);
}

/* lo <= eigenvalue <= hi: bisection, a little off the middle where the middle does not tell. */
static bool bisect(const spectrum *s, unsigned level, mpq_t lo, mpq_t hi) {
    mpq_t t, width;
    mpq_init(t);
    mpq_init(width);
    bound_of(&s->a, level, hi);
    if (!s->moduli)
        mpq_neg(lo, hi);
    bool bounded = mpq_sgn(hi) > 0;
    long steps = (long)vf_level_precision(level) / 2;
    for (long step = 0; bounded && step < steps && step < MOST_STEPS; step++) {
        size_t above = 0;
        bool told = false;
        mpq_sub(width, hi, lo);
        for (unsigned nudge = 0; !told && nudge < 3; nudge++) {
            mpq_set_ui(t, 8 + nudge, 16);
            mpq_canonicalize(t);
            mpq_mul(t, t, width);
            mpq_add(t, t, lo);
            told = s->above(&s->a, t, level, &above);
        }
        if (!told)
            break;
        mpq_set(above >= s->k ? lo : hi, t);
    }
    mpq_clear(t);
    mpq_clear(width);
    return bounded;
}

static void enclose_eigenvalue(const void *what, unsigned level, vf_interval *r) {
    mpq_t lo, hi;
    mpq_init(lo);
    mpq_init(hi);
    vf_interval_all(r);
    if (bisect(what, level, lo, hi)) {
        mpfr_set_q(r->lo, lo, MPFR_RNDD);
        mpfr_set_q(r->hi, hi, MPFR_RNDU);
    }
    mpq_clear(lo);
    mpq_clear(hi);
}

/* --- rational eigenvalues -------------------------------------------------------------------- */

/* The simplest rational of lo..hi: by continued fractions. */
static void simplest(mpq_t r, mpq_srcptr lo, mpq_srcptr hi) {
    mpz_t whole;
    mpq_t a, b;
    mpz_init(whole);
    mpq_init(a);
    mpq_init(b);
    mpz_cdiv_q(whole, mpq_numref(lo), mpq_denref(lo));
    mpq_set_z(r, whole);
    if (mpq_cmp(r, hi) > 0) { /* no integer between: below both is whole - 1 */
        mpz_sub_ui(whole, whole, 1);
        mpq_set_z(r, whole);
        mpq_sub(a, lo, r);
        mpq_sub(b, hi, r);
        mpq_inv(a, a);
        mpq_inv(b, b);
        simplest(r, b, a);
        mpq_inv(r, r);
        mpq_set_z(a, whole);
        mpq_add(r, r, a);
    }
    mpz_clear(whole);
    mpq_clear(a);
    mpq_clear(b);
}

static vf_grid minus(const vf_grid *a, const vf_number *t) {
    vf_grid m = vf_grid_new(a->rows, a->cols);
    for (size_t k = 0; k < a->rows * a->cols; k++)
        m.x[k] = k / a->cols == k % a->cols ? vf_num_sub(a->x[k], t) : a->x[k];
    return m;
}

/* How often t is an eigenvalue: the rank that (a - t*1)^n lacks; for symmetric a, n = 1 does. */
static bool multiplicity(const vf_grid *a, const vf_number *t, bool symmetric, size_t *times) {
    vf_grid m = minus(a, t), power = m;
    long low, high;
    for (size_t k = 1; k < a->rows && !symmetric; k++)
        power = vf_grid_mul(&power, &m);
    vf_rank_of(&power, &low, &high);
    *times = a->rows - (size_t)low;
    return low == high;
}

/* --- eigenvalues on a circle ----------------------------------------------------------------- */

/* c[0] + c[1]*z + ... + c[degree]*z^degree with rational coefficients; the last is not 0, but of
   the polynomial 0. */
typedef struct poly {
    const vf_number **c;
    size_t degree;
} poly;

static poly poly_new(size_t degree) {
    return (poly){vf_alloc((degree + 1) * sizeof(const vf_number *)), degree};
}

static poly trimmed(poly p) {
    while (p.degree > 0 && vf_num_terms(p.c[p.degree]) == 0)
        p.degree--;
    return p;
}

static bool is_zero(poly p) {
    return p.degree == 0 && vf_num_terms(p.c[0]) == 0;
}

/* det(z*1 - a), by the recursion of Faddeev and LeVerrier. */
static poly characteristic(const vf_grid *a) {
    size_t n = a->rows;
    poly p = poly_new(n);
    vf_grid m = vf_grid_new(n, n);
    p.c[n] = vf_num_int(1);
    for (size_t k = 1; k <= n; k++) {
        m = minus(&m, vf_num_neg(p.c[n - k + 1]));
        m = vf_grid_mul(a, &m);
        const vf_number *trace = vf_num_zero();
        for (size_t i = 0; i < n; i++)
            trace = vf_num_add(trace, entry(&m, i, i));
        p.c[n - k] = vf_num_mul(trace, vf_num_inverse(vf_num_int(-(long)k)));
    }
    return p;
}

/* The characteristic polynomial at t*z: what has the modulus t becomes 1. */
static poly scaled(const vf_grid *a, mpq_srcptr t) {
    poly p = characteristic(a);
    const vf_number *power = vf_num_int(1);
    for (size_t k = 0; k <= p.degree; k++) {
        p.c[k] = vf_num_mul(p.c[k], power);
        power = vf_num_mul(power, vf_num_rational(t));
    }
    return p;
}

static poly reversed(poly p) {
    poly r = poly_new(p.degree);
    for (size_t k = 0; k <= p.degree; k++)
        r.c[p.degree - k] = p.c[k];
    return r;
}

static poly derivative(poly p) {
    poly r = poly_new(p.degree);
    r.c[p.degree] = vf_num_zero();
    for (size_t k = 1; k <= p.degree; k++)
        r.c[k - 1] = vf_num_mul(vf_num_int((long)k), p.c[k]);
    return trimmed(r);
}

/* What dividing a by b leaves. */
static poly remainder_of(poly a, poly b) {
    poly r = poly_new(a.degree);
    const vf_number *inverse = vf_num_inverse(b.c[b.degree]);
    for (size_t k = 0; k <= a.degree; k++)
        r.c[k] = a.c[k];
    for (size_t k = a.degree + 1; k-- > b.degree;) {
        const vf_number *f = vf_num_mul(r.c[k], inverse);
        for (size_t j = 0; j <= b.degree; j++)
            r.c[k - j] = vf_num_sub(r.c[k - j], vf_num_mul(f, b.c[b.degree - j]));
    }
    return trimmed(r);
}

static poly common_divisor(poly a, poly b) {
    while (!is_zero(b)) {
        poly r = remainder_of(a, b);
        a = b;
        b = r;
    }
    return a;
}

/* The sums of the powers 0, 1, ..., degree - 1 of the zeros, by Newton. */
static const vf_number **power_sums(poly p) {
    const vf_number **s = vf_alloc((p.degree + 1) * sizeof *s);
    const vf_number *inverse = vf_num_inverse(p.c[p.degree]);
    s[0] = vf_num_int((long)p.degree);
    for (size_t k = 1; k < p.degree; k++) {
        s[k] = vf_num_mul(vf_num_int((long)k), p.c[p.degree - k]);
        for (size_t i = 1; i < k; i++)
            s[k] = vf_num_add(s[k], vf_num_mul(p.c[p.degree - i], s[k - i]));
        s[k] = vf_num_neg(vf_num_mul(s[k], inverse));
    }
    return s;
}

/* How many different zeros of p have the modulus 1, if the inverse of each zero is one as often.
   With s[k] the sum of the powers k of the zeros z, the form sum(s[abs(j - k)]*u[j]*u[k]) is the
   sum of f(z)*f(1/z), f(z) = u[0] + u[1]*z + ...: positive for a zero on the circle, one positive
   and one negative square for a pair apart from it. As many rows as zeros differ are independent.
 */
static size_t different_on_circle(poly p) {
    const vf_number **s = power_sums(p);
    size_t n = p.degree, positive = 0;
    long low, high;
    mpq_t zero;
    mpq_init(zero);
    vf_grid t = vf_grid_new(n, n);
    for (size_t k = 0; k < n * n; k++)
        t.x[k] = s[k / n > k % n ? k / n - k % n : k % n - k / n];
    vf_rank_of(&t, &low, &high);
    size_t r = (size_t)low;
    vf_grid first = vf_grid_new(r, r);
    for (size_t k = 0; k < r * r; k++)
        first.x[k] = t.x[k / r * n + k % r];
    bool told = low == high && count_above(&first, zero, GUESS_LEVEL, &positive);
    mpq_clear(zero);
    return told && 2 * positive > r ? 2 * positive - r : 0;
}

/* How many eigenvalues have the modulus t > 0, or less than that where it is not told. Those are
   zeros of both p(t*z) and its reverse; one that comes k times divides k - 1 derivatives. */
static size_t on_circle(const vf_grid *a, mpq_srcptr t) {
    size_t n = 0;
    if (mpq_sgn(t) <= 0)
        return 0;
    poly p = scaled(a, t);
    for (p = common_divisor(p, trimmed(reversed(p))); p.degree > 0;
         p = common_divisor(p, derivative(p)))
        n += different_on_circle(p);
    return n;
}

/* The triangular matrix with c[i - j] at (i, j). */
static vf_grid toeplitz(poly p) {
    size_t n = p.degree;
    vf_grid r = vf_grid_new(n, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            r.x[i * n + j] = p.c[i - j];
    return r;
}

/* Schur and Cohn: p(z) = c[0] + ... + c[n]*z^n has as many zeros of modulus above 1 as the
   symmetric matrix L*L' - M*M' has negative eigenvalues, if it has none that is 0. Here p(z) is the
   characteristic polynomial at t*z, L is made of c[n], c[n - 1], ..., M of c[0], c[1], ... */
static bool count_moduli(const vf_grid *a, mpq_srcptr t, unsigned level, size_t *count) {
    size_t n = a->rows;
    poly p = scaled(a, t);
    mpq_t zero;
    mpq_init(zero);
    vf_grid l = toeplitz(reversed(p)), lt = vf_grid_transpose(&l), s = vf_grid_mul(&l, &lt);
    vf_grid m = toeplitz(p), mt = vf_grid_transpose(&m), mm = vf_grid_mul(&m, &mt);
    for (size_t k = 0; k < n * n; k++)
        s.x[k] = vf_num_sub(s.x[k], mm.x[k]);
    size_t inside = 0;
    bool told = count_above(&s, zero, level, &inside);
    mpq_clear(zero);
    *count = n - inside;
    return told;
}

/* --- one that is rational, found and then checked -------------------------------------------- */

/* All eigenvalues (moduli) between lo and hi are t if there are no more than t (its circle) has. */
static bool all_equal(const spectrum *s, mpq_srcptr t, mpq_srcptr lo, mpq_srcptr hi) {
    size_t above_lo, above_hi, times = 0;
    if (!s->above(&s->a, lo, GUESS_LEVEL, &above_lo) ||
        !s->above(&s->a, hi, GUESS_LEVEL, &above_hi))
        return false;
    if (s->moduli)
        times = on_circle(&s->a, t);
    else if (!multiplicity(&s->a, vf_num_rational(t), true, &times))
        return false;
    return times > 0 && above_lo - above_hi == times;
}

static const vf_number *rational_eigenvalue(const spectrum *s) {
    mpq_t lo, hi, t;
    mpq_init(lo);
    mpq_init(hi);
    mpq_init(t);
    if (!bisect(s, GUESS_LEVEL, lo, hi))
        return NULL;
    simplest(t, lo, hi);
    if (mpz_sizeinbase(mpq_denref(t), 2) > MOST_GUESS_BITS || !all_equal(s, t, lo, hi))
        return NULL;
    return vf_num_rational(t);
}

static const vf_number *found_or_enclosed(spectrum of) {
    spectrum *s = vf_alloc(sizeof *s);
    *s = of;
    const vf_number *rational = rational_eigenvalue(s);
    return rational != NULL ? rational : vf_num_enclosed(enclose_eigenvalue, s);
}

/* --- eigenvalues of symmetric matrices ------------------------------------------------------- */

/* (a + d)^2 - 4*(a*d - b*c) */
static const vf_number *discriminant(const vf_grid *a) {
    const vf_number *d = vf_num_sub(entry(a, 0, 0), entry(a, 1, 1));
    const vf_number *bc = vf_num_mul(entry(a, 0, 1), entry(a, 1, 0));
    return vf_num_add(vf_num_mul(d, d), vf_num_mul(vf_num_int(4), bc));
}

static const vf_number *trace2(const vf_grid *a) {
    return vf_num_add(entry(a, 0, 0), entry(a, 1, 1));
}

static const vf_number *closed_form(const vf_grid *a, size_t k) {
    if (a->rows == 1)
        return entry(a, 0, 0);
    if (is_triangular(a, true) && is_triangular(a, false)) {
        const vf_number **d = vf_alloc(a->rows * sizeof *d);
        for (size_t i = 0; i < a->rows; i++)
            d[i] = entry(a, i, i);
        return vf_sort_numbers(d, a->rows) ? d[k - 1] : NULL;
    }
    if (a->rows != 2)
        return NULL;
    const vf_number *under = discriminant(a);
    if (vf_num_sign(under) != 1)
        return vf_num_sign(under) == 0 ? half(trace2(a)) : NULL;
    const vf_number *root = vf_num_sqrt(under);
    return half(k == 1 ? vf_num_add(trace2(a), root) : vf_num_sub(trace2(a), root));
}

const vf_number *vf_eigenvalue(const vf_grid *a, size_t k) {
    const vf_number *closed = closed_form(a, k);
    return closed != NULL ? closed : found_or_enclosed((spectrum){*a, k, count_above, false});
}

/* Symmetric elimination: pivots are not negative, and rows of pivots 0 are 0. */
int vf_semidefinite(const vf_grid *a) {
    vf_grid m = vf_grid_new(a->rows, a->cols);
    size_t n = a->rows;
    for (size_t k = 0; k < n * n; k++)
        m.x[k] = a->x[k];
    for (size_t p = 0; p < n; p++) {
        int sign = vf_num_sign(m.x[p * n + p]);
        if (sign == VF_NO_SIGN || sign < 0)
            return sign < 0 ? 0 : VF_NO_SIGN;
        for (size_t j = p + 1; sign == 0 && j < n; j++) {
            int entry_sign = vf_num_sign(m.x[p * n + j]);
            if (entry_sign != 0)
                return entry_sign == VF_NO_SIGN ? VF_NO_SIGN : 0;
        }
        for (size_t i = p + 1; sign > 0 && i < n; i++)
            for (size_t j = p + 1; j < n; j++) {
                const vf_number *part = vf_num_mul(m.x[i * n + p], m.x[p * n + j]);
                part = vf_num_mul(part, vf_num_inverse(m.x[p * n + p]));
                m.x[i * n + j] = vf_num_sub(m.x[i * n + j], part);
            }
    }
    return 1;
}

/* --- moduli of eigenvalues ------------------------------------------------------------------- */

static const vf_number *modulus(const vf_number *a) {
    int sign = vf_num_sign(a);
    return sign == VF_NO_SIGN ? NULL : sign < 0 ? vf_num_neg(a) : a;
}

static const vf_number *root_or_zero(const vf_number *a) {
    int sign = vf_num_sign(a);
    return sign == 1 ? vf_num_sqrt(a) : sign == 0 ? a : NULL;
}

static const vf_number *modulus_by_diagonal(const vf_grid *a, size_t k) {
    const vf_number **d = vf_alloc(a->rows * sizeof *d);
    for (size_t i = 0; i < a->rows; i++)
        if ((d[i] = modulus(entry(a, i, i))) == NULL)
            return NULL;
    return vf_sort_numbers(d, a->rows) ? d[k - 1] : NULL;
}

/* Real eigenvalues (t +- s)/2; conjugate ones have the modulus sqrt(det). */
static const vf_number *modulus_of_two(const vf_grid *a, size_t k) {
    const vf_number *under = discriminant(a), *t = modulus(trace2(a));
    int sign = vf_num_sign(under);
    if (sign == -1)
        return root_or_zero(vf_det_of(a));
    const vf_number *s = sign == VF_NO_SIGN ? NULL : root_or_zero(under);
    if (s == NULL || t == NULL)
        return NULL;
    return k == 1 ? half(vf_num_add(t, s)) : modulus(half(vf_num_sub(t, s)));
}

/* 0 beyond the rank of a^n, else by counting. */
static const vf_number *modulus_by_counting(const vf_grid *a, size_t k) {
    size_t zeros;
    if (!vf_grid_is_rational(a) || !multiplicity(a, vf_num_zero(), false, &zeros))
        return NULL;
    return k > a->rows - zeros ? vf_num_zero()
                               : found_or_enclosed((spectrum){*a, k, count_moduli, true});
}

static bool same_grid(const vf_grid *a, const vf_grid *b) {
    bool same = true;
    for (size_t k = 0; same && k < a->rows * a->cols; k++)
        same = vf_num_same(a->x[k], b->x[k]);
    return same;
}

const vf_number *vf_eigen_modulus(const vf_grid *a, size_t k) {
    const vf_number *made = NULL;
    vf_grid t = vf_grid_transpose(a), left = vf_grid_mul(&t, a), right = vf_grid_mul(a, &t);
    if (is_triangular(a, true) || is_triangular(a, false))
        made = modulus_by_diagonal(a, k);
    else if (a->rows == 2)
        made = modulus_of_two(a, k);
    else if (same_grid(&left, &right)) /* normal: the moduli are the singular values */
        made = root_or_zero(vf_eigenvalue(&left, k));
    else
        made = modulus_by_counting(a, k);
    return made != NULL ? made : vf_num_unknown();
}
