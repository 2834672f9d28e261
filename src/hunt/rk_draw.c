#include "rk_draw.h"
#include "rk_element.h"
#include "rk_params.h"
#include "rk_pattern.h"

enum { CLOSE_BITS = 16 };

static const rk_palette small_palette = {RK_ENTRIES_SMALL, NULL, 0};
static const rk_palette dense_palette = {RK_ENTRIES_DENSE, NULL, 0};
static const rk_palette fraction_palette = {RK_ENTRIES_FRACTIONS, NULL, 0};

static void draw_constant(fmpq_t x, const rk_palette *palette, rk_rng *rng) {
    if (palette->nconstants == 0) {
        fmpq_set_si(x, rk_rng_between(rng, -3, 3), 1);
        return;
    }
    fmpq_set(x, palette->constant + rk_rng_below(rng, (uint64_t)palette->nconstants));
    uint64_t change = rk_rng_below(rng, 8);
    if (change < 3)
        fmpq_add_si(x, x, (slong)change - 1);
    else if (change == 3 && !fmpq_is_zero(x))
        fmpq_inv(x, x);
    else if (change == 4)
        fmpq_zero(x);
    if (rk_rng_below(rng, 3) == 0)
        fmpq_neg(x, x);
}

static void draw_wide(fmpq_t x, rk_rng *rng) {
    fmpz_t power;
    fmpz_init(power);
    fmpz_ui_pow_ui(power, 10, (ulong)rk_rng_below(rng, 7));
    fmpq_set_si(x, rk_rng_between(rng, -3, 3), 1);
    if (rk_rng_below(rng, 2))
        fmpq_mul_fmpz(x, x, power);
    else
        fmpq_div_fmpz(x, x, power);
    fmpz_clear(power);
}

void rk_entry_draw(fmpq_t x, const rk_palette *palette, rk_rng *rng) {
    switch (palette->kind) {
    case RK_ENTRIES_BITS:
        fmpq_set_si(x, rk_rng_between(rng, 0, 1), 1);
        break;
    case RK_ENTRIES_SIGNS:
        fmpq_set_si(x, rk_rng_between(rng, -1, 1), 1);
        break;
    case RK_ENTRIES_FRACTIONS: {
        slong numerator = rk_rng_between(rng, -6, 6);
        fmpq_set_si(x, numerator, (ulong)rk_rng_between(rng, 1, 6));
        break;
    }
    case RK_ENTRIES_WIDE:
        draw_wide(x, rng);
        break;
    case RK_ENTRIES_DENSE: {
        slong size = rk_rng_between(rng, 1, 99);
        fmpq_set_si(x, rk_rng_below(rng, 2) ? size : -size, 1);
        break;
    }
    case RK_ENTRIES_CONSTANTS:
        draw_constant(x, palette, rng);
        break;
    default:
        fmpq_set_si(x, rk_rng_between(rng, -3, 3), 1);
        break;
    }
}

/* Zeros become 1, or something tiny: the set's boundary from inside. */
static void lift_zeros(fmpq_mat_t a, rk_rng *rng) {
    static const ulong size[] = {1, 1, 100, 1000000};
    ulong q = size[rk_rng_below(rng, 4)];
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            if (fmpq_is_zero(fmpq_mat_entry(a, i, j)))
                fmpq_set_si(fmpq_mat_entry(a, i, j), 1, q);
}

static void drop_signs(fmpq_mat_t a) {
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            fmpq_abs(fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, i, j));
}

static bool row_is_zero(const fmpq_mat_t a, slong i) {
    for (slong j = 0; j < a->c; j++)
        if (!fmpq_is_zero(fmpq_mat_entry(a, i, j)))
            return false;
    return true;
}

/* Nonnegative rows to rows of sum 1; a zero row becomes uniform. */
static void make_stochastic(fmpq_mat_t a) {
    for (slong i = 0; i < a->r; i++)
        if (row_is_zero(a, i))
            for (slong k = 0; k < a->c; k++)
                fmpq_one(fmpq_mat_entry(a, i, k));
    rk_normalise_rows(a);
}

static void make_integer(fmpq_mat_t a) {
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++) {
            fmpq *x = fmpq_mat_entry(a, i, j);
            fmpz_fdiv_q(fmpq_numref(x), fmpq_numref(x), fmpq_denref(x));
            fmpz_one(fmpq_denref(x));
        }
}

/* Adds multiples of the identity until the determinant is not 0: one of 0 .. n does it. */
static void make_invertible(fmpq_mat_t a) {
    while (!rk_is_invertible(a))
        for (slong i = 0; i < a->r; i++)
            fmpq_add_si(fmpq_mat_entry(a, i, i), fmpq_mat_entry(a, i, i), 1);
}

