/* Storing: the hunt in hand, its blocks and findings. */
#include "rk_ledger.h"

#include <math.h>
#include <string.h>

#include "base/rk_clock.h"
#include "base/rk_guard.h"
#include "base/rk_mem.h"
#include "rk_ledger_inside.h"

static const double pending_seconds = 0.1;

#define COUNTER_PLACE(name) "?, "
#define INTO_FINDING                                                                               \
    " INTO finding (hunt, " RK_LEDGER_FOUND_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "  \
    "?)"

static const char *const query_text[RK_QUERIES] = {
    [RK_QUERY_BEGIN] = "BEGIN IMMEDIATE",
    [RK_QUERY_COMMIT] = "COMMIT",
    [RK_QUERY_ROLLBACK] = "ROLLBACK",
    [RK_QUERY_ADD_HUNT] = "INSERT OR IGNORE INTO hunt (digest, seed, version, settings, file, "
                          "theorem, statement) VALUES (?, ?, ?, ?, ?, ?, ?)",
    [RK_QUERY_HUNT] = "SELECT id FROM hunt WHERE digest = ? AND seed = ? AND version = ? AND "
                      "settings = ?",
    [RK_QUERY_SHARE] = "SELECT count(*) FROM block WHERE hunt = ? AND number % ? = ?",
    [RK_QUERY_ADD_BLOCK] =
        "INSERT OR IGNORE INTO block (hunt, number, " RK_LEDGER_BLOCK_COLUMNS
        ") VALUES (?, ?, " RK_BLOCK_COUNTERS(COUNTER_PLACE) "?, ?, ?, ?, ?, ?, ?)",
    [RK_QUERY_BLOCK] =
        "SELECT " RK_LEDGER_BLOCK_COLUMNS " FROM block WHERE hunt = ? AND number = ?",
    [RK_QUERY_ADD_FINDING] = "INSERT OR REPLACE" INTO_FINDING,
    [RK_QUERY_CUT_FINDING] = "INSERT OR IGNORE" INTO_FINDING,
    [RK_QUERY_BLOCK_FINDINGS] = "SELECT " RK_LEDGER_FOUND_COLUMNS
                                " FROM finding WHERE hunt = ? AND block = ? ORDER BY trial",
};

/* --- statements ------------------------------------------------------------------- */

static rk_status status_of(int code) {
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return RK_OK;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return RK_BAD_INPUT;
    default:
        return RK_ENVIRONMENT;
    }
}

static const char *reason_of(rk_ledger *l, int code) {
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:
        return "the ledger is damaged";
    case SQLITE_READONLY:
        return "it cannot be written to";
    case SQLITE_FULL:
        return "no space is left for the ledger";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process holds the ledger";
    case SQLITE_NOMEM:
        return "out of memory";
    default:
        return l->db ? sqlite3_errmsg(l->db) : sqlite3_errstr(code);
    }
}

rk_status rk_ledger_note(rk_ledger *l, int code) {
    rk_status status = status_of(code);
    if (status == RK_OK)
        return RK_OK;
    rk_buf_reset(&l->why);
    rk_buf_puts(&l->why, reason_of(l, code));
    return status;
}

sqlite3_stmt *rk_ledger_prepare(rk_ledger *l, rk_ledger_query query) {
    if (!l->query[query]) {
        int code = sqlite3_prepare_v3(l->db, query_text[query], -1, SQLITE_PREPARE_PERSISTENT,
                                      &l->query[query], NULL);
        if (rk_ledger_note(l, code) != RK_OK)
            return NULL;
    }
    sqlite3_reset(l->query[query]);
    sqlite3_clear_bindings(l->query[query]);
    return l->query[query];
}

/* A row, if there is one, is passed over; the statement is over then and holds no lock. */
static rk_status finish(rk_ledger *l, sqlite3_stmt *q) {
    rk_status status = rk_ledger_note(l, sqlite3_step(q));
    sqlite3_reset(q);
    return status;
}

