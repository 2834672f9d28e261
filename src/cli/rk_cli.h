/* One function a subcommand: takes its arguments, returns the exit code. Standard output is the
   answer, standard error the story. */
#ifndef RK_CLI_H
#define RK_CLI_H

#include "rankle.h"
#include "rk_options.h"

int rk_cli_check(const rk_arguments *arguments);
int rk_cli_hunt(const rk_arguments *arguments);
int rk_cli_explain(const rk_arguments *arguments);
int rk_cli_eval(const rk_arguments *arguments);
int rk_cli_ledger(const rk_arguments *arguments);
int rk_cli_export(const rk_arguments *arguments);
int rk_cli_table(const rk_arguments *arguments);
int rk_cli_help(const rk_arguments *arguments);

/* FILE:THEOREM is split at the colon, unless a file has the whole as its name; the theorem, NULL
   where none is named. */
const char *rk_cli_split(char *operand);

/* The diagnostics of a session on standard error; RK_EXIT_ENVIRONMENT when they could not be had.
 */
int rk_cli_diagnostics(rankle_session *session);

/* "rankle: ..." on standard error; returns the code. */
int rk_cli_complain(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
