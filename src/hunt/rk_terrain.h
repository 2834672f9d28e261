/* A program seen from a point given by coordinates (rk_params.h), in doubles: the values of its
   instructions and, along chosen coordinates, their slopes. What local search looks at; nothing
   seen here is a reason for a verdict. */
#ifndef RK_TERRAIN_H
#define RK_TERRAIN_H

#include "base/rk_rng.h"
#include "eval/rk_run.h"
#include "rk_trial.h"

/* Owns its arrays, domain and run; must not move in memory while in use. */
typedef struct rk_terrain {
    const rk_program *program;
    double *theta; /* all coordinates: those that are not active keep their values */
    slong count;
    slong *active; /* indices of the coordinates that move */
    slong nactive;
    bool slopes;
    rk_domain *domain;
    rk_run run;
    unsigned char *fixed; /* by instruction: it rests on no input */
    double work;          /* rough number of operations of one look */
} rk_terrain;

/* At a random point, with at most `most` active coordinates (a random choice of those that vary
   continuously), slopes computed or not. */
void rk_terrain_init(rk_terrain *t, const rk_program *program, rk_rng *rng, slong most,
                     bool slopes);
void rk_terrain_clear(rk_terrain *t);
/* To another random point. */
void rk_terrain_draw(rk_terrain *t, rk_rng *rng);

/* Moves to theta with x in the active places. False when the point has no image. */
bool rk_terrain_go(rk_terrain *t, const double *x);
/* The active places of theta. */
void rk_terrain_here(const rk_terrain *t, double *x);

/* The value of an instruction here, or NULL when it is not known or not finite. An entry is a
   double, with nactive slopes after it if there are slopes. */
const rk_matrix *rk_terrain_value(rk_terrain *t, unsigned instr);

/* The simplest rational within 2^-fineness of a double. */
void rk_terrain_round(fmpq_t x, double value, int fineness);
/* The coordinates here as simplest rationals within 2^-fineness. */
void rk_terrain_snap(const rk_terrain *t, int fineness, rk_point *point);
/* The coordinates as they are. */
void rk_terrain_exact(const rk_terrain *t, rk_point *point);

#endif
