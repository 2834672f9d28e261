/* Rational numbers with square roots, and with roots of sums of those: the numbers themselves.
   Every comparison is decided: a number is zero when it has no term, and the sign of one that is
   not is found by enclosures that become narrow enough in the end. */
#include <stdlib.h>
#include <string.h>

#include "rk_surd.h"

enum {
    MOST_WORK = 1 << 20, /* of one product: some milliseconds */
    ALL_WORK = 1 << 26,  /* of all that is computed in one field: half a second, about */
    SIGN_START = 64,     /* bits of the first enclosure */
    SIGN_CAP = 1 << 18,
    CONJUGATIONS = 8 /* of the inverse of a number: its terms at most double with each */
};

/* --- storage -------------------------------------------------------------------------------- */

static void s_init(const rk_domain *d, void *x) {
    (void)d;
    memset(x, 0, sizeof(rk_surd));
}

static void drop_terms(rk_surd *x) {
    for (slong i = 0; i < x->n; i++)
        fmpq_clear(&x->term[i].c);
    x->n = 0;
}

void rk_surd_clear(rk_surd *x) {
    drop_terms(x);
    rk_free(x->term);
    memset(x, 0, sizeof *x);
}

static void s_clear(const rk_domain *d, void *x) {
    (void)d;
    rk_surd_clear(x);
}

static void reserve(rk_surd *x, slong n) {
    if (n <= x->room)
        return;
    x->room = n;
    x->term = rk_realloc(x->term, (size_t)n * sizeof *x->term);
}

static void lose(rk_surd *x) {
    drop_terms(x);
    x->lost = true;
}

/* A term at the end, to be filled in: c is 0. */
static rk_surd_term *append(rk_surd *x, uint64_t mask) {
    if (x->n == x->room)
        reserve(x, x->n < 2 ? 2 : 2 * x->n);
    rk_surd_term *t = &x->term[x->n++];
    t->mask = mask;
    fmpq_init(&t->c);
    return t;
}

static void drop_last_if_zero(rk_surd *x) {
    if (x->n > 0 && fmpq_is_zero(&x->term[x->n - 1].c))
        fmpq_clear(&x->term[--x->n].c);
}

static void s_set(const rk_domain *d, void *r, const void *x) {
    rk_surd *to = r;
    const rk_surd *from = x;
    (void)d;
    if (to == from)
        return;
    drop_terms(to);
    reserve(to, from->n);
    for (slong i = 0; i < from->n; i++)
        fmpq_set(&append(to, from->term[i].mask)->c, &from->term[i].c);
    to->lost = from->lost;
}

static rk_ev s_set_fmpq(const rk_domain *d, void *r, const fmpq_t x) {
    rk_surd *to = r;
    (void)d;
    drop_terms(to);
    to->lost = false;
    if (!fmpq_is_zero(x))
        fmpq_set(&append(to, 0)->c, x);
    return RK_EV_OK;
}

static bool is_rational(const rk_surd *x) {
    return !x->lost && (x->n == 0 || (x->n == 1 && x->term[0].mask == 0));
}

static rk_ev s_get_fmpq(const rk_domain *d, fmpq_t r, const void *x) {
    const rk_surd *from = x;
    (void)d;
    if (!is_rational(from))
        return RK_EV_ESCAPE;
    if (from->n == 0)
        fmpq_zero(r);
    else
        fmpq_set(r, &from->term[0].c);
    return RK_EV_OK;
}

/* r takes the place of its successor, which is used up. */
static void replace(const rk_domain *d, rk_surd *r, rk_surd *by) {
    s_clear(d, r);
    *r = *by;
}

/* --- ring operations ------------------------------------------------------------------------ */

static mp_bitcnt_t most_bits(const rk_surd *x) {
    mp_bitcnt_t most = 0;
    for (slong i = 0; i < x->n; i++) {
        mp_bitcnt_t bits = fmpq_height_bits(&x->term[i].c);
        most = bits > most ? bits : most;
    }
    return most;
}

static bool too_large(const rk_surd *x) {
    return x->n > RK_SURD_TERMS || most_bits(x) > RK_SURD_BITS;
}

static void merge(rk_surd *r, const rk_surd *x, const rk_surd *y, bool minus) {
    slong i = 0, j = 0;
    reserve(r, x->n + y->n);
    while (i < x->n || j < y->n) {
        bool left = j == y->n || (i < x->n && x->term[i].mask <= y->term[j].mask);
        bool right = i == x->n || (j < y->n && y->term[j].mask <= x->term[i].mask);
        rk_surd_term *t = append(r, left ? x->term[i].mask : y->term[j].mask);
        if (left)
            fmpq_set(&t->c, &x->term[i++].c);
        if (right && minus)
            fmpq_sub(&t->c, &t->c, &y->term[j++].c);
        else if (right)
            fmpq_add(&t->c, &t->c, &y->term[j++].c);
        drop_last_if_zero(r);
    }
}

