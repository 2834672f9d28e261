#include "vf.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { ACCEPTED_NOT = 1, USAGE = 2, LIMIT = 3 };

static const char *place_file = "";
static size_t place_line;

void vf_at(const char *file, size_t line) {
    place_file = file;
    place_line = line;
}

static void say_place(void) {
    fflush(stdout);
    fprintf(stderr, "%s", place_file);
    if (place_line > 0)
        fprintf(stderr, ":%zu", place_line);
    fputs(*place_file != '\0' ? ": " : "", stderr);
}

void vf_refuse(const char *reason) {
    say_place();
    fprintf(stderr, "refused: %s\n", reason);
    vf_end(ACCEPTED_NOT);
}

void vf_limit(const char *what) {
    say_place();
    fprintf(stderr, "limit reached: %s\n", what);
    vf_end(LIMIT);
}

void vf_usage(const char *what) {
    fflush(stdout);
    fprintf(stderr, "rankle-verify: %s\n", what);
    vf_end(USAGE);
}

/* --- memory ------------------------------------------------------------------------------- */

void *vf_grow(void *array, size_t n, size_t item) {
    if ((n & (n - 1)) != 0)
        return array;
    if (n > VF_MAX_MEMORY / 2 / item)
        vf_limit("memory");
    void *more = vf_alloc((n > 0 ? 2 * n : 1) * item);
    if (n > 0)
        memcpy(more, array, n * item);
    return more;
}

char *vf_strndup(const char *text, size_t n) {
    return memcpy(vf_alloc(n + 1), text, n);
}

/* --- files -------------------------------------------------------------------------------- */

static void unreadable(const char *path) {
    char text[PATH_MAX + 32];
    snprintf(text, sizeof text, "%s cannot be read", path);
    vf_usage(text);
}

vf_bytes vf_read_file(const char *path) {
    struct stat about;
    FILE *f = fopen(path, "rb");
    if (f == NULL || fstat(fileno(f), &about) != 0 || !S_ISREG(about.st_mode))
        unreadable(path);
    if (about.st_size > VF_MAX_FILE)
        vf_limit("bytes of a file");
    char *text = vf_alloc((size_t)about.st_size + 1);
    size_t n = fread(text, 1, (size_t)about.st_size, f);
    if (ferror(f) || n < (size_t)about.st_size)
        unreadable(path);
    fclose(f);
    return (vf_bytes){text, n};
}
