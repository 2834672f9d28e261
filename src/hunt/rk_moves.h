/* The small changes that shrinking tries on an assignment. Each move edits `next` (a copy of the
   current assignment) and offers it; the offer is taken when it is smaller in the written order
   and still a finding. */
#ifndef RK_MOVES_H
#define RK_MOVES_H

#include "rk_judge.h"

typedef struct rk_shrinker {
    rk_judge *judge;
    const rk_program *program; /* not owned */
    rk_assignment *now;        /* the finding, not owned */
    rk_forms *forms;           /* its entries that are not rational, not owned */
    rk_assignment next;        /* scratch, owned */
    rk_assignment broken;      /* a change that lost the violation and may be repaired, owned */
    size_t repairs;            /* kinds of repair: matrices to make singular, and equations */
    slong entries;             /* of all slots */
    unsigned claim;
    uint64_t checks; /* exact checks so far */
} rk_shrinker;

void rk_shrinker_init(rk_shrinker *s, rk_judge *judge, const rk_program *program,
                      rk_assignment *now, rk_forms *forms);
void rk_shrinker_clear(rk_shrinker *s);

/* Takes s->next if it is smaller and a finding; otherwise resets it to *s->now. */
bool rk_shrinker_offer(rk_shrinker *s);

/* The same; if s->next is no finding, one other entry is solved for, so that equations hold and
   matrices are singular again. */
bool rk_shrinker_offer_repaired(rk_shrinker *s);

/* One round of all moves, first those that change much. True when something got smaller. */
bool rk_moves_round(rk_shrinker *s);

/* The simplest number within 2 / 4^fineness of `old`: not above it (side -1), not below it (1), or
   on either side (0). */
void rk_simplest_near(fmpq_t x, const fmpq_t old, int fineness, int side);

#endif
