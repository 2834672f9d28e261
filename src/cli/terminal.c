#include "rk_terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static bool environment_says(const char *name) {
    const char *value = getenv(name);
    return value && *value;
}

static bool terminal_colours(int fd) {
    const char *term = getenv("TERM");
    return isatty(fd) && !environment_says("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

static int terminal_width(int fd) {
    struct winsize size;
    if (!isatty(fd))
        return 0;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

rankle_style rk_terminal_style(FILE *out, bool verbose) {
    int fd = fileno(out);
    return (rankle_style){.width = terminal_width(fd),
                          .colour = terminal_colours(fd),
                          .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
                          .verbosity = verbose ? 2 : 1};
}

void rk_print_heading(FILE *out, const char *name) {
    for (; *name; name++)
        fputc((unsigned char)*name < ' ' || *name == 127 ? '?' : *name, out);
    fputc('\n', out);
}

double rk_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

rk_progress rk_progress_start(bool quiet) {
    return (rk_progress){.wanted = !quiet && isatty(STDERR_FILENO), .since = rk_seconds()};
}

void rk_progress_show(rk_progress *p, const char *theorem, uint64_t trials, double rate) {
    double wait = p->shown ? 0.2 : 0.5;
    if (!p->wanted || rk_seconds() - p->since < wait)
        return;
    fprintf(stderr, "\r\033[K%.40s: %llu trials, %.0f a second", theorem,
            (unsigned long long)trials, rate);
    fflush(stderr);
    p->shown = true;
    p->since = rk_seconds();
}

void rk_progress_wipe(rk_progress *p) {
    p->since = rk_seconds();
    if (!p->shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    p->shown = false;
}
