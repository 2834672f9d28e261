/* An aim on a terrain as a system in real unknowns: a goal to be made large, equations, and
   inequalities, each with its gradient. The unknowns are the terrain's active coordinates and,
   where matrices are to lose rank, the entries of null vectors: M*V == 0 for V of `drop` columns,
   of which some rows are held to be the identity (Govaerts, "Numerical methods for bifurcations
   of dynamical equilibria", SIAM 2000, on bordered and null-vector systems). Solved by
   Levenberg and Marquardt's method for the conditions, by NLopt's local methods for the goal. */
#ifndef RK_SYSTEM_H
#define RK_SYSTEM_H

#include "rk_aim.h"
#include "rk_terrain.h"

typedef struct rk_null {
    unsigned instr; /* M */
    bool left;      /* V'*M == 0 instead */
    slong size, drop;
    slong *pinned; /* rows of V that are the identity, `drop` of them */
    double *start; /* V at the start, size by drop */
    slong first;   /* index of its first unknown; they go row by row over the rows not pinned */
} rk_null;

typedef struct rk_system {
    rk_terrain *terrain; /* not owned */
    const rk_aim *aim;   /* not owned */
    rk_null *null;
    size_t nnulls, capacity;
    slong unknowns;
    slong equations, inequalities;
    /* At the last place looked at: */
    double *place;
    bool known;                            /* all values are */
    double goal;                           /* > 0: reached */
    double *goal_slope;                    /* unknowns */
    double *equation, *equation_slope;     /* slopes: one row of `unknowns` for each */
    double *inequality, *inequality_slope; /* wanted <= 0 */
    slong looks;
} rk_system;

void rk_system_init(rk_system *s, rk_terrain *terrain, const rk_aim *aim);
void rk_system_clear(rk_system *s);

/* M of this instruction is to have `drop` less rank than here: on its smaller side (for square M
   on the left or the right as told), null vectors that start at the singular vectors of the least
   singular values. Before rk_system_begin. False when M is not known here, has no such rank to
   lose, or V would be large. */
bool rk_system_drop(rk_system *s, unsigned instr, slong drop, bool left);

/* Makes room. `place` holds the start. */
void rk_system_begin(rk_system *s);

/* Looks at a place; false when something is not known there. */
bool rk_system_look(rk_system *s, const double *place);

/* The sum of squares of equations and violated inequalities at the last place. */
double rk_system_misfit(const rk_system *s);

/* Moves `place` to where the conditions hold as nearly as `looks` looks allow; returns the misfit.
 */
double rk_system_solve(rk_system *s, int looks);

/* Entry (i, j) of V at `place`. */
double rk_system_null(const rk_null *null, const double *place, slong i, slong j);

/* Makes the goal large from `place` on under the conditions, by one of NLopt's local methods, with
   at most `looks` looks; stops above `enough`. Returns the goal at the new `place`, where the
   misfit is below RK_SYSTEM_TOLERANCE, or -INFINITY. */
#define RK_SYSTEM_TOLERANCE 1e-7
double rk_system_climb(rk_system *s, unsigned method, int looks, double enough);

/* A random method, the better ones more often; and whether it needs slopes. */
unsigned rk_system_method(rk_rng *rng);
bool rk_system_method_slopes(unsigned method);

#endif
