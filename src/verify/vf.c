#include "vf.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ACCEPTED_NOT = 1, USAGE = 2, LIMIT = 3, CHUNK = 1 << 18 };

static const char *place_file = "";
static size_t place_line;

void vf_at(const char *file, size_t line) {
    place_file = file;
    place_line = line;
}

/* Refusals end with _Exit: what was in work then is not given back. */
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
    _Exit(ACCEPTED_NOT);
}

void vf_limit(const char *what) {
    say_place();
    fprintf(stderr, "limit reached: %s\n", what);
    _Exit(LIMIT);
}

void vf_usage(const char *what) {
    fflush(stdout);
    fprintf(stderr, "rankle-verify: %s\n", what);
    _Exit(USAGE);
}

/* --- memory ------------------------------------------------------------------------------- */

static size_t memory;

/* A block from the C library, counted, and known from here as long as it lives. */
typedef union block block;
union block {
    struct {
        block *before, *after;
    } list;
    max_align_t align;
};

static block blocks = {.list = {&blocks, &blocks}};

static void *take(size_t size) {
    if (size > VF_MAX_MEMORY - memory)
        vf_limit("memory");
    memory += size;
    block *b = malloc(sizeof *b + size);
    if (b == NULL)
        vf_limit("memory");
    b->list.before = &blocks;
    b->list.after = blocks.list.after;
    b->list.after->list.before = blocks.list.after = b;
    return b + 1;
}

static void give(void *p, size_t size) {
    block *b = (block *)p - 1;
    b->list.before->list.after = b->list.after;
    b->list.after->list.before = b->list.before;
    memory -= size;
    free(b);
}

static void *number_resize(void *old, size_t from, size_t to) {
    void *p = take(to);
    memcpy(p, old, from < to ? from : to);
    give(old, from);
    return p;
}

void vf_memory_start(void) {
    mp_set_memory_functions(take, number_resize, give);
}

void *vf_alloc(size_t size) {
    static char *room; /* of the chunk in use */
    static size_t left;
    if (size > VF_MAX_MEMORY)
        vf_limit("memory");
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (left < size) {
        left = size > CHUNK ? size : CHUNK;
        room = take(left);
    }
    char *p = room;
    room += size;
    left -= size;
    return memset(p, 0, size);
}

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
