/* The kernels of rk_lanes.h, for one instruction set and one kind of numbers: the including file
   defines LANES_BYTES, the bytes of a register, LANES_TARGET, the attribute that allows the
   instructions, LANES_NAME and LANES_TABLE, and LANES_SINGLE for floats in place of doubles. */
#include "rk_lanes.h"

#include <math.h>
#include <stdint.h>
#if LANES_BYTES > 16
#include <immintrin.h>
#endif

#ifdef __clang__ /* the same bits from every instruction set: no fused operations */
#pragma STDC FP_CONTRACT OFF
#endif

#ifdef LANES_SINGLE
typedef float real;
typedef int32_t word;
typedef uint32_t uword;
#define NOISE RK_LANES_SINGLE_TOLERANCE
#define ROUNDING RK_LANES_SINGLE_ROUNDING
#define NAMED(NAME) NAME##ps
#else
typedef double real;
typedef int64_t word;
typedef uint64_t uword;
#define NOISE RK_LANES_TOLERANCE
#define ROUNDING RK_LANES_ROUNDING
#define NAMED(NAME) NAME##pd
#endif
#define LANES (LANES_BYTES / sizeof(real))

#define VECTOR __attribute__((vector_size(LANES_BYTES), may_alias))
typedef real V VECTOR;
typedef word M VECTOR;
typedef uword U VECTOR;
typedef uint64_t W VECTOR;

#define INLINE static inline __attribute__((always_inline)) LANES_TARGET
#define KERNEL static LANES_TARGET void

#define UNROLL _Pragma("GCC unroll 32")

/* --- primitives --------------------------------------------------------------------------------*/

INLINE V ld(const void *plane, size_t t) {
    return *(const V *)((const real *)plane + t);
}

INLINE void st(void *plane, size_t t, V x) {
    *(V *)((real *)plane + t) = x;
}

INLINE V splat(double x) {
    V zero = {0};
    return zero + (real)x;
}

INLINE V sel(M m, V a, V b) {
    return (V)(((M)a & m) | ((M)b & ~m));
}

INLINE V vabs(V x) {
    return (V)((U)x & ~(uword)0 >> 1);
}

#if LANES_BYTES == 64
#define NATIVE(NAME) _mm512_##NAME
#elif LANES_BYTES == 32
#define NATIVE(NAME) _mm256_##NAME
#endif
#define NATIVE_REAL(NAME) NATIVE(NAME)
#define NATIVE_OF(NAME) NATIVE_REAL(NAMED(NAME))

/* The second number where one is NAN. */
INLINE V vmax(V a, V b) {
#ifdef NATIVE
    return NATIVE_OF(max_)(a, b);
#else
    return sel(a > b, a, b);
#endif
}

/* Lanes chosen, in the form that costs least. */
#if LANES_BYTES == 64
#ifdef LANES_SINGLE
typedef __mmask16 K;
#define CMP_MASK _mm512_cmp_ps_mask
#else
typedef __mmask8 K;
#define CMP_MASK _mm512_cmp_pd_mask
#endif

INLINE K k_greater(V a, V b) {
    return CMP_MASK(a, b, _CMP_GT_OQ);
}

INLINE K k_equal(V a, V b) {
    return CMP_MASK(a, b, _CMP_EQ_OQ);
}

INLINE V k_sel(K k, V a, V b) {
    return NATIVE_OF(mask_blend_)(k, b, a);
}
#else
typedef M K;

INLINE K k_greater(V a, V b) {
    return a > b;
}

INLINE K k_equal(V a, V b) {
    return a == b;
}

INLINE V k_sel(K k, V a, V b) {
#ifdef NATIVE
    return NATIVE_OF(blendv_)(b, a, (V)k);
#else
    return sel(k, a, b);
#endif
}
#endif

INLINE K k_and(K a, K b) {
    return (K)(a & b);
}

/* The low halves, multiplied. */
INLINE W mul32(W a, W b) {
#if LANES_BYTES == 64
    return (W)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif LANES_BYTES == 32
    return (W)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#else
    return (a & 0xffffffff) * (b & 0xffffffff);
#endif
}

INLINE M is_nan(V x) {
    return x != x;
}

INLINE bool any(M m) {
    word all = 0;
    for (size_t l = 0; l < LANES; l++)
        all |= m[l];
    return all != 0;
}

INLINE V vsqrt(V x) {
#ifdef NATIVE
    return NATIVE_OF(sqrt_)(x);
#else
    for (size_t l = 0; l < LANES; l++)
        x[l] = (real)sqrt(x[l]);
    return x;
#endif
}

INLINE V one_where(M m) {
    return sel(m, splat(1), splat(0));
}

/* --- elementary functions ----------------------------------------------------------------------*/

#ifdef LANES_SINGLE
#define MANTISSA 23
#define LN2_HIGH 0x1.62e4p-1f
#define LN2_LOW 0x1.7f7d1cp-20f
#define ROOT_HALF 0x3f3504f3u /* the bits of 1/sqrt(2) */
#define LEAST_NORMAL 0x1p-126f
#define EXP_LEAST (-87.0f)
#define EXP_MOST 88.0f
enum { EXP_FIRST = 6, LOG_FIRST = 9 };
#else
#define MANTISSA 52
#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define ROOT_HALF 0x3fe6a09e667f3bcdULL
#define LEAST_NORMAL 0x1p-1022
#define EXP_LEAST (-708.0)
#define EXP_MOST 709.0
enum { EXP_FIRST = 0, LOG_FIRST = 21 };
#endif
#define UNITS ((real)((uint64_t)1 << MANTISSA)) /* a number with no bits for fractions */

/* The whole numbers i below 2^MANTISSA. */
INLINE V from_whole(U i) {
    V units = splat(0) + UNITS;
    return (V)(i | (U)units) - UNITS;
}

