/* rankle: claims about matrices, checked. The one installed header of librankle.

   A session reads claim files, checks their theorems and hands out results. Nothing prints or
   exits; every function that can fail returns 0 on success, else one of the codes below, and leaves
   text for people in the session. All pointers handed out live until the session is freed. One
   thread a session. */
#ifndef RANKLE_H
#define RANKLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RANKLE_VERSION "0.1.0"

typedef struct rankle_session rankle_session;
typedef struct rankle_result rankle_result;

enum {
    RANKLE_OK = 0,
    RANKLE_INPUT = 1,       /* the claim file is wrong: rankle_diagnostics */
    RANKLE_USAGE = 2,       /* the call is wrong */
    RANKLE_ENVIRONMENT = 3, /* memory, disk, an internal error */
    RANKLE_UNDECIDED = 4,   /* a limit on the work was reached */
    RANKLE_INTERRUPTED = 5  /* options->interrupted said so; what was settled before stands */
};

/* Processes that share a hunt, on one host or many, started with the same arguments. The caller
   says how messages travel (MPI, in the command). Both functions are called by one thread, the one
   that called the library; messages between two processes arrive in order. */
typedef struct rankle_team {
    void *self;
    unsigned rank, size; /* process 0 leads */
    void (*send)(void *self, unsigned to, const void *bytes, size_t n);
    /* A message, if one has come (not 0); it lives until the next call. */
    int (*receive)(void *self, unsigned *from, const void **bytes, size_t *n);
} rankle_team;

typedef struct rankle_progress {
    const char *theorem;
    uint64_t trials;
    double rate;      /* trials a second */
    const char *dims; /* in hand: "n=2 d=3" */
    double best;      /* largest violation seen in floating point; below 0: none */
    double left;      /* seconds */
    uint64_t findings;
} rankle_progress;

typedef struct rankle_options {
    uint64_t seed;                   /* default 1 */
    double time_limit;               /* seconds a theorem, 0: default 5 */
    int64_t max_dim;                 /* largest value tried for an open dimension, 0: default 6,
                                        128 for theorems without variables */
    uint64_t samples;                /* exact instances wanted for `verified`, 0: default 200;
                                        draws of random variables, 0: by the work of a draw */
    long precision_cap;              /* bits, 0: default 1024 */
    unsigned jobs;                   /* threads, 0: as many as there are cores; the results are
                                        the same whatever their number, but for limits on time */
    uint64_t findings;               /* hunts: go on until so many different ones; 0: one */
    uint64_t shard, shards;          /* hunts: only the part number shard, below shards, of all
                                        trials; shards 0: all of them */
    const char *ledger;              /* of a hunt: the file that keeps what was done and found;
                                        NULL: none */
    int resume;                      /* go on with a hunt that the ledger has */
    const rankle_team *team;         /* hunts, of process 0: those that help; NULL: none */
    const char *certificates;        /* folder, made when it is not there, into which a check writes
                                        a certificate of each proved and refuted; NULL: none */
    const char *only;                /* shell pattern on theorem names, NULL: all */
    const char *const *library_path; /* NULL-terminated, NULL: none */
    /* called when a theorem is settled, in order; may be NULL. This and the next function may be
       called by other threads than the caller's, by one at a time */
    void (*settled)(void *self, const rankle_result *result);
    /* called now and then during work; may be NULL */
    void (*progress)(void *self, const rankle_progress *now);
    /* asked now and then, perhaps by several threads at once; not 0 ends the work; may be NULL */
    int (*interrupted)(void *self);
    void *self;
} rankle_options;

typedef struct rankle_style {
    int width;     /* columns of the terminal, 0: unlimited */
    int colour;    /* 1: ANSI colours */
    int utf8;      /* 1: UTF-8, 0: ASCII */
    int verbosity; /* 1: one line a theorem, 2: methods, instances and matrices below it */
} rankle_style;

#if defined(__GNUC__) && !defined(_WIN32)
#pragma GCC visibility push(default)
#endif

const char *rankle_version(void);

rankle_session *rankle_session_new(void);
void rankle_session_free(rankle_session *session);
/* Diagnostics of all claim files so far as text; NULL: no memory for it. */
const char *rankle_diagnostics(rankle_session *session, int colour);
/* Why the last call ended in RANKLE_USAGE or RANKLE_ENVIRONMENT; NULL if it did not. */
const char *rankle_failure(const rankle_session *session);
size_t rankle_error_count(const rankle_session *session);

