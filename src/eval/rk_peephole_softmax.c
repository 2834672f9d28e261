/* Ranks of attention at rational tokens, without softmax. Over Q, a matrix that is seen to be
   L + P*R, L and R rational, P = softmax(u*S) or exp(u*S), S rational, is a matrix of numerators
   with rows divided by the positive sums of P's rows: its rank is that of

       N_ij = sum_k e^(u*s_ik) * (L_ij + R_kj)

   (with exp and L = 0, the same without L). For u = 1 or the root of a rational, e^(u/q) is
   transcendental (Hermite-Lindemann), q a common denominator of S: N is a matrix over Z[t, 1/t],
   t a variable. A homomorphism to a field of p elements bounds its rank from below, shapes and
   rows that are equal bound it from above, elimination of polynomials settles the rest. For
   u = log(b) and an integral S the numerators are rational.

   Multiplying a row of N by a power of t changes no rank: the least exponent of each row is 0. */
#include "rk_step.h"

#include "base/rk_mem.h"
#include "linalg/rk_poly_rank.h"
#include "linalg/rk_rank.h"

#define NONE UINT_MAX

static const rk_instr *instr_at(const rk_run *run, unsigned i) {
    return &run->program->instr[i];
}

/* The value of instruction i into r, which is initialised here when it is known. */
static bool known(const rk_run *run, unsigned i, fmpq_mat_t r) {
    if (!run->done[i] || run->ev[i] != RK_EV_OK)
        return false;
    const rk_matrix *a = &run->value[i];
    fmpq_mat_init(r, a->rows, a->cols);
    if (rk_matrix_get_fmpq_mat(r, a) == RK_EV_OK)
        return true;
    fmpq_mat_clear(r);
    return false;
}

/* --- rational multiples of one number ------------------------------------------------------- */

/* S and u: instruction `unit` is the root or the logarithm u of a positive rational; none: u = 1.
 */
typedef struct multiple {
    fmpq_mat_t s;
    unsigned unit;
} multiple;

static bool see_multiple(const rk_run *run, unsigned i, multiple *r);

static bool see_unit(const rk_run *run, unsigned i, multiple *r) {
    const rk_instr *p = instr_at(run, i);
    if (p->code != RK_P_FN || (p->fn != RK_FN_SQRT && p->fn != RK_FN_LOG) || p->rows * p->cols != 1)
        return false;
    if (!known(run, p->arg[0], r->s))
        return false;
    r->unit = i;
    bool positive = fmpq_sgn(fmpq_mat_entry(r->s, 0, 0)) > 0;
    fmpq_one(fmpq_mat_entry(r->s, 0, 0));
    if (!positive)
        fmpq_mat_clear(r->s);
    return positive;
}

/* The rational under the unit */
static const fmpq *under(const rk_run *run, unsigned unit) {
    return rk_matrix_entry(&run->value[instr_at(run, unit)->arg[0]], 0, 0);
}

/* r := a op b; both are used up. */
static bool multiply(multiple *r, multiple *a, multiple *b, bool scale) {
    bool ok = a->unit == NONE || b->unit == NONE;
    if (ok) {
        r->unit = a->unit == NONE ? b->unit : a->unit;
        fmpq_mat_init(r->s, scale ? fmpq_mat_nrows(b->s) : fmpq_mat_nrows(a->s),
                      fmpq_mat_ncols(b->s));
        if (scale)
            fmpq_mat_scalar_mul_fmpq(r->s, b->s, fmpq_mat_entry(a->s, 0, 0));
        else
            fmpq_mat_mul(r->s, a->s, b->s);
    }
    fmpq_mat_clear(a->s);
    fmpq_mat_clear(b->s);
    return ok;
}

static bool add(multiple *r, multiple *a, multiple *b, bool minus) {
    bool ok = a->unit == b->unit;
    if (ok) {
        r->unit = a->unit;
        fmpq_mat_init(r->s, fmpq_mat_nrows(a->s), fmpq_mat_ncols(a->s));
        if (minus)
            fmpq_mat_sub(r->s, a->s, b->s);
        else
            fmpq_mat_add(r->s, a->s, b->s);
    }
    fmpq_mat_clear(a->s);
    fmpq_mat_clear(b->s);
    return ok;
}

