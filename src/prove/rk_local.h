/* Truth on a whole neighbourhood of an exact point: every comparison strict, every function
   continuous there, ranks bounded from below by the point (rank is lower semicontinuous) and from
   above by shapes, with relu, abs and sign replaced by the branch they take around the point.
   Only generic variables of infinite sets move; the others stand still. */
#ifndef RK_LOCAL_H
#define RK_LOCAL_H

#include "eval/rk_run.h"
#include "rk_facts.h"

typedef struct rk_local rk_local;

/* NULL when something in the program is not defined in a neighbourhood, or cannot be told with
   balls of `precision` bits and exact rationals. */
rk_local *rk_local_new(const rk_program *program, const rk_assignment *point, slong precision);
void rk_local_free(rk_local *local);

/* What holds near the point: a truth value that is known there holds, or fails, at every allowed
   assignment in some neighbourhood. Owned by the rk_local. */
const rk_facts *rk_local_facts(const rk_local *local);

/* Near the point the rank of an instruction is at most `high`, by its form there. What follows is
   seen after rk_local_conclude. */
void rk_local_bound_rank(rk_local *local, unsigned instr, slong high);
/* The same for what is true, or false, there by its form; nothing for RK_UNKNOWN. */
void rk_local_know_truth(rk_local *local, unsigned instr, rk_tern truth);
void rk_local_conclude(rk_local *local);

/* The slots whose values stay as they are: `forall` ones and members of finite sets. */
bool rk_local_stands_still(const rk_slot *slot);

/* The sign that entry k (row by row) of an instruction has on a whole neighbourhood, and 0 where
   there is none or none is known; of its entries k and m: the sign of their difference. */
int rk_local_sign(const rk_local *local, unsigned instr, slong k);
int rk_local_order(const rk_local *local, unsigned instr, slong k, slong m);

#endif
