/* The kernels of rk_lanes.h, for one instruction set: the including file defines LANES, the lanes
   in a register, LANES_TARGET, the attribute that allows the instructions, LANES_NAME and
   LANES_TABLE. */
#include "rk_lanes.h"

#include <math.h>
#include <stdint.h>
#if LANES > 2
#include <immintrin.h>
#endif

#ifdef __clang__ /* the same bits from every instruction set: no fused operations */
#pragma STDC FP_CONTRACT OFF
#endif

#define NOISE RK_LANES_TOLERANCE

typedef double V __attribute__((vector_size(8 * LANES), may_alias));
typedef int64_t M __attribute__((vector_size(8 * LANES), may_alias));
typedef uint64_t U __attribute__((vector_size(8 * LANES), may_alias));

#define INLINE static inline __attribute__((always_inline)) LANES_TARGET
#define KERNEL static LANES_TARGET void

#define UNROLL _Pragma("GCC unroll 32")

/* --- primitives --------------------------------------------------------------------------------*/

INLINE V ld(const double *p) {
    return *(const V *)p;
}

INLINE void st(double *p, V x) {
    *(V *)p = x;
}

INLINE V splat(double x) {
    V zero = {0};
    return zero + x;
}

INLINE V sel(M m, V a, V b) {
    return (V)(((M)a & m) | ((M)b & ~m));
}

INLINE V vabs(V x) {
    return (V)((M)x & INT64_MAX);
}

#if LANES == 8
#define NATIVE(NAME) _mm512_##NAME
#define NATIVE_INT __m512i
#elif LANES == 4
#define NATIVE(NAME) _mm256_##NAME
#define NATIVE_INT __m256i
#endif

/* The second number where one is NAN. */
INLINE V vmax(V a, V b) {
#ifdef NATIVE
    return NATIVE(max_pd)(a, b);
#else
    return sel(a > b, a, b);
#endif
}

/* Lanes chosen, in the form that costs least. */
#if LANES == 8
typedef __mmask8 K;

INLINE K k_greater(V a, V b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ);
}

INLINE K k_equal(V a, V b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ);
}

INLINE K k_and(K a, K b) {
    return (K)(a & b);
}

INLINE V k_sel(K k, V a, V b) {
    return _mm512_mask_blend_pd(k, b, a);
}
#elif LANES == 4
typedef __m256d K;

INLINE K k_greater(V a, V b) {
    return _mm256_cmp_pd(a, b, _CMP_GT_OQ);
}

INLINE K k_equal(V a, V b) {
    return _mm256_cmp_pd(a, b, _CMP_EQ_OQ);
}

INLINE K k_and(K a, K b) {
    return _mm256_and_pd(a, b);
}

INLINE V k_sel(K k, V a, V b) {
    return _mm256_blendv_pd(b, a, k);
}
#else
typedef M K;

INLINE K k_greater(V a, V b) {
    return a > b;
}

INLINE K k_equal(V a, V b) {
    return a == b;
}

INLINE K k_and(K a, K b) {
    return a & b;
}

INLINE V k_sel(K k, V a, V b) {
    return sel(k, a, b);
}
#endif

/* The low halves, multiplied. */
INLINE U mul32(U a, U b) {
#ifdef NATIVE
    return (U)NATIVE(mul_epu32)((NATIVE_INT)a, (NATIVE_INT)b);
#else
    return (a & 0xffffffff) * (b & 0xffffffff);
#endif
}

INLINE M is_nan(V x) {
    return x != x;
}

INLINE bool any(M m) {
    int64_t all = 0;
    for (int l = 0; l < LANES; l++)
        all |= m[l];
    return all != 0;
}

INLINE V vsqrt(V x) {
#ifdef NATIVE
    return NATIVE(sqrt_pd)(x);
#else
    for (int l = 0; l < LANES; l++)
        x[l] = sqrt(x[l]);
    return x;
#endif
}

INLINE V one_where(M m) {
    return sel(m, splat(1), splat(0));
}

/* --- elementary functions ----------------------------------------------------------------------*/

#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33

/* exp(x) = 2^n exp(r), |r| <= log(2)/2, by Taylor's series; 0 below -708, infinite above 709. */
INLINE V vexp(V x) {
    static const double c[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800,
                               1.0 / 362880,     1.0 / 40320,     1.0 / 5040,     1.0 / 720,
                               1.0 / 120,        1.0 / 24,        1.0 / 6,        0.5};
    const double magic = 0x1.8p52;
    V t = x * 0x1.71547652b82fep0 + magic, n = t - magic;
    V r = x - n * LN2_HIGH - n * LN2_LOW, y = splat(c[0]);
    for (int i = 1; i < 12; i++)
        y = y * r + c[i];
    y = y * (r * r) + r + 1.0;
    y = (V)((U)y + ((U)t << 52));
    y = sel(x < -708.0, splat(0), sel(x > 709.0, splat(INFINITY), y));
    return sel(is_nan(x), x, y);
}

/* log(x) = e log(2) + log(m), m in [1/sqrt(2), sqrt(2)], log(m) = 2 artanh((m-1)/(m+1)); NAN for
   x <= 0. */
INLINE V vlog(V x) {
    M tiny = x < 0x1p-1022;
    V s = sel(tiny, x * 0x1p54, x);
    U bits = (U)s - 0x3fe6a09e667f3bcdULL; /* 1/sqrt(2) */
    U up = (bits >> 52) + 0x800;           /* the exponent of a positive number, shifted */
    V e = (V)((up & 0xfff) | 0x4330000000000000ULL) - 0x1.0000000000800p52;
    V m = (V)((bits & 0xfffffffffffffULL) + 0x3fe6a09e667f3bcdULL);
    e = sel(tiny, e - 54.0, e);
    V f = (m - 1.0) / (m + 1.0), q = f * f, y = splat(2.0 / 21);
    for (int i = 19; i >= 3; i -= 2)
        y = y * q + 2.0 / i;
    y = e * LN2_HIGH + (2 * f + (f * q * y + e * LN2_LOW));
    y = sel(x == (double)INFINITY, x, y);
    return sel(x > 0.0, y, splat(NAN));
}

