#include "rk_cli.h"

#include <string.h>

#include "rankle.h"
#include "rk_exit.h"
#include "rk_terminal.h"

typedef struct ledger_call {
    const rk_arguments *arguments;
    rankle_session *session;
    char **file; /* operands after the word that says what to do */
    int nfiles;
} ledger_call;

static int ledger_failed(const ledger_call *c, int status, const char *path) {
    int code = status == RANKLE_INPUT ? RK_EXIT_INPUT : RK_EXIT_ENVIRONMENT;
    const char *why = rankle_failure(c->session);
    return rk_cli_complain(code, "%s: %s", path, why ? why : "failed");
}

static int ledger_show(const ledger_call *c) {
    rankle_style style = rk_terminal_style(stdout, c->arguments->verbose);
    int code = RK_EXIT_OK;
    if (c->arguments->output || c->arguments->claims)
        return rk_cli_complain(RK_EXIT_USAGE, "show prints to standard output");
    for (int i = 0; i < c->nfiles; i++) {
        const char *text = NULL;
        int status = rankle_ledger_text(c->session, c->file[i], &style, &text);
        if (status == RANKLE_OK)
            fputs(text, stdout);
        else
            code = rk_exit_graver(code, ledger_failed(c, status, c->file[i]));
    }
    return code;
}

static int ledger_merge(const ledger_call *c) {
    const char *into = c->arguments->output ? c->arguments->output : c->file[0];
    if (c->arguments->claims)
        return rk_cli_complain(RK_EXIT_USAGE, "--claims goes with export");
    if (c->nfiles < 2 && !c->arguments->output)
        return rk_cli_complain(RK_EXIT_USAGE, "merge wants two ledgers, or one and -o FILE");
    for (int i = 0; i < c->nfiles; i++) {
        int status = rankle_ledger_merge(c->session, into, c->file[i]);
        if (status != RANKLE_OK)
            return ledger_failed(c, status, c->file[i]);
    }
    return RK_EXIT_OK;
}

static int ledger_export_snippets(const ledger_call *c) {
    size_t written = 0;
    if (c->arguments->output)
        return rk_cli_complain(RK_EXIT_USAGE, "--claims names its own folder: leave out -o");
    int status = rankle_ledger_snippets(c->session, c->file[0], c->arguments->claims, &written);
    if (status != RANKLE_OK)
        return ledger_failed(c, status, c->file[0]);
    fprintf(stderr, "rankle: %zu finding%s written\n", written, written == 1 ? "" : "s");
    return RK_EXIT_OK;
}

static int ledger_export(const ledger_call *c) {
    const char *json = NULL, *output = c->arguments->output;
    if (c->nfiles != 1)
        return rk_cli_complain(RK_EXIT_USAGE, "export wants one ledger; merge them first");
    if (c->arguments->claims)
        return ledger_export_snippets(c);
    int status = rankle_ledger_json(c->session, c->file[0], &json);
    if (status != RANKLE_OK)
        return ledger_failed(c, status, c->file[0]);
    if (!output)
        fputs(json, stdout);
    else if (rankle_write_file(c->session, output, json) != RANKLE_OK)
        return rk_cli_complain(RK_EXIT_ENVIRONMENT, "%s", rankle_failure(c->session));
    return RK_EXIT_OK;
}

int rk_cli_ledger(const rk_arguments *a) {
    static const struct {
        const char *word;
        int (*run)(const ledger_call *c);
    } actions[] = {{"show", ledger_show}, {"merge", ledger_merge}, {"export", ledger_export}};
    size_t i = 0, n = sizeof actions / sizeof actions[0];
    while (i < n && a->noperands > 0 && strcmp(a->operand[0], actions[i].word) != 0)
        i++;
    if (i == n || a->noperands < 2)
        return rk_cli_complain(RK_EXIT_USAGE,
                               "ledger wants show, merge or export, and then a ledger");
    rankle_session *session = rankle_session_new();
    if (!session)
        return rk_cli_complain(RK_EXIT_ENVIRONMENT, "out of memory");
    ledger_call call = {a, session, a->operand + 1, a->noperands - 1};
    int code = actions[i].run(&call);
    rankle_session_free(session);
    return code;
}
