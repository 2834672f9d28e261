/* One worker of a hunt: what a thread needs to run any trial. What a trial finds depends on the
   schedule, the seed and its number alone. */
#ifndef RK_WORKER_H
#define RK_WORKER_H

#include "rk_schedule.h"

typedef struct rk_worker {
    const rk_schedule *schedule; /* not owned */
    rk_judge judge;
    rk_assignment *value; /* scratch, one for each program of the plan */
} rk_worker;

/* Where the finding of a trial is, until the next trial. */
typedef struct rk_hit {
    size_t program; /* the values: worker->value[program] */
    unsigned claim;
    const char *how; /* static */
} rk_hit;

/* tally: where the judge counts. */
void rk_worker_init(rk_worker *w, const rk_schedule *schedule, const rk_hunt_options *options,
                    rk_tally *tally);
void rk_worker_clear(rk_worker *w);

bool rk_worker_trial(rk_worker *w, uint64_t k, rk_hit *out);

/* Tries the values of a known counterexample (rk_replay.h) at all dimensions of the plan. */
bool rk_worker_replay(rk_worker *w, const rk_checked *known, rk_hit *out);

#endif