/* exp(x) = 2^n exp(r), |r| <= log(2)/2, by Taylor's series; 0 and infinite beyond the range. */
INLINE V vexp(V x) {
    static const double c[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800,
                               1.0 / 362880,     1.0 / 40320,     1.0 / 5040,     1.0 / 720,
                               1.0 / 120,        1.0 / 24,        1.0 / 6,        0.5};
    const real magic = UNITS * 1.5f;
    V t = x * (real)0x1.71547652b82fep0 + magic, n = t - magic;
    V r = x - n * LN2_HIGH - n * LN2_LOW, y = splat(c[EXP_FIRST]);
    for (int i = EXP_FIRST + 1; i < 12; i++)
        y = y * r + (real)c[i];
    y = y * (r * r) + r + 1.0;
    y = (V)((U)y + ((U)t << MANTISSA));
    y = sel(x < EXP_LEAST, splat(0), sel(x > EXP_MOST, splat(INFINITY), y));
    return sel(is_nan(x), x, y);
}

/* log(x) = e log(2) + log(m), m in [1/sqrt(2), sqrt(2)], log(m) = 2 artanh((m-1)/(m+1)); NAN for
   x <= 0. */
INLINE V vlog(V x) {
    const uword exponents = ~(uword)0 >> MANTISSA, shift = (exponents + 1) / 2;
    M tiny = x < LEAST_NORMAL;
    V s = sel(tiny, x * (real)0x1p54, x);
    U bits = (U)s - ROOT_HALF;
    U up =
        ((bits >> MANTISSA) + shift) & exponents; /* the exponent of a positive number, shifted */
    V e = from_whole(up) - (real)shift;
    V m = (V)((bits & (((uword)1 << MANTISSA) - 1)) + ROOT_HALF);
    e = sel(tiny, e - 54.0, e);
    V f = (m - 1.0) / (m + 1.0), q = f * f, y = splat(2.0 / LOG_FIRST);
    for (int i = LOG_FIRST - 2; i >= 3; i -= 2)
        y = y * q + (real)(2.0 / i);
    y = e * LN2_HIGH + (2 * f + (f * q * y + e * LN2_LOW));
    y = sel(x == (real)INFINITY, x, y);
    return sel(x > 0.0, y, splat(NAN));
}

INLINE V vsigmoid(V x) {
    return 1.0 / (1.0 + vexp(-x));
}

INLINE V vtanh(V x) {
    for (size_t l = 0; l < LANES; l++)
        x[l] = (real)tanh(x[l]);
    return x;
}

/* The normal distribution function and its density. */
INLINE V vphi(V x) {
    for (size_t l = 0; l < LANES; l++)
        x[l] = (real)(erfc(-x[l] / sqrt(2)) / 2);
    return x;
}

INLINE V vdensity(V x) {
    return vexp(-x * x / 2) * (real)0.3989422804014326779399;
}

/* --- entrywise ---------------------------------------------------------------------------------*/

#define EACH(j, p, t)                                                                              \
    for (size_t p = 0; p < (j)->n; p++)                                                            \
        for (size_t t = 0; t < (j)->width; t += LANES)

#define BINARY(NAME, VALUE)                                                                        \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        EACH(j, p, t) {                                                                            \
            V x = ld(j->a[p], t), y = ld(j->b[p], t);                                              \
            st(j->r[p], t, VALUE);                                                                 \
        }                                                                                          \
    }

BINARY(add, x + y)
BINARY(sub, x - y)
BINARY(mul, x *y)
BINARY(quotient, x / y)

#define UNARY(NAME, VALUE)                                                                         \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        EACH(j, p, t) {                                                                            \
            V x = ld(j->a[p], t);                                                                  \
            st(j->r[p], t, VALUE);                                                                 \
        }                                                                                          \
    }

INLINE V sign_of(V x) {
    return sel(is_nan(x), x, one_where(x > 0.0) - one_where(x < 0.0));
}

INLINE V surprise(V x) {
    return sel(x == 0.0, splat(0), -x * vlog(x));
}

UNARY(neg, -x)
UNARY(absolute, vabs(x))
UNARY(relu, sel(x < 0.0, splat(0), x))
UNARY(root, vsqrt(x))
UNARY(exponential, vexp(x))
UNARY(logarithm, vlog(x))
UNARY(hyperbolic, vtanh(x))
UNARY(sigmoid, vsigmoid(x))
UNARY(silu, x *vsigmoid(x))
UNARY(gelu, x *vphi(x))
UNARY(gelu_slope, vphi(x) + x * vdensity(x))
UNARY(entropy, surprise(x))

KERNEL sign(const rk_lanes_job *j) {
    EACH(j, p, t) {
        st(j->r[p], t, sign_of(ld(j->a[p], t)));
    }
}

/* --- many planes to one ------------------------------------------------------------------------*/

#define LANES_OF(j, t) for (size_t t = 0; t < (j)->width; t += LANES)

INLINE V sum_at(rk_planes a, size_t n, size_t t) {
    V s = ld(a[0], t);
    for (size_t p = 1; p < n; p++)
        s += ld(a[p], t);
    return s;
}

KERNEL sum(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->r[0], t, sum_at(j->a, j->n, t));
    }
}

INLINE V dot_at(rk_planes a, rk_planes b, size_t n, size_t t) {
    V s = ld(a[0], t) * ld(b[0], t);
    for (size_t p = 1; p < n; p++)
        s += ld(a[p], t) * ld(b[p], t);
    return s;
}

KERNEL dot(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->r[0], t, dot_at(j->a, j->b, j->n, t));
    }
}

