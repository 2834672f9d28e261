/* The ledger of hunts: what was stored is read back, nothing is stored twice, processes share a
   file, ledgers merge, and files that are no ledgers, or damaged, are refused and left alone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rk_io.h"
#include "base/rk_mem.h"
#include "hunt/rk_ledger.h"

static const rk_ledger_share all = {0, 1};
static char folder[64];

static uint64_t seed(void) {
    const char *text = getenv("RK_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/rankle-ledger.XXXXXX");
    return mkdtemp(folder) ? chdir(folder) : -1;
}

static int drop_folder(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") || system(command);
}

static rk_ledger_key key_of(unsigned char digest[32], const char *settings) {
    memset(digest, 0xa5, 32);
    return (rk_ledger_key){digest, 7, "0.1.0", settings, "a.thm", "false_claim", "claim x == 0"};
}

static rk_ledger *open_at(const char *path) {
    rk_ledger *l = NULL;
    rk_buf why;
    rk_buf_init(&why);
    if (rk_ledger_open(path, RK_LEDGER_CREATE, &l, &why) != RK_OK)
        fail_msg("%s: %s", path, why.text);
    rk_buf_clear(&why);
    return l;
}

static const rk_block_store *begin(rk_ledger *l, const char *settings, bool resume) {
    unsigned char digest[32];
    const rk_block_store *store = NULL;
    rk_ledger_key key = key_of(digest, settings);
    if (rk_ledger_hunt(l, &key, all, resume, &store) != RK_OK)
        fail_msg("%s", rk_ledger_why(l));
    return store;
}

/* Block b with b % 4 findings. */
static rk_block_result block_of(uint64_t b, rk_block_finding finding[4], char text[4][64]) {
    rk_block_result r = {.trials = 64, .held = b, .unknown = 3, .why = "precision", .why_end = 9};
    r.held_low = "{\"n\": 1}";
    r.nfindings = b % 4;
    r.finding = finding;
    for (unsigned i = 0; i < 4; i++) {
        snprintf(text[i], 64, "{\"x\": [[\"%llu/7\"]]}", (unsigned long long)(b + i));
        finding[i] = (rk_block_finding){.trial = 64 * b + 5 * i,
                                        .claim = i,
                                        .how = "enumeration",
                                        .dims = "{}",
                                        .values = text[i],
                                        .snippet = "theorem t_counterexample { }\n",
                                        .margin = i ? 0.5 : NAN};
    }
    return r;
}

static void store_block(const rk_block_store *s, uint64_t b) {
    rk_block_finding finding[4];
    char text[4][64];
    rk_block_result r = block_of(b, finding, text);
    assert_int_equal(s->store(s->self, b, &r), RK_OK);
}

static void expect_block(const rk_block_store *s, uint64_t b) {
    rk_block_finding finding[4];
    char text[4][64];
    rk_block_result want = block_of(b, finding, text), got;
    rk_arena *arena = rk_arena_new();
    assert_true(s->fetch(s->self, b, arena, &got));
    assert_int_equal(got.trials, want.trials);
    assert_int_equal(got.held, want.held);
    assert_int_equal(got.unknown, want.unknown);
    assert_string_equal(got.why, want.why);
    assert_int_equal(got.why_end, want.why_end);
    assert_string_equal(got.held_low, want.held_low);
    assert_null(got.held_high);
    assert_int_equal(got.nfindings, want.nfindings);
    for (size_t i = 0; i < got.nfindings; i++) {
        assert_int_equal(got.finding[i].trial, want.finding[i].trial);
        assert_int_equal(got.finding[i].claim, want.finding[i].claim);
        assert_string_equal(got.finding[i].values, want.finding[i].values);
        assert_int_equal(isnan(got.finding[i].margin), isnan(want.finding[i].margin));
    }
    rk_arena_free(arena);
}

static bool has_block(const rk_block_store *s, uint64_t b) {
    rk_arena *arena = rk_arena_new();
    rk_block_result r;
    bool there = s->fetch(s->self, b, arena, &r);
    rk_arena_free(arena);
    return there;
}