/* Reads and checks a claim file: every theorem gets a result (also handed to `settled`). */
int rankle_check_file(rankle_session *session, const char *path, const rankle_options *options);
/* The same for several files, whose theorems are settled side by side. The code is the gravest. */
int rankle_check_files(rankle_session *session, const char *const *paths, size_t n,
                       const rankle_options *options);
/* Hunts one theorem (name NULL: all) with the given budget of trials (0: default; UINT64_MAX: until
   the time is up), provers off. */
int rankle_hunt_file(rankle_session *session, const char *path, const char *theorem,
                     uint64_t trials, const rankle_options *options);
/* For the other processes of options->team: reads the same claim file and works for the hunts of
   process 0, until that dismisses them. */
int rankle_follow_file(rankle_session *session, const char *path, const rankle_options *options);
void rankle_team_dismiss(const rankle_team *team);
/* Settles one theorem and explains the outcome: *text is its proof, its counterexample worked
   through, or what was tried. format: "text", "latex", or "latex-document" (to be compiled as it
   is). */
int rankle_explain_file(rankle_session *session, const char *path, const char *theorem,
                        const char *format, const rankle_options *options, const char **text);
/* A certificate (rankle_options.certificates) as a file for Coq: *text. claims: the claim file;
   NULL: the one that the certificate names. After RANKLE_INPUT rankle_failure says what is wrong.
 */
int rankle_export_coq(rankle_session *session, const char *certificate, const char *claims,
                      const rankle_options *options, const char **text);
/* Evaluates a closed expression; *text is the value as the language writes it. */
int rankle_evaluate(rankle_session *session, const char *expression, const rankle_options *options,
                    const char **text);

size_t rankle_result_count(const rankle_session *session);
const rankle_result *rankle_result_at(const rankle_session *session, size_t i);

const char *rankle_result_theorem(const rankle_result *r);
const char *rankle_result_file(const rankle_result *r);
const char *rankle_result_verdict(const rankle_result *r);  /* "proved", ... */
const char *rankle_result_expected(const rankle_result *r); /* NULL: no expectation */
int rankle_result_as_expected(const rankle_result *r);
const char *rankle_result_line(const rankle_result *r);    /* one line for people */
const char *rankle_result_snippet(const rankle_result *r); /* counterexample as claim text, NULL */
/* All that a hunt found, in the order of its trials; the first is rankle_result_snippet. */
size_t rankle_result_finding_count(const rankle_result *r);
const char *rankle_result_finding(const rankle_result *r, size_t i);
uint64_t rankle_result_trials(const rankle_result *r); /* of the hunt */
/* The same in a chosen style, ended by a newline; names stand in one column a file. */
const char *rankle_result_text(rankle_session *session, const rankle_result *r,
                               const rankle_style *style);
/* "11 proved, 4 refuted as expected, ...": computed from all results; NULL after a failure. */
const char *rankle_summary_text(rankle_session *session, double seconds, const rankle_style *style);

/* All results by the schema rankle-results-1; NULL after a failure. */
const char *rankle_results_json(rankle_session *session);
/* A table from results: format "latex", "latex-document" (the same, to be compiled as it is),
   "markdown" or "csv". */
int rankle_table(rankle_session *session, const char *json, size_t len, const char *format,
                 const char **text);
/* Ledgers of hunts (rankle_options.ledger). After RANKLE_INPUT and RANKLE_ENVIRONMENT
   rankle_failure says what is wrong. */
/* Hunts, progress and findings. */
int rankle_ledger_text(rankle_session *session, const char *path, const rankle_style *style,
                       const char **text);
/* Everything, by the schema rankle-ledger-1. */
int rankle_ledger_json(rankle_session *session, const char *path, const char **json);
/* Each finding as a claim file in a folder, which is made when it is not there. */
int rankle_ledger_snippets(rankle_session *session, const char *path, const char *folder,
                           size_t *written);
/* Takes all of the ledger at `path` into another, which is made when it is not there. After a
   failure nothing of it was taken. */
int rankle_ledger_merge(rankle_session *session, const char *into, const char *path);
/* Writes a text so that an old file is replaced only when all is written; pipes and devices are
   written in place. */
int rankle_write_file(rankle_session *session, const char *path, const char *text);
/* Exit code of `rankle check` for the results so far: 0, 10, 20 or 21. */
int rankle_exit_code(const rankle_session *session);

#if defined(__GNUC__) && !defined(_WIN32)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