/* The largest (of the negated: smallest) of n; NAN if one is. */
INLINE V extreme_at(rk_planes a, size_t n, size_t t, real sign_) {
    V best = ld(a[0], t) * sign_;
    for (size_t p = 1; p < n; p++) {
        V x = ld(a[p], t) * sign_;
        best = sel((x > best) | is_nan(x), x, best);
    }
    return best * sign_;
}

KERNEL maximum(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->r[0], t, extreme_at(j->a, j->n, t, 1));
    }
}

KERNEL minimum(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->r[0], t, extreme_at(j->a, j->n, t, -1));
    }
}

/* The entry of a table that each lane names. */
INLINE V chosen(const void *table, V number) {
    M at = (M)(number + UNITS) & (RK_LANES_CHOICES - 1);
#if LANES_BYTES == 64 && defined LANES_SINGLE
    return _mm512_permutexvar_ps((__m512i)at, ld(table, 0));
#elif LANES_BYTES == 64
    return _mm512_permutex2var_pd(ld(table, 0), (__m512i)at, ld(table, LANES));
#else
    V x = number;
    for (size_t l = 0; l < LANES; l++)
        x[l] = ((const real *)table)[at[l]];
    return x;
#endif
}

KERNEL choose(const rk_lanes_job *j) {
    EACH(j, p, t) {
        st(j->r[p], t, chosen(j->b[p], ld(j->a[0], t)));
    }
}

/* --- products ----------------------------------------------------------------------------------*/

INLINE void product_at(const rk_lanes_job *j, size_t t) {
    for (size_t i = 0; i < j->m; i++)
        for (size_t c = 0; c < j->n; c++) {
            V s = splat(0);
            for (size_t l = 0; l < j->k; l++)
                s += ld(j->a[i * j->k + l], t) * ld(j->b[l * j->n + c], t);
            st(j->r[i * j->n + c], t, s);
        }
}

KERNEL product(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        product_at(j, t);
    }
}

/* --- elimination -------------------------------------------------------------------------------*/

/* The matrices of one register of lanes in elimination with complete pivoting. Rows are swapped,
   columns are not: a column whose pivot was taken becomes exactly zero. */
typedef struct elimination {
    size_t m, n;
    V *x;   /* m by n registers */
    V best; /* modulus of the pivot found last */
    V pivot;
    V parity; /* of the permutations so far: 1 or -1 */
} elimination;

INLINE V *cell(const elimination *e, size_t i, size_t c) {
    return &e->x[i * e->n + c];
}

/* Loads; lanes with entries that are not finite become zero matrices and are returned. */
INLINE M load_matrices(elimination *e, rk_planes a, size_t t) {
    V bad = splat(0);
    for (size_t p = 0; p < e->m * e->n; p++)
        bad += ld(a[p], t) * 0.0;
    M wrong = is_nan(bad);
    for (size_t p = 0; p < e->m * e->n; p++)
        e->x[p] = sel(wrong, splat(0), ld(a[p], t));
    e->parity = splat(1);
    return wrong;
}

INLINE V row_peak(const elimination *e, size_t i) {
    V peak = splat(0);
    for (size_t c = 0; c < e->n; c++)
        peak = vmax(vabs(*cell(e, i, c)), peak);
    return peak;
}

INLINE void swap_rows(const elimination *e, size_t i, size_t k, M where) {
    for (size_t c = 0; c < e->n; c++) {
        V u = *cell(e, i, c), v = *cell(e, k, c);
        *cell(e, i, c) = sel(where, v, u);
        *cell(e, k, c) = sel(where, u, v);
    }
}

/* Brings a row with the largest entry of rows k.. to place k. */
INLINE void find_row(elimination *e, size_t k) {
    e->best = row_peak(e, k);
    for (size_t i = k + 1; i < e->m; i++) {
        V peak = row_peak(e, i);
        M more = peak > e->best;
        e->best = sel(more, peak, e->best);
        if (!any(more))
            continue;
        swap_rows(e, i, k, more);
        e->parity = sel(more, -e->parity, e->parity);
    }
}

/* Clears column c below row k in the lanes whose pivot stands there. */
INLINE void clear_below(const elimination *e, size_t i, size_t k, const M *hit, V inverse) {
    V lead = splat(0);
    for (size_t c = 0; c < e->n; c++)
        lead = sel(hit[c], *cell(e, i, c), lead);
    V f = lead * inverse;
    for (size_t c = 0; c < e->n; c++)
        *cell(e, i, c) = sel(hit[c], splat(0), *cell(e, i, c) - f * *cell(e, k, c));
}

/* One step: the pivot, the parity, and the rows below cleared. `open` marks columns whose pivot is
   not taken yet. */
INLINE void eliminate(elimination *e, size_t k, M *open, bool parity) {
    M hit[RK_LANES_COLUMNS], found = {0};
    find_row(e, k);
    V places = splat(1), sign_ = splat(1);
    e->pivot = splat(0);
    for (size_t c = 0; c < e->n; c++) {
        V u = *cell(e, k, c);
        hit[c] = (vabs(u) == e->best) & open[c] & ~found;
        found |= hit[c];
        e->pivot = sel(hit[c], u, e->pivot);
        if (parity) {
            sign_ = sel(hit[c], places, sign_);
            places = sel(open[c], -places, places);
        }
        open[c] &= ~hit[c];
    }
    e->parity *= sign_;
    V inverse = 1.0 / sel(e->best > 0.0, e->pivot, splat(1));
    for (size_t i = k + 1; i < e->m; i++)
        clear_below(e, i, k, hit, inverse);
}

