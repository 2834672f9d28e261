/* Provers. Each either settles a theorem with a reason that can be checked or passes. None ever
   evaluates a claim at a witness; a witness gives lower bounds only. */
#ifndef RK_PROVE_H
#define RK_PROVE_H

#include "base/rk_buf.h"
#include "eval/rk_dims.h"
#include "eval/rk_run.h"

typedef enum rk_proof_status {
    RK_PROOF_NONE,  /* the method passes */
    RK_PROOF_TRUE,  /* the theorem holds at these dimensions */
    RK_PROOF_FALSE, /* it fails at these dimensions (see the counterexample or the facts) */
    RK_PROOF_ERROR  /* the text is at fault: generic-equation; diagnostics have been added */
} rk_proof_status;

typedef struct rk_proof {
    rk_proof_status status;
    const char *method; /* "closed evaluation", "shape bounds", "witness mod p", "all cases" ... */
    bool witnessed;     /* an instance satisfying every hypothesis is known */
    rk_assignment *example; /* the exact point found (interior point, refuting point), or NULL */
    ulong modulus;          /* of the witness, 0 if none */
    rk_ev why;              /* NONE: what was missing */
    rk_span where;
    uint64_t cases; /* all cases: how many were decided */
    bool late;      /* NONE, for want of a proof of a rank at the deadline: nothing else helps */
} rk_proof;

void rk_proof_init(rk_proof *p);
void rk_proof_clear(rk_proof *p);

/* What is known of the sides of a claim a == b, at every dimension and almost every value, and
   whether some proof used it. */
enum { RK_SIDE_LE = 1, RK_SIDE_GE = 2, RK_SIDE_USED = 4 };

typedef struct rk_prove_options {
    uint64_t seed;
    slong precision_cap;
    double deadline;      /* seconds on the monotonic clock, 0: none */
    unsigned char *sides; /* of each claim; NULL: nothing is known */
    rk_buf *records;      /* a prover that settles appends the records of a certificate
                             (docs/certificate-format.md), if it can; NULL: not wanted */
} rk_prove_options;

/* Programs without free slots: one exact evaluation (rk_decide), three-valued. Proofs of ranks over
   Q end at the deadline. */
void rk_prove_closed(const rk_program *program, const rk_prove_options *o, rk_proof *out);

/* The same with likely ranks where proofs were late: do hypotheses and claims hold, unless one of
   the doubts is true? This proves nothing. */
bool rk_closed_is_likely(const rk_program *program, const rk_prove_options *o, rk_doubts *doubts);

/* Upper and lower bounds of ranks from shapes and from the declared sets alone, propagated through
   the DAG, valid at every assignment; the claim is then decided over intervals. */
void rk_prove_bounds(const rk_program *program, const rk_prove_options *o, rk_proof *out);

/* generic theorems on rational expressions, exponentials and independent square roots: one exact
   point in the interior of the sets, reduced mod word-size primes; lower bounds of ranks and `!=`
   from it, upper bounds from rk_prove_bounds. docs/methods.md lists the conditions. Also refutes
   when the facts make the claim false almost everywhere. */
void rk_prove_witness(const rk_program *program, const rk_prove_options *o, rk_proof *out,
                      rk_diags *diags);

/* Ranks and identities over the field of rational functions in the free entries, where these are
   few: equations hold wherever both sides are defined, ranks are exact almost everywhere and never
   exceeded. Also serves `forall`. */
void rk_prove_symbolic(const rk_program *program, const rk_prove_options *o, rk_proof *out,
                       rk_diags *diags);

/* Claims that hold at every point by their form: equations of formal functions (exp, softmax, sqrt,
   abs, log and their kin as generators) and inequalities between them, with the signs that sets,
   hypotheses and definedness give. The proof may be vacuous. Refutes generic claims only that are
   false at every such point, where an exact point shows that these make up an open set. */
void rk_prove_identity(const rk_program *program, const rk_prove_options *o, rk_proof *out);

/* generic theorems: is the claim false on a whole neighbourhood of this exact point, all
   hypotheses strictly true there? (strict margins of continuous expressions, ranks bounded from
   below by the point and from above by shape, locally constant branches of relu, abs, sign) */
bool rk_prove_open_violation(const rk_program *program, const rk_assignment *point,
                             const rk_prove_options *o);

/* generic theorems: is everything defined on a whole neighbourhood of this exact point, and are all
   hypotheses true there? */
bool rk_prove_open_instance(const rk_program *program, const rk_assignment *point,
                            const rk_prove_options *o);

/* Variables that range over finite sets only (permutation): every case evaluated. */
void rk_prove_cases(const rk_program *program, const rk_prove_options *o, rk_proof *out);

#endif
