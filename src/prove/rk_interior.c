#include "rk_interior.h"

static void draw_integer(fmpz_t r, rk_rng *rng, unsigned bits) {
    int64_t top = (int64_t)1 << bits;
    fmpz_set_si(r, rk_rng_between(rng, -top, top));
}

static void draw_real(fmpq_mat_t m, rk_rng *rng, unsigned bits) {
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        for (slong j = 0; j < fmpq_mat_ncols(m); j++)
            draw_integer(fmpq_mat_entry_num(m, i, j), rng, bits);
}

static void draw_positive(fmpq_mat_t m, rk_rng *rng, unsigned bits) {
    int64_t top = (int64_t)1 << bits;
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        for (slong j = 0; j < fmpq_mat_ncols(m); j++)
            fmpz_set_si(fmpq_mat_entry_num(m, i, j), rk_rng_between(rng, 1, top));
}

static void draw_nonzero(fmpq_mat_t m, rk_rng *rng, unsigned bits) {
    draw_positive(m, rng, bits);
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        for (slong j = 0; j < fmpq_mat_ncols(m); j++)
            if (rk_rng_below(rng, 2) == 1)
                fmpq_neg(fmpq_mat_entry(m, i, j), fmpq_mat_entry(m, i, j));
}

/* Positive integers over a power of two, the last of them what is left to 1. */
static void draw_stochastic(fmpq_mat_t m, rk_rng *rng, unsigned bits) {
    slong n = fmpq_mat_ncols(m);
    unsigned shift = bits + (unsigned)FLINT_BIT_COUNT((ulong)n) + 1;
    fmpq_t left, x;
    fmpq_init(left);
    fmpq_init(x);
    for (slong i = 0; i < fmpq_mat_nrows(m); i++) {
        fmpq_one(left);
        for (slong j = 0; j + 1 < n; j++) {
            fmpq_set_si(x, rk_rng_between(rng, 1, (int64_t)1 << bits), 1);
            fmpq_div_2exp(x, x, shift);
            fmpq_set(fmpq_mat_entry(m, i, j), x);
            fmpq_sub(left, left, x);
        }
        /* the remainder goes to a random column, so that no column is special */
        slong k = (slong)rk_rng_below(rng, (uint64_t)n);
        fmpq_set(fmpq_mat_entry(m, i, n - 1), fmpq_mat_entry(m, i, k));
        fmpq_set(fmpq_mat_entry(m, i, k), left);
    }
    fmpq_clear(left);
    fmpq_clear(x);
}

static void draw_symmetric(fmpq_mat_t m, rk_rng *rng, unsigned bits) {
    draw_real(m, rng, bits);
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        for (slong j = 0; j < i; j++)
            fmpq_set(fmpq_mat_entry(m, i, j), fmpq_mat_entry(m, j, i));
}

/* B'B + I: positive definite, the interior of the cone; such points are dense enough: B'B alone
   reaches every positive definite matrix over the reals, and the shift keeps that up to a cone. */
static void draw_psd(fmpq_mat_t m, rk_rng *rng, unsigned bits) {
    slong n = fmpq_mat_nrows(m);
    fmpq_mat_t b, t;
    fmpq_mat_init(b, n, n);
    fmpq_mat_init(t, n, n);
    draw_real(b, rng, bits);
    fmpq_mat_transpose(t, b);
    fmpq_mat_mul(m, t, b);
    for (slong i = 0; i < n; i++)
        fmpq_add_si(fmpq_mat_entry(m, i, i), fmpq_mat_entry(m, i, i), 1);
    fmpq_mat_clear(b);
    fmpq_mat_clear(t);
}

static void draw_diagonal(fmpq_mat_t m, rk_rng *rng, unsigned bits) {
    for (slong i = 0; i < fmpq_mat_nrows(m); i++)
        draw_integer(fmpq_mat_entry_num(m, i, i), rng, bits);
}

/* Unit lower times upper triangular with a nonzero diagonal: invertible whatever is drawn. */
static void draw_invertible(fmpq_mat_t m, rk_rng *rng, unsigned bits) {
    slong n = fmpq_mat_nrows(m);
    fmpq_mat_t l, u;
    fmpq_mat_init(l, n, n);
    fmpq_mat_init(u, n, n);
    draw_real(l, rng, bits / 2 + 1);
    draw_nonzero(u, rng, bits / 2 + 1);
    for (slong i = 0; i < n; i++) {
        for (slong j = 0; j < n; j++)
            fmpq_zero(fmpq_mat_entry(i < j ? l : u, i, j));
        fmpq_one(fmpq_mat_entry(l, i, i));
        fmpz_set_si(fmpq_mat_entry_num(u, i, i), rk_rng_between(rng, 1, (int64_t)1 << bits / 2));
        fmpz_one(fmpq_mat_entry_den(u, i, i));
    }
    fmpq_mat_mul(m, l, u);
    fmpq_mat_clear(l);
    fmpq_mat_clear(u);
}

/* Cayley: (I - S) inv(I + S) for skew S lies in the component of the identity, where its image is
   open and dense; a reflected row leads to the other one. */
