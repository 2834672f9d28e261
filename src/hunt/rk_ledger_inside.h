/* The inside of a ledger, shared by rk_ledger.c (storing), rk_ledger_open.c (which files are
   ledgers), rk_ledger_read.c and rk_ledger_merge.c. */
#ifndef RK_LEDGER_INSIDE_H
#define RK_LEDGER_INSIDE_H

#include <sqlite3.h>

#include "rk_ledger.h"

enum {
    RK_LEDGER_APPLICATION = 0x726b6c67, /* "rklg" */
    RK_LEDGER_FORMAT = 1,
    RK_LEDGER_PATIENCE_MS = 60000 /* for the locks of others */
};

typedef enum rk_ledger_query {
    RK_QUERY_BEGIN,
    RK_QUERY_COMMIT,
    RK_QUERY_ROLLBACK,
    RK_QUERY_ADD_HUNT,
    RK_QUERY_HUNT,
    RK_QUERY_SHARE,
    RK_QUERY_ADD_BLOCK,
    RK_QUERY_BLOCK,
    RK_QUERY_ADD_FINDING,
    RK_QUERY_CUT_FINDING,
    RK_QUERY_BLOCK_FINDINGS,
    RK_QUERIES
} rk_ledger_query;

typedef struct rk_ledger_pending { /* a block that waits for others */
    uint64_t number;
    rk_block_result result;
    struct rk_ledger_pending *next;
} rk_ledger_pending;

struct rk_ledger {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *query[RK_QUERIES]; /* prepared when first asked for */
    int64_t hunt;                    /* in hand, 0: none */
    rk_block_store store;
    rk_arena *arena; /* of the pending blocks */
    rk_ledger_pending *pending, **last;
    double stored;    /* when blocks were stored last, monotonic */
    rk_status failed; /* of storing: nothing is stored after a failure */
    rk_buf why;
};

/* Columns of a block after its hunt and number, and those of a finding after its hunt. */
#define RK_LEDGER_COUNTER_COLUMN(name) #name ", "
#define RK_LEDGER_BLOCK_COLUMNS                                                                    \
    RK_BLOCK_COUNTERS(RK_LEDGER_COUNTER_COLUMN)                                                    \
    "best, held_low, held_high, why, why_file, why_begin, why_end"
#define RK_LEDGER_FOUND_COLUMNS                                                                    \
    "trial, block, claim, how, dims, point, snippet, margin, "                                     \
    "small_dims, small_point, small_snippet"

/* The status of a result code of SQLite; a failure is told in `why`. */
rk_status rk_ledger_note(rk_ledger *l, int code);
/* The statement, ready for binding; NULL: rk_ledger_note was called. */
sqlite3_stmt *rk_ledger_prepare(rk_ledger *l, rk_ledger_query query);
/* Runs one that gives no rows. */
rk_status rk_ledger_run(rk_ledger *l, rk_ledger_query query);

/* Text and counts of a row; texts are copied to the arena, NULL stays NULL. */
const char *rk_ledger_text(sqlite3_stmt *row, int column, rk_arena *arena);
uint64_t rk_ledger_count(sqlite3_stmt *row, int column);
/* From a row that begins at `column` with RK_LEDGER_BLOCK_COLUMNS, or FOUND_COLUMNS. */
void rk_ledger_read_block(sqlite3_stmt *row, int column, rk_arena *arena, rk_block_result *out);
void rk_ledger_read_found(sqlite3_stmt *row, int column, rk_arena *arena, rk_block_finding *out);

/* Is there a ledger of our format at `path`? RK_OK, with *empty when a new one may be made there.
   Looks at the first bytes only. */
rk_status rk_ledger_probe(const char *path, bool *empty, rk_buf *why);
/* No log stands beside it: the file alone is the whole ledger. */
bool rk_ledger_alone(const char *path);
/* "file:PATH?MODE" for SQLite, to be freed with rk_free. */
char *rk_ledger_uri(const char *path, const char *mode);

#endif
