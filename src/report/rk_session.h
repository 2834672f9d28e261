/* The inside of a session (rankle.h), shared by session.c (its life and its calls),
   session_run.c (reading and settling) and session_text.c (what is handed out as text). The session
   owns everything below. */
#ifndef RK_SESSION_H
#define RK_SESSION_H

#include "check/rk_strategy.h"
#include "data/rk_data.h"
#include "rankle.h"
#include "rk_report.h"

struct rankle_result {
    rk_result is;
    int name_width;   /* of the longest theorem name of its file */
    const char *line; /* for people, without the newline */
};

typedef struct rk_session_file { /* kept: diagnostics and results point into it */
    rk_unit *unit;
    rk_module *module;
} rk_session_file;

struct rankle_session {
    rk_arena *arena;    /* all texts handed out */
    rk_arena **settled; /* results, one arena a theorem */
    size_t narenas, arenas_cap;
    rk_diags *diags;
    rk_data_store *store;
    rk_session_file *file;
    size_t nfiles, files_cap;
    rankle_result **result;
    size_t nresults, results_cap;
    uint64_t seed;
    const char *failure; /* text of a failed call, NULL */
};

/* The public code of a status; after an environment failure the message is kept. */
int rk_session_code(rankle_session *s, rk_status status, const char *message);
/* A wrong call: keeps the text, returns RANKLE_USAGE. */
int rk_session_refuse(rankle_session *s, const char *text);
/* The results as an array (of the arena). */
const rk_result *const *rk_session_results(rankle_session *s);

#endif
