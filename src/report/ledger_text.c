/* A ledger as text, and its findings as claim files. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rk_io.h"
#include "base/rk_mem.h"
#include "base/rk_utf8.h"
#include "rk_ledger_report.h"

enum { FIRST_FINDINGS = 10, NAME_MOST = 128, ENTRIES_MOST = 64 };

/* --- text of strangers ---------------------------------------------------------- */

/* Nothing that a terminal would obey: controls and odd bytes become '?'. */
static void put_clean(rk_buf *out, const char *s) {
    size_t left = strlen(s);
    while (left > 0) {
        unsigned long code = 0;
        size_t n = rk_utf8_decode(s, left, &code);
        if (n == 0 || rk_utf8_columns(code) == 0)
            rk_buf_putc(out, '?');
        else
            rk_buf_write(out, s, n);
        n += n == 0;
        s += n;
        left -= n;
    }
}

/* A text of several lines, each indented. */
static void put_lines(rk_buf *out, const char *s) {
    while (*s) {
        size_t n = strcspn(s, "\n");
        char *line = rk_malloc(n + 1);
        memcpy(line, s, n);
        line[n] = '\0';
        rk_buf_puts(out, "    ");
        put_clean(out, line);
        rk_buf_putc(out, '\n');
        rk_free(line);
        s += n + (s[n] == '\n');
    }
}

static void put_dims(rk_buf *out, const char *text) {
    json_t *dims = json_loads(text, 0, NULL), *value;
    const char *name;
    json_object_foreach(dims, name, value) {
        rk_buf_puts(out, "  ");
        put_clean(out, name);
        rk_buf_printf(out, "=%" JSON_INTEGER_FORMAT, json_integer_value(value));
    }
    json_decref(dims);
}

static void put_rows(rk_buf *out, json_t *rows) {
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        for (size_t j = 0; j < json_array_size(row); j++) {
            const char *entry = json_string_value(json_array_get(row, j));
            rk_buf_puts(out, j ? ", " : i ? "; " : "");
            put_clean(out, entry ? entry : "?");
        }
    }
}

/* "  X = [1, 0; 0, -1]"; a large matrix by its size. */
static void put_values(rk_buf *out, const char *text) {
    json_t *values = json_loads(text, 0, NULL), *rows;
    const char *name;
    json_object_foreach(values, name, rows) {
        size_t n = json_array_size(rows), m = json_array_size(json_array_get(rows, 0));
        rk_buf_puts(out, "  ");
        put_clean(out, name);
        if (n > 0 && m > ENTRIES_MOST / n) {
            rk_buf_printf(out, " = (%zu by %zu)", n, m);
            continue;
        }
        bool number = n == 1 && m == 1;
        rk_buf_puts(out, number ? " = " : " = [");
        put_rows(out, rows);
        rk_buf_puts(out, number ? "" : "]");
    }
    json_decref(values);
}

/* --- the overview --------------------------------------------------------------- */

static const char *plural(uint64_t n) {
    return n == 1 ? "" : "s";
}

static void put_finding(rk_buf *out, const rk_ledger_finding *f) {
    rk_buf_printf(out, "    trial %" PRIu64 "  ", f->found.trial);
    put_clean(out, f->found.how);
    bool shrunk = f->found.small_dims && f->found.small_values;
    put_dims(out, shrunk ? f->found.small_dims : f->found.dims);
    put_values(out, shrunk ? f->found.small_values : f->found.values);
    rk_buf_putc(out, '\n');
}

static void put_counted(rk_buf *out, const rk_ledger_entry *e) {
    rk_buf_printf(out, "    %" PRIu64 " block%s", e->blocks, plural(e->blocks));
    if (e->end > e->blocks)
        rk_buf_printf(out, " of the first %" PRIu64, e->end);
    rk_buf_printf(out, ", %" PRIu64 " trial%s, %" PRIu64 " assignment%s: %" PRIu64 " held",
                  e->sum.trials, plural(e->sum.trials), e->sum.assignments,
                  plural(e->sum.assignments), e->sum.held);
    if (e->sum.unconfirmed > 0)
        rk_buf_printf(out, ", %" PRIu64 " unconfirmed", e->sum.unconfirmed);
    if (e->sum.unknown > 0)
        rk_buf_printf(out, ", %" PRIu64 " unknown", e->sum.unknown);
    rk_buf_printf(out, "; %" PRIu64 " finding%s\n", e->findings, plural(e->findings));
}

