/* Numbered work that many hands do at once and whose results are taken one by one in the order of
   the numbers: what is taken, and when enough was taken, does not depend on who did what how fast.
   Items are handed out no further ahead of the taking than the window allows. */
#ifndef RK_LINE_H
#define RK_LINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct rk_line {
    /* What is to be done with item n; false: enough. Calls come in order, one at a time, from
       whatever thread put the item that was waited for. Takes the item over. */
    bool (*take)(void *self, uint64_t n, void *item);
    void (*drop)(void *self, void *item); /* an item beyond the end */
    void *self;
    /* the rest belongs to rk_line.c */
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint64_t count, window, given, put, taken;
    void **waiting; /* item n at n % window until its turn comes */
    bool closed;    /* nothing more is handed out */
    bool enough;    /* nothing more is taken either */
    bool broken;    /* some thread failed: not all that was given will be put */
} rk_line;

typedef enum rk_line_answer {
    RK_LINE_GIVEN,
    RK_LINE_LATER, /* nothing within the patience: the window is full */
    RK_LINE_OVER   /* nothing more will come */
} rk_line_answer;

/* Items 0 .. count-1; take, drop and self are set by the caller. */
void rk_line_init(rk_line *line, uint64_t count, uint64_t window);
/* Drops what was not taken. */
void rk_line_clear(rk_line *line);

/* The number of an item to do; waits up to so many seconds. */
rk_line_answer rk_line_next(rk_line *line, double patience, uint64_t *n);
/* Puts item n, not NULL. Raises what take raises (rk_guard.h); the line is broken then. */
void rk_line_put(rk_line *line, uint64_t n, void *item);
/* Hands out no more; what was given is still to be put, and is taken. */
void rk_line_close(rk_line *line);
/* All that is to be taken has been taken. */
bool rk_line_done(rk_line *line);
/* For a thread that fails with an item in hand. */
void rk_line_break(rk_line *line);
/* Waits up to so many seconds until all that was given has been put, or the line is broken. */
bool rk_line_idle(rk_line *line, double patience);

/* Sleeps so many seconds. */
void rk_line_nap(double seconds);

#endif
