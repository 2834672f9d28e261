#include "rk_pattern.h"
#include "rk_element.h"
#include "rk_params.h"

static void draw_row(fmpq *x, slong d, const rk_palette *palette, rk_rng *rng) {
    for (slong j = 0; j < d; j++)
        rk_entry_draw(x + j, palette, rng);
}

static fmpq *row_of(fmpq_mat_t a, slong i) {
    return fmpq_mat_entry(a, i, 0);
}

static void copy_row(fmpq *x, const fmpq *y, slong d) {
    for (slong j = 0; j < d; j++)
        fmpq_set(x + j, y + j);
}

static void shuffle(fmpq *x, slong d, rk_rng *rng) {
    for (slong j = d - 1; j > 0; j--)
        fmpq_swap(x + j, x + rk_rng_below(rng, (uint64_t)j + 1));
}

static bool plain(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    for (slong i = 0; i < out->r; i++)
        draw_row(row_of(out, i), out->c, palette, rng);
    return true;
}

static bool repeated(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    slong distinct = 1 + (slong)rk_rng_below(rng, (uint64_t)(out->r + 1) / 2);
    for (slong i = 0; i < out->r; i++)
        if (i < distinct)
            draw_row(row_of(out, i), out->c, palette, rng);
        else
            copy_row(row_of(out, i), row_of(out, (slong)rk_rng_below(rng, (uint64_t)distinct)),
                     out->c);
    return true;
}

/* Rows start + t*direction, with start = 0 for a line through the origin. */
static void fill_line(fmpq_mat_t out, const fmpq *start, const fmpq *direction,
                      const rk_palette *palette, rk_rng *rng) {
    fmpq_t t;
    fmpq_init(t);
    for (slong i = 0; i < out->r; i++) {
        rk_entry_draw(t, palette, rng);
        for (slong j = 0; j < out->c; j++) {
            fmpq_mul(fmpq_mat_entry(out, i, j), t, direction + j);
            fmpq_add(fmpq_mat_entry(out, i, j), fmpq_mat_entry(out, i, j), start + j);
        }
    }
    fmpq_clear(t);
}

static void draw_line(fmpq_mat_t out, bool origin, const rk_palette *palette, rk_rng *rng) {
    fmpq *start = _fmpq_vec_init(out->c), *direction = _fmpq_vec_init(out->c);
    draw_row(direction, out->c, palette, rng);
    if (!origin)
        draw_row(start, out->c, palette, rng);
    fill_line(out, start, direction, palette, rng);
    _fmpq_vec_clear(start, out->c);
    _fmpq_vec_clear(direction, out->c);
}

static bool collinear(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    draw_line(out, true, palette, rng);
    return true;
}

static bool collinear_off(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    draw_line(out, false, palette, rng);
    return true;
}

static void draw_product(fmpq_mat_t out, slong inner, const rk_palette *palette, rk_rng *rng) {
    fmpq_mat_t left, right;
    fmpq_mat_init(left, out->r, inner);
    fmpq_mat_init(right, inner, out->c);
    plain(left, palette, rng);
    plain(right, palette, rng);
    fmpq_mat_mul(out, left, right);
    fmpq_mat_clear(left);
    fmpq_mat_clear(right);
}

static bool planted(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    slong full = out->r < out->c ? out->r : out->c;
    if (full < 2)
        return false;
    draw_product(out, 1 + (slong)rk_rng_below(rng, (uint64_t)full - 1), palette, rng);
    return true;
}

static bool near(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    static const ulong closeness[] = {10, 1000, 1000000};
    fmpq_t step, change;
    fmpq_init(step);
    fmpq_init(change);
    fmpq_set_ui(step, 1, closeness[rk_rng_below(rng, 3)]);
    draw_row(row_of(out, 0), out->c, palette, rng);
    for (slong i = 1; i < out->r; i++)
        for (slong j = 0; j < out->c; j++) {
            fmpq_set_si(change, rk_rng_between(rng, -2, 2), 1);
            fmpq_mul(change, change, step);
            fmpq_add(fmpq_mat_entry(out, i, j), fmpq_mat_entry(out, 0, j), change);
        }
    fmpq_clear(step);
    fmpq_clear(change);
    return true;
}

static bool zero_block(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    plain(out, palette, rng);
    uint64_t rows = rk_rng_u64(rng), cols = rk_rng_u64(rng), shape = rk_rng_below(rng, 3);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++) {
            bool r = rows >> (i % 64) & 1, c = cols >> (j % 64) & 1;
            if (shape == 0 ? r : shape == 1 ? c : r != c)
                fmpq_zero(fmpq_mat_entry(out, i, j));
        }
    return true;
}

