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

/* What a block of trials brought in. */
typedef struct rk_haul {
    rk_tally tally;
    rk_finding *finding; /* in the order of trials */
    rk_finding *small;   /* the same, shrunk; NULL when that is not asked for */
    size_t n, capacity;
    bool cut; /* time ran out, or the hunt was to end, before all its trials were done */
} rk_haul;

/* Where the finding of a trial is, until the next trial. */
typedef struct rk_hit {
    size_t program; /* the values: worker->value[program], and worker->judge.forms */
    unsigned claim;
    const char *how; /* static */
} rk_hit;

/* Trials of a block. */
enum { RK_BLOCK_TRIALS = 16 };

void rk_worker_init(rk_worker *w, const rk_schedule *schedule, const rk_hunt_options *options);
void rk_worker_clear(rk_worker *w);

bool rk_worker_trial(rk_worker *w, uint64_t k, rk_hit *out);

/* Trials first .. last-1. With `one`, as far as the first finding; otherwise all findings are kept.
   Where there are more than one to find, or a store keeps them, they are shrunk too if the options
   say so, and then only the first of each kind is kept. The caller frees the haul. */
rk_haul *rk_worker_block(rk_worker *w, uint64_t first, uint64_t last, bool one);
void rk_haul_free(rk_haul *haul);

/* The finding of trial k as a thing of its own. */
void rk_worker_finding(const rk_worker *w, const rk_hit *hit, uint64_t k, rk_finding *out);

/* Tries the values of a known counterexample (rk_replay.h) at all dimensions of the plan. */
bool rk_worker_replay(rk_worker *w, const rk_checked *known, rk_hit *out);

#endif