INLINE V vsigmoid(V x) {
    return 1.0 / (1.0 + vexp(-x));
}

INLINE V vtanh(V x) {
    for (int l = 0; l < LANES; l++)
        x[l] = tanh(x[l]);
    return x;
}

/* The normal distribution function and its density. */
INLINE V vphi(V x) {
    for (int l = 0; l < LANES; l++)
        x[l] = erfc(-x[l] / sqrt(2)) / 2;
    return x;
}

INLINE V vdensity(V x) {
    return vexp(-x * x / 2) * 0.3989422804014326779399;
}

/* --- entrywise ---------------------------------------------------------------------------------*/

#define EACH(j, p, t)                                                                              \
    for (size_t p = 0; p < (j)->n; p++)                                                            \
        for (size_t t = 0; t < (j)->width; t += LANES)

#define BINARY(NAME, VALUE, SLOPE)                                                                 \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        EACH(j, p, t) {                                                                            \
            V x = ld(j->a[p] + t), y = ld(j->b[p] + t);                                            \
            st(j->r[p] + t, VALUE);                                                                \
        }                                                                                          \
    }                                                                                              \
    KERNEL NAME##_dual(const rk_lanes_job *j) {                                                    \
        EACH(j, p, t) {                                                                            \
            V x = ld(j->a[p] + t), y = ld(j->b[p] + t), z = ld(j->r[p] + t);                       \
            V dx = ld(j->da[p] + t), dy = ld(j->db[p] + t);                                        \
            (void)x, (void)y, (void)z;                                                             \
            st(j->dr[p] + t, SLOPE);                                                               \
        }                                                                                          \
    }

BINARY(add, x + y, dx + dy)
BINARY(sub, x - y, dx - dy)
BINARY(mul, x *y, dx *y + x * dy)
BINARY(quotient, x / y, (dx - z * dy) / y)

#define UNARY(NAME, VALUE, SLOPE)                                                                  \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        EACH(j, p, t) {                                                                            \
            V x = ld(j->a[p] + t);                                                                 \
            st(j->r[p] + t, VALUE);                                                                \
        }                                                                                          \
    }                                                                                              \
    KERNEL NAME##_dual(const rk_lanes_job *j) {                                                    \
        EACH(j, p, t) {                                                                            \
            V x = ld(j->a[p] + t), z = ld(j->r[p] + t), dx = ld(j->da[p] + t);                     \
            (void)x, (void)z;                                                                      \
            st(j->dr[p] + t, SLOPE);                                                               \
        }                                                                                          \
    }

INLINE V sign_of(V x) {
    return sel(is_nan(x), x, one_where(x > 0.0) - one_where(x < 0.0));
}

INLINE V surprise(V x) {
    return sel(x == 0.0, splat(0), -x * vlog(x));
}

INLINE V sqrt_slope(V z, V dx) {
    return sel(z == 0.0, splat(0), dx / (2 * z));
}

INLINE V silu_slope(V x) {
    V s = vsigmoid(x);
    return s * (1.0 + x * (1.0 - s));
}

UNARY(neg, -x, -dx)
UNARY(absolute, vabs(x), sign_of(x) * dx)
UNARY(relu, sel(x < 0.0, splat(0), x), sel(x > 0.0, dx, splat(0)))
UNARY(root, vsqrt(x), sqrt_slope(z, dx))
UNARY(exponential, vexp(x), z *dx)
UNARY(logarithm, vlog(x), dx / x)
UNARY(hyperbolic, vtanh(x), (1.0 - z * z) * dx)
UNARY(sigmoid, vsigmoid(x), z *(1.0 - z) * dx)
UNARY(silu, x *vsigmoid(x), silu_slope(x) * dx)
UNARY(gelu, x *vphi(x), (vphi(x) + x * vdensity(x)) * dx)
UNARY(gelu_slope, vphi(x) + x * vdensity(x), vdensity(x) * (2.0 - x * x) * dx)
UNARY(entropy, surprise(x), sel(x == 0.0, splat(0), -(vlog(x) + 1.0) * dx))

KERNEL sign(const rk_lanes_job *j) {
    EACH(j, p, t) {
        st(j->r[p] + t, sign_of(ld(j->a[p] + t)));
    }
}

/* --- many planes to one ------------------------------------------------------------------------*/

#define LANES_OF(j, t) for (size_t t = 0; t < (j)->width; t += LANES)

INLINE V sum_at(rk_planes a, size_t n, size_t t) {
    V s = ld(a[0] + t);
    for (size_t p = 1; p < n; p++)
        s += ld(a[p] + t);
    return s;
}

KERNEL sum(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->r[0] + t, sum_at(j->a, j->n, t));
    }
}

KERNEL sum_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->dr[0] + t, sum_at(j->da, j->n, t));
    }
}

INLINE V dot_at(rk_planes a, rk_planes b, size_t n, size_t t) {
    V s = ld(a[0] + t) * ld(b[0] + t);
    for (size_t p = 1; p < n; p++)
        s += ld(a[p] + t) * ld(b[p] + t);
    return s;
}

KERNEL dot(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->r[0] + t, dot_at(j->a, j->b, j->n, t));
    }
}

KERNEL dot_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->dr[0] + t, dot_at(j->da, j->b, j->n, t) + dot_at(j->a, j->db, j->n, t));
    }
}

/* The largest (of the negated: smallest) of n; NAN if one is. */
INLINE V extreme_at(rk_planes a, size_t n, size_t t, double sign_) {
    V best = ld(a[0] + t) * sign_;
    for (size_t p = 1; p < n; p++) {
        V x = ld(a[p] + t) * sign_;
        best = sel((x > best) | is_nan(x), x, best);
    }
    return best * sign_;
}

INLINE V extreme_slope(const rk_lanes_job *j, size_t t) {
    V z = ld(j->r[0] + t), slope = splat(0);
    for (size_t p = j->n; p-- > 0;)
        slope = sel(ld(j->a[p] + t) == z, ld(j->da[p] + t), slope);
    return slope;
}

KERNEL maximum(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->r[0] + t, extreme_at(j->a, j->n, t, 1));
    }
}