/* a / (c*u), with 1/u = u/v for the root u of v. */
static bool divide(const rk_run *run, multiple *r, multiple *a, multiple *b) {
    fmpq *c = fmpq_mat_entry(b->s, 0, 0);
    bool root = b->unit != NONE && instr_at(run, b->unit)->fn == RK_FN_SQRT;
    bool ok = !fmpq_is_zero(c) && (b->unit == NONE || (root && a->unit == NONE));
    if (ok && root)
        fmpq_mul(c, c, under(run, b->unit));
    if (ok)
        fmpq_inv(c, c);
    if (ok)
        return multiply(r, b, a, true);
    fmpq_mat_clear(a->s);
    fmpq_mat_clear(b->s);
    return false;
}

static bool see_pair(const rk_run *run, const rk_instr *p, multiple *r) {
    multiple a, b;
    if (!see_multiple(run, p->arg[0], &a))
        return false;
    if (!see_multiple(run, p->arg[1], &b)) {
        fmpq_mat_clear(a.s);
        return false;
    }
    switch (p->code) {
    case RK_P_ADD:
    case RK_P_SUB:
        return add(r, &a, &b, p->code == RK_P_SUB);
    case RK_P_DIV:
        return divide(run, r, &a, &b);
    default:
        return multiply(r, &a, &b, p->code == RK_P_SCALE);
    }
}

/* Instruction i as S times u; r is initialised when that is seen. */
static bool see_multiple(const rk_run *run, unsigned i, multiple *r) {
    const rk_instr *p = instr_at(run, i);
    r->unit = NONE;
    if (known(run, i, r->s))
        return true;
    switch (p->code) {
    case RK_P_FN:
        return see_unit(run, i, r);
    case RK_P_ADD:
    case RK_P_SUB:
    case RK_P_MUL:
    case RK_P_SCALE:
    case RK_P_DIV:
        return see_pair(run, p, r);
    default:
        return false;
    }
}

/* --- L + P*R -------------------------------------------------------------------------------- */

typedef struct linear {
    unsigned p; /* the softmax or exp; none: P*R is 0 */
    fmpq_mat_t l, r;
} linear;

static void linear_clear(linear *x) {
    fmpq_mat_clear(x->l);
    fmpq_mat_clear(x->r);
}

static bool see_linear(const rk_run *run, unsigned i, linear *x);

static bool see_attention(const rk_run *run, unsigned i, linear *x) {
    const rk_instr *p = instr_at(run, i);
    if (p->code != RK_P_SOFTMAX && (p->code != RK_P_FN || p->fn != RK_FN_EXP))
        return false;
    x->p = i;
    fmpq_mat_init(x->l, p->rows, p->cols);
    fmpq_mat_init(x->r, p->cols, p->cols);
    fmpq_mat_one(x->r);
    return true;
}

static bool see_rational(const rk_run *run, unsigned i, linear *x) {
    if (!known(run, i, x->l))
        return false;
    x->p = NONE;
    fmpq_mat_init(x->r, 0, 0);
    return true;
}

/* x := x + y or x - y; y is used up. */
static bool add_linear(linear *x, linear *y, bool minus) {
    bool ok = x->p == NONE || y->p == NONE || x->p == y->p;
    if (minus) {
        fmpq_mat_neg(y->l, y->l);
        fmpq_mat_neg(y->r, y->r);
    }
    if (ok) {
        fmpq_mat_add(x->l, x->l, y->l);
        if (x->p == NONE)
            fmpq_mat_swap(x->r, y->r);
        else if (y->p != NONE)
            fmpq_mat_add(x->r, x->r, y->r);
        x->p = x->p == NONE ? y->p : x->p;
    }
    linear_clear(y);
    return ok;
}

static void concatenate(fmpq_mat_t x, const fmpq_mat_t y) {
    fmpq_mat_t both;
    fmpq_mat_init(both, fmpq_mat_nrows(x), fmpq_mat_ncols(x) + fmpq_mat_ncols(y));
    fmpq_mat_concat_horizontal(both, x, y);
    fmpq_mat_swap(x, both);
    fmpq_mat_clear(both);
}

/* Gives a rational x a P whose R is 0. */
static void lift(linear *x, unsigned p, slong inner) {
    if (x->p != NONE || p == NONE)
        return;
    x->p = p;
    fmpq_mat_clear(x->r);
    fmpq_mat_init(x->r, inner, fmpq_mat_ncols(x->l));
}

