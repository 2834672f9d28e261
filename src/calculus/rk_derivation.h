/* A proof as data: what `explain` tells and what certificates are written from. Everything lives in
   the arena it was made in; matrices and scalars live as long as the rk_calculus. */
#ifndef RK_DERIVATION_H
#define RK_DERIVATION_H

#include "rk_farkas.h"

typedef enum rk_step_kind {
    RK_N_ALL,       /* every kid is a part of the goal (each claim, both sides of ==, of <=>) */
    RK_N_CASES,     /* kids: the cases, which cover everything; each has its own hypotheses */
    RK_N_SUM,       /* the goal `goal >= 0` is the sum of facts */
    RK_N_ABSURD,    /* the hypotheses of the case contradict one another: 0 > 0 is a sum of facts */
    RK_N_IDENTITY,  /* left and right have the same normal form */
    RK_N_INDUCTION, /* kid 0: the start, kid 1: the step */
    RK_N_GIVEN      /* the goal is one of the hypotheses */
} rk_step_kind;

typedef struct rk_assumption { /* a hypothesis inside the proof */
    const rk_term *term;       /* the text it comes from, or NULL */
    bool negated;
    rk_sc value; /* value >= 0 (or == 0), or NULL */
    bool equation;
    rk_sc unequal;             /* a number that is not 0, or NULL */
    const rk_mx *left, *right; /* a matrix equation, or NULL */
} rk_assumption;

/* What an induction shows at its index: of a number (value >= 0, or == 0), or left == right. */
typedef struct rk_invariant {
    rk_sc value;
    bool equation;
    const rk_mx *left, *right;
    rk_sc low, high; /* the range of the folds; high NULL: over a dimension, from low on */
    const rk_leaf *const *fold;
    const rk_mx *const *running; /* fresh matrices, the values of the folds at the index */
    const rk_leaf *const *fresh; /* the same as leaves */
    size_t nfolds;
} rk_invariant;

/* What was done to a goal of the text before the node that shows it. */
typedef struct rk_turning rk_turning;
struct rk_turning {
    const rk_term *range; /* `all`: its index is free from here on; NULL: */
    size_t alternative;   /* this one of several is shown, the others being false */
    const rk_turning *next;
};

/* An invertible matrix that both sides of an equation were multiplied by. */
typedef struct rk_cancelled rk_cancelled;
struct rk_cancelled {
    const rk_mx *by;
    bool left;
    const rk_cancelled *next;
};

typedef struct rk_derivation rk_derivation;
struct rk_derivation {
    rk_step_kind kind;
    const rk_turning *turning; /* the outermost first; NULL: none */
    rk_sc shown;  /* goal >= 0 (or == 0) shows this >= 0 (== 0): a positive multiple; or NULL */
    rk_sc raw;    /* the difference of the sides, before it was rounded; or NULL */
    bool strict;  /* raw > 0 is to be shown */
    rk_sc bare;   /* strict: raw without its positive factors */
    bool squared; /* a <= b was shown by a^2 <= b^2 */
    bool by_rank; /* two matrices are equal because the rank of their difference is 0; a
                     determinant is 0, or is not, by the rank of the matrix */
    const rk_mx *measured;           /* a number is 0, or is not, because this matrix is; or NULL */
    bool apart;                      /* ALL: kid 0 shows a <= b, kid 1 a != b, so a < b */
    bool by_trace;                   /* two matrices differ because their traces do */
    bool monotone;                   /* exp or log of two numbers compare as these do */
    rk_mxs *store;                   /* of the matrices and scalars of this node */
    const rk_term *claim;            /* the claim, or part of one, this node shows; or NULL */
    const rk_assumption *assumption; /* that this node adds */
    size_t nassumptions;
    rk_sc goal;                    /* SUM */
    const rk_mx *left, *right;     /* IDENTITY */
    const rk_cancelled *cancelled; /* IDENTITY: of the sides as claimed, the first one first */
    const rk_fact *const *fact;    /* SUM, ABSURD: the facts used, each after those it rests on */
    size_t nfacts;
    rk_sum sum;   /* item.fact indexes fact[] */
    rk_sc split;  /* CASES of a number: the minimum or maximum, or the number that is not 0 */
    unsigned sym; /* INDUCTION: the index; fresh: the matrix of the step */
    const rk_leaf *fresh;
    const rk_leaf *fold;
    const rk_invariant *invariant; /* INDUCTION */
    rk_derivation **kid;
    size_t nkids;
};

size_t rk_derivation_steps(const rk_derivation *root); /* facts and identities used in all */

#endif
