/* Small solutions of the relations of a component (rk_natural.h), found by search once for a
   program, and larger ones made of them: a direct sum, in a random basis of every space. What one
   arrow alone must satisfy as a polynomial is solved for all sizes by companion matrices of the
   factors. A catalogue owns its summands; the rk_natural is the caller's and outlives it. */
#ifndef RK_SUMMANDS_H
#define RK_SUMMANDS_H

#include "base/rk_rng.h"
#include "eval/rk_run.h"
#include "rk_natural.h"

typedef struct rk_summand {
    unsigned version; /* of the numbers that all summands share */
    int *size;        /* of each space of the component */
    rk_small *value;  /* of each arrow */
} rk_summand;

typedef struct rk_catalogue {
    rk_natural *natural;
    const rk_component *component;
    unsigned versions;
    rk_summand *summand;
    size_t nsummands, capacity;
} rk_catalogue;

/* The stream decides which are found where there are too many. */
void rk_catalogue_init(rk_catalogue *c, rk_natural *natural, const rk_component *component,
                       rk_rng *rng);
void rk_catalogue_clear(rk_catalogue *c);

/* Takes a copy of a summand, unless it is there. */
void rk_catalogue_add(rk_catalogue *c, unsigned version, const int *size, const rk_small *value);

/* Where one arrow from a space to itself satisfies polynomials: the companion matrices of the
   powers of their common factors (rk_companion.c). */
void rk_catalogue_add_companions(rk_catalogue *c);

/* Writes a solution of the component into its slots. False when no sum was found that fills the
   dimensions. */
bool rk_catalogue_draw(const rk_catalogue *c, rk_rng *rng, rk_assignment *out);

/* A residue as the simplest rational it stands for. */
void rk_small_lift(fmpq_t out, uint32_t residue);

#endif
