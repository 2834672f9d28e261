/* What the preloaded shim (shim.c) and the driver of the tests (faults.c) share: a page of memory,
   mapped from the file that FAULT_PAGE names, by which the one is told what shall fail and the
   other what has happened. */
#ifndef SHIM_H
#define SHIM_H

#include <stdint.h>

enum { FAULT_STEPS = 1 << 18 };

typedef enum fault_kind {
    FAULT_MEMORY, /* malloc and its sisters, mmap without a file */
    FAULT_CALL    /* calls of the system for files, folders and threads */
} fault_kind;

typedef struct fault_page {
    int32_t kind;
    int32_t ever;  /* not only the call number `at` fails: all from there on do */
    uint64_t at;   /* number of the call, from 1; 0: none */
    int32_t error; /* of FAULT_CALL; 0: reads and writes are short, others are left alone */
    /* what has happened */
    uint64_t calls;  /* in all, from the begin of main */
    uint64_t failed; /* of them, made to fail */
    uint64_t nsteps; /* calls from a place (a chain of callers) that was not seen before */
    uint64_t step[FAULT_STEPS]; /* their numbers; written when `at` is 0 */
} fault_page;

#endif
