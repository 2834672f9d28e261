#include "rk_diag.h"
#include "rk_mem.h"
#include "rk_utf8.h"

#include <stdlib.h>
#include <string.h>

typedef enum extra_kind { EXTRA_NOTE, EXTRA_HINT } extra_kind;

typedef struct extra {
    extra_kind kind;
    rk_span span;
    char *text;
} extra;

typedef struct diag {
    rk_severity severity;
    const char *name;
    rk_span span;
    char *text;
    extra *extras;
    size_t nextras, cap;
    size_t order; /* when it was added */
} diag;

struct rk_diags {
    diag *items;
    size_t count, cap, errors;
    rk_arena **kept;
    size_t nkept, cap_kept;
};

rk_diags *rk_diags_new(void) {
    return rk_calloc(1, sizeof(rk_diags));
}

void rk_diags_free(rk_diags *d) {
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->count; i++) {
        for (size_t k = 0; k < d->items[i].nextras; k++)
            rk_free(d->items[i].extras[k].text);
        rk_free(d->items[i].extras);
        rk_free(d->items[i].text);
    }
    for (size_t i = 0; i < d->nkept; i++)
        rk_arena_free(d->kept[i]);
    rk_free(d->kept);
    rk_free(d->items);
    rk_free(d);
}

void rk_diags_keep(rk_diags *d, rk_arena *arena) {
    rk_grow(&d->kept, &d->cap_kept, d->nkept + 1, sizeof *d->kept);
    d->kept[d->nkept++] = arena;
}

static char *vformat(const char *format, va_list args) {
    rk_buf b;
    rk_buf_init(&b);
    rk_buf_vprintf(&b, format, args);
    return b.text;
}

void rk_diag_add(rk_diags *d, rk_severity severity, const char *name, rk_span span,
                 const char *format, ...) {
    va_list args;
    va_start(args, format);
    rk_grow(&d->items, &d->cap, d->count + 1, sizeof(diag));
    d->items[d->count] = (diag){.severity = severity,
                                .name = name,
                                .span = span,
                                .text = vformat(format, args),
                                .order = d->count};
    d->count++;
    d->errors += severity == RK_ERROR;
    va_end(args);
}

static void add_extra(rk_diags *d, extra_kind kind, rk_span span, char *text) {
    if (d->count == 0) {
        rk_free(text);
        return;
    }
    diag *last = &d->items[d->count - 1];
    rk_grow(&last->extras, &last->cap, last->nextras + 1, sizeof(extra));
    last->extras[last->nextras++] = (extra){kind, span, text};
}

void rk_diag_note(rk_diags *d, rk_span span, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_extra(d, EXTRA_NOTE, span, vformat(format, args));
    va_end(args);
}

void rk_diag_hint(rk_diags *d, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_extra(d, EXTRA_HINT, (rk_span){0}, vformat(format, args));
    va_end(args);
}

void rk_diags_append(rk_diags *d, rk_diags *more) {
    rk_grow(&d->items, &d->cap, d->count + more->count, sizeof(diag));
    for (size_t i = 0; i < more->count; i++) {
        d->items[d->count] = more->items[i];
        d->items[d->count].order = d->count;
        d->count++;
    }
    d->errors += more->errors;
    more->count = more->errors = 0;
    for (size_t i = 0; i < more->nkept; i++)
        rk_diags_keep(d, more->kept[i]);
    more->nkept = 0;
}

size_t rk_diags_errors(const rk_diags *d) {
    return d->errors;
}

size_t rk_diags_count(const rk_diags *d) {
    return d->count;
}

const char *rk_diag_name(const rk_diags *d, size_t i) {
    return d->items[i].name;
}

rk_span rk_span_join(rk_span a, rk_span b) {
    if (a.source == NULL || a.source != b.source)
        return a.source == NULL ? b : a;
    return (rk_span){a.source, a.begin < b.begin ? a.begin : b.begin,
                     a.end > b.end ? a.end : b.end};
}

/* --- places ------------------------------------------------------------------------------- */

static bool continuation(char c) {
    return ((unsigned char)c & 0xC0) == 0x80;
}

static size_t line_start(const rk_source *s, size_t offset) {
    while (offset > 0 && s->text[offset - 1] != '\n')
        offset--;
    return offset;
}

static size_t line_end(const rk_source *s, size_t offset) {
    while (offset < s->len && s->text[offset] != '\n')
        offset++;
    if (offset > 0 && s->text[offset - 1] == '\r')
        offset--;
    return offset;
}

void rk_source_position(const rk_source *s, size_t offset, size_t *line, size_t *column) {
    if (offset > s->len)
        offset = s->len;
    *line = 1;
    for (size_t i = 0; i < offset; i++)
        *line += s->text[i] == '\n';
    *column = 1;
    for (size_t i = line_start(s, offset); i < offset; i++)
        *column += !continuation(s->text[i]);
}

/* --- printing ----------------------------------------------------------------------------- */

typedef struct palette {
    const char *error, *warning, *note, *caret, *bold, *off;
} palette;

static const palette plain = {"", "", "", "", "", ""};
static const palette colours = {"\x1b[1;31m", "\x1b[1;35m", "\x1b[1;36m",
                                "\x1b[1;32m", "\x1b[1m",    "\x1b[0m"};

enum { SHOWN = 160 }; /* bytes of a source line that are shown */

