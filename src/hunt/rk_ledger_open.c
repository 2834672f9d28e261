/* Which files are ledgers, and how new ones are made. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rk_ledger_inside.h"

/* --- the first bytes -------------------------------------------------------------- */

enum { HEADER = 100, FORMAT_AT = 60, APPLICATION_AT = 68 };

static rk_status refuse(rk_buf *why, rk_status status, const char *text) {
    rk_buf_puts(why, text);
    return status;
}

static uint32_t big_endian(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* The header of SQLite's file format; these fields are written before the file enters WAL mode, so
   that they never stand in the log alone. */
static rk_status judge_header(const unsigned char *head, size_t len, rk_buf *why) {
    if (len < HEADER || memcmp(head, "SQLite format 3", 16) != 0)
        return refuse(why, RK_BAD_INPUT, "it is no ledger");
    if (big_endian(head + APPLICATION_AT) != RK_LEDGER_APPLICATION)
        return refuse(why, RK_BAD_INPUT, "it is a database, but no ledger");
    uint32_t format = big_endian(head + FORMAT_AT);
    if (format == RK_LEDGER_FORMAT)
        return RK_OK;
    rk_buf_printf(why, "it is a ledger of format %lu; this version of rankle reads format %d",
                  (unsigned long)format, RK_LEDGER_FORMAT);
    return RK_BAD_INPUT;
}

static rk_status probe_open(int fd, bool *empty, rk_buf *why) {
    unsigned char head[HEADER];
    struct stat st;
    if (fstat(fd, &st) != 0)
        return refuse(why, RK_ENVIRONMENT, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return refuse(why, RK_BAD_INPUT,
                      S_ISDIR(st.st_mode) ? "it is a directory" : "it is no regular file");
    ssize_t n = pread(fd, head, HEADER, 0);
    if (n < 0)
        return refuse(why, RK_ENVIRONMENT, strerror(errno));
    *empty = n == 0;
    return *empty ? RK_OK : judge_header(head, (size_t)n, why);
}

rk_status rk_ledger_probe(const char *path, bool *empty, rk_buf *why) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *empty = false;
    if (fd < 0 && errno == ENOENT) {
        *empty = true;
        return RK_OK;
    }
    if (fd < 0)
        return refuse(why, RK_BAD_INPUT, strerror(errno));
    rk_status status = probe_open(fd, empty, why);
    close(fd);
    return status;
}

/* --- the tables ------------------------------------------------------------------- */

#define COUNTER_COLUMN(name) #name " INTEGER NOT NULL CHECK (" #name " >= 0), "

static const char *const table_text[] = {
    "CREATE TABLE hunt (id INTEGER PRIMARY KEY, digest TEXT NOT NULL, "
    "seed INTEGER NOT NULL CHECK (seed >= 0), version TEXT NOT NULL, settings TEXT NOT NULL, "
    "file TEXT NOT NULL, theorem TEXT NOT NULL, statement TEXT NOT NULL, "
    "UNIQUE (digest, seed, version, settings)) STRICT",
    "CREATE TABLE block (hunt INTEGER NOT NULL REFERENCES hunt, "
    "number INTEGER NOT NULL CHECK (number >= 0), " RK_BLOCK_COUNTERS(
        COUNTER_COLUMN) "best REAL, held_low TEXT, held_high TEXT, why TEXT, why_file TEXT, "
                        "why_begin INTEGER NOT NULL, "
                        "why_end INTEGER NOT NULL, PRIMARY KEY (hunt, number)) STRICT, WITHOUT "
                        "ROWID",
    "CREATE TABLE finding (hunt INTEGER NOT NULL REFERENCES hunt, trial INTEGER NOT NULL CHECK "
    "(trial >= 0), "
    "block INTEGER NOT NULL, claim INTEGER NOT NULL CHECK (claim >= 0), how TEXT NOT NULL, "
    "dims TEXT NOT NULL, point TEXT NOT NULL, snippet TEXT NOT NULL, margin REAL, "
    "small_dims TEXT, small_point TEXT, small_snippet TEXT, PRIMARY KEY (hunt, trial)) STRICT, "
    "WITHOUT ROWID",
    "CREATE INDEX finding_block ON finding (hunt, block)",
};
enum { TABLES = sizeof table_text / sizeof table_text[0] };

static int execute(rk_ledger *l, const char *sql) {
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL);
}

