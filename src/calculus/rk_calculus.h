/* Proofs for all dimensions at once: ranks by instances of the laws and linear programming,
   identities by normal forms. A rk_calculus owns the proof it found and all it refers to. */
#ifndef RK_CALCULUS_H
#define RK_CALCULUS_H

#include "rk_derivation.h"

typedef struct rk_calculus_options {
    double deadline; /* rk_clock time */
    rk_instances_options limits;
} rk_calculus_options;

typedef struct rk_calculus rk_calculus;

/* Universal theorems only. Never NULL. */
rk_calculus *rk_calculus_prove(const rk_checked *checked, const rk_calculus_options *options);
void rk_calculus_free(rk_calculus *c);

/* One side of a claim a == b between numbers: a <= b (RK_LE), or a >= b (RK_GE). Never NULL. */
rk_calculus *rk_calculus_prove_side(const rk_checked *checked, size_t claim, rk_cmp side,
                                    const rk_calculus_options *options);

bool rk_calculus_proved(const rk_calculus *c);
const rk_derivation *rk_calculus_derivation(const rk_calculus *c);
/* What was tried: instances, matrices, the first goal that stayed open (printable), for undecided.
 */
typedef struct rk_calculus_report {
    size_t matrices, instances, programs; /* programs: linear ones solved */
    const rk_term *open;                  /* first claim without a proof, NULL */
    rk_sc open_goal;                      /* open_goal >= 0 was missing; NULL */
    rk_mxs *store;                        /* of open_goal */
} rk_calculus_report;
const rk_calculus_report *rk_calculus_tried(const rk_calculus *c);

#endif
