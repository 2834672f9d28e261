/* The session of rankle.h: reads claim files, has them settled and keeps the results. Every call
   runs behind a guard, so that a failure deep inside comes back as a code. */
#include "rk_session.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/rk_guard.h"
#include "base/rk_mem.h"
#include "lang/rk_functions.h"
#include "rk_explain.h"

int rk_session_code(rankle_session *s, rk_status status, const char *message) {
    static const int codes[] = {RANKLE_OK, RANKLE_INPUT, RANKLE_USAGE, RANKLE_ENVIRONMENT,
                                RANKLE_UNDECIDED};
    if (status == RK_ENVIRONMENT)
        s->failure = message ? message : "out of memory, or an internal error";
    return codes[status];
}

int rk_session_refuse(rankle_session *s, const char *text) {
    s->failure = text;
    return RANKLE_USAGE;
}

static rk_status session_begin(void *self) {
    rankle_session *s = self;
    s->arena = rk_arena_new();
    s->diags = rk_diags_new();
    s->store = rk_data_store_new();
    return RK_OK;
}

rankle_session *rankle_session_new(void) {
    rankle_session *s = NULL;
    rk_guard_install();
    if (!(s = calloc(1, sizeof *s)))
        return NULL;
    s->seed = 1;
    if (rk_guard_run(session_begin, s, NULL) == RK_OK)
        return s;
    rankle_session_free(s);
    return NULL;
}

void rankle_session_free(rankle_session *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->nfiles; i++) {
        rk_module_free(s->file[i].module);
        rk_unit_free(s->file[i].unit);
    }
    rk_free(s->file);
    rk_free(s->result);
    rk_data_store_free(s->store);
    if (s->diags)
        rk_diags_free(s->diags);
    rk_arena_free(s->arena);
    free(s);
}

/* --- checking and hunting ---------------------------------------------------- */

typedef struct session_job {
    rankle_session *s;
    const char *path, *theorem; /* theorem: hunts only, NULL for all */
    bool hunt;
    uint64_t trials;
    const rankle_options *options;
    const char **explained; /* the explanation of the theorem goes here; NULL: none is wanted */
    rk_explain_format format;
    size_t named; /* theorems that the name fits */
    bool input_error;
    const rk_module *module;   /* of the file in hand, NULL if it could not be read */
    int name_width;            /* of its longest theorem name */
    const rk_checked *checked; /* the theorem in hand */
} session_job;

static const rankle_options session_defaults = {.seed = 1};

static bool job_interrupted(const session_job *job) {
    return job->options->interrupted && job->options->interrupted(job->options->self);
}

static bool job_wants(const session_job *job, const rk_checked *checked) {
    const char *name = checked->theorem->name;
    if (job->theorem && strcmp(job->theorem, name) != 0)
        return false;
    return !job->options->only || fnmatch(job->options->only, name, 0) == 0;
}

static rk_status job_settle(session_job *job, rk_result *r) {
    rankle_session *s = job->s;
    if (job->hunt)
        return rk_settle_by_hunt(job->module, job->checked, job->trials, job->options, s->arena, r,
                                 s->diags);
    return rk_settle(job->module, job->checked, job->options, s->arena, r, s->diags);
}

static void job_keep(const session_job *job, rankle_result *r) {
    rankle_session *s = job->s;
    rk_text_style style = {.verbosity = 1, .name_width = job->name_width};
    rk_buf line;
    rk_buf_init(&line);
    rk_report_line(&line, &r->is, &style);
    r->name_width = job->name_width;
    r->line = rk_arena_strndup(s->arena, line.text, line.len - 1);
    rk_buf_clear(&line);
    rk_grow(&s->result, &s->results_cap, s->nresults + 1, sizeof *s->result);
    s->result[s->nresults++] = r;
    if (job->options->settled)
        job->options->settled(job->options->self, r);
}

static void job_explain(const session_job *job, const rk_result *result) {
    rk_explained what = {job->checked, result, result->calculus};
    rk_buf text;
    rk_buf_init(&text);
    rk_explain(&text, &what, job->format);
    *job->explained = rk_arena_strndup(job->s->arena, text.text, text.len);
    rk_buf_clear(&text);
}

/* A theorem whose work was cut short counts only if it is settled all the same. */
static rk_status job_theorem(void *self) {
    session_job *job = self;
    rankle_result *r = rk_arena_alloc(job->s->arena, sizeof *r);
    r->is.keep_calculus = job->explained != NULL;
    rk_status status = job_settle(job, &r->is);
    if (status == RK_BAD_INPUT)
        job->input_error = true;
    else if (status == RK_OK && (!job_interrupted(job) || r->is.verdict != RK_UNDECIDED))
        job_keep(job, r);
    if (status == RK_OK && job->explained)
        job_explain(job, &r->is);
    rk_calculus_free(r->is.calculus);
    r->is.calculus = NULL;
    return status == RK_BAD_INPUT ? RK_OK : status;
}

