/* Checked theorems: names resolved, definitions expanded, shapes known, every overloaded
   operator decided. A term is a DAG: a `let` used twice is one object. This is what programs
   (eval), the provers and the hunt work on. Everything lives in the arena of the rk_checked. */
#ifndef RK_TERM_H
#define RK_TERM_H

#include "rk_parse.h"
#include "rk_sets.h"
#include "rk_size.h"

typedef enum rk_op {
    /* leaves */
    RK_T_NUMBER, /* text: exact decimal, 1 by 1 */
    RK_T_INT,    /* ival[0]: a dimension, index or iexpr used as a scalar */
    RK_T_VAR,    /* var; ival[0] = member of a family, else NULL */
    RK_T_DATA,   /* data */
    RK_T_ACC,    /* the running value of the fold whose index symbol is sym */
    RK_T_EYE,    /* square of its rows */
    RK_T_ONES,
    RK_T_ZEROS,
    RK_T_UNIT,   /* column, 1 at ival[0] */
    RK_T_CAUSAL, /* 0/1 lower triangle */
    /* algebra */
    RK_T_ADD,
    RK_T_SUB,
    RK_T_NEG,
    RK_T_MUL,   /* matrix product */
    RK_T_SCALE, /* kid0 1 by 1, kid1 any: kid0 * kid1 */
    RK_T_DIV,   /* kid0 / kid1, kid1 1 by 1 */
    RK_T_EMUL,
    RK_T_EDIV,
    RK_T_TRANSPOSE,
    RK_T_POWER, /* square kid0 to ival[0], which may be negative or 0 */
    RK_T_ENTRY, /* kid0[ival[0], ival[1]] */
    RK_T_ROW,   /* kid0[ival[0], :] */
    RK_T_COL,   /* kid0[:, ival[0]] */
    RK_T_HCAT,
    RK_T_VCAT,
    RK_T_DIAG_MAKE, /* column to diagonal matrix */
    RK_T_DIAG_TAKE, /* diagonal as a column */
    RK_T_VEC,
    RK_T_KRON,
    /* loops: sym is the index, ival[0]..ival[1] the range, kid0 the body */
    RK_T_LOOP_SUM,
    RK_T_LOOP_PROD,
    RK_T_LOOP_HCAT,
    RK_T_LOOP_VCAT,
    RK_T_LOOP_MAX,
    RK_T_LOOP_MIN,
    RK_T_FOLD, /* kid0 start, kid1 body with RK_T_ACC of the same sym */
    /* linear algebra */
    RK_T_RANK,
    RK_T_NULLITY,
    RK_T_AFFRANK,
    RK_T_DET,
    RK_T_TRACE,
    RK_T_INV,
    RK_T_JRANK, /* kid0; vars[nvars] */
    /* transformer parts */
    RK_T_SOFTMAX,   /* kid0 [, mask] */
    RK_T_LAYERNORM, /* X, gamma, beta [, eps] */
    RK_T_RMSNORM,   /* X, gamma [, eps] */
    RK_T_BATCHNORM, /* X [, eps] */
    RK_T_CENTER,
    RK_T_CENTER_TOKENS,
    /* entrywise */
    RK_T_RELU,
    RK_T_GELU,
    RK_T_SILU,
    RK_T_TANH,
    RK_T_SIGMOID,
    RK_T_EXP,
    RK_T_LOG,
    RK_T_SQRT,
    RK_T_ABS,
    RK_T_SIGN,
    /* entries, norms, spectra */
    RK_T_SUM_ENTRIES,
    RK_T_MAX_ENTRIES,
    RK_T_MIN_ENTRIES,
    RK_T_SUM_OF, /* of scalars */
    RK_T_MAX_OF,
    RK_T_MIN_OF,
    RK_T_NORM_1,
    RK_T_NORM_2,
    RK_T_NORM_INF,
    RK_T_NORM_FRO,
    RK_T_NORM_1INF,
    RK_T_SIGMA,  /* ival[0] = k */
    RK_T_EIGABS, /* ival[0] = k */
    RK_T_STABLE_RANK,
    RK_T_ENTROPY, /* column: one for each row */
    /* expectations, in random theorems */
    RK_T_MEAN,
    RK_T_VARIANCE,
    /* truth values */
    RK_T_COMPARE, /* cmp */
    RK_T_NOT,
    RK_T_AND, /* any number of kids, 0 is true */
    RK_T_OR,  /* any number of kids, 0 is false */
    RK_T_IMPLIES,
    RK_T_IFF,
    RK_T_LOOP_ALL,
    RK_T_LOOP_ANY,
    RK_T_IN_ROWSPAN,
    RK_T_IN_COLSPAN,
    RK_T_PROB,
    RK_T_COUNT
} rk_op;