KERNEL minimum(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->r[0] + t, extreme_at(j->a, j->n, t, -1));
    }
}

KERNEL extreme_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->dr[0] + t, extreme_slope(j, t));
    }
}

/* --- products ----------------------------------------------------------------------------------*/

/* r (+)= a*b for one register of lanes */
INLINE void product_at(const rk_lanes_job *j, rk_planes r, rk_planes a, rk_planes b, size_t t,
                       bool accumulate) {
    for (size_t i = 0; i < j->m; i++)
        for (size_t c = 0; c < j->n; c++) {
            V s = accumulate ? ld(r[i * j->n + c] + t) : splat(0);
            for (size_t l = 0; l < j->k; l++)
                s += ld(a[i * j->k + l] + t) * ld(b[l * j->n + c] + t);
            st(r[i * j->n + c] + t, s);
        }
}

KERNEL product(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        product_at(j, j->r, j->a, j->b, t, false);
    }
}

KERNEL product_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        product_at(j, j->dr, j->da, j->b, t, false);
        product_at(j, j->dr, j->a, j->db, t, true);
    }
}

/* --- elimination -------------------------------------------------------------------------------*/

/* The matrices of one register of lanes in elimination with complete pivoting. Rows are swapped,
   columns are not: a column whose pivot was taken becomes exactly zero. The tangents `dx` follow
   the same pivots; they may be NULL. */
typedef struct elimination {
    size_t m, n;
    double *x, *dx; /* m by n registers */
    V best;         /* modulus of the pivot found last */
    V pivot, dpivot;
    V parity; /* of the permutations so far: 1 or -1 */
} elimination;

INLINE double *cell(double *x, const elimination *e, size_t i, size_t c) {
    return x + (i * e->n + c) * LANES;
}

/* Loads; lanes with entries that are not finite become zero matrices and are returned. */
INLINE M load_matrices(elimination *e, rk_planes a, rk_planes da, size_t t) {
    V bad = splat(0);
    for (size_t p = 0; p < e->m * e->n; p++)
        bad += ld(a[p] + t) * 0.0;
    M wrong = is_nan(bad);
    for (size_t p = 0; p < e->m * e->n; p++) {
        st(e->x + p * LANES, sel(wrong, splat(0), ld(a[p] + t)));
        if (e->dx)
            st(e->dx + p * LANES, sel(wrong, splat(0), ld(da[p] + t)));
    }
    e->parity = splat(1);
    return wrong;
}

INLINE V row_peak(const elimination *e, size_t i) {
    V peak = splat(0);
    for (size_t c = 0; c < e->n; c++)
        peak = vmax(vabs(ld(cell(e->x, e, i, c))), peak);
    return peak;
}

INLINE void swap_rows(const elimination *e, double *x, size_t i, size_t k, M where) {
    for (size_t c = 0; c < e->n; c++) {
        V u = ld(cell(x, e, i, c)), v = ld(cell(x, e, k, c));
        st(cell(x, e, i, c), sel(where, v, u));
        st(cell(x, e, k, c), sel(where, u, v));
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
        swap_rows(e, e->x, i, k, more);
        if (e->dx)
            swap_rows(e, e->dx, i, k, more);
        e->parity = sel(more, -e->parity, e->parity);
    }
}

/* Clears column c below row k in the lanes whose pivot stands there. */
INLINE void clear_below(const elimination *e, size_t i, size_t k, const M *hit, V inverse) {
    V lead = splat(0), dlead = splat(0);
    for (size_t c = 0; c < e->n; c++) {
        lead = sel(hit[c], ld(cell(e->x, e, i, c)), lead);
        if (e->dx)
            dlead = sel(hit[c], ld(cell(e->dx, e, i, c)), dlead);
    }
    V f = lead * inverse, df = (dlead - f * e->dpivot) * inverse;
    for (size_t c = 0; c < e->n; c++) {
        V u = ld(cell(e->x, e, k, c));
        V y = ld(cell(e->x, e, i, c)) - f * u;
        st(cell(e->x, e, i, c), sel(hit[c], splat(0), y));
        if (!e->dx)
            continue;
        V dy = ld(cell(e->dx, e, i, c)) - f * ld(cell(e->dx, e, k, c)) - df * u;
        st(cell(e->dx, e, i, c), sel(hit[c], splat(0), dy));
    }
}

/* One step: the pivot, its tangent, the parity, and the rows below cleared. `free` marks columns
   whose pivot is not taken yet. */
