/* Which dimensions and which enumerated assignments a hunt visits, as a pure function of the
   theorem and the options: programs smallest dimensions first, and enumerations smallest first so
   that none starves the others. Owns the programs; read only once made. */
#ifndef RK_PLAN_H
#define RK_PLAN_H

#include "eval/rk_dims.h"
#include "eval/rk_program.h"

/* The assignments over one alphabet at one choice of dimensions: those whose tallest slot has its
   rows in order, and later, in a cell of their own, the others. */
typedef struct rk_cell {
    size_t program;
    unsigned alphabet;
    bool sorted;
    uint64_t weight;       /* rough number of those meant */
    uint64_t count, first; /* numbers first .. first + count - 1 */
} rk_cell;

typedef struct rk_plan {
    rk_program **program;
    size_t nprograms, capacity;
    size_t near; /* the first so many are meant to be all small ones, the rest are far from them */
    rk_cell *cell;
    size_t ncells;
    uint64_t enumerations; /* of all cells */
    double work_limit;     /* dimensions whose programs cost more are left out */
    bool too_large;        /* some allowed dimensions were left out because they are */
    bool closed;           /* nothing to draw: one instance for each choice of dimensions */
} rk_plan;

/* only: visit these dimensions alone, or NULL. max_dim: cap on open dimensions, 0: a default. */
void rk_plan_init(rk_plan *plan, const rk_checked *checked, const int64_t *only, int64_t max_dim);
void rk_plan_clear(rk_plan *plan);

/* Index of the program of random trial j: one in sixteen goes far, of the others half dwell on
   small dimensions and come back to them, half go round all. *visit: how many random trials before
   j were of that program. nprograms must not be 0. */
size_t rk_plan_visit(const rk_plan *plan, uint64_t j, uint64_t *visit);

/* The cell of enumerated assignment j; NULL when all have been. */
const rk_cell *rk_plan_cell(const rk_plan *plan, uint64_t j);

/* Rough count of the multiplications of one run. */
double rk_plan_work(const rk_program *program);

/* A program small enough to hunt in, or NULL. */
rk_program *rk_plan_build(const rk_checked *checked, const int64_t *dims, bool *too_large);

#endif
