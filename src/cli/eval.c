#include "rk_cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rankle.h"
#include "rk_exit.h"
#include "rk_files.h"

static int eval_print(rankle_session *session, int status, const char *text) {
    int told = rk_cli_diagnostics(session);
    if (told != RK_EXIT_OK)
        return told;
    switch (status) {
    case RANKLE_OK:
        puts(text);
        return RK_EXIT_OK;
    case RANKLE_UNDECIDED:
        return rk_cli_complain(RK_EXIT_UNDECIDED, "%s", text);
    case RANKLE_INPUT:
        return RK_EXIT_INPUT;
    default:
        return rk_cli_complain(RK_EXIT_ENVIRONMENT, "%s", rankle_failure(session));
    }
}

static int eval_text(const char *expression, const rk_arguments *a) {
    rankle_options options = {.seed = 1, .precision_cap = (long)a->precision_cap};
    rankle_session *session = rankle_session_new();
    const char *text = NULL;
    if (!session)
        return rk_cli_complain(RK_EXIT_ENVIRONMENT, "out of memory");
    int status = rankle_evaluate(session, expression, &options, &text);
    int code = eval_print(session, status, text);
    rankle_session_free(session);
    return code;
}

int rk_cli_eval(const rk_arguments *a) {
    size_t len;
    if (a->noperands != 1)
        return rk_cli_complain(RK_EXIT_USAGE, "eval wants one expression, in quotes");
    if (strcmp(a->operand[0], "-") != 0)
        return eval_text(a->operand[0], a);
    char *text = rk_stream_text("-", &len);
    if (!text)
        return rk_cli_complain(RK_EXIT_ENVIRONMENT, "standard input: %s", strerror(errno));
    int code = strlen(text) == len ? eval_text(text, a)
                                   : rk_cli_complain(RK_EXIT_INPUT, "standard input: a NUL byte");
    free(text);
    return code;
}