/* Writes 2*d as a sum of at most `left` squares of numbers at most `high`, descending. */
static bool squares(slong rest, slong left, slong high, slong *root) {
    if (rest == 0) {
        for (slong k = 0; k < left; k++)
            root[k] = 0;
        return true;
    }
    for (slong a = high; left > 0 && a > 0; a--)
        if (a * a <= rest && squares(rest - a * a, left - 1, a, root + 1)) {
            root[0] = a;
            return true;
        }
    return false;
}

/* p has mean 0 and a rational standard deviation: +-1 for even d; for odd d pairs +-a with the
   sum of all squares 4*d (there is none for d = 3, where (1, -1, 0) gives one common surd). */
static bool balanced(fmpq *p, slong d) {
    slong pairs = d / 2, root[64];
    if (d < 2 || pairs > 64)
        return false;
    bool exact = d % 2 == 1 && squares(2 * d, pairs, d, root);
    for (slong k = 0; k < pairs; k++) {
        slong a = d % 2 == 0 ? 1 : exact ? root[k] : k == 0;
        fmpq_set_si(p + 2 * k, a, 1);
        fmpq_set_si(p + 2 * k + 1, -a, 1);
    }
    if (d % 2)
        fmpq_zero(p + d - 1);
    return true;
}

static void remove_mean(fmpq *v, slong d) {
    fmpq_t mean;
    fmpq_init(mean);
    for (slong j = 0; j < d; j++)
        fmpq_add(mean, mean, v + j);
    fmpq_div_fmpz(mean, mean, &(fmpz){d});
    for (slong j = 0; j < d; j++)
        fmpq_sub(v + j, v + j, mean);
    fmpq_clear(mean);
}

/* x := shift + scale * x with random shift and scale != 0: the deviation stays rational. */
static void move_row(fmpq *x, slong d, bool shift, const rk_palette *palette, rk_rng *rng) {
    fmpq_t a, b;
    fmpq_init(a);
    fmpq_init(b);
    rk_entry_draw(a, palette, rng);
    if (fmpq_is_zero(a))
        fmpq_one(a);
    if (shift)
        rk_entry_draw(b, palette, rng);
    for (slong j = 0; j < d; j++) {
        fmpq_mul(x + j, x + j, a);
        fmpq_add(x + j, x + j, b);
    }
    fmpq_clear(a);
    fmpq_clear(b);
}

/* A row of mean 0 and rational deviation: mirror images of one such row in mean-0 vectors are
   all of them. Half of the time the plain row itself, permuted. */
static bool deviation_row(fmpq *x, slong d, const rk_palette *palette, rk_rng *rng) {
    fmpq *p = _fmpq_vec_init(d), *v = _fmpq_vec_init(d);
    bool ok = balanced(p, d);
    if (ok) {
        shuffle(p, d, rng);
        if (rk_rng_below(rng, 2))
            draw_row(v, d, palette, rng);
        remove_mean(v, d);
        rk_reflect(x, p, v, d);
    }
    _fmpq_vec_clear(p, d);
    _fmpq_vec_clear(v, d);
    return ok;
}

static bool deviation(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    for (slong i = 0; i < out->r; i++) {
        bool again = i > 0 && rk_rng_below(rng, 3) == 0; /* the same direction, moved */
        if (again)
            copy_row(row_of(out, i), row_of(out, i - 1), out->c);
        else if (!deviation_row(row_of(out, i), out->c, palette, rng))
            return false;
        move_row(row_of(out, i), out->c, true, palette, rng);
    }
    return true;
}

static bool column_deviation(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_mat_t t;
    fmpq_mat_init(t, out->c, out->r);
    bool ok = deviation(t, palette, rng);
    if (ok)
        fmpq_mat_transpose(out, t);
    fmpq_mat_clear(t);
    return ok;
}

/* u and v of mean 0, orthogonal, of equal norm: u + t v has a rational deviation wherever
   1 + t^2 is a square. Signs of period 4 and 2 give such a pair when 4 divides d. */
static void orthogonal_pair(fmpq *u, fmpq *v, slong d, const rk_palette *palette, rk_rng *rng) {
    fmpq *p = _fmpq_vec_init(d), *mirror = _fmpq_vec_init(d);
    if (rk_rng_below(rng, 2))
        draw_row(mirror, d, palette, rng);
    remove_mean(mirror, d);
    for (slong j = 0; j < d; j++)
        fmpq_set_si(p + j, j % 4 < 2 ? 1 : -1, 1);
    rk_reflect(u, p, mirror, d);
    for (slong j = 0; j < d; j++)
        fmpq_set_si(p + j, j % 2 ? -1 : 1, 1);
    rk_reflect(v, p, mirror, d);
    _fmpq_vec_clear(p, d);
    _fmpq_vec_clear(mirror, d);
}

