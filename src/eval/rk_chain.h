/* One assignment carried from domain to domain: Q first, then richer ones, which take over what
   was settled exactly before them. The domains stand in a table of stages (rk_chain.c): a new
   exact domain is one more row. Internal to eval. */
#ifndef RK_CHAIN_H
#define RK_CHAIN_H

#include "rk_run.h"

/* Q, the exact stages, and the one in hand */
#define RK_CHAIN_KEPT 8

typedef struct rk_chain {
    const rk_assignment *assignment;
    rk_domain *domain[RK_CHAIN_KEPT];
    rk_run run[RK_CHAIN_KEPT]; /* run[0] is over Q; each takes over from those before it */
    size_t n;                  /* runs alive; the last is the one in hand */
    unsigned stage;            /* of the one in hand */
    slong parameter;           /* with which it was entered */
} rk_chain;

void rk_chain_init(rk_chain *c, const rk_program *program, const rk_assignment *a);
void rk_chain_clear(rk_chain *c);  /* the chain must not move in memory between these */
rk_run *rk_chain_run(rk_chain *c); /* the run in hand */

/* Goes through the stages in the order of the table: balls of 64 bits, which are quick and settle
   every strict inequality that is not close; exact domains made for one kind of number, among
   them balls of 128 bits; Calcium; and balls of 256 bits and more, for what is close or what no
   exact domain can express. With closed_forms all exact stages come before all balls. Balls of
   fewer bits than the radii met so far ask for are passed over, but not the last under the cap. */
typedef struct rk_chain_walk {
    slong precision_cap;
    bool closed_forms;
    unsigned step; /* 0 at the start */
    slong needed;  /* bits that balls need, as far as is known; 0 at the start */
} rk_chain_walk;

/* Is an exact stage worth entering, for the roots that `who` still asks about? To be put together
   from rk_chain_worth. */
typedef bool rk_chain_wanted(const void *who, unsigned stage);

/* Goes on to the next stage; the one in hand is entered again with a finer parameter if it asks
   for that. False when none is left under the cap. */
bool rk_chain_next(rk_chain *c, rk_chain_walk *walk, rk_chain_wanted *wanted, const void *who);

/* Can this exact stage be expected to help with root, within about half a second? */
bool rk_chain_worth(const rk_chain *c, unsigned stage, unsigned root);

/* Does root rest on an operation that no domain computes? */
bool rk_chain_hopeless(const rk_program *program, unsigned root);

/* The place that kept the run in hand from knowing root. */
rk_span rk_chain_obstacle(rk_chain *c, unsigned root);

/* "3/2", "[1, 0; 0, 1]", "sqrt(2)", "3.14159265358979 +/- 3.24e-15": certain digits of a ball. */
void rk_value_print(rk_buf *out, const rk_matrix *m);

#endif
