/* Inside the room: one sequent in its own store. A sequent is a list of atomic hypotheses (a
   comparison or span inclusion of the text, perhaps negated) and a goal of the same kind, at free
   loop indices. The context holds what was read, the facts, and the proof's memory. */
#ifndef RK_SEQUENT_H
#define RK_SEQUENT_H

#include "rk_calculus.h"
#include "rk_mx_read.h"
#include "rk_rewrite.h"

typedef struct rk_literal {
    const rk_term *term;
    bool negated;
} rk_literal;

enum { RK_ORIGIN_DIMENSION = 0xffffffff }; /* origin of a fact: the clause that declares it */

typedef struct rk_hypothesis rk_hypothesis; /* a list that shares its tails */
struct rk_hypothesis {
    rk_literal literal;   /* or a range of a free index: */
    const rk_term *range; /* LOOP_ALL whose sym is free here and lies in its range; or NULL */
    const rk_hypothesis *next;
};

struct rk_calculus {
    const rk_checked *checked;
    rk_calculus_options options;
    rk_arena *arena;
    bool generic; /* some variable is generic */
    bool proved;
    rk_derivation *root;
    rk_calculus_report tried;
    const rk_term *claim;        /* being proved: all of it is defined */
    struct rk_context *contexts; /* all made, for freeing */
    unsigned splits;             /* cases opened so far */
};

typedef struct rk_kept rk_kept;
struct rk_kept {
    rk_instances *instances;
    rk_kept *next;
};

typedef struct rk_context rk_context;
struct rk_context {
    rk_calculus *calculus;
    rk_scalars *scalars;
    rk_mxs *store;
    rk_rewrite *rewrite;
    rk_reader *reader;
    rk_instances *instances;
    rk_kept *kept; /* these and earlier ones, whose facts stand in proofs */
    const rk_hypothesis *hypotheses;
    rk_assumption *assumption; /* the same as read */
    size_t nassumptions;
    const rk_leaf *step;   /* inside an induction step: the running value; NULL */
    const rk_leaf *fold;   /* whose step it is */
    rk_sc step_index;      /* index of the layer */
    rk_sc step_hypothesis; /* what is assumed of the running value */
    rk_context *next;
};

/* A context for these hypotheses; equations among them are rules in it. */
rk_context *rk_context_new(rk_calculus *c, const rk_hypothesis *hypotheses);
/* Instances anew, for another goal: only the hypotheses stay. */
void rk_context_renew(rk_context *x);
void rk_context_free(rk_context *x);

bool rk_term_is_number(const rk_context *x, const rk_term *t); /* 1 by 1 */

/* What the hypotheses all(h = low..high, ...) say of one index, as facts in out (at most `most`);
   NULL index: nothing. Only where their range is low..high. */
size_t rk_context_instances(rk_context *x, rk_sc low, rk_sc high, rk_sc index, const rk_fact **out,
                            size_t most);

/* Does a hypothesis say of numbers with the symbol how they compare? Then signs that were found
   with it need not hold for another value of it. */
bool rk_context_compares(rk_context *x, unsigned sym);

/* What is known because the text is defined: matrices with an inverse in it, divisors. Call after
   reading. */
void rk_context_notes(rk_context *x);

/* rank([A; B]) - rank(B) (or of block rows): 0 exactly when the span of A lies in that of B. */
rk_sc rk_span_gap(rk_context *x, const rk_term *span);
/* The M of which the value is the trace, M being semidefinite, the sum of the squares or a norm: it
   is >= 0, and 0 exactly when M is. NULL: none is seen. */
const rk_mx *rk_measured(rk_context *x, rk_sc value);
/* n - 1 - rank(A) of a square A: at least 0 exactly when det(A) is 0. */
rk_sc rk_singular_gap(rk_context *x, const rk_mx *a);
/* a CMP b as value >= 0, or value == 0; strict ones between integers lose 1. NULL for != and for
   strict ones between other numbers as a goal. */
rk_sc rk_compared(rk_context *x, rk_cmp cmp, rk_sc a, rk_sc b, bool *equation);
/* value without factors that are positive at every assignment */
rk_sc rk_without_positive(rk_context *x, rk_sc value);

rk_derivation *rk_derivation_new(rk_context *x, rk_step_kind kind);

/* Each returns NULL without a proof. `facts` beside those of the instances: extra[0 .. nextra). */
rk_derivation *rk_prove_literal(rk_context *x, rk_literal goal);
rk_derivation *rk_prove_nonnegative(rk_context *x, rk_sc goal, const rk_fact *const *extra,
                                    size_t nextra);
rk_derivation *rk_prove_zero(rk_context *x, rk_sc value, const rk_fact *const *extra,
                             size_t nextra);
rk_derivation *rk_prove_equal_scalars(rk_context *x, rk_sc left, rk_sc right);
rk_derivation *rk_prove_equal_matrices(rk_context *x, const rk_mx *left, const rk_mx *right);

/* Folds over symbolic ranges, by induction on the number of layers. Either a number is given (goal
   >= 0, or == 0), or left == right. */
rk_derivation *rk_prove_by_induction(rk_context *x, rk_sc goal, bool equation, const rk_mx *left,
                                     const rk_mx *right);

/* Lower bounds that hold for almost every value of the generic variables. */
void rk_generic_facts(rk_context *x, rk_sc goal);
/* What holds of the norms in the text, and of inner products in the goal beside them. */
void rk_norm_facts(rk_context *x, rk_sc goal);
/* What holds of traces, determinants and squares of inner products in the goal and the hypotheses.
 */
void rk_trace_facts(rk_context *x, rk_sc goal);
/* What holds of the largest and smallest entries in the goal and the hypotheses. */
void rk_extreme_facts(rk_context *x, rk_sc goal);

#endif
