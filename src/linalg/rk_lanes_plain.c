/* The kernels of rk_lanes.h for any processor, in doubles: 2 at a time. */
#define LANES_BYTES 16
#define LANES_TARGET
#define LANES_NAME "plain"
#define LANES_TABLE rk_lanes_plain
#include "lanes_inside.h"
