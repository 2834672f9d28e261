/* Memory, and the end of a process that refuses. Both are apart from all else, so that a program
   that reads many inputs, one after the other, can put others in their place (tests/fuzz). */
#include "vf.h"

#include <stdlib.h>
#include <string.h>

/* Under the address sanitizer each piece is a block of its own, whose end it watches. */
#if defined __SANITIZE_ADDRESS__
enum { CHUNK = 0 };
#else
enum { CHUNK = 1 << 18 };
#endif

void vf_end(int status) {
    _Exit(status != 0 ? status : 1); /* what was in work is not given back */
}

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
    if (CHUNK == 0 || left < size) {
        left = size > CHUNK ? size : CHUNK;
        room = take(left);
    }
    char *p = room;
    room += size;
    left -= size;
    return memset(p, 0, size);
}
