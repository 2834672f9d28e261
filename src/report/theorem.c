/* The lines of one theorem: the verdict line, and with -v what stands behind it. */
#include "rk_line.h"

#include <string.h>

enum {
    VERDICT_COLUMN = 10,
    REMARK_COLUMN = 11,
    SHOWN_ENTRIES = 64 /* larger matrices are named by their shape on the verdict line */
};

static rk_colour theorem_colour(const rk_result *r) {
    bool missed = r->expected != RK_VERDICT_NONE || r->verdict == RK_REFUTED;
    if (r->as_expected)
        return RK_COLOUR_GOOD;
    return missed ? RK_COLOUR_BAD : RK_COLOUR_OPEN;
}

/* What stands beside the name: an expectation met or missed, else the scope. */
static bool theorem_remark(rk_buf *out, const rk_result *r, bool utf8) {
    if (r->expected != RK_VERDICT_NONE && !r->as_expected)
        rk_buf_printf(out, "%s expected", rk_verdict_name(r->expected));
    else if (r->expected != RK_VERDICT_NONE && r->verdict == RK_REFUTED)
        rk_buf_puts(out, "as expected");
    else if (r->verdict == RK_REFUTED)
        rk_buf_puts(out, "unexpected");
    else {
        rk_text_scope(out, r->scope, r->nscope, utf8);
        return true;
    }
    return false;
}

static void theorem_field(rk_line *line, rk_buf *text) {
    if (text->len > 0)
        rk_line_field(line, text->text);
    rk_buf_reset(text);
}

static void theorem_point(rk_line *line, rk_buf *text, const rk_result *r) {
    rk_text_point(text, r->point_dims, r->npoint_dims);
    theorem_field(line, text);
    for (size_t i = 0; i < r->nvalues; i++) {
        const rk_named_value *v = &r->values[i];
        if (v->rows * v->cols > SHOWN_ENTRIES)
            rk_buf_printf(text, "%s: %zu by %zu", v->name, v->rows, v->cols);
        else {
            rk_buf_printf(text, "%s = ", v->name);
            rk_text_matrix(text, v);
        }
        theorem_field(line, text);
    }
    if (r->sides)
        rk_line_field(line, r->sides);
}

static const char *count_of(uint64_t n, const char *one, const char *many) {
    return n == 1 ? one : many;
}

static void theorem_how(rk_line *line, rk_buf *text, const rk_result *r) {
    if (r->verdict == RK_VERIFIED) {
        rk_buf_printf(text, "%llu exact %s", (unsigned long long)r->instances,
                      count_of(r->instances, "instance", "instances"));
        if (r->assignments > r->instances)
            rk_buf_printf(text, " of %llu tried", (unsigned long long)r->assignments);
        theorem_field(line, text);
    } else if (r->verdict == RK_UNDECIDED && r->reason != RK_REASON_NONE) {
        rk_line_field(line, rk_reason_name(r->reason));
    }
    if (r->verdict == RK_UNDECIDED && r->advice)
        rk_line_field(line, r->advice);
    else if (r->method && (r->verdict == RK_PROVED || r->verdict == RK_SUPPORTED ||
                           r->verdict == RK_UNSUPPORTED))
        rk_line_field(line, r->method);
}

/* What weakens or limits the verdict: never left out, not even with -q. */
static void theorem_reservations(rk_line *line, rk_buf *text, const rk_result *r) {
    static const char *const labels[] = {"passed over", "of unknown truth", "unconfirmed"};
    const uint64_t counts[] = {r->passed_over, r->unknown_instances, r->unconfirmed};
    for (size_t i = 0; i < r->ncaveats; i++) {
        rk_buf_printf(text, "caveat: %s", r->caveats[i]);
        theorem_field(line, text);
    }
    for (size_t i = 0; i < 3; i++) {
        if (counts[i] > 0)
            rk_buf_printf(text, "%llu %s", (unsigned long long)counts[i], labels[i]);
        theorem_field(line, text);
    }
}

static void theorem_verdict_line(rk_buf *out, const rk_result *r, const rk_text_style *style) {
    int name = style->name_width;
    rk_line line = rk_line_start(out, style, 4 + VERDICT_COLUMN);
    rk_buf text;
    rk_buf_init(&text);
    rk_line_padded(&line, style, RK_COLOUR_NONE, "", 2);
    rk_line_padded(&line, style, theorem_colour(r), rk_verdict_name(r->verdict),
                   VERDICT_COLUMN - 1);
    rk_line_padded(&line, style, RK_COLOUR_NONE, " ", 1);
    rk_line_padded(&line, style, RK_COLOUR_NONE, r->theorem, name);
    bool scope_shown = theorem_remark(&text, r, style->utf8);
    rk_line_padded(&line, style, RK_COLOUR_NONE, "", 2);
    rk_line_padded(&line, style, RK_COLOUR_NONE, text.text, REMARK_COLUMN);
    rk_buf_reset(&text);
    if (r->has_counterexample)
        theorem_point(&line, &text, r);
    else if (!scope_shown)
        rk_text_scope(&text, r->scope, r->nscope, style->utf8);
    theorem_field(&line, &text);
    theorem_how(&line, &text, r);
    theorem_reservations(&line, &text, r);
    rk_text_duration(&text, r->time_ms);
    rk_line_finish(&line, style, text.text);
    rk_buf_clear(&text);
}

