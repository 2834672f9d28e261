/* What all tables share: the parts of a row as text. */
#include "rk_table.h"

#include <ctype.h>
#include <string.h>

#include "lang/rk_print.h"
#include "rk_line.h"

const json_t *rk_table_point(const rk_table_row *row) {
    const json_t *point = json_object_get(row->result, "counterexample");
    if (json_is_null(point))
        point = json_object_get(row->result, "example");
    return json_is_null(point) ? NULL : point;
}

bool rk_table_new_source(const rk_table *t, size_t i) {
    if (i == 0)
        return true;
    const char *a = t->row[i - 1].key, *b = t->row[i].key;
    return !a != !b || (a && strcmp(a, b) != 0);
}

static bool clause_is_content(const rk_clause *c) {
    switch (c->kind) {
    case RK_C_DIM:
    case RK_C_VARS:
    case RK_C_DATA:
    case RK_C_LET:
    case RK_C_ASSUME:
    case RK_C_CLAIM:
        return true;
    case RK_C_SOURCE:
    case RK_C_CORRECTS:
    case RK_C_NOTE:
    case RK_C_EXPECT:
        break;
    }
    return false;
}

rk_theorem rk_table_bare(const rk_table *t, const rk_table_row *row) {
    rk_theorem bare = *row->theorem;
    bare.title = NULL;
    bare.nclauses = 0;
    bare.clauses = rk_arena_alloc(t->arena, row->theorem->nclauses * sizeof *bare.clauses);
    for (size_t i = 0; i < row->theorem->nclauses; i++)
        if (clause_is_content(&row->theorem->clauses[i]))
            bare.clauses[bare.nclauses++] = row->theorem->clauses[i];
    return bare;
}

/* Between the braces, every run of blanks made one. */
void rk_table_statement(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    rk_theorem bare = rk_table_bare(t, row);
    rk_buf text;
    rk_buf_init(&text);
    rk_print_theorem(&text, &bare);
    const char *p = strchr(text.text, '{'), *end = strrchr(text.text, '}');
    size_t start = out->len;
    for (p = p ? p + 1 : text.text; p < end; p++) {
        if (!isspace((unsigned char)*p))
            rk_buf_putc(out, *p);
        else if (out->len > start && !isspace((unsigned char)p[1]) && p + 1 < end)
            rk_buf_putc(out, ' ');
    }
    rk_buf_clear(&text);
}

void rk_table_scope(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    const json_t *scope = json_object_get(row->result, "scope");
    rk_dim_scope *dims = rk_arena_alloc(t->arena, json_object_size(scope) * sizeof *dims);
    size_t n = 0;
    for (void *it = json_object_iter((json_t *)scope); it;
         it = json_object_iter_next((json_t *)scope, it)) {
        const json_t *range = json_object_iter_value(it);
        const json_t *high = json_object_get(range, "high");
        dims[n++] = (rk_dim_scope){json_object_iter_key(it),
                                   json_integer_value(json_object_get(range, "low")),
                                   json_is_null(high) ? -1 : json_integer_value(high)};
    }
    rk_text_scope(out, dims, n, false);
}

void rk_table_how(const rk_table_row *row, rk_buf *out) {
    const char *verdict = rk_table_text(row, "verdict"), *how = NULL;
    long long instances = json_integer_value(json_object_get(row->result, "instances"));
    if (strcmp(verdict, "verified") == 0)
        rk_buf_printf(out, "%lld exact instance%s", instances, instances == 1 ? "" : "s");
    else if (strcmp(verdict, "undecided") == 0)
        how = rk_table_text(row, "reason");
    else if (!rk_table_point(row))
        how = rk_table_text(row, "method");
    rk_buf_puts(out, how ? how : "");
}

void rk_table_reservations(const rk_table_row *row, rk_buf *out) {
    const json_t *caveats = json_object_get(row->result, "caveats");
    long long passed = json_integer_value(json_object_get(row->result, "passed_over"));
    for (size_t i = 0; i < json_array_size(caveats); i++)
        rk_buf_printf(out, "; %s", json_string_value(json_array_get(caveats, i)));
    if (passed > 0)
        rk_buf_printf(out, "; %lld instance%s passed over", passed, passed == 1 ? "" : "s");
}

void rk_table_matrix(const json_t *rows, rk_buf *out) {
    size_t n = json_array_size(rows), cols = json_array_size(json_array_get(rows, 0));
    bool scalar = n == 1 && cols == 1;
    rk_buf_puts(out, scalar ? "" : "[");
    for (size_t i = 0; i < n * cols; i++) {
        const json_t *row = json_array_get(rows, i / cols);
        rk_buf_puts(out, i == 0 ? "" : i % cols == 0 ? "; " : ", ");
        rk_buf_puts(out, json_string_value(json_array_get(row, i % cols)));
    }
    rk_buf_puts(out, scalar ? "" : "]");
}

rk_status rk_report_table(rk_buf *out, const char *json, size_t len, rk_table_format format,
                          rk_diags *diags) {
    rk_table t;
    rk_status status = rk_table_read(&t, json, len, diags);
    if (status == RK_OK && format == RK_TABLE_MARKDOWN)
        rk_table_markdown(&t, out);
    else if (status == RK_OK && format == RK_TABLE_CSV)
        rk_table_csv(&t, out);
    else if (status == RK_OK)
        rk_table_latex(&t, format == RK_TABLE_LATEX_DOCUMENT, out);
    rk_table_clear(&t);
    return status;
}