static bool deviation_line(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    static const struct {
        slong p;
        ulong q;
    } slope[] = {{0, 1}, {3, 4}, {4, 3}, {5, 12}, {12, 5}, {-3, 4}, {-4, 3}, {8, 15}};
    if (out->c % 4)
        return false;
    fmpq *u = _fmpq_vec_init(out->c), *v = _fmpq_vec_init(out->c);
    fmpq_t t;
    fmpq_init(t);
    orthogonal_pair(u, v, out->c, palette, rng);
    for (slong i = 0; i < out->r; i++) {
        size_t k = (size_t)rk_rng_below(rng, 8);
        fmpq_set_si(t, slope[k].p, slope[k].q);
        copy_row(row_of(out, i), u, out->c);
        for (slong j = 0; j < out->c; j++)
            fmpq_addmul(fmpq_mat_entry(out, i, j), t, v + j);
    }
    fmpq_clear(t);
    _fmpq_vec_clear(u, out->c);
    _fmpq_vec_clear(v, out->c);
    return true;
}

/* Rows that are mirror images of one row of rational length. */
static void mirror_rows(fmpq_mat_t out, bool ones, const rk_palette *palette, rk_rng *rng) {
    slong d = out->c;
    fmpq *p = _fmpq_vec_init(d), *v = _fmpq_vec_init(d);
    for (slong i = 0; i < out->r; i++) {
        for (slong j = 0; j < d; j++)
            fmpq_set_si(p + j, ones || j == 0, 1);
        shuffle(p, d, rng);
        draw_row(v, d, palette, rng);
        rk_reflect(row_of(out, i), p, v, d);
        move_row(row_of(out, i), d, false, palette, rng);
    }
    _fmpq_vec_clear(p, d);
    _fmpq_vec_clear(v, d);
}

static bool rms(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    mirror_rows(out, true, palette, rng);
    return true;
}

static bool pythagorean(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    mirror_rows(out, false, palette, rng);
    return true;
}

/* Identity on the first `inner` places in a random basis: B * diag(1, 0) * inv(B). */
static bool in_random_basis(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_mat_t basis, inverse;
    fmpq_mat_init(basis, out->r, out->r);
    fmpq_mat_init(inverse, out->r, out->r);
    plain(basis, palette, rng);
    bool ok = fmpq_mat_inv(inverse, basis) != 0;
    if (ok) {
        fmpq_mat_mul(out, basis, out);
        fmpq_mat_mul(out, out, inverse);
    }
    fmpq_mat_clear(basis);
    fmpq_mat_clear(inverse);
    return ok;
}

static bool idempotent(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    if (out->r != out->c)
        return false;
    fmpq_mat_zero(out);
    slong inner = (slong)rk_rng_below(rng, (uint64_t)out->r + 1);
    for (slong i = 0; i < inner; i++)
        fmpq_one(fmpq_mat_entry(out, i, i));
    in_random_basis(out, palette, rng); /* without a basis it is a diagonal projector */
    return true;
}

static bool nilpotent(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    if (out->r != out->c || out->r < 2)
        return false;
    fmpq_mat_zero(out);
    for (slong i = 0; i < out->r; i++)
        for (slong j = i + 1; j < out->c; j++)
            rk_entry_draw(fmpq_mat_entry(out, i, j), palette, rng);
    if (rk_rng_below(rng, 2))
        in_random_basis(out, palette, rng);
    return true;
}

static bool involution(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    if (!idempotent(out, palette, rng))
        return false;
    fmpq_t two;
    fmpq_init(two);
    fmpq_set_si(two, -2, 1);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++)
            fmpq_mul(fmpq_mat_entry(out, i, j), fmpq_mat_entry(out, i, j), two);
    for (slong i = 0; i < out->r; i++)
        fmpq_add_si(fmpq_mat_entry(out, i, i), fmpq_mat_entry(out, i, i), 1);
    fmpq_clear(two);
    return true;
}

static bool sparse(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    slong few = 1 + (slong)rk_rng_below(rng, (uint64_t)(out->r + out->c));
    fmpq_mat_zero(out);
    for (slong k = 0; k < few; k++) {
        slong i = (slong)rk_rng_below(rng, (uint64_t)out->r);
        rk_entry_draw(row_of(out, i) + rk_rng_below(rng, (uint64_t)out->c), palette, rng);
    }
    return true;
}

