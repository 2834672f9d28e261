/* Reading claim files and having their theorems settled, several at once where the options allow
   it. Results are kept and told in the order of the files, whatever the threads. */
#ifndef RK_SESSION_RUN_H
#define RK_SESSION_RUN_H

#include "rk_explain.h"
#include "rk_session.h"

typedef struct rk_request {
    rankle_session *s;
    const char *const *path;
    size_t npaths;
    const char *theorem; /* hunts and explanations: only this one; NULL: all that fit the options */
    bool hunt;           /* provers off, one theorem at a time, the threads for its trials */
    bool follow;         /* works for the hunts of another process instead (rk_team.h) */
    uint64_t trials;     /* of a hunt */
    const rankle_options *options; /* NULL: defaults */
    const char **explained;        /* the explanation goes here; NULL: none is wanted */
    rk_explain_format format;
} rk_request;

/* Reads and checks the text of a file; the session keeps it even after errors. Its unit or module
   are NULL when there are too many of them. */
rk_session_file *rk_session_read(rankle_session *s, const char *path,
                                 const char *const *library_path);

/* A code of rankle.h: of several that apply the gravest. */
int rk_session_run(const rk_request *request);

#endif
