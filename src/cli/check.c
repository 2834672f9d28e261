#include "rk_cli.h"

#include "rk_exit.h"
#include "rk_runner.h"

static int check_collect(rk_paths *files, const char *path) {
    switch (rk_paths_collect(files, path)) {
    case RK_COLLECTED:
        return RK_EXIT_OK;
    case RK_COLLECTED_NONE:
        return rk_cli_complain(RK_EXIT_INPUT, "%s: no claim files (*.thm) in this directory", path);
    case RK_COLLECTED_MEMORY:
        break;
    }
    return rk_cli_complain(RK_EXIT_ENVIRONMENT, "out of memory");
}

/* The operands, else the first directory of the library path. */
static int check_files(const rk_runner *r, rk_paths *files) {
    const rk_arguments *a = r->arguments;
    int code = RK_EXIT_OK;
    for (int i = 0; i < a->noperands; i++)
        code = rk_exit_graver(code, check_collect(files, a->operand[i]));
    return a->noperands > 0 ? code : check_collect(files, r->library.path[0]);
}

static void check_summary(rk_runner *r) {
    const char *text = rankle_summary_text(r->session, rk_runner_seconds(r), &r->style);
    if (!text)
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, NULL, rankle_failure(r->session));
    else if (!r->arguments->quiet)
        fputs(text, r->out);
}

static void check_all(rk_runner *r, const rk_paths *files) {
    const char *const *paths = (const char *const *)files->path;
    rk_runner_note(r, rankle_check_files(r->session, paths, files->n, &r->options), NULL);
    if (r->arguments->only && r->code == RK_EXIT_OK && rankle_result_count(r->session) == 0)
        rk_runner_complain(r, RK_EXIT_USAGE, r->arguments->only, "no theorem has such a name");
    r->code = rk_exit_graver(r->code, rankle_exit_code(r->session));
    check_summary(r);
}

int rk_cli_check(const rk_arguments *arguments) {
    rk_runner r;
    rk_paths files = {0};
    if (!rk_runner_start(&r, arguments)) {
        rk_runner_finish(&r);
        return RK_EXIT_ENVIRONMENT;
    }
    r.code = check_files(&r, &files);
    check_all(&r, &files);
    rk_paths_clear(&files);
    return rk_runner_finish(&r);
}