/* Adds x to the entries (i, i). */
static void add_diagonal(fmpq_mat_t out, const fmpq_t x) {
    for (slong i = 0; i < out->r && i < out->c; i++)
        fmpq_add(fmpq_mat_entry(out, i, i), fmpq_mat_entry(out, i, i), x);
}

static void add_multiple_of_one(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_t x;
    fmpq_init(x);
    rk_entry_draw(x, palette, rng);
    add_diagonal(out, x);
    fmpq_clear(x);
}

static bool update(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    draw_product(out, 1, palette, rng);
    add_multiple_of_one(out, palette, rng);
    return true;
}

static bool blend(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_t level;
    fmpq_init(level);
    rk_entry_draw(level, palette, rng);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++)
            fmpq_set(fmpq_mat_entry(out, i, j), level);
    add_multiple_of_one(out, palette, rng);
    fmpq_clear(level);
    return true;
}

/* Sizes of what stands out: powers of two as often as powers of ten. */
static void draw_large(fmpq_t x, rk_rng *rng) {
    fmpz_set_ui(fmpq_numref(x), rk_rng_below(rng, 2) ? 2 : 10);
    fmpz_pow_ui(fmpq_numref(x), fmpq_numref(x), 1 + (ulong)rk_rng_below(rng, 6));
    fmpz_one(fmpq_denref(x));
}

static bool peaked(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_t peak;
    fmpq_init(peak);
    draw_large(peak, rng);
    bool noise = rk_rng_below(rng, 2) != 0;
    for (slong i = 0; i < out->r; i++) {
        for (slong j = 0; j < out->c; j++)
            if (noise)
                rk_entry_draw(row_of(out, i) + j, palette, rng);
            else
                fmpq_one(row_of(out, i) + j);
        fmpq_set(row_of(out, i) + rk_rng_below(rng, (uint64_t)out->c), peak);
    }
    fmpq_clear(peak);
    return true;
}

static bool ramp(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_t down, right, x;
    fmpq_init(down);
    fmpq_init(right);
    fmpq_init(x);
    rk_entry_draw(x, palette, rng);
    rk_entry_draw(down, palette, rng);
    rk_entry_draw(right, palette, rng);
    for (slong i = 0; i < out->r; i++, fmpq_add(x, x, down)) {
        fmpq_set(row_of(out, i), x);
        for (slong j = 1; j < out->c; j++)
            fmpq_add(row_of(out, i) + j, row_of(out, i) + j - 1, right);
    }
    fmpq_clear(down);
    fmpq_clear(right);
    fmpq_clear(x);
    return true;
}

/* Rows 1, x, x^2, ... */
static bool powers(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_t x;
    fmpq_init(x);
    for (slong i = 0; i < out->r; i++) {
        rk_entry_draw(x, palette, rng);
        fmpq_one(row_of(out, i));
        for (slong j = 1; j < out->c; j++)
            fmpq_mul(row_of(out, i) + j, row_of(out, i) + j - 1, x);
    }
    fmpq_clear(x);
    return true;
}

/* Constant along diagonals, half of the time around the corner too. */
static bool toeplitz(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    slong length = out->r + out->c;
    slong period = rk_rng_below(rng, 2) ? out->c : length;
    fmpq *value = _fmpq_vec_init(length);
    draw_row(value, length, palette, rng);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++)
            fmpq_set(row_of(out, i) + j, value + (j - i + length * out->r) % period);
    _fmpq_vec_clear(value, length);
    return true;
}

static bool triangular(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    bool upper = rk_rng_below(rng, 2) != 0, units = rk_rng_below(rng, 2) != 0;
    plain(out, palette, rng);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++)
            if (i == j ? units : upper ? j < i : j > i)
                fmpq_set_si(fmpq_mat_entry(out, i, j), i == j, 1);
    return true;
}

/* One nonzero entry in each row, in different columns as long as there are such. */
static bool monomial(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_mat_t square;
    slong n = out->r > out->c ? out->r : out->c;
    bool signs = rk_rng_below(rng, 2) != 0;
    fmpq_mat_init(square, n, n);
    fmpq_mat_one(square);
    for (slong i = 0; i < n; i++)
        if (!signs)
            rk_entry_draw(fmpq_mat_entry(square, i, i), palette, rng);
        else if (rk_rng_below(rng, 2))
            fmpq_neg(fmpq_mat_entry(square, i, i), fmpq_mat_entry(square, i, i));
    for (slong i = n - 1; i > 0; i--)
        fmpq_mat_swap_rows(square, NULL, i, (slong)rk_rng_below(rng, (uint64_t)i + 1));
    for (slong i = 0; i < out->r; i++)
        copy_row(row_of(out, i), row_of(square, i), out->c);
    fmpq_mat_clear(square);
    return true;
}