static int job_name_width(const session_job *job) {
    size_t width = 0;
    for (size_t i = 0; i < job->module->ntheorems; i++) {
        size_t n = strlen(job->module->theorems[i].theorem->name);
        if (job_wants(job, &job->module->theorems[i]) && n > width)
            width = n;
    }
    return (int)width;
}

/* After a syntax error nothing of the file is settled: what was meant is not known for sure. Wrong
   names or shapes in one theorem leave the others as they are. */
static bool job_readable(const session_job *job) {
    return job->module && !job->module->unit->main->broken;
}

static int job_module(session_job *job) {
    job->name_width = job_name_width(job);
    for (size_t i = 0; i < job->module->ntheorems; i++) {
        job->checked = &job->module->theorems[i];
        if (!job_wants(job, job->checked))
            continue;
        const char *message = NULL;
        rk_status status = rk_guard_run(job_theorem, job, &message);
        job->named++;
        if (status != RK_OK)
            return rk_session_code(job->s, status, message);
        if (job_interrupted(job))
            return RANKLE_INTERRUPTED;
    }
    return RANKLE_OK;
}

/* Reads and checks the text of a file; the session keeps it even after errors. */
static rk_status job_file(void *self) {
    session_job *job = self;
    rankle_session *s = job->s;
    rk_loader loader = rk_data_store_loader(s->store);
    size_t errors = rk_diags_errors(s->diags);
    rk_grow(&s->file, &s->files_cap, s->nfiles + 1, sizeof *s->file);
    rk_session_file *file = &s->file[s->nfiles++];
    *file = (rk_session_file){0};
    file->unit = rk_unit_read(job->path, job->options->library_path, s->diags);
    if (file->unit)
        file->module = rk_module_check(file->unit, &loader, s->diags);
    job->module = file->module;
    job->input_error = !file->unit || rk_diags_errors(s->diags) > errors;
    return RK_OK;
}

/* "the file has no theorem 'lema'; is 'lemma' meant?" */
static int job_unknown_theorem(const session_job *job) {
    const char *near = NULL;
    size_t distance = SIZE_MAX;
    for (size_t i = 0; i < job->module->ntheorems; i++)
        rk_nearest(job->theorem, job->module->theorems[i].theorem->name, &near, &distance);
    const char *text =
        near ? rk_arena_printf(job->s->arena, "the file has no theorem '%s'; is '%s' meant?",
                               job->theorem, near)
             : rk_arena_printf(job->s->arena, "the file has no theorem '%s'", job->theorem);
    return rk_session_refuse(job->s, text);
}

static int job_run(session_job *job) {
    rankle_session *s = job->s;
    const char *message = NULL;
    if (!job->options)
        job->options = &session_defaults;
    if (job->options->seed > INT64_MAX)
        return rk_session_refuse(s, "the seed is beyond 2^63 - 1");
    s->failure = NULL;
    s->seed = job->options->seed;
    rk_status status = rk_guard_run(job_file, job, &message);
    if (status != RK_OK)
        return rk_session_code(s, status, message);
    int code = job_readable(job) ? job_module(job) : RANKLE_OK;
    if (code != RANKLE_OK)
        return code;
    if (job->theorem && job->named == 0 && !job->input_error)
        return job_unknown_theorem(job);
    return job->input_error ? RANKLE_INPUT : RANKLE_OK;
}

int rankle_check_file(rankle_session *session, const char *path, const rankle_options *options) {
    session_job job = {.s = session, .path = path, .options = options};
    return job_run(&job);
}

int rankle_hunt_file(rankle_session *session, const char *path, const char *theorem,
                     uint64_t trials, const rankle_options *options) {
    session_job job = {.s = session,
                       .path = path,
                       .theorem = theorem,
                       .hunt = true,
                       .trials = trials,
                       .options = options};
    return job_run(&job);
}

int rankle_explain_file(rankle_session *session, const char *path, const char *theorem,
                        const char *format, const rankle_options *options, const char **text) {
    static const char *const names[] = {"text", "latex", "latex-document"};
    session_job job = {.s = session, .path = path, .theorem = theorem, .options = options};
    job.explained = text;
    *text = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        job.format = (rk_explain_format)i;
        if (strcmp(format, names[i]) == 0)
            return job_run(&job);
    }
    return rk_session_refuse(session, "the formats are text, latex and latex-document");
}
