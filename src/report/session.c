/* The session of rankle.h: what it owns, and its calls. Every call runs behind a guard, so that a
   failure deep inside comes back as a code. */
#include "rk_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/rk_guard.h"
#include "base/rk_mem.h"
#include "rk_session_run.h"

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
    for (size_t i = 0; i < s->narenas; i++)
        rk_arena_free(s->settled[i]);
    rk_free(s->settled);
    rk_free(s->file);
    rk_free(s->result);
    rk_data_store_free(s->store);
    if (s->diags)
        rk_diags_free(s->diags);
    rk_arena_free(s->arena);
    free(s);
    rk_guard_leave_thread();
}

/* --- checking and hunting ---------------------------------------------------- */

int rankle_check_files(rankle_session *session, const char *const *paths, size_t n,
                       const rankle_options *options) {
    rk_request request = {.s = session, .path = paths, .npaths = n, .options = options};
    return rk_session_run(&request);
}

int rankle_check_file(rankle_session *session, const char *path, const rankle_options *options) {
    return rankle_check_files(session, &path, 1, options);
}

int rankle_hunt_file(rankle_session *session, const char *path, const char *theorem,
                     uint64_t trials, const rankle_options *options) {
    rk_request request = {.s = session,
                          .path = &path,
                          .npaths = 1,
                          .theorem = theorem,
                          .hunt = true,
                          .trials = trials,
                          .options = options};
    return rk_session_run(&request);
}

int rankle_follow_file(rankle_session *session, const char *path, const rankle_options *options) {
    rk_request request = {
        .s = session, .path = &path, .npaths = 1, .follow = true, .options = options};
    return rk_session_run(&request);
}

int rankle_explain_file(rankle_session *session, const char *path, const char *theorem,
                        const char *format, const rankle_options *options, const char **text) {
    static const char *const names[] = {"text", "latex", "latex-document"};
    rk_request request = {.s = session,
                          .path = &path,
                          .npaths = 1,
                          .theorem = theorem,
                          .options = options,
                          .explained = text};
    *text = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        request.format = (rk_explain_format)i;
        if (strcmp(format, names[i]) == 0)
            return rk_session_run(&request);
    }
    return rk_session_refuse(session, "the formats are text, latex and latex-document");
}
