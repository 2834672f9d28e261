/* Truth on a whole neighbourhood of an exact point: every comparison strict, every function
   continuous there, ranks bounded from below by the point (rank is lower semicontinuous) and from
   above by shapes, with relu, abs and sign replaced by the branch they take around the point.
   Only generic variables move; `forall` variables stand still. */
#ifndef RK_LOCAL_H
#define RK_LOCAL_H

#include "eval/rk_run.h"

typedef struct rk_local rk_local;

/* NULL when something in the program is not defined in a neighbourhood, or cannot be told with
   balls of `precision` bits and exact rationals. */
rk_local *rk_local_new(const rk_program *program, const rk_assignment *point, slong precision);
void rk_local_free(rk_local *local);

/* True: holds at every allowed assignment near the point. False: fails at every one. */
rk_tern rk_local_truth(const rk_local *local, unsigned instr);

#endif
