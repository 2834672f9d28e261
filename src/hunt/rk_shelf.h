/* The simple members of one set at one shape, sorted into rungs by the number of their nonzero
   entries. Entries come from alphabets that grow with the level: 1; -1; 2; ... for free entries,
   small weights for stochastic rows, unit vectors and then (3/5, 4/5) and the like for rows of norm
   one. A shelf owns its members; rungs are made when first asked for. */
#ifndef RK_SHELF_H
#define RK_SHELF_H

#include "eval/rk_program.h"

#define RK_SHELF_LEVELS 12

/* One member. Codes of entries, row by row, sort as entries do in the written order (rk_order.h);
   keys add up over slots, and of two assignments with as many nonzero entries the one with the
   smaller sum is smaller; equal sums are told apart by the codes. */
typedef struct rk_small {
    uint64_t key;
    unsigned char code[];
} rk_small;

typedef struct rk_rung {
    rk_small **member;
    size_t count, capacity;
    bool made, whole; /* not whole: too many members, none is kept */
} rk_rung;

typedef struct rk_shelf rk_shelf;

/* NULL where the set has no simple members or is too large. At most `most` matrices are looked at
   for a rung. */
rk_shelf *rk_shelf_new(const rk_slot *slot, size_t most);
void rk_shelf_free(rk_shelf *shelf);

/* Smallest and largest number of nonzero entries of a member. */
slong rk_shelf_least(const rk_shelf *shelf);
slong rk_shelf_largest(const rk_shelf *shelf);

/* The members of this level's alphabet (and those before it) with so many nonzero entries. */
const rk_rung *rk_shelf_rung(rk_shelf *shelf, unsigned level, slong nonzero);

/* Entries of a member. */
size_t rk_shelf_size(const rk_shelf *shelf);
void rk_shelf_get(const rk_shelf *shelf, const rk_small *member, fmpq_mat_t out);
/* Entry number k, row by row, to out[k * stride]. */
void rk_shelf_lane(const rk_shelf *shelf, const rk_small *member, double *out, size_t stride);

#endif
