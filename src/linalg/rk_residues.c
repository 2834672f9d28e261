/* Which of the loops run here, and what they need. */
#include "rk_residues.h"
#include <math.h>

extern const rk_residues rk_residues_plain;
#ifdef __x86_64__
extern const rk_residues rk_residues_avx2, rk_residues_avx512;
#endif

const rk_residues *rk_residues_at(size_t i) {
    const rk_residues *found[3] = {&rk_residues_plain};
    size_t n = 1;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        found[n++] = &rk_residues_avx2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma"))
        found[n++] = &rk_residues_avx512;
#endif
    return i < n ? found[i] : NULL;
}

const rk_residues *rk_residues_best(void) {
    const rk_residues *best = NULL;
    for (size_t i = 0; rk_residues_at(i) != NULL; i++)
        best = rk_residues_at(i);
    return best;
}

/* The multiple of p nearest to a sum must be exact, too, hence the room for two more. */
rk_modulus rk_modulus_of(ulong p) {
    double half = (double)(p / 2 + 2);
    double chunk = fmin(1 << 20, (0x1p53 - 4 * half) / (half * half));
    return (rk_modulus){(double)p, 1 / (double)p, (slong)chunk};
}

/* The largest blocks of residues_inside.h: 96 rows and 1024 columns by 192. */
size_t rk_residues_scratch(slong n, slong k) {
    size_t deep = k < 192 ? (size_t)k : 192, wide = n < 1024 ? (size_t)n + 16 : 1024;
    return (96 + wide) * deep + 64;
}