static void mirror_upper(fmpq_mat_t a) {
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < i; j++)
            fmpq_set(fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, j, i));
}

static void keep_diagonal(fmpq_mat_t a) {
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            if (i != j)
                fmpq_zero(fmpq_mat_entry(a, i, j));
}

/* B * D * B' with B n by `inner` and D diagonal: signs free, or all 1 for a psd matrix. */
static void draw_gram(fmpq_mat_t out, slong inner, bool signs, rk_pattern pattern,
                      const rk_palette *palette, rk_rng *rng) {
    fmpq_mat_t b, t;
    fmpq_mat_init(b, out->r, inner);
    fmpq_mat_init(t, inner, out->r);
    if (!rk_pattern_fill(b, pattern, palette, rng))
        rk_pattern_fill(b, RK_PATTERN_PLAIN, palette, rng);
    fmpq_mat_transpose(t, b);
    for (slong k = 0; k < inner && signs; k++)
        for (slong j = 0, flip = (slong)rk_rng_below(rng, 2); flip && j < out->r; j++)
            fmpq_neg(fmpq_mat_entry(t, k, j), fmpq_mat_entry(t, k, j));
    fmpq_mat_mul(out, b, t);
    fmpq_mat_clear(b);
    fmpq_mat_clear(t);
}

static void draw_symmetric(fmpq_mat_t out, bool psd, rk_pattern pattern, const rk_palette *palette,
                           rk_rng *rng) {
    slong inner = 1 + (slong)rk_rng_below(rng, (uint64_t)out->r);
    if (pattern == RK_PATTERN_SPECIAL || (pattern == RK_PATTERN_PLAIN && !psd)) {
        rk_pattern_fill(out, pattern, palette, rng);
        mirror_upper(out);
        if (!psd || rk_is_psd(out))
            return;
    }
    draw_gram(out, inner, !psd, pattern, palette, rng);
}

/* The projector on a random vector, v*v'/(v'v); the identity minus it, or minus twice it. */
static void draw_projector(fmpq_mat_t out, bool mirror, const rk_palette *palette, rk_rng *rng) {
    fmpq_t norm;
    fmpq_init(norm);
    slong scale = mirror ? -2 : rk_rng_below(rng, 2) ? 1 : -1;
    draw_gram(out, 1, false, RK_PATTERN_PLAIN, palette, rng);
    fmpq_mat_trace(norm, out);
    if (fmpq_is_zero(norm))
        fmpq_one(norm);
    fmpq_mat_scalar_div_fmpz(out, out, fmpq_numref(norm));
    fmpq_mat_scalar_mul_fmpz(out, out, fmpq_denref(norm));
    fmpq_mat_scalar_mul_fmpz(out, out, &scale);
    for (slong i = 0; i < out->r && scale < 0; i++)
        fmpq_add_si(fmpq_mat_entry(out, i, i), fmpq_mat_entry(out, i, i), 1);
    fmpq_clear(norm);
}

static void draw_permutation(fmpq_mat_t out, rk_pattern pattern, rk_rng *rng) {
    slong n = out->r, shift = (slong)rk_rng_below(rng, (uint64_t)n);
    fmpq_mat_zero(out);
    for (slong i = 0; i < n; i++)
        fmpq_one(fmpq_mat_entry(out, i, (i + (pattern == RK_PATTERN_SPECIAL ? shift : 0)) % n));
    for (slong i = n - 1; i > 0 && pattern != RK_PATTERN_SPECIAL; i--)
        fmpq_mat_swap_rows(out, NULL, i, (slong)rk_rng_below(rng, (uint64_t)i + 1));
}

static void flip_rows(fmpq_mat_t a, rk_rng *rng) {
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0, flip = (slong)rk_rng_below(rng, 2); flip && j < a->c; j++)
            fmpq_neg(fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, i, j));
}

static void draw_skew(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    fmpq_mat_zero(out);
    for (slong i = 0; i < out->r; i++)
        for (slong j = 0; j < i; j++) {
            rk_entry_draw(fmpq_mat_entry(out, i, j), palette, rng);
            fmpq_neg(fmpq_mat_entry(out, j, i), fmpq_mat_entry(out, i, j));
        }
}

