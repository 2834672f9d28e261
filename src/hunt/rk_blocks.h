/* What a block of trials came to, as it travels between threads, hosts and the ledger: numbers and
   texts alone, a pure function of the hunt and of the block's number. And the small interface by
   which a hunt keeps finished blocks and asks for those that were finished before.

   Block b of a hunt is the trials b*B .. b*B + B - 1; B is fixed by the hunt. */
#ifndef RK_BLOCKS_H
#define RK_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/rk_mem.h"
#include "base/rk_status.h"

/* The counters of a block; all are sums over its trials. The ledger has a column for each. */
#define RK_BLOCK_COUNTERS(X)                                                                       \
    X(trials)      /* numbered trials */                                                           \
    X(assignments) /* assignments looked at, batches counted one by one */                         \
    X(held)        /* exact instances at which every claim held */                                 \
    X(unconfirmed) /* float hits that exact arithmetic did not confirm */                          \
    X(undefined)   /* passed over */                                                               \
    X(excluded)    /* hypotheses false */                                                          \
    X(unknown)     /* truth stayed unknown */                                                      \
    X(rejected)    /* exact violations that `accept` turned down */

/* A finding of a block as it was found, and its smallest form. */
typedef struct rk_block_finding {
    uint64_t trial;
    unsigned claim;
    const char *how;
    const char *dims;    /* {"n": 2, "d": 3} */
    const char *values;  /* {"X": [["0", "-1"], ["1", "-1"]]}: entries as the language reads them */
    const char *snippet; /* the finding as a theorem of its own */
    double margin;       /* violation in doubles, NAN: none */
    const char *small_dims, *small_values, *small_snippet; /* NULL: it was not shrunk */
} rk_block_finding;

typedef struct rk_block_result {
#define RK_BLOCK_COUNTER(name) uint64_t name;
    RK_BLOCK_COUNTERS(RK_BLOCK_COUNTER)
#undef RK_BLOCK_COUNTER
    double best;                      /* largest violation seen in doubles, -INFINITY: none */
    const char *held_low, *held_high; /* dims of the held instances, as in dims; NULL: none held */
    const char *why, *why_file; /* reason of the unknown, and the file of the place; NULL: none */
    uint64_t why_begin, why_end;
    bool cut; /* not all of its trials were done: what it found counts, the block does not */
    size_t nfindings;
    const rk_block_finding *finding; /* in the order of trials */
} rk_block_result;

/* Where a hunt keeps its finished blocks. One thread at a time calls these. Text handed in is
   copied; text handed out lies in the arena of the call. */
typedef struct rk_block_store {
    void *self;
    /* The result of block `number`, when it was finished before. False: it has to be done. What it
       reports was decided by whoever wrote the file: a finding counts only when it is judged again.
     */
    bool (*fetch)(void *self, uint64_t number, rk_arena *arena, rk_block_result *out);
    /* Keeps a finished block with its findings, once: a block that is there already is left as it
       is; of a cut one the findings alone, until the whole one comes. With findings it is on the
       disk when the call returns; without, soon. */
    rk_status (*store)(void *self, uint64_t number, const rk_block_result *result);
    /* All that was handed in is on the disk when this returns: call it before saying so. */
    rk_status (*flush)(void *self);
} rk_block_store;

#endif
