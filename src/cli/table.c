#include "rk_cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rankle.h"
#include "rk_exit.h"
#include "rk_files.h"

static int table_deliver(rankle_session *session, const rk_arguments *a, const char *text) {
    if (!a->output)
        fputs(text, stdout);
    else if (rankle_write_file(session, a->output, text) != RANKLE_OK)
        return rk_cli_complain(RK_EXIT_ENVIRONMENT, "%s", rankle_failure(session));
    return RK_EXIT_OK;
}

static int table_make(rankle_session *session, const rk_arguments *a, const char *json,
                      size_t len) {
    const char *format = a->format ? a->format : "latex", *text = NULL;
    if (a->standalone && strcmp(format, "latex") != 0)
        return rk_cli_complain(RK_EXIT_USAGE, "--standalone goes with --format latex");
    int status = rankle_table(session, json, len, a->standalone ? "latex-document" : format, &text);
    if (status == RANKLE_OK)
        return table_deliver(session, a, text);
    int told = rk_cli_diagnostics(session);
    if (status == RANKLE_INPUT)
        return rk_exit_graver(
            told, rk_cli_complain(RK_EXIT_INPUT, "%s is not a results file", a->operand[0]));
    return rk_exit_graver(told, rk_cli_complain(status, "%s", rankle_failure(session)));
}

int rk_cli_table(const rk_arguments *a) {
    size_t len = 0;
    if (a->noperands != 1)
        return rk_cli_complain(RK_EXIT_USAGE, "table wants one file of results, or -");
    char *json = rk_stream_text(a->operand[0], &len);
    if (!json)
        return rk_cli_complain(errno == ENOMEM ? RK_EXIT_ENVIRONMENT : RK_EXIT_INPUT, "%s: %s",
                               a->operand[0], strerror(errno));
    rankle_session *session = rankle_session_new();
    int code = session ? table_make(session, a, json, len)
                       : rk_cli_complain(RK_EXIT_ENVIRONMENT, "out of memory");
    rankle_session_free(session);
    free(json);
    return code;
}
