#include "rk_sets.h"

#include <stddef.h>
#include <string.h>

static const rk_set_info sets[RK_SET_COUNT] = {
#define RK_SET_ROW(id, name, lo, hi, square, generic, random, params)                              \
    [RK_SET_##id] = {name, lo, hi, square, generic, random, params},
    RK_SETS(RK_SET_ROW)
#undef RK_SET_ROW
};

const rk_set_info *rk_set_lookup(rk_set set) {
    return &sets[set];
}

bool rk_set_find(const char *name, rk_set *set) {
    for (size_t i = 0; i < RK_SET_COUNT; i++)
        if (strcmp(sets[i].name, name) == 0) {
            *set = (rk_set)i;
            return true;
        }
    return false;
}