/* x := [x, y]; y is used up. */
static bool append(const rk_run *run, linear *x, linear *y) {
    bool ok = x->p == NONE || y->p == NONE || x->p == y->p;
    unsigned p = x->p == NONE ? y->p : x->p;
    slong inner = p == NONE ? 0 : (slong)instr_at(run, p)->cols;
    if (ok) {
        lift(x, p, inner);
        lift(y, p, inner);
        concatenate(x->l, y->l);
        if (p != NONE)
            concatenate(x->r, y->r);
    }
    linear_clear(y);
    return ok;
}

static bool see_block_row(const rk_run *run, const rk_instr *p, linear *x) {
    linear y;
    if (!see_linear(run, p->arg[0], x))
        return false;
    bool ok = true;
    for (size_t k = 1; k < p->nargs && ok; k++)
        ok = see_linear(run, p->arg[k], &y) && append(run, x, &y);
    if (!ok)
        linear_clear(x);
    return ok;
}

static bool see_sum(const rk_run *run, const rk_instr *p, linear *x) {
    linear y;
    if (!see_linear(run, p->arg[0], x))
        return false;
    bool ok = see_linear(run, p->arg[1], &y) && add_linear(x, &y, p->code == RK_P_SUB);
    if (!ok)
        linear_clear(x);
    return ok;
}

static void times(fmpq_mat_t x, const fmpq_mat_t b) {
    fmpq_mat_t product;
    fmpq_mat_init(product, fmpq_mat_nrows(x), fmpq_mat_ncols(b));
    fmpq_mat_mul(product, x, b);
    fmpq_mat_swap(x, product);
    fmpq_mat_clear(product);
}

/* (L + P*R)*B, or with a number c at arg[which]: c*(L + P*R) */
static bool see_product(const rk_run *run, const rk_instr *p, linear *x, size_t which, bool scale) {
    fmpq_mat_t b;
    if (!known(run, p->arg[which], b))
        return false;
    bool ok = see_linear(run, p->arg[1 - which], x);
    if (ok && scale) {
        fmpq_mat_scalar_mul_fmpq(x->l, x->l, fmpq_mat_entry(b, 0, 0));
        fmpq_mat_scalar_mul_fmpq(x->r, x->r, fmpq_mat_entry(b, 0, 0));
    } else if (ok) {
        times(x->l, b);
        if (x->p != NONE)
            times(x->r, b);
    }
    fmpq_mat_clear(b);
    return ok;
}

/* Instruction i as L + P*R; x is initialised when that is seen. */
static bool see_linear(const rk_run *run, unsigned i, linear *x) {
    const rk_instr *p = instr_at(run, i);
    if (see_rational(run, i, x) || see_attention(run, i, x))
        return true;
    switch (p->code) {
    case RK_P_ADD:
    case RK_P_SUB:
        return see_sum(run, p, x);
    case RK_P_HCAT:
        return see_block_row(run, p, x);
    case RK_P_MUL:
        return see_product(run, p, x, 1, false);
    case RK_P_SCALE:
        return see_product(run, p, x, 0, true);
    default:
        return false;
    }
}

/* --- numerators ----------------------------------------------------------------------------- */

/* e_ik, from 0 in each row; -1 where the mask is 0. */
typedef struct numerators {
    const fmpq_mat_struct *l, *r;
    bool sums; /* L counts */
    fmpz_mat_t exponent;
    unsigned unit;
} numerators;

static bool read_mask(const rk_run *run, const rk_instr *p, fmpq_mat_t mask) {
    if (p->nargs == 1) {
        fmpq_mat_init(mask, p->rows, p->cols);
        for (slong i = 0; i < p->rows; i++)
            for (slong j = 0; j < p->cols; j++)
                fmpq_one(fmpq_mat_entry(mask, i, j));
        return true;
    }
    if (!known(run, p->arg[1], mask))
        return false;
    bool ok = true;
    for (slong i = 0; i < p->rows; i++) {
        bool any = false;
        for (slong j = 0; j < p->cols; j++) {
            const fmpq *x = fmpq_mat_entry(mask, i, j);
            ok = ok && (fmpq_is_zero(x) || fmpq_is_one(x));
            any = any || fmpq_is_one(x);
        }
        ok = ok && any;
    }
    if (!ok)
        fmpq_mat_clear(mask);
    return ok;
}