INLINE void rank_at(const rk_lanes_job *j, size_t t) {
    size_t least = j->m < j->n ? j->m : j->n;
    elimination e = {.m = j->m, .n = j->n, .x = j->scratch};
    V zero = splat(0), rank_ = zero, first = zero;
    M open[RK_LANES_COLUMNS], alive = zero == zero, wrong = load_matrices(&e, j->a, t);
    for (size_t c = 0; c < e.n; c++)
        open[c] = zero == zero;
    for (size_t k = 0; k < least && any(alive); k++) {
        eliminate(&e, k, open, false);
        first = k == 0 ? e.best : first;
        alive &= e.best > first * (real)NOISE;
        rank_ += one_where(alive);
    }
    wrong |= (first > 0.0) & (first < (real)ROUNDING);
    st(j->r[0], t, sel(wrong, splat(NAN), rank_));
}

/* The same for a matrix small enough for the registers, with m <= n: loops unrolled. A column whose
   pivot was taken is not cleared: what is left there is rounding, far below the tolerance. */
/* The largest modulus of n <= 8 numbers, pairwise: no long chain to wait for. */
INLINE V small_peak(const V *row, size_t n) {
    V a = vabs(row[0]), b = n > 1 ? vabs(row[1]) : a, c = n > 2 ? vabs(row[2]) : a;
    V d = n > 3 ? vabs(row[3]) : a;
    a = n > 4 ? vmax(vabs(row[4]), a) : a;
    b = n > 5 ? vmax(vabs(row[5]), b) : b;
    return vmax(vmax(a, b), vmax(c, d));
}

/* Brings a row with the largest entry to place k; returns that entry's modulus. */
INLINE V small_pivot_row(V *x, size_t m, size_t n, size_t k) {
    V best = small_peak(x + k * n, n);
    UNROLL for (size_t i = k + 1; i < m; i++) {
        V peak = small_peak(x + i * n, n);
        K more = k_greater(peak, best);
        best = vmax(peak, best);
        UNROLL for (size_t c = 0; c < n; c++) {
            V u = x[i * n + c], v = x[k * n + c];
            x[i * n + c] = k_sel(more, v, u);
            x[k * n + c] = k_sel(more, u, v);
        }
    }
    return best;
}

INLINE void small_eliminate(V *x, size_t m, size_t n, size_t k, V best) {
    V pivot = x[k * n], lead[4];
    UNROLL for (size_t i = k + 1; i < m; i++) {
        lead[i] = x[i * n];
    }
    UNROLL for (size_t c = 1; c < n; c++) {
        K hit = k_equal(vabs(x[k * n + c]), best);
        pivot = k_sel(hit, x[k * n + c], pivot);
        UNROLL for (size_t i = k + 1; i < m; i++) {
            lead[i] = k_sel(hit, x[i * n + c], lead[i]);
        }
    }
    V inverse = 1.0 / pivot;
    UNROLL for (size_t i = k + 1; i < m; i++) {
        V f = lead[i] * inverse;
        UNROLL for (size_t c = 0; c < n; c++) {
            x[i * n + c] -= f * x[k * n + c];
        }
    }
}

INLINE void rank_small_at(const rk_lanes_job *j, size_t t, size_t m, size_t n) {
    V x[4 * 8], zero = splat(0), one = splat(1), sum_ = zero, rank_ = zero, first = zero;
    K alive = k_equal(zero, zero);
    UNROLL for (size_t i = 0; i < m; i++) {
        UNROLL for (size_t c = 0; c < n; c++) {
            x[i * n + c] = ld(j->a[i * n + c], t);
            sum_ += x[i * n + c];
        }
    }
    UNROLL for (size_t k = 0; k < m; k++) {
        V best = small_pivot_row(x, m, n, k);
        first = k == 0 ? best : first;
        alive = k_and(alive, k_greater(best, first * (real)NOISE));
        rank_ += k_sel(alive, one, zero);
        if (k + 1 < m)
            small_eliminate(x, m, n, k, best);
    }
    K tiny = k_and(k_greater(first, zero), k_greater(splat(ROUNDING), first));
    rank_ += sum_ * 0.0; /* NAN where an entry is not finite */
    st(j->r[0], t, k_sel(tiny, splat(NAN), rank_));
}

#define RANK_SMALL(m, n)                                                                           \
    case (m)*8 + (n):                                                                              \
        LANES_OF(j, t) {                                                                           \
            rank_small_at(j, t, m, n);                                                             \
        }                                                                                          \
        return;

KERNEL rank(const rk_lanes_job *j) {
    switch (j->m <= 4 && j->n < 8 ? j->m * 8 + j->n : 0) {
        RANK_SMALL(1, 1)
        RANK_SMALL(1, 2)
        RANK_SMALL(1, 3)
        RANK_SMALL(1, 4)
        RANK_SMALL(2, 2)
        RANK_SMALL(2, 3)
        RANK_SMALL(2, 4)
        RANK_SMALL(2, 5)
        RANK_SMALL(2, 6)
        RANK_SMALL(3, 3)
        RANK_SMALL(3, 4)
        RANK_SMALL(3, 5)
        RANK_SMALL(3, 6)
        RANK_SMALL(4, 4)
        RANK_SMALL(4, 5)
        RANK_SMALL(4, 6)
    default:
        LANES_OF(j, t) {
            rank_at(j, t);
        }
    }
}

INLINE void det_at(const rk_lanes_job *j, size_t t) {
    elimination e = {.m = j->n, .n = j->n, .x = j->scratch};
    V zero = splat(0), det = splat(1);
    M open[RK_LANES_COLUMNS], wrong = load_matrices(&e, j->a, t);
    for (size_t c = 0; c < e.n; c++)
        open[c] = zero == zero;
    for (size_t k = 0; k < e.n; k++) {
        eliminate(&e, k, open, true);
        det *= e.pivot;
    }
    st(j->r[0], t, sel(wrong, splat(NAN), det * e.parity));
}

KERNEL det(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        det_at(j, t);
    }
}

/* --- inverses ----------------------------------------------------------------------------------*/

