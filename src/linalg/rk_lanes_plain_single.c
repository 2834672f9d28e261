/* The kernels of rk_lanes.h for any processor, in floats: 4 at a time. */
#define LANES_SINGLE
#define LANES_BYTES 16
#define LANES_TARGET
#define LANES_NAME "plain, floats"
#define LANES_TABLE rk_lanes_plain_single
#include "lanes_inside.h"