INLINE void eliminate(elimination *e, size_t k, M *open, bool parity) {
    M hit[RK_LANES_COLUMNS], found = {0};
    find_row(e, k);
    V places = splat(1), sign_ = splat(1);
    e->pivot = e->dpivot = splat(0);
    for (size_t c = 0; c < e->n; c++) {
        V u = ld(cell(e->x, e, k, c));
        hit[c] = (vabs(u) == e->best) & open[c] & ~found;
        found |= hit[c];
        e->pivot = sel(hit[c], u, e->pivot);
        if (e->dx)
            e->dpivot = sel(hit[c], ld(cell(e->dx, e, k, c)), e->dpivot);
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

typedef struct rank_state {
    M alive;
    V rank, first, dfirst, kept, dkept, dropped, ddropped;
} rank_state;

/* Takes in the pivot found last. */
INLINE void count_pivot(rank_state *s, const elimination *e, size_t k) {
    V slope = sel(e->pivot < 0.0, -e->dpivot, e->dpivot);
    if (k == 0) {
        s->first = e->best;
        s->dfirst = slope;
    }
    M more = s->alive & (e->best > s->first * NOISE), last = s->alive & ~more;
    s->rank += one_where(more);
    s->kept = sel(more, e->best, s->kept);
    s->dkept = sel(more, slope, s->dkept);
    s->dropped = sel(last, e->best, s->dropped);
    s->ddropped = sel(last, slope, s->ddropped);
    s->alive = more;
}

INLINE void rank_at(const rk_lanes_job *j, size_t t, bool dual) {
    size_t least = j->m < j->n ? j->m : j->n, cells = j->m * j->n * LANES;
    elimination e = {.m = j->m, .n = j->n, .x = j->scratch, .dx = dual ? j->scratch + cells : NULL};
    V zero = splat(0);
    rank_state s = {.alive = zero == zero};
    M open[RK_LANES_COLUMNS], wrong = load_matrices(&e, j->a, j->da, t);
    for (size_t c = 0; c < e.n; c++)
        open[c] = zero == zero;
    for (size_t k = 0; k < least && any(s.alive); k++) {
        eliminate(&e, k, open, false);
        count_pivot(&s, &e, k);
    }
    wrong |= (s.first > 0.0) & (s.first < RK_LANES_ROUNDING);
    V unit = sel(s.first > 0.0, s.first, splat(1));
    V kept = s.kept / unit, dropped = s.dropped / unit;
    st(j->r[0] + t, sel(wrong, splat(NAN), s.rank));
    if (j->k) {
        st(j->r[1] + t, kept);
        st(j->r[2] + t, dropped);
    }
    if (dual) {
        st(j->dr[1] + t, (s.dkept - kept * s.dfirst) / unit);
        st(j->dr[2] + t, (s.ddropped - dropped * s.dfirst) / unit);
    }
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
    V x[4 * 8], zero = splat(0), one = splat(1), sum_ = zero, rank_ = zero;
    V first = zero, kept = zero, dropped = zero;
    K alive = k_equal(zero, zero);
    UNROLL for (size_t i = 0; i < m; i++) {
        UNROLL for (size_t c = 0; c < n; c++) {
            x[i * n + c] = ld(j->a[i * n + c] + t);
            sum_ += x[i * n + c];
        }
    }
    UNROLL for (size_t k = 0; k < m; k++) {
        V best = small_pivot_row(x, m, n, k);
        first = k == 0 ? best : first;
        K more = k_and(alive, k_greater(best, first * NOISE));
        rank_ += k_sel(more, one, zero);
        dropped = k_sel(more, dropped, k_sel(alive, best, dropped));
        kept = k_sel(more, best, kept);
        alive = more;
        if (k + 1 < m)
            small_eliminate(x, m, n, k, best);
    }
    K tiny = k_and(k_greater(first, zero), k_greater(splat(RK_LANES_ROUNDING), first));
    rank_ += sum_ * 0.0; /* NAN where an entry is not finite */
    st(j->r[0] + t, k_sel(tiny, splat(NAN), rank_));
    if (j->k) {
        V inverse = 1.0 / k_sel(k_greater(first, zero), first, one);
        st(j->r[1] + t, kept * inverse);
        st(j->r[2] + t, dropped * inverse);
    }
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
            rank_at(j, t, false);
        }
    }
}

KERNEL rank_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        rank_at(j, t, true);
        st(j->dr[0] + t, splat(0));
    }
}

INLINE void det_at(const rk_lanes_job *j, size_t t, bool dual) {
    size_t cells = j->n * j->n * LANES;
    elimination e = {.m = j->n, .n = j->n, .x = j->scratch, .dx = dual ? j->scratch + cells : NULL};
    V zero = splat(0), det = splat(1), ddet = zero;
    M open[RK_LANES_COLUMNS], wrong = load_matrices(&e, j->a, j->da, t);
    for (size_t c = 0; c < e.n; c++)
        open[c] = zero == zero;
    for (size_t k = 0; k < e.n; k++) {
        eliminate(&e, k, open, true);
        ddet = ddet * e.pivot + det * e.dpivot;
        det *= e.pivot;
    }
    st(j->r[0] + t, sel(wrong, splat(NAN), det * e.parity));
    if (dual)
        st(j->dr[0] + t, sel(wrong, splat(NAN), ddet * e.parity));
}

KERNEL det(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        det_at(j, t, false);
    }
}

KERNEL det_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        det_at(j, t, true);
    }
}

/* --- inverses ----------------------------------------------------------------------------------*/

/* [A, 1] of one register of lanes, n by 2n */
typedef struct gauss {
    size_t n;
    double *x;
    M singular;
} gauss;

INLINE double *at(const gauss *g, size_t i, size_t c) {
    return g->x + (2 * g->n * i + c) * LANES;
}

INLINE void gauss_swap(gauss *g, size_t k) {
    V best = vabs(ld(at(g, k, k)));
    for (size_t i = k + 1; i < g->n; i++) {
        V here = vabs(ld(at(g, i, k)));
        M more = here > best;
        best = sel(more, here, best);
        if (!any(more))
            continue;
        for (size_t c = 0; c < 2 * g->n; c++) {
            V u = ld(at(g, i, c)), v = ld(at(g, k, c));
            st(at(g, i, c), sel(more, v, u));
            st(at(g, k, c), sel(more, u, v));
        }
    }
    g->singular |= best == 0.0;
}

INLINE void gauss_step(gauss *g, size_t k) {
    gauss_swap(g, k);
    V pivot = ld(at(g, k, k)), inverse = 1.0 / sel(pivot == 0.0, splat(1), pivot);
    for (size_t c = 0; c < 2 * g->n; c++)
        st(at(g, k, c), ld(at(g, k, c)) * inverse);
    for (size_t i = 0; i < g->n; i++) {
        V f = ld(at(g, i, k));
        for (size_t c = 0; c < 2 * g->n && i != k; c++)
            st(at(g, i, c), ld(at(g, i, c)) - f * ld(at(g, k, c)));
    }
}

/* The largest column sum of moduli. */
INLINE V norm_one(rk_planes a, size_t n, size_t t) {
    V most = splat(0);
    for (size_t c = 0; c < n; c++) {
        V s = splat(0);
        for (size_t i = 0; i < n; i++)
            s += vabs(ld(a[i * n + c] + t));
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
            st(at(&g, i, c), ld(j->a[i * n + c] + t));
            st(at(&g, i, n + c), splat(i == c));
        }
    g.singular = zero != zero;
    for (size_t k = 0; k < n; k++)
        gauss_step(&g, k);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n; c++)
            st(j->r[i * n + c] + t, ld(at(&g, i, n + c)));
    V condition = norm_one(j->a, n, t) * norm_one(j->r, n, t);
    M bad = ~(condition <= 1 / NOISE);
    for (size_t p = 0; p < n * n; p++)
        st(j->r[p] + t, sel(bad | g.singular, splat(NAN), ld(j->r[p] + t)));
    st(j->r[n * n] + t, one_where(g.singular));
}