static rk_ledger_entry only_entry(rk_ledger *l, rk_arena *arena) {
    rk_ledger_entry *entry;
    size_t n;
    assert_int_equal(rk_ledger_entries(l, arena, &entry, &n), RK_OK);
    assert_int_equal(n, 1);
    return entry[0];
}

static void fill(const char *path, const char *settings, uint64_t first, uint64_t step) {
    rk_ledger *l = open_at(path);
    const rk_block_store *s = begin(l, settings, true);
    for (uint64_t b = first; b < 12; b += step)
        store_block(s, b);
    assert_int_equal(rk_ledger_close(l), RK_OK);
}

/* --- storing ----------------------------------------------------------------------- */

static void blocks_come_back(void **state) {
    (void)state;
    rk_ledger *l = open_at("a.ledger");
    const rk_block_store *s = begin(l, "plain", false);
    for (uint64_t b = 0; b < 9; b++)
        store_block(s, (5 * b) % 9);
    assert_int_equal(s->flush(s->self), RK_OK);
    assert_int_equal(rk_ledger_close(l), RK_OK);
    l = open_at("a.ledger");
    s = begin(l, "plain", true);
    for (uint64_t b = 0; b < 9; b++)
        expect_block(s, b);
    assert_false(has_block(s, 9));
    s = begin(l, "other settings", false);
    assert_false(has_block(s, 0));
    assert_int_equal(rk_ledger_close(l), RK_OK);
}

static void findings_are_stored_at_once(void **state) {
    (void)state;
    rk_ledger *l = open_at("b.ledger"), *reader = open_at("b.ledger");
    const rk_block_store *s = begin(l, "plain", false), *r = begin(reader, "plain", true);
    store_block(s, 4); /* without findings: may wait */
    store_block(s, 1);
    assert_true(has_block(r, 1));
    assert_true(has_block(r, 4));
    rk_ledger_close(l);
    rk_ledger_close(reader);
}

static void nothing_is_stored_twice(void **state) {
    (void)state;
    rk_ledger *l = open_at("c.ledger"), *other = open_at("c.ledger");
    const rk_block_store *s = begin(l, "plain", false), *t = begin(other, "plain", true);
    for (int times = 0; times < 3; times++) {
        store_block(s, 3);
        store_block(t, 3);
    }
    rk_ledger_close(other);
    rk_arena *arena = rk_arena_new();
    rk_ledger_entry e = only_entry(l, arena);
    assert_int_equal(e.blocks, 1);
    assert_int_equal(e.findings, 3);
    assert_int_equal(e.sum.trials, 64);
    assert_int_equal(e.end, 4);
    rk_arena_free(arena);
    rk_ledger_close(l);
}

static void a_hunt_is_not_begun_twice_unasked(void **state) {
    (void)state;
    unsigned char digest[32];
    rk_ledger_key key = key_of(digest, "plain");
    rk_ledger *l = open_at("d.ledger");
    const rk_block_store *s = begin(l, "plain", false);
    store_block(s, 1);
    assert_int_equal(rk_ledger_hunt(l, &key, all, false, &s), RK_BAD_USAGE);
    assert_non_null(strstr(rk_ledger_why(l), "1 finished block"));
    /* the other shard of two has nothing there yet */
    assert_int_equal(rk_ledger_hunt(l, &key, (rk_ledger_share){0, 2}, false, &s), RK_OK);
    assert_int_equal(rk_ledger_hunt(l, &key, (rk_ledger_share){1, 2}, false, &s), RK_BAD_USAGE);
    assert_int_equal(rk_ledger_hunt(l, &key, (rk_ledger_share){1, 2}, true, &s), RK_OK);
    rk_ledger_close(l);
}

