#include "rk_cli.h"

#include "rk_exit.h"
#include "rk_runner.h"

static void explain_deliver(rk_runner *r, const char *text) {
    const char *path = r->arguments->output;
    rk_progress_wipe(&r->progress);
    if (!path)
        fputs(text, stdout);
    else if (rankle_write_file(r->session, path, text) != RANKLE_OK)
        rk_runner_complain(r, RK_EXIT_ENVIRONMENT, NULL, rankle_failure(r->session));
}

static const char *explain_format(const rk_arguments *a) {
    return !a->latex ? "text" : a->standalone ? "latex-document" : "latex";
}

int rk_cli_explain(const rk_arguments *a) {
    rk_runner r;
    const char *text = NULL, *theorem = a->noperands == 1 ? rk_cli_split(a->operand[0]) : NULL;
    if (!theorem || !*theorem)
        return rk_cli_complain(RK_EXIT_USAGE, "explain wants one FILE:THEOREM");
    if (a->standalone && !a->latex)
        return rk_cli_complain(RK_EXIT_USAGE, "--standalone goes with --latex");
    if (!rk_runner_start(&r, a)) {
        rk_runner_finish(&r);
        return RK_EXIT_ENVIRONMENT;
    }
    r.options.settled = NULL;
    int status = rankle_explain_file(r.session, a->operand[0], theorem, explain_format(a),
                                     &r.options, &text);
    rk_runner_note(&r, status, a->operand[0]);
    if (status == RANKLE_OK && text)
        explain_deliver(&r, text);
    return rk_runner_finish(&r);
}