KERNEL inv(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        inv_at(j, t);
    }
}

/* -R dA R */
KERNEL inv_dual(const rk_lanes_job *j) {
    size_t n = j->n;
    LANES_OF(j, t) {
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < n; c++) {
                V s = splat(0);
                for (size_t l = 0; l < n; l++)
                    s += ld(j->r[i * n + l] + t) * ld(j->da[l * n + c] + t);
                st(j->scratch + (i * n + c) * LANES, s);
            }
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < n; c++) {
                V s = splat(0);
                for (size_t l = 0; l < n; l++)
                    s += ld(j->scratch + (i * n + l) * LANES) * ld(j->r[l * n + c] + t);
                st(j->dr[i * n + c] + t, -s);
            }
    }
}

/* --- softmax -----------------------------------------------------------------------------------*/

INLINE M kept_at(const rk_lanes_job *j, size_t p, size_t t) {
    V zero = splat(0);
    return j->b ? ld(j->b[p] + t) == 1.0 : zero == zero;
}

INLINE void softmax_row(const rk_lanes_job *j, size_t row, size_t t) {
    V peak = splat(-INFINITY), total = splat(0);
    for (size_t c = 0; c < j->n; c++) {
        V x = ld(j->a[row * j->n + c] + t);
        peak = sel(kept_at(j, row * j->n + c, t) & ~(x <= peak), x, peak);
    }
    for (size_t c = 0; c < j->n; c++) {
        size_t p = row * j->n + c;
        V y = sel(kept_at(j, p, t), vexp(ld(j->a[p] + t) - peak), splat(0));
        total += y;
        st(j->r[p] + t, y);
    }
    V inverse = 1.0 / total;
    for (size_t c = 0; c < j->n; c++)
        st(j->r[row * j->n + c] + t, ld(j->r[row * j->n + c] + t) * inverse);
}

/* A mask entry that is neither 0 nor 1, or a row without a 1. */
INLINE M mask_wrong(const rk_lanes_job *j, size_t t) {
    V zero = splat(0);
    M wrong = zero != zero;
    for (size_t i = 0; i < j->m; i++) {
        M some = zero != zero;
        for (size_t c = 0; c < j->n; c++) {
            V x = ld(j->b[i * j->n + c] + t);
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
            st(j->r[j->m * j->n] + t, one_where(mask_wrong(j, t)));
    }
}

/* dp = p*(dx - sum of p*dx) */
KERNEL softmax_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        for (size_t i = 0; i < j->m; i++) {
            V mean = splat(0);
            for (size_t p = i * j->n; p < (i + 1) * j->n; p++)
                mean += ld(j->r[p] + t) * ld(j->da[p] + t);
            for (size_t p = i * j->n; p < (i + 1) * j->n; p++)
                st(j->dr[p] + t, ld(j->r[p] + t) * (ld(j->da[p] + t) - mean));
        }
    }
}

/* --- singular values ---------------------------------------------------------------------------*/

enum { SWEEPS = 30 };

/* One-sided Jacobi (Hestenes): columns of x are rotated until they are orthogonal; `v` becomes the
   product of the rotations. Stored column after column. */
typedef struct jacobi {
    size_t m, n;
    double *x, *v; /* n columns of m, n columns of n registers */
} jacobi;

INLINE V column_dot(const double *x, const double *y, size_t m) {
    V s = splat(0);
    for (size_t i = 0; i < m; i++)
        s += ld(x + i * LANES) * ld(y + i * LANES);
    return s;
}

INLINE void rotate(double *x, double *y, size_t m, V c, V s) {
    for (size_t i = 0; i < m; i++) {
        V u = ld(x + i * LANES), v = ld(y + i * LANES);
        st(x + i * LANES, c * u - s * v);
        st(y + i * LANES, s * u + c * v);
    }
}

/* True when some lane was rotated. */
INLINE bool orthogonalise(const jacobi *z, size_t p, size_t q) {
    double *x = z->x + p * z->m * LANES, *y = z->x + q * z->m * LANES;
    V a = column_dot(x, x, z->m), b = column_dot(y, y, z->m), g = column_dot(x, y, z->m);
    M turn = vabs(g) > 1e-15 * vsqrt(a * b);
    if (!any(turn))
        return false;
    V zeta = (b - a) / (2 * sel(turn, g, splat(1)));
    V size = 1.0 / (vabs(zeta) + vsqrt(1.0 + zeta * zeta));
    V tan_ = sel(zeta < 0.0, -size, size), c = 1.0 / vsqrt(1.0 + tan_ * tan_);
    V s = sel(turn, c * tan_, splat(0));
    c = sel(turn, c, splat(1));
    rotate(x, y, z->m, c, s);
    rotate(z->v + p * z->n * LANES, z->v + q * z->n * LANES, z->n, c, s);
    return true;
}

INLINE void jacobi_load(const jacobi *z, const rk_lanes_job *j, size_t t) {
    for (size_t c = 0; c < z->n; c++) {
        for (size_t i = 0; i < z->m; i++)
            st(z->x + (c * z->m + i) * LANES, ld(j->a[i * z->n + c] + t));
        for (size_t i = 0; i < z->n; i++)
            st(z->v + (c * z->n + i) * LANES, splat(i == c));
    }
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

/* u'dA v for column c: u = x_c/sigma. */
INLINE V singular_slope(const jacobi *z, const rk_lanes_job *j, size_t c, V sigma, size_t t) {
    V s = splat(0);
    for (size_t i = 0; i < z->m; i++) {
        V along = splat(0);
        for (size_t l = 0; l < z->n; l++)
            along += ld(j->da[i * z->n + l] + t) * ld(z->v + (c * z->n + l) * LANES);
        s += ld(z->x + (c * z->m + i) * LANES) * along;
    }
    return sel(sigma > 0.0, s / sel(sigma > 0.0, sigma, splat(1)), splat(0));
}

/* Puts value and slope in their place among the c larger ones before. */
INLINE void insert_sorted(const rk_lanes_job *j, size_t c, V value, V slope, size_t t, bool dual) {
    for (size_t i = 0; i < c; i++) {
        V here = ld(j->r[i] + t);
        M more = value > here;
        st(j->r[i] + t, sel(more, value, here));
        value = sel(more, here, value);
        if (!dual)
            continue;
        V there = ld(j->dr[i] + t);
        st(j->dr[i] + t, sel(more, slope, there));
        slope = sel(more, there, slope);
    }
    st(j->r[c] + t, value);
    if (dual)
        st(j->dr[c] + t, slope);
}

INLINE void singular_at(const rk_lanes_job *j, size_t t, bool dual) {
    jacobi z = {.m = j->m, .n = j->n, .x = j->scratch, .v = j->scratch + j->m * j->n * LANES};
    jacobi_load(&z, j, t);
    jacobi_sweep(&z);
    for (size_t c = 0; c < z.n; c++) {
        const double *x = z.x + c * z.m * LANES;
        V sigma = vsqrt(column_dot(x, x, z.m));
        V slope = dual ? singular_slope(&z, j, c, sigma, t) : sigma;
        insert_sorted(j, c, sigma, slope, t, dual);
    }
}

KERNEL singular_values(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        singular_at(j, t, false);
    }
}