static void sum(const rk_domain *d, rk_surd *r, const rk_surd *x, const rk_surd *y, bool minus) {
    rk_surd s;
    s_init(d, &s);
    if (x->lost || y->lost)
        lose(&s);
    else
        merge(&s, x, y, minus);
    if (too_large(&s))
        lose(&s);
    replace(d, r, &s);
}

static void s_add(const rk_domain *d, void *r, const void *x, const void *y) {
    sum(d, r, x, y, false);
}

static void s_sub(const rk_domain *d, void *r, const void *x, const void *y) {
    sum(d, r, x, y, true);
}

static void s_neg(const rk_domain *d, void *r, const void *x) {
    rk_surd *to = r;
    s_set(d, r, x);
    for (slong i = 0; i < to->n; i++)
        fmpq_neg(&to->term[i].c, &to->term[i].c);
}

/* r += x * y, unsorted: sqrt(g_S) * sqrt(g_T) = g_{S and T} * sqrt(g_{S xor T}) in K */
static void append_product(const rk_surd_field *f, rk_surd *r, const rk_surd_term *x,
                           const rk_surd_term *y) {
    rk_surd_term *t = append(r, x->mask ^ y->mask);
    uint64_t both = x->mask & y->mask & RK_SURD_FLAT;
    fmpq_mul(&t->c, &x->c, &y->c);
    if (both == 0)
        return;
    fmpz_t common;
    fmpz_init(common);
    rk_surd_field_product(f, common, both);
    fmpq_mul_fmpz(&t->c, &t->c, common);
    fmpz_clear(common);
}

static int by_mask(const void *x, const void *y) {
    uint64_t a = ((const rk_surd_term *)x)->mask, b = ((const rk_surd_term *)y)->mask;
    return (a > b) - (a < b);
}

/* Sorts terms by mask and adds those of one mask. */
static void collect(rk_surd *x) {
    slong n = 0;
    qsort(x->term, (size_t)x->n, sizeof *x->term, by_mask);
    for (slong i = 0; i < x->n; i++) {
        if (n > 0 && x->term[n - 1].mask == x->term[i].mask) {
            fmpq_add(&x->term[n - 1].c, &x->term[n - 1].c, &x->term[i].c);
            continue;
        }
        if (n > 0 && fmpq_is_zero(&x->term[n - 1].c))
            n--;
        fmpq_swap(&x->term[n].c, &x->term[i].c);
        x->term[n++].mask = x->term[i].mask;
    }
    if (n > 0 && fmpq_is_zero(&x->term[n - 1].c))
        n--;
    for (slong i = n; i < x->n; i++)
        fmpq_clear(&x->term[i].c);
    x->n = n;
}

static void multiply(const rk_surd_field *f, rk_surd *r, const rk_surd *x, const rk_surd *y);

/* The products of term i of x by the terms of y that have these nested generators in common with
   it, times the squares of their roots. */
static void append_nested(const rk_surd_field *f, rk_surd *r, const rk_surd_term *x,
                          const rk_surd *y, uint64_t common) {
    rk_surd part = {0}, product = {0};
    for (slong j = 0; j < y->n; j++)
        if ((x->mask & y->term[j].mask & ~RK_SURD_FLAT) == common)
            append_product(f, &part, x, &y->term[j]);
    for (slong k = 0; common >> RK_SURD_GENERATORS >> k != 0; k++) {
        if (!(common >> RK_SURD_GENERATORS >> k & 1))
            continue;
        collect(&part);
        multiply(f, &product, &part, &f->nested[k]);
        replace(NULL, &part, &product);
        memset(&product, 0, sizeof product);
    }
    for (slong j = 0; j < part.n; j++)
        fmpq_swap(&append(r, part.term[j].mask)->c, &part.term[j].c);
    s_clear(NULL, &part);
}

/* r := x * y, r being 0 */
static void multiply(const rk_surd_field *f, rk_surd *r, const rk_surd *x, const rk_surd *y) {
    reserve(r, x->n * y->n);
    for (slong i = 0; i < x->n; i++)
        for (slong j = 0; j < y->n; j++) {
            uint64_t common = x->term[i].mask & y->term[j].mask & ~RK_SURD_FLAT;
            bool first = true;
            for (slong k = 0; k < j && common != 0 && first; k++)
                first = (x->term[i].mask & y->term[k].mask & ~RK_SURD_FLAT) != common;
            if (common == 0)
                append_product(f, r, &x->term[i], &y->term[j]);
            else if (first)
                append_nested(f, r, &x->term[i], y, common);
        }
    if (r->n > 1)
        collect(r);
}

