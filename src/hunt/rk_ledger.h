/* The ledger of long hunts: finished blocks and findings in one SQLite file. WAL mode and full
   syncs, so that what was stored is there after any kill; application_id and user_version mark the
   format. A block and its findings are stored in one transaction; blocks without findings wait for
   a tenth of a second at most for others to share theirs with. Nothing is stored twice. Several
   hunts share a file, and several processes may write to it at once.

   A ledger belongs to one thread at a time. Files come from anywhere: one that is no ledger, of
   another format, or damaged is told apart before anything is written to it. */
#ifndef RK_LEDGER_H
#define RK_LEDGER_H

#include "base/rk_buf.h"
#include "rk_blocks.h"

typedef struct rk_ledger rk_ledger;

typedef enum rk_ledger_access {
    RK_LEDGER_READ,  /* it must be there; needs no right to write */
    RK_LEDGER_CREATE /* made when it is not there, or empty */
} rk_ledger_access;

/* RK_BAD_INPUT: not there, no ledger, or damaged; RK_ENVIRONMENT: disk, rights, memory, locks.
   Then *ledger is NULL and the reason is appended to why (without the path). */
rk_status rk_ledger_open(const char *path, rk_ledger_access wanted, rk_ledger **ledger,
                         rk_buf *why);
/* Stores what is pending first; the status of that. NULL is allowed. */
rk_status rk_ledger_close(rk_ledger *ledger);
/* Reason of the last failure. */
const char *rk_ledger_why(const rk_ledger *ledger);

/* What names a hunt: two with the same digest, seed, version and settings are the same. */
typedef struct rk_ledger_key {
    const unsigned char *digest; /* 32 bytes, of what is claimed (rk_checked.statement) */
    uint64_t seed;
    const char *version;
    const char *settings; /* whatever else changes what a trial does, or which trials a block is */
    const char *file, *theorem, *statement; /* for people */
} rk_ledger_key;

/* Which blocks b this process works on: b % shards == shard. 0 of 1: all. */
typedef struct rk_ledger_share {
    uint64_t shard, shards;
} rk_ledger_share;

/* Begins a hunt, or goes on with one. RK_BAD_USAGE: blocks of this share are there already, and
   `resume` was not asked for. The store lives until the next rk_ledger_hunt or the close. */
rk_status rk_ledger_hunt(rk_ledger *ledger, const rk_ledger_key *key, rk_ledger_share share,
                         bool resume, const rk_block_store **store);

/* --- looking into it --------------------------------------------------------- */

typedef struct rk_ledger_entry { /* a hunt */
    int64_t id;
    const char *digest; /* in hexadecimal */
    uint64_t seed;
    const char *version, *settings, *file, *theorem, *statement;
    uint64_t blocks;   /* finished */
    uint64_t end;      /* one more than the highest number of a finished block */
    uint64_t findings; /* stored */
    rk_block_result sum;
} rk_ledger_entry;

typedef struct rk_ledger_finding {
    rk_block_finding found;
    uint64_t block;
} rk_ledger_finding;

/* All hunts in the order in which they began; texts in the arena. */
rk_status rk_ledger_entries(rk_ledger *ledger, rk_arena *arena, rk_ledger_entry **entry, size_t *n);
/* The findings of a hunt in the order of trials, at most `most` of them. */
rk_status rk_ledger_findings(rk_ledger *ledger, int64_t hunt, size_t most, rk_arena *arena,
                             rk_ledger_finding **finding, size_t *n);

/* Takes over all of the ledger at `path` in one transaction; `into` keeps what it has. A block or
   finding that both have must be the same in both: RK_BAD_INPUT otherwise, and nothing is taken. */
rk_status rk_ledger_merge(rk_ledger *into, const char *path);

#endif