KERNEL singular_values_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        singular_at(j, t, true);
    }
}

/* --- flags -------------------------------------------------------------------------------------*/

#define FLAG(NAME, WHEN)                                                                           \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        LANES_OF(j, t) {                                                                           \
            V flag = splat(0);                                                                     \
            for (size_t p = 0; p < j->n; p++) {                                                    \
                V x = ld(j->a[p] + t);                                                             \
                flag = sel(WHEN, splat(1), flag);                                                  \
            }                                                                                      \
            st(j->r[0] + t, flag);                                                                 \
        }                                                                                          \
    }

FLAG(flag_zero, x == 0.0)
FLAG(flag_negative, x < 0.0)
FLAG(flag_below, x < -NOISE)
FLAG(flag_nonpositive, x <= 0.0)
FLAG(flag_set, x != 0.0)

/* --- margins -----------------------------------------------------------------------------------*/

INLINE V settle(const rk_lanes_job *j, V margin, size_t t) {
    if (!j->flag)
        return margin;
    return sel(ld(j->flag + t) != 0.0, splat(-INFINITY), margin);
}

typedef enum comparison { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE } comparison;

INLINE V margin_of(comparison cmp, V gap) {
    switch (cmp) {
    case CMP_EQ:
        return vabs(gap) - NOISE;
    case CMP_NE:
        return NOISE - vabs(gap);
    case CMP_LT:
        return gap + NOISE;
    case CMP_LE:
        return gap;
    case CMP_GT:
        return NOISE - gap;
    default:
        return -gap;
    }
}

INLINE V margin_slope(comparison cmp, V gap, V dgap) {
    V along = sel(gap < 0.0, -dgap, dgap);
    switch (cmp) {
    case CMP_EQ:
        return along;
    case CMP_NE:
        return -along;
    case CMP_LT:
    case CMP_LE:
        return dgap;
    default:
        return -dgap;
    }
}

/* The derivative of gap = (x - y)/scale, scale = 1 + the larger modulus. */
INLINE V gap_slope(const rk_lanes_job *j, size_t p, size_t t, V x, V y, V gap, V scale) {
    V dx = ld(j->da[p] + t), dy = ld(j->db[p] + t);
    M first = vabs(x) >= vabs(y);
    V dscale = sel(first, sign_of(x) * dx, sign_of(y) * dy);
    return (dx - dy - gap * dscale) / scale;
}

INLINE void compare_at(const rk_lanes_job *j, comparison cmp, size_t t, bool dual) {
    V worst = splat(cmp == CMP_NE ? INFINITY : -INFINITY), slope = splat(0);
    for (size_t p = 0; p < j->n; p++) {
        V x = ld(j->a[p] + t), y = ld(j->b[p] + t);
        V scale = 1.0 + vmax(vabs(x), vabs(y)), gap = (x - y) / scale;
        V margin = margin_of(cmp, gap);
        M take = (cmp == CMP_NE ? margin < worst : margin > worst) | is_nan(margin);
        if (dual)
            slope = sel(take, margin_slope(cmp, gap, gap_slope(j, p, t, x, y, gap, scale)), slope);
        worst = sel(take, margin, worst);
    }
    if (dual)
        st(j->dr[0] + t, slope);
    else
        st(j->r[0] + t, settle(j, worst, t));
}

#define COMPARE(NAME, CMP)                                                                         \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        LANES_OF(j, t) {                                                                           \
            compare_at(j, CMP, t, false);                                                          \
        }                                                                                          \
    }                                                                                              \
    KERNEL NAME##_dual(const rk_lanes_job *j) {                                                    \
        LANES_OF(j, t) {                                                                           \
            compare_at(j, CMP, t, true);                                                           \
        }                                                                                          \
    }

COMPARE(compare_eq, CMP_EQ)
COMPARE(compare_ne, CMP_NE)
COMPARE(compare_lt, CMP_LT)
COMPARE(compare_le, CMP_LE)
COMPARE(compare_gt, CMP_GT)
COMPARE(compare_ge, CMP_GE)

typedef enum connective { LOGIC_AND, LOGIC_OR, LOGIC_IMPLIES, LOGIC_IFF } connective;

/* Which of x and y the connective takes, after `implies` has negated x; `flip` where its sign
   changes. */
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

INLINE V combine_slope(connective how, V x, V y, V dx, V dy, M second) {
    V slope = sel(second, dy, dx);
    if (how != LOGIC_IFF)
        return slope;
    V taken = sel(second, y, x), size = sel(taken < 0.0, -slope, slope);
    M same = (x > 0.0) == (y > 0.0);
    return sel(same, -size, size);
}

