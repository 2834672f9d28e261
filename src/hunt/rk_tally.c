#include <math.h>
#include "base/rk_mem.h"
#include "rk_hunt.h"

void rk_tally_init(rk_tally *tally, const rk_checked *checked) {
    *tally = (rk_tally){.why = RK_EV_OK, .best = (double)-INFINITY};
    tally->dims_low = rk_calloc(checked->ndims + 1, sizeof *tally->dims_low);
    tally->dims_high = rk_calloc(checked->ndims + 1, sizeof *tally->dims_high);
}

void rk_tally_clear(rk_tally *tally) {
    rk_free(tally->dims_low);
    rk_free(tally->dims_high);
    *tally = (rk_tally){0};
}

static void widen(rk_tally *tally, const rk_tally *later, size_t ndims) {
    for (size_t i = 0; i < ndims; i++) {
        if (tally->held == 0 || later->dims_low[i] < tally->dims_low[i])
            tally->dims_low[i] = later->dims_low[i];
        if (tally->held == 0 || later->dims_high[i] > tally->dims_high[i])
            tally->dims_high[i] = later->dims_high[i];
    }
}

void rk_tally_add(rk_tally *tally, const rk_tally *later, const rk_checked *checked) {
    if (later->held > 0)
        widen(tally, later, checked->ndims);
    if (later->unknown > 0) {
        tally->why = later->why;
        tally->where = later->where;
    }
    tally->best = fmax(tally->best, later->best);
#define RK_TALLY_ADD(name) tally->name += later->name;
    RK_BLOCK_COUNTERS(RK_TALLY_ADD)
#undef RK_TALLY_ADD
}
