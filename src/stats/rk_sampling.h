/* Random draws of a theorem's variables at given dimensions, and what its parts are there. Draw k
   depends on the seed, the theorem, the stream and k alone, and so does what is found at it,
   whatever the number of threads. */
#ifndef RK_SAMPLING_H
#define RK_SAMPLING_H

#include "eval/rk_program.h"
#include "rk_distribution.h"

/* What a part is at one draw. A draw at which a hypothesis is false or something is not defined
   is no instance; OPEN: arithmetic could not tell this, or the value. */
typedef enum rk_outcome {
    RK_DRAW_PASSED,
    RK_DRAW_FALSE,
    RK_DRAW_TRUE,
    RK_DRAW_VALUE,
    RK_DRAW_OPEN
} rk_outcome;

typedef struct rk_sample {
    rk_outcome outcome;
    double low, high; /* VALUE: the number lies between */
} rk_sample;

typedef struct rk_sampling {
    const rk_program *program;
    const rk_distribution *inputs; /* one a slot */
    const unsigned *root;          /* truth values and numbers */
    size_t nroots;
    uint64_t seed, stream;
    uint64_t draws;
    unsigned threads;                /* 0: one a core */
    double deadline;                 /* on the monotonic clock, 0: none */
    bool (*interrupted)(void *self); /* asked now and then, in the caller's thread; NULL: never */
    void *self;
} rk_sampling;

/* The work of one draw, in floating-point operations, about: a function of the program alone. */
double rk_sampling_cost(const rk_sampling *s);

/* samples: draws * nroots of them, those of one draw together. False when the deadline or an
   interrupt came before the last draw; then nothing may be said. */
bool rk_sampling_run(const rk_sampling *s, rk_sample *samples);

#endif
