/* The kernels of rk_lanes.h for any processor: two lanes at a time. */
#define LANES 2
#define LANES_TARGET
#define LANES_NAME "plain"
#define LANES_TABLE rk_lanes_plain
#include "lanes_inside.h"