/* In the old journal mode, so that the header is in the file before anything else is; whoever comes
   second finds the tables there. */
static int make_tables(rk_ledger *l) {
    char mark[96];
    sqlite3_stmt *count = NULL;
    int code = execute(l, "BEGIN EXCLUSIVE");
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(l->db, "SELECT count(*) FROM sqlite_schema", -1, &count, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(count)) == SQLITE_ROW)
        code = SQLITE_OK;
    bool fresh = code == SQLITE_OK && sqlite3_column_int(count, 0) == 0;
    sqlite3_finalize(count);
    for (int i = 0; fresh && code == SQLITE_OK && i < TABLES; i++)
        code = execute(l, table_text[i]);
    sqlite3_snprintf((int)sizeof mark, mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                     RK_LEDGER_APPLICATION, RK_LEDGER_FORMAT);
    if (fresh && code == SQLITE_OK)
        code = execute(l, mark);
    if (code == SQLITE_OK)
        code = execute(l, "COMMIT");
    return code;
}

/* Someone else may hold the file at this moment, and SQLite does not wait for that one. */
static int enter_wal(rk_ledger *l) {
    int code = SQLITE_OK;
    for (int tries = 0; tries < RK_LEDGER_PATIENCE_MS / 10; tries++) {
        code = execute(l, "PRAGMA journal_mode = WAL");
        if (code != SQLITE_BUSY && code != SQLITE_LOCKED)
            return code;
        sqlite3_sleep(10);
    }
    return code;
}

/* --- is it whole? ----------------------------------------------------------------- */

static rk_status damaged(rk_ledger *l, const char *text) {
    rk_buf_reset(&l->why);
    rk_buf_printf(&l->why, "the ledger is damaged: %s", text);
    return RK_BAD_INPUT;
}

/* Exactly the tables that this version makes: no trigger or view of a stranger runs. */
static rk_status same_tables(rk_ledger *l) {
    sqlite3_stmt *row = NULL;
    int code = sqlite3_prepare_v2(
        l->db, "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'", -1,
        &row, NULL);
    unsigned seen = 0;
    bool strange = false;
    while (code == SQLITE_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        const char *sql = (const char *)sqlite3_column_text(row, 0);
        int i = 0;
        while (i < TABLES && (!sql || strcmp(sql, table_text[i]) != 0))
            i++;
        strange |= i == TABLES;
        seen |= 1u << i;
        code = SQLITE_OK;
    }
    sqlite3_finalize(row);
    if (code != SQLITE_DONE)
        return rk_ledger_note(l, code);
    return !strange && seen == (1u << TABLES) - 1
               ? RK_OK
               : damaged(l, "its tables are not those of a ledger");
}

