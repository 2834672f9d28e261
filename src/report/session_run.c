#include "rk_session_run.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/rk_guard.h"
#include "base/rk_mem.h"
#include "base/rk_pool.h"
#include "cert/rk_cert.h"
#include "lang/rk_functions.h"

/* A theorem to settle. Arena and diagnostics are its own, so that threads do not meet. */
typedef struct task {
    const char *path;
    const rk_module *module;
    const rk_checked *checked;
    int name_width; /* of the longest theorem name of its file */
    rk_arena *arena;
    rk_diags *diags;
    rankle_result *result;
    rk_status status;
    const char *failure;
    bool done;
} task;

typedef struct run {
    const rk_request *request;
    rankle_session *s;
    rankle_options options; /* those of the request, with this run's functions */
    unsigned jobs;          /* threads for theorems */
    task *task;
    size_t ntasks, capacity;
    atomic_size_t started;
    pthread_mutex_t lock; /* held while results are told and while progress is */
    size_t told;          /* tasks told so far, the first ones */
    int code;
    const char *failure; /* of the session, when `code` came to be; later calls forget it there */
    rk_ledger *ledger;   /* of hunts, NULL: none */
} run;

static const rankle_options defaults = {.seed = 1};

static int interrupted(void *self) {
    const rankle_options *o = ((run *)self)->request->options;
    return o->interrupted && o->interrupted(o->self);
}

static void graver(run *r, int code) {
    static const int rank[] = {
        [RANKLE_OK] = 0,        [RANKLE_INPUT] = 1,       [RANKLE_USAGE] = 2,
        [RANKLE_UNDECIDED] = 0, [RANKLE_INTERRUPTED] = 3, [RANKLE_ENVIRONMENT] = 4};
    if (rank[code] <= rank[r->code])
        return;
    r->code = code;
    r->failure = r->s->failure;
}

/* --- one theorem ------------------------------------------------------------- */

/* The cores that no other theorem is waiting for. */
static unsigned spare_jobs(run *r) {
    size_t left = r->ntasks - atomic_fetch_add(&r->started, 1);
    return left >= r->jobs ? 1 : r->jobs / (unsigned)left;
}

static rk_status settle(run *r, task *t) {
    const rk_request *q = r->request;
    rankle_options o = r->options;
    o.jobs = q->hunt ? r->jobs : spare_jobs(r);
    t->result->is.keep_calculus = q->explained != NULL;
    t->result->is.keep_records = !q->hunt && o.certificates != NULL;
    if (q->hunt)
        return rk_settle_by_hunt(t->module, t->checked, q->trials, &o, r->ledger, t->arena,
                                 &t->result->is, t->diags);
    return rk_settle(t->module, t->checked, &o, t->arena, &t->result->is, t->diags);
}

typedef struct call {
    run *run;
    task *task;
} call;

static rk_status settle_guarded(void *self) {
    call *c = self;
    task *t = c->task;
    t->arena = rk_arena_new();
    t->diags = rk_diags_new();
    t->result = rk_arena_alloc(t->arena, sizeof *t->result);
    return settle(c->run, t);
}

/* --- telling ----------------------------------------------------------------- */

static void explain(const run *r, const task *t) {
    rk_explained what = {t->checked, &t->result->is, t->result->is.calculus};
    rk_buf text;
    rk_buf_init(&text);
    rk_explain(&text, &what, r->request->format);
    *r->request->explained = rk_arena_strndup(r->s->arena, text.text, text.len);
    rk_buf_clear(&text);
}

static void keep(run *r, task *t) {
    rankle_session *s = r->s;
    rk_text_style style = {.verbosity = 1, .name_width = t->name_width};
    rk_buf line;
    rk_buf_init(&line);
    rk_report_line(&line, &t->result->is, &style);
    t->result->name_width = t->name_width;
    t->result->line = rk_arena_strndup(s->arena, line.text, line.len - 1);
    rk_buf_clear(&line);
    rk_grow(&s->result, &s->results_cap, s->nresults + 1, sizeof *s->result);
    s->result[s->nresults++] = t->result;
    const rankle_options *o = r->request->options;
    if (o->settled)
        o->settled(o->self, t->result);
}

/* A hunt that its ledger refused, or that could not be kept. */
static void fail_ledger(run *r, const task *t) {
    const char *why = rk_ledger_why(r->ledger), *path = r->options.ledger;
    if (t->status == RK_BAD_USAGE)
        graver(r, rk_session_refuse(
                      r->s, rk_arena_printf(r->s->arena,
                                            "%s: %s; go on with --resume, or name another ledger",
                                            path, why)));
    else
        graver(r, rk_session_code(r->s, RK_ENVIRONMENT,
                                  rk_arena_printf(r->s->arena, "%s: %s", path, why)));
}

static void fail(run *r, const task *t) {
    const char *why = t->failure ? t->failure : "out of memory, or an internal error";
    const char *text =
        rk_arena_printf(r->s->arena, "%s: %s: %s", t->path, t->checked->theorem->name, why);
    graver(r, rk_session_code(r->s, t->status, text));
}