static void shrunk_forms_are_kept(void **state) {
    (void)state;
    rk_block_finding finding[4];
    char text[4][64];
    rk_ledger *l = open_at("e.ledger");
    const rk_block_store *s = begin(l, "plain", false);
    rk_arena *arena = rk_arena_new();
    rk_ledger_finding *f;
    size_t n;
    rk_block_result r = block_of(2, finding, text);
    finding[1].small_dims = "{}";
    finding[1].small_values = "{\"x\": [[\"1\"]]}";
    finding[1].small_snippet = "small";
    assert_int_equal(s->store(s->self, 2, &r), RK_OK);
    int64_t hunt = only_entry(l, arena).id;
    assert_int_equal(rk_ledger_findings(l, hunt, SIZE_MAX, arena, &f, &n), RK_OK);
    assert_int_equal(n, 2);
    assert_null(f[0].found.small_snippet);
    assert_string_equal(f[1].found.small_snippet, "small");
    assert_int_equal(f[1].block, 2);
    assert_int_equal(rk_ledger_findings(l, hunt, 1, arena, &f, &n), RK_OK);
    assert_int_equal(n, 1);
    rk_arena_free(arena);
    rk_ledger_close(l);
}

/* A deadline cuts a block: its findings are there, and once, when the whole block comes. */
static void cut_blocks_are_done_again(void **state) {
    (void)state;
    rk_block_finding finding[4];
    char text[4][64];
    rk_ledger *l = open_at("f.ledger");
    const rk_block_store *s = begin(l, "plain", false);
    rk_block_result r = block_of(3, finding, text);
    rk_arena *arena = rk_arena_new();
    r.cut = true;
    r.nfindings = 2;
    assert_int_equal(s->store(s->self, 3, &r), RK_OK);
    assert_false(has_block(s, 3));
    assert_int_equal(only_entry(l, arena).findings, 2);
    assert_int_equal(only_entry(l, arena).blocks, 0);
    fill("g.ledger", "plain", 3, 100);
    assert_int_equal(rk_ledger_merge(l, "g.ledger"), RK_OK);
    expect_block(begin(l, "plain", true), 3);
    store_block(begin(l, "plain", true), 3);
    assert_int_equal(only_entry(l, arena).findings, 3);
    rk_arena_free(arena);
    rk_ledger_close(l);
}

/* --- several processes ---------------------------------------------------------------- */

enum { WRITERS = 4, EACH = 40 };

static void writer(unsigned who) {
    rk_ledger *l = open_at("many.ledger");
    const rk_block_store *s = begin(l, "plain", true);
    for (uint64_t b = 0; b < EACH; b++)
        store_block(s, b * WRITERS + who);
    for (uint64_t b = 0; b < EACH; b++)
        store_block(s, b); /* everyone's */
    _exit(rk_ledger_close(l) != RK_OK);
}