static rk_status whole_pages(rk_ledger *l) {
    sqlite3_stmt *row = NULL;
    int code = sqlite3_prepare_v2(l->db, "PRAGMA quick_check(1)", -1, &row, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(row);
    if (code != SQLITE_ROW) {
        sqlite3_finalize(row);
        return rk_ledger_note(l, code);
    }
    const char *text = (const char *)sqlite3_column_text(row, 0);
    bool ok = text && strcmp(text, "ok") == 0;
    rk_status status = ok ? RK_OK : damaged(l, text ? text : "it cannot be read");
    sqlite3_finalize(row);
    return status;
}

/* --- opening ---------------------------------------------------------------------- */

char *rk_ledger_uri(const char *path, const char *mode) {
    rk_buf uri;
    rk_buf_init(&uri);
    rk_buf_puts(&uri, *path == '/' ? "file://" : "file:./");
    for (; *path; path++)
        if (strchr("%?#", *path))
            rk_buf_printf(&uri, "%%%02X", (unsigned)*path);
        else
            rk_buf_putc(&uri, *path);
    rk_buf_printf(&uri, "?%s", mode);
    return rk_buf_take(&uri);
}

/* Settings of a connection: nothing in the file may run code or be trusted to be well-formed. */
static int harden(rk_ledger *l) {
    sqlite3_extended_result_codes(l->db, 1);
    sqlite3_busy_timeout(l->db, RK_LEDGER_PATIENCE_MS);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    return execute(l, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; "
                      "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");
}

static int connect_as(rk_ledger *l, const char *mode, int flags) {
    char *uri = rk_ledger_uri(l->path, mode);
    int code = sqlite3_open_v2(uri, &l->db, flags | SQLITE_OPEN_URI, NULL);
    rk_free(uri);
    return code == SQLITE_OK ? harden(l) : code;
}

/* A first page is read, which takes the files beside a ledger in WAL mode. */
static int touch(rk_ledger *l) {
    return execute(l, "SELECT count(*) FROM sqlite_schema");
}

bool rk_ledger_alone(const char *path) {
    rk_buf log;
    rk_buf_init(&log);
    rk_buf_printf(&log, "%s-wal", path);
    bool alone = access(log.text, F_OK) != 0;
    rk_buf_clear(&log);
    return alone;
}

/* With the right to write where there is one, so that no files beside it are left over; where they
   can neither be read nor made and there is no log, the file alone is the whole ledger. */
static int connect_to_read(rk_ledger *l) {
    int code = connect_as(l, "mode=rw", SQLITE_OPEN_READWRITE);
    if (code == SQLITE_OK)
        code = touch(l);
    bool blocked = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
    if (blocked && rk_ledger_alone(l->path)) {
        sqlite3_close_v2(l->db);
        code = connect_as(l, "mode=ro&immutable=1", SQLITE_OPEN_READONLY);
    }
    return code == SQLITE_OK ? execute(l, "PRAGMA query_only = ON") : code;
}

/* Its makers failed before it was whole, and SQLite took back what they had written. */
static bool is_taken_back(rk_ledger *l) {
    sqlite3_stmt *row = NULL;
    bool none = sqlite3_prepare_v2(l->db, "PRAGMA page_count", -1, &row, NULL) == SQLITE_OK &&
                sqlite3_step(row) == SQLITE_ROW && sqlite3_column_int(row, 0) == 0;
    sqlite3_finalize(row);
    return none;
}

static int connect_to_write(rk_ledger *l, bool empty) {
    int code = connect_as(l, empty ? "mode=rwc" : "mode=rw",
                          SQLITE_OPEN_READWRITE | (empty ? SQLITE_OPEN_CREATE : 0));
    if (code == SQLITE_OK && sqlite3_db_readonly(l->db, "main") == 1)
        return SQLITE_READONLY;
    if (code == SQLITE_OK && !empty) {
        code = touch(l);
        empty = code == SQLITE_OK && is_taken_back(l);
    }
    if (code == SQLITE_OK && empty)
        code = make_tables(l);
    return code == SQLITE_OK ? enter_wal(l) : code;
}

static rk_status open_checked(rk_ledger *l, rk_ledger_access wanted) {
    bool empty = false;
    rk_status status = rk_ledger_probe(l->path, &empty, &l->why);
    if (status != RK_OK)
        return status;
    if (empty && wanted == RK_LEDGER_READ)
        return refuse(&l->why, RK_BAD_INPUT,
                      access(l->path, F_OK) != 0 ? "there is no such file"
                                                 : "it is empty, no ledger");
    status = rk_ledger_note(l, wanted == RK_LEDGER_READ ? connect_to_read(l)
                                                        : connect_to_write(l, empty));
    if (status == RK_OK)
        status = same_tables(l);
    return status == RK_OK ? whole_pages(l) : status;
}

rk_status rk_ledger_open(const char *path, rk_ledger_access wanted, rk_ledger **ledger,
                         rk_buf *why) {
    rk_ledger *l = rk_calloc(1, sizeof *l);
    rk_buf_init(&l->why);
    l->path = rk_strdup(path);
    l->arena = rk_arena_new();
    l->last = &l->pending;
    rk_status status = open_checked(l, wanted);
    *ledger = l;
    if (status == RK_OK)
        return RK_OK;
    rk_buf_puts(why, l->why.text);
    (void)rk_ledger_close(l);
    *ledger = NULL;
    return status;
}