/* Takes the least of the kept entries from each row. */
static void lower_rows(fmpq_mat_t s, const fmpq_mat_t mask) {
    for (slong i = 0; i < fmpq_mat_nrows(s); i++) {
        slong least = -1;
        for (slong j = 0; j < fmpq_mat_ncols(s); j++)
            if (!fmpq_is_zero(fmpq_mat_entry(mask, i, j)) &&
                (least < 0 || fmpq_cmp(fmpq_mat_entry(s, i, j), fmpq_mat_entry(s, i, least)) < 0))
                least = j;
        fmpq_t low;
        fmpq_init(low);
        fmpq_set(low, fmpq_mat_entry(s, i, least));
        for (slong j = 0; j < fmpq_mat_ncols(s); j++)
            fmpq_sub(fmpq_mat_entry(s, i, j), fmpq_mat_entry(s, i, j), low);
        fmpq_clear(low);
    }
}

static void drop_masked(fmpz_mat_t exponent, const fmpq_mat_t mask) {
    for (slong i = 0; i < fmpz_mat_nrows(exponent); i++)
        for (slong j = 0; j < fmpz_mat_ncols(exponent); j++)
            if (fmpq_is_zero(fmpq_mat_entry(mask, i, j)))
                fmpz_set_si(fmpz_mat_entry(exponent, i, j), -1);
}

/* The exponents of P; with a logarithm they must be integers as they are. */
static bool see_exponents(const rk_run *run, const linear *x, numerators *n) {
    const rk_instr *p = instr_at(run, x->p);
    fmpq_mat_t mask;
    multiple m;
    fmpz_t q;
    if (!read_mask(run, p, mask))
        return false;
    bool ok = see_multiple(run, p->arg[0], &m);
    if (ok) {
        fmpz_init(q);
        fmpz_mat_init(n->exponent, fmpq_mat_nrows(m.s), fmpq_mat_ncols(m.s));
        lower_rows(m.s, mask);
        fmpq_mat_get_fmpz_mat_matwise(n->exponent, q, m.s);
        drop_masked(n->exponent, mask);
        n->unit = m.unit;
        ok = m.unit == NONE || instr_at(run, m.unit)->fn == RK_FN_SQRT || fmpz_is_one(q);
        if (!ok)
            fmpz_mat_clear(n->exponent);
        fmpz_clear(q);
        fmpq_mat_clear(m.s);
    }
    fmpq_mat_clear(mask);
    n->l = x->l;
    n->r = x->r;
    n->sums = p->code == RK_P_SOFTMAX;
    return ok;
}

static bool is_kept(const numerators *n, slong i, slong k) {
    return fmpz_sgn(fmpz_mat_entry(n->exponent, i, k)) >= 0;
}

/* r := L_ij + R_kj */
static void weight(fmpq_t r, const numerators *n, slong i, slong j, slong k) {
    fmpq_set(r, fmpq_mat_entry(n->r, k, j));
    if (n->sums)
        fmpq_add(r, r, fmpq_mat_entry(n->l, i, j));
}

/* --- ranks of numerators -------------------------------------------------------------------- */

#define PRIME UWORD(2305843009213693951)
#define POINT UWORD(1204732160917351373)

static bool residue(ulong *r, const fmpq_t x) {
    ulong d = fmpz_fdiv_ui(fmpq_denref(x), PRIME);
    if (d == 0)
        return false;
    *r = n_mulmod2(fmpz_fdiv_ui(fmpq_numref(x), PRIME), n_invmod(d, PRIME), PRIME);
    return true;
}

/* E with t sent to a unit: p^(k mod p - 1). */
static void powers_mod(nmod_mat_t e, const numerators *n) {
    for (slong i = 0; i < nmod_mat_nrows(e); i++)
        for (slong k = 0; k < nmod_mat_ncols(e); k++)
            if (is_kept(n, i, k))
                nmod_mat_entry(e, i, k) = n_powmod2(
                    POINT, (slong)fmpz_fdiv_ui(fmpz_mat_entry(n->exponent, i, k), PRIME - 1),
                    PRIME);
}

static bool residues(nmod_mat_t r, const fmpq_mat_struct *a) {
    bool ok = true;
    for (slong i = 0; i < fmpq_mat_nrows(a); i++)
        for (slong j = 0; j < fmpq_mat_ncols(a); j++)
            ok = ok && residue(&nmod_mat_entry(r, i, j), fmpq_mat_entry(a, i, j));
    return ok;
}