typedef struct rk_term rk_term;
struct rk_term {
    rk_op op;
    unsigned id;                /* dense, kids before parents: for side tables */
    rk_span span;               /* where it stands, in the theorem or in a def's text */
    const rk_size *rows, *cols; /* NULL for truth values */
    rk_term **kid;
    size_t nkids;
    const rk_size *ival[2];
    unsigned sym;       /* loops and ACC: symbol of the index */
    unsigned var, data; /* VAR, DATA: index into the theorem's tables */
    const unsigned *vars;
    size_t nvars; /* JRANK */
    rk_cmp cmp;
    const char *text; /* NUMBER */
};

const char *rk_op_name(rk_op op); /* as a user knows it: "layernorm", "+", "fold" */

typedef struct rk_dim {
    const char *name;
    unsigned sym;
    rk_dim_kind kind;
    int64_t low, high; /* FROM: low; RANGE: both */
    int64_t *values;   /* LIST, sorted, without repetition */
    size_t nvalues;
    const rk_size *expr; /* EQUAL */
} rk_dim;

typedef struct rk_var {
    const char *name;
    rk_quant quant;
    rk_set set;
    const rk_size *family; /* NULL: single */
    const rk_size *rows, *cols;
    rk_term *param[2]; /* of a distribution */
    rk_span span;
} rk_var;

typedef struct rk_datum {
    const char *name, *file, *tensor; /* file resolved against the claim file; tensor may be NULL */
    const rk_size *rows, *cols;       /* constants: data are read while checking */
    void *matrix;                     /* from the loader: an rk_dyadic of data/rk_data.h */
    rk_span span;
} rk_datum;

typedef enum rk_mode { RK_MODE_UNIVERSAL, RK_MODE_EXISTS, RK_MODE_RANDOM } rk_mode;

typedef enum rk_verdict {
    RK_PROVED,
    RK_REFUTED,
    RK_VERIFIED,
    RK_SUPPORTED,
    RK_UNSUPPORTED,
    RK_UNDECIDED,
    RK_VERDICT_NONE /* no expectation */
} rk_verdict;

const char *rk_verdict_name(rk_verdict v);
bool rk_verdict_find(const char *name, rk_verdict *v);

typedef struct rk_checked {
    const rk_theorem *theorem;
    const rk_file *file;
    rk_sizes *sizes;
    size_t nsymbols; /* dimensions and loop indices */
    size_t nterms;
    rk_dim *dims;
    size_t ndims;
    rk_var *vars;
    size_t nvars;
    rk_datum *data;
    size_t ndata;
    rk_term **assumes;
    size_t nassumes;
    rk_term **claims;
    size_t nclaims;
    const rk_size **iexprs; /* every iexpr of the theorem outside loops: dims at which one is no
                               integer, or a size is below 1, are passed over */
    const bool *extent; /* by iexpr: it is a size, also of a matrix of which nothing else is used */
    size_t niexprs;
    rk_mode mode;
    rk_verdict expect;
    const rk_paper *paper;       /* of the source clause, NULL */
    const char *source;          /* its text, NULL */
    const char *corrects;        /* NULL */
    unsigned char digest[32];    /* of the files and the theorem's name (rk_digest.h) */
    unsigned char statement[32]; /* of what is claimed alone: keys draws, hunts and ledgers */
} rk_checked;

/* Those of the hypotheses and then of the claims are numbered from 1 in the order in which they
   begin, those in loops left out; what is shared counts wherever it stands. NULL: no more. */
const rk_term *rk_jrank_numbered(const rk_checked *c, size_t number);

#endif
