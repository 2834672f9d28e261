/* Merging: everything of one ledger into another, in one transaction. */
#include "base/rk_mem.h"
#include "rk_ledger_inside.h"

/* The hunts of both that are the same hunt. */
#define SAME_HUNT                                                                                  \
    "theirs.hunt AS h JOIN main.hunt AS o ON o.digest = h.digest AND o.seed = h.seed AND "         \
    "o.version = h.version AND o.settings = h.settings"

#define COUNTER_DIFFERS(name) "t." #name " <> m." #name " OR "

/* What both have, they have alike: blocks are functions of their numbers. */
static const char *const conflict_text[] = {
    "SELECT 1 FROM " SAME_HUNT " JOIN theirs.block AS t ON t.hunt = h.id"
    " JOIN main.block AS m ON m.hunt = o.id AND m.number = t.number WHERE " RK_BLOCK_COUNTERS(
        COUNTER_DIFFERS) "t.held_low IS NOT m.held_low OR t.held_high IS NOT m.held_high OR t.why "
                         "IS NOT m.why OR "
                         "(SELECT count(*) FROM theirs.finding WHERE hunt = h.id AND block = "
                         "t.number) <> "
                         "(SELECT count(*) FROM main.finding WHERE hunt = o.id AND block = "
                         "t.number) LIMIT 1",
    "SELECT 1 FROM " SAME_HUNT " JOIN theirs.finding AS t ON t.hunt = h.id"
    " JOIN main.finding AS m ON m.hunt = o.id AND m.trial = t.trial WHERE t.block <> m.block OR "
    "t.claim <> m.claim OR t.dims <> m.dims OR t.point <> m.point LIMIT 1",
};

/* New hunts, their blocks and findings. A finding of ours whose block was cut is theirs where they
   have the whole block. */
static const char *const take_text[] = {
    "INSERT OR IGNORE INTO main.hunt (digest, seed, version, settings, file, theorem, statement) "
    "SELECT digest, seed, version, settings, file, theorem, statement FROM theirs.hunt ORDER BY id",
    "DELETE FROM main.finding WHERE NOT EXISTS (SELECT 1 FROM main.block AS b WHERE "
    "b.hunt = finding.hunt AND b.number = finding.block) AND EXISTS (SELECT 1 FROM " SAME_HUNT
    " JOIN theirs.block AS t ON t.hunt = h.id WHERE o.id = finding.hunt AND "
    "t.number = finding.block)",
    "INSERT OR IGNORE INTO main.block (hunt, number, " RK_LEDGER_BLOCK_COLUMNS
    ") SELECT o.id, number, " RK_LEDGER_BLOCK_COLUMNS " FROM " SAME_HUNT
    " JOIN theirs.block AS t ON t.hunt = h.id",
    "INSERT OR IGNORE INTO main.finding (hunt, " RK_LEDGER_FOUND_COLUMNS
    ") SELECT o.id, " RK_LEDGER_FOUND_COLUMNS " FROM " SAME_HUNT
    " JOIN theirs.finding AS t ON t.hunt = h.id",
};

static int execute(rk_ledger *l, const char *sql) {
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL);
}

static int attach_as(rk_ledger *l, const char *path, const char *mode) {
    sqlite3_stmt *q = NULL;
    char *uri = rk_ledger_uri(path, mode);
    int code = sqlite3_prepare_v2(l->db, "ATTACH ? AS theirs", -1, &q, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(q, 1, uri, -1, SQLITE_TRANSIENT);
    if (code == SQLITE_OK)
        code = sqlite3_step(q);
    sqlite3_finalize(q);
    rk_free(uri);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int attach(rk_ledger *l, const char *path) {
    int code = attach_as(l, path, "mode=rw");
    if (code == SQLITE_OK || !rk_ledger_alone(path))
        return code;
    return attach_as(l, path, "mode=ro&immutable=1");
}

static rk_status conflicts(rk_ledger *l, const char *sql) {
    sqlite3_stmt *q = NULL;
    int code = sqlite3_prepare_v2(l->db, sql, -1, &q, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(q);
    sqlite3_finalize(q);
    if (code != SQLITE_ROW)
        return rk_ledger_note(l, code);
    rk_buf_reset(&l->why);
    rk_buf_puts(&l->why, "the same block of the same hunt came out otherwise there: the ledgers "
                         "were not written by the same program");
    return RK_BAD_INPUT;
}

static rk_status take_all(rk_ledger *l) {
    enum { CONFLICTS = sizeof conflict_text / sizeof conflict_text[0] };
    enum { TAKES = sizeof take_text / sizeof take_text[0] };
    rk_status status = rk_ledger_run(l, RK_QUERY_BEGIN);
    for (int i = 0; status == RK_OK && i < CONFLICTS; i++)
        status = conflicts(l, conflict_text[i]);
    for (int i = 0; status == RK_OK && i < TAKES; i++)
        status = rk_ledger_note(l, execute(l, take_text[i]));
    return status == RK_OK ? rk_ledger_run(l, RK_QUERY_COMMIT) : status;
}

/* Opens it for itself first, which says what is wrong with it. */
static rk_status judge_other(rk_ledger *into, const char *path) {
    rk_ledger *other = NULL;
    rk_buf_reset(&into->why);
    rk_status status = rk_ledger_open(path, RK_LEDGER_READ, &other, &into->why);
    return status == RK_OK ? rk_ledger_close(other) : status;
}

rk_status rk_ledger_merge(rk_ledger *into, const char *path) {
    rk_status status = judge_other(into, path);
    if (status != RK_OK)
        return status;
    status = rk_ledger_note(into, attach(into, path));
    if (status != RK_OK)
        return status;
    status = take_all(into);
    if (status != RK_OK && !sqlite3_get_autocommit(into->db))
        (void)execute(into, "ROLLBACK");
    (void)execute(into, "DETACH theirs");
    return status;
}