/* [A, 1] of one register of lanes, n by 2n */
typedef struct gauss {
    size_t n;
    V *x;
    M singular;
} gauss;

INLINE V *at(const gauss *g, size_t i, size_t c) {
    return &g->x[2 * g->n * i + c];
}

INLINE void gauss_swap(gauss *g, size_t k) {
    V best = vabs(*at(g, k, k));
    for (size_t i = k + 1; i < g->n; i++) {
        V here = vabs(*at(g, i, k));
        M more = here > best;
        best = sel(more, here, best);
        if (!any(more))
            continue;
        for (size_t c = 0; c < 2 * g->n; c++) {
            V u = *at(g, i, c), v = *at(g, k, c);
            *at(g, i, c) = sel(more, v, u);
            *at(g, k, c) = sel(more, u, v);
        }
    }
    g->singular |= best == 0.0;
}

INLINE void gauss_step(gauss *g, size_t k) {
    gauss_swap(g, k);
    V pivot = *at(g, k, k), inverse = 1.0 / sel(pivot == 0.0, splat(1), pivot);
    for (size_t c = 0; c < 2 * g->n; c++)
        *at(g, k, c) = *at(g, k, c) * inverse;
    for (size_t i = 0; i < g->n; i++) {
        V f = *at(g, i, k);
        for (size_t c = 0; c < 2 * g->n && i != k; c++)
            *at(g, i, c) = *at(g, i, c) - f * *at(g, k, c);
    }
}

/* The largest column sum of moduli. */
INLINE V norm_one(rk_planes a, size_t n, size_t t) {
    V most = splat(0);
    for (size_t c = 0; c < n; c++) {
        V s = splat(0);
        for (size_t i = 0; i < n; i++)
            s += vabs(ld(a[i * n + c], t));
        most = vmax(s, most);
    }
    return most;
}

INLINE void inv_at(const rk_lanes_job *j, size_t t) {
    size_t n = j->n;
    V zero = splat(0);
    gauss g = {.n = n, .x = j->scratch};
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n; c++) {
            *at(&g, i, c) = ld(j->a[i * n + c], t);
            *at(&g, i, n + c) = splat(i == c);
        }
    g.singular = zero != zero;
    for (size_t k = 0; k < n; k++)
        gauss_step(&g, k);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n; c++)
            st(j->r[i * n + c], t, *at(&g, i, n + c));
    V condition = norm_one(j->a, n, t) * norm_one(j->r, n, t);
    M bad = ~(condition <= (real)(1 / NOISE));
    for (size_t p = 0; p < n * n; p++)
        st(j->r[p], t, sel(bad | g.singular, splat(NAN), ld(j->r[p], t)));
    st(j->r[n * n], t, one_where(g.singular));
}

KERNEL inv(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        inv_at(j, t);
    }
}

/* --- softmax -----------------------------------------------------------------------------------*/

INLINE M kept_at(const rk_lanes_job *j, size_t p, size_t t) {
    V zero = splat(0);
    return j->b ? ld(j->b[p], t) == 1.0 : zero == zero;
}

INLINE void softmax_row(const rk_lanes_job *j, size_t row, size_t t) {
    V peak = splat(-INFINITY), total = splat(0);
    for (size_t c = 0; c < j->n; c++) {
        V x = ld(j->a[row * j->n + c], t);
        peak = sel(kept_at(j, row * j->n + c, t) & ~(x <= peak), x, peak);
    }
    for (size_t c = 0; c < j->n; c++) {
        size_t p = row * j->n + c;
        V y = sel(kept_at(j, p, t), vexp(ld(j->a[p], t) - peak), splat(0));
        total += y;
        st(j->r[p], t, y);
    }
    V inverse = 1.0 / total;
    for (size_t c = 0; c < j->n; c++)
        st(j->r[row * j->n + c], t, ld(j->r[row * j->n + c], t) * inverse);
}

/* A mask entry that is neither 0 nor 1, or a row without a 1. */
INLINE M mask_wrong(const rk_lanes_job *j, size_t t) {
    V zero = splat(0);
    M wrong = zero != zero;
    for (size_t i = 0; i < j->m; i++) {
        M some = zero != zero;
        for (size_t c = 0; c < j->n; c++) {
            V x = ld(j->b[i * j->n + c], t);
            wrong |= ~((x == 0.0) | (x == 1.0));
            some |= x == 1.0;
        }
        wrong |= ~some;
    }
    return wrong;
}

KERNEL softmax(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        for (size_t i = 0; i < j->m; i++)
            softmax_row(j, i, t);
        if (j->b)
            st(j->r[j->m * j->n], t, one_where(mask_wrong(j, t)));
    }
}

/* --- singular values ---------------------------------------------------------------------------*/

enum { SWEEPS = 30 };
#define CLOSE (sizeof(real) == 4 ? 1e-6 : 1e-15) /* to orthogonal */

/* One-sided Jacobi (Hestenes): columns of x are rotated until they are orthogonal; `v` becomes the
   product of the rotations. Stored column after column. */
typedef struct jacobi {
    size_t m, n;
    V *x, *v; /* n columns of m, n columns of n registers */
} jacobi;

INLINE V column_dot(const V *x, const V *y, size_t m) {
    V s = splat(0);
    for (size_t i = 0; i < m; i++)
        s += x[i] * y[i];
    return s;
}

INLINE void rotate(V *x, V *y, size_t m, V c, V s) {
    for (size_t i = 0; i < m; i++) {
        V u = x[i], v = y[i];
        x[i] = c * u - s * v;
        y[i] = s * u + c * v;
    }
}

