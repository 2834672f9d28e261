/* Rows of a ledger as structures: for going on with a hunt, and for looking into one. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/rk_mem.h"
#include "rk_ledger_inside.h"

const char *rk_ledger_text(sqlite3_stmt *row, int column, rk_arena *arena) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text ? rk_arena_strdup(arena, text) : NULL;
}

/* Where the table allows no NULL: a forged file may have one all the same. */
static const char *word(sqlite3_stmt *row, int column, rk_arena *arena) {
    const char *text = rk_ledger_text(row, column, arena);
    return text ? text : "";
}

uint64_t rk_ledger_count(sqlite3_stmt *row, int column) {
    sqlite3_int64 n = sqlite3_column_int64(row, column);
    return n > 0 ? (uint64_t)n : 0;
}

static double real_or(sqlite3_stmt *row, int column, double otherwise) {
    bool none = sqlite3_column_type(row, column) == SQLITE_NULL;
    return none ? otherwise : sqlite3_column_double(row, column);
}

void rk_ledger_read_block(sqlite3_stmt *row, int column, rk_arena *arena, rk_block_result *out) {
    *out = (rk_block_result){0};
#define READ_COUNTER(name) out->name = rk_ledger_count(row, column++);
    RK_BLOCK_COUNTERS(READ_COUNTER)
#undef READ_COUNTER
    out->best = real_or(row, column++, -INFINITY);
    out->held_low = rk_ledger_text(row, column++, arena);
    out->held_high = rk_ledger_text(row, column++, arena);
    out->why = rk_ledger_text(row, column++, arena);
    out->why_file = rk_ledger_text(row, column++, arena);
    out->why_begin = rk_ledger_count(row, column++);
    out->why_end = rk_ledger_count(row, column++);
}

void rk_ledger_read_found(sqlite3_stmt *row, int column, rk_arena *arena, rk_block_finding *out) {
    uint64_t claim = rk_ledger_count(row, column + 2);
    out->trial = rk_ledger_count(row, column);
    out->claim = claim < UINT_MAX ? (unsigned)claim : UINT_MAX;
    out->how = word(row, column + 3, arena);
    out->dims = word(row, column + 4, arena);
    out->values = word(row, column + 5, arena);
    out->snippet = word(row, column + 6, arena);
    out->margin = real_or(row, column + 7, NAN);
    out->small_dims = rk_ledger_text(row, column + 8, arena);
    out->small_values = rk_ledger_text(row, column + 9, arena);
    out->small_snippet = rk_ledger_text(row, column + 10, arena);
}

/* --- all rows of a query ----------------------------------------------------------- */

typedef struct rows {
    rk_ledger *ledger;
    rk_arena *arena;
    void *item;
    size_t n, cap, size;
    void (*read)(sqlite3_stmt *row, rk_arena *arena, void *item);
} rows;

static rk_status read_rows(rows *r, const char *sql, const sqlite3_int64 *given, int ngiven) {
    sqlite3_stmt *q = NULL;
    int code = sqlite3_prepare_v2(r->ledger->db, sql, -1, &q, NULL);
    for (int i = 0; code == SQLITE_OK && i < ngiven; i++)
        code = sqlite3_bind_int64(q, i + 1, given[i]);
    while (code == SQLITE_OK && (code = sqlite3_step(q)) == SQLITE_ROW) {
        rk_grow(&r->item, &r->cap, r->n + 1, r->size);
        memset((char *)r->item + r->n * r->size, 0, r->size);
        r->read(q, r->arena, (char *)r->item + r->n++ * r->size);
        code = SQLITE_OK;
    }
    sqlite3_finalize(q);
    return rk_ledger_note(r->ledger, code);
}

/* To the arena, so that the caller frees nothing. */
static void hand_out(rows *r, void *out, size_t *n) {
    void *kept = rk_arena_alloc(r->arena, (r->n + 1) * r->size);
    if (r->n > 0)
        memcpy(kept, r->item, r->n * r->size);
    rk_free(r->item);
    memcpy(out, &kept, sizeof kept);
    *n = r->n;
}

/* --- hunts and findings ------------------------------------------------------------- */

static void read_entry(sqlite3_stmt *row, rk_arena *arena, void *item) {
    rk_ledger_entry *e = item;
    int column = 0;
    e->id = sqlite3_column_int64(row, column++);
    e->digest = word(row, column++, arena);
    e->seed = rk_ledger_count(row, column++);
    e->version = word(row, column++, arena);
    e->settings = word(row, column++, arena);
    e->file = word(row, column++, arena);
    e->theorem = word(row, column++, arena);
    e->statement = word(row, column++, arena);
    e->findings = rk_ledger_count(row, column++);
    e->blocks = rk_ledger_count(row, column++);
    e->end = rk_ledger_count(row, column++);
#define READ_COUNTER(name) e->sum.name = rk_ledger_count(row, column++);
    RK_BLOCK_COUNTERS(READ_COUNTER)
#undef READ_COUNTER
}

/* Sums that leave the 64 bits become doubles, and large, instead of an error. */
#define SUM_COUNTER(name) ", CAST(total(" #name ") AS INTEGER)"

rk_status rk_ledger_entries(rk_ledger *l, rk_arena *arena, rk_ledger_entry **entry, size_t *n) {
    static const char sql[] =
        "SELECT id, digest, seed, version, settings, file, theorem, statement, "
        "(SELECT count(*) FROM finding WHERE finding.hunt = id), "
        "count(number), max(number) + 1" RK_BLOCK_COUNTERS(
            SUM_COUNTER) " FROM hunt LEFT JOIN block ON block.hunt = id GROUP BY id ORDER BY id";
    rows r = {.ledger = l, .arena = arena, .size = sizeof **entry, .read = read_entry};
    rk_status status = read_rows(&r, sql, NULL, 0);
    hand_out(&r, entry, n);
    return status;
}

static void read_finding(sqlite3_stmt *row, rk_arena *arena, void *item) {
    rk_ledger_finding *f = item;
    rk_ledger_read_found(row, 0, arena, &f->found);
    f->block = rk_ledger_count(row, 1);
}

rk_status rk_ledger_findings(rk_ledger *l, int64_t hunt, size_t most, rk_arena *arena,
                             rk_ledger_finding **finding, size_t *n) {
    static const char sql[] =
        "SELECT " RK_LEDGER_FOUND_COLUMNS " FROM finding WHERE hunt = ? ORDER BY trial LIMIT ?";
    const sqlite3_int64 given[] = {hunt, most > INT64_MAX ? -1 : (sqlite3_int64)most};
    rows r = {.ledger = l, .arena = arena, .size = sizeof **finding, .read = read_finding};
    rk_status status = read_rows(&r, sql, given, 2);
    hand_out(&r, finding, n);
    return status;
}
