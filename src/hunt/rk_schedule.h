/* What trial k of a hunt does, as a pure function of the theorem, the options and k. While there
   are assignments left to enumerate, one trial in four looks at the next few of them; every other
   one visits a program, and the ways that apply to it take turns there by their weights. Read only
   once made: all workers share it. Owns the plan and with it the programs. */
#ifndef RK_SCHEDULE_H
#define RK_SCHEDULE_H

#include "rk_plan.h"
#include "rk_ways.h"

/* Enumerated assignments that one trial looks at. */
#define RK_SCHEDULE_RUN 8

typedef struct rk_turns {
    unsigned char *way; /* whose turn it is at visit v: way[v % n] */
    size_t n;
} rk_turns;

typedef struct rk_schedule {
    const rk_checked *checked;
    rk_plan plan;
    rk_turns *turns;     /* of each program */
    int64_t *irrational; /* entries of its instructions that leave the rationals */
} rk_schedule;

typedef struct rk_step {
    const rk_way *way;    /* NULL: enumeration */
    uint64_t first, last; /* enumeration: assignments first .. last - 1 */
    size_t program;       /* otherwise */
    rk_effort effort;     /* otherwise */
} rk_step;

/* only_dims, max_dim: as of rk_plan_init. The judge tells which ways apply. */
void rk_schedule_init(rk_schedule *s, const rk_judge *judge, const int64_t *only_dims,
                      int64_t max_dim);
void rk_schedule_clear(rk_schedule *s);

void rk_schedule_step(const rk_schedule *s, uint64_t k, rk_step *out);

/* How far enumerated assignment j of a program may go. */
rk_effort rk_schedule_effort(const rk_schedule *s, size_t program, uint64_t j);

#endif