rk_status rk_ledger_run(rk_ledger *l, rk_ledger_query query) {
    sqlite3_stmt *q = rk_ledger_prepare(l, query);
    return q ? finish(l, q) : RK_ENVIRONMENT;
}

static void bind_text(sqlite3_stmt *q, int at, const char *text) {
    sqlite3_bind_text(q, at, text, -1, SQLITE_TRANSIENT);
}

static void bind_count(sqlite3_stmt *q, int at, uint64_t n) {
    sqlite3_bind_int64(q, at, n > INT64_MAX ? INT64_MAX : (sqlite3_int64)n);
}

/* NULL stands for what is no finite number. */
static void bind_real(sqlite3_stmt *q, int at, double x) {
    if (isfinite(x))
        sqlite3_bind_double(q, at, x);
}

/* --- blocks ----------------------------------------------------------------------- */

static void bind_block(sqlite3_stmt *q, int at, const rk_block_result *r) {
#define BIND_COUNTER(name) bind_count(q, at++, r->name);
    RK_BLOCK_COUNTERS(BIND_COUNTER)
#undef BIND_COUNTER
    bind_real(q, at++, r->best);
    bind_text(q, at++, r->held_low);
    bind_text(q, at++, r->held_high);
    bind_text(q, at++, r->why);
    bind_text(q, at++, r->why_file);
    bind_count(q, at++, r->why_begin);
    bind_count(q, at++, r->why_end);
}

static rk_status add_finding(rk_ledger *l, const rk_ledger_pending *p, const rk_block_finding *f) {
    sqlite3_stmt *q =
        rk_ledger_prepare(l, p->result.cut ? RK_QUERY_CUT_FINDING : RK_QUERY_ADD_FINDING);
    if (!q)
        return RK_ENVIRONMENT;
    sqlite3_bind_int64(q, 1, l->hunt);
    bind_count(q, 2, f->trial);
    bind_count(q, 3, p->number);
    bind_count(q, 4, f->claim);
    bind_text(q, 5, f->how);
    bind_text(q, 6, f->dims);
    bind_text(q, 7, f->values);
    bind_text(q, 8, f->snippet);
    bind_real(q, 9, f->margin);
    bind_text(q, 10, f->small_dims);
    bind_text(q, 11, f->small_values);
    bind_text(q, 12, f->small_snippet);
    return finish(l, q);
}

/* *there: the block was stored before. */
static rk_status add_row(rk_ledger *l, const rk_ledger_pending *p, bool *there) {
    sqlite3_stmt *q = rk_ledger_prepare(l, RK_QUERY_ADD_BLOCK);
    if (!q)
        return RK_ENVIRONMENT;
    sqlite3_bind_int64(q, 1, l->hunt);
    bind_count(q, 2, p->number);
    bind_block(q, 3, &p->result);
    rk_status status = finish(l, q);
    *there = sqlite3_changes(l->db) == 0;
    return status;
}

static rk_status add_block(rk_ledger *l, const rk_ledger_pending *p) {
    bool there = false;
    rk_status status = p->result.cut ? RK_OK : add_row(l, p, &there);
    for (size_t i = 0; status == RK_OK && !there && i < p->result.nfindings; i++)
        status = add_finding(l, p, &p->result.finding[i]);
    return status;
}

static void forget_pending(rk_ledger *l) {
    rk_arena *arena = rk_arena_new(); /* if there is none, what is stored is stored again */
    rk_arena_free(l->arena);
    l->arena = arena;
    l->pending = NULL;
    l->last = &l->pending;
    l->stored = rk_clock();
}

/* The first reason of a failure stays: what the rollback says is of no use. */
static rk_status give_up(rk_ledger *l, rk_status status) {
    char *why = rk_strdup(l->why.text);
    (void)rk_ledger_run(l, RK_QUERY_ROLLBACK);
    rk_buf_reset(&l->why);
    rk_buf_puts(&l->why, why);
    rk_free(why);
    return l->failed = status;
}