static void processes_share_a_file(void **state) {
    (void)state;
    for (unsigned w = 0; w < WRITERS; w++)
        if (fork() == 0)
            writer(w);
    for (unsigned w = 0; w < WRITERS; w++) {
        int status = -1;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    rk_ledger *l = open_at("many.ledger");
    const rk_block_store *s = begin(l, "plain", true);
    for (uint64_t b = 0; b < EACH * WRITERS; b++)
        expect_block(s, b);
    rk_arena *arena = rk_arena_new();
    assert_int_equal(only_entry(l, arena).blocks, EACH * WRITERS);
    rk_arena_free(arena);
    rk_ledger_close(l);
}

/* --- merging --------------------------------------------------------------------------- */

static void ledgers_merge(void **state) {
    (void)state;
    fill("m0", "plain", 0, 2);
    fill("m1", "other", 0, 1); /* its hunt has the number that the other's has there */
    fill("m1", "plain", 1, 2);
    fill("m1", "plain", 2, 4); /* in both */
    rk_ledger *l = open_at("m0");
    for (int times = 0; times < 2; times++)
        assert_int_equal(rk_ledger_merge(l, "m1"), RK_OK);
    rk_arena *arena = rk_arena_new();
    rk_ledger_entry *entry;
    size_t n;
    assert_int_equal(rk_ledger_entries(l, arena, &entry, &n), RK_OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(entry[i].blocks, 12);
        assert_int_equal(entry[i].findings, 18);
    }
    const rk_block_store *s = begin(l, "plain", true);
    for (uint64_t b = 0; b < 12; b++)
        expect_block(s, b);
    rk_arena_free(arena);
    rk_ledger_close(l);
}

static void contradictions_do_not_merge(void **state) {
    (void)state;
    rk_block_finding finding[4];
    char text[4][64];
    fill("n0", "plain", 0, 2);
    rk_ledger *l = open_at("n1");
    const rk_block_store *s = begin(l, "plain", false);
    rk_block_result r = block_of(2, finding, text);
    finding[1].values = "{\"x\": [[\"8\"]]}";
    assert_int_equal(s->store(s->self, 2, &r), RK_OK);
    store_block(s, 3);
    rk_ledger_close(l);
    l = open_at("n0");
    assert_int_equal(rk_ledger_merge(l, "n1"), RK_BAD_INPUT);
    assert_non_null(strstr(rk_ledger_why(l), "otherwise"));
    assert_false(has_block(begin(l, "plain", true), 3));
    assert_int_equal(rk_ledger_merge(l, "nowhere"), RK_BAD_INPUT);
    assert_non_null(strstr(rk_ledger_why(l), "no such file"));
    rk_ledger_close(l);
}

/* --- files that are no ledgers --------------------------------------------------------- */

static void refused(const char *path, rk_status wanted, const char *part) {
    char *before = NULL, *after = NULL;
    size_t nbefore = 0, nafter = 0;
    const char *why = NULL;
    rk_read_file(path, SIZE_MAX, &before, &nbefore, &why);
    for (rk_ledger_access how = RK_LEDGER_READ; how <= RK_LEDGER_CREATE; how++) {
        rk_ledger *l = NULL;
        rk_buf text;
        rk_buf_init(&text);
        rk_status status = rk_ledger_open(path, how, &l, &text);
        if (status != wanted)
            fail_msg("%s: status %d, '%s'", path, (int)status, text.text);
        assert_null(l);
        if (!strstr(text.text, part))
            fail_msg("%s: '%s' has no '%s'", path, text.text, part);
        rk_buf_clear(&text);
    }
    rk_read_file(path, SIZE_MAX, &after, &nafter, &why);
    assert_int_equal(nbefore, nafter);
    if (before && after)
        assert_memory_equal(before, after, nbefore);
    rk_free(before);
    rk_free(after);
}

static void write_file(const char *path, const char *text, size_t n) {
    const char *why = NULL;
    assert_int_equal(rk_write_file(path, text, n, &why), RK_OK);
}

static void run_sql(const char *path, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void strangers_are_refused(void **state) {
    (void)state;
    write_file("text", "theorem t { }\n", 14);
    refused("text", RK_BAD_INPUT, "no ledger");
    run_sql("foreign", "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    refused("foreign", RK_BAD_INPUT, "but no ledger");
    assert_int_equal(mkdir("dir", 0700), 0);
    refused("dir", RK_BAD_INPUT, "directory");
    refused("/dev/null", RK_BAD_INPUT, "no regular file");
    fill("newer", "plain", 0, 1);
    run_sql("newer", "PRAGMA user_version = 9; PRAGMA wal_checkpoint(TRUNCATE)");
    refused("newer", RK_BAD_INPUT, "format 9");
    fill("trigger", "plain", 0, 1);
    run_sql("trigger", "CREATE TRIGGER x AFTER INSERT ON block BEGIN DELETE FROM finding; END");
    refused("trigger", RK_BAD_INPUT, "tables");
    fill("negative", "plain", 0, 1);
    run_sql("negative", "PRAGMA ignore_check_constraints = ON; UPDATE block SET trials = -5");
    refused("negative", RK_BAD_INPUT, "damaged");
}

static void an_empty_file_is_a_new_ledger(void **state) {
    (void)state;
    rk_buf why;
    rk_ledger *l = NULL;
    rk_buf_init(&why);
    write_file("empty", "", 0);
    assert_int_equal(rk_ledger_open("empty", RK_LEDGER_READ, &l, &why), RK_BAD_INPUT);
    assert_int_equal(rk_ledger_open("missing", RK_LEDGER_READ, &l, &why), RK_BAD_INPUT);
    assert_int_equal(access("missing", F_OK), -1);
    rk_buf_clear(&why);
    fill("empty", "plain", 0, 1);
    fill(":memory:", "plain", 0, 1);
    assert_int_equal(access(":memory:", F_OK), 0);
    fill("odd ?#%41 name", "plain", 0, 1);
    assert_int_equal(access("odd ?#%41 name", F_OK), 0);
}

/* A byte somewhere is another: either it is said, or all that is read is as it was. */
static void damage_is_told(void **state) {
    (void)state;
    char *text = NULL;
    size_t len = 0;
    const char *why = NULL;
    uint64_t x = seed() * 0x9e3779b97f4a7c15ULL + 1;
    print_message("# RK_TEST_SEED=%llu\n", (unsigned long long)seed());
    for (int i = 0; i < 40; i++) {
        char settings[16];
        snprintf(settings, sizeof settings, "s%d", i);
        fill("whole", settings, 0, 1);
    }
    assert_int_equal(rk_read_file("whole", SIZE_MAX, &text, &len, &why), RK_OK);
    for (size_t part = 1; part < 12; part++) {
        write_file("part", text, len * part / 12);
        refused("part", RK_BAD_INPUT, "");
    }
    for (int i = 0; i < 60; i++) {
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        size_t at = (size_t)(x >> 33) % len;
        char kept = text[at];
        text[at] = (char)(kept ^ (char)(1 + (x >> 20) % 255));
        write_file("hurt", text, len);
        rk_ledger *l = NULL;
        rk_buf told;
        rk_buf_init(&told);
        rk_status status = rk_ledger_open("hurt", RK_LEDGER_READ, &l, &told);
        assert_true(status == RK_OK || told.len > 0);
        if (l) {
            rk_arena *arena = rk_arena_new();
            rk_ledger_entry *entry;
            size_t n;
            (void)rk_ledger_entries(l, arena, &entry, &n);
            rk_arena_free(arena);
        }
        rk_ledger_close(l);
        rk_buf_clear(&told);
        text[at] = kept;
    }
    rk_free(text);
}

/* --- no rights, no space ------------------------------------------------------------------ */

static void a_read_only_ledger_is_read(void **state) {
    (void)state;
    rk_buf why;
    rk_buf_init(&why);
    fill("kept", "plain", 0, 1);
    assert_int_equal(chmod("kept", 0400), 0);
    if (geteuid() == 0) { /* who may write to all files */
        rk_buf_clear(&why);
        return;
    }
    rk_ledger *l = NULL;
    assert_int_equal(rk_ledger_open("kept", RK_LEDGER_READ, &l, &why), RK_OK);
    rk_ledger_close(l);
    assert_int_equal(rk_ledger_open("kept", RK_LEDGER_CREATE, &l, &why), RK_ENVIRONMENT);
    assert_non_null(strstr(why.text, "cannot be written"));
    rk_buf_clear(&why);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_back),
        cmocka_unit_test(findings_are_stored_at_once),
        cmocka_unit_test(nothing_is_stored_twice),
        cmocka_unit_test(a_hunt_is_not_begun_twice_unasked),
        cmocka_unit_test(shrunk_forms_are_kept),
        cmocka_unit_test(cut_blocks_are_done_again),
        cmocka_unit_test(processes_share_a_file),
        cmocka_unit_test(ledgers_merge),
        cmocka_unit_test(contradictions_do_not_merge),
        cmocka_unit_test(strangers_are_refused),
        cmocka_unit_test(an_empty_file_is_a_new_ledger),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(a_read_only_ledger_is_read),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
