/* The subcommands and what is said about them: in --help, in the man pages, in the completions.
   The texts are data, so that a test can run every example. */
#ifndef RK_COMMANDS_H
#define RK_COMMANDS_H

#include <stddef.h>

typedef enum rk_command {
    RK_COMMAND_CHECK,
    RK_COMMAND_HUNT,
    RK_COMMAND_EXPLAIN,
    RK_COMMAND_EVAL,
    RK_COMMAND_TABLE,
    RK_COMMAND_LEDGER,
    RK_COMMAND_EXPORT,
    RK_COMMAND_HELP,
    RK_COMMANDS
} rk_command;

#define RK_ON(command) (1u << RK_COMMAND_##command)

typedef struct rk_example {
    const char *command; /* runs as it stands where claims.thm and results.json are */
    const char *what;
    const char *prints; /* its whole output, NULL: longer than a line */
    int code;           /* its exit code */
} rk_example;

typedef struct rk_command_text {
    const char *name, *operands, *summary;
    const char *const *paragraphs; /* NULL-terminated, as are the others */
    const rk_example *examples;    /* ended by a NULL command */
    const char *const *exits;      /* "0", "when", "10", "when", ... */
    const char *files;             /* pattern of the files it reads, for completion; NULL: none */
} rk_command_text;

const rk_command_text *rk_command_texts(rk_command command);
/* RK_COMMANDS when there is none of that name. */
rk_command rk_command_find(const char *name);

#endif