/* Undefined is undefined whatever the other side; then unknown is unknown. */
INLINE void connect_at(const rk_lanes_job *j, connective how, size_t t, bool dual) {
    V margin = ld(j->a[0] + t), slope = dual ? ld(j->da[0] + t) : splat(0);
    M never = margin == (double)-INFINITY;
    for (size_t p = 1; p < j->n; p++) {
        V next = ld(j->a[p] + t), dnext = dual ? ld(j->da[p] + t) : slope;
        V x = how == LOGIC_IMPLIES ? -margin : margin;
        V dx = how == LOGIC_IMPLIES ? -slope : slope;
        never |= next == (double)-INFINITY;
        M second = takes_second(how, x, next), lost = is_nan(margin) | is_nan(next);
        slope = combine_slope(how, x, next, dx, dnext, second);
        margin = sel(lost, splat(NAN), combine(how, x, next, second));
    }
    if (dual)
        st(j->dr[0] + t, slope);
    else
        st(j->r[0] + t, sel(never, splat(-INFINITY), margin));
}

#define CONNECT(NAME, HOW)                                                                         \
    KERNEL NAME(const rk_lanes_job *j) {                                                           \
        LANES_OF(j, t) {                                                                           \
            connect_at(j, HOW, t, false);                                                          \
        }                                                                                          \
    }                                                                                              \
    KERNEL NAME##_dual(const rk_lanes_job *j) {                                                    \
        LANES_OF(j, t) {                                                                           \
            connect_at(j, HOW, t, true);                                                           \
        }                                                                                          \
    }

CONNECT(logic_and, LOGIC_AND)
CONNECT(logic_or, LOGIC_OR)
CONNECT(logic_implies, LOGIC_IMPLIES)
CONNECT(logic_iff, LOGIC_IFF)

KERNEL logic_not(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        V x = ld(j->a[0] + t);
        st(j->r[0] + t, sel(x == (double)-INFINITY, x, -x));
    }
}

KERNEL logic_not_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        st(j->dr[0] + t, -ld(j->da[0] + t));
    }
}

INLINE V vfloor(V x) {
    for (int l = 0; l < LANES; l++)
        x[l] = floor(x[l]);
    return x;
}

KERNEL is_integer(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        V margin = splat(-1), lost = splat(0);
        for (size_t p = 0; p < j->n; p++) {
            V x = ld(j->a[p] + t);
            margin = sel(vfloor(x) == x, margin, splat(1));
            lost += x * 0.0;
        }
        st(j->r[0] + t, settle(j, sel(is_nan(lost), lost, margin), t));
    }
}

/* --- definiteness ------------------------------------------------------------------------------*/

/* Sign of x - y, 0 only if equal; 2 when too close to tell. */
INLINE V close_sign(V x, V y) {
    V scale = vmax(vmax(vabs(x), vabs(y)), splat(1));
    M far = vabs(x - y) > NOISE * scale;
    V s = sel(far, sign_of(x - y), splat(2));
    return sel(x == y, splat(0), s);
}

INLINE V is_symmetric(const double *x, size_t n) {
    V state = splat(-1);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < i; c++) {
            V s = close_sign(ld(x + (i * n + c) * LANES), ld(x + (c * n + i) * LANES));
            M apart = (s == 1.0) | (s == -1.0);
            state = sel(apart, splat(1), sel((s == 2.0) & (state < 0.0), splat(0), state));
        }
    return state;
}

/* Elimination with positive diagonal pivots, as far as signs are clear: state -1 going on, 0 cannot
   tell, 1 not semidefinite, -2 done and semidefinite. */
INLINE V psd_step(double *x, size_t n, V state, V *open) {
    V pivot = splat(0), doubt = splat(0), negative = splat(0), alone = splat(1);
    for (size_t i = 0; i < n; i++) {
        V d = ld(x + (i * n + i) * LANES), s = close_sign(d, splat(0));
        M here = open[i] != 0.0;
        negative = sel(here & (s == -1.0), splat(1), negative);
        doubt = sel(here & (s == 2.0), splat(1), doubt);
        pivot = sel(here & (s == 1.0) & (pivot == 0.0), splat((double)(i + 1)), pivot);
        for (size_t c = 0; c < n; c++) {
            V q = close_sign(ld(x + (i * n + c) * LANES), splat(0));
            M both = here & (open[c] != 0.0);
            alone = sel(both & (q == 2.0) & (alone > 0.0), splat(0), alone);
            alone = sel(both & ((q == 1.0) | (q == -1.0)), splat(-1), alone);
        }
    }
    V end = sel(doubt != 0.0, splat(0), sel(alone > 0.0, splat(-2), one_where(alone < 0.0)));
    V next = sel(negative != 0.0, splat(1), sel(pivot == 0.0, end, splat(-1)));
    M going = state == -1.0;
    next = sel(going, next, state);
    going = next == -1.0;
    for (size_t k = 0; k < n; k++) {
        M mine = going & (pivot == (double)(k + 1));
        if (!any(mine))
            continue;
        V inverse = 1.0 / sel(mine, ld(x + (k * n + k) * LANES), splat(1));
        for (size_t i = 0; i < n; i++) {
            V f = sel(mine & (open[i] != 0.0), ld(x + (i * n + k) * LANES) * inverse, splat(0));
            for (size_t c = 0; c < n && i != k; c++)
                st(x + (i * n + c) * LANES,
                   ld(x + (i * n + c) * LANES) - f * ld(x + (k * n + c) * LANES));
        }
        open[k] = sel(mine, splat(0), open[k]);
    }
    return next;
}

KERNEL is_psd(const rk_lanes_job *j) {
    size_t n = j->n;
    LANES_OF(j, t) {
        double *x = j->scratch;
        V *open = (V *)(j->scratch + n * n * LANES), lost = splat(0);
        for (size_t p = 0; p < n * n; p++) {
            V y = ld(j->a[p] + t);
            lost += y * 0.0;
            st(x + p * LANES, y);
        }
        V symmetric = is_symmetric(x, n), state = splat(-1);
        for (size_t i = 0; i < n; i++)
            open[i] = splat(1);
        for (size_t k = 0; k < n; k++)
            state = psd_step(x, n, state, open);
        state = sel(state == -1.0, splat(-2), state);
        M no = (symmetric > 0.0) | (state == 1.0), yes = (symmetric < 0.0) & (state == -2.0);
        V margin = sel(no, splat(1), sel(yes, splat(-1), splat(NAN)));
        st(j->r[0] + t, settle(j, sel(is_nan(lost), lost, margin), t));
    }
}

