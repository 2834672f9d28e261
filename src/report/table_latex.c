/* LaTeX tables: booktabs rules in a longtable, so that a table may be longer than a page. Each
   line of a statement is a formula of its own in a paragraph column, so that long ones break. */
#include "rk_table.h"

#include <string.h>

#include "lang/rk_print.h"
#include "rankle.h"

enum { TYPESET_SIDE = 6 }; /* a larger matrix is named by its shape */

static const char latex_packages[] = "amsmath,amssymb,array,booktabs,longtable";

/* A name, an entry or another expression in math mode; verbatim where it is none. */
static void latex_expression(const rk_table *t, const char *text, rk_buf *out) {
    rk_diags *diags = rk_diags_new();
    rk_node *node = rk_expr_parse(t->arena, "entry", text, strlen(text), diags);
    if (node && rk_diags_errors(diags) == 0) {
        rk_latex_node(out, node);
    } else {
        rk_buf_puts(out, "\\text{");
        rk_latex_text(out, text);
        rk_buf_putc(out, '}');
    }
    rk_diags_free(diags);
}

static bool latex_starts(const char *p, const char *word) {
    return strncmp(p, word, strlen(word)) == 0;
}

/* The end of the line that starts at p: the next `\\` outside of environments and braces. */
static const char *latex_line_end(const char *p) {
    int depth = 0;
    for (; *p; p++) {
        if (latex_starts(p, "\\\\") && depth == 0)
            return p;
        depth +=
            (latex_starts(p, "\\begin{") || *p == '{') - (latex_starts(p, "\\end{") || *p == '}');
        if (*p == '\\' && p[1])
            p++; /* \{ and \} are no braces, the second \ of \\ starts nothing */
    }
    return p;
}

/* One line of a statement. A matrix has few places to break at: a line with one is set smaller
   where it is wider than the column. */
static void latex_line(const char *p, size_t len, rk_buf *out) {
    rk_buf formula;
    rk_buf_init(&formula);
    rk_buf_write(&formula, p, len);
    if (strstr(formula.text, "\\begin{"))
        rk_buf_printf(out, "{\\setbox0\\hbox{$%s$}\\ifdim\\wd0>\\linewidth\\scriptsize\\fi $%s$}",
                      formula.text, formula.text);
    else
        rk_buf_printf(out, "$%s$", formula.text);
    rk_buf_clear(&formula);
}

static void latex_lines(const char *p, rk_buf *out) {
    for (bool first = true; *p; first = false) {
        const char *end = latex_line_end(p), *last = end;
        p += strspn(p, " \n");
        while (last > p && (last[-1] == ' ' || last[-1] == '\n'))
            last--;
        if (last > p) {
            rk_buf_puts(out, first ? "" : "\\newline\n  ");
            latex_line(p, (size_t)(last - p), out);
        }
        p = *end ? end + 2 : end;
    }
}

static void latex_statement(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    rk_theorem bare = rk_table_bare(t, row);
    rk_buf text;
    rk_buf_init(&text);
    rk_latex_statement(&text, &bare);
    latex_lines(text.text, out);
    rk_buf_clear(&text);
}

/* A quotient in a small matrix stays on one line, everything else is set as an expression. */
static void latex_entry(const rk_table *t, const char *text, rk_buf *out) {
    if (text[strspn(text, "-0123456789/")] == '\0')
        rk_buf_puts(out, text);
    else
        latex_expression(t, text, out);
}

/* --- evidence ------------------------------------------------------------------- */

static void latex_matrix(const rk_table *t, const json_t *rows, rk_buf *out) {
    size_t n = json_array_size(rows), cols = json_array_size(json_array_get(rows, 0));
    bool scalar = n == 1 && cols == 1;
    rk_buf_puts(out, scalar ? "" : "\\left[\\begin{smallmatrix}");
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < cols; j++) {
            const json_t *entry = json_array_get(json_array_get(rows, i), j);
            rk_buf_puts(out, j > 0 ? " & " : i > 0 ? " \\\\ " : "");
            latex_entry(t, json_string_value(entry), out);
        }
    }
    rk_buf_puts(out, scalar ? "" : "\\end{smallmatrix}\\right]");
}

static void latex_value(const rk_table *t, const char *name, const json_t *rows, rk_buf *out) {
    size_t n = json_array_size(rows), cols = json_array_size(json_array_get(rows, 0));
    rk_buf_putc(out, '$');
    latex_expression(t, name, out);
    if (n > TYPESET_SIDE || cols > TYPESET_SIDE) {
        rk_buf_printf(out, " \\in \\mathbb{R}^{%zu \\times %zu}$ (in the results file)", n, cols);
        return;
    }
    rk_buf_puts(out, " = ");
    latex_matrix(t, rows, out);
    rk_buf_putc(out, '$');
}

static void latex_point(const rk_table *t, const json_t *point, rk_buf *out) {
    const json_t *dims = json_object_get(point, "dims"), *values = json_object_get(point, "values");
    const char *sides = json_string_value(json_object_get(point, "sides"));
    const char *comma = "";
    for (void *it = json_object_iter((json_t *)dims); it;
         it = json_object_iter_next((json_t *)dims, it), comma = ", ") {
        rk_buf_printf(out, "%s$", comma);
        latex_expression(t, json_object_iter_key(it), out);
        rk_buf_printf(out, " = %lld$", (long long)json_integer_value(json_object_iter_value(it)));
    }
    for (void *it = json_object_iter((json_t *)values); it;
         it = json_object_iter_next((json_t *)values, it), comma = ", ") {
        rk_buf_puts(out, comma);
        latex_value(t, json_object_iter_key(it), json_object_iter_value(it), out);
    }
    if (sides) {
        rk_buf_puts(out, *comma ? ": " : "");
        rk_latex_text(out, sides);
    }
}

