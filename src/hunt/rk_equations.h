/* The equations of a program that are to hold: its equational hypotheses, for `exists` also its
   claims, otherwise those a claim fails by (`P*P == P => P' == P`, `x != 2`); a matrix that is to
   be singular, null conditions M*V == 0. Exact solving for one slot in which they are linear, or
   for one entry in which they are polynomials with a rational root. Whatever is solved here is
   judged by rk_judge_try like any other candidate. An rk_equations belongs to one program and owns
   its lists; assignments are the caller's. */
#ifndef RK_EQUATIONS_H
#define RK_EQUATIONS_H

#include <limits.h>

#include "base/rk_rng.h"
#include "rk_judge.h"

#define RK_NO_MATRIX UINT_MAX

typedef struct rk_null_condition { /* value of the instruction times v is to be zero */
    unsigned instr;
    bool left; /* v' times the value instead */
    fmpq_mat_struct v;
} rk_null_condition;

typedef struct rk_equations {
    const rk_program *program;
    const rk_domain *domain; /* the rationals of the judge */
    unsigned *compare;       /* instructions `a == b`, or `a != b` that are to be false */
    size_t count, capacity;
    rk_null_condition *null;
    size_t nnulls, null_capacity;
    unsigned singular; /* instruction of a square matrix to be made singular, or RK_NO_MATRIX */
    slong entries;     /* rows of the residual: differences, null conditions, determinant */
    /* NULL: all. Else `count` bytes: only the equations marked are looked at, and nothing else. */
    const unsigned char *active;
} rk_equations;

void rk_equations_init(rk_equations *e, const rk_judge *judge, const rk_program *program);
void rk_equations_clear(rk_equations *e);

/* The sides of a comparison, whichever it is, are to be equal. */
void rk_equations_add(rk_equations *e, unsigned compare);
/* v: one row for each column of the instruction's value, for `left` one for each row; copied. */
void rk_equations_add_null(rk_equations *e, unsigned instr, const fmpq_mat_t v, bool left);
void rk_equations_set_singular(rk_equations *e, unsigned instr);

/* Left minus right of everything as one column, into `out` (entries by 1). False where it is not
   defined over the rationals. */
bool rk_equations_residual(const rk_equations *e, const rk_assignment *a, fmpq_mat_t out);

/* Is the residual zero? (The determinant is not looked at.) */
bool rk_equations_hold(const rk_equations *e, const rk_assignment *a);

/* degree[k * nslots + s] (count by nslots bytes): of equation k in the entries of slot s; 2 stands
   for everything that is not linear. */
void rk_equations_degrees(const rk_equations *e, unsigned char *degree);

/* Coordinates in which a set is linear: all entries, those on and above the diagonal of symmetric
   matrices (rk_equations_mirror copies them below), or the diagonal. */
slong rk_equations_unknowns(const rk_slot *slot);
fmpq *rk_equations_unknown(const rk_slot *slot, fmpq_mat_t value, slong k);
void rk_equations_mirror(const rk_slot *slot, fmpq_mat_t value);

/* Moves slot s to a solution of the residual as it is if linear in s (with the row sums of a
   stochastic slot); unknowns that need not move stay. With rng, which ones move is random. False:
   nothing to move, or no solution. */
bool rk_equations_solve_slot(const rk_equations *e, rk_assignment *a, size_t s, rk_rng *rng);

/* Puts a common rational root of the residual, as polynomials in entry (i, j) of slot s, there:
   the pick-th. False: there is none, and the entry stays. */
bool rk_equations_solve_entry(const rk_equations *e, rk_assignment *a, size_t s, slong i, slong j,
                              uint64_t pick);

/* From a solution mod 2 (entries 0 and 1) to a rational one by Hensel's lemma in Z_2: what moves is
   chosen at random once, the rest stays; each step doubles the modulus; last come fractions. False
   when the solution is singular, irrational, or higher than was looked. (rk_lift.c) */
bool rk_equations_lift(const rk_equations *e, rk_rng *rng, rk_assignment *a);

/* The equations of a program with their degrees, kept by the judge (rk_solve.c). */
typedef struct rk_solver {
    rk_equations equations;
    unsigned char *degree;
} rk_solver;

const rk_solver *rk_solver_of(rk_judge *judge, const rk_program *program);

/* Solves for one slot after the other, in a random order, what does not hold yet. True when all
   of it holds then. */
bool rk_solver_finish(const rk_solver *solver, rk_rng *rng, rk_assignment *a);

#endif
