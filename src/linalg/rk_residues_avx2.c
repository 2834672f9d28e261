/* The loops of rk_residues.h with AVX2: 4 at a time. */
#ifdef __x86_64__
#include <immintrin.h>
#define VECTOR __m256d
#define WIDTH 4
#define ROWS 6
#define TARGET __attribute__((target("avx2,fma")))
#define LOAD(p) _mm256_loadu_pd(p)
#define STORE(p, x) _mm256_storeu_pd(p, x)
#define ALL(t) _mm256_set1_pd(t)
#define TAKE(c, a, b) _mm256_fnmadd_pd(a, b, c)
#define TABLE rk_residues_avx2
#define NAME "AVX2"
#include "residues_inside.h"
#endif
