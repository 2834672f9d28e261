/* Help on the terminal, from the tables of commands and options. */
#ifndef RK_HELP_H
#define RK_HELP_H

#include <stdio.h>

#include "rk_options.h"

void rk_help_overview(FILE *out);
void rk_help_command(FILE *out, rk_command command);

/* "-o, --output FILE" */
void rk_help_option(const rk_option *option, char *text, size_t size);

#endif
