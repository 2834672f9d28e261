/* Searches that make their candidates from more than one draw. Each looks at one program with one
   stream of random numbers and leaves the finding in `out` (initialised). Every candidate goes
   through rk_judge_try. */
#ifndef RK_TRIAL_H
#define RK_TRIAL_H

#include "rk_judge.h"

/* An exact draw in the sets: structured (rk_sample), or plain rationals in the interior. */
bool rk_trial_sample(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                     unsigned *claim);

/* Random residues mod 2, 3, 5 or 7, where degeneracies are frequent; a violation mod p is lifted
   to symmetric residues and to random integers in the same classes. */
bool rk_trial_field(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim);

/* Chooses a way to fail (rk_aim.h) and makes it come true in doubles, from random points and by
   several local methods (rk_system.h); then makes the place exact (rk_landing.h). */
bool rk_trial_climb(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim);

/* Drives matrices whose ranks the theorem speaks of to lower rank in doubles, one or several, by
   one or more; where that looks like a finding, the degeneracy is solved for exactly. */
bool rk_trial_degenerate(rk_judge *judge, const rk_program *program, rk_rng *rng,
                         rk_assignment *out, unsigned *claim);

/* Draws all slots but one and solves the equational hypotheses (for `exists` also the claims) for
   that one, where they are linear in it; or for one entry of it, where they are polynomials in
   that entry with a rational root. So are square matrices made singular whose rank is asked for. */
bool rk_trial_solve(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                    unsigned *claim);

/* Builds solutions of the equational hypotheses that are relations between matrices (idempotents,
   nilpotents, generalised inverses, commuting pairs, ...) as direct sums of small ones in random
   bases (rk_summands.h); draws the rest and solves what is left. */
bool rk_trial_construct(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                        unsigned *claim);

/* Searches for a model of the theorem over a few small numbers (rk_encode.h, rk_cnf.h). */
bool rk_trial_sat(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                  unsigned *claim);

/* Draws a line through a point of the sets (rk_track.h) and tries the places on it where a
   comparison of the theorem turns or a matrix loses rank, between them, and beyond: rational ones,
   and those in closed form. */
bool rk_trial_critical(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                       unsigned *claim);
/* The same along entry (i, j) of a slot of `a`, which holds the finding when there is one. */
bool rk_trial_critical_entry(rk_judge *judge, const rk_program *program, size_t slot, slong i,
                             slong j, rk_assignment *a, unsigned *claim);

/* Thousands of structured draws in doubles at once; those that look violated made exact. */
bool rk_trial_floats(rk_judge *judge, const rk_program *program, rk_rng *rng, rk_assignment *out,
                     unsigned *claim);
bool rk_trial_floats_apply(const rk_judge *judge, const rk_program *program);

/* Are there equational hypotheses (for `exists`: or claims)? */
bool rk_trial_has_equations(const rk_judge *judge, const rk_program *program);
/* Number of small square matrices whose rank the program asks for. */
size_t rk_trial_matrices(const rk_program *program);
/* Solves for entry (i, j) of a slot: all equations, and the determinant of that matrix (none when
   `matrix` is not below their number). The first rational root. */
bool rk_trial_repair(const rk_judge *judge, const rk_program *program, size_t matrix, size_t slot,
                     slong i, slong j, rk_assignment *a);

/* Coordinates of all free slots, one after the other (rk_params.h). */
typedef struct rk_point {
    fmpq *theta;
    slong count;
} rk_point;

void rk_point_init(rk_point *point, const rk_program *program);
void rk_point_clear(rk_point *point);
void rk_point_set(rk_point *r, const rk_point *a);
/* 0 for a free coordinate, else its number of values. */
slong rk_point_radix(const rk_program *program, slong i);
bool rk_point_apply(const rk_program *program, const rk_point *point, rk_assignment *out);

#endif
