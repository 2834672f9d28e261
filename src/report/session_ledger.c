/* The calls of rankle.h that look into ledgers. */
#include <sys/stat.h>

#include "base/rk_guard.h"
#include "base/rk_mem.h"
#include "rk_ledger_report.h"
#include "rk_session.h"

typedef struct ledger_request {
    rankle_session *session;
    const char *path;
    const char *folder;  /* of snippets */
    const char *into;    /* of a merge */
    rk_text_style style; /* of the overview */
    size_t written;
    rk_buf out, why;
    const char *text, *reason; /* out and why, kept in the session */
    rk_ledger *ledger;
    rk_status (*work)(struct ledger_request *r);
} ledger_request;

static rk_status work_show(ledger_request *r) {
    return rk_report_ledger(&r->out, r->ledger, r->path, &r->style, &r->why);
}

static rk_status work_json(ledger_request *r) {
    return rk_report_ledger_json(&r->out, r->ledger, &r->why);
}

static rk_status work_snippets(ledger_request *r) {
    return rk_report_ledger_snippets(r->folder, r->ledger, &r->written, &r->why);
}

static rk_status work_merge(ledger_request *r) {
    rk_status status = rk_ledger_merge(r->ledger, r->path);
    if (status != RK_OK)
        rk_buf_puts(&r->why, rk_ledger_why(r->ledger));
    return status;
}

/* Ledger and texts are left to end_request, which sees to them after any failure. */
static rk_status request_run(void *self) {
    ledger_request *r = self;
    rk_buf_init(&r->out);
    rk_buf_init(&r->why);
    rk_status status =
        rk_ledger_open(r->into ? r->into : r->path, r->into ? RK_LEDGER_CREATE : RK_LEDGER_READ,
                       &r->ledger, &r->why);
    if (status == RK_OK)
        status = r->work(r);
    r->text = rk_arena_strndup(r->session->arena, r->out.text, r->out.len);
    r->reason = rk_arena_strdup(r->session->arena, r->why.text);
    return status;
}

static void end_request(ledger_request *r) {
    (void)rk_ledger_close(r->ledger);
    rk_buf_clear(&r->out);
    rk_buf_clear(&r->why);
}

static int run_request(rankle_session *s, ledger_request *r) {
    const char *message = "out of memory";
    r->session = s;
    s->failure = NULL;
    rk_status status = rk_guard_run(request_run, r, &message);
    end_request(r);
    if (status == RK_OK)
        return RANKLE_OK;
    s->failure = r->reason ? r->reason : message;
    return status == RK_BAD_INPUT ? RANKLE_INPUT : RANKLE_ENVIRONMENT;
}

int rankle_ledger_text(rankle_session *session, const char *path, const rankle_style *style,
                       const char **text) {
    ledger_request r = {.path = path, .work = work_show};
    r.style = (rk_text_style){.width = style->width,
                              .colour = style->colour != 0,
                              .utf8 = style->utf8 != 0,
                              .verbosity = style->verbosity};
    int code = run_request(session, &r);
    *text = r.text;
    return code;
}

int rankle_ledger_json(rankle_session *session, const char *path, const char **json) {
    ledger_request r = {.path = path, .work = work_json};
    int code = run_request(session, &r);
    *json = r.text;
    return code;
}

int rankle_ledger_snippets(rankle_session *session, const char *path, const char *folder,
                           size_t *written) {
    ledger_request r = {.path = path, .folder = folder, .work = work_snippets};
    int code = run_request(session, &r);
    *written = r.written;
    return code;
}

static int same_file(const char *a, const char *b) {
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int rankle_ledger_merge(rankle_session *session, const char *into, const char *path) {
    ledger_request r = {.path = path, .into = into, .work = work_merge};
    if (same_file(into, path))
        return RANKLE_OK;
    return run_request(session, &r);
}
