#include "rk_mem.h"
#include "rk_guard.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *rk_malloc(size_t size) {
    void *p = malloc(size > 0 ? size : 1);
    if (p == NULL)
        rk_guard_raise("out of memory");
    return p;
}

void *rk_calloc(size_t count, size_t size) {
    void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (p == NULL)
        rk_guard_raise("out of memory");
    return p;
}

void *rk_realloc(void *p, size_t size) {
    void *q = realloc(p, size > 0 ? size : 1);
    if (q == NULL)
        rk_guard_raise("out of memory");
    return q;
}

void rk_free(void *p) {
    free(p);
}

char *rk_strdup(const char *s) {
    size_t n = strlen(s) + 1;
    return memcpy(rk_malloc(n), s, n);
}

void rk_grow(void *items, size_t *cap, size_t need, size_t size) {
    void **array = items;
    if (need <= *cap)
        return;
    size_t want = *cap < 8 ? 8 : *cap;
    while (want < need) {
        if (want > SIZE_MAX / 2 / size)
            rk_guard_raise("out of memory");
        want *= 2;
    }
    *array = rk_realloc(*array, want * size);
    *cap = want;
}

enum { BLOCK = 1 << 16, ALIGN = _Alignof(max_align_t) };

typedef struct block {
    struct block *next;
    max_align_t data[];
} block;

struct rk_arena {
    block *blocks;
    char *free; /* rest of the newest small block */
    size_t left;
};

rk_arena *rk_arena_new(void) {
    return rk_calloc(1, sizeof(rk_arena));
}

void rk_arena_free(rk_arena *arena) {
    if (arena == NULL)
        return;
    for (block *b = arena->blocks; b != NULL;) {
        block *next = b->next;
        free(b);
        b = next;
    }
    free(arena);
}

static char *new_block(rk_arena *arena, size_t size) {
    if (size > SIZE_MAX - sizeof(block))
        rk_guard_raise("out of memory");
    block *b = rk_calloc(1, sizeof(block) + size);
    b->next = arena->blocks;
    arena->blocks = b;
    return (char *)b->data;
}

void *rk_arena_alloc(rk_arena *arena, size_t size) {
    if (size > SIZE_MAX - ALIGN)
        rk_guard_raise("out of memory");
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (size > BLOCK / 4)
        return new_block(arena, size);
    if (arena->free == NULL || size > arena->left) {
        arena->free = new_block(arena, BLOCK);
        arena->left = BLOCK;
    }
    char *p = arena->free;
    arena->free += size;
    arena->left -= size;
    return p;
}

char *rk_arena_strndup(rk_arena *arena, const char *s, size_t n) {
    return memcpy(rk_arena_alloc(arena, n + 1), s, n);
}

char *rk_arena_strdup(rk_arena *arena, const char *s) {
    return rk_arena_strndup(arena, s, strlen(s));
}

char *rk_arena_printf(rk_arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        rk_guard_raise("formatting failed");
    char *text = rk_arena_alloc(arena, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}