/* Both components: a Cayley matrix (determinant 1) times a signed permutation. */
static void draw_orthogonal(fmpq_mat_t out, rk_pattern pattern, const rk_palette *palette,
                            rk_rng *rng) {
    if (pattern == RK_PATTERN_IDEMPOTENT || pattern == RK_PATTERN_INVOLUTION) {
        draw_projector(out, true, palette, rng);
        return;
    }
    fmpq_mat_t turn;
    fmpq_mat_init(turn, out->r, out->c);
    bool flat = pattern == RK_PATTERN_SPECIAL || pattern == RK_PATTERN_ZERO_BLOCK;
    draw_permutation(out, flat ? RK_PATTERN_SPECIAL : RK_PATTERN_PLAIN, rng);
    flip_rows(out, rng);
    if (!flat) {
        draw_skew(turn, palette, rng);
        rk_cayley(turn, turn);
        fmpq_mat_mul(out, turn, out);
    }
    fmpq_mat_clear(turn);
}

static void draw_unit_row(fmpq *x, slong d, rk_pattern pattern, const rk_palette *palette,
                          rk_rng *rng) {
    fmpq *p = _fmpq_vec_init(d), *v = _fmpq_vec_init(d);
    fmpq_set_si(p + rk_rng_below(rng, (uint64_t)d), rk_rng_below(rng, 2) ? 1 : -1, 1);
    for (slong j = 0; j < d && d > 1 && pattern != RK_PATTERN_SPECIAL; j++)
        rk_entry_draw(v + j, palette, rng);
    rk_reflect(x, p, v, d);
    _fmpq_vec_clear(p, d);
    _fmpq_vec_clear(v, d);
}

static void draw_unit_rows(fmpq_mat_t out, rk_pattern pattern, const rk_palette *palette,
                           rk_rng *rng) {
    bool copies = pattern == RK_PATTERN_REPEATED || pattern == RK_PATTERN_COLLINEAR;
    for (slong i = 0; i < out->r; i++) {
        fmpq *row = fmpq_mat_entry(out, i, 0);
        if (!copies || i == 0 || rk_rng_below(rng, 3) == 0)
            draw_unit_row(row, out->c, pattern, palette, rng);
        else
            for (slong j = 0; j < out->c; j++)
                fmpq_set(row + j, fmpq_mat_entry(out, 0, j));
        for (slong j = 0; pattern == RK_PATTERN_COLLINEAR && i > 0 && j < out->c; j++)
            fmpq_neg(row + j, row + j);
    }
}

/* A convex combination of few permutation matrices: rows and columns of equal sums. */
static void draw_mixture(fmpq_mat_t out, rk_rng *rng) {
    fmpq_mat_t one;
    fmpq_mat_init(one, out->r, out->c);
    fmpq_mat_zero(out);
    for (uint64_t left = 1 + rk_rng_below(rng, 3); left > 0; left--) {
        draw_permutation(one, left % 2 ? RK_PATTERN_PLAIN : RK_PATTERN_SPECIAL, rng);
        fmpq_mat_add(out, out, one);
    }
    fmpq_mat_clear(one);
}

/* Tokens in classes that see each other alone, all with the same weights: an average over classes,
   which is idempotent. */
static void draw_averages(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    uint64_t classes = 1 + rk_rng_below(rng, 3);
    slong *class = flint_malloc((size_t)out->r * sizeof *class);
    for (slong i = 0; i < out->r; i++)
        class[i] = (slong)rk_rng_below(rng, classes);
    for (slong j = 0; j < out->c; j++) {
        fmpq_t weight;
        fmpq_init(weight);
        rk_entry_draw(weight, palette, rng);
        if (fmpq_is_zero(weight))
            fmpq_one(weight);
        for (slong i = 0; i < out->r; i++)
            if (class[i] == class[j])
                fmpq_abs(fmpq_mat_entry(out, i, j), weight);
            else
                fmpq_zero(fmpq_mat_entry(out, i, j));
        fmpq_clear(weight);
    }
    flint_free(class);
}

/* Outer products of small rank without signs. */
static void draw_nonnegative_product(fmpq_mat_t out, const rk_palette *palette, rk_rng *rng) {
    slong full = out->r < out->c ? out->r : out->c;
    slong inner = 1 + (slong)rk_rng_below(rng, (uint64_t)full);
    fmpq_mat_t left, right;
    fmpq_mat_init(left, out->r, inner);
    fmpq_mat_init(right, inner, out->c);
    rk_pattern_fill(left, RK_PATTERN_PLAIN, palette, rng);
    rk_pattern_fill(right, RK_PATTERN_PLAIN, palette, rng);
    drop_signs(left);
    drop_signs(right);
    fmpq_mat_mul(out, left, right);
    fmpq_mat_clear(left);
    fmpq_mat_clear(right);
}

