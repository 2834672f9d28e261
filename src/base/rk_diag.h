/* Source texts, places in them, and diagnostics: `file:line:col: error[name]: text`, the source
   line, carets under the span, then notes and hints. A rk_diags owns its messages; sources are
   owned by whoever read them and must outlive the diagnostics that point into them. */
#ifndef RK_DIAG_H
#define RK_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include "rk_buf.h"

typedef struct rk_source {
    const char *name; /* as shown to the user */
    const char *text; /* NUL-terminated; len bytes before the NUL */
    size_t len;
} rk_source;

typedef struct rk_span {
    const rk_source *source; /* NULL: no place */
    size_t begin, end;       /* byte offsets, begin <= end */
} rk_span;

rk_span rk_span_join(rk_span a, rk_span b); /* from the start of a to the end of b */

typedef enum rk_severity { RK_ERROR, RK_WARNING } rk_severity;

typedef struct rk_diags rk_diags;

rk_diags *rk_diags_new(void);
void rk_diags_free(rk_diags *d);

/* Adds an error or a warning. `name` is the static error name ("shape-mismatch"). */
void rk_diag_add(rk_diags *d, rk_severity severity, const char *name, rk_span span,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Add to the diagnostic added last: a note with its own place (span may have no source),
   a hint without one. */
void rk_diag_note(rk_diags *d, rk_span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void rk_diag_hint(rk_diags *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Hands over an arena in which sources lie that the messages point into; freed with d. */
struct rk_arena;
void rk_diags_keep(rk_diags *d, struct rk_arena *arena);

/* Moves all of `more` to the end of d. */
void rk_diags_append(rk_diags *d, rk_diags *more);

size_t rk_diags_errors(const rk_diags *d); /* number of errors, warnings not counted */
size_t rk_diags_count(const rk_diags *d);
const char *rk_diag_name(const rk_diags *d, size_t i);

/* All diagnostics as text, in order of file and place. Tabs and wide characters keep the carets
   aligned; colour only if asked. */
void rk_diags_print(const rk_diags *d, rk_buf *out, bool colour);

/* Line and column (from 1, in characters) of a byte offset. */
void rk_source_position(const rk_source *s, size_t offset, size_t *line, size_t *column);

#endif
