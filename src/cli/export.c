#include "rk_cli.h"

#include "rk_exit.h"
#include "rk_runner.h"

static int export_deliver(rk_runner *r, const char *text) {
    const char *path = r->arguments->output;
    if (!path)
        fputs(text, stdout);
    else if (rankle_write_file(r->session, path, text) != RANKLE_OK)
        return rk_cli_complain(RK_EXIT_ENVIRONMENT, "%s", rankle_failure(r->session));
    return RK_EXIT_OK;
}

static int export_coq(rk_runner *r) {
    const rk_arguments *a = r->arguments;
    const char *text = NULL, *claims = a->noperands > 1 ? a->operand[1] : NULL;
    int status = rankle_export_coq(r->session, a->operand[0], claims, &r->options, &text);
    if (status == RANKLE_OK)
        return export_deliver(r, text);
    const char *why = rankle_failure(r->session);
    return rk_cli_complain(status == RANKLE_INPUT ? RK_EXIT_INPUT : RK_EXIT_ENVIRONMENT, "%s: %s",
                           a->operand[0], why ? why : "failed");
}

int rk_cli_export(const rk_arguments *a) {
    rk_runner r;
    if (!a->coq)
        return rk_cli_complain(RK_EXIT_USAGE, "export wants --coq");
    if (a->noperands < 1 || a->noperands > 2)
        return rk_cli_complain(RK_EXIT_USAGE, "export wants a certificate, and its claim file "
                                              "where that has moved");
    if (!rk_runner_start(&r, a)) {
        rk_runner_finish(&r);
        return RK_EXIT_ENVIRONMENT;
    }
    r.code = export_coq(&r);
    return rk_runner_finish(&r);
}
