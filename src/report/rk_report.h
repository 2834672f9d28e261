/* Results for people and programs: lines of text, JSON by the schema rankle-results-1, tables. */
#ifndef RK_REPORT_H
#define RK_REPORT_H

#include "base/rk_buf.h"
#include "base/rk_diag.h"
#include "check/rk_result.h"

typedef struct rk_text_style {
    int width; /* columns, 0: unlimited */
    bool colour;
    bool utf8;
    int verbosity;  /* 0 quiet, 1 normal, 2 verbose */
    int name_width; /* of the column of names, 0: as long as the name */
} rk_text_style;

void rk_report_line(rk_buf *out, const rk_result *r, const rk_text_style *style);
/* "11 proved, 4 refuted as expected, 0 undecided, 0 unexpected      0.31 s", computed. */
void rk_report_summary(rk_buf *out, const rk_result *const *r, size_t n, double seconds,
                       const rk_text_style *style);
void rk_report_json(rk_buf *out, const rk_result *const *r, size_t n, uint64_t seed);

typedef enum rk_table_format {
    RK_TABLE_LATEX,          /* to be input by a document */
    RK_TABLE_LATEX_DOCUMENT, /* to be compiled as it is */
    RK_TABLE_MARKDOWN,
    RK_TABLE_CSV
} rk_table_format;
/* From JSON text; RK_BAD_INPUT with a diagnostic when it is not by the schema. */
rk_status rk_report_table(rk_buf *out, const char *json, size_t len, rk_table_format format,
                          rk_diags *diags);

#endif