/* Rows that are mirror images of the rows of the identity: orthogonal, of length 1. */
static bool reflection(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq *p = _fmpq_vec_init(out->c), *v = _fmpq_vec_init(out->c);
    draw_row(v, out->c, palette, rng);
    for (slong i = 0; i < out->r; i++) {
        for (slong j = 0; j < out->c; j++)
            fmpq_set_si(p + j, j == i % out->c, 1);
        rk_reflect(row_of(out, i), p, v, out->c);
    }
    _fmpq_vec_clear(p, out->c);
    _fmpq_vec_clear(v, out->c);
    return true;
}

static bool skew(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    if (out->r != out->c || out->r < 2)
        return false;
    fmpq_mat_zero(out);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < i; j++) {
            rk_entry_draw(fmpq_mat_entry(out, i, j), palette, rng);
            fmpq_neg(fmpq_mat_entry(out, j, i), fmpq_mat_entry(out, i, j));
        }
    return true;
}

/* Rows of one size each, from tiny to huge. */
static bool graded(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_t size;
    fmpq_init(size);
    plain(out, palette, rng);
    for (slong i = 0; i < out->r; i++) {
        draw_large(size, rng);
        if (rk_rng_below(rng, 2))
            fmpq_inv(size, size);
        for (slong j = 0; j < out->c; j++)
            fmpq_mul(row_of(out, i) + j, row_of(out, i) + j, size);
    }
    fmpq_clear(size);
    return true;
}

/* All entries of one sign, or all of a row: a corner of the space that plain draws seldom meet. */
static bool one_sign(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    bool by_row = rk_rng_below(rng, 2) != 0, negative = rk_rng_below(rng, 2) != 0;
    plain(out, palette, rng);
    for (slong i = 0; i < out->r; i++) {
        negative = by_row ? rk_rng_below(rng, 2) != 0 : negative;
        for (slong j = 0; j < out->c; j++) {
            fmpq_abs(row_of(out, i) + j, row_of(out, i) + j);
            if (negative)
                fmpq_neg(row_of(out, i) + j, row_of(out, i) + j);
        }
    }
    return true;
}

typedef enum special_kind {
    ZERO,
    DIAGONAL,
    CONSTANT,
    ONE_HOT,
    LOWER,
    ONE_ENTRY,
    SPECIALS
} special_kind;

static bool special_entry(special_kind kind, slong i, slong j, slong hot, slong at) {
    switch (kind) {
    case DIAGONAL:
        return i == j;
    case CONSTANT:
        return true;
    case ONE_HOT:
        return j == hot;
    case LOWER:
        return j <= i;
    case ONE_ENTRY:
        return j == hot && i == at;
    default:
        return false;
    }
}

static bool special(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    special_kind kind = (special_kind)rk_rng_below(rng, SPECIALS);
    slong at = (slong)rk_rng_below(rng, (uint64_t)out->r);
    fmpq_t value;
    fmpq_init(value);
    if (rk_rng_below(rng, 2))
        fmpq_set_si(value, rk_rng_below(rng, 2) ? 1 : -1, 1);
    else
        rk_entry_draw(value, palette, rng);
    for (slong i = 0; i < out->r; i++) {
        slong hot = (slong)rk_rng_below(rng, (uint64_t)out->c);
        for (slong j = 0; j < out->c; j++)
            if (special_entry(kind, i, j, hot, at))
                fmpq_set(fmpq_mat_entry(out, i, j), value);
            else
                fmpq_zero(fmpq_mat_entry(out, i, j));
    }
    fmpq_clear(value);
    return true;
}

/* Nothing drawn but the kind: values of whole slots that make everything simple at once. */
static bool simple(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    (void)palette;
    uint64_t kind = rk_rng_below(rng, 4);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < out->c; j++)
            fmpq_set_si(fmpq_mat_entry(out, i, j),
                        kind == 1   ? i == j
                        : kind == 2 ? 1
                                    : kind == 3 && i == 0 && j == 0,
                        1);
    return true;
}

bool rk_pattern_fill(fmpq_mat_t out, rk_pattern pattern, const rk_palette *palette, rk_rng *rng) {
    switch (pattern) {
#define RK_PATTERN_CASE(id, function)                                                              \
    case RK_PATTERN_##id:                                                                          \
        return function(out, palette, rng);
        RK_PATTERNS(RK_PATTERN_CASE)
#undef RK_PATTERN_CASE
    case RK_PATTERN_COUNT:
        break;
    }
    return false;
}
