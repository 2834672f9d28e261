/* What check and hunt share: a session whose results are printed as they come, interrupts, the
   JSON file, diagnostics and the exit code. The runner owns the session and the library path. */
#ifndef RK_RUNNER_H
#define RK_RUNNER_H

#include <stdio.h>

#include "rk_files.h"
#include "rk_options.h"
#include "rk_terminal.h"

typedef struct rk_runner {
    const rk_arguments *arguments;
    rankle_session *session;
    rankle_options options;
    rk_paths library;
    FILE *out; /* verdict lines: standard output, or standard error beside --json - */
    rankle_style style;
    rk_progress progress;
    const char *file; /* whose heading was printed last */
    double start;
    int code;
    size_t found; /* results that came with a snippet */
} rk_runner;

/* False (with a message) when memory is short. */
bool rk_runner_start(rk_runner *r, const rk_arguments *arguments);
/* Takes the outcome of a call on the session; prints why it failed. False: stop, interrupted. */
bool rk_runner_note(rk_runner *r, int status, const char *path);
void rk_runner_complain(rk_runner *r, int code, const char *path, const char *why);
/* Diagnostics, JSON; frees everything and returns the exit code. */
int rk_runner_finish(rk_runner *r);
/* Frees everything and returns the exit code; says and writes nothing. */
int rk_runner_leave(rk_runner *r);
double rk_runner_seconds(const rk_runner *r);

#endif