static void s_mul(const rk_domain *d, void *r, const void *x, const void *y) {
    const rk_surd *a = x, *b = y;
    rk_surd_field *f = rk_surd_field_of(d);
    rk_surd s;
    s_init(d, &s);
    double work = (double)a->n * (double)b->n * (double)(most_bits(a) + most_bits(b) + 64);
    f->work += work;
    if (a->lost || b->lost || work > MOST_WORK || f->work > ALL_WORK)
        lose(&s);
    else
        multiply(f, &s, a, b);
    if (too_large(&s))
        lose(&s);
    replace(d, r, &s);
}

/* r *= y; nothing is lost here, for that the factors are too simple */
static void multiply_by(const rk_surd_field *f, rk_surd *r, const rk_surd *y) {
    rk_surd s = {0};
    if (r->lost)
        return;
    multiply(f, &s, r, y);
    replace(NULL, r, &s);
}

void rk_surd_raise(const rk_domain *d, void *r, uint64_t mask) {
    rk_surd unit = {0};
    if (mask == 0)
        return;
    fmpq_one(&append(&unit, mask)->c);
    multiply_by(rk_surd_field_of(d), r, &unit);
    s_clear(d, &unit);
}

/* 1/sqrt(g) = sqrt(g)/g */
void rk_surd_lower(const rk_surd_field *f, rk_surd *r, const rk_surd *x, uint64_t mask) {
    rk_surd unit = {0};
    s_set(NULL, r, x);
    if (mask == 0)
        return;
    rk_surd_term *t = append(&unit, mask);
    fmpz_one(fmpq_numref(&t->c));
    rk_surd_field_product(f, fmpq_denref(&t->c), mask & RK_SURD_FLAT);
    multiply_by(f, r, &unit);
    s_clear(NULL, &unit);
    for (slong k = 0; mask >> RK_SURD_GENERATORS >> k != 0; k++)
        if (mask >> RK_SURD_GENERATORS >> k & 1)
            multiply_by(f, r, &f->inverse[k]);
}

/* --- division ------------------------------------------------------------------------------- */

void rk_surd_conjugate(const rk_domain *d, rk_surd *r, const rk_surd *x, uint64_t bit) {
    s_set(d, r, x);
    for (slong i = 0; i < r->n; i++)
        if (r->term[i].mask & bit)
            fmpq_neg(&r->term[i].c, &r->term[i].c);
}

/* The last bit in which masks of x differ from each other; 0: there is one term. Nested generators
   come last: they change with those below. */
static uint64_t differing_bit(const rk_surd *x) {
    uint64_t differ = 0;
    for (slong i = 1; i < x->n; i++)
        differ |= x->term[i].mask ^ x->term[0].mask;
    while (differ & (differ - 1))
        differ &= differ - 1;
    return differ;
}

/* 1/x, x not 0. First x is divided by a root to have a rational term. If x' is its conjugate in
   the last generator, then 1/x = x' / (x*x'), and x*x' is free of that generator; so the masks
   span less with every step, until x is rational. */
static void invert(const rk_domain *d, rk_surd *r, const rk_surd *x) {
    rk_surd_field *f = rk_surd_field_of(d);
    rk_surd norm = {0}, other = {0};
    s_set(d, &norm, x);
    s_clear(d, r);
    fmpq_one(&append(r, 0)->c);
    for (int k = 0; !norm.lost; k++) {
        uint64_t first = norm.term[0].mask;
        rk_surd_lower(f, &norm, &norm, first);
        rk_surd_lower(f, r, r, first);
        uint64_t bit = differing_bit(&norm);
        if (bit == 0)
            break;
        if (k == CONJUGATIONS)
            lose(&norm);
        rk_surd_conjugate(d, &other, &norm, bit);
        s_mul(d, r, r, &other);
        s_mul(d, &norm, &norm, &other);
    }
    if (norm.lost)
        lose(r);
    for (slong i = 0; i < r->n; i++)
        fmpq_div(&r->term[i].c, &r->term[i].c, &norm.term[0].c);
    s_clear(d, &norm);
    s_clear(d, &other);
}

static rk_ev outcome(const rk_domain *d, const void *x) {
    (void)d;
    return ((const rk_surd *)x)->lost ? RK_EV_LIMIT : RK_EV_OK;
}