/* r := diag(E*1)*L + r */
static bool add_left(nmod_mat_t r, const nmod_mat_t e, const fmpq_mat_struct *left) {
    nmod_mat_t l;
    nmod_mat_init(l, nmod_mat_nrows(r), nmod_mat_ncols(r), PRIME);
    bool ok = residues(l, left);
    for (slong i = 0; i < nmod_mat_nrows(r); i++) {
        ulong sum = 0;
        for (slong k = 0; k < nmod_mat_ncols(e); k++)
            sum = n_addmod(sum, nmod_mat_entry(e, i, k), PRIME);
        for (slong j = 0; j < nmod_mat_ncols(r); j++)
            nmod_mat_entry(r, i, j) = n_addmod(
                nmod_mat_entry(r, i, j), n_mulmod2(sum, nmod_mat_entry(l, i, j), PRIME), PRIME);
    }
    nmod_mat_clear(l);
    return ok;
}

/* A lower bound of the rank: that of the image mod p, diag(E*1)*L + E*R. */
static slong rank_mod(const numerators *n) {
    nmod_mat_t e, r, image;
    slong rank = 0;
    nmod_mat_init(e, fmpz_mat_nrows(n->exponent), fmpz_mat_ncols(n->exponent), PRIME);
    nmod_mat_init(r, fmpq_mat_nrows(n->r), fmpq_mat_ncols(n->r), PRIME);
    nmod_mat_init(image, nmod_mat_nrows(e), nmod_mat_ncols(r), PRIME);
    powers_mod(e, n);
    if (residues(r, n->r)) {
        nmod_mat_mul(image, e, r);
        if (!n->sums || add_left(image, e, n->l))
            rank = rk_rank_mod(image);
    }
    nmod_mat_clear(e);
    nmod_mat_clear(r);
    nmod_mat_clear(image);
    return rank;
}

/* Are rows i and h of the numerators equal to the eye? */
static bool same_rows(const numerators *n, slong i, slong h) {
    for (slong k = 0; k < fmpz_mat_ncols(n->exponent); k++)
        if (!fmpz_equal(fmpz_mat_entry(n->exponent, i, k), fmpz_mat_entry(n->exponent, h, k)))
            return false;
    for (slong j = 0; j < fmpq_mat_ncols(n->l); j++)
        if (!fmpq_equal(fmpq_mat_entry(n->l, i, j), fmpq_mat_entry(n->l, h, j)))
            return false;
    return true;
}

static slong different_rows(const numerators *n) {
    slong count = 0;
    for (slong i = 0; i < fmpz_mat_nrows(n->exponent); i++) {
        slong h = 0;
        while (h < i && !same_rows(n, i, h))
            h++;
        count += h == i;
    }
    return count;
}

static slong upper_bound(const numerators *n) {
    slong most = FLINT_MIN(different_rows(n), fmpq_mat_ncols(n->r));
    return fmpq_mat_is_zero(n->l) ? FLINT_MIN(most, rk_rank_fmpq(n->r)) : most;
}

/* Longest polynomials, and the smaller side of a matrix of them, that are eliminated. */
enum { MOST_DEGREE = 256, MOST_SIDE = 12 };

/* r(i, j), times a common denominator of the weights of column j */
static void numerator(fmpz_poly_struct *r, const numerators *n, slong i, slong j, const fmpz_t q) {
    fmpq_t w;
    fmpz_t c;
    fmpq_init(w);
    fmpz_init(c);
    for (slong k = 0; k < fmpz_mat_ncols(n->exponent); k++) {
        if (!is_kept(n, i, k))
            continue;
        slong e = fmpz_get_si(fmpz_mat_entry(n->exponent, i, k));
        weight(w, n, i, j, k);
        fmpz_divexact(c, q, fmpq_denref(w));
        fmpz_mul(c, c, fmpq_numref(w));
        fmpz_t old;
        fmpz_init(old);
        fmpz_poly_get_coeff_fmpz(old, r, e);
        fmpz_add(c, c, old);
        fmpz_poly_set_coeff_fmpz(r, e, c);
        fmpz_clear(old);
    }
    fmpq_clear(w);
    fmpz_clear(c);
}

