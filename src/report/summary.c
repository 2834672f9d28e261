#include "rk_count.h"
#include "rk_line.h"

rk_count rk_count_results(const rk_result *const *r, size_t n) {
    rk_count c = {.total = n};
    for (size_t i = 0; i < n; i++) {
        bool expects = r[i]->expected != RK_VERDICT_NONE;
        bool unexpected = expects ? !r[i]->as_expected : r[i]->verdict == RK_REFUTED;
        c.verdict[r[i]->verdict]++;
        c.met[r[i]->verdict] += !unexpected;
        c.unexpected += unexpected;
        c.reserved += !unexpected && r[i]->verdict == RK_PROVED && r[i]->ncaveats > 0;
    }
    return c;
}

static void summary_part(rk_buf *out, size_t n, const char *what, bool always) {
    if (n > 0 || always)
        rk_buf_printf(out, "%s%zu %s", out->len > 0 ? ", " : "", n, what);
}

/* Every theorem is counted once: the unexpected ones as such, the others by their verdict. */
void rk_report_summary(rk_buf *out, const rk_result *const *r, size_t n, double seconds,
                       const rk_text_style *style) {
    rk_count c = rk_count_results(r, n);
    rk_buf text;
    rk_buf_init(&text);
    summary_part(&text, c.met[RK_PROVED], "proved", true);
    if (c.reserved > 0)
        rk_buf_printf(&text, " (%zu with a caveat)", c.reserved);
    summary_part(&text, c.met[RK_REFUTED], "refuted as expected", true);
    summary_part(&text, c.met[RK_VERIFIED], "verified", false);
    summary_part(&text, c.met[RK_SUPPORTED], "supported", false);
    summary_part(&text, c.met[RK_UNSUPPORTED], "unsupported", false);
    summary_part(&text, c.met[RK_UNDECIDED], "undecided", true);
    summary_part(&text, c.unexpected, "unexpected", true);
    rk_line line = rk_line_start(out, style, 0);
    rk_line_paint(&line, style, c.unexpected > 0 ? RK_COLOUR_BAD : RK_COLOUR_NONE);
    rk_line_field(&line, text.text);
    rk_line_paint(&line, style, RK_COLOUR_NONE);
    rk_buf_reset(&text);
    rk_buf_printf(&text, "%.2f s", seconds);
    rk_line_finish(&line, style, text.text);
    rk_buf_clear(&text);
}
