/* CSV by RFC 4180: CRLF, quotes where needed and doubled inside. */
#include "rk_table.h"

#include <string.h>

static void csv_field(rk_buf *out, const char *text) {
    bool quote = strpbrk(text, ",\"\r\n") != NULL;
    if (quote)
        rk_buf_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            rk_buf_putc(out, '"');
        rk_buf_putc(out, *text);
    }
    if (quote)
        rk_buf_putc(out, '"');
}

static void csv_end(rk_buf *out, rk_buf *cell, const char *separator) {
    csv_field(out, cell->text);
    rk_buf_puts(out, separator);
    rk_buf_reset(cell);
}

/* "n = 2; d = 2; X = [1, 0; 0, -1]" */
static void csv_point(rk_buf *cell, const json_t *point) {
    const json_t *dims = json_object_get(point, "dims"), *values = json_object_get(point, "values");
    for (void *it = json_object_iter((json_t *)dims); it;
         it = json_object_iter_next((json_t *)dims, it))
        rk_buf_printf(cell, "%s%s = %lld", cell->len > 0 ? "; " : "", json_object_iter_key(it),
                      (long long)json_integer_value(json_object_iter_value(it)));
    for (void *it = json_object_iter((json_t *)values); it;
         it = json_object_iter_next((json_t *)values, it)) {
        rk_buf_printf(cell, "%s%s = ", cell->len > 0 ? "; " : "", json_object_iter_key(it));
        rk_table_matrix(json_object_iter_value(it), cell);
    }
}

static void csv_number(rk_buf *cell, const rk_table_row *row, const char *key) {
    const json_t *v = json_object_get(row->result, key);
    if (json_is_integer(v))
        rk_buf_printf(cell, "%lld", (long long)json_integer_value(v));
    else
        rk_buf_printf(cell, "%.3f", json_number_value(v));
}

static void csv_row(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    static const char *const texts[] = {"theorem",  "file",    "title",    "source",
                                        "corrects", "verdict", "expected", "reason"};
    rk_buf cell;
    rk_buf_init(&cell);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *text = rk_table_text(row, texts[i]);
        rk_buf_puts(&cell, text ? text : "");
        csv_end(out, &cell, ",");
    }
    rk_buf_puts(&cell, json_is_true(json_object_get(row->result, "as_expected")) ? "yes" : "no");
    csv_end(out, &cell, ",");
    rk_table_statement(t, row, &cell);
    csv_end(out, &cell, ",");
    rk_table_scope(t, row, &cell);
    csv_end(out, &cell, ",");
    rk_table_how(row, &cell);
    rk_table_reservations(row, &cell);
    csv_end(out, &cell, ",");
    if (rk_table_point(row))
        csv_point(&cell, rk_table_point(row));
    csv_end(out, &cell, ",");
    csv_number(&cell, row, "instances");
    csv_end(out, &cell, ",");
    csv_number(&cell, row, "passed_over");
    csv_end(out, &cell, ",");
    csv_number(&cell, row, "time_ms");
    csv_end(out, &cell, "\r\n");
    rk_buf_clear(&cell);
}

void rk_table_csv(const rk_table *t, rk_buf *out) {
    rk_buf_puts(out, "theorem,file,title,source,corrects,verdict,expected,reason,as_expected,"
                     "statement,scope,evidence,point,instances,passed_over,time_ms\r\n");
    for (size_t i = 0; i < t->n; i++)
        csv_row(t, &t->row[i], out);
}
