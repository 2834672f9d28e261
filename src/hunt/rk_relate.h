/* Relations between slots that no independent draw meets: equal matrices, inverse pairs
   (W = -inv(A), W = inv(A), W = A', W = -I, products), and cancelling residuals A*X*W = -X. Each
   replaces the value of one slot of an assignment that already lies in the declared sets, and only
   by a member of that slot's set. */
#ifndef RK_RELATE_H
#define RK_RELATE_H

#include "base/rk_rng.h"
#include "eval/rk_run.h"

/* Gives every slot of one shape the value of the first of them, where its set allows. False when
   no two slots agree in shape. */
bool rk_relate_equal(const rk_program *program, rk_assignment *a);

/* Makes one random slot a function of one or two others. False when nothing fitted. */
bool rk_relate_pair(const rk_program *program, rk_rng *rng, rk_assignment *a);

/* Solves A*X*W = -X for W, for random slots A (n by n), X (n by d), W (d by d). */
bool rk_relate_cancel(const rk_program *program, rk_rng *rng, rk_assignment *a);

#endif