/* --- the whole ---------------------------------------------------------------------------------*/

INLINE void violation_at(const rk_lanes_job *j, size_t t, bool dual) {
    V best = splat(-INFINITY), slope = splat(0);
    M never = best != best;
    for (size_t h = 0; h < j->m; h++) {
        V x = ld(j->a[h] + t);
        never |= (x > NOISE) | (x == (double)-INFINITY);
    }
    for (size_t c = 0; c < j->n; c++) {
        V x = ld(j->b[c] + t);
        M lost = is_nan(x) & (best <= 0.0);
        M more = (x > best) | (is_nan(best) & (x > 0.0));
        if (dual)
            slope = sel(more, ld(j->db[c] + t), sel(lost, splat(0), slope));
        best = sel(lost, splat(NAN), sel(more, x, best));
    }
    if (dual)
        st(j->dr[0] + t, sel(never, splat(0), slope));
    else
        st(j->r[0] + t, sel(never, splat(-INFINITY), best));
}

KERNEL violation(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        violation_at(j, t, false);
    }
}

KERNEL violation_dual(const rk_lanes_job *j) {
    LANES_OF(j, t) {
        violation_at(j, t, true);
    }
}

/* --- random numbers ----------------------------------------------------------------------------*/

enum { HALVES = 8, BLOCKS = 3 }; /* half words of a block; blocks at a time */

/* 32 bits of each number count, those above for nothing. */
typedef struct philox {
    U c[BLOCKS][4];
} philox;

/* Blocks `block` and the next ones: several together, since a round waits for the one before. */
INLINE philox philox_at(const rk_lanes_draw *d, size_t block, size_t t) {
    U zero = {0}, lane = zero;
    philox x;
    for (int l = 0; l < LANES; l++)
        lane[l] = t + (size_t)l;
    UNROLL for (size_t k = 0; k < BLOCKS; k++) {
        x.c[k][0] = zero + (block + k);
        x.c[k][1] = lane;
        x.c[k][2] = zero + (d->stream & 0xffffffff);
        x.c[k][3] = zero + (d->stream >> 32);
    }
    uint32_t k0 = d->key[0], k1 = d->key[1];
    for (int round = 0; round < 10; round++) {
        UNROLL for (size_t k = 0; k < BLOCKS; k++) {
            U *c = x.c[k], p = mul32(c[0], zero + 0xD2511F53u), q = mul32(c[2], zero + 0xCD9E8D57u);
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

static LANES_TARGET void draw(const rk_lanes_draw *d) {
    U range = {0};
    V origin = splat(0x1p52 - d->low), unit = splat(d->unit);
    range += d->range;
    for (size_t t = 0; t < d->width; t += LANES)
        for (size_t p = 0; p < d->n; p += HALVES * BLOCKS) {
            philox x = philox_at(d, p / HALVES, t);
            UNROLL for (size_t h = 0; h < HALVES * BLOCKS; h++) {
                if (p + h >= d->n)
                    break;
                U half = x.c[h / HALVES][h % HALVES / 2] >> (h % 2 ? 16 : 0) & 0xffff;
                U i = (mul32(half, range) >> 16) | 0x4330000000000000ULL;
                st(d->r[p + h] + t, ((V)i - origin) * unit);
            }
        }
}

#define BOTH(OP, NAME) .value[OP] = NAME, .dual[OP] = NAME##_dual

const rk_lanes LANES_TABLE = {
    .name = LANES_NAME,
    .step = LANES,
    .draw = draw,
    BOTH(RK_L_ADD, add),
    BOTH(RK_L_SUB, sub),
    BOTH(RK_L_MUL, mul),
    BOTH(RK_L_DIV, quotient),
    BOTH(RK_L_NEG, neg),
    BOTH(RK_L_ABS, absolute),
    BOTH(RK_L_RELU, relu),
    BOTH(RK_L_SQRT, root),
    BOTH(RK_L_EXP, exponential),
    BOTH(RK_L_LOG, logarithm),
    BOTH(RK_L_TANH, hyperbolic),
    BOTH(RK_L_SIGMOID, sigmoid),
    BOTH(RK_L_SILU, silu),
    BOTH(RK_L_GELU, gelu),
    BOTH(RK_L_GELU_SLOPE, gelu_slope),
    BOTH(RK_L_SURPRISE, entropy),
    BOTH(RK_L_SUM, sum),
    BOTH(RK_L_DOT, dot),
    BOTH(RK_L_PRODUCT, product),
    BOTH(RK_L_RANK, rank),
    BOTH(RK_L_DET, det),
    BOTH(RK_L_INV, inv),
    BOTH(RK_L_SOFTMAX, softmax),
    BOTH(RK_L_SINGULAR_VALUES, singular_values),
    BOTH(RK_L_EQ, compare_eq),
    BOTH(RK_L_NE, compare_ne),
    BOTH(RK_L_LT, compare_lt),
    BOTH(RK_L_LE, compare_le),
    BOTH(RK_L_GT, compare_gt),
    BOTH(RK_L_GE, compare_ge),
    BOTH(RK_L_NOT, logic_not),
    BOTH(RK_L_AND, logic_and),
    BOTH(RK_L_OR, logic_or),
    BOTH(RK_L_IMPLIES, logic_implies),
    BOTH(RK_L_IFF, logic_iff),
    BOTH(RK_L_VIOLATION, violation),
    .value[RK_L_MAX] = maximum,
    .value[RK_L_MIN] = minimum,
    .dual[RK_L_MAX] = extreme_dual,
    .dual[RK_L_MIN] = extreme_dual,
    .value[RK_L_SIGN] = sign,
    .value[RK_L_FLAG_ZERO] = flag_zero,
    .value[RK_L_FLAG_NEGATIVE] = flag_negative,
    .value[RK_L_FLAG_BELOW] = flag_below,
    .value[RK_L_FLAG_NONPOSITIVE] = flag_nonpositive,
    .value[RK_L_FLAG_SET] = flag_set,
    .value[RK_L_IS_INTEGER] = is_integer,
    .value[RK_L_IS_PSD] = is_psd,
};
