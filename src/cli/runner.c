#include "rk_runner.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "rk_cli.h"
#include "rk_exit.h"

static volatile sig_atomic_t runner_stop;

static void runner_on_interrupt(int signal) {
    (void)signal;
    runner_stop = 1;
}

/* The first interrupt ends the work in order, the second one the program. */
static void runner_catch_interrupt(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = runner_on_interrupt;
    action.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL); /* what schedulers of clusters send first */
}

static void runner_print_snippet(rk_runner *r, const rankle_result *result) {
    size_t n = rankle_result_finding_count(result);
    for (size_t i = 0; i < n; i++)
        fprintf(r->out, "%s\n", rankle_result_finding(result, i));
    if (n == 0)
        fprintf(r->out, "    nothing was found in %llu trials, which proves nothing\n",
                (unsigned long long)rankle_result_trials(result));
}

static void runner_settled(void *self, const rankle_result *result) {
    rk_runner *r = self;
    const char *file = rankle_result_file(result);
    const char *text = rankle_result_text(r->session, result, &r->style);
    rk_progress_wipe(&r->progress);
    if (!r->arguments->quiet && (!r->file || strcmp(r->file, file) != 0))
        rk_print_heading(r->out, file);
    r->file = file;
    if (text)
        fputs(text, r->out);
    else
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, file, rankle_failure(r->session));
    r->found += rankle_result_snippet(result) != NULL;
    if (r->arguments->command == RK_COMMAND_HUNT && !r->arguments->quiet)
        runner_print_snippet(r, result);
    fflush(r->out);
}

static void runner_progress(void *self, const rankle_progress *now) {
    rk_runner *r = self;
    rk_progress_show(&r->progress, now);
}

static int runner_interrupted(void *self) {
    (void)self;
    return runner_stop != 0;
}

static void runner_options(rk_runner *r) {
    const rk_arguments *a = r->arguments;
    r->options = (rankle_options){.seed = a->seed < 0 ? 1 : (uint64_t)a->seed,
                                  .time_limit = a->time_limit,
                                  .max_dim = a->max_dim,
                                  .samples = (uint64_t)a->samples,
                                  .precision_cap = (long)a->precision_cap,
                                  .jobs = (unsigned)a->jobs,
                                  .ledger = a->ledger,
                                  .resume = a->resume,
                                  .certificates = a->certificates,
                                  .only = a->only,
                                  .library_path = (const char *const *)r->library.path,
                                  .settled = runner_settled,
                                  .progress = runner_progress,
                                  .interrupted = runner_interrupted,
                                  .self = r};
}

static bool runner_json_on_stdout(const rk_runner *r) {
    return r->arguments->json && strcmp(r->arguments->json, "-") == 0;
}

bool rk_runner_start(rk_runner *r, const rk_arguments *arguments) {
    *r = (rk_runner){.arguments = arguments, .out = stdout, .start = rk_seconds()};
    if (runner_json_on_stdout(r))
        r->out = stderr;
    r->style = rk_terminal_style(r->out, arguments->verbose);
    r->progress = rk_progress_start(arguments->quiet);
    r->session = rankle_session_new();
    if (!r->session ||
        !rk_paths_library(&r->library, arguments->library.text, arguments->library.n)) {
        fputs("rankle: out of memory\n", stderr);
        return false;
    }
    runner_options(r);
    runner_catch_interrupt();
    return true;
}

double rk_runner_seconds(const rk_runner *r) {
    return rk_seconds() - r->start;
}

void rk_runner_complain(rk_runner *r, int code, const char *path, const char *why) {
    rk_progress_wipe(&r->progress);
    fflush(r->out);
    fprintf(stderr, "rankle: %s%s%s\n", path ? path : "", path ? ": " : "", why ? why : "failed");
    r->code = rk_exit_graver(r->code, code);
}

bool rk_runner_note(rk_runner *r, int status, const char *path) {
    if (status == RANKLE_INTERRUPTED)
        rk_runner_complain(r, RK_EXIT_INTERRUPTED, NULL,
                           "interrupted; what was settled before is reported");
    else if (status == RANKLE_INPUT)
        r->code = rk_exit_graver(r->code, RK_EXIT_INPUT);
    else if (status != RANKLE_OK)
        rk_runner_complain(r, status, path, rankle_failure(r->session));
    return status != RANKLE_INTERRUPTED;
}

static void runner_write_json(rk_runner *r) {
    const char *path = r->arguments->json;
    const char *text = path ? rankle_results_json(r->session) : NULL;
    if (!path)
        return;
    if (!text)
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, path, rankle_failure(r->session));
    else if (runner_json_on_stdout(r))
        fputs(text, stdout);
    else if (rankle_write_file(r->session, path, text) != RANKLE_OK)
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, NULL, rankle_failure(r->session));
}

static void runner_print_diagnostics(rk_runner *r) {
    rk_progress_wipe(&r->progress);
    fflush(r->out);
    r->code = rk_exit_graver(r->code, rk_cli_diagnostics(r->session));
}

int rk_runner_finish(rk_runner *r) {
    if (r->session) {
        runner_print_diagnostics(r);
        runner_write_json(r);
    }
    return rk_runner_leave(r);
}

int rk_runner_leave(rk_runner *r) {
    int code = r->code;
    rankle_session_free(r->session);
    rk_paths_clear(&r->library);
    return code;
}
