/* Ledgers of hunts. An input is a database file, or lines TABLE.COLUMN=VALUE: the cells that a
   stranger changed in a ledger of a small hunt (a VALUE #123 is a number; `drop TABLE` empties one;
   the conditions of the tables are not kept). It is shown, exported, merged into another, and its
   hunt is resumed. */
#include "fuzz.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rankle.h"

static const char claims[] = "theorem t {\n"
                             "  dim n in 1..2;\n"
                             "  forall A : real[n, n], x : real;\n"
                             "  assume x > 0;\n"
                             "  claim rank(A) + x^2 < 2;\n"
                             "}\n";
static char *template;
static size_t template_len;

static void hunt(const char *ledger, bool resume) {
    rankle_session *session = rankle_session_new();
    if (session == NULL)
        fuzz_found("no memory");
    rankle_options o = {.seed = 1, .jobs = 1, .findings = 2, .ledger = ledger, .resume = resume};
    const char *path = fuzz_file("claims.thm", claims, strlen(claims));
    (void)rankle_hunt_file(session, path, NULL, 64, &o);
    rankle_session_free(session);
}

/* The path of a ledger that is not there yet. */
static const char *no_ledger(const char *name) {
    static const char *const beside[] = {"-wal", "-shm", "-journal", ""};
    const char *path = fuzz_file(name, "", 0);
    char other[400];
    for (int i = 0; i < 4; i++) {
        snprintf(other, sizeof other, "%s%s", path, beside[i]);
        unlink(other);
    }
    return path;
}

/* The bytes of a ledger with a hunt, in the old journal mode so that one file is all. */
static void make_template(void) {
    sqlite3 *db;
    const char *path = no_ledger("template.ledger");
    hunt(path, false);
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
        fuzz_found("no ledger could be made");
    sqlite3_close(db);
    FILE *f = fopen(path, "rb");
    template = malloc(1 << 20);
    if (f == NULL || template == NULL)
        fuzz_found("no ledger could be read");
    template_len = fread(template, 1, 1 << 20, f);
    fclose(f);
}

/* --- cells -------------------------------------------------------------------------------- */

static bool is_word(const char *text, size_t n) {
    return n > 0 && n < 40 && strspn(text, "abcdefghijklmnopqrstuvwxyz_") >= n;
}

static void run(sqlite3 *db, const char *sql, const char *value) {
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK) {
        if (value != NULL && *value == '#')
            sqlite3_bind_double(q, 1, strtod(value + 1, NULL));
        else if (value != NULL && *value != '\0')
            sqlite3_bind_text(q, 1, value, -1, SQLITE_TRANSIENT);
        sqlite3_step(q);
    }
    sqlite3_finalize(q);
}

static void change_cell(sqlite3 *db, const char *line) {
    char sql[200];
    size_t table = strcspn(line, "."), cell = strcspn(line, "=");
    if (strncmp(line, "drop ", 5) == 0 && is_word(line + 5, strlen(line + 5))) {
        snprintf(sql, sizeof sql, "DELETE FROM %s", line + 5);
        run(db, sql, NULL);
    } else if (table < cell && line[cell] == '=' && is_word(line, table) &&
               is_word(line + table + 1, cell - table - 1)) {
        snprintf(sql, sizeof sql, "UPDATE %.*s SET %.*s = ?", (int)table, line,
                 (int)(cell - table - 1), line + table + 1);
        run(db, sql, line + cell + 1);
    }
}

static void change_cells(const char *path, const uint8_t *bytes, size_t len) {
    sqlite3 *db;
    char *text = calloc(1, len + 1);
    if (text == NULL || sqlite3_open(path, &db) != SQLITE_OK)
        fuzz_found("the ledger could not be opened");
    memcpy(text, bytes, len);
    sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF; BEGIN", NULL,
                 NULL, NULL);
    for (char *line = text; line < text + len; line += strlen(line) + 1) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        change_cell(db, line);
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
    free(text);
}

/* --- what is done with a ledger ----------------------------------------------------------- */

static void remove_all(const char *folder) {
    struct dirent **entry;
    char path[700];
    int n = scandir(folder, &entry, NULL, NULL);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        unlink(path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    rmdir(folder);
}

static void look(const char *path) {
    rankle_session *session = rankle_session_new();
    rankle_style style = {.width = 80, .colour = 1, .utf8 = 1, .verbosity = 2};
    char folder[400];
    const char *text;
    size_t written;
    if (session == NULL)
        fuzz_found("no memory");
    snprintf(folder, sizeof folder, "%s.d", path);
    if (rankle_ledger_text(session, path, &style, &text) != RANKLE_OK &&
        rankle_failure(session) == NULL)
        fuzz_found("nothing is said why");
    (void)rankle_ledger_json(session, path, &text);
    (void)rankle_ledger_snippets(session, path, folder, &written);
    (void)rankle_ledger_merge(session, no_ledger("into.ledger"), path);
    rankle_session_free(session);
    remove_all(folder);
}

static bool is_database(const uint8_t *bytes, size_t len) {
    return len >= 6 && memcmp(bytes, "SQLite", 6) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    if (template == NULL)
        make_template();
    const char *path = no_ledger("a.ledger");
    if (is_database(bytes, len)) {
        fuzz_file("a.ledger", bytes, len);
    } else {
        fuzz_file("a.ledger", template, template_len);
        change_cells(path, bytes, len);
    }
    look(path);
    hunt(path, true);
    return 0;
}
