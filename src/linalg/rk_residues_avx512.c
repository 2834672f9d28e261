/* The loops of rk_residues.h with AVX-512: 8 at a time. */
#ifdef __x86_64__
#include <immintrin.h>
#define VECTOR __m512d
#define WIDTH 8
#define ROWS 12
#define TARGET __attribute__((target("avx512f,fma")))
#define LOAD(p) _mm512_loadu_pd(p)
#define STORE(p, x) _mm512_storeu_pd(p, x)
#define ALL(t) _mm512_set1_pd(t)
#define TAKE(c, a, b) _mm512_fnmadd_pd(a, b, c)
#define TABLE rk_residues_avx512
#define NAME "AVX-512"
#include "residues_inside.h"
#endif
