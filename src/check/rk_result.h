/* The result of one theorem: everything that text, JSON and tables show. Results live in the
   arena of the session; strings are owned by it. */
#ifndef RK_RESULT_H
#define RK_RESULT_H

#include "calculus/rk_calculus.h"

typedef enum rk_reason {
    RK_REASON_NONE,
    RK_REASON_PRECISION,
    RK_REASON_BUDGET,
    RK_REASON_CONSTRUCT,
    RK_REASON_NO_INSTANCE
} rk_reason;

const char *rk_reason_name(rk_reason r); /* "precision", ...; NULL for NONE */

typedef struct rk_named_value { /* a variable of a counterexample: W, or W[2] */
    const char *name;
    size_t rows, cols;
    const char **entry; /* row-major, as the language reads them */
} rk_named_value;

typedef struct rk_dim_scope { /* what a verdict covers: n = 2, n >= 1, or n in 1..6 */
    const char *name;
    int64_t low, high; /* high -1: every integer from low on */
} rk_dim_scope;

typedef struct rk_result {
    bool keep_calculus;    /* set by the caller: hand out what the calculus found or tried */
    rk_calculus *calculus; /* then: to be freed by the caller; NULL when it was not asked */
    const char *theorem, *title, *file, *paper, *paper_title, *source, *corrects;
    const char *statement; /* the theorem as claim text, printed from the tree */
    rk_verdict verdict;
    rk_reason reason;
    const char *advice;  /* undecided: what is missing and what the user can change, with place */
    rk_verdict expected; /* RK_VERDICT_NONE: no expect clause */
    bool as_expected;    /* meets its expect; without one: proved without caveat */
    const char **caveats;
    size_t ncaveats;
    const char **hypotheses; /* silent hypotheses in words: "det A != 0" */
    size_t nhypotheses;
    const char *method; /* "closed evaluation", "exact instances", "witness mod p", ... */
    const char
        *effort; /* of the rank calculus, found or not: "41 matrices, ..."; NULL: not asked */
    rk_dim_scope *scope;
    size_t nscope;
    uint64_t instances, passed_over, unknown_instances, unconfirmed, trials;
    uint64_t assignments;     /* that the hunt looked at, batches in doubles counted one by one */
    const char *drawn;        /* how instances were drawn */
    long precision;           /* highest used, 0 */
    const char *level;        /* statistics only, NULL */
    const char *witness;      /* "p = 2305843009213693951, seed 1", NULL */
    bool has_counterexample;  /* also the example of an `exists` theorem that was found */
    rk_dim_scope *point_dims; /* low == high: the value */
    size_t npoint_dims;
    rk_named_value *values;
    size_t nvalues;
    const char *sides;   /* "left 0, right 1" */
    const char *snippet; /* as claim text, NULL */
    const char **more;   /* the other findings of the hunt, in the order of its trials */
    size_t nmore;
    const char *largest;         /* where an inequality was found to fail most: "by 0.4 at x = 5" */
    const char *largest_snippet; /* that point as claim text; NULL both: no other point */
    double largest_violation;    /* relative to the size of the sides */
    double time_ms;
    uint64_t seed;
    bool keep_records;       /* set by the caller: what a certificate is made of is wanted */
    const char *records;     /* the body of a certificate; NULL: none could be written */
    const char *certificate; /* the path of the file it was written to, NULL */
} rk_result;

#endif
