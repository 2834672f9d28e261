/* The kernels of rk_lanes.h with AVX2, in floats: 8 at a time. */
#ifdef __x86_64__
#define LANES_SINGLE
#define LANES_BYTES 32
#define LANES_TARGET __attribute__((target("avx2")))
#define LANES_NAME "AVX2, floats"
#define LANES_TABLE rk_lanes_avx2_single
#include "lanes_inside.h"
#endif
