/* The kernels of rk_lanes.h with AVX2, in doubles: 4 at a time. */
#ifdef __x86_64__
#define LANES_BYTES 32
#define LANES_TARGET __attribute__((target("avx2")))
#define LANES_NAME "AVX2"
#define LANES_TABLE rk_lanes_avx2
#include "lanes_inside.h"
#endif
