/* Whole files in and out. A written file replaces an old one only when it is complete:
   write aside, fsync, rename. */
#ifndef RK_IO_H
#define RK_IO_H

#include <stddef.h>
#include "rk_status.h"

/* Reads a regular file of at most max bytes into *text (NUL added, freed with rk_free).
   Returns RK_BAD_INPUT (missing, unreadable, a directory, too large) or RK_ENVIRONMENT, with
   *why a static or errno text. */
rk_status rk_read_file(const char *path, size_t max, char **text, size_t *len, const char **why);

/* Writes aside and renames. Special files (/dev/stdout, /dev/full, pipes) are written in place.
   RK_ENVIRONMENT with *why on any failure, and then an old file is untouched. */
rk_status rk_write_file(const char *path, const char *text, size_t len, const char **why);

#endif
