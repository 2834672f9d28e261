/* Counts over results, the one place where summaries come from. */
#ifndef RK_COUNT_H
#define RK_COUNT_H

#include "check/rk_result.h"

typedef struct rk_count {
    size_t total;
    size_t verdict[RK_VERDICT_NONE]; /* by verdict */
    size_t met[RK_VERDICT_NONE];     /* the same without the unexpected */
    size_t reserved;                 /* proved, not unexpected, with a caveat */
    size_t unexpected;               /* missed its expect, or refuted without having one */
} rk_count;

rk_count rk_count_results(const rk_result *const *r, size_t n);

#endif