/* The part of the line that is shown around the span, so that endless lines stay readable. */
static void window(const rk_source *s, size_t begin, size_t *from, size_t *to) {
    *from = line_start(s, begin);
    *to = line_end(s, begin);
    if (*to < begin)
        *to = begin;
    if (*to - *from <= SHOWN)
        return;
    if (begin - *from > SHOWN / 2)
        *from = begin - SHOWN / 2;
    while (*from < begin && continuation(s->text[*from]))
        ++*from;
    if (*to - *from > SHOWN)
        *to = *from + SHOWN;
    while (*to > *from && *to < s->len && continuation(s->text[*to]))
        --*to;
}

/* One character of text as it is shown: tabs as one blank, and `?` for what a terminal would not
   show or would obey, as invalid bytes, controls and marks of direction. Returns its length. */
static size_t show(const char *text, size_t len, const char **shown, size_t *bytes,
                   size_t *columns) {
    unsigned long code;
    size_t n = rk_utf8_decode(text, len, &code);
    *columns = n > 0 ? rk_utf8_columns(code) : 0;
    *shown = *columns > 0 ? text : *text == '\t' ? " " : "?";
    *bytes = *columns > 0 ? n : 1;
    *columns = *columns > 0 ? *columns : 1;
    return n > 0 ? n : 1;
}

static void print_shown(rk_buf *out, const char *text, size_t len) {
    const char *shown;
    for (size_t i = 0, bytes, columns; i < len;) {
        i += show(text + i, len - i, &shown, &bytes, &columns);
        rk_buf_write(out, shown, bytes);
    }
}

/* The text of a message; it may have lines of its own. */
static void print_message(rk_buf *out, const char *text) {
    for (size_t n; *text != '\0'; text += n) {
        n = strcspn(text, "\n");
        print_shown(out, text, n);
        if (text[n] == '\n') {
            rk_buf_putc(out, '\n');
            n++;
        }
    }
}

static size_t columns_of(const char *text, size_t from, size_t to) {
    const char *shown;
    size_t total = 0;
    for (size_t i = from, bytes, columns; i < to; total += columns)
        i += show(text + i, to - i, &shown, &bytes, &columns);
    return total;
}

static void print_place(rk_buf *out, const rk_source *s, size_t offset) {
    size_t line, column;
    rk_source_position(s, offset, &line, &column);
    print_message(out, s->name);
    rk_buf_printf(out, ":%zu:%zu: ", line, column);
}

static void print_excerpt(rk_buf *out, rk_span span, const palette *p) {
    const rk_source *s = span.source;
    size_t from, to, begin = span.begin > s->len ? s->len : span.begin;
    window(s, begin, &from, &to);
    size_t end = span.end > to ? to : span.end;
    rk_buf_puts(out, "  ");
    print_shown(out, s->text + from, to - from);
    rk_buf_puts(out, "\n  ");
    for (size_t n = columns_of(s->text, from, begin); n > 0; n--)
        rk_buf_putc(out, ' ');
    rk_buf_puts(out, p->caret);
    size_t width = end > begin ? columns_of(s->text, begin, end) : 1;
    for (size_t n = width > 0 ? width : 1; n > 0; n--)
        rk_buf_putc(out, '^');
    rk_buf_puts(out, p->off);
    rk_buf_putc(out, '\n');
}

static void print_extra(rk_buf *out, const extra *e, const palette *p) {
    if (e->span.source != NULL)
        print_place(out, e->span.source, e->span.begin);
    rk_buf_printf(out, "%s%s:%s ", p->note, e->kind == EXTRA_NOTE ? "note" : "hint", p->off);
    print_message(out, e->text);
    rk_buf_putc(out, '\n');
    if (e->span.source != NULL)
        print_excerpt(out, e->span, p);
}

static void print_diag(rk_buf *out, const diag *d, const palette *p) {
    bool error = d->severity == RK_ERROR;
    if (d->span.source != NULL)
        print_place(out, d->span.source, d->span.begin);
    rk_buf_printf(out, "%s%s[%s]:%s ", error ? p->error : p->warning, error ? "error" : "warning",
                  d->name, p->off);
    print_message(out, d->text);
    rk_buf_putc(out, '\n');
    if (d->span.source != NULL)
        print_excerpt(out, d->span, p);
    for (size_t i = 0; i < d->nextras; i++)
        print_extra(out, &d->extras[i], p);
}

/* Files in the order in which they first complained, places in order inside a file. */
typedef struct rank {
    const diag *item;
    size_t file; /* order of the first diagnostic of the same source */
} rank;

static int compare_ranks(const void *a, const void *b) {
    const rank *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->item->span.begin != y->item->span.begin)
        return x->item->span.begin < y->item->span.begin ? -1 : 1;
    return x->item->order < y->item->order ? -1 : x->item->order > y->item->order;
}

void rk_diags_print(const rk_diags *d, rk_buf *out, bool colour) {
    rank *order = rk_malloc(d->count * sizeof *order);
    for (size_t i = 0; i < d->count; i++) {
        size_t first = 0;
        while (d->items[first].span.source != d->items[i].span.source)
            first++;
        order[i] = (rank){&d->items[i], first};
    }
    qsort(order, d->count, sizeof *order, compare_ranks);
    for (size_t i = 0; i < d->count; i++)
        print_diag(out, order[i].item, colour ? &colours : &plain);
    rk_free(order);
}