static void draw_orthogonal(fmpq_mat_t m, rk_rng *rng, unsigned bits, bool reflect) {
    slong n = fmpq_mat_nrows(m);
    fmpq_mat_t minus, plus;
    fmpq_mat_init(minus, n, n);
    fmpq_mat_init(plus, n, n);
    for (slong i = 0; i < n; i++) {
        fmpq_one(fmpq_mat_entry(plus, i, i));
        fmpq_one(fmpq_mat_entry(minus, i, i));
        for (slong j = 0; j < i; j++) {
            draw_integer(fmpq_mat_entry_num(plus, i, j), rng, bits);
            fmpq_neg(fmpq_mat_entry(plus, j, i), fmpq_mat_entry(plus, i, j));
            fmpq_set(fmpq_mat_entry(minus, j, i), fmpq_mat_entry(plus, i, j));
            fmpq_set(fmpq_mat_entry(minus, i, j), fmpq_mat_entry(plus, j, i));
        }
    }
    fmpq_mat_inv(plus, plus); /* I + S is never singular for real skew S */
    fmpq_mat_mul(m, minus, plus);
    for (slong j = 0; reflect && j < n; j++)
        fmpq_neg(fmpq_mat_entry(m, 0, j), fmpq_mat_entry(m, 0, j));
    fmpq_mat_clear(minus);
    fmpq_mat_clear(plus);
}

/* Stereographic projection: (2u, |u|^2 - 1) / (|u|^2 + 1) for u in Q^(d-1); a random coordinate
   takes the last place. In one dimension a random sign. */
static void draw_unit_row(fmpq_mat_t m, slong i, rk_rng *rng, unsigned bits) {
    slong d = fmpq_mat_ncols(m), last = (slong)rk_rng_below(rng, (uint64_t)d);
    fmpz_t norm, square, x;
    fmpz_init(norm);
    fmpz_init(square);
    fmpz_init(x);
    for (slong j = 0; j < d; j++) {
        fmpz_zero(x);
        if (j != last)
            draw_integer(x, rng, bits);
        fmpz_mul(square, x, x);
        fmpz_add(norm, norm, square);
        fmpz_mul_2exp(fmpq_mat_entry_num(m, i, j), x, 1);
    }
    fmpz_sub_ui(fmpq_mat_entry_num(m, i, last), norm, 1);
    if (d == 1)
        fmpz_set_si(fmpq_mat_entry_num(m, i, 0), rk_rng_below(rng, 2) == 0 ? 1 : -1);
    fmpz_add_ui(norm, norm, 1);
    for (slong j = 0; j < d; j++) {
        fmpz_set(fmpq_mat_entry_den(m, i, j), norm);
        fmpq_canonicalise(fmpq_mat_entry(m, i, j));
    }
    fmpz_clear(norm);
    fmpz_clear(square);
    fmpz_clear(x);
}

static void draw_permutation(fmpq_mat_t m, rk_rng *rng) {
    slong n = fmpq_mat_nrows(m);
    fmpq_mat_one(m);
    for (slong i = n - 1; i > 0; i--)
        fmpq_mat_swap_rows(m, NULL, i, (slong)rk_rng_below(rng, (uint64_t)i + 1));
}

static void draw_slot(fmpq_mat_t m, const rk_slot *slot, rk_rng *rng, unsigned bits, bool reflect) {
    fmpq_mat_zero(m);
    switch (slot->set) {
    case RK_SET_POSITIVE:
    case RK_SET_NONNEGATIVE:
        draw_positive(m, rng, bits);
        break;
    case RK_SET_NONZERO:
        draw_nonzero(m, rng, bits);
        break;
    case RK_SET_STOCHASTIC:
    case RK_SET_ATTENTION:
        draw_stochastic(m, rng, bits);
        break;
    case RK_SET_SYMMETRIC:
        draw_symmetric(m, rng, bits);
        break;
    case RK_SET_PSD:
        draw_psd(m, rng, bits);
        break;
    case RK_SET_DIAGONAL:
        draw_diagonal(m, rng, bits);
        break;
    case RK_SET_INVERTIBLE:
        draw_invertible(m, rng, bits);
        break;
    case RK_SET_ORTHOGONAL:
        draw_orthogonal(m, rng, bits, reflect);
        break;
    case RK_SET_PERMUTATION:
        draw_permutation(m, rng);
        break;
    case RK_SET_UNIT_ROWS:
        for (slong i = 0; i < fmpq_mat_nrows(m); i++)
            draw_unit_row(m, i, rng, bits);
        break;
    default:
        draw_real(m, rng, bits);
        break;
    }
}

unsigned rk_interior_components(const rk_program *program) {
    unsigned n = 0;
    for (size_t s = 0; s < program->nslots; s++)
        n += !program->slots[s].defined && program->slots[s].set == RK_SET_ORTHOGONAL;
    return n;
}

void rk_interior_draw(const rk_program *program, rk_rng *rng, unsigned bits, uint64_t components,
                      rk_assignment *out) {
    unsigned orthogonal = 0;
    for (size_t s = 0; s < program->nslots; s++) {
        const rk_slot *slot = &program->slots[s];
        if (slot->defined)
            continue;
        bool reflect = false;
        if (slot->set == RK_SET_ORTHOGONAL)
            reflect = components >> (orthogonal++ & 63) & 1;
        draw_slot(&out->value[s], slot, rng, bits, reflect);
    }
}
