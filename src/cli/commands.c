#include "rk_commands.h"

#include <string.h>

#define EXIT_FAILURES                                                                              \
    "1", "the input is wrong; standard error says where", "2", "the command line is wrong", "3",   \
        "the environment failed: memory, disk, a write, an internal error"

/* --- check --------------------------------------------------------------------- */

static const char *const check_paragraphs[] = {
    "Checks the theorems of claim files and prints one line for each as it is settled, in the "
    "order of the file, then one line that counts them. A directory stands for all files *.thm "
    "below it, in alphabetical order. Without a FILE the library of theorems is checked: the "
    "first directory given by --library, else by RANKLE_PATH, else the installed one.",
    "A verdict is never more than what was established. `proved' and `refuted' are certain; "
    "`verified' means that the claim held exactly at every instance that was tried; `undecided' "
    "comes with the reason and with what can be changed.",
    "An interrupt (Ctrl-C) ends the work: what was settled before is reported and written. A "
    "second one ends the program at once.",
    NULL};
static const rk_example check_examples[] = {
    {"rankle check claims.thm", "check a file", NULL, 0},
    {"rankle check -v --only 'layernorm_*' claims.thm", "some of its theorems, with details", NULL,
     0},
    {"rankle check --json results.json claims.thm", "keep the results for a table", NULL, 0},
    {"rankle check --cert certificates claims.thm", "keep certificates, for rankle-verify", NULL,
     0},
    {NULL, NULL, NULL, 0}};
static const char *const check_exits[] = {
    "0",
    "every theorem with an expect clause meets it, every other is proved without caveat, and "
    "all output was written",
    "10",
    "some theorem is refuted without being expected so, or proved where refuted was expected",
    "20",
    "nothing worse, and some theorem is undecided or unsupported without being expected so, "
    "or misses its expect clause in another way",
    "21",
    "nothing worse, and some theorem without an expect clause is verified, supported, or "
    "proved with a caveat",
    EXIT_FAILURES,
    "130",
    "interrupted",
    NULL};

/* --- hunt ---------------------------------------------------------------------- */

static const char *const hunt_paragraphs[] = {
    "Searches for a counterexample to a theorem, or to every theorem of the file, smallest "
    "dimensions first; for an `exists' theorem it searches for an example. What is found is "
    "made exact, shrunk and printed as a theorem of its own, which rankle check accepts.",
    "That nothing was found proves nothing; the line says how many assignments were tried.",
    "All threads together, the parts of --shard together, and the processes of `mpirun -n N rankle "
    "hunt' find the same and count the same as one alone; only a limit on time may cut one short "
    "before another. An interrupt or SIGTERM ends the hunt with what was found.",
    "With --ledger every block of trials is kept in a file when it is finished, with what it "
    "found, before anything is printed. After a kill or a crash the same call with --resume goes "
    "on "
    "with the blocks that are missing and ends with the report of a hunt that was never ended. "
    "Without --resume a hunt that the ledger has already is refused. Several hunts, and several "
    "processes, may share a ledger.",
    NULL};
static const rk_example hunt_examples[] = {
    {"rankle hunt claims.thm:layernorm_literal", "the smallest counterexample", NULL, 0},
    {"rankle hunt --trials 2000 --snippet small.thm claims.thm:layernorm_literal",
     "keep it as a claim file", NULL, 0},
    {"rankle hunt --ledger run.ledger --resume claims.thm:layernorm_literal",
     "keep all that was done; called again, go on from there", NULL, 0},
    {NULL, NULL, NULL, 0}};
static const char *const hunt_exits[] = {
    "0",
    "a counterexample (of `exists' theorems: an example) was found for every theorem hunted",
    "20",
    "nothing was found for some theorem",
    EXIT_FAILURES,
    "130",
    "interrupted",
    NULL};

/* --- explain ------------------------------------------------------------------- */

static const char *const explain_paragraphs[] = {
    "Settles one theorem and explains the outcome. A proof by the rank calculus is told step by "
    "step: each inequality with the law it is an instance of and the terms put in, and how they "
    "add up to the claim. A proof by another method comes with what the method shows. A "
    "counterexample is worked through: the variables, every part of the claim with its exact "
    "value, and where the claim fails. Where nothing is settled, it says what was tried and what "
    "was missing.",
    "With --latex the statement and the proof are written for a document that uses the packages "
    "named in the comment on top.",
    NULL};
static const rk_example explain_examples[] = {
    {"rankle explain claims.thm:layernorm_within_one", "a proof, step by step", NULL, 0},
    {"rankle explain claims.thm:layernorm_literal", "a counterexample, worked through", NULL, 0},
    {"rankle explain --latex -o proof.tex claims.thm:layernorm_within_one", "the same for a paper",
     NULL, 0},
    {NULL, NULL, NULL, 0}};
static const char *const explain_exits[] = {
    "0", "the outcome was explained, whatever it is", EXIT_FAILURES, "130", "interrupted", NULL};

/* --- eval ---------------------------------------------------------------------- */

static const char *const eval_paragraphs[] = {
    "Evaluates a closed expression of the claim language and prints its exact value; where there "
    "is none in closed form, an enclosure whose digits are certain. With - the expression is "
    "read from standard input. Put -- before an expression that starts with a minus.",
    NULL};