/* True when some lane was rotated. */
INLINE bool orthogonalise(const jacobi *z, size_t p, size_t q) {
    V *x = z->x + p * z->m, *y = z->x + q * z->m;
    V a = column_dot(x, x, z->m), b = column_dot(y, y, z->m), g = column_dot(x, y, z->m);
    M turn = vabs(g) > (real)CLOSE * vsqrt(a * b);
    if (!any(turn))
        return false;
    V zeta = (b - a) / (2 * sel(turn, g, splat(1)));
    V size = 1.0 / (vabs(zeta) + vsqrt(1.0 + zeta * zeta));
    V tan_ = sel(zeta < 0.0, -size, size), c = 1.0 / vsqrt(1.0 + tan_ * tan_);
    V s = sel(turn, c * tan_, splat(0));
    c = sel(turn, c, splat(1));
    rotate(x, y, z->m, c, s);
    return true;
}

INLINE void jacobi_load(const jacobi *z, const rk_lanes_job *j, size_t t) {
    for (size_t c = 0; c < z->n; c++)
        for (size_t i = 0; i < z->m; i++)
            z->x[c * z->m + i] = ld(j->a[i * z->n + c], t);
}

INLINE void jacobi_sweep(const jacobi *z) {
    bool busy = true;
    for (int round = 0; round < SWEEPS && busy; round++) {
        busy = false;
        for (size_t p = 0; p < z->n; p++)
            for (size_t q = p + 1; q < z->n; q++)
                busy = orthogonalise(z, p, q) || busy;
    }
}

/* Puts a value in its place among the c larger ones before. */
INLINE void insert_sorted(const rk_lanes_job *j, size_t c, V value, size_t t) {
    for (size_t i = 0; i < c; i++) {
        V here = ld(j->r[i], t);
        M more = value > here;
        st(j->r[i], t, sel(more, value, here));
        value = sel(more, here, value);
    }
    st(j->r[c], t, value);
}

KERNEL singular_values(const rk_lanes_job *j) {
    jacobi z = {.m = j->m, .n = j->n, .x = j->scratch};
    LANES_OF(j, t) {
        jacobi_load(&z, j, t);
        jacobi_sweep(&z);
        for (size_t c = 0; c < z.n; c++) {
            const V *x = z.x + c * z.m;
            insert_sorted(j, c, vsqrt(column_dot(x, x, z.m)), t);
        }
    }
}

/* --- flags -------------------------------------------------------------------------------------*/

#define FLAG(NAME, WHEN)                                                                           \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        LANES_OF(j, t) {                                                                           \
            V flag = splat(0);                                                                     \
            for (size_t p = 0; p < j->n; p++) {                                                    \
                V x = ld(j->a[p], t);                                                              \
                flag = sel(WHEN, splat(1), flag);                                                  \
            }                                                                                      \
            st(j->r[0], t, flag);                                                                  \
        }                                                                                          \
    }

FLAG(flag_zero, x == 0.0)
FLAG(flag_negative, x < 0.0)
FLAG(flag_below, x < (real)-NOISE)
FLAG(flag_nonpositive, x <= 0.0)
FLAG(flag_set, x != 0.0)

/* --- margins -----------------------------------------------------------------------------------*/

INLINE V settle(const rk_lanes_job *j, V margin, size_t t) {
    if (!j->flag)
        return margin;
    return sel(ld(j->flag, t) != 0.0, splat(-INFINITY), margin);
}

typedef enum comparison { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE } comparison;

INLINE V margin_of(comparison cmp, V gap) {
    switch (cmp) {
    case CMP_EQ:
        return vabs(gap) - (real)NOISE;
    case CMP_NE:
        return (real)NOISE - vabs(gap);
    case CMP_LT:
        return gap + (real)NOISE;
    case CMP_LE:
        return gap;
    case CMP_GT:
        return (real)NOISE - gap;
    default:
        return -gap;
    }
}

INLINE void compare_at(const rk_lanes_job *j, comparison cmp, size_t t) {
    V worst = splat(cmp == CMP_NE ? INFINITY : -INFINITY);
    for (size_t p = 0; p < j->n; p++) {
        V x = ld(j->a[p], t), y = ld(j->b[p], t);
        V scale = 1.0 + vmax(vabs(x), vabs(y)), margin = margin_of(cmp, (x - y) / scale);
        M take = (cmp == CMP_NE ? margin < worst : margin > worst) | is_nan(margin);
        worst = sel(take, margin, worst);
    }
    st(j->r[0], t, settle(j, worst, t));
}

#define COMPARE(NAME, CMP)                                                                         \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        LANES_OF(j, t) {                                                                           \
            compare_at(j, CMP, t);                                                                 \
        }                                                                                          \
    }

COMPARE(compare_eq, CMP_EQ)
COMPARE(compare_ne, CMP_NE)
COMPARE(compare_lt, CMP_LT)
COMPARE(compare_le, CMP_LE)
COMPARE(compare_gt, CMP_GT)
COMPARE(compare_ge, CMP_GE)

typedef enum connective { LOGIC_AND, LOGIC_OR, LOGIC_IMPLIES, LOGIC_IFF } connective;

/* Which of x and y the connective takes, after `implies` has negated x. */
INLINE M takes_second(connective how, V x, V y) {
    switch (how) {
    case LOGIC_AND:
        return y > x;
    case LOGIC_IFF:
        return vabs(y) < vabs(x);
    default:
        return y < x;
    }
}

INLINE V combine(connective how, V x, V y, M second) {
    V taken = sel(second, y, x);
    if (how != LOGIC_IFF)
        return taken;
    M same = (x > 0.0) == (y > 0.0);
    return sel(same, -vabs(taken), vabs(taken));
}

