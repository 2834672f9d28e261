#include "rk_gemm.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/rk_mem.h"

#ifdef __clang__ /* a plain kernel rounds twice where others do once: both are within the bound */
#pragma STDC FP_CONTRACT OFF
#endif

#define UNROLL _Pragma("GCC unroll 32")

enum { SHORT = 8, LONG = 64, DEPTH = 256, TALL = 96, WIDE = 1536 };
enum { LINE = 64 }; /* bytes of a cache line, and of the widest register */

static void *aligned(void *p) {
    return (void *)(((uintptr_t)p + LINE - 1) / LINE * LINE);
}

#define GEMM_REAL double
#define GEMM_BITS int64_t
#define GEMM_BYTES 16
#define GEMM_ROWS 4
#define GEMM_VECTORS 2
#define GEMM_TARGET
#define GEMM_SPLAT(x) ((vector_plain){x, x})
#define GEMM_FMA(a, b, c) ((a) * (b) + (c))
#define GEMM_NAME(name) name##_plain
#include "gemm_inside.h"

#define GEMM_REAL float
#define GEMM_BITS int32_t
#define GEMM_BYTES 16
#define GEMM_ROWS 4
#define GEMM_VECTORS 2
#define GEMM_TARGET
#define GEMM_SPLAT(x) ((vector_plain_single){x, x, x, x})
#define GEMM_FMA(a, b, c) ((a) * (b) + (c))
#define GEMM_NAME(name) name##_plain_single
#include "gemm_inside.h"

#ifdef __x86_64__
#define GEMM_REAL double
#define GEMM_BITS int64_t
#define GEMM_BYTES 32
#define GEMM_ROWS 4
#define GEMM_VECTORS 3
#define GEMM_TARGET __attribute__((target("avx2,fma")))
#define GEMM_SPLAT(x) (vector_avx2) _mm256_set1_pd(x)
#define GEMM_FMA(a, b, c) (vector_avx2) _mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c))
#define GEMM_NAME(name) name##_avx2
#include "gemm_inside.h"

#define GEMM_REAL float
#define GEMM_BITS int32_t
#define GEMM_BYTES 32
#define GEMM_ROWS 4
#define GEMM_VECTORS 3
#define GEMM_TARGET __attribute__((target("avx2,fma")))
#define GEMM_SPLAT(x) (vector_avx2_single) _mm256_set1_ps(x)
#define GEMM_FMA(a, b, c)                                                                          \
    (vector_avx2_single) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#define GEMM_NAME(name) name##_avx2_single
#include "gemm_inside.h"

#define GEMM_REAL double
#define GEMM_BITS int64_t
#define GEMM_BYTES 64
#define GEMM_ROWS 8
#define GEMM_VECTORS 3
#define GEMM_TARGET __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl")))
#define GEMM_SPLAT(x) (vector_avx512) _mm512_set1_pd(x)
#define GEMM_FMA(a, b, c) (vector_avx512) _mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c))
#define GEMM_NAME(name) name##_avx512
#include "gemm_inside.h"

#define GEMM_REAL float
#define GEMM_BITS int32_t
#define GEMM_BYTES 64
#define GEMM_ROWS 8
#define GEMM_VECTORS 3
#define GEMM_TARGET __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl")))
#define GEMM_SPLAT(x) (vector_avx512_single) _mm512_set1_ps(x)
#define GEMM_FMA(a, b, c)                                                                          \
    (vector_avx512_single) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#define GEMM_NAME(name) name##_avx512_single
#include "gemm_inside.h"
#endif

typedef struct kernel {
    const char *name;
    bool fused; /* multiplies and adds with one rounding */
    void (*multiply)(double *, double *, size_t, const double *, size_t, const double *, size_t,
                     size_t, size_t, size_t);
    void (*single)(float *, float *, size_t, const float *, size_t, const float *, size_t, size_t,
                   size_t, size_t);
} kernel;

static const kernel kernels[] = {
    {"plain", false, multiply_plain, multiply_plain_single},
#ifdef __x86_64__
    {"AVX2", true, multiply_avx2, multiply_avx2_single},
    {"AVX-512", true, multiply_avx512, multiply_avx512_single},
#endif
};

/* How many of them run here. */
static size_t usable(void) {
    size_t n = 1;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        n++;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl"))
            n++;
    }
#endif
    return n;
}

static size_t chosen = SIZE_MAX;

const char *rk_gemm_use(size_t i) {
    if (i != SIZE_MAX && i >= usable())
        return NULL;
    chosen = i;
    return kernels[i == SIZE_MAX ? usable() - 1 : i].name;
}

static const kernel *best(void) {
    return &kernels[chosen == SIZE_MAX ? usable() - 1 : chosen];
}

static void clear(char *c, size_t bytes, size_t row, size_t m) {
    for (size_t i = 0; i < m; i++)
        memset(c + i * row, 0, bytes);
}

void rk_gemm_traced(double *c, double *trace, size_t ldc, const double *a, size_t lda,
                    const double *b, size_t ldb, size_t m, size_t k, size_t n) {
    if (k > 0) {
        best()->multiply(c, trace, ldc, a, lda, b, ldb, m, k, n);
        return;
    }
    clear((char *)c, n * sizeof *c, ldc * sizeof *c, m);
    if (trace != NULL)
        clear((char *)trace, n * sizeof *c, ldc * sizeof *c, m);
}

void rk_gemm(double *c, size_t ldc, const double *a, size_t lda, const double *b, size_t ldb,
             size_t m, size_t k, size_t n) {
    rk_gemm_traced(c, NULL, ldc, a, lda, b, ldb, m, k, n);
}

void rk_gemm_single(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb,
                    size_t m, size_t k, size_t n) {
    if (k == 0)
        clear((char *)c, n * sizeof *c, ldc * sizeof *c, m);
    else
        best()->single(c, NULL, ldc, a, lda, b, ldb, m, k, n);
}

/* SHORT for the products and their sums, then one for each sum of a level but its first. */
double rk_gemm_roundings(size_t k) {
    return SHORT + (LONG / SHORT - 1) + (DEPTH / LONG - 1) + (double)(k / DEPTH);
}

/* The first product of a block is added to 0. Where products are rounded for themselves, all but
   the first term pass one more. The last is for the addition before that of the block when it is
   not traced. */
double rk_gemm_charge(size_t p, size_t k) {
    size_t at = p % SHORT, left = k - (p - at), terms = left < SHORT ? left : SHORT;
    size_t block = p % LONG / SHORT;
    return (double)(terms - at) + (!best()->fused && at > 0) + (block > 1 && block % 2 == 1);
}
