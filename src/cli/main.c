#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "rankle.h"
#include "rk_cli.h"
#include "rk_exit.h"
#include "rk_help.h"
#include "rk_launch.h"
#include "rk_terminal.h"

int rk_cli_complain(int code, const char *format, ...) {
    va_list args;
    fflush(stdout);
    fputs("rankle: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return code;
}

int rk_cli_diagnostics(rankle_session *session) {
    rankle_style style = rk_terminal_style(stderr, false);
    const char *text = rankle_diagnostics(session, style.colour);
    if (!text)
        return rk_cli_complain(RK_EXIT_ENVIRONMENT, "no memory for the diagnostics");
    fputs(text, stderr);
    return RK_EXIT_OK;
}

int rk_cli_help(const rk_arguments *a) {
    if (a->noperands == 0) {
        rk_help_overview(stdout);
        return RK_EXIT_OK;
    }
    rk_command command = rk_command_find(a->operand[0]);
    if (command == RK_COMMANDS)
        return rk_cli_complain(RK_EXIT_USAGE, "there is no command '%s'", a->operand[0]);
    rk_help_command(stdout, command);
    return RK_EXIT_OK;
}

static int run_command(rk_command command, int argc, char **argv) {
    static int (*const run[RK_COMMANDS])(const rk_arguments *) = {
        [RK_COMMAND_CHECK] = rk_cli_check,     [RK_COMMAND_HUNT] = rk_cli_hunt,
        [RK_COMMAND_EXPLAIN] = rk_cli_explain, [RK_COMMAND_EVAL] = rk_cli_eval,
        [RK_COMMAND_TABLE] = rk_cli_table,     [RK_COMMAND_LEDGER] = rk_cli_ledger,
        [RK_COMMAND_EXPORT] = rk_cli_export,   [RK_COMMAND_HELP] = rk_cli_help,
    };
    rk_arguments arguments;
    int code = RK_EXIT_USAGE;
    if (!rk_arguments_parse(command, argc, argv, &arguments, stderr))
        fprintf(stderr, "Try 'rankle %s --help'.\n", rk_command_texts(command)->name);
    else if (arguments.help)
        rk_help_command(stdout, command), code = RK_EXIT_OK;
    else
        code = run[command](&arguments);
    return code;
}

static int run(int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : "";
    rk_command command = rk_command_find(word);
    if (command != RK_COMMANDS)
        return run_command(command, argc - 1, argv + 1);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        printf("rankle %s\n", rankle_version());
        return RK_EXIT_OK;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        rk_help_overview(stdout);
        return RK_EXIT_OK;
    }
    rk_help_overview(stderr);
    return argc > 1 ? rk_cli_complain(RK_EXIT_USAGE, "there is no command '%s'", word)
                    : RK_EXIT_USAGE;
}

/* What was not written was not said: a failed write of the answer is never a success. */
int main(int argc, char **argv) {
    setlocale(LC_CTYPE, "");
    int code = rk_launch_begin(argc, argv);
    if (code == RK_EXIT_OK)
        code = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout))
        code = rk_exit_graver(code, rk_cli_complain(RK_EXIT_ENVIRONMENT, "standard output: %s",
                                                    strerror(errno ? errno : EIO)));
    if (code == RK_EXIT_ENVIRONMENT) {
        fflush(stderr);
        _exit(rk_launch_end(code)); /* libraries that found no memory may wait for ever at exit */
    }
    return rk_launch_end(code);
}
