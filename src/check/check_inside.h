/* Inside the room: the state of one theorem while it is being settled, and how a verdict is made
   of it. Nothing here is owned except through the arena. */
#ifndef RK_CHECK_INSIDE_H
#define RK_CHECK_INSIDE_H

#include "rk_strategy.h"
#include "hunt/rk_hunt.h"
#include "hunt/rk_ledger.h"
#include "prove/rk_interior.h"
#include "prove/rk_prove.h"
#include "prove/rk_spread.h"

enum { RK_SHOWN_ENTRIES = 4096 }; /* larger points are not written out */

typedef struct job {
    const rk_checked *checked;
    const rankle_options *options;
    rk_arena *arena;
    rk_result *result;
    rk_diags *diags;
    const rk_checked *known; /* a counterexample kept beside the theorem, or NULL */
    double start, deadline;
    int64_t max_dim;
    bool generic;      /* some variable is generic */
    rk_spread *spread; /* of the hunt that runs */
    bool finite;       /* finitely many choices of dimensions; complete: all were visited */
    bool complete;
    bool hunting;      /* the hunt alone was asked for */
    rk_ledger *ledger; /* of its blocks, not owned; NULL: they are not kept */
    rk_status kept;    /* OK unless the ledger failed: then nothing is settled */
    uint64_t choices;
    /* what the provers said */
    bool calculated; /* the calculus proved all claims, for all dimensions */
    uint64_t visited_choices, proved_choices;
    /* proofs of ranks were late: at so many choices the claims hold unless some doubt is true */
    bool late;
    uint64_t likely_choices;
    rk_doubts doubts;
    bool refuted, text_error, too_large, huge;
    bool witnessed; /* some instance satisfies the hypotheses, everything defined */
    const char *method;
    unsigned char *sides;    /* of each claim, from the calculus (rk_prove.h); NULL */
    const char **known_side; /* records of what the calculus shows of a claim; NULL: none */
    const char **never; /* of a generic theorem: records of what shows that a claim never holds, ""
                           where they are not whole; NULL: nothing does, or nobody asked */
    /* exact instances */
    uint64_t held, undefined, excluded, unknown, unconfirmed, trials, assignments, null_violations;
    int64_t *low, *high; /* dimensions at which something held */
    bool any_dims;
    rk_ev why; /* why something stayed unknown, and where */
    rk_span where;
    int64_t *point_dims; /* of the counterexample or example */
    unsigned claim;
    rk_buf *records; /* what a certificate is made of, so far; NULL: none is wanted */
    bool unrecorded; /* part of what was shown has no records */
    /* random theorems: what the draws say */
    rk_verdict said;
    rk_reason reason;
    const char *advice;
} job;

/* Before a hunt and after it: its store in the ledger, if there is one, and whether all of it is
   stored. False: j->kept says why there is no hunt, or no report. dims: as given to rk_hunt. */
bool rk_job_keep(job *j, const int64_t *dims, rk_hunt_options *o);
bool rk_job_kept(job *j, const rk_hunt_options *o);

void rk_job_unknown(job *j, rk_ev why, rk_span where);
void rk_job_dims(job *j, const int64_t *dims);
void rk_job_instance(job *j, const int64_t *dims, const rk_instance *x);
void rk_job_hunted(job *j, const rk_hunt_report *r);

/* Writes the dimensions of the point alone. */
void rk_result_dims(job *j, const int64_t *dims);
/* Writes dimensions and values of the point, and the sides of the claim there. */
void rk_result_point(job *j, const rk_program *p, const int64_t *dims, const rk_assignment *a);
/* The same where some entries are closed forms. */
void rk_result_point_forms(job *j, const rk_program *p, const int64_t *dims, const rk_assignment *a,
                           const rk_forms *forms);

/* Records of a certificate (docs/certificate-format.md). They do nothing when none are wanted. */
size_t rk_job_records_at(job *j, const int64_t *dims); /* how long the records are then */
void rk_job_records_point(job *j);                     /* the point of the result */
void rk_job_records_fails(job *j);                     /* the claim that is false there */
/* A point that satisfies the hypotheses of what was proved. */
void rk_job_records_instance(job *j, const rk_program *p, const int64_t *dims,
                             const rk_assignment *a);
void rk_job_records_restart(job *j);
/* Hands the records to the result, if they are whole. */
/* What stands behind the first `before` bytes alone: a refutation at one choice of dimensions. */
void rk_job_records_only_last(job *j, size_t before);
/* A generic theorem refuted near a point, or almost everywhere. */
void rk_job_records_open(job *j, const int64_t *dims, const rk_program *p,
                         const rk_prove_options *o, const rk_assignment *violation);
void rk_job_records_keep(job *j, bool proved);

/* The provers at one choice of dimensions; no instances are drawn before `until`. */
rk_proof_status rk_job_prove_at(job *j, const rk_program *p, double until, rk_proof *proof);

/* Refutes an `exists` theorem if the negation of a claim follows from the others and the
   hypotheses, at all dimensions or at one choice of them. */
void rk_job_no_example(job *j);
/* Which claims of a generic theorem never hold? Asked once, when a violation was found that nothing
   else spreads. */
void rk_job_find_never(job *j);
/* The records of such a proof, if around this point everything is defined and the hypotheses hold:
   then the violations are more than a null set. Else NULL. */
const char *rk_job_never(const job *j, const rk_program *p, const rk_assignment *a,
                         const rk_prove_options *o);
/* A generic theorem with a claim that never holds, by the records of that. */
void rk_job_records_never(job *j, const int64_t *dims, const rk_program *p,
                          const rk_prove_options *o, const rk_assignment *violation,
                          const char *proof);

/* Random theorems: draws at the dimensions that are allowed. draws 0: by the work they take. */
void rk_job_random(job *j, uint64_t draws);

/* Fills the result from the job. */
void rk_job_verdict(job *j, bool proved);

/* The silent hypotheses of definedness, in words. */
void rk_silent_hypotheses(const rk_checked *checked, rk_arena *arena, rk_result *result);

#endif
