/* A hunt and the store that keeps its finished blocks (rk_blocks.h): what was done before is not
   done again, and what is reported was stored. Several threads may ask for blocks at once. */
#ifndef RK_KEEP_H
#define RK_KEEP_H

#include <pthread.h>

#include "rk_worker.h"

typedef struct rk_keep {
    const rk_block_store *store; /* not owned; NULL: nothing is kept */
    pthread_mutex_t lock;
} rk_keep;

void rk_keep_init(rk_keep *keep, const rk_block_store *store);
void rk_keep_clear(rk_keep *keep);

/* The haul that a result tells of, its findings judged again by the worker; NULL: one is none. one:
   as of rk_worker_block. */
rk_haul *rk_keep_restore(rk_worker *w, const rk_block_result *result, bool one);

/* The haul of a block that was finished before, its findings judged again by the worker; NULL: the
   block is to be done. */
rk_haul *rk_keep_fetch(rk_keep *keep, rk_worker *w, uint64_t block);
/* False: the store failed, and what the haul has must not be reported. */
bool rk_keep_store(rk_keep *keep, const rk_checked *checked, uint64_t block, const rk_haul *haul);
/* All is on the disk. */
bool rk_keep_flush(rk_keep *keep);

/* Whatever changes what a block comes to, beside the theorem and the seed, as a text: the same for
   hunts whose blocks may stand for each other. */
void rk_keep_settings(rk_buf *out, const rk_checked *checked, const int64_t *only_dims,
                      const rk_hunt_options *o);

#endif