/* What keeps its structure when signs are dropped and rows are divided by their sums. */
static bool draw_weights(fmpq_mat_t out, rk_pattern pattern, const rk_palette *palette,
                         rk_rng *rng) {
    bool square = out->r == out->c;
    switch (pattern) {
    case RK_PATTERN_PLANTED:
        draw_nonnegative_product(out, palette, rng);
        return true;
    case RK_PATTERN_IDEMPOTENT:
        if (square)
            draw_averages(out, palette, rng);
        return square;
    case RK_PATTERN_INVOLUTION:
    case RK_PATTERN_REFLECTION:
    case RK_PATTERN_SKEW:
        if (square)
            draw_mixture(out, rng);
        return square;
    default:
        return false;
    }
}

static void draw_entries(const rk_slot *slot, rk_pattern pattern, const rk_palette *palette,
                         rk_rng *rng, fmpq_mat_t out) {
    rk_set set = slot->set;
    bool weights = set == RK_SET_POSITIVE || set == RK_SET_NONNEGATIVE ||
                   set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION;
    if (!(weights && draw_weights(out, pattern, palette, rng)) &&
        !rk_pattern_fill(out, pattern, palette, rng))
        rk_pattern_fill(out, RK_PATTERN_PLAIN, palette, rng);
    if (weights)
        drop_signs(out);
    if (set == RK_SET_POSITIVE || set == RK_SET_NONZERO || set == RK_SET_ATTENTION)
        lift_zeros(out, rng);
    if (set == RK_SET_STOCHASTIC || set == RK_SET_ATTENTION)
        make_stochastic(out);
    if (set == RK_SET_INTEGER)
        make_integer(out);
    if (set == RK_SET_INVERTIBLE)
        make_invertible(out);
    if (set == RK_SET_DIAGONAL)
        keep_diagonal(out);
}

static bool wants_projector(rk_pattern pattern, rk_rng *rng) {
    return pattern == RK_PATTERN_IDEMPOTENT && rk_rng_below(rng, 2);
}

void rk_draw_slot(const rk_slot *slot, rk_pattern pattern, const rk_palette *palette, rk_rng *rng,
                  fmpq_mat_t out) {
    switch (slot->set) {
    case RK_SET_SYMMETRIC:
    case RK_SET_PSD:
        if (wants_projector(pattern, rng))
            draw_projector(out, false, palette, rng);
        else
            draw_symmetric(out, slot->set == RK_SET_PSD, pattern, palette, rng);
        break;
    case RK_SET_ORTHOGONAL:
        draw_orthogonal(out, pattern, palette, rng);
        break;
    case RK_SET_PERMUTATION:
        draw_permutation(out, pattern, rng);
        break;
    case RK_SET_UNIT_ROWS:
        draw_unit_rows(out, pattern, palette, rng);
        break;
    default:
        draw_entries(slot, pattern, palette, rng, out);
        break;
    }
}

static void draw_inside(const rk_slot *slot, const rk_palette *palette, rk_rng *rng,
                        fmpq_mat_t out) {
    rk_set set = slot->set;
    rk_draw_slot(slot, RK_PATTERN_PLAIN, palette, rng, out);
    if (set == RK_SET_NONNEGATIVE || set == RK_SET_STOCHASTIC) {
        lift_zeros(out, rng);
        if (set == RK_SET_STOCHASTIC)
            make_stochastic(out);
    }
    for (slong i = 0; i < out->r && set == RK_SET_PSD; i++)
        fmpq_add_si(fmpq_mat_entry(out, i, i), fmpq_mat_entry(out, i, i), 1);
}

void rk_draw_interior(const rk_slot *slot, rk_rng *rng, fmpq_mat_t out) {
    draw_inside(slot, slot->set == RK_SET_PSD ? &small_palette : &fraction_palette, rng, out);
}

void rk_draw_dense(const rk_slot *slot, rk_rng *rng, fmpq_mat_t out) {
    draw_inside(slot, &dense_palette, rng, out);
}

/* 10^k or 2^k, |k| at most 6. */
static void draw_scale(fmpq_t x, bool tiny, rk_rng *rng) {
    fmpz_t power;
    fmpz_init(power);
    fmpz_set_ui(power, rk_rng_below(rng, 2) ? 10 : 2);
    fmpz_pow_ui(power, power, (ulong)rk_rng_below(rng, 7));
    fmpq_one(x);
    if (tiny)
        fmpq_div_fmpz(x, x, power);
    else
        fmpq_mul_fmpz(x, x, power);
    fmpz_clear(power);
}

