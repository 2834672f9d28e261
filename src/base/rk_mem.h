/* Memory. An arena owns everything allocated from it until it is freed as a whole; rk_malloc
   and rk_realloc never return NULL: when memory runs out they raise to the innermost guard
   (rk_guard.h), which ends the operation with RK_ENVIRONMENT. */
#ifndef RK_MEM_H
#define RK_MEM_H

#include <stddef.h>

void *rk_malloc(size_t size);
void *rk_calloc(size_t count, size_t size);
void *rk_realloc(void *p, size_t size);
void rk_free(void *p);
char *rk_strdup(const char *s);

typedef struct rk_arena rk_arena;

rk_arena *rk_arena_new(void);
void rk_arena_free(rk_arena *arena);                /* NULL is allowed */
void *rk_arena_alloc(rk_arena *arena, size_t size); /* zeroed, aligned for any type */
char *rk_arena_strndup(rk_arena *arena, const char *s, size_t n);
char *rk_arena_strdup(rk_arena *arena, const char *s);
char *rk_arena_printf(rk_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Grows the array `*items` (element size `size`) so that it holds at least `need` elements;
   `*cap` is its capacity. For plain malloc'd arrays. */
void rk_grow(void *items, size_t *cap, size_t need, size_t size);

#endif