/* --- with -v --------------------------------------------------------------- */

static void detail(rk_buf *out, const rk_text_style *style, const char *label, const char *value) {
    if (!value || !*value)
        return;
    rk_line line = rk_line_start(out, style, 4 + VERDICT_COLUMN);
    rk_line_padded(&line, style, RK_COLOUR_NONE, "", 4);
    rk_line_padded(&line, style, RK_COLOUR_FAINT, label, VERDICT_COLUMN);
    line.fresh = true;
    rk_line_field(&line, value);
    rk_buf_putc(out, '\n');
}

static void detail_instances(rk_buf *out, const rk_text_style *style, const rk_result *r) {
    rk_buf text;
    rk_buf_init(&text);
    rk_buf_printf(&text, "%llu held, %llu passed over, %llu unknown, %llu unconfirmed, %llu %s",
                  (unsigned long long)r->instances, (unsigned long long)r->passed_over,
                  (unsigned long long)r->unknown_instances, (unsigned long long)r->unconfirmed,
                  (unsigned long long)r->trials, count_of(r->trials, "trial", "trials"));
    if (r->assignments > 0)
        rk_buf_printf(&text, ", %llu %s", (unsigned long long)r->assignments,
                      count_of(r->assignments, "assignment", "assignments"));
    if (r->drawn)
        rk_buf_printf(&text, "; drawn: %s", r->drawn);
    detail(out, style, "instances", text.text);
    rk_buf_reset(&text);
    if (r->precision > 0)
        rk_buf_printf(&text, "%ld bits, ", r->precision);
    rk_buf_printf(&text, "seed %llu", (unsigned long long)r->seed);
    detail(out, style, "run", text.text);
    rk_buf_clear(&text);
}

static int column_width(const rk_named_value *v, size_t j) {
    int width = 0;
    for (size_t i = 0; i < v->rows; i++) {
        int w = rk_text_columns(v->entry[i * v->cols + j]);
        width = w > width ? w : width;
    }
    return width;
}

/* Left and right ends of row i: brackets drawn in UTF-8, else those of the language. */
static const char *row_end(const rk_named_value *v, size_t i, bool right, bool utf8) {
    static const char *const drawn[2][3] = {{"\u23a1", "\u23a2", "\u23a3"},
                                            {"\u23a4", "\u23a5", "\u23a6"}};
    bool last = i + 1 == v->rows;
    if (utf8)
        return drawn[right][i == 0 ? 0 : last ? 2 : 1];
    if (right)
        return last ? "]" : ";";
    return i == 0 ? "[" : " ";
}

static void detail_row(rk_buf *out, const rk_named_value *v, size_t i, bool utf8) {
    rk_buf_puts(out, row_end(v, i, false, utf8));
    for (size_t j = 0; j < v->cols; j++) {
        const char *entry = v->entry[i * v->cols + j];
        rk_buf_printf(out, "%s%*s%s", j > 0 ? " " : "", column_width(v, j) - rk_text_columns(entry),
                      "", entry);
        rk_buf_puts(out, j + 1 < v->cols ? "," : "");
    }
    rk_buf_printf(out, "%s\n", row_end(v, i, true, utf8));
}

/* A matrix of several rows and columns, columns aligned. */
static void detail_matrix(rk_buf *out, const rk_text_style *style, const rk_named_value *v) {
    if (v->rows < 2 || v->cols < 2 || v->cols > SHOWN_ENTRIES || v->rows > SHOWN_ENTRIES)
        return;
    int indent = 4 + VERDICT_COLUMN;
    for (size_t i = 0; i < v->rows; i++) {
        if (i == 0)
            rk_buf_printf(out, "%*s%s = ", indent, "", v->name);
        else
            rk_buf_printf(out, "%*s", indent + rk_text_columns(v->name) + 3, "");
        detail_row(out, v, i, style->utf8);
    }
}

static void theorem_details(rk_buf *out, const rk_result *r, const rk_text_style *style) {
    detail(out, style, "title", r->title);
    detail(out, style, "source", r->paper_title);
    detail(out, style, r->paper_title ? "" : "source", r->source);
    detail(out, style, "corrects", r->corrects);
    detail(out, style, "method", r->method);
    detail(out, style, "calculus", r->effort);
    for (size_t i = 0; i < r->nhypotheses; i++)
        detail(out, style, i == 0 ? "given" : "", r->hypotheses[i]);
    detail_instances(out, style, r);
    detail(out, style, "witness", r->witness);
    detail(out, style, "level", r->level);
    if (r->verdict != RK_UNDECIDED)
        detail(out, style, "advice", r->advice);
    if (r->has_counterexample)
        for (size_t i = 0; i < r->nvalues; i++)
            detail_matrix(out, style, &r->values[i]);
    detail(out, style, "worst", r->largest);
}

void rk_report_line(rk_buf *out, const rk_result *r, const rk_text_style *style) {
    theorem_verdict_line(out, r, style);
    if (style->verbosity > 1)
        theorem_details(out, r, style);
}
