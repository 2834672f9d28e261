/* Text to tree. A unit owns the arena of one claim file and all it imports. */
#ifndef RK_PARSE_H
#define RK_PARSE_H

#include "base/rk_mem.h"
#include "base/rk_status.h"
#include "rk_ast.h"

typedef struct rk_unit {
    rk_arena *arena;
    rk_file *main;   /* the file asked for */
    rk_file **files; /* all files in reading order: imports before the file that imports them */
    size_t nfiles;
} rk_unit;

/* Reads and parses `path` and its imports (relative to the importing file, then along
   library_path, a NULL-terminated list of directories, may be NULL). Cycles and limits are
   errors. Returns a unit even after errors, with what could be parsed; NULL only when the main
   file could not be read. RK_ENVIRONMENT failures of reading are reported as errors too. */
rk_unit *rk_unit_read(const char *path, const char *const *library_path, rk_diags *diags);

/* The same for a text in memory; `name` is what diagnostics show. */
rk_unit *rk_unit_parse(const char *name, const char *text, size_t len,
                       const char *const *library_path, rk_diags *diags);
void rk_unit_free(rk_unit *unit);

/* Parses one expression (for `rankle eval`); NULL after an error. The source is copied into the
   arena. */
rk_node *rk_expr_parse(rk_arena *arena, const char *name, const char *text, size_t len,
                       rk_diags *diags);

#endif
