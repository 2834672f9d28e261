/* Which of the kernels run here. */
#include "rk_lanes.h"

extern const rk_lanes rk_lanes_plain, rk_lanes_plain_single;
#ifdef __x86_64__
extern const rk_lanes rk_lanes_avx2, rk_lanes_avx512, rk_lanes_avx2_single, rk_lanes_avx512_single;
#endif

const rk_lanes *rk_lanes_at(size_t i, bool single) {
    const rk_lanes *found[3] = {single ? &rk_lanes_plain_single : &rk_lanes_plain};
    size_t n = 1;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        found[n++] = single ? &rk_lanes_avx2_single : &rk_lanes_avx2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        found[n++] = single ? &rk_lanes_avx512_single : &rk_lanes_avx512;
#endif
    return i < n ? found[i] : NULL;
}

const rk_lanes *rk_lanes_best(bool single) {
    const rk_lanes *best = NULL;
    for (size_t i = 0; rk_lanes_at(i, single); i++)
        best = rk_lanes_at(i, single);
    return best;
}

enum { REGISTER = 64 }; /* bytes, of the widest */

size_t rk_lanes_scratch(rk_lanes_op op, size_t m, size_t n) {
    switch (op) {
    case RK_L_RANK:
    case RK_L_DET:
    case RK_L_SINGULAR_VALUES:
        return m * n * REGISTER;
    case RK_L_INV:
        return 2 * m * n * REGISTER;
    case RK_L_IS_PSD:
        return (n + 1) * n * REGISTER;
    default:
        return 0;
    }
}