static rk_status store_pending(rk_ledger *l) {
    if (l->failed != RK_OK || !l->pending)
        return l->failed;
    rk_status status = rk_ledger_run(l, RK_QUERY_BEGIN);
    for (const rk_ledger_pending *p = l->pending; status == RK_OK && p; p = p->next)
        status = add_block(l, p);
    if (status == RK_OK)
        status = rk_ledger_run(l, RK_QUERY_COMMIT);
    if (status != RK_OK)
        return give_up(l, status);
    forget_pending(l);
    return RK_OK;
}

static const char *keep_text(rk_arena *arena, const char *text) {
    return text ? rk_arena_strdup(arena, text) : NULL;
}

static void keep_pending(rk_ledger *l, uint64_t number, const rk_block_result *r) {
    rk_ledger_pending *p = rk_arena_alloc(l->arena, sizeof *p);
    rk_block_finding *f = rk_arena_alloc(l->arena, (r->nfindings + 1) * sizeof *f);
    p->number = number;
    p->result = *r;
    p->result.held_low = keep_text(l->arena, r->held_low);
    p->result.held_high = keep_text(l->arena, r->held_high);
    p->result.why = keep_text(l->arena, r->why);
    p->result.why_file = keep_text(l->arena, r->why_file);
    for (size_t i = 0; i < r->nfindings; i++) {
        f[i] = r->finding[i];
        f[i].how = keep_text(l->arena, f[i].how);
        f[i].dims = keep_text(l->arena, f[i].dims);
        f[i].values = keep_text(l->arena, f[i].values);
        f[i].snippet = keep_text(l->arena, f[i].snippet);
        f[i].small_dims = keep_text(l->arena, f[i].small_dims);
        f[i].small_values = keep_text(l->arena, f[i].small_values);
        f[i].small_snippet = keep_text(l->arena, f[i].small_snippet);
    }
    p->result.finding = f;
    *l->last = p;
    l->last = &p->next;
}

/* --- the store of a hunt ---------------------------------------------------------- */

static rk_status ledger_store(void *self, uint64_t number, const rk_block_result *result) {
    rk_ledger *l = self;
    if (l->failed != RK_OK)
        return l->failed;
    keep_pending(l, number, result);
    bool now = result->nfindings > 0 || rk_clock() - l->stored >= pending_seconds;
    return now ? store_pending(l) : RK_OK;
}

static rk_status ledger_flush(void *self) {
    return store_pending(self);
}

static bool fetch_findings(rk_ledger *l, uint64_t number, rk_arena *arena, rk_block_result *out) {
    sqlite3_stmt *q = rk_ledger_prepare(l, RK_QUERY_BLOCK_FINDINGS);
    rk_block_finding *f = NULL;
    size_t n = 0, cap = 0;
    int code = SQLITE_ERROR;
    if (!q)
        return false;
    sqlite3_bind_int64(q, 1, l->hunt);
    bind_count(q, 2, number);
    while ((code = sqlite3_step(q)) == SQLITE_ROW) {
        rk_grow(&f, &cap, n + 1, sizeof *f);
        rk_ledger_read_found(q, 0, arena, &f[n++]);
    }
    sqlite3_reset(q);
    rk_block_finding *kept = rk_arena_alloc(arena, (n + 1) * sizeof *kept);
    if (n > 0)
        memcpy(kept, f, n * sizeof *f);
    rk_free(f);
    out->finding = kept;
    out->nfindings = n;
    return rk_ledger_note(l, code) == RK_OK;
}

static bool ledger_fetch(void *self, uint64_t number, rk_arena *arena, rk_block_result *out) {
    rk_ledger *l = self;
    sqlite3_stmt *q = rk_ledger_prepare(l, RK_QUERY_BLOCK);
    if (!q)
        return false;
    sqlite3_bind_int64(q, 1, l->hunt);
    bind_count(q, 2, number);
    int code = sqlite3_step(q);
    if (code == SQLITE_ROW)
        rk_ledger_read_block(q, 0, arena, out);
    sqlite3_reset(q);
    return rk_ledger_note(l, code) == RK_OK && code == SQLITE_ROW &&
           fetch_findings(l, number, arena, out);
}

