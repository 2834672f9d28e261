/* The terminal: how wide, which colours and letters, and the progress line on standard error. */
#ifndef RK_TERMINAL_H
#define RK_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "rankle.h"

/* The style for text on `out`: width, colour (never with NO_COLOR) and UTF-8 as it can show. */
rankle_style rk_terminal_style(FILE *out, bool verbose);

/* A name on a line of its own; control characters, which a terminal would obey, as `?'. */
void rk_print_heading(FILE *out, const char *name);

/* The progress line stands on standard error, if that is a terminal, until it is wiped. It comes
   only after a while, and not more than a few times a second. */
typedef struct rk_progress {
    bool wanted, shown;
    double since; /* of the line, or of the last wipe: seconds on the monotonic clock */
} rk_progress;

double rk_seconds(void); /* seconds, monotonic */

rk_progress rk_progress_start(bool quiet);
void rk_progress_show(rk_progress *p, const rankle_progress *now);
void rk_progress_wipe(rk_progress *p);

#endif
