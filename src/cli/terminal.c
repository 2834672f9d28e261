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

/* "slow: 1200 trials, 800 a second, n=2 d=3, best 0.25, 2 found, 41 s left" */
static void progress_text(char *out, size_t size, const rankle_progress *now) {
    char best[40] = "", found[40] = "";
    if (now->best >= 0)
        snprintf(best, sizeof best, ", best %.3g", now->best);
    if (now->findings > 0)
        snprintf(found, sizeof found, ", %llu found", (unsigned long long)now->findings);
    snprintf(out, size, "%.40s: %llu trials, %.0f a second%s%.40s%s%s, %.0f s left", now->theorem,
             (unsigned long long)now->trials, now->rate, *now->dims ? ", " : "", now->dims, best,
             found, now->left > 0 ? now->left : 0);
}

void rk_progress_show(rk_progress *p, const rankle_progress *now) {
    double wait = p->shown ? 0.2 : 0.5;
    char text[300];
    if (!p->wanted || rk_seconds() - p->since < wait)
        return;
    progress_text(text, sizeof text, now);
    fprintf(stderr, "\r\033[K%.*s", terminal_width(STDERR_FILENO) - 1, text);
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