static rk_ev s_div(const rk_domain *d, void *r, const void *x, const void *y) {
    const rk_surd *by = y;
    rk_surd inverse = {0};
    if (by->lost)
        return RK_EV_LIMIT;
    if (by->n == 0)
        return RK_EV_UNDEFINED;
    invert(d, &inverse, by);
    s_mul(d, r, x, &inverse);
    s_clear(d, &inverse);
    return outcome(d, r);
}

/* --- order ---------------------------------------------------------------------------------- */

static void enclose_root(const rk_surd_field *f, arb_t r, uint64_t mask, slong precision) {
    fmpz_t v;
    arb_t u;
    fmpz_init(v);
    rk_surd_field_product(f, v, mask & RK_SURD_FLAT);
    arb_sqrt_fmpz(r, v, precision);
    fmpz_clear(v);
    arb_init(u);
    for (slong k = 0; mask >> RK_SURD_GENERATORS >> k != 0; k++) {
        if (!(mask >> RK_SURD_GENERATORS >> k & 1))
            continue;
        rk_surd_enclose(f, u, &f->nested[k], precision);
        arb_sqrt(u, u, precision);
        arb_mul(r, r, u, precision);
    }
    arb_clear(u);
}

void rk_surd_enclose(const rk_surd_field *f, arb_t r, const rk_surd *x, slong precision) {
    arb_t root, c;
    arb_init(root);
    arb_init(c);
    arb_zero(r);
    for (slong i = 0; i < x->n; i++) {
        arb_set_fmpq(c, &x->term[i].c, precision);
        if (x->term[i].mask == 0) {
            arb_add(r, r, c, precision);
            continue;
        }
        enclose_root(f, root, x->term[i].mask, precision);
        arb_addmul(r, root, c, precision);
    }
    arb_clear(root);
    arb_clear(c);
}

/* The sign all coefficients have, or 0. */
static int common_sign(const rk_surd *x) {
    int sign = x->n > 0 ? fmpq_sgn(&x->term[0].c) : 0;
    for (slong i = 1; i < x->n; i++)
        if (fmpq_sgn(&x->term[i].c) != sign)
            return 0;
    return sign;
}

static rk_ev s_sign(const rk_domain *d, int *sign, const void *x) {
    const rk_surd *a = x;
    *sign = 0;
    if (a->lost)
        return RK_EV_LIMIT;
    *sign = common_sign(a);
    if (a->n == 0 || *sign != 0)
        return RK_EV_OK;
    arb_t ball;
    arb_init(ball);
    for (slong bits = SIGN_START; bits <= SIGN_CAP && *sign == 0; bits *= 2) {
        rk_surd_enclose(rk_surd_field_of(d), ball, a, bits);
        *sign = arb_is_positive(ball) ? 1 : arb_is_negative(ball) ? -1 : 0;
    }
    arb_clear(ball);
    return *sign != 0 ? RK_EV_OK : RK_EV_PRECISION;
}

static rk_tern s_is_zero(const rk_domain *d, const void *x) {
    const rk_surd *a = x;
    (void)d;
    return a->lost ? RK_UNKNOWN : rk_tern_of(a->n == 0);
}

/* --- functions ------------------------------------------------------------------------------ */

/* sqrt(a/b) = sqrt(a*b) / b */
rk_ev rk_surd_rational_root(const rk_domain *d, rk_surd *r, const fmpq_t x, bool add) {
    fmpz_t v;
    fmpq_t c;
    uint64_t mask;
    fmpz_init(v);
    fmpq_init(c);
    fmpz_mul(v, fmpq_numref(x), fmpq_denref(x));
    rk_ev ev = rk_surd_field_root(rk_surd_field_of(d), c, &mask, v, add);
    fmpq_div_fmpz(c, c, fmpq_denref(x));
    s_clear(d, r);
    if (ev == RK_EV_OK)
        fmpq_swap(&append(r, mask)->c, c);
    fmpq_clear(c);
    fmpz_clear(v);
    return ev;
}

/* Beside nested generators a root that is new over Q need not be new. */
static rk_ev positive_rational_root(const rk_domain *d, rk_surd *r, const rk_surd *x,
                                    const fmpq_t q) {
    const rk_surd_field *f = rk_surd_field_of(d);
    rk_surd root = {0};
    rk_ev ev = rk_surd_rational_root(d, &root, q, f->frozen == 0 && f->nnested == 0);
    if (ev == RK_EV_ESCAPE && f->nnested > 0)
        ev = rk_surd_nested_root(d, &root, x);
    replace(d, r, &root);
    return ev;
}