/* Undefined is undefined whatever the other side; then unknown is unknown. */
INLINE void connect_at(const rk_lanes_job *j, connective how, size_t t) {
    V margin = ld(j->a[0], t);
    M never = margin == (real)-INFINITY;
    for (size_t p = 1; p < j->n; p++) {
        V next = ld(j->a[p], t), x = how == LOGIC_IMPLIES ? -margin : margin;
        never |= next == (real)-INFINITY;
        M lost = is_nan(margin) | is_nan(next);
        margin = sel(lost, splat(NAN), combine(how, x, next, takes_second(how, x, next)));
    }
    st(j->r[0], t, sel(never, splat(-INFINITY), margin));
}

#define CONNECT(NAME, HOW)                                                                         \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        LANES_OF(j, t) {                                                                           \
            connect_at(j, HOW, t);                                                                 \
        }                                                                                          \
    }

CONNECT(logic_and, LOGIC_AND)
CONNECT(logic_or, LOGIC_OR)
CONNECT(logic_implies, LOGIC_IMPLIES)
CONNECT(logic_iff, LOGIC_IFF)

KERNEL logic_not(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        V x = ld(j->a[0], t);
        st(j->r[0], t, sel(x == (real)-INFINITY, x, -x));
    }
}

INLINE V vfloor(V x) {
    for (size_t l = 0; l < LANES; l++)
        x[l] = (real)floor(x[l]);
    return x;
}

KERNEL is_integer(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        V margin = splat(-1), lost = splat(0);
        for (size_t p = 0; p < j->n; p++) {
            V x = ld(j->a[p], t);
            margin = sel(vfloor(x) == x, margin, splat(1));
            lost += x * 0.0;
        }
        st(j->r[0], t, settle(j, sel(is_nan(lost), lost, margin), t));
    }
}

/* --- definiteness ------------------------------------------------------------------------------*/

/* Sign of x - y, 0 only if equal; 2 when too close to tell. */
INLINE V close_sign(V x, V y) {
    V scale = vmax(vmax(vabs(x), vabs(y)), splat(1));
    M far = vabs(x - y) > (real)NOISE * scale;
    V s = sel(far, sign_of(x - y), splat(2));
    return sel(x == y, splat(0), s);
}

INLINE V is_symmetric(const V *x, size_t n) {
    V state = splat(-1);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < i; c++) {
            V s = close_sign(x[i * n + c], x[c * n + i]);
            M apart = (s == 1.0) | (s == (real)-1);
            state = sel(apart, splat(1), sel((s == (real)2) & (state < 0.0), splat(0), state));
        }
    return state;
}

/* Elimination with positive diagonal pivots, as far as signs are clear: state -1 going on, 0 cannot
   tell, 1 not semidefinite, -2 done and semidefinite. */
INLINE V psd_step(V *x, size_t n, V state, V *open) {
    V pivot = splat(0), doubt = splat(0), negative = splat(0), alone = splat(1);
    for (size_t i = 0; i < n; i++) {
        V d = x[i * n + i], s = close_sign(d, splat(0));
        M here = open[i] != 0.0;
        negative = sel(here & (s == (real)-1), splat(1), negative);
        doubt = sel(here & (s == (real)2), splat(1), doubt);
        pivot = sel(here & (s == 1.0) & (pivot == 0.0), splat((double)(i + 1)), pivot);
        for (size_t c = 0; c < n; c++) {
            V q = close_sign(x[i * n + c], splat(0));
            M both = here & (open[c] != 0.0);
            alone = sel(both & (q == (real)2) & (alone > 0.0), splat(0), alone);
            alone = sel(both & ((q == 1.0) | (q == (real)-1)), splat(-1), alone);
        }
    }
    V end = sel(doubt != 0.0, splat(0), sel(alone > 0.0, splat(-2), one_where(alone < 0.0)));
    V next = sel(negative != 0.0, splat(1), sel(pivot == 0.0, end, splat(-1)));
    M going = state == (real)-1;
    next = sel(going, next, state);
    going = next == (real)-1;
    for (size_t k = 0; k < n; k++) {
        M mine = going & (pivot == (real)(k + 1));
        if (!any(mine))
            continue;
        V inverse = 1.0 / sel(mine, x[k * n + k], splat(1));
        for (size_t i = 0; i < n; i++) {
            V f = sel(mine & (open[i] != 0.0), x[i * n + k] * inverse, splat(0));
            for (size_t c = 0; c < n && i != k; c++)
                x[i * n + c] -= f * x[k * n + c];
        }
        open[k] = sel(mine, splat(0), open[k]);
    }
    return next;
}

KERNEL is_psd(const rk_lanes_job *j) {
    size_t n = j->n;
    LANES_OF(j, t) {
        V *x = j->scratch, *open = x + n * n, lost = splat(0);
        for (size_t p = 0; p < n * n; p++) {
            V y = ld(j->a[p], t);
            lost += y * 0.0;
            x[p] = y;
        }
        V symmetric = is_symmetric(x, n), state = splat(-1);
        for (size_t i = 0; i < n; i++)
            open[i] = splat(1);
        for (size_t k = 0; k < n; k++)
            state = psd_step(x, n, state, open);
        state = sel(state == (real)-1, splat(-2), state);
        M no = (symmetric > 0.0) | (state == 1.0), yes = (symmetric < 0.0) & (state == (real)-2);
        V margin = sel(no, splat(1), sel(yes, splat(-1), splat(NAN)));
        st(j->r[0], t, settle(j, sel(is_nan(lost), lost, margin), t));
    }
}

/* --- the whole ---------------------------------------------------------------------------------*/

KERNEL violation(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        V best = splat(-INFINITY);
        M never = best != best;
        for (size_t h = 0; h < j->m; h++) {
            V x = ld(j->a[h], t);
            never |= (x > (real)NOISE) | (x == (real)-INFINITY);
        }
        for (size_t c = 0; c < j->n; c++) {
            V x = ld(j->b[c], t);
            M lost = is_nan(x) & (best <= 0.0);
            M more = (x > best) | (is_nan(best) & (x > 0.0));
            best = sel(lost, splat(NAN), sel(more, x, best));
        }
        st(j->r[0], t, sel(never, splat(-INFINITY), best));
    }
}

