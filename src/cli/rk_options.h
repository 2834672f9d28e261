/* The options of all subcommands, in one table. It declares the fields of rk_arguments, and it
   drives parsing, --help, the man pages and the shell completions; the tests go through it too. */
#ifndef RK_OPTIONS_H
#define RK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rk_commands.h"

#define RK_RUNS (RK_ON(CHECK) | RK_ON(HUNT))
#define RK_SETTLES (RK_RUNS | RK_ON(EXPLAIN))
#define RK_ALL                                                                                     \
    (RK_SETTLES | RK_ON(EVAL) | RK_ON(TABLE) | RK_ON(LEDGER) | RK_ON(EXPORT) | RK_ON(HELP))

/*    field          short name             kind   value      commands  least  most   help */
#define RK_OPTIONS(X)                                                                              \
    X(quiet, 'q', "quiet", FLAG, NULL, RK_RUNS, 0, 0,                                              \
      "print only the verdict lines: no file names, no summary, no progress")                      \
    X(verbose, 'v', "verbose", FLAG, NULL, RK_RUNS | RK_ON(LEDGER), 0, 0,                          \
      "print method, instances, hypotheses and matrices below each verdict line; of a ledger all " \
      "findings and the statements")                                                               \
    X(json, 0, "json", TEXT, "FILE", RK_RUNS, 0, 0,                                                \
      "write all results to FILE by the schema rankle-results-1; - is standard output, and then "  \
      "the verdict lines go to standard error")                                                    \
    X(certificates, 0, "cert", TEXT, "DIR", RK_ON(CHECK), 0, 0,                                    \
      "write a certificate of each theorem that is proved or refuted into DIR, for rankle-verify") \
    X(only, 0, "only", TEXT, "PATTERN", RK_ON(CHECK), 0, 0,                                        \
      "check only theorems whose name fits the shell pattern")                                     \
    X(snippet, 0, "snippet", TEXT, "FILE", RK_ON(HUNT), 0, 0,                                      \
      "write what was found to FILE as a theorem of its own, to be checked again")                 \
    X(ledger, 0, "ledger", TEXT, "FILE", RK_ON(HUNT), 0, 0,                                        \
      "keep what was done and found in FILE, which may hold many hunts (see rankle ledger)")       \
    X(resume, 0, "resume", FLAG, NULL, RK_ON(HUNT), 0, 0,                                          \
      "with --ledger: go on where the hunt was ended or killed; a hunt that is not there begins")  \
    X(trials, 0, "trials", COUNT, "N", RK_ON(HUNT), 1, 1e15,                                       \
      "make at most N trials (default 20000; with --time-limit as many as there is time for)")     \
    X(findings, 0, "findings", COUNT, "N", RK_ON(HUNT), 0, 1e9,                                    \
      "go on until N different counterexamples are found (default 1; 0: to the end)")              \
    X(shard, 0, "shard", TEXT, "I/M", RK_ON(HUNT), 0, 0,                                           \
      "make only the I-th of M parts of the trials, for job arrays; together they are the whole")  \
    X(seed, 0, "seed", COUNT, "N", RK_SETTLES, 0, 9.2e18,                                          \
      "draw from seed N (default 1); the same seed gives the same results")                        \
    X(time_limit, 0, "time-limit", REAL, "SECONDS", RK_SETTLES, 1e-3, 1e9,                         \
      "work at most SECONDS on one theorem (default 5, for a hunt 60)")                            \
    X(jobs, 'j', "jobs", COUNT, "N", RK_RUNS, 1, 64,                                               \
      "work on N threads (default: as many as there are cores); the results are the same")         \
    X(max_dim, 0, "max-dim", COUNT, "N", RK_SETTLES, 1, 1e6,                                       \
      "try dimensions without an upper bound up to N (default 6, without variables 128)")          \
    X(samples, 0, "samples", COUNT, "N", RK_ON(CHECK) | RK_ON(EXPLAIN), 1, 1e12,                   \
      "draw N exact instances for `verified' (default 200), random variables N times")             \
    X(precision_cap, 0, "precision-cap", COUNT, "BITS", RK_SETTLES | RK_ON(EVAL), 32, 1e7,         \
      "raise the precision of enclosures up to BITS (default 1024)")                               \
    X(coq, 0, "coq", FLAG, NULL, RK_ON(EXPORT), 0, 0,                                              \
      "write a file for Coq: its kernel computes the numbers of the certificate again")            \
    X(library, 'I', "library", LIST, "DIR", RK_SETTLES | RK_ON(EXPORT), 0, 0,                      \
      "look for imports in DIR, too, before RANKLE_PATH and the installed library; may be given "  \
      "several times")                                                                             \
    X(latex, 0, "latex", FLAG, NULL, RK_ON(EXPLAIN), 0, 0,                                         \
      "write LaTeX: the statement and a proof, to be input by a document")                         \
    X(format, 0, "format", TEXT, "FORMAT", RK_ON(TABLE), 0, 0, "latex (default), markdown or csv") \
    X(standalone, 0, "standalone", FLAG, NULL, RK_ON(TABLE) | RK_ON(EXPLAIN), 0, 0,                \
      "with LaTeX: a whole document, to be compiled as it is")                                     \
    X(claims, 0, "claims", TEXT, "DIR", RK_ON(LEDGER), 0, 0,                                       \
      "with export: write each finding as a claim file into DIR instead of all as JSON")           \
    X(output, 'o', "output", TEXT, "FILE",                                                         \
      RK_ON(TABLE) | RK_ON(EXPLAIN) | RK_ON(LEDGER) | RK_ON(EXPORT), 0, 0,                         \
      "write to FILE instead of standard output; an old FILE is replaced when all is written, "    \
      "but a ledger that others are merged into keeps what it has")                                \
    X(help, 'h', "help", FLAG, NULL, RK_ALL, 0, 0, "print a page of help and an example")

typedef bool rk_type_FLAG;
typedef int64_t rk_type_COUNT; /* 0: not given, unless the least value is 0; then -1 */
typedef double rk_type_REAL;   /* 0: not given */
typedef const char *rk_type_TEXT;
enum { RK_LIST_MOST = 64 };
typedef struct rk_type_LIST {
    const char *text[RK_LIST_MOST];
    size_t n;
} rk_type_LIST;

typedef struct rk_arguments {
    rk_command command;
#define RK_OPTION_FIELD(field, short, name, kind, value, commands, least, most, help)              \
    rk_type_##kind field;
    RK_OPTIONS(RK_OPTION_FIELD)
#undef RK_OPTION_FIELD
    char **operand; /* points into argv */
    int noperands;
} rk_arguments;

typedef enum rk_option_kind {
    RK_OPTION_FLAG,
    RK_OPTION_COUNT,
    RK_OPTION_REAL,
    RK_OPTION_TEXT,
    RK_OPTION_LIST
} rk_option_kind;

typedef struct rk_option {
    const char *field;
    int shorthand; /* 0: none */
    const char *name;
    rk_option_kind kind;
    const char *value; /* its name in help, NULL for a flag */
    unsigned commands; /* RK_ON(...) of those that take it */
    double least, most;
    const char *help;
    size_t offset; /* of the field in rk_arguments */
} rk_option;

size_t rk_option_count(void);
const rk_option *rk_option_at(size_t i);
bool rk_option_fits(const rk_option *option, rk_command command);

/* Fills in *out from the arguments after the subcommand's name (argv[0]). On a wrong call writes
   one line to `complaint` and returns false. */
bool rk_arguments_parse(rk_command command, int argc, char **argv, rk_arguments *out,
                        FILE *complaint);

#endif
