/* The checker run many times in one process. It stands in place of src/verify/vf_memory.c: each
   piece of memory is a block of its own, whose ends a sanitizer watches, and a refusal jumps back
   here. */
#include "fuzz.h"

#include <mpfr.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "src/verify/vf.h"

enum { MOST = 1 << 26, MOST_OF_NUMBER = 1 << 24 };

static jmp_buf back;
static void **block; /* of vf_alloc */
static size_t nblocks, room, taken;

void vf_end(int status) {
    longjmp(back, status);
}

static void *of_library(void *p) {
    if (p == NULL)
        fuzz_found("no memory");
    return p;
}

void *vf_alloc(size_t size) {
    if (size > MOST - taken)
        vf_limit("memory");
    if (nblocks == room) {
        room = 2 * room + 64;
        block = of_library(realloc(block, room * sizeof *block));
    }
    taken += size;
    return block[nblocks++] = of_library(calloc(1, size > 0 ? size : 1));
}

/* --- numbers: known as long as they live -------------------------------------------------- */

typedef union number number;
union number {
    struct {
        number *before, *after;
    } list;
    max_align_t align;
};

static number numbers = {.list = {&numbers, &numbers}};

static void *number_take(size_t size) {
    if (size > MOST_OF_NUMBER)
        vf_limit("memory");
    number *b = of_library(malloc(sizeof *b + size));
    b->list.before = &numbers;
    b->list.after = numbers.list.after;
    b->list.after->list.before = numbers.list.after = b;
    return b + 1;
}

static void number_give(void *p, size_t size) {
    number *b = (number *)p - 1;
    (void)size;
    b->list.before->list.after = b->list.after;
    b->list.after->list.before = b->list.before;
    free(b);
}

static void *number_resize(void *old, size_t from, size_t to) {
    void *p = number_take(to);
    memcpy(p, old, from < to ? from : to);
    number_give(old, from);
    return p;
}

void vf_memory_start(void) {
    mp_set_memory_functions(number_take, number_resize, number_give);
}

static void give_all(void) {
    mpfr_mp_memory_cleanup();
    while (numbers.list.after != &numbers)
        number_give(numbers.list.after + 1, 0);
    while (nblocks > 0)
        free(block[--nblocks]);
    taken = 0;
}

/* --- variables ---------------------------------------------------------------------------- */

extern char __start_vf_bss[] __attribute__((weak)), __stop_vf_bss[] __attribute__((weak));
extern char __start_vf_data[] __attribute__((weak)), __stop_vf_data[] __attribute__((weak));

/* Byte by byte, since sanitizers keep their own bytes between the variables. */
__attribute__((no_sanitize("address"))) static void copy(volatile char *to,
                                                         const volatile char *from, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] = from != NULL ? from[i] : 0;
}

/* Without these sections (replay.c, a process for each input) all stays as it is. */
static bool can_put_back(void) {
    return __start_vf_data != NULL;
}

static void put_back(void) {
    static char *first;
    size_t n = (size_t)(__stop_vf_data - __start_vf_data);
    if (first == NULL) {
        first = of_library(malloc(n));
        copy(first, __start_vf_data, n);
    }
    copy(__start_vf_data, first, n);
    copy(__start_vf_bss, NULL, (size_t)(__stop_vf_bss - __start_vf_bss));
}

int fuzz_checker(void work(void *self), void *self) {
    if (can_put_back())
        put_back();
    vf_memory_start();
    int status = setjmp(back);
    if (status == 0)
        work(self);
    if (can_put_back())
        give_all();
    return status;
}