/* Before the result is told, so that what is told can be found. */
static bool write_certificate(run *r, task *t) {
    const char *why = NULL;
    if (!t->result->is.keep_records ||
        rk_cert_write(r->options.certificates, t->checked, t->arena, &t->result->is, &why) == RK_OK)
        return true;
    graver(r, rk_session_code(r->s, RK_ENVIRONMENT,
                              rk_arena_printf(r->s->arena, "%s: the certificate of %s: %s",
                                              r->options.certificates, t->checked->theorem->name,
                                              why)));
    return false;
}

/* A theorem whose work was cut short counts only if it is settled all the same. */
static void tell_settled(run *r, task *t) {
    if (!interrupted(r) || t->result->is.verdict != RK_UNDECIDED)
        keep(r, t);
    if (r->request->explained)
        explain(r, t);
}

static rk_status tell(void *self) {
    call *c = self;
    run *r = c->run;
    task *t = c->task;
    if (t->arena) {
        rk_grow(&r->s->settled, &r->s->arenas_cap, r->s->narenas + 1, sizeof *r->s->settled);
        r->s->settled[r->s->narenas++] = t->arena;
    }
    if (t->diags)
        rk_diags_append(r->s->diags, t->diags);
    if (t->status == RK_OK && write_certificate(r, t))
        tell_settled(r, t);
    else if (t->status == RK_OK)
        return RK_OK;
    else if (r->ledger && !t->failure)
        fail_ledger(r, t);
    else if (t->status == RK_BAD_INPUT)
        graver(r, RANKLE_INPUT);
    else
        fail(r, t);
    return RK_OK;
}

static void tell_guarded(run *r, task *t) {
    const char *message = NULL;
    call c = {r, t};
    rk_status status = rk_guard_run(tell, &c, &message);
    if (status != RK_OK)
        graver(r, rk_session_code(r->s, status, message));
    if (t->result)
        rk_calculus_free(t->result->is.calculus);
    if (t->result)
        t->result->is.calculus = NULL;
    if (t->diags)
        rk_diags_free(t->diags);
}

/* All that is done and has nothing before it that is not. */
static void tell_in_order(run *r, task *t) {
    pthread_mutex_lock(&r->lock);
    t->done = true;
    while (r->told < r->ntasks && r->task[r->told].done)
        tell_guarded(r, &r->task[r->told++]);
    pthread_mutex_unlock(&r->lock);
}

static void run_task(void *self, size_t index, unsigned worker) {
    run *r = self;
    task *t = &r->task[index];
    call c = {r, t};
    (void)worker;
    if (interrupted(r))
        return;
    t->status = rk_guard_run(settle_guarded, &c, &t->failure);
    tell_in_order(r, t);
}

/* The caller's function is called by one thread at a time. */
static void progress(void *self, const rankle_progress *now) {
    run *r = self;
    pthread_mutex_lock(&r->lock);
    r->request->options->progress(r->request->options->self, now);
    pthread_mutex_unlock(&r->lock);
}

/* --- reading ----------------------------------------------------------------- */

static bool is_wanted(const run *r, const rk_checked *checked) {
    const char *name = checked->theorem->name, *only = r->options.only;
    if (r->request->theorem && strcmp(r->request->theorem, name) != 0)
        return false;
    return !only || fnmatch(only, name, 0) == 0;
}

static int name_width(const run *r, const rk_module *module) {
    size_t width = 0;
    for (size_t i = 0; i < module->ntheorems; i++) {
        size_t n = strlen(module->theorems[i].theorem->name);
        if (is_wanted(r, &module->theorems[i]) && n > width)
            width = n;
    }
    return (int)width;
}

static void add_tasks(run *r, const char *path, const rk_module *module) {
    int width = name_width(r, module);
    for (size_t i = 0; i < module->ntheorems; i++) {
        if (!is_wanted(r, &module->theorems[i]))
            continue;
        rk_grow(&r->task, &r->capacity, r->ntasks + 1, sizeof *r->task);
        r->task[r->ntasks++] = (task){
            .path = path, .module = module, .checked = &module->theorems[i], .name_width = width};
    }
}

rk_session_file *rk_session_read(rankle_session *s, const char *path,
                                 const char *const *library_path) {
    rk_loader loader = rk_data_store_loader(s->store);
    rk_grow(&s->file, &s->files_cap, s->nfiles + 1, sizeof *s->file);
    rk_session_file *file = &s->file[s->nfiles++];
    *file = (rk_session_file){0};
    file->unit = rk_unit_read(path, library_path, s->diags);
    if (file->unit)
        file->module = rk_module_check(file->unit, &loader, s->diags);
    return file;
}

/* After a syntax error nothing of the file is settled: what was meant is not known for sure. Wrong
   names or shapes in one theorem leave the others as they are. */
