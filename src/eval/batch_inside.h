/* Parts of rk_batch: a program as a list of steps on planes. A plane is one number in every lane
   (an entry of a matrix, a flag, a margin), known by its index while compiling and by its address
   when running. Internal to eval. */
#ifndef BATCH_INSIDE_H
#define BATCH_INSIDE_H

#include "linalg/rk_lanes.h"
#include "rk_batch.h"

#define RK_NO_PLANE (~0u)

typedef struct rk_plane {
    double constant;
    bool is_constant;
    bool keep;     /* input or result: its memory is no other's */
    bool nonzero;  /* where everything is defined and in its set */
    unsigned made; /* step that writes it, RK_NO_PLANE for inputs and constants */
    unsigned at;   /* its place among what the step writes */
    unsigned used; /* step that reads it last */
    void *value;
} rk_plane;

typedef enum rk_step_kind { RK_STEP_LANES, RK_STEP_EIGEN } rk_step_kind;

typedef struct rk_batch_step {
    rk_step_kind kind;
    rk_lanes_op op;
    size_t m, k, n;
    unsigned *r, *a, *b; /* planes */
    size_t nr, na, nb;
    unsigned flag;
    bool needed, once; /* once: all arguments are constant */
    rk_lanes_job job;
} rk_batch_step;

/* What an instruction became. */
typedef struct rk_batch_value {
    unsigned *entry;      /* rows*cols planes; a truth value: its margin */
    unsigned flag;        /* 1 where it is undefined, or RK_NO_PLANE */
    unsigned spectrum[2]; /* first of its singular values, moduli of eigenvalues; or RK_NO_PLANE */
} rk_batch_value;

struct rk_batch {
    const rk_program *program;
    const rk_lanes *lanes;
    size_t width;
    rk_plane *plane;
    size_t nplanes, planes_cap;
    rk_batch_step *step;
    size_t nsteps, steps_cap;
    rk_batch_value *value; /* one for each instruction */
    unsigned **input;      /* planes of each slot */
    bool *reads;
    unsigned *constants; /* planes */
    size_t nconstants, constants_cap;
    unsigned violation;
    struct rk_arena *arena;
    double *margins;                 /* violations, when the planes are floats */
    unsigned char *memory, *scratch; /* aligned parts of block */
    void *block;
    bool refused;
};

/* --- rk_batch_plan.c: planes, steps, and what they hold in memory ------------------------------*/

unsigned rk_plan_constant(rk_batch *b, double x);
unsigned rk_plan_plane(rk_batch *b); /* a new one, to be written by the step added next */
bool rk_plan_is(const rk_batch *b, unsigned plane, double x);
unsigned *rk_plan_planes(rk_batch *b, size_t n); /* memory for n of them */
/* Adds a step; the arrays are taken over (arena memory). */
rk_batch_step *rk_plan_add(rk_batch *b, rk_lanes_op op, unsigned *r, size_t nr, unsigned *a,
                           size_t na, unsigned *c, size_t nc);
/* r[i] = a[i] op c[i], by what is known of constants where that is enough. r may be a or c. */
void rk_plan_binary(rk_batch *b, rk_lanes_op op, size_t n, unsigned *r, const unsigned *a,
                    const unsigned *c);
unsigned rk_plan_sum(rk_batch *b, const unsigned *a, size_t n);
unsigned rk_plan_dot(rk_batch *b, const unsigned *a, const unsigned *c, size_t n);
/* Drops what no result needs, places the planes; false when they do not fit in `bytes`. */
bool rk_plan_place(rk_batch *b, size_t width, size_t bytes);

/* --- rk_batch_rank.c ---------------------------------------------------------------------------*/

/* Replaces a matrix (m by n) by a smaller or cheaper one, possibly empty, whose rank is less by the
   number returned, for whatever values the planes take where they are defined. */
size_t rk_plan_reduce(rk_batch *b, unsigned **a, size_t *m, size_t *n);

/* --- rk_batch_compile.c ------------------------------------------------------------------------*/

/* Sets b->refused when an instruction has no method, or there are more entries than `bytes` hold.
 */
void rk_batch_compile(rk_batch *b, size_t bytes);

/* --- rk_batch_eigen.c --------------------------------------------------------------------------*/

/* Moduli of eigenvalues, the largest first, of doubles lane after lane by LAPACK. */
void rk_batch_eigen(const rk_lanes_job *job);
size_t rk_batch_eigen_scratch(size_t n); /* bytes */

#endif
