/* What the provers of almost-every statements see of a program: which instructions are functions of
   the variables that the method at hand can speak for (rational ones, and more if the prover says
   so), what has been established of them, and what follows for the claims. */
#ifndef RK_VIEW_H
#define RK_VIEW_H

#include "rk_facts.h"
#include "rk_prove.h"

typedef struct rk_view {
    const rk_program *program;
    unsigned char *mentions_generic, *mentions_forall;
    unsigned char *analytic; /* built of + - * / inv, and of what the prover knows beside them, from
                                constants and slots that are usable */
    unsigned char *defined;  /* not identically undefined, shown by whoever takes facts */
    unsigned char *positive; /* no entry is negative at any real assignment, by the text alone */
    bool open;               /* everything is defined near some real point that satisfies the
                                hypotheses, shown by whoever takes facts */
    rk_facts bounds;
} rk_view;

/* usable: slots whose values a method can speak for. knows: operations beyond the rational ones
   that it can speak for too, or NULL. */
void rk_view_init(rk_view *v, const rk_program *program, bool (*usable)(const rk_slot *slot),
                  bool (*knows)(const rk_instr *instr));
void rk_view_clear(rk_view *v);

/* Takes the instruction, and all that depends on it, from what the method speaks for. */
void rk_view_bar(rk_view *v, unsigned instr);

bool rk_slot_is_generic(const rk_slot *slot);
bool rk_has_generic(const rk_program *program);
bool rk_code_is_partial(rk_code code);      /* a rational operation that may be undefined */
bool rk_is_exponential(const rk_instr *in); /* exp, tanh, sigmoid, silu, softmax */
bool rk_is_root(const rk_instr *in);

/* A claim a == b of which one side is known holds where the bounds show the other. sides: as in the
   options of the provers. After rk_facts_propagate. */
void rk_view_join_sides(rk_view *v, unsigned char *sides);

/* Fills status and witnessed of the proof from the bounds, after rk_facts_propagate. An equation
   among the hypotheses that is false almost everywhere is reported: RK_PROOF_ERROR. `exists`
   theorems can only be refuted: by a claim or hypothesis that is false at every assignment. */
void rk_view_conclude(const rk_view *v, rk_proof *out, rk_diags *diags);

#endif
