/* Tables from results: the JSON read and checked (table_read.c), brought into the order of a paper
   and written as LaTeX, Markdown or CSV. A table owns the JSON that its rows point into. */
#ifndef RK_TABLE_H
#define RK_TABLE_H

#include <jansson.h>

#include "base/rk_mem.h"
#include "lang/rk_parse.h"
#include "rk_report.h"

typedef struct rk_table_row {
    const json_t *result;
    const rk_theorem *theorem; /* parsed from its statement */
    rk_unit *unit;             /* of it; NULL where diagnostics keep it */
    size_t index;              /* place in the results */
    size_t root;               /* index of the literal reading it corrects, else its own */
    const char *key;           /* name of the root's paper, NULL: none */
} rk_table_row;

typedef struct rk_table {
    json_t *json;
    rk_arena *arena;
    rk_table_row *row; /* by source; a corrected statement stands under the literal one */
    size_t n;
} rk_table;

/* RK_BAD_INPUT with a diagnostic when the text is no rankle-results-1, or a statement in it is no
   claim text. The table is to be cleared in any case. */
rk_status rk_table_read(rk_table *t, const char *json, size_t len, rk_diags *diags);
void rk_table_clear(rk_table *t);

const char *rk_table_text(const rk_table_row *row, const char *key); /* NULL: null */
const json_t *rk_table_point(const rk_table_row *row); /* counterexample or example, NULL: none */
bool rk_table_new_source(const rk_table *t, size_t i); /* row i opens a new paper */
/* The claim on one line, without its name, title, source and expectation. */
void rk_table_statement(const rk_table *t, const rk_table_row *row, rk_buf *out);
/* A copy without those clauses, to be typeset. */
rk_theorem rk_table_bare(const rk_table *t, const rk_table_row *row);
/* "all n, d" and the like, from the scope of the result. */
void rk_table_scope(const rk_table *t, const rk_table_row *row, rk_buf *out);
/* "200 exact instances", "budget", "shape bounds": how the verdict was reached. Nothing where a
   point speaks for itself. */
void rk_table_how(const rk_table_row *row, rk_buf *out);
/* "; caveat; 5 instances passed over": what weakens the verdict. */
void rk_table_reservations(const rk_table_row *row, rk_buf *out);
/* A matrix of the JSON as claim text: "[1, 0; 0, -1]" */
void rk_table_matrix(const json_t *rows, rk_buf *out);

void rk_table_latex(const rk_table *t, bool document, rk_buf *out);
void rk_table_markdown(const rk_table *t, rk_buf *out);
void rk_table_csv(const rk_table *t, rk_buf *out);

#endif
