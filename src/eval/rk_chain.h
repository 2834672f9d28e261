/* One assignment carried from domain to domain: Q first, then richer ones, which take over what
   was settled over Q. Internal to eval. */
#ifndef RK_CHAIN_H
#define RK_CHAIN_H

#include "rk_run.h"

typedef struct rk_chain {
    const rk_assignment *assignment;
    rk_domain *rational, *later;
    rk_run first, second; /* over Q, and over `later` when that is not NULL */
} rk_chain;

void rk_chain_init(rk_chain *c, const rk_program *program, const rk_assignment *a);
void rk_chain_clear(rk_chain *c);
rk_run *rk_chain_run(rk_chain *c); /* the run in hand */

#define RK_CHAIN_EXACT_STEP 2 /* the step that enters Calcium */

/* Goes on to the next domain; *step starts at 0. Balls of 64 and 128 bits come first, since they
   are quick and settle every strict inequality that is not close; then Calcium, which alone
   decides equalities, if try_exact; then balls of 256 bits and more, for what is close or what
   Calcium cannot express. False when none is left under the cap. */
bool rk_chain_next(rk_chain *c, unsigned *step, slong precision_cap, bool try_exact);

/* Can Calcium be expected to compute what root still needs, in about half a second? */
bool rk_chain_exact_affordable(const rk_chain *c, unsigned root);

/* Does root rest on an operation that no domain computes? */
bool rk_chain_hopeless(const rk_program *program, unsigned root);

/* The place that kept the run in hand from knowing root. */
rk_span rk_chain_obstacle(rk_chain *c, unsigned root);

/* "3/2", "[1, 0; 0, 1]", "sqrt(2)", "3.14159265358979 +/- 3.24e-15": certain digits of a ball. */
void rk_value_print(rk_buf *out, const rk_matrix *m);

#endif