static void put_entry(rk_buf *out, const rk_ledger_entry *e, bool verbose) {
    rk_buf_puts(out, "  ");
    put_clean(out, e->theorem);
    rk_buf_puts(out, "  (");
    put_clean(out, e->file);
    rk_buf_printf(out, ")  seed %" PRIu64 ", rankle ", e->seed);
    put_clean(out, e->version);
    rk_buf_puts(out, ", ");
    put_clean(out, e->settings);
    rk_buf_putc(out, '\n');
    if (verbose)
        put_lines(out, e->statement);
    put_counted(out, e);
}

rk_status rk_report_ledger(rk_buf *out, rk_ledger *ledger, const char *path,
                           const rk_text_style *style, rk_buf *why) {
    rk_ledger_entry *entry;
    size_t n, most = style->verbosity > 1 ? SIZE_MAX : FIRST_FINDINGS;
    rk_arena *arena = rk_arena_new();
    rk_status status = rk_ledger_entries(ledger, arena, &entry, &n);
    put_clean(out, path);
    rk_buf_puts(out, n == 0 ? "\n  no hunts\n" : "\n");
    for (size_t i = 0; i < n && status == RK_OK; i++) {
        rk_ledger_finding *f;
        size_t nf;
        put_entry(out, &entry[i], style->verbosity > 1);
        status = rk_ledger_findings(ledger, entry[i].id, most, arena, &f, &nf);
        for (size_t k = 0; k < nf; k++)
            put_finding(out, &f[k]);
        if (status == RK_OK && entry[i].findings > nf)
            rk_buf_printf(out, "    and %" PRIu64 " more (-v shows them)\n",
                          entry[i].findings - nf);
    }
    if (status != RK_OK)
        rk_buf_puts(why, rk_ledger_why(ledger));
    rk_arena_free(arena);
    return status;
}

/* --- findings as claim files ----------------------------------------------------- */

/* A name of the language, and short enough for a file. */
static bool is_name(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return n > 0 && n <= NAME_MOST && s[n] == '\0';
}

static rk_status write_snippet(const char *folder, const rk_ledger_entry *e,
                               const rk_ledger_finding *f, rk_buf *why) {
    const char *small = f->found.small_snippet, *text = small ? small : f->found.snippet;
    const char *reason = NULL;
    rk_buf path;
    rk_buf_init(&path);
    rk_buf_printf(&path, "%s/%s-s%" PRIu64 "-t%" PRIu64 ".thm", folder, e->theorem, e->seed,
                  f->found.trial);
    rk_status status = rk_write_file(path.text, text, strlen(text), &reason);
    if (status != RK_OK)
        rk_buf_printf(why, "%s: %s", path.text, reason);
    rk_buf_clear(&path);
    return status;
}

static rk_status write_snippets(const char *folder, rk_ledger *ledger, const rk_ledger_entry *e,
                                size_t *written, rk_buf *why) {
    rk_ledger_finding *f;
    size_t n = 0;
    rk_arena *arena = rk_arena_new();
    rk_status status = rk_ledger_findings(ledger, e->id, SIZE_MAX, arena, &f, &n);
    if (status != RK_OK)
        rk_buf_puts(why, rk_ledger_why(ledger));
    else if (n > 0 && !is_name(e->theorem)) {
        status = RK_BAD_INPUT;
        rk_buf_puts(why, "a hunt has a theorem whose name is none");
    }
    for (size_t i = 0; i < n && status == RK_OK; i++) {
        status = write_snippet(folder, e, &f[i], why);
        *written += status == RK_OK;
    }
    rk_arena_free(arena);
    return status;
}

rk_status rk_report_ledger_snippets(const char *folder, rk_ledger *ledger, size_t *written,
                                    rk_buf *why) {
    rk_ledger_entry *entry;
    size_t n;
    *written = 0;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        rk_buf_printf(why, "%s: %s", folder, strerror(errno));
        return RK_ENVIRONMENT;
    }
    rk_arena *arena = rk_arena_new();
    rk_status status = rk_ledger_entries(ledger, arena, &entry, &n);
    if (status != RK_OK)
        rk_buf_puts(why, rk_ledger_why(ledger));
    for (size_t i = 0; i < n && status == RK_OK; i++)
        status = write_snippets(folder, ledger, &entry[i], written, why);
    rk_arena_free(arena);
    return status;
}