/* "1 \le n, d \le 6" for one range, then for the next: dimensions of one range stand together. */
static void latex_range(const rk_table *t, json_t *scope, void *first, void *end, rk_buf *out) {
    const json_t *range = json_object_iter_value(first), *high = json_object_get(range, "high");
    long long low = json_integer_value(json_object_get(range, "low"));
    bool single = json_is_integer(high) && json_integer_value(high) == low;
    rk_buf_puts(out, ", $");
    if (json_is_integer(high) && !single)
        rk_buf_printf(out, "%lld \\le ", low);
    for (void *it = first; it != end; it = json_object_iter_next(scope, it)) {
        rk_buf_puts(out, it == first ? "" : ", ");
        latex_expression(t, json_object_iter_key(it), out);
    }
    if (json_is_null(high))
        rk_buf_printf(out, " \\ge %lld$", low);
    else
        rk_buf_printf(out, single ? " = %lld$" : " \\le %lld$",
                      (long long)json_integer_value(high));
}

static void latex_scope(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    json_t *scope = json_object_get(row->result, "scope");
    void *it = json_object_iter(scope);
    while (it) {
        void *next = json_object_iter_next(scope, it);
        while (next && json_equal(json_object_iter_value(it), json_object_iter_value(next)))
            next = json_object_iter_next(scope, next);
        latex_range(t, scope, it, next, out);
        it = next;
    }
}

static void latex_evidence(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    const json_t *point = rk_table_point(row);
    rk_buf how;
    rk_buf_init(&how);
    rk_table_how(row, &how);
    rk_latex_text(out, how.text);
    if (point) {
        rk_buf_puts(out, how.len > 0 ? ": " : "");
        latex_point(t, point, out);
    } else {
        latex_scope(t, row, out);
    }
    rk_buf_reset(&how);
    rk_table_reservations(row, &how);
    rk_latex_text(out, how.text);
    rk_buf_clear(&how);
}

/* --- rows ----------------------------------------------------------------------- */

static void latex_label(const rk_table_row *row, rk_buf *out) {
    const char *source = rk_table_text(row, "source");
    bool corrected = row->index != row->root;
    if (!corrected && !source)
        return;
    rk_buf_puts(out, "\\textit{");
    rk_buf_puts(out, corrected ? "Corrected" : "");
    rk_buf_puts(out, corrected && source ? ": " : "");
    rk_latex_text(out, source ? source : "");
    rk_buf_puts(out, ".}\\newline\n  ");
}

static void latex_row(const rk_table *t, const rk_table_row *row, rk_buf *out) {
    latex_label(row, out);
    latex_statement(t, row, out);
    rk_buf_printf(out, "\n& %s &\n", rk_table_text(row, "verdict"));
    latex_evidence(t, row, out);
    rk_buf_puts(out, " \\\\\n");
}

/* The title of a paper over its rows: from the first row that knows it. */
static void latex_source(const rk_table *t, size_t i, rk_buf *out) {
    const char *title = NULL;
    for (size_t k = i; k < t->n && !title && (k == i || !rk_table_new_source(t, k)); k++)
        title =
            json_string_value(json_object_get(json_object_get(t->row[k].result, "paper"), "title"));
    if (!title)
        title = t->row[i].key;
    if (i > 0)
        rk_buf_puts(out, "\\midrule\n");
    if (title) {
        rk_buf_puts(out, "\\multicolumn{3}{@{}p{\\linewidth}@{}}{\\textbf{");
        rk_latex_text(out, title);
        rk_buf_puts(out, "}} \\\\\n\\addlinespace\n");
    }
}

static void latex_head(rk_buf *out) {
    /* The skips keep tall matrices off the lines above and below them. */
    rk_buf_puts(out, "\\begingroup\n\\small\n"
                     "\\setlength{\\normallineskip}{3pt}\\setlength{\\normallineskiplimit}{2pt}\n"
                     "\\begin{longtable}{@{}>{\\raggedright\\arraybackslash}p{0.52\\linewidth}"
                     "l>{\\raggedright\\arraybackslash}p{0.28\\linewidth}@{}}\n"
                     "\\toprule\nClaim & Verdict & Evidence \\\\\n\\midrule\n\\endfirsthead\n"
                     "\\toprule\nClaim & Verdict & Evidence \\\\\n\\midrule\n\\endhead\n"
                     "\\bottomrule\n\\endfoot\n");
}

static void latex_body(const rk_table *t, rk_buf *out) {
    for (size_t i = 0; i < t->n; i++) {
        bool opens = rk_table_new_source(t, i);
        if (opens)
            latex_source(t, i, out);
        else
            rk_buf_puts(out, t->row[i].index == t->row[i].root ? "\\addlinespace[1.2ex]\n"
                                                               : "\\addlinespace\n");
        latex_row(t, &t->row[i], out);
    }
}

void rk_table_latex(const rk_table *t, bool document, rk_buf *out) {
    const char *version = json_string_value(json_object_get(t->json, "version"));
    rk_buf_puts(out, "% Claims about matrices as they were checked by rankle ");
    rk_buf_printf(out, "%s.\n", version && !strchr(version, '\n') ? version : RANKLE_VERSION);
    rk_buf_printf(out, "%% Needs \\usepackage{%s}.\n", latex_packages);
    if (document)
        rk_buf_printf(out,
                      "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n"
                      "\\usepackage[margin=25mm]{geometry}\n\\usepackage{%s}\n"
                      "\\begin{document}\n",
                      latex_packages);
    latex_head(out);
    latex_body(t, out);
    rk_buf_puts(out, "\\end{longtable}\n\\endgroup\n");
    if (document)
        rk_buf_puts(out, "\\end{document}\n");
}