static void scale_by(fmpq_mat_t a, const fmpq_t x) {
    for (slong i = 0; i < a->r; i++)
        for (slong j = 0; j < a->c; j++)
            fmpq_mul(fmpq_mat_entry(a, i, j), fmpq_mat_entry(a, i, j), x);
}

void rk_draw_scale(const rk_slot *slot, rk_rng *rng, fmpq_mat_t a) {
    rk_set set = slot->set;
    bool cone = set == RK_SET_REAL || set == RK_SET_POSITIVE || set == RK_SET_NONNEGATIVE ||
                set == RK_SET_NONZERO || set == RK_SET_SYMMETRIC || set == RK_SET_PSD ||
                set == RK_SET_DIAGONAL || set == RK_SET_INVERTIBLE;
    if (!cone && set != RK_SET_INTEGER)
        return;
    fmpq_t x;
    fmpq_init(x);
    draw_scale(x, cone && rk_rng_below(rng, 2), rng);
    scale_by(a, x);
    fmpq_clear(x);
}

/* a := turn * a with a rotation close to the identity. */
static void turn_a_little(fmpq_mat_t a, const fmpq_t step, rk_rng *rng) {
    fmpq_mat_t turn;
    fmpq_mat_init(turn, a->r, a->r);
    draw_skew(turn, &fraction_palette, rng);
    scale_by(turn, step);
    rk_cayley(turn, turn);
    fmpq_mat_mul(a, turn, a);
    fmpq_mat_clear(turn);
}

/* Two mirrors close to each other make a small rotation, one for each row. */
static void turn_rows_a_little(fmpq_mat_t a, const fmpq_t step, rk_rng *rng) {
    fmpq *v = _fmpq_vec_init(a->c), *x = _fmpq_vec_init(a->c);
    fmpq_t change;
    fmpq_init(change);
    for (slong i = 0; i < a->r; i++) {
        for (slong j = 0; j < a->c; j++)
            rk_entry_draw(v + j, &small_palette, rng);
        rk_reflect(x, fmpq_mat_entry(a, i, 0), v, a->c);
        for (slong j = 0; j < a->c; j++) {
            rk_entry_draw(change, &small_palette, rng);
            fmpq_addmul(v + j, change, step);
        }
        rk_reflect(fmpq_mat_entry(a, i, 0), x, v, a->c);
    }
    fmpq_clear(change);
    _fmpq_vec_clear(v, a->c);
    _fmpq_vec_clear(x, a->c);
}

/* a + step*(b - a) in convex sets, a + step*b in the others, for b of the interior. */
static void step_aside(const rk_slot *slot, const fmpq_t step, rk_rng *rng, fmpq_mat_t a) {
    rk_set set = slot->set;
    bool convex = set == RK_SET_POSITIVE || set == RK_SET_NONNEGATIVE || set == RK_SET_STOCHASTIC ||
                  set == RK_SET_ATTENTION || set == RK_SET_PSD;
    fmpq_mat_t b;
    fmpq_mat_init(b, a->r, a->c);
    rk_draw_interior(slot, rng, b);
    if (convex)
        fmpq_mat_sub(b, b, a);
    scale_by(b, step);
    fmpq_mat_add(b, a, b);
    if (rk_set_contains(set, b))
        fmpq_mat_swap(a, b);
    fmpq_mat_clear(b);
}

static void move(const rk_slot *slot, const fmpq_t step, rk_rng *rng, fmpq_mat_t a) {
    switch (slot->set) {
    case RK_SET_INTEGER:
    case RK_SET_PERMUTATION:
        break;
    case RK_SET_ORTHOGONAL:
        turn_a_little(a, step, rng);
        break;
    case RK_SET_UNIT_ROWS:
        turn_rows_a_little(a, step, rng);
        break;
    default:
        step_aside(slot, step, rng, a);
        break;
    }
}

void rk_draw_nearby(const rk_slot *slot, rk_rng *rng, fmpq_mat_t a) {
    fmpq_t step;
    fmpq_init(step);
    draw_scale(step, true, rng);
    move(slot, step, rng, a);
    fmpq_clear(step);
}

void rk_draw_close(const rk_slot *slot, rk_rng *rng, fmpq_mat_t a) {
    fmpq_t step;
    fmpq_init(step);
    fmpq_set_si(step, 1, 1);
    fmpq_div_2exp(step, step, CLOSE_BITS);
    move(slot, step, rng, a);
    move(slot, step, rng, a);
    fmpq_clear(step);
}