static void column_denominator(fmpz_t q, const numerators *n, slong j) {
    fmpz_one(q);
    for (slong k = 0; k < fmpq_mat_nrows(n->r); k++)
        fmpz_lcm(q, q, fmpq_denref(fmpq_mat_entry(n->r, k, j)));
    for (slong i = 0; i < fmpq_mat_nrows(n->l); i++)
        fmpz_lcm(q, q, fmpq_denref(fmpq_mat_entry(n->l, i, j)));
}

static slong rank_of_polynomials(const numerators *n) {
    fmpz_poly_mat_t a;
    fmpz_t q;
    fmpz_init(q);
    fmpz_poly_mat_init(a, fmpz_mat_nrows(n->exponent), fmpq_mat_ncols(n->r));
    for (slong j = 0; j < a->c; j++) {
        column_denominator(q, n, j);
        for (slong i = 0; i < a->r; i++)
            numerator(fmpz_poly_mat_entry(a, i, j), n, i, j, q);
    }
    slong rank = rk_poly_rank(a);
    fmpz_poly_mat_clear(a);
    fmpz_clear(q);
    return rank;
}

static bool exponents_below(const numerators *n, slong limit) {
    for (slong i = 0; i < fmpz_mat_nrows(n->exponent); i++)
        for (slong k = 0; k < fmpz_mat_ncols(n->exponent); k++)
            if (fmpz_cmp_si(fmpz_mat_entry(n->exponent, i, k), limit) > 0)
                return false;
    return true;
}

static void rank_of_powers(const numerators *n, slong *low, slong *high) {
    *high = upper_bound(n);
    *low = rank_mod(n);
    slong side = FLINT_MIN(fmpz_mat_nrows(n->exponent), fmpq_mat_ncols(n->r));
    if (*low < *high && side <= MOST_SIDE && exponents_below(n, MOST_DEGREE))
        *low = *high = rank_of_polynomials(n);
}

/* Bits of a power of b that is still written out. */
enum { MOST_BITS = 4096 };

static bool rank_of_rationals(const rk_run *run, const numerators *n, slong *rank) {
    const fmpq *b = under(run, n->unit);
    if (!exponents_below(n, MOST_BITS / (slong)fmpq_height_bits(b)))
        return false;
    fmpq_mat_t a;
    fmpq_t w, power;
    fmpq_init(w);
    fmpq_init(power);
    fmpq_mat_init(a, fmpz_mat_nrows(n->exponent), fmpq_mat_ncols(n->r));
    for (slong i = 0; i < fmpz_mat_nrows(n->exponent); i++) {
        for (slong k = 0; k < fmpz_mat_ncols(n->exponent); k++) {
            if (!is_kept(n, i, k))
                continue;
            fmpq_pow_si(power, b, fmpz_get_si(fmpz_mat_entry(n->exponent, i, k)));
            for (slong j = 0; j < fmpq_mat_ncols(n->r); j++) {
                weight(w, n, i, j, k);
                fmpq_addmul(fmpq_mat_entry(a, i, j), w, power);
            }
        }
    }
    *rank = rk_rank_fmpq(a);
    fmpq_mat_clear(a);
    fmpq_clear(w);
    fmpq_clear(power);
    return true;
}

/* --- what is seen --------------------------------------------------------------------------- */

static bool rank_of_linear(const rk_run *run, const linear *x, slong *low, slong *high) {
    numerators n;
    if (x->p == NONE || (instr_at(run, x->p)->code == RK_P_FN && !fmpq_mat_is_zero(x->l)) ||
        !see_exponents(run, x, &n))
        return false;
    bool ok = true;
    if (n.unit != NONE && instr_at(run, n.unit)->fn == RK_FN_LOG)
        ok = rank_of_rationals(run, &n, low), *high = *low;
    else
        rank_of_powers(&n, low, high);
    fmpz_mat_clear(n.exponent);
    return ok;
}

bool rk_step_attention_rank(const rk_run *run, const rk_instr *rank, slong *low, slong *high) {
    linear x;
    unsigned i = rank->arg[0];
    if (!rk_over_rationals(run->domain) || run->ev[i] == RK_EV_OK)
        return false;
    if (instr_at(run, i)->code == RK_P_TRANSPOSE)
        i = instr_at(run, i)->arg[0];
    if (!see_linear(run, i, &x))
        return false;
    bool found = rank_of_linear(run, &x, low, high);
    linear_clear(&x);
    return found;
}
