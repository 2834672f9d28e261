/* The kernels of rk_lanes.h with AVX-512, in doubles: 8 at a time. */
#ifdef __x86_64__
#define LANES_BYTES 64
#define LANES_TARGET __attribute__((target("avx2,avx512f,avx512dq,avx512vl")))
#define LANES_NAME "AVX-512"
#define LANES_TABLE rk_lanes_avx512
#include "lanes_inside.h"
#endif