static const rk_example eval_examples[] = {
    {"rankle eval 'rank([1, 2; 2, 4])'", "a rank", "1", 0},
    {"rankle eval '0.1 + 0.2 == 0.3'", "decimals are exact", "true", 0},
    {"echo 'inv([2, 0; 0, 4])' | rankle eval -", "from standard input", "[1/2, 0; 0, 1/4]", 0},
    {NULL, NULL, NULL, 0}};
static const char *const eval_exits[] = {
    "0",           "the value was printed",
    "20",          "the value could not be told within the limits; standard error says why",
    EXIT_FAILURES, NULL};

/* --- table --------------------------------------------------------------------- */

static const char *const table_paragraphs[] = {
    "Makes a table for a paper from the results that rankle check --json wrote: claims by source, "
    "each corrected statement below its literal reading, with verdict and counterexample or "
    "method. Statements are typeset from what was checked, not from titles. With - the results "
    "are read from standard input.",
    "LaTeX tables are to be input by a document that uses the packages named in the comment on "
    "top, or, with --standalone, are documents themselves. CSV is that of RFC 4180.",
    NULL};
static const rk_example table_examples[] = {
    {"rankle table results.json -o table.tex", "a LaTeX table", NULL, 0},
    {"rankle table results.json --format markdown", "the same for a README", NULL, 0},
    {"rankle check --json - claims.thm | rankle table - --format csv", "without a file between",
     NULL, 0},
    {NULL, NULL, NULL, 0}};
static const char *const table_exits[] = {"0", "the table was written", EXIT_FAILURES, NULL};

/* --- ledger -------------------------------------------------------------------- */

static const char *const ledger_paragraphs[] = {
    "Looks into the ledgers that rankle hunt --ledger writes. `show' prints the hunts of each "
    "FILE, how far they are and what they found. `merge' takes the hunts of all others into the "
    "first FILE, or with -o of all into that one, which is made when it is not there: the shards "
    "of a hunt become one ledger. What two ledgers both have must be the same in both, and is "
    "there once afterwards. `export' writes everything as JSON by the schema rankle-ledger-1, or "
    "with --claims each finding as a claim file of its own, which rankle check accepts.",
    "A ledger may be looked into while a hunt writes to it.", NULL};
static const rk_example ledger_examples[] = {
    {"rankle ledger show run.ledger", "hunts and findings", NULL, 0},
    {"rankle ledger merge -o all.ledger run.ledger", "the same again, in another file", NULL, 0},
    {"rankle ledger export --claims found run.ledger", "the findings as claim files", NULL, 0},
    {NULL, NULL, NULL, 0}};
static const char *const ledger_exits[] = {"0", "all was done", EXIT_FAILURES, NULL};

/* --- export -------------------------------------------------------------------- */

static const char *const export_paragraphs[] = {
    "Writes a certificate that rankle check --cert made as a file for another program. With --coq "
    "that is a file for Coq, of its own and with its standard library only: of a counterexample or "
    "an example every value at the point, with ranks by factorisations; of a proof by the rank "
    "calculus that the facts add up to the goals. coqc accepts it, and Print Assumptions shows no "
    "axioms.",
    "The certificate names its claim file, as it was given to rankle check; FILE names it when it "
    "has moved. It must be the same text.",
    NULL};
static const rk_example export_examples[] = {
    {"rankle export --coq certificates/layernorm_literal-*.cert -o Proof.v", "for coqc Proof.v",
     NULL, 0},
    {NULL, NULL, NULL, 0}};
static const char *const export_exits[] = {"0", "the file was written", EXIT_FAILURES, NULL};

/* --- help ---------------------------------------------------------------------- */

static const char *const help_paragraphs[] = {"Prints the help of a command.", NULL};
static const rk_example help_examples[] = {
    {"rankle help check", "all options of rankle check", NULL, 0}, {NULL, NULL, NULL, 0}};
static const char *const help_exits[] = {
    "0", "the help was printed", "2", "there is no such command", "3", "a write failed", NULL};

static const rk_command_text command_texts[RK_COMMANDS] = {
    {"check", "[FILE|DIR ...]", "check theorems", check_paragraphs, check_examples, check_exits,
     "*.thm"},
    {"hunt", "FILE[:THEOREM]", "search for a counterexample", hunt_paragraphs, hunt_examples,
     hunt_exits, "*.thm"},
    {"explain", "FILE:THEOREM", "tell the proof or work the counterexample through",
     explain_paragraphs, explain_examples, explain_exits, "*.thm"},
    {"eval", "EXPR", "evaluate an expression exactly", eval_paragraphs, eval_examples, eval_exits,
     NULL},
    {"table", "RESULTS.json", "make a table for a paper", table_paragraphs, table_examples,
     table_exits, "*.json"},
    {"ledger", "show|merge|export FILE ...", "look into, merge, export the results of long hunts",
     ledger_paragraphs, ledger_examples, ledger_exits, "*.ledger"},
    {"export", "CERTIFICATE [FILE]", "write a certificate for another program", export_paragraphs,
     export_examples, export_exits, "*.cert"},
    {"help", "[COMMAND]", "print the help of a command", help_paragraphs, help_examples, help_exits,
     NULL},
};

const rk_command_text *rk_command_texts(rk_command command) {
    return &command_texts[command];
}

rk_command rk_command_find(const char *name) {
    int i = 0;
    while (i < RK_COMMANDS && strcmp(command_texts[i].name, name) != 0)
        i++;
    return (rk_command)i;
}
