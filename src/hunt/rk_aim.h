/* One way in which a theorem could fail, as conditions on real numbers: where the formula leaves a
   choice (which claim, which side of an `or`, which entry of a matrix), one is drawn. The
   hypotheses are conditions, too. */
#ifndef RK_AIM_H
#define RK_AIM_H

#include "base/rk_rng.h"
#include "eval/rk_program.h"

typedef enum rk_condition_kind {
    RK_CONDITION_ZERO,    /* every entry of left - right is 0 */
    RK_CONDITION_AT_MOST, /* every entry of left - right is at most 0 */
    RK_CONDITION_PSD,     /* left is positive semidefinite; right unused */
    RK_CONDITION_RANK     /* the comparison `instr` of ranks is `want` */
} rk_condition_kind;

typedef struct rk_condition {
    rk_condition_kind kind;
    unsigned left, right; /* instructions; a 1 by 1 side stands for all entries */
    unsigned instr;       /* the truth instruction it comes from */
    bool want;
} rk_condition;

/* What is to be as large as possible, and positive in the end (at least 0 where 0 is enough). */
typedef enum rk_goal_kind {
    RK_GOAL_NONE,   /* the conditions are all there is */
    RK_GOAL_ENTRY,  /* sign * entry (row, col) of left - right */
    RK_GOAL_NOT_PSD /* minus the least eigenvalue of left */
} rk_goal_kind;

typedef struct rk_aim {
    const rk_program *program;
    rk_condition *condition; /* owned */
    size_t count, capacity;
    rk_goal_kind goal;
    unsigned left, right;
    int64_t row, col;
    int sign;
    bool touching; /* 0 is enough */
} rk_aim;

/* `exists`: the claims are to hold rather than to fail. */
void rk_aim_choose(rk_aim *aim, const rk_program *program, bool exists, rk_rng *rng);
void rk_aim_clear(rk_aim *aim);

/* Is the condition there? */
bool rk_aim_has(const rk_aim *aim, rk_condition_kind kind);

/* Scalars made of ranks and numbers alone. */
bool rk_aim_is_count(const rk_program *program, unsigned instr);

#endif