static void read_file(run *r, const char *path) {
    size_t errors = rk_diags_errors(r->s->diags);
    const rk_session_file *file = rk_session_read(r->s, path, r->options.library_path);
    if (!file->unit || rk_diags_errors(r->s->diags) > errors)
        graver(r, RANKLE_INPUT);
    if (file->module && !file->module->unit->main->broken)
        add_tasks(r, path, file->module);
}

static rk_status read_files(void *self) {
    run *r = self;
    for (size_t i = 0; i < r->request->npaths; i++)
        read_file(r, r->request->path[i]);
    return RK_OK;
}

/* --- working for another process ------------------------------------------------ */

static bool help(void *self, const rankle_team *team, const rk_team_job *job) {
    run *r = self;
    (void)team;
    for (size_t i = 0; i < r->ntasks; i++)
        if (strcmp(r->task[i].checked->theorem->name, job->theorem) == 0)
            return rk_settle_help(r->task[i].checked, &r->options, job, r->s->arena);
    return false;
}

static rk_status follow(void *self) {
    run *r = self;
    if (!rk_team_follow(r->options.team, help, r))
        r->code = rk_session_refuse(r->s, "the claim file is not that of process 0");
    return RK_OK;
}

/* "the file has no theorem 'lema'; is 'lemma' meant?" */
static int refuse_unknown(run *r) {
    const rk_module *module = r->s->file[r->s->nfiles - 1].module;
    const char *near = NULL, *theorem = r->request->theorem;
    size_t distance = SIZE_MAX;
    for (size_t i = 0; i < module->ntheorems; i++)
        rk_nearest(theorem, module->theorems[i].theorem->name, &near, &distance);
    const char *text =
        near ? rk_arena_printf(r->s->arena, "the file has no theorem '%s'; is '%s' meant?", theorem,
                               near)
             : rk_arena_printf(r->s->arena, "the file has no theorem '%s'", theorem);
    return rk_session_refuse(r->s, text);
}

/* --- the whole --------------------------------------------------------------- */

static void set_options(run *r) {
    r->options = *r->request->options;
    r->options.settled = NULL;
    r->options.progress = r->options.progress ? progress : NULL;
    r->options.interrupted = r->options.interrupted ? interrupted : NULL;
    r->options.self = r;
    r->jobs = r->options.jobs > 0 ? r->options.jobs : rk_pool_cores();
}

static rk_status settle_all(void *self) {
    run *r = self;
    rk_pool_run(r->request->hunt ? 1 : r->jobs, r->ntasks, run_task, r);
    return RK_OK;
}

static void run_guarded(run *r, rk_guarded *body) {
    const char *message = NULL;
    rk_status status = rk_guard_run(body, r, &message);
    if (status != RK_OK)
        graver(r, rk_session_code(r->s, status, message));
}

/* Before any file is read: a ledger that is none is told at once. */
static rk_status open_ledger(void *self) {
    run *r = self;
    rk_buf why;
    rk_buf_init(&why);
    rk_status status = rk_ledger_open(r->options.ledger, RK_LEDGER_CREATE, &r->ledger, &why);
    if (status != RK_OK)
        r->s->failure = rk_arena_printf(r->s->arena, "%s: %s", r->options.ledger, why.text);
    rk_buf_clear(&why);
    return status;
}

static int close_ledger(run *r, int code) {
    rk_status status = rk_ledger_close(r->ledger);
    r->ledger = NULL;
    if (status != RK_OK && code == RANKLE_OK)
        return rk_session_code(r->s, RK_ENVIRONMENT, "the ledger could not be written");
    return code;
}

static int run_all(run *r) {
    if (r->request->hunt && r->options.ledger) {
        const char *message = NULL;
        rk_status status = rk_guard_run(open_ledger, r, &message);
        if (status != RK_OK)
            return status == RK_BAD_INPUT
                       ? RANKLE_INPUT
                       : rk_session_code(r->s, status, r->s->failure ? r->s->failure : message);
    }
    run_guarded(r, read_files);
    if (r->code == RANKLE_ENVIRONMENT)
        return r->code;
    if (r->request->theorem && r->ntasks == 0 && r->code == RANKLE_OK)
        return refuse_unknown(r);
    run_guarded(r, r->request->follow ? follow : settle_all);
    if (interrupted(r))
        graver(r, RANKLE_INTERRUPTED);
    return r->code;
}

int rk_session_run(const rk_request *request) {
    rk_request q = *request;
    rankle_session *s = q.s;
    if (!q.options)
        q.options = &defaults;
    if (q.options->seed > INT64_MAX)
        return rk_session_refuse(s, "the seed is beyond 2^63 - 1");
    s->failure = NULL;
    s->seed = q.options->seed;
    run r = {.request = &q, .s = s};
    set_options(&r);
    pthread_mutex_init(&r.lock, NULL);
    int code = close_ledger(&r, run_all(&r));
    if (r.failure)
        s->failure = r.failure;
    pthread_mutex_destroy(&r.lock);
    rk_free(r.task);
    return code;
}