bool rk_surd_is_flat(const rk_surd *x) {
    for (slong i = 0; i < x->n; i++)
        if (x->term[i].mask & ~RK_SURD_FLAT)
            return false;
    return true;
}

rk_ev rk_surd_flat_root(const rk_domain *d, rk_surd *r, const rk_surd *x) {
    fmpq_t q;
    fmpq_init(q);
    rk_ev ev = s_get_fmpq(d, q, x);
    if (ev == RK_EV_OK && fmpq_is_zero(q))
        ev = s_set_fmpq(d, r, q);
    else if (ev == RK_EV_OK)
        ev = fmpq_sgn(q) > 0 ? positive_rational_root(d, r, x, q) : RK_EV_ESCAPE;
    else
        ev = rk_surd_is_flat(x) ? rk_surd_denest(d, r, x) : RK_EV_ESCAPE;
    fmpq_clear(q);
    return ev;
}

static rk_ev root(const rk_domain *d, rk_surd *r, const rk_surd *x) {
    int sign;
    rk_ev ev = s_sign(d, &sign, x);
    if (ev != RK_EV_OK || sign < 0)
        return ev != RK_EV_OK ? ev : RK_EV_UNDEFINED;
    ev = rk_surd_flat_root(d, r, x);
    bool irrational = x->n > 1 || (x->n == 1 && x->term[0].mask != 0);
    return ev == RK_EV_ESCAPE && irrational ? rk_surd_nested_root(d, r, x) : ev;
}

/* abs, sign, relu */
static rk_ev by_sign(const rk_domain *d, rk_fn f, void *r, const void *x) {
    int sign;
    fmpq_t q;
    rk_ev ev = s_sign(d, &sign, x);
    if (ev != RK_EV_OK)
        return ev;
    if (f == RK_FN_ABS && sign < 0) {
        s_neg(d, r, x);
    } else if (f == RK_FN_SIGN || sign < 0) {
        fmpq_init(q);
        fmpq_set_si(q, f == RK_FN_SIGN ? sign : 0, 1);
        s_set_fmpq(d, r, q);
        fmpq_clear(q);
    } else {
        s_set(d, r, x);
    }
    return RK_EV_OK;
}

/* The transcendental functions are algebraic at 0, and log at 1 (Hermite-Lindemann). */
static rk_ev transcendental(const rk_domain *d, rk_fn f, void *r, const void *x) {
    int sign;
    fmpq_t q;
    rk_ev ev = s_sign(d, &sign, x);
    if (ev != RK_EV_OK)
        return ev;
    if (f == RK_FN_LOG && sign <= 0)
        return RK_EV_UNDEFINED;
    fmpq_init(q);
    ev = s_get_fmpq(d, q, x);
    if (f == RK_FN_LOG && ev == RK_EV_OK && fmpq_is_one(q))
        fmpq_zero(q);
    else
        ev = sign == 0 ? rk_fn_at_zero(f, q) : RK_EV_ESCAPE;
    if (ev == RK_EV_OK)
        s_set_fmpq(d, r, q);
    fmpq_clear(q);
    return ev;
}

static rk_ev s_fn(const rk_domain *d, rk_fn f, void *r, const void *x) {
    switch (f) {
    case RK_FN_SQRT:
        return root(d, r, x);
    case RK_FN_ABS:
    case RK_FN_SIGN:
    case RK_FN_RELU:
        return by_sign(d, f, r, x);
    default:
        return transcendental(d, f, r, x);
    }
}

static void s_free(rk_domain *d) {
    rk_surd_field_clear(d->context);
    rk_free(d->context);
}

rk_domain *rk_domain_surd(void) {
    static const rk_domain table = {
        .name = "square roots",
        .size = sizeof(rk_surd),
        .exact = true,
        .ordered = true,
        .plain = false,
        .init = s_init,
        .clear = s_clear,
        .set = s_set,
        .set_fmpq = s_set_fmpq,
        .get_fmpq = s_get_fmpq,
        .outcome = outcome,
        .add = s_add,
        .sub = s_sub,
        .neg = s_neg,
        .mul = s_mul,
        .div = s_div,
        .fn = s_fn,
        .is_zero = s_is_zero,
        .sign = s_sign,
        .print = rk_surd_print,
        .matrix_inv = rk_surd_inv,
        .matrix_det = rk_surd_det,
        .matrix_rank = rk_surd_rank,
        .psd_eigenvalue = rk_spectrum_escapes,
        .eigen_modulus = rk_spectrum_escapes,
        .free_context = s_free,
    };
    rk_domain *d = rk_domain_new(&table);
    rk_surd_field *f = rk_malloc(sizeof *f);
    rk_surd_field_init(f);
    d->context = f;
    return d;
}