/* --- the hunt in hand ------------------------------------------------------------- */

static void hexadecimal(const unsigned char digest[32], char out[65]) {
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = '\0';
}

static void bind_key(sqlite3_stmt *q, const rk_ledger_key *key) {
    char digest[65];
    hexadecimal(key->digest, digest);
    bind_text(q, 1, digest);
    bind_count(q, 2, key->seed);
    bind_text(q, 3, key->version);
    bind_text(q, 4, key->settings);
}

static rk_status add_hunt(rk_ledger *l, const rk_ledger_key *key) {
    sqlite3_stmt *q = rk_ledger_prepare(l, RK_QUERY_ADD_HUNT);
    if (!q)
        return RK_ENVIRONMENT;
    bind_key(q, key);
    bind_text(q, 5, key->file);
    bind_text(q, 6, key->theorem);
    bind_text(q, 7, key->statement);
    return finish(l, q);
}

static rk_status number_of(rk_ledger *l, sqlite3_stmt *q, int64_t *number) {
    int code = sqlite3_step(q);
    *number = code == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_reset(q);
    return rk_ledger_note(l, code);
}

/* Looks first: going on with a hunt must not wait for the right to write. */
static rk_status find_hunt(rk_ledger *l, const rk_ledger_key *key) {
    rk_status status = RK_OK;
    l->hunt = 0;
    for (int tries = 0; tries < 2 && status == RK_OK && l->hunt == 0; tries++) {
        if (tries > 0)
            status = add_hunt(l, key);
        sqlite3_stmt *q = status == RK_OK ? rk_ledger_prepare(l, RK_QUERY_HUNT) : NULL;
        if (!q)
            return status == RK_OK ? RK_ENVIRONMENT : status;
        bind_key(q, key);
        status = number_of(l, q, &l->hunt);
    }
    return status;
}

static rk_status blocks_of(rk_ledger *l, rk_ledger_share share, int64_t *blocks) {
    sqlite3_stmt *q = rk_ledger_prepare(l, RK_QUERY_SHARE);
    if (!q)
        return RK_ENVIRONMENT;
    sqlite3_bind_int64(q, 1, l->hunt);
    bind_count(q, 2, share.shards);
    bind_count(q, 3, share.shard);
    return number_of(l, q, blocks);
}

rk_status rk_ledger_hunt(rk_ledger *l, const rk_ledger_key *key, rk_ledger_share share, bool resume,
                         const rk_block_store **store) {
    int64_t blocks = 0;
    rk_status status = store_pending(l);
    if (status == RK_OK)
        status = find_hunt(l, key);
    if (status == RK_OK)
        status = blocks_of(l, share, &blocks);
    if (status == RK_OK && blocks > 0 && !resume) {
        rk_buf_reset(&l->why);
        rk_buf_printf(&l->why, "the hunt for '%s' is there already, with %lld finished block%s",
                      key->theorem, (long long)blocks, blocks == 1 ? "" : "s");
        return RK_BAD_USAGE;
    }
    l->stored = rk_clock();
    l->store = (rk_block_store){l, ledger_fetch, ledger_store, ledger_flush};
    *store = &l->store;
    return status;
}

const char *rk_ledger_why(const rk_ledger *ledger) {
    return ledger->why.text;
}

static rk_status store_last(void *self) {
    return store_pending(self);
}

/* Memory may have run out: what is not stored then is rolled back when the database is closed. */
rk_status rk_ledger_close(rk_ledger *l) {
    if (!l)
        return RK_OK;
    rk_status status = rk_guard_run(store_last, l, NULL);
    for (int i = 0; i < RK_QUERIES; i++)
        sqlite3_finalize(l->query[i]);
    sqlite3_close_v2(l->db);
    rk_arena_free(l->arena);
    rk_buf_clear(&l->why);
    rk_free(l->path);
    rk_free(l);
    return status;
}
