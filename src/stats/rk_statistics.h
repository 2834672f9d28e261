/* Random theorems at one choice of dimensions: each comparison of prob, mean or var with a number
   is tested by draws whose number depends on the program alone, or is given. A draw at which a
   hypothesis is false or something is undefined is passed over: probabilities and means are those
   given the hypotheses and that everything is defined. What arithmetic left open counts against
   whatever would be said. */
#ifndef RK_STATISTICS_H
#define RK_STATISTICS_H

#include "base/rk_mem.h"
#include "eval/rk_program.h"

typedef enum rk_statistic { RK_STAT_PROB, RK_STAT_MEAN, RK_STAT_VARIANCE } rk_statistic;

/* prob(inside) cmp number, and its kin: the statistic stands on the left. */
typedef struct rk_test {
    rk_statistic statistic;
    const rk_term *inside, *number;
    rk_cmp cmp;
    rk_span span;
} rk_test;

/* The comparisons that the claims of a random theorem consist of; *n of them, in the arena. */
const rk_test *rk_statistic_tests(const rk_checked *checked, rk_arena *arena, size_t *n);

typedef enum rk_test_status {
    RK_TEST_SUPPORTED,
    RK_TEST_UNSUPPORTED,
    RK_TEST_CLOSE,       /* neither bound is on its side */
    RK_TEST_OPEN,        /* it might be, but for draws that arithmetic left open */
    RK_TEST_UNBOUNDED,   /* mean or var of what has no proven bounds */
    RK_TEST_NO_INSTANCE, /* no draw satisfied the hypotheses with everything defined */
    RK_TEST_LATE,        /* the deadline came */
    RK_TEST_LARGE,       /* too large to be built */
    RK_TEST_PARAMETERS   /* a parameter is undefined, or sd < 0, or a > b */
} rk_test_status;

typedef struct rk_test_result {
    rk_test_status status;
    uint64_t draws, counted, passed, open;
    double estimate, low, high; /* the bounds, each at the level; rounded outwards */
    double least, most;         /* mean and var: the bounds of the expression that were used */
} rk_test_result;

typedef struct rk_statistics_options {
    uint64_t seed, stream; /* one stream for each choice of dimensions */
    uint64_t draws;        /* 0: as many as `work` allows, within limits; at most 2^24 in any case,
                              shared by the tests */
    double work;           /* operations on numbers, 0: default 2e8 */
    unsigned threads;      /* 0: one a core */
    double level;          /* how probable a bound may be wrong, one test at one choice */
    double deadline;
    bool (*interrupted)(void *self); /* asked now and then; may be NULL */
    void *self;
} rk_statistics_options;

/* results: one for each test. NOT_ALLOWED: this choice of dimensions is passed over. */
rk_build_status rk_statistics_run(const rk_checked *checked, const int64_t *dims,
                                  const rk_test *tests, size_t n,
                                  const rk_statistics_options *options, rk_test_result *results);

#endif
