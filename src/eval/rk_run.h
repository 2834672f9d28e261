/* Running a program over a domain, and deciding an instance of a theorem exactly. */
#ifndef RK_RUN_H
#define RK_RUN_H

#include "base/rk_rng.h"
#include "domain/rk_matrix.h"
#include "rk_program.h"

/* An assignment with exact entries: one rational matrix for each slot that is not defined. */
typedef struct rk_assignment {
    size_t nslots;
    fmpq_mat_struct *value; /* nslots; 0 by 0 for defined slots */
} rk_assignment;

void rk_assignment_init(rk_assignment *a, const rk_program *program); /* zeros */
void rk_assignment_clear(rk_assignment *a);
void rk_assignment_set(rk_assignment *r, const rk_assignment *a);

/* Bounds of a number that hold in every domain: ranks, and sums, products, extremes of ranks and
   constants. Comparisons use them, so that they mean numbers and not residues in a prime field,
   and so that a lower bound of a rank can decide. */
typedef struct rk_bounds {
    fmpq low, high;
} rk_bounds;

/* Ranks over Q taken for likely ones (linalg/rk_likely.h) where a proof was not done in time. What
   a run with doubts says is wrong with probability at most 2^bits, and is never proved. */
typedef struct rk_doubts {
    rk_rng rng;   /* set by the caller: where the primes are drawn from */
    size_t ranks; /* how many were not proved; 0: there is no doubt */
    slong worst;  /* each is wrong with probability at most 2^worst */
} rk_doubts;

slong rk_doubts_bits(const rk_doubts *d);

/* The values of a run, for every instruction needed. Definedness is told apart from values: a
   rank that a ball cannot tell is defined, and `or` is true beside it when the other side is. */
typedef struct rk_run {
    const rk_program *program;
    const rk_domain *domain;
    rk_matrix *value;   /* valid where ev is OK and the instruction is no truth value */
    rk_tern *truth;     /* truth values; RK_UNKNOWN with ev saying why */
    rk_ev *ev;          /* OK: the value or truth is known and defined; else why not */
    rk_ev *defined;     /* of the whole closure: OK, UNDEFINED (both certain), or why unknown */
    rk_bounds **bounds; /* of 1 by 1 instructions; NULL where there are none */
    unsigned char *done;
    rk_matrix *input;     /* one for each slot */
    double deadline;      /* on the monotonic clock; what is left then ends in LIMIT; 0: none */
    double rank_deadline; /* the same for proofs that a rank over Q is no larger; 0: none */
    rk_doubts *doubts;    /* what they are replaced by then; NULL: by nothing */
    /* An exact run at the same assignment, or NULL; set before computing. Its results are taken
       over, and those of the runs before it: truths, bounds, and values that are rational. */
    const struct rk_run *earlier;
} rk_run;

void rk_run_init(rk_run *run, const rk_program *program, const rk_domain *domain);
void rk_run_clear(rk_run *run);
/* Sets the inputs from an exact assignment (ESCAPE: a denominator is no unit mod p). Setting an
   input forgets what was computed. */
rk_ev rk_run_set_inputs(rk_run *run, const rk_assignment *a);
void rk_run_set_input(rk_run *run, unsigned slot, const rk_matrix *value); /* copies */
/* Forgets what was computed but for the instructions marked in keep (ninstr bytes; they must not
   rest on inputs). The inputs may then be written to in place. */
void rk_run_restart(rk_run *run, const unsigned char *keep);
/* Computes everything `root` needs that is not yet done. Returns ev[root]. There is no short
   cut: an argument that is undefined makes its users undefined. */
rk_ev rk_run_compute(rk_run *run, unsigned root);

/* Did the run, of an exact domain, settle this instruction in a way that every domain can take
   over: undefined, a truth value, or rational? */
bool rk_run_settles(const rk_run *run, unsigned i);

typedef enum rk_instance_status {
    RK_INSTANCE_HOLDS,     /* hypotheses true, claim true */
    RK_INSTANCE_VIOLATED,  /* hypotheses true, claim false: everything exact or certified */
    RK_INSTANCE_EXCLUDED,  /* a hypothesis is false */
    RK_INSTANCE_UNDEFINED, /* something in claim or assumes is not defined: no instance */
    RK_INSTANCE_UNKNOWN    /* could not be told; why and where say the reason */
} rk_instance_status;

typedef struct rk_instance {
    rk_instance_status overall; /* VIOLATED if some claim is; HOLDS if all claims with an instance
                                   hold and there is one; else the most telling of the rest */
    rk_instance_status *claim;  /* one for each claim */
    rk_ev why;                  /* UNKNOWN: PRECISION, CONSTRUCT or LIMIT */
    rk_span where;
    const char *domain; /* the domain that settled it */
    slong precision;    /* highest used by balls, 0 if none */
    bool late;          /* UNKNOWN: for want of a proof of a rank at the deadline */
} rk_instance;

typedef struct rk_decide_options {
    slong precision_cap; /* bits; 0: default 1024 */
    double deadline;     /* on the monotonic clock, looked at between instructions; 0: none */
    double
        rank_deadline;  /* of proofs of ranks over Q: what needs them is then left open; 0: none */
    rk_doubts *doubts;  /* not NULL: they are replaced by likely ranks, and nothing is proved */
    bool rational_only; /* Q only: quick, ESCAPE counts as UNKNOWN */
} rk_decide_options;

/* Decides the claims at an exact assignment in the smallest exact domain that holds it, or by balls
   with rising precision (rk_chain.h). *out is cleared by rk_instance_clear. */
void rk_decide(const rk_program *program, const rk_assignment *a, const rk_decide_options *options,
               rk_instance *out);
void rk_instance_clear(rk_instance *out);

/* For reports: the value of one instruction at an assignment, in closed form where there is one;
   "true", "false"; "unknown". */
void rk_describe_value(rk_buf *out, const rk_program *program, const rk_assignment *a,
                       unsigned instr);

/* For reports: the sides of the outermost comparison of a claim at an assignment, as text such as
   "left 0, right 1" (matrices included, cut beyond 200 characters). */
void rk_describe_sides(rk_buf *out, const rk_program *program, const rk_assignment *a,
                       unsigned claim);

#endif