/* --- random numbers ----------------------------------------------------------------------------*/

/* A block has eight half words for 64 bits of a register: planes of doubles, twice those of floats;
   blocks at a time. */
enum { PLANES = sizeof(real), BLOCKS = 3 };

/* 32 bits of each number count, those above for nothing. */
typedef struct philox {
    W c[BLOCKS][4];
} philox;

/* Blocks `block` and the next ones: several together, since a round waits for the one before. */
INLINE philox philox_at(const rk_lanes_draw *d, size_t block, size_t t) {
    W zero = {0}, lane = zero;
    philox x;
    for (size_t l = 0; l < LANES_BYTES / sizeof(uint64_t); l++)
        lane[l] = t / (sizeof(uint64_t) / sizeof(real)) + l;
    UNROLL for (size_t k = 0; k < BLOCKS; k++) {
        x.c[k][0] = zero + (block + k);
        x.c[k][1] = lane;
        x.c[k][2] = zero + (d->stream & 0xffffffff);
        x.c[k][3] = zero + (d->stream >> 32);
    }
    uint32_t k0 = d->key[0], k1 = d->key[1];
    for (int round = 0; round < 10; round++) {
        UNROLL for (size_t k = 0; k < BLOCKS; k++) {
            W *c = x.c[k], p = mul32(c[0], zero + 0xD2511F53u), q = mul32(c[2], zero + 0xCD9E8D57u);
            c[0] = (q >> 32) ^ c[1] ^ k0;
            c[2] = (p >> 32) ^ c[3] ^ k1;
            c[1] = q;
            c[3] = p;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return x;
}
/* Half words of plane h of a block, one for each number. */
INLINE U halves(const W c[4], size_t h) {
#ifdef LANES_SINGLE
    return (U)((c[h] & 0xffff) | (c[h] << 16 & 0xffff00000000));
#else
    return c[h / 2] >> (h % 2 ? 16 : 0) & 0xffff;
#endif
}

/* Of a half word and a range. */
INLINE U scaled(U half, uint32_t range) {
#ifdef LANES_SINGLE
    return half * range >> 16;
#else
    W zero = {0};
    return mul32(half, zero + range) >> 16;
#endif
}

static LANES_TARGET void draw(const rk_lanes_draw *d) {
    U units = (U)(splat(0) + UNITS);
    V origin = splat((double)UNITS - d->low), unit = splat(d->unit);
    for (size_t t = 0; t < d->width; t += LANES)
        for (size_t p = 0; p < d->n; p += PLANES * BLOCKS) {
            philox x = philox_at(d, p / PLANES, t);
            UNROLL for (size_t h = 0; h < PLANES * BLOCKS; h++) {
                if (p + h >= d->n)
                    break;
                U i = scaled(halves(x.c[h / PLANES], h % PLANES), d->range) | units;
                st(d->r[p + h], t, ((V)i - origin) * unit);
            }
        }
}

const rk_lanes LANES_TABLE = {
    .name = LANES_NAME,
    .size = sizeof(real),
    .noise = NOISE,
    .draw = draw,
    .value[RK_L_ADD] = add,
    .value[RK_L_SUB] = sub,
    .value[RK_L_MUL] = mul,
    .value[RK_L_DIV] = quotient,
    .value[RK_L_NEG] = neg,
    .value[RK_L_ABS] = absolute,
    .value[RK_L_RELU] = relu,
    .value[RK_L_SQRT] = root,
    .value[RK_L_EXP] = exponential,
    .value[RK_L_LOG] = logarithm,
    .value[RK_L_TANH] = hyperbolic,
    .value[RK_L_SIGMOID] = sigmoid,
    .value[RK_L_SILU] = silu,
    .value[RK_L_GELU] = gelu,
    .value[RK_L_GELU_SLOPE] = gelu_slope,
    .value[RK_L_SURPRISE] = entropy,
    .value[RK_L_SUM] = sum,
    .value[RK_L_DOT] = dot,
    .value[RK_L_CHOOSE] = choose,
    .value[RK_L_PRODUCT] = product,
    .value[RK_L_RANK] = rank,
    .value[RK_L_DET] = det,
    .value[RK_L_INV] = inv,
    .value[RK_L_SOFTMAX] = softmax,
    .value[RK_L_SINGULAR_VALUES] = singular_values,
    .value[RK_L_EQ] = compare_eq,
    .value[RK_L_NE] = compare_ne,
    .value[RK_L_LT] = compare_lt,
    .value[RK_L_LE] = compare_le,
    .value[RK_L_GT] = compare_gt,
    .value[RK_L_GE] = compare_ge,
    .value[RK_L_NOT] = logic_not,
    .value[RK_L_AND] = logic_and,
    .value[RK_L_OR] = logic_or,
    .value[RK_L_IMPLIES] = logic_implies,
    .value[RK_L_IFF] = logic_iff,
    .value[RK_L_VIOLATION] = violation,
    .value[RK_L_MAX] = maximum,
    .value[RK_L_MIN] = minimum,
    .value[RK_L_SIGN] = sign,
    .value[RK_L_FLAG_ZERO] = flag_zero,
    .value[RK_L_FLAG_NEGATIVE] = flag_negative,
    .value[RK_L_FLAG_BELOW] = flag_below,
    .value[RK_L_FLAG_NONPOSITIVE] = flag_nonpositive,
    .value[RK_L_FLAG_SET] = flag_set,
    .value[RK_L_IS_INTEGER] = is_integer,
    .value[RK_L_IS_PSD] = is_psd,
};
