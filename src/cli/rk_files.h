/* Lists of paths: the claim files below directories, and the library path. */
#ifndef RK_FILES_H
#define RK_FILES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct rk_paths {
    char **path; /* ended by a NULL */
    size_t n, cap;
} rk_paths;

void rk_paths_clear(rk_paths *p);
bool rk_paths_add(rk_paths *p, const char *path); /* copies; false: out of memory */

typedef enum rk_collected {
    RK_COLLECTED,
    RK_COLLECTED_NONE, /* a directory without claim files */
    RK_COLLECTED_MEMORY
} rk_collected;

/* Adds `path` itself, or, when it is a directory, all *.thm below it in alphabetical order;
   names that start with a dot are left out. A directory that cannot be read is added itself. */
rk_collected rk_paths_collect(rk_paths *p, const char *path);

/* The directories given, those of RANKLE_PATH (separated by colons), the installed library. */
bool rk_paths_library(rk_paths *p, const char *const *given, size_t n);

/* All of a stream; NULL with errno after a failure. Freed by the caller. */
char *rk_stream_text(const char *path, size_t *len); /* "-": standard input */

#endif
