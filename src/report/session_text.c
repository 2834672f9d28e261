/* What a session hands out as text. All of it is kept in the arena of the session. */
#include <string.h>

#include "base/rk_guard.h"
#include "base/rk_io.h"
#include "base/rk_mem.h"
#include "eval/rk_expression.h"
#include "rk_session.h"

typedef struct text_request { /* one request, for the guard */
    rankle_session *s;
    const rk_result *result;
    rk_text_style style;
    double seconds;
    const char *in;
    size_t len;
    rk_table_format format;
    long precision_cap;
    const char *text; /* the answer */
} text_request;

typedef rk_status text_writer(const text_request *t, rk_buf *out);

typedef struct text_job {
    text_request *request;
    text_writer *write;
} text_job;

static rk_status text_job_run(void *self) {
    text_job *job = self;
    rk_buf out;
    rk_buf_init(&out);
    rk_status status = job->write(job->request, &out);
    job->request->text = rk_arena_strndup(job->request->s->arena, out.text, out.len);
    rk_buf_clear(&out);
    return status;
}

static int text_run(text_request *t, text_writer *write) {
    text_job job = {t, write};
    const char *message = NULL;
    t->s->failure = NULL;
    rk_status status = rk_guard_run(text_job_run, &job, &message);
    if (status != RK_OK && status != RK_LIMIT)
        t->text = NULL;
    return rk_session_code(t->s, status, message);
}

const rk_result *const *rk_session_results(rankle_session *s) {
    const rk_result **r = rk_arena_alloc(s->arena, s->nresults * sizeof *r);
    for (size_t i = 0; i < s->nresults; i++)
        r[i] = &s->result[i]->is;
    return r;
}

/* --- writers ------------------------------------------------------------------ */

static rk_status write_diagnostics(const text_request *t, rk_buf *out) {
    rk_diags_print(t->s->diags, out, t->style.colour);
    return RK_OK;
}

static rk_status write_line(const text_request *t, rk_buf *out) {
    rk_report_line(out, t->result, &t->style);
    return RK_OK;
}

static rk_status write_summary(const text_request *t, rk_buf *out) {
    rk_report_summary(out, rk_session_results(t->s), t->s->nresults, t->seconds, &t->style);
    return RK_OK;
}

static rk_status write_json(const text_request *t, rk_buf *out) {
    rk_report_json(out, rk_session_results(t->s), t->s->nresults, t->s->seed);
    return RK_OK;
}

static rk_status write_table(const text_request *t, rk_buf *out) {
    return rk_report_table(out, t->in, t->len, t->format, t->s->diags);
}

static rk_status write_value(const text_request *t, rk_buf *out) {
    return rk_evaluate(t->in, t->len, t->precision_cap, out, t->s->diags);
}

/* --- the public functions ----------------------------------------------------- */

static rk_text_style text_style(const rankle_style *style) {
    return (rk_text_style){.width = style->width,
                           .colour = style->colour != 0,
                           .utf8 = style->utf8 != 0,
                           .verbosity = style->verbosity};
}

/* Leaves the failure of the last call as it is: diagnostics are asked for after failures. */
const char *rankle_diagnostics(rankle_session *session, int colour) {
    const char *failure = session->failure;
    text_request t = {.s = session, .style = {.colour = colour != 0}};
    text_run(&t, write_diagnostics);
    session->failure = failure;
    return t.text;
}

const char *rankle_failure(const rankle_session *session) {
    return session->failure;
}

const char *rankle_result_text(rankle_session *session, const rankle_result *r,
                               const rankle_style *style) {
    text_request t = {.s = session, .result = &r->is, .style = text_style(style)};
    t.style.name_width = r->name_width;
    text_run(&t, write_line);
    return t.text;
}

const char *rankle_summary_text(rankle_session *session, double seconds,
                                const rankle_style *style) {
    text_request t = {.s = session, .seconds = seconds, .style = text_style(style)};
    text_run(&t, write_summary);
    return t.text;
}

const char *rankle_results_json(rankle_session *session) {
    text_request t = {.s = session};
    text_run(&t, write_json);
    return t.text;
}

int rankle_table(rankle_session *session, const char *json, size_t len, const char *format,
                 const char **text) {
    static const char *const names[] = {"latex", "latex-document", "markdown", "csv"};
    text_request t = {.s = session, .in = json, .len = len};
    *text = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(format, names[i]) != 0)
            continue;
        t.format = (rk_table_format)i;
        int code = text_run(&t, write_table);
        *text = t.text;
        return code;
    }
    return rk_session_refuse(session, "the formats are latex, latex-document, markdown and csv");
}

int rankle_evaluate(rankle_session *session, const char *expression, const rankle_options *options,
                    const char **text) {
    text_request t = {.s = session, .in = expression, .len = strlen(expression)};
    t.precision_cap = options ? options->precision_cap : 0;
    int code = text_run(&t, write_value);
    *text = t.text;
    return code;
}

typedef struct file_request {
    rankle_session *s;
    const char *path, *text;
} file_request;

static rk_status file_write_run(void *self) {
    const file_request *f = self;
    const char *why = NULL;
    rk_status status = rk_write_file(f->path, f->text, strlen(f->text), &why);
    if (status != RK_OK)
        f->s->failure = rk_arena_printf(f->s->arena, "%s: %s", f->path, why);
    return status;
}

int rankle_write_file(rankle_session *session, const char *path, const char *text) {
    file_request f = {session, path, text};
    const char *message = NULL;
    session->failure = NULL;
    rk_status status = rk_guard_run(file_write_run, &f, &message);
    return rk_session_code(session, status, message ? message : session->failure);
}

size_t rankle_error_count(const rankle_session *session) {
    return rk_diags_errors(session->diags);
}

size_t rankle_result_count(const rankle_session *session) {
    return session->nresults;
}

const rankle_result *rankle_result_at(const rankle_session *session, size_t i) {
    return i < session->nresults ? session->result[i] : NULL;
}

const char *rankle_result_theorem(const rankle_result *r) {
    return r->is.theorem;
}

const char *rankle_result_file(const rankle_result *r) {
    return r->is.file;
}

const char *rankle_result_verdict(const rankle_result *r) {
    return rk_verdict_name(r->is.verdict);
}

const char *rankle_result_expected(const rankle_result *r) {
    return r->is.expected == RK_VERDICT_NONE ? NULL : rk_verdict_name(r->is.expected);
}

int rankle_result_as_expected(const rankle_result *r) {
    return r->is.as_expected;
}

const char *rankle_result_line(const rankle_result *r) {
    return r->line;
}

const char *rankle_result_snippet(const rankle_result *r) {
    return r->is.snippet;
}

size_t rankle_result_finding_count(const rankle_result *r) {
    return r->is.snippet ? 1 + r->is.nmore : 0;
}

const char *rankle_result_finding(const rankle_result *r, size_t i) {
    return i == 0 ? r->is.snippet : r->is.more[i - 1];
}

uint64_t rankle_result_trials(const rankle_result *r) {
    return r->is.trials;
}

/* Takes no memory: where that ran out it was said already. */
int rankle_exit_code(const rankle_session *session) {
    int code = 0;
    for (size_t i = 0; i < session->nresults; i++)
        code = rk_exit_code(code, &session->result[i]->is);
    return code;
}
