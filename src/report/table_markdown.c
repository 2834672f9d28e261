/* Markdown tables (the pipe tables of GitHub and pandoc), one for each paper. */
#include "rk_table.h"

#include <string.h>

static void markdown_text(rk_buf *out, const char *text) {
    for (; *text; text++) {
        if (strchr("\\|*_`<[", *text))
            rk_buf_putc(out, '\\');
        rk_buf_putc(out, *text == '\n' || *text == '\r' ? ' ' : *text);
    }
}

/* Code keeps every character but the one that ends a cell. */
static void markdown_code(rk_buf *out, const char *text) {
    rk_buf_putc(out, '`');
    for (; *text; text++)
        rk_buf_puts(out, *text == '|' ? "\\|" : (const char[]){*text, '\0'});
    rk_buf_putc(out, '`');
}

static void markdown_heading(const rk_table *t, size_t i, rk_buf *out) {
    const json_t *paper = NULL;
    for (size_t k = i; k < t->n && !json_is_object(paper) && (k == i || !rk_table_new_source(t, k));
         k++)
        paper = json_object_get(t->row[k].result, "paper");
    const char *title = json_string_value(json_object_get(paper, "title"));
    rk_buf_puts(out, i > 0 ? "\n**" : "**");
    markdown_text(out, title ? title : t->row[i].key ? t->row[i].key : "Without a source");
    rk_buf_puts(out, "**\n\n| Theorem | Claim | Verdict | Evidence |\n| --- | --- | --- | --- |\n");
}

static void markdown_point(rk_buf *out, const json_t *point) {
    const json_t *dims = json_object_get(point, "dims"), *values = json_object_get(point, "values");
    rk_buf text;
    rk_buf_init(&text);
    for (void *it = json_object_iter((json_t *)dims); it;
         it = json_object_iter_next((json_t *)dims, it))
        rk_buf_printf(&text, "%s%s = %lld", text.len > 0 ? ", " : "", json_object_iter_key(it),
                      (long long)json_integer_value(json_object_iter_value(it)));
    for (void *it = json_object_iter((json_t *)values); it;
         it = json_object_iter_next((json_t *)values, it)) {
        rk_buf_printf(&text, "%s%s = ", text.len > 0 ? ", " : "", json_object_iter_key(it));
        rk_table_matrix(json_object_iter_value(it), &text);
    }
    if (text.len > 0)
        markdown_code(out, text.text);
    rk_buf_clear(&text);
}

static void markdown_evidence(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    rk_buf text;
    rk_buf_init(&text);
    rk_table_how(row, &text);
    markdown_text(out, text.text);
    const char *link = text.len == 0 ? "" : rk_table_point(row) ? ": " : ", ";
    rk_buf_reset(&text);
    rk_table_scope(t, row, &text);
    if (rk_table_point(row)) {
        rk_buf_puts(out, link);
        markdown_point(out, rk_table_point(row));
    } else if (text.len > 0) {
        rk_buf_puts(out, link);
        markdown_text(out, text.text);
    }
    rk_buf_reset(&text);
    rk_table_reservations(row, &text);
    markdown_text(out, text.text);
    rk_buf_clear(&text);
}

static void markdown_row(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    rk_buf statement;
    rk_buf_init(&statement);
    rk_table_statement(t, row, &statement);
    rk_buf_puts(out, row->index != row->root ? "| corrected: " : "| ");
    markdown_text(out, rk_table_text(row, "theorem"));
    rk_buf_puts(out, " | ");
    markdown_code(out, statement.text);
    rk_buf_printf(out, " | %s | ", rk_table_text(row, "verdict"));
    markdown_evidence(t, row, out);
    rk_buf_puts(out, " |\n");
    rk_buf_clear(&statement);
}

void rk_table_markdown(const rk_table *t, rk_buf *out) {
    for (size_t i = 0; i < t->n; i++) {
        if (rk_table_new_source(t, i))
            markdown_heading(t, i, out);
        markdown_row(t, &t->row[i], out);
    }
}
